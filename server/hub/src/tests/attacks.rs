//! What strangers try: every route without a key, wrong keys at every door, floods, forged
//! addresses. `tests/attacks/README.md` lists the groups and which test tries them.

mod bodies;
mod display;
mod hidden;
mod transport;

use std::{collections::BTreeSet, path::Path};

use journal::{KeyLife, KeyRow, Role, ViewerKeyRow};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::http::StatusCode;
use twin::{FeedId, NationId, OrganisationId, PlantId, Span};
use wire::ingest::SUBPROTOCOL;

use super::{
    fixture::{PATIENCE, Place, status},
    http::{get, http, http_with_head},
    identity::{account, enter, keys_of, look, named, signed_in},
    plan::planner_key,
    viewing::viewer_key,
};
use crate::{clock::wall_now, gate, serve::Hub};

/// Routes that answer anybody, and tell nothing of any plant.
const PUBLIC: [&str; 3] = ["/api/v1/openapi.json", "/api/v1/asyncapi.json", "/api/v1/audiences"];

/// Words of the fixture's plant that no stranger may hear.
const KEPT: [&str; 6] = ["Welding", "Skarvik", "skarvik", "Make a panel", "Hall", "bay-02"];

/// Where routes outside the API are written down, and what a stranger who asks for them gets.
const OTHERS: [(&str, &str, u16); 19] = [
    ("/v1/ingest", "/v1/ingest", 401),
    ("/v1/view", "/v1/view", 400),
    ("/v1/session", "/v1/session", 200),
    ("/v1/supplier/session", "/v1/supplier/session", 405),
    ("/v1/supplier/lines", "/v1/supplier/lines", 401),
    ("/v1/supplier/readers", "/v1/supplier/readers", 401),
    ("/supplier/worker.js", "/supplier/worker.js", 200),
    ("/healthz", "/healthz", 200),
    ("/readyz", "/readyz", 200),
    ("/metrics", "/metrics", 200),
    ("/", "/", 200),
    ("/plant/{id}", "/plant/shop", 200),
    ("/plant/{id}/what-if", "/plant/shop/what-if", 200),
    ("/viewer/", "/viewer/", 200),
    ("/words/{file}", "/words/en.json", 200),
    ("/meshes/{file}", "/meshes/none.glb", 404),
    ("/engine/{file}", "/engine/none.js", 404),
    ("/viewer/pkg/{file}", "/viewer/pkg/none.js", 404),
    ("/{*path}", "/help/", 200),
];

/// Every route that is written down in the files of a folder, and in those of its folders.
fn written(folder: &Path, routes: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.file_stem().is_some_and(|name| name == "tests");
        if path.is_dir() && !is_test {
            written(&path, routes);
        } else if !is_test && path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let found = code.split(".route(\"").skip(1).filter_map(|rest| rest.split('"').next());
            routes.extend(found.map(str::to_owned));
        }
    }
}

#[tokio::test]
async fn every_route_outside_the_api_is_listed_here() {
    let mut found = BTreeSet::new();
    written(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut found);
    let (api, others): (BTreeSet<_>, BTreeSet<_>) =
        found.into_iter().partition(|route| route.starts_with("/api/"));
    assert_eq!(others, OTHERS.iter().map(|(route, ..)| (*route).to_owned()).collect());
    let place = Place::new();
    let hub = place.start().await;
    let described: BTreeSet<String> =
        routes(&hub).await.into_iter().map(|(_, path)| path).collect();
    assert!(api.is_subset(&described), "{api:?}");
    hub.stop().await;
}

/// A path of the API with something that is there in each place.
fn filled(path: &str) -> String {
    path.replace("{plant}", "shop").replace("{id}", "bay-01")
}

/// Every (method, path) of the API.
async fn routes(hub: &Hub) -> Vec<(String, String)> {
    let document = http(hub, ("GET", "/api/v1/openapi.json"), &[], "").await.1;
    let paths = document["paths"].as_object().expect("paths").iter();
    let routes = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().expect("methods").keys();
        methods.map(move |method| (method.to_uppercase(), path.clone()))
    });
    let routes: Vec<_> = routes.collect();
    assert!(routes.len() > 30, "{routes:?}");
    routes
}

