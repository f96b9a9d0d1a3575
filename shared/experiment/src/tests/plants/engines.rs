//! The fast engine and the whole one play the same model where both can.

use super::*;
use twin::Span;

const FAILS: &str = "between = \"40 h\"\nrepair = { mean = \"4 h\", variation = 0.5 }";

/// Within 3.3 standard errors of their difference.
#[track_caller]
fn same(what: &str, fast: &Interval, whole: &Interval) {
    let error = |interval: &Interval| (interval.high - interval.low) / 2.0 / 2.045;
    let (one, other) = (error(fast), error(whole));
    let off = (fast.estimate - whole.estimate) / (one * one + other * other).sqrt().max(1e-9);
    assert!(off.abs() < 3.3, "{what}: {fast:?} and {whole:?} are {off:.1} standard errors apart");
    assert!(one.max(other) < 0.02 * fast.estimate.max(0.2), "{what} is too wide to tell: {one}");
}

#[test]
fn a_line_that_both_can_play_comes_to_the_same() {
    let exponential = "time = \"1 h\"\nshape = \"exponential\"";
    let gamma = "time = \"55 min\"\nshape = \"gamma\"\nvariation = 0.6\nyield = 0.9";
    let slow = "time = \"105 min\"\nshape = \"weibull\"\nvariation = 0.8";
    let by_time = "between = \"30 h\"\nrepair = \"2 h\"\nages = \"with time\"\ncount = 2";
    let text = line(&[FAILS, "", by_time], &[exponential, gamma, slow], &["2", "4"]);
    let wish = Wish {
        until: Some(Span::from_hours(4_500.0)),
        warm_up: Some(Span::from_hours(450.0)),
        ..wish()
    };
    let fast = sim(&text, &wish);
    let whole = sim(&text, &Wish { engine: Engine::WholeEvents, seed: 12, ..wish });
    assert_eq!((fast.model.name(), whole.model.name()), ("like_pieces", "whole"));
    let rates = |outcome: &Outcome| outcome.products[0].throughput_per_h;
    same("throughput", &rates(&fast), &rates(&whole));
    same("work in progress", &fast.wip_pieces, &whole.wip_pieces);
    for (one, other) in fast.storages.iter().zip(&whole.storages) {
        same(one.storage.as_str(), &one.level, &other.level);
    }
    for (one, other) in fast.units.iter().zip(&whole.units) {
        assert_eq!(one.unit, other.unit);
        let mut compared = 0;
        for (state, share) in &one.shares {
            let Some((_, there)) = other.shares.iter().find(|(known, _)| known == state) else {
                panic!("{}: the whole engine knows no {state}", one.unit)
            };
            same(&format!("{} {state}", one.unit), share, there);
            compared += 1;
        }
        assert!(compared >= 2, "{} is compared in {compared} states", one.unit);
    }
}

/// Pieces with names, people and shifts are played whole, and the answer says why.
#[test]
fn what_is_not_alike_is_played_whole() {
    let text =
        line(&["", ""], &["time = \"1 h\"", "time = \"1 h\"\ncrew = { welders = 1 }"], &["1"])
            + "[[crew]]\nid = \"welders\"\nname = \"Welders\"\npeople = 1\ncalendar = \"always\"\n";
    let wish = Wish { until: Some(Span::from_hours(500.0)), replications: 3, ..wish() };
    let outcome = sim(&text, &wish);
    assert_eq!(outcome.model.name(), "whole");
    assert_eq!(outcome.why_whole.unwrap().to_string(), "operation o2 needs a crew");
    let rate = outcome.products[0].throughput_per_h.estimate;
    assert!((rate - 1.0).abs() < 0.01, "{rate} an hour");
}

#[test]
fn equal_seeds_give_equal_outcomes_and_others_do_not() {
    let exponential = "time = \"1 h\"\nshape = \"exponential\"";
    let text = line(&["", ""], &[exponential, exponential], &["2"]);
    let wish = Wish { until: Some(Span::from_hours(2_000.0)), replications: 5, ..wish() };
    let (one, again) = (sim(&text, &wish), sim(&text, &wish));
    assert_eq!(one, again);
    assert_ne!(one, sim(&text, &Wish { seed: 12, ..wish }));
}
