//! The simulated network: its parts, its clock, and the loop that plays it.
//!
//! One event at a time in the total order of [`des::Calendar`]; after each, every unit that the
//! event may concern tries to go on, the longest idle first, until none can.

use std::collections::{BTreeMap, BTreeSet};

use des::{Calendar, EventKey, Priority, Streams, Time};
use twin::{MaterialId, PlantId, PlantTime, Report, Span, Statement, definition::Serials};

use crate::{
    cards::CardState,
    error::ModelError,
    lacks::Lacks,
    network::{
        AreaState, CalendarState, Carriage, Center, Consignment, CrewState, LaneState, Line,
        MaterialState, Op, Part, ResourceState, Site, Store, Unit,
    },
    outside::ArrivalState,
    settings::Settings,
};

/// A programme being played.
#[derive(Clone, Debug)]
pub struct Model {
    pub(crate) settings: Settings,
    pub(crate) now: PlantTime,
    pub(crate) calendar: Calendar<Event>,
    pub(crate) streams: Streams,
    pub(crate) serials: Serials,
    pub(crate) material_index: BTreeMap<MaterialId, usize>,
    pub(crate) sites: Vec<Site>,
    pub(crate) calendars: Vec<CalendarState>,
    pub(crate) materials: Vec<MaterialState>,
    pub(crate) areas: Vec<AreaState>,
    pub(crate) stores: Vec<Store>,
    pub(crate) centers: Vec<Center>,
    pub(crate) units: Vec<Unit>,
    pub(crate) resources: Vec<ResourceState>,
    pub(crate) crews: Vec<CrewState>,
    pub(crate) ops: Vec<Op>,
    pub(crate) lines: Vec<Line>,
    pub(crate) lanes: Vec<LaneState>,
    pub(crate) arrivals: Vec<ArrivalState>,
    pub(crate) cards: Vec<CardState>,
    pub(crate) parts: Vec<Part>,
    pub(crate) consignments: Vec<Consignment>,
    pub(crate) carriages: Vec<Option<Carriage>>,
    /// Units that may be able to go on.
    pub(crate) dirty: BTreeSet<(PlantTime, usize)>,
    /// Units whose state may have changed in this event.
    pub(crate) touched: BTreeSet<usize>,
    /// Values to go back to when a disruption ends, by its index.
    pub(crate) earlier: BTreeMap<usize, String>,
    pub(crate) out: Vec<(usize, Report)>,
    pub(crate) reporting: bool,
    pub(crate) asked: Vec<(usize, String, String)>,
    /// Why parameters are being changed, while a disruption does so.
    pub(crate) because: Option<smol_str::SmolStr>,
    /// Part-operations finished.
    pub(crate) part_operations: u64,
    /// Parts that are somewhere, runs on quantities included.
    pub(crate) present: u64,
    /// Events so far, and how many of them at this very moment.
    pub(crate) events: u64,
    pub(crate) at_once: u32,
}

/// Everything that can happen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Event {
    /// A phase of a job is over.
    PhaseOver { unit: usize, run: u64 },
    /// A unit breaks.
    Fails { unit: usize, mode: usize },
    /// A unit is repaired.
    Repaired { unit: usize },
    /// A unit is down for so long that somebody asks.
    StillDown { unit: usize, since: PlantTime },
    /// A crane, transporter or barge breaks.
    ResourceFails { resource: usize, mode: usize },
    /// It is repaired.
    ResourceRepaired { resource: usize },
    /// It is down for so long that somebody asks.
    ResourceStillDown { resource: usize, since: PlantTime },
    /// A calendar opens or closes.
    Boundary { calendar: usize },
    /// A carriage arrives.
    Carried { carriage: usize },
    /// A hold ends.
    HoldOver { part: usize },
    /// A unit may begin its next part by the clock.
    Wake { unit: usize },
    /// A supply line makes its next promise.
    Promise { line: usize },
    /// A single delivery of the plan is promised.
    PromiseSingle { consignment: usize },
    /// A consignment is due to leave the supplier, or its delay becomes known.
    Ship { consignment: usize },
    /// A lot arrives by itself.
    Arrives { arrivals: usize },
    /// A consignment arrives.
    Arrive { consignment: usize },
    /// Somebody answers.
    Answer { asked: usize },
    /// A carrier is due to leave.
    Depart { lane: usize },
    /// A carrier is under way.
    UnderWay { lane: usize, step: u8 },
    /// An order is placed.
    Place { site: usize, order: usize },
    /// A disruption begins.
    Begin { disruption: usize },
    /// A disruption ends.
    End { disruption: usize },
    /// The state is reported whole, and reporting begins.
    Snapshot,
    /// Whether anything still moves.
    Check,
}

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Where the clock stands.
    pub at: PlantTime,
    /// Events processed in this call.
    pub events: u64,
}

