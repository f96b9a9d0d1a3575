//! Bad input: each kind of fault, its code and its words.

use twin::{Label, report::Points};

use crate::{LabelRecord, PointsRecord, RecordError, parse_time, read_report};

#[track_caller]
fn refused(json: &str) -> String {
    let error = read_report(json.as_bytes()).expect_err("refused");
    format!("{}: {}", error.code(), error.in_words())
}

fn stock(quantity: &str, at: &str) -> String {
    let fields = r#""storage":"racks","material":"plate""#;
    format!(r#"{{"kind":"stock","at":{at},{fields},"quantity":{quantity}}}"#)
}

const NOW: &str = r#""2031-05-05T04:00:00Z""#;

#[test]
fn faults_are_named() {
    assert_eq!(
        refused(r#"{"kind":"op_begun","at":"2031-05-05T04:00:00Z"}"#).split(';').next(),
        Some(r#"unknown_kind: "op_begun" is no kind of report"#)
    );
    assert_eq!(
        refused(r#"{"at":"2031-05-05T04:00:00Z"}"#),
        "missing_field: a report needs the field kind"
    );
    assert_eq!(
        refused(r#"{"kind":"order_closed","at":"2031-05-05T04:00:00Z"}"#),
        "missing_field: order_closed needs the field order"
    );
    assert_eq!(
        refused(r#"{"kind":"order_closed","at":"2031-05-05T04:00:00Z","order":"bay 1"}"#),
        "invalid_id: order: not an id: \"bay 1\" holds ' '; \
         an id is made of ASCII letters, digits and . _ : # -"
    );
    assert_eq!(
        refused(
            r#"{"kind":"unit_state","at":"2031-05-05T04:00:00Z","unit":"P4","state":"broken"}"#
        ),
        "unknown_name: state: \"broken\" is none of working, starved, blocked, \
         waiting_for_crew, waiting_for_crane, setup, down, held, planned_maintenance, \
         off_shift, unknown"
    );
}

#[test]
fn quantities_are_finite_and_not_negative() {
    let negative = "quantity_negative: quantity: -1 is negative; a quantity is zero or more";
    assert_eq!(refused(&stock("-1", NOW)), negative);
    for number in ["NaN", "1e999", "\"12\"", "[1]", "Infinity"] {
        assert!(refused(&stock(number, NOW)).starts_with("malformed: "), "{number}");
    }
    assert!(refused(&stock("null", NOW)).starts_with("missing_field: "));
    read_report(stock("0", NOW).as_bytes()).expect("nothing is a quantity");
}

#[test]
fn times_need_a_zone_and_four_digits_of_year() {
    for text in [
        "2031-05-05T04:00:00",
        "2031-05-05",
        "04:00:00Z",
        "+012031-05-05T04:00:00Z",
        "12031-05-05T04:00:00Z",
        "-000031-05-05T04:00:00Z",
        "2031-02-29T04:00:00Z",
        "2031-05-05T24:00:00Z",
        "2031-05-05T04:00:00[Etc/UTC]",
        "2031-05-05T04:00:00Z[Etc/UTC]",
        "tomorrow",
        "",
        "２０３１-05-05T04:00:00Z",
    ] {
        assert_eq!(parse_time(text), None, "{text}");
        let answer = refused(&stock("1", &format!("{text:?}")));
        assert!(answer.starts_with("not_a_time: at: "), "{answer}");
    }
    let micros = |text| parse_time(text).map(|time| time.micros());
    let expected = Some(1_935_720_000_000_000);
    assert_eq!(micros("2031-05-05T04:00:00Z"), expected);
    assert_eq!(micros("2031-05-05T06:00:00+02:00"), expected);
    assert_eq!(micros("2031-05-05t04:00:00.000000999z"), expected);
    assert_eq!(micros("1969-12-31T23:59:59.9999999Z"), Some(-1), "digits are cut off");
    assert!(refused(&stock("1", "1935720000")).starts_with("malformed: "));
}

#[test]
fn unknown_fields_are_ignored_for_later_versions_may_add_some() {
    let line =
        r#"{"kind":"order_closed","at":"2031-05-05T04:00:00Z","order":"O-1","tint":{"a":[1]}}"#;
    read_report(line.as_bytes()).expect("taken");
}

#[test]
fn a_crew_may_be_counted_at_a_unit_or_area() {
    for field in ["unit", "area", "place"] {
        let line = format!(
            r#"{{"kind":"crew","at":{NOW},"crew":"painters","{field}":"shop","available":3}}"#
        );
        let report = read_report(line.as_bytes()).expect("taken");
        let twin::Statement::Crew { place, .. } = report.statement else { panic!("{line}") };
        assert_eq!(place.map(|place| place.to_string()).as_deref(), Some("shop"));
    }
}

#[test]
fn nesting_has_an_end() {
    let inner = r#"{"kind":"order_closed","at":"2031-05-05T04:00:00Z","order":"O-1"}"#;
    let wrap = |report: &str| {
        format!(
            r#"{{"kind":"correction","at":{NOW},"feed":"f","epoch":1,"seq":1,"index":0,"report":{report}}}"#
        )
    };
    read_report(wrap(inner).as_bytes()).expect("taken");
    assert!(refused(&wrap(&wrap(inner))).starts_with("correction_nested"));
    let deep = (0..100_000).fold(String::new(), |mut text, _| {
        text.push_str(r#"{"report":"#);
        text
    });
    assert!(refused(&deep).starts_with("malformed: "));
    assert!(refused(&"[".repeat(100_000)).starts_with("malformed: "));
}

#[test]
fn a_long_text_is_refused_and_not_quoted() {
    let long = "é".repeat(4_000);
    let comment = format!(r#"{{"kind":"comment","at":{NOW},"about":"P4","text":"{long}"}}"#);
    assert_eq!(refused(&comment), "text_too_long: text: 8000 bytes are more than 1000; shorten it");
    let kind = format!(r#"{{"kind":"{long}","at":{NOW}}}"#);
    assert!(refused(&kind).len() < 700);
}

#[test]
fn points_say_which_row_is_wrong() {
    let read = |json: &str| {
        let record: PointsRecord = serde_json::from_str(json).map_err(RecordError::Json)?;
        Points::try_from(record)
    };
    let words = |json: &str| {
        let error = read(json).expect_err("refused");
        format!("{}: {}", error.code(), error.in_words())
    };
    assert_eq!(
        words(r#"{"series":["a","b"],"at":["2031-05-05T04:00:00Z"],"value":[1,2]}"#),
        "unequal_columns: points need columns of one length; series has 2, at 1, value 2, \
         quality none"
    );
    assert_eq!(
        words(r#"{"series":["a","b"],"at":["2031-05-05T04:00:00Z","noon"],"value":[1,2]}"#),
        "not_a_time: point 1: at: \"noon\" is not a time; \
         write it with its zone, as 2031-05-05T04:00:00Z"
    );
    let infinite = PointsRecord { value: vec![f64::INFINITY], ..PointsRecord::default() };
    let infinite = PointsRecord {
        series: vec![crate::Word::new("a")],
        at: vec![twin::PlantTime::from_micros(0).into()],
        ..infinite
    };
    assert_eq!(Points::try_from(infinite).expect_err("refused").code(), "number_out_of_range");
    let good = read(r#"{"series":["a"],"at":["2031-05-05T04:00:00Z"],"value":[1]}"#);
    assert_eq!(good.expect("taken").quality.len(), 1);
}

const LABEL: &str = r#"{"policy":"p","classification":"unclassified","releasable_to":[],"display_only":[],"organisations":"all","affiliations":[],"needs":[],"information":[],"originator":{"nation":"A","organisation":"yard"},"created":"2031-05-05T04:00:00Z","review":"2032-05-05T04:00:00Z","registry_revision":3}"#;

fn label(json: &str) -> Result<Label, RecordError> {
    let record: LabelRecord = serde_json::from_str(json).map_err(RecordError::Json)?;
    Label::try_from(record)
}

#[test]
fn nothing_about_who_may_know_is_assumed() {
    let nobody = label(LABEL).expect("taken");
    assert!(nobody.releasable_to.is_empty());
    let again = serde_json::to_string(&LabelRecord::from(&nobody)).expect("written");
    assert_eq!(again, LABEL, "an empty set stays an empty set");
    for set in ["releasable_to", "display_only", "affiliations", "needs"] {
        let without = LABEL.replace(&format!(r#""{set}":[],"#), "");
        let error = label(&without).expect_err("absent is not empty");
        assert!(error.in_words().contains(&format!("missing field `{set}`")), "{error:?}");
    }
    let without = LABEL.replace(r#""organisations":"all","#, "");
    assert!(label(&without).is_err());
    for (from, to) in [
        ("unclassified", "secret"),
        (r#""all""#, r#""everybody""#),
        (r#""registry_revision":3"#, r#""registry_revision":3,"embargo":true"#),
    ] {
        assert!(label(&LABEL.replace(from, to)).is_err(), "{to}");
    }
    let both = LABEL
        .replace(r#""releasable_to":[]"#, r#""releasable_to":["B","C"]"#)
        .replace(r#""display_only":[]"#, r#""display_only":["C"]"#);
    assert_eq!(label(&both).expect_err("refused").code(), "label_overlap");
}
