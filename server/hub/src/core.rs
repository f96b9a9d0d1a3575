//! The hub's judgement: a function of (state, event) with time handed in.
//!
//! No await, lock, clock or file here: seeds, crashes and slow disks are tried in one thread.
//! [`Core::handle`] takes a [`HubEvent`] and says in [`Effects`] what the shell must do.
//!
//! **Order.** Whether a report is acceptable is known only when it is folded into the twin, so
//! a frame is folded when it arrives, in hub sequence, and its row goes to the journal after.
//! Memory is then ahead of the disk by the commits under way. Nothing of that is acknowledged
//! before [`HubEvent::Committed`] covers it, and nothing is shown: the shell publishes only
//! while [`Core::is_durable`] holds. When the journal fails, acknowledgements and pages stand
//! still at the last durable moment, and a restart rebuilds the state from the journal by the
//! same fold ([`Anew`]). The same is done while the hub runs when something was corrected or
//! came so late that findings were closed without it ([`Core::due`]).

mod alarm;
mod anew;
mod binding;
mod correction;
pub(crate) mod decode;
mod event_order;
mod frame;
mod happening;
mod hello;
mod plan;
mod plant_clock;
mod replay;
mod signals;
mod wish;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use analytics::Analytics;
use journal::{ClockRow, Entry, FeedPosition};
use serde_json::value::RawValue;
use twin::{
    Agreement, EquipmentId, FeedId, Plant, PlantId, PlantTime, Programme, Span, SupplierId,
    state::TwinState,
};
use wire::ingest::{Hello, ReportFrame, ToFeed};

use crate::plants::Playable;

pub(crate) use alarm::{Condition, RestsOn};
pub(crate) use anew::{Anew, Finished, note_corrections};
pub(crate) use correction::{CORRECTION_HOLDS, Corrections, Due, Recalled, ReportKey, spoken_of};
pub(crate) use frame::NotTaken;
pub(crate) use happening::Happenings;
pub(crate) use plan::{Answer, AskId, Asked, Planner, PlannerNow, Wish, is_planner, planner_feed};
pub(crate) use plant_clock::PlantClock;
pub(crate) use replay::recalled;

/// Frames that a feed may have in flight without an ack.
pub(crate) const CREDIT: u32 = 64;
/// Feeds that a hub knows at most.
const MOST_FEEDS: usize = 20_000;

/// One connection of a feed, numbered by the shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SessionId(pub(crate) u64);

/// What a key allows its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// The feed that it speaks as.
    pub(crate) feed: FeedId,
    /// The plant that it speaks for.
    pub(crate) plant: PlantId,
    /// The supplier whose key it is.
    pub(crate) supplier: Option<SupplierId>,
    /// The units it may speak about; none is every unit of the plant.
    pub(crate) units: Option<Vec<EquipmentId>>,
}

/// Everything that can happen to a hub.
#[derive(Debug)]
pub(crate) enum HubEvent {
    /// A connection with a good key was made.
    Opened { session: SessionId, grant: Grant },
    /// It says who it is.
    Hello { session: SessionId, hello: Hello },
    /// What the journal keeps of the reports that the next frame's corrections name.
    Recalled { reports: BTreeMap<ReportKey, Recalled> },
    /// It reports.
    Frame { session: SessionId, frame: ReportFrame<Box<RawValue>> },
    /// It sent something that could not be read.
    Unreadable { session: SessionId, frame: Unreadable },
    /// It is gone.
    Closed { session: SessionId },
    /// A planner asks for a change.
    Asked { ask: AskId, asked: Box<Asked> },
    /// Everything up to this hub sequence number is on disk.
    Committed { hub_seq: u64 },
}

/// A frame that was not understood as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// Its number, when that much could be read.
    pub(crate) seq: Option<u64>,
    /// A stable word.
    pub(crate) code: &'static str,
    /// What is wrong with it.
    pub(crate) reason: String,
    /// How many bytes it had.
    pub(crate) length: u64,
    /// SHA-256 of its bytes.
    pub(crate) sha256: [u8; 32],
}

/// The plants of a hub, what is shared of them, and the label that each one's rows carry.
#[derive(Clone, Debug)]
pub(crate) struct Definitions {
    /// What ties them.
    pub(crate) programme: Programme,
    /// By id.
    pub(crate) plants: BTreeMap<PlantId, Plant>,
    /// Who shares what with whom.
    pub(crate) agreements: Vec<Agreement>,
    /// The journal's number of each plant's label.
    pub(crate) labels: BTreeMap<PlantId, u32>,
    /// The revision of the plant files.
    pub(crate) revision: u32,
    /// What a simulation of each plant needs of the files.
    pub(crate) playable: BTreeMap<PlantId, Arc<Playable>>,
}

