//! What is followed of a replication through its reports: when pieces began and were complete,
//! milestones, what holds the plant up.
//!
//! A piece begins with the first piece that went into it. Quantities have no names: of each storage
//! and material they are taken in the order in which they came, and what is made of them began when
//! they did. What is bought begins where it is first worked on.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use analytics::Analytics;
use twin::{
    EquipmentId, MaterialId, OperationId, PartId, PlantId, PlantTime, Report, Statement,
    definition::Tracking, state::TwinState,
};

use super::{super::tally::ProductTally, Whole};

/// Pieces of pieces are followed so far.
const DEEPEST: usize = 8;
/// Single times from beginning to completion that are kept of a replication.
const MOST_LEADS: usize = 8_192;

/// A milestone of the plant: its part, and where it is reached: there, or by work that ends there.
struct Wanted<'w> {
    part: &'w PartId,
    storage: &'w EquipmentId,
    units: BTreeSet<&'w EquipmentId>,
}

/// A material in a storage of a plant.
type Place = (PlantId, EquipmentId, MaterialId);

pub(super) struct Watch<'w> {
    pub plant: &'w PlantId,
    starts: PlantTime,
    begins: PlantTime,
    products: &'w [(MaterialId, bool)],
    gives: &'w BTreeMap<OperationId, (MaterialId, f64)>,
    /// When each part, or the first piece in it, was first heard of; those that are there at the
    /// start began then or before, and count for no time. Looked up only, never iterated.
    born: HashMap<PartId, PlantTime>,
    /// The same of quantities, in the order in which they came. Looked up only.
    lots: HashMap<Place, VecDeque<(f64, PlantTime)>>,
    /// Quantities that are carried to their storage, by material.
    under_way: BTreeMap<MaterialId, VecDeque<PlantTime>>,
    pub leads: Vec<Vec<(f64, f64)>>,
    pub totals: Vec<ProductTally>,
    milestones: Vec<Wanted<'w>>,
    pub reached: BTreeMap<usize, f64>,
    /// What holds the plant up, where that is asked.
    pub findings: Option<Analytics>,
}

impl<'w> Watch<'w> {
    pub(super) fn new(whole: &'w Whole<'_>, findings: Option<Analytics>) -> Self {
        let plant = &whole.plants[whole.number];
        let milestones = whole.programme.milestones.iter().filter(|m| m.plant == plant.id);
        let units = |center: &'w EquipmentId| {
            let units = plant.units.iter().filter(|unit| unit.work_center == *center);
            units.map(|unit| &unit.id).collect()
        };
        let wanted = milestones.map(|milestone| Wanted {
            part: &milestone.part,
            storage: &milestone.reached_at,
            units: units(&milestone.reached_at),
        });
        let carried = whole.plants.iter().flat_map(|plant| &plant.operations);
        let carried = carried.filter(|operation| operation.output.carry.is_some());
        Self {
            plant: &plant.id,
            starts: whole.programme.starts,
            begins: whole.begins,
            products: &whole.products,
            gives: &whole.gives,
            born: whole.now.map_or_else(HashMap::new, |state| first_heard_of(whole, state)),
            lots: stocks(whole),
            under_way: carried
                .map(|operation| (operation.output.material.clone(), VecDeque::new()))
                .collect(),
            leads: vec![Vec::new(); whole.products.len()],
            totals: vec![ProductTally::default(); whole.products.len()],
            milestones: wanted.collect(),
            reached: BTreeMap::new(),
            findings,
        }
    }

    pub(super) fn take(&mut self, plant: &PlantId, report: &Report) {
        if let Some(findings) = &mut self.findings {
            findings.observe(plant, report);
        }
        let at = report.at;
        let is_own = plant == self.plant;
        match &report.statement {
            Statement::OpStarted { part, .. } => self.heard_of(part, at),
            Statement::PartMoved { part, to, .. } => {
                self.heard_of(part, at);
                if is_own && to.plant.is_none() {
                    self.is_in(part, &to.place, at);
                }
            }
            Statement::OpFinished { unit, part, operation, .. } if is_own => {
                self.done_at(part, unit, at);
                if let Some((material, quantity)) = self.gives.get(operation) {
                    self.made(self.born.get(part).copied(), material, *quantity, at);
                }
            }
            Statement::PartCompleted { part, material, .. } => {
                let born = self.born.remove(part);
                if is_own && !self.gives.values().any(|(given, _)| given == material) {
                    self.made(born, material, 1.0, at);
                }
                if let (Some(under_way), Some(born)) = (self.under_way.get_mut(material), born) {
                    under_way.push_back(born);
                }
            }
            Statement::PartScrapped { part, .. } => _ = self.born.remove(part),
            Statement::LotConsumed { material, quantity, storage, lot, part } => {
                let piece = lot.as_ref().and_then(|lot| PartId::new(lot.as_str()).ok());
                let piece = piece.and_then(|piece| self.born.remove(&piece));
                let place = (plant.clone(), storage.clone(), material.clone());
                let first = piece.into_iter().chain(self.taken(&place, *quantity)).min();
                if let (Some(part), Some(first)) = (part, first) {
                    let born = self.born.entry(part.clone()).or_insert(first);
                    *born = first.min(*born);
                }
            }
            Statement::LotProduced { material, quantity, storage, part, .. } => {
                let born = match part {
                    Some(part) => self.born.remove(part),
                    // What nobody made has arrived by itself.
                    None => match self.under_way.get_mut(material) {
                        Some(under_way) => under_way.pop_front(),
                        None => Some(at),
                    },
                };
                if let Some(born) = born {
                    let place = (plant.clone(), storage.clone(), material.clone());
                    self.lots.entry(place).or_default().push_back((*quantity, born));
                }
            }
            _ => {}
        }
    }

    fn heard_of(&mut self, part: &PartId, at: PlantTime) {
        if !self.born.contains_key(part) {
            self.born.insert(part.clone(), at);
        }
    }

    /// Takes a quantity out of a storage; when the first of it began, if it was made.
    fn taken(&mut self, place: &Place, quantity: f64) -> Option<PlantTime> {
        let lots = self.lots.get_mut(place)?;
        let (mut left, mut first) = (quantity, None);
        while let Some((there, born)) = lots.front_mut() {
            first = first.into_iter().chain([*born]).min();
            // Sums of fractions end a hair off.
            if *there > left + 1e-6 {
                *there -= left;
                break;
            }
            left -= *there;
            lots.pop_front();
            if left <= 1e-6 {
                break;
            }
        }
        first
    }

    /// A part that has come somewhere: what is reached in a storage is reached then.
    fn is_in(&mut self, part: &PartId, place: &EquipmentId, at: PlantTime) {
        let day = at.since(self.starts).days();
        for (number, wanted) in self.milestones.iter().enumerate() {
            if wanted.part == part && wanted.storage == place {
                self.reached.entry(number).or_insert(day);
            }
        }
    }

    /// Work that ended: what is reached at a work center is reached when the last work there has.
    fn done_at(&mut self, part: &PartId, unit: &EquipmentId, at: PlantTime) {
        let day = at.since(self.starts).days();
        for (number, wanted) in self.milestones.iter().enumerate() {
            if wanted.part == part && wanted.units.contains(unit) {
                self.reached.insert(number, day);
            }
        }
    }

    fn made(
        &mut self,
        born: Option<PlantTime>,
        material: &MaterialId,
        quantity: f64,
        at: PlantTime,
    ) {
        let Some(product) = self.products.iter().position(|known| known.0 == *material) else {
            return;
        };
        let total = &mut self.totals[product];
        total.made += quantity;
        if let Some(born) = born.filter(|&born| born > self.starts) {
            let lead = at.since(born).hours();
            total.led += 1.0;
            total.lead += lead;
            if self.leads[product].len() < MOST_LEADS {
                self.leads[product].push((at.since(self.begins).hours(), lead));
            }
        }
    }
}

