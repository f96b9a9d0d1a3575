//! A production network as a discrete-event model; emits the same reports as a feed.
//!
//! [`Model::new`] takes a programme and its plants; [`Model::run_until`] plays them on one clock
//! and hands out reports in order of time, each of a start or a move with what released it.
//! Equal settings and definitions give equal reports to the bit.
//!
//! How definitions are understood:
//!
//! - An operation with an input of its output's own serial material works on that part: it goes
//!   on. Other inputs are added to it.
//! - An operation on serial pieces of its output (as the naming schemes have it) assembles. It
//!   takes exactly the named pieces. Where it takes fewer at a time than the whole has, the whole
//!   grows in the unit, piece by piece in sequence, and holds the unit until it is complete; the
//!   duration is that of one step. A piece listed with several storages may come from any of them.
//! - An operation with neither begins new parts, in serial order, of those that this plant builds;
//!   with output by quantity it is run with a kit as its part.
//! - After work, a part stays in its unit until the next place has room for it (blocking after
//!   service) and something is there to carry it.
//! - Failures age by working time, and repairs take working time of the unit's own calendar.
//! - Cranes, transporters and barges age by their errands, and keep what they carry while they
//!   are repaired.
//! - A building with a limit counts the named parts in it and on their way in; what finds no room,
//!   deliveries included, waits outside.
//! - A single delivery of the plan comes on the way of its supply line and shares its trouble.
//! - A hold after the operation is spent in the storage that the part goes to.
//! - What a start is caused by is the last condition that became true.

mod begin;
mod breakdown;
mod build;
mod cards;
mod change;
mod change_plant;
mod error;
mod finish;
pub mod flow;
mod hours;
mod lacks;
mod lane;
mod lasts;
mod leave;
pub mod like;
mod limits;
mod model;
mod network;
mod outside;
mod over_time;
mod place;
mod plan;
mod route;
pub mod scenario;
mod settings;
mod shown;
mod snapshot;
mod summary;
mod supply;
mod takings;

pub use build::{LeftOut, Standing, Why};
pub use change_plant::{Changed, Parameter, change_plant, parameters};
pub use error::{ChangeError, ModelError};
pub use model::{Ended, Model};
pub use route::{NeverEnds, never_ends};
pub use scenario::Scenario;
pub use settings::{Disruption, Settings};
pub use summary::{Present, StorageSummary, Summary, UnitSummary};

#[cfg(test)]
mod tests;
