//! Constructors by mean and variability: the coefficient of variation, which is the standard
//! deviation divided by the mean.

use super::{
    CV_MAX, Distribution, DistributionError, Kind, SHAPE_MAX, SHAPE_MIN, VALUE_MAX,
    hyper::Branches, within,
};

/// The most that a uniform or symmetric triangular variable can vary without going below zero.
const UNIFORM_CV_MAX: f64 = 0.577_350_269_189_625_8;
const TRIANGULAR_CV_MAX: f64 = 0.408_248_290_463_863;
/// Below this, a gamma or Weibull shape would leave its range.
const CV_MIN: f64 = 0.002;
/// Halvings of the logarithm of a Weibull shape, until nothing is left of the range.
const HALVINGS: u32 = 64;

impl Distribution {
    /// Erlang with this mean and the whole number of exponentials whose variability comes
    /// nearest: 1 / `cv` squared, rounded.
    ///
    /// # Errors
    /// [`DistributionError`] if `cv` is outside 0.002 to 1, or the mean negative or not finite.
    pub fn erlang_of_cv(mean: f64, cv: f64) -> Result<Self, DistributionError> {
        let cv = within("cv", cv, CV_MIN, 1.0)?;
        Self::erlang(libm::round(1.0 / (cv * cv)) as u32, mean)
    }

    /// Gamma with this mean and coefficient of variation.
    ///
    /// # Errors
    /// [`DistributionError`] if `cv` is outside 0 or 0.002 to 4.47, or the mean negative or not
    /// finite.
    pub fn gamma_of_cv(mean: f64, cv: f64) -> Result<Self, DistributionError> {
        if cv == 0.0 {
            return Self::constant(within("mean", mean, 0.0, VALUE_MAX)?);
        }
        let cv = within("cv", cv, CV_MIN, 1.0 / libm::sqrt(SHAPE_MIN))?;
        Self::gamma((1.0 / (cv * cv)).clamp(SHAPE_MIN, SHAPE_MAX), mean)
    }

    /// Weibull with this mean and coefficient of variation; the shape is found by halving.
    ///
    /// # Errors
    /// [`DistributionError`] if `cv` is outside 0 or 0.002 to 100, or the mean negative or not
    /// finite.
    pub fn weibull_of_cv(mean: f64, cv: f64) -> Result<Self, DistributionError> {
        if cv == 0.0 {
            return Self::constant(within("mean", mean, 0.0, VALUE_MAX)?);
        }
        let cv = within("cv", cv, CV_MIN, CV_MAX)?;
        // The greater the shape, the less it varies.
        let (mut low, mut high) = (libm::log(SHAPE_MIN), libm::log(SHAPE_MAX));
        for _ in 0..HALVINGS {
            let middle = low + (high - low) / 2.0;
            if weibull_cv(libm::exp(middle)) > cv {
                low = middle;
            } else {
                high = middle;
            }
        }
        Self::weibull(libm::exp(low).clamp(SHAPE_MIN, SHAPE_MAX), mean)
    }

    /// Uniform, symmetric about this mean, with this coefficient of variation.
    ///
    /// # Errors
    /// [`DistributionError`] if `cv` is outside 0 to 0.577, where the least value reaches zero,
    /// or the mean negative or not finite.
    pub fn uniform_of_cv(mean: f64, cv: f64) -> Result<Self, DistributionError> {
        let mean = within("mean", mean, 0.0, VALUE_MAX / 2.0)?;
        let half = mean * within("cv", cv, 0.0, UNIFORM_CV_MAX)? * libm::sqrt(3.0);
        Self::uniform((mean - half).max(0.0), mean + half)
    }

    /// Triangular, symmetric about this mean, with this coefficient of variation.
    ///
    /// # Errors
    /// [`DistributionError`] if `cv` is outside 0 to 0.408, where the least value reaches zero,
    /// or the mean negative or not finite.
    pub fn triangular_of_cv(mean: f64, cv: f64) -> Result<Self, DistributionError> {
        let mean = within("mean", mean, 0.0, VALUE_MAX / 2.0)?;
        let half = mean * within("cv", cv, 0.0, TRIANGULAR_CV_MAX)? * libm::sqrt(6.0);
        Self::triangular((mean - half).max(0.0), mean, mean + half)
    }

    /// Hyperexponential of two branches with this mean and coefficient of variation, each branch
    /// bearing half of the mean ("balanced means": W. Whitt, "Approximating a point process by a
    /// renewal process, I", Operations Research 30(1), 1982, section 3).
    ///
    /// # Errors
    /// [`DistributionError`] if `cv` is outside 1 to 100, or the mean negative or not finite.
    pub fn hyperexponential(mean: f64, cv: f64) -> Result<Self, DistributionError> {
        let mean = within("mean", mean, 0.0, VALUE_MAX)?;
        let cv = within("cv", cv, 1.0, CV_MAX)?;
        Ok(Self { kind: Kind::Hyper(Branches::balanced(mean, cv)) })
    }

    /// Geometric with this mean number of trials up to and including the first success.
    ///
    /// # Errors
    /// [`DistributionError`] if the mean is outside 1 to 1e12.
    pub fn geometric_of_mean(mean: f64) -> Result<Self, DistributionError> {
        Self::geometric(1.0 / within("mean", mean, 1.0, 1.0 / super::PROBABILITY_MIN)?)
    }
}

/// How much a Weibull variable of this shape varies.
fn weibull_cv(shape: f64) -> f64 {
    let twice = libm::lgamma(1.0 + 2.0 / shape) - 2.0 * libm::lgamma(1.0 + 1.0 / shape);
    libm::sqrt(libm::expm1(twice).max(0.0))
}
