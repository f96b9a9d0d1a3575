//! Against exact values of queueing theory and of Markov chains.

mod laws;

use des::{Distribution, Streams, Time};

use super::*;

/// The unit of time: 1 in the formulas [µs].
const UNIT: f64 = 1e6;
const REPLICATIONS: u64 = 30;

fn exponential(mean: f64) -> Distribution {
    Distribution::exponential(mean * UNIT).unwrap()
}

fn station(name: &str, work: Distribution, takes: &[usize], to: &[usize]) -> Station {
    let to: Vec<Lot> = to.iter().map(|&storage| Lot::one(storage)).collect();
    let gives = vec![Way::new(1.0, to)];
    Station {
        name: name.into(),
        servers: 1,
        work,
        takes: takes.iter().map(|&storage| Lot::one(storage)).collect(),
        gives,
        is_arrival: name == "arrivals",
        blocking: Blocking::AfterService,
        failures: Vec::new(),
    }
}

fn storage(capacity: impl Into<Option<u32>>, initial: u32) -> Storage {
    Storage { name: "rack".into(), capacity: capacity.into(), initial, is_anonymous: false }
}

/// A saturated line with these times and this room between.
fn line(works: Vec<Distribution>, room: &[u32]) -> Network {
    let last = works.len() - 1;
    let stations = works.into_iter().enumerate().map(|(number, work)| {
        let takes = number.checked_sub(1).map_or(vec![], |before| vec![before]);
        let to = if number < last { vec![number] } else { vec![] };
        station(&format!("s{number}"), work, &takes, &to)
    });
    Network {
        stations: stations.collect(),
        storages: room.iter().map(|&room| storage(room, 0)).collect(),
    }
}

/// Holds the mean of a measure over replications against the truth: 3.3 standard errors.
fn holds(truth: f64, at_most: f64, measure: impl Fn(Streams, u64) -> f64) {
    let streams = Streams::new(20);
    let found: Vec<f64> = (0..REPLICATIONS).map(|number| measure(streams, number)).collect();
    let count = found.len() as f64;
    let mean = found.iter().sum::<f64>() / count;
    let squares: f64 = found.iter().map(|value| (value - mean) * (value - mean)).sum();
    let error = (squares / (count - 1.0) / count).sqrt();
    assert!(error <= at_most * truth, "{error} is too wide to tell {mean} from {truth}");
    assert!((mean - truth).abs() <= 3.3 * error, "{mean} ± {error}, and not {truth}");
}

/// Pieces a unit of time that leave from a station, after a warm-up.
fn throughput(network: &Network, station: usize, streams: Streams, replication: u64) -> f64 {
    let mut flow = Flow::new(network.clone(), streams, replication, false).unwrap();
    flow.run_until(Time::from_micros((1_000.0 * UNIT) as i64)).unwrap();
    let before = flow.totals();
    flow.run_until(Time::from_micros((11_000.0 * UNIT) as i64)).unwrap();
    (flow.totals().left[station] - before.left[station]) as f64 / 10_000.0
}

/// Totals of a watched run between two moments.
fn between(
    network: &Network,
    from: f64,
    to: f64,
    streams: Streams,
    number: u64,
) -> (Totals, Totals) {
    let mut flow = Flow::new(network.clone(), streams, number, true).unwrap();
    flow.run_until(Time::from_micros((from * UNIT) as i64)).unwrap();
    let before = flow.totals();
    flow.run_until(Time::from_micros((to * UNIT) as i64)).unwrap();
    (before, flow.totals())
}

#[test]
fn saturated_lines_give_what_their_markov_chains_do() {
    for (count, room, truth) in
        [(2, 1, 0.75), (3, 2, 0.734016672), (4, 0, 0.514775489), (6, 3, 0.717908305)]
    {
        let network = line((0..count).map(|_| exponential(1.0)).collect(), &vec![room; count - 1]);
        holds(truth, 0.01, |streams, number| throughput(&network, count - 1, streams, number));
    }
}

#[test]
fn failures_that_age_with_work_and_with_time_differ_as_they_should() {
    for (ages, room, truth) in [
        (Ages::WithWork, 0, 0.589954823),
        (Ages::WithTime, 0, 0.558128672),
        (Ages::WithWork, 5, 0.756196559),
        (Ages::WithTime, 10, 0.790777122),
    ] {
        let mut network = line(vec![exponential(1.0), exponential(1.0)], &[room]);
        for station in &mut network.stations {
            let (between, repair) = (exponential(100.0), exponential(10.0));
            station.failures = vec![Failure { between, repair, ages }];
        }
        holds(truth, 0.01, |streams, number| throughput(&network, 1, streams, number));
    }
}

