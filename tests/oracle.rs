//! The access rule once more, for tests: written from the published rule and not from the policies
//! in models/policies, so that a mistake in either shows.
//!
//! ADatP-4774: a reader may know what is not above their clearance, when they hold every
//! restrictive value and, for each permissive category, at least one of its values. Here a
//! permissive set is always there, so that an empty one lets nobody in; what is public needs no
//! nation; whoever may only look may not keep; and a hub hands on its own nation's facts alone, and
//! what was computed from nothing else.

use std::collections::BTreeSet;

use release::{Action, Rule};
use twin::{
    Audience, Label, NationId,
    label::{Classification, Members},
};

/// The rule as a hub of that nation has it.
#[derive(Debug)]
pub struct Oracle {
    /// The nation whose hub it is.
    pub hub: NationId,
}

impl Rule for Oracle {
    fn allows(&self, label: &Label, audience: &Audience, action: Action) -> bool {
        allows(&self.hub, label, audience, action)
    }
}

/// Whether a hub of the nation lets the audience do that with facts of the label.
pub fn allows(hub: &NationId, label: &Label, audience: &Audience, action: Action) -> bool {
    let none = BTreeSet::new();
    let (nation, organisation, affiliation, holds, cleared) = match audience {
        Audience::Public => (None, None, None, &none, Classification::Public),
        Audience::Member { nation, organisation, affiliation, holds, ceiling } => {
            (Some(nation), Some(organisation), Some(affiliation), holds, *ceiling)
        }
    };
    let released = nation.is_some_and(|nation| label.releasable_to.contains(nation));
    let displayed = nation.is_some_and(|nation| label.display_only.contains(nation));
    let public = label.classification == Classification::Public;
    label.classification <= cleared
        && label.needs.difference(holds).next().is_none()
        && (public || released || (displayed && action == Action::See))
        && one_of(&label.organisations, organisation)
        && one_of(&label.affiliations, affiliation)
        && (action != Action::Federate || (is_own(hub, label) && nation.is_some()))
}

/// Whether everything that the fact tells of was made known by the hub's nation.
fn is_own(hub: &NationId, label: &Label) -> bool {
    let of = &label.derived_from;
    if of.is_empty() {
        label.originator.nation == *hub
    } else {
        of.iter().all(|by| by.nation == *hub)
    }
}

fn one_of<T: Ord>(members: &Members<T>, member: Option<&T>) -> bool {
    match members {
        Members::All => true,
        Members::Only(members) => member.is_some_and(|member| members.contains(member)),
    }
}
