//! The shop floor and the product as values of views, before it is asked who may see them: what
//! stands where, what it does, what waits there, how far each ship has come.
//!
//! The hub releases these values with labels; the browser makes them of what it plays itself.

mod product;
mod states;

use analytics::Analytics;
use record::format_time;
use twin::{
    EquipmentId, Plant, PlantTime, Programme, Span, UnitState,
    definition::{Area, Basis, Placement, Resource, ResourceKind, Storage, WorkCenter, WorkUnit},
    state::{ResourceNow, RunningOp, StorageNow, TwinState, UnitNow},
};
use wire::{
    Rfc3339,
    view::{
        AreaValue, LayoutKind, LayoutValue, PartChip, PlantValue, ResourceValue, RunningValue,
        StockValue, StorageValue, UnitValue,
    },
};

pub use product::Item;
pub use states::Causes;

/// Parts listed at one place; a page has no room for more, and counts stay exact.
const PARTS_LISTED: usize = 24;
/// The window of rates on a unit's panel.
const RATE_WINDOW: Span = Span::from_secs(7 * 86_400);

/// Plant time as pages read it.
pub fn stamp(at: PlantTime) -> Rfc3339 {
    format_time(at).unwrap_or_default()
}

/// Whether something last heard of at `last` has been silent for too long.
pub fn is_stale(plant: &Plant, now: PlantTime, last: Option<PlantTime>) -> bool {
    last.is_some_and(|last| now.since(last) > plant.stale_after)
}

/// What a crane, transporter or barge does, as pages name it.
pub fn resource_state(now: &ResourceNow) -> &'static str {
    match (now.state, &now.holder) {
        (UnitState::Down, _) => "down",
        (UnitState::OffShift, _) => "off_shift",
        (_, Some(_)) => "busy",
        (UnitState::Unknown, None) => "unknown",
        (_, None) => "idle",
    }
}

/// One plant at a moment.
#[derive(Clone, Copy, Debug)]
pub struct Floor<'a> {
    /// The programme that it is part of.
    pub programme: &'a Programme,
    /// The plant.
    pub plant: &'a Plant,
    /// What reports have said.
    pub twin: &'a TwinState,
    /// Who counts what was done.
    pub analytics: &'a Analytics,
    /// The plant's time.
    pub now: PlantTime,
    /// When anybody last spoke for the plant: a unit that has nothing to say is not silent then.
    pub heard: Option<PlantTime>,
    /// Whether the plant's record tells causes.
    pub causes: Causes,
}

impl<'a> Floor<'a> {
    /// Which plant it is.
    pub fn about(&self) -> PlantValue {
        let plant = self.plant;
        let nation = self.programme.nations.iter().find(|nation| nation.id == plant.nation);
        let organisation = self.programme.organisations.iter().find(|o| o.id == plant.organisation);
        PlantValue {
            id: plant.id.to_string(),
            name: plant.name.clone(),
            description: plant.description.clone(),
            nation: plant.nation.to_string(),
            nation_name: nation.map_or_else(|| plant.nation.to_string(), |n| n.name.clone()),
            organisation: organisation
                .map_or_else(|| plant.organisation.to_string(), |o| o.name.clone()),
            time_zone: plant.time_zone.clone(),
            stale_after_s: plant.stale_after.micros() as f64 / 1e6,
        }
    }

    /// What stands where.
    pub fn layouts(&self) -> Vec<(&'a EquipmentId, LayoutValue)> {
        let plant = self.plant;
        let areas = plant.areas.iter().filter_map(|area| {
            let value = layout(LayoutKind::Area, &area.name, area.placement.as_ref()?);
            Some((&area.id, value))
        });
        let units = plant.units.iter().filter_map(|unit| {
            let center = plant.work_centers.iter().find(|wc| wc.id == unit.work_center)?;
            Some((&unit.id, self.unit_layout(unit, center)))
        });
        let storages = plant.storages.iter().map(|storage| {
            let mut value = layout(LayoutKind::Storage, &storage.name, &storage.placement);
            value.area = Some(storage.area.to_string());
            if storage.basis == Basis::Assumed {
                value.assumed.push("assumed.storage".to_owned());
            }
            (&storage.id, value)
        });
        let resources = plant.resources.iter().map(|resource| {
            let mut value = layout(resource_kind(resource), &resource.name, &resource.placement);
            if resource.basis == Basis::Assumed {
                value.assumed.push("assumed.resource".to_owned());
                value.assumed.extend(resource.failures.iter().map(|failure| failure.name.clone()));
            }
            (&resource.id, value)
        });
        areas.chain(units).chain(storages).chain(resources).collect()
    }

    fn unit_layout(&self, unit: &WorkUnit, center: &WorkCenter) -> LayoutValue {
        let operations = self.plant.operations.iter().filter(|op| op.work_center == center.id);
        let mut assumed: Vec<String> =
            operations.filter(|op| op.basis == Basis::Assumed).map(|op| op.name.clone()).collect();
        if center.basis == Basis::Assumed && !center.failures.is_empty() {
            assumed.extend(center.failures.iter().map(|failure| failure.name.clone()));
        }
        LayoutValue {
            noun: center.noun.clone(),
            area: Some(center.area.to_string()),
            work_center: Some(center.id.to_string()),
            work_center_name: Some(center.name.clone()),
            assumed,
            ..layout(LayoutKind::Unit, &unit.name, &unit.placement)
        }
    }

