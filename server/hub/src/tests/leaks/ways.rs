//! A hub without sockets and disk that lives through a world, and every way by which it says
//! something to an audience.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use journal::{KeyRow, Keys, ViewerKeyRow};
use release::{AudienceId, Rule};
use serde_json::value::RawValue;
use tempfile::TempDir;
use tokio::{
    runtime::Runtime,
    sync::{Semaphore, mpsc, watch},
};
use twin::{Audience, FeedId, NationId, OrganisationId, PlantId, PlantTime, SupplierId};
use wire::ingest::{Clock, Hello, ReportFrame};

use super::{
    story::{self, BEGINS, BETWEEN, WORKED},
    world::{Site, World},
};
use crate::{
    board::Today,
    core::{Core, Definitions, Grant, HubEvent, SessionId, decode},
    gate,
    identity::Identity,
    limits::Limits,
    oracle::Oracle as TheRule,
    policy::Policies,
    router::router,
    run::Inbox,
    shared::{Inner, Metrics, Options, Shared},
    sharing::Ledger,
    store::{StoreCommand, StoreState},
    tests::fixture::lasting,
    view::{self, Door, Offer, Publisher, Shelf},
};

/// The policies that are part of the program.
static POLICIES: LazyLock<Arc<Policies>> =
    LazyLock::new(|| Arc::new(Policies::built_in(&home()).unwrap()));

/// The nation whose hub it is.
pub(super) fn home() -> NationId {
    NationId::new("XAA").unwrap()
}

/// Keys on disk, which all hubs of a thread share.
pub(super) struct Office {
    _data: TempDir,
    identity: Arc<Identity>,
    keys: Keys,
    /// Viewers' keys by the code of their audience.
    viewers: BTreeMap<String, String>,
    runtime: Runtime,
}

impl Office {
    pub(super) fn open() -> Self {
        let data = tempfile::tempdir().unwrap();
        let keys = Keys::open(data.path()).unwrap();
        let identity = Identity::of(Keys::open(data.path()).unwrap(), None);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { _data: data, identity, keys, viewers: BTreeMap::new(), runtime }
    }

    fn viewer(&mut self, code: &str) -> String {
        if let Some(key) = self.viewers.get(code) {
            return key.clone();
        }
        let key = gate::new_key().unwrap();
        let (nation, organisation) = code.split_once('/').unwrap();
        let row = ViewerKeyRow {
            sha256: gate::hash(&key),
            nation: NationId::new(nation).unwrap(),
            organisation: OrganisationId::new(organisation).unwrap(),
            life: lasting(),
        };
        self.keys.add_viewer(&row).unwrap();
        self.viewers.insert(code.to_owned(), key.clone());
        key
    }

    fn supplier(&self, site: &Site, supplier: &str) -> String {
        let key = gate::new_key().unwrap();
        let row = KeyRow {
            sha256: gate::hash(&key),
            feed: FeedId::new(&format!("supplier:{}", &gate::hash(&key)[..12])).unwrap(),
            plant: PlantId::new(site.id).unwrap(),
            supplier: Some(SupplierId::new(supplier).unwrap()),
            units: None,
            life: lasting(),
        };
        self.keys.add(&row).unwrap();
        key
    }
}

/// What an audience was told: each answer, or each value of a view, under a name.
pub(super) type Told = BTreeMap<String, String>;

/// A hub that has lived through its world.
pub(super) struct Hub {
    pub(super) definitions: Definitions,
    pub(super) core: Core,
    pub(super) shelf: Arc<Shelf>,
    pub(super) now: PlantTime,
    publisher: Publisher,
    service: TowerToHyperService<Router>,
    asked: mpsc::Receiver<Inbox>,
    _kept: (mpsc::Receiver<StoreCommand>, watch::Sender<StoreState>, watch::Sender<bool>),
}

/// The definitions in a world's files.
pub(super) fn definitions(world: &World) -> Definitions {
    let files = world.files.iter();
    let files: Vec<plant::SourceFile<'_>> =
        files.map(|(name, text)| plant::SourceFile { name, bytes: text.as_bytes() }).collect();
    let loaded = plant::load_programme(&files).unwrap_or_else(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("a world's files are wrong: {problems:#?}\n{}", world.files[1].1)
    });
    let plants: BTreeMap<_, _> =
        loaded.plants.into_iter().map(|plant| (plant.id.clone(), plant)).collect();
    let labels = plants.keys().map(|id| (id.clone(), 1)).collect();
    let (programme, agreements) = (loaded.programme, loaded.agreements);
    Definitions { programme, plants, agreements, labels, revision: 1 }
}

