//! The state of one plant, and its definition indexed for the fold.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use super::{
    RUNNING_OPS_LIMIT,
    now::{
        Comments, CrewNow, DeliveryNow, DeliveryStatus, OrderNow, Present, ResourceNow, StockNow,
        StorageNow, UnitNow,
    },
    points::Signals,
};
use crate::{
    definition::{Operation, Plant, Stage, Tracking},
    id::{
        CrewId, DeliveryId, EquipmentId, MaterialId, OpId, OperationId, OrderId, PartId, PlantId,
        SupplierId,
    },
    time::Span,
    unit_state::UnitState,
};

/// What an id of the plant's equipment names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Unit(usize),
    Storage(usize),
    Resource(usize),
    /// An area or work center, where no part can be.
    Group,
}

/// What the fold needs of an operation: what the part is before and after it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OperationSpec {
    pub(super) takes: Option<MaterialId>,
    pub(super) gives: Option<MaterialId>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct PlantState {
    pub(super) id: PlantId,
    pub(super) pseudonyms_allowed: bool,
    slots: HashMap<EquipmentId, Slot>,
    pub(super) units: Vec<UnitNow>,
    pub(super) unit_capacity: Vec<usize>,
    pub(super) storages: Vec<StorageNow>,
    pub(super) resources: Vec<ResourceNow>,
    unit_stages: Vec<Option<Stage>>,
    storage_stages: Vec<Option<Stage>>,
    resource_stages: Vec<Option<Stage>>,
    pub(super) operations: HashMap<OperationId, OperationSpec>,
    pub(super) materials: HashMap<MaterialId, Tracking>,
    pub(super) suppliers: HashSet<SupplierId>,
    pub(super) supplied_to: HashMap<(MaterialId, SupplierId), usize>,
    pub(super) calendars: HashSet<String>,
    /// Which unit runs an operation.
    pub(super) ops: HashMap<OpId, usize>,
    pub(super) orders: BTreeMap<OrderId, OrderNow>,
    pub(super) closed_orders: VecDeque<OrderId>,
    pub(super) deliveries: BTreeMap<DeliveryId, DeliveryNow>,
    pub(super) arrived: VecDeque<DeliveryId>,
    /// What suppliers hold themselves, as far as they say.
    pub(super) at_suppliers: BTreeMap<(SupplierId, MaterialId), StockNow>,
    pub(super) crews: BTreeMap<CrewId, CrewNow>,
    pub(super) comments: Comments,
    pub(super) signals: Signals,
    /// Parts in production here.
    pub(super) part_count: usize,
    /// Parts that were first heard of here since the twin began.
    pub(super) parts_seen: u64,
    /// People under pseudonyms that were named as resources. Only that they exist is kept:
    /// nothing is timed or counted for one of them.
    pub(super) workers: BTreeSet<EquipmentId>,
}

impl PlantState {
    pub(super) fn new(plant: &Plant) -> Self {
        let centers: HashMap<_, _> = plant.work_centers.iter().map(|c| (&c.id, c)).collect();
        let center = |id: &EquipmentId| centers.get(id);
        let capacity = |id: &EquipmentId| {
            let stated = center(id).and_then(|center| center.capacity);
            stated.map_or(RUNNING_OPS_LIMIT, |n| (n as usize).min(RUNNING_OPS_LIMIT))
        };
        let unit_capacity: Vec<usize> =
            plant.units.iter().map(|unit| capacity(&unit.work_center)).collect();
        let mut state = Self {
            id: plant.id.clone(),
            pseudonyms_allowed: plant.pseudonyms_allowed,
            slots: slots(plant),
            units: plant
                .units
                .iter()
                .zip(&unit_capacity)
                .map(|(unit, &capacity)| unknown_unit(&unit.id, capacity))
                .collect(),
            unit_stages: plant
                .units
                .iter()
                .map(|unit| center(&unit.work_center).and_then(|center| center.stage))
                .collect(),
            unit_capacity,
            storages: plant.storages.iter().map(|storage| empty_storage(&storage.id)).collect(),
            storage_stages: plant.storages.iter().map(|storage| storage.stage).collect(),
            resources: plant.resources.iter().map(|r| unknown_resource(&r.id)).collect(),
            resource_stages: plant.resources.iter().map(|resource| resource.stage).collect(),
            operations: HashMap::new(),
            materials: plant.materials.iter().map(|m| (m.id.clone(), m.tracking)).collect(),
            suppliers: plant.suppliers.iter().map(|supplier| supplier.id.clone()).collect(),
            supplied_to: HashMap::new(),
            calendars: plant.calendars.iter().map(|c| c.id.as_str().to_owned()).collect(),
            ops: HashMap::new(),
            orders: planned_orders(plant),
            closed_orders: VecDeque::new(),
            deliveries: planned_deliveries(plant),
            arrived: VecDeque::new(),
            at_suppliers: BTreeMap::new(),
            crews: plant.crews.iter().map(|c| (c.id.clone(), CrewNow::default())).collect(),
            comments: Comments::default(),
            signals: Signals::default(),
            part_count: 0,
            parts_seen: 0,
            workers: BTreeSet::new(),
        };
        state.operations =
            plant.operations.iter().map(|op| (op.id.clone(), state.spec(op))).collect();
        for line in &plant.supply_lines {
            if let Some(Slot::Storage(index)) = state.slot(&line.storage) {
                state.supplied_to.insert((line.material.clone(), line.supplier.clone()), index);
            }
        }
        for stock in &plant.initial_stock {
            if let Some(Slot::Storage(index)) = state.slot(&stock.storage) {
                let level = StockNow { quantity: stock.quantity, ..StockNow::default() };
                state.storages[index].stock.insert(stock.material.clone(), level);
            }
        }
        state
    }

