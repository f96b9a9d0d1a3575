//! Who comes in: people with accounts, browsers with sessions, keys with an end.

use std::collections::BTreeSet;

use futures_util::StreamExt;
use journal::{AccountRow, Holder, KeyLife, KeyRow, Keys, Reports, Role, SessionRow};
use serde_json::{Value, json};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};
use twin::{FeedId, NationId, OrganisationId, PlantId, PlantTime, Span};

use super::{
    fixture::{Feed, PATIENCE, Place, hello, lasting, status},
    http::{get, http, http_with_head},
    viewing::viewer_key,
};
use crate::{
    clock::{Stopwatch, wall_now},
    gate,
    identity::{LOOKED_AT_EVERY, TOKEN_HEADER, password_hash},
    serve::Hub,
};

/// A password that is fit.
pub(super) const PASSWORD: &str = "nine grey gulls at noon";

pub(super) fn keys_of(place: &Place) -> Keys {
    Keys::open(&place.dir.path().join("data")).unwrap()
}

/// An account of the fixture's organisation.
pub(super) fn account(place: &Place, name: &str, roles: &[Role]) {
    account_of(place, ("XAA", "skarvik"), name, roles);
}

/// An account of an organisation.
pub(super) fn account_of(
    place: &Place,
    (nation, organisation): (&str, &str),
    name: &str,
    roles: &[Role],
) {
    let reports = roles.contains(&Role::Contributor).then(|| Reports {
        feed: FeedId::new(&format!("person:{name}")).unwrap(),
        plant: PlantId::new("shop").unwrap(),
        supplier: None,
    });
    let account = AccountRow {
        name: name.to_owned(),
        nation: NationId::new(nation).unwrap(),
        organisation: OrganisationId::new(organisation).unwrap(),
        roles: roles.iter().copied().collect(),
        reports,
        password: password_hash(PASSWORD).unwrap(),
        created: wall_now(),
        disabled: None,
    };
    keys_of(place).add_account(&account).unwrap();
}

/// What a sign-in is answered.
pub(super) async fn enter(hub: &Hub, body: &Value, cookie: &str) -> (u16, String, Value) {
    let headers = [("Content-Type", "application/json"), ("Cookie", cookie)];
    http_with_head(hub, ("POST", "/v1/session"), &headers, &body.to_string()).await
}

/// The `Cookie` header of a head's `Set-Cookie`.
pub(super) fn cookie_of(head: &str) -> String {
    let line = head.lines().find(|line| line.to_lowercase().starts_with("set-cookie:"));
    let set = line.unwrap_or_else(|| panic!("no cookie: {head}")).split_once(": ").unwrap().1;
    set.split(';').next().unwrap().to_owned()
}

pub(super) fn named(name: &str) -> Value {
    json!({ "name": name, "password": PASSWORD })
}

/// Signs in; returns the cookie.
pub(super) async fn signed_in(hub: &Hub, body: &Value) -> String {
    let (status, head, body) = enter(hub, body, "").await;
    assert_eq!(status, 200, "{body}");
    cookie_of(&head)
}

/// Reads with a cookie.
pub(super) async fn look(hub: &Hub, path: &str, cookie: &str) -> (u16, Value) {
    http(hub, ("GET", path), &[("Cookie", cookie)], "").await
}

