//! Traces whose critical path is known.

use std::collections::BTreeMap;

use twin::{
    Cause, CauseKind, Plant, Span, Statement, UnitState,
    definition::{Order, Tracking},
};

use super::fixture::{Tale, at, id, line, material, words};
use crate::{
    HoldUp, Node, Thing, Why,
    history::{History, Sample, Standing},
};

#[track_caller]
fn check(plants: &[Plant], tale: Tale, end: f64, expected: &str) {
    let analytics = tale.observed(plants);
    let found = analytics.hold_up(&plants[0].id, at(end), Some(Span::from_hours(end - 1.0)));
    assert_eq!(words(&found), expected);
    let again = analytics.hold_up(&plants[0].id, at(end), Some(Span::from_hours(end - 1.0)));
    assert_eq!(found, again, "the bootstrap depends on nothing but plant and time");
}

#[test]
fn the_slow_station_of_a_line_leads() {
    let mut tale = Tale::default();
    let end = tale.worked("home", 3, 40, |n, _| if n == 2 { 15.0 } else { 10.0 });
    check(&[line("home", 3)], tale, end, "c2 100 % Sure: home/c3 material <- home/c2 working");
}

#[test]
fn a_station_that_breaks_leads_by_its_downs() {
    let mut tale = Tale::default();
    // Down for 8 h in every second part of station 1, which is otherwise the fastest.
    let end = tale.worked("home", 3, 40, |n, k| match n {
        1 if k % 2 == 0 => 16.0,
        1 => 8.0,
        _ => 9.0,
    });
    for pair in 0..20 {
        let begun = f64::from(pair) * 24.0 + 8.0;
        tale.state("home", begun + 4.0, "S1", UnitState::Down);
        tale.state("home", begun + 12.0, "S1", UnitState::Working);
    }
    check(&[line("home", 3)], tale, end, "c1 100 % Sure: home/c3 material <- home/c1 down");
}

#[test]
fn a_station_without_material_points_at_the_supplier() {
    let mut tale = Tale::default();
    for k in 0..20 {
        let came = f64::from(k) * 20.0;
        tale.delivered("home", came, &format!("D{k}"));
        let part = format!("home-{k}");
        let cause = (CauseKind::Material, format!("D{k}"));
        tale.run("home", 1, &part, (came, came + 5.0), (cause.0, &cause.1));
        tale.completed("home", came + 5.0, &part);
    }
    check(
        &[line("home", 1)],
        tale,
        385.0,
        "mill 100 % Sure: home/c1 material <- home/mill material",
    );
}

#[test]
fn a_crane_that_everybody_waits_for_leads() {
    let mut tale = Tale::default();
    let crane = || Some(Cause { kind: CauseKind::Crane, id: "crane".into() });
    for k in 0..20 {
        let name = format!("home-{k}");
        // Station 1 needs 6 h and is kept until the crane, busy for 10 h a lift, takes the part.
        let lift = 6.0 + f64::from(k) * 10.0;
        let begun = if k == 0 { 0.0 } else { lift - 10.0 };
        tale.run("home", 1, &name, (begun, begun + 6.0), (CauseKind::Machine, "S1"));
        let taken = Statement::ResourceTaken { resource: id("crane"), by: name.as_str().into() };
        tale.say("home", lift, taken);
        let moved = |from: &str, to: &str, cause| Statement::PartMoved {
            part: id(&name),
            from: from.parse().expect("a place"),
            to: to.parse().expect("a place"),
            by: Some(id("crane")),
            cause,
        };
        tale.say("home", lift, moved("S1", "crane", crane()));
        tale.say("home", lift + 10.0, moved("crane", "B1", None));
        let freed = Statement::ResourceFreed { resource: id("crane"), by: name.as_str().into() };
        tale.say("home", lift + 10.0, freed);
        tale.run("home", 2, &name, (lift + 10.0, lift + 12.0), (CauseKind::Material, "B1"));
        tale.completed("home", lift + 12.0, &name);
    }
    // It has led for less than three days.
    check(
        &[line("home", 2)],
        tale,
        208.0,
        "crane 100 % Probably: home/c2 material <- home/crane transit",
    );
}

#[test]
fn a_crew_that_two_stations_share_leads() {
    let mut tale = Tale::default();
    // One crew: station 1 for 6 h, station 2 for 6 h, in turn, each released by the crew.
    for k in 0..20 {
        let name = format!("home-{k}");
        let begun = f64::from(k) * 12.0;
        let crew = (CauseKind::Operator, "welders");
        tale.run("home", 1, &name, (begun, begun + 6.0), crew);
        tale.moved("home", begun + 6.0, &name, "S1", "B1");
        tale.run("home", 2, &name, (begun + 6.0, begun + 12.0), crew);
        tale.completed("home", begun + 12.0, &name);
    }
    check(
        &[line("home", 2)],
        tale,
        240.0,
        "welders 100 % Sure: home/c2 material <- home/welders crew",
    );
}

