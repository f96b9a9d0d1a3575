//! For whom findings are made: once for each distinct set of labels that somebody who looks may
//! read. Two audiences that may read the same are told the same.
//!
//! A reader is only ever told what was made for their own set, so that no two aggregates can be
//! subtracted that differ by what the reader may not read. The number of sets is bounded, because
//! every one costs the making of all cards.

use std::collections::{BTreeMap, BTreeSet};

use release::{Action, AudienceId, Gate, LabelId, Labelled};

use super::Fact;

/// Distinct readable sets that findings are made for at once.
pub(crate) const MOST_READABLE_SETS: usize = 16;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Readers {
    sets: Vec<BTreeSet<LabelId>>,
    seats: BTreeMap<AudienceId, usize>,
    /// What was made for a set since the last seating, by view.
    made: BTreeMap<(usize, String), Vec<Labelled<Fact>>>,
}

impl Readers {
    /// Gives every audience the seat of its readable set; whoever had one keeps it. Returns those
    /// for whom there is no room. Whoever may read nothing needs no seat.
    pub(super) fn seat(
        &mut self,
        audiences: Vec<(AudienceId, BTreeSet<LabelId>)>,
    ) -> BTreeSet<AudienceId> {
        let before = std::mem::take(self).seats;
        let (kept, new): (Vec<_>, Vec<_>) =
            audiences.into_iter().partition(|(audience, _)| before.contains_key(audience));
        let mut refused = BTreeSet::new();
        for (audience, set) in kept.into_iter().chain(new).filter(|(_, set)| !set.is_empty()) {
            let known = self.sets.iter().position(|other| *other == set);
            let seat = known.or_else(|| {
                let free = self.sets.len();
                (free < MOST_READABLE_SETS).then(|| {
                    self.sets.push(set);
                    free
                })
            });
            match seat {
                Some(seat) => {
                    self.seats.insert(audience, seat);
                }
                None => {
                    refused.insert(audience);
                }
            }
        }
        refused
    }

    /// What was made already of a view for those who may read what the audience may.
    pub(super) fn made(&self, audience: AudienceId, view: &str) -> Option<&Vec<Labelled<Fact>>> {
        let seat = self.seats.get(&audience)?;
        self.made.get(&(*seat, view.to_owned()))
    }

    /// Keeps what was made, for others with the same readable set.
    pub(super) fn keep(&mut self, audience: AudienceId, view: &str, facts: &[Labelled<Fact>]) {
        if let Some(seat) = self.seats.get(&audience) {
            self.made.insert((*seat, view.to_owned()), facts.to_vec());
        }
    }

    /// The sets that findings are made for, each with somebody who may read it.
    pub(super) fn sets(&self) -> Vec<(AudienceId, BTreeSet<LabelId>)> {
        let reader = |seat| self.seats.iter().find(|(_, of)| **of == seat).map(|(who, _)| *who);
        let sets = self.sets.iter().enumerate();
        sets.filter_map(|(seat, set)| Some((reader(seat)?, set.clone()))).collect()
    }

    /// What the audience may read, if anything is made for it.
    pub(super) fn set_of(&self, audience: AudienceId) -> Option<&BTreeSet<LabelId>> {
        self.sets.get(*self.seats.get(&audience)?)
    }

    /// Whether anything is made for the audience.
    pub(super) fn has_seat(&self, audience: AudienceId) -> bool {
        self.seats.contains_key(&audience)
    }
}

/// Whether the audience may look at what carries the label; nobody may where there is none.
pub(super) fn sees(gate: &Gate, audience: AudienceId, label: Option<LabelId>) -> bool {
    label.is_some_and(|label| gate.allows(label, audience, Action::See))
}

#[cfg(test)]
mod tests {
    use twin::{
        Audience, Label, NationId, OrganisationId, PlantTime,
        label::{Affiliation, Classification, Members, Originator},
    };

    use super::*;

    fn gate(audiences: usize) -> (Gate, Vec<AudienceId>, Vec<LabelId>) {
        let mut gate = Gate::default();
        let nation = NationId::new("XAA").unwrap();
        let (mut readers, mut labels) = (Vec::new(), Vec::new());
        for number in 0..audiences {
            let organisation = OrganisationId::new(&format!("firm-{number}")).unwrap();
            let audience = Audience::Member {
                nation: nation.clone(),
                organisation: organisation.clone(),
                affiliation: Affiliation::Contractor,
                holds: BTreeSet::new(),
                ceiling: Classification::Controlled,
            };
            readers.push(gate.audience(&audience).unwrap());
            let label = Label {
                policy: "test".into(),
                classification: Classification::Unclassified,
                releasable_to: [nation.clone()].into(),
                display_only: BTreeSet::new(),
                organisations: Members::Only([organisation.clone()].into()),
                affiliations: Members::All,
                needs: BTreeSet::new(),
                information: BTreeSet::new(),
                originator: Originator { nation: nation.clone(), organisation },
                derived_from: BTreeSet::new(),
                created: PlantTime::default(),
                review: PlantTime::default(),
                until: None,
                successor: None,
                registry_revision: 1,
                reason: None,
            };
            labels.push(gate.label(&label).unwrap());
        }
        (gate, readers, labels)
    }

    #[test]
    fn who_may_read_the_same_shares_a_seat_and_what_was_made_for_it() {
        let (_gate, readers, labels) = gate(3);
        let both: BTreeSet<LabelId> = labels[..2].iter().copied().collect();
        let mut seats = Readers::default();
        let wanted = vec![
            (readers[0], both.clone()),
            (readers[1], both),
            (readers[2], [labels[2]].into()),
            (AudienceId::PUBLIC, BTreeSet::new()),
        ];
        assert_eq!(seats.seat(wanted), BTreeSet::new());
        seats.keep(readers[0], "programme", &[]);
        assert!(seats.made(readers[1], "programme").is_some());
        assert!(seats.made(readers[2], "programme").is_none(), "another set is told apart");
        assert!(seats.made(readers[1], "plant/yard").is_none());
        assert!(!seats.has_seat(AudienceId::PUBLIC), "who may read nothing needs no seat");
    }

    #[test]
    fn there_are_only_so_many_seats_and_who_has_one_keeps_it() {
        let (_gate, readers, labels) = gate(MOST_READABLE_SETS + 2);
        let alone = |n: usize| (readers[n], BTreeSet::from([labels[n]]));
        let mut seats = Readers::default();
        // All but the first sit already; the first comes late and is turned away.
        assert!(seats.seat((1..=MOST_READABLE_SETS).map(alone).collect()).is_empty());
        let all = (0..=MOST_READABLE_SETS).map(alone).collect();
        assert_eq!(seats.seat(all), BTreeSet::from([readers[0]]));
        assert!(!seats.has_seat(readers[0]) && seats.has_seat(readers[MOST_READABLE_SETS]));
        // One more who reads what somebody reads already costs nothing.
        let mut shared: Vec<_> = (1..=MOST_READABLE_SETS).map(alone).collect();
        shared.push((readers[MOST_READABLE_SETS + 1], BTreeSet::from([labels[1]])));
        assert!(seats.seat(shared).is_empty());
        // Whoever goes makes room.
        assert!(seats.seat((0..MOST_READABLE_SETS).map(alone).collect()).is_empty());
    }
}
