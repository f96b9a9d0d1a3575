//! From a path to shares per node, and how surely the first leads.

use std::collections::BTreeMap;

use twin::PlantTime;

use crate::{
    findings::{Confidence, Why},
    layout::NodeIx,
    walk::Segment,
};

/// A node of any plant: plant number, node number.
pub type AnyNode = (usize, NodeIx);

/// Blocks that the window is cut into for the bootstrap: long enough to keep what belongs
/// together, many enough to vary.
const BLOCKS: usize = 20;
/// Resamples drawn.
const RESAMPLES: usize = 200;
/// Agreement from which the verdict is sure [ratio].
const SURE: f64 = 0.9;
/// Agreement from which it is probable [ratio].
const PROBABLY: f64 = 0.6;

/// Time per node and kind, in microseconds; time off shift is left out.
#[derive(Clone, Debug, Default)]
pub struct Shares {
    pub nodes: BTreeMap<AnyNode, BTreeMap<Why, i64>>,
    pub total: i64,
}

impl Shares {
    pub fn of<'a>(
        segments: impl Iterator<Item = &'a Segment>,
        counts: impl Fn(AnyNode) -> bool,
    ) -> Self {
        let mut shares = Self::default();
        for segment in segments.filter(|s| s.why != Why::OffShift && s.length() > 0) {
            let node = (segment.plant, segment.node);
            if counts(node) {
                let split = shares.nodes.entry(node).or_default();
                *split.entry(segment.why).or_default() += segment.length();
                shares.total += segment.length();
            }
        }
        shares
    }

    /// The shares of several lines together, each by its weight; the weights sum to 1.
    pub fn joined<'a>(lines: impl Iterator<Item = (&'a Self, f64)>) -> Self {
        let mut joined = Self::default();
        for (shares, weight) in lines.filter(|(shares, _)| shares.total > 0) {
            let scale = scale(shares, weight);
            for (node, split) in &shares.nodes {
                for (why, time) in split {
                    let time = (*time as f64 * scale).round() as i64;
                    let of_node = joined.nodes.entry(*node).or_default();
                    *of_node.entry(*why).or_default() += time;
                    joined.total += time;
                }
            }
        }
        joined
    }

    pub fn time(&self, node: AnyNode) -> i64 {
        self.nodes.get(&node).map_or(0, |split| split.values().sum())
    }

    pub fn ratio(&self, node: AnyNode) -> f64 {
        if self.total > 0 { self.time(node) as f64 / self.total as f64 } else { 0.0 }
    }

    /// Nodes by falling share; equal shares by number.
    pub fn ranking(&self) -> Vec<AnyNode> {
        let mut nodes: Vec<AnyNode> = self.nodes.keys().copied().collect();
        nodes.sort_by_key(|node| (std::cmp::Reverse(self.time(*node)), *node));
        nodes
    }

    /// How a node spends its time, largest first, as ratios of the whole.
    pub fn split(&self, node: AnyNode) -> Vec<(Why, f64)> {
        let total = self.total.max(1) as f64;
        let split = self.nodes.get(&node).into_iter().flatten();
        let mut split: Vec<(Why, f64)> =
            split.map(|(why, time)| (*why, *time as f64 / total)).collect();
        split.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        split
    }

    /// The part of a node's time that it spends so, as a ratio of the whole.
    pub fn part(&self, node: AnyNode, why: Why) -> f64 {
        let time = self.nodes.get(&node).and_then(|split| split.get(&why));
        time.map_or(0.0, |time| *time as f64 / self.total.max(1) as f64)
    }

    /// The reason to name: the largest that is not plain work when it makes up a quarter of the
    /// node's time, else the largest. The one that was named before stays until another is
    /// clearly ahead of it, or it makes up little.
    pub fn why(&self, node: AnyNode, before: Option<Why>) -> Why {
        const WORTH_NAMING: f64 = 0.25;
        const STILL_WORTH_NAMING: f64 = 0.15;
        const MARGIN: f64 = 1.25;
        let split = self.split(node);
        let ratio = self.ratio(node);
        let unplanned = split.iter().find(|(why, _)| !why.is_planned());
        let (newest, most) = unplanned
            .filter(|(_, share)| *share >= WORTH_NAMING * ratio)
            .or(split.first())
            .copied()
            .unwrap_or((Why::Working, 0.0));
        let stays = |before: &Why| {
            let part = self.part(node, *before);
            let close = part * MARGIN >= most;
            match (before.is_planned(), newest.is_planned()) {
                (true, true) => part > 0.0 && close,
                (true, false) => false,
                (false, true) => part >= STILL_WORTH_NAMING * ratio,
                (false, false) => part >= STILL_WORTH_NAMING * ratio && close,
            }
        };
        before.filter(stays).unwrap_or(newest)
    }
}

