//! Stock, use and promised deliveries of bulk material, and when it runs dry.

mod dry;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use twin::{DeliveryId, MaterialId, Plant, PlantTime, Span, SupplierId, report::DeliveryTerms};

use crate::{
    findings::Inputs,
    layout::{Layout, Place},
    pace::{Arrivals, Run},
    sight::PlantView,
};

/// The age at which an interval between uses counts half.
const USE_FADES: Span = Span::from_secs(14 * 86_400);
/// Days of use kept for one material.
const USE_DAYS_KEPT: usize = 45;
/// What was not used for so long is not in use. Between two orders of a product nothing is used for
/// weeks, and what is short for the next one is still short.
const IN_USE_FOR: Span = Span::from_secs(90 * 86_400);
/// A use is missed when it is so much later than expected.
const MISSED_AFTER: Span = Span::from_secs(3 * 86_400);
/// Deliveries awaited at once.
const AWAITED_KEPT: usize = 5_000;

/// A delivery that has not come.
#[derive(Clone, Debug)]
struct Awaited {
    terms: DeliveryTerms,
    first_promise: PlantTime,
}

/// Six-hour slots since 1970: the last use in each, and what was used in all.
type Slots = VecDeque<(i64, PlantTime, f64)>;

/// Use of one material.
#[derive(Clone, Debug, Default)]
struct Use {
    /// By where it was taken from.
    slots: BTreeMap<Place, Slots>,
    /// The newest run that took some there, and how much.
    newest: BTreeMap<Place, (PlantTime, f64)>,
    /// When some was brought last.
    brought: Option<PlantTime>,
    /// Who brought any, the last one last.
    brought_by: Vec<SupplierId>,
}

/// Whether there was too little of a material to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacked {
    Yes,
    No,
}

/// A time in which there is none of a material.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    pub material: MaterialId,
    pub from: PlantTime,
    /// The delivery that ends it.
    pub to: PlantTime,
    /// What is there of it and comes before that time begins [the material's unit of measure].
    pub before: f64,
    /// What that rests on.
    pub inputs: Inputs,
}

/// Supply of one plant.
///
/// What is said of a material counts the places where it belongs by the plant's definition and the
/// suppliers who deliver it by that, for every reader alike: it is told under all their labels.
/// What lies elsewhere or is promised by others besides counts for whoever may read of that.
#[derive(Clone, Debug)]
pub struct Supply {
    /// Where a material belongs: where it is delivered, taken from and put by the definition.
    homes: BTreeMap<MaterialId, BTreeSet<Place>>,
    stock: BTreeMap<(MaterialId, Place), f64>,
    /// Since when there is less of it than a run takes.
    low_since: BTreeMap<(MaterialId, Place), PlantTime>,
    used: BTreeMap<MaterialId, Use>,
    awaited: BTreeMap<DeliveryId, Awaited>,
}

const SLOT: i64 = Span::DAY.micros() / 4;
const SLOTS_KEPT: usize = USE_DAYS_KEPT * 4;

