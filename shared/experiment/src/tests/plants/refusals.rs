//! What cannot be simulated is refused by name, with what to do.

use super::*;
use twin::Span;

#[track_caller]
pub(super) fn refused(text: &str, wish: &Wish, says: &str) {
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
