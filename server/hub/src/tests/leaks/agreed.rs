//! Who shares what in a random world: the agreement of its files, and what people decided while the
//! hub ran.

use journal::{Act, DecisionKind, DecisionRow};
use twin::{
    EquipmentId, FactKind, NationId, OrganisationId, PlantId, PlantTime, agreement::Subject,
};

use super::world::{FACTS, FINDINGS, FIRMS, Maker, NATIONS, PLANTS, Site};
use crate::core::decode;

/// Decisions of a world, at most.
const MOST_DECISIONS: usize = 6;
/// When things were decided: before anything was reported, and in the future of any wall clock.
const DECIDED: &str = "2031-05-04T08:00:00Z";
/// Days that have come by the clocks of the hub and of the world, and that have not by either.
const PAST: &str = "2020-01-01T00:00:00Z";
const AHEAD: &str = "2049-01-01T00:00:00Z";

impl Maker {
    /// Terms on which the owner, too, may read.
    fn terms(&mut self, nations: &[&str], firms: &[&str]) -> String {
        let word = *self.dice.one(&["public", "unclassified", "unclassified", "controlled"]);
        let mut to = self.dice.some(&NATIONS, if word == "public" { 100 } else { 60 });
        to.extend(nations.iter().filter(|n| !to.contains(n)).copied().collect::<Vec<_>>());
        let rest: Vec<&str> = NATIONS.into_iter().filter(|nation| !to.contains(nation)).collect();
        let display = self.dice.some(&rest, 20);
        let mut text = format!("with = {to:?}\ndisplay_only = {display:?}\n");
        if self.dice.chance(25) {
            let mut some: Vec<&str> = self.dice.some(&FIRMS, 50).into_iter().map(|f| f.0).collect();
            some.extend(firms.iter().filter(|f| !some.contains(f)).copied().collect::<Vec<_>>());
            text += &format!("organisations = {some:?}\n");
        }
        text + &format!("classification = \"{word}\"\n")
    }

    pub(super) fn agreement(&mut self, sites: &[Site]) -> String {
        let until = if self.dice.chance(92) { "2034-12-31" } else { "2031-03-31" };
        let step = *self.dice.one(&["role", "omit"]);
        let counts = self.dice.chance(50);
        let mut text = format!(
            "[agreement]\nid = \"one\"\nname = \"One\"\npolicy = \"LEAKS\"\n\
             parties = [\"XAA\", \"XBB\", \"XCC\"]\nsigned = 2030-01-01\nuntil = {until}\n\
             reviewed_by = \"navy\"\ncontact = \"Desk\"\ncoverage_counts = {counts}\n\
             withheld_step = \"{step}\"\n"
        );
        for (_, nation, firm) in PLANTS {
            // Kinds in a few heaps, each on terms of its own; some are shared with nobody.
            let mut heaps = [const { Vec::new() }; 4];
            for kind in FACTS {
                heaps[self.dice.below(4)].push(kind);
            }
            for kinds in heaps.iter().skip(1).filter(|kinds| !kinds.is_empty()) {
                let terms = self.terms(&[nation], &[firm]);
                text += &format!("\n[[share]]\nby = [\"{firm}\"]\nkinds = {kinds:?}\n{terms}");
            }
        }
        for finding in FINDINGS {
            if self.dice.chance(65) {
                let terms = self.terms(&[], &[]);
                text += &format!("\n[[floor]]\nfinding = \"{finding}\"\n{terms}");
            }
        }
        for _ in 0..self.dice.below(4) {
            text += &self.narrowing(sites);
        }
        text
    }

    fn narrowing(&mut self, sites: &[Site]) -> String {
        let site = &sites[self.dice.below(sites.len())];
        let centers = site.centers.iter().map(|(id, _)| id);
        let things: Vec<&String> =
            site.units().chain(centers).chain(&site.storages).chain(&site.areas).collect();
        let thing = match self.dice.chance(75) {
            true => format!("thing = \"{}\"\n", self.dice.one(&things)),
            false => String::new(),
        };
        let kinds = match self.dice.chance(60) {
            true => format!("kinds = {:?}\n", self.dice.some(&FACTS, 40)),
            false => String::new(),
        };
        let (to, reason) = (self.dice.some(&NATIONS, 40), self.reason(site.id));
        format!(
            "\n[[narrow]]\nplant = \"{}\"\n{thing}{kinds}to = {to:?}\nreason = \"{reason}\"\n\
             person = \"releaser\"\nreview = 2031-02-01\n",
            site.id
        )
    }

