//! How the pieces of a flow stand.

use std::collections::VecDeque;

use des::{Distribution, Stream, Time};

use super::{Lot, Network, ServerTimes, network::Blocking};

#[derive(Clone, Debug)]
pub(super) struct StationNow {
    pub(super) idle: Vec<u32>,
    pub(super) works: Works,
    pub(super) route: Stream,
    pub(super) finished: u64,
    pub(super) left: u64,
    pub(super) scrapped: u64,
    pub(super) leads: Thinned,
    /// Whether its idle servers wait for room, where it keeps a place before its work.
    pub(super) waits_for_room: bool,
    /// Over the pieces that left the network from here: from when they came in \[µs\].
    pub(super) in_system: i128,
}

#[derive(Clone, Debug)]
pub(super) struct StorageNow {
    pub(super) level: u32,
    /// Places that are kept for pieces under work.
    pub(super) kept: u32,
    pub(super) capacity: u32,
    /// Servers that hold a finished piece for here, in order.
    pub(super) blocked: VecDeque<u32>,
    pub(super) takers: Vec<u32>,
    /// Stations that want a place here before they begin.
    pub(super) keepers: Vec<u32>,
    /// When each piece came into the network and here, if that is watched.
    pub(super) pieces: VecDeque<(Time, Time)>,
    pub(super) taken: u64,
    /// Over the pieces taken: the time they waited here \[µs\].
    pub(super) waited: i128,
    pub(super) taken_at_once: u64,
    /// Level over time \[piece × µs\], up to `since`.
    pub(super) area: i128,
    pub(super) since: Time,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    Nothing,
    Working,
    /// Holds a finished piece.
    Blocked,
}

/// What a server's slot announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    EndOfWork,
    /// A failure that ages with work, by number.
    Failure(u32),
    /// The end of its repair.
    Repair(u32),
}

#[derive(Clone, Debug)]
pub(super) struct Server {
    pub(super) station: u32,
    pub(super) doing: Doing,
    /// Failures that are being repaired.
    pub(super) down: u32,
    /// What the server's slot announces.
    pub(super) next: Next,
    /// Work left when it was last resumed, and when that was.
    pub(super) remaining: i64,
    pub(super) resumed: Time,
    /// When the piece came into the network.
    pub(super) born: Time,
    pub(super) way: u32,
    /// Until each failure: working time where it ages with work.
    pub(super) ages: Vec<i64>,
    /// The slot of its first failure; those that age with work do not use theirs.
    pub(super) slots: u32,
    pub(super) failing: Stream,
    pub(super) repairing: Stream,
    /// What it did with its time up to `since`.
    pub(super) times: ServerTimes,
    pub(super) since: Time,
}

impl Server {
    /// What it did with its time up to a moment, if nothing changed since it was last entered.
    pub(super) fn times_at(&self, now: Time, waits_for_room: bool) -> ServerTimes {
        let lasted = now.since(self.since);
        let mut times = self.times;
        match (self.down > 0, self.doing) {
            (true, _) => times.down += lasted,
            (false, Doing::Working) => times.working += lasted,
            (false, Doing::Blocked) => times.blocked += lasted,
            (false, Doing::Nothing) if waits_for_room => times.blocked += lasted,
            (false, Doing::Nothing) => {}
        }
        if self.doing != Doing::Nothing {
            times.held += lasted;
        }
        times
    }

    /// Enters the time since its state last changed.
    pub(super) fn enter(&mut self, now: Time, waits_for_room: bool) {
        self.times = self.times_at(now, waits_for_room);
        self.since = now;
    }

    pub(super) fn new(station: usize, slots: u32, (failing, repairing): (Stream, Stream)) -> Self {
        Self {
            station: station as u32,
            doing: Doing::Nothing,
            down: 0,
            next: Next::EndOfWork,
            remaining: 0,
            resumed: Time::ZERO,
            born: Time::ZERO,
            way: 0,
            ages: Vec::new(),
            slots,
            failing,
            repairing,
            times: ServerTimes::default(),
            since: Time::ZERO,
        }
    }
}

/// Times of work of a station, drawn several at once.
#[derive(Clone, Debug)]
pub(super) struct Works {
    pub(super) stream: Stream,
    /// Times that are drawn already \[µs\], from `next` on.
    ahead: [i64; Self::AT_ONCE],
    next: usize,
}

impl Works {
    const AT_ONCE: usize = 32;

    fn new(stream: Stream) -> Self {
        Self { stream, ahead: [0; Self::AT_ONCE], next: Self::AT_ONCE }
    }

    /// The next time of work \[µs\].
    #[inline]
    pub(super) fn next(&mut self, work: &Distribution) -> i64 {
        if self.next == Self::AT_ONCE {
            self.draw(work);
        }
        self.next += 1;
        self.ahead[self.next - 1]
    }

