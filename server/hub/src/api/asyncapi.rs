//! The AsyncAPI 3.0 document of the two websockets, made from the types of their messages.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};
use wire::{ingest, view};

/// The document at `/api/v1/asyncapi.json`.
pub(super) fn document() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let said: Value = generator.subschema_for::<ingest::FromFeed>().into();
    let answered: Value = generator.subschema_for::<ingest::ToFeed>().into();
    let asked: Value = generator.subschema_for::<view::FromPage>().into();
    let shown: Value = generator.subschema_for::<view::ToPage>().into();
    let value: Value = generator.subschema_for::<view::Value>().into();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Slipway",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Feeds report on /v1/ingest and hear what is durable; pages watch \
                keyed values on /v1/view. JSON text frames, times in RFC 3339 UTC.",
        },
        "channels": {
            "ingest": channel("/v1/ingest", ingest::SUBPROTOCOL, &said, &answered),
            "view": channel("/v1/view", view::SUBPROTOCOL, &asked, &shown),
        },
        "operations": {
            "report": operation("ingest", "receive", "in"),
            "acknowledge": operation("ingest", "send", "out"),
            "watch": operation("view", "receive", "in"),
            "show": operation("view", "send", "out"),
        },
        "components": { "schemas": schemas(generator, value) },
    })
}

/// A websocket with what the hub hears (`in`) and says (`out`) on it.
fn channel(address: &str, subprotocol: &str, heard: &Value, said: &Value) -> Value {
    json!({
        "address": address,
        "description": format!("A websocket with the subprotocol {subprotocol}."),
        "messages": {
            "in": { "contentType": "application/json", "payload": heard },
            "out": { "contentType": "application/json", "payload": said },
        },
        "bindings": { "ws": { "method": "GET" } },
    })
}

fn operation(channel: &str, action: &str, message: &str) -> Value {
    json!({
        "action": action,
        "channel": { "$ref": format!("#/channels/{channel}") },
        "messages": [{ "$ref": format!("#/channels/{channel}/messages/{message}") }],
    })
}

/// Every type that a message names, and the values that a view holds.
fn schemas(mut generator: SchemaGenerator, value: Value) -> Value {
    let mut all = generator.take_definitions(true);
    all.insert("ViewValue".to_owned(), value);
    all.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every reference in the document leads somewhere within it.
    #[test]
    fn every_reference_is_answered() {
        let document = document();
        let mut pending = vec![&document];
        let mut references = 0;
        while let Some(value) = pending.pop() {
            match value {
                Value::Object(fields) => {
                    if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
                        references += 1;
                        let path = reference.strip_prefix('#').expect("a reference within");
                        assert!(document.pointer(path).is_some(), "{reference} leads nowhere");
                    }
                    pending.extend(fields.values());
                }
                Value::Array(items) => pending.extend(items),
                _ => {}
            }
        }
        assert!(references > 20, "only {references} references: the types are missing");
        let said = document.pointer("/channels/ingest/messages/in/payload").expect("a payload");
        assert!(said.get("$ref").is_some(), "{said}");
    }
}
