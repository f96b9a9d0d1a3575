//! What a unit's state is called on pages, where the record does not say why it is free.

use twin::UnitState;

/// The page's own state of a unit that is free, and nobody said why: the transition table makes
/// it `starved`, and pages may not claim that parts are missing.
const IDLE: &str = "idle_no_cause";
/// The same where every order that the plant had is met.
const NO_ORDER: &str = "idle_no_order";

/// Whether a plant's record tells causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Causes {
    /// It does: a free unit waits for what it says, or for parts.
    Told,
    /// It does not.
    NotTold,
    /// It does not, and there is no order left that a unit could work for.
    NoOrder,
}

impl Causes {
    /// The name of a state on pages.
    pub const fn name(self, state: UnitState) -> &'static str {
        match (self, state) {
            (Self::NotTold, UnitState::Starved) => IDLE,
            (Self::NoOrder, UnitState::Starved) => NO_ORDER,
            _ => state.name(),
        }
    }

    /// Whether pages may say what a unit waits for.
    pub const fn are_told(self) -> bool {
        matches!(self, Self::Told)
    }

    /// The name for one that was written down as in reports.
    pub fn rename(self, name: &str) -> String {
        UnitState::from_name(name).map_or(name, |state| self.name(state)).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_record_without_causes_leaves_it_open_why_a_unit_is_free() {
        assert_eq!(Causes::NotTold.name(UnitState::Starved), "idle_no_cause");
        assert_eq!(Causes::Told.name(UnitState::Starved), "starved");
        for state in UnitState::ALL.into_iter().filter(|state| *state != UnitState::Starved) {
            assert_eq!(Causes::NotTold.name(state), state.name());
        }
        assert_eq!(Causes::NoOrder.name(UnitState::Starved), "idle_no_order");
        assert_eq!(Causes::NoOrder.name(UnitState::Down), "down");
        assert_eq!(Causes::NotTold.rename("starved"), "idle_no_cause");
        assert_eq!(Causes::NotTold.rename("of another kind"), "of another kind");
    }
}
