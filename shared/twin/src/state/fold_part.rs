//! Folding what is said of parts: moves, holds, results, and how they end.

use smol_str::SmolStr;

use super::{
    change::{Change, MoveBasis, Subject},
    fold::{Fold, PartTurn, Spot},
    now::{PartEnd, PartNow},
    plant_state::Slot,
    refusal::Refusal,
};
use crate::{
    id::{EquipmentId, MaterialId, OrderId, PartId, PlaceRef},
    report::{Cause, QualitySubject, QualityVerdict},
};

impl Fold<'_> {
    pub(super) fn part_moved(
        &mut self,
        part: &PartId,
        from: &PlaceRef,
        to: &PlaceRef,
        by: Option<&EquipmentId>,
        cause: Option<&Cause>,
    ) -> Result<(), Refusal> {
        let (left, entered) = (self.find_place(from)?, self.find_place(to)?);
        if let Some(by) = by {
            self.check_carrier(by, [self.here, left.plant, entered.plant])?;
        }
        self.check_cause(cause)?;
        let seen = left == entered;
        let turn = match seen {
            true => self.part_turn_seen(part, left, &from.place)?,
            false => self.part_turn_at(part, left, &from.place)?,
        };
        if turn == PartTurn::Appears || left.plant != entered.plant {
            self.check_room_for_part(entered.plant)?;
        }

        match turn {
            PartTurn::Outdated(as_of) => {
                self.outdated(Subject::Part(part.clone()), as_of);
                return Ok(());
            }
            PartTurn::Appears => self.appear(part, left, &from.place),
            // Seen where it lies anyway: it has been there since it came, not since now.
            PartTurn::Known if seen && self.lies_at(part, left) => {
                self.touch_storage(left);
                self.touch_part(part);
                return Ok(());
            }
            PartTurn::Known => {}
        }
        self.relocate(part, (entered, &to.place), by, cause, MoveBasis::Stated);
        Ok(())
    }

    /// Whoever says that a part came from where it goes says that it is there. Within the plant
    /// that speaks this is taken wherever the part was believed to be, as a count of a stock is.
    fn part_turn_seen(
        &self,
        part: &PartId,
        spot: Spot,
        place: &EquipmentId,
    ) -> Result<PartTurn, Refusal> {
        let is_here = |spot: Spot| spot.plant == self.here;
        match self.part_turn(part)? {
            PartTurn::Known if is_here(spot) && self.spot_of(part).is_some_and(is_here) => {
                Ok(PartTurn::Known)
            }
            _ => self.part_turn_at(part, spot, place),
        }
    }

    /// Whether a known part is at a place where parts lie, which is not a unit.
    fn lies_at(&self, part: &PartId, spot: Spot) -> bool {
        self.spot_of(part) == Some(spot) && !matches!(spot.slot, Slot::Unit(_))
    }

    fn check_carrier(&self, by: &EquipmentId, plants: [usize; 3]) -> Result<(), Refusal> {
        let carries =
            |&plant: &usize| matches!(self.twin.plants[plant].slot(by), Some(Slot::Resource(_)));
        if plants.iter().any(carries) {
            return Ok(());
        }
        Err(Refusal::UnknownResource { plant: self.plant_id(), resource: by.clone() })
    }

    pub(super) fn part_scrapped(
        &mut self,
        part: &PartId,
        at: &EquipmentId,
        reason: Option<&SmolStr>,
    ) -> Result<(), Refusal> {
        Self::check_reason(reason)?;
        if self.part_at(part, at)? {
            self.end_part(part, PartEnd::Scrapped { reason: reason.cloned() });
        }
        Ok(())
    }

    pub(super) fn part_reworked(
        &mut self,
        part: &PartId,
        at: &EquipmentId,
        reason: Option<&SmolStr>,
    ) -> Result<(), Refusal> {
        Self::check_reason(reason)?;
        if self.part_at(part, at)? {
            let at = self.at;
            let place = self.known_place(part);
            let Some(now) = self.touch_part(part) else { return Ok(()) };
            now.reworked = now.reworked.saturating_add(1);
            let rounds = now.reworked;
            self.changes.push(Change::PartReworked { part: part.clone(), place, rounds, at });
        }
        Ok(())
    }

    /// Makes sure that a part is at a place of the plant that speaks, letting it appear there
    /// if it is new; false when something newer is known of it.
    fn part_at(&mut self, part: &PartId, at: &EquipmentId) -> Result<bool, Refusal> {
        let spot = self.find_here(at)?;
        match self.part_turn_at(part, spot, at)? {
            PartTurn::Appears => {
                self.check_room_for_part(self.here)?;
                self.appear(part, spot, at);
            }
            PartTurn::Known => {}
            PartTurn::Outdated(as_of) => {
                self.outdated(Subject::Part(part.clone()), as_of);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Makes sure that a part is known; false when something newer is known of it.
    fn known_part(&mut self, part: &PartId) -> Result<bool, Refusal> {
        match self.part_turn(part)? {
            PartTurn::Appears => Err(Refusal::PartUnknown { part: part.clone() }),
            PartTurn::Known => Ok(true),
            PartTurn::Outdated(as_of) => {
                self.outdated(Subject::Part(part.clone()), as_of);
                Ok(false)
            }
        }
    }

    fn touch_part(&mut self, part: &PartId) -> Option<&mut PartNow> {
        let now = self.twin.parts.get_mut(part)?;
        now.as_of = Some(self.at);
        Some(now)
    }

    pub(super) fn part_completed(
        &mut self,
        part: &PartId,
        material: &MaterialId,
        order: Option<&OrderId>,
    ) -> Result<(), Refusal> {
        self.check_material(material)?;
        if !self.known_part(part)? {
            return Ok(());
        }
        let Some(now) = self.touch_part(part) else { return Ok(()) };
        now.material = Some(material.clone());
        if let Some(order) = order {
            now.order = Some(order.clone());
        }
        let order = now.order.clone();
        if let Some(order) = order.and_then(|order| self.plant_mut().orders.get_mut(&order)) {
            order.completed += 1;
        }
        self.end_part(part, PartEnd::Completed);
        Ok(())
    }

    pub(super) fn part_hold(
        &mut self,
        part: &PartId,
        reason: &SmolStr,
        held: Option<&SmolStr>,
    ) -> Result<(), Refusal> {
        Self::check_reason(Some(reason))?;
        if self.known_part(part)? {
            let at = self.at;
            let Some(now) = self.touch_part(part) else { return Ok(()) };
            now.held = held.cloned();
            let held = now.held.clone();
            self.changes.push(Change::PartHold { part: part.clone(), held, at });
        }
        Ok(())
    }

    pub(super) fn quality(
        &mut self,
        subject: &QualitySubject,
        verdict: QualityVerdict,
    ) -> Result<(), Refusal> {
        if let QualitySubject::Part(part) = subject {
            if !self.known_part(part)? {
                return Ok(());
            }
            if let Some(now) = self.touch_part(part) {
                now.quality = Some(verdict);
            }
        }
        let (subject, at) = (subject.clone(), self.at);
        self.changes.push(Change::Quality { subject, verdict, at });
        Ok(())
    }
}
