//! Findings from a part of what is known: they follow from that part alone.

use proptest::prelude::*;
use twin::{Cause, CauseKind, Plant, Statement, UnitState, report::DeliveryTerms};

use super::fixture::{Tale, at, id, line, terms, words};
use crate::{Analytics, HoldUp, OutOfSight, Sight, Source, Verdict};

/// Everything but these things of the first plant; a supplier by its id, as a place.
fn without(analytics: &Analytics, hidden: &[&str], hides: OutOfSight) -> Sight {
    let may_read = |source: &Source| match source {
        Source::Equipment(id) => !hidden.contains(&id.as_str()),
        Source::Supplier(id) => !hidden.contains(&id.as_str()),
        Source::Plan => !hidden.contains(&"plan"),
    };
    analytics.sight(|plant, source| plant.as_str() != "home" || may_read(source), |_| hides)
}

fn seen(analytics: &Analytics, sight: &mut Sight, end: f64) -> HoldUp {
    analytics.hold_up_in(sight, &id("home"), at(end))
}

fn verdict(found: &HoldUp) -> &Verdict {
    match found {
        HoldUp::Known(verdict) => verdict,
        HoldUp::Unknown { why, .. } => panic!("{why:?}"),
    }
}

/// A line whose second station is the slow one.
fn slow_in_the_middle() -> (Analytics, f64) {
    let mut tale = Tale::default();
    let end = tale.worked("home", 3, 40, |n, _| if n == 2 { 15.0 } else { 10.0 });
    (tale.observed(&[line("home", 3)]), end)
}

#[test]
fn who_sees_everything_is_told_what_is_found() {
    let (analytics, end) = slow_in_the_middle();
    let mut whole = without(&analytics, &[], OutOfSight::IsLeftOut);
    assert!(whole.is_whole() && whole.is_as(&Sight::whole()));
    let all = analytics.hold_up(&id("home"), at(end), None);
    assert_eq!(seen(&analytics, &mut whole, end), all);
    assert_eq!(verdict(&all).stations_reporting, 3);
}

#[test]
fn a_station_out_of_sight_is_stood_in_for_by_the_wait_of_the_next() {
    let (analytics, end) = slow_in_the_middle();
    let mut sight = without(&analytics, &["S2"], OutOfSight::StandsIn);
    let found = seen(&analytics, &mut sight, end);
    // What is told of it is how the third station waits, and not what the second does.
    assert_eq!(words(&found), "c2 100 % Sure: home/c3 material <- home/c2 material");
    let found = verdict(&found);
    assert!(!found.inputs.iter().any(|(_, of)| *of == Source::Equipment(id("S2"))));
    assert!(found.units.is_empty() && !found.bites_at.contains(&id("S2")));
    assert_eq!((found.stations_reporting, found.stations), (2, 3));
    assert_eq!(found.since, None, "who led before this sight was looked with is not known");
}

#[test]
fn a_station_that_is_left_out_leaves_the_wait_with_who_waits() {
    let (analytics, end) = slow_in_the_middle();
    let mut sight = without(&analytics, &["S2"], OutOfSight::IsLeftOut);
    let found = seen(&analytics, &mut sight, end);
    let found = verdict(&found);
    let named =
        found.chain.iter().map(|step| &step.node).chain(found.shares.iter().map(|s| &s.node));
    let named: Vec<&str> = named.chain([&found.node]).map(|node| node.thing.id()).collect();
    assert!(!named.contains(&"c2"), "{named:?}");
    assert_eq!(found.node.thing.id(), "c3");
}

#[test]
fn without_the_end_of_the_line_nothing_is_claimed() {
    let (analytics, end) = slow_in_the_middle();
    let mut sight = without(&analytics, &["S1", "S2", "S3"], OutOfSight::StandsIn);
    match seen(&analytics, &mut sight, end) {
        HoldUp::Unknown { why, inputs } => {
            assert_eq!(why.name(), "not_shown");
            assert!(inputs.is_empty(), "it rests on nothing");
        }
        HoldUp::Known(verdict) => panic!("{verdict:?}"),
    }
}

