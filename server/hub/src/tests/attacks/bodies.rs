//! Bodies and frames that are no JSON, or more of it than anybody needs, or say more than they may.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    serve::Hub,
    tests::{
        fixture::{Feed, PATIENCE, Place, ack, frame, hello, now, refusal, unit_state},
        http::{get, http},
        plan::planner_key,
        viewing::viewer_key,
    },
};

/// Sends bytes and hears the status, or 0 when the hub ends the connection without a word.
async fn raw(hub: &Hub, bytes: &[u8]) -> (u16, String) {
    let stream = TcpStream::connect(hub.address).await.expect("the hub listens");
    let (mut read, mut write) = stream.into_split();
    let bytes = bytes.to_vec();
    // The hub may stop reading: then sending fails or hangs, and must not be waited for.
    let sending = tokio::spawn(async move {
        let _cut = write.write_all(&bytes).await;
        write
    });
    let mut heard = Vec::new();
    let answered = tokio::time::timeout(PATIENCE, async {
        let mut some = vec![0; 16 << 10];
        while let Ok(count @ 1..) = read.read(&mut some).await {
            heard.extend_from_slice(&some[..count]);
        }
    });
    answered.await.expect("an end in time");
    sending.abort();
    let text = String::from_utf8_lossy(&heard).into_owned();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or(0), text)
}

