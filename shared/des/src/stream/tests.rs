//! Published vectors, independence of streams, and the statistics of plain numbers.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

#[test]
fn xoshiro_gives_its_published_numbers() {
    let mut stream = Stream { words: [1, 2, 3, 4] };
    let numbers: [u64; 5] = std::array::from_fn(|_| stream.next_u64());
    assert_eq!(
        numbers,
        [41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205]
    );
    let mut stream = Stream { words: [0, 0, 0, 1] };
    let numbers: [u64; 5] = std::array::from_fn(|_| stream.next_u64());
    assert_eq!(
        numbers,
        [0x800000, 0x800011, 0x0002200000800011, 0x0002200044000020, 0x00022000448008A1]
    );
}

#[test]
fn split_mix_gives_its_published_numbers() {
    let mut split_mix = SplitMix::new(1234567);
    let numbers: [u64; 3] = std::array::from_fn(|_| split_mix.next_u64());
    assert_eq!(numbers, [6457827717110365317, 3203168211198807973, 9817491932198370423]);
}

#[test]
fn fnv_gives_its_published_hashes() {
    let hashes = ["", "a", "foobar"].map(|text| fnv_1a(FNV_OFFSET, text.as_bytes()));
    assert_eq!(hashes, [0xcbf29ce484222325, 0xaf63dc4c8601ec8c, 0x85944171f73967e8]);
}

/// Changing how streams are derived changes every recorded run, so it must not happen unseen.
#[test]
fn a_named_stream_begins_as_it_always_did() {
    let mut stream = Streams::new(42).stream(3, "press", "repair");
    let numbers: [u64; 3] = std::array::from_fn(|_| stream.next_u64());
    assert_eq!(numbers, [15403832028968438838, 9706327130093315265, 13312843918255960842]);
}

#[test]
fn every_part_of_the_name_counts() {
    let names = [(1, 0, "ab", "c"), (1, 0, "a", "bc"), (1, 0, "abc", ""), (1, 0, "", "abc")];
    let others = [(0, 1, "ab", "c"), (2, 0, "ab", "c"), (1, 1, "ab", "c"), (1, 0, "c", "ab")];
    let firsts: BTreeSet<u64> = names
        .into_iter()
        .chain(others)
        .map(|(seed, replication, station, purpose)| {
            Streams::new(seed).stream(replication, station, purpose).next_u64()
        })
        .collect();
    assert_eq!(firsts.len(), names.len() + others.len());
}

#[test]
fn streams_do_not_depend_on_the_order_of_creation_or_use() {
    let streams = Streams::new(7);
    let names: Vec<String> = (0..20).map(|station| format!("station {station}")).collect();
    let draw = |name: &String| {
        let mut stream = streams.stream(0, name, "work");
        (0..100).map(|_| stream.next_u64()).collect::<Vec<u64>>()
    };
    let forward: Vec<Vec<u64>> = names.iter().map(draw).collect();
    let mut backward: Vec<Vec<u64>> = names.iter().rev().map(draw).collect();
    backward.reverse();
    assert_eq!(forward, backward);

    let mut interleaved: Vec<Stream> =
        names.iter().map(|name| streams.stream(0, name, "work")).collect();
    for at in 0..100 {
        for (stream, alone) in interleaved.iter_mut().zip(&forward) {
            assert_eq!(stream.next_u64(), alone[at]);
        }
    }
}

/// 200 neighbouring streams, each pair: |r| of 2,000 numbers has standard deviation 0.0224, so
/// 0.12 is 5.4 of them, with 19,900 pairs expected 0.001 times.
#[test]
fn neighbouring_streams_are_not_correlated() {
    const NUMBERS: usize = 2_000;
    let columns: Vec<Vec<f64>> = (0..200)
        .map(|replication| {
            let mut stream = Streams::new(1).stream(replication, "s", "p");
            (0..NUMBERS).map(|_| (stream.unit() - 0.5) * 12_f64.sqrt()).collect()
        })
        .collect();
    for (at, left) in columns.iter().enumerate() {
        for right in &columns[..at] {
            let sum: f64 = left.iter().zip(right).map(|(l, r)| l * r).sum();
            assert!((sum / NUMBERS as f64).abs() < 0.12);
        }
    }
}

