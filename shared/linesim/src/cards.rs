//! Cards that limit how much is under way: an operation begins only with one, and a later
//! operation gives it back when a good piece leaves it, or any on the way when the piece is lost.

use crate::{lacks::Lacks, model::Model, network::Wait};

/// A loop of cards.
#[derive(Clone, Debug)]
pub(crate) struct CardState {
    /// Cards that nobody has.
    pub left: u32,
    /// Units that begin with one.
    pub users: Vec<usize>,
    /// The unit that gave one back last.
    pub returned_by: Option<usize>,
}

/// What an operation does with cards, by number of their loop.
#[derive(Clone, Debug, Default)]
pub(crate) struct OpCards {
    pub takes: Vec<usize>,
    /// Gives back one for each good piece.
    pub returns: Vec<usize>,
    /// Gives back one for each lost piece.
    pub loses: Vec<usize>,
}

impl Model {
    /// How many pieces an operation may begin with, up to `most`.
    pub(crate) fn with_cards(&self, op: usize, least: u32, most: u32) -> Result<u32, Wait> {
        let mut most = most;
        for &cards in &self.ops[op].cards.takes {
            let left = self.cards[cards].left;
            if left < least {
                return Err(Wait::Cards { cards });
            }
            most = most.min(left);
        }
        Ok(most)
    }

    pub(crate) fn take_cards(&mut self, op: usize, pieces: u32) {
        for &cards in &self.ops[op].cards.takes {
            let state = &mut self.cards[cards];
            state.left = state.left.saturating_sub(pieces);
        }
    }

    /// Good pieces have left an operation.
    pub(crate) fn return_cards(&mut self, unit: usize, op: usize, pieces: u32) {
        let loops = self.ops[op].cards.returns.clone();
        self.give_back(unit, &loops, pieces);
    }

    /// Pieces are lost at an operation.
    pub(crate) fn lose_cards(&mut self, unit: usize, op: usize, pieces: u32) {
        let loops = self.ops[op].cards.loses.clone();
        self.give_back(unit, &loops, pieces);
    }

    fn give_back(&mut self, unit: usize, loops: &[usize], pieces: u32) {
        for &cards in loops {
            let state = &mut self.cards[cards];
            state.left += pieces;
            state.returned_by = Some(unit);
            for index in 0..self.cards[cards].users.len() {
                self.wake_if(self.cards[cards].users[index], Lacks::CARDS);
            }
        }
    }
}