    /// What people decided while the hub ran: some in force, some waiting, some over.
    pub(super) fn decisions(&mut self, sites: &[Site]) -> Vec<DecisionRow> {
        let mut rows: Vec<DecisionRow> = Vec::new();
        for id in 1..=self.dice.below(MOST_DECISIONS + 1) as u64 {
            let is_open =
                |row: &&DecisionRow| row.kind == DecisionKind::Narrow && row.ended.is_none();
            let open: Vec<DecisionRow> = rows.iter().filter(is_open).cloned().collect();
            let row = match self.dice.below(10) {
                0..=3 => self.decided(sites, DecisionKind::Narrow),
                4 | 5 if !open.is_empty() => {
                    let before = self.dice.one(&open).clone();
                    self.lift(before)
                }
                _ => self.decided(sites, DecisionKind::Release),
            };
            // What two agree to end is over with the lift.
            let lifts = row.kind == DecisionKind::Lift && row.agreed.is_some();
            for narrowing in rows.iter_mut().filter(|n| lifts && row.narrowing == Some(n.id)) {
                narrowing.ended.clone_from(&row.agreed);
            }
            rows.push(DecisionRow { id, ..row });
        }
        rows
    }

    /// A narrowing, or a release, which may be of somebody who ran the plant once.
    fn decided(&mut self, sites: &[Site], kind: DecisionKind) -> DecisionRow {
        let site = &sites[self.dice.below(sites.len())];
        let (_, own, firm) = PLANTS.into_iter().find(|(id, ..)| *id == site.id).unwrap();
        let is_release = kind == DecisionKind::Release;
        let owner = if is_release && self.dice.chance(8) {
            PLANTS.into_iter().find(|(id, ..)| *id != site.id).unwrap()
        } else {
            (site.id, own, firm)
        };
        let centers = site.centers.iter().map(|(id, _)| id);
        let things: Vec<&String> = site.equipment().chain(centers).collect();
        let is_own = owner.0 == site.id;
        let thing = is_own && self.dice.chance(60);
        let thing = thing.then(|| (*self.dice.one(&things)).clone());
        let mut kinds = self.dice.some(&FACTS, if is_release { 70 } else { 40 });
        if is_release {
            kinds.push("layout");
        } else if self.dice.chance(30) {
            kinds.extend(FINDINGS);
        }
        let mut nations = self.dice.some(&NATIONS, 50);
        if is_release || self.dice.chance(90) {
            nations.push(own);
        }
        // One that joined later is not named.
        let members = FIRMS.into_iter().filter(|(_, nation)| nations.contains(nation));
        let members: Vec<&str> = members.map(|(firm, _)| firm).collect();
        let named = if is_release { self.dice.some(&members, 85) } else { Vec::new() };
        let review = time(if self.dice.chance(85) { AHEAD } else { PAST });
        let agreed = (is_release && self.dice.chance(75)).then(|| self.act(owner.0));
        let ended = self.dice.chance(12).then(|| self.act(owner.0));
        DecisionRow {
            id: 0,
            kind,
            owner: format!("{}/{}", owner.1, owner.2),
            what: Subject {
                plant: PlantId::new(site.id).unwrap(),
                thing: thing.map(|thing| EquipmentId::new(&thing).unwrap()),
            },
            kinds: kinds.iter().filter_map(|kind| FactKind::of_word(kind)).collect(),
            nations: nations.iter().map(|id| NationId::new(id).unwrap()).collect(),
            organisations: named.iter().map(|id| OrganisationId::new(id).unwrap()).collect(),
            narrowing: None,
            reason: self.reason(owner.0),
            made: self.act(owner.0),
            review,
            agreed,
            ended,
            alarmed: None,
        }
    }

    /// The end of a narrowing, proposed or agreed.
    fn lift(&mut self, before: DecisionRow) -> DecisionRow {
        let (plant, ..) =
            PLANTS.into_iter().find(|(id, ..)| *id == before.what.plant.as_str()).unwrap();
        let agreed = self.dice.chance(50).then(|| self.act(plant));
        DecisionRow {
            kind: DecisionKind::Lift,
            narrowing: Some(before.id),
            reason: self.reason(plant),
            made: self.act(plant),
            review: time(AHEAD),
            ended: agreed.clone(),
            agreed,
            ..before
        }
    }

    /// Somebody of whoever runs the plant, whose name is nobody else's business.
    fn act(&mut self, plant: &'static str) -> Act {
        Act { by: format!("account:{}", self.reason(plant)), at: time(DECIDED) }
    }
}

/// The same decisions as organisations that decided none of them could not tell apart from these:
/// what is in force for other reasons of other people, and what is not in force not at all. And how
/// many that changes.
pub(super) fn otherwise(rows: &[DecisionRow], readers: [&str; 2]) -> (Vec<DecisionRow>, usize) {
    let is_in_force = |row: &DecisionRow| {
        let is_open =
            row.kind == DecisionKind::Release && row.agreed.is_some() && row.review == time(AHEAD);
        row.ended.is_none() && (row.kind == DecisionKind::Narrow || is_open)
    };
    let is_others = |row: &DecisionRow| !readers.contains(&row.owner.as_str());
    let kept = rows.iter().filter(|row| !is_others(row) || is_in_force(row)).cloned();
    let other = kept.map(|row| match is_others(&row) {
        true => {
            let made = Act { by: "account:another".to_owned(), at: row.made.at };
            DecisionRow { reason: "for another reason".to_owned(), made, ..row }
        }
        false => row,
    });
    (other.collect(), rows.iter().filter(|row| is_others(row)).count())
}

fn time(text: &str) -> PlantTime {
    decode::time(text).unwrap()
}
