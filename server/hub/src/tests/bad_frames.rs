//! What is not a report, or not an acceptable one: answered with a reason, nothing lost.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::{MaybeTlsStream, tungstenite::Message};

use super::fixture::{Feed, Place, ack, frame, now, refusal, unit_state};
use crate::clock::wall_now;
use twin::Span;

async fn one_feed(units: Option<&[&str]>) -> (Place, crate::serve::Hub, Feed) {
    let place = Place::new();
    let key = place.key("a", units);
    let hub = place.start().await;
    let (feed, _) = Feed::welcomed(&hub, &key, "a", 1).await;
    (place, hub, feed)
}

/// The codes that a frame's reports are refused with, in order; `ok` for one that is taken.
async fn codes(feed: &mut Feed, seq: u64, reports: &[Value]) -> Vec<String> {
    feed.say(&frame(seq, reports)).await;
    let mut codes = vec!["ok".to_owned(); reports.len()];
    loop {
        let answer = feed.hear().await;
        if answer == ack(seq) {
            return codes;
        }
        let (code, at, index) = refusal(&answer);
        assert_eq!(at, Some(seq));
        codes[usize::try_from(index.expect("about one report")).unwrap()] = code;
    }
}

#[tokio::test]
async fn each_bad_report_is_refused_by_index_and_its_neighbours_are_taken() {
    let (_place, hub, mut feed) = one_feed(None).await;
    let at = |span: Span| record::format_time(wall_now() + span).unwrap();
    let state = |at: &str, unit: &str| json!({ "kind": "unit_state", "at": at, "unit": unit, "state": "working" });
    let ago = Span::from_micros(-journal::RETENTION.micros() - Span::DAY.micros());
    let move_of = |from: &str, to: &str| json!({ "kind": "part_moved", "at": now(), "part": "P1", "from": from, "to": to });
    let reports = [
        unit_state("bay-01", "working"),
        state(&now(), "bay-99"),
        state(&at(Span::from_secs(240)), "bay-02"),
        state(&at(Span::from_secs(600)), "bay-02"),
        state(&at(ago), "bay-02"),
        state("yesterday", "bay-02"),
        json!({ "kind": "unit_state", "at": 5, "unit": "bay-01", "state": "working" }),
        json!({ "kind": "unit_state", "at": now(), "unit": "bay-01" }),
        json!({ "kind": "dance", "at": now() }),
        json!("text"),
        move_of("stock", "bay-01"),
        move_of("bay-02", "done"),
        unit_state("bay-02", "starved"),
    ];
    let answers = codes(&mut feed, 1, &reports).await;
    let expected = [
        "ok",
        "unknown_unit",
        "ok",
        "too_far_ahead",
        "too_old",
        "not_a_time",
        "malformed",
        "missing_field",
        "unknown_kind",
        "malformed",
        "ok",
        "part_not_there",
        "ok",
    ];
    assert_eq!(answers, expected);
    hub.stop().await;
}

#[tokio::test]
async fn a_key_bound_to_units_speaks_about_no_others() {
    let (_place, hub, mut feed) = one_feed(Some(&["bay-01", "stock"])).await;
    let from_to = |from: &str, to: &str| json!({ "kind": "part_moved", "at": now(), "part": "P1", "from": from, "to": to });
    let reports = [
        unit_state("bay-01", "working"),
        unit_state("bay-02", "working"),
        unit_state("bay-99", "working"),
        from_to("stock", "bay-02"),
        from_to("bay-02", "done"),
    ];
    let answers = codes(&mut feed, 1, &reports).await;
    assert_eq!(answers, ["ok", "not_your_unit", "unknown_unit", "ok", "not_your_unit"]);
    hub.stop().await;
}

