//! Which label the facts of each kind about a thing carry, and the label of what was computed
//! from several.
//!
//! A fact's label is what the agreement in force shares of its owner's facts of that kind, within
//! what the plant's file says of the thing, less what was narrowed. A finding's label is that of
//! its inputs together, within the floor of its kind.

use std::collections::{BTreeMap, BTreeSet};

use analytics::{Inputs, Source};
use release::{
    Action, AudienceId, Gate, LabelId, Subject, bound_of_finding, combine, is_within, label_of_fact,
};
use twin::{
    Agreement, DeliveryId, EquipmentId, FactKind, Label, PartId, PlaceRef, Plant, PlantId,
    PlantTime, SeriesId, SupplierId, agreement::WithheldStep, label::Originator,
    state::ABOUT_ALARM,
};

use crate::board::Scene;

/// Labels by the kind of fact.
type ByKind = BTreeMap<FactKind, LabelId>;

/// The agreements of today, where those of the state that is looked at are older.
#[derive(Debug)]
pub(crate) struct Today {
    /// In force or not.
    pub(crate) agreements: Vec<Agreement>,
    /// The plants' time now.
    pub(crate) now: PlantTime,
}

/// The labels of everything that the plants' files name.
#[derive(Debug)]
pub(super) struct Labels {
    hub: Originator,
    /// What bounds the past.
    today: Option<Today>,
    plants: BTreeMap<PlantId, PlantLabels>,
    /// The revision of the files, the generation of policies and decisions, and which agreements
    /// held at which plant.
    learnt: Option<(u32, u64, Vec<bool>)>,
}

/// The labels of one plant.
#[derive(Debug, Default)]
struct PlantLabels {
    own: ByKind,
    equipment: BTreeMap<EquipmentId, ByKind>,
    suppliers: BTreeMap<SupplierId, ByKind>,
    /// The labels of what may be about anything of the plant: those of all its equipment together.
    whole: ByKind,
    /// How far findings go.
    bounds: ByKind,
    /// Whether it may be told on how many stations of how many a finding is based.
    coverage_counts: bool,
    withheld_step: Option<WithheldStep>,
}

impl Labels {
    pub(super) fn new(hub: Originator, today: Option<Today>) -> Self {
        Self { hub, today, plants: BTreeMap::new(), learnt: None }
    }

    /// Takes the labels of the plants' files and agreements; again only when these have changed,
    /// somebody decided something, or an agreement began or ended. Says whether it did.
    pub(super) fn learn(&mut self, core: &Scene<'_>, gate: &mut Gate) -> bool {
        let held = core.plants.keys().flat_map(|plant| {
            let now = core.now(plant);
            core.agreements.iter().map(move |agreement| agreement.holds_at(now))
        });
        let learnt = Some((core.revision, gate.generation(), held.collect()));
        if self.learnt == learnt {
            return false;
        }
        self.learnt = learnt;
        self.plants.clear();
        for (id, plant) in &core.plants {
            let learner = Learner { labels: self, agreements: &core.agreements, plant };
            let learnt = learner.all(gate, core.now(id));
            self.plants.insert(id.clone(), learnt);
        }
        true
    }

    /// The label of a plant's facts of a kind that are about no one thing.
    pub(super) fn plant(&self, plant: &PlantId, kind: FactKind) -> Option<LabelId> {
        self.plants.get(plant)?.own.get(&kind).copied()
    }

    /// The label of what is told of a plant as a whole: of a finding, how far it may go.
    pub(super) fn told_of(&self, plant: &PlantId, kind: FactKind) -> Option<LabelId> {
        let labels = self.plants.get(plant)?;
        if kind.is_finding() { labels.bounds.get(&kind) } else { labels.own.get(&kind) }.copied()
    }

    pub(super) fn equipment(
        &self,
        plant: &PlantId,
        id: &EquipmentId,
        kind: FactKind,
    ) -> Option<LabelId> {
        self.plants.get(plant)?.equipment.get(id)?.get(&kind).copied()
    }

    pub(super) fn supplier(
        &self,
        plant: &PlantId,
        id: &SupplierId,
        kind: FactKind,
    ) -> Option<LabelId> {
        self.plants.get(plant)?.suppliers.get(id)?.get(&kind).copied()
    }

    /// The label of what is known of a part at a place; `plant` is who speaks.
    pub(super) fn place(
        &self,
        plant: &PlantId,
        place: &PlaceRef,
        kind: FactKind,
    ) -> Option<LabelId> {
        self.equipment(place.plant.as_ref().unwrap_or(plant), &place.place, kind)
    }

