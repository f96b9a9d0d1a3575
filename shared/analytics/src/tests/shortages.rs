//! What is missing while somebody waits for it, and what that does to a promise.

use twin::{
    Cause, CauseKind, MaterialId, OrderId, Plant, Programme, Statement, UnitState,
    definition::{Batch, Tracking},
    report::{DeliveryTerms, OrderTerms},
};

use super::fixture::{Tale, at, delivery_of, fleet, id, line, material, terms};
use crate::{Analytics, DryPart, Outlook, Sight, Source};

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
    short_of_steel(wanted, left).observed(&[line("home", 1)])
}

fn short_of_steel(wanted: f64, left: f64) -> Tale {
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
    tale
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
    let waits = analytics.outlook_in(&Sight::whole(), &home, now, &known).remove(0);
    let supplier = (home.clone(), Source::Supplier(id("mill")));
    assert_eq!(waits, analytics.outlook(&home, now).remove(0));
    assert!(waits.inputs.contains(&supplier), "what moves a date is among what it rests on");
    let told = analytics.outlook_in(&Sight::whole(), &home, now, &[]).remove(0);
    assert_eq!(told.waits_for, None);
    assert!((expected_d(&told) - 30.0).abs() < 0.1, "{told:?}");
    assert!(!told.inputs.contains(&supplier));
}

/// Without steel and without paint: both are named while they move the date by nearly as much, in
/// the same order whichever moves it by more.
#[test]
fn materials_that_move_a_date_by_nearly_as_much_are_named_together() {
    let waits = |paint_h: f64| {
        let mut plant = line("home", 1);
        plant.materials.push(material("paint", Tracking::Bulk));
        let (mut brings, mut takes) =
            (plant.supply_lines[0].clone(), plant.operations[0].inputs[0].clone());
        (brings.material, takes.material) = (id("paint"), id("paint"));
        plant.supply_lines.push(brings);
        plant.operations[0].inputs.push(takes);
        let mut tale = short_of_steel(30.0, 0.0);
        let (storage, paint) = (id("store"), id("paint"));
        tale.say("home", 230.0, Statement::Stock { storage, material: paint, quantity: 1.0 });
        let (storage, paint) = (id("store"), id("paint"));
        let taken = Statement::LotConsumed {
            material: paint,
            quantity: 1.0,
            storage,
            lot: None,
            part: None,
        };
        tale.say("home", 231.0, taken);
        let paint = DeliveryTerms { material: id("paint"), ..terms("P1", 50.0, paint_h) };
        tale.say("home", 232.0, Statement::DeliveryPromised(paint));
        let found = tale.observed(&[plant]).outlook(&id("home"), at(240.0)).remove(0);
        let of = |material: Option<MaterialId>| material.map(|of| of.to_string());
        (of(found.waits_for), of(found.waits_also))
    };
    let told =
        |first: &str, second: Option<&str>| (Some(first.to_owned()), second.map(ToOwned::to_owned));
    // Steel comes in the 720th hour.
    assert_eq!(waits(700.0), told("paint", Some("steel")));
    assert_eq!(waits(740.0), told("paint", Some("steel")));
    assert_eq!(waits(400.0), told("steel", None));
    assert_eq!(waits(1_100.0), told("paint", None));
}

/// When thirty blocks are expected, one a day of one steel, of which nothing is left on day ten:
/// the next steel comes as promised and lasts for a day, the one after it 35 days late.
fn expected_behind_the_next(has_come: bool) -> Outlook {
    let mut tale = Tale::default();
    let order: OrderId = id("O1");
    let order = OrderTerms { order, material: id("block"), quantity: 30.0, due: at(720.0) };
    tale.say("home", 0.0, Statement::OrderPlaced(order));
    counted(&mut tale, 0.0, 10.0);
    for day in 1..=10 {
        let hours = 24.0 * f64::from(day);
        used(&mut tale, hours - 10.0, 1.0);
        tale.completed("home", hours, &format!("b{day}"));
    }
    tale.say("home", 1.0, Statement::DeliveryPromised(terms("D1", 1.0, 264.0)));
    tale.say("home", 1.0, Statement::DeliveryPromised(terms("D2", 50.0, 288.0)));
    tale.say("home", 230.0, Statement::DeliveryDelayed(terms("D2", 50.0, 288.0 + 35.0 * 24.0)));
    starved(&mut tale, 240.0, "store");
    let mut now = 240.0;
    if has_come {
        tale.say("home", 264.0, Statement::DeliveryArrived(terms("D1", 1.0, 264.0)));
        used(&mut tale, 264.1, 1.0);
        tale.run("home", 1, "b11", (264.1, 290.0), (CauseKind::Material, "D1"));
        tale.told.retain(|(_, report)| report.at <= at(265.0));
        now = 265.0;
    }
    let analytics = tale.observed(&[line("home", 1)]);
    analytics.outlook(&id("home"), at(now)).remove(0)
}

