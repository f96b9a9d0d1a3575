//! The pieces that promised items are put together from, and which of them a material still goes
//! into.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use twin::{
    MaterialId, PartId, PlantId, Programme, Span,
    definition::{Serials, Tracking},
};

use super::HIGHEST_ROOT;
use crate::{
    layout::{Layout, Place},
    sight::PlantView,
};

/// Pieces followed in all; those of items beyond are not known.
const PIECES_KEPT: usize = 100_000;
/// Levels of pieces within pieces.
const LEVELS: usize = 8;

/// The pieces of all items of one plant, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Pieces {
    tracks: BTreeMap<PartId, Piece>,
    below: BTreeMap<PartId, Vec<PartId>>,
    /// What each kind of piece goes into.
    into: BTreeMap<MaterialId, MaterialId>,
}

#[derive(Clone, Debug)]
struct Piece {
    material: MaterialId,
    above: PartId,
    made_here: bool,
    /// The lowest rank among the steps that have begun on it, 0 once it is built in.
    reached: Option<u32>,
}

/// A step that takes a material into a named piece: what piece, and its rank.
pub(super) struct Taker {
    pub(super) output: MaterialId,
    rank: u32,
}

impl Pieces {
    /// Lays out the pieces of an item of `material`.
    pub fn add(
        &mut self,
        programme: &Programme,
        plant: &PlantId,
        (material, item): (&MaterialId, &PartId),
    ) {
        if self.below.contains_key(item) {
            return;
        }
        let serials = Serials::new(programme);
        let is_it = |n: &u64| serials.name(material, *n, 0).as_ref() == Some(item);
        let Some(number) = (0..u64::from(HIGHEST_ROOT)).find(is_it) else { return };
        let mut open = VecDeque::from([(material.clone(), number, item.clone(), 0)]);
        while let Some((above, number, whole, level)) = open.pop_front() {
            for scheme in programme.serials.iter().filter(|s| s.parent.as_ref() == Some(&above)) {
                self.into.insert(scheme.material.clone(), above.clone());
                for n in 0..serials.per_parent(&scheme.material).unwrap_or(0) {
                    let number = number * serials.per_parent(&scheme.material).unwrap_or(1) + n;
                    let Some(name) = serials.name(&scheme.material, number, 0) else { continue };
                    if self.tracks.len() >= PIECES_KEPT || level >= LEVELS {
                        return;
                    }
                    let piece = Piece {
                        material: scheme.material.clone(),
                        above: whole.clone(),
                        made_here: serials.built_at(&scheme.material, number, plant),
                        reached: None,
                    };
                    self.tracks.insert(name.clone(), piece);
                    self.below.entry(whole.clone()).or_default().push(name.clone());
                    open.push_back((scheme.material.clone(), number, name, level + 1));
                }
            }
        }
    }

    /// The pieces of one kind directly in a whole, by number.
    pub fn of<'a>(
        &'a self,
        whole: &PartId,
        material: &'a MaterialId,
    ) -> impl Iterator<Item = &'a PartId> {
        let is_of =
            move |part: &PartId| self.tracks.get(part).map(|p| &p.material) == Some(material);
        self.below.get(whole).into_iter().flatten().filter(move |part| is_of(part))
    }

    /// A step of this rank has begun on a piece.
    pub fn began(&mut self, part: &PartId, rank: u32) {
        if let Some(piece) = self.tracks.get_mut(part) {
            piece.reached = Some(piece.reached.map_or(rank, |reached| reached.min(rank)));
        }
    }

    /// A piece was seen at a place: the step that puts it there has been done.
    pub fn seen_at(&mut self, layout: &Layout, part: &PartId, place: Place) {
        let Some(piece) = self.tracks.get(part) else { return };
        let puts = layout.operations.values().filter(|o| o.to == Some(place));
        let rank = puts.filter(|o| o.output == piece.material).map(|o| o.rank).min();
        if let Some(rank) = rank {
            self.began(part, rank);
        }
    }

    /// Whether all is in view that tells how far the pieces are which a material goes into by a
    /// step, and those that they go into.
    pub fn are_seen(&self, view: PlantView<'_>, taker: &Taker) -> bool {
        let (mut kind, mut levels) = (&taker.output, 0);
        while let Some(into) = self.into.get(kind).filter(|_| levels <= LEVELS) {
            if !view.sees_making(kind) {
                return false;
            }
            (kind, levels) = (into, levels + 1);
        }
        true
    }

    /// Whether any of the takers is still to come for the piece or for one inside it. What is
    /// inside a piece that has been begun has had all its steps; what another plant makes takes
    /// nothing of this one's.
    pub fn needs(&self, part: &PartId, takers: &[Taker]) -> bool {
        let mut open = vec![part];
        while let Some(part) = open.pop() {
            let Some(piece) = self.tracks.get(part).filter(|piece| piece.made_here) else {
                continue;
            };
            let above = self.tracks.get(&piece.above);
            if above.is_some_and(|above| above.reached.is_some()) {
                continue;
            }
            let is_ahead = |rank: u32| piece.reached.is_none_or(|reached| reached > rank);
            if takers.iter().any(|t| t.output == piece.material && is_ahead(t.rank)) {
                return true;
            }
            if piece.reached.is_none() {
                open.extend(self.below.get(part).into_iter().flatten());
            }
        }
        false
    }
}

/// The steps by which a material gets into named pieces, directly or through what is made of it
/// in bulk.
pub(super) fn takers(layout: &Layout, material: &MaterialId) -> Vec<Taker> {
    let mut seen = BTreeSet::from([material]);
    let mut open = VecDeque::from([material]);
    let mut takers = Vec::new();
    while let Some(material) = open.pop_front() {
        let takes = layout
            .operations
            .values()
            .filter(|operation| operation.inputs.iter().any(|(input, ..)| input == material));
        for operation in takes {
            if layout.tracking.get(&operation.output) == Some(&Tracking::Serial) {
                takers.push(Taker { output: operation.output.clone(), rank: operation.rank });
            } else if seen.insert(&operation.output) {
                open.push_back(&operation.output);
            }
        }
    }
    takers
}

/// Whether all takers make the product itself, so that whatever of it is in work has been taken
/// care of.
pub(super) fn only_into(takers: &[Taker], product: &MaterialId) -> bool {
    !takers.is_empty() && takers.iter().all(|taker| taker.output == *product)
}

/// How long before a piece of `product` is whole its materials are taken, by the planned times of
/// the steps in between: by the nearest way of each, all materials of this plant that go into it.
pub(super) fn leads(layout: &Layout, product: &MaterialId) -> BTreeMap<MaterialId, Span> {
    let mut leads = BTreeMap::from([(product.clone(), Span::ZERO)]);
    let mut open = VecDeque::from([(product.clone(), Span::ZERO)]);
    while let Some((output, after)) = open.pop_front() {
        let makes = || layout.operations.values().filter(|o| o.output == output);
        for operation in makes() {
            // Steps on one material follow each other by rank; those of one rank are alternatives.
            let mut steps: BTreeMap<u32, Span> = BTreeMap::new();
            for step in makes().filter(|step| step.rank <= operation.rank) {
                let longest = steps.entry(step.rank).or_insert(Span::ZERO);
                *longest = step.calendar_mean.max(*longest);
            }
            let lead = steps.values().fold(after, |sum, step| sum + *step);
            for (input, ..) in &operation.inputs {
                if !leads.contains_key(input) {
                    leads.insert(input.clone(), lead);
                    open.push_back((input.clone(), lead));
                }
            }
        }
    }
    leads
}