/// What the shell must do, in this order.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// To be made durable.
    pub(crate) journal: Vec<Entry>,
    /// Clocks to be kept.
    pub(crate) clocks: Vec<ClockRow>,
    /// To be sent.
    pub(crate) to_feeds: Vec<(SessionId, ToFeed)>,
    /// Connections to be closed, and why.
    pub(crate) close: Vec<(SessionId, &'static str)>,
    /// Alarms to be kept: code, about, text.
    pub(crate) alarms: Vec<(&'static str, String, String)>,
    /// Answers to planners.
    pub(crate) answers: Vec<(AskId, Answer)>,
}

/// What is known of a feed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FeedNow {
    /// The plant it speaks for.
    pub(crate) plant: PlantId,
    /// Whether it is connected and has said hello.
    pub(crate) connected: bool,
    /// The highest epoch.
    pub(crate) epoch: u64,
    /// The next seq wanted in it.
    pub(crate) next_seq: u64,
    /// The plant time of its newest report.
    pub(crate) last_report: Option<PlantTime>,
    /// The plant's clock when it last spoke.
    pub(crate) last_heard: Option<PlantTime>,
    /// Reports taken since the record began.
    pub(crate) taken: u64,
    /// Reports refused since the record began.
    pub(crate) refused: u64,
    /// The last refusal's code; never what was refused.
    pub(crate) last_refusal: Option<String>,
    session: Option<SessionId>,
    durable_seq: u64,
}

#[derive(Clone, Debug)]
struct Session {
    grant: Grant,
    /// Whether a hello of it was accepted.
    speaks: bool,
    /// The units that it declared and that no row holds yet.
    declares: signals::Units,
}

/// A row that is under way to the disk.
#[derive(Clone, Debug)]
struct InFlight {
    hub_seq: u64,
    feed: FeedId,
    epoch: u64,
    seq: u64,
}

/// The whole state of a hub.
pub(crate) struct Core {
    pub(crate) programme: Programme,
    pub(crate) plants: BTreeMap<PlantId, Plant>,
    /// Who shares what with whom.
    pub(crate) agreements: Vec<Agreement>,
    pub(crate) twin: TwinState,
    pub(crate) analytics: Analytics,
    pub(crate) feeds: BTreeMap<FeedId, FeedNow>,
    pub(crate) clocks: BTreeMap<PlantId, PlantClock>,
    /// The newest row, durable or not.
    pub(crate) hub_seq: u64,
    /// Changes whenever versions and event numbers start anew: at every start of the process.
    pub(crate) generation: u64,
    /// Counts up whenever the plant files change.
    pub(crate) revision: u32,
    pub(crate) playable: BTreeMap<PlantId, Arc<Playable>>,
    pub(crate) happenings: Happenings,
    /// Rows of the journal whose reports the present plant files refuse.
    pub(crate) not_replayed: u64,
    /// The state before the first report, to try corrections on.
    blank: TwinState,
    /// What the journal keeps of what the frame at hand speaks of.
    recalled: BTreeMap<ReportKey, Recalled>,
    /// Corrections in the journal.
    corrections: u64,
    /// Those that are not in the state yet: how many, and the earliest moment they are about.
    pending: BTreeMap<PlantId, (u64, PlantTime)>,
    /// Reports that stay late even when everything is folded anew.
    late_known: BTreeMap<PlantId, u64>,
    /// Those who change the plan over HTTP, each under the name of a feed.
    pub(crate) planners: BTreeMap<FeedId, PlannerNow>,
    /// Counts up with every change that a planner made.
    pub(crate) plan_changes: u64,
    waiting: Vec<plan::Waiting>,
    labels: BTreeMap<PlantId, u32>,
    sessions: BTreeMap<SessionId, Session>,
    in_flight: VecDeque<InFlight>,
    durable: u64,
}

impl Core {
    /// A hub that has heard nothing yet. `generation` must differ at every start.
    pub(crate) fn new(definitions: Definitions, generation: u64) -> Self {
        let Definitions { programme, plants, agreements, labels, revision, playable } = definitions;
        let list: Vec<Plant> = plants.values().cloned().collect();
        let twin = TwinState::new(&programme, &list);
        Self {
            blank: twin.clone(),
            twin,
            analytics: Analytics::new(&programme, &list),
            programme,
            plants,
            agreements,
            feeds: BTreeMap::new(),
            clocks: BTreeMap::new(),
            hub_seq: 0,
            generation,
            revision,
            playable,
            happenings: Happenings::default(),
            not_replayed: 0,
            recalled: BTreeMap::new(),
            corrections: 0,
            pending: BTreeMap::new(),
            late_known: BTreeMap::new(),
            planners: BTreeMap::new(),
            plan_changes: 0,
            waiting: Vec::new(),
            labels,
            sessions: BTreeMap::new(),
            in_flight: VecDeque::new(),
            durable: 0,
        }
    }

