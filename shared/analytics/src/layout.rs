//! What of a plant's definition the folds look up: places and nodes by number, who makes what
//! into which storage, how far each operation is from the final product.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use twin::{
    CalendarId, Cause, CauseKind, CrewId, EquipmentId, MaterialId, OperationId, PlaceRef, Plant,
    PlantId, Programme, Span, SupplierId,
    definition::{Calendar, MeasureKind, Operation, Stage, Tracking},
};

use crate::findings::{Source, Thing};

/// A unit, storage or resource of one plant, by number.
pub type Place = u32;
/// A node of one plant, by number.
pub type NodeIx = u32;

/// One plant's lookups.
#[derive(Clone, Debug)]
pub struct Layout {
    pub plant: PlantId,
    pub nodes: Vec<Thing>,
    pub places: Vec<PlaceInfo>,
    pub operations: BTreeMap<OperationId, OperationInfo>,
    pub crews: BTreeMap<CrewId, NodeIx>,
    pub suppliers: BTreeMap<SupplierId, NodeIx>,
    pub orders: NodeIx,
    pub lines: Vec<Line>,
    /// What the plant is there for.
    pub targets: BTreeSet<MaterialId>,
    /// The products that leave the plant for good, each the end of a line of its own.
    pub finals: Vec<MaterialId>,
    pub tracking: BTreeMap<MaterialId, Tracking>,
    /// Whether any work center may be called a bottleneck.
    pub may_limit: bool,
    /// Work centers that may not.
    pub cannot_limit: BTreeSet<NodeIx>,
    /// Operations after which a serial part goes no further here as that material, though it
    /// does not leave production: with where they put it.
    pub last_steps: BTreeMap<OperationId, Place>,
    /// Serial materials that count as completed by such a step.
    pub stepped: BTreeSet<MaterialId>,
    /// The serial material one level below each.
    pub children: BTreeMap<MaterialId, MaterialId>,
    /// The most of a material that one piece takes from a place.
    taken: BTreeMap<(MaterialId, Place), f64>,
    by_id: BTreeMap<EquipmentId, Place>,
    centers: BTreeMap<EquipmentId, NodeIx>,
}

/// A place.
#[derive(Clone, Debug)]
pub struct PlaceInfo {
    pub id: EquipmentId,
    pub kind: PlaceKind,
    /// The node that time here counts for: the work center of a unit, else the place itself.
    pub node: NodeIx,
    pub erected: bool,
}

/// Kinds of place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    Unit,
    Storage,
    Resource,
}

/// What the folds need of an operation.
#[derive(Clone, Debug)]
pub struct OperationInfo {
    pub center: NodeIx,
    /// What one run takes, from where, how much of it [the material's own unit].
    pub inputs: Vec<(MaterialId, Place, f64)>,
    /// Parts that one run works on at most [pieces].
    pub batch: f64,
    /// Parts without which a run does not begin [pieces].
    pub least: f64,
    pub output: MaterialId,
    pub to: Option<Place>,
    pub crews: Vec<NodeIx>,
    /// Steps to the nearest final product; 0 makes it.
    pub rank: u32,
    /// Steps to each of [`Layout::finals`], in their order.
    pub ranks: Vec<u32>,
    /// Mean length [calendar time]: working time over the calendar's working share.
    pub calendar_mean: Span,
}

impl OperationInfo {
    /// Steps to the end of a line; the largest number when it does not lead there.
    pub fn rank_in(&self, line: usize) -> u32 {
        self.ranks.get(line).copied().unwrap_or(UNRANKED)
    }
}

/// A standing flow from a supplier.
#[derive(Clone, Debug)]
pub struct Line {
    pub material: MaterialId,
    pub supplier: NodeIx,
    pub supplier_id: SupplierId,
    pub storage: Option<Place>,
    pub from: Option<PlaceRef>,
}

/// The rank of operations that no final product depends on.
const UNRANKED: u32 = u32::MAX;
/// Lines that are followed one by one; a plant with more products is followed as one line.
pub const LINES_FOLLOWED: usize = 8;

