//! A date that is expected, and the times without a material that move it.

use std::collections::BTreeMap;

use twin::{MaterialId, PlantTime, Span};

use super::{
    expect::{HORIZON_D, Known},
    pieces::leads,
};
use crate::{
    findings::{Inputs, OutlookMethod},
    pace::Pace,
    supply::Gap,
};

/// A material that moves a date by this part of what the first does is named beside it [ratio].
const NEARLY: f64 = 0.8;

/// How pieces come from now on.
pub(super) struct Flow {
    /// When the next one is expected.
    pub(super) next: PlantTime,
    /// Days from one arrival to the next.
    pub(super) every_d: f64,
    /// Pieces that each brings.
    pub(super) brings: f64,
    /// Days of work that follow the last piece.
    pub(super) more_d: f64,
}

impl Flow {
    pub(super) fn of(pace: &Pace, more_d: f64, now: PlantTime) -> Self {
        let (next, brings) = pace.next(now);
        Self { next, every_d: brings * pace.days_per_piece, brings, more_d }
    }

    /// The arrival that comes after so many pieces.
    pub(super) fn after(&self, pieces: f64) -> PlantTime {
        let arrivals = (pieces / self.brings.max(1e-6)).floor();
        self.next + Span::DAY.scaled((arrivals * self.every_d).min(HORIZON_D))
    }

    /// The first arrival from a moment on.
    pub(super) fn first_from(&self, from: PlantTime) -> PlantTime {
        let before = from.since(self.next).days().max(0.0) / self.every_d.max(1e-6);
        self.next + Span::DAY.scaled((before.ceil() * self.every_d).min(HORIZON_D))
    }
}

/// What pieces get of a material that is missing for a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    /// Pieces that come before the first that lacks it.
    pub(super) pieces: f64,
    /// Pieces besides that a unit of it is enough for, of what comes before the time.
    pub(super) by_unit: f64,
}

/// A date with what it rests on.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub(super) at: Option<PlantTime>,
    pub(super) method: OutlookMethod,
    pub(super) days_per_piece: Option<f64>,
    pub(super) band_d: Option<f64>,
    /// The material whose absence moves it.
    pub(super) waits_for: Option<MaterialId>,
    /// Another whose absence alone moves it nearly as far.
    pub(super) waits_also: Option<MaterialId>,
    /// By how many days.
    pub(super) waits_d: Option<f64>,
    /// When the delivery is to come that ends the wait.
    pub(super) waits_until: Option<PlantTime>,
    /// Pieces that earlier promises get first.
    pub(super) ahead: f64,
    /// Days of planned work that follow the last piece.
    pub(super) more_d: f64,
    /// What it rests on beside the makers of what is promised.
    pub(super) inputs: Inputs,
}

impl Expected {
    pub(super) fn unknown() -> Self {
        Self {
            at: None,
            method: OutlookMethod::None,
            days_per_piece: None,
            band_d: None,
            waits_for: None,
            waits_also: None,
            waits_d: None,
            waits_until: None,
            ahead: 0.0,
            more_d: 0.0,
            inputs: Inputs::new(),
        }
    }

    /// The date with the times in which a material of the product is missing. A piece takes each
    /// material a known time before it is whole; of what it should have taken in a gap nothing is
    /// there, so that the first piece that falls into the gap comes only at its end, and all
    /// after it as much later; the next gap of the material begins as much later too. Pieces
    /// that have been given the material fall into no gap (`lacks` says how many come before the
    /// first that has not, and how many a unit of what is there or comes before the gap is enough
    /// for besides; none when nothing lacks it); nor do pieces further on than those
    /// promised, and a pause that is no longer than the usual one between two pieces moves
    /// nothing. Materials are missing side by side: the one that moves the most counts, and one that
    /// moves nearly as much is named with it.
    pub(super) fn held_back(
        self,
        product: &MaterialId,
        flow: &Flow,
        known: Known<'_>,
        lacks: impl Fn(&MaterialId) -> Option<Given>,
    ) -> Self {
        let Some(at) = self.at.filter(|_| !known.gaps.is_empty()) else { return self };
        let last = at - Span::DAY.scaled(flow.more_d.min(HORIZON_D));
        let leads = leads(known.view.layout, product);
        let mut lacking: BTreeMap<&MaterialId, Option<(Span, Given)>> = BTreeMap::new();
        let mut moves: BTreeMap<&MaterialId, (Span, PlantTime)> = BTreeMap::new();
        for gap in known.gaps {
            let material = &gap.material;
            let lacked = lacking
                .entry(material)
                .or_insert_with(|| Some((*leads.get(material)?, lacks(material)?)));
            let Some((lead, given)) = *lacked else { continue };
            let before = given.pieces + (gap.before * given.by_unit).floor();
            let moved = moves.get(material).map_or(Span::ZERO, |(moved, _)| *moved);
            let first = flow.first_from(gap.from + lead - moved).max(flow.after(before));
            let to = gap.to + lead;
            if first <= last && first + moved < to {
                moves.insert(material, (to.since(first), gap.to));
            }
        }
        let Some(by) = moves.values().map(|(by, _)| *by).max() else { return self };
        // By name, so that two that are close do not change places from one moment to the next.
        let mut most = moves.into_iter().filter(|(_, (moved, _))| *moved >= by.scaled(NEARLY));
        let Some((material, (_, until))) = most.next() else { return self };
        let also = most.next().map(|(material, _)| material);
        let of_them = |gap: &&Gap| gap.material == *material || Some(&gap.material) == also;
        Self {
            at: Some(at + by),
            waits_for: Some(material.clone()),
            waits_also: also.cloned(),
            waits_d: Some(by.days()),
            waits_until: Some(until),
            inputs: known
                .gaps
                .iter()
                .filter(of_them)
                .fold(self.inputs, |inputs, gap| &inputs | &gap.inputs),
            ..self
        }
    }

    pub(super) fn reached(at: PlantTime) -> Self {
        Self { at: Some(at), method: OutlookMethod::Reached, ..Self::unknown() }
    }

    pub(super) fn in_days(days: f64, method: OutlookMethod, now: PlantTime) -> Self {
        let at = now + Span::DAY.scaled(days.min(HORIZON_D));
        Self { at: Some(at), method, ..Self::unknown() }
    }

    /// `pieces` at a pace, and then `more_d` days.
    pub(super) fn at_pace(pace: &Pace, pieces: f64, more_d: f64, now: PlantTime) -> Self {
        let days = pace.days_for(pieces, now, HORIZON_D) + more_d;
        Self {
            days_per_piece: Some(pace.days_per_piece),
            band_d: pace.band_d(pieces),
            ..Self::in_days(days, OutlookMethod::RecentPace, now)
        }
    }

    /// The dates between which it lies in four cases of five, not before now.
    pub(super) fn range(&self, now: PlantTime) -> Option<(PlantTime, PlantTime)> {
        let (at, band) = (self.at?, Span::DAY.scaled(self.band_d?.min(HORIZON_D)));
        Some(((at - band).max(now.min(at)), at + band))
    }
}
