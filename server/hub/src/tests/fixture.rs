//! A hub with a small plant, and a feed that speaks with it over a real websocket.

use std::{path::Path, time::Duration};

use futures_util::{SinkExt, StreamExt};
use journal::{KeyLife, KeyRow, Keys};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::StatusCode},
};
use twin::{EquipmentId, FeedId, PlantId, Span, SupplierId};
use wire::ingest::SUBPROTOCOL;

use crate::{
    cli::ServeArgs,
    clock::wall_now,
    gate,
    limits::Limits,
    serve::{self, Hub, ServeError},
};

/// Long enough for a busy machine: tests wait for a state, and this only ends a hang.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

const PROGRAMME: &str = r#"[programme]
id = "small"
name = "Small"
time_zone = "UTC"
starts = 2031-01-06
demo_from = 2031-05-05T06:00
plants = ["shop"]

[[nation]]
id = "XAA"
name = "Aldermark"

[[organisation]]
id = "skarvik"
name = "Skarvik"
nation = "XAA"

[[serial]]
material = "panel"
pattern = "P{n}"
assumed = true
"#;

const PLANT: &str = r#"[plant]
id = "shop"
name = "Shop"
description = "Makes panels."
nation = "XAA"
organisation = "skarvik"
time_zone = "Europe/Oslo"

[label]
policy = "TEST"
classification = "unclassified"
releasable_to = ["XAA"]
created = 2031-01-06
review = 2032-01-06

[[calendar]]
id = "day"
name = "Day"
week = { mon-fri = ["06:00-13:30"] }
assumed = true
"#;

const EQUIPMENT: &str = r#"assumed = true

[[area]]
id = "hall"
name = "Hall"

[[work_center]]
id = "weld"
name = "Welding"
area = "hall"
calendar = "day"
count = 2
unit_id = "bay-{n:02}"
at_m = [0, 0]
pitch_m = [14, 0]
size_m = [10, 8, 6]

[[storage]]
id = "stock"
name = "Stock"
area = "hall"
capacity = 20
at_m = [-20, 0]
size_m = [5, 5, 2]

[[storage]]
id = "done"
name = "Done"
area = "hall"
capacity = "unbounded"
at_m = [40, 0]
size_m = [5, 5, 2]
"#;

const OPERATIONS: &str = r#"assumed = true

[[material]]
id = "plate"
name = "Plate"
tracking = "bulk"

[[material]]
id = "panel"
name = "Panel"
tracking = "serial"
made_of = { plate = 4 }

[[operation]]
id = "make"
name = "Make a panel"
at = "weld"
inputs = [{ material = "plate", quantity = 4, from = "stock" }]
output = { material = "panel", to = "done" }
time = "2 wd"
"#;

const SUPPLY: &str = r#"assumed = true

[[supplier]]
id = "mill"
name = "Mill"
tier = 1
nation = "XAA"
organisation = "skarvik"

[[supply]]
material = "plate"
supplier = "mill"
storage = "stock"
lot = 8
every = "2/d"
lead = "30 d"
on_time = 0.9
mean_late = "2 d"
"#;

/// The plant's files by name.
pub(crate) const FILES: [(&str, &str); 5] = [
    ("programme.toml", PROGRAMME),
    ("shop/plant.toml", PLANT),
    ("shop/equipment.toml", EQUIPMENT),
    ("shop/operations.toml", OPERATIONS),
    ("shop/supply.toml", SUPPLY),
];

