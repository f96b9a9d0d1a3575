//! Plant time: whole microseconds, so that order is total and sums are exact.

use std::{
    fmt,
    ops::{Add, AddAssign, Sub},
};

/// A moment on a plant's clock: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlantTime(i64);

/// A length of time in whole microseconds; negative when an end precedes its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span(i64);

impl PlantTime {
    /// From microseconds since 1970-01-01T00:00:00Z.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// How long after `earlier` this is; negative if before.
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl Span {
    /// No time.
    pub const ZERO: Self = Self(0);
    /// One second.
    pub const SECOND: Self = Self(1_000_000);
    /// One minute.
    pub const MINUTE: Self = Self(60_000_000);
    /// One hour.
    pub const HOUR: Self = Self(3_600_000_000);
    /// One calendar day of 24 hours.
    pub const DAY: Self = Self(86_400_000_000);

    /// From microseconds.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From whole seconds; saturates.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000))
    }

    /// From hours, rounded to the microsecond; saturates, NaN is zero.
    pub fn from_hours(hours: f64) -> Self {
        Self((hours * Self::HOUR.0 as f64).round() as i64)
    }

    /// Microseconds.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Hours, as a number.
    pub fn hours(self) -> f64 {
        self.0 as f64 / Self::HOUR.0 as f64
    }

    /// Calendar days of 24 hours, as a number.
    pub fn days(self) -> f64 {
        self.0 as f64 / Self::DAY.0 as f64
    }

    /// Whether the span is below zero.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The span times a factor, rounded to the microsecond; saturates.
    pub fn scaled(self, factor: f64) -> Self {
        Self((self.0 as f64 * factor).round() as i64)
    }
}

impl Add<Span> for PlantTime {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for PlantTime {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Span {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Span {
    fn sum<I: Iterator<Item = Self>>(spans: I) -> Self {
        spans.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Span {
    /// The largest unit that keeps the number readable: `45 s`, `12.5 min`, `6.6 h`, `14.0 d`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, name) = match self.0.saturating_abs() {
            0..60_000_000 => (Self::SECOND, "s"),
            60_000_000..3_600_000_000 => (Self::MINUTE, "min"),
            3_600_000_000..172_800_000_000 => (Self::HOUR, "h"),
            _ => (Self::DAY, "d"),
        };
        let number = format!("{:.1}", self.0 as f64 / unit.0 as f64);
        write!(f, "{} {name}", number.strip_suffix(".0").unwrap_or(&number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_in_the_largest_fitting_unit() {
        let text = |hours: f64| Span::from_hours(hours).to_string();
        assert_eq!(text(0.0125), "45 s");
        assert_eq!(text(6.6), "6.6 h");
        assert_eq!(text(336.0), "14 d");
    }

    #[test]
    fn arithmetic_saturates_instead_of_wrapping() {
        let end = PlantTime::from_micros(i64::MAX);
        assert_eq!(end + Span::DAY, end);
        assert_eq!(PlantTime::from_micros(i64::MIN).since(end).micros(), i64::MIN);
    }
}
