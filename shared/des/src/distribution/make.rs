//! Constructors by a distribution's own parameters, most of them with the mean in place of a scale.

use std::sync::Arc;

use super::{
    CV_MAX, Distribution, DistributionError, EMPIRICAL_LIMIT, Gamma, Kind, PROBABILITY_MIN,
    SHAPE_MAX, SHAPE_MIN, VALUE_MAX, hyper::Branches, smooth::Smoothed, within,
};

/// Bounds of a log-normal variable's own parameters; about those of mean 1e18 and variability 100.
const LOG_MEAN_MAX: f64 = 40.0;
const LOG_DEVIATION_MAX: f64 = 3.0;

/// A time is scaled by at most so much.
const FACTOR_MAX: f64 = 1e18;

impl Distribution {
    /// So many times this one: what takes a tenth longer is it `times(1.1)`. Takes the same draws.
    ///
    /// # Errors
    /// [`DistributionError::OutOfRange`] if the factor is not above 0, or beyond 1e18.
    pub fn times(&self, factor: f64) -> Result<Self, DistributionError> {
        let factor = within("factor", factor, f64::MIN_POSITIVE, FACTOR_MAX)?;
        let kind = match &self.kind {
            Kind::Constant { value } => return Self::constant(value * factor),
            Kind::Exponential { mean } => return Self::exponential(mean * factor),
            Kind::Uniform { low, high } => return Self::uniform(low * factor, high * factor),
            Kind::Scaled { factor: earlier, of } => {
                Kind::Scaled { factor: earlier * factor, of: Arc::clone(of) }
            }
            _ => Kind::Scaled { factor, of: Arc::new(self.clone()) },
        };
        Ok(Self { kind })
    }

    /// Always `value`.
    ///
    /// # Errors
    /// [`DistributionError`] if it is not finite, as for all constructors here.
    pub fn constant(value: f64) -> Result<Self, DistributionError> {
        let value = within("value", value, -VALUE_MAX, VALUE_MAX)?;
        Ok(Self { kind: Kind::Constant { value } })
    }

    /// Exponential with this mean.
    ///
    /// # Errors
    /// [`DistributionError`] if the mean is negative or not finite.
    pub fn exponential(mean: f64) -> Result<Self, DistributionError> {
        Ok(Self { kind: Kind::Exponential { mean: within("mean", mean, 0.0, VALUE_MAX)? } })
    }

    /// Uniform between `low` and `high`.
    ///
    /// # Errors
    /// [`DistributionError`] if `low` exceeds `high` or one is not finite.
    pub fn uniform(low: f64, high: f64) -> Result<Self, DistributionError> {
        let high = within("high", high, -VALUE_MAX, VALUE_MAX)?;
        Ok(Self { kind: Kind::Uniform { low: within("low", low, -VALUE_MAX, high)?, high } })
    }

    /// Triangular between `low` and `high`, most likely `mode`.
    ///
    /// # Errors
    /// [`DistributionError`] if the three are not in this order or one is not finite.
    pub fn triangular(low: f64, mode: f64, high: f64) -> Result<Self, DistributionError> {
        let high = within("high", high, -VALUE_MAX, VALUE_MAX)?;
        let low = within("low", low, -VALUE_MAX, high)?;
        let mode = within("mode", mode, low, high)?;
        Ok(Self { kind: Kind::Triangular { low, mode, high } })
    }

    /// Erlang: the sum of `k` exponentials, with this mean in all.
    ///
    /// # Errors
    /// [`DistributionError`] if `k` is 0 or above 1,000,000, or the mean negative or not finite.
    pub fn erlang(k: u32, mean: f64) -> Result<Self, DistributionError> {
        let shape = within("k", f64::from(k), 1.0, SHAPE_MAX)?;
        Self::gamma(shape, mean)
    }

    /// Gamma with this shape (1 / squared coefficient of variation) and mean.
    ///
    /// # Errors
    /// [`DistributionError`] if the shape is outside 0.05 to 1,000,000, or the mean negative or
    /// not finite.
    pub fn gamma(shape: f64, mean: f64) -> Result<Self, DistributionError> {
        let shape = within("shape", shape, SHAPE_MIN, SHAPE_MAX)?;
        let mean = within("mean", mean, 0.0, VALUE_MAX)?;
        let exponential = shape == 1.0;
        let kind = if exponential {
            Kind::Exponential { mean }
        } else {
            Kind::Gamma(Gamma::new(shape, mean))
        };
        Ok(Self { kind })
    }

    /// Log-normal with this mean and coefficient of variation (standard deviation / mean).
    ///
    /// # Errors
    /// [`DistributionError`] if the coefficient is outside 0 to 100, or the mean negative or not
    /// finite.
    pub fn log_normal(mean: f64, cv: f64) -> Result<Self, DistributionError> {
        let mean = within("mean", mean, 0.0, VALUE_MAX)?;
        let cv = within("cv", cv, 0.0, CV_MAX)?;
        if cv == 0.0 {
            return Self::constant(mean);
        }
        let log_variance = libm::log1p(cv * cv);
        // A mean of zero gives a logarithm of minus infinity and so samples of zero, as it should.
        let log_mean = libm::log(mean) - log_variance / 2.0;
        Ok(Self { kind: Kind::LogNormal { log_mean, log_deviation: libm::sqrt(log_variance) } })
    }

