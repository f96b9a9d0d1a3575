//! Which items there are: the numbers behind the names, and what must still be begun.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use twin::{
    PartId, Plant, PlantId,
    state::{PartNow, TwinState},
};

use super::Taking;
use crate::{build::Builder, model::Model};

/// What names of parts stand for.
pub(super) struct Numbers {
    /// Materials whose names are alike but for their numbers, by what is left without these.
    by_letters: HashMap<String, Vec<usize>>,
    /// Every name of the programme, for patterns that run numbers together: laid out when one of
    /// them comes, looked up only, never iterated.
    laid_out: OnceCell<HashMap<PartId, (usize, u64)>>,
}

impl Numbers {
    pub(super) fn new(model: &Model) -> Self {
        let mut by_letters: HashMap<String, Vec<usize>> = HashMap::new();
        for (material, state) in model.materials.iter().enumerate().filter(|(_, of)| of.serial) {
            let Some(first) = model.serials.name(&state.id, 0, 0) else { continue };
            by_letters.entry(letters(first.as_str())).or_default().push(material);
        }
        Self { by_letters, laid_out: OnceCell::new() }
    }

    /// The material, number and round of a part; its number is unknown when its name is none of
    /// the programme's.
    pub(super) fn of(
        &self,
        name: &PartId,
        now: &PartNow,
        builder: &Builder,
    ) -> Option<(usize, Option<u64>, u32)> {
        let model = &builder.model;
        let (plain, round) = rounds(name.as_str());
        let plain = PartId::new(plain).ok()?;
        if let Some(alike) = self.by_letters.get(&letters(plain.as_str())) {
            let numbered = |&material: &usize| {
                Some((material, model.serials.number(&model.materials[material].id, &plain)?))
            };
            let found = alike.iter().find_map(numbered);
            let found = found.or_else(|| self.laid_out(builder).get(&plain).copied());
            if let Some((material, number)) = found {
                return Some((material, Some(number), round));
            }
        }
        let material =
            now.material.as_ref().and_then(|id| model.material_index.get(id).copied())?;
        model.materials[material].serial.then_some((material, None, 0))
    }

    fn laid_out(&self, builder: &Builder) -> &HashMap<PartId, (usize, u64)> {
        self.laid_out.get_or_init(|| {
            let materials = &builder.model.materials;
            let serial = (0..materials.len()).filter(|&material| materials[material].serial);
            let names = serial.flat_map(|material| {
                let names = builder.names_of(material).into_iter();
                names.map(move |(name, number)| (name, (material, number)))
            });
            names.collect()
        })
    }
}

/// A name without its numbers.
fn letters(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_ascii_digit()).collect()
}

/// The name without its round, and how often it was made again.
fn rounds(name: &str) -> (&str, u32) {
    match name.rsplit_once('#').and_then(|(plain, round)| Some((plain, round.parse().ok()?))) {
        Some((plain, round)) => (plain, u32::saturating_sub(round, 1)),
        None => (name, 0),
    }
}

impl Taking<'_> {
    /// Marks what exists or did, and what was scrapped and must be made again.
    pub(super) fn numbers_begun(&mut self, plants: &[Plant]) {
        let parts = known_parts(self.state, plants.iter().map(|plant| &plant.id));
        let mut known: BTreeMap<usize, BTreeMap<u64, (u32, bool)>> = BTreeMap::new();
        let mut grown = Vec::new();
        for (name, now) in parts {
            let found = self.numbers.of(name, now, &self.builder);
            let Some((material, Some(number), round)) = found else { continue };
            let newest = known.entry(material).or_default().entry(number).or_default();
            if round >= newest.0 {
                *newest = (round, now.scrapped());
            }
            if now.completed() || self.state.built_into(name).is_empty() {
                grown.push((material, number));
            }
        }
        // What is in a part that nobody saw put together is in it all the same.
        let mut below = BTreeSet::new();
        for (material, number) in grown {
            self.pieces_of(material, number, &mut below);
        }
        for (material, number) in below {
            known.entry(material).or_default().entry(number).or_default();
        }
        // What was in a part that is lost must be made again, as far as it has not been.
        let mut again = BTreeSet::new();
        for (&material, numbers) in &known {
            for (&number, &(round, _)) in numbers.iter().filter(|(_, (_, scrapped))| *scrapped) {
                let mut pieces = BTreeSet::new();
                self.pieces_of(material, number, &mut pieces);
                again.insert((material, number, round + 1));
                again.extend(pieces.into_iter().map(|(piece, number)| (piece, number, round + 1)));
            }
        }
        let round_of = |(material, number, _): &(usize, u64, u32)| {
            known.get(material).and_then(|numbers| numbers.get(number)).map_or(0, |of| of.0)
        };
        again.retain(|of| round_of(of) < of.2);
        for (material, numbers) in &known {
            self.take_numbers(*material, numbers.keys().copied());
        }
        let model = &mut self.builder.model;
        for (material, number, round) in again {
            let made = model.ops.iter().any(|op| op.output == material);
            if made && model.serials.total(&model.materials[material].id).is_some() {
                model.materials[material].again.push((number, round));
            }
        }
    }

    fn pieces_of(&self, material: usize, number: u64, found: &mut BTreeSet<(usize, u64)>) {
        let model = &self.builder.model;
        let id = &model.materials[material].id;
        for piece in 0..model.materials.len() {
            let below = &model.materials[piece].id;
            if model.serials.parent_material(below) != Some(id) {
                continue;
            }
            let count = model.serials.per_parent(below).unwrap_or(0);
            for number in number * count..(number + 1) * count {
                if found.insert((piece, number)) {
                    self.pieces_of(piece, number, found);
                }
            }
        }
    }

    /// The numbers of the pieces that a whole is put together from.
    pub(super) fn pieces_in(&self, whole: usize) -> Vec<u64> {
        let model = &self.builder.model;
        let of = &model.parts[whole];
        let parent = &model.materials[of.material].id;
        let mut below = model.materials.iter().map(|material| &material.id);
        let piece = below.find(|id| model.serials.parent_material(id) == Some(parent));
        let count = piece.and_then(|id| model.serials.per_parent(id));
        let numbers =
            of.number.zip(count).map(|(number, count)| number * count..(number + 1) * count);
        numbers.into_iter().flatten().collect()
    }

    fn take_numbers(&mut self, material: usize, numbers: impl Iterator<Item = u64>) {
        let model = &mut self.builder.model;
        let is_counted = model.serials.total(&model.materials[material].id).is_some();
        let state = &mut model.materials[material];
        for number in numbers {
            if is_counted {
                state.begun.insert(number);
            } else {
                state.next_open = state.next_open.max(number + 1);
            }
        }
    }
}

fn known_parts<'s>(
    state: &'s TwinState,
    plants: impl Iterator<Item = &'s PlantId>,
) -> impl Iterator<Item = (&'s PartId, &'s PartNow)> {
    plants.flat_map(|plant| state.parts(plant)).chain(state.ended_parts())
}
