//! Replications: the same to the bit on any threads, in any order; failures are named.

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use super::models::{Threads, line_throughput, queue_waits, sure};
use crate::*;

fn outputs_of(plan: Plan, executor: &dyn Executor) -> Samples {
    replicate(&plan, &["throughput", "wait"], executor, |replication| {
        let waits = queue_waits(replication, 0.7, 3, 60);
        let throughput = line_throughput(replication, &[1.0, 0.8, 1.1], &[2, 0], 60);
        sure(vec![throughput, waits.iter().sum::<f64>()])
    })
    .unwrap()
}

fn bits(samples: &Samples) -> Vec<u64> {
    let names: Vec<&str> = samples.names().collect();
    names.iter().flat_map(|name| samples.of(name).unwrap()).map(|value| value.to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn threads_change_no_bit(seed: u64, first in 0..1_000_u64, count in 2..40_usize) {
        let plan = Plan { seed, first, count };
        let alone = outputs_of(plan, &InOrder);
        for threads in [1, 2, 5] {
            prop_assert_eq!(bits(&outputs_of(plan, &Threads(threads))), bits(&alone));
        }
        let interval = |samples: &Samples| samples.interval("wait", Confidence::P95).unwrap();
        prop_assert_eq!(interval(&outputs_of(plan, &Threads(2))), interval(&alone));
    }

    /// Two plans in a row are one longer plan.
    #[test]
    fn replications_are_the_same_in_any_plan(seed: u64, count in 2..20_usize, at in 1..19_usize) {
        let at = at.min(count - 1);
        let whole = outputs_of(Plan { seed, first: 0, count }, &InOrder);
        let head = outputs_of(Plan { seed, first: 0, count: at }, &InOrder);
        let tail = outputs_of(Plan { seed, first: at as u64, count: count - at }, &InOrder);
        for name in ["throughput", "wait"] {
            let joined = [head.of(name).unwrap(), tail.of(name).unwrap()].concat();
            prop_assert_eq!(whole.of(name).unwrap(), joined);
        }
    }
}

#[test]
fn replications_go_on_until_the_interval_is_narrow() {
    let wanted = |half_width_ratio, replications_max| Precision {
        output: "wait".into(),
        half_width_ratio,
        confidence: Confidence::P95,
        replications_max,
    };
    let plan = Plan { seed: 6, first: 0, count: 10 };
    let run = |wanted: &Precision| {
        replicate_until(&plan, wanted, &["wait"], &Threads(2), |replication| {
            let waits = queue_waits(replication, 0.7, 0, 2_000);
            sure(vec![waits.iter().sum::<f64>() / 2_000.0])
        })
    };
    let narrow = run(&wanted(0.02, 10_000)).unwrap();
    let interval = narrow.interval("wait", Confidence::P95).unwrap();
    assert!(interval.relative_half_width() <= 0.02);
    assert!((0.7 / 0.3 / interval.estimate - 1.0).abs() < 0.03, "{interval:?}");
    assert!((100..1_000).contains(&interval.count), "{}", interval.count);
    let short = run(&wanted(0.02, 37)).unwrap();
    assert_eq!(short.plan(), Plan { count: 37, ..plan });
    assert_eq!(short.of("wait").unwrap(), &narrow.of("wait").unwrap()[..37]);
    let unknown = Precision { output: "lead".into(), ..wanted(0.1, 20) };
    assert_eq!(run(&unknown), Err(ExperimentError::Statistics(StatisticsError::UnknownOutput)));
}

#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("station P4 is stuck")]
struct Stuck;

#[test]
fn what_goes_wrong_is_named() {
    let plan = Plan { seed: 1, first: 100, count: 8 };
    let refused = |outputs: &[&str], executor: &dyn Executor, bad: f64| {
        let run = |replication: Replication| match replication.index {
            103 | 105 if bad == 0.0 => Err(Stuck),
            104 => Ok(vec![1.0, bad]),
            _ => Ok(vec![1.0, 2.0]),
        };
        replicate(&plan, outputs, executor, run).unwrap_err()
    };
    let names = ["throughput", "wip"];
    for executor in [&InOrder as &dyn Executor, &Threads(3)] {
        let first = refused(&names, executor, 0.0);
        assert_eq!(first.to_string(), "replication 103 failed");
        assert_eq!(std::error::Error::source(&first).unwrap().to_string(), "station P4 is stuck");
    }
    assert_eq!(
        refused(&names, &InOrder, f64::NAN).to_string(),
        "replication 104 gave NaN as wip, which is not finite"
    );
    assert_eq!(
        refused(&names[..1], &InOrder, 1.0).to_string(),
        "replication 100 gave 2 outputs where 1 are named"
    );
    assert_eq!(refused(&[], &InOrder, 1.0).to_string(), "0 outputs: there may be 1 to 10000");
    let too_many = Plan { count: REPLICATION_LIMIT + 1, ..plan };
    assert_eq!(
        replicate(&too_many, &names, &InOrder, |_| sure(vec![])).unwrap_err().to_string(),
        "1000001 replications: there may be 1 to 1000000"
    );
}

/// An executor that leaves out a job is found out, and one that repeats jobs does no harm.
#[test]
fn executors_are_not_trusted() {
    struct AllButOne;
    impl Executor for AllButOne {
        fn run(&self, count: usize, job: &(dyn Fn(usize) + Sync)) {
            (0..count).filter(|at| *at != 2).for_each(job);
        }
    }
    struct TwiceAndBeyond;
    impl Executor for TwiceAndBeyond {
        fn run(&self, count: usize, job: &(dyn Fn(usize) + Sync)) {
            (0..count + 3).chain(0..count).for_each(job);
        }
    }
    let plan = Plan { seed: 1, first: 0, count: 5 };
    let runs = AtomicUsize::new(0);
    let run = |replication: Replication| {
        runs.fetch_add(1, Ordering::Relaxed);
        sure(vec![replication.index as f64])
    };
    assert_eq!(
        replicate(&plan, &["x"], &AllButOne, run),
        Err(ExperimentError::NotRun { job: 2, count: 5 })
    );
    assert_eq!(runs.swap(0, Ordering::Relaxed), 4);
    let samples = replicate(&plan, &["x"], &TwiceAndBeyond, run).unwrap();
    assert_eq!(samples.of("x").unwrap(), [0.0, 1.0, 2.0, 3.0, 4.0]);
    assert_eq!(runs.into_inner(), 5);
}
