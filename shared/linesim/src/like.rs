//! Plants in which pieces of a kind are alike, as networks that [`crate::flow`] plays.
//!
//! Where a plant says nothing of names, people, cranes, shifts and the like, the fast network is
//! the same model. [`like`] says what it is, or the first thing that keeps it from being one.

mod cards;
mod plain;
mod play;
mod step;

use std::collections::BTreeMap;

use des::Distribution;
use thiserror::Error;
use twin::{
    EquipmentId, MaterialId, Plant,
    definition::{self, BegunPiece, Operation, Tracking},
};

use crate::flow::{
    Ages, Begun, Blocking, Failure, Fate, Lot, MOST_EVENTS, Network, Piece, Station, Storage, Way,
};

use plain::{plain, random, refuse_the_rest, whole};

pub use play::{By, Playing};
pub use step::InStep;

/// Units of a work center without a limit work on so many at once.
const UNBOUNDED_AT_ONCE: u32 = 10_000;

/// A plant as a network of like pieces.
#[derive(Clone, Debug)]
pub enum Like {
    /// Everything goes at its own pace.
    Flow(Box<LikeFlow>),
    /// All stations move in step.
    InStep(InStep),
}

/// A plant as a network that goes at its own pace.
#[derive(Clone, Debug)]
pub struct LikeFlow {
    /// What is played; times in microseconds.
    pub network: Network,
    /// How servers stand at the beginning.
    pub begun: Vec<Begun>,
    /// What each station is.
    pub stations: Vec<StationIs>,
    /// What each storage is.
    pub storages: Vec<StorageIs>,
    /// What plays it.
    pub by: By,
    /// The most events of one run.
    pub most_events: u64,
}

/// What a station of the network is in the plant.
#[derive(Clone, Debug, PartialEq)]
pub enum StationIs {
    /// A work center.
    Work {
        /// Its id.
        work_center: EquipmentId,
        /// Its units, in their order.
        units: Vec<EquipmentId>,
        /// Pieces that one of them works on at once: so many servers in a row are one unit.
        at_once: u32,
        /// What is complete when it lets go of a piece, and how much of it.
        makes: Option<(MaterialId, f64)>,
    },
    /// Arrivals from outside.
    Arrivals,
    /// Lots under way from a supplier.
    Supplier,
}

/// What a storage of the network is in the plant.
#[derive(Clone, Debug, PartialEq)]
pub struct StorageIs {
    /// Its id; none: what counts cards and orders.
    pub storage: Option<EquipmentId>,
    /// What lies there.
    pub material: Option<MaterialId>,
}

/// What keeps a plant from being a network of like pieces.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{what} {why}")]
pub struct NotLike {
    /// What of the plant: `operation weld`.
    pub what: String,
    /// Why, as the rest of the sentence: `needs a crew`.
    pub why: String,
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "most that is named is a reference already, the rest a text made for this"
)]
fn not_like<T>(kind: &str, id: impl ToString, why: impl ToString) -> Result<T, NotLike> {
    Err(NotLike { what: format!("{kind} {}", id.to_string()), why: why.to_string() })
}

/// What the plant has that only a network of like pieces knows, if anything.
pub fn needs_like(plant: &Plant) -> Option<String> {
    let step = plant.in_step.as_ref().map(|_| "[in_step]".to_owned());
    let keeps = |op: &&Operation| op.blocking == definition::Blocking::BeforeWork;
    let keeps = plant.operations.iter().find(keeps);
    let keeps = keeps.map(|op| format!("blocking = \"before work\" of operation {}", op.id));
    step.or(keeps)
}

