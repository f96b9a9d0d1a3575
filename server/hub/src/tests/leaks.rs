//! The search for leaks: in random worlds everything that is said to an audience, by every way,
//! holds no word and no number that the audience may not know, and does not change when only that
//! changes which it may not know.
//!
//! A case is one audience of one world. `SLIPWAY_LEAKS=CASES` tries as many, from the seed
//! `SLIPWAY_LEAKS_SEED`; a failure says its seed, and that seed alone tries it again.

mod dice;
mod oracle;
mod story;
mod ways;
mod worked;
mod world;

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};

use twin::{Audience, FactKind};

use self::{
    dice::Dice,
    oracle::{Oracle, hidden_from_all},
    ways::{Hub, Office, Told, home},
    world::{PLANTS, Secret, World, about},
};
use crate::view::Offer;

/// Cases that are tried unless somebody wants more.
const CASES: usize = 10_000;
/// One world of so many is decided by the policies themselves, which take their time.
const BY_POLICIES: u64 = 16;
/// Worlds that fail before the search is given up.
const MOST_FAILED: usize = 12;
/// Requests over HTTP for each audience of a world.
const REQUESTS: usize = 3;

fn number(name: &str, or: u64) -> u64 {
    std::env::var(name).map_or(or, |text| text.parse().expect("a number"))
}

