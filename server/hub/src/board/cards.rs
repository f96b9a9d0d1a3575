//! The five cards of a plant, and of the programme: five questions, five answers.
//!
//! A card is a finding. It carries the combined label of what it was computed from, except for
//! names that are stood in for: a chain may say "a supplier" to whoever may not know which.

use analytics::{DryPart, HoldUp, Outlook, OutlookMethod, Promise, Thing};
use release::{Action, AudienceId, Gate, LabelId, Labelled};
use twin::{Plant, PlantId, PlantTime, definition::Basis};
use wire::view::{
    ActCard, DeliverCard, DryPart as DryValue, DueItem, HoldUpCard, MeasureValue, NextCard,
    TrustCard, Value,
};

use super::{Board, Fact, Findings, chain::Reader, fact, floor, stamp};
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
    let Some(own) = board.labels.plant(plant) else { return Vec::new() };
    let mut facts = vec![
        fact(own, "board/deliver", Value::Deliver(deliver(core, definition, found))),
        fact(own, "board/next", Value::Next(next(board, core, gate, plant, found, audience))),
    ];
    let label = hold_up_label(board, core, gate, plant, found, audience);
    let reader = Reader { board, core, gate, audience };
    let card = reader.card(plant, &found.hold_up);
    if let Some(label) = label {
        facts.push(fact(
            label,
            "board/act",
            Value::Act(act(core, &reader, definition, found, &card)),
        ));
        facts.push(fact(label, "board/holdup", Value::HoldUp(Box::new(card))));
    }
    let trusted = trust(board, core, gate, &[definition], audience);
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
    let Some(own) = seen.first().and_then(|plant| board.labels.plant(&plant.id)) else {
        return Vec::new();
    };
    let found = |plant: &&Plant| board.findings.get(&plant.id).map(|f| ((*plant).clone(), f));
    let due = most_pressing(core, &seen, board);
    let planned = seen.iter().any(|plant| is_planned(core, plant));
    let card = DeliverCard { planned, items: due, method: "method.pace".to_owned() };
    let mut facts = vec![fact(own, "board/deliver", Value::Deliver(card))];
    let mut dry: Vec<(usize, DryValue)> = seen
        .iter()
        .filter_map(found)
        .flat_map(|(plant, findings)| {
            let parts = next(board, core, gate, &plant.id, findings, audience).parts;
            parts.into_iter().enumerate()
        })
        .collect();
    // Each plant's own ranking knows who waits; among equals the first to run dry leads.
    dry.sort_by(|(a_rank, a), (b_rank, b)| {
        (a_rank, a.dry.is_none(), &a.dry).cmp(&(b_rank, b.dry.is_none(), &b.dry))
    });
    let dry = dry.into_iter().take(DRY_SHOWN).map(|(_, part)| part).collect();
    facts.push(fact(own, "board/next", Value::Next(NextCard { parts: dry })));
    for plant in &seen {
        facts.extend(digest(board, core, gate, plant, audience));
    }
    facts.extend(worst_hold_up(board, core, gate, &seen, audience));
    let trusted = trust(board, core, gate, &seen, audience);
    facts.push(fact(own, "board/trust", Value::Trust(trusted)));
    facts
}

/// The next promise of each plant before any plant's second, soonest first.
fn most_pressing(core: &Scene<'_>, seen: &[&Plant], board: &Board) -> Vec<DueItem> {
    let of_plant = |plant: &Plant| {
        let findings = board.findings.get(&plant.id);
        findings.map(|found| deliver(core, plant, found).items).unwrap_or_default()
    };
    let ranked = seen.iter().flat_map(|plant| of_plant(plant).into_iter().enumerate());
    let mut ranked: Vec<(usize, DueItem)> = ranked.collect();
    ranked.sort_by(|(a_rank, a), (b_rank, b)| {
        (a_rank, &a.promised, &a.id).cmp(&(b_rank, &b.promised, &b.id))
    });
    ranked.truncate(DUE_SHOWN);
    let mut due: Vec<DueItem> = ranked.into_iter().map(|(_, item)| item).collect();
    due.sort_by(|a, b| (&a.promised, &a.id).cmp(&(&b.promised, &b.id)));
    due
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
    let mut value = super::programme::digest(core, plant);
    let key = format!("digest/{}", plant.id);
    let Some(found) = board.findings.get(&plant.id) else {
        return Some(fact(own, key, Value::Digest(Box::new(value))));
    };
    value.due = deliver(core, plant, found).items.into_iter().next();
    value.dry = next(board, core, gate, &plant.id, found, audience).parts.into_iter().next();
    // The hold-up may rest on more than the plant's own facts: the whole line takes its label.
    let label = match hold_up_label(board, core, gate, &plant.id, found, audience) {
        Some(label) if gate.allows(label, audience, Action::See) => {
            let card = Reader { board, core, gate, audience }.card(&plant.id, &found.hold_up);
            value.cause = card.chain.last().cloned();
            value.hold_up = card.known.then_some(card.name);
            label
        }
        _ => own,
    };
    Some(fact(label, key, Value::Digest(Box::new(value))))
}

