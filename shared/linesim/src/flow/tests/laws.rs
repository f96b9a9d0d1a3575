//! Laws that hold whatever a network is made of, on networks drawn at random.

use proptest::{option, prelude::*, test_runner::RngSeed};

use super::*;

/// A station as drawn: its mean, kind of work, failures (mean between, mean repair), and whether
/// it keeps a place before its work; in hundredths of the unit of time.
type Drawn = (u32, u8, Option<(u32, u32)>, bool);

fn drawn() -> impl Strategy<Value = Drawn> {
    let failures = option::of((500..5_000_u32, 20..900_u32));
    (20..200_u32, 0..3_u8, failures, any::<bool>())
}

fn of_hundredths(mean: u32) -> f64 {
    f64::from(mean) / 100.0
}

/// A saturated line; what is followed by no room at all keeps no place.
fn drawn_line(stations: &[Drawn], room: &[u32]) -> Network {
    let work = |&(mean, kind, _, _): &Drawn| match kind {
        0 => Distribution::constant(of_hundredths(mean) * UNIT).unwrap(),
        1 => exponential(of_hundredths(mean)),
        _ => Distribution::uniform(0.0, 2.0 * of_hundredths(mean) * UNIT).unwrap(),
    };
    let mut network = line(stations.iter().map(work).collect(), &room[..stations.len() - 1]);
    for (at, (&(_, _, failures, keeps), station)) in
        stations.iter().zip(&mut network.stations).enumerate()
    {
        if let Some((between, repair)) = failures {
            station.failures.push(Failure {
                between: exponential(of_hundredths(between)),
                repair: exponential(of_hundredths(repair)),
                ages: Ages::WithWork,
            });
        }
        if keeps && room[at] > 0 && at + 1 < stations.len() {
            station.blocking = Blocking::BeforeService;
        }
    }
    network
}

/// When the pieces left for good, at most so many, within some time.
fn departures(network: &Network, seed: u64, time: f64) -> Vec<i64> {
    let mut flow = Flow::new(network.clone(), Streams::new(seed), 0, true).unwrap();
    flow.run_until(Time::from_micros((time * UNIT) as i64)).unwrap();
    let leads = flow.single_leads();
    leads[network.stations.len() - 1].iter().map(|(at, _)| at.micros()).collect()
}

/// Whether each piece leaves no later, with the same random numbers.
fn no_later(better: &Network, than: &Network, seed: u64) -> Result<(), TestCaseError> {
    let (better, than) = (departures(better, seed, 1_500.0), departures(than, seed, 1_500.0));
    prop_assert!(better.len() >= than.len(), "{} and not {}", better.len(), than.len());
    for (piece, (better, than)) in better.iter().zip(&than).enumerate() {
        prop_assert!(better <= than, "piece {} leaves at {} and not {}", piece, better, than);
    }
    Ok(())
}

