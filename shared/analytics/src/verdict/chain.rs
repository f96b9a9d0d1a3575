//! The chain of causes from what is seen at the last station to the main hold-up, what each step
//! has cost and whether it is over, and where the hold-up bites.

use std::collections::BTreeSet;

use twin::{EquipmentId, PlantTime, Span, UnitState};

use super::{Found, LineFound, Question, now::is_left_out};
use crate::{
    findings::{ChainStep, Thing, Why},
    layout::Place,
    shares::AnyNode,
    sight::PlantView,
    trace::why_of_state,
    units::Spell,
    walk::Segment,
};

/// Steps of a chain that are told.
const CHAIN_LIMIT: usize = 6;
/// Smaller shares are left out of the middle of a chain [ratio].
const CHAIN_SHARE: f64 = 0.02;
/// A step that was told at the last sample stays down to this part of that share, [ratio]
const CHAIN_LINGERS: f64 = 0.5;

impl Question<'_> {
    /// From the station where it is felt back to the first of the path: nodes in the order that
    /// the walk meets them, small ones in between left out.
    pub(super) fn chain_nodes(
        &self,
        fold: PlantView<'_>,
        (line, found): (&LineFound, &Found),
        first: AnyNode,
    ) -> Vec<AnyNode> {
        let last_station = self.felt_at(fold, line, first).map(|node| (self.plant, node));
        let mut met = match is_left_out(line, first) {
            true => Vec::new(),
            false => self.between(&line.path.segments, last_station, first),
        };
        met.retain(|node| Some(*node) != last_station && *node != first);
        met.insert(0, last_station.unwrap_or(first));
        if last_station != Some(first) && last_station.is_some() {
            met.push(first);
        }
        let weight = |node: AnyNode| {
            let told = self.node(node).is_some_and(|node| self.history.told(&node).is_some());
            found.shares.ratio(node) / if told { CHAIN_LINGERS } else { 1.0 }
        };
        let mut middle: Vec<AnyNode> =
            met.iter().copied().filter(|n| Some(*n) != last_station && *n != first).collect();
        middle.sort_by(|a, b| weight(*b).total_cmp(&weight(*a)));
        middle.truncate(CHAIN_LIMIT - 2);
        middle.retain(|node| weight(*node) >= CHAIN_SHARE);
        met.retain(|n| Some(*n) == last_station || *n == first || middle.contains(n));
        met
    }

    /// What the path meets on its way from a station back to the first, in the order in which it
    /// does: where it goes from the one to the other, so that nothing is named as a cause of the
    /// station that lies behind it. A station that waits for what the first delivers waits for
    /// nothing in between; and of one that the path does not meet before the first, all that
    /// comes before that is told, which lies in front of the end where the path began.
    fn between(
        &self,
        segments: &[Segment],
        station: Option<AnyNode>,
        first: AnyNode,
    ) -> Vec<AnyNode> {
        let node = |segment: &Segment| (segment.plant, segment.node);
        if station == Some(first) || station.is_some_and(|at| self.waits_for_first(at, first)) {
            return Vec::new();
        }
        let at = |from: usize, wanted: AnyNode| {
            let found = segments.iter().skip(from).position(|segment| node(segment) == wanted);
            found.map(|after| from + after)
        };
        let seen = station.and_then(|station| at(0, station));
        let to = seen.and_then(|seen| at(seen, first)).or_else(|| at(0, first));
        let way = segments.get(..to.unwrap_or(segments.len())).unwrap_or_default();
        let left = way.iter().rposition(|segment| Some(node(segment)) == station);
        let way = way.get(left.map_or(0, |left| left + 1)..).unwrap_or_default();
        let mut met = Vec::new();
        for segment in way.iter().filter(|s| s.why != Why::OffShift) {
            if !met.contains(&node(segment)) && self.may_limit(node(segment)) {
                met.push(node(segment));
            }
        }
        met
    }

    /// The steps of the chain.
    pub(super) fn chain(
        &self,
        fold: PlantView<'_>,
        (line, found): (&LineFound, &Found),
        (first, why): (AnyNode, Why),
    ) -> Vec<ChainStep> {
        let met = self.chain_nodes(fold, (line, found), first).into_iter();
        let steps = met.filter_map(|node| {
            let why = match node {
                _ if node == first => why,
                _ if found.shares.nodes.contains_key(&node) => self.why_told(&found.shares, node),
                _ => Why::Material,
            };
            let on_path = line.path.segments.iter().filter(|s| (s.plant, s.node) == node);
            let stop = self.last_stop(node, (found.from, self.now), why);
            Some(ChainStep {
                node: self.node(node)?,
                why,
                share_ratio: found.past.ratio(node),
                part: on_path.filter_map(|s| s.part.clone()).next(),
                lost_d: self.lost_d(&line.path.segments, node, why),
                over_since: match stop {
                    Spell::Until(over) => Some(over),
                    Spell::Now | Spell::Never => None,
                },
                goes_on: stop == Spell::Now,
                has_passed: self.has_passed((node, first), (found.from, self.now), why),
            })
        });
        steps.collect()
    }

    /// Days of the path that a node spent so until now; what lay outside working hours between
    /// two stretches of one stop is part of the stop.
    pub(super) fn lost_d(&self, path: &[Segment], node: AnyNode, why: Why) -> f64 {
        let (mut lost, mut between) = (Span::ZERO, None);
        for segment in path.iter().filter(|segment| segment.from < self.now) {
            let length = segment.to.min(self.now).since(segment.from);
            if (segment.plant, segment.node) != node {
                between = None;
            } else if segment.why == why {
                lost += length + between.unwrap_or(Span::ZERO);
                between = Some(Span::ZERO);
            } else if segment.why == Why::OffShift {
                between = between.map(|passed| passed + length);
            } else {
                between = None;
            }
        }
        lost.days()
    }

    /// Whether a stop of a work center or resource goes on at the end of a time, or since when it
    /// is over. Of waits and of work as such nothing of the kind is known: they come and go with
    /// every piece.
    pub(super) fn last_stop(
        &self,
        node: AnyNode,
        within: (PlantTime, PlantTime),
        why: Why,
    ) -> Spell {
        let stopped = |state: UnitState| why_of_state(state) == Some(why);
        let spell = self.spell(node, within, stopped).filter(|_| why.is_stop());
        spell.unwrap_or(Spell::Never)
    }

    /// Whether no unit of a work center waits any more as it did, or did when its shift ended; of
    /// one that takes what the first delivers, for that. Not told of what is no wait, nor of what
    /// has no units in sight.
    fn has_passed(
        &self,
        (node, first): (AnyNode, AnyNode),
        within: (PlantTime, PlantTime),
        why: Why,
    ) -> bool {
        let fold = self.plants.get(self.plant).filter(|_| node.0 == self.plant);
        if why == Why::Material
            && fold.is_some_and(|fold| self.takers(fold, first).contains(&node.1))
        {
            return !self.waits_for_first(node, first);
        }
        let is_wait = matches!(why, Why::Material | Why::Space | Why::Crew | Why::Crane);
        let waits = |state: UnitState| why_of_state(state) == Some(why);
        let spell = self.spell(node, within, waits).filter(|_| is_wait);
        spell.is_some_and(|spell| spell != Spell::Now)
    }

    /// When any unit of a work center, or a resource, was last in a state that counts.
    fn spell(
        &self,
        (plant, node): AnyNode,
        within: (PlantTime, PlantTime),
        counts: impl Fn(UnitState) -> bool,
    ) -> Option<Spell> {
        let fold = self.plants.get(plant)?;
        let places = (0..).zip(&fold.layout.places).filter(|(_, info)| info.node == node);
        let tracks = places.filter_map(|(place, _)| fold.track(place));
        tracks.map(|track| track.last_spell(within, &counts)).max()
    }

    /// Where the hold-up bites in this plant; see the field of the verdict.
    pub(super) fn bites_at(
        &self,
        fold: PlantView<'_>,
        (found, line): (&Found, &LineFound),
        first: AnyNode,
    ) -> Vec<EquipmentId> {
        let ids = |places: &mut dyn Iterator<Item = Place>| -> Vec<EquipmentId> {
            let places: BTreeSet<Place> = places.filter(|place| fold.sees(*place)).collect();
            places.into_iter().filter_map(|p| Some(fold.layout.info(p)?.id.clone())).collect()
        };
        let mut places = match self.node(first).map(|node| node.thing) {
            _ if first.0 != self.plant => ids(&mut self.crossing(line, first).into_iter()),
            Some(Thing::Storage(_) | Thing::Resource(_)) => {
                let mut own = (0..).zip(&fold.layout.places).filter(|(_, at)| at.node == first.1);
                ids(&mut own.by_ref().map(|(place, _)| place))
            }
            Some(Thing::Supplier(_)) => ids(&mut supplied(fold, first).into_iter()),
            Some(Thing::WorkCenter(_)) => match self.units(found, first) {
                on_path if on_path.is_empty() => ids(&mut fold.layout.units_of(first.1)),
                on_path => on_path,
            },
            _ => self.units(found, first),
        };
        if places.is_empty() {
            let last = self.last_center(fold, line);
            places = ids(&mut last.into_iter().flat_map(|center| fold.layout.units_of(center)));
        }
        places
    }

    /// The place of this plant at which the path left it towards a node of another plant.
    fn crossing(&self, line: &LineFound, first: AnyNode) -> Option<Place> {
        let segments = &line.path.segments;
        let reached = segments.iter().position(|s| (s.plant, s.node) == first)?;
        let here = segments.get(..reached)?.iter().rev().find(|s| s.plant == self.plant)?;
        let places = &self.fold()?.layout.places;
        here.unit.or_else(|| {
            let of_node = (0..).zip(places).find(|(_, info)| info.node == here.node);
            of_node.map(|(place, _)| place)
        })
    }
}

/// The storages that a supplier fills: those that lack what it brings, when any does.
fn supplied(fold: PlantView<'_>, (_, supplier): AnyNode) -> Vec<Place> {
    let lines = fold.layout.lines.iter().filter(|line| line.supplier == supplier);
    let of = lines.filter_map(|line| {
        let storage = line.storage?;
        let stock = fold.stock(&line.material, storage).unwrap_or(0.0);
        Some((storage, stock + 1e-9 < fold.layout.taken(&line.material, storage)))
    });
    let all: Vec<(Place, bool)> = of.collect();
    let lacking: Vec<Place> = all.iter().filter(|(_, lacks)| *lacks).map(|(p, _)| *p).collect();
    if lacking.is_empty() { all.into_iter().map(|(place, _)| place).collect() } else { lacking }
}
