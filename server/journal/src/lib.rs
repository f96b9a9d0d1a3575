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
//! revoked while the hub runs.
//!
//! This crate knows no clock: every time is handed in.

mod acknowledged;
mod catalogue;
mod entry;
mod error;
mod journal;
mod keys;
mod planner_keys;
mod reader;
mod schema;
mod viewer_keys;

#[cfg(test)]
mod tests;

pub use acknowledged::{LostFeed, NamedLoss};
pub use catalogue::{Alarm, ClockRow, Definition, DefinitionFile};
pub use entry::{Entry, RefusedItem};
pub use error::JournalError;
pub use journal::{FeedPosition, Journal, Opened, Options};
pub use keys::{KeyRow, Keys};
pub use planner_keys::PlannerKeyRow;
pub use reader::Reader;
pub use viewer_keys::ViewerKeyRow;

use twin::Span;

/// What is older than this on the plant's clock is refused at the door and may be dropped.
pub const RETENTION: Span = Span::from_secs(800 * 24 * 3_600);
