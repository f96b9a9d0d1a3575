//! One frame: its place in the sequence, then each report on its own.

use journal::{Entry, RefusedItem};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use twin::{FeedId, Plant, PlantId, PlantTime, Report, Span, Statement, state::Said};
use wire::ingest::{ReportFrame, ToFeed};

use super::{
    Core, Effects, Grant, InFlight, PlantClock, SessionId, Unreadable, binding, decode, happening,
    signals::{Units, units_text},
};

/// A live report may be this far ahead of the plant's clock: gateways' clocks differ.
pub(super) const FARTHEST_AHEAD: Span = Span::from_secs(5 * 60);
/// The registry of nations and groups that plant files are written against.
const REGISTRY_REVISION: u32 = 1;

/// Why a report was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotTaken {
    /// A stable word.
    pub(crate) code: &'static str,
    /// What, where and what to do.
    pub(crate) reason: String,
}

/// Whether a frame is the one wanted.
enum Place {
    Next,
    Duplicate,
    Gap { wanted: u64 },
}

/// What everything in one frame has in common.
pub(super) struct Speaker {
    pub(super) feed: FeedId,
    pub(super) grant: Grant,
    pub(super) clock: PlantClock,
    pub(super) plant_now: PlantTime,
    pub(super) wall: PlantTime,
}

impl Core {
    pub(super) fn frame(
        &mut self,
        session: SessionId,
        frame: &ReportFrame<Box<RawValue>>,
        wall: PlantTime,
        effects: &mut Effects,
    ) {
        let Some(speaker) = self.speaker(session, frame.seq, wall, effects) else { return };
        if !self.is_wanted(session, &speaker.feed, frame.seq, effects) {
            return;
        }
        let mut body = Body::default();
        let mut refused = Vec::new();
        for (index, raw) in (0_u32..).zip(&frame.reports) {
            match self.take(&speaker, raw.get()) {
                Ok(report) => {
                    self.heard(&speaker, report.at);
                    body.add(index, raw.get());
                }
                Err(not_taken) => {
                    effects.to_feeds.push((session, refusal(frame.seq, Some(index), &not_taken)));
                    let item = refused_item(Some(index), not_taken.code, raw.get(), wall);
                    self.refused(&speaker, &not_taken);
                    alarm_of_spillage(&speaker, &not_taken, effects);
                    refused.push(item);
                }
            }
        }
        if let Some(points) = &frame.points {
            let text = serde_json::to_string(points).unwrap_or_default();
            let read = decode::check_markings(&text)
                .and_then(|()| decode::points(points, |at| check_time(&speaker, at)));
            match read {
                Ok(points) => {
                    let units = self.units_to_keep(session);
                    self.measured(&speaker.grant.plant, self.hub_seq + 1, &points, &units);
                    body.add_points(text, &units);
                }
                Err(not_taken) => {
                    effects.to_feeds.push((session, refusal(frame.seq, None, &not_taken)));
                    refused.push(refused_item(None, not_taken.code, &text, wall));
                    self.refused(&speaker, &not_taken);
                    alarm_of_spillage(&speaker, &not_taken, effects);
                }
            }
        }
        self.keep(&speaker, frame.seq, body.into_text(), refused, effects);
    }

    /// A frame that could not be read counts as handled when at least its number could be.
    pub(super) fn unreadable(
        &mut self,
        session: SessionId,
        frame: &Unreadable,
        wall: PlantTime,
        effects: &mut Effects,
    ) {
        let not_taken = NotTaken { code: frame.code, reason: frame.reason.clone() };
        let Some(seq) = frame.seq else {
            effects.to_feeds.push((session, refusal_of(None, None, &not_taken)));
            return;
        };
        let Some(speaker) = self.speaker(session, seq, wall, effects) else { return };
        if !self.is_wanted(session, &speaker.feed, seq, effects) {
            return;
        }
        effects.to_feeds.push((session, refusal(seq, None, &not_taken)));
        self.refused(&speaker, &not_taken);
        let item = RefusedItem {
            index: None,
            code: frame.code.to_owned(),
            at: wall,
            length: frame.length,
            sha256: frame.sha256,
        };
        self.keep(&speaker, seq, Body::default().into_text(), vec![item], effects);
    }

    /// Who sent this frame, if it may send frames at all.
    fn speaker(
        &mut self,
        session: SessionId,
        seq: u64,
        wall: PlantTime,
        effects: &mut Effects,
    ) -> Option<Speaker> {
        let known = self.sessions.get(&session)?;
        if !known.speaks {
            let reason = "say hello first, and wait for the welcome".to_owned();
            let not_taken = NotTaken { code: "hello_first", reason };
            effects.to_feeds.push((session, refusal(seq, None, &not_taken)));
            return None;
        }
        let grant = known.grant.clone();
        let feed = self.feeds.get_mut(&grant.feed)?;
        if feed.session != Some(session) {
            let reason = "another connection speaks for this feed now".to_owned();
            let not_taken = NotTaken { code: "superseded", reason };
            effects.to_feeds.push((session, refusal(seq, None, &not_taken)));
            return None;
        }
        let clock = *self.clocks.get(&grant.plant)?;
        let plant_now = clock.now(wall);
        feed.last_heard = Some(plant_now);
        Some(Speaker { feed: grant.feed.clone(), grant, clock, plant_now, wall })
    }

