//! Hyperexponential variables: one of several exponentials, by chance.
//!
//! A sample is made by composition (L. Devroye, "Non-Uniform Random Variate Generation", Springer
//! 1986, chapter I.4). It takes two numbers, so the one draw starts a generator of its own for
//! them: whichever branch it is, a greater mean scales its samples.

use std::sync::Arc;

use super::{DistributionError, VALUE_MAX, exponential_of, within};
use crate::stream::SplitMix;

const BRANCHES_MAX: usize = 16;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Branches {
    branches: Arc<[Branch]>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Branch {
    probability: f64,
    mean: f64,
}

impl Branches {
    pub(super) fn new(given: &[(f64, f64)]) -> Result<Self, DistributionError> {
        if given.is_empty() {
            return Err(DistributionError::Empty);
        }
        within("branches", given.len() as f64, 1.0, BRANCHES_MAX as f64)?;
        let mut sum = 0.0;
        for &(probability, mean) in given {
            sum += within("probability", probability, 0.0, 1.0)?;
            within("mean", mean, 0.0, VALUE_MAX)?;
        }
        within("sum of probabilities", sum, f64::MIN_POSITIVE, BRANCHES_MAX as f64)?;
        let branch = |&(p, mean): &(f64, f64)| Branch { probability: p / sum, mean };
        Ok(Self { branches: given.iter().map(branch).collect() })
    }

    /// Two branches that each bear half of the mean, and vary by `cv`, at least 1, together.
    pub(super) fn balanced(mean: f64, cv: f64) -> Self {
        let squared = cv * cv;
        // Of the two roots the rarer branch, without subtracting numbers that are nearly equal:
        // (1 - √x) / 2 with 1 - x = 2 / (c² + 1).
        let root = libm::sqrt((squared - 1.0) / (squared + 1.0));
        let rarer = 1.0 / ((squared + 1.0) * (1.0 + root));
        let branch = |p: f64| Branch { probability: p, mean: mean / (2.0 * p) };
        Self { branches: [branch(1.0 - rarer), branch(rarer)].into() }
    }

    pub(super) fn mean(&self) -> f64 {
        self.branches.iter().map(|branch| branch.probability * branch.mean).sum()
    }

    pub(super) fn variance(&self) -> f64 {
        let mean = self.mean();
        let square = |branch: &Branch| {
            let off = branch.mean - mean;
            branch.probability * (branch.mean * branch.mean + off * off)
        };
        self.branches.iter().map(square).sum()
    }

    pub(super) fn sample(&self, bits: u64) -> f64 {
        self.beyond(0.0, bits)
    }

    /// What is left of a sample that has reached `age`. Each branch forgets its age, so this is
    /// hyperexponential too; what `age` tells is which branch it may be: the longer, the likelier
    /// one with a great mean.
    pub(super) fn beyond(&self, age: f64, bits: u64) -> f64 {
        // The logarithm of a branch's chance, so that all may be tiny without being zero.
        let log_chance = |branch: &Branch| {
            let survived = if age > 0.0 { age / branch.mean } else { 0.0 };
            libm::log(branch.probability) - survived
        };
        let greatest = self.branches.iter().map(log_chance).fold(f64::NEG_INFINITY, f64::max);
        if greatest == f64::NEG_INFINITY {
            return 0.0;
        }
        let chance = |branch: &Branch| libm::exp(log_chance(branch) - greatest);
        let all: f64 = self.branches.iter().map(chance).sum();
        let mut numbers = SplitMix::new(bits);
        let mut left = numbers.unit() * all;
        let size = exponential_of(numbers.unit());
        let mut mean = 0.0;
        for branch in self.branches.iter() {
            let chance = chance(branch);
            if chance > 0.0 {
                mean = branch.mean;
                left -= chance;
            }
            if left < 0.0 {
                break;
            }
        }
        mean * size
    }
}
