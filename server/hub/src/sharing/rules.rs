//! What is asked for, judged: who may, within what, for how long. A pure function of what is.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use journal::{Act, DecisionKind, DecisionRow};
use record::marking_above_controlled;
use release::{Subject, bound_of_finding, label_of_fact};
use twin::{
    Agreement, EquipmentId, FactKind, Label, NationId, OrganisationId, PlantTime, Span,
    agreement::{self, Narrowing, Terms},
};

use super::{
    act::{Agree, Asked, Keep, Narrow, Widen, Withdraw},
    ledger::{is_in_force, is_waiting, release_of},
    picture::{Picture, PlantPicture},
};
use crate::refusal::Refusal;

/// A narrowing is looked at again within so many days.
pub(super) const LONGEST_NARROWING_D: i64 = 90;
/// A release ends within so many days.
pub(super) const LONGEST_RELEASE_D: i64 = 365;
/// Decisions of one organisation that have not ended; every one costs labels and time.
pub(super) const MOST_OPEN: usize = 200;
/// Decisions that one organisation makes within a day: the gate keeps every label it ever saw.
pub(super) const MOST_A_DAY: usize = 100;
/// The longest reason, in bytes.
pub(super) const LONGEST_REASON: usize = 400;
/// A reason of fewer characters says nothing.
const SHORTEST_REASON: usize = 8;

/// What is to be done when nothing speaks against it.
#[derive(Debug)]
pub(super) enum Verdict {
    /// A new decision.
    Make(Box<DecisionRow>),
    /// The second word for the widening of this number.
    Agree(u64),
    /// The end of the release or the proposal of this number.
    End(u64),
}

/// Everything that counts.
pub(super) struct Situation<'a> {
    pub(super) picture: &'a Picture,
    pub(super) rows: &'a [DecisionRow],
    /// Whom they decide for, as `nation/organisation`.
    pub(super) owner: &'a str,
    /// Who asks.
    pub(super) by: &'a str,
    pub(super) now: PlantTime,
}

fn no<T>(status: StatusCode, code: &'static str, reason: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::new(status, code, reason.into()))
}

fn wrong<T>(code: &'static str, reason: impl Into<String>) -> Result<T, Refusal> {
    no(StatusCode::UNPROCESSABLE_ENTITY, code, reason)
}

