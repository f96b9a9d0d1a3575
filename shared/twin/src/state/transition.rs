//! The transition table of a work unit: what its state is after something happened there.
//!
//! A unit's reports win over what was stated before them. A part's coming and going is the
//! part's report: it ends waiting, and leaves a stated stop (down, held, off shift, …) alone.

use crate::unit_state::UnitState;

/// What happened at a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnitEvent {
    /// An operation began.
    Started,
    /// An operation ended; others run on.
    FinishedOne,
    /// The last running operation ended and parts are still here.
    FinishedFull,
    /// The last running operation ended and no part is here.
    FinishedEmpty,
    /// A part came while no operation ran.
    Arrived,
    /// The last part left while no operation ran.
    Emptied,
    /// The unit says what it does.
    Stated(UnitState),
}

/// The whole specification.
pub(super) const fn next_state(state: UnitState, event: UnitEvent) -> UnitState {
    use {UnitEvent as E, UnitState as S};
    match (state, event) {
        (_, E::Stated(stated)) => stated,
        (_, E::Started | E::FinishedOne) => S::Working,
        (_, E::FinishedFull) => S::Blocked,
        (_, E::FinishedEmpty) => S::Starved,
        // A part alone is not work: what it waits for is not known until the unit says.
        (S::Unknown, E::Arrived) => S::Starved,
        (_, E::Arrived) => state,
        (S::Down | S::Held | S::PlannedMaintenance | S::OffShift | S::Setup, E::Emptied) => state,
        (_, E::Emptied) => S::Starved,
    }
}
