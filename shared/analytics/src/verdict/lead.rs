//! Who is told to lead, and by what: kept until something else leads clearly and has lasted.

use std::{borrow::Cow, collections::BTreeMap};

use super::{Found, Question};
use crate::{
    findings::{Node, Why},
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
        let kept = former.filter(|node| ratio(*node) * LEAD_MARGIN >= ratio(first));
        let lead = kept.unwrap_or(first);
        let node = self.node(lead)?;
        let why = shares.why(lead, self.named_before(&node));
        let gone = former.is_none_or(|node| ratio(node) < LEAD_LINGERS);
        Some(Sample {
            why,
            former: if gone { Standing::IsGone } else { Standing::Counts },
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
        still.unwrap_or_else(|| shares.why(node, None))
    }

    /// Who is told to lead, and by what: the lead on record, which changes at samples only,
    /// unless it has all but left the path since; else whoever has the largest share.
    pub(super) fn settled(&self, shares: &Shares) -> Option<(AnyNode, Why)> {
        let first = *shares.ranking().first()?;
        let former = self.on_record(shares).filter(|node| {
            let ratio = shares.ratio(*node);
            ratio >= LEAD_IS_TOLD || ratio * LEAD_MARGIN >= shares.ratio(first)
        });
        let lead = former.unwrap_or(first);
        Some((lead, self.why_told(shares, lead)))
    }
}
