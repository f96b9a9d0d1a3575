//! One report on its way into the state: dispatch, checks shared by all kinds, and the moves
//! of parts and units between states that several kinds bring about.

use smol_str::SmolStr;

use super::{
    ENDED_PARTS_LIMIT, LARGEST_NUMBER, LIVE_PARTS_LIMIT, LONGEST_REASON, TwinState,
    change::{Change, MoveBasis, Subject},
    now::{PartEnd, PartNow, Said, Stood},
    plant_state::{PlantState, Slot},
    refusal::Refusal,
    transition::{UnitEvent, next_state},
};
use crate::{
    id::{EquipmentId, LONGEST_ID, MaterialId, PartId, PlaceRef, PlantId},
    report::{Cause, CauseKind, Statement},
    text,
    time::{PlantTime, Span},
    unit_state::UnitState,
};

/// The longest id of a cause in bytes: a plant, a slash and a place.
const LONGEST_CAUSE: usize = 2 * LONGEST_ID + 1;

/// How often a piece of something that is still being made may escape being forgotten.
const FORGET_TRIES: usize = 16;

/// One report being folded. Every `check` and `find` comes before the first change.
pub(super) struct Fold<'a> {
    pub(super) twin: &'a mut TwinState,
    /// The plant that speaks.
    pub(super) here: usize,
    pub(super) at: PlantTime,
    pub(super) said: &'a Said,
    pub(super) changes: Vec<Change>,
}

/// A place where parts can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) plant: usize,
    pub(super) slot: Slot,
}

/// What a report may do to the part that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartTurn {
    /// Never heard of: it appears.
    Appears,
    /// Known, and not by anything newer.
    Known,
    /// Known by a newer report, as of this time.
    Outdated(PlantTime),
}

