//! The decisions of this hub, in memory as they are on the disk.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use journal::{Act, DecisionKind, DecisionRow, JournalError, Keys};
use twin::{
    Agreement, AgreementId, PlantTime, Span,
    agreement::{Narrowing, Release, WithheldStep},
    label::Originator,
};

use crate::{core::Core, view::hub_of};

/// Decisions that ended are told of for so long.
pub(super) const TOLD_FOR: Span = Span::from_secs(7 * 24 * 3_600);

/// See the module. The hub alone writes decisions: what is here is what is there.
#[derive(Debug)]
pub(crate) struct Ledger {
    rows: Mutex<Vec<DecisionRow>>,
    hub: Originator,
}

impl Ledger {
    /// Reads what was decided.
    ///
    /// # Errors
    /// [`JournalError`] when it cannot be read: a hub that does not know what was narrowed does not
    /// start.
    pub(crate) fn open(keys: &Keys, core: &Core, now: PlantTime) -> Result<Self, JournalError> {
        let since = now - TOLD_FOR;
        Ok(Self { rows: Mutex::new(keys.decisions(since)?), hub: hub_of(core) })
    }

    /// Of decisions that stand on no disk.
    #[cfg(test)]
    pub(crate) fn holding(rows: Vec<DecisionRow>, core: &Core) -> Self {
        Self { rows: Mutex::new(rows), hub: hub_of(core) }
    }

    /// Everything that is remembered.
    pub(super) fn rows(&self) -> MutexGuard<'_, Vec<DecisionRow>> {
        // A panic elsewhere leaves rows behind that are on the disk.
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is in force at that wall time.
    pub(crate) fn in_force(&self, now: PlantTime) -> Agreement {
        in_force(&self.rows(), &self.hub, now)
    }

    /// What there is to be told of, and what of it is in force at that wall time.
    pub(crate) fn told(&self, now: PlantTime) -> (Vec<DecisionRow>, Agreement) {
        let rows = self.rows();
        (rows.clone(), in_force(&rows, &self.hub, now))
    }

    /// The same of rows that are held already.
    pub(super) fn in_force_of(&self, rows: &[DecisionRow], now: PlantTime) -> Agreement {
        in_force(rows, &self.hub, now)
    }
}

/// Whether the decision narrows or opens something at that wall time. A narrowing outlives its
/// review; a release does not, so that nothing stays open because nobody looked.
pub(super) fn is_in_force(row: &DecisionRow, now: PlantTime) -> bool {
    row.ended.is_none()
        && match row.kind {
            DecisionKind::Narrow => true,
            DecisionKind::Release => row.agreed.is_some() && now < row.review,
            DecisionKind::Lift => false,
        }
}

/// Whether it waits for a second person.
pub(super) fn is_waiting(row: &DecisionRow, now: PlantTime) -> bool {
    row.kind != DecisionKind::Narrow
        && row.agreed.is_none()
        && row.ended.is_none()
        && now < row.review
}

/// Whether somebody should have looked at it again.
pub(super) fn is_overdue(row: &DecisionRow, now: PlantTime) -> bool {
    row.kind == DecisionKind::Narrow && row.ended.is_none() && row.review <= now
}

/// What was decided, as an agreement that shares nothing and never holds: narrowings and releases
/// do not depend on the agreement that they stand in, and every way out asks agreements.
pub(super) fn in_force(rows: &[DecisionRow], hub: &Originator, now: PlantTime) -> Agreement {
    let acting = || rows.iter().filter(|row| is_in_force(row, now));
    let of = |wanted| acting().filter(move |row| row.kind == wanted);
    let narrowings = of(DecisionKind::Narrow).map(|row| Narrowing {
        what: row.what.clone(),
        kinds: row.kinds.clone(),
        to: row.nations.clone(),
        reason: row.reason.clone(),
        person: row.made.by.clone(),
        review: row.review,
    });
    let releases = of(DecisionKind::Release).filter_map(release_of);
    Agreement {
        id: here(),
        name: String::new(),
        policy: Default::default(),
        parties: BTreeSet::new(),
        signed: PlantTime::default(),
        until: PlantTime::default(),
        reviewed_by: hub.organisation.clone(),
        contact: String::new(),
        coverage_counts: false,
        withheld_step: WithheldStep::Omit,
        shares: Vec::new(),
        floors: Vec::new(),
        narrowings: narrowings.collect(),
        releases: releases.collect(),
    }
}

/// A release as the label's maker knows it; none where nobody knows whose facts it opens.
pub(super) fn release_of(row: &DecisionRow) -> Option<Release> {
    let (_nation, organisation) = row.owner.split_once('/')?;
    Some(Release {
        by: twin::OrganisationId::new(organisation).ok()?,
        what: row.what.clone(),
        kinds: row.kinds.clone(),
        to: row.nations.clone(),
        organisations: row.organisations.clone(),
    })
}

/// The account's name without what sort of caller it is.
pub(super) fn person(act: &Act) -> &str {
    act.by.strip_prefix("account:").unwrap_or(&act.by)
}

fn here() -> AgreementId {
    match AgreementId::new("decided-here") {
        Ok(id) => id,
        Err(_) => unreachable!("the word is an id"),
    }
}
