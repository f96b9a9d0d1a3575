//! What networks of like pieces need besides: arrivals, cards, reordering, a state to begin with,
//! lines that move in step.

use super::{Basis, Duration};
use crate::{
    id::{EquipmentId, MaterialId, OperationId},
    time::Span,
};

/// Pieces that come from outside, one lot after the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    /// What it is called.
    pub id: EquipmentId,
    /// Time from one lot to the next; the first comes after one such time.
    pub between: Duration,
    /// What comes, where to and how much, all at the same instant.
    pub gives: Vec<(MaterialId, EquipmentId, u32)>,
    /// Where the numbers come from.
    pub basis: Basis,
}

/// Cards: an operation of `taken_by` begins only with a card, which comes back when an operation
/// of `returned_by` lets go of its piece. One card is one piece.
#[derive(Clone, Debug, PartialEq)]
pub struct CardLoop {
    /// What the loop is called.
    pub id: EquipmentId,
    /// How many cards there are.
    pub cards: u32,
    /// Operations that take one each time they begin.
    pub taken_by: Vec<OperationId>,
    /// Operations that give one back each time a good piece leaves.
    pub returned_by: Vec<OperationId>,
    /// Where the numbers come from.
    pub basis: Basis,
}

/// Lots that are ordered by the level of stock: the stock on hand and on order, less what is
/// wanted and not there, is looked at whenever something is taken (continuous review).
#[derive(Clone, Debug, PartialEq)]
pub struct Reorder {
    /// An order goes out when so much is left, or less \[pieces\].
    pub point: u32,
    /// How much is ordered at a time \[pieces\]. Base stock S is lots of 1 at S - 1; (s, S) with
    /// demand of one at a time is lots of S - s at s.
    pub lot: u32,
    /// From order to arrival.
    pub lead: Duration,
    /// Where what is wanted waits for the stock: orders are counted by what comes there.
    pub wanted_at: EquipmentId,
}

/// How a unit stands when the plant is first seen.
#[derive(Clone, Debug, PartialEq)]
pub struct BegunUnit {
    /// Which.
    pub unit: EquipmentId,
    /// The piece that it has, if any.
    pub piece: Option<BegunPiece>,
    /// The failure that is being repaired, and for how long it has been.
    pub down: Option<(String, Span)>,
}

/// The piece that a unit has when the plant is first seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BegunPiece {
    /// Worked on for so long.
    Working(Span),
    /// Finished, and there was no room for it.
    Finished,
}

/// All stations move in step: failures and repairs at the start of a cycle, moves at its end.
#[derive(Clone, Debug, PartialEq)]
pub struct InStep {
    /// One cycle.
    pub cycle: Span,
    /// Whether a full storage keeps the station before it from working even where a piece is taken
    /// out of it in the same cycle.
    pub full_at_start: bool,
    /// Where the numbers come from.
    pub basis: Basis,
}

/// What decides whether a unit runs in a cycle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StepUp {
    /// Fails with this chance in a cycle in which it would work, and is repaired with that chance
    /// in one in which it is down.
    Geometric {
        /// To fail \[ratio\].
        fails: f64,
        /// To be repaired \[ratio\].
        repaired: f64,
    },
    /// Runs with this chance in each cycle, whatever it did before \[ratio\].
    Bernoulli(f64),
}
