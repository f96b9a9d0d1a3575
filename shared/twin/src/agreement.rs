//! Agreements: who shares what kind of fact with whom by default, and how far findings go.
//!
//! A share permits, and nothing else does: a kind of fact that no agreement shares stays with the
//! organisation that made it known. A plant's own labels and the narrowings in force only take
//! away from what a share permits.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::{
    id::{AgreementId, EquipmentId, NationId, OrganisationId, PlantId},
    label::{Affiliation, Classification, Label, Members, Originator, Token},
    time::{PlantTime, Span},
};

/// What a fact is about. Every value that leaves the hub is of exactly one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FactKind {
    /// Names, places, shapes: what stands where.
    Layout,
    /// States of units, storages, resources and areas now, and their points.
    LineState,
    /// Parts, products, lots and where they came from.
    Flow,
    /// Orders, milestones, due items.
    Schedule,
    /// Deliveries, promises, what suppliers hold.
    Supply,
    /// Key figures, hours, rates, throughput.
    Capacity,
    /// Holds, results, scrap, rework.
    Quality,
    /// How well the feeds report, and what the hub alarms about.
    Feeds,
    /// What people say.
    Comments,
    /// Finding: what holds a line up, and why.
    HoldUp,
    /// Finding: when a part runs dry.
    DryDate,
    /// Finding: that only one source is left.
    SingleSource,
    /// Finding: how far a line can be stepped up.
    SurgeLimit,
    /// Finding: for how long a stock lasts.
    StockCover,
    /// Finding: when something will be done.
    Forecast,
}

impl FactKind {
    /// Every kind, in the order of the sharing page.
    pub const ALL: [Self; 15] = [
        Self::Layout,
        Self::LineState,
        Self::Flow,
        Self::Schedule,
        Self::Supply,
        Self::Capacity,
        Self::Quality,
        Self::Feeds,
        Self::Comments,
        Self::HoldUp,
        Self::DryDate,
        Self::SingleSource,
        Self::SurgeLimit,
        Self::StockCover,
        Self::Forecast,
    ];

    /// The word in files and messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Layout => "layout",
            Self::LineState => "line_state",
            Self::Flow => "flow",
            Self::Schedule => "schedule",
            Self::Supply => "supply",
            Self::Capacity => "capacity",
            Self::Quality => "quality",
            Self::Feeds => "feeds",
            Self::Comments => "comments",
            Self::HoldUp => "hold_up",
            Self::DryDate => "dry_date",
            Self::SingleSource => "single_source",
            Self::SurgeLimit => "surge_limit",
            Self::StockCover => "stock_cover",
            Self::Forecast => "forecast",
        }
    }

    /// The kind of that word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether it is computed from facts rather than reported: then a floor bounds it.
    pub fn is_finding(self) -> bool {
        self >= Self::HoldUp
    }
}

/// A signed understanding between nations, as far as it governs what the hub shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Agreement {
    /// Its id, unique in the programme.
    pub id: AgreementId,
    /// Its name as people say it.
    pub name: String,
    /// Whose vocabulary its labels are written in.
    pub policy: SmolStr,
    /// The nations that signed; nothing is shared beyond them.
    pub parties: BTreeSet<NationId>,
    /// Since when it holds.
    pub signed: PlantTime,
    /// Until when it holds; after that it permits nothing.
    pub until: PlantTime,
    /// Who looks at its shares again.
    pub reviewed_by: OrganisationId,
    /// Role and telephone number to ask.
    pub contact: String,
    /// Whether it may be told on how many stations of how many a finding is based.
    pub coverage_counts: bool,
    /// What a reader is shown in place of a step of a cause chain that they may not know.
    pub withheld_step: WithheldStep,
    /// What is shared by default.
    pub shares: Vec<Share>,
    /// How far findings go.
    pub floors: Vec<Floor>,
    /// What is taken away from the shares.
    pub narrowings: Vec<Narrowing>,
    /// What is opened beyond the labels in plants' own files, within the shares.
    pub releases: Vec<Release>,
}

/// What stands in a cause chain for a step that its reader may not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WithheldStep {
    /// What it is, without its name: "a supplier".
    Role,
    /// Nothing: the chain ends before it.
    Omit,
}

