//! `slipway feed` and a running hub: records, and who speaks when two programs want to.

use std::{
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStderr, Command, Output, Stdio},
};

use serde_json::json;

use crate::support::{Feed, Hub, Key, repository, slipway};

/// The clock of the demonstration's scenario.
const SIMULATED: &str =
    r#"{ "kind": "simulated", "start": "2031-05-05T04:00:00Z", "rate": 720.0 }"#;

/// A file with a key in it.
fn key_file(folder: &tempfile::TempDir, key: &str) -> String {
    let path = folder.path().join("feed.key");
    std::fs::write(&path, format!("{key}\n")).expect("written");
    path.to_str().expect("a path of text").to_owned()
}

fn feed(hub: &Hub, key: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(slipway());
    command.args(["feed", "--url", &hub.ingest(), "--key", key]).args(arguments);
    command.current_dir(repository());
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_record_is_played_into_a_running_hub_once() {
    let hub = Hub::start(&[]);
    let viewer = hub.key(&Key::Member("XAA/eskdal"));
    let folder = tempfile::tempdir().expect("a folder");
    let key = key_file(&folder, &hub.key(&Key::Feed("log", "machine-shop")));
    let record = folder.path().join("yesterday.jsonl");
    let line = |minute: u32| {
        let of = |kind: &str, second: u32| {
            let (at, op) =
                (format!("2031-01-07T06:{minute:02}:{second:02}Z"), format!("run-{minute}"));
            json!({
                "kind": kind, "at": at, "op": op, "unit": "lapping-1", "part": format!("case-{minute}"),
                "operation": "lapping",
            })
        };
        json!({ "plant": "machine-shop", "reports": [of("op_started", 0), of("op_finished", 30)] })
    };
    let lines: Vec<String> = (0..5).map(|minute| line(minute).to_string()).collect();
    std::fs::write(&record, lines.join("\n")).expect("written");
    let path = record.to_str().expect("a path of text");
    let play = ["--replay", path, "--feed", "log", "--speed", "1000000"];
    for turn in ["first", "again"] {
        let output = feed(&hub, &key, &play).output().expect("runs");
        assert!(output.status.success(), "{turn}: {}", said(&output));
        assert!(said(&output).contains("all of it is on disk"), "{turn}: {}", said(&output));
        let all = &hub.get("/api/v1/plants/machine-shop/record", Some(&viewer))["items"]["all"];
        assert_eq!((&all["operations"], &all["refused"]), (&json!(5), &json!(0)), "{turn}: {all}");
    }
    std::fs::write(&record, format!("{}\n{{\"reports\":[{{}}]}}\n", lines[0])).expect("written");
    let output = feed(&hub, &key, &play).output().expect("runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("yesterday.jsonl:2: error:"), "{}", said(&output));
}

#[test]
fn a_suppliers_key_is_made_listed_and_held_to_its_supplier() {
    let hub = Hub::start(&[]);
    let key = hub.key(&Key::Supplier("mill-portal", "machine-shop", "bar-mill"));
    let listed = Command::new(slipway())
        .args(["key", "list", "--data"])
        .arg(hub.data())
        .output()
        .expect("runs");
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(listed.contains("mill-portal  of machine-shop, supplier bar-mill"), "{listed}");
    assert!(!listed.contains(&key), "a list shows no key");
    let folder = tempfile::tempdir().expect("a folder");
    let key = key_file(&folder, &key);
    let record = folder.path().join("said.jsonl");
    let report = json!({
        "kind": "unit_state", "at": "2031-01-07T06:00:00Z", "unit": "lapping-1", "state": "down",
    });
    std::fs::write(&record, json!({ "reports": [report] }).to_string()).expect("written");
    let path = record.to_str().expect("a path of text");
    let output =
        feed(&hub, &key, &["--replay", path, "--feed", "mill-portal"]).output().expect("runs");
    assert!(said(&output).contains("not_for_suppliers"), "{}", said(&output));
}

/// A feed that plays in a process of its own; killed when dropped.
struct Playing {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Playing {
    fn start(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().expect("slipway starts");
        let stderr = child.stderr.take().expect("stderr is piped");
        Self { child, lines: BufReader::new(stderr).lines() }
    }

    /// Reads on until it says this.
    fn says(&mut self, wanted: &str) {
        let mut heard = Vec::new();
        for line in self.lines.by_ref() {
            let line = line.expect("text");
            if line.contains(wanted) {
                return;
            }
            heard.push(line);
        }
        panic!("it ended without {wanted:?}: {heard:#?}");
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        // It may have ended already, which is what is wanted.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

#[tokio::test]
async fn of_two_programs_that_speak_as_one_feed_both_are_told() {
    let hub = Hub::start(&[]);
    let key = hub.key(&Key::Feed("machine-shop", "machine-shop"));
    let clock = serde_json::from_str(SIMULATED).expect("JSON");
    let mut first = Feed::connect_on(&hub.ingest(), &key, "machine-shop", &clock).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = key_file(&folder, &key);
    let mut second = Playing::start(feed(&hub, &file, &["--plant", "machine-shop"]));
    second.says("another program was speaking for this feed");
    let told = first.hear().await.expect("told before it is closed");
    assert_eq!((&told["type"], &told["code"]), (&json!("refused"), &json!("superseded")), "{told}");
    assert_eq!(first.hear().await, None, "closed");

    let _third = Feed::connect_on(&hub.ingest(), &key, "machine-shop", &clock).await;
    second.says("another connection speaks for feed machine-shop now");
    let ended = second.child.wait().expect("ends");
    assert_eq!(ended.code(), Some(1), "it did not do what it was asked to");
}
