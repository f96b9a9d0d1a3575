//! Addresses, heads and sockets that no honest program sends.

use std::{fs, time::Duration};

use futures_util::{SinkExt, StreamExt};
use journal::{Holder, Role, SessionRow};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::{
    Message,
    client::IntoClientRequest,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use crate::{
    clock::wall_now,
    gate,
    limits::Limits,
    serve::{self, Hub},
    tests::{
        fixture::{Feed, PATIENCE, Place, ack, frame, status, unit_state},
        http::{http, http_with_head},
        identity,
        viewing::{Viewer, viewer_key},
    },
};

/// Sends bytes as they are, and hears everything until the end of the connection.
async fn raw(hub: &Hub, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(hub.address).await.expect("the hub listens");
    // The hub may end the connection before it has read everything.
    let _cut = stream.write_all(bytes).await;
    let mut heard = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut heard)).await;
    let _reset = ended.expect("an end in time");
    String::from_utf8_lossy(&heard).into_owned()
}

/// Ways of naming what lies outside a folder, or is no page in it.
const OUTSIDE: [&str; 34] = [
    "../secret.html",
    "..%2fsecret.html",
    "..%2Fsecret.html",
    "%2e%2e/secret.html",
    "%2e%2e%2fsecret.html",
    "%252e%252e%252fsecret.html",
    "..%5csecret.html",
    "..\\secret.html",
    "....//secret.html",
    "x/../../secret.html",
    "./../secret.html",
    "up/secret.html",
    "up/data/keys.sqlite",
    "link.html",
    "passwd.txt",
    "link.html%00.js",
    "%00",
    "secret.html%00",
    "/etc/passwd",
    "%2fetc%2fpasswd",
    "//etc/passwd",
    "file:///etc/passwd",
    ".hidden.html",
    "CON",
    "NUL.html",
    "index.html::$DATA",
    "words",
    "%c0%ae%c0%ae/secret.html",
    "%ff%fe",
    "\u{2025}/secret.html",
    "index.html/",
    "data/keys.sqlite",
    "plants/shop/plant.toml",
    "words/..%2f..%2fplants/programme",
];

#[tokio::test]
async fn no_address_names_a_file_outside_the_folder() {
    let place = Place::new();
    let www = place.dir.path().join("www");
    fs::create_dir_all(www.join("words")).unwrap();
    fs::write(www.join("index.html"), "the page").unwrap();
    fs::write(place.dir.path().join("secret.html"), "kept apart").unwrap();
    fs::write(www.join(".hidden.html"), "kept apart").unwrap();
    std::os::unix::fs::symlink(place.dir.path(), www.join("up")).unwrap();
    std::os::unix::fs::symlink("../secret.html", www.join("link.html")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", www.join("passwd.txt")).unwrap();
    let mut args = place.args();
    args.www = Some(www);
    args.meshes = Some(place.dir.path().join("www"));
    args.viewer = Some(place.dir.path().join("www"));
    let hub = serve::start(&args).await.unwrap_or_else(|error| panic!("{:?}", error.lines()));
    assert_eq!(http(&hub, ("GET", "/"), &[], "").await, (200, json!("the page")));
    let long = "a/".repeat(3_000);
    for name in OUTSIDE.into_iter().chain([long.as_str()]) {
        for folder in ["/", "/words/", "/meshes/", "/viewer/pkg/", "/plant/", "/viewer/"] {
            let request = format!("GET {folder}{name} HTTP/1.0\r\nHost: {}\r\n\r\n", hub.address);
            let answer = raw(&hub, request.as_bytes()).await;
            for kept in ["kept apart", "root:", "SQLite", "[programme]", "releasable_to"] {
                assert!(!answer.contains(kept), "{folder}{name}: {answer}");
            }
            assert!(
                !answer.starts_with("HTTP/1.0 5") && !answer.starts_with("HTTP/1.1 5"),
                "{name}"
            );
        }
    }
    for folder in ["/words", "/words/", "/lib/", "/style/", "/meshes/", "/viewer/pkg/"] {
        let (status, answer) = http(&hub, ("GET", folder), &[], "").await;
        assert_eq!(status, 404, "a folder is not listed: {folder}: {answer}");
    }
    hub.stop().await;
}

/// Heads that no honest program sends, with how the status of their answer begins.
fn odd_heads(host: &str) -> Vec<(&'static str, String, &'static str)> {
    let many = (0..1_000).map(|n| format!("X-{n}: y\r\n")).collect::<String>();
    vec![
        ("a thousand headers", format!("GET / HTTP/1.1\r\n{host}{many}\r\n"), "431"),
        (
            "a head of 1 MB",
            format!("GET / HTTP/1.1\r\n{host}X: {}\r\n\r\n", "x".repeat(1 << 20)),
            "431",
        ),
        (
            "a key of 1 MB",
            format!(
                "GET /api/v1/plants/shop HTTP/1.1\r\n{host}Authorization: Bearer {}\r\n\r\n",
                "x".repeat(1 << 20)
            ),
            "431",
        ),
        (
            "an address of 100 kB",
            format!("GET /{} HTTP/1.1\r\n{host}\r\n", "x".repeat(100_000)),
            "4",
        ),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(), ""),
        ("HTTP/9", format!("GET / HTTP/9.9\r\n{host}\r\n"), "4"),
        ("no HTTP", "SSH-2.0-x\r\n\r\n".to_owned(), "4"),
        ("a NUL", format!("GET /\0 HTTP/1.1\r\n{host}\r\n"), "4"),
        ("DEL in the question", format!("GET /?a=\u{7f} HTTP/1.0\r\n{host}\r\n"), ""),
        ("bytes in the question", format!("GET /?a=é HTTP/1.0\r\n{host}\r\n"), ""),
        (
            "an upgrade to HTTP/2",
            format!(
                "GET /healthz HTTP/1.0\r\n{host}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\
             HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"
            ),
            "200",
        ),
        ("CONNECT", "CONNECT elsewhere.example:80 HTTP/1.0\r\n\r\n".to_owned(), "4"),
        (
            "a proxy's request",
            format!("GET http://elsewhere.example/healthz HTTP/1.0\r\n{host}\r\n"),
            "200",
        ),
    ]
}

