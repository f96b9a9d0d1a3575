//! Means and variances, in two passes, so that a great mean does not swallow a small variance.

use crate::{error::StatisticsError, interval::SERIES_LIMIT};

/// Mean and sample variance (divided by n - 1) of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moments {
    pub(crate) count: usize,
    pub(crate) mean: f64,
    pub(crate) variance: f64,
}

impl Moments {
    /// Of at least two finite values.
    pub(crate) fn of(values: &[f64]) -> Result<Self, StatisticsError> {
        check(values, 2)?;
        let count = values.len() as f64;
        let mean = mean(values);
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        Ok(Self { count: values.len(), mean, variance: squares / (count - 1.0) })
    }

    /// The standard deviation of the mean.
    pub(crate) fn standard_error(&self) -> f64 {
        libm::sqrt(self.variance / self.count as f64)
    }
}

/// The mean of values that were checked; their sum is taken in their order.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Refuses too few, too many and what is not finite.
pub(crate) fn check(values: &[f64], least: usize) -> Result<(), StatisticsError> {
    let count = values.len();
    if count < least {
        return Err(StatisticsError::TooFew { count, least });
    }
    if count > SERIES_LIMIT {
        return Err(StatisticsError::TooMany { count, most: SERIES_LIMIT });
    }
    match values.iter().position(|value| !value.is_finite()) {
        Some(position) => Err(StatisticsError::NotFinite { position, value: values[position] }),
        None => Ok(()),
    }
}

pub(crate) fn within(
    parameter: &'static str,
    value: f64,
    low: f64,
    high: f64,
) -> Result<f64, StatisticsError> {
    // Not a number is in no range.
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(StatisticsError::OutOfRange { parameter, value, low, high })
    }
}
