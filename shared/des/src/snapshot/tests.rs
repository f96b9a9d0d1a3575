//! A run cut anywhere goes on as if it had not been; what is not a snapshot is refused by name.

use proptest::prelude::*;

use super::*;
use crate::{Distribution, EventKey, Priority, ScheduleError, Streams};

/// A server that breaks down in the middle of work and goes on with what was left: events are
/// cancelled, and keys are kept over the cut.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Event {
    Arrived,
    Finished { part: u32 },
    Failed,
    Repaired { left_micros: i64 },
}

struct Run {
    calendar: Calendar<Event>,
    streams: BTreeMap<String, Stream>,
    waiting: Vec<u32>,
    arrived: u32,
    is_down: bool,
    /// What is being worked on, when it will be finished, and the key of that event.
    working: Option<(u32, Time, EventKey)>,
    log: Vec<(Time, Event)>,
}

const STREAMS: [&str; 3] = ["arrival", "failure", "work"];

impl Run {
    fn new(seed: u64) -> Self {
        let stream = |name: &str| (name.to_owned(), Streams::new(seed).stream(0, "server", name));
        let mut calendar = Calendar::with_limit(Time::from_micros(-50), 1_000);
        calendar.schedule(Time::ZERO, Priority::NORMAL, Event::Arrived).unwrap();
        calendar.schedule(Time::ZERO, Priority::FIRST, Event::Failed).unwrap();
        let streams = STREAMS.into_iter().map(stream).collect();
        let (waiting, log) = (vec![], vec![]);
        Self { calendar, streams, waiting, arrived: 0, is_down: false, working: None, log }
    }

    fn draw(&mut self, name: &str, mean: f64) -> f64 {
        let distribution = Distribution::gamma(0.7, mean).unwrap();
        distribution.sample(self.streams.get_mut(name).unwrap())
    }

    fn begin(&mut self, part: u32, micros: f64) -> Result<(), ScheduleError> {
        let at = self.calendar.now().after_micros(micros);
        let key = self.calendar.schedule(at, Priority::NORMAL, Event::Finished { part })?;
        self.working = Some((part, at, key));
        Ok(())
    }

    fn step(&mut self, now: Time, event: Event) -> Result<(), ScheduleError> {
        self.log.push((now, event));
        let next = |run: &mut Self, after: f64, event| {
            run.calendar.schedule(now.after_micros(after), Priority::NORMAL, event)
        };
        match event {
            Event::Arrived => {
                self.arrived += 1;
                self.waiting.push(self.arrived);
                let after = self.draw("arrival", 12.0);
                next(self, after, Event::Arrived)?;
            }
            Event::Finished { .. } => self.working = None,
            Event::Failed => {
                self.is_down = true;
                let left_micros = match self.working.take() {
                    Some((part, at, key)) if self.calendar.cancel(key) => {
                        self.waiting.insert(0, part);
                        at.since(now)
                    }
                    _ => 0,
                };
                let after = self.draw("failure", 5.0);
                next(self, after, Event::Repaired { left_micros })?;
            }
            Event::Repaired { left_micros } => {
                self.is_down = false;
                if left_micros > 0 {
                    let part = self.waiting.remove(0);
                    self.begin(part, left_micros as f64)?;
                }
                let after = self.draw("failure", 60.0);
                next(self, after, Event::Failed)?;
            }
        }
        if !self.is_down && self.working.is_none() && !self.waiting.is_empty() {
            let part = self.waiting.remove(0);
            let micros = self.draw("work", 9.0);
            self.begin(part, micros)?;
        }
        Ok(())
    }

    fn go_on(&mut self, events: usize) {
        for _ in 0..events {
            let (now, event) = self.calendar.pop().unwrap();
            self.step(now, event).unwrap();
        }
    }

    fn save(&self) -> Vec<u8> {
        save(&self.calendar, &self.streams, encode).unwrap()
    }