    /// The label of a numeric signal. One that is called after a thing (`P4:heat`, `P4.heat`) has
    /// the thing's; what another is about, nobody has said.
    pub(super) fn signal(&self, plant: &PlantId, series: &SeriesId) -> Option<LabelId> {
        let series = series.as_str();
        let ends = series.rmatch_indices([':', '.', '#']).map(|(at, _)| &series[..at]);
        let mut things = ends.filter_map(|name| EquipmentId::new(name).ok());
        let named = things.find_map(|thing| self.equipment(plant, &thing, FactKind::LineState));
        named.or_else(|| self.whole(plant, FactKind::LineState))
    }

    /// The label of what may be about anything of a plant.
    pub(super) fn whole(&self, plant: &PlantId, kind: FactKind) -> Option<LabelId> {
        self.plants.get(plant)?.whole.get(&kind).copied()
    }

    /// The label of whatever an id names in a plant: equipment, a supplier, a delivery's supplier,
    /// a part's place, what an alarm is about, or else the plant's.
    pub(super) fn about(
        &self,
        core: &Scene<'_>,
        plant: &PlantId,
        id: &str,
        kind: FactKind,
    ) -> Option<LabelId> {
        if let Some((_code, about)) = id.strip_prefix(ABOUT_ALARM).and_then(|a| a.split_once(':')) {
            return self.about(core, plant, about, kind);
        }
        // Another plant's place is written with its plant.
        if let Some((other, place)) = id.split_once('/')
            && let Some((other, _)) = core.plants.get_key_value(other)
        {
            return self.about(core, other, place, kind);
        }
        let equipment = EquipmentId::new(id).ok().and_then(|id| self.equipment(plant, &id, kind));
        let supplier = || SupplierId::new(id).ok().and_then(|id| self.supplier(plant, &id, kind));
        let delivery = || {
            let delivery = core.twin.delivery(plant, &DeliveryId::new(id).ok()?)?;
            self.supplier(plant, &delivery.supplier, kind)
        };
        let part = || {
            let part = core.twin.part(&PartId::new(id).ok()?)?;
            self.place(plant, &part.place, kind)
        };
        equipment
            .or_else(supplier)
            .or_else(delivery)
            .or_else(part)
            .or_else(|| self.plant(plant, kind))
    }

    /// Whether it may be told on how many stations of how many a plant's findings are based.
    pub(super) fn coverage_counts(&self, plant: &PlantId) -> bool {
        self.plants.get(plant).is_some_and(|labels| labels.coverage_counts)
    }

    /// What stands in a plant's findings for a step that their reader may not know.
    pub(super) fn withheld_step(&self, plant: &PlantId) -> WithheldStep {
        let labels = self.plants.get(plant);
        labels.and_then(|labels| labels.withheld_step).unwrap_or(WithheldStep::Omit)
    }

    /// What the audience may read of all of this: its readable set.
    pub(super) fn readable(&self, gate: &Gate, audience: AudienceId) -> BTreeSet<LabelId> {
        let of_plant = |labels: &PlantLabels| {
            let things = labels.equipment.values().chain(labels.suppliers.values());
            let others = [&labels.own, &labels.whole, &labels.bounds];
            let all = things.chain(others).flat_map(|kinds| kinds.values().copied());
            all.collect::<BTreeSet<LabelId>>()
        };
        let all = self.plants.values().flat_map(of_plant);
        all.filter(|label| gate.allows(*label, audience, Action::See)).collect()
    }

    /// The labels of one thing that a finding of a kind was computed from.
    pub(super) fn inputs(
        &self,
        finding: FactKind,
        (plant, source): (&PlantId, &Source),
    ) -> Option<Vec<LabelId>> {
        let kinds = kinds_of_input(finding, source).iter();
        let label = |kind: &FactKind| match source {
            Source::Equipment(id) => self.equipment(plant, id, *kind),
            Source::Supplier(id) => self.supplier(plant, id, *kind),
            Source::Plan => self.plant(plant, *kind),
        };
        kinds.map(label).collect()
    }

    /// The label of a finding about a plant: that of everything it was computed from, within the
    /// floor of its kind. A finding whose inputs are not all labelled, or do not combine, has none
    /// and is shown to nobody.
    pub(super) fn finding(
        &self,
        gate: &mut Gate,
        kind: FactKind,
        inputs: &Inputs,
        about: &PlantId,
    ) -> Option<LabelId> {
        let of_plant = self.plants.get(about)?;
        let mut ids = vec![*of_plant.own.get(&FactKind::Layout)?, *of_plant.bounds.get(&kind)?];
        for (plant, source) in inputs {
            ids.extend(self.inputs(kind, (plant, source))?);
        }
        self.joint(gate, ids)
    }

