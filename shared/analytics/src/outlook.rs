//! Whether orders and milestones will be met: what remains over the pace of late.

mod expect;
mod expected;
mod pieces;

pub use expect::Known;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use twin::{
    MaterialId, MilestoneId, OperationId, OrderId, PartId, PlaceRef, Plant, PlantTime, Programme,
    definition::{Milestone, SerialScheme},
    report::OrderTerms,
};

use crate::{
    findings::Promise,
    layout::{Layout, NodeIx, Place},
};
use pieces::Pieces;

/// Orders followed at once; closed and met ones go first.
const ORDERS_KEPT: usize = 20_000;
/// Children of one item: more than the blocks of any ship.
const CHILDREN_KEPT: u32 = 5_000;
/// The highest number that an item's name is tried with.
const HIGHEST_ROOT: u32 = 1_000;
/// Moments of done children kept for one item.
const DONE_KEPT: usize = 5_000;

/// What one plant promised.
#[derive(Clone, Debug, Default)]
pub struct Promises {
    orders: BTreeMap<OrderId, OrderTrack>,
    items: Vec<Item>,
    /// Which items a part is a child of.
    children: BTreeMap<PartId, Vec<usize>>,
    /// What the items are put together from, down to the smallest named piece.
    pieces: Pieces,
}

/// An order and what was made for it.
#[derive(Clone, Debug)]
struct OrderTrack {
    terms: OrderTerms,
    made: f64,
    closed: bool,
    reached: Option<PlantTime>,
}

/// A milestone's item.
#[derive(Clone, Debug)]
struct Item {
    milestone: Milestone,
    material: Option<MaterialId>,
    child: Option<MaterialId>,
    needed: u32,
    done: BTreeSet<PartId>,
    consumed: f64,
    times: VecDeque<PlantTime>,
    /// Operations that run on the item, since when.
    running: BTreeMap<OperationId, PlantTime>,
    finished: BTreeSet<OperationId>,
    reached: Option<PlantTime>,
    center: Option<NodeIx>,
    storage: Option<Place>,
}

impl Item {
    fn done(&self) -> f64 {
        (self.done.len() as f64).max(self.consumed)
    }

    fn remaining(&self) -> f64 {
        if self.reached.is_some() { 0.0 } else { (f64::from(self.needed) - self.done()).max(0.0) }
    }

    fn is_complete(&self) -> bool {
        self.remaining() < 0.5
    }

    /// Notes moments for what `change` added to the children done.
    fn with(&mut self, at: PlantTime, change: impl FnOnce(&mut Self)) {
        let before = self.done();
        change(self);
        let added = (self.done() - before).clamp(0.0, f64::from(CHILDREN_KEPT));
        for _ in 0..added.round() as u32 {
            self.times.push_back(at);
        }
        while self.times.len() > DONE_KEPT {
            self.times.pop_front();
        }
    }

    fn is_at(&self, layout: &Layout, place: Place) -> bool {
        self.storage == Some(place)
            || layout.is_unit(place) && layout.info(place).map(|info| info.node) == self.center
    }
}

impl Promises {
    pub fn new(programme: &Programme, plant: &Plant, layout: &Layout) -> Self {
        let mut promises = Self::default();
        for order in &plant.orders {
            promises.order(&OrderTerms {
                order: order.id.clone(),
                material: order.material.clone(),
                quantity: order.quantity,
                due: order.due,
            });
        }
        for milestone in programme.milestones.iter().filter(|m| m.plant == plant.id) {
            promises.add_item(programme, milestone, layout);
        }
        promises
    }

    /// What was made for an order so far, in its material's own unit, and when it was met.
    pub fn made_for(&self, order: &OrderId) -> Option<(f64, Option<PlantTime>)> {
        self.orders.get(order).map(|track| (track.made.min(track.terms.quantity), track.reached))
    }

