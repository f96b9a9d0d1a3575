//! What good files become, and how busy the repository's plants would be.

use std::collections::BTreeMap;

use twin::{
    Span,
    definition::{Basis, Operation, SourceRule, WorkCenter},
};

use super::*;

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
    assert_eq!(center.failures[0].mean_time_between, Span::from_secs(27 * 3_600));
    let make = &plant.operations[0];
    assert_eq!(make.duration.mean, Span::from_secs(15 * 3_600), "two working days of 7.5 hours");
    assert_eq!(make.source, SourceRule::Saturated);
    assert_eq!(make.basis, Basis::Assumed);
    assert_eq!(plant.supply_lines[0].every, Span::from_secs(12 * 3_600));
    assert_eq!(plant.storages[1].capacity, None);
}

/// Station, and how busy it ought to be at the rates of the plan.
const LOADS: &str = "";

/// Load of a work center: time wanted for each finished piece times pieces a working month,
/// over the time its units are there and in order.
fn load_of(plant: &Plant, center: &WorkCenter, rates: &BTreeMap<(&str, &str), f64>) -> f64 {
    let units = plant.units.iter().filter(|u| u.work_center == center.id).count() as f64;
    let available: f64 = center
        .failures
        .iter()
        .map(|f| {
            f.mean_time_between.hours() / (f.mean_time_between + f.mean_time_to_repair).hours()
        })
        .product();
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

/// Hours of a unit for one part: its share of a batch, and the fetching, which the unit waits for.
fn hours(op: &Operation) -> f64 {
    let fetch: f64 =
        op.inputs.iter().filter_map(|i| i.carry.as_ref()).map(|c| c.duration.mean.hours()).sum();
    let batch = op.batch.map_or(1.0, |batch| f64::from(batch.most));
    (op.duration.mean.hours() + fetch) / batch
}

#[test]
fn loads_are_those_of_the_plan() {
    let loaded = load(&repository()).expect("good");
    let mut lines = Vec::new();
    for plant in &loaded.plants {
        let rates = rates(&loaded);
        for center in &plant.work_centers {
            let load = load_of(plant, center, &rates);
            if load > 0.0 {
                lines.push(format!("{} {} {load:.2}", plant.id, center.id));
            }
        }
    }
    assert_eq!(lines.join("\n"), LOADS);
}

/// Parts a working month (20 working days) through each operation, from the plan: a ship every
/// 120 working days, 120 munitions a month, and what scrap and rework add.
fn rates(_loaded: &Loaded) -> BTreeMap<(&'static str, &'static str), f64> {
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
