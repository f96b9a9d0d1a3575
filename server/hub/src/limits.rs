//! What a hub grants to those who connect, before it knows who they are.

use std::time::Duration;

/// Open connections that any hub has at most: of feeds, viewers and programs together.
const MOST_CONNECTIONS: usize = 8_192;
/// Handshakes of one address under way: a site's pages that all come back after a restart.
const HANDSHAKES_FROM_ONE: usize = 256;
/// Files that the process needs for itself.
const OWN_FILES: usize = 128;
/// What is taken for the limit of open files where the system does not say.
const USUAL_FILES: usize = 1_024;

/// The bounds of connections; tests make them small.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Open connections in all.
    pub(crate) in_all: usize,
    /// Of these from one address: a whole site may stand behind it, and a stranger too.
    pub(crate) from_one: usize,
    /// The same for this machine's own address: its programs, or a proxy that hides the others'.
    pub(crate) from_this_machine: usize,
    /// Connections from one address that agree on TLS at once.
    pub(crate) handshakes_from_one: usize,
    /// How long that may take.
    pub(crate) handshake_within: Duration,
    /// How long the head of a request may take, and how long a connection may wait for another.
    pub(crate) head_within: Duration,
    /// How long the rest of a request may take with its answer.
    pub(crate) answer_within: Duration,
    /// How long a feed may take to be welcomed.
    pub(crate) hello_within: Duration,
    /// How often a feed is pinged, and its key looked at again.
    pub(crate) between_pings: Duration,
}

impl Limits {
    /// Those of a hub in use, within what the system allows the process.
    pub(crate) fn usual() -> Self {
        let files = open_files().unwrap_or(USUAL_FILES);
        let in_all = files.saturating_sub(OWN_FILES).clamp(OWN_FILES, MOST_CONNECTIONS);
        if in_all < MOST_CONNECTIONS {
            tracing::info!(in_all, "the limit of open files (ulimit -n) bounds the connections");
        }
        Self {
            in_all,
            from_one: in_all / 4,
            from_this_machine: in_all / 4 * 3,
            handshakes_from_one: HANDSHAKES_FROM_ONE,
            handshake_within: Duration::from_secs(10),
            head_within: Duration::from_secs(15),
            answer_within: Duration::from_secs(30),
            hello_within: Duration::from_secs(10),
            between_pings: Duration::from_secs(20),
        }
    }
}

/// Files that this process may have open, sockets included, as Linux says it.
fn open_files() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    match line.split_whitespace().next()? {
        "unlimited" => Some(usize::MAX),
        number => number.parse().ok(),
    }
}
