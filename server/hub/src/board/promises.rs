//! What was promised and when it is expected: the first card, and what others say of promises.
//!
//! A promise is told to whoever may see what is expected of it. Which material its date waits for
//! is one of those that the reader knows to run dry: for others the date does not wait.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
};

use analytics::{Outlook, OutlookMethod, Promise};
use release::{AudienceId, Gate, LabelId, Labelled};
use twin::{FactKind, MaterialId, OrderId, Plant, PlantId, definition::Serials, state::OrderNow};
use wire::view::{DeliverCard, DueItem, Value};

use super::{Board, Fact, chain::Reader, fact, lots, readers::sees, stamp};
use crate::{board::Scene, clock::days_late};

/// Due items on a card.
const DUE_SHOWN: usize = 3;
/// A promise that is expected later than all of them by so much [d] takes the place of one.
const MUCH_LATER_D: f64 = 14.0;
/// Late promises named beside them.
const LATE_NAMED: usize = 3;

/// A promise as its reader may see it, with the label of that.
#[derive(Debug)]
pub(super) struct Told<'a> {
    pub(super) plant: &'a Plant,
    pub(super) outlook: &'a Outlook,
    pub(super) label: LabelId,
}

impl Told<'_> {
    pub(super) fn is_open(&self) -> bool {
        self.outlook.reached.is_none()
    }

    /// The promise as pages show it.
    pub(super) fn item(&self, core: &Scene<'_>) -> DueItem {
        due_item(core, self.plant, self.outlook)
    }

    fn slip_d(&self) -> f64 {
        self.outlook.slip_d.unwrap_or(f64::MIN)
    }

    /// Whether it is expected a calendar day late or more, as pages count days.
    pub(super) fn is_late(&self) -> bool {
        let late = |expected| days_late(&self.plant.time_zone, self.outlook.promised, expected);
        self.is_open() && self.outlook.expected.and_then(late).is_some_and(|days| days >= 1)
    }

    fn is(&self, other: &Self) -> bool {
        self.plant.id == other.plant.id && self.outlook.what == other.outlook.what
    }

    fn by_date(&self, other: &Self) -> Ordering {
        let (own, others) = (self.outlook, other.outlook);
        (own.promised, &own.what).cmp(&(others.promised, &others.what))
    }
}

/// The promises of these plants that the reader may see, plant by plant.
pub(super) fn told<'a>(
    board: &'a Board,
    gate: &Gate,
    plants: &[&'a Plant],
    audience: AudienceId,
) -> Vec<Told<'a>> {
    let mut told = Vec::new();
    for &plant in plants {
        let Some(found) = board.findings(&plant.id, audience) else { continue };
        let seen = found.outlook.iter().filter_map(|(outlook, label)| Some((outlook, (*label)?)));
        let seen = seen.filter(|(_, label)| sees(gate, audience, Some(*label)));
        told.extend(seen.map(|(outlook, label)| Told { plant, outlook, label }));
    }
    told
}

/// The card of a plant's next promises, as far as the reader may know what is expected of them.
pub(super) fn plant(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    plant: &Plant,
    audience: AudienceId,
) -> Option<Labelled<Fact>> {
    let all = told(board, gate, &[plant], audience);
    let next = all.iter().filter(|told| told.is_open()).take(DUE_SHOWN).collect();
    let next = with_much_later(next, all.iter());
    let reader = Reader::new(board, core, gate, audience);
    let (card, mut ids) = with_late(&reader, &next, &all);
    let card = DeliverCard {
        planned: is_planned(core, plant),
        method: match all.first().map(|told| told.outlook.method) {
            Some(OutlookMethod::PlannedPace) => "method.planned_pace".to_owned(),
            _ => card.method,
        },
        ..card
    };
    ids.push(board.labels.plant(&plant.id, FactKind::Schedule)?);
    let label = board.labels.joint(gate, ids)?;
    Some(fact(label, "board/deliver", Value::Deliver(card)))
}

