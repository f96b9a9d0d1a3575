//! The five cards of a plant, and of the programme: five questions, five answers.
//!
//! A card is a finding: it tells what follows from what its reader may read, and carries the
//! combined label of that. A chain may say "a supplier" to whoever may not know which.

use std::collections::{BTreeMap, BTreeSet};

use analytics::{DryPart, HoldUp, Outlook, Thing};
use release::{AudienceId, Gate, LabelId, Labelled};
use twin::{EquipmentId, FactKind, MaterialId, Plant, PlantId, PlantTime, Span};
use wire::view::{DryPart as DryValue, HoldUpCard, NextCard, ProgrammeValue, UnitValue, Value};

use super::{
    Board, Fact, Findings, answers,
    chain::Reader,
    fact, floor, history, measures,
    promises::{self, Told, due_item},
    readers::sees,
    stamp,
    trust::{self, Scope},
};
use crate::board::Scene;

/// Which of several materials comes first; see [`DryPart::rank`].
type Rank = (u8, i64);

/// In which order those on a card are read: what runs out first before the rest, and of what is
/// out already what comes first by its rank.
type Soonest = (PlantTime, Rank);

/// Materials on a card: more would push the other answers off the screen.
const DRY_SHOWN: usize = 3;
/// That an order was closed short is told beside the material that is missing for so long.
const CLOSED_TOLD_FOR: Span = Span::from_secs(30 * 86_400);

/// The five cards of a plant for one audience, and of its units, among these facts, those that are
/// flagged.
pub(super) fn plant(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    (plant, shown): (&PlantId, &[Labelled<Fact>]),
    audience: AudienceId,
) -> Vec<Labelled<Fact>> {
    let (Some(found), Some(definition)) = (board.findings(plant, audience), core.plants.get(plant))
    else {
        return Vec::new();
    };
    let mut facts = Vec::new();
    let plants = [definition];
    facts.extend(promises::plant(board, core, gate, definition, audience));
    let (label, card, _) = next(board, core, gate, (plant, found, DRY_SHOWN), audience);
    facts.extend(label.map(|label| fact(label, "board/next", Value::Next(card))));
    if let Some((label, card)) = hold_up(board, core, gate, (plant, found), audience) {
        facts.extend(flagged(board, gate, (shown, found), label, audience));
        facts.extend(acting(board, core, gate, (definition, found), (label, &card), audience));
        facts.push(fact(label, "board/holdup", Value::HoldUp(Box::new(card))));
    }
    facts.extend(trusted(board, core, gate, (Scope::Plant, &plants), audience));
    facts.extend(measures::facts(board, core, gate, (definition, found), audience));
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
    let seen: Vec<LabelId> = feeds.filter(|label| sees(gate, audience, Some(*label))).collect();
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
        .filter(|p| sees(gate, audience, board.labels.plant(&p.id, FactKind::Layout)))
        .collect();
    // What there is one of, the clock and the name, goes by the first plant that may be seen.
    let Some(first) = seen.first() else { return Vec::new() };
    let Some(own) = board.labels.plant(&first.id, FactKind::Layout) else { return Vec::new() };
    let (name, time_zone) = (core.programme.name.clone(), core.programme.time_zone.clone());
    let mut facts = vec![
        fact(own, "clock", Value::Clock(floor::clock(core, &first.id))),
        fact(own, "programme", Value::Programme(ProgrammeValue { name, time_zone })),
    ];
    let told = promises::told(board, gate, &seen, audience);
    let pressing = promises::most_pressing(core, &told);
    let shown = (&pressing[..], &told[..]);
    facts.extend(promises::programme(board, core, gate, (&seen, shown), audience));
    facts.extend(driest(board, core, gate, &seen, audience));
    for &plant in &seen {
        facts.extend(digest(board, core, gate, (plant, &told), audience));
    }
    facts.extend(worst_hold_up(board, core, gate, &seen, audience));
    facts.extend(trusted(board, core, gate, (Scope::Programme, &seen), audience));
    facts
}

