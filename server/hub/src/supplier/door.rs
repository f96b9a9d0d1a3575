//! Letting a supplier in: an invitation is exchanged, once, for a key that its browser keeps.
//!
//! The key is a supplier's feed key like any other, of a feed of its own: `slipway key list` shows
//! it, `slipway key revoke` ends it and closes its connections. It stands in a cookie that no
//! script can read and that is sent with requests of this hub's own pages only.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use journal::{InvitedKey, KeyLife, Redeemed};
use serde::Deserialize;
use twin::{FeedId, Span};

use super::{BUSY, Desk, NOT_READY};
use crate::{
    clock::wall_now,
    gate,
    identity::{Note, Presented, bearer, is_own_origin, is_this_machine},
    refusal::{FOREIGN_PAGE, Refusal},
};

/// The cookie on this machine itself, where there is no TLS.
const PLAIN_COOKIE: &str = "slipway_supplier";
/// The cookie everywhere else. With this prefix no neighbouring site can plant one.
const HOST_COOKIE: &str = "__Host-slipway_supplier";
/// How long a browser is let in by one invitation: a shop is not to ask for a new one every day.
const LASTS: Span = Span::from_secs(30 * 24 * 3_600);
/// Secrets longer than this are none of ours.
const LONGEST_SECRET: usize = 200;

const UNKNOWN: Refusal = Refusal::fixed(
    StatusCode::UNAUTHORIZED,
    "unknown_invitation",
    "this link opens nothing; check that all of it was copied, or ask for a new one",
);
const USED: Refusal = Refusal::fixed(
    StatusCode::UNAUTHORIZED,
    "used_invitation",
    "this link was used already, and opens nothing a second time; ask for a new one",
);
const EXPIRED: Refusal = Refusal::fixed(
    StatusCode::UNAUTHORIZED,
    "expired_invitation",
    "this link is too old; ask for a new one",
);

/// What a page sends with the secret of its link.
#[derive(Deserialize)]
pub(super) struct Invited {
    invitation: String,
}

/// What somebody presents who reports: a key in a header says more than a cookie, and that of an
/// invitation more than that of somebody who is signed in.
pub(crate) fn presented(headers: &HeaderMap) -> Presented {
    let invited = || invited(headers).map(Presented::Invited);
    match bearer(headers) {
        Some(key) => Presented::Key(key),
        None => invited().unwrap_or_else(|| Presented::of(headers)),
    }
}

/// The key in the cookie that a browser got for an invitation.
fn invited(headers: &HeaderMap) -> Option<String> {
    let wanted = cookie_name(headers);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find(|(name, value)| *name == wanted && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}

/// Exchanges an invitation for a cookie.
pub(super) async fn enter(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Json(Invited { invitation }): Json<Invited>,
) -> Response {
    if !is_own_origin(&headers) {
        return FOREIGN_PAGE.into_response();
    }
    let Ok(_place) = desk.under_way.try_acquire() else { return BUSY.into_response() };
    let shared = desk.shared.clone();
    let exchanged = tokio::task::spawn_blocking(move || exchange(&shared, &invitation)).await;
    match exchanged {
        Ok(Ok(key)) => (given(&headers, &key, LASTS), StatusCode::NO_CONTENT).into_response(),
        Ok(Err(refusal)) => refusal.into_response(),
        Err(_panicked) => NOT_READY.into_response(),
    }
}

/// What the name of the feed of each invited browser begins with.
const PAGE_FEED: &str = "supplier:";
/// What the feed of a person's own reports is called before the name.
pub(crate) const PERSONS_FEED: &str = "person:";

/// Whether a feed is a page that somebody opens when there is something to say: that it is silent
/// says nothing about the values of a plant.
pub(crate) fn is_page(feed: &FeedId) -> bool {
    [PAGE_FEED, PERSONS_FEED].iter().any(|begins| feed.as_str().starts_with(begins))
}

fn exchange(shared: &crate::shared::Shared, invitation: &str) -> Result<String, Refusal> {
    if invitation.len() > LONGEST_SECRET {
        return Err(UNKNOWN);
    }
    let key = gate::new_key().map_err(|_no_random| NOT_READY)?;
    let (sha256, now) = (gate::hash(&key), wall_now());
    let feed = format!("{PAGE_FEED}{}", &sha256[..12]);
    let feed = FeedId::new(&feed).map_err(|_long| NOT_READY)?;
    let about = format!("invitation {}", &gate::hash(invitation)[..12]);
    let invited = InvitedKey { sha256, feed, life: KeyLife::new(now, now + LASTS) };
    let redeemed = shared
        .identity
        .with_keys(|keys| keys.redeem_invitation(&gate::hash(invitation), &invited, now));
    let (who, what) = ("a supplier's page", "invitation used");
    let refused = |outcome, no| {
        shared.identity.note_refusal(Note { who, what, about: &about, outcome, address: None });
        Err(no)
    };
    match redeemed {
        Ok(Redeemed::In { plant, supplier }) => {
            let about = format!("{about}: feed:{} of {supplier} at {plant}", invited.feed);
            let note = Note { who, what, about: &about, outcome: "done", address: None };
            shared.identity.note(note);
            Ok(key)
        }
        Ok(Redeemed::Used) => refused("used before", USED),
        Ok(Redeemed::Expired) => refused("expired", EXPIRED),
        Ok(Redeemed::Unknown) => refused("unknown", UNKNOWN),
        Err(error) => {
            tracing::error!("{}", crate::store::in_words(&error));
            Err(NOT_READY)
        }
    }
}

/// Ends the browser's key for good, not only its cookie.
pub(super) async fn leave(State(desk): State<Desk>, headers: HeaderMap) -> Response {
    if !is_own_origin(&headers) {
        return FOREIGN_PAGE.into_response();
    }
    if let Presented::Invited(key) = presented(&headers) {
        let shared = desk.shared.clone();
        let ended = tokio::task::spawn_blocking(move || {
            let sha256 = gate::hash(&key);
            shared.identity.with_keys(|keys| keys.end_key(&sha256, wall_now()))
        });
        if !matches!(ended.await, Ok(Ok(_))) {
            return NOT_READY.into_response();
        }
    }
    (given(&headers, "", Span::ZERO), StatusCode::NO_CONTENT).into_response()
}

/// The header that gives a browser its cookie, or takes it away.
fn given(headers: &HeaderMap, key: &str, lasts: Span) -> HeaderMap {
    let name = cookie_name(headers);
    let secure = if name == HOST_COOKIE { "; Secure" } else { "" };
    let seconds = lasts.micros() / 1_000_000;
    let cookie =
        format!("{name}={key}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    let mut answer = HeaderMap::new();
    // A key is made of letters, digits and an underscore, so this is always a header's value.
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        answer.insert(header::SET_COOKIE, value);
    }
    answer
}

fn cookie_name(headers: &HeaderMap) -> &'static str {
    if is_this_machine(headers) { PLAIN_COOKIE } else { HOST_COOKIE }
}
