//! One plant's folds: reports wait for stragglers, then each goes to whom it concerns.

use std::collections::BTreeMap;

use twin::{
    CrewId, EquipmentId, PartId, PlaceRef, Plant, PlantTime, Programme, Report, Span, Statement,
    UnitState, definition::Tracking,
};

use crate::{
    concerns::{self, Concerns, Look},
    findings::Why,
    flow::Completed,
    history::History,
    hours::Hours,
    layout::{Layout, Place, PlaceKind},
    outlook::Promises,
    parts::Parts,
    remarks::Remarks,
    supply::Supply,
    trace::{
        Trace,
        fold::{Move, Run},
    },
    units::Units,
};

/// How long a report may lag behind the newest one and still fold in the order of event time.
pub const WATERMARK: Span = Span::from_secs(30);
/// Reports that may wait; beyond it the oldest fold early.
const WAITING_LIMIT: usize = 50_000;

/// All that is folded of one plant.
#[derive(Clone, Debug)]
pub struct PlantFold {
    pub layout: Layout,
    pub trace: Trace,
    pub parts: Parts,
    pub units: Units,
    pub hours: Hours,
    pub completed: Completed,
    pub supply: Supply,
    pub promises: Promises,
    pub history: History,
    pub concerns: Concerns,
    /// How often an order or a delivery changed.
    pub plan_changes: u64,
    pub too_late: u64,
    /// The earliest moment among those that came too late.
    pub late_since: Option<PlantTime>,
    /// The newest folded moment; what is older folds late.
    pub folded: Option<PlantTime>,
    waiting: BTreeMap<(PlantTime, u64), Arrival>,
    arrivals: u64,
    newest: Option<PlantTime>,
    pub remarks: Remarks,
}

/// What waits to be folded.
#[derive(Clone, Debug)]
enum Arrival {
    Report(Report),
    /// A part that another plant sent here.
    Sent(PartId, Place),
}

/// Whether a report folds in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    InTime,
    Late,
}

impl PlantFold {
    pub fn new(programme: &Programme, plant: &Plant) -> Self {
        let layout = Layout::new(programme, plant);
        Self {
            trace: Trace::default(),
            parts: Parts::default(),
            units: Units::default(),
            hours: Hours::default(),
            completed: Completed::default(),
            supply: Supply::new(plant, &layout),
            promises: Promises::new(programme, plant, &layout),
            history: History::default(),
            concerns: Concerns::default(),
            plan_changes: 0,
            too_late: 0,
            late_since: None,
            folded: None,
            waiting: BTreeMap::new(),
            arrivals: 0,
            newest: None,
            remarks: Remarks::default(),
            layout,
        }
    }

    /// Takes a report; it folds when [`Self::ripe`] hands it out.
    pub fn take(&mut self, report: &Report) {
        if let Statement::Comment { about, text } = &report.statement {
            self.remarks.add(about, text, report.at);
            return;
        }
        self.queue(report.at, Arrival::Report(report.clone()));
    }

    /// Another plant sent a part to a place of this one.
    pub fn take_sent(&mut self, part: &PartId, place: &EquipmentId, at: PlantTime) {
        if let Some(place) = self.layout.place(place) {
            self.queue(at, Arrival::Sent(part.clone(), place));
        }
    }

    fn queue(&mut self, at: PlantTime, arrival: Arrival) {
        self.arrivals += 1;
        self.newest = self.newest.max(Some(at));
        self.waiting.insert((at, self.arrivals), arrival);
    }

    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub fn reached(&mut self, now: PlantTime) {
        self.newest = self.newest.max(Some(now));
    }

    /// The moment of the next arrival that may fold now.
    pub fn ripe(&self) -> Option<PlantTime> {
        let ((at, _), _) = self.waiting.first_key_value()?;
        let closed = self.newest.is_some_and(|newest| *at <= newest - WATERMARK);
        (closed || self.waiting.len() > WAITING_LIMIT).then_some(*at)
    }