    /// Whether the frame is next; answers it when not.
    fn is_wanted(
        &self,
        session: SessionId,
        feed: &FeedId,
        seq: u64,
        effects: &mut Effects,
    ) -> bool {
        let Some(known) = self.feeds.get(feed) else { return false };
        let place = match seq.cmp(&known.next_seq) {
            std::cmp::Ordering::Equal => Place::Next,
            std::cmp::Ordering::Less => Place::Duplicate,
            std::cmp::Ordering::Greater => Place::Gap { wanted: known.next_seq },
        };
        match place {
            Place::Next => return true,
            Place::Duplicate => {
                // One that is still under way to the disk is acknowledged when it is there.
                if known.durable_seq >= seq {
                    let ack = ToFeed::Ack { seq: known.durable_seq, durable: true };
                    effects.to_feeds.push((session, ack));
                }
            }
            Place::Gap { wanted } => effects.to_feeds.push((
                session,
                ToFeed::Refused {
                    seq: Some(seq),
                    index: None,
                    code: "gap".to_owned(),
                    reason: format!("seq {seq} came where {wanted} is next; send {wanted} first"),
                    retryable: true,
                    resume_from: Some(wanted),
                    epoch: None,
                },
            )),
        }
        false
    }

    /// Decodes, checks and folds one report.
    pub(super) fn take(&mut self, speaker: &Speaker, raw: &str) -> Result<Report, NotTaken> {
        decode::check_markings(raw)?;
        let report = decode::report(raw)?;
        check_time(speaker, report.at)?;
        if let Some(plant) = self.plants.get(&speaker.grant.plant) {
            binding::check(&speaker.grant, plant, &report.statement)?;
            binding::check_own(&speaker.grant, (plant, &self.twin), &report.statement)?;
        }
        let said = Said {
            feed: speaker.feed.clone(),
            origin: speaker.clock.origin(),
            received: Some(speaker.plant_now),
        };
        let plant = &speaker.grant.plant;
        if let Statement::Correction { report: meant, .. } = &report.statement {
            check_time(speaker, meant.at)?;
            self.take_correction(plant, &report, meant, &said)?;
        } else {
            self.fold(plant, &report, &said)?;
        }
        Ok(report)
    }

    /// The way of a report into the state as it comes. A correction does not take it: see
    /// `core::correction`.
    pub(super) fn fold(
        &mut self,
        plant: &PlantId,
        report: &Report,
        said: &Said,
    ) -> Result<(), NotTaken> {
        let changes = self
            .twin
            .apply(plant, report, said)
            .map_err(|no| NotTaken { code: no.code(), reason: no.to_string() })?;
        self.analytics.observe(plant, report);
        let comment = decode::comment_text(report);
        for change in &changes {
            happening::note(&mut self.happenings, plant, change, comment);
        }
        Ok(())
    }

    pub(super) fn heard(&mut self, speaker: &Speaker, at: PlantTime) {
        if let Some(feed) = self.feeds.get_mut(&speaker.feed) {
            feed.taken += 1;
            feed.last_report = Some(feed.last_report.map_or(at, |last| last.max(at)));
        }
        if let Some(clock) = self.clocks.get_mut(&speaker.grant.plant) {
            clock.told(at);
        }
    }

    /// Keeps the code only: the words may quote what was said. It is news when the code is.
    fn refused(&mut self, speaker: &Speaker, not_taken: &NotTaken) {
        let Some(feed) = self.feeds.get_mut(&speaker.feed) else { return };
        feed.refused += 1;
        if feed.last_refusal.as_deref() != Some(not_taken.code) {
            feed.last_refusal = Some(not_taken.code.to_owned());
            let (about, with) = (speaker.feed.as_str(), [("code", not_taken.code)]);
            let word = ("refused", "event.refused");
            self.happenings.add(&speaker.grant.plant, speaker.plant_now, word, about, &with);
        }
    }

    /// Gives the frame its number and hands it to the journal.
    fn keep(
        &mut self,
        speaker: &Speaker,
        seq: u64,
        body: String,
        refused: Vec<RefusedItem>,
        effects: &mut Effects,
    ) {
        let Some(feed) = self.feeds.get_mut(&speaker.feed) else { return };
        feed.next_seq = seq + 1;
        let epoch = feed.epoch;
        let entry = self.row(speaker, (epoch, seq), body, refused);
        self.in_flight.push_back(InFlight {
            hub_seq: entry.hub_seq,
            feed: speaker.feed.clone(),
            epoch: entry.epoch,
            seq,
        });
        effects.journal.push(entry);
    }

