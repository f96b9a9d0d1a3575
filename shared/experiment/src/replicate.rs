//! The same model run again and again, each time with other random numbers.

use crate::{
    error::{ExperimentError, StatisticsError},
    executor::{Executor, run_all},
    interval::{Confidence, Interval, student_interval},
    moments::within,
};

/// The most replications of one experiment.
pub const REPLICATION_LIMIT: usize = 1_000_000;
/// The most outputs of one replication.
pub const OUTPUT_LIMIT: usize = 10_000;
/// The most numbers that all replications of an experiment keep.
const VALUE_LIMIT: usize = 1 << 27;

/// Names one replication: with the same two numbers, the same random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Replication {
    /// The seed of the experiment.
    pub seed: u64,
    /// Which replication, from 0.
    pub index: u64,
}

/// Which replications to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The seed of all.
    pub seed: u64,
    /// The first one's index; 0, or where an earlier plan ended.
    pub first: u64,
    /// How many.
    pub count: usize,
}

/// How narrow an interval is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Precision {
    /// The output whose mean it is of.
    pub output: String,
    /// The greatest half width as a share of the mean.
    pub half_width_ratio: f64,
    /// How sure it is to be.
    pub confidence: Confidence,
    /// The most replications to spend.
    pub replications_max: usize,
}

/// The outputs of replications, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    plan: Plan,
    names: Vec<String>,
    /// For each name, a value per replication, in their order.
    columns: Vec<Vec<f64>>,
}

impl Plan {
    /// The replication at this place of the plan.
    pub fn replication(&self, at: usize) -> Replication {
        Replication { seed: self.seed, index: self.first.wrapping_add(at as u64) }
    }

    pub(crate) fn check<E>(&self, least: usize) -> Result<(), ExperimentError<E>> {
        limit("replications", self.count, least, REPLICATION_LIMIT)
    }
}

impl Samples {
    /// Which replications these are of.
    pub fn plan(&self) -> Plan {
        self.plan
    }

    /// The names of the outputs, in the model's order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The values of an output, one per replication, in their order.
    pub fn of(&self, name: &str) -> Option<&[f64]> {
        let at = self.names.iter().position(|known| known == name)?;
        Some(&self.columns[at])
    }

    /// The mean of an output with its interval.
    ///
    /// # Errors
    /// [`StatisticsError`] if no output has that name, or there are fewer than two replications.
    pub fn interval(
        &self,
        name: &str,
        confidence: Confidence,
    ) -> Result<Interval, StatisticsError> {
        let values = self.of(name).ok_or(StatisticsError::UnknownOutput)?;
        student_interval(values, confidence)
    }
}

/// Runs the replications of a plan; `run` gives a number for each name in `outputs`.
///
/// # Errors
/// [`ExperimentError`] if a replication fails (the first that does, by its index), gives another
/// number of outputs or one that is not finite, or a limit is passed.
pub fn replicate<E: Send + Sync>(
    plan: &Plan,
    outputs: &[&str],
    executor: &dyn Executor,
    run: impl Fn(Replication) -> Result<Vec<f64>, E> + Sync,
) -> Result<Samples, ExperimentError<E>> {
    plan.check(1)?;
    limit("outputs", outputs.len(), 1, OUTPUT_LIMIT)?;
    limit("numbers to keep", outputs.len().saturating_mul(plan.count), 1, VALUE_LIMIT)?;
    let rows = run_all(executor, plan.count, |at| run(plan.replication(at)))?;
    let mut columns = vec![Vec::with_capacity(plan.count); outputs.len()];
    for (at, row) in rows.into_iter().enumerate() {
        let replication = plan.replication(at).index;
        let row = row.map_err(|source| failed(replication, String::new(), source))?;
        if row.len() != outputs.len() {
            let (count, named) = (row.len(), outputs.len());
            return Err(ExperimentError::Outputs { replication, count, named });
        }
        for ((value, column), output) in row.into_iter().zip(&mut columns).zip(outputs) {
            column.push(finite(value, replication, output)?);
        }
    }
    let names = outputs.iter().map(|&name| name.to_owned()).collect();
    Ok(Samples { plan: *plan, names, columns })
}

/// Runs the replications of a plan, and more until an output's interval is as narrow as wanted or
/// no more may be spent; whether it is narrow enough, the caller asks of the interval.
///
/// After each round the number that the variance asks for is aimed at, but no more than doubled
/// (Y. S. Chow and H. Robbins, "On the asymptotic theory of fixed-width sequential confidence
/// intervals", Annals of Mathematical Statistics 36, 1965): with few replications in the first
/// round, the interval is right a little less often than it says. Give it ten or more.
///
/// # Errors
/// As for [`replicate`], and if no output has the name or the width is out of range.
pub fn replicate_until<E: Send + Sync>(
    plan: &Plan,
    wanted: &Precision,
    outputs: &[&str],
    executor: &dyn Executor,
    run: impl Fn(Replication) -> Result<Vec<f64>, E> + Sync,
) -> Result<Samples, ExperimentError<E>> {
    plan.check(2)?;
    within("half width", wanted.half_width_ratio, 1e-6, 1e6)?;
    let most = wanted.replications_max.clamp(plan.count, REPLICATION_LIMIT);
    let mut samples = replicate(plan, outputs, executor, &run)?;
    loop {
        let interval = samples.interval(&wanted.output, wanted.confidence)?;
        let count = samples.plan.count;
        let over = interval.relative_half_width() / wanted.half_width_ratio;
        if over <= 1.0 || count >= most {
            return Ok(samples);
        }
        let asked = libm::ceil(count as f64 * (over * over).min(2.0)) as usize;
        let more = asked.clamp(count + 1, most) - count;
        let first = plan.first.wrapping_add(count as u64);
        let next = replicate(&Plan { first, count: more, ..*plan }, outputs, executor, &run)?;
        samples.plan.count += more;
        for (column, more) in samples.columns.iter_mut().zip(next.columns) {
            column.extend(more);
        }
    }
}

pub(crate) fn limit<E>(
    what: &'static str,
    count: usize,
    low: usize,
    high: usize,
) -> Result<(), ExperimentError<E>> {
    if (low..=high).contains(&count) {
        Ok(())
    } else {
        Err(ExperimentError::Limit { what, count, low, high })
    }
}

pub(crate) fn failed<E>(replication: u64, of: String, source: E) -> ExperimentError<E> {
    ExperimentError::Run { replication, of, source }
}

pub(crate) fn finite<E>(
    value: f64,
    replication: u64,
    output: &str,
) -> Result<f64, ExperimentError<E>> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(ExperimentError::NotFinite { replication, output: output.to_owned(), value })
    }
}
