//! A recorded job shop: an event log played in by a program of none of our code.

use std::{path::PathBuf, process::Command};

use serde_json::Value;

use crate::support::{Hub, Key, repository};

/// A log written for this test: three cases, overlapping work of one worker and of one case, an
/// operation without length, events out of order, artificial starts and ends.
const LOG: &str = "tests/clients/shop.xes";

/// Python with the package `websockets`: that of the set-up, or the machine's own.
fn python() -> PathBuf {
    std::env::var_os("SLIPWAY_PYTHON").unwrap_or_else(|| "python3".into()).into()
}

/// Plays the log and returns what the player printed.
fn play(hub: &Hub, key: &str, log: &str, more: &[&str]) -> Value {
    let output = Command::new(python())
        .arg("tests/clients/replay_event_log.py")
        .args([log, &hub.ingest(), "log"])
        .args(more)
        .env("SLIPWAY_KEY", key)
        .current_dir(repository())
        .output()
        .expect("Python runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the player failed: {said}");
    serde_json::from_slice(&output.stdout).expect("a line of JSON")
}

#[test]
fn a_log_of_a_real_shop_kind_is_taken_whole() {
    let mut hub = Hub::start(&[]);
    let key = hub.key(&Key::Feed("log", "machine-shop"));
    let viewer = hub.key(&Key::Member("XAA/eskdal"));
    let first = play(&hub, &key, LOG, &["--stop-after", "1"]);
    assert_eq!((&first["frames"], &first["refused"]), (&1.into(), &0.into()), "{first}");
    // A crash in between must not matter to a player that resumes.
    hub.crash_and_restart();
    let whole = play(&hub, &key, LOG, &[]);
    assert_eq!(whole["refused"], 0, "{whole}");
    let ask = |what: &str| {
        hub.get(&format!("/api/v1/plants/machine-shop/{what}"), Some(&viewer))["items"].take()
    };
    let record = &ask("record")["all"];
    for (what, expected) in
        [("refused", 0), ("operations", 8), ("zero_length", 1), ("parts", 3), ("workers", 4)]
    {
        assert_eq!(record[what], expected, "{what} in {record}");
    }
    let centers = ask("work-centers");
    let hours = |center: &str, what: &str| centers[center][what].as_f64().expect("a number");
    assert_eq!(hours("turning-milling", "operation_hours"), 7.5);
    assert_eq!(hours("turning-milling-qc", "operation_hours"), 1.0);
    assert_eq!(hours("final-inspection-qc", "operation_hours"), 0.5);
    assert_eq!(hours("final-inspection-qc", "waiting_hours"), 21.0);
    let hold_up = &ask("bottlenecks");
    assert_eq!(hold_up[""]["known"], false, "no bottleneck is claimed: {hold_up}");
    assert_eq!(hold_up[""]["why_not"], "holdup.no_causes", "{hold_up}");
}
