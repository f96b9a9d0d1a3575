//! The critical path: from what happened last at the end of a plant back through what released
//! it, across plants.
//!
//! Source of the method: perturbation analysis on a recorded trace (Ho & Cao); the share of the
//! path at a node is the sample derivative of the makespan with respect to the node's times, as
//! long as a small change does not reorder events.

mod present;
mod stops;

use std::collections::BTreeSet;

use twin::{PartId, PlantTime, UnitState};

use crate::{
    findings::Why,
    layout::{NodeIx, Place},
    sight::{OutOfSight, Plants},
    trace::{Event, Link, Seq, why_of_state},
};

pub use stops::{Stop, Where};

/// Links followed in one walk at most.
pub const STEPS_LIMIT: usize = 20_000;
/// Links followed at one moment: more than any chain of releases, fewer than a circle.
const SAME_MOMENT_LIMIT: usize = 500;
/// Events looked through for the newest one at a place of another plant.
const LOOK_BACK: usize = 5_000;
/// Events of a part followed back for its newest one before a moment.
const PART_LOOK_BACK: usize = 200;

/// A carrier by schedule.
#[derive(Clone, Copy, Debug)]
pub struct LaneInfo {
    pub carrier: (usize, Place),
    pub to: (usize, Place),
}

/// A stretch of the path.
#[derive(Clone, Debug)]
pub struct Segment {
    pub plant: usize,
    pub node: NodeIx,
    pub why: Why,
    pub unit: Option<Place>,
    pub part: Option<PartId>,
    pub from: PlantTime,
    pub to: PlantTime,
}

impl Segment {
    pub fn length(&self) -> i64 {
        self.to.since(self.from).micros().max(0)
    }

    /// What of it lies between two moments.
    pub fn within(&self, from: PlantTime, to: PlantTime) -> Option<Self> {
        let (from, to) = (self.from.max(from), self.to.min(to));
        (from < to).then(|| Self { from, to, ..self.clone() })
    }
}

/// Where a walk stands.
pub type Position = (usize, Seq);

/// The path, newest stretch first.
pub struct Path {
    pub segments: Vec<Segment>,
    /// Where the path broke off and was taken up again at an earlier end: numbers of segments.
    pub breaks: Vec<usize>,
}

/// What to walk.
pub struct Walk<'a> {
    pub plants: Plants<'a>,
    pub plant: usize,
    /// The line, by its number among the plant's final products.
    pub line: usize,
    /// The rank whose ends the path begins at.
    pub rank: u32,
    pub from: PlantTime,
    pub now: PlantTime,
    /// What is known to stop the line: the path begins at its expected end.
    pub stop: Option<Stop>,
}

impl<'a> Plants<'a> {
    fn event(&self, (plant, seq): Position) -> Option<&'a Event> {
        self.get(plant)?.event(seq)
    }

    fn time_of_any(&self, (plant, seq): Position) -> Option<PlantTime> {
        self.get(plant)?.time_of_any(seq)
    }

    /// The event that released the one at `position`, in sight or not.
    fn released_by(&self, position: Position, event: &Event) -> Option<Position> {
        let (plant, seq) = position;
        let found = match &event.link {
            Link::Nothing => None,
            Link::To(seq) => Some((plant, *seq)),
            Link::Abroad(part) => self.abroad(plant, part, event.at),
            Link::Place(place) => {
                let there = *self.index.get(place.plant.as_ref()?)?;
                let view = self.get(there)?;
                let number = view.layout.place(&place.place)?;
                Some((there, view.newest_at(number, event.at, LOOK_BACK)?))
            }
            Link::Taker(storage) => {
                let taker = self.get(plant)?.taker(seq, *storage);
                taker.or(event.before).map(|seq| (plant, seq))
            }
        };
        found.filter(|at| self.time_of_any(*at).is_some_and(|earlier| earlier <= event.at))
    }

    /// The part's newest event in any other plant, not after `at`.
    fn abroad(&self, plant: usize, part: &PartId, at: PlantTime) -> Option<Position> {
        let others = (0..self.count()).filter(|other| *other != plant);
        let newest = others.filter_map(|other| {
            let view = self.get(other)?;
            let seq = view.newest_of_part(part, at, PART_LOOK_BACK)?;
            Some((view.time_of_any(seq)?, other, seq))
        });
        newest.max().map(|(_, other, seq)| (other, seq))
    }
}

