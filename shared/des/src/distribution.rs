//! Distributions to sample from, each checked when it is made.
//!
//! Every sample takes exactly one draw from its stream, so two runs that differ in a distribution
//! still use the same draw for the same occasion (common random numbers). All but gamma, Erlang
//! and hyperexponential are inverse transforms: the greater the draw, the greater the sample
//! (L. Devroye, "Non-Uniform Random Variate Generation", Springer 1986, chapter II.2).

mod gamma;
mod hyper;
mod incomplete_gamma;
mod make;
mod many;
mod residual;
mod smooth;
mod vary;

use std::{fmt, sync::Arc};

use crate::{normal, stream::Stream, stream::open_unit};
use gamma::Gamma;
use hyper::Branches;
use smooth::Smoothed;

/// The most observations that an empirical distribution holds.
pub const EMPIRICAL_LIMIT: usize = 1 << 20;

/// Values and means stay within ± this, which keeps their squares and sums finite.
const VALUE_MAX: f64 = 1e18;
/// The least shape: below it a gamma or Weibull variable is nearly always zero or enormous.
const SHAPE_MIN: f64 = 0.05;
const SHAPE_MAX: f64 = 1e6;
const CV_MAX: f64 = 100.0;
const PROBABILITY_MIN: f64 = 1e-12;

/// A distribution of a quantity in any unit; samples have the unit of the parameters.
#[derive(Clone, PartialEq)]
pub struct Distribution {
    kind: Kind,
}

/// Why parameters do not describe a distribution.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum DistributionError {
    /// A parameter is not a number, or is outside the range that it may have.
    #[error("{parameter} is {value}, outside {low} to {high}")]
    OutOfRange {
        /// Which parameter.
        parameter: &'static str,
        /// Its value.
        value: f64,
        /// The least value it may have.
        low: f64,
        /// The greatest value it may have.
        high: f64,
    },
    /// An empirical distribution has no observation.
    #[error("no observation")]
    Empty,
    /// An empirical distribution has more than [`EMPIRICAL_LIMIT`] observations.
    #[error("{count} observations, more than {EMPIRICAL_LIMIT}")]
    TooMany {
        /// How many.
        count: usize,
    },
}

#[derive(Clone, Debug, PartialEq)]
enum Kind {
    Constant {
        value: f64,
    },
    Exponential {
        mean: f64,
    },
    Uniform {
        low: f64,
        high: f64,
    },
    Triangular {
        low: f64,
        mode: f64,
        high: f64,
    },
    Gamma(Gamma),
    LogNormal {
        log_mean: f64,
        log_deviation: f64,
    },
    Weibull {
        scale: f64,
        power: f64,
    },
    Geometric {
        probability: f64,
        log_failure: f64,
    },
    Bernoulli {
        probability: f64,
    },
    Hyper(Branches),
    Empirical {
        ascending: Arc<[f64]>,
    },
    /// So many times another.
    Scaled {
        factor: f64,
        of: Arc<Distribution>,
    },
    Smoothed(Smoothed),
}

