//! Networks of like pieces, replicated.

use linesim::{
    flow::Totals,
    like::{By, LikeFlow, Playing, StationIs},
};
use twin::{EquipmentId, MaterialId, Span, UnitState};

use super::{
    Method, ModelKind, Outcome, SimError, Wish,
    hold_up::{REPLICATIONS, by_gain},
    outcome::{self, Parts},
    tally::{
        ProductTally, SERIES, StorageTally, Tally, Trace, UnitTally, is_cut, play_all, stretch_end,
        warm_up,
    },
};
use crate::executor::Executor;

/// How long a replication is unless somebody says so: so many of the longest cycles, and so many
/// failures of the rarest, as far as so many pieces at stations allow.
const CYCLES: f64 = 20_000.0;
const FAILURES: f64 = 200.0;
const PIECE_OPERATIONS: f64 = 3e6;
/// More pieces at stations than these are not played in a day.
const MOST_PIECE_OPERATIONS: f64 = 5e11;
/// The most events of a replication whose length nobody asked for.
const MOST_UNASKED: f64 = 100.0 * PIECE_OPERATIONS;
/// The longest run: the clock has room for thirty times that.
const LONGEST: Span = Span::from_secs(10_000 * 366 * 86_400);

/// What is made, and at which stations, how much at a time.
pub(super) struct Product {
    pub material: MaterialId,
    pub stations: Vec<(usize, f64)>,
}

pub(super) fn products(flow: &LikeFlow) -> Vec<Product> {
    let mut products: Vec<Product> = Vec::new();
    for (station, is) in flow.stations.iter().enumerate() {
        let StationIs::Work { makes: Some((material, quantity)), .. } = is else { continue };
        match products.iter_mut().find(|product| product.material == *material) {
            Some(product) => product.stations.push((station, *quantity)),
            None => products
                .push(Product { material: material.clone(), stations: vec![(station, *quantity)] }),
        }
    }
    products
}

pub(super) fn simulate(
    flow: &LikeFlow,
    wish: &Wish,
    executor: &dyn Executor,
    progress: &(dyn Fn(f64) + Sync),
) -> Result<Outcome, SimError> {
    let until = how_long(flow, wish)?;
    let most_events = MOST_PIECE_OPERATIONS / wish.replications as f64;
    let most_events =
        if wish.until.is_some() { most_events } else { most_events.min(MOST_UNASKED) };
    let flow = &LikeFlow { most_events: most_events as u64, ..flow.clone() };
    let products = products(flow);
    let played = play_all(executor, wish.replications, (0.0, 0.6), progress, |number| {
        play(flow, &products, until, wish, number)
    })?;
    let cut = match wish.warm_up {
        Some(_) => super::tally::Cut { place: 0, has_settled: None },
        None => warm_up(&played)?,
    };
    let left_out = wish.warm_up.unwrap_or_else(|| outcome::cut_at(until, cut.place));
    let time_to_pieces = match wish.pieces {
        None => None,
        Some(pieces) => {
            Some(play_all(executor, wish.replications, (0.6, 0.7), progress, |number| {
                let ended = flow.until_left((wish.seed, number), pieces, until)?;
                Ok(ended.map_or(f64::NAN, Span::hours))
            })?)
        }
    };
    let (hold_ups, more) = by_gain(flow, &products, (left_out, until), wish, (executor, progress))?;
    let storages = flow
        .storages
        .iter()
        .filter_map(|storage| storage.storage.clone().map(|id| (id, storage.material.clone())));
    let parts = Parts {
        model: ModelKind::LikePieces,
        by_recursion: flow.by == By::Recursion,
        why_whole: None,
        until,
        warm_up: left_out,
        cut,
        method: Method::GainIfFaster,
        products: products.into_iter().map(|product| product.material).collect(),
        units: units(flow),
        storages: storages.collect(),
        knows_waits: true,
        hold_ups,
        hold_ups_of: wish.replications.min(REPLICATIONS),
        more_operations: more,
        time_to_pieces,
        milestones: Vec::new(),
        played_to_d: until.days(),
    };
    outcome::of(parts, &played)
}

fn units(flow: &LikeFlow) -> Vec<(EquipmentId, EquipmentId)> {
    let of = |is: &StationIs| match is {
        StationIs::Work { work_center, units, .. } => {
            units.iter().map(|unit| (unit.clone(), work_center.clone())).collect()
        }
        _ => Vec::new(),
    };
    flow.stations.iter().flat_map(of).collect()
}

