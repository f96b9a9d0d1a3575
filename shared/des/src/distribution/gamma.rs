//! Gamma variables by rejection, from a single draw.
//!
//! Method: G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM
//! TOMS 26(3), 2000; a shape below 1 is reached from shape + 1 by a power of a uniform number, as
//! in their section 6. Rejection takes a varying number of uniform numbers, so the draw starts a
//! generator of its own for them and the stream stays in step.

use super::incomplete_gamma;
use crate::{normal, stream::SplitMix};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Gamma {
    shape: f64,
    scale: f64,
    /// The method's d and c, of the shape or, below 1, of the shape plus 1.
    d: f64,
    c: f64,
}

impl Gamma {
    pub(super) fn new(shape: f64, mean: f64) -> Self {
        let lifted = if shape < 1.0 { shape + 1.0 } else { shape };
        let d = lifted - 1.0 / 3.0;
        Self { shape, scale: mean / shape, d, c: 1.0 / libm::sqrt(9.0 * d) }
    }

    pub(super) fn mean(&self) -> f64 {
        self.shape * self.scale
    }

    pub(super) fn variance(&self) -> f64 {
        self.shape * self.scale * self.scale
    }

    /// What is left of a sample that has reached `age`, for an exponential number of mean 1.
    pub(super) fn beyond(&self, age: f64, exponential: f64) -> f64 {
        let scaled = age / self.scale;
        if !scaled.is_finite() {
            return 0.0;
        }
        self.scale * incomplete_gamma::residual(self.shape, scaled, exponential)
    }

    pub(super) fn sample(&self, bits: u64) -> f64 {
        let mut numbers = SplitMix::new(bits);
        let lowered =
            if self.shape < 1.0 { libm::pow(numbers.unit(), 1.0 / self.shape) } else { 1.0 };
        // At most 5 % of the rounds are rejected, whatever the shape.
        loop {
            let z = normal::quantile(numbers.unit());
            let root = 1.0 + self.c * z;
            if root <= 0.0 {
                continue;
            }
            let v = root * root * root;
            let z_squared = z * z;
            let u = numbers.unit();
            if u < 1.0 - 0.0331 * z_squared * z_squared
                || libm::log(u) < z_squared / 2.0 + self.d * (1.0 - v + libm::log(v))
            {
                return self.d * v * lowered * self.scale;
            }
        }
    }
}
