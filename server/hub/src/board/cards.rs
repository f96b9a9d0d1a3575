//! The five cards of a plant, and of the programme: five questions, five answers.
//!
//! A card is a finding. It carries the combined label of what it was computed from, except for
//! names that are stood in for: a chain may say "a supplier" to whoever may not know which.

use std::collections::{BTreeMap, BTreeSet};

use analytics::{DryPart, HoldUp, Outlook, OutlookMethod, Promise};
use release::{Action, AudienceId, Gate, LabelId, Labelled};
use twin::{
    EquipmentId, MaterialId, OrderId, Plant, PlantId, PlantTime, definition::Serials,
    state::OrderNow,
};
use wire::view::{
    DeliverCard, DryPart as DryValue, DueItem, HoldUpCard, MeasureValue, NextCard, ProgrammeValue,
    Value,
};

use super::{
    Board, Fact, Findings, answers,
    chain::Reader,
    fact, floor, lots, stamp,
    trust::{self, Scope},
};
use crate::board::Scene;

/// Due items on a card.
const DUE_SHOWN: usize = 3;
/// Late promises named beside them.
const LATE_NAMED: usize = 3;
/// Materials on a card: more would push the other answers off the screen.
const DRY_SHOWN: usize = 3;

/// The five cards of a plant for one audience.
pub(super) fn plant(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    plant: &PlantId,
    audience: AudienceId,
) -> Vec<Labelled<Fact>> {
    let (Some(found), Some(definition)) = (board.findings.get(plant), core.plants.get(plant))
    else {
        return Vec::new();
    };
    let Some(own) = board.labels.plant(plant) else { return Vec::new() };
    let mut facts = vec![
        fact(own, "board/deliver", Value::Deliver(deliver(board, core, definition, found))),
        fact(own, "board/next", Value::Next(next(board, core, gate, plant, found, audience))),
    ];
    let label = hold_up_label(board, core, gate, plant, found, audience);
    let reader = Reader { board, core, gate, audience };
    let card = reader.card(plant, &found.hold_up);
    if let Some(label) = label {
        facts.push(fact(
            label,
            "board/act",
            Value::Act(answers::act(core, &reader, definition, found, &card)),
        ));
        facts.push(fact(label, "board/holdup", Value::HoldUp(Box::new(card))));
    }
    let trusted = trust::card(board, core, gate, (Scope::Plant, &[definition]), audience);
    facts.push(fact(own, "board/trust", Value::Trust(trusted)));
    facts.extend(measures(core, definition, found.now, own));
    facts
}

/// The five cards of the programme: the most pressing answers of the plants that may be seen.
pub(super) fn programme(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    audience: AudienceId,
) -> Vec<Labelled<Fact>> {
    let seen: Vec<&Plant> = core
        .programme
        .plants
        .iter()
        .filter_map(|id| core.plants.get(id))
        .filter(|p| {
            board.labels.plant(&p.id).is_some_and(|l| gate.allows(l, audience, Action::See))
        })
        .collect();
    // What there is one of, the clock and the name, goes by the first plant that may be seen.
    let Some(first) = seen.first() else { return Vec::new() };
    let Some(own) = board.labels.plant(&first.id) else { return Vec::new() };
    let found = |plant: &&Plant| board.findings.get(&plant.id).map(|f| ((*plant).clone(), f));
    let pressing = most_pressing(core, &seen, board);
    let due = pressing.iter().map(|(plant, outlook)| shown(board, core, plant, outlook)).collect();
    let planned = seen.iter().any(|plant| is_planned(core, plant));
    let all = seen.iter().flat_map(|plant| {
        let outlook = board.findings.get(&plant.id).map(|found| &found.outlook);
        outlook.into_iter().flatten().map(|outlook| (*plant, outlook))
    });
    let card = DeliverCard { planned, ..deliver_card(core, due, all) };
    let (name, time_zone) = (core.programme.name.clone(), core.programme.time_zone.clone());
    let mut facts = vec![
        fact(own, "clock", Value::Clock(floor::clock(core, &first.id))),
        fact(own, "programme", Value::Programme(ProgrammeValue { name, time_zone })),
        fact(own, "board/deliver", Value::Deliver(card)),
    ];
    let mut dry: Vec<DryValue> = seen
        .iter()
        .filter_map(found)
        .flat_map(|(plant, findings)| next(board, core, gate, &plant.id, findings, audience).parts)
        .collect();
    dry.sort_by(|a, b| (a.dry.is_none(), &a.dry).cmp(&(b.dry.is_none(), &b.dry)));
    dry.truncate(DRY_SHOWN);
    facts.push(fact(own, "board/next", Value::Next(NextCard { parts: dry })));
    for plant in &seen {
        facts.extend(digest(board, core, gate, plant, audience));
    }
    facts.extend(worst_hold_up(board, core, gate, (&seen, &pressing), audience));
    let trusted = trust::card(board, core, gate, (Scope::Programme, &seen), audience);
    facts.push(fact(own, "board/trust", Value::Trust(trusted)));
    facts
}

