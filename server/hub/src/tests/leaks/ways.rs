//! A hub without sockets and disk that lives through a world, and every way by which it says
//! something to an audience.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, atomic::Ordering},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use journal::DecisionRow;
use release::{AudienceId, Rule};
use serde_json::value::RawValue;
use tokio::{
    runtime::Runtime,
    sync::{Semaphore, mpsc, watch},
};
use twin::{Agreement, Audience, FeedId, NationId, PlantId, PlantTime, SupplierId};
use wire::ingest::{Clock, Hello, ReportFrame, SeriesDeclaration};

use super::{
    office::{Office, Who},
    signals::Signal,
    story::{self, BEGINS, BETWEEN, WORKED},
    world::{Said, Site, World},
};
use crate::{
    board::Today,
    core::{Answer, AskId, Asked, Core, Definitions, Grant, HubEvent, SessionId, decode},
    limits::Limits,
    oracle::Oracle as TheRule,
    policy::Policies,
    router::router,
    run::Inbox,
    shared::{Inner, Metrics, Options, Shared},
    sharing::Ledger,
    store::{StoreCommand, StoreState},
    view::{self, Door, Offer, Publisher, Shelf},
};

/// The policies that are part of the program.
static POLICIES: LazyLock<Arc<Policies>> =
    LazyLock::new(|| Arc::new(Policies::built_in(&home()).unwrap()));

/// The connection of suppliers, one after the other.
const SUPPLIERS_SESSION: u64 = 100;

/// The nation whose hub it is.
pub(super) fn home() -> NationId {
    NationId::new("XAA").unwrap()
}

/// What is asked for: the method, the path, the body.
pub(super) type Wanted<'a> = (&'a str, &'a str, &'a str);

/// What an audience was told: each answer, or each value of a view, under a name.
pub(super) type Told = BTreeMap<String, String>;

/// A hub that has lived through its world.
pub(super) struct Hub {
    pub(super) definitions: Definitions,
    pub(super) core: Core,
    pub(super) shelf: Arc<Shelf>,
    pub(super) now: PlantTime,
    publisher: Publisher,
    /// The views that are made only while somebody asks for them.
    asked_for: Vec<String>,
    /// What was published last holds what was heard until then.
    heard: u64,
    /// Of the supplier that spoke last.
    epoch: u64,
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
    let playable = crate::plants::playable(&files, &loaded.programme, &loaded.plants);
    let plants: BTreeMap<_, _> =
        loaded.plants.into_iter().map(|plant| (plant.id.clone(), plant)).collect();
    let labels = plants.keys().map(|id| (id.clone(), 1)).collect();
    let (programme, agreements) = (loaded.programme, loaded.agreements);
    Definitions { programme, plants, agreements, labels, revision: 1, playable }
}

/// What is said otherwise than in the world as it was made.
type Twist<'a> = &'a dyn Fn(&Said) -> bool;

