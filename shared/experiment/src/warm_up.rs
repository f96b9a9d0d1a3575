//! Where the warm-up of a run ends.
//!
//! Method: MSER and MSER-5, K. P. White Jr., "An effective truncation heuristic for bias reduction
//! in simulation output", Simulation 69(6), 1997; K. P. White Jr., M. J. Cobb and S. C. Spratt, "A
//! comparison of five steady-state truncation heuristics for simulation", Winter Simulation
//! Conference 2000. Cut where the standard error of what is left is least; if that is at the end
//! of the search, half of the run, nothing has settled and the run is refused.

use crate::{
    error::StatisticsError,
    moments::{check, mean},
};

/// Fewer batches than these say nothing about where to cut.
const BATCHES_MIN: usize = 10;

/// Where a run's warm-up ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarmUp {
    /// How many values to leave out.
    pub values: usize,
    /// The mean of the values that follow, in the values' own unit.
    pub mean: f64,
}

/// The warm-up of a series by MSER-5: batches of five values.
///
/// # Errors
/// As for [`mser`].
pub fn mser_5(series: &[f64]) -> Result<WarmUp, StatisticsError> {
    mser(series, 5)
}

/// The warm-up of a series by MSER over batches of this many values. Values after the last whole
/// batch take no part in the choice, but in the mean.
///
/// # Errors
/// [`StatisticsError::NotSettled`] if the best place to cut is the last one tried, half of the
/// batches; others if there are fewer than ten batches or a value is not finite.
pub fn mser(series: &[f64], batch: usize) -> Result<WarmUp, StatisticsError> {
    let batch = batch.max(1);
    check(series, batch.saturating_mul(BATCHES_MIN))?;
    let batches: Vec<f64> = series.chunks_exact(batch).map(mean).collect();
    let count = batches.len();
    let last = count / 2;
    let mut best = (f64::INFINITY, 0);
    // From the end to the front, each batch into the mean and the sum of squares (B. P. Welford,
    // "Note on a method for calculating corrected sums of squares and products", Technometrics 4,
    // 1962). The earlier cut wins a tie.
    let (mut mean_left, mut squares) = (0.0, 0.0);
    for (cut, value) in batches.iter().enumerate().rev() {
        let left = (count - cut) as f64;
        let off = value - mean_left;
        mean_left += off / left;
        squares += off * (value - mean_left);
        if cut <= last && squares / (left * left) <= best.0 {
            best = (squares / (left * left), cut);
        }
    }
    if best.1 == last {
        return Err(StatisticsError::NotSettled { searched: last * batch, count: series.len() });
    }
    let values = best.1 * batch;
    Ok(WarmUp { values, mean: mean(&series[values..]) })
}

/// The mean over several runs at each position, as far as the shortest goes: what they have in
/// common, the warm-up, stands out where their chances average (P. D. Welch, "The statistical
/// analysis of simulation results", in "The Computer Performance Modeling Handbook", 1983).
///
/// # Errors
/// [`StatisticsError`] if there is no run, or a value is not finite.
pub fn mean_of_runs(runs: &[Vec<f64>]) -> Result<Vec<f64>, StatisticsError> {
    let Some(length) = runs.iter().map(Vec::len).min() else {
        return Err(StatisticsError::TooFew { count: 0, least: 1 });
    };
    for run in runs {
        check(run, 0)?;
    }
    let count = runs.len() as f64;
    let at = |position: usize| runs.iter().map(|run| run[position]).sum::<f64>() / count;
    Ok((0..length).map(at).collect())
}
