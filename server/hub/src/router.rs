//! The one place where everything that listens on the port is joined.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{
    api, gate, health,
    identity::{Identity, Peer},
    ingest,
    pages::{self, Pages},
    shared::Shared,
    supplier, view,
};

/// Where people sign in: what comes of it is noted there, with the name.
const SIGN_IN: &str = "/v1/session";

/// All routes of the hub.
pub(crate) fn router(shared: Shared) -> Router {
    let options = &shared.options;
    let pages = Pages::new(options.www.clone(), options.meshes.clone(), options.viewer.clone());
    let within = shared.limits.answer_within;
    let identity = Arc::clone(&shared.identity);
    let door = &shared.door;
    let seen = Router::new()
        .merge(view::router(Arc::clone(door)))
        .merge(api::router(Arc::clone(door)))
        .merge(pages::router(pages, Arc::clone(door)));
    Router::new()
        .route("/v1/ingest", get(ingest::connect))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .with_state(shared.clone())
        .merge(seen)
        .merge(api::state_at::router(shared.clone()))
        .merge(supplier::router(shared.clone()))
        .merge(api::write::router(shared))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            in_time(within, request, next)
        }))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            watched(Arc::clone(&identity), request, next)
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

/// Notes who is refused, and takes no key from an address: addresses stand in histories and logs.
async fn watched(identity: Arc<Identity>, request: Request, next: Next) -> Response {
    let uri = request.uri();
    if gate::holds_key(uri.path()) || uri.query().is_some_and(gate::holds_key) {
        let text = "a key never stands in an address, where others come to read it; revoke this \
                    one, and send its successor as `Authorization: Bearer KEY`\n";
        return (StatusCode::BAD_REQUEST, text).into_response();
    }
    let path: String = uri.path().chars().take(120).collect();
    let about = format!("{} {path}", request.method());
    let from = request.extensions().get::<Peer>().map(|Peer(from)| *from);
    let mut response = next.run(request).await;
    let nosniff = HeaderValue::from_static("nosniff");
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    let outcome = match response.status() {
        StatusCode::UNAUTHORIZED if path == SIGN_IN => return response,
        StatusCode::UNAUTHORIZED => "not let in",
        StatusCode::FORBIDDEN => "not allowed",
        StatusCode::TOO_MANY_REQUESTS => "told to wait",
        _ => return response,
    };
    identity.note_refusal_later(about, outcome, from);
    response
}
