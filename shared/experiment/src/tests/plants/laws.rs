//! Laws that hold whatever plays a plant.

use super::*;
use twin::Span;

/// J. D. C. Little (1961): pieces in the plant are those that leave an hour, times how long each
/// was there, as far as the intervals tell.
#[test]
fn pieces_are_throughput_times_lead_time() {
    let random = "time = { mean = \"1 h\", shape = \"exponential\" }";
    let quick = "time = { mean = \"0.7 h\", variation = 0.5 }";
    let texts = [
        queue("{ mean = \"1.5 h\", shape = \"exponential\" }", "", random),
        line(&["", "", ""], &[random, quick, random], &["3", "2"]),
        line(
            &["", "failures = [{ between = \"20 h\", repair = \"3 h\" }]"],
            &[random, quick],
            &["4"],
        ),
    ];
    for (text, engine) in
        texts.iter().flat_map(|text| [Engine::Auto, Engine::WholeEvents].map(|e| (text, e)))
    {
        let long = Wish {
            until: Some(Span::from_hours(3_000.0)),
            warm_up: Some(Span::from_hours(200.0)),
            replications: 10,
            engine,
            ..wish()
        };
        let outcome = sim(text, &long);
        let product = &outcome.products[0];
        let lead = product.lead_time_h.expect("known");
        let (rate, pieces) = (product.throughput_per_h, outcome.wip_pieces);
        let half = |of: &Interval| (of.high - of.low) / 2.0;
        let from_times = rate.estimate * lead.estimate;
        let error = half(&pieces) + rate.estimate * half(&lead) + half(&rate) * lead.estimate;
        assert!(error < 0.25 * from_times, "{error} is too wide to tell {from_times}");
        let off = (pieces.estimate - from_times).abs();
        assert!(off <= error, "{engine:?}: {pieces:?} pieces, and {from_times} by their times");
    }
}

/// A failure less, or a place more, in a line where the first that comes is the first served: with
/// the same random numbers as much is made or more, in every replication and whatever plays it.
#[test]
fn less_trouble_never_makes_less() {
    let random = "time = { mean = \"1 h\", shape = \"exponential\" }";
    let fails = "failures = [{ between = \"30 h\", repair = \"6 h\" }]";
    let base = line(&["", fails, ""], &[random; 3], &["2", "1"]);
    let better = [
        line(&["", "", ""], &[random; 3], &["2", "1"]),
        line(&["", fails, ""], &[random; 3], &["3", "1"]),
        line(&["", fails, ""], &[random; 3], &["2", "2"]),
    ];
    for engine in [Engine::Auto, Engine::WholeEvents] {
        let long = Wish {
            until: Some(Span::from_hours(800.0)),
            warm_up: Some(Span::ZERO),
            replications: 6,
            engine,
            ..wish()
        };
        let made = |text: &str| -> Vec<f64> {
            sim(text, &long).samples.iter().map(|sample| sample.throughput_per_h[0]).collect()
        };
        let before = made(&base);
        for text in &better {
            let after = made(text);
            let pairs = before.iter().zip(&after);
            assert!(pairs.clone().all(|(before, after)| after >= before), "{engine:?}: {text}");
            assert!(pairs.clone().any(|(before, after)| after > before), "{engine:?}: {text}");
        }
    }
}
