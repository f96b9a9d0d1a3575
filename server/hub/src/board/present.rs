//! What a main hold-up does at this moment: its verdict is about weeks, and a reader wants to know
//! whether it goes on.

use analytics::{Thing, Verdict};
use twin::{
    Cause, EquipmentId, FactKind, Plant, PlantTime, Span, SupplierId, UnitState, state::ResourceNow,
};
use wire::view::HoldUpNow;

use super::{chain::Reader, floor, stamp};

/// That a hold-up's material runs out is told of it within this.
const RUNS_OUT_WITHIN: Span = Span::from_secs(7 * 86_400);

impl Reader<'_> {
    /// What the hold-up does now; none when there is nothing to say, or the reader may not know
    /// the hold-up.
    pub(super) fn now(&self, verdict: &Verdict) -> Option<HoldUpNow> {
        let node = &verdict.node;
        let plant = self.core.plants.get(&node.plant).filter(|_| self.may_know(node))?;
        match &node.thing {
            Thing::WorkCenter(center) => self.center(plant, center, &verdict.units),
            Thing::Resource(resource) => {
                let now = self.core.twin.resource(&plant.id, resource)?;
                self.may_know_equipment(&plant.id, resource).then_some(())?;
                Some(self.resource(plant, now))
            }
            Thing::Supplier(supplier) => self.supplier(plant, supplier),
            Thing::Storage(_) | Thing::Crew(_) | Thing::Calendar(_) | Thing::Orders => None,
        }
    }

    /// The unit of a work center that tells the most: one that is stopped or waits before one
    /// that works, and of equals the one that has done so for longest. Those that lay on the path
    /// are asked, if any did.
    fn center(
        &self,
        plant: &Plant,
        center: &EquipmentId,
        on_path: &[EquipmentId],
    ) -> Option<HoldUpNow> {
        let of_center = plant.units.iter().filter(|unit| unit.work_center == *center);
        let asked = of_center.filter(|unit| on_path.is_empty() || on_path.contains(&unit.id));
        let known = asked.filter(|unit| self.may_know_equipment(&plant.id, &unit.id));
        let units =
            known.filter_map(|unit| Some((self.core.twin.unit(&plant.id, &unit.id)?, unit)));
        let (now, unit) = units.min_by_key(|(now, _)| {
            let (state, since) =
                now.stands().map_or((now.state, now.since), |(s, at)| (s, Some(at)));
            (says_least(state, now.cause.as_ref()), since, &now.unit)
        })?;
        let causes = self.board.causes_now(&plant.id);
        let cause =
            now.cause.as_ref().filter(|_| now.state != UnitState::Working && causes.are_told());
        let waits_for = cause.and_then(|cause| self.waited_for(plant, cause));
        // What is down or on hold is so through the night, too; whoever may not know what is
        // waited for is not told that it is the same as before.
        let seen_since = if waits_for.is_some() { now.same_since } else { now.since };
        let (state, since) =
            now.stands().map_or((now.state, seen_since), |(state, since)| (state, Some(since)));
        Some(HoldUpNow {
            name: unit.name.clone(),
            state: Some(causes.name(state).to_owned()),
            since: since.map(stamp),
            is_closed: state != now.state,
            waits_for,
            is_served: cause.is_some_and(|cause| self.serves(plant, cause, &unit.id)),
            cover_d: None,
            is_waited_for: None,
            runs_out: None,
            comes: None,
        })
    }

    fn resource(&self, plant: &Plant, now: &ResourceNow) -> HoldUpNow {
        HoldUpNow {
            name: self.core.name_of(&plant.id, now.resource.as_str()),
            state: Some(::floor::resource_state(now).to_owned()),
            since: now.since.map(stamp),
            is_closed: false,
            waits_for: None,
            is_served: false,
            cover_d: None,
            is_waited_for: None,
            runs_out: None,
            comes: None,
        }
    }

    /// Of what a supplier delivers the material that is short first, when the reader may know when
    /// it runs dry.
    fn supplier(&self, plant: &Plant, supplier: &SupplierId) -> Option<HoldUpNow> {
        let dry = &self.board.findings(&plant.id, self.audience)?.dry;
        let (part, label) =
            dry.iter().find(|(part, _)| plant.is_brought_by(&part.material, supplier))?;
        self.may_see(*label).then_some(())?;
        let lasts = self.board.labels.told_of(&plant.id, FactKind::StockCover);
        let now = self.core.now(&plant.id);
        let is_soon = |dry: &PlantTime| *dry > now && dry.since(now) <= RUNS_OUT_WITHIN;
        let soon = part.dry.filter(is_soon);
        let after = part.next_delivery.filter(|next| Some(*next) > part.dry);
        let comes = after.or_else(|| part.again.map(|(_, to)| to));
        Some(HoldUpNow {
            name: self.core.material_name(&part.material),
            state: None,
            since: None,
            is_closed: false,
            waits_for: None,
            is_served: false,
            cover_d: part.cover_d.filter(|_| self.may_see(lasts)),
            is_waited_for: Some(part.waited_for),
            runs_out: soon.map(stamp),
            comes: soon.and(comes).map(stamp),
        })
    }

    /// Whether the crane or transporter that a unit waits for is at work for that unit, as far as
    /// the reader may know whom it serves.
    fn serves(&self, plant: &Plant, cause: &Cause, unit: &EquipmentId) -> bool {
        let Ok(id) = EquipmentId::new(&cause.id) else { return false };
        let now = self.core.twin.resource(&plant.id, &id);
        now.is_some_and(|now| now.holder.as_deref() == Some(unit.as_str()))
            && self.may_know_equipment(&plant.id, &id)
            && self.may_see(self.board.labels.equipment(&plant.id, &id, FactKind::Flow))
    }

    /// The name of what is waited for, unless it is a thing that the reader may not know.
    fn waited_for(&self, plant: &Plant, cause: &Cause) -> Option<String> {
        let about = |kind| self.board.labels.about(self.core, &plant.id, &cause.id, kind);
        let known = self.may_see(about(FactKind::Layout))
            && self.may_see(about(FactKind::LineState))
            && (!floor::is_supply(self.core, plant, &cause.id)
                || self.may_see(about(FactKind::Supply)));
        // A place of another plant is named where its own plant is shown.
        (known && !cause.id.contains('/')).then(|| self.core.name_of(&plant.id, &cause.id))
    }
}