#[tokio::test]
async fn without_a_key_every_route_gives_what_is_public_only() {
    let place = Place::new();
    let key = viewer_key(&place, "skarvik");
    let hub = place.start().await;
    for (method, path) in routes(&hub).await {
        let asked = (method.as_str(), &*filled(&path));
        let (status, answer) = http(&hub, asked, &[], "{}").await;
        let wanted: &[u16] = match (method.as_str(), path.as_str()) {
            _ if PUBLIC.contains(&path.as_str()) => &[200],
            // It says what is missing in the question before it looks at anything.
            ("GET", "/api/v1/why") => &[400],
            ("GET", "/api/v1/audit") => &[401],
            ("GET", _) => &[404],
            _ => &[401],
        };
        assert!(wanted.contains(&status), "{method} {path}: {status} {answer}");
        let text = answer.to_string();
        let heard: Vec<_> = KEPT.iter().filter(|word| text.contains(**word)).collect();
        assert!(heard.is_empty(), "{method} {path} tells a stranger {heard:?}");
    }
    for (_, path, wanted) in OTHERS {
        let (status, answer) = http(&hub, ("GET", path), &[], "").await;
        assert_eq!(status, wanted, "{path}: {answer}");
        let text = answer.to_string();
        let heard: Vec<_> = KEPT.iter().filter(|word| text.contains(**word)).collect();
        assert!(heard.is_empty() || path == "/words/en.json", "{path} tells {heard:?}");
    }
    let noted = keys_of(&place).noted(None, 500).unwrap();
    let of_strangers = noted.iter().filter(|row| row.outcome.starts_with("not let in")).count();
    assert!((5..100).contains(&of_strangers), "refusals are noted, and floods counted: {noted:?}");
    // The words above are there to be told: a member hears them.
    let told = get(&hub, "/api/v1/plants/shop", &key).await.1.to_string();
    assert!(KEPT[..2].iter().all(|word| told.contains(word)), "{told}");
    hub.stop().await;
}

/// Texts that are nearly a key.
fn nearly(key: &str) -> Vec<String> {
    let last = key.chars().last().unwrap();
    let other = if last == '0' { '1' } else { '0' };
    let whole = &key[..key.len() - 1];
    vec![
        format!("{whole}{other}"),
        whole.to_owned(),
        format!("{key}0"),
        key.to_uppercase(),
        gate::hash(key),
        "slipway_".to_owned(),
        "x".to_owned(),
        "x".repeat(20_000),
        "' OR 1=1 --".to_owned(),
    ]
}

#[tokio::test]
async fn a_key_that_is_nearly_right_opens_no_door() {
    let place = Place::new();
    let (feed, viewer) = (place.key("a", None), viewer_key(&place, "skarvik"));
    let planner = planner_key(&place, "shop");
    let hub = place.start().await;
    let order =
        json!({ "order": "o", "material": "panel", "quantity": 1, "due": "2031-06-01T00:00:00Z" });
    for key in [&feed, &viewer, &planner] {
        for wrong in nearly(key) {
            assert_eq!(get(&hub, "/api/v1/plants/shop", &wrong).await.0, 401, "{wrong}");
            assert_eq!(get(&hub, "/api/v1/audit", &wrong).await.0, 401, "{wrong}");
            let refused = status(&hub, Some(&wrong), SUBPROTOCOL).await;
            assert_eq!(refused, StatusCode::UNAUTHORIZED, "{wrong}");
            let bearer = format!("Bearer {wrong}");
            let asked = ("POST", "/api/v1/plants/shop/orders");
            let headers = [("Authorization", bearer.as_str())];
            assert_eq!(http(&hub, asked, &headers, &order.to_string()).await.0, 401, "{wrong}");
            if wrong.len() < 1_000 {
                assert_eq!(enter(&hub, &json!({ "key": wrong }), "").await.0, 401, "{wrong}");
            }
        }
    }
    // A good key opens the doors that it is for, and no other.
    assert_eq!(get(&hub, "/api/v1/plants/shop", &feed).await.0, 401);
    assert_eq!(status(&hub, Some(&viewer), SUBPROTOCOL).await, StatusCode::UNAUTHORIZED);
    assert_eq!(enter(&hub, &json!({ "key": feed }), "").await.0, 401);
    assert_eq!(get(&hub, "/api/v1/audit", &planner).await.0, 403);
    hub.stop().await;
}

