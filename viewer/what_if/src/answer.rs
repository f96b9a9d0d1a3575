//! What is answered: units in the names, means with their intervals.

use experiment::{
    Interval,
    sim::{HoldUpOutcome, MilestoneOutcome, Outcome},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::question::Prepared;

/// Hold-ups that are told.
const HOLD_UPS_TOLD: usize = 5;
/// Hours of a day.
const DAY_H: f64 = 24.0;

/// Of an answer what two of them are compared by.
#[derive(Debug, Deserialize)]
pub(crate) struct Samples {
    pub(crate) throughput: Vec<Throughput>,
}

/// Of one product, each replication's throughput \[a day\].
#[derive(Debug, Deserialize)]
pub(crate) struct Throughput {
    pub(crate) material: String,
    pub(crate) samples_per_d: Vec<f64>,
}

pub(crate) fn of(prepared: &Prepared, outcome: &Outcome) -> Value {
    let products = outcome.products.iter().enumerate().map(|(at, product)| {
        let samples = outcome.samples.iter();
        let samples: Vec<f64> = samples
            .map(|sample| sample.throughput_per_h.get(at).copied().unwrap_or(0.0) * DAY_H)
            .collect();
        json!({
            "material": product.material.as_str(),
            "per_d": scaled(&product.throughput_per_h, DAY_H),
            "samples_per_d": samples,
            "lead_time_d": product.lead_time_h.as_ref().map(|lead| scaled(lead, 1.0 / DAY_H)),
        })
    });
    json!({
        "plant": prepared.plant().id.as_str(),
        "model": outcome.model.name(),
        "seed": prepared.wish.seed,
        "replications": prepared.wish.replications,
        "until_d": outcome.until.days(),
        "warm_up_d": outcome.warm_up.days(),
        "confidence": 0.95,
        "part_operations": outcome.part_operations,
        "throughput": products.collect::<Vec<_>>(),
        "wip_pieces": of_interval(&outcome.wip_pieces),
        "hold_ups": outcome.hold_ups.iter().take(HOLD_UPS_TOLD).map(hold_up).collect::<Vec<_>>(),
        "milestones": outcome.milestones.iter().map(milestone).collect::<Vec<_>>(),
    })
}

/// An interval as answers have it.
pub fn of_interval(interval: &Interval) -> Value {
    scaled(interval, 1.0)
}

fn scaled(of: &Interval, factor: f64) -> Value {
    json!({ "mean": of.estimate * factor, "low": of.low * factor, "high": of.high * factor })
}

fn hold_up(hold_up: &HoldUpOutcome) -> Value {
    json!({
        "kind": hold_up.kind,
        "id": hold_up.id,
        "confidence_ratio": hold_up.confidence_ratio,
        "measure_ratio": of_interval(&hold_up.measure),
    })
}

fn milestone(milestone: &MilestoneOutcome) -> Value {
    let reached = milestone.reached_d.iter().flatten().count();
    json!({
        "milestone": milestone.milestone.as_str(),
        "name": milestone.name,
        "due_d": milestone.due_d,
        "reached_ratio": reached as f64 / milestone.reached_d.len().max(1) as f64,
        "reached_d": milestone.mean_d.as_ref().map(of_interval),
    })
}
