//! Plants that go on from what is known of them.

use twin::{
    FeedId, Origin, PlantTime, Span,
    state::{Said, TwinState},
};

use super::plants::load;
use crate::{
    InOrder,
    sim::{Engine, Now, Outcome, SimError, Subject, Wish, reports, simulate},
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
