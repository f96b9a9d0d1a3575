//! What somebody must act on: raised once, while it is so, and over by itself.

use twin::{Cause, CauseKind, Statement, UnitState, report::OrderTerms};

use super::fixture::{Tale, at, id, line, terms};
use crate::{Concern, Promise};

/// Somebody reports every three hours; steel runs out at hour 10, and from hour 11 a
/// station waits for it.
fn out_of_steel() -> Tale {
    let mut tale = Tale::default();
    let (material, storage) = (id("steel"), id("store"));
    tale.say("home", 0.0, Statement::Stock { storage, material, quantity: 4.0 });
    used(&mut tale, 2.0);
    used(&mut tale, 10.0);
    waits(&mut tale, 11.0);
    tale.say("home", 0.5, Statement::DeliveryPromised(terms("D1", 60.0, 960.0)));
    tale
}

fn used(tale: &mut Tale, hours: f64) {
    let (material, storage) = (id("steel"), id("store"));
    let used = Statement::LotConsumed { material, quantity: 2.0, storage, lot: None, part: None };
    tale.say("home", hours, used);
}

fn waits(tale: &mut Tale, hours: f64) {
    let cause = Some(Cause { kind: CauseKind::Material, id: "store".into() });
    let (unit, state) = (id("S1"), UnitState::Starved);
    tale.say("home", hours, Statement::UnitState { unit, state, reason: None, cause });
}

/// What is raised at an hour, in words: what, and since which hour.
fn raised(mut tale: Tale, hours: f64) -> Vec<String> {
    // Another station goes on, so that the record goes on.
    for n in 0..(hours / 3.0) as u32 {
        let state = if n % 2 == 0 { UnitState::Working } else { UnitState::Starved };
        tale.state("home", 3.0 * f64::from(n), "S2", state);
    }
    tale.told.retain(|(_, report)| report.at <= at(hours));
    let analytics = tale.observed(&[line("home", 2)]);
    let raised = analytics.concerns(&id("home"), at(hours));
    let words = raised.into_iter().map(|raised| {
        let what = match &raised.what {
            Concern::PartIsOut(part) if part.waited_for => format!("{} is out", part.material),
            Concern::PartIsOut(part) => format!("{} was out", part.material),
            Concern::PromiseIsMissed(promise) => {
                let Promise::Order(order) = &promise.what else { panic!("{promise:?}") };
                format!("{order} is missed by {:.0} d", promise.slip_d.unwrap_or(0.0))
            }
            Concern::UnitStands { unit, state } => format!("{unit} is {state}"),
        };
        let ends = if raised.goes_on { "" } else { ", not so now" };
        format!("{what} since {:.0} h{ends}", raised.since.since(at(0.0)).hours())
    });
    words.collect()
}

#[test]
fn a_part_that_is_out_while_stations_wait_is_raised_until_it_has_come() {
    assert_eq!(raised(out_of_steel(), 9.0), Vec::<String>::new());
    for hours in [30.0, 300.0] {
        assert_eq!(raised(out_of_steel(), hours), ["steel is out since 11 h"]);
    }
    // A few that come and are used up within hours end nothing, and nothing new begins.
    let few = || {
        let mut tale = out_of_steel();
        tale.say("home", 50.0, Statement::DeliveryArrived(terms("D0", 2.0, 50.0)));
        used(&mut tale, 58.0);
        waits(&mut tale, 59.0);
        tale
    };
    // It is told as it is, not as it was when it was last looked at; and it goes on, since no more
    // comes before they are used up.
    assert_eq!(raised(few(), 51.0), ["steel was out since 11 h"]);
    assert_eq!(raised(few(), 57.0), ["steel was out since 11 h"]);
    assert_eq!(raised(few(), 100.0), ["steel is out since 11 h"]);
    // Enough does, a day later.
    let enough = || {
        let mut tale = out_of_steel();
        tale.say("home", 50.0, Statement::DeliveryArrived(terms("D0", 60.0, 50.0)));
        tale.state("home", 51.0, "S1", UnitState::Working);
        tale
    };
    assert_eq!(raised(enough(), 60.0), ["steel is out since 11 h, not so now"]);
    assert_eq!(raised(enough(), 90.0), Vec::<String>::new());
}

#[test]
fn a_unit_that_is_down_for_more_than_a_day_is_raised_until_it_works() {
    let tale = |again: f64| {
        let mut tale = Tale::default();
        tale.state("home", 20.0, "S1", UnitState::Down);
        // The shift ends and begins again: it is down all the while.
        tale.state("home", 30.0, "S1", UnitState::OffShift);
        tale.state("home", 40.0, "S1", UnitState::Down);
        tale.state("home", again, "S1", UnitState::Working);
        tale
    };
    assert_eq!(raised(tale(900.0), 42.0), Vec::<String>::new());
    assert_eq!(raised(tale(900.0), 60.0), ["S1 is down since 20 h"]);
    assert_eq!(raised(tale(70.0), 72.0), Vec::<String>::new());
}

