//! What is there on day zero: named parts in storages and in work.

use std::collections::{BTreeMap, BTreeSet};

use twin::{PartId, Plant, definition::InitialPart};

use super::Builder;
use crate::{
    error::ModelError,
    network::{At, LaneState, Leaving, Op, Role, Wait},
};

/// Open-ended schemes are searched for a name up to here.
const SEARCHED: u64 = 20_000;

/// Up to which number items are marked as begun, by their material and the sites that build them.
type Marked = BTreeMap<(usize, Vec<bool>), u64>;

impl Builder {
    /// Puts initial parts where they are; new ones go on after the last that is listed.
    pub(super) fn initial_parts(&mut self, plants: &[Plant]) -> Result<(), ModelError> {
        let mut numbers: BTreeMap<usize, BTreeMap<PartId, u64>> = BTreeMap::new();
        let mut listed = Vec::new();
        for (site, plant) in plants.iter().enumerate() {
            for initial in &plant.initial_parts {
                let user = "initial parts";
                let material = self.known_material(site, user, initial.material.as_str())?;
                let id = &self.model.materials[material].id;
                let number = self.model.serials.number(id, &initial.part).or_else(|| {
                    let names = numbers.entry(material).or_insert_with(|| self.names_of(material));
                    names.get(&initial.part).copied()
                });
                let number = number
                    .ok_or_else(|| self.unknown(site, user, "part", initial.part.as_str()))?;
                listed.push((site, initial, material, number));
            }
        }
        let mut marked = Marked::default();
        for &(_, _, material, number) in &listed {
            self.exists(material, number, &mut marked);
        }
        for &(site, initial, material, number) in &listed {
            self.initial_part(site, initial, material, number)?;
        }
        self.first_turns();
        Ok(())
    }

    pub(super) fn names_of(&self, material: usize) -> BTreeMap<PartId, u64> {
        let id = &self.model.materials[material].id;
        let total = self.model.serials.total(id).unwrap_or(SEARCHED).min(SEARCHED);
        let name = |number| self.model.serials.name(id, number, 0).map(|name| (name, number));
        (0..total).filter_map(name).collect()
    }

    /// Marks an item, those before it of the same builder, and the pieces in it as begun.
    fn exists(&mut self, material: usize, number: u64, marked: &mut Marked) {
        let id = self.model.materials[material].id.clone();
        if self.model.serials.total(&id).is_none() {
            let state = &mut self.model.materials[material];
            state.next_open = state.next_open.max(number + 1);
        } else {
            let builds = |site: &crate::network::Site, number| {
                self.model.serials.built_at(&id, number, &site.id)
            };
            let sites: Vec<bool> =
                self.model.sites.iter().map(|site| builds(site, number)).collect();
            let until = marked.entry((material, sites.clone())).or_default();
            let before: Vec<u64> = (*until..=number)
                .filter(|&other| {
                    let each = self.model.sites.iter().zip(&sites);
                    each.into_iter().any(|(site, &builder)| builder && builds(site, other))
                })
                .collect();
            *until = (*until).max(number + 1);
            self.model.materials[material].begun.extend(before);
        }
        for piece in 0..self.model.materials.len() {
            let below = &self.model.materials[piece].id;
            if self.model.serials.parent_material(below) == Some(&id) {
                let count = self.model.serials.per_parent(below).unwrap_or(0);
                if let Some(last) = ((number + 1) * count).checked_sub(1) {
                    self.exists(piece, last, marked);
                }
            }
        }
    }

