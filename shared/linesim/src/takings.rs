//! What an operation would take if it began now, in which order parts come, and what is missing.

use std::collections::BTreeMap;

use twin::Span;

use crate::{
    model::Model,
    network::{Begins, Op, Role, Wait},
};

/// What a start would take.
#[derive(Clone, Debug, Default)]
pub(crate) struct Takings {
    /// Parts that go on, or that begin here, with the storage that each is in.
    pub itself: Vec<usize>,
    /// New items: number and round.
    pub fresh: Vec<(u64, u32)>,
    /// Pieces and other named things, which become part of it.
    pub pieces: Vec<usize>,
    /// How many times the quantities are taken.
    pub times: u32,
}

impl Model {
    /// What an operation would take now, or the first thing that is missing.
    pub(crate) fn takings(&self, unit: usize, op: usize) -> Result<Takings, Wait> {
        let op_index = op;
        let op = &self.ops[op];
        let (least, most) = op.batch.unwrap_or((1, 1));
        let most = self.with_cards(op_index, least, most)?;
        let mut takings = match op.begins {
            Begins::Goes => self.parts_that_go_on(op, least, most)?,
            Begins::New => self.fresh_parts(op_index, least, most)?,
            Begins::Bulk => Takings { times: most, ..Takings::default() },
            Begins::Assembles => self.whole_set(op_index)?,
            Begins::Grows { .. } => self.next_piece(unit, op_index)?,
        };
        if let Some(every) = op.every
            && every > Span::ZERO
            && self.units[unit].not_before > self.now
        {
            return Err(Wait::Order { op: op_index });
        }
        takings.times = self.quantities(op, &takings, least)?;
        takings.itself.truncate(takings.times as usize);
        takings.fresh.truncate(takings.times as usize);
        self.any_items(op, &mut takings)?;
        Ok(takings)
    }

    fn parts_that_go_on(&self, op: &Op, least: u32, most: u32) -> Result<Takings, Wait> {
        let mut itself = Vec::new();
        let mut held = None;
        for take in op.takes.iter().filter(|take| take.role == Role::Itself) {
            for &part in &self.stores[take.store].parts {
                if itself.len() >= most as usize {
                    break;
                }
                let state = &self.parts[part];
                if state.material != take.material {
                    continue;
                }
                if state.held {
                    held = Some(take.store);
                } else if self.in_turn(op, part) {
                    itself.push(part);
                }
            }
        }
        if itself.len() < least as usize {
            let first = op.takes.iter().find(|take| take.role == Role::Itself);
            let store = first.map_or(0, |take| take.store);
            let material = first.map_or(0, |take| take.material);
            return Err(match held {
                Some(store) => Wait::Quality { store },
                None => Wait::Material { store, material },
            });
        }
        let times = itself.len() as u32;
        Ok(Takings { itself, times, ..Takings::default() })
    }

    /// Whether a part may be worked now: at most `swap_window` lower numbers of the same whole are
    /// still to come, and none of an earlier whole.
    fn in_turn(&self, op: &Op, part: usize) -> bool {
        let (Some(window), Some(number)) = (op.swap_window, self.parts[part].number) else {
            return true;
        };
        let material = &self.materials[self.parts[part].material];
        let open = material.serial && self.serials.total(&material.id).is_none();
        let first = if open { number.saturating_sub(window + 1) } else { op.turn_from };
        let whole = self.serials.parent(&material.id, number);
        let begins = whole.zip(self.serials.per_parent(&material.id)).map_or(0, |(p, n)| p * n);
        let to_come = |from: u64, to: u64| {
            let missing = (from..to).filter(|other| !op.turn.contains(other));
            missing.take(window as usize + 1).count() as u64
        };
        to_come(first, begins.max(first)) == 0 && to_come(begins.max(first), number) <= window
    }

    /// Whether a part may enter a storage out of which parts are worked in turn: room must stay
    /// for every one that is to come before it, or the line would wait for itself.
    pub(crate) fn leaves_room_for_earlier(&self, part: usize, store: usize) -> bool {
        let Some(number) = self.parts[part].number else { return true };
        let room = u64::from(self.stores[store].room());
        self.stores[store].turns.iter().map(|&op| &self.ops[op]).all(|op| {
            let id = &self.materials[op.output].id;
            if op.output != self.parts[part].material || self.serials.total(id).is_none() {
                return true;
            }
            let here = |other: u64| {
                self.stores[store].parts.iter().any(|&p| self.parts[p].number == Some(other))
            };
            let missing = (op.turn_from..number)
                .filter(|&other| !op.turn.contains(&other) && !here(other))
                .take(usize::try_from(room).unwrap_or(usize::MAX))
                .count() as u64;
            missing < room
        })
    }

    fn fresh_parts(&self, op: usize, least: u32, most: u32) -> Result<Takings, Wait> {
        let Op { site, output, .. } = self.ops[op];
        let fresh = self.next_numbers(site, output, most as usize);
        if fresh.len() < least as usize {
            return Err(Wait::Order { op });
        }
        let times = fresh.len() as u32;
        Ok(Takings { fresh, times, ..Takings::default() })
    }

    /// The next items of a material that a site is to begin, remade ones first.
    pub(crate) fn next_numbers(
        &self,
        site: usize,
        material: usize,
        most: usize,
    ) -> Vec<(u64, u32)> {
        let state = &self.materials[material];
        let plant = &self.sites[site].id;
        let mut found: Vec<(u64, u32)> = state
            .again
            .iter()
            .copied()
            .filter(|(number, _)| self.serials.built_at(&state.id, *number, plant))
            .take(most)
            .collect();
        let total = self.serials.total(&state.id);
        let mut number = match total {
            Some(_) => state.next.get(&site).copied().unwrap_or(0),
            None => state.next_open,
        };
        while found.len() < most && total.is_none_or(|total| number < total) {
            let mine = self.serials.built_at(&state.id, number, plant);
            if mine && !state.begun.contains(&number) {
                found.push((number, 0));
            }
            number += 1;
        }
        found
    }

