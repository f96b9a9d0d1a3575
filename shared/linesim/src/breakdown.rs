//! Failures, aged by working time, and repairs, in the own hours of what broke: units, and the
//! errands of cranes, transporters and barges.

use smol_str::SmolStr;
use twin::{EquipmentId, PlantTime, Span, Statement, UnitState, definition::Ages};

use crate::{
    model::{Event, Model},
    network::{Down, Errand, ErrandKind, Mode, Phase},
};

impl Model {
    /// Starts or stops the ageing of a unit's failures, after its work may have started or ended.
    pub(crate) fn age(&mut self, unit: usize) {
        if self.units[unit].modes.is_empty() {
            return;
        }
        let calendar = self.centers[self.units[unit].center].calendar;
        if let Some((since, runs_on)) = self.units[unit].ageing.take() {
            let worked = if runs_on {
                self.now.since(since)
            } else {
                self.calendars[calendar].hours.between(since, self.now)
            };
            let modes = self.units[unit].modes.iter_mut();
            for mode in modes.filter(|mode| mode.ages == Ages::WithWork) {
                mode.remaining = (mode.remaining - worked).max(Span::ZERO);
            }
            let failing = self.units[unit].failing.take();
            self.cancel(failing);
        }
        if self.units[unit].down.is_some() {
            return;
        }
        let working = self.units[unit].jobs.iter().find(|job| job.phase == Phase::Working);
        let Some(job) = working else { return };
        let runs_on = self.ops[job.op].lasts.runs_on;
        let modes = &self.units[unit].modes;
        let with_work = (0..modes.len()).filter(|&mode| modes[mode].ages == Ages::WithWork);
        let Some(mode) = with_work.min_by_key(|&mode| modes[mode].remaining) else { return };
        let remaining = modes[mode].remaining;
        let at = if runs_on {
            self.now + remaining
        } else {
            self.calendars[calendar].hours.done(self.now, remaining)
        };
        self.units[unit].ageing = Some((self.now, runs_on));
        self.units[unit].failing = self.schedule(at, Event::Fails { unit, mode });
    }

    pub(crate) fn fails(&mut self, unit: usize, mode: usize) {
        let with_time = self.units[unit].modes[mode].ages == Ages::WithTime;
        if !with_time {
            self.units[unit].failing = None;
        }
        let state = &mut self.units[unit];
        let failed = &mut state.modes[mode];
        let repair = span_of_hours(failed.repair.sample(&mut state.streams.failure));
        let reason = failed.name.clone();
        let calendar = self.centers[self.units[unit].center].calendar;
        let over = self.calendars[calendar].hours.done(self.now, repair);
        self.stop(unit, (UnitState::Down, reason), over);
        let state = &mut self.units[unit];
        let failed = &mut state.modes[mode];
        failed.remaining = span_of_hours(failed.between.sample(&mut state.streams.failure));
        let next = failed.remaining;
        if with_time {
            self.schedule(over + next, Event::Fails { unit, mode });
        }
    }

    /// Enters the first of the failures that come with time, whatever the unit does.
    pub(crate) fn fail_by_time(&mut self, unit: usize) {
        for mode in 0..self.units[unit].modes.len() {
            let Mode { ages, remaining, .. } = self.units[unit].modes[mode];
            if ages == Ages::WithTime {
                self.schedule(self.now + remaining, Event::Fails { unit, mode });
            }
        }
    }

    /// Stops a unit until a moment: it is down, held or in planned maintenance. One that is
    /// stopped already stays so until the later of the two.
    pub(crate) fn stop(
        &mut self,
        unit: usize,
        (state, reason): (UnitState, SmolStr),
        until: PlantTime,
    ) {
        let mut until = until;
        if let Some(down) = self.units[unit].down.take() {
            until = until.max(down.until);
            self.cancel(Some(down.repaired));
        } else {
            for job in 0..self.units[unit].jobs.len() {
                if matches!(self.units[unit].jobs[job].phase, Phase::Setup | Phase::Working) {
                    self.pause(unit, job);
                }
            }
        }
        let since = self.now;
        if let Some(repaired) = self.schedule(until, Event::Repaired { unit }) {
            self.units[unit].down = Some(Down { state, since, reason, repaired, until });
        }
        self.age(unit);
        let calendar = self.centers[self.units[unit].center].calendar;
        let ask = self.calendars[calendar].hours.done(since, self.settings.ask_after_down);
        if state == UnitState::Down {
            self.schedule(ask, Event::StillDown { unit, since });
        }
        self.touched.insert(unit);
    }

