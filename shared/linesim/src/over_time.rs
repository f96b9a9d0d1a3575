//! A level, and what it came to over time.

use twin::PlantTime;

/// A level, and what it came to over time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct OverTime {
    pub level: f64,
    /// Up to `since` \[level × h\].
    hours: f64,
    since: PlantTime,
}

impl OverTime {
    pub fn new(since: PlantTime) -> Self {
        Self { level: 0.0, hours: 0.0, since }
    }

    /// Level over time up to a moment \[level × h\].
    pub fn until(&self, now: PlantTime) -> f64 {
        self.hours + self.level * now.since(self.since).hours()
    }

    /// Another level from now on.
    pub fn becomes(&mut self, level: f64, now: PlantTime) {
        *self = Self { level, hours: self.until(now), since: now };
    }

    pub fn add(&mut self, more: f64, now: PlantTime) {
        self.becomes(self.level + more, now);
    }
}
