//! What is asked for over HTTP: random things, what is told of sharing, and things that are hidden,
//! which answer as things that never were.

use std::collections::BTreeSet;

use twin::Audience;

use super::{
    Case, Found, SHARING_PERCENT, may_know,
    office::Who,
    oracle::{self, Oracle},
    runs_what,
    ways::{Hub, Told},
    words,
    world::Secret,
};
use crate::view::Offer;

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
/// Hidden things that are asked for by each audience.
const MOST_HIDDEN: usize = 1;
/// Ids shorter than this stand in texts by chance.
const SHORTEST: usize = 5;

/// A value that some audience is told, by its view, its plant and its key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Thing {
    view: String,
    plant: String,
    prefix: String,
    id: String,
}

/// Everything that is told to anybody.
pub(super) fn things(views: &[Told]) -> Vec<Thing> {
    let names = views.iter().flat_map(|told| told.keys());
    let found: BTreeSet<Thing> = names.filter_map(|name| thing(name)).collect();
    found.into_iter().collect()
}

fn thing(name: &str) -> Option<Thing> {
    let (view, key) = name.split_once(' ')?;
    let (view, plant) = view.split_once('/')?;
    let (prefix, id) = key.split_once('/')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || ":._-".contains(c);
    let is_told =
        matches!(view, "plant" | "history") && id.len() >= SHORTEST && id.chars().all(plain);
    let [view, plant, prefix, id] = [view, plant, prefix, id].map(str::to_owned);
    is_told.then_some(Thing { view, plant, prefix, id })
}

impl Thing {
    fn name(&self) -> String {
        let Self { view, plant, prefix, id } = self;
        format!("{view}/{plant} {prefix}/{id}")
    }

    /// Where it is asked for.
    fn path(&self, id: &str, explained: bool) -> String {
        let list = match self.prefix.as_str() {
            "unit" => Some("units"),
            "order" => Some("orders"),
            "delivery" => Some("deliveries"),
            "alarm" => Some("alarms"),
            "signal" => Some("points"),
            _ => None,
        };
        let Self { plant, prefix, .. } = self;
        match list.filter(|_| !explained) {
            Some(list) => format!("/api/v1/plants/{plant}/{list}/{id}"),
            None => format!("/api/v1/why?plant={plant}&key={prefix}/{id}"),
        }
    }
}

/// An id of the same form that nobody has.
pub(super) fn nobody(id: &str, mut digit: impl FnMut() -> char) -> String {
    let of = |c: char| match c {
        'a'..='z' | 'A'..='Z' => 'q',
        '0'..='9' => digit(),
        other => other,
    };
    id.chars().map(of).collect()
}