/// The promises that matter most, by their dates: of each thing that is ordered the next order,
/// and every milestone; late ones before those in time, and what another plant of the programme
/// builds in after everything that leaves it.
fn most_pressing<'a>(
    core: &Scene<'_>,
    seen: &[&'a Plant],
    board: &'a Board,
) -> Vec<(&'a Plant, &'a Outlook)> {
    let mut ranked = Vec::new();
    for plant in seen {
        let Some(found) = board.findings.get(&plant.id) else { continue };
        let mut ordered: BTreeMap<&MaterialId, usize> = BTreeMap::new();
        for outlook in found.outlook.iter().filter(|outlook| outlook.reached.is_none()) {
            let (within, earlier) = match &outlook.material {
                None => (false, 0),
                Some(material) => {
                    let earlier = ordered.entry(material).or_default();
                    *earlier += 1;
                    (is_built_in_elsewhere(core, plant, material), *earlier - 1)
                }
            };
            let late = outlook.expected.is_some_and(|expected| expected > outlook.promised);
            ranked.push(((within, earlier, !late, outlook.promised), *plant, outlook));
        }
    }
    ranked.sort_by_key(|(rank, ..)| *rank);
    ranked.truncate(DUE_SHOWN);
    let mut due: Vec<(&Plant, &Outlook)> =
        ranked.into_iter().map(|(_, plant, outlook)| (plant, outlook)).collect();
    due.sort_by(|(_, a), (_, b)| (a.promised, &a.what).cmp(&(b.promised, &b.what)));
    due
}

/// Whether another plant of the programme puts the material into what it makes.
fn is_built_in_elsewhere(core: &Scene<'_>, plant: &Plant, material: &MaterialId) -> bool {
    let others = core.plants.values().filter(|other| other.id != plant.id);
    let mut inputs = others.flat_map(|other| &other.operations).flat_map(|o| &o.inputs);
    inputs.any(|input| input.material == *material)
}

/// A plant in a few words, with the first line of its cards.
fn digest(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    plant: &Plant,
    audience: AudienceId,
) -> Option<Labelled<Fact>> {
    let own = board.labels.plant(&plant.id)?;
    let seen = |unit: &EquipmentId| {
        let label = board.labels.equipment(&plant.id, unit);
        label.is_some_and(|label| gate.allows(label, audience, Action::See))
    };
    let mut value = super::programme::digest(core, plant, board.causes_now(core, &plant.id), seen);
    let key = format!("digest/{}", plant.id);
    let Some(found) = board.findings.get(&plant.id) else {
        return Some(fact(own, key, Value::Digest(Box::new(value))));
    };
    value.planned = is_planned(core, plant);
    value.due = deliver(board, core, plant, found).items.into_iter().next();
    value.dry = next(board, core, gate, &plant.id, found, audience).parts.into_iter().next();
    // The hold-up may rest on more than the plant's own facts: the whole line takes its label.
    let label = match hold_up_label(board, core, gate, &plant.id, found, audience) {
        Some(label) if gate.allows(label, audience, Action::See) => {
            let card = Reader { board, core, gate, audience }.card(&plant.id, &found.hold_up);
            value.cause = card.chain.last().cloned();
            value.hold_up_kind = card.known.then_some(card.kind);
            value.hold_up = card.known.then_some(card.name);
            label
        }
        _ => own,
    };
    Some(fact(label, key, Value::Digest(Box::new(value))))
}