#[test]
fn a_known_lateness_counts_before_the_delivery_in_front_of_it_has_come() {
    let before = expected_behind_the_next(false);
    // Without any of it on day 30; a day is lost to the next delivery, 34 or 35 to the late one.
    let days = expected_d(&before) - 30.0;
    assert!((34.0..=37.0).contains(&days), "{days} d late: {before:?}");
    assert!((before.waits_d.expect("it waits") - days).abs() < 0.1, "{before:?}");
    // Nothing changes when that comes.
    let after = expected_behind_the_next(true);
    let step = expected_d(&after) - expected_d(&before);
    assert!(step.abs() < 2.0, "{step} d from one to the other: {after:?}");
}

/// Ships of six blocks, made of steel at the first station and joined at the second, one a day;
/// four of the first are joined, and `begun` have been begun when the steel is out for weeks.
fn ships_waiting(begun: u32) -> Vec<Outlook> {
    let mut plant = line("home", 2);
    plant.materials.push(material("ship", Tracking::Serial));
    let milestones = vec![delivery_of("H1", 144.0), delivery_of("H2", 288.0)];
    let programme = Programme { milestones, ..fleet(&plant, Some(2), 6) };
    let mut tale = Tale::default();
    counted(&mut tale, 0.0, f64::from(begun));
    for n in 1..=begun {
        let (begins, block) = (18.0 * f64::from(n - 1), format!("H1-B{n}"));
        used(&mut tale, begins, 1.0);
        tale.run("home", 1, &block, (begins, begins + 10.0), (CauseKind::Machine, "S1"));
        tale.moved("home", begins + 10.0, &block, "S1", "B1");
    }
    for n in 1..=4 {
        let (ends, block) = (24.0 * f64::from(n), format!("H1-B{n}"));
        tale.moved("home", ends - 10.0, &block, "B1", "S2");
        tale.run("home", 2, &block, (ends - 10.0, ends), (CauseKind::Material, "B1"));
    }
    tale.say("home", 1.0, Statement::DeliveryPromised(terms("D1", 50.0, 118.0)));
    tale.say("home", 117.0, Statement::DeliveryDelayed(terms("D1", 50.0, 1_440.0)));
    starved(&mut tale, 118.0, "store");
    let analytics = tale.observed_in(&programme, &[plant]);
    analytics.outlook(&id("home"), at(119.0))
}

#[test]
fn a_date_waits_only_for_what_its_own_missing_pieces_still_take() {
    // All six blocks are past the first station: two more days of joining, whatever steel does.
    let found = ships_waiting(6);
    assert_eq!((found[0].done, &found[0].waits_for, found[0].waits_d), (4.0, &None, None));
    let expected = found[0].expected.expect("a date").since(at(119.0)).days();
    assert!(expected < 3.0, "{expected} d");
    // The next ship has none, and waits until the steel has come; the two go before its own.
    assert_eq!((&found[1].waits_for, found[1].ahead), (&Some(id("steel")), 2.0));
    assert!(found[1].expected.expect("a date") > at(1_440.0), "{found:?}");
    // One block short, the first waits as well.
    let found = ships_waiting(5);
    assert_eq!(found[0].waits_for, Some(id("steel")));
    assert!(found[0].expected.expect("a date") > at(1_440.0), "{found:?}");
}

