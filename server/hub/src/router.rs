//! The one place where everything that listens on the port is joined.

use axum::{Router, routing::get};

use crate::{health, ingest, run::Publish, shared::Shared};

/// All routes of the hub.
pub(crate) fn router(shared: Shared) -> Router {
    Router::new()
        .route("/v1/ingest", get(ingest::connect))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .with_state(shared)
}

/// What is done at every tick while everything is durable.
pub(crate) fn publisher(_shared: &Shared) -> Publish {
    Box::new(|_core, _tick| {})
}
