//! What a verdict says: that it stays, whether it is over, where it bites, whose time counts.

use twin::{CauseKind, Plant, PlantTime, Span, Statement, UnitState, definition::Tracking};

use super::fixture::{Tale, at, id, line, material, terms, words};
use crate::{Analytics, ChainStep, Confidence, HoldUp, Node, Present, Thing, Verdict};

fn verdict(analytics: &Analytics, now: PlantTime, window: Option<Span>) -> Verdict {
    match analytics.hold_up(&id("home"), now, window) {
        HoldUp::Known(verdict) => *verdict,
        unknown @ HoldUp::Unknown { .. } => panic!("{unknown:?}"),
    }
}

fn lead(verdict: &Verdict) -> &ChainStep {
    verdict.chain.last().expect("a chain has steps")
}

/// One station, `parts` of 10 h one after the other, each stopped for `down` hours after 5.
fn stopping(parts: usize, down: impl Fn(usize) -> f64) -> (Tale, f64) {
    let mut tale = Tale::default();
    let mut begins = 0.0;
    for part in 0..parts {
        let (name, stop) = (format!("p{part:03}"), down(part));
        let ends = begins + 10.0 + stop;
        tale.run("home", 1, &name, (begins, ends), (CauseKind::Machine, "S1"));
        if stop > 0.0 {
            tale.state("home", begins + 5.0, "S1", UnitState::Down);
            tale.state("home", begins + 5.0 + stop, "S1", UnitState::Working);
        }
        tale.completed("home", ends, &name);
        begins = ends;
    }
    (tale, begins)
}

#[test]
fn a_verdict_does_not_turn_from_hour_to_hour() {
    // A quarter of the time is lost to stops: just what is worth naming, so that every run that
    // has not had its stop yet would turn the sentence.
    let (tale, end) = stopping(60, |_| 10.0 / 3.0);
    let mut told = tale.told;
    told.sort_by_key(|(_, report)| report.at);
    let plants = [line("home", 1)];
    let mut analytics = Analytics::new(&super::fixture::programme(&plants), &plants);
    let mut reports = told.into_iter().peekable();
    let mut changes = Vec::new();
    for hour in 200..(end as i64) {
        let now = at(hour as f64);
        while let Some((plant, report)) = reports.next_if(|(_, report)| report.at <= now) {
            analytics.observe(&plant, &report);
        }
        analytics.advance(&plants[0].id, now);
        let found = verdict(&analytics, now, None);
        let says = (found.node.thing.id().to_owned(), found.why.name());
        if changes.last() != Some(&says) {
            changes.push(says);
        }
    }
    assert_eq!(changes.len(), 1, "{changes:?}");
}

#[test]
fn what_is_over_says_since_when_and_what_it_has_cost() {
    // Twenty parts of 10 h; the tenth stands for fourteen days.
    let (tale, end) = stopping(20, |part| if part == 9 { 14.0 * 24.0 } else { 0.0 });
    let (began, ended) = (at(95.0), at(95.0 + 14.0 * 24.0));
    let analytics = tale.observed(&[line("home", 1)]);
    let now = at(end);
    let found = verdict(&analytics, now, Some(Span::from_hours(end - 1.0)));
    let step = lead(&found);
    assert_eq!(words(&HoldUp::Known(Box::new(found.clone()))), "c1 100 % Sure: home/c1 down");
    assert!((step.lost_d - 14.0).abs() < 0.01, "{step:?}");
    // 336 h in which a part took 10 h, spread over the window.
    let lost = found.loss_per_day.expect("the station finished parts");
    let wanted = 336.0 / 10.0 / Span::from_hours(end - 1.0).days();
    assert!((lost / wanted - 1.0).abs() < 0.02, "{lost} a day instead of {wanted}");
    assert_eq!((step.over_since, step.goes_on), (Some(ended), false));
    let since = found.since.expect("it leads in the history");
    assert!(since > began && since < ended, "since the stop weighs the most: {since:?}");
}