impl Layout {
    pub fn new(programme: &Programme, plant: &Plant) -> Self {
        let mut layout = Self {
            plant: plant.id.clone(),
            nodes: vec![Thing::Orders],
            places: Vec::new(),
            operations: BTreeMap::new(),
            crews: BTreeMap::new(),
            suppliers: BTreeMap::new(),
            orders: 0,
            lines: Vec::new(),
            targets: targets(programme, plant),
            finals: Vec::new(),
            tracking: plant.materials.iter().map(|m| (m.id.clone(), m.tracking)).collect(),
            may_limit: plant.work_centers.iter().any(|center| center.may_limit),
            cannot_limit: BTreeSet::new(),
            last_steps: BTreeMap::new(),
            stepped: BTreeSet::new(),
            children: programme
                .serials
                .iter()
                .filter_map(|scheme| Some((scheme.parent.clone()?, scheme.material.clone())))
                .collect(),
            taken: BTreeMap::new(),
            by_id: BTreeMap::new(),
            centers: BTreeMap::new(),
        };
        layout.add_places(plant);
        for crew in &plant.crews {
            let node = layout.node(Thing::Crew(crew.id.clone()));
            layout.crews.insert(crew.id.clone(), node);
        }
        for supplier in &plant.suppliers {
            layout.supplier(&supplier.id);
        }
        for line in &plant.supply_lines {
            let supplier = layout.supplier(&line.supplier);
            layout.lines.push(Line {
                material: line.material.clone(),
                supplier,
                supplier_id: line.supplier.clone(),
                storage: layout.place(&line.storage),
                from: line.from.clone(),
            });
        }
        layout.add_operations(plant);
        layout.rank();
        layout.find_last_steps();
        layout
    }

    fn node(&mut self, thing: Thing) -> NodeIx {
        self.nodes.push(thing);
        (self.nodes.len() - 1) as NodeIx
    }

    fn supplier(&mut self, id: &SupplierId) -> NodeIx {
        if let Some(node) = self.suppliers.get(id) {
            return *node;
        }
        let node = self.node(Thing::Supplier(id.clone()));
        self.suppliers.insert(id.clone(), node);
        node
    }

    fn add_place(&mut self, id: &EquipmentId, kind: PlaceKind, node: NodeIx, stage: Option<Stage>) {
        self.by_id.insert(id.clone(), self.places.len() as Place);
        let erected = stage == Some(Stage::Erected);
        self.places.push(PlaceInfo { id: id.clone(), kind, node, erected });
    }

    fn add_places(&mut self, plant: &Plant) {
        for center in &plant.work_centers {
            let node = self.node(Thing::WorkCenter(center.id.clone()));
            self.centers.insert(center.id.clone(), node);
            if !center.may_limit {
                self.cannot_limit.insert(node);
            }
        }
        for unit in &plant.units {
            let Some(node) = self.centers.get(&unit.work_center).copied() else { continue };
            let stage = plant
                .work_centers
                .iter()
                .find(|center| center.id == unit.work_center)
                .and_then(|center| center.stage);
            self.add_place(&unit.id, PlaceKind::Unit, node, stage);
        }
        for storage in &plant.storages {
            let node = self.node(Thing::Storage(storage.id.clone()));
            self.add_place(&storage.id, PlaceKind::Storage, node, storage.stage);
        }
        for resource in &plant.resources {
            let node = self.node(Thing::Resource(resource.id.clone()));
            self.add_place(&resource.id, PlaceKind::Resource, node, resource.stage);
        }
    }

    fn add_operations(&mut self, plant: &Plant) {
        let shares: BTreeMap<&CalendarId, f64> =
            plant.calendars.iter().map(|c| (&c.id, working_share(c))).collect();
        for operation in &plant.operations {
            let Some(center) = self.centers.get(&operation.work_center).copied() else { continue };
            let calendar = plant
                .work_centers
                .iter()
                .find(|center| center.id == operation.work_center)
                .map(|center| &center.calendar);
            let share = calendar.and_then(|id| shares.get(id)).copied().unwrap_or(1.0);
            let info = self.operation(operation, center, share);
            for (material, place, quantity) in &info.inputs {
                let most = self.taken.entry((material.clone(), *place)).or_default();
                *most = quantity.max(*most);
            }
            self.operations.insert(operation.id.clone(), info);
        }
    }