    fn add_item(&mut self, programme: &Programme, milestone: &Milestone, layout: &Layout) {
        let scheme = programme.serials.iter().find(|scheme| {
            scheme.parent.is_none()
                && (1..=HIGHEST_ROOT)
                    .any(|n| name(scheme, &milestone.part, n) == milestone.part.as_str())
        });
        let material = scheme.map(|scheme| scheme.material.clone());
        let below = programme
            .serials
            .iter()
            .find(|scheme| scheme.parent.is_some() && scheme.parent == material);
        let needed = below.and_then(|scheme| scheme.count).unwrap_or(0).min(CHILDREN_KEPT);
        if let Some(material) = &material {
            self.pieces.add(programme, &milestone.plant, (material, &milestone.part));
        }
        let number = self.items.len();
        for n in 1..=needed {
            let child = below.and_then(|s| PartId::new(&name(s, &milestone.part, n)).ok());
            if let Some(child) = child {
                self.children.entry(child).or_default().push(number);
            }
        }
        self.items.push(Item {
            milestone: milestone.clone(),
            material,
            child: below.map(|scheme| scheme.material.clone()),
            needed,
            done: BTreeSet::new(),
            consumed: 0.0,
            times: VecDeque::new(),
            running: BTreeMap::new(),
            finished: BTreeSet::new(),
            reached: None,
            center: layout.center(&milestone.reached_at),
            storage: layout.place(&milestone.reached_at),
        });
    }

    pub fn order(&mut self, terms: &OrderTerms) {
        if let Some(track) = self.orders.get_mut(&terms.order) {
            track.terms = terms.clone();
            return;
        }
        if self.orders.len() >= ORDERS_KEPT {
            let over = self.orders.iter().find(|(_, t)| t.closed || t.reached.is_some());
            let Some(over) = over.map(|(id, _)| id.clone()) else { return };
            self.orders.remove(&over);
        }
        let track = OrderTrack { terms: terms.clone(), made: 0.0, closed: false, reached: None };
        self.orders.insert(terms.order.clone(), track);
    }

    /// Whether an order or milestone is open, or none was ever named.
    pub fn has_work(&self) -> bool {
        let open = |t: &OrderTrack| !t.closed && t.reached.is_none();
        (self.orders.is_empty() && self.items.is_empty())
            || self.orders.values().any(open)
            || self.items.iter().any(|item| item.reached.is_none())
    }

    /// Whether a promise is neither kept nor closed.
    pub fn is_open(&self, promise: &Promise) -> bool {
        match promise {
            Promise::Order(id) => {
                self.orders.get(id).is_some_and(|track| !track.closed && track.reached.is_none())
            }
            Promise::Milestone(id) => {
                let mut items = self.items.iter();
                items.any(|item| item.milestone.id == *id && item.reached.is_none())
            }
        }
    }

    /// The milestones that were reached, however long ago, and when.
    pub fn milestones_reached(&self) -> impl Iterator<Item = (&MilestoneId, PlantTime)> {
        self.items.iter().filter_map(|item| Some((&item.milestone.id, item.reached?)))
    }

    /// Pieces of a material that orders want between two moments, closed ones included; none when
    /// no order ever named it.
    pub fn wanted(&self, material: &MaterialId, from: PlantTime, to: PlantTime) -> Option<f64> {
        let mut of = self.orders.values().filter(|t| t.terms.material == *material).peekable();
        of.peek()?;
        let due = of.filter(|t| t.terms.due > from && t.terms.due <= to);
        Some(due.map(|t| t.terms.quantity.max(0.0)).sum())
    }

    pub fn closed(&mut self, order: &OrderId) {
        if let Some(track) = self.orders.get_mut(order) {
            track.closed = true;
        }
    }

    /// Counts what was made for the order it names, else for the open orders of the material,
    /// soonest due first.
    pub fn made(
        &mut self,
        material: &MaterialId,
        order: Option<&OrderId>,
        count: f64,
        at: PlantTime,
    ) {
        let mut left = if count.is_finite() { count } else { 0.0 };
        if let Some(track) = order.and_then(|id| self.orders.get_mut(id)) {
            track.add(left, at);
            return;
        }
        let mut open: Vec<&mut OrderTrack> = self
            .orders
            .values_mut()
            .filter(|t| t.terms.material == *material && !t.closed && t.made < t.terms.quantity)
            .collect();
        open.sort_by(|a, b| (a.terms.due, &a.terms.order).cmp(&(b.terms.due, &b.terms.order)));
        for track in open {
            let share = left.min(track.terms.quantity - track.made);
            track.add(share, at);
            left -= share;
            if left <= 0.0 {
                break;
            }
        }
    }

    fn child_done(&mut self, part: &PartId, at: PlantTime, counts: impl Fn(&Item) -> bool) {
        for number in self.children.get(part).into_iter().flatten() {
            if let Some(item) = self.items.get_mut(*number).filter(|item| counts(item)) {
                item.with(at, |item| {
                    item.done.insert(part.clone());
                });
            }
        }
    }

