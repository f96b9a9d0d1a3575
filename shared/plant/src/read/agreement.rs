//! `agreements/*.toml`: who shares what kind of fact with whom by default.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use twin::{
    AgreementId, FactKind, NationId, OrganisationId, Plant, PlantId, Span,
    agreement::{Agreement, Floor, Narrowing, Share, Subject, Terms, WithheldStep},
    definition::Organisation,
    label::{Classification, Members},
};

use super::{
    common::fixed,
    label::{AFFILIATIONS, CLASSIFICATIONS, members, tokens},
};
use crate::{
    names::{Kind, Names},
    problem::{Log, did_you_mean},
    reader::{Reader, Value},
    source::At,
    when::BareDate,
};

/// A share is looked at again after so long where the file does not say.
const USUAL_REVIEW: Span = Span::from_secs(365 * 86_400);

/// Everybody, written where a list may stand.
const ALL: &str = "all";

/// What a narrowing may be about.
const EQUIPMENT: &[Kind] =
    &[Kind::Area, Kind::WorkCenter, Kind::Unit, Kind::Storage, Kind::Resource];

const STEPS: [(&str, WithheldStep); 2] =
    [("role", WithheldStep::Role), ("omit", WithheldStep::Omit)];

/// An agreement, and where it says what, for checks that need the programme.
pub(crate) struct Draft {
    pub(crate) agreement: Agreement,
    at: At,
    shares_at: Vec<At>,
    floors_at: Vec<At>,
    narrowings_at: Vec<At>,
}

struct Writer<'w, 'a> {
    log: &'w Log<'a>,
    names: &'w Names<'w, 'a>,
    zone: &'w TimeZone,
}

/// Reads the file of one agreement.
pub(super) fn read(
    log: &Log<'_>,
    names: &Names<'_, '_>,
    zone: &TimeZone,
    root: Reader<'_>,
) -> Option<Draft> {
    let writer = Writer { log, names, zone };
    let head = root.need("agreement").and_then(|v| v.table("an agreement"));
    let shares = root.tables("share", "a share").into_iter();
    let (shares_at, shares) = shares.filter_map(|t| Some((t.at, writer.share(t)?))).unzip();
    let floors = root.tables("floor", "a floor").into_iter();
    let (floors_at, floors) = floors.filter_map(|t| Some((t.at, writer.floor(t)?))).unzip();
    let narrowings = root.tables("narrow", "a narrowing").into_iter();
    let (narrowings_at, narrowings) =
        narrowings.filter_map(|t| Some((t.at, writer.narrowing(t)?))).unzip();
    root.finish();
    let head = head?;
    let at = head.at;
    let agreement = writer.head(head)?;
    let agreement = Agreement { shares, floors, narrowings, ..agreement };
    Some(Draft { agreement, at, shares_at, floors_at, narrowings_at })
}

impl Writer<'_, '_> {
    /// The agreement without its shares, floors and narrowings.
    fn head(&self, table: Reader<'_>) -> Option<Agreement> {
        let id: Option<AgreementId> = table.need("id").and_then(|value| {
            let id: AgreementId = value.id()?;
            self.names.declare(None, Kind::Agreement, id.as_str(), value.at);
            Some(id)
        });
        let name = table.need("name").and_then(Value::text);
        let policy = table.need("policy").and_then(Value::text);
        let parties = table.need("parties").map(|v| self.nations(v));
        let signed = table.need("signed").and_then(|v| v.moment(self.zone, BareDate::Start));
        let until = table.need("until").and_then(|v| Some((v.at, self.end(v)?)));
        let reviewed_by = table.need("reviewed_by").and_then(|v| self.organisation(v));
        let contact = table.need("contact").and_then(Value::text);
        let coverage_counts = table.flag_or("coverage_counts", false);
        let withheld_step = table.get("withheld_step").and_then(|v| v.one_of(&STEPS));
        table.finish();
        let (signed, (until_at, until)) = (signed?, until?);
        if until <= signed {
            self.log.error(until_at, "the agreement ends before it is signed");
        }
        Some(Agreement {
            id: id?,
            name: name?.to_owned(),
            policy: policy?.into(),
            parties: parties?,
            signed,
            until,
            reviewed_by: reviewed_by?,
            contact: contact?.to_owned(),
            coverage_counts,
            withheld_step: withheld_step.unwrap_or(WithheldStep::Omit),
            shares: Vec::new(),
            floors: Vec::new(),
            narrowings: Vec::new(),
            // Files share and narrow; what is opened beyond a plant's file takes two people.
            releases: Vec::new(),
        })
    }