impl Model {
    /// Where the clock stands.
    pub fn now(&self) -> PlantTime {
        self.now
    }

    /// Plays up to a moment; what happens at that very moment is left for the next call, so that
    /// two runs to 5 and then 10 are one run to 10. Reports come in order of time.
    ///
    /// # Errors
    /// [`ModelError::Deadlock`] if nothing has moved for too long, [`ModelError::BeyondHorizon`]
    /// if calendars were not laid out so far, [`ModelError::Endless`], [`ModelError::TooManyParts`]
    /// and [`ModelError::TooManyEvents`] for a run that would never end, or fill the memory.
    pub fn run_until(
        &mut self,
        limit: PlantTime,
        sink: &mut impl FnMut(&PlantId, Report),
    ) -> Result<Ended, ModelError> {
        if limit > self.settings.until {
            return Err(ModelError::BeyondHorizon { until: self.settings.until });
        }
        let mut events = 0;
        while let Some((time, event)) = self.calendar.pop_before(Time::from_micros(limit.micros()))
        {
            let now = PlantTime::from_micros(time.micros());
            self.at_once = if now > self.now { 0 } else { self.at_once + 1 };
            self.now = now;
            events += 1;
            self.happens(event)?;
            self.settle();
            self.within_limits(event)?;
            for (site, report) in self.out.drain(..) {
                sink(&self.sites[site].id, report);
            }
        }
        self.now = self.now.max(limit);
        Ok(Ended { at: self.now, events })
    }

    fn happens(&mut self, event: Event) -> Result<(), ModelError> {
        match event {
            Event::PhaseOver { unit, run } => self.phase_over(unit, run),
            Event::Fails { unit, mode } => self.fails(unit, mode),
            Event::Repaired { unit } => self.repaired(unit),
            Event::StillDown { unit, since } => self.still_down(unit, since),
            Event::ResourceFails { resource, mode } => self.resource_fails(resource, mode),
            Event::ResourceRepaired { resource } => self.resource_repaired(resource),
            Event::ResourceStillDown { resource, since } => {
                self.resource_still_down(resource, since);
            }
            Event::Boundary { calendar } => self.boundary(calendar),
            Event::Carried { carriage } => self.carried(carriage),
            Event::HoldOver { part } => self.hold_over(part),
            Event::Wake { unit } => self.wake_unit(unit),
            Event::Promise { line } => self.promise(line),
            Event::PromiseSingle { consignment } => self.promise_single(consignment),
            Event::Ship { consignment } => self.ship(consignment),
            Event::Arrives { arrivals } => self.arrives(arrivals),
            Event::Arrive { consignment } => self.arrive(consignment),
            Event::Answer { asked } => self.answer(asked),
            Event::Depart { lane } => self.depart(lane),
            Event::UnderWay { lane, step } => self.under_way(lane, step),
            Event::Place { site, order } => self.place_order(site, order),
            Event::Begin { disruption } => return self.begin_disruption(disruption),
            Event::End { disruption } => return self.end_disruption(disruption),
            Event::Snapshot => self.snapshot(),
            Event::Check => return self.check_movement(),
        }
        Ok(())
    }

    /// Lets every unit that may go on do so, then states what changed.
    pub(crate) fn settle(&mut self) {
        while let Some((_, unit)) = self.dirty.pop_first() {
            self.try_unit(unit);
        }
        while let Some(unit) = self.touched.pop_first() {
            self.restate(unit);
        }
    }

    /// Enters an event; what is due in the past happens now.
    pub(crate) fn schedule(&mut self, at: PlantTime, event: Event) -> Option<EventKey> {
        let at = Time::from_micros(at.max(self.now).micros());
        // What lies beyond the horizon is never seen; a full calendar cannot come about, as every
        // thing of the network has a fixed number of events pending.
        self.calendar.schedule(at, priority(event), event).ok()
    }

