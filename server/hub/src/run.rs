//! The one loop that owns the core: takes events, passes its effects on, publishes at a tick.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::sync::{mpsc, oneshot, watch};
use twin::{PlantId, PlantTime};
use wire::ingest::ToFeed;

use crate::{
    clock::{Stopwatch, wall_now},
    core::{
        Answer, AskId, Asked, Core, Definitions, Due, Effects, HubEvent, PlantClock, ReportKey,
        SessionId, decode::rfc3339, spoken_of,
    },
    refold::{Folded, Refolder},
    shared::{Metrics, stopped},
    sharing::CORRECTED,
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
    /// Somebody wants to know what is now, to ask the journal about the past.
    Present(oneshot::Sender<Present>),
    /// Somebody looks at the core, at a moment when all of it is on disk.
    Look(Look),
    /// A planner asks for a change; the answer goes here, once it is durable.
    Asked { asked: Box<Asked>, answer: oneshot::Sender<Answer> },
}

/// Takes from the core, at a wall time, what somebody asked for.
pub(crate) type Look = Box<dyn FnOnce(&Core, PlantTime) + Send>;

/// What a question about the past needs to know of now.
pub(crate) struct Present {
    /// The plant files in force.
    pub(crate) definitions: Definitions,
    /// The core's generation.
    pub(crate) generation: u64,
    /// The plants' clocks.
    pub(crate) clocks: BTreeMap<PlantId, PlantClock>,
    /// The newest durable row.
    pub(crate) durable: u64,
    /// The wall clock.
    wall: PlantTime,
}

impl Present {
    /// The plant's time.
    pub(crate) fn now(&self, plant: &PlantId) -> PlantTime {
        self.clocks.get(plant).map_or(self.wall, |clock| clock.now(self.wall))
    }
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
    pub(crate) refolder: Refolder,
    pub(crate) asks: Asks,
    /// Counts what the core has heard: what was published is as new as the count it was made at.
    pub(crate) heard: Arc<AtomicU64>,
}

/// Planners' requests that wait for their answers; the API lets in no more than it has places.
#[derive(Default)]
pub(crate) struct Asks {
    waiting: BTreeMap<AskId, oneshot::Sender<Answer>>,
    last: u64,
    /// Those who wait for the disk before they look; whoever lets them in bounds them.
    looks: Vec<Look>,
}