#[test]
fn a_stop_that_is_over_for_more_than_a_week_is_not_what_holds_up_now() {
    // Twenty parts of 10 h after the one that stood for fourteen days: it works for eight days.
    let (tale, end) = stopping(31, |part| if part == 9 { 14.0 * 24.0 } else { 0.0 });
    let ended = at(95.0 + 14.0 * 24.0);
    let analytics = tale.observed(&[line("home", 1)]);
    let found = verdict(&analytics, at(end), Some(Span::from_hours(end - 1.0)));
    assert_eq!(words(&HoldUp::Known(Box::new(found.clone()))), "c1 100 % Sure: home/c1 working");
    let step = found.earlier.as_ref().expect("what it has cost is told besides");
    assert_eq!((step.why.name(), step.over_since), ("down", Some(ended)));
    assert!((step.lost_d - 14.0).abs() < 0.01, "{step:?}");
    assert_eq!(found.since, Some(ended), "it is so since it works again");
    // Nothing but planned work has passed there since.
    assert!(found.loss_per_day.expect("it finished parts") < 0.01, "{:?}", found.loss_per_day);
    // What comes back every third day goes on.
    let (tale, end) = stopping(60, |part| if part % 4 == 3 { 20.0 } else { 0.0 });
    let analytics = tale.observed(&[line("home", 1)]);
    let found = verdict(&analytics, at(end), None);
    assert_eq!((found.why.name(), found.earlier), ("down", None));
}

#[test]
fn what_goes_on_is_not_over() {
    let mut tale = Tale::default();
    let end = tale.worked("home", 1, 10, |_, _| 10.0);
    tale.run("home", 1, "last", (end, end + 500.0), (CauseKind::Machine, "S1"));
    tale.state("home", end + 5.0, "S1", UnitState::Down);
    // Nights do not end a breakdown.
    tale.state("home", end + 90.0, "S1", UnitState::OffShift);
    tale.told.retain(|(_, report)| report.at <= at(end + 90.0));
    let analytics = tale.observed(&[line("home", 1)]);
    let found = verdict(&analytics, at(end + 100.0), Some(Span::from_hours(190.0)));
    let step = lead(&found);
    assert_eq!((step.why.name(), step.over_since, step.goes_on), ("down", None, true));
}

/// One station that a mill supplies: every `every` hours a lot of `lot`, each piece worked for
/// 3 h, from the first lot on that is there.
fn supplied(every: f64, lot: usize) -> (Tale, f64) {
    let mut tale = Tale::default();
    let (storage, material) = (id("store"), id("steel"));
    tale.say("home", 0.0, Statement::Stock { storage, material, quantity: 0.0 });
    let mut free = 0.0_f64;
    for piece in 0..60 {
        let came = every * (piece / lot) as f64;
        let delivery = format!("D{}", piece / lot);
        if piece % lot == 0 {
            let terms = terms(&delivery, lot as f64, came);
            tale.say("home", came, Statement::DeliveryArrived(terms));
        }
        let begins = free.max(came);
        let waited = came > free || piece == 0;
        let cause =
            if waited { (CauseKind::Material, &*delivery) } else { (CauseKind::Machine, "S1") };
        let name = format!("p{piece:02}");
        let (material, storage) = (id("steel"), id("store"));
        let used =
            Statement::LotConsumed { material, quantity: 1.0, storage, lot: None, part: None };
        tale.say("home", begins, used);
        tale.run("home", 1, &name, (begins, begins + 3.0), cause);
        tale.completed("home", begins + 3.0, &name);
        free = begins + 3.0;
    }
    (tale, free)
}

#[test]
fn a_supplier_is_charged_when_he_limits_and_only_then() {
    // Three pieces every 12 h, worked in 9: faster work would gain nothing.
    let (tale, end) = supplied(12.0, 3);
    let analytics = tale.observed(&[line("home", 1)]);
    let found = verdict(&analytics, at(end), Some(Span::from_hours(end - 1.0)));
    assert_eq!(found.node.thing.id(), "mill");
    let sum: f64 = found.shares.iter().map(|share| share.share_ratio).sum();
    assert!((sum - 1.0).abs() < 1e-9 && found.share_ratio > 0.9, "{:?}", found.shares);
    let lost: f64 = found.chain.iter().map(|step| step.lost_d).sum();
    assert!(lost <= found.window.days() + 1e-9, "{lost} d of {} d", found.window.days());
    assert_eq!(found.bites_at, [id("store")], "the storage that runs empty can be pointed at");
    // Three pieces every 8 h, of which it works two and two thirds: the station limits alone.
    let (tale, end) = supplied(8.0, 3);
    let analytics = tale.observed(&[line("home", 1)]);
    let found = verdict(&analytics, at(end), Some(Span::from_hours(end - 1.0)));
    assert_eq!((found.node.thing.id(), found.share_ratio), ("c1", 1.0));
    assert_eq!(found.bites_at, [id("S1")]);
}

