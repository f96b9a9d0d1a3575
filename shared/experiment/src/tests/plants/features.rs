//! Keys of plant files: changing each moves a number past its interval. `tests/features.toml` has
//! a row for every key that the reader knows.

use super::*;
use twin::{Span, UnitState};

/// Plays a plant and the same with one text changed; the intervals must not touch.
#[track_caller]
fn moves(base: &str, from: &str, to: &str, hours: f64, measure: fn(&Outcome) -> Interval) {
    assert!(base.contains(from), "no {from} in\n{base}");
    let wish = Wish {
        until: Some(Span::from_hours(hours)),
        warm_up: Some(Span::ZERO),
        replications: 16,
        ..wish()
    };
    let measured = |text: &str| measure(&sim(text, &wish));
    let (before, after) = (measured(base), measured(&base.replacen(from, to, 1)));
    let apart = before.high < after.low || after.high < before.low;
    assert!(apart, "{from} is {before:?}\n{to} is {after:?}");
}

fn rate(outcome: &Outcome) -> Interval {
    outcome.products[0].throughput_per_h
}

fn made(outcome: &Outcome) -> Interval {
    outcome.products[0].completed
}

fn wip(outcome: &Outcome) -> Interval {
    outcome.wip_pieces
}

fn first_storage(outcome: &Outcome) -> Interval {
    outcome.storages[0].level
}

fn waits(outcome: &Outcome) -> Interval {
    outcome.storages[0].wait_h.expect("known")
}

/// The share of its time that the first unit is down.
fn down(outcome: &Outcome) -> Interval {
    let shares = outcome.units[0].shares.iter();
    shares.into_iter().find(|(state, _)| *state == UnitState::Down).expect("down").1
}

const EXP: &str = "time = \"1 h\"\nshape = \"exponential\"";
const LONG: f64 = 4_000.0;

/// Two stations; the first is as given, the second exponential.
fn pair(station: &str, operation: &str) -> String {
    line(&[station, ""], &[operation, EXP], &["1"])
}

fn served(operation: &str) -> String {
    queue("\"0.7/h\"", "", operation)
}

/// A test of its own for each key.
macro_rules! keys {
    ($($name:ident: $base:expr, $from:expr => $to:expr, $hours:expr, $measure:expr;)*) => {$(
        #[test]
        fn $name() {
            moves(&$base, $from, $to, $hours, $measure);
        }
    )*};
}