#[tokio::test]
async fn numbers_that_are_none_and_deep_nesting_are_refused() {
    let (_place, hub, mut feed) = one_feed(None).await;
    let stock = |quantity: &str| {
        let at = now();
        format!(
            r#"{{"kind":"stock","at":"{at}","storage":"stock","material":"plate","quantity":{quantity}}}"#
        )
    };
    let text =
        |seq: u64, report: &str| format!(r#"{{"type":"report","seq":{seq},"reports":[{report}]}}"#);
    feed.say_text(&text(1, &stock("1e999"))).await;
    assert_eq!(refusal(&feed.hear().await), ("malformed".to_owned(), Some(1), Some(0)));
    assert_eq!(feed.hear().await, ack(1));
    feed.say_text(&text(2, &stock("-4"))).await;
    assert_eq!(refusal(&feed.hear().await), ("quantity_negative".to_owned(), Some(2), Some(0)));
    assert_eq!(feed.hear().await, ack(2));
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    feed.say_text(&text(3, &deep)).await;
    assert_eq!(refusal(&feed.hear().await), ("malformed".to_owned(), Some(3), Some(0)));
    assert_eq!(feed.hear().await, ack(3));
    // NaN is not JSON: the frame as a whole is not understood, not even its number.
    feed.say_text(&text(4, &stock("NaN"))).await;
    assert_eq!(refusal(&feed.hear().await), ("malformed".to_owned(), None, None));
    feed.say_text(&text(4, &stock("4"))).await;
    assert_eq!(feed.hear().await, ack(4));
    hub.stop().await;
}

#[tokio::test]
async fn frames_of_a_wrong_shape_are_refused_whole() {
    let (_place, hub, mut feed) = one_feed(None).await;
    for text in ["", "null", "[]", "{}", "{\"type\":5}", &"[".repeat(100_000)] {
        feed.say_text(text).await;
        assert_eq!(refusal(&feed.hear().await), ("malformed".to_owned(), None, None), "{text}");
    }
    feed.say(&json!({ "type": "order", "seq": 1 })).await;
    assert_eq!(refusal(&feed.hear().await), ("unknown_type".to_owned(), None, None));
    feed.socket.send(Message::binary(vec![1, 2])).await.unwrap();
    assert_eq!(refusal(&feed.hear().await), ("not_text".to_owned(), None, None));
    // The number can be read: the frame counts as handled, and the feed can go on.
    let points = json!({ "series": ["t"], "at": [now()], "value": ["hot"] });
    feed.say(&json!({ "type": "report", "seq": 1, "points": points })).await;
    assert_eq!(refusal(&feed.hear().await), ("malformed".to_owned(), Some(1), None));
    assert_eq!(feed.hear().await, ack(1));
    let points = json!({ "series": ["t", "t"], "at": [now()], "value": [1.0] });
    feed.say(&json!({ "type": "report", "seq": 2, "points": points })).await;
    assert_eq!(refusal(&feed.hear().await), ("unequal_columns".to_owned(), Some(2), None));
    assert_eq!(feed.hear().await, ack(2));
    let points = json!({ "series": ["t", "t"], "at": [now(), now()], "value": [1.0, 2.0] });
    feed.say(&json!({ "type": "report", "seq": 3, "points": points })).await;
    assert_eq!(feed.hear().await, ack(3));
    hub.stop().await;
}

#[tokio::test]
async fn a_frame_of_ten_megabytes_closes_with_its_code() {
    let (_place, hub, feed) = one_feed(None).await;
    let (mut sink, mut stream) = feed.socket.split();
    let large = Message::text("x".repeat(10 << 20));
    // The hub stops reading: the sending half may fail or hang, and must not be waited for.
    let sending = tokio::spawn(async move { sink.send(large).await });
    let mut code = None;
    while let Some(Ok(message)) = stream.next().await {
        if let Message::Close(Some(frame)) = message {
            code = Some(u16::from(frame.code));
            break;
        }
    }
    sending.abort();
    assert_eq!(code, Some(1009));
    hub.stop().await;
}

#[tokio::test]
async fn invalid_utf8_closes_with_its_code() {
    let (_place, hub, mut feed) = one_feed(None).await;
    let MaybeTlsStream::Plain(stream) = feed.socket.get_mut() else { panic!("plain") };
    // A final text frame of two masked bytes (the mask is zero) that are no UTF-8.
    stream.write_all(&[0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28]).await.unwrap();
    assert_eq!(feed.closed().await, 1007);
    hub.stop().await;
}

#[tokio::test]
async fn what_is_marked_too_high_is_refused_and_alarmed_and_nothing_of_it_is_kept() {
    let (place, hub, mut feed) = one_feed(None).await;
    let said =
        |text: &str| json!({ "kind": "comment", "at": now(), "about": "bay-01", "text": text });
    let reports = [
        said("SECRET//NOFORN: seventeen heads"),
        said("a secret, told in confidence"),
        said("OFFICIAL-SENSITIVE"),
        json!({ "kind": "unit_state", "at": now(), "unit": "bay-01", "state": "down",
            "reason": "NATO RESTRICTED" }),
    ];
    assert_eq!(codes(&mut feed, 1, &reports).await, ["spillage", "ok", "ok", "spillage"]);
    hub.stop().await;
    let data = place.dir.path().join("data");
    let files = std::fs::read_dir(&data).unwrap().map(|file| file.unwrap().path());
    let kept: Vec<u8> =
        files.filter(|path| path.is_file()).flat_map(|path| std::fs::read(path).unwrap()).collect();
    let holds = |text: &str| kept.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(holds("told in confidence"), "what was taken is kept as it was sent");
    assert!(holds("above controlled"), "the alarm is kept");
    assert!(!holds("seventeen heads") && !holds("NATO RESTRICTED"));
}
