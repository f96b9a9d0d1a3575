//! The recursion of departures: lines, assemblies and loops of cards without an event list.
//!
//! Where one server takes from each storage and one gives to it, first come first served, the
//! moments at which the n-th piece starts and leaves follow from those of earlier pieces by maxima
//! and sums alone (F. Baccelli, G. Cohen, G. J. Olsder and J.-P. Quadrat, "Synchronization and
//! Linearity", Wiley 1992, chapter 2). They are the same to the microsecond as [`super::Flow`]'s
//! from the same random numbers: failures that age with work only make the work longer.

mod account;
mod limits;
mod order;
mod rows;

use des::{Distribution, Stream, Streams, Time};

use super::{
    FlowError, MOST_EVENTS, Network, ServerTimes, Totals,
    network::{Blocking, Fate},
    state::{Thinned, micros},
};
use account::Account;
use order::{Between, between, lots_given, steps};
use rows::{Rows, column};

/// Pieces that a storage with a limit may hold, or that may be there at the start: the moments of
/// so many have to be remembered.
const MOST_PIECES: u32 = 1 << 16;
/// Pieces without time going by, and there is no end.
const MOST_AT_ONCE: u32 = 1 << 20;
/// Pieces that are worked out in one go.
const AT_A_TIME: usize = 64;
/// After so many pieces at the latest, account is taken and what is over is forgotten: as many as
/// a processor has close by.
const ACCOUNT_EVERY: u64 = 16 * AT_A_TIME as u64;

