//! Hand-made plants: who is told what by agreements, floors and labels, and that nothing told to
//! a reader counts what that reader may not read.

use std::{collections::BTreeMap, sync::Arc};

use twin::{
    Audience, EquipmentId, NationId, OrganisationId, PlantTime, Report, Span, Statement, UnitState,
    label::{Affiliation, Classification},
};

mod differences;
mod promised;

use super::*;
use crate::{
    core::{Core, Definitions, PlantClock},
    policy,
    tests::fixture,
};

/// A second nation and its firm.
const ALLY: &str = r#"
[[nation]]
id = "XBB"
name = "Brenmoor"

[[organisation]]
id = "lisle"
name = "Lisle"
nation = "XBB"
"#;

/// Everything of the shop goes to both nations.
const AGREEMENT: &str = r#"[agreement]
id = "north"
name = "North"
policy = "TEST"
parties = ["XAA", "XBB"]
signed = 2030-09-01
until = 2034-12-31
reviewed_by = "skarvik"
contact = "Desk"
withheld_step = "role"

[[share]]
by = ["skarvik"]
kinds = "all"
with = ["XAA", "XBB"]
"#;

const HOLD_UP: &str = "\n[[floor]]\nfinding = \"hold_up\"\nwith = [\"XAA\", \"XBB\"]\n";

/// What only the shop itself may know of its welders.
const OWN_ONLY: &str =
    "\n[work_center.label]\norganisations = [\"skarvik\"]\nreason = \"trials\"\n";

const HEADLINE: &str = r#"
[[headline]]
name = "Panels"
kind = "throughput"
material = "panel"
window = "30 d"
unit = "panels"

[[headline]]
name = "In work"
kind = "wip"
material = "panel"
unit = "panels"
"#;

/// The fixture's shop, shared with an ally; `changed` may rewrite a file.
fn shop(agreement: &str, changed: impl Fn(&str, String) -> String) -> Definitions {
    let mut files: Vec<(String, String)> = Vec::new();
    for (name, text) in fixture::FILES {
        let text = match name {
            "programme.toml" => format!("{text}{ALLY}"),
            "shop/plant.toml" => {
                let both =
                    text.replace("releasable_to = [\"XAA\"]", "releasable_to = [\"XAA\", \"XBB\"]");
                format!("{both}{HEADLINE}")
            }
            _ => text.to_owned(),
        };
        files.push((name.to_owned(), changed(name, text)));
    }
    files.push(("agreements/north.toml".to_owned(), agreement.to_owned()));
    let sources: Vec<plant::SourceFile<'_>> = files
        .iter()
        .map(|(name, text)| plant::SourceFile { name, bytes: text.as_bytes() })
        .collect();
    let loaded = plant::load_programme(&sources).expect("the files are right");
    let playable = crate::plants::playable(&sources, &loaded.programme, &loaded.plants);
    let plants: BTreeMap<_, _> =
        loaded.plants.into_iter().map(|plant| (plant.id.clone(), plant)).collect();
    let (programme, agreements) = (loaded.programme, loaded.agreements);
    let labels = BTreeMap::new();
    Definitions { programme, plants, agreements, labels, revision: 1, playable }
}

fn hidden_welders(name: &str, text: String) -> String {
    match name {
        "shop/equipment.toml" => {
            let size = "size_m = [10, 8, 6]\n";
            assert!(text.contains(size));
            text.replacen(size, &format!("{size}{OWN_ONLY}"), 1)
        }
        _ => text,
    }
}

/// What one firm is told.
struct Told(BTreeMap<String, Arc<Value>>);

/// A hub of the definitions that has heard nothing, and its time.
fn core_of(definitions: &Definitions, at: &str) -> (Core, PlantTime) {
    let at = record::parse_time(at).expect("a time");
    let mut core = Core::new(definitions.clone(), 1);
    let plant = PlantId::new("shop").unwrap();
    core.start_clock(&plant, PlantClock::Simulated { anchor: at, wall: at, rate: 1.0 }, at);
    (core, at)
}

