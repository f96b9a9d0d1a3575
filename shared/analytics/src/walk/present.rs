//! What the end of a plant waits for at this moment: the part of the path that no event has
//! closed yet.
//!
//! A record of events tells of a wait only when it ends. A dock that has waited five days for a
//! block must show it on the first day, so the walk begins with the waits in force: of the last
//! station, of whoever makes what it waits for, and so on.

use twin::{CauseKind, PlaceRef, PlantTime, UnitState};

use super::{Path, Position, Segment, Walk};
use crate::{
    findings::Why,
    layout::{NodeIx, OperationInfo, Place},
    sight::Plants,
    trace::{Seq, why_of_state},
};

/// Waits followed from one to the next at most.
const DEPTH: usize = 24;

/// Where the search for the present reason has come to.
enum Reason {
    /// The unit that holds things up.
    Unit(usize, Place),
    /// A place that nothing comes into.
    Empty(usize, Place),
    /// Settled: the rest is on record from here.
    Record(Option<Position>),
}

impl Plants<'_> {
    /// Adds the waits in force to `path`; returns where the record takes over, none when
    /// nothing waits now.
    pub(super) fn waiting_now(&self, walk: &Walk<'_>, path: &mut Path) -> Option<Position> {
        let (waits_since, unit) = self.last_unit(walk)?;
        if waits_since >= walk.now {
            return None;
        }
        let mut reason = Reason::Unit(walk.plant, unit);
        let mut seen: Vec<(usize, Place)> = Vec::new();
        for _ in 0..DEPTH {
            let at = match &reason {
                Reason::Unit(plant, place) | Reason::Empty(plant, place) => (*plant, *place),
                Reason::Record(position) => return *position,
            };
            if seen.contains(&at) {
                return None;
            }
            if !self.get(at.0).is_some_and(|view| view.sees(at.1)) {
                let waits = seen.last().copied()?;
                return self.hidden_now(walk, (waits, waits_since), at, path);
            }
            seen.push(at);
            reason = match reason {
                Reason::Unit(plant, unit) => self.unit_now(walk, (plant, unit), path),
                Reason::Empty(plant, place) => {
                    self.empty_now(walk, (plant, place, waits_since), path)
                }
                settled @ Reason::Record(_) => settled,
            };
        }
        None
    }

    /// What is waited for is out of sight: the wait of whatever in sight waits for it is known.
    fn hidden_now(
        &self,
        walk: &Walk<'_>,
        ((plant, place), waits_since): ((usize, Place), PlantTime),
        hidden: (usize, Place),
        path: &mut Path,
    ) -> Option<Position> {
        let view = self.get(plant)?;
        let own = (plant, view.layout.info(place)?.node);
        let there = self.get(hidden.0).and_then(|view| view.layout.info(hidden.1));
        let there = there.map_or(own, |info| (hidden.0, info.node));
        let (of, node) = self.stand_in(walk.plant, there, own);
        let track = view.track(place);
        let arrived = view.arrived(place, walk.now).map(|(at, _)| at);
        let since = track.and_then(|track| track.since()).or(arrived).unwrap_or(waits_since);
        let why = track.and_then(|track| why_of_state(track.state()));
        let why = why.unwrap_or(Why::Material);
        self.wait(walk, path, &Wait { plant: of, node, why, unit: None, since });
        view.newest(place, walk.now, Seq::MAX).map(|(_, seq)| (plant, seq))
    }

    /// The unit at the end of the plant that has gone without an end for the longest, in the
    /// work center of the line that finished the most over the window.
    fn last_unit(&self, walk: &Walk<'_>) -> Option<(PlantTime, Place)> {
        let fold = self.get(walk.plant)?;
        let finished = |center: NodeIx| -> u32 {
            let tracks = fold.layout.units_of(center).filter_map(|u| fold.track(u));
            tracks.map(|track| track.finished_between(walk.from, walk.now)).sum()
        };
        let last = fold.layout.operations.values().filter(|o| o.rank_in(walk.line) == walk.rank);
        let center = last.map(|o| o.center).max_by_key(|center| (finished(*center), *center))?;
        let units = fold.layout.units_of(center);
        units.filter_map(|unit| Some((fold.track(unit)?.stands()?.0, unit))).min()
    }

    fn wait(&self, walk: &Walk<'_>, path: &mut Path, wait: &Wait) {
        let now = path.segments.last().map_or(walk.now, |s| s.from.min(walk.now));
        let from = wait.since.max(walk.from);
        if from < now {
            let Wait { plant, node, why, unit, .. } = *wait;
            self.split(
                Segment { plant, node, why, unit, part: None, from, to: now },
                &mut path.segments,
            );
        }
    }

    fn unit_now(&self, walk: &Walk<'_>, (plant, unit): (usize, Place), path: &mut Path) -> Reason {
        let Some(fold) = self.get(plant) else { return Reason::Record(None) };
        let Some(info) = fold.layout.info(unit) else { return Reason::Record(None) };
        if let Some(op) = fold.longest_open(&[unit]) {
            let wait =
                Wait { plant, node: info.node, why: Why::Working, unit: Some(unit), since: op.at };
            self.wait(walk, path, &wait);
            return Reason::Record(Some((plant, op.seq)));
        }
        let Some(track) = fold.track(unit) else { return Reason::Record(None) };
        let newest = fold.newest(unit, walk.now, Seq::MAX).map(|(_, seq)| (plant, seq));
        let (since, state) = track.stands().unwrap_or((walk.now, UnitState::Unknown));
        let own = |why| Wait { plant, node: info.node, why, unit: Some(unit), since };
        match (state, &track.waits_for) {
            (UnitState::WaitingForCrew, cause) => {
                let crew = cause.as_ref().and_then(|c| fold.layout.crews.get(c.id.as_str()));
                let node = crew.copied().unwrap_or(info.node);
                self.wait(walk, path, &Wait { node, unit: None, ..own(Why::Crew) });
                Reason::Record(newest)
            }
            (UnitState::WaitingForCrane, cause) => {
                let crane: Option<PlaceRef> = cause.as_ref().and_then(|c| c.id.parse().ok());
                let crane = crane.and_then(|c| fold.layout.here(&c));
                if crane.is_some_and(|c| fold.serves(c, info.id.as_str())) {
                    self.wait(walk, path, &own(Why::Transit));
                    return Reason::Record(newest);
                }
                let node = crane.and_then(|c| fold.layout.info(c)).map_or(info.node, |i| i.node);
                let (_, node) = self.stand_in(walk.plant, (plant, node), (plant, info.node));
                self.wait(walk, path, &Wait { node, unit: crane, ..own(Why::Crane) });
                Reason::Record(newest)
            }
            (UnitState::Blocked, cause) => {
                let place = cause.as_ref().and_then(|c| self.named(plant, &c.id));
                place.map_or(Reason::Record(newest), |full| self.full_now(full, newest))
            }
            (UnitState::Starved | UnitState::OffShift | UnitState::Unknown, cause) => {
                let named = cause
                    .as_ref()
                    .filter(|c| c.kind == CauseKind::Material)
                    .and_then(|c| self.named(plant, &c.id));
                let empty = named.or_else(|| self.emptiest_input(plant, info.node));
                empty.map_or(Reason::Record(newest), |(p, place)| self.source_of(p, place))
            }
            (state, _) => {
                self.wait(walk, path, &own(why_of_state(state).unwrap_or(Why::Material)));
                Reason::Record(newest)
            }
        }
    }

    fn source_of(&self, plant: usize, place: Place) -> Reason {
        let unit = self.get(plant).is_some_and(|fold| fold.layout.is_unit(place));
        if unit { Reason::Unit(plant, place) } else { Reason::Empty(plant, place) }
    }

    /// A place by its written name, of this plant or another.
    fn named(&self, plant: usize, id: &str) -> Option<(usize, Place)> {
        let place: PlaceRef = id.parse().ok()?;
        let there = match &place.plant {
            Some(other) => *self.index.get(other)?,
            None => plant,
        };
        Some((there, self.get(there)?.layout.place(&place.place)?))
    }

    /// A full place holds up who fills it: whoever empties it is the reason.
    fn full_now(&self, (plant, place): (usize, Place), otherwise: Option<Position>) -> Reason {
        let Some(fold) = self.get(plant) else { return Reason::Record(otherwise) };
        if fold.layout.is_unit(place) {
            return Reason::Unit(plant, place);
        }
        let takes = |o: &&OperationInfo| o.inputs.iter().any(|(_, from, _)| *from == place);
        let takers = fold.layout.operations.values().filter(takes);
        let units: Vec<Place> = takers.flat_map(|o| fold.layout.units_of(o.center)).collect();
        let since = |unit: &Place| Some((fold.track(*unit)?.since()?, *unit));
        let oldest = units.iter().filter_map(since).min().map(|(_, unit)| unit);
        let hidden = units.iter().find(|unit| !fold.sees(**unit)).copied();
        oldest.or(hidden).map_or(Reason::Record(otherwise), |unit| Reason::Unit(plant, unit))
    }

    /// Of what a work center takes, the place that was filled the longest ago.
    fn emptiest_input(&self, plant: usize, center: NodeIx) -> Option<(usize, Place)> {
        let fold = self.get(plant)?;
        let operations = fold.layout.operations.values().filter(|o| o.center == center);
        let inputs = operations.flat_map(|o| o.inputs.iter().map(|(_, place, _)| *place));
        let oldest = inputs
            .map(|place| (fold.arrived(place, PlantTime::from_micros(i64::MAX)), place))
            .min()?;
        Some((plant, oldest.1))
    }

    /// Nothing comes into a place: its makers, its supplier or its carrier are the reason.
    fn empty_now(
        &self,
        walk: &Walk<'_>,
        (plant, place, waits_since): (usize, Place, PlantTime),
        path: &mut Path,
    ) -> Reason {
        let Some(fold) = self.get(plant) else { return Reason::Record(None) };
        let arrived = fold.arrived(place, walk.now);
        let record = Reason::Record(arrived.map(|(_, seq)| (plant, seq)));
        let since = arrived.map_or(waits_since, |(at, _)| at);
        if let Some(lane) = self.lanes.iter().find(|lane| lane.to == (plant, place)) {
            let (there, carrier) = lane.carrier;
            let node = self.get(there).and_then(|f| f.layout.info(carrier)).map(|i| i.node);
            // What is aboard since: it is under way; else the carrier has not come back.
            let aboard = self
                .get(there)
                .and_then(|f| f.arrived(carrier, walk.now))
                .filter(|(loaded, _)| *loaded > since);
            if let Some(node) = node {
                let unit = Some(carrier);
                let since = aboard.map_or(since, |(loaded, _)| loaded);
                let own = (plant, fold.layout.info(place).map_or(node, |info| info.node));
                let (plant, node) = self.stand_in(walk.plant, (there, node), own);
                self.wait(walk, path, &Wait { plant, node, why: Why::Transit, unit, since });
            }
            return aboard.map_or(record, |(_, seq)| Reason::Record(Some((there, seq))));
        }
        if let Some(line) = fold.layout.lines.iter().find(|line| line.storage == Some(place)) {
            // What lies there in plenty is not what is waited for.
            if fold.stock(&line.material, place).is_some_and(|stock| stock > 0.0) {
                return Reason::Record(None);
            }
            if let Some(there) = line.from.as_ref().and_then(|f| self.named(plant, &f.to_string()))
            {
                return self.source_of(there.0, there.1);
            }
            // What the supplier brought last, though nobody waited for it, began this wait.
            let brought = fold.brought(line.supplier, &line.material, walk.now);
            let newest = arrived.max(brought);
            let since = newest.map_or(since, |(at, _)| at);
            let own = (plant, fold.layout.info(place).map_or(line.supplier, |info| info.node));
            let (plant, node) = self.stand_in(walk.plant, (plant, line.supplier), own);
            let why = Why::Material;
            self.wait(walk, path, &Wait { plant, node, why, unit: None, since });
            return Reason::Record(newest.map(|(_, seq)| (plant, seq)));
        }
        let makers = fold.layout.operations.values().filter(|o| o.to == Some(place));
        let units: Vec<Place> = makers.flat_map(|o| fold.layout.units_of(o.center)).collect();
        // Who has been at work the longest will be the first to bring something.
        if let Some(op) = fold.longest_open(&units) {
            return Reason::Unit(plant, op.unit);
        }
        let idle = units.iter().filter(|unit| fold.layout.is_unit(**unit));
        let idle = idle.filter_map(|u| Some((fold.track(*u)?.since()?, *u))).min();
        let hidden = units.iter().find(|unit| !fold.sees(**unit)).copied();
        let unit = idle.map(|(_, unit)| unit).or(hidden);
        unit.map_or(record, |unit| Reason::Unit(plant, unit))
    }
}

/// A wait in force.
struct Wait {
    plant: usize,
    node: NodeIx,
    why: Why,
    unit: Option<Place>,
    since: PlantTime,
}