    /// Folds the next arrival.
    pub fn fold_next(&mut self) {
        let Some(((at, _), arrival)) = self.waiting.pop_first() else { return };
        let order = match self.folded {
            Some(folded) if at < folded => Order::Late,
            _ => Order::InTime,
        };
        if order == Order::Late {
            self.too_late += 1;
            self.late_since = Some(self.late_since.map_or(at, |since| since.min(at)));
        } else {
            self.folded = Some(at);
        }
        match arrival {
            Arrival::Report(report) => self.fold(&report.statement, at, order),
            Arrival::Sent(part, place) if order == Order::InTime => {
                self.trace.part_sent_here(&self.layout, &mut self.parts, &part, place, at);
            }
            Arrival::Sent(..) => {}
        }
    }

    fn fold(&mut self, statement: &Statement, at: PlantTime, order: Order) {
        let in_time = order == Order::InTime;
        match statement {
            Statement::OpStarted { .. } | Statement::OpFinished { .. } if in_time => {
                self.fold_run(statement, at);
            }
            Statement::PartMoved { part, from, to, by, cause } if in_time => {
                self.promises.moved(&self.layout, part, (from, to), at);
                let by = by.as_ref().and_then(|id| self.layout.place(id));
                let moved = Move { part, from, to, by, cause: cause.as_ref() };
                self.fold_move(&moved, at);
            }
            Statement::PartScrapped { part, .. } if in_time => {
                self.parts.end(part, at);
                self.end_part(part, None, at);
            }
            Statement::PartHeld { part, .. } if in_time => {
                self.trace.hold(&self.layout, &mut self.parts, part, Why::Space, at);
            }
            Statement::PartReleased { part, .. } if in_time => {
                self.trace.hold(&self.layout, &mut self.parts, part, Why::Held, at);
            }
            Statement::UnitState { unit, state, cause, .. } if in_time => {
                let Some(place) = self.layout.place(unit) else { return };
                self.units.tracks.entry(place).or_default().stated(at, *state, cause.as_ref());
                self.trace.stated(&self.layout, place, *state, at);
                let lacks = cause.as_ref().is_some_and(|cause| self.layout.is_delivered(cause));
                if *state == UnitState::Starved && lacks {
                    self.concerns.look_again(Look::Parts);
                }
            }
            Statement::ResourceTaken { resource, by } if in_time => {
                if let Some(place) = self.layout.place(resource) {
                    self.units.tracks.entry(place).or_default().occupied(at, UnitState::Working);
                    self.trace.taken(&self.layout, &self.parts, place, by, at);
                }
            }
            Statement::ResourceFreed { resource, .. } if in_time => self.fold_freed(resource, at),
            Statement::Correction { report, .. } => self.fold_correction(&report.statement, at),
            _ => self.fold_quantity(statement, at, order),
        }
    }

    fn note_plan_change(&mut self, statement: &Statement) {
        if changes_plan(statement) {
            self.plan_changes += 1;
            self.concerns.look_again(Look::All);
        }
    }

    /// Looks at what somebody must act on.
    pub fn look(&mut self, look: Look, at: PlantTime) {
        let found = concerns::found(self, look, at);
        self.concerns.follow(found, at);
    }

