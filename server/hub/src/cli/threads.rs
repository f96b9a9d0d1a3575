//! Replications on the machine's cores: the executor that experiments are handed.

use std::{
    num::NonZero,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use experiment::Executor;

/// As many threads as the machine has cores.
pub(super) struct Threads(usize);

impl Threads {
    pub(super) fn of_this_machine() -> Self {
        Self(thread::available_parallelism().map_or(1, NonZero::get))
    }
}

impl Executor for Threads {
    fn run(&self, count: usize, job: &(dyn Fn(usize) + Sync)) {
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..self.0.min(count) {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        if at >= count {
                            return;
                        }
                        job(at);
                    }
                });
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn every_job_is_run_once() {
        let ran = Mutex::new(vec![0; 100]);
        Threads(3).run(100, &|at| ran.lock().unwrap()[at] += 1);
        assert_eq!(ran.into_inner().unwrap(), vec![1; 100]);
    }
}
