//! A supplier's own order lines: what it promised to one plant, and what it supplies regularly.

use std::collections::BTreeSet;

use serde::Serialize;
use twin::{
    Label, Plant, PlantTime,
    definition::{Supplier, SupplyLine},
    label::{Members, Originator},
    state::{DeliveryNow, DeliveryStatus},
};

use super::{Finished, Supplier as Asking};
use crate::{
    board::Scene,
    core::{Core, decode::rfc3339},
};

/// Order lines listed: the ones due first.
const MOST_LINES: usize = 200;

/// A role at the plant that answers suppliers, with its telephone number.
#[derive(Debug, Serialize)]
struct Desk {
    role: String,
    phone: String,
}

/// Everything that the page starts with.
#[derive(Debug, Serialize)]
pub(super) struct Lines {
    plant: String,
    plant_name: String,
    supplier: String,
    supplier_name: String,
    /// Whom it may call, where the plant's file says that suppliers are told of somebody.
    #[serde(skip_serializing_if = "Option::is_none")]
    desk: Option<Desk>,
    /// The feed that the page reports as.
    feed: String,
    /// Whether somebody is signed in, and no browser is invited.
    signed_in: bool,
    clock: Clock,
    /// The plant's time now.
    now: String,
    time_zone: String,
    lines: Vec<Line>,
    /// How many more there are than are listed.
    more: usize,
    standing: Vec<Standing>,
}

/// The clock that the page must name in its hello.
#[derive(Debug, Serialize)]
struct Clock {
    kind: &'static str,
    rate: f64,
}

/// A delivery that has not arrived.
#[derive(Debug, Serialize)]
struct Line {
    delivery: String,
    material: String,
    material_name: String,
    unit: String,
    quantity: f64,
    promised: String,
    expected: String,
    state: &'static str,
    reason: Option<String>,
    made: f64,
    scrapped: f64,
    held: Option<f64>,
}

/// What the supplier delivers again and again.
#[derive(Debug, Serialize)]
struct Standing {
    material: String,
    material_name: String,
    unit: String,
    lot: f64,
    every_d: f64,
    held: Option<f64>,
}

/// Who may know what is a supplier's own: itself. The plant, whose order it is, knows anyway.
pub(super) fn own_label(plant: &Plant, supplier: &Supplier) -> Label {
    Label {
        releasable_to: BTreeSet::from([supplier.nation.clone()]),
        display_only: BTreeSet::new(),
        organisations: Members::Only(BTreeSet::from([supplier.organisation.clone()])),
        affiliations: Members::All,
        originator: Originator {
            nation: supplier.nation.clone(),
            organisation: supplier.organisation.clone(),
        },
        reason: Some("a supplier's own order lines".to_owned()),
        ..plant.label.clone()
    }
}

/// The supplier's own lines at the plant of its key, with their label. None when the plant's files
/// do not list the supplier.
pub(super) fn own(
    core: &Core,
    wall: PlantTime,
    Asking { grant, id, signed_in }: &Asking,
) -> Option<(Label, Lines)> {
    let scene = Scene::new(core, wall);
    let plant = core.plants.get(&grant.plant)?;
    let supplier = plant.suppliers.iter().find(|supplier| supplier.id == *id)?;
    let mut open: Vec<&DeliveryNow> = core
        .twin
        .deliveries(&plant.id)
        .filter(|d| d.supplier == *id && d.status != DeliveryStatus::Arrived)
        .collect();
    open.sort_by_key(|delivery| (delivery.expected, delivery.delivery.clone()));
    let finished = Finished::of(core.twin.deliveries(&plant.id));
    let regular = plant.supply_lines.iter().filter(|l| l.supplier == *id && l.from.is_none());
    let lines = Lines {
        plant: plant.id.to_string(),
        plant_name: plant.name.clone(),
        supplier: id.to_string(),
        supplier_name: supplier.name.clone(),
        desk: plant
            .contacts
            .iter()
            .find(|contact| contact.for_suppliers)
            .map(|contact| Desk { role: contact.role.clone(), phone: contact.phone.clone() }),
        feed: grant.feed.to_string(),
        signed_in: *signed_in,
        clock: Clock { kind: scene.origin(&plant.id).name(), rate: scene.rate(&plant.id) },
        now: rfc3339(scene.now(&plant.id)),
        time_zone: plant.time_zone.to_string(),
        more: open.len().saturating_sub(MOST_LINES),
        lines: open
            .iter()
            .take(MOST_LINES)
            .map(|delivery| line(&scene, plant, delivery, &finished))
            .collect(),
        standing: regular.map(|regular| standing(&scene, plant, regular)).collect(),
    };
    Some((own_label(plant, supplier), lines))
}

fn line(scene: &Scene<'_>, plant: &Plant, delivery: &DeliveryNow, finished: &Finished) -> Line {
    let held = scene.twin.held_by(&plant.id, &delivery.supplier, &delivery.material);
    Line {
        delivery: delivery.delivery.to_string(),
        material: delivery.material.to_string(),
        material_name: scene.material_name(&delivery.material),
        unit: scene.unit_of_measure(&delivery.material),
        quantity: delivery.quantity,
        promised: rfc3339(delivery.promised),
        expected: rfc3339(delivery.expected),
        state: delivery.status.name(),
        reason: delivery.reason.as_ref().map(ToString::to_string),
        made: finished.for_delivery(&delivery.delivery),
        scrapped: delivery.scrapped,
        held: held.map(|held| held.quantity),
    }
}

fn standing(scene: &Scene<'_>, plant: &Plant, line: &SupplyLine) -> Standing {
    let held = scene.twin.held_by(&plant.id, &line.supplier, &line.material);
    Standing {
        material: line.material.to_string(),
        material_name: scene.material_name(&line.material),
        unit: scene.unit_of_measure(&line.material),
        lot: line.lot,
        every_d: line.every.days(),
        held: held.map(|held| held.quantity),
    }
}
