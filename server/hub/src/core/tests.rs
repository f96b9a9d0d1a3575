//! Seeds and crashes in one thread: core and journal, no sockets, no threads, no clock.

mod correcting;

use std::collections::BTreeMap;

use journal::Entry;
use proptest::prelude::*;
use twin::{Span, UnitState};

use super::{happening::Happening, *};
use crate::tests::fixture;

pub(super) fn definitions() -> Definitions {
    let files =
        fixture::FILES.map(|(name, text)| plant::SourceFile { name, bytes: text.as_bytes() });
    let loaded = plant::load_programme(&files).expect("the fixture is right");
    let playable = crate::plants::playable(&files, &loaded.programme, &loaded.plants);
    let plants: BTreeMap<_, _> =
        loaded.plants.into_iter().map(|plant| (plant.id.clone(), plant)).collect();
    let labels = plants.keys().map(|id| (id.clone(), 1)).collect();
    let (programme, agreements) = (loaded.programme, loaded.agreements);
    Definitions { programme, plants, agreements, labels, revision: 1, playable }
}

/// A moment of the fixture's year, on the simulated clock that all of these tests use.
fn at(secs: i64) -> PlantTime {
    decode::time("2031-05-05T06:00:00Z").expect("a time") + Span::from_secs(secs)
}

fn grant(feed: &str) -> Grant {
    Grant {
        feed: FeedId::new(feed).unwrap(),
        plant: PlantId::new("shop").unwrap(),
        supplier: None,
        units: None,
    }
}

