//! What only the whole can tell: circular bills of materials, stations without work, shifts over
//! a clock change, places that hold more than fits.

mod flow;

use std::collections::{BTreeMap, BTreeSet};

use twin::{
    MaterialId, Plant,
    definition::{ClockChange, Tracking},
};

use crate::{
    calendar::first_clock_change_in_a_shift,
    names::{Kind, Names},
    problem::Log,
    read::{Draft, horizon},
    source::At,
    when,
};

/// A plant, and the places of its things.
#[derive(Clone, Copy)]
pub(crate) struct Site<'s> {
    pub(crate) plant: &'s Plant,
    pub(crate) number: usize,
    names: &'s Names<'s, 's>,
    log: &'s Log<'s>,
}

impl Site<'_> {
    fn at(&self, kind: Kind, id: &str) -> Option<At> {
        self.names.defined_at(Some(self.number), kind, id)
    }

    fn error(&self, kind: Kind, id: &str, text: String) {
        if let Some(at) = self.at(kind, id) {
            self.log.error(at, text);
        }
    }
}

/// Checks that need more than one table.
pub(crate) fn all<'s>(
    log: &'s Log<'s>,
    names: &'s Names<'s, 's>,
    draft: &Draft,
    plants: &'s [(usize, Plant)],
) {
    let sites: Vec<Site<'s>> =
        plants.iter().map(|(number, plant)| Site { plant, number: *number, names, log }).collect();
    for site in &sites {
        bill_of_materials(site);
        clock_changes(site, draft);
        room(site);
        begun_parts(site);
        schemes(site, draft);
        single_deliveries(site);
    }
    if names.is_flow_sure() {
        flow::check(&sites, &draft.programme);
    }
}

/// Follows each material to what it is made of; a way back to itself is a circle.
fn bill_of_materials(site: &Site<'_>) {
    let parts: BTreeMap<&MaterialId, Vec<&MaterialId>> = site
        .plant
        .materials
        .iter()
        .map(|m| (&m.id, m.made_of.iter().map(|(id, _)| id).collect()))
        .collect();
    let mut done = BTreeSet::new();
    for material in &site.plant.materials {
        if let Some(circle) = circle_from(&material.id, &parts, &mut done) {
            let text = format!("the bill of materials goes in a circle: {}", describe(&circle));
            site.error(Kind::Material, circle[0].as_str(), text);
        }
    }
}

/// A circle that can be reached from a material and was not seen before. Walks with a stack of
/// its own, because a file can nest deeper than the machine's.
fn circle_from<'m>(
    start: &'m MaterialId,
    parts: &BTreeMap<&'m MaterialId, Vec<&'m MaterialId>>,
    done: &mut BTreeSet<&'m MaterialId>,
) -> Option<Vec<&'m MaterialId>> {
    let mut path: Vec<(&MaterialId, usize)> = vec![(start, 0)];
    while let Some((material, next)) = path.last_mut() {
        let part = parts.get(material).and_then(|parts| parts.get(*next)).copied();
        let Some(part) = part.filter(|_| !done.contains(*material)) else {
            done.insert(material);
            path.pop();
            continue;
        };
        *next += 1;
        if let Some(first) = path.iter().position(|(m, _)| *m == part) {
            let circle: Vec<&MaterialId> = path[first..].iter().map(|(m, _)| *m).collect();
            done.extend(path.iter().map(|(m, _)| *m));
            return Some(circle);
        }
        path.push((part, 0));
    }
    None
}

fn describe(circle: &[&MaterialId]) -> String {
    let next = circle.iter().cycle().skip(1);
    let steps = circle.iter().zip(next).map(|(whole, part)| format!("{whole} is made of {part}"));
    steps.collect::<Vec<_>>().join(", ")
}

fn clock_changes(site: &Site<'_>, draft: &Draft) {
    let Some(zone) = when::zone(&site.plant.time_zone) else { return };
    let (from, to) = horizon(&draft.programme);
    for calendar in &site.plant.calendars {
        if calendar.on_clock_change == ClockChange::KeepWallClock {
            continue;
        }
        if let Some(change) = first_clock_change_in_a_shift(calendar, &zone, from, to) {
            let text = format!(
                "a shift of \"{}\" is at work when the clocks of {} change on {}, {}; end the \
                 shift before, or write on_clock_change = \"keep wall clock\" (it is an hour \
                 shorter or longer then)",
                calendar.id,
                site.plant.time_zone,
                change.date(),
                change.strftime("%H:%M"),
            );
            site.error(Kind::Calendar, calendar.id.as_str(), text);
        }
    }
}

/// What is there at the start fits in.
fn room(site: &Site<'_>) {
    let mut there: BTreeMap<&str, f64> = BTreeMap::new();
    for stock in &site.plant.initial_stock {
        *there.entry(stock.storage.as_str()).or_default() += stock.quantity;
    }
    for part in &site.plant.initial_parts {
        *there.entry(part.at.as_str()).or_default() += 1.0;
    }
    for storage in &site.plant.storages {
        let (Some(capacity), Some(&there)) = (storage.capacity, there.get(storage.id.as_str()))
        else {
            continue;
        };
        if there > f64::from(capacity) {
            let id = &storage.id;
            let text =
                format!("\"{id}\" has room for {capacity}, and {there} are there at the start");
            site.error(Kind::Storage, id.as_str(), text);
        }
    }
}

/// A part that is at a unit at the start is worked on by an operation there.
fn begun_parts(site: &Site<'_>) {
    let mut said = BTreeSet::new();
    for part in &site.plant.initial_parts {
        let Some(unit) = site.plant.units.iter().find(|unit| unit.id == part.at) else { continue };
        let works_on =
            site.plant.operations.iter().any(|op| {
                op.work_center == unit.work_center && op.output.material == part.material
            });
        if !works_on && said.insert((&unit.id, &part.material)) {
            let text = format!(
                "{} is at \"{}\" at the start, and no operation there makes {}",
                part.part, unit.id, part.material
            );
            site.error(Kind::Unit, unit.id.as_str(), text);
        }
    }
}

/// A single delivery comes into the storage of its supply.
fn single_deliveries(site: &Site<'_>) {
    for delivery in &site.plant.deliveries {
        let known = site.plant.supply_lines.iter().any(|line| {
            (&line.supplier, &line.material) == (&delivery.supplier, &delivery.material)
        });
        if !known {
            let text = format!(
                "nothing says into which storage \"{}\" comes; write a [[supply]] of {} by \"{}\"",
                delivery.id, delivery.material, delivery.supplier
            );
            site.error(Kind::Delivery, delivery.id.as_str(), text);
        }
    }
}

/// New serial parts need names.
fn schemes(site: &Site<'_>, draft: &Draft) {
    let serial: BTreeSet<&MaterialId> = site
        .plant
        .materials
        .iter()
        .filter(|m| m.tracking == Tracking::Serial)
        .map(|m| &m.id)
        .collect();
    for operation in &site.plant.operations {
        let made = &operation.output.material;
        let begins_new = operation.inputs.iter().all(|input| input.material != *made);
        let named = draft.programme.serials.iter().any(|scheme| scheme.material == *made);
        if serial.contains(made) && begins_new && !named {
            let text = format!(
                "\"{}\" makes new pieces of {made}, each with a name of its own; the programme's \
                 file needs a [[serial]] with material = \"{made}\" and a pattern",
                operation.id
            );
            site.error(Kind::Operation, operation.id.as_str(), text);
        }
    }
}
