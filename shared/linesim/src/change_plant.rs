//! Changes to a plant's definition by path, before it is played: what a scenario has different.
//!
//! A path is `plant.kind.id.parameter`:
//!
//! | path | value |
//! |---|---|
//! | `line.work_center.P4.time`, `.repair`, `.between` | mean times: `12 h` |
//! | `line.work_center.P4.count` | units: `2` |
//! | `line.operation.weld.time`, `.variation`, `.yield` | `12 h`, `0.3`, `0.95` |
//! | `line.operation.turn.every` | of one that begins by the clock: `33 d` |
//! | `line.resource.crane.repair`, `.between` | `8 h`, `200 h` |
//! | `line.storage.b1.capacity` | `5`, or `unbounded` |
//! | `line.supply.plate.lot`, `.every`, `.lead` | `31`, `7 d`, `60 d` |
//! | `line.delivery.extra.due`, `.quantity` | a single delivery: `2031-05-14`, `120` |
//! | `line.arrivals.jobs.every` | `2 h` |
//! | `line.crew.welders.people` | `90` |
//! | `line.cards.loop.count` | `8` |
//! | `line.area.hall.unit_limit` | `30` |
//!
//! What [`crate::Model::change`] knows besides (`.unit.P4-1.down` and the like) happens at the
//! start of a run.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use twin::{
    EquipmentId, MaterialId, Plant, Span,
    definition::{FailureMode, Placement, SourceRule, SupplyLine, Tracking, WorkUnit},
};

use crate::{
    change::{distance, span_of},
    error::ChangeError,
    lasts::with_mean,
};

/// Whether a change is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// The definition is changed.
    Now,
    /// It is one of a model that runs: a disruption from the start, for good.
    WhileRunning,
}

/// A parameter of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Knob {
    CenterTime,
    CenterRepair,
    CenterBetween,
    CenterCount,
    ResourceRepair,
    ResourceBetween,
    OperationTime,
    OperationVariation,
    OperationYield,
    OperationEvery,
    Capacity,
    Lot,
    Every,
    Lead,
    DeliveryDue,
    DeliveryQuantity,
    ArrivalsEvery,
    People,
    Cards,
    UnitLimit,
    Running,
}

/// The most units of a work center.
const MOST_UNITS: u32 = 10_000;

/// The most people of a crew, cards of a loop, units of product in a building.
const MOST_COUNTED: u32 = 1_000_000;

/// What is wanted where something is counted.
const UNITS: &str = "a whole number of units from 1 to 10,000";
const PEOPLE: &str = "a whole number of people from 1 to 1,000,000";
const CARDS: &str = "a whole number of cards from 1 to 1,000,000";
const PIECES: &str = "a whole number of pieces from 1 to 1,000,000";

/// What is wanted where a time is: many forget its unit.
const A_TIME: &str = "a time above 0 with its unit, such as 12 h, 90 min or 7 d";

/// A parameter that may be changed, as the definition has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its path.
    pub path: String,
    /// What it is of: `work_center`, `crew`, …
    pub kind: &'static str,
    /// Of which, by its name on pages; of a supply the material.
    pub name: String,
    /// Which of that: `time`, `people`, …
    pub parameter: &'static str,
    /// Its value, as [`change_plant`] takes one; of a time the mean.
    pub value: String,
    /// The ids of what it is about: an operation is done at a work center, a crew works where it
    /// is needed, a delivery comes from a supplier into a storage.
    pub about: Vec<SmolStr>,
}

/// The parameters of a plant that have one value, each with it.
pub fn parameters(plant: &Plant) -> Vec<Parameter> {
    let found = knobs(plant).into_iter().filter_map(|(path, knob, index)| {
        let (kind, name, parameter, value) = shown(plant, knob, index)?;
        let about = about(plant, knob, index);
        Some(Parameter { path, kind, name: name.to_owned(), parameter, value, about })
    });
    found.collect()
}

/// The one way of failing of a machine that has one: that of several has no one number.
fn only_mode(modes: &[FailureMode]) -> Option<&FailureMode> {
    match modes {
        [only] => Some(only),
        _ => None,
    }
}