    fn end(&self, value: Value<'_>) -> Option<twin::PlantTime> {
        value.moment(self.zone, BareDate::End)
    }

    fn share(&self, table: Reader<'_>) -> Option<Share> {
        let by = table.need("by").map(|v| self.organisations(v));
        let kinds = table.need("kinds").map(|v| self.kinds(v, Wanted::Facts));
        let terms = self.terms(&table);
        table.finish();
        Some(Share { by: by?, kinds: kinds?, terms: terms? })
    }

    fn floor(&self, table: Reader<'_>) -> Option<Floor> {
        let finding = table.need("finding").and_then(|v| self.kind(v, Wanted::Findings));
        let terms = self.terms(&table);
        table.finish();
        Some(Floor { finding: finding?, terms: terms? })
    }

    fn terms(&self, table: &Reader<'_>) -> Option<Terms> {
        let classification = table
            .get("classification")
            .map_or(Some(Classification::Unclassified), |v| v.one_of(&CLASSIFICATIONS));
        let with = table.need("with");
        let releasable_to = with.map(|v| self.nations(v));
        let display_only = table.get("display_only").map(|v| (v.at, self.nations(v)));
        let organisations = table
            .get("organisations")
            .map_or(Members::All, |v| members(v, |v| self.organisation(v)));
        let affiliations = table
            .get("affiliations")
            .map_or(Members::All, |v| members(v, |v| v.one_of(&AFFILIATIONS)));
        let needs = table.get("needs").map(tokens).unwrap_or_default();
        let review = table.get("review").and_then(|v| fixed(v, v.time()?)).unwrap_or(USUAL_REVIEW);
        let releasable_to = releasable_to?;
        if let Some((at, display)) = &display_only
            && display.iter().any(|nation| releasable_to.contains(nation))
        {
            self.log.error(*at, "a nation stands either in with or in display_only, not in both");
        }
        Some(Terms {
            classification: classification?,
            releasable_to,
            display_only: display_only.map(|(_, nations)| nations).unwrap_or_default(),
            organisations,
            affiliations,
            needs,
            review,
        })
    }

    fn narrowing(&self, table: Reader<'_>) -> Option<Narrowing> {
        let plant: Option<PlantId> = table.need("plant").and_then(|value| {
            let plant: PlantId = value.id()?;
            self.names.mention(None, &[Kind::Plant], plant.as_str(), value.at);
            Some(plant)
        });
        let thing = table.get("thing").and_then(Value::id);
        let kinds = table.get("kinds").map(|v| self.kinds(v, Wanted::Any)).unwrap_or_default();
        let to = table.need("to").map(|v| self.nations(v));
        let reason = table.need("reason").and_then(Value::text);
        let person = table.need("person").and_then(Value::text);
        let review = table.need("review").and_then(|v| self.end(v));
        table.finish();
        Some(Narrowing {
            what: Subject { plant: plant?, thing },
            kinds,
            to: to?,
            reason: reason?.to_owned(),
            person: person?.to_owned(),
            review: review?,
        })
    }

    fn kinds(&self, value: Value<'_>, wanted: Wanted) -> BTreeSet<FactKind> {
        if value.if_text() == Some(ALL) {
            return FactKind::ALL.into_iter().filter(|kind| wanted.takes(*kind)).collect();
        }
        value.list().into_iter().filter_map(|v| self.kind(v, wanted)).collect()
    }

    fn kind(&self, value: Value<'_>, wanted: Wanted) -> Option<FactKind> {
        let text = value.text()?;
        if let Some(kind) = FactKind::of_word(text).filter(|kind| wanted.takes(*kind)) {
            return Some(kind);
        }
        let known = FactKind::ALL.into_iter().filter(|kind| wanted.takes(*kind));
        let words: Vec<&str> = known.map(FactKind::word).collect();
        let hint = did_you_mean(text, words.iter().copied());
        let (what, words) = (wanted.words(), words.join(", "));
        self.log.error(value.at, format!("\"{text}\" is not {what} ({words}){hint}"));
        None
    }

    fn nations(&self, value: Value<'_>) -> BTreeSet<NationId> {
        let nations = value.list().into_iter().filter_map(|value| {
            let nation: NationId = value.id()?;
            self.names.mention(None, &[Kind::Nation], nation.as_str(), value.at);
            Some(nation)
        });
        nations.collect()
    }

