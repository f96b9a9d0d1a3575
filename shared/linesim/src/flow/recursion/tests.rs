//! The recursion and the events come to the same, to the microsecond.

use des::{Distribution, Streams, Time};
use proptest::prelude::*;

use super::*;
use crate::flow::{Ages, Failure, Flow, Lot, Station, Storage, Way};

/// A station as drawn: its work and, maybe, failures.
#[derive(Clone, Debug)]
struct Drawn {
    mean: i64,
    kind: u8,
    failures: Vec<(i64, i64)>,
    keeps: bool,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let failures = proptest::collection::vec((200..5_000_i64, 1..900_i64), 0..3);
    (1..900_i64, 0..3_u8, failures, any::<bool>()).prop_map(|(mean, kind, failures, keeps)| Drawn {
        mean,
        kind,
        failures,
        keeps,
    })
}

fn station(number: usize, drawn: &Drawn, takes: &[usize], to: &[usize]) -> Station {
    let mean = drawn.mean as f64;
    let work = match drawn.kind {
        0 => Distribution::constant(mean),
        1 => Distribution::exponential(mean),
        _ => Distribution::uniform(0.0, 2.0 * mean),
    };
    let failure = |&(between, repair): &(i64, i64)| Failure {
        between: Distribution::exponential(between as f64).unwrap(),
        repair: Distribution::uniform(0.0, 2.0 * repair as f64).unwrap(),
        ages: Ages::WithWork,
    };
    let lots = |at: &[usize]| at.iter().map(|&storage| Lot::one(storage)).collect::<Vec<_>>();
    Station {
        name: format!("s{number}").into(),
        servers: 1,
        work: work.unwrap(),
        takes: lots(takes),
        gives: vec![Way::new(1.0, lots(to))],
        is_arrival: false,
        blocking: if drawn.keeps { Blocking::BeforeService } else { Blocking::AfterService },
        failures: drawn.failures.iter().map(failure).collect(),
    }
}

/// Room from none to unbounded, and pieces there at the start.
fn storage(number: usize, room: u32, initial: u32, before: &mut Drawn) -> Storage {
    // Where there is no room at all, no place can be kept.
    before.keeps &= room > 0;
    let capacity = (room < 6).then_some(room);
    let initial = initial.min(capacity.unwrap_or(initial));
    Storage { name: format!("b{number}").into(), capacity, initial, is_anonymous: false }
}

/// Plays both to the same moments.
fn same(network: &Network, seed: u64, looks: &[i64]) -> Result<(), TestCaseError> {
    let mut events = Flow::new(network.clone(), Streams::new(seed), 3, true).unwrap();
    let mut recursion = Recursion::new(network, Streams::new(seed), 3, true).unwrap();
    let mut at = 0;
    for look in looks {
        at += look;
        events.run_until(Time::from_micros(at)).unwrap();
        recursion.run_until(Time::from_micros(at)).unwrap();
        prop_assert_eq!(events.totals(), recursion.totals());
        prop_assert_eq!(events.server_times(), recursion.server_times());
        prop_assert_eq!(events.single_leads(), recursion.single_leads());
        prop_assert_eq!(events.piece_operations(), recursion.piece_operations());
    }
    Ok(())
}

/// A line; with cards, the last station gives them back to the first.
fn line(stations: &mut [Drawn], rooms: &[(u32, u32)], cards: Option<u32>) -> Network {
    let last = stations.len() - 1;
    let storages: Vec<Storage> = rooms
        .iter()
        .take(last)
        .zip(stations.iter_mut())
        .enumerate()
        .map(|(at, (&(room, initial), before))| storage(at, room, initial, before))
        .collect();
    let mut network = Network { stations: Vec::new(), storages };
    for (at, drawn) in stations.iter().enumerate() {
        let takes = if at > 0 { vec![at - 1] } else { vec![] };
        let to = if at < last { vec![at] } else { vec![] };
        network.stations.push(station(at, drawn, &takes, &to));
    }
    if let Some(cards) = cards {
        let storage = network.storages.len();
        network.storages.push(Storage {
            name: "cards".into(),
            capacity: None,
            initial: cards,
            is_anonymous: true,
        });
        network.stations[0].takes.push(Lot::one(storage));
        network.stations[last].gives[0].to.push(Lot::one(storage));
    }
    network
}

proptest! {
    #[test]
    fn lines_come_to_the_same(
        mut stations in proptest::collection::vec(drawn(), 1..6),
        rooms in proptest::collection::vec((0..7_u32, 0..4_u32), 6),
        cards in proptest::option::of(1..9_u32),
        seed in any::<u64>(),
        looks in proptest::collection::vec(1..60_000_i64, 1..5),
    ) {
        let network = line(&mut stations, &rooms, cards);
        same(&network, seed, &looks)?;
    }

    /// Three lines of one, joined piece by piece, and one behind.
    #[test]
    fn assemblies_come_to_the_same(
        mut stations in proptest::collection::vec(drawn(), 5),
        rooms in proptest::collection::vec((1..7_u32, 0..4_u32), 4),
        seed in any::<u64>(),
        looks in proptest::collection::vec(1..60_000_i64, 1..5),
    ) {
        let storages: Vec<Storage> = (0..4)
            .map(|at| storage(at, rooms[at].0, rooms[at].1, &mut stations[at]))
            .collect();
        let of = |at: usize, takes: &[usize], to: &[usize]| station(at, &stations[at], takes, to);
        let all = vec![
            of(0, &[], &[0]),
            of(1, &[], &[1]),
            of(2, &[], &[2]),
            of(3, &[0, 1, 2], &[3]),
            of(4, &[3], &[]),
        ];
        same(&Network { stations: all, storages }, seed, &looks)?;
    }
}

#[test]
fn what_is_more_than_a_line_is_told() {
    let plain = Drawn { mean: 5, kind: 0, failures: Vec::new(), keeps: false };
    let network = line(&mut [plain.clone(), plain.clone()], &[(2, 0)], None);
    assert_eq!(Recursion::why_not(&network), None);
    let why_not = |change: fn(&mut Network)| {
        let mut changed = network.clone();
        change(&mut changed);
        Recursion::why_not(&changed).unwrap()
    };
    assert_eq!(why_not(|n| n.stations[1].servers = 2), "s1 works on several pieces at once");
    assert_eq!(
        why_not(|n| n.stations[1].takes.clear()),
        "1 stations give to b0, and 0 take from it, where it has to be one each"
    );
    let in_a_circle = |n: &mut Network| {
        n.stations[0].takes.push(Lot::one(1));
        n.stations[1].gives[0].to.push(Lot::one(1));
        n.storages.push(Storage {
            name: "b1".into(),
            capacity: None,
            initial: 0,
            is_anonymous: false,
        });
    };
    assert_eq!(why_not(in_a_circle), "s0 waits for its own pieces, in a circle without any");
}
