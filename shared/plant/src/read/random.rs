//! Times that vary, by mean and variation or by parameters of their own, and failures.

use twin::{
    Span,
    definition::{Ages, Duration, FailureMode, Shape},
};

use super::Context;
use crate::{
    quantity::DayLength,
    reader::{Reader, Value},
};

/// The families, as they are written. What a family needs besides is asked for where it is read.
const SHAPES: [(&str, Family); 11] = [
    ("lognormal", Family::Lognormal),
    ("exponential", Family::Exponential),
    ("gamma", Family::Gamma),
    ("erlang", Family::Erlang),
    ("weibull", Family::Weibull),
    ("uniform", Family::Uniform),
    ("triangular", Family::Triangular),
    ("hyperexponential", Family::Hyperexponential),
    ("geometric", Family::Geometric),
    ("bernoulli", Family::Bernoulli),
    ("constant", Family::Constant),
];

/// What brings failures nearer, as it is written.
const AGES: [(&str, Ages); 2] = [("with work", Ages::WithWork), ("with time", Ages::WithTime)];

/// The most that a uniform variable can vary and stay above 0: 1 / √3; a triangular one: 1 / √6.
const UNIFORM_MOST: f64 = 0.577_350_269_189_625_8;
const TRIANGULAR_MOST: f64 = 0.408_248_290_463_863;
/// The most that any may vary.
const VARIATION_MOST: f64 = 100.0;
/// The most observations of one time: a file is written by people, or by a program of theirs.
const MOST_OBSERVED: usize = 100_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Lognormal,
    Exponential,
    Gamma,
    Erlang,
    Weibull,
    Uniform,
    Triangular,
    Hyperexponential,
    Geometric,
    Bernoulli,
    Constant,
}

/// `time`, `variation`, `shape`, `runs_on` of a table, or `time` as a table of its own.
pub(super) fn duration(reader: &Reader<'_>, day: DayLength) -> Option<Duration> {
    let value = reader.need("time");
    let runs_on = reader.flag_or("runs_on", false);
    let found = match value? {
        value if value.is_table() => random(value, day, Family::Lognormal),
        value => {
            let mean = value.time();
            shaped(reader, mean?.span(day), Family::Lognormal, day)
        }
    };
    found.map(|found| Duration { runs_on, ..found })
}

/// A duration written as `"2 wd"` or as a table with `time`.
pub(super) fn short_duration(value: Value<'_>, day: DayLength) -> Option<Duration> {
    if value.is_table() {
        let reader = value.table("a duration")?;
        let found = duration(&reader, day);
        reader.finish();
        return found;
    }
    Some(Duration::fixed(value.time()?.span(day)))
}

/// A time between things that come by themselves: `"75 min"` or `"0.8/h"` is exponential, a table
/// says what it is.
pub(super) fn between(value: Value<'_>, day: DayLength) -> Option<Duration> {
    let found = match value.is_table() {
        true => random(value, day, Family::Exponential)?,
        false => Duration::exponential(value.interval()?.span(day)),
    };
    if found.mean <= Span::ZERO {
        value.log.error(value.at, "time goes by from one to the next: it must be above 0");
        return None;
    }
    Some(found)
}

/// A time written as `"2 h"` or as a table that says how it varies.
pub(super) fn short_or_random(value: Value<'_>, day: DayLength) -> Option<Duration> {
    match value.is_table() {
        true => random(value, day, Family::Lognormal),
        false => Some(Duration::fixed(value.time()?.span(day))),
    }
}

/// A table with `mean` and a shape, or with parameters that say both.
fn random(value: Value<'_>, day: DayLength, usual: Family) -> Option<Duration> {
    let reader = value.table("a time")?;
    let found = if let Some(observed) = reader.get("observed") {
        observations(&reader, observed, day)
    } else if let Some(branches) = reader.get("branches") {
        mixture(branches, day)
    } else if reader.get("low").is_some() || reader.get("high").is_some() {
        between_limits(&reader, day)
    } else {
        let mean = reader.need("mean").and_then(Value::time);
        mean.and_then(|mean| shaped(&reader, mean.span(day), usual, day))
    };
    reader.finish();
    found
}

