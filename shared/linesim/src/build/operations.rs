//! Operations: which input is the part itself, which a named piece, which a quantity.

use std::collections::BTreeMap;

use twin::{
    PlaceRef, Plant, Span,
    definition::{Duration, Operation, SourceRule},
};

use super::Builder;
use crate::{
    cards::OpCards,
    error::ModelError,
    lasts::Lasts,
    network::{Begins, Fetch, Op, ReworkTo, Role, Take},
};

impl Builder {
    pub(super) fn operations(&mut self, site: usize, plant: &Plant) -> Result<(), ModelError> {
        for operation in &plant.operations {
            let op = self.operation(site, plant, operation)?;
            let index = self.model.ops.len();
            self.model.centers[op.center].ops.push(index);
            self.model.ops.push(op);
        }
        Ok(())
    }

    fn operation(
        &mut self,
        site: usize,
        plant: &Plant,
        operation: &Operation,
    ) -> Result<Op, ModelError> {
        let user = operation.id.as_str();
        let center = self.names[site].centers.get(&operation.work_center).copied();
        let center = center.ok_or_else(|| {
            self.unknown(site, user, "work center", operation.work_center.as_str())
        })?;
        let output = self.known_material(site, user, operation.output.material.as_str())?;
        let takes = self.takes(site, plant, operation, output)?;
        let begins = self.begins(plant, operation, output, &takes)?;
        let carry = operation.output.carry.as_ref();
        let mut carried_by = Vec::new();
        for resource in carry.map_or(&[][..], |carry| &carry.by) {
            carried_by.push(self.resource(site, user, resource)?);
        }
        let to = operation.output.to.as_ref();
        let to = to.map(|to| self.store_at(site, user, to)).transpose()?;
        let crew = self.crew_needs(site, plant, operation)?;
        let held_by = operation.held_by.as_ref();
        let held_by = held_by.map(|id| self.resource(site, user, id)).transpose()?;
        let rework = self.rework(site, operation)?;
        let quantity = operation.output.quantity;
        if begins == Begins::Bulk && rework.is_some() {
            let reason =
                "only pieces with names are sent back, or those of a network of like pieces";
            return Err(refused(plant, operation, reason));
        }
        if begins == Begins::Bulk {
            self.check_fits(site, user, output, quantity, to)?;
        }
        Ok(Op {
            site,
            id: operation.id.clone(),
            center,
            begins,
            takes,
            output,
            quantity,
            to,
            carry_time: carry.map(|c| self.lasts(site, user, &c.duration)).transpose()?,
            carried_by,
            fetched: self.fetches(site, operation)?,
            turn: std::collections::BTreeSet::new(),
            turn_from: 0,
            every: match operation.source {
                SourceRule::Every(every) => Some(every),
                SourceRule::FromInput | SourceRule::Saturated => None,
            },
            lasts: self.lasts(site, user, &operation.duration)?,
            setup: operation.setup.max(Span::ZERO),
            batch: operation.batch.map(|b| (b.least.max(1), b.most.max(b.least).max(1))),
            yield_ratio: operation.yield_ratio,
            rework,
            crew,
            held_by,
            swap_window: operation.sequence.map(|s| u64::from(s.swap_window)),
            hold_after: match &operation.hold_after {
                None => None,
                Some(hold) => Some(self.lasts(site, user, hold)?),
            },
            order: operation.order.clone(),
            cards: OpCards::default(),
        })
    }

    fn rework(&self, site: usize, operation: &Operation) -> Result<Option<ReworkTo>, ModelError> {
        let Some(rework) = &operation.rework else { return Ok(None) };
        let to = PlaceRef::here(rework.to.clone());
        Ok(Some(ReworkTo {
            first_pass: rework.first_pass_ratio,
            to: self.store_at(site, operation.id.as_str(), &to)?,
            most_rounds: rework.most_rounds,
        }))
    }

    fn crew_needs(
        &self,
        site: usize,
        plant: &Plant,
        operation: &Operation,
    ) -> Result<Vec<(usize, u32)>, ModelError> {
        let user = operation.id.as_str();
        let mut crew = Vec::new();
        for need in &operation.crew {
            let found = self.names[site].crews.get(&need.crew).copied();
            let found =
                found.ok_or_else(|| self.unknown(site, user, "crew", need.crew.as_str()))?;
            if need.people > self.model.crews[found].people {
                return Err(refused(plant, operation, "it needs more people than its crew has"));
            }
            crew.push((found, need.people));
        }
        Ok(crew)
    }

    fn takes(
        &mut self,
        site: usize,
        plant: &Plant,
        operation: &Operation,
        output: usize,
    ) -> Result<Vec<Take>, ModelError> {
        let user = operation.id.as_str();
        let mut takes = Vec::new();
        for input in &operation.inputs {
            let material = self.known_material(site, user, input.material.as_str())?;
            let store = self.store_at(site, user, &PlaceRef::here(input.from.clone()))?;
            if input.quantity <= 0.0 {
                return Err(refused(plant, operation, "an input's quantity must be above zero"));
            }
            let serial = self.model.materials[material].serial;
            let parent = self.model.serials.parent_material(&input.material);
            let role = match (serial, &self.model.materials[output]) {
                (false, _) => Role::Bulk,
                (true, _) if material == output => Role::Itself,
                (true, output) if output.serial && parent == Some(&output.id) => Role::Piece,
                (true, _) => Role::Any,
            };
            takes.push(Take { material, store, quantity: input.quantity, role });
        }
        Ok(takes)
    }

