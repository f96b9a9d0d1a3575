//! What good files become, and how busy the repository's plants would be.

use std::collections::BTreeMap;

use twin::{
    Span,
    definition::{Basis, FailureMode, Operation, Resource, SourceRule, WorkCenter},
};

use super::*;

/// Parts a working month, by plant and operation.
type Rates = BTreeMap<(&'static str, &'static str), f64>;

#[test]
fn the_plants_of_the_repository_have_no_problem() {
    check(&repository(), "");
}

#[test]
fn good_files_become_a_plant() {
    let loaded = load(&good()).expect("good");
    let plant = &loaded.plants[0];
    let units: Vec<String> = plant
        .units
        .iter()
        .map(|u| format!("{} {} {}", u.id, u.placement.x_m, u.placement.y_m))
        .collect();
    assert_eq!(units, ["bay-01 0 0", "bay-02 14 0"]);
    let center = &plant.work_centers[0];
    assert_eq!(center.failures[0].between.mean, Span::from_secs(27 * 3_600));
    let make = &plant.operations[0];
    assert_eq!(make.duration.mean, Span::from_secs(15 * 3_600), "two working days of 7.5 hours");
    assert_eq!(make.source, SourceRule::Saturated);
    assert_eq!(make.basis, Basis::Assumed);
    assert_eq!(plant.supply_lines[0].every, Span::from_secs(12 * 3_600));
    assert_eq!(plant.storages[1].capacity, None);
}

/// How busy each station is in the rough model behind the reference plants. What is missing here
/// (receiving, repair, lot acceptance, dispatch) has no figure there.
const LOADS: [(&str, &[(&str, f64)]); 3] = [
    (
        "home-yard",
        &[
            ("prime", 0.43),
            ("cutting", 0.67),
            ("profiles", 0.59),
            ("forming", 0.32),
            ("P1", 0.76),
            ("P2", 0.48),
            ("P3", 0.82),
            ("P4", 0.92),
            ("P5", 0.53),
            ("jigs", 0.51),
            ("assembly", 0.71),
            ("turnover-crane", 0.21),
            ("outfitting", 0.80),
            ("paint", 0.85),
            ("transporter-1", 0.24),
            ("pads", 0.79),
            ("gantry-600", 0.32),
            ("dock", 0.95),
            ("quay", 0.79),
        ],
    ),
    ("partner-yard", &[("assembly", 0.83), ("outfitting", 0.83), ("paint", 0.83)]),
    (
        "munitions",
        &[
            ("machining", 0.68),
            ("heat-treat", 0.51),
            ("case-check", 0.37),
            ("lining", 0.56),
            ("filling", 0.83),
            ("curing", 0.71),
            ("xray", 0.95),
            ("finishing", 0.70),
            ("kitting", 0.23),
            ("joining", 0.58),
            ("harness", 0.64),
            ("functional-test", 0.53),
            ("chambers", 0.72),
            ("final-test", 0.77),
            ("rework", 0.24),
            ("marking", 0.47),
            ("join-b", 0.89),
            ("test-b", 0.91),
        ],
    ),
];

/// Load of a work center: time wanted for each finished piece times pieces a working month,
/// over the time its units are there and in order.
fn load_of(plant: &Plant, center: &WorkCenter, rates: &Rates) -> f64 {
    let units = plant.units.iter().filter(|u| u.work_center == center.id).count() as f64;
    let available: f64 = center.failures.iter().map(availability).product();
    let calendar = plant.calendars.iter().find(|c| c.id == center.calendar).unwrap();
    let minutes: u32 =
        calendar.week.iter().flatten().map(|s| u32::from(s.end_min - s.start_min)).sum();
    // 240 working days a year against 365 calendar days, a twelfth of it.
    let open = if calendar.always { 730.0 } else { f64::from(minutes) / 60.0 / 5.0 * 20.0 };
    let wanted: f64 = plant
        .operations
        .iter()
        .filter(|op| op.work_center == center.id)
        .filter_map(|op| Some(rates.get(&(plant.id.as_str(), op.id.as_str()))? * hours(op)))
        .sum();
    wanted / (units * open * available)
}

fn availability(mode: &FailureMode) -> f64 {
    mode.between.mean.hours() / (mode.between.mean + mode.repair.mean).hours()
}

/// Load of a movable resource; the second gantry only helps out, so the first bears all.
fn load_of_resource(plant: &Plant, resource: &Resource, rates: &Rates) -> f64 {
    let available: f64 = resource.failures.iter().map(availability).product();
    let wanted: f64 = plant
        .operations
        .iter()
        .filter_map(|op| {
            let rate = rates.get(&(plant.id.as_str(), op.id.as_str()))?;
            let fetch = op.inputs.iter().filter_map(|i| Some((i.carry.as_ref()?, i.quantity)));
            let carries = fetch.chain(op.output.carry.as_ref().map(|carry| (carry, 1.0)));
            let hours =
                carries.filter(|(carry, _)| carry.by.contains(&resource.id)).map(|(c, n)| {
                    let sharing =
                        c.by.iter().filter(|id| !id.as_str().starts_with("gantry")).count();
                    c.duration.mean.hours() * n / sharing.max(1) as f64
                });
            Some(rate * hours.sum::<f64>())
        })
        .sum();
    wanted / (300.0 * available)
}