impl Run {
    /// Runs until the hub stops; returns when all that was taken is on its way to the disk.
    pub(crate) async fn run(mut self) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut due = false;
        loop {
            self.let_look();
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
                folded = self.refolder.done() => self.take_over(folded).await,
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

    /// Nothing is shown that is not on disk.
    fn let_look(&mut self) {
        if self.asks.looks.is_empty() || !self.core.is_durable() {
            return;
        }
        let wall = wall_now();
        for look in std::mem::take(&mut self.asks.looks) {
            look(&self.core, wall);
        }
    }

    fn publish(&mut self) {
        let wall = wall_now();
        self.core.advance(wall);
        let watch = Stopwatch::start();
        (self.publish)(&self.core, Tick { wall });
        let micros = u64::try_from(watch.elapsed().as_micros()).unwrap_or(u64::MAX);
        Metrics::add(&self.metrics.publish_micros, micros);
        self.refolder.look(&self.core);
        Metrics::add(&self.metrics.published, 1);
        self.metrics.hub_seq.store(self.core.hub_seq, Ordering::Relaxed);
    }

    async fn message(&mut self, message: Inbox) {
        match message {
            Inbox::Event(event) => self.event(event).await,
            Inbox::Open { session, answers } => {
                self.sessions.insert(session, answers);
            }
            // Findings depend on the definition. A report that was refused by the old files
            // stays refused: its content was not kept.
            Inbox::Reload(definitions) if definitions.revision != self.core.revision => {
                self.refolder.ask(*definitions);
            }
            Inbox::Reload(_) => {}
            Inbox::Present(answer) => {
                // Whoever asked may be gone.
                let _gone = answer.send(self.present());
            }
            Inbox::Look(look) => self.asks.looks.push(look),
            Inbox::Asked { asked, answer } => {
                self.asks.last += 1;
                let ask = AskId(self.asks.last);
                self.asks.waiting.insert(ask, answer);
                self.event(HubEvent::Asked { ask, asked }).await;
            }
        }
    }

    async fn event(&mut self, event: HubEvent) {
        let closed = match &event {
            HubEvent::Closed { session } => Some(*session),
            _ => None,
        };
        if let HubEvent::Frame { frame, .. } = &event {
            let reports = spoken_of(frame);
            // A frame that is not handled is not acknowledged: its feed sends it again.
            if !reports.is_empty() && !self.recall(reports).await {
                return;
            }
        }
        let wall = wall_now();
        let is_news = !matches!(event, HubEvent::Committed { .. });
        let effects = self.core.handle(event, wall);
        // Before anybody hears of it: whoever does and asks then is to be told nothing older.
        self.heard.fetch_add(u64::from(is_news), Ordering::SeqCst);
        self.carry_out(effects, wall).await;
        if let Some(session) = closed {
            self.sessions.remove(&session);
        }
    }

    async fn carry_out(&mut self, effects: Effects, wall: PlantTime) {
        let Effects { journal, clocks, to_feeds, close, alarms, answers: to_planners } = effects;
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
        for (ask, answer) in to_planners {
            if let Some(planner) = self.asks.waiting.remove(&ask) {
                // Whoever asked may be gone; what was done stays done.
                let _gone = planner.send(answer);
            }
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

    fn present(&self) -> Present {
        Present {
            definitions: self.core.definitions(),
            generation: self.core.generation,
            clocks: self.core.clocks.clone(),
            durable: *self.committed.borrow(),
            wall: wall_now(),
        }
    }

    /// Hands the core what the journal keeps of these reports; false when the hub is stopping.
    async fn recall(&mut self, reports: Vec<ReportKey>) -> bool {
        let (answer, found) = oneshot::channel();
        if self.store.send(StoreCommand::Recall { reports, answer }).await.is_err() {
            return false;
        }
        tokio::select! {
            biased;
            found = found => match found {
                Ok(reports) => {
                    self.core.handle(HubEvent::Recalled { reports }, wall_now());
                    true
                }
                Err(_not_readable) => false,
            },
            () = stopped(&mut self.stopping) => false,
        }
    }

    /// Puts what was folded anew in the place of the core, with the rows since then.
    async fn take_over(&mut self, folded: Folded) {
        let Folded { core: Some(mut fresh), due } = folded else { return };
        if !self.settled().await {
            return;
        }
        let (to, mut rows) = mpsc::channel(MOST_REPLAYED);
        let from = fresh.hub_seq + 1;
        if self.store.send(StoreCommand::Replay { from, to }).await.is_err() {
            return;
        }
        while let Some(entry) = rows.recv().await {
            fresh.replay(&entry);
        }
        if fresh.hub_seq != self.core.hub_seq {
            tracing::error!("the journal could not be read again; all stays as it was");
            return;
        }
        let wall = wall_now();
        let revision = self.core.revision;
        let led: Vec<_> = due.keys().map(|plant| self.core.lead(plant, wall)).collect();
        std::mem::swap(&mut self.core, &mut fresh);
        self.core.adopt(*fresh, wall);
        self.heard.fetch_add(1, Ordering::SeqCst);
        self.core.advance(wall);
        if self.core.revision != revision {
            tracing::info!(revision = self.core.revision, "the plant files were taken in");
        }
        let mut effects = Effects::default();
        for ((plant, due), led) in due.into_iter().zip(led) {
            let moved = self.core.lead(&plant, wall) != led;
            self.core.tell_corrected(&plant, &due, wall);
            effects.alarms.push((CORRECTED, plant.to_string(), in_words(&due, moved)));
        }
        self.carry_out(effects, wall).await;
    }

    /// Waits until everything in the core is durable; false when the hub is stopping.
    async fn settled(&mut self) -> bool {
        while !self.core.is_durable() {
            tokio::select! {
                biased;
                () = stopped(&mut self.stopping) => return false,
                changed = self.committed.changed() => if changed.is_err() {
                    return false;
                },
            }
            let hub_seq = *self.committed.borrow_and_update();
            self.event(HubEvent::Committed { hub_seq }).await;
        }
        true
    }
}

/// What a fold was made for and what came of it, for the alarm that is kept.
fn in_words(due: &Due, moved: bool) -> String {
    let Due { corrections, late, since } = due;
    let since = rfc3339(*since);
    let led = if moved { "changed" } else { "stayed" };
    format!(
        "findings since {since} were made anew for {corrections} corrections and {late} late \
         reports; the main hold-up {led}"
    )
}
