//! How each report becomes an event with its link.

use twin::{
    Cause, CrewId, MaterialId, OpId, OperationId, PartId, PlaceRef, PlantTime, UnitState,
    report::DeliveryTerms,
};

use super::{
    DELIVERIES_KEPT, ENDS_KEPT, Event, Kind, Link, OPEN_KEPT, OpenOp, RECENT_KEPT, Recent,
    Released, Scene, Seq, Trace, why_of_state,
};
use crate::{
    findings::Why,
    layout::{Layout, NodeIx, Place, PlaceKind},
    parts::Parts,
    supply::Lacked,
};

fn node_of(layout: &Layout, place: Option<Place>) -> NodeIx {
    place.and_then(|p| layout.info(p)).map_or(layout.orders, |info| info.node)
}

/// A part's change of place.
pub struct Move<'a> {
    pub part: &'a PartId,
    pub from: &'a PlaceRef,
    pub to: &'a PlaceRef,
    pub by: Option<Place>,
    pub cause: Option<&'a Cause>,
}

impl Move<'_> {
    /// Whether a resource that serves `whom` serves this move.
    fn is_for(&self, whom: &str) -> bool {
        [self.part.as_str(), self.from.place.as_str(), self.to.place.as_str()].contains(&whom)
    }
}

/// A run of an operation.
pub struct Run<'a> {
    pub op: &'a OpId,
    pub unit: Place,
    pub part: &'a PartId,
    pub operation: &'a OperationId,
    pub cause: Option<&'a Cause>,
}

impl Event {
    /// An event whose time since the linked one counts for `node` as `why`.
    fn new(at: PlantTime, link: Option<Seq>, node: NodeIx, why: Why) -> Self {
        Self {
            at,
            link: link.map_or(Link::Nothing, Link::To),
            node,
            why,
            unit: None,
            arrives: None,
            part: None,
            before: None,
            holder: None,
            kind: Kind::Other,
        }
    }

    fn released(at: PlantTime, by: Released) -> Self {
        Self { link: by.link, holder: by.holder, ..Self::new(at, None, by.node, by.why) }
    }
}

impl Trace {
    fn remember(of: &mut Recent, at: PlantTime, seq: Seq) {
        of.push(at, seq, RECENT_KEPT);
    }

    fn end(&mut self, line: usize, rank: u32, at: PlantTime, seq: Seq) {
        if rank != u32::MAX {
            self.ends.entry((line, rank)).or_default().push(at, seq, ENDS_KEPT);
        }
    }

    pub fn op_started(&mut self, layout: &Layout, parts: &mut Parts, run: &Run<'_>, at: PlantTime) {
        self.starts_seen += 1;
        self.causes_seen += u64::from(run.cause.is_some());
        // A start says that whatever had stopped the unit is over.
        self.resumed(layout, run.unit, at);
        let seq = self.next();
        let scene = Scene {
            unit: Some(run.unit),
            track: parts.get(run.part),
            operation: Some(run.operation),
            at,
            below: seq,
        };
        let by = self.resolve(layout, run.cause, &scene);
        let track = parts.touch(run.part, at);
        let event = Event {
            unit: Some(run.unit),
            part: Some(run.part.clone()),
            before: track.last,
            kind: Kind::Started(run.operation.clone()),
            ..Event::released(at, by)
        };
        let left = track.place.replace(run.unit).filter(|place| *place != run.unit);
        track.last = Some(self.push(event));
        // Nothing more is said about the way: the start implies the move.
        if let Some(left) = left {
            Self::remember(self.outs.entry(left).or_default(), at, seq);
        }
        if self.open.len() < OPEN_KEPT {
            self.open.insert(run.op.clone(), OpenOp { seq, at, unit: run.unit });
        }
    }

    /// Returns when the operation had begun, if that is on record.
    pub fn op_finished(
        &mut self,
        layout: &Layout,
        parts: &mut Parts,
        run: &Run<'_>,
        at: PlantTime,
    ) -> Option<PlantTime> {
        let open = self.open.remove(run.op);
        let center = node_of(layout, Some(run.unit));
        let track = parts.touch(run.part, at);
        let event = Event {
            unit: Some(run.unit),
            part: Some(run.part.clone()),
            before: track.last,
            ..Event::new(at, open.as_ref().map(|o| o.seq).or(track.last), center, Why::Working)
        };
        let seq = self.push(event);
        track.last = Some(seq);
        Self::remember(self.dones.entry(run.unit).or_default(), at, seq);
        if let Some(operation) = layout.operations.get(run.operation) {
            for crew in &operation.crews {
                Self::remember(self.crews.entry(*crew).or_default(), at, seq);
            }
            for (line, rank) in operation.ranks.iter().enumerate() {
                self.end(line, *rank, at, seq);
            }
        }
        open.map(|open| open.at)
    }

