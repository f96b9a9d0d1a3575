//! The plan over HTTP: orders and deliveries change as by a feed's reports, once and for good.

use journal::{Entry, Journal, Keys, PlannerKeyRow};
use serde_json::{Value, json};
use twin::PlantId;

use super::{
    fixture::{Feed, Place, lasting, now},
    http::{get, get_until, http},
    viewing::viewer_key,
};
use crate::{clock::wall_now, core::planner_feed, gate, serve::Hub};

/// Where the fixture's plan is.
const SHOP: &str = "/api/v1/plants/shop";

/// A key for the plan of a plant.
pub(crate) fn planner_key(place: &Place, plant: &str) -> String {
    let key = gate::new_key().unwrap();
    let sha256 = gate::hash(&key);
    let row = PlannerKeyRow {
        feed: planner_feed(&sha256).unwrap(),
        sha256,
        plant: PlantId::new(plant).unwrap(),
        life: lasting(),
    };
    Keys::open(&place.dir.path().join("data")).unwrap().add_planner(&row).unwrap();
    key
}

/// A hub whose plant is on the live clock, and a planner's key.
async fn started(place: &Place) -> (Hub, Feed, String) {
    let (feed_key, planner) = (place.key("a", None), planner_key(place, "shop"));
    let hub = place.start().await;
    let (feed, _) = Feed::welcomed(&hub, &feed_key, "a", 1).await;
    (hub, feed, planner)
}

/// Changes something with a planner's key.
async fn change(hub: &Hub, (method, path): (&str, &str), key: &str, body: &Value) -> (u16, Value) {
    let (path, key) = (format!("{SHOP}{path}"), format!("Bearer {key}"));
    http(hub, (method, &path), &[("Authorization", &key)], &body.to_string()).await
}

/// The same, to be known again.
async fn change_once(hub: &Hub, path: &str, key: &str, once: &str, body: &Value) -> (u16, Value) {
    let (path, key) = (format!("{SHOP}{path}"), format!("Bearer {key}"));
    let headers = [("Authorization", key.as_str()), ("Idempotency-Key", once)];
    http(hub, ("POST", &path), &headers, &body.to_string()).await
}

/// The code of a refusal, which must have words.
#[track_caller]
fn refused((status, answer): &(u16, Value)) -> (u16, &str) {
    assert!(answer["reason"].as_str().is_some_and(|reason| reason.len() > 10), "{answer}");
    (*status, answer["code"].as_str().unwrap_or_else(|| panic!("no code: {answer}")))
}

fn order(id: &str, quantity: f64) -> Value {
    json!({ "order": id, "material": "panel", "quantity": quantity, "due": "2031-06-01T00:00:00Z" })
}

/// What the planners made of the journal: the kind of each report, `-` for a refusal.
fn rows(place: &Place) -> Vec<(u64, String)> {
    let journal = Journal::open(&place.dir.path().join("data")).unwrap().journal;
    let mut rows = Vec::new();
    let kind = |row: &Entry| {
        let body: Value = serde_json::from_str(&row.body).unwrap();
        body["reports"][0][1]["kind"].as_str().unwrap_or("-").to_owned()
    };
    journal
        .replay(1, &mut |row| {
            if row.feed.as_str().starts_with("planner:") {
                rows.push((row.seq, kind(&row)));
            }
        })
        .unwrap();
    rows
}

