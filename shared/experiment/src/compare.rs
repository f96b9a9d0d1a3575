//! Two scenarios against each other.
//!
//! Run with common random numbers, replications are compared in pairs: what chance does to both
//! alike cancels out (A. M. Law, "Simulation Modeling and Analysis", 5th edition, 2015, sections
//! 10.2 and 11.2).

use crate::{
    error::StatisticsError,
    interval::{Confidence, Interval, student_interval},
    moments::{Moments, check},
};

/// How a changed scenario differs from its base.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// The mean of the changed one less that of the base.
    pub difference: Interval,
    /// How many times the variance would be if both had random numbers of their own: what common
    /// random numbers save, a ratio. 1 where they were not used; infinite where nothing but the
    /// change is left.
    pub variance_ratio: f64,
}

/// Compares pair by pair: value i of both is of replication i with the same random numbers.
///
/// # Errors
/// [`StatisticsError`] if there are fewer than two pairs, the numbers differ, or one value is not
/// finite.
pub fn compare_paired(
    base: &[f64],
    changed: &[f64],
    confidence: Confidence,
) -> Result<Comparison, StatisticsError> {
    if base.len() != changed.len() {
        return Err(StatisticsError::Unpaired { left: base.len(), right: changed.len() });
    }
    check(base, 2)?;
    check(changed, 2)?;
    let differences: Vec<f64> = changed.iter().zip(base).map(|(new, old)| new - old).collect();
    let apart = Moments::of(base)?.variance + Moments::of(changed)?.variance;
    let together = Moments::of(&differences)?.variance;
    Ok(Comparison {
        difference: student_interval(&differences, confidence)?,
        variance_ratio: if apart == together { 1.0 } else { apart / together },
    })
}

/// Compares two sets of replications that share no random numbers, and may differ in number and
/// variance (B. L. Welch, "The generalization of 'Student's' problem when several different
/// population variances are involved", Biometrika 34, 1947).
///
/// # Errors
/// [`StatisticsError`] if one has fewer than two values, or one value is not finite.
pub fn compare_independent(
    base: &[f64],
    changed: &[f64],
    confidence: Confidence,
) -> Result<Comparison, StatisticsError> {
    let (old, new) = (Moments::of(base)?, Moments::of(changed)?);
    let part = |moments: &Moments| moments.variance / moments.count as f64;
    let (a, b) = (part(&old), part(&new));
    let own = |part: f64, count: usize| part * part / (count - 1) as f64;
    let divisor = own(a, old.count) + own(b, new.count);
    let degrees = if divisor > 0.0 { (a + b) * (a + b) / divisor } else { f64::INFINITY };
    let (difference, count) = (new.mean - old.mean, old.count.min(new.count));
    let error = libm::sqrt(a + b);
    Ok(Comparison {
        difference: Interval::about(difference, error, degrees, confidence, count),
        variance_ratio: 1.0,
    })
}
