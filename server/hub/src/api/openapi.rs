//! The OpenAPI 3.1 document, made from the list of routes and the types of the values.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::routes::{ROUTES, Route};

/// The document at `/api/v1/openapi.json`.
pub(super) fn document() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator();
    let mut paths = Map::new();
    for route in ROUTES {
        let item = route.schema.map_or_else(|| json!({}), |schema| schema(&mut generator).into());
        paths.insert(route.path.to_owned(), json!({ "get": operation(route, &item) }));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Slipway",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Live twins of production lines. Times are RFC 3339 in UTC, lengths \
                metres, ratios 0 to 1. What an audience may not see is absent.",
        },
        "paths": paths,
        "components": { "schemas": generator.take_definitions(true) },
    })
}

fn operation(route: &Route, item: &Value) -> Value {
    let placeholders =
        ["plant", "id"].into_iter().filter(|p| route.path.contains(&format!("{{{p}}}")));
    let mut parameters: Vec<Value> = placeholders
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    parameters.push(json!({
        "name": "as", "in": "query", "required": false, "schema": { "type": "string" },
        "description": "An audience of /api/v1/audiences; the public without it.",
    }));
    let body = if route.path.ends_with("{id}") { item.clone() } else { many(item) };
    json!({
        "summary": route.summary,
        "parameters": parameters,
        "responses": {
            "200": {
                "description": route.summary,
                "content": { "application/json": { "schema": body } },
            },
            "404": { "description": "There is no such thing, or it may not be seen." },
        },
    })
}

fn many(item: &Value) -> Value {
    json!({
        "type": "object",
        "required": ["version", "items"],
        "properties": {
            "version": { "type": "integer", "description": "Rises whenever anything changes." },
            "clock": { "type": ["object", "null"], "description": "The plant clock." },
            "withheld": { "type": ["object", "null"], "description": "Whether anything is withheld." },
            "items": { "type": "object", "additionalProperties": item },
        },
    })
}