    /// What a unit does; not what it waits for, which names what lies elsewhere. `opens` is when
    /// one that is outside its working hours begins again.
    pub fn unit(&self, unit: &WorkUnit, now: &UnitNow, opens: Option<PlantTime>) -> UnitValue {
        let usage = self.analytics.unit_use(&self.plant.id, &unit.id, self.now, RATE_WINDOW);
        // There is no cause in it that somebody might not be allowed to know.
        let stands = now.stands().filter(|(_, since)| Some(*since) != now.since);
        let is_closed = now.state == UnitState::OffShift;
        UnitValue {
            state: self.causes.name(now.state).to_owned(),
            since: stamp(now.since.unwrap_or(self.programme.starts)),
            waits_since: stands.map(|(_, since)| stamp(since)),
            stands: stands
                .filter(|_| is_closed)
                .map(|(state, _)| self.causes.name(state).to_owned()),
            opens: opens.filter(|_| is_closed).map(stamp),
            reason: now.reason.as_ref().map(ToString::to_string),
            waits_for: None,
            running: now.running.iter().take(PARTS_LISTED).map(|op| self.running(op)).collect(),
            parts: now.present.iter().take(PARTS_LISTED).map(ToString::to_string).collect(),
            finished_7d: usage.as_ref().map_or(0, |usage| usage.finished),
            working_7d_ratio: usage.map_or(0.0, |usage| usage.working_ratio),
            last_report: now.last_report.map(stamp),
            stale: is_stale(self.plant, self.now, self.heard.max(now.last_report)),
            hold_up: false,
        }
    }

    fn running(&self, op: &RunningOp) -> RunningValue {
        let operation = self.plant.operations.iter().find(|o| o.id == op.operation);
        RunningValue {
            part: op.part.to_string(),
            operation: operation.map_or_else(|| op.operation.to_string(), |o| o.name.clone()),
            order: op.order.as_ref().map(ToString::to_string),
            since: stamp(op.started),
            planned_s: operation.map_or(0.0, |o| o.duration.mean.micros() as f64 / 1e6),
        }
    }

    /// What lies in a storage.
    pub fn storage(&self, storage: &Storage, now: &StorageNow) -> StorageValue {
        let chip = |id: &twin::PartId| {
            let part = self.twin.part(id)?;
            let held = part.held.as_ref().map(ToString::to_string);
            Some(PartChip { id: id.to_string(), since: stamp(part.since), held })
        };
        let stock = now.stock.iter().filter_map(|(id, stock)| {
            let material = self.plant.materials.iter().find(|m| m.id == *id)?;
            Some(StockValue {
                material: id.to_string(),
                name: material.name.clone(),
                quantity: stock.quantity,
                unit: material.unit_of_measure.clone(),
            })
        });
        StorageValue {
            level: now.level(),
            capacity: storage.capacity,
            parts: now.parts.iter().filter_map(chip).take(PARTS_LISTED).collect(),
            stock: stock.collect(),
            last_report: now.last_report.map(stamp),
            stale: is_stale(self.plant, self.now, self.heard.max(now.last_report)),
        }
    }

    /// What a crane, transporter or barge does.
    pub fn resource(&self, resource: &Resource, now: &ResourceNow) -> ResourceValue {
        let usage = self.analytics.unit_use(&self.plant.id, &resource.id, self.now, RATE_WINDOW);
        let known = usage.filter(|usage| usage.last_report.is_some());
        ResourceValue {
            state: resource_state(now).to_owned(),
            since: stamp(now.since.unwrap_or(self.programme.starts)),
            reason: now.reason.as_ref().map(ToString::to_string),
            serves: now.holder.as_ref().map(ToString::to_string),
            carries: now.carrying.iter().take(PARTS_LISTED).map(ToString::to_string).collect(),
            position_m: now.pose.map(|pose| [pose.x_m, pose.y_m, pose.z_m]),
            heading_deg: now.pose.map(|pose| pose.heading_deg),
            working_7d_ratio: known.map(|usage| usage.working_ratio),
            last_report: now.last_report.map(stamp),
            stale: is_stale(self.plant, self.now, self.heard.max(now.last_report)),
        }
    }

    /// How much is in an area, in its units and its storages.
    pub fn area(&self, area: &Area) -> AreaValue {
        let (plant, twin) = (self.plant, self.twin);
        let centers = plant.work_centers.iter().filter(|center| center.area == area.id);
        let in_units = centers
            .flat_map(|center| plant.units.iter().filter(|unit| unit.work_center == center.id));
        let at_units: usize = in_units
            .filter_map(|unit| twin.unit(&plant.id, &unit.id))
            .map(|unit| unit.present.len())
            .sum();
        let storages = plant.storages.iter().filter(|storage| storage.area == area.id);
        let stored: usize = storages
            .filter_map(|storage| twin.storage(&plant.id, &storage.id))
            .map(|storage| storage.parts.len())
            .sum();
        AreaValue { present: (at_units + stored) as u32, limit: area.unit_limit }
    }
}

fn resource_kind(resource: &Resource) -> LayoutKind {
    match resource.kind {
        ResourceKind::Crane => LayoutKind::Crane,
        ResourceKind::Transporter => LayoutKind::Transporter,
        ResourceKind::Barge => LayoutKind::Barge,
    }
}

fn layout(kind: LayoutKind, name: &str, placement: &Placement) -> LayoutValue {
    LayoutValue {
        kind,
        name: name.to_owned(),
        noun: String::new(),
        area: None,
        work_center: None,
        work_center_name: None,
        position_m: [placement.x_m, placement.y_m, placement.z_m],
        heading_deg: placement.heading_deg,
        size_m: placement.size_m,
        mesh: placement.mesh.clone(),
        order: 0,
        assumed: Vec::new(),
    }
}