impl Distribution {
    /// The next sample; takes exactly one draw from `stream`.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> f64 {
        let bits = stream.next_u64();
        match &self.kind {
            Kind::Constant { value } => *value,
            Kind::Exponential { mean } => mean * exponential(bits),
            other => other.sample(bits),
        }
    }

    /// The expected value.
    pub fn mean(&self) -> f64 {
        match &self.kind {
            Kind::Constant { value } => *value,
            Kind::Exponential { mean } => *mean,
            Kind::Uniform { low, high } => low + (high - low) / 2.0,
            Kind::Triangular { low, mode, high } => low / 3.0 + mode / 3.0 + high / 3.0,
            Kind::Gamma(gamma) => gamma.mean(),
            Kind::LogNormal { log_mean, log_deviation } => {
                libm::exp(log_mean + log_deviation * log_deviation / 2.0)
            }
            Kind::Weibull { scale, power } => scale * libm::tgamma(1.0 + power),
            Kind::Geometric { probability, .. } => 1.0 / probability,
            Kind::Bernoulli { probability } => *probability,
            Kind::Hyper(branches) => branches.mean(),
            Kind::Empirical { ascending } => ascending.iter().sum::<f64>() / ascending.len() as f64,
            Kind::Smoothed(smoothed) => smoothed.mean(),
            Kind::Scaled { factor, of } => factor * of.mean(),
        }
    }

    /// The expected squared distance from the mean.
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        match &self.kind {
            Kind::Constant { .. } => 0.0,
            Kind::Exponential { mean } => mean * mean,
            Kind::Uniform { low, high } => (high - low) * (high - low) / 12.0,
            Kind::Triangular { low, mode, high } => {
                let (left, right) = (mode - low, high - mode);
                (left * left + left * right + right * right) / 18.0
            }
            Kind::Gamma(gamma) => gamma.variance(),
            Kind::LogNormal { log_deviation, .. } => {
                mean * mean * libm::expm1(log_deviation * log_deviation)
            }
            Kind::Weibull { scale, power } => {
                scale * scale * libm::tgamma(1.0 + 2.0 * power) - mean * mean
            }
            Kind::Geometric { probability, .. } => (1.0 - probability) * mean * mean,
            Kind::Bernoulli { probability } => probability * (1.0 - probability),
            Kind::Hyper(branches) => branches.variance(),
            Kind::Smoothed(smoothed) => smoothed.variance(),
            Kind::Scaled { factor, of } => factor * factor * of.variance(),
            Kind::Empirical { ascending } => {
                let squares = ascending.iter().map(|value| (value - mean) * (value - mean));
                squares.sum::<f64>() / ascending.len() as f64
            }
        }
    }
}

impl Kind {
    /// Not inlined, so that a caller carries the code of the common kinds only.
    #[inline(never)]
    fn sample(&self, bits: u64) -> f64 {
        match self {
            Self::Constant { value } => *value,
            Self::Exponential { mean } => mean * exponential(bits),
            // The sum may round up past `high` by its last bit.
            Self::Uniform { low, high } => (low + (high - low) * open_unit(bits)).min(*high),
            Self::Triangular { low, mode, high } => triangular(*low, *mode, *high, bits),
            Self::Gamma(gamma) => gamma.sample(bits),
            Self::LogNormal { log_mean, log_deviation } => {
                libm::exp(log_mean + log_deviation * normal::quantile(open_unit(bits)))
            }
            Self::Weibull { scale, power } => scale * libm::pow(exponential(bits), *power),
            Self::Geometric { log_failure, .. } => {
                libm::ceil(exponential(bits) / -log_failure).max(1.0)
            }
            Self::Bernoulli { probability } => {
                if 1.0 - open_unit(bits) < *probability {
                    1.0
                } else {
                    0.0
                }
            }
            Self::Hyper(branches) => branches.sample(bits),
            Self::Smoothed(smoothed) => smoothed.sample(open_unit(bits)),
            Self::Scaled { factor, of } => factor * of.kind.sample(bits),
            Self::Empirical { ascending } => {
                // The count is below 2^21, so no observation is favoured by more than 2^-43.
                let at = (u128::from(bits) * ascending.len() as u128) >> 64;
                ascending[at as usize]
            }
        }
    }
}

/// Exponential with mean 1, increasing with `bits`. One minus the number is exact and above zero.
#[inline]
fn exponential(bits: u64) -> f64 {
    exponential_of(open_unit(bits))
}

/// The same from a number between 0 and 1.
#[inline]
fn exponential_of(unit: f64) -> f64 {
    -libm::log(1.0 - unit)
}

fn triangular(low: f64, mode: f64, high: f64, bits: u64) -> f64 {
    let unit = open_unit(bits);
    let width = high - low;
    if unit * width < mode - low {
        low + libm::sqrt(unit * width * (mode - low))
    } else {
        high - libm::sqrt((1.0 - unit) * width * (high - mode))
    }
}

fn within(
    parameter: &'static str,
    value: f64,
    low: f64,
    high: f64,
) -> Result<f64, DistributionError> {
    // Not a number is in no range.
    if (low..=high).contains(&value) {
        Ok(value)
    } else {
        Err(DistributionError::OutOfRange { parameter, value, low, high })
    }
}

impl fmt::Debug for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

#[cfg(test)]
mod tests;