impl Hub {
    /// Lives through a world, with what is said or with what might be said instead of what `twist`
    /// picks. `by_policies` has Cedar decide, else the same rule in Rust, which is quicker.
    pub(super) fn live(
        office: &Office,
        world: &World,
        by_policies: bool,
        (twist, decisions): (Twist<'_>, &[DecisionRow]),
    ) -> Self {
        let definitions = definitions(world);
        let begins = decode::time(BEGINS).unwrap();
        let mut core = Core::new(definitions.clone(), 1);
        let rule: Arc<dyn Rule> = match by_policies {
            true => Arc::<Policies>::clone(&POLICIES),
            false => Arc::new(TheRule { hub: home() }),
        };
        for (number, site) in world.sites.iter().enumerate() {
            let session = SessionId(number as u64);
            connect(&mut core, (site, &world.signals[number]), session, begins);
        }
        let ledger = Arc::new(Ledger::holding(decisions.to_vec(), &core));
        let decided = Arc::new(ledger.in_force(begins));
        let rules = (rule, Arc::clone(&POLICIES), decided);
        let (shelf, publisher) = view::open_under(&core, true, rules);
        let (service, asked, kept) = serve(office, &shelf, ledger);
        let points = world.sites.iter().zip(&world.signals).flat_map(|(site, signals)| {
            signals.iter().map(|signal| format!("points/{}/{}", site.id, signal.series))
        });
        let models = world.sites.iter().map(|site| format!("model/{}", site.id));
        let (asked_for, heard, epoch, now) = (points.chain(models).collect(), 0, 0, begins);
        let _kept = kept;
        let mut hub = Self {
            definitions,
            core,
            shelf,
            now,
            publisher,
            asked_for,
            heard,
            epoch,
            service,
            asked,
            _kept,
        };
        hub.publish(begins);
        for frame in 0..story::FRAMES {
            let wall = begins + WORKED + BETWEEN.scaled(frame as f64 + 1.0);
            for (number, frames) in world.frames.iter().enumerate() {
                let said = frames[frame].iter();
                let reports: Vec<&str> = said
                    .map(|said| if twist(said) { said.otherwise.as_str() } else { &said.text })
                    .collect();
                let points = signalled(&world.signals[number], frame, twist);
                let (seq, reports) = (frame + 1, reports.join(","));
                let text = format!("{{\"seq\":{seq},\"reports\":[{reports}]{points}}}");
                let frame: ReportFrame<Box<RawValue>> = serde_json::from_str(&text).unwrap();
                let session = SessionId(number as u64);
                hub.core.handle(HubEvent::Frame { session, frame }, wall);
            }
            if let Some(silent) = world.silent.filter(|_| frame + 1 == story::FRAMES) {
                hub.core.handle(HubEvent::Closed { session: SessionId(silent as u64) }, wall);
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
        self.tick();
    }

    fn tick(&mut self) {
        for view in &self.asked_for {
            self.shelf.ask_for(view).unwrap();
        }
        self.heard = self.shelf.heard().load(Ordering::SeqCst);
        self.publisher.publish(&self.core, self.now);
    }

    pub(super) fn audience(&self, offer: &Offer) -> Audience {
        self.shelf.gate().audience_of(offer.id).clone()
    }

    /// The values of every view as they are now, and every delta and event on the way.
    pub(super) fn views(&self, audience: AudienceId) -> Told {
        let mut told = Told::new();
        let plants = self.definitions.plants.keys();
        let views = plants.flat_map(|p| [format!("plant/{p}"), format!("history/{p}")]);
        let views = views.chain(self.asked_for.iter().cloned());
        for view in views.chain(["programme".to_owned()]) {
            let Some(published) = self.shelf.newest(audience, &view) else { continue };
            for (key, value) in published.values.value() {
                told.insert(format!("{view} {key}"), value.get().to_owned());
            }
            for delta in &published.deltas {
                told.insert(
                    format!("{view} delta {:03}", delta.from),
                    delta.frames.iter().map(|piece| piece.as_str()).collect(),
                );
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
        let mut agreements = self.definitions.agreements.clone();
        // What is released is released from now on.
        let decided = Arc::clone(&self.shelf.in_force().borrow().decided);
        agreements.push(Agreement { releases: Vec::new(), ..(*decided).clone() });
        let today = Today { agreements, now: self.now };
        let plant = PlantId::new(site.id).unwrap();
        let gate = (self.shelf.gate(), audience);
        let selection = view::past(&self.core, at, &plant, gate, today);
        let facts = selection.released.value().iter();
        let text = |value| serde_json::to_string(value).unwrap();
        facts.map(|f| (format!("past {} {}", site.id, f.key), text(&*f.value))).collect()
    }

    /// Reads over HTTP; the answer's status, headers and text.
    pub(super) fn get(&mut self, office: &mut Office, who: &Who, path: &str) -> (u16, String) {
        self.ask(office, who, ("GET", path, ""))
    }

    /// Asks over HTTP; the answer's status, headers and text.
    pub(super) fn ask(
        &mut self,
        office: &mut Office,
        who: &Who,
        (method, path, body): Wanted<'_>,
    ) -> (u16, String) {
        let joint = if path.contains('?') { '&' } else { '?' };
        let path = match who {
            Who::Anybody(code) if code != "public" => format!("{path}{joint}as={code}"),
            _ => path.to_owned(),
        };
        let key = office.carried(who);
        let request = Request::builder().method(method).uri(path).header("Host", "localhost");
        let request = match who {
            Who::Anybody(_) => request,
            Who::Key(_) | Who::Planner(_) | Who::SuppliersKey(..) => {
                request.header("Authorization", format!("Bearer {key}"))
            }
            Who::Person(_) => request.header("Cookie", format!("slipway={key}")),
            Who::Supplier(..) => request.header("Cookie", format!("slipway_supplier={key}")),
        };
        let request = request.header("Content-Type", "application/json");
        self.answer(&office.runtime, request.body(Body::from(body.to_owned())).unwrap())
    }

    fn answer(&mut self, runtime: &Runtime, request: Request<Body>) -> (u16, String) {
        runtime.block_on(async {
            let answer = self.service.call(request);
            tokio::pin!(answer);
            let mut response = loop {
                tokio::select! {
                    biased;
                    response = &mut answer => break response.unwrap_or_else(|never| match never {}),
                    Some(asked) = self.asked.recv() => match asked {
                        Inbox::Look(look) => look(&self.core, self.now),
                        Inbox::Asked { asked, answer } => {
                            answer.send(judged(&mut self.core, asked, self.now)).unwrap();
                        }
                        _ => panic!("nobody here can ask for this"),
                    },
                    // Whoever waits for the next tick gets it.
                    () = tokio::task::yield_now() => if self.is_waited_for() {
                        self.tick();
                    },
                }
            };
            let status = response.status();
            let broken = [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::REQUEST_TIMEOUT];
            assert!(!broken.contains(&status), "{status}");
            // The body tells its length; the one of a body that holds the time varies.
            response.headers_mut().remove("content-length");
            let head = format!("{:?}", response.headers());
            let body = to_bytes(response.into_body(), 64 << 20).await.unwrap();
            (status.as_u16(), format!("{head}\n{}", String::from_utf8_lossy(&body)))
        })
    }

    /// Says something as a supplier's feed; what it is answered.
    pub(super) fn speak(&mut self, (site, supplier): (&Site, &str), reports: &[String]) -> String {
        let session = SessionId(SUPPLIERS_SESSION);
        let feed = format!("supplier:{supplier}");
        let supplier = Some(SupplierId::new(supplier).unwrap());
        let plant = PlantId::new(site.id).unwrap();
        let grant = Grant { feed: FeedId::new(&feed).unwrap(), plant, supplier, units: None };
        self.core.handle(HubEvent::Opened { session, grant }, self.now);
        let (clock, declares) = (the_clock(), Vec::new());
        self.epoch += 1;
        let hello = Hello { feed, epoch: self.epoch, clock, acked: None, declares };
        self.core.handle(HubEvent::Hello { session, hello }, self.now);
        let at = decode::rfc3339(self.now);
        let whole = |fields: &String| format!("{{\"at\":\"{at}\",{fields}}}");
        let reports: Vec<String> = reports.iter().map(whole).collect();
        let text = format!("{{\"seq\":1,\"reports\":[{}]}}", reports.join(","));
        let frame: ReportFrame<Box<RawValue>> = serde_json::from_str(&text).unwrap();
        let effects = self.core.handle(HubEvent::Frame { session, frame }, self.now);
        self.core.handle(HubEvent::Closed { session }, self.now);
        serde_json::to_string(&effects.to_feeds.iter().map(|(_, to)| to).collect::<Vec<_>>())
            .unwrap()
    }

    fn is_waited_for(&self) -> bool {
        self.shelf.has_questions() || self.shelf.heard().load(Ordering::SeqCst) != self.heard
    }
}

/// What the core says to a planner, when all of it is on the disk.
fn judged(core: &mut Core, asked: Box<Asked>, wall: PlantTime) -> Answer {
    let ask = AskId(1);
    let at_once = core.handle(HubEvent::Asked { ask, asked }, wall);
    let hub_seq = core.hub_seq;
    let durable = core.handle(HubEvent::Committed { hub_seq }, wall);
    let mut answers = at_once.answers.into_iter().chain(durable.answers);
    answers.find(|(of, _)| *of == ask).expect("an answer").1
}

/// What a frame says of signals, as it stands after its reports.
fn signalled(signals: &[Signal], frame: usize, twist: &dyn Fn(&Said) -> bool) -> String {
    let mut columns = [const { Vec::new() }; 3];
    for signal in signals {
        let (at, said) = &signal.values[frame];
        columns[0].push(format!("\"{}\"", signal.series));
        columns[1].push(format!("\"{}\"", decode::rfc3339(*at)));
        columns[2].push(if twist(said) { said.otherwise.clone() } else { said.text.clone() });
    }
    if signals.is_empty() {
        return String::new();
    }
    let [series, at, value] = columns.map(|column| column.join(","));
    format!(",\"points\":{{\"series\":[{series}],\"at\":[{at}],\"value\":[{value}]}}")
}

fn the_clock() -> Clock {
    Clock::Simulated { start: Some(BEGINS.to_owned()), rate: 1.0 }
}

fn connect(
    core: &mut Core,
    (site, signals): (&Site, &[Signal]),
    session: SessionId,
    wall: PlantTime,
) {
    let grant = Grant {
        feed: FeedId::new(&site.feed).unwrap(),
        plant: PlantId::new(site.id).unwrap(),
        supplier: None,
        units: None,
    };
    core.handle(HubEvent::Opened { session, grant }, wall);
    let (clock, feed) = (the_clock(), site.feed.clone());
    let declares = signals.iter().map(|signal| SeriesDeclaration {
        series: signal.series.clone(),
        unit: signal.unit.clone(),
    });
    let hello = Hello { feed, epoch: 1, clock, acked: None, declares: declares.collect() };
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
