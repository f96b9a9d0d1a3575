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

use axum::Router;
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
use tokio_rustls::{rustls, server::TlsStream};

use crate::{
    identity::Peer,
    limits::Limits,
    router,
    shared::{Metrics, Shared, stopped},
    tls::{FeedCertificate, Tls},
};

/// Bytes that are kept of what a connection has said and nobody has read: the longest head.
const LARGEST_HEAD_BYTES: usize = 32 << 10;
/// How long a hub that stops waits for the answers under way.
const ANSWERED_WITHIN: Duration = Duration::from_secs(1);
/// How long to wait when the system gives no connection: for others to end.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves the port until the hub stops, and then waits for open requests.
pub(crate) async fn serve(
    (listener, tls): (TcpListener, Option<Tls>),
    shared: Shared,
    mut stopping: watch::Receiver<bool>,
) {
    let limits = shared.limits;
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head_within)
        .max_buf_size(LARGEST_HEAD_BYTES);
    let port = Port {
        http,
        router: router::router(shared.clone()),
        handshakes: Seats::of_handshakes(limits),
        tls,
        shared: shared.clone(),
    };
    let seats = Seats::of_connections(limits, &shared.metrics);
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
                // Who awaits TLS would take the words for nonsense.
                if port.tls.is_none() {
                    turn_away(stream, full);
                }
                continue;
            }
        };
        let (port, stopping) = (port.clone(), stopping.clone());
        open.spawn(port.take(Seated { stream, _seat: seat }, from.ip(), stopping));
    }
    drop(listener);
    let ended = async { while open.join_next().await.is_some() {} };
    if tokio::time::timeout(ANSWERED_WITHIN, ended).await.is_err() {
        tracing::debug!("connections that asked for nothing are cut");
    }
}

/// What every connection needs.
#[derive(Clone)]
struct Port {
    http: http1::Builder,
    router: Router,
    tls: Option<Tls>,
    handshakes: Arc<Seats>,
    shared: Shared,
}

impl Port {
    /// Speaks with whoever has connected, until either side ends it.
    async fn take(self, stream: Seated, from: IpAddr, mut stopping: watch::Receiver<bool>) {
        let Some(tls) = self.tls.clone() else {
            return self.answer(stream, (from, None), stopping).await;
        };
        let agreed = tokio::select! {
            agreed = self.agree(&tls, stream, from) => agreed,
            () = stopped(&mut stopping) => None,
        };
        if let Some(stream) = agreed {
            let certificate = tls.shown(stream.get_ref().1);
            self.answer(stream, (from, certificate), stopping).await;
        }
    }

    /// Agrees on TLS; none when it does not come about in time.
    async fn agree(&self, tls: &Tls, stream: Seated, from: IpAddr) -> Option<TlsStream<Seated>> {
        let metrics = &self.shared.metrics;
        let Ok(_seat) = Seats::take(&self.handshakes, from) else {
            Metrics::add(&metrics.connections_refused, 1);
            return None;
        };
        let within = self.shared.limits.handshake_within;
        let agreed = tokio::time::timeout(within, tls.acceptor.accept(stream)).await;
        match agreed {
            Ok(Ok(stream)) => return Some(stream),
            Ok(Err(error)) => {
                tracing::debug!(%error, "no TLS");
                if is_about_certificate(&error) {
                    let about = format!("certificate: {error}");
                    self.shared.identity.note_refusal_later(about, "not let in", Some(from));
                }
            }
            Err(_late) => tracing::debug!("no TLS in time"),
        }
        Metrics::add(&metrics.handshakes_failed, 1);
        None
    }

    /// Answers requests. Where they come from is what the system says, and which certificate they
    /// come with is what TLS says, whatever the requests say.
    async fn answer<S>(
        self,
        stream: S,
        (from, certificate): (IpAddr, Option<FeedCertificate>),
        mut stopping: watch::Receiver<bool>,
    ) where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let answers = TowerToHyperService::new(self.router);
        let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(Peer(from));
            if let Some(certificate) = &certificate {
                request.extensions_mut().insert(certificate.clone());
            }
            answers.call(request)
        });
        let connection = self.http.serve_connection(TokioIo::new(stream), service).with_upgrades();
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
    }
}

/// Whether the other end's certificate is why there is no TLS.
fn is_about_certificate(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    matches!(inner, Some(rustls::Error::InvalidCertificate(_)))
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

/// The places of connections that are open, or that agree on TLS.
struct Seats {
    in_all: usize,
    from_one: usize,
    from_this_machine: usize,
    taken: Mutex<BTreeMap<IpAddr, usize>>,
    metrics: Option<Arc<Metrics>>,
}

impl Seats {
    fn of_connections(limits: Limits, metrics: &Arc<Metrics>) -> Arc<Self> {
        let Limits { in_all, from_one, from_this_machine, .. } = limits;
        let metrics = Some(Arc::clone(metrics));
        Arc::new(Self { in_all, from_one, from_this_machine, taken: Mutex::default(), metrics })
    }

    fn of_handshakes(limits: Limits) -> Arc<Self> {
        let (in_all, from_one) = (limits.in_all, limits.handshakes_from_one);
        let taken = Mutex::default();
        Arc::new(Self { in_all, from_one, from_this_machine: from_one, taken, metrics: None })
    }

    /// A place for a connection from an address.
    fn take(seats: &Arc<Self>, from: IpAddr) -> Result<Seat, Full> {
        let address = whose(from);
        let most = if address.is_loopback() { seats.from_this_machine } else { seats.from_one };
        let mut taken = seats.lock();
        if taken.values().sum::<usize>() >= seats.in_all {
            return Err(Full::InAll);
        }
        let of_this = taken.entry(address).or_default();
        if *of_this >= most {
            return Err(Full::FromOne);
        }
        *of_this += 1;
        if let Some(metrics) = &seats.metrics {
            metrics.connections_now.fetch_add(1, Ordering::Relaxed);
        }
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
        if let Some(metrics) = &self.seats.metrics {
            metrics.connections_now.fetch_sub(1, Ordering::Relaxed);
        }
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
