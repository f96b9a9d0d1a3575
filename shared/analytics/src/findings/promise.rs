//! Whether what was promised will be there.

use twin::{MaterialId, MilestoneId, OrderId, PartId, PlantTime};

use super::Inputs;

/// 1. Whether something promised will be there.
#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    /// What was promised.
    pub what: Promise,
    /// The material, when it is an order; the unit of measure of done and needed is its own.
    pub material: Option<MaterialId>,
    /// The item, when it is a milestone.
    pub part: Option<PartId>,
    /// Promised for.
    pub promised: PlantTime,
    /// Expected; none when there is nothing to compute it from.
    pub expected: Option<PlantTime>,
    /// Between which dates it lies in four cases of five, by how much the intervals so far
    /// differ; none when too few were seen or the rest is planned work.
    pub range: Option<(PlantTime, PlantTime)>,
    /// The pace that `expected` rests on [d a piece of what `done` counts].
    pub days_per_piece: Option<f64>,
    /// Pieces that earlier promises get before it, at that pace [as `done`].
    pub ahead: f64,
    /// Days of planned work on the whole that follow the last piece.
    pub more_d: f64,
    /// By how many days `waits_for` makes it later.
    pub waits_d: Option<f64>,
    /// When that is to come, by the delivery that ends the longest wait for it.
    pub waits_until: Option<PlantTime>,
    /// Days since `promised`, when that has passed and it is not reached.
    pub overdue_d: Option<f64>,
    /// Expected minus promised in calendar days; positive is late.
    pub slip_d: Option<f64>,
    /// When it was reached, if it was.
    pub reached: Option<PlantTime>,
    /// Done [pieces of `material`, or of the children of `part`].
    pub done: f64,
    /// Needed in all [pieces of `material`, or of the children of `part`].
    pub needed: f64,
    /// What `done` and `needed` count for a milestone: the material of the children.
    pub counted: Option<MaterialId>,
    /// How `expected` was computed.
    pub method: OutlookMethod,
    /// The material of the plant that will be missing for so long that `expected` is later for
    /// it: no piece is made of it until its next delivery.
    pub waits_for: Option<MaterialId>,
    /// Another whose absence alone would make it nearly as late: neither by itself is all.
    pub waits_also: Option<MaterialId>,
    /// What it was computed from.
    pub inputs: Inputs,
}

/// What was promised.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Promise {
    /// A quantity.
    Order(OrderId),
    /// A dated event about an item.
    Milestone(MilestoneId),
}

/// How an expected date was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutlookMethod {
    /// It has been reached.
    Reached,
    /// What remains at the pace of the intervals so far, newer ones counting more.
    RecentPace,
    /// What remains at planned times, or at a mix of them and the pace of the first intervals.
    PlannedPace,
    /// Nothing to compute it from.
    None,
}
