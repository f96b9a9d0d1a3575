//! Many viewers: each notes which version it had at what time.

use std::{collections::BTreeMap, net::SocketAddr, ops::Range, time::Duration};

use tokio::{io::AsyncReadExt, net::TcpStream, sync::watch, task::JoinHandle};

use crate::{
    machine,
    mqtt::{self, Mqtt, Remembered},
    raw::{self, Cutter, Protocol},
    site,
    spread::Spread,
};

/// Bytes read at once.
const READ_BYTES: usize = 64 << 10;
/// What is kept of each message: enough to tell its version.
const KEEP_BYTES: usize = 160;
/// Digits of the version that a peer's message begins with.
pub(crate) const VERSION_DIGITS: usize = 12;

/// When a version was made, on the wall clock [µs].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    /// When its values were made.
    pub(crate) made: i64,
    /// When the newest report in it was sent.
    pub(crate) sent: i64,
    /// How long its message is.
    pub(crate) bytes: usize,
}

/// What one viewer saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Versions and when they were here, on the wall clock [µs].
    pub(crate) arrivals: Vec<(u64, i64)>,
    /// What was read off the versions, by a viewer that reads them.
    pub(crate) stamps: BTreeMap<u64, Stamp>,
}

/// Where viewers look.
#[derive(Clone, Debug)]
pub(crate) enum Where {
    /// At a hub, with the key of a member.
    Hub(SocketAddr, String),
    /// At a NATS server's websocket.
    Nats(SocketAddr),
    /// At an MQTT broker.
    Mqtt(SocketAddr),
}

/// Whether a viewer reads its messages or only their versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reads {
    /// All of them.
    Whole,
    /// Which version it is.
    Version,
}

impl Where {
    fn protocol(&self) -> Protocol {
        match self {
            Self::Hub(..) => Protocol::View,
            Self::Nats(_) => Protocol::Nats,
            Self::Mqtt(_) => Protocol::Mqtt,
        }
    }

    async fn open(&self, number: usize) -> (TcpStream, Vec<u8>) {
        match self {
            Self::Hub(address, key) => {
                let head = format!("Authorization: Bearer {key}\r\n");
                let view = format!("plant/{}", site::PLANT);
                raw::view(*address, "/v1/view", &head, &view).await
            }
            Self::Nats(address) => raw::nats_subscriber(*address).await,
            Self::Mqtt(address) => {
                let name = format!("viewer-{number}");
                let mut client = Mqtt::connect(*address, &name, Remembered::No).await;
                client.subscribe(0).await;
                (client.into_socket(), Vec::new())
            }
        }
    }

    /// Connects so many viewers, who look until they are told to stop.
    pub(crate) async fn look(
        &self,
        viewers: Range<usize>,
        reads: Reads,
        stop: &watch::Receiver<bool>,
    ) -> Vec<JoinHandle<Seen>> {
        let mut looking = Vec::new();
        for number in viewers {
            let (socket, read) = self.open(number).await;
            let keep = if reads == Reads::Whole { usize::MAX } else { KEEP_BYTES };
            let viewer =
                Viewer { cutter: Cutter::new(self.protocol(), keep), reads, pieces: Vec::new() };
            looking.push(tokio::spawn(viewer.run(socket, read, stop.clone())));
        }
        looking
    }
}

struct Viewer {
    cutter: Cutter,
    reads: Reads,
    /// The pieces so far of what comes in pieces, if they are read.
    pieces: Vec<u8>,
}

impl Viewer {
    async fn run(
        mut self,
        mut socket: TcpStream,
        read: Vec<u8>,
        mut stop: watch::Receiver<bool>,
    ) -> Seen {
        let mut seen = Seen::default();
        self.take(&read, &mut seen);
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let read = tokio::select! {
                () = told(&mut stop) => break,
                read = socket.read(&mut buffer) => read.unwrap_or(0),
            };
            if read == 0 {
                break;
            }
            self.take(&buffer[..read], &mut seen);
        }
        seen
    }

    fn take(&mut self, bytes: &[u8], seen: &mut Seen) {
        let Self { cutter, reads, pieces } = self;
        cutter.push(bytes, &mut |message| {
            let at = machine::wall_micros();
            let Some((version, is_last)) = version(message) else { return };
            if *reads == Reads::Whole {
                pieces.extend_from_slice(message);
            }
            if !is_last {
                return;
            }
            seen.arrivals.push((version, at));
            if let Some(stamp) = stamp(pieces) {
                seen.stamps.insert(version, stamp);
            }
            pieces.clear();
        });
    }
}

