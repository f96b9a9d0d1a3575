//! Durations as random variables.

use des::{Distribution, DistributionError, Stream};
use twin::{
    Span,
    definition::{Duration, Shape},
};

use crate::breakdown::span_of_hours;

/// A duration as a random variable, in the unit that `of` gives a span in.
pub(crate) fn distribution(
    duration: &Duration,
    of: impl Fn(Span) -> f64,
) -> Result<Distribution, DistributionError> {
    let (mean, variation) = (of(duration.mean), duration.variation);
    match &duration.shape {
        Shape::Exponential => Distribution::exponential(mean),
        Shape::Erlang(stages) => Distribution::erlang(*stages, mean),
        Shape::WeibullOf(shape) => Distribution::weibull(*shape, mean),
        Shape::Triangular { low, mode, high } => {
            Distribution::triangular(of(*low), of(*mode), of(*high))
        }
        Shape::Branches(branches) => {
            let branches: Vec<(f64, f64)> =
                branches.iter().map(|&(share, mean)| (share, of(mean))).collect();
            Distribution::hyperexponential_of_branches(&branches)
        }
        Shape::Geometric(step) => {
            let steps = Distribution::geometric_of_mean(mean / of(*step))?;
            steps.times(of(*step))
        }
        Shape::Bernoulli(chance) => Distribution::bernoulli(*chance)?.times(mean / chance),
        Shape::Observed { values, smoothed } => {
            let values: Vec<f64> = values.iter().map(|&value| of(value)).collect();
            if *smoothed { Distribution::smoothed(values) } else { Distribution::empirical(values) }
        }
        _ if variation == 0.0 => Distribution::constant(mean),
        Shape::Lognormal => Distribution::log_normal(mean, variation),
        Shape::Gamma => Distribution::gamma_of_cv(mean, variation),
        Shape::Weibull => Distribution::weibull_of_cv(mean, variation),
        Shape::Uniform => Distribution::uniform_of_cv(mean, variation),
        Shape::Hyperexponential => Distribution::hyperexponential(mean, variation),
    }
}

/// The same with another mean: everything in it takes that much longer.
pub(crate) fn with_mean(duration: &Duration, mean: Span) -> Duration {
    let factor = match duration.mean.hours() {
        hours if hours > 0.0 => mean.hours() / hours,
        _ => 1.0,
    };
    let shape = match &duration.shape {
        Shape::Triangular { low, mode, high } => Shape::Triangular {
            low: low.scaled(factor),
            mode: mode.scaled(factor),
            high: high.scaled(factor),
        },
        Shape::Branches(branches) => {
            let scaled = branches.iter().map(|&(share, mean)| (share, mean.scaled(factor)));
            Shape::Branches(scaled.collect())
        }
        Shape::Geometric(step) => Shape::Geometric(step.scaled(factor)),
        Shape::Observed { values, smoothed } => {
            let values = values.iter().map(|value| value.scaled(factor)).collect();
            Shape::Observed { values, smoothed: *smoothed }
        }
        other => other.clone(),
    };
    Duration { mean, shape, ..duration.clone() }
}

/// How long something takes.
#[derive(Clone, Debug)]
pub(crate) struct Lasts {
    pub hours: Distribution,
    pub mean: Span,
    pub runs_on: bool,
    /// As it was written, to be had with another mean.
    pub written: Duration,
}

impl Lasts {
    pub fn new(duration: &Duration) -> Result<Self, DistributionError> {
        let hours = distribution(duration, Span::hours)?;
        let (mean, runs_on) = (duration.mean, duration.runs_on);
        Ok(Self { hours, mean, runs_on, written: duration.clone() })
    }

    /// The same with another mean.
    pub fn with_mean(&self, mean: Span) -> Result<Self, DistributionError> {
        Self::new(&with_mean(&self.written, mean))
    }

    pub fn sample(&self, stream: &mut Stream) -> Span {
        span_of_hours(self.hours.sample(stream))
    }

    /// What is left of one that has taken `age` already.
    pub fn left(&self, age: Span, stream: &mut Stream) -> Span {
        span_of_hours(self.hours.residual(age.hours(), stream))
    }
}
