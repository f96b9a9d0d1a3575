//! The one place where everything that listens on the port is joined.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};

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
    let within = shared.limits.answer_within;
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
        .with_state(shared.clone())
        .merge(seen)
        .merge(api::state_at::router(shared.clone()))
        .merge(api::write::router(shared))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            in_time(within, request, next)
        }))
}

/// Answers, or gives the request up: its body may never come. A websocket is answered at once.
async fn in_time(within: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(within, next.run(request)).await {
        Ok(response) => response,
        Err(_late) => {
            let text = "the request took too long; send it again, and all of it\n";
            (StatusCode::REQUEST_TIMEOUT, text).into_response()
        }
    }
}
