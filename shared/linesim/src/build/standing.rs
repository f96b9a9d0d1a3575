//! A network that goes on from a live state: parts where they are, work and repairs as old as they
//! are, stock and deliveries on their way.
//!
//! What is left of a work, an errand or a repair is drawn for the time that it has taken already,
//! never anew: from F(x | X > age), age in the working time of whoever does it, stops left out. The
//! state does not tell how long ago a machine last failed: the time to its next failure is drawn as
//! of one just repaired, which is right where failures come by chance alone.

mod moving;
mod numbers;
mod supply;
mod work;

use std::{collections::BTreeSet, fmt};

use smol_str::SmolStr;
use twin::{
    EquipmentId, PartId, Plant, PlantId, PlantTime, Programme, Span,
    state::{PartNow, TwinState},
};

use super::Builder;
use crate::{
    error::ModelError,
    model::Model,
    network::{At, Begins, Mode, Op, Role},
    settings::Settings,
};
use numbers::Numbers;

/// What has begun longer ago than this counts as begun so long ago.
const LOOK_BACK: Span = Span::from_secs(400 * 86_400);

/// A network as it stands, and what of the state has no place in it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The network, at the moment that the settings start at.
    pub model: Model,
    /// What was left out, each with the reason.
    pub left_out: Vec<LeftOut>,
}

/// Something of a state that a network cannot take over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The plant.
    pub plant: PlantId,
    /// The part, unit, crane or delivery.
    pub id: SmolStr,
    /// Why.
    pub why: Why,
}

/// Why something of a state was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Neither its name nor its operations tell what it is.
    UnknownMaterial,
    /// The plant's files have no such unit or storage, or it is in one that they do not have.
    NoPlace,
    /// No operation of the unit that it is in works on it.
    NoOperation,
    /// It is down and nothing says how long its repairs take: it works on.
    NoRepairTime,
    /// It is held and nothing says for how long: it is free.
    NoRelease,
    /// No supply line says where it goes.
    NoSupply,
    /// Nothing says where it carries what it has in hand: that is made anew.
    NoErrand,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownMaterial => "neither its name nor its operations tell what it is",
            Self::NoPlace => "the plant's files have no such place",
            Self::NoOperation => "no operation of the unit that it is in works on it",
            Self::NoRepairTime => "it is down, and nothing says how long its repairs take",
            Self::NoRelease => "it is held, and nothing says for how long",
            Self::NoSupply => "no supply line of the plant says where it goes",
            Self::NoErrand => "nothing says where it carries what it has in hand",
        })
    }
}

impl Model {
    /// Makes a network of a programme's plants that stands as the live state says and starts at
    /// `settings.start`. With equal state and settings the network is equal to the bit; with
    /// another seed or replication, what is left of each work is drawn anew.
    ///
    /// # Errors
    /// [`ModelError`] as of [`Model::new`].
    pub fn from_state(
        programme: &Programme,
        plants: &[Plant],
        state: &TwinState,
        settings: Settings,
    ) -> Result<Standing, ModelError> {
        let known = |plant: &PlantId, id: &twin::DeliveryId| {
            state.delivery(plant, id).is_none_or(|delivery| delivery.as_of.is_none())
        };
        let laid_from = settings.start - LOOK_BACK;
        let builder = Builder::network(programme, plants, settings, laid_from, &known)?;
        let numbers = Numbers::new(&builder.model);
        let mut taking = Taking { builder, state, numbers, left_out: Vec::new() };
        taking.numbers_begun(plants);
        for (site, plant) in plants.iter().enumerate() {
            taking.stocks(site, plant);
            taking.parts_in_storages(site, plant);
        }
        for (site, plant) in plants.iter().enumerate() {
            taking.lanes_of(site, plant, programme.starts);
            taking.resources(site, plant);
            taking.units(site, plant);
            taking.broken_resources(site, plant);
            taking.cards(site);
        }
        for (site, plant) in plants.iter().enumerate() {
            taking.orders(site, plant);
            taking.deliveries(site, plant, programme.starts);
        }
        let Taking { mut builder, left_out, .. } = taking;
        builder.first_turns();
        builder.first_orders(false)?;
        builder.first_events();
        Ok(Standing { model: builder.model, left_out })
    }
}