/// The same for names that differ in one place only, and for numbers drawn up to four later: 45
/// pairs at nine lags; |r| of 20,000 numbers has standard deviation 0.0071, so 0.035 is 5 of them.
#[test]
fn streams_of_similar_names_are_not_correlated_at_any_lag() {
    const NUMBERS: usize = 20_000;
    let names = [
        (1, 0, "station 1", "work"),
        (2, 0, "station 1", "work"),
        (1, 1, "station 1", "work"),
        (1, 2, "station 1", "work"),
        (1, 0, "station 2", "work"),
        (1, 0, "station 3", "work"),
        (1, 0, "station 1", "repair"),
        (1, 0, "station 1", "failure"),
        (1, u64::MAX, "station 1", "work"),
        (u64::MAX, 0, "station 1", "work"),
    ];
    let columns = names.map(|(seed, replication, station, purpose)| {
        let mut stream = Streams::new(seed).stream(replication, station, purpose);
        (0..NUMBERS).map(|_| (stream.unit() - 0.5) * 12_f64.sqrt()).collect::<Vec<f64>>()
    });
    for (at, left) in columns.iter().enumerate() {
        for right in &columns[..at] {
            for lag in 0..5 {
                let correlation = |ahead: &[f64], behind: &[f64]| {
                    let pairs = ahead[lag..].iter().zip(behind);
                    pairs.map(|(a, b)| a * b).sum::<f64>() / NUMBERS as f64
                };
                assert!(correlation(left, right).abs() < 0.035);
                assert!(correlation(right, left).abs() < 0.035);
            }
        }
    }
}

#[test]
fn the_unit_interval_is_open_and_evenly_filled() {
    assert_eq!(open_unit(0), f64::EPSILON / 2.0);
    assert_eq!(open_unit(u64::MAX), 1.0 - f64::EPSILON / 2.0);
    const NUMBERS: usize = 1_000_000;
    let mut stream = Streams::new(3).stream(0, "s", "p");
    let mut tenths = [0_u32; 10];
    for _ in 0..NUMBERS {
        tenths[(stream.unit() * 10.0) as usize] += 1;
    }
    // One count has standard deviation 300.
    assert!(tenths.iter().all(|count| count.abs_diff(100_000) < 1_200), "{tenths:?}");
}

/// Taking the remainder or the product alone would give some thirds of 2^64 - 2^62 twice the
/// chance of others.
#[test]
fn below_is_even_where_a_naive_method_is_not() {
    const N: u64 = 3 << 62;
    let mut stream = Streams::new(5).stream(0, "s", "p");
    let mut thirds = [0_u32; 3];
    for _ in 0..300_000 {
        thirds[(stream.below(NonZeroU64::new(N).unwrap()) / (1 << 62)) as usize] += 1;
    }
    let mut residues = [0_u32; 3];
    for _ in 0..300_000 {
        residues[(stream.below(NonZeroU64::new(N).unwrap()) % 3) as usize] += 1;
    }
    // One count has standard deviation 258.
    for counts in [thirds, residues] {
        assert!(counts.iter().all(|count| count.abs_diff(100_000) < 1_100), "{counts:?}");
    }
}

#[test]
fn no_stream_has_a_state_of_zeros() {
    assert_eq!(Stream::from_state([0; STATE_BYTES]), Err(StateError));
}

proptest! {
    #[test]
    fn below_stays_below(seed: u64, n in 1_u64..) {
        let mut stream = Stream::from_seed(seed);
        let n = NonZeroU64::new(n).unwrap();
        prop_assert!((0..20).all(|_| stream.below(n) < n.get()));
        prop_assert_eq!(stream.below(NonZeroU64::MIN), 0);
    }

    #[test]
    fn a_kept_state_goes_on_where_it_was(seed: u64, drawn in 0..50_u32) {
        let mut stream = Streams::new(seed).stream(0, "s", "p");
        for _ in 0..drawn {
            stream.next_u64();
        }
        let mut restored = Stream::from_state(stream.state()).unwrap();
        prop_assert_eq!(&restored, &stream);
        for _ in 0..10 {
            prop_assert_eq!(restored.next_u64(), stream.next_u64());
        }
    }
}