    /// The same run by way of bytes; what is the model's own is handed over as it is.
    fn restored(self) -> Self {
        let bytes = self.save();
        let Restored { calendar, keys, streams } = restore(&bytes, decode).unwrap();
        let working = self.working.map(|(part, at, key)| (part, at, keys.key(key.number())));
        Self { calendar, streams, working, ..self }
    }
}

fn encode(event: &Event, bytes: &mut Vec<u8>) {
    let (tag, number) = match *event {
        Event::Arrived => (0, 0),
        Event::Finished { part } => (1, i64::from(part)),
        Event::Failed => (2, 0),
        Event::Repaired { left_micros } => (3, left_micros),
    };
    bytes.push(tag);
    bytes.extend(number.to_le_bytes());
}

fn decode(bytes: &[u8]) -> Result<Event, String> {
    let (tag, number) = bytes.split_first().ok_or("empty")?;
    let number = i64::from_le_bytes(number.try_into().map_err(|_length| "wrong length")?);
    match tag {
        0 => Ok(Event::Arrived),
        1 => Ok(Event::Finished { part: number as u32 }),
        2 => Ok(Event::Failed),
        3 => Ok(Event::Repaired { left_micros: number }),
        tag => Err(format!("no event has tag {tag}")),
    }
}

proptest! {
    #[test]
    fn a_run_cut_anywhere_goes_on_to_the_bit(
        seed: u64,
        cuts in prop::collection::vec(0..120_usize, 1..5),
    ) {
        let (mut whole, mut cut) = (Run::new(seed), Run::new(seed));
        for events in cuts.into_iter().chain([100]) {
            whole.go_on(events);
            cut.go_on(events);
            prop_assert_eq!(cut.save(), whole.save());
            cut = cut.restored();
            prop_assert_eq!(cut.save(), whole.save(), "a restored run saves to the same bytes");
        }
        prop_assert_eq!(&cut.log, &whole.log);
        prop_assert_eq!(cut.calendar.len(), whole.calendar.len());
    }

    #[test]
    fn bytes_that_were_changed_are_refused(at: prop::sample::Index, bit in 0..8_u32) {
        let mut run = Run::new(5);
        run.go_on(40);
        let mut bytes = run.save();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        let refused = restore(&bytes, decode).unwrap_err();
        match at {
            0..8 => prop_assert_eq!(refused, RestoreError::NotASnapshot),
            8..10 => prop_assert_eq!(name_of(&refused), "Version"),
            _ => prop_assert_eq!(name_of(&refused), "Damaged"),
        }
    }

    #[test]
    fn any_bytes_are_refused_without_harm(
        mut bytes in prop::collection::vec(any::<u8>(), 0..300),
        head: bool,
    ) {
        if head {
            bytes.splice(0..0, [&MARK[..], &VERSION.to_le_bytes()].concat());
            bytes = sealed(bytes);
        }
        prop_assert!(restore(&bytes, decode).is_err());
    }
}

fn name_of(refused: &RestoreError<String>) -> &'static str {
    match refused {
        RestoreError::Version { .. } => "Version",
        RestoreError::Damaged { .. } => "Damaged",
        _ => "another",
    }
}

/// With the checksum that belongs to it, so that what comes after the checksum is tried.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.extend(fnv_1a(FNV_OFFSET, &bytes).to_le_bytes());
    bytes
}

/// A snapshot of two events and one stream with these bytes at this place, sealed again.
fn altered(at: usize, with: &[u8]) -> RestoreError<String> {
    let mut calendar = Calendar::with_limit(Time::from_micros(7), 9);
    calendar.schedule(Time::from_micros(8), Priority::NORMAL, Event::Arrived).unwrap();
    calendar.schedule(Time::from_micros(9), Priority::NORMAL, Event::Failed).unwrap();
    let streams = BTreeMap::from([("w".to_owned(), Stream::from_seed(1))]);
    let mut bytes = save(&calendar, &streams, encode).unwrap();
    bytes.truncate(bytes.len() - 8);
    bytes[at..at + with.len()].copy_from_slice(with);
    restore(&sealed(bytes), decode).unwrap_err()
}

