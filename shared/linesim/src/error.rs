//! What can be wrong with a model, or with a change to it.

use thiserror::Error;
use twin::{PlantId, PlantTime, Span};

/// Why a network cannot be simulated; every case names the place and the thing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ModelError {
    /// A place that can hold nothing.
    #[error("{plant}: {place} has a capacity of 0 and can never take a part")]
    ZeroCapacity {
        /// The plant.
        plant: PlantId,
        /// The work center or storage.
        place: String,
    },
    /// A calendar that never opens within the horizon.
    #[error("{plant}: calendar {calendar} has no working time from {from} on")]
    EmptyCalendar {
        /// The plant.
        plant: PlantId,
        /// The calendar.
        calendar: String,
        /// The start of the run, in microseconds since 1970.
        from: i64,
    },
    /// Something names what is not there.
    #[error("{plant}: {user} names {kind} {id}, which does not exist")]
    Unknown {
        /// The plant.
        plant: PlantId,
        /// What names it.
        user: String,
        /// The kind of thing named.
        kind: &'static str,
        /// The name.
        id: String,
    },
    /// A lot or batch is larger than the place that must take it.
    #[error("{plant}: {user} puts {quantity} {material} into {storage}, which holds {capacity}")]
    TooLarge {
        /// The plant.
        plant: PlantId,
        /// The operation, supply line or initial stock.
        user: String,
        /// What is put.
        material: String,
        /// How much, rounded up.
        quantity: u64,
        /// Where.
        storage: String,
        /// What fits there.
        capacity: u32,
    },
    /// A duration, lot or interval that must be above zero is not.
    #[error("{plant}: {item} of {user} must be above zero")]
    NotPositive {
        /// The plant.
        plant: PlantId,
        /// Whose.
        user: String,
        /// Which number.
        item: &'static str,
    },
    /// An operation that cannot be understood.
    #[error("{plant}: operation {operation}: {reason}")]
    Operation {
        /// The plant.
        plant: PlantId,
        /// The operation.
        operation: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A calendar that could not be laid out.
    #[error("{plant}: calendar {calendar}: {reason}")]
    Calendar {
        /// The plant.
        plant: PlantId,
        /// The calendar.
        calendar: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Parts are there and none has moved for a long time.
    #[error("{plant}: nothing has moved for {days} days; {unit} waits for {waits_for}")]
    Deadlock {
        /// The plant.
        plant: PlantId,
        /// The first unit that is blocked.
        unit: String,
        /// What it waits for.
        waits_for: String,
        /// For how long nothing has started or finished.
        days: u32,
    },
    /// Something goes on and on while the clock stands still.
    #[error("{plant}: {who} begins again and again with {material} without time going by")]
    Endless {
        /// The plant.
        plant: PlantId,
        /// The unit, arrivals or supply line.
        who: String,
        /// With what.
        material: String,
    },
    /// More parts with names, or runs, at once than are followed.
    #[error(
        "{plant}: more than {most} parts are there at once, most of them {material} in {place}: give \
         it less, or follow {material} by quantity and not by name"
    )]
    TooManyParts {
        /// The plant.
        plant: PlantId,
        /// Where most of them are.
        place: String,
        /// What most of them are.
        material: String,
        /// The most that may be there.
        most: u64,
    },
    /// A run would take longer than anybody waits.
    #[error(
        "{plant}: a replication takes more than {most} events, and the last of them of {who} with \
         {material}: they come to {reached} of it; ask for less time with --until, or mend its times"
    )]
    TooManyEvents {
        /// The plant.
        plant: PlantId,
        /// The unit, arrivals or supply line that the last was of.
        who: String,
        /// With what.
        material: String,
        /// The most that there may be.
        most: u64,
        /// How far it came.
        reached: Span,
    },
    /// What arrives by itself finds no room for certain.
    #[error("{plant}: {user} come into {storage}, which has a limit: nobody sends them back")]
    SentBack {
        /// The plant.
        plant: PlantId,
        /// The arrivals.
        user: String,
        /// Where they come.
        storage: String,
    },
    /// Cards that are taken and never given back.
    #[error(
        "{plant}: loop of cards {cards} takes cards that never come back: no operation of \
         returned_by comes after one of taken_by"
    )]
    NoReturn {
        /// The plant.
        plant: PlantId,
        /// The loop.
        cards: String,
    },
    /// More stock at the start than with every order in.
    #[error(
        "{plant}: {storage} begins with {quantity} {material}, more than {most}, where no order \
         would be out"
    )]
    Overstocked {
        /// The plant.
        plant: PlantId,
        /// What.
        material: String,
        /// Where.
        storage: String,
        /// How much is there.
        quantity: u64,
        /// Point and lot together.
        most: u64,
    },
    /// Something that only networks of like pieces have, in a plant that is none.
    #[error("{plant}: {what} is for networks of like pieces only, and this plant is none")]
    LikeOnly {
        /// The plant.
        plant: PlantId,
        /// What it is.
        what: String,
    },
    /// Two plants with one id, or a plant that the programme does not list.
    #[error("plant {plant} is given twice")]
    DuplicatePlant {
        /// The plant.
        plant: PlantId,
    },
    /// The run goes on beyond the time that calendars were laid out for.
    #[error("the run was laid out until {until:?} and cannot go beyond")]
    BeyondHorizon {
        /// The end of what was laid out.
        until: PlantTime,
    },
    /// A disruption of the scenario could not be applied.
    #[error("a disruption cannot be applied")]
    Disruption {
        /// Why.
        #[source]
        source: ChangeError,
    },
}

/// Why a parameter was not changed; the model goes on as it was.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ChangeError {
    /// No such path.
    #[error("there is no {path}; did you mean {}?", .suggestions.join(", "))]
    UnknownPath {
        /// As given.
        path: String,
        /// The nearest paths.
        suggestions: Vec<String>,
    },
    /// The value cannot be read.
    #[error("{value:?} is not {expected}, as {path} wants")]
    BadValue {
        /// The path.
        path: String,
        /// As given.
        value: String,
        /// What would have been right.
        expected: &'static str,
    },
}