#[tokio::test]
async fn an_order_is_placed_changed_and_closed() {
    let place = Place::new();
    let (hub, _feed, key) = started(&place).await;
    let (status, placed) = change(&hub, ("POST", "/orders"), &key, &order("o-1", 4.0)).await;
    assert_eq!((status, &placed["repeated"]), (201, &json!(false)), "{placed}");
    let open = get(&hub, &format!("{SHOP}/orders/o-1"), &key).await;
    assert_eq!((open.0, &open.1["quantity"], &open.1["state"]), (200, &json!(4.0), &json!("open")));
    let due = json!({ "due": "2031-07-01T00:00:00Z" });
    let (status, changed) = change(&hub, ("PATCH", "/orders/o-1"), &key, &due).await;
    assert_eq!(status, 200, "{changed}");
    assert!(changed["sequence"].as_u64() > placed["sequence"].as_u64(), "{changed} {placed}");
    assert_eq!((&changed["epoch"], &changed["seq"]), (&json!(1), &json!(2)));
    let open = get(&hub, &format!("{SHOP}/orders"), &key).await.1["items"]["o-1"].clone();
    let terms = (&open["quantity"], &open["due"]);
    assert_eq!(terms, (&json!(4.0), &json!("2031-07-01T00:00:00Z")), "{open}");
    let (status, closed) = change(&hub, ("POST", "/orders/o-1/close"), &key, &json!({})).await;
    assert_eq!(status, 200, "{closed}");
    let again = change(&hub, ("PATCH", "/orders/o-1"), &key, &due).await;
    assert_eq!(refused(&again), (409, "order_closed"));
    hub.stop().await;
    let hub = place.start().await;
    let kept = get(&hub, &format!("{SHOP}/orders/o-1"), &key).await.1;
    assert_eq!((&kept["state"], &kept["quantity"]), (&json!("closed"), &json!(4.0)), "{kept}");
    hub.stop().await;
    let kinds = ["order_placed", "order_changed", "order_closed", "-"];
    assert_eq!(rows(&place), (1..).zip(kinds.map(str::to_owned)).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_delivery_is_promised_delayed_shipped_and_brought() {
    let place = Place::new();
    let (hub, _feed, key) = started(&place).await;
    let promise = json!({ "delivery": "d-1", "supplier": "mill", "material": "plate",
        "quantity": 8, "date": "2031-05-01T00:00:00Z" });
    assert_eq!(change(&hub, ("POST", "/deliveries"), &key, &promise).await.0, 201);
    let twice = change(&hub, ("POST", "/deliveries"), &key, &promise).await;
    assert_eq!(refused(&twice), (409, "delivery_exists"));
    let late = json!({ "date": "2031-05-09T00:00:00Z", "reason": "storm" });
    assert_eq!(change(&hub, ("POST", "/deliveries/d-1/delay"), &key, &late).await.0, 200);
    let known = get(&hub, &format!("{SHOP}/deliveries/d-1"), &key).await.1;
    let seen = ["state", "reason", "promised", "expected"].map(|name| known[name].clone());
    let (first, then) = ("2031-05-01T00:00:00Z", "2031-05-09T00:00:00Z");
    assert_eq!(seen, ["delayed", "storm", first, then].map(Value::from));
    assert_eq!(change(&hub, ("POST", "/deliveries/d-1/ship"), &key, &Value::Null).await.0, 400);
    assert_eq!(change(&hub, ("POST", "/deliveries/d-1/ship"), &key, &json!({})).await.0, 200);
    let known = get(&hub, &format!("{SHOP}/deliveries/d-1"), &key).await.1;
    assert_eq!((&known["state"], &known["expected"]), (&json!("shipped"), &json!(then)));
    let came = json!({ "quantity": 6 });
    assert_eq!(change(&hub, ("POST", "/deliveries/d-1/arrive"), &key, &came).await.0, 200);
    let known = get(&hub, &format!("{SHOP}/deliveries/d-1"), &key).await.1;
    assert_eq!((&known["state"], &known["quantity"]), (&json!("arrived"), &json!(6.0)), "{known}");
    let stock = get(&hub, &format!("{SHOP}/storages"), &key).await.1["items"]["stock"].clone();
    assert_eq!(stock["level"], json!(6.0), "what came is in the stock: {stock}");
    let twice = change(&hub, ("POST", "/deliveries/d-1/arrive"), &key, &came).await;
    assert_eq!(refused(&twice), (409, "delivery_arrived"));
    hub.stop().await;
}

#[tokio::test]
async fn a_repeat_changes_nothing_after_a_restart_either() {
    let place = Place::new();
    let (hub, _feed, key) = started(&place).await;
    let first = change_once(&hub, "/orders", &key, "once", &order("o-1", 4.0)).await;
    assert_eq!((first.0, &first.1["repeated"]), (201, &json!(false)));
    let mut again = change_once(&hub, "/orders", &key, "once", &order("o-1", 4.0)).await;
    assert_eq!((again.0, again.1["repeated"].take()), (201, json!(true)));
    let other = change_once(&hub, "/orders", &key, "once", &order("o-1", 5.0)).await;
    assert_eq!(refused(&other), (422, "idempotency_key_reused"));
    let elsewhere = change_once(&hub, "/orders/o-1/close", &key, "once", &json!({})).await;
    assert_eq!(refused(&elsewhere), (422, "idempotency_key_reused"));
    let without = change(&hub, ("POST", "/orders"), &key, &order("o-1", 4.0)).await;
    assert_eq!(refused(&without), (409, "order_exists"));
    hub.stop().await;
    let hub = place.start().await;
    let mut later = change_once(&hub, "/orders", &key, "once", &order("o-1", 4.0)).await;
    assert_eq!((later.0, later.1["repeated"].take()), (201, json!(true)));
    for answer in [&again.1, &later.1] {
        for name in ["sequence", "seq", "at", "feed"] {
            assert_eq!(answer[name], first.1[name], "{name}");
        }
    }
    // The key of another planner is another's.
    let other = planner_key(&place, "shop");
    let answer = change_once(&hub, "/orders", &other, "once", &order("o-2", 1.0)).await;
    assert_eq!((answer.0, &answer.1["seq"]), (201, &json!(1)));
    hub.stop().await;
    let kinds: Vec<String> = rows(&place).into_iter().map(|(_, kind)| kind).collect();
    assert_eq!(kinds, ["order_placed", "-", "order_placed"]);
}

#[tokio::test]
async fn only_the_plants_own_planner_may() {
    let place = Place::new();
    let (hub, _feed, key) = started(&place).await;
    let body = order("o-1", 1.0).to_string();
    let path = format!("{SHOP}/orders");
    let bare = http(&hub, ("POST", &path), &[], &body).await;
    assert_eq!(refused(&bare), (401, "missing_key"));
    let strangers = [
        ("guess".to_owned(), (401, "unknown_key")),
        (place.key("b", None), (403, "not_a_planner")),
        (place.supplier_key("mill", "mill"), (403, "not_a_planner")),
        (viewer_key(&place, "skarvik"), (403, "not_a_planner")),
        (planner_key(&place, "elsewhere"), (403, "not_your_plant")),
    ];
    for (stranger, answer) in strangers {
        let told = change(&hub, ("POST", "/orders"), &stranger, &order("o-1", 1.0)).await;
        assert_eq!(refused(&told), answer);
    }
    let keys = Keys::open(&place.dir.path().join("data")).unwrap();
    assert_eq!(keys.revoke_planner(&gate::hash(&key), wall_now()).unwrap(), 1);
    let told = change(&hub, ("POST", "/orders"), &key, &order("o-1", 1.0)).await;
    assert_eq!(refused(&told), (401, "unknown_key"));
    hub.stop().await;
    assert_eq!(rows(&place), []);
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_words() {
    let place = Place::new();
    let (hub, _feed, key) = started(&place).await;
    change(&hub, ("POST", "/orders"), &key, &order("o-1", 4.0)).await;
    let due = "2031-06-01T00:00:00Z";
    let with = |name: &str, value: Value| {
        let mut order = order("o-2", 1.0);
        order[name] = value;
        order
    };
    let cases = [
        ("POST", "/orders", with("material", json!("gold")), 422, "unknown_material"),
        ("POST", "/orders", with("quantity", json!(-1)), 422, "quantity_negative"),
        ("POST", "/orders", with("quantity", json!(1e30)), 422, "number_out_of_range"),
        ("POST", "/orders", with("quantity", json!("many")), 400, "malformed"),
        ("POST", "/orders", with("due", json!("tomorrow")), 422, "not_a_time"),
        ("POST", "/orders", with("at", json!("soon")), 422, "not_a_time"),
        ("POST", "/orders", with("at", json!("2999-01-01T00:00:00Z")), 422, "too_far_ahead"),
        ("POST", "/orders", with("at", json!("1999-01-01T00:00:00Z")), 422, "too_old"),
        ("POST", "/orders", with("qty", json!(1)), 400, "malformed"),
        ("POST", "/orders", json!({ "order": "o-2", "due": due }), 400, "malformed"),
        ("POST", "/orders", json!([1]), 400, "malformed"),
        ("PATCH", "/orders/o-1", json!({}), 422, "nothing_to_change"),
        ("PATCH", "/orders/o-9", json!({ "quantity": 1 }), 404, "unknown_order"),
        ("POST", "/orders/o-9/close", json!({}), 404, "unknown_order"),
        ("POST", "/deliveries/d-9/ship", json!({}), 404, "unknown_delivery"),
        ("POST", "/deliveries/d-9/delay", json!({ "date": due }), 400, "malformed"),
        ("POST", "/alarms/none/acknowledge", json!({ "comment": "seen" }), 404, "unknown_alarm"),
    ];
    for (method, path, body, status, code) in cases {
        let told = change(&hub, (method, path), &key, &body).await;
        assert_eq!(refused(&told), (status, code), "{method} {path} {body}: {}", told.1);
    }
    let spaced = change(&hub, ("POST", "/orders"), &key, &with("order", json!("o 2"))).await;
    assert_eq!(refused(&spaced).0, 422, "{}", spaced.1);
    let early = json!({ "quantity": 5, "at": "2000-01-01T00:00:00Z" });
    let told = change(&hub, ("PATCH", "/orders/o-1"), &key, &early).await;
    assert_eq!(refused(&told), (409, "outdated"), "{}", told.1);
    let large = json!({ "order": "o-2", "due": "x".repeat(20_000) });
    let told = change(&hub, ("POST", "/orders"), &key, &large).await;
    assert_eq!(refused(&told), (413, "too_large"));
    for once in ["", &"x".repeat(300)] {
        let told = change_once(&hub, "/orders", &key, once, &order("o-2", 1.0)).await;
        assert_eq!(refused(&told), (400, "bad_idempotency_key"), "{once:?}");
    }
    let kept = get(&hub, &format!("{SHOP}/orders"), &key).await.1["items"].clone();
    assert_eq!(kept.as_object().map(|orders| orders.len()), Some(1), "{kept}");
    assert_eq!(kept["o-1"]["quantity"], json!(4.0));
    hub.stop().await;
    // A refusal keeps no word of what was asked for.
    let journal = Journal::open(&place.dir.path().join("data")).unwrap().journal;
    journal.replay(1, &mut |row| assert!(!row.body.contains("gold"), "{}", row.body)).unwrap();
}

#[tokio::test]
async fn a_plant_that_nobody_reported_for_has_no_clock_to_change_its_plan_by() {
    let place = Place::new();
    let key = planner_key(&place, "shop");
    let hub = place.start().await;
    let told = change(&hub, ("POST", "/orders"), &key, &order("o-1", 1.0)).await;
    assert_eq!(refused(&told), (409, "no_clock"));
    hub.stop().await;
}

#[tokio::test]
async fn a_feeds_later_word_is_not_passed_over() {
    let place = Place::new();
    let (hub, mut feed, key) = started(&place).await;
    // A gateway's clock may be a little ahead: what a planner says after it is newer all the same.
    let ahead = record::format_time(wall_now() + twin::Span::from_secs(120)).unwrap();
    let mut report = order("o-1", 4.0);
    report["kind"] = json!("order_placed");
    report["at"] = json!(ahead);
    feed.say(&super::fixture::frame(1, &[report])).await;
    assert_eq!(feed.hear().await, super::fixture::ack(1));
    let (status, told) =
        change(&hub, ("PATCH", "/orders/o-1"), &key, &json!({ "quantity": 7 })).await;
    assert_eq!((status, &told["at"]), (200, &json!(ahead)), "{told}");
    let known = get(&hub, &format!("{SHOP}/orders/o-1"), &key).await.1;
    assert_eq!(known["quantity"], json!(7.0), "{known}");
    hub.stop().await;
}

#[tokio::test]
async fn an_alarm_is_acknowledged_and_stays_until_its_cause_is_gone() {
    let place = Place::new();
    let (hub, mut feed, key) = started(&place).await;
    let feed_key = place.key("a", None);
    feed.say(&super::fixture::frame(1, &[super::fixture::unit_state("bay-01", "working")])).await;
    assert_eq!(feed.hear().await, super::fixture::ack(1));
    drop(feed);
    let (list, id) = (format!("{SHOP}/alarms"), "feed_silent:a");
    let one = format!("{list}/{id}");
    let raised = get_until(&hub, &list, &key, |list| list["items"].get(id).is_some()).await;
    let alarm = &raised["items"][id];
    assert_eq!((&alarm["code"], alarm.get("acknowledged")), (&json!("feed_silent"), None));
    let seen = json!({ "comment": "the gateway is being moved" });
    let path = "/alarms/feed_silent:a/acknowledge";
    let (status, told) = change(&hub, ("POST", path), &key, &seen).await;
    assert_eq!(status, 200, "{told}");
    let expected = json!({ "organisation": "Skarvik", "role": "planner", "at": told["at"],
        "comment": "the gateway is being moved" });
    let (status, alarm) = get(&hub, &one, &key).await;
    assert_eq!((status, &alarm["acknowledged"]), (200, &expected), "{alarm}");
    hub.stop().await;
    let hub = place.start().await;
    assert_eq!(get(&hub, &one, &key).await.1["acknowledged"], expected, "after a restart");
    // Its cause goes, and comes again: nobody has seen that yet.
    let (mut feed, _) = Feed::welcomed(&hub, &feed_key, "a", 1).await;
    get_until(&hub, &list, &key, |list| list["items"].get(id).is_none()).await;
    feed.say(&super::fixture::frame(2, &[super::fixture::unit_state("bay-01", "down")])).await;
    assert_eq!(feed.hear().await, super::fixture::ack(2));
    drop(feed);
    let raised = get_until(&hub, &list, &key, |list| list["items"].get(id).is_some()).await;
    assert_eq!(raised["items"][id].get("acknowledged"), None, "{raised}");
    hub.stop().await;
}

#[tokio::test]
async fn a_feed_acknowledges_no_alarm() {
    let place = Place::new();
    let (hub, mut feed, _key) = started(&place).await;
    let comment = json!({ "kind": "comment", "at": now(), "about": "alarm:feed_silent:b",
        "text": "all is well" });
    feed.say(&super::fixture::frame(1, &[comment])).await;
    let (code, ..) = super::fixture::refusal(&feed.hear().await);
    assert_eq!(code, "not_a_planner");
    hub.stop().await;
}

/// One program that sends without waiting must not take every other planner's place.
#[tokio::test]
async fn a_key_has_few_requests_under_way_at_once() {
    let place = Place::new();
    let (hub, _feed, key) = started(&place).await;
    let held: Vec<_> =
        (0..4).map(|_| hub.shared.identity.admit_planner(key.clone()).unwrap()).collect();
    let told = change(&hub, ("POST", "/orders"), &key, &order("o-1", 1.0)).await;
    assert_eq!(refused(&told), (429, "too_many_requests"));
    drop(held);
    let told = change(&hub, ("POST", "/orders"), &key, &order("o-1", 1.0)).await;
    assert_eq!(told.0, 201, "{}", told.1);
    hub.stop().await;
}

#[tokio::test]
async fn the_example_of_the_readme_works() {
    let readme = include_str!("../../../../README.md");
    let example = readme.split("\ncurl ").nth(1).and_then(|rest| rest.split("```").next());
    let example = example.expect("README.md has an example with curl").replace("\\\n", " ");
    let help = include_str!("../../../../www/help/index.html");
    let help = help.replace("&quot;", "\"").replace("&#x27;", "'").replace("\\\n", " ");
    assert!(help.contains(&example), "the help page shows another example");
    let part = |start: &str, end: &str| {
        let rest = example.split_once(start).map(|(_, rest)| rest);
        rest.and_then(|rest| rest.split_once(end)).map(|(part, _)| part.to_owned())
    };
    let path = part("//127.0.0.1:", " ")
        .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned())
        .expect("an address");
    let body = part("-d '", "'").expect("a body");
    let once = part("Idempotency-Key: ", "\"").expect("a key of its own");
    assert!(example.contains("Authorization: Bearer $"), "{example}");
    let place = Place::new();
    let (feed_key, key) = (place.key("a", None), planner_key(&place, "shop"));
    let hub = place.start().await;
    let (_feed, _) = Feed::welcomed(&hub, &feed_key, "a", 1).await;
    // The example speaks of a reference plant; the fixture's has other names for the same things.
    let path = path.replace("home-yard", "shop");
    let mut body: Value = serde_json::from_str(&body).expect("JSON");
    body["material"] = json!("panel");
    let bearer = format!("Bearer {key}");
    let headers = [("Authorization", bearer.as_str()), ("Idempotency-Key", once.as_str())];
    let (status, answer) = http(&hub, ("POST", &path), &headers, &body.to_string()).await;
    assert_eq!(status, 201, "{answer}");
    let shown = part("\n# {", "}").expect("the answer is shown");
    let shown: Value = serde_json::from_str(&format!("{{{shown}}}")).expect("JSON");
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&shown), names(&answer), "the answer that is shown has other fields");
    hub.stop().await;
}
