//! What was acknowledged survives a crash, once: the process is killed while frames are under
//! way, again and again, and the record must hold every acknowledged operation exactly once.

use serde_json::{Value, json};

use crate::support::{Feed, Hub, Key};

/// Operations in one frame.
const OPERATIONS: u64 = 5;
/// Frames in all.
const FRAMES: u64 = 60;

/// Frame `seq`: operations of a part of its own, ended a minute after they began.
fn frame(seq: u64) -> Value {
    let mut reports = Vec::new();
    for number in 0..OPERATIONS {
        let minute = seq * OPERATIONS + number;
        let (hour, minute_of_hour) = (minute / 60, minute % 60);
        let at = |second: u64| format!("2031-01-07T{hour:02}:{minute_of_hour:02}:{second:02}Z");
        let run = format!("run-{seq}-{number}");
        for (kind, second) in [("op_started", 0), ("op_finished", 30)] {
            reports.push(json!({
                "kind": kind, "at": at(second), "op": run, "unit": "lapping-1",
                "part": format!("case-{seq}-{number}"), "operation": "lapping",
            }));
        }
    }
    json!({ "type": "report", "seq": seq, "reports": reports })
}

/// Sends from where the hub wants it, until `until` is acknowledged or the connection breaks;
/// returns the highest acknowledged seq.
async fn send(feed: &mut Feed, until: u64) -> u64 {
    let mut acknowledged = feed.resume_from - 1;
    for seq in feed.resume_from..=FRAMES {
        feed.say(&frame(seq)).await;
    }
    while acknowledged < until {
        match feed.hear().await {
            Some(message) if message["type"] == "ack" => {
                assert_eq!(message["durable"], true);
                acknowledged = message["seq"].as_u64().expect("a number");
            }
            Some(message) => panic!("not an ack: {message}"),
            None => break,
        }
    }
    acknowledged
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_or_doubled_by_kill_9() {
    let mut hub = Hub::start(&[]);
    let key = hub.key(&Key::Feed("shop", "machine-shop"));
    let viewer = hub.key(&Key::Member("XAA/eskdal"));
    for until in [3, 17, 18, 40] {
        let mut feed = Feed::connect(&hub.ingest(), &key, "shop").await;
        let before = feed.resume_from - 1;
        let acknowledged = send(&mut feed, until).await.max(before);
        // More frames are under way at this moment, in the socket, the queue and the journal.
        hub.crash_and_restart();
        let again = Feed::connect(&hub.ingest(), &key, "shop").await;
        assert!(
            again.resume_from > acknowledged,
            "{acknowledged} was acknowledged and {} is asked for",
            again.resume_from
        );
    }
    let mut feed = Feed::connect(&hub.ingest(), &key, "shop").await;
    assert_eq!(send(&mut feed, FRAMES).await, FRAMES);
    // Findings wait for stragglers while the record is being played.
    drop(feed);
    let centers = hub.get("/api/v1/plants/machine-shop/work-centers", Some(&viewer));
    assert_eq!(centers["items"]["lapping"]["operations"], FRAMES * OPERATIONS, "{centers}");
    let record = hub.get("/api/v1/plants/machine-shop/record", Some(&viewer));
    let record = &record["items"]["all"];
    assert_eq!(record["refused"], 0, "{record}");
    assert_eq!(record["parts"], FRAMES * OPERATIONS, "{record}");
}