impl Hub {
    /// Lives through a world, with what is said or with what might be said instead of what `twist`
    /// picks. `by_policies` has Cedar decide, else the same rule in Rust, which is quicker.
    pub(super) fn live(
        office: &Office,
        world: &World,
        by_policies: bool,
        twist: &dyn Fn(&super::world::Said) -> bool,
    ) -> Self {
        let definitions = definitions(world);
        let begins = decode::time(BEGINS).unwrap();
        let mut core = Core::new(definitions.clone(), 1);
        let rule: Arc<dyn Rule> = match by_policies {
            true => Arc::<Policies>::clone(&POLICIES),
            false => Arc::new(TheRule { hub: home() }),
        };
        for (number, site) in world.sites.iter().enumerate() {
            connect(&mut core, site, SessionId(number as u64), begins);
        }
        let ledger = Arc::new(Ledger::open(&office.keys, &core, begins).unwrap());
        let decided = Arc::new(ledger.in_force(begins));
        let rules = (rule, Arc::clone(&POLICIES), decided);
        let (shelf, publisher) = view::open_under(&core, true, rules);
        let (service, asked, kept) = serve(office, &shelf, ledger);
        let mut hub =
            Self { definitions, core, shelf, now: begins, publisher, service, asked, _kept: kept };
        hub.publish(begins);
        for frame in 0..story::FRAMES {
            let wall = begins + WORKED + BETWEEN.scaled(frame as f64 + 1.0);
            for (number, frames) in world.frames.iter().enumerate() {
                let said = frames[frame].iter();
                let reports: Vec<&str> = said
                    .map(|said| if twist(said) { said.otherwise.as_str() } else { &said.text })
                    .collect();
                let text = format!("{{\"seq\":{},\"reports\":[{}]}}", frame + 1, reports.join(","));
                let frame: ReportFrame<Box<RawValue>> = serde_json::from_str(&text).unwrap();
                let session = SessionId(number as u64);
                hub.core.handle(HubEvent::Frame { session, frame }, wall);
            }
            hub.publish(wall);
        }
        hub
    }

    fn publish(&mut self, wall: PlantTime) {
        self.now = wall;
        let everybody: Vec<AudienceId> = self.shelf.everybody().map(|offer| offer.id).collect();
        everybody.into_iter().for_each(|audience| self.shelf.want(audience));
        self.core.advance(wall);
        self.publisher.renew_everything();
        self.publisher.publish(&self.core, wall);
    }

    pub(super) fn audience(&self, offer: &Offer) -> Audience {
        self.shelf.gate().audience_of(offer.id).clone()
    }

    /// The values of every view as they are now, and every delta and event on the way.
    pub(super) fn views(&self, audience: AudienceId) -> Told {
        let mut told = Told::new();
        let plants = self.definitions.plants.keys();
        let views = plants.flat_map(|p| [format!("plant/{p}"), format!("history/{p}")]);
        for view in views.chain(["programme".to_owned()]) {
            let Some(published) = self.shelf.newest(audience, &view) else { continue };
            for (key, value) in published.values.value() {
                told.insert(format!("{view} {key}"), value.get().to_owned());
            }
            for delta in &published.deltas {
                told.insert(format!("{view} delta {:03}", delta.from), delta.frame.to_string());
            }
            for (number, event) in &published.events {
                told.insert(format!("{view} event {number:03}"), event.to_string());
            }
        }
        told
    }

    /// The values of a plant as they were one frame ago.
    pub(super) fn past(&self, audience: AudienceId, site: &Site) -> Told {
        let at = self.now - BETWEEN;
        let today = Today { agreements: self.definitions.agreements.clone(), now: self.now };
        let plant = PlantId::new(site.id).unwrap();
        let gate = (self.shelf.gate(), audience);
        let selection = view::past(&self.core, at, &plant, gate, today);
        let facts = selection.released.value().iter();
        let text = |value| serde_json::to_string(value).unwrap();
        facts.map(|f| (format!("past {} {}", site.id, f.key), text(&*f.value))).collect()
    }

