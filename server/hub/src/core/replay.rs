//! The journal folded again: the same state as when it was written, by the same fold.

use journal::{ClockRow, Entry, FeedPosition};
use serde::Deserialize;
use serde_json::value::RawValue;
use twin::{PlantTime, state::Said};

use super::{Core, PlantClock, decode};

/// A row's body, as written by the frame that made it.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    reports: Vec<(u32, &'a RawValue)>,
}

impl Core {
    /// Folds one row. A report that the plant files no longer allow is counted and left out: the
    /// files changed, and the row stays for a time when they fit again.
    pub(crate) fn replay(&mut self, entry: &Entry) {
        let said = Said {
            feed: entry.feed.clone(),
            origin: entry.origin,
            received: Some(entry.plant_now),
        };
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
        let body: Body<'_> = match serde_json::from_str(&entry.body) {
            Ok(body) => body,
            // Written by this program and checked by its checksum: cannot be, and must not stop us.
            Err(_not_ours) => {
                self.not_replayed += 1;
                Body { reports: Vec::new() }
            }
        };
        for (_index, raw) in body.reports {
            let taken = decode::report(raw.get())
                .and_then(|report| self.fold(&entry.plant, &report, &said).map(|()| report.at));
            let Some(feed) = self.feeds.get_mut(&entry.feed) else { continue };
            feed.taken += 1;
            match taken {
                Ok(at) => feed.last_report = Some(feed.last_report.map_or(at, |last| last.max(at))),
                Err(_refused_now) => self.not_replayed += 1,
            }
        }
        self.hub_seq = entry.hub_seq;
        self.durable = entry.hub_seq;
        self.follow_clock(entry);
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
        self.in_flight = older.in_flight;
        self.hub_seq = older.hub_seq;
        self.durable = older.durable;
        let plants: Vec<_> = self.plants.keys().cloned().collect();
        for plant in plants {
            let at = self.plant_now(&plant, wall);
            let word = ("plant", "event.plant_changed");
            self.happenings.add(&plant, at, word, plant.as_str(), &[]);
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
