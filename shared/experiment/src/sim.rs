//! A plant simulated: replications of it, and what they say with how much certainty.
//!
//! [`simulate`] chooses the model that fits ([`linesim::like`] where the pieces of a kind are
//! alike, the whole [`linesim::Model`] otherwise), plays the replications on the executor that is
//! handed in, cuts the warm-up and gives means with intervals.

mod choice;
mod hold_up;
mod in_step;
mod judge;
mod likes;
mod outcome;
mod plays;
mod tally;
mod whole;

use linesim::{
    Disruption, LeftOut, ModelError, NeverEnds, flow::FlowError, like::NotLike, never_ends,
};
use twin::{
    EquipmentId, MaterialId, MilestoneId, Plant, PlantId, PlantTime, Programme, Report, Span,
    UnitState, state::TwinState,
};

use crate::{error::StatisticsError, executor::Executor, interval::Interval};

pub use choice::{component, needs_whole};
pub use judge::{Judged, NoJudgement, judge};
pub use plays::{Play, Plays};

/// The plant, and what it lives in.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The programme.
    pub programme: &'a Programme,
    /// All plants of it.
    pub plants: &'a [Plant],
    /// Which of them is asked about.
    pub number: usize,
    /// How they stand when it begins; none: as their files say, on the programme's first day.
    pub now: Option<Now<'a>>,
}

/// What is known of plants at a moment.
#[derive(Clone, Copy, Debug)]
pub struct Now<'a> {
    /// What reports have said so far.
    pub state: &'a TwinState,
    /// The plants' time.
    pub at: PlantTime,
}

impl Subject<'_> {
    /// When it begins.
    fn begins(&self) -> PlantTime {
        self.now.map_or(self.programme.starts, |now| now.at)
    }
}

/// How it is to be simulated.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// How long one replication is, warm-up included; none: as long as the model asks for.
    pub until: Option<Span>,
    /// How much of its beginning is left out; none: MSER-5 tells.
    pub warm_up: Option<Span>,
    /// How many replications.
    pub replications: usize,
    /// The seed of all.
    pub seed: u64,
    /// What plays them.
    pub engine: Engine,
    /// What goes wrong, or is changed, on the way.
    pub disruptions: Vec<Disruption>,
    /// A replication is over, and its time is told, when so many pieces are complete.
    pub pieces: Option<u64>,
}

/// What plays a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// What fits and is fastest.
    Auto,
    /// Events: networks of like pieces on the fast engine, others on the whole one.
    Events,
    /// Events, on the whole engine whatever the plant is.
    WholeEvents,
    /// The recursion of departures, for lines that allow it.
    MaxPlus,
}

/// Which model of the plant was played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelKind {
    /// A network of like pieces.
    LikePieces,
    /// A line in step.
    InStep,
    /// The plant whole: names, people, cranes, shifts.
    Whole,
}

impl ModelKind {
    /// The name used in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LikePieces => "like_pieces",
            Self::InStep => "in_step",
            Self::Whole => "whole",
        }
    }
}

/// What replications of a plant came to. Intervals are of 95 %.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Which model was played.
    pub model: ModelKind,
    /// Whether it was played by the recursion of departures, and not by events.
    pub by_recursion: bool,
    /// What kept it from being one of like pieces, if anything did.
    pub why_whole: Option<NotLike>,
    /// How long one replication was, warm-up included.
    pub until: Span,
    /// How much of that was left out.
    pub warm_up: Span,
    /// Whether the output settles within half of a replication; none where the warm-up was given.
    pub has_settled: Option<bool>,
    /// Pieces finished at a station, over all replications, those that rank hold-ups included.
    pub part_operations: u64,
    /// What becomes complete.
    pub products: Vec<ProductOutcome>,
    /// Pieces in the plant: lying and under work \[pieces\].
    pub wip_pieces: Interval,
    /// What each unit does.
    pub units: Vec<UnitOutcome>,
    /// What lies in each storage.
    pub storages: Vec<StorageOutcome>,
    /// What holds the plant up, the likeliest first.
    pub hold_ups: Vec<HoldUpOutcome>,
    /// In how many replications that was looked for.
    pub hold_ups_of: usize,
    /// How that was found.
    pub method: Method,
    /// When milestones of the plant were reached.
    pub milestones: Vec<MilestoneOutcome>,
    /// When the pieces that were asked for were complete \[h\].
    pub time_to_pieces_h: Option<Interval>,
    /// For each replication: complete pieces an hour of the first product, for expectations.
    pub samples: Vec<Sample>,
}

