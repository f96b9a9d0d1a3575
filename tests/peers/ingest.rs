//! Reports and points over a websocket, on disk before they are acknowledged.

use std::{path::Path, time::Duration};

use serde_json::json;

use crate::{
    arguments::{Arguments, Place, Section},
    feed::Feed,
    hub::{self, Hub},
    line::{Line, Signals},
    machine::{self, Used},
    mqtt::{Mqtt, Remembered},
    nats::Nats,
    peers::Peer,
    pump::{Broker, Limit, Pumped, Stream},
    restart, site,
    table::{Findings, Row, figure, per_second},
};

/// Units of the plant that reports.
const UNITS: usize = 1_000;
/// Reports in a frame.
const REPORTS: usize = 500;
/// Series of the plant: as many as a hub follows of one.
const SERIES: usize = 1_000;
/// Points in a frame: five of each series.
const POINTS: usize = 5_000;
/// Sent before anything is measured, so that files and caches have grown.
const WARMING: Duration = Duration::from_secs(2);
/// The most that a broker is given that keeps it all in memory.
const MOST_IN_MEMORY_BYTES: u64 = 1 << 30;

/// What a measurement came to.
struct Taken {
    pumped: Pumped,
    /// CPU time of the server and of the generator [s].
    cpu_s: f64,
    own_cpu_s: f64,
    rss_bytes: [u64; 2],
}

impl Taken {
    fn per_cpu_s(&self) -> f64 {
        self.pumped.items as f64 / self.cpu_s
    }

    /// In words: rate, delays, what it cost.
    fn words(&self) -> String {
        let Self { pumped, cpu_s, own_cpu_s, rss_bytes: [before, after] } = self;
        let steady = match pumped.steadiness() {
            ratio if ratio.is_nan() => "cut short by its memory".to_owned(),
            ratio => format!("second half {ratio:.2} × the first"),
        };
        format!(
            "{}; ack p50 {:.1} ms, p99 {:.1} ms; server {cpu_s:.1} CPU-s in {:.0} s, generator \
             {:.0} % of the CPU used; {steady}; RSS {} → {} MiB",
            per_second(pumped.rate()),
            pumped.ack_ms.p50(),
            pumped.ack_ms.p99(),
            pumped.seconds,
            100.0 * own_cpu_s / (own_cpu_s + cpu_s),
            before >> 20,
            after >> 20,
        )
    }

    fn figures(&self) -> Vec<(String, f64)> {
        vec![
            figure("per_s", self.pumped.rate()),
            figure("per_server_cpu_s", self.per_cpu_s()),
            figure("ack_p50_ms", self.pumped.ack_ms.p50()),
            figure("ack_p99_ms", self.pumped.ack_ms.p99()),
            figure("server_cpu_s", self.cpu_s),
            figure("generator_cpu_share", self.own_cpu_s / (self.own_cpu_s + self.cpu_s)),
            figure("second_half_to_first", self.pumped.steadiness()),
        ]
    }
}

/// Measures the hub, then the peers with the same frames.
pub(crate) async fn measure(arguments: &Arguments, place: &Place, findings: &mut Findings) {
    if !place.is_durable() {
        findings.remark(format!(
            "Ingest and restart are not measured: {} is on {}, where a flush does nothing; name a \
             folder on a disk with --data.",
            place.folder.display(),
            place.file_system
        ));
        return;
    }
    let flushes = machine::flushes_ms(&place.folder);
    findings.add(Row {
        what: format!("fdatasync of 4 KiB on {}", place.file_system),
        measured: format!("p50 {:.2} ms, p99 {:.2} ms", flushes.p50(), flushes.p99()),
        figures: vec![figure("p50_ms", flushes.p50()), figure("p99_ms", flushes.p99())],
        ..Row::default()
    });
    let ours = reports(arguments, place, findings).await;
    if arguments.wants(Section::Ingest) {
        points(arguments, place, findings).await;
        peers(arguments, place, &ours, findings).await;
    }
}

/// Warms up, then measures.
async fn take<F: FnMut(u64) -> (String, u64)>(
    broker: &mut impl Broker,
    stream: &mut Stream<F>,
    used: impl Fn() -> Used,
    limit: Limit,
) -> Taken {
    stream.pump(broker, Limit { time: WARMING.min(limit.time), ..limit }).await;
    let (before, own) = (used(), machine::own());
    let pumped = stream.pump(broker, limit).await;
    let (after, own_after) = (used(), machine::own());
    Taken {
        pumped,
        cpu_s: after.cpu_since(before),
        own_cpu_s: own_after.cpu_since(own),
        rss_bytes: [before.rss_bytes, after.rss_bytes],
    }
}

fn frames_of_reports(in_flight: usize) -> Stream<impl FnMut(u64) -> (String, u64)> {
    let mut line = Line::new(UNITS);
    Stream { seq: 1, in_flight, items: 0, make: move |seq| line.frame(seq, REPORTS) }
}