impl Supply {
    pub fn new(plant: &Plant, layout: &Layout) -> Self {
        let mut supply = Self {
            homes: homes(layout),
            stock: BTreeMap::new(),
            low_since: BTreeMap::new(),
            used: BTreeMap::new(),
            awaited: BTreeMap::new(),
        };
        for stock in &plant.initial_stock {
            if let Some(place) = layout.place(&stock.storage) {
                supply.homes.entry(stock.material.clone()).or_default().insert(place);
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

    pub fn add(
        &mut self,
        layout: &Layout,
        (material, place): (&MaterialId, Place),
        quantity: f64,
        at: PlantTime,
    ) {
        let before = self.stock(material, place).unwrap_or(0.0);
        self.counted(layout, (material, place), before + quantity, at);
    }

    pub fn counted(
        &mut self,
        layout: &Layout,
        (material, place): (&MaterialId, Place),
        quantity: f64,
        at: PlantTime,
    ) {
        if !quantity.is_finite() || !Self::known(layout, material) {
            return;
        }
        let (stock, key) = (quantity.max(0.0), (material.clone(), place));
        let taken = layout.taken(material, place);
        if taken > 0.0 && stock + 1e-9 < taken {
            self.low_since.entry(key.clone()).or_insert(at);
        } else {
            self.low_since.remove(&key);
        }
        self.stock.insert(key, stock);
    }

    pub fn consumed(
        &mut self,
        layout: &Layout,
        (material, place): (&MaterialId, Place),
        quantity: f64,
        at: PlantTime,
    ) {
        if !quantity.is_finite() || !Self::known(layout, material) {
            return;
        }
        let used = self.used.entry(material.clone()).or_default();
        let slots = used.slots.entry(place).or_default();
        if used.newest.get(&place).is_none_or(|(last, _)| *last <= at) {
            used.newest.insert(place, (at, quantity));
        }
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
    pub fn arrived(&mut self, layout: &Layout, terms: &DeliveryTerms, at: PlantTime) -> Lacked {
        self.awaited.remove(&terms.delivery);
        let storage = layout.line(&terms.supplier, &terms.material).and_then(|l| l.storage);
        let Some(storage) = storage else { return Lacked::Yes };
        let before = self.stock(&terms.material, storage);
        let lacked =
            before.is_none_or(|stock| stock + 1e-9 < layout.taken(&terms.material, storage));
        self.add(layout, (&terms.material, storage), terms.quantity, at);
        if Self::known(layout, &terms.material) {
            let used = self.used.entry(terms.material.clone()).or_default();
            used.brought = used.brought.max(Some(at));
            used.brought_by.retain(|known| *known != terms.supplier);
            // Of the plant's own suppliers alone, so that there are only so many.
            if layout.suppliers.contains_key(&terms.supplier) {
                used.brought_by.push(terms.supplier.clone());
            }
        }
        if lacked { Lacked::Yes } else { Lacked::No }
    }

    pub fn stock(&self, material: &MaterialId, place: Place) -> Option<f64> {
        self.stock.get(&(material.clone(), place)).copied()
    }

    /// When the next delivery of a material is promised for, by those suppliers.
    pub fn next_delivery(
        &self,
        material: &MaterialId,
        from: impl Fn(&SupplierId) -> bool,
    ) -> Option<PlantTime> {
        let of = self.awaited.values().filter(|a| a.terms.material == *material);
        let of = of.filter(|a| from(&a.terms.supplier));
        of.map(|a| a.terms.date).min()
    }

    /// Where a material belongs by the definition.
    pub fn homes(&self, material: &MaterialId) -> impl Iterator<Item = Place> + '_ {
        self.homes.get(material).into_iter().flatten().copied()
    }

    /// These as what a finding rests on.
    pub fn home_inputs(&self, layout: &Layout, material: &MaterialId) -> Inputs {
        self.homes(material).filter_map(|place| layout.source(place)).collect()
    }

    /// Whether what is reported of a material at a place counts for whoever has this in view.
    fn counts(&self, view: PlantView<'_>, material: &MaterialId, place: Place) -> bool {
        self.homes.get(material).is_some_and(|homes| homes.contains(&place)) || view.sees(place)
    }

    /// Deliveries of a material that have not come, soonest first: by whoever delivers it by the
    /// definition, and by others in view.
    fn awaited(&self, view: PlantView<'_>, material: &MaterialId) -> Vec<&Awaited> {
        let of_it = self.awaited.values().filter(|a| a.terms.material == *material);
        let mut awaited: Vec<&Awaited> =
            of_it.filter(|a| delivers(view, &a.terms.supplier, material)).collect();
        awaited.sort_by_key(|a| (a.terms.date, a.terms.delivery.clone()));
        awaited
    }

    /// What was used of a material from these places, by slot: the last use in each and how much.
    fn uses(&self, material: &MaterialId, from: impl Fn(Place) -> bool) -> Vec<(PlantTime, f64)> {
        let Some(used) = self.used.get(material) else { return Vec::new() };
        let mut of_places = used.slots.iter().filter(|(place, _)| from(**place)).map(|(_, s)| s);
        let Some(first) = of_places.next() else { return Vec::new() };
        let mut merged: BTreeMap<i64, (PlantTime, f64)> =
            first.iter().map(|(slot, last, sum)| (*slot, (*last, *sum))).collect();
        for (slot, last, sum) in of_places.flatten() {
            let both = merged.entry(*slot).or_insert((*last, 0.0));
            *both = (both.0.max(*last), both.1 + sum);
        }
        merged.into_values().collect()
    }

    /// How fast a material in use is used, by what was used: a day [its own unit].
    fn use_of(uses: &[(PlantTime, f64)], now: PlantTime) -> f64 {
        if uses.last().is_none_or(|(last, _)| now.since(*last) > IN_USE_FOR) {
            return 0.0;
        }
        let mut arrivals = Arrivals::new(now, USE_FADES);
        arrivals.add(uses.iter().copied(), Run::GoesOn);
        match arrivals.pace() {
            Some(pace) => 1.0 / pace.days_per_piece.max(f64::MIN_POSITIVE),
            // Of what was used on one day only, that day's use is known.
            None => uses.iter().fold(0.0, |sum, (_, used)| sum + used.max(0.0)),
        }
    }

    /// When more of a material was expected to be taken from these places: when what the newest
    /// run took is used up at so much a day. None of what nobody used.
    fn next_use(
        &self,
        material: &MaterialId,
        from: impl Fn(Place) -> bool,
        use_per_day: f64,
    ) -> Option<PlantTime> {
        let newest = self.used.get(material).into_iter().flat_map(|used| &used.newest);
        let newest = newest.filter(|(place, _)| from(**place)).map(|(_, run)| *run);
        let last = newest.max_by_key(|(at, _)| *at).filter(|_| use_per_day > 0.0);
        last.map(|(at, took)| {
            at + Span::DAY.scaled((took.max(0.0) / use_per_day).min(IN_USE_FOR.days()))
        })
    }

    /// How long what is at a place lasts, as the material is used from where it belongs and from
    /// there [d].
    pub fn cover_d(&self, material: &MaterialId, place: Place, now: PlantTime) -> Option<f64> {
        let homes = self.homes.get(material);
        let from = |of: Place| of == place || homes.is_some_and(|homes| homes.contains(&of));
        let use_per_day = Self::use_of(&self.uses(material, from), now);
        let stock = self.stock(material, place)?;
        (use_per_day > 0.0).then(|| stock / use_per_day)
    }
}

/// Where each material is delivered, taken from and put by the definition.
fn homes(layout: &Layout) -> BTreeMap<MaterialId, BTreeSet<Place>> {
    let delivered = layout.lines.iter().map(|line| (&line.material, line.storage));
    let operations = || layout.operations.values();
    let taken = operations().flat_map(|o| o.inputs.iter().map(|(m, place, _)| (m, Some(*place))));
    let put = operations().map(|operation| (&operation.output, operation.to));
    let mut homes: BTreeMap<MaterialId, BTreeSet<Place>> = BTreeMap::new();
    for (material, place) in delivered.chain(taken).chain(put) {
        homes.entry(material.clone()).or_default().extend(place);
    }
    homes
}

/// Whether a supplier delivers a material by the definition, or is in view.
fn delivers(view: PlantView<'_>, supplier: &SupplierId, material: &MaterialId) -> bool {
    view.layout.is_brought_by(material, supplier) || view.sees_supplier(supplier)
}
