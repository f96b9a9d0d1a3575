//! The shipped policies against an independent rule, and what is said about wrong ones.

mod files;
mod matrix;

use std::{collections::BTreeSet, sync::Arc};

use cedar_policy::{Entities, Request};
use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{select, subsequence},
    strategy::ValueTree,
    test_runner::TestRunner,
};
use release::Gate;
use twin::{
    OrganisationId, PlantTime,
    label::{Affiliation, Classification, Members, Originator},
};

use super::*;
use crate::oracle::Oracle;

const NATIONS: [&str; 4] = ["XAA", "XBB", "XCC", "XDD"];
const FIRMS: [&str; 4] = ["yard", "plant", "shop", "mill"];
const NEEDS: [&str; 3] = ["EXPORT", "PROGRAMME", "PROPIN"];
const CLASSES: [Classification; 3] =
    [Classification::Public, Classification::Unclassified, Classification::Controlled];
const AFFILIATIONS: [Affiliation; 3] =
    [Affiliation::Government, Affiliation::Military, Affiliation::Contractor];

/// Labels and audiences of one round, each with each, for every action.
const LABELS: usize = 40;
const AUDIENCES: usize = 25;
/// Cases without `SLIPWAY_RELEASE_CASES`.
const CASES: usize = 100_000;

fn nation(code: &str) -> NationId {
    NationId::new(code).unwrap()
}

pub(super) fn hub() -> NationId {
    nation("XAA")
}

fn firm(name: &str) -> OrganisationId {
    OrganisationId::new(name).unwrap()
}

fn any_label() -> impl Strategy<Value = Label> {
    let nations = || subsequence(NATIONS.to_vec(), 0..=NATIONS.len());
    let needs = subsequence(NEEDS.to_vec(), 0..=1);
    let firms = option::of(subsequence(FIRMS.to_vec(), 0..=FIRMS.len()));
    let affiliations = option::of(subsequence(AFFILIATIONS.to_vec(), 0..=AFFILIATIONS.len()));
    let of = || (select(&NATIONS[..]), select(&FIRMS[..]));
    let of = (of(), proptest::collection::btree_set(of(), 0..3));
    (nations(), nations(), firms, affiliations, needs, select(&CLASSES[..]), of).prop_map(
        |(releasable, display, firms, affiliations, needs, classification, (of, from))| {
            let by =
                |of: (&str, &str)| Originator { nation: nation(of.0), organisation: firm(of.1) };
            let releasable_to: BTreeSet<_> = releasable.into_iter().map(nation).collect();
            let display: BTreeSet<_> = display.into_iter().map(nation).collect();
            Label {
                policy: "TEST".into(),
                classification,
                display_only: display.difference(&releasable_to).cloned().collect(),
                releasable_to,
                organisations: firms
                    .map_or(Members::All, |f| Members::Only(f.into_iter().map(firm).collect())),
                affiliations: affiliations
                    .map_or(Members::All, |some| Members::Only(some.into_iter().collect())),
                needs: needs.into_iter().map(Into::into).collect(),
                information: BTreeSet::new(),
                originator: by(of),
                derived_from: from.into_iter().map(by).collect(),
                created: PlantTime::default(),
                review: PlantTime::default(),
                until: None,
                successor: None,
                registry_revision: 1,
                reason: None,
            }
        },
    )
}

fn any_audience() -> impl Strategy<Value = Audience> {
    let holds = subsequence(NEEDS.to_vec(), 0..=NEEDS.len());
    let member = (
        select(&NATIONS[..]),
        select(&FIRMS[..]),
        select(&AFFILIATIONS[..]),
        holds,
        select(&CLASSES[..]),
    );
    option::weighted(0.9, member).prop_map(|member| {
        let Some((code, name, affiliation, holds, ceiling)) = member else {
            return Audience::Public;
        };
        Audience::Member {
            nation: nation(code),
            organisation: firm(name),
            affiliation,
            holds: holds.into_iter().map(Into::into).collect(),
            ceiling,
        }
    })
}

fn shipped() -> Policies {
    Policies::built_in(&hub()).unwrap_or_else(|error| panic!("{:?}", error.lines()))
}

/// Every round makes a gate of its own, so that labels and audiences meet it in another order.
#[test]
fn cedar_and_the_bits_agree_with_the_rule() {
    let asked = std::env::var("SLIPWAY_RELEASE_CASES").ok();
    let cases = asked.map_or(CASES, |cases| cases.parse().expect("a number of cases"));
    let (policies, oracle) = (Arc::new(shipped()), Oracle { hub: hub() });
    let mut runner = TestRunner::deterministic();
    let (mut compared, mut allowed) = (0, [0; 3]);
    while compared < cases {
        let labels = vec(any_label(), LABELS).new_tree(&mut runner).unwrap().current();
        let audiences = vec(any_audience(), AUDIENCES).new_tree(&mut runner).unwrap().current();
        let mut gate = Gate::new(Arc::<Policies>::clone(&policies), 1);
        let early: Vec<_> = labels[..LABELS / 2].iter().map(|l| gate.label(l).unwrap()).collect();
        let readers: Vec<_> = audiences.iter().map(|a| gate.audience(a).unwrap()).collect();
        let late = labels[LABELS / 2..].iter().map(|label| gate.label(label).unwrap());
        let facts: Vec<_> = early.into_iter().chain(late.collect::<Vec<_>>()).collect();
        for (label, fact) in labels.iter().zip(&facts) {
            for (audience, reader) in audiences.iter().zip(&readers) {
                for action in Action::ALL {
                    let expected = oracle.allows(label, audience, action);
                    let bit = gate.allows(*fact, *reader, action);
                    assert_eq!(bit, expected, "{action:?} of {label:?} by {audience:?}");
                    allowed[action as usize] += usize::from(bit);
                    compared += 1;
                }
            }
        }
    }
    // Something is allowed and something withheld, or nothing was compared.
    for some in allowed {
        assert!(some > compared / 200 && some < compared / 4, "{allowed:?} of {compared}");
    }
}