impl Path {
    /// The segments that tell about the rate of the plant.
    ///
    /// A path goes once through every station between its end and whatever limits the plant.
    /// That first visit's planned work is a matter of lead time and vanishes in a long record;
    /// in a short one it would outweigh the station that the path stays at. It is left out;
    /// what was lost on the way (down, waiting) stays.
    pub fn limiting(&self) -> Vec<Segment> {
        let mut breaks = self.breaks.iter().peekable();
        let (mut visited, mut current) = (BTreeSet::new(), None);
        let mut limiting = Vec::new();
        for (number, segment) in self.segments.iter().enumerate() {
            while breaks.next_if(|at| **at <= number).is_some() {
                visited.clear();
                current = None;
            }
            // The visit lasts while the path follows one part at one node.
            let visit = (segment.plant, segment.node, segment.part.clone());
            if current.as_ref() != Some(&visit)
                && let Some((plant, node, _)) = current.replace(visit)
            {
                visited.insert((plant, node));
            }
            let passes = !visited.contains(&(segment.plant, segment.node));
            if !(passes && segment.why.is_planned()) {
                limiting.push(segment.clone());
            }
        }
        limiting
    }
}

impl Walk<'_> {
    /// Walks back from `now`.
    pub fn path(&self) -> Path {
        let mut path = Path { segments: Vec::new(), breaks: Vec::new() };
        let mut position = match &self.stop {
            Some(stop) => self.stopped(stop, &mut path),
            None => self.plants.waiting_now(self, &mut path),
        };
        let mut reached = path.segments.last().map_or(self.now, |segment| segment.from);
        if position.is_none() {
            position = self.end_before(reached, false);
            self.unexplained(&mut reached, position);
        }
        let (mut same_moment, mut holder) = (0, None);
        for _ in 0..STEPS_LIMIT {
            let Some(here) = position else { break };
            let Some(event) = self.plants.event(here) else {
                // No longer kept, or out of sight: then an earlier end is.
                position = self.plants.time_of_any(here).and_then(|_| {
                    path.breaks.push(path.segments.len());
                    holder = None;
                    self.end_before(reached, true)
                });
                continue;
            };
            if event.at <= self.from {
                break;
            }
            same_moment = if event.at == reached { same_moment + 1 } else { 0 };
            reached = event.at.min(reached);
            let next =
                self.plants.released_by(here, event).filter(|_| same_moment < SAME_MOMENT_LIMIT);
            let known = next.and_then(|next| Some((next, self.plants.event(next)?.at)));
            let hidden = next.filter(|_| known.is_none());
            match known.or_else(|| self.newest_in_sight(here, event, hidden)) {
                Some((next, began)) if hidden.is_none() => {
                    self.add(&mut path, here.0, event, holder, began);
                    holder = event.holder;
                    position = Some(next);
                }
                Some((next, began)) => {
                    let (plant, node) = self.stands_for(hidden, (here.0, event.node));
                    let waited = Event { node, unit: None, ..event.clone() };
                    self.add(&mut path, plant, &waited, None, began);
                    holder = None;
                    position = Some(next);
                }
                None => {
                    path.breaks.push(path.segments.len());
                    holder = None;
                    same_moment = 0;
                    position = self.end_before(reached, true);
                }
            }
        }
        path
    }

    fn stopped(&self, stop: &Stop, path: &mut Path) -> Option<Position> {
        for stretch in stop.stretches(self.from, self.now) {
            if stretch.length() > 0 {
                self.plants.split(stretch, &mut path.segments);
            }
        }
        stop.record
    }

    /// Time since the last end that nothing explains stays out of the path.
    fn unexplained(&self, reached: &mut PlantTime, position: Option<Position>) {
        if let Some(event) = position.and_then(|p| self.plants.event(p)) {
            *reached = event.at;
        }
    }

    /// The newest end of the plant's product before a moment, or at it.
    fn end_before(&self, at: PlantTime, strictly: bool) -> Option<Position> {
        let at = if strictly { at - twin::Span::from_micros(1) } else { at };
        let mut ends = self.plants.get(self.plant)?.ends(self.line, self.rank);
        let (_, seq) = ends.find(|(ended, _)| *ended <= at)?;
        Some((self.plant, seq))
    }

    /// What in sight happened last before an event to whatever waited for something hidden.
    fn newest_in_sight(
        &self,
        (plant, seq): Position,
        event: &Event,
        hidden: Option<Position>,
    ) -> Option<(Position, PlantTime)> {
        hidden?;
        let newest = self.plants.get(plant)?.newest_before(seq, event, PART_LOOK_BACK);
        newest.map(|(at, seq)| ((plant, seq), at))
    }

    /// For whom time counts that passed in wait for something out of sight.
    fn stands_for(&self, hidden: Option<Position>, waits: (usize, NodeIx)) -> (usize, NodeIx) {
        let node = hidden.and_then(|(plant, seq)| {
            // That a plant is there which is out of sight altogether is not told.
            Some((plant, self.plants.get(plant)?.node_of_any(seq)?))
        });
        self.plants.stand_in(self.plant, node.unwrap_or(waits), waits)
    }

    fn add(
        &self,
        path: &mut Path,
        plant: usize,
        event: &Event,
        holder: Option<(NodeIx, Why)>,
        began: PlantTime,
    ) {
        // A wait in force may reach back before the record that it goes on with: time counts once.
        let counted = path.segments.last().map_or(event.at, |newer| newer.from);
        let (from, to) = (began.max(self.from), event.at.min(counted));
        if from >= to {
            return;
        }
        let (node, why) = holder.unwrap_or((event.node, event.why));
        let segment =
            Segment { plant, node, why, unit: event.unit, part: event.part.clone(), from, to };
        self.plants.split(segment, &mut path.segments);
    }
}

