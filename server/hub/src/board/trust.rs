//! Whether what is shown can be trusted: who reports, how old it is, what nobody measured, and
//! what kind of thing is kept back.

use std::collections::BTreeSet;

use release::{AudienceId, Gate, LabelId, Labelled};
use twin::{
    EquipmentId, FactKind, Plant, PlantId, Span, SupplierId,
    definition::{Basis, Operation, Storage, SupplyLine, WorkCenter},
};
use wire::view::{AssumedNumber, AssumedValue, TrustCard, Value};

use super::{Board, Fact, Labels, fact, readers::sees, stamp};
use crate::{board::Scene, supplier::is_page};

/// What a card speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// The programme: a plant that is missing is missing from the picture.
    Programme,
    /// One plant, which says nothing of others.
    Plant,
}

/// Whether what is shown of these plants can be trusted.
pub(super) fn card(
    board: &Board,
    core: &Scene<'_>,
    gate: &Gate,
    (scope, plants): (Scope, &[&Plant]),
    audience: AudienceId,
) -> TrustCard {
    let ours = |plant: &PlantId| {
        let label = board.labels.plant(plant, FactKind::Feeds);
        plants.iter().any(|p| p.id == *plant) && sees(gate, audience, label)
    };
    let all = || core.feeds.iter().filter(|(_, feed)| ours(&feed.plant));
    let feeds: Vec<_> = all().filter(|(id, _)| !is_page(id)).map(|(_, feed)| feed).collect();
    let oldest = feeds
        .iter()
        .filter_map(|feed| Some((feed.last_report?, core.plant_name(&feed.plant))))
        .min();
    let silent = |feed: &&&crate::core::FeedNow| {
        core.plants.get(&feed.plant).is_some_and(|plant| {
            !feed.connected || ::floor::is_stale(plant, core.now(&feed.plant), feed.last_report)
        })
    };
    let bases: Vec<&Basis> = plants
        .iter()
        .flat_map(|plant| inputs(&board.labels, plant))
        .filter(|(label, _)| sees(gate, audience, *label))
        .map(|(_, input)| input.basis())
        .collect();
    let kept_back = kept_back(board, core, gate, (scope, plants), audience);
    let origin = plants.first().map(|plant| core.origin(&plant.id).name()).unwrap_or_default();
    TrustCard {
        origin: origin.to_owned(),
        feeds_reporting: (feeds.len() - feeds.iter().filter(silent).count()) as u32,
        feeds: feeds.len() as u32,
        oldest: oldest.as_ref().map(|(at, _)| stamp(*at)),
        oldest_name: oldest.map(|(_, name)| name),
        assumed: bases.iter().filter(|basis| ***basis == Basis::Assumed).count() as u32,
        inputs: bases.len() as u32,
        withheld: !kept_back.is_empty(),
        withheld_kinds: kept_back.into_iter().map(str::to_owned).collect(),
        refused: all().map(|(_, feed)| feed.refused).sum(),
    }
}

/// The kind of fact that a thing is there at all.
const LAYOUT: FactKind = FactKind::Layout;
/// The kinds of fact and finding that pages have something of; whoever is not told one of them
/// sees a part only. What is there and what it does is looked at thing by thing.
const TOLD: [FactKind; 11] = [
    FactKind::Flow,
    FactKind::Schedule,
    FactKind::Supply,
    FactKind::Capacity,
    FactKind::Quality,
    FactKind::Feeds,
    FactKind::Comments,
    FactKind::HoldUp,
    FactKind::DryDate,
    FactKind::StockCover,
    FactKind::Forecast,
];

