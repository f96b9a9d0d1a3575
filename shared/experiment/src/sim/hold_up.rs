//! What holds a network of like pieces up: what gains most if it does everything in a tenth less
//! time, with the same random numbers (J. Li and S. M. Meerkov, "Production Systems Engineering",
//! 2009, chapter 5, define the bottleneck so).

use linesim::like::{LikeFlow, StationIs};
use twin::Span;

use super::{
    HoldUpOutcome, SimError, Wish,
    likes::{Product, complete},
    outcome::interval,
    tally::play_all,
};
use crate::executor::Executor;

/// A tenth faster: so much of the time.
pub(super) const FASTER: f64 = 1.0 / 1.1;
/// Stations that are tried, the busiest first.
const TRIED: usize = 10;
/// Replications that are spent on each.
pub(super) const REPLICATIONS: usize = 12;
/// The part of the measured time that each replication of them plays: with the same random
/// numbers, differences need less than means.
const PART: f64 = 0.3;
/// A gain below this is none.
const NO_GAIN: f64 = 1e-6;

/// Ranks the stations of a network; also the pieces at stations that this took.
pub(super) fn by_gain(
    flow: &LikeFlow,
    products: &[Product],
    (from, until): (Span, Span),
    wish: &Wish,
    (executor, progress): (&dyn Executor, &(dyn Fn(f64) + Sync)),
) -> Result<(Vec<HoldUpOutcome>, u64), SimError> {
    let until = from + (until - from).scaled(PART);
    let tried = busiest(flow, until, wish)?;
    let mut variants = vec![flow.clone()];
    for &station in &tried {
        let faster = flow.faster(station, FASTER);
        variants.push(faster.map_err(|error| SimError::Vary(error.to_string()))?);
    }
    let count = wish.replications.min(REPLICATIONS);
    let done = play_all(executor, count * variants.len(), (0.7, 1.0), progress, |at| {
        let (number, variant) = (at / variants.len() as u64, at as usize % variants.len());
        let mut playing = variants[variant].play(wish.seed, number, false)?;
        playing.run_until(from)?;
        let before = complete(products, &playing.totals());
        playing.run_until(until)?;
        let made = complete(products, &playing.totals()) - before;
        Ok((made, playing.piece_operations()))
    })?;
    let operations = done.iter().map(|(_, operations)| operations).sum();
    let gains: Vec<Vec<f64>> = done
        .chunks(variants.len())
        .map(|row| {
            let base = row[0].0.max(1.0);
            row[1..].iter().map(|(made, _)| (made - row[0].0) / base).collect()
        })
        .collect();
    let named = tried.iter().map(|&station| name(flow, station)).collect();
    Ok((rank(named, &gains)?, operations))
}

/// The stations worth trying: those that are at work or down for most of the time.
fn busiest(flow: &LikeFlow, until: Span, wish: &Wish) -> Result<Vec<usize>, SimError> {
    let mut playing = flow.play(wish.seed, 0, true)?;
    playing.run_until(until)?;
    let times = playing.server_times();
    let mut first = 0;
    let mut busy: Vec<(f64, usize)> = Vec::new();
    for (at, station) in flow.network.stations.iter().enumerate() {
        let servers = &times[first..first + station.servers as usize];
        first += station.servers as usize;
        let used: f64 = servers.iter().map(|s| (s.working + s.down) as f64).sum();
        if station.work.mean() > 0.0 {
            busy.push((used / servers.len() as f64, at));
        }
    }
    busy.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut tried: Vec<usize> = busy.into_iter().take(TRIED).map(|(_, at)| at).collect();
    tried.sort_unstable();
    Ok(tried)
}

fn name(flow: &LikeFlow, station: usize) -> (&'static str, String) {
    match &flow.stations[station] {
        StationIs::Work { work_center, .. } => ("work_center", work_center.to_string()),
        StationIs::Arrivals => ("arrivals", flow.network.stations[station].name.to_string()),
        StationIs::Supplier => ("supply", flow.network.stations[station].name.to_string()),
    }
}

/// The candidates by how often each gains most, then by its gain.
pub(super) fn rank(
    named: Vec<(&'static str, String)>,
    gains: &[Vec<f64>],
) -> Result<Vec<HoldUpOutcome>, SimError> {
    let mut first = vec![0_usize; named.len()];
    for row in gains {
        let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
        if let Some((at, gain)) = best
            && *gain > NO_GAIN
        {
            first[at] += 1;
        }
    }
    let mut ranked = Vec::new();
    for (at, (kind, id)) in named.into_iter().enumerate() {
        let column: Vec<f64> = gains.iter().map(|row| row[at]).collect();
        ranked.push(HoldUpOutcome {
            kind,
            id,
            confidence_ratio: first[at] as f64 / gains.len() as f64,
            measure: interval(&column)?,
        });
    }
    ranked.sort_by(|a, b| {
        let by_share = b.confidence_ratio.total_cmp(&a.confidence_ratio);
        by_share.then(b.measure.estimate.total_cmp(&a.measure.estimate)).then(a.id.cmp(&b.id))
    });
    Ok(ranked)
}