    pub(crate) fn cancel(&mut self, key: Option<EventKey>) {
        if let Some(key) = key {
            self.calendar.cancel(key);
        }
    }

    pub(crate) fn say(&mut self, site: usize, statement: Statement) {
        if self.reporting {
            self.out.push((site, Report { at: self.now, statement }));
        }
    }

    /// Lets a unit try again.
    pub(crate) fn wake_unit(&mut self, unit: usize) {
        self.dirty.insert((self.units[unit].idle_since, unit));
    }

    /// Lets a unit try again if it lacked something of what came.
    pub(crate) fn wake_if(&mut self, unit: usize, came: Lacks) {
        if self.units[unit].lacks.any_of(came) {
            self.wake_unit(unit);
        }
    }

    /// Lets those that take from a storage try again: something came.
    pub(crate) fn came(&mut self, store: usize) {
        for index in 0..self.stores[store].takers.len() {
            self.wake_if(self.stores[store].takers[index], Lacks::MATERIAL);
        }
        for index in 0..self.stores[store].shipping.len() {
            let line = self.stores[store].shipping[index];
            self.try_shipping(line);
        }
    }

    /// Lets those that put into a storage try again: room came free.
    pub(crate) fn room_came(&mut self, store: usize) {
        for index in 0..self.stores[store].givers.len() {
            self.wake_if(self.stores[store].givers[index], Lacks::SPACE);
        }
        self.let_in(store);
    }

    /// Takes in what waits outside a storage, as far as there is room.
    pub(crate) fn let_in(&mut self, store: usize) {
        self.unload_gate(store);
        for index in 0..self.stores[store].barges.len() {
            let lane = self.stores[store].barges[index];
            self.unload_barge(lane);
        }
    }

    fn boundary(&mut self, calendar: usize) {
        let state = &self.calendars[calendar];
        let next = state.hours.next_boundary(self.now);
        let site = state.site;
        let (units, resources) = (state.units.clone(), state.resources.clone());
        let crews = state.crews.clone();
        let is_open = state.hours.is_open(self.now);
        if let Some(next) = next {
            self.schedule(next, Event::Boundary { calendar });
        }
        for unit in units {
            self.touched.insert(unit);
            self.wake_unit(unit);
        }
        for resource in resources {
            self.resource_came(resource);
        }
        for crew in crews {
            let available = if is_open { self.crews[crew].people } else { 0 };
            let id = self.crews[crew].id.clone();
            self.say(site, Statement::Crew { crew: id, place: None, available });
            self.crew_came(crew);
        }
    }

    pub(crate) fn crew_came(&mut self, crew: usize) {
        for index in 0..self.crews[crew].users.len() {
            self.wake_if(self.crews[crew].users[index], Lacks::CREW | Lacks::SHIFT);
        }
    }

    /// Every so often: is anything still moving where something is blocked?
    fn check_movement(&mut self) -> Result<(), ModelError> {
        let limit = self.settings.deadlock_after;
        self.schedule(self.now + Span::from_micros(limit.micros() / 8), Event::Check);
        for site in &self.sites {
            let idle = self.now.since(site.moved);
            if idle < limit {
                continue;
            }
            let stuck = site.units.iter().find_map(|&unit| {
                let unit = &self.units[unit];
                let job = unit.jobs.iter().find(|job| !job.leaving.is_empty())?;
                Some((unit.id.to_string(), job.wait.clone()?))
            });
            if let Some((unit, wait)) = stuck {
                let waits_for = self.cause_of(&wait, site.units[0]).id.to_string();
                let days = u32::try_from(idle.micros() / Span::DAY.micros()).unwrap_or(u32::MAX);
                return Err(ModelError::Deadlock { plant: site.id.clone(), unit, waits_for, days });
            }
        }
        Ok(())
    }
}

/// Ends come before beginnings, and the calendar between: work that is done at closing time is
/// done, and nothing starts then.
fn priority(event: Event) -> Priority {
    match event {
        Event::Snapshot => Priority::FIRST,
        Event::PhaseOver { .. } | Event::Carried { .. } | Event::HoldOver { .. } => Priority(32),
        Event::Fails { .. }
        | Event::Repaired { .. }
        | Event::ResourceFails { .. }
        | Event::ResourceRepaired { .. } => Priority(48),
        Event::Boundary { .. } => Priority(64),
        Event::Check => Priority::LAST,
        _ => Priority::NORMAL,
    }
}
