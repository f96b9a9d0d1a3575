//! Playing a flow: one event at a time, and what follows from it at the same instant.

use des::{Streams, Time};

use super::{
    Begun, FlowError, Lot, MOST_EVENTS, MOST_PIECES, Network,
    clocks::{Clocks, Rank},
    network::{Ages, Blocking, Fate},
    state::{Doing, Next, Server, StationNow, StorageNow, micros},
};

/// The most that may follow from one event at one instant: a route that never ends is not a flow.
const MOST_AT_ONCE: u32 = 1 << 20;

/// A flow being played.
#[derive(Clone, Debug)]
pub struct Flow {
    pub(super) network: Network,
    pub(super) now: Time,
    pub(super) clocks: Clocks,
    pub(super) stations: Vec<StationNow>,
    pub(super) storages: Vec<StorageNow>,
    pub(super) servers: Vec<Server>,
    /// Of each slot beyond the servers': the server and its failure.
    pub(super) timed: Vec<(u32, u32)>,
    /// Which of the timed failures are being repaired.
    pub(super) repairing: Vec<bool>,
    /// Stations that may be able to begin, to be tried at this instant.
    pub(super) tried: Vec<u32>,
    /// Events at this very instant.
    pub(super) at_once: u32,
    pub(super) watched: bool,
    /// Pieces that were finished at some station.
    pub(super) piece_operations: u64,
    /// Pieces that lie in storages.
    pub(super) lying: u64,
    /// Events so far, and the most there may be; none any more once too many pieces lie about.
    pub(super) events: u64,
    pub(super) most_events: u64,
}

impl Flow {
    /// A flow at time 0, of one replication of a seed. Watching keeps account of waits and levels,
    /// which takes its time.
    ///
    /// # Errors
    /// [`FlowError`], which names what cannot be played.
    pub fn new(
        network: Network,
        streams: Streams,
        replication: u64,
        watched: bool,
    ) -> Result<Self, FlowError> {
        Self::from_state(network, &[], streams, replication, watched)
    }

