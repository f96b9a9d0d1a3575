//! How measured values are spread.

/// Values in no order, asked for quantiles.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spread(Vec<f64>);

impl Spread {
    /// One more value.
    pub(crate) fn add(&mut self, value: f64) {
        self.0.push(value);
    }

    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The smallest value that at least `share` of all do not exceed; not a number when there
    /// are none.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let rank = (sorted.len() as f64 * share).ceil() as usize;
        sorted.get(rank.saturating_sub(1)).copied().unwrap_or(f64::NAN)
    }

    /// The median.
    pub(crate) fn p50(&self) -> f64 {
        self.quantile(0.5)
    }

    /// What one in a hundred exceeds.
    pub(crate) fn p99(&self) -> f64 {
        self.quantile(0.99)
    }
}