#[test]
fn assembly_takes_of_each_and_parallel_servers_share_a_queue() {
    let mut feeders = Network {
        stations: vec![
            station("a", exponential(1.0), &[], &[0]),
            station("b", exponential(1.0 / 0.9), &[], &[1]),
            station("whole", exponential(1.0 / 1.2), &[0, 1], &[]),
        ],
        storages: vec![storage(3, 0), storage(1, 0)],
    };
    holds(0.725366199, 0.01, |streams, number| throughput(&feeders, 2, streams, number));
    feeders = line(vec![exponential(2.0), exponential(1.0)], &[1]);
    feeders.stations[0].servers = 2;
    holds(0.777777778, 0.01, |streams, number| throughput(&feeders, 1, streams, number));
}

#[test]
fn cards_hold_the_work_in_process() {
    for (means, cards, truth) in
        [(vec![1.0; 3], 5, 0.714285714), (vec![1.0, 1.5, 0.8], 8, 0.648110450)]
    {
        let last = means.len();
        let mut stations: Vec<Station> = (0..last)
            .map(|at| station(&format!("s{at}"), exponential(means[at]), &[at], &[at + 1]))
            .collect();
        stations[last - 1].gives[0].to = vec![Lot::one(0)];
        let mut storages = vec![storage(None, 0); last];
        storages[0].initial = cards;
        let network = Network { stations, storages };
        holds(truth, 0.01, |streams, number| {
            let (before, after) = between(&network, 1_000.0, 11_000.0, streams, number);
            (after.finished[last - 1] - before.finished[last - 1]) as f64 / 10_000.0
        });
    }
}

/// Arrivals, a queue, servers.
fn queue(rate: f64, work: Distribution, servers: u32) -> Network {
    let arrivals = station("arrivals", exponential(1.0 / rate), &[], &[0]);
    let served = Station { servers, ..station("served", work, &[0], &[]) };
    Network { stations: vec![arrivals, served], storages: vec![storage(None, 0)] }
}

#[test]
fn queues_wait_as_their_formulas_say() {
    let uniform = Distribution::uniform(0.5 * UNIT, 1.5 * UNIT).unwrap();
    let constant = Distribution::constant(UNIT).unwrap();
    for (network, truth) in [
        (queue(0.8, exponential(1.0), 1), 4.0),
        (queue(1.6, exponential(1.0), 2), 1.777777778),
        (queue(0.8, uniform, 1), 2.166666667),
        (queue(0.5, constant, 1), 0.5),
    ] {
        holds(truth, 0.02, |streams, number| {
            let (before, after) = between(&network, 2_000.0, 42_000.0, streams, number);
            let waited = (after.waited[0] - before.waited[0]) as f64;
            waited / (after.taken[0] - before.taken[0]) as f64 / UNIT
        });
    }
}

#[test]
fn what_breaks_while_working_takes_longer() {
    let mut network = queue(0.6, exponential(1.0), 1);
    let (between_them, repair) = (exponential(50.0), exponential(10.0));
    network.stations[1].failures =
        vec![Failure { between: between_them, repair, ages: Ages::WithWork }];
    holds(8.571428571, 0.03, |streams, number| {
        let (before, after) = between(&network, 5_000.0, 65_000.0, streams, number);
        let stayed = (after.in_system[1] - before.in_system[1]) as f64;
        stayed / (after.left[1] - before.left[1]) as f64 / UNIT
    });
}

#[test]
fn a_fork_waits_for_its_later_branch() {
    let network = Network {
        stations: vec![
            station("arrivals", exponential(1.0 / 0.8), &[], &[0, 1]),
            station("a", exponential(1.0), &[0], &[2]),
            station("b", exponential(1.0), &[1], &[3]),
            station("join", Distribution::constant(0.0).unwrap(), &[2, 3], &[]),
        ],
        storages: vec![storage(None, 0); 4],
    };
    holds(7.0, 0.03, |streams, number| {
        let (before, after) = between(&network, 3_000.0, 63_000.0, streams, number);
        let stayed = (after.in_system[3] - before.in_system[3]) as f64;
        stayed / (after.left[3] - before.left[3]) as f64 / UNIT
    });
}