    /// Asks over HTTP as an audience; the answer's status and text.
    pub(super) fn get(&mut self, office: &mut Office, offer: &Offer, path: &str) -> (u16, String) {
        let by_key = !offer.listed;
        let path = match (by_key, offer.code.as_str(), path.contains('?')) {
            (true, ..) | (_, "public", _) => path.to_owned(),
            (false, code, true) => format!("{path}&as={code}"),
            (false, code, false) => format!("{path}?as={code}"),
        };
        let mut request = Request::get(path);
        if by_key {
            let key = office.viewer(&offer.code);
            request = request.header("Authorization", format!("Bearer {key}"));
        }
        self.answer(&office.runtime, request.body(Body::empty()).unwrap())
    }

    /// Asks what the page of a small supplier asks.
    pub(super) fn get_as_supplier(
        &mut self,
        office: &Office,
        (site, supplier): (&Site, &str),
        path: &str,
    ) -> (u16, String) {
        let key = office.supplier(site, supplier);
        let request = Request::get(path)
            .header("Host", "localhost")
            .header("Cookie", format!("slipway_supplier={key}"));
        self.answer(&office.runtime, request.body(Body::empty()).unwrap())
    }

    fn answer(&mut self, runtime: &Runtime, request: Request<Body>) -> (u16, String) {
        runtime.block_on(async {
            let answer = self.service.call(request);
            tokio::pin!(answer);
            let response = loop {
                tokio::select! {
                    biased;
                    response = &mut answer => break response.unwrap_or_else(|never| match never {}),
                    Some(asked) = self.asked.recv() => {
                        if let Inbox::Look(look) = asked {
                            look(&self.core, self.now);
                        }
                    }
                    // Whoever waits for the next tick gets it.
                    () = tokio::task::yield_now() => if self.shelf.has_questions() {
                        self.publisher.publish(&self.core, self.now);
                    }
                }
            };
            let status = response.status();
            let broken = [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::REQUEST_TIMEOUT];
            assert!(!broken.contains(&status), "{status}");
            let head = format!("{:?}", response.headers());
            let body = to_bytes(response.into_body(), 64 << 20).await.unwrap();
            (status.as_u16(), format!("{head}\n{}", String::from_utf8_lossy(&body)))
        })
    }
}

fn connect(core: &mut Core, site: &Site, session: SessionId, wall: PlantTime) {
    let grant = Grant {
        feed: FeedId::new(&site.feed).unwrap(),
        plant: PlantId::new(site.id).unwrap(),
        supplier: None,
        units: None,
    };
    core.handle(HubEvent::Opened { session, grant }, wall);
    let clock = Clock::Simulated { start: Some(BEGINS.to_owned()), rate: 1.0 };
    let feed = site.feed.clone();
    let hello = Hello { feed, epoch: 1, clock, acked: None, declares: Vec::new() };
    core.handle(HubEvent::Hello { session, hello }, wall);
}

type Kept = (mpsc::Receiver<StoreCommand>, watch::Sender<StoreState>, watch::Sender<bool>);

/// The hub's own router, with nothing behind it but the shelf and whoever looks at the core.
fn serve(
    office: &Office,
    shelf: &Arc<Shelf>,
    ledger: Arc<Ledger>,
) -> (TowerToHyperService<Router>, mpsc::Receiver<Inbox>, Kept) {
    let (to_core, asked) = mpsc::channel(8);
    let (to_store, stored) = mpsc::channel(8);
    let (store_is, store) = watch::channel(StoreState::Healthy);
    let (stop, stopping) = watch::channel(false);
    let identity = Arc::clone(&office.identity);
    let shared = Shared::new(Inner {
        to_core,
        to_store,
        store,
        stopping,
        identity: Arc::clone(&identity),
        ledger,
        feed_places: Arc::new(Semaphore::new(1)),
        metrics: Arc::new(Metrics::default()),
        limits: Limits::usual(),
        remarks: watch::channel(vec!["zq9999x".to_owned()]).0,
        options: Options::default(),
        door: Arc::new(Door::new(Arc::clone(shelf), identity)),
    });
    (TowerToHyperService::new(router(shared)), asked, (stored, store_is, stop))
}
