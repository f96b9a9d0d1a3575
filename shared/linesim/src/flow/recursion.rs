//! The recursion of departures: lines, assemblies and loops of cards without an event list.
//!
//! Where one server takes from each storage and one gives to it, first come first served, the
//! moments at which the n-th piece starts and leaves follow from those of earlier pieces by maxima
//! and sums alone (F. Baccelli, G. Cohen, G. J. Olsder and J.-P. Quadrat, "Synchronization and
//! Linearity", Wiley 1992, chapter 2). They are the same to the microsecond as [`super::Flow`]'s
//! from the same random numbers: failures that age with work only make the work longer.

mod account;
mod limits;

use des::{Distribution, Stream, Streams, Time};

use super::{
    FlowError, MOST_EVENTS, Network, ServerTimes, Totals,
    network::{Ages, Blocking, Fate, Station},
    state::{Thinned, micros},
};
use account::Account;

/// Pieces that a storage with a limit may hold, or that may be there at the start: the moments of
/// so many have to be remembered.
const MOST_PIECES: u32 = 1 << 16;
/// Pieces without time going by, and there is no end.
const MOST_AT_ONCE: u32 = 1 << 20;
/// After so many pieces at the latest, account is taken and what is over is forgotten.
const ACCOUNT_EVERY: u64 = 1 << 16;

/// A network played by its recursion.
#[derive(Clone, Debug)]
pub struct Recursion {
    cells: Vec<Cell>,
    /// What is worked out of a piece, one after the other.
    steps: Vec<Step>,
    moments: Vec<Moments>,
    accounts: Vec<Account>,
    /// Initial pieces of each storage, who gives there, and who takes.
    storages: Vec<Between>,
    /// Pieces that have been worked out at every station.
    pieces: u64,
    now: Time,
    watched: bool,
    /// What is played, for errors.
    network: Network,
    /// The most pieces at stations.
    most_events: u64,
}

/// The moments of one station, by number of piece.
#[derive(Clone, Debug, Default)]
struct Moments {
    /// Everything was there to begin with.
    readies: Series,
    starts: Series,
    ends: Series,
    leaves: Series,
    /// When the piece came into the network.
    births: Series,
    /// Failures and the ends of their repairs, in turn.
    stops: Vec<i64>,
}

/// Numbers of pieces from some piece on.
#[derive(Clone, Debug, Default)]
struct Series {
    first: u64,
    values: Vec<i64>,
}

#[derive(Clone, Debug)]
struct Cell {
    work: Distribution,
    drawn: Stream,
    failures: Vec<Failing>,
    failing: Stream,
    repairing: Stream,
    is_arrival: bool,
    /// Whether it keeps a place before its work.
    keeps: bool,
    takes: Vec<Taken>,
    gives: Vec<Given>,
    is_made: bool,
}

#[derive(Clone, Debug)]
struct Failing {
    between: Distribution,
    repair: Distribution,
    /// Work until the next.
    left: i64,
}

/// Where a station takes its pieces from.
#[derive(Clone, Copy, Debug)]
struct Taken {
    giver: usize,
    initial: u64,
    /// There is no room between: the piece goes from hand to hand.
    from_hand: bool,
    is_anonymous: bool,
}

/// Where it puts them.
#[derive(Clone, Copy, Debug)]
struct Given {
    taker: usize,
    /// So many pieces fit before the taker has to have begun with the first of them; none: all do.
    ahead: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Start(usize),
    Leave(usize),
}

#[derive(Clone, Copy, Debug)]
struct Between {
    giver: usize,
    taker: usize,
    /// Which of the things that the taker takes this is.
    take: usize,
    initial: u64,
    from_hand: bool,
}

impl Series {
    #[inline]
    fn at(&self, piece: u64) -> i64 {
        self.values[(piece - self.first) as usize]
    }

    /// Drops what comes before a piece, once that is worth while.
    fn forget(&mut self, before: u64) {
        let dropped = before.saturating_sub(self.first) as usize;
        if dropped > 4_096 && 2 * dropped > self.values.len() {
            self.values.drain(..dropped.min(self.values.len()));
            self.first = before;
        }
    }
}