/// A plant as a network of like pieces.
///
/// # Errors
/// [`NotLike`], the first thing that keeps it from being one.
pub fn like(plant: &Plant) -> Result<Like, NotLike> {
    refuse_the_rest(plant)?;
    if let Some(in_step) = &plant.in_step {
        return step::in_step(plant, in_step).map(Like::InStep);
    }
    let mut maker = Maker { plant, storage_at: BTreeMap::new(), made: empty() };
    maker.storages()?;
    for operation in &plant.operations {
        maker.operation(operation)?;
    }
    maker.arrivals()?;
    maker.reorders()?;
    cards::loops(plant, &mut maker.made)?;
    maker.begun()?;
    Ok(Like::Flow(Box::new(maker.made)))
}

fn empty() -> LikeFlow {
    LikeFlow {
        network: Network::default(),
        begun: Vec::new(),
        stations: Vec::new(),
        storages: Vec::new(),
        by: By::Events,
        most_events: MOST_EVENTS,
    }
}

struct Maker<'p> {
    plant: &'p Plant,
    storage_at: BTreeMap<&'p EquipmentId, usize>,
    made: LikeFlow,
}

impl<'p> Maker<'p> {
    fn storages(&mut self) -> Result<(), NotLike> {
        for storage in &self.plant.storages {
            let stock = self.plant.initial_stock.iter().filter(|s| s.storage == storage.id);
            let initial: f64 = stock.map(|stock| stock.quantity).sum();
            self.storage_at.insert(&storage.id, self.made.storages.len());
            self.made
                .storages
                .push(StorageIs { storage: Some(storage.id.clone()), material: None });
            self.made.network.storages.push(Storage {
                name: storage.id.as_str().into(),
                capacity: storage.capacity,
                initial: whole(initial, "storage", &storage.id)?,
                is_anonymous: false,
            });
        }
        for stock in &self.plant.initial_stock {
            let at = self.at("stock of", &stock.material, &stock.storage)?;
            self.holds(at, &stock.material)?;
        }
        Ok(())
    }

    /// The storage of that id.
    fn at(&self, kind: &str, user: impl ToString, id: &EquipmentId) -> Result<usize, NotLike> {
        match self.storage_at.get(id) {
            Some(&at) => Ok(at),
            None => not_like(kind, user, format!("names a storage {id} that is not there")),
        }
    }

    /// Enters what lies in a storage: pieces are alike, so it is one material.
    fn holds(&mut self, at: usize, material: &MaterialId) -> Result<(), NotLike> {
        let definition = self.plant.materials.iter().find(|known| known.id == *material);
        if definition.is_some_and(|known| known.tracking == Tracking::Serial) {
            return not_like("material", material, "is serial: each piece has a name");
        }
        let known = &mut self.made.storages[at];
        match &known.material {
            Some(other) if other != material => {
                let (id, other) = (known.storage.clone(), other.clone());
                let id = id.map_or_else(String::new, |id| id.to_string());
                not_like("storage", id, format!("holds {other} and {material}"))
            }
            _ => {
                known.material = Some(material.clone());
                Ok(())
            }
        }
    }

    fn lot(
        &mut self,
        user: &Operation,
        material: &MaterialId,
        storage: &EquipmentId,
        quantity: f64,
    ) -> Result<Lot, NotLike> {
        let at = self.at("operation", &user.id, storage)?;
        self.holds(at, material)?;
        Ok(Lot { storage: at, pieces: whole(quantity, "operation", &user.id)? })
    }

