//! What a simulation came to, for people.

use std::fmt::Write;

use experiment::{
    Interval,
    sim::{HoldUpOutcome, Method, MilestoneOutcome, ModelKind, Outcome, Wish},
};
use twin::{Span, UnitState};

use super::{super::subject::Subject, Simulated};
use crate::core::decode::rfc3339;

/// Hold-ups that are named.
const HOLD_UPS: usize = 5;
/// Shares below this are left out \[ratio\].
const LEAST_SHARE: f64 = 0.005;

pub(super) fn of(subject: &Subject, wish: &Wish, simulated: &Simulated) -> String {
    let outcome = &simulated.outcome;
    let mut text = String::new();
    heading(&mut text, subject, wish, outcome);
    products(&mut text, outcome);
    units(&mut text, outcome);
    storages(&mut text, outcome);
    hold_ups(&mut text, outcome);
    milestones(&mut text, subject, outcome);
    let seconds = simulated.lasted.as_secs_f64();
    let rate = (outcome.part_operations as f64 / seconds.max(1e-9)).round();
    let done = outcome.part_operations;
    let _ = writeln!(text, "\n{done} part-operations in {seconds:.2} s: {rate} a second");
    text
}

fn heading(text: &mut String, subject: &Subject, wish: &Wish, outcome: &Outcome) {
    let plant = subject.plant();
    let name = if plant.name.is_empty() { plant.id.as_str() } else { &plant.name };
    let model = match outcome.model {
        ModelKind::LikePieces => "as a network of like pieces".to_owned(),
        ModelKind::InStep => "as a line in step".to_owned(),
        ModelKind::Whole => match &outcome.why_whole {
            Some(why) => format!("whole: {why}"),
            None => "whole".to_owned(),
        },
    };
    let by = if outcome.by_recursion { "the recursion of departures" } else { "events" };
    let _ = writeln!(text, "{name}, simulated by {by}, {model}");
    if let Some(stands) = &subject.stands {
        let _ = writeln!(text, "going on from how it stood at {}", rfc3339(stands.at));
    }
    let settled = match outcome.has_settled {
        Some(true) => " (told by MSER-5)",
        Some(false) => " (it had not settled: make it longer with --until)",
        None => "",
    };
    let left_out = match outcome.warm_up {
        Span::ZERO => "nothing of it left out".to_owned(),
        warm_up => format!("the first {warm_up} left out"),
    };
    let _ = writeln!(
        text,
        "{} replications of {}, {left_out}{settled}; seed {}; ± is the interval of 95 %\n",
        wish.replications, outcome.until, wish.seed
    );
}

/// A mean with half its interval, to three digits of that half.
fn told(of: &Interval) -> String {
    let half = (of.high - of.low) / 2.0;
    let scale = if half > 0.0 { half } else { of.estimate.abs() };
    let digits =
        if scale > 0.0 { (1.0 - scale.log10()).ceil().clamp(0.0, 6.0) as usize } else { 0 };
    format!("{:.digits$} ± {half:.digits$}", of.estimate)
}

fn scaled(of: &Interval, factor: f64) -> Interval {
    let (estimate, low, high) = (of.estimate * factor, of.low * factor, of.high * factor);
    Interval { estimate, low, high, ..*of }
}

/// The factor from an hour, and its word, in which something that often happens reads well.
fn pace(per_h: f64) -> (f64, &'static str) {
    match per_h {
        n if n >= 1.0 => (1.0, "an hour"),
        n if n >= 1.0 / 24.0 => (24.0, "a day"),
        _ => (24.0 * 30.0, "in 30 days"),
    }
}

fn lasting(h: f64) -> (f64, &'static str) {
    match h {
        n if n < 1.0 => (60.0, "min"),
        n if n < 72.0 => (1.0, "h"),
        _ => (1.0 / 24.0, "d"),
    }
}

fn products(text: &mut String, outcome: &Outcome) {
    for product in &outcome.products {
        let (factor, word) = pace(product.throughput_per_h.estimate);
        let rate = told(&scaled(&product.throughput_per_h, factor));
        let _ = write!(text, "{:24} throughput {rate} {word}", product.material.as_str());
        if let Some(lead) = &product.lead_time_h {
            let (factor, word) = lasting(lead.estimate);
            let _ = write!(text, ", lead time {} {word}", told(&scaled(lead, factor)));
        }
        text.push('\n');
    }
    let _ = writeln!(text, "{:24} {} pieces", "work in progress", told(&outcome.wip_pieces));
}

