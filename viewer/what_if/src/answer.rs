//! What is answered: units in the names, means with their intervals.

use experiment::{
    json::{hold_up, interval, milestone, scaled},
    sim::Outcome,
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
        "wip_pieces": interval(&outcome.wip_pieces),
        "hold_ups": outcome.hold_ups.iter().take(HOLD_UPS_TOLD).map(hold_up).collect::<Vec<_>>(),
        "milestones": outcome.milestones.iter().map(milestone).collect::<Vec<_>>(),
    })
}
