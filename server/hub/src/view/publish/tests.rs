//! The step from one version to the next, within one generation of the policies and over a change.

use release::{Action, Rule};
use twin::{Audience, Label, NationId};

use super::*;
use crate::view::session::tests::public;
use wire::view::LARGEST_PIECE_BYTES;

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
    serde_json::from_str(published.deltas[at].frames[0].as_str()).unwrap()
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

#[test]
fn a_large_step_is_cut_and_ends_at_one_version() {
    let mut gate = Gate::new(Arc::new(FewerMarks(20)), 1);
    let large = |letter: &str| letter.repeat(LARGEST_PIECE_BYTES / 3);
    let (before, after) = (large("a"), large("b"));
    let first = step("v", None, values(&mut gate, &[before.as_str(); 12]), VecDeque::new());
    let second = step("v", Some(&first), values(&mut gate, &[after.as_str(); 9]), VecDeque::new());
    assert_eq!((second.version, second.deltas.len()), (2, 1));
    let frames = &second.deltas[0].frames;
    let (mut set, mut gone) = (Vec::new(), Vec::new());
    for (number, frame) in frames.iter().enumerate() {
        assert!(frame.len() <= LARGEST_PIECE_BYTES + 200, "a piece of {} bytes", frame.len());
        let piece: serde_json::Value = serde_json::from_str(frame.as_str()).unwrap();
        assert_eq!((&piece["from"], &piece["to"]), (&1.into(), &2.into()));
        assert_eq!((&piece["piece"], &piece["pieces"]), (&number.into(), &frames.len().into()));
        set.extend(piece["set"].as_object().unwrap().keys().cloned());
        gone.extend(piece["gone"].as_array().into_iter().flatten().cloned());
    }
    assert!(frames.len() > 3, "{} pieces", frames.len());
    assert_eq!(set, (0..9).map(|marks| format!("unit/{marks}")).collect::<Vec<_>>());
    assert_eq!(gone, ["unit/10", "unit/11", "unit/9"]);
}