/// The promise that a hold-up holds up, where its reader may see it.
type Held<'a> = Option<(&'a Outlook, LabelId)>;

/// The card of what runs dry first in all plants.
fn driest(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    seen: &[&Plant],
    audience: AudienceId,
) -> Option<Labelled<Fact>> {
    let mut ids = Vec::new();
    let mut dry: Vec<(Rank, (Soonest, DryValue))> = Vec::new();
    for plant in seen {
        let Some(found) = board.findings(&plant.id, audience) else { continue };
        if let (Some(label), card, orders) =
            next(board, core, gate, (&plant.id, found, DRY_SHOWN), audience)
            && sees(gate, audience, Some(label))
        {
            ids.push(label);
            let parts = orders.into_iter().zip(card.parts);
            dry.extend(parts.map(|((rank, soonest), part)| (rank, (soonest, part))));
        }
    }
    dry.sort_by_key(|(rank, _)| *rank);
    dry.truncate(DRY_SHOWN);
    dry.sort_by_key(|(_, (soonest, _))| *soonest);
    let label = board.labels.joint(gate, ids)?;
    let parts = dry.into_iter().map(|(_, (_, part))| part).collect();
    Some(fact(label, "board/next", Value::Next(NextCard { parts })))
}

/// A plant in a few words, with the first line of its cards.
fn digest(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    (plant, told): (&Plant, &[Told<'_>]),
    audience: AudienceId,
) -> Option<Labelled<Fact>> {
    let seen = |label: Option<LabelId>| sees(gate, audience, label);
    // It says of the plant what may be read of it, and carries the labels of all that.
    let mut ids = vec![board.labels.plant(&plant.id, FactKind::Layout)?];
    let states = |unit: &EquipmentId| board.labels.equipment(&plant.id, unit, FactKind::LineState);
    let causes = board.causes_now(&plant.id);
    let mut value = super::programme::digest(core, plant, causes, |unit| seen(states(unit)));
    ids.extend(plant.units.iter().filter_map(|unit| states(&unit.id)).filter(|id| seen(Some(*id))));
    if let Some(label) = board.labels.plant(&plant.id, FactKind::Feeds).filter(|id| seen(Some(*id)))
    {
        value.feeds = super::programme::feeds(core, &plant.id);
        ids.push(label);
    }
    let schedule = board.labels.plant(&plant.id, FactKind::Schedule);
    if let Some(label) = schedule.filter(|id| seen(Some(*id))) {
        value.planned = promises::is_planned(core, plant);
        ids.push(label);
    }
    let due = told.iter().find(|told| told.plant.id == plant.id && told.is_open());
    if let Some(due) = due {
        value.due = Some(due.item(core));
        ids.push(due.label);
    }
    let late = told.iter().filter(|told| told.plant.id == plant.id && told.is_late());
    let late: Vec<LabelId> = late.map(|told| told.label).collect();
    value.late = late.len() as u32;
    ids.extend(late);
    let alarms = history::open_alarms(board, core, gate, plant);
    let alarms: Vec<LabelId> =
        alarms.into_iter().filter(|label| sees(gate, audience, Some(*label))).collect();
    value.alarms = alarms.len() as u32;
    ids.extend(alarms);
    if let Some(found) = board.findings(&plant.id, audience) {
        // The one that heads the plant's own card.
        let (label, card, _) = next(board, core, gate, (&plant.id, found, DRY_SHOWN), audience);
        let label = label.filter(|label| sees(gate, audience, Some(*label)));
        if let (Some(label), Some(part)) = (label, card.parts.into_iter().next()) {
            value.dry = Some(part);
            ids.push(label);
        }
        let hold_up = hold_up(board, core, gate, (&plant.id, found), audience);
        if let Some((label, card)) = hold_up.filter(|(label, _)| sees(gate, audience, Some(*label)))
        {
            value.cause = card.chain.last().cloned();
            value.hold_up_kind = card.known.then_some(card.kind);
            value.hold_up = card.known.then_some(card.name);
            ids.push(label);
        }
    }
    let label = board.labels.joint(gate, ids)?;
    Some(fact(label, format!("digest/{}", plant.id), Value::Digest(Box::new(value))))
}

/// Promises for later than this are not what a hold-up is told by.
const HELD_UP_WITHIN: Span = Span::from_secs(60 * 86_400);

/// The promise that a plant's main hold-up holds up: of those of the next weeks that wait for what
/// a supplier brings who is the hold-up, the most late; else the next of the product that leaves
/// the line which it stops the most; else the next.
fn held_up<'a>(
    plant: &Plant,
    found: &'a Findings,
    may_see: impl Fn(Option<LabelId>) -> bool,
) -> Option<(&'a Outlook, LabelId)> {
    let HoldUp::Known(verdict) = &found.hold_up else { return None };
    let open = found.outlook.iter().filter(|(outlook, _)| outlook.reached.is_none());
    let open = open.filter_map(|(outlook, label)| Some((outlook, (*label)?)));
    let open: Vec<(&Outlook, LabelId)> = open.filter(|(_, label)| may_see(Some(*label))).collect();
    let brings = |material: &MaterialId| match &verdict.node.thing {
        Thing::Supplier(supplier) => {
            verdict.node.plant == plant.id && plant.is_brought_by(material, supplier)
        }
        _ => false,
    };
    let soon = open.iter().filter(|(o, _)| o.promised.since(found.now) <= HELD_UP_WITHIN);
    let waiting = soon.filter(|(o, _)| o.waits_for.iter().chain(&o.waits_also).any(brings));
    let most = waiting
        .max_by(|(a, _), (b, _)| a.slip_d.unwrap_or(0.0).total_cmp(&b.slip_d.unwrap_or(0.0)));
    let its =
        |(o, _): &&(&Outlook, LabelId)| verdict.product.is_some() && o.material == verdict.product;
    most.or_else(|| open.iter().find(its)).or(open.first()).copied()
}

/// The hold-up of the most late promise that one of the plants' hold-ups holds up, and who acts on
/// it; it says of which promise it speaks.
fn worst_hold_up(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    seen: &[&Plant],
    audience: AudienceId,
) -> Vec<Labelled<Fact>> {
    let mut worst: Option<(f64, &Plant, &Findings, Held<'_>)> = None;
    for &plant in seen {
        let Some(found) = board.findings(&plant.id, audience) else { continue };
        let item = held_up(plant, found, |label| sees(gate, audience, label));
        let slip = item.and_then(|(item, _)| item.slip_d).unwrap_or(f64::MIN);
        let leads = worst.as_ref().is_none_or(|(best, .., of)| {
            let by_rank = slip.total_cmp(best);
            item.is_some().cmp(&of.is_some()).then(by_rank).is_gt()
                || (item.is_some() && of.is_some() && by_rank.is_eq())
        });
        if leads {
            worst = Some((slip, plant, found, item));
        }
    }
    let Some((_, plant, found, item)) = worst else { return Vec::new() };
    let hold_up = hold_up(board, core, gate, (&plant.id, found), audience);
    let Some((label, card)) = hold_up else { return Vec::new() };
    let ids = std::iter::once(label).chain(item.map(|(_, label)| label));
    let Some(label) = board.labels.joint(gate, ids) else { return Vec::new() };
    let card = HoldUpCard {
        item: item.map(|(item, _)| due_item(core, plant, item).name),
        item_plant: item.map(|_| plant.name.clone()),
        ..card
    };
    let acting = acting(board, core, gate, (plant, found), (label, &card), audience);
    let card = fact(label, "board/holdup", Value::HoldUp(Box::new(card)));
    acting.into_iter().chain([card]).collect()
}

/// Who acts on a hold-up and what was last heard, with the labels of that and of the card.
fn acting(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    (plant, found): (&Plant, &Findings),
    (label, card): (LabelId, &HoldUpCard),
    audience: AudienceId,
) -> Option<Labelled<Fact>> {
    let reader = Reader::new(board, core, gate, audience);
    let act = answers::act(core, &reader, plant, found, card);
    let told = reader.into_told();
    let label = board.labels.joint(gate, told.into_iter().chain([label]))?;
    Some(fact(label, "board/act", Value::Act(act)))
}

/// The units of a plant, among its values, that the reader is shown as where its hold-up bites.
pub(super) fn flags(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    (plant, facts): (&PlantId, &[Labelled<Fact>]),
    audience: AudienceId,
) -> Vec<Labelled<Fact>> {
    let Some(found) = board.findings(plant, audience) else { return Vec::new() };
    let card = hold_up(board, core, gate, (plant, found), audience);
    card.map_or_else(Vec::new, |(card, _)| flagged(board, gate, (facts, found), card, audience))
}

/// The same, with the label of the card that tells of the hold-up.
fn flagged(
    board: &Board,
    gate: &mut Gate,
    (facts, found): (&[Labelled<Fact>], &Findings),
    card: LabelId,
    audience: AudienceId,
) -> Vec<Labelled<Fact>> {
    let HoldUp::Known(verdict) = &found.hold_up else { return Vec::new() };
    let keys: BTreeSet<String> = verdict.bites_at.iter().map(|id| format!("unit/{id}")).collect();
    // Of a value in steps the reader is told the last that may be read.
    let told: BTreeMap<&String, &Labelled<Fact>> = facts
        .iter()
        .filter(|of| keys.contains(&of.value.key) && sees(gate, audience, Some(of.label)))
        .map(|of| (&of.value.key, of))
        .collect();
    let flagged = told.into_values().filter_map(|unit| {
        let Value::Unit(value) = &*unit.value.value else { return None };
        let label = board.labels.joint(gate, [unit.label, card])?;
        let value = UnitValue { hold_up: true, ..(**value).clone() };
        let value = Value::Unit(Box::new(value));
        // A finding goes no further than its floor, on the unit as on the card.
        sees(gate, audience, Some(label)).then(|| fact(label, unit.value.key.clone(), value))
    });
    flagged.collect()
}

/// A hold-up as one audience reads it, with the label of what it rests on and of all that it tells,
/// within the floor. One that rests on nothing the audience may read is not shown, and none whose
/// first cause is itself left out.
fn hold_up(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    (plant, found): (&PlantId, &Findings),
    audience: AudienceId,
) -> Option<(LabelId, HoldUpCard)> {
    let inputs = match &found.hold_up {
        HoldUp::Known(verdict) => &verdict.inputs,
        HoldUp::Unknown { inputs, .. } => inputs,
    };
    let has_units = core.plants.get(plant).is_some_and(|plant| !plant.units.is_empty());
    let reader = Reader::new(board, core, gate, audience);
    if (inputs.is_empty() && has_units) || !reader.may_tell(plant, &found.hold_up) {
        return None;
    }
    let card = reader.card(plant, &found.hold_up);
    let told = reader.into_told();
    let label = board.labels.finding(gate, FactKind::HoldUp, inputs, plant)?;
    let label = board.labels.joint(gate, told.into_iter().chain([label]))?;
    Some((label, card))
}

/// The card of what runs dry first, so many materials at most, as far as the reader may know what
/// that rests on; its label, and which of them come first among those of other plants.
fn next(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    (plant, found, most): (&PlantId, &Findings, usize),
    audience: AudienceId,
) -> (Option<LabelId>, NextCard, Vec<(Rank, Soonest)>) {
    let seen = found.dry.iter().filter_map(|(part, label)| Some((part, (*label)?)));
    let seen = seen.filter(|(_, label)| sees(gate, audience, Some(*label)));
    let mut seen: Vec<(&DryPart, LabelId)> = seen.take(most).collect();
    seen.sort_by_key(|(part, _)| shown_by(part, found.now));
    // For how many days stock lasts is a finding of its own, with a bound of its own.
    let lasts = board.labels.told_of(plant, FactKind::StockCover);
    let lasts = lasts.filter(|label| sees(gate, audience, Some(*label)));
    let (mut parts, mut of_orders) = (Vec::new(), Vec::new());
    for (part, _) in &seen {
        let known = part.supplier.as_ref().is_some_and(|supplier| {
            sees(gate, audience, board.labels.supplier(plant, supplier, FactKind::Supply))
        });
        let short = closed_short(board, core, gate, plant, &part.material);
        let short = short.filter(|(label, _)| sees(gate, audience, Some(*label)));
        of_orders.extend(short.map(|(label, _)| label));
        let order_short = short.map(|(_, short)| short);
        let cover_d = part.cover_d.filter(|_| lasts.is_some());
        parts.push(DryValue { order_short, cover_d, ..dry_part(core, plant, part, known) });
    }
    // Without a part it says that none runs dry, as far as the floor lets that be said.
    let nothing = analytics::Inputs::new();
    let own = board.labels.finding(gate, FactKind::DryDate, &nothing, plant);
    let label = own.filter(|_| found.dry_is_told).and_then(|own| {
        let ids = std::iter::once(own).chain(seen.iter().map(|(_, label)| *label));
        let ids = ids.chain(of_orders).chain(lasts.filter(|_| !seen.is_empty()));
        board.labels.joint(gate, ids)
    });
    let of = |part: &DryPart| (part.rank(found.now), shown_by(part, found.now));
    let orders = seen.iter().map(|(part, _)| of(part)).collect();
    (label, NextCard { parts }, orders)
}

/// What is out, what will be, what is not in sight.
fn shown_by(part: &DryPart, now: PlantTime) -> Soonest {
    let dry = part.dry.filter(|_| !part.is_used_as_it_comes(now));
    (dry.map_or(PlantTime::from_micros(i64::MAX), |dry| dry.max(now)), part.rank(now))
}

/// What is missing of the order for a material that the plant which makes it for this one closed
/// last, if that was lately and it is short [its unit of measure]; with the label of that order.
fn closed_short(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    plant: &PlantId,
    material: &MaterialId,
) -> Option<(LabelId, f64)> {
    let lines = core.plants.get(plant)?.supply_lines.iter();
    let mut from = lines.filter(|line| line.material == *material).filter_map(|l| l.from.as_ref());
    let maker = core.plants.get(from.find_map(|place| place.plant.as_ref())?)?;
    let closed = core.twin.orders(&maker.id).filter(|order| order.material == *material);
    let order = closed.filter(|order| order.closed.is_some()).max_by_key(|order| order.closed)?;
    let is_recent = core.now(&maker.id).since(order.closed?) <= CLOSED_TOLD_FOR;
    let short = history::short_of(core, &maker.id, order).filter(|_| is_recent)?;
    let schedule = board.labels.plant(&maker.id, FactKind::Schedule)?;
    let made = history::makers(&board.labels, gate, (maker, FactKind::Flow), material)?;
    Some((board.labels.joint(gate, [schedule, made])?, short))
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
        cover_d: None,
        dry: part.dry.filter(|_| !part.is_used_as_it_comes(core.now(plant))).map(stamp),
        out_since: part.out_since.map(stamp),
        unused_since: part.unused_since.map(stamp),
        again: part.again.map(|(from, to)| [stamp(from), stamp(to)]),
        next_delivery: part.next_delivery.map(stamp),
        delivery: part.delivery.as_ref().filter(|_| supplier_known).map(ToString::to_string),
        waited_for: part.waited_for,
        late_d: part.late_d,
        overdue_d: part.overdue_d,
        order_short: None,
        supplier,
    }
}