    /// A unit stays stopped in a failure that is so old \[its own hours\], for what is left of the
    /// repair.
    pub(crate) fn stays_stopped(
        &mut self,
        unit: usize,
        mode: usize,
        age: Span,
        stands: (UnitState, SmolStr),
    ) {
        let state = &mut self.units[unit];
        let left = state.modes[mode].repair.residual(age.hours(), &mut state.streams.failure);
        let calendar = self.centers[state.center].calendar;
        let over = self.calendars[calendar].hours.done(self.now, span_of_hours(left));
        self.stop(unit, stands, over);
        // Time goes on to the next failure when this one is over.
        let failed = &mut self.units[unit].modes[mode];
        if failed.ages == Ages::WithTime {
            failed.remaining += over.since(self.now);
        }
    }

    pub(crate) fn repaired(&mut self, unit: usize) {
        self.units[unit].down = None;
        for job in 0..self.units[unit].jobs.len() {
            if matches!(self.units[unit].jobs[job].phase, Phase::Setup | Phase::Working) {
                self.resume(unit, job);
            }
        }
        self.age(unit);
        self.touched.insert(unit);
        self.wake_unit(unit);
    }

    /// Somebody asks about a unit that stays down, and writes down the answer.
    pub(crate) fn still_down(&mut self, unit: usize, since: PlantTime) {
        let state = &self.units[unit];
        let Some(down) = state.down.as_ref().filter(|down| down.since == since) else { return };
        let (site, asked) = (state.site, self.asked_about(&state.id, down));
        self.say(site, asked);
    }

    /// The same about a crane, transporter or barge.
    pub(crate) fn resource_still_down(&mut self, resource: usize, since: PlantTime) {
        let state = &self.resources[resource];
        let Some(down) = state.down.as_ref().filter(|down| down.since == since) else { return };
        let (site, asked) = (state.site, self.asked_about(&state.id, down));
        self.say(site, asked);
    }

    /// What maintenance answers: how long the repair still takes by the wall clock.
    fn asked_about(&self, id: &EquipmentId, down: &Down) -> Statement {
        let left = spoken(down.until.since(self.now));
        let text =
            format!("Asked maintenance about {id} ({}); answer: back in about {left}", down.reason);
        Statement::Comment { about: SmolStr::new(id.as_str()), text }
    }

    /// Sets a resource to work for some of its own working time; repairs come on top.
    pub(crate) fn begin_errand(&mut self, resource: usize, what: ErrandKind, work: Span) {
        let resumed = self.now;
        self.resources[resource].errand =
            Some(Errand { what, remaining: work, resumed, ending: None });
        self.resume_errand(resource);
    }

    fn resume_errand(&mut self, resource: usize) {
        let state = &self.resources[resource];
        let Some(errand) = &state.errand else { return };
        let hours = &self.calendars[state.calendar].hours;
        let over = hours.done(self.now, errand.remaining);
        let ends = match errand.what {
            ErrandKind::Carry { carriage } => Event::Carried { carriage },
            ErrandKind::Fetch { unit, run } => Event::PhaseOver { unit, run },
        };
        // Failures age by work: one that does not fall into this errand waits for the next.
        let first = (0..state.modes.len()).min_by_key(|&mode| state.modes[mode].remaining);
        let first = first.filter(|&mode| state.modes[mode].remaining < errand.remaining);
        let fails = first.map(|mode| (mode, hours.done(self.now, state.modes[mode].remaining)));
        let ending = self.schedule(over, ends);
        let failing =
            fails.and_then(|(mode, at)| self.schedule(at, Event::ResourceFails { resource, mode }));
        let now = self.now;
        let state = &mut self.resources[resource];
        state.failing = failing;
        if let Some(errand) = &mut state.errand {
            (errand.resumed, errand.ending) = (now, ending);
        }
    }

