//! `/api/v1/audit`: who came in, who was refused, and what was changed about that; for auditors.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::get,
};
use journal::{AuditRow, Role};
use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{refusal::KEYS_UNREADABLE, view::Door};

/// The route.
pub(super) const PATH: &str = "/api/v1/audit";
/// What it is good for.
const SUMMARY: &str = "Who came in, who was refused, and what was changed about that.";
/// Rows of one answer, at most and unless fewer are asked for.
const MOST_ROWS: u32 = 500;

/// The route with what it needs.
pub(super) fn router() -> Router<Arc<Door>> {
    Router::new().route(PATH, get(answer))
}

#[derive(Debug, Deserialize)]
struct Asked {
    before: Option<u64>,
    limit: Option<u32>,
}

/// Rows of the record, newest first.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Audit")]
struct Answer {
    rows: Vec<Row>,
    /// To be asked for next as `before`; none when there are no older rows.
    next: Option<u64>,
}

/// One thing that happened.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditRow")]
struct Row {
    /// Rises with every row.
    id: u64,
    /// RFC 3339 in UTC.
    at: Option<String>,
    /// `account:NAME`, `feed:NAME`, `viewer:HASH`, `command line`.
    who: String,
    what: String,
    about: String,
    outcome: String,
    /// The address that it came from; empty for a command on the hub's machine.
    address: String,
}

/// The route in the OpenAPI document.
pub(super) fn describe(generator: &mut SchemaGenerator) -> serde_json::Value {
    let whole = |name: &str, what: &str| {
        json!({ "name": name, "in": "query", "required": false, "description": what,
            "schema": { "type": "integer", "minimum": 0 } })
    };
    let schema = generator.subschema_for::<Answer>();
    json!({ "get": {
        "summary": SUMMARY,
        "parameters": [
            whole("before", "Only rows with a smaller number."),
            whole("limit", "At most so many rows, and never more than 500."),
        ],
        "responses": {
            "200": { "description": SUMMARY,
                "content": { "application/json": { "schema": schema } } },
            "401": { "description": "Nobody is signed in." },
            "403": { "description": "Whoever is signed in is no auditor." },
        },
    } })
}

async fn answer(
    State(door): State<Arc<Door>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    if let Err(refusal) = door.caller_in_role(&headers, Role::Auditor) {
        return refusal.into_response();
    }
    let most = asked.limit.unwrap_or(MOST_ROWS).clamp(1, MOST_ROWS);
    let identity = Arc::clone(&door.identity);
    let noted = tokio::task::spawn_blocking(move || identity.noted(asked.before, most)).await;
    match noted {
        Ok(Ok(rows)) => {
            let full = rows.len() == most as usize;
            let next = rows.last().map(|row| row.id).filter(|id| full && *id > 1);
            let answer = Answer { rows: rows.into_iter().map(Row::from).collect(), next };
            ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
        }
        Ok(Err(error)) => {
            tracing::error!("{}", crate::store::in_words(&error));
            KEYS_UNREADABLE.into_response()
        }
        Err(_ended) => KEYS_UNREADABLE.into_response(),
    }
}

impl From<AuditRow> for Row {
    fn from(row: AuditRow) -> Self {
        let AuditRow { id, at, who, what, about, outcome, address } = row;
        Self { id, at: record::format_time(at), who, what, about, outcome, address }
    }
}
