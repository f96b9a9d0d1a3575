//! What is left of something that has already taken a while: X - age, given that X > age.
//!
//! A run that begins in the middle of work must draw this, never a fresh sample: it is the inverse
//! transform on the conditional tail, 1 - F(age + r) = (1 - F(age)) (1 - u). Each form is written
//! so that an age far beyond the ordinary neither divides by zero nor cancels to nothing.

use super::{Distribution, Kind, exponential, exponential_of};
use crate::{
    normal,
    stream::{Stream, open_unit},
};

impl Distribution {
    /// How much longer it takes, after it has taken `age` and is not over: a sample of X - `age`
    /// given that X > `age`, in the unit of the parameters. Takes exactly one draw.
    ///
    /// An age of zero or less, or none (NaN), is no age. Where the distribution says that it must
    /// be over by now, nothing is left: 0.
    pub fn residual(&self, age: f64, stream: &mut Stream) -> f64 {
        self.kind.residual(age.max(0.0), stream.next_u64())
    }
}

impl Kind {
    /// `age` is not negative.
    pub(super) fn residual(&self, age: f64, bits: u64) -> f64 {
        if self.surely_exceeds(age) {
            return self.sample(bits) - age;
        }
        let unit = open_unit(bits);
        let left = match self {
            Self::Constant { value } => value - age,
            Self::Exponential { mean } => mean * exponential(bits),
            Self::Uniform { low: _, high } => (high - age) * unit,
            Self::Triangular { low, mode, high } => triangular([*low, *mode, *high], age, unit),
            Self::Gamma(gamma) => gamma.beyond(age, exponential(bits)),
            Self::LogNormal { log_mean, log_deviation } => {
                log_normal(*log_mean, *log_deviation, age, unit)
            }
            Self::Weibull { scale, power } => weibull(*scale, *power, age, exponential(bits)),
            // Whole trials are over and say nothing of those to come; of one under way, a part is.
            Self::Geometric { .. } => self.sample(bits) - (age - libm::floor(age)),
            // Beyond 0 there is only 1, and beyond that nothing.
            Self::Bernoulli { probability } => {
                if *probability > 0.0 {
                    1.0 - age
                } else {
                    0.0
                }
            }
            Self::Hyper(branches) => branches.beyond(age, bits),
            Self::Empirical { ascending } => {
                let longer = &ascending[ascending.partition_point(|seen| *seen <= age)..];
                let at = (u128::from(bits) * longer.len() as u128) >> 64;
                longer.get(at as usize).map_or(0.0, |seen| seen - age)
            }
            Self::Smoothed(smoothed) => smoothed.beyond(age, unit),
            Self::Scaled { factor, of } => factor * of.kind.residual(age / factor, bits),
        };
        left.max(0.0)
    }

    /// Whether every sample is greater than `age`, so that a fresh one is as good.
    fn surely_exceeds(&self, age: f64) -> bool {
        match self {
            Self::Uniform { low, .. } | Self::Triangular { low, .. } => age <= *low,
            Self::Smoothed(smoothed) => age <= smoothed.least(),
            Self::Empirical { ascending } => ascending.first().is_some_and(|least| age < *least),
            Self::Geometric { .. } => age < 1.0,
            Self::Scaled { factor, of } => of.kind.surely_exceeds(age / factor),
            Self::Constant { .. } | Self::Bernoulli { .. } => false,
            Self::Exponential { .. }
            | Self::Gamma(_)
            | Self::LogNormal { .. }
            | Self::Weibull { .. }
            | Self::Hyper(_) => age == 0.0,
        }
    }
}

/// Above the mode the rest is a triangle again; below, the chance to exceed is undone.
fn triangular([low, mode, high]: [f64; 3], age: f64, unit: f64) -> f64 {
    if age >= high {
        return 0.0;
    }
    if age >= mode {
        // 1 - √(1 - u), without subtracting numbers that are nearly equal.
        return (high - age) * unit / (1.0 + libm::sqrt(1.0 - unit));
    }
    let width = high - low;
    // Chances times width: to be below the age, and to be below the sample, as parts of the left
    // side's and the right side's areas.
    let passed = (age - low) * ((age - low) / (mode - low));
    let left = width - passed;
    let below = passed + left * unit;
    if below < mode - low {
        return low - age + libm::sqrt(below * (mode - low));
    }
    high - age - libm::sqrt(left * (1.0 - unit) * (high - mode))
}

fn weibull(scale: f64, power: f64, age: f64, exponential: f64) -> f64 {
    if scale == 0.0 {
        return 0.0;
    }
    // age ((1 + E / H)^power - 1) with the cumulative hazard H = (age / scale)^(1 / power): for a
    // great H, where the sum would swallow E. For a small one, (H + E)^power as it stands.
    let log_hazard = libm::log(age / scale) / power;
    let log_grown = libm::log(exponential) - log_hazard;
    if log_grown > 0.0 {
        return scale * libm::pow(libm::exp(log_hazard) + exponential, power) - age;
    }
    age * libm::expm1(power * libm::log1p(libm::exp(log_grown)))
}

fn log_normal(log_mean: f64, log_deviation: f64, age: f64, unit: f64) -> f64 {
    if log_mean == f64::NEG_INFINITY {
        return 0.0;
    }
    let z = (libm::log(age) - log_mean) / log_deviation;
    let beyond = normal::residual(z, unit, exponential_of(unit));
    if log_deviation * beyond > 1.0 {
        return libm::exp(log_mean + log_deviation * (z + beyond)) - age;
    }
    age * libm::expm1(log_deviation * beyond)
}
