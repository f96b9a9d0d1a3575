//! Append, replay and history: the only crate that opens the data directory.
//!
//! A [`Journal`] is one SQLite file (WAL, `synchronous = FULL`): a transaction that has returned
//! survives loss of power on a disk that honours a flush. Every frame of a feed is a row
//! ([`Entry`]) with a checksum of its own; frames of many feeds share one commit. SQLite stops
//! silently at a damaged frame of its write-ahead log, so what was acknowledged is also kept in
//! two small files beside it, and a start below them is a [`NamedLoss`].
//!
//! A [`Reader`] reads beside the hub that writes: what was said is folded anew from it.
//!
//! [`Keys`] live in a file of their own without the exclusive lock, so that a key can be made or
//! revoked while the hub runs; with them the accounts of people, their sessions, what they decided
//! about sharing, and the record of who came in and what was changed. Every file is its owner's alone.
//!
//! This crate knows no clock: every time is handed in.

mod acknowledged;
mod audit;
mod catalogue;
mod decisions;
mod entry;
mod error;
mod hexadecimal;
mod invitations;
mod journal;
mod key_table;
mod keys;
mod life;
mod people;
mod planner_keys;
mod private;
mod reader;
mod schema;
mod sessions;
mod viewer_keys;

#[cfg(test)]
mod tests;

pub use acknowledged::{LostFeed, NamedLoss};
pub use audit::AuditRow;
pub use catalogue::{Alarm, ClockRow, Definition, DefinitionFile};
pub use decisions::{Act, DecisionKind, DecisionRow, Settled};
pub use entry::{Entry, RefusedItem};
pub use error::JournalError;
pub use hexadecimal::{hash_of, hexadecimal};
pub use invitations::{InvitationRow, InvitedKey, Redeemed};
pub use journal::{FeedPosition, Journal, Opened, Options};
pub use keys::{AnyKey, KeyRow, Keys};
pub use life::KeyLife;
pub use people::{AccountRow, Reports, Role};
pub use planner_keys::PlannerKeyRow;
pub use reader::Reader;
pub use sessions::{Holder, SessionRow};
pub use viewer_keys::ViewerKeyRow;

use twin::Span;

/// What is older than this on the plant's clock is refused at the door and may be dropped.
pub const RETENTION: Span = Span::from_secs(800 * 24 * 3_600);
