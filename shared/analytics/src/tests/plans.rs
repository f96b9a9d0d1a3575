//! Promises, supply, use of units, hours: findings that are counted.

use twin::{Span, Statement, UnitState, report::OrderTerms};

use super::fixture::{Tale, at, id, line, terms};
use crate::OutlookMethod;

#[test]
fn an_order_is_expected_at_the_pace_of_late() {
    let mut tale = Tale::default();
    let due = at(240.0);
    let order = OrderTerms { order: id("O1"), material: id("block"), quantity: 30.0, due };
    tale.say("home", 0.0, Statement::OrderPlaced(order));
    // One block a day: 10 done on day 10, 20 remain.
    for day in 0..11 {
        tale.completed("home", f64::from(day) * 24.0, &format!("b{day}"));
    }
    let analytics = tale.observed(&[line("home", 1)]);
    let outlook = analytics.outlook(&id("home"), at(240.0));
    let found = outlook.first().expect("an order");
    assert_eq!((found.done, found.needed, found.method), (11.0, 30.0, OutlookMethod::RecentPace));
    assert!((found.slip_d.expect("a date") - 19.0).abs() < 0.1, "{found:?}");
    let (plant, material) = (id("home"), id("block"));
    let days = analytics.throughput(&plant, &material, at(240.0));
    assert_eq!(days.iter().map(|day| day.count).sum::<f64>(), 11.0);
}

#[test]
fn a_part_runs_dry_before_its_late_delivery() {
    let mut tale = Tale::default();
    tale.say("home", 0.0, Statement::DeliveryPromised(terms("D1", 50.0, 240.0)));
    // Two a day out of ten.
    for half in 0..8 {
        let (material, storage) = (id("steel"), id("store"));
        let used =
            Statement::LotConsumed { material, quantity: 1.0, storage, lot: None, part: None };
        tale.say("home", 12.0 * f64::from(half), used);
    }
    tale.say("home", 90.0, Statement::DeliveryDelayed(terms("D1", 50.0, 336.0)));
    let analytics = tale.observed(&[line("home", 1)]);
    let dry = analytics.dry(&id("home"), at(96.0));
    let found = dry.first().expect("steel");
    assert_eq!((found.stock, found.use_per_day), (2.0, 2.0));
    assert_eq!(found.cover_d, Some(1.0));
    assert_eq!(found.dry, Some(at(120.0)));
    assert_eq!((found.next_delivery, found.first_promise), (Some(at(336.0)), Some(at(240.0))));
    assert_eq!(found.late_d, Some(4.0));
    assert_eq!(found.supplier, Some(id("mill")));
}

#[test]
fn hours_count_overlaps_and_operations_without_length() {
    let mut tale = Tale::default();
    let machine = (twin::CauseKind::Machine, "S1");
    tale.run("home", 1, "a", (0.0, 4.0), machine);
    tale.run("home", 1, "b", (1.0, 3.0), machine);
    tale.run("home", 2, "a", (6.0, 6.0), machine);
    tale.run("home", 2, "b", (2.0, 5.0), machine);
    let analytics = tale.observed(&[line("home", 2)]);
    let told: Vec<String> = analytics
        .hours(&id("home"))
        .iter()
        .map(|h| {
            let id = &h.work_center;
            let (of, zero) = (h.operations, h.zero_length);
            format!("{id} {of} {zero} {:.1} h waits {:.1} h", h.operation_hours, h.waiting_hours)
        })
        .collect();
    // Part a waits from 4 to 6; part b begins again before it is done, which is no waiting.
    assert_eq!(told, ["c1 2 0 6.0 h waits 0.0 h", "c2 2 1 3.0 h waits 3.0 h"]);
}

#[test]
fn a_ribbon_follows_statements_and_operations() {
    let mut tale = Tale::default();
    tale.run("home", 1, "a", (0.0, 10.0), (twin::CauseKind::Machine, "S1"));
    tale.state("home", 4.0, "S1", UnitState::Down);
    tale.state("home", 6.0, "S1", UnitState::Working);
    tale.completed("home", 10.0, "a");
    tale.state("home", 12.0, "S1", UnitState::OffShift);
    let analytics = tale.observed(&[line("home", 1)]);
    let ribbon = analytics.ribbon(&id("home"), &id("S1"), at(-5.0), at(20.0));
    let told: Vec<String> =
        ribbon.iter().map(|s| format!("{} {} h", s.state, s.to.since(s.from).hours())).collect();
    assert_eq!(told, ["working 4 h", "down 2 h", "working 4 h", "starved 2 h", "off_shift 8 h"]);
    let week = Span::from_hours(168.0);
    let used = analytics.unit_use(&id("home"), &id("S1"), at(20.0), week).expect("a unit");
    assert_eq!((used.finished, used.working_ratio), (1, 0.4));
}

#[test]
fn the_newest_comment_answers() {
    let mut tale = Tale::default();
    for (hours, text) in [(5.0, "two days"), (2.0, "who?")] {
        let comment = Statement::Comment { about: "S1".into(), text: text.to_owned() };
        tale.say("home", hours, comment);
    }
    let analytics = tale.observed(&[line("home", 1)]);
    let remark = analytics.last_comment(&id("home"), &["S1", "mill"]).expect("said");
    assert_eq!((remark.text.as_str(), remark.at), ("two days", at(5.0)));
}
