//! The label of what was computed from labelled facts.
//!
//! Rule of ADatP-4774.1 §4.4 and ISM-ID-00318: the highest classification, the intersection of
//! every permissive set, the union of every restrictive one. Adding a fact never adds a reader.

use std::collections::BTreeSet;

use thiserror::Error;
use twin::{
    Label, PlantTime,
    label::{Members, Originator},
};

/// Why labels do not combine.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CombineError {
    /// A label cannot be made from nothing.
    #[error("a finding without inputs has no label and cannot be shown to anybody")]
    NoInputs,
    /// Labels of different policies have no common meaning without a mapping.
    #[error("labels of the policies {first:?} and {second:?} cannot be combined without a mapping")]
    Policies {
        /// The one policy.
        first: String,
        /// The other.
        second: String,
    },
}

/// Combines the labels of everything that contributed to a derived fact.
///
/// `by` is the hub that computed it and becomes its originator; those whose facts went in stay
/// named, since it goes on with their leave only. `now` is its creation time.
///
/// # Errors
/// [`CombineError`]; the fact must then be withheld from everybody.
pub fn combine<'a>(
    labels: impl IntoIterator<Item = &'a Label>,
    by: &Originator,
    now: PlantTime,
    registry_revision: u32,
) -> Result<Label, CombineError> {
    let mut labels = labels.into_iter();
    let first = labels.next().ok_or(CombineError::NoInputs)?;
    let mut out = Label {
        originator: by.clone(),
        derived_from: first.originators().cloned().collect(),
        created: now,
        registry_revision,
        reason: None,
        successor: None,
        ..first.clone()
    };
    for label in labels {
        absorb(&mut out, label)?;
    }
    // What is computed from one's own facts alone is one's own.
    if out.derived_from.iter().all(|of| of == by) {
        out.derived_from.clear();
    }
    Ok(out)
}

fn absorb(out: &mut Label, label: &Label) -> Result<(), CombineError> {
    if out.policy != label.policy {
        return Err(CombineError::Policies {
            first: out.policy.to_string(),
            second: label.policy.to_string(),
        });
    }
    let may_look =
        |l: &Label| l.releasable_to.union(&l.display_only).cloned().collect::<BTreeSet<_>>();
    let see: BTreeSet<_> = may_look(out).intersection(&may_look(label)).cloned().collect();
    out.classification = out.classification.max(label.classification);
    out.releasable_to = out.releasable_to.intersection(&label.releasable_to).cloned().collect();
    out.display_only = see.difference(&out.releasable_to).cloned().collect();
    out.organisations = intersect(&out.organisations, &label.organisations);
    out.affiliations = intersect(&out.affiliations, &label.affiliations);
    out.needs.extend(label.needs.iter().cloned());
    out.derived_from.extend(label.originators().cloned());
    out.information.extend(label.information.iter().cloned());
    out.review = out.review.min(label.review);
    // The combined label must be looked at again as soon as the first of its inputs changes.
    out.until = match (out.until, label.until) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    };
    Ok(())
}