    pub fn part_moved(&mut self, layout: &Layout, parts: &mut Parts, m: &Move<'_>, at: PlantTime) {
        self.causes_seen += u64::from(m.cause.is_some());
        let (from, to) = (layout.here(m.from), layout.here(m.to));
        let seq = self.next();
        let event = if m.from == m.to {
            self.appeared(layout, to, (at, seq))
        } else {
            self.moved(layout, parts, m, (at, seq))
        };
        let track = parts.touch(m.part, at);
        track.last = Some(self.push(Event {
            arrives: to,
            part: Some(m.part.clone()),
            before: track.last,
            ..event
        }));
        track.place = to;
        // What appears in a unit neither frees it nor comes from anywhere.
        let appears = m.from == m.to;
        if let Some(from) = from.filter(|_| !appears) {
            Self::remember(self.outs.entry(from).or_default(), at, seq);
        }
        if let Some(to) = to.filter(|to| !appears || !layout.is_unit(*to)) {
            Self::remember(self.arrivals.entry(to).or_default(), at, seq);
        }
    }

    /// A part that is new: brought by what arrived there at this moment, else begun there.
    fn appeared(
        &self,
        layout: &Layout,
        place: Option<Place>,
        (at, seq): (PlantTime, Seq),
    ) -> Event {
        let node = node_of(layout, place);
        let came = place.and_then(|p| Self::latest(&self.arrivals, p, at, seq));
        let free = place.filter(|p| layout.is_unit(*p)).and_then(|p| self.free(p, at, seq));
        let link = came.filter(|(came, _)| *came == at).or(free);
        Event::new(at, link.map(|(_, seq)| seq), node, Why::Material)
    }

    fn moved(
        &mut self,
        layout: &Layout,
        parts: &Parts,
        m: &Move<'_>,
        (at, seq): (PlantTime, Seq),
    ) -> Event {
        let track = parts.get(m.part);
        let (from, to) = (layout.here(m.from), layout.here(m.to));
        let last = self.timed(track.and_then(|t| t.last));
        let is = |place: Option<Place>, kind| {
            place.and_then(|p| layout.info(p)).is_some_and(|info| info.kind == kind)
        };
        if is(from, PlaceKind::Resource) && last.is_some() {
            let link = last.map(|(_, link)| link);
            return Event {
                unit: from,
                ..Event::new(at, link, node_of(layout, from), Why::Transit)
            };
        }
        // A crane that was taken for this move: its time first, then what released it.
        if let Some(by) = m.by
            && let Some((taken, _)) = self.taken.get(&by).filter(|(_, whom)| m.is_for(whom))
            && let Some(began) = self.get(*taken).map(|event| event.at)
        {
            let taken = *taken;
            let scene = Scene { unit: from, track, operation: None, at: began, below: taken };
            let released = self.resolve(layout, m.cause, &scene);
            if let Some(index) = taken.checked_sub(self.first)
                && let Some(event) = self.events.get_mut(index as usize)
            {
                *event = Event { unit: event.unit, ..Event::released(began, released) };
            }
            let node = node_of(layout, Some(by));
            return Event { unit: Some(by), ..Event::new(at, Some(taken), node, Why::Transit) };
        }
        if m.cause.is_some() {
            let scene = Scene { unit: from, track, operation: None, at, below: seq };
            let released = self.resolve(layout, m.cause, &scene);
            let unit = from.filter(|f| layout.is_unit(*f));
            return Event { unit, ..Event::released(at, released) };
        }
        let Some(last) = last else {
            let abroad = Link::Abroad(m.part.clone());
            let node = node_of(layout, from.or(to));
            return Event { link: abroad, ..Event::new(at, None, node, Why::Transit) };
        };
        // Nothing is said. Out of a storage into a unit: whatever lets that unit begin.
        if let Some(storage) =
            from.filter(|_| is(from, PlaceKind::Storage) && is(to, PlaceKind::Unit))
        {
            let event = Event::new(at, None, node_of(layout, to), Why::Material);
            return Event { link: Link::Taker(storage), ..event };
        }
        // Out of a storage onto a carrier: the part waited for it.
        if is(from, PlaceKind::Storage) && is(to, PlaceKind::Resource) {
            let event = Event::new(at, Some(last.1), node_of(layout, to), Why::Crane);
            return Event { unit: to, ..event };
        }
        let done = from.and_then(|f| Self::latest(&self.dones, f, at, seq));
        let (_, link) = Some(last).max(done).unwrap_or(last);
        let why = if is(from, PlaceKind::Storage) { Why::Held } else { Why::Space };
        let unit = from.filter(|f| layout.is_unit(*f));
        Event { unit, ..Event::new(at, Some(link), node_of(layout, from), why) }
    }