#[test]
fn how_long_a_stop_is_expected_to_last_is_no_share_of_what_has_passed() {
    let mut tale = Tale::default();
    let (storage, material) = (id("store"), id("steel"));
    let end = tale.worked("home", 1, 30, |_, _| 10.0);
    tale.say("home", end, Statement::Stock { storage, material, quantity: 0.0 });
    tale.state("home", end, "S1", UnitState::Starved);
    // The next delivery is promised for twenty days later: the mill is bound to hold up.
    tale.say("home", end, Statement::DeliveryPromised(terms("D1", 5.0, end + 480.0)));
    let mut plant = line("home", 2);
    // The station is followed by another, so that the stop is upstream of the end.
    plant.operations[1].inputs[0].from = id("B1");
    for part in 1..=30 {
        let name = format!("home-{part:03}");
        let begins = f64::from(part) * 10.0;
        tale.moved("home", begins, &name, "S1", "B1");
        tale.run("home", 2, &name, (begins, begins + 1.0), (CauseKind::Material, "B1"));
        tale.completed("home", begins + 1.0, &name);
    }
    let analytics = tale.observed(&[plant]);
    let found = verdict(&analytics, at(end + 12.0), Some(Span::from_hours(300.0)));
    let mill = found.shares.iter().find(|share| share.node.thing.id() == "mill");
    let share = mill.map_or(0.0, |share| share.share_ratio);
    assert!(share < 0.2, "half a day of twelve and a half: {:?}", found.shares);
}

#[test]
fn a_wait_in_force_is_counted_once() {
    let mut tale = Tale::default();
    let end = tale.worked("home", 1, 9, |_, _| 10.0);
    tale.run("home", 1, "late", (end, end + 10.0), (CauseKind::Operator, "welders"));
    tale.moved("home", end + 9.0, "next", "store", "S1");
    let cause = Some(twin::Cause { kind: CauseKind::Operator, id: "welders".into() });
    let (unit, state) = (id("S1"), UnitState::WaitingForCrew);
    tale.say("home", end + 10.0, Statement::UnitState { unit, state, reason: None, cause });
    // What was finished leaves while the station waits for people: that is no wait of its own.
    tale.moved("home", end + 110.0, "late", "S1", "B1");
    let analytics = tale.observed(&[line("home", 2)]);
    let found = verdict(&analytics, at(end + 210.0), Some(Span::from_hours(260.0)));
    assert_eq!(found.node.thing.id(), "welders");
    let shares = &found.shares;
    assert!(found.share_ratio > 0.75, "200 h of 260 h: {shares:?}");
    assert!(found.slip_d <= 7.0, "{} of the last seven days", found.slip_d);
    assert_eq!(found.bites_at, [id("S1")], "people cannot be pointed at; who waits for them can");
}

#[test]
fn a_hold_up_abroad_bites_somewhere_here() {
    let mut tale = Tale::default();
    for k in 0..20 {
        let name = format!("H2-B{k:03}");
        let begun = f64::from(k) * 30.0;
        tale.run("partner", 1, &name, (begun, begun + 30.0), (CauseKind::Machine, "S1"));
        tale.moved("partner", begun + 30.0, &name, "S1", "barge");
        for plant in ["partner", "home"] {
            tale.moved(plant, begun + 33.0, &name, "partner/barge", "home/store");
        }
        let barge = (CauseKind::Material, "partner/barge");
        tale.run("home", 1, &name, (begun + 33.0, begun + 38.0), barge);
        tale.completed("home", begun + 38.0, &name);
    }
    let analytics = tale.observed(&[line("home", 1), line("partner", 1)]);
    let found = verdict(&analytics, at(608.0), Some(Span::from_hours(600.0)));
    assert_eq!(found.node.plant, id("partner"));
    assert_eq!(found.bites_at, [id("S1")]);
}

