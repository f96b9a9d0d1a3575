//! Plants written as files, simulated: values that are known exactly, the two engines held to each
//! other, keys that each move a number.

mod engines;
mod features;
mod known;
mod laws;
mod nonsense;
mod refusals;

use plant::SourceFile;

use crate::{
    InOrder, Interval,
    sim::{Engine, MilestoneOutcome, Outcome, SimError, Subject, Wish, simulate},
};

/// How a test simulates, unless it says otherwise.
pub(super) fn wish() -> Wish {
    Wish {
        until: None,
        warm_up: None,
        replications: 30,
        seed: 11,
        engine: Engine::Auto,
        disruptions: Vec::new(),
        pieces: None,
    }
}

pub(super) fn load(text: &str) -> plant::Loaded {
    let files = [SourceFile { name: "line/plant.toml", bytes: text.as_bytes() }];
    plant::load_on_its_own("line", &files).unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}\n{text}", lines.join("\n"))
    })
}

pub(super) fn try_sim(text: &str, wish: &Wish) -> Result<Outcome, SimError> {
    let loaded = load(text);
    let subject =
        Subject { programme: &loaded.programme, plants: &loaded.plants, number: 0, now: None };
    simulate(subject, wish, &InOrder, &|_| {})
}

#[track_caller]
pub(super) fn sim(text: &str, wish: &Wish) -> Outcome {
    try_sim(text, wish).unwrap_or_else(|error| {
        let source = std::error::Error::source(&error).map(ToString::to_string);
        panic!("{error}: {source:?}\n{text}")
    })
}

/// A line of stations `s1`, `s2` … with these keys each, and storages `b1` … of this room between.
pub(super) fn line(stations: &[&str], operations: &[&str], room: &[&str]) -> String {
    let mut text = "assumed = true\n[[material]]\nid = \"part\"\n".to_owned();
    for (at, (station, operation)) in stations.iter().zip(operations).enumerate() {
        let number = at + 1;
        let input = match at {
            0 => String::new(),
            _ => format!("inputs = [{{ material = \"part\", from = \"b{at}\" }}]\n"),
        };
        let to =
            if number < stations.len() { format!(", to = \"b{number}\"") } else { String::new() };
        text += &format!("[[work_center]]\nid = \"s{number}\"\n{station}\n[[operation]]\n");
        text += &format!("id = \"o{number}\"\nat = \"s{number}\"\n{input}{operation}\n");
        text += &format!("output = {{ material = \"part\"{to} }}\n");
    }
    for (at, room) in room.iter().enumerate() {
        text += &format!("[[storage]]\nid = \"b{}\"\ncapacity = {room}\n", at + 1);
    }
    text
}

/// Jobs that arrive at a queue `q` and are served at `s1`.
pub(super) fn queue(every: &str, station: &str, operation: &str) -> String {
    format!(
        "assumed = true\n[[material]]\nid = \"job\"\n[[storage]]\nid = \"q\"\n\
         capacity = \"unbounded\"\n[[arrivals]]\nid = \"jobs\"\nevery = {every}\n\
         gives = [{{ material = \"job\", to = \"q\" }}]\n[[work_center]]\nid = \"s1\"\n{station}\n\
         [[operation]]\nid = \"o1\"\nat = \"s1\"\ninputs = [{{ material = \"job\", from = \"q\" }}]\n\
         output = {{ material = \"job\" }}\n{operation}\n"
    )
}

/// Whether an interval agrees with a value: within 3.3 standard errors, which are small.
#[track_caller]
pub(super) fn agrees(of: &str, interval: &Interval, truth: f64, at_most: f64) {
    // Half an interval of 95 % from 30 replications is 2.045 standard errors.
    let error = (interval.high - interval.low) / 2.0 / 2.045;
    assert!(error <= at_most * truth, "{of}: {error} is too wide to tell {truth}");
    let off = (interval.estimate - truth) / error.max(1e-12);
    assert!(off.abs() <= 3.3, "{of}: {interval:?} is {off:.2} standard errors off {truth}");
}

/// A replication that does not reach a milestone reaches it later than all that do.
#[test]
fn when_a_milestone_is_reached_counts_those_that_never_do() {
    let of = |days: &[Option<f64>], due_d: f64, played_to_d: f64| MilestoneOutcome {
        milestone: twin::MilestoneId::new("m").unwrap(),
        name: "M".to_owned(),
        reached_d: days.to_vec(),
        mean_d: None,
        due_d,
        played_to_d,
    };
    let some = [Some(30.0), None, Some(10.0), Some(20.0), None];
    let milestone = of(&some, 25.0, 60.0);
    assert_eq!(milestone.reached(), 3);
    assert_eq!(milestone.reached_by_d(0.1), Some(10.0));
    assert_eq!(milestone.reached_by_d(0.5), Some(30.0));
    assert_eq!(milestone.reached_by_d(0.9), None);
    assert_eq!(milestone.in_time_ratio(), Some(0.4));
    assert_eq!(of(&some, 80.0, 60.0).in_time_ratio(), None, "two may still be in time");
    assert_eq!(of(&[Some(30.0), Some(50.0)], 80.0, 60.0).in_time_ratio(), Some(1.0));
}
