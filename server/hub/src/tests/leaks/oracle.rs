//! Who may know a fact, once more and from the published rules alone: what an agreement shares of
//! its owner's facts of a kind, within the label in the plant's file and what was released beyond
//! that, less every narrowing. It shares no line with `release`, `board::labels`, `sharing` and the
//! policies.

use std::collections::{BTreeMap, BTreeSet};

use journal::{DecisionKind, DecisionRow};
use release::Action;
use twin::{
    Agreement, Audience, EquipmentId, FactKind, Label, NationId, PlantId, PlantTime,
    agreement::Terms,
    label::{Classification, Members},
};

use crate::{core::Definitions, oracle};

/// What a secret is about. It may be told to whoever may read any one of its facts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct About {
    /// The plant's id.
    pub(super) plant: &'static str,
    /// A thing or a supplier of it; none is the plant as such.
    pub(super) thing: Option<String>,
    /// Which kind of fact.
    pub(super) kind: FactKind,
}

/// A thing's own label, and what the thing is part of.
type Thing = (Label, Vec<String>);

/// See the module.
pub(super) struct Oracle<'a> {
    agreements: &'a [Agreement],
    decisions: &'a [DecisionRow],
    plants: BTreeMap<&'a PlantId, (&'a Label, BTreeMap<String, Thing>)>,
    suppliers: BTreeSet<&'a str>,
    hub: NationId,
    now: PlantTime,
}

impl<'a> Oracle<'a> {
    pub(super) fn of(
        definitions: &'a Definitions,
        decisions: &'a [DecisionRow],
        hub: NationId,
        now: PlantTime,
    ) -> Self {
        let plants = definitions.plants.iter().map(|(id, plant)| {
            let mut things: BTreeMap<String, Thing> = BTreeMap::new();
            let own = |label: &Option<Label>| label.as_ref().unwrap_or(&plant.label).clone();
            for unit in &plant.units {
                let center = plant.work_centers.iter().find(|c| c.id == unit.work_center);
                let inside = center.map(|c| vec![c.id.to_string(), c.area.to_string()]);
                let thing = (own(&unit.label), inside.unwrap_or_default());
                things.insert(unit.id.to_string(), thing);
            }
            for storage in &plant.storages {
                let inside = vec![storage.area.to_string()];
                things.insert(storage.id.to_string(), (own(&storage.label), inside));
            }
            let bare =
                plant.resources.iter().map(|r| &r.id).chain(plant.areas.iter().map(|a| &a.id));
            things.extend(bare.map(|id| (id.to_string(), (plant.label.clone(), Vec::new()))));
            let suppliers = plant.suppliers.iter();
            things.extend(suppliers.map(|s| (s.id.to_string(), (own(&s.label), Vec::new()))));
            (id, (&plant.label, things))
        });
        let agreements = &definitions.agreements;
        let suppliers = definitions.plants.values().flat_map(|plant| &plant.suppliers);
        let suppliers = suppliers.map(|supplier| supplier.id.as_str()).collect();
        Self { agreements, decisions, plants: plants.collect(), suppliers, hub, now }
    }

    /// Whether the audience may read the fact.
    pub(super) fn may(&self, audience: &Audience, about: &About) -> bool {
        let plant = PlantId::new(about.plant).unwrap();
        let (of_plant, things) = &self.plants[&plant];
        let (label, inside) = match &about.thing {
            Some(thing) => match things.get(thing) {
                Some((label, inside)) => (label, inside.as_slice()),
                None => panic!("{thing} is nothing of {plant}"),
            },
            None => (*of_plant, [].as_slice()),
        };
        let thing = (about.thing.as_deref(), inside);
        let label = &self.as_released(audience, (&plant, label), thing, about.kind);
        self.shared(audience, label, about.kind)
            && self.opened(audience, label)
            && !self.narrowed(audience, &plant, thing, about.kind)
    }

    /// Whether the audience may read the facts of a kind about everything that stands in a plant.
    pub(super) fn may_whole(
        &self,
        audience: &Audience,
        plant: &'static str,
        kind: FactKind,
    ) -> bool {
        let (_, things) = &self.plants[&PlantId::new(plant).unwrap()];
        let stands = things.keys().filter(|id| !self.suppliers.contains(id.as_str()));
        let mut things = stands.map(|thing| Some(thing.clone())).chain([None]);
        things.all(|thing| self.may(audience, &About { plant, thing, kind }))
    }

    /// Whether a finding of the kind about the plant may reach the audience at all.
    pub(super) fn may_conclude(
        &self,
        audience: &Audience,
        plant: &'static str,
        kind: FactKind,
    ) -> bool {
        let id = PlantId::new(plant).unwrap();
        let (label, _) = &self.plants[&id];
        let owner = &label.originator;
        let ours = self.in_force().find_map(|a| {
            let floor =
                a.floors.iter().find(|f| f.finding == kind && a.parties.contains(&owner.nation));
            floor.map(|floor| (a, &floor.terms))
        });
        let within = match ours {
            Some((agreement, terms)) => self.on(audience, agreement, terms, label),
            None => is_owner(audience, label) && self.opened(audience, label),
        };
        let layout = About { plant, thing: None, kind: FactKind::Layout };
        within && self.may(audience, &layout) && !self.narrowed(audience, &id, (None, &[]), kind)
    }