/// A board with one reader, and the gate before it.
struct Wall {
    board: Board,
    gate: Gate,
    audience: AudienceId,
}

impl Wall {
    fn before(nation: &str, firm: &str) -> Self {
        let nation = NationId::new(nation).unwrap();
        let audience = Audience::Member {
            nation,
            organisation: OrganisationId::new(firm).unwrap(),
            affiliation: Affiliation::Contractor,
            holds: BTreeSet::new(),
            ceiling: Classification::Controlled,
        };
        let home = NationId::new("XAA").unwrap();
        let files = policy::Source::choose(None).read().expect("built-in policies");
        let loaded = files.load(&home).expect("good policies");
        let mut gate = Gate::new(Arc::new(loaded.policies), 1);
        let audience = gate.audience(&audience).expect("room");
        let hub =
            Originator { nation: home, organisation: OrganisationId::new("skarvik").unwrap() };
        Self { board: Board::new(hub, None), gate, audience }
    }

    fn tell(&mut self, core: &Core, at: PlantTime) -> Told {
        let Self { board, gate, audience } = self;
        let scene = Scene::new(core, at);
        assert!(board.refresh(&scene, gate, &[*audience]).is_empty());
        let mut told = BTreeMap::new();
        for view in ["programme", "plant/shop", "history/shop"] {
            let facts = board.facts(&scene, gate, view, *audience);
            for fact in gate.select(facts, *audience).released.value() {
                assert_eq!(
                    wire::view::kind_of_key(&fact.key),
                    Some(fact.value.kind()),
                    "{} has another kind than its key",
                    fact.key
                );
                told.insert(format!("{view} {}", fact.key), Arc::clone(&fact.value));
            }
        }
        Told(told)
    }
}

impl Told {
    fn of(definitions: &Definitions, nation: &str, firm: &str, at: &str) -> Self {
        let (core, at) = core_of(definitions, at);
        Wall::before(nation, firm).tell(&core, at)
    }

    fn get(&self, key: &str) -> Option<&Value> {
        let views = ["plant/shop", "history/shop", "programme"];
        views.iter().find_map(|view| self.0.get(&format!("{view} {key}"))).map(|value| &**value)
    }

    fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    fn digest(&self) -> &wire::view::PlantDigest {
        match self.get("digest/shop") {
            Some(Value::Digest(digest)) => digest,
            other => panic!("{other:?}"),
        }
    }
}

const THEN: &str = "2031-05-05T06:00:00Z";

/// A pace knows no nights: what it expects for one is told for the next morning, and what it
/// expects for a weekend for Monday.
#[test]
fn nothing_is_expected_while_nobody_works_who_makes_it() {
    let definitions = shop(&format!("{AGREEMENT}{HOLD_UP}"), as_is);
    let (core, at) = core_of(&definitions, THEN);
    let scene = Scene::new(&core, at);
    let plant = &definitions.plants[&PlantId::new("shop").unwrap()];
    let hour = |text: &str| record::parse_time(text).expect("a time");
    let told = |expected: &str, material: &str| {
        let expected = hour(expected);
        let promised = hour("2031-05-05T16:00:00Z");
        let outlook = analytics::Outlook {
            what: analytics::Promise::Order(twin::OrderId::new("O1").unwrap()),
            material: Some(twin::MaterialId::new(material).unwrap()),
            part: None,
            promised,
            expected: Some(expected),
            range: Some((expected, expected + Span::DAY)),
            days_per_piece: None,
            ahead: 0.0,
            more_d: 0.0,
            waits_d: None,
            waits_until: None,
            overdue_d: None,
            slip_d: Some(expected.since(promised).days()),
            reached: None,
            done: 0.0,
            needed: 1.0,
            counted: None,
            method: analytics::OutlookMethod::RecentPace,
            waits_for: None,
            waits_also: None,
            inputs: analytics::Inputs::new(),
        };
        let told = scene.at_work(plant, outlook);
        let expected = told.expected.expect("a date");
        assert_eq!(told.slip_d, Some(expected.since(promised).days()));
        assert!(told.range.is_some_and(|(early, late)| early <= expected && expected <= late));
        stamp(expected).to_string()
    };
    // Monday to Friday from six in the morning, which is four o'clock in Greenwich.
    assert_eq!(told("2031-05-05T08:30:00Z", "panel"), "2031-05-05T08:30:00Z");
    assert_eq!(told("2031-05-05T20:30:00Z", "panel"), "2031-05-06T04:00:00Z");
    assert_eq!(told("2031-05-10T10:00:00Z", "panel"), "2031-05-12T04:00:00Z");
    // Who makes it is not known, or when they work so far ahead.
    assert_eq!(told("2031-05-05T20:30:00Z", "nothing"), "2031-05-05T20:30:00Z");
    assert_eq!(told("2031-07-05T20:30:00Z", "panel"), "2031-07-05T20:30:00Z");
}