/// What a knob is about, by id.
fn about(plant: &Plant, knob: Knob, index: usize) -> Vec<SmolStr> {
    let text = |id: &EquipmentId| SmolStr::new(id.as_str());
    let ids = match knob {
        Knob::CenterTime | Knob::CenterCount | Knob::CenterRepair | Knob::CenterBetween => {
            vec![text(&plant.work_centers[index].id)]
        }
        Knob::ResourceRepair | Knob::ResourceBetween => vec![text(&plant.resources[index].id)],
        Knob::OperationTime
        | Knob::OperationYield
        | Knob::OperationVariation
        | Knob::OperationEvery => vec![text(&plant.operations[index].work_center)],
        Knob::Capacity => vec![text(&plant.storages[index].id)],
        Knob::Lot | Knob::Every | Knob::Lead => {
            let line = &plant.supply_lines[index];
            vec![text(&line.storage), SmolStr::new(line.supplier.as_str())]
        }
        Knob::DeliveryDue | Knob::DeliveryQuantity => {
            let of = &plant.deliveries[index];
            let brings =
                |line: &&SupplyLine| line.supplier == of.supplier && line.material == of.material;
            let line = plant.supply_lines.iter().find(brings);
            let own = [SmolStr::new(of.id.as_str()), SmolStr::new(of.supplier.as_str())];
            own.into_iter().chain(line.map(|line| text(&line.storage))).collect()
        }
        Knob::People => {
            let crew = &plant.crews[index].id;
            let needs = plant
                .operations
                .iter()
                .filter(|operation| operation.crew.iter().any(|need| need.crew == *crew));
            let own = std::iter::once(SmolStr::new(crew.as_str()));
            own.chain(needs.map(|operation| text(&operation.work_center))).collect()
        }
        Knob::UnitLimit => vec![text(&plant.areas[index].id)],
        Knob::ArrivalsEvery | Knob::Cards | Knob::Running => Vec::new(),
    };
    let mut seen = BTreeSet::new();
    ids.into_iter().filter(|id| seen.insert(id.clone())).collect()
}

/// What a knob is of, as pages call it, and its value.
fn shown(
    plant: &Plant,
    knob: Knob,
    index: usize,
) -> Option<(&'static str, &str, &'static str, String)> {
    Some(match knob {
        Knob::CenterTime | Knob::CenterCount | Knob::CenterRepair | Knob::CenterBetween => {
            let center = &plant.work_centers[index];
            let mode = || only_mode(&center.failures);
            let (parameter, value) = match knob {
                Knob::CenterCount => {
                    let own = plant.units.iter().filter(|unit| unit.work_center == center.id);
                    ("count", own.count().to_string())
                }
                Knob::CenterRepair => ("repair", span_shown(mode()?.repair.mean)),
                Knob::CenterBetween => ("between", span_shown(mode()?.between.mean)),
                // That of one operation is changed under its own name.
                _ => return None,
            };
            ("work_center", &center.name, parameter, value)
        }
        Knob::ResourceRepair | Knob::ResourceBetween => {
            let resource = &plant.resources[index];
            let mode = only_mode(&resource.failures)?;
            let (parameter, span) = match knob {
                Knob::ResourceRepair => ("repair", mode.repair.mean),
                _ => ("between", mode.between.mean),
            };
            ("resource", &resource.name, parameter, span_shown(span))
        }
        Knob::OperationTime => {
            let operation = &plant.operations[index];
            ("operation", &operation.name, "time", span_shown(operation.duration.mean))
        }
        Knob::OperationYield => {
            let operation = &plant.operations[index];
            ("operation", &operation.name, "yield", operation.yield_ratio.to_string())
        }
        Knob::Capacity => {
            let storage = &plant.storages[index];
            let capacity = storage.capacity.map_or("unbounded".to_owned(), |n| n.to_string());
            ("storage", &storage.name, "capacity", capacity)
        }
        Knob::Lot | Knob::Every | Knob::Lead | Knob::DeliveryDue | Knob::DeliveryQuantity => {
            supply_shown(plant, knob, index)?
        }
        Knob::People => {
            let crew = &plant.crews[index];
            ("crew", &crew.name, "people", crew.people.to_string())
        }
        Knob::UnitLimit => {
            let area = &plant.areas[index];
            ("area", &area.name, "unit_limit", area.unit_limit?.to_string())
        }
        Knob::OperationVariation
        | Knob::OperationEvery
        | Knob::ArrivalsEvery
        | Knob::Cards
        | Knob::Running => return None,
    })
}