    /// Weibull with this shape (below 1 for early failures, above 1 for wear) and mean.
    ///
    /// # Errors
    /// [`DistributionError`] if the shape is outside 0.05 to 1,000,000, or the mean negative or
    /// not finite.
    pub fn weibull(shape: f64, mean: f64) -> Result<Self, DistributionError> {
        let power = 1.0 / within("shape", shape, SHAPE_MIN, SHAPE_MAX)?;
        let mean = within("mean", mean, 0.0, VALUE_MAX)?;
        Ok(Self { kind: Kind::Weibull { scale: mean / libm::tgamma(1.0 + power), power } })
    }

    /// Geometric: how many trials up to and including the first success, so 1 at least; the mean
    /// is 1 / `probability`.
    ///
    /// # Errors
    /// [`DistributionError`] if the probability of success is outside 1e-12 to 1.
    pub fn geometric(probability: f64) -> Result<Self, DistributionError> {
        let probability = within("probability", probability, PROBABILITY_MIN, 1.0)?;
        let log_failure = libm::log1p(-probability);
        Ok(Self { kind: Kind::Geometric { probability, log_failure } })
    }

    /// Bernoulli: 1 with this probability, else 0.
    ///
    /// # Errors
    /// [`DistributionError`] if the probability is outside 0 to 1.
    pub fn bernoulli(probability: f64) -> Result<Self, DistributionError> {
        let probability = within("probability", probability, 0.0, 1.0)?;
        Ok(Self { kind: Kind::Bernoulli { probability } })
    }

    /// Empirical: each observation equally likely, nothing between them. Their order is of no
    /// account. Clones share the observations.
    ///
    /// # Errors
    /// [`DistributionError`] if there are none, too many, or one is not finite.
    pub fn empirical(observations: Vec<f64>) -> Result<Self, DistributionError> {
        let ascending = ascending(observations, -VALUE_MAX)?;
        Ok(Self { kind: Kind::Empirical { ascending: ascending.into() } })
    }

    /// Gamma with this shape and scale; the mean is their product.
    ///
    /// # Errors
    /// [`DistributionError`] as for [`Self::gamma`], and if the scale is negative or not finite.
    pub fn gamma_of_scale(shape: f64, scale: f64) -> Result<Self, DistributionError> {
        let shape = within("shape", shape, SHAPE_MIN, SHAPE_MAX)?;
        let scale = within("scale", scale, 0.0, VALUE_MAX)?;
        Self::gamma(shape, shape * scale)
    }

    /// Log-normal whose logarithm has this mean and standard deviation.
    ///
    /// # Errors
    /// [`DistributionError`] if the deviation is outside 0 to 3, or the mean of the logarithm
    /// outside -40 to 40: beyond, samples leave what a number can say.
    pub fn log_normal_of_log(log_mean: f64, log_deviation: f64) -> Result<Self, DistributionError> {
        let log_mean = within("log_mean", log_mean, -LOG_MEAN_MAX, LOG_MEAN_MAX)?;
        let log_deviation = within("log_deviation", log_deviation, 0.0, LOG_DEVIATION_MAX)?;
        if log_deviation == 0.0 {
            return Self::constant(libm::exp(log_mean));
        }
        Ok(Self { kind: Kind::LogNormal { log_mean, log_deviation } })
    }

    /// Weibull with this shape and scale; the scale is what 1 - 1/e of all samples stay below.
    ///
    /// # Errors
    /// [`DistributionError`] if the shape is outside 0.05 to 1,000,000, or the scale negative or
    /// not finite.
    pub fn weibull_of_scale(shape: f64, scale: f64) -> Result<Self, DistributionError> {
        let power = 1.0 / within("shape", shape, SHAPE_MIN, SHAPE_MAX)?;
        let scale = within("scale", scale, 0.0, VALUE_MAX)?;
        Ok(Self { kind: Kind::Weibull { scale, power } })
    }

    /// Hyperexponential: one of several exponentials, each given by its (probability, mean).
    /// Probabilities that do not sum to 1 are scaled until they do.
    ///
    /// # Errors
    /// [`DistributionError`] if there is no branch or more than 16, a probability is outside
    /// 0 to 1, all are 0, or a mean is negative or not finite.
    pub fn hyperexponential_of_branches(
        branches: &[(f64, f64)],
    ) -> Result<Self, DistributionError> {
        Ok(Self { kind: Kind::Hyper(Branches::new(branches)?) })
    }

    /// Empirical and smoothed: the observations spread over the gaps between them, with an
    /// exponential tail behind the greatest and the observations' own mean. All equal
    /// observations stay one value. Clones share the observations.
    ///
    /// # Errors
    /// [`DistributionError`] if there are none, too many, or one is negative or not finite.
    pub fn smoothed(observations: Vec<f64>) -> Result<Self, DistributionError> {
        let ascending = ascending(observations, 0.0)?;
        Ok(Self { kind: Kind::Smoothed(Smoothed::new(&ascending)) })
    }
}

fn ascending(mut observations: Vec<f64>, least: f64) -> Result<Vec<f64>, DistributionError> {
    let count = observations.len();
    if count == 0 {
        return Err(DistributionError::Empty);
    }
    if count > EMPIRICAL_LIMIT {
        return Err(DistributionError::TooMany { count });
    }
    for &observation in &observations {
        within("observation", observation, least, VALUE_MAX)?;
    }
    observations.sort_by(f64::total_cmp);
    Ok(observations)
}