#[test]
fn what_is_wrong_is_named() {
    const EVENTS: usize = 34;
    const SECOND: usize = EVENTS + 28;
    const STREAM: usize = SECOND + 28 + 4;
    let impossible = |at, with: &[u8]| {
        let refused = altered(at, with);
        assert_eq!(refused, RestoreError::Impossible { now: Time::from_micros(7) }, "{at}");
    };
    impossible(18, &1_u64.to_le_bytes());
    impossible(EVENTS, &6_i64.to_le_bytes());
    impossible(EVENTS, &10_i64.to_le_bytes());
    impossible(SECOND + 9, &0_u64.to_le_bytes());
    let said = |at, with: &[u8]| altered(at, with).to_string();
    assert_eq!(said(8, &[2, 0]), "a snapshot of version 2; this program reads version 1");
    let limit = u32::MAX.to_le_bytes();
    assert_eq!(
        said(26, &limit),
        "the snapshot names 4294967295 events that may be pending, more than 1048576"
    );
    assert_eq!(said(30, &limit), "the snapshot names 4294967295 pending events, more than 9");
    assert_eq!(said(30, &[9]), "the snapshot ends at byte 129, within pending events");
    assert_eq!(said(30, &[1]), "the snapshot ends at byte 129, within random streams");
    assert_eq!(said(EVENTS + 19, &[9]), "the event at 8 µs cannot be read");
    assert_eq!(said(EVENTS + 17, &[8]), "the event at 8 µs cannot be read");
    assert_eq!(said(STREAM - 4, &[0]), "35 bytes follow the end of the snapshot");
    let name = "stream 0 of the snapshot has a name that is no text or not in order";
    assert_eq!(said(STREAM + 2, &[0xff]), name);
    let state = "stream \"w\" of the snapshot is in no state of a random stream";
    assert_eq!(said(STREAM + 3, &[0; 32]), state);
    assert_eq!(
        restore(b"slip-des", decode).unwrap_err().to_string(),
        "the snapshot ends at byte 8, within the version"
    );
    assert_eq!(restore(b"slip", decode).unwrap_err(), RestoreError::NotASnapshot);
}

#[test]
fn what_is_too_long_is_not_saved() {
    let mut calendar = Calendar::new(Time::ZERO);
    calendar.schedule(Time::ZERO, Priority::NORMAL, 1 << 16).unwrap();
    let wide = |length: &usize, bytes: &mut Vec<u8>| bytes.resize(bytes.len() + length, 0);
    let refused = save(&calendar, &BTreeMap::new(), wide).unwrap_err();
    assert_eq!(refused, SaveError::EventTooLong { at: Time::ZERO, bytes: 1 << 16 });
    let streams = BTreeMap::from([("n".repeat(1_025), Stream::from_seed(1))]);
    let refused = save(&calendar, &streams, |_, _| ()).unwrap_err();
    assert_eq!(refused, SaveError::NameTooLong { bytes: 1_025 });
}

#[test]
fn keys_of_what_was_over_stay_over() {
    let mut calendar = Calendar::new(Time::ZERO);
    let over = calendar.schedule(Time::ZERO, Priority::NORMAL, 1).unwrap();
    let cancelled = calendar.schedule(Time::ZERO, Priority::NORMAL, 2).unwrap();
    let pending = calendar.schedule(Time::ZERO, Priority::LAST, 3).unwrap();
    calendar.pop();
    calendar.cancel(cancelled);
    let bytes = save(&calendar, &BTreeMap::new(), |event, bytes| bytes.push(*event)).unwrap();
    let Restored { mut calendar, keys, .. } =
        restore(&bytes, |bytes| bytes.first().copied().ok_or(())).unwrap();
    assert!(!calendar.cancel(keys.key(over.number())));
    assert!(!calendar.cancel(keys.key(cancelled.number())));
    assert!(calendar.is_pending(keys.key(pending.number())));
    let next = calendar.schedule(Time::ZERO, Priority::NORMAL, 4).unwrap();
    assert_eq!(next.number(), 3, "numbers go on");
    assert!(calendar.cancel(keys.key(pending.number())));
}
