//! Who led the critical path since when and by what, sampled as the record grows.
//!
//! A lead, its reason and the chain that is told are kept until something else leads clearly and
//! has lasted, so that what is told does not turn from minute to minute. Only samples decide.

use std::collections::{BTreeMap, VecDeque};

use twin::{PlantTime, Span};

use crate::findings::{Lead, Node, Why};

/// How often the lead is looked at.
pub const SAMPLED_EVERY: Span = Span::from_secs(6 * 3_600);
/// How long former leads are kept.
pub const LEADS_FOR: Span = Span::from_secs(60 * 86_400);
/// Changes of lead kept.
const LEADS_KEPT: usize = 250;
/// Samples in a row that a hold-up must lead before it counts as the new lead.
const SAMPLES_TO_LEAD: u32 = 4;
/// The same after a lead that is gone.
const SAMPLES_WHEN_GONE: u32 = 2;
/// The same after a lead that holds nothing up any more, while stations wait for the new one.
const SAMPLES_WHEN_OVER: u32 = 1;

/// Samples that are made up for when a report ends a silence: ten days of them.
const MADE_UP_FOR: i64 = 40;
/// Samples that are made up for whenever somebody asks in a silence: enough for a new lead.
pub const CAUGHT_UP: i64 = SAMPLES_TO_LEAD as i64 + 1;

/// What one sample finds.
#[derive(Clone, Debug)]
pub struct Sample {
    pub node: Node,
    pub why: Why,
    /// Since when it is so, when that is known: since a stop ended that is not told any more.
    pub since: Option<PlantTime>,
    /// How the former lead stands now.
    pub former: Standing,
    /// What is told of, and as what.
    pub told: BTreeMap<Node, Why>,
}

/// How a former lead stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It still counts: a new lead must last before it takes over.
    Counts,
    /// It hardly counts any more: a new lead takes over soon.
    IsGone,
    /// It holds nothing up any more, and stations wait for the new lead.
    IsOver,
}

/// Former leads of one plant.
#[derive(Clone, Debug, Default)]
pub struct History {
    leads: VecDeque<Lead>,
    /// Who has led for too few samples yet, and how many.
    next: Option<(Lead, u32)>,
    told: BTreeMap<Node, Why>,
    sampled: Option<PlantTime>,
    /// The first sample of a record that was there before: who led then, led since nobody knows.
    begun: Option<PlantTime>,
}

impl History {
    /// The moments of the samples that are due once the record has reached `at`: whole multiples
    /// of [`SAMPLED_EVERY`], so that they do not depend on when reports come. After a long
    /// silence only the newest are taken.
    pub fn due(&mut self, at: PlantTime) -> Vec<PlantTime> {
        let due = self.missed(at, MADE_UP_FOR);
        let every = SAMPLED_EVERY.micros();
        let slot = PlantTime::from_micros(at.micros().div_euclid(every).saturating_mul(every));
        self.sampled = self.sampled.max(Some(slot));
        due
    }

    /// The samples that have not been taken up to `now`, at most so many of the newest.
    pub fn missed(&self, now: PlantTime, most: i64) -> Vec<PlantTime> {
        let Some(sampled) = self.sampled else { return Vec::new() };
        let every = SAMPLED_EVERY.micros();
        let newest = now.micros().div_euclid(every);
        let first = (sampled.micros().div_euclid(every) + 1).max(newest - most + 1);
        (first..=newest).map(|slot| PlantTime::from_micros(slot.saturating_mul(every))).collect()
    }

    /// The sample that is due at `now` for whoever looks only since lately: none until the next
    /// one is.
    pub fn follow(&mut self, now: PlantTime) -> Option<PlantTime> {
        let every = SAMPLED_EVERY.micros();
        let slot = PlantTime::from_micros(now.micros().div_euclid(every).saturating_mul(every));
        self.begun.get_or_insert(slot);
        let is_due = self.sampled.is_none_or(|sampled| sampled < slot);
        self.sampled = self.sampled.max(Some(slot));
        is_due.then_some(slot)
    }

    fn is_known(&self, since: PlantTime) -> bool {
        self.begun.is_none_or(|begun| since > begun)
    }

    /// Notes who leads at a sampled moment. The first lead counts at once; a change of lead when
    /// it has lasted for some samples, from the first of them on, fewer when the former is gone.
    pub fn lead(&mut self, at: PlantTime, sample: Sample) {
        let Sample { node, why, since, former, told } = sample;
        self.told = told;
        if self.current().is_some_and(|lead| lead.node == node && lead.why == why) {
            self.next = None;
        } else {
            let began = self.next.take();
            let began = began.filter(|(lead, _)| lead.node == node && lead.why == why);
            let earliest = self.current().map_or(at, |lead| lead.since);
            let since = since.map_or(at, |since| since.max(earliest).min(at));
            let (lead, samples) = began.unwrap_or((Lead { since, node, why }, 0));
            let needed = match former {
                _ if self.leads.is_empty() => 1,
                Standing::IsOver => SAMPLES_WHEN_OVER,
                Standing::IsGone => SAMPLES_WHEN_GONE,
                Standing::Counts => SAMPLES_TO_LEAD,
            };
            if samples + 1 >= needed {
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

    pub fn current(&self) -> Option<&Lead> {
        self.leads.back()
    }

    pub fn all(&self) -> Vec<Lead> {
        self.leads.iter().filter(|lead| self.is_known(lead.since)).cloned().collect()
    }

    /// As what a node was told of at the last sample; none when it was left out.
    pub fn told(&self, node: &Node) -> Option<Why> {
        self.told.get(node).copied()
    }

    /// Since when `node` leads by `why`, if it did at the last sample.
    pub fn since(&self, node: &Node, why: Why) -> Option<PlantTime> {
        let next = self.next.as_ref().map(|(lead, _)| lead);
        let mut leads = self.leads.back().into_iter().chain(next);
        let its = leads.find(|lead| lead.node == *node && lead.why == why);
        its.map(|lead| lead.since).filter(|since| self.is_known(*since))
    }
}