    fn operation(&mut self, operation: &Operation) -> Result<(), NotLike> {
        plain(operation)?;
        let id = &operation.id;
        let center = self.plant.work_centers.iter().find(|c| c.id == operation.work_center);
        let Some(center) = center else {
            return not_like("operation", id, "is done at a work center that is not there");
        };
        let units = self.plant.units.iter().filter(|unit| unit.work_center == center.id);
        let units: Vec<EquipmentId> = units.map(|unit| unit.id.clone()).collect();
        let at_once = center.capacity.unwrap_or(UNBOUNDED_AT_ONCE);
        let mut takes = Vec::new();
        for input in &operation.inputs {
            takes.push(self.lot(operation, &input.material, &input.from, input.quantity)?);
        }
        let failures: Result<Vec<Failure>, NotLike> =
            center.failures.iter().map(|failure| self.failure(&center.id, failure)).collect();
        let makes = match &operation.output.to {
            None => Some((operation.output.material.clone(), operation.output.quantity)),
            Some(_) => None,
        };
        let station = Station {
            name: center.id.as_str().into(),
            servers: at_once.saturating_mul(units.len() as u32),
            work: random(&operation.duration, "operation", id)?,
            takes,
            gives: self.ways(operation)?,
            is_arrival: false,
            blocking: match operation.blocking {
                definition::Blocking::AfterWork => Blocking::AfterService,
                definition::Blocking::BeforeWork => Blocking::BeforeService,
            },
            failures: failures?,
        };
        self.made.network.stations.push(station);
        let work_center = center.id.clone();
        self.made.stations.push(StationIs::Work { work_center, units, at_once, makes });
        Ok(())
    }

    /// Where the pieces of an operation go: on, back for rework, or lost.
    fn ways(&mut self, operation: &Operation) -> Result<Vec<Way>, NotLike> {
        let output = &operation.output;
        let passed = operation.rework.as_ref().map_or(1.0, |rework| rework.first_pass_ratio);
        let good = passed * operation.yield_ratio;
        let to = match &output.to {
            None => Vec::new(),
            Some(place) => {
                vec![self.lot(operation, &output.material, &place.place, output.quantity)?]
            }
        };
        let mut ways = vec![Way::new(good, to)];
        if let Some(rework) = operation.rework.as_ref().filter(|_| passed < 1.0) {
            let again = self.lot(operation, &output.material, &rework.to, 1.0)?;
            ways.push(Way::new(1.0 - passed, vec![again]));
        }
        let lost = passed - good;
        if lost > 0.0 {
            ways.push(Way { share: lost, to: Vec::new(), fate: Fate::Lost });
        }
        Ok(ways)
    }

    fn failure(
        &self,
        center: &EquipmentId,
        failure: &definition::FailureMode,
    ) -> Result<Failure, NotLike> {
        Ok(Failure {
            between: random(&failure.between, "work center", center)?,
            repair: random(&failure.repair, "work center", center)?,
            ages: match failure.ages {
                definition::Ages::WithWork => Ages::WithWork,
                definition::Ages::WithTime => Ages::WithTime,
            },
        })
    }

    fn arrivals(&mut self) -> Result<(), NotLike> {
        for arrival in &self.plant.arrivals {
            let mut to = Vec::new();
            for (material, storage, pieces) in &arrival.gives {
                let at = self.at("arrivals", &arrival.id, storage)?;
                self.holds(at, material)?;
                if self.made.network.storages[at].capacity.is_some() {
                    let why =
                        format!("come into {storage}, which has a limit: nobody sends them back");
                    return not_like("arrivals", &arrival.id, why);
                }
                to.push(Lot { storage: at, pieces: *pieces });
            }
            let work = random(&arrival.between, "arrivals", &arrival.id)?;
            let ways = vec![Way { share: 1.0, to, fate: Fate::Goes }];
            self.station(arrival.id.as_str(), work, Vec::new(), ways, StationIs::Arrivals);
        }
        Ok(())
    }

    fn station(
        &mut self,
        name: &str,
        work: Distribution,
        takes: Vec<Lot>,
        gives: Vec<Way>,
        is: StationIs,
    ) {
        let is_arrival = is == StationIs::Arrivals;
        self.made.network.stations.push(Station {
            name: name.into(),
            servers: if is_arrival { 1 } else { UNBOUNDED_AT_ONCE },
            work,
            takes,
            gives,
            is_arrival,
            blocking: Blocking::AfterService,
            failures: Vec::new(),
        });
        self.made.stations.push(is);
    }