/// One replication of what is expected of a plant.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Complete pieces an hour, by product.
    pub throughput_per_h: Vec<f64>,
    /// Times of single pieces from beginning to completion, by product, where they are known \[h\];
    /// of many, every n-th.
    pub lead_times_h: Vec<Vec<f64>>,
    /// Mean time from beginning to completion, by product, where it is known \[h\].
    pub lead_time_h: Vec<Option<f64>>,
    /// Pieces in the plant \[pieces\].
    pub wip_pieces: f64,
    /// What held the plant up.
    pub hold_up: Option<String>,
}

/// Something that becomes complete and leaves.
#[derive(Clone, Debug, PartialEq)]
pub struct ProductOutcome {
    /// What.
    pub material: MaterialId,
    /// How much is complete an hour, in its unit of measure.
    pub throughput_per_h: Interval,
    /// How much is complete in the time after the warm-up.
    pub completed: Interval,
    /// From the beginning of its first piece to its completion \[h\]; none where nobody can tell.
    pub lead_time_h: Option<Interval>,
}

/// What a unit does.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitOutcome {
    /// Which.
    pub unit: EquipmentId,
    /// One of which work center.
    pub work_center: EquipmentId,
    /// Pieces finished an hour; of like units that share a queue, each one's part.
    pub finished_per_h: Interval,
    /// The states that it was in, as shares of the time that it was not off shift \[ratio\].
    pub shares: Vec<(UnitState, Interval)>,
}

/// What lies in a storage.
#[derive(Clone, Debug, PartialEq)]
pub struct StorageOutcome {
    /// Which.
    pub storage: EquipmentId,
    /// What; none: pieces with names, whatever they are.
    pub material: Option<MaterialId>,
    /// How much, over time, in its unit of measure.
    pub level: Interval,
    /// How long a piece lies there \[h\], where it is known.
    pub wait_h: Option<Interval>,
    /// The share of pieces that are taken the instant they come \[ratio\], where it is known.
    pub at_once_ratio: Option<Interval>,
}

/// What holds a plant up.
#[derive(Clone, Debug, PartialEq)]
pub struct HoldUpOutcome {
    /// What it is: `work_center`, `arrivals`, `supplier`, `storage`, `resource`, `crew` …
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// The share of replications in which it comes first \[ratio\].
    pub confidence_ratio: f64,
    /// What [`Method`] measures of it \[ratio\].
    pub measure: Interval,
}

/// How hold-ups are ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// By how much more is complete when it does everything in a tenth less time, with the same
    /// random numbers \[ratio of throughput\].
    GainIfFaster,
    /// By its share of the critical path through the causes of each start \[ratio\].
    CriticalPath,
}

impl Method {
    /// The name used in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GainIfFaster => "gain_if_10_percent_faster",
            Self::CriticalPath => "critical_path_share",
        }
    }
}

/// When a milestone was reached.
#[derive(Clone, Debug, PartialEq)]
pub struct MilestoneOutcome {
    /// Which.
    pub milestone: MilestoneId,
    /// Its name on pages.
    pub name: String,
    /// When each replication reached it, from the programme's start \[d\]; none: not in its time.
    pub reached_d: Vec<Option<f64>>,
    /// The mean of those, where all reached it.
    pub mean_d: Option<Interval>,
    /// When it is due, from the programme's start \[d\].
    pub due_d: f64,
    /// How far replications were played, from the programme's start \[d\].
    pub played_to_d: f64,
}

impl MilestoneOutcome {
    /// In how many replications it is reached.
    pub fn reached(&self) -> usize {
        self.reached_d.iter().flatten().count()
    }

    /// The day by which such a part of all replications has reached it \[d\]; none where fewer do.
    pub fn reached_by_d(&self, ratio: f64) -> Option<f64> {
        let mut days: Vec<f64> = self.reached_d.iter().copied().flatten().collect();
        days.sort_by(f64::total_cmp);
        let wanted = (ratio * self.reached_d.len() as f64).ceil().max(1.0) as usize;
        days.get(wanted - 1).copied()
    }

    /// In which part of the replications it is reached when it is due, or before; none where that
    /// day is not played.
    pub fn in_time_ratio(&self) -> Option<f64> {
        let is_told = self.due_d <= self.played_to_d || self.reached() == self.reached_d.len();
        let in_time = self.reached_d.iter().flatten().filter(|day| **day <= self.due_d).count();
        is_told.then(|| in_time as f64 / self.reached_d.len().max(1) as f64)
    }
}