    /// The next row of the journal.
    pub(super) fn row(
        &mut self,
        speaker: &Speaker,
        (epoch, seq): (u64, u64),
        body: String,
        refused: Vec<RefusedItem>,
    ) -> Entry {
        self.hub_seq += 1;
        let plant = &speaker.grant.plant;
        Entry {
            hub_seq: self.hub_seq,
            feed: speaker.feed.clone(),
            plant: plant.clone(),
            epoch,
            seq,
            received: speaker.wall,
            plant_now: self.clocks.get(plant).map_or(speaker.plant_now, |c| c.now(speaker.wall)),
            origin: speaker.clock.origin(),
            label: self.labels.get(plant).copied().unwrap_or(0),
            registry_revision: REGISTRY_REVISION,
            body,
            refused,
        }
    }
}

/// Raises the alarm when somebody sent what the hub may not hold. It tells who and when, and
/// nothing of what was sent.
pub(super) fn alarm_of_spillage(speaker: &Speaker, not_taken: &NotTaken, effects: &mut Effects) {
    if not_taken.code == decode::SPILLAGE {
        let of = speaker.grant.supplier.as_ref();
        let of = of.map(|supplier| format!(" of the supplier {supplier}")).unwrap_or_default();
        let text = format!(
            "the feed {}{of} sent a text with a marking above controlled; nothing of it was kept: \
             find out from {} what it was, and where else it is",
            speaker.feed, speaker.grant.plant
        );
        effects.alarms.push((decode::SPILLAGE, speaker.feed.to_string(), text));
    }
}

/// The plant of a speaker, for tests of what it may name.
pub(super) fn owns(plant: &Plant, id: &str) -> bool {
    let units = plant.units.iter().map(|unit| unit.id.as_str());
    let storages = plant.storages.iter().map(|storage| storage.id.as_str());
    let resources = plant.resources.iter().map(|resource| resource.id.as_str());
    units.chain(storages).chain(resources).any(|known| known == id)
}

fn check_time(speaker: &Speaker, at: PlantTime) -> Result<(), NotTaken> {
    let ahead = at.since(speaker.plant_now);
    if speaker.clock == PlantClock::Live && ahead > FARTHEST_AHEAD {
        let reason = format!(
            "the time is {ahead} ahead of the plant's clock, more than {FARTHEST_AHEAD}; \
             set the gateway's clock"
        );
        return Err(NotTaken { code: "too_far_ahead", reason });
    }
    // A record's clock stands where the record does: it has no past before its first report.
    let recorded = matches!(speaker.clock, PlantClock::Recorded { .. });
    let behind = speaker.plant_now.since(at);
    if !recorded && behind > journal::RETENTION {
        let reason = format!("the time is {behind} ago; the hub keeps {}", journal::RETENTION);
        return Err(NotTaken { code: "too_old", reason });
    }
    Ok(())
}

fn refusal(seq: u64, index: Option<u32>, not_taken: &NotTaken) -> ToFeed {
    refusal_of(Some(seq), index, not_taken)
}

fn refusal_of(seq: Option<u64>, index: Option<u32>, not_taken: &NotTaken) -> ToFeed {
    ToFeed::Refused {
        seq,
        index,
        code: not_taken.code.to_owned(),
        reason: not_taken.reason.clone(),
        retryable: false,
        resume_from: None,
        epoch: None,
    }
}

fn refused_item(index: Option<u32>, code: &str, content: &str, wall: PlantTime) -> RefusedItem {
    RefusedItem {
        index,
        code: code.to_owned(),
        at: wall,
        length: content.len() as u64,
        sha256: Sha256::digest(content.as_bytes()).into(),
    }
}

/// What a row keeps of a frame: `{"reports":[[index, report]…], "points":…}`, as it was sent,
/// with the units that the feed declared, once, and how a planner's request is known again.
#[derive(Default)]
pub(super) struct Body {
    reports: String,
    points: Option<String>,
    units: Option<String>,
    /// JSON of [`super::plan::Kept`].
    pub(super) asked: Option<String>,
}

impl Body {
    pub(super) fn add(&mut self, index: u32, raw: &str) {
        use std::fmt::Write;
        let comma = if self.reports.is_empty() { "" } else { "," };
        // Writing to a String cannot fail.
        let _infallible = write!(self.reports, "{comma}[{index},{raw}]");
    }

    fn add_points(&mut self, points: String, units: &Units) {
        self.points = Some(points);
        self.units = units_text(units);
    }

    pub(super) fn into_text(self) -> String {
        let mut text = format!("{{\"reports\":[{}]", self.reports);
        let others = [("points", self.points), ("units", self.units), ("asked", self.asked)];
        for (name, json) in others {
            text.extend(json.map(|json| format!(",\"{name}\":{json}")));
        }
        text.push('}');
        text
    }
}
