//! What a flow is made of: stations and storages, by number.

use des::Distribution;
use smol_str::SmolStr;

use super::{FlowError, MOST_PIECES, clocks::MOST_SLOTS};

/// The most stations, and the most storages.
const MOST: usize = 10_000;
/// The most servers of all stations together.
const MOST_SERVERS: usize = 100_000;
/// The most failures during one piece of work: each is played.
const MOST_FAILURES: f64 = 1e6;
/// How far the shares of a station's ways may be from 1 in sum: what rounding leaves.
const SHARES_OFF: f64 = 1e-9;

/// A network in which pieces of a kind are alike.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// Where work is done.
    pub stations: Vec<Station>,
    /// Where pieces wait.
    pub storages: Vec<Storage>,
}

/// One or several like servers with one queue.
#[derive(Clone, Debug)]
pub struct Station {
    /// Its name: of its random streams, and in errors.
    pub name: SmolStr,
    /// Servers side by side.
    pub servers: u32,
    /// Work on a piece \[µs\].
    pub work: Distribution,
    /// What is taken for a piece of work, all at the same instant; none: there is always something
    /// to begin with.
    pub takes: Vec<Lot>,
    /// Where it goes: one of these ways by chance; none: it leaves.
    pub gives: Vec<Way>,
    /// Whether its pieces come into the network when it is done with them and not when it begins:
    /// its work is the time between arrivals.
    pub is_arrival: bool,
    /// What a full storage keeps it from.
    pub blocking: Blocking,
    /// What stops it, each on its own.
    pub failures: Vec<Failure>,
}

/// A way that a piece may go.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// How many go this way \[ratio\].
    pub share: f64,
    /// What comes of it, and where it goes; nothing: it leaves the network.
    pub to: Vec<Lot>,
    /// What this means for the piece.
    pub fate: Fate,
}

/// What a way means for a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It goes on.
    Goes,
    /// It leaves the network good; what is given is something else, such as a card.
    Made,
    /// It leaves the network lost.
    Lost,
}

impl Way {
    /// A way to these places; to none, it leaves the network good.
    pub fn new(share: f64, to: Vec<Lot>) -> Self {
        let fate = if to.is_empty() { Fate::Made } else { Fate::Goes };
        Self { share, to, fate }
    }
}

/// Pieces of a storage, taken or given together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
    /// Which storage.
    pub storage: usize,
    /// How many, at least one.
    pub pieces: u32,
}

impl Lot {
    /// One piece.
    pub const fn one(storage: usize) -> Self {
        Self { storage, pieces: 1 }
    }
}

/// What a full storage keeps a station from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocking {
    /// Letting go of a finished piece, which stays in the server.
    AfterService,
    /// Beginning with one. The place is kept for it.
    BeforeService,
}

/// How a server stands at the beginning; those that are not named stand idle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The station, and which of its servers.
    pub station: usize,
    /// From 0.
    pub server: u32,
    /// The piece it has.
    pub piece: Piece,
    /// The failure that is being repaired, and for how long it has been \[µs\].
    pub down: Option<(usize, i64)>,
}

/// The piece that a server has at the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// None.
    None,
    /// One that was worked on for so long \[µs\].
    Working(i64),
    /// A finished one that is to go this way.
    Finished(u32),
}

/// A kind of failure.
#[derive(Clone, Debug)]
pub struct Failure {
    /// From a repair to the next failure \[µs\].
    pub between: Distribution,
    /// A repair \[µs\].
    pub repair: Distribution,
    /// What brings it nearer.
    pub ages: Ages,
}

/// What brings a failure nearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ages {
    /// Work alone.
    WithWork,
    /// Time, whatever the station does; a repair of another failure does not stop it.
    WithTime,
}

/// Where pieces wait, first come first served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Storage {
    /// Its name, in errors.
    pub name: SmolStr,
    /// Pieces that find room; none: all do.
    pub capacity: Option<u32>,
    /// Pieces in it at the start.
    pub initial: u32,
    /// Whether what lies here says nothing of when a piece came into the network: cards, orders.
    pub is_anonymous: bool,
}