/// The same of what a supplier brings.
fn supply_shown(
    plant: &Plant,
    knob: Knob,
    index: usize,
) -> Option<(&'static str, &str, &'static str, String)> {
    let name = |id: &MaterialId| Some(&plant.materials.iter().find(|of| of.id == *id)?.name);
    if matches!(knob, Knob::DeliveryDue | Knob::DeliveryQuantity) {
        let delivery = &plant.deliveries[index];
        let (parameter, value) = match knob {
            Knob::DeliveryDue => ("due", plant::due_day(delivery.due, &plant.time_zone)?),
            _ => ("quantity", delivery.quantity.to_string()),
        };
        return Some(("delivery", name(&delivery.material)?, parameter, value));
    }
    let line = &plant.supply_lines[index];
    let (parameter, value) = match knob {
        Knob::Lot => ("lot", line.lot.to_string()),
        Knob::Every => ("every", span_shown(line.every)),
        _ => ("lead", span_shown(line.lead)),
    };
    Some(("supply", name(&line.material)?, parameter, value))
}

/// A time as people write it, to four digits.
fn span_shown(span: Span) -> String {
    let (number, unit) = match span {
        of if of >= Span::DAY.scaled(3.0) => (of.days(), "d"),
        of if of >= Span::HOUR => (of.hours(), "h"),
        of => (of.hours() * 60.0, "min"),
    };
    let digits = match number {
        of if of >= 100.0 => 1,
        of if of >= 10.0 => 2,
        _ => 3,
    };
    let text = format!("{number:.digits$}");
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    format!("{text} {unit}")
}

/// Changes a plant's definition.
///
/// # Errors
/// [`ChangeError::UnknownPath`] with the nearest paths, [`ChangeError::BadValue`]; nothing is
/// changed then.
pub fn change_plant(plants: &mut [Plant], path: &str, value: &str) -> Result<Changed, ChangeError> {
    let knobs: Vec<(String, Knob, usize, usize)> = plants
        .iter()
        .enumerate()
        .flat_map(|(at, plant)| {
            knobs(plant).into_iter().map(move |(path, knob, index)| (path, knob, at, index))
        })
        .collect();
    let Some(&(_, knob, plant, index)) = knobs.iter().find(|(known, ..)| known == path) else {
        let mut near: Vec<(usize, &String)> =
            knobs.iter().map(|(known, ..)| (distance(path, known), known)).collect();
        near.sort();
        let suggestions = near.into_iter().take(3).map(|(_, known)| known.clone()).collect();
        return Err(ChangeError::UnknownPath { path: path.to_owned(), suggestions });
    };
    let bad = |expected| ChangeError::BadValue {
        path: path.to_owned(),
        value: value.to_owned(),
        expected,
    };
    turn(&mut plants[plant], knob, index, value).map_err(bad)
}

/// How much of a material comes at a time; where its pieces have names, there is no half of one.
fn quantity(plant: &Plant, material: &MaterialId, value: &str) -> Result<f64, &'static str> {
    let of = plant.materials.iter().find(|of| of.id == *material);
    let number = value.trim().parse().ok().filter(|n: &f64| (1e-9..=1e9).contains(n));
    if of.is_some_and(|of| of.tracking == Tracking::Serial) {
        let whole = number.filter(|n| n.fract() == 0.0);
        return whole.ok_or("a whole number above 0, at most 1,000,000,000");
    }
    number.ok_or("a number above 0, at most 1,000,000,000")
}