    /// What may fold in any order: quantities, the plan, completions.
    fn fold_quantity(&mut self, statement: &Statement, at: PlantTime, order: Order) {
        let in_time = order == Order::InTime;
        self.note_plan_change(statement);
        match statement {
            Statement::PartCompleted { part, material, order } => {
                let lead = self.parts.end(part, at).map(|born| at.since(born));
                self.promises.completed(part, at);
                // A run that made a quantity is counted by the quantity.
                let serial = self.layout.tracking.get(material) == Some(&Tracking::Serial);
                if serial && !self.layout.stepped.contains(material) {
                    self.completed.add(material, at, 1.0, lead);
                    self.promises.made(material, order.as_ref(), 1.0, at);
                }
                let wanted = self.layout.targets.contains(material);
                let line = self.layout.line_of(material).filter(|_| wanted);
                if in_time {
                    self.end_part(part, line, at);
                }
            }
            Statement::LotConsumed { material, quantity, storage, part, lot } => {
                // A serial piece goes into a whole under its own name.
                let piece = lot.as_ref().and_then(|lot| PartId::new(lot.as_str()).ok());
                if let Some(piece) = piece.filter(|piece| self.parts.get(piece).is_some()) {
                    self.built_in(&piece, at);
                }
                let Some(place) = self.layout.place(storage) else { return };
                self.supply.add(&self.layout, (material, place), -quantity, at);
                self.supply.consumed(&self.layout, (material, place), *quantity, at);
                if let Some(part) = part {
                    self.promises.consumed(part, material, *quantity, at);
                }
                if in_time {
                    self.trace.consumed(&self.layout, &self.parts, place, part.as_ref(), at);
                }
            }
            Statement::LotProduced { material, quantity, storage, .. } => {
                let Some(place) = self.layout.place(storage) else { return };
                self.supply.add(&self.layout, (material, place), *quantity, at);
                if self.layout.tracking.get(material) == Some(&Tracking::Bulk) {
                    self.completed.add(material, at, *quantity, None);
                    self.promises.made(material, None, *quantity, at);
                }
                if in_time {
                    self.trace.produced(&self.layout, place, at);
                }
            }
            Statement::Stock { storage, material, quantity } if in_time => {
                if let Some(place) = self.layout.place(storage) {
                    self.supply.counted(&self.layout, (material, place), *quantity, at);
                }
            }
            Statement::OrderPlaced(terms) | Statement::OrderChanged(terms) => {
                self.promises.order(terms);
                if in_time {
                    self.trace.order(&self.layout, at);
                }
            }
            Statement::OrderClosed { order } => self.promises.closed(order),
            Statement::DeliveryPromised(terms)
            | Statement::DeliveryShipped(terms)
            | Statement::DeliveryDelayed(terms) => self.supply.promised(terms),
            Statement::DeliveryArrived(terms) => {
                let lacked = self.supply.arrived(&self.layout, terms, at);
                if in_time {
                    self.trace.delivered(&self.layout, terms, lacked, at);
                }
            }
            _ => {}
        }
    }

    /// A correction folds what was meant where that replaces what was said by its id; what was
    /// counted before stays counted, since the folds keep no record of single statements.
    fn fold_correction(&mut self, meant: &Statement, at: PlantTime) {
        let replaces = matches!(
            meant,
            Statement::Stock { .. }
                | Statement::OrderPlaced(_)
                | Statement::OrderChanged(_)
                | Statement::OrderClosed { .. }
                | Statement::DeliveryPromised(_)
                | Statement::DeliveryShipped(_)
                | Statement::DeliveryDelayed(_)
        );
        if replaces {
            self.fold_quantity(meant, at, Order::InTime);
        }
    }

    fn fold_run(&mut self, statement: &Statement, at: PlantTime) {
        match statement {
            Statement::OpStarted { op, unit, part, operation, cause, .. } => {
                let Some(place) = self.layout.place(unit) else { return };
                let Some(info) = self.layout.operations.get(operation) else { return };
                let track = self.parts.touch(part, at);
                let idle_since = track.idle_since().unwrap_or(at);
                track.began(op);
                let old = track.place;
                self.hours.started(info.center, idle_since, at);
                self.parts.becomes(part, &info.output, at);
                let run = Run { op, unit: place, part, operation, cause: cause.as_ref() };
                self.promises.started(&self.layout, part, operation, at);
                self.trace.op_started(&self.layout, &mut self.parts, &run, at);
                self.change_place(old, Some(place), at);
                self.units.tracks.entry(place).or_default().started(at);
            }
            Statement::OpFinished { op, unit, part, operation, .. } => {
                let Some(place) = self.layout.place(unit) else { return };
                let run = Run { op, unit: place, part, operation, cause: None };
                let began = self.trace.op_finished(&self.layout, &mut self.parts, &run, at);
                let track = self.parts.touch(part, at);
                track.ended_operation(op, at);
                track.last_operation = Some(operation.clone());
                if let Some(info) = self.layout.operations.get(operation) {
                    self.hours.finished(info.center, began.unwrap_or(at), at);
                }
                self.promises.finished(&self.layout, part, operation, at);
                let track = self.units.tracks.entry(place).or_default();
                track.finished(at);
                track.count_finish(at);
            }
            _ => {}
        }
    }

