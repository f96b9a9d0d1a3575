//! The expected dates.

use std::collections::{BTreeMap, BTreeSet};

use twin::{MaterialId, PartId, PlantId, PlantTime, Span};

use super::{
    Item, OrderTrack, Promises,
    expected::{Expected, Flow, Given},
    pieces::{leads, only_into, takers},
};
use crate::{
    findings::{Inputs, Outlook, OutlookMethod, Promise, Source},
    flow::Completed,
    layout::{Layout, OperationInfo},
    pace::{Arrivals, Pace, Run},
    parts::Parts,
    sight::PlantView,
    supply::Gap,
};

/// The age at which an interval between completions counts half.
const PACE_FADES: Span = Span::from_secs(45 * 86_400);
/// The same of what goes into an item: few come in a month, and hundreds lie ahead, so that the
/// luck of some weeks would move the last date by months.
const CHILDREN_FADE: Span = Span::from_secs(180 * 86_400);
/// Intervals from which a pace stands alone; below, planned times are mixed in.
const ENOUGH: f64 = 6.0;
/// Intervals from which an order without a planned time has a pace.
const ENOUGH_ALONE: f64 = 1.5;
/// Products share a material by what orders want of them so long before and after now.
const SHARED_OVER: Span = Span::from_secs(60 * 86_400);
/// What was reached is told for this long.
const REACHED_FOR: Span = Span::from_secs(7 * 86_400);
/// Beyond this no date is computed [d].
pub(super) const HORIZON_D: f64 = 3_650.0;

/// What dates are expected from, beside the promises.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    pub view: PlantView<'a>,
    pub parts: &'a Parts,
    /// The times without a material that are in sight and may be told of.
    pub gaps: &'a [Gap],
    pub now: PlantTime,
}

impl Promises {
    /// Orders and milestones, soonest promise first.
    pub fn outlook(&self, known: Known<'_>, completed: &Completed) -> Vec<Outlook> {
        let now = known.now;
        let mut all: Vec<Outlook> = self.orders(known, completed);
        all.extend(self.items.iter().map(|item| self.milestone(item, known)));
        all.retain(|o| o.reached.is_none_or(|at| now.since(at) <= REACHED_FOR));
        all.sort_by(|a, b| (a.promised, &a.what).cmp(&(b.promised, &b.what)));
        all
    }

    fn orders(&self, known: Known<'_>, completed: &Completed) -> Vec<Outlook> {
        let now = known.now;
        let mut open: Vec<&OrderTrack> = self.orders.values().filter(|t| !t.closed).collect();
        open.sort_by(|a, b| (a.terms.due, &a.terms.order).cmp(&(b.terms.due, &b.terms.order)));
        let mut of_materials: BTreeMap<&MaterialId, OfMaterial> = BTreeMap::new();
        let mut all = Vec::new();
        for track in open {
            let of = of_materials.entry(&track.terms.material).or_insert_with_key(|material| {
                let mut arrivals = Arrivals::new(now, PACE_FADES);
                arrivals.add(completed.arrivals(material), Run::GoesOn);
                let pace = arrivals.pace().filter(|pace| pace.intervals >= ENOUGH_ALONE);
                OfMaterial { pace, items: self.items_of(material, known), ahead: 0.0 }
            });
            // Earlier promises of the same material are served first.
            of.ahead += track.remaining();
            all.push(order(self, track, of, known));
        }
        all
    }

    /// When the named items of a material are expected to be whole for good, soonest first.
    fn items_of(&self, material: &MaterialId, known: Known<'_>) -> Vec<Expected> {
        let mut last: BTreeMap<&PartId, &Item> = BTreeMap::new();
        for item in self.items.iter().filter(|item| item.material.as_ref() == Some(material)) {
            let held = last.entry(&item.milestone.part).or_insert(item);
            if held.milestone.due < item.milestone.due {
                *held = item;
            }
        }
        let open = last.into_values().filter(|item| item.reached.is_none());
        let mut expected: Vec<Expected> =
            open.map(|item| self.of_item(item, known)).filter(|e| e.at.is_some()).collect();
        expected.sort_by_key(|e| e.at);
        expected
    }

    /// What is expected of an item, for an order that it meets: it rests on what the item does.
    fn of_item(&self, item: &Item, known: Known<'_>) -> Expected {
        let expected = self.expect(item, known);
        Expected { inputs: &expected.inputs | &item.inputs(known.view.layout), ..expected }
    }

