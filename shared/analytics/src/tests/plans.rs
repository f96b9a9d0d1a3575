//! Promises, supply, use of units, hours: findings that are counted.

use twin::{
    Span, Statement, UnitState,
    definition::{Basis, Milestone, SerialScheme, Tracking},
    report::OrderTerms,
};

use super::fixture::{Tale, at, id, line, material, programme, terms};
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

/// A ship of two blocks, which wait in `B1`; station 2 is the quay, 10 days for a ship.
fn ships(tale: Tale, now: f64) -> String {
    let mut plant = line("home", 2);
    plant.materials.push(material("ship", Tracking::Serial));
    plant.operations[1].inputs[0].quantity = 2.0;
    plant.operations[1].output.material = id("ship");
    plant.operations[1].duration.mean = Span::from_hours(240.0);
    let mut programme = programme(std::slice::from_ref(&plant));
    let scheme = |material: &str, parent: Option<&str>, count, pattern: &str| SerialScheme {
        material: id(material),
        parent: parent.map(id),
        count,
        pattern: pattern.to_owned(),
        built_at: vec![],
        basis: Basis::Assumed,
    };
    programme.serials = vec![
        scheme("ship", None, None, "H{n}"),
        scheme("block", Some("ship"), Some(2), "{root}-B{n}"),
    ];
    programme.milestones = vec![Milestone {
        id: id("H1-delivery"),
        name: "Delivery".to_owned(),
        plant: id("home"),
        part: id("H1"),
        reached_at: id("c2"),
        due: at(480.0),
    }];
    let analytics = tale.observed_in(&programme, &[plant]);
    let found = analytics.outlook(&id("home"), at(now));
    let found = found.first().expect("a milestone");
    let slip_d = found.slip_d.map(|days| format!("{days:+.1} d"));
    let (done, needed) = (found.done, found.needed);
    format!("{:?} {done} of {needed} {}", found.method, slip_d.unwrap_or_default())
}

fn quay(from: f64, to: f64) -> Tale {
    let mut tale = Tale::default();
    for block in ["H1-B1", "H1-B2"] {
        tale.run("home", 1, block, (0.0, 24.0), (twin::CauseKind::Machine, "S1"));
        let (material, storage) = (id("block"), id("B1"));
        let (lot, part) = (Some(block.parse().expect("a lot")), Some(id("H1")));
        let used = Statement::LotConsumed { material, quantity: 1.0, storage, lot, part };
        tale.say("home", from, used);
    }
    tale.run("home", 2, "H1", (from, to), (twin::CauseKind::Material, "B1"));
    tale.told.retain(|(_, report)| report.at <= at(300.0));
    tale
}

#[test]
fn a_milestone_that_has_not_begun_counts_all_of_its_work() {
    // Without its blocks, and no pace of theirs on record, there is nothing to compute from.
    assert_eq!(ships(Tale::default(), 120.0), "None 0 of 2 ");
    // With them, 10 days of quay work from hour 120 on: hour 360, five days early.
    let mut tale = Tale::default();
    tale.completed("home", 24.0, "H1-B1");
    tale.completed("home", 48.0, "H1-B2");
    assert_eq!(ships(tale, 120.0), "PlannedPace 2 of 2 -5.0 d");
}

#[test]
fn a_milestone_in_progress_counts_what_remains_of_the_running_work() {
    // Begun at hour 48, so done at hour 288, whenever one asks.
    assert_eq!(ships(quay(48.0, 500.0), 60.0), "PlannedPace 2 of 2 -8.0 d");
    assert_eq!(ships(quay(48.0, 500.0), 240.0), "PlannedPace 2 of 2 -8.0 d");
    // Longer than planned: any moment now.
    assert_eq!(ships(quay(48.0, 500.0), 312.0), "PlannedPace 2 of 2 -7.0 d");
}

#[test]
fn a_milestone_reached_says_when() {
    assert_eq!(ships(quay(48.0, 270.0), 280.0), "Reached 2 of 2 -8.8 d");
}

/// Steel in words: its dry hour if any, and use a day; `left out` when it is not listed.
fn steel(tale: Tale, now: f64) -> String {
    let analytics = tale.observed(&[line("home", 1)]);
    let dry = analytics.dry(&id("home"), at(now));
    let Some(found) = dry.first() else { return "left out".to_owned() };
    let dry = found.dry.map(|moment| format!("{:.0} h", moment.since(at(0.0)).hours()));
    format!("dry {} use {:.1}", dry.unwrap_or_else(|| "never".to_owned()), found.use_per_day)
}

fn emptied(hours: f64) -> Tale {
    let mut tale = Tale::default();
    let (material, storage) = (id("steel"), id("store"));
    tale.say("home", hours, Statement::Stock { storage, material, quantity: 0.0 });
    tale
}

#[test]
fn an_empty_shelf_is_dry_only_for_who_waits() {
    // Nobody uses it, nobody waits.
    assert_eq!(steel(emptied(0.0), 48.0), "left out");
    // Somebody waits, so that nothing is used.
    let mut tale = emptied(0.0);
    tale.state("home", 24.0, "S1", UnitState::Starved);
    assert_eq!(steel(tale, 48.0), "dry 48 h use 0.0");
}

#[test]
fn deliveries_that_keep_pace_do_not_run_dry_now() {
    let mut tale = emptied(0.0);
    for day in 0..10 {
        let hours = 24.0 * f64::from(day);
        tale.say("home", hours, Statement::DeliveryArrived(terms(&format!("D{day}"), 2.0, hours)));
        let (material, storage) = (id("steel"), id("store"));
        let used =
            Statement::LotConsumed { material, quantity: 2.0, storage, lot: None, part: None };
        tale.say("home", hours + 0.1, used);
    }
    tale.say("home", 220.0, Statement::DeliveryPromised(terms("D10", 2.0, 240.0)));
    let found = steel(tale, 228.0);
    assert!(found.starts_with("dry 26") && found.ends_with("use 2.1"), "{found}");
}
