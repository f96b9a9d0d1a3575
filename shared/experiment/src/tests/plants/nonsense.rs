//! Plants that make no sense end with an error that names the station and the item, soon and in
//! little memory: what keeps them within bounds is a limit of pieces, of events or of time.

use super::{refusals::refused, *};
use twin::Span;

const HOUR: &str = "time = \"1 h\"";
const CREW: &str = "[[crew]]\nid = \"w\"\nname = \"W\"\npeople = 1\ncalendar = \"always\"\n";

/// The same played whole: somebody is needed.
fn whole(text: &str) -> String {
    text.replacen("at = \"s1\"", "at = \"s1\"\ncrew = { w = 1 }", 1) + CREW
}

/// The same with names for its pieces.
fn named(text: &str) -> String {
    text.replacen("id = \"part\"", "id = \"part\"\ntracking = \"serial\"", 1)
}

fn stock(storage: &str, material: &str, quantity: u64) -> String {
    format!(
        "[[stock]]\nstorage = \"{storage}\"\nmaterial = \"{material}\"\nquantity = {quantity}\n"
    )
}

/// Some of `a` and `b`, made into `ab` by `join`.
fn assembly(storages: &str, from: [&str; 2], made: &[&str]) -> String {
    let mut text = "assumed = true\n".to_owned();
    for material in ["a", "b", "ab"] {
        text += &format!("[[material]]\nid = \"{material}\"\n");
    }
    text += storages;
    for (material, to) in made.iter().zip(from) {
        text += &format!(
            "[[work_center]]\nid = \"cut-{material}\"\n[[operation]]\nid = \"cut-{material}\"\n\
             at = \"cut-{material}\"\ntime = \"1 h\"\n\
             output = {{ material = \"{material}\", to = \"{to}\" }}\n"
        );
    }
    let [a, b] = from;
    text + &format!(
        "[[work_center]]\nid = \"join\"\n[[operation]]\nid = \"join\"\nat = \"join\"\n\
         time = \"1 h\"\noutput = {{ material = \"ab\" }}\n\
         inputs = [{{ material = \"a\", from = \"{a}\" }}, {{ material = \"b\", from = \"{b}\" }}]\n"
    )
}

fn room(storage: &str, pieces: u32) -> String {
    format!("[[storage]]\nid = \"{storage}\"\ncapacity = {pieces}\n")
}

/// One component is used up, the other backs up, and nothing moves again.
#[test]
fn a_deadlock_by_assembly_names_the_station_and_the_storage() {
    let storages = room("x", 1) + &room("y", 1) + &stock("y", "b", 1);
    let text = assembly(&storages, ["x", "y"], &["a"]);
    refused(
        &text,
        &wish(),
        "the plant cannot be played: nothing can ever move again: a piece that station cut-a has \
         finished finds no room in x, and nobody takes from there any more, for want of something \
         else",
    );
    let text = text.replacen("at = \"join\"", "at = \"join\"\ncrew = { w = 1 }", 1) + CREW;
    refused(
        &text,
        &wish(),
        "the plant cannot be played: line: nothing has moved for 134 days; cut-a-1 waits for x",
    );
}

/// Both components lie in one storage, and the faster one takes all of its room.
#[test]
fn a_deadlock_by_a_shared_storage_names_the_station_and_the_storage() {
    let text = assembly(&room("x", 2), ["x", "x"], &["a", "b"]);
    let slower =
        text.replacen("at = \"cut-b\"\ntime = \"1 h\"", "at = \"cut-b\"\ntime = \"9 h\"", 1);
    refused(
        &slower,
        &wish(),
        "the plant cannot be played: line: nothing has moved for 134 days; cut-a-1 waits for x",
    );
}

