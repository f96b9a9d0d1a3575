//! As whom a request is served, and how a browser signs in and out.
//!
//! Who asks is known by [`Identity`] alone; here that becomes an audience of the shelf, by wish
//! where that is offered.

use std::sync::Arc;

use axum::{
    Extension, Json, Router,
    extract::{DefaultBodyLimit, State, rejection::JsonRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use journal::Role;
use serde::{Deserialize, Serialize};

use super::shelf::{Offer, Shelf};
use crate::{
    identity::{
        self, Caller, Denied, Identity, NotIn, Peer, Presented, Reads, SignedIn, TOKEN_HEADER,
        foreign_origin, is_by_itself, is_own_origin, page_token,
    },
    refusal::{KEYS_UNREADABLE, Refusal},
};

/// The largest body of a sign-in, in bytes.
const LARGEST_BODY_BYTES: usize = 4 << 10;

/// The way to what is published.
pub(crate) struct Door {
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) identity: Arc<Identity>,
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
    /// A key that opens nothing, or a session that is over.
    Key,
    /// A wish that is not offered.
    Audience(String),
    /// A change that a page of this hub did not ask for.
    Forged,
    /// A change by nobody.
    Nobody,
    /// A change that takes another role.
    Role(Role),
    /// The keys cannot be read now.
    NotReadable,
}

impl From<NotServed> for Refusal {
    fn from(not_served: NotServed) -> Self {
        match not_served {
            NotServed::Key => Self::fixed(
                StatusCode::UNAUTHORIZED,
                "unknown_key",
                "this key opens nothing; ask who gave it to you, or look without one",
            ),
            NotServed::Audience(code) => {
                let reason = format!("there is no audience {code:?}; leave out \"as\"");
                Self::new(StatusCode::NOT_FOUND, "no_such_audience", reason)
            }
            NotServed::Forged => {
                let reason = format!(
                    "a change by a browser comes from a page of this hub, with its {TOKEN_HEADER}; \
                     GET /v1/session says which"
                );
                Self::new(StatusCode::FORBIDDEN, "foreign_page", reason)
            }
            NotServed::Nobody => Self::fixed(
                StatusCode::UNAUTHORIZED,
                "missing_key",
                "sign in, or send a key as `Authorization: Bearer KEY`",
            ),
            NotServed::Role(role) => {
                let reason = format!("this takes the role {}; ask who runs this hub", role.name());
                Self::new(StatusCode::FORBIDDEN, "not_your_role", reason)
            }
            NotServed::NotReadable => KEYS_UNREADABLE,
        }
    }
}

impl IntoResponse for NotServed {
    fn into_response(self) -> Response {
        Refusal::from(self).into_response()
    }
}

impl From<Denied> for NotServed {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotReadable => Self::NotReadable,
            Denied::Unknown | Denied::NotAPlanner | Denied::TooMany => Self::Key,
        }
    }
}

impl Door {
    pub(crate) fn new(shelf: Arc<Shelf>, identity: Arc<Identity>) -> Self {
        Self { shelf, identity }
    }

    /// Who asks.
    ///
    /// # Errors
    /// [`NotServed`]: what they carry opens nothing.
    pub(crate) fn caller(&self, headers: &HeaderMap) -> Result<Caller, NotServed> {
        Ok(self.identity.caller(&Presented::of(headers))?)
    }

    /// Who asks for something that takes a role and changes nothing.
    ///
    /// # Errors
    /// [`NotServed`]: nobody, or somebody without the role.
    pub(crate) fn caller_in_role(
        &self,
        headers: &HeaderMap,
        role: Role,
    ) -> Result<Caller, NotServed> {
        if let Presented::Nothing = Presented::of(headers) {
            return Err(NotServed::Nobody);
        }
        let caller = self.caller(headers)?;
        if caller.may(role) { Ok(caller) } else { Err(NotServed::Role(role)) }
    }