keys! {
    key_time: pair("", EXP), "time = \"1 h\"" => "time = \"80 min\"", LONG, rate;
    key_mean: pair("", "time = { mean = \"1 h\" }"), "mean = \"1 h\"" => "mean = \"2 h\"", LONG, rate;
    key_shape: served(EXP), "exponential" => "constant", LONG, waits;
    key_variation: served("time = \"1 h\"\nvariation = 0.2"), "0.2" => "1.5", 20_000.0, waits;
    key_low: served("time = { low = \"20 min\", high = \"100 min\" }"), "20 min" => "1 min", LONG, waits;
    key_high: served("time = { low = \"20 min\", high = \"80 min\" }"), "80 min" => "100 min", LONG, waits;
    key_mode: served("time = { low = \"20 min\", mode = \"21 min\", high = \"100 min\" }"),
        "21 min" => "99 min", LONG, waits;
    key_stages: served("time = { mean = \"1 h\", shape = \"erlang\", stages = 1 }"),
        "stages = 1" => "stages = 9", 20_000.0, waits;
    key_parameter: served("time = { mean = \"1 h\", shape = \"weibull\", parameter = 0.8 }"),
        "0.8" => "3", 20_000.0, waits;
    key_step: served("time = { mean = \"1 h\", shape = \"geometric\", step = \"1 min\" }"),
        "step = \"1 min\"" => "step = \"50 min\"", 20_000.0, waits;
    key_chance: served("time = { mean = \"1 h\", shape = \"bernoulli\", chance = 0.9 }"),
        "0.9" => "0.3", 20_000.0, waits;
    key_branches: served("time = { branches = [{ share = 0.5, mean = \"1 h\" }, \
        { share = 0.5, mean = \"1 h\" }] }"),
        "branches = [{ share = 0.5, mean = \"1 h\" }, { share = 0.5, mean = \"1 h\" }]"
        => "branches = [{ share = 0.5, mean = \"10 min\" }, { share = 0.5, mean = \"110 min\" }]",
        20_000.0, waits;
    key_share: pair("", "time = { branches = [{ share = 0.9, mean = \"1 h\" }, { share = 0.1, mean = \"9 h\" }] }"),
        "share = 0.9, mean = \"1 h\" }, { share = 0.1" => "share = 0.5, mean = \"1 h\" }, { share = 0.5",
        LONG, rate;
    key_observed: pair("", "time = { observed = [\"30 min\", \"90 min\"] }"),
        "\"90 min\"" => "\"150 min\"", LONG, rate;
    key_smoothed: served("time = { observed = [\"10 min\", \"30 min\", \"60 min\", \"140 min\"], smoothed = false }"),
        "smoothed = false" => "smoothed = true", 20_000.0, waits;
    key_between: pair("between = \"10 h\"\nrepair = \"2 h\"", EXP),
        "between = \"10 h\"" => "between = \"5 h\"", LONG, rate;
    key_repair: pair("between = \"10 h\"\nrepair = \"2 h\"", EXP),
        "repair = \"2 h\"" => "repair = \"4 h\"", LONG, rate;
    key_availability: pair("availability = 0.9\nrepair = \"2 h\"", EXP), "0.9" => "0.7", LONG, rate;
    key_ages: pair("between = \"10 h\"\nrepair = \"5 h\"\nages = \"with work\"", EXP),
        "with work" => "with time", 10_000.0, down;
    key_failures: pair("failures = [{ between = \"10 h\", repair = \"2 h\" }]", EXP),
        "repair = \"2 h\" }" => "repair = \"2 h\" }, { between = \"5 h\", repair = \"2 h\" }", LONG, rate;
    key_count: pair("count = 1", EXP), "count = 1" => "count = 2", LONG, rate;
    key_capacity: pair("", EXP), "capacity = 1" => "capacity = 8", LONG, rate;
    key_blocking: pair("", &format!("{EXP}\nblocking = \"after work\"")),
        "after work" => "before work", LONG, rate;
    key_yield: pair("", &format!("{EXP}\nyield = 0.95")), "0.95" => "0.6", LONG, rate;
    key_first_pass: served(&format!(
        "{EXP}\nrework = {{ first_pass = 0.95, to = \"q\", most_rounds = \"unbounded\" }}")),
        "0.95" => "0.8", LONG, wip;
    key_rework: served(&format!(
        "{EXP}\nrework = {{ first_pass = 0.8, to = \"q\", most_rounds = \"unbounded\" }}")),
        "rework = { first_pass = 0.8, to = \"q\", most_rounds = \"unbounded\" }" => "", LONG, wip;
    key_quantity: line(&["", ""], &[EXP, EXP], &["4"]),
        "from = \"b1\" }" => "quantity = 2, from = \"b1\" }", LONG, rate;
    key_every: served(EXP), "0.7/h" => "0.5/h", LONG, rate;
    key_gives: served(EXP), "to = \"q\" }]" => "to = \"q\", quantity = 2 }]\n# two at once\n", 50.0, wip;
    key_cards: cards(2), "count = 2" => "count = 6", LONG, rate;
    key_taken_by: cards(2), "taken_by = [\"o1\"]" => "taken_by = [\"o2\"]", LONG, wip;
    key_returned_by: cards(2), "returned_by = [\"o3\"]" => "returned_by = [\"o2\"]", LONG, wip;
    key_piece: begun("piece = \"working\"
worked = \"50 min\""),
        "piece = \"working\"
" => "", 0.5, made;
    key_worked: begun("piece = \"working\"\nworked = \"0 s\""),
        "worked = \"0 s\"" => "worked = \"50 min\"", 0.5, made;
    key_down: begun("down = \"breakdown\""), "down = \"breakdown\"" => "", 1.5, made;
    key_down_for: begun("piece = \"working\"\ndown = \"breakdown\"\ndown_for = \"0 s\""),
        "down_for = \"0 s\"" => "down_for = \"50 min\"", 1.5, made;
    key_quantity_of_stock: begun("piece = \"working\"") + "[[storage]]\nid = \"b\"\ncapacity = 9\n\
        [[stock]]\nstorage = \"b\"\nmaterial = \"part\"\nquantity = 3\n",
        "quantity = 3" => "quantity = 7", 1.5, wip;
    key_full: in_step("runs = 0.7"), "at start" => "unless taken", 300.0, rate;
    key_runs: in_step("runs = 0.9"), "runs = 0.9" => "runs = 0.6", 300.0, rate;
    key_fails: in_step("fails = 0.01, repaired = 0.1"), "fails = 0.01" => "fails = 0.05", 300.0, rate;
    key_repaired: in_step("fails = 0.01, repaired = 0.1"), "repaired = 0.1" => "repaired = 0.02", 300.0, rate;
    key_point: stock("point = 5, lot = 5"), "point = 5" => "point = 9", LONG, stocked;
    key_lot: stock("point = 5, lot = 5"), "lot = 5" => "lot = 15", LONG, stocked;
    key_up_to: stock("point = 5, up_to = 10"), "up_to = 10" => "up_to = 20", LONG, stocked;
    key_base_stock: stock("base_stock = 8"), "= 8" => "= 14", LONG, stocked;
    key_wanted_at: stock("base_stock = 8"), "wanted_at = \"wishes\"" => "wanted_at = \"other\"", 50.0, made;
    key_lead: stock("base_stock = 8"), "lead = \"3 h\"" => "lead = \"1 h\"", LONG, stocked;
    key_crew: crewed("crew = { w = 1 }"), "{ w = 1 }" => "{ w = 2 }", 300.0, rate;
    key_people: crewed("crew = { w = 1 }"), "people = 2" => "people = 1", 300.0, rate;
    key_calendar: crewed("crew = { w = 1 }"),
        "name = \"W\"\npeople = 2\ncalendar = \"always\"" => "name = \"W\"\npeople = 2\ncalendar = \"day\"",
        400.0, rate;
    key_hold_after: held("hold_after = \"1 h\""), "\"1 h\"" => "\"9 h\"", 400.0, wip;
    key_most_rounds: tested("most_rounds = 1"), "most_rounds = 1" => "most_rounds = 9", 800.0, rate;
    key_on_time: supplied(), "on_time = 1.0" => "on_time = 0.2", 400.0, made;
    key_mean_late: supplied().replace("on_time = 1.0", "on_time = 0.2"),
        "mean_late = \"30 h\"" => "mean_late = \"3 h\"", 400.0, made;
    key_begins: held("begins = \"saturated\""), "saturated" => "every 3 h", 400.0, rate;
    key_batch: held("batch = 4"), "batch = 4" => "batch = 1", 400.0, rate;
}

