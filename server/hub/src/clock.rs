//! The one place that asks what time it is; everywhere else time is handed in.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use twin::{PlantTime, Span};

/// The wall clock now, in UTC.
#[expect(clippy::disallowed_methods, reason = "this is the one clock")]
pub(crate) fn wall_now() -> PlantTime {
    let now = SystemTime::now();
    let micros = match now.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_micros()).unwrap_or(i64::MAX),
    };
    PlantTime::from_micros(micros)
}

/// Measures how long something took, unmoved when somebody sets the clock.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[expect(clippy::disallowed_methods, reason = "this is the one clock")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// Since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
/// The calendar day of a moment in a time zone; an unknown zone counts as UTC.
pub(crate) fn day_in(zone: &str, at: PlantTime) -> Option<jiff::civil::Date> {
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    Some(jiff::Timestamp::from_microsecond(at.micros()).ok()?.to_zoned(zone).date())
}

/// By how many calendar days something is expected later than promised, as pages count them: what
/// is due at midnight is due on the day before.
pub(crate) fn days_late(zone: &str, promised: PlantTime, expected: PlantTime) -> Option<i32> {
    let promised = day_in(zone, promised - Span::from_secs(1))?;
    Some(promised.until(day_in(zone, expected)?).ok()?.get_days())
}
