//! The record of a label. Nothing about who may know is ever assumed: what permits and what
//! restricts must be written, an empty set means nobody, and a field that this version does not
//! know is an error, because it may be a restriction.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use twin::{
    Label, NationId,
    label::{Affiliation, Classification, Members, Originator},
};

use crate::{RecordError, TimeRecord, Word, read::id};

/// Who may know a fact, who says so, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Label")]
pub struct LabelRecord {
    /// Whose vocabulary this is.
    pub policy: Word,
    /// How sensitive.
    pub classification: ClassificationRecord,
    /// Nations it may be handed to; empty means nobody.
    pub releasable_to: BTreeSet<Word>,
    /// Nations that may look and not keep; disjoint from `releasable_to`.
    pub display_only: BTreeSet<Word>,
    /// Organisations that may know: `"all"`, or a list; empty means nobody.
    pub organisations: MembersRecord<Word>,
    /// Affiliations that may know: `"all"`, or a list; empty means nobody.
    pub affiliations: MembersRecord<AffiliationRecord>,
    /// What the reader must hold, all of it.
    pub needs: BTreeSet<Word>,
    /// Marks shown and never enforced.
    pub information: BTreeSet<Word>,
    /// Who made it known.
    pub originator: OriginatorRecord,
    /// Whose facts it was computed from; left out for what the originator knows of their own.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub derived_from: BTreeSet<OriginatorRecord>,
    /// When the label was made.
    pub created: TimeRecord,
    /// When it must be looked at again.
    pub review: TimeRecord,
    /// Until when it holds, for a timed release.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<TimeRecord>,
    /// The policy's name for the label that follows after `until`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<Word>,
    /// Revision of the registry of nations and groups it was written against.
    pub registry_revision: u32,
    /// Why it is narrower than the programme's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How sensitive a fact is. Anything higher has no name here and is refused.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Classification")]
pub enum ClassificationRecord {
    /// Anybody may know.
    Public,
    /// Official, not sensitive.
    Unclassified,
    /// Controlled unclassified information.
    Controlled,
}

/// What an audience belongs to.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Affiliation")]
pub enum AffiliationRecord {
    /// A government body.
    Government,
    /// Armed forces.
    Military,
    /// A firm under contract.
    Contractor,
}

/// `"all"`, or a list of members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum MembersRecord<T: Ord> {
    /// No restriction of this kind.
    All(AllMembers),
    /// These only; empty means nobody.
    Only(BTreeSet<T>),
}

/// The word `all`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum AllMembers {
    /// `all`
    #[serde(rename = "all")]
    All,
}

/// Who made a fact known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Originator")]
pub struct OriginatorRecord {
    /// Nation, by the registry in force.
    pub nation: Word,
    /// Firm or authority.
    pub organisation: Word,
}

impl TryFrom<LabelRecord> for Label {
    type Error = RecordError;

    fn try_from(record: LabelRecord) -> Result<Self, RecordError> {
        let nations = |field, words: &BTreeSet<Word>| {
            words.iter().map(|word| id(field, word)).collect::<Result<BTreeSet<NationId>, _>>()
        };
        let releasable_to = nations("releasable_to", &record.releasable_to)?;
        let display_only = nations("display_only", &record.display_only)?;
        if let Some(nation) = releasable_to.intersection(&display_only).next() {
            return Err(RecordError::Overlap { nation: nation.clone() });
        }
        let organisations = match &record.organisations {
            MembersRecord::All(AllMembers::All) => Members::All,
            MembersRecord::Only(words) => {
                let ids = words.iter().map(|word| id("organisations", word));
                Members::Only(ids.collect::<Result<_, _>>()?)
            }
        };
        let affiliations = match &record.affiliations {
            MembersRecord::All(AllMembers::All) => Members::All,
            MembersRecord::Only(some) => Members::Only(some.iter().map(|a| (*a).into()).collect()),
        };
        Ok(Self {
            policy: record.policy.0,
            classification: record.classification.into(),
            releasable_to,
            display_only,
            organisations,
            affiliations,
            needs: record.needs.into_iter().map(|token| token.0).collect(),
            information: record.information.into_iter().map(|token| token.0).collect(),
            originator: originator(&record.originator)?,
            derived_from: record.derived_from.iter().map(originator).collect::<Result<_, _>>()?,
            created: record.created.read("created")?,
            review: record.review.read("review")?,
            until: record.until.map(|until| until.read("until")).transpose()?,
            successor: record.successor.map(|word| word.0),
            registry_revision: record.registry_revision,
            reason: record.reason,
        })
    }
}

impl From<&Label> for LabelRecord {
    fn from(label: &Label) -> Self {
        let organisations = match &label.organisations {
            Members::All => MembersRecord::All(AllMembers::All),
            Members::Only(ids) => {
                MembersRecord::Only(ids.iter().map(|id| Word::new(id.as_str())).collect())
            }
        };
        let affiliations = match &label.affiliations {
            Members::All => MembersRecord::All(AllMembers::All),
            Members::Only(some) => MembersRecord::Only(some.iter().map(|a| (*a).into()).collect()),
        };
        Self {
            policy: Word(label.policy.clone()),
            classification: label.classification.into(),
            releasable_to: label.releasable_to.iter().map(|id| Word::new(id.as_str())).collect(),
            display_only: label.display_only.iter().map(|id| Word::new(id.as_str())).collect(),
            organisations,
            affiliations,
            needs: label.needs.iter().cloned().map(Word).collect(),
            information: label.information.iter().cloned().map(Word).collect(),
            originator: (&label.originator).into(),
            derived_from: label.derived_from.iter().map(OriginatorRecord::from).collect(),
            created: label.created.into(),
            review: label.review.into(),
            until: label.until.map(TimeRecord::from),
            successor: label.successor.clone().map(Word),
            registry_revision: label.registry_revision,
            reason: label.reason.clone(),
        }
    }
}

fn originator(record: &OriginatorRecord) -> Result<Originator, RecordError> {
    Ok(Originator {
        nation: id("originator.nation", &record.nation)?,
        organisation: id("originator.organisation", &record.organisation)?,
    })
}

impl From<&Originator> for OriginatorRecord {
    fn from(originator: &Originator) -> Self {
        Self {
            nation: Word::new(originator.nation.as_str()),
            organisation: Word::new(originator.organisation.as_str()),
        }
    }
}

macro_rules! mirrored {
    ($record:ident $twin:ident: $($name:ident)*) => {
        impl From<$record> for $twin {
            fn from(record: $record) -> Self {
                match record { $($record::$name => Self::$name,)* }
            }
        }
        impl From<$twin> for $record {
            fn from(twin: $twin) -> Self {
                match twin { $($twin::$name => Self::$name,)* }
            }
        }
    };
}

mirrored!(ClassificationRecord Classification: Public Unclassified Controlled);
mirrored!(AffiliationRecord Affiliation: Government Military Contractor);
