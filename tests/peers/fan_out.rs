//! Changes of a thousand units to many viewers: how late they are, what they cost.

use std::{collections::BTreeMap, fmt::Write, time::Duration};

use serde_json::json;
use tokio::sync::watch;
use twin::PlantTime;

use crate::{
    arguments::{Arguments, Place},
    feed::Feed,
    hub::Hub,
    machine::{self, Used},
    mqtt::{self, Mqtt, Remembered},
    nats::Nats,
    peers::Peer,
    pump::Broker,
    site,
    table::{Findings, Row, figure, per_second},
    viewers::{self, Delays, Reads, SETTLING, Seen, Stamp, VERSION_DIGITS, Where},
};

/// Units that change, all of them ten times a second.
const UNITS: usize = 1_000;
/// Between two frames of the feed.
const BETWEEN_FRAMES: Duration = Duration::from_millis(100);
/// Between two messages to a peer: as often as the hub publishes.
const BETWEEN_TICKS: Duration = Duration::from_millis(250);
/// How long the hub is watched with one viewer, to tell what many add.
const ALONE: Duration = Duration::from_secs(5);

/// What a measurement came to.
struct Fanned {
    delays: Delays,
    seconds: f64,
    /// CPU time of the server for all that it did, and of the generator [s].
    cpu_s: f64,
    own_cpu_s: f64,
    /// CPU time that the viewers beyond the first one added [s].
    added_cpu_s: f64,
    /// Length of a message [bytes].
    message_bytes: usize,
    rss_per_viewer: f64,
}

impl Fanned {
    fn deliveries_per_cpu_s(&self) -> f64 {
        self.delays.made_ms.count() as f64 / self.added_cpu_s
    }
}

/// Measures the hub, then the peers with messages of the same length.
pub(crate) async fn measure(arguments: &Arguments, place: &Place, findings: &mut Findings) {
    let ours = at_hub(arguments, place, findings).await;
    let viewers = arguments.viewers;
    findings.remark(format!(
        "Fan-out: {viewers} viewers of {UNITS} units that all change 10 times a second; the hub \
         publishes 4 times a second, by contract, in messages of {} kB, and so do the peers.",
        ours.message_bytes / 1_000
    ));
    let nats = at_nats(arguments, place, ours.message_bytes).await;
    let mqtt = at_mosquitto(arguments, place, ours.message_bytes).await;
    let ratio = |peer: &Option<Fanned>, name: &str| match peer {
        Some(peer) => {
            let ratio = ours.deliveries_per_cpu_s() / peer.deliveries_per_cpu_s();
            let p99 = peer.delays.made_ms.p99();
            format!("{ratio:.2} × {name} (p99 {p99:.0} ms)")
        }
        None => format!("{name} is not on this machine"),
    };
    let against =
        [ratio(&nats, "NATS websocket"), ratio(&mqtt, "mosquitto on plain TCP")].join(", ");
    report(&ours, viewers, against, findings);
}

