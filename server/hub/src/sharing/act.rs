//! What a releaser asks for, done: judged, on the disk with its audit row, then in force.

use std::net::IpAddr;

use axum::http::StatusCode;
use journal::{Act, AuditRow, DecisionKind, DecisionRow, JournalError, Keys, Settled};
use schemars::JsonSchema;
use serde::Deserialize;
use twin::PlantTime;

use super::{
    Picture,
    ledger::TOLD_FOR,
    rules::{Situation, Verdict},
    told::{DecisionTold, told},
};
use crate::{clock::wall_now, identity::Note, refusal::Refusal, shared::Shared, store::in_words};

/// Fewer readers, from now on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Narrow {
    /// A plant of the releaser's organisation.
    pub(super) plant: String,
    /// One thing of it and what is in that; the whole plant without it.
    #[serde(default)]
    pub(super) thing: Option<String>,
    /// Which kinds of fact; every kind when empty.
    #[serde(default)]
    pub(super) kinds: Vec<String>,
    /// The nations that keep it, the own one among them.
    pub(super) to: Vec<String>,
    /// Why.
    pub(super) reason: String,
    /// The day by which it is looked at again: `2031-05-05`, within 90 days.
    pub(super) review: String,
}

/// The same narrowing for longer.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keep {
    /// The narrowing.
    pub(super) narrowing: u64,
    /// Why it is still needed.
    pub(super) reason: String,
    /// The day by which it is looked at again, within 90 days.
    pub(super) review: String,
}

/// More readers: the end of a narrowing, or what a plant's file keeps back. Takes effect when
/// another releaser agrees.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Widen {
    /// The narrowing that is to end; nothing else is named then.
    #[serde(default)]
    pub(super) narrowing: Option<u64>,
    /// The plant whose file keeps something back.
    #[serde(default)]
    pub(super) plant: Option<String>,
    /// One thing of it; the whole plant without it.
    #[serde(default)]
    pub(super) thing: Option<String>,
    /// Which kinds of fact.
    #[serde(default)]
    pub(super) kinds: Vec<String>,
    /// The nations that it is opened to, each named by the agreement.
    #[serde(default)]
    pub(super) to: Vec<String>,
    /// Why.
    pub(super) reason: String,
    /// The day on which it ends unless it is agreed anew, within 365 days.
    #[serde(default)]
    pub(super) review: Option<String>,
}

/// The second person's word.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Agree {
    /// The proposal's number.
    pub(super) id: u64,
}

/// The end of a proposal or of a release.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Withdraw {
    /// The decision's number.
    pub(super) id: u64,
}

/// What a releaser asks for.
#[derive(Debug)]
pub(crate) enum Asked {
    Narrow(Narrow),
    Keep(Keep),
    Widen(Widen),
    Agree(Agree),
    Withdraw(Withdraw),
}

/// A releaser who acts.
#[derive(Debug)]
pub(crate) struct Releaser {
    /// The account, as the audit record names it.
    pub(crate) name: String,
    /// The organisation, as `nation/organisation`.
    pub(crate) of: String,
    pub(crate) address: IpAddr,
}

/// Does what is asked for, if nothing speaks against it. Waits for the disk.
///
/// # Errors
/// [`Refusal`]: nothing was changed.
pub(crate) fn act(
    shared: &Shared,
    picture: &Picture,
    who: &Releaser,
    asked: &Asked,
) -> Result<DecisionTold, Refusal> {
    let now = wall_now();
    let mut rows = shared.ledger.rows();
    let situation = Situation { picture, rows: &rows, owner: &who.of, by: &who.name, now };
    let verdict = match situation.judge(asked) {
        Ok(verdict) => verdict,
        Err(refusal) => {
            refused(shared, who, &refusal);
            return Err(refusal);
        }
    };
    let by = Act { by: who.name.clone(), at: now };
    let changed = match verdict {
        Verdict::Make(row) => {
            let what = match (row.kind, row.narrowing) {
                (DecisionKind::Narrow, None) => "narrow",
                (DecisionKind::Narrow, Some(_)) => "keep narrow",
                _ => "propose to widen",
            };
            let note = note(what, &row, who);
            let kept = kept(shared, |keys| keys.decide(&row, &note))?;
            if kept.kind == DecisionKind::Narrow {
                end(&mut rows, kept.narrowing, &by);
            }
            rows.push(kept.clone());
            kept
        }
        Verdict::Agree(id) => {
            let note = note("agree to widen", found(&rows, id)?, who);
            settled(kept(shared, |keys| keys.agree_to(id, &by, &note))?)?;
            agree(&mut rows, id, &by);
            found(&rows, id)?.clone()
        }
        Verdict::End(id) => {
            let note = note("withdraw", found(&rows, id)?, who);
            settled(kept(shared, |keys| keys.end_decision(id, &by, &note))?)?;
            end(&mut rows, Some(id), &by);
            found(&rows, id)?.clone()
        }
    };
    enforce(shared, &rows, now);
    forget(&mut rows, now);
    Ok(told(&changed, picture, now))
}

