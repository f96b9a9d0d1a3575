//! Areas, work centers with their units, storages, movable resources.

use twin::{
    CalendarId, EquipmentId, Label,
    definition::{Area, Placement, Resource, ResourceKind, StepUp, Storage, WorkCenter, WorkUnit},
};

use super::{
    Context, Days, Sections,
    common::{STAGES, numbered},
};
use crate::{
    names::Kind,
    on_its_own,
    quantity::DayLength,
    reader::{Reader, Value},
};

/// Most units of one work center; a station list is written by people.
const MOST_UNITS: u32 = 10_000;

/// Most pieces in one place.
const MOST_PIECES: u32 = 1_000_000_000;

/// No limit, written where a number of pieces may stand.
pub(super) const UNBOUNDED: &str = "unbounded";

const RESOURCE_KINDS: [(&str, ResourceKind); 3] = [
    ("crane", ResourceKind::Crane),
    ("transporter", ResourceKind::Transporter),
    ("barge", ResourceKind::Barge),
];

impl Context<'_, '_> {
    /// `[[area]]`.
    pub(super) fn areas(&self, sections: &Sections<'_>) -> Vec<Area> {
        let tables = sections.tables("area", "an area").into_iter();
        let read = |reader: Reader<'_>| {
            let id: Option<EquipmentId> = self.own_id(&reader, Kind::Area);
            let name = self.name(&reader);
            let unit_limit = reader.get("unit_limit").and_then(|v| v.count(1, MOST_PIECES));
            let placed = ["at_m", "size_m", "mesh"].map(|key| reader.get(key).is_some());
            let placement = if placed.contains(&true) { self.placement(&reader) } else { None };
            let basis = reader.basis();
            reader.finish();
            Some(Area { id: id?, name: name?.to_owned(), unit_limit, placement, basis })
        };
        tables.filter_map(read).collect()
    }

    /// `[[work_center]]` and the units they have.
    pub(super) fn work_centers(
        &self,
        sections: &Sections<'_>,
        days: &mut Days,
        label: Option<&Label>,
    ) -> (Vec<WorkCenter>, Vec<WorkUnit>) {
        let (mut centers, mut units) = (Vec::new(), Vec::new());
        for reader in sections.tables("work_center", "a work center") {
            let id: Option<EquipmentId> = self.own_id(&reader, Kind::WorkCenter);
            if let Some(id) = &id {
                self.units(&reader, id, &mut units, label);
            }
            centers.extend(self.work_center(reader, id, days));
        }
        (centers, units)
    }

    fn work_center(
        &self,
        reader: Reader<'_>,
        id: Option<EquipmentId>,
        days: &mut Days,
    ) -> Option<WorkCenter> {
        let name = self.name(&reader);
        let area = self.area_of(&reader);
        let noun = reader.text_or("noun", "station");
        let stage = reader.get("stage").and_then(|v| v.one_of(&STAGES));
        let (calendar, day) = self.works_by(&reader, id.as_ref(), days);
        let capacity = match reader.get("capacity") {
            Some(value) => limit(value, 1).unwrap_or(Some(1)),
            None => Some(1),
        };
        let failures = self.failures(&reader, day);
        let contact = reader.get("contact").and_then(|v| self.known(v, &[Kind::Contact]));
        let may_limit = reader.flag_or("may_limit", true);
        let step = reader.get("step").and_then(|v| step_up(v));
        let basis = reader.basis();
        reader.finish();
        Some(WorkCenter {
            id: id?,
            name: name?.to_owned(),
            area: area?,
            noun,
            stage,
            calendar: calendar?,
            capacity,
            failures,
            contact,
            may_limit,
            step,
            basis,
        })
    }

    /// The area of a place; a plant on its own may have one only, which needs no word.
    fn area_of(&self, reader: &Reader<'_>) -> Option<EquipmentId> {
        if self.alone && reader.get("area").is_none() {
            return EquipmentId::new(on_its_own::AREA).ok();
        }
        reader.need("area").and_then(|v| self.known(v, &[Kind::Area]))
    }

    /// The calendar of a place, remembered for times written in working days.
    fn works_by(
        &self,
        reader: &Reader<'_>,
        id: Option<&EquipmentId>,
        days: &mut Days,
    ) -> (Option<CalendarId>, DayLength) {
        let calendar = if self.alone && reader.get("calendar").is_none() {
            CalendarId::new(on_its_own::CALENDAR).ok()
        } else {
            reader.need("calendar").and_then(|v| self.known(v, &[Kind::Calendar]))
        };
        let length = calendar.as_ref().map_or(DayLength::ALWAYS, |c| days.of(c));
        if let (Some(id), Some(calendar)) = (id, &calendar) {
            days.places.insert(id.clone(), calendar.clone());
        }
        (calendar, length)
    }

    /// Units: `count` of them in rows, or one; each may be changed by a `[[work_center.unit]]`.
    fn units(
        &self,
        reader: &Reader<'_>,
        center: &EquipmentId,
        units: &mut Vec<WorkUnit>,
        label: Option<&Label>,
    ) {
        let explicit = reader.tables("unit", "a unit");
        if !explicit.is_empty() {
            units.extend(explicit.into_iter().filter_map(|r| self.unit(r, center, label)));
            return;
        }
        let count = reader.get("count").and_then(|v| v.count(1, MOST_UNITS)).unwrap_or(1);
        let own_label = self.own_label(reader, label);
        let pattern = reader.get("unit_id");
        let fallback = if count == 1 { format!("{center}-1") } else { format!("{center}-{{n}}") };
        let id_pattern = pattern.and_then(Value::text).unwrap_or(&fallback);
        let name_pattern = reader.get("unit_name").and_then(Value::text);
        let pitch = reader.get("pitch_m").and_then(Value::numbers::<2>).unwrap_or_default();
        let row = reader.get("row").and_then(|v| v.count(1, MOST_UNITS)).unwrap_or(count);
        let row_pitch = reader.get("row_pitch_m").and_then(Value::numbers::<2>).unwrap_or_default();
        let Some(first) = self.placement(reader) else { return };
        let at = pattern.map_or(reader.at, |value| value.at);
        for number in 0..count {
            let text = numbered(id_pattern, number + 1);
            let id = match EquipmentId::new(&text) {
                Ok(id) => id,
                Err(error) => return self.log.error(at, error.to_string()),
            };
            self.names.declare(self.scope, Kind::Unit, &text, at);
            let (along, across) = (f64::from(number % row), f64::from(number / row));
            let placement = Placement {
                x_m: first.x_m + along * pitch[0] + across * row_pitch[0],
                y_m: first.y_m + along * pitch[1] + across * row_pitch[1],
                ..first.clone()
            };
            units.push(WorkUnit {
                id,
                name: numbered(name_pattern.unwrap_or(&text), number + 1),
                work_center: center.clone(),
                placement,
                label: own_label.clone(),
            });
        }
    }

    fn unit(
        &self,
        reader: Reader<'_>,
        center: &EquipmentId,
        plant: Option<&Label>,
    ) -> Option<WorkUnit> {
        let id: Option<EquipmentId> = self.own_id(&reader, Kind::Unit);
        let name = self.name(&reader);
        let placement = self.placement(&reader);
        let label = self.own_label(&reader, plant);
        reader.finish();
        let (id, name, work_center) = (id?, name?.to_owned(), center.clone());
        Some(WorkUnit { id, name, work_center, placement: placement?, label })
    }

    /// `[[storage]]`.
    pub(super) fn storages(&self, sections: &Sections<'_>, plant: Option<&Label>) -> Vec<Storage> {
        let tables = sections.tables("storage", "a storage").into_iter();
        tables.filter_map(|table| self.storage(table, plant)).collect()
    }

    fn storage(&self, reader: Reader<'_>, plant: Option<&Label>) -> Option<Storage> {
        let id: Option<EquipmentId> = self.own_id(&reader, Kind::Storage);
        let name = self.name(&reader);
        let area = self.area_of(&reader);
        let capacity = reader.need("capacity").and_then(|v| limit(v, 0));
        let stage = reader.get("stage").and_then(|v| v.one_of(&STAGES));
        let placement = self.placement(&reader);
        let label = self.own_label(&reader, plant);
        let basis = reader.basis();
        reader.finish();
        Some(Storage {
            id: id?,
            name: name?.to_owned(),
            area: area?,
            capacity: capacity?,
            stage,
            placement: placement?,
            label,
            basis,
        })
    }

    /// `[[resource]]`.
    pub(super) fn resources(&self, sections: &Sections<'_>, days: &mut Days) -> Vec<Resource> {
        let tables = sections.tables("resource", "a resource").into_iter();
        tables.filter_map(|table| self.resource(table, days)).collect()
    }

    fn resource(&self, reader: Reader<'_>, days: &mut Days) -> Option<Resource> {
        let id: Option<EquipmentId> = self.own_id(&reader, Kind::Resource);
        let name = self.name(&reader);
        let kind = reader.need("kind").and_then(|v| v.one_of(&RESOURCE_KINDS));
        let (calendar, day) = self.works_by(&reader, id.as_ref(), days);
        let failures = self.failures(&reader, day);
        let stage = reader.get("stage").and_then(|v| v.one_of(&STAGES));
        let placement = self.placement(&reader);
        let basis = reader.basis();
        reader.finish();
        Some(Resource {
            id: id?,
            name: name?.to_owned(),
            kind: kind?,
            calendar: calendar?,
            failures,
            stage,
            placement: placement?,
            basis,
        })
    }
}

/// A number of pieces, or `"unbounded"`.
fn limit(value: Value<'_>, least: u32) -> Option<Option<u32>> {
    match value.if_text() {
        Some(UNBOUNDED) => Some(None),
        _ => value.count(least, MOST_PIECES).map(Some),
    }
}

/// `step = { runs = 0.9 }` or `step = { fails = 0.01, repaired = 0.1 }`.
fn step_up(value: Value<'_>) -> Option<StepUp> {
    let reader = value.table("a step")?;
    let step = match reader.get("runs") {
        Some(runs) => runs.share().map(StepUp::Bernoulli),
        None => {
            let chance = |key| reader.need(key).and_then(Value::share);
            let (fails, repaired) = (chance("fails"), chance("repaired"));
            fails.zip(repaired).map(|(fails, repaired)| StepUp::Geometric { fails, repaired })
        }
    };
    reader.finish();
    step
}
