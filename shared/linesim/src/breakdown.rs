//! Failures, aged by working time, and repairs, in the unit's own hours.

use smol_str::SmolStr;
use twin::{PlantTime, Span, Statement};

use crate::{
    model::{Event, Model},
    network::{Down, Phase},
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
            for mode in &mut self.units[unit].modes {
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
        let Some(mode) = (0..modes.len()).min_by_key(|&mode| modes[mode].remaining) else { return };
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
        self.units[unit].failing = None;
        let state = &mut self.units[unit];
        let failed = &mut state.modes[mode];
        let repair = span_of_hours(failed.repair.sample(&mut state.streams.failure));
        let reason = failed.name.clone();
        let calendar = self.centers[self.units[unit].center].calendar;
        let over = self.calendars[calendar].hours.done(self.now, repair);
        self.break_down(unit, reason, over);
        let state = &mut self.units[unit];
        let failed = &mut state.modes[mode];
        failed.remaining = span_of_hours(failed.between.sample(&mut state.streams.failure));
    }

    /// Stops a unit until a moment; one that is down already stays so until the later of the two.
    pub(crate) fn break_down(&mut self, unit: usize, reason: SmolStr, until: PlantTime) {
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
            self.units[unit].down = Some(Down { since, reason, repaired, until });
        }
        self.age(unit);
        let calendar = self.centers[self.units[unit].center].calendar;
        let ask = self.calendars[calendar].hours.done(since, self.settings.ask_after_down);
        self.schedule(ask, Event::StillDown { unit, since });
        self.touched.insert(unit);
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
        let until = self.calendar_time_of(unit);
        let words = match until {
            Some(left) => format!("back in about {left}"),
            None => "no date yet".to_owned(),
        };
        let text =
            format!("Asked maintenance about {} ({}); answer: {words}", state.id, down.reason);
        let (site, about) = (state.site, SmolStr::new(state.id.as_str()));
        self.say(site, Statement::Comment { about, text });
    }

    /// How long a repair still takes by the wall clock.
    fn calendar_time_of(&self, unit: usize) -> Option<Span> {
        let down = self.units[unit].down.as_ref()?;
        self.calendar.is_pending(down.repaired).then_some(())?;
        Some(down.until.since(self.now))
    }

    /// Repairs that fall into a carriage of some length; the carriage takes longer by them.
    pub(crate) fn breakdowns_within(&mut self, resource: usize, work: Span) -> Span {
        let state = &mut self.resources[resource];
        let mut longer = Span::ZERO;
        for mode in &mut state.modes {
            mode.remaining = mode.remaining - work;
            while mode.remaining.is_negative() {
                longer += span_of_hours(mode.repair.sample(&mut state.failure));
                let next = span_of_hours(mode.between.sample(&mut state.failure));
                mode.remaining += next.max(Span::MINUTE);
            }
        }
        longer
    }
}

/// Distributions are in hours; the calendar counts microseconds.
pub(crate) fn span_of_hours(hours: f64) -> Span {
    Span::from_hours(hours.max(0.0))
}