impl Recursion {
    /// The recursion of a network, from its beginning.
    ///
    /// # Errors
    /// [`FlowError::NoRecursion`] where it has none, others as [`super::Flow::new`].
    pub fn new(
        network: &Network,
        streams: Streams,
        replication: u64,
        watched: bool,
    ) -> Result<Self, FlowError> {
        network.check()?;
        let no_recursion = |why| FlowError::NoRecursion { why };
        let between = between(network).map_err(no_recursion)?;
        let steps = steps(network, &between).map_err(no_recursion)?;
        let cells = network.stations.iter().map(|station| {
            let stream = |name: &str, purpose| streams.stream(replication, name, purpose);
            let server = format!("{}/0", station.name);
            let mut failing = stream(&server, "failure");
            let failures = station.failures.iter().map(|failure| Failing {
                between: failure.between.clone(),
                repair: failure.repair.clone(),
                left: micros(failure.between.sample(&mut failing)),
            });
            let failures = failures.collect();
            let takes = station.takes.iter().map(|lot| {
                let Between { giver, initial, from_hand, .. } = between[lot.storage];
                let is_anonymous = network.storages[lot.storage].is_anonymous;
                Taken { giver, initial, from_hand, is_anonymous }
            });
            let gives = lots_given(station).map(|storage| {
                let capacity = network.storages[storage].capacity.map(u64::from);
                let initial = between[storage].initial;
                Given { taker: between[storage].taker, ahead: capacity.map(|room| room - initial) }
            });
            Cell {
                work: station.work.clone(),
                drawn: stream(&station.name, "work"),
                failures,
                failing,
                repairing: stream(&server, "repair"),
                is_arrival: station.is_arrival,
                keeps: station.blocking == Blocking::BeforeService,
                takes: takes.collect(),
                gives: gives.collect(),
                is_made: station.gives.first().is_none_or(|way| way.fate == Fate::Made),
            }
        });
        let cells: Vec<Cell> = cells.collect();
        Ok(Self {
            moments: vec![Moments::default(); cells.len()],
            accounts: cells.iter().map(|cell| Account::new(cell.takes.len())).collect(),
            cells,
            steps,
            storages: between,
            pieces: 0,
            now: Time::ZERO,
            watched,
            network: network.clone(),
            most_events: MOST_EVENTS,
        })
    }

    /// The same for so many events at most; here one is a piece at a station.
    pub fn at_most(self, events: u64) -> Self {
        Self { most_events: self.most_events.min(events), ..self }
    }

    /// Why a network has no such recursion, if it has none.
    pub fn why_not(network: &Network) -> Option<String> {
        let found = between(network).and_then(|between| steps(network, &between));
        found.err()
    }

    /// Plays up to a moment; what happens at that very moment is left for the next call.
    ///
    /// # Errors
    /// [`FlowError::Endless`] where time does not go by, [`FlowError::TooManyPieces`] and
    /// [`FlowError::TooManyEvents`] beyond those limits.
    pub fn run_until(&mut self, limit: Time) -> Result<(), FlowError> {
        let (mut before, mut at_once) = (self.first_leave(), 0);
        while before < limit.micros() {
            self.work_out();
            let after = self.first_leave();
            at_once = if after > before { 0 } else { at_once + 1 };
            before = after;
            if at_once > MOST_AT_ONCE {
                let station = self.slowest();
                let does = self.network.does(station);
                return Err(FlowError::Endless { station: station.name.clone(), does });
            }
            if self.pieces.is_multiple_of(ACCOUNT_EVERY) {
                self.now = self.now.max(Time::from_micros(before.min(limit.micros())));
                self.enter();
                self.within_limits()?;
            }
        }
        self.now = self.now.max(limit);
        self.enter();
        self.within_limits()
    }

    /// The earliest moment at which a station is free after all that has been worked out: nothing
    /// that is not known yet happens before it.
    fn first_leave(&self) -> i64 {
        let last = |moments: &Moments| moments.leaves.values.last().copied().unwrap_or(i64::MIN);
        self.moments.iter().map(last).min().unwrap_or(i64::MAX)
    }