    fn operation(&self, operation: &Operation, center: NodeIx, share: f64) -> OperationInfo {
        let stretch = if operation.duration.runs_on { 1.0 } else { 1.0 / share };
        let hold = operation.hold_after.as_ref().map_or(Span::ZERO, |hold| hold.mean);
        let inputs = operation.inputs.iter().filter_map(|input| {
            Some((input.material.clone(), self.place(&input.from)?, input.quantity))
        });
        OperationInfo {
            center,
            inputs: inputs.collect(),
            batch: operation.batch.as_ref().map_or(1.0, |batch| f64::from(batch.most.max(1))),
            least: operation.batch.as_ref().map_or(1.0, |batch| f64::from(batch.least.max(1))),
            output: operation.output.material.clone(),
            to: operation.output.to.as_ref().and_then(|to| self.here(to)),
            crews: operation
                .crew
                .iter()
                .filter_map(|need| self.crews.get(&need.crew).copied())
                .collect(),
            rank: UNRANKED,
            ranks: Vec::new(),
            calendar_mean: operation.duration.mean.scaled(stretch) + hold,
        }
    }

    /// Finds the lines: operations whose output nobody here takes, those that make what the plant
    /// has promised before others, by what they make; and how far every operation is from the
    /// end of each.
    fn rank(&mut self) {
        let taken: BTreeSet<Place> = self
            .operations
            .values()
            .flat_map(|operation| operation.inputs.iter().map(|(_, place, _)| *place))
            .collect();
        let is_last = |o: &OperationInfo| o.to.is_none_or(|to| !taken.contains(&to));
        let any_target = self
            .operations
            .values()
            .any(|o| is_last(o) && (self.targets.is_empty() || self.targets.contains(&o.output)));
        let last: Vec<(OperationId, MaterialId)> = self
            .operations
            .iter()
            .filter(|(_, o)| {
                is_last(o)
                    && (!any_target || self.targets.is_empty() || self.targets.contains(&o.output))
            })
            .map(|(id, o)| (id.clone(), o.output.clone()))
            .collect();
        let products: BTreeSet<&MaterialId> = last.iter().map(|(_, product)| product).collect();
        let as_one = products.len() > LINES_FOLLOWED;
        let followed = if as_one { 1 } else { products.len() };
        self.finals = products.into_iter().take(followed).cloned().collect();
        for operation in self.operations.values_mut() {
            operation.ranks = vec![UNRANKED; followed];
        }
        for line in 0..followed {
            let of_line = |product: &MaterialId| as_one || self.finals.get(line) == Some(product);
            let ends = last.iter().filter(|(_, product)| of_line(product));
            let ends = ends.map(|(id, _)| (id.clone(), 0)).collect();
            self.rank_line(line, ends);
        }
        for operation in self.operations.values_mut() {
            operation.rank = operation.ranks.iter().copied().min().unwrap_or(UNRANKED);
        }
    }

    /// Breadth first from the operations at the end of a line.
    fn rank_line(&mut self, line: usize, mut queue: VecDeque<(OperationId, u32)>) {
        while let Some((id, rank)) = queue.pop_front() {
            let operation = self.operations.get_mut(&id);
            let Some(operation) = operation.filter(|o| o.rank_in(line) > rank) else { continue };
            if let Some(of_line) = operation.ranks.get_mut(line) {
                *of_line = rank;
            }
            let froms: Vec<Place> = operation.inputs.iter().map(|(_, place, _)| *place).collect();
            let makers = self
                .operations
                .iter()
                .filter(|(_, o)| o.to.is_some_and(|to| froms.contains(&to)))
                .map(|(maker, _)| (maker.clone(), rank + 1));
            queue.extend(makers);
        }
    }

    /// The line that a completed target belongs to.
    pub fn line_of(&self, material: &MaterialId) -> Option<usize> {
        let named = self.finals.iter().position(|product| product == material);
        named.or_else(|| (self.finals.len() == 1).then_some(0))
    }

    fn find_last_steps(&mut self) {
        let goes_on = |material: &MaterialId, to: Place| {
            self.operations.values().any(|o| {
                o.output == *material
                    && o.inputs.iter().any(|(input, from, _)| input == material && *from == to)
            })
        };
        let steps = self.operations.iter().filter_map(|(id, o)| {
            let serial = self.tracking.get(&o.output) == Some(&Tracking::Serial);
            let to = o.to.filter(|to| serial && !goes_on(&o.output, *to))?;
            Some((id.clone(), to, o.output.clone()))
        });
        let steps: Vec<_> = steps.collect();
        for (id, to, material) in steps {
            self.last_steps.insert(id, to);
            self.stepped.insert(material);
        }
    }