#[test]
fn a_verdict_says_what_it_holds_up() {
    let mut plant = line("home", 1);
    plant.materials.push(material("raft", Tracking::Serial));
    plant.operations[0].output.material = id("raft");
    let mut tale = Tale::default();
    let end = tale.worked("home", 1, 20, |_, _| 10.0);
    let analytics = tale.observed(&[plant]);
    let found = verdict(&analytics, at(end), Some(Span::from_hours(end - 1.0)));
    assert_eq!(found.product, Some(id("raft")));
}

#[test]
fn the_share_of_late_is_of_the_time_since_the_lead_leads() {
    // The first station limits for twenty parts, the second from then on.
    let mut tale = Tale::default();
    let lasts = |station, part| if (station == 1) == (part <= 20) { 10.0 } else { 1.0 };
    let end = tale.worked("home", 2, 60, lasts);
    let analytics = tale.observed(&[line("home", 2)]);
    let now = at(end);
    let found = verdict(&analytics, now, Some(Span::from_hours(end)));
    assert_eq!(found.node.thing.id(), "c2");
    let since = found.since.expect("it leads in the history");
    assert_eq!(found.recent, now.since(since));
    assert!(found.recent < found.window);
    assert!(found.share_ratio < 0.75, "{}", found.share_ratio);
    assert!(found.recent_share_ratio > 0.85, "{}", found.recent_share_ratio);
}

/// A steel for each of ten parts, one every ten hours, then none for five days; until `now`.
fn out_of_steel(now: f64) -> Tale {
    let mut tale = Tale::default();
    for k in 0..10 {
        let (came, part) = (f64::from(k) * 10.0, format!("home-{k}"));
        tale.delivered("home", came, &format!("D{k}"));
        tale.run("home", 1, &part, (came, came + 9.0), (CauseKind::Material, &format!("D{k}")));
        tale.completed("home", came + 9.0, &part);
        let (material, storage) = (id("steel"), id("store"));
        let taken =
            Statement::LotConsumed { material, quantity: 1.0, storage, lot: None, part: None };
        tale.say("home", came, taken);
    }
    counted(&mut tale, 98.0, "steel", 0.0);
    starved(&mut tale, 99.0);
    tale.say("home", 220.0, Statement::DeliveryArrived(terms("D10", 20.0, 220.0)));
    tale.run("home", 1, "home-10", (220.0, 229.0), (CauseKind::Material, "D10"));
    tale.completed("home", 229.0, "home-10");
    tale.told.retain(|(_, report)| report.at <= at(now));
    tale
}

fn counted(tale: &mut Tale, hours: f64, what: &str, quantity: f64) {
    let (storage, material) = (id("store"), id(what));
    tale.say("home", hours, Statement::Stock { storage, material, quantity });
}

fn starved(tale: &mut Tale, hours: f64) {
    let cause = Some(twin::Cause { kind: CauseKind::Material, id: "store".into() });
    let (unit, state) = (id("S1"), UnitState::Starved);
    tale.say("home", hours, Statement::UnitState { unit, state, reason: None, cause });
}

#[test]
fn a_supplier_that_nobody_waits_for_any_more_is_over_and_not_sure() {
    let window = Some(Span::from_hours(125.0));
    let before = out_of_steel(219.0).observed(&[line("home", 1)]);
    let before = verdict(&before, at(219.0), window);
    assert_eq!((&before.present, before.confidence), (&Present::GoesOn, Confidence::Sure));
    // Twenty have come, and the station works.
    let after = out_of_steel(230.0).observed(&[line("home", 1)]);
    let after = verdict(&after, at(230.0), window);
    assert_eq!(after.node.thing.id(), "mill");
    assert_eq!(after.present, Present::IsOver { instead: None });
    // Of the station, while it works, it is told as what was.
    let working = out_of_steel(228.0).observed(&[line("home", 1)]);
    let working = verdict(&working, at(228.0), Some(Span::from_hours(135.0)));
    let passed = |found: &Verdict| found.chain.first().is_some_and(|step| step.has_passed);
    assert_eq!((passed(&before), passed(&working)), (false, true), "{:?}", working.chain);
    assert_eq!(after.confidence, Confidence::Probably);
    // The station now lacks paint: who brings that is named.
    let found = verdict(&out_of_paint(), at(230.0), window);
    let thing = Thing::Supplier(id("painter"));
    let instead = Some(Node { plant: id("home"), thing });
    assert_eq!((found.node.thing.id(), found.present), ("mill", Present::IsOver { instead }));
}

