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
use twin::Span;

pub use network::{
    Ages, Begun, Blocking, Failure, Fate, Lot, Network, Piece, Station, Storage, Way,
};
pub use recursion::Recursion;
pub use run::Flow;
pub use slotted::{Full, Machine, Slotted, SlottedLine, Up};

/// The most pieces that may lie in the storages of a network at once: what comes faster than it
/// goes would fill the memory.
pub const MOST_PIECES: u64 = 1 << 21;
/// The most events of one run, unless somebody says less.
pub const MOST_EVENTS: u64 = 1 << 38;

/// Why a network cannot be played.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum FlowError {
    /// More stations, storages or servers than there may be.
    #[error(
        "a network has at most 10,000 stations and storages, and 100,000 servers: station {station} \
         alone works on {servers} pieces at once"
    )]
    TooLarge {
        /// The station with the most servers.
        station: SmolStr,
        /// How many.
        servers: u32,
    },
    /// More stock at the start than is followed.
    #[error(
        "storage {storage} begins with {pieces} pieces, and all storages together with more than \
         {MOST_PIECES}: give it less"
    )]
    TooMuchStock {
        /// The storage with the most.
        storage: SmolStr,
        /// How many.
        pieces: u32,
    },
    /// Pieces come faster than anybody takes them.
    #[error(
        "more than {MOST_PIECES} pieces lie in storages at once, most of them in {storage}: station \
         {station} gives there faster than anybody takes"
    )]
    TooManyPieces {
        /// The storage with the most.
        storage: SmolStr,
        /// Who gives there.
        station: SmolStr,
    },
    /// A run would take longer than anybody waits.
    #[error(
        "a replication takes more than {most} events, most of them at station {station}, which {does}: \
         they come to {reached} of it; ask for less time with --until, or mend that station's times"
    )]
    TooManyEvents {
        /// Which station.
        station: SmolStr,
        /// What it works on.
        does: String,
        /// The most that there may be.
        most: u64,
        /// How far it came.
        reached: Span,
    },
    /// Failures that leave no work between them.
    #[error(
        "station {station} fails more than a million times during one piece of work: mend its mean \
         time between failures"
    )]
    FailsAlways {
        /// Which.
        station: SmolStr,
    },
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
    #[error("station {station}, which {does}, begins again and again without time going by")]
    Endless {
        /// Which.
        station: SmolStr,
        /// What it works on.
        does: String,
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