/// The hold-up of the plant whose next promise slips the most, and who acts on it.
fn worst_hold_up(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    seen: &[&Plant],
    audience: AudienceId,
) -> Vec<Labelled<Fact>> {
    let slip = |findings: &Findings| {
        findings.outlook.iter().filter_map(|outlook| outlook.slip_d).fold(f64::MIN, f64::max)
    };
    let known = |plant: &&&Plant| {
        board.findings.get(&plant.id).is_some_and(|f| matches!(f.hold_up, HoldUp::Known(_)))
    };
    let worst = seen.iter().filter(known).max_by(|a, b| {
        let of = |plant: &Plant| board.findings.get(&plant.id).map_or(f64::MIN, slip);
        of(a).total_cmp(&of(b))
    });
    let Some(plant) = worst.or_else(|| seen.first()) else { return Vec::new() };
    let Some(found) = board.findings.get(&plant.id) else { return Vec::new() };
    let Some(label) = hold_up_label(board, core, gate, &plant.id, found, audience) else {
        return Vec::new();
    };
    let reader = Reader { board, core, gate, audience };
    let card = reader.card(&plant.id, &found.hold_up);
    vec![
        fact(label, "board/act", Value::Act(act(core, &reader, plant, found, &card))),
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

fn deliver(core: &Scene<'_>, plant: &Plant, found: &Findings) -> DeliverCard {
    let open = found.outlook.iter().filter(|outlook| outlook.reached.is_none());
    DeliverCard {
        planned: is_planned(core, plant),
        items: open.take(DUE_SHOWN).map(|outlook| due_item(core, plant, outlook)).collect(),
        method: match found.outlook.first().map(|outlook| outlook.method) {
            Some(OutlookMethod::PlannedPace) => "method.planned_pace".to_owned(),
            _ => "method.pace".to_owned(),
        },
    }
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
        slip_d: outlook.slip_d,
        done: outlook.done,
        needed: outlook.needed,
        unit: counted.map(|m| core.material_name(m)).unwrap_or_default(),
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
        late_d: part.late_d,
        supplier,
    }
}

/// Who owns the hold-up, and what was last heard from there.
fn act(
    core: &Scene<'_>,
    reader: &Reader<'_>,
    plant: &Plant,
    found: &Findings,
    card: &HoldUpCard,
) -> ActCard {
    let nobody = ActCard {
        owner: None,
        phone: None,
        about: card.name.clone(),
        answer: None,
        answered: None,
    };
    let HoldUp::Known(verdict) = &found.hold_up else { return nobody };
    if !reader.may_know(&verdict.node) {
        return nobody;
    }
    let at = core.plants.get(&verdict.node.plant).unwrap_or(plant);
    let contact = match &verdict.node.thing {
        Thing::Supplier(id) => {
            at.suppliers.iter().find(|s| s.id == *id).and_then(|s| s.contact.as_ref())
        }
        Thing::WorkCenter(id) => {
            at.work_centers.iter().find(|wc| wc.id == *id).and_then(|wc| wc.contact.as_ref())
        }
        Thing::Storage(_) | Thing::Resource(_) | Thing::Crew(_) => None,
        Thing::Calendar(_) | Thing::Orders => None,
    };
    let contact = contact
        .and_then(|id| at.contacts.iter().find(|contact| contact.id == *id))
        .or_else(|| at.contacts.first());
    let mut about: Vec<&str> = vec![verdict.node.thing.id()];
    about.extend(verdict.units.iter().map(twin::EquipmentId::as_str));
    // What a supplier says, it says about its deliveries.
    let deliveries = core.twin.deliveries(&at.id);
    let theirs = deliveries.filter(|d| d.supplier.as_str() == verdict.node.thing.id());
    about.extend(theirs.map(|delivery| delivery.delivery.as_str()));
    let answer = core.analytics.last_comment(&at.id, &about);
    ActCard {
        owner: contact.map(|contact| contact.role.clone()),
        phone: contact.map(|contact| contact.phone.clone()),
        answer: answer.as_ref().map(|remark| remark.text.clone()),
        answered: answer.map(|remark| stamp(remark.at)),
        ..nobody
    }
}

/// Whether what is shown of these plants can be trusted.
fn trust(
    board: &Board,
    core: &Scene<'_>,
    gate: &Gate,
    plants: &[&Plant],
    audience: AudienceId,
) -> TrustCard {
    let ours = |plant: &PlantId| plants.iter().any(|p| p.id == *plant);
    let feeds: Vec<_> = core.feeds.values().filter(|feed| ours(&feed.plant)).collect();
    let oldest = feeds
        .iter()
        .filter_map(|feed| Some((feed.last_report?, core.plant_name(&feed.plant))))
        .min();
    let bases = || plants.iter().flat_map(|plant| bases(plant));
    let silent = |feed: &&&crate::core::FeedNow| {
        core.plants.get(&feed.plant).is_some_and(|plant| {
            !feed.connected || floor::is_stale(plant, core.now(&feed.plant), feed.last_report)
        })
    };
    let everything = core.plants.keys().all(|id| {
        !ours(id) && plants.len() < 2
            || board.labels.plant(id).is_some_and(|l| gate.allows(l, audience, Action::See))
    });
    let partly = plants.iter().any(|plant| board.labels.is_partly_withheld(plant, gate, audience));
    let origin = plants.first().map(|plant| core.origin(&plant.id).name()).unwrap_or_default();
    TrustCard {
        origin: origin.to_owned(),
        feeds_reporting: (feeds.len() - feeds.iter().filter(silent).count()) as u32,
        feeds: feeds.len() as u32,
        oldest: oldest.as_ref().map(|(at, _)| stamp(*at)),
        oldest_name: oldest.map(|(_, name)| name),
        assumed: bases().filter(|basis| **basis == Basis::Assumed).count() as u32,
        inputs: bases().count() as u32,
        withheld: partly || !everything,
        refused: feeds.iter().map(|feed| feed.refused).sum(),
    }
}

fn bases(plant: &Plant) -> impl Iterator<Item = &Basis> {
    let centers = plant.work_centers.iter().map(|center| &center.basis);
    let operations = plant.operations.iter().map(|operation| &operation.basis);
    let supply = plant.supply_lines.iter().map(|line| &line.basis);
    let storages = plant.storages.iter().map(|storage| &storage.basis);
    centers.chain(operations).chain(supply).chain(storages)
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