    /// Stops an errand; what is left of it is kept.
    fn pause_errand(&mut self, resource: usize) {
        let failing = self.resources[resource].failing.take();
        self.cancel(failing);
        let now = self.now;
        let state = &mut self.resources[resource];
        let Some(errand) = &mut state.errand else { return };
        let done = self.calendars[state.calendar].hours.between(errand.resumed, now);
        errand.remaining = (errand.remaining - done).max(Span::ZERO);
        errand.resumed = now;
        let ending = errand.ending.take();
        for mode in &mut state.modes {
            mode.remaining = (mode.remaining - done).max(Span::ZERO);
        }
        self.cancel(ending);
    }

    /// The errand is done.
    pub(crate) fn end_errand(&mut self, resource: usize) {
        let failing = self.resources[resource].failing.take();
        self.cancel(failing);
        let state = &mut self.resources[resource];
        let Some(errand) = state.errand.take() else { return };
        for mode in &mut state.modes {
            mode.remaining = (mode.remaining - errand.remaining).max(Span::ZERO);
        }
    }

    pub(crate) fn resource_fails(&mut self, resource: usize, mode: usize) {
        let state = &mut self.resources[resource];
        state.failing = None;
        let failed = &state.modes[mode];
        let repair = span_of_hours(failed.repair.sample(&mut state.failure));
        let reason = failed.name.clone();
        let over = self.calendars[state.calendar].hours.done(self.now, repair);
        self.break_resource(resource, reason, over);
        let state = &mut self.resources[resource];
        let failed = &mut state.modes[mode];
        let next = span_of_hours(failed.between.sample(&mut state.failure));
        failed.remaining = next.max(Span::MINUTE);
    }

    /// Stops a resource until a moment; one that is down already stays so until the later of the
    /// two. What it carries waits on it.
    pub(crate) fn break_resource(&mut self, resource: usize, reason: SmolStr, until: PlantTime) {
        let mut until = until;
        if let Some(down) = self.resources[resource].down.take() {
            until = until.max(down.until);
            self.cancel(Some(down.repaired));
        } else {
            self.pause_errand(resource);
        }
        let (state, since) = (UnitState::Down, self.now);
        if let Some(repaired) = self.schedule(until, Event::ResourceRepaired { resource }) {
            self.resources[resource].down = Some(Down { state, since, reason, repaired, until });
        }
        let calendar = self.resources[resource].calendar;
        let ask = self.calendars[calendar].hours.done(since, self.settings.ask_after_down);
        self.schedule(ask, Event::ResourceStillDown { resource, since });
        self.say_resource(resource);
    }

    pub(crate) fn resource_repaired(&mut self, resource: usize) {
        self.resources[resource].down = None;
        self.resume_errand(resource);
        self.say_resource(resource);
        self.resource_came(resource);
    }

    /// States what a resource does: down, at work for somebody, or free.
    pub(crate) fn say_resource(&mut self, resource: usize) {
        let resource = &self.resources[resource];
        let (state, reason) = match (&resource.down, &resource.taken_by) {
            (Some(down), _) => (UnitState::Down, Some(down.reason.clone())),
            (None, Some(_)) => (UnitState::Working, None),
            (None, None) => (UnitState::Starved, None),
        };
        let (site, unit) = (resource.site, resource.id.clone());
        self.say(site, Statement::UnitState { unit, state, reason, cause: None });
    }
}

/// A length of time as people say it, in its two largest units: `13 d`, `3 d 12 h`, `20 min`.
pub(crate) fn spoken(span: Span) -> String {
    let minutes = (span.hours() * 60.0).round().max(1.0) as i64;
    let (days, hours, rest) = (minutes / 1440, minutes % 1440 / 60, minutes % 60);
    match (days, hours, rest) {
        (10.., ..) => format!("{} d", (minutes + 720) / 1440),
        (1.., 0, _) => format!("{days} d"),
        (1.., ..) => format!("{days} d {hours} h"),
        (_, 1.., 0) => format!("{hours} h"),
        (_, 1.., _) => format!("{hours} h {rest} min"),
        _ => format!("{rest} min"),
    }
}

/// Distributions are in hours; the calendar counts microseconds.
pub(crate) fn span_of_hours(hours: f64) -> Span {
    Span::from_hours(hours.max(0.0))
}
