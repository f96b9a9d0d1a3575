//! Products that are accepted in lots: how far the next lot is, where `done` stands still and
//! then grows by a whole lot.

use release::LabelId;
use twin::{
    EquipmentId, FactKind, MaterialId, Plant,
    definition::{Operation, Storage},
};
use wire::view::LotsValue;

use super::chain::Reader;
use crate::board::Scene;

/// The most steps that are done in lots one after the other.
const MOST_STEPS: usize = 8;

/// The lots in which the last steps of a material are done, and the labels of the places that
/// they are counted at; none for a material that is done piece by piece, or for whoever may not
/// know of one of those places.
pub(super) fn of(
    reader: &Reader<'_>,
    plant: &Plant,
    material: &MaterialId,
) -> Option<(LotsValue, Vec<LabelId>)> {
    let steps = steps(plant, material);
    let (first, later) = steps.split_first()?;
    let size = first.batch?.most;
    let waits_in = |op: &Operation| -> Vec<EquipmentId> {
        let of_it = op.inputs.iter().filter(|input| input.material == *material);
        of_it.map(|input| input.from.clone()).collect()
    };
    let units = |op: &Operation| -> Vec<EquipmentId> {
        let of_center = plant.units.iter().filter(|unit| unit.work_center == op.work_center);
        of_center.map(|unit| unit.id.clone()).collect()
    };
    let gathering = waits_in(first);
    let filled: Vec<EquipmentId> = units(first)
        .into_iter()
        .chain(later.iter().flat_map(|op| [waits_in(op), units(op)].concat()))
        .collect();
    let touched = gathering.iter().chain(&filled);
    let labels: Option<Vec<LabelId>> = touched
        .map(|id| reader.board.labels.equipment(&plant.id, id, FactKind::Flow))
        .map(|label| label.filter(|label| reader.may_see(Some(*label))))
        .collect();
    let labels = labels?;
    let count = |places: &[EquipmentId]| -> u32 {
        places.iter().map(|id| parts_at(reader.core, plant, id, material)).sum()
    };
    let lots = LotsValue { size, gathered: count(&gathering), under_way: count(&filled) };
    Some((lots, labels))
}

/// The steps at the end of a material's way that are done in lots of one size, in their order.
fn steps<'a>(plant: &'a Plant, material: &MaterialId) -> Vec<&'a Operation> {
    let makes = |op: &&Operation| op.output.material == *material;
    let mut at = plant.operations.iter().filter(makes).find(|op| op.output.to.is_none());
    let mut steps = Vec::new();
    while let Some(op) = at
        && is_in_lots(op)
        && steps.len() < MOST_STEPS
    {
        steps.push(op);
        let input = op.inputs.iter().find(|input| input.material == *material);
        at = input.and_then(|input| {
            let into = |op: &&Operation| {
                let to = op.output.to.as_ref();
                to.is_some_and(|to| to.plant.is_none() && to.place == input.from)
            };
            plant.operations.iter().filter(makes).find(into)
        });
    }
    steps.reverse();
    steps
}

fn is_in_lots(op: &Operation) -> bool {
    op.batch.is_some_and(|batch| batch.least == batch.most && batch.most > 1)
}

/// How many parts of a material are at a place.
fn parts_at(core: &Scene<'_>, plant: &Plant, id: &EquipmentId, material: &MaterialId) -> u32 {
    let is_of_it = |part: &&twin::PartId| {
        let now = core.twin.part(part);
        now.is_some_and(|now| now.material.as_ref().is_none_or(|own| own == material))
    };
    let is_storage = |storage: &Storage| storage.id == *id;
    let count = if plant.storages.iter().any(is_storage) {
        core.twin.storage(&plant.id, id).map(|now| now.parts.iter().filter(is_of_it).count())
    } else {
        core.twin.unit(&plant.id, id).map(|now| now.present.iter().filter(is_of_it).count())
    };
    count.unwrap_or(0) as u32
}
