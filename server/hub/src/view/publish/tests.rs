//! The step from one version to the next, within one generation of the policies and over a change.

use release::{Action, Rule};
use twin::{Audience, Label, NationId};

use super::*;
use crate::view::session::tests::public;

/// Allows facts with fewer marks than that.
#[derive(Debug)]
struct FewerMarks(usize);

impl Rule for FewerMarks {
    fn allows(&self, label: &Label, _: &Audience, _: Action) -> bool {
        label.information.len() < self.0
    }
}

fn marked(marks: usize) -> Label {
    let information = (0..marks).map(|mark| mark.to_string().into()).collect();
    let originator =
        twin::label::Originator { nation: NationId::new("XBB").unwrap(), ..public().originator };
    Label { information, originator, ..public() }
}

/// What a gate lets through of a value for each number of marks.
fn values(gate: &mut Gate, texts: &[&str]) -> Released<Values> {
    let facts: Vec<_> = (0..)
        .zip(texts)
        .map(|(marks, text)| {
            let label = gate.label(&marked(marks)).unwrap();
            let raw = serde_json::value::to_raw_value(text).unwrap();
            Labelled { value: (format!("unit/{marks}"), Arc::<RawValue>::from(raw)), label }
        })
        .collect();
    let selection = gate.select(facts, AudienceId::PUBLIC);
    selection.released.map(|facts| facts.into_iter().collect())
}

fn delta(published: &Published, at: usize) -> serde_json::Value {
    serde_json::from_str(published.deltas[at].frame.as_str()).unwrap()
}

#[test]
fn tighter_policies_take_keys_away_and_leave_nothing_of_before() {
    let mut gate = Gate::new(Arc::new(FewerMarks(2)), 1);
    let first = step("v", None, values(&mut gate, &["a", "b"]), VecDeque::new());
    let second = step("v", Some(&first), values(&mut gate, &["a", "c"]), VecDeque::new());
    assert_eq!((second.version, second.deltas.len()), (2, 1));
    assert_eq!(delta(&second, 0)["set"], serde_json::json!({ "unit/1": "c" }));
    gate.adopt(Arc::new(FewerMarks(1)), 2);
    let third = step("v", Some(&second), values(&mut gate, &["a", "d"]), VecDeque::new());
    assert_eq!(third.values.generation(), 2);
    assert_eq!((third.version, third.deltas.len()), (3, 1), "no delta of before is kept");
    assert_eq!(delta(&third, 0)["gone"], serde_json::json!(["unit/1"]));
    assert_eq!(delta(&third, 0)["set"], serde_json::json!({}));
}

/// The deltas of before are not kept even where the values stay: they may tell of others that
/// were there in between.
#[test]
fn other_policies_are_a_version_of_their_own() {
    let mut gate = Gate::new(Arc::new(FewerMarks(1)), 1);
    let first = step("v", None, values(&mut gate, &["a"]), VecDeque::new());
    let same = step("v", Some(&first), values(&mut gate, &["a"]), VecDeque::new());
    assert_eq!(same.version, 1);
    gate.adopt(Arc::new(FewerMarks(1)), 2);
    let next = step("v", Some(&same), values(&mut gate, &["a"]), VecDeque::new());
    assert_eq!((next.version, next.values.generation()), (2, 2));
}
