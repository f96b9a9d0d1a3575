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

/// Former leads of one plant.
#[derive(Clone, Debug, Default)]
pub struct History {
    leads: VecDeque<Lead>,
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

    pub fn lead(&mut self, since: PlantTime, node: Node) {
        if self.leads.back().is_none_or(|lead| lead.node != node) {
            self.leads.push_back(Lead { since, node });
        }
        let oldest = since - LEADS_FOR;
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
        self.leads.back().filter(|lead| lead.node == *node).map(|lead| lead.since)
    }
}