/// A whole number from 1 to some most.
fn counted(value: &str, most: u32, wanted: &'static str) -> Result<u32, &'static str> {
    value.trim().parse().ok().filter(|count| (1..=most).contains(count)).ok_or(wanted)
}

fn turn(plant: &mut Plant, knob: Knob, index: usize, value: &str) -> Result<Changed, &'static str> {
    let span = || span_of(value).filter(|&span| span > Span::ZERO).ok_or(A_TIME);
    let number = |low: f64, high: f64, wanted| {
        value.trim().parse().ok().filter(|n: &f64| *n >= low && *n <= high).ok_or(wanted)
    };
    match knob {
        Knob::Running => return Ok(Changed::WhileRunning),
        Knob::CenterTime => {
            let (mean, center) = (span()?, plant.work_centers[index].id.clone());
            let own = plant.operations.iter_mut().filter(|op| op.work_center == center);
            own.for_each(|op| op.duration = with_mean(&op.duration, mean));
        }
        Knob::CenterRepair | Knob::ResourceRepair => {
            let mean = span()?;
            let failures = failures(plant, knob, index).iter_mut();
            failures.for_each(|failure| failure.repair = with_mean(&failure.repair, mean));
        }
        Knob::CenterBetween | Knob::ResourceBetween => {
            let mean = span()?;
            let failures = failures(plant, knob, index).iter_mut();
            failures.for_each(|failure| failure.between = with_mean(&failure.between, mean));
        }
        Knob::CenterCount => {
            units(plant, index, counted(value, MOST_UNITS, UNITS)? as usize)?;
        }
        Knob::OperationTime => {
            let duration = &mut plant.operations[index].duration;
            *duration = with_mean(duration, span()?);
        }
        Knob::OperationVariation => {
            plant.operations[index].duration.variation = number(0.0, 5.0, "a ratio from 0 to 5")?;
        }
        Knob::OperationYield => {
            plant.operations[index].yield_ratio = number(1e-6, 1.0, "a share above 0, at most 1")?;
        }
        Knob::OperationEvery => plant.operations[index].source = SourceRule::Every(span()?),
        Knob::Capacity => {
            plant.storages[index].capacity = match value.trim() {
                "unbounded" => None,
                text => Some(text.parse().map_err(|_not_whole| "a whole number, or unbounded")?),
            };
        }
        Knob::Lot => {
            let lot = quantity(plant, &plant.supply_lines[index].material, value)?;
            plant.supply_lines[index].lot = lot;
        }
        Knob::Every => plant.supply_lines[index].every = span()?,
        Knob::Lead => lead(&mut plant.supply_lines[index], span()?),
        Knob::DeliveryDue => {
            plant.deliveries[index].due = plant::read_due(value, &plant.time_zone)
                .map_err(|_no_date| "a date such as 2031-05-14")?;
        }
        Knob::DeliveryQuantity => {
            let of = &plant.deliveries[index].material;
            plant.deliveries[index].quantity = quantity(plant, of, value)?;
        }
        Knob::ArrivalsEvery => {
            let arrivals = &mut plant.arrivals[index];
            arrivals.between = with_mean(&arrivals.between, span()?);
        }
        Knob::People => plant.crews[index].people = counted(value, MOST_COUNTED, PEOPLE)?,
        Knob::Cards => plant.card_loops[index].cards = counted(value, MOST_COUNTED, CARDS)?,
        Knob::UnitLimit => {
            plant.areas[index].unit_limit = Some(counted(value, MOST_COUNTED, PIECES)?)
        }
    }
    Ok(Changed::Now)
}

/// How long a supplier needs, whether by the plan or by the level of stock.
fn lead(line: &mut SupplyLine, lead: Span) {
    line.lead = lead;
    if let Some(reorder) = &mut line.reorder {
        reorder.lead = with_mean(&reorder.lead, lead);
    }
}

/// What stops a work center or a resource.
fn failures(plant: &mut Plant, knob: Knob, index: usize) -> &mut [FailureMode] {
    match knob {
        Knob::ResourceRepair | Knob::ResourceBetween => &mut plant.resources[index].failures,
        _ => &mut plant.work_centers[index].failures,
    }
}

