//! Who acts on a hold-up, and what was last heard from there: in words that a reader knows, and
//! with the day that it speaks of.

use analytics::{HoldUp, Remark, Thing, Verdict};
use twin::{
    FactKind, Plant, PlantTime,
    state::{DeliveryNow, DeliveryStatus},
};
use wire::view::{ActCard, AnsweredDelivery, HoldUpCard};

use super::{Findings, chain::Reader, stamp};
use crate::board::Scene;

/// Who owns the hold-up, and what was last heard from there.
pub(super) fn act(
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
        until: None,
        overdue_d: None,
        over_since: None,
        delivery: None,
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
    let owned = ActCard {
        owner: contact.map(|contact| contact.role.clone()),
        phone: contact.map(|contact| contact.phone.clone()),
        ..nobody
    };
    // What somebody said has a label of its own.
    let may_read = |answer: &Remark| {
        reader.may_see(reader.board.labels.about(core, &at.id, &answer.about, FactKind::Comments))
    };
    match core.analytics.last_comment(&at.id, &about).filter(may_read) {
        Some(answer) => answered(reader, (at, verdict), &answer, found.now, owned),
        None => owned,
    }
}

/// The card with an answer: what it says, the day it speaks of, and whether that has passed.
fn answered(
    reader: &Reader<'_>,
    (at, verdict): (&Plant, &Verdict),
    answer: &Remark,
    now: PlantTime,
    card: ActCard,
) -> ActCard {
    let id = twin::DeliveryId::new(&answer.about).ok();
    let core = reader.core;
    // Of a delivery nothing is told to whoever may not know its supplier.
    let may_know = |delivery: &&DeliveryNow| {
        let labels = &reader.board.labels;
        reader.may_see(labels.supplier(&at.id, &delivery.supplier, FactKind::Supply))
    };
    let delivery = id.and_then(|id| core.twin.delivery(&at.id, &id)).filter(may_know);
    let arrived = delivery.filter(|d| d.status == DeliveryStatus::Arrived).map(|d| d.expected);
    let stop_over = verdict.chain.last().and_then(|step| step.over_since);
    // Only what came after the answer settles it.
    let over = match delivery {
        Some(_) => arrived,
        None => stop_over.filter(|over| *over >= answer.at),
    };
    let until = delivery.map(|delivery| delivery.expected).or(answer.until);
    let overdue = until.filter(|until| over.is_none() && *until < now);
    ActCard {
        answer: Some(core.in_words(&at.id, &answer.text)),
        answered: Some(stamp(answer.at)),
        until: until.map(stamp),
        overdue_d: overdue.map(|until| now.since(until).days()),
        over_since: over.map(stamp),
        delivery: delivery.map(|delivery| AnsweredDelivery {
            id: delivery.delivery.to_string(),
            name: core.material_name(&delivery.material),
            quantity: delivery.quantity,
            unit: core.unit_of_measure(&delivery.material),
            expected: stamp(delivery.expected),
            arrived: delivery.status == DeliveryStatus::Arrived,
        }),
        ..card
    }
}
