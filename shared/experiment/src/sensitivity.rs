//! What changes how much: an output's slope and elasticity by differences.
//!
//! Each factor is moved one step down and one step up with the same random numbers (P.
//! Glasserman and D. D. Yao, "Some guidelines and guarantees for common random numbers",
//! Management Science 38(6), 1992), and the difference is taken in each replication. The step is
//! part of the answer: a finite one sees more than the tangent. Where a step down leaves the
//! range (one machine, no storage), the difference is taken on one side and says so.

use crate::{
    error::{ExperimentError, StatisticsError},
    executor::{Executor, run_all},
    interval::{Confidence, Interval, student_interval},
    moments::{Moments, within},
    replicate::{Plan, REPLICATION_LIMIT, Replication, failed, finite, limit},
};

/// The most factors of one study.
pub const FACTOR_LIMIT: usize = 10_000;

/// Something that is varied.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// Its name, such as a path in a plant's file.
    pub name: String,
    /// Its value in the base case, in the factor's own unit.
    pub value: f64,
    /// How far it is moved.
    pub step: Step,
    /// The least value it may have, in the factor's own unit.
    pub least: f64,
}

/// How far a factor is moved to either side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// By a share of its value, such as 0.05.
    Relative(f64),
    /// By an amount in its own unit, such as one machine, one place, one worker.
    Absolute(f64),
}

/// On which sides of its base a factor was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Down and up.
    Central,
    /// Up only: a step down would leave the range.
    Forward,
}

/// What a replication of a study is run with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StudyPoint {
    /// Everything as it is.
    Base,
    /// One factor, by its position, with another value.
    Moved {
        /// Which factor, from 0.
        factor: usize,
        /// In the factor's own unit.
        value: f64,
    },
}

/// How an output answers to a factor.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    /// The factor's name.
    pub name: String,
    /// On which sides it was moved.
    pub side: Side,
    /// How far it was moved, in the factor's own unit.
    pub step: f64,
    /// The output's change for a change of the factor, in their units.
    pub slope: Interval,
    /// The output's change in proportion for a change of the factor in proportion: 1 if doubling
    /// one doubles the other, were it all along as it is here.
    pub elasticity: Interval,
}

/// The sensitivities of one output to each factor, in their order; `run` gives the output of one
/// replication at one point.
///
/// The elasticity's interval is that of a ratio of two means (W. G. Cochran, "Sampling
/// Techniques", 3rd edition, 1977, section 2.11): slope and base come from the same replications.
///
/// # Errors
/// [`ExperimentError`] if a replication fails, an output or value is not finite or out of range,
/// there are fewer than two replications, or the mean of the output is zero.
pub fn sensitivities<E: Send + Sync>(
    factors: &[Factor],
    plan: &Plan,
    confidence: Confidence,
    executor: &dyn Executor,
    run: impl Fn(StudyPoint, Replication) -> Result<f64, E> + Sync,
) -> Result<Vec<Sensitivity>, ExperimentError<E>> {
    plan.check(2)?;
    limit("factors", factors.len(), 1, FACTOR_LIMIT)?;
    let steps = factors.iter().map(step_of).collect::<Result<Vec<(Side, f64)>, _>>()?;
    let mut points = vec![StudyPoint::Base];
    for (factor, (given, &(side, step))) in factors.iter().zip(&steps).enumerate() {
        let moved = |value| StudyPoint::Moved { factor, value };
        points.push(moved(given.value + step));
        points.extend((side == Side::Central).then(|| moved(given.value - step)));
    }
    limit("runs", points.len().saturating_mul(plan.count), 1, REPLICATION_LIMIT)?;
    let mut outputs = all_outputs(factors, &points, plan, executor, &run)?.into_iter();
    let base = outputs.next().unwrap_or_default();
    let mut answers = Vec::with_capacity(factors.len());
    for (factor, (side, step)) in factors.iter().zip(steps) {
        let up = outputs.next().unwrap_or_default();
        let down = if side == Side::Central { outputs.next() } else { None };
        let (down, apart) = down.as_ref().map_or((&base, step), |down| (down, 2.0 * step));
        let slopes: Vec<f64> = up.iter().zip(down).map(|(up, down)| (up - down) / apart).collect();
        let slope = student_interval(&slopes, confidence)?;
        let elasticity = elasticity(&slopes, &base, factor.value, confidence)?;
        let name = factor.name.clone();
        answers.push(Sensitivity { name, side, step, slope, elasticity });
    }
    Ok(answers)
}

fn step_of(factor: &Factor) -> Result<(Side, f64), StatisticsError> {
    let value = within("a factor's value", factor.value, -1e18, 1e18)?;
    let step = match factor.step {
        Step::Relative(share) => value.abs() * within("a factor's step", share, 1e-9, 1.0)?,
        Step::Absolute(step) => within("a factor's step", step, f64::MIN_POSITIVE, 1e18)?,
    };
    // Zero has no part that it could be moved by.
    within("a factor's step", step, f64::MIN_POSITIVE, 1e18)?;
    let side = if value - step < factor.least { Side::Forward } else { Side::Central };
    Ok((side, step))
}

/// For each point, the outputs of all replications in their order.
fn all_outputs<E: Send + Sync>(
    factors: &[Factor],
    points: &[StudyPoint],
    plan: &Plan,
    executor: &dyn Executor,
    run: &(impl Fn(StudyPoint, Replication) -> Result<f64, E> + Sync),
) -> Result<Vec<Vec<f64>>, ExperimentError<E>> {
    let job = |at: usize| (points[at / plan.count], plan.replication(at % plan.count));
    let results = run_all(executor, points.len() * plan.count, |at| {
        let (point, replication) = job(at);
        run(point, replication)
    })?;
    let mut outputs = Vec::with_capacity(results.len());
    for (at, result) in results.into_iter().enumerate() {
        let (point, Replication { index, .. }) = job(at);
        let of = || match point {
            StudyPoint::Base => String::new(),
            StudyPoint::Moved { factor, value } => {
                format!(" with {} = {value}", factors[factor].name)
            }
        };
        let value = result.map_err(|source| failed(index, of(), source))?;
        outputs.push(finite(value, index, "the output")?);
    }
    Ok(outputs.chunks(plan.count).map(<[f64]>::to_vec).collect())
}

fn elasticity(
    slopes: &[f64],
    base: &[f64],
    value: f64,
    confidence: Confidence,
) -> Result<Interval, StatisticsError> {
    let (slope, output) = (Moments::of(slopes)?, Moments::of(base)?);
    if output.mean == 0.0 {
        return Err(StatisticsError::ZeroMean);
    }
    let ratio = slope.mean / output.mean;
    let off: Vec<f64> =
        slopes.iter().zip(base).map(|(slope, output)| slope - ratio * output).collect();
    let scale = value / output.mean;
    let error = Moments::of(&off)?.standard_error() * scale.abs();
    let degrees = (base.len() - 1) as f64;
    Ok(Interval::about(ratio * value, error, degrees, confidence, base.len()))
}