impl Situation<'_> {
    /// Judges what is asked for.
    ///
    /// # Errors
    /// [`Refusal`] says what speaks against it.
    pub(super) fn judge(&self, asked: &Asked) -> Result<Verdict, Refusal> {
        let make = |row| Verdict::Make(Box::new(row));
        match asked {
            Asked::Narrow(narrow) => self.narrow(narrow).map(make),
            Asked::Keep(keep) => self.keep(keep).map(make),
            Asked::Widen(widen) => self.widen(widen).map(make),
            Asked::Agree(Agree { id }) => self.agree(*id),
            Asked::Withdraw(Withdraw { id }) => self.withdraw(*id),
        }
    }

    fn narrow(&self, asked: &Narrow) -> Result<DecisionRow, Refusal> {
        let plant = self.plant(&asked.plant)?;
        let thing = thing(plant, asked.thing.as_deref())?;
        let kinds = kinds(&asked.kinds)?;
        let nations = self.nations(&asked.to)?;
        let own = &plant.label.originator.nation;
        if !nations.contains(own) {
            let reason = format!("{own} is your own nation: leave it in, or you see it no more");
            return wrong("own_nation", reason);
        }
        let row =
            self.row(DecisionKind::Narrow, (plant, thing), (kinds, nations), &asked.reason)?;
        let row = DecisionRow { review: self.day(&asked.review, LONGEST_NARROWING_D)?, ..row };
        self.is_room()?;
        let narrowing = Narrowing {
            what: row.what.clone(),
            kinds: row.kinds.clone(),
            to: row.nations.clone(),
            reason: String::new(),
            person: String::new(),
            review: row.review,
        };
        let mut after = self.agreements();
        if let Some(decided) = after.last_mut() {
            decided.narrowings.push(narrowing);
        }
        if !changes(plant, &row.kinds, &self.agreements(), &after) {
            return wrong("takes_nothing", "nobody sees less by this: they do not see it now");
        }
        Ok(row)
    }

    /// The same narrowing for longer: nobody sees more by it, so that one person may.
    fn keep(&self, asked: &Keep) -> Result<DecisionRow, Refusal> {
        let before = self.narrowing(asked.narrowing)?;
        self.is_not_to_end(before.id)?;
        self.is_room()?;
        let reason = reason(&asked.reason)?;
        let review = self.day(&asked.review, LONGEST_NARROWING_D)?;
        Ok(DecisionRow {
            id: 0,
            narrowing: Some(before.id),
            reason,
            made: self.act(),
            review,
            alarmed: None,
            ..before.clone()
        })
    }

    fn widen(&self, asked: &Widen) -> Result<DecisionRow, Refusal> {
        match (asked.narrowing, &asked.plant) {
            (Some(narrowing), None) => self.lift(narrowing, &asked.reason),
            (None, Some(plant)) => self.release(asked, plant),
            _ => no(
                StatusCode::BAD_REQUEST,
                "malformed",
                "name either the narrowing that is to end, or the plant whose file keeps it back",
            ),
        }
    }

    fn lift(&self, narrowing: u64, why: &str) -> Result<DecisionRow, Refusal> {
        let before = self.narrowing(narrowing)?;
        self.is_not_to_end(narrowing)?;
        self.is_room()?;
        Ok(DecisionRow {
            id: 0,
            kind: DecisionKind::Lift,
            narrowing: Some(narrowing),
            reason: reason(why)?,
            made: self.act(),
            review: self.now + days(LONGEST_NARROWING_D),
            alarmed: None,
            ..before.clone()
        })
    }

    fn release(&self, asked: &Widen, plant: &str) -> Result<DecisionRow, Refusal> {
        let plant = self.plant(plant)?;
        let thing = thing(plant, asked.thing.as_deref())?;
        let kinds = kinds(&asked.kinds)?;
        let nations = self.nations(&asked.to)?;
        if kinds.is_empty() || nations.is_empty() {
            return wrong("incomplete", "say which kinds of fact are opened, and to which nations");
        }
        let row =
            self.row(DecisionKind::Release, (plant, thing), (kinds, nations), &asked.reason)?;
        let review = asked.review.as_deref().unwrap_or_default();
        let members = self.picture.members_of(&row.nations);
        let organisations: BTreeSet<OrganisationId> = members.map(|o| o.id.clone()).collect();
        let review = self.day(review, LONGEST_RELEASE_D)?;
        let row = DecisionRow { review, organisations, ..row };
        self.is_room()?;
        self.within_agreement(plant, &row)?;
        let mut after = self.agreements();
        if let Some(decided) = after.last_mut() {
            decided.releases.extend(release_of(&row));
        }
        if !changes(plant, &row.kinds, &self.agreements(), &after) {
            let reason = "no more would be seen by this: the plant's file does not keep it back \
                          from them; a narrowing is ended, not released";
            return wrong("opens_nothing", reason);
        }
        Ok(row)
    }

    fn agree(&self, id: u64) -> Result<Verdict, Refusal> {
        let row = self.own(id)?;
        if !is_waiting(row, self.now) {
            let reason = "this does not wait for anybody's word any more; look again";
            return no(StatusCode::CONFLICT, "not_waiting", reason);
        }
        if row.made.by == self.by {
            let reason = "you proposed this yourself: a widening takes two people; ask another \
                          releaser of your organisation";
            return no(StatusCode::FORBIDDEN, "same_person", reason);
        }
        if row.kind == DecisionKind::Release {
            // The agreement may have changed since it was proposed.
            let plant = self.plant(row.what.plant.as_str())?;
            self.within_agreement(plant, row)?;
        }
        Ok(Verdict::Agree(id))
    }

    fn withdraw(&self, id: u64) -> Result<Verdict, Refusal> {
        let row = self.own(id)?;
        if is_waiting(row, self.now)
            || row.kind == DecisionKind::Release && is_in_force(row, self.now)
        {
            return Ok(Verdict::End(id));
        }
        if row.kind == DecisionKind::Narrow && row.ended.is_none() {
            let reason = "to end a narrowing is to widen: propose it, and another releaser agrees";
            return no(StatusCode::CONFLICT, "takes_two", reason);
        }
        no(StatusCode::CONFLICT, "over", "this is over already; look again")
    }

    /// Refuses what no agreement shares with all of these nations, kind by kind.
    fn within_agreement(&self, plant: &PlantPicture, row: &DecisionRow) -> Result<(), Refusal> {
        let owner = &plant.label.originator.organisation;
        for kind in &row.kinds {
            let word = kind.word();
            if kind.is_finding() {
                let reason = format!(
                    "{word} is a finding: how far it goes is for the agreement's floor alone"
                );
                return wrong("beyond_agreement", reason);
            }
            let holding = self.picture.agreements.iter().filter(|a| a.holds_at(plant.now));
            let shared = holding.filter_map(|a| Some((a, a.share(owner, *kind)?))).next();
            let Some((agreement, terms)) = shared else {
                let reason = format!(
                    "no agreement in force shares {word} of {owner}; what no agreement shares \
                     nobody here can open"
                );
                return wrong("beyond_agreement", reason);
            };
            let named = |nation: &&NationId| {
                let Terms { releasable_to, display_only, .. } = terms;
                releasable_to.contains(*nation) || display_only.contains(*nation)
            };
            if let Some(beyond) = row.nations.iter().find(|nation| !named(nation)) {
                let reason = format!(
                    "{} does not share {word} of {owner} with {}; a release does not go beyond \
                     the agreement",
                    agreement.name,
                    self.picture.nation_name(beyond),
                );
                return wrong("beyond_agreement", reason);
            }
        }
        Ok(())
    }

    fn plant(&self, id: &str) -> Result<&PlantPicture, Refusal> {
        match self.picture.own_plant(id, self.owner) {
            Some(plant) => Ok(plant),
            // The same whether there is such a plant of somebody else's or none.
            None => no(StatusCode::NOT_FOUND, "not_found", "your organisation runs no such plant"),
        }
    }

    fn own(&self, id: u64) -> Result<&DecisionRow, Refusal> {
        match self.rows.iter().find(|row| row.id == id && row.owner == self.owner) {
            Some(row) => Ok(row),
            None => no(StatusCode::NOT_FOUND, "not_found", "there is no such decision"),
        }
    }

    fn narrowing(&self, id: u64) -> Result<&DecisionRow, Refusal> {
        let row = self.own(id)?;
        if row.kind == DecisionKind::Narrow && row.ended.is_none() {
            return Ok(row);
        }
        no(StatusCode::CONFLICT, "over", "this narrowing is over already; look again")
    }

    fn nations(&self, codes: &[String]) -> Result<BTreeSet<NationId>, Refusal> {
        let find = |code: &String| {
            let found = self.picture.nations.iter().find(|nation| nation.id.as_str() == code);
            found.map(|nation| nation.id.clone()).ok_or_else(|| {
                let code: String = code.chars().take(40).collect();
                let reason = format!("{code:?} is no nation of this programme");
                Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_nation", reason)
            })
        };
        codes.iter().map(find).collect()
    }

    fn is_not_to_end(&self, narrowing: u64) -> Result<(), Refusal> {
        let ends = |row: &DecisionRow| {
            row.kind == DecisionKind::Lift
                && row.narrowing == Some(narrowing)
                && is_waiting(row, self.now)
        };
        if !self.rows.iter().any(ends) {
            return Ok(());
        }
        let reason = "its end is proposed already: another releaser agrees to that, or it is                       withdrawn first";
        no(StatusCode::CONFLICT, "proposed_already", reason)
    }

    fn is_room(&self) -> Result<(), Refusal> {
        let ours = || self.rows.iter().filter(|row| row.owner == self.owner);
        let open = ours().filter(|row| row.ended.is_none()).count();
        let today = ours().filter(|row| row.made.at > self.now - Span::DAY).count();
        if open < MOST_OPEN && today < MOST_A_DAY {
            return Ok(());
        }
        let reason = format!(
            "your organisation has {MOST_OPEN} open decisions, or made {MOST_A_DAY} within a day; \
             end some, wait, or change the agreement's file"
        );
        no(StatusCode::CONFLICT, "too_many", reason)
    }

    /// The end of a day as it is written in a form, within so many days from now.
    fn day(&self, text: &str, longest_d: i64) -> Result<PlantTime, Refusal> {
        let day = (text.len() == "2031-05-05".len()).then(|| format!("{text}T00:00:00Z"));
        let Some(start) = day.and_then(|day| record::parse_time(&day)) else {
            return wrong("no_date", "say by which day it is looked at again: 2031-05-05");
        };
        let end = start + Span::DAY;
        if end <= self.now + Span::DAY {
            return wrong("date_passed", "the day of the review is after today");
        }
        if end > self.now + days(longest_d) {
            return wrong("date_too_far", format!("the review is within {longest_d} days"));
        }
        Ok(end)
    }

    fn act(&self) -> Act {
        Act { by: self.by.to_owned(), at: self.now }
    }

    fn row(
        &self,
        kind: DecisionKind,
        (plant, thing): (&PlantPicture, Option<EquipmentId>),
        (kinds, nations): (BTreeSet<FactKind>, BTreeSet<NationId>),
        why: &str,
    ) -> Result<DecisionRow, Refusal> {
        Ok(DecisionRow {
            id: 0,
            kind,
            owner: self.owner.to_owned(),
            what: agreement::Subject { plant: plant.id.clone(), thing },
            kinds,
            nations,
            organisations: BTreeSet::new(),
            narrowing: None,
            reason: reason(why)?,
            made: self.act(),
            review: self.now,
            agreed: None,
            ended: None,
            alarmed: None,
        })
    }

    /// The agreements of the files, and after them what was decided.
    fn agreements(&self) -> Vec<Agreement> {
        let mut agreements = self.picture.agreements.clone();
        if let Some(plant) = self.picture.plants.first() {
            let hub = &plant.label.originator;
            agreements.push(super::ledger::in_force(self.rows, hub, self.now));
        }
        agreements
    }
}

