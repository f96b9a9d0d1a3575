//! What a replication has come to up to a moment, all since its beginning. Differences of two are
//! what happened in between.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

use twin::{Span, UnitState};

use super::SimError;
use crate::{
    error::ExperimentError,
    executor::{Executor, run_all},
    warm_up::{mean_of_runs, mser_5},
};

/// Where the warm-up may be cut: at so many places, up to half of a replication.
pub(super) const CUTS: usize = 20;
/// Values of the series that the warm-up is told from.
pub(super) const SERIES: usize = 400;

/// What has come so far, in hours and pieces.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tally {
    /// Time gone by \[h\].
    pub hours: f64,
    /// By unit.
    pub units: Vec<UnitTally>,
    /// By storage, or by storage and material.
    pub storages: Vec<StorageTally>,
    /// By product.
    pub products: Vec<ProductTally>,
    /// Pieces in the plant, over time \[piece × h\].
    pub wip: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct UnitTally {
    /// In each state, in the order of [`UnitState::ALL`] \[h\].
    pub states: [f64; 11],
    pub finished: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct StorageTally {
    /// Level over time \[piece × h\].
    pub level: f64,
    pub taken: f64,
    /// Over those: time there \[h\].
    pub waited: f64,
    pub at_once: f64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct ProductTally {
    pub made: f64,
    /// Over those whose beginning is known: time from it \[h\], and how many they are.
    pub lead: f64,
    pub led: f64,
}

/// A replication as it was played.
#[derive(Clone, Debug, Default)]
pub(super) struct Trace {
    /// At each place where the warm-up may be cut, from the beginning on.
    pub cuts: Vec<Tally>,
    /// At its end.
    pub end: Tally,
    /// What becomes complete in each of [`SERIES`] stretches, and the pieces in the plant at the
    /// end of each.
    pub completing: Vec<f64>,
    pub present: Vec<f64>,
    pub part_operations: u64,
    /// Single times from beginning to completion, by product, with when they ended \[h\].
    pub leads: Vec<Vec<(f64, f64)>>,
    /// When milestones were reached \[d\].
    pub milestones: BTreeMap<usize, f64>,
    /// What held the plant up, by its own account: kind, id and share of the critical path.
    pub hold_ups: Vec<(&'static str, String, f64)>,
}

impl Tally {
    /// What happened after an earlier one.
    pub fn since(&self, earlier: &Self) -> Self {
        let pairs =
            |now: usize, then: usize| (0..now).map(move |at| (at, (at < then).then_some(at)));
        let mut after = self.clone();
        after.hours -= earlier.hours;
        after.wip -= earlier.wip;
        for (at, before) in pairs(after.units.len(), earlier.units.len()) {
            let before = before.map(|at| earlier.units[at]).unwrap_or_default();
            for (state, gone) in after.units[at].states.iter_mut().zip(before.states) {
                *state -= gone;
            }
            after.units[at].finished -= before.finished;
        }
        for (at, before) in pairs(after.storages.len(), earlier.storages.len()) {
            let before = before.map(|at| earlier.storages[at]).unwrap_or_default();
            let storage = &mut after.storages[at];
            storage.level -= before.level;
            storage.taken -= before.taken;
            storage.waited -= before.waited;
            storage.at_once -= before.at_once;
        }
        for (at, before) in pairs(after.products.len(), earlier.products.len()) {
            let before = before.map(|at| earlier.products[at]).unwrap_or_default();
            let product = &mut after.products[at];
            product.made -= before.made;
            product.lead -= before.lead;
            product.led -= before.led;
        }
        after
    }
}

impl UnitTally {
    /// Share of the time that the unit was not off shift \[ratio\].
    pub fn share(&self, state: UnitState) -> f64 {
        let at = |state| UnitState::ALL.iter().position(|&other| other == state).unwrap_or(0);
        let on_shift = self.states.iter().sum::<f64>() - self.states[at(UnitState::OffShift)];
        if on_shift > 0.0 { self.states[at(state)] / on_shift } else { 0.0 }
    }
}

/// Where the warm-up is cut, and whether the output settles.
pub(super) struct Cut {
    /// Which of the places.
    pub place: usize,
    pub has_settled: Option<bool>,
}

/// The place where MSER-5 cuts the mean of all replications; of the two series the later.
pub(super) fn warm_up(traces: &[Trace]) -> Result<Cut, SimError> {
    let mut cut = Cut { place: 0, has_settled: Some(true) };
    for series in [|trace: &Trace| trace.completing.clone(), |trace: &Trace| trace.present.clone()]
    {
        let runs: Vec<Vec<f64>> = traces.iter().map(series).collect();
        match mser_5(&mean_of_runs(&runs)?) {
            // Half of the series is the last place.
            Ok(told) => {
                let place = (told.values * 2 * CUTS).div_ceil(SERIES);
                cut.place = cut.place.max(place.min(CUTS));
            }
            Err(_not_settled) => cut = Cut { place: CUTS, has_settled: Some(false) },
        }
    }
    Ok(cut)
}

/// The moments at which a replication is looked at: the ends of the stretches of its series. The
/// `n`-th place where the warm-up may be cut is the end of stretch `n × SERIES / (2 × CUTS)`.
pub(super) fn stretch_end(until: Span, stretch: usize) -> Span {
    let micros = i128::from(until.micros()) * (stretch as i128 + 1) / SERIES as i128;
    Span::from_micros(micros as i64)
}

/// Whether a cut may be made after so many stretches.
pub(super) fn is_cut(stretches: usize) -> bool {
    stretches.is_multiple_of(SERIES / (2 * CUTS)) && stretches <= SERIES / 2
}

/// Plays all replications; `progress` is told the share that is done, between `from` and `to`.
/// After one that failed, later ones are not begun: the first failure in order is told.
pub(super) fn play_all<T: Send + Sync>(
    executor: &dyn Executor,
    count: usize,
    (from, to): (f64, f64),
    progress: &(dyn Fn(f64) + Sync),
    run: impl Fn(u64) -> Result<T, SimError> + Sync,
) -> Result<Vec<T>, SimError>
where
    SimError: Send + Sync,
{
    let done = AtomicU64::new(0);
    let first_failed = AtomicU64::new(u64::MAX);
    let results = run_all::<_, SimError>(executor, count, |at| {
        if at as u64 > first_failed.load(Ordering::Relaxed) {
            return Err(SimError::NotRun);
        }
        let result = run(at as u64);
        if result.is_err() {
            first_failed.fetch_min(at as u64, Ordering::Relaxed);
        }
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        progress(from + (to - from) * done as f64 / count as f64);
        result
    });
    let results = results.map_err(|_error: ExperimentError<SimError>| SimError::NotRun)?;
    results.into_iter().collect()
}
