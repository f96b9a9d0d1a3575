//! The fallback when a record names no causes but says what units do: the mean length of
//! uninterrupted active periods.
//!
//! Source: C. Roser, M. Nakano, M. Tanaka, a practical bottleneck detection method, WSC 2001:
//! active is all but starved and blocked; the unit with the longest mean active period limits.

use std::collections::BTreeMap;

use twin::{EquipmentId, PlantTime, Span};

use super::Question;
use crate::{
    findings::{ChainStep, HoldUp, Method, Present, Share, Verdict, Why, WhyNot},
    layout::NodeIx,
    shares::{self, AnyNode},
    sight::PlantView,
};

/// Active periods of a work center from which its mean counts.
const PERIODS_ENOUGH: usize = 5;

impl Question<'_> {
    /// The active periods of the work centers in sight, of those that have enough.
    fn periods(&self, fold: PlantView<'_>, from: PlantTime) -> BTreeMap<NodeIx, Vec<i64>> {
        let mut periods: BTreeMap<NodeIx, Vec<i64>> = BTreeMap::new();
        for unit in fold.layout.units() {
            let Some(info) = fold.layout.info(unit) else { continue };
            let Some(track) = fold.track(unit) else { continue };
            if self.may_limit((self.plant, info.node)) {
                let of_unit = track.active_periods(from, self.now);
                periods.entry(info.node).or_default().extend(of_unit);
            }
        }
        periods.retain(|_, lengths| lengths.len() >= PERIODS_ENOUGH);
        periods
    }

    pub(super) fn active_period(
        &self,
        fold: PlantView<'_>,
        window: Span,
    ) -> Result<HoldUp, WhyNot> {
        let from = self.now - window;
        let periods = self.periods(fold, from);
        let mean = |of: &Vec<i64>| of.iter().map(|l| *l as f64).sum::<f64>() / of.len() as f64;
        let mut means: Vec<(NodeIx, f64)> =
            periods.iter().map(|(node, of)| (*node, mean(of))).collect();
        means.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let sum: f64 = means.iter().map(|(_, mean)| mean).sum();
        let (first, top) = means.first().copied().ok_or(WhyNot::TooEarly)?;
        if sum <= 0.0 {
            return Err(WhyNot::NothingWaits);
        }
        let number = periods.keys().position(|node| *node == first).unwrap_or(0);
        let values: Vec<Vec<i64>> = periods.into_values().collect();
        let seed = shares::seed(fold.layout.plant.as_str(), self.now);
        let agreement_ratio = shares::mean_agreement(&values, number, seed);
        let any = |node: NodeIx| -> AnyNode { (self.plant, node) };
        let node = self.node(any(first)).ok_or(WhyNot::TooEarly)?;
        let share = |(node, mean): &(NodeIx, f64)| {
            let share_ratio = mean / sum;
            let split = vec![(Why::Working, share_ratio)];
            Some(Share { node: self.node(any(*node))?, share_ratio, split })
        };
        let units = fold.layout.units_of(first).filter(|unit| fold.sees(*unit));
        let units = units.filter_map(|unit| fold.layout.info(unit));
        let units: Vec<EquipmentId> = units.map(|info| info.id.clone()).collect();
        Ok(HoldUp::Known(Box::new(Verdict {
            bites_at: units.clone(),
            units,
            product: fold.layout.finals.first().cloned(),
            why: Why::Working,
            method: Method::ActivePeriod,
            share_ratio: top / sum,
            recent_share_ratio: top / sum,
            recent: window,
            shares: means.iter().filter_map(share).collect(),
            chain: vec![ChainStep {
                node: node.clone(),
                why: Why::Working,
                share_ratio: top / sum,
                part: None,
                lost_d: 0.0,
                over_since: None,
                goes_on: false,
                has_passed: false,
            }],
            earlier: None,
            present: Present::GoesOn,
            confidence: shares::confidence(agreement_ratio),
            agreement_ratio,
            second: means.get(1).and_then(|(node, _)| self.node(any(*node))),
            since: None,
            before: Vec::new(),
            loss_per_day: None,
            loss_material: None,
            slip_d: 0.0,
            window,
            stations_reporting: self.reporting(fold, from),
            stations: fold.units_seen().1 as u32,
            inputs: fold.all_units(),
            node,
        })))
    }
}
