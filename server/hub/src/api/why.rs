//! `/api/v1/why?plant=…&key=…`: which label a value carries, and which rule says who may know it.
//!
//! Answered to members of the organisation that runs the plant, about values that they may see
//! themselves. To everybody else there is no such value, whether there is or not.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use record::LabelRecord;
use release::Action;
use serde::{Deserialize, Serialize};
use serde_json::json;
use twin::{Label, PlantId};

use super::not_found;
use crate::{
    policy::{Asker, Why},
    refusal::Refusal,
    view::{As, Door, Offer, Shelf},
};

/// The route.
pub(super) const PATH: &str = "/api/v1/why";
/// What it is good for.
const SUMMARY: &str = "Who may see a value of a plant, by which label and which rule.";

/// The route with what it needs.
pub(super) fn router() -> Router<Arc<Door>> {
    Router::new().route(PATH, get(answer))
}

/// The route in the OpenAPI document.
pub(super) fn describe() -> serde_json::Value {
    let parameter = |name: &str, what: &str| {
        json!({ "name": name, "in": "query", "required": true, "schema": { "type": "string" },
            "description": what })
    };
    let why = json!({ "type": "object", "required": ["allowed", "by"], "properties": {
        "allowed": { "type": "boolean" },
        "by": { "type": "array", "description": "The policies that permit it, or forbid it; none \
            when nothing permits it.", "items": { "type": "object", "properties": {
                "id": { "type": "string" }, "says": { "type": "string" } } } },
    } });
    let reader = json!({ "type": "object", "properties": {
        "audience": { "type": "string" }, "name": { "type": "string" },
        "see": why, "export": why, "federate": why,
    } });
    json!({ "get": {
        "summary": SUMMARY,
        "parameters": [
            parameter("plant", "The plant's id."),
            parameter("key", "The value's key, as in the plant's views: `unit/P4`."),
        ],
        "responses": {
            "200": { "description": SUMMARY, "content": { "application/json": { "schema": {
                "type": "object",
                "required": ["plant", "key", "generation", "label", "readers"],
                "properties": {
                    "plant": { "type": "string" },
                    "key": { "type": "string" },
                    "generation": { "type": "integer",
                        "description": "Of the policies in force; a change is one more." },
                    "label": { "type": "object" },
                    "readers": { "type": "array", "items": reader },
                },
            } } } },
            "404": { "description": "There is no such value, or you do not run the plant." },
            "503": { "description": "Too many ask at once." },
        },
    } })
}

#[derive(Debug, Deserialize)]
struct Asked {
    plant: Option<String>,
    key: Option<String>,
}

/// The answer.
#[derive(Serialize)]
struct Answer {
    plant: String,
    key: String,
    generation: u64,
    label: LabelRecord,
    readers: Vec<Reader>,
}

/// What an audience may do.
#[derive(Serialize)]
struct Reader {
    audience: String,
    name: String,
    see: Why,
    export: Why,
    federate: Why,
}

async fn answer(
    State(door): State<Arc<Door>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let offer = match door.audience(&As::default(), &headers) {
        Ok(offer) => offer,
        Err(refusal) => return refusal.into_response(),
    };
    let (Some(plant), Some(key)) = (asked.plant, asked.key) else {
        let reason = "say which value: ?plant=home-yard&key=unit/P4-1";
        return Refusal::fixed(StatusCode::BAD_REQUEST, "incomplete", reason).into_response();
    };
    let Some(plant) = owned(&door.shelf, &offer, &plant) else { return not_found(&key) };
    match door.shelf.label_of(offer.id, &plant, &key).await {
        Err(_busy) => Refusal::busy("too many ask at once; ask again").into_response(),
        Ok(None) => not_found(&key),
        Ok(Some(label)) => {
            let answer = explained(&door.shelf, (plant.to_string(), key), &label);
            ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
        }
    }
}

/// The plant, when the audience is that of the organisation that runs it.
fn owned(shelf: &Shelf, offer: &Offer, plant: &str) -> Option<PlantId> {
    let plant = PlantId::new(plant).ok()?;
    (shelf.owner(&plant)?.id == offer.id).then_some(plant)
}

fn explained(shelf: &Shelf, (plant, key): (String, String), label: &Label) -> Answer {
    let in_force = shelf.in_force().borrow().clone();
    let gate = shelf.gate();
    let reader = |audience: &str, name: &str, asker: Asker<'_>| {
        let [see, export, federate] =
            Action::ALL.map(|action| in_force.policies.explain(label, asker, action));
        Reader { audience: audience.to_owned(), name: name.to_owned(), see, export, federate }
    };
    let of_offer = |o: &Offer| reader(&o.code, &o.name, Asker::Audience(gate.audience_of(o.id)));
    let mut readers: Vec<Reader> = shelf.everybody().map(of_offer).collect();
    readers.push(reader("administrator", "Administrator", Asker::Administrator));
    Answer { plant, key, generation: in_force.generation, label: LabelRecord::from(label), readers }
}
