//! What reports mean: the one fold from statements to the live state of a programme.
//!
//! Live feeds, replays and simulations all go through [`TwinState::apply`], so they cannot
//! disagree. Reports are applied in the order the hub numbered them. Each thing knows the time
//! of the newest report about it; an older report leaves it as it is and yields
//! [`Change::Outdated`], for it belongs to the history only. Two refinements keep several
//! gateways of one plant with slightly different clocks from losing state: a part's move is a
//! report about the part and not about the units it leaves and enters, and quantities commute,
//! so that only a count makes older withdrawals outdated.
//!
//! A part is in exactly one place until it ends. A part that is new appears where its first
//! report says. An operation that begins on a part elsewhere in the plant implies the move.
//! A refused report ([`Refusal`]) changes nothing: every check comes before the first change.

mod change;
mod fold;
mod fold_op;
mod fold_part;
mod fold_resource;
mod fold_supplier;
mod fold_supply;
mod now;
mod plant_state;
mod points;
mod refusal;
mod transition;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};

pub use change::{Change, MoveBasis, StockChange, Subject};
pub use now::{
    CommentNow, CrewCount, CrewNow, DeliveryNow, DeliveryStatus, OrderNow, PartEnd, PartNow,
    PoseNow, Present, ResourceNow, RunningOp, Said, StockNow, StorageNow, UnitNow,
};
pub use points::{POINTS_PER_SERIES, PointNow, SERIES_LIMIT, SeriesNow};
pub use refusal::Refusal;

use crate::{
    definition::{Plant, Programme},
    id::{
        CrewId, DeliveryId, EquipmentId, MaterialId, OrderId, PartId, PlaceRef, PlantId, SupplierId,
    },
    report::Report,
    time::PlantTime,
};
use fold::Fold;
use plant_state::PlantState;

/// Parts in production that one plant may hold.
pub const LIVE_PARTS_LIMIT: usize = 100_000;
/// Parts that have ended and are still remembered, of all plants; the oldest go first.
pub const ENDED_PARTS_LIMIT: usize = 100_000;
/// Operations that run at once in a unit whose capacity is unbounded.
pub const RUNNING_OPS_LIMIT: usize = 1_000;
/// Open orders of one plant, and as many closed ones that are still remembered.
pub const ORDERS_LIMIT: usize = 20_000;
/// Expected deliveries of one plant, and as many arrived ones that are still remembered.
pub const DELIVERIES_LIMIT: usize = 20_000;
/// Comments kept about one thing; the oldest go first.
pub const COMMENTS_PER_SUBJECT: usize = 20;
/// Things of one plant that comments are kept about; the one first commented on goes first.
pub const COMMENTED_SUBJECTS: usize = 2_000;
/// People under pseudonyms that are remembered for a plant whose agreement allows them.
pub const WORKERS_LIMIT: usize = 10_000;
/// How a comment about an alarm begins what it is about; the alarm's id follows.
pub const ABOUT_ALARM: &str = "alarm:";
/// The longest reason in bytes: a path in the plant's tree of reasons.
pub const LONGEST_REASON: usize = 200;
/// The largest quantity, level or coordinate that is taken, in either direction.
pub const LARGEST_NUMBER: f64 = 1e12;

/// The live state of all plants that the hub knows.
#[derive(Clone, Debug, PartialEq)]
pub struct TwinState {
    plants: Vec<PlantState>,
    by_id: HashMap<PlantId, usize>,
    /// Looked up only, never iterated: hash order must not reach an answer.
    parts: HashMap<PartId, PartNow>,
    /// Parts that have ended, the oldest first.
    ended: VecDeque<PartId>,
    /// Parts built into a part, in the order they were.
    built_in: HashMap<PartId, Vec<PartId>>,
    arrivals: u64,
    /// When the programme's clock starts, since when its initial parts are where they are.
    starts: PlantTime,
}