fn days(count: i64) -> Span {
    Span::from_secs(count * 86_400)
}

fn reason(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().count() < SHORTEST_REASON {
        return wrong("no_reason", "say why, in a sentence: others will read it at the review");
    }
    if text.len() > LONGEST_REASON {
        return wrong("reason_too_long", format!("the reason has at most {LONGEST_REASON} bytes"));
    }
    if text.chars().any(char::is_control) {
        return wrong("not_plain", "the reason is plain text on one line");
    }
    if marking_above_controlled(text).is_some() {
        let reason = "the reason is marked higher than this hub may hold; nothing of it was kept";
        return wrong("spillage", reason);
    }
    Ok(text.to_owned())
}

fn thing(plant: &PlantPicture, id: Option<&str>) -> Result<Option<EquipmentId>, Refusal> {
    let Some(text) = id.filter(|id| !id.is_empty()) else { return Ok(None) };
    let known = EquipmentId::new(text).ok().filter(|id| plant.thing(id).is_some());
    if known.is_some() {
        return Ok(known);
    }
    let text: String = text.chars().take(40).collect();
    wrong("unknown_thing", format!("{} has nothing called {text:?}", plant.name))
}

fn kinds(words: &[String]) -> Result<BTreeSet<FactKind>, Refusal> {
    let find = |word: &String| {
        FactKind::of_word(word).ok_or_else(|| {
            let known: Vec<&str> = FactKind::ALL.into_iter().map(FactKind::word).collect();
            let word: String = word.chars().take(40).collect();
            let reason = format!("{word:?} is no kind of fact ({})", known.join(", "));
            Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_kind", reason)
        })
    };
    words.iter().map(find).collect()
}

