//! Lines in step, replicated.

use linesim::{
    flow::{Slotted, Up},
    like::InStep,
};
use twin::{Span, UnitState};

use super::{
    Method, ModelKind, Outcome, SimError, Wish,
    hold_up::{FASTER, REPLICATIONS, rank},
    likes::state_at,
    outcome::{self, Parts},
    tally::{
        ProductTally, SERIES, StorageTally, Tally, Trace, UnitTally, is_cut, play_all, stretch_end,
        warm_up,
    },
};
use crate::executor::Executor;

/// Cycles of a replication unless somebody says so.
const CYCLES: f64 = 40_000.0;
/// The most cycles of a replication.
const MOST_CYCLES: f64 = 1e11;

pub(super) fn simulate(
    line: &InStep,
    wish: &Wish,
    executor: &dyn Executor,
    progress: &(dyn Fn(f64) + Sync),
) -> Result<Outcome, SimError> {
    let until = wish.until.unwrap_or_else(|| line.cycle.scaled(CYCLES));
    outcome::check_times(until, wish.warm_up)?;
    if until.hours() / line.cycle.hours() > MOST_CYCLES {
        let wanted = format!("at most {}", line.cycle.scaled(MOST_CYCLES));
        return Err(SimError::Time { what: "--until", asked: until, wanted });
    }
    let played = play_all(executor, wish.replications, (0.0, 0.6), progress, |number| {
        play(line, until, wish, number)
    })?;
    let cut = match wish.warm_up {
        Some(_) => super::tally::Cut { place: 0, has_settled: None },
        None => warm_up(&played)?,
    };
    let left_out = wish.warm_up.unwrap_or_else(|| outcome::cut_at(until, cut.place));
    let (hold_ups, more) = by_gain(line, (left_out, until), wish, (executor, progress))?;
    let parts = Parts {
        model: ModelKind::InStep,
        by_recursion: false,
        why_whole: None,
        until,
        warm_up: left_out,
        cut,
        method: Method::GainIfFaster,
        products: vec![line.material.clone()],
        units: line.units.iter().cloned().zip(line.work_centers.iter().cloned()).collect(),
        storages: line
            .storages
            .iter()
            .map(|id| (id.clone(), Some(line.material.clone())))
            .collect(),
        knows_waits: false,
        hold_ups,
        hold_ups_of: wish.replications.min(REPLICATIONS),
        more_operations: more,
        time_to_pieces: None,
        milestones: Vec::new(),
        played_to_d: until.days(),
    };
    outcome::of(parts, &played)
}

fn cycles(line: &InStep, span: Span) -> u64 {
    // A cycle that begins by then is played.
    (span.micros() / line.cycle.micros().max(1)).max(0) as u64
}

fn run_to(line: &InStep, played: &mut Slotted, span: Span) {
    let to = cycles(line, span);
    played.run(to.saturating_sub(played.cycles));
}

fn play(line: &InStep, until: Span, wish: &Wish, number: u64) -> Result<Trace, SimError> {
    let mut played = line.play(wish.seed, number)?;
    let mut trace = Trace::default();
    if let Some(warm_up) = wish.warm_up {
        run_to(line, &mut played, warm_up);
        trace.cuts.push(tally(line, &played));
        run_to(line, &mut played, until);
    } else {
        trace.cuts.push(Tally::default());
        let mut before = 0;
        for stretch in 0..SERIES {
            run_to(line, &mut played, stretch_end(until, stretch));
            let made = played.finished.last().copied().unwrap_or(0);
            trace.completing.push((made - before) as f64);
            trace.present.push(played.levels.iter().map(|&level| f64::from(level)).sum());
            before = made;
            if is_cut(stretch + 1) {
                trace.cuts.push(tally(line, &played));
            }
        }
    }
    trace.end = tally(line, &played);
    trace.part_operations = played.finished.iter().sum();
    trace.leads = vec![Vec::new()];
    Ok(trace)
}

fn tally(line: &InStep, played: &Slotted) -> Tally {
    let cycle = line.cycle.hours();
    let now = played.cycles as f64;
    let mut tally = Tally { hours: now * cycle, ..Tally::default() };
    for machine in 0..line.units.len() {
        let finished = played.finished[machine] as f64;
        let (down, blocked) = (played.down[machine] as f64, played.blocked[machine] as f64);
        let starved = (now - finished - down - blocked).max(0.0);
        let mut unit = UnitTally { finished, ..UnitTally::default() };
        for (state, cycles) in [
            (UnitState::Working, finished),
            (UnitState::Down, down),
            (UnitState::Blocked, blocked),
            (UnitState::Starved, starved),
        ] {
            unit.states[state_at(state)] = cycles * cycle;
        }
        tally.units.push(unit);
    }
    for &level in &played.level_sums {
        let level = level as f64 * cycle;
        tally.wip += level;
        tally.storages.push(StorageTally { level, ..StorageTally::default() });
    }
    let made = played.finished.last().copied().unwrap_or(0) as f64;
    tally.products = vec![ProductTally { made, ..ProductTally::default() }];
    tally
}

/// A machine that fails a tenth more rarely and is repaired a tenth sooner, or runs more often.
fn better(up: Up) -> Up {
    let more = |chance: f64| (chance / FASTER).min(1.0);
    match up {
        Up::Geometric { fails, repaired } => {
            Up::Geometric { fails: fails * FASTER, repaired: more(repaired) }
        }
        Up::Bernoulli(runs) => Up::Bernoulli(more(runs)),
    }
}

fn by_gain(
    line: &InStep,
    (from, until): (Span, Span),
    wish: &Wish,
    (executor, progress): (&dyn Executor, &(dyn Fn(f64) + Sync)),
) -> Result<(Vec<super::HoldUpOutcome>, u64), SimError> {
    let mut variants = vec![line.clone()];
    for machine in 0..line.units.len() {
        let mut variant = line.clone();
        variant.line.machines[machine].up = better(variant.line.machines[machine].up);
        variants.push(variant);
    }
    let count = wish.replications.min(REPLICATIONS);
    let done = play_all(executor, count * variants.len(), (0.6, 1.0), progress, |at| {
        let (number, variant) = (at / variants.len() as u64, at as usize % variants.len());
        let mut played = variants[variant].play(wish.seed, number)?;
        run_to(line, &mut played, from);
        let before = played.finished.last().copied().unwrap_or(0);
        run_to(line, &mut played, until);
        let made = played.finished.last().copied().unwrap_or(0) - before;
        Ok((made as f64, played.finished.iter().sum::<u64>()))
    })?;
    let operations = done.iter().map(|(_, operations)| operations).sum();
    let gains: Vec<Vec<f64>> = done
        .chunks(variants.len())
        .map(|row| row[1..].iter().map(|(made, _)| (made - row[0].0) / row[0].0.max(1.0)).collect())
        .collect();
    let named = line.work_centers.iter().map(|id| ("work_center", id.to_string())).collect();
    Ok((rank(named, &gains)?, operations))
}
