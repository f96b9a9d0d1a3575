//! Whatever a stranger reports, in whatever order: no panic, no growth, shares that sum to 1.

use proptest::prelude::*;
use twin::{Cause, CauseKind, Report, Statement, UnitState};

use super::fixture::{Tale, at, id, line, programme, terms, words};
use crate::{Analytics, trace, units};

const PLACES: [&str; 8] =
    ["S1", "S2", "store", "B1", "crane", "barge", "partner/barge", "home/store"];

fn statement() -> impl Strategy<Value = Statement> {
    let place = prop::sample::select(PLACES.to_vec());
    let cause = prop::option::of((0..CauseKind::ALL.len(), place.clone()));
    let numbers = (0..6_usize, 0..12_u8, 0..UnitState::ALL.len(), -5.0..50.0_f64);
    (numbers, place.clone(), place, cause).prop_map(|((kind, part, state, amount), a, b, cause)| {
        let cause = cause.map(|(kind, id)| Cause { kind: CauseKind::ALL[kind], id: id.into() });
        let (unit, operation) = if part % 2 == 0 { ("S1", "o1") } else { ("S2", "o2") };
        let (name, unit) = (format!("p{part}"), id(unit));
        let (op, part, operation) = (id(&name), id(&name), id(operation));
        match kind {
            0 => Statement::OpStarted { op, unit, part, operation, order: None, cause },
            1 => Statement::OpFinished { op, unit, part, operation, order: None, cause },
            2 => Statement::PartMoved {
                part,
                from: a.parse().expect("a place"),
                to: b.parse().expect("a place"),
                by: Some(id("crane")),
                cause,
            },
            3 => Statement::UnitState { unit, state: UnitState::ALL[state], reason: None, cause },
            4 => Statement::DeliveryArrived(terms(&name, amount, amount)),
            _ => Statement::ResourceTaken { resource: id("crane"), by: name.as_str().into() },
        }
    })
}

proptest! {
    #[test]
    fn anything_may_be_reported(
        told in prop::collection::vec((any::<bool>(), 0.0..300.0_f64, statement()), 1..400),
    ) {
        let plants = [line("home", 2), line("partner", 2)];
        let mut analytics = Analytics::new(&programme(&plants), &plants);
        for (home, hours, statement) in told {
            let plant = if home { "home" } else { "partner" };
            // Some come in order and many late; whole hours make moments with many reports.
            analytics.observe(&id(plant), &Report { at: at(hours.round()), statement });
        }
        for plant in &plants {
            analytics.advance(&plant.id, at(400.0));
            words(&analytics.hold_up(&plant.id, at(400.0), None));
            analytics.outlook(&plant.id, at(400.0));
            analytics.dry(&plant.id, at(400.0));
        }
    }
}

#[test]
fn a_flood_of_reports_is_kept_within_limits() {
    let plants = [line("home", 1)];
    let mut analytics = Analytics::new(&programme(&plants), &plants);
    let said = trace::EVENTS_KEPT + 20_000;
    for n in 0..said {
        let (unit, part) = (id("S1"), id(&format!("p{n}")));
        let (op, operation) = (id(&format!("r{n}")), id("o1"));
        let cause = Some(Cause { kind: CauseKind::Machine, id: "S1".into() });
        let statement = Statement::OpStarted { op, unit, part, operation, order: None, cause };
        analytics.observe(&id("home"), &Report { at: at(n as f64 / 60.0), statement });
        let state = if n % 2 == 0 { UnitState::Down } else { UnitState::Held };
        let statement = Statement::UnitState { unit: id("S1"), state, reason: None, cause: None };
        analytics.observe(&id("home"), &Report { at: at(n as f64 / 60.0 + 0.01), statement });
    }
    let kept = analytics.kept(&id("home"));
    assert!(kept.events <= trace::EVENTS_KEPT, "{kept:?}");
    assert!(kept.parts <= crate::parts::PARTS_KEPT, "{kept:?}");
    assert!(kept.changes <= units::CHANGES_KEPT, "{kept:?}");
}

#[test]
fn what_comes_after_the_watermark_is_counted() {
    let mut tale = Tale::default();
    let end = tale.worked("home", 1, 5, |_, _| 10.0);
    let mut analytics = tale.observed(&[line("home", 1)]);
    assert_eq!(analytics.too_late(&id("home")), 0);
    let statement = Statement::PartHeld { part: id("home-001"), reason: "quality".into() };
    analytics.observe(&id("home"), &Report { at: at(end - 5.0), statement });
    analytics.advance(&id("home"), at(end + 2.0));
    assert_eq!(analytics.too_late(&id("home")), 1);
}