/// `observed = ["12 min", …]`, with `smoothed = true` where others may come, too.
fn observations(reader: &Reader<'_>, observed: Value<'_>, day: DayLength) -> Option<Duration> {
    let smoothed = reader.flag_or("smoothed", false);
    let written = observed.list();
    if written.is_empty() || written.len() > MOST_OBSERVED {
        let text =
            format!("there are {} observations; 1 to {MOST_OBSERVED} are wanted", written.len());
        reader.log.error(observed.at, text);
        return None;
    }
    let values: Option<Vec<Span>> =
        written.into_iter().map(|value| Some(value.time()?.span(day))).collect();
    let values = values?;
    let hours: f64 = values.iter().map(|value| value.hours()).sum();
    let mean = Span::from_hours(hours / values.len() as f64);
    Some(Duration { shape: Shape::Observed { values, smoothed }, ..Duration::fixed(mean) })
}

/// `branches = [{ share = 0.9, mean = "10 min" }, …]`: exponential with one of several means.
fn mixture(value: Value<'_>, day: DayLength) -> Option<Duration> {
    let read = |value: Value<'_>| {
        let reader = value.table("a branch")?;
        let share = reader.need("share").and_then(Value::share);
        let mean = reader.need("mean").and_then(Value::time);
        reader.finish();
        Some((share?, mean?.span(day)))
    };
    let branches: Option<Vec<(f64, Span)>> = value.list().into_iter().map(read).collect();
    let branches = branches?;
    let sum: f64 = branches.iter().map(|(share, _)| share).sum();
    if (sum - 1.0).abs() > 1e-9 || branches.len() > 16 {
        value
            .log
            .error(value.at, format!("up to 16 branches have shares that add up to 1, not {sum}"));
        return None;
    }
    let hours: f64 = branches.iter().map(|(share, mean)| share * mean.hours()).sum();
    Some(Duration { shape: Shape::Branches(branches), ..Duration::fixed(Span::from_hours(hours)) })
}

/// `low` and `high`: uniform; with `mode`, the likeliest, between them: triangular.
fn between_limits(reader: &Reader<'_>, day: DayLength) -> Option<Duration> {
    let limit = |value: Option<Value<'_>>| Some(value?.time()?.span(day));
    let (low, high) = (limit(reader.need("low"))?, limit(reader.need("high"))?);
    let mode = reader.get("mode");
    let mode = if mode.is_some() { Some(limit(mode)?) } else { None };
    if low > high || mode.is_some_and(|mode| mode < low || mode > high) {
        reader.log.error(reader.at, "low comes before mode, and mode before high");
        return None;
    }
    let (from, to) = (low.hours(), high.hours());
    match mode {
        Some(mode) => {
            let mean = Span::from_hours((from + mode.hours() + to) / 3.0);
            Some(Duration { shape: Shape::Triangular { low, mode, high }, ..Duration::fixed(mean) })
        }
        None => {
            let mean = f64::midpoint(from, to);
            let variation =
                if mean > 0.0 { (to - from) / (2.0 * mean) * UNIFORM_MOST } else { 0.0 };
            let mean = Span::from_hours(mean);
            Some(Duration { mean, variation, shape: Shape::Uniform, runs_on: false })
        }
    }
}