#[tokio::test]
async fn odd_heads_are_answered_or_cut_and_never_believed() {
    let place = Place::new();
    let hub = place.start().await;
    let host = format!("Host: {}\r\n", hub.address);
    for (what, request, wanted) in odd_heads(&host) {
        let answer = raw(&hub, request.as_bytes()).await;
        let status = answer.split(' ').nth(1).unwrap_or("");
        let cut = answer.is_empty() && request.len() > 32 << 10;
        assert!(cut || status.starts_with(wanted), "{what}: {answer}");
        assert!(!status.starts_with('5') && !status.starts_with("101"), "{what}: {answer}");
    }
    // Whatever a request says of its way here, links and redirections stay on this site.
    for (name, value) in [
        ("X-Forwarded-Host", "elsewhere.example"),
        ("X-Forwarded-Proto", "gopher"),
        ("X-Original-URL", "/api/v1/audit"),
        ("X-Rewrite-URL", "/api/v1/audit"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("Forwarded", "host=elsewhere.example;proto=gopher"),
    ] {
        let (status, head, body) = http_with_head(&hub, ("GET", "/"), &[(name, value)], "").await;
        assert_eq!(status, 200, "{name}: {head}");
        assert!(!head.contains("elsewhere") && !body.to_string().contains("elsewhere"), "{name}");
    }
    for path in ["//elsewhere.example/", "/\\elsewhere.example", "/plant//elsewhere.example"] {
        let (status, head, _) = http_with_head(&hub, ("GET", path), &[], "").await;
        let leads = head.to_lowercase().contains("location:");
        assert!(status != 200 || !leads, "{path}: {head}");
        assert!(!leads || head.contains("location: /plant"), "{path}: {head}");
    }
    assert!(
        raw(&hub, format!("GET /healthz HTTP/1.0\r\n{host}\r\n").as_bytes())
            .await
            .ends_with("ok\n")
    );
    hub.stop().await;
}

#[tokio::test]
async fn numbers_and_questions_that_cannot_be_are_refused_in_one_form() {
    let place = Place::new();
    identity::account(&place, "otto", &[Role::Auditor]);
    let key = viewer_key(&place, "skarvik");
    let hub = place.start().await;
    let otto = identity::signed_in(&hub, &identity::named("otto")).await;
    for question in [
        "limit=-1",
        "limit=1e9",
        "limit=x",
        "limit=99999999999999999999",
        "before=-1",
        "before=1;DROP%20TABLE%20audit",
        "before=1%20OR%201=1",
        "limit=1&limit=2",
        "limit=",
    ] {
        let path = format!("/api/v1/audit?{question}");
        let (status, answer) = identity::look(&hub, &path, &otto).await;
        assert_eq!((status, answer["code"].as_str()), (400, Some("malformed")), "{path}: {answer}");
    }
    let path = "/api/v1/audit?limit=1000000000&before=18446744073709551615";
    let (status, answer) = identity::look(&hub, path, &otto).await;
    assert_eq!(status, 200, "{answer}");
    assert!(answer["rows"].as_array().is_some_and(|rows| (1..=500).contains(&rows.len())));
    let bearer = format!("Bearer {key}");
    let headers = [("Authorization", bearer.as_str())];
    for at in [
        "",
        "0",
        "-1",
        "now",
        "0000-00-00T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "99999-01-01T00:00:00Z",
        "2031-05-05T06:00:00",
        "1970-01-01T00:00:00Z';--",
        "2031-02-30T00:00:00Z",
        "%00",
        "NaN",
        "-9223372036854775808",
    ] {
        let path = format!("/api/v1/plants/shop/state?at={at}");
        let (status, answer) = http(&hub, ("GET", &path), &headers, "").await;
        assert_eq!(status, 400, "{path}: {answer}");
        assert!(answer["code"].is_string() && answer["reason"].is_string(), "{path}: {answer}");
    }
    hub.stop().await;
}

#[tokio::test]
async fn names_that_cannot_be_are_refused_in_one_form() {
    let place = Place::new();
    let key = viewer_key(&place, "skarvik");
    let hub = place.start().await;
    let bearer = format!("Bearer {key}");
    let headers = [("Authorization", bearer.as_str())];
    for id in [
        "bay-01'%20OR%20'1'='1",
        "bay-01%00",
        "*",
        "%25",
        "bay-0_",
        "(a+)+$",
        "..%2fbay-01",
        "%ff",
        "$(id)",
        "bay-01%0d%0aX:%20y",
    ] {
        for kind in ["units", "orders", "points", "deliveries", "alarms"] {
            let path = format!("/api/v1/plants/shop/{kind}/{id}");
            let (status, head, answer) = http_with_head(&hub, ("GET", &path), &headers, "").await;
            assert!([400, 404].contains(&status), "{path}: {status} {answer}");
            assert!(answer["code"].is_string(), "{path}: {answer}");
            assert!(!head.contains("\nX: y"), "{head}");
        }
    }
    for (method, path) in
        [("DELETE", "/api/v1/plants/shop"), ("PUT", "/v1/session"), ("GET", "/api/v1/x")]
    {
        let (_, answer) = http(&hub, (method, path), &headers, "").await;
        assert!(
            answer["code"].is_string() && answer["reason"].is_string(),
            "{method} {path}: {answer}"
        );
    }
    let wrong = [("Authorization", "Bearer slipway_wrong")];
    let (status, head, answer) =
        http_with_head(&hub, ("GET", "/api/v1/plants/shop"), &wrong, "").await;
    assert_eq!((status, answer["code"].as_str()), (401, Some("unknown_key")), "{answer}");
    assert!(head.to_lowercase().contains("www-authenticate: bearer"), "{head}");
    hub.stop().await;
}

#[tokio::test]
async fn sockets_that_are_abused_end_and_others_do_not_notice() {
    let place = Place::new();
    let (key, other) = (place.key("a", None), place.key("b", None));
    let viewer = viewer_key(&place, "skarvik");
    let hub = place.start().await;
    let mut honest = Viewer::watching(&hub, &viewer).await;
    for protocol in ["slipway.ingest.v1x", "SLIPWAY.INGEST.V1", "x, y", "slipway.view.v1"] {
        assert_eq!(status(&hub, Some(&key), protocol).await, 400, "{protocol}");
    }
    // A text in pieces without an end.
    let (mut endless, _) = Feed::welcomed(&hub, &key, "a", 1).await;
    let piece =
        |code| Message::Frame(Frame::message(vec![b' '; 1 << 20], OpCode::Data(code), false));
    let mut sent = endless.socket.send(piece(Data::Text)).await;
    for _ in 0..64 {
        if sent.is_err() {
            break;
        }
        sent = endless.socket.send(piece(Data::Continue)).await;
    }
    assert!(sent.is_err() || endless.closed().await == 1009, "it ends");
    // Pings by the thousand, and nobody who reads the answers.
    let (flood, _) = Feed::welcomed(&hub, &other, "b", 1).await;
    let (mut sink, stream) = flood.socket.split();
    let flooding = tokio::spawn(async move {
        let mut sent = 0;
        while sent < 200_000 && sink.feed(Message::Ping(vec![0; 125].into())).await.is_ok() {
            sent += 1;
        }
        sent
    });
    let (mut feed, _) = Feed::welcomed(&hub, &key, "a", 2).await;
    for seq in 1..20 {
        let state = if seq % 2 == 0 { "working" } else { "down" };
        feed.say(&frame(seq, &[unit_state("bay-01", state)])).await;
        assert_eq!(feed.hear().await, ack(seq), "others are answered meanwhile");
        honest.until(|values| values["unit/bay-01"]["state"] == state).await;
    }
    flooding.abort();
    drop(stream);
    // A viewer that never reads holds nobody up.
    let deaf = Viewer::watching(&hub, &viewer).await;
    for seq in 20..60 {
        let state = if seq % 2 == 0 { "working" } else { "down" };
        feed.say(&frame(seq, &[unit_state("bay-01", state)])).await;
        assert_eq!(feed.hear().await, ack(seq));
    }
    honest.until(|values| values["unit/bay-01"]["state"] == "down").await;
    drop(deaf);
    hub.stop().await;
}

#[tokio::test]
async fn what_a_page_says_on_its_socket_is_bounded() {
    let place = Place::new();
    let hub = place.start().await;
    for said in [
        Message::text("x".repeat(5 << 10)),
        Message::text("x".repeat(64 << 20)),
        Message::binary(vec![0; 1 << 20]),
    ] {
        let address = format!("ws://{}/v1/view", hub.address);
        let mut request = address.into_client_request().unwrap();
        request
            .headers_mut()
            .insert("Sec-WebSocket-Protocol", wire::view::SUBPROTOCOL.parse().unwrap());
        let (socket, _) =
            tokio_tungstenite::connect_async(request).await.expect("anybody may look");
        let (mut sink, mut stream) = socket.split();
        let sending = tokio::spawn(async move { sink.send(said).await });
        let ended = tokio::time::timeout(PATIENCE, async {
            while let Some(Ok(message)) = stream.next().await {
                if message.is_close() {
                    break;
                }
            }
        });
        ended.await.expect("it is let go");
        sending.abort();
    }
    hub.stop().await;
}

#[tokio::test]
async fn slow_bodies_and_idle_sockets_are_let_go_after_a_sign_in_as_before() {
    let place = Place::new();
    identity::account(&place, "anna", &[Role::Viewer]);
    let soon = Duration::from_millis(400);
    let limits = Limits { head_within: soon, answer_within: soon, ..Limits::usual() };
    let hub = place.start_within(limits).await;
    // Hashing a password would take longer than these limits.
    let (token, now) = (gate::new_key().unwrap(), wall_now());
    let holder = Holder::Account("anna".to_owned());
    let row = SessionRow { sha256: gate::hash(&token), holder, created: now, seen: now };
    identity::keys_of(&place).add_session(&row, now).unwrap();
    let cookie = format!("slipway={token}");
    assert_eq!(identity::look(&hub, "/api/v1/plants/shop", &cookie).await.0, 200);
    let mut sockets = Vec::new();
    for begun in [
        format!("GET /api/v1/plants/shop HTTP/1.1\r\nHost: hub\r\nCookie: {cookie}\r\nX: "),
        format!("DELETE /v1/session HTTP/1.1\r\nHost: hub\r\nCookie: {cookie}\r\n"),
        format!(
            "POST /v1/session HTTP/1.1\r\nHost: {0}\r\nOrigin: http://{0}\r\nCookie: {cookie}\r\n\
             Content-Type: application/json\r\nContent-Length: 4000\r\n\r\n{{",
            hub.address
        ),
        format!("GET /healthz HTTP/1.1\r\nHost: hub\r\nCookie: {cookie}\r\n\r\n"),
    ] {
        let mut stream = TcpStream::connect(hub.address).await.unwrap();
        stream.write_all(begun.as_bytes()).await.unwrap();
        sockets.push(stream);
    }
    for mut stream in sockets {
        let mut heard = Vec::new();
        let ended = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut heard)).await;
        let _reset = ended.expect("an end in time");
    }
    hub.stop().await;
}