#[test]
fn a_place_without_room_is_named() {
    let text = line(&["", ""], &[HOUR, HOUR], &["0"]);
    refused(
        &whole(&text),
        &wish(),
        "the plant cannot be played: line: b1 has a capacity of 0 and can never take a part",
    );
    let twos = text.replacen("from = \"b1\"", "from = \"b1\", quantity = 2", 1);
    refused(
        &twos,
        &wish(),
        "the plant cannot be played: station s2 takes or gives 2 pieces at a time at storage b1: it \
         has to be one at least, and what there is room for at most",
    );
    let wide = line(&["capacity = 1000000000", ""], &[HOUR, HOUR], &["5"]);
    refused(
        &wide,
        &wish(),
        "the plant cannot be played: a network has at most 10,000 stations and storages, and 100,000 \
         servers: station s1 alone works on 1000000000 pieces at once",
    );
}

#[track_caller]
fn unread(text: &str, says: &str) {
    let files = [SourceFile { name: "line/plant.toml", bytes: text.as_bytes() }];
    let problems = plant::load_on_its_own("line", &files).expect_err("refused");
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|told| told.contains(says)), "{told:#?}");
}

#[test]
fn a_calendar_without_hours_is_refused_where_it_is_written() {
    let never = "[[calendar]]\nid = \"never\"\nname = \"Never\"\nweek = { mon-fri = [] }\n";
    let text = line(&["calendar = \"never\"", ""], &[HOUR, HOUR], &["1"]) + never;
    unread(&text, "line/plant.toml:24:1: error: the calendar is empty: nobody ever works");
}

#[test]
fn times_beyond_all_measure_are_refused_or_played_without_a_wrong_number() {
    let endless = line(&["", ""], &["time = \"1000000000000 h\"", HOUR], &["1"]);
    unread(
        &endless,
        "line/plant.toml:10:8: error: \"1000000000000 h\" is longer than ten thousand",
    );
    let long = line(&["", ""], &["time = \"80000000 h\"", HOUR], &["1"]);
    refused(
        &long,
        &wish(),
        "station s1 takes 3333333.3 d for a piece, and a run may have 3660000 d: mend its time, or \
         say with --until how long a run is",
    );
    let year = Wish { until: Some(Span::from_hours(8_760.0)), ..wish() };
    for text in [long.clone(), whole(&long)] {
        let outcome = sim(&text, &year);
        let completed = outcome.products[0].completed;
        assert_eq!((completed.low, completed.estimate, completed.high), (0.0, 0.0, 0.0));
        let working = outcome.units[0].shares.iter().find(|(state, _)| state.name() == "working");
        assert_eq!(working.map(|(_, share)| share.estimate), Some(1.0), "{:?}", outcome.units[0]);
    }
}

#[test]
fn a_thousand_million_of_what_has_names_is_refused_and_of_what_has_none_is_played() {
    let much =
        line(&["", ""], &[HOUR, HOUR], &["\"unbounded\""]) + &stock("b1", "part", 1_000_000_000);
    refused(
        &whole(&named(&much)),
        &wish(),
        "the plant cannot be played: line: more than 262144 parts are there at once, most of them \
         part in b1: give it less, or follow part by quantity and not by name",
    );
    let short = Wish { replications: 2, until: Some(Span::from_hours(500.0)), ..wish() };
    let outcome = sim(&much, &short);
    assert!((outcome.storages[0].level.estimate - 1e9).abs() < 2.0, "{:?}", outcome.storages);
    let many = line(&["", "", "", ""], &[HOUR; 4], &["\"unbounded\""; 3])
        + &stock("b1", "part", 900_000)
        + &stock("b2", "part", 950_000)
        + &stock("b3", "part", 900_000);
    refused(
        &many,
        &wish(),
        "the plant cannot be played: storage b2 begins with 950000 pieces, and all storages together \
         with more than 2097152: give it less",
    );
}

#[test]
fn a_route_that_never_ends_is_named() {
    let around = line(&["", ""], &[HOUR, HOUR], &["\"unbounded\""]);
    let around = around.replace(
        "output = { material = \"part\" }",
        "output = { material = \"part\", to = \"b1\" }",
    );
    refused(
        &around,
        &wish(),
        "the plant cannot be played: the part that s1 begins goes round for ever, by b1 again and \
         again: no operation on its way lets anything leave; leave out `to` where it is complete",
    );
    // What goes round from the start on may: nothing new comes to it.
    let from_the_start = around.replacen(
        "at = \"s1\"",
        "at = \"s1\"\ninputs = [{ material = \"part\", from = \"b1\" }]",
        1,
    ) + &stock("b1", "part", 3);
    assert!(sim(&from_the_start, &wish()).part_operations > 0);
}