/// Each seq says another thing, some of it wrong, so that folding twice or not at all shows.
fn frame_of(feed: usize, seq: u64) -> ReportFrame<Box<RawValue>> {
    let unit = ["bay-01", "bay-02", "bay-99"][usize::try_from(seq % 3).unwrap()];
    let time = decode::rfc3339(at(i64::try_from(seq).unwrap() * 60));
    let state = ["working", "down", "starved"][usize::try_from(seq / 3 % 3).unwrap()];
    let of = |text: String| RawValue::from_string(text).unwrap();
    let part = format!("P{}", seq * 10 + feed as u64);
    let reports = vec![
        of(format!(r#"{{"kind":"unit_state","at":"{time}","unit":"{unit}","state":"{state}"}}"#)),
        of(format!(
            r#"{{"kind":"part_moved","at":"{time}","part":"{part}","from":"stock","to":"done"}}"#
        )),
    ];
    ReportFrame { seq, reports, points: None }
}

/// A hub whose disk can be slow and whose process can die, and feeds that resume.
struct World {
    core: Core,
    wall: PlantTime,
    /// Rows on disk.
    disk: Vec<Entry>,
    /// Rows on their way to the disk: lost in a crash.
    under_way: Vec<Entry>,
    feeds: Vec<Gateway>,
    next_session: u64,
}

#[derive(Default)]
struct Gateway {
    session: Option<SessionId>,
    next: u64,
    acked: u64,
}

#[derive(Clone, Debug)]
enum Step {
    /// A feed sends its next frame.
    Send(usize),
    /// It sends one that it has sent before.
    Again(usize),
    /// It connects anew.
    Reconnect(usize),
    /// So many rows reach the disk.
    Commit(usize),
    /// The process dies and is started again.
    Crash,
}

const FEEDS: [&str; 2] = ["a", "b"];

impl World {
    fn new() -> Self {
        let mut world = Self {
            core: Core::new(definitions(), 1),
            wall: at(0),
            disk: Vec::new(),
            under_way: Vec::new(),
            feeds: (0..FEEDS.len()).map(|_| Gateway { next: 1, ..Gateway::default() }).collect(),
            next_session: 1,
        };
        (0..FEEDS.len()).for_each(|feed| world.connect(feed));
        world
    }

    fn handle(&mut self, event: HubEvent) {
        let effects = self.core.handle(event, self.wall);
        self.under_way.extend(effects.journal);
        for (session, message) in effects.to_feeds {
            let Some(feed) = self.feeds.iter_mut().find(|feed| feed.session == Some(session))
            else {
                continue;
            };
            match message {
                ToFeed::Welcome { resume_from, .. } => {
                    assert!(resume_from > feed.acked, "an acknowledged frame is asked for again");
                    feed.next = resume_from;
                }
                ToFeed::Ack { seq, durable } => {
                    assert!(durable);
                    feed.acked = feed.acked.max(seq);
                }
                ToFeed::Refused { code, .. } => assert_ne!(code, "gap"),
                ToFeed::Credit { .. } => {}
            }
        }
        self.acknowledged_is_on_disk();
    }

    fn acknowledged_is_on_disk(&self) {
        for (feed, name) in self.feeds.iter().zip(FEEDS) {
            let kept = self.disk.iter().filter(|row| row.feed.as_str() == name).map(|row| row.seq);
            let kept: Vec<u64> = kept.collect();
            assert_eq!(kept, (1..=kept.len() as u64).collect::<Vec<_>>(), "once each, in order");
            assert!(feed.acked <= kept.len() as u64, "{} acked, {} kept", feed.acked, kept.len());
        }
    }

    fn connect(&mut self, feed: usize) {
        let session = SessionId(self.next_session);
        self.next_session += 1;
        self.feeds[feed].session = Some(session);
        self.handle(HubEvent::Opened { session, grant: grant(FEEDS[feed]) });
        let clock = wire::ingest::Clock::Simulated { start: None, rate: 60.0 };
        let acked = Some(self.feeds[feed].acked).filter(|acked| *acked > 0);
        let name = FEEDS[feed].to_owned();
        let hello = Hello { feed: name, epoch: 1, clock, acked, declares: Vec::new() };
        self.handle(HubEvent::Hello { session, hello });
    }

    fn send(&mut self, feed: usize, seq: u64) {
        if let Some(session) = self.feeds[feed].session {
            self.handle(HubEvent::Frame { session, frame: frame_of(feed, seq) });
        }
    }

    fn step(&mut self, step: &Step) {
        self.wall = self.wall + Span::SECOND;
        match *step {
            Step::Send(feed) => {
                let seq = self.feeds[feed].next;
                self.feeds[feed].next += 1;
                self.send(feed, seq);
            }
            Step::Again(feed) => {
                let seq = self.feeds[feed].next.saturating_sub(1).max(1);
                self.feeds[feed].next = seq + 1;
                self.send(feed, seq);
            }
            Step::Reconnect(feed) => self.connect(feed),
            Step::Commit(rows) => {
                let rows = rows.min(self.under_way.len());
                self.disk.extend(self.under_way.drain(..rows));
                if let Some(hub_seq) = self.disk.last().map(|row| row.hub_seq) {
                    self.handle(HubEvent::Committed { hub_seq });
                }
            }
            Step::Crash => {
                self.under_way.clear();
                let clocks: Vec<_> = self.clock_rows();
                self.core = Core::new(definitions(), 2);
                self.disk.iter().for_each(|row| self.core.replay(row));
                self.core.resume(&clocks, self.wall);
                self.feeds.iter_mut().for_each(|feed| feed.session = None);
                (0..FEEDS.len()).for_each(|feed| self.connect(feed));
            }
        }
    }

    /// Clocks are kept when they are chosen, before the first row.
    fn clock_rows(&self) -> Vec<ClockRow> {
        self.core.clocks.iter().map(|(plant, clock)| clock_row(plant, clock, self.wall)).collect()
    }

    /// Everything reaches the disk; the state is that of a straight run over the same rows.
    fn settle(mut self) {
        self.step(&Step::Commit(usize::MAX));
        assert!(self.core.is_durable());
        let mut straight = Core::new(definitions(), 1);
        self.disk.iter().for_each(|row| straight.replay(row));
        assert_eq!(straight.not_replayed, 0);
        assert!(straight.twin == self.core.twin, "replay and live differ");
        for (name, feed) in &self.core.feeds {
            // A feed that said hello and nothing more has no rows to be known by.
            let Some(replayed) = straight.feeds.get(name) else {
                assert_eq!(feed.taken + feed.refused, 0);
                continue;
            };
            let counts =
                |feed: &FeedNow| (feed.next_seq, feed.taken, feed.refused, feed.last_report);
            assert_eq!(counts(feed), counts(replayed), "{name}");
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..FEEDS.len()).prop_map(Step::Send),
        1 => (0..FEEDS.len()).prop_map(Step::Again),
        1 => (0..FEEDS.len()).prop_map(Step::Reconnect),
        4 => (0..4_usize).prop_map(Step::Commit),
        1 => Just(Step::Crash),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn nothing_acknowledged_is_lost_or_taken_twice(steps in prop::collection::vec(step(), 1..80)) {
        let mut world = World::new();
        steps.iter().for_each(|step| world.step(step));
        world.settle();
    }
}

#[test]
fn nothing_is_acknowledged_or_shown_before_it_is_durable() {
    let mut world = World::new();
    world.step(&Step::Send(0));
    assert!(!world.core.is_durable());
    assert_eq!(world.feeds[0].acked, 0);
    world.step(&Step::Again(0));
    assert_eq!(world.feeds[0].acked, 0, "a duplicate of what is under way is not acknowledged");
    world.step(&Step::Commit(1));
    assert!(world.core.is_durable());
    assert_eq!(world.feeds[0].acked, 1);
}

#[test]
fn a_changed_plant_keeps_connections_and_positions() {
    let mut world = World::new();
    world.step(&Step::Send(0));
    world.step(&Step::Commit(1));
    let mut fresh = Core::new(definitions(), 1);
    world.disk.iter().for_each(|row| fresh.replay(row));
    std::mem::swap(&mut world.core, &mut fresh);
    world.core.adopt(fresh, world.wall);
    world.step(&Step::Send(0));
    world.step(&Step::Commit(1));
    assert_eq!(world.feeds[0].acked, 2);
    world.settle();
}

#[test]
fn a_simulated_clock_goes_on_where_it_stood() {
    let mut world = World::new();
    let plant = PlantId::new("shop").unwrap();
    world.wall = world.wall + Span::from_secs(100);
    let stood = world.core.plant_now(&plant, world.wall);
    world.step(&Step::Crash);
    let now = world.core.plant_now(&plant, world.wall);
    let passed = now.since(stood);
    assert!(!passed.is_negative() && passed <= Span::MINUTE, "{passed} passed");
}

#[test]
fn news_is_bounded_and_tells_the_unit() {
    let mut world = World::new();
    for _ in 0..5 {
        world.step(&Step::Send(0));
    }
    let states: Vec<&Happening> =
        world.core.happenings.after(0).filter(|news| news.kind == "state").collect();
    assert!(!states.is_empty());
    assert!(states.iter().all(|news| news.about.starts_with("bay-")));
    let down = UnitState::Down.name();
    assert!(states.iter().any(|news| news.with.get("state").is_some_and(|state| state == down)));
    assert_eq!(world.core.happenings.after(world.core.happenings.last()).count(), 0);
}