    /// The same from a state: pieces in storages as the network says, and servers as they have
    /// begun. What is left of work and of repairs is drawn for the time that they have taken.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn from_state(
        network: Network,
        begun: &[Begun],
        streams: Streams,
        replication: u64,
        watched: bool,
    ) -> Result<Self, FlowError> {
        network.check()?;
        let (mut servers, mut stations, mut timed) = (Vec::new(), Vec::new(), Vec::new());
        let all: u32 = network.stations.iter().map(|station| station.servers).sum();
        for (index, station) in network.stations.iter().enumerate() {
            let first = servers.len() as u32;
            for number in 0..station.servers {
                let name = format!("{}/{number}", station.name);
                let stream = |purpose| streams.stream(replication, &name, purpose);
                let slots = all + timed.len() as u32;
                let failures = station.failures.len() as u32;
                timed.extend((0..failures).map(|failure| (first + number, failure)));
                servers.push(Server::new(index, slots, (stream("failure"), stream("repair"))));
            }
            let stream = |purpose| streams.stream(replication, &station.name, purpose);
            // The last of the idle ones is taken first.
            let idle = (first..servers.len() as u32).rev().collect();
            stations.push(StationNow::new(idle, (stream("work"), stream("route"))));
        }
        let storages = 0..network.storages.len();
        let mut flow = Self {
            now: Time::ZERO,
            clocks: Clocks::new(servers.len() + timed.len()),
            stations,
            storages: storages.map(|at| StorageNow::new(&network, at, watched)).collect(),
            servers,
            repairing: vec![false; timed.len()],
            timed,
            tried: Vec::new(),
            at_once: 0,
            watched,
            piece_operations: 0,
            lying: network.storages.iter().map(|storage| u64::from(storage.initial)).sum(),
            events: 0,
            most_events: MOST_EVENTS,
            network,
        };
        flow.age();
        begun.iter().try_for_each(|begun| flow.begin(begun))?;
        flow.tried = (0..flow.stations.len() as u32).rev().collect();
        flow.settle();
        Ok(flow)
    }

    /// The same for so many events at most.
    pub fn at_most(self, events: u64) -> Self {
        Self { most_events: self.most_events.min(events), ..self }
    }

    /// Where the clock stands.
    pub fn now(&self) -> Time {
        self.now
    }

    /// Pieces that were finished at a station, over all stations.
    pub fn piece_operations(&self) -> u64 {
        self.piece_operations
    }

    /// Plays up to a moment; what happens at that very moment is left for the next call.
    ///
    /// # Errors
    /// [`FlowError::Endless`] where something begins again and again without time going by,
    /// [`FlowError::Deadlock`] where nothing can ever move again, [`FlowError::TooManyPieces`] and
    /// [`FlowError::TooManyEvents`] beyond those limits.
    pub fn run_until(&mut self, limit: Time) -> Result<(), FlowError> {
        while let Some((slot, at)) = self.clocks.first() {
            if at >= limit {
                break;
            }
            self.step(slot, at)?;
        }
        if self.clocks.first().is_none() {
            self.check_stuck()?;
        }
        self.now = self.now.max(limit);
        Ok(())
    }

    /// Nothing will ever happen again: where a finished piece has no room, that is a deadlock.
    fn check_stuck(&self) -> Result<(), FlowError> {
        for (storage, now) in self.network.storages.iter().zip(&self.storages) {
            if let Some(&server) = now.blocked.front() {
                let station = self.servers[server as usize].station as usize;
                let station = self.network.stations[station].name.clone();
                return Err(FlowError::Deadlock { station, storage: storage.name.clone() });
            }
        }
        Ok(())
    }

    /// Plays until so many pieces have left the network from a station, or nothing happens any
    /// more, or the limit is reached.
    ///
    /// # Errors
    /// As [`Self::run_until`].
    pub fn run_until_left(
        &mut self,
        station: usize,
        pieces: u64,
        limit: Time,
    ) -> Result<(), FlowError> {
        while self.stations[station].left < pieces
            && let Some((slot, at)) = self.clocks.first()
            && at < limit
        {
            self.step(slot, at)?;
        }
        Ok(())
    }

    /// The same for pieces that leave good from any station; whether so many did.
    ///
    /// # Errors
    /// As [`Self::run_until`].
    pub fn run_until_all_left(&mut self, pieces: u64, limit: Time) -> Result<bool, FlowError> {
        let left = |flow: &Self| flow.stations.iter().map(|station| station.left).sum::<u64>();
        while left(self) < pieces {
            let Some((slot, at)) = self.clocks.first().filter(|&(_, at)| at < limit) else {
                return Ok(false);
            };
            self.step(slot, at)?;
        }
        Ok(true)
    }

    #[inline]
    fn step(&mut self, slot: usize, at: Time) -> Result<(), FlowError> {
        if at > self.now {
            (self.now, self.at_once) = (at, 0);
        } else {
            self.at_once += 1;
            if self.at_once > MOST_AT_ONCE {
                return Err(self.endless(slot));
            }
        }
        self.clocks.clear(slot);
        if slot >= self.servers.len() {
            self.timed(slot);
        } else {
            match self.servers[slot].next {
                Next::EndOfWork => self.finish(slot),
                Next::Failure(number) => self.fail(slot, number),
                Next::Repair(number) => self.repair(slot, number),
            }
        }
        self.settle();
        self.events += 1;
        if self.events > self.most_events { Err(self.too_many()) } else { Ok(()) }
    }

    fn endless(&self, slot: usize) -> FlowError {
        let station = self.servers.get(slot).map_or(0, |server| server.station as usize);
        let station = &self.network.stations[station];
        FlowError::Endless { station: station.name.clone(), does: self.network.does(station) }
    }

    fn too_many(&self) -> FlowError {
        if self.lying > MOST_PIECES {
            return self.network.crowded(self.storages.iter().map(|now| u64::from(now.level)));
        }
        let stations = self.network.stations.iter().zip(&self.stations);
        let busiest = stations.max_by_key(|(_, now)| now.finished);
        let (station, does) = busiest.map_or_else(Default::default, |(station, _)| {
            (station.name.clone(), self.network.does(station))
        });
        let reached = twin::Span::from_micros(self.now.micros());
        FlowError::TooManyEvents { station, does, most: self.most_events, reached }
    }

    /// Lets stations begin until none can.
    #[inline]
    pub(super) fn settle(&mut self) {
        while let Some(station) = self.tried.pop() {
            let station = station as usize;
            while !self.stations[station].idle.is_empty() && self.start(station) {}
        }
    }

    /// Begins with a piece where a server is idle and everything is there; whether it did.
    fn start(&mut self, index: usize) -> bool {
        let Some(&server) = self.stations[index].idle.last() else { return false };
        let station = &self.network.stations[index];
        if !station.takes.iter().all(|lot| self.storages[lot.storage].has(lot.pieces)) {
            self.waits_for_room(index, false);
            return false;
        }
        if station.blocking == Blocking::BeforeService {
            let to = station.gives.first().map_or(&[][..], |way| way.to.as_slice());
            if to.iter().any(|lot| !self.storages[lot.storage].has_room(lot.pieces)) {
                self.waits_for_room(index, true);
                return false;
            }
            to.iter().for_each(|lot| self.storages[lot.storage].kept += lot.pieces);
        }
        self.waits_for_room(index, false);
        self.account_idle(index, server as usize);
        self.stations[index].idle.pop();
        let mut born = self.now;
        for take in 0..self.network.stations[index].takes.len() {
            let Lot { storage, pieces } = self.network.stations[index].takes[take];
            let from = match self.storages[storage].handed_over() {
                Some(server) => self.handed_over(storage, server as usize),
                None => {
                    let from = self.storages[storage].take(pieces, self.now, self.watched);
                    self.lying -= u64::from(pieces);
                    self.room_came(storage);
                    from
                }
            };
            if !self.network.storages[storage].is_anonymous {
                born = born.min(from);
            }
        }
        let work = self.stations[index].works.next(&self.network.stations[index].work);
        let now = &mut self.servers[server as usize];
        (now.doing, now.born, now.remaining) = (Doing::Working, born, work);
        self.resume(server as usize);
        true
    }

    /// Announces what comes first: the end of the work, or a failure that ages with it.
    #[inline]
    pub(super) fn resume(&mut self, index: usize) {
        let now = &mut self.servers[index];
        now.resumed = self.now;
        let (mut after, mut rank) = (now.remaining, Rank::End);
        now.next = Next::EndOfWork;
        if !now.ages.is_empty() {
            let failures = &self.network.stations[now.station as usize].failures;
            for ((&left, failure), number) in now.ages.iter().zip(failures).zip(0..) {
                if failure.ages == Ages::WithWork && left < after {
                    (after, rank, now.next) = (left, Rank::Failure, Next::Failure(number));
                }
            }
        }
        self.clocks.schedule(index, self.now.after(after), rank);
    }

    /// Takes account of the work done since it was last resumed.
    fn pause(&mut self, index: usize) {
        let now = &mut self.servers[index];
        let worked = self.now.since(now.resumed);
        now.remaining -= worked;
        let failures = &self.network.stations[now.station as usize].failures;
        for (left, failure) in now.ages.iter_mut().zip(failures) {
            if failure.ages == Ages::WithWork {
                *left -= worked;
            }
        }
    }

    #[inline]
    fn finish(&mut self, index: usize) {
        if !self.servers[index].ages.is_empty() {
            self.pause(index);
        }
        self.account_work(index);
        let station = self.servers[index].station as usize;
        if self.network.stations[station].is_arrival {
            self.servers[index].born = self.now;
        }
        self.piece_operations += 1;
        self.stations[station].finished += 1;
        let ways = &self.network.stations[station].gives;
        if ways.len() > 1 {
            let mut draw = self.stations[station].route.unit();
            // Rounding may leave a little beyond the last way: that is its, too.
            let last = ways.len() - 1;
            let way = ways.iter().position(|way| {
                draw -= way.share;
                draw < 0.0
            });
            self.servers[index].way = way.unwrap_or(last) as u32;
        }
        self.leave(index);
    }

    /// Lets a finished piece go, or keeps it for want of room.
    pub(super) fn leave(&mut self, index: usize) {
        let (station, way) = (self.servers[index].station as usize, self.servers[index].way);
        let of = &self.network.stations[station];
        let to = of.gives.get(way as usize).map_or(&[][..], |way| way.to.as_slice());
        if of.blocking == Blocking::AfterService {
            if let Some(full) =
                to.iter().find(|lot| !self.storages[lot.storage].has_room(lot.pieces))
            {
                self.servers[index].doing = Doing::Blocked;
                let full = &mut self.storages[full.storage];
                full.blocked.push_back(index as u32);
                if full.capacity == 0 {
                    self.tried.extend_from_slice(&full.takers);
                }
                return;
            }
        } else {
            to.iter().for_each(|lot| self.storages[lot.storage].kept -= lot.pieces);
        }
        let born = self.servers[index].born;
        for &Lot { storage, pieces } in to {
            self.storages[storage].put(pieces, born, self.now, self.watched);
            self.lying += u64::from(pieces);
            if self.lying > MOST_PIECES {
                self.most_events = 0;
            }
            self.tried.extend_from_slice(&self.storages[storage].takers);
        }
        let now = &mut self.stations[station];
        match of.gives.get(way as usize).map_or(Fate::Made, |way| way.fate) {
            Fate::Goes => {}
            Fate::Made => {
                now.left += 1;
                let lead = self.now.since(born);
                now.in_system += i128::from(lead);
                if self.watched {
                    now.leads.add(self.now, lead);
                }
            }
            Fate::Lost => now.scrapped += 1,
        }
        self.empty(index);
    }

    /// The server holds no piece any more.
    #[inline]
    pub(super) fn empty(&mut self, index: usize) {
        self.account(index);
        let now = &mut self.servers[index];
        now.doing = Doing::Nothing;
        if now.down == 0 {
            let station = now.station;
            self.stations[station as usize].idle.push(index as u32);
            self.tried.push(station);
        }
    }

    /// A piece goes from server to server, where the storage between them has no room at all.
    fn handed_over(&mut self, storage: usize, from: usize) -> Time {
        self.storages[storage].taken += 1;
        self.empty(from);
        self.servers[from].born
    }

    /// Places came free: the pieces that waited longest for them go there.
    #[inline]
    fn room_came(&mut self, storage: usize) {
        self.tried.extend_from_slice(&self.storages[storage].keepers);
        while let Some(&first) = self.storages[storage].blocked.front() {
            let server = &self.servers[first as usize];
            let way = &self.network.stations[server.station as usize].gives[server.way as usize];
            let lot = way.to.iter().find(|lot| lot.storage == storage);
            if lot.is_some_and(|lot| !self.storages[storage].has_room(lot.pieces)) {
                return;
            }
            self.storages[storage].blocked.pop_front();
            self.leave(first as usize);
        }
    }

    /// A failure that ages with work.
    fn fail(&mut self, index: usize, number: u32) {
        self.pause(index);
        self.account(index);
        let now = &mut self.servers[index];
        now.down += 1;
        now.next = Next::Repair(number);
        let failure = &self.network.stations[now.station as usize].failures[number as usize];
        let repair = micros(failure.repair.sample(&mut now.repairing));
        self.clocks.schedule(index, self.now.after(repair), Rank::End);
    }

    fn repair(&mut self, index: usize, number: u32) {
        let now = &mut self.servers[index];
        let failure = &self.network.stations[now.station as usize].failures[number as usize];
        now.ages[number as usize] = micros(failure.between.sample(&mut now.failing));
        self.up(index);
    }

    fn up(&mut self, index: usize) {
        self.account(index);
        let now = &mut self.servers[index];
        now.down -= 1;
        if now.down > 0 {
            return;
        }
        match now.doing {
            Doing::Working => self.resume(index),
            Doing::Blocked => {}
            Doing::Nothing => self.empty(index),
        }
    }

    /// A failure that ages with time, or the end of its repair.
    fn timed(&mut self, slot: usize) {
        let at = slot - self.servers.len();
        let (server, number) = self.timed[at];
        let index = server as usize;
        let now = &mut self.servers[index];
        let station = now.station as usize;
        let failure = &self.network.stations[station].failures[number as usize];
        let repaired = self.repairing[at];
        self.repairing[at] = !repaired;
        if repaired {
            let between = micros(failure.between.sample(&mut now.failing));
            self.clocks.schedule(slot, self.now.after(between), Rank::Failure);
            self.up(index);
            return;
        }
        let repair = micros(failure.repair.sample(&mut now.repairing));
        self.clocks.schedule(slot, self.now.after(repair), Rank::End);
        self.account(index);
        let now = &mut self.servers[index];
        now.down += 1;
        if now.down > 1 {
            return;
        }
        match now.doing {
            Doing::Working => {
                self.clocks.clear(index);
                self.pause(index);
            }
            Doing::Blocked => {}
            Doing::Nothing => self.stations[station].idle.retain(|&idle| idle != server),
        }
    }
}
