//! How work goes on, pauses and ends, and what becomes of the part.

use twin::{OrderId, Span, Statement, report::QualitySubject, report::QualityVerdict};

use crate::{
    model::{Event, Model},
    network::{Begins, ErrandKind, Leaving, Phase, Wait},
};

/// What an inspection after the operation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Good,
    Again,
    Lost,
}

impl Model {
    /// Lets a job's current phase go on from now.
    pub(crate) fn resume(&mut self, unit: usize, job: usize) {
        let calendar = self.centers[self.units[unit].center].calendar;
        let state = &self.units[unit].jobs[job];
        let run = run_number(state.id.as_str());
        if let (Phase::Fetch, Some(resource)) = (state.phase, state.fetched_by) {
            let work = state.remaining;
            self.begin_errand(resource, ErrandKind::Fetch { unit, run }, work);
            return;
        }
        let runs_on = state.phase == Phase::Working && self.ops[state.op].lasts.runs_on;
        let over = if runs_on {
            self.now + state.remaining
        } else {
            self.calendars[calendar].hours.done(self.now, state.remaining)
        };
        let ending = self.schedule(over, Event::PhaseOver { unit, run });
        let state = &mut self.units[unit].jobs[job];
        state.resumed = self.now;
        state.ending = ending;
    }

    /// Stops a job's current phase; what is left of it is kept.
    pub(crate) fn pause(&mut self, unit: usize, job: usize) {
        let calendar = self.centers[self.units[unit].center].calendar;
        let state = &self.units[unit].jobs[job];
        let runs_on = state.phase == Phase::Working && self.ops[state.op].lasts.runs_on;
        let done = if runs_on {
            self.now.since(state.resumed)
        } else {
            self.calendars[calendar].hours.between(state.resumed, self.now)
        };
        let left = (state.remaining - done).max(Span::ZERO);
        let ending = self.units[unit].jobs[job].ending.take();
        self.cancel(ending);
        self.units[unit].jobs[job].remaining = left;
    }

    pub(crate) fn phase_over(&mut self, unit: usize, run: u64) {
        let found = self.units[unit].jobs.iter().position(|job| run_number(job.id.as_str()) == run);
        let Some(job) = found else { return };
        self.units[unit].jobs[job].ending = None;
        match self.units[unit].jobs[job].phase {
            Phase::Fetch => self.fetched(unit, job),
            Phase::Setup => {
                let state = &mut self.units[unit].jobs[job];
                state.phase = Phase::Working;
                state.remaining = state.work;
                state.cause = Some(Wait::Setup);
                self.say_started(unit, job);
                self.resume(unit, job);
                self.touched.insert(unit);
            }
            Phase::Working => self.work_over(unit, job),
            Phase::Done => {}
        }
    }

    /// The parts are there: the unit is made ready, or the work begins.
    fn fetched(&mut self, unit: usize, job: usize) {
        let state = &mut self.units[unit].jobs[job];
        let (resource, parts) = (state.fetched_by.take(), std::mem::take(&mut state.fetching));
        let setup = state.setup;
        state.phase = if setup > Span::ZERO { Phase::Setup } else { Phase::Working };
        state.remaining = if setup > Span::ZERO { setup } else { state.work };
        state.cause = resource.map(|resource| Wait::Crane { resource });
        if let Some(resource) = resource {
            self.end_errand(resource);
            for part in parts {
                let to = crate::network::At::Unit(unit);
                self.expected_part_came(to);
                self.move_part(part, to, Some(resource), None);
            }
            self.free_resource(resource, self.units[unit].at);
        }
        if self.units[unit].jobs[job].phase == Phase::Working {
            self.say_started(unit, job);
        }
        if self.units[unit].down.is_none() {
            self.resume(unit, job);
        }
        self.age(unit);
        self.touched.insert(unit);
    }

