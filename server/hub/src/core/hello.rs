//! Who speaks: hello, and the refusals that belong to it.

use journal::FeedPosition;
use twin::{FeedId, PlantTime};
use wire::ingest::{Hello, LARGEST_FRAME_BYTES, ToFeed};

use super::{
    CREDIT, Core, Effects, MOST_FEEDS, PlantClock, SessionId, clock_row, decode, signals::declared,
};

/// What a connection is told that speaks for its feed no longer.
const TAKEN_OVER: &str = "another connection speaks for this feed now";

/// Why a hello is not accepted.
struct NotWelcome {
    code: &'static str,
    reason: String,
    epoch: Option<u64>,
}

impl Core {
    pub(super) fn hello(
        &mut self,
        session: SessionId,
        hello: &Hello,
        wall: PlantTime,
        effects: &mut Effects,
    ) {
        match self.welcome(session, hello, wall, effects) {
            Ok(welcome) => effects.to_feeds.push((session, welcome)),
            Err(NotWelcome { code, reason, epoch }) => {
                let refused = ToFeed::Refused {
                    seq: None,
                    index: None,
                    code: code.to_owned(),
                    reason,
                    retryable: false,
                    resume_from: None,
                    epoch,
                };
                effects.to_feeds.push((session, refused));
            }
        }
    }

    fn welcome(
        &mut self,
        session: SessionId,
        hello: &Hello,
        wall: PlantTime,
        effects: &mut Effects,
    ) -> Result<ToFeed, NotWelcome> {
        let feed = self.may_speak(session, hello)?;
        let Some(grant) = self.sessions.get(&session).map(|session| session.grant.clone()) else {
            return Err(no("closed", "this connection is closed".to_owned()));
        };
        let declares = declared(&hello.declares).map_err(|why| no("bad_declaration", why))?;
        let clock = self.clock_for(&grant.plant, hello, wall)?;
        let position = self.feeds.get(&feed).map(|known| (known.epoch, known.next_seq));
        if let Some((epoch, _)) = position
            && hello.epoch < epoch
        {
            let reason = format!("epoch {} is over, {epoch} is in force", hello.epoch);
            return Err(NotWelcome { code: "superseded", reason, epoch: Some(epoch) });
        }
        let same = position.filter(|(epoch, _)| *epoch == hello.epoch);
        let resume_from = same.map_or(1, |(_, next_seq)| next_seq);
        if let (Some(acked), true) = (hello.acked, same.is_some() || position.is_none())
            && acked >= resume_from
        {
            let text = format!(
                "feed {feed} remembers acks up to {acked}, but the hub wants {resume_from} next: \
                 the hub has lost reports"
            );
            effects.alarms.push(("acked_beyond", feed.to_string(), text));
            let now = clock.now(wall);
            let word = ("feed", "event.feed_lost");
            self.happenings.add(&grant.plant, now, word, feed.as_str(), &[]);
        }
        if !self.clocks.contains_key(&grant.plant) {
            effects.clocks.push(clock_row(&grant.plant, &clock, wall));
            self.clocks.insert(grant.plant.clone(), clock);
        }
        let plant_now = self.plant_now(&grant.plant, wall);
        let position = (hello.epoch, resume_from);
        let took_over = self.take_place(session, &feed, position, plant_now, effects);
        if let Some(speaker) = self.sessions.get_mut(&session) {
            speaker.declares = declares;
        }
        let word = ("feed", "event.feed_connected");
        self.happenings.add(&grant.plant, plant_now, word, feed.as_str(), &[]);
        Ok(ToFeed::Welcome {
            resume_from,
            max_frame_bytes: LARGEST_FRAME_BYTES,
            credit: CREDIT,
            now: decode::rfc3339(plant_now),
            rate: clock.rate(),
            took_over,
        })
    }

