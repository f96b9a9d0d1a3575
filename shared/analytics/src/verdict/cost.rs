//! What a hold-up costs: pieces a day, and days of slip. Both are estimates from the record
//! alone; a simulation with and without the hold-up is the arbiter.

use twin::{MaterialId, PlantTime, Span, UnitState};

use super::{LineFound, Question};
use crate::{layout::OperationInfo, shares::AnyNode, sight::PlantView, walk::Path};

/// Slip is counted over this.
const SLIP_WINDOW: Span = Span::from_secs(7 * 86_400);

impl Question<'_> {
    /// Pieces lost a day since `from`, and of what.
    ///
    /// The last station finished `n` pieces in its working time `w`, so that one second of it is
    /// worth `n / w` pieces. When the hold-up is elsewhere, the station lost the seconds that it
    /// was starved or blocked, and the hold-up's part of those is its share of the path among
    /// all nodes but the station: `lost = (starved + blocked) / days × n / w × share`. When the
    /// station itself holds up, it lost the seconds of the path that it spent otherwise than in
    /// planned work. These leave out nights and weekends, in which a station that is down would
    /// not have worked either.
    pub(super) fn loss(
        &self,
        fold: PlantView<'_>,
        (found, from): (&LineFound, PlantTime),
        first: AnyNode,
    ) -> Option<(f64, MaterialId)> {
        let window = self.now.since(from);
        let center = self.last_center(fold, found)?;
        let is_last =
            |o: &&OperationInfo| o.rank_in(found.line) == found.rank && o.center == center;
        let operation = fold.layout.operations.values().find(is_last)?;
        let of_child = fold.layout.children.get(&operation.output);
        let takes = of_child.filter(|c| operation.inputs.iter().any(|(m, ..)| m == *c));
        let material = takes.unwrap_or(&operation.output).clone();
        let (mut working, mut waiting) = (0.0, 0.0);
        let mut finished = 0_u32;
        for unit in fold.layout.units_of(operation.center) {
            let Some(track) = fold.track(unit) else { continue };
            finished += track.finished_between(from, self.now);
            for stretch in track.ribbon(from, self.now) {
                let s = stretch.to.since(stretch.from).micros() as f64 / 1e6;
                match stretch.state {
                    UnitState::Working => working += s,
                    UnitState::Starved | UnitState::Blocked => waiting += s,
                    UnitState::OffShift
                    | UnitState::Unknown
                    | UnitState::WaitingForCrew
                    | UnitState::WaitingForCrane
                    | UnitState::Setup
                    | UnitState::Down
                    | UnitState::Held
                    | UnitState::PlannedMaintenance => {}
                }
            }
        }
        if working <= 0.0 || finished == 0 {
            return None;
        }
        // A batch ends as one run.
        let pieces = if operation.batch > 1.0 {
            fold.completed(&material, from, self.now).0
        } else {
            f64::from(finished)
        };
        let station = (self.plant, operation.center);
        let lost_s = if first == station {
            self.unplanned(&found.path, first, from).hours() * 3_600.0
        } else {
            let others = 1.0 - found.past.ratio(station);
            waiting * (found.past.ratio(first) / others.max(f64::MIN_POSITIVE)).min(1.0)
        };
        let seen = self.since_first(fold, from).unwrap_or(window).min(window).max(Span::HOUR);
        Some((lost_s / seen.days() * pieces / working, material))
    }

    /// How much of the window is on record.
    fn since_first(&self, fold: PlantView<'_>, from: PlantTime) -> Option<Span> {
        let first = fold
            .layout
            .units()
            .filter_map(|unit| fold.track(unit)?.ribbon(from, self.now).first().map(|s| s.from));
        first.min().map(|first| self.now.since(first))
    }

    /// Days of the last seven that the path spent at the node otherwise than in planned work.
    pub(super) fn slip_d(&self, path: &Path, first: AnyNode) -> f64 {
        self.unplanned(path, first, self.now - SLIP_WINDOW).days()
    }

    /// The path's time at a node since then that was no planned work.
    fn unplanned(&self, path: &Path, node: AnyNode, from: PlantTime) -> Span {
        let of_node = path.segments.iter().filter(|s| (s.plant, s.node) == node);
        let lost = of_node.filter(|s| !s.why.is_planned()).filter_map(|s| s.within(from, self.now));
        lost.fold(Span::ZERO, |sum, s| sum + s.to.since(s.from))
    }
}
