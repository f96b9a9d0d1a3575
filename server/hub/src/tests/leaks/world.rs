//! A small random programme: two plants, who shares what of them, and what is reported. Every name,
//! id, text and number in it is written once, and known again wherever it turns up.

use std::collections::BTreeSet;

use journal::DecisionRow;
use twin::FactKind;

use super::{
    dice::Dice,
    oracle::About,
    signals::{self, Signal},
    story,
};

/// The plants, each with its nation and its firm.
pub(super) const PLANTS: [(&str, &str, &str); 2] =
    [("alpha", "XAA", "yard"), ("beta", "XBB", "lisle")];
pub(super) const NATIONS: [&str; 3] = ["XAA", "XBB", "XCC"];
pub(super) const FIRMS: [(&str, &str); 6] = [
    ("navy", "XAA"),
    ("yard", "XAA"),
    ("mill", "XAA"),
    ("office", "XBB"),
    ("lisle", "XBB"),
    ("forge", "XCC"),
];
pub(super) const FACTS: [&str; 9] = [
    "layout",
    "line_state",
    "flow",
    "schedule",
    "supply",
    "capacity",
    "quality",
    "feeds",
    "comments",
];
pub(super) const FINDINGS: [&str; 4] = ["hold_up", "forecast", "dry_date", "stock_cover"];

/// Something written once. Whoever may read any of the facts may find it.
#[derive(Clone, Debug)]
pub(super) struct Secret {
    pub(super) word: String,
    pub(super) about: BTreeSet<About>,
    /// Or whoever may be told a finding of that kind about the plant.
    pub(super) or_concluded: Option<(&'static str, FactKind)>,
    /// Or whoever runs the plant, who may ask why others see less.
    pub(super) or_owner: Option<&'static str>,
    /// Or whoever may read the states of everything in the plant.
    pub(super) or_whole: Option<&'static str>,
}

/// What a report says, and another thing that it might say just as well.
#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) text: String,
    pub(super) otherwise: String,
    /// Everything that may follow from it, findings left out.
    pub(super) about: BTreeSet<About>,
}

/// A plant as far as reports need to know it.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) id: &'static str,
    pub(super) feed: String,
    /// Work centers with their units: who welds, who joins.
    pub(super) centers: Vec<(String, Vec<String>)>,
    pub(super) storages: Vec<String>,
    pub(super) crane: String,
    pub(super) suppliers: Vec<String>,
    pub(super) reason: String,
    pub(super) areas: Vec<String>,
}

impl Site {
    pub(super) fn units(&self) -> impl Iterator<Item = &String> {
        self.centers.iter().flat_map(|(_, units)| units)
    }

    /// What stands in the plant.
    pub(super) fn equipment(&self) -> impl Iterator<Item = &String> {
        self.units().chain(&self.storages).chain(&self.areas).chain([&self.crane])
    }

    /// Everything that may be known of anything of the plant.
    pub(super) fn everything(&self) -> BTreeSet<About> {
        let things = self.equipment().chain(&self.suppliers).map(|thing| Some(thing.as_str()));
        things.chain([None]).flat_map(|thing| any_of(self.id, thing)).collect()
    }
}

/// See the module.
pub(super) struct World {
    pub(super) files: Vec<(String, String)>,
    pub(super) secrets: Vec<Secret>,
    pub(super) sites: Vec<Site>,
    /// For each plant the frames of its feed, in order.
    pub(super) frames: Vec<Vec<Vec<Said>>>,
    /// For each plant the signals of its feed.
    pub(super) signals: Vec<Vec<Signal>>,
    /// What people decided about sharing while the hub ran.
    pub(super) decisions: Vec<DecisionRow>,
    /// The plant whose feed falls silent at the end.
    pub(super) silent: Option<usize>,
}

