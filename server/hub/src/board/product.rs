//! The product in the picture: named items with the parts they are put together from, and the
//! carriers that bring parts from other plants.

use std::collections::BTreeSet;

use floor::{Item, stamp};
use release::{Gate, LabelId, Labelled};
use twin::{
    FactKind, PartId, Plant, PlantId, PlantTime, UnitState,
    definition::{Lane, Stage},
};
use wire::view::{LaneValue, NextLift, ProductPart, ProductValue, Value};

use super::{Fact, Labels, fact};
use crate::board::Scene;

/// Parts listed on a carrier.
const CARGO_LISTED: usize = 24;

/// The products that a plant puts together, their parts, and the lanes that touch the plant.
pub(super) fn facts(
    core: &Scene<'_>,
    labels: &Labels,
    gate: &mut Gate,
    id: &PlantId,
) -> Vec<Labelled<Fact>> {
    let mut facts = Vec::new();
    if let Some(plant) = core.plants.get(id) {
        let running = core.twin.units(id).flat_map(|unit| &unit.running);
        let in_work = running.map(|operation| &operation.part).collect();
        let product = Product { core, labels, plant, in_work };
        let items = core.floor(plant).items().into_iter();
        facts.extend(items.flat_map(|item| product.item(gate, item)));
    }
    let touching = |lane: &&Lane| {
        [&lane.carrier, &lane.from, &lane.to].iter().any(|at| at.plant.as_ref() == Some(id))
    };
    let touching = core.programme.lanes.iter().filter(touching);
    facts.extend(touching.filter_map(|l| lane(core, labels, gate, l)));
    facts
}

/// The carriers between the programme's plants.
pub(super) fn lanes(core: &Scene<'_>, labels: &Labels, gate: &mut Gate) -> Vec<Labelled<Fact>> {
    core.programme.lanes.iter().filter_map(|l| lane(core, labels, gate, l)).collect()
}

/// What one plant puts together, under its labels.
struct Product<'a> {
    core: &'a Scene<'a>,
    labels: &'a Labels,
    plant: &'a Plant,
    /// What some unit of the plant works on.
    in_work: BTreeSet<&'a PartId>,
}

impl Product<'_> {
    fn item(&self, gate: &mut Gate, item: Item) -> Vec<Labelled<Fact>> {
        let labels = self.labels;
        let Item { name, value, parts, crane } = item;
        let Some(own) = labels.plant(&self.plant.id, FactKind::Flow) else { return Vec::new() };
        // What is said of a part is said of the places where it and its parts are; what is said
        // of the item, of all of them.
        let mut facts = Vec::new();
        let mut of_item = Some(vec![own]);
        for part in parts {
            let label = self.places(&part).and_then(|mut ids| {
                ids.push(own);
                labels.joint(gate, ids)
            });
            of_item = of_item.zip(label).map(|(mut ids, label)| {
                ids.push(label);
                ids
            });
            let key = format!("part/{}", part.id);
            facts.extend(label.map(|label| fact(label, key, Value::Part(part))));
        }
        let label = of_item.and_then(|ids| labels.joint(gate, ids));
        let key = format!("product/{name}");
        let crane = crane.and_then(|id| labels.equipment(&self.plant.id, &id, FactKind::Layout));
        let may_name = label.is_some_and(|label| Labels::covers(gate, crane, label));
        let next =
            value.next.map(|next| NextLift { crane: next.crane.filter(|_| may_name), ..next });
        let value = ProductValue { next, ..value };
        facts.extend(label.map(|label| fact(label, key, Value::Product(value))));
        facts
    }

    /// The labels of the places where a part and its own parts are; none when one has no label.
    fn places(&self, part: &ProductPart) -> Option<Vec<LabelId>> {
        let mut ids = Vec::new();
        for part in std::iter::once(part).chain(&part.parts) {
            let id = PartId::new(&part.id).ok();
            let now = id.as_ref().and_then(|id| self.core.twin.part(id));
            if let Some(now) = now.filter(|now| now.ended.is_none()) {
                ids.push(self.labels.place(&self.plant.id, &now.place, FactKind::Flow)?);
                // That it is still worked in is the state of what works there.
                if now.stage == Some(Stage::Erected)
                    && id.is_some_and(|id| self.in_work.contains(&id))
                {
                    ids.push(self.labels.place(&self.plant.id, &now.place, FactKind::LineState)?);
                }
            }
        }
        Some(ids)
    }
}

fn lane(core: &Scene<'_>, labels: &Labels, gate: &mut Gate, lane: &Lane) -> Option<Labelled<Fact>> {
    let home = lane.carrier.plant.as_ref()?;
    let carrier = &lane.carrier.place;
    // It names the plants at both ends.
    let end =
        |end: &twin::PlaceRef| labels.plant(end.plant.as_ref().unwrap_or(home), FactKind::Layout);
    let of_carrier = labels.equipment(home, carrier, FactKind::Flow)?;
    let ids = [of_carrier, end(&lane.from)?, end(&lane.to)?];
    let label = labels.joint(gate, ids)?;
    let now = core.twin.resource(home, carrier)?;
    let plant_time = core.now(home);
    let (from, to) = (position(core, lane, &lane.from)?, position(core, lane, &lane.to)?);
    let leaves = next_departure(core, lane, plant_time);
    let cargo: Vec<String> =
        now.carrying.iter().take(CARGO_LISTED).map(ToString::to_string).collect();
    let left = now.since.filter(|_| now.state == UnitState::Working);
    let on_the_way = left.filter(|_| !cargo.is_empty());
    let progress = on_the_way.map_or(0.0, |left| {
        let share = plant_time.since(left).hours() / lane.transit.mean.hours().max(1e-6);
        share.clamp(0.0, 1.0)
    });
    let state = match (now.state, cargo.is_empty()) {
        (UnitState::Down, _) => "down",
        (UnitState::Working, false) if progress >= 1.0 => "unloading",
        (UnitState::Working, false) => "at_sea",
        (UnitState::Working, true) => "returning",
        (_, false) => "loading",
        (_, true) => "waiting",
    };
    let value = LaneValue {
        name: core.name_of(home, carrier.as_str()),
        from,
        to,
        state: state.to_owned(),
        progress_ratio: progress,
        cargo,
        most: lane.most,
        leaves: leaves.map(stamp),
        arrives: on_the_way.map(|left| stamp(left + lane.transit.mean)),
    };
    Some(fact(label, format!("lane/{carrier}"), Value::Lane(value)))
}

/// The name of the plant at one end of a lane.
fn position(core: &Scene<'_>, lane: &Lane, end: &twin::PlaceRef) -> Option<String> {
    let plant = end.plant.as_ref().or(lane.carrier.plant.as_ref())?;
    core.plants.get(plant).map(|plant| plant.name.clone())
}

/// When the carrier leaves next by its schedule.
fn next_departure(core: &Scene<'_>, lane: &Lane, now: PlantTime) -> Option<PlantTime> {
    let first = core.programme.starts + lane.first;
    let every = lane.every.micros();
    if every <= 0 {
        return None;
    }
    let since = now.since(first).micros();
    let trips = if since <= 0 { 0 } else { (since + every - 1) / every };
    Some(first + twin::Span::from_micros(trips.saturating_mul(every)))
}
