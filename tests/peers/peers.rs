//! The servers that the hub is measured beside: started for one measurement, killed after it.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use crate::machine::{self, Used};

/// A peer that does not listen after so long is given up.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running peer; killed when dropped.
pub(crate) struct Peer {
    child: Child,
    /// Where it listens for its own protocol.
    pub(crate) address: SocketAddr,
    /// Where it listens for websockets, if it does.
    pub(crate) websocket: SocketAddr,
}

/// An address that nobody listens on at the moment.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address")
}

impl Peer {
    /// Mosquitto, which keeps a persistent session's messages in memory and writes them out from
    /// time to time; none when this machine has none.
    pub(crate) fn mosquitto(folder: &Path) -> Option<Self> {
        let address = free_address();
        let config = format!(
            "user root\nlistener {} 127.0.0.1\nallow_anonymous true\npersistence true\n\
             persistence_location {}/\nautosave_interval 10\nmax_queued_messages 0\n\
             max_inflight_messages 0\nset_tcp_nodelay true\nlog_type error\n",
            address.port(),
            folder.display(),
        );
        let path = folder.join("mosquitto.conf");
        std::fs::write(&path, config).expect("a file can be written");
        let mut command = Command::new("mosquitto");
        command.arg("-c").arg(path);
        Self::start(command, address, address)
    }

    /// A NATS server whose streams are flushed before they are acknowledged.
    pub(crate) fn nats(folder: &Path) -> Option<Self> {
        let (address, websocket) = (free_address(), free_address());
        let config = format!(
            "listen: \"{address}\"\nmax_payload: 8MB\n\
             jetstream {{ store_dir: \"{}\", sync_interval: always }}\n\
             websocket {{ listen: \"{websocket}\", no_tls: true }}\n",
            folder.display(),
        );
        let path = folder.join("nats.conf");
        std::fs::write(&path, config).expect("a file can be written");
        let mut command = Command::new("nats-server");
        command.arg("-c").arg(path);
        Self::start(command, address, websocket)
    }

    fn start(mut command: Command, address: SocketAddr, websocket: SocketAddr) -> Option<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().ok()?;
        let mut peer = Self { child, address, websocket };
        let begun = machine::now();
        while TcpStream::connect(address).is_err() {
            let ended = peer.child.try_wait().ok().flatten().is_some();
            if ended || begun.elapsed() > PATIENCE {
                return None;
            }
            std::thread::yield_now();
        }
        Some(peer)
    }

    /// What its process has used.
    pub(crate) fn used(&self) -> Used {
        machine::used(self.child.id())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It may have ended already, which is what is wanted.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}