    fn spec(&self, operation: &Operation) -> OperationSpec {
        let serial = |material: &&MaterialId| {
            self.materials.get(*material).is_some_and(|tracking| *tracking == Tracking::Serial)
        };
        let gives = Some(&operation.output.material).filter(serial);
        // The part that goes on is of the output's kind where an input is; otherwise the first
        // serial input leads, and an operation without one begins the output itself.
        let inputs = || operation.inputs.iter().map(|input| &input.material);
        let takes = inputs().find(|m| Some(*m) == gives).or_else(|| inputs().find(serial));
        OperationSpec { takes: takes.or(gives).cloned(), gives: gives.cloned() }
    }

    /// Moves what still exists over from the revision before; returns the parts whose places
    /// are gone.
    pub(super) fn take_over(&mut self, old: &mut Self) -> Vec<PartId> {
        let mut lost: Vec<PartId> = Vec::new();
        for unit in std::mem::take(&mut old.units) {
            match self.slot(&unit.unit) {
                Some(Slot::Unit(index)) => {
                    for running in &unit.running {
                        self.ops.insert(running.op.clone(), index);
                    }
                    self.part_count += unit.present.len();
                    self.units[index] = unit;
                }
                _ => lost.extend(unit.present.by_arrival.into_values()),
            }
        }
        for storage in std::mem::take(&mut old.storages) {
            match self.slot(&storage.storage) {
                Some(Slot::Storage(index)) => {
                    self.part_count += storage.parts.len();
                    self.storages[index] = storage;
                    let materials = &self.materials;
                    self.storages[index].stock.retain(|id, _| materials.contains_key(id));
                }
                _ => lost.extend(storage.parts.by_arrival.into_values()),
            }
        }
        for resource in std::mem::take(&mut old.resources) {
            match self.slot(&resource.resource) {
                Some(Slot::Resource(index)) => {
                    self.part_count += resource.carrying.len();
                    self.resources[index] = resource;
                }
                _ => lost.extend(resource.carrying.by_arrival.into_values()),
            }
        }
        self.parts_seen = old.parts_seen;
        self.signals = std::mem::take(&mut old.signals);
        if self.pseudonyms_allowed {
            self.workers = std::mem::take(&mut old.workers);
        }
        self.take_over_plan(old);
        lost
    }

    fn take_over_plan(&mut self, old: &mut Self) {
        // What reports have touched outlives the file; what only the old file named does not.
        for (id, order) in std::mem::take(&mut old.orders) {
            if order.as_of.is_some() {
                self.orders.insert(id, order);
            } else if let Some(planned) = self.orders.get_mut(&id) {
                planned.completed = order.completed;
            }
        }
        let deliveries = std::mem::take(&mut old.deliveries);
        self.deliveries.extend(deliveries.into_iter().filter(|(_, d)| d.as_of.is_some()));
        self.closed_orders = std::mem::take(&mut old.closed_orders);
        self.arrived = std::mem::take(&mut old.arrived);
        let held = std::mem::take(&mut old.at_suppliers);
        self.at_suppliers = held
            .into_iter()
            .filter(|((supplier, material), _)| {
                self.suppliers.contains(supplier) && self.materials.contains_key(material)
            })
            .collect();
        self.comments = std::mem::take(&mut old.comments);
        for (id, crew) in std::mem::take(&mut old.crews) {
            if let Some(slot) = self.crews.get_mut(&id) {
                *slot = crew;
            }
        }
    }

    pub(super) fn slot(&self, id: &EquipmentId) -> Option<Slot> {
        self.slots.get(id).copied()
    }

    pub(super) fn slot_named(&self, id: &str) -> Option<Slot> {
        self.slots.get(id).copied()
    }

    pub(super) fn unit(&self, id: &EquipmentId) -> Option<&UnitNow> {
        match self.slot(id)? {
            Slot::Unit(index) => Some(&self.units[index]),
            _ => None,
        }
    }