#[test]
fn an_order_waits_for_nothing_that_all_its_pieces_in_work_have_been_given() {
    // Ten of twelve are done, the two others are in work, and the steel is out for weeks.
    let waits = |wanted: f64, plant: Plant| {
        let mut tale = Tale::default();
        let order: OrderId = id("O1");
        let order = OrderTerms { order, material: id("block"), quantity: wanted, due: at(480.0) };
        tale.say("home", 0.0, Statement::OrderPlaced(order));
        counted(&mut tale, 0.0, 12.0);
        for n in 1..=12 {
            let (begins, block) = (24.0 * f64::from(n - 1), format!("b{n}"));
            used(&mut tale, begins, 1.0);
            tale.run("home", 1, &block, (begins, begins + 10.0), (CauseKind::Machine, "S1"));
            tale.moved("home", begins + 10.0, &block, "S1", "B1");
            tale.run("home", 2, &block, (begins + 58.0, begins + 68.0), (CauseKind::Machine, "S2"));
            tale.completed("home", begins + 68.0, &block);
        }
        tale.say("home", 1.0, Statement::DeliveryPromised(terms("D1", 50.0, 290.0)));
        tale.say("home", 280.0, Statement::DeliveryDelayed(terms("D1", 50.0, 1_440.0)));
        starved(&mut tale, 286.0, "store");
        tale.told.retain(|(_, report)| report.at <= at(290.0));
        let analytics = tale.observed(&[plant]);
        let found = analytics.outlook(&id("home"), at(290.0)).remove(0);
        assert_eq!(found.waits_until, found.waits_for.as_ref().map(|_| at(1_440.0)));
        (found.done, found.waits_for)
    };
    assert_eq!(waits(12.0, line("home", 2)), (10.0, None));
    assert_eq!(waits(13.0, line("home", 2)), (10.0, Some(id("steel"))));
    // Another product of the same steel changes nothing of that.
    let two_products = || {
        let mut plant = line("home", 2);
        plant.materials.push(material("pod", Tracking::Serial));
        let mut pod = plant.operations[0].clone();
        (pod.id, pod.output.material, pod.output.to) = (id("pod"), id("pod"), None);
        plant.operations.push(pod);
        plant
    };
    assert_eq!(waits(12.0, two_products()), (10.0, None));
    assert_eq!(waits(13.0, two_products()), (10.0, Some(id("steel"))));
    // In lots of five the eleventh and twelfth leave with three more, which have no steel yet.
    let in_lots = |least: u32| {
        let mut plant = line("home", 2);
        plant.operations[1].batch = Some(Batch { least, most: least });
        plant
    };
    assert_eq!(waits(12.0, in_lots(5)), (10.0, Some(id("steel"))));
    assert_eq!(waits(12.0, in_lots(2)), (10.0, None));
}

#[test]
fn what_leaves_by_lots_is_whole_with_the_last_lot() {
    let mut plant = line("home", 1);
    plant.operations[0].batch = Some(Batch { least: 4, most: 4 });
    let mut tale = Tale::default();
    let order: OrderId = id("O1");
    let order = OrderTerms { order, material: id("block"), quantity: 21.0, due: at(480.0) };
    tale.say("home", 0.0, Statement::OrderPlaced(order));
    // A lot in four days: two more lots for the five that remain.
    for n in 0..16 {
        tale.completed("home", 96.0 * f64::from(n / 4), &format!("b{n}"));
    }
    let found = tale.observed(&[plant]).outlook(&id("home"), at(290.0)).remove(0);
    assert!((expected_d(&found) - 20.0).abs() < 1e-6, "{found:?}");
}

/// Steel after ten days of one a day: of ten there is none since the tenth use, and with `left`
/// over, that much.
fn steel_after(left: f64, hours: f64, tell: impl FnOnce(&mut Tale)) -> DryPart {
    let mut tale = Tale::default();
    counted(&mut tale, 0.0, 10.0 + left);
    (0..10).for_each(|day| used(&mut tale, 24.0 * f64::from(day), 1.0));
    tell(&mut tale);
    tale.observed(&[line("home", 1)]).dry(&id("home"), at(hours)).remove(0)
}

#[test]
fn what_has_run_out_says_since_when() {
    let starves = |tale: &mut Tale| {
        starved(tale, 226.0, "store");
        tale.say("home", 2.0, Statement::DeliveryPromised(terms("D1", 50.0, 480.0)));
    };
    for hours in [230.0, 300.0, 470.0] {
        let found = steel_after(0.0, hours, starves);
        // It is short now. That the shelf was empty since the 216th hour was missed by nobody
        // before the station waited.
        assert_eq!((found.dry, found.out_since), (Some(at(hours)), Some(at(226.0))));
    }
    // Also when the next delivery is late: it does not become older by that.
    let late = steel_after(0.0, 300.0, |tale| {
        starves(tale);
        tale.say("home", 240.0, Statement::DeliveryDelayed(terms("D1", 50.0, 600.0)));
    });
    assert_eq!(late.out_since, Some(at(226.0)));
    // While nobody waits, it is out when one a day would be taken again.
    let short = |hours| steel_after(0.0, hours, |_| ());
    assert_eq!((short(230.0).dry, short(230.0).out_since), (Some(at(240.0)), None));
    assert_eq!((short(250.0).dry, short(250.0).out_since), (Some(at(250.0)), Some(at(240.0))));
    // A station that waits only later does not make that younger.
    let waits = steel_after(0.0, 280.0, |tale| starved(tale, 270.0, "store"));
    assert_eq!(waits.out_since, Some(at(240.0)));
    assert_eq!(steel_after(3.0, 230.0, |_| ()).out_since, None);
    // What came and was used up makes a new beginning.
    let found = steel_after(0.0, 300.0, |tale| {
        starves(tale);
        tale.say("home", 250.0, Statement::DeliveryArrived(terms("D0", 1.0, 250.0)));
        used(tale, 260.0, 1.0);
        starved(tale, 262.0, "store");
    });
    assert_eq!(found.out_since, Some(at(260.0)));
}

