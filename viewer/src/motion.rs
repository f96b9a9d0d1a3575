//! Things that move go to their new place smoothly instead of jumping there.

use std::collections::BTreeMap;

use crate::space::{V3, add, length, minus, scaled};

/// The time in which two thirds of the way are done [s].
const SETTLE_S: f32 = 0.7;
/// Nearer than this is there [m].
const THERE_M: f32 = 0.05;

/// Where each moving thing is drawn and where it is going.
#[derive(Clone, Debug, Default)]
pub struct Motion {
    ways: BTreeMap<String, Way>,
}

#[derive(Clone, Copy, Debug)]
struct Way {
    now: V3,
    to: V3,
}

impl Motion {
    /// Says where a thing is now; the first place is taken at once. With `smooth` false every
    /// place is.
    pub fn go(&mut self, id: &str, to: V3, smooth: bool) {
        let way = self.ways.entry(id.to_owned()).or_insert(Way { now: to, to });
        way.to = to;
        if !smooth {
            way.now = to;
        }
    }

    /// Forgets things that are no more.
    pub fn keep(&mut self, mut known: impl FnMut(&str) -> bool) {
        self.ways.retain(|id, _| known(id));
    }

    /// Where a thing is drawn.
    pub fn at(&self, id: &str) -> Option<V3> {
        self.ways.get(id).map(|way| way.now)
    }

    /// Whether something is on its way.
    pub fn is_moving(&self) -> bool {
        self.ways.values().any(|way| way.now != way.to)
    }

    /// Lets so many seconds pass; true when something moved.
    pub fn pass(&mut self, seconds: f32) -> bool {
        let share = 1.0 - (-seconds.max(0.0) / SETTLE_S).exp();
        let mut moved = false;
        for way in self.ways.values_mut() {
            let left = minus(way.to, way.now);
            if way.now == way.to {
                continue;
            }
            moved = true;
            way.now =
                if length(left) < THERE_M { way.to } else { add(way.now, scaled(left, share)) };
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crane_arrives_and_stops() {
        let mut motion = Motion::default();
        motion.go("crane", [0.0; 3], true);
        assert!(!motion.pass(1.0));
        motion.go("crane", [100.0, 0.0, 0.0], true);
        assert!(motion.pass(0.7));
        let x = motion.at("crane").unwrap()[0];
        assert!((60.0..70.0).contains(&x), "{x}");
        for _ in 0..40 {
            motion.pass(0.5);
        }
        assert_eq!(motion.at("crane"), Some([100.0, 0.0, 0.0]));
        assert!(!motion.pass(0.5));
        motion.go("crane", [5.0, 0.0, 0.0], false);
        assert_eq!(motion.at("crane"), Some([5.0, 0.0, 0.0]));
    }
}