fn request(hub: &Hub, path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "POST {path} HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nConnection: close\r\n\
         Content-Type: application/json\r\n{headers}Content-Length: {1}\r\n\r\n",
        hub.address,
        body.len()
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// An order as it should be, but for its quantity, and whatever comes before and after it.
fn order(quantity: &str, more: &str) -> String {
    format!(
        r#"{{"order":"o","material":"panel","quantity":{quantity},"due":"2031-06-01T00:00:00Z"{more}}}"#
    )
}

/// Bodies that are no order, whoever reads them.
fn wrong_bodies() -> Vec<(&'static str, Vec<u8>)> {
    let text = |text: &str| text.as_bytes().to_vec();
    let many = (0..1_000_000).map(|n| format!("\"k{n}\":1,")).collect::<String>();
    vec![
        ("nothing but space", text("  ")),
        ("null", text("null")),
        ("a list", text("[]")),
        ("a number", text("7")),
        ("deep", text(&"[".repeat(100_000))),
        ("deep and small", text(&format!("{}{}", "[".repeat(2_000), "]".repeat(2_000)))),
        ("deep in a field", text(&order("1", &format!(",\"x\":{}", "[".repeat(2_000))))),
        ("ten megabytes", text(&order("1", &format!(",\"x\":\"{}\"", "x".repeat(10 << 20))))),
        ("a million fields", text(&format!("{{{many}\"z\":1}}"))),
        ("twice the same field", text(&order("1", ",\"quantity\":2"))),
        ("beyond numbers", text(&order("1e999", ""))),
        ("NaN", text(&order("NaN", ""))),
        ("Infinity", text(&order("-Infinity", ""))),
        ("a number as text", text(&order("\"1\"", ""))),
        ("half a surrogate", text(&order("1", ",\"x\":\"\\ud800\""))),
        ("a mark before it", [b"\xef\xbb\xbf", order("1", "").as_bytes()].concat()),
        ("a NUL", text(&order("1\0", ""))),
        ("a NUL in a text", text(&order("1", "").replace("\"o\"", "\"o\0\""))),
        ("an escaped NUL in an id", text(&order("1", "").replace("\"o\"", "\"o\\u0000\""))),
        ("more after it", text(&format!("{}{{}}", order("1", "")))),
        ("no UTF-8", [order("1", "").as_bytes(), b"\xc3\x28"].concat()),
        ("UTF-16", order("1", "").encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("a label", text(&order("1", ",\"label\":{\"releasable_to\":[\"XBB\"]}"))),
        ("an originator", text(&order("1", ",\"originator\":{\"nation\":\"XBB\"}"))),
        ("a nation", text(&order("1", ",\"nation\":\"XBB\""))),
        ("a role", text(&order("1", ",\"role\":\"administrator\""))),
        ("a feed", text(&order("1", ",\"feed\":\"lathe\""))),
        ("a prototype", text(&order("1", ",\"__proto__\":{\"role\":\"administrator\"}"))),
    ]
}

#[tokio::test]
async fn bodies_that_are_no_json_or_say_too_much_are_refused_in_one_form() {
    let place = Place::new();
    let key = planner_key(&place, "shop");
    let feed = place.key("a", None);
    let hub = place.start().await;
    // The plant's clock stands until somebody speaks.
    let _feed = Feed::welcomed(&hub, &feed, "a", 1).await;
    let doors = [
        ("/api/v1/plants/shop/orders", format!("Authorization: Bearer {key}\r\n")),
        ("/v1/session", String::new()),
        ("/v1/supplier/session", String::new()),
    ];
    for (what, body) in wrong_bodies() {
        for (path, headers) in &doors {
            let (status, answer) = raw(&hub, &request(&hub, path, headers, &body)).await;
            // Whoever sends on after being refused may lose the answer with the connection.
            let cut = status == 0 && body.len() > 1 << 20;
            assert!(cut || (400..=422).contains(&status), "{what} to {path}: {answer}");
            let told = answer.split_once("\r\n\r\n").map_or("", |(_, told)| told);
            if cut {
                continue;
            }
            let told: Value =
                serde_json::from_str(told).unwrap_or_else(|_| panic!("{what}: {answer}"));
            assert!(told["code"].is_string() && told["reason"].is_string(), "{what}: {told}");
            assert!(told.to_string().len() < 1_500, "{what}: {told}");
        }
    }
    let orders = get(&hub, "/api/v1/plants/shop/orders", &key).await;
    assert_eq!(orders.1["items"], json!({}), "nothing of it was taken");
    let good = request(&hub, doors[0].0, &doors[0].1, order("1", "").as_bytes());
    let (status, answer) = raw(&hub, &good).await;
    assert_eq!(status, 201, "{answer}");
    hub.stop().await;
}

#[tokio::test]
async fn lengths_that_lie_smuggle_nothing() {
    let place = Place::new();
    let key = planner_key(&place, "shop");
    let hub = place.start().await;
    let head = format!(
        "POST /api/v1/plants/shop/orders HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
         Authorization: Bearer {key}\r\n",
        hub.address
    );
    let inner = "GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n";
    for (what, rest) in [
        ("two lengths", format!("Content-Length: 2\r\nContent-Length: 40\r\n\r\n{{}}{inner}")),
        ("below zero", format!("Content-Length: -1\r\n\r\n{inner}")),
        ("no number", format!("Content-Length: 0x2\r\n\r\n{{}}{inner}")),
        ("too large a number", format!("Content-Length: 99999999999999999999\r\n\r\n{inner}")),
        (
            "both ways",
            format!("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{inner}"),
        ),
        (
            "both ways, the other first",
            format!("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n{inner}"),
        ),
        ("a coding that is none", format!("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{inner}")),
        (
            "chunked and more",
            format!("Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n{inner}"),
        ),
        (
            "an endless chunk",
            format!("Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{inner}"),
        ),
        ("a space before the colon", format!("Content-Length : 2\r\n\r\n{{}}{inner}")),
        ("a folded header", format!("X: a\r\n b\r\nContent-Length: 2\r\n\r\n{{}}{inner}")),
        ("a bare line end", format!("X: a\nContent-Length: 2\r\n\r\n{{}}{inner}")),
    ] {
        let (_, answer) = raw(&hub, format!("{head}{rest}").as_bytes()).await;
        assert!(
            !answer.contains("\r\n\r\nok\n"),
            "{what}: the inner request was answered: {answer}"
        );
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{what}: {answer}");
        assert!(!answer.starts_with("HTTP/1.1 2"), "{what}: {answer}");
    }
    // Chunk after chunk without an end.
    let mut endless = format!("{head}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
    for _ in 0..3_000 {
        endless.extend_from_slice(format!("400\r\n{}\r\n", " ".repeat(1 << 10)).as_bytes());
    }
    let (status, answer) = raw(&hub, &endless).await;
    assert!([0, 413].contains(&status), "{answer}");
    hub.stop().await;
}

#[tokio::test]
async fn frames_that_are_nearly_json_are_refused_and_the_connection_stays() {
    let place = Place::new();
    let key = place.key("a", None);
    let hub = place.start().await;
    let (mut feed, _) = Feed::welcomed(&hub, &key, "a", 1).await;
    let state = unit_state("bay-01", "working").to_string();
    let whole = |report: &str| format!(r#"{{"type":"report","seq":1,"reports":[{report}]}}"#);
    let malformed = [
        format!("\u{feff}{}", whole(&state)),
        format!("{} {{}}", whole(&state)),
        whole(&state).replacen("\"type\"", "\"type\":\"hello\",\"type\"", 1),
        whole(&state).replacen("\"seq\":1", "\"seq\":1,\"seq\":2", 1),
        whole(&state).replacen("\"seq\":1", "\"seq\":\"1\"", 1),
        whole(&state).replacen("\"seq\":1", "\"seq\":-1", 1),
        whole(&state).replacen("\"seq\":1", "\"seq\":18446744073709551616", 1),
        whole(&state).replacen("\"seq\":1", "\"seq\":1.5", 1),
        format!("{}\0", whole(&state)),
        whole(&format!("\"{}", "x".repeat(1_000))),
    ];
    for text in malformed {
        feed.say_text(&text).await;
        let (code, ..) = refusal(&feed.hear().await);
        assert_eq!(code, "malformed", "{}", text.chars().take(200).collect::<String>());
    }
    // One report of a frame is refused by its place, and its neighbours are taken.
    let wrong = [
        state.replacen("\"state\":", "\"state\":\"down\",\"state\":", 1),
        state.replacen("\"bay-01\"", "\"\\ud800\"", 1),
        state.replacen("\"bay-01\"", "7", 1),
    ];
    let mut seq = 0;
    for report in wrong {
        seq += 1;
        let text = format!(r#"{{"type":"report","seq":{seq},"reports":[{report},{state}]}}"#);
        feed.say_text(&text).await;
        assert_eq!(refusal(&feed.hear().await), ("malformed".to_owned(), Some(seq), Some(0)));
        assert_eq!(feed.hear().await, ack(seq), "{report}");
    }
    hub.stop().await;
}

#[tokio::test]
async fn what_a_report_says_about_rights_counts_for_nothing() {
    let place = Place::new();
    let key = place.key("a", Some(&["bay-01"]));
    let viewer = viewer_key(&place, "skarvik");
    let hub = place.start().await;
    let mut feed = Feed::connect(&hub, &key).await;
    let mut said = hello("a", 1);
    let claims = [
        ("role", json!("administrator")),
        ("nation", json!("XBB")),
        ("plant", json!("nowhere")),
        ("label", json!({ "classification": "public", "releasable_to": ["XBB"] })),
        ("originator", json!({ "nation": "XBB", "organisation": "other" })),
        ("units", json!(["bay-02"])),
        ("origin", json!("forecast")),
    ];
    for (name, value) in &claims {
        said[*name] = value.clone();
    }
    feed.say(&said).await;
    assert_eq!(feed.hear().await["type"], "welcome");
    let mut state = unit_state("bay-01", "down");
    let mut of_another = unit_state("bay-02", "down");
    for (name, value) in &claims {
        state[*name] = value.clone();
        of_another[*name] = value.clone();
    }
    feed.say(&frame(1, &[state, of_another])).await;
    assert_eq!(refusal(&feed.hear().await), ("not_your_unit".to_owned(), Some(1), Some(1)));
    assert_eq!(feed.hear().await, ack(1));
    let path = "/api/v1/plants/shop/units/bay-01";
    let told = get(&hub, path, &viewer).await.1;
    assert_eq!(told["state"], "down", "{told}");
    let stranger = http(&hub, ("GET", path), &[], "").await;
    assert_eq!(stranger.0, 404, "public is what the agreement says, not what a report says");
    hub.stop().await;
}

#[tokio::test]
async fn texts_that_deceive_the_eye_are_refused_and_script_stays_text() {
    let place = Place::new();
    let key = place.key("a", None);
    let viewer = viewer_key(&place, "skarvik");
    let hub = place.start().await;
    let (mut feed, _) = Feed::welcomed(&hub, &key, "a", 1).await;
    let said =
        |text: &str| json!({ "kind": "comment", "at": now(), "about": "bay-01", "text": text });
    let reason = |text: &str| json!({ "kind": "unit_state", "at": now(), "unit": "bay-01", "state": "down", "reason": text });
    let mut seq = 0;
    for character in
        ['\u{202e}', '\u{2066}', '\u{200b}', '\u{200d}', '\u{feff}', '\u{1b}', '\0', '\r']
    {
        let text = format!("late {character}by a week");
        for report in [said(&text), reason(&text)] {
            seq += 1;
            feed.say(&frame(seq, &[report])).await;
            assert_eq!(refusal(&feed.hear().await).0, "text_invisible", "{text:?}");
            assert_eq!(feed.hear().await, ack(seq));
        }
    }
    let script = [
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "javascript:alert(1)",
        "<svg onload=alert(1)>",
        "{{7*7}} ${7*7} #{7*7}",
        "x:url(//elsewhere.example)",
        "'\"--><b>",
    ];
    for text in script {
        seq += 1;
        feed.say(&frame(seq, &[reason(text)])).await;
        assert_eq!(feed.hear().await, ack(seq));
        let path = "/api/v1/plants/shop/units/bay-01";
        let (status, answer) = get(&hub, path, &viewer).await;
        assert_eq!((status, answer["reason"].as_str()), (200, Some(text)), "{answer}");
    }
    // An id is made of letters, digits and a few signs: nothing of it can be more than a name.
    for id in ["<b>", "a b", "a/../b", "a\u{202e}b", "é", "", "a\"b", "javascript:x y"] {
        seq += 1;
        let state = json!({ "kind": "unit_state", "at": now(), "unit": id, "state": "down" });
        feed.say(&frame(seq, &[state])).await;
        assert_eq!(refusal(&feed.hear().await).0, "invalid_id", "{id:?}");
        assert_eq!(feed.hear().await, ack(seq));
    }
    hub.stop().await;
}
