//! Numeric signals: kept, released and read over HTTP; and when an answer is given at once.

use futures_util::FutureExt;
use serde_json::{Value, json};
use twin::Span;

use super::{
    fixture::{Feed, Place, ack, frame, hello, now, refusal, unit_state},
    http::{get, get_until, http},
    viewing::viewer_key,
};
use crate::{clock::wall_now, serve::Hub};

const SHOP: &str = "/api/v1/plants/shop";

/// A feed that declares what it will send.
async fn declaring(hub: &Hub, key: &str, epoch: u64, declares: Value) -> (Feed, Value) {
    let mut feed = Feed::connect(hub, key).await;
    let mut words = hello("a", epoch);
    words["declares"] = declares;
    feed.say(&words).await;
    let answer = feed.hear().await;
    (feed, answer)
}

/// What the test below has told the hub, as the hub must tell it.
async fn check_heat(hub: &Hub, viewer: &str, [first, second]: [&str; 2]) {
    let points = get(hub, &format!("{SHOP}/points/bay-01:heat"), viewer).await;
    assert_eq!(points.0, 200, "{}", points.1);
    let expected = json!({ "unit": "Cel", "at": [first, second, second],
        "sequence": [1, 1, 2], "value": [20.5, 21.0, 22.0],
        "quality": ["good", "uncertain", "good"] });
    assert_eq!(points.1, expected);
    let path = format!("{SHOP}/points");
    let is_there = |list: &Value| list["items"]["bay-01:heat"]["value"] == json!(22.0);
    let list = get_until(hub, &path, viewer, is_there).await;
    let newest = &list["items"]["bay-01:heat"];
    assert_eq!((&newest["unit"], &newest["kept"]), (&json!("Cel"), &json!(3)), "{newest}");
    assert_eq!(list["items"]["hum"].get("unit"), None, "{list}");
    for path in ["points", "points/bay-01:heat", "points/none"] {
        let hidden = http(hub, ("GET", &format!("{SHOP}/{path}")), &[], "").await;
        assert_eq!((hidden.0, &hidden.1["code"]), (404, &json!("not_found")), "{path}");
    }
    assert_eq!(get(hub, &format!("{SHOP}/points/none"), viewer).await.0, 404);
}

#[tokio::test]
async fn the_newest_values_are_read_by_whoever_may_see_them() {
    let place = Place::new();
    let (key, viewer) = (place.key("a", None), viewer_key(&place, "skarvik"));
    let hub = place.start().await;
    let declares = json!([{ "series": "bay-01:heat", "unit": "Cel" }]);
    let (mut feed, answer) = declaring(&hub, &key, 1, declares).await;
    assert_eq!(answer["type"], "welcome", "{answer}");
    let first = record::format_time(wall_now() - Span::SECOND).unwrap();
    let second = now();
    let points = json!({ "type": "report", "seq": 1, "points": {
        "series": ["bay-01:heat", "bay-01:heat", "hum"],
        "at": [first, second, second], "value": [20.5, 21.0, 50.0],
        "quality": ["good", "uncertain", "good"],
    } });
    feed.say(&points).await;
    assert_eq!(feed.hear().await, ack(1));
    // The same instant again, by another record.
    let again = json!({ "type": "report", "seq": 2, "points": {
        "series": ["bay-01:heat"], "at": [second], "value": [22.0] } });
    feed.say(&again).await;
    assert_eq!(feed.hear().await, ack(2));
    check_heat(&hub, &viewer, [&first, &second]).await;
    hub.stop().await;
    let hub = place.start().await;
    check_heat(&hub, &viewer, [&first, &second]).await;
    hub.stop().await;
}

#[tokio::test]
async fn a_declaration_that_cannot_be_is_refused() {
    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start().await;
    let many: Vec<Value> =
        (0..1_001).map(|n| json!({ "series": format!("s{n}"), "unit": "mm" })).collect();
    let cases = [
        json!([{ "series": "two words", "unit": "mm" }]),
        json!([{ "series": "s", "unit": "m".repeat(41) }]),
        Value::Array(many),
    ];
    for declares in cases {
        let (_feed, answer) = declaring(&hub, &key, 1, declares).await;
        assert_eq!(refusal(&answer).0, "bad_declaration");
    }
    hub.stop().await;
}

#[tokio::test]
async fn an_answer_waits_only_for_what_was_heard() {
    let place = Place::new();
    let (key, viewer) = (place.key("a", None), viewer_key(&place, "skarvik"));
    let hub = place.start().await;
    let (mut feed, _) = Feed::welcomed(&hub, &key, "a", 1).await;
    let shelf = &hub.shared.door.shelf;
    let audience = shelf.member("XAA/skarvik").expect("an audience").id;
    shelf.fresh(audience).await;
    assert!(shelf.fresh(audience).now_or_never().is_some(), "nothing came since");
    // What was acknowledged is in the very next answer, every time.
    for (seq, state) in (1..=8).zip(["down", "working"].into_iter().cycle()) {
        feed.say(&frame(seq, &[unit_state("bay-01", state)])).await;
        assert_eq!(feed.hear().await, ack(seq));
        let unit = get(&hub, &format!("{SHOP}/units/bay-01"), &viewer).await.1;
        assert_eq!(unit["state"], state, "{unit}");
    }
    hub.stop().await;
}
