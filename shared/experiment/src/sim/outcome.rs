//! From what replications came to, to means with intervals.

use linesim::like::NotLike;
use twin::{EquipmentId, MaterialId, MilestoneId, Span, UnitState};

use super::{
    HoldUpOutcome, Method, MilestoneOutcome, ModelKind, Outcome, ProductOutcome, Sample, SimError,
    StorageOutcome, UnitOutcome,
    tally::{CUTS, Cut, ProductTally, StorageTally, Tally, Trace},
};
use crate::{
    error::StatisticsError,
    interval::{Confidence, Interval, student_interval},
};

/// What the intervals are of, besides the replications.
pub(super) struct Parts {
    pub model: ModelKind,
    pub by_recursion: bool,
    pub why_whole: Option<NotLike>,
    pub until: Span,
    pub warm_up: Span,
    pub cut: Cut,
    pub method: Method,
    pub products: Vec<MaterialId>,
    /// Each unit with its work center.
    pub units: Vec<(EquipmentId, EquipmentId)>,
    pub storages: Vec<(EquipmentId, Option<MaterialId>)>,
    /// Whether it is known how long pieces lie in storages.
    pub knows_waits: bool,
    pub hold_ups: Vec<HoldUpOutcome>,
    pub hold_ups_of: usize,
    pub more_operations: u64,
    /// For each replication, when so many pieces were complete \[h\]; NaN: not in its time.
    pub time_to_pieces: Option<Vec<f64>>,
    /// Id, name and due date \[d\].
    pub milestones: Vec<(MilestoneId, String, f64)>,
    /// The end, from the programme's start \[d\].
    pub played_to_d: f64,
}

/// A share below this is what rounding leaves.
const LEAST_SHARE: f64 = 1e-9;

/// The mean of independent replications with its interval of 95 %.
pub(super) fn interval(values: &[f64]) -> Result<Interval, SimError> {
    Ok(student_interval(values, Confidence::P95)?)
}

/// Where the n-th place for a cut lies.
pub(super) fn cut_at(until: Span, place: usize) -> Span {
    until.scaled(place as f64 / (2 * CUTS) as f64)
}

/// Whether something is left to look at after the warm-up.
pub(super) fn check_times(until: Span, warm_up: Option<Span>) -> Result<(), SimError> {
    if until <= Span::ZERO {
        let wanted = "above 0".to_owned();
        return Err(SimError::Time { what: "--until", asked: until, wanted });
    }
    match warm_up {
        Some(asked) if asked >= until || asked.is_negative() => {
            let wanted = format!("0 or more, and shorter than the run of {until} that it begins");
            Err(SimError::Time { what: "--warmup", asked, wanted })
        }
        _ => Ok(()),
    }
}

/// Puts everything together.
pub(super) fn of(parts: Parts, traces: &[Trace]) -> Result<Outcome, SimError> {
    let place = parts.cut.place;
    let after: Vec<Tally> =
        traces.iter().map(|trace| trace.end.since(&trace.cuts[place])).collect();
    let over = |value: &dyn Fn(&Tally) -> f64| -> Result<Interval, SimError> {
        interval(&after.iter().map(value).collect::<Vec<f64>>())
    };
    let mut products = Vec::new();
    for (at, material) in parts.products.iter().enumerate() {
        let of = |tally: &Tally| tally.products[at];
        products.push(ProductOutcome {
            material: material.clone(),
            throughput_per_h: over(&|tally| of(tally).made / tally.hours)?,
            completed: over(&|tally| of(tally).made)?,
            lead_time_h: known(&after, |tally| lead(of(tally)))?,
        });
    }
    let mut units = Vec::new();
    for (at, (unit, work_center)) in parts.units.iter().enumerate() {
        let mut shares = Vec::new();
        for state in UnitState::ALL.into_iter().filter(|&state| state != UnitState::OffShift) {
            let share = over(&|tally| tally.units[at].share(state))?;
            if share.estimate > LEAST_SHARE {
                shares.push((state, share));
            }
        }
        units.push(UnitOutcome {
            unit: unit.clone(),
            work_center: work_center.clone(),
            finished_per_h: over(&|tally| tally.units[at].finished / tally.hours)?,
            shares,
        });
    }
    let storages = storages(&parts, &after)?;
    Ok(Outcome {
        wip_pieces: over(&|tally| tally.wip / tally.hours)?,
        part_operations: traces.iter().map(|trace| trace.part_operations).sum::<u64>()
            + parts.more_operations,
        samples: samples(&parts, traces, &after),
        milestones: milestones(&parts, traces),
        time_to_pieces_h: match &parts.time_to_pieces {
            Some(times) if times.iter().all(|time| time.is_finite()) => Some(interval(times)?),
            _ => None,
        },
        products,
        units,
        storages,
        model: parts.model,
        by_recursion: parts.by_recursion,
        why_whole: parts.why_whole,
        until: parts.until,
        warm_up: parts.warm_up,
        has_settled: parts.cut.has_settled,
        hold_ups: parts.hold_ups,
        hold_ups_of: parts.hold_ups_of,
        method: parts.method,
    })
}

