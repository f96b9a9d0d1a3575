//! One plant's side of the conversation: hello, frames when they are due, resume after a break.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use record::ReportRecord;
use tokio::{sync::watch, time};
use twin::{PlantId, PlantTime};
use wire::ingest::{Clock, FromFeed, Hello, ReportFrame, ToFeed};

use crate::{
    frames::Frames,
    link::{Heard, Link},
    pace::Pace,
    play::{Ending, FeedError, FeedPlan, Speaker},
    replay::{Recording, ReplayPlan},
};

/// The epoch of frames that follow from the settings alone.
pub(crate) const FIRST_EPOCH: u64 = 1;
/// Waits between tries to connect, doubling from the first to the last.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// A hub that does not answer a hello for so long is given up and called again.
const ANSWER_WITHIN: Duration = Duration::from_secs(20);
/// Frames kept for sending again, whatever credit a hub offers.
const MOST_UNACKED: usize = 256;

/// Who speaks, and on which clock.
#[derive(Clone, Debug)]
pub(crate) struct Voice {
    pub url: String,
    pub feed: String,
    pub key: Option<String>,
    pub plant: Option<PlantId>,
    pub clock: Clock,
}

/// A frame with its number and the moment from which on it may be sent.
#[derive(Clone, Debug)]
pub(crate) struct Numbered {
    pub seq: u64,
    pub until: PlantTime,
    pub reports: Vec<ReportRecord>,
}

/// Where frames come from.
pub(crate) enum Source {
    /// A simulation; made when the hub has said from where on.
    Simulation { plan: Arc<FeedPlan>, plant: PlantId, frames: Option<Box<Frames>> },
    /// A file; `ahead` was read and is not yet asked for.
    File { plan: ReplayPlan, recording: Box<Recording>, ahead: Option<Numbered> },
}

