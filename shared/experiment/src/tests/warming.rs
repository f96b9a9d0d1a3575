//! Warm-up: a queue that begins far from its steady state, series made by hand, and refusals.

use super::models::{queue_waits, sure};
use crate::*;

/// An M/M/1 of load 0.8 begins with 100 waiting; of 8,000 waits the plain mean is far too great,
/// and the mean after the cut is near the truth, 4 (somewhat below: it cuts a little too much).
#[test]
fn a_crowded_start_is_cut_off() {
    let plan = Plan { seed: 5, first: 0, count: 150 };
    let outputs = ["all", "cut", "left out"];
    let samples = replicate(&plan, &outputs, &InOrder, |replication| {
        let waits = queue_waits(replication, 0.8, 100, 8_000);
        let all = waits.iter().sum::<f64>() / waits.len() as f64;
        let cut = mser_5(&waits);
        sure(cut.map_or(vec![all, all, 8_000.0], |cut| vec![all, cut.mean, cut.values as f64]))
    })
    .unwrap();
    let mean = |name| samples.interval(name, Confidence::P95).unwrap().estimate;
    assert!((6.0..9.0).contains(&mean("all")), "{}", mean("all"));
    assert!((3.6..4.2).contains(&mean("cut")), "{}", mean("cut"));
    assert!((300.0..2_000.0).contains(&mean("left out")), "{}", mean("left out"));
}

#[test]
fn a_step_is_cut_where_it_ends() {
    let series = |steps: usize, all: usize| -> Vec<f64> {
        (0..all).map(|at| if at < steps { 50.0 } else { (at % 2) as f64 }).collect()
    };
    let cut = mser(&series(40, 200), 1).unwrap();
    assert_eq!((cut.values, cut.mean), (40, 0.5));
    assert_eq!(mser_5(&series(40, 200)).unwrap().values, 40);
    assert_eq!(mser_5(&series(41, 203)).unwrap().values, 45, "whole batches are left out");
    assert_eq!(mser_5(&[7.0; 100]).unwrap(), WarmUp { values: 0, mean: 7.0 });
}

#[test]
fn what_has_not_settled_is_refused() {
    let rising: Vec<f64> = (0..1_000).map(f64::from).collect();
    assert_eq!(
        mser_5(&rising).unwrap_err().to_string(),
        "after 500 of 1000 values the output has not settled: make the run longer"
    );
    assert_eq!(mser_5(&[1.0; 49]), Err(StatisticsError::TooFew { count: 49, least: 50 }));
    let mut broken = vec![1.0; 100];
    broken[3] = f64::INFINITY;
    let refused = StatisticsError::NotFinite { position: 3, value: f64::INFINITY };
    assert_eq!(mser_5(&broken), Err(refused));
}

#[test]
fn runs_are_averaged_as_far_as_the_shortest() {
    let runs = [vec![1.0, 2.0, 3.0], vec![3.0, 6.0]];
    assert_eq!(mean_of_runs(&runs).unwrap(), [2.0, 4.0]);
    assert_eq!(mean_of_runs(&[]), Err(StatisticsError::TooFew { count: 0, least: 1 }));
}
