//! Who may see which kind of fact of which owner, and why.
//!
//! Cells of the asker's own organisation carry the label of its own rules, and tell everything;
//! cells of others carry the label of the facts that they are about: whoever is shared something
//! may know that, and by which agreement, and nothing of anybody else.

use std::collections::BTreeSet;

use journal::DecisionRow;
use release::{AudienceId, Gate, LabelId, Labelled};
use schemars::JsonSchema;
use serde::Serialize;
use twin::{Agreement, Audience, FactKind, NationId, PlantTime};

use super::{
    Asker, Picture,
    ledger::{is_in_force, is_overdue, person},
    own_label,
    picture::{PlantPicture, ThingPicture},
    reasons::{About, Code, Rules, Seen, Steps},
    stamp,
};
use crate::view::{Offer, Shelf};

/// Things told apart of one plant in one cell; the rest is counted.
const MOST_APART: usize = 12;

/// Who sees what of whom.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SharingMatrix")]
pub(crate) struct Matrix {
    /// As whom one looks.
    audience: Named,
    /// The organisation whose rules are told in full, and may be decided about with the role.
    organisation: Option<Named>,
    /// Whether the asker may narrow and widen.
    may_decide: bool,
    /// Wall time.
    now: String,
    /// Of policies and decisions; a change is one more.
    generation: u64,
    /// The nations of the programme, for whoever may decide.
    nations: Vec<Named>,
    /// The columns.
    audiences: Vec<Named>,
    /// The owners of whom anything may be told.
    owners: Vec<OwnerTold>,
}

/// A code and a name.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Named {
    code: String,
    name: String,
}

/// An organisation that runs plants.
#[derive(Debug, Serialize, JsonSchema)]
struct OwnerTold {
    code: String,
    name: String,
    /// Whether it is the asker's own, so that all audiences are told.
    own: bool,
    plants: Vec<PlantTold>,
    rows: Vec<RowTold>,
}

/// A plant of an owner.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct PlantTold {
    code: String,
    name: String,
    /// What may be named in a decision, for whoever may decide.
    things: Vec<ThingTold>,
}

/// A thing of a plant.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct ThingTold {
    code: String,
    name: String,
    /// `area`, `work_center`, `unit`, `storage`, `resource`.
    kind: &'static str,
    /// The codes of what it is a part of.
    part_of: Vec<String>,
}

/// A kind of fact.
#[derive(Debug, Serialize, JsonSchema)]
struct RowTold {
    kind: &'static str,
    cells: Vec<CellTold>,
}

/// Whether an audience sees facts of a kind.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct CellTold {
    audience: String,
    /// `yes`, `look` (and not keep), `some`, `no`.
    see: &'static str,
    why: Vec<WhyTold>,
}

/// Why, for a plant or a thing of it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct WhyTold {
    plant: Option<String>,
    /// The thing that differs from the plant.
    thing: Option<String>,
    /// Further things that differ as this one does.
    more: usize,
    see: &'static str,
    /// `own`, `agreed`, `released`, `not_agreed`, `not_named`, `file`, `narrowed`, `policy`.
    code: &'static str,
    agreement: Option<AgreementTold>,
    narrowed: Vec<NarrowedTold>,
    released: Option<ReleasedTold>,
}

/// The agreement that shares it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct AgreementTold {
    name: String,
    /// Until when it holds, by the plant's clock.
    until: String,
    reviewed_by: String,
    contact: String,
}

/// A narrowing that takes it away.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct NarrowedTold {
    /// Its number; none for one that stands in the agreement's file.
    id: Option<u64>,
    by: String,
    since: Option<String>,
    reason: String,
    review: String,
    overdue: bool,
}

/// A release that opens it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct ReleasedTold {
    id: u64,
    by: String,
    agreed_by: String,
    reason: String,
    until: String,
}

/// Everything that the cells are made of.
struct Maker<'a> {
    picture: &'a Picture,
    decisions: &'a [DecisionRow],
    rules: Rules<'a>,
    gate: Gate,
    asker: &'a Asker,
    now: PlantTime,
}

/// A cell with its place.
type Placed = (String, FactKind, CellTold);