    fn work_over(&mut self, unit: usize, job: usize) {
        self.units[unit].jobs[job].phase = Phase::Done;
        self.age(unit);
        let (site, op) = (self.units[unit].site, self.units[unit].jobs[job].op);
        let state = &self.units[unit].jobs[job];
        let parts = state.parts.clone();
        let statement = Statement::OpFinished {
            op: state.id.clone(),
            unit: self.units[unit].id.clone(),
            part: self.parts[parts[0]].name.clone(),
            operation: self.ops[op].id.clone(),
            order: state.order.clone(),
            cause: None,
        };
        self.say(site, statement);
        self.sites[site].moved = self.now;
        self.units[unit].restate = true;
        self.units[unit].finished += parts.len() as u64;
        self.part_operations += parts.len() as u64;
        self.units[unit].idle_since = self.now;
        self.release_helpers(unit, op);
        if !self.keeps_growing(unit, op, parts[0]) {
            for &part in &parts {
                self.part_done(unit, job, op, part);
            }
        }
        self.wake_unit(unit);
    }

    /// Whether the part stays, as more pieces are to come.
    fn keeps_growing(&mut self, unit: usize, op: usize, part: usize) -> bool {
        let Begins::Grows { of, .. } = self.ops[op].begins else { return false };
        if (self.parts[part].pieces.len() as u64) < of {
            return true;
        }
        self.units[unit].holding = None;
        false
    }

    fn release_helpers(&mut self, unit: usize, op: usize) {
        for index in 0..self.ops[op].crew.len() {
            let (crew, people) = self.ops[op].crew[index];
            self.crews[crew].taken = self.crews[crew].taken.saturating_sub(people);
            self.crew_came(crew);
        }
        if let Some(resource) = self.ops[op].held_by {
            let at = self.units[unit].at;
            self.free_resource(resource, at);
        }
    }

    fn part_done(&mut self, unit: usize, job: usize, op: usize, part: usize) {
        let site = self.units[unit].site;
        let compiled = &self.ops[op];
        let carried = !compiled.carried_by.is_empty();
        let times = f64::from(self.units[unit].jobs[job].times.max(1));
        let (to, rework, quantity) = (compiled.to, compiled.rework, compiled.quantity * times);
        if self.parts[part].kit {
            let good = self.good_share(unit, op, quantity);
            match to {
                Some(to) if good > 0.0 => {
                    let leaving = Leaving::Bulk { quantity: good, to, carried };
                    self.units[unit].jobs[job].leaving.push_back(leaving);
                }
                None if good > 0.0 => {
                    self.complete_kit(unit, op, part, good);
                    self.return_cards(unit, op, times as u32);
                }
                _ => {
                    self.end_kit(part);
                    self.lose_cards(unit, op, times as u32);
                }
            }
            return;
        }
        self.parts[part].material = compiled.output;
        match self.outcome(unit, op, part) {
            Outcome::Lost => {
                self.scrap(unit, part);
                self.lose_cards(unit, op, 1);
            }
            Outcome::Again => {
                self.parts[part].rounds += 1;
                let statement = Statement::PartReworked {
                    part: self.parts[part].name.clone(),
                    at: self.units[unit].id.clone(),
                    reason: Some("quality/first-pass".into()),
                };
                self.say(site, statement);
                if let Some(rework) = rework {
                    let leaving = Leaving::Part { part, to: rework.to, carried: false };
                    self.units[unit].jobs[job].leaving.push_back(leaving);
                }
            }
            Outcome::Good => match to {
                Some(to) => {
                    let leaving = Leaving::Part { part, to, carried };
                    self.units[unit].jobs[job].leaving.push_back(leaving);
                }
                None => {
                    let order = self.units[unit].jobs[job].order.clone();
                    self.complete(site, part, order);
                    self.return_cards(unit, op, 1);
                }
            },
        }
    }

    /// How much of a quantity is good: each piece by chance, or the share of what is not counted.
    fn good_share(&mut self, unit: usize, op: usize, quantity: f64) -> f64 {
        let ratio = self.ops[op].yield_ratio;
        if ratio >= 1.0 {
            return quantity;
        }
        let whole = quantity.round();
        if (quantity - whole).abs() > 1e-9 || whole > 1_000.0 {
            return quantity * ratio;
        }
        let stream = &mut self.units[unit].streams.quality;
        (0..whole as u32).filter(|_| stream.unit() < ratio).count() as f64
    }

