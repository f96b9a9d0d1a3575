//! Families of models whose values are known exactly, as plant files.

use super::*;
use twin::{Span, UnitState};

const EXP: &str = "time = \"1 h\"\nshape = \"exponential\"";

fn long(hours: f64) -> Wish {
    Wish {
        until: Some(Span::from_hours(hours)),
        warm_up: Some(Span::from_hours(1_000.0)),
        ..wish()
    }
}

#[track_caller]
fn throughput(of: &str, text: &str, truth: f64) {
    let outcome = sim(text, &long(21_000.0));
    agrees(of, &outcome.products[0].throughput_per_h, truth, 0.01);
}

#[test]
fn saturated_lines() {
    throughput("N = 2, B = 1", &line(&["", ""], &[EXP, EXP], &["1"]), 0.75);
    throughput("N = 3, B = 0", &line(&[""; 3], &[EXP; 3], &["0", "0"]), 0.564102564);
    let erlang = "time = { mean = \"1 h\", shape = \"erlang\", stages = 4 }";
    throughput("Erlang-4", &line(&[""; 3], &[erlang; 3], &["1", "1"]), 0.840173983);
    let slow = "time = \"2 h\"\nshape = \"exponential\"";
    throughput("two slow ones first", &line(&["count = 2", ""], &[slow, EXP], &["1"]), 0.777777778);
}

#[test]
fn failures_that_age_with_work_or_with_time() {
    let fails = |ages: &str| format!("between = \"100 h\"\nrepair = \"10 h\"\nages = \"{ages}\"");
    let (work, time) = (fails("with work"), fails("with time"));
    let lines = |keys: &str, room| line(&[keys, keys], &[EXP, EXP], &[room]);
    throughput("with work", &lines(&work, "2"), 0.695386223);
    throughput("with time", &lines(&time, "0"), 0.558128672);
}

#[test]
fn lines_in_step() {
    let step = "time = \"1 min\"";
    let with = |first: &str, second: &str, room: &str, full: &str| {
        let keys = [format!("step = {first}"), format!("step = {second}")];
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let text = line(&keys, &[step, step], &[room]);
        format!("{text}[in_step]\ncycle = \"1 min\"\nfull = \"{full}\"\n")
    };
    let wish = Wish {
        until: Some(Span::from_hours(2_000.0)),
        warm_up: Some(Span::from_hours(50.0)),
        ..wish()
    };
    let (one, two) = ("{ fails = 0.005, repaired = 0.05 }", "{ fails = 0.02, repaired = 0.2 }");
    let outcome = sim(&with(one, two, "10", "at start"), &wish);
    agrees("Gershwin", &outcome.products[0].throughput_per_h, 60.0 * 0.852612425, 0.01);
    let text = with("{ runs = 0.9 }", "{ runs = 0.8 }", "3", "unless taken");
    let outcome = sim(&text, &wish);
    agrees("Bernoulli", &outcome.products[0].throughput_per_h, 60.0 * 0.791535791, 0.01);
    let (one, two) = ("{ fails = 0.05, repaired = 0.14 }", "{ fails = 0.02, repaired = 0.1 }");
    let outcome = sim(&with(one, two, "8", "at start"), &wish);
    agrees("mean storage", &outcome.storages[0].level, 2.742189691, 0.02);
}

#[test]
fn assembly() {
    let operation = |id: &str, inputs: &str, to: &str, time: &str| {
        format!(
            "[[work_center]]\nid = \"{id}\"\n[[operation]]\nid = \"{id}\"\nat = \"{id}\"\n\
             {inputs}output = {{ material = \"{id}\"{to} }}\ntime = \"{time}\"\n\
             shape = \"exponential\"\n[[material]]\nid = \"{id}\"\n"
        )
    };
    let storage = |id: &str, room| format!("[[storage]]\nid = \"{id}\"\ncapacity = {room}\n");
    let text = format!(
        "assumed = true\n{}{}{}{}{}",
        storage("left", 2),
        storage("right", 2),
        operation("a", "", ", to = \"left\"", "1 h"),
        operation("b", "", ", to = \"right\"", "1 h"),
        operation(
            "whole",
            "inputs = [{ material = \"a\", from = \"left\" }, { material = \"b\", from = \"right\" }]\n",
            "",
            "1 h"
        ),
    );
    throughput("assembly", &text, 0.731999145);
}

