//! When units that are outside their working hours begin again.

use std::collections::{BTreeMap, BTreeSet};

use plant::calendar::WorkingTime;
use twin::{
    CalendarId, EquipmentId, Plant, PlantId, PlantTime, Span, UnitState, definition::WorkCenter,
};

use crate::board::Scene;

/// Nobody is told that a unit opens later than this.
const LONGEST_CLOSED: Span = Span::from_secs(21 * 86_400);
/// A calendar is laid out for so much longer, and again when that has passed.
const LAID_OUT_FOR: Span = Span::from_secs(7 * 86_400);

/// Calendars as they are laid out: that takes too long to be done at every tick.
#[derive(Debug, Default)]
pub(super) struct Openings {
    /// The revision of the plants' files.
    revision: u32,
    laid_out: BTreeMap<(PlantId, CalendarId), LaidOut>,
}

#[derive(Debug)]
struct LaidOut {
    from: PlantTime,
    /// None where the time zone is unknown.
    hours: Option<WorkingTime>,
}

impl Openings {
    /// When the calendars open again by which units of a plant are outside their working hours.
    pub(super) fn of<'a>(
        &mut self,
        core: &Scene<'_>,
        plant: &'a Plant,
    ) -> BTreeMap<&'a CalendarId, PlantTime> {
        if self.revision != core.revision {
            *self = Self { revision: core.revision, laid_out: BTreeMap::new() };
        }
        let closed = core.twin.units(&plant.id).filter(|unit| unit.state == UnitState::OffShift);
        let closed: BTreeSet<&EquipmentId> = closed.map(|unit| &unit.unit).collect();
        if closed.is_empty() {
            return BTreeMap::new();
        }
        let now = core.now(&plant.id);
        let units = plant.units.iter().filter(|unit| closed.contains(&unit.id));
        let centers: BTreeSet<&EquipmentId> = units.map(|unit| &unit.work_center).collect();
        let of_center = |center: &&WorkCenter| centers.contains(&center.id);
        let wanted: BTreeSet<&CalendarId> =
            plant.work_centers.iter().filter(of_center).map(|center| &center.calendar).collect();
        let opens = |id: &'a CalendarId| Some((id, self.next(plant, id, now)?));
        wanted.into_iter().filter_map(opens).collect()
    }

    fn next(&mut self, plant: &Plant, id: &CalendarId, now: PlantTime) -> Option<PlantTime> {
        let key = (plant.id.clone(), id.clone());
        let is_good = |laid: &LaidOut| laid.from <= now && now <= laid.from + LAID_OUT_FOR;
        if !self.laid_out.get(&key).is_some_and(is_good) {
            let calendar = plant.calendars.iter().find(|calendar| calendar.id == *id)?;
            let until = now + LAID_OUT_FOR + LONGEST_CLOSED;
            let hours = WorkingTime::new(calendar, &plant.time_zone, now, until).ok();
            self.laid_out.insert(key.clone(), LaidOut { from: now, hours });
        }
        let opens = self.laid_out.get(&key)?.hours.as_ref()?.next_open(now);
        (opens > now && opens.since(now) <= LONGEST_CLOSED).then_some(opens)
    }
}
