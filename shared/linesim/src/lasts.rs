//! Durations as random variables, in hours.

use des::{Distribution, DistributionError, Stream};
use twin::{
    Span,
    definition::{Duration, Shape},
};

use crate::{breakdown::span_of_hours, network::Lasts};

impl Lasts {
    pub fn new(duration: &Duration) -> Result<Self, DistributionError> {
        Self::of(duration.mean, duration.variation, duration.shape, duration.runs_on)
    }

    fn of(
        mean: Span,
        variation: f64,
        shape: Shape,
        runs_on: bool,
    ) -> Result<Self, DistributionError> {
        let hours = match shape {
            Shape::Exponential => Distribution::exponential(mean.hours()),
            _ if variation == 0.0 => Distribution::constant(mean.hours()),
            Shape::Lognormal => Distribution::log_normal(mean.hours(), variation),
            Shape::Gamma => Distribution::gamma(1.0 / (variation * variation), mean.hours()),
        };
        Ok(Self { hours: hours?, mean, variation, shape, runs_on })
    }

    /// The same with another mean.
    pub fn with_mean(&self, mean: Span) -> Result<Self, DistributionError> {
        Self::of(mean, self.variation, self.shape, self.runs_on)
    }

    pub fn sample(&self, stream: &mut Stream) -> Span {
        span_of_hours(self.hours.sample(stream))
    }
}