/// The conditions of a label, without its dates and its originator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How sensitive.
    pub classification: Classification,
    /// Nations it may be handed to.
    pub releasable_to: BTreeSet<NationId>,
    /// Nations that may look and not keep.
    pub display_only: BTreeSet<NationId>,
    /// Organisations that may know.
    pub organisations: Members<OrganisationId>,
    /// Affiliations that may know.
    pub affiliations: Members<Affiliation>,
    /// What a reader must hold.
    pub needs: BTreeSet<Token>,
    /// After how long it is looked at again.
    pub review: Span,
}

/// Facts of some kinds, made known by some organisations, go to these by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// Whose facts.
    pub by: BTreeSet<OrganisationId>,
    /// Which kinds of fact; no findings.
    pub kinds: BTreeSet<FactKind>,
    /// To whom, on what terms.
    pub terms: Terms,
}

/// The widest label that a finding of a kind may get, whatever it was computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Floor {
    /// The kind of finding.
    pub finding: FactKind,
    /// To whom, on what terms.
    pub terms: Terms,
}

/// What a narrowing or a release is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    /// The plant.
    pub plant: PlantId,
    /// One thing of it, or all of it.
    pub thing: Option<EquipmentId>,
}

/// Fewer readers than the agreement gives, for a stated reason, by a stated person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Narrowing {
    /// What is narrowed.
    pub what: Subject,
    /// Which kinds of fact; none is every kind.
    pub kinds: BTreeSet<FactKind>,
    /// The nations that keep it.
    pub to: BTreeSet<NationId>,
    /// Why.
    pub reason: String,
    /// Who decided, by role or account.
    pub person: String,
    /// When it must be looked at again; a passed date does not lift it.
    pub review: PlantTime,
}

/// More readers than the label in the plant's own file gives: never more than a share does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Whose facts: nobody opens what another made known.
    pub by: OrganisationId,
    /// What is opened.
    pub what: Subject,
    /// Which kinds of fact; none is every kind.
    pub kinds: BTreeSet<FactKind>,
    /// The nations that it is opened to.
    pub to: BTreeSet<NationId>,
    /// The organisations of these nations when it was agreed: one that joins later gets nothing.
    pub organisations: BTreeSet<OrganisationId>,
}

impl Subject {
    /// Whether a thing of a plant is meant; none is what is about no one thing.
    fn means(&self, plant: &PlantId, thing: Option<&EquipmentId>) -> bool {
        self.plant == *plant && self.thing.as_ref().is_none_or(|meant| Some(meant) == thing)
    }
}

impl Narrowing {
    /// Whether it takes away from facts of that kind about that thing.
    pub fn covers(&self, plant: &PlantId, thing: Option<&EquipmentId>, kind: FactKind) -> bool {
        self.what.means(plant, thing) && (self.kinds.is_empty() || self.kinds.contains(&kind))
    }
}

impl Release {
    /// Whether it opens facts of that kind about that thing.
    pub fn covers(&self, plant: &PlantId, thing: Option<&EquipmentId>, kind: FactKind) -> bool {
        self.what.means(plant, thing) && (self.kinds.is_empty() || self.kinds.contains(&kind))
    }
}

impl Agreement {
    /// Whether it permits anything at that time.
    pub fn holds_at(&self, now: PlantTime) -> bool {
        self.signed <= now && now < self.until
    }

    /// The terms on which an organisation's facts of a kind are shared by default.
    pub fn share(&self, by: &OrganisationId, kind: FactKind) -> Option<&Terms> {
        let shares = self.shares.iter();
        let mut found = shares.filter(|s| s.by.contains(by) && s.kinds.contains(&kind));
        found.next().map(|share| &share.terms)
    }

    /// The widest terms of a kind of finding.
    pub fn floor(&self, finding: FactKind) -> Option<&Terms> {
        self.floors.iter().find(|floor| floor.finding == finding).map(|floor| &floor.terms)
    }

    /// A label on terms of this agreement.
    pub fn label(&self, terms: &Terms, originator: &Originator, registry_revision: u32) -> Label {
        Label {
            policy: self.policy.clone(),
            classification: terms.classification,
            releasable_to: terms.releasable_to.clone(),
            display_only: terms.display_only.clone(),
            organisations: terms.organisations.clone(),
            affiliations: terms.affiliations.clone(),
            needs: terms.needs.clone(),
            information: BTreeSet::new(),
            originator: originator.clone(),
            derived_from: BTreeSet::new(),
            created: self.signed,
            review: (self.signed + terms.review).min(self.until),
            until: Some(self.until),
            successor: None,
            registry_revision,
            reason: None,
        }
    }
}
