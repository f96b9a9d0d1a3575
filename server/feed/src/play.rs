//! Playing a programme: one connection a plant, all on the hub's plant clock.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use linesim::Settings;
use thiserror::Error;
use tokio::{sync::watch, task::JoinSet, time};
use tokio_tungstenite::tungstenite::Error as WsError;
use twin::{Plant, PlantId, PlantTime, Programme};

use crate::{frames::FramesError, speaker, tls::Tls};

/// What is played to whom.
#[derive(Clone, Debug)]
pub struct FeedPlan {
    /// The hub's feed address: `ws://127.0.0.1:8080/v1/ingest`.
    pub url: String,
    /// How TLS is spoken with the hub of a `wss:` address.
    pub tls: Option<Tls>,
    /// The programme.
    pub programme: Programme,
    /// All its plants: each is simulated with the others, whoever speaks for it.
    pub plants: Vec<Plant>,
    /// The plants that are spoken for.
    pub speakers: Vec<Speaker>,
    /// Seed, times and disruptions.
    pub settings: Settings,
    /// Plant seconds for one second of wall time.
    pub rate: f64,
    /// Where a plant's clock starts, if the hub does not know the plant yet.
    pub start: Option<PlantTime>,
    /// Where the plants are taken up.
    pub branch: Branch,
    /// Parameters changed from the moment on at which a branch begins.
    pub sets: Vec<(String, String)>,
    /// Whether to come back after another feed has taken a plant over; without it that is the end.
    pub returns: Option<Returns>,
}

/// Where a feed takes a plant up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Branch {
    /// Where the hub is, with the frames that follow from the settings alone.
    Resume,
    /// At the hub's present moment, in a new epoch, whoever spoke for the plant before. The first
    /// frames say what the hub has not heard.
    FromNow,
}

/// When a feed that was superseded comes back: it branches from the moment at which nobody has
/// spoken in its place for a while.
#[derive(Clone, Debug)]
pub struct Returns {
    /// For how long nobody must have spoken, in wall time: longer than a feed waits between two
    /// tries to connect, which is 5 s at most, or else a hub that starts again takes the plant
    /// from a feed that is about to come back.
    pub after: Duration,
    /// The ids of the feeds that are connected to the hub now.
    pub connected: watch::Receiver<BTreeSet<String>>,
}

impl Returns {
    /// Returns once nobody has spoken as this feed for long enough; never, when whoever knows is
    /// gone.
    pub(crate) async fn nobody_speaks(&mut self, feed: &str) {
        let after = self.after;
        loop {
            self.is_connected(feed, false).await;
            let comes = self.is_connected(feed, true);
            if time::timeout(after, comes).await.is_err() {
                return;
            }
        }
    }

    async fn is_connected(&mut self, feed: &str, wanted: bool) {
        let known = self.connected.wait_for(|now| now.contains(feed) == wanted).await.is_ok();
        if !known {
            std::future::pending().await
        }
    }
}

/// Who speaks for a plant.
#[derive(Clone, Debug)]
pub struct Speaker {
    /// The plant.
    pub plant: PlantId,
    /// The feed's id, as the key has it.
    pub feed: String,
    /// The key; none on loopback where the hub allows it.
    pub key: Option<String>,
}

/// How playing ended without an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Somebody asked.
    Stopped,
    /// Another connection speaks for the feed now.
    Superseded {
        /// The feed.
        feed: String,
    },
    /// There is nothing more to send, and all of it is on disk.
    Finished,
    /// There is nothing more to send; the hub refused some of it, and the rest is on disk.
    Refused {
        /// The feed.
        feed: String,
        /// How many refusals there were: of a report, or of a whole frame.
        refusals: u64,
        /// The first one: the frame's number, and what the hub said.
        first: String,
    },
}

/// Why playing ended.
#[derive(Debug, Error)]
pub enum FeedError {
    /// Not an address.
    #[error("{url} is not the address of a hub's feed, such as ws://127.0.0.1:8080/v1/ingest")]
    Address {
        /// As given.
        url: String,
        /// Why.
        #[source]
        source: Box<WsError>,
    },
    /// A key with characters that no key has.
    #[error("the key cannot be sent")]
    Key {
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// One does not take the other for who it says it is.
    #[error("the hub at {url} and this feed do not accept each other's certificates")]
    Certificate {
        /// The hub's address.
        url: String,
        /// Which one, and why.
        #[source]
        source: std::io::Error,
    },
    /// The hub answered the opening with a refusal.
    #[error("the hub does not admit this feed: {status} {text}")]
    NotAdmitted {
        /// The HTTP status.
        status: u16,
        /// What it said.
        text: String,
    },
    /// The hub refused the hello, or the feed as a whole.
    #[error("the hub refuses feed {feed}: {code}: {reason}")]
    Refused {
        /// The feed.
        feed: String,
        /// The hub's code.
        code: String,
        /// The hub's words.
        reason: String,
    },
    /// The hub asks for what was acknowledged in this epoch and cannot be made again.
    #[error("the hub has lost frames of feed {feed} from {resume_from} on")]
    Lost {
        /// The feed.
        feed: String,
        /// What the hub wants.
        resume_from: u64,
    },
    /// A message could not be encoded.
    #[error("a message cannot be written as JSON")]
    Encode(#[source] serde_json::Error),
    /// The hub's welcome holds no time.
    #[error("the hub's clock says {text:?}, which is no time")]
    Clock {
        /// As received.
        text: String,
    },
    /// The simulation.
    #[error("nothing to play")]
    Frames(#[from] FramesError),
    /// The recorded file.
    #[error("the record cannot be played")]
    Replay(#[from] crate::replay::ReplayError),
    /// A task broke off.
    #[error("a task of the feed broke off")]
    Task(#[from] tokio::task::JoinError),
}

/// Plays a plan until it is stopped, superseded for every plant, or out of frames. The first
/// error stops the others.
///
/// # Errors
/// [`FeedError`]; a hub that cannot be reached is none: it is tried again until `stop` is true.
pub async fn play(plan: FeedPlan, stop: watch::Receiver<bool>) -> Result<Vec<Ending>, FeedError> {
    let plan = Arc::new(plan);
    let mut tasks = JoinSet::new();
    for speaker in plan.speakers.clone() {
        let (plan, stop) = (Arc::clone(&plan), stop.clone());
        tasks.spawn(async move { speaker::speak(plan, speaker, stop).await });
    }
    let mut endings = Vec::new();
    while let Some(done) = tasks.join_next().await {
        endings.push(done??);
    }
    Ok(endings)
}
