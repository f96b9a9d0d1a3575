//! Model time: whole microseconds, so that order is total and sums are exact.

use std::fmt;

/// A moment of model time, in whole microseconds after an origin that the caller chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Time(i64);

impl Time {
    /// The origin.
    pub const ZERO: Self = Self(0);
    /// The latest moment there is. A run until then leaves only events at this very moment.
    pub const MAX: Self = Self(i64::MAX);

    /// From microseconds after the origin.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds after the origin; saturates.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// Microseconds after the origin.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The moment `micros` microseconds later (earlier if negative); saturates.
    pub const fn after(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// The moment a sampled delay \[µs\] later, the delay rounded to the nearest microsecond with
    /// halves away from zero; saturates, and NaN counts as no delay.
    pub fn after_micros(self, micros: f64) -> Self {
        // A cast truncates; adding a half with the sign first makes it round. This is an addition
        // and a conversion on every target, where `f64::round` may be a call.
        let rounded = if micros < 0.0 { micros - 0.5 } else { micros + 0.5 };
        self.after(rounded as i64)
    }

    /// Microseconds from `earlier` to this moment; negative if this is before it; saturates.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} µs", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sampled_delays_round_to_the_nearest_microsecond() {
        let start = Time::from_micros(100);
        let delays = [0.4, 0.5, 1.49, 1.5, -0.4, -0.5, -1.6, f64::NAN, f64::MAX, f64::MIN];
        let reached = delays.map(|delay| start.after_micros(delay).micros());
        assert_eq!(reached, [100, 101, 101, 102, 100, 99, 98, 100, i64::MAX, i64::MIN + 100]);
    }

    #[test]
    fn arithmetic_saturates() {
        assert_eq!(Time::MAX.after(1), Time::MAX);
        assert_eq!(Time::from_secs(i64::MIN).micros(), i64::MIN);
        assert_eq!(Time::from_micros(i64::MIN).since(Time::MAX), i64::MIN);
    }
}
