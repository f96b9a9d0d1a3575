//! What every request may use: the way to the core, the state of things, and the counters.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use twin::PlantTime;

use crate::{
    core::Core,
    identity::Identity,
    limits::Limits,
    run::Inbox,
    sharing::Ledger,
    store::{StoreCommand, StoreState},
    view::Door,
};

/// Shared by all requests; cheap to clone.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Inner>);

/// What is shared.
pub(crate) struct Inner {
    /// The way to the core; bounded, so that a busy hub slows the sockets down.
    pub(crate) to_core: mpsc::Sender<Inbox>,
    /// The way to the journal, for questions.
    pub(crate) to_store: mpsc::Sender<StoreCommand>,
    /// How the journal does.
    pub(crate) store: watch::Receiver<StoreState>,
    /// True once the hub is stopping.
    pub(crate) stopping: watch::Receiver<bool>,
    /// Who may come in.
    pub(crate) identity: Arc<Identity>,
    /// Connections of feeds in all.
    pub(crate) feed_places: Arc<Semaphore>,
    /// Counters.
    pub(crate) metrics: Arc<Metrics>,
    /// What is granted to those who connect.
    pub(crate) limits: Limits,
    /// What is not as it should be, and yet the hub is up: shown in /readyz and logged.
    pub(crate) remarks: watch::Sender<Vec<String>>,
    /// How the hub was started.
    pub(crate) options: Options,
    /// What is published for pages and programs.
    pub(crate) door: Arc<Door>,
    /// What people decided about sharing.
    pub(crate) ledger: Arc<Ledger>,
}

/// How the hub was started, as far as requests care.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// Whether it listens on the loopback address only.
    pub(crate) loopback: bool,
    /// Whether it speaks TLS itself.
    pub(crate) tls: bool,
    /// The data directory, for reading beside the hub that writes.
    pub(crate) data: PathBuf,
    /// Pages from here instead of the built-in ones.
    pub(crate) www: Option<PathBuf>,
    /// The built viewer.
    pub(crate) viewer: Option<PathBuf>,
    /// The built simulation engine of the pages.
    pub(crate) engine: Option<PathBuf>,
    /// Meshes from here instead of the built-in ones.
    pub(crate) meshes: Option<PathBuf>,
}

impl Shared {
    /// To be cloned into every request.
    pub(crate) fn new(inner: Inner) -> Self {
        Self(Arc::new(inner))
    }

    /// What the core knows, at a moment when all of it is on disk; none when nobody can say.
    pub(crate) async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Core, PlantTime) -> T + Send + 'static,
    ) -> Option<T> {
        if matches!(*self.store.borrow(), StoreState::Failed(_)) {
            return None;
        }
        let (to, seen) = oneshot::channel();
        let look = Inbox::Look(Box::new(move |core, wall| {
            // Whoever asked may be gone.
            let _gone = to.send(look(core, wall));
        }));
        self.to_core.send(look).await.ok()?;
        seen.await.ok()
    }

    /// Replaces the remarks of /readyz.
    pub(crate) fn remark(&self, remarks: Vec<String>) {
        self.remarks.send_replace(remarks);
    }

    /// The remarks of /readyz.
    pub(crate) fn remarks(&self) -> Vec<String> {
        self.remarks.borrow().clone()
    }
}

/// Returns when the hub is stopping.
pub(crate) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop as well.
    let _stopped = stopping.wait_for(|stopping| *stopping).await;
}

impl std::ops::Deref for Shared {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

/// Counters since the start of the process.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    pub(crate) connections_now: AtomicU64,
    pub(crate) connections_refused: AtomicU64,
    pub(crate) handshakes_failed: AtomicU64,
    pub(crate) feed_connections: AtomicU64,
    pub(crate) feeds_now: AtomicU64,
    pub(crate) frames: AtomicU64,
    pub(crate) frame_bytes: AtomicU64,
    pub(crate) refusals: AtomicU64,
    pub(crate) hub_seq: AtomicU64,
    pub(crate) published: AtomicU64,
    pub(crate) publish_micros: AtomicU64,
    pub(crate) policies_refused: AtomicU64,
    pub(crate) policies_wrong: AtomicU64,
    pub(crate) policy_generation: AtomicU64,
    pub(crate) reviews_overdue: AtomicU64,
    commits: AtomicU64,
    rows: AtomicU64,
    commit_micros: AtomicU64,
}

impl Metrics {
    /// Notes whether the newest policy files are refused.
    pub(crate) fn policies_are_wrong(&self, wrong: bool) {
        self.policies_wrong.store(u64::from(wrong), Ordering::Relaxed);
    }

    /// Adds to a counter.
    pub(crate) fn add(counter: &AtomicU64, by: u64) {
        counter.fetch_add(by, Ordering::Relaxed);
    }

    /// One commit of so many rows took so long.
    pub(crate) fn committed(&self, rows: usize, took: Duration) {
        Self::add(&self.commits, 1);
        Self::add(&self.rows, rows as u64);
        Self::add(&self.commit_micros, u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    /// The Prometheus text form; names no plant, feed or nation.
    pub(crate) fn to_text(&self) -> String {
        let counters = [
            (
                "slipway_connections_refused_total",
                "Connections there was no place for.",
                &self.connections_refused,
            ),
            (
                "slipway_handshakes_failed_total",
                "Connections that did not come to speak TLS.",
                &self.handshakes_failed,
            ),
            ("slipway_feed_connections_total", "Connections of feeds.", &self.feed_connections),
            ("slipway_frames_total", "Frames received from feeds.", &self.frames),
            ("slipway_frame_bytes_total", "Bytes of those frames.", &self.frame_bytes),
            ("slipway_refusals_total", "Refusals sent to feeds.", &self.refusals),
            ("slipway_commits_total", "Durable commits.", &self.commits),
            ("slipway_rows_total", "Rows made durable.", &self.rows),
            ("slipway_commit_microseconds_total", "Time spent in commits.", &self.commit_micros),
            ("slipway_published_total", "Times that pages were given news.", &self.published),
            (
                "slipway_publish_microseconds_total",
                "Time spent making that news.",
                &self.publish_micros,
            ),
            (
                "slipway_policies_refused_total",
                "Times that changed policies were refused.",
                &self.policies_refused,
            ),
        ];
        let gauges = [
            ("slipway_connections", "Connections open now.", &self.connections_now),
            ("slipway_feeds", "Feeds connected now.", &self.feeds_now),
            ("slipway_hub_seq", "The newest row.", &self.hub_seq),
            (
                "slipway_policy_generation",
                "The generation of the policies that values are released under.",
                &self.policy_generation,
            ),
            (
                "slipway_policies_wrong",
                "1 while the newest policy files are refused.",
                &self.policies_wrong,
            ),
            (
                "slipway_reviews_overdue",
                "Narrowings that somebody should have looked at again.",
                &self.reviews_overdue,
            ),
        ];
        let mut text = String::new();
        let kinds = [("counter", &counters[..]), ("gauge", &gauges[..])];
        for (kind, metrics) in kinds {
            for (name, help, value) in metrics {
                let value = value.load(Ordering::Relaxed);
                text.push_str(&format!(
                    "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n"
                ));
            }
        }
        text
    }
}
