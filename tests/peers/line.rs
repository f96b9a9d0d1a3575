//! What a plant's feed says: parts go along a row of units, one step of a unit after another.

use std::fmt::Write;

use twin::PlantTime;

use crate::site::unit;

/// 7 January 2031, 00:00 UTC, in microseconds since 1970.
const BEGUN: i64 = 1_925_510_400_000_000;
/// Plant time between two steps [µs]: a unit of a thousand works a minute on each part.
const STEP_MICROS: i64 = 60_000;

/// A flow line: in each round every unit hands its part to the next and takes one from the last.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    units: usize,
    step: usize,
}

impl Line {
    /// A line of so many units, none of which has begun.
    pub(crate) fn new(units: usize) -> Self {
        Self { units, step: 0 }
    }

    /// A frame of at least so many reports, and how many they are.
    pub(crate) fn frame(&mut self, seq: u64, reports: usize) -> (String, u64) {
        let mut text = format!("{{\"type\":\"report\",\"seq\":{seq},\"reports\":[");
        let mut count = 0;
        while count < reports {
            count += self.step(&mut text, count > 0);
        }
        text.push_str("]}");
        (text, count as u64)
    }

    /// One unit ends its operation and begins the next: two reports, three when a part is done.
    fn step(&mut self, text: &mut String, follows: bool) -> usize {
        let (round, number) = (self.step / self.units, self.step % self.units);
        let micros = BEGUN + STEP_MICROS * i64::try_from(self.step).unwrap_or(i64::MAX / 2);
        let at = record::format_time(PlantTime::from_micros(micros)).unwrap_or_default();
        self.step += 1;
        let mut say = Say { text, at: &at, follows, count: 0 };
        if round > 0 {
            say.operation("op_finished", self.units, round - 1, number);
            if number + 1 == self.units {
                say.completed(part(self.units, round - 1, number));
            }
        }
        say.operation("op_started", self.units, round, number);
        say.count
    }
}

/// The part that a unit works on in a round: it was at the unit before in the round before.
fn part(units: usize, round: usize, number: usize) -> usize {
    units + round - number
}

struct Say<'a> {
    text: &'a mut String,
    at: &'a str,
    follows: bool,
    count: usize,
}

impl Say<'_> {
    fn operation(&mut self, kind: &str, units: usize, round: usize, number: usize) {
        self.begin(kind);
        let (unit_id, part) = (unit(number), part(units, round, number));
        // Writing to a String cannot fail.
        let _infallible = write!(
            self.text,
            ",\"op\":\"o-{round}-{number}\",\"unit\":\"{unit_id}\",\"part\":\"P{part}\",\"operation\":\"make\""
        );
        if kind == "op_started" && number > 0 {
            let before = unit(number - 1);
            let _infallible =
                write!(self.text, ",\"cause\":{{\"kind\":\"material\",\"id\":\"{before}\"}}");
        }
        self.text.push('}');
    }

    fn completed(&mut self, part: usize) {
        self.begin("part_completed");
        let _infallible = write!(self.text, ",\"part\":\"P{part}\",\"material\":\"panel\"}}");
    }

    fn begin(&mut self, kind: &str) {
        let comma = if self.follows { "," } else { "" };
        let _infallible = write!(self.text, "{comma}{{\"kind\":\"{kind}\",\"at\":\"{}\"", self.at);
        self.follows = true;
        self.count += 1;
    }
}

/// Numeric signals of a plant: every series once a plant second, in columns.
#[derive(Clone, Debug)]
pub(crate) struct Signals {
    series: usize,
    point: usize,
}

impl Signals {
    /// So many series.
    pub(crate) fn new(series: usize) -> Self {
        Self { series, point: 0 }
    }

    /// Their ids.
    pub(crate) fn ids(&self) -> impl Iterator<Item = String> + use<> {
        (0..self.series).map(|number| format!("s-{number:04}"))
    }

    /// A frame of so many points.
    pub(crate) fn frame(&mut self, seq: u64, points: usize) -> (String, u64) {
        let (mut series, mut at, mut value) = (String::new(), String::new(), String::new());
        for number in self.point..self.point + points {
            let comma = if series.is_empty() { "" } else { "," };
            let micros = BEGUN + i64::try_from(number / self.series).unwrap_or(0) * 1_000_000;
            let time = record::format_time(PlantTime::from_micros(micros)).unwrap_or_default();
            let level = ((number * 7_919) % 100_000) as f64 / 100.0;
            // Writing to a String cannot fail.
            let _infallible = write!(series, "{comma}\"s-{:04}\"", number % self.series);
            let _infallible = write!(at, "{comma}\"{time}\"");
            let _infallible = write!(value, "{comma}{level}");
        }
        self.point += points;
        let text = format!(
            "{{\"type\":\"report\",\"seq\":{seq},\"points\":{{\"series\":[{series}],\
             \"at\":[{at}],\"value\":[{value}]}}}}"
        );
        (text, points as u64)
    }
}
