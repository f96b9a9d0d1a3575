//! The search for leaks: in random worlds everything that is said to an audience, by every way,
//! holds no word and no number that the audience may not know, and does not change when only that
//! changes which it may not know.
//!
//! A case is one audience of one world. `SLIPWAY_LEAKS=CASES` tries as many, from the seed
//! `SLIPWAY_LEAKS_SEED`; a failure says its seed, and that seed alone tries it again.

mod agreed;
mod asking;
mod changing;
mod dice;
mod office;
mod oracle;
mod signals;
mod story;
mod ways;
mod worked;
mod world;

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use twin::{Audience, FactKind};

use self::{
    dice::Dice,
    office::{Office, Who},
    oracle::{Oracle, hidden_from_all},
    signals::Signal,
    ways::{Hub, Told, home},
    world::{PLANTS, Secret, Site, World, about},
};
use crate::view::Offer;

/// Cases that are tried unless somebody wants more.
const CASES: usize = 10_000;
/// One world of so many is decided by the policies themselves, which take their time.
const BY_POLICIES: u64 = 16;
/// Worlds that fail before the search is given up.
const MOST_FAILED: usize = 12;
/// What the cases are counted as.
const CASES_TRIED: &str = "cases";
/// How many audiences in a hundred ask about sharing, which takes the hub its time.
const SHARING_PERCENT: usize = 6;
/// Requests over HTTP for each audience of a world.
const REQUESTS: usize = 3;

fn number(name: &str, or: u64) -> u64 {
    std::env::var(name).map_or(or, |text| text.parse().expect("a number"))
}