/// Two sources, of which a join takes two and one; a fifth of what it makes is lost; what a packer
/// is not content with goes back to it.
fn assembly(means: &[u32], rooms: (u32, u32)) -> Network {
    let of = |name, at: usize, takes: &[usize], to: &[usize]| {
        station(name, exponential(of_hundredths(means[at])), takes, to)
    };
    let mut join = of("join", 2, &[0, 1], &[2]);
    join.takes[0].pieces = 2;
    join.gives = vec![
        Way::new(0.8, vec![Lot::one(2)]),
        Way { share: 0.2, to: Vec::new(), fate: Fate::Lost },
    ];
    let mut pack = of("pack", 3, &[2], &[]);
    pack.gives = vec![Way::new(0.7, Vec::new()), Way::new(0.3, vec![Lot::one(2)])];
    pack.servers = 2;
    Network {
        stations: vec![of("a", 0, &[], &[0]), of("b", 1, &[], &[1]), join, pack],
        storages: vec![storage(rooms.0, 1), storage(rooms.1, 0), storage(None, 0)],
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 60,
        rng_seed: RngSeed::Fixed(20),
        ..ProptestConfig::default()
    })]

    /// What came is there or went: no level is below nothing, or above its room.
    #[test]
    fn pieces_are_conserved_in_lines(
        stations in proptest::collection::vec(drawn(), 2..6),
        room in proptest::collection::vec(0..6_u32, 6),
        seed: u64,
        looks in proptest::collection::vec(1..300_u32, 1..6),
    ) {
        let network = drawn_line(&stations, &room);
        let mut flow = Flow::new(network.clone(), Streams::new(seed), 0, true).unwrap();
        let mut now = 0.0;
        for look in looks {
            now += f64::from(look);
            flow.run_until(Time::from_micros((now * UNIT) as i64)).unwrap();
            let totals = flow.totals();
            for (at, storage) in network.storages.iter().enumerate() {
                let (level, taken) = (u64::from(totals.levels[at]), totals.taken[at]);
                prop_assert!(storage.capacity.is_none_or(|room| level <= u64::from(room)));
                // One at most is held by the station before, and one by the one behind.
                let held = totals.finished[at].checked_sub(taken + level);
                prop_assert!(matches!(held, Some(0 | 1)), "{:?} before storage {}", held, at);
                let under_work = taken.checked_sub(totals.finished[at + 1]);
                prop_assert!(matches!(under_work, Some(0 | 1)), "{:?} behind {}", under_work, at);
            }
            prop_assert_eq!(totals.left[stations.len() - 1], totals.finished[stations.len() - 1]);
        }
    }

    #[test]
    fn pieces_are_conserved_in_assemblies_with_loss_and_rework(
        means in proptest::collection::vec(20..200_u32, 4),
        rooms in (2..9_u32, 1..5_u32),
        seed: u64,
    ) {
        let mut flow = Flow::new(assembly(&means, rooms), Streams::new(seed), 0, true).unwrap();
        for look in 1..20 {
            flow.run_until(Time::from_secs(50 * look)).unwrap();
            let Totals { finished, left, scrapped, taken, levels, .. } = flow.totals();
            let levels: Vec<u64> = levels.into_iter().map(u64::from).collect();
            prop_assert_eq!(taken[0], 2 * taken[1]);
            prop_assert!(taken[1] - finished[2] <= 1);
            let held = |came: u64, at: usize| came.checked_sub(taken[at] + levels[at]);
            prop_assert!(held(finished[0] + 1, 0).is_some_and(|held| held <= 1));
            prop_assert!(held(finished[1], 1).is_some_and(|held| held <= 1));
            let back = finished[3] - left[3];
            prop_assert_eq!(finished[2] - scrapped[2] + back, taken[2] + levels[2]);
            prop_assert!(taken[2] - finished[3] <= 2);
            prop_assert!(levels[0] <= u64::from(rooms.0) && levels[1] <= u64::from(rooms.1));
        }
    }

    /// J. D. C. Little (1961), on a run that begins with all pieces and ends with none: pieces over
    /// time are the times of the pieces, to the microsecond; in the network and in each storage.
    #[test]
    fn pieces_over_time_are_the_times_of_the_pieces(
        mut stations in proptest::collection::vec(drawn(), 2..6),
        room in proptest::collection::vec(1..6_u32, 6),
        pieces in 1..60_u32,
        seed: u64,
    ) {
        stations.iter_mut().for_each(|station| station.3 = false);
        let mut network = drawn_line(&stations, &room);
        let first = network.storages.len();
        network.storages.push(storage(None, pieces));
        network.stations[0].takes.push(Lot::one(first));
        let mut flow = Flow::new(network, Streams::new(seed), 0, true).unwrap();
        flow.run_until(Time::from_secs(100_000)).unwrap();
        let totals = flow.totals();
        prop_assert_eq!(totals.left[stations.len() - 1], u64::from(pieces));
        prop_assert_eq!(&totals.level_time, &totals.waited);
        let held: i128 = flow.server_times().iter().map(|times| i128::from(times.held)).sum();
        let lain: i128 = totals.level_time.iter().sum();
        prop_assert_eq!(lain + held, totals.in_system.iter().sum::<i128>());
    }

    /// First come, first served, one server each: more room helps every piece, or none.
    #[test]
    fn more_room_makes_nothing_later(
        stations in proptest::collection::vec(drawn(), 2..6),
        room in proptest::collection::vec(1..6_u32, 6),
        at: prop::sample::Index,
        seed: u64,
    ) {
        let less = drawn_line(&stations, &room);
        let mut more = less.clone();
        let at = at.index(more.storages.len());
        more.storages[at].capacity = more.storages[at].capacity.map(|room| room + 1);
        no_later(&more, &less, seed)?;
    }

    #[test]
    fn a_failure_less_makes_nothing_later(
        stations in proptest::collection::vec(drawn(), 2..6),
        room in proptest::collection::vec(0..6_u32, 6),
        at: prop::sample::Index,
        seed: u64,
    ) {
        let fails = drawn_line(&stations, &room);
        let mut sound = fails.clone();
        sound.stations[at.index(stations.len())].failures.clear();
        no_later(&sound, &fails, seed)?;
    }
}

