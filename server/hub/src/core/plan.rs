//! What planners ask for over HTTP, by the way of every report: check, fold, row, answer.
//!
//! A request becomes one report of the contract. It is written out and read again as a feed's
//! would be, so that there is one set of checks and one way into the state. Every key is a feed
//! of its own, whose frames this module numbers. An `Idempotency-Key` is kept, as a hash, in the
//! row that the first request made, so that a repeat is known after a restart as well.

use std::collections::{BTreeMap, VecDeque};

use journal::{Entry, RefusedItem, hash_of, hexadecimal};
use serde::{Deserialize, Serialize};
use twin::{FeedId, PlantId, PlantTime};
use wire::plan::{
    Acknowledge, ChangeOrder, CloseOrder, DelayDelivery, MoveDelivery, PlaceOrder, PromiseDelivery,
    Recorded,
};

use super::{
    Core, Effects, Grant, decode,
    frame::{Body, NotTaken, Speaker, alarm_of_spillage},
    wish::report_of,
};

/// How the feed of every planner's key begins; no other feed may be called so.
const PLANNERS: &str = "planner:";
/// Planners never lose count, so they never need another epoch.
const EPOCH: u64 = 1;
/// Requests that are known again, of one planner; the oldest are forgotten first.
const MOST_REMEMBERED: usize = 1_000;
/// Planners that a hub follows at most.
const MOST_PLANNERS: usize = 1_000;

/// A request, numbered by the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AskId(pub(crate) u64);

/// Whose plan a key may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Planner {
    /// The feed that its changes are reported as.
    pub(crate) feed: FeedId,
    /// The plant.
    pub(crate) plant: PlantId,
}

/// A request of a planner.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked {
    /// Who asks.
    pub(crate) planner: Planner,
    /// What for.
    pub(crate) wish: Wish,
    /// How many bytes the request had.
    pub(crate) length: u64,
    /// SHA-256 of the request.
    pub(crate) sha256: [u8; 32],
    /// SHA-256 of its `Idempotency-Key`.
    pub(crate) repeat: Option<[u8; 32]>,
}

/// What a planner can ask for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wish {
    PlaceOrder(PlaceOrder),
    ChangeOrder { order: String, change: ChangeOrder },
    CloseOrder { order: String, close: CloseOrder },
    Promise(PromiseDelivery),
    Delay { delivery: String, delay: DelayDelivery },
    Ship { delivery: String, ship: MoveDelivery },
    Arrive { delivery: String, arrive: MoveDelivery },
    Acknowledge { alarm: String, acknowledge: Acknowledge },
}

/// What is answered, once it is durable.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// The report is on disk.
    Recorded(Recorded),
    /// Nothing was changed.
    Refused(NotTaken),
}

/// What is known of a planner.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlannerNow {
    last_seq: u64,
    remembered: BTreeMap<[u8; 32], Remembered>,
    /// In the order in which they came.
    in_order: VecDeque<[u8; 32]>,
}

/// A request that was taken.
#[derive(Clone, Debug, PartialEq)]
struct Remembered {
    request: [u8; 32],
    hub_seq: u64,
    seq: u64,
    at: String,
}

/// An answer that waits for the disk.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    hub_seq: u64,
    ask: AskId,
    answer: Answer,
}

/// How a row keeps that a request is known again: in `asked` of its body.
#[derive(Deserialize, Serialize)]
pub(super) struct Kept {
    /// SHA-256 of the `Idempotency-Key`, in hexadecimal.
    key: String,
    /// SHA-256 of the request, in hexadecimal.
    request: String,
    /// The report's time.
    at: String,
}

/// The name of the feed of a planner's key, by the key's hash.
pub(crate) fn planner_feed(sha256: &str) -> Option<FeedId> {
    FeedId::new(&format!("{PLANNERS}{}", sha256.get(..12)?)).ok()
}

/// Whether a feed is a planner's key.
pub(crate) fn is_planner(feed: &FeedId) -> bool {
    feed.as_str().starts_with(PLANNERS)
}

impl Core {
    /// Takes a request; it is answered when the disk has it, or at once when it has it already.
    pub(super) fn asked(
        &mut self,
        ask: AskId,
        asked: &Asked,
        wall: PlantTime,
        effects: &mut Effects,
    ) {
        let speaker = match self.planner_speaks(asked, wall) {
            Ok(speaker) => speaker,
            Err(no) => return effects.answers.push((ask, Answer::Refused(no))),
        };
        let (hub_seq, answer) = match self.repeated(asked) {
            Some(Ok((hub_seq, recorded))) => (hub_seq, Answer::Recorded(recorded)),
            Some(Err(no)) => return effects.answers.push((ask, Answer::Refused(no))),
            None => self.carry_out(asked, &speaker, effects),
        };
        self.waiting.push(Waiting { hub_seq, ask, answer });
        self.answer_durable(effects);
    }

