//! What a main hold-up does at this moment, and where it is felt: its lead is a finding about
//! weeks.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use twin::{MaterialId, Span, UnitState};

use super::{Found, LineFound, Question};
use crate::{
    findings::{DryPart, Inputs, Node, Present, Thing},
    layout::{NodeIx, Place},
    shares::AnyNode,
    sight::PlantView,
};

/// A stock that lasts this long holds nothing up [d].
const LASTS_D: f64 = 1.0;
/// Unless it runs out within this, with what is promised: then the next stop is in sight.
const IN_SIGHT: Span = Span::from_secs(7 * 86_400);

impl Question<'_> {
    /// Whether the lead still holds anything up, and what that rests on. Of others than suppliers
    /// nothing of the kind is known, since their waits come and go with every piece; nor of
    /// materials of which a part is out of sight.
    pub(super) fn present(&self, found: &Found, first: AnyNode) -> (Present, Inputs) {
        let nothing = (Present::GoesOn, Inputs::new());
        let Some(Node { plant, thing: Thing::Supplier(supplier) }) = self.node(first) else {
            return nothing;
        };
        let Some(fold) = self.plants.get(first.0).filter(|view| view.sees_node(first.1)) else {
            return nothing;
        };
        let mut lines = fold.layout.lines.iter().filter(|line| line.supplier_id == supplier);
        if !lines.all(|line| fold.sees_supply(&line.material)) {
            return nothing;
        }
        let short = self.short(found, (first.0, fold));
        let brings = |part: &&DryPart| fold.layout.is_brought_by(&part.material, &supplier);
        let inputs = short.iter().flat_map(|part| part.inputs.iter().cloned()).collect();
        let of_it = short.iter().filter(brings);
        // Of what nobody uses it is not known how long it lasts.
        let mut lasting = of_it.filter(|part| part.waited_for || part.cover_d.is_some()).peekable();
        let lasts = |part: &DryPart| {
            part.cover_d.is_some_and(|cover_d| cover_d >= LASTS_D)
                && part.dry.is_none_or(|dry| dry.since(self.now) > IN_SIGHT)
        };
        if lasting.peek().is_none() || !lasting.all(|part| !part.waited_for && lasts(part)) {
            return (Present::GoesOn, inputs);
        }
        let waited_for = short.iter().filter(|part| part.waited_for);
        let others = waited_for.filter_map(|part| {
            let id = part.supplier.clone().filter(|id| *id != supplier)?;
            let number = *fold.layout.suppliers.get(&id).filter(|node| fold.sees_node(**node))?;
            let node = Node { plant: plant.clone(), thing: Thing::Supplier(id) };
            // Of several that are waited for the one on record stays.
            let leads = self.history.current().is_some_and(|lead| lead.node == node);
            Some((!leads, Reverse(found.shares.time((first.0, number))), node))
        });
        (Present::IsOver { instead: others.min().map(|(.., node)| node) }, inputs)
    }

    /// What runs dry at a plant, as far as its supply is in view; looked at once for all of whom
    /// it is asked whether they still hold anything up.
    fn short(&self, found: &Found, (plant, fold): (usize, PlantView<'_>)) -> Rc<[DryPart]> {
        let mut known = found.short.borrow_mut();
        let short = known.entry(plant).or_insert_with(|| {
            let short = fold.dry(self.now).into_iter();
            short.filter(|part| fold.sees_supply(&part.material)).collect()
        });
        Rc::clone(short)
    }

    /// The work center at which the hold-up is felt: one that waits for what a supplier brings;
    /// else the last station, when the path goes through it or it waits; else the one that the
    /// path left towards the hold-up for the longest time.
    pub(super) fn felt_at(
        &self,
        fold: PlantView<'_>,
        line: &LineFound,
        first: AnyNode,
    ) -> Option<NodeIx> {
        let last = self.last_center(fold, line)?;
        let mut waiting = self.waiting_for(fold, first);
        if waiting.is_empty() && is_left_out(line, first) {
            waiting = self.takers(fold, first);
        }
        if !waiting.is_empty() {
            return if waiting.contains(&last) { Some(last) } else { waiting.first().copied() };
        }
        let starves = |center: NodeIx| {
            let tracks = fold.layout.units_of(center).filter_map(|unit| fold.track(unit));
            let mut states = tracks.map(|track| track.last_but_off_shift());
            states.any(|state| state == UnitState::Starved)
        };
        let is_supplier = matches!(self.node(first), Some(Node { thing: Thing::Supplier(_), .. }));
        if last == first.1 || (starves(last) && !is_supplier) {
            return Some(last);
        }
        Some(self.left_for(line, first).unwrap_or(last))
    }

    /// Whether a work center of this plant waits for what a supplier brings.
    pub(super) fn waits_for_first(&self, (plant, center): AnyNode, first: AnyNode) -> bool {
        let fold = self.plants.get(self.plant).filter(|_| plant == self.plant);
        fold.is_some_and(|fold| self.waiting_for(fold, first).contains(&center))
    }

    /// The work centers that wait for what a supplier of this plant brings, in the order of the
    /// definition.
    fn waiting_for(&self, fold: PlantView<'_>, first: AnyNode) -> Vec<NodeIx> {
        self.of_goods(fold, first, |material| fold.waiting_at(material))
    }

    /// The work centers that take what a supplier of this plant brings, in the same order.
    pub(super) fn takers(&self, fold: PlantView<'_>, first: AnyNode) -> Vec<NodeIx> {
        self.of_goods(fold, first, |goods| {
            let takes = |(material, place, _): &(MaterialId, Place, f64)| {
                material == goods && fold.sees(*place)
            };
            let operations = fold.layout.operations.values();
            let of = operations.filter(|operation| operation.inputs.iter().any(takes));
            of.map(|operation| operation.center).collect()
        })
    }

    /// The work centers found for each material that a supplier of this plant brings, in the order
    /// of the definition.
    fn of_goods(
        &self,
        fold: PlantView<'_>,
        first: AnyNode,
        found: impl Fn(&MaterialId) -> Vec<NodeIx>,
    ) -> Vec<NodeIx> {
        let lines = fold.layout.lines.iter().filter(|line| (self.plant, line.supplier) == first);
        let centers: BTreeSet<NodeIx> = lines.flat_map(|line| found(&line.material)).collect();
        centers.into_iter().collect()
    }

    /// The work center of this plant from which the path went to a node, by the time that it
    /// spent there then.
    fn left_for(&self, line: &LineFound, first: AnyNode) -> Option<NodeIx> {
        let mut times: BTreeMap<NodeIx, i64> = BTreeMap::new();
        let mut from = None;
        for segment in &line.path.segments {
            let node = (segment.plant, segment.node);
            let is_center =
                matches!(self.node(node), Some(Node { thing: Thing::WorkCenter(_), .. }));
            if node == first {
                if let Some(center) = from {
                    *times.entry(center).or_default() += segment.length();
                }
            } else if segment.plant == self.plant && is_center && self.may_limit(node) {
                from = Some(segment.node);
            }
        }
        let longest = times.into_iter().max_by_key(|(node, time)| (*time, Reverse(*node)));
        longest.map(|(node, _)| node)
    }
}

/// Whether the path of a line does not meet a node: it is named for what it holds up now.
pub(super) fn is_left_out(line: &LineFound, node: AnyNode) -> bool {
    !line.path.segments.iter().any(|segment| (segment.plant, segment.node) == node)
}
