//! Plants played whole, replicated: names, people, cranes, shifts.

mod watch;

use std::collections::{BTreeMap, BTreeSet};

use analytics::{Analytics, HoldUp, Thing};
use linesim::{LeftOut, Model, Settings, Standing, StorageSummary, like::NotLike};
use twin::{
    EquipmentId, MaterialId, OperationId, Plant, PlantId, PlantTime, Programme, Report, Span,
    definition::Tracking, state::TwinState,
};

use super::{
    HoldUpOutcome, Method, ModelKind, Outcome, SimError, Subject, Wish,
    choice::component,
    outcome::{self, Parts, interval},
    tally::{
        ProductTally, SERIES, StorageTally, Tally, Trace, UnitTally, is_cut, play_all, stretch_end,
        warm_up,
    },
};
use crate::{executor::Executor, interval::Interval};
use watch::Watch;

/// How long a replication is unless somebody says so.
const USUAL: Span = Span::from_secs(365 * 86_400);
/// The longest: calendars are laid out so far.
const LONGEST: Span = Span::from_secs(20 * 366 * 86_400);

/// Replications of which it is told what held the plant up: following every cause costs more than
/// playing, and by then a share is known to a few hundredths.
const HOLD_UPS_OF: usize = 50;

/// The most events of all replications together, an hour or so; of one between these, so that many
/// short ones and one long one may be asked for.
const MOST_EVENTS: u64 = 1 << 32;
const MOST_EVENTS_OF_ONE: (u64, u64) = (1 << 16, 1 << 26);

/// What is played: the plants that something goes between.
pub(super) struct Whole<'a> {
    pub(super) programme: Programme,
    /// When replications begin, and how the plants stand then if that is not as their files say.
    pub(super) begins: PlantTime,
    now: Option<&'a TwinState>,
    pub(super) plants: Vec<Plant>,
    /// Which is asked about.
    number: usize,
    /// What leaves, and whether reports count it: what has no name is counted by the model.
    products: Vec<(MaterialId, bool)>,
    /// Operations whose pieces other plants fetch: what they make, and how much at a time.
    gives: BTreeMap<OperationId, (MaterialId, f64)>,
    storages: Vec<(EquipmentId, Option<MaterialId>)>,
}

pub(super) fn simulate(
    subject: Subject<'_>,
    why_whole: Option<NotLike>,
    wish: &Wish,
    executor: &dyn Executor,
    progress: &(dyn Fn(f64) + Sync),
) -> Result<Outcome, SimError> {
    let whole = together(subject);
    let until = length(wish)?;
    let given = given_warm_up(&whole, wish);
    // Findings before anything was reported; each replication that is told begins with its own.
    let findings = Analytics::new(&whole.programme, &whole.plants).without_samples();
    let played = play_all(executor, wish.replications, (0.0, 1.0), progress, |number| {
        let findings = (number < HOLD_UPS_OF as u64).then(|| findings.clone());
        play(&whole, (until, given), wish, number, findings)
    })?;
    let cut = match given {
        Some(_) => super::tally::Cut { place: 0, has_settled: None },
        None => warm_up(&played)?,
    };
    let warm_up = given.unwrap_or_else(|| outcome::cut_at(until, cut.place));
    let told = wish.replications.min(HOLD_UPS_OF);
    let plant = &whole.plants[whole.number];
    let starts = whole.programme.starts;
    let milestones = whole.programme.milestones.iter().filter(|m| m.plant == plant.id);
    let parts = Parts {
        model: ModelKind::Whole,
        by_recursion: false,
        why_whole,
        until,
        warm_up,
        cut,
        method: Method::CriticalPath,
        products: whole.products.iter().map(|(material, _)| material.clone()).collect(),
        units: plant.units.iter().map(|u| (u.id.clone(), u.work_center.clone())).collect(),
        storages: whole.storages.clone(),
        knows_waits: false,
        hold_ups: hold_ups(&played[..told])?,
        hold_ups_of: told,
        more_operations: 0,
        time_to_pieces: None,
        milestones: milestones
            .map(|m| (m.id.clone(), m.name.clone(), m.due.since(starts).days()))
            .collect(),
        played_to_d: (whole.begins + until).since(starts).days(),
    };
    outcome::of(parts, &played)
}