#[test]
fn nothing_is_told_to_whoever_may_not_know_it() {
    let wanted = number("SLIPWAY_LEAKS", CASES as u64) as usize;
    let next = AtomicU64::new(number("SLIPWAY_LEAKS_SEED", 1));
    let (cases, words) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let concluded: [AtomicUsize; 3] = Default::default();
    let failed = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let worker = || {
            let mut office = Office::open();
            while cases.load(Ordering::Relaxed) < wanted
                && failed.load(Ordering::Relaxed) < MOST_FAILED
            {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                let search = AssertUnwindSafe(|| Case::new(&mut office, seed).search());
                // What failed has been said, with its seed.
                let Ok(found) = catch_unwind(search) else {
                    failed.fetch_add(1, Ordering::Relaxed);
                    continue;
                };
                cases.fetch_add(found.cases, Ordering::Relaxed);
                words.fetch_add(found.words, Ordering::Relaxed);
                for (sum, of) in concluded.iter().zip(found.concluded) {
                    sum.fetch_add(of, Ordering::Relaxed);
                }
            }
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        for worker in workers {
            if let Err(panic) = worker.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
    assert_eq!(failed.into_inner(), 0, "worlds that failed; each said its seed");
    let (cases, words) = (cases.into_inner(), words.into_inner());
    let [hold_ups, dates, dry] = concluded.map(AtomicUsize::into_inner);
    println!("{cases} cases, {words} words that were told and may be known");
    println!("twins agree in {hold_ups} hold-ups, {dates} expected and {dry} dry dates");
    assert!(words > cases * 20, "hardly anything was told to anybody: {words} in {cases} cases");
    let least = hold_ups.min(dates).min(dry);
    assert!(least * 100 > cases, "hardly anything was concluded from what may be known");
}

/// How much was looked at.
#[derive(Default)]
struct Found {
    cases: usize,
    words: usize,
    /// Hold-ups, expected dates and dry dates that an audience was told which may not read
    /// everything: what was hidden was changed, and they were not.
    concluded: [usize; 3],
}

/// One world, and everybody who looks at it.
struct Case<'a> {
    office: &'a mut Office,
    seed: u64,
    dice: Dice,
    world: World,
}

impl<'a> Case<'a> {
    fn new(office: &'a mut Office, seed: u64) -> Self {
        Self { office, seed, dice: Dice::of(!seed), world: World::of(seed) }
    }

    fn search(mut self) -> Found {
        let by_policies = self.seed.is_multiple_of(BY_POLICIES);
        let mut hub = Hub::live(self.office, &self.world, by_policies, &|_| false);
        let taken: u64 = hub.core.feeds.values().map(|feed| feed.taken).sum();
        let refused: u64 = hub.core.feeds.values().map(|feed| feed.refused).sum();
        assert!(taken > refused * 2, "seed {}: {taken} taken, {refused} refused", self.seed);
        let definitions = hub.definitions.clone();
        let oracle = Oracle::of(&definitions, home(), hub.now);
        let offers: Vec<Offer> = hub.shelf.everybody().cloned().collect();
        let mut found = Found::default();
        let mut knowing: Vec<&Offer> = Vec::new();
        for offer in &offers {
            let audience = hub.audience(offer);
            let told = self.told(&mut hub, offer);
            let mut cards = CONCLUDED.into_iter();
            if cards.any(|of| told.iter().any(|(way, text)| is_so(of, way, text))) {
                knowing.push(offer);
            }
            found.words += self.compare(&oracle, (offer, &audience), &told);
            self.is_there(&oracle, (offer, &audience), &hub);
            found.cases += 1;
        }
        if self.dice.chance(20) {
            self.suppliers(&mut hub);
        }
        // Whoever is told a conclusion can be told another one.
        let likely = !knowing.is_empty() && self.dice.chance(70);
        let first = if likely { *self.dice.one(&knowing) } else { self.dice.one(&offers) };
        let alone = self.dice.chance(40);
        let second = if alone { first } else { self.dice.one(&offers) };
        let pair = [first.clone(), second.clone()];
        found.concluded = self.does_not_change(&oracle, &pair, &hub);
        found
    }

    /// Everything that is told to an audience, and over HTTP some of it again.
    fn told(&mut self, hub: &mut Hub, offer: &Offer) -> Told {
        let mut told = hub.views(offer.id);
        let site = self.dice.below(self.world.sites.len());
        if self.dice.chance(25) {
            told.extend(hub.past(offer.id, &self.world.sites[site]));
        }
        for _ in 0..REQUESTS {
            let (path, named) = self.path(site);
            let (status, text) = hub.get(self.office, offer, &path);
            // An answer may repeat what was asked.
            let text = named.map_or(text.clone(), |named| text.replace(&named, "…"));
            told.insert(format!("GET {path}: {status}"), text);
        }
        told
    }

    /// A request, and the id in it.
    fn path(&mut self, site: usize) -> (String, Option<String>) {
        const LISTS: [&str; 21] = [
            "",
            "/layout",
            "/units",
            "/storages",
            "/resources",
            "/areas",
            "/products",
            "/parts",
            "/feeds",
            "/board",
            "/bottlenecks",
            "/kpi",
            "/series",
            "/orders",
            "/deliveries",
            "/alarms",
            "/points",
            "/ribbons",
            "/record",
            "/assumed",
            "/work-centers",
        ];
        const OTHERS: [&str; 8] = [
            "/api/v1/programme",
            "/api/v1/plants",
            "/api/v1/audiences",
            "/metrics",
            "/readyz",
            "/v1/supplier/lines",
            "/api/v1/audit",
            "/api/v1/sharing/alarms",
        ];
        let site = &self.world.sites[site];
        let plant = format!("/api/v1/plants/{}", site.id);
        match self.dice.below(4) {
            0 => ((*self.dice.one(&OTHERS)).to_owned(), None),
            1 => {
                let word = self.dice.one(&self.world.secrets).word.clone();
                let kind = *self.dice.one(&["units", "orders", "deliveries", "alarms"]);
                (format!("{plant}/{kind}/{word}"), Some(word))
            }
            2 if self.dice.chance(50) => {
                let units: Vec<&String> = site.units().chain(&site.storages).collect();
                let unit = (*self.dice.one(&units)).clone();
                let kind = *self.dice.one(&["unit", "layout", "ribbon", "storage"]);
                (format!("/api/v1/why?plant={}&key={kind}/{unit}", site.id), Some(unit))
            }
            _ => (format!("{plant}{}", self.dice.one(&LISTS)), None),
        }
    }

    /// Fails when something was told that may not be known; how many words may be.
    fn compare(
        &self,
        oracle: &Oracle<'_>,
        (offer, audience): (&Offer, &Audience),
        told: &Told,
    ) -> usize {
        let mut known: Vec<Option<bool>> = vec![None; self.world.secrets.len()];
        for (way, text) in told {
            for number in words(text).chain(words(way).filter(|_| !way.starts_with("GET"))) {
                let Some(secret) = self.world.secrets.get(number) else {
                    panic!("{}: what only administrators know\n{text}", self.place(offer, way))
                };
                let may = *known[number].get_or_insert_with(|| may_know(oracle, audience, secret));
                assert!(
                    may,
                    "{}: tells {} of {:?}, in\n{text}",
                    self.place(offer, way),
                    secret.word,
                    secret.about
                );
            }
        }
        known.iter().filter(|known| known.is_some()).count()
    }

    fn place(&self, offer: &Offer, way: &str) -> String {
        format!("seed {}, {}, {way}", self.seed, offer.code)
    }

    /// What may be known is there: a hub that tells nothing leaks nothing.
    fn is_there(&self, oracle: &Oracle<'_>, (offer, audience): (&Offer, &Audience), hub: &Hub) {
        for site in &self.world.sites {
            let view = format!("plant/{}", site.id);
            let published = hub.shelf.newest(offer.id, &view);
            let has = |key: String| {
                published.as_ref().is_some_and(|p| p.values.value().contains_key(&key))
            };
            let of_units = site.units().map(|id| ("unit", id));
            for (kind, id) in of_units.chain(site.storages.iter().map(|id| ("storage", id))) {
                for (kind, fact) in [(kind, FactKind::LineState), ("layout", FactKind::Layout)] {
                    let may = oracle.may(audience, &about(site.id, Some(id), fact));
                    let place = self.place(offer, &view);
                    assert_eq!(has(format!("{kind}/{id}")), may, "{place} {kind}/{id}");
                }
            }
            self.is_in_order(offer, hub, site.id);
        }
    }

    /// No gap in any numbering says how much is not shown.
    fn is_in_order(&self, offer: &Offer, hub: &Hub, plant: &str) {
        let told = hub.views(offer.id);
        let values = |prefix: &str| {
            let start = format!("{prefix}/");
            let ours = told.iter().filter_map(move |(name, text)| {
                let (view, key) = name.split_once(' ')?;
                let id = key.strip_prefix(&start)?;
                view.ends_with(&format!("/{plant}")).then(|| (id.to_owned(), text.clone()))
            });
            ours.collect::<Vec<_>>()
        };
        let mut orders: Vec<u64> = values("layout")
            .iter()
            .map(|(_, text)| {
                let value: serde_json::Value = serde_json::from_str(text).unwrap();
                value["order"].as_u64().unwrap()
            })
            .collect();
        orders.sort_unstable();
        let place = self.place(offer, plant);
        assert!(orders.iter().copied().eq(0..orders.len() as u64), "{place} layout: {orders:?}");
        for prefix in ["measure", "assumed"] {
            let ids = values(prefix).into_iter().map(|(id, _)| id);
            let mut ids: Vec<usize> = ids.filter_map(|id| id.parse().ok()).collect();
            ids.sort_unstable();
            assert!(ids.iter().copied().eq(0..ids.len()), "{place} {prefix}: {ids:?}");
        }
    }

    /// A supplier's page tells of its own lines and of its customer, and of nobody else.
    fn suppliers(&mut self, hub: &mut Hub) {
        let site = self.dice.below(self.world.sites.len());
        let site = &self.world.sites[site];
        let own = self.dice.one(&site.suppliers);
        for path in ["/v1/supplier/lines", "/v1/supplier/readers"] {
            let (status, text) = hub.get_as_supplier(self.office, (site, own), path);
            for number in words(&text) {
                let secret = &self.world.secrets[number];
                let is_own = |a: &oracle::About| {
                    a.plant == site.id && (a.thing.as_ref() == Some(own) || a.thing.is_none())
                };
                assert!(
                    secret.about.iter().any(is_own),
                    "seed {}, {own}, {path}: {status} tells {secret:?}, in\n{text}",
                    self.seed
                );
            }
        }
    }

    /// Lives through the same world once more, where everything that neither of two audiences may
    /// read is otherwise: both are told the same as before, alone and together. Returns how much
    /// was concluded for them.
    fn does_not_change(&self, oracle: &Oracle<'_>, pair: &[Offer; 2], hub: &Hub) -> [usize; 3] {
        let audiences = [hub.audience(&pair[0]), hub.audience(&pair[1])];
        let both: Vec<&Audience> = audiences.iter().collect();
        let by_policies = self.seed.is_multiple_of(BY_POLICIES);
        let twist = |said: &world::Said| hidden_from_all(oracle, &both, &said.about);
        let all = self.world.frames.iter().flatten().flatten();
        let any = all.filter(|said| twist(said)).any(|said| said.text != said.otherwise);
        let mut concluded = [0; 3];
        let other = Hub::live(self.office, &self.world, by_policies, &twist);
        for offer in pair {
            let (before, after) = (hub.views(offer.id), other.views(offer.id));
            for (sum, of) in concluded.iter_mut().zip(CONCLUDED) {
                let said = before.iter().filter(|(way, text)| is_so(of, way, text)).count();
                *sum += said * usize::from(any);
            }
            let all: BTreeMap<&String, ()> =
                before.keys().chain(after.keys()).map(|k| (k, ())).collect();
            for way in all.into_keys() {
                assert_eq!(
                    before.get(way),
                    after.get(way),
                    "{}: changes with what {} and {} may not read",
                    self.place(offer, way),
                    pair[0].code,
                    pair[1].code
                );
            }
        }
        concluded
    }
}

/// Cards, and what is in them when something was concluded.
const CONCLUDED: [(&str, &str); 3] = [
    ("board/holdup", "\"known\":true"),
    ("board/deliver", "\"expected\":\"2"),
    ("board/next", "\"dry\":\"2"),
];

fn is_so((card, said): (&str, &str), way: &str, text: &str) -> bool {
    way.starts_with("plant/") && way.ends_with(card) && text.contains(said)
}

fn may_know(oracle: &Oracle<'_>, audience: &Audience, secret: &Secret) -> bool {
    let concluded = |(plant, kind)| oracle.may_conclude(audience, plant, kind);
    let runs = |plant| {
        let owner = PLANTS.into_iter().find(|(id, ..)| *id == plant);
        matches!((owner, audience), (Some((_, _, firm)), Audience::Member { organisation, .. })
            if organisation.as_str() == firm)
    };
    secret.about.iter().any(|about| oracle.may(audience, about))
        || secret.or_concluded.is_some_and(concluded)
        || secret.or_owner.is_some_and(runs)
}

/// The numbers of the secrets that a text holds.
fn words(text: &str) -> impl Iterator<Item = usize> + '_ {
    let bytes = text.as_bytes();
    (0..bytes.len().saturating_sub(6)).filter_map(move |at| {
        let word = match &bytes[at..at + 2] {
            b"zq" if bytes[at + 6] == b'x' => text.get(at + 2..at + 6)?,
            b"77" => {
                let ends = bytes.get(at + 6..at + 8) == Some(b"77".as_slice());
                let before = at.checked_sub(1).map(|at| bytes[at]);
                let after = bytes.get(at + 8);
                let in_number = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
                let alone =
                    !in_number(before.as_ref()) && before != Some(b'.') && !in_number(after);
                text.get(at + 2..at + 6).filter(|_| ends && alone)?
            }
            _ => return None,
        };
        word.parse().ok()
    })
}