/// The promise that a plant's main hold-up holds up: the next open one of the product that leaves
/// the line which it stops the most, else the next open one.
fn held_up(found: &Findings) -> Option<&Outlook> {
    let HoldUp::Known(verdict) = &found.hold_up else { return None };
    let open = || found.outlook.iter().filter(|outlook| outlook.reached.is_none());
    open().find(|o| verdict.product.is_some() && o.material == verdict.product).or(open().next())
}

/// The hold-up of the most late among the promises that are shown, and who acts on it; it says
/// of which promise it speaks.
fn worst_hold_up(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    (seen, pressing): (&[&Plant], &[(&Plant, &Outlook)]),
    audience: AudienceId,
) -> Vec<Labelled<Fact>> {
    let candidates = seen.iter().filter_map(|plant| {
        let found = board.findings.get(&plant.id)?;
        let item = held_up(found)?;
        let is_shown = |of: &&(&Plant, &Outlook)| of.0.id == plant.id && of.1.what == item.what;
        let rank = (pressing.iter().any(|of| is_shown(&of)), item.slip_d.unwrap_or(f64::MIN));
        Some((rank, *plant, found, item))
    });
    let worst = candidates.max_by(|((a_shown, a_slip), ..), ((b_shown, b_slip), ..)| {
        a_shown.cmp(b_shown).then(a_slip.total_cmp(b_slip))
    });
    let first = || {
        let plant = *seen.first()?;
        Some((plant, board.findings.get(&plant.id)?, None))
    };
    let chosen = worst.map(|(_, plant, found, item)| (plant, found, Some(item))).or_else(first);
    let Some((plant, found, item)) = chosen else { return Vec::new() };
    let Some(label) = hold_up_label(board, core, gate, &plant.id, found, audience) else {
        return Vec::new();
    };
    let reader = Reader { board, core, gate, audience };
    let card = HoldUpCard {
        item: item.map(|item| due_item(core, plant, item).name),
        item_plant: item.map(|_| plant.name.clone()),
        ..reader.card(&plant.id, &found.hold_up)
    };
    vec![
        fact(label, "board/act", Value::Act(answers::act(core, &reader, plant, found, &card))),
        fact(label, "board/holdup", Value::HoldUp(Box::new(card))),
    ]
}

/// The label of a hold-up for one audience: that of the inputs it may read; the names of the
/// others are stood in for. A finding that rests on nothing it may read is not shown.
fn hold_up_label(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    plant: &PlantId,
    found: &Findings,
    audience: AudienceId,
) -> Option<LabelId> {
    let inputs = match &found.hold_up {
        HoldUp::Known(verdict) => &verdict.inputs,
        HoldUp::Unknown { inputs, .. } => inputs,
    };
    let (kept, withheld) = Reader { board, core, gate, audience }.readable(inputs);
    if kept.is_empty() && withheld {
        return None;
    }
    board.labels.finding(gate, &kept, plant, found.now)
}

fn deliver(board: &Board, core: &Scene<'_>, plant: &Plant, found: &Findings) -> DeliverCard {
    let open = found.outlook.iter().filter(|outlook| outlook.reached.is_none());
    let items = open.take(DUE_SHOWN).map(|outlook| shown(board, core, plant, outlook)).collect();
    DeliverCard {
        planned: is_planned(core, plant),
        method: match found.outlook.first().map(|outlook| outlook.method) {
            Some(OutlookMethod::PlannedPace) => "method.planned_pace".to_owned(),
            _ => "method.pace".to_owned(),
        },
        ..deliver_card(core, items, found.outlook.iter().map(|outlook| (plant, outlook)))
    }
}

