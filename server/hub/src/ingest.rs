//! `/v1/ingest`: one websocket a feed. Bytes become events for the core; answers go back.

mod session;

use axum::{
    Json,
    extract::{
        State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use wire::ingest::{LARGEST_FRAME_BYTES, SUBPROTOCOL};

use crate::{
    identity::{Denied, Presented, is_own_origin},
    shared::{Metrics, Shared},
    store::StoreState,
    supplier,
};

/// Feeds connected at once, of all keys.
pub(crate) const MOST_FEEDS_CONNECTED: usize = 2_000;
/// Bytes read from a socket at once: a feed's frames are large.
const READ_BUFFER_BYTES: usize = 64 << 10;
/// Answers are small; more than this unsent means that the feed does not read.
const MOST_UNSENT_BYTES: usize = 1 << 20;

/// Checks the key and the subprotocol, then speaks with the feed.
pub(crate) async fn connect(
    State(shared): State<Shared>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let presented = supplier::presented(&headers).unwrap_or_else(|| Presented::of(&headers));
    match &presented {
        Presented::Nothing => {
            let reason =
                "send the feed's key as `Authorization: Bearer KEY`; `slipway key new` makes one";
            return refused(StatusCode::UNAUTHORIZED, "missing_key", reason);
        }
        // A browser adds its cookie for any site's page, and always says for which.
        Presented::Cookie(_) | Presented::Invited(_) if !is_own_origin(&headers) => {
            let reason = "a browser reports from a page of this hub only";
            return refused(StatusCode::FORBIDDEN, "foreign_page", reason);
        }
        Presented::Cookie(_) | Presented::Invited(_) | Presented::Key(_) => {}
    }
    let gate = shared.clone();
    let admitted = tokio::task::spawn_blocking(move || gate.identity.admit(&presented)).await;
    let (caller, grant, place) = match admitted {
        Ok(Ok(admitted)) => admitted,
        Ok(Err(Denied::Unknown | Denied::NotAPlanner)) => {
            let reason =
                "this key is not known here, or was revoked; `slipway key list` shows them";
            return refused(StatusCode::UNAUTHORIZED, "unknown_key", reason);
        }
        Ok(Err(Denied::TooMany)) => {
            let reason = "this key has too many connections; close one";
            return refused(StatusCode::TOO_MANY_REQUESTS, "too_many_connections", reason);
        }
        Ok(Err(Denied::NotReadable)) | Err(_) => {
            let reason = "the keys cannot be read; see /readyz";
            return refused(StatusCode::SERVICE_UNAVAILABLE, "not_ready", reason);
        }
    };
    if !offers_subprotocol(&headers) {
        let reason = format!("offer the websocket subprotocol {SUBPROTOCOL}");
        return refused(StatusCode::BAD_REQUEST, "wrong_subprotocol", &reason);
    }
    let failed = match &*shared.store.borrow() {
        // Nobody would be welcomed before there is room again.
        StoreState::Failed(why) | StoreState::Waiting(why) => Some(why.clone()),
        StoreState::Healthy => None,
    };
    if let Some(why) = failed {
        return refused(StatusCode::SERVICE_UNAVAILABLE, "not_ready", &why);
    }
    let Ok(seat) = std::sync::Arc::clone(&shared.feed_places).try_acquire_owned() else {
        let reason = format!("{MOST_FEEDS_CONNECTED} feeds are connected, the most there may be");
        return refused(StatusCode::SERVICE_UNAVAILABLE, "too_many_connections", &reason);
    };
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    Metrics::add(&shared.metrics.feed_connections, 1);
    let largest = usize::try_from(LARGEST_FRAME_BYTES).unwrap_or(usize::MAX);
    upgrade
        .protocols([SUBPROTOCOL])
        .max_message_size(largest)
        .max_frame_size(largest)
        .read_buffer_size(READ_BUFFER_BYTES)
        .max_write_buffer_size(MOST_UNSENT_BYTES)
        .on_upgrade(move |socket| async move {
            session::run(shared, socket, grant, caller).await;
            drop((seat, place));
        })
}

fn offers_subprotocol(headers: &HeaderMap) -> bool {
    let offers = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    offers
        .filter_map(|offer| offer.to_str().ok())
        .flat_map(|offer| offer.split(','))
        .any(|offer| offer.trim() == SUBPROTOCOL)
}

fn refused(status: StatusCode, code: &str, reason: &str) -> Response {
    (status, Json(json!({ "code": code, "reason": reason }))).into_response()
}
