//! The clock of a plant: everything about the plant is judged on it.

use twin::{Origin, PlantTime, Span};
use wire::ingest::Clock;

/// The fastest clock that is taken, in plant seconds a wall second.
const FASTEST_RATE: f64 = 1e6;

/// Which clock a plant is on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum PlantClock {
    /// The wall clock.
    Live,
    /// A model's clock.
    Simulated {
        /// The plant's time at `wall`.
        anchor: PlantTime,
        /// The wall time of `anchor`.
        wall: PlantTime,
        /// Plant seconds for one second of wall time.
        rate: f64,
    },
    /// A record's clock: as far as the record has been told, and no further.
    Recorded {
        /// The newest time told; none before the first report.
        newest: Option<PlantTime>,
        /// Plant seconds for one second of wall time, as the feed says.
        rate: f64,
    },
}

impl PlantClock {
    /// The clock that a hello asks for; none when its rate is no rate or its start no time.
    pub(crate) fn asked(clock: &Clock, wall: PlantTime, default_start: PlantTime) -> Option<Self> {
        let good = |rate: f64| rate.is_finite() && rate > 0.0 && rate <= FASTEST_RATE;
        match clock {
            Clock::Live => Some(Self::Live),
            Clock::Simulated { start, rate } if good(*rate) => {
                let anchor = match start {
                    Some(text) => super::decode::time(text)?,
                    None => default_start,
                };
                Some(Self::Simulated { anchor, wall, rate: *rate })
            }
            Clock::Recorded { rate } if good(*rate) => {
                Some(Self::Recorded { newest: None, rate: *rate })
            }
            Clock::Simulated { .. } | Clock::Recorded { .. } => None,
        }
    }

    /// Whether a feed on `other` may speak for a plant on this clock.
    pub(crate) fn agrees_with(&self, other: &Clock) -> bool {
        match (self, other) {
            (Self::Live, Clock::Live) | (Self::Recorded { .. }, Clock::Recorded { .. }) => true,
            (Self::Simulated { rate, .. }, Clock::Simulated { rate: asked, .. }) => rate == asked,
            _ => false,
        }
    }

    /// The plant's time.
    pub(crate) fn now(&self, wall_now: PlantTime) -> PlantTime {
        match *self {
            Self::Live => wall_now,
            Self::Simulated { anchor, wall, rate } => {
                let passed = wall_now.since(wall);
                anchor + if passed.is_negative() { Span::ZERO } else { passed.scaled(rate) }
            }
            Self::Recorded { newest, .. } => newest.unwrap_or(wall_now),
        }
    }

    /// The same kind of clock, standing at `at` for whoever looks at wall time `at`.
    pub(crate) fn standing_at(&self, at: PlantTime) -> Self {
        match *self {
            Self::Live => Self::Live,
            Self::Simulated { rate, .. } => Self::Simulated { anchor: at, wall: at, rate },
            Self::Recorded { rate, .. } => Self::Recorded { newest: Some(at), rate },
        }
    }

    /// A report of this time was taken: a record's clock moves on with it.
    pub(crate) fn told(&mut self, at: PlantTime) {
        if let Self::Recorded { newest, .. } = self {
            *newest = Some(newest.map_or(at, |newest| newest.max(at)));
        }
    }

    /// The origin of values on this clock.
    pub(crate) fn origin(&self) -> Origin {
        match self {
            Self::Live => Origin::Live,
            Self::Simulated { .. } => Origin::Simulated,
            Self::Recorded { .. } => Origin::Recorded,
        }
    }

    /// Plant seconds for one second of wall time.
    pub(crate) fn rate(&self) -> f64 {
        match *self {
            Self::Live => 1.0,
            Self::Simulated { rate, .. } | Self::Recorded { rate, .. } => rate,
        }
    }

    /// The clock of a stored name; none for a name this program does not know.
    pub(crate) fn stored(
        kind: &str,
        rate: f64,
        at: PlantTime,
        wall_now: PlantTime,
    ) -> Option<Self> {
        match kind {
            "live" => Some(Self::Live),
            "simulated" => Some(Self::Simulated { anchor: at, wall: wall_now, rate }),
            "recorded" => Some(Self::Recorded { newest: Some(at), rate }),
            _ => None,
        }
    }
}
