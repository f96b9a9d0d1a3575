//! What is answered: units in the names, means with their intervals.

use experiment::{
    json::{hold_up, interval, milestone, scaled},
    sim::{HoldUpOutcome, Outcome},
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
    pub(crate) others: Vec<Other>,
}

/// Of something else, each replication's value.
#[derive(Debug, Deserialize)]
pub(crate) struct Other {
    /// `wip`, or `milestone:` and its id.
    pub(crate) key: String,
    pub(crate) samples: Vec<f64>,
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
            "name": name_of(prepared, product.material.as_str()),
            "per_d": scaled(&product.throughput_per_h, DAY_H),
            "samples_per_d": samples,
            "lead_time_d": product.lead_time_h.as_ref().map(|lead| scaled(lead, 1.0 / DAY_H)),
        })
    });
    let named = |found: &HoldUpOutcome| {
        let mut told = hold_up(found);
        told["name"] = name_of(prepared, &found.id).into();
        told
    };
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
        "hold_ups": outcome.hold_ups.iter().take(HOLD_UPS_TOLD).map(named).collect::<Vec<_>>(),
        "others": others(outcome),
        "milestones": outcome.milestones.iter().map(milestone).collect::<Vec<_>>(),
    })
}

/// What is compared besides: work in the plant, and the milestones that every replication reached.
fn others(outcome: &Outcome) -> Vec<Value> {
    let wip: Vec<f64> = outcome.samples.iter().map(|sample| sample.wip_pieces).collect();
    let milestones = outcome.milestones.iter().filter_map(|milestone| {
        let reached: Option<Vec<f64>> = milestone.reached_d.iter().copied().collect();
        Some(json!({ "key": format!("milestone:{}", milestone.milestone), "samples": reached? }))
    });
    std::iter::once(json!({ "key": "wip", "samples": wip })).chain(milestones).collect()
}

/// What pages call a thing of these plants; its id where nobody has named it.
fn name_of(prepared: &Prepared, id: &str) -> String {
    let of_plant = |plant: &twin::Plant| {
        let centers = plant.work_centers.iter().map(|of| (of.id.as_str(), &of.name));
        let storages = plant.storages.iter().map(|of| (of.id.as_str(), &of.name));
        let resources = plant.resources.iter().map(|of| (of.id.as_str(), &of.name));
        let suppliers = plant.suppliers.iter().map(|of| (of.id.as_str(), &of.name));
        let crews = plant.crews.iter().map(|of| (of.id.as_str(), &of.name));
        let materials = plant.materials.iter().map(|of| (of.id.as_str(), &of.name));
        let things = centers.chain(storages).chain(resources).chain(suppliers).chain(crews);
        things.chain(materials).find(|(known, _)| *known == id).map(|(_, name)| name.clone())
    };
    // Of two plants with a thing of that id, the one that is asked about.
    let own = of_plant(prepared.plant());
    own.or_else(|| prepared.subject().plants.iter().find_map(of_plant))
        .unwrap_or_else(|| id.to_owned())
}