pub(super) fn cards(count: u32) -> String {
    line(&[""; 3], &[EXP; 3], &["\"unbounded\"", "\"unbounded\""])
        + &format!(
            "[[cards]]\nid = \"loop\"\ncount = {count}\ntaken_by = [\"o1\"]\nreturned_by = [\"o3\"]\n"
        )
}

/// One station that fails, with a state to begin with.
pub(super) fn begun(state: &str) -> String {
    line(
        &["between = \"900 h\"\nrepair = { mean = \"1 h\", shape = \"constant\" }"],
        &["time = \"1 h\""],
        &[],
    ) + &format!("[[initial_units]]\nunit = \"s1-1\"\n{state}\n")
}

fn in_step(step: &str) -> String {
    let step = format!("step = {{ {step} }}");
    let time = "time = \"1 min\"";
    let text = line(&[&step, &step], &[time, time], &["2"]);
    format!("{text}[in_step]\ncycle = \"1 min\"\nfull = \"at start\"\n")
}

/// The operations' time is the cycle: both are written anew.
#[test]
fn key_cycle() {
    let base = in_step("fails = 0.01, repaired = 0.1");
    let wish = Wish { until: Some(Span::from_hours(300.0)), replications: 16, ..wish() };
    let (fast, slow) = (sim(&base, &wish), sim(&base.replace("1 min", "2 min"), &wish));
    assert!(rate(&slow).high < rate(&fast).low, "{:?} {:?}", rate(&slow), rate(&fast));
}