    /// The label of what says something of all of these at once. None of none.
    pub(super) fn joint(
        &self,
        gate: &mut Gate,
        ids: impl IntoIterator<Item = LabelId>,
    ) -> Option<LabelId> {
        let ids: BTreeSet<LabelId> = ids.into_iter().collect();
        if ids.len() < 2 {
            return ids.first().copied();
        }
        let labels: Vec<Label> = ids.iter().map(|id| gate.label_of(*id).clone()).collect();
        // The creation time is part of a label: one of its own would be a new label every moment.
        let newest = labels.iter().map(|label| label.created).max()?;
        let revision = labels.iter().map(|label| label.registry_revision).max()?;
        combine(&labels, &self.hub, newest, revision).ok().and_then(|label| known(gate, &label))
    }

    /// Whether whoever may read what is labelled `narrow` may also read what is labelled `wide`.
    pub(super) fn covers(gate: &Gate, wide: Option<LabelId>, narrow: LabelId) -> bool {
        wide.is_some_and(|wide| is_within(gate.label_of(narrow), gate.label_of(wide)))
    }
}

/// What of an input a finding of a kind is computed from.
fn kinds_of_input(finding: FactKind, source: &Source) -> &'static [FactKind] {
    match (source, finding) {
        (Source::Supplier(_), _) => &[FactKind::Supply],
        (Source::Plan, _) => &[FactKind::Schedule],
        (Source::Equipment(_), FactKind::DryDate | FactKind::StockCover) => &[FactKind::LineState],
        (Source::Equipment(_), FactKind::SurgeLimit) => &[FactKind::Capacity],
        (Source::Equipment(_), FactKind::SingleSource) => &[FactKind::Layout],
        (Source::Equipment(_), _) => &[FactKind::LineState, FactKind::Flow],
    }
}

/// Makes the labels of one plant.
struct Learner<'a> {
    labels: &'a Labels,
    agreements: &'a [Agreement],
    plant: &'a Plant,
}

