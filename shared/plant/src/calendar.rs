//! When a place works: a calendar laid out over a stretch of plant time.
//!
//! Working hours are wall-clock hours of the site. Over a clock change a shift keeps its
//! wall-clock ends and is an hour shorter or longer; a calendar that refuses this is refused
//! when the plant is read ([`first_clock_change_in_a_shift`]).

use std::collections::BTreeSet;

use jiff::{Timestamp, civil, tz::TimeZone};
use twin::{
    PlantTime, Span,
    definition::{Calendar, Shift},
};

use crate::{quantity::DayLength, when};

/// The most days that a calendar is laid out over: a hundred years.
const MOST_DAYS: usize = 36_600;

/// The open intervals of a calendar between two moments. Outside them everything is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkingTime {
    open: Vec<(PlantTime, PlantTime)>,
    /// Working time before each interval.
    before: Vec<Span>,
}

/// A calendar's site has no such time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no time zone {0:?}")]
pub struct UnknownTimeZone(pub String);

impl WorkingTime {
    /// The moment that never comes: the end of work for which the horizon is too short.
    pub const NEVER: PlantTime = PlantTime::from_micros(i64::MAX);

    /// Lays a calendar out from `from` (inclusive) to `to` (exclusive), at most a hundred years.
    ///
    /// # Errors
    /// [`UnknownTimeZone`] when `time_zone` is no IANA name.
    pub fn new(
        calendar: &Calendar,
        time_zone: &str,
        from: PlantTime,
        to: PlantTime,
    ) -> Result<Self, UnknownTimeZone> {
        let zone = when::zone(time_zone).ok_or_else(|| UnknownTimeZone(time_zone.to_owned()))?;
        let open =
            if calendar.always { vec![(from, to)] } else { lay_out(calendar, &zone, from, to) };
        let open: Vec<_> = open.into_iter().filter(|(start, end)| start < end).collect();
        let mut total = Span::ZERO;
        let before = open
            .iter()
            .map(|&(start, end)| {
                let before = total;
                total += end.since(start);
                before
            })
            .collect();
        Ok(Self { open, before })
    }

    /// The open intervals, in order, not touching.
    pub fn intervals(&self) -> &[(PlantTime, PlantTime)] {
        &self.open
    }

    /// Whether somebody works at that moment; an interval holds its start and not its end.
    pub fn is_open(&self, at: PlantTime) -> bool {
        self.open[..self.started(at)].last().is_some_and(|&(_, end)| at < end)
    }

    /// The first moment from `at` on that is open; [`Self::NEVER`] past the horizon.
    pub fn next_open(&self, at: PlantTime) -> PlantTime {
        if self.is_open(at) {
            return at;
        }
        self.open.get(self.started(at)).map_or(Self::NEVER, |&(start, _)| start)
    }

    /// The first moment after `at` that is closed, from an open one; `at` itself when closed.
    pub fn next_close(&self, at: PlantTime) -> PlantTime {
        match self.open[..self.started(at)].last() {
            Some(&(_, end)) if at < end => end,
            _ => at,
        }
    }

    /// When work of that length ends that begins at `at` or as soon as it opens. No work ends at
    /// once. [`Self::NEVER`] past the horizon.
    pub fn add_working(&self, at: PlantTime, work: Span) -> PlantTime {
        if work <= Span::ZERO {
            return at;
        }
        let goal = self.worked_before(at) + work;
        let next = self.before.partition_point(|&before| before < goal);
        let Some(index) = next.checked_sub(1) else { return Self::NEVER };
        let end = self.open[index].0 + (goal - self.before[index]);
        if end <= self.open[index].1 { end } else { Self::NEVER }
    }

    /// The working time from `start` to `end`; negative when `end` is earlier.
    pub fn working_between(&self, start: PlantTime, end: PlantTime) -> Span {
        self.worked_before(end) - self.worked_before(start)
    }

    /// How many intervals start at or before a moment.
    fn started(&self, at: PlantTime) -> usize {
        self.open.partition_point(|&(start, _)| start <= at)
    }

