//! What cannot be simulated is refused by name, with what to do.

use super::*;
use twin::Span;

#[track_caller]
fn refused(text: &str, wish: &Wish, says: &str) {
    let error = try_sim(text, wish).expect_err("refused");
    let told = match std::error::Error::source(&error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    assert_eq!(told, says);
}

#[test]
fn what_cannot_be_played_says_why_and_what_to_do() {
    let hour = "time = \"1 h\"";
    let good = line(&["", ""], &[hour, hour], &["1"]);
    refused(
        &good,
        &Wish { replications: 1, ..wish() },
        "1 replications: there may be 2 to 100,000",
    );
    let far = Wish {
        until: Some(Span::from_hours(10.0)),
        warm_up: Some(Span::from_hours(10.0)),
        ..wish()
    };
    refused(
        &good,
        &far,
        "--warmup is 10 h: it has to be 0 or more, and shorter than the run of 10 h that it begins",
    );
    let crew =
        good.clone() + "[[crew]]\nid = \"w\"\nname = \"W\"\npeople = 1\ncalendar = \"always\"\n";
    let crew = crew.replacen("at = \"s2\"", "at = \"s2\"\ncrew = { w = 1 }", 1);
    refused(
        &crew.replacen("at = \"s1\"", "at = \"s1\"\nblocking = \"before work\"", 1),
        &wish(),
        "the plant has blocking = \"before work\" of operation o1, which only a network of like \
         pieces knows; but operation o2 needs a crew: leave out one of the two",
    );
    refused(
        &crew,
        &Wish { engine: Engine::MaxPlus, ..wish() },
        "--engine maxplus does not fit: operation o2 needs a crew; use --engine events",
    );
}

#[test]
fn a_network_that_stands_still_is_told_as_it_is() {
    let hour = "time = \"1 h\"";
    let cards =
        "[[cards]]\nid = \"loop\"\ncount = 1\ntaken_by = [\"o2\"]\nreturned_by = [\"o1\"]\n";
    let text = line(&["", ""], &[hour, hour], &["1"]) + cards;
    refused(
        &text,
        &wish(),
        "the plant cannot be played: line: loop of cards loop takes cards that never come back: no \
         operation of returned_by comes after one of taken_by",
    );
}

/// An assembly of which one component is used up: its other one backs up, and nothing moves again.
#[test]
fn a_deadlock_names_the_station_and_the_storage() {
    let text = "assumed = true\n[[material]]\nid = \"a\"\n[[material]]\nid = \"b\"\n\
        [[material]]\nid = \"ab\"\n[[storage]]\nid = \"x\"\ncapacity = 1\n\
        [[storage]]\nid = \"y\"\ncapacity = 1\n\
        [[stock]]\nstorage = \"y\"\nmaterial = \"b\"\nquantity = 1\n\
        [[work_center]]\nid = \"cut\"\n[[work_center]]\nid = \"join\"\n\
        [[operation]]\nid = \"cut\"\nat = \"cut\"\ntime = \"1 h\"\n\
        output = { material = \"a\", to = \"x\" }\n\
        [[operation]]\nid = \"join\"\nat = \"join\"\ntime = \"1 h\"\noutput = { material = \"ab\" }\n\
        inputs = [{ material = \"a\", from = \"x\" }, { material = \"b\", from = \"y\" }]\n";
    refused(
        text,
        &wish(),
        "the plant cannot be played: nothing can ever move again: a piece that station cut has \
         finished finds no room in x, and nobody takes from there any more, for want of something \
         else",
    );
}