    /// A piece went into a whole.
    pub fn built_in(&mut self, part: &PartId) {
        self.pieces.began(part, 0);
    }

    pub fn completed(&mut self, part: &PartId, at: PlantTime) {
        self.pieces.began(part, 0);
        self.child_done(part, at, |_| true);
        for item in self.items.iter_mut().filter(|item| item.milestone.part == *part) {
            item.reached.get_or_insert(at);
        }
    }

    pub fn moved(
        &mut self,
        layout: &Layout,
        part: &PartId,
        (from, to): (&PlaceRef, &PlaceRef),
        at: PlantTime,
    ) {
        let (from, to) = (layout.here(from), layout.here(to));
        if let Some(to) = to {
            self.pieces.seen_at(layout, part, to);
            let erected = layout.info(to).is_some_and(|info| info.erected);
            // Where a part is still to be worked in, it is in place when that has ended.
            let there = layout.info(to).map(|info| info.node).filter(|_| layout.is_unit(to));
            let worked_in = |item: &Item| {
                let mut here = layout.operations.values().filter(|o| Some(o.center) == there);
                here.any(|operation| item.taken_by(operation) > 0.0)
            };
            let is_there = |item: &Item| erected || item.is_at(layout, to);
            self.child_done(part, at, |item| is_there(item) && !worked_in(item));
        }
        for item in self.items.iter_mut().filter(|item| item.milestone.part == *part) {
            let was = from.is_some_and(|place| item.is_at(layout, place));
            let is = to.is_some_and(|place| item.is_at(layout, place));
            let stored = to.is_some() && to == item.storage;
            if (was && !is && item.is_complete()) || stored {
                item.reached.get_or_insert(at);
            }
        }
    }

    pub fn started(
        &mut self,
        layout: &Layout,
        part: &PartId,
        operation: &OperationId,
        at: PlantTime,
    ) {
        if let Some(info) = layout.operations.get(operation) {
            self.pieces.began(part, info.rank);
        }
        for item in self.items.iter_mut().filter(|item| item.milestone.part == *part) {
            item.running.insert(operation.clone(), at);
        }
    }

    /// `quantity` of a child material went into `part`.
    pub fn consumed(&mut self, part: &PartId, material: &MaterialId, quantity: f64, at: PlantTime) {
        let quantity = if quantity.is_finite() { quantity.max(0.0) } else { 0.0 };
        let takes = |item: &&mut Item| {
            item.milestone.part == *part && item.child.as_ref() == Some(material)
        };
        for item in self.items.iter_mut().filter(takes) {
            item.with(at, |item| item.consumed += quantity);
        }
    }

    pub fn finished(
        &mut self,
        layout: &Layout,
        part: &PartId,
        operation: &OperationId,
        at: PlantTime,
    ) {
        let Some(info) = layout.operations.get(operation) else { return };
        let erects =
            layout.units_of(info.center).any(|u| layout.info(u).is_some_and(|i| i.erected));
        self.child_done(part, at, |item| erects || item.center == Some(info.center));
        let goes_on = layout.operations.values().any(|next| {
            next.center == info.center
                && next.output == info.output
                && next
                    .inputs
                    .iter()
                    .any(|(material, from, _)| Some(*from) == info.to && *material == info.output)
        });
        for item in self.items.iter_mut().filter(|item| item.milestone.part == *part) {
            item.running.remove(operation);
            item.finished.insert(operation.clone());
            if item.center == Some(info.center) && !goes_on && item.is_complete() {
                item.reached.get_or_insert(at);
            }
        }
    }
}

impl OrderTrack {
    fn add(&mut self, count: f64, at: PlantTime) {
        self.made += count.max(0.0);
        if self.made + 1e-9 >= self.terms.quantity {
            self.reached.get_or_insert(at);
        }
    }

    fn remaining(&self) -> f64 {
        (self.terms.quantity - self.made).max(0.0)
    }
}

/// The name of the `n`th piece of a scheme under `above`.
fn name(scheme: &SerialScheme, above: &PartId, n: u32) -> String {
    let mut text =
        scheme.pattern.replace("{root}", above.as_str()).replace("{parent}", above.as_str());
    for key in ["n", "i"] {
        text = text
            .replace(&format!("{{{key}}}"), &n.to_string())
            .replace(&format!("{{{key}:02}}"), &format!("{n:02}"))
            .replace(&format!("{{{key}:03}}"), &format!("{n:03}"));
    }
    text
}
