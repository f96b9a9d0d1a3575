//! Working time of a place: a calendar laid out, or day and night.

use plant::calendar::{UnknownTimeZone, WorkingTime};
use twin::{PlantTime, Span, definition::Calendar};

/// When a place works.
#[derive(Clone, Debug)]
pub(crate) enum Hours {
    /// Day and night.
    Always,
    /// In these intervals.
    Laid(WorkingTime),
}

impl Hours {
    pub fn new(
        calendar: &Calendar,
        time_zone: &str,
        from: PlantTime,
        to: PlantTime,
    ) -> Result<Self, UnknownTimeZone> {
        if calendar.always {
            return Ok(Self::Always);
        }
        WorkingTime::new(calendar, time_zone, from, to).map(Self::Laid)
    }

    /// Whether it ever opens.
    pub fn opens(&self) -> bool {
        match self {
            Self::Always => true,
            Self::Laid(time) => !time.intervals().is_empty(),
        }
    }

    /// Whether work goes on at a moment; the closing moment itself is closed.
    pub fn is_open(&self, at: PlantTime) -> bool {
        match self {
            Self::Always => true,
            Self::Laid(time) => time.is_open(at),
        }
    }

    /// The next opening or closing after a moment.
    pub fn next_boundary(&self, at: PlantTime) -> Option<PlantTime> {
        let Self::Laid(time) = self else { return None };
        let next = if time.is_open(at) { time.next_close(at) } else { time.next_open(at) };
        (next != WorkingTime::NEVER).then_some(next)
    }

    /// When a work of some length that begins or goes on at `at` is done.
    pub fn done(&self, at: PlantTime, work: Span) -> PlantTime {
        match self {
            Self::Always => at + work,
            Self::Laid(time) => time.add_working(at, work),
        }
    }

    /// Working time between two moments.
    pub fn between(&self, from: PlantTime, to: PlantTime) -> Span {
        match self {
            Self::Always => to.since(from),
            Self::Laid(time) => time.working_between(from, to),
        }
    }
}
