//! What a unit lacks to go on: when something comes, only those are asked again that may lack it.
//!
//! An operation that cannot begin fails for the first thing that is missing, and cannot begin as
//! long as that is: so it is enough to remember its kind, for each operation of the unit and for
//! each piece that cannot leave it.

use std::ops::BitOr;

use crate::network::Wait;

/// A set of kinds of waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lacks(u16);

impl Lacks {
    /// Nothing: it is busy, or only its own events concern it.
    pub const NOTHING: Self = Self(0);
    /// It has not been asked yet.
    pub const ANYTHING: Self = Self(u16::MAX);
    /// Something in a storage.
    pub const MATERIAL: Self = Self(1);
    /// Room in a storage.
    pub const SPACE: Self = Self(1 << 1);
    /// Room in a building.
    pub const LIMIT: Self = Self(1 << 2);
    pub const CARDS: Self = Self(1 << 3);
    pub const CREW: Self = Self(1 << 4);
    pub const CRANE: Self = Self(1 << 5);
    /// A calendar that opens: its own, a crew's or a crane's.
    pub const SHIFT: Self = Self(1 << 6);
    /// A number that is its turn.
    pub const ORDER: Self = Self(1 << 7);

    pub fn of(wait: &Wait) -> Self {
        match wait {
            Wait::Material { .. } | Wait::Quality { .. } => Self::MATERIAL,
            Wait::Space { .. } => Self::SPACE,
            Wait::Limit { .. } => Self::LIMIT,
            Wait::Cards { .. } => Self::CARDS,
            Wait::Crew { .. } => Self::CREW,
            Wait::Crane { .. } => Self::CRANE,
            Wait::Shift(_) => Self::SHIFT,
            Wait::Order { .. } => Self::ORDER,
            Wait::Repair | Wait::Setup | Wait::Machine => Self::NOTHING,
        }
    }

    pub fn any_of(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }
}

impl BitOr for Lacks {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
