//! When a material runs dry, who waits for it, and the times without it that are in sight.

use twin::{Cause, CauseKind, MaterialId, PlantTime, Span, UnitState, definition::Tracking};

use super::{Awaited, Gap, MISSED_AFTER, Supply, delivers};
use crate::{
    findings::{DryPart, Inputs, Source},
    layout::{Layout, NodeIx, Place},
    sight::PlantView,
    units::UnitTrack,
};

/// Times without one material that are looked at.
const GAPS_KEPT: usize = 100;
/// What runs out within this is as pressing as what is out.
const OUT_SOON: Span = Span::from_secs(7 * 86_400);
/// Beyond this, nothing is in sight [d].
const IN_SIGHT_D: f64 = 365.0;

/// Whether a unit waits for a material of which there is too little.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Waited {
    No,
    /// A unit has nothing to do, and nobody said why.
    MayBe,
    /// A unit said that it waits for parts from there, now or when its shift ended.
    Told,
}

impl Supply {
    /// What is out first, of that what stays out the longest; then by the dry date, what is
    /// promised counted; then by the least cover. What nobody uses or
    /// waits for is left out, and a material of which every lot is used at once runs dry only
    /// when its deliveries do not keep pace. Which units wait is asked of those in `view`. All
    /// places where a material belongs count, and all who deliver it, since a date from some of
    /// them would be wrong.
    pub fn dry(&self, view: PlantView<'_>, now: PlantTime) -> Vec<DryPart> {
        let mut parts: Vec<DryPart> = delivered(view.layout)
            .filter_map(|material| self.dry_part(view, material, now))
            .collect();
        let cover = |part: &DryPart| part.cover_d.unwrap_or(f64::INFINITY);
        parts.sort_by(|a, b| {
            let first = a.rank(now).cmp(&b.rank(now));
            first.then(cover(a).total_cmp(&cover(b))).then(a.material.cmp(&b.material))
        });
        parts
    }

    /// Whether some unit has nothing to do, and a run there would take more than there is.
    fn waited_for(&self, view: PlantView<'_>, material: &MaterialId) -> Waited {
        let waiting = self.waiting(view, material);
        waiting.map(|(.., waited)| waited).max().unwrap_or(Waited::No)
    }

    /// The work centers where a unit waits for a material from a place in sight.
    pub fn waiting_at(&self, view: PlantView<'_>, material: &MaterialId) -> Vec<NodeIx> {
        let waiting = self.waiting(view, material).filter(|(_, place, ..)| view.sees(*place));
        waiting.map(|(center, ..)| center).collect()
    }

