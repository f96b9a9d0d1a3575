//! Who may know: the label that every fact carries, and the audience that asks.
//!
//! The shape follows ADatP-4774 (policy, classification, permissive sets, restrictive needs,
//! informative marks). Everything "who may" is a set that intersects when facts combine;
//! everything "must hold" is a set that unites. An empty permissive set means nobody, never
//! everybody. This module holds labels; `release` combines them and decides.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::{
    id::{NationId, OrganisationId},
    time::PlantTime,
};

/// How sensitive a fact is. Anything higher is refused at the door and never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Classification {
    /// Anybody may know.
    Public,
    /// Official, not sensitive.
    Unclassified,
    /// Controlled unclassified information.
    Controlled,
}

/// What an audience belongs to; labels may ask for one of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Affiliation {
    /// A government body.
    Government,
    /// Armed forces.
    Military,
    /// A firm under contract.
    Contractor,
}

/// A permissive set with a top: everybody of that kind, or just these.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Members<T: Ord> {
    /// No restriction of this kind.
    All,
    /// These only; empty means nobody.
    Only(BTreeSet<T>),
}

impl<T: Ord> Members<T> {
    /// Whether the member is in the set.
    pub fn contains(&self, member: &T) -> bool {
        match self {
            Self::All => true,
            Self::Only(members) => members.contains(member),
        }
    }
}

/// Who made a fact known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Originator {
    /// Nation, by the registry in force.
    pub nation: NationId,
    /// Firm or authority.
    pub organisation: OrganisationId,
}

/// A token of need or information, e.g. `EXPORT-CONTROLLED`.
pub type Token = SmolStr;

/// Who may know a fact, who says so, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label {
    /// Whose vocabulary this is.
    pub policy: SmolStr,
    /// How sensitive.
    pub classification: Classification,
    /// Nations it may be handed to. Explicit: empty means nobody.
    pub releasable_to: BTreeSet<NationId>,
    /// Nations that may look and not keep; disjoint from `releasable_to`.
    pub display_only: BTreeSet<NationId>,
    /// Organisations that may know.
    pub organisations: Members<OrganisationId>,
    /// Affiliations that may know.
    pub affiliations: Members<Affiliation>,
    /// What the reader must hold, all of it.
    pub needs: BTreeSet<Token>,
    /// Marks shown and never enforced.
    pub information: BTreeSet<Token>,
    /// Who made it known.
    pub originator: Originator,
    /// Whose facts it was computed from; empty for what the originator knows of their own. It may
    /// be handed on with the leave of all of them only.
    pub derived_from: BTreeSet<Originator>,
    /// When the label was made.
    pub created: PlantTime,
    /// When it must be looked at again.
    pub review: PlantTime,
    /// Until when it holds, for a timed release.
    pub until: Option<PlantTime>,
    /// The policy's name for the label that follows after `until`.
    pub successor: Option<SmolStr>,
    /// Revision of the registry of nations and groups it was written against.
    pub registry_revision: u32,
    /// Why it is narrower than the programme's default.
    pub reason: Option<String>,
}

impl Label {
    /// Everybody whose facts the labelled one tells of.
    pub fn originators(&self) -> impl Iterator<Item = &Originator> {
        let own = self.derived_from.is_empty().then_some(&self.originator);
        self.derived_from.iter().chain(own)
    }
}

/// All who hold the same rights.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Audience {
    /// Anybody at all: a request without a token.
    Public,
    /// Members of an organisation of a nation.
    Member {
        /// Their nation.
        nation: NationId,
        /// Their organisation.
        organisation: OrganisationId,
        /// What they belong to.
        affiliation: Affiliation,
        /// The tokens they hold.
        holds: BTreeSet<Token>,
        /// The highest classification they may see.
        ceiling: Classification,
    },
}