impl Plants<'_> {
    /// Who counts in the findings about a plant: the node if it is in sight, else as what is out
    /// of sight shows there.
    pub fn stand_in(
        &self,
        about: usize,
        node: (usize, NodeIx),
        otherwise: (usize, NodeIx),
    ) -> (usize, NodeIx) {
        let is_seen = self.get(node.0).is_some_and(|view| view.sees_node(node.1));
        let counts = is_seen || self.hides(about) == OutOfSight::StandsIn;
        if counts { node } else { otherwise }
    }

    /// Splits a stretch by what its unit was doing: an operation's time by every state, a gap
    /// only by stops and time off shift.
    fn split(&self, segment: Segment, into: &mut Vec<Segment>) {
        let track = segment.unit.and_then(|unit| self.get(segment.plant)?.track(unit));
        let Some(track) = track else {
            into.push(segment);
            return;
        };
        let stretches = track.ribbon(segment.from, segment.to);
        let mut end = segment.to;
        for stretch in stretches.into_iter().rev() {
            let why = match stretch.state {
                UnitState::OffShift => Why::OffShift,
                UnitState::Down => Why::Down,
                state if segment.why == Why::Working => why_of_state(state).unwrap_or(segment.why),
                _ => segment.why,
            };
            if stretch.to < end {
                into.push(Segment { from: stretch.to, to: end, ..segment.clone() });
            }
            into.push(Segment { why, from: stretch.from, to: stretch.to, ..segment.clone() });
            end = stretch.from;
        }
        if segment.from < end {
            into.push(Segment { to: end, ..segment });
        }
    }
}
