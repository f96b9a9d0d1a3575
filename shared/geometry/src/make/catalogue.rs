//! Every kind of asset that has a mesh.
//!
//! Products of the munitions plant appear only as plain cases and crates.

mod field;
mod munitions;
mod shops;
mod workshop;

use super::Asset;

/// All kinds, in the order of their names.
pub const ASSETS: [Asset; 42] = [
    asset("assembly-bay", 1.5, shops::assembly_bay),
    asset("assembly-bench", 1.0, munitions::assembly_bench),
    asset("barge", 3.0, field::barge),
    asset("blast-prime", 1.5, shops::blast_prime),
    asset("block", 1.0, field::block),
    asset("block-park", 1.0, field::block_park),
    asset("box", 0.5, workshop::generic_box),
    asset("building", 2.0, workshop::building),
    asset("canister-rack", 1.0, munitions::canister_rack),
    asset("case", 0.3, munitions::case),
    asset("chamber", 1.0, munitions::chamber),
    asset("cure-oven", 2.0, munitions::cure_oven),
    asset("cutting-table", 1.0, shops::cutting_table),
    asset("dock", 2.0, field::dock),
    asset("fill-station", 10.0, munitions::fill_station),
    asset("forming-press", 1.5, shops::forming_press),
    asset("furnace", 1.5, munitions::furnace),
    asset("gantry-crane", 2.0, field::gantry_crane),
    asset("grinder", 0.8, workshop::grinder),
    asset("inspection-table", 0.8, workshop::inspection_table),
    asset("jig", 1.0, shops::jig),
    asset("lathe", 0.8, workshop::lathe),
    asset("lift", 2.0, field::lift),
    asset("machining-centre", 1.0, workshop::machining_centre),
    asset("magazine", 10.0, munitions::magazine),
    asset("office", 2.0, workshop::office),
    asset("outfitting-bay", 1.5, shops::outfitting_bay),
    asset("oven", 1.0, munitions::oven),
    asset("paint-cell", 2.0, shops::paint_cell),
    asset("pallet", 0.3, workshop::pallet),
    asset("panel", 0.5, shops::panel),
    asset("panel-station", 1.0, shops::panel_station),
    asset("plate-stock", 0.5, workshop::plate_stock),
    asset("quay", 2.0, field::quay),
    asset("storage-rack", 0.8, workshop::storage_rack),
    asset("storage-yard", 1.0, workshop::storage_yard),
    asset("test-bench", 1.0, munitions::test_bench),
    asset("transporter", 1.0, field::transporter),
    asset("truck", 1.0, workshop::truck),
    asset("turnover-crane", 1.5, field::turnover_crane),
    asset("water", 0.0, field::water),
    asset("xray-bay", 2.0, munitions::xray_bay),
];

const fn asset(kind: &'static str, clearance_m: f32, build: fn(&mut super::Builder)) -> Asset {
    Asset { kind, clearance_m, build }
}