    /// The units in sight that wait for a material: of which work center, for it from where, and
    /// how sure that is.
    fn waiting<'a>(
        &'a self,
        view: PlantView<'a>,
        material: &'a MaterialId,
    ) -> impl Iterator<Item = (NodeIx, Place, &'a UnitTrack, Waited)> + 'a {
        let layout = view.layout;
        let operations = layout.operations.values();
        let inputs = operations.flat_map(|o| o.inputs.iter().map(move |input| (input, o.center)));
        let lacking = inputs.filter(move |((of, place, quantity), _)| {
            of == material && self.stock(of, *place).is_some_and(|stock| stock + 1e-9 < *quantity)
        });
        let all = lacking.flat_map(move |((_, place, _), center)| {
            let tracks = layout.units_of(center).filter_map(move |unit| view.track(unit));
            tracks.map(move |track| (center, *place, track, waits(track, layout, material, *place)))
        });
        all.filter(|(.., waited)| *waited != Waited::No)
    }

    fn dry_from(
        level: &Level,
        waited_for: Waited,
        awaited: &[&Awaited],
        now: PlantTime,
    ) -> Option<PlantTime> {
        let keeps_pace = level.keeps_pace(awaited, now);
        match (waited_for, keeps_pace, awaited.first()) {
            (Waited::Told, ..) => Some(now),
            // A lot is used up the moment it comes: that the shelf is empty says nothing.
            (_, true, Some(next)) => {
                let next_use = next.terms.date.max(now);
                let rest = awaited.get(1..).unwrap_or_default();
                let stock = next.terms.quantity.max(0.0);
                first_dry(&Level { stock, next_use, ..*level }, rest, now)
            }
            (Waited::MayBe, ..) => Some(now),
            _ => first_dry(level, awaited, now),
        }
    }

    /// The times without a material that are in sight, by material and time, for each of these
    /// that will be short: from the moment that it is short, or was used last when it is short
    /// now, to the first delivery after that; and, with what that brings used as now, those that
    /// end with a delivery later than first promised. Without a delivery the end is not known,
    /// and the time is left out.
    pub fn gaps(&self, view: PlantView<'_>, short: &[DryPart], now: PlantTime) -> Vec<Gap> {
        short.iter().flat_map(|part| self.gaps_of(view, part, now)).collect()
    }

    /// The longest time without a material after its next delivery, if it is longer than the one
    /// until that.
    fn again(
        &self,
        view: PlantView<'_>,
        part: &DryPart,
        now: PlantTime,
    ) -> Option<(PlantTime, PlantTime)> {
        let next = part.next_delivery?;
        let until_next = part.dry.map_or(Span::ZERO, |dry| next.since(dry));
        let gaps = self.gaps_of(view, part, now).into_iter();
        let gaps = gaps.filter(|gap| gap.to > next && part.dry.is_some_and(|dry| gap.from > dry));
        let longest = gaps.max_by_key(|gap| (gap.to.since(gap.from), gap.from))?;
        let is_longer = longest.to.since(longest.from) > until_next.max(Span::DAY);
        is_longer.then_some((longest.from, longest.to))
    }

    /// Since when a use finds too little of a material: since there is less than a run takes, at the
    /// last of the places in view where that is so, and since the next use was expected, or a unit
    /// in view waits for it if that was earlier. An empty shelf is nothing that is missed before.
    fn out_since(
        &self,
        view: PlantView<'_>,
        material: &MaterialId,
        (next_use, now): (Option<PlantTime>, PlantTime),
    ) -> Option<PlantTime> {
        let low = self
            .low_since
            .iter()
            .filter(|((of, place), _)| of == material && self.counts(view, material, *place));
        let low = low.map(|(_, since)| *since).max()?;
        let missed = self.waits_since(view, material, now).into_iter().chain(next_use).min();
        Some(missed.map_or(low, |missed| missed.max(low)))
    }

    /// Since when the unit that has waited the longest for a material waits.
    fn waits_since(
        &self,
        view: PlantView<'_>,
        material: &MaterialId,
        now: PlantTime,
    ) -> Option<PlantTime> {
        let runs = self
            .waiting(view, material)
            .filter_map(|(_, _, track, _)| track.run(now, |of| of == UnitState::Starved));
        runs.map(|(since, _)| since).min()
    }

    /// Whether there was too little of a material again within a day of the last delivery: what
    /// lasts for longer is stock, and an empty shelf is what runs out of it.
    fn was_used_at_once(&self, material: &MaterialId, counts: impl Fn(Place) -> bool) -> bool {
        let low = self.low_since.iter().filter(|((of, place), _)| of == material && counts(*place));
        let low = low.map(|(_, since)| *since).max();
        let brought = self.used.get(material).and_then(|used| used.brought);
        low.zip(brought).is_none_or(|(low, brought)| low.since(brought) <= Span::DAY)
    }

    fn gaps_of(&self, view: PlantView<'_>, part: &DryPart, now: PlantTime) -> Vec<Gap> {
        let Some(dry) = part.dry else { return Vec::new() };
        let material = &part.material;
        let (awaited, comes_before): (Vec<_>, Vec<_>) =
            self.awaited(view, material).into_iter().partition(|a| a.terms.date > dry);
        let Some((first, rest)) = awaited.split_first() else { return Vec::new() };
        let brings = |a: &Awaited| a.terms.quantity.max(0.0);
        let mut before = comes_before.into_iter().fold(part.stock, |sum, a| sum + brings(a));
        let last = self.uses(material, |place| self.counts(view, material, place)).last().copied();
        let from = last.map(|(last, _)| last).filter(|_| dry <= now).unwrap_or(dry);
        let gap = |from, to, before| Gap {
            material: material.clone(),
            from,
            to,
            before,
            inputs: part.inputs.clone(),
        };
        let mut gaps = vec![gap(from, first.terms.date, before)];
        let (mut level, mut at) = (brings(first), first.terms.date);
        before += level;
        for next in rest.iter().filter(|_| part.use_per_day > 0.0) {
            let date = next.terms.date;
            let empty = at + Span::DAY.scaled((level / part.use_per_day).min(IN_SIGHT_D));
            if empty < date && next.late_d(now) > 0.0 && gaps.len() < GAPS_KEPT {
                gaps.push(gap(empty, date, before));
            }
            level = (level - date.since(at).days() * part.use_per_day).max(0.0);
            level += brings(next);
            before += brings(next);
            at = date;
        }
        gaps
    }

    fn dry_part(
        &self,
        view: PlantView<'_>,
        material: &MaterialId,
        now: PlantTime,
    ) -> Option<DryPart> {
        let counts = |place: Place| self.counts(view, material, place);
        let of_it = self.stock.iter().filter(|((m, place), _)| m == material && counts(*place));
        let stocks: Vec<(Place, f64)> = of_it.map(|((_, place), q)| (*place, *q)).collect();
        let uses = self.uses(material, counts);
        let use_per_day = Self::use_of(&uses, now);
        let next_use = self.next_use(material, counts, use_per_day);
        let waited_for = self.waited_for(view, material);
        let stock = stocks.iter().fold(0.0, |sum, (_, quantity)| sum + quantity);
        if use_per_day <= 0.0 && waited_for == Waited::No && (stocks.is_empty() || stock <= 0.0) {
            return None;
        }
        let awaited = self.awaited(view, material);
        let next = awaited.first();
        let late_d = next.map(|a| a.late_d(now)).filter(|days| *days > 0.0);
        let brought_by = self.used.get(material).into_iter().flat_map(|used| &used.brought_by);
        let last = brought_by.rev().find(|id| delivers(view, id, material)).cloned();
        let was_there = last.is_some() || !uses.is_empty();
        let line = view.layout.lines.iter().find(|line| line.material == *material);
        let supplier =
            next.map(|a| a.terms.supplier.clone()).or(last).or(line.map(|l| l.supplier_id.clone()));
        let mut inputs = self.inputs_of(view, material, stocks.iter().map(|(place, _)| *place));
        let others = awaited.iter().map(|a| &a.terms.supplier).chain(&supplier);
        let plant = &view.layout.plant;
        inputs.extend(others.map(|id| (plant.clone(), Source::Supplier(id.clone()))));
        let used_at_once = self.was_used_at_once(material, counts);
        let expected = next_use.unwrap_or(now).max(now);
        let level = Level { stock, use_per_day, next_use: expected, was_there, used_at_once };
        let dry = Self::dry_from(&level, waited_for, &awaited, now);
        let is_out = dry.is_some_and(|dry| dry <= now);
        let unused = || uses.last().map(|(last, _)| *last);
        let usual = |(last, used): &(PlantTime, f64)| {
            *last + Span::DAY.scaled((used / use_per_day.max(1e-9)).clamp(0.0, IN_SIGHT_D))
        };
        let usual_next = uses.last().map(usual);
        let part = DryPart {
            out_since: self.out_since(view, material, (next_use, now)).filter(|_| is_out),
            unused_since: usual_next.filter(|next| now.since(*next) > MISSED_AFTER).and(unused()),
            again: None,
            material: material.clone(),
            stock,
            use_per_day,
            cover_d: (use_per_day > 0.0).then(|| stock / use_per_day),
            dry,
            delivery: next.map(|a| a.terms.delivery.clone()),
            waited_for: waited_for != Waited::No && dry.is_some_and(|dry| dry <= now),
            next_delivery: next.map(|a| a.terms.date),
            overdue_d: next.map(|a| now.since(a.terms.date).days()).filter(|days| *days > 0.0),
            first_promise: next.map(|a| a.first_promise),
            late_d,
            supplier,
            inputs,
        };
        Some(DryPart { again: self.again(view, &part, now), ..part })
    }

    /// For each material that may run dry, where it belongs and who delivers it.
    pub fn supplied(&self, layout: &Layout) -> Vec<Inputs> {
        delivered(layout).map(|material| self.defined(layout, material)).collect()
    }

    /// What is said of a material rests on, whatever was reported: where it belongs and who
    /// delivers it.
    fn defined(&self, layout: &Layout, material: &MaterialId) -> Inputs {
        let mut inputs = self.home_inputs(layout, material);
        let lines = layout.lines.iter().filter(|line| line.material == *material);
        let suppliers = lines.map(|line| Source::Supplier(line.supplier_id.clone()));
        inputs.extend(suppliers.map(|supplier| (layout.plant.clone(), supplier)));
        inputs
    }

    /// That, and the units in view that take it, since these are asked whether they wait; and
    /// places `besides`, and others from where it was used.
    fn inputs_of(
        &self,
        view: PlantView<'_>,
        material: &MaterialId,
        besides: impl Iterator<Item = Place>,
    ) -> Inputs {
        let layout = view.layout;
        let used = self.used.get(material).into_iter().flat_map(|used| used.slots.keys().copied());
        let used = used.filter(|place| self.counts(view, material, *place));
        let mut inputs = self.defined(layout, material);
        inputs.extend(besides.chain(used).filter_map(|place| layout.source(place)));
        let takes = |(input, ..): &(MaterialId, Place, f64)| input == material;
        let takers = layout.operations.values().filter(|o| o.inputs.iter().any(takes));
        let units = takers.flat_map(|operation| layout.units_of(operation.center));
        inputs.extend(units.filter_map(|unit| view.source(unit)));
        inputs
    }
}