    /// Answers everything that waited for the rows that are durable now.
    pub(super) fn answer_durable(&mut self, effects: &mut Effects) {
        let durable = self.durable;
        let waiting = std::mem::take(&mut self.waiting);
        let (ready, waiting): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|one| one.hub_seq <= durable);
        self.waiting = waiting;
        effects.answers.extend(ready.into_iter().map(|one| (one.ask, one.answer)));
    }

    /// The planner as a speaker for its plant.
    fn planner_speaks(&self, asked: &Asked, wall: PlantTime) -> Result<Speaker, NotTaken> {
        let Planner { feed, plant } = asked.planner.clone();
        if !self.plants.contains_key(&plant) {
            let reason = format!("the hub knows no plant {plant}; /api/v1/plants lists them");
            return Err(NotTaken { code: "unknown_plant", reason });
        }
        if !self.planners.contains_key(&feed) && self.planners.len() >= MOST_PLANNERS {
            let reason = format!("the hub follows {MOST_PLANNERS} planners' keys at most");
            return Err(NotTaken { code: "too_many_planners", reason });
        }
        let Some(clock) = self.clocks.get(&plant).copied() else {
            let reason = format!(
                "nobody has reported for {plant} yet, so its clock is not known; \
                 let a feed say hello first"
            );
            return Err(NotTaken { code: "no_clock", reason });
        };
        let grant = Grant { feed: feed.clone(), plant, supplier: None, units: None };
        Ok(Speaker { feed, grant, clock, plant_now: clock.now(wall), wall })
    }

    /// What an earlier request with the same `Idempotency-Key` was answered.
    fn repeated(&self, asked: &Asked) -> Option<Result<(u64, Recorded), NotTaken>> {
        let feed = &asked.planner.feed;
        let earlier = self.planners.get(feed)?.remembered.get(&asked.repeat?)?;
        if earlier.request != asked.sha256 {
            let reason = "this Idempotency-Key was used for another request; every change needs \
                          one of its own";
            let code = "idempotency_key_reused";
            return Some(Err(NotTaken { code, reason: reason.to_owned() }));
        }
        let recorded = Recorded {
            sequence: earlier.hub_seq,
            feed: feed.to_string(),
            epoch: EPOCH,
            seq: earlier.seq,
            at: earlier.at.clone(),
            repeated: true,
        };
        Some(Ok((earlier.hub_seq, recorded)))
    }

    /// Makes the report, folds it and gives it a row; a refusal has a row as well.
    fn carry_out(
        &mut self,
        asked: &Asked,
        speaker: &Speaker,
        effects: &mut Effects,
    ) -> (u64, Answer) {
        let mut body = Body::default();
        let mut refused = Vec::new();
        let taken = report_of(self, speaker, &asked.wish).and_then(|record| {
            let raw = serde_json::to_string(&record).unwrap_or_default();
            self.take(speaker, &raw).map(|report| (raw, report.at))
        });
        let at = match taken {
            Ok((raw, at)) => {
                body.add(0, &raw);
                self.heard(speaker, at);
                self.plan_changes += 1;
                let at = decode::rfc3339(at);
                body.asked = kept(asked, &at);
                Ok(at)
            }
            Err(not_taken) => {
                let (code, length, sha256) =
                    (not_taken.code.to_owned(), asked.length, asked.sha256);
                let at = speaker.wall;
                refused.push(RefusedItem { index: Some(0), code, at, length, sha256 });
                alarm_of_spillage(speaker, &not_taken, effects);
                Err(not_taken)
            }
        };
        let feed = &speaker.feed;
        let seq = self.planners.get(feed).map_or(1, |planner| planner.last_seq + 1);
        let entry = self.row(speaker, (EPOCH, seq), body.into_text(), refused);
        let hub_seq = entry.hub_seq;
        effects.journal.push(entry);
        let planner = self.planners.entry(feed.clone()).or_default();
        planner.last_seq = seq;
        match at {
            Ok(at) => {
                if let Some(key) = asked.repeat {
                    let request = asked.sha256;
                    planner.remember(key, Remembered { request, hub_seq, seq, at: at.clone() });
                }
                let (feed, sequence) = (feed.to_string(), hub_seq);
                let recorded = Recorded { sequence, feed, epoch: EPOCH, seq, at, repeated: false };
                (hub_seq, Answer::Recorded(recorded))
            }
            Err(not_taken) => (hub_seq, Answer::Refused(not_taken)),
        }
    }

    /// What a row says of the planner that made it.
    pub(super) fn follow_planner(&mut self, entry: &Entry) {
        let planner = self.planners.entry(entry.feed.clone()).or_default();
        planner.last_seq = entry.seq;
        if let Some((key, request, at)) = known_again(&entry.body) {
            let (hub_seq, seq) = (entry.hub_seq, entry.seq);
            planner.remember(key, Remembered { request, hub_seq, seq, at });
        }
    }
}