/// Returns when the viewers are told to stop.
async fn told(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone is a stop as well.
    let _stopped = stop.wait_for(|stop| *stop).await;
}

/// The version of a delta, or the number that a peer's message begins with, and whether it is
/// whole with this piece.
fn version(message: &[u8]) -> Option<(u64, bool)> {
    let head = String::from_utf8_lossy(&message[..message.len().min(KEEP_BYTES)]);
    if let Some(delta) = head.strip_prefix("{\"type\":\"delta\"") {
        let number = |name: &str| -> Option<u64> {
            after(delta, name)?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
        };
        let is_last = number("\"piece\":")? + 1 == number("\"pieces\":")?;
        return Some((number("\"to\":")?, is_last));
    }
    // MQTT's body begins with the topic.
    let number = |from: usize| head.get(from..from + VERSION_DIGITS)?.parse().ok();
    number(0).or_else(|| number(mqtt::BEFORE_PAYLOAD)).map(|version| (version, true))
}

/// The clock of a delta, whose pieces are one after the other, and the moment of its first unit's
/// change.
fn stamp(message: &[u8]) -> Option<Stamp> {
    let text = std::str::from_utf8(message).ok()?;
    let moment = |text: &str| record::parse_time(text.split('"').next()?);
    let made = moment(after(text, "\"clock\":{\"now\":\"")?)?;
    let unit = after(text, &format!("\"unit/{}\":{{", site::unit(0)))?;
    let sent = moment(after(unit, "\"since\":\"")?)?;
    Some(Stamp { made: made.micros(), sent: sent.micros(), bytes: message.len() })
}

fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text.split_once(mark).map(|(_, rest)| rest)
}

/// How long versions took to all viewers.
#[derive(Debug, Default)]
pub(crate) struct Delays {
    /// From the making of the values to the whole message [ms].
    pub(crate) made_ms: Spread,
    /// From the sending of a report to the message that shows it or a newer one [ms].
    pub(crate) sent_ms: Spread,
}

/// Joins what viewers saw within a time on the wall clock with when it was made and sent.
pub(crate) fn delays(
    viewers: &[Seen],
    stamps: &BTreeMap<u64, Stamp>,
    sent: &[i64],
    within: &Range<i64>,
) -> Delays {
    let mut delays = Delays::default();
    let ms = |from: i64, to: i64| (to - from) as f64 / 1e3;
    for (version, at) in viewers.iter().flat_map(|seen| &seen.arrivals) {
        let (Some(stamp), true) = (stamps.get(version), within.contains(at)) else { continue };
        delays.made_ms.add(ms(stamp.made, *at));
        // Reports that a newer one overtook before the tick are shown by it.
        let before = stamps.get(&(version - 1)).map_or(stamp.sent, |before| before.sent + 1);
        let first = sent.partition_point(|moment| *moment < before);
        let shown = sent[first..].iter().take_while(|moment| **moment <= stamp.sent);
        shown.for_each(|moment| delays.sent_ms.add(ms(*moment, *at)));
    }
    delays
}

/// Stops all viewers and collects what they saw.
pub(crate) async fn collect(
    stop: &watch::Sender<bool>,
    looking: Vec<JoinHandle<Seen>>,
) -> Vec<Seen> {
    stop.send_replace(true);
    let mut all = Vec::new();
    for viewer in looking {
        all.push(viewer.await.expect("a viewer ends"));
    }
    all
}

/// How long viewers are given to have the whole view before anything is measured.
pub(crate) const SETTLING: Duration = Duration::from_secs(3);