impl Network {
    /// Whether it can be played.
    ///
    /// # Errors
    /// [`FlowError`], which names the station or storage.
    pub(super) fn check(&self) -> Result<(), FlowError> {
        let servers: u64 = self.stations.iter().map(|station| u64::from(station.servers)).sum();
        let clocks = |of: &Station| u64::from(of.servers) * (1 + of.failures.len() as u64);
        if self.stations.len().max(self.storages.len()) > MOST
            || servers > MOST_SERVERS as u64
            || self.stations.iter().map(clocks).sum::<u64>() > MOST_SLOTS
        {
            let widest = self.stations.iter().max_by_key(|station| station.servers);
            let (station, servers) =
                widest.map_or_else(Default::default, |of| (of.name.clone(), of.servers));
            return Err(FlowError::TooLarge { station, servers });
        }
        let initial: u64 = self.storages.iter().map(|storage| u64::from(storage.initial)).sum();
        let fullest = self.storages.iter().max_by_key(|storage| storage.initial);
        if let Some(of) = fullest.filter(|_| initial > MOST_PIECES) {
            return Err(FlowError::TooMuchStock { storage: of.name.clone(), pieces: of.initial });
        }
        for storage in &self.storages {
            if storage.capacity.is_some_and(|capacity| capacity < storage.initial) {
                return Err(FlowError::Overfull { storage: storage.name.clone() });
            }
        }
        self.stations.iter().try_for_each(|station| self.check_station(station))
    }

    fn check_station(&self, station: &Station) -> Result<(), FlowError> {
        let name = || station.name.clone();
        if station.servers == 0 {
            return Err(FlowError::NoServer { station: name() });
        }
        let lots = || station.gives.iter().flat_map(|way| &way.to).chain(&station.takes);
        if lots().any(|lot| lot.storage >= self.storages.len()) {
            return Err(FlowError::NoStorage { station: name() });
        }
        for lot in lots() {
            let storage = &self.storages[lot.storage];
            let most = storage.capacity.unwrap_or(u32::MAX).max(1);
            if lot.pieces == 0 || lot.pieces > most {
                let (station, storage) = (name(), storage.name.clone());
                return Err(FlowError::Lot { station, storage, pieces: lot.pieces });
            }
        }
        let shares: f64 = station.gives.iter().map(|way| way.share).sum();
        let proper = station.gives.iter().all(|way| way.share > 0.0);
        if !station.gives.is_empty() && (!proper || (shares - 1.0).abs() > SHARES_OFF) {
            return Err(FlowError::Shares { station: name(), sum: shares });
        }
        // Which of its ways a piece goes is known when it is finished; a place is kept before.
        if station.blocking == Blocking::BeforeService && station.gives.len() > 1 {
            return Err(FlowError::KeepsOnePlace { station: name() });
        }
        let roomless = |lot: &Lot| self.storages[lot.storage].capacity == Some(0);
        let hands_over = station.gives.iter().any(|way| way.to.iter().any(roomless));
        let several = station.gives.iter().any(|way| way.to.len() > 1);
        if hands_over && (several || station.blocking == Blocking::BeforeService) {
            return Err(FlowError::NoRoomAtAll { station: name() });
        }
        let unmade = station.takes.is_empty() && station.work.mean() <= 0.0;
        if unmade {
            return Err(FlowError::Endless { station: name(), does: self.does(station) });
        }
        let often = |failure: &Failure| {
            failure.ages == Ages::WithWork
                && failure.between.mean() * MOST_FAILURES < station.work.mean().max(1.0)
        };
        if station.failures.iter().any(often) {
            return Err(FlowError::FailsAlways { station: name() });
        }
        Ok(())
    }

    /// What a station works on, in errors.
    pub(super) fn does(&self, station: &Station) -> String {
        let from = station.takes.iter().filter_map(|lot| self.storages.get(lot.storage));
        let from: Vec<&str> = from.map(|storage| storage.name.as_str()).collect();
        match from.is_empty() {
            true => "takes from nowhere".to_owned(),
            false => format!("takes from {}", from.join(" and ")),
        }
    }

    /// The storage in which the most lies, and who gives there.
    pub(super) fn crowded(&self, levels: impl Iterator<Item = u64>) -> FlowError {
        let fullest = levels.enumerate().max_by_key(|&(_, level)| level);
        let at = fullest.map_or(0, |(at, _)| at);
        let gives = |station: &&Station| {
            station.gives.iter().any(|way| way.to.iter().any(|lot| lot.storage == at))
        };
        let station = self.stations.iter().find(gives);
        FlowError::TooManyPieces {
            storage: self.storages.get(at).map(|storage| storage.name.clone()).unwrap_or_default(),
            station: station.map(|station| station.name.clone()).unwrap_or_default(),
        }
    }
}