/// What may be told to whoever asks; none when that is nothing.
pub(crate) fn matrix(
    shelf: &Shelf,
    picture: &Picture,
    (decisions, decided): (&[DecisionRow], &Agreement),
    asker: &Asker,
    now: PlantTime,
) -> Option<Matrix> {
    let gate = shelf.gate();
    let generation = gate.generation();
    let mut agreements = picture.agreements.clone();
    agreements.push(decided.clone());
    let rules = Rules::of(&agreements);
    let mut maker = Maker { picture, decisions, rules, gate, asker, now };
    let columns: Vec<&Offer> = shelf.public_and_members().collect();
    let (mut cells, mut plants) = (Vec::new(), Vec::new());
    for plant in &picture.plants {
        plants.extend(maker.plant(plant));
    }
    for owner in picture.owners() {
        for kind in FactKind::ALL {
            cells.extend(maker.row(&owner, kind, &columns));
        }
    }
    // From here on nothing is told that did not pass.
    let reader = asker.offer.id;
    let cells = maker.gate.select(cells, reader).released;
    let plants = maker.gate.select(plants, reader).released;
    let told = picture.owners().into_iter().filter_map(|owner| {
        let rows = FactKind::ALL.into_iter().filter_map(|kind| {
            let of = |(o, k, _): &&Placed| *o == owner && *k == kind;
            let cells = cells.value().iter().filter(of).map(|(.., cell)| cell.clone());
            let cells: Vec<CellTold> = cells.collect();
            (!cells.is_empty()).then(|| RowTold { kind: kind.word(), cells })
        });
        let rows: Vec<RowTold> = rows.collect();
        let plants = plants.value().iter().filter(|(o, _)| *o == owner).map(|(_, p)| p.clone());
        let plants: Vec<PlantTold> = plants.collect();
        (!rows.is_empty()).then(|| OwnerTold {
            name: name_of(picture, &owner),
            own: asker.of.as_deref() == Some(owner.as_str()),
            plants,
            rows,
            code: owner,
        })
    });
    let owners: Vec<OwnerTold> = told.collect();
    if owners.is_empty() && asker.of.is_none() {
        return None;
    }
    let has_own = owners.iter().any(|owner| owner.own);
    let columns = if has_own { columns } else { vec![&asker.offer] };
    let named = |code: &str, name: &str| Named { code: code.to_owned(), name: name.to_owned() };
    let nations = picture.nations.iter().filter(|_| asker.releases && has_own);
    Some(Matrix {
        audience: named(&asker.offer.code, &asker.offer.name),
        organisation: asker.of.as_ref().map(|code| named(code, &name_of(picture, code))),
        may_decide: asker.releases && has_own,
        now: stamp(now),
        generation,
        nations: nations.map(|nation| named(nation.id.as_str(), &nation.name)).collect(),
        audiences: columns.iter().map(|o| named(&o.code, &o.name)).collect(),
        owners,
    })
}

fn name_of(picture: &Picture, code: &str) -> String {
    let (_, id) = code.split_once('/').unwrap_or(("", code));
    let found = picture.organisations.iter().find(|o| o.id.as_str() == id);
    found.map_or_else(|| code.to_owned(), |organisation| organisation.name.clone())
}