#[test]
fn rework_comes_round_again() {
    let served = |at: usize, rate: f64| {
        station(&format!("s{at}"), exponential(1.0 / rate), &[at], &[at + 1])
    };
    let mut last = served(2, 0.8);
    last.gives = vec![Way::new(0.1, vec![Lot::one(0)]), Way::new(0.9, vec![])];
    let network = Network {
        stations: vec![
            station("arrivals", exponential(2.0), &[], &[0]),
            served(0, 1.0),
            served(1, 0.9),
            last,
        ],
        storages: vec![storage(None, 0); 3],
    };
    // L = λ T: the pieces in the network by how long they stay.
    holds(5.135630499, 0.02, |streams, number| {
        let (before, after) = between(&network, 3_000.0, 63_000.0, streams, number);
        (after.in_system[3] - before.in_system[3]) as f64 / (60_000.0 * UNIT)
    });
}

#[test]
fn who_repairs_what_breaks_is_a_queue_too() {
    let up = Station { servers: 5, ..station("up", exponential(10.0), &[0], &[1]) };
    let network = Network {
        stations: vec![up, station("crew", exponential(2.0), &[1], &[0])],
        storages: vec![storage(None, 5), storage(None, 0)],
    };
    holds(3.575660889, 0.01, |streams, number| {
        let (before, after) = between(&network, 1_000.0, 31_000.0, streams, number);
        // Each repair gives back one up time: the mean number up is their rate times 10.
        (after.finished[1] - before.finished[1]) as f64 / 30_000.0 * 10.0
    });
}

#[test]
fn stock_covers_demand_while_more_is_on_its_way() {
    let (rate, lead, stock) = (2.0, 3.0, 8);
    let constant = |time: f64| Distribution::constant(time * UNIT).unwrap();
    let supplier = Station { servers: 1_000, ..station("supplier", constant(lead), &[1], &[2]) };
    let network = Network {
        stations: vec![
            station("demand", exponential(1.0 / rate), &[], &[0, 1]),
            supplier,
            station("issue", constant(0.0), &[0, 2], &[]),
        ],
        storages: vec![storage(None, 0), storage(None, 0), storage(None, stock)],
    };
    holds(2.314021389, 0.02, |streams, number| {
        let (before, after) = between(&network, 100.0, 10_100.0, streams, number);
        (after.level_time[2] - before.level_time[2]) as f64 / (10_000.0 * UNIT)
    });
}

#[test]
fn what_cannot_be_played_is_named() {
    let none =
        Network { stations: vec![station("s", exponential(1.0), &[7], &[])], storages: vec![] };
    let refused = |network: Network| Flow::new(network, Streams::new(1), 0, false).unwrap_err();
    assert_eq!(refused(none), FlowError::NoStorage { station: "s".into() });
    let endless = line(vec![Distribution::constant(0.0).unwrap()], &[]);
    let does = "takes from nowhere".to_owned();
    assert_eq!(refused(endless), FlowError::Endless { station: "s0".into(), does });
    // A piece that goes round without ever taking time.
    let round = Network {
        stations: vec![station("mill", Distribution::constant(0.0).unwrap(), &[0], &[0])],
        storages: vec![storage(None, 1)],
    };
    let mut flow = Flow::new(round, Streams::new(1), 0, false).unwrap();
    let error = flow.run_until(Time::from_secs(1)).unwrap_err();
    let does = "takes from rack".to_owned();
    assert_eq!(error, FlowError::Endless { station: "mill".into(), does });
}

#[test]
fn the_same_seed_is_the_same_run_wherever_it_is_cut() {
    let network = line((0..5).map(|_| exponential(1.0)).collect(), &[2, 0, 3, 1]);
    let whole = || Flow::new(network.clone(), Streams::new(7), 3, true).unwrap();
    let (mut one, mut other) = (whole(), whole());
    one.run_until(Time::from_secs(5_000)).unwrap();
    for cut in [1, 17, 1_800, 1_801, 4_000, 5_000] {
        other.run_until(Time::from_secs(cut)).unwrap();
    }
    assert_eq!(one.totals(), other.totals());
    let levels: u64 = one.totals().levels.iter().map(|&level| u64::from(level)).sum();
    let totals = one.totals();
    let under_way = totals.finished[0] - totals.left[4];
    assert!(under_way >= levels && under_way <= levels + 5, "pieces are conserved");
}