/// When the parts that are under way, or the first pieces in them, were first heard of.
fn first_heard_of(whole: &Whole<'_>, state: &TwinState) -> HashMap<PartId, PlantTime> {
    let parts = whole.plants.iter().flat_map(|plant| state.parts(&plant.id));
    let begun = parts.filter(|(_, now)| now.ended.is_none());
    begun.map(|(part, now)| (part.clone(), first_of(state, part, now.born, DEEPEST))).collect()
}

/// The earliest that was heard of a part or of what was built into it.
fn first_of(state: &TwinState, part: &PartId, born: PlantTime, depth: usize) -> PlantTime {
    let Some(depth) = depth.checked_sub(1) else { return born };
    let pieces = state.built_into(part).iter();
    let heard_of = |piece: &PartId| Some(first_of(state, piece, state.part(piece)?.born, depth));
    pieces.filter_map(heard_of).fold(born, PlantTime::min)
}

/// What lies in storages when it begins, of what the plants make: nobody knows when it began.
fn stocks(whole: &Whole<'_>) -> HashMap<Place, VecDeque<(f64, PlantTime)>> {
    let starts = whole.programme.starts;
    let mut lots: HashMap<Place, VecDeque<(f64, PlantTime)>> = HashMap::new();
    for plant in &whole.plants {
        let is_made = |id: &MaterialId| {
            let bulk = |m: &&twin::definition::Material| m.tracking == Tracking::Bulk;
            plant.operations.iter().any(|operation| operation.output.material == *id)
                && plant.materials.iter().filter(bulk).any(|material| material.id == *id)
        };
        let mut lies = |storage: &EquipmentId, material: &MaterialId, quantity: f64| {
            if is_made(material) {
                let place = (plant.id.clone(), storage.clone(), material.clone());
                lots.entry(place).or_default().push_back((quantity, starts));
            }
        };
        let Some(state) = whole.now else {
            let stocks = plant.initial_stock.iter();
            stocks.for_each(|stock| lies(&stock.storage, &stock.material, stock.quantity));
            continue;
        };
        for storage in state.storages(&plant.id) {
            let stock = storage.stock.iter().filter(|(_, stock)| stock.quantity > 0.0);
            stock.for_each(|(material, stock)| lies(&storage.storage, material, stock.quantity));
        }
    }
    lots
}
