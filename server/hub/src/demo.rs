//! `--demo`: every plant of the programme played over real websockets, from the middle of it.
//!
//! An empty data directory is filled first: the frames that the feeds would have sent from the
//! programme's first day on are folded and kept as if they had come. The feeds then go on with
//! the next frame, through the front door, with keys of their own.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Duration,
};

use feed::{Branch, FeedPlan, Frame, FramesError, Returns, Speaker};
use journal::{Entry, Journal, JournalError};
use linesim::{Scenario, Settings, scenario::ScenarioError};
use serde_json::value::RawValue;
use thiserror::Error;
use tokio::sync::watch;
use twin::{FeedId, Plant, PlantTime};
use wire::ingest::{Clock, Hello, ReportFrame};

use crate::{
    clock::wall_now,
    core::{Core, Effects, Grant, HubEvent, PlantClock, SessionId},
    embedded::MODELS,
    gate,
    plants::Source,
    shared::Shared,
};

/// The scenario that is played, beside the plants.
const SCENARIO: &str = "scenarios/demo.toml";
/// The epoch that frames which follow from the scenario alone are in.
const EPOCH: u64 = 1;
/// Rows of one commit while the past is filled in.
const ROWS_A_COMMIT: usize = 2_000;
/// When nobody has spoken for a plant for so long that somebody else took over, the demonstration
/// speaks for it again. Longer than a feed waits between two tries to connect.
const RETURNS_AFTER: Duration = Duration::from_secs(8);

