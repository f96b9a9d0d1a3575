//! A browser's session: what its cookie is called, how long it lasts, and how a page shows that a
//! request is its own.
//!
//! A session ends after [`LONGEST_IDLE`] without a request, and after [`LONGEST`] in any case. An
//! open page alone is no request: it asks for something when its reader touches it, and says of
//! what it asks by itself that it does ([`BY_ITSELF_HEADER`]). Only a session by a viewer's key, as
//! on a screen on a wall, is kept by its open page.

use axum::http::{HeaderMap, header};
use twin::{PlantTime, Span};

use crate::{
    gate,
    refusal::{FOREIGN_PAGE, Refusal},
};

/// A session without a request for so long is over.
const LONGEST_IDLE: Span = Span::from_secs(15 * 60);
/// A session of this age is over.
const LONGEST: Span = Span::from_secs(12 * 3_600);
/// The cookie on this machine itself, where there is no TLS.
const PLAIN_COOKIE: &str = "slipway";
/// The cookie everywhere else. With this prefix no neighbouring site can plant one.
const HOST_COOKIE: &str = "__Host-slipway";
/// The header by which a page shows that a change is its own wish.
pub(crate) const TOKEN_HEADER: &str = "x-slipway-token";

/// The header by which a page says that nobody touched it: such a request keeps no session.
const BY_ITSELF_HEADER: &str = "x-slipway-by-itself";

/// Whether a page asks by itself.
pub(crate) fn is_by_itself(headers: &HeaderMap) -> bool {
    headers.contains_key(BY_ITSELF_HEADER)
}

/// When a session ends, unless it is used.
pub(super) fn until(created: PlantTime, seen: PlantTime) -> PlantTime {
    (created + LONGEST).min(seen + LONGEST_IDLE)
}

/// What the session's cookie holds, if the request has one.
pub(crate) fn token(headers: &HeaderMap) -> Option<String> {
    let wanted = cookie_name(headers);
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find_map(|(name, value)| (name == wanted && !value.is_empty()).then(|| value.to_owned()))
}

/// The header that gives a browser its cookie.
pub(crate) fn cookie(headers: &HeaderMap, token: &str) -> String {
    let secure = if cookie_name(headers) == HOST_COOKIE { "; Secure" } else { "" };
    format!("{}={token}; Path=/; HttpOnly; SameSite=Strict{secure}", cookie_name(headers))
}

/// The header that takes it away.
pub(crate) fn cleared(headers: &HeaderMap) -> String {
    format!("{}; Max-Age=0", cookie(headers, ""))
}

/// What a page sends with a change. Whoever has the cookie's content could make it, and no other
/// site's page has that or can read it.
pub(crate) fn page_token(headers: &HeaderMap) -> Option<String> {
    token(headers).map(|token| gate::hash(&format!("page of {token}")))
}

/// By the name that the browser knows the hub under: nobody else can choose that for it.
fn cookie_name(headers: &HeaderMap) -> &'static str {
    if is_this_machine(headers) { PLAIN_COOKIE } else { HOST_COOKIE }
}

/// Whether the browser reaches the hub without leaving its own machine.
pub(crate) fn is_this_machine(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    let name = host.rsplit_once(':').map_or(host, |(name, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host }
    });
    match name.trim_start_matches('[').trim_end_matches(']').parse() {
        Ok(std::net::IpAddr::V4(address)) => address.is_loopback(),
        Ok(std::net::IpAddr::V6(address)) => address.is_loopback(),
        Err(_a_name) => name.eq_ignore_ascii_case("localhost"),
    }
}

/// Whether the request says that it comes from a page of this hub.
pub(crate) fn is_own_origin(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN) && foreign_origin(headers).is_none()
}

/// A page of another site may not act with this browser's rights.
pub(crate) fn foreign_origin(headers: &HeaderMap) -> Option<Refusal> {
    let origin = headers.get(header::ORIGIN)?.to_str().unwrap_or("?");
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("");
    let same = origin.split_once("://").is_some_and(|(_, authority)| authority == host);
    (!same).then_some(FOREIGN_PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: &str, cookies: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        headers.insert(header::COOKIE, cookies.parse().unwrap());
        headers
    }

    #[test]
    fn beyond_this_machine_the_cookie_is_secure_and_the_hosts_own() {
        for host in ["127.0.0.1:80", "localhost", "LOCALHOST:9", "[::1]:90", "127.0.0.9"] {
            let set = cookie(&headers(host, ""), "abc");
            assert_eq!(set, "slipway=abc; Path=/; HttpOnly; SameSite=Strict", "{host}");
        }
        for host in ["hub.example", "hub.example:443", "10.0.0.5:80", "localhost.example", ""] {
            let set = cookie(&headers(host, ""), "abc");
            let wanted = "__Host-slipway=abc; Path=/; HttpOnly; SameSite=Strict; Secure";
            assert_eq!(set, wanted, "{host}");
        }
    }

    #[test]
    fn a_cookie_that_a_neighbour_could_plant_is_not_taken() {
        let both = "slipway=planted; __Host-slipway=own";
        assert_eq!(token(&headers("hub.example", both)).as_deref(), Some("own"));
        assert_eq!(token(&headers("hub.example", "slipway=planted")), None);
        assert_eq!(token(&headers("127.0.0.1:80", both)).as_deref(), Some("planted"));
        assert_eq!(token(&headers("127.0.0.1:80", "slipway=")), None);
    }

    #[test]
    fn a_session_ends_by_age_and_by_idleness() {
        let at = |secs: i64| PlantTime::from_micros(secs * 1_000_000);
        assert_eq!(until(at(0), at(10)), at(10 + 15 * 60));
        assert_eq!(until(at(0), at(12 * 3_600 - 1)), at(12 * 3_600));
    }
}
