//! The shop floor as values: what stands where, what it does, what waits there.

use std::collections::BTreeMap;

use release::{Action, AudienceId, Gate, LabelId, Labelled};
use twin::{
    CalendarId, EquipmentId, FactKind, Plant, PlantId, PlantTime, Span, UnitState,
    definition::{Basis, Placement, Resource, ResourceKind, Storage, WorkCenter, WorkUnit},
    state::{ResourceNow, StorageNow, UnitNow},
};
use wire::view::{
    AreaValue, CauseValue, ClockValue, FeedValue, LayoutKind, LayoutValue, PartChip, PlantValue,
    ResourceValue, RunningValue, StockValue, StorageValue, UnitValue, Value,
};

use super::{Fact, Labels, fact, stamp, states::Causes};
use crate::{board::Scene, core::FeedNow};

/// Parts listed at one place; a page has no room for more, and counts stay exact.
const PARTS_LISTED: usize = 24;
/// The window of rates on a unit's panel.
const RATE_WINDOW: Span = Span::from_secs(7 * 86_400);

/// Everything on the floor of one plant that reads the same for everybody. A value of which only
/// some may know all stands there several times under its key, each with more than the one before.
pub(super) fn facts(
    core: &Scene<'_>,
    labels: &Labels,
    gate: &mut Gate,
    id: &PlantId,
    (causes, opens): (Causes, BTreeMap<&CalendarId, PlantTime>),
) -> Vec<Labelled<Fact>> {
    let Some(plant) = core.plants.get(id) else { return Vec::new() };
    let floor = Floor { core, labels, plant, causes, opens, now: core.now(id) };
    let mut facts = Vec::new();
    if let Some(own) = labels.plant(id, FactKind::Layout) {
        facts.push(fact(own, "clock", Value::Clock(clock(core, id))));
        facts.push(fact(own, "plant", Value::Plant(plant_value(core, plant))));
    }
    facts.extend(plant.units.iter().flat_map(|unit| floor.unit(gate, unit)));
    facts.extend(plant.storages.iter().flat_map(|storage| floor.storage(gate, storage)));
    facts.extend(plant.resources.iter().flat_map(|resource| floor.resource(gate, resource)));
    facts.extend(floor.areas());
    let feeds = core.feeds.iter().filter(|(_, feed)| feed.plant == *id);
    facts.extend(feeds.filter_map(|(feed_id, feed)| {
        let label = labels.plant(id, FactKind::Feeds)?;
        Some(fact(label, format!("feed/{feed_id}"), Value::Feed(floor.feed(feed))))
    }));
    facts
}

/// What stands where in one plant, numbered as far as the reader may see it.
pub(super) fn layouts(
    core: &Scene<'_>,
    labels: &Labels,
    gate: &Gate,
    id: &PlantId,
    audience: AudienceId,
) -> Vec<Labelled<Fact>> {
    let Some(plant) = core.plants.get(id) else { return Vec::new() };
    let (causes, opens) = (Causes::Told, BTreeMap::new());
    let floor = Floor { core, labels, plant, causes, opens, now: core.now(id) };
    let seen = floor.layouts().into_iter().filter_map(|(id, value)| {
        let label = labels.equipment(&plant.id, id, FactKind::Layout)?;
        gate.allows(label, audience, Action::See).then_some((label, id, value))
    });
    // A number of the plant's own would tell how much there is that the reader may not see.
    let numbered = (0..).zip(seen).map(|(order, (label, id, value))| {
        fact(label, format!("layout/{id}"), Value::Layout(LayoutValue { order, ..value }))
    });
    numbered.collect()
}

/// A plant's clock.
pub(super) fn clock(core: &Scene<'_>, plant: &PlantId) -> ClockValue {
    ClockValue {
        now: stamp(core.now(plant)),
        rate: core.rate(plant),
        origin: core.origin(plant).name().to_owned(),
    }
}

/// Whether something last heard of at `last` has been silent for too long.
pub(super) fn is_stale(plant: &Plant, now: PlantTime, last: Option<PlantTime>) -> bool {
    last.is_some_and(|last| now.since(last) > plant.stale_after)
}

