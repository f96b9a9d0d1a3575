//! Networks in which pieces of a kind are alike, played as fast as events can be.
//!
//! What a part is called, which crane carries it and which shift works matter in a yard; in a line
//! that makes one thing they do not, and the general model pays for them at every step. A
//! [`Flow`] knows stations, servers, storages, failures and ways only. It is the same model where
//! both apply: the same rules of blocking and of failures, time in whole microseconds, the order
//! (time, priority, sequence), one random stream for each source.

mod account;
mod clocks;
mod network;
mod recursion;
mod run;
mod slotted;
mod start;
mod state;

use des::Time;
use smol_str::SmolStr;
use thiserror::Error;

pub use network::{
    Ages, Begun, Blocking, Failure, Fate, Lot, Network, Piece, Station, Storage, Way,
};
pub use recursion::Recursion;
pub use run::Flow;
pub use slotted::{Full, Machine, Slotted, SlottedLine, Up};

/// Why a network cannot be played.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum FlowError {
    /// More stations, storages or servers than there may be.
    #[error("a network has at most 10,000 stations and storages, and 100,000 servers")]
    TooLarge,
    /// A storage holds more than it can.
    #[error("storage {storage} begins with more than it has room for")]
    Overfull {
        /// Which.
        storage: SmolStr,
    },
    /// A station without a server.
    #[error("station {station} has no server")]
    NoServer {
        /// Which.
        station: SmolStr,
    },
    /// A station takes from, or gives to, a storage that is not there.
    #[error("station {station} takes from or gives to a storage that is not there")]
    NoStorage {
        /// Which.
        station: SmolStr,
    },
    /// No piece at a time, or more than there is room for.
    #[error(
        "station {station} takes or gives {pieces} pieces at a time at storage {storage}: it has \
         to be one at least, and what there is room for at most"
    )]
    Lot {
        /// Which station.
        station: SmolStr,
        /// Which storage.
        storage: SmolStr,
        /// How many.
        pieces: u32,
    },
    /// It begins in a way that it cannot be in.
    #[error(
        "station {station} cannot begin like that: it has no such server, way or failure, or \
             one server is named twice"
    )]
    Begun {
        /// Which.
        station: SmolStr,
    },
    /// Shares that are not positive, or do not add up.
    #[error(
        "the ways of station {station} have shares that add up to {sum}, not to 1, or are not above 0"
    )]
    Shares {
        /// Which.
        station: SmolStr,
        /// What they add up to.
        sum: f64,
    },
    /// Blocking before service with a choice of ways.
    #[error("station {station} keeps a place before its work, but has several ways: give it one")]
    KeepsOnePlace {
        /// Which.
        station: SmolStr,
    },
    /// A storage of capacity 0 where a place must be kept, or beside others.
    #[error(
        "station {station} gives to a storage with no room at all, which takes a piece only from \
         hand to hand: give it room for one, or let the station block after its work and give to \
         that storage alone"
    )]
    NoRoomAtAll {
        /// Which.
        station: SmolStr,
    },
    /// Nothing can ever move again.
    #[error(
        "nothing can ever move again: a piece that station {station} has finished finds no room \
         in {storage}, and nobody takes from there any more, for want of something else"
    )]
    Deadlock {
        /// The station.
        station: SmolStr,
        /// The storage.
        storage: SmolStr,
    },
    /// It is more than a line or an assembly.
    #[error("it has no recursion of departures: {why}")]
    NoRecursion {
        /// Why, as a sentence without its point.
        why: String,
    },
    /// It begins again and again, and time does not go by.
    #[error("station {station} begins again and again without time going by")]
    Endless {
        /// Which.
        station: SmolStr,
    },
}

/// What has come of a flow up to a moment, all since its beginning. Differences of two are what
/// happened in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// The moment.
    pub at: Time,
    /// Pieces finished, by station.
    pub finished: Vec<u64>,
    /// Pieces that left the network good, by station.
    pub left: Vec<u64>,
    /// Pieces that left it lost, by station.
    pub scrapped: Vec<u64>,
    /// Over those: time in the network, by station \[µs\]; only where the flow is watched.
    pub in_system: Vec<i128>,
    /// Pieces taken out, by storage.
    pub taken: Vec<u64>,
    /// Over those: time in the storage \[µs\]; only where the flow is watched.
    pub waited: Vec<i128>,
    /// Of those taken: how many were taken the instant they came; only where it is watched.
    pub taken_at_once: Vec<u64>,
    /// Level over time, by storage \[piece × µs\]; only where the flow is watched.
    pub level_time: Vec<i128>,
    /// Pieces there now, by storage.
    pub levels: Vec<u32>,
}

/// What a server did with its time \[µs\]; what is left of it, it waited for pieces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerTimes {
    /// Worked.
    pub working: i64,
    /// Was kept from work by a full storage.
    pub blocked: i64,
    /// Was being repaired.
    pub down: i64,
    /// Had a piece, whatever it did.
    pub held: i64,
}

#[cfg(test)]
mod tests;