/// What a microsecond on the path of a line of `weight` is worth where lines are joined.
fn scale(shares: &Shares, weight: f64) -> f64 {
    /// The sum over all lines; large, so that rounding is nothing.
    const WHOLE: f64 = 1e12;
    weight * WHOLE / shares.total.max(1) as f64
}

/// One line's path, as the bootstrap takes it.
pub struct OfLine<'a> {
    pub segments: &'a [Segment],
    pub shares: &'a Shares,
    /// The stretch of time that was walked.
    pub walked: (PlantTime, PlantTime),
    /// What the plan expects of the line, beside the others [ratio].
    pub weight: f64,
}

/// The share of resamples in which `first` has the most time, by a block bootstrap over the
/// window: blocks of equal length are drawn with replacement, with the segments of all lines.
pub fn agreement(
    lines: &[OfLine<'_>],
    first: AnyNode,
    counts: impl Fn(AnyNode) -> bool,
    seed: u64,
) -> f64 {
    let mut blocks = vec![BTreeMap::<AnyNode, i64>::new(); BLOCKS];
    let of_lines = lines.iter().flat_map(|line| {
        let scale = scale(line.shares, line.weight);
        let (from, to) = line.walked;
        let length = (to.since(from).micros() / BLOCKS as i64).max(1);
        line.segments.iter().map(move |segment| (segment, scale, from, length))
    });
    for (segment, scale, from, length) in of_lines.filter(|(s, ..)| s.why != Why::OffShift) {
        let node = (segment.plant, segment.node);
        if !counts(node) {
            continue;
        }
        for (number, block) in blocks.iter_mut().enumerate() {
            let start = from.micros() + length * number as i64;
            let (a, b) =
                (segment.from.micros().max(start), segment.to.micros().min(start + length));
            if a < b {
                *block.entry(node).or_default() += ((b - a) as f64 * scale).round() as i64;
            }
        }
    }
    let mut random = seed;
    let mut agree = 0;
    for _ in 0..RESAMPLES {
        let mut sums = BTreeMap::<AnyNode, i64>::new();
        for _ in 0..BLOCKS {
            let drawn = (next(&mut random) % BLOCKS as u64) as usize;
            for (node, time) in blocks.get(drawn).into_iter().flatten() {
                *sums.entry(*node).or_default() += time;
            }
        }
        let most = sums.iter().max_by_key(|(node, time)| (**time, std::cmp::Reverse(**node)));
        agree += usize::from(most.is_some_and(|(node, _)| *node == first));
    }
    agree as f64 / RESAMPLES as f64
}

/// What an agreement is called.
pub fn confidence(agreement: f64) -> Confidence {
    if agreement >= SURE {
        Confidence::Sure
    } else if agreement >= PROBABLY {
        Confidence::Probably
    } else {
        Confidence::CannotTell
    }
}

/// A seed that depends on what the finding is about and nothing else: FNV-1a.
pub fn seed(plant: &str, end: PlantTime) -> u64 {
    let bytes = plant.bytes().chain(end.micros().to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// SplitMix64 (Steele, Lea, Flood, 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The share of resamples of single values in which the mean of `values` is above every other's.
pub fn mean_agreement(values: &[Vec<i64>], first: usize, seed: u64) -> f64 {
    let mut random = seed;
    let mut agree = 0;
    for _ in 0..RESAMPLES {
        let means = values.iter().map(|of_one| {
            let drawn = (0..of_one.len()).map(|_| {
                let at = (next(&mut random) % of_one.len() as u64) as usize;
                of_one.get(at).copied().unwrap_or(0) as f64
            });
            drawn.sum::<f64>() / of_one.len().max(1) as f64
        });
        let means: Vec<f64> = means.collect();
        let best = means.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
        agree += usize::from(best.is_some_and(|(number, _)| number == first));
    }
    agree as f64 / RESAMPLES as f64
}
