//! Plants that go on from what is known of them.

use twin::{
    FeedId, MaterialId, Origin, PlantTime, Span,
    definition::MeasureKind,
    state::{Said, TwinState},
};

use super::plants::load;
use crate::{
    InOrder,
    sim::{Engine, Now, Outcome, Plays, SimError, Subject, Wish, reports, simulate},
};

/// A hundred blanks, each an hour's work.
const LATHE: &str = r#"assumed = true

[[material]]
id = "blank"

[[material]]
id = "ring"

[[work_center]]
id = "lathe"

[[storage]]
id = "rack"
capacity = 100

[[stock]]
storage = "rack"
material = "blank"
quantity = 100

[[operation]]
id = "turn"
at = "lathe"
time = "1 h"
shape = "constant"
inputs = [{ material = "blank", from = "rack" }]
output = { material = "ring" }
"#;

fn wish(hours: f64, engine: Engine) -> Wish {
    Wish {
        until: Some(Span::HOUR.scaled(hours)),
        warm_up: None,
        replications: 2,
        seed: 1,
        engine,
        disruptions: Vec::new(),
        pieces: None,
    }
}

/// The plant after some hours, and what comes of so many more.
fn after(text: &str, hours: f64, more: &Wish) -> Result<Outcome, SimError> {
    let plant::Loaded { programme, plants, .. } = load(text);
    let fresh = Subject { programme: &programme, plants: &plants, number: 0, now: None };
    let mut state = TwinState::new(&programme, &plants);
    let said = Said {
        feed: FeedId::new("line").expect("valid"),
        origin: Origin::Simulated,
        received: None,
    };
    reports(fresh, &wish(hours, Engine::Events), &mut |plant, report| {
        state.apply(plant, report, &said).unwrap_or_else(|refusal| panic!("{refusal}: {report:?}"));
    })?;
    let at: PlantTime = programme.starts + Span::HOUR.scaled(hours);
    let subject = Subject { now: Some(Now { state: &state, at }), ..fresh };
    simulate(subject, more, &InOrder, &|_| {})
}

#[test]
fn what_is_left_is_made_and_what_runs_needs_only_its_rest() {
    // Forty are done and one is half done: the last of the sixty left is done 59.5 h later.
    for (hours, made) in [(10.2, 10.0), (59.3, 59.0), (59.7, 60.0), (80.0, 60.0)] {
        let outcome = after(LATHE, 40.5, &wish(hours, Engine::Auto)).expect("goes on");
        assert_eq!(outcome.warm_up, Span::ZERO, "nothing of it is a beginning");
        assert_eq!(outcome.products[0].completed.estimate, made, "in {hours} h");
    }
    let fresh = load(LATHE);
    let fresh =
        Subject { programme: &fresh.programme, plants: &fresh.plants, number: 0, now: None };
    let told = Wish { warm_up: Some(Span::ZERO), ..wish(59.7, Engine::WholeEvents) };
    let outcome = simulate(fresh, &told, &InOrder, &|_| {}).expect("plays");
    assert_eq!(outcome.products[0].completed.estimate, 59.0, "from the start the first is whole");
}

#[test]
fn a_recursion_cannot_go_on() {
    let refused = after(LATHE, 40.5, &wish(10.0, Engine::MaxPlus)).expect_err("it begins empty");
    assert!(
        matches!(&refused, SimError::NoMaxPlus(why) if why.contains("live state")),
        "{refused}"
    );
}

/// Plays that are kept go on where they stopped, and know the measures as whoever hears of all.
#[test]
fn plays_that_are_kept_know_the_measures_of_the_moment() {
    let kept = "output = { material = \"ring\", to = \"done\" }\n\n[[storage]]\nid = \"done\"\n";
    let kept = LATHE.replace("output = { material = \"ring\" }\n", kept);
    let plant::Loaded { programme, plants, .. } =
        load(&format!("{kept}capacity = \"unbounded\"\n"));
    let subject = Subject { programme: &programme, plants: &plants, number: 0, now: None };
    let (plant, starts) = (&plants[0].id, programme.starts);
    let hours = |hours: f64| starts + Span::HOUR.scaled(hours);
    let rings =
        MeasureKind::Throughput { material: MaterialId::new("ring").unwrap(), window: Span::DAY };
    let mut plays = Plays::new(subject, (1, 3), hours(40.5)).expect("they play");
    assert_eq!(plays.measure(plant, &rings), None, "nothing was made yet");
    for (at, made) in [(4.5, 4.0), (9.5, 9.0), (30.5, 24.0), (90.0, 24.0)] {
        assert!(plays.advance(hours(at), &|| false).expect("it goes on"));
        assert_eq!(plays.measure(plant, &rings), Some(vec![made; 3]), "after {at} h");
    }
    assert_eq!(plays.at(), hours(40.5), "calendars are laid out no further");
    let mut again = Plays::new(subject, (1, 3), hours(40.5)).expect("they play");
    assert!(!again.advance(hours(30.0), &|| true).expect("it was stopped"));
}
