//! What was meant takes the place of what was said, and what came late the place where it belongs.

use twin::{DeliveryId, EquipmentId, MaterialId, PartId, Report};

use super::*;
use crate::core::event_order::WINDOW;

/// A hub whose disk is as fast as its feeds.
struct Bench {
    core: Core,
    rows: Vec<Entry>,
    next: BTreeMap<&'static str, u64>,
}

impl Bench {
    fn new() -> Self {
        let mut bench =
            Self { core: Core::new(definitions(), 1), rows: Vec::new(), next: BTreeMap::new() };
        for (number, name) in (1..).zip(FEEDS) {
            let session = SessionId(number);
            bench.core.handle(HubEvent::Opened { session, grant: grant(name) }, at(0));
            let clock = wire::ingest::Clock::Simulated { start: None, rate: 60.0 };
            let feed = name.to_owned();
            let hello = Hello { feed, epoch: 1, clock, acked: None, declares: Vec::new() };
            bench.core.handle(HubEvent::Hello { session, hello }, at(0));
            bench.next.insert(name, 1);
        }
        bench
    }

    /// Sends a frame and makes it durable; returns the codes of what was refused.
    fn say(&mut self, name: &'static str, reports: &[String]) -> Vec<String> {
        let number = FEEDS.iter().position(|feed| *feed == name).unwrap() as u64 + 1;
        let (session, seq) = (SessionId(number), self.next[name]);
        self.next.insert(name, seq + 1);
        let raw = |text: &String| RawValue::from_string(text.clone()).unwrap();
        let frame = ReportFrame { seq, reports: reports.iter().map(raw).collect(), points: None };
        let found = spoken_of(&frame).into_iter().filter_map(|key| {
            let is_row =
                |row: &&Entry| (&row.feed, row.epoch, row.seq) == (&key.feed, key.epoch, key.seq);
            let found = recalled(self.rows.iter().find(is_row)?, key.index)?;
            Some((key, found))
        });
        let reports = found.collect();
        self.core.handle(HubEvent::Recalled { reports }, at(0));
        let effects = self.core.handle(HubEvent::Frame { session, frame }, at(0));
        self.rows.extend(effects.journal);
        let hub_seq = self.core.hub_seq;
        self.core.handle(HubEvent::Committed { hub_seq }, at(0));
        let refused = effects.to_feeds.into_iter().filter_map(|(_, answer)| match answer {
            ToFeed::Refused { code, .. } => Some(code),
            _ => None,
        });
        refused.collect()
    }

    #[track_caller]
    fn ok(&mut self, name: &'static str, report: String) {
        assert_eq!(self.say(name, &[report]), Vec::<String>::new());
    }

    fn anew(&self) -> Core {
        self.folded(WINDOW, None)
    }

    fn folded(&self, window: usize, until: Option<PlantTime>) -> Core {
        let mut corrections = Corrections::default();
        self.rows.iter().for_each(|row| note_corrections(row, &mut corrections));
        let mut anew = Anew::new(definitions(), 1, corrections, until).waiting_for(window);
        loop {
            self.rows.iter().for_each(|row| anew.row(row));
            match anew.finish() {
                Finished::Done(core) => return *core,
                Finished::Again(again) => anew = *again,
            }
        }
    }
}

fn shop() -> PlantId {
    PlantId::new("shop").unwrap()
}

fn time(secs: i64) -> String {
    decode::rfc3339(at(secs))
}

fn counted(secs: i64, quantity: f64) -> String {
    let time = time(secs);
    format!(
        r#"{{"kind":"stock","at":"{time}","storage":"stock","material":"plate","quantity":{quantity}}}"#
    )
}

fn consumed(secs: i64, quantity: f64) -> String {
    let time = time(secs);
    format!(
        r#"{{"kind":"lot_consumed","at":"{time}","storage":"stock","material":"plate","quantity":{quantity}}}"#
    )
}