    /// How fast children of one kind come, over all items that they go into.
    fn pace_of(&self, child: Option<&MaterialId>, now: PlantTime) -> Option<Pace> {
        let mut arrivals = Arrivals::new(now, CHILDREN_FADE);
        let mut seen = BTreeSet::new();
        for item in self.items.iter().filter(|i| i.child.as_ref() == child) {
            // Several milestones may be about one item: it is counted once.
            if seen.insert(&item.milestone.part) {
                let run = if item.is_complete() { Run::IsOver } else { Run::GoesOn };
                arrivals.add(item.times.iter().map(|at| (*at, 1.0)), run);
            }
        }
        arrivals.pace()
    }

    fn milestone(&self, item: &Item, known: Known<'_>) -> Outlook {
        let now = known.now;
        let m = &item.milestone;
        let expected = match item.reached {
            Some(at) => Expected::reached(at),
            None => self.expect(item, known),
        };
        let done = if item.needed > 0 {
            item.done().min(f64::from(item.needed))
        } else {
            f64::from(u8::from(item.reached.is_some()))
        };
        Outlook {
            what: Promise::Milestone(m.id.clone()),
            material: item.material.clone(),
            part: Some(m.part.clone()),
            promised: m.due,
            expected: expected.at,
            range: expected.range(now),
            days_per_piece: expected.days_per_piece,
            ahead: expected.ahead,
            more_d: expected.more_d,
            waits_d: expected.waits_d,
            waits_until: expected.waits_until,
            slip_d: expected.at.map(|e| e.since(m.due).days()),
            overdue_d: overdue_d(m.due, item.reached, now),
            reached: item.reached,
            done,
            needed: f64::from(item.needed.max(1)),
            counted: item.child.clone(),
            method: expected.method,
            waits_for: expected.waits_for,
            waits_also: expected.waits_also,
            inputs: item
                .inputs(known.view.layout)
                .into_iter()
                .chain(expected.inputs)
                .chain([planned(known.view.layout)])
                .collect(),
        }
    }

    /// The first date that anything is promised about the item of a milestone: items come in this
    /// order, whatever the order of their later milestones.
    fn first_due(&self, of: &Item) -> Option<PlantTime> {
        let same = self.items.iter().filter(|item| item.milestone.part == of.milestone.part);
        same.map(|item| item.milestone.due).min()
    }

    /// Children that remain, those of earlier items in the same place included, at the pace of
    /// late, plus the planned steps that remain on the item itself.
    fn expect(&self, item: &Item, known: Known<'_>) -> Expected {
        let (layout, now) = (known.view.layout, known.now);
        // A milestone about a child is judged by the item that the child goes into.
        let host = self.children.get(&item.milestone.part).and_then(|hosts| hosts.first());
        let host = host.and_then(|number| self.items.get(*number));
        let whole = host.unwrap_or(item);
        let assembly = whole.assembly(layout);
        let planned = assembly.map(|o| o.calendar_mean.days() / whole.taken_by(o).max(1.0));
        let recent = self.pace_of(whole.child.as_ref(), now);
        let earlier = self.items.iter().filter(|other| {
            other.material == whole.material
                && other.milestone.part != whole.milestone.part
                && !whole.is_complete()
                && self.first_due(other) < self.first_due(whole)
                && other.reached.is_none()
        });
        let (mut children, mut days) = match host {
            Some(_) => (1.0, 0.0),
            None => (item.remaining(), item.tail(layout, now, |_| true)),
        };
        let mut counted = BTreeSet::new();
        let mut queue: Vec<&Item> =
            earlier.filter(|other| counted.insert(&other.milestone.part)).collect();
        queue.sort_by_key(|other| self.first_due(other));
        let center = assembly.map(|a| a.center);
        let ahead = queue.iter().map(|other| other.remaining()).sum::<f64>();
        days +=
            queue.iter().map(|o| o.tail(layout, now, |o| Some(o.center) == center)).sum::<f64>();
        children += ahead;
        if children < 0.5 && (days > 0.0 || !item.running.is_empty()) {
            return Expected::in_days(days, OutlookMethod::PlannedPace, now);
        }
        let pace = recent.map(|pace| match planned {
            Some(planned) => pace.mixed_with(planned, ENOUGH),
            None => pace,
        });
        let (found, flow) = match (pace, planned) {
            (Some(pace), _) => {
                let mostly_planned = planned.is_some() && pace.intervals < ENOUGH / 2.0;
                let found = Expected::at_pace(&pace, children, days, now);
                let method = if mostly_planned { OutlookMethod::PlannedPace } else { found.method };
                (Expected { method, ..found }, Flow::of(&pace, days, now))
            }
            (None, Some(planned)) => {
                let days_all = children * planned + days;
                let found = Expected::in_days(days_all, OutlookMethod::PlannedPace, now);
                let next = now + Span::DAY.scaled(planned.min(HORIZON_D));
                (found, Flow { next, every_d: planned, brings: 1.0, more_d: days })
            }
            (None, None) => return Expected::unknown(),
        };
        let found = Expected { ahead, more_d: days, ..found };
        match &whole.child {
            // Which of the pieces gets what is left is not known.
            Some(child) if children >= 0.5 => found.held_back(child, &flow, known, |material| {
                let pieces = self.before_lack(&queue, (item, host), material, known.view)?;
                Some(Given { pieces, by_unit: 0.0 })
            }),
            _ => found,
        }
    }

