//! One plant's side of the conversation: hello, frames when they are due, resume after a break.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use tokio::{sync::watch, time};
use twin::PlantTime;
use wire::ingest::{Clock, FromFeed, Hello, ReportFrame, ToFeed};

use crate::{
    frames,
    link::{Heard, Link},
    pace::Pace,
    play::{Branch, Ending, FeedError, FeedPlan, Returns, Speaker},
    source::{Numbered, Source},
    tls::Tls,
};

/// The epoch of frames that follow from the settings alone.
pub(crate) const FIRST_EPOCH: u64 = 1;
/// Offered by whoever wants to know which epoch is in force.
const NO_EPOCH: u64 = 0;
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
    pub tls: Option<Tls>,
    pub feed: String,
    pub key: Option<String>,
    pub clock: Clock,
}

/// Speaks for one plant of a plan.
pub(crate) async fn speak(
    plan: Arc<FeedPlan>,
    speaker: Speaker,
    stop: watch::Receiver<bool>,
) -> Result<Ending, FeedError> {
    let voice = Voice {
        url: plan.url.clone(),
        tls: plan.tls.clone(),
        feed: speaker.feed,
        key: speaker.key,
        clock: Clock::Simulated {
            start: plan.start.and_then(record::format_time),
            rate: plan.rate,
        },
    };
    let (branch, returns) = (plan.branch, plan.returns.clone());
    let source = Source::Simulation { plan, plant: speaker.plant, frames: None };
    converse(voice, source, (branch, returns), stop).await
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
    numbering: Numbering,
    refusals: Refusals,
}

/// What the hub refused, over all connections.
#[derive(Default)]
struct Refusals {
    count: u64,
    first: String,
    /// The newest one: a frame that is sent again is refused again, and counts once.
    newest: (u64, Option<u32>),
}

/// Which numbers the frames have, in which epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Numbering {
    /// Those that follow from the settings alone.
    Whole,
    /// Those of a branch, in an epoch that is not yet chosen.
    Asking,
    /// Those of a branch, in an epoch of its own.
    Branch(frames::Heard),
}

/// How one connection ended.
enum Over {
    Ending(Ending),
    /// Try again: the hub is away, or another epoch is wanted.
    Again(String),
    /// Another speaks, in a newer epoch.
    Superseded,
}

/// What a hub said to a hello.
enum Answer {
    Welcome {
        resume_from: u64,
        credit: u32,
        now: PlantTime,
        rate: f64,
    },
    /// This newer epoch is in force.
    TooOld(u64),
    /// Nothing.
    None(String),
}

