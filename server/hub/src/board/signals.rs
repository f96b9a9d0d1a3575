//! Numeric signals as values: the newest of each, and all that is kept of one.

use release::Labelled;
use twin::{
    PlantId, SeriesId,
    report::PointQuality,
    state::{PointNow, SeriesNow},
};
use wire::view::{PointsValue, SignalValue, Value};

use super::{Fact, Labels, fact, stamp};
use crate::board::Scene;

/// The newest value of each signal of a plant.
pub(super) fn newest(core: &Scene<'_>, labels: &Labels, plant: &PlantId) -> Vec<Labelled<Fact>> {
    let signals = core.twin.signals(plant).filter_map(|(series, now)| {
        let label = labels.signal(plant, series)?;
        let value = signal(now, now.newest()?);
        Some(fact(label, format!("signal/{series}"), Value::Signal(value)))
    });
    signals.collect()
}

/// All values that are kept of one signal.
pub(super) fn points(
    core: &Scene<'_>,
    labels: &Labels,
    plant: &PlantId,
    series: &SeriesId,
) -> Option<Labelled<Fact>> {
    let now = core.twin.signal(plant, series)?;
    let label = labels.signal(plant, series)?;
    let mut value = PointsValue { unit: unit(now), ..PointsValue::default() };
    for point in now.points() {
        value.at.push(stamp(point.at));
        value.sequence.push(point.record);
        value.value.push(point.value);
        value.quality.push(quality(point.quality).to_owned());
    }
    Some(fact(label, format!("points/{series}"), Value::Points(value)))
}

fn signal(now: &SeriesNow, newest: &PointNow) -> SignalValue {
    SignalValue {
        unit: unit(now),
        at: stamp(newest.at),
        value: newest.value,
        quality: quality(newest.quality).to_owned(),
        kept: now.len() as u64,
    }
}

fn unit(now: &SeriesNow) -> Option<String> {
    now.unit.as_ref().map(ToString::to_string)
}

/// The name that a report uses.
fn quality(quality: PointQuality) -> &'static str {
    match quality {
        PointQuality::Good => "good",
        PointQuality::Uncertain => "uncertain",
        PointQuality::Bad => "bad",
    }
}
