//! The best of several designs, with replications spent where they tell most.
//!
//! Method: optimal computing budget allocation (OCBA), C.-H. Chen, J. Lin, E. Yücesan and S. E.
//! Chick, "Simulation budget allocation for further enhancing the efficiency of ordinal
//! optimization", Discrete Event Dynamic Systems 10, 2000: designs that are close to the best, or
//! that vary much, get more; N_i / N_j = ((s_i / d_i) / (s_j / d_j))² and
//! N_b = s_b √(Σ (N_i / s_i)²). Allocation and the stated chance take the replications of
//! different designs as independent; with common random numbers the chance is a cautious one.

use crate::{
    error::ExperimentError,
    executor::{Executor, run_all},
    moments::Moments,
    replicate::{REPLICATION_LIMIT, Replication, failed, finite, limit},
    student::normal_tail,
};

/// The most designs of one selection.
pub const DESIGN_LIMIT: usize = 1_000;
/// Differences and deviations below this share of the greatest count as this share: designs that
/// are equal must not take the whole budget.
const SHARE_MIN: f64 = 1e-6;

/// What makes a design the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// The greatest mean.
    Greatest,
    /// The least mean.
    Least,
}

/// How to look for the best design.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// What is best.
    pub goal: Goal,
    /// The seed of all replications. Design and index make a replication; designs share indices.
    pub seed: u64,
    /// Replications of each design before any is preferred; at least 2, better 5 to 20.
    pub first: usize,
    /// Replications of each further round, over all designs.
    pub round: usize,
    /// Replications in all.
    pub budget: usize,
}

/// What is known of one design.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Design {
    /// How many replications it got.
    pub replications: usize,
    /// The mean of its output, in the output's own unit.
    pub mean: f64,
    /// The standard deviation of one replication, in the same unit.
    pub deviation: f64,
}

/// The outcome of a search.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// The position of the best design; the first of several that are equal.
    pub best: usize,
    /// What is known of each, in their order.
    pub designs: Vec<Design>,
    /// At least the probability that it is the best (Bonferroni's bound, with normal means).
    pub correct_ratio: f64,
}

/// Spends a budget of replications on so many designs; `run` gives the output of one replication
/// of one design.
///
/// # Errors
/// [`ExperimentError`] if a replication fails, an output is not finite, or the numbers of designs
/// or replications are out of range.
pub fn select_best<E: Send + Sync>(
    designs: usize,
    search: &Search,
    executor: &dyn Executor,
    run: impl Fn(usize, Replication) -> Result<f64, E> + Sync,
) -> Result<Selection, ExperimentError<E>> {
    limit("designs", designs, 2, DESIGN_LIMIT)?;
    limit("first replications of each design", search.first, 2, REPLICATION_LIMIT / designs)?;
    limit("replications of a round", search.round, 1, REPLICATION_LIMIT)?;
    limit("replications in all", search.budget, designs * search.first, REPLICATION_LIMIT)?;
    let mut outputs: Vec<Vec<f64>> = vec![Vec::new(); designs];
    let mut more = vec![search.first; designs];
    loop {
        spend(search.seed, &more, &mut outputs, executor, &run)?;
        let known = outputs.iter().map(|values| Moments::of(values));
        let known = known.collect::<Result<Vec<Moments>, _>>()?;
        let spent: usize = outputs.iter().map(Vec::len).sum();
        let left = (search.budget - spent).min(search.round);
        if left == 0 {
            return Ok(selection(search.goal, &known));
        }
        more = allocate(search.goal, &known, left);
    }
}

/// Runs so many more replications of each design.
fn spend<E: Send + Sync>(
    seed: u64,
    more: &[usize],
    outputs: &mut [Vec<f64>],
    executor: &dyn Executor,
    run: &(impl Fn(usize, Replication) -> Result<f64, E> + Sync),
) -> Result<(), ExperimentError<E>> {
    let each = more.iter().zip(outputs.iter()).enumerate();
    let jobs: Vec<(usize, Replication)> = each
        .flat_map(|(design, (&more, known))| {
            let indices = (known.len()..known.len() + more).map(|index| index as u64);
            indices.map(move |index| (design, Replication { seed, index }))
        })
        .collect();
    let results = run_all(executor, jobs.len(), |at| run(jobs[at].0, jobs[at].1))?;
    for ((design, replication), result) in jobs.into_iter().zip(results) {
        let of = || format!(" of design {design}");
        let value = result.map_err(|source| failed(replication.index, of(), source))?;
        outputs[design].push(finite(value, replication.index, "the output")?);
    }
    Ok(())
}

