//! The past and what is put right in it, over real sockets.

use serde_json::{Value, json};
use twin::{PlantTime, Span};

use super::{
    fixture::{Feed, Place, ack, frame, refusal},
    http::{get, get_until, http},
    viewing::viewer_key,
};
use crate::{clock::wall_now, serve::Hub};

async fn ask(hub: &Hub, path: &str, key: Option<&str>) -> (u16, Value) {
    match key {
        Some(key) => get(hub, path, key).await,
        None => http(hub, ("GET", path), &[], "").await,
    }
}

fn time(at: PlantTime) -> String {
    record::format_time(at).unwrap()
}

fn counted(at: PlantTime, quantity: f64) -> Value {
    json!({ "kind": "stock", "at": time(at), "storage": "stock", "material": "plate",
        "quantity": quantity })
}

fn stated(at: PlantTime, state: &str) -> Value {
    json!({ "kind": "unit_state", "at": time(at), "unit": "bay-01", "state": state })
}

fn correction(seq: u64, report: &Value) -> Value {
    json!({ "kind": "correction", "at": time(wall_now()), "feed": "a", "epoch": 1, "seq": seq,
        "index": 0, "report": report })
}

/// The level of plates in a stock's value.
fn plates(storage: &Value) -> Option<f64> {
    storage["stock"].as_array()?.first()?["quantity"].as_f64()
}

#[tokio::test]
async fn a_correction_reaches_whoever_looks() {
    let place = Place::new();
    let (feed_key, key) = (place.key("a", None), viewer_key(&place, "skarvik"));
    let hub = place.start().await;
    let (mut feed, _) = Feed::welcomed(&hub, &feed_key, "a", 1).await;
    let at = wall_now() - Span::MINUTE;
    feed.say(&frame(1, &[counted(at, 40.0)])).await;
    assert_eq!(feed.hear().await, ack(1));
    feed.say(&frame(2, &[correction(9, &counted(at, 30.0))])).await;
    assert_eq!(refusal(&feed.hear().await).0, "unknown_report");
    assert_eq!(feed.hear().await, ack(2));
    feed.say(&frame(3, &[correction(1, &counted(at, 30.0))])).await;
    assert_eq!(feed.hear().await, ack(3));
    get_until(&hub, "/api/v1/plants/shop/storages", &key, |answer| {
        plates(&answer["items"]["stock"]) == Some(30.0)
    })
    .await;
    feed.say(&frame(4, &[counted(wall_now(), 7.0)])).await;
    assert_eq!(feed.hear().await, ack(4), "the connection and the sequence go on");
    hub.stop().await;

    let opened = journal::Journal::open(&place.dir.path().join("data")).unwrap();
    let alarms = opened.journal.alarms(10).unwrap();
    let about: Vec<_> = alarms.iter().map(|a| (a.code.as_str(), a.about.as_str())).collect();
    assert_eq!(about, [("corrected", "shop")]);
    assert!(alarms[0].text.contains("1 corrections"), "{}", alarms[0].text);
    drop(opened);
    let hub = place.start().await;
    let path = format!("/api/v1/plants/shop/state?at={}", time(at + Span::SECOND));
    let (_, answer) = ask(&hub, &path, Some(&key)).await;
    assert_eq!(plates(&answer["items"]["storage/stock"]), Some(30.0), "{answer}");
    hub.stop().await;
}

