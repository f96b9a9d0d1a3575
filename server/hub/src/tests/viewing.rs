//! What viewers get: snapshots in pieces, numbered deltas, and nothing that is not released.

use std::collections::BTreeMap;

use futures_util::{SinkExt, StreamExt};
use journal::{Keys, ViewerKeyRow};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::StatusCode},
};
use twin::{NationId, OrganisationId};
use wire::view::SUBPROTOCOL;

use super::fixture::{Feed, PATIENCE, Place, ack, frame, lasting, unit_state};
use crate::{gate, serve::Hub};

/// The view of the fixture's plant.
pub(super) const SHOP: &str = "plant/shop";

/// A viewer that mirrors what it is sent, and checks the numbers.
pub(super) struct Viewer {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(super) version: Option<u64>,
    pub(super) values: BTreeMap<String, Value>,
}

impl Viewer {
    async fn attempt(
        hub: &Hub,
        key: Option<&str>,
        origin: Option<&str>,
    ) -> Result<Self, StatusCode> {
        let mut request = format!("ws://{}/v1/view", hub.address).into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("Sec-WebSocket-Protocol", SUBPROTOCOL.parse().unwrap());
        if let Some(key) = key {
            headers.insert("Authorization", format!("Bearer {key}").parse().unwrap());
        }
        if let Some(origin) = origin {
            headers.insert("Origin", origin.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self { socket, version: None, values: BTreeMap::new() }),
            Err(Error::Http(response)) => Err(response.status()),
            Err(other) => panic!("{other}"),
        }
    }

    pub(super) async fn watching(hub: &Hub, key: &str) -> Self {
        let mut viewer = Self::attempt(hub, Some(key), None).await.expect("connects");
        assert_eq!(viewer.hear().await["type"], "welcome");
        viewer.say(&json!({ "type": "watch", "view": SHOP })).await;
        viewer.until(|values| values.contains_key("unit/bay-01")).await;
        viewer
    }

    pub(super) async fn say(&mut self, message: &Value) {
        self.socket.send(Message::text(message.to_string())).await.expect("the hub listens");
    }

