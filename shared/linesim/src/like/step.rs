//! Plants whose stations move in step.

use twin::{
    EquipmentId, MaterialId, Plant, Span,
    definition::{self, Operation, StepUp},
};

use super::{NotLike, not_like};
use crate::flow::{Full, Machine, SlottedLine, Up};

/// A plant as a line in step.
#[derive(Clone, Debug)]
pub struct InStep {
    /// What is played; time in cycles.
    pub line: SlottedLine,
    /// One cycle.
    pub cycle: Span,
    /// Its work centers, in the line's order.
    pub work_centers: Vec<EquipmentId>,
    /// Their units.
    pub units: Vec<EquipmentId>,
    /// The storages between them.
    pub storages: Vec<EquipmentId>,
    /// What lies in each storage at the start \[pieces\].
    pub initial: Vec<u32>,
    /// What is made.
    pub material: MaterialId,
}

/// The line that the operations of a plant form, from the one without input to the one whose
/// pieces leave.
pub(super) fn in_step(plant: &Plant, step: &definition::InStep) -> Result<InStep, NotLike> {
    let Some(first) = plant.operations.iter().find(|operation| operation.inputs.is_empty()) else {
        return not_like(
            "plant",
            &plant.id,
            "moves in step, and no operation begins without input",
        );
    };
    let full = if step.full_at_start { Full::AtStart } else { Full::UnlessTaken };
    let mut made = InStep {
        line: SlottedLine { machines: Vec::new(), room: Vec::new(), full },
        cycle: step.cycle,
        work_centers: Vec::new(),
        units: Vec::new(),
        storages: Vec::new(),
        initial: Vec::new(),
        material: first.output.material.clone(),
    };
    let mut operation = first;
    loop {
        machine(plant, step, operation, &mut made)?;
        let Some(to) = &operation.output.to else { break };
        let takes = |op: &&Operation| op.inputs.iter().any(|input| input.from == to.place);
        let mut next = plant.operations.iter().filter(takes);
        match (next.next(), next.next()) {
            (Some(only), None) if made.units.len() < plant.operations.len() => operation = only,
            _ => {
                let why =
                    "gives to a storage that one operation takes from, and goes round in no circle";
                return not_like("operation", &operation.id, format!("moves in step: it {why}"));
            }
        }
        room(plant, &to.place, &mut made)?;
    }
    match made.units.len() == plant.operations.len() {
        true => Ok(made),
        false => not_like("plant", &plant.id, "moves in step, and is not one line"),
    }
}

fn machine(
    plant: &Plant,
    step: &definition::InStep,
    operation: &Operation,
    made: &mut InStep,
) -> Result<(), NotLike> {
    super::plain(operation)?;
    let id = &operation.id;
    if operation.duration.mean != step.cycle || operation.duration.variation > 0.0 {
        return not_like("operation", id, "moves in step: its time is one cycle");
    }
    let one = operation.inputs.len() <= 1
        && operation.inputs.iter().all(|input| input.quantity == 1.0)
        && operation.output.quantity == 1.0
        && operation.yield_ratio == 1.0
        && operation.rework.is_none();
    if !one {
        return not_like("operation", id, "moves in step: one piece in, one piece out");
    }
    let center = plant.work_centers.iter().find(|center| center.id == operation.work_center);
    let mut units = plant.units.iter().filter(|unit| unit.work_center == operation.work_center);
    let (Some(center), Some(unit), None) = (center, units.next(), units.next()) else {
        return not_like("operation", id, "moves in step: it is done at one unit");
    };
    if !center.failures.is_empty() {
        return not_like("work center", &center.id, "moves in step: write step, and no failures");
    }
    let up = match center.step {
        None => Up::Bernoulli(1.0),
        Some(StepUp::Bernoulli(runs)) => Up::Bernoulli(runs),
        Some(StepUp::Geometric { fails, repaired }) => Up::Geometric { fails, repaired },
    };
    made.line.machines.push(Machine { name: center.id.as_str().into(), up });
    made.work_centers.push(center.id.clone());
    made.units.push(unit.id.clone());
    made.material = operation.output.material.clone();
    Ok(())
}

fn room(plant: &Plant, id: &EquipmentId, made: &mut InStep) -> Result<(), NotLike> {
    let storage = plant.storages.iter().find(|storage| storage.id == *id);
    let Some(capacity) = storage.and_then(|storage| storage.capacity).filter(|&room| room > 0)
    else {
        return not_like("storage", id, "lies in a line in step: it has room for a number from 1");
    };
    let stock = plant.initial_stock.iter().filter(|stock| stock.storage == *id);
    let initial = super::whole(stock.map(|stock| stock.quantity).sum(), "storage", id)?;
    made.line.room.push(capacity);
    made.storages.push(id.clone());
    made.initial.push(initial);
    Ok(())
}