    /// Who asks for a change, and one that takes a role if one is named. A browser adds its cookie to every request, even
    /// to one that another site's page makes: the page's own word is wanted, too.
    ///
    /// # Errors
    /// [`NotServed`]: nobody, a forged request, or somebody without the role.
    pub(crate) fn acting(
        &self,
        headers: &HeaderMap,
        role: Option<Role>,
    ) -> Result<Caller, NotServed> {
        let caller = match role {
            Some(role) => self.caller_in_role(headers, role)?,
            None => self.caller(headers)?,
        };
        if caller.is_in_a_browser() && !is_pages_own(headers) {
            return Err(NotServed::Forged);
        }
        Ok(caller)
    }

    /// The audience that a request is served as.
    ///
    /// # Errors
    /// [`NotServed`]: an unknown key, or a wish that is not offered.
    pub(crate) fn audience(&self, wish: &As, headers: &HeaderMap) -> Result<Offer, NotServed> {
        self.known_audience(wish, headers).map(|(offer, _caller)| offer)
    }

    /// The same with who asks; whoever wishes to look as somebody does not say who they are.
    ///
    /// # Errors
    /// As [`Self::audience`].
    pub(crate) fn known_audience(
        &self,
        wish: &As,
        headers: &HeaderMap,
    ) -> Result<(Offer, Caller), NotServed> {
        if let Some(code) = &wish.code {
            let offer = self.shelf.listed(code).cloned();
            let not_offered = || NotServed::Audience(code.chars().take(40).collect());
            return Ok((offer.ok_or_else(not_offered)?, Caller::stranger()));
        }
        let caller = if is_by_itself(headers) {
            self.identity.known(&Presented::of(headers))?
        } else {
            self.caller(headers)?
        };
        Ok((self.offer_of(&caller).ok_or(NotServed::Key)?, caller))
    }

    /// The audience of whoever asks; none for a key that is for something else than looking, or
    /// of an organisation that the programme does not know. People are the public at least.
    fn offer_of(&self, caller: &Caller) -> Option<Offer> {
        let public = || self.shelf.listed("public");
        let offer = match &caller.reads {
            Reads::Nothing => None,
            Reads::Public => public(),
            Reads::Member(code) => self.shelf.member(code),
            Reads::OwnerOf(plant) => self.shelf.owner(plant),
        };
        let is_person = caller.is_in_a_browser() && !caller.is_kept_by_an_open_page();
        offer.or_else(|| is_person.then(public).flatten()).cloned()
    }
}

/// Whether the page itself asked for a change, and not another site's page with this cookie.
fn is_pages_own(headers: &HeaderMap) -> bool {
    let given = headers.get(TOKEN_HEADER).and_then(|token| token.to_str().ok());
    let wanted = page_token(headers);
    // Both are hashes: comparing them tells nobody by the time it takes what a cookie holds.
    is_own_origin(headers) && given.is_some() && given == wanted.as_deref()
}

/// The routes by which a browser signs in and out.
pub(super) fn router() -> Router<Arc<Door>> {
    Router::new()
        .route("/v1/session", get(tell).post(enter).delete(leave))
        .layer(DefaultBodyLimit::max(LARGEST_BODY_BYTES))
}

/// What somebody types to sign in: a name and a password, or a key.
#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Typed {
    Person { name: String, password: String },
    Key { key: String },
}

/// Who is signed in, for the page that asks.
#[derive(Serialize)]
struct Told {
    signed_in: bool,
    /// The account's or the key's name.
    who: String,
    /// As whom they look.
    audience: String,
    name: String,
    roles: Vec<&'static str>,
    /// Whether they report for a supplier, on that one's page.
    supplies: bool,
    /// To be sent with every change, as [`TOKEN_HEADER`].
    token: Option<String>,
    /// When the session ends without another request.
    until: Option<String>,
}

