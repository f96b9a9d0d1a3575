//! Which event list: the calendar beside others, in the hold model.
//!
//! Hold model (J. G. Vaucher and P. Duval, "A comparison of simulation event list algorithms",
//! Communications of the ACM 18(4), 1975): so many events are pending; take the next, schedule one
//! a random delay later, again and again. Delays are exponential, or mixed as in plants, where
//! work of minutes is pending beside deliveries of days. Every list must take the same events in
//! the same order, (time, number), or the program stops.
//!
//! `just bench events`; it takes a minute and measures, never fails. Rounds of all lists take
//! turns, so that a busy machine is busy for all of them; the table is of medians.

use std::time::Instant;

use crate::lists::{Binary, Buckets, EventList, Ours, Scan};
use des::{Distribution, Streams};

const PENDING: [usize; 6] = [10, 16, 100, 1_000, 10_000, 100_000];
const ROUNDS: usize = 5;
const HOLDS: usize = 400_000;
/// Delays are drawn before the measurement, and used in turn.
const DELAYS: usize = 1 << 16;

/// Prints the table.
pub fn print() {
    println!("million holds a second (take the next event, schedule another), median of {ROUNDS}");
    for (name, delays) in [("exponential delays", exponential()), ("mixed delays", mixed())] {
        println!(
            "\n{name:<20} {:>10} {:>10} {:>10} {:>10}",
            "4-ary heap", "std heap", "calendar", "scan"
        );
        for pending in PENDING {
            let mut rates: [Vec<f64>; 4] = Default::default();
            for _ in 0..ROUNDS {
                let mut ends = vec![
                    hold(Ours::default(), pending, &delays, &mut rates[0]),
                    hold(Binary::default(), pending, &delays, &mut rates[1]),
                    hold(Buckets::default(), pending, &delays, &mut rates[2]),
                ];
                // Beyond, a round would take minutes.
                if pending <= 1_000 {
                    ends.push(hold(Scan::default(), pending, &delays, &mut rates[3]));
                }
                assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "lists differ: {ends:?}");
            }
            let [ours, std, calendar, scan] = rates.map(median);
            println!("{pending:>12} pending {ours:>10} {std:>10} {calendar:>10} {scan:>10}");
        }
    }
}

/// Measures one round; returns a number that depends on every event and the order of all.
#[expect(clippy::disallowed_methods, reason = "a measurement asks what time it is")]
fn hold(mut list: impl EventList, pending: usize, delays: &[u64], rates: &mut Vec<f64>) -> u64 {
    let delay = |at: usize| delays[at % DELAYS];
    for event in 0..pending {
        list.schedule(delay(event), event as u32);
    }
    // Until the pending events are spread as they will stay, and the list has its shape.
    let settling = (2 * pending).max(HOLDS / 10);
    let mut digest = 0_u64;
    let mut started = Instant::now();
    for at in 0..settling + HOLDS {
        if at == settling {
            started = Instant::now();
        }
        let (time, event) = list.take();
        digest = digest.rotate_left(5) ^ time ^ u64::from(event);
        list.schedule(time + delay(pending + at), event);
    }
    rates.push(HOLDS as f64 / started.elapsed().as_secs_f64() / 1e6);
    digest
}

fn median(mut rates: Vec<f64>) -> String {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).map_or("-".to_owned(), |rate| format!("{rate:.1}"))
}

fn drawn(distribution: &Distribution) -> Vec<u64> {
    let mut stream = Streams::new(1).stream(0, "bench", "delay");
    (0..DELAYS).map(|_| distribution.sample(&mut stream) as u64).collect()
}

fn exponential() -> Vec<u64> {
    Distribution::exponential(1e6).map(|delays| drawn(&delays)).unwrap_or_default()
}

/// Nine in ten of minutes, one in ten of days.
fn mixed() -> Vec<u64> {
    let branches = [(0.9, 6e8), (0.1, 2e11)];
    let delays = Distribution::hyperexponential_of_branches(&branches);
    delays.map(|delays| drawn(&delays)).unwrap_or_default()
}