impl Source {
    /// Makes ready to give the frame `seq` next.
    async fn go_to(&mut self, seq: u64, now: PlantTime) -> Result<(), FeedError> {
        match self {
            Self::Simulation { plan, plant, frames } => {
                let (plan, plant) = (Arc::clone(plan), plant.clone());
                let made = time_apart(move || simulate(&plan, &plant, seq, now)).await?;
                *frames = Some(Box::new(made?));
            }
            Self::File { plan, recording, ahead } => {
                **recording = Recording::open(&plan.file, plan.plant.as_deref())?;
                *ahead = None;
                while let Some(frame) = recording.try_next()? {
                    if frame.seq >= seq {
                        *ahead = Some(frame);
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Numbered>, FeedError> {
        match self {
            Self::Simulation { frames: Some(frames), .. } => {
                let frame = frames.try_next()?;
                Ok(frame.map(|frame| Numbered {
                    seq: frame.seq,
                    until: frame.until,
                    reports: frame.reports.iter().map(ReportRecord::from).collect(),
                }))
            }
            Self::Simulation { frames: None, .. } => Ok(None),
            Self::File { recording, ahead, .. } => match ahead.take() {
                Some(frame) => Ok(Some(frame)),
                None => Ok(recording.try_next()?),
            },
        }
    }

    fn branches(&self) -> bool {
        matches!(self, Self::Simulation { plan, .. } if !plan.sets.is_empty())
    }

    /// A file is played from its own beginning, a simulation on the hub's clock.
    fn pace(&self, hub_clock: Pace, first: Option<PlantTime>) -> Pace {
        match (self, first) {
            (Self::File { plan, .. }, Some(first)) => Pace::from_now(first, plan.rate),
            (Self::File { .. }, None) | (Self::Simulation { .. }, _) => hub_clock,
        }
    }
}

/// Months of simulation take a moment: not on a thread that serves connections.
async fn time_apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, tokio::task::JoinError> {
    tokio::task::spawn_blocking(work).await
}

fn simulate(
    plan: &FeedPlan,
    plant: &PlantId,
    seq: u64,
    now: PlantTime,
) -> Result<Frames, FeedError> {
    let settings = plan.settings.clone();
    let until = settings.until;
    let mut frames = Frames::new(&plan.programme, &plan.plants, settings, until)?.only(plant);
    if !plan.sets.is_empty() {
        frames = frames.branch(now, &plan.sets)?;
    }
    frames.skip_to(plant, seq)?;
    Ok(frames)
}

/// Speaks for one plant of a plan.
pub(crate) async fn speak(
    plan: Arc<FeedPlan>,
    speaker: Speaker,
    stop: watch::Receiver<bool>,
) -> Result<Ending, FeedError> {
    let voice = Voice {
        url: plan.url.clone(),
        feed: speaker.feed,
        key: speaker.key,
        plant: Some(speaker.plant.clone()),
        clock: Clock::Simulated {
            start: plan.start.and_then(record::format_time),
            rate: plan.rate,
        },
    };
    let source = Source::Simulation { plan, plant: speaker.plant, frames: None };
    converse(voice, source, stop).await
}

/// What is known of the conversation over all connections.
struct State {
    voice: Voice,
    source: Source,
    epoch: u64,
    acked: Option<u64>,
    /// Sent and not acknowledged, encoded.
    unacked: VecDeque<(u64, String)>,
    /// How many of `unacked` have been sent on this connection.
    sent: usize,
    /// The next frame, not yet due.
    ahead: Option<Numbered>,
    /// Whether the source stands somewhere.
    placed: bool,
    /// Whether the epoch is one that was taken over.
    settled: bool,
}

/// How one connection ended.
enum Over {
    Ending(Ending),
    /// Try again: the hub is away, or another epoch is wanted.
    Again(String),
}

/// Speaks until stopped, superseded or out of frames, over as many connections as it takes.
pub(crate) async fn converse(
    voice: Voice,
    source: Source,
    mut stop: watch::Receiver<bool>,
) -> Result<Ending, FeedError> {
    // Whoever changes parameters asks first which epoch is in force, by offering none.
    let epoch = if source.branches() { 0 } else { FIRST_EPOCH };
    let mut state = State {
        settled: !source.branches(),
        voice,
        source,
        epoch,
        acked: None,
        unacked: VecDeque::new(),
        sent: 0,
        ahead: None,
        placed: false,
    };
    let mut wait = RETRY.0;
    loop {
        let over = tokio::select! {
            biased;
            () = stopped(&mut stop) => Over::Ending(Ending::Stopped),
            over = state.connection(&mut wait) => over?,
        };
        match over {
            Over::Ending(ending) => return Ok(ending),
            Over::Again(why) => {
                tracing::info!(feed = %state.voice.feed, %why, "connecting again");
            }
        }
        tokio::select! {
            biased;
            () = stopped(&mut stop) => return Ok(Ending::Stopped),
            () = time::sleep(wait) => {}
        }
        wait = (wait * 2).min(RETRY.1);
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone can stop nobody any more: that is a stop, too.
    let _gone = stop.wait_for(|stop| *stop).await;
}

impl State {
    async fn connection(&mut self, wait: &mut Duration) -> Result<Over, FeedError> {
        let mut link = match Link::open(&self.voice.url, self.voice.key.as_deref()).await? {
            Ok(link) => link,
            Err(why) => return Ok(Over::Again(why)),
        };
        let hello = Hello {
            feed: self.voice.feed.clone(),
            epoch: self.epoch,
            clock: self.voice.clock.clone(),
            acked: self.acked,
            declares: Vec::new(),
        };
        link.say(&FromFeed::Hello(hello)).await?;
        let heard = match time::timeout(ANSWER_WITHIN, link.hear()).await {
            Ok(heard) => heard,
            Err(_late) => return Ok(Over::Again("no answer to the hello".to_owned())),
        };
        match heard {
            Heard::Gone(why) => Ok(Over::Again(why)),
            Heard::Said(ToFeed::Welcome { resume_from, credit, now, rate, .. }) => {
                *wait = RETRY.0;
                if !self.settled {
                    // Nobody has spoken for the plant so far: the first epoch is free.
                    self.settled = true;
                    self.epoch = FIRST_EPOCH;
                    link.close().await;
                    return Ok(Over::Again("the epoch is free".to_owned()));
                }
                let now = record::parse_time(&now).ok_or(FeedError::Clock { text: now })?;
                // The hub's clock runs on while the months before it are simulated again.
                let hub_clock = Pace::from_now(now, rate);
                self.resume(resume_from, now).await?;
                self.frames(link, credit, hub_clock).await
            }
            Heard::Said(ToFeed::Refused { code, reason, epoch, .. }) => {
                link.close().await;
                self.not_welcome(code, reason, epoch, wait)
            }
            Heard::Said(_) => Ok(Over::Again("no answer to the hello".to_owned())),
        }
    }

    fn not_welcome(
        &mut self,
        code: String,
        reason: String,
        epoch: Option<u64>,
        wait: &mut Duration,
    ) -> Result<Over, FeedError> {
        match (code.as_str(), epoch) {
            ("superseded", Some(in_force)) if !self.settled => {
                self.epoch = in_force.saturating_add(1);
                self.settled = true;
                *wait = RETRY.0;
                Ok(Over::Again("taking over".to_owned()))
            }
            ("superseded", _) => Ok(Over::Ending(self.superseded())),
            _ => Err(FeedError::Refused { feed: self.voice.feed.clone(), code, reason }),
        }
    }

    fn superseded(&self) -> Ending {
        match &self.voice.plant {
            Some(plant) => Ending::Superseded { plant: plant.clone() },
            None => Ending::Stopped,
        }
    }

    /// Stands where the hub wants to go on.
    async fn resume(&mut self, resume_from: u64, now: PlantTime) -> Result<(), FeedError> {
        self.sent = 0;
        while self.unacked.front().is_some_and(|(seq, _)| *seq < resume_from) {
            self.unacked.pop_front();
        }
        let kept = self.unacked.front().map(|(seq, _)| *seq);
        let next = kept.or_else(|| self.ahead.as_ref().map(|frame| frame.seq));
        if self.placed && next.is_none_or(|next| next == resume_from) {
            return Ok(());
        }
        if self.placed && self.source.branches() {
            let feed = self.voice.feed.clone();
            return Err(FeedError::Lost { feed, resume_from });
        }
        self.unacked.clear();
        self.ahead = None;
        self.source.go_to(resume_from, now).await?;
        self.placed = true;
        Ok(())
    }

    /// Sends frames as they are due and as credit allows.
    async fn frames(
        &mut self,
        mut link: Link,
        mut credit: u32,
        hub_clock: Pace,
    ) -> Result<Over, FeedError> {
        let mut pace = None;
        loop {
            while self.sent < self.unacked.len() && self.sent < credit as usize {
                let text = self.unacked[self.sent].1.clone();
                self.sent += 1;
                link.say_text(text).await;
            }
            if self.ahead.is_none() {
                self.ahead = self.source.next()?;
            }
            let first = self.ahead.as_ref().map(|frame| frame.until);
            let pace = pace.get_or_insert_with(|| self.source.pace(hub_clock, first));
            if self.ahead.is_none() && self.unacked.is_empty() {
                link.close().await;
                return Ok(Over::Ending(Ending::Finished));
            }
            let in_flight = self.unacked.len();
            let may_send = in_flight < (credit as usize).min(MOST_UNACKED);
            let due = self.ahead.as_ref().filter(|_| may_send).map(|f| pace.due(f.until));
            tokio::select! {
                biased;
                heard = link.hear() => {
                    if let Some(over) = self.heard(heard, &mut credit)? {
                        return Ok(over);
                    }
                }
                () = until(due) => self.queue()?,
            }
        }
    }

    /// The frame that is due joins those to be sent.
    fn queue(&mut self) -> Result<(), FeedError> {
        if let Some(Numbered { seq, reports, .. }) = self.ahead.take() {
            let frame = FromFeed::Report(ReportFrame { seq, reports, points: None });
            let text = serde_json::to_string(&frame).map_err(FeedError::Encode)?;
            self.unacked.push_back((seq, text));
        }
        Ok(())
    }

    fn heard(&mut self, heard: Heard, credit: &mut u32) -> Result<Option<Over>, FeedError> {
        match heard {
            Heard::Gone(why) => return Ok(Some(Over::Again(why))),
            Heard::Said(ToFeed::Ack { seq, .. }) => {
                self.acked = self.acked.max(Some(seq));
                while self.unacked.front().is_some_and(|(sent, _)| *sent <= seq) {
                    self.unacked.pop_front();
                    self.sent = self.sent.saturating_sub(1);
                }
            }
            Heard::Said(ToFeed::Credit { credit: now }) => *credit = now,
            Heard::Said(ToFeed::Refused { code, .. }) if code == "superseded" => {
                return Ok(Some(Over::Ending(self.superseded())));
            }
            Heard::Said(ToFeed::Refused { seq, index, code, reason, resume_from, .. }) => {
                tracing::warn!(feed = %self.voice.feed, ?seq, ?index, code, reason, "refused");
                if let Some(from) = resume_from {
                    let kept = self.unacked.iter().position(|(seq, _)| *seq == from);
                    self.sent = kept.unwrap_or(self.sent);
                }
            }
            Heard::Said(ToFeed::Welcome { .. }) => {}
        }
        Ok(None)
    }
}

/// Waits for a moment, or for ever.
async fn until(due: Option<time::Instant>) {
    match due {
        Some(due) => time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