    fn fold_move(&mut self, moved: &Move<'_>, at: PlantTime) {
        let old = self.parts.touch(moved.part, at).place;
        let (from, to) = (self.layout.here(moved.from), self.layout.here(moved.to));
        // Seen where it is known to be: nothing happened.
        if old.is_some() && (old, old) == (from, to) {
            return;
        }
        self.trace.part_moved(&self.layout, &mut self.parts, moved, at);
        self.step_done(moved.part, from, to, at);
        self.change_place(old.or(from), to, at);
        if moved.to.plant.as_ref().is_some_and(|plant| *plant != self.layout.plant) {
            self.parts.leave(moved.part, at);
        }
    }

    /// A part that leaves its last step counts as completed here; one that fails there does not
    /// leave for where the step puts it.
    fn step_done(&mut self, part: &PartId, from: Option<Place>, to: Option<Place>, at: PlantTime) {
        let track = self.parts.touch(part, at);
        let (born, done) = (track.born, track.last_operation.clone());
        let Some((operation, puts)) = done.and_then(|id| self.layout.last_steps.get_key_value(&id))
        else {
            return;
        };
        let Some(info) = self.layout.operations.get(operation) else { return };
        let is = |place: Option<Place>| place.and_then(|p| self.layout.info(p));
        let leaves = is(from).is_some_and(|place| place.node == info.center);
        let carried = is(to).is_some_and(|place| place.kind == PlaceKind::Resource);
        if leaves && (carried || to == Some(*puts)) {
            self.completed.add(&info.output, at, 1.0, Some(at.since(born)));
            self.promises.made(&info.output, None, 1.0, at);
            self.parts.touch(part, at).last_operation = None;
            self.parts.leave(part, at);
        }
    }

    fn fold_freed(&mut self, resource: &EquipmentId, at: PlantTime) {
        if let Some(place) = self.layout.place(resource) {
            self.units.tracks.entry(place).or_default().occupied(at, UnitState::Starved);
            self.trace.freed(&self.layout, place, at);
        } else if let Ok(crew) = CrewId::new(resource.as_str()) {
            self.trace.crew_freed(&self.layout, &crew, at);
        }
    }

    /// A piece went into a whole.
    fn built_in(&mut self, piece: &PartId, at: PlantTime) {
        self.promises.built_in(piece);
        self.parts.end(piece, at);
        self.parts.touch(piece, at).place = None;
    }

    fn end_part(&mut self, part: &PartId, line: Option<usize>, at: PlantTime) {
        let old = self.parts.get(part).and_then(|track| track.place);
        self.trace.part_ended(&self.layout, &mut self.parts, part, line, at);
        self.change_place(old, None, at);
    }

    fn change_place(&mut self, old: Option<Place>, new: Option<Place>, at: PlantTime) {
        if old == new {
            return;
        }
        if let Some(old) = old.filter(|place| self.layout.is_unit(*place)) {
            self.units.tracks.entry(old).or_default().left(at);
        }
        if let Some(new) = new.filter(|place| self.layout.is_unit(*place)) {
            self.units.tracks.entry(new).or_default().arrived(at);
        }
    }
}

/// Whether a statement changes an order or a delivery.
fn changes_plan(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::OrderPlaced(_)
            | Statement::OrderChanged(_)
            | Statement::OrderClosed { .. }
            | Statement::DeliveryPromised(_)
            | Statement::DeliveryShipped(_)
            | Statement::DeliveryDelayed(_)
            | Statement::DeliveryArrived(_)
    )
}

/// A part's way to another plant, if a report speaks of one.
pub fn sent_abroad(report: &Report) -> Option<(&PartId, &PlaceRef)> {
    match &report.statement {
        Statement::PartMoved { part, to, .. } if to.plant.is_some() => Some((part, to)),
        _ => None,
    }
}