/// Why a plant cannot be simulated.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// Fewer or more of something than there may be.
    #[error("{count} replications: there may be 2 to 100,000")]
    Replications {
        /// How many.
        count: usize,
    },
    /// A run that is too short or too long.
    #[error("{what} is {asked}: it has to be {wanted}")]
    Time {
        /// Of which.
        what: &'static str,
        /// What was asked for.
        asked: Span,
        /// What it may be.
        wanted: String,
    },
    /// The plant has something that only networks of like pieces have, and is none.
    #[error(
        "the plant has {has}, which only a network of like pieces knows; but {why}: leave out one of \
         the two"
    )]
    Neither {
        /// What only a network of like pieces has.
        has: String,
        /// What keeps it from being one.
        why: NotLike,
    },
    /// Nothing is done there.
    #[error("nothing can be simulated: plant {0} has no operation")]
    Nothing(String),
    /// Something goes round for ever.
    #[error("the plant cannot be played")]
    NeverEnds(#[from] NeverEnds),
    /// One cycle takes so long that no run is long enough.
    #[error(
        "station {station} takes {cycle} for a piece, and a run may have {most}: mend its time, or \
         say with --until how long a run is"
    )]
    TooSlow {
        /// The station.
        station: String,
        /// What it takes.
        cycle: Span,
        /// The longest run.
        most: Span,
    },
    /// The recursion of departures does not fit.
    #[error("--engine maxplus does not fit: {0}; use --engine events")]
    NoMaxPlus(String),
    /// The network of like pieces cannot be played.
    #[error("the plant cannot be played")]
    Flow(#[from] FlowError),
    /// The whole model cannot be played.
    #[error("the plant cannot be played")]
    Model(#[from] ModelError),
    /// Something that cannot be varied.
    #[error("what holds the plant up cannot be found: {0}")]
    Vary(String),
    /// The replications allow no answer.
    #[error("the replications allow no answer")]
    Statistics(#[from] StatisticsError),
    /// A scenario's changes while it runs are for whole models.
    #[error("disruptions are for plants played whole, and this is a network of like pieces")]
    Disruptions,
    /// Only whole models go on from a live state.
    #[error(
        "the plant goes on from a live state only when it is played whole, and it has what only a network of like pieces knows"
    )]
    NotFromNow,
    /// The executor left something out.
    #[error("a replication was not run")]
    NotRun,
}

/// What of a live state a simulation cannot take over, each with the reason.
///
/// # Errors
/// [`SimError`] when the plants cannot be played so.
pub fn left_out(subject: Subject<'_>, wish: &Wish) -> Result<Vec<LeftOut>, SimError> {
    within_limits(subject, wish)?;
    whole::left_out(subject, wish)
}

/// Plays the first replication of the whole model, whatever the plant is, and hands out every report
/// of it with the plant that makes it, in order of time; warm-up and engine of the wish do not
/// count. The same subject, seed and disruptions give the same reports, to the last bit, wherever
/// they are played.
///
/// # Errors
/// [`SimError`], which says what is wrong and what to do.
pub fn reports(
    subject: Subject<'_>,
    wish: &Wish,
    sink: &mut dyn FnMut(&PlantId, &Report),
) -> Result<(), SimError> {
    let mut play = Play::new(subject, wish)?;
    play.advance(play.ends(), sink)
}

/// Simulates a plant. `progress` is told how much of all is done, now and then.
///
/// # Errors
/// [`SimError`], which says what is wrong and what to do.
pub fn simulate(
    subject: Subject<'_>,
    wish: &Wish,
    executor: &dyn Executor,
    progress: &(dyn Fn(f64) + Sync),
) -> Result<Outcome, SimError> {
    within_limits(subject, wish)?;
    match choice::choose(subject, wish)? {
        choice::Chosen::Flow(flow) => likes::simulate(&flow, wish, executor, progress),
        choice::Chosen::InStep(line) => in_step::simulate(&line, wish, executor, progress),
        choice::Chosen::Whole(why) => whole::simulate(subject, why, wish, executor, progress),
    }
}

/// Whether the plant can be played at all, so often.
fn within_limits(subject: Subject<'_>, wish: &Wish) -> Result<(), SimError> {
    if !(2..=100_000).contains(&wish.replications) {
        return Err(SimError::Replications { count: wish.replications });
    }
    let plant = &subject.plants[subject.number];
    if plant.operations.is_empty() {
        return Err(SimError::Nothing(plant.id.to_string()));
    }
    match never_ends(subject.programme, subject.plants, plant) {
        Some(endless) => Err(endless.into()),
        None => Ok(()),
    }
}
