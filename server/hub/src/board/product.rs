//! The product in the picture: named items with the parts they are put together from, and the
//! carriers that bring parts from other plants.

use std::collections::BTreeSet;

use release::{Gate, LabelId, Labelled};
use twin::{
    EquipmentId, FactKind, MaterialId, PartId, Plant, PlantId, PlantTime, Span, UnitState,
    definition::{Lane, Operation, Serials, Stage},
    state::PartNow,
};
use wire::view::{LaneValue, NextLift, ProductPart, ProductValue, Value};

use super::{Fact, Labels, fact, stamp};
use crate::board::Scene;

/// Items that are shown at once: those in work and the next ones.
const PRODUCTS_SHOWN: usize = 4;
/// Minutes of a week.
const WEEK_MIN: u32 = 7 * 24 * 60;
/// Parts listed on a carrier.
const CARGO_LISTED: usize = 24;

/// The products that a plant puts together, their parts, and the lanes that touch the plant.
pub(super) fn facts(
    core: &Scene<'_>,
    labels: &Labels,
    gate: &mut Gate,
    plant: &PlantId,
) -> Vec<Labelled<Fact>> {
    let mut facts = Vec::new();
    for serial in &core.programme.serials {
        facts.extend(items(core, labels, gate, plant, &serial.material));
    }
    let touching = |lane: &&Lane| {
        [&lane.carrier, &lane.from, &lane.to].iter().any(|at| at.plant.as_ref() == Some(plant))
    };
    let touching = core.programme.lanes.iter().filter(touching);
    facts.extend(touching.filter_map(|l| lane(core, labels, gate, l)));
    facts
}

/// The carriers between the programme's plants.
pub(super) fn lanes(core: &Scene<'_>, labels: &Labels, gate: &mut Gate) -> Vec<Labelled<Fact>> {
    core.programme.lanes.iter().filter_map(|l| lane(core, labels, gate, l)).collect()
}

/// A material whose items are put together here from named parts: those items and their parts.
fn items(
    core: &Scene<'_>,
    labels: &Labels,
    gate: &mut Gate,
    plant_id: &PlantId,
    material: &MaterialId,
) -> Vec<Labelled<Fact>> {
    let serials = Serials::new(&core.programme);
    let Some(assembly) = Assembly::of(core, &serials, plant_id, material) else {
        return Vec::new();
    };
    let Some(total) = serials.total(material) else { return Vec::new() };
    let open = (0..total).filter(|n| {
        let name = serials.name(material, *n, 0);
        name.and_then(|name| core.twin.part(&name)).is_none_or(|part| part.ended.is_none())
    });
    open.take(PRODUCTS_SHOWN).flat_map(|number| assembly.item(labels, gate, number)).collect()
}

/// How one plant puts one kind of item together.
struct Assembly<'a> {
    core: &'a Scene<'a>,
    serials: &'a Serials,
    plant: &'a Plant,
    material: &'a MaterialId,
    /// The kind of part it is made of.
    child: &'a MaterialId,
    children: u64,
    /// What some unit of the plant works on.
    in_work: BTreeSet<&'a PartId>,
}

impl<'a> Assembly<'a> {
    fn of(
        core: &'a Scene<'a>,
        serials: &'a Serials,
        plant: &PlantId,
        material: &'a MaterialId,
    ) -> Option<Self> {
        let plant = core.plants.get(plant)?;
        let is_root = serials.parent_material(material).is_none();
        let child = core.programme.serials.iter().find(|s| s.parent.as_ref() == Some(material))?;
        let made_here = plant.operations.iter().any(|op| op.output.material == *material);
        (is_root && made_here).then_some(())?;
        let children = serials.per_parent(&child.material)?;
        let running = core.twin.units(&plant.id).flat_map(|unit| &unit.running);
        let in_work = running.map(|operation| &operation.part).collect();
        Some(Self { core, serials, plant, material, child: &child.material, children, in_work })
    }

