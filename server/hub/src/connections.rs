//! The port: takes connections within the limits, and gives each a time to say what it wants.
//!
//! A stranger who opens as many connections as he can, and says little or nothing on them, costs
//! a bounded amount of memory, for a bounded time, and leaves the places of other addresses free.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering},
    task::{Context, Poll},
    time::Duration,
};

use hyper::{
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

use crate::{
    identity::Peer,
    limits::Limits,
    router,
    shared::{Metrics, Shared, stopped},
};

/// Bytes that are kept of what a connection has said and nobody has read: the longest head.
const LARGEST_HEAD_BYTES: usize = 32 << 10;
/// How long a hub that stops waits for the answers under way.
const ANSWERED_WITHIN: Duration = Duration::from_secs(1);
/// How long to wait when the system gives no connection: for others to end.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves the port until the hub stops, and then waits for open requests.
pub(crate) async fn serve(
    listener: TcpListener,
    shared: Shared,
    mut stopping: watch::Receiver<bool>,
) {
    let limits = shared.limits;
    let router = router::router(shared.clone());
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head_within)
        .max_buf_size(LARGEST_HEAD_BYTES);
    let seats =
        Arc::new(Seats { limits, taken: Mutex::default(), metrics: shared.metrics.clone() });
    let mut open = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stopped(&mut stopping) => break,
            Some(_ended) = open.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let (stream, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                not_accepted(&error).await;
                continue;
            }
        };
        let seat = match Seats::take(&seats, from.ip()) {
            Ok(seat) => seat,
            Err(full) => {
                Metrics::add(&shared.metrics.connections_refused, 1);
                turn_away(stream, full);
                continue;
            }
        };
        let io = TokioIo::new(Seated { stream, _seat: seat });
        let answers = TowerToHyperService::new(router.clone());
        // Where a request comes from is what the system says, whatever the request says.
        let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(Peer(from.ip()));
            answers.call(request)
        });
        let connection = http.serve_connection(io, service).with_upgrades();
        let mut stopping = stopping.clone();
        open.spawn(async move {
            tokio::pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stopped(&mut stopping) => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    let ended = async { while open.join_next().await.is_some() {} };
    if tokio::time::timeout(ANSWERED_WITHIN, ended).await.is_err() {
        tracing::debug!("connections that asked for nothing are cut");
    }
}

/// A connection that broke before it was taken is nobody's loss; that the system has none left
/// lasts until some end.
async fn not_accepted(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "no connection can be taken");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Full {
    /// For anybody.
    InAll,
    /// For this address.
    FromOne,
}

/// Says why, as far as the connection takes it without waiting, and ends it.
fn turn_away(stream: TcpStream, full: Full) {
    let why = match full {
        Full::InAll => "the hub has as many connections as it may; try again soon",
        Full::FromOne => "this address has as many connections as it may; close some",
    };
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain\r\nretry-after: 5\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{why}\n",
        why.len() + 1
    );
    // Whoever is gone already, or takes nothing, is told nothing.
    let _told = stream.into_std().and_then(|mut stream| stream.write_all(answer.as_bytes()));
}

/// The places of open connections.
struct Seats {
    limits: Limits,
    taken: Mutex<BTreeMap<IpAddr, usize>>,
    metrics: Arc<Metrics>,
}

impl Seats {
    /// A place for a connection from an address.
    fn take(seats: &Arc<Self>, from: IpAddr) -> Result<Seat, Full> {
        let address = whose(from);
        let Limits { in_all, from_one, from_this_machine, .. } = seats.limits;
        let most = if address.is_loopback() { from_this_machine } else { from_one };
        let mut taken = seats.lock();
        if taken.values().sum::<usize>() >= in_all {
            return Err(Full::InAll);
        }
        let of_this = taken.entry(address).or_default();
        if *of_this >= most {
            return Err(Full::FromOne);
        }
        *of_this += 1;
        seats.metrics.connections_now.fetch_add(1, Ordering::Relaxed);
        Ok(Seat { seats: Arc::clone(seats), address })
    }

    /// A panic elsewhere while holding the counts leaves them usable.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<IpAddr, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The address that connections are counted under. One subscriber has 2^64 addresses of IPv6: the
/// half that the network gives counts.
pub(crate) fn whose(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            IpAddr::V6((address.to_bits() & (u128::MAX << 64)).into())
        }
        other => other,
    }
}

/// A connection's place; given back when dropped.
struct Seat {
    seats: Arc<Seats>,
    address: IpAddr,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.lock();
        if let Some(of_this) = taken.get_mut(&self.address) {
            *of_this -= 1;
            if *of_this == 0 {
                taken.remove(&self.address);
            }
        }
        self.seats.metrics.connections_now.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection that holds its place as long as it is open: a websocket's outlives its request.
struct Seated {
    stream: TcpStream,
    _seat: Seat,
}

impl AsyncRead for Seated {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Seated {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
