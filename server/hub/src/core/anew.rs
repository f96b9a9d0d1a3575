//! Everything folded anew from the journal's rows: what was corrected as it was meant, and the
//! findings in the order of event time, so that the same day gives the same findings whatever
//! came late.
//!
//! The state folds in the order in which the hub took the reports, as it does live; a corrected
//! report takes the place of the one that it replaces. A report that no longer fits, because what
//! it rested on was corrected, is counted and left out: its feed has to report what is missing.

use journal::Entry;
use twin::{Origin, PlantId, PlantTime, Report, Statement};

use super::{
    Core, Definitions,
    correction::{Corrections, ReportKey},
    event_order::{EventOrder, WINDOW},
    frame::NotTaken,
};

/// A fold under way. Rows are handed in, from the first on and in order.
pub(crate) struct Anew {
    core: Core,
    corrections: Corrections,
    /// The last moment whose reports are folded; none is everything.
    until: Option<PlantTime>,
    order: EventOrder<(PlantId, Report)>,
}

/// What a fold over all rows came to.
pub(crate) enum Finished {
    /// The state and the findings.
    Done(Box<Core>),
    /// Some came so late that all rows have to be handed in once more.
    Again(Box<Anew>),
}

impl Anew {
    /// A fold that has read nothing yet.
    pub(crate) fn new(
        definitions: Definitions,
        generation: u64,
        corrections: Corrections,
        until: Option<PlantTime>,
    ) -> Self {
        Self::in_order(definitions, generation, corrections, until, EventOrder::new(WINDOW))
    }

    fn in_order(
        definitions: Definitions,
        generation: u64,
        corrections: Corrections,
        until: Option<PlantTime>,
        order: EventOrder<(PlantId, Report)>,
    ) -> Self {
        Self { core: Core::new(definitions, generation), corrections, until, order }
    }

    /// Waits for fewer reports than usual.
    #[cfg(test)]
    pub(super) fn waiting_for(self, window: usize) -> Self {
        Self { order: EventOrder::new(window), ..self }
    }

    /// Folds the next row.
    pub(crate) fn row(&mut self, entry: &Entry) {
        let Self { core, corrections, until, order } = self;
        let later = |at: PlantTime| until.is_some_and(|until| at > until);
        core.replay_row(entry, |core, key, report, said| {
            if later(report.at) {
                return Ok(None);
            }
            if matches!(report.statement, Statement::Correction { .. }) {
                return Ok(Some(report.at));
            }
            let report = corrections.instead_of(&key).cloned().unwrap_or(report);
            if later(report.at) {
                return Ok(None);
            }
            core.twin
                .apply(&entry.plant, &report, said)
                .map_err(|no| NotTaken { code: no.code(), reason: no.to_string() })?;
            let at = report.at;
            // Recorded plants each have a clock of their own.
            let group = (entry.origin == Origin::Recorded).then(|| entry.plant.clone());
            order.push(group, (at, key), (entry.plant.clone(), report), &mut |(plant, report)| {
                core.analytics.observe(plant, report);
            });
            Ok(Some(at))
        });
        core.replay_points(entry, *until);
    }

    /// All rows were handed in.
    pub(crate) fn finish(self) -> Finished {
        let Self { mut core, corrections, until, order } = self;
        let again = order.finish(&mut |(plant, report)| core.analytics.observe(plant, report));
        if let Some(order) = again {
            let (definitions, generation) = (core.definitions(), core.generation);
            let anew = Self::in_order(definitions, generation, corrections, until, order);
            return Finished::Again(Box::new(anew));
        }
        core.corrections = corrections.len();
        core.late_known = core
            .plants
            .keys()
            .map(|plant| (plant.clone(), core.analytics.too_late(plant)))
            .collect();
        Finished::Done(Box::new(core))
    }
}

/// The corrections among the reports of a row, with their places.
pub(crate) fn note_corrections(entry: &Entry, corrections: &mut Corrections) {
    for (index, raw) in super::replay::reports(&entry.body) {
        let key = ReportKey { feed: entry.feed.clone(), epoch: entry.epoch, seq: entry.seq, index };
        if let Ok(report) = super::decode::report(raw.get()) {
            corrections.note(key, report);
        }
    }
}