    fn outcome(&mut self, unit: usize, op: usize, part: usize) -> Outcome {
        let (ratio, rework) = (self.ops[op].yield_ratio, self.ops[op].rework);
        let site = self.units[unit].site;
        if let Some(rework) = rework {
            let passed = self.units[unit].streams.quality.unit() < rework.first_pass;
            let result = if passed { QualityVerdict::Passed } else { QualityVerdict::Failed };
            let subject = QualitySubject::Part(self.parts[part].name.clone());
            self.say(site, Statement::QualityResult { subject, result });
            if !passed {
                return if rework.most_rounds.is_none_or(|most| self.parts[part].rounds < most) {
                    Outcome::Again
                } else {
                    Outcome::Lost
                };
            }
        }
        if ratio < 1.0 && self.units[unit].streams.quality.unit() >= ratio {
            return Outcome::Lost;
        }
        Outcome::Good
    }

    fn scrap(&mut self, unit: usize, part: usize) {
        let statement = Statement::PartScrapped {
            part: self.parts[part].name.clone(),
            at: self.units[unit].id.clone(),
            reason: Some("quality/scrap".into()),
        };
        self.say(self.units[unit].site, statement);
        self.leave_place(part);
        self.put(part, crate::network::At::Gone);
        let (material, remade) = (self.parts[part].material, self.parts[part].remade);
        // A named item is still wanted, and so are the pieces that went into it.
        if let Some(number) = self.parts[part].number
            && self.serials.total(&self.materials[material].id).is_some()
        {
            self.materials[material].again.push((number, remade + 1));
            self.pieces_again(material, number, remade + 1);
            self.wake_all();
        }
    }

    /// Everything that was in a scrapped item must be made again.
    pub(crate) fn pieces_again(&mut self, material: usize, number: u64, remade: u32) {
        let above = self.materials[material].id.clone();
        for piece in 0..self.materials.len() {
            let id = &self.materials[piece].id;
            if self.serials.parent_material(id) != Some(&above) {
                continue;
            }
            let count = self.serials.per_parent(id).unwrap_or(0);
            for below in number * count..(number + 1) * count {
                self.piece_again(piece, below, remade);
            }
        }
    }

    /// A piece of a lost item must be made again, if it is made here, with everything in it.
    pub(crate) fn piece_again(&mut self, material: usize, number: u64, remade: u32) {
        if self.ops.iter().any(|op| op.output == material) {
            self.materials[material].again.push((number, remade));
        }
        self.pieces_again(material, number, remade);
    }

    pub(crate) fn wake_all(&mut self) {
        for unit in 0..self.units.len() {
            self.wake_unit(unit);
        }
    }

    fn complete(&mut self, site: usize, part: usize, order: Option<OrderId>) {
        let material = self.parts[part].material;
        let statement = Statement::PartCompleted {
            part: self.parts[part].name.clone(),
            material: self.materials[material].id.clone(),
            order,
        };
        self.say(site, statement);
        self.leave_place(part);
        self.put(part, crate::network::At::Gone);
        self.materials[material].completed += 1;
        self.count_for_orders(site, material, 1.0);
    }

    /// A quantity that is complete leaves with the name of its run.
    fn complete_kit(&mut self, unit: usize, op: usize, part: usize, quantity: f64) {
        let (site, output) = (self.units[unit].site, self.ops[op].output);
        let statement = Statement::PartCompleted {
            part: self.parts[part].name.clone(),
            material: self.materials[output].id.clone(),
            order: self.ops[op].order.clone(),
        };
        self.say(site, statement);
        self.end_kit(part);
        self.materials[output].completed += quantity.round() as u64;
        self.count_for_orders(site, output, quantity);
    }

    /// The name of a run is no longer needed: the quantity is in its storage.
    pub(crate) fn end_kit(&mut self, part: usize) {
        self.leave_place(part);
        self.put(part, crate::network::At::Gone);
    }

    pub(crate) fn say_started(&mut self, unit: usize, job: usize) {
        let site = self.units[unit].site;
        let state = &self.units[unit].jobs[job];
        let cause = state.cause.clone().unwrap_or(Wait::Machine);
        let cause = self.cause_of(&cause, unit);
        let state = &self.units[unit].jobs[job];
        let statement = Statement::OpStarted {
            op: state.id.clone(),
            unit: self.units[unit].id.clone(),
            part: self.parts[state.parts[0]].name.clone(),
            operation: self.ops[state.op].id.clone(),
            order: state.order.clone(),
            cause: Some(cause),
        };
        self.say(site, statement);
        self.units[unit].restate = true;
    }
}

/// The number of a run within its plant; ids are made of it in `start_job`.
pub(crate) fn run_number(id: &str) -> u64 {
    id.get(1..).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}