    /// For how many pieces of a product a unit of a material is enough, when each product that it
    /// goes into gets as much of it as orders of these weeks want of that product.
    fn pieces_of(&self, known: Known<'_>, product: &MaterialId, material: &MaterialId) -> f64 {
        let (layout, now) = (known.view.layout, known.now);
        let ordered: BTreeSet<&MaterialId> =
            self.orders.values().map(|track| &track.terms.material).collect();
        let of_it = ordered.into_iter().filter(|of| leads(layout, of).contains_key(material));
        let wanted = |of: &MaterialId| self.wanted(of, now - SHARED_OVER, now + SHARED_OVER);
        let all = of_it.fold(0.0, |sum, of| sum + wanted(of).unwrap_or(0.0));
        let inputs = layout.operations.values().flat_map(|o| &o.inputs);
        let taken = inputs.filter(|(of, ..)| of == material).map(|(.., quantity)| *quantity);
        let each = taken.fold(f64::MIN_POSITIVE, f64::max);
        if all > 0.0 { wanted(product).unwrap_or(0.0) / all / each } else { 0.0 }
    }

    /// The children that remain of an item, by number.
    fn remaining_of<'a>(&'a self, item: &'a Item) -> Vec<&'a PartId> {
        let children = item.child.iter().flat_map(|c| self.pieces.of(&item.milestone.part, c));
        let open: Vec<&PartId> = children.filter(|part| !item.done.contains(*part)).collect();
        // Of those that went in without a name the first are taken to be in.
        let over = open.len().saturating_sub(item.remaining().round() as usize);
        open.into_iter().skip(over).collect()
    }

    /// How many children come before the first that still needs a material, those of earlier
    /// items included; none when the item itself needs none of it any more, or when it is out of
    /// view how far the pieces are that take it.
    fn before_lack(
        &self,
        queue: &[&Item],
        (item, host): (&Item, Option<&Item>),
        material: &MaterialId,
        view: PlantView<'_>,
    ) -> Option<f64> {
        let takers = takers(view.layout, material);
        takers.iter().all(|taker| self.pieces.are_seen(view, taker)).then_some(())?;
        let own = match host {
            Some(_) => vec![&item.milestone.part],
            None => self.remaining_of(item),
        };
        let needs = |part: &&PartId| self.pieces.needs(part, &takers);
        own.iter().find(|part| needs(part))?;
        let mut all = queue.iter().flat_map(|item| self.remaining_of(item)).chain(own);
        all.position(|part| needs(&part)).map(|n| n as f64)
    }
}

/// What is known of orders for one material.
struct OfMaterial {
    pace: Option<Pace>,
    items: Vec<Expected>,
    /// Pieces wanted so far, by promises in their order.
    ahead: f64,
}

/// Days since something was promised for that has not been reached.
fn overdue_d(promised: PlantTime, reached: Option<PlantTime>, now: PlantTime) -> Option<f64> {
    (reached.is_none() && promised < now).then(|| now.since(promised).days())
}

impl Item {
    /// Whether the operation puts in some of the children, and not all at once.
    fn is_step(&self, operation: &OperationInfo) -> bool {
        let taken = self.taken_by(operation);
        taken > 0.0 && (taken < f64::from(self.needed) || self.needed <= 1)
    }

