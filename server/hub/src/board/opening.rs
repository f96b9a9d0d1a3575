//! When places open again: units that are outside their working hours, and dates that are
//! expected while nobody works.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use analytics::{Outlook, Promise};
use plant::calendar::WorkingTime;
use twin::{
    CalendarId, EquipmentId, Plant, PlantId, PlantTime, Span, UnitState, definition::WorkCenter,
};

use crate::board::Scene;

/// Nobody is told that a unit opens later than this.
const LONGEST_CLOSED: Span = Span::from_secs(21 * 86_400);
/// A calendar is looked at so far: dates that are expected later are not known to the day.
const LOOKED_AT_FOR: Span = Span::from_secs(42 * 86_400);
/// It is laid out for so much longer, and again when that has passed.
const LAID_OUT_FOR: Span = Span::from_secs(7 * 86_400);

/// Calendars as they are laid out: that takes too long to be done at every tick.
#[derive(Debug, Default)]
pub(crate) struct Openings {
    laid_out: RefCell<LaidOut>,
}

#[derive(Debug, Default)]
struct LaidOut {
    /// The revision of the plants' files.
    revision: u32,
    /// From when on, and none where the time zone is unknown.
    hours: BTreeMap<(PlantId, CalendarId), (PlantTime, Option<WorkingTime>)>,
}

impl Scene<'_> {
    /// When the calendars open again by which units of a plant are outside their working hours.
    pub(super) fn openings<'p>(&self, plant: &'p Plant) -> BTreeMap<&'p CalendarId, PlantTime> {
        let closed = self.twin.units(&plant.id).filter(|unit| unit.state == UnitState::OffShift);
        let closed: BTreeSet<&EquipmentId> = closed.map(|unit| &unit.unit).collect();
        let units = plant.units.iter().filter(|unit| closed.contains(&unit.id));
        let centers: BTreeSet<&EquipmentId> = units.map(|unit| &unit.work_center).collect();
        let of_center = |center: &&WorkCenter| centers.contains(&center.id);
        let wanted: BTreeSet<&CalendarId> =
            plant.work_centers.iter().filter(of_center).map(|center| &center.calendar).collect();
        let now = self.now(&plant.id);
        let opens = |id: &'p CalendarId| {
            let opens = self.open_from(plant, id, now)?;
            (opens > now && opens.since(now) <= LONGEST_CLOSED).then_some((id, opens))
        };
        wanted.into_iter().filter_map(opens).collect()
    }

    /// What is expected, at a moment when somebody works who makes it: a pace knows no nights.
    /// It rests on nothing else than before: whoever is told of it may read what its makers do,
    /// and that tells their hours.
    pub(super) fn at_work(&self, plant: &Plant, outlook: Outlook) -> Outlook {
        let Some(expected) = outlook.expected.filter(|_| outlook.reached.is_none()) else {
            return outlook;
        };
        let calendars = self.makers_calendars(plant, &outlook);
        let from = |at: PlantTime| {
            let opens = calendars.iter().map(|id| self.open_from(plant, id, at).unwrap_or(at));
            opens.min().unwrap_or(at)
        };
        let moved = from(expected);
        Outlook {
            expected: Some(moved),
            range: outlook.range.map(|(early, late)| (from(early), from(late))),
            slip_d: outlook.slip_d.map(|slip_d| slip_d + moved.since(expected).days()),
            ..outlook
        }
    }

    /// The hours of those who do the last work on what is promised.
    fn makers_calendars<'p>(
        &self,
        plant: &'p Plant,
        outlook: &Outlook,
    ) -> BTreeSet<&'p CalendarId> {
        let reached_at = match &outlook.what {
            Promise::Milestone(id) => {
                let milestone = self.programme.milestones.iter().find(|m| m.id == *id);
                milestone.map(|milestone| &milestone.reached_at)
            }
            Promise::Order(_) => None,
        };
        let of = |center: &&WorkCenter| Some(&center.id) == reached_at;
        if let Some(center) = plant.work_centers.iter().find(of) {
            return [&center.calendar].into();
        }
        let gives = plant
            .operations
            .iter()
            .filter(|operation| Some(&operation.output.material) == outlook.material.as_ref());
        let makers: BTreeSet<&EquipmentId> =
            gives.map(|operation| &operation.work_center).collect();
        let centers = plant.work_centers.iter().filter(|center| makers.contains(&center.id));
        centers.map(|center| &center.calendar).collect()
    }

    /// The first moment from one on at which a calendar of a plant is open; none past the time
    /// that it is laid out for.
    fn open_from(&self, plant: &Plant, id: &CalendarId, at: PlantTime) -> Option<PlantTime> {
        let now = self.now(&plant.id);
        if at < now || at.since(now) > LOOKED_AT_FOR {
            return None;
        }
        let mut laid_out = self.openings.laid_out.borrow_mut();
        if laid_out.revision != self.revision {
            *laid_out = LaidOut { revision: self.revision, hours: BTreeMap::new() };
        }
        let key = (plant.id.clone(), id.clone());
        let is_current =
            |(from, _): &(PlantTime, _)| *from <= now && now.since(*from) <= LAID_OUT_FOR;
        if !laid_out.hours.get(&key).is_some_and(is_current) {
            let calendar = plant.calendars.iter().find(|calendar| calendar.id == *id);
            let until = now + LAID_OUT_FOR + LOOKED_AT_FOR;
            let lay_out = |calendar| WorkingTime::new(calendar, &plant.time_zone, now, until).ok();
            laid_out.hours.insert(key.clone(), (now, calendar.and_then(lay_out)));
        }
        let (_, hours) = laid_out.hours.get(&key)?;
        let opens = hours.as_ref()?.next_open(at);
        (opens != WorkingTime::NEVER).then_some(opens)
    }
}
