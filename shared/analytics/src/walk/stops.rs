//! Stops in force that are bound to reach the end of a line.
//!
//! A walk back from the end tells of a stop far upstream only when the parts that it kept back
//! are missed at the end, which may be months later. What stops a whole work center now, for
//! longer than the parts that lie in wait downstream of it last, delays the end for certain: the
//! path of that future end is known up to here, and is followed from the moment when the stop is
//! expected to be over.
//!
//! A stop for want of material is expected to end with the next promised delivery; any other
//! stop to last as long again as it has lasted (Gott, 1993: the median of what remains when
//! nothing else is known).

use std::collections::BTreeMap;

use twin::{PlantTime, Span, UnitState};

use super::{Position, Segment};
use crate::{
    findings::Why,
    layout::{NodeIx, OperationInfo, Place},
    sight::{PlantView, Plants},
    trace::Seq,
};

/// A stop counts when it delays the end by this share of the window at least [ratio].
const COUNTS_FROM: f64 = 0.05;
/// No stop is expected to last longer than this from now on.
const EXPECTED_AT_MOST: Span = Span::from_secs(30 * 86_400);

/// Where a stop is looked for: a line of a plant, upstream of a rank, over the window before now.
#[derive(Clone, Copy)]
pub struct Where {
    pub plant: usize,
    pub line: usize,
    pub rank: u32,
    pub from: PlantTime,
    pub now: PlantTime,
}

/// A stop in force.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    pub plant: usize,
    /// Who stops: the work center, or the supplier of what it lacks.
    pub node: NodeIx,
    pub why: Why,
    /// The unit whose states split the time; none when a supplier is waited for.
    pub unit: Option<Place>,
    pub since: PlantTime,
    /// When it is expected to be over.
    pub until: PlantTime,
    /// Where the record goes on before it.
    pub record: Option<Position>,
}

impl Stop {
    /// The known and the expected part of it, newest first.
    pub(super) fn stretches(&self, from: PlantTime, now: PlantTime) -> [Segment; 2] {
        let Self { plant, node, why, unit, .. } = *self;
        let stretch = |from, to, unit| Segment { plant, node, why, unit, part: None, from, to };
        [stretch(now, self.until.max(now), None), stretch(self.since.max(from), now, unit)]
    }
}

impl Plants<'_> {
    /// The stop that delays the end of the line the most, when there is one that counts.
    pub fn stop_in_force(&self, at: Where) -> Option<Stop> {
        let fold = self.get(at.plant)?;
        let mut by_rank: BTreeMap<(u32, NodeIx), Stop> = BTreeMap::new();
        for operation in fold.layout.operations.values() {
            let rank = operation.rank_in(at.line);
            let key = (rank, operation.center);
            let upstream = rank > at.rank && rank != u32::MAX;
            if upstream && !by_rank.contains_key(&key) {
                let stop = center_stopped(fold, operation.center, at);
                by_rank.extend(stop.map(|stop| (key, self.shown(stop, operation.center))));
            }
        }
        if by_rank.is_empty() {
            return None;
        }
        let waiting = fold.waiting();
        let enough = at.now.since(at.from).days() * COUNTS_FROM;
        let (mut most, mut found) = (0.0_f64, None);
        for ((rank, _), stop) in by_rank {
            let slack = slack_d(fold, at, rank, &waiting);
            // While a stop nearer to the end lasts, nothing is drawn from further upstream.
            let delay = stop.until.since(stop.since).days() - slack - most;
            if delay >= enough {
                most += delay;
                found = found
                    .filter(|(longest, _): &(f64, Stop)| *longest >= delay)
                    .or(Some((delay, stop)));
            }
        }
        found.map(|(_, stop)| stop)
    }

    /// A stop for want of what somebody out of sight delivers: theirs, or that of who waits.
    fn shown(&self, stop: Stop, center: NodeIx) -> Stop {
        let (plant, node) =
            self.stand_in(stop.plant, (stop.plant, stop.node), (stop.plant, center));
        Stop { plant, node, ..stop }
    }
}