/// A socket of a page that was opened with a cookie.
async fn page_socket(
    hub: &Hub,
    (path, protocol): (&str, &str),
    cookie: &str,
    origin: Option<&str>,
) -> Result<Feed, u16> {
    let mut request = format!("ws://{}{path}", hub.address).into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("Sec-WebSocket-Protocol", protocol.parse().unwrap());
    headers.insert("Cookie", cookie.parse().unwrap());
    if let Some(origin) = origin {
        headers.insert("Origin", origin.parse().unwrap());
    }
    match connect_async(request).await {
        Ok((socket, _)) => Ok(Feed { socket }),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

const VIEW: (&str, &str) = ("/v1/view", wire::view::SUBPROTOCOL);
const INGEST: (&str, &str) = ("/v1/ingest", wire::ingest::SUBPROTOCOL);
const SHOP: &str = "/api/v1/plants/shop";

#[tokio::test]
async fn a_person_signs_in_looks_and_signs_out() {
    let place = Place::new();
    account(&place, "anna", &[Role::Viewer]);
    let hub = place.start().await;
    assert_eq!(http(&hub, ("GET", SHOP), &[], "").await.0, 404);
    let (status, head, told) = enter(&hub, &named("anna"), "").await;
    assert_eq!((status, &told["who"]), (200, &json!("account:anna")), "{told}");
    assert_eq!(told["roles"], json!(["viewer"]));
    assert!(head.contains("; HttpOnly; SameSite=Strict"), "{head}");
    let cookie = cookie_of(&head);
    assert_eq!(look(&hub, SHOP, &cookie).await.0, 200);
    let own = format!("http://{}", hub.address);
    let mut page = page_socket(&hub, VIEW, &cookie, Some(&own)).await.expect("connects");
    assert_eq!(page.hear().await["audience"], "XAA/skarvik");

    let token = look(&hub, "/v1/session", &cookie).await.1["token"].clone();
    let token = token.as_str().expect("a token for changes");
    let cookie_alone = [("Cookie", cookie.as_str())];
    let foreign = [("Cookie", cookie.as_str()), ("Origin", "http://elsewhere.example")];
    let guessed = [("Cookie", cookie.as_str()), ("Origin", own.as_str()), (TOKEN_HEADER, "0")];
    let no_page = [("Cookie", cookie.as_str()), (TOKEN_HEADER, token)];
    for forged in [&cookie_alone[..], &foreign[..], &guessed[..], &no_page[..]] {
        let (status, answer) = http(&hub, ("DELETE", "/v1/session"), forged, "").await;
        assert_eq!(status, 403, "{forged:?}: {answer}");
    }
    assert_eq!(look(&hub, SHOP, &cookie).await.0, 200, "nothing forged ended it");
    let own = [("Cookie", cookie.as_str()), ("Origin", own.as_str()), (TOKEN_HEADER, token)];
    let (status, head, _) = http_with_head(&hub, ("DELETE", "/v1/session"), &own, "").await;
    assert_eq!(status, 204);
    assert!(head.contains("Max-Age=0"), "{head}");
    assert_eq!(page.closed().await, 1008, "the open page is closed with the session");
    assert_eq!(look(&hub, SHOP, &cookie).await.0, 401, "a session that ended stays ended");
    hub.stop().await;
}

#[tokio::test]
async fn a_session_is_never_one_that_was_there_before() {
    let place = Place::new();
    account(&place, "anna", &[Role::Viewer]);
    let hub = place.start().await;
    let planted = format!("slipway={}", gate::new_key().unwrap());
    let (_, head, _) = enter(&hub, &named("anna"), &planted).await;
    let first = cookie_of(&head);
    assert_ne!(first, planted);
    assert_eq!(look(&hub, SHOP, &planted).await.0, 401);
    let (_, head, _) = enter(&hub, &named("anna"), &first).await;
    assert_ne!(cookie_of(&head), first);
    assert_eq!(look(&hub, SHOP, &first).await.0, 401, "the one before has ended");
    assert_eq!(look(&hub, SHOP, &cookie_of(&head)).await.0, 200);
    hub.stop().await;
}

#[tokio::test]
async fn an_unknown_name_is_answered_as_a_wrong_password() {
    let place = Place::new();
    account(&place, "anna", &[Role::Viewer]);
    account(&place, "gone", &[Role::Viewer]);
    keys_of(&place).disable_account("gone", wall_now()).unwrap();
    let hub = place.start().await;
    let wrong = json!({ "name": "anna", "password": "nine grey gulls at dusk" });
    let mut answers = Vec::new();
    let mut took = Vec::new();
    for body in [wrong, named("nobody"), named("gone")] {
        let watch = Stopwatch::start();
        let (status, head, answer) = enter(&hub, &body, "").await;
        took.push(watch.elapsed());
        let dated = |line: &&str| !line.to_lowercase().starts_with("date:");
        let head: Vec<String> = head.lines().filter(dated).map(str::to_owned).collect();
        answers.push((status, head, answer));
    }
    assert_eq!(answers[0].0, 401);
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    // Hashing takes some hundred milliseconds, everything else a few.
    assert!(took.iter().min() > took.iter().max().map(|most| *most / 8).as_ref(), "{took:?}");
    hub.stop().await;
}

#[tokio::test]
async fn a_right_that_is_taken_away_closes_what_is_open() {
    assert!(LOOKED_AT_EVERY * 3 < std::time::Duration::from_secs(1));
    let place = Place::new();
    account(&place, "anna", &[Role::Viewer, Role::Contributor]);
    let viewer = viewer_key(&place, "skarvik");
    let hub = place.start().await;
    let own = format!("http://{}", hub.address);
    let cookie = signed_in(&hub, &named("anna")).await;
    let by_key = signed_in(&hub, &json!({ "key": viewer })).await;
    let mut looks = page_socket(&hub, VIEW, &cookie, Some(&own)).await.expect("connects");
    let mut reports = page_socket(&hub, INGEST, &cookie, Some(&own)).await.expect("connects");
    reports.say(&hello("person:anna", 1)).await;
    assert_eq!(reports.hear().await["type"], "welcome");
    let mut wall = page_socket(&hub, VIEW, &by_key, Some(&own)).await.expect("connects");
    keys_of(&place).change_roles("anna", &BTreeSet::from([Role::Administrator])).unwrap();
    assert_eq!(looks.closed().await, 1008);
    assert_eq!(reports.closed().await, 1008);
    assert_eq!(look(&hub, SHOP, &cookie).await.0, 401);
    assert_eq!(wall.hear().await["type"], "welcome", "others stay");
    keys_of(&place).revoke_viewer(&gate::hash(&viewer), wall_now()).unwrap();
    assert_eq!(wall.closed().await, 1008);
    let cookie = signed_in(&hub, &named("anna")).await;
    assert_eq!(look(&hub, SHOP, &cookie).await.0, 404, "an administrator reads nothing by role");
    let closed = page_socket(&hub, INGEST, &cookie, Some(&own)).await.err();
    assert_eq!(closed, Some(401), "and reports nothing");
    hub.stop().await;
}

#[tokio::test]
async fn a_page_reports_from_its_own_site_only() {
    let place = Place::new();
    account(&place, "anna", &[Role::Contributor]);
    account(&place, "bo", &[Role::Viewer]);
    let hub = place.start().await;
    let own = format!("http://{}", hub.address);
    let anna = signed_in(&hub, &named("anna")).await;
    for origin in [None, Some("http://elsewhere.example"), Some("null")] {
        for socket in [VIEW, INGEST] {
            let refused = page_socket(&hub, socket, &anna, origin).await.err();
            assert_eq!(refused, Some(403), "{origin:?} {socket:?}");
        }
    }
    assert!(page_socket(&hub, INGEST, &anna, Some(&own)).await.is_ok());
    let bo = signed_in(&hub, &named("bo")).await;
    assert_eq!(page_socket(&hub, INGEST, &bo, Some(&own)).await.err(), Some(401));
    hub.stop().await;
}

#[tokio::test]
async fn idle_and_old_sessions_are_over() {
    let place = Place::new();
    account(&place, "anna", &[Role::Viewer]);
    let hub = place.start().await;
    let now = wall_now();
    let minutes = |minutes: i64| now - Span::from_secs(minutes * 60);
    let ages: [(PlantTime, PlantTime, u16); 4] = [
        (minutes(600), minutes(14), 200),
        (minutes(600), minutes(16), 401),
        (minutes(719), minutes(0), 200),
        (minutes(721), minutes(0), 401),
    ];
    for (created, seen, wanted) in ages {
        let token = gate::new_key().unwrap();
        let holder = Holder::Account("anna".to_owned());
        let row = SessionRow { sha256: gate::hash(&token), holder, created, seen };
        keys_of(&place).add_session(&row, now).unwrap();
        let (status, answer) = look(&hub, SHOP, &format!("slipway={token}")).await;
        assert_eq!(status, wanted, "{answer}");
    }
    // Nobody touches this page: it is closed when its session would have ended.
    let token = gate::new_key().unwrap();
    let seen = now - Span::from_secs(15 * 60 - 3);
    let holder = Holder::Account("anna".to_owned());
    let row = SessionRow { sha256: gate::hash(&token), holder, created: seen, seen };
    let (created, sha256) = (wall_now() - Span::from_secs(12 * 3_600 - 2), row.sha256.clone());
    keys_of(&place).add_session(&SessionRow { created, ..row }, now).unwrap();
    let own = format!("http://{}", hub.address);
    let cookie = format!("slipway={token}");
    let mut page = page_socket(&hub, VIEW, &cookie, Some(&own)).await.expect("connects");
    assert_eq!(page.closed().await, 1008);
    assert!(keys_of(&place).find_session(&sha256).unwrap().is_some(), "it ended by its age");
    hub.stop().await;
}

#[tokio::test]
async fn what_a_page_asks_by_itself_keeps_no_session() {
    let place = Place::new();
    account(&place, "anna", &[Role::Viewer]);
    let hub = place.start().await;
    let seen = wall_now() - Span::from_secs(15 * 60 - 3);
    let [left, used] = [(); 2].map(|()| {
        let token = gate::new_key().unwrap();
        let holder = Holder::Account("anna".to_owned());
        let row = SessionRow { sha256: gate::hash(&token), holder, created: seen, seen };
        keys_of(&place).add_session(&row, seen).unwrap();
        format!("slipway={token}")
    });
    assert_eq!(look(&hub, SHOP, &used).await.0, 200);
    let by_itself = [("Cookie", left.as_str()), ("x-slipway-by-itself", "1")];
    let mut ticks = hub.shared.door.shelf.ticks();
    let mut answers = Vec::new();
    while answers.last() != Some(&401) {
        assert!(wall_now() < seen + Span::from_secs(16 * 60), "kept by what nobody asked for");
        ticks.changed().await.expect("the hub runs");
        answers.push(http(&hub, ("GET", SHOP), &by_itself, "").await.0);
    }
    assert_eq!(answers.first(), Some(&200), "it is answered until the session ends");
    assert_eq!(look(&hub, SHOP, &used).await.0, 200, "the other was used");
    hub.stop().await;
}

#[tokio::test]
async fn a_key_ends_and_says_when_it_served() {
    let place = Place::new();
    let (key, over) = (place.key("a", None), gate::new_key().unwrap());
    let past = wall_now() - Span::from_secs(60);
    let row = KeyRow {
        sha256: gate::hash(&over),
        feed: FeedId::new("old").unwrap(),
        plant: PlantId::new("shop").unwrap(),
        supplier: None,
        units: None,
        life: KeyLife::new(past - Span::from_secs(60), past),
    };
    keys_of(&place).add(&row).unwrap();
    let hub = place.start().await;
    assert_eq!(status(&hub, Some(&over), INGEST.1).await.as_u16(), 401);
    let before = wall_now();
    let (feed, _) = Feed::welcomed(&hub, &key, "a", 1).await;
    drop(feed);
    hub.stop().await;
    let served = async {
        loop {
            let used = keys_of(&place).find(&gate::hash(&key)).unwrap().unwrap().life.used;
            if let Some(used) = used {
                return used;
            }
            tokio::task::yield_now().await;
        }
    };
    let used = tokio::time::timeout(PATIENCE, served).await.expect("written down at the stop");
    assert!(used >= before, "{used:?} {before:?}");
    assert_eq!(keys_of(&place).find(&gate::hash(&over)).unwrap().unwrap().life.used, None);
}

#[tokio::test]
async fn an_open_feed_ends_with_its_key_at_once() {
    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start().await;
    let (mut feed, _) = Feed::welcomed(&hub, &key, "a", 1).await;
    keys_of(&place).revoke("a", wall_now()).unwrap();
    let (code, why) = feed.closed_saying().await;
    assert_eq!((code, why.as_str()), (1008, "the key was revoked or is over"));
    hub.stop().await;
}

#[tokio::test]
async fn a_viewers_key_that_ends_closes_its_socket() {
    let place = Place::new();
    let key = gate::new_key().unwrap();
    let row = journal::ViewerKeyRow {
        sha256: gate::hash(&key),
        nation: NationId::new("XAA").unwrap(),
        organisation: OrganisationId::new("skarvik").unwrap(),
        life: KeyLife::new(wall_now(), wall_now() + Span::from_secs(3)),
    };
    keys_of(&place).add_viewer(&row).unwrap();
    let hub = place.start().await;
    let mut request = format!("ws://{}/v1/view", hub.address).into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("Sec-WebSocket-Protocol", VIEW.1.parse().unwrap());
    headers.insert("Authorization", format!("Bearer {key}").parse().unwrap());
    let (mut socket, _) = connect_async(request).await.expect("it is good for now");
    let closed = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(Some(frame)))) => return u16::from(frame.code),
                Some(Ok(_)) => {}
                other => panic!("ended without a code: {other:?}"),
            }
        }
    };
    assert_eq!(tokio::time::timeout(PATIENCE, closed).await.expect("in time"), 1008);
    assert_eq!(get(&hub, SHOP, &key).await.0, 401);
    hub.stop().await;
}