/// The plant with those that it cannot be played without.
pub(super) fn together(subject: Subject<'_>) -> Whole<'_> {
    let asked = &subject.plants[subject.number];
    let ids = component(subject.programme, subject.plants, &asked.id);
    let mut plants: Vec<Plant> =
        subject.plants.iter().filter(|plant| ids.contains(&plant.id)).cloned().collect();
    // What happens at one moment happens in the order of the plants: whoever hands them in, it is
    // that of their names.
    plants.sort_by(|a, b| a.id.cmp(&b.id));
    let mut programme = subject.programme.clone();
    let is_played = |place: &twin::PlaceRef| place.plant.as_ref().is_none_or(|id| ids.contains(id));
    programme.lanes.retain(|lane| is_played(&lane.from) && is_played(&lane.to));
    programme.plants.retain(|id| ids.contains(id));
    let number = plants.iter().position(|plant| plant.id == asked.id).unwrap_or(0);
    let storages = storages(&programme, asked);
    let gives = gives(&programme, &plants, asked);
    let products = leaving(asked, &gives);
    let (begins, now) = (subject.begins(), subject.now.map(|now| now.state));
    Whole { programme, begins, now, plants, number, products, gives, storages }
}

/// Operations that put what they make where another plant fetches it.
fn gives(
    programme: &Programme,
    plants: &[Plant],
    plant: &Plant,
) -> BTreeMap<OperationId, (MaterialId, f64)> {
    let lanes = programme.lanes.iter().map(|lane| (&lane.from, &lane.material));
    let lines = plants.iter().filter(|other| other.id != plant.id);
    let lines = lines.flat_map(|other| &other.supply_lines);
    let lines = lines.filter_map(|line| Some((line.from.as_ref()?, &line.material)));
    let fetched: BTreeSet<(&EquipmentId, &MaterialId)> = lanes
        .chain(lines)
        .filter(|(from, _)| from.plant.as_ref() == Some(&plant.id))
        .map(|(from, material)| (&from.place, material))
        .collect();
    let is_fetched = |operation: &&twin::definition::Operation| {
        let output = &operation.output;
        output.to.as_ref().is_some_and(|to| fetched.contains(&(&to.place, &output.material)))
    };
    let giving = plant.operations.iter().filter(is_fetched);
    giving.map(|op| (op.id.clone(), (op.output.material.clone(), op.output.quantity))).collect()
}

/// What leaves the plant: what some operation makes and puts nowhere, or where others fetch it.
fn leaving(
    plant: &Plant,
    gives: &BTreeMap<OperationId, (MaterialId, f64)>,
) -> Vec<(MaterialId, bool)> {
    let leaves = plant
        .operations
        .iter()
        .filter(|operation| operation.output.to.is_none() || gives.contains_key(&operation.id));
    let mut products: Vec<(MaterialId, bool)> = Vec::new();
    for operation in leaves {
        let made = &operation.output.material;
        let material = plant.materials.iter().find(|material| material.id == *made);
        let serial = material.is_some_and(|material| material.tracking == Tracking::Serial);
        let named = serial || gives.contains_key(&operation.id);
        if !products.iter().any(|(known, _)| known == made) {
            products.push((made.clone(), named));
        }
    }
    products
}

/// Each storage with each material that is followed by quantity and may come there, and once for
/// its pieces with names, if any come.
fn storages(programme: &Programme, plant: &Plant) -> Vec<(EquipmentId, Option<MaterialId>)> {
    let is_serial = |id: &MaterialId| {
        plant.materials.iter().any(|m| m.id == *id && m.tracking == Tracking::Serial)
    };
    let mut come: BTreeSet<(&EquipmentId, &MaterialId)> = BTreeSet::new();
    for operation in &plant.operations {
        come.extend(operation.inputs.iter().map(|input| (&input.from, &input.material)));
        let output = &operation.output;
        let here = output.to.iter().filter(|to| to.plant.is_none());
        come.extend(here.map(|to| (&to.place, &output.material)));
        come.extend(operation.rework.iter().map(|rework| (&rework.to, &output.material)));
    }
    come.extend(plant.supply_lines.iter().map(|line| (&line.storage, &line.material)));
    come.extend(plant.initial_stock.iter().map(|stock| (&stock.storage, &stock.material)));
    come.extend(plant.initial_parts.iter().map(|part| (&part.at, &part.material)));
    let lanes = programme.lanes.iter();
    let lanes = lanes.filter(|lane| lane.to.plant.as_ref().is_some_and(|id| *id == plant.id));
    come.extend(lanes.map(|lane| (&lane.to.place, &lane.material)));
    let mut found = Vec::new();
    for storage in &plant.storages {
        let here = come.iter().filter(|(id, _)| **id == storage.id).map(|(_, material)| *material);
        let (serial, bulk): (Vec<_>, Vec<_>) = here.partition(|material| is_serial(material));
        if !serial.is_empty() {
            found.push((storage.id.clone(), None));
        }
        found.extend(bulk.into_iter().map(|m| (storage.id.clone(), Some(m.clone()))));
    }
    found
}

/// Who comes first in each replication, and with which share of the critical path.
fn hold_ups(traces: &[Trace]) -> Result<Vec<HoldUpOutcome>, SimError> {
    let mut first: BTreeMap<(&'static str, &str), usize> = BTreeMap::new();
    let mut shares: BTreeMap<(&'static str, &str), Vec<f64>> = BTreeMap::new();
    for (at, trace) in traces.iter().enumerate() {
        for (place, (kind, id, share)) in trace.hold_ups.iter().enumerate() {
            let key = (*kind, id.as_str());
            let row = shares.entry(key).or_insert_with(|| vec![0.0; traces.len()]);
            row[at] = *share;
            *first.entry(key).or_default() += usize::from(place == 0);
        }
    }
    let mut ranked = Vec::new();
    for ((kind, id), row) in shares {
        let count = first.get(&(kind, id)).copied().unwrap_or(0);
        ranked.push(HoldUpOutcome {
            kind,
            id: id.to_owned(),
            confidence_ratio: count as f64 / traces.len() as f64,
            measure: share_interval_of(&row)?,
        });
    }
    ranked.sort_by(|a, b| {
        let by_share = b.confidence_ratio.total_cmp(&a.confidence_ratio);
        by_share.then(b.measure.estimate.total_cmp(&a.measure.estimate)).then(a.id.cmp(&b.id))
    });
    Ok(ranked)
}

/// The mean of shares with its interval, which lies where shares do.
fn share_interval_of(shares: &[f64]) -> Result<Interval, SimError> {
    let of = interval(shares)?;
    Ok(Interval { low: of.low.max(0.0), high: of.high.min(1.0), ..of })
}

/// The whole model of one replication, before anything has happened.
pub(super) fn model_of(
    whole: &Whole<'_>,
    until: Span,
    wish: &Wish,
    number: u64,
) -> Result<Standing, SimError> {
    let begins = whole.begins;
    let mut settings = Settings::new(wish.seed, begins);
    settings.replication = number as u32;
    // Calendars are laid out for no longer than is played.
    settings.until = begins + until;
    settings.disruptions.clone_from(&wish.disruptions);
    let (least, most) = MOST_EVENTS_OF_ONE;
    settings.most_events = (MOST_EVENTS / wish.replications as u64).clamp(least, most);
    let (programme, plants) = (&whole.programme, &whole.plants);
    Ok(match whole.now {
        Some(state) => Model::from_state(programme, plants, state, settings)?,
        None => {
            let model = Model::new(programme, plants, settings)?;
            Standing { model, left_out: Vec::new() }
        }
    })
}

/// What of a live state has no place in the model.
pub(super) fn left_out(subject: Subject<'_>, wish: &Wish) -> Result<Vec<LeftOut>, SimError> {
    let whole = together(subject);
    Ok(model_of(&whole, length(wish)?, wish, 0)?.left_out)
}

/// How much is left out of the beginning, where that is known: nothing of what goes on from now.
fn given_warm_up(whole: &Whole<'_>, wish: &Wish) -> Option<Span> {
    wish.warm_up.or(whole.now.map(|_| Span::ZERO))
}

/// How long a replication is.
pub(super) fn length(wish: &Wish) -> Result<Span, SimError> {
    let until = wish.until.unwrap_or(USUAL);
    outcome::check_times(until, wish.warm_up)?;
    if until > LONGEST {
        let wanted = format!("at most {LONGEST}, as far as calendars are laid out");
        return Err(SimError::Time { what: "--until", asked: until, wanted });
    }
    Ok(until)
}

fn play(
    whole: &Whole<'_>,
    (until, given): (Span, Option<Span>),
    wish: &Wish,
    number: u64,
    findings: Option<Analytics>,
) -> Result<Trace, SimError> {
    let begins = whole.begins;
    let mut model = model_of(whole, until, wish, number)?.model;
    let mut watch = Watch::new(whole, findings);
    let mut trace = Trace::default();
    let mut made = 0.0;
    trace.cuts.push(Tally::default());
    let mut warm_up = given.filter(|&warm_up| warm_up > Span::ZERO);
    for stretch in 0..SERIES {
        let end = stretch_end(until, stretch);
        if let Some(moment) = warm_up.take_if(|&mut moment| moment <= end) {
            run_to(&mut model, &mut watch, begins + moment)?;
            trace.cuts = vec![tally(whole, &model, &watch, moment)];
        }
        run_to(&mut model, &mut watch, begins + end)?;
        trace.present.push(present(whole, &model).0);
        let so_far = products(whole, &model, &watch).map(|product| product.made).sum();
        trace.completing.push(so_far - made);
        made = so_far;
        if given.is_none() && is_cut(stretch + 1) {
            trace.cuts.push(tally(whole, &model, &watch, end));
        }
    }
    trace.end = tally(whole, &model, &watch, until);
    trace.part_operations = model.part_operations();
    if let Some(mut findings) = watch.findings {
        let now = begins + until;
        findings.advance(watch.plant, now);
        let window = until.scaled(0.5).max(Span::DAY);
        trace.hold_ups = led_by(findings.hold_up(watch.plant, now, Some(window)));
    }
    trace.leads = watch.leads;
    trace.milestones = watch.reached;
    Ok(trace)
}

fn run_to(model: &mut Model, watch: &mut Watch<'_>, moment: PlantTime) -> Result<(), SimError> {
    model.run_until(moment, &mut |plant: &PlantId, report: Report| watch.take(plant, &report))?;
    Ok(())
}

fn led_by(found: HoldUp) -> Vec<(&'static str, String, f64)> {
    let HoldUp::Known(verdict) = found else { return Vec::new() };
    let of = |thing: &Thing| match thing {
        Thing::WorkCenter(id) => ("work_center", id.to_string()),
        Thing::Storage(id) => ("storage", id.to_string()),
        Thing::Resource(id) => ("resource", id.to_string()),
        Thing::Supplier(id) => ("supplier", id.to_string()),
        Thing::Crew(id) => ("crew", id.to_string()),
        Thing::Calendar(id) => ("calendar", id.to_string()),
        Thing::Orders => ("orders", "orders".to_owned()),
    };
    let shares = verdict.shares.iter();
    let named = shares.map(|share| {
        let (kind, id) = of(&share.node.thing);
        (kind, id, share.share_ratio)
    });
    named.collect()
}

/// What has come of a replication so far.
fn tally(whole: &Whole<'_>, model: &Model, watch: &Watch<'_>, now: Span) -> Tally {
    let plant = &whole.plants[whole.number].id;
    let units = model.units(plant).map(|unit| UnitTally {
        states: unit.time_in.map(Span::hours),
        finished: unit.finished as f64,
    });
    let levels = levels(whole, model);
    let wip = present(whole, model).1;
    Tally {
        hours: now.hours(),
        units: units.collect(),
        storages: levels
            .into_iter()
            .map(|(_, level)| StorageTally { level, ..StorageTally::default() })
            .collect(),
        products: products(whole, model, watch).collect(),
        wip,
    }
}

/// What has been made of each product.
fn products(
    whole: &Whole<'_>,
    model: &Model,
    watch: &Watch<'_>,
) -> impl Iterator<Item = ProductTally> {
    whole.products.iter().zip(&watch.totals).map(|((material, named), total)| match named {
        true => *total,
        // Runs have been seen to end, but not how much was good.
        false => ProductTally { made: model.completed(material) as f64, ..*total },
    })
}

/// Pieces in the plant, now and over time \[piece × h\].
fn present(whole: &Whole<'_>, model: &Model) -> (f64, f64) {
    let plant = &whole.plants[whole.number];
    let there = model.present(&plant.id);
    // Where pieces have names, these are the work in progress; else all that lies and runs.
    if plant.materials.iter().any(|m| m.tracking == Tracking::Serial) {
        return (there.named, there.named_over_time);
    }
    let lies = levels(whole, model).into_iter();
    lies.fold((there.runs, there.runs_over_time), |sum, level| (sum.0 + level.0, sum.1 + level.1))
}

/// What lies in each storage, of a material or of pieces with names: now, and over time
/// \[piece × h\].
fn levels(whole: &Whole<'_>, model: &Model) -> Vec<(f64, f64)> {
    let plant = &whole.plants[whole.number].id;
    let here: BTreeMap<EquipmentId, StorageSummary> =
        model.storages(plant).map(|storage| (storage.storage.clone(), storage)).collect();
    let level = |(id, material): &(EquipmentId, Option<MaterialId>)| {
        let Some(storage) = here.get(id) else { return (0.0, 0.0) };
        let Some(material) = material else {
            return (storage.parts as f64, storage.parts_over_time);
        };
        let of = |stocks: &[(MaterialId, f64)]| {
            stocks.iter().find(|(id, _)| id == material).map_or(0.0, |(_, level)| *level)
        };
        (of(&storage.stock), of(&storage.stock_over_time))
    };
    whole.storages.iter().map(level).collect()
}
