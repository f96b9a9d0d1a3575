//! Operations definitions: what is done, where, from what, how long.

use super::Basis;
use crate::{
    id::{CrewId, EquipmentId, MaterialId, OperationId, OrderId, PlaceRef},
    time::Span,
};

/// What is done at a work center: takes inputs, lasts, puts out.
///
/// A free unit tries the operations of its work center in the order of the files and begins the
/// first that has its inputs: a dock completes a full hull before it takes the next one's lifts.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Its id.
    pub id: OperationId,
    /// Its name on pages.
    pub name: String,
    /// Where it is done: any unit of this work center.
    pub work_center: EquipmentId,
    /// What it takes; empty means that it begins new parts (see `source`).
    pub inputs: Vec<Input>,
    /// What it gives.
    pub output: Output,
    /// When new parts are begun, for operations without a serial input.
    pub source: SourceRule,
    /// How long it takes, for a whole batch where there is one.
    pub duration: Duration,
    /// Time to make ready when the unit changes between operations.
    pub setup: Span,
    /// Parts done together.
    pub batch: Option<Batch>,
    /// Share of parts that are good, the others are scrapped: 0 < yield ≤ 1 [ratio].
    pub yield_ratio: f64,
    /// What happens to parts that fail the first time.
    pub rework: Option<Rework>,
    /// People it needs throughout.
    pub crew: Vec<CrewNeed>,
    /// Resource it needs throughout (a crane that holds the part).
    pub held_by: Option<EquipmentId>,
    /// Whether and how parts must come in their serial order.
    pub sequence: Option<Sequence>,
    /// Time a part must wait after the operation before it may go on (a hold, a cure).
    pub hold_after: Option<Duration>,
    /// The order it works for.
    pub order: Option<OrderId>,
    /// What a full storage keeps it from.
    pub blocking: Blocking,
    /// Where the numbers come from.
    pub basis: Basis,
}

/// What an operation takes for one part of output.
///
/// Where the scheme of serial items makes the input a child of the output (blocks of a lift),
/// the named children are wanted and no others. Several inputs of one such material name the
/// storages that children may stand in: all children are wanted, wherever of these they are,
/// and the quantities add up.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// Of what.
    pub material: MaterialId,
    /// How much for one output part, in the material's own unit of measure.
    pub quantity: f64,
    /// Out of which storage.
    pub from: EquipmentId,
    /// Fetched by what, while the unit waits for it, before the operation's own time: once for
    /// each serial piece, once for the whole of a bulk quantity.
    pub carry: Option<Carry>,
}

/// What an operation gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Of what. The same serial material as an input means that the part goes on.
    pub material: MaterialId,
    /// Pieces for one run and part; 1 for serial parts.
    pub quantity: f64,
    /// Into which storage; none means that the part is complete and leaves.
    pub to: Option<PlaceRef>,
    /// Carried by what.
    pub carry: Option<Carry>,
}

/// A move by a shared resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Carry {
    /// Any of these.
    pub by: Vec<EquipmentId>,
    /// How long it is taken.
    pub duration: Duration,
}

/// When an operation without serial input begins a new part.
#[derive(Clone, Debug, PartialEq)]
pub enum SourceRule {
    /// It has serial input: parts come from it.
    FromInput,
    /// Whenever there is room and material, in serial order.
    Saturated,
    /// One every so often.
    Every(Span),
}

/// How long something takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Duration {
    /// Mean.
    pub mean: Span,
    /// Standard deviation over mean [ratio]; 0 is deterministic.
    pub variation: f64,
    /// The family that mean and variation select a member of.
    pub shape: Shape,
    /// Whether it runs outside the calendar (curing, a hold) once begun.
    pub runs_on: bool,
}

impl Duration {
    /// A time of that mean with nothing said of its variation: lognormal, deterministic.
    pub const fn fixed(mean: Span) -> Self {
        Self { mean, variation: 0.0, shape: Shape::Lognormal, runs_on: false }
    }

    /// An exponential time.
    pub const fn exponential(mean: Span) -> Self {
        Self { mean, variation: 1.0, shape: Shape::Exponential, runs_on: false }
    }
}

/// Families of distributions. Most are selected from by mean and variation; those with parameters
/// of their own have them here, and then mean and variation say what these come to.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Lognormal; deterministic at variation 0.
    Lognormal,
    /// Exponential; variation is 1 whatever is written.
    Exponential,
    /// Gamma.
    Gamma,
    /// So many exponential stages, one after the other.
    Erlang(u32),
    /// Weibull, by mean and variation.
    Weibull,
    /// Weibull, by its shape parameter.
    WeibullOf(f64),
    /// Uniform, from the mean less to the mean more.
    Uniform,
    /// Triangular.
    Triangular {
        /// Shortest.
        low: Span,
        /// Likeliest.
        mode: Span,
        /// Longest.
        high: Span,
    },
    /// Exponential with one of two means by chance, by mean and variation (above 1), balanced.
    Hyperexponential,
    /// Exponential with one of these means, each with its share.
    Branches(Vec<(f64, Span)>),
    /// So many steps of this length, until a trial of each succeeds.
    Geometric(Span),
    /// The mean's worth with this chance, or no time at all.
    Bernoulli(f64),
    /// As observed.
    Observed {
        /// Each observation.
        values: Vec<Span>,
        /// Whether what lies between and beyond them may come, too.
        smoothed: bool,
    },
}

/// What a full storage keeps an operation from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blocking {
    /// Letting go of what is finished, which stays in the unit.
    #[default]
    AfterWork,
    /// Beginning. The place is kept for what will be finished.
    BeforeWork,
}

/// Parts done together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Fewest parts that are begun with.
    pub least: u32,
    /// Most parts that fit.
    pub most: u32,
}

/// What happens to parts that fail the first time.
#[derive(Clone, Debug, PartialEq)]
pub struct Rework {
    /// Share that passes the first time [ratio].
    pub first_pass_ratio: f64,
    /// Where failed parts go to wait.
    pub to: EquipmentId,
    /// Most rounds; a part that fails once more is scrapped. None: as often as it takes.
    pub most_rounds: Option<u32>,
}

/// People an operation needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrewNeed {
    /// Of which crew.
    pub crew: CrewId,
    /// How many.
    pub people: u32,
}

/// Parts must be worked in their serial order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// How many places a part may be taken early: 0 is strict.
    pub swap_window: u32,
}
