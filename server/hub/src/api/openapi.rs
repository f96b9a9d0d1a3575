//! The OpenAPI 3.1 document, made from the list of routes and the types of the values.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use wire::plan::{Recorded, Refused};

use super::{
    ASYNCAPI, AUDIENCES, OPENAPI, audit,
    routes::{ROUTES, Route},
    sharing, state_at, why,
    write::{IDEMPOTENCY_KEY, WRITES, Write},
};

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
    paths.insert(state_at::PATH.to_owned(), state_at::describe(&mut generator));
    paths.insert(why::PATH.to_owned(), why::describe());
    paths.insert(audit::PATH.to_owned(), audit::describe(&mut generator));
    paths.extend(sharing::describe(&mut generator));
    for (path, summary) in [OPENAPI, ASYNCAPI, AUDIENCES] {
        paths.insert(path.to_owned(), json!({ "get": plain(summary) }));
    }
    let answers = Answers {
        recorded: generator.subschema_for::<Recorded>().into(),
        refused: generator.subschema_for::<Refused>().into(),
    };
    for write in WRITES {
        let body = (write.schema)(&mut generator).into();
        let methods = paths.entry(write.path.to_owned()).or_insert_with(|| json!({}));
        methods[write.method] = change(write, &body, &answers);
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
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": { "planner": {
                "type": "http", "scheme": "bearer",
                "description": "A key made by `slipway key new --planner PLANT`.",
            } },
        },
    })
}

/// The schemas of what a change is answered with.
struct Answers {
    recorded: Value,
    refused: Value,
}

/// A document about the API itself.
fn plain(summary: &str) -> Value {
    json!({ "summary": summary, "responses": { "200": {
        "description": summary, "content": { "application/json": {} },
    } } })
}

/// A route that changes something.
fn change(write: &Write, body: &Value, answers: &Answers) -> Value {
    let mut parameters = placeholders(write.path);
    parameters.push(json!({
        "name": IDEMPOTENCY_KEY, "in": "header", "required": false,
        "schema": { "type": "string", "minLength": 1, "maxLength": 200 },
        "description": "Of the program's own making, one for every change. A repeat with the \
            same one changes nothing more and is answered as the first was, after a restart of \
            the hub as well; of each planner's key the newest 1,000 are known.",
    }));
    let json_of = |schema: &Value| json!({ "application/json": { "schema": schema } });
    let refused = |why: &str| json!({ "description": why, "content": json_of(&answers.refused) });
    let mut responses = json!({
        "400": refused("The request cannot be read."),
        "401": refused("No key, or one that is not known or was revoked."),
        "403": refused("A key of something else: another plant, a feed, a supplier, a viewer."),
        "404": refused("There is no such thing."),
        "409": refused("It does not fit what is: it exists already, is closed, has arrived."),
        "413": refused("The body is too large."),
        "422": refused("A value cannot be: an unknown material, no time, a negative quantity."),
        "429": refused("The key has too many requests under way."),
        "503": refused("Nothing can be kept now; try again with the same Idempotency-Key."),
    });
    responses[write.status.as_str()] =
        json!({ "description": "It is on the hub's disk.", "content": json_of(&answers.recorded) });
    json!({
        "summary": write.summary,
        "parameters": parameters,
        "requestBody": { "content": json_of(body) },
        "responses": responses,
        "security": [{ "planner": [] }],
    })
}

/// The placeholders of a path as parameters.
fn placeholders(path: &str) -> Vec<Value> {
    let names = ["plant", "id"].into_iter().filter(|name| path.contains(&format!("{{{name}}}")));
    let parameter = |name| {
        let schema = json!({ "type": "string" });
        json!({ "name": name, "in": "path", "required": true, "schema": schema })
    };
    names.map(parameter).collect()
}

fn operation(route: &Route, item: &Value) -> Value {
    let mut parameters = placeholders(route.path);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The files that make routes.
    const SOURCES: [&str; 7] = [
        include_str!("../api.rs"),
        include_str!("audit.rs"),
        include_str!("routes.rs"),
        include_str!("sharing.rs"),
        include_str!("state_at.rs"),
        include_str!("why.rs"),
        include_str!("write.rs"),
    ];

    /// Every address that the code of the API writes down is in the document, and nothing else.
    #[test]
    fn the_document_names_every_route() {
        let document = document();
        let named = document["paths"].as_object().expect("paths");
        let code = SOURCES.map(|source| source.split("#[cfg(test)]").next().unwrap_or_default());
        let begun = code.iter().flat_map(|code| code.split("\"/api/v1/").skip(1));
        let written = begun.filter_map(|rest| rest.split('"').next());
        let mut routes: Vec<String> = written
            .filter(|path| !path.contains(char::is_whitespace))
            .map(|path| format!("/api/v1/{path}"))
            .collect();
        routes.sort_unstable();
        routes.dedup();
        let mut documented: Vec<&str> = named.keys().map(String::as_str).collect();
        documented.sort_unstable();
        assert_eq!(documented, routes);
        for write in WRITES {
            let operation = &named[write.path][write.method];
            let body = operation.pointer("/requestBody/content/application~1json/schema");
            assert!(body.is_some_and(|schema| schema.get("$ref").is_some()), "{operation}");
            let done = write.status.as_str();
            assert!(operation["responses"].get(done).is_some(), "{operation}");
        }
    }
}