    fn in_force(&self) -> impl Iterator<Item = &'a Agreement> {
        let now = self.now;
        self.agreements.iter().filter(move |a| a.signed <= now && now < a.until)
    }

    /// Whether an agreement gives the audience the owner's facts of the kind; without one they are
    /// the owner's alone.
    fn shared(&self, audience: &Audience, label: &Label, kind: FactKind) -> bool {
        let owner = &label.originator;
        let share = self.in_force().find_map(|agreement| {
            let gives = |s: &&twin::agreement::Share| {
                s.by.contains(&owner.organisation) && s.kinds.contains(&kind)
            };
            agreement.shares.iter().find(gives).map(|share| (agreement, &share.terms))
        });
        match share {
            Some((agreement, terms)) => self.on(audience, agreement, terms, label),
            None => is_owner(audience, label),
        }
    }

    fn on(&self, audience: &Audience, agreement: &Agreement, terms: &Terms, of: &Label) -> bool {
        let label = Label {
            policy: agreement.policy.clone(),
            classification: terms.classification,
            releasable_to: terms.releasable_to.clone(),
            display_only: terms.display_only.clone(),
            organisations: terms.organisations.clone(),
            affiliations: terms.affiliations.clone(),
            needs: terms.needs.clone(),
            ..of.clone()
        };
        self.opened(audience, &label)
    }

    fn opened(&self, audience: &Audience, label: &Label) -> bool {
        oracle::allows(&self.hub, label, audience, Action::See)
    }

    fn narrowed(
        &self,
        audience: &Audience,
        plant: &PlantId,
        (thing, inside): (Option<&str>, &[String]),
        kind: FactKind,
    ) -> bool {
        let is_it = |named: &EquipmentId| {
            Some(named.as_str()) == thing || inside.iter().any(|i| i == named.as_str())
        };
        let filed = self.agreements.iter().flat_map(|agreement| &agreement.narrowings);
        let filed = filed.map(|n| (&n.what, &n.kinds, &n.to));
        // It stays until two have ended it, whatever day it was to be looked at again.
        let decided = self.decisions.iter();
        let decided = decided.filter(|d| d.kind == DecisionKind::Narrow && d.ended.is_none());
        let decided = decided.map(|d| (&d.what, &d.kinds, &d.nations));
        let mut ours = filed.chain(decided).filter(|(what, kinds, _)| {
            what.plant == *plant
                && what.thing.as_ref().is_none_or(is_it)
                && (kinds.is_empty() || kinds.contains(&kind))
        });
        ours.any(|(.., to)| match audience {
            Audience::Public => true,
            Audience::Member { nation, .. } => !to.contains(nation),
        })
    }

    /// The label of the owner's file as the audience meets it: a release to which two people of the
    /// owner agreed, that nobody ended and whose day has not come names the audience's nation and
    /// its organisation where the file does not.
    fn as_released(
        &self,
        audience: &Audience,
        (plant, label): (&PlantId, &Label),
        (thing, inside): (Option<&str>, &[String]),
        kind: FactKind,
    ) -> Label {
        let mut label = label.clone();
        let Audience::Member { nation, organisation, .. } = audience else { return label };
        let owner = format!("{}/{}", label.originator.nation, label.originator.organisation);
        let names = |wanted: &Option<EquipmentId>| match wanted {
            None => true,
            Some(id) => {
                Some(id.as_str()) == thing || inside.iter().any(|inside| inside == id.as_str())
            }
        };
        for row in self.decisions {
            let holds = row.agreed.is_some() && row.ended.is_none() && self.now < row.review;
            let meant = row.what.plant == *plant
                && names(&row.what.thing)
                && (row.kinds.is_empty() || row.kinds.contains(&kind));
            if row.kind != DecisionKind::Release || row.owner != owner || !holds || !meant {
                continue;
            }
            if row.nations.contains(nation) {
                label.releasable_to.insert(nation.clone());
            }
            if let Members::Only(few) = &mut label.organisations
                && row.organisations.contains(organisation)
            {
                few.insert(organisation.clone());
            }
        }
        label
    }
}

fn is_owner(audience: &Audience, label: &Label) -> bool {
    let owner = &label.originator;
    matches!(audience, Audience::Member { nation, organisation, ceiling, .. }
        if *nation == owner.nation && *organisation == owner.organisation
            && *ceiling >= Classification::Unclassified)
}

/// What all of the audiences may not read, of the facts that were made known.
pub(super) fn hidden_from_all(
    oracle: &Oracle<'_>,
    audiences: &[&Audience],
    about: &BTreeSet<About>,
) -> bool {
    !about.iter().any(|one| audiences.iter().any(|audience| oracle.may(audience, one)))
}