    fn worked_before(&self, at: PlantTime) -> Span {
        match self.started(at).checked_sub(1) {
            None => Span::ZERO,
            Some(index) => {
                let (start, end) = self.open[index];
                self.before[index] + at.min(end).since(start)
            }
        }
    }
}

fn lay_out(
    calendar: &Calendar,
    zone: &TimeZone,
    from: PlantTime,
    to: PlantTime,
) -> Vec<(PlantTime, PlantTime)> {
    let holidays: BTreeSet<&str> = calendar.holidays.iter().map(String::as_str).collect();
    let mut open: Vec<(PlantTime, PlantTime)> = Vec::new();
    let Some(first) = date_of(zone, from).and_then(|d| d.yesterday().ok()) else { return open };
    for date in first.series(jiff::Span::new().days(1)).take(MOST_DAYS) {
        let Some(midnight) = when::local(zone, date.into()) else { break };
        if midnight >= to {
            break;
        }
        if holidays.contains(date.to_string().as_str()) {
            continue;
        }
        for &shift in &calendar.week[weekday(date)] {
            let Some((start, end)) = interval(zone, date, shift) else { continue };
            let (start, end) = (start.max(from), end.min(to));
            match open.last_mut() {
                Some((_, last_end)) if *last_end == start && start < end => *last_end = end,
                _ if start < end => open.push((start, end)),
                _ => {}
            }
        }
    }
    open
}

/// The moments between which a shift of a date lies.
fn interval(zone: &TimeZone, date: civil::Date, shift: Shift) -> Option<(PlantTime, PlantTime)> {
    Some((wall(zone, date, shift.start_min)?, wall(zone, date, shift.end_min)?))
}

/// The moment at which the wall clock of a date shows so many minutes.
fn wall(zone: &TimeZone, date: civil::Date, minutes: u16) -> Option<PlantTime> {
    let date = if minutes >= 1_440 { date.tomorrow().ok()? } else { date };
    let minutes = i8::try_from(minutes % 1_440 / 60).ok().zip(i8::try_from(minutes % 60).ok());
    let (hour, minute) = minutes?;
    when::local(zone, date.at(hour, minute, 0, 0))
}

fn date_of(zone: &TimeZone, at: PlantTime) -> Option<civil::Date> {
    let stamp = Timestamp::from_microsecond(at.micros()).ok()?;
    Some(zone.to_datetime(stamp).date())
}

fn weekday(date: civil::Date) -> usize {
    usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())
}

/// What a working day and a shift of this calendar last: means over the days of its week that
/// have work, and over the shifts as written.
pub(crate) fn day_length(week: &[Vec<Shift>; 7], shifts_written: usize) -> DayLength {
    let minutes: i64 =
        week.iter().flatten().map(|s| i64::from(s.end_min) - i64::from(s.start_min)).sum();
    let days = week.iter().filter(|day| !day.is_empty()).count();
    let mean = |parts: usize| {
        let parts = i64::try_from(parts.max(1)).unwrap_or(1);
        Span::from_micros(minutes.saturating_mul(Span::MINUTE.micros()) / parts)
    };
    DayLength { day: mean(days), shift: mean(shifts_written) }
}

/// The first local date from `from` to `to` on which the clock changes in the middle of a shift,
/// and the wall-clock time at which it does.
pub(crate) fn first_clock_change_in_a_shift(
    calendar: &Calendar,
    zone: &TimeZone,
    from: PlantTime,
    to: PlantTime,
) -> Option<civil::DateTime> {
    if calendar.always {
        return None;
    }
    let start = Timestamp::from_microsecond(from.micros()).ok()?;
    for change in zone.following(start) {
        let at = when::to_plant_time(change.timestamp());
        if at > to {
            return None;
        }
        // The second before the change shows the old clock.
        let before = change.timestamp().checked_sub(jiff::SignedDuration::from_secs(1)).ok()?;
        if zone.to_offset(before) == change.offset() {
            continue;
        }
        let (from, to) = (at - Span::DAY - Span::DAY, at + Span::DAY + Span::DAY);
        let inside = |&(start, end): &(PlantTime, PlantTime)| start < at && at < end;
        if lay_out(calendar, zone, from, to).iter().any(inside) {
            return zone.to_datetime(before).round(jiff::Unit::Minute).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests;