#[test]
fn nothing_is_told_to_whoever_may_not_know_it() {
    let wanted = number("SLIPWAY_LEAKS", CASES as u64) as usize;
    let next = AtomicU64::new(number("SLIPWAY_LEAKS_SEED", 1));
    let found = Mutex::new(Found::default());
    let failed = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let worker = || {
            let mut office = Office::open();
            while found.lock().unwrap().of(CASES_TRIED) < wanted
                && failed.load(Ordering::Relaxed) < MOST_FAILED
            {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                let search = AssertUnwindSafe(|| Case::new(&mut office, seed).search());
                // What failed has been said, with its seed.
                match catch_unwind(search) {
                    Ok(more) => found.lock().unwrap().take(more),
                    Err(_said) => {
                        failed.fetch_add(1, Ordering::Relaxed);
                    }
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
    found.into_inner().unwrap().is_enough();
}

/// How much was looked at, of each sort.
#[derive(Debug, Default)]
struct Found(BTreeMap<&'static str, usize>);

/// What a search looks at, and how much of it there is in a hundred cases at least: a search that
/// hardly looks finds nothing.
const LEAST: [(&str, usize); 14] = [
    ("words that were told and may be known", 2_000),
    ("hold-ups that twins agree in", 1),
    ("expected dates that twins agree in", 1),
    ("dry dates that twins agree in", 1),
    ("facts that a release alone opened", 6),
    ("facts that a decision alone narrowed", 10),
    ("signals that were told", 60),
    ("signals that were not told", 200),
    ("words of the matrix, told to readers", 1),
    ("reasons of their own rules, told to people", 2),
    ("rules of others that changed nothing", 5),
    ("hidden things that answered as nothing does", 60),
    ("changes to hidden things refused as to nothing", 4),
    ("reports about hidden things refused as about nothing", 1),
];

impl Found {
    fn add(&mut self, what: &'static str, number: usize) {
        *self.0.entry(what).or_default() += number;
    }

    fn of(&self, what: &str) -> usize {
        self.0.get(what).copied().unwrap_or_default()
    }

    fn take(&mut self, more: Self) {
        more.0.into_iter().for_each(|(what, number)| self.add(what, number));
    }

    fn is_enough(&self) {
        let cases = self.of(CASES_TRIED);
        println!("{cases} cases");
        LEAST.iter().for_each(|(what, _)| println!("{:>9} {what}", self.of(what)));
        for (what, least) in LEAST {
            assert!(self.of(what) * 100 > cases * least, "hardly any {what} in {cases} cases");
        }
    }
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
        let decisions = self.world.decisions.clone();
        let mut hub = Hub::live(self.office, &self.world, by_policies, (&|_| false, &decisions));
        let taken: u64 = hub.core.feeds.values().map(|feed| feed.taken).sum();
        let refused: u64 = hub.core.feeds.values().map(|feed| feed.refused).sum();
        assert!(taken > refused * 2, "seed {}: {taken} taken, {refused} refused", self.seed);
        let definitions = hub.definitions.clone();
        let oracle = Oracle::of(&definitions, &decisions, home(), hub.now);
        let offers: Vec<Offer> = hub.shelf.everybody().cloned().collect();
        let views: Vec<Told> = offers.iter().map(|offer| hub.views(offer.id)).collect();
        let things = asking::things(&views);
        let mut found = Found::default();
        let mut knowing: Vec<&Offer> = Vec::new();
        for (offer, views) in offers.iter().zip(views) {
            let audience = hub.audience(offer);
            self.is_like_nothing(&mut hub, offer, (&views, &things), &mut found);
            self.sharing(&mut hub, &oracle, (offer, &audience), &mut found);
            let told = self.told(&mut hub, offer, views);
            let mut cards = CONCLUDED.into_iter();
            if cards.any(|(of, _)| told.iter().any(|(way, text)| is_so(of, way, text))) {
                knowing.push(offer);
            }
            let known =
                self.compare((offer, &told), &|secret| may_know(&oracle, &audience, secret));
            found.add("words that were told and may be known", known);
            self.is_there(&oracle, (offer, &audience), &hub, &mut found);
            found.add(CASES_TRIED, 1);
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
        self.does_not_change(&oracle, &pair, &mut hub, &mut found);
        self.changes(&oracle, &mut hub, &mut found);
        found
    }

    /// Everything that is told to an audience, and over HTTP some of it again.
    fn told(&mut self, hub: &mut Hub, offer: &Offer, views: Told) -> Told {
        let mut told = views;
        let site = self.dice.below(self.world.sites.len());
        if self.dice.chance(25) {
            told.extend(hub.past(offer.id, &self.world.sites[site]));
        }
        for _ in 0..REQUESTS {
            let (path, named) = self.path(site);
            let (status, text) = hub.get(self.office, &Who::of(offer), &path);
            // An answer may repeat what was asked.
            let text = named.map_or(text.clone(), |named| text.replace(&named, "…"));
            told.insert(format!("GET {path}: {status}"), text);
        }
        told
    }

    /// Fails when something was told that may not be known; how many words may be.
    fn compare(&self, (offer, told): (&Offer, &Told), may_know: &dyn Fn(&Secret) -> bool) -> usize {
        let mut known: Vec<Option<bool>> = vec![None; self.world.secrets.len()];
        for (way, text) in told {
            for number in words(text).chain(words(way).filter(|_| !way.starts_with("GET"))) {
                let Some(secret) = self.world.secrets.get(number) else {
                    panic!("{}: what only administrators know\n{text}", self.place(offer, way))
                };
                let may = *known[number].get_or_insert_with(|| may_know(secret));
                let (place, word, about) = (self.place(offer, way), &secret.word, &secret.about);
                assert!(may, "{place}: tells {word} of {about:?}, in\n{text}");
            }
        }
        known.iter().filter(|known| known.is_some()).count()
    }

    fn place(&self, offer: &Offer, way: &str) -> String {
        format!("seed {}, {}, {way}", self.seed, offer.code)
    }

    /// What may be known is there: a hub that tells nothing leaks nothing.
    fn is_there(
        &self,
        oracle: &Oracle<'_>,
        (offer, audience): (&Offer, &Audience),
        hub: &Hub,
        found: &mut Found,
    ) {
        let undecided = Oracle::of(&hub.definitions, &[], home(), hub.now);
        for site in &self.world.sites {
            let view = format!("plant/{}", site.id);
            let published = hub.shelf.newest(offer.id, &view);
            let has = |key: String| {
                published.as_ref().is_some_and(|p| p.values.value().contains_key(&key))
            };
            let of_units = site.units().map(|id| ("unit", id));
            for (kind, id) in of_units.chain(site.storages.iter().map(|id| ("storage", id))) {
                for (kind, fact) in [(kind, FactKind::LineState), ("layout", FactKind::Layout)] {
                    let about = about(site.id, Some(id), fact);
                    let may = oracle.may(audience, &about);
                    let place = self.place(offer, &view);
                    assert_eq!(has(format!("{kind}/{id}")), may, "{place} {kind}/{id}");
                    let before = undecided.may(audience, &about);
                    found.add("facts that a release alone opened", usize::from(may && !before));
                    found.add("facts that a decision alone narrowed", usize::from(before && !may));
                }
            }
            self.signals(oracle, (offer, audience), (hub, site), found);
            self.is_in_order(offer, hub, site.id);
        }
    }

    /// Whoever may read the state of what a signal is called after reads the signal, and nobody else.
    fn signals(
        &self,
        oracle: &Oracle<'_>,
        (offer, audience): (&Offer, &Audience),
        (hub, site): (&Hub, &Site),
        found: &mut Found,
    ) {
        let number = self.world.sites.iter().position(|of| of.id == site.id).unwrap();
        // The state of an area counts what is in it.
        let exact = |thing: &String| !site.areas.contains(thing);
        for Signal { series, thing, .. } in &self.world.signals[number] {
            let may = match thing {
                Some(thing) => {
                    oracle.may(audience, &about(site.id, Some(thing), FactKind::LineState))
                }
                None => oracle.may_whole(audience, site.id, FactKind::LineState),
            };
            for (view, key) in [
                (format!("history/{}", site.id), format!("signal/{series}")),
                (format!("points/{}/{series}", site.id), format!("points/{series}")),
            ] {
                let published = hub.shelf.newest(offer.id, &view);
                let has = published.is_some_and(|p| p.values.value().contains_key(&key));
                let place = self.place(offer, &view);
                assert!(may || !has, "{place} tells {key}");
                assert!(!may || has || !thing.as_ref().is_some_and(exact), "{place} lacks {key}");
                found.add("signals that were told", usize::from(has));
                found.add("signals that were not told", usize::from(!has));
            }
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

    /// Lives through the same world once more, where everything that neither of two audiences may
    /// read is otherwise: both are told the same as before, alone and together.
    fn does_not_change(
        &mut self,
        oracle: &Oracle<'_>,
        pair: &[Offer; 2],
        hub: &mut Hub,
        found: &mut Found,
    ) {
        let audiences = [hub.audience(&pair[0]), hub.audience(&pair[1])];
        let both: Vec<&Audience> = audiences.iter().collect();
        let by_policies = self.seed.is_multiple_of(BY_POLICIES);
        let twist = |said: &world::Said| hidden_from_all(oracle, &both, &said.about);
        let values = self.world.signals.iter().flatten().flat_map(|signal| &signal.values);
        let all = self.world.frames.iter().flatten().flatten().chain(values.map(|(_, said)| said));
        let any = all.filter(|said| twist(said)).any(|said| said.text != said.otherwise);
        let codes = pair.each_ref().map(|offer| offer.code.as_str());
        let (decisions, rules) = agreed::otherwise(&self.world.decisions, codes);
        let mut other = Hub::live(self.office, &self.world, by_policies, (&twist, &decisions));
        found.add("rules of others that changed nothing", rules);
        let asks = self.dice.chance(SHARING_PERCENT);
        for offer in pair {
            let (mut before, mut after) = (hub.views(offer.id), other.views(offer.id));
            if asks {
                before.extend(self.rules_told(hub, offer));
                after.extend(self.rules_told(&mut other, offer));
            }
            for (of, counted) in CONCLUDED {
                let said = before.iter().filter(|(way, text)| is_so(of, way, text)).count();
                found.add(counted, said * usize::from(any));
            }
            let all: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for way in all {
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
    }
}

/// Cards, what is in them when something was concluded, and as what it is counted.
const CONCLUDED: [((&str, &str), &str); 3] = [
    (("board/holdup", "\"known\":true"), "hold-ups that twins agree in"),
    (("board/deliver", "\"expected\":\"2"), "expected dates that twins agree in"),
    (("board/next", "\"dry\":\"2"), "dry dates that twins agree in"),
];

fn is_so((card, said): (&str, &str), way: &str, text: &str) -> bool {
    way.starts_with("plant/") && way.ends_with(card) && text.contains(said)
}

/// Whether the audience is that of the organisation that runs a plant.
fn runs(audience: &Audience, plant: &str) -> bool {
    let owner = PLANTS.into_iter().find(|(id, ..)| *id == plant);
    matches!((owner, audience), (Some((_, _, firm)), Audience::Member { organisation, .. })
        if organisation.as_str() == firm)
}

/// Whether people of the organisation know it for its own rules: what is called how in its plant,
/// and why it is shared with few.
fn runs_what(audience: &Audience, secret: &Secret) -> bool {
    let is_name =
        |about: &oracle::About| about.kind == FactKind::Layout && runs(audience, about.plant);
    secret.or_owner.is_some_and(|plant| runs(audience, plant)) || secret.about.iter().any(is_name)
}

fn may_know(oracle: &Oracle<'_>, audience: &Audience, secret: &Secret) -> bool {
    let concluded = |(plant, kind)| oracle.may_conclude(audience, plant, kind);
    let whole = |plant| oracle.may_whole(audience, plant, FactKind::LineState);
    secret.about.iter().any(|about| oracle.may(audience, about))
        || secret.or_concluded.is_some_and(concluded)
        || secret.or_owner.is_some_and(|plant| runs(audience, plant))
        || secret.or_whole.is_some_and(whole)
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
