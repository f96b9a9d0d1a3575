//! A hub process on a free port, with a data folder of its own.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use super::PATIENCE;

/// The repository's root.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The built program: named by `SLIPWAY_BIN`, or beside this test in the target folder.
pub(crate) fn slipway() -> PathBuf {
    if let Some(named) = std::env::var_os("SLIPWAY_BIN") {
        return named.into();
    }
    let test = std::env::current_exe().expect("a test has a path");
    let built = test.ancestors().nth(2).expect("target/debug").join("slipway");
    assert!(built.exists(), "{} is missing: cargo build -p hub", built.display());
    built
}

/// A running hub; killed when dropped.
pub(crate) struct Hub {
    child: Child,
    pub(crate) address: SocketAddr,
    data: TempDir,
    arguments: Vec<String>,
}

/// Whose key it is.
pub(crate) enum Key<'a> {
    /// A feed of a plant.
    Feed(&'a str, &'a str),
    /// A supplier's feed of a plant.
    Supplier(&'a str, &'a str, &'a str),
    /// A member, as `nation/organisation`.
    Member(&'a str),
}

impl Hub {
    /// Starts a hub for the repository's plants and waits until it says where it listens.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let data = tempfile::tempdir().expect("a folder for the data");
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        let (child, address) = launch(data.path(), &arguments);
        Self { child, address, data, arguments }
    }

    /// Ends the process as a crash does, and starts another on the same data.
    pub(crate) fn crash_and_restart(&mut self) {
        self.child.kill().expect("the hub runs");
        self.child.wait().expect("the hub ends");
        self.restart();
    }

    /// Asks the process to stop, as a system does, and starts another on the same data; says how
    /// the first one ended.
    pub(crate) fn stop_and_restart(&mut self) -> ExitStatus {
        system("kill", &["-TERM", &self.child.id().to_string()]);
        let ended = self.child.wait().expect("the hub ends");
        self.restart();
        ended
    }

    fn restart(&mut self) {
        let (child, address) = launch(self.data.path(), &self.arguments);
        self.child = child;
        self.address = address;
    }

    /// Lets the process make no file larger than its largest is now, or lifts that again: a full
    /// disk that needs no disk of its own.
    pub(crate) fn may_write(&self, more: bool) {
        let files = std::fs::read_dir(self.data()).expect("the data folder is there");
        let bytes = files.filter_map(|file| Some(file.ok()?.metadata().ok()?.len()));
        let largest = bytes.max().expect("a file").to_string();
        let most = if more { "unlimited" } else { &largest };
        let (pid, limit) = (self.child.id().to_string(), format!("--fsize={most}:"));
        system("prlimit", &["--pid", &pid, &limit]);
    }

    /// The data folder.
    pub(crate) fn data(&self) -> &Path {
        self.data.path()
    }

    /// Makes a key with the command line.
    pub(crate) fn key(&self, key: &Key<'_>) -> String {
        let mut command = Command::new(slipway());
        command.args(["key", "new", "--data"]).arg(self.data());
        match key {
            Key::Feed(feed, plant) => command.args(["--feed", feed, "--plant", plant]),
            Key::Supplier(feed, plant, supplier) => {
                command.args(["--feed", feed, "--plant", plant, "--supplier", supplier])
            }
            Key::Member(member) => command.args(["--view-as", member]),
        };
        let output: Output = command.output().expect("slipway runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("a key is text").trim().to_owned()
    }

    /// The address of the ingest websocket.
    pub(crate) fn ingest(&self) -> String {
        format!("ws://{}/v1/ingest", self.address)
    }

    /// Asks the API, which must answer.
    pub(crate) fn get(&self, path: &str, key: Option<&str>) -> Value {
        let (status, body) = self.ask(path, key);
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{path}: {error}: {body}"))
    }

    /// Asks with plain HTTP/1.0, so that the answer ends with the connection.
    pub(crate) fn ask(&self, path: &str, key: Option<&str>) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).expect("the hub listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
        let key = key.map(|key| format!("Authorization: Bearer {key}\r\n")).unwrap_or_default();
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {}\r\n{key}\r\n", self.address)
            .expect("a request can be sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.expect("a status"), body.to_owned())
    }
}

/// Runs a program of the system's, which must succeed.
fn system(program: &str, arguments: &[&str]) {
    let status = Command::new(program).args(arguments).status().expect("Linux has this program");
    assert!(status.success(), "{program} {arguments:?}");
}

impl Drop for Hub {
    fn drop(&mut self) {
        // It may have ended already, which is what is wanted.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn launch(data: &Path, arguments: &[String]) -> (Child, SocketAddr) {
    let mut child = Command::new(slipway())
        .args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .args(arguments)
        .current_dir(repository())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("slipway starts");
    let stdout = child.stdout.take().expect("stdout is piped");
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).expect("the hub says where it listens");
    let said: Value = serde_json::from_str(&line).expect("a line of JSON");
    let address = said["listening"].as_str().and_then(|url| url.strip_prefix("http://"));
    (child, address.and_then(|address| address.parse().ok()).expect("an address"))
}