/// What kinds of thing are kept back from the audience: the kinds, never how many.
fn kept_back(
    board: &Board,
    core: &Scene<'_>,
    gate: &Gate,
    (scope, plants): (Scope, &[&Plant]),
    audience: AudienceId,
) -> BTreeSet<&'static str> {
    let labels = &board.labels;
    let hidden = |label: Option<LabelId>| !sees(gate, audience, label);
    let mut kinds = BTreeSet::new();
    if scope == Scope::Programme && core.plants.keys().any(|id| hidden(labels.plant(id, LAYOUT))) {
        kinds.insert("plant");
    }
    for plant in plants {
        // Who knows that it is there and not what it does has no row of it either.
        let kinds_shown = [LAYOUT, FactKind::LineState];
        let at = |id: &EquipmentId| {
            kinds_shown.into_iter().any(|kind| hidden(labels.equipment(&plant.id, id, kind)))
        };
        if plant.units.iter().any(|unit| at(&unit.id)) {
            kinds.insert("station");
        }
        if plant.storages.iter().any(|storage| at(&storage.id)) {
            kinds.insert("storage");
        }
        if plant
            .suppliers
            .iter()
            .any(|s| hidden(labels.supplier(&plant.id, &s.id, FactKind::Supply)))
        {
            kinds.insert("supplier");
        }
        let kept = TOLD.into_iter().filter(|kind| hidden(labels.told_of(&plant.id, *kind)));
        kinds.extend(kept.map(FactKind::word));
    }
    kinds
}

/// A table of a plant's file that holds numbers.
enum Input<'a> {
    Center(&'a WorkCenter),
    Operation(&'a Operation),
    Supply(&'a SupplyLine),
    Storage(&'a Storage),
}

/// Every table of a plant's file that holds numbers which findings rest on, with its label.
fn inputs<'a>(
    labels: &'a Labels,
    plant: &'a Plant,
) -> impl Iterator<Item = (Option<LabelId>, Input<'a>)> {
    let at_supplier =
        move |supplier: &SupplierId| labels.supplier(&plant.id, supplier, FactKind::Supply);
    let at_center =
        move |center: &EquipmentId| labels.equipment(&plant.id, center, FactKind::Capacity);
    let centers = plant.work_centers.iter().map(move |c| (at_center(&c.id), Input::Center(c)));
    let operations =
        plant.operations.iter().map(move |o| (at_center(&o.work_center), Input::Operation(o)));
    let supply = plant
        .supply_lines
        .iter()
        .map(move |line| (at_supplier(&line.supplier), Input::Supply(line)));
    let storages =
        plant.storages.iter().map(move |storage| (at_center(&storage.id), Input::Storage(storage)));
    centers.chain(operations).chain(supply).chain(storages)
}

/// What nobody measured at a plant, with its values and where they are written.
pub(super) fn assumed(
    core: &Scene<'_>,
    labels: &Labels,
    gate: &mut Gate,
    plant: &Plant,
) -> Vec<Labelled<Fact>> {
    let Some(own) = labels.plant(&plant.id, FactKind::Capacity) else { return Vec::new() };
    let assumed = inputs(labels, plant).filter(|(_, input)| *input.basis() == Basis::Assumed);
    let facts = assumed.filter_map(|(label, input)| {
        let value = AssumedValue {
            table: input.table().to_owned(),
            id: input.id(),
            name: input.name(core, plant),
            numbers: input.numbers(core),
        };
        // What a supplier is assumed to deliver is also a number of the plant.
        let label = labels.joint(gate, [label?, own])?;
        // A number would tell how many stand before it that its reader may not see.
        let key = format!("assumed/{}.{}", input.table(), input.key());
        Some(fact(label, key, Value::Assumed(value)))
    });
    facts.collect()
}

impl<'a> Input<'a> {
    const fn basis(&self) -> &'a Basis {
        match self {
            Self::Center(center) => &center.basis,
            Self::Operation(operation) => &operation.basis,
            Self::Supply(line) => &line.basis,
            Self::Storage(storage) => &storage.basis,
        }
    }

    /// The name of the table in a plant's file.
    const fn table(&self) -> &'static str {
        match self {
            Self::Center(_) => "work_center",
            Self::Operation(_) => "operation",
            Self::Supply(_) => "supply",
            Self::Storage(_) => "storage",
        }
    }

    fn id(&self) -> String {
        match self {
            Self::Center(center) => center.id.to_string(),
            Self::Operation(operation) => operation.id.to_string(),
            Self::Supply(line) => line.material.to_string(),
            Self::Storage(storage) => storage.id.to_string(),
        }
    }

    /// What it is called among those of its table.
    fn key(&self) -> String {
        match self {
            Self::Supply(line) => format!("{}.{}", line.material, line.supplier),
            Self::Center(_) | Self::Operation(_) | Self::Storage(_) => self.id(),
        }
    }

    fn name(&self, core: &Scene<'_>, plant: &Plant) -> String {
        match self {
            Self::Center(center) => center.name.clone(),
            Self::Operation(operation) => operation.name.clone(),
            Self::Supply(line) => {
                let supplier = core.name_of(&plant.id, line.supplier.as_str());
                format!("{}, {supplier}", core.material_name(&line.material))
            }
            Self::Storage(storage) => storage.name.clone(),
        }
    }

    fn numbers(&self, core: &Scene<'_>) -> Vec<AssumedNumber> {
        match self {
            Self::Center(center) => of_center(center),
            Self::Operation(operation) => of_operation(operation),
            Self::Supply(line) => of_supply(line, &core.unit_of_measure(&line.material)),
            Self::Storage(storage) => room("capacity", storage.capacity).into_iter().collect(),
        }
    }
}

