//! The shop floor as values: what stands where, what it does, what waits there.

use std::collections::BTreeMap;

use release::{Action, AudienceId, Gate, LabelId, Labelled};
use twin::{
    CalendarId, FactKind, Plant, PlantId, PlantTime, UnitState,
    definition::{Resource, Storage, WorkUnit},
    state::UnitNow,
};
use wire::view::{
    CauseValue, ClockValue, FeedValue, LayoutValue, PartChip, ResourceValue, RunningValue,
    StorageValue, UnitValue, Value,
};

use super::{Causes, Fact, Labels, fact, stamp};
use crate::{board::Scene, core::FeedNow};

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
    let values = floor::Floor { causes, ..core.floor(plant) };
    let floor = Floor { core, labels, plant, values, opens };
    let mut facts = Vec::new();
    if let Some(own) = labels.plant(id, FactKind::Layout) {
        facts.push(fact(own, "clock", Value::Clock(clock(core, id))));
        facts.push(fact(own, "plant", Value::Plant(floor.values.about())));
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
    let seen = core.floor(plant).layouts().into_iter().filter_map(|(id, value)| {
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

struct Floor<'a> {
    core: &'a Scene<'a>,
    labels: &'a Labels,
    plant: &'a Plant,
    values: floor::Floor<'a>,
    /// When each calendar by which some unit is closed now opens again.
    opens: BTreeMap<&'a CalendarId, PlantTime>,
}

/// More of a value, and what its reader must be allowed to read besides.
type Step = (Vec<Option<LabelId>>, Value);

impl Floor<'_> {
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

    fn unit(&self, gate: &mut Gate, unit: &WorkUnit) -> Vec<Labelled<Fact>> {
        let label = |kind| self.labels.equipment(&self.plant.id, &unit.id, kind);
        let now = self.core.twin.unit(&self.plant.id, &unit.id);
        let (Some(own), Some(now)) = (label(FactKind::LineState), now) else { return Vec::new() };
        let whole = self.values.unit(unit, now, self.opens_at(unit, now));
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
        if now.state == UnitState::Working || self.values.causes != Causes::Told {
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

    fn opens_at(&self, unit: &WorkUnit, now: &UnitNow) -> Option<PlantTime> {
        if now.state != UnitState::OffShift {
            return None;
        }
        let center = self.plant.work_centers.iter().find(|wc| wc.id == unit.work_center)?;
        self.opens.get(&center.calendar).copied()
    }

    fn storage(&self, gate: &mut Gate, storage: &Storage) -> Vec<Labelled<Fact>> {
        let label = |kind| self.labels.equipment(&self.plant.id, &storage.id, kind);
        let now = self.core.twin.storage(&self.plant.id, &storage.id);
        let (Some(own), Some(now)) = (label(FactKind::LineState), now) else { return Vec::new() };
        let whole = self.values.storage(storage, now);
        let good = |chip: &PartChip| PartChip { held: None, ..chip.clone() };
        let parts = StorageValue { parts: whole.parts.iter().map(good).collect(), ..whole.clone() };
        let bare = Value::Storage(StorageValue { parts: Vec::new(), ..whole.clone() });
        let steps = [
            (vec![label(FactKind::Flow)], Value::Storage(parts)),
            (vec![label(FactKind::Quality)], Value::Storage(whole)),
        ];
        self.in_steps(gate, (&format!("storage/{}", storage.id), own), (bare, steps))
    }

    fn resource(&self, gate: &mut Gate, resource: &Resource) -> Vec<Labelled<Fact>> {
        let label = |kind| self.labels.equipment(&self.plant.id, &resource.id, kind);
        let now = self.core.twin.resource(&self.plant.id, &resource.id);
        let (Some(own), Some(now)) = (label(FactKind::LineState), now) else { return Vec::new() };
        let whole = self.values.resource(resource, now);
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

    fn areas(&self) -> Vec<Labelled<Fact>> {
        let values = self.plant.areas.iter().filter_map(|area| {
            let label = self.labels.equipment(&self.plant.id, &area.id, FactKind::LineState)?;
            Some(fact(label, format!("area/{}", area.id), Value::Area(self.values.area(area))))
        });
        values.collect()
    }

    fn feed(&self, feed: &FeedNow) -> FeedValue {
        FeedValue {
            connected: feed.connected,
            plant: feed.plant.to_string(),
            last_report: feed.last_report.map(stamp),
            stale: !feed.connected
                || floor::is_stale(self.plant, self.values.now, feed.last_report),
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
