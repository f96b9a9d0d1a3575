//! What units do over time: stretches of states, operations finished, waits in force.
//!
//! The states follow the transition table of `twin::state`: a statement holds until the unit's
//! next report; starts and ends of operations imply working, blocked and starved.

use std::collections::{BTreeMap, VecDeque};

use twin::{
    Cause, PlantTime, Span, UnitState,
    unit_state::{OrderPresent, TimeElement},
};

use crate::{
    findings::{Stretch, UnitUse},
    layout::Place,
};

/// Changes of state kept for one unit.
pub const CHANGES_KEPT: usize = 5_000;
/// How long they are kept.
pub const CHANGES_FOR: Span = Span::from_secs(60 * 86_400);
/// Ends of operations kept for one unit.
const FINISHES_KEPT: usize = 20_000;
/// Operations that run at once in one unit, as far as its state is followed.
const OPEN_LIMIT: u32 = 100_000;

/// One unit.
#[derive(Clone, Debug, Default)]
pub struct UnitTrack {
    changes: VecDeque<(PlantTime, UnitState)>,
    finishes: VecDeque<PlantTime>,
    open: u32,
    present: u32,
    /// Whether anything but its operations says what it does.
    pub stated: bool,
    /// What it waits for, as last stated; the end of a shift passed over.
    pub waits_for: Option<Cause>,
    pub last_report: Option<PlantTime>,
}

/// When a unit was last in some state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spell {
    Never,
    Until(PlantTime),
    Now,
}

/// The units of one plant.
#[derive(Clone, Debug, Default)]
pub struct Units {
    pub tracks: BTreeMap<Place, UnitTrack>,
}

/// Whether nobody is at the unit, as far as is known: what it does then says nothing of why.
fn is_away(state: UnitState) -> bool {
    matches!(state, UnitState::OffShift | UnitState::Unknown)
}

fn number(state: UnitState) -> usize {
    UnitState::ALL.iter().position(|s| *s == state).unwrap_or(UnitState::ALL.len() - 1)
}

impl UnitTrack {
    pub fn changes_kept(&self) -> usize {
        self.changes.len()
    }

    pub fn state(&self) -> UnitState {
        self.changes.back().map_or(UnitState::Unknown, |(_, state)| *state)
    }

    /// What the unit did last while it was at work.
    pub fn last_but_off_shift(&self) -> UnitState {
        let mut states = self.changes.iter().rev().map(|(_, state)| *state);
        states.find(|state| !is_away(*state)).unwrap_or(UnitState::Unknown)
    }

    /// Since when the unit is in its state.
    pub fn since(&self) -> Option<PlantTime> {
        self.changes.back().map(|(since, _)| *since)
    }

    /// What the unit does, or did when its shift ended if it could not work then, and since when:
    /// whoever waits in the evening waits in the morning.
    pub fn stands(&self) -> Option<(PlantTime, UnitState)> {
        let (since, state) = *self.changes.back()?;
        let before = if state == UnitState::OffShift { self.last_but_off_shift() } else { state };
        if matches!(before, UnitState::Working | UnitState::Setup | UnitState::Unknown) {
            return Some((since, state));
        }
        let begun = self.run(since, |of| of == before).map_or(since, |(begun, _)| begun);
        Some((begun, before))
    }

    fn enter(&mut self, at: PlantTime, state: UnitState) {
        if self.changes.back().is_some_and(|(since, left)| *left == state || at < *since) {
            return;
        }
        // A state that lasted no time leaves no stretch, so that a run of reports at one moment
        // cannot push out the kept history.
        if self.changes.back().is_some_and(|(since, _)| *since == at) {
            self.changes.pop_back();
        }
        self.changes.push_back((at, state));
        let oldest = at - CHANGES_FOR;
        // The stretch that reaches into the kept time stays: two changes must be older.
        while self.changes.len() > CHANGES_KEPT
            || self.changes.get(1).is_some_and(|(since, _)| *since < oldest)
        {
            self.changes.pop_front();
        }
    }

    fn said(&mut self, at: PlantTime) {
        self.last_report = self.last_report.max(Some(at));
    }

    pub fn stated(&mut self, at: PlantTime, state: UnitState, cause: Option<&Cause>) {
        self.said(at);
        self.stated = true;
        if !is_away(state) {
            self.waits_for = cause.cloned();
        }
        self.enter(at, state);
    }

    pub fn started(&mut self, at: PlantTime) {
        self.said(at);
        self.open = (self.open + 1).min(OPEN_LIMIT);
        self.waits_for = None;
        self.enter(at, UnitState::Working);
    }

    pub fn finished(&mut self, at: PlantTime) {
        self.said(at);
        self.waits_for = None;
        self.open = self.open.saturating_sub(1);
        let state = match (self.open, self.present) {
            (0, 0) => UnitState::Starved,
            (0, _) => UnitState::Blocked,
            _ => UnitState::Working,
        };
        self.enter(at, state);
    }

    /// A resource began to serve, or is free again.
    pub fn occupied(&mut self, at: PlantTime, state: UnitState) {
        self.said(at);
        self.enter(at, state);
    }

