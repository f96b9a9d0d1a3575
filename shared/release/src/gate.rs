//! The gate: one bit test per (label, audience, action) on every way out.
//!
//! Labels and audiences are interned, and the decision for each pair is computed once, when the
//! later of the two is first met. What the gate has not decided is withheld.

use std::collections::BTreeMap;

use thiserror::Error;
use twin::{Audience, Label, label::Classification};

/// The most labels a gate keeps; a hub has hundreds.
pub const MOST_LABELS: usize = 100_000;
/// The most audiences a gate keeps; a programme has tens.
pub const MOST_AUDIENCES: usize = 4_096;

/// Decides what may go out to whom, and makes [`Released`] values of it.
#[derive(Clone, Debug)]
pub struct Gate {
    labels: Vec<Label>,
    label_ids: BTreeMap<Label, LabelId>,
    audiences: Vec<Audience>,
    audience_ids: BTreeMap<Audience, AudienceId>,
    /// For each action and label: one bit for each audience.
    allowed: [Vec<Vec<u64>>; 3],
}

/// A label known to a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LabelId(u32);

/// An audience known to a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AudienceId(u32);

impl AudienceId {
    /// Anybody at all.
    pub const PUBLIC: Self = Self(0);
}

/// What is to be done with a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Look at it.
    See,
    /// Keep a copy.
    Export,
    /// Hand it to another hub.
    Federate,
}

impl Action {
    const ALL: [Self; 3] = [Self::See, Self::Export, Self::Federate];
}

/// A value and who may know it.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelled<T> {
    /// The value.
    pub value: T,
    /// Who may know.
    pub label: LabelId,
}

/// A value that may go out to one audience. Only a [`Gate`] makes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Released<T> {
    value: T,
    audience: AudienceId,
}

impl<T> Released<T> {
    /// The value, to be encoded.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// To whom it may go.
    pub fn audience(&self) -> AudienceId {
        self.audience
    }

    /// Another form of the same facts. A plain function captures nothing, so nothing that was
    /// not released can slip in.
    pub fn map<U>(self, form: fn(T) -> U) -> Released<U> {
        Released { value: form(self.value), audience: self.audience }
    }
}

/// What passed the gate, and whether anything did not.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection<T> {
    /// What passed.
    pub released: Released<Vec<T>>,
    /// Whether anything was withheld.
    pub withheld: bool,
}

/// Too many different labels or audiences; new ones are refused, which withholds their facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GateFull {
    /// See [`MOST_LABELS`].
    #[error("more than {MOST_LABELS} different labels")]
    Labels,
    /// See [`MOST_AUDIENCES`].
    #[error("more than {MOST_AUDIENCES} different audiences")]
    Audiences,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            labels: Vec::new(),
            label_ids: BTreeMap::new(),
            audiences: vec![Audience::Public],
            audience_ids: BTreeMap::from([(Audience::Public, AudienceId::PUBLIC)]),
            allowed: [Vec::new(), Vec::new(), Vec::new()],
        }
    }
}

impl Gate {
    /// The id of a label; decides it for every audience when it is new.
    ///
    /// # Errors
    /// [`GateFull::Labels`].
    pub fn label(&mut self, label: &Label) -> Result<LabelId, GateFull> {
        if let Some(&id) = self.label_ids.get(label) {
            return Ok(id);
        }
        if self.labels.len() >= MOST_LABELS {
            return Err(GateFull::Labels);
        }
        let id = LabelId(self.labels.len() as u32);
        for action in Action::ALL {
            let row = bits(self.audiences.iter().map(|audience| decide(label, audience, action)));
            self.allowed[action as usize].push(row);
        }
        self.labels.push(label.clone());
        self.label_ids.insert(label.clone(), id);
        Ok(id)
    }

    /// The id of an audience; decides every label for it when it is new.
    ///
    /// # Errors
    /// [`GateFull::Audiences`].
    pub fn audience(&mut self, audience: &Audience) -> Result<AudienceId, GateFull> {
        if let Some(&id) = self.audience_ids.get(audience) {
            return Ok(id);
        }
        if self.audiences.len() >= MOST_AUDIENCES {
            return Err(GateFull::Audiences);
        }
        let id = AudienceId(self.audiences.len() as u32);
        for action in Action::ALL {
            for (row, label) in self.allowed[action as usize].iter_mut().zip(&self.labels) {
                append_bit(row, id.0 as usize, decide(label, audience, action));
            }
        }
        self.audiences.push(audience.clone());
        self.audience_ids.insert(audience.clone(), id);
        Ok(id)
    }

