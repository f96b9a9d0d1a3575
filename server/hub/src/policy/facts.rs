//! What policies are told of whoever asks and of what is asked for, as the schema promises.

use cedar_policy::{Context, Entities, Entity, EntityUid, Request, RestrictedExpression};
use release::Action;
use thiserror::Error;
use twin::{
    Audience, Label, NationId,
    label::{Affiliation, Classification, Members},
};

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asker<'a> {
    /// Whoever has the rights of an audience.
    Audience(&'a Audience),
    /// Whoever looks after the hub, by that role alone.
    Administrator,
}

/// What is asked cannot be said in Cedar.
#[derive(Debug, Error)]
#[error("{0}")]
pub(crate) struct NotTold(String);

/// The names of askers, facts and actions in Cedar. A question is about one of each.
#[derive(Debug)]
pub(super) struct Things {
    anybody: EntityUid,
    administrator: EntityUid,
    member: EntityUid,
    fact: EntityUid,
    actions: [EntityUid; 3],
}

fn not_told(error: impl std::fmt::Display) -> NotTold {
    NotTold(error.to_string())
}

fn named(kind: &str, name: &str) -> Result<EntityUid, NotTold> {
    format!("{kind}::{name:?}").parse().map_err(not_told)
}

/// What is the same for every question.
pub(super) fn context(hub: &NationId) -> Result<Context, NotTold> {
    Context::from_pairs([("hubNation".to_owned(), text(hub.as_str()))]).map_err(not_told)
}

impl Things {
    pub(super) fn new() -> Result<Self, NotTold> {
        let [see, export, federate] = Action::ALL.map(|action| named("Action", action.word()));
        Ok(Self {
            anybody: named("Anybody", "anybody")?,
            administrator: named("Administrator", "administrator")?,
            member: named("Member", "member")?,
            fact: named("Fact", "fact")?,
            actions: [see?, export?, federate?],
        })
    }

    /// The asker's name.
    pub(super) fn principal(&self, asker: Asker<'_>) -> &EntityUid {
        match asker {
            Asker::Administrator => &self.administrator,
            Asker::Audience(Audience::Public) => &self.anybody,
            Asker::Audience(Audience::Member { .. }) => &self.member,
        }
    }

    /// A question. It is not compared with the schema, to which the policies were: the types of
    /// what is told are those of the schema, which a test holds.
    pub(super) fn request(
        &self,
        principal: &EntityUid,
        action: Action,
        context: Context,
    ) -> Result<Request, NotTold> {
        let action = self.actions[action as usize].clone();
        Request::new(principal.clone(), action, self.fact.clone(), context, None).map_err(not_told)
    }

    /// The asker and the fact with all that the schema knows of them.
    pub(super) fn told(&self, fact: &Entity, asker: Asker<'_>) -> Result<Entities, NotTold> {
        Entities::from_entities([self.asker(asker)?, fact.clone()], None).map_err(not_told)
    }

    /// The fact with all that the schema knows of it.
    pub(super) fn fact(&self, label: &Label) -> Result<Entity, NotTold> {
        entity(&self.fact, attributes(label))
    }

    fn asker(&self, asker: Asker<'_>) -> Result<Entity, NotTold> {
        match asker {
            Asker::Audience(Audience::Member {
                nation,
                organisation,
                affiliation,
                holds,
                ceiling,
            }) => entity(
                &self.member,
                [
                    ("nation", text(nation.as_str())),
                    ("organisation", text(organisation.as_str())),
                    ("affiliation", text(affiliation_word(*affiliation))),
                    ("holds", texts(holds.iter().map(AsRef::as_ref))),
                    ("ceiling", level(*ceiling)),
                ],
            ),
            other => entity(self.principal(other), []),
        }
    }
}

fn attributes(label: &Label) -> [(&'static str, RestrictedExpression); 12] {
    let nations = |nations: &std::collections::BTreeSet<NationId>| {
        texts(nations.iter().map(|nation| nation.as_str()))
    };
    let (every_organisation, organisations) = match &label.organisations {
        Members::All => (true, texts([])),
        Members::Only(some) => (false, texts(some.iter().map(|one| one.as_str()))),
    };
    let (every_affiliation, affiliations) = match &label.affiliations {
        Members::All => (true, texts([])),
        Members::Only(some) => (false, texts(some.iter().map(|one| affiliation_word(*one)))),
    };
    [
        ("policy", text(&label.policy)),
        ("classification", level(label.classification)),
        ("releasableTo", nations(&label.releasable_to)),
        ("displayOnly", nations(&label.display_only)),
        ("everyOrganisation", RestrictedExpression::new_bool(every_organisation)),
        ("organisations", organisations),
        ("everyAffiliation", RestrictedExpression::new_bool(every_affiliation)),
        ("affiliations", affiliations),
        ("needs", texts(label.needs.iter().map(AsRef::as_ref))),
        ("originatorNation", text(label.originator.nation.as_str())),
        ("originatorOrganisation", text(label.originator.organisation.as_str())),
        ("originNations", texts(label.originators().map(|by| by.nation.as_str()))),
    ]
}

fn entity(
    uid: &EntityUid,
    attributes: impl IntoIterator<Item = (&'static str, RestrictedExpression)>,
) -> Result<Entity, NotTold> {
    let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value));
    Entity::new_with_tags(uid.clone(), attributes, [], []).map_err(not_told)
}

fn text(text: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(text.to_owned())
}

fn texts<'a>(all: impl IntoIterator<Item = &'a str>) -> RestrictedExpression {
    RestrictedExpression::new_set(all.into_iter().map(text))
}

/// Classifications by rank, so that policies can compare them.
fn level(classification: Classification) -> RestrictedExpression {
    RestrictedExpression::new_long(match classification {
        Classification::Public => 0,
        Classification::Unclassified => 1,
        Classification::Controlled => 2,
    })
}

fn affiliation_word(affiliation: Affiliation) -> &'static str {
    match affiliation {
        Affiliation::Government => "government",
        Affiliation::Military => "military",
        Affiliation::Contractor => "contractor",
    }
}