fn report(ours: &Fanned, viewers: usize, against: String, findings: &mut Findings) {
    let rate = ours.delays.made_ms.count() as f64 / ours.seconds;
    let (p50, p99) = (ours.delays.made_ms.p50(), ours.delays.made_ms.p99());
    findings.add(Row {
        what: format!("{viewers} viewers, tick to receive"),
        target: "p99 ≤ 60 ms".to_owned(),
        measured: format!("p50 {p50:.0} ms, p99 {p99:.0} ms"),
        figures: vec![figure("p50_ms", p50), figure("p99_ms", p99)],
        ..Row::default()
    });
    let (p50, p99) = (ours.delays.sent_ms.p50(), ours.delays.sent_ms.p99());
    findings.add(Row {
        what: format!("{viewers} viewers, feed send to receive"),
        target: "p99 ≤ 200 ms".to_owned(),
        measured: format!("p50 {p50:.0} ms, p99 {p99:.0} ms"),
        figures: vec![figure("p50_ms", p50), figure("p99_ms", p99)],
        ..Row::default()
    });
    let per_cpu = ours.deliveries_per_cpu_s();
    let share = ours.own_cpu_s / (ours.own_cpu_s + ours.cpu_s);
    findings.add(Row {
        what: "deliveries a CPU-second of fan-out".to_owned(),
        target: "≥ 2 × NATS, ≥ 4 × mosquitto".to_owned(),
        measured: format!(
            "{per_cpu:.0}; {} delivered, server {:.0} % of a core, generator {:.0} % of the CPU used",
            per_second(rate),
            100.0 * ours.cpu_s / ours.seconds,
            100.0 * share
        ),
        ratio: against,
        figures: vec![
            figure("deliveries_per_cpu_s", per_cpu),
            figure("deliveries_per_s", rate),
            figure("server_cores", ours.cpu_s / ours.seconds),
            figure("generator_cpu_share", share),
            figure("message_bytes", ours.message_bytes as f64),
        ],
    });
    findings.add(Row {
        what: "RSS a viewer".to_owned(),
        target: "≤ 16 KiB".to_owned(),
        measured: format!("{:.1} KiB", ours.rss_per_viewer / 1_024.0),
        figures: vec![figure("rss_kib_per_viewer", ours.rss_per_viewer / 1_024.0)],
        ..Row::default()
    });
}

async fn at_hub(arguments: &Arguments, place: &Place, findings: &mut Findings) -> Fanned {
    let folder = place.empty();
    let plants = folder.path().join("plants");
    site::write(&plants, UNITS);
    let plants = plants.to_str().expect("a plain path");
    let hub = Hub::start(&folder.path().join("data"), &["--plants", plants]);
    let key = hub.key(&["--feed", "bench", "--plant", site::PLANT]);
    let clock = json!({ "kind": "live" });
    let feed = Feed::connect(hub.address, &key, &clock, std::iter::empty()).await;
    let (stop, stopping) = watch::channel(false);
    let feeding = tokio::spawn(change_units(feed, stopping.clone()));
    let at = Where::Hub(hub.address, hub.key(&["--view-as", site::MEMBER]));
    let mut looking = at.look(0..1, Reads::Whole, &stopping).await;
    machine::pass(SETTLING).await;
    let alone = hub.used();
    machine::pass(ALONE).await;
    let made = hub.used();
    let one_cpu_s = made.cpu_since(alone) / ALONE.as_secs_f64();
    looking.extend(at.look(1..arguments.viewers, Reads::Version, &stopping).await);
    machine::pass(SETTLING).await;
    let (before, own) = (hub.used(), machine::own());
    let begun = machine::wall_micros();
    machine::pass(arguments.lasting()).await;
    let ended = machine::wall_micros();
    let (after, own_after) = (hub.used(), machine::own());
    let seen = viewers::collect(&stop, looking).await;
    let (sent, refused) = feeding.await.expect("the feed ends");
    if let Some(refusal) = refused.first() {
        findings.remark(format!("{} of the feed's reports were refused: {refusal}", refused.len()));
    }
    let stamps = &seen[0].stamps;
    let seconds = (ended - begun) as f64 / 1e6;
    let cpu_s = after.cpu_since(before);
    let bytes = stamps.values().map(|stamp| stamp.bytes).sum::<usize>() / stamps.len().max(1);
    let grown = after.rss_bytes.saturating_sub(made.rss_bytes) as f64;
    Fanned {
        delays: viewers::delays(&seen, stamps, &sent, &(begun..ended)),
        seconds,
        cpu_s,
        own_cpu_s: own_after.cpu_since(own),
        added_cpu_s: (cpu_s - one_cpu_s * seconds).max(0.01),
        message_bytes: bytes,
        rss_per_viewer: grown / arguments.viewers.saturating_sub(1).max(1) as f64,
    }
}

/// Changes every unit ten times a second until told to stop; the moments of sending, refusals.
async fn change_units(mut feed: Feed, stopping: watch::Receiver<bool>) -> (Vec<i64>, Vec<String>) {
    let mut sent = Vec::new();
    let mut due = tokio::time::interval(BETWEEN_FRAMES);
    for seq in 1_u64.. {
        due.tick().await;
        if *stopping.borrow() {
            break;
        }
        let at = machine::wall_micros();
        feed.publish(seq, change(seq, at)).await;
        feed.acknowledged().await;
        sent.push(at);
    }
    (sent, feed.refused)
}