fn plant_value(core: &Scene<'_>, plant: &Plant) -> PlantValue {
    let nation = core.programme.nations.iter().find(|nation| nation.id == plant.nation);
    let organisation = core.programme.organisations.iter().find(|o| o.id == plant.organisation);
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

struct Floor<'a> {
    core: &'a Scene<'a>,
    labels: &'a Labels,
    plant: &'a Plant,
    causes: Causes,
    /// When each calendar by which some unit is closed now opens again.
    opens: BTreeMap<&'a CalendarId, PlantTime>,
    now: PlantTime,
}

/// More of a value, and what its reader must be allowed to read besides.
type Step = (Vec<Option<LabelId>>, Value);

impl<'a> Floor<'a> {
    fn layouts(&self) -> Vec<(&'a EquipmentId, LayoutValue)> {
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

    /// A value in steps: the last that is released to a reader is what the reader is told.
    fn in_steps(
        &self,
        gate: &mut Gate,
        (key, label): (&str, LabelId),
        (value, steps): (Value, impl IntoIterator<Item = Step>),
    ) -> Vec<Labelled<Fact>> {
        let mut ids = vec![label];
        let mut facts = vec![fact(label, key, value)];
        for (needs, value) in steps {
            if facts.last().is_some_and(|last| *last.value.value == value) {
                continue;
            }
            let Some(needs) = needs.into_iter().collect::<Option<Vec<LabelId>>>() else { break };
            ids.extend(needs);
            let Some(label) = self.labels.joint(gate, ids.iter().copied()) else { break };
            facts.retain(|poorer| poorer.label != label);
            facts.push(fact(label, key, value));
        }
        facts
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

    fn unit(&self, gate: &mut Gate, unit: &WorkUnit) -> Vec<Labelled<Fact>> {
        let label = |kind| self.labels.equipment(&self.plant.id, &unit.id, kind);
        let now = self.core.twin.unit(&self.plant.id, &unit.id);
        let (Some(own), Some(now)) = (label(FactKind::LineState), now) else { return Vec::new() };
        let whole = self.unit_value(unit, now);
        let ordered = |value: &UnitValue| value.running.iter().any(|run| run.order.is_some());
        let unordered = |run: &RunningValue| RunningValue { order: None, ..run.clone() };
        let parts =
            UnitValue { running: whole.running.iter().map(unordered).collect(), ..whole.clone() };
        let bare = UnitValue { running: Vec::new(), parts: Vec::new(), ..whole.clone() };
        let mut steps: Vec<Step> = vec![(vec![label(FactKind::Flow)], unit_of(parts))];
        if ordered(&whole) {
            let schedule = self.labels.plant(&self.plant.id, FactKind::Schedule);
            steps.push((vec![schedule], unit_of(whole.clone())));
        }
        if let Some((needs, cause)) = self.waits_for(now) {
            // That it is the same as before the night tells what it waited for then, too.
            let waits_since = now.same_since.filter(|same| Some(*same) != now.since).map(stamp);
            let told = UnitValue { waits_for: Some(cause), waits_since, ..whole };
            steps.push((needs, unit_of(told)));
        }
        self.in_steps(gate, (&format!("unit/{}", unit.id), own), (unit_of(bare), steps))
    }

    /// What a unit waits for, and what whoever is told that must be allowed to read.
    fn waits_for(&self, now: &UnitNow) -> Option<(Vec<Option<LabelId>>, CauseValue)> {
        // Of a record that cannot tell causes no page says what a unit waits for.
        if now.state == UnitState::Working || self.causes != Causes::Told {
            return None;
        }
        let cause = now.cause.as_ref()?;
        // It is named, perhaps as a place of another plant, and its state is told of.
        let about = |kind| self.labels.about(self.core, &self.plant.id, &cause.id, kind);
        let mut needs = vec![about(FactKind::Layout), about(FactKind::LineState)];
        if is_supply(self.core, self.plant, &cause.id) {
            needs.push(about(FactKind::Supply));
        }
        let value = CauseValue {
            kind: cause.kind.name().to_owned(),
            id: cause.id.to_string(),
            name: self.core.name_of(&self.plant.id, &cause.id),
        };
        Some((needs, value))
    }

    fn unit_value(&self, unit: &WorkUnit, now: &UnitNow) -> UnitValue {
        let usage = self.core.analytics.unit_use(&self.plant.id, &unit.id, self.now, RATE_WINDOW);
        let stale = is_stale(self.plant, self.now, self.last_heard(now.last_report));
        // There is no cause in it that somebody might not be allowed to know.
        let stands = now.stands().filter(|(_, since)| Some(*since) != now.since);
        let is_closed = now.state == UnitState::OffShift;
        UnitValue {
            state: self.causes.name(now.state).to_owned(),
            since: stamp(now.since.unwrap_or(self.core.programme.starts)),
            waits_since: stands.map(|(_, since)| stamp(since)),
            stands: stands
                .filter(|_| is_closed)
                .map(|(state, _)| self.causes.name(state).to_owned()),
            opens: self.opens_at(unit, now).map(stamp),
            reason: now.reason.as_ref().map(ToString::to_string),
            waits_for: None,
            running: now.running.iter().take(PARTS_LISTED).map(|op| self.running(op)).collect(),
            parts: now.present.iter().take(PARTS_LISTED).map(ToString::to_string).collect(),
            finished_7d: usage.as_ref().map_or(0, |usage| usage.finished),
            working_7d_ratio: usage.map_or(0.0, |usage| usage.working_ratio),
            last_report: now.last_report.map(stamp),
            stale,
            hold_up: false,
        }
    }

    fn opens_at(&self, unit: &WorkUnit, now: &UnitNow) -> Option<PlantTime> {
        if now.state != UnitState::OffShift {
            return None;
        }
        let center = self.plant.work_centers.iter().find(|wc| wc.id == unit.work_center)?;
        self.opens.get(&center.calendar).copied()
    }

    fn running(&self, op: &twin::state::RunningOp) -> RunningValue {
        let operation = self.plant.operations.iter().find(|o| o.id == op.operation);
        RunningValue {
            part: op.part.to_string(),
            operation: operation.map_or_else(|| op.operation.to_string(), |o| o.name.clone()),
            order: op.order.as_ref().map(ToString::to_string),
            since: stamp(op.started),
            planned_s: operation.map_or(0.0, |o| o.duration.mean.micros() as f64 / 1e6),
        }
    }

    /// A unit that has nothing to say is not silent while the feeds of its plant speak: stale is
    /// when the newest report of any feed of the plant is old.
    fn last_heard(&self, own: Option<PlantTime>) -> Option<PlantTime> {
        let feeds = self.core.feeds.values().filter(|feed| feed.plant == self.plant.id);
        feeds.filter_map(|feed| feed.last_report).max().max(own)
    }

    fn storage(&self, gate: &mut Gate, storage: &Storage) -> Vec<Labelled<Fact>> {
        let label = |kind| self.labels.equipment(&self.plant.id, &storage.id, kind);
        let now = self.core.twin.storage(&self.plant.id, &storage.id);
        let (Some(own), Some(now)) = (label(FactKind::LineState), now) else { return Vec::new() };
        let whole = self.storage_value(storage, now);
        let good = |chip: &PartChip| PartChip { held: None, ..chip.clone() };
        let parts = StorageValue { parts: whole.parts.iter().map(good).collect(), ..whole.clone() };
        let bare = Value::Storage(StorageValue { parts: Vec::new(), ..whole.clone() });
        let steps = [
            (vec![label(FactKind::Flow)], Value::Storage(parts)),
            (vec![label(FactKind::Quality)], Value::Storage(whole)),
        ];
        self.in_steps(gate, (&format!("storage/{}", storage.id), own), (bare, steps))
    }

    fn storage_value(&self, storage: &Storage, now: &StorageNow) -> StorageValue {
        let chip = |id: &twin::PartId| {
            let part = self.core.twin.part(id)?;
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
            stale: is_stale(self.plant, self.now, self.last_heard(now.last_report)),
        }
    }

    fn resource(&self, gate: &mut Gate, resource: &Resource) -> Vec<Labelled<Fact>> {
        let label = |kind| self.labels.equipment(&self.plant.id, &resource.id, kind);
        let now = self.core.twin.resource(&self.plant.id, &resource.id);
        let (Some(own), Some(now)) = (label(FactKind::LineState), now) else { return Vec::new() };
        let usage =
            self.core.analytics.unit_use(&self.plant.id, &resource.id, self.now, RATE_WINDOW);
        let known = usage.filter(|usage| usage.last_report.is_some());
        let whole = ResourceValue {
            working_7d_ratio: known.map(|usage| usage.working_ratio),
            ..self.resource_value(now)
        };
        let alone = ResourceValue { serves: None, ..whole.clone() };
        let bare = Value::Resource(ResourceValue { carries: Vec::new(), ..alone.clone() });
        let mut steps = vec![(vec![label(FactKind::Flow)], Value::Resource(alone))];
        if let Some(served) = &whole.serves {
            let kind = FactKind::LineState;
            let served = self.labels.about(self.core, &self.plant.id, served, kind);
            steps.push((vec![served], Value::Resource(whole)));
        }
        self.in_steps(gate, (&format!("resource/{}", resource.id), own), (bare, steps))
    }

    fn resource_value(&self, now: &ResourceNow) -> ResourceValue {
        ResourceValue {
            state: resource_state(now).to_owned(),
            since: stamp(now.since.unwrap_or(self.core.programme.starts)),
            reason: now.reason.as_ref().map(ToString::to_string),
            serves: now.holder.as_ref().map(ToString::to_string),
            carries: now.carrying.iter().take(PARTS_LISTED).map(ToString::to_string).collect(),
            position_m: now.pose.map(|pose| [pose.x_m, pose.y_m, pose.z_m]),
            heading_deg: now.pose.map(|pose| pose.heading_deg),
            working_7d_ratio: None,
            last_report: now.last_report.map(stamp),
            stale: is_stale(self.plant, self.now, self.last_heard(now.last_report)),
        }
    }

    fn areas(&self) -> Vec<Labelled<Fact>> {
        let present = |area: &EquipmentId| {
            let in_units =
                self.plant.work_centers.iter().filter(|wc| wc.area == *area).flat_map(|center| {
                    self.plant.units.iter().filter(|unit| unit.work_center == center.id)
                });
            let at_units: usize = in_units
                .filter_map(|unit| self.core.twin.unit(&self.plant.id, &unit.id))
                .map(|unit| unit.present.len())
                .sum();
            let stored: usize = self
                .plant
                .storages
                .iter()
                .filter(|storage| storage.area == *area)
                .filter_map(|storage| self.core.twin.storage(&self.plant.id, &storage.id))
                .map(|storage| storage.parts.len())
                .sum();
            (at_units + stored) as u32
        };
        let values = self.plant.areas.iter().filter_map(|area| {
            let label = self.labels.equipment(&self.plant.id, &area.id, FactKind::LineState)?;
            let value = AreaValue { present: present(&area.id), limit: area.unit_limit };
            Some(fact(label, format!("area/{}", area.id), Value::Area(value)))
        });
        values.collect()
    }

    fn feed(&self, feed: &FeedNow) -> FeedValue {
        FeedValue {
            connected: feed.connected,
            plant: feed.plant.to_string(),
            last_report: feed.last_report.map(stamp),
            stale: !feed.connected || is_stale(self.plant, self.now, feed.last_report),
            taken: feed.taken,
            refused: feed.refused,
            last_refusal: feed.last_refusal.clone(),
        }
    }
}

fn unit_of(value: UnitValue) -> Value {
    Value::Unit(Box::new(value))
}

/// Whether an id is that of a supplier or of a delivery.
pub(super) fn is_supply(core: &Scene<'_>, plant: &Plant, id: &str) -> bool {
    let delivery = twin::DeliveryId::new(id).ok();
    plant.suppliers.iter().any(|supplier| supplier.id.as_str() == id)
        || delivery.is_some_and(|id| core.twin.delivery(&plant.id, &id).is_some())
}

/// What a crane, transporter or barge does, as pages name it.
pub(super) fn resource_state(now: &ResourceNow) -> &'static str {
    match (now.state, &now.holder) {
        (UnitState::Down, _) => "down",
        (UnitState::OffShift, _) => "off_shift",
        (_, Some(_)) => "busy",
        (UnitState::Unknown, None) => "unknown",
        (_, None) => "idle",
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
