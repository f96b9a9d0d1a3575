//! Combination of labels, decision bitsets, and the only maker of [`Released`].
//!
//! Every fact on its way out is [`Labelled`]; a [`Gate`] turns it into [`Released`] for one
//! audience or withholds it. Frames and answers are encoded from `Released` values alone, so a
//! forgotten filter does not compile:
//!
//! ```compile_fail
//! let forged = release::Released { value: 1, audience: release::AudienceId::PUBLIC };
//! ```

mod combine;
mod gate;

pub use combine::{CombineError, combine};
pub use gate::{
    Action, AudienceId, Gate, GateFull, LabelId, Labelled, Released, Selection, decide,
};