fn as_is(_name: &str, text: String) -> String {
    text
}

#[test]
fn an_ally_is_told_what_the_agreement_shares_while_it_holds() {
    let definitions = shop(&format!("{AGREEMENT}{HOLD_UP}"), as_is);
    let ally = Told::of(&definitions, "XBB", "lisle", THEN);
    for key in ["plant", "layout/bay-01", "unit/bay-01", "area/hall", "measure/0", "board/holdup"] {
        assert!(ally.has(key), "{key}");
    }
    assert_eq!(ally.digest().units.values().sum::<u32>(), 2);
    for at in ["2030-08-31T00:00:00Z", "2035-01-02T00:00:00Z"] {
        assert_eq!(Told::of(&definitions, "XBB", "lisle", at).0.len(), 0, "at {at}");
        assert!(Told::of(&definitions, "XAA", "skarvik", at).has("unit/bay-01"), "at {at}");
    }
}

#[test]
fn what_no_share_names_stays_with_its_owner() {
    let some = AGREEMENT.replace("kinds = \"all\"", "kinds = [\"layout\", \"line_state\"]");
    let definitions = shop(&some, as_is);
    let ally = Told::of(&definitions, "XBB", "lisle", THEN);
    assert!(ally.has("unit/bay-01") && ally.has("layout/bay-01"));
    for key in ["measure/0", "measure/1", "record/all", "board/trust", "board/deliver"] {
        assert!(!ally.has(key), "{key}");
        assert!(Told::of(&definitions, "XAA", "skarvik", THEN).has(key), "{key}");
    }
    assert!(!ally.0.keys().any(|key| key.contains(" kpi/") || key.contains(" assumed/")));
    assert_eq!(ally.digest().feeds, [0, 0]);
}

#[test]
fn a_finding_without_a_floor_is_its_owners() {
    let definitions = shop(AGREEMENT, as_is);
    let (ally, owner) = (
        Told::of(&definitions, "XBB", "lisle", THEN),
        Told::of(&definitions, "XAA", "skarvik", THEN),
    );
    for key in ["board/holdup", "board/act", "board/next"] {
        assert!(owner.has(key) && !ally.has(key), "{key}");
    }
    let procurement = Told::of(&definitions, "XAA", "procurement", THEN);
    assert!(procurement.has("unit/bay-01") && !procurement.has("board/holdup"));
}

/// Nobody is told two numbers that differ by what they may not read: whatever counts the hidden
/// welders is as hidden as they are, and what is told of the rest does not count them.
#[test]
fn no_aggregate_counts_what_its_reader_may_not_read() {
    let definitions = shop(&format!("{AGREEMENT}{HOLD_UP}"), hidden_welders);
    let ally = Told::of(&definitions, "XBB", "lisle", THEN);
    let owner = Told::of(&definitions, "XAA", "skarvik", THEN);
    assert!(ally.has("storage/stock") && ally.has("layout/stock"));
    let of_welders = ["layout/bay-01", "unit/bay-01", "ribbon/bay-02", "kpi/bay-01"];
    let counting_them = ["area/hall", "measure/0", "measure/1"];
    for key in of_welders.iter().chain(&counting_them) {
        assert!(!ally.has(key), "{key} tells of what is hidden");
        assert!(owner.has(key) || key.starts_with("kpi/"), "{key}");
    }
    assert_eq!(ally.digest().units.len(), 0);
    assert_eq!(owner.digest().units.values().sum::<u32>(), 2);
    // It rests on the welders alone, so there is nothing left to tell.
    assert!(owner.has("board/holdup") && !ally.has("board/holdup"));
}

