//! What of the plants a reader may read, and the folds as far as that goes.
//!
//! A fold keeps facts of single things: the states of a unit, the stock of a storage, an event at
//! a place. What is concluded from several of them is concluded for one [`Sight`] from what is in
//! sight alone: whatever lies outside is not there. Findings reach the folds through [`Plants`]
//! and [`PlantView`] only, so that nothing can be read past a sight.
//!
//! Where a path meets something out of sight, the thing in sight that waited is what is known: its
//! time since the newest thing in sight counts for whoever stands in, or for itself.

use std::collections::BTreeMap;

use twin::{MaterialId, PartId, PlantId, PlantTime, Span, SupplierId};

use crate::{
    findings::{DryPart, Inputs, Outlook, Source, Thing},
    fold::PlantFold,
    history::History,
    layout::{Layout, NodeIx, OperationInfo, Place},
    outlook::Known,
    trace::{Event, Kind, Link, OpenOp, Seq},
    units::UnitTrack,
    walk::LaneInfo,
};

/// Events of one part at the end of a run that are one moment: more than there are.
const EVENTS_AT_ONCE: usize = 8;

/// How a thing out of sight shows in a path that meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutOfSight {
    /// Something without a name stands in for it.
    StandsIn,
    /// Not at all.
    IsLeftOut,
}

/// What of all plants a reader may read.
#[derive(Clone, Debug)]
pub struct Sight {
    /// None: everything.
    plants: Option<Vec<PlantSight>>,
    /// Who led since when, as sampled since this sight is looked with.
    histories: BTreeMap<usize, History>,
}

/// What of one plant a reader may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlantSight {
    places: Vec<bool>,
    nodes: Vec<bool>,
    plan: bool,
    /// How the findings about this plant show what is out of sight, of any plant.
    hides: OutOfSight,
}

impl Sight {
    /// Everything.
    pub fn whole() -> Self {
        Self { plants: None, histories: BTreeMap::new() }
    }

    /// Whether nothing is out of sight.
    pub fn is_whole(&self) -> bool {
        self.plants.is_none()
    }

    /// Whether the same is in sight.
    pub fn is_as(&self, other: &Self) -> bool {
        self.plants == other.plants
    }

    pub(crate) fn of(
        folds: &[PlantFold],
        may_read: impl Fn(&PlantId, &Source) -> bool,
        hides: impl Fn(&PlantId) -> OutOfSight,
    ) -> Self {
        let of_plant = |fold: &PlantFold| {
            let layout = &fold.layout;
            PlantSight::of(layout, |source| may_read(&layout.plant, source), hides(&layout.plant))
        };
        let plants: Vec<PlantSight> = folds.iter().map(of_plant).collect();
        let is_whole = plants.iter().all(PlantSight::is_whole);
        Self { plants: (!is_whole).then_some(plants), histories: BTreeMap::new() }
    }

    pub(crate) fn history(&mut self, plant: usize) -> &mut History {
        self.histories.entry(plant).or_default()
    }

    fn plant(&self, plant: usize) -> Option<&PlantSight> {
        self.plants.as_ref()?.get(plant)
    }
}

impl PlantSight {
    fn of(layout: &Layout, may_read: impl Fn(&Source) -> bool, hides: OutOfSight) -> Self {
        let of_place = |id: &twin::EquipmentId| may_read(&Source::Equipment(id.clone()));
        let places: Vec<bool> = layout.places.iter().map(|place| of_place(&place.id)).collect();
        let plan = may_read(&Source::Plan);
        let is_seen = |place: Place| places.get(place as usize).copied().unwrap_or(false);
        let nodes = (0..).zip(&layout.nodes).map(|(node, thing)| match thing {
            Thing::WorkCenter(_) => layout.units_of(node).all(is_seen),
            Thing::Storage(id) | Thing::Resource(id) => layout.place(id).is_some_and(is_seen),
            Thing::Supplier(id) => may_read(&Source::Supplier(id.clone())),
            Thing::Orders => plan,
            // Of people and hours nothing is known but what units say.
            Thing::Crew(_) | Thing::Calendar(_) => true,
        });
        Self { nodes: nodes.collect(), places, plan, hides }
    }

    fn is_whole(&self) -> bool {
        self.plan && self.places.iter().chain(&self.nodes).all(|seen| *seen)
    }
}

