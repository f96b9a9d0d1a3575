//! Stock, use and promised deliveries of bulk material, and when it runs dry.

use std::collections::{BTreeMap, VecDeque};

use twin::{
    Cause, CauseKind, DeliveryId, MaterialId, Plant, PlantTime, Span, SupplierId, UnitState,
    definition::Tracking, report::DeliveryTerms,
};

use crate::{
    findings::{DryPart, Source},
    layout::{Layout, NodeIx, Place},
    pace::{Arrivals, Run},
    units::{UnitTrack, Units},
};

/// The age at which an interval between uses counts half.
const USE_FADES: Span = Span::from_secs(14 * 86_400);
/// Days of use kept for one material.
const USE_DAYS_KEPT: usize = 45;
/// What was not used for so long is not in use.
const IN_USE_FOR: Span = Span::from_secs(28 * 86_400);
/// Beyond this, nothing is in sight [d].
const IN_SIGHT_D: f64 = 365.0;
/// Times without one material that are looked at.
const GAPS_KEPT: usize = 100;
/// Deliveries awaited at once.
const AWAITED_KEPT: usize = 5_000;

/// A delivery that has not come.
#[derive(Clone, Debug)]
struct Awaited {
    terms: DeliveryTerms,
    first_promise: PlantTime,
}

/// Use of one material.
#[derive(Clone, Debug, Default)]
struct Use {
    /// Six-hour slots since 1970: the last use in each, and what was used in all.
    slots: VecDeque<(i64, PlantTime, f64)>,
    last_supplier: Option<SupplierId>,
}

/// Whether there was too little of a material to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacked {
    Yes,
    No,
}

/// Whether a unit waits for a material of which there is too little.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Waited {
    No,
    /// A unit has nothing to do, and nobody said why.
    MayBe,
    /// A unit said that it waits for parts from there, now or when its shift ended.
    Told,
}

/// A time in which there is none of a material.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    pub material: MaterialId,
    pub from: PlantTime,
    /// The delivery that ends it.
    pub to: PlantTime,
}

/// Supply of one plant.
#[derive(Clone, Debug)]
pub struct Supply {
    stock: BTreeMap<(MaterialId, Place), f64>,
    used: BTreeMap<MaterialId, Use>,
    awaited: BTreeMap<DeliveryId, Awaited>,
}

const SLOT: i64 = Span::DAY.micros() / 4;
const SLOTS_KEPT: usize = USE_DAYS_KEPT * 4;

impl Supply {
    pub fn new(plant: &Plant, layout: &Layout) -> Self {
        let mut supply =
            Self { stock: BTreeMap::new(), used: BTreeMap::new(), awaited: BTreeMap::new() };
        for stock in &plant.initial_stock {
            if let Some(place) = layout.place(&stock.storage) {
                *supply.stock.entry((stock.material.clone(), place)).or_default() += stock.quantity;
            }
        }
        for delivery in &plant.deliveries {
            supply.promised(&DeliveryTerms {
                delivery: delivery.id.clone(),
                supplier: delivery.supplier.clone(),
                material: delivery.material.clone(),
                quantity: delivery.quantity,
                date: delivery.due,
                reason: None,
            });
        }
        supply
    }

    fn known(layout: &Layout, material: &MaterialId) -> bool {
        layout.tracking.contains_key(material)
    }

    pub fn add(&mut self, layout: &Layout, material: &MaterialId, place: Place, quantity: f64) {
        if quantity.is_finite() && Self::known(layout, material) {
            let stock = self.stock.entry((material.clone(), place)).or_default();
            *stock = (*stock + quantity).max(0.0);
        }
    }

    pub fn counted(&mut self, layout: &Layout, material: &MaterialId, place: Place, quantity: f64) {
        if quantity.is_finite() && Self::known(layout, material) {
            self.stock.insert((material.clone(), place), quantity.max(0.0));
        }
    }

    pub fn consumed(
        &mut self,
        layout: &Layout,
        material: &MaterialId,
        quantity: f64,
        at: PlantTime,
    ) {
        if !quantity.is_finite() || !Self::known(layout, material) {
            return;
        }
        let slots = &mut self.used.entry(material.clone()).or_default().slots;
        let slot = at.micros().div_euclid(SLOT);
        if slots.back().is_none_or(|(newest, ..)| *newest < slot) {
            slots.push_back((slot, at, 0.0));
        }
        // A straggler older than all that is kept, or of a slot without use, is left out.
        if let Some((_, last, sum)) = slots.iter_mut().rev().find(|(s, ..)| *s == slot) {
            *last = at.max(*last);
            *sum += quantity;
        }
        if slots.len() > SLOTS_KEPT {
            slots.pop_front();
        }
    }

    pub fn promised(&mut self, terms: &DeliveryTerms) {
        let first_promise = self.awaited.get(&terms.delivery).map(|a| a.first_promise);
        if first_promise.is_none() && self.awaited.len() >= AWAITED_KEPT {
            return;
        }
        let first_promise = first_promise.unwrap_or(terms.date);
        self.awaited
            .insert(terms.delivery.clone(), Awaited { terms: terms.clone(), first_promise });
    }