impl World {
    pub(super) fn of(seed: u64) -> Self {
        let mut maker = Maker { dice: Dice::of(seed), secrets: Vec::new() };
        let mut files = vec![("programme.toml".to_owned(), maker.programme())];
        let mut sites = Vec::new();
        for plant in PLANTS {
            let (site, text) = maker.plant(plant);
            files.push((format!("{}/plant.toml", plant.0), text));
            sites.push(site);
        }
        files.push(("agreements/one.toml".to_owned(), maker.agreement(&sites)));
        let frames = sites.iter().map(|site| story::frames(&mut maker, site)).collect();
        let decisions = maker.decisions(&sites);
        let signals = sites.iter().map(|site| signals::of(&mut maker, site)).collect();
        let silent = maker.dice.chance(15).then(|| maker.dice.below(sites.len()));
        Self { files, secrets: maker.secrets, sites, frames, signals, decisions, silent }
    }
}

/// Writes a world down.
pub(super) struct Maker {
    pub(super) dice: Dice,
    secrets: Vec<Secret>,
}

impl Maker {
    /// A word that is written nowhere else, in facts about these.
    pub(super) fn word(&mut self, about: impl IntoIterator<Item = About>) -> String {
        let word = format!("zq{:04}x", self.secrets.len());
        self.keep(word, about)
    }

    /// A number that is written nowhere else.
    pub(super) fn number(&mut self, about: impl IntoIterator<Item = About>) -> String {
        let word = format!("77{:04}77", self.secrets.len());
        self.keep(word, about)
    }

    fn keep(&mut self, word: String, about: impl IntoIterator<Item = About>) -> String {
        let about = about.into_iter().collect();
        let (or_concluded, or_owner, or_whole) = (None, None, None);
        let secret = Secret { word: word.clone(), about, or_concluded, or_owner, or_whole };
        self.secrets.push(secret);
        word
    }

    /// Lets a word be told by a finding as well.
    fn concluded(&mut self, word: &str, plant: &'static str, kind: FactKind) {
        let secret = self.secrets.iter_mut().find(|secret| secret.word == word);
        secret.unwrap().or_concluded = Some((plant, kind));
    }

    /// Why a label is narrower, which whoever runs the plant may ask.
    pub(super) fn reason(&mut self, plant: &'static str) -> String {
        let word = self.word([]);
        let secret = self.secrets.last_mut();
        secret.unwrap().or_owner = Some(plant);
        word
    }

    /// Lets a word be told to whoever may read the states of everything in the plant.
    pub(super) fn of_whole(&mut self, word: &str, plant: &'static str) {
        let secret = self.secrets.iter_mut().find(|secret| secret.word == word);
        secret.unwrap().or_whole = Some(plant);
    }

    /// Lets a word stand in further facts.
    pub(super) fn also(&mut self, word: &str, about: impl IntoIterator<Item = About>) {
        let secret = self.secrets.iter_mut().find(|secret| secret.word == word);
        secret.unwrap().about.extend(about);
    }

    /// An id of a thing: whoever may read anything of the thing may know it.
    fn thing(&mut self, plant: &'static str) -> String {
        let word = self.word([]);
        let about: Vec<About> = any_of(plant, Some(&word)).collect();
        self.also(&word, about);
        word
    }

    /// Names of a thing: whoever may know its id may know them.
    fn named(&mut self, plant: &'static str, id: &str, names: &[&String]) {
        for name in names {
            self.also(name, any_of(plant, Some(id)));
        }
    }

    fn programme(&mut self) -> String {
        let mut text = "[programme]\nid = \"small\"\nname = \"Small\"\ntime_zone = \"UTC\"\n\
             starts = 2031-01-06\ndemo_from = 2031-05-05T06:00\nplants = [\"alpha\", \"beta\"]\n"
            .to_owned();
        for nation in NATIONS {
            text += &format!("\n[[nation]]\nid = \"{nation}\"\nname = \"Nation {nation}\"\n");
        }
        for (firm, nation) in FIRMS {
            text += &format!(
                "\n[[organisation]]\nid = \"{firm}\"\nname = \"Firm {firm}\"\nnation = \"{nation}\"\n"
            );
        }
        for (plant, ..) in PLANTS {
            let pattern = self.word(of_part(plant, None));
            text += &format!(
                "\n[[serial]]\nmaterial = \"hull-{plant}\"\npattern = \"{pattern}-{{n}}\"\nassumed = true\n\
                 \n[[serial]]\nmaterial = \"panel-{plant}\"\nparent = \"hull-{plant}\"\ncount = 2\n\
                 pattern = \"{{root}}-P{{n}}\"\nassumed = true\n"
            );
        }
        text
    }