    #[inline(never)]
    fn draw(&mut self, work: &Distribution) {
        let mut drawn = [0.0; Self::AT_ONCE];
        work.fill(&mut self.stream, &mut drawn);
        self.ahead = drawn.map(micros);
        self.next = 0;
    }
}

/// Some of many values, evenly: each time there are too many, every second is dropped.
#[derive(Clone, Debug, Default)]
pub(super) struct Thinned {
    pub(super) kept: Vec<(Time, i64)>,
    /// Values seen, and which of them are kept: those whose number is a multiple of two to this.
    seen: u64,
    halvings: u32,
}

impl Thinned {
    /// The most that are kept.
    const MOST: usize = 8_192;

    #[inline]
    pub(super) fn add(&mut self, at: Time, value: i64) {
        if self.seen.trailing_zeros() >= self.halvings {
            if self.kept.len() == Self::MOST {
                let mut number = 0_usize;
                self.kept.retain(|_| {
                    number += 1;
                    number % 2 == 1
                });
                self.halvings += 1;
            }
            if self.seen.trailing_zeros() >= self.halvings {
                self.kept.push((at, value));
            }
        }
        self.seen += 1;
    }
}

impl StationNow {
    pub(super) fn new(idle: Vec<u32>, (work, route): (Stream, Stream)) -> Self {
        Self {
            idle,
            works: Works::new(work),
            route,
            finished: 0,
            left: 0,
            scrapped: 0,
            leads: Thinned::default(),
            waits_for_room: false,
            in_system: 0,
        }
    }
}

impl StorageNow {
    pub(super) fn new(network: &Network, at: usize, watched: bool) -> Self {
        let storage = &network.storages[at];
        let here = |lot: &Lot| lot.storage == at;
        let takes = network.stations.iter().zip(0..).filter(|(s, _)| s.takes.iter().any(here));

        let keeps = network.stations.iter().zip(0..).filter(|(station, _)| {
            station.blocking == Blocking::BeforeService
                && station.gives.iter().any(|way| way.to.iter().any(here))
        });
        let initial = if watched { storage.initial as usize } else { 0 };
        Self {
            level: storage.initial,
            kept: 0,
            capacity: storage.capacity.unwrap_or(u32::MAX),
            blocked: VecDeque::new(),
            takers: takes.map(|(_, number)| number).collect(),
            keepers: keeps.map(|(_, number)| number).collect(),
            pieces: vec![(Time::ZERO, Time::ZERO); initial].into(),
            taken: 0,
            waited: 0,
            taken_at_once: 0,
            area: 0,
            since: Time::ZERO,
        }
    }

    /// Whether so many can be taken; what cannot lie here comes from hand to hand.
    #[inline]
    pub(super) fn has(&self, pieces: u32) -> bool {
        self.level >= pieces || (self.capacity == 0 && !self.blocked.is_empty())
    }

    /// The server that hands its piece over, where pieces cannot lie here.
    #[inline]
    pub(super) fn handed_over(&mut self) -> Option<u32> {
        if self.capacity > 0 { None } else { self.blocked.pop_front() }
    }

    #[inline]
    pub(super) fn has_room(&self, pieces: u32) -> bool {
        pieces <= self.capacity - self.level - self.kept
    }

    /// Level over time since it last changed.
    pub(super) fn since_then(&self, now: Time) -> i128 {
        i128::from(self.level) * i128::from(now.since(self.since))
    }

    #[inline]
    pub(super) fn put(&mut self, pieces: u32, born: Time, now: Time, watched: bool) {
        if watched {
            self.area += self.since_then(now);
            self.since = now;
            match pieces {
                1 => self.pieces.push_back((born, now)),
                _ => self.pieces.extend((0..pieces).map(|_| (born, now))),
            }
        }
        self.level += pieces;
    }

    /// Takes pieces out; when the first of them came into the network.
    #[inline]
    pub(super) fn take(&mut self, pieces: u32, now: Time, watched: bool) -> Time {
        let mut born = now;
        if watched {
            self.area += self.since_then(now);
            self.since = now;
            for _ in 0..pieces {
                let Some((from, came)) = self.pieces.pop_front() else { break };
                born = born.min(from);
                self.waited += i128::from(now.since(came));
                self.taken_at_once += u64::from(came == now);
            }
        }
        self.level -= pieces;
        self.taken += u64::from(pieces);
        born
    }
}

/// A sampled time, rounded to the nearest microsecond; time does not go back.
#[inline]
pub(super) fn micros(sampled: f64) -> i64 {
    Time::ZERO.after_micros(sampled.max(0.0)).micros()
}
