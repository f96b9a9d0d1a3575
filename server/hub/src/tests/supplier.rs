//! The way in of a small supplier: an invitation, a cookie, its own lines, and nothing of others.

use futures_util::{SinkExt, StreamExt};
use journal::{InvitationRow, Keys};
use serde_json::{Value, json};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};
use twin::{PlantId, Span, SupplierId};
use wire::ingest::SUBPROTOCOL;

use super::{
    fixture::{Feed, Place, ack, frame, now, refusal},
    http::{get_until, http, http_with_head},
    plan::planner_key,
};
use crate::{clock::wall_now, gate, serve::Hub};

const SESSION: &str = "/v1/supplier/session";
const LINES: &str = "/v1/supplier/lines";
const READERS: &str = "/v1/supplier/readers";

/// Another supplier of the plant, whose name is an attempt.
const FORGE: &str = r#"
[[supplier]]
id = "forge"
name = "<img src=x onerror=alert(1)>"
tier = 1
nation = "XAA"
organisation = "skarvik"
"#;

fn with_forge() -> Place {
    let place = Place::new();
    let supply = place.dir.path().join("plants/shop/supply.toml");
    let text = std::fs::read_to_string(&supply).unwrap();
    std::fs::write(&supply, format!("{text}{FORGE}")).unwrap();
    place
}

/// A link's secret.
fn invite(place: &Place, supplier: &str, lasts: Span) -> String {
    let secret = gate::new_key().unwrap();
    let now = wall_now();
    let row = InvitationRow {
        sha256: gate::hash(&secret),
        plant: PlantId::new("shop").unwrap(),
        supplier: SupplierId::new(supplier).unwrap(),
        created: now,
        expires: now + lasts,
        used: None,
    };
    Keys::open(&place.dir.path().join("data")).unwrap().add_invitation(&row).unwrap();
    secret
}

fn origin(hub: &Hub) -> String {
    format!("http://{}", hub.address)
}

async fn enter(hub: &Hub, origin: Option<&str>, secret: &str) -> (u16, String, Value) {
    let mut headers = vec![("Content-Type", "application/json")];
    headers.extend(origin.map(|origin| ("Origin", origin)));
    let body = json!({ "invitation": secret }).to_string();
    http_with_head(hub, ("POST", SESSION), &headers, &body).await
}

