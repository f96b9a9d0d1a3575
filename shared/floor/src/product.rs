//! The product: named items with the parts they are put together from.

use std::collections::BTreeSet;

use twin::{
    EquipmentId, MaterialId, PartId, PlantTime, Span,
    definition::{Operation, Serials, Stage},
    state::PartNow,
};
use wire::view::{NextLift, ProductPart, ProductValue};

use super::{Floor, stamp};

/// Items that are shown at once: those in work and the next ones.
const PRODUCTS_SHOWN: usize = 4;
/// Minutes of a week.
const WEEK_MIN: u32 = 7 * 24 * 60;

/// A named item that a plant puts together.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its name.
    pub name: PartId,
    /// What is known of it as a whole.
    pub value: ProductValue,
    /// The parts that it is put together from, in their order.
    pub parts: Vec<ProductPart>,
    /// The crane that brings parts into it, whose name the value may tell.
    pub crane: Option<EquipmentId>,
}

impl Floor<'_> {
    /// The items that the plant puts together from named parts: those in work and the next ones.
    pub fn items(&self) -> Vec<Item> {
        let serials = Serials::new(self.programme);
        let materials = self.programme.serials.iter().map(|serial| &serial.material);
        let items = materials.flat_map(|material| {
            let assembly = Assembly::of(self, &serials, material);
            let (assembly, total) = assembly.zip(serials.total(material)).unzip();
            let open = (0..total.unwrap_or(0)).filter(|n| {
                let name = serials.name(material, *n, 0);
                let now = name.and_then(|name| self.twin.part(&name));
                now.is_none_or(|part| part.ended.is_none())
            });
            let shown: Vec<u64> = open.take(PRODUCTS_SHOWN).collect();
            shown.into_iter().filter_map(move |number| assembly.as_ref()?.item(number))
        });
        items.collect()
    }
}

/// How one plant puts one kind of item together.
struct Assembly<'a> {
    floor: &'a Floor<'a>,
    serials: &'a Serials,
    material: &'a MaterialId,
    /// The kind of part it is made of.
    child: &'a MaterialId,
    children: u64,
    /// What some unit of the plant works on.
    in_work: BTreeSet<&'a PartId>,
}

impl<'a> Assembly<'a> {
    fn of(floor: &'a Floor<'a>, serials: &'a Serials, material: &'a MaterialId) -> Option<Self> {
        let is_root = serials.parent_material(material).is_none();
        let child = floor.programme.serials.iter().find(|s| s.parent.as_ref() == Some(material))?;
        let made_here = floor.plant.operations.iter().any(|op| op.output.material == *material);
        (is_root && made_here).then_some(())?;
        let children = serials.per_parent(&child.material)?;
        let running = floor.twin.units(&floor.plant.id).flat_map(|unit| &unit.running);
        let in_work = running.map(|operation| &operation.part).collect();
        Some(Self { floor, serials, material, child: &child.material, children, in_work })
    }

    fn item(&self, number: u64) -> Option<Item> {
        let name = self.serials.name(self.material, number, 0)?;
        let now = self.floor.now;
        let needed = self.needed_by(&name, number);
        let parts: Vec<ProductPart> = (0..self.children)
            .filter_map(|i| {
                let due = needed.map(|(from, to)| along(from, to, (i + 1) as f64, self.children));
                let late = due.is_some_and(|due| due < now);
                let part = self.part(number * self.children + i)?;
                Some(ProductPart { late: late && part.stage != "erected", ..part })
            })
            .collect();
        let item = self.floor.twin.part(&name);
        // An item exists as such only when it is whole; it is begun with its first part in place.
        let begun = item.is_some() || parts.iter().any(|part| part.stage == "erected");
        let value = ProductValue {
            name: self.item_name(&name),
            at: item.filter(|item| self.is_here(item)).map(|item| item.place.place.to_string()),
            parts: parts.iter().map(|part| part.id.clone()).collect(),
            erected: parts.iter().filter(|part| part.stage == "erected").count() as u32,
            next: begun.then(|| self.next(&parts)).flatten(),
        };
        Some(Item { name, value, parts, crane: self.crane().cloned() })
    }

    fn item_name(&self, name: &PartId) -> String {
        let material = self.floor.plant.materials.iter().find(|m| m.id == *self.material);
        material.map_or_else(|| name.to_string(), |m| format!("{} {name}", m.name))
    }

    fn is_here(&self, item: &PartNow) -> bool {
        item.place.plant.as_ref() == Some(&self.floor.plant.id)
    }

    /// Between which dates the parts are put in: from the milestone of the first of them to the
    /// item's own first, less what is still done to the item once it is whole.
    fn needed_by(&self, name: &PartId, number: u64) -> Option<(PlantTime, PlantTime)> {
        let due = |part: &PartId| {
            let milestones = self.floor.programme.milestones.iter();
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
        let Some(operation) = self.floor.plant.operations.iter().find(takes_all) else {
            return Span::ZERO;
        };
        let center = self.floor.plant.work_centers.iter().find(|c| c.id == operation.work_center);
        let calendar =
            self.floor.plant.calendars.iter().find(|c| Some(&c.id) == center.map(|c| &c.calendar));
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
        let now = self.floor.twin.part(&id);
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
        let serials = &self.floor.programme.serials;
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
        let now = PartId::new(&next.id).ok().and_then(|id| self.floor.twin.part(&id));
        let is_carried = now.is_some_and(|now| {
            now.place.plant.as_ref() == Some(&self.floor.plant.id)
                && crane == Some(&now.place.place)
        });
        let called = |id: &EquipmentId| {
            let crane = self.floor.plant.resources.iter().find(|resource| resource.id == *id);
            crane.map_or_else(|| id.to_string(), |crane| crane.name.clone())
        };
        let crane = crane.map(called);
        Some(NextLift { part: next.id.clone(), crane, is_carried, missing })
    }

    /// The crane that brings parts into the item.
    fn crane(&self) -> Option<&EquipmentId> {
        let joins = self.floor.plant.operations.iter().filter(|op| {
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