fn best_of(goal: Goal, known: &[Moments]) -> usize {
    let better = |new: &Moments, old: &Moments| match goal {
        Goal::Greatest => new.mean > old.mean,
        Goal::Least => new.mean < old.mean,
    };
    (1..known.len()).fold(0, |best, at| if better(&known[at], &known[best]) { at } else { best })
}

fn selection(goal: Goal, known: &[Moments]) -> Selection {
    let best = best_of(goal, known);
    let wrong = known.iter().enumerate().filter(|(at, _)| *at != best).map(|(_, other)| {
        let error = libm::hypot(known[best].standard_error(), other.standard_error());
        let apart = (known[best].mean - other.mean).abs();
        // Without chance, the better is better and equals are equals.
        if error > 0.0 { normal_tail(apart / error) } else { 0.0 }
    });
    let correct_ratio = (1.0 - wrong.sum::<f64>()).max(0.0);
    let design = |moments: &Moments| Design {
        replications: moments.count,
        mean: moments.mean,
        deviation: libm::sqrt(moments.variance),
    };
    Selection { best, designs: known.iter().map(design).collect(), correct_ratio }
}

/// How many of the next replications each design gets: what it lacks of its share of all. Those
/// that have more than their share keep it, and the others share what is left.
fn allocate(goal: Goal, known: &[Moments], more: usize) -> Vec<usize> {
    let weights = weights(goal, known);
    let mut total = (known.iter().map(|moments| moments.count).sum::<usize>() + more) as f64;
    let mut open: Vec<usize> = (0..known.len()).collect();
    let lacks = loop {
        let sum: f64 = open.iter().map(|&at| weights[at]).sum();
        let lack = |at: usize| total * weights[at] / sum - known[at].count as f64;
        let (kept, over): (Vec<usize>, Vec<usize>) = open.iter().partition(|&&at| lack(at) > 0.0);
        if over.is_empty() {
            break open.iter().map(|&at| (at, lack(at))).collect::<Vec<(usize, f64)>>();
        }
        total -= over.iter().map(|&at| known[at].count as f64).sum::<f64>();
        open = kept;
    };
    whole(&lacks, more, known.len())
}

/// Whole numbers that sum to `more`, as the shares of `lacks`; the greatest remainders are rounded
/// up, of equal ones the first.
fn whole(lacks: &[(usize, f64)], more: usize, designs: usize) -> Vec<usize> {
    let sum: f64 = lacks.iter().map(|(_, lack)| lack).sum();
    let shares = lacks.iter().map(|&(at, lack)| (at, more as f64 * lack / sum));
    let mut shares: Vec<(usize, f64)> = shares.collect();
    let mut given = vec![0; designs];
    for (at, share) in &mut shares {
        given[*at] = *share as usize;
        *share -= given[*at] as f64;
    }
    shares.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let left = more.saturating_sub(given.iter().sum());
    for (at, _) in shares.iter().cycle().take(left) {
        given[*at] += 1;
    }
    given
}

/// Each design's part of the whole budget, to no scale.
fn weights(goal: Goal, known: &[Moments]) -> Vec<f64> {
    let best = best_of(goal, known);
    let greatest = |values: &mut dyn Iterator<Item = f64>| values.fold(0.0, f64::max);
    let apart = |moments: &Moments| (moments.mean - known[best].mean).abs();
    let apart_max = greatest(&mut known.iter().map(apart));
    let variance_max = greatest(&mut known.iter().map(|moments| moments.variance));
    if apart_max == 0.0 || variance_max == 0.0 {
        return vec![1.0; known.len()];
    }
    let variance = |moments: &Moments| (moments.variance / variance_max).max(SHARE_MIN * SHARE_MIN);
    let mut squares = 0.0;
    let mut weights: Vec<f64> = known
        .iter()
        .enumerate()
        .map(|(at, moments)| {
            let apart = (apart(moments) / apart_max).max(SHARE_MIN);
            let weight = variance(moments) / (apart * apart);
            if at != best {
                squares += weight * weight / variance(moments);
            }
            weight
        })
        .collect();
    weights[best] = libm::sqrt(variance(&known[best]) * squares);
    weights
}
