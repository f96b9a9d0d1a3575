//! The rows of the table, played until they can be told.

use des::Streams;
use serde_json::Value;

use crate::families::{self, Measure};

/// Replications of a row: enough for their mean to be as good as normal, so that 3.3 standard
/// errors mean what they say. With 30 a right row in 400 would be off by more.
const REPLICATIONS: u64 = 100;
/// The mean is to be within so many standard errors: 0.1 % of right answers are not.
const STANDARD_ERRORS: f64 = 3.3;
/// The standard error of a row at most, as a part of its value, where nothing else is asked for.
const LARGEST_ERROR: f64 = 0.01;
/// How often a run is doubled at most.
const MOST_DOUBLINGS: u32 = 24;

/// A row of the table.
struct Row {
    text: &'static str,
    model: &'static str,
    parameters: Value,
    metric: &'static str,
    truth: f64,
}

fn rows() -> Vec<Row> {
    let table = include_str!("../../../../tests/truth/ground_truth.csv");
    let lines = table.lines().skip(1).filter(|line| !line.is_empty());
    lines.map(row).collect()
}

fn row(text: &'static str) -> Row {
    let mut fields = text.split(';');
    let mut field = || fields.next().unwrap_or_else(|| panic!("{text}: four fields are wanted"));
    let (model, parameters, metric, truth) = (field(), field(), field(), field());
    let parameters = serde_json::from_str(parameters).unwrap_or_else(|e| panic!("{text}: {e}"));
    let truth = truth.trim().parse().unwrap_or_else(|e| panic!("{text}: {e}"));
    Row { text, model, parameters, metric, truth }
}

/// The seed of a row: the FNV-1a hash of its text (RFC 9923).
fn seed(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn largest_error() -> f64 {
    match std::env::var("SLIPWAY_TRUTH_ERROR") {
        Ok(text) => text.parse().expect("SLIPWAY_TRUTH_ERROR is a number, such as 0.002"),
        Err(_) => LARGEST_ERROR,
    }
}

/// Mean and standard error over replications.
fn estimate(found: &[f64]) -> (f64, f64) {
    let count = found.len() as f64;
    let mean = found.iter().sum::<f64>() / count;
    let squares: f64 = found.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, (squares / (count - 1.0) / count).sqrt())
}

/// Plays a row; what is wrong, in words.
fn check(row: &Row, largest_error: f64) -> Result<String, String> {
    let measure = families::build(row.model, &row.parameters, row.metric)
        .ok_or_else(|| format!("{}: no such family, parameters or metric", row.text))?;
    let streams = Streams::new(seed(row.text));
    for doubling in 0..MOST_DOUBLINGS {
        let size = 1_u64 << doubling;
        let found = (0..REPLICATIONS).map(|number| replicate(&measure, streams, number, size));
        let (mean, error) = estimate(&found.collect::<Vec<f64>>());
        if error > largest_error * row.truth {
            continue;
        }
        let off = (mean - row.truth) / error;
        let told = format!("{}: {mean:.6} ± {error:.6}, {off:+.2} standard errors off", row.text);
        return if off.abs() <= STANDARD_ERRORS { Ok(told) } else { Err(told) };
    }
    Err(format!("{}: too wide to tell after {MOST_DOUBLINGS} doublings", row.text))
}

/// One replication, `size` times as long as the shortest, or of so many runs.
fn replicate(measure: &Measure, streams: Streams, number: u64, size: u64) -> f64 {
    match measure {
        Measure::Long(play) => play(streams, number, size as f64),
        Measure::Short(play) => {
            let runs = (0..size).map(|run| play(streams, number * size + run));
            runs.sum::<f64>() / size as f64
        }
    }
}

/// The rows of a half of the table, so that two cores share it; of those, the ones whose text
/// holds `SLIPWAY_TRUTH_ROWS`, to look at a family alone.
fn check_rows(half: usize) {
    let largest_error = largest_error();
    let wanted = std::env::var("SLIPWAY_TRUTH_ROWS").unwrap_or_default();
    let rows = rows().into_iter().enumerate();
    let rows = rows.filter(|(at, row)| at % 2 == half && row.text.contains(&wanted));
    let checked: Vec<_> = rows.map(|(_, row)| check(&row, largest_error)).collect();
    checked.iter().flatten().for_each(|told| println!("{told}"));
    let wrong: Vec<&str> =
        checked.iter().filter_map(|c| c.as_ref().err()).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), checked.len(), wrong.join("\n"));
}

#[test]
fn even_rows_are_met() {
    check_rows(0);
}

#[test]
fn odd_rows_are_met() {
    check_rows(1);
}

#[test]
fn the_table_is_whole() {
    assert_eq!(rows().len(), 84);
}
