//! The one place where everything that listens on the port is joined.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{
    api, gate, health,
    identity::{Identity, Peer},
    ingest,
    pages::{self, Pages},
    refusal::Refusal,
    shared::Shared,
    supplier, view,
};

/// Where people sign in: what comes of it is noted there, with the name.
const SIGN_IN: &str = "/v1/session";
/// What is kept of the words of a refusal that was not made here, in bytes.
const LONGEST_REASON_BYTES: usize = 1 << 10;

/// All routes of the hub.
pub(crate) fn router(shared: Shared) -> Router {
    let options = &shared.options;
    let pages = Pages::new(options);
    let within = shared.limits.answer_within;
    let identity = Arc::clone(&shared.identity);
    let only_tls = options.tls && !options.loopback;
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
        .merge(api::sharing::router(shared.clone()))
        .merge(supplier::router(shared.clone()))
        .merge(api::write::router(shared))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            in_time(within, request, next)
        }))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            watched((Arc::clone(&identity), only_tls), request, next)
        }))
}

/// Answers, or gives the request up: its body may never come. A websocket is answered at once.
async fn in_time(within: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(within, next.run(request)).await {
        Ok(response) => response,
        Err(_late) => {
            let reason = "the request took too long; send it again, and all of it";
            Refusal::fixed(StatusCode::REQUEST_TIMEOUT, "too_slow", reason).into_response()
        }
    }
}

/// Notes who is refused, and takes no key from an address: addresses stand in histories and logs.
async fn watched(
    (identity, only_tls): (Arc<Identity>, bool),
    request: Request,
    next: Next,
) -> Response {
    let uri = request.uri();
    if gate::holds_key(uri.path()) || uri.query().is_some_and(gate::holds_key) {
        let reason = "a key never stands in an address, where others come to read it; revoke this \
                      one, and send its successor as `Authorization: Bearer KEY`";
        let about = format!("{} an address that holds a key", request.method());
        let from = request.extensions().get::<Peer>().map(|Peer(from)| *from);
        identity.note_refusal_later(about, "not let in", from);
        return Refusal::fixed(StatusCode::BAD_REQUEST, "key_in_address", reason).into_response();
    }
    let path: String = uri.path().chars().take(120).collect();
    let about = format!("{} {path}", request.method());
    let from = request.extensions().get::<Peer>().map(|Peer(from)| *from);
    let mut response = next.run(request).await;
    if is_for_programs(&path) {
        response = in_one_form(response).await;
    }
    guarded(response.headers_mut());
    if only_tls {
        let year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
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

/// Whether programs ask there, who read a refusal by its code.
fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/v1/")
}

/// A refusal that was not made here (a body that is no JSON, a method that is not there) in the
/// form of all others.
async fn in_one_form(response: Response) -> Response {
    let status = response.status();
    let is_json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if is_json || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let (head, body) = response.into_parts();
    let text = axum::body::to_bytes(body, LONGEST_REASON_BYTES).await.unwrap_or_default();
    let refusal = Refusal::in_other_words(status, &String::from_utf8_lossy(&text));
    let mut refused = refusal.into_response();
    if let Some(allow) = head.headers.get(header::ALLOW) {
        refused.headers_mut().insert(header::ALLOW, allow.clone());
    }
    refused
}

/// What a browser is told about every answer, unless the answer says it itself: it is what it says
/// it is, nobody keeps it for somebody else, and it is no page that could run or be framed.
fn guarded(headers: &mut HeaderMap) {
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}