    pub(super) async fn hear(&mut self) -> Value {
        loop {
            let message = tokio::time::timeout(PATIENCE, self.socket.next()).await;
            match message.expect("news in time").expect("connected").expect("a message") {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// Mirrors until the values are as wanted.
    pub(super) async fn until(&mut self, wanted: impl Fn(&BTreeMap<String, Value>) -> bool) {
        while self.version.is_none() || !wanted(&self.values) {
            let message = self.hear().await;
            match message["type"].as_str().unwrap() {
                "snapshot" => {
                    if message["piece"] == 0 {
                        self.values.clear();
                    }
                    self.take(&message);
                    let last = message["piece"].as_u64().unwrap() + 1 == message["pieces"];
                    self.version = last.then(|| message["version"].as_u64().unwrap());
                }
                "delta" => {
                    assert_eq!(message["from"].as_u64(), self.version, "a delta was left out");
                    self.take(&message);
                    if message["piece"].as_u64().unwrap() + 1 == message["pieces"] {
                        self.version = message["to"].as_u64();
                    }
                }
                "event" | "resync" => {}
                other => panic!("{other}: {message}"),
            }
        }
    }

    fn take(&mut self, message: &Value) {
        for (key, value) in message["set"].as_object().unwrap() {
            self.values.insert(key.clone(), value.clone());
        }
        for key in message["gone"].as_array().into_iter().flatten() {
            self.values.remove(key.as_str().unwrap());
        }
    }
}

/// A viewer's key for the fixture's only organisation, or for another.
pub(super) fn viewer_key(place: &Place, organisation: &str) -> String {
    let key = gate::new_key().unwrap();
    let row = ViewerKeyRow {
        sha256: gate::hash(&key),
        nation: NationId::new("XAA").unwrap(),
        organisation: OrganisationId::new(organisation).unwrap(),
        life: lasting(),
    };
    Keys::open(&place.dir.path().join("data")).unwrap().add_viewer(&row).unwrap();
    key
}

#[tokio::test]
async fn a_breakdown_reaches_whoever_may_see_it() {
    let place = Place::new();
    let (feed_key, viewer_key) = (place.key("a", None), viewer_key(&place, "skarvik"));
    let hub = place.start().await;
    let mut viewer = Viewer::watching(&hub, &viewer_key).await;
    assert_eq!(viewer.values["unit/bay-01"]["state"], "unknown");
    assert_eq!(viewer.values["withheld"], json!({ "any": false }));
    let (mut feed, _) = Feed::welcomed(&hub, &feed_key, "a", 1).await;
    feed.say(&frame(1, &[unit_state("bay-01", "down")])).await;
    assert_eq!(feed.hear().await, ack(1));
    viewer.until(|values| values["unit/bay-01"]["state"] == "down").await;
    assert_eq!(viewer.values["unit/bay-02"]["state"], "unknown");
    assert_eq!(viewer.values["feed/a"]["connected"], true);
    hub.stop().await;
}

#[tokio::test]
async fn whoever_lost_the_thread_gets_everything_again() {
    let place = Place::new();
    let key = viewer_key(&place, "skarvik");
    let hub = place.start().await;
    let mut viewer = Viewer::watching(&hub, &key).await;
    let before = viewer.values.clone();
    viewer.version = None;
    viewer.say(&json!({ "type": "again", "view": SHOP })).await;
    // A delta that was already under way would be counted against the lost version.
    loop {
        let message = viewer.hear().await;
        if message["type"] == "snapshot" {
            viewer.take(&message);
            viewer.version = message["version"].as_u64();
            break;
        }
    }
    viewer.until(|values| values.len() >= before.len()).await;
    assert_eq!(viewer.values["layout/bay-01"], before["layout/bay-01"]);
    hub.stop().await;
}

#[tokio::test]
async fn what_may_not_be_seen_does_not_exist() {
    let place = Place::new();
    let stranger = viewer_key(&place, "stranger");
    let hub = place.start().await;
    assert!(matches!(
        Viewer::attempt(&hub, Some("guess"), None).await,
        Err(StatusCode::UNAUTHORIZED)
    ));
    // An organisation that the programme does not know is nobody, whatever its key says.
    assert!(matches!(
        Viewer::attempt(&hub, Some(&stranger), None).await,
        Err(StatusCode::UNAUTHORIZED)
    ));
    let mut public = Viewer::attempt(&hub, None, None).await.expect("anybody may ask");
    assert_eq!(public.hear().await["audience"], "public");
    let mut refusals = Vec::new();
    for view in [SHOP, "plant/no-such-plant", "programme"] {
        public.say(&json!({ "type": "watch", "view": view })).await;
        let refused = public.hear().await;
        assert_eq!(refused["code"], "no_such_view", "{refused}");
        refusals.push(refused["reason"].as_str().unwrap().replace(view, "it"));
    }
    refusals.dedup();
    assert_eq!(refusals.len(), 1, "a hidden view and a missing one read the same: {refusals:?}");
    hub.stop().await;
}

#[tokio::test]
async fn a_page_of_another_site_is_turned_away() {
    let place = Place::new();
    let key = viewer_key(&place, "skarvik");
    let hub = place.start().await;
    let own = format!("http://{}", hub.address);
    assert!(Viewer::attempt(&hub, Some(&key), Some(&own)).await.is_ok());
    let foreign = Viewer::attempt(&hub, Some(&key), Some("http://elsewhere.example")).await;
    assert!(matches!(foreign, Err(StatusCode::FORBIDDEN)));
    hub.stop().await;
}

#[tokio::test]
async fn nonsense_is_answered_and_the_connection_stays() {
    let place = Place::new();
    let key = viewer_key(&place, "skarvik");
    let hub = place.start().await;
    let mut viewer = Viewer::attempt(&hub, Some(&key), None).await.expect("connects");
    viewer.hear().await;
    for text in ["", "{}", "[1]", r#"{"type":"drive","unit":"bay-01"}"#, r#"{"type":"watch"}"#] {
        viewer.socket.send(Message::text(text)).await.expect("the hub listens");
        assert_eq!(viewer.hear().await["code"], "not_understood", "{text}");
    }
    for number in 0..20 {
        viewer.say(&json!({ "type": "watch", "view": format!("plant/none-{number}") })).await;
        assert_eq!(viewer.hear().await["code"], "no_such_view");
    }
    viewer.say(&json!({ "type": "watch", "view": SHOP })).await;
    viewer.until(|values| values.contains_key("unit/bay-01")).await;
    hub.stop().await;
}