impl TwinState {
    /// The state before the first report: initial stock and parts, planned orders and
    /// deliveries, and every unit unknown. Plants are listed in the programme's order, others after them.
    pub fn new(programme: &Programme, plants: &[Plant]) -> Self {
        let rank = |plant: &&Plant| {
            programme.plants.iter().position(|id| *id == plant.id).unwrap_or(usize::MAX)
        };
        let mut in_order: Vec<&Plant> = plants.iter().collect();
        in_order.sort_by_key(rank);
        let mut twin = Self {
            plants: Vec::new(),
            by_id: HashMap::new(),
            parts: HashMap::new(),
            ended: VecDeque::new(),
            built_in: HashMap::new(),
            arrivals: 0,
            starts: programme.starts,
        };
        for plant in in_order {
            twin.replace_plant(plant);
        }
        twin
    }

    /// Takes in a plant that is new, or a new revision of one. What still exists keeps its
    /// state; parts at places that no longer exist are forgotten, so that their next report
    /// lets them appear again.
    pub fn replace_plant(&mut self, plant: &Plant) {
        let mut fresh = PlantState::new(plant);
        let Some(&index) = self.by_id.get(&plant.id) else {
            self.by_id.insert(plant.id.clone(), self.plants.len());
            self.plants.push(fresh);
            self.place_initial_parts(self.plants.len() - 1, plant);
            return;
        };
        for part in fresh.take_over(&mut self.plants[index]) {
            self.parts.remove(&part);
        }
        self.plants[index] = fresh;
    }

    fn place_initial_parts(&mut self, index: usize, plant: &Plant) {
        for initial in &plant.initial_parts {
            let state = &mut self.plants[index];
            let slot = state.slot(&initial.at).filter(|slot| state.present(*slot).is_some());
            let Some(slot) = slot.filter(|_| !self.parts.contains_key(&initial.part)) else {
                continue;
            };
            self.arrivals += 1;
            let place = PlaceRef::at(plant.id.clone(), initial.at.clone());
            let mut part = PartNow::new(place, self.starts, state.stage(slot), self.arrivals);
            part.material = Some(initial.material.clone());
            part.as_of = None;
            state.part_count += 1;
            if let Some(present) = state.present_mut(slot) {
                present.by_arrival.insert(self.arrivals, initial.part.clone());
            }
            self.parts.insert(initial.part.clone(), part);
        }
    }

    /// Folds one report of a plant and says what it changed.
    ///
    /// # Errors
    /// [`Refusal`], with a stable code; the state is then as it was.
    pub fn apply(
        &mut self,
        plant: &PlantId,
        report: &Report,
        said: &Said,
    ) -> Result<Vec<Change>, Refusal> {
        let Some(&here) = self.by_id.get(plant) else {
            return Err(Refusal::UnknownPlant { plant: plant.clone() });
        };
        let mut fold = Fold { twin: self, here, at: report.at, said, changes: Vec::new() };
        fold.statement(&report.statement)?;
        Ok(fold.changes)
    }

    /// The plants, in the programme's order.
    pub fn plants(&self) -> impl Iterator<Item = &PlantId> {
        self.plants.iter().map(|plant| &plant.id)
    }

    /// One unit.
    pub fn unit(&self, plant: &PlantId, unit: &EquipmentId) -> Option<&UnitNow> {
        self.plant(plant)?.unit(unit)
    }

    /// The units of a plant in the order of its definition; none for an unknown plant.
    pub fn units(&self, plant: &PlantId) -> impl Iterator<Item = &UnitNow> {
        self.plant(plant).into_iter().flat_map(|plant| &plant.units)
    }

    /// One storage.
    pub fn storage(&self, plant: &PlantId, storage: &EquipmentId) -> Option<&StorageNow> {
        self.plant(plant)?.storage(storage)
    }

    /// The storages of a plant in the order of its definition.
    pub fn storages(&self, plant: &PlantId) -> impl Iterator<Item = &StorageNow> {
        self.plant(plant).into_iter().flat_map(|plant| &plant.storages)
    }

    /// One crane, transporter or barge.
    pub fn resource(&self, plant: &PlantId, resource: &EquipmentId) -> Option<&ResourceNow> {
        self.plant(plant)?.resource(resource)
    }

