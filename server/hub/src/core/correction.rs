//! What was meant instead of what was said: which report a correction replaces, and whether it may.
//!
//! Both stay in the journal. A correction changes nothing by itself: what it replaces may have
//! been the ground of much that followed, so everything is folded anew with the corrected report
//! at the place of the first one (`core::anew`). Until then the state stands as it was said.

use std::collections::BTreeMap;

use analytics::{HoldUp, Node};
use serde_json::value::RawValue;
use twin::{
    FeedId, PartId, PlantId, PlantTime, Report, Statement,
    state::{Refusal, Said},
};
use wire::ingest::ReportFrame;

use super::{Core, decode, frame::NotTaken};

/// What every correction's text holds.
pub(crate) const CORRECTION_HOLDS: &str = "\"correction\"";
/// Corrections that a hub keeps at most: each is held in memory while everything folds anew.
pub(super) const MOST_CORRECTIONS: u64 = 20_000;

/// The place of a report: the feed that made it, its epoch, the frame, the report in the frame.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ReportKey {
    pub(crate) feed: FeedId,
    pub(crate) epoch: u64,
    pub(crate) seq: u64,
    pub(crate) index: u32,
}

/// A report as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recalled {
    /// The plant that it was made for.
    pub(crate) plant: PlantId,
    /// As it was sent.
    pub(crate) raw: String,
}

/// Why a plant has to be folded anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    /// Corrections that are not in the state yet.
    pub(crate) corrections: u64,
    /// Reports that came after their interval was closed.
    pub(crate) late: u64,
    /// The earliest moment that any of them is about.
    pub(crate) since: PlantTime,
}

/// Every correction of a journal, by what it replaces.
#[derive(Clone, Debug, Default)]
pub(crate) struct Corrections {
    meant: BTreeMap<ReportKey, Report>,
    /// A correction's own place, and the place of the report that it replaces.
    first: BTreeMap<ReportKey, ReportKey>,
}

impl ReportKey {
    /// The report that a correction is about; none when it is no correction.
    pub(crate) fn corrected_by(report: &Report) -> Option<Self> {
        match &report.statement {
            Statement::Correction { feed, epoch, seq, index, .. } => {
                Some(Self { feed: feed.clone(), epoch: *epoch, seq: *seq, index: *index })
            }
            _ => None,
        }
    }
}

impl Corrections {
    /// Takes in a report that stands at `own` in the journal, if it is a correction. A later
    /// correction of the same report replaces an earlier one, whichever of the two it names.
    pub(crate) fn note(&mut self, own: ReportKey, report: Report) {
        let Some(named) = ReportKey::corrected_by(&report) else { return };
        let Statement::Correction { report: meant, .. } = report.statement else { return };
        let first = self.first.get(&named).cloned().unwrap_or(named);
        self.first.insert(own, first.clone());
        self.meant.insert(first, *meant);
    }

    /// What was meant at this place; none when what was said stands.
    pub(super) fn instead_of(&self, key: &ReportKey) -> Option<&Report> {
        self.meant.get(key)
    }

    pub(super) fn len(&self) -> u64 {
        self.first.len() as u64
    }
}

/// The reports that the corrections in a frame are about, which the journal has to be asked for.
pub(crate) fn spoken_of(frame: &ReportFrame<Box<RawValue>>) -> Vec<ReportKey> {
    let corrections = frame.reports.iter().filter(|raw| raw.get().contains(CORRECTION_HOLDS));
    corrections
        .filter_map(|raw| ReportKey::corrected_by(&decode::report(raw.get()).ok()?))
        .collect()
}

impl Core {
    /// Judges a correction by its feed: it must name an own report that was taken, and what was
    /// meant must be possible with the plant's files.
    pub(super) fn take_correction(
        &mut self,
        plant: &PlantId,
        correction: &Report,
        meant: &Report,
        said: &Said,
    ) -> Result<(), NotTaken> {
        let Some(named) = ReportKey::corrected_by(correction) else { return Ok(()) };
        if named.feed != said.feed {
            let reason = format!("a feed corrects its own reports, {} is another's", named.feed);
            return Err(NotTaken { code: "not_your_report", reason });
        }
        let earlier = self.recalled.get(&named).filter(|known| known.plant == *plant);
        let Some(earlier) = earlier else {
            let ReportKey { feed, epoch, seq, index } = named;
            let reason = format!(
                "the hub has taken no report {index} in frame {seq} of epoch {epoch} from {feed} \
                 before this frame; name one that it acknowledged and did not refuse"
            );
            return Err(NotTaken { code: "unknown_report", reason });
        };
        if self.corrections >= MOST_CORRECTIONS {
            let reason = format!("the hub keeps {MOST_CORRECTIONS} corrections at most");
            return Err(NotTaken { code: "too_many_corrections", reason });
        }
        let happened = decode::report(&earlier.raw).map_or(meant.at, |earlier| meant_at(&earlier));
        self.check_meant(plant, meant, said)?;
        self.corrected(plant, happened.min(meant.at));
        Ok(())
    }

    /// Whether the plant's files allow a report. Whether it fits what was said before and after
    /// it shows when everything is folded anew.
    fn check_meant(&self, plant: &PlantId, meant: &Report, said: &Said) -> Result<(), NotTaken> {
        let is_part = |id: &str| PartId::new(id).is_ok_and(|id| self.twin.part(&id).is_some());
        match self.blank.clone().apply(plant, meant, said) {
            // The blank state knows no parts; the live one does.
            Err(Refusal::MayBeAPerson { id, .. }) if is_part(&id) => Ok(()),
            Err(refusal) if !refusal.is_of_the_moment() => {
                Err(NotTaken { code: refusal.code(), reason: refusal.to_string() })
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// A correction was taken that is not in the state yet.
    pub(super) fn corrected(&mut self, plant: &PlantId, since: PlantTime) {
        self.corrections += 1;
        let (count, earliest) = self.pending.entry(plant.clone()).or_insert((0, since));
        *count += 1;
        *earliest = since.min(*earliest);
    }

    /// Who is found to hold a plant up, if anything is known.
    pub(crate) fn lead(&self, plant: &PlantId, wall: PlantTime) -> Option<Node> {
        match self.analytics.hold_up(plant, self.plant_now(plant, wall), None) {
            HoldUp::Known(verdict) => Some(verdict.node),
            HoldUp::Unknown { .. } => None,
        }
    }

    /// The plants whose state or findings would be others if everything were folded anew.
    pub(crate) fn due(&self) -> BTreeMap<PlantId, Due> {
        let due = self.plants.keys().filter_map(|plant| {
            let (corrections, corrected) =
                self.pending.get(plant).map_or((0, None), |(count, since)| (*count, Some(*since)));
            let known = self.late_known.get(plant).copied().unwrap_or(0);
            let late = self.analytics.too_late(plant).saturating_sub(known);
            let late_since = self.analytics.late_since(plant).filter(|_| late > 0);
            let since = corrected.into_iter().chain(late_since).min()?;
            Some((plant.clone(), Due { corrections, late, since }))
        });
        due.collect()
    }
}

/// When what a report says happened: a correction is about the moment of what was meant.
pub(super) fn meant_at(report: &Report) -> PlantTime {
    match &report.statement {
        Statement::Correction { report, .. } => report.at,
        _ => report.at,
    }
}
