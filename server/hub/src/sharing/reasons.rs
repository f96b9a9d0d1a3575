//! Why an audience sees facts of a kind about something, or does not: the same steps by which the
//! label comes about, each asked at the gate.

use std::collections::BTreeSet;

use release::{Action, AudienceId, Gate, LabelId, Subject, bound_of_finding, label_of_fact};
use twin::{
    Agreement, EquipmentId, FactKind, Label, NationId,
    agreement::{Narrowing, Subject as What},
};

use super::picture::{PlantPicture, ThingPicture};

/// Something of a plant whose facts have a label of their own.
#[derive(Clone, Copy, Debug)]
pub(super) enum About<'a> {
    /// What is about no one thing, and every thing that differs in nothing.
    Plant,
    /// A thing.
    Thing(&'a ThingPicture),
    /// A supplier, by name, and the label in the plant's file.
    Supplier(&'a str, &'a Label),
}

/// How an audience may know something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// And keep it.
    Yes,
    /// Look at it, and not keep it.
    Look,
    /// Not at all.
    No,
}

/// Why an audience may know something or not; the code is what pages have words for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// It is their own.
    Own,
    /// The agreement shares it.
    Agreed,
    /// It is opened beyond the plant's file.
    Released,
    /// No agreement in force shares it.
    NotAgreed,
    /// An agreement shares it, with others.
    NotNamed,
    /// The plant's file keeps it back.
    File,
    /// It was narrowed.
    Narrowed,
    /// The policies do, whatever the label says.
    Policy,
}

impl Code {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Agreed => "agreed",
            Self::Released => "released",
            Self::NotAgreed => "not_agreed",
            Self::NotNamed => "not_named",
            Self::File => "file",
            Self::Narrowed => "narrowed",
            Self::Policy => "policy",
        }
    }
}

impl Seen {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Look => "look",
            Self::No => "no",
        }
    }
}

/// The labels by which facts of one kind about one thing came to theirs, step by step.
#[derive(Debug)]
pub(super) struct Steps<'a> {
    /// The agreement that shares it, or bounds it.
    pub(super) agreement: Option<&'a Agreement>,
    shared: Option<LabelId>,
    /// With what the plant's file keeps back.
    filed: Option<LabelId>,
    /// With what was released beyond that.
    opened: Option<LabelId>,
    /// With what was narrowed: the label that is in force.
    pub(super) now: Option<LabelId>,
    /// Of a finding the facts without which it reaches nobody, however far its bound would let it
    /// go: that the plant is there, and what it does.
    rests_on: Vec<Self>,
}

/// What is in force: the files' agreements, and what was decided after them.
pub(super) struct Rules<'a> {
    all: &'a [Agreement],
    unnarrowed: Vec<Agreement>,
    bare: Vec<Agreement>,
}

impl<'a> Rules<'a> {
    pub(super) fn of(all: &'a [Agreement]) -> Self {
        let unnarrowed = all.iter().cloned();
        let unnarrowed: Vec<Agreement> =
            unnarrowed.map(|agreement| Agreement { narrowings: Vec::new(), ..agreement }).collect();
        let bare = unnarrowed.iter().cloned();
        let bare = bare.map(|agreement| Agreement { releases: Vec::new(), ..agreement }).collect();
        Self { all, unnarrowed, bare }
    }

