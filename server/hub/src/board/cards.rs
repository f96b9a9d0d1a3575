//! The five cards of a plant, and of the programme: five questions, five answers.
//!
//! A card is a finding. It carries the combined label of what it was computed from, except for
//! names that are stood in for: a chain may say "a supplier" to whoever may not know which.

use std::collections::BTreeMap;

use analytics::{DryPart, HoldUp, Outlook, OutlookMethod, Promise};
use release::{Action, AudienceId, Gate, LabelId, Labelled};
use twin::{EquipmentId, FactKind, MaterialId, Plant, PlantId};
use wire::view::{
    DeliverCard, DryPart as DryValue, DueItem, HoldUpCard, NextCard, ProgrammeValue, Value,
};

use super::{
    Board, Fact, Findings, answers,
    chain::Reader,
    fact, floor, measures, stamp,
    trust::{self, Scope},
};
use crate::board::Scene;

/// Due items on a card.
const DUE_SHOWN: usize = 3;
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
    let mut facts = Vec::new();
    let plants = [definition];
    facts.extend(deliver(board, core, gate, (definition, found), audience));
    let (label, card) = next(board, core, gate, (plant, found), audience);
    facts.extend(label.map(|label| fact(label, "board/next", Value::Next(card))));
    let label = hold_up_label(board, core, gate, plant, found, audience);
    let reader = Reader { board, core, gate, audience };
    if let Some(label) = label {
        let card = reader.card(plant, &found.hold_up);
        facts.push(fact(
            label,
            "board/act",
            Value::Act(answers::act(core, &reader, definition, found, &card)),
        ));
        facts.push(fact(label, "board/holdup", Value::HoldUp(Box::new(card))));
    }
    facts.extend(trusted(board, core, gate, (Scope::Plant, &plants), audience));
    facts.extend(measures::facts(board, core, gate, definition, found));
    facts
}

/// Whether what is shown of these plants can be trusted.
fn trusted(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    (scope, plants): (Scope, &[&Plant]),
    audience: AudienceId,
) -> Option<Labelled<Fact>> {
    let feeds = plants.iter().filter_map(|p| board.labels.plant(&p.id, FactKind::Feeds));
    let seen: Vec<LabelId> =
        feeds.filter(|label| gate.allows(*label, audience, Action::See)).collect();
    let card = trust::card(board, core, gate, (scope, plants), audience);
    let label = board.labels.joint(gate, seen)?;
    Some(fact(label, "board/trust", Value::Trust(card)))
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
            let label = board.labels.plant(&p.id, FactKind::Layout);
            label.is_some_and(|label| gate.allows(label, audience, Action::See))
        })
        .collect();
    // What there is one of, the clock and the name, goes by the first plant that may be seen.
    let Some(first) = seen.first() else { return Vec::new() };
    let Some(own) = board.labels.plant(&first.id, FactKind::Layout) else { return Vec::new() };
    let (name, time_zone) = (core.programme.name.clone(), core.programme.time_zone.clone());
    let mut facts = vec![
        fact(own, "clock", Value::Clock(floor::clock(core, &first.id))),
        fact(own, "programme", Value::Programme(ProgrammeValue { name, time_zone })),
    ];
    let pressing = most_pressing(core, &seen, board, |label| {
        label.is_some_and(|label| gate.allows(label, audience, Action::See))
    });
    facts.extend(promises(board, core, gate, (&seen, &pressing), audience));
    facts.extend(driest(board, core, gate, &seen, audience));
    for plant in &seen {
        facts.extend(digest(board, core, gate, plant, audience));
    }
    facts.extend(worst_hold_up(board, core, gate, (&seen, &pressing), audience));
    facts.extend(trusted(board, core, gate, (Scope::Programme, &seen), audience));
    facts
}

/// The promise that a hold-up holds up, where its reader may see it.
type Held<'a> = Option<(&'a Outlook, LabelId)>;

/// A promise that its reader may see, with the label of what is expected of it.
type Seen<'a> = (&'a Plant, &'a Outlook, LabelId);