impl Fold<'_> {
    pub(super) fn statement(&mut self, statement: &Statement) -> Result<(), Refusal> {
        match statement {
            Statement::OpStarted { .. } | Statement::OpFinished { .. } => self.operation(statement),
            Statement::UnitState { unit, state, reason, cause } => {
                self.unit_state(unit, *state, reason.as_ref(), cause.as_ref())
            }
            Statement::PartMoved { part, from, to, by, cause } => {
                self.part_moved(part, from, to, by.as_ref(), cause.as_ref())
            }
            Statement::PartScrapped { part, at, reason } => {
                self.part_scrapped(part, at, reason.as_ref())
            }
            Statement::PartReworked { part, at, reason } => {
                self.part_reworked(part, at, reason.as_ref())
            }
            Statement::PartCompleted { part, material, order } => {
                self.part_completed(part, material, order.as_ref())
            }
            Statement::PartHeld { part, reason } => self.part_hold(part, reason, Some(reason)),
            Statement::PartReleased { part, reason } => self.part_hold(part, reason, None),
            Statement::QualityResult { subject, result } => self.quality(subject, *result),
            Statement::LotConsumed { .. }
            | Statement::LotProduced { .. }
            | Statement::Stock { .. } => self.material(statement),
            Statement::ResourceTaken { resource, by } => self.resource_taken(resource, by),
            Statement::ResourceFreed { resource, by } => self.resource_freed(resource, by),
            Statement::Pose { resource, x_m, y_m, z_m, heading_deg } => {
                self.pose(resource, [*x_m, *y_m, *z_m, *heading_deg])
            }
            Statement::OrderPlaced(_)
            | Statement::OrderChanged(_)
            | Statement::OrderClosed { .. } => self.order(statement),
            Statement::DeliveryPromised(_)
            | Statement::DeliveryShipped(_)
            | Statement::DeliveryArrived(_)
            | Statement::DeliveryDelayed(_) => self.delivery(statement),
            Statement::Crew { crew, place, available } => {
                self.crew(crew, place.as_ref(), *available)
            }
            Statement::Correction { report, .. } => self.correction(&report.statement, report.at),
            Statement::Comment { about, text } => self.comment(about, text),
        }
    }

    /// What was meant is folded as of its own time. This fold cannot look back: whoever keeps
    /// what was said folds that anew, with what was meant in its place, and hands over neither
    /// the correction nor what it replaces.
    fn correction(&mut self, meant: &Statement, at: PlantTime) -> Result<(), Refusal> {
        if matches!(meant, Statement::Correction { .. }) {
            return Err(Refusal::CorrectionNested {});
        }
        self.at = at;
        self.statement(meant)
    }

    pub(super) fn plant(&self) -> &PlantState {
        &self.twin.plants[self.here]
    }

    pub(super) fn plant_mut(&mut self) -> &mut PlantState {
        &mut self.twin.plants[self.here]
    }

    pub(super) fn plant_id(&self) -> PlantId {
        self.plant().id.clone()
    }

    pub(super) fn outdated(&mut self, subject: Subject, as_of: PlantTime) {
        self.changes.push(Change::Outdated { subject, as_of, at: self.at });
    }

    pub(super) fn find_unit(&self, unit: &EquipmentId) -> Result<usize, Refusal> {
        match self.plant().slot(unit) {
            Some(Slot::Unit(index)) => Ok(index),
            _ => Err(Refusal::UnknownUnit { plant: self.plant_id(), unit: unit.clone() }),
        }
    }

    pub(super) fn find_storage(&self, storage: &EquipmentId) -> Result<usize, Refusal> {
        match self.plant().slot(storage) {
            Some(Slot::Storage(index)) => Ok(index),
            _ => Err(Refusal::UnknownStorage { plant: self.plant_id(), storage: storage.clone() }),
        }
    }

    pub(super) fn find_here(&self, place: &EquipmentId) -> Result<Spot, Refusal> {
        self.find_at(self.here, place)
    }

    pub(super) fn find_place(&self, place: &PlaceRef) -> Result<Spot, Refusal> {
        let plant = match &place.plant {
            None => self.here,
            Some(id) => match self.twin.by_id.get(id) {
                Some(&plant) => plant,
                None => return Err(Refusal::UnknownPlant { plant: id.clone() }),
            },
        };
        self.find_at(plant, &place.place)
    }

    fn find_at(&self, plant: usize, place: &EquipmentId) -> Result<Spot, Refusal> {
        match self.twin.plants[plant].slot(place) {
            Some(slot @ (Slot::Unit(_) | Slot::Storage(_) | Slot::Resource(_))) => {
                Ok(Spot { plant, slot })
            }
            Some(Slot::Group) | None => Err(Refusal::UnknownPlace {
                plant: self.twin.plants[plant].id.clone(),
                place: place.clone(),
            }),
        }
    }

    pub(super) fn check_material(&self, material: &MaterialId) -> Result<(), Refusal> {
        if self.plant().materials.contains_key(material) {
            return Ok(());
        }
        Err(Refusal::UnknownMaterial { plant: self.plant_id(), material: material.clone() })
    }

    pub(super) fn check_quantity(field: &'static str, value: f64) -> Result<(), Refusal> {
        Self::check_number(field, value)?;
        if value < 0.0 {
            return Err(Refusal::QuantityNegative { field, value });
        }
        Ok(())
    }

    pub(super) fn check_number(field: &'static str, value: f64) -> Result<(), Refusal> {
        // Written so that NaN fails it.
        if value.abs() <= LARGEST_NUMBER {
            return Ok(());
        }
        Err(Refusal::NumberOutOfRange { field, value, limit: LARGEST_NUMBER })
    }

    pub(super) fn check_text(field: &'static str, text: &str, limit: usize) -> Result<(), Refusal> {
        match text.len() {
            0 => Err(Refusal::TextEmpty { field }),
            bytes if bytes > limit => Err(Refusal::TextTooLong { field, bytes, limit }),
            _ => text::invisible(text).map_or(Ok(()), |character| {
                Err(Refusal::TextInvisible { field, character: u32::from(character) })
            }),
        }
    }

    pub(super) fn check_reason(reason: Option<&SmolStr>) -> Result<(), Refusal> {
        reason.map_or(Ok(()), |reason| Self::check_text("reason", reason, LONGEST_REASON))
    }

    pub(super) fn check_cause(&self, cause: Option<&Cause>) -> Result<(), Refusal> {
        let Some(cause) = cause else { return Ok(()) };
        Self::check_text("cause.id", &cause.id, LONGEST_CAUSE)?;
        match cause.kind {
            CauseKind::Operator => self.check_not_a_person("cause.id", &cause.id),
            _ => Ok(()),
        }
    }

    /// People exist only as crews, unless the plant's agreement allows pseudonyms.
    pub(super) fn check_not_a_person(
        &self,
        field: &'static str,
        id: &SmolStr,
    ) -> Result<(), Refusal> {
        let plant = self.plant();
        let known = plant.pseudonyms_allowed
            || self.is_thing(plant, id)
            || id.split_once('/').is_some_and(|(other, place)| {
                let other = self.twin.by_id.get(other).map(|&index| &self.twin.plants[index]);
                other.is_some_and(|other| self.is_thing(other, place))
            });
        if known {
            return Ok(());
        }
        Err(Refusal::MayBeAPerson { plant: self.plant_id(), field, id: id.clone() })
    }

    fn is_thing(&self, plant: &PlantState, id: &str) -> bool {
        plant.slot_named(id).is_some()
            || plant.crews.contains_key(id)
            || plant.calendars.contains(id)
            || self.twin.parts.contains_key(id)
    }

    /// What this report may do to a part, wherever the part is.
    pub(super) fn part_turn(&self, part: &PartId) -> Result<PartTurn, Refusal> {
        let Some(now) = self.twin.parts.get(part) else { return Ok(PartTurn::Appears) };
        if let Some(as_of) = now.as_of.filter(|known| *known > self.at) {
            return Ok(PartTurn::Outdated(as_of));
        }
        match &now.ended {
            None => Ok(PartTurn::Known),
            Some((end, at)) => {
                Err(Refusal::PartEnded { part: part.clone(), how: end.name(), at: *at })
            }
        }
    }

    /// The same for a report that says where the part is.
    pub(super) fn part_turn_at(
        &self,
        part: &PartId,
        spot: Spot,
        place: &EquipmentId,
    ) -> Result<PartTurn, Refusal> {
        let turn = self.part_turn(part)?;
        match turn {
            PartTurn::Appears if spot.plant != self.here => {
                Err(Refusal::PartUnknown { part: part.clone() })
            }
            PartTurn::Known if self.spot_of(part) != Some(spot) => Err(Refusal::PartNotThere {
                part: part.clone(),
                from: self.place_ref(spot, place),
                known: self.known_place(part),
            }),
            _ => Ok(turn),
        }
    }

    pub(super) fn known_place(&self, part: &PartId) -> PlaceRef {
        self.twin.parts[part].place.clone()
    }

    pub(super) fn spot_of(&self, part: &PartId) -> Option<Spot> {
        let place = &self.twin.parts.get(part)?.place;
        let plant = *self.twin.by_id.get(place.plant.as_ref()?)?;
        Some(Spot { plant, slot: self.twin.plants[plant].slot(&place.place)? })
    }

    pub(super) fn place_ref(&self, spot: Spot, place: &EquipmentId) -> PlaceRef {
        PlaceRef::at(self.twin.plants[spot.plant].id.clone(), place.clone())
    }

    pub(super) fn check_room_for_part(&self, plant: usize) -> Result<(), Refusal> {
        let plant = &self.twin.plants[plant];
        if plant.part_count < LIVE_PARTS_LIMIT {
            return Ok(());
        }
        Err(Refusal::TooManyParts { plant: plant.id.clone(), limit: LIVE_PARTS_LIMIT })
    }

    /// A part that was never heard of is at `spot` from now on.
    pub(super) fn appear(&mut self, part: &PartId, spot: Spot, place: &EquipmentId) {
        let place = self.place_ref(spot, place);
        let stage = self.twin.plants[spot.plant].stage(spot.slot);
        let arrival = self.put(part, spot);
        let now = PartNow::new(place.clone(), self.at, stage, arrival);
        self.twin.parts.insert(part.clone(), now);
        self.twin.plants[spot.plant].parts_seen += 1;
        self.changes.push(Change::PartAppeared { part: part.clone(), place, at: self.at });
    }

    /// Moves a known part; the caller has checked where it is.
    pub(super) fn relocate(
        &mut self,
        part: &PartId,
        to: (Spot, &EquipmentId),
        by: Option<&EquipmentId>,
        cause: Option<&Cause>,
        basis: MoveBasis,
    ) {
        let (spot, place) = to;
        let Some(left) = self.spot_of(part) else { return };
        let place = self.place_ref(spot, place);
        let stage = self.twin.plants[spot.plant].stage(spot.slot);
        let old_arrival = self.twin.parts[part].arrival;
        self.take_out(left, old_arrival);
        let arrival = self.put(part, spot);
        let at = self.at;
        let Some(now) = self.twin.parts.get_mut(part) else { return };
        let from = std::mem::replace(&mut now.place, place.clone());
        let stayed = at.since(now.since).max(Span::ZERO);
        (now.since, now.as_of, now.arrival) = (at, Some(at), arrival);
        now.stage = stage.or(now.stage);
        let (by, cause_of_move) = (by.cloned(), cause.cloned());
        let moved = Change::PartMoved {
            part: part.clone(),
            from,
            stayed,
            to: place,
            by,
            cause: cause_of_move,
            at,
            basis,
        };
        self.changes.push(moved);
        self.unit_event_of_move(left, UnitEvent::Emptied, cause);
        // Where an operation implies the move, it says itself what the unit does.
        if basis == MoveBasis::Stated {
            self.unit_event_of_move(spot, UnitEvent::Arrived, cause);
        }
    }

    /// Takes a known part out of production; it is remembered for a while.
    pub(super) fn end_part(&mut self, part: &PartId, end: PartEnd) {
        let Some(left) = self.spot_of(part) else { return };
        let arrival = self.twin.parts[part].arrival;
        self.take_out(left, arrival);
        let at = self.at;
        let Some(now) = self.twin.parts.get_mut(part) else { return };
        (now.as_of, now.ended) = (Some(at), Some((end.clone(), at)));
        if let PartEnd::PartOf(parent) = &end {
            now.stage = Some(crate::definition::Stage::Erected);
            self.twin.built_in.entry(parent.clone()).or_default().push(part.clone());
        }
        let ended = Change::PartEnded {
            part: part.clone(),
            material: now.material.clone(),
            end,
            place: now.place.clone(),
            order: now.order.clone(),
            lived: at.since(now.born).max(Span::ZERO),
            at,
        };
        self.changes.push(ended);
        self.twin.ended.push_back(part.clone());
        self.unit_event_of_move(left, UnitEvent::Emptied, None);
        self.forget_oldest();
    }

    /// Keeps what has ended within its limit. Pieces of something that is still being made
    /// are passed over: they are in its picture.
    fn forget_oldest(&mut self) {
        let twin = &mut *self.twin;
        let mut tries = 0;
        while twin.ended.len() > ENDED_PARTS_LIMIT {
            let Some(oldest) = twin.ended.pop_front() else { return };
            let parent = twin.parts.get(&oldest).and_then(PartNow::part_of).cloned();
            let needed = parent.as_ref().and_then(|parent| twin.parts.get(parent));
            if needed.is_some_and(|parent| parent.ended.is_none()) && tries < FORGET_TRIES {
                tries += 1;
                twin.ended.push_back(oldest);
                continue;
            }
            twin.parts.remove(&oldest);
            if let Some(parent) = parent
                && let Some(pieces) = twin.built_in.get_mut(&parent)
            {
                pieces.retain(|piece| *piece != oldest);
                if pieces.is_empty() {
                    twin.built_in.remove(&parent);
                }
            }
        }
    }

    fn put(&mut self, part: &PartId, spot: Spot) -> u64 {
        self.twin.arrivals += 1;
        let arrival = self.twin.arrivals;
        let plant = &mut self.twin.plants[spot.plant];
        plant.part_count += 1;
        if let Some(present) = plant.present_mut(spot.slot) {
            present.by_arrival.insert(arrival, part.clone());
        }
        self.touch_storage(spot);
        arrival
    }

    fn take_out(&mut self, spot: Spot, arrival: u64) {
        let plant = &mut self.twin.plants[spot.plant];
        plant.part_count -= 1;
        if let Some(present) = plant.present_mut(spot.slot) {
            present.by_arrival.remove(&arrival);
        }
        self.touch_storage(spot);
    }

    pub(super) fn touch_storage(&mut self, spot: Spot) {
        if let Slot::Storage(index) = spot.slot {
            let storage = &mut self.twin.plants[spot.plant].storages[index];
            storage.last_report = storage.last_report.max(Some(self.at));
        }
    }

    /// What a part's coming or going means for the unit it came to or left.
    fn unit_event_of_move(&mut self, spot: Spot, event: UnitEvent, cause: Option<&Cause>) {
        let Slot::Unit(index) = spot.slot else { return };
        let unit = &self.twin.plants[spot.plant].units[index];
        let emptied = event == UnitEvent::Emptied;
        if !unit.running.is_empty() || (emptied && !unit.present.is_empty()) {
            return;
        }
        let stated_later = unit.stated && unit.since.is_some_and(|since| since > self.at);
        if stated_later || next_state(unit.state, event) == unit.state {
            return;
        }
        self.enter(spot.plant, index, event, None, cause);
    }

    /// Moves a unit along the transition table. Time never runs backwards in it: what happened
    /// before the state it is in counts from that state's beginning.
    pub(super) fn enter(
        &mut self,
        plant: usize,
        unit: usize,
        event: UnitEvent,
        reason: Option<&SmolStr>,
        cause: Option<&Cause>,
    ) {
        let plant = &mut self.twin.plants[plant];
        let unit = &mut plant.units[unit];
        let at = unit.since.map_or(self.at, |since| since.max(self.at));
        let lasted = unit.since.map_or(Span::ZERO, |since| at.since(since));
        let entered = next_state(unit.state, event);
        let left = std::mem::replace(&mut unit.state, entered);
        if left == UnitState::Working {
            unit.busy += lasted;
        }
        if matches!(left, UnitState::Down | UnitState::Held | UnitState::PlannedMaintenance) {
            // Units that run an operation on and on are not stopped by what is never told.
            for op in unit.running.iter_mut().filter(|op| op.started < at) {
                op.stopped += lasted.min(at.since(op.started));
            }
        }
        let (reason_left, cause_left) = (unit.reason.take(), unit.cause.take());
        if left != UnitState::OffShift && lasted > Span::ZERO {
            let since = unit.same_since.unwrap_or(at);
            unit.before =
                Some(Stood { state: left, reason: reason_left, cause: cause_left, since });
        }
        let before = unit.before.as_ref().filter(|stood| stood.goes_on(entered, reason, cause));
        unit.same_since = Some(before.map_or(at, |stood| stood.since));
        unit.since = Some(at);
        unit.stated = matches!(event, UnitEvent::Stated(_));
        unit.reason = reason.cloned();
        unit.cause = cause.cloned();
        self.changes.push(Change::UnitState {
            plant: plant.id.clone(),
            unit: unit.unit.clone(),
            left,
            lasted,
            entered,
            reason: reason.cloned(),
            cause: cause.cloned(),
            at,
        });
    }
}