fn storages(parts: &Parts, after: &[Tally]) -> Result<Vec<StorageOutcome>, SimError> {
    let mut storages = Vec::new();
    for (at, (storage, material)) in parts.storages.iter().enumerate() {
        let ratio = |part: fn(&StorageTally) -> f64| {
            known(after, |tally| {
                let storage = &tally.storages[at];
                (parts.knows_waits && storage.taken > 0.0).then(|| part(storage) / storage.taken)
            })
        };
        let levels: Vec<f64> =
            after.iter().map(|tally| tally.storages[at].level / tally.hours).collect();
        storages.push(StorageOutcome {
            storage: storage.clone(),
            material: material.clone(),
            level: interval(&levels)?,
            wait_h: ratio(|storage| storage.waited)?,
            at_once_ratio: ratio(|storage| storage.at_once)?,
        });
    }
    Ok(storages)
}

fn lead(product: ProductTally) -> Option<f64> {
    (product.led > 0.0).then(|| product.lead / product.led)
}

/// The interval of what all replications know.
fn known(
    after: &[Tally],
    value: impl Fn(&Tally) -> Option<f64>,
) -> Result<Option<Interval>, SimError> {
    let values: Option<Vec<f64>> = after.iter().map(value).collect();
    values.map(|values| interval(&values)).transpose()
}

fn samples(parts: &Parts, traces: &[Trace], after: &[Tally]) -> Vec<Sample> {
    let from = parts.warm_up.hours();
    let of = |(trace, tally): (&Trace, &Tally)| Sample {
        throughput_per_h: tally.products.iter().map(|p| p.made / tally.hours).collect(),
        lead_times_h: trace
            .leads
            .iter()
            .map(|leads| {
                leads.iter().filter(|(at, _)| *at >= from).map(|&(_, lead)| lead).collect()
            })
            .collect(),
        lead_time_h: tally.products.iter().map(|&product| lead(product)).collect(),
        wip_pieces: tally.wip / tally.hours,
        hold_up: trace.hold_ups.first().map(|(_, id, _)| id.clone()),
    };
    traces.iter().zip(after).map(of).collect()
}

fn milestones(parts: &Parts, traces: &[Trace]) -> Vec<MilestoneOutcome> {
    let of = |(at, (milestone, name, due_d)): (usize, &(MilestoneId, String, f64))| {
        let reached_d: Vec<Option<f64>> =
            traces.iter().map(|trace| trace.milestones.get(&at).copied()).collect();
        let all: Option<Vec<f64>> = reached_d.iter().copied().collect();
        let mean: Result<Option<Interval>, StatisticsError> =
            all.map(|days| student_interval(&days, Confidence::P95)).transpose();
        MilestoneOutcome {
            milestone: milestone.clone(),
            name: name.clone(),
            reached_d,
            mean_d: mean.unwrap_or_default(),
            due_d: *due_d,
            played_to_d: parts.played_to_d,
        }
    };
    parts.milestones.iter().enumerate().map(of).collect()
}
