//! Combination of labels, decision bitsets, and the only maker of [`Released`].
//!
//! Every fact on its way out is [`Labelled`]; a [`Gate`] turns it into [`Released`] for one
//! audience or withholds it. Frames and answers are encoded from `Released` values alone, so a
//! forgotten filter does not compile:
//!
//! ```compile_fail
//! let forged = release::Released { value: 1, audience: release::AudienceId::PUBLIC };
//! ```
//!
//! Who may know what is not decided here: a [`Rule`] is handed in.

mod agreed;
mod combine;
mod gate;
mod rule;

pub use agreed::{Subject, bound_of_finding, is_within, label_of_fact};
pub use combine::{CombineError, combine};
pub use gate::{AudienceId, Gate, GateFull, LabelId, Labelled, Released, Selection};
pub use rule::{Action, Rule};

#[cfg(test)]
extern crate self as release;
#[cfg(test)]
#[path = "../../../tests/oracle.rs"]
mod oracle;