impl PlannerNow {
    fn remember(&mut self, key: [u8; 32], request: Remembered) {
        if self.remembered.insert(key, request).is_none() {
            self.in_order.push_back(key);
        }
        if self.in_order.len() > MOST_REMEMBERED
            && let Some(oldest) = self.in_order.pop_front()
        {
            self.remembered.remove(&oldest);
        }
    }
}

/// JSON of how the request is known again; none for one without an `Idempotency-Key`.
fn kept(asked: &Asked, at: &str) -> Option<String> {
    let key = hexadecimal(&asked.repeat?);
    let request = hexadecimal(&asked.sha256);
    serde_json::to_string(&Kept { key, request, at: at.to_owned() }).ok()
}

/// The hashes and the time that [`kept`] wrote.
fn known_again(body: &str) -> Option<([u8; 32], [u8; 32], String)> {
    #[derive(Deserialize)]
    struct Row {
        asked: Option<Kept>,
    }
    let kept = serde_json::from_str::<Row>(body).ok()?.asked?;
    Some((hash_of(&kept.key)?, hash_of(&kept.request)?, kept.at))
}

#[cfg(test)]
mod tests {
    use super::{super::tests, *};
    use crate::core::{HubEvent, PlantClock};

    /// A core whose plant is on the live clock, with nothing on the way to the disk.
    fn core() -> (Core, PlantTime) {
        let wall = PlantTime::from_micros(1_900_000_000_000_000);
        let mut core = Core::new(tests::definitions(), 1);
        let plant = PlantId::new("shop").unwrap();
        core.start_clock(&plant, PlantClock::Live, wall);
        (core, wall)
    }

    /// A request for an order, known again by `repeat`.
    fn asked(order: &str, repeat: u64) -> Asked {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&repeat.to_le_bytes());
        let wish = Wish::PlaceOrder(PlaceOrder {
            order: order.to_owned(),
            material: "panel".to_owned(),
            quantity: 1.0,
            due: "2031-06-01T00:00:00Z".to_owned(),
            at: None,
        });
        let planner = Planner {
            feed: planner_feed("0123456789abcdef").unwrap(),
            plant: PlantId::new("shop").unwrap(),
        };
        Asked { planner, wish, length: 1, sha256: [7; 32], repeat: Some(key) }
    }

    fn ask(core: &mut Core, wall: PlantTime, number: u64, asked: Asked) -> Effects {
        let asked = Box::new(asked);
        core.handle(HubEvent::Asked { ask: AskId(number), asked }, wall)
    }

    /// Who was answered, with the record's number and whether it was a repeat.
    fn told(effects: &Effects) -> Vec<(u64, u64, bool)> {
        let told = effects.answers.iter().map(|(ask, answer)| match answer {
            Answer::Recorded(recorded) => (ask.0, recorded.sequence, recorded.repeated),
            Answer::Refused(no) => panic!("{no:?}"),
        });
        told.collect()
    }

    #[test]
    fn nobody_is_answered_before_the_disk_has_it() {
        let (mut core, wall) = core();
        let first = ask(&mut core, wall, 1, asked("o-1", 5));
        assert_eq!((first.journal.len(), told(&first)), (1, vec![]));
        let again = ask(&mut core, wall, 2, asked("o-1", 5));
        assert_eq!((again.journal.len(), told(&again)), (0, vec![]));
        let done = core.handle(HubEvent::Committed { hub_seq: 1 }, wall);
        assert_eq!(told(&done), [(1, 1, false), (2, 1, true)]);
        let late = ask(&mut core, wall, 3, asked("o-1", 5));
        assert_eq!((late.journal.len(), told(&late)), (0, vec![(3, 1, true)]));
    }

    #[test]
    fn the_newest_requests_are_known_again_after_a_replay_too() {
        let (mut core, wall) = core();
        let mut rows = Vec::new();
        let most = MOST_REMEMBERED as u64;
        for number in 0..=most {
            let order = format!("o-{number}");
            rows.extend(ask(&mut core, wall, number, asked(&order, number)).journal);
        }
        let mut replayed = Core::new(tests::definitions(), 2);
        rows.iter().for_each(|row| replayed.replay(row));
        for core in [core, replayed] {
            let planner = core.planners.values().next().expect("a planner");
            assert_eq!(planner.last_seq, most + 1);
            assert_eq!(planner.remembered.len(), MOST_REMEMBERED);
            assert_eq!(planner.in_order.len(), MOST_REMEMBERED);
            assert!(!planner.remembered.contains_key(&asked("o-0", 0).repeat.unwrap()));
            assert!(core.feeds.is_empty(), "a planner is no feed that could fall silent");
        }
    }
}