/// Two exponential stations with room for so many between, blocking after service: pieces finished
/// by the first and not by the second are 0 to room + 2, as in a queue of that size.
fn two_stations(first: f64, second: f64, room: u32) -> f64 {
    let load: f64 = second / first;
    let weights: Vec<f64> = (0..=room + 2).map(|level| load.powi(level as i32)).collect();
    (1.0 - weights[0] / weights.iter().sum::<f64>()) / second
}

/// A line of two makes as much when it is turned round (E. J. Muth, "The reversibility property of
/// production lines", Management Science 25(2), 1979).
#[test]
fn a_line_of_two_makes_as_much_turned_round() {
    for (slower, room) in [(1.3, 0), (1.3, 2), (2.0, 1), (1.0, 4)] {
        let truth = two_stations(1.0, slower, room);
        assert!((truth - two_stations(slower, 1.0, room)).abs() < 1e-12);
        for works in [[1.0, slower], [slower, 1.0]] {
            let network = line(works.map(exponential).to_vec(), &[room]);
            holds(truth, 4e-3, |streams, replication| {
                throughput(&network, 1, streams, replication)
            });
        }
        // Without chance it is the slower of the two, to the piece.
        for works in [[1.0, slower], [slower, 1.0]] {
            let works = works.map(|mean: f64| Distribution::constant(mean * UNIT).unwrap());
            let network = line(works.to_vec(), &[room]);
            let left = departures(&network, 1, 1_000.0);
            let cycle = (slower * UNIT) as i64;
            assert!(left.windows(2).all(|pair| pair[1] - pair[0] == cycle), "{works:?}");
        }
    }
}

/// The times of a line of many kinds of work, turned round with other random numbers: as much
/// within what chance allows.
#[test]
fn longer_lines_make_as_much_turned_round() {
    let works =
        || [exponential(0.8), Distribution::uniform(0.0, 2.0 * UNIT).unwrap(), exponential(0.9)];
    let room = [1, 3];
    let mut turned = works().to_vec();
    turned.reverse();
    let ways = [line(works().to_vec(), &room), line(turned, &[3, 1])];
    let measured = ways.map(|network| {
        let streams = Streams::new(77);
        let each: Vec<f64> =
            (0..REPLICATIONS).map(|number| throughput(&network, 2, streams, number)).collect();
        let mean = each.iter().sum::<f64>() / each.len() as f64;
        let squares: f64 = each.iter().map(|value| (value - mean).powi(2)).sum();
        (mean, squares / (each.len() as f64 - 1.0) / each.len() as f64)
    });
    let [(one, of_one), (other, of_other)] = measured;
    let error = (of_one + of_other).sqrt();
    assert!(error < 3e-3 * one, "{error} is too wide to tell {one} from {other}");
    assert!((one - other).abs() <= 3.3 * error, "{one} and {other} ± {error}");
}

/// Everything in half the time is twice as much: what each station's speed brings adds up to that.
#[test]
fn elasticities_of_a_saturated_line_add_up_to_one() {
    const STEP: f64 = 0.005;
    for (seed, stations) in [
        (1, vec![(90, 1, None, false), (100, 2, None, false), (80, 1, None, false)]),
        (2, vec![(90, 1, Some((900, 80)), false), (100, 2, None, false), (70, 1, None, false)]),
        (3, vec![(60, 2, Some((500, 300)), false), (95, 1, None, false)]),
    ] {
        let network = drawn_line(&stations, &[2, 1]);
        // When the 3,000th piece leaves, of works and failures that take so much of their time.
        let ends = |at: usize, factor: f64| {
            let mut changed = network.clone();
            let station = &mut changed.stations[at];
            station.work = station.work.times(factor).unwrap();
            for failure in &mut station.failures {
                failure.between = failure.between.times(factor).unwrap();
                failure.repair = failure.repair.times(factor).unwrap();
            }
            (departures(&changed, seed, 6_000.0)[3_000] as f64).ln()
        };
        let of = |at: usize| (ends(at, 1.0 + STEP) - ends(at, 1.0 - STEP)) / (2.0 * STEP);
        let elasticities: Vec<f64> = (0..stations.len()).map(of).collect();
        let sum: f64 = elasticities.iter().sum();
        assert!((sum - 1.0).abs() < 0.02, "{elasticities:?} add up to {sum}");
        assert!(elasticities.iter().all(|&one| one > -1e-6), "{elasticities:?}");
    }
}