/// Units by how little their state says about a hold-up.
fn says_least(state: UnitState, cause: Option<&Cause>) -> u8 {
    match (state, cause) {
        (
            UnitState::Down
            | UnitState::Held
            | UnitState::WaitingForCrew
            | UnitState::WaitingForCrane
            | UnitState::PlannedMaintenance,
            _,
        ) => 0,
        (UnitState::Starved | UnitState::Blocked, Some(_)) => 1,
        (UnitState::Working | UnitState::Setup, _) => 2,
        (UnitState::Starved | UnitState::Blocked, None) => 3,
        (UnitState::OffShift, _) => 4,
        (UnitState::Unknown, _) => 5,
    }
}

#[cfg(test)]
mod tests {
    use twin::CauseKind;

    use super::*;

    #[test]
    fn what_waits_for_something_is_told_before_what_works_or_merely_stands() {
        let parts = Cause { kind: CauseKind::Material, id: "store".into() };
        let mut units = [
            (UnitState::OffShift, None),
            (UnitState::Starved, None),
            (UnitState::Working, None),
            (UnitState::Starved, Some(&parts)),
            (UnitState::WaitingForCrane, None),
        ];
        units.sort_by_key(|(state, cause)| says_least(*state, *cause));
        let told: Vec<&str> = units.iter().map(|(state, _)| state.name()).collect();
        assert_eq!(told, ["waiting_for_crane", "starved", "working", "starved", "off_shift"]);
        assert!(units[1].1.is_some() && units[3].1.is_none());
    }
}