    /// The goods are here; returns whether somebody could not begin for want of them.
    pub fn arrived(&mut self, layout: &Layout, terms: &DeliveryTerms) -> Lacked {
        self.awaited.remove(&terms.delivery);
        let storage = layout.line(&terms.supplier, &terms.material).and_then(|l| l.storage);
        let Some(storage) = storage else { return Lacked::Yes };
        let before = self.stock(&terms.material, storage);
        let lacked =
            before.is_none_or(|stock| stock + 1e-9 < layout.taken(&terms.material, storage));
        self.add(layout, &terms.material, storage, terms.quantity);
        if Self::known(layout, &terms.material) {
            let used = self.used.entry(terms.material.clone()).or_default();
            used.last_supplier = Some(terms.supplier.clone());
        }
        if lacked { Lacked::Yes } else { Lacked::No }
    }

    pub fn stock(&self, material: &MaterialId, place: Place) -> Option<f64> {
        self.stock.get(&(material.clone(), place)).copied()
    }

    /// When the next delivery of a material is promised for.
    pub fn next_delivery(&self, material: &MaterialId) -> Option<PlantTime> {
        let of = self.awaited.values().filter(|a| a.terms.material == *material);
        of.map(|a| a.terms.date).min()
    }

    /// How fast a material in use is used: a day [its own unit], and when next.
    fn use_of(&self, material: &MaterialId, now: PlantTime) -> (f64, PlantTime) {
        let slots = || self.used.get(material).into_iter().flat_map(|used| &used.slots);
        if slots().next_back().is_none_or(|(_, last, _)| now.since(*last) > IN_USE_FOR) {
            return (0.0, now);
        }
        let mut uses = Arrivals::new(now, USE_FADES);
        uses.add(slots().map(|(_, last, sum)| (*last, *sum)), Run::GoesOn);
        match uses.pace() {
            Some(pace) => (1.0 / pace.days_per_piece.max(f64::MIN_POSITIVE), pace.next(now).0),
            // Of what was used on one day only, that day's use is known.
            None => (slots().fold(0.0, |sum, (.., used)| sum + used.max(0.0)), now),
        }
    }

    pub fn cover_d(&self, material: &MaterialId, place: Place, now: PlantTime) -> Option<f64> {
        let (use_per_day, _) = self.use_of(material, now);
        let stock = self.stock(material, place)?;
        (use_per_day > 0.0).then(|| stock / use_per_day)
    }

    /// By the dry date, with what is promised counted. What nobody uses or waits for is left out, and a material of
    /// which every lot is used at once runs dry only when its deliveries do not keep pace.
    pub fn dry(&self, layout: &Layout, units: &Units, now: PlantTime) -> Vec<DryPart> {
        let mut parts: Vec<DryPart> = layout
            .tracking
            .iter()
            .filter(|(_, tracking)| **tracking == Tracking::Bulk)
            .filter(|(material, _)| layout.lines.iter().any(|line| line.material == **material))
            .filter_map(|(material, _)| self.dry_part(layout, units, material, now))
            .collect();
        let cover = |part: &DryPart| part.cover_d.unwrap_or(f64::INFINITY);
        parts.sort_by(|a, b| {
            let key = |part: &DryPart| (part.dry.is_none(), part.dry);
            let first = key(a).cmp(&key(b));
            first.then(cover(a).total_cmp(&cover(b))).then(a.material.cmp(&b.material))
        });
        parts
    }

    /// Whether some unit has nothing to do, and a run there would take more than there is.
    fn waited_for(&self, layout: &Layout, units: &Units, material: &MaterialId) -> Waited {
        let centers = self.waits_of(layout, units, material);
        centers.map(|(_, waited)| waited).max().unwrap_or(Waited::No)
    }

    /// The work centers where a unit waits for a material.
    pub fn waiting_at(&self, layout: &Layout, units: &Units, material: &MaterialId) -> Vec<NodeIx> {
        let waiting = self.waits_of(layout, units, material).filter(|(_, w)| *w != Waited::No);
        waiting.map(|(center, _)| center).collect()
    }