    fn fetches(
        &self,
        site: usize,
        operation: &Operation,
    ) -> Result<BTreeMap<usize, Fetch>, ModelError> {
        let user = operation.id.as_str();
        let mut fetches = BTreeMap::new();
        for input in &operation.inputs {
            let Some(carry) = &input.carry else { continue };
            let store = self.store_at(site, user, &PlaceRef::here(input.from.clone()))?;
            let by: Result<Vec<usize>, ModelError> =
                carry.by.iter().map(|resource| self.resource(site, user, resource)).collect();
            let lasts = self.lasts(site, user, &carry.duration)?;
            fetches.insert(store, Fetch { by: by?, lasts });
        }
        Ok(fetches)
    }

    fn begins(
        &self,
        plant: &Plant,
        operation: &Operation,
        output: usize,
        takes: &[Take],
    ) -> Result<Begins, ModelError> {
        if !self.model.materials[output].serial {
            return Ok(Begins::Bulk);
        }
        if takes.iter().any(|take| take.role == Role::Itself) {
            return Ok(Begins::Goes);
        }
        let Some(piece) = takes.iter().find(|take| take.role == Role::Piece) else {
            return Ok(Begins::New);
        };
        let id = &self.model.materials[piece.material].id;
        let Some(of) = self.model.serials.per_parent(id) else {
            return Err(refused(plant, operation, "the scheme of its piece has no count"));
        };
        // A piece named with several storages may come from any of them; the quantities add up.
        let same = takes.iter().filter(|take| take.material == piece.material);
        let pieces = same.map(|take| take.quantity).sum::<f64>().round() as u64;
        match pieces.cmp(&of) {
            std::cmp::Ordering::Less => Ok(Begins::Grows { pieces: pieces.max(1), of }),
            std::cmp::Ordering::Equal => Ok(Begins::Assembles),
            std::cmp::Ordering::Greater => {
                Err(refused(plant, operation, "it takes more pieces than the whole has"))
            }
        }
    }

    pub(super) fn lasts(
        &self,
        site: usize,
        user: &str,
        duration: &Duration,
    ) -> Result<Lasts, ModelError> {
        if duration.mean.is_negative() {
            return Err(self.not_positive(site, user, "duration"));
        }
        Lasts::new(duration).map_err(|error| ModelError::Operation {
            plant: self.model.sites[site].id.clone(),
            operation: user.to_owned(),
            reason: match error {
                des::DistributionError::OutOfRange { .. } => "its duration varies beyond measure",
                _ => "its duration cannot be drawn",
            },
        })
    }

    pub(super) fn known_material(
        &self,
        site: usize,
        user: &str,
        id: &str,
    ) -> Result<usize, ModelError> {
        let found = self.model.material_index.get(id).copied();
        found.ok_or_else(|| self.unknown(site, user, "material", id))
    }

    fn resource(
        &self,
        site: usize,
        user: &str,
        id: &twin::EquipmentId,
    ) -> Result<usize, ModelError> {
        let found = self.names[site].resources.get(id).copied();
        found.ok_or_else(|| self.unknown(site, user, "resource", id.as_str()))
    }

    pub(super) fn store_at(
        &self,
        site: usize,
        user: &str,
        place: &PlaceRef,
    ) -> Result<usize, ModelError> {
        let at = match &place.plant {
            None => site,
            Some(plant) => {
                let found = self.site_index.get(plant).copied();
                found.ok_or_else(|| self.unknown(site, user, "plant", plant.as_str()))?
            }
        };
        let found = self.names[at].stores.get(&place.place).copied();
        found.ok_or_else(|| self.unknown(site, user, "storage", place.place.as_str()))
    }

    pub(super) fn check_fits(
        &self,
        site: usize,
        user: &str,
        material: usize,
        quantity: f64,
        store: Option<usize>,
    ) -> Result<(), ModelError> {
        let Some(store) = store.map(|store| &self.model.stores[store]) else { return Ok(()) };
        match store.capacity {
            Some(capacity) if quantity.ceil() > f64::from(capacity) => Err(ModelError::TooLarge {
                plant: self.model.sites[site].id.clone(),
                user: user.to_owned(),
                material: self.model.materials[material].id.to_string(),
                quantity: quantity.ceil() as u64,
                storage: store.id.to_string(),
                capacity,
            }),
            _ => Ok(()),
        }
    }
}

fn refused(plant: &Plant, operation: &Operation, reason: &'static str) -> ModelError {
    ModelError::Operation { plant: plant.id.clone(), operation: operation.id.to_string(), reason }
}
