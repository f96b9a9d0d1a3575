//! Who asks: by a viewer's key in the request or in a cookie, or by wish where that is offered.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use journal::{Keys, PlannerKeyRow, ViewerKeyRow};
use serde::Deserialize;

use super::shelf::{Offer, Shelf};
use crate::{gate, ingest::bearer};

/// The cookie that a browser keeps a viewer's key in; scripts cannot read it.
const COOKIE: &str = "slipway_viewer";
/// Keys longer than this are none of ours.
const LONGEST_KEY: usize = 200;

/// The way to what is published.
pub(crate) struct Door {
    pub(crate) shelf: Arc<Shelf>,
    keys: Mutex<Keys>,
}

/// As whom a request wants to be served.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct As {
    /// A code of the offers; the public without one.
    #[serde(rename = "as")]
    pub(crate) code: Option<String>,
}

/// Why a request is not served. It reads the same whether the thing exists or not.
#[derive(Debug)]
pub(crate) enum NotServed {
    /// A key that opens nothing.
    Key,
    /// A wish that is not offered.
    Audience(String),
}

impl IntoResponse for NotServed {
    fn into_response(self) -> Response {
        match self {
            Self::Key => {
                let text = "this key opens nothing; ask who gave it to you, or look without one";
                (StatusCode::UNAUTHORIZED, text).into_response()
            }
            Self::Audience(code) => {
                let text = format!("there is no audience {code:?}; leave out \"as\"");
                (StatusCode::NOT_FOUND, text).into_response()
            }
        }
    }
}

impl Door {
    pub(crate) fn new(shelf: Arc<Shelf>, keys: Keys) -> Self {
        Self { shelf, keys: Mutex::new(keys) }
    }

    /// The audience that a request is served as.
    ///
    /// # Errors
    /// [`NotServed`]: an unknown key, or a wish that is not offered.
    pub(crate) fn audience(&self, wish: &As, headers: &HeaderMap) -> Result<Offer, NotServed> {
        let listed = |code: &str| {
            let offer = self.shelf.listed(code).cloned();
            offer.ok_or_else(|| NotServed::Audience(code.chars().take(40).collect()))
        };
        match (&wish.code, presented(headers)) {
            (Some(code), _) => listed(code),
            (None, None) => listed("public"),
            (None, Some(key)) => self.member(&key).ok_or(NotServed::Key),
        }
    }

    fn member(&self, key: &str) -> Option<Offer> {
        if key.len() > LONGEST_KEY {
            return None;
        }
        let sha256 = gate::hash(key);
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let found = keys.find_viewer(&sha256).and_then(|viewer| match viewer {
            Some(_) => Ok((viewer, None)),
            None => Ok((None, keys.find_planner(&sha256)?)),
        });
        match found {
            Ok((Some(ViewerKeyRow { revoked: None, nation, organisation, .. }), _)) => {
                self.shelf.member(&format!("{nation}/{organisation}")).cloned()
            }
            // Whoever changes a plant's plan is one of those who run it.
            Ok((None, Some(PlannerKeyRow { revoked: None, plant, .. }))) => {
                self.shelf.owner(&plant).cloned()
            }
            Ok(_) => None,
            Err(error) => {
                tracing::error!("{}", crate::store::in_words(&error));
                None
            }
        }
    }
}

/// The routes by which a browser keeps a key and forgets it.
pub(super) fn router() -> Router<Arc<Door>> {
    Router::new().route("/v1/session", post(keep).delete(forget))
}

#[derive(Deserialize)]
struct Kept {
    key: String,
}

async fn keep(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    Json(kept): Json<Kept>,
) -> Response {
    if let Some(refusal) = foreign_origin(&headers) {
        return refusal;
    }
    match door.member(&kept.key) {
        Some(offer) => {
            let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict", kept.key);
            let body = Json(serde_json::json!({ "audience": offer.code, "name": offer.name }));
            (cookie_header(&cookie), body).into_response()
        }
        None => (StatusCode::UNAUTHORIZED, "this key opens nothing").into_response(),
    }
}

async fn forget(headers: HeaderMap) -> Response {
    foreign_origin(&headers).unwrap_or_else(|| {
        let cookie = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
        (cookie_header(&cookie), StatusCode::NO_CONTENT).into_response()
    })
}

fn cookie_header(cookie: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    // A key is made of letters, digits and an underscore, so this is always a header's value.
    if let Ok(value) = HeaderValue::from_str(cookie) {
        headers.insert(header::SET_COOKIE, value);
    }
    headers
}

/// The key in a request: in its header, or in the browser's cookie.
fn presented(headers: &HeaderMap) -> Option<String> {
    bearer(headers).or_else(|| {
        let cookies =
            headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies
            .flat_map(|cookies| cookies.split(';'))
            .filter_map(|cookie| cookie.trim().split_once('='))
            .find_map(|(name, value)| (name == COOKIE).then(|| value.to_owned()))
    })
}

/// A page of another site may not act with this browser's rights.
pub(super) fn foreign_origin(headers: &HeaderMap) -> Option<Response> {
    let origin = headers.get(header::ORIGIN)?.to_str().unwrap_or("?");
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    let same = origin.split_once("://").is_some_and(|(_, authority)| authority == host);
    (!same).then(|| {
        (StatusCode::FORBIDDEN, "this hub answers pages of its own site only").into_response()
    })
}
