//! Labels: who may know. A thing's own label is the plant's with some keys narrowed, and says why.

use std::collections::BTreeSet;

use twin::{
    Label, NationId, OrganisationId, PlantTime,
    label::{Affiliation, Classification, Members, Originator, Token},
};

use super::Context;
use crate::{
    names::Kind,
    reader::{Reader, Value},
    when::{self, BareDate},
};

pub(super) const CLASSIFICATIONS: [(&str, Classification); 3] = [
    ("public", Classification::Public),
    ("unclassified", Classification::Unclassified),
    ("controlled", Classification::Controlled),
];

pub(super) const AFFILIATIONS: [(&str, Affiliation); 3] = [
    ("government", Affiliation::Government),
    ("military", Affiliation::Military),
    ("contractor", Affiliation::Contractor),
];

/// Everybody, written where a list of members may stand.
const ALL: &str = "all";

impl Context<'_, '_> {
    /// The plant's own label.
    pub(super) fn label(&self, reader: Reader<'_>) -> Option<Label> {
        for key in ["policy", "classification", "releasable_to", "created", "review"] {
            reader.need(key);
        }
        let originator =
            Originator { nation: self.nation.clone(), organisation: self.organisation.clone() };
        let nobody = Label {
            policy: "none".into(),
            classification: Classification::Controlled,
            releasable_to: BTreeSet::new(),
            display_only: BTreeSet::new(),
            organisations: Members::All,
            affiliations: Members::All,
            needs: BTreeSet::new(),
            information: BTreeSet::new(),
            originator,
            derived_from: BTreeSet::new(),
            created: PlantTime::default(),
            review: PlantTime::default(),
            until: None,
            successor: None,
            registry_revision: 1,
            reason: None,
        };
        let label = self.changed(nobody, &reader);
        reader.finish();
        Some(label)
    }

    /// A thing's own label where it has one: the plant's, changed, with the reason.
    pub(super) fn own_label(&self, reader: &Reader<'_>, plant: Option<&Label>) -> Option<Label> {
        let table = reader.get("label")?.table("a label")?;
        table.need("reason");
        let label = plant.map(|plant| self.changed(plant.clone(), &table));
        if let (Some(plant), Some(label)) = (plant, &label)
            && label.classification < plant.classification
        {
            table.log.error(table.at, "a thing's own label may not lower the classification");
        }
        table.finish();
        label
    }

    fn changed(&self, mut label: Label, reader: &Reader<'_>) -> Label {
        if let Some(policy) = reader.get("policy").and_then(Value::text) {
            label.policy = policy.into();
        }
        if let Some(found) = reader.get("classification").and_then(|v| v.one_of(&CLASSIFICATIONS)) {
            label.classification = found;
        }
        if let Some(value) = reader.get("releasable_to") {
            label.releasable_to = self.nations(value);
        }
        if let Some(value) = reader.get("display_only") {
            label.display_only = self.nations(value);
            if label.display_only.iter().any(|n| label.releasable_to.contains(n)) {
                let text = "a nation is either in releasable_to or in display_only, not in both";
                reader.log.error(value.at, text);
            }
        }
        if let Some(value) = reader.get("organisations") {
            label.organisations =
                members(value, |v| self.registered::<OrganisationId>(v, &[Kind::Organisation]));
        }
        if let Some(value) = reader.get("affiliations") {
            label.affiliations = members(value, |v| v.one_of(&AFFILIATIONS));
        }
        if let Some(value) = reader.get("needs") {
            label.needs = tokens(value);
        }
        if let Some(value) = reader.get("information") {
            label.information = tokens(value);
        }
        if let Some(originator) = reader.get("originator").and_then(|v| self.originator(v)) {
            label.originator = originator;
        }
        self.dates(label, reader)
    }

    fn dates(&self, mut label: Label, reader: &Reader<'_>) -> Label {
        if let Some(at) = self.date(reader, "created") {
            label.created = at;
        }
        if let Some(at) = self.date(reader, "review") {
            label.review = at;
        }
        label.until = self.date(reader, "until").or(label.until);
        label.successor =
            reader.get("successor").and_then(Value::text).map(Into::into).or(label.successor);
        if let Some(revision) = reader.get("registry_revision").and_then(|v| v.count(1, u32::MAX)) {
            label.registry_revision = revision;
        }
        if let Some(reason) = reader.get("reason").and_then(Value::text) {
            label.reason = Some(reason.to_owned());
        }
        label
    }

    fn originator(&self, value: Value<'_>) -> Option<Originator> {
        let table = value.table("an originator")?;
        let nation = table.need("nation").and_then(|v| self.registered(v, &[Kind::Nation]));
        let organisation =
            table.need("organisation").and_then(|v| self.registered(v, &[Kind::Organisation]));
        table.finish();
        Some(Originator { nation: nation?, organisation: organisation? })
    }

    fn nations(&self, value: Value<'_>) -> BTreeSet<NationId> {
        let nations = value.list().into_iter();
        nations.filter_map(|v| self.registered(v, &[Kind::Nation])).collect()
    }

    /// A date that begins at its midnight.
    pub(super) fn date(&self, reader: &Reader<'_>, key: &'static str) -> Option<PlantTime> {
        reader.get(key)?.moment(&self.zone, BareDate::Start)
    }

    /// A date that is kept until its midnight.
    pub(super) fn due(&self, reader: &Reader<'_>) -> Option<PlantTime> {
        reader.need("due")?.moment(&self.zone, BareDate::End)
    }
}

impl Value<'_> {
    /// A moment, written as a text or as a TOML date.
    pub(crate) fn moment(self, zone: &jiff::tz::TimeZone, bare: BareDate) -> Option<PlantTime> {
        let text = self.date_text()?;
        when::parse(&text, zone, bare).map_err(|text| self.log.error(self.at, text)).ok()
    }
}

pub(super) fn members<T: Ord>(
    value: Value<'_>,
    read: impl Fn(Value<'_>) -> Option<T>,
) -> Members<T> {
    match value.if_text() {
        Some(ALL) => Members::All,
        _ => Members::Only(value.list().into_iter().filter_map(read).collect()),
    }
}

pub(super) fn tokens(value: Value<'_>) -> BTreeSet<Token> {
    value.list().into_iter().filter_map(Value::text).map(Token::from).collect()
}
