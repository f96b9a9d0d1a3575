//! The JSON Schema of a report, made precise from the table of kinds.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};
use twin::{CauseKind, UnitState};

use crate::{Kind, KindRecord};

impl JsonSchema for KindRecord {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Kind")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        json_schema!({ "type": "string", "enum": names })
    }
}

/// Says for each kind which fields it must have. Fields of no kind are not forbidden: they are
/// ignored, so that later versions may add some.
pub(crate) fn by_kind(schema: &mut Schema) {
    let rules: Vec<Value> = Kind::ALL.iter().map(|kind| rule(*kind)).collect();
    schema.insert("required".to_owned(), json!(["kind", "at"]));
    schema.insert("allOf".to_owned(), Value::Array(rules));
    let states: Vec<&str> = UnitState::ALL.iter().map(|state| state.name()).collect();
    restrict(schema, "state", &states);
    restrict(schema, "result", &["passed", "failed"]);
    if let Some(quantity) = schema.pointer_mut("/properties/quantity") {
        quantity["minimum"] = json!(0);
    }
}

pub(crate) fn cause_kinds(schema: &mut Schema) {
    let kinds: Vec<&str> = CauseKind::ALL.iter().map(|kind| kind.name()).collect();
    restrict(schema, "kind", &kinds);
}

fn rule(kind: Kind) -> Value {
    let mut then = json!({ "required": kind.required() });
    if kind == Kind::QualityResult {
        then["oneOf"] = json!([{ "required": ["part"] }, { "required": ["lot"] }]);
    }
    json!({ "if": { "properties": { "kind": { "const": kind.name() } } }, "then": then })
}

fn restrict(schema: &mut Schema, field: &str, words: &[&str]) {
    if let Some(property) = schema.pointer_mut(&format!("/properties/{field}")) {
        let nullable = property["type"].is_array();
        let null = nullable.then_some(Value::Null);
        property["enum"] = words.iter().map(|word| json!(word)).chain(null).collect();
    }
}