/// A family by mean and `variation`, or by a parameter of its own.
fn shaped(reader: &Reader<'_>, mean: Span, usual: Family, day: DayLength) -> Option<Duration> {
    let written = reader.get("variation");
    let family = match reader.get("shape") {
        Some(value) => value.one_of(&SHAPES)?,
        None if written.is_some() && usual == Family::Exponential => Family::Gamma,
        None => usual,
    };
    let variation = |low: f64, high: f64| match written {
        None => Some(None),
        Some(value) => {
            let words = format!("a ratio from {low} to {high}");
            value.number_in(|n| (low..=high).contains(&n), &words).map(Some)
        }
    };
    let lacking = |what: &str| {
        reader.log.error(reader.at, format!("this shape needs the key {what}"));
        None
    };
    let at_most = |most: f64| variation(0.0, most).map(|found| found.unwrap_or(0.0));
    let (shape, variation) = match family {
        Family::Constant => (Shape::Lognormal, 0.0),
        Family::Exponential => (Shape::Exponential, 1.0),
        Family::Lognormal => (Shape::Lognormal, at_most(VARIATION_MOST)?),
        Family::Uniform => (Shape::Uniform, at_most(UNIFORM_MOST)?),
        Family::Triangular => {
            let half = mean.hours() * at_most(TRIANGULAR_MOST)? / TRIANGULAR_MOST;
            let at = |hours: f64| Span::from_hours(hours.max(0.0));
            let (low, high) = (at(mean.hours() - half), at(mean.hours() + half));
            (Shape::Triangular { low, mode: mean, high }, half / mean.hours() * TRIANGULAR_MOST)
        }
        Family::Hyperexponential => match variation(1.0, VARIATION_MOST)? {
            Some(variation) => (Shape::Hyperexponential, variation),
            None => return lacking("\"variation\", above 1"),
        },
        Family::Gamma => match reader.get("parameter") {
            Some(value) => (Shape::Gamma, 1.0 / parameter(value)?.sqrt()),
            None => (Shape::Gamma, at_most(4.4)?),
        },
        Family::Weibull => match reader.get("parameter") {
            Some(value) => (Shape::WeibullOf(parameter(value)?), 0.0),
            None => (Shape::Weibull, at_most(VARIATION_MOST)?),
        },
        Family::Erlang => {
            let stages = match (reader.get("stages"), variation(0.01, 1.0)?) {
                (Some(value), _) => value.count(1, 10_000)?,
                (None, Some(variation)) => (1.0 / (variation * variation)).round() as u32,
                (None, None) => return lacking("\"stages\" or \"variation\""),
            };
            (Shape::Erlang(stages), 1.0 / f64::from(stages).sqrt())
        }
        Family::Geometric => {
            let Some(value) = reader.get("step") else {
                return lacking("\"step\": how long one trial takes");
            };
            let step = value.time()?.span(day);
            if step <= Span::ZERO || step > mean {
                reader
                    .log
                    .error(value.at, "a step takes some time, and the mean one step at least");
                return None;
            }
            (Shape::Geometric(step), 0.0)
        }
        Family::Bernoulli => match reader.get("chance") {
            Some(value) => (Shape::Bernoulli(value.share()?), 0.0),
            None => return lacking("\"chance\": how often it takes any time"),
        },
    };
    Some(Duration { mean, variation, shape, runs_on: false })
}

/// The shape parameter of a gamma or Weibull time.
fn parameter(value: Value<'_>) -> Option<f64> {
    value.number_in(|n| (0.05..=10_000.0).contains(&n), "a number from 0.05 to 10000")
}

impl Context<'_, '_> {
    /// `availability` or `between`, with `repair`, or `failures`.
    pub(super) fn failures(&self, reader: &Reader<'_>, day: DayLength) -> Vec<FailureMode> {
        let mut modes: Vec<FailureMode> = reader
            .tables("failures", "a failure")
            .into_iter()
            .filter_map(|table| {
                let name = table.text_or("name", "breakdown");
                let mode = failure_mode(&table, name, day);
                table.finish();
                mode
            })
            .collect();
        let often = reader.get("availability").or_else(|| reader.get("between"));
        let repair = reader.get("repair");
        let name = reader.text_or("failure", "breakdown");
        let ages = reader.get("ages");
        match (often, repair) {
            (Some(_), Some(_)) => modes.extend(failure_mode(reader, name, day)),
            (Some(value), None) | (None, Some(value)) => reader.log.error(
                value.at,
                "availability (or between, the time between failures) and repair (the time to \
                 repair) belong together",
            ),
            (None, None) => {
                if let Some(value) = ages {
                    reader
                        .log
                        .error(value.at, "ages says what brings failures nearer; there is none");
                }
            }
        }
        modes
    }
}

fn failure_mode(reader: &Reader<'_>, name: String, day: DayLength) -> Option<FailureMode> {
    let ages = match reader.get("ages") {
        Some(value) => value.one_of(&AGES)?,
        None => Ages::WithWork,
    };
    let value = reader.need("repair")?;
    let repair = match value.is_table() {
        true => random(value, day, Family::Exponential)?,
        false => Duration::exponential(value.time()?.span(day)),
    };
    if repair.mean <= Span::ZERO {
        reader.log.error(value.at, "a repair takes some time");
        return None;
    }
    let Some(written) = reader.get("between") else {
        let value = reader.need("availability")?;
        let availability = value.share()?;
        if availability >= 1.0 {
            reader.log.error(value.at, "an availability of 1 never fails; leave it and repair out");
            return None;
        }
        // availability = MTBF / (MTBF + MTTR)
        let mean = repair.mean.scaled(availability / (1.0 - availability));
        return Some(FailureMode { name, between: Duration::exponential(mean), repair, ages });
    };
    if let Some(other) = reader.get("availability") {
        reader.log.error(other.at, "availability and between say the same; write one of them");
    }
    Some(FailureMode { name, between: between(written, day)?, repair, ages })
}