    /// The things of a plant whose facts may have other labels than its others.
    pub(super) fn apart<'p>(&self, plant: &'p PlantPicture) -> Vec<About<'p>> {
        let named: BTreeSet<&EquipmentId> = self
            .all
            .iter()
            .flat_map(|agreement| {
                let narrowed = agreement.narrowings.iter().map(|narrowing| &narrowing.what);
                narrowed.chain(agreement.releases.iter().map(|release| &release.what))
            })
            .filter(|what| what.plant == plant.id)
            .filter_map(|what| what.thing.as_ref())
            .collect();
        // What has the label of what it is in needs no mention of its own.
        let differs = |thing: &&ThingPicture| {
            let inside = |id: &EquipmentId| plant.thing(id).and_then(|thing| thing.label.as_ref());
            thing.label.is_some()
                && !thing.parts_of.iter().any(|id| inside(id) == thing.label.as_ref())
        };
        let things = plant.things.iter().filter(|t| named.contains(&t.id) || differs(t));
        let suppliers = plant.suppliers.iter().map(|(name, label)| About::Supplier(name, label));
        things.map(About::Thing).chain(suppliers).collect()
    }

    /// The steps for facts of a kind.
    pub(super) fn steps(
        &self,
        gate: &mut Gate,
        plant: &PlantPicture,
        about: About<'_>,
        kind: FactKind,
    ) -> Steps<'a> {
        let own = about.label(plant);
        let things = about.things();
        let subject = Subject { plant: &plant.id, things: &things, kind, now: plant.now };
        let label = |agreements: &[Agreement]| match kind.is_finding() {
            true => Some(bound_of_finding(agreements, own, &subject)),
            false => label_of_fact(agreements, own, &subject).ok(),
        };
        let facts = [FactKind::Layout, FactKind::LineState];
        let facts = facts.into_iter().filter(|_| kind.is_finding());
        let rests_on = facts.map(|fact| self.steps(gate, plant, About::Plant, fact)).collect();
        let (agreement, shared) = self.share(plant, kind).unzip();
        let mut known = |label: Option<Label>| gate.label(&label?).ok();
        Steps {
            agreement,
            shared: known(shared),
            filed: known(label(&self.bare)),
            opened: known(label(&self.unnarrowed)),
            now: known(label(self.all)),
            rests_on,
        }
    }

    /// What an agreement in force shares of facts of the kind, or how far it lets a finding go.
    fn share(&self, plant: &PlantPicture, kind: FactKind) -> Option<(&'a Agreement, Label)> {
        let owner = &plant.label.originator;
        let holding = self.all.iter().filter(|agreement| agreement.holds_at(plant.now));
        holding.filter(|a| a.parties.contains(&owner.nation)).find_map(|agreement| {
            let terms = match kind.is_finding() {
                true => agreement.floor(kind),
                false => agreement.share(&owner.organisation, kind),
            };
            let revision = plant.label.registry_revision;
            Some((agreement, agreement.label(terms?, owner, revision)))
        })
    }

    /// The narrowings in force that cover facts of a kind and leave a nation out.
    pub(super) fn narrowings(
        &self,
        plant: &PlantPicture,
        about: About<'_>,
        kind: FactKind,
        nation: &NationId,
    ) -> impl Iterator<Item = (&'a Agreement, &'a Narrowing)> {
        let things = about.things();
        let all = self.all.iter().flat_map(|a| a.narrowings.iter().map(move |n| (a, n)));
        let covers = move |narrowing: &Narrowing| {
            let mut things = things.iter().map(|thing| Some(*thing)).chain([None]);
            things.any(|thing| narrowing.covers(&plant.id, thing, kind))
        };
        let (plant_id, nation) = (plant.id.clone(), nation.clone());
        let found: Vec<_> = all
            .filter(|(_, n)| n.what.plant == plant_id && covers(n) && !n.to.contains(&nation))
            .collect();
        found.into_iter()
    }
}

impl<'a> About<'a> {
    fn label(self, plant: &'a PlantPicture) -> &'a Label {
        match self {
            Self::Plant => &plant.label,
            Self::Thing(thing) => thing.label.as_ref().unwrap_or(&plant.label),
            Self::Supplier(_, label) => label,
        }
    }

    /// The thing and what it is part of.
    fn things(self) -> Vec<&'a EquipmentId> {
        match self {
            Self::Thing(thing) => std::iter::once(&thing.id).chain(&thing.parts_of).collect(),
            Self::Plant | Self::Supplier(..) => Vec::new(),
        }
    }

    /// Its name; none for the plant.
    pub(super) fn name(self) -> Option<&'a str> {
        match self {
            Self::Plant => None,
            Self::Thing(thing) => Some(&thing.name),
            Self::Supplier(name, _) => Some(name),
        }
    }

    /// Whether facts of the kind are told of it apart.
    pub(super) fn has(self, kind: FactKind) -> bool {
        match self {
            Self::Plant => true,
            Self::Thing(_) => !kind.is_finding(),
            Self::Supplier(..) => {
                matches!(kind, FactKind::Layout | FactKind::Supply | FactKind::Comments)
            }
        }
    }

    /// Whether a decision names just this.
    pub(super) fn is(self, what: &What) -> bool {
        match self {
            Self::Plant => what.thing.is_none(),
            Self::Thing(thing) => what.thing.as_ref() == Some(&thing.id),
            Self::Supplier(..) => false,
        }
    }
}

impl Steps<'_> {
    /// Whether the audience sees it and why.
    pub(super) fn judge(&self, gate: &Gate, audience: AudienceId, own: bool) -> (Seen, Code) {
        let facts = self.rests_on.iter().map(|facts| facts.judge(gate, audience, own));
        if let Some(kept_back) = facts.into_iter().find(|(see, _)| *see == Seen::No) {
            return kept_back;
        }
        let may = |label: Option<LabelId>, action| {
            label.is_some_and(|label| gate.allows(label, audience, action))
        };
        if may(self.now, Action::See) {
            let seen = if may(self.now, Action::Export) { Seen::Yes } else { Seen::Look };
            let code = match () {
                () if own => Code::Own,
                () if may(self.filed, Action::See) => Code::Agreed,
                () => Code::Released,
            };
            return (seen, code);
        }
        let code = match () {
            () if self.shared.is_none() => Code::NotAgreed,
            () if !may(self.shared, Action::See) => Code::NotNamed,
            () if may(self.opened, Action::See) => Code::Narrowed,
            () if self.opened.is_none() => Code::Policy,
            () => Code::File,
        };
        (Seen::No, code)
    }
}
