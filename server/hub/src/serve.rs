//! `slipway serve`: reads, replays, wires everything on one port, and stops in good order.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::IsTerminal,
    net::SocketAddr,
    path::Path,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use feed::tls::TlsError;
use journal::{Journal, JournalError, Keys, NamedLoss, Reader};
use thiserror::Error;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, mpsc, watch},
};
use twin::{Agreement, NationId};

use crate::{
    cli::ServeArgs,
    clock::wall_now,
    connections,
    core::Core,
    demo::{self, Demo, DemoError, Parts},
    gate,
    identity::{self, Identity},
    ingest::MOST_FEEDS_CONNECTED,
    limits::Limits,
    plants::{self, PlantsError, Source},
    policy::{self, Loaded, Policies, PolicyError},
    refold::{self, Refolder, Wish},
    run::{self, Asks, Run},
    shared::{Inner, Metrics, Options, Shared},
    sharing::{self, Ledger},
    store,
    tls::Tls,
    view::{self, Door, Publisher},
};

/// How long a stop waits for connections to end.
const STOP_WITHIN: Duration = Duration::from_secs(5);
/// Said when strangers on the way could read along.
const IN_THE_CLEAR: &str = "this hub can be reached from other machines without TLS: whoever is on \
    the way reads keys, passwords and plants; put a proxy that speaks TLS in front of it and let \
    it listen on 127.0.0.1, or give it --tls-cert and --tls-key";
/// Requests to the journal that wait beside the core's.
const ENOUGH_PLACES: u32 = MOST_FEEDS_CONNECTED as u32;

/// Why the hub did not start, or ended.
#[derive(Debug, Error)]
pub(crate) enum ServeError {
    /// Plant files.
    #[error(transparent)]
    Plants(#[from] PlantsError),
    /// Policy files.
    #[error(transparent)]
    Policies(#[from] PolicyError),
    /// The certificates.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The data directory.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Somebody else listens there.
    #[error("port {} is in use; try --listen {}:{}", .0.port(), .0.ip(), next_port(.0))]
    PortInUse(SocketAddr),
    /// The address is not to be had.
    #[error("cannot listen on {address}")]
    Listen {
        /// As asked.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Strangers could reach a hub that nobody has a key for.
    #[error(
        "{0} can be reached from other machines and there is no key yet; \
         make one with `slipway key new`, or listen on 127.0.0.1"
    )]
    NoKeys(SocketAddr),
    /// The demonstration.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The system.
    #[error("the system does not let the hub run")]
    System(#[from] std::io::Error),
}

impl ServeError {
    /// What to tell the person who started it, a line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Self::Plants(PlantsError::Wrong(problems)) = self {
            lines.extend(problems.iter().map(ToString::to_string));
        }
        if let Self::Policies(PolicyError::Wrong(problems)) = self {
            lines.extend(problems.iter().map(ToString::to_string));
        }
        lines.push(format!("error: {}", store::in_words(self)));
        lines
    }
}

fn next_port(address: &SocketAddr) -> u16 {
    address.port().checked_add(1).unwrap_or(8081)
}

/// Starts the log on stderr; `RUST_LOG` says how much, `info` unless it is set.
pub(crate) fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_unset| tracing_subscriber::EnvFilter::new("info"));
    // A second subscriber in one process (a test's) is refused, which harms nobody.
    let _already_set = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .try_init();
}

/// Runs a hub until it is told to stop.
pub(crate) fn main(args: &ServeArgs) -> Result<(), ServeError> {
    start_log();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        outlive_file_size_limit()?;
        let hub = start(args).await?;
        announce(&hub, args.json);
        stop_signal().await;
        tracing::info!("stopping");
        hub.stop().await;
        Ok(())
    })
}

/// A running hub.
pub(crate) struct Hub {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// What its requests share.
    pub(crate) shared: Shared,
    stop: watch::Sender<bool>,
    core: tokio::task::JoinHandle<()>,
    server: tokio::task::JoinHandle<()>,
    journal: std::thread::JoinHandle<()>,
}

impl Hub {
    /// Stops accepting, closes the connections, flushes the journal.
    pub(crate) async fn stop(self) {
        let Self { address: _, shared, stop, core, server, journal } = self;
        stop.send_replace(true);
        let seats = Arc::clone(&shared.feed_places);
        drop(shared);
        let ended = tokio::time::timeout(STOP_WITHIN, async {
            // Every connection holds one: all are free when all have ended.
            let _all = seats.acquire_many(ENOUGH_PLACES).await;
            let _core = core.await;
            let _server = server.await;
        });
        if ended.await.is_err() {
            tracing::warn!("some connections did not end in time");
        }
        let joined = tokio::task::spawn_blocking(move || journal.join()).await;
        if !matches!(joined, Ok(Ok(()))) {
            tracing::error!("the journal did not end in good order");
        }
    }
}