/// The plants as far as they are in sight, and their numbers by id.
#[derive(Clone, Copy)]
pub struct Plants<'a> {
    folds: &'a [PlantFold],
    pub index: &'a BTreeMap<PlantId, usize>,
    /// Carriers by schedule, by plant and place numbers.
    pub lanes: &'a [LaneInfo],
    /// None: everything.
    sight: Option<&'a Sight>,
}

impl<'a> Plants<'a> {
    pub fn new(
        folds: &'a [PlantFold],
        index: &'a BTreeMap<PlantId, usize>,
        lanes: &'a [LaneInfo],
        sight: Option<&'a Sight>,
    ) -> Self {
        Self { folds, index, lanes, sight: sight.filter(|sight| !sight.is_whole()) }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.folds.len()
    }

    pub fn get(&self, plant: usize) -> Option<PlantView<'a>> {
        let fold = self.folds.get(plant)?;
        let sight = match self.sight {
            // A plant that a sight does not know is out of it.
            Some(sight) => Some(sight.plant(plant)?),
            None => None,
        };
        Some(PlantView { layout: &fold.layout, fold, sight })
    }

    /// How findings about the plant show what is out of sight.
    pub fn hides(&self, plant: usize) -> OutOfSight {
        let sight = self.sight.and_then(|sight| sight.plant(plant));
        sight.map_or(OutOfSight::IsLeftOut, |sight| sight.hides)
    }
}

/// One plant as far as it is in sight.
#[derive(Clone, Copy)]
pub struct PlantView<'a> {
    /// Its definition. What is out of sight is in it, too: names are withheld where they are told.
    pub layout: &'a Layout,
    fold: &'a PlantFold,
    /// None: everything.
    sight: Option<&'a PlantSight>,
}

impl<'a> PlantView<'a> {
    /// All that is folded of a plant.
    pub fn whole(fold: &'a PlantFold) -> Self {
        Self { layout: &fold.layout, fold, sight: None }
    }

    /// Whether nothing of the plant is out of sight.
    pub fn is_whole(&self) -> bool {
        self.sight.is_none_or(PlantSight::is_whole)
    }

    pub fn sees(&self, place: Place) -> bool {
        self.sight.is_none_or(|sight| sight.places.get(place as usize) == Some(&true))
    }

    /// Whether a node is in sight; a work center when all its units are.
    pub fn sees_node(&self, node: NodeIx) -> bool {
        self.sight.is_none_or(|sight| sight.nodes.get(node as usize) == Some(&true))
    }

    /// Whether the plan is: what is ordered, and for when.
    pub fn sees_plan(&self) -> bool {
        self.sight.is_none_or(|sight| sight.plan)
    }

    /// Whether everything is that makes a material.
    pub fn sees_makers(&self, material: &MaterialId) -> bool {
        let mut makers = self.layout.operations.values().filter(|o| o.output == *material);
        self.sight.is_none() || makers.all(|operation| self.sees_node(operation.center))
    }