/// Sent back to where it comes from, as often as it takes, and that takes no time.
#[test]
fn rework_without_limit_and_without_time_is_named() {
    let again = "time = \"0 h\"\n\
                 rework = { first_pass = 1e-9, to = \"b1\", most_rounds = \"unbounded\" }";
    let text = line(&["", ""], &[HOUR, again], &["\"unbounded\""]);
    refused(
        &text,
        &wish(),
        "the plant cannot be played: station s2, which takes from b1, begins again and again without \
         time going by",
    );
    refused(
        &whole(&named(&text)),
        &wish(),
        "the plant cannot be played: line: unit s2-1 begins again and again with part without time \
         going by",
    );
    let nothing = line(&["", ""], &["time = \"0 h\"", "time = \"0 h\""], &["1"]);
    refused(
        &nothing,
        &wish(),
        "the plant cannot be played: station s1, which takes from nowhere, begins again and again \
         without time going by",
    );
    refused(
        &whole(&nothing),
        &wish(),
        "the plant cannot be played: line: unit s1-1 begins again and again with part without time \
         going by",
    );
}

#[test]
fn what_comes_faster_than_anybody_takes_it_is_named() {
    for engine in [Engine::Auto, Engine::Events] {
        refused(
            &queue("\"0.001 s\"", "", HOUR),
            &Wish { engine, ..wish() },
            "the plant cannot be played: more than 2097152 pieces lie in storages at once, most of \
             them in q: station jobs gives there faster than anybody takes",
        );
    }
    let text = line(&["capacity = \"unbounded\"", ""], &[HOUR, HOUR], &["\"unbounded\""]);
    let text = text.replacen("at = \"s2\"", "at = \"s2\"\ncrew = { w = 1 }", 1) + CREW;
    refused(
        &text,
        &wish(),
        "the plant cannot be played: line: more than 262144 parts are there at once, most of them \
         part in s1-1: give it less, or follow part by quantity and not by name",
    );
}

/// So many replications that each may have few events: the limit, and not the length of the test.
#[test]
fn what_takes_longer_than_anybody_waits_is_named() {
    let short = line(&["", ""], &["time = \"0.001 s\"", "time = \"0.001 s\""], &["1"]);
    let many = |until: f64, engine| Wish {
        replications: 100_000,
        until: Some(Span::from_hours(until)),
        engine,
        ..wish()
    };
    refused(
        &whole(&short),
        &many(8_760.0, Engine::Auto),
        "the plant cannot be played: line: a replication takes more than 65536 events, and the last \
         of them of unit s2-1 with part: they come to 32.8 s of it; ask for less time with --until, or \
         mend its times",
    );
    // A station that takes long hides from the estimate how many pieces the others have.
    let hidden = queue("\"0.001 s\"", "", "time = \"0.001 s\"")
        + "[[storage]]\nid = \"r\"\ncapacity = 1\n[[work_center]]\nid = \"s0\"\n[[operation]]\n\
           id = \"o0\"\nat = \"s0\"\ntime = \"1000 h\"\noutput = { material = \"job\" }\n";
    refused(
        &hidden,
        &many(10_000.0, Engine::Events),
        "the plant cannot be played: a replication takes more than 5000000 events, most of them at \
         station jobs, which takes from nowhere: they come to 41.7 min of it; ask for less time with \
         --until, or mend that station's times",
    );
    let breaks = "failures = [{ between = \"0.000001 s\", repair = \"0.000001 s\" }]";
    let broken = line(&[breaks, ""], &["time = \"10 h\"", HOUR], &["1"]);
    refused(
        &broken,
        &wish(),
        "the plant cannot be played: station s1 fails more than a million times during one piece of \
         work: mend its mean time between failures",
    );
}
