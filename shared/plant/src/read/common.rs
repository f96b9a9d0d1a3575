//! What several readers need: ids that are declared or mentioned, durations, labels' sets.

use std::str::FromStr;

use twin::{
    EquipmentId, InvalidId, PlaceRef, Span,
    definition::{Carry, Duration, FailureMode, Placement, Shape, Stage},
};

use super::{Context, Days};
use crate::{
    names::Kind,
    quantity::{DayLength, Time},
    reader::{Reader, Value},
};

pub(super) const STAGES: [(&str, Stage); 8] = [
    ("not started", Stage::NotStarted),
    ("making", Stage::Making),
    ("outfitting", Stage::Outfitting),
    ("painting", Stage::Painting),
    ("parked", Stage::Parked),
    ("at sea", Stage::AtSea),
    ("ready", Stage::Ready),
    ("erected", Stage::Erected),
];

const SHAPES: [(&str, Shape); 3] =
    [("lognormal", Shape::Lognormal), ("exponential", Shape::Exponential), ("gamma", Shape::Gamma)];

impl Context<'_, '_> {
    /// The table's own id; it exists from now on.
    pub(super) fn own_id<T>(&self, reader: &Reader<'_>, kind: Kind) -> Option<T>
    where
        T: FromStr<Err = InvalidId> + AsRef<str>,
    {
        let value = reader.need("id")?;
        let id: T = value.id()?;
        self.names.declare(self.scope, kind, id.as_ref(), value.at);
        Some(id)
    }

    /// An id of this plant that must exist.
    pub(super) fn known<T>(&self, value: Value<'_>, wanted: &'static [Kind]) -> Option<T>
    where
        T: FromStr<Err = InvalidId> + AsRef<str>,
    {
        let id: T = value.id()?;
        self.names.mention(self.scope, wanted, id.as_ref(), value.at);
        Some(id)
    }

    /// An id of the programme's registry that must exist.
    pub(super) fn registered<T>(&self, value: Value<'_>, wanted: &'static [Kind]) -> Option<T>
    where
        T: FromStr<Err = InvalidId> + AsRef<str>,
    {
        let id: T = value.id()?;
        self.names.mention(None, wanted, id.as_ref(), value.at);
        Some(id)
    }

    /// A place of this plant; one of another plant is checked with the programme.
    pub(super) fn place(&self, value: Value<'_>, wanted: &'static [Kind]) -> Option<PlaceRef> {
        let place: PlaceRef = value.id()?;
        if place.plant.is_none() {
            self.names.mention(self.scope, wanted, place.place.as_str(), value.at);
        }
        Some(place)
    }

    /// A time where no working day applies.
    pub(super) fn fixed(&self, value: Value<'_>, time: Time) -> Option<Span> {
        fixed(value, time)
    }

    /// `availability` with `repair`, or `failures`.
    pub(super) fn failures(&self, reader: &Reader<'_>, day: DayLength) -> Vec<FailureMode> {
        let mut modes: Vec<FailureMode> = reader
            .tables("failures", "a failure")
            .into_iter()
            .filter_map(|table| {
                let name = table.text_or("name", "breakdown");
                let mode = failure_mode(&table, name, day);
                table.finish();
                mode
            })
            .collect();
        let availability = reader.get("availability");
        let repair = reader.get("repair");
        let name = reader.text_or("failure", "breakdown");
        match (availability, repair) {
            (Some(_), Some(_)) => modes.extend(failure_mode(reader, name, day)),
            (Some(value), None) | (None, Some(value)) => reader.log.error(
                value.at,
                "availability and repair (the mean time to repair) belong together",
            ),
            (None, None) => {}
        }
        modes
    }

    /// `at_m`, `z_m`, `heading_deg`, `size_m`, `mesh`.
    pub(super) fn placement(&self, reader: &Reader<'_>) -> Option<Placement> {
        let at = reader.need("at_m").and_then(Value::numbers::<2>);
        let size_m = reader.need("size_m").and_then(|value| {
            let size = value.numbers::<3>()?;
            if size.iter().all(|&n| n > 0.0) {
                return Some(size);
            }
            reader.log.error(value.at, "a size is length, width and height in metres, above 0");
            None
        });
        let z_m = reader.get("z_m").and_then(Value::metres).unwrap_or(0.0);
        let heading_deg = reader.get("heading_deg").and_then(Value::number).unwrap_or(0.0);
        let mesh = reader.get("mesh").and_then(|value| {
            let name = value.text()?;
            if self.meshes.is_some_and(|known| !known.contains(name)) {
                let text = format!("there is no mesh \"{name}\"; a box is drawn instead");
                reader.log.warn(value.at, text);
            }
            Some(name.to_owned())
        });
        let ([x_m, y_m], size_m) = (at?, size_m?);
        Some(Placement { x_m, y_m, z_m, heading_deg, size_m, mesh })
    }

    /// `{ by = […], time = "…" }`.
    pub(super) fn carry(&self, value: Value<'_>, days: &Days) -> Option<Carry> {
        let reader = value.table("a carry")?;
        let by: Vec<EquipmentId> = reader
            .need("by")
            .map(Value::list)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|v| self.known(v, &[Kind::Resource]))
            .collect();
        let day = by.first().map_or(DayLength::ALWAYS, |by| days.at(by));
        let duration = duration(&reader, day);
        reader.finish();
        Some(Carry { by, duration: duration? })
    }
}