/// The stop of all units of a work center, if all are stopped.
fn center_stopped(fold: PlantView<'_>, center: NodeIx, at: Where) -> Option<Stop> {
    if fold.layout.cannot_limit.contains(&center) || !fold.sees_node(center) {
        return None;
    }
    let down = |state| matches!(state, UnitState::Down | UnitState::Held);
    if let Some((since, unit, worked)) = all_units(fold, center, at, down) {
        let why = if fold.track(unit)?.ran_down(since) { Why::Down } else { Why::Held };
        let until = at.now + worked.min(EXPECTED_AT_MOST);
        let record = fold.newest(unit, since, Seq::MAX).map(|(_, seq)| (at.plant, seq));
        let (plant, node, unit) = (at.plant, center, Some(unit));
        return Some(Stop { plant, node, why, unit, since, until, record });
    }
    let starved = |state| state == UnitState::Starved;
    let (since, unit, _) = all_units(fold, center, at, starved)?;
    let of_center = fold.layout.operations.values().filter(|o| o.center == center);
    let mut of_line = of_center.filter(|o| o.rank_in(at.line) != u32::MAX).peekable();
    of_line.peek()?;
    let lacking: Option<Vec<(PlantTime, NodeIx)>> =
        of_line.map(|operation| lacks(fold, operation, since, at.now)).collect();
    let (until, node) = lacking?.into_iter().min()?;
    let record = fold.newest(unit, since, Seq::MAX).map(|(_, seq)| (at.plant, seq));
    Some(Stop { plant: at.plant, node, why: Why::Material, unit: None, since, until, record })
}

/// Since when all units of a work center are in a state that `counts`, time off shift passed
/// over, with the unit that stopped last and its time in that state.
fn all_units(
    fold: PlantView<'_>,
    center: NodeIx,
    at: Where,
    counts: impl Fn(UnitState) -> bool,
) -> Option<(PlantTime, Place, Span)> {
    let runs = fold.layout.units_of(center).map(|unit| {
        let (since, lasted) = fold.track(unit)?.run(at.now, &counts)?;
        Some((since, unit, lasted))
    });
    runs.collect::<Option<Vec<_>>>()?.into_iter().max()
}

/// The material from a supplier that an operation lacks: when it is expected, at the latest, and
/// whose it is.
fn lacks(
    fold: PlantView<'_>,
    operation: &OperationInfo,
    since: PlantTime,
    now: PlantTime,
) -> Option<(PlantTime, NodeIx)> {
    let lacking = operation.inputs.iter().filter_map(|(material, place, quantity)| {
        let mut lines = fold.layout.lines.iter();
        let line = lines.find(|l| l.material == *material && l.storage == Some(*place))?;
        let stock = fold.stock(material, *place)?;
        let expected = fold.next_delivery(material).map(|date| date.max(now));
        let expected = expected.unwrap_or(now + now.since(since)).min(now + EXPECTED_AT_MOST);
        (stock + 1e-9 < *quantity).then_some((expected, line.supplier))
    });
    lacking.max()
}

/// How long the parts that lie between a rank and the end last [d]: at each step, what waits in
/// the places that it takes from over what it takes a day; places side by side count once.
fn slack_d(fold: PlantView<'_>, at: Where, above: u32, waiting: &BTreeMap<Place, u64>) -> f64 {
    let days = at.now.since(at.from).days().max(1.0);
    let mut by_rank: BTreeMap<u32, f64> = BTreeMap::new();
    for operation in fold.layout.operations.values() {
        let rank = operation.rank_in(at.line);
        if rank < at.rank || rank >= above {
            continue;
        }
        let tracks = fold.layout.units_of(operation.center).filter_map(|u| fold.track(u));
        let finished: u32 = tracks.map(|track| track.finished_between(at.from, at.now)).sum();
        for (_, place, quantity) in &operation.inputs {
            let a_day = f64::from(finished) * operation.batch * quantity / days;
            if let Some(lie) = waiting.get(place).filter(|_| a_day > 0.0) {
                let lasts = by_rank.entry(rank).or_default();
                *lasts = lasts.max(*lie as f64 / a_day);
            }
        }
    }
    by_rank.into_values().fold(0.0, |sum, lasts| sum + lasts)
}
