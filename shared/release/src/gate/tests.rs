//! The bits agree with the rule in force, and with no other.

use proptest::prelude::*;

use super::*;
use crate::{
    combine::tests::{any_audience, any_label, hub},
    oracle::{self, Oracle},
};

/// Allows nothing to anybody.
#[derive(Debug)]
struct Shut;

impl Rule for Shut {
    fn allows(&self, _: &Label, _: &Audience, _: Action) -> bool {
        false
    }
}

fn rule() -> Oracle {
    Oracle { hub: hub().nation }
}

proptest! {
    /// The bits agree with the rule, whichever of label and audience is met first, and whether
    /// the rule was there before them or came after.
    #[test]
    fn bits_agree_with_the_rule(
        labels in proptest::collection::vec(any_label(), 1..8),
        audiences in proptest::collection::vec(any_audience(), 1..80),
        late in any::<bool>(),
    ) {
        let mut gate = if late { Gate::default() } else { Gate::new(Arc::new(rule()), 1) };
        let half = labels.len() / 2;
        for label in &labels[..half] {
            gate.label(label).expect("few labels");
        }
        let ids: Vec<_> =
            audiences.iter().map(|a| gate.audience(a).expect("few audiences")).collect();
        let label_ids: Vec<_> =
            labels.iter().map(|label| gate.label(label).expect("few labels")).collect();
        if late {
            for (label, audience) in label_ids.iter().zip(&ids) {
                prop_assert!(!gate.allows(*label, *audience, Action::See), "undecided is withheld");
            }
            gate.adopt(Arc::new(rule()), 1);
        }
        for (label, id) in labels.iter().zip(&label_ids) {
            for (audience, audience_id) in audiences.iter().zip(&ids) {
                for action in Action::ALL {
                    prop_assert_eq!(
                        gate.allows(*id, *audience_id, action),
                        rule().allows(label, audience, action)
                    );
                }
            }
        }
        gate.adopt(Arc::new(Shut), 2);
        for (label, audience) in label_ids.iter().zip(&ids) {
            prop_assert!(!gate.allows(*label, *audience, Action::See), "the new rule shuts");
        }
    }

    #[test]
    fn an_empty_releasable_set_is_nobody(label in any_label(), audience in any_audience()) {
        let nobody = Label {
            classification: twin::label::Classification::Controlled,
            releasable_to: Default::default(),
            display_only: Default::default(),
            ..label
        };
        for action in Action::ALL {
            prop_assert!(!oracle::allows(&hub().nation, &nobody, &audience, action));
        }
    }

    #[test]
    fn a_released_value_tells_its_generation(label in any_label()) {
        let public = Label {
            classification: twin::label::Classification::Public,
            organisations: twin::label::Members::All,
            needs: Default::default(),
            ..label
        };
        let mut gate = Gate::new(Arc::new(rule()), 7);
        let label = gate.label(&public).expect("one label");
        let fact = || Labelled { value: 1, label };
        let before = gate.release(fact(), AudienceId::PUBLIC).expect("public");
        prop_assert_eq!((before.generation(), gate.generation()), (7, 7));
        gate.adopt(Arc::new(Shut), 8);
        prop_assert_eq!(gate.release(fact(), AudienceId::PUBLIC), None);
        prop_assert_eq!(gate.select([fact()], AudienceId::PUBLIC).released.generation(), 8);
        prop_assert_eq!(before.map(|one| one + 1).generation(), 7, "what went before stays");
    }
}