/// Writes the plant's files below `dir`.
pub(crate) fn write_plants(dir: &Path) {
    for (name, text) in FILES {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// A place for a hub: its plants, its data, a key.
pub(crate) struct Place {
    pub(crate) dir: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        write_plants(&dir.path().join("plants"));
        Self { dir }
    }

    pub(crate) fn args(&self) -> ServeArgs {
        ServeArgs {
            plants: Some(self.dir.path().join("plants")),
            agreements: None,
            policies: None,
            data: Some(self.dir.path().join("data")),
            listen: "127.0.0.1:0".parse().unwrap(),
            tls_cert: None,
            tls_key: None,
            feed_ca: None,
            demo: false,
            www: None,
            viewer: None,
            engine: None,
            meshes: None,
            json: false,
        }
    }

    /// A key for a feed of the shop, for all units or some.
    pub(crate) fn key(&self, feed: &str, units: Option<&[&str]>) -> String {
        let units = units.map(|units| units.iter().map(|u| EquipmentId::new(u).unwrap()).collect());
        self.key_of(feed, None, units)
    }

    /// A key for a supplier's feed.
    pub(crate) fn supplier_key(&self, feed: &str, supplier: &str) -> String {
        self.key_of(feed, Some(SupplierId::new(supplier).unwrap()), None)
    }

    fn key_of(
        &self,
        feed: &str,
        supplier: Option<SupplierId>,
        units: Option<Vec<EquipmentId>>,
    ) -> String {
        let key = gate::new_key().unwrap();
        let row = KeyRow {
            sha256: gate::hash(&key),
            feed: FeedId::new(feed).unwrap(),
            plant: PlantId::new("shop").unwrap(),
            supplier,
            units,
            life: lasting(),
        };
        Keys::open(&self.dir.path().join("data")).unwrap().add(&row).unwrap();
        key
    }

    /// Starts with limits of its own.
    pub(crate) async fn start_within(&self, limits: Limits) -> Hub {
        let started = serve::start_within(&self.args(), limits).await;
        started.unwrap_or_else(|error| panic!("{:?}", error.lines()))
    }

    pub(crate) async fn start(&self) -> Hub {
        self.try_start().await.unwrap_or_else(|error| panic!("{:?}", error.lines()))
    }

    pub(crate) async fn try_start(&self) -> Result<Hub, ServeError> {
        serve::start(&self.args()).await
    }
}

/// The life of a key that lasts as long as any test.
pub(crate) fn lasting() -> KeyLife {
    KeyLife::new(wall_now(), wall_now() + Span::from_secs(24 * 3_600))
}

/// A feed's connection.
pub(crate) struct Feed {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What the hub answers to an attempt to connect.
pub(crate) async fn status(hub: &Hub, key: Option<&str>, protocol: &str) -> StatusCode {
    match attempt(hub, key, protocol).await {
        Ok(_) => StatusCode::SWITCHING_PROTOCOLS,
        Err(Error::Http(response)) => response.status(),
        Err(other) => panic!("{other}"),
    }
}

async fn attempt(hub: &Hub, key: Option<&str>, protocol: &str) -> Result<Feed, Error> {
    let address = format!("ws://{}/v1/ingest", hub.address);
    let mut request = address.into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("Sec-WebSocket-Protocol", protocol.parse().unwrap());
    if let Some(key) = key {
        headers.insert("Authorization", format!("Bearer {key}").parse().unwrap());
    }
    connect_async(request).await.map(|(socket, _response)| Feed { socket })
}

impl Feed {
    pub(crate) async fn connect(hub: &Hub, key: &str) -> Self {
        attempt(hub, Some(key), SUBPROTOCOL).await.expect("connects")
    }

    /// Connects, says hello on the live clock, and hears the welcome.
    pub(crate) async fn welcomed(hub: &Hub, key: &str, name: &str, epoch: u64) -> (Self, Value) {
        let mut feed = Self::connect(hub, key).await;
        feed.say(&hello(name, epoch)).await;
        let welcome = feed.hear().await;
        assert_eq!(welcome["type"], "welcome", "{welcome}");
        (feed, welcome)
    }

    pub(crate) async fn say(&mut self, message: &Value) {
        self.say_text(&message.to_string()).await;
    }

    pub(crate) async fn say_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.expect("the hub listens");
    }

    /// The next message of the hub.
    pub(crate) async fn hear(&mut self) -> Value {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.socket.next()).await;
            match message.expect("an answer in time").expect("connected").expect("a message") {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// Waits for the connection to end; returns the close code.
    pub(crate) async fn closed(&mut self) -> u16 {
        self.closed_saying().await.0
    }

    /// Waits for the connection to end; returns the close code and the reason.
    pub(crate) async fn closed_saying(&mut self) -> (u16, String) {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.socket.next()).await;
            match message.expect("an end in time") {
                Some(Ok(Message::Close(Some(frame)))) => {
                    return (frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(_)) => {}
                other => panic!("ended without a code: {other:?}"),
            }
        }
    }
}

pub(crate) fn hello(feed: &str, epoch: u64) -> Value {
    json!({ "type": "hello", "feed": feed, "epoch": epoch, "clock": { "kind": "live" } })
}

/// A frame with these reports.
pub(crate) fn frame(seq: u64, reports: &[Value]) -> Value {
    json!({ "type": "report", "seq": seq, "reports": reports })
}

/// The wall clock now, as a report writes it.
pub(crate) fn now() -> String {
    record::format_time(wall_now()).unwrap()
}

/// A unit's own word about its state, now.
pub(crate) fn unit_state(unit: &str, state: &str) -> Value {
    json!({ "kind": "unit_state", "at": now(), "unit": unit, "state": state })
}

pub(crate) fn ack(seq: u64) -> Value {
    json!({ "type": "ack", "seq": seq, "durable": true })
}

/// The code of a refusal, with the frame and the report it is about.
pub(crate) fn refusal(answer: &Value) -> (String, Option<u64>, Option<u64>) {
    assert_eq!(answer["type"], "refused", "{answer}");
    let code = answer["code"].as_str().expect("a code").to_owned();
    assert!(answer["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{answer}");
    (code, answer["seq"].as_u64(), answer["index"].as_u64())
}