/// The card of the most pressing promises of all plants.
fn promises(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    (seen, pressing): (&[&Plant], &[Seen<'_>]),
    audience: AudienceId,
) -> Option<Labelled<Fact>> {
    let may_see = |label: &LabelId| gate.allows(*label, audience, Action::See);
    // That something is planned at all is known of every plant whose plan may be seen.
    let schedules = seen.iter().filter_map(|plant| {
        let label = board.labels.plant(&plant.id, FactKind::Schedule).filter(may_see)?;
        Some((*plant, label))
    });
    let schedules: Vec<(&Plant, LabelId)> = schedules.collect();
    let due = pressing.iter().map(|(plant, outlook, _)| due_item(core, plant, outlook)).collect();
    let planned = schedules.iter().any(|(plant, _)| is_planned(core, plant));
    let card = DeliverCard { planned, items: due, method: "method.pace".to_owned() };
    let ids = schedules.iter().map(|(_, label)| *label);
    let ids: Vec<LabelId> = ids.chain(pressing.iter().map(|(.., label)| *label)).collect();
    let label = board.labels.joint(gate, ids)?;
    Some(fact(label, "board/deliver", Value::Deliver(card)))
}

/// The card of what runs dry first in all plants.
fn driest(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    seen: &[&Plant],
    audience: AudienceId,
) -> Option<Labelled<Fact>> {
    let mut ids = Vec::new();
    let mut dry: Vec<DryValue> = Vec::new();
    for plant in seen {
        let Some(found) = board.findings.get(&plant.id) else { continue };
        if let (Some(label), card) = next(board, core, gate, (&plant.id, found), audience)
            && gate.allows(label, audience, Action::See)
        {
            ids.push(label);
            dry.extend(card.parts);
        }
    }
    dry.sort_by(|a, b| (a.dry.is_none(), &a.dry).cmp(&(b.dry.is_none(), &b.dry)));
    dry.truncate(DRY_SHOWN);
    let label = board.labels.joint(gate, ids)?;
    Some(fact(label, "board/next", Value::Next(NextCard { parts: dry })))
}

/// The promises that matter most, by their dates: of each thing that is ordered the next order,
/// and every milestone; late ones before those in time, and what another plant of the programme
/// builds in after everything that leaves it.
fn most_pressing<'a>(
    core: &Scene<'_>,
    seen: &[&'a Plant],
    board: &'a Board,
    may_see: impl Fn(Option<LabelId>) -> bool,
) -> Vec<Seen<'a>> {
    let mut ranked = Vec::new();
    for plant in seen {
        let Some(found) = board.findings.get(&plant.id) else { continue };
        let mut ordered: BTreeMap<&MaterialId, usize> = BTreeMap::new();
        let open = found.outlook.iter().filter(|(outlook, _)| outlook.reached.is_none());
        for (outlook, label) in open {
            let Some(label) = label.filter(|label| may_see(Some(*label))) else { continue };
            let (within, earlier) = match &outlook.material {
                None => (false, 0),
                Some(material) => {
                    let earlier = ordered.entry(material).or_default();
                    *earlier += 1;
                    (is_built_in_elsewhere(core, plant, material), *earlier - 1)
                }
            };
            let late = outlook.expected.is_some_and(|expected| expected > outlook.promised);
            ranked.push(((within, earlier, !late, outlook.promised), (*plant, outlook, label)));
        }
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.truncate(DUE_SHOWN);
    let mut due: Vec<Seen<'_>> = ranked.into_iter().map(|(_, seen)| seen).collect();
    due.sort_by(|(_, a, _), (_, b, _)| (a.promised, &a.what).cmp(&(b.promised, &b.what)));
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
    let seen = |label: Option<LabelId>| {
        label.is_some_and(|label| gate.allows(label, audience, Action::See))
    };
    // It says of the plant what may be read of it, and carries the labels of all that.
    let mut ids = vec![board.labels.plant(&plant.id, FactKind::Layout)?];
    let states = |unit: &EquipmentId| board.labels.equipment(&plant.id, unit, FactKind::LineState);
    let causes = board.causes(&plant.id);
    let mut value = super::programme::digest(core, plant, causes, |unit| seen(states(unit)));
    ids.extend(plant.units.iter().filter_map(|unit| states(&unit.id)).filter(|id| seen(Some(*id))));
    if let Some(label) = board.labels.plant(&plant.id, FactKind::Feeds).filter(|id| seen(Some(*id)))
    {
        value.feeds = super::programme::feeds(core, &plant.id);
        ids.push(label);
    }
    if let Some(found) = board.findings.get(&plant.id) {
        let mut open = found.outlook.iter().filter(|(outlook, _)| outlook.reached.is_none());
        if let Some((outlook, Some(label))) = open.find(|(_, label)| seen(*label)) {
            value.due = Some(due_item(core, plant, outlook));
            ids.push(*label);
        }
        let (label, card) = next(board, core, gate, (&plant.id, found), audience);
        let label = label.filter(|label| gate.allows(*label, audience, Action::See));
        if let (Some(label), Some(part)) = (label, card.parts.into_iter().next()) {
            value.dry = Some(part);
            ids.push(label);
        }
        let label = hold_up_label(board, core, gate, &plant.id, found, audience);
        if let Some(label) = label.filter(|label| gate.allows(*label, audience, Action::See)) {
            let card = Reader { board, core, gate, audience }.card(&plant.id, &found.hold_up);
            value.cause = card.chain.last().cloned();
            value.hold_up = card.known.then_some(card.name);
            ids.push(label);
        }
    }
    let label = board.labels.joint(gate, ids)?;
    Some(fact(label, format!("digest/{}", plant.id), Value::Digest(Box::new(value))))
}

/// The promise that a plant's main hold-up holds up: the next open one of the product that leaves
/// the line which it stops the most, else the next open one.
fn held_up(
    found: &Findings,
    may_see: impl Fn(Option<LabelId>) -> bool,
) -> Option<(&Outlook, LabelId)> {
    let HoldUp::Known(verdict) = &found.hold_up else { return None };
    let open = || {
        let open = found.outlook.iter().filter(|(outlook, _)| outlook.reached.is_none());
        open.filter_map(|(outlook, label)| Some((outlook, (*label)?)))
            .filter(|(_, label)| may_see(Some(*label)))
    };
    let its =
        |(o, _): &(&Outlook, LabelId)| verdict.product.is_some() && o.material == verdict.product;
    open().find(its).or_else(|| open().next())
}

/// The hold-up of the most late among the promises that are shown, and who acts on it; it says
/// of which promise it speaks.
fn worst_hold_up(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    (seen, pressing): (&[&Plant], &[Seen<'_>]),
    audience: AudienceId,
) -> Vec<Labelled<Fact>> {
    let mut worst: Option<((bool, f64), &Plant, &Findings, Held<'_>)> = None;
    for &plant in seen {
        let Some(found) = board.findings.get(&plant.id) else { continue };
        let may_see = |label: Option<LabelId>| {
            label.is_some_and(|label| gate.allows(label, audience, Action::See))
        };
        let item = held_up(found, may_see);
        let slip = item.and_then(|(item, _)| item.slip_d).unwrap_or(f64::MIN);
        let is_shown = item.is_some_and(|(item, _)| {
            pressing.iter().any(|of| of.0.id == plant.id && of.1.what == item.what)
        });
        let rank = (is_shown, slip);
        let leads = worst.as_ref().is_none_or(|(best, .., of)| {
            let by_rank = rank.0.cmp(&best.0).then(rank.1.total_cmp(&best.1));
            item.is_some().cmp(&of.is_some()).then(by_rank).is_gt()
                || (item.is_some() && of.is_some() && by_rank.is_eq())
        });
        if leads {
            worst = Some((rank, plant, found, item));
        }
    }
    let Some((_, plant, found, item)) = worst else { return Vec::new() };
    let Some(label) = hold_up_label(board, core, gate, &plant.id, found, audience) else {
        return Vec::new();
    };
    let ids = std::iter::once(label).chain(item.map(|(_, label)| label));
    let Some(label) = board.labels.joint(gate, ids) else { return Vec::new() };
    let reader = Reader { board, core, gate, audience };
    let card = HoldUpCard {
        item: item.map(|(item, _)| due_item(core, plant, item).name),
        item_plant: item.map(|_| plant.name.clone()),
        ..reader.card(&plant.id, &found.hold_up)
    };
    vec![
        fact(label, "board/act", Value::Act(answers::act(core, &reader, plant, found, &card))),
        fact(label, "board/holdup", Value::HoldUp(Box::new(card))),
    ]
}

/// The label of a hold-up for one audience: that of the inputs it may read, within the floor; the
/// names of the others are stood in for or left out, as the agreement says. A finding that rests
/// on nothing it may read is not shown.
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
    let reader = Reader { board, core, gate, audience };
    let (kept, all) = reader.readable(inputs);
    if (kept.is_empty() && !all) || !reader.may_tell(plant, &found.hold_up) {
        return None;
    }
    board.labels.finding(gate, FactKind::HoldUp, &kept, plant)
}

/// The card of a plant's next promises, as far as the reader may know what is expected of them.
fn deliver(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    (plant, found): (&Plant, &Findings),
    audience: AudienceId,
) -> Option<Labelled<Fact>> {
    let open = found.outlook.iter().filter(|(outlook, _)| outlook.reached.is_none());
    let seen = open.filter_map(|(outlook, label)| Some((outlook, (*label)?)));
    let seen = seen.filter(|(_, label)| gate.allows(*label, audience, Action::See));
    let seen: Vec<(&Outlook, LabelId)> = seen.take(DUE_SHOWN).collect();
    let card = DeliverCard {
        planned: is_planned(core, plant),
        items: seen.iter().map(|(outlook, _)| due_item(core, plant, outlook)).collect(),
        method: match found.outlook.first().map(|(outlook, _)| outlook.method) {
            Some(OutlookMethod::PlannedPace) => "method.planned_pace".to_owned(),
            _ => "method.pace".to_owned(),
        },
    };
    let own = board.labels.plant(&plant.id, FactKind::Schedule)?;
    let ids = std::iter::once(own).chain(seen.into_iter().map(|(_, label)| label));
    let label = board.labels.joint(gate, ids)?;
    Some(fact(label, "board/deliver", Value::Deliver(card)))
}

/// Whether anything was ever promised, met or not.
fn is_planned(core: &Scene<'_>, plant: &Plant) -> bool {
    core.twin.orders(&plant.id).next().is_some()
        || core.programme.milestones.iter().any(|milestone| milestone.plant == plant.id)
}

/// A promise as pages show it.
pub(super) fn due_item(core: &Scene<'_>, plant: &Plant, outlook: &Outlook) -> DueItem {
    let (id, name) = match &outlook.what {
        Promise::Order(id) => {
            let material = outlook.material.as_ref().map(|m| core.material_name(m));
            (id.to_string(), material.unwrap_or_else(|| id.to_string()))
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
        done: outlook.done,
        needed: outlook.needed,
        unit: counted.map(|m| core.material_name(m)).unwrap_or_default(),
    }
}

/// The card of what runs dry first, as far as the reader may know what that rests on; and its
/// label.
fn next(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    (plant, found): (&PlantId, &Findings),
    audience: AudienceId,
) -> (Option<LabelId>, NextCard) {
    let seen = found.dry.iter().filter_map(|(part, label)| Some((part, (*label)?)));
    let seen = seen.filter(|(_, label)| gate.allows(*label, audience, Action::See));
    let seen: Vec<(&DryPart, LabelId)> = seen.take(DRY_SHOWN).collect();
    let mut parts = Vec::new();
    for (part, _) in &seen {
        let known = part.supplier.as_ref().is_some_and(|supplier| {
            let label = board.labels.supplier(plant, supplier, FactKind::Supply);
            label.is_some_and(|label| gate.allows(label, audience, Action::See))
        });
        parts.push(dry_part(core, plant, part, known));
    }
    // Without a part it says that none runs dry, as far as the floor lets that be said.
    let nothing = analytics::Inputs::new();
    let label = board.labels.finding(gate, FactKind::DryDate, &nothing, plant).and_then(|own| {
        let ids = std::iter::once(own).chain(seen.iter().map(|(_, label)| *label));
        board.labels.joint(gate, ids)
    });
    (label, NextCard { parts })
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
        late_d: part.late_d,
        overdue_d: part.overdue_d,
        supplier,
    }
}
