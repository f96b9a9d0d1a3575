//! What units are at: work under way, parts that cannot leave, machines that are down.

use twin::{
    PartId, Plant, Span, UnitState,
    report::QualityVerdict,
    state::{PartNow, ResourceNow, RunningOp, UnitNow},
};

use super::{Taking, Why, why};
use crate::network::{At, Begins, Job, Leaving, Phase, Wait};

/// A run whose parts are being brought is drawn so often until it is longer than it has taken.
const TRIES: usize = 64;

impl Taking<'_> {
    pub(super) fn units(&mut self, site: usize, plant: &Plant) {
        for now in self.state.units(&plant.id) {
            let units = &self.builder.model.sites[site].units;
            let model = &self.builder.model;
            let unit = units.iter().copied().find(|&unit| model.units[unit].id == now.unit);
            match unit {
                Some(unit) => self.unit(site, unit, now),
                None => self.no_unit(site, now),
            }
        }
    }

    /// A unit that the plant's files no longer have, with what is in it.
    fn no_unit(&mut self, site: usize, now: &UnitNow) {
        self.leave_out(site, now.unit.as_str(), Why::NoPlace);
        for part in now.present.iter() {
            self.leave_out(site, part.as_str(), Why::NoPlace);
        }
    }

    fn unit(&mut self, site: usize, unit: usize, now: &UnitNow) {
        // Whoever has waited longest goes first.
        let start = self.builder.model.now;
        let since = now.as_it_is_since().map_or(start, |since| since.min(start));
        self.model().units[unit].idle_since = since;
        let center = self.builder.model.units[unit].center;
        let mut others: Vec<PartId> = now.present.iter().cloned().collect();
        others.retain(|part| !now.running.iter().any(|run| run.part == *part));
        for run in &now.running {
            match self.op_named(center, &run.operation) {
                Some(op) => self.running(site, (unit, op), (run, now), &mut others),
                None => self.lost_run(site, unit, &run.part),
            }
        }
        self.fetches(site, unit, &mut others);
        for name in others {
            self.standing_part(site, unit, &name, now);
        }
        self.begin_by_the_clock(unit, now);
        self.down(site, unit, now);
    }

    /// Work of an operation that the unit no longer has: what it was at is made anew.
    fn lost_run(&mut self, site: usize, unit: usize, name: &PartId) {
        self.leave_out(site, name.as_str(), Why::NoOperation);
        let known = self.state.part(name).and_then(|now| self.numbers.of(name, now, &self.builder));
        if known.is_some()
            && let Some(part) = self.part_in(site, unit, name)
        {
            self.make_anew(part);
        }
    }

    /// Work goes on for what is left of it.
    fn running(
        &mut self,
        site: usize,
        (unit, op): (usize, usize),
        (run, now): (&RunningOp, &UnitNow),
        others: &mut Vec<PartId>,
    ) {
        let mut times = 1;
        let mut parts = Vec::new();
        if self.is_bulk(op) {
            times = self.builder.model.ops[op].batch.map_or(1, |(_, most)| most);
            parts.push(self.model().kit(unit, op));
        } else {
            let mut names = vec![run.part.clone()];
            if let Some((_, most)) = self.builder.model.ops[op].batch {
                // Of a batch one part is named; the others lie beside it.
                let beside = others.len().min(most as usize - 1);
                names.extend(others.drain(..beside));
            }
            parts.extend(names.iter().filter_map(|name| self.part_in(site, unit, name)));
            times = times.max(u32::try_from(parts.len()).unwrap_or(1));
        }
        let Some(&lead) = parts.first() else { return };
        self.grows(unit, op, lead);
        let state = &self.builder.model.ops[op];
        let calendar = self.builder.model.centers[state.center].calendar;
        let (lasts, start) = (state.lasts.clone(), self.builder.model.now);
        let age = match lasts.runs_on {
            true => start.since(run.started.min(start)),
            false => self.age(calendar, run.started),
        };
        // A stop that is over by now, if only for the night, is in `stopped` already.
        let is_stopped =
            matches!(now.state, UnitState::Down | UnitState::Held | UnitState::PlannedMaintenance);
        let since = now.since.filter(|_| is_stopped);
        let stands = since.map_or(Span::ZERO, |since| self.age(calendar, since));
        let worked = (age - run.stopped - stands).max(Span::ZERO);
        let left = lasts.left(worked, &mut self.model().units[unit].streams.time);
        self.job(unit, op, (parts, times), |job| {
            (job.phase, job.remaining, job.work) = (Phase::Working, left, left);
        });
    }

    /// A run that takes its people and goes on.
    fn job(
        &mut self,
        unit: usize,
        op: usize,
        parts: (Vec<usize>, u32),
        stands: impl FnOnce(&mut Job),
    ) {
        let model = self.model();
        model.take_helpers(unit, op);
        model.start_job(unit, op, parts, Wait::Machine);
        if let Some(job) = model.units[unit].jobs.last_mut() {
            stands(job);
        }
        model.job_begins(unit);
    }

    fn part_in(&mut self, site: usize, unit: usize, name: &PartId) -> Option<usize> {
        let part = self.named(site, name)?;
        self.model().place_new(part, unit);
        Some(part)
    }

    /// A whole that grows here keeps the unit, with the pieces that are in it.
    fn grows(&mut self, unit: usize, op: usize, lead: usize) {
        if !matches!(self.builder.model.ops[op].begins, Begins::Grows { .. }) {
            return;
        }
        let name = self.builder.model.parts[lead].name.clone();
        let pieces = self.state.built_into(&name).iter().filter_map(|piece| {
            let now = self.state.part(piece)?;
            self.numbers.of(piece, now, &self.builder)?.1
        });
        let mut pieces: Vec<u64> = pieces.collect();
        if pieces.is_empty() {
            // Nobody saw it grow: what it is of is in it.
            pieces = self.pieces_in(lead);
        }
        self.model().parts[lead].pieces = pieces;
        self.model().units[unit].holding = Some((lead, op));
    }

    /// Runs for which something is bringing the parts.
    fn fetches(&mut self, site: usize, unit: usize, others: &mut Vec<PartId>) {
        let plant = self.builder.model.sites[site].id.clone();
        let id = self.builder.model.units[unit].id.clone();
        let center = self.builder.model.units[unit].center;
        for resource in self.state.resources(&plant) {
            if resource.holder.as_deref() != Some(id.as_str()) {
                continue;
            }
            let Some(by) = self.resource_named(site, &resource.resource) else { continue };
            let ops = self.builder.model.centers[center].ops.clone();
            let brings = |op: &usize| {
                let mut fetched = self.builder.model.ops[*op].fetched.values();
                fetched.any(|fetch| fetch.by.contains(&by))
            };
            let ops: Vec<usize> = ops.into_iter().filter(brings).collect();
            let carried: Vec<PartId> = resource.carrying.iter().cloned().collect();
            if ops.is_empty() && carried.is_empty() {
                // It only holds what is worked on.
                continue;
            }
            let fetching: Vec<usize> =
                carried.iter().filter_map(|name| self.named(site, name)).collect();
            for &part in &fetching {
                self.model().put(part, At::Resource(by));
            }
            // What is put together here of pieces that are brought is in the unit already.
            let mut parts = fetching.clone();
            if parts.is_empty() {
                let place = others.iter().position(|name| {
                    let now = self.state.part(name);
                    let is_done = |now: &PartNow| self.is_done(center, now.last_operation.as_ref());
                    now.is_some_and(|now| !is_done(now) || self.still_grows(&ops, name, now))
                });
                let Some(place) = place else { continue };
                let name = others.remove(place);
                parts.extend(self.part_in(site, unit, &name));
            }
            let op = parts.first().and_then(|&part| {
                let model = &self.builder.model;
                let material = model.parts[part].material;
                ops.iter().copied().find(|&op| model.ops[op].output == material)
            });
            match (op, parts.first()) {
                (Some(op), Some(&lead)) => {
                    fetching.iter().for_each(|_| self.model().expect_part(At::Unit(unit)));
                    self.grows(unit, op, lead);
                    self.fetch((unit, op), by, (parts, fetching), resource);
                }
                _ => {
                    self.leave_out(site, resource.resource.as_str(), Why::NoErrand);
                    parts.into_iter().for_each(|part| self.make_anew(part));
                }
            }
        }
    }

    /// Whether a part is a whole that one of some operations puts more into, piece by piece.
    fn still_grows(&self, ops: &[usize], name: &PartId, now: &PartNow) -> bool {
        let known = self.numbers.of(name, now, &self.builder);
        let grows = |op: &&usize| {
            let op = &self.builder.model.ops[**op];
            matches!(op.begins, Begins::Grows { .. })
                && known.is_some_and(|(material, ..)| material == op.output)
        };
        ops.iter().any(|op| grows(&op))
    }

    fn fetch(
        &mut self,
        (unit, op): (usize, usize),
        by: usize,
        (parts, fetching): (Vec<usize>, Vec<usize>),
        resource: &ResourceNow,
    ) {
        let taken_up =
            resource.carrying.iter().filter_map(|name| Some(self.state.part(name)?.since));
        let calendar = self.builder.model.resources[by].calendar;
        let age = self.errand_age(calendar, resource, taken_up.min());
        let state = &self.builder.model.ops[op];
        let ways = state.takes.iter().filter_map(|take| {
            let lasts = state.fetched.get(&take.store)?.lasts.clone();
            Some((lasts, take.quantity.round().max(1.0) as usize))
        });
        let ways = ways.collect::<Vec<_>>();
        let stream = &mut self.builder.model.resources[by].time;
        let left = match ways.as_slice() {
            [(only, 1)] => only.left(age, stream),
            several => {
                // A sum of ways: drawn until one is longer than it has taken already.
                let mut whole = || {
                    let ways = several.iter().flat_map(|(lasts, n)| (0..*n).map(move |_| lasts));
                    ways.map(|lasts| lasts.sample(stream)).fold(Span::ZERO, |sum, way| sum + way)
                };
                let drawn = (0..TRIES).map(|_| whole() - age).find(|left| *left > Span::ZERO);
                drawn.unwrap_or(Span::ZERO)
            }
        };
        let times = u32::try_from(parts.len()).unwrap_or(1);
        let model = self.model();
        let (holder, at) =
            (smol_str::SmolStr::new(model.units[unit].id.as_str()), model.units[unit].at);
        model.take_resource(by, holder, at);
        self.job(unit, op, (parts, times), |job| {
            (job.phase, job.remaining) = (Phase::Fetch, left);
            (job.fetched_by, job.fetching) = (Some(by), fetching);
        });
    }

    /// Whether the last operation on a part was one of this work center.
    fn is_done(&self, center: usize, last: Option<&twin::OperationId>) -> bool {
        last.is_some_and(|last| self.op_named(center, last).is_some())
    }

    /// A part on which nothing runs: it is finished and cannot leave, or the unit is made ready
    /// for it, or more pieces are to come.
    fn standing_part(&mut self, site: usize, unit: usize, name: &PartId, stands: &UnitNow) {
        let is_setup = stands.state == UnitState::Setup;
        let is_idle = stands.running.is_empty() && !is_setup;
        let center = self.builder.model.units[unit].center;
        let Some(now) = self.state.part(name) else { return };
        let last = now.last_operation.as_ref().and_then(|last| self.op_named(center, last));
        if let Some(op) = last.filter(|&op| self.is_bulk(op)) {
            let part = self.model().kit(unit, op);
            self.finished(unit, op, part);
            return;
        }
        let Some(part) = self.part_in(site, unit, name) else { return };
        let ops = &self.builder.model.centers[center].ops;
        let Some(op) = last.or_else(|| self.op_after(ops, part, now)) else {
            self.leave_out(site, name.as_str(), Why::NoOperation);
            self.make_anew(part);
            return;
        };
        self.grows(unit, op, part);
        // What was put into a whole last is still to be worked on while the unit is set up for it.
        let begins = self.builder.model.ops[op].begins;
        let is_begun = is_setup && matches!(begins, Begins::Grows { .. });
        if let Begins::Grows { of, .. } = begins
            && !is_begun
            && (self.builder.model.parts[part].pieces.len() as u64) < of
        {
            return;
        }
        if !is_begun {
            self.model().units[unit].holding = None;
        }
        // Of a batch the state names one part: the others were finished with it.
        let batch = self.builder.model.ops[op].batch.is_some();
        if !is_begun && (last.is_some() || (batch && is_idle)) {
            self.finished(unit, op, part);
            return;
        }
        let calendar = self.builder.model.centers[center].calendar;
        let age = self.age(calendar, now.since);
        let setup = self.builder.model.ops[op].setup;
        let left = (setup - age).max(Span::ZERO);
        self.job(unit, op, (vec![part], 1), |job| {
            if setup > Span::ZERO {
                (job.phase, job.remaining, job.setup) = (Phase::Setup, left, setup);
            }
        });
    }

    /// A finished part that has not left.
    fn finished(&mut self, unit: usize, op: usize, part: usize) {
        let now = self.state.part(&self.builder.model.parts[part].name);
        let has_failed = now.is_some_and(|now| now.quality == Some(QualityVerdict::Failed));
        let model = self.model();
        let state = &model.ops[op];
        let (mut carried, mut to) = (!state.carried_by.is_empty(), state.to);
        // What has failed goes back to be worked again.
        if let Some(rework) = state.rework.filter(|_| has_failed) {
            (carried, to) = (false, Some(rework.to));
        }
        let times = if model.parts[part].kit { state.batch.map_or(1, |(_, most)| most) } else { 1 };
        let quantity = state.quantity * f64::from(times);
        let (is_kit, is_batch) = (model.parts[part].kit, state.batch.is_some());
        // A batch leaves in turn: what is first stands in the way of the others.
        let together = |job: &Job| is_batch && job.op == op && job.phase == Phase::Done;
        if !model.units[unit].jobs.last().is_some_and(together) {
            model.start_job(unit, op, (Vec::new(), times), Wait::Machine);
        }
        let Some(job) = model.units[unit].jobs.last_mut() else { return };
        (job.phase, job.remaining) = (Phase::Done, Span::ZERO);
        job.parts.push(part);
        job.leaving.extend(to.map(|to| match is_kit {
            true => Leaving::Bulk { quantity, to, carried },
            false => Leaving::Part { part, to, carried },
        }));
    }

    /// An operation that begins parts by the clock waits for the next turn.
    fn begin_by_the_clock(&mut self, unit: usize, now: &UnitNow) {
        let model = &self.builder.model;
        let ops = &model.centers[model.units[unit].center].ops;
        let every = ops.iter().find_map(|&op| Some((op, model.ops[op].every?)));
        let Some((op, every)) = every.filter(|(_, every)| *every > Span::ZERO) else { return };
        let site = model.units[unit].site;
        let (plant, material) = (&model.sites[site].id, &model.materials[model.ops[op].output].id);
        let parts = self.state.parts(plant).chain(self.state.ended_parts());
        let born = parts.filter(|(_, part)| part.material.as_ref() == Some(material));
        let runs = now.running.iter().map(|run| run.started);
        let last = born.map(|(_, part)| part.born).chain(runs).max();
        let Some(next) = last.map(|last| last + every) else { return };
        if next > model.now {
            self.model().units[unit].not_before = next;
            self.model().schedule(next, crate::model::Event::Wake { unit });
        }
    }

    /// A machine that is down is repaired in what is left of the repair.
    fn down(&mut self, site: usize, unit: usize, now: &UnitNow) {
        let Some((state, since)) = now.stands() else { return };
        let calendar = self.builder.model.centers[self.builder.model.units[unit].center].calendar;
        let age = self.age(calendar, since);
        let Some((mode, reason)) = why(&self.builder.model.units[unit].modes, now.stands_for())
        else {
            self.leave_out(site, now.unit.as_str(), Why::NoRepairTime);
            return;
        };
        self.model().stays_stopped(unit, mode, age, (state, reason));
    }
}