    /// Works out one more piece at every station.
    #[inline]
    fn work_out(&mut self) {
        for step in 0..self.steps.len() {
            match self.steps[step] {
                Step::Start(station) => self.start(station),
                Step::Leave(station) => self.leave(station),
            }
        }
        self.pieces += 1;
    }

    #[inline]
    fn start(&mut self, station: usize) {
        let (piece, cell) = (self.pieces, &self.cells[station]);
        let mut at = if piece > 0 { self.moments[station].leaves.at(piece - 1) } else { 0 };
        for take in &cell.takes {
            if piece >= take.initial {
                let giver = &self.moments[take.giver];
                let there = if take.from_hand { &giver.ends } else { &giver.leaves };
                at = at.max(there.at(piece - take.initial));
            }
        }
        let ready = at;
        if cell.keeps {
            at = self.room(cell, at);
        }
        let born = if self.watched { self.born(cell, at) } else { at };
        let cell = &mut self.cells[station];
        let moments = &mut self.moments[station];
        let end = cell.work_from(at, &mut moments.stops);
        moments.starts.values.push(at);
        moments.ends.values.push(end);
        if self.watched {
            moments.readies.values.push(ready);
            moments.births.values.push(if cell.is_arrival { end } else { born });
        }
    }

    #[inline]
    fn leave(&mut self, station: usize) {
        let cell = &self.cells[station];
        let end = self.moments[station].ends.at(self.pieces);
        let at = if cell.keeps { end } else { self.room(cell, end) };
        self.moments[station].leaves.values.push(at);
    }

    /// When there is room for the piece wherever it goes, from a moment on.
    #[inline]
    fn room(&self, cell: &Cell, from: i64) -> i64 {
        let mut at = from;
        for give in &cell.gives {
            if let Some(ahead) = give.ahead
                && self.pieces >= ahead
            {
                at = at.max(self.moments[give.taker].starts.at(self.pieces - ahead));
            }
        }
        at
    }

    /// When the first of what goes into a piece came into the network.
    fn born(&self, cell: &Cell, starts: i64) -> i64 {
        let named = cell.takes.iter().filter(|take| !take.is_anonymous);
        let births = named.map(|take| match self.pieces.checked_sub(take.initial) {
            Some(piece) => self.moments[take.giver].births.at(piece),
            None => 0,
        });
        births.fold(starts, i64::min)
    }

    /// Pieces that were finished at a station, over all stations.
    pub fn piece_operations(&self) -> u64 {
        self.accounts.iter().map(|account| account.ended.count).sum()
    }
}

impl Cell {
    /// When work ends that begins at a moment, its failures included.
    #[inline]
    fn work_from(&mut self, at: i64, stops: &mut Vec<i64>) -> i64 {
        let mut left = micros(self.work.sample(&mut self.drawn));
        let mut now = at;
        if self.failures.is_empty() {
            return now.saturating_add(left);
        }
        loop {
            // The first of those that come soonest; one at the very end of the work is not met.
            let mut first: Option<usize> = None;
            let mut after = left;
            for (number, failure) in self.failures.iter().enumerate() {
                if failure.left < after {
                    (first, after) = (Some(number), failure.left);
                }
            }
            now = now.saturating_add(after);
            left -= after;
            for failure in &mut self.failures {
                failure.left -= after;
            }
            let Some(number) = first else { return now };
            let failure = &mut self.failures[number];
            stops.push(now);
            now = now.saturating_add(micros(failure.repair.sample(&mut self.repairing)));
            stops.push(now);
            failure.left = micros(failure.between.sample(&mut self.failing));
        }
    }
}

fn lots_given(station: &Station) -> impl Iterator<Item = usize> {
    station.gives.iter().flat_map(|way| &way.to).map(|lot| lot.storage)
}

