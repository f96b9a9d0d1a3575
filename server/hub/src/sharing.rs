//! What people decide about sharing while the hub runs, and who sees what of whom, and why.
//!
//! An agreement says what is shared. A releaser may narrow that at once and alone; to open again
//! what was narrowed, or what a plant's own file keeps back, takes two releasers and never goes
//! beyond the agreement. What was decided is on the disk before it is in force, and in force, like
//! changed policies, as a new generation: nothing that was released before goes out any more.
//!
//! [`Ledger`] holds the decisions, `rules` judges what is asked for, `matrix` and `told` say who
//! sees what and what was decided. Both are labelled and pass the gate: an organisation's rules
//! are its own people's business, everybody else is told what they are shared themselves.

mod act;
mod alarms;
mod ledger;
mod matrix;
mod picture;
mod reasons;
mod rules;
mod told;
mod watch;

use std::collections::BTreeSet;

pub(crate) use act::{Agree, Asked, Keep, Narrow, Releaser, Widen, Withdraw, act};
pub(crate) use alarms::{
    Alarms, CORRECTED, JOURNAL_LOST, Known as KnownNow, MOST_READ as MOST_ALARMS_READ,
    POLICIES_REFUSED, Watcher, alarms,
};
pub(crate) use ledger::Ledger;
pub(crate) use matrix::{Matrix, matrix};
pub(crate) use picture::Picture;
pub(crate) use told::{DecisionTold, Decisions, decisions};
use twin::label::{Affiliation, Classification, Label, Members};
pub(crate) use watch::watch;

use crate::{
    identity::{Caller, Reads},
    view::Offer,
};

/// Who asks about sharing.
#[derive(Clone, Debug)]
pub(crate) struct Asker {
    /// As whom they look.
    pub(crate) offer: Offer,
    /// The organisation whose rules they may know, as `nation/organisation`: that of a person with
    /// a role that looks. A key has no role.
    pub(crate) of: Option<String>,
    /// Whether they may decide for it.
    pub(crate) releases: bool,
}

impl Asker {
    /// Whoever calls, who looks as that audience.
    pub(crate) fn of(caller: &Caller, offer: Offer) -> Self {
        let looks = caller.roles.iter().any(|role| role.looks());
        let of = match &caller.reads {
            Reads::Member(code) if looks => Some(code.clone()),
            _ => None,
        };
        let releases = of.is_some() && caller.may(journal::Role::Releaser);
        Self { offer, of, releases }
    }
}

/// Who may know how an organisation shares: its own people, whatever they are shown of plants.
fn own_label(of: &Label) -> Label {
    let owner = &of.originator;
    Label {
        classification: Classification::Unclassified,
        releasable_to: BTreeSet::from([owner.nation.clone()]),
        display_only: BTreeSet::new(),
        organisations: Members::Only(BTreeSet::from([owner.organisation.clone()])),
        affiliations: Members::<Affiliation>::All,
        needs: BTreeSet::new(),
        ..of.clone()
    }
}

/// Wall time as pages read it.
fn stamp(at: twin::PlantTime) -> String {
    record::format_time(at).unwrap_or_default()
}