    /// The resources of a plant in the order of its definition.
    pub fn resources(&self, plant: &PlantId) -> impl Iterator<Item = &ResourceNow> {
        self.plant(plant).into_iter().flat_map(|plant| &plant.resources)
    }

    /// One part, also for a while after it has ended.
    pub fn part(&self, part: &PartId) -> Option<&PartNow> {
        self.parts.get(part)
    }

    /// The parts in production at a plant: by units, then storages, then resources, each in
    /// the order of the definition and first come first.
    pub fn parts(&self, plant: &PlantId) -> impl Iterator<Item = (&PartId, &PartNow)> {
        let places = self.plant(plant).into_iter().flat_map(PlantState::presents);
        places.flat_map(Present::iter).filter_map(|part| self.parts.get_key_value(part))
    }

    /// The parts at one place, which must name its plant; first come first.
    pub fn parts_at(&self, place: &PlaceRef) -> impl Iterator<Item = (&PartId, &PartNow)> {
        let plant = place.plant.as_ref().and_then(|plant| self.plant(plant));
        let present = plant.and_then(|plant| plant.present(plant.slot(&place.place)?));
        present
            .into_iter()
            .flat_map(Present::iter)
            .filter_map(|part| self.parts.get_key_value(part))
    }

    /// Parts that have ended and are still remembered, in the order they ended.
    pub fn ended_parts(&self) -> impl Iterator<Item = (&PartId, &PartNow)> {
        self.ended.iter().filter_map(|part| self.parts.get_key_value(part))
    }

    /// The parts that were built into a part, in the order they were.
    pub fn built_into(&self, parent: &PartId) -> &[PartId] {
        self.built_in.get(parent).map_or(&[], Vec::as_slice)
    }

    /// One order of a plant.
    pub fn order(&self, plant: &PlantId, order: &OrderId) -> Option<&OrderNow> {
        self.plant(plant)?.orders.get(order)
    }

    /// The orders of a plant by id, closed ones too for a while.
    pub fn orders(&self, plant: &PlantId) -> impl Iterator<Item = &OrderNow> {
        self.plant(plant).into_iter().flat_map(|plant| plant.orders.values())
    }

    /// One delivery to a plant.
    pub fn delivery(&self, plant: &PlantId, delivery: &DeliveryId) -> Option<&DeliveryNow> {
        self.plant(plant)?.deliveries.get(delivery)
    }

    /// The deliveries to a plant by id, arrived ones too for a while.
    pub fn deliveries(&self, plant: &PlantId) -> impl Iterator<Item = &DeliveryNow> {
        self.plant(plant).into_iter().flat_map(|plant| plant.deliveries.values())
    }

    /// What a supplier holds of a material itself, as far as it says.
    pub fn held_by(
        &self,
        plant: &PlantId,
        supplier: &SupplierId,
        material: &MaterialId,
    ) -> Option<StockNow> {
        let held = (supplier.clone(), material.clone());
        self.plant(plant)?.at_suppliers.get(&held).copied()
    }

    /// The crews of a plant by id.
    pub fn crews(&self, plant: &PlantId) -> impl Iterator<Item = (&CrewId, &CrewNow)> {
        self.plant(plant).into_iter().flat_map(|plant| &plant.crews)
    }

    /// Parts that were first heard of at a plant since the twin began.
    pub fn parts_seen(&self, plant: &PlantId) -> u64 {
        self.plant(plant).map_or(0, |plant| plant.parts_seen)
    }

    /// How many people a plant's record names by pseudonym; who they are is nobody's business.
    pub fn workers(&self, plant: &PlantId) -> usize {
        self.plant(plant).map_or(0, |plant| plant.workers.len())
    }

    /// The newest comments about a thing of a plant, the oldest first.
    pub fn comments(&self, plant: &PlantId, about: &str) -> impl Iterator<Item = &CommentNow> {
        let comments = self.plant(plant).and_then(|plant| plant.comments.by_subject.get(about));
        comments.into_iter().flatten()
    }

    fn plant(&self, plant: &PlantId) -> Option<&PlantState> {
        self.by_id.get(plant).map(|&index| &self.plants[index])
    }
}