/// A network played by its recursion.
#[derive(Clone, Debug)]
pub struct Recursion {
    cells: Vec<Cell>,
    /// What is worked out of a piece, one after the other.
    steps: Vec<Step>,
    /// The moments of all pieces that are still asked for.
    rows: Rows,
    /// Times of work that are drawn ahead, [`AT_A_TIME`] for each station \[µs\].
    works: Vec<i64>,
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
    is_made: bool,
    takes: Vec<Taken>,
    /// What has to be over before a piece can start, and before it can lie where it goes: as
    /// distances from the piece's own row ([`Rows::distance`]).
    after: Vec<isize>,
    room: Vec<isize>,
    /// Since when that is in the network of which a piece is made.
    born: Vec<isize>,
    /// The most pieces back that any of these is.
    back: u64,
    /// Failures and the ends of their repairs, in turn.
    stops: Vec<i64>,
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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Start(usize),
    Leave(usize),
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
        let stations = network.stations.len();
        let cell = |number| Cell::new(network, number, &between, (streams, replication));
        let cells: Vec<Cell> = (0..stations).map(cell).collect();
        let back = cells.iter().map(|cell| cell.back).max().unwrap_or(0);
        Ok(Self {
            rows: Rows::new(stations, back),
            works: vec![0; AT_A_TIME * stations],
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
            at_once = if after > before { 0 } else { at_once + AT_A_TIME as u32 };
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

    /// When the last piece that was worked out left each station.
    fn last_leaves(&self) -> impl Iterator<Item = i64> {
        let last = self.pieces.checked_sub(1);
        let at =
            move |station| last.map_or(i64::MIN, |last| self.rows.at(last, column::leave(station)));
        (0..self.cells.len()).map(at)
    }

    /// The earliest moment at which a station is free after all that has been worked out: nothing
    /// that is not known yet happens before it.
    fn first_leave(&self) -> i64 {
        self.last_leaves().min().unwrap_or(i64::MAX)
    }

    /// Works out the next [`AT_A_TIME`] pieces at every station.
    fn work_out(&mut self) {
        let mut drawn = [0.0; AT_A_TIME];
        for (cell, works) in self.cells.iter_mut().zip(self.works.chunks_exact_mut(AT_A_TIME)) {
            cell.work.fill(&mut cell.drawn, &mut drawn);
            works.iter_mut().zip(drawn).for_each(|(work, drawn)| *work = micros(drawn));
        }
        for number in 0..AT_A_TIME {
            let (rows, row) = self.rows.next();
            for step in &self.steps {
                match *step {
                    Step::Start(station) => {
                        let work = self.works[station * AT_A_TIME + number];
                        self.cells[station].start(rows, row, station, work, self.watched);
                    }
                    Step::Leave(station) => self.cells[station].leave(rows, row, station),
                }
            }
        }
        self.pieces += AT_A_TIME as u64;
    }

    /// Pieces that were finished at a station, over all stations.
    pub fn piece_operations(&self) -> u64 {
        self.accounts.iter().map(|account| account.ended.count).sum()
    }
}

/// The latest of the moments at these distances from a row, or this one.
#[inline(always)]
fn latest(rows: &[i64], row: usize, distances: &[isize], from: i64) -> i64 {
    let moment = |&distance: &isize| rows[row.wrapping_add_signed(distance)];
    distances.iter().map(moment).fold(from, i64::max)
}

impl Cell {
    fn new(
        network: &Network,
        number: usize,
        between: &[Between],
        (streams, replication): (Streams, u64),
    ) -> Self {
        let (station, stations) = (&network.stations[number], network.stations.len());
        let stream = |name: &str, purpose| streams.stream(replication, name, purpose);
        let server = format!("{}/0", station.name);
        let mut failing = stream(&server, "failure");
        let failures = station.failures.iter().map(|failure| Failing {
            between: failure.between.clone(),
            repair: failure.repair.clone(),
            left: micros(failure.between.sample(&mut failing)),
        });
        let failures = failures.collect();
        let mut back = 1;
        let mut distance = |pieces: u64, column| {
            back = back.max(pieces);
            Rows::distance(stations, pieces, column)
        };
        let mut after = vec![distance(1, column::leave(number))];
        let (mut room, mut born, mut takes) = (Vec::new(), Vec::new(), Vec::new());
        for lot in &station.takes {
            let Between { giver, initial, from_hand, .. } = between[lot.storage];
            takes.push(Taken { giver, initial, from_hand });
            let over = if from_hand { column::end(giver) } else { column::leave(giver) };
            after.push(distance(initial, over));
            if !network.storages[lot.storage].is_anonymous {
                born.push(distance(initial, column::born(giver)));
            }
        }
        for storage in lots_given(station) {
            if let Some(capacity) = network.storages[storage].capacity {
                // So many pieces fit before the taker has to have begun with the first of them.
                let ahead = u64::from(capacity) - between[storage].initial;
                room.push(distance(ahead, column::start(between[storage].taker)));
            }
        }
        Self {
            work: station.work.clone(),
            drawn: stream(&station.name, "work"),
            failures,
            failing,
            repairing: stream(&server, "repair"),
            is_arrival: station.is_arrival,
            keeps: station.blocking == Blocking::BeforeService,
            is_made: station.gives.first().is_none_or(|way| way.fate == Fate::Made),
            takes,
            after,
            room,
            born,
            back,
            stops: Vec::new(),
        }
    }

    /// Enters when a piece starts and ends here.
    #[inline]
    fn start(&mut self, rows: &mut [i64], row: usize, station: usize, work: i64, watched: bool) {
        let ready = latest(rows, row, &self.after, 0);
        let at = if self.keeps { latest(rows, row, &self.room, ready) } else { ready };
        let end = if self.failures.is_empty() {
            at.saturating_add(work)
        } else {
            self.work_from(at, work)
        };
        rows[row + column::start(station)] = at;
        rows[row + column::end(station)] = end;
        if watched {
            rows[row + column::ready(station)] = ready;
            let births = self.born.iter().map(|&distance| rows[row.wrapping_add_signed(distance)]);
            let born = if self.is_arrival { end } else { births.fold(at, i64::min) };
            rows[row + column::born(station)] = born;
        }
    }

    /// Enters when it leaves.
    #[inline]
    fn leave(&self, rows: &mut [i64], row: usize, station: usize) {
        let end = rows[row + column::end(station)];
        let at = if self.keeps { end } else { latest(rows, row, &self.room, end) };
        rows[row + column::leave(station)] = at;
    }

    /// When work ends that begins at a moment, its failures included.
    fn work_from(&mut self, at: i64, work: i64) -> i64 {
        let (mut left, mut now) = (work, at);
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
            self.stops.push(now);
            now = now.saturating_add(micros(failure.repair.sample(&mut self.repairing)));
            self.stops.push(now);
            failure.left = micros(failure.between.sample(&mut self.failing));
        }
    }
}

#[cfg(test)]
mod tests;
