//! Coming in: keys, subprotocol, hello, clocks.

use journal::Keys;
use serde_json::json;
use tokio_tungstenite::tungstenite::http::StatusCode;
use wire::ingest::SUBPROTOCOL;

use super::fixture::{Feed, Place, ack, frame, hello, refusal, status, unit_state};
use crate::clock::wall_now;

#[tokio::test]
async fn nobody_comes_in_without_a_good_key_and_the_subprotocol() {
    let place = Place::new();
    let (good, revoked) = (place.key("a", None), place.key("b", None));
    Keys::open(&place.dir.path().join("data")).unwrap().revoke("b", wall_now()).unwrap();
    let hub = place.start().await;
    assert_eq!(status(&hub, None, SUBPROTOCOL).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&hub, Some("guess"), SUBPROTOCOL).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&hub, Some(&revoked), SUBPROTOCOL).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&hub, Some(&good), "mqtt").await, StatusCode::BAD_REQUEST);
    assert_eq!(status(&hub, Some(&good), SUBPROTOCOL).await, StatusCode::SWITCHING_PROTOCOLS);
    hub.stop().await;
}

#[tokio::test]
async fn a_key_made_while_the_hub_runs_opens_it() {
    let place = Place::new();
    let hub = place.start().await;
    let key = place.key("late", None);
    let (_feed, welcome) = Feed::welcomed(&hub, &key, "late", 1).await;
    assert_eq!((&welcome["resume_from"], &welcome["rate"]), (&json!(1), &json!(1.0)));
    hub.stop().await;
}

#[tokio::test]
async fn one_key_has_a_few_connections_at_most() {
    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start().await;
    let mut open = Vec::new();
    for _ in 0..4 {
        open.push(Feed::connect(&hub, &key).await);
    }
    assert_eq!(status(&hub, Some(&key), SUBPROTOCOL).await, StatusCode::TOO_MANY_REQUESTS);
    hub.stop().await;
}

#[tokio::test]
async fn a_report_before_hello_is_refused_and_the_connection_stays() {
    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start().await;
    let mut feed = Feed::connect(&hub, &key).await;
    feed.say(&frame(1, &[unit_state("bay-01", "working")])).await;
    assert_eq!(refusal(&feed.hear().await), ("hello_first".to_owned(), Some(1), None));
    feed.say(&hello("a", 1)).await;
    assert_eq!(feed.hear().await["resume_from"], 1);
    feed.say(&frame(1, &[unit_state("bay-01", "working")])).await;
    assert_eq!(feed.hear().await, ack(1));
    hub.stop().await;
}

#[tokio::test]
async fn a_key_speaks_for_its_own_feed_only() {
    let place = Place::new();
    let (a, b) = (place.key("a", None), place.key("b", None));
    let hub = place.start().await;
    let (_b, _) = Feed::welcomed(&hub, &b, "b", 1).await;
    let mut feed = Feed::connect(&hub, &a).await;
    for (name, code) in
        [("nobody", "unknown_feed"), ("b", "not_your_feed"), ("a b", "unknown_feed")]
    {
        feed.say(&hello(name, 1)).await;
        assert_eq!(refusal(&feed.hear().await).0, code);
    }
    feed.say(&hello("a", 1)).await;
    assert_eq!(feed.hear().await["type"], "welcome");
    hub.stop().await;
}

#[tokio::test]
async fn another_clock_than_the_plants_is_refused() {
    let place = Place::new();
    let (a, b) = (place.key("a", None), place.key("b", None));
    let hub = place.start().await;
    let mut feed = Feed::connect(&hub, &b).await;
    let with = |clock| json!({ "type": "hello", "feed": "b", "epoch": 1, "clock": clock });
    feed.say(&with(json!({ "kind": "simulated", "rate": 0.0 }))).await;
    assert_eq!(refusal(&feed.hear().await).0, "not_a_clock");
    let (_a, _) = Feed::welcomed(&hub, &a, "a", 1).await;
    for clock in
        [json!({ "kind": "simulated", "rate": 720.0 }), json!({ "kind": "recorded", "rate": 1.0 })]
    {
        feed.say(&with(clock)).await;
        assert_eq!(refusal(&feed.hear().await).0, "clock_mismatch");
    }
    feed.say(&with(json!({ "kind": "live" }))).await;
    assert_eq!(feed.hear().await["type"], "welcome");
    hub.stop().await;
}

#[tokio::test]
async fn a_simulated_clock_runs_at_its_rate_and_a_record_stands_where_it_is() {
    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start().await;
    let mut feed = Feed::connect(&hub, &key).await;
    let clock = json!({ "kind": "simulated", "start": "2031-05-05T04:00:00Z", "rate": 720.0 });
    feed.say(&json!({ "type": "hello", "feed": "a", "epoch": 1, "clock": clock })).await;
    let welcome = feed.hear().await;
    assert_eq!(welcome["rate"], 720.0);
    assert!(welcome["now"].as_str().unwrap().starts_with("2031-05-05T04:"), "{welcome}");
    hub.stop().await;

    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start().await;
    let mut feed = Feed::connect(&hub, &key).await;
    let clock = json!({ "kind": "recorded", "rate": 1.0 });
    let hello = json!({ "type": "hello", "feed": "a", "epoch": 1, "clock": clock });
    feed.say(&hello).await;
    feed.hear().await;
    let at = "2012-01-29T23:24:00Z";
    let report = json!({ "kind": "unit_state", "at": at, "unit": "bay-01", "state": "working" });
    feed.say(&frame(1, &[report])).await;
    assert_eq!(feed.hear().await, ack(1), "a record may be old");
    feed.say(&hello).await;
    assert_eq!(feed.hear().await["now"], at);
    hub.stop().await;
}