impl DryPart {
    /// Which of several comes first, the least first: what is out and waited for or will be out
    /// within days until its next delivery, what is out, what will be, what never is in sight; of
    /// the first two that for which the wait until a delivery is the longest, now or after the next
    /// one, less the time until then, of what will be what is so soonest [microseconds].
    pub fn rank(&self, now: PlantTime) -> (u8, i64) {
        let from = self.dry.map_or(now, |dry| dry.max(now));
        let wait = self.next_delivery.map_or(i64::MAX, |next| next.since(from).micros().abs());
        let again = self.again.map_or(0, |(from, to)| to.since(from).micros());
        let comes_first = |dry: PlantTime| {
            dry > now
                && dry.since(now) <= OUT_SOON
                && self.next_delivery.is_none_or(|next| next > dry)
        };
        match self.dry.filter(|_| !self.is_used_as_it_comes(now)) {
            Some(dry) if comes_first(dry) => (0, dry.since(now).micros() - wait.max(again)),
            Some(dry) if dry <= now => (u8::from(!self.waited_for), -wait.max(again)),
            Some(dry) => (2, dry.micros()),
            None => (3, 0),
        }
    }

    /// Whether every lot is used at once and the deliveries keep to their dates: the shelf is
    /// empty and nobody misses anything. What is computed for weeks later turns with every lot.
    pub fn is_used_as_it_comes(&self, now: PlantTime) -> bool {
        let is_far = self.dry.is_none_or(|dry| dry.since(now) > OUT_SOON);
        self.stock <= 0.0 && !self.waited_for && self.late_d.is_none() && is_far
    }
}