    /// Lots by the level of stock: what is wanted counts, and each lot's worth of it is an order.
    fn reorders(&mut self) -> Result<(), NotLike> {
        let lines = self.plant.supply_lines.iter();
        for line in lines {
            let Some(reorder) = &line.reorder else { continue };
            let id = &line.material;
            let stock = self.at("supply of", id, &line.storage)?;
            let wanted = self.at("supply of", id, &reorder.wanted_at)?;
            self.holds(stock, id)?;
            let initial = self.made.network.storages[stock].initial;
            // Counted down from the level at which the last order went out.
            let Some(counted) = (reorder.point + reorder.lot).checked_sub(initial) else {
                let most = reorder.point + reorder.lot;
                let why =
                    format!("begins with {initial}, more than {most}, where no order would be out");
                return not_like("supply of", id, why);
            };
            let orders = self.made.network.storages.len();
            self.made.network.storages.push(Storage {
                name: format!("orders of {id}").into(),
                capacity: None,
                initial: counted,
                is_anonymous: true,
            });
            self.made.storages.push(StorageIs { storage: None, material: None });
            for way in self.made.network.stations.iter_mut().flat_map(|s| &mut s.gives) {
                let here = way.to.iter().filter(|lot| lot.storage == wanted);
                let pieces: u32 = here.map(|lot| lot.pieces).sum();
                if pieces > 0 {
                    way.to.push(Lot { storage: orders, pieces });
                }
            }
            let lot = |storage| Lot { storage, pieces: reorder.lot };
            let lead = random(&reorder.lead, "supply of", id)?;
            let ways = vec![Way { share: 1.0, to: vec![lot(stock)], fate: Fate::Goes }];
            let name = format!("supply of {id}");
            self.station(&name, lead, vec![lot(orders)], ways, StationIs::Supplier);
        }
        Ok(())
    }

    fn begun(&mut self) -> Result<(), NotLike> {
        for begun in &self.plant.begun_units {
            let found = self.made.stations.iter().enumerate().find_map(|(station, is)| match is {
                StationIs::Work { units, at_once, .. } => {
                    let unit = units.iter().position(|unit| *unit == begun.unit)?;
                    Some((station, unit as u32 * at_once))
                }
                _ => None,
            });
            let Some((station, server)) = found else {
                return not_like("unit", &begun.unit, "is begun, and no operation is done there");
            };
            let piece = match begun.piece {
                None => Piece::None,
                Some(BegunPiece::Working(age)) => Piece::Working(age.micros()),
                Some(BegunPiece::Finished) => Piece::Finished(0),
            };
            let down = match &begun.down {
                None => None,
                Some((name, age)) => Some((self.mode(&begun.unit, name)?, age.micros())),
            };
            self.made.begun.push(Begun { station, server, piece, down });
        }
        Ok(())
    }

    fn mode(&self, unit: &EquipmentId, name: &str) -> Result<usize, NotLike> {
        let unit_is = self.plant.units.iter().find(|known| known.id == *unit);
        let center = unit_is.and_then(|unit| {
            self.plant.work_centers.iter().find(|center| center.id == unit.work_center)
        });
        let modes = center.map_or(&[][..], |center| &center.failures);
        match modes.iter().position(|mode| mode.name == name) {
            Some(at) => Ok(at),
            None => not_like(
                "unit",
                unit,
                format!("is down with \"{name}\", which is none of its failures"),
            ),
        }
    }
}

impl LikeFlow {
    /// The same with a station that does everything in a part of the time: works, fails and is
    /// repaired.
    ///
    /// # Errors
    /// [`des::DistributionError`] if the factor is not above 0.
    pub fn faster(&self, station: usize, factor: f64) -> Result<Self, des::DistributionError> {
        let mut faster = self.clone();
        let changed = &mut faster.network.stations[station];
        changed.work = changed.work.times(factor)?;
        for failure in &mut changed.failures {
            failure.between = failure.between.times(factor)?;
            failure.repair = failure.repair.times(factor)?;
        }
        Ok(faster)
    }
}