/// Puts what the rows say in force, if that is anything else than what is.
pub(super) fn enforce(shared: &Shared, rows: &[DecisionRow], now: PlantTime) {
    let decided = shared.ledger.in_force_of(rows, now);
    let shelf = &shared.door.shelf;
    if *shelf.in_force().borrow().decided == decided {
        return;
    }
    let generation = shelf.decide(decided);
    shared.metrics.policy_generation.store(generation, std::sync::atomic::Ordering::Relaxed);
    tracing::info!(generation, "a decision about sharing is in force");
}

/// Does not keep what nobody is told of any more; the disk does.
pub(super) fn forget(rows: &mut Vec<DecisionRow>, now: PlantTime) {
    let since = now - TOLD_FOR;
    rows.retain(|row| row.ended.as_ref().is_none_or(|ended| ended.at >= since));
}

/// The same in memory as [`Keys::agree_to`] on the disk.
fn agree(rows: &mut [DecisionRow], id: u64, by: &Act) {
    let Some(row) = rows.iter_mut().find(|row| row.id == id) else { return };
    row.agreed = Some(by.clone());
    if row.kind == DecisionKind::Lift {
        let narrowing = row.narrowing;
        end(rows, narrowing, by);
        end(rows, Some(id), by);
    }
}

/// Ends a decision in memory.
pub(super) fn end(rows: &mut [DecisionRow], id: Option<u64>, by: &Act) {
    if let Some(row) = rows.iter_mut().find(|row| Some(row.id) == id && row.ended.is_none()) {
        row.ended = Some(by.clone());
    }
}

fn found(rows: &[DecisionRow], id: u64) -> Result<&DecisionRow, Refusal> {
    rows.iter().find(|row| row.id == id).ok_or(Refusal::fixed(
        StatusCode::NOT_FOUND,
        "not_found",
        "there is no such decision",
    ))
}

fn kept<T>(
    shared: &Shared,
    work: impl FnOnce(&Keys) -> Result<T, JournalError>,
) -> Result<T, Refusal> {
    shared.identity.with_keys(work).map_err(|error| {
        tracing::error!("{}", in_words(&error));
        let reason = "this cannot be kept now, so nothing was changed; see /readyz";
        Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", reason)
    })
}

/// The disk says once more what the rules said: another word would mean that the two differ.
fn settled(settled: Settled) -> Result<(), Refusal> {
    match settled {
        Settled::Done => Ok(()),
        Settled::Gone | Settled::SamePerson => Err(Refusal::fixed(
            StatusCode::CONFLICT,
            "not_waiting",
            "this does not wait for anybody's word any more; look again",
        )),
    }
}

/// What stands in the audit record.
fn note(what: &str, row: &DecisionRow, who: &Releaser) -> AuditRow {
    let note = Note {
        who: &who.name,
        what,
        about: &in_short(row),
        outcome: &format!("done: {}", row.reason),
        address: Some(who.address),
    };
    note.row()
}

/// A decision in one line.
pub(super) fn in_short(row: &DecisionRow) -> String {
    let thing = row.what.thing.as_ref().map(|thing| format!("/{thing}")).unwrap_or_default();
    let kinds: Vec<&str> = row.kinds.iter().map(|kind| kind.word()).collect();
    let kinds = if kinds.is_empty() { "everything".to_owned() } else { kinds.join(" ") };
    let nations: Vec<&str> = row.nations.iter().map(|nation| nation.as_str()).collect();
    let (kind, plant) = (row.kind.word(), &row.what.plant);
    format!("{kind} {plant}{thing}, {kinds}: {}", nations.join(" "))
}

/// That somebody tried to agree with themselves, or to go beyond an agreement, is worth a note.
fn refused(shared: &Shared, who: &Releaser, refusal: &Refusal) {
    shared.identity.note_refusal(Note {
        who: &who.name,
        what: "decide about sharing",
        about: refusal.code(),
        outcome: "refused",
        address: Some(who.address),
    });
}