    pub fn count_finish(&mut self, at: PlantTime) {
        self.finishes.push_back(at);
        if self.finishes.len() > FINISHES_KEPT {
            self.finishes.pop_front();
        }
    }

    pub fn arrived(&mut self, at: PlantTime) {
        self.present = self.present.saturating_add(1);
        if self.changes.is_empty() {
            self.enter(at, UnitState::Starved);
        }
    }

    pub fn left(&mut self, at: PlantTime) {
        self.present = self.present.saturating_sub(1);
        let stopped = matches!(
            self.state(),
            UnitState::Down
                | UnitState::Held
                | UnitState::PlannedMaintenance
                | UnitState::OffShift
                | UnitState::Setup
        );
        if self.open == 0 && self.present == 0 && !stopped {
            self.waits_for = None;
            self.enter(at, UnitState::Starved);
        }
    }

    /// The states between two moments, in order; what is not on record is left out.
    pub fn ribbon(&self, from: PlantTime, to: PlantTime) -> Vec<Stretch> {
        let first = self.changes.partition_point(|(since, _)| *since <= from).saturating_sub(1);
        let last = self.changes.partition_point(|(since, _)| *since < to);
        let end = |number: usize| self.changes.get(number + 1).map_or(to, |(since, _)| *since);
        (first..last)
            .filter_map(|number| {
                let (since, state) = *self.changes.get(number)?;
                Some(Stretch { from: since.max(from), to: end(number).min(to), state })
            })
            .filter(|stretch| stretch.from < stretch.to)
            .collect()
    }

    /// The newest run of states that `counts`, up to `now`: since when, and how long in all, time
    /// off shift and unknown passed over and left out of the length.
    pub fn run(
        &self,
        now: PlantTime,
        counts: impl Fn(UnitState) -> bool,
    ) -> Option<(PlantTime, Span)> {
        let (mut run, mut end) = (None, now);
        for (since, state) in self.changes.iter().rev() {
            if counts(*state) {
                let (_, lasted) = run.unwrap_or((*since, Span::ZERO));
                run = Some((*since, lasted + end.since(*since)));
            } else if !is_away(*state) {
                break;
            }
            end = *since;
        }
        run
    }

    /// When the unit was last in a state that `counts`, between `from` and `now`; time off shift
    /// and unknown after it belongs to it.
    pub fn last_spell(
        &self,
        (from, now): (PlantTime, PlantTime),
        counts: impl Fn(UnitState) -> bool,
    ) -> Spell {
        let mut left = None;
        for (since, state) in self.changes.iter().rev().skip_while(|(since, _)| *since > now) {
            if counts(*state) {
                return left.map_or(Spell::Now, Spell::Until);
            }
            if *since <= from {
                break;
            }
            if !is_away(*state) {
                left = Some(*since);
            }
        }
        Spell::Never
    }

    /// Whether the stop that began then is a breakdown.
    pub fn ran_down(&self, since: PlantTime) -> bool {
        self.changes.iter().any(|(at, state)| *at == since && *state == UnitState::Down)
    }

    /// Finished operations after `from`, up to `to`.
    pub fn finished_between(&self, from: PlantTime, to: PlantTime) -> u32 {
        let between = self.finishes.iter().rev().filter(|at| **at > from && **at <= to);
        between.count() as u32
    }

    pub fn use_between(&self, from: PlantTime, to: PlantTime, order: OrderPresent) -> UnitUse {
        let mut seconds = [0.0; UnitState::ALL.len()];
        let mut elements: BTreeMap<u8, (TimeElement, f64)> = BTreeMap::new();
        for stretch in self.ribbon(from, to) {
            let s = stretch.to.since(stretch.from).micros() as f64 / 1e6;
            seconds[number(stretch.state)] += s;
            let element = stretch.state.time_element(order);
            elements.entry(element as u8).or_insert((element, 0.0)).1 += s;
        }
        let state_s: Vec<(UnitState, f64)> = UnitState::ALL.into_iter().zip(seconds).collect();
        let known: f64 =
            state_s.iter().filter(|(s, _)| *s != UnitState::Unknown).map(|(_, s)| s).sum();
        UnitUse {
            working_ratio: if known > 0.0 { seconds[0] / known } else { 0.0 },
            state_s,
            elements_s: elements.into_values().collect(),
            finished: self.finished_between(from, to),
            last_report: self.last_report,
        }
    }

    /// Lengths of the uninterrupted active periods between two moments, in microseconds: neither
    /// starved nor blocked (Roser, Nakano, Tanaka, 2001). Time off shift is cut out.
    pub fn active_periods(&self, from: PlantTime, to: PlantTime) -> Vec<i64> {
        let mut periods = Vec::new();
        let mut open = 0;
        for stretch in self.ribbon(from, to) {
            if stretch.state.is_active() {
                open += stretch.to.since(stretch.from).micros();
            } else if stretch.state != UnitState::OffShift && open > 0 {
                periods.push(open);
                open = 0;
            }
        }
        if open > 0 {
            periods.push(open);
        }
        periods
    }
}
