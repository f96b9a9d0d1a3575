//! Numeric signals: the newest values of each series of a plant.
//!
//! A value is known by its series, its time and the number of the record that said it, never by
//! its time alone: two gateways may speak of the same instant, and one that counts coarsely may
//! send several values of it.

use std::collections::{BTreeMap, HashMap, VecDeque};

use smol_str::SmolStr;

use super::TwinState;
use crate::{
    id::{PlantId, SeriesId},
    report::{PointQuality, Points},
    time::PlantTime,
};

/// Series of one plant whose values are kept; those that come later are not.
pub const SERIES_LIMIT: usize = 1_000;
/// Values kept of one series; the oldest go first.
pub const POINTS_PER_SERIES: usize = 1_000;

/// The newest values of one signal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SeriesNow {
    /// The unit of measure, as a feed declared it.
    pub unit: Option<SmolStr>,
    /// In the order of (time, record).
    points: VecDeque<PointNow>,
}

/// One value of a signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointNow {
    /// When.
    pub at: PlantTime,
    /// The number of the record that said it.
    pub record: u64,
    /// The value, in the unit of its series.
    pub value: f64,
    /// How good it is.
    pub quality: PointQuality,
}

impl SeriesNow {
    /// The values, oldest first.
    pub fn points(&self) -> impl Iterator<Item = &PointNow> {
        self.points.iter()
    }

    /// The value of the newest time.
    pub fn newest(&self) -> Option<&PointNow> {
        self.points.back()
    }

    /// How many values are kept.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether no value came yet.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Keeps a value in its place; of two with the same time and record the later stands.
    fn keep(&mut self, point: PointNow) {
        let key = |point: &PointNow| (point.at, point.record);
        // Gateways send in order: nearly every value is the newest.
        let place = match self.points.back() {
            Some(last) if key(last) >= key(&point) => {
                self.points.partition_point(|known| key(known) < key(&point))
            }
            _ => self.points.len(),
        };
        if let Some(known) = self.points.get_mut(place).filter(|known| key(known) == key(&point)) {
            *known = point;
        } else if self.points.len() < POINTS_PER_SERIES {
            self.points.insert(place, point);
        } else if place > 0 {
            self.points.pop_front();
            self.points.insert(place - 1, point);
        }
    }
}

/// The signals of one plant, in the order in which they were first heard of.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Signals {
    series: Vec<(SeriesId, SeriesNow)>,
    /// Looked up only, never iterated.
    index: HashMap<SeriesId, usize>,
}

impl Signals {
    fn place_of(&mut self, series: &SeriesId) -> Option<usize> {
        if let Some(&place) = self.index.get(series) {
            return Some(place);
        }
        let place = self.series.len();
        if place >= SERIES_LIMIT {
            return None;
        }
        self.index.insert(series.clone(), place);
        self.series.push((series.clone(), SeriesNow::default()));
        Some(place)
    }
}

impl TwinState {
    /// Takes in the values of one record, and the units that its feed declared with them.
    pub fn observe_points(
        &mut self,
        plant: &PlantId,
        record: u64,
        points: &Points,
        units: &BTreeMap<SeriesId, String>,
    ) {
        let Some(&index) = self.by_id.get(plant) else { return };
        let signals = &mut self.plants[index].signals;
        for (series, unit) in units {
            if let Some(place) = signals.place_of(series) {
                signals.series[place].1.unit = Some(SmolStr::new(unit));
            }
        }
        let values = points.at.iter().zip(&points.value).zip(&points.quality);
        for (series, ((&at, &value), &quality)) in points.series.iter().zip(values) {
            if let Some(place) = signals.place_of(series) {
                signals.series[place].1.keep(PointNow { at, record, value, quality });
            }
        }
    }

    /// The signals of a plant, in the order in which they were first heard of.
    pub fn signals(&self, plant: &PlantId) -> impl Iterator<Item = (&SeriesId, &SeriesNow)> {
        let signals = self.plant(plant).into_iter().flat_map(|plant| &plant.signals.series);
        signals.map(|(series, now)| (series, now))
    }

    /// One signal of a plant.
    pub fn signal(&self, plant: &PlantId, series: &SeriesId) -> Option<&SeriesNow> {
        let signals = &self.plant(plant)?.signals;
        let place = *signals.index.get(series)?;
        signals.series.get(place).map(|(_, now)| now)
    }
}