fn how_long(flow: &LikeFlow, wish: &Wish) -> Result<Span, SimError> {
    let (mut cycle, mut slowest) = (0.0_f64, "");
    let mut rarest = 0.0_f64;
    for (station, is) in flow.network.stations.iter().zip(&flow.stations) {
        if *is != StationIs::Supplier {
            let servers = f64::from(station.servers).min(100.0);
            let of_one = station.work.mean() / servers;
            if of_one > cycle {
                (cycle, slowest) = (of_one, station.name.as_str());
            }
        }
        for failure in &station.failures {
            rarest = rarest.max(failure.between.mean() + failure.repair.mean());
        }
    }
    // Microseconds; a network in which nothing takes any time has been refused.
    let cycle = cycle.max(1.0);
    let operations = |until: f64| until / cycle * flow.network.stations.len() as f64;
    let usual = (CYCLES * cycle).max(FAILURES * rarest);
    let usual = usual.min(PIECE_OPERATIONS / operations(1.0)).max(100.0 * cycle);
    if wish.until.is_none() && usual > LONGEST.micros() as f64 {
        let (station, cycle) = (slowest.to_owned(), Span::from_micros(cycle as i64));
        return Err(SimError::TooSlow { station, cycle, most: LONGEST });
    }
    let until = wish.until.unwrap_or(Span::from_micros(usual as i64));
    let all = operations(until.micros() as f64) * wish.replications as f64;
    if all > MOST_PIECE_OPERATIONS || until > LONGEST {
        let most = until.scaled(MOST_PIECE_OPERATIONS / all).min(LONGEST);
        let wanted = format!("at most about {most} with these times and replications");
        return Err(SimError::Time { what: "--until", asked: until, wanted });
    }
    outcome::check_times(until, wish.warm_up)?;
    Ok(until)
}

fn play(
    flow: &LikeFlow,
    products: &[Product],
    until: Span,
    wish: &Wish,
    number: u64,
) -> Result<Trace, SimError> {
    let mut playing = flow.play(wish.seed, number, true)?;
    let mut trace = Trace::default();
    match wish.warm_up {
        Some(warm_up) => {
            playing.run_until(warm_up)?;
            trace.cuts.push(tally(flow, products, &playing));
            playing.run_until(until)?;
        }
        None => {
            trace.cuts.push(Tally::default());
            let mut before = 0.0;
            for stretch in 0..SERIES {
                playing.run_until(stretch_end(until, stretch))?;
                let totals = playing.totals();
                let so_far = complete(products, &totals);
                trace.completing.push(so_far - before);
                trace.present.push(present(flow, &totals));
                before = so_far;
                if is_cut(stretch + 1) {
                    trace.cuts.push(tally(flow, products, &playing));
                }
            }
        }
    }
    trace.end = tally(flow, products, &playing);
    trace.part_operations = playing.piece_operations();
    let leads = playing.single_leads();
    let of = |product: &Product| {
        let stations = product.stations.iter();
        stations.flat_map(|&(station, _)| leads[station].iter().copied()).collect()
    };
    trace.leads = products.iter().map(of).collect();
    Ok(trace)
}

/// What is complete; where nothing ever is, what is finished at stations.
pub(super) fn complete(products: &[Product], totals: &Totals) -> f64 {
    if products.is_empty() {
        return totals.finished.iter().sum::<u64>() as f64;
    }
    let stations = products.iter().flat_map(|product| &product.stations);
    stations.map(|&(station, quantity)| totals.left[station] as f64 * quantity).sum()
}

fn present(flow: &LikeFlow, totals: &Totals) -> f64 {
    let storages = totals.levels.iter().zip(&flow.storages);
    storages.filter(|(_, is)| is.storage.is_some()).map(|(&level, _)| f64::from(level)).sum()
}

fn hours(micros: i128) -> f64 {
    micros as f64 / 3.6e9
}

fn tally(flow: &LikeFlow, products: &[Product], playing: &Playing) -> Tally {
    let totals = playing.totals();
    let times = playing.server_times();
    let now = hours(i128::from(totals.at.micros()));
    let mut tally = Tally { hours: now, ..Tally::default() };
    let mut first = 0;
    for (at, (station, is)) in flow.network.stations.iter().zip(&flow.stations).enumerate() {
        let servers = &times[first..first + station.servers as usize];
        first += station.servers as usize;
        let StationIs::Work { units, at_once, .. } = is else { continue };
        let held: i128 = servers.iter().map(|server| i128::from(server.held)).sum();
        tally.wip += hours(held);
        for servers in servers.chunks(*at_once as usize) {
            let mut unit = UnitTally::default();
            let part = 1.0 / f64::from(*at_once);
            for server in servers {
                let told = [server.working, server.blocked, server.down];
                let told = told.map(|micros| hours(i128::from(micros)) * part);
                let kept = [UnitState::Working, UnitState::Blocked, UnitState::Down];
                for (state, hours) in kept.into_iter().zip(told) {
                    unit.states[state_at(state)] += hours;
                }
            }
            let busy: f64 = unit.states.iter().sum();
            unit.states[state_at(UnitState::Starved)] = (now - busy).max(0.0);
            unit.finished = totals.finished[at] as f64 / units.len() as f64;
            tally.units.push(unit);
        }
    }
    for (at, is) in flow.storages.iter().enumerate() {
        if is.storage.is_none() {
            continue;
        }
        let level = hours(totals.level_time[at]);
        tally.wip += level;
        tally.storages.push(StorageTally {
            level,
            taken: totals.taken[at] as f64,
            waited: hours(totals.waited[at]),
            at_once: totals.taken_at_once[at] as f64,
        });
    }
    tally.products = products.iter().map(|product| made(product, &totals)).collect();
    tally
}

fn made(product: &Product, totals: &Totals) -> ProductTally {
    let mut tally = ProductTally::default();
    for &(station, quantity) in &product.stations {
        tally.made += totals.left[station] as f64 * quantity;
        tally.led += totals.left[station] as f64;
        tally.lead += hours(totals.in_system[station]);
    }
    tally
}

pub(super) fn state_at(state: UnitState) -> usize {
    UnitState::ALL.iter().position(|&other| other == state).unwrap_or(0)
}
