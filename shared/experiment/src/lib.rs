//! Experiments on a model of chance: replications, what their outputs say and how surely, which of
//! several designs is best, and what changes how much.
//!
//! A model is a function of ([`Replication`], what is varied) to numbers. This crate decides which
//! replications to run and reads their outputs; an [`Executor`] that is handed in runs them, on as
//! many threads as it likes. Results are taken in the order of the replications and never in that
//! of their ends, so they are the same to the last bit whoever runs them. Two scenarios that are
//! run with the same seed use the same random numbers, if the model names its streams by
//! (seed, replication, station, purpose).
//!
//! Nothing here reads a clock, starts a thread or opens a file.
//!
//! # Example
//! ```
//! use experiment::{Confidence, Expectation, InOrder, Plan, Verdict, replicate};
//!
//! // A "model" whose output alternates between 41 and 43 a month.
//! let plan = Plan { seed: 1, first: 0, count: 30 };
//! let samples = replicate(&plan, &["throughput"], &InOrder, |replication| {
//!     Ok::<_, std::convert::Infallible>(vec![41.0 + (replication.index % 2 * 2) as f64])
//! })?;
//! let interval = samples.interval("throughput", Confidence::P95)?;
//! assert_eq!(interval.estimate, 42.0);
//! assert_eq!(Expectation::AtLeast(41.0).judge(&interval), Verdict::Met);
//! assert_eq!(Expectation::AtLeast(42.0).judge(&interval), Verdict::CannotTell);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod batch_means;
mod compare;
mod error;
mod executor;
mod interval;
pub mod json;
mod moments;
mod replicate;
mod select;
mod sensitivity;
pub mod sim;
mod student;
mod verdict;
mod warm_up;

pub use batch_means::{BatchMeans, batch_means};
pub use compare::{Comparison, compare_independent, compare_paired};
pub use error::{ExperimentError, StatisticsError};
pub use executor::{Executor, InOrder};
pub use interval::{
    Confidence, Interval, SERIES_LIMIT, quantile, share_interval, student_interval,
};
pub use replicate::{
    OUTPUT_LIMIT, Plan, Precision, REPLICATION_LIMIT, Replication, Samples, replicate,
    replicate_until,
};
pub use select::{DESIGN_LIMIT, Design, Goal, Search, Selection, select_best};
pub use sensitivity::{FACTOR_LIMIT, Factor, Sensitivity, Side, Step, StudyPoint, sensitivities};
pub use student::student_quantile;
pub use verdict::{Agreement, Expectation, Verdict};
pub use warm_up::{WarmUp, mean_of_runs, mser, mser_5};

#[cfg(test)]
mod tests;
