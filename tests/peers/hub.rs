//! A hub process on a free port, as its users start it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use crate::machine::{self, Used};

const PROGRAM: &str = env!("CARGO_BIN_EXE_slipway");

/// A running hub; killed when dropped.
pub(crate) struct Hub {
    child: Child,
    pub(crate) address: SocketAddr,
    data: PathBuf,
    /// From the start of the process until it listened, with everything folded [s].
    pub(crate) ready_s: f64,
}

impl Hub {
    /// Starts a hub on a folder of data and waits until it listens.
    pub(crate) fn start(data: &Path, arguments: &[&str]) -> Self {
        let begun = machine::now();
        let mut child = Command::new(PROGRAM)
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(arguments)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("slipway starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut line).expect("the hub says where it listens");
        let ready_s = begun.elapsed().as_secs_f64();
        let said: Value = serde_json::from_str(&line)
            .unwrap_or_else(|_nothing| panic!("the hub does not start on {}", data.display()));
        let url = said["listening"].as_str().and_then(|url| url.strip_prefix("http://"));
        let address = url.and_then(|url| url.parse().ok()).expect("an address");
        Self { child, address, data: data.to_owned(), ready_s }
    }

    /// Makes a key for a holder, such as `["--view-as", "XAA/skarvik"]`.
    pub(crate) fn key(&self, holder: &[&str]) -> String {
        let made = Command::new(PROGRAM)
            .args(["key", "new", "--data"])
            .arg(&self.data)
            .args(holder)
            .output()
            .expect("slipway runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        String::from_utf8(made.stdout).expect("a key is text").trim().to_owned()
    }

    /// What its process has used.
    pub(crate) fn used(&self) -> Used {
        machine::used(self.child.id())
    }

    /// Ends the process as a crash does.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // It may have ended already, which is what is wanted.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }

    /// One of the hub's own counters.
    pub(crate) fn counter(&self, name: &str) -> f64 {
        let text = self.get("/metrics");
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.and_then(|value| value.parse().ok()).unwrap_or(f64::NAN)
    }

    /// Asks with plain HTTP/1.0, so that the answer ends with the connection.
    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.address).expect("the hub listens");
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.address)
            .expect("a request can be sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.end();
    }
}

/// Bytes of all files directly in a folder.
pub(crate) fn bytes_in(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|about| about.len()).sum()
}