/// Signed tokens of others: one without an algorithm, and two that name where a key is to be found.
const TOKENS: [&str; 3] = [
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhY2NvdW50OmFubmEiLCJyb2xlcyI6WyJhZG1pbmlzdHJhdG9yIl19.",
    "eyJhbGciOiJIUzI1NiIsImtpZCI6Ii4uLy4uL2V0Yy9wYXNzd2QifQ.eyJzdWIiOiJhY2NvdW50OmFubmEifQ.c2lnbmF0dXJl",
    "eyJhbGciOiJSUzI1NiIsImprdSI6Imh0dHA6Ly8xMjcuMC4wLjEva2V5cyJ9.eyJzdWIiOiJhY2NvdW50OmFubmEiLCJleHAiOjF9.c2lnbmF0dXJl",
];

#[tokio::test]
async fn tokens_of_others_open_no_door() {
    let place = Place::new();
    account(&place, "anna", &[Role::Viewer, Role::Administrator]);
    let hub = place.start().await;
    for token in TOKENS.into_iter().chain(["null", "undefined", "[object Object]"]) {
        assert_eq!(get(&hub, "/api/v1/plants/shop", token).await.0, 401, "{token}");
        assert_eq!(get(&hub, "/api/v1/audit", token).await.0, 401, "{token}");
        let refused = status(&hub, Some(token), SUBPROTOCOL).await;
        assert_eq!(refused, StatusCode::UNAUTHORIZED, "{token}");
        let cookie = format!("slipway={token}");
        assert_eq!(look(&hub, "/api/v1/plants/shop", &cookie).await.0, 401, "{token}");
        assert_eq!(enter(&hub, &json!({ "key": token }), "").await.0, 401, "{token}");
    }
    // What names another scheme, or nothing, is nobody: it sees what is public.
    for value in ["", "Bearer", "Bearer ", "Basic YW5uYTph", "bearer:x", "Digest username=anna"] {
        let headers = [("Authorization", value)];
        let (status, answer) = http(&hub, ("GET", "/api/v1/plants/shop"), &headers, "").await;
        assert_eq!(status, 404, "{value:?}: {answer}");
    }
    hub.stop().await;
}

#[tokio::test]
async fn a_first_start_has_nothing_that_anybody_could_know() {
    let place = Place::new();
    let hub = place.start().await;
    assert_eq!(keys_of(&place).list_all().unwrap(), []);
    for (name, password) in [
        ("admin", "admin"),
        ("administrator", ""),
        ("root", "root"),
        ("slipway", "slipway"),
        ("", ""),
        ("demo", "demo"),
        ("anna", "nine grey gulls at noon"),
    ] {
        let body = json!({ "name": name, "password": password });
        assert_ne!(enter(&hub, &body, "").await.0, 200, "{name}");
    }
    for key in ["", "slipway", "slipway_", "secret", "thisisasecret", &"0".repeat(72)] {
        assert_ne!(enter(&hub, &json!({ "key": key }), "").await.0, 200, "{key}");
        assert_ne!(status(&hub, Some(key), SUBPROTOCOL).await, StatusCode::SWITCHING_PROTOCOLS);
    }
    assert_ne!(gate::new_key().unwrap(), gate::new_key().unwrap());
    hub.stop().await;
}

#[tokio::test]
async fn keys_that_are_over_open_no_door() {
    let place = Place::new();
    let hour = |hours: i64| wall_now() + Span::from_secs(hours * 3_600);
    let revoked = KeyLife { revoked: Some(hour(-1)), ..KeyLife::new(hour(-2), hour(2)) };
    let expired = KeyLife::new(hour(-2), hour(-1));
    let mut keys = Vec::new();
    for (name, life) in [("revoked", revoked), ("expired", expired)] {
        let (feed, viewer) = (gate::new_key().unwrap(), gate::new_key().unwrap());
        let row = KeyRow {
            sha256: gate::hash(&feed),
            feed: FeedId::new(name).unwrap(),
            plant: PlantId::new("shop").unwrap(),
            supplier: None,
            units: None,
            life,
        };
        keys_of(&place).add(&row).unwrap();
        let row = ViewerKeyRow {
            sha256: gate::hash(&viewer),
            nation: NationId::new("XAA").unwrap(),
            organisation: OrganisationId::new("skarvik").unwrap(),
            life,
        };
        keys_of(&place).add_viewer(&row).unwrap();
        keys.push((feed, viewer));
    }
    let hub = place.start().await;
    for (feed, viewer) in keys {
        assert_eq!(status(&hub, Some(&feed), SUBPROTOCOL).await, StatusCode::UNAUTHORIZED);
        assert_eq!(get(&hub, "/api/v1/plants/shop", &viewer).await.0, 401);
        assert_eq!(enter(&hub, &json!({ "key": viewer }), "").await.0, 401);
    }
    hub.stop().await;
}

