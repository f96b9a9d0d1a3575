//! Results as JSON, in the one form that every answer has them: units in the names, means with
//! their intervals.

use serde_json::{Value, json};

use crate::{
    interval::Interval,
    sim::{HoldUpOutcome, MilestoneOutcome},
};

/// A mean with its interval: `{"mean":…,"low":…,"high":…}`, in the values' own unit.
pub fn interval(interval: &Interval) -> Value {
    scaled(interval, 1.0)
}

/// The same in another unit, of which one of its own has so many.
pub fn scaled(of: &Interval, factor: f64) -> Value {
    json!({ "mean": of.estimate * factor, "low": of.low * factor, "high": of.high * factor })
}

/// What holds a plant up, and how sure that is \[ratio\].
pub fn hold_up(hold_up: &HoldUpOutcome) -> Value {
    json!({
        "kind": hold_up.kind,
        "id": hold_up.id,
        "confidence_ratio": hold_up.confidence_ratio,
        "measure_ratio": interval(&hold_up.measure),
    })
}

/// When a milestone is reached \[d after the beginning\], and in which part of the replications.
pub fn milestone(milestone: &MilestoneOutcome) -> Value {
    json!({
        "milestone": milestone.milestone.as_str(),
        "name": milestone.name,
        "due_d": milestone.due_d,
        "reached_ratio": milestone.reached() as f64 / milestone.reached_d.len().max(1) as f64,
        "reached_d": milestone.mean_d.as_ref().map(interval),
        "reached_p10_d": milestone.reached_by_d(0.1),
        "reached_p50_d": milestone.reached_by_d(0.5),
        "reached_p90_d": milestone.reached_by_d(0.9),
        "in_time_ratio": milestone.in_time_ratio(),
    })
}