fn moved(secs: i64, from: &str, to: &str) -> String {
    let time = time(secs);
    format!(r#"{{"kind":"part_moved","at":"{time}","part":"P1","from":"{from}","to":"{to}"}}"#)
}

fn promised(secs: i64, date: i64) -> String {
    let (time, date) = (time(secs), time(date));
    format!(
        r#"{{"kind":"delivery_promised","at":"{time}","delivery":"D1","supplier":"mill","material":"plate","quantity":8,"date":"{date}"}}"#
    )
}

fn stated(secs: i64, unit: &str, state: &str) -> String {
    let time = time(secs);
    format!(r#"{{"kind":"unit_state","at":"{time}","unit":"{unit}","state":"{state}"}}"#)
}

/// What was meant instead of the first report of a frame.
fn meant(feed: &str, seq: u64, secs: i64, report: &str) -> String {
    let time = time(secs);
    format!(
        r#"{{"kind":"correction","at":"{time}","feed":"{feed}","epoch":1,"seq":{seq},"index":0,"report":{report}}}"#
    )
}

fn stock(core: &Core) -> f64 {
    let (storage, plate) = (EquipmentId::new("stock").unwrap(), MaterialId::new("plate").unwrap());
    core.twin.storage(&shop(), &storage).unwrap().quantity(&plate)
}

fn place(core: &Core) -> String {
    core.twin.part(&PartId::new("P1").unwrap()).unwrap().place.place.to_string()
}

#[test]
fn a_wrong_count_is_put_right_under_what_followed() {
    let mut bench = Bench::new();
    bench.ok("a", counted(10, 40.0));
    bench.ok("a", consumed(20, 4.0));
    bench.ok("a", meant("a", 1, 30, &counted(10, 30.0)));
    assert_eq!(stock(&bench.core), 36.0, "as it was said, until it is folded anew");
    let due = bench.core.due()[&shop()];
    assert_eq!(due, Due { corrections: 1, late: 0, since: at(10) });
    let anew = bench.anew();
    assert_eq!(stock(&anew), 26.0);
    assert!(anew.due().is_empty());
    assert_eq!((anew.hub_seq, anew.not_replayed), (3, 0));
    assert_eq!(bench.rows.len(), 3, "both stay on record");
}

#[test]
fn a_part_that_was_moved_wrongly_is_where_it_was_meant() {
    let mut bench = Bench::new();
    bench.ok("a", moved(10, "stock", "bay-01"));
    bench.ok("a", meant("a", 1, 20, &moved(10, "stock", "bay-02")));
    assert_eq!(place(&bench.core), "bay-01");
    bench.core = bench.anew();
    assert_eq!(place(&bench.core), "bay-02");
}

#[test]
fn what_rested_on_a_wrong_report_is_left_out_and_counted() {
    let mut bench = Bench::new();
    bench.ok("a", moved(10, "stock", "bay-01"));
    bench.ok("a", moved(15, "bay-01", "done"));
    bench.ok("a", meant("a", 1, 20, &moved(10, "stock", "bay-02")));
    let anew = bench.anew();
    assert_eq!((place(&anew).as_str(), anew.not_replayed), ("bay-02", 1));
}

#[test]
fn a_promise_is_what_was_meant_from_the_first() {
    let mut bench = Bench::new();
    bench.ok("a", promised(10, 86_400));
    bench.ok("a", meant("a", 1, 20, &promised(10, 172_800)));
    let anew = bench.anew();
    let delivery = anew.twin.delivery(&shop(), &DeliveryId::new("D1").unwrap()).unwrap();
    assert_eq!((delivery.promised, delivery.expected), (at(172_800), at(172_800)));
    assert_eq!(delivery.change_count, 1, "it was promised once");
}

#[test]
fn a_correction_is_corrected_by_either_of_its_names() {
    for names in [1, 2] {
        let mut bench = Bench::new();
        bench.ok("a", counted(10, 40.0));
        bench.ok("a", meant("a", 1, 20, &counted(10, 30.0)));
        bench.ok("a", meant("a", names, 30, &counted(10, 20.0)));
        assert_eq!(stock(&bench.anew()), 20.0, "naming frame {names}");
    }
}

#[test]
fn what_names_nothing_known_is_refused() {
    let mut bench = Bench::new();
    bench.ok("a", counted(10, 40.0));
    let good = counted(10, 30.0);
    let of_none = good.replace("\"stock\",\"mat", "\"no-such\",\"mat");
    let nested = meant("a", 1, 20, &meant("a", 1, 20, &good));
    let wrong = [
        (meant("a", 9, 20, &good), "unknown_report"),
        (meant("a", 3, 20, &good), "unknown_report"),
        (meant("a", 1, 20, &good).replace("\"index\":0", "\"index\":7"), "unknown_report"),
        (meant("a", 1, 20, &good).replace("\"epoch\":1", "\"epoch\":2"), "unknown_report"),
        (meant("b", 1, 20, &good), "not_your_report"),
        (meant("a", 1, 20, &of_none), "unknown_storage"),
        (meant("a", 1, 20, &counted(10, -1.0)), "quantity_negative"),
        (nested, "correction_nested"),
    ];
    for (report, code) in wrong {
        assert_eq!(bench.say("a", std::slice::from_ref(&report)), [code], "{report}");
    }
    assert_eq!(bench.say("b", &[meant("a", 1, 20, &good)]), ["not_your_report"]);
    assert!(bench.core.due().is_empty());
    assert_eq!(stock(&bench.anew()), 40.0);
}

#[test]
fn a_supplier_corrects_its_own_deliveries_only() {
    let mut bench = Bench::new();
    let session = bench.core.sessions.get_mut(&SessionId(1)).unwrap();
    session.grant.supplier = Some(SupplierId::new("mill").unwrap());
    bench.ok("a", promised(10, 86_400));
    bench.ok("a", meant("a", 1, 20, &promised(10, 172_800)));
    assert_eq!(bench.say("a", &[meant("a", 1, 20, &counted(10, 1.0))]), ["not_for_suppliers"]);
}

#[test]
fn the_past_is_told_by_what_is_known_today() {
    let mut bench = Bench::new();
    bench.ok("a", counted(10, 40.0));
    bench.ok("a", consumed(100, 4.0));
    bench.ok("a", consumed(50, 1.0));
    bench.ok("a", meant("a", 1, 200, &counted(10, 30.0)));
    let level = |secs| stock(&bench.folded(WINDOW, Some(at(secs))));
    assert_eq!(
        [level(9), level(10), level(50), level(99), level(100)],
        [0.0, 30.0, 29.0, 29.0, 25.0]
    );
}

/// Everything that findings say of the shop at a moment, as text.
fn findings(analytics: &Analytics, now: PlantTime) -> String {
    let shop = shop();
    let unit = |name: &str| EquipmentId::new(name).unwrap();
    let ribbon = |name: &str| analytics.ribbon(&shop, &unit(name), at(0), now);
    format!(
        "{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{}",
        analytics.hold_up(&shop, now, None),
        analytics.outlook(&shop, now),
        analytics.dry(&shop, now),
        analytics.hours(&shop),
        ribbon("bay-01"),
        ribbon("bay-02"),
        analytics.too_late(&shop),
    )
}

/// A statement that is taken in any order.
fn any_report() -> impl Strategy<Value = (i64, usize, usize)> {
    (0..5_000_i64, 0..2_usize, 0..8_usize)
}

fn report_of(secs: i64, kind: usize) -> String {
    let unit = if kind.is_multiple_of(2) { "bay-01" } else { "bay-02" };
    match kind {
        0..4 => stated(secs, unit, ["working", "down", "starved", "blocked"][kind]),
        4..6 => {
            let time = time(secs);
            let part = format!("P{secs}-{kind}");
            format!(
                r#"{{"kind":"op_started","at":"{time}","op":"O{part}","unit":"{unit}","part":"{part}","operation":"make"}}"#
            )
        }
        6 => counted(secs, secs as f64),
        _ => consumed(secs, 2.0),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Live with late reports, then folded anew, is the same as all of it told in order.
    #[test]
    fn late_reports_give_the_same_findings_once_folded_anew(
        told in prop::collection::vec(any_report(), 1..60),
        window in 0..30_usize,
    ) {
        let mut bench = Bench::new();
        for (secs, feed, kind) in &told {
            bench.say(FEEDS[*feed], &[report_of(*secs, *kind)]);
        }
        let mut anew = bench.folded(window, None);

        // What was taken, in the order of event time, feed and frame.
        let mut taken: Vec<(PlantTime, ReportKey, Report)> = Vec::new();
        for row in &bench.rows {
            for (index, raw) in replay::reports(&row.body) {
                let report = decode::report(raw.get()).unwrap();
                let (feed, epoch, seq) = (row.feed.clone(), row.epoch, row.seq);
                taken.push((report.at, ReportKey { feed, epoch, seq, index }, report));
            }
        }
        taken.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        let Definitions { programme, plants, .. } = definitions();
        let plants: Vec<Plant> = plants.into_values().collect();
        let mut straight = Analytics::new(&programme, &plants);
        taken.iter().for_each(|(_, _, report)| straight.observe(&shop(), report));

        let now = at(6_000);
        anew.analytics.advance(&shop(), now);
        straight.advance(&shop(), now);
        prop_assert_eq!(findings(&anew.analytics, now), findings(&straight, now));
        prop_assert!(anew.due().is_empty());
        prop_assert!(anew.twin == bench.core.twin, "the state folds as it came");
    }

    /// Folding anew again changes nothing, whatever was corrected.
    #[test]
    fn folding_anew_is_the_same_every_time(
        told in prop::collection::vec((any_report(), prop::option::of((1..30_u64, 0..5_000_i64))), 1..60),
        windows in (0..30_usize, 0..30_usize),
    ) {
        let mut bench = Bench::new();
        for ((secs, feed, kind), corrects) in &told {
            let report = report_of(*secs, *kind);
            let report = match corrects {
                Some((seq, secs)) => meant(FEEDS[*feed], *seq, *secs, &report),
                None => report,
            };
            bench.say(FEEDS[*feed], &[report]);
        }
        let (mut one, mut other) = (bench.folded(windows.0, None), bench.folded(windows.1, None));
        prop_assert!(one.twin == other.twin);
        let now = at(6_000);
        one.analytics.advance(&shop(), now);
        other.analytics.advance(&shop(), now);
        prop_assert_eq!(findings(&one.analytics, now), findings(&other.analytics, now));
        prop_assert_eq!(one.hub_seq, bench.core.hub_seq);
    }
}