    /// The label of a plant, or what differs in that of a thing.
    fn label(&mut self, nation: &str, firm: &str, of: Option<&'static str>) -> String {
        let is_public = of.is_none() && self.dice.chance(20);
        let mut to = self.dice.some(&NATIONS, if is_public { 100 } else { 55 });
        if self.dice.chance(80) && !to.contains(&nation) {
            to.push(nation);
        }
        let rest: Vec<&str> = NATIONS.into_iter().filter(|n| !to.contains(n)).collect();
        let display = self.dice.some(&rest, 25);
        let mut text = format!("releasable_to = {to:?}\ndisplay_only = {display:?}\n");
        if self.dice.chance(30) {
            let mut firms: Vec<&str> =
                self.dice.some(&FIRMS, 40).into_iter().map(|f| f.0).collect();
            if self.dice.chance(80) && !firms.contains(&firm) {
                firms.push(firm);
            }
            text += &format!("organisations = {firms:?}\n");
        }
        if self.dice.chance(10) {
            text += "affiliations = [\"government\"]\n";
        }
        if self.dice.chance(6) {
            text += "needs = [\"EYES\"]\n";
        }
        if let Some(plant) = of {
            let reason = self.reason(plant);
            text += &format!("classification = \"controlled\"\nreason = \"{reason}\"\n");
        } else {
            let word = if is_public { "public" } else { "unclassified" };
            text += &format!("policy = \"LEAKS\"\nclassification = \"{word}\"\n");
            text += "created = 2031-01-06\nreview = 2032-01-06\n";
        }
        text
    }

    /// A thing's own label, sometimes.
    fn own_label(&mut self, table: &str, plant: &'static str, percent: usize) -> String {
        if !self.dice.chance(percent) {
            return String::new();
        }
        let (_, nation, firm) = PLANTS.into_iter().find(|(id, ..)| *id == plant).unwrap();
        format!("[{table}.label]\n{}", self.label(nation, firm, Some(plant)))
    }