impl Door {
    fn told(&self, caller: &Caller, token: Option<String>) -> Told {
        let offer = self.offer_of(caller);
        let (audience, name) = offer.map(|offer| (offer.code, offer.name)).unwrap_or_default();
        Told {
            signed_in: caller.is_in_a_browser(),
            who: caller.name.clone(),
            audience,
            name,
            roles: caller.roles.iter().map(|role| role.name()).collect(),
            supplies: caller.grant.as_ref().is_some_and(|grant| grant.supplier.is_some()),
            token,
            until: record::format_time(caller.until).filter(|_| caller.is_in_a_browser()),
        }
    }
}

async fn tell(State(door): State<Arc<Door>>, headers: HeaderMap) -> Response {
    match door.caller(&headers) {
        Ok(caller) => {
            let token = page_token(&headers).filter(|_| caller.is_in_a_browser());
            unkept(Json(door.told(&caller, token)))
        }
        Err(refusal) => refusal.into_response(),
    }
}

async fn enter(
    State(door): State<Arc<Door>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
    typed: Result<Json<Typed>, JsonRejection>,
) -> Response {
    if let Some(refusal) = foreign_origin(&headers) {
        return refusal.into_response();
    }
    let Ok(Json(typed)) = typed else {
        let reason = "send JSON: {\"name\": …, \"password\": …} or {\"key\": …}";
        return Refusal::fixed(StatusCode::BAD_REQUEST, "malformed", reason).into_response();
    };
    let had = match Presented::of(&headers) {
        Presented::Key(_) => Presented::Nothing,
        had => had,
    };
    let entered = match typed {
        Typed::Person { name, password } => {
            door.identity.sign_in((name, password), peer, had).await
        }
        Typed::Key { key } => door.identity.sign_in_with_key(key, peer, had).await,
    };
    match entered {
        Ok(SignedIn { token, caller }) => {
            let cookie = identity::cookie(&headers, &token);
            let told = door.told(&caller, None);
            (cookie_header(&cookie), unkept(Json(told))).into_response()
        }
        Err(not_in) => not_in.into_response(),
    }
}

async fn leave(
    State(door): State<Arc<Door>>,
    Extension(peer): Extension<Peer>,
    headers: HeaderMap,
) -> Response {
    if let Some(refusal) = foreign_origin(&headers) {
        return refusal.into_response();
    }
    let presented = Presented::of(&headers);
    // A session that is over has nothing left to end: the browser may forget it.
    if let Presented::Cookie(cookie) = &presented
        && door.identity.caller(&presented).is_ok()
    {
        let caller = match door.acting(&headers, None) {
            Ok(caller) => caller,
            Err(refusal) => return refusal.into_response(),
        };
        if let Err(not_out) = door.identity.sign_out(cookie.clone(), caller, peer).await {
            return not_out.into_response();
        }
    }
    (cookie_header(&identity::cleared_cookie(&headers)), StatusCode::NO_CONTENT).into_response()
}

impl IntoResponse for NotIn {
    fn into_response(self) -> Response {
        let refusal = match self {
            Self::Wrong => Refusal::fixed(
                StatusCode::UNAUTHORIZED,
                "unknown",
                "nobody is known by this; check the name and the password, or the key",
            ),
            Self::Wait(wait) => {
                let secs = wait.as_secs() + 1;
                let reason = format!("too many tries; wait {secs} s and try again");
                Refusal::new(StatusCode::TOO_MANY_REQUESTS, "wait", reason).after(secs)
            }
            Self::Busy => {
                let reason = "too many people sign in at this moment; try again in a few seconds";
                Refusal::busy(reason).after(5)
            }
            Self::NotReadable => KEYS_UNREADABLE,
        };
        refusal.into_response()
    }
}

/// An answer about one browser is nobody else's.
fn unkept(answer: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], answer).into_response()
}

fn cookie_header(cookie: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    // A token is made of letters, digits and an underscore, so this is always a header's value.
    if let Ok(value) = HeaderValue::from_str(cookie) {
        headers.insert(header::SET_COOKIE, value);
    }
    headers
}