#[tokio::test]
async fn auditors_read_who_came_in_and_nobody_else_does() {
    let place = Place::new();
    account(&place, "anna", &[Role::Viewer, Role::Releaser, Role::Administrator]);
    account(&place, "otto", &[Role::Auditor]);
    let viewer = viewer_key(&place, "skarvik");
    let hub = place.start().await;
    let audit = "/api/v1/audit";
    let anna = signed_in(&hub, &named("anna")).await;
    let otto = signed_in(&hub, &named("otto")).await;
    enter(&hub, &json!({ "name": "anna\r\nforged", "password": "x" }), "").await;
    enter(&hub, &json!({ "key": format!("{viewer}0") }), "").await;
    assert_eq!(http(&hub, ("GET", audit), &[], "").await.0, 401);
    assert_eq!(get(&hub, audit, &viewer).await.0, 403);
    assert_eq!(look(&hub, audit, &anna).await.0, 403);
    assert_eq!(look(&hub, SHOP, &otto).await.0, 404, "an auditor reads no plant by role");
    let (status, answer) = look(&hub, audit, &otto).await;
    assert_eq!(status, 200, "{answer}");
    let rows = answer["rows"].as_array().unwrap();
    let of = |row: &Value| {
        format!("{} {} {}", row["who"].as_str().unwrap(), row["what"], row["outcome"])
            .replace('"', "")
    };
    let told: Vec<String> = rows.iter().rev().map(of).take(4).collect();
    let wanted = [
        "account:anna sign in done",
        "account:otto sign in done",
        "account:anna\u{fffd}\u{fffd}forged sign in refused",
        "a key sign in refused",
    ];
    assert_eq!(told, wanted);
    assert!(rows.iter().all(|row| row["address"] == "127.0.0.1"), "{rows:?}");
    let text = answer.to_string();
    for secret in [PASSWORD, &viewer, otto.as_str(), otto.split_once('=').unwrap().1] {
        assert!(!text.contains(secret), "{secret} stands in the record");
    }
    let newest = rows[0]["id"].as_u64().unwrap();
    let (_, page) = look(&hub, &format!("{audit}?limit=1&before={newest}"), &otto).await;
    assert_eq!(page["rows"][0]["id"], json!(newest - 1));
    assert_eq!(page["next"], json!(newest - 1));
    hub.stop().await;
}

#[tokio::test]
async fn a_third_key_of_a_feed_is_refused_with_words() {
    let place = Place::new();
    place.key("a", None);
    place.key("a", None);
    let row = KeyRow {
        sha256: "ab".repeat(32),
        feed: FeedId::new("a").unwrap(),
        plant: PlantId::new("shop").unwrap(),
        supplier: None,
        units: None,
        life: lasting(),
    };
    let words = keys_of(&place).add(&row).unwrap_err().to_string();
    assert!(words.contains("slipway key revoke"), "{words}");
}