    /// From here on this connection speaks for the feed, and an older one does not. Returns
    /// whether there was an older one.
    fn take_place(
        &mut self,
        session: SessionId,
        feed: &FeedId,
        (epoch, next_seq): (u64, u64),
        plant_now: PlantTime,
        effects: &mut Effects,
    ) -> bool {
        let Some(speaker) = self.sessions.get_mut(&session) else { return false };
        speaker.speaks = true;
        let plant = speaker.grant.plant.clone();
        let known = self.feeds.entry(feed.clone()).or_insert_with(|| {
            let plant = plant.clone();
            Self::feed_from(&FeedPosition { plant, epoch, next_seq: 1, last_hub_seq: 0 })
        });
        let older = known.session.replace(session).filter(|older| *older != session);
        if let Some(older) = older {
            // A connection that its own program has lost hears nothing of this; a rival does, and
            // knows that connecting again would only turn the other out in its turn.
            effects.to_feeds.push((older, superseded(TAKEN_OVER, epoch)));
            effects.close.push((older, TAKEN_OVER));
        }
        if known.epoch != epoch {
            known.durable_seq = 0;
        }
        known.plant = plant;
        known.epoch = epoch;
        known.next_seq = next_seq;
        known.connected = true;
        known.last_heard = Some(plant_now);
        older.is_some()
    }

    /// Whether the key of this connection is for the feed named.
    fn may_speak(&self, session: SessionId, hello: &Hello) -> Result<FeedId, NotWelcome> {
        let named = FeedId::new(&hello.feed)
            .map_err(|error| no("unknown_feed", format!("feed: {error}")))?;
        let Some(session) = self.sessions.get(&session) else {
            return Err(no("closed", "this connection is closed".to_owned()));
        };
        let grant = &session.grant;
        if named != grant.feed {
            let known = self.feeds.contains_key(&named);
            let code = if known { "not_your_feed" } else { "unknown_feed" };
            return Err(no(code, format!("this key is for feed {}, not {named}", grant.feed)));
        }
        if !self.plants.contains_key(&grant.plant) {
            let reason = format!("the hub knows no plant {}", grant.plant);
            return Err(no("unknown_plant", reason));
        }
        if !self.feeds.contains_key(&named) && self.feeds.len() >= MOST_FEEDS {
            return Err(no("too_many_feeds", format!("the hub follows {MOST_FEEDS} at most")));
        }
        Ok(named)
    }

    /// The plant's clock, which the first feed chooses.
    fn clock_for(
        &self,
        plant: &twin::PlantId,
        hello: &Hello,
        wall: PlantTime,
    ) -> Result<PlantClock, NotWelcome> {
        match self.clocks.get(plant) {
            Some(clock) if clock.agrees_with(&hello.clock) => Ok(*clock),
            Some(clock) => {
                let (kind, rate) = (clock.origin().name(), clock.rate());
                let reason = format!(
                    "{plant} is on a clock of kind {kind} at rate {rate}, which its first feed or \
                     the demonstration chose; say the same, or play this into a hub of its own: \
                     slipway serve --data ANOTHER_FOLDER"
                );
                Err(no("clock_mismatch", reason))
            }
            None => {
                let others = self.clocks.values();
                let simulated =
                    others.filter(|clock| matches!(clock, PlantClock::Simulated { .. }));
                let start = simulated.map(|clock| clock.now(wall)).max().unwrap_or(wall);
                PlantClock::asked(&hello.clock, wall, start).ok_or_else(|| {
                    let reason = "start must be RFC 3339, rate above 0 and at most 1000000";
                    no("not_a_clock", reason.to_owned())
                })
            }
        }
    }
}

fn no(code: &'static str, reason: String) -> NotWelcome {
    NotWelcome { code, reason, epoch: None }
}

fn superseded(reason: &str, epoch: u64) -> ToFeed {
    ToFeed::Refused {
        seq: None,
        index: None,
        code: "superseded".to_owned(),
        reason: reason.to_owned(),
        retryable: false,
        resume_from: None,
        epoch: Some(epoch),
    }
}