fn number(word: &str, value: f64, unit: &str) -> AssumedNumber {
    AssumedNumber { word: format!("inputs.{word}"), of: None, value, unit: unit.to_owned() }
}

fn seconds(word: &str, span: Span) -> AssumedNumber {
    number(word, span.micros() as f64 / 1e6, "s")
}

fn room(word: &str, most: Option<u32>) -> Option<AssumedNumber> {
    most.map(|most| number(word, f64::from(most), ""))
}

fn of_center(center: &WorkCenter) -> Vec<AssumedNumber> {
    let failures = center.failures.iter().flat_map(|failure| {
        [seconds("between_failures", failure.between.mean), seconds("repair", failure.repair.mean)]
            .map(|number| AssumedNumber { of: Some(failure.name.clone()), ..number })
    });
    room("at_once", center.capacity).into_iter().chain(failures).collect()
}

fn of_operation(operation: &Operation) -> Vec<AssumedNumber> {
    let lasts = &operation.duration;
    // What stops with the shift is told as work; a cure or a test goes on at night.
    let taken = if lasts.runs_on { "duration" } else { "duration_worked" };
    let mut numbers = vec![seconds(taken, lasts.mean)];
    if lasts.variation > 0.0 {
        numbers.push(number("variation", lasts.variation, "ratio"));
    }
    if operation.setup > Span::ZERO {
        numbers.push(seconds("setup", operation.setup));
    }
    if let Some(batch) = operation.batch {
        numbers.push(number("batch", f64::from(batch.most), ""));
    }
    if operation.yield_ratio < 1.0 {
        numbers.push(number("yield", operation.yield_ratio, "ratio"));
    }
    if let Some(rework) = &operation.rework {
        numbers.push(number("first_pass", rework.first_pass_ratio, "ratio"));
    }
    if let Some(hold) = &operation.hold_after {
        numbers.push(seconds("hold_after", hold.mean));
    }
    numbers
}

fn of_supply(line: &SupplyLine, unit: &str) -> Vec<AssumedNumber> {
    let mut numbers = vec![
        number("lot", line.lot, unit),
        seconds("every", line.every),
        seconds("lead", line.lead),
        number("on_time", line.on_time_ratio, "ratio"),
    ];
    if line.on_time_ratio < 1.0 {
        numbers.push(seconds("late", line.mean_late));
    }
    if line.yield_ratio < 1.0 {
        numbers.push(number("yield", line.yield_ratio, "ratio"));
    }
    numbers
}
