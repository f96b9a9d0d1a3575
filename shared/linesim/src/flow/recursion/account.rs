//! What has come of a recursion up to a moment, from counts and sums of the moments before it.
//!
//! A level over time up to t is t times what came less what went, less the sum of the moments at
//! which it came, plus the sum of those at which it went.

use super::{Cell, Recursion, Rows, ServerTimes, Thinned, Time, Totals, column};

/// What happened at a station before a moment.
#[derive(Clone, Debug)]
pub(super) struct Account {
    ready: Sum,
    pub started: Sum,
    pub ended: Sum,
    pub left: Sum,
    /// Failures, and ends of repairs.
    failed: Sum,
    repaired: Sum,
    /// Of each thing that it takes: time between put and taken, and how often that was none.
    waited: Vec<(i128, u64)>,
    in_system: i128,
    leads: Thinned,
}

/// Moments that are over: how many, and their sum \[µs\].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sum {
    pub count: u64,
    micros: i128,
}

impl Sum {
    /// Takes in one moment of each piece before a limit; the numbers of these pieces.
    fn enter(&mut self, rows: &Rows, column: usize, limit: i64) -> std::ops::Range<u64> {
        let from = self.count;
        for moment in rows.from(from, column).take_while(|&moment| moment < limit) {
            self.add(moment);
        }
        from..self.count
    }

    fn add(&mut self, moment: i64) {
        self.count += 1;
        self.micros += i128::from(moment);
    }
}

/// How long things were there up to a moment that came and went at these.
fn over_time(came: Sum, went: Sum, now: i64) -> i128 {
    i128::from(now) * (i128::from(came.count) - i128::from(went.count)) - came.micros + went.micros
}

impl Account {
    pub(super) fn new(takes: usize) -> Self {
        Self {
            ready: Sum::default(),
            started: Sum::default(),
            ended: Sum::default(),
            left: Sum::default(),
            failed: Sum::default(),
            repaired: Sum::default(),
            waited: vec![(0, 0); takes],
            in_system: 0,
            leads: Thinned::default(),
        }
    }
}

impl Recursion {
    /// Takes account of everything before now, and forgets what nothing later asks for.
    pub(super) fn enter(&mut self) {
        let limit = self.now.micros();
        for station in 0..self.cells.len() {
            let (rows, account) = (&self.rows, &mut self.accounts[station]);
            let started = account.started.enter(rows, column::start(station), limit);
            account.ended.enter(rows, column::end(station), limit);
            let left = account.left.enter(rows, column::leave(station), limit);
            if !self.watched {
                self.cells[station].stops.clear();
                continue;
            }
            if self.cells[station].keeps {
                account.ready.enter(rows, column::ready(station), limit);
            }
            for piece in left.filter(|_| self.cells[station].is_made) {
                let at = rows.at(piece, column::leave(station));
                let lead = at - rows.at(piece, column::born(station));
                account.in_system += i128::from(lead);
                account.leads.add(Time::from_micros(at), lead);
            }
            for (number, take) in self.cells[station].takes.iter().enumerate() {
                if take.from_hand {
                    continue;
                }
                let (waited, at_once) = &mut account.waited[number];
                let starts = rows.from(started.start, column::start(station));
                for (piece, start) in started.clone().zip(starts) {
                    let came = piece.checked_sub(take.initial);
                    let put = came.map_or(0, |piece| rows.at(piece, column::leave(take.giver)));
                    *waited += i128::from(start - put);
                    *at_once += u64::from(start == put);
                }
            }
            self.enter_stops(station, limit);
        }
        self.forget();
    }

    /// Failures and repairs come in pairs, in order.
    fn enter_stops(&mut self, station: usize, limit: i64) {
        let (account, stops) = (&mut self.accounts[station], &mut self.cells[station].stops);
        let over = stops.chunks_exact(2).take_while(|pair| pair[1] < limit).count();
        for pair in stops.drain(..2 * over).as_slice().chunks_exact(2) {
            account.repaired.add(pair[1]);
            // One that was under repair at an earlier look has been counted as failed.
            if account.failed.count < account.repaired.count {
                account.failed.add(pair[0]);
            }
        }
        if let Some(&failed) = stops.first()
            && failed < limit
            && account.failed.count == account.repaired.count
        {
            account.failed.add(failed);
        }
    }

    fn forget(&mut self) {
        let back = self.cells.iter().map(|cell| cell.back).max().unwrap_or(0);
        let counts = self.accounts.iter().map(|account| account.left.count);
        self.rows.forget(counts.min().unwrap_or(0).saturating_sub(back + 1));
    }

    /// What has come of it up to now; see [`super::super::Flow::totals`].
    pub fn totals(&self) -> Totals {
        let accounts = self.accounts.iter().zip(&self.cells);
        let made = |value: fn(&Account) -> u64| {
            accounts.clone().map(move |(a, cell)| if cell.is_made { value(a) } else { 0 }).collect()
        };
        let now = self.now.micros();
        let mut totals = Totals {
            at: self.now,
            finished: self.accounts.iter().map(|account| account.ended.count).collect(),
            left: made(|account| account.left.count),
            scrapped: vec![0; self.cells.len()],
            in_system: self.accounts.iter().map(|account| account.in_system).collect(),
            taken: Vec::new(),
            waited: Vec::new(),
            taken_at_once: Vec::new(),
            level_time: Vec::new(),
            levels: Vec::new(),
        };
        for storage in &self.storages {
            let (put, taken) =
                (self.accounts[storage.giver].left, self.accounts[storage.taker].started);
            let (waited, at_once) = self.accounts[storage.taker].waited[storage.take];
            let initial = i128::from(storage.initial);
            let lay = over_time(put, taken, now) + initial * i128::from(now);
            let level = (storage.initial + put.count).saturating_sub(taken.count);
            totals.taken.push(taken.count);
            totals.waited.push(waited);
            totals.taken_at_once.push(at_once);
            totals.level_time.push(if self.watched && !storage.from_hand { lay } else { 0 });
            totals.levels.push(if storage.from_hand { 0 } else { level as u32 });
        }
        totals
    }

    /// What each station did with its time up to now; see [`super::super::Flow::server_times`].
    pub fn server_times(&self) -> Vec<ServerTimes> {
        let now = self.now.micros();
        let of = |(account, cell): (&Account, &Cell)| {
            if !self.watched {
                return ServerTimes::default();
            }
            let down = over_time(account.failed, account.repaired, now);
            let blocked = if cell.keeps {
                over_time(account.ready, account.started, now)
            } else {
                over_time(account.ended, account.left, now)
            };
            ServerTimes {
                working: (over_time(account.started, account.ended, now) - down) as i64,
                blocked: blocked as i64,
                down: down as i64,
                held: over_time(account.started, account.left, now) as i64,
            }
        };
        self.accounts.iter().zip(&self.cells).map(of).collect()
    }

    /// As [`super::super::Flow::single_leads`].
    pub fn single_leads(&self) -> Vec<&[(Time, i64)]> {
        self.accounts.iter().map(|account| account.leads.kept.as_slice()).collect()
    }
}
