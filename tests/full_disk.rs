//! A disk that is full: nothing is acknowledged, the hub says so and goes on when there is room,
//! and nothing that was acknowledged is lost. The limit of file sizes plays the disk: the system
//! refuses the same writes, and none of them is pretended.

use serde_json::{Value, json};

use crate::support::{Feed, Hub, Key};

/// Bytes of words in a frame, so that each asks for more of the disk.
const WORDS: usize = 900;

/// Frame `seq`: an operation of a part of its own, and enough words to need room.
fn frame(seq: u64) -> Value {
    let at = |second: u64| format!("2031-01-07T{:02}:{:02}:{second:02}Z", seq / 60, seq % 60);
    let of = |kind: &str, second: u64| {
        json!({
            "kind": kind, "at": at(second), "op": format!("run-{seq}"), "unit": "lapping-1",
            "part": format!("case-{seq}"), "operation": "lapping",
        })
    };
    let text = "x".repeat(WORDS);
    let comment = json!({ "kind": "comment", "at": at(40), "about": "lapping-1", "text": text });
    json!({ "type": "report", "seq": seq, "reports": [of("op_started", 0), of("op_finished", 30), comment] })
}

/// Sends frames from `next` on until the hub offers no more credit; returns the last one that was
/// acknowledged. One more is under way.
async fn send_until_full(feed: &mut Feed, next: u64) -> u64 {
    for seq in next.. {
        feed.say(&frame(seq)).await;
        let answer = feed.hear().await.expect("the hub stays connected");
        if answer == json!({ "type": "credit", "credit": 0 }) {
            return seq - 1;
        }
        assert_eq!(answer, json!({ "type": "ack", "seq": seq, "durable": true }));
    }
    unreachable!("a disk has an end")
}

#[tokio::test]
async fn a_full_disk_stops_acknowledgements_and_loses_nothing() {
    let mut hub = Hub::start(&[]);
    let key = hub.key(&Key::Feed("shop", "machine-shop"));
    let viewer = hub.key(&Key::Member("XAA/eskdal"));
    let mut feed = Feed::connect(&hub.ingest(), &key, "shop").await;
    for seq in 1..=3 {
        feed.say(&frame(seq)).await;
        let ack = json!({ "type": "ack", "seq": seq, "durable": true });
        assert_eq!(feed.hear().await, Some(ack), "there is room at first");
    }
    hub.may_write(false);
    let kept = send_until_full(&mut feed, 4).await;
    let (status, ready) = hub.ask("/readyz", None);
    assert_eq!(status, 503, "{ready}");
    assert!(ready.contains("the disk is full"), "{ready}");
    assert_eq!(hub.ask("/healthz", None).0, 200, "it lives");
    assert_eq!(hub.ask("/", None).0, 200, "and shows what it knew");
    let (status, why) = Feed::turned_away(&hub.ingest(), &key).await;
    assert_eq!(status, 503, "nobody is welcomed whose reports cannot be kept: {why}");
    assert!(why.contains("the disk is full"), "{why}");

    // Room again: what was under way is kept and acknowledged, and the credit is back.
    hub.may_write(true);
    let mut answers =
        [feed.hear().await.expect("connected"), feed.hear().await.expect("connected")];
    answers.sort_by_key(|answer| answer["type"] == "credit");
    assert_eq!(answers[0], json!({ "type": "ack", "seq": kept + 1, "durable": true }));
    assert!(answers[1]["credit"].as_u64() > Some(0), "{answers:?}");
    assert_eq!(hub.ask("/readyz", None).0, 200);

    // Full once more, and the process dies: what was acknowledged is there, what was not is not.
    hub.may_write(false);
    let kept = send_until_full(&mut feed, kept + 2).await;
    hub.crash_and_restart();
    let mut feed = Feed::connect(&hub.ingest(), &key, "shop").await;
    assert_eq!(feed.resume_from, kept + 1);

    // Full once more, and somebody stops the hub: it does not wait for room.
    hub.may_write(false);
    let kept = send_until_full(&mut feed, kept + 1).await;
    assert!(hub.stop_and_restart().success());
    let feed = Feed::connect(&hub.ingest(), &key, "shop").await;
    assert_eq!(feed.resume_from, kept + 1);
    drop(feed);
    let record = &hub.get("/api/v1/plants/machine-shop/record", Some(&viewer))["items"]["all"];
    assert_eq!((&record["operations"], &record["refused"]), (&json!(kept), &json!(0)), "{record}");
}