    fn plant(&mut self, (plant, nation, firm): (&'static str, &str, &str)) -> (Site, String) {
        let (name, what) = (self.word([]), self.word([]));
        let reason = self.word([]);
        let role = self.word([]);
        self.concluded(&role, plant, FactKind::HoldUp);
        let mut text = format!(
            "[plant]\nid = \"{plant}\"\nname = \"{name}\"\ndescription = \"{what}\"\n\
             nation = \"{nation}\"\norganisation = \"{firm}\"\ntime_zone = \"UTC\"\n\
             reasons = [\"{reason}\"]\n\n[label]\n{}\n[[contact]]\nid = \"desk\"\n\
             role = \"{role}\"\nphone = \"+999 555 0101\"\n\n[[calendar]]\nid = \"always\"\n\
             name = \"Always\"\nalways = true\nassumed = true\n",
            self.label(nation, firm, None)
        );
        let mut site = Site {
            id: plant,
            feed: self.word([about(plant, None, FactKind::Feeds)]),
            centers: Vec::new(),
            storages: Vec::new(),
            crane: String::new(),
            suppliers: vec![self.thing(plant), self.thing(plant)],
            reason: reason.clone(),
            areas: Vec::new(),
        };
        text += &self.floor(&mut site);
        text += &self.operations(&site);
        text += &self.supply(&site);
        text += &self.headline(&site);
        // What is known of a plant is known to whoever knows anything of it; a reason of its tree
        // stands wherever a unit or a part gives it.
        for word in [&name, &what] {
            self.also(word, site.everything());
        }
        self.also(&reason, [about(plant, None, FactKind::LineState)]);
        (site, text)
    }

    fn floor(&mut self, site: &mut Site) -> String {
        let plant = site.id;
        let mut text = String::new();
        for n in 0..1 + self.dice.below(2) {
            let (id, name) = (self.thing(plant), self.word([]));
            text += &format!(
                "\n[[area]]\nid = \"{id}\"\nname = \"{name}\"\nat_m = [{n}, 0]\nsize_m = [90, 40, 9]\n\
                 assumed = true\n"
            );
            self.named(plant, &id, &[&name]);
            site.areas.push(id);
        }
        for center in ["weld", "join"] {
            text += &self.center(site, center);
        }
        for _ in ["stock", "between", "done"] {
            let (id, name) = (self.thing(plant), self.word([]));
            let area = self.dice.one(&site.areas).clone();
            let label = self.own_label("storage", plant, 40);
            text += &format!(
                "\n[[storage]]\nid = \"{id}\"\nname = \"{name}\"\narea = \"{area}\"\n\
                 capacity = \"unbounded\"\nat_m = [0, 9]\nsize_m = [5, 5, 2]\nassumed = true\n{label}"
            );
            self.named(plant, &id, &[&name]);
            self.also(&area, any_of(plant, Some(&id)));
            site.storages.push(id);
        }
        let (id, name) = (self.thing(plant), self.word([]));
        self.named(plant, &id, &[&name]);
        text += &format!(
            "\n[[resource]]\nid = \"{id}\"\nname = \"{name}\"\nkind = \"crane\"\n\
             calendar = \"always\"\nat_m = [0, 50]\nsize_m = [12, 60, 20]\nassumed = true\n"
        );
        site.crane = id;
        text
    }

    /// A work center with one unit or two; what is said of it is said of its units.
    fn center(&mut self, site: &mut Site, center: &str) -> String {
        let plant = site.id;
        let (id, name, failure) = (self.word([]), self.word([]), self.word([]));
        let area = self.dice.one(&site.areas).clone();
        let mut text = format!(
            "\n# {center}\n[[work_center]]\nid = \"{id}\"\nname = \"{name}\"\narea = \"{area}\"\n\
             calendar = \"always\"\ncontact = \"desk\"\nfailure = \"{failure}\"\n\
             availability = 0.9\nrepair = \"6 h\"\nassumed = true\n"
        );
        let mut units = Vec::new();
        for n in 0..1 + self.dice.below(2) {
            let (unit, called) = (self.thing(plant), self.word([]));
            self.named(plant, &unit, &[&called]);
            for word in [&id, &name, &failure, &area] {
                self.also(word, any_of(plant, Some(&unit)));
            }
            let label = self.own_label("work_center.unit", plant, 40);
            text += &format!(
                "[[work_center.unit]]\nid = \"{unit}\"\nname = \"{called}\"\nat_m = [{n}, 0]\n\
                 size_m = [9, 9, 9]\n{label}"
            );
            units.push(unit);
        }
        site.centers.push((id, units));
        text
    }

    fn operations(&mut self, site: &Site) -> String {
        let plant = site.id;
        let mut text = String::new();
        for (material, tracking, of) in [
            ("plate", "bulk", ""),
            ("paint", "bulk", ""),
            ("panel", "serial", "made_of = { plate-ID = 4 }\n"),
            ("hull", "serial", "made_of = { panel-ID = 2, paint-ID = 1 }\n"),
        ] {
            let name = self.word(site.everything());
            text += &format!(
                "\n[[material]]\nid = \"{material}-{plant}\"\nname = \"{name}\"\n\
                 tracking = \"{tracking}\"\n{}assumed = true\n",
                of.replace("ID", plant)
            );
        }
        let [(weld, welders), (join, joiners)] = &site.centers[..] else { unreachable!("two") };
        let mut done_by = |units: &[String]| {
            let about: Vec<About> = units.iter().flat_map(|u| any_of(plant, Some(u))).collect();
            self.word(about)
        };
        let (welding, joining) = (done_by(welders), done_by(joiners));
        let [stock, between, done] = [&site.storages[0], &site.storages[1], &site.storages[2]];
        let crane = &site.crane;
        text += &format!(
            "\n[[operation]]\nid = \"weld\"\nname = \"{welding}\"\nat = \"{weld}\"\n\
             inputs = [{{ material = \"plate-{plant}\", quantity = 4, from = \"{stock}\" }}]\n\
             output = {{ material = \"panel-{plant}\", to = \"{between}\" }}\ntime = \"5 h\"\nassumed = true\n\
             \n[[operation]]\nid = \"join\"\nname = \"{joining}\"\nat = \"{join}\"\n\
             inputs = [{{ material = \"panel-{plant}\", quantity = 2, from = \"{between}\" }}, \
             {{ material = \"paint-{plant}\", quantity = 1, from = \"{stock}\" }}]\n\
             output = {{ material = \"hull-{plant}\", to = \"{done}\", carry = {{ by = [\"{crane}\"], \
             time = \"1 h\" }} }}\ntime = \"9 h\"\nassumed = true\n"
        );
        text
    }

    fn supply(&mut self, site: &Site) -> String {
        let plant = site.id;
        let mut text = String::new();
        for (id, material) in site.suppliers.iter().zip(["plate", "paint"]) {
            let name = self.word(any_of(plant, Some(id)));
            let (firm, nation) = *self.dice.one(&FIRMS);
            let label = self.own_label("supplier", plant, 60);
            let lot = self.number([about(plant, Some(id), FactKind::Supply)]);
            let stock = &site.storages[0];
            text += &format!(
                "\n[[supplier]]\nid = \"{id}\"\nname = \"{name}\"\ntier = 1\n\
                 nation = \"{nation}\"\norganisation = \"{firm}\"\ncontact = \"desk\"\n{label}\
                 \n[[supply]]\nmaterial = \"{material}-{plant}\"\nsupplier = \"{id}\"\n\
                 storage = \"{stock}\"\nlot = {lot}\nevery = \"9 d\"\nlead = \"30 d\"\n\
                 on_time = 0.9\nmean_late = \"2 d\"\nassumed = true\n"
            );
        }
        let schedule = || about(plant, None, FactKind::Schedule);
        let (order, customer) = (self.word([schedule()]), self.word([schedule()]));
        let quantity = 1 + self.dice.below(9);
        text += &format!(
            "\n[[order]]\nid = \"{order}\"\nmaterial = \"hull-{plant}\"\nquantity = {quantity}\n\
             due = 2031-06-30\ncustomer = \"{customer}\"\nassumed = true\n"
        );
        text
    }

    fn headline(&mut self, site: &Site) -> String {
        let plant = site.id;
        let capacity = || [about(plant, None, FactKind::Capacity)];
        let names = [self.word(capacity()), self.word(capacity()), self.word(capacity())];
        let [made, work, cover] = names;
        let stock = &site.storages[0];
        format!(
            "\n[[headline]]\nname = \"{made}\"\nkind = \"throughput\"\nmaterial = \"hull-{plant}\"\n\
             window = \"30 d\"\nunit = \"hulls\"\n\n[[headline]]\nname = \"{work}\"\nkind = \"wip\"\n\
             material = \"hull-{plant}\"\nunit = \"hulls\"\n\n[[headline]]\nname = \"{cover}\"\n\
             kind = \"cover\"\nmaterial = \"plate-{plant}\"\nstorage = \"{stock}\"\nunit = \"d\"\n"
        )
    }
}

/// One fact.
pub(super) fn about(plant: &'static str, thing: Option<&str>, kind: FactKind) -> About {
    About { plant, thing: thing.map(str::to_owned), kind }
}

/// Any fact about a thing.
pub(super) fn any_of(plant: &'static str, thing: Option<&str>) -> impl Iterator<Item = About> {
    let kinds = FactKind::ALL.into_iter().filter(|kind| !kind.is_finding());
    kinds.map(move |kind| about(plant, thing, kind))
}

/// What is known of a part at a place: where it is, that it is held, what is said of it.
pub(super) fn of_part(plant: &'static str, place: Option<&str>) -> [About; 3] {
    [FactKind::Flow, FactKind::Quality, FactKind::Comments].map(|kind| about(plant, place, kind))
}
