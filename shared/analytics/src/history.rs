//! Who led the critical path since when, sampled as the record grows.

use std::collections::VecDeque;

use twin::{PlantTime, Span};

use crate::findings::{Lead, Node};

/// How often the lead is looked at.
pub const SAMPLED_EVERY: Span = Span::from_secs(6 * 3_600);
/// How long former leads are kept.
pub const LEADS_FOR: Span = Span::from_secs(60 * 86_400);
/// Changes of lead kept.
const LEADS_KEPT: usize = 250;
/// Samples in a row that a node must lead before it counts as the new lead.
const SAMPLES_TO_LEAD: u32 = 4;

/// Former leads of one plant.
#[derive(Clone, Debug, Default)]
pub struct History {
    leads: VecDeque<Lead>,
    /// Who has led for too few samples yet, and how many.
    next: Option<(Lead, u32)>,
    sampled: Option<PlantTime>,
}

impl History {
    /// The moment of the sample that is due once the record has reached `at`: a whole multiple
    /// of [`SAMPLED_EVERY`], so that it does not depend on when reports come.
    pub fn due(&mut self, at: PlantTime) -> Option<PlantTime> {
        let every = SAMPLED_EVERY.micros();
        let slot = PlantTime::from_micros(at.micros().div_euclid(every).saturating_mul(every));
        let due = self.sampled.is_some_and(|sampled| slot > sampled);
        if due || self.sampled.is_none() {
            self.sampled = Some(slot);
        }
        due.then_some(slot)
    }

    /// Notes who leads at a sampled moment. The first lead counts at once, a change of lead when
    /// it has lasted for some samples, from the first of them on.
    pub fn lead(&mut self, at: PlantTime, node: Node) {
        if self.current() == Some(&node) {
            self.next = None;
        } else {
            let began = self.next.take().filter(|(lead, _)| lead.node == node);
            let (lead, samples) = began.unwrap_or((Lead { since: at, node }, 0));
            if self.leads.is_empty() || samples + 1 >= SAMPLES_TO_LEAD {
                self.leads.push_back(lead);
            } else {
                self.next = Some((lead, samples + 1));
            }
        }
        let oldest = at - LEADS_FOR;
        while self.leads.len() > LEADS_KEPT
            || self.leads.get(1).is_some_and(|lead| lead.since < oldest)
        {
            self.leads.pop_front();
        }
    }

    pub fn current(&self) -> Option<&Node> {
        self.leads.back().map(|lead| &lead.node)
    }

    pub fn all(&self) -> Vec<Lead> {
        self.leads.iter().cloned().collect()
    }

    /// Since when `node` leads, if it led at the last sample.
    pub fn since(&self, node: &Node) -> Option<PlantTime> {
        let next = self.next.as_ref().map(|(lead, _)| lead);
        let lead = self.leads.back().into_iter().chain(next).find(|lead| lead.node == *node);
        lead.map(|lead| lead.since)
    }
}
