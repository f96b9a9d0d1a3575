//! `/v1/ingest`: one websocket a feed. Bytes become events for the core; answers go back.

mod session;

use std::{borrow::Cow, sync::Arc};

use axum::{
    Extension,
    extract::{
        State,
        ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use wire::ingest::{LARGEST_FRAME_BYTES, SUBPROTOCOL};

use crate::{
    core::Grant,
    identity::{Caller, Denied, Place, Presented, foreign_origin, is_own_origin},
    refusal::{FOREIGN_PAGE, KEYS_UNREADABLE, Refusal},
    shared::{Metrics, Shared},
    store::StoreState,
    supplier,
    tls::FeedCertificate,
};

/// Feeds connected at once, of all keys.
pub(crate) const MOST_FEEDS_CONNECTED: usize = 2_000;
/// Bytes read from a socket at once: a feed's frames are large.
const READ_BUFFER_BYTES: usize = 64 << 10;
/// Answers are small; more than this unsent means that the feed does not read.
const MOST_UNSENT_BYTES: usize = 1 << 20;

/// Checks who it is and the subprotocol, then speaks with the feed.
pub(crate) async fn connect(
    State(shared): State<Shared>,
    certificate: Option<Extension<FeedCertificate>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let certificate = certificate.map(|Extension(certificate)| certificate);
    let (caller, grant, place) = match admitted(&shared, certificate, &headers).await {
        Ok(admitted) => admitted,
        Err(refusal) => return refusal.into_response(),
    };
    if !offers_subprotocol(&headers) {
        let reason = format!("offer the websocket subprotocol {SUBPROTOCOL}");
        return refused(StatusCode::BAD_REQUEST, "wrong_subprotocol", reason);
    }
    let failed = match &*shared.store.borrow() {
        // Nobody would be welcomed before there is room again.
        StoreState::Failed(why) | StoreState::Waiting(why) => Some(why.clone()),
        StoreState::Healthy => None,
    };
    if let Some(why) = failed {
        return refused(StatusCode::SERVICE_UNAVAILABLE, "not_ready", why);
    }
    let Ok(seat) = Arc::clone(&shared.feed_places).try_acquire_owned() else {
        let reason = format!("{MOST_FEEDS_CONNECTED} feeds are connected, the most there may be");
        return refused(StatusCode::SERVICE_UNAVAILABLE, "too_many_connections", reason);
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

/// Who it is, what they may report, and a place for the connection.
async fn admitted(
    shared: &Shared,
    certificate: Option<FeedCertificate>,
    headers: &HeaderMap,
) -> Result<(Caller, Grant, Place), Refusal> {
    let (presented, beside) = presented(certificate, headers);
    match &presented {
        Presented::Nothing => {
            return Err(Refusal::fixed(
                StatusCode::UNAUTHORIZED,
                "missing_key",
                "send the feed's key as `Authorization: Bearer KEY`; `slipway key new` makes one",
            ));
        }
        // A browser adds its cookie for any site's page, and always says for which.
        Presented::Cookie(_) | Presented::Invited(_) if !is_own_origin(headers) => {
            return Err(FOREIGN_PAGE);
        }
        // The same of a certificate, if somebody has put one into a browser.
        Presented::Certificate(_) if foreign_origin(headers).is_some() => return Err(FOREIGN_PAGE),
        _ => {}
    }
    let identity = Arc::clone(&shared.identity);
    let admitted = tokio::task::spawn_blocking(move || {
        let admitted = identity.admit(&presented)?;
        let feed = &admitted.1.feed;
        let other = |other: &Caller| other.grant.as_ref().is_none_or(|grant| grant.feed != *feed);
        match beside.map(|key| identity.caller(&key)).transpose()? {
            Some(caller) if other(&caller) => Err(Denied::Unknown),
            Some(_) | None => Ok(admitted),
        }
    });
    match admitted.await {
        Ok(Ok(admitted)) => Ok(admitted),
        Ok(Err(Denied::Unknown | Denied::NotAPlanner)) => Err(Refusal::fixed(
            StatusCode::UNAUTHORIZED,
            "unknown_key",
            "this key or certificate is not known here, or was revoked; \
             `slipway key list` shows them",
        )),
        Ok(Err(Denied::TooMany)) => Err(Refusal::fixed(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_connections",
            "this key has too many connections; close one",
        )),
        Ok(Err(Denied::NotReadable)) | Err(_) => Err(KEYS_UNREADABLE),
    }
}

/// What a feed presents. Whoever comes with a certificate comes by it; a key that is sent beside it
/// must be the same feed's.
fn presented(
    certificate: Option<FeedCertificate>,
    headers: &HeaderMap,
) -> (Presented, Option<Presented>) {
    match (certificate, supplier::presented(headers)) {
        (Some(certificate), key @ Presented::Key(_)) => {
            (Presented::Certificate(certificate), Some(key))
        }
        (Some(certificate), _) => (Presented::Certificate(certificate), None),
        (None, sent) => (sent, None),
    }
}

fn offers_subprotocol(headers: &HeaderMap) -> bool {
    let offers = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    offers
        .filter_map(|offer| offer.to_str().ok())
        .flat_map(|offer| offer.split(','))
        .any(|offer| offer.trim() == SUBPROTOCOL)
}

fn refused(
    status: StatusCode,
    code: &'static str,
    reason: impl Into<Cow<'static, str>>,
) -> Response {
    Refusal::new(status, code, reason).into_response()
}
