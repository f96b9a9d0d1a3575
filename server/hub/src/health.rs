//! `/healthz`, `/readyz`, `/metrics`: for those who look after the hub.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use journal::Role;
use serde_json::json;

use crate::{refusal::Refusal, shared::Shared, store::StoreState};

/// The process runs.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether reports become durable and are acknowledged; to those who look after the hub also what
/// is odd, in words, which may name plants.
pub(crate) async fn readyz(State(shared): State<Shared>, headers: HeaderMap) -> Response {
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
    let remarks = if looks_after(&shared, &headers) { shared.remarks() } else { Vec::new() };
    let body = json!({ "ready": ready, "reasons": reasons, "remarks": remarks });
    (status, Json(body)).into_response()
}

/// Counters in the Prometheus text form.
pub(crate) async fn metrics(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    if !looks_after(&shared, &headers) {
        let reason =
            "send a feed's key as `Authorization: Bearer KEY`, or sign in as administrator";
        return Refusal::fixed(StatusCode::UNAUTHORIZED, "missing_key", reason).into_response();
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (kind, shared.metrics.to_text()).into_response()
}

/// Whether whoever asks looks after the hub: anybody on its own machine; beyond it an
/// administrator, or a program with a feed's key.
fn looks_after(shared: &Shared, headers: &HeaderMap) -> bool {
    let caller = || shared.door.caller(headers);
    shared.options.loopback
        || caller().is_ok_and(|caller| caller.grant.is_some() || caller.may(Role::Administrator))
}
