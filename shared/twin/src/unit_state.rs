//! The states of a work unit, and what each counts as in other people's vocabularies.
//!
//! Sources: PackML state names ISA-TR88.00.02; SEMI E10-0422; time elements ISO 22400-2 as in
//! OPC 40001-1 Annex C.2. The mappings are total: a state without a row does not compile.

use std::fmt;

/// What a work unit is doing. Waiting is split by what is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum UnitState {
    /// Adding value to a part.
    Working,
    /// Free, and no part has come: page word "waiting for parts".
    Starved,
    /// Done, and the part cannot leave: page word "no room downstream".
    Blocked,
    /// Part present, no people.
    WaitingForCrew,
    /// Part present, nothing to lift or carry it.
    WaitingForCrane,
    /// Being made ready for another kind of part.
    Setup,
    /// Broken, being repaired or waiting for it.
    Down,
    /// Stopped by decision, with a reason from the plant's own tree.
    Held,
    /// Stopped for maintenance that was planned.
    PlannedMaintenance,
    /// Its calendar says nobody works.
    OffShift,
    /// Nothing has been heard yet.
    Unknown,
}

/// The ISO 22400-2 time element that a moment counts toward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimeElement {
    /// APT, actual production time.
    Production,
    /// ASUT, actual unit setup time.
    Setup,
    /// ADET, actual unit delay time: an order is there, nothing is made.
    Delay,
    /// ADOT, actual unit down time: available, without an order.
    Down,
    /// Planned downtime, outside planned busy time.
    PlannedDowntime,
    /// Outside planned operation time.
    OutsidePlannedOperation,
    /// Not counted; shown as missing coverage.
    Excluded,
}

/// PackML state by name; numbers differ between implementations, names do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackMl {
    /// Producing.
    Execute,
    /// Stopped for an external reason: nothing comes or nothing leaves.
    Suspended,
    /// Stopped for an internal reason.
    Held,
    /// Ready, nothing to do.
    Idle,
    /// Failed.
    Aborted,
    /// Powered, not in production.
    Stopped,
    /// Nothing known.
    Undefined,
}

/// SEMI E10 basic state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SemiE10 {
    /// PRD.
    Productive,
    /// SBY.
    Standby,
    /// SDT.
    ScheduledDowntime,
    /// UDT.
    UnscheduledDowntime,
    /// NST.
    NonScheduled,
    /// Nothing known.
    Unknown,
}

/// Whether an order was waiting for the unit; decides between delay and down time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderPresent {
    /// An order waits.
    Yes,
    /// No order waits.
    No,
}

impl UnitState {
    /// Every state, in the order pages list them.
    pub const ALL: [Self; 11] = [
        Self::Working,
        Self::Starved,
        Self::Blocked,
        Self::WaitingForCrew,
        Self::WaitingForCrane,
        Self::Setup,
        Self::Down,
        Self::Held,
        Self::PlannedMaintenance,
        Self::OffShift,
        Self::Unknown,
    ];

    /// The name used in reports and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Starved => "starved",
            Self::Blocked => "blocked",
            Self::WaitingForCrew => "waiting_for_crew",
            Self::WaitingForCrane => "waiting_for_crane",
            Self::Setup => "setup",
            Self::Down => "down",
            Self::Held => "held",
            Self::PlannedMaintenance => "planned_maintenance",
            Self::OffShift => "off_shift",
            Self::Unknown => "unknown",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Active in the sense of the active period method (Roser, Nakano, Tanaka, 2001): neither
    /// starved nor blocked. Time off shift is nobody's activity.
    pub const fn is_active(self) -> bool {
        match self {
            Self::Working
            | Self::Setup
            | Self::Down
            | Self::Held
            | Self::PlannedMaintenance
            | Self::WaitingForCrew
            | Self::WaitingForCrane => true,
            Self::Starved | Self::Blocked | Self::OffShift | Self::Unknown => false,
        }
    }

    /// The ISO 22400-2 time element.
    pub const fn time_element(self, order: OrderPresent) -> TimeElement {
        match (self, order) {
            (Self::Working, _) => TimeElement::Production,
            (Self::Setup, _) => TimeElement::Setup,
            (Self::Down | Self::Held | Self::Blocked, _)
            | (Self::Starved | Self::WaitingForCrew | Self::WaitingForCrane, OrderPresent::Yes) => {
                TimeElement::Delay
            }
            (Self::Starved | Self::WaitingForCrew | Self::WaitingForCrane, OrderPresent::No) => {
                TimeElement::Down
            }
            (Self::PlannedMaintenance, _) => TimeElement::PlannedDowntime,
            (Self::OffShift, _) => TimeElement::OutsidePlannedOperation,
            (Self::Unknown, _) => TimeElement::Excluded,
        }
    }

    /// The PackML state of ISA-TR88.00.02.
    pub const fn packml(self) -> PackMl {
        match self {
            Self::Working => PackMl::Execute,
            Self::Starved | Self::Blocked | Self::WaitingForCrew | Self::WaitingForCrane => {
                PackMl::Suspended
            }
            Self::Held => PackMl::Held,
            Self::Setup => PackMl::Idle,
            Self::Down => PackMl::Aborted,
            Self::PlannedMaintenance | Self::OffShift => PackMl::Stopped,
            Self::Unknown => PackMl::Undefined,
        }
    }

    /// The SEMI E10 basic state. Setup counts as scheduled downtime, as E10 has it.
    pub const fn semi_e10(self) -> SemiE10 {
        match self {
            Self::Working => SemiE10::Productive,
            Self::Starved | Self::Blocked | Self::WaitingForCrew | Self::WaitingForCrane => {
                SemiE10::Standby
            }
            Self::Setup | Self::PlannedMaintenance => SemiE10::ScheduledDowntime,
            Self::Down | Self::Held => SemiE10::UnscheduledDowntime,
            Self::OffShift => SemiE10::NonScheduled,
            Self::Unknown => SemiE10::Unknown,
        }
    }
}

impl fmt::Display for UnitState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole mapping as text: a change of meaning shows up as a changed line.
    #[test]
    fn every_state_maps_to_the_standards() {
        let table: Vec<String> = UnitState::ALL
            .iter()
            .map(|s| {
                format!(
                    "{s}: {:?}/{:?} {:?} {:?}",
                    s.time_element(OrderPresent::Yes),
                    s.time_element(OrderPresent::No),
                    s.packml(),
                    s.semi_e10()
                )
            })
            .collect();
        let expected = "\
working: Production/Production Execute Productive
starved: Delay/Down Suspended Standby
blocked: Delay/Delay Suspended Standby
waiting_for_crew: Delay/Down Suspended Standby
waiting_for_crane: Delay/Down Suspended Standby
setup: Setup/Setup Idle ScheduledDowntime
down: Delay/Delay Aborted UnscheduledDowntime
held: Delay/Delay Held UnscheduledDowntime
planned_maintenance: PlannedDowntime/PlannedDowntime Stopped ScheduledDowntime
off_shift: OutsidePlannedOperation/OutsidePlannedOperation Stopped NonScheduled
unknown: Excluded/Excluded Undefined Unknown";
        assert_eq!(table.join("\n"), expected);
    }

    #[test]
    fn names_are_unique_and_lead_back() {
        for state in UnitState::ALL {
            assert_eq!(UnitState::from_name(state.name()), Some(state));
        }
        assert_eq!(UnitState::from_name("broken"), None);
    }
}
