//! Who runs the replications: handed in, so that this crate starts no thread.

use std::sync::OnceLock;

use crate::error::ExperimentError;

/// Runs jobs that do not depend on each other.
pub trait Executor {
    /// Calls `job` once with each number from 0 to `count` - 1, in any order and on any threads,
    /// and returns when all have ended.
    fn run(&self, count: usize, job: &(dyn Fn(usize) + Sync));
}

/// One after the other, where it is called from.
#[derive(Clone, Copy, Debug, Default)]
pub struct InOrder;

impl Executor for InOrder {
    fn run(&self, count: usize, job: &(dyn Fn(usize) + Sync)) {
        (0..count).for_each(job);
    }
}

/// The results of all jobs, in the order of their numbers.
pub(crate) fn run_all<T: Send + Sync, E>(
    executor: &dyn Executor,
    count: usize,
    job: impl Fn(usize) -> T + Sync,
) -> Result<Vec<T>, ExperimentError<E>> {
    let results: Vec<OnceLock<T>> = (0..count).map(|_| OnceLock::new()).collect();
    executor.run(count, &|at| {
        if let Some(result) = results.get(at) {
            // A job that is run twice gives the same again.
            result.get_or_init(|| job(at));
        }
    });
    let taken = results.into_iter().enumerate();
    taken
        .map(|(job, result)| result.into_inner().ok_or(ExperimentError::NotRun { job, count }))
        .collect()
}
