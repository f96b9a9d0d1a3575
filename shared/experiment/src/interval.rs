//! Confidence intervals of means and of shares.

use crate::{
    error::StatisticsError,
    moments::{Moments, check, within},
    student::student_quantile,
};

/// The most values that one statistic takes.
pub const SERIES_LIMIT: usize = 1 << 27;

/// How sure an interval is to hold what it is of: a probability.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Confidence(f64);

/// An estimate and the range in which what it estimates lies, with the stated confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// In the values' own unit.
    pub estimate: f64,
    /// Its lower end, in the same unit.
    pub low: f64,
    /// Its upper end, in the same unit.
    pub high: f64,
    /// How sure it is.
    pub confidence: Confidence,
    /// How many independent values it rests on.
    pub count: usize,
}

impl Confidence {
    /// Wrong once in twenty times.
    pub const P95: Self = Self(0.95);
    /// Wrong once in a hundred times.
    pub const P99: Self = Self(0.99);

    /// A probability from 0.5 to 0.999999.
    ///
    /// # Errors
    /// [`StatisticsError::OutOfRange`] outside.
    pub fn new(probability: f64) -> Result<Self, StatisticsError> {
        Ok(Self(within("confidence", probability, 0.5, 0.999_999)?))
    }

    /// The probability.
    pub fn probability(self) -> f64 {
        self.0
    }

    /// How many standard errors of so many degrees of freedom lie between estimate and end.
    pub(crate) fn reach(self, degrees: f64) -> f64 {
        student_quantile(0.5 + self.0 / 2.0, degrees)
    }
}

impl Interval {
    pub(crate) fn about(
        estimate: f64,
        standard_error: f64,
        degrees: f64,
        confidence: Confidence,
        count: usize,
    ) -> Self {
        let half = confidence.reach(degrees) * standard_error;
        Self { estimate, low: estimate - half, high: estimate + half, confidence, count }
    }

    /// From the estimate to the farther end, in the values' unit.
    pub fn half_width(&self) -> f64 {
        (self.high - self.estimate).max(self.estimate - self.low)
    }

    /// Half the width as a share of the estimate; infinite if that is zero and the width is not.
    pub fn relative_half_width(&self) -> f64 {
        let half = self.half_width();
        if half == 0.0 { 0.0 } else { half / self.estimate.abs() }
    }

    /// Whether it holds a value.
    pub fn contains(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// The mean of independent values, such as one output of each replication, by Student's t
/// (A. M. Law, "Simulation Modeling and Analysis", 5th edition, 2015, section 4.5).
///
/// # Errors
/// [`StatisticsError`] if there are fewer than two, or one is not finite.
pub fn student_interval(
    values: &[f64],
    confidence: Confidence,
) -> Result<Interval, StatisticsError> {
    let moments = Moments::of(values)?;
    let degrees = (moments.count - 1) as f64;
    let error = moments.standard_error();
    Ok(Interval::about(moments.mean, error, degrees, confidence, moments.count))
}

/// The share of independent trials that have a property, by the score interval (E. B. Wilson,
/// "Probable inference, the law of succession, and statistical inference", Journal of the American
/// Statistical Association 22, 1927): it stays within 0 to 1 and says something of 0 out of 10.
///
/// # Errors
/// [`StatisticsError::TooFew`] if there is no trial, [`StatisticsError::OutOfRange`] if more have
/// the property than there are.
pub fn share_interval(
    having: usize,
    count: usize,
    confidence: Confidence,
) -> Result<Interval, StatisticsError> {
    if count == 0 {
        return Err(StatisticsError::TooFew { count, least: 1 });
    }
    let trials = count as f64;
    let share = within("trials with the property", having as f64, 0.0, trials)? / trials;
    let z = confidence.reach(f64::INFINITY);
    let square = z * z / trials;
    let middle = (share + square / 2.0) / (1.0 + square);
    let spread = share * (1.0 - share) + square / 4.0;
    let half = z * libm::sqrt(spread / trials) / (1.0 + square);
    let (low, high) = ((middle - half).max(0.0), (middle + half).min(1.0));
    Ok(Interval { estimate: share, low: low.min(share), high: high.max(share), confidence, count })
}

/// The value that a share of the values does not exceed, between two neighbours in proportion
/// (definition 7 of R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", The
/// American Statistician 50, 1996). Of a run that is one number: the interval of a quantile is
/// that of many runs' quantiles.
///
/// # Errors
/// [`StatisticsError`] if there is no value, one is not finite, or the share is outside 0 to 1.
pub fn quantile(values: &[f64], share: f64) -> Result<f64, StatisticsError> {
    check(values, 1)?;
    let place = within("share", share, 0.0, 1.0)? * (values.len() - 1) as f64;
    let mut ascending = values.to_vec();
    ascending.sort_by(f64::total_cmp);
    let lower = place as usize;
    let upper = (lower + 1).min(values.len() - 1);
    Ok(ascending[lower] + (ascending[upper] - ascending[lower]) * (place - lower as f64))
}
