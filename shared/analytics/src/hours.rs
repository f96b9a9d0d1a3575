//! Hours by work center over the whole record: what parts' operations lasted and waited.
//!
//! Operations of a part are taken in the order in which they began. The wait before one lasts
//! from the end of the one begun before it; where the two overlap there is none.

use std::collections::BTreeMap;

use twin::PlantTime;

use crate::{
    findings::CenterHours,
    layout::{Layout, NodeIx},
};

/// Sums of one work center.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    operations: u64,
    zero_length: u64,
    operation_us: i128,
    waiting_us: i128,
}

/// All work centers of one plant.
#[derive(Clone, Debug, Default)]
pub struct Hours {
    sums: BTreeMap<NodeIx, Sums>,
}

const HOUR_US: f64 = 3_600e6;

impl Hours {
    /// An operation began on a part on which nothing was done since `idle_since`.
    pub fn started(&mut self, center: NodeIx, idle_since: PlantTime, at: PlantTime) {
        let sums = self.sums.entry(center).or_default();
        sums.waiting_us += i128::from(at.since(idle_since).micros().max(0));
    }

    /// An operation that began at `start` ended.
    pub fn finished(&mut self, center: NodeIx, start: PlantTime, at: PlantTime) {
        let sums = self.sums.entry(center).or_default();
        let length = at.since(start).micros().max(0);
        sums.operations += 1;
        sums.zero_length += u64::from(length == 0);
        sums.operation_us += i128::from(length);
    }

    pub fn all(&self, layout: &Layout) -> Vec<CenterHours> {
        layout
            .work_centers()
            .map(|(node, id)| {
                let sums = self.sums.get(&node).copied().unwrap_or_default();
                CenterHours {
                    work_center: id.clone(),
                    operations: sums.operations,
                    zero_length: sums.zero_length,
                    operation_hours: sums.operation_us as f64 / HOUR_US,
                    waiting_hours: sums.waiting_us as f64 / HOUR_US,
                }
            })
            .collect()
    }
}
