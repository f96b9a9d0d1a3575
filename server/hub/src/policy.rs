//! Who may do what with a fact: the Cedar policies in force, and why they say so.
//!
//! A gate asks [`Policies`] once for each (audience, label) and remembers the answer, so that
//! nothing is evaluated while values are on their way out. `files` reads and checks the policies,
//! `facts` tells them about labels and audiences, `watch` puts changed ones in force. This is the
//! only place that knows Cedar.

mod facts;
mod files;
mod watch;

use std::collections::BTreeMap;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicyId, PolicySet,
};
use release::{Action, Rule};
use serde::Serialize;
use twin::{Audience, Label, NationId};

pub(crate) use facts::Asker;
use facts::Things;
pub use files::PolicyError;
pub(crate) use files::{Files, Loaded, Source};
pub(crate) use watch::watch;

/// Policies that were read, checked against the schema, and can be asked.
#[derive(Debug)]
pub struct Policies {
    set: PolicySet,
    authorizer: Authorizer,
    things: Things,
    context: Context,
    says: BTreeMap<String, String>,
}

/// What the policies say to one question, and which of them decided it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Why {
    /// Whether it may be done.
    pub(crate) allowed: bool,
    /// The policies that permitted it, or forbade it. None when nothing permits it.
    pub(crate) by: Vec<Said>,
}

/// A policy that decided something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Said {
    /// Its `@id`.
    pub(crate) id: String,
    /// Its `@says`.
    pub(crate) says: String,
}

impl Policies {
    /// The policies that are part of the program, for a hub of that nation.
    ///
    /// # Errors
    /// [`PolicyError::Wrong`]; a test keeps that from being released.
    pub fn built_in(hub: &NationId) -> Result<Self, PolicyError> {
        Source::BuiltIn.load(hub).map(|loaded| loaded.policies)
    }

    fn new(
        set: PolicySet,
        hub: &NationId,
        says: BTreeMap<String, String>,
    ) -> Result<Self, facts::NotTold> {
        let things = Things::new()?;
        let context = facts::context(hub)?;
        Ok(Self { set, authorizer: Authorizer::new(), things, context, says })
    }

    /// What the policies say to whoever asks, and which of them decide.
    pub(crate) fn explain(&self, label: &Label, asker: Asker<'_>, action: Action) -> Why {
        let Some((principal, told)) = self.fact(label).and_then(|fact| self.told(&fact, asker))
        else {
            return Why { allowed: false, by: Vec::new() };
        };
        let (allowed, by) = self.ask(principal, action, &told);
        let mut by: Vec<Said> = by.iter().map(|id| self.said(id)).collect();
        by.sort_by(|a, b| a.id.cmp(&b.id));
        Why { allowed, by }
    }

    /// How many policies there are.
    pub(crate) fn count(&self) -> usize {
        self.says.len()
    }

    fn said(&self, id: &PolicyId) -> Said {
        let id: &str = id.as_ref();
        Said { id: id.to_owned(), says: self.says.get(id).cloned().unwrap_or_default() }
    }

    /// A fact of that label as Cedar knows it; `None`, and nothing is allowed, when it cannot be
    /// told.
    fn fact(&self, label: &Label) -> Option<Entity> {
        or_withheld(self.things.fact(label))
    }

    /// The asker and the fact as Cedar knows them; `None` as above.
    fn told(&self, fact: &Entity, asker: Asker<'_>) -> Option<(&EntityUid, Entities)> {
        let told = or_withheld(self.things.told(fact, asker))?;
        Some((self.things.principal(asker), told))
    }

    fn decided(&self, fact: &Entity, audience: &Audience) -> [bool; 3] {
        let Some((principal, told)) = self.told(fact, Asker::Audience(audience)) else {
            return [false; 3];
        };
        Action::ALL.map(|action| self.ask(principal, action, &told).0)
    }

    fn ask(&self, principal: &EntityUid, action: Action, told: &Entities) -> (bool, Vec<PolicyId>) {
        let request = self.things.request(principal, action, self.context.clone());
        let request = match request {
            Ok(request) => request,
            Err(error) => {
                tracing::error!(%error, "policies cannot be asked; nothing is allowed");
                return (false, Vec::new());
            }
        };
        let response = self.authorizer.is_authorized(&request, &self.set, told);
        let diagnostics = response.diagnostics();
        // Cedar leaves out a policy that cannot be evaluated. It may have been one that forbids.
        let mut failed = false;
        for error in diagnostics.errors() {
            tracing::error!(%error, "a policy could not be evaluated; nothing is allowed");
            failed = true;
        }
        let allowed = response.decision() == Decision::Allow && !failed;
        let by = if failed { Vec::new() } else { diagnostics.reason().cloned().collect() };
        (allowed, by)
    }
}

impl Rule for Policies {
    fn allows(&self, label: &Label, audience: &Audience, action: Action) -> bool {
        self.decide(label, audience)[action as usize]
    }

    fn decide(&self, label: &Label, audience: &Audience) -> [bool; 3] {
        self.fact(label).map_or([false; 3], |fact| self.decided(&fact, audience))
    }

    fn decide_each(&self, label: &Label, audiences: &[Audience]) -> Vec<[bool; 3]> {
        let fact = self.fact(label);
        let decided =
            |audience| fact.as_ref().map_or([false; 3], |fact| self.decided(fact, audience));
        audiences.iter().map(decided).collect()
    }
}

fn or_withheld<T>(told: Result<T, facts::NotTold>) -> Option<T> {
    let failed = |error: &facts::NotTold| {
        tracing::error!(%error, "policies cannot be told of a label; it is withheld");
    };
    told.inspect_err(failed).ok()
}

#[cfg(test)]
mod tests;
