//! What a simulation came to, as JSON: a stable shape, units in the names.

use experiment::{
    json::{hold_up, interval, milestone, scaled},
    sim::{ProductOutcome, StorageOutcome, UnitOutcome, Wish},
};
use serde_json::{Value, json};

use super::{super::subject::Subject, Simulated};
use crate::core::decode::rfc3339;

pub(super) fn of(subject: &Subject, wish: &Wish, simulated: &Simulated) -> Value {
    let outcome = &simulated.outcome;
    let seconds = simulated.lasted.as_secs_f64();
    json!({
        "plant": subject.plant().id.as_str(),
        "from": subject.stands.as_ref().map(|stands| rfc3339(stands.at)),
        "engine": if outcome.by_recursion { "maxplus" } else { "events" },
        "model": outcome.model.name(),
        "why_whole": outcome.why_whole.as_ref().map(ToString::to_string),
        "seed": wish.seed,
        "replications": wish.replications,
        "until_h": outcome.until.hours(),
        "warmup_h": outcome.warm_up.hours(),
        "warmup": match (wish.warm_up, &subject.stands) {
            (Some(_), _) => "given",
            (None, Some(_)) => "none",
            (None, None) => "mser-5",
        },
        "settled": outcome.has_settled,
        "confidence": 0.95,
        "part_operations": outcome.part_operations,
        "wall_s": seconds,
        "part_operations_per_s": outcome.part_operations as f64 / seconds.max(1e-9),
        "peak_memory_bytes": simulated.peak_memory_bytes,
        "throughput": outcome.products.iter().map(throughput).collect::<Vec<_>>(),
        "lead_time": outcome.products.iter().filter_map(lead_time).collect::<Vec<_>>(),
        "wip_pieces": interval(&outcome.wip_pieces),
        "units": outcome.units.iter().map(unit).collect::<Vec<_>>(),
        "storages": outcome.storages.iter().map(storage).collect::<Vec<_>>(),
        "bottleneck_method": outcome.method.name(),
        "bottlenecks": outcome.hold_ups.iter().map(hold_up).collect::<Vec<_>>(),
        "time_to_pieces_h": outcome.time_to_pieces_h.as_ref().map(interval),
        "milestones": outcome.milestones.iter().map(milestone).collect::<Vec<_>>(),
    })
}

fn throughput(product: &ProductOutcome) -> Value {
    json!({
        "material": product.material.as_str(),
        "per_h": interval(&product.throughput_per_h),
        "per_d": scaled(&product.throughput_per_h, 24.0),
        "completed": interval(&product.completed),
    })
}

fn lead_time(product: &ProductOutcome) -> Option<Value> {
    let lead = product.lead_time_h.as_ref()?;
    Some(json!({ "material": product.material.as_str(), "h": interval(lead) }))
}

fn unit(unit: &UnitOutcome) -> Value {
    let shares =
        unit.shares.iter().map(|(state, share)| (state.name().to_owned(), interval(share)));
    json!({
        "unit": unit.unit.as_str(),
        "work_center": unit.work_center.as_str(),
        "finished_per_h": interval(&unit.finished_per_h),
        "shares_ratio": shares.collect::<serde_json::Map<_, _>>(),
    })
}

fn storage(storage: &StorageOutcome) -> Value {
    json!({
        "storage": storage.storage.as_str(),
        "material": storage.material.as_ref().map(|material| material.as_str()),
        "level": interval(&storage.level),
        "wait_h": storage.wait_h.as_ref().map(interval),
        "at_once_ratio": storage.at_once_ratio.as_ref().map(interval),
    })
}
