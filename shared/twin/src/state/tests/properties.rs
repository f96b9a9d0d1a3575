//! What holds after any reports whatever, in any order: found by trying thousands.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*};

use super::fixture::{Yard, at, built_in, delivery, finished, id, moved, started, stated, used};
use crate::{
    id::PartId,
    report::{Report, Statement},
    state::{Change, TwinState},
    time::PlantTime,
    unit_state::UnitState,
};

const PLANTS: [&str; 2] = ["home", "partner"];

fn any_place() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["P1", "P2", "OVEN", "HALL", "store", "park", "crane", "partner/barge"])
}

fn any_statement() -> impl Strategy<Value = Statement> {
    let part = || prop::sample::select(&["B-1", "B-2", "B-3", "B-4"]);
    let unit = || prop::sample::select(&["P1", "P2", "OVEN", "HALL", "P9"]);
    let op = || prop::sample::select(&["o-1", "o-2", "o-3", "o-4", "o-5"]);
    let state = prop::sample::select(&UnitState::ALL);
    let completed =
        |part| Statement::PartCompleted { part: id(part), material: id("block"), order: None };
    let scrapped =
        |(part, at)| Statement::PartScrapped { part: id(part), at: id(at), reason: None };
    let counted =
        |quantity| Statement::Stock { storage: id("store"), material: id("steel"), quantity };
    prop_oneof![
        6 => (op(), unit(), part()).prop_map(|(op, unit, part)| started(op, unit, part)),
        6 => (op(), unit(), part()).prop_map(|(op, unit, part)| finished(op, unit, part)),
        8 => (part(), any_place(), any_place()).prop_map(|(p, from, to)| moved(p, from, to)),
        2 => (unit(), state).prop_map(|(unit, state)| stated(unit, state)),
        1 => part().prop_map(completed),
        1 => (part(), unit()).prop_map(scrapped),
        1 => (part(), unit(), part()).prop_map(|(a, unit, b)| built_in(a, unit, b)),
        2 => (-1.0..20.0).prop_map(used),
        1 => (0.0..20.0).prop_map(counted),
        1 => (0..200_i64).prop_map(|date| Statement::DeliveryDelayed(delivery("D-1", date))),
    ]
}

fn any_reports() -> impl Strategy<Value = Vec<(&'static str, Report)>> {
    let report = (prop::sample::select(&PLANTS), 0..100_i64, any_statement());
    vec(
        report.prop_map(|(plant, secs, statement)| (plant, Report { at: at(secs), statement })),
        0..60,
    )
}

/// Every part in production is in one place, which is the one it says.
fn check_places(twin: &TwinState) {
    let mut seen: BTreeMap<&PartId, u32> = BTreeMap::new();
    for plant in &twin.plants {
        let mut here = 0;
        for present in plant.presents() {
            for part in present.iter() {
                *seen.entry(part).or_default() += 1;
                here += 1;
            }
        }
        assert_eq!(here, plant.part_count);
    }
    for (part, times) in &seen {
        assert_eq!(*times, 1, "{part} is in {times} places");
        let place = &twin.parts[*part].place;
        assert!(twin.parts_at(place).any(|(there, _)| there == *part), "{part} is not at {place}");
    }
    let live = twin.parts.iter().filter(|(_, part)| part.ended.is_none());
    assert_eq!(live.count(), seen.len());
    assert_eq!(twin.ended.len() + seen.len(), twin.parts.len());
}

/// Runs are indexed as they are listed, and no unit runs more than it can.
fn check_runs(twin: &TwinState) {
    for plant in &twin.plants {
        let mut runs = 0;
        for (index, unit) in plant.units.iter().enumerate() {
            assert!(unit.running.len() <= plant.unit_capacity[index]);
            for running in &unit.running {
                assert_eq!(plant.ops.get(&running.op), Some(&index));
                runs += 1;
            }
        }
        assert_eq!(runs, plant.ops.len());
    }
}

fn check_stock(twin: &TwinState) {
    for storage in twin.plants.iter().flat_map(|plant| &plant.storages) {
        for (material, stock) in &storage.stock {
            assert!(stock.quantity >= 0.0, "{} of {material}", stock.quantity);
        }
    }
}

/// What the live state says with a time to it, in an order of its own.
fn as_of(twin: &TwinState) -> BTreeMap<String, Option<PlantTime>> {
    let mut times = BTreeMap::new();
    for plant in &twin.plants {
        for unit in &plant.units {
            times.insert(format!("{}/{} since", plant.id, unit.unit), unit.since);
            times.insert(format!("{}/{} last", plant.id, unit.unit), unit.last_report);
        }
        for delivery in plant.deliveries.values() {
            times.insert(format!("{}/{}", plant.id, delivery.delivery), delivery.as_of);
        }
    }
    for (id, part) in &twin.parts {
        times.insert(format!("part {id}"), part.as_of);
    }
    times
}

proptest! {
    #[test]
    fn the_state_stays_sound_and_never_goes_back(reports in any_reports()) {
        let mut yard = Yard::new();
        for (plant, report) in &reports {
            let before = yard.twin.clone();
            let answer = yard.twin.apply(&id(plant), report, &yard.said);
            check_places(&yard.twin);
            check_runs(&yard.twin);
            check_stock(&yard.twin);
            match answer {
                Err(_) => prop_assert_eq!(&yard.twin, &before),
                Ok(changes) => {
                    let now = as_of(&yard.twin);
                    for (what, time) in as_of(&before) {
                        prop_assert!(now[&what] >= time, "{} went back", what);
                    }
                    for change in changes {
                        if let Change::UnitState { lasted, .. } = change {
                            prop_assert!(!lasted.is_negative());
                        }
                    }
                }
            }
        }
    }

    /// Reports in order of time, then every one of them again: what comes twice is either
    /// refused or too old, and what a viewer sees of units and parts stays as it is.
    #[test]
    fn late_duplicates_do_not_move_the_live_state(mut reports in any_reports()) {
        reports.sort_by_key(|(_, report)| report.at);
        for (n, (_, report)) in reports.iter_mut().enumerate() {
            report.at = at(n as i64);
        }
        let mut yard = Yard::new();
        for (plant, report) in &reports {
            let _refused_or_taken = yard.twin.apply(&id(plant), report, &yard.said);
        }
        // The last word on every unit and part, so that whatever comes again is older.
        let now = reports.len() as i64;
        for plant in PLANTS {
            for unit in ["P1", "P2", "OVEN", "HALL"] {
                yard.say(plant, now, stated(unit, UnitState::OffShift)).expect("taken");
            }
        }
        for part in yard.twin.parts.values_mut() {
            part.as_of = Some(at(now));
        }
        let visible = |twin: &TwinState| {
            let units: Vec<_> = twin
                .plants
                .iter()
                .flat_map(|plant| &plant.units)
                .map(|unit| (unit.state, unit.since, unit.present.clone()))
                .collect();
            (units, twin.parts.clone())
        };
        let before = visible(&yard.twin);
        for (plant, report) in &reports {
            let new_part = |changes: &[Change]| {
                changes.iter().any(|change| matches!(change, Change::PartAppeared { .. }))
            };
            let mut trial = yard.twin.clone();
            match trial.apply(&id(plant), report, &yard.said) {
                // A report refused before may be taken now, about a part still unknown.
                Ok(changes) if new_part(&changes) => {}
                _ => prop_assert_eq!(&visible(&trial), &before),
            }
        }
    }
}
