//! Tests of the JSON form: one golden line a kind, round trips, and bad input.

mod any;
mod bad;
mod golden;

use proptest::prelude::*;
use twin::{Label, Report, report::Points};

use crate::{
    LabelRecord, PointsRecord, RecordError, ReportRecord, format_time, parse_time, read_report,
    write_report,
};

fn json(report: &Report) -> String {
    let mut out = Vec::new();
    write_report(report, &mut out).expect("a time that can be written");
    String::from_utf8(out).expect("UTF-8")
}

proptest! {
    #[test]
    fn a_report_comes_back_as_it_was(report in any::report()) {
        let text = json(&report);
        prop_assert_eq!(read_report(text.as_bytes()).expect("taken"), report, "{}", text);
    }

    #[test]
    fn points_come_back_as_they_were(points in any::points()) {
        let text = serde_json::to_string(&PointsRecord::from(&points)).expect("written");
        let record: PointsRecord = serde_json::from_str(&text).expect("read");
        prop_assert_eq!(Points::try_from(record).expect("taken"), points);
    }

    #[test]
    fn a_label_comes_back_as_it_was(label in any::label()) {
        let text = serde_json::to_string(&LabelRecord::from(&label)).expect("written");
        let record: LabelRecord = serde_json::from_str(&text).expect("read");
        prop_assert_eq!(Label::try_from(record).expect("taken"), label);
    }

    /// The short way of reading a time agrees with `jiff`, whatever the digits are.
    #[test]
    fn times_are_read_as_jiff_reads_them(
        text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-5][0-9](\\.[0-9]{1,6})?Z"
    ) {
        let by_jiff = text.parse::<jiff::Timestamp>().ok().map(|time| time.as_microsecond());
        prop_assert_eq!(parse_time(&text).map(|time| time.micros()), by_jiff);
    }

    #[test]
    fn times_come_back_as_they_were(time in any::time()) {
        let text = format_time(time).expect("in range");
        prop_assert_eq!(parse_time(&text), Some(time));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(read_report(&bytes).is_err());
    }
}

/// The golden lines and the schema know the same fields for each kind.
#[test]
fn the_table_of_kinds_matches_what_is_written() {
    let mut seen = std::collections::BTreeSet::new();
    for line in golden::LINES.lines() {
        let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let object = value.as_object().expect("an object");
        let kind = object["kind"].as_str().and_then(crate::Kind::from_name).expect("a kind");
        seen.insert(kind);
        for field in kind.required() {
            assert!(object.contains_key(*field), "{} without {field}", kind.name());
            let mut without = object.clone();
            without.remove(*field);
            let text = serde_json::Value::Object(without).to_string();
            let error = read_report(text.as_bytes()).expect_err("a required field is missing");
            let named = matches!(&error, RecordError::Missing { field: f, .. } if f == field);
            assert!(named, "{}: {error}", kind.name());
        }
        for field in object.keys().filter(|field| !["kind", "at"].contains(&field.as_str())) {
            let known = kind.required().contains(&field.as_str())
                || kind.optional().contains(&field.as_str());
            assert!(known, "{} has {field}", kind.name());
        }
    }
    assert_eq!(seen.len(), crate::Kind::ALL.len(), "every kind has a golden line");
}

#[test]
fn the_schema_says_which_fields_a_kind_needs() {
    let schema = schemars::schema_for!(ReportRecord);
    let schema = schema.as_value();
    assert_eq!(schema["title"], "Report");
    assert_eq!(schema["required"], serde_json::json!(["kind", "at"]));
    let rules = schema["allOf"].as_array().expect("rules");
    assert_eq!(rules.len(), crate::Kind::ALL.len());
    assert_eq!(
        rules[0].to_string(),
        r#"{"if":{"properties":{"kind":{"const":"op_started"}}},"then":{"required":["op","unit","part","operation"]}}"#
    );
    assert_eq!(schema["properties"]["state"]["enum"][0], "working");
    assert_eq!(schema["properties"]["quantity"]["minimum"], 0);
    for kind in crate::Kind::ALL {
        for field in kind.required().iter().chain(kind.optional()) {
            assert!(schema["properties"].get(field).is_some(), "{field}");
        }
    }
    let label = schemars::schema_for!(LabelRecord);
    let required = label.as_value()["required"].to_string();
    assert!(required.contains("releasable_to"), "{required}");
}
