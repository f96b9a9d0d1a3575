//! What others see of a supplier: each organisation of the programme, by kind of fact, as the gate
//! decides it now.

use release::{Action, Subject, bound_of_finding, combine, label_of_fact};
use serde::Serialize;
use twin::{Agreement, FactKind, Label, Plant, PlantTime, SupplierId, definition::Supplier};

use super::lines::own_label;
use crate::{
    core::{Core, Grant},
    view::{Offer, Shelf},
};

/// The kinds of fact that a supplier's page makes known, and those that are concluded from them.
const KINDS: [FactKind; 5] = [
    FactKind::Layout,
    FactKind::Supply,
    FactKind::Comments,
    FactKind::DryDate,
    FactKind::SingleSource,
];

/// The labels of what is known of a supplier.
pub(super) struct Labels {
    pub(super) own: Label,
    /// The code of the organisation that runs the plant.
    plant_of: String,
    /// None for what is nobody's.
    kinds: Vec<(FactKind, Option<Label>)>,
}

/// Who sees what.
#[derive(Debug, Serialize)]
pub(super) struct Readers {
    readers: Vec<Reader>,
    /// Organisations of the programme that see nothing of it.
    others: usize,
}

#[derive(Debug, Serialize)]
struct Reader {
    /// `nation/organisation`; `public` is everybody.
    code: String,
    name: String,
    /// Whether it is the organisation that the goods go to.
    customer: bool,
    /// Whether it may keep copies of what the supplier reports, and not only look.
    keeps: bool,
    /// Whether somebody of it has looked at this hub within the last minute.
    looks: bool,
    kinds: Vec<&'static str>,
}

/// The labels of the supplier's facts at the plant of its key, with what people `decided` about
/// sharing.
pub(super) fn labels(
    core: &Core,
    wall: PlantTime,
    (grant, id): (&Grant, &SupplierId),
    decided: &Agreement,
) -> Option<Labels> {
    let plant = core.plants.get(&grant.plant)?;
    let supplier = plant.suppliers.iter().find(|supplier| supplier.id == *id)?;
    let now = core.plant_now(&plant.id, wall);
    let mut agreements = core.agreements.clone();
    agreements.push(decided.clone());
    let label = |kind| (kind, label_of(&agreements, (plant, supplier), kind, now));
    Some(Labels {
        own: own_label(plant, supplier),
        plant_of: format!("{}/{}", plant.nation, plant.organisation),
        kinds: KINDS.into_iter().map(label).collect(),
    })
}

/// The label of a fact about the supplier; of a finding, how far one that draws on its deliveries
/// and on the plant can go.
fn label_of(
    agreements: &[Agreement],
    (plant, supplier): (&Plant, &Supplier),
    kind: FactKind,
    now: PlantTime,
) -> Option<Label> {
    let subject = |kind| Subject { plant: &plant.id, things: &[], kind, now };
    let own = supplier.label.as_ref().unwrap_or(&plant.label);
    if !kind.is_finding() {
        return label_of_fact(agreements, own, &subject(kind)).ok();
    }
    let supply = label_of_fact(agreements, own, &subject(FactKind::Supply)).ok()?;
    let bound = bound_of_finding(agreements, &plant.label, &subject(kind));
    let layout = label_of_fact(agreements, &plant.label, &subject(FactKind::Layout)).ok()?;
    let revision = plant.label.registry_revision;
    combine([&bound, &supply, &layout], &plant.label.originator, now, revision).ok()
}

/// What each audience that the hub serves sees of it, as the policies in force decide.
pub(super) fn of(shelf: &Shelf, labels: &Labels, own: &Offer) -> Readers {
    let mut gate = shelf.gate();
    let kinds: Vec<_> = labels
        .kinds
        .iter()
        .filter_map(|(kind, label)| Some((*kind, gate.label(label.as_ref()?).ok()?)))
        .collect();
    let mut readers = Vec::new();
    let mut others = 0;
    for offer in shelf.public_and_members().filter(|offer| offer.id != own.id) {
        let may = |action, wanted: Option<FactKind>| {
            let seen = kinds.iter().filter(move |(kind, _)| wanted.is_none_or(|w| w == *kind));
            let seen = seen.filter(|(_, label)| gate.allows(*label, offer.id, action));
            seen.map(|(kind, _)| kind.word()).collect::<Vec<_>>()
        };
        let mut seen = may(Action::See, None);
        // Nothing names a supplier to whoever is told of no deliveries.
        if !seen.contains(&FactKind::Supply.word()) {
            seen.retain(|kind| *kind != FactKind::Layout.word());
        }
        if seen.is_empty() {
            others += usize::from(offer.code != "public");
            continue;
        }
        // Who is told of no deliveries may still keep what else it is told.
        let told = seen.contains(&FactKind::Supply.word()).then_some(FactKind::Supply);
        readers.push(Reader {
            code: offer.code.clone(),
            name: offer.name.clone(),
            customer: offer.code == labels.plant_of,
            keeps: !may(Action::Export, told).is_empty(),
            looks: shelf.looked_lately(offer.id),
            kinds: seen,
        });
    }
    readers.sort_by_key(|reader| (!reader.customer, reader.code.clone()));
    Readers { readers, others }
}
