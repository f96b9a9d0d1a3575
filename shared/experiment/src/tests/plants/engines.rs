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
    let leads = |outcome: &Outcome| outcome.products[0].lead_time_h.expect("known");
    same("lead time", &leads(&fast), &leads(&whole));
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

/// What comes from outside, cards and a state to begin with mean the same to both.
#[test]
fn what_lines_have_besides_comes_to_the_same() {
    let exponential = "time = \"1 h\"\nshape = \"exponential\"";
    let lead = |outcome: &Outcome| outcome.products[0].lead_time_h.expect("known");
    let rate = |outcome: &Outcome| outcome.products[0].throughput_per_h;
    let level = |outcome: &Outcome| outcome.storages[0].level;
    let made = |outcome: &Outcome| outcome.products[0].completed;
    type Measures<'m> = &'m [(&'m str, fn(&Outcome) -> Interval)];
    let working = "piece = \"working\"\nworked = \"50 min\"";
    let down = "down = \"breakdown\"\ndown_for = \"20 min\"";
    let cases: [(String, f64, Measures<'_>); 5] = [
        (queue("\"0.6/h\"", "", exponential), 6_000.0, &[("rate", rate), ("queue's lead", lead)]),
        (features::cards(3), 4_000.0, &[("cards' rate", rate), ("cards' lead", lead)]),
        (features::stock("point = 5, lot = 5"), 4_000.0, &[("stock", level), ("wishes", rate)]),
        (features::begun(working), 2.5, &[("begun", made)]),
        (features::begun(down), 2.5, &[("down", made)]),
    ];
    for (text, hours, measures) in cases {
        let until = Some(Span::from_hours(hours));
        let warm_up = Some(Span::from_hours(if hours > 100.0 { hours / 10.0 } else { 0.0 }));
        let wish = Wish { until, warm_up, ..wish() };
        let fast = sim(&text, &wish);
        let whole = sim(&text, &Wish { engine: Engine::WholeEvents, seed: 12, ..wish });
        assert_eq!((fast.model.name(), whole.model.name()), ("like_pieces", "whole"));
        for (what, measure) in measures {
            same(what, &measure(&fast), &measure(&whole));
        }
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

/// A lot with a name becomes boxes without: the time that it took is theirs.
#[test]
fn what_changes_its_name_on_the_way_began_where_the_first_of_it_did() {
    let text =
        line(&["", "", ""], &["time = \"10 h\"", "time = \"2 h\"", "time = \"1 h\""], &["1", "1"])
            .replacen(
                "id = \"part\"",
                "id = \"part\"\ntracking = \"serial\"\n[[material]]\nid = \"box\"",
                1,
            )
            .replacen(
                "output = { material = \"part\", to = \"b2\" }",
                "output = { material = \"box\", to = \"b2\" }",
                1,
            )
            .replacen(
                "inputs = [{ material = \"part\", from = \"b2\" }]",
                "inputs = [{ material = \"box\", from = \"b2\" }]",
                1,
            )
            .replacen("output = { material = \"part\" }", "output = { material = \"box\" }", 1);
    let wish = Wish { until: Some(Span::from_hours(200.0)), replications: 2, ..wish() };
    let outcome = sim(&text, &wish);
    assert_eq!((outcome.model.name(), outcome.products[0].material.as_str()), ("whole", "box"));
    let lead = outcome.products[0].lead_time_h.expect("known").estimate;
    assert!((lead - 13.0).abs() < 1e-6, "{lead} h");
}

/// Levels over time are those of every moment, and not of some.
#[test]
fn levels_of_whole_plants_are_exact() {
    let text = line(&["", ""], &["time = \"2 h\"\ncrew = { w = 1 }", "time = \"6 h\""], &["9"])
        .replacen("from = \"b1\" }", "quantity = 3, from = \"b1\" }", 1)
        + "[[crew]]\nid = \"w\"\nname = \"W\"\npeople = 1\ncalendar = \"always\"\n";
    let warm_up = Some(Span::from_hours(12.0));
    let wish = Wish { until: Some(Span::from_hours(612.0)), warm_up, replications: 2, ..wish() };
    let outcome = sim(&text, &wish);
    assert_eq!(outcome.model.name(), "whole");
    assert_eq!(outcome.warm_up, Span::from_hours(12.0), "to the hour, not to a stretch of the run");
    // 0, 1 and 2 pieces for two hours each.
    let level = outcome.storages[0].level.estimate;
    assert!((level - 1.0).abs() < 1e-9, "{level} pieces");
    let made = outcome.products[0].completed.estimate;
    assert!((made - 100.0).abs() < 1.5, "{made} made in 600 h");
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
