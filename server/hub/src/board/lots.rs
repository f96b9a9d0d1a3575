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
    let (gathered, under_way) = (count(&gathering), count(&filled));
    Some((LotsValue { size, gathered, under_way, rest: None }, labels))
}

/// What of the lots belongs to a promise that so many pieces are open of; the others are for the
/// next one.
pub(super) fn of_promise(lots: LotsValue, open: f64) -> LotsValue {
    let open = open.max(0.0).ceil() as u32;
    let under_way = lots.under_way.min(open);
    let rest = open - under_way;
    LotsValue {
        under_way,
        gathered: if rest == 0 { 0 } else { lots.gathered },
        rest: Some(rest).filter(|rest| (1..lots.size).contains(rest)),
        ..lots
    }
}

/// How many of a material leave the plant together, where they do.
pub(super) fn size(plant: &Plant, material: &MaterialId) -> Option<u32> {
    Some(steps(plant, material).last()?.batch?.most)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(gathered: u32, under_way: u32, open: f64) -> (u32, u32, Option<u32>) {
        let lots = LotsValue { size: 24, gathered, under_way, rest: None };
        let of_it = of_promise(lots, open);
        (of_it.gathered, of_it.under_way, of_it.rest)
    }

    #[test]
    fn what_is_told_of_lots_sums_up_to_no_more_than_the_promise() {
        // 24 of 90 are done; 64 are under way, and the last two come with the next lot.
        assert_eq!(of(12, 64, 66.0), (12, 64, Some(2)));
        // All that is open is under way: what gathers, and the rest under way, is the next one's.
        assert_eq!(of(17, 40, 42.0), (17, 40, Some(2)));
        assert_eq!(of(12, 72, 66.0), (0, 66, None));
        assert_eq!(of(12, 0, 90.0), (12, 0, None));
    }
}
