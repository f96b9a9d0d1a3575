//! The one place where everything that listens on the port is joined.

use std::sync::Arc;

use axum::{Router, routing::get};

use crate::{
    api, health, ingest,
    pages::{self, Pages},
    shared::Shared,
    view,
};

/// All routes of the hub.
pub(crate) fn router(shared: Shared) -> Router {
    let options = &shared.options;
    let pages = Pages::new(options.www.clone(), options.meshes.clone(), options.viewer.clone());
    let door = &shared.door;
    let seen = Router::new()
        .merge(view::router(Arc::clone(door)))
        .merge(api::router(Arc::clone(door)))
        .merge(pages::router(pages, door.shelf.first_nation().as_deref()));
    Router::new()
        .route("/v1/ingest", get(ingest::connect))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .with_state(shared)
        .merge(seen)
}