#[test]
fn a_slow_partner_leads_across_the_border() {
    let mut tale = Tale::default();
    for k in 0..20 {
        let name = format!("H2-B{k:03}");
        let begun = f64::from(k) * 30.0;
        let machine = (CauseKind::Machine, "S1");
        tale.run("partner", 1, &name, (begun, begun + 30.0), machine);
        tale.moved("partner", begun + 30.0, &name, "S1", "barge");
        for plant in ["partner", "home"] {
            tale.moved(plant, begun + 33.0, &name, "partner/barge", "home/store");
        }
        let barge = (CauseKind::Material, "partner/barge");
        tale.run("home", 1, &name, (begun + 33.0, begun + 38.0), barge);
        tale.completed("home", begun + 38.0, &name);
    }
    let plants = [line("home", 1), line("partner", 1)];
    check(&plants, tale, 608.0, "c1 100 % Sure: home/c1 material <- partner/c1 working");
}

#[test]
fn a_wait_that_has_not_ended_shows() {
    let mut tale = Tale::default();
    for k in 0..10 {
        let came = f64::from(k) * 10.0;
        tale.delivered("home", came, &format!("D{k}"));
        let part = format!("home-{k}");
        let cause = (CauseKind::Material, format!("D{k}"));
        tale.run("home", 1, &part, (came, came + 9.0), (cause.0, &cause.1));
        tale.completed("home", came + 9.0, &part);
    }
    let (storage, material) = (id("store"), id("steel"));
    tale.say("home", 98.0, Statement::Stock { storage, material, quantity: 0.0 });
    let cause = Some(Cause { kind: CauseKind::Material, id: "store".into() });
    let (unit, state) = (id("S1"), UnitState::Starved);
    tale.say("home", 99.0, Statement::UnitState { unit, state, reason: None, cause });
    let plants = [line("home", 1)];
    let analytics = tale.observed(&plants);
    // Five days after the last delivery, nothing has been reported since.
    let found = analytics.hold_up(&plants[0].id, at(220.0), Some(Span::from_hours(125.0)));
    assert_eq!(words(&found), "mill 100 % Sure: home/c1 material <- home/mill material");
}

#[test]
fn a_record_without_causes_claims_as_much_as_it_holds() {
    let log = |may_limit| {
        let mut plant = line("home", 2);
        plant.work_centers.iter_mut().for_each(|center| center.may_limit = may_limit);
        let mut tale = Tale::default();
        let end = tale.worked("home", 2, 20, |n, _| if n == 1 { 5.0 } else { 8.0 });
        for (_, report) in &mut tale.told {
            if let Statement::OpStarted { cause, .. } = &mut report.statement {
                *cause = None;
            }
        }
        (plant, tale, end)
    };
    let (plant, tale, end) = log(false);
    check(&[plant], tale, end, "no_causes");
    let (plant, tale, end) = log(true);
    check(&[plant], tale, end, "no_causes");
    // With states, the longest mean active period is named.
    let (plant, mut tale, end) = log(true);
    for k in 0..12 {
        tale.state("home", f64::from(k) * 10.0, "S2", UnitState::Working);
        tale.state("home", f64::from(k) * 10.0 + 8.0, "S2", UnitState::Starved);
        tale.state("home", f64::from(k) * 10.0, "S1", UnitState::Working);
        tale.state("home", f64::from(k) * 10.0 + 5.0, "S1", UnitState::Blocked);
    }
    let plants = [plant];
    let analytics = tale.observed(&plants);
    let found = words(&analytics.hold_up(&plants[0].id, at(end), None));
    assert!(found.starts_with("c2 "), "{found}");
    check(&[line("home", 2)], Tale::default(), 10.0, "too_early");
}

