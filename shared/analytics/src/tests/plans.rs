//! Promises, supply, use of units, hours: findings that are counted.

use twin::{
    Plant, Programme, Span, Statement, UnitState, definition::Tracking, report::OrderTerms,
};

use super::fixture::{Tale, at, delivery_of, fleet, id, line, material, programme, terms};
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
    assert_eq!(told, ["c1 2 0 6.0 h waits 0.0 h", "c2 2 1 3.0 h waits 2.0 h"]);
}

#[test]
fn a_part_waits_from_the_end_of_the_operation_begun_before() {
    let mut tale = Tale::default();
    let machine = (twin::CauseKind::Machine, "S1");
    // 0 to 2 at the first; 10 to 20 at the second; from 12 on, while that runs, at the third; at
    // 15 the third again: after what was begun before it, whatever else still runs.
    tale.run("home", 1, "a", (0.0, 2.0), machine);
    tale.run("home", 2, "a", (10.0, 20.0), machine);
    tale.run("home", 3, "a", (12.0, 13.0), machine);
    tale.run("home", 4, "a", (15.0, 16.0), machine);
    let analytics = tale.observed(&[line("home", 4)]);
    let hours = analytics.hours(&id("home"));
    let waits: Vec<f64> = hours.iter().map(|h| h.waiting_hours).collect();
    assert_eq!(waits, [0.0, 8.0, 0.0, 2.0]);
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

/// A programme of ships of so many blocks each; its milestone is the first at `c2`.
fn programme_of_ships(plant: &Plant, blocks: u32) -> Programme {
    Programme { milestones: vec![delivery_of("H1", 480.0)], ..fleet(plant, None, blocks) }
}

/// A ship of two blocks, which wait in `B1`; station 2 is the quay, 10 days for a ship.
fn ships(tale: Tale, now: f64) -> String {
    let found = observed_ships(tale).outlook(&id("home"), at(now));
    let found = found.first().expect("a milestone");
    let slip_d = found.slip_d.map(|days| format!("{days:+.1} d"));
    let (done, needed) = (found.done, found.needed);
    format!("{:?} {done} of {needed} {}", found.method, slip_d.unwrap_or_default())
}

fn observed_ships(tale: Tale) -> crate::Analytics {
    let mut plant = line("home", 2);
    plant.materials.push(material("ship", Tracking::Serial));
    plant.operations[1].inputs[0].quantity = 2.0;
    plant.operations[1].output.material = id("ship");
    plant.operations[1].duration.mean = Span::from_hours(240.0);
    let programme = programme_of_ships(&plant, 2);
    tale.observed_in(&programme, &[plant])
}

#[test]
fn a_part_is_in_place_when_the_work_that_puts_it_there_has_ended() {
    let mut plant = line("home", 2);
    plant.materials.push(material("ship", Tracking::Serial));
    let programme = programme_of_ships(&plant, 2);
    let done = |until: f64| {
        let mut tale = Tale::default();
        tale.moved("home", 10.0, "H1-B1", "B1", "S2");
        tale.run("home", 2, "H1-B1", (10.0, 20.0), (twin::CauseKind::Material, "B1"));
        tale.told.retain(|(_, report)| report.at <= at(until));
        let analytics = tale.observed_in(&programme, std::slice::from_ref(&plant));
        analytics.outlook(&id("home"), at(until))[0].done
    };
    assert_eq!((done(15.0), done(20.0)), (0.0, 1.0));
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
    // Long after, when no page tells it any more.
    let analytics = observed_ships(quay(48.0, 270.0));
    assert_eq!(analytics.outlook(&id("home"), at(2_000.0)), []);
    let reached: Vec<_> = analytics.milestones_reached(&id("home")).map(|(_, at)| at).collect();
    assert_eq!(reached, [at(270.0)]);
    let nothing = observed_ships(Tale::default());
    assert_eq!(nothing.milestones_reached(&id("home")).count(), 0);
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
    assert!(found == "dry 264 h use 2.0", "{found}");
}

/// When pieces came, from a list of hours between them.
fn came(between: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut now = 0.0;
    let mut moments = vec![now];
    moments.extend(between.into_iter().map(|hours| {
        now += hours;
        now
    }));
    moments
}

/// The expected hour of an order for `wanted`, asked every six hours while pieces come as told.
fn expected_along(came: &[f64], lot: usize, wanted: f64) -> Vec<f64> {
    let plants = [line("home", 1)];
    let mut analytics = crate::Analytics::new(&programme(&plants), &plants);
    let order =
        OrderTerms { order: id("O1"), material: id("block"), quantity: wanted, due: at(2_000.0) };
    let mut tale = Tale::default();
    tale.say("home", 0.0, Statement::OrderPlaced(order));
    for (n, hours) in came.iter().enumerate() {
        (0..lot).for_each(|piece| tale.completed("home", *hours, &format!("b{n}-{piece}")));
    }
    let mut told = tale.told.into_iter().peekable();
    let (mut along, mut hour) = (Vec::new(), 0.0);
    while hour < *came.last().expect("some") {
        hour += 6.0;
        while let Some((plant, report)) = told.next_if(|(_, report)| report.at <= at(hour)) {
            analytics.observe(&plant, &report);
        }
        analytics.advance(&plants[0].id, at(hour));
        let found = analytics.outlook(&plants[0].id, at(hour));
        let expected = found.first().and_then(|order| order.expected);
        along.extend(expected.map(|moment| moment.since(at(0.0)).hours()));
    }
    along
}

/// The largest change from one answer to the next [d].
fn largest_step_d(along: &[f64]) -> f64 {
    along.windows(2).map(|pair| (pair[1] - pair[0]).abs() / 24.0).fold(0.0, f64::max)
}

#[test]
fn an_expected_date_stands_still_while_all_goes_as_usual() {
    // A lot of 24 each week: not a day's haste when one comes, no drift between two.
    let weekly = came(std::iter::repeat_n(168.0, 12));
    let along = expected_along(&weekly, 24, 400.0);
    let settled = &along[4 * 24..];
    let (least, most) =
        settled.iter().fold((f64::MAX, 0.0_f64), |(l, m), e| (l.min(*e), m.max(*e)));
    assert!(most - least < 24.0, "from {least} h to {most} h");
}

#[test]
fn an_expected_date_does_not_jump_when_a_long_stop_grows_old() {
    // A piece about every four days, a stop of eighteen in between, and the stop gone by for
    // longer than any window.
    let usual = [90.0, 102.0, 96.0, 84.0, 108.0];
    let before = usual.iter().copied().cycle().take(12);
    let after = usual.iter().copied().cycle().take(25);
    let moments = came(before.chain([432.0]).chain(after));
    let along = expected_along(&moments, 1, 50.0);
    let settled = &along[4 * 20..];
    let largest = largest_step_d(settled);
    assert!(largest < 2.0, "{largest:.1} d from one answer to the next");
}

#[test]
fn an_expected_date_says_how_sure_it_is() {
    let promised = |between: Vec<f64>| {
        let mut tale = Tale::default();
        let due = at(240.0);
        let order = OrderTerms { order: id("O1"), material: id("block"), quantity: 30.0, due };
        tale.say("home", 0.0, Statement::OrderPlaced(order));
        for (n, hours) in came(between).into_iter().enumerate() {
            tale.completed("home", hours, &format!("b{n}"));
        }
        let analytics = tale.observed(&[line("home", 1)]);
        analytics.outlook(&id("home"), at(480.0)).remove(0)
    };
    let even = promised(vec![48.0; 10]);
    let uneven = promised([24.0, 72.0].repeat(5));
    let width = |of: &crate::Outlook| {
        let (early, late) = of.range.expect("ten intervals");
        let expected = of.expected.expect("a date");
        assert!(early <= expected && expected <= late, "{of:?}");
        late.since(early).days()
    };
    assert!(width(&even) < 0.1 && width(&uneven) > 5.0, "{even:?} {uneven:?}");
    assert!((even.days_per_piece.expect("a pace") - 2.0).abs() < 1e-9, "{even:?}");
    // Nineteen remain, one in two days from the last one on.
    let expected = even.expected.expect("a date").since(at(480.0)).days();
    assert!((expected - 38.0).abs() < 1e-6, "{expected} d");
    // It was promised for day 10, and day 20 has come.
    assert_eq!(even.overdue_d, Some(10.0));
}

#[test]
fn a_milestone_and_its_parts_go_by_one_pace() {
    let mut plant = line("home", 2);
    plant.materials.push(material("ship", Tracking::Serial));
    plant.operations[1].output.material = id("ship");
    let programme = programme_of_ships(&plant, 30);
    let mut tale = Tale::default();
    let order =
        OrderTerms { order: id("ship-1"), material: id("ship"), quantity: 1.0, due: at(480.0) };
    tale.say("home", 0.0, Statement::OrderPlaced(order));
    for n in 1..=12 {
        tale.completed("home", 96.0 * f64::from(n), &format!("H1-B{n}"));
    }
    let analytics = tale.observed_in(&programme, &[plant]);
    let found = analytics.outlook(&id("home"), at(96.0 * 12.5));
    // Eighteen blocks of four days from the last one on, for the milestone as for the order.
    for outlook in &found {
        let expected = outlook.expected.expect("a date").since(at(0.0)).days();
        assert!((expected - 120.0).abs() < 1e-6, "{outlook:?}");
        assert_eq!(outlook.overdue_d, Some(30.0));
    }
    assert!((found[1].days_per_piece.expect("a pace") - 4.0).abs() < 1e-9, "{found:?}");
}

#[test]
fn a_dry_date_stands_still_while_use_goes_as_usual() {
    // A lot of 40 is used each week; 200 were there.
    let plants = [line("home", 1)];
    let mut analytics = crate::Analytics::new(&programme(&plants), &plants);
    let (storage, material) = (id("store"), id("steel"));
    let mut tale = Tale::default();
    tale.say("home", 0.0, Statement::Stock { storage, material, quantity: 400.0 });
    for week in 0..8 {
        let (material, storage) = (id("steel"), id("store"));
        let used =
            Statement::LotConsumed { material, quantity: 40.0, storage, lot: None, part: None };
        tale.say("home", 168.0 * f64::from(week), used);
    }
    let mut told = tale.told.into_iter().peekable();
    let mut dry = Vec::new();
    for hour in (0..168 * 7).step_by(6) {
        let now = at(f64::from(hour));
        while let Some((plant, report)) = told.next_if(|(_, report)| report.at <= now) {
            analytics.observe(&plant, &report);
        }
        analytics.advance(&plants[0].id, now + Span::from_secs(60));
        let found = analytics.dry(&plants[0].id, now);
        if hour > 3 * 168 {
            dry.extend(found[0].dry.map(|moment| moment.since(at(0.0)).hours()));
        }
    }
    // The eleventh lot finds nothing: at the start of the eleventh week.
    assert!(dry.iter().all(|hours| (hours - 1_680.0).abs() < 1.0), "{dry:?}");
}

#[test]
fn a_delivery_whose_day_has_passed_is_overdue() {
    let mut tale = emptied(0.0);
    tale.say("home", 0.0, Statement::DeliveryPromised(terms("D1", 50.0, 120.0)));
    tale.state("home", 24.0, "S1", UnitState::Starved);
    let analytics = tale.observed(&[line("home", 1)]);
    let overdue = |hours: f64| analytics.dry(&id("home"), at(hours))[0].overdue_d;
    assert_eq!((overdue(96.0), overdue(192.0)), (None, Some(3.0)));
}

#[test]
fn an_answer_says_until_when() {
    let until = |text: &str| {
        let mut tale = Tale::default();
        let comment = Statement::Comment { about: "S1".into(), text: text.to_owned() };
        tale.say("home", 5.0, comment);
        let analytics = tale.observed(&[line("home", 1)]);
        let said = analytics.last_comment(&id("home"), &["S1"]).expect("said");
        said.until.map(|until| until.since(said.at).hours())
    };
    assert_eq!(until("Asked maintenance (weld head); answer: back in about 13.5 d"), Some(324.0));
    assert_eq!(until("answer: back in about 3 d 12 h"), Some(84.0));
    assert_eq!(until("back in 3 hours, or in 2 days."), Some(48.0));
    assert_eq!(until("no date yet, ask in a week"), None);
    assert_eq!(until("in 1e300 d, in NaN h, in -2 d"), None);
}