/// A frame in which every unit begins its operation, or ends it.
fn change(seq: u64, at: i64) -> String {
    let at = record::format_time(PlantTime::from_micros(at)).unwrap_or_default();
    let kind = if seq % 2 == 1 { "op_started" } else { "op_finished" };
    let mut text = format!("{{\"type\":\"report\",\"seq\":{seq},\"reports\":[");
    for number in 0..UNITS {
        let (comma, unit) = (if number > 0 { "," } else { "" }, site::unit(number));
        let round = (seq - 1) / 2;
        // Writing to a String cannot fail.
        let _infallible = write!(
            text,
            "{comma}{{\"kind\":\"{kind}\",\"at\":\"{at}\",\"op\":\"o-{round}-{number}\",\
             \"unit\":\"{unit}\",\"part\":\"P{number}\",\"operation\":\"make\"}}"
        );
    }
    text.push_str("]}");
    text
}

async fn at_nats(arguments: &Arguments, place: &Place, bytes: usize) -> Option<Fanned> {
    let folder = place.empty();
    let server = Peer::nats(folder.path())?;
    let mut publisher = Nats::connect(server.address).await;
    let at = Where::Nats(server.websocket);
    let publish = async |payload: &[u8]| publisher.tell(payload).await;
    Some(at_peer(arguments, &at, || server.used(), publish, bytes).await)
}

async fn at_mosquitto(arguments: &Arguments, place: &Place, bytes: usize) -> Option<Fanned> {
    let folder = place.empty();
    let broker = Peer::mosquitto(folder.path())?;
    let mut publisher = Mqtt::connect(broker.address, "publisher", Remembered::No).await;
    let at = Where::Mqtt(broker.address);
    let publish = async |payload: &[u8]| publisher.send(&mqtt::message(payload)).await;
    Some(at_peer(arguments, &at, || broker.used(), publish, bytes).await)
}

/// As many viewers of messages as long and as often as the hub's.
async fn at_peer(
    arguments: &Arguments,
    at: &Where,
    used: impl Fn() -> Used,
    mut publish: impl AsyncFnMut(&[u8]),
    bytes: usize,
) -> Fanned {
    let (stop, stopping) = watch::channel(false);
    let empty = used();
    let looking = at.look(0..arguments.viewers, Reads::Version, &stopping).await;
    let mut stamps = BTreeMap::new();
    let mut due = tokio::time::interval(BETWEEN_TICKS);
    let (mut begun, mut before, mut own) = (0, used(), machine::own());
    let settled = SETTLING.as_micros() / BETWEEN_TICKS.as_micros();
    let ticks = settled + arguments.lasting().as_micros() / BETWEEN_TICKS.as_micros();
    for tick in 0..ticks {
        due.tick().await;
        let sent = machine::wall_micros();
        if tick == settled {
            (begun, before, own) = (sent, used(), machine::own());
        }
        let version = tick as u64 + 1;
        let payload = format!("{version:0VERSION_DIGITS$} {}", " ".repeat(bytes));
        stamps.insert(version, Stamp { made: sent, sent, bytes });
        publish(payload.as_bytes()).await;
    }
    due.tick().await;
    let ended = machine::wall_micros();
    let (after, own_after) = (used(), machine::own());
    let seen: Vec<Seen> = viewers::collect(&stop, looking).await;
    let cpu_s = after.cpu_since(before);
    Fanned {
        delays: viewers::delays(&seen, &stamps, &[], &(begun..ended)),
        seconds: (ended - begun) as f64 / 1e6,
        cpu_s,
        own_cpu_s: own_after.cpu_since(own),
        added_cpu_s: cpu_s,
        message_bytes: bytes,
        rss_per_viewer: after.rss_bytes.saturating_sub(empty.rss_bytes) as f64
            / arguments.viewers.max(1) as f64,
    }
}