/// Speaks until stopped, superseded or out of frames, over as many connections as it takes.
pub(crate) async fn converse(
    voice: Voice,
    source: Source,
    (branch, mut returns): (Branch, Option<Returns>),
    mut stop: watch::Receiver<bool>,
) -> Result<Ending, FeedError> {
    let mut state = State {
        voice,
        source,
        epoch: FIRST_EPOCH,
        acked: None,
        unacked: VecDeque::new(),
        sent: 0,
        ahead: None,
        placed: false,
        numbering: Numbering::Whole,
        refusals: Refusals::default(),
    };
    if branch == Branch::FromNow {
        state.start_anew();
    }
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
            Over::Superseded => {
                let Some(returns) = &mut returns else { return Ok(state.superseded()) };
                tracing::info!(feed = %state.voice.feed, "another speaks; waiting for its end");
                tokio::select! {
                    biased;
                    () = stopped(&mut stop) => return Ok(Ending::Stopped),
                    () = returns.nobody_speaks(&state.voice.feed) => {}
                }
                state.start_anew();
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
        let Voice { url, key, tls, .. } = &self.voice;
        let mut link = match Link::open(url, key.as_deref(), tls.as_ref()).await? {
            Ok(link) => link,
            Err(why) => return Ok(Over::Again(why)),
        };
        if !self.placed && self.numbering != Numbering::Whole {
            // What was found out on an earlier connection may have changed since.
            self.start_anew();
            if let Some(over) = self.choose_epoch(&mut link).await? {
                return Ok(over);
            }
        } else {
            self.greet(&mut link, self.epoch).await?;
        }
        match self.answer(&mut link).await? {
            Answer::Welcome { resume_from, credit, now, rate } => {
                *wait = RETRY.0;
                // The hub's clock runs on while the months before it are simulated again.
                let hub_clock = Pace::from_now(now, rate);
                if let Some(over) = self.resume(resume_from, now).await? {
                    link.close().await;
                    return Ok(over);
                }
                self.frames(link, credit, hub_clock).await
            }
            Answer::TooOld(_) => {
                link.close().await;
                Ok(self.came_too_late())
            }
            Answer::None(why) => Ok(Over::Again(why)),
        }
    }

    /// Another epoch is in force: whoever was just choosing one chooses again.
    fn came_too_late(&self) -> Over {
        match self.numbering {
            Numbering::Branch(_) | Numbering::Asking if !self.placed => {
                Over::Again("another took the epoch first".to_owned())
            }
            _ => Over::Superseded,
        }
    }

    /// Finds out which epoch is in force, by offering none, and what the hub has heard in it; then
    /// says hello in the next one, which is ours. The answer is still to come.
    async fn choose_epoch(&mut self, link: &mut Link) -> Result<Option<Over>, FeedError> {
        self.greet(link, NO_EPOCH).await?;
        let (in_force, heard) = match self.answer(link).await? {
            Answer::None(why) => return Ok(Some(Over::Again(why))),
            // Nobody has spoken for the plant so far.
            Answer::Welcome { .. } => (NO_EPOCH, frames::Heard::Below(1)),
            // Its frames are ours, too: in the place of whoever sends them we hear where they end.
            // The next hello is said before that is answered, so that nobody goes on with them.
            Answer::TooOld(FIRST_EPOCH) => {
                self.greet(link, FIRST_EPOCH).await?;
                self.greet(link, FIRST_EPOCH + 1).await?;
                let ended = match self.answer(link).await? {
                    Answer::Welcome { resume_from, .. } => resume_from,
                    Answer::TooOld(_) => return Ok(Some(self.came_too_late())),
                    Answer::None(why) => return Ok(Some(Over::Again(why))),
                };
                self.epoch = FIRST_EPOCH + 1;
                self.numbering = Numbering::Branch(frames::Heard::Below(ended));
                return Ok(None);
            }
            Answer::TooOld(in_force) => (in_force, frames::Heard::Otherwise),
        };
        self.epoch = in_force.saturating_add(1);
        self.numbering = Numbering::Branch(heard);
        self.greet(link, self.epoch).await?;
        Ok(None)
    }

    /// Says hello in an epoch.
    async fn greet(&self, link: &mut Link, epoch: u64) -> Result<(), FeedError> {
        let hello = Hello {
            feed: self.voice.feed.clone(),
            epoch,
            clock: self.voice.clock.clone(),
            acked: self.acked,
            declares: Vec::new(),
        };
        link.say(&FromFeed::Hello(hello)).await
    }

    /// Waits for the answer to a hello.
    async fn answer(&self, link: &mut Link) -> Result<Answer, FeedError> {
        let heard = match time::timeout(ANSWER_WITHIN, link.hear()).await {
            Ok(heard) => heard,
            Err(_late) => Heard::Gone("no answer to the hello".to_owned()),
        };
        match heard {
            Heard::Gone(why) => Ok(Answer::None(why)),
            Heard::Said(ToFeed::Welcome { resume_from, credit, now, rate, took_over, .. }) => {
                // Our own connection may linger at the hub after a break: that is no rival.
                if took_over && !self.placed {
                    let feed = &self.voice.feed;
                    tracing::warn!(
                        %feed,
                        "another program was speaking for this feed; it is told so, and this one \
                         speaks now. A demonstration speaks again soon after this one ends"
                    );
                }
                let now = record::parse_time(&now).ok_or(FeedError::Clock { text: now })?;
                Ok(Answer::Welcome { resume_from, credit, now, rate })
            }
            Heard::Said(ToFeed::Refused { code, epoch, .. }) if code == "superseded" => {
                Ok(Answer::TooOld(epoch.unwrap_or(self.epoch)))
            }
            Heard::Said(ToFeed::Refused { code, reason, .. }) => {
                Err(FeedError::Refused { feed: self.voice.feed.clone(), code, reason })
            }
            Heard::Said(_) => Ok(Answer::None("no answer to the hello".to_owned())),
        }
    }

    /// Forgets what was sent: a branch of its own begins.
    fn start_anew(&mut self) {
        (self.epoch, self.numbering) = (NO_EPOCH, Numbering::Asking);
        (self.acked, self.sent) = (None, 0);
        self.unacked.clear();
        (self.ahead, self.placed) = (None, false);
        self.refusals = Refusals::default();
    }

    /// How it ends when all is sent.
    fn finished(&mut self) -> Ending {
        let Refusals { count: refusals, first, .. } = std::mem::take(&mut self.refusals);
        let feed = self.voice.feed.clone();
        if refusals == 0 { Ending::Finished } else { Ending::Refused { feed, refusals, first } }
    }

    fn superseded(&self) -> Ending {
        Ending::Superseded { feed: self.voice.feed.clone() }
    }

    /// Stands where the hub wants to go on.
    async fn resume(
        &mut self,
        resume_from: u64,
        now: PlantTime,
    ) -> Result<Option<Over>, FeedError> {
        self.sent = 0;
        while self.unacked.front().is_some_and(|(seq, _)| *seq < resume_from) {
            self.unacked.pop_front();
        }
        let kept = self.unacked.front().map(|(seq, _)| *seq);
        let next = kept.or_else(|| self.ahead.as_ref().map(|frame| frame.seq));
        if self.placed && next.is_none_or(|next| next == resume_from) {
            return Ok(None);
        }
        let branch = match self.numbering {
            Numbering::Whole | Numbering::Asking => None,
            Numbering::Branch(_) if self.placed => {
                let feed = self.voice.feed.clone();
                return Err(FeedError::Lost { feed, resume_from });
            }
            Numbering::Branch(_) if resume_from != 1 => {
                self.start_anew();
                return Ok(Some(Over::Again("another took the epoch first".to_owned())));
            }
            Numbering::Branch(heard) => Some((now, heard)),
        };
        self.unacked.clear();
        self.ahead = None;
        self.source.go_to(resume_from, branch).await?;
        self.placed = true;
        Ok(None)
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
                return Ok(Over::Ending(self.finished()));
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
                return Ok(Some(Over::Superseded));
            }
            Heard::Said(ToFeed::Refused {
                seq,
                index,
                code,
                reason,
                retryable,
                resume_from,
                ..
            }) => {
                tracing::warn!(feed = %self.voice.feed, ?seq, ?index, code, reason, "refused");
                if !retryable {
                    self.refusals.add(seq, index, &code, &reason);
                }
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

impl Refusals {
    fn add(&mut self, seq: Option<u64>, index: Option<u32>, code: &str, reason: &str) {
        let place = (seq.unwrap_or(0), index);
        if seq.is_some() && place <= self.newest {
            return;
        }
        self.newest = self.newest.max(place);
        if self.count == 0 {
            let frame = seq.map(|seq| format!("frame {seq}, ")).unwrap_or_default();
            self.first = format!("{frame}{code}: {reason}");
        }
        self.count += 1;
    }
}

/// Waits for a moment, or for ever.
async fn until(due: Option<time::Instant>) {
    match due {
        Some(due) => time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