#[test]
fn a_narrowing_hides_a_place_and_all_that_is_in_it() {
    let narrowing = "\n[[narrow]]\nplant = \"shop\"\nthing = \"hall\"\nkinds = [\"line_state\"]\n\
                     to = [\"XAA\"]\nreason = \"trials\"\nperson = \"releaser\"\n\
                     review = 2031-02-01\n";
    let definitions = shop(&format!("{AGREEMENT}{narrowing}"), as_is);
    let ally = Told::of(&definitions, "XBB", "lisle", THEN);
    assert!(ally.has("layout/bay-01") && ally.has("layout/stock"));
    for key in ["unit/bay-01", "storage/stock", "area/hall", "ribbon/bay-01"] {
        assert!(!ally.has(key), "{key}");
        assert!(Told::of(&definitions, "XAA", "skarvik", THEN).has(key), "{key}");
    }
}

/// A unit that has been down for a day and more is an alarm, told to whoever may read the unit.
#[test]
fn an_alarm_is_told_to_whoever_may_read_what_it_rests_on() {
    let told = |definitions: &Definitions, nation: &str, firm: &str| {
        let (mut core, at) = core_of(definitions, THEN);
        let plant = PlantId::new("shop").unwrap();
        for hours in (0..=10).rev().map(|n| 4.0 * f64::from(n)) {
            let mut say = |unit: &str, state: UnitState| {
                let unit = EquipmentId::new(unit).unwrap();
                let statement = Statement::UnitState { unit, state, reason: None, cause: None };
                let report = Report { at: at - Span::from_hours(hours), statement };
                core.analytics.observe(&plant, &report);
            };
            say("bay-01", UnitState::Down);
            say("bay-02", if hours % 8.0 < 1.0 { UnitState::Working } else { UnitState::Starved });
        }
        Wall::before(nation, firm).tell(&core, at)
    };
    let open = shop(&format!("{AGREEMENT}{HOLD_UP}"), as_is);
    let hidden = shop(&format!("{AGREEMENT}{HOLD_UP}"), hidden_welders);
    let key = "alarm/unit_down:bay-01";
    for (definitions, is_told) in [(&open, true), (&hidden, false)] {
        assert_eq!(told(definitions, "XBB", "lisle").has(key), is_told);
        match told(definitions, "XAA", "skarvik").get(key) {
            Some(Value::Alarm(alarm)) => {
                assert_eq!(alarm.code, "unit_down");
                assert_eq!(&*alarm.since.to_string(), "2031-05-03T14:00:00Z", "{alarm:?}");
            }
            other => panic!("{other:?}"),
        }
    }
}

/// A delivery that comes is told with all that is concluded of it, not a second later.
#[test]
fn what_a_delivery_changes_is_concluded_when_it_comes() {
    let definitions = shop(&format!("{AGREEMENT}{HOLD_UP}"), as_is);
    let (mut core, at) = core_of(&definitions, THEN);
    let plant = PlantId::new("shop").unwrap();
    let mut wall = Wall::before("XAA", "skarvik");
    let mut next = |core: &Core, at: PlantTime| match wall.tell(core, at).get("board/next") {
        Some(Value::Next(card)) => card.parts.first().and_then(|part| part.delivery.clone()),
        other => panic!("{other:?}"),
    };
    let say = |core: &mut Core, hours: f64, statement: Statement| {
        let report = Report { at: at + Span::from_hours(hours), statement };
        core.analytics.observe(&plant, &report);
        core.analytics.advance(&plant, report.at + Span::from_secs(60));
    };
    let terms = |id: &str, days: f64| twin::report::DeliveryTerms {
        delivery: twin::DeliveryId::new(id).unwrap(),
        supplier: twin::SupplierId::new("mill").unwrap(),
        material: twin::MaterialId::new("plate").unwrap(),
        quantity: 5.0,
        date: at + Span::DAY.scaled(days),
        reason: None,
    };
    let (storage, material) =
        (EquipmentId::new("stock").unwrap(), twin::MaterialId::new("plate").unwrap());
    say(&mut core, 1.0, Statement::Stock { storage, material, quantity: 0.5 });
    say(&mut core, 1.0, Statement::DeliveryPromised(terms("D1", 1.0)));
    say(&mut core, 1.0, Statement::DeliveryPromised(terms("D2", 9.0)));
    let hour = |n: f64| at + Span::from_hours(n);
    assert_eq!(next(&core, hour(2.0)).as_deref(), Some("D1"));
    say(&mut core, 2.0, Statement::DeliveryArrived(terms("D1", 1.0)));
    assert_eq!(next(&core, hour(2.5)).as_deref(), Some("D2"));
}