/// Lets a browser in; the cookie that it sends from then on.
async fn cookie(hub: &Hub, secret: &str) -> String {
    let (status, head, body) = enter(hub, Some(&origin(hub)), secret).await;
    assert_eq!(status, 204, "{body}");
    let set = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect(&head);
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

async fn read(hub: &Hub, path: &str, cookie: &str) -> (u16, Value) {
    http(hub, ("GET", path), &[("Cookie", cookie)], "").await
}

async fn connect(hub: &Hub, cookie: &str, origin: Option<&str>) -> Result<Feed, Error> {
    let mut request = format!("ws://{}/v1/ingest", hub.address).into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("Sec-WebSocket-Protocol", SUBPROTOCOL.parse().unwrap());
    headers.insert("Cookie", cookie.parse().unwrap());
    if let Some(origin) = origin {
        headers.insert("Origin", origin.parse().unwrap());
    }
    connect_async(request).await.map(|(socket, _response)| Feed { socket })
}

fn code(answer: &Value) -> &str {
    answer["code"].as_str().unwrap_or_default()
}

#[track_caller]
fn refused_with(result: Result<Feed, Error>, status: u16) {
    match result {
        Err(Error::Http(response)) => assert_eq!(response.status().as_u16(), status),
        Ok(_) => panic!("let in"),
        Err(other) => panic!("{other}"),
    }
}

async fn welcomed(hub: &Hub, cookie: &str) -> (Feed, String) {
    let (status, lines) = read(hub, LINES, cookie).await;
    assert_eq!(status, 200, "{lines}");
    let feed = lines["feed"].as_str().unwrap().to_owned();
    let mut socket = connect(hub, cookie, Some(&origin(hub))).await.expect("connects");
    let hello = json!({ "type": "hello", "feed": feed, "epoch": 1, "clock": lines["clock"] });
    socket.say(&hello).await;
    let welcome = socket.hear().await;
    assert_eq!(welcome["type"], "welcome", "{welcome}");
    (socket, feed)
}

async fn said(feed: &mut Feed, seq: u64, report: Value) -> String {
    feed.say(&frame(seq, &[report])).await;
    let answer = feed.hear().await;
    if answer == ack(seq) {
        return "ok".to_owned();
    }
    assert_eq!(feed.hear().await, ack(seq), "a refused report counts as handled");
    refusal(&answer).0
}

fn delivery(kind: &str, id: &str, supplier: &str) -> Value {
    json!({
        "kind": format!("delivery_{kind}"), "at": now(), "delivery": id, "supplier": supplier,
        "material": "plate", "quantity": 8.0, "date": "2031-06-01T06:00:00Z",
    })
}

fn work(kind: &str, storage: &str, lot: Option<&str>, quantity: f64) -> Value {
    let mut report = json!({
        "kind": kind, "at": now(), "storage": storage, "material": "plate", "quantity": quantity,
    });
    if let Some(lot) = lot {
        report["lot"] = lot.into();
    }
    report
}

#[tokio::test]
async fn an_invitation_lets_one_browser_in_once() {
    let place = with_forge();
    let secret = invite(&place, "mill", Span::DAY);
    let late = invite(&place, "mill", Span::ZERO);
    let hub = place.start().await;
    let own = origin(&hub);
    let guessed = gate::new_key().unwrap();
    let long = "x".repeat(3_000);
    for (origin, secret, status, expected) in [
        (None, &secret, 403, "foreign_page"),
        (Some("http://evil.example"), &secret, 403, "foreign_page"),
        (Some(own.as_str()), &guessed, 401, "unknown_invitation"),
        (Some(own.as_str()), &long, 401, "unknown_invitation"),
        (Some(own.as_str()), &late, 401, "expired_invitation"),
    ] {
        let (got, head, answer) = enter(&hub, origin, secret).await;
        assert_eq!((got, code(&answer)), (status, expected), "{answer}");
        assert!(!head.contains("set-cookie"), "{head}");
        assert!(!answer.to_string().contains(secret.as_str()), "a secret is not repeated");
    }
    let cookie = cookie(&hub, &secret).await;
    assert!(!cookie.contains(&secret), "the link's secret is not the browser's");
    let (status, _, answer) = enter(&hub, Some(&own), &secret).await;
    assert_eq!((status, code(&answer)), (401, "used_invitation"));
    let data = std::fs::read(place.dir.path().join("data/keys.sqlite")).unwrap();
    for text in [secret.as_str(), cookie.split_once('=').unwrap().1] {
        let found = data.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(!found, "only hashes are kept");
    }
    hub.stop().await;
}

#[tokio::test]
async fn the_cookie_opens_the_suppliers_own_feed_from_the_hubs_own_pages() {
    let place = with_forge();
    let secret = invite(&place, "mill", Span::DAY);
    let (shop, planner) = (place.key("shop", None), planner_key(&place, "shop"));
    let hub = place.start().await;
    let (gateway, _) = Feed::welcomed(&hub, &shop, "shop", 1).await;
    let cookie = cookie(&hub, &secret).await;
    refused_with(connect(&hub, &cookie, Some("http://evil.example")).await, 403);
    refused_with(connect(&hub, &cookie, None).await, 403);
    let forged = format!("slipway_supplier={}", gate::new_key().unwrap());
    refused_with(connect(&hub, &forged, Some(&origin(&hub))).await, 401);
    for cookie in ["", "slipway_supplier=", forged.as_str()] {
        for path in [LINES, READERS] {
            let (status, answer) = read(&hub, path, cookie).await;
            assert_eq!((status, code(&answer)), (401, "not_in"));
        }
    }
    let (mut feed, name) = welcomed(&hub, &cookie).await;
    assert!(name.starts_with("supplier:"), "{name}");
    assert_eq!(said(&mut feed, 1, delivery("promised", "D-1", "mill")).await, "ok");
    // The browser leaves: its key is over, not only forgotten.
    let own = origin(&hub);
    let headers = [("Cookie", cookie.as_str()), ("Origin", own.as_str())];
    let (status, answer) = http(&hub, ("DELETE", SESSION), &headers, "").await;
    assert_eq!(status, 204, "{answer}");
    assert_eq!(feed.closed().await, 1008);
    assert_eq!(read(&hub, LINES, &cookie).await.0, 401);
    refused_with(connect(&hub, &cookie, Some(&own)).await, 401);
    // A page that is left is no feed that is silent; a gateway that is gone is.
    drop(gateway);
    let alarms = "/api/v1/plants/shop/alarms";
    let gone = |told: &Value| told["items"].get("feed_silent:shop").is_some();
    let told = get_until(&hub, alarms, &planner, gone).await;
    assert_eq!(told["items"].as_object().unwrap().len(), 1, "{told}");
    hub.stop().await;
}

#[tokio::test]
async fn a_supplier_sees_and_changes_its_own_lines_only() {
    let place = with_forge();
    let (plant, secret) = (place.key("shop", None), invite(&place, "mill", Span::DAY));
    let hub = place.start().await;
    let (mut plant, _) = Feed::welcomed(&hub, &plant, "shop", 1).await;
    assert_eq!(said(&mut plant, 1, delivery("promised", "D-mill", "mill")).await, "ok");
    assert_eq!(said(&mut plant, 2, delivery("promised", "D-forge", "forge")).await, "ok");
    let cookie = cookie(&hub, &secret).await;
    let (mut feed, _) = welcomed(&hub, &cookie).await;
    let reports = [
        (delivery("shipped", "D-forge", "forge"), "not_your_delivery"),
        (delivery("shipped", "D-forge", "mill"), "not_your_delivery"),
        (work("lot_produced", "mill", Some("D-forge"), 1.0), "not_your_delivery"),
        (work("lot_produced", "mill", Some("D-none"), 1.0), "not_your_delivery"),
        (work("lot_produced", "stock", Some("D-mill"), 1.0), "not_for_suppliers"),
        (work("lot_produced", "forge", None, 1.0), "not_for_suppliers"),
        (work("stock", "stock", None, 1.0), "not_for_suppliers"),
        (work("lot_produced", "mill", Some("D-mill"), 5.0), "ok"),
        (work("lot_produced", "mill", Some("D-mill"), 2.0), "ok"),
        (work("lot_consumed", "mill", Some("D-mill"), 1.0), "ok"),
        (work("lot_produced", "mill", Some("D-mill"), -1.0), "quantity_negative"),
    ];
    for (seq, (report, expected)) in (1..).zip(reports) {
        let text = report.to_string();
        assert_eq!(said(&mut feed, seq, report).await, expected, "{text}");
    }
    let (status, lines) = read(&hub, LINES, &cookie).await;
    assert_eq!(status, 200, "{lines}");
    let all = lines["lines"].as_array().unwrap();
    assert_eq!(all.len(), 1, "another supplier's line is not there: {lines}");
    assert_eq!(all[0]["delivery"], "D-mill");
    assert_eq!((&all[0]["made"], &all[0]["scrapped"]), (&json!(7.0), &json!(1.0)));
    assert_eq!(all[0]["held"], json!(6.0));
    assert_eq!(lines["standing"][0]["material"], "plate");
    assert!(!lines.to_string().contains("forge"), "{lines}");
    // The plant's own stock did not move: nothing has arrived.
    let (_, readers) = read(&hub, READERS, &cookie).await;
    assert!(readers["readers"].is_array(), "{readers}");
    hub.stop().await;
}

#[tokio::test]
async fn what_is_left_of_a_delivery_keeps_what_was_finished_for_it() {
    let place = with_forge();
    let (plant, secret) = (place.key("shop", None), invite(&place, "mill", Span::DAY));
    let hub = place.start().await;
    let (mut plant, _) = Feed::welcomed(&hub, &plant, "shop", 1).await;
    let of = |kind: &str, id: &str, quantity: f64| {
        let mut report = delivery(kind, id, "mill");
        report["quantity"] = quantity.into();
        report
    };
    assert_eq!(said(&mut plant, 1, of("promised", "D-1", 20.0)).await, "ok");
    let cookie = cookie(&hub, &secret).await;
    let (mut feed, _) = welcomed(&hub, &cookie).await;
    // As the page says it: twelve finished, five of them shipped, and the rest promised anew.
    let rest = "D-1.rest-310505060000000-1";
    let page = [
        work("lot_produced", "mill", Some("D-1"), 12.0),
        of("shipped", "D-1", 5.0),
        of("promised", rest, 15.0),
        work("lot_produced", "mill", Some(rest), 2.0),
    ];
    for (seq, report) in (1..).zip(page) {
        assert_eq!(said(&mut feed, seq, report).await, "ok");
    }
    let told = |lines: &Value| {
        let lines = lines["lines"].as_array().unwrap().iter();
        let mut told: Vec<_> = lines.map(|l| (l["delivery"].clone(), l["made"].clone())).collect();
        told.sort_by_key(|(id, _)| id.to_string().len());
        told
    };
    let lines = read(&hub, LINES, &cookie).await.1;
    assert_eq!(told(&lines), [(json!("D-1"), json!(5.0)), (json!(rest), json!(9.0))], "{lines}");
    // The first load is there before the rest has left.
    assert_eq!(said(&mut plant, 2, of("arrived", "D-1", 5.0)).await, "ok");
    let lines = read(&hub, LINES, &cookie).await.1;
    assert_eq!(told(&lines), [(json!(rest), json!(9.0))], "{lines}");
    let last = format!("{rest}.rest-310506060000000-1");
    assert_eq!(said(&mut feed, 5, of("shipped", rest, 6.0)).await, "ok");
    assert_eq!(said(&mut feed, 6, of("promised", &last, 9.0)).await, "ok");
    assert_eq!(said(&mut plant, 3, of("arrived", rest, 6.0)).await, "ok");
    let lines = read(&hub, LINES, &cookie).await.1;
    assert_eq!(told(&lines), [(json!(last), json!(3.0))], "{lines}");
    hub.stop().await;
}

#[tokio::test]
async fn a_correction_takes_an_entry_back() {
    let place = with_forge();
    let secret = invite(&place, "mill", Span::DAY);
    let hub = place.start().await;
    let cookie = cookie(&hub, &secret).await;
    let (mut feed, name) = welcomed(&hub, &cookie).await;
    assert_eq!(said(&mut feed, 1, delivery("promised", "D-1", "mill")).await, "ok");
    assert_eq!(said(&mut feed, 2, work("lot_produced", "mill", Some("D-1"), 5.0)).await, "ok");
    let remark = json!({ "kind": "comment", "at": now(), "about": "mill", "text": "Taken back" });
    let back = json!({
        "kind": "correction", "at": now(), "feed": name, "epoch": 1, "seq": 2, "index": 0,
        "report": remark,
    });
    assert_eq!(said(&mut feed, 3, back).await, "ok");
    let mut ticks = hub.shared.door.shelf.ticks();
    loop {
        let (_, lines) = read(&hub, LINES, &cookie).await;
        if lines["lines"][0]["made"] == json!(0.0) {
            break;
        }
        ticks.changed().await.expect("the hub runs");
    }
    // The socket goes on; a ping shows that nobody closed it.
    feed.socket.send(Message::Ping(Vec::new().into())).await.unwrap();
    assert!(matches!(feed.socket.next().await, Some(Ok(Message::Pong(_)))));
    hub.stop().await;
}
