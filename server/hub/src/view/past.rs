//! A plant's views as they were: the same board over an older state, through the same gate.
//!
//! What may be seen of the past is what the labels of then and those of today both allow: a file
//! that was changed since must not open what was closed, then or now.

use release::{Action, AudienceId, Gate, Selection, combine};
use twin::{
    Label, Plant, PlantId, PlantTime,
    label::{Classification, Originator},
};

use super::offers::hub_of;
use crate::{
    board::{Board, Fact, Scene, Today},
    core::{Core, Definitions},
};

/// Keys of the values that were so at a moment; findings and feeds are of now.
const SHOWN: [&str; 12] = [
    "clock",
    "plant",
    "layout/",
    "unit/",
    "storage/",
    "resource/",
    "area/",
    "product/",
    "part/",
    "lane/",
    "order/",
    "delivery/",
];

/// The values of a plant's views in the state `then`, whose clocks stand at `at`, as far as the
/// audience may see them: what both the agreements of then and those of `today` share.
pub(crate) fn past(
    then: &Core,
    at: PlantTime,
    plant: &PlantId,
    (mut gate, audience): (Gate, AudienceId),
    today: Today,
) -> Selection<Fact> {
    let scene = Scene::new(then, at);
    let mut board = Board::new(hub_of(then), Some(today));
    let mut facts = board.past(&scene, &mut gate, plant, audience);
    facts.retain(|fact| {
        SHOWN.iter().any(|key| match key.strip_suffix('/') {
            Some(_) => fact.value.key.starts_with(key),
            None => fact.value.key == *key,
        })
    });
    // The answer is a copy: what may only be looked at is not in it.
    gate.select_to(Action::Export, facts, audience)
}

/// Gives everything in the plant files of then a label that opens no more than today's does.
/// What is in no file any more keeps its label of then, combined with its plant's of today.
pub(crate) fn close_as_today(then: &mut Definitions, today: &Definitions) {
    for (id, plant) in &mut then.plants {
        match today.plants.get(id) {
            Some(now) => close(plant, now),
            None => plant.label = nobody(&plant.label),
        }
    }
}

fn close(then: &mut Plant, now: &Plant) {
    let hub = Originator { nation: now.nation.clone(), organisation: now.organisation.clone() };
    let own = then.label.clone();
    let both = |then: &Option<Label>, now: Option<&Option<Label>>, plant: &Label| {
        let now = now.and_then(Option::as_ref).unwrap_or(plant);
        let label = combined(then.as_ref().unwrap_or(&own), now, &hub);
        Some(label)
    };
    for unit in &mut then.units {
        let today = now.units.iter().find(|u| u.id == unit.id).map(|unit| &unit.label);
        unit.label = both(&unit.label, today, &now.label);
    }
    for storage in &mut then.storages {
        let today = now.storages.iter().find(|s| s.id == storage.id).map(|s| &s.label);
        storage.label = both(&storage.label, today, &now.label);
    }
    for supplier in &mut then.suppliers {
        let today = now.suppliers.iter().find(|s| s.id == supplier.id).map(|s| &s.label);
        supplier.label = both(&supplier.label, today, &now.label);
    }
    then.label = combined(&own, &now.label, &hub);
}

fn combined(then: &Label, now: &Label, hub: &Originator) -> Label {
    if then == now {
        return now.clone();
    }
    let revision = then.registry_revision.max(now.registry_revision);
    combine([then, now], hub, now.created, revision).unwrap_or_else(|_apart| nobody(now))
}

/// A label that opens to nobody.
fn nobody(label: &Label) -> Label {
    Label {
        classification: Classification::Controlled,
        releasable_to: Default::default(),
        display_only: Default::default(),
        ..label.clone()
    }
}