/// Whether anything of the plant goes to others than before.
fn changes(
    plant: &PlantPicture,
    kinds: &BTreeSet<FactKind>,
    before: &[Agreement],
    after: &[Agreement],
) -> bool {
    let all = FactKind::ALL.into_iter().filter(|kind| kinds.is_empty() || kinds.contains(kind));
    let things = plant.things.iter().map(|thing| {
        let things = std::iter::once(&thing.id).chain(&thing.parts_of).collect::<Vec<_>>();
        (thing.label.as_ref().unwrap_or(&plant.label), things)
    });
    let suppliers = plant.suppliers.iter().map(|(_, label)| (label, Vec::new()));
    let subjects: Vec<(&Label, Vec<&EquipmentId>)> =
        std::iter::once((&plant.label, Vec::new())).chain(things).chain(suppliers).collect();
    all.into_iter().any(|kind| {
        subjects.iter().any(|(own, things)| {
            let subject = Subject { plant: &plant.id, things, kind, now: plant.now };
            let label = |agreements: &[Agreement]| {
                let label = match kind.is_finding() {
                    true => Some(bound_of_finding(agreements, own, &subject)),
                    false => label_of_fact(agreements, own, &subject).ok(),
                };
                label.map(|label| (label.releasable_to, label.display_only, label.organisations))
            };
            label(before) != label(after)
        })
    })
}