/// Starts a hub with the usual limits.
pub(crate) async fn start(args: &ServeArgs) -> Result<Hub, ServeError> {
    start_within(args, Limits::usual()).await
}

/// Starts a hub: everything that can be wrong is said before anything is served.
pub(crate) async fn start_within(args: &ServeArgs, limits: Limits) -> Result<Hub, ServeError> {
    let source = Source::choose(args.plants.clone(), args.agreements.clone());
    let files = source.read()?;
    let plants = files.load()?;
    let tls = tls(args)?;
    let listener = listen(args.listen).await?;
    let address = listener.local_addr()?;
    let data = args.data();
    let opened = Journal::open(&data)?;
    let keys = Keys::open(&data)?;
    may_be_reached(address, &keys, tls.is_some())?;
    let mut journal = opened.journal;
    let mut remarks = plants.warnings();
    let (labels, now) = (plants.labels(), wall_now());
    let kept = store::keep_definition(&mut journal, &files.sha256, &files.files, &labels, now)?;
    let mut core = Core::new(plants.definitions(kept), generation());
    recover(&mut core, &mut journal, &data, opened.lost.as_ref(), &mut remarks)?;
    let demo = prepared_demo(args, &source, &mut core, &mut journal)?;
    let rules = Rules::read(args, &core, &keys, &mut remarks)?;
    let view_as = args.demo && address.ip().is_loopback();
    let (shelf, publisher) = view::open(&core, view_as, rules.in_force());
    let heard = shelf.heard();
    let identity = Identity::of(keys, demo.as_ref().map(Demo::grants));
    let metrics = Arc::new(Metrics::default());
    let (stop, stopping) = watch::channel(false);
    let store = store::start(journal, Arc::clone(&metrics), stopping.clone())?;
    let (to_core, inbox) = mpsc::channel(run::MOST_EVENTS);
    let shared = Shared::new(Inner {
        to_core,
        to_store: store.commands.clone(),
        store: store.state,
        stopping: stopping.clone(),
        identity: Arc::clone(&identity),
        feed_places: Arc::new(Semaphore::new(MOST_FEEDS_CONNECTED)),
        metrics: Arc::clone(&metrics),
        limits,
        remarks: watch::channel(remarks).0,
        options: options(args, address),
        door: Arc::new(Door::new(shelf, Arc::clone(&identity))),
        ledger: Arc::clone(&rules.ledger),
    });
    let parts = Parts::of(&core);
    let connected = demo.as_ref().map(Demo::connected);
    let run = Run {
        refolder: Refolder::new(data.clone(), store.committed.clone()),
        core,
        inbox,
        store: store.commands,
        committed: store.committed,
        stopping: stopping.clone(),
        publish: publish(publisher, connected),
        metrics,
        sessions: BTreeMap::new(),
        asks: Asks::default(),
        heard,
    };
    let core = tokio::spawn(run.run());
    tokio::spawn(identity::watch_changes(identity, stopping.clone()));
    tokio::spawn(plants::watch(shared.clone(), source, files.sha256));
    rules.keep_up(&shared);
    let server = tokio::spawn(connections::serve((listener, tls), shared.clone(), stopping));
    if let Some(demo) = demo {
        demo.play(&shared, parts, address);
    }
    Ok(Hub { address, shared, stop, core, server, journal: store.thread })
}

/// Whether strangers may reach the hub there: not while nobody has a key for it.
fn may_be_reached(address: SocketAddr, keys: &Keys, tls: bool) -> Result<(), ServeError> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    if !gate::any_good(keys, wall_now())? {
        return Err(ServeError::NoKeys(address));
    }
    if !tls {
        tracing::warn!("{IN_THE_CLEAR}");
    }
    Ok(())
}

/// What TLS is spoken with, if it was asked for.
fn tls(args: &ServeArgs) -> Result<Option<Tls>, TlsError> {
    let files = args.tls_cert.as_deref().zip(args.tls_key.as_deref());
    files.map(|(cert, key)| Tls::new(cert, key, args.feed_ca.as_deref())).transpose()
}

/// The demonstration, if it was asked for, with its first weeks behind it.
fn prepared_demo(
    args: &ServeArgs,
    source: &Source,
    core: &mut Core,
    journal: &mut Journal,
) -> Result<Option<Demo>, ServeError> {
    if !args.demo {
        return Ok(None);
    }
    let demo = Demo::new(core, source)?;
    demo.prepare(core, journal)?;
    Ok(Some(demo))
}

/// The policies that a hub starts with, and where they come from; what was decided about sharing.
struct Rules {
    policies: Arc<Policies>,
    ledger: Arc<Ledger>,
    source: policy::Source,
    files: policy::Files,
    hub: NationId,
}

