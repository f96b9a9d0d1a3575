//! How fast something comes, from when it came: the one estimate behind every expected date.
//!
//! The intervals between arrivals are averaged with weights that grow when an interval has ended
//! and fade with its age, so that nothing comes into or falls out of the estimate from one hour
//! to the next; arrivals of one day count as one, so that a lot is not mistaken for a fast run.
//! The time since the last arrival is credited to the next one, so that a date stands still
//! while all goes as usual, and moves with the clock once the next one is overdue. One long stop
//! counts as at most two usual intervals: it has cost its time already and is not expected
//! again before every piece.

use twin::{PlantTime, Span};

/// An interval counts as at most so many mean ones.
const LONGEST_COUNTED: f64 = 2.0;
/// An interval counts half of what it will when it has ended for this part of the time in which
/// it fades.
const GROWS: f64 = 1.0 / 3.0;
/// Arrivals closer together than this are one lot.
const ONE_LOT: Span = Span::HOUR;
/// Standard deviations either side of the mean that hold 80 % of a normal distribution.
const BAND: f64 = 1.28;
/// Intervals from which their spread says something.
const ENOUGH_FOR_A_BAND: f64 = 3.0;

/// Arrivals of one kind, run by run: within a run each interval is between two neighbours.
#[derive(Clone, Debug)]
pub struct Arrivals {
    now: PlantTime,
    /// The age at which an interval counts half.
    fades: Span,
    intervals: Vec<Interval>,
    /// The newest arrival of the newest run, when more are to come.
    open: Option<(PlantTime, f64)>,
}

#[derive(Clone, Copy, Debug)]
struct Interval {
    days: f64,
    pieces: f64,
    weight: f64,
}

/// Whether more of a run are to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    GoesOn,
    IsOver,
}

impl Arrivals {
    pub fn new(now: PlantTime, fades: Span) -> Self {
        Self { now, fades, intervals: Vec::new(), open: None }
    }

    /// Adds a run of (moment, pieces), oldest first; what lies after now is left out.
    pub fn add(&mut self, run: impl Iterator<Item = (PlantTime, f64)>, goes_on: Run) {
        let (mut before, mut last): (Option<PlantTime>, Option<Arrived>) = (None, None);
        let now = self.now;
        for (at, pieces) in run.filter(|(at, pieces)| *at <= now && *pieces > 0.0) {
            let day = at.micros().div_euclid(Span::DAY.micros());
            last = Some(match last {
                Some(same) if same.day == day => {
                    let one_lot = at.since(same.at) <= ONE_LOT;
                    let newest = if one_lot { same.newest + pieces } else { pieces };
                    Arrived { at, pieces: same.pieces + pieces, newest, day }
                }
                other => {
                    if let Some(other) = other {
                        self.interval(before, other);
                        before = Some(other.at);
                    }
                    Arrived { at, pieces, newest: pieces, day }
                }
            });
        }
        let Some(last) = last else { return };
        self.interval(before, last);
        if goes_on == Run::GoesOn && self.open.is_none_or(|(at, _)| at <= last.at) {
            self.open = Some((last.at, last.newest));
        }
    }

    fn interval(&mut self, before: Option<PlantTime>, arrived: Arrived) {
        let Some(before) = before else { return };
        let age = self.now.since(arrived.at).days() / self.fades.days().max(f64::MIN_POSITIVE);
        let weight = age / (age + GROWS) / (1.0 + age * age);
        let days = arrived.at.since(before).days();
        self.intervals.push(Interval { days, pieces: arrived.pieces, weight });
    }

    /// The pace; none before the first interval has ended.
    pub fn pace(&self) -> Option<Pace> {
        let sum = |of: &dyn Fn(&Interval) -> f64| {
            self.intervals.iter().fold(0.0, |sum, interval| sum + interval.weight * of(interval))
        };
        let weight = sum(&|_| 1.0);
        if weight <= 0.0 {
            return None;
        }
        let longest = LONGEST_COUNTED * sum(&|i| i.days) / weight;
        let days_per_piece = sum(&|i| i.days.min(longest)) / sum(&|i| i.pieces);
        let squares = sum(&|i| {
            let off = i.days.min(longest) - i.pieces * days_per_piece;
            off * off
        });
        let weights_squared = self.intervals.iter().fold(0.0, |sum, i| sum + i.weight * i.weight);
        Some(Pace {
            days_per_piece,
            intervals: weight * weight / weights_squared,
            variance: squares / weight,
            pieces_each: sum(&|i| i.pieces) / weight,
            open: self.open,
        })
    }
}

/// All that came on one day.
#[derive(Clone, Copy, Debug)]
struct Arrived {
    at: PlantTime,
    pieces: f64,
    /// Pieces of its newest lot.
    newest: f64,
    day: i64,
}

/// How fast something comes.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Mean time for one piece [d].
    pub days_per_piece: f64,
    /// Intervals that it rests on, faded ones in part [count].
    pub intervals: f64,
    /// Of the length of one interval, given what it brought [d²].
    variance: f64,
    pieces_each: f64,
    open: Option<(PlantTime, f64)>,
}

impl Pace {
    /// The same with a planned time for one piece [d] mixed in, until there are `enough`
    /// intervals to do without.
    pub fn mixed_with(self, planned_d: f64, enough: f64) -> Self {
        let known = (self.intervals / enough).min(1.0);
        let days_per_piece = known * self.days_per_piece + (1.0 - known) * planned_d;
        Self { days_per_piece, ..self }
    }

    /// When the next arrival is expected, now at the earliest, and how many pieces it brings.
    pub fn next(&self, now: PlantTime) -> (PlantTime, f64) {
        let next = self.open.map(|(at, newest)| {
            (now.max(at + Span::DAY.scaled(newest * self.days_per_piece)), newest)
        });
        next.unwrap_or((now + Span::DAY.scaled(self.days_per_piece), 1.0))
    }

    /// Days from now until so many pieces have come, at most `longest_d`.
    pub fn days_for(&self, pieces: f64, now: PlantTime, longest_d: f64) -> f64 {
        if pieces <= 0.0 {
            return 0.0;
        }
        let (next, brings) = self.next(now);
        let more = (pieces - brings).max(0.0) * self.days_per_piece;
        (next.since(now).days() + more).min(longest_d)
    }

    /// Half the width of the band in which that time lies in four cases of five [d]: the spread
    /// of the intervals to come, and that of their mean. None when too few have been seen.
    pub fn band_d(&self, pieces: f64) -> Option<f64> {
        let ahead = pieces / self.pieces_each.max(f64::MIN_POSITIVE);
        let variance = self.variance * ahead * (1.0 + ahead / self.intervals);
        (self.intervals >= ENOUGH_FOR_A_BAND).then(|| BAND * variance.sqrt())
    }
}