    pub fn track(&self, place: Place) -> Option<&'a UnitTrack> {
        self.fold.units.tracks.get(&place).filter(|_| self.sees(place))
    }

    /// An event about nothing but things in sight.
    pub fn event(&self, seq: Seq) -> Option<&'a Event> {
        self.fold.trace.get(seq).filter(|event| self.sees_event(event))
    }

    /// The node of an event, wherever that is: who stands in for it.
    pub fn node_of_any(&self, seq: Seq) -> Option<NodeIx> {
        self.fold.trace.get(seq).map(|event| event.node)
    }

    /// When an event was, wherever: to be compared, never to be told.
    pub fn time_of_any(&self, seq: Seq) -> Option<PlantTime> {
        self.fold.trace.get(seq).map(|event| event.at)
    }

    fn sees_event(&self, event: &Event) -> bool {
        let mut places = event.unit.iter().chain(&event.arrives);
        let of_node = |place: &Place| self.layout.info(*place).map(|info| info.node);
        let at_node = |place: &Place| of_node(place) == Some(event.node);
        self.sight.is_none()
            || ((self.sees_node(event.node) || places.clone().any(at_node))
                && places.all(|place| self.sees(*place)))
    }

    /// The newest thing in sight that happened to a part or a place at an earlier moment than an
    /// event of theirs. Of a run it is the beginning: whoever had to wait in the end would have
    /// lost nothing by a longer run, so that none of it limits.
    pub fn newest_before(&self, seq: Seq, event: &Event, most: usize) -> Option<(PlantTime, Seq)> {
        let earlier = event.at - Span::from_micros(1);
        let told = |seq: Seq| self.event(seq).filter(|event| event.at <= earlier);
        let mut before = event.before;
        for _ in 0..most {
            let Some(seen) = before.filter(|seq| told(*seq).is_none()) else { break };
            before = self.fold.trace.get(seen).and_then(|event| event.before);
        }
        let of_part = before.and_then(|seq| Some((told(seq)?.at, seq)));
        let place = event.unit.or(event.arrives);
        let newest = of_part.max(place.and_then(|place| self.newest(place, earlier, seq)))?;
        Some(self.began(newest.1).unwrap_or(newest))
    }

    /// When the run began that an event ended, or one at the same moment that led to it: a part
    /// is finished, completed and taken away at once.
    fn began(&self, seq: Seq) -> Option<(PlantTime, Seq)> {
        let mut event = self.event(seq)?;
        for _ in 0..EVENTS_AT_ONCE {
            let Link::To(before) = event.link else { return None };
            let earlier = self.event(before)?;
            if matches!(earlier.kind, Kind::Started(_)) {
                return Some((earlier.at, before));
            }
            if earlier.at < event.at {
                return None;
            }
            event = earlier;
        }
        None
    }

    /// The newest thing that happened to a place at all, if it is in sight.
    pub fn newest(&self, place: Place, at: PlantTime, below: Seq) -> Option<(PlantTime, Seq)> {
        let trace = &self.fold.trace;
        let newest = trace.newest(place, at, below).filter(|_| self.sees(place));
        if self.sight.is_none() {
            return newest;
        }
        let all = [newest, trace.free(place, at, below), trace.done(place, at, below)];
        all.into_iter().flatten().filter(|(_, seq)| self.event(*seq).is_some()).max()
    }

    /// The newest arrival in a place.
    pub fn arrived(&self, place: Place, at: PlantTime) -> Option<(PlantTime, Seq)> {
        self.fold.trace.arrived(place, at).filter(|_| self.sees(place))
    }

    /// The newest delivery of a material by a supplier.
    pub fn brought(
        &self,
        supplier: NodeIx,
        material: &MaterialId,
        at: PlantTime,
    ) -> Option<(PlantTime, Seq)> {
        self.fold.trace.brought(supplier, material, at).filter(|_| self.sees_node(supplier))
    }

    /// The newest event at a place, looking at most so many back; in sight or not.
    pub fn newest_at(&self, place: Place, at: PlantTime, most: usize) -> Option<Seq> {
        self.fold.trace.newest_at(place, at, most)
    }

    /// The start of an operation that took from a storage at the moment of an event.
    pub fn taker(&self, seq: Seq, storage: Place) -> Option<Seq> {
        self.fold.trace.taker(seq, storage, self.layout)
    }

    /// The newest event of a part, in sight or not.
    pub fn newest_of_part(&self, part: &PartId, not_after: PlantTime, most: usize) -> Option<Seq> {
        let mut seq = self.fold.parts.get(part)?.last?;
        for _ in 0..most {
            let event = self.fold.trace.get(seq)?;
            if event.at <= not_after {
                return Some(seq);
            }
            seq = event.before?;
        }
        None
    }

    /// Whether a resource was last taken for `whom`.
    pub fn serves(&self, resource: Place, whom: &str) -> bool {
        self.sees(resource) && self.fold.trace.serves(resource, whom)
    }

    /// The operation that has run for the longest in any of these units.
    pub fn longest_open(&self, units: &[Place]) -> Option<&'a OpenOp> {
        let open = self.fold.trace.open.values();
        open.filter(|op| units.contains(&op.unit) && self.sees(op.unit)).min_by_key(|op| op.seq)
    }

    /// Ends of operations of a rank of a line and completions, newest first.
    pub fn ends(&self, line: usize, rank: u32) -> impl Iterator<Item = (PlantTime, Seq)> + 'a {
        let view = *self;
        let ends = self.fold.trace.ends.get(&(line, rank)).into_iter();
        let newest_first = ends.flat_map(|recent| recent.newest_first());
        newest_first.filter(move |(_, seq)| view.sight.is_none() || view.event(*seq).is_some())
    }

    /// The ranks of a line that have any.
    pub fn ranks(&self, line: usize) -> impl Iterator<Item = u32> + 'a {
        self.fold.trace.ends.range((line, 0)..=(line, u32::MAX)).map(|((_, rank), _)| *rank)
    }

    /// Starts and moves that said what released them, and starts in all: what kind of record it is.
    pub fn causes_and_starts(&self) -> (u64, u64) {
        (self.fold.trace.causes_seen, self.fold.trace.starts_seen)
    }

    /// Whether anything but its operations says what any unit does.
    pub fn states_are_told(&self) -> bool {
        self.fold.units.tracks.values().any(|track| track.stated)
    }

    /// Parts that have not left production, by where they are.
    pub fn waiting(&self) -> BTreeMap<Place, u64> {
        let mut waiting = self.fold.parts.waiting();
        waiting.retain(|place, _| self.sees(*place));
        waiting
    }

    pub fn stock(&self, material: &MaterialId, place: Place) -> Option<f64> {
        self.fold.supply.stock(material, place).filter(|_| self.sees(place))
    }

    pub fn sees_supplier(&self, supplier: &SupplierId) -> bool {
        let node = self.layout.suppliers.get(supplier);
        self.sight.is_none() || node.is_some_and(|node| self.sees_node(*node))
    }

    /// Whether all places are where a material belongs, and all who deliver it.
    pub fn sees_supply(&self, material: &MaterialId) -> bool {
        let mut lines = self.layout.lines.iter().filter(|line| line.material == *material);
        self.fold.supply.homes(material).all(|place| self.sees(place))
            && lines.all(|line| self.sees_node(line.supplier))
    }

    /// When the next delivery of a material is promised for.
    pub fn next_delivery(&self, material: &MaterialId) -> Option<PlantTime> {
        self.fold.supply.next_delivery(material, |supplier| self.sees_supplier(supplier))
    }

    /// The work centers where a unit waits for a material.
    pub fn waiting_at(&self, material: &MaterialId) -> Vec<NodeIx> {
        self.fold.supply.waiting_at(*self, material)
    }

    /// Where a material belongs by the definition.
    pub fn homes(&self, material: &MaterialId) -> Inputs {
        self.fold.supply.home_inputs(self.layout, material)
    }

    /// What was completed of a material, and its mean lead time.
    pub fn completed(
        &self,
        material: &MaterialId,
        from: PlantTime,
        to: PlantTime,
    ) -> (f64, Option<Span>) {
        match self.sees_makers(material) {
            true => self.fold.completed.between(material, from, to),
            false => (0.0, None),
        }
    }

    /// Pieces of a material that orders want between two moments.
    pub fn wanted(&self, material: &MaterialId, from: PlantTime, to: PlantTime) -> Option<f64> {
        let wanted = || self.fold.promises.wanted(material, from, to);
        self.sees_plan().then(wanted).flatten()
    }

    /// What runs dry; which units wait is asked of those in sight.
    pub fn dry(&self, now: PlantTime) -> Vec<DryPart> {
        self.fold.supply.dry(*self, now)
    }

    /// What is expected, when of all materials only these are known to run dry.
    pub fn outlook(&self, dry: &[DryPart], now: PlantTime) -> Vec<Outlook> {
        let gaps = self.fold.supply.gaps(*self, dry, now);
        let known = Known { view: *self, parts: &self.fold.parts, gaps: &gaps, now };
        self.fold.promises.outlook(known, &self.fold.completed)
    }

    /// Whether everything is that tells how far the pieces of a kind are: who makes them, from
    /// where and into what place.
    pub fn sees_making(&self, material: &MaterialId) -> bool {
        let mut makers = self.layout.operations.values().filter(|o| o.output == *material);
        let sees_places = |operation: &OperationInfo| {
            let mut places = operation.inputs.iter().map(|(_, from, _)| from).chain(&operation.to);
            places.all(|place| self.sees(*place))
        };
        self.sight.is_none() || makers.all(|o| self.sees_node(o.center) && sees_places(o))
    }

    /// Units in sight, and of how many.
    pub fn units_seen(&self) -> (Vec<Place>, usize) {
        let all: Vec<Place> = self.layout.units().collect();
        let count = all.len();
        (all.into_iter().filter(|unit| self.sees(*unit)).collect(), count)
    }

    /// A place as what a finding rests on.
    pub fn source(&self, place: Place) -> Option<(PlantId, Source)> {
        self.layout.source(place).filter(|_| self.sees(place))
    }

    /// All units as what a finding rests on.
    pub fn all_units(&self) -> Inputs {
        self.units_seen().0.into_iter().filter_map(|unit| self.source(unit)).collect()
    }
}