#[test]
fn what_lasted_for_days_is_out_when_it_is_gone_and_what_is_used_at_once_is_not() {
    let promised = |tale: &mut Tale| {
        tale.say("home", 2.0, Statement::DeliveryPromised(terms("D1", 50.0, 480.0)));
    };
    // The last of ten is used at hour 216; the next would be at 240, and there is none.
    let lasted = steel_after(0.0, 230.0, |tale| {
        promised(tale);
        tale.say("home", 1.0, Statement::DeliveryArrived(terms("D0", 0.0, 1.0)));
    });
    assert_eq!(lasted.dry, Some(at(240.0)), "{lasted:?}");
    // One that came an hour before it was used makes no stock.
    let at_once = steel_after(0.0, 230.0, |tale| {
        promised(tale);
        tale.say("home", 215.0, Statement::DeliveryArrived(terms("D0", 0.0, 215.0)));
    });
    assert!(at_once.dry.is_some_and(|dry| dry > at(480.0)), "{at_once:?}");
    assert!(at_once.is_used_as_it_comes(at(230.0)), "{at_once:?}");
}

#[test]
fn what_is_left_is_used_up_after_the_newest_run_not_after_all_of_the_day() {
    let mut tale = Tale::default();
    counted(&mut tale, 0.0, 60.0);
    // Six a day, every hour from the morning on; one is left in the afternoon of the tenth day.
    let hours =
        (0..10).flat_map(|day| (8..14).map(move |hour| 24.0 * f64::from(day) + f64::from(hour)));
    hours.take(59).for_each(|hour| used(&mut tale, hour, 1.0));
    let now = 9.0 * 24.0 + 12.0;
    let found = tale.observed(&[line("home", 1)]).dry(&id("home"), at(now)).remove(0);
    let (cover, dry) = (found.cover_d.expect("known"), found.dry.expect("in sight"));
    assert!(dry.since(at(now)).days() < 2.5 * cover, "{found:?}");
}

#[test]
fn what_is_not_used_for_a_while_is_still_short_and_says_so() {
    // Five are left: they last for five days, and the date stands as long as it is used.
    let found = steel_after(5.0, 230.0, |_| ());
    assert_eq!((found.cover_d, found.unused_since), (Some(5.0), None));
    // Six weeks later nobody has used any: it lasts for as long, from the next use on.
    let found = steel_after(5.0, 216.0 + 42.0 * 24.0, |_| ());
    assert_eq!((found.cover_d, found.unused_since), (Some(5.0), Some(at(216.0))));
    assert!(found.dry.is_some(), "{found:?}");
}

#[test]
fn what_stays_out_the_longest_comes_first_and_says_what_follows_the_next_delivery() {
    let late = |tale: &mut Tale| {
        starved(tale, 226.0, "store");
        tale.say("home", 2.0, Statement::DeliveryPromised(terms("D1", 2.0, 254.0)));
        tale.say("home", 2.0, Statement::DeliveryPromised(terms("D2", 20.0, 300.0)));
        tale.say("home", 228.0, Statement::DeliveryDelayed(terms("D2", 20.0, 1_140.0)));
    };
    let now = at(230.0);
    let found = steel_after(0.0, 230.0, late);
    // A day until the next, which lasts for two days; then none for five weeks.
    assert_eq!(
        (found.next_delivery, found.again),
        (Some(at(254.0)), Some((at(302.0), at(1_140.0))))
    );
    let sooner = DryPart { again: None, ..found.clone() };
    let soon = DryPart { dry: Some(at(240.0)), ..found.clone() };
    let later = DryPart { dry: Some(at(500.0)), ..found.clone() };
    let never = DryPart { dry: None, ..found.clone() };
    let without = DryPart { waited_for: false, ..found.clone() };
    let mut ranked = [&never, &later, &without, &sooner, &soon, &found];
    ranked.sort_by_key(|part| part.rank(now));
    // What will be out for five weeks within hours is more than what is out for a day.
    assert_eq!(ranked, [&found, &soon, &sooner, &without, &later, &never]);
}
