//! Models to experiment on, small enough to be seen through.

use std::convert::Infallible;

use des::{Calendar, Distribution, Priority, Stream, Streams, Time};

use crate::*;

/// An executor with threads, which hands out jobs from the last to the first.
pub struct Threads(pub usize);

impl Executor for Threads {
    fn run(&self, count: usize, job: &(dyn Fn(usize) + Sync)) {
        let next = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.0 {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                        if at >= count {
                            return;
                        }
                        job(count - 1 - at);
                    }
                });
            }
        });
    }
}

/// What a model that cannot fail gives.
pub fn sure<T>(value: T) -> Result<T, Infallible> {
    Ok(value)
}

pub fn normal(stream: &mut Stream) -> f64 {
    // The sum of squares of two gives a standard normal pair (G. E. P. Box and M. E. Muller 1958).
    let (radius, angle) = (stream.unit(), stream.unit());
    (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

/// Waits in queue of the customers of an M/M/1 with service rate 1, as an event model: the mean is
/// load / (1 - load). Some are waiting at the start.
pub fn queue_waits(
    replication: Replication,
    load: f64,
    waiting: u32,
    customers: usize,
) -> Vec<f64> {
    enum Event {
        Arrived,
        Served,
    }
    const SECOND: f64 = 1e6;
    let streams = Streams::new(replication.seed);
    let mut arrival = streams.stream(replication.index, "queue", "arrival");
    let mut service = streams.stream(replication.index, "queue", "service");
    let between = Distribution::exponential(SECOND / load).unwrap();
    let work = Distribution::exponential(SECOND).unwrap();
    let mut calendar = Calendar::new(Time::ZERO);
    let mut queue: std::collections::VecDeque<Time> = (0..waiting).map(|_| Time::ZERO).collect();
    let mut busy = false;
    let mut waits = Vec::with_capacity(customers);
    calendar.schedule(Time::ZERO, Priority::NORMAL, Event::Arrived).unwrap();
    while waits.len() < customers {
        let (now, event) = calendar.pop().unwrap();
        match event {
            Event::Arrived => {
                queue.push_back(now);
                let at = now.after_micros(between.sample(&mut arrival));
                calendar.schedule(at, Priority::NORMAL, Event::Arrived).unwrap();
            }
            Event::Served => busy = false,
        }
        if !busy && let Some(came) = queue.pop_front() {
            waits.push(now.since(came) as f64 / SECOND);
            busy = true;
            let at = now.after_micros(work.sample(&mut service));
            calendar.schedule(at, Priority::NORMAL, Event::Served).unwrap();
        }
    }
    waits
}

/// Parts per time of a saturated line with exponential times of these means and storages of these
/// sizes, blocking after service, by the recursion of departures.
pub fn line_throughput(
    replication: Replication,
    means: &[f64],
    storages: &[usize],
    parts: usize,
) -> f64 {
    let streams = Streams::new(replication.seed);
    let mut times: Vec<(Stream, Distribution)> = means
        .iter()
        .enumerate()
        .map(|(at, &mean)| {
            let stream = streams.stream(replication.index, &format!("station {at}"), "work");
            (stream, Distribution::exponential(mean).unwrap())
        })
        .collect();
    // Departures of each station, the earliest parts first.
    let mut left: Vec<Vec<f64>> = vec![Vec::with_capacity(parts); means.len()];
    for part in 0..parts {
        let mut came = 0.0_f64;
        for station in 0..means.len() {
            let free = if part > 0 { left[station][part - 1] } else { 0.0 };
            let (stream, time) = &mut times[station];
            let done = came.max(free) + time.sample(stream);
            // Room: the part that many places before has left the next station.
            let ahead = storages.get(station).and_then(|places| part.checked_sub(places + 1));
            let room = ahead.map_or(0.0, |ahead| left[station + 1][ahead]);
            came = done.max(room);
            left[station].push(came);
        }
    }
    // The first fifth is warm-up.
    let last = &left[means.len() - 1];
    let from = parts / 5;
    (parts - 1 - from) as f64 / (last[parts - 1] - last[from])
}