fn failure_mode(reader: &Reader<'_>, name: String, day: DayLength) -> Option<FailureMode> {
    let availability = reader.need("availability")?.share()?;
    let value = reader.need("repair")?;
    let repair = value.time()?.span(day);
    if availability >= 1.0 {
        reader.log.error(value.at, "an availability of 1 never fails; leave it and repair out");
        return None;
    }
    if repair <= Span::ZERO {
        reader.log.error(value.at, "a repair takes some time");
        return None;
    }
    // availability = MTBF / (MTBF + MTTR)
    let mean_time_between = repair.scaled(availability / (1.0 - availability));
    Some(FailureMode { name, mean_time_between, mean_time_to_repair: repair })
}

/// A time where no working day applies.
pub(super) fn fixed(value: Value<'_>, time: Time) -> Option<Span> {
    let span = time.fixed();
    if span.is_none() {
        value.log.error(
            value.at,
            "working days and shifts need a place's calendar, and none applies here; \
             write h or d (calendar days)",
        );
    }
    span
}

/// `time`, `variation`, `shape`, `runs_on` of a table.
pub(super) fn duration(reader: &Reader<'_>, day: DayLength) -> Option<Duration> {
    let mean = reader.need("time").and_then(Value::time);
    let variation = reader
        .get("variation")
        .and_then(|v| v.number_in(|n| (0.0..=5.0).contains(&n), "a ratio from 0 to 5"));
    let shape = reader.get("shape").and_then(|v| v.one_of(&SHAPES)).unwrap_or(Shape::Lognormal);
    let runs_on = reader.flag_or("runs_on", false);
    Some(Duration { mean: mean?.span(day), variation: variation.unwrap_or(0.0), shape, runs_on })
}

/// A duration written as `"2 wd"` or as a table with `time`.
pub(super) fn short_duration(value: Value<'_>, day: DayLength) -> Option<Duration> {
    if value.is_table() {
        let reader = value.table("a duration")?;
        let found = duration(&reader, day);
        reader.finish();
        return found;
    }
    let mean = value.time()?.span(day);
    Some(Duration { mean, variation: 0.0, shape: Shape::Lognormal, runs_on: false })
}

/// `{n}`, `{n:02}`, `{n:03}` … in a pattern, replaced by a number.
pub(super) fn numbered(pattern: &str, number: u32) -> String {
    let Some((before, rest)) = pattern.split_once("{n") else { return pattern.to_owned() };
    let Some((format, after)) = rest.split_once('}') else { return pattern.to_owned() };
    let width: usize = format.trim_start_matches(':').parse().unwrap_or(1);
    format!("{before}{number:0width$}{after}", width = width.min(9))
}
