//! The expected dates.

use std::collections::BTreeSet;

use twin::{MaterialId, PlantTime, Span};

use super::{Item, OrderTrack, Promises};
use crate::{
    findings::{Inputs, Outlook, OutlookMethod, Promise, Source},
    flow::Completed,
    layout::{Layout, OperationInfo},
};

/// Throughput for orders is counted over this, or since the first completion.
const ORDER_WINDOW: Span = Span::from_secs(28 * 86_400);
/// The pace of children is taken over this.
const PACE_WINDOW: Span = Span::from_secs(60 * 86_400);
/// Fewer intervals than this, and the planned pace counts.
const ENOUGH: usize = 3;
/// What was reached is told for this long.
const REACHED_FOR: Span = Span::from_secs(7 * 86_400);
/// Beyond this no date is computed [d].
const HORIZON_D: f64 = 3_650.0;

impl Promises {
    /// Orders and milestones, soonest promise first.
    pub fn outlook(&self, layout: &Layout, completed: &Completed, now: PlantTime) -> Vec<Outlook> {
        let mut all: Vec<Outlook> = self.orders(layout, completed, now);
        all.extend(self.items.iter().map(|item| self.milestone(item, layout, now)));
        all.retain(|o| o.reached.is_none_or(|at| now.since(at) <= REACHED_FOR));
        all.sort_by(|a, b| (a.promised, &a.what).cmp(&(b.promised, &b.what)));
        all
    }

    fn orders(&self, layout: &Layout, completed: &Completed, now: PlantTime) -> Vec<Outlook> {
        let mut open: Vec<&OrderTrack> = self.orders.values().filter(|t| !t.closed).collect();
        open.sort_by(|a, b| (a.terms.due, &a.terms.order).cmp(&(b.terms.due, &b.terms.order)));
        let mut before: Vec<(&MaterialId, f64)> = Vec::new();
        let mut all = Vec::new();
        for track in open {
            // Earlier promises of the same material are served first.
            let found = before.iter_mut().find(|(m, _)| **m == track.terms.material);
            let ahead = match found {
                Some((_, sum)) => {
                    *sum += track.remaining();
                    *sum
                }
                None => {
                    before.push((&track.terms.material, track.remaining()));
                    track.remaining()
                }
            };
            all.push(order(track, ahead, (layout, completed), now));
        }
        all
    }

    /// Days that one child takes, recently: intervals between children of the same item, and the
    /// one that has not ended where it is longer than the others.
    fn recent_days_per_child(&self, child: Option<&MaterialId>, now: PlantTime) -> Option<f64> {
        let (mut sum, mut count, mut open) = (0.0, 0_usize, Span::ZERO);
        let mut seen = BTreeSet::new();
        for item in self.items.iter().filter(|i| i.child.as_ref() == child) {
            // Several milestones may be about one item: it is counted once.
            if !seen.insert(&item.milestone.part) {
                continue;
            }
            let inside: Vec<PlantTime> = item
                .times
                .iter()
                .copied()
                .filter(|t| *t > now - PACE_WINDOW && *t <= now)
                .collect();
            if let Some((first, last)) = inside.first().zip(inside.last()) {
                sum += last.since(*first).days();
                count += inside.len() - 1;
                if !item.is_complete() {
                    open = open.max(now.since(*last));
                }
            }
        }
        if count < ENOUGH {
            return None;
        }
        let mean = sum / count as f64;
        let late = open.days();
        Some(if late > mean { (sum + late) / (count + 1) as f64 } else { mean })
    }

    fn milestone(&self, item: &Item, layout: &Layout, now: PlantTime) -> Outlook {
        let m = &item.milestone;
        let (expected, method) = match item.reached {
            Some(at) => (Some(at), OutlookMethod::Reached),
            None => self.expect(item, layout, now),
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
            expected,
            slip_d: expected.map(|e| e.since(m.due).days()),
            reached: item.reached,
            done,
            needed: f64::from(item.needed.max(1)),
            counted: item.child.clone(),
            method,
            inputs: item.inputs(layout),
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
    fn expect(
        &self,
        item: &Item,
        layout: &Layout,
        now: PlantTime,
    ) -> (Option<PlantTime>, OutlookMethod) {
        // A milestone about a child is judged by the item that the child goes into.
        let host = self.children.get(&item.milestone.part).and_then(|hosts| hosts.first());
        let host = host.and_then(|number| self.items.get(*number));
        let whole = host.unwrap_or(item);
        let assembly = whole.assembly(layout);
        let planned = assembly.map(|o| o.calendar_mean.days() / whole.taken_by(o).max(1.0));
        let recent = self.recent_days_per_child(whole.child.as_ref(), now);
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
        let mut seen = BTreeSet::new();
        for other in earlier.filter(|other| seen.insert(&other.milestone.part)) {
            children += other.remaining();
            let center = assembly.map(|a| a.center);
            days += other.tail(layout, now, |o| Some(o.center) == center);
        }
        let (per_child, method) = match (recent, planned) {
            _ if children < 0.5 && (days > 0.0 || !item.running.is_empty()) => {
                (0.0, OutlookMethod::PlannedPace)
            }
            (Some(recent), _) => (recent, OutlookMethod::RecentPace),
            (None, Some(planned)) => (planned, OutlookMethod::PlannedPace),
            (None, None) => return (None, OutlookMethod::None),
        };
        let total = (children * per_child + days).min(HORIZON_D);
        (Some(now + Span::DAY.scaled(total)), method)
    }
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
    fn taken_by(&self, operation: &OperationInfo) -> f64 {
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

    fn inputs(&self, layout: &Layout) -> Inputs {
        let assembling = layout.operations.values().filter(|o| self.taken_by(o) > 0.0);
        let centers: BTreeSet<_> = assembling.map(|o| o.center).chain(self.center).collect();
        let places = centers.into_iter().flat_map(|c| layout.units_of(c)).chain(self.storage);
        let infos = places.filter_map(|place| layout.info(place));
        infos.map(|info| (layout.plant.clone(), Source::Equipment(info.id.clone()))).collect()
    }
}

fn order(
    track: &OrderTrack,
    ahead: f64,
    (layout, completed): (&Layout, &Completed),
    now: PlantTime,
) -> Outlook {
    let terms = &track.terms;
    let first = completed.first(&terms.material).unwrap_or(now);
    let window = ORDER_WINDOW.min(now.since(first));
    let (made, _) = completed.between(&terms.material, now - window, now);
    let per_day = if window >= Span::DAY { made / window.days() } else { 0.0 };
    let (expected, method) = match (track.reached, per_day > 0.0) {
        (Some(at), _) => (Some(at), OutlookMethod::Reached),
        (None, true) => {
            let days = (ahead / per_day).min(HORIZON_D);
            (Some(now + Span::DAY.scaled(days)), OutlookMethod::RecentPace)
        }
        (None, false) => (None, OutlookMethod::None),
    };
    let makers = layout.operations.values().filter(|o| o.output == terms.material);
    let units = makers.flat_map(|o| layout.units_of(o.center)).filter_map(|u| layout.info(u));
    Outlook {
        what: Promise::Order(terms.order.clone()),
        material: Some(terms.material.clone()),
        part: None,
        promised: terms.due,
        expected,
        slip_d: expected.map(|e| e.since(terms.due).days()),
        reached: track.reached,
        done: track.made.min(terms.quantity),
        needed: terms.quantity,
        counted: None,
        method,
        inputs: units
            .map(|info| (layout.plant.clone(), Source::Equipment(info.id.clone())))
            .collect(),
    }
}