/// Why the demonstration cannot be played.
#[derive(Debug, Error)]
pub(crate) enum DemoError {
    /// No randomness for keys.
    #[error("the system gives no random bytes")]
    Random(#[source] getrandom::Error),
    /// The scenario file.
    #[error("the demonstration's scenario cannot be used")]
    Scenario(#[from] ScenarioError),
    /// The scenario file, again.
    #[error("{path} cannot be read")]
    Read {
        /// Which.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The plants as a model.
    #[error("the plants cannot be played")]
    Frames(#[from] FramesError),
    /// The data directory.
    #[error("the past of the demonstration cannot be kept")]
    Journal(#[from] JournalError),
    /// A plant's name is no feed's name.
    #[error("a plant's id is no feed's id")]
    Id(#[from] twin::InvalidId),
}

/// The demonstration, ready to be played.
pub(crate) struct Demo {
    settings: Settings,
    rate: f64,
    /// A key for each plant's feed: made at every start, held in memory only.
    keys: Vec<(String, Grant)>,
    /// The feeds that are connected, whoever they are.
    connected: watch::Sender<BTreeSet<String>>,
}

impl Demo {
    /// Reads the scenario and makes the keys.
    pub(crate) fn new(core: &Core, source: &Source) -> Result<Self, DemoError> {
        let scenario = scenario(source)?;
        let mut keys = Vec::new();
        for plant in core.plants.keys() {
            let grant = Grant {
                feed: FeedId::new(plant.as_str())?,
                plant: plant.clone(),
                supplier: None,
                units: None,
            };
            keys.push((gate::new_key().map_err(DemoError::Random)?, grant));
        }
        let connected = watch::channel(BTreeSet::new()).0;
        let settings = scenario.settings(&core.programme);
        Ok(Self { settings, rate: scenario.rate, keys, connected })
    }

    /// To be told, with [`tell_connected`], who speaks.
    pub(crate) fn connected(&self) -> watch::Sender<BTreeSet<String>> {
        self.connected.clone()
    }

    /// What each key allows, by hash.
    pub(crate) fn grants(&self) -> BTreeMap<String, Grant> {
        self.keys.iter().map(|(key, grant)| (gate::hash(key), grant.clone())).collect()
    }

    /// Fills an empty journal with the programme's past, and sets the clock of all plants: to the
    /// demonstration's moment, or to where it was when the hub was stopped.
    pub(crate) fn prepare(&self, core: &mut Core, journal: &mut Journal) -> Result<(), DemoError> {
        let begins = core.programme.demo_from;
        if journal.last_hub_seq() == 0 {
            tracing::info!("filling in the past of the demonstration");
            self.fill(core, journal, begins)?;
            tracing::info!(rows = journal.last_hub_seq(), "the past is there");
        }
        let wall = wall_now();
        let stood = core.clocks.values().map(|clock| clock.now(wall)).max();
        let anchor = stood.unwrap_or(begins).max(begins);
        let plants: Vec<_> = core.plants.keys().cloned().collect();
        for plant in plants {
            let clock = PlantClock::Simulated { anchor, wall, rate: self.rate };
            journal.keep_clock(&core.start_clock(&plant, clock, wall))?;
        }
        Ok(())
    }

    /// Plays on until the hub stops.
    pub(crate) fn play(self, shared: &Shared, core: Parts, address: std::net::SocketAddr) {
        let Self { settings, rate, keys, connected } = self;
        let speakers = keys.into_iter().map(|(key, grant)| Speaker {
            plant: grant.plant,
            feed: grant.feed.to_string(),
            key: Some(key),
        });
        let plan = FeedPlan {
            tls: None,
            url: format!("ws://{address}/v1/ingest"),
            speakers: speakers.collect(),
            start: Some(core.programme.demo_from),
            programme: core.programme,
            plants: core.plants,
            settings,
            rate,
            branch: Branch::Resume,
            sets: Vec::new(),
            returns: Some(Returns { after: RETURNS_AFTER, connected: connected.subscribe() }),
        };
        let (stopping, shared) = (shared.stopping.clone(), shared.clone());
        tokio::spawn(async move {
            if let Err(error) = feed::play(plan, stopping).await {
                let text = crate::store::in_words(&error);
                tracing::error!("the demonstration's feeds ended: {text}");
                shared.remark(vec![format!("the demonstration's feeds ended: {text}")]);
            }
        });
    }

    fn fill(
        &self,
        core: &mut Core,
        journal: &mut Journal,
        until: PlantTime,
    ) -> Result<(), DemoError> {
        let wall = wall_now();
        let parts = Parts::of(core);
        let frames = feed::frames(
            &parts.programme,
            &parts.plants,
            self.settings.clone(),
            self.settings.start,
            until,
        )?;
        let mut sessions = BTreeMap::new();
        for (number, (_key, grant)) in (0..).zip(&self.keys) {
            // Numbers that the front door never gives: it counts up from 1.
            let session = SessionId(u64::MAX - number);
            sessions.insert(grant.plant.clone(), session);
            let clock = PlantClock::Simulated { anchor: until, wall, rate: self.rate };
            core.start_clock(&grant.plant, clock, wall);
            core.handle(HubEvent::Opened { session, grant: grant.clone() }, wall);
            let hello = Hello {
                feed: grant.feed.to_string(),
                epoch: EPOCH,
                clock: Clock::Simulated { start: None, rate: self.rate },
                acked: None,
                declares: Vec::new(),
            };
            core.handle(HubEvent::Hello { session, hello }, wall);
        }
        let mut rows = Vec::new();
        for frame in frames {
            let frame = frame?;
            let clock = PlantClock::Simulated { anchor: frame.until, wall, rate: self.rate };
            core.start_clock(&frame.plant, clock, wall);
            let Some(&session) = sessions.get(&frame.plant) else { continue };
            let frame = as_sent(&frame);
            let Effects { journal: new, .. } =
                core.handle(HubEvent::Frame { session, frame }, wall);
            rows.extend(new);
            if rows.len() >= ROWS_A_COMMIT {
                commit(core, journal, &mut rows, wall)?;
            }
        }
        commit(core, journal, &mut rows, wall)?;
        for session in sessions.into_values() {
            core.handle(HubEvent::Closed { session }, wall);
        }
        for (feed, now) in core.feeds.iter().filter(|(_, now)| now.refused > 0) {
            let (refused, why) = (now.refused, now.last_refusal.as_deref().unwrap_or_default());
            tracing::warn!(%feed, refused, why, "some of the past was refused");
        }
        Ok(())
    }
}

/// Tells the demonstration which feeds are connected.
pub(crate) fn tell_connected(core: &Core, to: &watch::Sender<BTreeSet<String>>) {
    let connected = core.feeds.iter().filter(|(_, feed)| feed.connected);
    let connected: BTreeSet<String> = connected.map(|(id, _)| id.to_string()).collect();
    to.send_if_modified(|known| {
        let is_news = *known != connected;
        if is_news {
            *known = connected;
        }
        is_news
    });
}

/// What a simulation of the hub's plants needs, taken before the core is handed to its loop.
pub(crate) struct Parts {
    programme: twin::Programme,
    plants: Vec<Plant>,
}

impl Parts {
    /// The programme and its plants in its order.
    pub(crate) fn of(core: &Core) -> Self {
        let programme = core.programme.clone();
        let in_order = programme.plants.iter().filter_map(|id| core.plants.get(id));
        Self { plants: in_order.cloned().collect(), programme }
    }
}

fn commit(
    core: &mut Core,
    journal: &mut Journal,
    rows: &mut Vec<Entry>,
    wall: PlantTime,
) -> Result<(), DemoError> {
    let hub_seq = journal.append(rows)?;
    rows.clear();
    core.handle(HubEvent::Committed { hub_seq }, wall);
    Ok(())
}

/// The frame as a feed writes it.
fn as_sent(frame: &Frame) -> ReportFrame<Box<RawValue>> {
    let written = frame.reports.iter().filter_map(|report| {
        let mut bytes = Vec::new();
        record::write_report(report, &mut bytes).ok()?;
        RawValue::from_string(String::from_utf8(bytes).ok()?).ok()
    });
    ReportFrame { seq: frame.seq, reports: written.collect(), points: None }
}

/// The scenario beside the plants, else the built-in one.
pub(crate) fn scenario(source: &Source) -> Result<Scenario, DemoError> {
    if let Some(plants) = source.plants_directory() {
        let path = plants.parent().unwrap_or(Path::new(".")).join(SCENARIO);
        let name = path.display().to_string();
        match std::fs::read(&path) {
            Ok(bytes) => return Ok(Scenario::parse(&name, &bytes)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(DemoError::Read { path: name, source }),
        }
    }
    let bytes = MODELS.get_file(SCENARIO).map_or(&b""[..], |file| file.contents());
    Ok(Scenario::parse(SCENARIO, bytes)?)
}