    fn organisations(&self, value: Value<'_>) -> BTreeSet<OrganisationId> {
        value.list().into_iter().filter_map(|v| self.organisation(v)).collect()
    }

    fn organisation(&self, value: Value<'_>) -> Option<OrganisationId> {
        let organisation: OrganisationId = value.id()?;
        self.names.mention(None, &[Kind::Organisation], organisation.as_str(), value.at);
        Some(organisation)
    }
}

/// Which kinds a key takes.
#[derive(Clone, Copy)]
enum Wanted {
    Facts,
    Findings,
    Any,
}

impl Wanted {
    fn takes(self, kind: FactKind) -> bool {
        match self {
            Self::Facts => !kind.is_finding(),
            Self::Findings => kind.is_finding(),
            Self::Any => true,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Facts => "a kind of fact that is shared",
            Self::Findings => "a kind of finding",
            Self::Any => "a kind of fact",
        }
    }
}

/// What can only be judged with the programme's registry and the plants.
pub(super) fn check(
    log: &Log<'_>,
    names: &Names<'_, '_>,
    drafts: &[Draft],
    organisations: &[Organisation],
    plants: &[(usize, Plant)],
) {
    let mut shared: BTreeSet<(&OrganisationId, FactKind)> = BTreeSet::new();
    let mut floors: BTreeSet<FactKind> = BTreeSet::new();
    for draft in drafts {
        let agreement = &draft.agreement;
        for (share, &at) in agreement.shares.iter().zip(&draft.shares_at) {
            within_parties(log, agreement, &share.terms, at);
            let pairs = share.by.iter().flat_map(|by| share.kinds.iter().map(move |&k| (by, k)));
            for (by, kind) in pairs.filter(|&pair| !shared.insert(pair)) {
                let word = kind.word();
                log.error(
                    at,
                    format!("{word} of \"{by}\" is shared twice; one share must say all"),
                );
            }
            for by in share.by.iter().filter(|by| !keeps(&share.terms, organisations, by)) {
                let text = format!("\"{by}\" shares its own facts and would not see them itself");
                log.error(at, text);
            }
        }
        for (floor, &at) in agreement.floors.iter().zip(&draft.floors_at) {
            within_parties(log, agreement, &floor.terms, at);
            if !floors.insert(floor.finding) {
                let word = floor.finding.word();
                log.error(at, format!("there is a second floor for {word}; one must say all"));
            }
        }
        for (narrowing, &at) in agreement.narrowings.iter().zip(&draft.narrowings_at) {
            mention_subject(names, narrowing, plants, at);
        }
        for (_, plant) in plants {
            let shares = |s: &Share| s.by.contains(&plant.label.originator.organisation);
            let policy = &plant.label.policy;
            if agreement.shares.iter().any(shares) && *policy != agreement.policy {
                let text = format!(
                    "the labels of the plant \"{}\" are of the policy {policy}, those of this \
                     agreement of {}; they have no common meaning",
                    plant.id, agreement.policy
                );
                log.error(draft.at, text);
            }
        }
    }
}

fn within_parties(log: &Log<'_>, agreement: &Agreement, terms: &Terms, at: At) {
    let named = terms.releasable_to.iter().chain(&terms.display_only);
    for nation in named.filter(|nation| !agreement.parties.contains(*nation)) {
        log.error(
            at,
            format!(
                "{nation} has not signed this agreement: add it to parties, or take it out here"
            ),
        );
    }
}

/// Whether the organisation whose facts these are is among those who may know.
fn keeps(terms: &Terms, organisations: &[Organisation], by: &OrganisationId) -> bool {
    let Some(own) = organisations.iter().find(|organisation| organisation.id == *by) else {
        return true; // An unknown organisation has been logged where it is named.
    };
    terms.releasable_to.contains(&own.nation) && terms.organisations.contains(by)
}

/// Mentions the thing that a narrowing is about.
fn mention_subject(
    names: &Names<'_, '_>,
    narrowing: &Narrowing,
    plants: &[(usize, Plant)],
    at: At,
) {
    let Subject { plant, thing: Some(thing) } = &narrowing.what else { return };
    if let Some((number, _)) = plants.iter().find(|(_, known)| known.id == *plant) {
        names.mention(Some(*number), EQUIPMENT, thing.as_str(), at);
    }
}
