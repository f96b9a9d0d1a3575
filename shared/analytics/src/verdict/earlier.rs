//! What a hold-up has cost by a stop that is long over.
//!
//! A path of weeks goes on counting a breakdown until the window has left it behind. It is no
//! answer any more to what holds back now: then the station's own pace is, or something else.

use std::collections::BTreeMap;

use twin::{PlantTime, Span};

use super::{Found, LineFound, Question};
use crate::{
    findings::{ChainStep, Why},
    shares::{AnyNode, Shares},
    units::Spell,
    walk::{Path, Segment},
};

/// A stop that is over for so long is not what holds back now: by then a station that still
/// limits does so by its own pace.
const LONG_OVER: Span = Span::from_secs(7 * 86_400);
/// It goes on by coming back while this part of what it took a day is still lost [ratio].
const COMES_BACK: f64 = 0.25;

impl LineFound {
    /// Since when a node works again after a stop that is long over.
    pub(super) fn works_again(&self, node: AnyNode) -> Option<PlantTime> {
        let stops = self.long_over.iter().filter(|((stopped, _), _)| *stopped == node);
        stops.map(|(_, over)| *over).max()
    }
}

impl Question<'_> {
    /// The kinds of stop on a path that are long over, by who stopped, with their ends: none is in
    /// force, and hardly any came back within [`LONG_OVER`].
    pub(super) fn long_over(
        &self,
        path: &Path,
        from: PlantTime,
    ) -> BTreeMap<(AnyNode, Why), PlantTime> {
        let late = self.now - LONG_OVER;
        let days = self.now.since(from).days();
        let mut lost: BTreeMap<(AnyNode, Why), (f64, f64, PlantTime)> = BTreeMap::new();
        for segment in path.segments.iter().filter(|segment| segment.why.is_stop()) {
            let days = |s: Segment| s.to.since(s.from).days();
            let key = ((segment.plant, segment.node), segment.why);
            let (all, lately, last) = lost.entry(key).or_insert((0.0, 0.0, from));
            *all += segment.within(from, self.now).map_or(0.0, days);
            *lately += segment.within(late, self.now).map_or(0.0, days);
            *last = (*last).max(segment.to.min(late));
        }
        let is_long_over =
            |((node, why), (all, lately, last)): ((AnyNode, Why), (f64, f64, PlantTime))| {
                let comes_back = lately * days >= COMES_BACK * all * LONG_OVER.days();
                // A short stop since then is not its end.
                let over = match self.last_stop(node, (from, late), why) {
                    Spell::Now => None,
                    Spell::Until(over) => Some(over),
                    Spell::Never => Some(last),
                };
                let goes_on =
                    comes_back || self.last_stop(node, (from, self.now), why) == Spell::Now;
                over.filter(|_| all > 0.0 && !goes_on).map(|over| ((node, why), over))
            };
        lost.into_iter().filter_map(is_long_over).collect()
    }

    /// From when on the cost of a lead is counted: since it works again, when it was stopped.
    pub(super) fn counted_from(
        &self,
        found: &Found,
        line: &LineFound,
        first: AnyNode,
    ) -> PlantTime {
        line.works_again(first).map_or(found.from, |over| over.max(found.from))
    }

    /// The stop of a lead that is long over and has cost the most.
    pub(super) fn earlier(
        &self,
        found: &Found,
        line: &LineFound,
        first: AnyNode,
    ) -> Option<ChainStep> {
        let mut stops = line.long_over.iter().filter(|((node, _), _)| *node == first).peekable();
        stops.peek()?;
        let whole = Shares::of(line.path.segments.iter(), |node| self.may_limit(node));
        let steps = stops.filter_map(|((node, why), over)| {
            Some(ChainStep {
                node: self.node(*node)?,
                why: *why,
                share_ratio: whole.part(*node, *why),
                part: None,
                lost_d: self.lost_d(&line.path.segments, *node, *why),
                over_since: Some((*over).max(found.from)),
                goes_on: false,
                has_passed: false,
            })
        });
        steps.max_by(|a, b| a.lost_d.total_cmp(&b.lost_d))
    }
}
