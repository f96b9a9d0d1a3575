//! What one publication of the demonstration costs, by how many audiences look.

use std::time::Duration;

use tokio::{io::AsyncReadExt, net::TcpStream};

use crate::{
    arguments::Place,
    hub::Hub,
    machine, raw,
    table::{Findings, Row, figure},
};

/// Audiences that the demonstration offers, in the order in which they begin to look.
const AUDIENCES: [&str; 5] = ["XAA", "XBB", "XCC", "XDD", "public"];
/// How long each number of audiences is watched: some 48 ticks.
const WATCHED: Duration = Duration::from_secs(12);
/// How long until an audience's views are built.
const SETTLING: Duration = Duration::from_secs(2);

/// Measures.
pub(crate) async fn measure(place: &Place, findings: &mut Findings) {
    let folder = place.empty();
    let hub = Hub::start(&folder.path().join("data"), &["--demo"]);
    let mut costs = Vec::new();
    for (number, audience) in AUDIENCES.iter().enumerate() {
        let path = format!("/v1/view?as={audience}");
        let (socket, _read) = raw::view(hub.address, &path, "", "programme").await;
        tokio::spawn(read_on(socket));
        machine::pass(SETTLING).await;
        let before = published(&hub);
        machine::pass(WATCHED).await;
        let after = published(&hub);
        costs.push((number + 1, (after.0 - before.0) / (after.1 - before.1) / 1e3));
    }
    let (one, all) = (costs[0].1, costs[costs.len() - 1].1);
    let each = (all - one) / (costs.len() - 1) as f64;
    findings.add(Row {
        what: "a tick of the demonstration".to_owned(),
        target: "250 ms apart".to_owned(),
        measured: format!(
            "{one:.1} ms for one audience, {all:.1} ms for {}: {each:.1} ms each",
            costs.len()
        ),
        figures: costs.iter().map(|(n, ms)| figure(&format!("audiences_{n}_ms"), *ms)).collect(),
        ..Row::default()
    });
    findings.add(Row {
        what: "the demonstration, from start to listening".to_owned(),
        target: "a picture within 10 s".to_owned(),
        measured: format!("{:.1} s, with 120 days simulated and folded", hub.ready_s),
        figures: vec![figure("ready_s", hub.ready_s)],
        ..Row::default()
    });
}

/// Time spent publishing so far [µs], and how often that was.
fn published(hub: &Hub) -> (f64, f64) {
    (hub.counter("slipway_publish_microseconds_total"), hub.counter("slipway_published_total"))
}

/// Takes what comes until the hub ends.
async fn read_on(mut socket: TcpStream) {
    let mut buffer = vec![0; 64 << 10];
    while socket.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
}