    /// The number of a place of this plant.
    pub fn place(&self, id: &EquipmentId) -> Option<Place> {
        self.by_id.get(id).copied()
    }

    /// The number of a place, when it is this plant's.
    pub fn here(&self, place: &PlaceRef) -> Option<Place> {
        match &place.plant {
            Some(plant) if *plant != self.plant => None,
            _ => self.place(&place.place),
        }
    }

    pub fn info(&self, place: Place) -> Option<&PlaceInfo> {
        self.places.get(place as usize)
    }

    /// A place as what a finding rests on.
    pub fn source(&self, place: Place) -> Option<(PlantId, Source)> {
        let info = self.info(place)?;
        Some((self.plant.clone(), Source::Equipment(info.id.clone())))
    }

    /// The most of a material that one piece takes from a place; 0 when nothing takes it.
    pub fn taken(&self, material: &MaterialId, place: Place) -> f64 {
        self.taken.get(&(material.clone(), place)).copied().unwrap_or(0.0)
    }

    pub fn center(&self, id: &EquipmentId) -> Option<NodeIx> {
        self.centers.get(id).copied()
    }

    pub fn is_unit(&self, place: Place) -> bool {
        self.info(place).is_some_and(|info| info.kind == PlaceKind::Unit)
    }

    /// The units of a work center.
    pub fn units_of(&self, node: NodeIx) -> impl Iterator<Item = Place> + '_ {
        (0..self.places.len() as Place).filter(move |&place| {
            self.info(place).is_some_and(|i| i.kind == PlaceKind::Unit && i.node == node)
        })
    }

    pub fn units(&self) -> impl Iterator<Item = Place> + '_ {
        (0..self.places.len() as Place).filter(|&place| self.is_unit(place))
    }

    /// The work centers in the order of the definition.
    pub fn work_centers(&self) -> impl Iterator<Item = (NodeIx, &EquipmentId)> {
        self.nodes.iter().enumerate().filter_map(|(node, thing)| match thing {
            Thing::WorkCenter(id) => Some((node as NodeIx, id)),
            _ => None,
        })
    }

    /// Whether a supplier delivers a material, by the definition.
    /// Whether a cause names a material that somebody delivers, or where it is put.
    pub fn is_delivered(&self, cause: &Cause) -> bool {
        let place: Option<PlaceRef> = cause.id.parse().ok();
        let place = place.and_then(|place| self.here(&place));
        let is_it = |line: &Line| {
            line.material.as_str() == cause.id || (place.is_some() && line.storage == place)
        };
        cause.kind == CauseKind::Material && self.lines.iter().any(is_it)
    }

    pub fn is_brought_by(&self, material: &MaterialId, supplier: &SupplierId) -> bool {
        let mut lines = self.lines.iter();
        lines.any(|line| line.material == *material && line.supplier_id == *supplier)
    }

    /// The supply line of a material by a supplier; of any supplier when that one has none.
    pub fn line(&self, supplier: &SupplierId, material: &MaterialId) -> Option<&Line> {
        let of = |line: &&Line| line.material == *material;
        self.lines
            .iter()
            .find(|line| of(line) && line.supplier_id == *supplier)
            .or_else(|| self.lines.iter().find(of))
    }
}

/// What the plant is there for: what it promised, what milestones are about, what its headline
/// throughput counts.
fn targets(programme: &Programme, plant: &Plant) -> BTreeSet<MaterialId> {
    let mut targets: BTreeSet<MaterialId> =
        plant.orders.iter().map(|order| order.material.clone()).collect();
    for measure in &plant.headline {
        if let MeasureKind::Throughput { material, .. } = &measure.kind {
            targets.insert(material.clone());
        }
    }
    if programme.milestones.iter().any(|milestone| milestone.plant == plant.id) {
        let roots = programme.serials.iter().filter(|scheme| scheme.parent.is_none());
        targets.extend(roots.map(|scheme| scheme.material.clone()));
    }
    targets
}

/// The share of a week that a calendar works [ratio]; holidays are left out of account.
fn working_share(calendar: &Calendar) -> f64 {
    const WEEK_MIN: f64 = 7.0 * 1_440.0;
    let minutes: f64 = calendar
        .week
        .iter()
        .flatten()
        .map(|shift| f64::from(shift.end_min.saturating_sub(shift.start_min)))
        .sum();
    if calendar.always || minutes <= 0.0 { 1.0 } else { (minutes / WEEK_MIN).min(1.0) }
}