impl Maker<'_> {
    fn is_own(&self, owner: &str) -> bool {
        self.asker.of.as_deref() == Some(owner)
    }

    /// A plant's name, labelled as its layout is; for its own people with what it consists of.
    fn plant(&mut self, plant: &PlantPicture) -> Option<Labelled<(String, PlantTold)>> {
        let own = self.is_own(&plant.owner);
        let told = |thing: &ThingPicture| ThingTold {
            code: thing.id.to_string(),
            name: thing.name.clone(),
            kind: thing.kind,
            part_of: thing.parts_of.iter().map(ToString::to_string).collect(),
        };
        let things = plant.things.iter().filter(|_| own && self.asker.releases).map(told);
        let things = things.collect();
        let told = PlantTold { code: plant.id.to_string(), name: plant.name.clone(), things };
        let label = if own {
            self.gate.label(&own_label(&plant.label)).ok()
        } else {
            self.rules.steps(&mut self.gate, plant, About::Plant, FactKind::Layout).now
        };
        Some(Labelled { value: (plant.owner.clone(), told), label: label? })
    }

    /// The cells of one kind of fact of an owner.
    fn row(&mut self, owner: &str, kind: FactKind, columns: &[&Offer]) -> Vec<Labelled<Placed>> {
        let picture = self.picture;
        let plants = picture.plants.iter().filter(|plant| plant.owner == owner);
        let mut made = Vec::new();
        for plant in plants {
            let mut about = vec![About::Plant];
            about.extend(self.rules.apart(plant).into_iter().filter(|about| about.has(kind)));
            for about in about {
                let steps = self.rules.steps(&mut self.gate, plant, about, kind);
                made.push((plant, about, steps));
            }
        }
        let Some((first, ..)) = made.first() else { return Vec::new() };
        if self.is_own(owner) {
            let Ok(label) = self.gate.label(&own_label(&first.label)) else { return Vec::new() };
            let cells = columns.iter().map(|offer| self.own_cell(&made, owner, kind, offer));
            let placed = cells.map(|cell| (owner.to_owned(), kind, cell));
            return placed.map(|value| Labelled { value, label }).collect();
        }
        self.shared_cell(&made, kind)
            .into_iter()
            .map(|(label, cell)| Labelled { value: (owner.to_owned(), kind, cell), label })
            .collect()
    }

    /// Whether an audience sees a kind of fact, and why. A finding follows from facts: it reaches
    /// nobody who may not know the plant and what it does, however far its bound would let it go.
    fn judge(
        &mut self,
        (plant, kind): (&PlantPicture, FactKind),
        steps: &Steps<'_>,
        (audience, own): (AudienceId, bool),
    ) -> (Seen, Code) {
        let rests_on = [FactKind::Layout, FactKind::LineState];
        for fact in rests_on.into_iter().filter(|_| kind.is_finding()) {
            let facts = self.rules.steps(&mut self.gate, plant, About::Plant, fact);
            let (see, code) = facts.judge(&self.gate, audience, own);
            if see == Seen::No {
                return (see, code);
            }
        }
        steps.judge(&self.gate, audience, own)
    }

    /// What one of the asker's own organisation is told about an audience.
    fn own_cell(
        &mut self,
        made: &[(&PlantPicture, About<'_>, Steps<'_>)],
        owner: &str,
        kind: FactKind,
        offer: &Offer,
    ) -> CellTold {
        let mut why: Vec<WhyTold> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut base = (Seen::No, Code::NotAgreed);
        for (plant, about, steps) in made {
            let audience = (offer.id, offer.code == *owner);
            let (see, code) = self.judge((plant, kind), steps, audience);
            if about.name().is_none() {
                base = (see, code);
            } else if base == (see, code) {
                continue;
            }
            seen.insert(see.word());
            let alike = |told: &&mut WhyTold| {
                told.thing.is_some() && told.code == code.word() && told.see == see.word()
            };
            let apart = why.iter().filter(|told| told.thing.is_some()).count();
            if about.name().is_some()
                && apart >= MOST_APART
                && let Some(last) = why.iter_mut().rev().find(alike)
            {
                last.more += 1;
                continue;
            }
            let mut told = self.why(plant, *about, steps, (see, code));
            told.narrowed = self.narrowed(plant, *about, (kind, code), offer.id);
            told.released = self.released(plant, *about, (kind, code));
            why.push(told);
        }
        let see = if seen.len() > 1 { "some" } else { seen.first().copied().unwrap_or("no") };
        CellTold { audience: offer.code.clone(), see, why }
    }

    /// What somebody else is told of what they are shared: where they are, under the label of the
    /// facts themselves. What they are not shared is not spoken of.
    fn shared_cell(
        &mut self,
        made: &[(&PlantPicture, About<'_>, Steps<'_>)],
        kind: FactKind,
    ) -> Option<(LabelId, CellTold)> {
        let asker = self.asker;
        let reader = &asker.offer;
        let mut why = Vec::new();
        let mut first = None;
        let (mut plants, mut looks) = (BTreeSet::new(), false);
        for (plant, about, steps) in made {
            let (see, code) = self.judge((plant, kind), steps, (reader.id, false));
            let (Some(label), false) = (steps.now, see == Seen::No) else { continue };
            // A thing that is shared as its plant is needs no mention.
            if about.name().is_none() {
                plants.insert(&plant.id);
            } else if plants.contains(&plant.id) || !self.may_name(plant, *about, reader.id) {
                continue;
            }
            first.get_or_insert(label);
            looks |= see == Seen::Look;
            let mut told = self.why(plant, *about, steps, (see, code));
            let named = self.may_name(plant, About::Plant, reader.id);
            told.plant = told.plant.filter(|_| named);
            told.agreement = told.agreement.filter(|_| self.is_party(steps.agreement));
            told.code = Code::Agreed.word();
            why.push(told);
        }
        let whole = why.iter().any(|told| told.thing.is_none());
        let see = match (whole, looks) {
            (false, _) => "some",
            (true, true) => Seen::Look.word(),
            (true, false) => Seen::Yes.word(),
        };
        Some((first?, CellTold { audience: reader.code.clone(), see, why }))
    }

    /// Whether the audience may know what something is called.
    fn may_name(&mut self, plant: &PlantPicture, about: About<'_>, audience: AudienceId) -> bool {
        let steps = self.rules.steps(&mut self.gate, plant, about, FactKind::Layout);
        let may = steps.judge(&self.gate, audience, false).0 != Seen::No;
        // A work center is known by all of its stations or not at all.
        may && plant.stations_of(about).all(|station| {
            let steps = self.rules.steps(&mut self.gate, plant, station, FactKind::Layout);
            steps.judge(&self.gate, audience, false).0 != Seen::No
        })
    }

    /// Whether the asker's nation has signed the agreement.
    fn is_party(&self, agreement: Option<&Agreement>) -> bool {
        let nation = self.nation_of(self.asker.offer.id);
        agreement.zip(nation).is_some_and(|(agreement, nation)| agreement.parties.contains(nation))
    }

    fn nation_of(&self, audience: AudienceId) -> Option<&NationId> {
        match self.gate.audience_of(audience) {
            Audience::Public => None,
            Audience::Member { nation, .. } => Some(nation),
        }
    }

    fn why(
        &self,
        plant: &PlantPicture,
        about: About<'_>,
        steps: &Steps<'_>,
        (see, code): (Seen, Code),
    ) -> WhyTold {
        let agreement = steps.agreement.map(|agreement| AgreementTold {
            name: agreement.name.clone(),
            until: stamp(agreement.until),
            reviewed_by: self
                .picture
                .organisations
                .iter()
                .find(|organisation| organisation.id == agreement.reviewed_by)
                .map_or_else(|| agreement.reviewed_by.to_string(), |o| o.name.clone()),
            contact: agreement.contact.clone(),
        });
        WhyTold {
            plant: Some(plant.name.clone()),
            thing: about.name().map(str::to_owned),
            more: 0,
            see: see.word(),
            code: code.word(),
            agreement,
            narrowed: Vec::new(),
            released: None,
        }
    }

    fn narrowed(
        &self,
        plant: &PlantPicture,
        about: About<'_>,
        (kind, code): (FactKind, Code),
        audience: AudienceId,
    ) -> Vec<NarrowedTold> {
        let nation = self.nation_of(audience).filter(|_| code == Code::Narrowed);
        let found = nation.into_iter().flat_map(|n| self.rules.narrowings(plant, about, kind, n));
        let told = found.map(|(_, narrowing)| {
            let row = self.decisions.iter().find(|row| {
                is_in_force(row, self.now)
                    && row.what == narrowing.what
                    && row.reason == narrowing.reason
                    && row.kinds == narrowing.kinds
                    && row.nations == narrowing.to
            });
            NarrowedTold {
                id: row.map(|row| row.id),
                by: row.map_or(narrowing.person.as_str(), |row| person(&row.made)).to_owned(),
                since: row.map(|row| stamp(row.made.at)),
                reason: narrowing.reason.clone(),
                review: stamp(narrowing.review),
                overdue: row.is_some_and(|row| is_overdue(row, self.now)),
            }
        });
        told.collect()
    }

    fn released(
        &self,
        plant: &PlantPicture,
        about: About<'_>,
        (kind, code): (FactKind, Code),
    ) -> Option<ReleasedTold> {
        let found = self.decisions.iter().find(|row| {
            code == Code::Released
                && row.kind == journal::DecisionKind::Release
                // Nobody else opens it, so nobody else's is told of.
                && row.owner == plant.owner
                && is_in_force(row, self.now)
                && row.what.plant == plant.id
                && (about.is(&row.what) || row.what.thing.is_none())
                && row.kinds.contains(&kind)
        })?;
        Some(ReleasedTold {
            id: found.id,
            by: person(&found.made).to_owned(),
            agreed_by: found.agreed.as_ref().map(|act| person(act).to_owned()).unwrap_or_default(),
            reason: found.reason.clone(),
            until: stamp(found.review),
        })
    }
}