impl Rules {
    fn read(
        args: &ServeArgs,
        core: &Core,
        keys: &Keys,
        remarks: &mut Vec<String>,
    ) -> Result<Self, ServeError> {
        let ledger = Arc::new(Ledger::open(keys, core, wall_now())?);
        let source = policy::Source::choose(args.policies.clone());
        let files = source.read()?;
        let hub = view::hub_of(core).nation;
        let Loaded { policies, warnings } = files.load(&hub)?;
        warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
        remarks.extend(warnings.iter().map(ToString::to_string));
        Ok(Self { policies: Arc::new(policies), ledger, source, files, hub })
    }

    fn in_force(&self) -> (Arc<Policies>, Arc<Agreement>) {
        (Arc::clone(&self.policies), Arc::new(self.ledger.in_force(wall_now())))
    }

    /// Has changed policies put in force while the hub runs.
    fn keep_up(self, shared: &Shared) {
        let generation = shared.door.shelf.generation_in_force();
        shared.metrics.policy_generation.store(generation, Ordering::Relaxed);
        let Self { policies: _, ledger: _, source, files, hub } = self;
        tokio::spawn(sharing::watch(shared.clone()));
        tokio::spawn(policy::watch(shared.clone(), source, hub, files));
    }
}

/// What is done at every tick.
fn publish(
    mut publisher: Publisher,
    connected: Option<watch::Sender<BTreeSet<String>>>,
) -> run::Publish {
    Box::new(move |core, tick| {
        publisher.publish(core, tick.wall);
        if let Some(connected) = &connected {
            demo::tell_connected(core, connected);
        }
    })
}

/// Folds the journal into the core; what was lost is said loudly.
fn recover(
    core: &mut Core,
    journal: &mut Journal,
    data: &Path,
    lost: Option<&NamedLoss>,
    remarks: &mut Vec<String>,
) -> Result<(), ServeError> {
    let (definitions, generation) = (core.definitions(), core.generation);
    let up_to = journal.last_hub_seq();
    let wish = Wish { definitions, generation, until: None, up_to };
    if let Some(folded) = refold::fold(&Reader::open(data)?, wish, &|| false)? {
        *core = *folded;
    }
    core.resume(&journal.clocks()?, wall_now());
    if journal.last_hub_seq() > 0 {
        tracing::info!(rows = journal.last_hub_seq(), "the journal was folded");
    }
    if core.not_replayed > 0 {
        let reports = core.not_replayed;
        remarks.push(format!("{reports} reports of the journal do not fit the plant files"));
    }
    if let Some(lost) = lost {
        let text = lost.to_string();
        tracing::error!("{text}");
        journal.raise_alarm(wall_now(), sharing::JOURNAL_LOST, "journal", &text)?;
        remarks.push(text);
    }
    remarks.iter().for_each(|remark| tracing::warn!("{remark}"));
    Ok(())
}

async fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        std::io::ErrorKind::AddrInUse => ServeError::PortInUse(address),
        _ => ServeError::Listen { address, source },
    })
}

fn options(args: &ServeArgs, address: SocketAddr) -> Options {
    Options {
        loopback: address.ip().is_loopback(),
        tls: args.tls_cert.is_some(),
        data: args.data(),
        www: args.www.clone(),
        viewer: args.viewer.clone(),
        engine: args.engine.clone(),
        meshes: args.meshes.clone(),
    }
}

/// Versions and event numbers start anew with every process: the wall clock tells them apart.
fn generation() -> u64 {
    wall_now().micros().unsigned_abs()
}

fn announce(hub: &Hub, json: bool) {
    let scheme = if hub.shared.options.tls { "https" } else { "http" };
    let listening = format!("{scheme}://{}", hub.address);
    eprintln!("listening on {listening}");
    if json {
        println!("{}", serde_json::json!({ "listening": listening }));
    }
}

/// A write beyond the limit of file sizes (`ulimit -f`) ends a process that does not take the
/// signal. Once it is taken the write fails, which is answered as a full disk is.
fn outlive_file_size_limit() -> std::io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use tokio::signal::unix::{SignalKind, signal};
        /// SIGXFSZ; Linux has another number for it on MIPS only.
        const FILE_SIZE_EXCEEDED: i32 = 25;
        // The signal stays taken when nobody listens for it any more.
        signal(SignalKind::from_raw(FILE_SIZE_EXCEEDED)).map(drop)?;
    }
    Ok(())
}

/// Returns when somebody asks the process to stop.
async fn stop_signal() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminated) = signal(SignalKind::terminate()) else {
            let _signal = interrupted.await;
            return;
        };
        tokio::select! {
            _ = interrupted => {}
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    {
        let _signal = interrupted.await;
    }
}
