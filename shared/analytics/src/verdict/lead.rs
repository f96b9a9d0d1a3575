//! Who is told to lead, and by what: kept until something else leads clearly and has lasted.

use std::{borrow::Cow, collections::BTreeMap};

use super::{Found, Question};
use crate::{
    findings::{Inputs, Node, Present, Thing, Why},
    history::{CAUGHT_UP, Sample, Standing},
    shares::{AnyNode, Shares},
    sight::PlantView,
};

/// A new lead must exceed the former one by this factor.
const LEAD_MARGIN: f64 = 1.25;
/// At a sample, a former lead with this share still counts until the new one has lasted [ratio].
const LEAD_LINGERS: f64 = 0.1;
/// Between samples, a lead with less than this is not told [ratio].
const LEAD_IS_TOLD: f64 = 0.05;

impl Question<'_> {
    /// Takes the samples that are due and that no report has brought about yet: while nothing is
    /// reported, time passes all the same.
    pub fn catch_up(&mut self) {
        for now in self.history.missed(self.now, CAUGHT_UP) {
            let history = Cow::Borrowed(self.history.as_ref());
            let sample = Question { now, history, ..*self }.sample();
            if let Some(sample) = sample {
                self.history.to_mut().lead(now, sample);
            }
        }
    }

    /// What the history notes at this moment.
    pub fn sample(&self) -> Option<Sample> {
        let fold = self.fold()?;
        let found = self.find(self.default_window())?;
        let shares = &found.shares;
        let first = *shares.ranking().first()?;
        let former = self.on_record(shares);
        let ratio = |node| shares.ratio(node);
        let is_over = self.is_over(&found, first);
        let kept = former.filter(|node| ratio(*node) * LEAD_MARGIN >= ratio(first) || is_over);
        // A supplier who was named in place of another need not be on the path yet.
        let kept =
            kept.or_else(|| self.named().filter(|node| is_over && !self.is_over(&found, *node)));
        let by_share = kept.unwrap_or(first);
        let instead = self.instead_of(&found, by_share).0;
        let lead = instead.unwrap_or_else(|| self.limits_now(&found, by_share));
        let node = self.node(lead)?;
        let why = self.why_now(shares, lead, self.named_before(&node));
        let former = match instead {
            Some(_) => Standing::IsOver,
            None if former.is_none_or(|node| ratio(node) < LEAD_LINGERS) => Standing::IsGone,
            None => Standing::Counts,
        };
        // Whoever leads on goes on to since its stop ended.
        let leads_on = self.history.current().is_some_and(|lead| lead.node == node);
        let line = found.line_of(lead).filter(|_| leads_on);
        Some(Sample {
            why,
            since: line.and_then(|line| line.works_again(lead)),
            former,
            told: self.told(fold, &found, (lead, why)),
            node,
        })
    }

    /// The nodes of the chain that would be told now, with their reasons.
    fn told(
        &self,
        fold: PlantView<'_>,
        found: &Found,
        lead: (AnyNode, Why),
    ) -> BTreeMap<Node, Why> {
        let Some(of_lead) = found.line_of(lead.0) else { return BTreeMap::new() };
        let met = self.chain_nodes(fold, (of_lead, found), lead.0).into_iter();
        let named = met.filter_map(|node| {
            let known = self.node(node)?;
            let why = found.shares.why(node, self.named_before(&known));
            found.shares.nodes.contains_key(&node).then_some((known, why))
        });
        named.collect()
    }

    /// The lead on record, when it is still on the path.
    fn on_record(&self, shares: &Shares) -> Option<AnyNode> {
        let lead = self.history.current()?;
        shares.nodes.keys().copied().find(|node| self.node(*node).as_ref() == Some(&lead.node))
    }

    /// The lead on record, on the path or not.
    fn named(&self) -> Option<AnyNode> {
        self.number(&self.history.current()?.node)
    }

    /// A lead, unless it holds nothing up any more: then whoever has the largest share of those
    /// that still do, if that is more than what is lost anywhere.
    fn limits_now(&self, found: &Found, lead: AnyNode) -> AnyNode {
        if !self.is_over(found, lead) {
            return lead;
        }
        let ranking = found.shares.ranking().into_iter();
        let mut counts = ranking.filter(|node| found.shares.ratio(*node) >= LEAD_LINGERS);
        counts.find(|node| !self.is_over(found, *node)).unwrap_or(lead)
    }

    /// The reason that was last named for a node.
    fn named_before(&self, node: &Node) -> Option<Why> {
        let lead = self.history.current().filter(|lead| lead.node == *node);
        lead.map(|lead| lead.why).or_else(|| self.history.told(node))
    }

    /// The reason to tell for a node now: that of the last sample while there is any of it.
    pub(super) fn why_told(&self, shares: &Shares, node: AnyNode) -> Why {
        let known = self.node(node);
        let before = known.and_then(|known| self.named_before(&known));
        let still = before.filter(|why| shares.part(node, *why) > 0.0);
        still.unwrap_or_else(|| self.why_now(shares, node, None))
    }

    /// The reason to name for a node; a supplier who has no time on the path yet is waited for.
    fn why_now(&self, shares: &Shares, node: AnyNode, before: Option<Why>) -> Why {
        let is_met = shares.nodes.contains_key(&node);
        let is_supplier =
            || matches!(self.node(node), Some(Node { thing: Thing::Supplier(_), .. }));
        if !is_met && is_supplier() { Why::Material } else { shares.why(node, before) }
    }

    fn is_over(&self, found: &Found, node: AnyNode) -> bool {
        matches!(self.present(found, node).0, Present::IsOver { .. })
    }

    /// Whose material stations wait for, when a lead holds nothing up any more; and what that
    /// rests on. A finding about weeks must not send anybody to whom nobody waits for.
    fn instead_of(&self, found: &Found, lead: AnyNode) -> (Option<AnyNode>, Inputs) {
        let (present, inputs) = self.present(found, lead);
        let Present::IsOver { instead: Some(node) } = present else { return (None, inputs) };
        (self.number(&node), inputs)
    }

    /// Whether a node is told to lead in place of one that holds nothing up any more, or is not on
    /// the path at all.
    pub(super) fn is_instead(&self, found: &Found, node: AnyNode) -> bool {
        let first = found.shares.ranking().first().copied();
        let is_met = found.shares.nodes.contains_key(&node);
        !is_met
            || first
                .is_some_and(|first| first != node && self.instead_of(found, first).0 == Some(node))
    }

    /// A node by its numbers.
    fn number(&self, node: &Node) -> Option<AnyNode> {
        let plant = *self.plants.index.get(&node.plant)?;
        let things = (0..).zip(&self.plants.get(plant)?.layout.nodes);
        things.filter(|(_, thing)| **thing == node.thing).map(|(at, _)| (plant, at)).next()
    }

    /// Who is told to lead, by what, and what that rests on besides the path: the lead on record,
    /// which changes at samples only, unless it has all but left the path since; else whoever has
    /// the largest share. What holds nothing up any more is not told before a lead on record for
    /// whom stations wait.
    pub(super) fn settled(&self, found: &Found) -> Option<(AnyNode, Why, Inputs)> {
        let shares = &found.shares;
        let first = *shares.ranking().first()?;
        let former = self.on_record(shares).filter(|node| {
            let ratio = shares.ratio(*node);
            ratio >= LEAD_IS_TOLD || ratio * LEAD_MARGIN >= shares.ratio(first)
        });
        let (present, of_first) = self.present(found, first);
        let is_over = matches!(present, Present::IsOver { .. });
        let all_but_left = || self.named().filter(|_| is_over);
        let by_share = former.or_else(all_but_left).unwrap_or(first);
        let (instead, inputs) = self.instead_of(found, by_share);
        let inputs = &inputs | &of_first;
        let on_record = self.history.current().map(|lead| &lead.node);
        let is_settled =
            |node: &AnyNode| on_record.is_none_or(|known| self.node(*node).as_ref() == Some(known));
        let lead = instead.filter(is_settled).unwrap_or(by_share);
        Some((lead, self.why_told(shares, lead), inputs))
    }
}
