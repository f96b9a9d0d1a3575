//! What a unit is doing, in the words of the reports, stated when it changes.

use smol_str::SmolStr;
use twin::{Statement, UnitState};

use crate::{
    model::Model,
    network::{Phase, Wait},
};

impl Model {
    /// States what a unit does if that is news.
    pub(crate) fn restate(&mut self, unit: usize) {
        let (state, reason, wait) = self.doing(unit);
        let had = self.units[unit].shown;
        if state != had {
            let since = self.units[unit].shown_since.max(self.settings.report_from);
            let lasted = self.now.since(since).micros().max(0);
            self.units[unit].shares[share_index(had)] += lasted;
            self.units[unit].shown = state;
            self.units[unit].shown_since = self.now;
        }
        if state == had && !self.units[unit].restate {
            return;
        }
        let restate = std::mem::take(&mut self.units[unit].restate);
        // A start says by itself that the unit works.
        if restate && state == UnitState::Working {
            return;
        }
        self.say_state(unit, state, reason, wait);
    }

    fn say_state(
        &mut self,
        unit: usize,
        state: UnitState,
        reason: Option<SmolStr>,
        wait: Option<Wait>,
    ) {
        let site = self.units[unit].site;
        let cause = wait.map(|wait| self.waited_for(&wait, unit));
        let id = self.units[unit].id.clone();
        self.say(site, Statement::UnitState { unit: id, state, reason, cause });
    }

    /// What a unit does now, why, and what it waits for.
    fn doing(&self, unit: usize) -> (UnitState, Option<SmolStr>, Option<Wait>) {
        let state = &self.units[unit];
        let calendar = self.centers[state.center].calendar;
        let is_open = self.calendars[calendar].hours.is_open(self.now);
        if let Some(down) = &state.down {
            // Nobody repairs off shift either: the night is not lost to the breakdown.
            return match is_open {
                true => (down.state, Some(down.reason.clone()), None),
                false => (UnitState::OffShift, None, None),
            };
        }
        let running = state.jobs.iter().find(|job| {
            let runs_on = job.phase == Phase::Working && self.ops[job.op].lasts.runs_on;
            matches!(job.phase, Phase::Setup | Phase::Working) && (is_open || runs_on)
        });
        if let Some(job) = running {
            let doing =
                if job.phase == Phase::Setup { UnitState::Setup } else { UnitState::Working };
            return (doing, None, None);
        }
        if !is_open {
            return (UnitState::OffShift, None, None);
        }
        if let Some(resource) = state.jobs.iter().find_map(|job| job.fetched_by) {
            return (UnitState::WaitingForCrane, None, Some(Wait::Crane { resource }));
        }
        let stuck = state.jobs.iter().find_map(|job| job.wait.clone());
        if let Some(wait) = stuck {
            return (waiting_state(&wait, UnitState::Blocked), None, Some(wait));
        }
        match &state.wait {
            Some(wait) => (waiting_state(wait, UnitState::Starved), None, Some(wait.clone())),
            None => (UnitState::Starved, None, None),
        }
    }

    /// What is waited for; for material that is the storage that is empty.
    fn waited_for(&self, wait: &Wait, unit: usize) -> twin::Cause {
        match wait {
            Wait::Material { store, .. } => {
                let id = SmolStr::new(self.stores[*store].id.as_str());
                twin::Cause { kind: twin::CauseKind::Material, id }
            }
            other => self.cause_of(other, unit),
        }
    }

    /// Says again what the first unit of a plant does: a sign of life where nothing happens.
    pub fn sign_of_life(&self, plant: &twin::PlantId) -> Option<twin::Report> {
        let site = self.site_called(plant)?;
        let &unit = site.units.first()?;
        let (state, reason, wait) = self.doing(unit);
        let cause = wait.map(|wait| self.waited_for(&wait, unit));
        let unit = self.units[unit].id.clone();
        let statement = Statement::UnitState { unit, state, reason, cause };
        Some(twin::Report { at: self.now, statement })
    }

    /// Closes the books on the state that each unit is in.
    pub(crate) fn shares_until_now(&self, unit: usize) -> [i64; 11] {
        let state = &self.units[unit];
        let mut shares = state.shares;
        let since = state.shown_since.max(self.settings.report_from);
        shares[share_index(state.shown)] += self.now.since(since).micros().max(0);
        shares
    }
}

/// `otherwise` is what a wait for material or room means: nothing came, or nothing can leave.
fn waiting_state(wait: &Wait, otherwise: UnitState) -> UnitState {
    match wait {
        Wait::Crew { .. } => UnitState::WaitingForCrew,
        Wait::Crane { .. } => UnitState::WaitingForCrane,
        Wait::Shift(_) if otherwise == UnitState::Blocked => UnitState::WaitingForCrane,
        Wait::Shift(_) => UnitState::OffShift,
        Wait::Quality { .. } => UnitState::Starved,
        Wait::Limit { .. } => UnitState::Blocked,
        Wait::Space { .. } => UnitState::Blocked,
        Wait::Material { .. } | Wait::Order { .. } | Wait::Cards { .. } => otherwise,
        Wait::Repair => UnitState::Down,
        Wait::Setup | Wait::Machine => otherwise,
    }
}

pub(crate) fn share_index(state: UnitState) -> usize {
    UnitState::ALL.iter().position(|&other| other == state).unwrap_or(0)
}