/// With paint, which a supplier of its own brings to the steel.
fn painted(mut plant: Plant) -> Plant {
    plant.materials.push(material("paint", Tracking::Bulk));
    let painter = plant.suppliers[0].clone();
    plant.suppliers.push(twin::definition::Supplier { id: id("painter"), ..painter });
    let mut brings = plant.supply_lines[0].clone();
    (brings.supplier, brings.material) = (id("painter"), id("paint"));
    plant.supply_lines.push(brings);
    plant
}

/// The same with plenty of steel since the 220th hour, and without paint since the 229th.
fn out_of_paint() -> Analytics {
    let mut plant = painted(line("home", 1));
    let mut takes = plant.operations[0].inputs[0].clone();
    takes.material = id("paint");
    plant.operations[0].inputs.push(takes);
    let mut tale = out_of_steel(230.0);
    counted(&mut tale, 229.2, "paint", 0.0);
    starved(&mut tale, 229.5);
    tale.observed(&[plant])
}

#[test]
fn whom_stations_wait_for_leads_in_place_of_whom_nobody_waits_for() {
    let analytics = out_of_paint();
    let found = |hour| verdict(&analytics, at(f64::from(hour)), Some(Span::from_hours(125.0)));
    let leads: Vec<String> =
        (230..260).map(|hour| found(hour).node.thing.id().to_owned()).collect();
    let changes = leads.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert_eq!((leads[0].as_str(), leads[29].as_str(), changes), ("mill", "painter", 1));
    let half_a_day = leads.iter().take_while(|lead| *lead == "mill").count();
    assert!(half_a_day <= 13, "told to ask the mill for {half_a_day} h");
    let found = found(250);
    assert_eq!((found.present, found.why.name()), (Present::GoesOn, "material"));
    assert_eq!(found.confidence, Confidence::Probably);
    assert_eq!(found.bites_at, [id("store")]);
    let chain: Vec<&str> = found.chain.iter().map(|step| step.node.thing.id()).collect();
    assert_eq!(chain, ["c1", "painter"]);
    let before: Vec<&str> = found.before.iter().map(|lead| lead.node.thing.id()).collect();
    assert!(before.ends_with(&["mill", "painter"]), "{before:?}");
    let since = found.since.expect("it is on record");
    assert!(since > at(229.0) && since < at(243.0), "{since:?}");
    let rests_on = |supplier: &str| {
        found.inputs.contains(&(id("home"), crate::Source::Supplier(id(supplier))))
    };
    assert!(rests_on("mill") && rests_on("painter"), "{:?}", found.inputs);
}

/// Twenty parts, one every 20 h: 3 h at the first station, and so long [h] after it came that each
/// leaves the second.
fn two_stations(leaves: impl Fn(u32) -> f64) -> Tale {
    let mut tale = Tale::default();
    for k in 0..20 {
        let (came, part) = (f64::from(k) * 20.0, format!("home-{k}"));
        let ends = came + leaves(k);
        tale.delivered("home", came, &format!("D{k}"));
        tale.run("home", 1, &part, (came, came + 3.0), (CauseKind::Material, &format!("D{k}")));
        tale.moved("home", came + 3.0, &part, "S1", "B1");
        tale.moved("home", came + 3.0, &part, "B1", "S2");
        tale.run("home", 2, &part, (came + 3.0, ends), (CauseKind::Material, "B1"));
        tale.completed("home", ends, &part);
    }
    tale
}