/// So many units: the last ones go, or more come that are like the last, beside it.
fn units(plant: &mut Plant, center: usize, count: usize) -> Result<(), &'static str> {
    let center = plant.work_centers[center].id.clone();
    let own = |unit: &WorkUnit| unit.work_center == center;
    let there = plant.units.iter().filter(|unit| own(unit)).count();
    let Some(last) = plant.units.iter().rposition(own) else {
        return Err("of a work center with units");
    };
    let pattern = plant.units[last].clone();
    // "Dock 1" has a "Dock 2" beside it.
    let called = pattern.name.trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end();
    for number in there + 1..=count {
        let text = format!("{center}-more-{number}");
        let id =
            EquipmentId::new(&text).map_err(|_too_long| "of a work center with a shorter id")?;
        let name = format!("{called} {number}");
        let placement = beside(&pattern.placement, number - there);
        let unit = WorkUnit { id, name, placement, ..pattern.clone() };
        plant.units.insert(last + number - there, unit);
    }
    let mut left = count;
    plant.units.retain(|unit| {
        let keeps = !own(unit) || left > 0;
        left -= usize::from(own(unit) && left > 0);
        keeps
    });
    Ok(())
}

/// Where another stands that is like one: so many places to its right, a quarter of its width apart.
fn beside(of: &Placement, places: usize) -> Placement {
    let aside = of.size_m[1] * 1.25 * places as f64;
    let (sin, cos) = of.heading_deg.to_radians().sin_cos();
    Placement { x_m: of.x_m + cos * aside, y_m: of.y_m - sin * aside, ..of.clone() }
}

/// Every path of a plant.
fn knobs(plant: &Plant) -> Vec<(String, Knob, usize)> {
    let mut knobs = Vec::new();
    let mut add = |kind: &str, id: &str, index: usize, parameters: &[(&str, Knob)]| {
        for (parameter, knob) in parameters {
            knobs.push((format!("{}.{kind}.{id}.{parameter}", plant.id), *knob, index));
        }
    };
    for (index, center) in plant.work_centers.iter().enumerate() {
        let mut all = vec![("time", Knob::CenterTime), ("count", Knob::CenterCount)];
        if !center.failures.is_empty() {
            all.extend([("repair", Knob::CenterRepair), ("between", Knob::CenterBetween)]);
        }
        add("work_center", center.id.as_str(), index, &all);
    }
    for (index, operation) in plant.operations.iter().enumerate() {
        let mut all = vec![
            ("time", Knob::OperationTime),
            ("variation", Knob::OperationVariation),
            ("yield", Knob::OperationYield),
        ];
        if matches!(operation.source, SourceRule::Every(_)) {
            all.push(("every", Knob::OperationEvery));
        }
        add("operation", operation.id.as_str(), index, &all);
    }
    for (index, storage) in plant.storages.iter().enumerate() {
        add("storage", storage.id.as_str(), index, &[("capacity", Knob::Capacity)]);
    }
    for (index, line) in plant.supply_lines.iter().enumerate() {
        let mut all = vec![("lead", Knob::Lead)];
        if line.reorder.is_none() {
            all.extend([("lot", Knob::Lot), ("every", Knob::Every), ("late", Knob::Running)]);
        }
        add("supply", line.material.as_str(), index, &all);
    }
    for (index, delivery) in plant.deliveries.iter().enumerate() {
        let all = [("due", Knob::DeliveryDue), ("quantity", Knob::DeliveryQuantity)];
        add("delivery", delivery.id.as_str(), index, &all);
    }
    for (index, arrivals) in plant.arrivals.iter().enumerate() {
        add("arrivals", arrivals.id.as_str(), index, &[("every", Knob::ArrivalsEvery)]);
    }
    for (index, crew) in plant.crews.iter().enumerate() {
        add("crew", crew.id.as_str(), index, &[("people", Knob::People)]);
    }
    for (index, cards) in plant.card_loops.iter().enumerate() {
        add("cards", cards.id.as_str(), index, &[("count", Knob::Cards)]);
    }
    for (index, area) in
        plant.areas.iter().enumerate().filter(|(_, area)| area.unit_limit.is_some())
    {
        add("area", area.id.as_str(), index, &[("unit_limit", Knob::UnitLimit)]);
    }
    let stops = ["down", "held", "maintenance"].map(|word| (word, Knob::Running));
    for unit in &plant.units {
        add("unit", unit.id.as_str(), 0, &stops);
    }
    for (index, resource) in plant.resources.iter().enumerate() {
        let own = [("repair", Knob::ResourceRepair), ("between", Knob::ResourceBetween)];
        let own = if resource.failures.is_empty() { &[] } else { own.as_slice() };
        add("resource", resource.id.as_str(), index, &[&stops[..1], own].concat());
    }
    knobs
}