pub(super) fn stock(reorder: &str) -> String {
    format!(
        "assumed = true\n[[material]]\nid = \"wish\"\n[[material]]\nid = \"widget\"\n\
         [[storage]]\nid = \"stock\"\ncapacity = \"unbounded\"\n\
         [[storage]]\nid = \"wishes\"\ncapacity = \"unbounded\"\n\
         [[storage]]\nid = \"other\"\ncapacity = \"unbounded\"\n\
         [[arrivals]]\nid = \"customers\"\nevery = \"2/h\"\n\
         gives = [{{ material = \"wish\", to = \"wishes\" }}]\n\
         [[supply]]\nmaterial = \"widget\"\nstorage = \"stock\"\nlead = \"3 h\"\n\
         reorder = {{ {reorder}, wanted_at = \"wishes\" }}\n\
         [[work_center]]\nid = \"counter\"\n[[operation]]\nid = \"issue\"\nat = \"counter\"\n\
         time = \"0 s\"\ninputs = [{{ material = \"wish\", from = \"wishes\" }}, \
         {{ material = \"widget\", from = \"stock\" }}]\noutput = {{ material = \"widget\" }}\n"
    )
}

fn stocked(outcome: &Outcome) -> Interval {
    first_storage(outcome)
}

/// Two stations that people of one crew work at, played whole.
fn crewed(operation: &str) -> String {
    let crew = "time = \"1 h\"\nvariation = 0.3\ncrew = { w = 1 }";
    let own = format!("time = \"1 h\"\nvariation = 0.3\n{operation}");
    line(&["", ""], &[&own, crew], &["2"])
        + "[[crew]]\nid = \"w\"\nname = \"W\"\npeople = 2\ncalendar = \"always\"\n\
           [[calendar]]\nid = \"day\"\nname = \"Day\"\nweek = { mon-fri = [\"06:00-14:00\"] }\n\
           on_clock_change = \"keep wall clock\"\n"
}

/// Pieces with names at two stations, played whole.
fn held(operation: &str) -> String {
    let own = format!("time = \"1 h\"\nvariation = 0.3\n{operation}");
    line(&["", ""], &[&own, "time = \"10 min\""], &["40"]).replacen(
        "id = \"part\"",
        "id = \"part\"\ntracking = \"serial\"",
        1,
    )
}

/// Pieces with names that are tested, half of them in vain each time, played whole.
fn tested(rounds: &str) -> String {
    let test = format!("time = \"10 min\"\nrework = {{ first_pass = 0.5, to = \"b1\", {rounds} }}");
    line(&["", ""], &["time = \"1 h\"\nvariation = 0.3", &test], &["40"]).replacen(
        "id = \"part\"",
        "id = \"part\"\ntracking = \"serial\"",
        1,
    )
}

/// A line that takes what a supplier brings every two days, played whole.
fn supplied() -> String {
    line(&["", ""], &["time = \"1 h\"\nvariation = 0.3", EXP], &["40"]).replacen(
        "time =",
        "inputs = [{ material = \"steel\", from = \"in\" }]\ntime =",
        1,
    ) + "[[material]]\nid = \"steel\"\n[[storage]]\nid = \"in\"\ncapacity = \"unbounded\"\n\
           [[supply]]\nmaterial = \"steel\"\nstorage = \"in\"\nlot = 24\nevery = \"2 d\"\n\
           lead = \"1 d\"\non_time = 1.0\nmean_late = \"30 h\"\n"
}