/// What maintenance said of a stop is no last word once the unit works and nobody can tell any more
/// when it did again.
#[test]
fn an_answer_about_a_stop_that_no_record_reaches_is_not_told() {
    let definitions = shop(&format!("{AGREEMENT}{HOLD_UP}"), as_is);
    let (mut core, at) = core_of(&definitions, THEN);
    let (plant, unit) = (PlantId::new("shop").unwrap(), EquipmentId::new("bay-01").unwrap());
    let forgotten = |core: &Core, days: f64| {
        let said = at - Span::DAY.scaled(days);
        let (about, text) = (unit.to_string(), "back in 2 h".to_owned());
        let answer = analytics::Remark { about, text, at: said, until: None };
        answers::is_forgotten(&Scene::new(core, at), &definitions.plants[&plant], &answer, at)
    };
    for (days, state) in
        [(70.0, UnitState::Down), (69.0, UnitState::Working), (1.0, UnitState::Starved)]
    {
        let at = at - Span::DAY.scaled(days);
        let (unit, reason, cause) = (unit.clone(), None, None);
        let report = Report { at, statement: Statement::UnitState { unit, state, reason, cause } };
        core.analytics.observe(&plant, &report);
        let feed = twin::FeedId::new("line").unwrap();
        let said = twin::state::Said { feed, origin: twin::Origin::Live, received: None };
        core.twin.apply(&plant, &report, &said).expect("it is right");
    }
    core.analytics.advance(&plant, at);
    assert!(forgotten(&core, 69.5), "its states are kept for sixty days");
    assert!(!forgotten(&core, 30.0));
}

#[test]
fn no_happening_is_told_that_has_no_kind() {
    for kind in ["state", "delivery", "comment", "part", "plant", "feed", "refused", "corrected"] {
        assert!(kind_of_happening(kind).is_some(), "{kind}");
    }
    assert_eq!(kind_of_happening("news"), None);
}

/// It is found by playing all that the files say: whoever may not read all of that is told what a
/// measure is, and not what was to be expected of it.
#[test]
fn what_was_to_be_expected_is_told_to_whoever_may_read_the_whole_model() {
    let some = "kinds = [\"layout\", \"line_state\", \"flow\", \"capacity\"]";
    let definitions = shop(&AGREEMENT.replace("kinds = \"all\"", some), as_is);
    let (core, at) = core_of(&definitions, THEN);
    let expectations = crate::expected::Expectations::default();
    for (nation, firm, may) in [("XAA", "skarvik", true), ("XBB", "lisle", false)] {
        let Wall { mut board, mut gate, audience } = Wall::before(nation, firm);
        let scene = Scene::new(&core, at).expecting(&expectations);
        assert!(board.refresh(&scene, &mut gate, &[audience]).is_empty());
        let facts = board.facts(&scene, &mut gate, "plant/shop", audience);
        let released = gate.select(facts, audience).released;
        let has = |key: &str| released.value().iter().any(|fact| fact.key == key);
        for number in 0..2 {
            assert!(has(&format!("measure/{number}")), "{nation} {number}");
            assert_eq!(has(&format!("expected/{number}")), may, "{nation} {number}");
        }
    }
}