/// The bulk materials that somebody delivers.
fn delivered(layout: &Layout) -> impl Iterator<Item = &MaterialId> {
    let bulk = layout.tracking.iter().filter(|(_, tracking)| **tracking == Tracking::Bulk);
    let has_line =
        |material: &&MaterialId| layout.lines.iter().any(|line| line.material == **material);
    bulk.map(|(material, _)| material).filter(has_line)
}

/// Whether a unit is idle for want of a material from a place.
fn waits(track: &UnitTrack, layout: &Layout, material: &MaterialId, from: Place) -> Waited {
    if track.last_but_off_shift() != UnitState::Starved {
        return Waited::No;
    }
    let is_it = |cause: &Cause| {
        let place = layout.info(from).map(|info| info.id.as_str());
        cause.kind == CauseKind::Material
            && (cause.id.rsplit('/').next() == place || cause.id == material.as_str())
    };
    match &track.waits_for {
        Some(cause) if is_it(cause) => Waited::Told,
        Some(_) => Waited::No,
        None => Waited::MayBe,
    }
}

impl Awaited {
    /// Days later than first promised, as things are.
    fn late_d(&self, now: PlantTime) -> f64 {
        self.terms.date.max(now).since(self.first_promise).days()
    }
}

/// What is there, and how it goes down.
struct Level {
    stock: f64,
    use_per_day: f64,
    /// When the next use is expected: what was used last lasts until then.
    next_use: PlantTime,
    /// Whether any was ever brought or used.
    was_there: bool,
    /// Whether the last lot was used up within a day, as far as that is known.
    used_at_once: bool,
}

impl Level {
    /// Whether an empty shelf is the usual thing: every lot is used at once, and the next is in
    /// time.
    fn keeps_pace(&self, awaited: &[&Awaited], now: PlantTime) -> bool {
        let in_time = awaited.first().is_some_and(|next| next.late_d(now) <= 0.0);
        self.stock <= 0.0 && in_time && self.was_there && self.used_at_once
    }
}

/// The first moment that a use finds too little, at steady use, when the deliveries come as now
/// promised; those overdue are taken to come now at the earliest, and to help only from then. A
/// cumulative curve of supply against one of use (notes of Simchi-Levi et al., 2015, with dates).
fn first_dry(level: &Level, awaited: &[&Awaited], now: PlantTime) -> Option<PlantTime> {
    let Level { stock, use_per_day, next_use, .. } = *level;
    if use_per_day <= 0.0 {
        return None;
    }
    let (mut level, mut at) = (stock, next_use.max(now));
    for delivery in awaited {
        let date = delivery.terms.date.max(now);
        let empty = at + Span::DAY.scaled(level.max(0.0) / use_per_day);
        if empty < date {
            return Some(empty);
        }
        level += delivery.terms.quantity.max(0.0);
        if date > at {
            level -= date.since(at).days() * use_per_day;
            at = date;
        }
    }
    // With no promise beyond the last one, dryness is certain only within the horizon.
    let left = level.max(0.0) / use_per_day;
    let empty = at + Span::DAY.scaled(left.min(IN_SIGHT_D));
    (left < IN_SIGHT_D && empty.since(now).days() < IN_SIGHT_D).then_some(empty)
}
