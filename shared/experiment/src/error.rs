//! What can be wrong with an experiment, and with numbers that statistics are asked of.

/// Why a statistic was not computed.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum StatisticsError {
    /// There are fewer values than it takes.
    #[error("{count} values are too few: it takes {least}")]
    TooFew {
        /// How many there are.
        count: usize,
        /// How many it takes.
        least: usize,
    },
    /// There are more values than are taken.
    #[error("{count} values are too many: at most {most} are taken")]
    TooMany {
        /// How many there are.
        count: usize,
        /// How many are taken.
        most: usize,
    },
    /// A value is infinite or not a number.
    #[error("value {position} is {value}, which is not finite")]
    NotFinite {
        /// Its position, from 0.
        position: usize,
        /// In the values' own unit.
        value: f64,
    },
    /// Two series that are compared pair by pair differ in length.
    #[error("{left} values cannot be paired with {right}")]
    Unpaired {
        /// Values of the first.
        left: usize,
        /// Values of the second.
        right: usize,
    },
    /// A parameter is outside its range.
    #[error("{parameter} is {value}, outside {low} to {high}")]
    OutOfRange {
        /// Which parameter.
        parameter: &'static str,
        /// In the parameter's own unit.
        value: f64,
        /// The least it may be, in the same unit.
        low: f64,
        /// The greatest it may be, in the same unit.
        high: f64,
    },
    /// No warm-up can be told from what follows: the best place to cut is the last one tried.
    #[error("after {searched} of {count} values the output has not settled: make the run longer")]
    NotSettled {
        /// How far the search went.
        searched: usize,
        /// How many values there are.
        count: usize,
    },
    /// A relative statistic of something whose mean is zero.
    #[error("the mean is zero, so nothing can be told in proportion to it")]
    ZeroMean,
    /// No output has this name.
    #[error("no output has that name")]
    UnknownOutput,
}

/// Why an experiment came to no result.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ExperimentError<E> {
    /// More or less of something was asked for than may be.
    #[error("{count} {what}: there may be {low} to {high}")]
    Limit {
        /// Of what.
        what: &'static str,
        /// How many.
        count: usize,
        /// The fewest there may be.
        low: usize,
        /// The most there may be.
        high: usize,
    },
    /// The executor left something out.
    #[error("the executor did not run job {job} of {count}")]
    NotRun {
        /// Which, from 0.
        job: usize,
        /// Of how many.
        count: usize,
    },
    /// The model failed; of several failures this is the first in order.
    #[error("replication {replication}{of} failed")]
    Run {
        /// Which.
        replication: u64,
        /// Of what, beginning with a space, or nothing.
        of: String,
        /// Why.
        source: E,
    },
    /// The model gave another number of outputs than were named.
    #[error("replication {replication} gave {count} outputs where {named} are named")]
    Outputs {
        /// Which.
        replication: u64,
        /// How many it gave.
        count: usize,
        /// How many are named.
        named: usize,
    },
    /// An output is infinite or not a number.
    #[error("replication {replication} gave {value} as {output}, which is not finite")]
    NotFinite {
        /// Which.
        replication: u64,
        /// Which output.
        output: String,
        /// In the output's own unit.
        value: f64,
    },
    /// What the replications gave allows no answer.
    #[error("the outputs allow no answer")]
    Statistics(#[from] StatisticsError),
}
