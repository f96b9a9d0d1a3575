//! Whether what was expected came, as far as chance lets it be told.

use crate::{error::StatisticsError, interval::Interval, moments::Moments};

/// What is expected of an output, in the output's own unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expectation {
    /// `>=`
    AtLeast(f64),
    /// `>`
    Above(f64),
    /// `<=`
    AtMost(f64),
    /// `<`
    Below(f64),
    /// Between two values, these included.
    Between(f64, f64),
}

/// Whether it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All of the interval is as expected.
    Met,
    /// Nothing of the interval is as expected.
    NotMet,
    /// The interval lies on both sides: more replications, or longer ones, would tell.
    CannotTell,
}

/// How replications stand to a value that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// How far their mean is from it, as a ratio to the standard error of the mean.
    pub standard_errors_ratio: f64,
    /// The standard error of the mean as a ratio to the known value.
    pub standard_error_ratio: f64,
}

impl Expectation {
    /// Whether an interval meets it. A bottleneck's name is expected by the share of replications
    /// that name it: above a half.
    pub fn judge(&self, interval: &Interval) -> Verdict {
        let (low, high) = (interval.low, interval.high);
        let (all, none) = match *self {
            Self::AtLeast(limit) => (low >= limit, high < limit),
            Self::Above(limit) => (low > limit, high <= limit),
            Self::AtMost(limit) => (high <= limit, low > limit),
            Self::Below(limit) => (high < limit, low >= limit),
            Self::Between(least, most) => {
                (low >= least && high <= most, high < least || low > most)
            }
        };
        match (all, none) {
            (true, _) => Verdict::Met,
            (false, true) => Verdict::NotMet,
            (false, false) => Verdict::CannotTell,
        }
    }
}

impl Agreement {
    /// Of one output of each replication with the known value.
    ///
    /// # Errors
    /// [`StatisticsError`] if there are fewer than two, or one is not finite.
    pub fn of(values: &[f64], truth: f64) -> Result<Self, StatisticsError> {
        let moments = Moments::of(values)?;
        let (off, error) = ((moments.mean - truth).abs(), moments.standard_error());
        // No error at all, and nothing off, is agreement.
        let ratio = |a: f64, b: f64| if a == 0.0 { 0.0 } else { a / b };
        Ok(Self {
            standard_errors_ratio: ratio(off, error),
            standard_error_ratio: ratio(error, truth.abs()),
        })
    }

    /// Whether the replications agree with the known value: their mean within so many standard
    /// errors of it. Cannot be told if the standard error is a greater share of it than allowed.
    ///
    /// 3.3 standard errors of 30 replications or more raise a false alarm once in 400 times, and
    /// of very many once in 1,000.
    pub fn judge(&self, standard_errors_max: f64, standard_error_ratio_max: f64) -> Verdict {
        if self.standard_error_ratio > standard_error_ratio_max {
            Verdict::CannotTell
        } else if self.standard_errors_ratio <= standard_errors_max {
            Verdict::Met
        } else {
            Verdict::NotMet
        }
    }
}
