//! What several readers need: ids that are declared or mentioned, durations, labels' sets.

use std::str::FromStr;

use twin::{
    EquipmentId, InvalidId, PlaceRef, Span,
    definition::{Carry, Placement, Stage},
};

use super::{Context, Days, random::duration};
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

    /// A name; a plant on its own may leave it to the id.
    pub(super) fn name<'r>(&self, reader: &Reader<'r>) -> Option<&'r str> {
        if self.alone && reader.get("name").is_none() {
            return reader.get("id").and_then(Value::if_text);
        }
        reader.need("name").and_then(Value::text)
    }

    /// A row, for what has not been placed: it is not looked at.
    fn next_placement(&self) -> Placement {
        const APART_M: f64 = 12.0;
        let number = self.placed.replace(self.placed.get() + 1);
        Placement {
            x_m: f64::from(number) * APART_M,
            y_m: 0.0,
            z_m: 0.0,
            heading_deg: 0.0,
            size_m: [8.0, 8.0, 4.0],
            mesh: None,
        }
    }

    /// A time where no working day applies.
    pub(super) fn fixed(&self, value: Value<'_>, time: Time) -> Option<Span> {
        fixed(value, time)
    }

    /// `at_m`, `z_m`, `heading_deg`, `size_m`, `mesh`.
    pub(super) fn placement(&self, reader: &Reader<'_>) -> Option<Placement> {
        let unplaced = ["at_m", "size_m"].iter().all(|&key| reader.get(key).is_none());
        if self.alone && unplaced {
            return Some(self.next_placement());
        }
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

/// `{n}`, `{n:02}`, `{n:03}` … in a pattern, replaced by a number.
pub(super) fn numbered(pattern: &str, number: u32) -> String {
    let Some((before, rest)) = pattern.split_once("{n") else { return pattern.to_owned() };
    let Some((format, after)) = rest.split_once('}') else { return pattern.to_owned() };
    let width: usize = format.trim_start_matches(':').parse().unwrap_or(1);
    format!("{before}{number:0width$}{after}", width = width.min(9))
}