/// The card with these items, and what is late besides: the latest of `all` and the soonest.
fn deliver_card<'a>(
    core: &Scene<'_>,
    mut items: Vec<DueItem>,
    all: impl Iterator<Item = (&'a Plant, &'a Outlook)>,
) -> DeliverCard {
    // The next lot goes to the first of several orders of one product.
    let mut told = BTreeSet::new();
    for item in &mut items {
        item.lots = item.lots.filter(|_| told.insert((item.plant.clone(), item.unit.clone())));
    }
    let slip = |outlook: &Outlook| outlook.slip_d.unwrap_or(f64::MIN);
    let is_late = |outlook: &Outlook| outlook.reached.is_none() && slip(outlook) >= 1.0;
    let mut late: Vec<_> = all
        .filter(|(_, outlook)| is_late(outlook))
        .map(|(plant, outlook)| (outlook, due_item(core, plant, outlook)))
        .filter(|(_, late)| !items.iter().any(|of| of.id == late.id && of.plant == late.plant))
        .collect();
    late.sort_by_key(|(outlook, _)| (outlook.promised, &outlook.what));
    let latest =
        late.iter().enumerate().max_by(|(_, (a, _)), (_, (b, _))| slip(a).total_cmp(&slip(b)));
    let latest = latest.map_or(0, |(at, _)| at);
    let soonest = LATE_NAMED - usize::from(latest >= LATE_NAMED);
    let more_late = late.len().saturating_sub(LATE_NAMED) as u32;
    let named = late.into_iter().enumerate().filter(|(at, _)| *at < soonest || *at == latest);
    let also_late = named.map(|(_, (_, item))| item).collect();
    let method = "method.pace".to_owned();
    DeliverCard { planned: true, items, method, also_late, more_late }
}

/// Whether anything was ever promised, met or not.
fn is_planned(core: &Scene<'_>, plant: &Plant) -> bool {
    core.twin.orders(&plant.id).next().is_some()
        || core.programme.milestones.iter().any(|milestone| milestone.plant == plant.id)
}

/// A promise as the card lists it: an order with the lots in which it is done.
fn shown(board: &Board, core: &Scene<'_>, plant: &Plant, outlook: &Outlook) -> DueItem {
    let own = board.labels.plant(&plant.id);
    let lots = outlook.material.as_ref().zip(own);
    let lots = lots.and_then(|(made, own)| lots::of(core, (&board.labels, own), plant, made));
    DueItem { lots, ..due_item(core, plant, outlook) }
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
        waits_d: outlook.waits_d,
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

fn next(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    plant: &PlantId,
    found: &Findings,
    audience: AudienceId,
) -> NextCard {
    let shown = found.dry.iter().take(DRY_SHOWN);
    let parts = shown.map(|part| {
        let known = part.supplier.as_ref().is_some_and(|supplier| {
            let label = board.labels.supplier(plant, supplier);
            label.is_some_and(|label| gate.allows(label, audience, Action::See))
        });
        dry_part(core, plant, part, known)
    });
    NextCard { parts: parts.collect() }
}

/// A material that runs out, with the supplier's name when it may be known.
fn dry_part(core: &Scene<'_>, plant: &PlantId, part: &DryPart, supplier_known: bool) -> DryValue {
    let supplier = match &part.supplier {
        Some(id) if supplier_known => core.name_of(plant, id.as_str()),
        Some(_) => "withheld.supplier".to_owned(),
        None => String::new(),
    };
    DryValue {
        material: part.material.to_string(),
        name: core.material_name(&part.material),
        plant: core.plant_name(plant),
        stock: part.stock,
        unit: core.unit_of_measure(&part.material),
        use_per_day: part.use_per_day,
        cover_d: part.cover_d,
        dry: part.dry.map(stamp),
        next_delivery: part.next_delivery.map(stamp),
        delivery: part.delivery.as_ref().filter(|_| supplier_known).map(ToString::to_string),
        waited_for: part.waited_for,
        late_d: part.late_d,
        overdue_d: part.overdue_d,
        supplier,
    }
}

fn measures(core: &Scene<'_>, plant: &Plant, now: PlantTime, own: LabelId) -> Vec<Labelled<Fact>> {
    let window = |kind: &twin::definition::MeasureKind| match kind {
        twin::definition::MeasureKind::Throughput { window, .. }
        | twin::definition::MeasureKind::LeadTime { window, .. } => Some(window.days()),
        twin::definition::MeasureKind::WorkInProgress { .. }
        | twin::definition::MeasureKind::Cover { .. } => None,
    };
    let values = plant.headline.iter().enumerate().map(|(n, measure)| {
        let value = MeasureValue {
            name: measure.name.clone(),
            value: core.analytics.measure(&plant.id, &measure.kind, now),
            target: measure.target,
            unit: measure.unit.clone(),
            window_d: window(&measure.kind),
        };
        fact(own, format!("measure/{n}"), Value::Measure(value))
    });
    values.collect()
}