/// The card of the most pressing promises of all plants, with what else is late of `all`.
pub(super) fn programme(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    (seen, (pressing, all)): (&[&Plant], (&[&Told<'_>], &[Told<'_>])),
    audience: AudienceId,
) -> Option<Labelled<Fact>> {
    let may_see = |label: &LabelId| sees(gate, audience, Some(*label));
    // That something is planned at all is known of every plant whose plan may be seen.
    let schedules = seen.iter().filter_map(|plant| {
        let label = board.labels.plant(&plant.id, FactKind::Schedule).filter(may_see)?;
        Some((*plant, label))
    });
    let schedules: Vec<(&Plant, LabelId)> = schedules.collect();
    let planned = schedules.iter().any(|(plant, _)| is_planned(core, plant));
    let reader = Reader::new(board, core, gate, audience);
    let (card, mut ids) = with_late(&reader, pressing, all);
    ids.extend(schedules.iter().map(|(_, label)| *label));
    let label = board.labels.joint(gate, ids)?;
    Some(fact(label, "board/deliver", Value::Deliver(DeliverCard { planned, ..card })))
}

/// The card with these items, and what is late besides: the latest of `all` and the soonest. And
/// the labels of what it says.
fn with_late(
    reader: &Reader<'_>,
    items: &[&Told<'_>],
    all: &[Told<'_>],
) -> (DeliverCard, Vec<LabelId>) {
    let core = reader.core;
    let is_shown = |told: &Told<'_>| items.iter().any(|item| item.is(told));
    let mut late: Vec<&Told<'_>> =
        all.iter().filter(|told| told.is_late() && !is_shown(told)).collect();
    late.sort_by(|a, b| a.by_date(b));
    let latest = late.iter().enumerate().max_by(|(_, a), (_, b)| a.slip_d().total_cmp(&b.slip_d()));
    let latest = latest.map_or(0, |(at, _)| at);
    let soonest = LATE_NAMED - usize::from(latest >= LATE_NAMED);
    let named = late.iter().enumerate().filter(|(at, _)| *at < soonest || *at == latest);
    // Whoever is told how many are late is told of each.
    let ids = items.iter().map(|told| told.label).chain(late.iter().map(|told| told.label));
    let mut ids: Vec<LabelId> = ids.collect();
    // The next lot goes to the first of several orders of one product.
    let mut in_lots = BTreeSet::new();
    let mut listed = |told: &Told<'_>| {
        let mut item = told.item(core);
        let made = told.outlook.material.as_ref();
        let new = made.filter(|made| in_lots.insert((told.plant.id.clone(), (*made).clone())));
        if let Some((lots, labels)) = new.and_then(|made| lots::of(reader, told.plant, made)) {
            item.lots = Some(lots::of_promise(lots, item.needed - item.done));
            ids.extend(labels);
        }
        item
    };
    let card = DeliverCard {
        planned: true,
        items: items.iter().map(|told| listed(told)).collect(),
        method: "method.pace".to_owned(),
        also_late: named.map(|(_, told)| told.item(core)).collect(),
        more_late: late.len().saturating_sub(LATE_NAMED) as u32,
    };
    (card, ids)
}

/// The promises that matter most, by their dates: of each thing that is ordered the next order,
/// and every milestone; late ones before those in time, and what another plant of the programme
/// builds in after everything that leaves it. What is much later than these is among them.
pub(super) fn most_pressing<'t, 'a>(core: &Scene<'_>, all: &'t [Told<'a>]) -> Vec<&'t Told<'a>> {
    let mut ranked = Vec::new();
    let mut ordered: BTreeMap<(&PlantId, &MaterialId), (bool, usize)> = BTreeMap::new();
    for told in all.iter().filter(|told| told.is_open()) {
        let (plant, outlook) = (told.plant, told.outlook);
        let (within, earlier) = match &outlook.material {
            None => (false, 0),
            Some(material) => {
                let of_it = ordered.entry((&plant.id, material));
                let within = || (is_built_in_elsewhere(core, plant, material), 0);
                let (within, earlier) = of_it.or_insert_with(within);
                *earlier += 1;
                (*within, *earlier - 1)
            }
        };
        let late = outlook.expected.is_some_and(|expected| expected > outlook.promised);
        ranked.push(((within, earlier, !late, outlook.promised), told));
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    let leaves = ranked.iter().filter(|((within, ..), _)| !within);
    let leaves: Vec<&Told<'a>> = leaves.map(|(_, told)| *told).collect();
    let due = ranked.iter().take(DUE_SHOWN).map(|(_, told)| *told).collect();
    with_much_later(due, leaves.into_iter())
}

/// These by their dates, and in place of the last of them the first of `all` that is expected much
/// later than each.
fn with_much_later<'t, 'a>(
    mut due: Vec<&'t Told<'a>>,
    all: impl Iterator<Item = &'t Told<'a>>,
) -> Vec<&'t Told<'a>> {
    let latest = due.iter().map(|told| told.slip_d()).fold(0.0, f64::max);
    let much_later = all.filter(|told| told.is_late() && told.slip_d() - latest >= MUCH_LATER_D);
    if let Some(told) = much_later.min_by(|a, b| a.by_date(b)) {
        due.truncate(DUE_SHOWN - 1);
        due.push(told);
    }
    due.sort_by(|a, b| a.by_date(b));
    due
}

/// Whether another plant of the programme puts the material into what it makes.
fn is_built_in_elsewhere(core: &Scene<'_>, plant: &Plant, material: &MaterialId) -> bool {
    let others = core.plants.values().filter(|other| other.id != plant.id);
    let mut inputs = others.flat_map(|other| &other.operations).flat_map(|o| &o.inputs);
    inputs.any(|input| input.material == *material)
}

/// Whether anything was ever promised, met or not.
pub(super) fn is_planned(core: &Scene<'_>, plant: &Plant) -> bool {
    core.twin.orders(&plant.id).next().is_some()
        || core.programme.milestones.iter().any(|milestone| milestone.plant == plant.id)
}

/// A promise as pages show it.
pub(super) fn due_item(core: &Scene<'_>, plant: &Plant, outlook: &Outlook) -> DueItem {
    let (id, name) = match &outlook.what {
        Promise::Order(id) => {
            let name = outlook.material.as_ref().map(|m| order_name(core, plant, id, m));
            (id.to_string(), name.unwrap_or_else(|| id.to_string()))
        }
        Promise::Milestone(id) => {
            let milestone = core.programme.milestones.iter().find(|m| m.id == *id);
            (id.to_string(), milestone.map_or_else(|| id.to_string(), |m| m.name.clone()))
        }
    };
    let counted = outlook.counted.as_ref().or(outlook.material.as_ref());
    DueItem {
        id,
        name,
        plant: plant.name.clone(),
        promised: stamp(outlook.promised),
        expected: outlook.expected.map(stamp),
        range: outlook.range.map(|(early, late)| [stamp(early), stamp(late)]),
        days_per_piece: outlook.days_per_piece,
        overdue_d: outlook.overdue_d,
        waits_for: outlook.waits_for.as_ref().map(|material| core.material_name(material)),
        waits_also: outlook.waits_also.as_ref().map(|material| core.material_name(material)),
        waits_d: outlook.waits_d.filter(|_| outlook.waits_for.is_some()),
        waits_until: outlook.waits_until.map(stamp),
        ahead: Some(outlook.ahead).filter(|pieces| *pieces > 0.0),
        more_d: Some(outlook.more_d).filter(|days| *days > 0.0),
        done: outlook.done,
        needed: outlook.needed,
        unit: counted.map(|m| core.material_name(m)).unwrap_or_default(),
        lots: None,
    }
}

/// An order as other places name it: what it is of and its id, and of one numbered item which.
fn order_name(core: &Scene<'_>, plant: &Plant, id: &OrderId, material: &MaterialId) -> String {
    let name = core.material_name(material);
    let of_it: Vec<&OrderNow> =
        core.twin.orders(&plant.id).filter(|order| order.material == *material).collect();
    let numbered = core.programme.serials.iter().any(|scheme| scheme.material == *material);
    let one = of_it.iter().find(|order| order.order == *id && numbered && order.quantity == 1.0);
    // Numbered items are made in the order of their numbers, for the orders by their dates.
    let item = one.and_then(|own| {
        let earlier = of_it.iter().filter(|o| (o.due, &o.order) < (own.due, &own.order));
        let number = earlier.map(|order| order.quantity).sum::<f64>() as u64;
        Serials::new(&core.programme).name(material, number, 0)
    });
    match item {
        Some(item) => format!("{name} {item} ({id})"),
        None => format!("{name} ({id})"),
    }
}