#[tokio::test]
async fn a_key_in_an_address_is_refused_and_not_written_down() {
    let place = Place::new();
    account(&place, "otto", &[Role::Auditor]);
    let key = viewer_key(&place, "skarvik");
    let hub = place.start().await;
    for address in [
        format!("/api/v1/plants/shop?key={key}"),
        format!("/api/v1/plants/shop?as=public&token={key}"),
        format!("/api/v1/plants/{key}"),
        format!("/v1/view?access_token={key}"),
        format!("/{key}"),
    ] {
        let (status, answer) = http(&hub, ("GET", &address), &[], "").await;
        assert_eq!(status, 400, "{answer}");
        assert!(!answer.to_string().contains(&key), "{answer}");
    }
    let otto = signed_in(&hub, &named("otto")).await;
    let noted = look(&hub, "/api/v1/audit", &otto).await.1.to_string();
    assert!(!noted.contains(&key), "{noted}");
    hub.stop().await;
}

/// Sends so many sign-ins on one connection; returns how many were answered with each status.
async fn flood(hub: &Hub, count: usize, request: impl Fn(usize) -> String) -> Vec<(u16, usize)> {
    let stream = TcpStream::connect(hub.address).await.expect("the hub listens");
    let (mut read, mut write) = stream.into_split();
    let requests: Vec<String> = (0..count).map(request).collect();
    let sending = tokio::spawn(async move {
        for request in requests {
            write.write_all(request.as_bytes()).await.expect("it takes them all");
        }
        write
    });
    let heard = async {
        let mut text = String::new();
        let mut bytes = vec![0; 64 << 10];
        while text.matches("HTTP/1.1 ").count() < count {
            let read = read.read(&mut bytes).await.expect("answers");
            assert!(read > 0, "the hub ended the connection");
            text.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
        text
    };
    let text = tokio::time::timeout(PATIENCE, heard).await.expect("answers in time");
    drop(sending.await);
    let mut statuses = std::collections::BTreeMap::new();
    for answer in text.split("HTTP/1.1 ").skip(1) {
        let status: u16 = answer[..3].parse().expect("a status");
        *statuses.entry(status).or_insert(0) += 1;
    }
    statuses.into_iter().collect()
}

fn sign_in_request(hub: &Hub, body: &Value, forwarded: usize) -> String {
    let body = body.to_string();
    format!(
        "POST /v1/session HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
         X-Forwarded-For: 10.{}.{}.{}\r\nForwarded: for=10.0.0.1\r\nX-Real-IP: 10.0.0.2\r\n\
         Content-Length: {}\r\n\r\n{body}",
        hub.address,
        forwarded / 65_536,
        forwarded / 256 % 256,
        forwarded % 256,
        body.len(),
    )
}

#[tokio::test]
async fn ten_thousand_wrong_passwords_are_told_to_wait() {
    let place = Place::new();
    account(&place, "anna", &[Role::Viewer]);
    account(&place, "otto", &[Role::Auditor]);
    let hub = place.start().await;
    let wrong = json!({ "name": "anna", "password": "nine grey gulls at dusk" });
    // Whatever address each claims to come from.
    let request = |number| sign_in_request(&hub, &wrong, number);
    let answered = flood(&hub, 10_000, request).await;
    let count =
        |wanted| answered.iter().find(|(status, _)| *status == wanted).map_or(0, |(_, n)| *n);
    assert_eq!(count(401) + count(429), 10_000, "{answered:?}");
    // Five are free; more are hashed only as the waits of 1 s, 2 s, 4 s … run out.
    assert!((6..=16).contains(&count(401)), "{answered:?}");
    assert_eq!(enter(&hub, &named("anna"), "").await.0, 429, "the right one waits as well");
    let (counted, used) = hub.shared.identity.remembered();
    assert!(counted <= 2, "{counted} names and addresses are remembered");
    assert_eq!(used, 0);
    let otto = signed_in(&hub, &named("otto")).await;
    let noted = look(&hub, "/api/v1/audit", &otto).await.1;
    let rows = noted["rows"].as_array().unwrap();
    assert!(rows.len() < 100, "{} rows for one flood", rows.len());
    assert!(rows.iter().all(|row| row["address"] == "127.0.0.1"), "{rows:?}");
    hub.stop().await;
}

#[tokio::test]
async fn ten_thousand_wrong_keys_leave_nothing_behind() {
    let place = Place::new();
    account(&place, "otto", &[Role::Auditor]);
    let hub = place.start().await;
    let host = hub.address;
    let request = |number: usize| {
        let key = gate::hash(&number.to_string());
        format!(
            "GET /api/v1/plants/shop HTTP/1.1\r\nHost: {host}\r\n\
             Authorization: Bearer slipway_{key}\r\n\r\n"
        )
    };
    assert_eq!(flood(&hub, 10_000, request).await, [(401, 10_000)]);
    assert_eq!(hub.shared.identity.remembered(), (0, 0));
    let otto = signed_in(&hub, &named("otto")).await;
    let noted = look(&hub, "/api/v1/audit", &otto).await.1;
    let rows = noted["rows"].as_array().unwrap();
    assert!((1..100).contains(&rows.len()), "{} rows for one flood", rows.len());
    let request = |number: usize| {
        sign_in_request(&hub, &json!({ "key": format!("slipway_{number}") }), number)
    };
    let answered = flood(&hub, 2_000, request).await;
    let tried = answered.iter().find(|(status, _)| *status == 401).map_or(0, |(_, n)| *n);
    assert!((100..=110).contains(&tried), "{answered:?}");
    assert_eq!(hub.shared.identity.remembered().0, 1, "this machine's address");
    hub.stop().await;
}

#[tokio::test]
async fn a_body_says_nothing_about_who_asks() {
    let place = Place::new();
    account(&place, "anna", &[Role::Viewer]);
    let hub = place.start().await;
    for more in ["role", "roles", "nation", "organisation", "administrator"] {
        let mut body = named("anna");
        body[more] = json!("administrator");
        assert_eq!(enter(&hub, &body, "").await.0, 400, "{more}");
    }
    let forged = [("X-Slipway-User", "anna"), ("X-Remote-User", "anna"), ("Forwarded", "for=::1")];
    assert_eq!(http(&hub, ("GET", "/api/v1/plants/shop"), &forged, "").await.0, 404);
    hub.stop().await;
}

#[tokio::test]
async fn what_a_browser_is_told_about_framing_and_methods() {
    let place = Place::new();
    let hub = place.start().await;
    for path in ["/", "/signin/", "/api/v1/audiences", "/healthz", "/nothing/here"] {
        let asked = [("Origin", "http://elsewhere.example")];
        let (_, head, _) = http_with_head(&hub, ("GET", path), &asked, "").await;
        let head = head.to_lowercase();
        assert!(head.contains("x-content-type-options: nosniff"), "{path}: {head}");
        assert!(head.contains("frame-ancestors 'none'"), "{path}: {head}");
        assert!(head.contains("cache-control: no-"), "{path}: {head}");
        assert!(!head.contains("access-control-allow"), "{path}: {head}");
        for method in ["TRACE", "PUT"] {
            let (status, answer) = http(&hub, (method, path), &[("X-Secret", "abc")], "").await;
            assert_eq!(status, 405, "{method} {path}");
            assert!(!answer.to_string().contains("abc"), "{method} {path}: {answer}");
        }
    }
    let (_, head, _) = http_with_head(&hub, ("GET", "/signin/"), &[], "").await;
    assert!(head.contains("frame-ancestors 'none'"), "{head}");
    for path in ["/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/Cargo.toml", "/words/..%2fen.json"] {
        assert_eq!(http(&hub, ("GET", path), &[], "").await.0, 404, "{path}");
    }
    hub.stop().await;
}