/// Which way of failing something is down by, and the reason to give: that which is named, or else
/// the first.
fn why(modes: &[Mode], named: Option<&SmolStr>) -> Option<(usize, SmolStr)> {
    let mode = modes.iter().position(|mode| Some(&mode.name) == named).unwrap_or(0);
    let reason = named.unwrap_or(&modes.get(mode)?.name);
    Some((mode, reason.clone()))
}

/// A state on its way into a network.
struct Taking<'s> {
    builder: Builder,
    state: &'s TwinState,
    numbers: Numbers,
    left_out: Vec<LeftOut>,
}

impl Taking<'_> {
    fn model(&mut self) -> &mut Model {
        &mut self.builder.model
    }

    fn leave_out(&mut self, site: usize, id: &str, why: Why) {
        let plant = self.builder.model.sites[site].id.clone();
        self.left_out.push(LeftOut { plant, id: SmolStr::new(id), why });
    }

    /// Working time of a calendar from a moment until the start.
    fn age(&self, calendar: usize, since: PlantTime) -> Span {
        let now = self.builder.model.now;
        let since = since.max(now - LOOK_BACK).min(now);
        self.builder.model.calendars[calendar].hours.between(since, now)
    }

    /// A named part, which is nowhere yet.
    fn named(&mut self, site: usize, name: &PartId) -> Option<usize> {
        let now = self.state.part(name)?;
        let Some((material, number, round)) = self.numbers.of(name, now, &self.builder) else {
            self.leave_out(site, name.as_str(), Why::UnknownMaterial);
            return None;
        };
        let part = self.model().new_part(name.clone(), material, number, round);
        self.model().parts[part].rounds = now.reworked;
        Some(part)
    }

    fn stocks(&mut self, site: usize, plant: &Plant) {
        for storage in self.state.storages(&plant.id) {
            let Some(&store) = self.builder.names[site].stores.get(&storage.storage) else {
                self.leave_out(site, storage.storage.as_str(), Why::NoPlace);
                continue;
            };
            for (material, stock) in &storage.stock {
                let material = self.builder.model.material_index.get(material).copied();
                // What has names is where its names are.
                let material = material.filter(|&of| !self.builder.model.materials[of].serial);
                if let Some(material) = material.filter(|_| stock.quantity > 0.0) {
                    let by = storage.storage.as_str();
                    self.model().add_bulk(store, material, stock.quantity, by);
                }
            }
        }
    }

    fn parts_in_storages(&mut self, site: usize, plant: &Plant) {
        for storage in self.state.storages(&plant.id) {
            let Some(&store) = self.builder.names[site].stores.get(&storage.storage) else {
                for part in storage.parts.iter() {
                    self.leave_out(site, part.as_str(), Why::NoPlace);
                }
                continue;
            };
            for name in storage.parts.iter() {
                let Some(part) = self.named(site, name) else { continue };
                self.model().enter_store(part, store);
                let Some(now) = self.state.part(name) else { continue };
                if now.held.is_some() {
                    self.keep_held(site, (part, store), now.since);
                }
            }
        }
    }

    /// A hold goes on for what is left of it.
    fn keep_held(&mut self, site: usize, (part, store): (usize, usize), since: PlantTime) {
        let model = &self.builder.model;
        let material = model.parts[part].material;
        let from = model
            .ops
            .iter()
            .find(|op| op.to == Some(store) && op.output == material && op.hold_after.is_some());
        let held = from.and_then(|op| {
            let unit = *model.centers[op.center].units.first()?;
            Some((unit, model.centers[op.center].calendar, op.hold_after.clone()?))
        });
        let Some((unit, calendar, lasts)) = held else {
            let name = model.parts[part].name.clone();
            self.leave_out(site, name.as_str(), Why::NoRelease);
            return;
        };
        let age = if lasts.runs_on { model.now.since(since) } else { self.age(calendar, since) };
        let left = lasts.left(age, &mut self.model().units[unit].streams.quality);
        self.model().hold(part, left, lasts.runs_on, unit);
    }

    /// Cards that pieces on their way have are not there for others.
    fn cards(&mut self, site: usize) {
        let model = &mut self.builder.model;
        if model.cards.is_empty() {
            return;
        }
        let mut out = vec![0_u32; model.cards.len()];
        let jobs = model.units.iter().flat_map(|unit| &unit.jobs);
        let worked_on: BTreeSet<usize> = jobs.flat_map(|job| &job.parts).copied().collect();
        for (index, part) in model.parts.iter().enumerate() {
            let has_place = !matches!(part.at, At::Gone) && model.site_of(part.at) == Some(site);
            let last = self.state.part(&part.name).and_then(|now| now.last_operation.as_ref());
            let op = model.ops.iter().find(|op| op.site == site && Some(&op.id) == last);
            let (Some(op), true) = (op, has_place) else { continue };
            for &cards in &op.cards.loses {
                out[cards] +=
                    u32::from(worked_on.contains(&index) || !op.cards.returns.contains(&cards));
            }
        }
        for (cards, out) in model.cards.iter_mut().zip(out) {
            cards.left = cards.left.saturating_sub(out);
        }
    }

    /// The operation of a work center that has a name.
    fn op_named(&self, center: usize, id: &twin::OperationId) -> Option<usize> {
        let model = &self.builder.model;
        model.centers[center].ops.iter().copied().find(|&op| model.ops[op].id == *id)
    }

    /// Whether an operation is what was last done to a part. Plants may call theirs alike: it is
    /// that of a plant that makes the part.
    fn is_last(&self, op: &Op, part: usize, now: &PartNow) -> bool {
        let model = &self.builder.model;
        let part = &model.parts[part];
        let alike = || model.ops.iter().filter(|other| other.id == op.id).count() > 1;
        let makes = |number| {
            let (material, plant) = (&model.materials[part.material].id, &model.sites[op.site].id);
            model.serials.built_at(material, number, plant)
        };
        Some(&op.id) == now.last_operation.as_ref() && (!alike() || part.number.is_none_or(makes))
    }

    /// Which of some operations is, or was, next for a part whose last report is of an earlier one:
    /// the one that takes it from where that put it, or else one that makes its material.
    fn op_after(&self, ops: &[usize], part: usize, now: &PartNow) -> Option<usize> {
        let model = &self.builder.model;
        let material = model.parts[part].material;
        let last = model.ops.iter().filter(|op| self.is_last(op, part, now));
        let mut puts: Vec<usize> =
            last.flat_map(|op| op.to.into_iter().chain(op.rework.map(|of| of.to))).collect();
        let sails = model.lanes.iter().filter(|lane| puts.contains(&lane.from));
        let lands: Vec<usize> = sails.map(|lane| lane.to).collect();
        puts.extend(lands);
        let makes = |op: &usize| model.ops[*op].output == material;
        let takes = |op: &usize| {
            let mut takes = model.ops[*op].takes.iter();
            takes.any(|take| take.role == Role::Itself && puts.contains(&take.store))
        };
        let mut makers = ops.iter().copied().filter(makes);
        makers.clone().find(takes).or_else(|| makers.next())
    }

    /// Takes a part out of the network that has no place in it. What is counted is made anew, as if
    /// it had been scrapped, with the pieces that are in it: what it is wanted for can be whole.
    fn make_anew(&mut self, part: usize) {
        let model = self.model();
        model.leave_place(part);
        model.put(part, At::Gone);
        let (material, round) = (model.parts[part].material, model.parts[part].remade + 1);
        let Some(number) = model.parts[part].number else { return };
        if model.serials.total(&model.materials[material].id).is_none() {
            return;
        }
        let name = &self.builder.model.parts[part].name;
        let put_in = self.state.built_into(name).iter().filter_map(|piece| {
            let now = self.state.part(piece)?;
            let (material, number, _) = self.numbers.of(piece, now, &self.builder)?;
            Some((material, number?))
        });
        let put_in: Vec<_> = put_in.collect();
        let model = self.model();
        model.materials[material].again.push((number, round));
        if put_in.is_empty() {
            // Nobody saw it put together: all that it is made of is in it.
            model.pieces_again(material, number, round);
        }
        for (piece, below) in put_in {
            model.piece_again(piece, below, round);
        }
    }

    fn resource_named(&self, site: usize, id: &EquipmentId) -> Option<usize> {
        self.builder.names[site].resources.get(id).copied()
    }

    /// Whether an operation makes quantities: its part is only the name of a run.
    fn is_bulk(&self, op: usize) -> bool {
        self.builder.model.ops[op].begins == Begins::Bulk
    }
}
