//! When a frame is due: plant time against the wall clock. Nothing else here reads a clock.

use std::time::Duration;

use tokio::time::Instant;
use twin::PlantTime;

/// A plant clock, as the hub told it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    plant: PlantTime,
    wall: Instant,
    /// Plant seconds for one second of wall time.
    rate: f64,
}

/// Nobody waits longer for a frame than this: a year.
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

impl Pace {
    /// A clock that stands at `plant` now.
    pub fn from_now(plant: PlantTime, rate: f64) -> Self {
        Self { plant, wall: Instant::now(), rate: rate.max(1e-9) }
    }

    /// When the wall clock reaches a moment of plant time; moments passed are due at once.
    pub fn due(&self, at: PlantTime) -> Instant {
        let secs = at.since(self.plant).micros() as f64 / 1e6 / self.rate;
        let wait = Duration::try_from_secs_f64(secs.max(0.0)).unwrap_or(LONGEST).min(LONGEST);
        self.wall + wait
    }
}
