//! What was to be expected is what plays of the files come to, of these files and in their time.

use std::collections::BTreeMap;

use experiment::sim::{Plays, Subject};

use super::*;
use crate::{core::Definitions, tests::fixture};

const HEADLINE: &str = r#"
[[headline]]
name = "In work"
kind = "wip"
material = "panel"
unit = "panels"
"#;

fn shop() -> Definitions {
    let files = fixture::FILES.map(|(name, text)| match name {
        "shop/plant.toml" => (name, format!("{text}{HEADLINE}")),
        _ => (name, text.to_owned()),
    });
    let sources: Vec<plant::SourceFile<'_>> = files
        .iter()
        .map(|(name, text)| plant::SourceFile { name, bytes: text.as_bytes() })
        .collect();
    let loaded = plant::load_programme(&sources).expect("the files are right");
    let playable = crate::plants::playable(&sources, &loaded.programme, &loaded.plants);
    let plants = loaded.plants.into_iter().map(|plant| (plant.id.clone(), plant)).collect();
    let (programme, agreements) = (loaded.programme, loaded.agreements);
    Definitions { programme, plants, agreements, labels: BTreeMap::new(), revision: 1, playable }
}

/// Asks, and waits until it is known; this long only ends a hang.
fn told(asked: &Expectations, core: &Core, plant: &PlantId, now: PlantTime) -> [f64; 3] {
    asked.of(core, plant, now).expect("it can be played");
    let not_yet =
        |state: &mut State| state.groups.values().any(|of| matches!(of.found, Found::NotYet));
    let state = asked.common.lock();
    let waited = asked.common.changed.wait_timeout_while(state, fixture::PATIENCE, not_yet);
    drop(waited);
    let expected = asked.of(core, plant, now).expect("it can be played");
    match expected[..] {
        [Expected { plays: PLAYS, values: Some(values) }] => values,
        _ => panic!("nothing came: {expected:?}"),
    }
}

#[test]
fn what_was_to_be_expected_is_what_plays_of_the_files_come_to() {
    let definitions = shop();
    let core = Core::new(definitions.clone(), 1);
    let plant = PlantId::new("shop").unwrap();
    let now = core.programme.starts + Span::from_secs(10 * 86_400 + 9 * 3_600);
    let asked = Expectations::default();
    let first = asked.of(&core, &plant, now).expect("it can be played");
    assert_eq!(first, [Expected { plays: PLAYS, values: None }], "it takes a while");
    let [mean, least, most] = told(&asked, &core, &plant, now);

    let plants: Vec<Plant> = definitions.plants.values().cloned().collect();
    let subject = Subject { programme: &core.programme, plants: &plants, number: 0, now: None };
    let mut plays = Plays::new(subject, (SEED, PLAYS), now + AHEAD).expect("it plays");
    assert!(plays.advance(now, &|| false).expect("it goes on"));
    let kind = &plants[0].headline[0].kind;
    let values = plays.measure(&plant, kind).expect("all know it");
    assert_eq!(values.len(), PLAYS);
    assert!(values.iter().all(|value| (least..=most).contains(value)));
    assert!(values.contains(&least) && values.contains(&most));
    assert!((values.iter().sum::<f64>() / PLAYS as f64 - mean).abs() < 1e-9);
}

#[test]
fn other_files_are_played_anew() {
    let plant = PlantId::new("shop").unwrap();
    let (core, other) = (Core::new(shop(), 1), Core::new(shop(), 2));
    let now = core.programme.starts + Span::DAY;
    let asked = Expectations::default();
    let first = told(&asked, &core, &plant, now);
    let anew = asked.of(&other, &plant, now).expect("it can be played");
    assert_eq!(anew, [Expected { plays: PLAYS, values: None }], "nothing of other files is told");
    assert_eq!(told(&asked, &other, &plant, now), first, "they say the same");
}

#[test]
fn nothing_is_expected_before_the_beginning_or_ages_after_it() {
    let plant = PlantId::new("shop").unwrap();
    let core = Core::new(shop(), 1);
    let asked = Expectations::default();
    let starts = core.programme.starts;
    assert_eq!(asked.of(&core, &plant, starts - Span::DAY), None);
    assert_eq!(asked.of(&core, &plant, starts + LONGEST + Span::DAY), None);
    assert_eq!(asked.of(&core, &PlantId::new("no-shop").unwrap(), starts + Span::DAY), None);
}

/// As with feeds of two plants of which one is years behind: both are told, each at its time.
#[test]
fn plants_at_quite_other_times_are_played_apart_and_take_turns() {
    let core = Core::new(shop(), 1);
    let plant = PlantId::new("shop").unwrap();
    let other = PlantId::new("other").unwrap();
    let playable = core.playable.get(&plant).expect("it can be played");
    let starts = core.programme.starts;
    let mut state = State::default();
    let ask = |state: &mut State, plant: &PlantId, days: i64| {
        let now = starts + Span::from_secs(86_400 * days);
        state.group_of(&core, playable, plant, now).expect("it can be played").wanted = true;
        state.groups.keys().map(|(_, number)| *number).collect::<Vec<_>>()
    };
    assert_eq!(ask(&mut state, &plant, 100), [1]);
    assert_eq!(ask(&mut state, &other, 40), [1, 2], "it is at another time");
    assert_eq!(ask(&mut state, &other, 41), [1, 2], "each goes on in its own");
    assert_eq!(ask(&mut state, &plant, 101), [1, 2]);
    let turns: Vec<u64> = (0..3)
        .filter_map(|_| {
            ask(&mut state, &plant, 101);
            ask(&mut state, &other, 41);
            Some(state.next()?.id.1)
        })
        .collect();
    assert_eq!(turns, [1, 2, 1], "whoever asks again waits for the others");
    assert_eq!(ask(&mut state, &plant, 41), [2], "set back, it goes by the same time");
    assert_eq!(ask(&mut state, &plant, 60), [2], "a clock that leaps ahead plays no anew");
    assert_eq!(ask(&mut state, &other, 41), [2, 3]);
}
