//! `/healthz`, `/readyz`, `/metrics`: for those who look after the hub.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{ingest::bearer, shared::Shared, store::StoreState};

/// The process runs.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether reports become durable and are acknowledged; with what is odd, in words.
pub(crate) async fn readyz(State(shared): State<Shared>) -> Response {
    let mut reasons = Vec::new();
    match &*shared.store.borrow() {
        StoreState::Healthy => {}
        StoreState::Waiting(why) | StoreState::Failed(why) => reasons.push(why.clone()),
    }
    if *shared.stopping.borrow() {
        reasons.push("the hub is stopping".to_owned());
    }
    let ready = reasons.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({ "ready": ready, "reasons": reasons, "remarks": shared.remarks() });
    (status, Json(body)).into_response()
}

/// Counters in the Prometheus text form; beyond loopback with any good key only.
pub(crate) async fn metrics(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    if !shared.options.loopback {
        let key = bearer(&headers).map(|key| crate::gate::hash(&key));
        if key.is_none_or(|hash| shared.gate.grant(&hash).is_err()) {
            return (StatusCode::UNAUTHORIZED, "send a key as `Authorization: Bearer KEY`\n")
                .into_response();
        }
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (kind, shared.metrics.to_text()).into_response()
}