    /// The operation that puts the children in: at the place of the milestone if there is one,
    /// else the last that takes them.
    fn assembly<'a>(&self, layout: &'a Layout) -> Option<&'a OperationInfo> {
        let steps = layout.operations.values().filter(|o| self.is_step(o));
        steps.min_by_key(|o| (Some(o.center) != self.center, o.rank))
    }

    /// How many children one run of the operation takes.
    pub(super) fn taken_by(&self, operation: &OperationInfo) -> f64 {
        let of_child = |m: &MaterialId| self.child.as_ref() == Some(m);
        operation.inputs.iter().filter(|(m, ..)| of_child(m)).map(|(.., quantity)| quantity).sum()
    }

    /// Days of the planned steps on the item itself that are not done, up to where it is
    /// reached; steps that put in single children are not among them. Of a step that runs, the
    /// time that it has run is done.
    fn tail(
        &self,
        layout: &Layout,
        now: PlantTime,
        counts: impl Fn(&OperationInfo) -> bool,
    ) -> f64 {
        let Some(material) = &self.material else { return 0.0 };
        let own = |o: &OperationInfo| o.output == *material;
        let at_end = layout.operations.values().filter(|o| own(o) && Some(o.center) == self.center);
        let last = at_end.map(|o| o.rank).min().unwrap_or(0);
        layout
            .operations
            .iter()
            .filter(|(id, o)| own(o) && o.rank >= last && !self.finished.contains(*id))
            .filter(|(_, o)| !self.is_step(o) && counts(o))
            .map(|(id, o)| {
                let ran = self.running.get(id).map_or(Span::ZERO, |since| now.since(*since));
                (o.calendar_mean.days() - ran.days()).max(0.0)
            })
            .fold(0.0, |sum, days| sum + days)
    }

    /// Everything that tells how far the item and its children are: who makes them and puts them
    /// together, and where they are in place.
    fn inputs(&self, layout: &Layout) -> Inputs {
        let made = [&self.material, &self.child];
        let is_made = |o: &&OperationInfo| made.iter().any(|m| m.as_ref() == Some(&o.output));
        let counted = layout.operations.values().filter(|o| self.taken_by(o) > 0.0 || is_made(o));
        let centers: BTreeSet<_> = counted.map(|o| o.center).chain(self.center).collect();
        let places = centers.into_iter().flat_map(|c| layout.units_of(c)).chain(self.storage);
        let erected = (0..).zip(&layout.places).filter(|(_, info)| info.erected);
        let places = places.chain(erected.map(|(place, _)| place));
        places.filter_map(|place| layout.source(place)).collect()
    }
}

/// The plan of a plant, of which a promise is part.
fn planned(layout: &Layout) -> (PlantId, Source) {
    (layout.plant.clone(), Source::Plan)
}

/// Pieces that leave a plant together at least.
fn lot_of(layout: &Layout, material: &MaterialId) -> f64 {
    let last = layout.operations.values().filter(|o| o.output == *material && o.to.is_none());
    last.map(|operation| operation.least).reduce(f64::min).unwrap_or(1.0).max(1.0)
}

fn order(promises: &Promises, track: &OrderTrack, of: &OfMaterial, known: Known<'_>) -> Outlook {
    let (layout, now) = (known.view.layout, known.now);
    let terms = &track.terms;
    // Named items have milestones of their own: the order is met when as many are expected.
    let named = of.items.get((of.ahead.ceil().max(1.0) as usize).saturating_sub(1));
    let expected = match (track.reached, &of.pace, named) {
        (Some(at), ..) => Expected::reached(at),
        (None, _, Some(named)) => Expected { days_per_piece: None, ..named.clone() },
        (None, Some(pace), None) => {
            let flow = Flow::of(pace, 0.0, now);
            // What leaves by whole lots leaves with the last of its lot.
            let lot = lot_of(layout, &terms.material);
            let pieces = (of.ahead / lot).ceil() * lot;
            let found = Expected::at_pace(pace, pieces, 0.0, now);
            let ahead = (of.ahead - track.remaining()).max(0.0);
            Expected { ahead, ..found }.held_back(&terms.material, &flow, known, |material| {
                // What is in work has been given what goes into the product itself; what is made
                // of the material besides is no part of it.
                let leads = leads(layout, &terms.material);
                let mut takers = takers(layout, material);
                takers.retain(|taker| leads.contains_key(&taker.output));
                let given = only_into(&takers, &terms.material);
                let in_work = if given { known.parts.in_work(&terms.material) as f64 } else { 0.0 };
                let by_unit = || promises.pieces_of(known, &terms.material, material);
                (in_work < pieces).then(|| Given { pieces: in_work, by_unit: by_unit() })
            })
        }
        (None, None, None) => Expected::unknown(),
    };
    let makers = layout.operations.values().filter(|o| o.output == terms.material);
    let units = makers.flat_map(|o| layout.units_of(o.center));
    let units = units.filter_map(|unit| layout.source(unit));
    Outlook {
        what: Promise::Order(terms.order.clone()),
        material: Some(terms.material.clone()),
        part: None,
        promised: terms.due,
        expected: expected.at,
        range: expected.range(now),
        days_per_piece: expected.days_per_piece,
        ahead: expected.ahead,
        more_d: expected.more_d,
        waits_d: expected.waits_d,
        waits_until: expected.waits_until,
        slip_d: expected.at.map(|e| e.since(terms.due).days()),
        overdue_d: overdue_d(terms.due, track.reached, now),
        reached: track.reached,
        done: track.made.min(terms.quantity),
        needed: terms.quantity,
        counted: None,
        method: expected.method,
        waits_for: expected.waits_for,
        waits_also: expected.waits_also,
        inputs: units.chain(expected.inputs).chain([planned(layout)]).collect(),
    }
}