#[test]
fn the_next_promise_of_a_product_is_raised_when_it_will_be_missed_by_a_week() {
    let tale = |due_d: f64| {
        let mut tale = Tale::default();
        for (name, later_d) in [("O1", 0.0), ("O2", 20.0)] {
            let due = at(24.0 * (due_d + later_d));
            let (order, material) = (id(name), id("block"));
            let order = OrderTerms { order, material, quantity: 30.0, due };
            tale.say("home", 0.0, Statement::OrderPlaced(order));
        }
        for day in 0..40 {
            tale.completed("home", 24.0 * f64::from(day), &format!("b{day}"));
        }
        tale
    };
    // Thirty at one a day: on day 29.
    assert_eq!(raised(tale(45.0), 240.0), Vec::<String>::new());
    // Four days are nothing to act on; the next one will be missed by fourteen.
    let found = raised(tale(25.0), 240.0);
    assert!(found.len() == 1 && found[0].starts_with("O2 is missed by 14 d"), "{found:?}");
    let found = raised(tale(20.0), 240.0);
    assert!(found.len() == 1 && found[0].starts_with("O1 is missed by 9 d"), "{found:?}");
    // The next one is promised in time: nothing is raised once this one is met.
    let found = raised(tale(20.0), 34.0 * 24.0);
    assert!(found.iter().all(|one| !one.contains("O1")), "{found:?}");
}

#[test]
fn a_promise_that_is_much_later_than_the_next_is_raised_besides_until_it_is_kept() {
    let tale = |later_d: f64| {
        let mut tale = Tale::default();
        for (name, later_d) in [("O1", 0.0), ("O2", later_d), ("O3", 2.0 * later_d)] {
            let due = at(24.0 * (20.0 + later_d));
            let (order, material) = (id(name), id("block"));
            let order = OrderTerms { order, material, quantity: 30.0, due };
            tale.say("home", 0.0, Statement::OrderPlaced(order));
        }
        for day in 0..40 {
            tale.completed("home", 24.0 * f64::from(day), &format!("b{day}"));
        }
        tale
    };
    let orders = |later_d: f64, hours: f64| -> Vec<String> {
        let found = raised(tale(later_d), hours).into_iter();
        let named = found.map(|one| one.split_whitespace().next().unwrap_or_default().to_owned());
        named.collect()
    };
    // Each is five days later than the one before, or twenty-five.
    assert_eq!(orders(25.0, 240.0), ["O1"]);
    assert_eq!(orders(5.0, 240.0), ["O1", "O2"], "what comes after is not listed for ever");
    // The thirtieth comes in the 696th hour: nobody has to act on what is done.
    assert_eq!(orders(5.0, 695.0), ["O1", "O2"]);
    assert!(!orders(5.0, 697.0).contains(&"O1".to_owned()));
}

#[test]
fn a_part_that_is_about_to_come_is_raised_when_it_is_out_for_longer() {
    let tale = |next: f64| {
        let mut tale = out_of_steel();
        tale.told.retain(|(_, report)| !matches!(report.statement, Statement::DeliveryPromised(_)));
        tale.say("home", 0.5, Statement::DeliveryPromised(terms("D1", 60.0, next)));
        tale
    };
    // It is looked at when the station runs out of work, and every six hours.
    assert_eq!(raised(tale(960.0), 11.5), ["steel is out since 11 h"]);
    assert_eq!(raised(tale(960.0), 16.0), ["steel is out since 11 h"]);
    assert_eq!(raised(tale(30.0), 16.0), Vec::<String>::new());
    assert_eq!(raised(tale(30.0), 22.0), ["steel is out since 11 h"]);
}

#[test]
fn a_promise_that_becomes_much_later_is_raised_when_it_does() {
    let tale = |due_d: f64| {
        let mut tale = Tale::default();
        let order = |due_d: f64| OrderTerms {
            order: id("O1"),
            material: id("block"),
            quantity: 30.0,
            due: at(24.0 * due_d),
        };
        tale.say("home", 0.0, Statement::OrderPlaced(order(45.0)));
        for day in 0..40 {
            tale.completed("home", 24.0 * f64::from(day), &format!("b{day}"));
        }
        tale.say("home", 241.0, Statement::OrderChanged(order(due_d)));
        tale
    };
    // Thirty at one a day: on day 29. The samples are of hours 240 and 246.
    assert_eq!(raised(tale(12.0), 240.5), Vec::<String>::new());
    let found = raised(tale(12.0), 242.0);
    assert!(found.len() == 1 && found[0].starts_with("O1 is missed by 17 d"), "{found:?}");
    assert_eq!(raised(tale(20.0), 242.0), Vec::<String>::new(), "nine days may yet be made up");
    assert_eq!(raised(tale(20.0), 256.0).len(), 1);
}
