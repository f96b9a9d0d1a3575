//! The one loop that owns the core: takes events, passes its effects on, publishes at a tick.

use std::{collections::BTreeMap, sync::Arc, sync::atomic::Ordering, time::Duration};

use tokio::sync::{mpsc, watch};
use twin::PlantTime;
use wire::ingest::ToFeed;

use crate::{
    clock::wall_now,
    core::{Core, Definitions, Effects, HubEvent, SessionId},
    shared::{Metrics, stopped},
    store::StoreCommand,
};

/// Events that wait for the core; beyond, sockets are read no further. At most 1 MiB each.
pub(crate) const MOST_EVENTS: usize = 64;
/// Answers that wait for a feed to read them; a feed that does not read is closed.
pub(crate) const MOST_ANSWERS: usize = 256;
/// Wall time between two publications.
pub(crate) const TICK: Duration = Duration::from_millis(250);
/// Rows of a replay under way from the journal to the core.
const MOST_REPLAYED: usize = 256;

/// What reaches the loop.
pub(crate) enum Inbox {
    /// Something happened.
    Event(HubEvent),
    /// A connection was made; its answers go here.
    Open { session: SessionId, answers: mpsc::Sender<ToSession> },
    /// The plant files changed and are valid.
    Reload(Box<Definitions>),
}

/// What the core has for a connection.
#[derive(Debug)]
pub(crate) enum ToSession {
    /// To be sent, in order.
    Say(Vec<ToFeed>),
    /// To be closed, and why.
    Close(&'static str),
}

/// The moment of a publication.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tick {
    /// The wall clock.
    pub(crate) wall: PlantTime,
}

/// Called at every tick while everything in the core is durable.
pub(crate) type Publish = Box<dyn FnMut(&Core, Tick) + Send>;

/// The loop and what it holds.
pub(crate) struct Run {
    pub(crate) core: Core,
    pub(crate) inbox: mpsc::Receiver<Inbox>,
    pub(crate) store: mpsc::Sender<StoreCommand>,
    pub(crate) committed: watch::Receiver<u64>,
    pub(crate) stopping: watch::Receiver<bool>,
    pub(crate) publish: Publish,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) sessions: BTreeMap<SessionId, mpsc::Sender<ToSession>>,
}

impl Run {
    /// Runs until the hub stops; returns when all that was taken is on its way to the disk.
    pub(crate) async fn run(mut self) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut due = false;
        loop {
            if due && self.core.is_durable() {
                self.publish();
                due = false;
            }
            tokio::select! {
                biased;
                changed = self.committed.changed() => {
                    if changed.is_err() {
                        break;
                    }
                    let hub_seq = *self.committed.borrow_and_update();
                    self.event(HubEvent::Committed { hub_seq }).await;
                }
                () = stopped(&mut self.stopping) => break,
                _ = tick.tick(), if !due => due = true,
                // What is due to be shown waits for the disk, and new events wait for that: for
                // the milliseconds of a commit, or until a full disk has room again.
                message = self.inbox.recv(), if !due => match message {
                    Some(message) => self.message(message).await,
                    None => break,
                },
            }
        }
        let close = StoreCommand::Close;
        if self.store.send(close).await.is_err() {
            tracing::warn!("the journal had ended before the hub");
        }
    }

    fn publish(&mut self) {
        let wall = wall_now();
        self.core.advance(wall);
        (self.publish)(&self.core, Tick { wall });
        Metrics::add(&self.metrics.published, 1);
        self.metrics.hub_seq.store(self.core.hub_seq, Ordering::Relaxed);
    }

    async fn message(&mut self, message: Inbox) {
        match message {
            Inbox::Event(event) => self.event(event).await,
            Inbox::Open { session, answers } => {
                self.sessions.insert(session, answers);
            }
            Inbox::Reload(definitions) => self.reload(*definitions).await,
        }
    }

    async fn event(&mut self, event: HubEvent) {
        let closed = match &event {
            HubEvent::Closed { session } => Some(*session),
            _ => None,
        };
        let wall = wall_now();
        let effects = self.core.handle(event, wall);
        self.carry_out(effects, wall).await;
        if let Some(session) = closed {
            self.sessions.remove(&session);
        }
    }

    async fn carry_out(&mut self, effects: Effects, wall: PlantTime) {
        let Effects { journal, clocks, to_feeds, close, alarms } = effects;
        let rows = journal.into_iter().map(StoreCommand::Append);
        let clocks = clocks.into_iter().map(StoreCommand::Clock);
        let alarms = alarms.into_iter().map(|(code, about, text)| {
            tracing::error!(code, about, "{text}");
            StoreCommand::Alarm { at: wall, code, about, text }
        });
        for command in clocks.chain(alarms).chain(rows) {
            // The thread ends only after a close, which this loop itself sends.
            if self.store.send(command).await.is_err() {
                tracing::error!("the journal has ended");
            }
        }
        let mut answers: BTreeMap<SessionId, Vec<ToFeed>> = BTreeMap::new();
        for (session, message) in to_feeds {
            if matches!(message, ToFeed::Refused { .. }) {
                Metrics::add(&self.metrics.refusals, 1);
            }
            answers.entry(session).or_default().push(message);
        }
        for (session, messages) in answers {
            self.answer(session, ToSession::Say(messages));
        }
        for (session, why) in close {
            self.answer(session, ToSession::Close(why));
        }
    }

    /// A connection whose answers pile up is dropped: its feed comes back and resumes.
    fn answer(&mut self, session: SessionId, message: ToSession) {
        if let Some(answers) = self.sessions.get(&session)
            && answers.try_send(message).is_err()
        {
            self.sessions.remove(&session);
        }
    }

    /// Folds the journal again under the new plant files. Findings depend on the definition, and
    /// a report that was refused by the old files stays refused: its content was not kept.
    async fn reload(&mut self, definitions: Definitions) {
        let wall = wall_now();
        if definitions.revision == self.core.revision {
            return;
        }
        while !self.core.is_durable() {
            if self.committed.changed().await.is_err() {
                return;
            }
            let hub_seq = *self.committed.borrow_and_update();
            self.event(HubEvent::Committed { hub_seq }).await;
        }
        let mut fresh = Core::new(definitions, self.core.generation);
        let (to, mut rows) = mpsc::channel(MOST_REPLAYED);
        if self.store.send(StoreCommand::Replay(to)).await.is_err() {
            return;
        }
        while let Some(entry) = rows.recv().await {
            fresh.replay(&entry);
        }
        if fresh.hub_seq != self.core.hub_seq {
            tracing::error!("the journal could not be read again; the old plant files stay");
            return;
        }
        std::mem::swap(&mut self.core, &mut fresh);
        self.core.adopt(fresh, wall);
        tracing::info!(revision = self.core.revision, "the plant files were taken in");
    }
}