    /// The label of that id.
    pub fn label_of(&self, id: LabelId) -> &Label {
        &self.labels[id.0 as usize]
    }

    /// Whether the audience may do that with facts of that label.
    pub fn allows(&self, label: LabelId, audience: AudienceId, action: Action) -> bool {
        let (word, bit) = (audience.0 as usize / 64, audience.0 as usize % 64);
        self.allowed[action as usize]
            .get(label.0 as usize)
            .and_then(|row| row.get(word))
            .is_some_and(|bits| bits >> bit & 1 == 1)
    }

    /// Releases a value to look at, or withholds it.
    pub fn release<T>(&self, fact: Labelled<T>, audience: AudienceId) -> Option<Released<T>> {
        self.allows(fact.label, audience, Action::See)
            .then_some(Released { value: fact.value, audience })
    }

    /// Releases what may be looked at of many values.
    pub fn select<T>(
        &self,
        facts: impl IntoIterator<Item = Labelled<T>>,
        audience: AudienceId,
    ) -> Selection<T> {
        let mut withheld = false;
        let mut value = Vec::new();
        for fact in facts {
            if self.allows(fact.label, audience, Action::See) {
                value.push(fact.value);
            } else {
                withheld = true;
            }
        }
        Selection { released: Released { value, audience }, withheld }
    }
}

/// The access rule of ADatP-4774 on one label and one audience.
///
/// Public facts are for everybody. Otherwise the reader must reach the classification, belong to
/// one of each permissive set, and hold every need. Whoever may only look may not export.
pub fn decide(label: &Label, audience: &Audience, action: Action) -> bool {
    match audience {
        Audience::Public => label.classification == Classification::Public,
        Audience::Member { nation, organisation, affiliation, holds, ceiling } => {
            let nation_allowed = label.releasable_to.contains(nation)
                || (action == Action::See && label.display_only.contains(nation));
            label.classification <= *ceiling
                && (nation_allowed || label.classification == Classification::Public)
                && label.organisations.contains(organisation)
                && label.affiliations.contains(affiliation)
                && label.needs.is_subset(holds)
        }
    }
}

fn bits(decisions: impl Iterator<Item = bool>) -> Vec<u64> {
    let mut row = Vec::new();
    for (at, allowed) in decisions.enumerate() {
        append_bit(&mut row, at, allowed);
    }
    row
}

fn append_bit(row: &mut Vec<u64>, at: usize, allowed: bool) {
    if at.is_multiple_of(64) {
        row.push(0);
    }
    if let Some(last) = row.last_mut() {
        *last |= u64::from(allowed) << (at % 64);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::combine::tests::{any_audience, any_label};

    proptest! {
        /// The bits agree with the rule, whichever of label and audience is met first.
        #[test]
        fn bits_agree_with_the_rule(
            labels in proptest::collection::vec(any_label(), 1..8),
            audiences in proptest::collection::vec(any_audience(), 1..80),
        ) {
            let mut gate = Gate::default();
            let half = labels.len() / 2;
            for label in &labels[..half] {
                gate.label(label).expect("few labels");
            }
            let ids: Vec<_> =
                audiences.iter().map(|a| gate.audience(a).expect("few audiences")).collect();
            for label in &labels {
                let id = gate.label(label).expect("few labels");
                for (audience, audience_id) in audiences.iter().zip(&ids) {
                    for action in Action::ALL {
                        prop_assert_eq!(
                            gate.allows(id, *audience_id, action),
                            decide(label, audience, action)
                        );
                    }
                }
            }
        }

        #[test]
        fn an_empty_releasable_set_is_nobody(label in any_label(), audience in any_audience()) {
            let nobody = Label {
                classification: Classification::Controlled,
                releasable_to: Default::default(),
                display_only: Default::default(),
                ..label
            };
            for action in Action::ALL {
                prop_assert!(!decide(&nobody, &audience, action));
            }
        }
    }
}