/// Who gives to each storage and who takes from it, where that is one station each.
fn between(network: &Network) -> Result<Vec<Between>, String> {
    for station in &network.stations {
        let name = &station.name;
        let one_by_one = || lots(station).all(|pieces| pieces == 1);
        if station.servers != 1 {
            return Err(format!("{name} works on several pieces at once"));
        }
        if station.gives.len() > 1 {
            return Err(format!("pieces go several ways from {name}"));
        }
        if !one_by_one() {
            return Err(format!("{name} takes or gives several pieces at a time"));
        }
        if station.failures.iter().any(|failure| failure.ages == Ages::WithTime) {
            return Err(format!("{name} has failures that come with time"));
        }
    }
    let mut givers: Vec<Vec<usize>> = vec![Vec::new(); network.storages.len()];
    let mut takers = givers.clone();
    for (at, station) in network.stations.iter().enumerate() {
        lots_given(station).for_each(|storage| givers[storage].push(at));
        station.takes.iter().for_each(|lot| takers[lot.storage].push(at));
    }
    let mut found = Vec::new();
    for (number, storage) in network.storages.iter().enumerate() {
        let (givers, takers) = (&givers[number], &takers[number]);
        let ([giver], [taker]) = (givers.as_slice(), takers.as_slice()) else {
            return Err(format!(
                "{} stations give to {}, and {} take from it, where it has to be one each",
                givers.len(),
                storage.name,
                takers.len()
            ));
        };
        if storage.initial.max(storage.capacity.unwrap_or(0)) > MOST_PIECES {
            return Err(format!("{} has room for more than {MOST_PIECES}", storage.name));
        }
        if storage.capacity.is_some_and(|capacity| capacity < storage.initial) {
            return Err(format!("{} begins with more than it has room for", storage.name));
        }
        found.push(Between {
            giver: *giver,
            taker: *taker,
            take: network.stations[*taker]
                .takes
                .iter()
                .position(|lot| lot.storage == number)
                .unwrap_or(0),
            initial: u64::from(storage.initial),
            from_hand: storage.capacity == Some(0),
        });
    }
    Ok(found)
}

/// Pieces that a station takes and gives at a time.
fn lots(station: &Station) -> impl Iterator<Item = u32> {
    station.gives.iter().flat_map(|way| &way.to).chain(&station.takes).map(|lot| lot.pieces)
}

/// An order in which a piece can be worked out: each step after those of the same piece that it
/// waits for.
fn steps(network: &Network, between: &[Between]) -> Result<Vec<Step>, String> {
    let waits_for = |step: Step| -> Vec<Step> {
        let (mut found, station) = match step {
            Step::Start(station) => (Vec::new(), station),
            Step::Leave(station) => (vec![Step::Start(station)], station),
        };
        let is_start = step == Step::Start(station);
        let of = &network.stations[station];
        for lot in of.takes.iter().filter(|_| is_start) {
            let Between { giver, initial, from_hand, .. } = between[lot.storage];
            match (from_hand, initial) {
                (true, _) => found.push(Step::Start(giver)),
                (false, 0) => found.push(Step::Leave(giver)),
                _ => {}
            }
        }
        if is_start == (of.blocking == Blocking::BeforeService) {
            for storage in lots_given(of) {
                let Between { taker, initial, .. } = between[storage];
                if network.storages[storage].capacity.map(u64::from) == Some(initial) {
                    found.push(Step::Start(taker));
                }
            }
        }
        found
    };
    let number = |step: Step| match step {
        Step::Start(station) => 2 * station,
        Step::Leave(station) => 2 * station + 1,
    };
    let all = 0..network.stations.len();
    let mut left: Vec<Step> = all.flat_map(|at| [Step::Start(at), Step::Leave(at)]).collect();
    let mut done = vec![false; left.len()];
    let mut order: Vec<Step> = Vec::new();
    while !left.is_empty() {
        let before = order.len();
        left.retain(|&step| {
            let ready = waits_for(step).into_iter().all(|other| done[number(other)]);
            if ready {
                done[number(step)] = true;
                order.push(step);
            }
            !ready
        });
        if order.len() == before {
            let (Step::Start(at) | Step::Leave(at)) = left[0];
            let name = &network.stations[at].name;
            return Err(format!("{name} waits for its own pieces, in a circle without any"));
        }
    }
    Ok(order)
}

#[cfg(test)]
mod tests;