    /// Takes one event at wall time `wall`.
    pub(crate) fn handle(&mut self, event: HubEvent, wall: PlantTime) -> Effects {
        let mut effects = Effects::default();
        match event {
            HubEvent::Opened { session, grant } => {
                let declares = signals::Units::new();
                self.sessions.insert(session, Session { grant, speaks: false, declares });
            }
            HubEvent::Hello { session, hello } => {
                self.hello(session, &hello, wall, &mut effects);
            }
            HubEvent::Recalled { reports } => self.recalled = reports,
            HubEvent::Frame { session, frame } => {
                self.frame(session, &frame, wall, &mut effects);
                self.recalled.clear();
            }
            HubEvent::Unreadable { session, frame } => {
                self.unreadable(session, &frame, wall, &mut effects);
            }
            HubEvent::Closed { session } => self.closed(session, wall),
            HubEvent::Asked { ask, asked } => self.asked(ask, &asked, wall, &mut effects),
            HubEvent::Committed { hub_seq } => self.committed(hub_seq, &mut effects),
        }
        effects
    }

    /// Whether everything in memory is on disk, so that it may be shown.
    pub(crate) fn is_durable(&self) -> bool {
        self.durable >= self.hub_seq
    }

    /// The plant's time at wall time `wall`; the wall clock for a plant that nobody spoke for.
    pub(crate) fn plant_now(&self, plant: &PlantId, wall: PlantTime) -> PlantTime {
        self.clocks.get(plant).map_or(wall, |clock| clock.now(wall))
    }

    /// Lets the plants' clocks reach `wall`, so that what waits for stragglers may be concluded.
    pub(crate) fn advance(&mut self, wall: PlantTime) {
        for (plant, clock) in &self.clocks {
            let now = clock.now(wall);
            // A record's clock stands where the record ends: nothing later can come any more
            // once nobody plays it, so nothing has to wait for stragglers.
            let over = matches!(clock, PlantClock::Recorded { .. })
                && !self.feeds.values().any(|feed| feed.connected && feed.plant == *plant);
            self.analytics.advance(plant, if over { now + Span::DAY } else { now });
        }
    }

    /// Puts a plant on a clock before any feed has spoken, and says how to keep it.
    pub(crate) fn start_clock(
        &mut self,
        plant: &PlantId,
        clock: PlantClock,
        wall: PlantTime,
    ) -> ClockRow {
        self.clocks.insert(plant.clone(), clock);
        clock_row(plant, &clock, wall)
    }

    fn closed(&mut self, session: SessionId, wall: PlantTime) {
        let Some(gone) = self.sessions.remove(&session) else { return };
        let Some(feed) = self.feeds.get_mut(&gone.grant.feed) else { return };
        if feed.session == Some(session) {
            feed.session = None;
            feed.connected = false;
            let now = self.clocks.get(&feed.plant).map_or(wall, |clock| clock.now(wall));
            let about = gone.grant.feed.as_str();
            self.happenings.add(&feed.plant, now, ("feed", "event.feed_gone"), about, &[]);
        }
    }

    fn committed(&mut self, hub_seq: u64, effects: &mut Effects) {
        self.durable = self.durable.max(hub_seq);
        let mut to_ack: BTreeMap<FeedId, u64> = BTreeMap::new();
        while self.in_flight.front().is_some_and(|row| row.hub_seq <= hub_seq) {
            let Some(row) = self.in_flight.pop_front() else { break };
            let Some(feed) = self.feeds.get_mut(&row.feed) else { continue };
            // Rows of an epoch that was superseded meanwhile have nobody to be told to.
            if feed.epoch == row.epoch {
                feed.durable_seq = row.seq;
                to_ack.insert(row.feed, row.seq);
            }
        }
        for (feed, seq) in to_ack {
            if let Some(session) = self.feeds.get(&feed).and_then(|feed| feed.session) {
                effects.to_feeds.push((session, ToFeed::Ack { seq, durable: true }));
            }
        }
        self.answer_durable(effects);
    }

    fn feed_from(position: &FeedPosition) -> FeedNow {
        FeedNow {
            plant: position.plant.clone(),
            connected: false,
            epoch: position.epoch,
            next_seq: position.next_seq,
            last_report: None,
            last_heard: None,
            taken: 0,
            refused: 0,
            last_refusal: None,
            session: None,
            durable_seq: position.next_seq.saturating_sub(1),
        }
    }
}

/// How a clock is kept.
fn clock_row(plant: &PlantId, clock: &PlantClock, wall: PlantTime) -> ClockRow {
    ClockRow {
        plant: plant.clone(),
        kind: clock.origin().name().to_owned(),
        rate: clock.rate(),
        plant_now: clock.now(wall),
    }
}