proptest! {
    /// The policies are checked against the schema once; what they are told is as it promises.
    #[test]
    fn what_is_told_is_what_the_schema_promises(
        label in any_label(), audience in any_audience(), administrator in any::<bool>(),
    ) {
        let schema = files::schema();
        let asker = if administrator { Asker::Administrator } else { Asker::Audience(&audience) };
        let policies = shipped();
        let fact = policies.things.fact(&label).unwrap();
        let told = policies.things.told(&fact, asker).unwrap();
        let told = Entities::from_entities(told.iter().cloned(), Some(&schema));
        prop_assert!(told.is_ok(), "{:?}", told.err());
        let request = policies.things.request(
            policies.things.principal(asker), Action::Federate, policies.context.clone(),
        ).unwrap();
        let (principal, action, resource) = (request.principal(), request.action(), request.resource());
        let request = Request::new(
            principal.unwrap().clone(), action.unwrap().clone(), resource.unwrap().clone(),
            policies.context.clone(), Some(&schema),
        );
        prop_assert!(request.is_ok(), "{:?}", request.err());
    }

    #[test]
    fn looking_after_the_hub_opens_nothing(label in any_label()) {
        for action in Action::ALL {
            let why = shipped().explain(&label, Asker::Administrator, action);
            prop_assert!(!why.allowed && why.by.iter().any(|said| said.id == "administrators"));
        }
    }

    /// What is explained is what is done.
    #[test]
    fn an_explanation_agrees_with_the_decision(label in any_label(), audience in any_audience()) {
        let policies = shipped();
        for (action, allowed) in Action::ALL.into_iter().zip(policies.decide(&label, &audience)) {
            let why = policies.explain(&label, Asker::Audience(&audience), action);
            prop_assert_eq!(why.allowed, allowed);
            prop_assert!(!why.allowed || !why.by.is_empty(), "what is permitted is by a policy");
            prop_assert!(why.by.iter().all(|said| !said.says.is_empty()));
        }
    }
}

#[test]
fn a_refusal_names_the_policy() {
    let audience = Audience::Member {
        nation: nation("XBB"),
        organisation: firm("mill"),
        affiliation: Affiliation::Contractor,
        holds: BTreeSet::new(),
        ceiling: Classification::Unclassified,
    };
    let open = Label {
        policy: "TEST".into(),
        classification: Classification::Unclassified,
        releasable_to: [nation("XAA"), nation("XBB")].into(),
        display_only: [nation("XCC")].into(),
        organisations: Members::All,
        affiliations: Members::All,
        needs: BTreeSet::new(),
        information: BTreeSet::new(),
        originator: Originator { nation: nation("XCC"), organisation: firm("yard") },
        derived_from: BTreeSet::new(),
        created: PlantTime::default(),
        review: PlantTime::default(),
        until: None,
        successor: None,
        registry_revision: 1,
        reason: None,
    };
    let policies = shipped();
    let by = |label: &Label, action| {
        let why = policies.explain(label, Asker::Audience(&audience), action);
        (why.allowed, why.by.into_iter().map(|said| said.id).collect::<Vec<_>>().join(" "))
    };
    let no = |by: &str| (false, by.to_owned());
    assert_eq!(by(&open, Action::See), (true, "see".to_owned()));
    assert_eq!(by(&open, Action::Federate), no("re-release"));
    let controlled = Label { classification: Classification::Controlled, ..open.clone() };
    assert_eq!(by(&controlled, Action::See), no("ceiling"));
    let needy = Label { needs: ["EXPORT".into()].into(), ..open.clone() };
    assert_eq!(by(&needy, Action::Export), no("needs"));
    let elsewhere = Label { organisations: Members::Only([firm("yard")].into()), ..open.clone() };
    assert_eq!(by(&elsewhere, Action::See), no("organisations"));
    let nobody = Label { releasable_to: BTreeSet::new(), ..open.clone() };
    assert_eq!(by(&nobody, Action::See), no(""), "nothing permits it");
    let shown = Label { display_only: [nation("XBB")].into(), ..nobody };
    assert_eq!(by(&shown, Action::See), (true, "display-only".to_owned()));
    assert_eq!(by(&shown, Action::Export), no(""));
}