#[test]
fn nothing_that_lies_behind_a_station_is_named_as_why_it_waits() {
    let mut tale = two_stations(|k| if k == 18 { 37.0 } else { 18.0 });
    // The second station stood for seventeen hours; the first has nothing to begin.
    tale.state("home", 364.0, "S2", UnitState::Down);
    tale.state("home", 381.0, "S2", UnitState::Working);
    counted(&mut tale, 383.5, "steel", 0.0);
    starved(&mut tale, 384.0);
    tale.told.retain(|(_, report)| report.at <= at(390.0));
    let analytics = tale.observed(&[line("home", 2)]);
    let found = verdict(&analytics, at(390.0), Some(Span::from_hours(389.0)));
    let second = found.shares.iter().find(|share| share.node.thing.id() == "c2");
    assert!(second.is_some_and(|share| share.share_ratio > 0.03), "{:?}", found.shares);
    let told: Vec<&str> = found.chain.iter().map(|step| step.node.thing.id()).collect();
    assert_eq!(told, ["c1", "mill"]);
}

/// The last station waits for paint, of which a few came at last, while a part lies before it.
fn lacks_paint() -> (Tale, Plant) {
    let mut plant = painted(line("home", 2));
    let paints = plant.storages[0].clone();
    plant.storages.push(twin::definition::Storage { id: id("paints"), ..paints });
    for brings in plant.supply_lines.iter_mut().filter(|line| line.supplier == id("painter")) {
        brings.storage = id("paints");
    }
    let takes = plant.operations[0].inputs[0].clone();
    let takes = twin::definition::Input { material: id("paint"), from: id("paints"), ..takes };
    plant.operations[1].inputs.push(takes);

    let mut tale = two_stations(|_| 18.0);
    tale.told.retain(|(_, report)| report.at <= at(379.0));
    tale.delivered("home", 380.0, "D19");
    tale.run("home", 1, "home-19", (380.0, 383.0), (CauseKind::Material, "D19"));
    tale.moved("home", 383.0, "home-19", "S1", "B1");
    let (storage, material) = (id("paints"), id("paint"));
    tale.say("home", 379.2, Statement::Stock { storage, material, quantity: 0.0 });
    let few = twin::report::DeliveryTerms {
        supplier: id("painter"),
        material: id("paint"),
        ..terms("P1", 1.0, 390.0)
    };
    tale.say("home", 390.0, Statement::DeliveryArrived(few));
    let (storage, material) = (id("paints"), id("paint"));
    tale.say("home", 390.2, Statement::Stock { storage, material, quantity: 0.0 });
    for hour in [383.2, 384.0, 408.0] {
        let cause = Some(twin::Cause { kind: CauseKind::Material, id: "paints".into() });
        let (unit, state) = (id("S2"), UnitState::Starved);
        tale.say("home", hour, Statement::UnitState { unit, state, reason: None, cause });
        tale.state("home", hour + 16.0, "S2", UnitState::OffShift);
    }
    (tale, plant)
}

#[test]
fn what_is_waited_for_in_the_evening_is_waited_for_at_night() {
    let (tale, plant) = lacks_paint();
    let told = |hour: f64| {
        let mut tale = Tale { told: tale.told.clone() };
        tale.told.retain(|(_, report)| report.at <= at(hour));
        let analytics = tale.observed(std::slice::from_ref(&plant));
        let found = verdict(&analytics, at(hour), Some(Span::from_hours(120.0)));
        let share = found.shares.iter().find(|share| share.node.thing.id() == "painter");
        share.map_or(0.0, |share| share.share_ratio)
    };
    let (evening, night) = (told(423.9), told(430.0));
    assert!(evening > 0.1, "{evening}");
    assert!((evening - night).abs() < 0.1, "{evening} in the evening, {night} at night");
}

#[test]
fn a_hold_up_is_felt_where_something_waits_for_it() {
    let mut tale = two_stations(|_| 18.0);
    // The last station still works on the last part, and the first has nothing.
    counted(&mut tale, 383.5, "steel", 0.0);
    starved(&mut tale, 384.0);
    tale.told.retain(|(_, report)| report.at <= at(390.0));
    let analytics = tale.observed(&[line("home", 2)]);
    let found = verdict(&analytics, at(390.0), Some(Span::from_hours(389.0)));
    let told: Vec<&str> = found.chain.iter().map(|step| step.node.thing.id()).collect();
    assert_eq!(told, ["c1", "mill"], "{:?}", found.shares);
}
