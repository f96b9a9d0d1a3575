//! The journal folded again: the same state as when it was written, by the same fold.

use std::collections::BTreeMap;

use journal::{ClockRow, Entry, FeedPosition};
use serde::Deserialize;
use serde_json::value::RawValue;
use twin::{PlantId, PlantTime, Report, Span, Statement, state::Said};

use super::{
    Core, Definitions, PlantClock,
    correction::{Due, Recalled, ReportKey, meant_at},
    decode::{self, rfc3339},
    frame::NotTaken,
    is_planner,
};

/// A row's body, as written by the frame that made it.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    reports: Vec<(u32, &'a RawValue)>,
}

/// The accepted reports of a row, each with its place in the frame.
pub(super) fn reports(body: &str) -> Vec<(u32, &RawValue)> {
    // Written by this program and checked by its checksum: anything else cannot be.
    serde_json::from_str::<Body<'_>>(body).map_or_else(|_not_ours| Vec::new(), |body| body.reports)
}

/// One report of a row, if it was accepted.
pub(crate) fn recalled(entry: &Entry, index: u32) -> Option<Recalled> {
    let found = reports(&entry.body).into_iter().find(|(place, _)| *place == index)?;
    Some(Recalled { plant: entry.plant.clone(), raw: found.1.get().to_owned() })
}

impl Core {
    /// Folds one row as it was folded when it came. A correction waits for the next fold of
    /// everything, as it did then.
    pub(crate) fn replay(&mut self, entry: &Entry) {
        self.replay_row(entry, |core, _key, report, said| {
            if matches!(report.statement, Statement::Correction { .. }) {
                core.corrected(&entry.plant, meant_at(&report));
            } else {
                core.fold(&entry.plant, &report, said)?;
            }
            Ok(Some(report.at))
        });
        self.replay_points(entry, None);
    }

    /// Takes one row in, each of its reports by `fold`, which says as of when it was taken, or
    /// that it is not wanted. A report that the plant files no longer allow is counted and left
    /// out: the files changed, and the row stays for a time when they fit again.
    pub(super) fn replay_row(
        &mut self,
        entry: &Entry,
        mut fold: impl FnMut(&mut Self, ReportKey, Report, &Said) -> Result<Option<PlantTime>, NotTaken>,
    ) {
        let said = Said {
            feed: entry.feed.clone(),
            origin: entry.origin,
            received: Some(entry.plant_now),
        };
        self.follow_feed(entry);
        for (index, raw) in reports(&entry.body) {
            let (feed, epoch, seq) = (entry.feed.clone(), entry.epoch, entry.seq);
            let key = ReportKey { feed, epoch, seq, index };
            let taken = decode::report(raw.get()).and_then(|report| fold(self, key, report, &said));
            self.not_replayed += u64::from(taken.is_err());
            let Some(feed) = self.feeds.get_mut(&entry.feed) else { continue };
            feed.taken += 1;
            if let Ok(Some(at)) = taken {
                feed.last_report = Some(feed.last_report.map_or(at, |last| last.max(at)));
            }
        }
        self.hub_seq = entry.hub_seq;
        self.durable = entry.hub_seq;
        self.follow_clock(entry);
    }

    fn follow_feed(&mut self, entry: &Entry) {
        if is_planner(&entry.feed) {
            return self.follow_planner(entry);
        }
        let feed = self.feeds.entry(entry.feed.clone()).or_insert_with(|| {
            Self::feed_from(&FeedPosition {
                plant: entry.plant.clone(),
                epoch: entry.epoch,
                next_seq: entry.seq,
                last_hub_seq: entry.hub_seq,
            })
        });
        feed.plant = entry.plant.clone();
        feed.epoch = entry.epoch;
        feed.next_seq = entry.seq.saturating_add(1);
        feed.durable_seq = entry.seq;
        feed.refused += entry.refused.len() as u64;
        feed.last_heard = Some(entry.plant_now);
        if let Some(last) = entry.refused.last() {
            feed.last_refusal = Some(last.code.clone());
        }
    }

    /// After the last row: clocks go on from where they stood; positions of feeds are the
    /// journal's own, which also know epochs of which no row was written.
    pub(crate) fn resume(&mut self, clocks: &[ClockRow], wall: PlantTime) {
        for row in clocks {
            let last = self.clocks.get(&row.plant).map(|clock| clock.now(wall));
            let at = last.map_or(row.plant_now, |last| last.max(row.plant_now));
            if let Some(clock) = PlantClock::stored(&row.kind, row.rate, at, wall) {
                self.clocks.insert(row.plant.clone(), clock);
            }
        }
    }

    /// Moves connections, clocks and news over from the core that this one replaces.
    pub(crate) fn adopt(&mut self, older: Self, wall: PlantTime) {
        for (id, feed) in older.feeds {
            let fresh = self.feeds.entry(id).or_insert_with(|| feed.clone());
            fresh.session = feed.session;
            fresh.connected = feed.connected;
            fresh.epoch = feed.epoch;
            fresh.next_seq = feed.next_seq;
            fresh.durable_seq = feed.durable_seq;
            fresh.last_refusal = feed.last_refusal;
            fresh.last_heard = feed.last_heard;
        }
        self.sessions = older.sessions;
        self.clocks = older.clocks;
        self.happenings = older.happenings;
        self.planners = older.planners;
        self.waiting = older.waiting;
        self.plan_changes = older.plan_changes + 1;
        self.in_flight = older.in_flight;
        self.hub_seq = older.hub_seq;
        self.durable = older.durable;
        if self.revision == older.revision {
            return;
        }
        let plants: Vec<_> = self.plants.keys().cloned().collect();
        for plant in plants {
            let at = self.plant_now(&plant, wall);
            let word = ("plant", "event.plant_changed");
            self.happenings.add(&plant, at, word, plant.as_str(), &[]);
        }
    }

    /// A state of the past is looked at as of `at`: nothing later comes, so nothing waits for it.
    pub(crate) fn stand_at(&mut self, at: PlantTime, clocks: &BTreeMap<PlantId, PlantClock>) {
        self.clocks =
            clocks.iter().map(|(plant, clock)| (plant.clone(), clock.standing_at(at))).collect();
        for plant in self.plants.keys() {
            self.analytics.advance(plant, at + Span::DAY);
        }
    }

    /// Tells readers that a plant was folded anew, why, and how far back that reaches.
    pub(crate) fn tell_corrected(&mut self, plant: &PlantId, due: &Due, wall: PlantTime) {
        let now = self.plant_now(plant, wall);
        let (reports, since) = ((due.corrections + due.late).to_string(), rfc3339(due.since));
        let with = [("reports", reports.as_str()), ("since", since.as_str())];
        let word = ("corrected", "event.corrected");
        self.happenings.add(plant, now, word, plant.as_str(), &with);
    }

    /// The plant files in force.
    pub(crate) fn definitions(&self) -> Definitions {
        Definitions {
            programme: self.programme.clone(),
            plants: self.plants.clone(),
            agreements: self.agreements.clone(),
            labels: self.labels.clone(),
            revision: self.revision,
            playable: self.playable.clone(),
        }
    }

    /// During replay a clock stands where the last row was received.
    fn follow_clock(&mut self, entry: &Entry) {
        let at = entry.plant_now;
        let newest = self.clocks.get(&entry.plant).map_or(at, |clock| clock.now(at).max(at));
        let clock = PlantClock::Recorded { newest: Some(newest), rate: 1.0 };
        self.clocks.insert(entry.plant.clone(), clock);
    }
}