#[test]
fn queues() {
    let wait = |of: &str, text: &str, truth: f64| {
        let outcome = sim(text, &long(61_000.0));
        agrees(of, outcome.storages[0].wait_h.as_ref().unwrap(), truth, 0.03);
    };
    wait("M/M/1", &queue("\"0.8/h\"", "", EXP), 4.0);
    wait("M/M/3", &queue("\"2.4/h\"", "count = 3", EXP), 1.078651685);
    wait("M/D/1", &queue("\"0.5/h\"", "", "time = \"1 h\""), 0.5);
    let uniform = "time = { low = \"0.5 h\", high = \"1.5 h\" }";
    wait("M/U/1", &queue("\"0.8/h\"", "", uniform), 2.166666667);
    let hyper = "time = \"1 h\"\nshape = \"hyperexponential\"\nvariation = 2";
    wait("M/H2/1", &queue("\"0.5/h\"", "", hyper), 2.5);
    let text = queue("\"0.6/h\"", "between = \"50 h\"\nrepair = \"10 h\"", EXP);
    let outcome = sim(&text, &long(101_000.0));
    let stay = outcome.products[0].lead_time_h.as_ref().unwrap();
    agrees("M/M/1 with breakdowns", stay, 8.571428571, 0.03);
}

#[test]
fn rework_without_end_and_forks_that_join() {
    let operation = |number: usize, time: &str, more: &str| {
        let to = if number < 3 { format!(", to = \"q{}\"", number + 1) } else { String::new() };
        format!(
            "[[storage]]\nid = \"q{number}\"\ncapacity = \"unbounded\"\n[[work_center]]\n\
             id = \"s{number}\"\n[[operation]]\nid = \"o{number}\"\nat = \"s{number}\"\n{more}\
             inputs = [{{ material = \"job\", from = \"q{number}\" }}]\n\
             output = {{ material = \"job\"{to} }}\ntime = {time}\n"
        )
    };
    let mean =
        |hours: f64| format!("{{ mean = \"{} s\", shape = \"exponential\" }}", hours * 3_600.0);
    let again = "rework = { first_pass = 0.9, to = \"q1\", most_rounds = \"unbounded\" }\n";
    let text = format!(
        "assumed = true\n[[material]]\nid = \"job\"\n[[arrivals]]\nid = \"jobs\"\nevery = \"2 h\"\n\
         gives = [{{ material = \"job\", to = \"q1\" }}]\n{}{}{}",
        operation(1, &mean(1.0), ""),
        operation(2, &mean(1.0 / 0.9), ""),
        operation(3, &mean(1.0 / 0.8), again),
    );
    agrees("Jackson", &sim(&text, &long(61_000.0)).wip_pieces, 5.135630499, 0.03);
    let branch = |name: &str| {
        format!(
            "[[storage]]\nid = \"{name}-in\"\ncapacity = \"unbounded\"\n[[storage]]\n\
             id = \"{name}-out\"\ncapacity = \"unbounded\"\n[[work_center]]\nid = \"{name}\"\n\
             [[operation]]\nid = \"do-{name}\"\nat = \"{name}\"\n{EXP}\n\
             inputs = [{{ material = \"{name}\", from = \"{name}-in\" }}]\n\
             output = {{ material = \"{name}\", to = \"{name}-out\" }}\n\
             [[material]]\nid = \"{name}\"\n"
        )
    };
    let text = format!(
        "assumed = true\n{}{}[[arrivals]]\nid = \"jobs\"\nevery = \"0.8/h\"\n\
         gives = [{{ material = \"one\", to = \"one-in\" }}, {{ material = \"two\", to = \"two-in\" }}]\n\
         [[material]]\nid = \"both\"\n[[work_center]]\nid = \"join\"\n[[operation]]\nid = \"join\"\n\
         at = \"join\"\ntime = \"0 s\"\ninputs = [{{ material = \"one\", from = \"one-out\" }}, \
         {{ material = \"two\", from = \"two-out\" }}]\noutput = {{ material = \"both\" }}\n",
        branch("one"),
        branch("two"),
    );
    let outcome = sim(&text, &long(61_000.0));
    agrees("fork and join", outcome.products[0].lead_time_h.as_ref().unwrap(), 7.0, 0.03);
}