#[tokio::test]
async fn a_plant_is_shown_as_it_was() {
    let place = Place::new();
    let (feed_key, key) = (place.key("a", None), viewer_key(&place, "skarvik"));
    let hub = place.start().await;
    let (mut feed, _) = Feed::welcomed(&hub, &feed_key, "a", 1).await;
    let now = wall_now();
    let at = |minutes: i64| now - Span::from_secs(60 * minutes);
    let told = [stated(at(30), "working"), counted(at(29), 8.0), stated(at(10), "down")];
    feed.say(&frame(1, &told)).await;
    assert_eq!(feed.hear().await, ack(1));
    let state = |moment: PlantTime| format!("/api/v1/plants/shop/state?at={}", time(moment));

    let (status, then) = ask(&hub, &state(at(20)), Some(&key)).await;
    assert_eq!(status, 200, "{then}");
    assert_eq!((&then["at"], &then["origin"]), (&json!(time(at(20))), &json!("live")));
    assert_eq!(then["withheld"], json!({ "any": false }));
    let items = &then["items"];
    assert_eq!(items["unit/bay-01"]["state"], "working");
    assert_eq!(items["unit/bay-01"]["since"], json!(time(at(30))));
    assert_eq!(items["unit/bay-02"]["state"], "unknown");
    assert_eq!(items["clock"]["now"], json!(time(at(20))));
    assert_eq!(plates(&items["storage/stock"]), Some(8.0));
    assert!(items.get("feed/a").is_none(), "connections are of now");
    let (_, later) = ask(&hub, &state(at(5)), Some(&key)).await;
    assert_eq!(later["items"]["unit/bay-01"]["state"], "down");

    let bad = [
        ("/api/v1/plants/shop/state".to_owned(), "at_missing"),
        ("/api/v1/plants/shop/state?at=yesterday".to_owned(), "not_a_time"),
        (state(now + Span::HOUR), "in_the_future"),
        (state(at(60)), "before_the_record"),
    ];
    for (path, code) in bad {
        let (status, answer) = ask(&hub, &path, Some(&key)).await;
        assert_eq!((status, answer["code"].as_str()), (400, Some(code)), "{path}: {answer}");
    }
    hub.stop().await;
}

#[tokio::test]
async fn the_past_of_what_may_not_be_seen_does_not_exist() {
    let place = Place::new();
    let (feed_key, key) = (place.key("a", None), viewer_key(&place, "skarvik"));
    let hub = place.start().await;
    let (mut feed, _) = Feed::welcomed(&hub, &feed_key, "a", 1).await;
    feed.say(&frame(1, &[stated(wall_now(), "working")])).await;
    assert_eq!(feed.hear().await, ack(1));
    let hidden = ask(&hub, "/api/v1/plants/shop/units", None).await;
    assert_eq!(hidden.0, 404);
    for when in ["", "?at=yesterday", "?at=2031-05-05T06:00:00Z", "?at=1999-05-05T06:00:00Z"] {
        let path = format!("/api/v1/plants/shop/state{when}");
        assert_eq!(ask(&hub, &path, None).await, hidden, "{when}");
        let none = ask(&hub, &path.replace("shop", "none"), Some(&key)).await;
        assert_eq!(none.0, 404, "{when}");
        assert_eq!(none.1["code"], hidden.1["code"]);
    }
    hub.stop().await;
}

#[tokio::test]
async fn a_changed_file_does_not_change_the_past() {
    let place = Place::new();
    let (feed_key, key) = (place.key("a", None), viewer_key(&place, "skarvik"));
    let hub = place.start().await;
    let (mut feed, _) = Feed::welcomed(&hub, &feed_key, "a", 1).await;
    let told = wall_now();
    feed.say(&frame(1, &[stated(told, "working")])).await;
    assert_eq!(feed.hear().await, ack(1));
    hub.stop().await;
    let file = place.dir.path().join("plants/shop/equipment.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("count = 2", "count = 3")).unwrap();
    let hub = place.start().await;
    let (mut feed, _) = Feed::welcomed(&hub, &feed_key, "a", 1).await;
    let changed = wall_now();
    feed.say(&frame(2, &[stated(changed, "down")])).await;
    assert_eq!(feed.hear().await, ack(2));
    let state = |at| format!("/api/v1/plants/shop/state?at={}", time(at));
    let (_, then) = ask(&hub, &state(told), Some(&key)).await;
    let (_, now) = ask(&hub, &state(changed), Some(&key)).await;
    assert_eq!((&then["revision"], &now["revision"]), (&json!(1), &json!(2)), "{then}");
    assert!(then["items"].get("unit/bay-03").is_none(), "there were two bays");
    assert!(now["items"].get("unit/bay-03").is_some(), "there are three");
    hub.stop().await;
}