    /// A part of another plant was sent here.
    pub fn part_sent_here(
        &mut self,
        layout: &Layout,
        parts: &mut Parts,
        part: &PartId,
        to: Place,
        at: PlantTime,
    ) {
        let node = node_of(layout, Some(to));
        let track = parts.touch(part, at);
        let seq = self.push(Event {
            link: Link::Abroad(part.clone()),
            arrives: Some(to),
            part: Some(part.clone()),
            ..Event::new(at, None, node, Why::Transit)
        });
        track.last = Some(seq);
        track.place = Some(to);
        Self::remember(self.arrivals.entry(to).or_default(), at, seq);
    }

    /// A part is complete, scrapped or sent back: what it held is free. When it is the product
    /// of a line, that line has an end.
    pub fn part_ended(
        &mut self,
        layout: &Layout,
        parts: &mut Parts,
        part: &PartId,
        line: Option<usize>,
        at: PlantTime,
    ) {
        let seq = self.next();
        let track = parts.touch(part, at);
        let place = track.place.take();
        let done = place.and_then(|p| Self::latest(&self.dones, p, at, seq));
        let link = self.timed(track.last).max(done).map(|(_, link)| link);
        let node = node_of(layout, place);
        let before = track.last;
        let unit = place.filter(|p| layout.is_unit(*p));
        track.last = Some(seq);
        self.push(Event {
            unit,
            part: Some(part.clone()),
            before,
            ..Event::new(at, link, node, Why::Space)
        });
        if let Some(place) = place {
            Self::remember(self.outs.entry(place).or_default(), at, seq);
        }
        if let Some(line) = line {
            self.end(line, 0, at, seq);
        }
    }

    /// A hold began, or ended: the time between counts as held where the part is.
    pub fn hold(
        &mut self,
        layout: &Layout,
        parts: &mut Parts,
        part: &PartId,
        why: Why,
        at: PlantTime,
    ) {
        let track = parts.touch(part, at);
        let node = node_of(layout, track.place);
        let event = Event {
            arrives: track.place,
            part: Some(part.clone()),
            before: track.last,
            ..Event::new(at, track.last, node, why)
        };
        track.last = Some(self.push(event));
    }

    pub fn consumed(
        &mut self,
        layout: &Layout,
        parts: &Parts,
        storage: Place,
        part: Option<&PartId>,
        at: PlantTime,
    ) {
        let node = node_of(layout, Some(storage));
        let before = part.and_then(|p| parts.get(p)).and_then(|t| t.last);
        let seq = self.push(Event {
            link: Link::Taker(storage),
            before,
            ..Event::new(at, None, node, Why::Space)
        });
        Self::remember(self.outs.entry(storage).or_default(), at, seq);
    }

    pub fn produced(&mut self, layout: &Layout, storage: Place, at: PlantTime) {
        let makers = layout.operations.values().filter(|o| o.to == Some(storage));
        let seq = self.next();
        let done = makers
            .flat_map(|o| layout.units_of(o.center))
            .filter_map(|unit| Self::latest(&self.dones, unit, at, seq))
            .max();
        let node = node_of(layout, Some(storage));
        self.push(Event {
            arrives: Some(storage),
            ..Event::new(at, done.map(|(_, link)| link), node, Why::Material)
        });
        Self::remember(self.arrivals.entry(storage).or_default(), at, seq);
    }

    /// The unit or resource entered `state`, as stated.
    pub fn stated(&mut self, layout: &Layout, unit: Place, state: UnitState, at: PlantTime) {
        let node = node_of(layout, Some(unit));
        let stopped = matches!(
            state,
            UnitState::Down
                | UnitState::Setup
                | UnitState::Held
                | UnitState::PlannedMaintenance
                | UnitState::OffShift
        );
        if self.stops.get(&unit).is_some_and(|(before, _)| *before == state) {
            return;
        }
        self.resumed(layout, unit, at);
        if stopped {
            let newest = self.newest(unit, at, Seq::MAX).map(|(_, seq)| seq);
            let seq = self
                .push(Event { unit: Some(unit), ..Event::new(at, newest, node, Why::Material) });
            self.stops.insert(unit, (state, seq));
        }
    }