#[test]
fn closed_loops() {
    let cards =
        "[[cards]]\nid = \"loop\"\ncount = 5\ntaken_by = [\"o1\"]\nreturned_by = [\"o3\"]\n";
    let text = line(&[""; 3], &[EXP; 3], &["\"unbounded\"", "\"unbounded\""]) + cards;
    throughput("CONWIP", &text, 0.714285714);
    let text = "assumed = true\n[[material]]\nid = \"machine\"\n\
        [[storage]]\nid = \"ready\"\ncapacity = \"unbounded\"\n\
        [[storage]]\nid = \"broken\"\ncapacity = \"unbounded\"\n\
        [[stock]]\nstorage = \"ready\"\nmaterial = \"machine\"\nquantity = 5\n\
        [[work_center]]\nid = \"running\"\ncount = 5\n[[work_center]]\nid = \"crew\"\n\
        [[operation]]\nid = \"run\"\nat = \"running\"\ntime = \"10 h\"\nshape = \"exponential\"\n\
        inputs = [{ material = \"machine\", from = \"ready\" }]\n\
        output = { material = \"machine\", to = \"broken\" }\n\
        [[operation]]\nid = \"repair\"\nat = \"crew\"\ntime = \"2 h\"\nshape = \"exponential\"\n\
        inputs = [{ material = \"machine\", from = \"broken\" }]\n\
        output = { material = \"machine\", to = \"ready\" }\n";
    let outcome = sim(text, &long(41_000.0));
    let up: f64 = outcome
        .units
        .iter()
        .filter(|u| u.work_center.as_str() == "running")
        .map(|unit| {
            let working = unit.shares.iter().find(|(state, _)| *state == UnitState::Working);
            working.map_or(0.0, |(_, share)| share.estimate)
        })
        .sum();
    assert!((up / 3.575660889 - 1.0).abs() < 0.01, "{up} machines are up");
}

#[test]
fn stock_that_is_reordered() {
    let text = |every: &str, lead: &str, reorder: &str| {
        format!(
            "assumed = true\n[[material]]\nid = \"wish\"\n[[material]]\nid = \"widget\"\n\
             [[storage]]\nid = \"wishes\"\ncapacity = \"unbounded\"\n\
             [[storage]]\nid = \"stock\"\ncapacity = \"unbounded\"\n\
             [[arrivals]]\nid = \"customers\"\nevery = \"{every}\"\n\
             gives = [{{ material = \"wish\", to = \"wishes\" }}]\n\
             [[supply]]\nmaterial = \"widget\"\nstorage = \"stock\"\nlead = \"{lead}\"\n\
             reorder = {{ {reorder}, wanted_at = \"wishes\" }}\n\
             [[work_center]]\nid = \"counter\"\n[[operation]]\nid = \"issue\"\nat = \"counter\"\n\
             time = \"0 s\"\ninputs = [{{ material = \"wish\", from = \"wishes\" }}, \
             {{ material = \"widget\", from = \"stock\" }}]\noutput = {{ material = \"widget\" }}\n"
        )
    };
    let level = |outcome: &Outcome, storage: &str| {
        let found = outcome.storages.iter().find(|s| s.storage.as_str() == storage);
        found.expect("there").clone()
    };
    let outcome = sim(&text("5/h", "2 h", "base_stock = 14"), &long(11_000.0));
    agrees("E[I]", &level(&outcome, "stock").level, 4.186937153, 0.01);
    let fill = level(&outcome, "wishes").at_once_ratio.unwrap();
    agrees("fill", &fill, 0.864464423, 0.01);
    let outcome = sim(&text("2/h", "3 h", "point = 5, lot = 5"), &long(21_000.0));
    agrees("E[B]", &level(&outcome, "wishes").level, 0.417279123, 0.02);
}

/// From a state: what comes by a time, and when so many have come.
#[test]
fn starts_from_a_state() {
    let wish = |hours: f64| Wish {
        until: Some(Span::from_hours(hours)),
        warm_up: Some(Span::ZERO),
        replications: 4_000,
        ..wish()
    };
    let text = line(&[""; 3], &[EXP; 3], &["2", "2"]);
    let outcome = sim(&text, &wish(5.0));
    agrees("empty", &outcome.products[0].completed, 1.864714384, 0.02);
    let blocked = "[[initial_units]]\nunit = \"s1-1\"\npiece = \"finished\"\n\
        [[initial_units]]\nunit = \"s2-1\"\npiece = \"working\"\n\
        [[initial_units]]\nunit = \"s3-1\"\npiece = \"working\"\n\
        [[stock]]\nstorage = \"b1\"\nmaterial = \"part\"\nquantity = 2\n\
        [[stock]]\nstorage = \"b2\"\nmaterial = \"part\"\nquantity = 2\n";
    let until = Wish { pieces: Some(20), ..wish(5_000.0) };
    let outcome = sim(&format!("{text}{blocked}"), &until);
    agrees("time to 20", &outcome.time_to_pieces_h.unwrap(), 25.160840114, 0.01);
    let fails = "between = \"100 h\"\nrepair = \"10 h\"";
    let text = line(&[fails, fails], &[EXP, EXP], &["5"]);
    let down = "[[initial_units]]\nunit = \"s1-1\"\npiece = \"working\"\ndown = \"breakdown\"\n\
        [[initial_units]]\nunit = \"s2-1\"\npiece = \"working\"\n\
        [[stock]]\nstorage = \"b1\"\nmaterial = \"part\"\nquantity = 2\n";
    let outcome = sim(&format!("{text}{down}"), &wish(100.0));
    agrees("first down", &outcome.products[0].completed, 69.87416, 0.01);
}
