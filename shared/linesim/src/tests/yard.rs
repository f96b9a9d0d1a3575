//! Fetching by crane, initial parts, scrapped named items, holds.

use super::*;
use twin::{
    PartId,
    definition::{Carry, InitialPart, Sequence},
};

pub(super) fn yard() -> (Programme, Plant) {
    let mut plant = plant("p");
    for name in ["hull", "lift"] {
        plant.makes(name, Tracking::Serial);
    }
    plant.store("ready", None);
    plant.store("in-dock", Some(4));
    plant.crane("gantry", ResourceKind::Crane);
    plant.center("pads", 1);
    plant.op("pads", &[], ("lift", Some("ready")), 3.0);
    plant.center("dock", 1);
    let complete = plant.op("dock", &[("lift", 4.0, "in-dock")], ("hull", None), 10.0);
    complete.id = OperationId::new("complete").expect("valid");
    let erect = plant.op("dock", &[("lift", 1.0, "ready")], ("lift", Some("in-dock")), 2.0);
    erect.sequence = Some(Sequence { swap_window: 0 });
    erect.inputs[0].carry = Some(Carry { by: vec![id("gantry")], duration: fixed(0.5) });
    let mut programme = programme(std::slice::from_ref(&plant));
    programme.serials = vec![
        scheme("hull", None, Some(3), "H{n}"),
        scheme("lift", Some("hull"), Some(4), "{root}-L{n}"),
    ];
    (programme, plant)
}

fn initial(part: &str, what: &str, at: &str, progress: f64) -> InitialPart {
    let part = PartId::new(part).expect("valid");
    InitialPart { part, material: material(what), at: id(at), progress }
}

#[test]
fn initial_parts_are_where_they_are_and_new_ones_follow() {
    let (programme, mut plant) = yard();
    plant.initial_parts = vec![
        initial("H1-L1", "lift", "in-dock", 0.0),
        initial("H1-L2", "lift", "in-dock", 0.0),
        initial("H1-L3", "lift", "dock-u", 0.5),
        initial("H1-L4", "lift", "ready", 0.0),
        initial("H2-L1", "lift", "pads-u", 0.75),
    ];
    let settings = Settings::new(1, at(0.0));
    let told = try_play(&programme, &[plant], settings, 14.6).expect("plays").told();
    let expected = "0.0 gantry is starved
0.0 pads-u starts H2-L1 (machine pads-u)
0.0 dock-u starts H1-L3 (machine dock-u)
0.8 pads-u ends H2-L1
0.8 pads-u starts H2-L2 (machine pads-u)
1.0 dock-u ends H1-L3
1.0 H1-L4 to gantry (machine dock-u)
1.0 dock-u is waiting_for_crane (crane gantry)
1.5 dock-u starts H1-L4 (crane gantry)
3.5 dock-u ends H1-L4
3.5 dock-u starts H1 (machine dock-u)
3.8 pads-u ends H2-L2
3.8 pads-u starts H2-L3 (machine pads-u)
6.8 pads-u ends H2-L3
6.8 pads-u starts H2-L4 (machine pads-u)
9.8 pads-u ends H2-L4
9.8 pads-u starts H3-L1 (machine pads-u)
12.8 pads-u ends H3-L1
12.8 pads-u starts H3-L2 (machine pads-u)
13.5 dock-u ends H1
13.5 H2-L1 to gantry (machine dock-u)
13.5 dock-u is waiting_for_crane (crane gantry)
14.0 dock-u starts H2-L1 (crane gantry)
";
    assert_eq!(told, expected, "{told}");
}

#[test]
fn a_scrapped_named_item_is_made_again_under_its_name_and_round() {
    let (programme, mut plant) = yard();
    plant.operations[0].yield_ratio = 0.5;
    let settings = Settings::new(3, at(0.0));
    let played = try_play(&programme, &[plant], settings, 300.0).expect("plays");
    assert_eq!(played.completed("hull"), 3);
    let told = played.told();
    assert!(told.contains("#2"), "{told}");
    for (_, report) in &played.reports {
        if let Statement::PartCompleted { part, .. } = &report.statement {
            assert!(["H1", "H2", "H3"].contains(&part.as_str()), "{part}");
        }
    }
}

#[test]
fn a_held_part_waits_in_its_storage() {
    let (programme, mut plant) = yard();
    plant.operations[0].hold_after = Some(fixed(7.0));
    let settings = Settings::new(1, at(0.0));
    let told = try_play(&programme, &[plant], settings, 10.6).expect("plays").told();
    assert!(told.contains("10.0 H1-L1 to gantry (quality ready)"), "{told}");
}
