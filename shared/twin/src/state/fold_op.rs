//! Folding what units say: operations that begin and end, and explicit states.

use smol_str::SmolStr;

use super::{
    change::{Change, MoveBasis, Subject},
    fold::{Fold, PartTurn, Spot},
    now::RunningOp,
    plant_state::Slot,
    refusal::Refusal,
    transition::UnitEvent,
};
use crate::{
    id::{EquipmentId, OpId, OperationId, OrderId, PartId, PlaceRef},
    report::{Cause, Statement},
    time::PlantTime,
    unit_state::UnitState,
};

/// The fields that the start and the end of an operation share.
#[derive(Clone, Copy)]
struct Run<'a> {
    op: &'a OpId,
    unit: &'a EquipmentId,
    part: &'a PartId,
    operation: &'a OperationId,
    order: Option<&'a OrderId>,
    cause: Option<&'a Cause>,
}

/// Whether a run ends that is known to be running.
enum Ending {
    /// It is at this index of the unit's running operations.
    Running(usize),
    /// It may be running: its start was never taken in.
    Unseen,
    /// It may have ended or not; newer things are known of the unit.
    Outdated(PlantTime),
}

impl Fold<'_> {
    pub(super) fn operation(&mut self, statement: &Statement) -> Result<(), Refusal> {
        match statement {
            Statement::OpStarted { op, unit, part, operation, order, cause } => {
                let (order, cause) = (order.as_ref(), cause.as_ref());
                self.op_started(Run { op, unit, part, operation, order, cause })
            }
            Statement::OpFinished { op, unit, part, operation, order, cause } => {
                let (order, cause) = (order.as_ref(), cause.as_ref());
                self.op_finished(Run { op, unit, part, operation, order, cause })
            }
            _ => Ok(()),
        }
    }

    fn check_run(&self, run: Run<'_>) -> Result<usize, Refusal> {
        let index = self.find_unit(run.unit)?;
        if !self.plant().operations.contains_key(run.operation) {
            return Err(Refusal::UnknownOperation {
                plant: self.plant_id(),
                operation: run.operation.clone(),
            });
        }
        self.check_cause(run.cause)?;
        Ok(index)
    }

    fn op_started(&mut self, run: Run<'_>) -> Result<(), Refusal> {
        let index = self.check_run(run)?;
        let unit = &self.plant().units[index];
        let late = unit.last_report.filter(|known| *known > self.at);
        if late.is_none() {
            self.check_may_start(run, index)?;
        }
        let turn = self.part_turn(run.part)?;
        let spot = Spot { plant: self.here, slot: Slot::Unit(index) };
        match turn {
            PartTurn::Appears => self.check_room_for_part(self.here)?,
            PartTurn::Known => self.check_same_plant(run)?,
            PartTurn::Outdated(_) => {}
        }

        match turn {
            PartTurn::Appears => self.appear(run.part, spot, run.unit),
            PartTurn::Known if self.spot_of(run.part) != Some(spot) => {
                let to = (spot, run.unit);
                self.relocate(run.part, to, None, run.cause, MoveBasis::Implied);
            }
            PartTurn::Known => {}
            PartTurn::Outdated(as_of) => self.outdated(Subject::Part(run.part.clone()), as_of),
        }
        if !matches!(turn, PartTurn::Outdated(_)) {
            self.note_operation(run, false);
        }
        match late {
            Some(as_of) => self.note_late_start(run, index, as_of),
            None => self.start(run, index),
        }
        Ok(())
    }

    fn check_may_start(&self, run: Run<'_>, index: usize) -> Result<(), Refusal> {
        let plant = self.plant();
        if let Some(&other) = plant.ops.get(run.op) {
            let unit = plant.units[other].unit.clone();
            return Err(Refusal::OpAlreadyRunning { op: run.op.clone(), unit });
        }
        let (running, capacity) = (plant.units[index].running.len(), plant.unit_capacity[index]);
        if running >= capacity {
            return Err(Refusal::UnitFull { unit: run.unit.clone(), running, capacity });
        }
        Ok(())
    }

    /// An operation may imply a move within its plant, never one between plants.
    fn check_same_plant(&self, run: Run<'_>) -> Result<(), Refusal> {
        if self.spot_of(run.part).is_some_and(|spot| spot.plant == self.here) {
            return Ok(());
        }
        Err(Refusal::PartNotThere {
            part: run.part.clone(),
            from: PlaceRef::at(self.plant_id(), run.unit.clone()),
            known: self.known_place(run.part),
        })
    }

    fn note_late_start(&mut self, run: Run<'_>, index: usize, as_of: PlantTime) {
        let plant = self.plant_mut();
        let capacity = plant.unit_capacity[index];
        if !plant.ops.contains_key(run.op) {
            let unit = &mut plant.units[index];
            unit.unseen = (unit.unseen + 1).min(capacity);
        }
        self.outdated(Subject::Unit(run.unit.clone()), as_of);
    }

    fn start(&mut self, run: Run<'_>, index: usize) {
        let (at, said) = (self.at, self.said.clone());
        let running = running_op(run, at);
        let plant = self.plant_mut();
        plant.ops.insert(run.op.clone(), index);
        let capacity = plant.unit_capacity[index];
        let unit = &mut plant.units[index];
        unit.running.push(running.clone());
        unit.unseen = unit.unseen.min(capacity - unit.running.len());
        (unit.last_report, unit.last_said) = (Some(at), Some(said));
        self.changes.push(Change::OpStarted { unit: run.unit.clone(), op: running });
        self.enter(self.here, index, UnitEvent::Started, None, run.cause);
    }

    fn op_finished(&mut self, run: Run<'_>) -> Result<(), Refusal> {
        let index = self.check_run(run)?;
        let ending = self.find_run(run, index)?;
        let appears = !self.twin.parts.contains_key(run.part);
        match ending {
            Ending::Outdated(as_of) => {
                let unit = &mut self.plant_mut().units[index];
                unit.unseen = unit.unseen.saturating_sub(1);
                self.outdated(Subject::Unit(run.unit.clone()), as_of);
                return Ok(());
            }
            Ending::Unseen if appears => self.check_room_for_part(self.here)?,
            Ending::Running(_) | Ending::Unseen => {}
        }

        let known_as_of = self.plant().units[index].last_report;
        self.close_run(run, index, &ending);
        if appears && matches!(ending, Ending::Unseen) {
            let spot = Spot { plant: self.here, slot: Slot::Unit(index) };
            self.appear(run.part, spot, run.unit);
        }
        if matches!(self.part_turn(run.part), Ok(PartTurn::Known)) {
            self.note_operation(run, true);
        }
        let unit = &self.plant().units[index];
        // A state stated after this end stands: the end was merely late in coming.
        if unit.stated && known_as_of > Some(self.at) {
            return Ok(());
        }
        let event = match (unit.running.is_empty(), unit.present.is_empty()) {
            (false, _) => UnitEvent::FinishedOne,
            (true, false) => UnitEvent::FinishedFull,
            (true, true) => UnitEvent::FinishedEmpty,
        };
        self.enter(self.here, index, event, None, run.cause);
        Ok(())
    }

    fn find_run(&self, run: Run<'_>, index: usize) -> Result<Ending, Refusal> {
        let plant = self.plant();
        let unit = &plant.units[index];
        let unknown = || Refusal::OpUnknown { op: run.op.clone(), unit: run.unit.clone() };
        match plant.ops.get(run.op) {
            Some(&other) if other != index => Err(unknown()),
            Some(_) => {
                let found = unit.running.iter().position(|running| running.op == *run.op);
                let position = found.ok_or_else(unknown)?;
                let running = &unit.running[position];
                if running.part != *run.part || running.operation != *run.operation {
                    return Err(Refusal::OpConflict {
                        op: run.op.clone(),
                        operation: running.operation.clone(),
                        part: running.part.clone(),
                    });
                }
                if running.started > self.at {
                    return Ok(Ending::Outdated(running.started));
                }
                Ok(Ending::Running(position))
            }
            None => match unit.last_report {
                Some(known) if known > self.at => Ok(Ending::Outdated(known)),
                _ if unit.unseen > 0 => Ok(Ending::Unseen),
                _ => Err(unknown()),
            },
        }
    }

    fn close_run(&mut self, run: Run<'_>, index: usize, ending: &Ending) {
        let (at, said) = (self.at, self.said.clone());
        let plant = self.plant_mut();
        plant.ops.remove(run.op);
        let unit = &mut plant.units[index];
        let (op, lasted) = match ending {
            Ending::Running(position) => {
                let op = unit.running.remove(*position);
                let lasted = Some(at.since(op.started));
                (op, lasted)
            }
            Ending::Unseen | Ending::Outdated(_) => {
                unit.unseen = unit.unseen.saturating_sub(1);
                (running_op(run, at), None)
            }
        };
        unit.finished_count += 1;
        if unit.last_report.is_none_or(|known| known <= at) {
            (unit.last_report, unit.last_said) = (Some(at), Some(said));
        }
        let (unit, cause) = (run.unit.clone(), run.cause.cloned());
        self.changes.push(Change::OpFinished { unit, op, at, lasted, cause });
    }

    /// What the operation tells of its part: what it is, and for whom.
    fn note_operation(&mut self, run: Run<'_>, finished: bool) {
        let at = self.at;
        let twin = &mut *self.twin;
        let spec = twin.plants[self.here].operations.get(run.operation);
        let Some(part) = twin.parts.get_mut(run.part) else { return };
        part.as_of = Some(at);
        part.last_operation = Some(run.operation.clone());
        if let Some(order) = run.order {
            part.order = Some(order.clone());
        }
        if let Some(spec) = spec {
            if finished && spec.gives.is_some() {
                part.material.clone_from(&spec.gives);
            } else if part.material.is_none() {
                part.material.clone_from(&spec.takes);
            }
        }
    }

    pub(super) fn unit_state(
        &mut self,
        unit: &EquipmentId,
        state: UnitState,
        reason: Option<&SmolStr>,
        cause: Option<&Cause>,
    ) -> Result<(), Refusal> {
        Self::check_reason(reason)?;
        self.check_cause(cause)?;
        if let Some(Slot::Resource(index)) = self.plant().slot(unit) {
            self.resource_state(index, state, reason);
            return Ok(());
        }
        let index = self.find_unit(unit)?;
        let known = self.plant().units[index].last_report;
        if let Some(as_of) = known.filter(|known| *known > self.at) {
            self.outdated(Subject::Unit(unit.clone()), as_of);
            return Ok(());
        }
        if state == UnitState::Starved {
            self.drop_running(index);
        }
        let (at, said) = (self.at, self.said.clone());
        let now = &mut self.plant_mut().units[index];
        (now.last_report, now.last_said) = (Some(at), Some(said));
        self.enter(self.here, index, UnitEvent::Stated(state), reason, cause);
        Ok(())
    }

    /// A unit that says it is free runs nothing: the ends of its operations were never
    /// reported, or are still to come.
    fn drop_running(&mut self, index: usize) {
        let at = self.at;
        let plant = self.plant_mut();
        let capacity = plant.unit_capacity[index];
        let unit = &mut plant.units[index];
        let dropped = std::mem::take(&mut unit.running);
        unit.unseen = (unit.unseen + dropped.len()).min(capacity);
        let id = unit.unit.clone();
        for op in dropped {
            self.plant_mut().ops.remove(&op.op);
            self.changes.push(Change::OpDropped { unit: id.clone(), op, at });
        }
    }
}

fn running_op(run: Run<'_>, started: PlantTime) -> RunningOp {
    RunningOp {
        op: run.op.clone(),
        part: run.part.clone(),
        operation: run.operation.clone(),
        order: run.order.cloned(),
        started,
        cause: run.cause.cloned(),
        stopped: crate::time::Span::ZERO,
    }
}