#[test]
fn a_supplier_out_of_sight_is_told_of_by_the_wait_alone() {
    let tale = || {
        let mut tale = Tale::default();
        for k in 0..20 {
            let came = f64::from(k) * 20.0;
            tale.delivered("home", came, &format!("D{k}"));
            let part = format!("home-{k}");
            let cause = format!("D{k}");
            tale.run("home", 1, &part, (came, came + 5.0), (CauseKind::Material, &cause));
            tale.completed("home", came + 5.0, &part);
        }
        tale.observed(&[line("home", 1)])
    };
    let analytics = tale();
    let mut stands_in = without(&analytics, &["mill"], OutOfSight::StandsIn);
    let found = seen(&analytics, &mut stands_in, 385.0);
    assert_eq!(verdict(&found).node.thing.id(), "mill");
    assert!(!verdict(&found).inputs.iter().any(|(_, of)| *of == Source::Supplier(id("mill"))));
    let mut left_out = without(&analytics, &["mill"], OutOfSight::IsLeftOut);
    let found = seen(&analytics, &mut left_out, 385.0);
    assert_eq!(words(&found), "c1 100 % Sure: home/c1 material");
}

#[test]
fn who_led_is_known_since_the_sight_is_looked_with() {
    let mut tale = Tale::default();
    let end = tale.worked("home", 3, 60, |n, part| match n {
        3 => 10.0,
        1 => {
            if part < 30 {
                20.0
            } else {
                5.0
            }
        }
        _ => 9.0,
    });
    let analytics = tale.observed(&[line("home", 3)]);
    let mut sight = without(&analytics, &["S2"], OutOfSight::IsLeftOut);
    for hours in [0.0, 6.0, 12.0, 18.0, 24.0, 30.0] {
        let found = seen(&analytics, &mut sight, end - 30.0 + hours);
        assert!(verdict(&found).before.is_empty() && verdict(&found).since.is_none());
    }
}

/// What is said of the hidden station and storage, and of the hidden supplier, that nobody else's
/// reports speak of.
fn about_hidden() -> impl Strategy<Value = (f64, Statement)> {
    let state = (0..UnitState::ALL.len(), prop::option::of(Just("store")));
    let state = state.prop_map(|(state, cause)| Statement::UnitState {
        unit: id("S2"),
        state: UnitState::ALL[state],
        reason: None,
        cause: cause.map(|id| Cause { kind: CauseKind::Material, id: id.into() }),
    });
    let stock = (0.0..50.0_f64).prop_map(|quantity| Statement::Stock {
        storage: id("B2"),
        material: id("steel"),
        quantity,
    });
    let promise = (0.0..900.0_f64, 0..4_u8).prop_map(|(hours, n)| {
        let terms = DeliveryTerms { supplier: id("forge"), ..terms(&format!("F{n}"), 5.0, hours) };
        Statement::DeliveryDelayed(terms)
    });
    (0.0..600.0_f64, prop_oneof![state, stock, promise])
}

fn plant() -> Plant {
    let mut plant = line("home", 4);
    let forge = twin::definition::Supplier { id: id("forge"), ..plant.suppliers[0].clone() };
    plant.suppliers.push(forge);
    plant
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is reported of what is out of sight, the reader is told the same.
    #[test]
    fn nothing_out_of_sight_changes_what_is_told(
        said in prop::collection::vec(about_hidden(), 1..40),
        lasts in prop::collection::vec(4.0..20.0_f64, 4),
        stands_in in any::<bool>(),
    ) {
        let hides = if stands_in { OutOfSight::StandsIn } else { OutOfSight::IsLeftOut };
        let told = |said: &[(f64, Statement)]| {
            let mut tale = Tale::default();
            let end = tale.worked("home", 4, 25, |n, _| lasts[n - 1].round());
            for (hours, statement) in said {
                tale.say("home", hours.round() + 0.5, statement.clone());
            }
            let analytics = tale.observed(&[plant()]);
            let mut sight = without(&analytics, &["S2", "B2", "forge"], hides);
            (analytics.hold_up_in(&mut sight, &id("home"), at(end.max(700.0))), end)
        };
        prop_assert_eq!(told(&[]), told(&said));
    }
}
