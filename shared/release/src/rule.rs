//! The rule that a gate asks, and what may be asked of it.

use std::fmt::Debug;

use twin::{Audience, Label};

/// What is to be done with a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Look at it.
    See,
    /// Keep a copy.
    Export,
    /// Hand it to another hub.
    Federate,
}

impl Action {
    /// Every action, in the order of a rule's decisions.
    pub const ALL: [Self; 3] = [Self::See, Self::Export, Self::Federate];

    /// The word in policies and messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::See => "see",
            Self::Export => "export",
            Self::Federate => "federate",
        }
    }
}

/// Who may do what with facts of which label. It depends on nothing else: a gate asks once and
/// remembers the answer.
pub trait Rule: Debug + Send + Sync {
    /// Whether the audience may do that with facts of that label.
    fn allows(&self, label: &Label, audience: &Audience, action: Action) -> bool;

    /// All three decisions, in the order of [`Action::ALL`]; for rules that make them together
    /// at less cost.
    fn decide(&self, label: &Label, audience: &Audience) -> [bool; 3] {
        Action::ALL.map(|action| self.allows(label, audience, action))
    }

    /// The same of one label for each of several audiences, in their order: whoever has to be told
    /// of a label is told once.
    fn decide_each(&self, label: &Label, audiences: &[Audience]) -> Vec<[bool; 3]> {
        audiences.iter().map(|audience| self.decide(label, audience)).collect()
    }
}