impl Learner<'_> {
    fn all(&self, gate: &mut Gate, now: PlantTime) -> PlantLabels {
        let plant = self.plant;
        let own = self.facts(gate, None, &[], now);
        let mut of_plant = PlantLabels { own, ..PlantLabels::default() };
        for (id, label, parts_of) in things_of(plant) {
            let things: Vec<&EquipmentId> = std::iter::once(id).chain(parts_of).collect();
            let kinds = if label.is_none() && !self.is_narrowed() {
                of_plant.own.clone()
            } else {
                self.facts(gate, label, &things, now)
            };
            of_plant.equipment.insert(id.clone(), kinds);
        }
        for supplier in &plant.suppliers {
            let kinds = match &supplier.label {
                Some(label) => self.facts(gate, Some(label), &[], now),
                None => of_plant.own.clone(),
            };
            of_plant.suppliers.insert(supplier.id.clone(), kinds);
        }
        self.centers(gate, &mut of_plant);
        self.areas(gate, &mut of_plant);
        self.whole(gate, &mut of_plant);
        for kind in FactKind::ALL.into_iter().filter(|kind| kind.is_finding()) {
            let bound = self.bound(kind, now).and_then(|label| known(gate, &label));
            of_plant.bounds.extend(bound.map(|label| (kind, label)));
        }
        let nation = &plant.label.originator.nation;
        let holding = self.agreements.iter().filter(|a| a.holds_at(now));
        let mut ours =
            holding.filter(|a| a.parties.contains(nation) && a.floor(FactKind::HoldUp).is_some());
        if let Some(agreement) = ours.next() {
            of_plant.coverage_counts = agreement.coverage_counts;
            of_plant.withheld_step = Some(agreement.withheld_step);
        }
        of_plant
    }

    /// Whether a narrowing or a release names a thing of the plant, so that its things differ.
    fn is_narrowed(&self) -> bool {
        let today = self.labels.today.iter().flat_map(|today| &today.agreements);
        let mut subjects = self.agreements.iter().chain(today).flat_map(|agreement| {
            let narrowed = agreement.narrowings.iter().map(|narrowing| &narrowing.what);
            narrowed.chain(agreement.releases.iter().map(|release| &release.what))
        });
        subjects.any(|what| what.plant == self.plant.id && what.thing.is_some())
    }

    /// The labels of facts about a thing, by kind. One that the gate has no room for, or that
    /// cannot be made, is nobody's: its facts are not listed.
    fn facts(
        &self,
        gate: &mut Gate,
        label: Option<&Label>,
        things: &[&EquipmentId],
        now: PlantTime,
    ) -> ByKind {
        let own = label.unwrap_or(&self.plant.label);
        let kinds = FactKind::ALL.into_iter().filter(|kind| !kind.is_finding());
        let label = |kind| {
            let subject = Subject { plant: &self.plant.id, things, kind, now };
            let mut label = label_of_fact(self.agreements, own, &subject).ok()?;
            if let Some(Today { agreements, now }) = &self.labels.today {
                let today = Subject { now: *now, ..subject };
                label = label_of_fact(agreements, &label, &today).ok()?;
            }
            Some((kind, known(gate, &label)?))
        };
        kinds.filter_map(label).collect()
    }

    /// How far findings of a kind about the plant go.
    fn bound(&self, kind: FactKind, now: PlantTime) -> Option<Label> {
        let subject = Subject { plant: &self.plant.id, things: &[], kind, now };
        let bound = bound_of_finding(self.agreements, &self.plant.label, &subject);
        let Some(Today { agreements, now }) = &self.labels.today else { return Some(bound) };
        let today = bound_of_finding(agreements, &bound, &Subject { now: *now, ..subject });
        let revision = bound.registry_revision;
        combine([&bound, &today], &self.labels.hub, bound.created, revision).ok()
    }

    /// What is said of a work center counts what its units do.
    fn centers(&self, gate: &mut Gate, of_plant: &mut PlantLabels) {
        for center in &self.plant.work_centers {
            let units = self.plant.units.iter().filter(|unit| unit.work_center == center.id);
            let all: Vec<&EquipmentId> = units.map(|unit| &unit.id).chain([&center.id]).collect();
            let joint = FactKind::ALL.into_iter().filter_map(|kind| {
                let label = |id: &&EquipmentId| of_plant.equipment.get(*id)?.get(&kind).copied();
                let ids: Option<Vec<LabelId>> = all.iter().map(label).collect();
                Some((kind, self.labels.joint(gate, ids?)?))
            });
            let joint = joint.collect();
            of_plant.equipment.insert(center.id.clone(), joint);
        }
    }

    /// The state of an area counts what is in it.
    fn areas(&self, gate: &mut Gate, of_plant: &mut PlantLabels) {
        const KIND: FactKind = FactKind::LineState;
        for area in &self.plant.areas {
            let inside =
                things_of(self.plant).into_iter().filter(|(_, _, of)| of.contains(&&area.id));
            let ids: Option<Vec<LabelId>> = inside
                .map(|(id, ..)| id)
                .chain([&area.id])
                .map(|id| of_plant.equipment.get(id)?.get(&KIND).copied())
                .collect();
            let joint = ids.and_then(|ids| self.labels.joint(gate, ids));
            if let Some(kinds) = of_plant.equipment.get_mut(&area.id) {
                kinds.remove(&KIND);
                kinds.extend(joint.map(|label| (KIND, label)));
            }
        }
    }

    /// What is about no thing that a file names may be about any: it has the label of all of them.
    fn whole(&self, gate: &mut Gate, of_plant: &mut PlantLabels) {
        for kind in FactKind::ALL.into_iter().filter(|kind| !kind.is_finding()) {
            let all = of_plant.equipment.values().chain([&of_plant.own]);
            // A thing whose label there is no room for is nobody's, and so is the whole then.
            let ids: Option<Vec<LabelId>> = all.map(|kinds| kinds.get(&kind).copied()).collect();
            let joint = ids.and_then(|ids| self.labels.joint(gate, ids));
            of_plant.whole.extend(joint.map(|label| (kind, label)));
        }
    }
}

fn known(gate: &mut Gate, label: &Label) -> Option<LabelId> {
    gate.label(label).inspect_err(|error| tracing::error!(%error, "a label is not taken")).ok()
}

/// A thing of a plant, its own label where it has one, and what it is part of.
type Thing<'a> = (&'a EquipmentId, Option<&'a Label>, Vec<&'a EquipmentId>);

/// The plant's things, with their own labels and with what each is part of.
pub(crate) fn things_of(plant: &Plant) -> Vec<Thing<'_>> {
    let center_of = |id: &EquipmentId| plant.work_centers.iter().find(|c| c.id == *id);
    let units = plant.units.iter().map(|unit| {
        let center = center_of(&unit.work_center);
        let parts_of = center.map(|c| vec![&c.id, &c.area]).unwrap_or_default();
        (&unit.id, unit.label.as_ref(), parts_of)
    });
    let storages = plant.storages.iter().map(|s| (&s.id, s.label.as_ref(), vec![&s.area]));
    let resources = plant.resources.iter().map(|r| (&r.id, None, Vec::new()));
    let areas = plant.areas.iter().map(|area| (&area.id, None, Vec::new()));
    // What is said of a work center is said of its units.
    let centers = plant.work_centers.iter().map(|center| {
        let unit = plant.units.iter().find(|unit| unit.work_center == center.id);
        (&center.id, unit.and_then(|unit| unit.label.as_ref()), vec![&center.area])
    });
    units.chain(storages).chain(resources).chain(areas).chain(centers).collect()
}