#[test]
fn lines_weigh_what_the_plan_expects_of_them() {
    // Station 1 makes blocks, waits for the mill and is promised 90; station 2 makes 30 rafts.
    let lines = |blocks: f64, rafts: f64| {
        let mut plant = line("home", 2);
        plant.materials.push(material("raft", Tracking::Serial));
        for operation in &mut plant.operations {
            operation.output.to = None;
            operation.inputs.truncate(usize::from(operation.id.as_str() == "o1"));
        }
        plant.operations[1].output.material = id("raft");
        let order = |name: &str, material: &str, quantity| Order {
            id: id(name),
            material: id(material),
            quantity,
            due: at(300.0),
            customer: String::new(),
        };
        plant.orders = vec![order("A", "block", blocks), order("B", "raft", rafts)];
        let mut tale = Tale::default();
        for k in 0..20 {
            let came = f64::from(k) * 20.0;
            tale.delivered("home", came, &format!("D{k}"));
            let (part, delivery) = (format!("home-{k}"), format!("D{k}"));
            tale.run("home", 1, &part, (came, came + 5.0), (CauseKind::Material, &delivery));
            tale.run("home", 2, &format!("r{k}"), (came, came + 20.0), (CauseKind::Machine, "S2"));
        }
        (plant, tale)
    };
    let (plant, tale) = lines(90.0, 30.0);
    check(&[plant], tale, 400.0, "mill 75 % Sure: home/c1 material <- home/mill material");
    let (plant, tale) = lines(30.0, 90.0);
    check(&[plant], tale, 400.0, "c2 75 % Sure: home/c2 working");
}

/// Ten blocks through two stations of 10 h each; station 1 breaks when it has done them.
fn broken_after_ten(waiting: usize) -> (Plant, Tale, f64) {
    let mut tale = Tale::default();
    let end = tale.worked("home", 2, 10, |_, _| 10.0);
    for extra in 0..waiting {
        tale.moved("home", 90.0, &format!("spare-{extra}"), "store", "B1");
    }
    tale.state("home", 100.0, "S1", UnitState::Down);
    (line("home", 2), tale, end)
}

#[test]
fn a_stop_upstream_leads_when_it_is_bound_to_reach_the_end() {
    let (plant, tale, _) = broken_after_ten(0);
    check(&[plant], tale, 160.0, "c1 100 % Probably: home/c2 material <- home/c1 down");
}

#[test]
fn a_stop_that_waiting_parts_outlast_does_not_lead() {
    let (plant, tale, end) = broken_after_ten(40);
    let analytics = tale.observed(&[plant]);
    let found = analytics.hold_up(&id("home"), at(end), Some(Span::from_hours(100.0)));
    let HoldUp::Known(verdict) = found else { panic!("{found:?}") };
    let down = verdict.shares.iter().flat_map(|s| &s.split).any(|(why, _)| *why == Why::Down);
    assert!(!down, "{verdict:?}");
}

fn sampled(name: &str, why: Why, former: Standing) -> Sample {
    let node = Node { plant: id("home"), thing: Thing::WorkCenter(id(name)) };
    Sample { node, why, since: None, former, told: BTreeMap::new() }
}

/// Who is told after each sample, six hours apart.
fn told(samples: &[(&str, Why, Standing)]) -> (History, Vec<String>) {
    let mut history = History::default();
    let mut told = Vec::new();
    for (&(name, why, former), hours) in samples.iter().zip((0..).step_by(6)) {
        history.lead(at(f64::from(hours)), sampled(name, why, former));
        let lead = history.current().expect("one leads");
        told.push(format!("{} {}", lead.node.thing.id(), lead.why.name()));
    }
    (history, told)
}

#[test]
fn a_lead_changes_once_it_has_lasted_and_counts_from_its_first_sample() {
    let led = ["c1", "c2", "c1", "c2", "c2", "c2", "c2", "c2", "c1"];
    let (history, told) = told(&led.map(|name| (name, Why::Working, Standing::Counts)));
    let expected = ["c1", "c1", "c1", "c1", "c1", "c1", "c2", "c2", "c2"];
    assert_eq!(told, expected.map(|name| format!("{name} working")));
    let c2 = Node { plant: id("home"), thing: Thing::WorkCenter(id("c2")) };
    assert_eq!(history.since(&c2, Why::Working), Some(at(18.0)));
    assert_eq!(history.since(&c2, Why::Down), None);
}

#[test]
fn a_lead_by_another_reason_is_another_lead() {
    let (working, down) = (Why::Working, Why::Down);
    let led = [working, working, down, working, down, down, down, down];
    let (history, told) = told(&led.map(|why| ("c1", why, Standing::Counts)));
    assert_eq!(told.iter().filter(|told| *told == "c1 down").count(), 1);
    assert_eq!(told.last().expect("told"), "c1 down");
    let c1 = Node { plant: id("home"), thing: Thing::WorkCenter(id("c1")) };
    assert_eq!(history.since(&c1, down), Some(at(24.0)));
}

#[test]
fn a_lead_that_is_gone_is_followed_soon() {
    let (_, told) = told(&[
        ("c1", Why::Working, Standing::Counts),
        ("c2", Why::Down, Standing::IsGone),
        ("c3", Why::Down, Standing::IsGone),
        ("c3", Why::Down, Standing::IsGone),
    ]);
    assert_eq!(told, ["c1 working", "c1 working", "c1 working", "c3 down"]);
}
