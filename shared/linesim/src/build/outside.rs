//! Arrivals, cards, lots by the level of stock, units that have begun.

use std::collections::BTreeSet;

use smol_str::{SmolStr, format_smolstr};
use twin::{
    EquipmentId, OperationId, PlaceRef, Plant, Span, UnitState,
    definition::{BegunPiece, BegunUnit, CardLoop, Operation, Reorder as Written},
};

use super::Builder;
use crate::{
    breakdown::span_of_hours,
    cards::CardState,
    error::ModelError,
    lasts::distribution,
    network::{Begins, Wait},
    outside::{ArrivalState, Reorder},
};

impl Builder {
    pub(super) fn arrivals(&mut self, site: usize, plant: &Plant) -> Result<(), ModelError> {
        for arrival in &plant.arrivals {
            let user = format!("arrivals {}", arrival.id);
            let mut gives = Vec::new();
            for (material, storage, pieces) in &arrival.gives {
                let material = self.known_material(site, &user, material.as_str())?;
                let store = self.store_at(site, &user, &PlaceRef::here(storage.clone()))?;
                if self.model.stores[store].capacity.is_some() {
                    let (plant, storage) = (plant.id.clone(), storage.to_string());
                    return Err(ModelError::SentBack { plant, user, storage });
                }
                gives.push((material, store, *pieces));
            }
            let between = distribution(&arrival.between, Span::hours);
            let between = between.ok().filter(|_| arrival.between.mean > Span::ZERO);
            let between =
                between.ok_or_else(|| self.not_positive(site, &user, "time between two"))?;
            let name = format_smolstr!("{}/{}", plant.id, arrival.id);
            let replication = u64::from(self.model.settings.replication);
            self.model.arrivals.push(ArrivalState {
                id: SmolStr::new(arrival.id.as_str()),
                between,
                stream: self.model.streams.stream(replication, &name, "arrivals"),
                gives,
            });
        }
        Ok(())
    }

    /// The rule by which a supply line orders.
    pub(super) fn reorder(
        &self,
        site: usize,
        user: &str,
        written: &Written,
    ) -> Result<Reorder, ModelError> {
        let wanted_at = PlaceRef::here(written.wanted_at.clone());
        let name = format_smolstr!("{}/{user}", self.model.sites[site].id);
        let replication = u64::from(self.model.settings.replication);
        Ok(Reorder {
            point: f64::from(written.point),
            lot: f64::from(written.lot),
            lead: self.lasts(site, user, &written.lead)?,
            stream: self.model.streams.stream(replication, &name, "lead"),
            wanted_at: self.store_at(site, user, &wanted_at)?,
            counted: 0.0,
        })
    }

    /// Lets supply lines count what is wanted from now on, and order what is short already: there
    /// is what lies there and what was ordered. A plan may not begin with more than its rule would
    /// ever order; a plant that is under way may have it.
    pub(super) fn first_orders(&mut self, is_plan: bool) -> Result<(), ModelError> {
        for line in 0..self.model.lines.len() {
            let state = &self.model.lines[line];
            let Some(reorder) = &state.reorder else { continue };
            let (store, material) = (&self.model.stores[state.store], state.material);
            let parts = store.parts.iter();
            let named = parts.filter(|&&part| self.model.parts[part].material == material).count();
            let initial = store.stock(material) + named as f64;
            let on_order = state.open.iter().map(|&of| self.model.consignments[of].quantity);
            let ordered = initial + on_order.sum::<f64>();
            let most = reorder.point + reorder.lot;
            if is_plan && initial > most {
                return Err(ModelError::Overstocked {
                    plant: self.model.sites[state.site].id.clone(),
                    material: self.model.materials[material].id.to_string(),
                    storage: store.id.to_string(),
                    quantity: initial.ceil() as u64,
                    most: most as u64,
                });
            }
            let wanted_at = reorder.wanted_at;
            // What waits there has been wanted, and is not served yet.
            let waits = &self.model.stores[wanted_at];
            let bulk: f64 = waits.bulk.values().map(|stock| stock.level).sum();
            let waiting = if is_plan { 0.0 } else { bulk + waits.parts.len() as f64 };
            self.model.stores[wanted_at].wanted_by.push(line);
            self.model.count_wanted(line, most - ordered + waiting);
        }
        Ok(())
    }

