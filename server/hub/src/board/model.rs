//! What a simulation of a plant needs of its files, for whoever may know all that comes of it.

use release::{Gate, LabelId, Labelled};
use twin::{FactKind, PlantId};
use wire::view::{ModelFile, ModelValue, Value};

use super::{Fact, Labels, fact};
use crate::board::Scene;

/// What the files say that goes on, of everything in the plant.
const SAID: [FactKind; 6] = [
    FactKind::Layout,
    FactKind::Flow,
    FactKind::Schedule,
    FactKind::Supply,
    FactKind::Capacity,
    FactKind::Quality,
];
/// What anybody finds who plays it.
const FOUND: [FactKind; 3] = [FactKind::HoldUp, FactKind::DryDate, FactKind::Forecast];

/// The files, under one label: half a model answers nothing.
pub(super) fn playable(
    core: &Scene<'_>,
    labels: &Labels,
    gate: &mut Gate,
    plant: &PlantId,
) -> Option<Labelled<Fact>> {
    let (label, model) = (label(core, labels, gate, plant)?, core.playable.get(plant)?);
    let files = model.files.iter();
    let files = files.map(|(name, text)| ModelFile { name: name.clone(), text: text.clone() });
    let value = ModelValue {
        plants: model.plants.iter().map(ToString::to_string).collect(),
        files: files.collect(),
    };
    Some(fact(label, "model/all", Value::Model(value)))
}

/// The label of whatever a simulation of a plant tells: of all that its files say, and of all that
/// may be found by playing it.
pub(super) fn label(
    core: &Scene<'_>,
    labels: &Labels,
    gate: &mut Gate,
    plant: &PlantId,
) -> Option<LabelId> {
    let model = core.playable.get(plant)?;
    let mut ids: Vec<LabelId> = Vec::new();
    for id in &model.plants {
        let plant = core.plants.get(id)?;
        for kind in SAID {
            ids.push(labels.whole(id, kind)?);
        }
        for kind in FOUND {
            ids.push(labels.told_of(id, kind)?);
        }
        for supplier in &plant.suppliers {
            ids.push(labels.supplier(id, &supplier.id, FactKind::Supply)?);
        }
    }
    labels.joint(gate, ids)
}