    pub(super) fn storage(&self, id: &EquipmentId) -> Option<&StorageNow> {
        match self.slot(id)? {
            Slot::Storage(index) => Some(&self.storages[index]),
            _ => None,
        }
    }

    pub(super) fn resource(&self, id: &EquipmentId) -> Option<&ResourceNow> {
        match self.slot(id)? {
            Slot::Resource(index) => Some(&self.resources[index]),
            _ => None,
        }
    }

    /// The parts at a place; none for a group, where no part can be.
    pub(super) fn present(&self, slot: Slot) -> Option<&Present> {
        match slot {
            Slot::Unit(index) => Some(&self.units[index].present),
            Slot::Storage(index) => Some(&self.storages[index].parts),
            Slot::Resource(index) => Some(&self.resources[index].carrying),
            Slot::Group => None,
        }
    }

    pub(super) fn present_mut(&mut self, slot: Slot) -> Option<&mut Present> {
        match slot {
            Slot::Unit(index) => Some(&mut self.units[index].present),
            Slot::Storage(index) => Some(&mut self.storages[index].parts),
            Slot::Resource(index) => Some(&mut self.resources[index].carrying),
            Slot::Group => None,
        }
    }

    /// The parts at every place, in the order of the definition.
    pub(super) fn presents(&self) -> impl Iterator<Item = &Present> {
        let units = self.units.iter().map(|unit| &unit.present);
        let storages = self.storages.iter().map(|storage| &storage.parts);
        units.chain(storages).chain(self.resources.iter().map(|resource| &resource.carrying))
    }

    pub(super) fn stage(&self, slot: Slot) -> Option<Stage> {
        match slot {
            Slot::Unit(index) => self.unit_stages[index],
            Slot::Storage(index) => self.storage_stages[index],
            Slot::Resource(index) => self.resource_stages[index],
            Slot::Group => None,
        }
    }
}

fn slots(plant: &Plant) -> HashMap<EquipmentId, Slot> {
    let groups = plant.areas.iter().map(|area| &area.id);
    let groups = groups.chain(plant.work_centers.iter().map(|center| &center.id));
    let mut slots: HashMap<_, _> = groups.map(|id| (id.clone(), Slot::Group)).collect();
    let units = plant.units.iter().enumerate().map(|(i, unit)| (unit.id.clone(), Slot::Unit(i)));
    slots.extend(units);
    let storages = plant.storages.iter().enumerate();
    slots.extend(storages.map(|(i, storage)| (storage.id.clone(), Slot::Storage(i))));
    let resources = plant.resources.iter().enumerate();
    slots.extend(resources.map(|(i, resource)| (resource.id.clone(), Slot::Resource(i))));
    slots
}

fn unknown_unit(id: &EquipmentId, capacity: usize) -> UnitNow {
    UnitNow {
        unit: id.clone(),
        state: UnitState::Unknown,
        since: None,
        same_since: None,
        stated: false,
        reason: None,
        cause: None,
        before: None,
        running: Vec::new(),
        present: Present::default(),
        last_report: None,
        last_said: None,
        finished_count: 0,
        busy: Span::ZERO,
        unseen: capacity,
    }
}

fn empty_storage(id: &EquipmentId) -> StorageNow {
    StorageNow {
        storage: id.clone(),
        parts: Present::default(),
        stock: BTreeMap::new(),
        last_report: None,
    }
}

fn unknown_resource(id: &EquipmentId) -> ResourceNow {
    ResourceNow {
        resource: id.clone(),
        state: UnitState::Unknown,
        since: None,
        reason: None,
        holder: None,
        pose: None,
        carrying: Present::default(),
        last_report: None,
        busy: Span::ZERO,
    }
}

fn planned_orders(plant: &Plant) -> BTreeMap<OrderId, OrderNow> {
    let orders = plant.orders.iter().map(|order| {
        let now = OrderNow {
            order: order.id.clone(),
            material: order.material.clone(),
            quantity: order.quantity,
            due: order.due,
            first_due: order.due,
            closed: None,
            completed: 0,
            made_when_closed: 0,
            change_count: 0,
            as_of: None,
        };
        (order.id.clone(), now)
    });
    orders.collect()
}

fn planned_deliveries(plant: &Plant) -> BTreeMap<DeliveryId, DeliveryNow> {
    let deliveries = plant.deliveries.iter().map(|delivery| {
        let now = DeliveryNow {
            delivery: delivery.id.clone(),
            supplier: delivery.supplier.clone(),
            material: delivery.material.clone(),
            quantity: delivery.quantity,
            status: DeliveryStatus::Promised,
            promised: delivery.due,
            expected: delivery.due,
            reason: None,
            made: 0.0,
            scrapped: 0.0,
            change_count: 0,
            as_of: None,
        };
        (delivery.id.clone(), now)
    });
    deliveries.collect()
}