/// The members of both.
pub(crate) fn intersect<T: Ord + Clone>(a: &Members<T>, b: &Members<T>) -> Members<T> {
    match (a, b) {
        (Members::All, other) | (other, Members::All) => other.clone(),
        (Members::Only(a), Members::Only(b)) => Members::Only(a.intersection(b).cloned().collect()),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::{prelude::*, strategy::ValueTree};
    use twin::{
        Audience, NationId, OrganisationId,
        label::{Affiliation, Classification},
    };

    use super::*;
    use crate::{oracle, rule::Action};

    const NATIONS: [&str; 4] = ["XAA", "XBB", "XCC", "XDD"];
    const FIRMS: [&str; 3] = ["yard", "plant", "shop"];

    fn nation(code: &str) -> NationId {
        NationId::new(code).expect("a test code")
    }

    fn firm(name: &str) -> OrganisationId {
        OrganisationId::new(name).expect("a test name")
    }

    pub(crate) fn hub() -> Originator {
        Originator { nation: nation("XAA"), organisation: firm("yard") }
    }

    pub(crate) fn any_label() -> impl Strategy<Value = Label> {
        let nations = || proptest::sample::subsequence(NATIONS.to_vec(), 0..=NATIONS.len());
        let firms = proptest::option::of(proptest::sample::subsequence(FIRMS.to_vec(), 0..=3));
        let needs = proptest::sample::subsequence(vec!["EXPORT", "PROGRAMME"], 0..=2);
        let of = || (proptest::sample::select(&NATIONS[..]), proptest::sample::select(&FIRMS[..]));
        let of = (of(), proptest::collection::btree_set(of(), 0..2));
        (nations(), nations(), firms, needs, 0..3u8, 0..100i64, of).prop_map(
            |(rel, display, firms, needs, class, review, (of, from))| {
                let by = |(n, f)| Originator { nation: nation(n), organisation: firm(f) };
                let releasable_to: BTreeSet<_> = rel.into_iter().map(nation).collect();
                let display: BTreeSet<_> = display.into_iter().map(nation).collect();
                Label {
                    policy: "test".into(),
                    classification: match class {
                        0 => Classification::Public,
                        1 => Classification::Unclassified,
                        _ => Classification::Controlled,
                    },
                    display_only: display.difference(&releasable_to).cloned().collect(),
                    releasable_to,
                    organisations: firms
                        .map_or(Members::All, |f| Members::Only(f.into_iter().map(firm).collect())),
                    affiliations: Members::All,
                    needs: needs.into_iter().map(Into::into).collect(),
                    information: BTreeSet::new(),
                    originator: by(of),
                    derived_from: from.into_iter().map(by).collect(),
                    created: PlantTime::default(),
                    review: PlantTime::from_micros(review),
                    until: None,
                    successor: None,
                    registry_revision: 1,
                    reason: None,
                }
            },
        )
    }

    pub(crate) fn any_audience() -> impl Strategy<Value = Audience> {
        let holds = proptest::sample::subsequence(vec!["EXPORT", "PROGRAMME"], 0..=2);
        proptest::option::of((0..NATIONS.len(), 0..FIRMS.len(), holds)).prop_map(|member| {
            member.map_or(Audience::Public, |(n, f, holds)| Audience::Member {
                nation: nation(NATIONS[n]),
                organisation: firm(FIRMS[f]),
                affiliation: Affiliation::Contractor,
                holds: holds.into_iter().map(Into::into).collect(),
                ceiling: Classification::Controlled,
            })
        })
    }

    fn decide(label: &Label, audience: &Audience, action: Action) -> bool {
        oracle::allows(&hub().nation, label, audience, action)
    }

    fn combined(labels: &[Label]) -> Label {
        combine(labels, &hub(), PlantTime::default(), 1).expect("one policy, some inputs")
    }

    proptest! {
        #[test]
        fn the_order_of_inputs_does_not_matter(
            a in any_label(), b in any_label(), c in any_label(),
        ) {
            let forward = combined(&[a.clone(), b.clone(), c.clone()]);
            prop_assert_eq!(&forward, &combined(&[c.clone(), b.clone(), a.clone()]));
            let nested = combined(&[combined(&[a.clone(), b]), c]);
            prop_assert_eq!(&forward, &nested);
            prop_assert_eq!(combined(&[a.clone(), a.clone()]), combined(&[a]));
        }

        #[test]
        fn an_input_never_adds_a_reader(
            labels in proptest::collection::vec(any_label(), 1..5), audience in any_audience(),
        ) {
            let whole = combined(&labels);
            for action in Action::ALL {
                if decide(&whole, &audience, action) {
                    prop_assert!(labels.iter().all(|label| decide(label, &audience, action)));
                }
            }
        }
    }

    /// The hub that computes a finding does not make its inputs its own: it may hand it on only
    /// where it might hand on each of them.
    #[test]
    fn a_finding_from_an_allys_facts_is_not_the_hubs_own() {
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let any = any_label().new_tree(&mut runner).expect("a label").current();
        let of = |code: &str| Label {
            classification: Classification::Unclassified,
            releasable_to: [nation("XCC")].into(),
            organisations: Members::All,
            needs: BTreeSet::new(),
            originator: Originator { nation: nation(code), organisation: firm("yard") },
            derived_from: BTreeSet::new(),
            ..any.clone()
        };
        let reader = Audience::Member {
            nation: nation("XCC"),
            organisation: firm("plant"),
            affiliation: Affiliation::Contractor,
            holds: BTreeSet::new(),
            ceiling: Classification::Controlled,
        };
        let (own, allys) = (of("XAA"), of("XBB"));
        let both = combined(&[own.clone(), allys.clone()]);
        assert_eq!(both.originator, hub());
        assert_eq!(both.derived_from, [own.originator.clone(), allys.originator].into());
        assert!(decide(&both, &reader, Action::See) && decide(&both, &reader, Action::Export));
        assert!(!decide(&both, &reader, Action::Federate));
        // Once more combined, it still tells of the ally's facts.
        let again = combined(&[both.clone(), own.clone()]);
        assert_eq!(again.derived_from, both.derived_from);
        let ours = combined(&[own.clone(), Label { information: ["A".into()].into(), ..own }]);
        assert!(ours.derived_from.is_empty() && decide(&ours, &reader, Action::Federate));
    }

    #[test]
    fn nothing_has_no_label() {
        let refused = combine([], &hub(), PlantTime::default(), 1);
        assert_eq!(refused, Err(CombineError::NoInputs));
    }
}