/// Hours of a unit for one part: its share of a batch, and the fetching, which the unit waits for.
fn hours(op: &Operation) -> f64 {
    let fetch = op.inputs.iter().filter_map(|i| Some((i.carry.as_ref()?, i.quantity)));
    let fetch: f64 = fetch.map(|(carry, pieces)| carry.duration.mean.hours() * pieces).sum();
    let batch = op.batch.map_or(1.0, |batch| f64::from(batch.most));
    (op.duration.mean.hours() + fetch) / batch
}

#[test]
fn loads_are_those_of_the_rough_model() {
    let loaded = load(&repository()).expect("good");
    let rates = rates();
    for (id, expected) in LOADS {
        let plant = loaded.plants.iter().find(|p| p.id.as_str() == id).expect("a plant");
        for &(place, rough) in expected {
            let center = plant.work_centers.iter().find(|c| c.id.as_str() == place);
            let resource = plant.resources.iter().find(|r| r.id.as_str() == place);
            let load = center
                .map(|center| load_of(plant, center, &rates))
                .or_else(|| resource.map(|r| load_of_resource(plant, r, &rates)))
                .expect("a place of that name");
            println!("{id} {place}: {load:.2}, in the rough model {rough:.2}");
            assert!((load - rough).abs() <= 0.04, "{id} {place}: {load:.3} and not {rough:.2}");
        }
    }
}

/// Parts a working month (20 working days) through each operation, from the plan: a ship every
/// 120 working days, 120 munitions a month, and what scrap and rework add.
fn rates() -> Rates {
    let block = 58.0 / 6.0;
    let lift = 32.0 / 6.0;
    let partner = 38.0 / 6.0;
    let motor = 120.0 / 0.97;
    let first = 90.0 / 0.90;
    let yard = [
        ("prime-plate", 60.0 * block),
        ("cut-a-plate", 60.0 * block),
        ("cut-profiles", block),
        ("form-plate", 6.0 * block),
        ("butt-weld", 4.0 * block),
        ("trim", 4.0 * block),
        ("stiffen", 4.0 * block),
        ("frame", 4.0 * block),
        ("check-panel", 4.0 * block),
        ("build-curved", block),
        ("assemble", block),
        ("outfit", block),
        ("paint-block", block),
        ("receive-blocks", partner),
        ("pre-erect", lift),
        ("erect", lift),
        ("complete-hull", 1.0 / 6.0),
        ("complete-ship", 1.0 / 6.0),
    ];
    let partner_yard = [
        ("assemble", partner),
        ("outfit", partner),
        ("paint-block", partner),
        ("repair", 1.0 / 3.0),
    ];
    let munitions = [
        ("machine-case", motor / 0.98),
        ("treat", motor),
        ("check-case", motor),
        ("line-case", motor),
        ("fill", motor),
        ("cure", motor),
        ("x-ray", motor),
        ("finish", 120.0),
        ("make-set-b", 30.0),
        ("kit", 90.0),
        ("join", 90.0),
        ("wire", 90.0),
        ("test", 90.0),
        ("retest", first - 90.0 + 5.0),
        ("condition", 90.0 / 0.95),
        ("final", 90.0),
        ("repair-round", first - 90.0 + 5.0),
        ("canister", 90.0),
        ("accept", 90.0),
        ("send", 90.0),
        ("join-round-b", 30.0),
        ("test-round-b", 30.0),
        ("retest-round-b", 30.0 / 0.90 - 30.0),
    ];
    let all =
        [("home-yard", &yard[..]), ("partner-yard", &partner_yard), ("munitions", &munitions)];
    all.into_iter()
        .flat_map(|(plant, rates)| rates.iter().map(move |&(op, rate)| ((plant, op), rate)))
        .collect()
}

/// The README shows one of each table; a key that it shows and no reader knows would mislead.
#[test]
fn the_examples_of_the_readme_are_read() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/plants/README.md");
    let readme = fs::read_to_string(readme).expect("a README beside the plants");
    let blocks: Vec<&str> = readme
        .split("```toml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().expect("a closed block"))
        .collect();
    let (head, _) = PROGRAMME.split_once("[[nation]]").expect("a head");
    let (_, serial) = PROGRAMME.split_once("[[serial]]").expect("a scheme");
    let programme = format!("{head}[[serial]]{serial}\n{}", blocks[4]);
    let names =
        ["yard/plant.toml", "yard/equipment.toml", "yard/operations.toml", "yard/supply.toml"];
    let mut files: Files = vec![("programme.toml".to_owned(), programme.into_bytes())];
    for (name, block) in names.into_iter().zip(blocks) {
        files.push((name.to_owned(), block.as_bytes().to_vec()));
    }
    let problems = load(&files).expect_err("the examples name things that are not shown");
    let misread = problems.iter().filter(|problem| {
        // Examples may name what they do not show; nothing else may be wrong with them.
        !["there is no ", "no plant has"].iter().any(|w| problem.text.contains(w))
    });
    let misread: Vec<Problem> = misread.cloned().collect();
    assert_eq!(text(&misread), "");
}
