//! What is missing while somebody waits for it, and what that does to a promise.

use twin::{Cause, CauseKind, OrderId, Statement, UnitState, report::OrderTerms};

use super::fixture::{Tale, at, id, line, terms};
use crate::{Analytics, Outlook, Source};

fn used(tale: &mut Tale, hours: f64, quantity: f64) {
    let (material, storage) = (id("steel"), id("store"));
    let statement = Statement::LotConsumed { material, quantity, storage, lot: None, part: None };
    tale.say("home", hours, statement);
}

fn counted(tale: &mut Tale, hours: f64, quantity: f64) {
    let (material, storage) = (id("steel"), id("store"));
    tale.say("home", hours, Statement::Stock { storage, material, quantity });
}

fn starved(tale: &mut Tale, hours: f64, place: &str) {
    let cause = Some(Cause { kind: CauseKind::Material, id: place.into() });
    let (unit, state) = (id("S1"), UnitState::Starved);
    tale.say("home", hours, Statement::UnitState { unit, state, reason: None, cause });
}

/// The hour at which steel is short: a lot of two comes each day and is used at once, the next is
/// promised in time, and one is left on the shelf.
fn short_hour(tell: impl FnOnce(&mut Tale)) -> f64 {
    let mut tale = Tale::default();
    counted(&mut tale, 0.0, 0.0);
    for day in 0..10 {
        let hours = 24.0 * f64::from(day);
        tale.say("home", hours, Statement::DeliveryArrived(terms(&format!("D{day}"), 2.0, hours)));
        used(&mut tale, hours + 0.1, 2.0);
    }
    tale.say("home", 220.0, Statement::DeliveryPromised(terms("D10", 2.0, 240.0)));
    tell(&mut tale);
    let analytics = tale.observed(&[line("home", 1)]);
    let found = analytics.dry(&id("home"), at(230.0));
    found[0].dry.expect("a date").since(at(0.0)).hours()
}

#[test]
fn what_a_unit_says_it_waits_for_is_short_now_whatever_the_pace_of_deliveries() {
    assert_eq!(short_hour(|_| ()), 264.0);
    assert_eq!(short_hour(|tale| starved(tale, 221.0, "store")), 230.0);
    // So it is after the shift in which it waited.
    let hour = short_hour(|tale| {
        starved(tale, 221.0, "store");
        tale.state("home", 224.0, "S1", UnitState::OffShift);
    });
    assert_eq!(hour, 230.0);
    // Who waits for parts from elsewhere does not wait for these.
    assert_eq!(short_hour(|tale| starved(tale, 221.0, "B1")), 264.0);
    // Who has begun does not wait any more.
    let hour = short_hour(|tale| {
        starved(tale, 221.0, "store");
        tale.run("home", 1, "a", (222.0, 229.0), (CauseKind::Material, "store"));
    });
    assert_eq!(hour, 264.0);
}

/// An order for `wanted` blocks, of which ten were made by the tenth day, one a day of one steel,
/// with `left` of it; more comes on day 30, twenty days late.
fn promised(wanted: f64, left: f64) -> Outlook {
    ordered(wanted, left).outlook(&id("home"), at(240.0)).remove(0)
}

fn ordered(wanted: f64, left: f64) -> Analytics {
    let mut tale = Tale::default();
    let order: OrderId = id("O1");
    let order = OrderTerms { order, material: id("block"), quantity: wanted, due: at(720.0) };
    tale.say("home", 0.0, Statement::OrderPlaced(order));
    tale.say("home", 0.0, Statement::DeliveryPromised(terms("D1", 50.0, 240.0)));
    counted(&mut tale, 0.0, 10.0 + left);
    for day in 1..=10 {
        let hours = 24.0 * f64::from(day);
        used(&mut tale, hours - 10.0, 1.0);
        tale.completed("home", hours, &format!("b{day}"));
    }
    tale.say("home", 240.0, Statement::DeliveryDelayed(terms("D1", 50.0, 720.0)));
    if left < 1.0 {
        starved(&mut tale, 240.0, "store");
    }
    tale.observed(&[line("home", 1)])
}

fn expected_d(found: &Outlook) -> f64 {
    found.expected.expect("a date").since(at(0.0)).days()
}

#[test]
fn nothing_is_made_of_what_is_missing_until_it_comes() {
    let ten_hours_d = 10.0 / 24.0;
    // Twenty remain at one a day, the first of them ten hours after the steel has come.
    let stopped = promised(30.0, 0.0);
    assert_eq!(stopped.waits_for, Some(id("steel")));
    assert!((expected_d(&stopped) - (30.0 + ten_hours_d + 19.0)).abs() < 0.1, "{stopped:?}");
    // With steel for five more the rest waits as long as before, no longer.
    let later = promised(30.0, 5.0);
    assert_eq!(later.waits_for, Some(id("steel")));
    let fourteen_after = 30.0 + ten_hours_d + 14.0;
    assert!((expected_d(&later) - fourteen_after).abs() < 1.1, "{later:?}");
}

#[test]
fn a_promise_that_is_kept_before_the_shortage_does_not_move() {
    let found = promised(12.0, 5.0);
    assert_eq!(found.waits_for, None);
    assert!((expected_d(&found) - 12.0).abs() < 0.1, "{found:?}");
    // A delivery that comes before the shelf is empty leaves the date where it was.
    let found = promised(30.0, 40.0);
    assert_eq!(found.waits_for, None);
    assert!((expected_d(&found) - 30.0).abs() < 0.1, "{found:?}");
}

/// Whoever may not know that steel runs dry is told the date as it would be with steel: a date
/// that waits would tell of it.
#[test]
fn a_date_waits_for_nothing_that_its_reader_may_not_know() {
    let analytics = ordered(30.0, 0.0);
    let (home, now) = (id("home"), at(240.0));
    let known = analytics.dry(&home, now);
    let waits = analytics.outlook_with(&home, now, &known).remove(0);
    let supplier = (home.clone(), Source::Supplier(id("mill")));
    assert_eq!(waits, analytics.outlook(&home, now).remove(0));
    assert!(waits.inputs.contains(&supplier), "what moves a date is among what it rests on");
    let told = analytics.outlook_with(&home, now, &[]).remove(0);
    assert_eq!(told.waits_for, None);
    assert!((expected_d(&told) - 30.0).abs() < 0.1, "{told:?}");
    assert!(!told.inputs.contains(&supplier));
}
