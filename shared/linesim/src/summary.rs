//! What a run came to, for tests and tables.

use twin::{EquipmentId, MaterialId, PlantId, PlantTime, Span, UnitState};

use crate::{
    model::Model,
    network::{Site, Store},
    over_time::OverTime,
};

/// Counts and shares since reporting began.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Each station, in the order of the files.
    pub units: Vec<UnitSummary>,
    /// Each storage, in the order of the files.
    pub storages: Vec<StorageSummary>,
    /// Parts that were completed since the start, by material.
    pub completed: Vec<(MaterialId, u64)>,
    /// Parts times operations finished since the start.
    pub part_operations: u64,
    /// Named parts that are anywhere now.
    pub in_work: u64,
}

/// What a station did.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitSummary {
    /// The plant.
    pub plant: PlantId,
    /// The station.
    pub unit: EquipmentId,
    /// Its work center.
    pub work_center: EquipmentId,
    /// What it does now.
    pub state: UnitState,
    /// Time in each state, in the order of [`UnitState::ALL`].
    pub time_in: [Span; 11],
    /// Parts finished since the start.
    pub finished: u64,
}

/// What is in a storage.
#[derive(Clone, Debug, PartialEq)]
pub struct StorageSummary {
    /// The plant.
    pub plant: PlantId,
    /// The storage.
    pub storage: EquipmentId,
    /// Named parts.
    pub parts: u64,
    /// The same over time, since the start \[piece × h\].
    pub parts_over_time: f64,
    /// Quantities, each in its material's own unit of measure.
    pub stock: Vec<(MaterialId, f64)>,
    /// The same over time, since the start \[unit of measure × h\].
    pub stock_over_time: Vec<(MaterialId, f64)>,
}

/// What is in a plant, wherever it lies or is worked on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Present {
    /// Pieces with names.
    pub named: f64,
    /// The same over time, since the start \[piece × h\].
    pub named_over_time: f64,
    /// Runs on quantities that are under way \[run\].
    pub runs: f64,
    /// The same over time, since the start \[run × h\].
    pub runs_over_time: f64,
}

impl UnitSummary {
    /// Share of the time that it was not off shift \[ratio\]; 0 when it was never on shift.
    pub fn share(&self, state: UnitState) -> f64 {
        let time = |state: UnitState| self.time_in[crate::shown::share_index(state)].hours();
        let on_shift: f64 = UnitState::ALL
            .into_iter()
            .filter(|state| *state != UnitState::OffShift)
            .map(time)
            .sum();
        if on_shift > 0.0 { time(state) / on_shift } else { 0.0 }
    }
}

impl Model {
    /// A plant that is played.
    pub(crate) fn site_called(&self, plant: &PlantId) -> Option<&Site> {
        self.sites.iter().find(|site| site.id == *plant)
    }

    /// What is in a plant now; nothing in one that is not played.
    pub fn present(&self, plant: &PlantId) -> Present {
        let site = self.site_called(plant);
        let of = |count: fn(&Site) -> &OverTime| site.map_or(OverTime::default(), |s| *count(s));
        let (named, runs) = (of(|site| &site.named), of(|site| &site.runs_on));
        let now = if site.is_some() { self.now } else { PlantTime::default() };
        Present {
            named: named.level,
            named_over_time: named.until(now),
            runs: runs.level,
            runs_over_time: runs.until(now),
        }
    }

    /// What the run came to so far.
    pub fn summary(&self) -> Summary {
        let completed = self.materials.iter().filter(|m| m.completed > 0);
        Summary {
            units: (0..self.units.len()).map(|unit| self.unit_summary(unit)).collect(),
            storages: (0..self.stores.len()).map(|store| self.storage_summary(store)).collect(),
            completed: completed.map(|m| (m.id.clone(), m.completed)).collect(),
            part_operations: self.part_operations,
            in_work: self
                .parts
                .iter()
                .filter(|part| !part.kit && self.site_of(part.at).is_some())
                .count() as u64,
        }
    }

    /// Each station of a plant, in the order of the file.
    pub fn units(&self, plant: &PlantId) -> impl Iterator<Item = UnitSummary> {
        let site = self.site_called(plant);
        let units = site.map_or(&[][..], |site| &site.units);
        units.iter().map(|&unit| self.unit_summary(unit))
    }

    /// Each storage of a plant, in the order of the file.
    pub fn storages(&self, plant: &PlantId) -> impl Iterator<Item = StorageSummary> {
        let site = self.site_called(plant);
        let stores = site.map_or(&[][..], |site| &site.stores);
        stores.iter().map(|&store| self.storage_summary(store))
    }

    /// Parts of a material that were completed since the start.
    pub fn completed(&self, material: &MaterialId) -> u64 {
        let known = self.material_index.get(material);
        known.map_or(0, |&material| self.materials[material].completed)
    }

    /// Parts times operations finished since the start.
    pub fn part_operations(&self) -> u64 {
        self.part_operations
    }

    fn unit_summary(&self, index: usize) -> UnitSummary {
        let unit = &self.units[index];
        UnitSummary {
            plant: self.sites[unit.site].id.clone(),
            unit: unit.id.clone(),
            work_center: self.centers[unit.center].id.clone(),
            state: unit.shown,
            time_in: self.shares_until_now(index).map(Span::from_micros),
            finished: unit.finished,
        }
    }

    fn storage_summary(&self, index: usize) -> StorageSummary {
        let store = &self.stores[index];
        StorageSummary {
            plant: self.sites[store.site].id.clone(),
            storage: store.id.clone(),
            parts: store.parts.len() as u64,
            parts_over_time: store.named.until(self.now),
            stock: self.stocks(store, |stock| stock.level),
            stock_over_time: self.stocks(store, |stock| stock.until(self.now)),
        }
    }

    fn stocks(&self, store: &Store, value: impl Fn(&OverTime) -> f64) -> Vec<(MaterialId, f64)> {
        let stocks = store.bulk.iter();
        stocks.map(|(&id, stock)| (self.materials[id].id.clone(), value(stock))).collect()
    }
}
