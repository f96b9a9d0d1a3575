//! Smoothed empirical variables: observations spread over the gaps between them, with a tail.
//!
//! Each observation but the greatest few is spread evenly over the cell between the midpoints to
//! its neighbours; the greatest, one in twenty, make an exponential tail whose mean is chosen so
//! that the whole keeps the observations' mean. This is the mixed empirical and exponential
//! distribution of P. Bratley, B. L. Fox and L. E. Schrage, "A Guide to Simulation", 2nd edition,
//! Springer 1987, section 4.6, with cells about the observations in place of gaps that begin at
//! zero, so that nothing is much shorter than what was seen and equal observations stay equal.

use std::sync::Arc;

use super::exponential_of;

/// One in so many observations makes the tail.
const TAIL_SHARE: usize = 20;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Smoothed {
    /// Cells lie between neighbours; each has the chance of one observation. Never empty.
    bounds: Arc<[f64]>,
    /// Observations: those of the cells and those of the tail.
    count: f64,
    tail_mean: f64,
}

impl Smoothed {
    /// From at least one observation, in ascending order, none below zero.
    pub(super) fn new(ascending: &[f64]) -> Self {
        let count = ascending.len();
        if count == 1 {
            return Self { bounds: ascending.into(), count: 1.0, tail_mean: 0.0 };
        }
        let in_tail = count.div_ceil(TAIL_SHARE);
        let (in_cells, tail) = ascending.split_at(count - in_tail);
        let first = ascending[0] - (ascending[1] - ascending[0]) / 2.0;
        let middles = ascending.windows(2).map(|pair| pair[0] + (pair[1] - pair[0]) / 2.0);
        let bounds: Vec<f64> =
            std::iter::once(first.max(0.0)).chain(middles.take(in_cells.len())).collect();
        let last = bounds[bounds.len() - 1];
        // What the cells' own means leave over from the observations' goes to the tail. The first
        // cell may leave less than nothing; the last one always leaves enough.
        let cells = in_cells.iter().zip(bounds.windows(2));
        let over: f64 = cells.map(|(x, cell)| (x - cell[0]) / 2.0 + (x - cell[1]) / 2.0).sum();
        let above: f64 = tail.iter().map(|x| x - last).sum();
        let tail_mean = ((above + over) / in_tail as f64).max(0.0);
        Self { bounds: bounds.into(), count: count as f64, tail_mean }
    }

    /// From the mean of each piece and its share of the chance.
    fn pieces(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        let cells = self.bounds.windows(2).map(|cell| {
            let width = cell[1] - cell[0];
            (1.0 / self.count, cell[0] + width / 2.0, width * width / 12.0)
        });
        let tail = (self.in_tail() / self.count, self.last() + self.tail_mean);
        let tail = (tail.0, tail.1, self.tail_mean * self.tail_mean);
        cells.chain(std::iter::once(tail))
    }

    pub(super) fn mean(&self) -> f64 {
        self.pieces().map(|(share, mean, _)| share * mean).sum()
    }

    pub(super) fn variance(&self) -> f64 {
        let whole = self.mean();
        self.pieces()
            .map(|(share, mean, own)| share * (own + (mean - whole) * (mean - whole)))
            .sum()
    }

    fn last(&self) -> f64 {
        self.bounds[self.bounds.len() - 1]
    }

    fn in_tail(&self) -> f64 {
        self.count - (self.bounds.len() - 1) as f64
    }

    pub(super) fn least(&self) -> f64 {
        self.bounds[0]
    }

    /// The value that is exceeded by the share `above`, which is counted in observations, so that
    /// it goes from the count down to nothing.
    fn exceeded_by(&self, above: f64) -> f64 {
        if above < self.in_tail() {
            return self.last() - self.tail_mean * libm::log(above / self.in_tail());
        }
        let position = (self.count - above).max(0.0);
        let cell = (position as usize).min(self.bounds.len().saturating_sub(2));
        match self.bounds.get(cell + 1) {
            Some(upper) => {
                let (lower, within) = (self.bounds[cell], position - cell as f64);
                (lower + (upper - lower) * within).min(*upper)
            }
            None => self.last(),
        }
    }

    pub(super) fn sample(&self, unit: f64) -> f64 {
        self.exceeded_by(self.count * (1.0 - unit))
    }

    /// What is left of a sample that has reached `age`, for a number between 0 and 1.
    pub(super) fn beyond(&self, age: f64, unit: f64) -> f64 {
        if age >= self.last() {
            return self.tail_mean * exponential_of(unit);
        }
        let next = self.bounds.partition_point(|bound| *bound <= age);
        let (lower, upper) = (self.bounds[next - 1], self.bounds[next]);
        let passed = (next - 1) as f64 + (age - lower) / (upper - lower);
        let above = (self.count - passed) * (1.0 - unit);
        self.exceeded_by(above) - age
    }
}
