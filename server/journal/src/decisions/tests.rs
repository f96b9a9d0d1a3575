//! What was decided is there after a restart, and the table itself wants two people.

use super::*;

fn at(micros: i64) -> PlantTime {
    PlantTime::from_micros(micros)
}

fn act(by: &str, micros: i64) -> Act {
    Act { by: format!("account:{by}"), at: at(micros) }
}

fn note(what: &str) -> AuditRow {
    AuditRow {
        id: 0,
        at: at(1),
        who: "account:anna".to_owned(),
        what: what.to_owned(),
        about: "yard".to_owned(),
        outcome: "done".to_owned(),
        address: String::new(),
    }
}

fn decision(kind: DecisionKind, narrowing: Option<u64>) -> DecisionRow {
    DecisionRow {
        id: 0,
        kind,
        owner: "XAA/skarvik".to_owned(),
        what: Subject {
            plant: PlantId::new("yard").expect("an id"),
            thing: Some(EquipmentId::new("P4").expect("an id")),
        },
        kinds: [FactKind::LineState, FactKind::Flow].into(),
        nations: [NationId::new("XAA").expect("a code")].into(),
        organisations: [OrganisationId::new("skarvik").expect("an id")].into(),
        narrowing,
        reason: "trials, of a \"new\" process".to_owned(),
        made: act("anna", 5),
        review: at(100),
        agreed: None,
        ended: None,
        alarmed: None,
    }
}

fn audited(keys: &Keys) -> Vec<String> {
    keys.noted(None, 100).expect("read").into_iter().map(|row| row.what).collect()
}

#[test]
fn a_narrowing_is_there_after_a_restart_with_its_audit_row() {
    let dir = tempfile::tempdir().expect("a folder");
    let keys = Keys::open(dir.path()).expect("opened");
    let made = decision(DecisionKind::Narrow, None);
    let kept = keys.decide(&made, &note("narrow")).expect("kept");
    assert_eq!(kept, DecisionRow { id: 1, ..made });
    keys.alarm_decision(kept.id, at(120)).expect("noted");
    drop(keys);
    let keys = Keys::open(dir.path()).expect("opened");
    let alarmed = DecisionRow { alarmed: Some(at(120)), ..kept };
    assert_eq!(keys.decisions(at(0)).expect("read"), [alarmed]);
    assert_eq!(audited(&keys), ["narrow"]);
    assert!(keys.connection().execute("DELETE FROM decision", []).is_err(), "it stays");
}

#[test]
fn a_widening_takes_two_different_people() {
    let dir = tempfile::tempdir().expect("a folder");
    let keys = Keys::open(dir.path()).expect("opened");
    let narrow = keys.decide(&decision(DecisionKind::Narrow, None), &note("narrow")).expect("kept");
    let lift = decision(DecisionKind::Lift, Some(narrow.id));
    let lift = keys.decide(&lift, &note("propose")).expect("kept");
    let agree = |id, by: &str| keys.agree_to(id, &act(by, 9), &note("agree")).expect("asked");
    assert_eq!(agree(lift.id, "anna"), Settled::SamePerson);
    assert_eq!(agree(narrow.id, "bo"), Settled::Gone, "a narrowing waits for nobody");
    assert_eq!(agree(77, "bo"), Settled::Gone);
    let forged = "UPDATE decision SET agreed_by = made_by, agreed_us = 9 WHERE kind = 'lift'";
    assert!(keys.connection().execute(forged, []).is_err(), "the table wants two as well");
    assert_eq!(audited(&keys), ["propose", "narrow"], "nothing was done, so nothing is noted");
    assert_eq!(agree(lift.id, "bo"), Settled::Done);
    assert_eq!(agree(lift.id, "cy"), Settled::Gone, "once is enough");
    let rows = keys.decisions(at(0)).expect("read");
    assert_eq!(rows[0].ended, Some(act("bo", 9)), "the narrowing is over");
    assert_eq!((&rows[1].agreed, &rows[1].ended), (&Some(act("bo", 9)), &Some(act("bo", 9))));
    assert_eq!(keys.decisions(at(10)).expect("read"), [], "what ended long ago is left out");
}

#[test]
fn a_release_is_ended_by_one_and_a_narrowing_is_not() {
    let dir = tempfile::tempdir().expect("a folder");
    let keys = Keys::open(dir.path()).expect("opened");
    let narrow = keys.decide(&decision(DecisionKind::Narrow, None), &note("narrow")).expect("kept");
    let release = decision(DecisionKind::Release, None);
    let release = keys.decide(&release, &note("propose")).expect("kept");
    let end = |id| keys.end_decision(id, &act("anna", 9), &note("end")).expect("asked");
    assert_eq!(end(narrow.id), Settled::Gone);
    assert_eq!(
        keys.agree_to(release.id, &act("bo", 7), &note("agree")).expect("asked"),
        Settled::Done
    );
    assert_eq!(end(release.id), Settled::Done);
    assert_eq!(end(release.id), Settled::Gone);
    assert_eq!(audited(&keys), ["end", "agree", "propose", "narrow"]);
}

#[test]
fn a_narrowing_that_is_kept_longer_stands_in_for_the_one_before() {
    let dir = tempfile::tempdir().expect("a folder");
    let keys = Keys::open(dir.path()).expect("opened");
    let first = keys.decide(&decision(DecisionKind::Narrow, None), &note("narrow")).expect("kept");
    let again =
        DecisionRow { made: act("bo", 50), ..decision(DecisionKind::Narrow, Some(first.id)) };
    let second = keys.decide(&again, &note("keep")).expect("kept");
    let rows = keys.decisions(at(0)).expect("read");
    assert_eq!((rows[0].ended.clone(), rows[1].ended.clone()), (Some(act("bo", 50)), None));
    assert_eq!(rows[1], second);
    let update = "UPDATE decision SET kinds = 'everything_new' WHERE id = 2";
    keys.connection().execute(update, []).expect("changed by somebody");
    assert!(keys.decisions(at(0)).is_err(), "what cannot be read is not left out in silence");
}
