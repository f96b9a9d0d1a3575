//! The gate: one bit test per (label, audience, action) on every way out.
//!
//! Labels and audiences are interned, and a [`Rule`] is asked once for each pair, when the later
//! of the two is first met. What the gate has not decided is withheld. Another rule is another
//! generation: everything is decided anew before anything is released under it.

use std::{collections::BTreeMap, sync::Arc};

use thiserror::Error;
use twin::{Audience, Label};

use crate::rule::{Action, Rule};

/// The most labels a gate keeps; a hub has hundreds.
pub const MOST_LABELS: usize = 100_000;
/// The most audiences a gate keeps; a programme has tens.
pub const MOST_AUDIENCES: usize = 4_096;

/// Decides what may go out to whom, and makes [`Released`] values of it. Without a rule it
/// withholds everything.
#[derive(Clone, Debug)]
pub struct Gate {
    rule: Option<Arc<dyn Rule>>,
    generation: u64,
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
    generation: u64,
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

    /// The generation of the rule under which it was released.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Another form of the same facts. A plain function captures nothing, so nothing that was
    /// not released can slip in.
    pub fn map<U>(self, form: fn(T) -> U) -> Released<U> {
        Released { value: form(self.value), audience: self.audience, generation: self.generation }
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
            rule: None,
            generation: 0,
            labels: Vec::new(),
            label_ids: BTreeMap::new(),
            audiences: vec![Audience::Public],
            audience_ids: BTreeMap::from([(Audience::Public, AudienceId::PUBLIC)]),
            allowed: [Vec::new(), Vec::new(), Vec::new()],
        }
    }
}

impl Gate {
    /// A gate with a rule from the start.
    pub fn new(rule: Arc<dyn Rule>, generation: u64) -> Self {
        Self { rule: Some(rule), generation, ..Self::default() }
    }

    /// Puts another rule in force: every known label is decided anew for every known audience.
    /// What was released before carries the generation of before.
    pub fn adopt(&mut self, rule: Arc<dyn Rule>, generation: u64) {
        self.rule = Some(rule);
        self.generation = generation;
        self.allowed = [Vec::new(), Vec::new(), Vec::new()];
        for id in 0..self.labels.len() {
            self.decide_label(id);
        }
    }

    /// The generation of the rule in force; 0 before the first.
    pub fn generation(&self) -> u64 {
        self.generation
    }

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
        let id = self.labels.len();
        self.labels.push(label.clone());
        self.decide_label(id);
        self.label_ids.insert(label.clone(), LabelId(id as u32));
        Ok(LabelId(id as u32))
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
        for (at, label) in self.labels.iter().enumerate() {
            let decided = decided(self.rule.as_deref(), label, audience);
            for (rows, allowed) in self.allowed.iter_mut().zip(decided) {
                append_bit(&mut rows[at], id.0 as usize, allowed);
            }
        }
        self.audiences.push(audience.clone());
        self.audience_ids.insert(audience.clone(), id);
        Ok(id)
    }

    /// Decides the label at that place for every audience, as the next row.
    fn decide_label(&mut self, at: usize) {
        let mut rows = [Vec::new(), Vec::new(), Vec::new()];
        let (label, audiences) = (&self.labels[at], &self.audiences);
        let nothing = || vec![[false; 3]; audiences.len()];
        let rule = self.rule.as_deref();
        let all = rule.map_or_else(nothing, |rule| rule.decide_each(label, audiences));
        for (place, decided) in all.into_iter().enumerate() {
            for (row, allowed) in rows.iter_mut().zip(decided) {
                append_bit(row, place, allowed);
            }
        }
        for (all, row) in self.allowed.iter_mut().zip(rows) {
            all.push(row);
        }
    }

    /// The audience of that id.
    pub fn audience_of(&self, id: AudienceId) -> &Audience {
        &self.audiences[id.0 as usize]
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
        self.allows(fact.label, audience, Action::See).then_some(Released {
            value: fact.value,
            audience,
            generation: self.generation,
        })
    }

    /// Releases what may be looked at of many values.
    pub fn select<T>(
        &self,
        facts: impl IntoIterator<Item = Labelled<T>>,
        audience: AudienceId,
    ) -> Selection<T> {
        self.select_to(Action::See, facts, audience)
    }

    /// Releases those of many values with which the audience may do that.
    pub fn select_to<T>(
        &self,
        action: Action,
        facts: impl IntoIterator<Item = Labelled<T>>,
        audience: AudienceId,
    ) -> Selection<T> {
        let mut withheld = false;
        let mut value = Vec::new();
        for fact in facts {
            if self.allows(fact.label, audience, action) {
                value.push(fact.value);
            } else {
                withheld = true;
            }
        }
        let released = Released { value, audience, generation: self.generation };
        Selection { released, withheld }
    }
}

/// What the rule says, in the order of [`Action::ALL`]; nothing is allowed without a rule.
fn decided(rule: Option<&dyn Rule>, label: &Label, audience: &Audience) -> [bool; 3] {
    rule.map_or([false; 3], |rule| rule.decide(label, audience))
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
mod tests;