    /// The first parent, in turn, of which every piece is there.
    fn whole_set(&self, op: usize) -> Result<Takings, Wait> {
        let compiled = &self.ops[op];
        let pieces: Vec<_> = compiled.takes.iter().filter(|t| t.role == Role::Piece).collect();
        let parent = &self.materials[compiled.output].id;
        let mut sets: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for take in &pieces {
            let material = &self.materials[take.material].id;
            for &part in &self.stores[take.store].parts {
                let state = &self.parts[part];
                if state.material == take.material
                    && !state.held
                    && let Some(number) = state.number
                    && let Some(above) = self.serials.parent(material, number)
                {
                    sets.entry(above).or_default().push(part);
                }
            }
        }
        let mut materials: Vec<usize> = pieces.iter().map(|take| take.material).collect();
        materials.sort_unstable();
        materials.dedup();
        let wanted: u64 = materials
            .iter()
            .map(|&material| self.serials.per_parent(&self.materials[material].id).unwrap_or(1))
            .sum();
        let in_turn = compiled
            .swap_window
            .map(|window| self.next_numbers(compiled.site, compiled.output, window as usize + 1));
        let allowed = |number: u64| {
            in_turn.as_ref().is_none_or(|turn| turn.iter().any(|(other, _)| *other == number))
                && self.serials.built_at(parent, number, &self.sites[compiled.site].id)
        };
        let complete =
            sets.into_iter().find(|(number, set)| set.len() as u64 >= wanted && allowed(*number));
        let Some((number, set)) = complete else {
            let (store, material) =
                pieces.first().map_or((0, 0), |take| (take.store, take.material));
            return Err(Wait::Material { store, material });
        };
        let again = self.materials[compiled.output].again.iter().find(|(n, _)| *n == number);
        let fresh = vec![(number, again.map_or(0, |(_, round)| *round))];
        Ok(Takings { fresh, pieces: set, times: 1, ..Takings::default() })
    }

    /// The next piece, in turn, of the parent that is growing in this unit or is to begin here.
    fn next_piece(&self, unit: usize, op: usize) -> Result<Takings, Wait> {
        let compiled = &self.ops[op];
        let Begins::Grows { pieces, of } = compiled.begins else {
            return Err(Wait::Order { op });
        };
        let holding = self.units[unit].holding;
        let (number, fresh, there): (u64, Vec<(u64, u32)>, &[u64]) = match holding {
            Some((part, _)) => {
                let part = &self.parts[part];
                (part.number.unwrap_or(0), Vec::new(), part.pieces.as_slice())
            }
            None => match self.next_numbers(compiled.site, compiled.output, 1).first() {
                Some(&next) => (next.0, vec![next], &[]),
                None => return Err(Wait::Order { op }),
            },
        };
        let missing: Vec<u64> =
            (number * of..(number + 1) * of).filter(|piece| !there.contains(piece)).collect();
        let wanted = pieces.min(missing.len() as u64);
        let reach = (wanted + compiled.swap_window.unwrap_or(0)) as usize;
        let mut found = Vec::new();
        for &piece in missing.iter().take(reach) {
            if found.len() as u64 == wanted {
                break;
            }
            found.extend(self.piece_in_store(compiled, piece));
        }
        if (found.len() as u64) < wanted {
            let take = compiled.takes.iter().find(|take| take.role == Role::Piece);
            let (store, material) = take.map_or((0, 0), |take| (take.store, take.material));
            return Err(Wait::Material { store, material });
        }
        let itself = holding.map(|(part, _)| part).into_iter().collect();
        Ok(Takings { itself, fresh, pieces: found, times: 1 })
    }

    fn piece_in_store(&self, op: &Op, piece: u64) -> Option<usize> {
        op.takes.iter().filter(|take| take.role == Role::Piece).find_map(|take| {
            self.stores[take.store].parts.iter().copied().find(|&part| {
                let part = &self.parts[part];
                part.material == take.material && part.number == Some(piece) && !part.held
            })
        })
    }

    /// How many times the quantities that go in are there, up to what is to be taken.
    fn quantities(&self, op: &Op, takings: &Takings, least: u32) -> Result<u32, Wait> {
        let mut times = takings.times;
        for take in op.takes.iter().filter(|take| take.role == Role::Bulk) {
            let there = self.stores[take.store].stock(take.material);
            let enough = ((there + 1e-6) / take.quantity).floor().max(0.0) as u32;
            if enough < least {
                return Err(Wait::Material { store: take.store, material: take.material });
            }
            times = times.min(enough);
        }
        Ok(times)
    }

    /// Serial items that go in without being named for it.
    fn any_items(&self, op: &Op, takings: &mut Takings) -> Result<(), Wait> {
        for take in op.takes.iter().filter(|take| take.role == Role::Any) {
            let wanted = (take.quantity * f64::from(takings.times)).round() as usize;
            let before = takings.pieces.len();
            let mut held = false;
            for &part in &self.stores[take.store].parts {
                if takings.pieces.len() - before == wanted {
                    break;
                }
                if self.parts[part].material == take.material {
                    if self.parts[part].held {
                        held = true;
                    } else {
                        takings.pieces.push(part);
                    }
                }
            }
            if takings.pieces.len() - before < wanted {
                return Err(if held {
                    Wait::Quality { store: take.store }
                } else {
                    Wait::Material { store: take.store, material: take.material }
                });
            }
        }
        Ok(())
    }
}