    /// What had stopped a unit is over, if anything had.
    fn resumed(&mut self, layout: &Layout, unit: Place, at: PlantTime) {
        if let Some((before, stop)) = self.stops.remove(&unit) {
            let node = node_of(layout, Some(unit));
            let why = why_of_state(before).unwrap_or(Why::Held);
            let seq =
                self.push(Event { unit: Some(unit), ..Event::new(at, Some(stop), node, why) });
            Self::remember(self.resumes.entry(unit).or_default(), at, seq);
        }
    }

    pub fn taken(
        &mut self,
        layout: &Layout,
        parts: &Parts,
        resource: Place,
        by: &str,
        at: PlantTime,
    ) {
        let node = node_of(layout, Some(resource));
        let seq = self.next();
        // Taken at the moment that it became free: somebody had been waiting for it.
        let busy = Self::latest(&self.freed, resource, at, seq).filter(|(freed, _)| *freed == at);
        let part = PartId::new(by).ok().and_then(|p| parts.get(&p)).and_then(|t| t.last);
        let unit = by.parse().ok().and_then(|id| layout.place(&id));
        let unit = unit.and_then(|u| self.newest(u, at, seq)).map(|(_, s)| s);
        let link = busy.map(|(_, s)| s).or(part).or(unit);
        self.push(Event { unit: Some(resource), ..Event::new(at, link, node, Why::Crane) });
        let whom = by.chars().take(twin::id::LONGEST_ID).collect();
        self.taken.insert(resource, (seq, whom));
    }

    pub fn freed(&mut self, layout: &Layout, resource: Place, at: PlantTime) {
        let node = node_of(layout, Some(resource));
        let taken = self.taken.get(&resource).map(|(seq, _)| *seq);
        let seq =
            self.push(Event { unit: Some(resource), ..Event::new(at, taken, node, Why::Transit) });
        Self::remember(self.freed.entry(resource).or_default(), at, seq);
    }

    /// People of a crew went free, as stated by whoever held them.
    pub fn crew_freed(&mut self, layout: &Layout, crew: &CrewId, at: PlantTime) {
        let Some(node) = layout.crews.get(crew).copied() else { return };
        let before = self.crews.get(&node).and_then(|r| r.latest(at, Seq::MAX)).map(|(_, s)| s);
        let seq = self.push(Event::new(at, before, node, Why::Crew));
        Self::remember(self.crews.entry(node).or_default(), at, seq);
    }

    pub fn order(&mut self, layout: &Layout, at: PlantTime) {
        let seq = self.push(Event::new(at, None, layout.orders, Why::Order));
        Self::remember(&mut self.orders, at, seq);
    }

    /// Goods came. What lay there in plenty already released nothing: only a delivery of what
    /// was lacking is an arrival that a start may be traced to.
    pub fn delivered(
        &mut self,
        layout: &Layout,
        terms: &DeliveryTerms,
        lacked: Lacked,
        at: PlantTime,
    ) {
        let line = layout.line(&terms.supplier, &terms.material);
        let node = layout.suppliers.get(&terms.supplier).copied();
        let Some(node) = node.or(line.map(|l| l.supplier)) else { return };
        let key: (NodeIx, MaterialId) = (node, terms.material.clone());
        let before = self.supplied.get(&key).and_then(|r| r.latest(at, Seq::MAX));
        let mut event = Event::new(at, before.map(|(_, seq)| seq), node, Why::Material);
        if let Some(from) = line.and_then(|l| l.from.as_ref()) {
            event.link = Link::Place(from.clone());
        }
        let storage = line.and_then(|l| l.storage);
        event.arrives = storage;
        let seq = self.push(event);
        if layout.tracking.contains_key(&terms.material) {
            Self::remember(self.supplied.entry(key).or_default(), at, seq);
        }
        if let Some(storage) = storage.filter(|_| lacked == Lacked::Yes) {
            Self::remember(self.arrivals.entry(storage).or_default(), at, seq);
        }
        self.deliveries.push_back((terms.delivery.clone(), seq));
        if self.deliveries.len() > DELIVERIES_KEPT {
            self.deliveries.pop_front();
        }
    }
}