fn units(text: &mut String, outcome: &Outcome) {
    text.push_str("\nUnits: shares of the time that they are not off shift\n");
    for unit in &outcome.units {
        let shares = unit.shares.iter().filter(|(_, share)| share.estimate >= LEAST_SHARE);
        let shares: Vec<String> = shares
            .map(|(state, share)| format!("{} {} %", word(*state), told(&scaled(share, 100.0))))
            .collect();
        let _ = writeln!(text, "{:24} {}", unit.unit.as_str(), shares.join(", "));
    }
}

fn word(state: UnitState) -> String {
    match state {
        UnitState::Starved => "waiting for parts".to_owned(),
        UnitState::Blocked => "no room downstream".to_owned(),
        other => other.name().replace('_', " "),
    }
}

fn storages(text: &mut String, outcome: &Outcome) {
    if !outcome.storages.is_empty() {
        text.push_str("\nStorages: levels over time\n");
    }
    for storage in &outcome.storages {
        let material = storage.material.as_ref().map_or("pieces", |material| material.as_str());
        let _ = write!(text, "{:24} {} {material}", storage.storage.as_str(), told(&storage.level));
        if let Some(wait) = &storage.wait_h {
            let (factor, word) = lasting(wait.estimate);
            let _ = write!(text, ", each for {} {word}", told(&scaled(wait, factor)));
        }
        text.push('\n');
    }
}

fn hold_ups(text: &mut String, outcome: &Outcome) {
    let what = match outcome.method {
        Method::GainIfFaster => "more throughput if 10 % faster",
        Method::CriticalPath => "of the critical path",
    };
    let _ = writeln!(text, "\nMain hold-up, by its part in replications ({what})");
    if outcome.hold_ups.is_empty() {
        text.push_str("none can be told: too little happens in this time\n");
    }
    for HoldUpOutcome { kind, id, confidence_ratio, measure } in
        outcome.hold_ups.iter().take(HOLD_UPS)
    {
        let (sure, share) = (confidence_ratio * 100.0, told(&scaled(measure, 100.0)));
        let kind = kind.replace('_', " ");
        let _ = writeln!(text, "{id:24} {sure:3.0} % ({share} %) {kind}");
    }
}

fn milestones(text: &mut String, subject: &Subject, outcome: &Outcome) {
    if !outcome.milestones.is_empty() {
        let starts = rfc3339(subject.programme.starts);
        let _ = writeln!(text, "\nMilestones: days from the programme's start, {starts}");
    }
    // Those that nobody reaches, and that nobody has to in this time, are not listed.
    let is_far = |of: &&MilestoneOutcome| of.reached() == 0 && of.due_d > of.played_to_d;
    for milestone in outcome.milestones.iter().filter(|of| !is_far(of)) {
        let when = reached(subject, milestone);
        let planned = subject.programme.milestones.iter().find(|of| of.id == milestone.milestone);
        let zone = &subject.plant().time_zone;
        let due = planned.and_then(|of| plant::due_day(of.due, zone)).unwrap_or_default();
        let (name, day) = (&milestone.name, milestone.due_d);
        let _ = write!(text, "{name:24} {when}, due on day {day:.0} ({due})");
        match milestone.in_time_ratio().filter(|_| milestone.reached() > 0) {
            Some(ratio) => writeln!(text, ": in time in {:.0} % of all", ratio * 100.0),
            None => writeln!(text),
        }
        .unwrap_or_default();
    }
    let far = outcome.milestones.iter().filter(is_far).count();
    if far > 0 {
        let _ = writeln!(text, "{far} more are due later, and not reached in this time");
    }
}

/// When a milestone is reached, in how many replications, and between which days in four of five.
fn reached(subject: &Subject, milestone: &MilestoneOutcome) -> String {
    let (reached, all) = (milestone.reached(), milestone.reached_d.len());
    if reached == 0 {
        return format!("reached in none of {all} replications");
    }
    let spread = match [0.1, 0.5, 0.9].map(|ratio| milestone.reached_by_d(ratio)) {
        [Some(early), _, Some(late)] => format!("day {early:.0} to {late:.0} in four of five"),
        [_, Some(half), _] => format!("half of them all by day {half:.0}"),
        [Some(early), ..] => format!("one in ten of them all by day {early:.0}"),
        _ => return format!("reached in {reached} of {all} replications"),
    };
    match &milestone.mean_d {
        Some(mean) => {
            let date = rfc3339(subject.programme.starts + Span::DAY.scaled(mean.estimate));
            let date = date.split('T').next().unwrap_or_default();
            format!("reached on day {} ({date}; {spread})", told(mean))
        }
        None => format!("reached in {reached} of {all} replications ({spread})"),
    }
}