    fn item(&self, labels: &Labels, gate: &mut Gate, number: u64) -> Vec<Labelled<Fact>> {
        let Some(name) = self.serials.name(self.material, number, 0) else { return Vec::new() };
        let Some(own) = labels.plant(&self.plant.id, FactKind::Flow) else { return Vec::new() };
        let now = self.core.now(&self.plant.id);
        let needed = self.needed_by(&name, number);
        let parts: Vec<ProductPart> = (0..self.children)
            .filter_map(|i| {
                let due = needed.map(|(from, to)| along(from, to, (i + 1) as f64, self.children));
                let late = due.is_some_and(|due| due < now);
                let part = self.part(number * self.children + i)?;
                Some(ProductPart { late: late && part.stage != "erected", ..part })
            })
            .collect();
        let item = self.core.twin.part(&name);
        // An item exists as such only when it is whole; it is begun with its first part in place.
        let begun = item.is_some() || parts.iter().any(|part| part.stage == "erected");
        let value = ProductValue {
            name: self.item_name(&name),
            at: item.filter(|item| self.is_here(item)).map(|item| item.place.place.to_string()),
            parts: parts.iter().map(|part| part.id.clone()).collect(),
            erected: parts.iter().filter(|part| part.stage == "erected").count() as u32,
            next: begun.then(|| self.next(&parts)).flatten(),
        };
        // What is said of a part is said of the places where it and its parts are; what is said
        // of the item, of all of them.
        let mut facts = Vec::new();
        let mut of_item = Some(vec![own]);
        for part in parts {
            let label = self.places(labels, &part).and_then(|mut ids| {
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
        let crane =
            self.crane().and_then(|id| labels.equipment(&self.plant.id, id, FactKind::Layout));
        let may_name = label.is_some_and(|label| Labels::covers(gate, crane, label));
        let next =
            value.next.map(|next| NextLift { crane: next.crane.filter(|_| may_name), ..next });
        let value = ProductValue { next, ..value };
        facts.extend(label.map(|label| fact(label, key, Value::Product(value))));
        facts
    }

    /// The labels of the places where a part and its own parts are; none when one has no label.
    fn places(&self, labels: &Labels, part: &ProductPart) -> Option<Vec<LabelId>> {
        let mut ids = Vec::new();
        for part in std::iter::once(part).chain(&part.parts) {
            let id = PartId::new(&part.id).ok();
            let now = id.as_ref().and_then(|id| self.core.twin.part(id));
            if let Some(now) = now.filter(|now| now.ended.is_none()) {
                ids.push(labels.place(&self.plant.id, &now.place, FactKind::Flow)?);
                // That it is still worked in is the state of what works there.
                if now.stage == Some(Stage::Erected)
                    && id.is_some_and(|id| self.in_work.contains(&id))
                {
                    ids.push(labels.place(&self.plant.id, &now.place, FactKind::LineState)?);
                }
            }
        }
        Some(ids)
    }

    fn item_name(&self, name: &PartId) -> String {
        let material = self.plant.materials.iter().find(|m| m.id == *self.material);
        material.map_or_else(|| name.to_string(), |m| format!("{} {name}", m.name))
    }

    fn is_here(&self, item: &PartNow) -> bool {
        item.place.plant.as_ref() == Some(&self.plant.id)
    }

    /// Between which dates the parts are put in: from the milestone of the first of them to the
    /// item's own first, less what is still done to the item once it is whole.
    fn needed_by(&self, name: &PartId, number: u64) -> Option<(PlantTime, PlantTime)> {
        let due = |part: &PartId| {
            let milestones = self.core.programme.milestones.iter();
            milestones.filter(|m| m.part == *part).map(|milestone| milestone.due).min()
        };
        let first = self.serials.name(self.child, number * self.children, 0)?;
        let (from, to) = (due(&first)?, due(name)? - self.completing());
        (from < to).then_some((from, to))
    }

    /// How long the operation takes that makes the whole of all its parts, by the wall clock: its
    /// working time at the pace of its calendar's week.
    fn completing(&self) -> Span {
        let takes_all = |operation: &&Operation| {
            operation.output.material == *self.material
                && operation.inputs.iter().any(|input| {
                    input.material == *self.child && input.quantity >= self.children as f64
                })
        };
        let Some(operation) = self.plant.operations.iter().find(takes_all) else {
            return Span::ZERO;
        };
        let center = self.plant.work_centers.iter().find(|c| c.id == operation.work_center);
        let calendar =
            self.plant.calendars.iter().find(|c| Some(&c.id) == center.map(|c| &c.calendar));
        let week_min: u32 = calendar.filter(|calendar| !calendar.always).map_or(WEEK_MIN, |c| {
            c.week.iter().flatten().map(|s| u32::from(s.end_min - s.start_min)).sum()
        });
        operation.duration.mean.scaled(f64::from(WEEK_MIN) / f64::from(week_min.max(1)))
    }

    /// A part with the parts it is made of.
    fn part(&self, number: u64) -> Option<ProductPart> {
        let whole = self.bare(self.child, number)?;
        if whole.stage == stage_name(Stage::Erected) {
            return Some(whole);
        }
        let parts = self.parts_of(number);
        let begun = parts.iter().any(|part| part.stage != stage_name(Stage::NotStarted));
        let stage = match whole.stage.as_str() {
            "not_started" if begun => stage_name(Stage::Making).to_owned(),
            _ => whole.stage,
        };
        Some(ProductPart { stage, parts, ..whole })
    }

    /// A part as it is itself.
    fn bare(&self, material: &MaterialId, number: u64) -> Option<ProductPart> {
        let id = self.serials.name(material, number, 0)?;
        let now = self.core.twin.part(&id);
        let stage = match now {
            Some(part) if self.in_work.contains(&id) => in_work(part.stage),
            Some(part) if part.part_of().is_some() => Stage::Erected,
            Some(part) => part.stage.unwrap_or(Stage::Making),
            None => Stage::NotStarted,
        };
        Some(ProductPart {
            id: id.to_string(),
            stage: stage_name(stage).to_owned(),
            late: false,
            place: now.filter(|part| part.ended.is_none()).map(|part| part.place.to_string()),
            since: now.map(|part| stamp(part.since)),
            parts: Vec::new(),
        })
    }

    fn parts_of(&self, number: u64) -> Vec<ProductPart> {
        let serials = &self.core.programme.serials;
        let below = serials.iter().find(|s| s.parent.as_ref() == Some(self.child));
        let Some((material, count)) =
            below.and_then(|s| Some((&s.material, self.serials.per_parent(&s.material)?)))
        else {
            return Vec::new();
        };
        (0..count)
            .filter_map(|i| self.bare(material, number * count + i))
            .map(|part| if part.stage == "erected" { inside(part) } else { part })
            .collect()
    }

    /// The next part to be put in, and what it still waits for.
    fn next(&self, parts: &[ProductPart]) -> Option<NextLift> {
        let next = parts.iter().find(|part| part.stage != "erected")?;
        let waiting = next.parts.iter().filter(|part| part.stage != "ready");
        let missing = if next.stage == "ready" {
            Vec::new()
        } else {
            waiting.map(|part| part.id.clone()).collect()
        };
        let crane = self.crane();
        let now = PartId::new(&next.id).ok().and_then(|id| self.core.twin.part(&id));
        let is_carried = now.is_some_and(|now| {
            now.place.plant.as_ref() == Some(&self.plant.id) && crane == Some(&now.place.place)
        });
        let crane = crane.map(|id| self.core.name_of(&self.plant.id, id.as_str()));
        Some(NextLift { part: next.id.clone(), crane, is_carried, missing })
    }

    /// The crane that brings parts into the item.
    fn crane(&self) -> Option<&EquipmentId> {
        let joins = self.plant.operations.iter().filter(|op| {
            op.output.material == *self.material
                || op.inputs.iter().any(|input| input.material == *self.child)
        });
        let carriers = joins.flat_map(|op| {
            let carried = op.inputs.iter().filter_map(|i| i.carry.as_ref()).chain(&op.output.carry);
            op.held_by.iter().chain(carried.flat_map(|carry| &carry.by)).collect::<Vec<_>>()
        });
        carriers.into_iter().next()
    }
}

/// The stage of a part that is worked on at a place of this stage.
const fn in_work(place: Option<Stage>) -> Stage {
    match place {
        // It stands where it belongs, and is still worked in: not in place yet.
        Some(Stage::Erected) => Stage::Ready,
        // Where parts get ready one is so when the work has ended.
        Some(Stage::Ready) | None => Stage::Making,
        Some(other) => other,
    }
}

/// A part that is built into its parent, while the parent itself is not in place yet.
fn inside(part: ProductPart) -> ProductPart {
    ProductPart { stage: stage_name(Stage::Ready).to_owned(), ..part }
}

fn along(from: PlantTime, to: PlantTime, step: f64, steps: u64) -> PlantTime {
    from + to.since(from).scaled(step / steps.max(1) as f64)
}

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::NotStarted => "not_started",
        Stage::Making => "making",
        Stage::Outfitting => "outfitting",
        Stage::Painting => "painting",
        Stage::Parked => "parked",
        Stage::AtSea => "at_sea",
        Stage::Ready => "ready",
        Stage::Erected => "erected",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_ready_only_when_nobody_works_on_it() {
        let stages = [None, Some(Stage::Ready), Some(Stage::Erected), Some(Stage::Painting)];
        let told = stages.map(|place| stage_name(in_work(place)));
        assert_eq!(told, ["making", "making", "ready", "painting"]);
    }
}
