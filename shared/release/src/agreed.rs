//! The label of one fact: what the agreement shares by default, within what the plant's own files
//! allow, less what was narrowed; and how far a finding of a kind may go.
//!
//! Nothing here goes beyond an agreement: a label opens to those whom a share names, and to fewer.
//! What a plant's own file withholds is opened by a release alone, and only within a share.

use std::collections::BTreeSet;

use twin::{
    Agreement, EquipmentId, FactKind, Label, OrganisationId, PlantId, PlantTime,
    agreement::{Narrowing, Release},
    label::{Classification, Members, Originator},
};

use crate::combine::{CombineError, combine, intersect};

/// What a label is wanted for.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The plant whose fact it is.
    pub plant: &'a PlantId,
    /// The thing that the fact is about and what that thing is part of; none: the whole plant.
    pub things: &'a [&'a EquipmentId],
    /// What is known of it.
    pub kind: FactKind,
    /// When, on the plant's clock: an agreement that has ended permits nothing.
    pub now: PlantTime,
}

/// The label of a fact whose owner's files give its thing the label `own`.
///
/// # Errors
/// [`CombineError`] when the agreement is of another policy; the fact is then nobody's.
pub fn label_of_fact(
    agreements: &[Agreement],
    own: &Label,
    subject: &Subject<'_>,
) -> Result<Label, CombineError> {
    let own = &released(agreements, own, subject);
    let owner = &own.originator;
    let mut in_force = agreements.iter().filter(|agreement| agreement.holds_at(subject.now));
    let shared = in_force.find_map(|agreement| {
        let terms = agreement.share(&owner.organisation, subject.kind)?;
        Some(agreement.label(terms, owner, own.registry_revision))
    });
    let label = match shared {
        Some(shared) => {
            let both = combine([own, &shared], owner, own.created, own.registry_revision)?;
            Label { reason: own.reason.clone(), ..both }
        }
        None => only(own, owner),
    };
    Ok(narrowed(agreements, label, subject))
}

/// The widest label that a finding about a plant may get; to be combined with its inputs. Where no
/// agreement of the owner's nation has a floor for it, that is the owner alone.
pub fn bound_of_finding(agreements: &[Agreement], own: &Label, subject: &Subject<'_>) -> Label {
    let owner = &own.originator;
    let ours = |agreement: &&Agreement| {
        agreement.holds_at(subject.now) && agreement.parties.contains(&owner.nation)
    };
    let floor = agreements.iter().filter(ours).find_map(|agreement| {
        let terms = agreement.floor(subject.kind)?;
        Some(agreement.label(terms, owner, own.registry_revision))
    });
    narrowed(agreements, floor.unwrap_or_else(|| only(own, owner)), subject)
}

/// The label for nobody but one organisation.
fn only(label: &Label, owner: &Originator) -> Label {
    let organisation: BTreeSet<OrganisationId> = [owner.organisation.clone()].into();
    Label {
        organisations: intersect(&label.organisations, &Members::Only(organisation)),
        ..kept_by(label, &[owner.nation.clone()].into())
    }
}

/// Takes away what the narrowings in force take away. They outlive their review, and their
/// agreement: what ends is what permits.
fn narrowed(agreements: &[Agreement], label: Label, subject: &Subject<'_>) -> Label {
    let narrowings = agreements.iter().flat_map(|agreement| &agreement.narrowings);
    narrowings.filter(|narrowing| covers(narrowing, subject)).fold(label, |label, narrowing| {
        Label {
            review: label.review.min(narrowing.review),
            reason: Some(narrowing.reason.clone()),
            ..kept_by(&label, &narrowing.to)
        }
    })
}

/// Opens the label of the owner's file to whom it was released beyond it. What of that goes out is
/// bounded by the share that it is combined with, and by what was narrowed.
fn released(agreements: &[Agreement], own: &Label, subject: &Subject<'_>) -> Label {
    let releases = agreements.iter().flat_map(|agreement| &agreement.releases);
    let ours = releases.filter(|release| release.by == own.originator.organisation);
    let meant = |release: &&Release| any_thing(subject, |p, thing, k| release.covers(p, thing, k));
    ours.filter(meant).fold(own.clone(), |label, release| Label {
        releasable_to: label.releasable_to.union(&release.to).cloned().collect(),
        display_only: label.display_only.difference(&release.to).cloned().collect(),
        organisations: match label.organisations {
            Members::All => Members::All,
            Members::Only(few) => {
                Members::Only(few.union(&release.organisations).cloned().collect())
            }
        },
        ..label
    })
}

fn covers(narrowing: &Narrowing, subject: &Subject<'_>) -> bool {
    any_thing(subject, |plant, thing, kind| narrowing.covers(plant, thing, kind))
}

/// Whether it holds of the thing, of what it is part of, or of the whole plant.
fn any_thing(
    subject: &Subject<'_>,
    holds: impl Fn(&PlantId, Option<&EquipmentId>, FactKind) -> bool,
) -> bool {
    let Subject { plant, things, kind, now: _ } = subject;
    let mut things = things.iter().map(|thing| Some(*thing)).chain([None]);
    things.any(|thing| holds(plant, thing, *kind))
}

/// The label with no nations but these. What only some may know is not public.
fn kept_by(label: &Label, nations: &BTreeSet<twin::NationId>) -> Label {
    Label {
        classification: label.classification.max(Classification::Unclassified),
        releasable_to: label.releasable_to.intersection(nations).cloned().collect(),
        display_only: label.display_only.intersection(nations).cloned().collect(),
        ..label.clone()
    }
}

/// Whether whoever may read the one may also read the other.
pub fn is_within(narrow: &Label, wide: &Label) -> bool {
    fn subset<T: Ord>(narrow: &Members<T>, wide: &Members<T>) -> bool {
        match (narrow, wide) {
            (_, Members::All) => true,
            (Members::All, Members::Only(_)) => false,
            (Members::Only(narrow), Members::Only(wide)) => narrow.is_subset(wide),
        }
    }
    let seen = |nation| wide.releasable_to.contains(nation) || wide.display_only.contains(nation);
    narrow.policy == wide.policy
        && narrow.classification >= wide.classification
        && narrow.releasable_to.is_subset(&wide.releasable_to)
        && narrow.display_only.iter().all(seen)
        && subset(&narrow.organisations, &wide.organisations)
        && subset(&narrow.affiliations, &wide.affiliations)
        && wide.needs.is_subset(&narrow.needs)
}

#[cfg(test)]
mod tests;