    fn initial_part(
        &mut self,
        site: usize,
        initial: &InitialPart,
        material: usize,
        number: u64,
    ) -> Result<(), ModelError> {
        let part = self.model.new_part(initial.part.clone(), material, Some(number), 0);
        if let Some(&store) = self.names[site].stores.get(&initial.at) {
            if self.model.stores[store].room() == 0 {
                return Err(ModelError::TooLarge {
                    plant: self.model.sites[site].id.clone(),
                    user: "initial parts".to_owned(),
                    material: initial.material.to_string(),
                    quantity: self.model.stores[store].parts.len() as u64 + 1,
                    storage: initial.at.to_string(),
                    capacity: self.model.stores[store].capacity.unwrap_or(0),
                });
            }
            self.model.enter_store(part, store);
            return Ok(());
        }
        let units = &self.model.sites[site].units;
        let unit = units.iter().copied().find(|&u| self.model.units[u].id == initial.at);
        let unit =
            unit.ok_or_else(|| self.unknown(site, "initial parts", "place", initial.at.as_str()))?;
        let ops = &self.model.centers[self.model.units[unit].center].ops;
        let op = ops.iter().copied().find(|&op| self.model.ops[op].output == material);
        let op = op.ok_or_else(|| {
            self.unknown(site, initial.at.as_str(), "operation that makes", material_of(initial))
        })?;
        let model = &mut self.model;
        model.place_new(part, unit);
        debug_assert_eq!(model.parts[part].at, At::Unit(unit));
        model.take_helpers(unit, op);
        model.start_job(unit, op, (vec![part], 1), Wait::Machine);
        if let Some(job) = model.units[unit].jobs.last_mut() {
            job.remaining = job.work.scaled((1.0 - initial.progress).clamp(0.0, 1.0));
        }
        model.job_begins(unit);
        Ok(())
    }

    /// Where parts come in turn, the first is the lowest that waits there or is to come; what went
    /// on before it has had its turn.
    pub(super) fn first_turns(&mut self) {
        for op in 0..self.model.ops.len() {
            let state = &self.model.ops[op];
            let goes_on = state.takes.iter().any(|take| take.role == Role::Itself);
            if state.swap_window.is_none() || !goes_on {
                continue;
            }
            let waiting = self.before(op);
            let material = &self.model.materials[state.output];
            let again = material.again.iter().map(|&(number, _)| number);
            let to_come: BTreeSet<u64> = waiting.into_iter().chain(again).collect();
            let next = (0..).find(|number| !material.begun.contains(number)).unwrap_or(0);
            let from = to_come.first().map_or(next, |&lowest| lowest.min(next));
            let passed = material.begun.iter().copied();
            let turn = passed.filter(|number| *number > from && !to_come.contains(number));
            let turn = turn.collect();
            (self.model.ops[op].turn, self.model.ops[op].turn_from) = (turn, from);
        }
    }

    /// The numbers of the parts that have not been where an operation is done, and not beyond.
    fn before(&self, op: usize) -> Vec<u64> {
        let (model, state) = (&self.model, &self.model.ops[op]);
        let takes_itself = |of: &Op, stores: &BTreeSet<usize>| {
            let takes = of.takes.iter().filter(|take| take.role == Role::Itself);
            of.output == state.output && takes.into_iter().any(|take| stores.contains(&take.store))
        };
        let own: BTreeSet<usize> = state.takes.iter().map(|take| take.store).collect();
        let mut beyond: BTreeSet<usize> = state.to.into_iter().collect();
        let mut units: BTreeSet<usize> =
            model.centers[state.center].units.iter().copied().collect();
        loop {
            let known = beyond.len();
            for other in model.ops.iter().filter(|other| takes_itself(other, &beyond)) {
                units.extend(&model.centers[other.center].units);
            }
            let next = model.ops.iter().filter(|other| takes_itself(other, &beyond));
            let next: Vec<usize> = next.filter_map(|other| other.to).collect();
            beyond.extend(next.into_iter().filter(|store| !own.contains(store)));
            if beyond.len() == known {
                break;
            }
        }
        let aboard = |part: usize| {
            let carried = model.carriages.iter().flatten().any(|carriage| {
                matches!(carriage.what, Leaving::Part { part: it, to, .. } if it == part && beyond.contains(&to))
            });
            let jobs = units.iter().flat_map(|&unit| &model.units[unit].jobs);
            let fetched = jobs.into_iter().any(|job| job.fetching.contains(&part));
            let sails = |lane: &LaneState| beyond.contains(&lane.to) && lane.aboard.contains(&part);
            carried || fetched || model.lanes.iter().any(sails)
        };
        let waits = (0..model.parts.len()).filter(|&part| {
            model.parts[part].material == state.output
                && match model.parts[part].at {
                    At::Store(store) => !beyond.contains(&store),
                    At::Unit(unit) => !units.contains(&unit),
                    At::Resource(_) => !aboard(part),
                    At::Gone => false,
                }
        });
        waits.filter_map(|part| model.parts[part].number).collect()
    }
}

fn material_of(initial: &InitialPart) -> &str {
    initial.material.as_str()
}