impl Case<'_> {
    /// What an audience may not see answers as what never was, whatever is asked.
    pub(super) fn is_like_nothing(
        &mut self,
        hub: &mut Hub,
        offer: &Offer,
        (told, things): (&Told, &[Thing]),
        found: &mut Found,
    ) {
        let who = Who::of(offer);
        let hidden: Vec<&Thing> = things.iter().filter(|t| !told.contains_key(&t.name())).collect();
        for _ in 0..MOST_HIDDEN.min(hidden.len()) {
            let thing = *self.dice.one(&hidden);
            let explained = self.dice.chance(40);
            let none = nobody(&thing.id, || '9');
            let paths = [&thing.id, &none].map(|id| (thing.path(id, explained), id.clone()));
            self.are_alike(hub, &who, &paths);
            found.add("hidden things that answered as nothing does", 1);
        }
        let sites = self.world.sites.iter().map(|site| site.id);
        let is_told = |plant: &str| told.keys().any(|name| name.contains(&format!("/{plant} ")));
        let unseen: Vec<&str> = sites.filter(|plant| !is_told(plant)).collect();
        if unseen.is_empty() || !self.dice.chance(30) {
            return;
        }
        let plant = *self.dice.one(&unseen);
        let list = *self.dice.one(&LISTS);
        let rest = *self.dice.one(&[list, "/units/qq9999q", "/state?at=2031-05-06T00:00:00Z"]);
        let none = nobody(plant, || '9');
        let paths = [plant, &none].map(|id| (format!("/api/v1/plants/{id}{rest}"), id.to_owned()));
        self.are_alike(hub, &who, &paths);
        found.add("hidden things that answered as nothing does", 1);
    }

    /// Fails when two things answer otherwise than by their ids.
    fn are_alike(&mut self, hub: &mut Hub, who: &Who, paths: &[(String, String); 2]) {
        let [hidden, none] = paths.each_ref().map(|(path, id)| {
            let (status, text) = hub.get(self.office, who, path);
            (status, text.replace(id.as_str(), "…"))
        });
        let (seed, path) = (self.seed, &paths[0].0);
        assert_eq!(hidden, none, "seed {seed}, {who:?}, {path}: is not as if it never was");
    }

    /// What is told of sharing: to whoever looks what they are shared themselves, to people all of
    /// their own organisation's rules.
    pub(super) fn sharing(
        &mut self,
        hub: &mut Hub,
        oracle: &Oracle<'_>,
        (offer, audience): (&Offer, &Audience),
        found: &mut Found,
    ) {
        if !self.dice.chance(SHARING_PERCENT) {
            return;
        }
        let is_person = !offer.listed && self.dice.chance(60);
        let who = if is_person { Who::Person(offer.code.clone()) } else { Who::of(offer) };
        let asked = ["matrix", "decisions"].map(|what| {
            let path = format!("/api/v1/sharing/{what}");
            let (status, text) = hub.get(self.office, &who, &path);
            (format!("GET {path} of {who:?}: {status}"), text)
        });
        let told: Told = asked.into_iter().collect();
        let may = |secret: &Secret| {
            is_person && runs_what(audience, secret)
                || (is_person || secret.or_owner.is_none()) && may_know(oracle, audience, secret)
        };
        let known = self.compare((offer, &told), &may);
        if !is_person {
            return found.add("words of the matrix, told to readers", known);
        }
        let numbers: BTreeSet<usize> = told.values().flat_map(|text| words(text)).collect();
        let reasons = numbers.iter().filter(|n| self.world.secrets[**n].or_owner.is_some()).count();
        found.add("reasons of their own rules, told to people", reasons);
    }

    /// What an audience, and a person of it, is told of sharing, without the time.
    pub(super) fn rules_told(&mut self, hub: &mut Hub, offer: &Offer) -> Told {
        let person = (!offer.listed).then(|| Who::Person(offer.code.clone()));
        let mut told = Told::new();
        for who in [Some(Who::of(offer)), person].into_iter().flatten() {
            for what in ["matrix", "decisions"] {
                let path = format!("/api/v1/sharing/{what}");
                let (status, text) = hub.get(self.office, &who, &path);
                let timeless = match text.split_once("\"now\":\"") {
                    Some((before, after)) => {
                        format!("{before}{}", after.split_once('"').expect("its end").1)
                    }
                    None => text,
                };
                told.insert(format!("GET {path} of {who:?}"), format!("{status} {timeless}"));
            }
        }
        told
    }

    /// A request, and the id in it.
    pub(super) fn path(&mut self, site: usize) -> (String, Option<String>) {
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

    /// A supplier's page tells of its own lines and of its customer, and of nobody else.
    pub(super) fn suppliers(&mut self, hub: &mut Hub) {
        let site = self.dice.below(self.world.sites.len());
        let site = &self.world.sites[site];
        let own = self.dice.one(&site.suppliers);
        for path in ["/v1/supplier/lines", "/v1/supplier/readers"] {
            let who = Who::Supplier(site.id, own.clone());
            let (status, text) = hub.get(self.office, &who, path);
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
}