/// A hub on this folder, and its feed.
async fn hub_with_feed(folder: &Path, signals: &Signals) -> (Hub, Feed) {
    let plants = folder.join("plants");
    site::write(&plants, UNITS);
    let hub = Hub::start(&folder.join("data"), &["--plants", plants.to_str().expect("plain")]);
    let key = hub.key(&["--feed", "bench", "--plant", site::PLANT]);
    let clock = json!({ "kind": "recorded", "rate": 1_000.0 });
    let feed = Feed::connect(hub.address, &key, &clock, signals.ids()).await;
    (hub, feed)
}

async fn reports(arguments: &Arguments, place: &Place, findings: &mut Findings) -> Taken {
    let folder = place.empty();
    let (hub, mut feed) = hub_with_feed(folder.path(), &Signals::new(0)).await;
    let mut stream = frames_of_reports(arguments.in_flight);
    let limit = Limit::lasting(arguments.lasting());
    let taken = take(&mut feed, &mut stream, || hub.used(), limit).await;
    if arguments.wants(Section::Ingest) {
        findings.add(Row {
            what: format!("ingest, reports in frames of {REPORTS}"),
            target: "≥ 100 k/s, p99 ≤ 50 ms".to_owned(),
            measured: taken.words(),
            figures: taken.figures(),
            ..Row::default()
        });
        refusals(&feed, findings);
    }
    if arguments.wants(Section::Restart) {
        let wanted = arguments.journalled().saturating_sub(stream.items);
        let limit = Limit { items: wanted, ..Limit::lasting(Duration::from_secs(3_600)) };
        stream.pump(&mut feed, limit).await;
        let bytes = hub::bytes_in(&folder.path().join("data"));
        hub.kill();
        restart::measure(folder.path(), stream.items, bytes, findings);
    }
    taken
}

async fn points(arguments: &Arguments, place: &Place, findings: &mut Findings) {
    let folder = place.empty();
    let mut signals = Signals::new(SERIES);
    let (hub, mut feed) = hub_with_feed(folder.path(), &signals).await;
    let make = move |seq| signals.frame(seq, POINTS);
    let mut stream = Stream { seq: 1, in_flight: arguments.in_flight, items: 0, make };
    let limit = Limit::lasting(arguments.lasting());
    let taken = take(&mut feed, &mut stream, || hub.used(), limit).await;
    findings.add(Row {
        what: format!("ingest, points in columns of {POINTS}"),
        target: "≥ 1 M/s, p99 ≤ 50 ms".to_owned(),
        measured: taken.words(),
        figures: taken.figures(),
        ..Row::default()
    });
    refusals(&feed, findings);
}

fn refusals(feed: &Feed, findings: &mut Findings) {
    if let Some(first) = feed.refused.first() {
        findings.remark(format!("{} refusals, the first: {first}", feed.refused.len()));
    }
}

async fn peers(arguments: &Arguments, place: &Place, ours: &Taken, findings: &mut Findings) {
    let lasting = arguments.lasting();
    let folder = place.empty();
    let row = |name: &str, taken: Option<&Taken>| Row {
        what: format!("the same frames kept by {name}"),
        target: "ours ≥ 3 × a CPU-second".to_owned(),
        measured: taken.map_or_else(|| "not on this machine".to_owned(), Taken::words),
        ratio: taken.map_or_else(String::new, |peer| {
            format!(
                "{:.2} × a server CPU-second, {:.2} × the rate",
                ours.per_cpu_s() / peer.per_cpu_s(),
                ours.pumped.rate() / peer.pumped.rate()
            )
        }),
        figures: taken.map(Taken::figures).unwrap_or_default(),
    };
    let nats = match Peer::nats(folder.path()) {
        Some(server) => {
            let mut client = Nats::connect(server.address).await;
            client.make_stream().await;
            let mut stream = frames_of_reports(arguments.in_flight);
            Some(take(&mut client, &mut stream, || server.used(), Limit::lasting(lasting)).await)
        }
        None => None,
    };
    findings.add(row("NATS JetStream, flushed before the ack", nats.as_ref()));
    let mosquitto = match Peer::mosquitto(folder.path()) {
        Some(broker) => {
            let mut away = Mqtt::connect(broker.address, "away", Remembered::Yes).await;
            away.subscribe(1).await;
            drop(away);
            let mut client = Mqtt::connect(broker.address, "feed", Remembered::No).await;
            let mut stream = frames_of_reports(arguments.in_flight);
            let limit = Limit { bytes: MOST_IN_MEMORY_BYTES, ..Limit::lasting(lasting) };
            Some(take(&mut client, &mut stream, || broker.used(), limit).await)
        }
        None => None,
    };
    findings.add(row("mosquitto, QoS 1, not on disk before the ack", mosquitto.as_ref()));
    findings.remark(
        "The peers keep the bytes of a frame; the hub reads each report of it, checks it and folds \
         it into the twin and the findings before it keeps it.",
    );
}
