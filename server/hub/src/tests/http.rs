//! Requests over a real socket, as a program makes them, without a library of ours.

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::fixture::PATIENCE;
use crate::serve::Hub;

/// Asks with plain HTTP/1.0, so that the answer ends with the connection. An answer that is not
/// JSON is returned as text.
pub(crate) async fn http(
    hub: &Hub,
    asked: (&str, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, Value) {
    let (status, _head, body) = http_with_head(hub, asked, headers, body).await;
    (status, body)
}

/// The same with the answer's head.
pub(crate) async fn http_with_head(
    hub: &Hub,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, String, Value) {
    let mut request = format!("{method} {path} HTTP/1.0\r\nHost: {}\r\n", hub.address);
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    let answer = tokio::time::timeout(PATIENCE, async {
        let mut stream = TcpStream::connect(hub.address).await.expect("the hub listens");
        stream.write_all(request.as_bytes()).await.expect("a request can be sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("an answer");
        String::from_utf8_lossy(&answer).into_owned()
    });
    let answer = answer.await.expect("an answer in time");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let body = serde_json::from_str(body).unwrap_or_else(|_text| Value::from(body));
    (status.expect("a status"), head.to_owned(), body)
}

/// Reads from the API with a key.
pub(crate) async fn get(hub: &Hub, path: &str, key: &str) -> (u16, Value) {
    http(hub, ("GET", path), &[("Authorization", &format!("Bearer {key}"))], "").await
}

/// Reads again at every tick until the answer is as wanted.
pub(crate) async fn get_until(
    hub: &Hub,
    path: &str,
    key: &str,
    wanted: impl Fn(&Value) -> bool,
) -> Value {
    let wait = tokio::time::timeout(PATIENCE, async {
        let mut ticks = hub.shared.door.shelf.ticks();
        loop {
            let (_status, answer) = get(hub, path, key).await;
            if wanted(&answer) {
                return answer;
            }
            ticks.changed().await.expect("the hub runs");
        }
    });
    wait.await.unwrap_or_else(|_late| panic!("{path} never came to what was waited for"))
}