    /// Loops of cards, after the operations.
    pub(super) fn cards(&mut self, site: usize, plant: &Plant) -> Result<(), ModelError> {
        for cards in &plant.card_loops {
            let index = self.model.cards.len();
            let inside = inside(plant, cards);
            if !cards.returned_by.iter().any(|id| inside.contains(id)) {
                let (plant, cards) = (plant.id.clone(), cards.id.to_string());
                return Err(ModelError::NoReturn { plant, cards });
            }
            let mut users = BTreeSet::new();
            for op in self.model.ops.iter_mut().filter(|op| op.site == site) {
                if cards.taken_by.contains(&op.id) {
                    op.cards.takes.push(index);
                    users.extend(self.model.centers[op.center].units.iter().copied());
                }
                if inside.contains(&op.id) {
                    op.cards.loses.push(index);
                    if cards.returned_by.contains(&op.id) {
                        op.cards.returns.push(index);
                    }
                }
            }
            let users = users.into_iter().collect();
            self.model.cards.push(CardState { left: cards.cards, users, returned_by: None });
        }
        Ok(())
    }

    /// Puts units where they stand at the start.
    pub(super) fn begun_units(&mut self, site: usize, plant: &Plant) -> Result<(), ModelError> {
        for begun in &plant.begun_units {
            let units = &self.model.sites[site].units;
            let unit = units.iter().copied().find(|&unit| self.model.units[unit].id == begun.unit);
            let unit = unit.ok_or_else(|| {
                self.unknown(site, "[[initial_units]]", "unit", begun.unit.as_str())
            })?;
            if let Some(piece) = begun.piece {
                self.begun_piece(plant, unit, piece)?;
            }
            self.begun_repair(site, unit, begun)?;
        }
        Ok(())
    }

    /// What is left of work is drawn for the time that it has taken.
    fn begun_piece(
        &mut self,
        plant: &Plant,
        unit: usize,
        piece: BegunPiece,
    ) -> Result<(), ModelError> {
        let model = &mut self.model;
        let center = &model.centers[model.units[unit].center];
        let Some(&op) = center.ops.first() else { return Ok(()) };
        let (site, output) = (model.ops[op].site, model.ops[op].output);
        let next = match model.ops[op].begins {
            Begins::New => model.next_numbers(site, output, 1).first().copied(),
            _ => None,
        };
        let part = match (model.ops[op].begins, next) {
            (Begins::Bulk, _) => model.kit(unit, op),
            (_, Some((number, remade))) => model.born(unit, op, number, remade),
            _ => {
                let reason = "a piece that goes on has a name: write it under [[initial_parts]]";
                let (plant, operation) = (plant.id.clone(), model.ops[op].id.to_string());
                return Err(ModelError::Operation { plant, operation, reason });
            }
        };
        model.take_helpers(unit, op);
        model.take_cards(op, 1);
        model.start_job(unit, op, (vec![part], 1), Wait::Machine);
        let left = match piece {
            BegunPiece::Finished => Span::ZERO,
            BegunPiece::Working(age) => {
                let stream = &mut model.units[unit].streams.time;
                span_of_hours(model.ops[op].lasts.hours.residual(age.hours(), stream))
            }
        };
        if let Some(job) = model.units[unit].jobs.last_mut() {
            (job.remaining, job.work) = (left, left);
        }
        model.job_begins(unit);
        Ok(())
    }

    fn begun_repair(
        &mut self,
        site: usize,
        unit: usize,
        begun: &BegunUnit,
    ) -> Result<(), ModelError> {
        let Some((name, age)) = &begun.down else { return Ok(()) };
        let modes = &self.model.units[unit].modes;
        let mode = modes.iter().position(|mode| mode.name == *name);
        let mode = mode.ok_or_else(|| self.unknown(site, begun.unit.as_str(), "failure", name))?;
        self.model.stays_stopped(unit, mode, *age, (UnitState::Down, SmolStr::new(name)));
        Ok(())
    }
}

/// Operations that a piece with a card may be at: from where it takes one to where it gives it
/// back.
fn inside<'p>(plant: &'p Plant, cards: &CardLoop) -> BTreeSet<&'p OperationId> {
    let mut inside = BTreeSet::new();
    let taken = |operation: &&Operation| cards.taken_by.contains(&operation.id);
    let mut waiting: Vec<&Operation> = plant.operations.iter().filter(taken).collect();
    while let Some(operation) = waiting.pop() {
        if !inside.insert(&operation.id) {
            continue;
        }
        let to = operation.output.to.as_ref().filter(|to| to.plant.is_none());
        let to = to.filter(|_| !cards.returned_by.contains(&operation.id)).map(|to| &to.place);
        let again = operation.rework.as_ref().map(|rework| &rework.to);
        let there: Vec<&EquipmentId> = to.into_iter().chain(again).collect();
        let takes = |next: &&Operation| next.inputs.iter().any(|i| there.contains(&&i.from));
        waiting.extend(plant.operations.iter().filter(takes));
    }
    inside
}