    /// Each work center that takes a material, and whether a unit there waits for it.
    fn waits_of<'a>(
        &'a self,
        layout: &'a Layout,
        units: &'a Units,
        material: &'a MaterialId,
    ) -> impl Iterator<Item = (NodeIx, Waited)> + 'a {
        let of_input = move |(input, place, quantity): &(MaterialId, Place, f64), center| {
            let stock = self.stock(material, *place).unwrap_or(f64::INFINITY);
            if input != material || stock + 1e-9 >= *quantity {
                return Waited::No;
            }
            let tracks = layout.units_of(center).filter_map(|unit| units.tracks.get(&unit));
            tracks.map(|track| waits(track, layout, material, *place)).max().unwrap_or(Waited::No)
        };
        let operations = layout.operations.values();
        let all = operations.flat_map(|o| o.inputs.iter().map(move |input| (input, o.center)));
        all.map(move |(input, center)| (center, of_input(input, center)))
    }

    fn dry_from(
        &self,
        material: &MaterialId,
        level: &Level,
        waited_for: Waited,
        awaited: &[&Awaited],
        now: PlantTime,
    ) -> Option<PlantTime> {
        let in_time = awaited.first().is_some_and(|next| next.late_d(now) <= 0.0);
        let keeps_pace = level.stock <= 0.0 && in_time && self.used.contains_key(material);
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

    /// The times without a material that are in sight, by material and time: from the moment
    /// that it is short, or was used last when it is short now, to the first delivery after that;
    /// and, with what that brings used as now, those that end with a delivery later than first
    /// promised. Without a delivery the end is not known, and the time is left out.
    pub fn gaps(&self, layout: &Layout, units: &Units, now: PlantTime) -> Vec<Gap> {
        let short = self.dry(layout, units, now).into_iter();
        short.flat_map(|part| self.gaps_of(&part, now)).collect()
    }

    fn gaps_of(&self, part: &DryPart, now: PlantTime) -> Vec<Gap> {
        let Some(dry) = part.dry else { return Vec::new() };
        let material = &part.material;
        let mut awaited: Vec<&Awaited> =
            self.awaited.values().filter(|a| a.terms.material == *material).collect();
        awaited.retain(|a| a.terms.date > dry);
        awaited.sort_by_key(|a| (a.terms.date, a.terms.delivery.clone()));
        let Some((first, rest)) = awaited.split_first() else { return Vec::new() };
        let last = self.used.get(material).and_then(|used| used.slots.back());
        let from = last.map(|(_, last, _)| *last).filter(|_| dry <= now).unwrap_or(dry);
        let gap = |from, to| Gap { material: material.clone(), from, to };
        let mut gaps = vec![gap(from, first.terms.date)];
        let (mut level, mut at) = (first.terms.quantity.max(0.0), first.terms.date);
        for next in rest.iter().filter(|_| part.use_per_day > 0.0) {
            let date = next.terms.date;
            let empty = at + Span::DAY.scaled((level / part.use_per_day).min(IN_SIGHT_D));
            if empty < date && next.late_d(now) > 0.0 && gaps.len() < GAPS_KEPT {
                gaps.push(gap(empty, date));
            }
            level = (level - date.since(at).days() * part.use_per_day).max(0.0);
            level += next.terms.quantity.max(0.0);
            at = date;
        }
        gaps
    }

    fn dry_part(
        &self,
        layout: &Layout,
        units: &Units,
        material: &MaterialId,
        now: PlantTime,
    ) -> Option<DryPart> {
        let stocks: Vec<(Place, f64)> = self
            .stock
            .iter()
            .filter(|((m, _), _)| m == material)
            .map(|((_, p), q)| (*p, *q))
            .collect();
        let (use_per_day, next_use) = self.use_of(material, now);
        let waited_for = self.waited_for(layout, units, material);
        let stock = stocks.iter().fold(0.0, |sum, (_, quantity)| sum + quantity);
        if use_per_day <= 0.0 && waited_for == Waited::No && (stocks.is_empty() || stock <= 0.0) {
            return None;
        }
        let mut awaited: Vec<&Awaited> =
            self.awaited.values().filter(|a| a.terms.material == *material).collect();
        awaited.sort_by_key(|a| (a.terms.date, a.terms.delivery.clone()));
        let next = awaited.first();
        let late_d = next.map(|a| a.late_d(now)).filter(|days| *days > 0.0);
        let last = self.used.get(material).and_then(|used| used.last_supplier.clone());
        let line = layout.lines.iter().find(|line| line.material == *material);
        let supplier =
            next.map(|a| a.terms.supplier.clone()).or(last).or(line.map(|l| l.supplier_id.clone()));
        let places = stocks.iter().filter_map(|(place, _)| layout.info(*place));
        let mut inputs: crate::findings::Inputs =
            places.map(|info| (layout.plant.clone(), Source::Equipment(info.id.clone()))).collect();
        let suppliers = awaited.iter().map(|a| &a.terms.supplier).chain(&supplier);
        inputs.extend(suppliers.map(|id| (layout.plant.clone(), Source::Supplier(id.clone()))));
        let level = Level { stock, use_per_day, next_use };
        let dry = self.dry_from(material, &level, waited_for, &awaited, now);
        Some(DryPart {
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
        })
    }
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
    match &track.starved_for {
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
}

/// The first moment that a use finds too little, at steady use, when the deliveries come as now
/// promised; those overdue are taken to come now at the earliest, and to help only from then. A
/// cumulative curve of supply against one of use (notes of Simchi-Levi et al., 2015, with dates).
fn first_dry(level: &Level, awaited: &[&Awaited], now: PlantTime) -> Option<PlantTime> {
    let Level { stock, use_per_day, next_use } = *level;
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
