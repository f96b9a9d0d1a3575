//! A main hold-up in a form that one audience may read.

use std::{cell::RefCell, collections::BTreeSet};

use analytics::{ChainStep, HoldUp, Node, Present, Source, Thing, Verdict};
use release::{AudienceId, Gate, LabelId};
use twin::{EquipmentId, FactKind, PlantId, Span, agreement::WithheldStep};
use wire::view::{CauseStep, ChangePoint, Confidence, HoldUpCard};

use super::{Board, readers::sees, stamp};
use crate::board::Scene;

/// Former leads that are shown.
const LEADS_SHOWN: usize = 6;

/// What the reader may know of the names in a finding. It notes which labels let it tell what it
/// was asked for: what is told carries them, too.
pub(super) struct Reader<'a> {
    pub(super) board: &'a Board,
    pub(super) core: &'a Scene<'a>,
    gate: &'a Gate,
    pub(super) audience: AudienceId,
    told: RefCell<BTreeSet<LabelId>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        board: &'a Board,
        core: &'a Scene<'a>,
        gate: &'a Gate,
        audience: AudienceId,
    ) -> Self {
        Self { board, core, gate, audience, told: RefCell::default() }
    }

    /// The labels of what was told.
    pub(super) fn into_told(self) -> BTreeSet<LabelId> {
        self.told.into_inner()
    }

    /// Whether the audience may see what carries the label.
    pub(super) fn may_see(&self, label: Option<LabelId>) -> bool {
        let seen = label.filter(|_| sees(self.gate, self.audience, label));
        self.told.borrow_mut().extend(seen);
        seen.is_some()
    }

    /// Whether a place of a plant may be known, and what is reported of it: a hold-up tells both.
    pub(super) fn may_know_equipment(&self, plant: &PlantId, id: &EquipmentId) -> bool {
        let label = |kind| self.board.labels.equipment(plant, id, kind);
        self.may_see(label(FactKind::Layout)) && self.may_see(label(FactKind::LineState))
    }

    /// Whether the node itself may be known: its own label, not that of the finding.
    pub(super) fn may_know(&self, node: &Node) -> bool {
        let labels = &self.board.labels;
        let plant = |kind| labels.plant(&node.plant, kind);
        match &node.thing {
            Thing::Supplier(id) => self.may_see(labels.supplier(&node.plant, id, FactKind::Supply)),
            Thing::WorkCenter(id) | Thing::Storage(id) | Thing::Resource(id) => {
                self.may_know_equipment(&node.plant, id)
            }
            Thing::Crew(_) | Thing::Calendar(_) => self.may_see(plant(FactKind::Layout)),
            Thing::Orders => self.may_see(plant(FactKind::Schedule)),
        }
    }

    /// Whether a hold-up of the plant rests on all its units, or on some that the audience sees.
    fn sees_all_units(&self, plant: &PlantId) -> bool {
        let units = self.core.plants.get(plant).into_iter().flat_map(|plant| &plant.units);
        let ids = units.map(|unit| {
            let source = Source::Equipment(unit.id.clone());
            self.board.labels.inputs(FactKind::HoldUp, (plant, &source))
        });
        let may_see = |id| sees(self.gate, self.audience, Some(id));
        ids.into_iter().all(|ids| ids.is_some_and(|ids| ids.into_iter().all(may_see)))
    }

    /// Whether the hold-up of the plant may be told: not when it is itself a step that is left out.
    pub(super) fn may_tell(&self, plant: &PlantId, hold_up: &HoldUp) -> bool {
        match hold_up {
            HoldUp::Known(verdict) => {
                self.may_know(&verdict.node) || self.stands_in(plant) == WithheldStep::Role
            }
            HoldUp::Unknown { .. } => true,
        }
    }

    fn stands_in(&self, plant: &PlantId) -> WithheldStep {
        self.board.labels.withheld_step(plant)
    }

    /// Whether a node is in the findings about a plant, under its name or as what it is.
    fn is_told(&self, plant: &PlantId, node: &Node) -> bool {
        self.stands_in(plant) == WithheldStep::Role || self.may_know(node)
    }

    fn name(&self, node: &Node) -> String {
        if self.may_know(node) {
            self.core.name_of(&node.plant, node.thing.id())
        } else if matches!(node.thing, Thing::Supplier(_)) {
            "withheld.supplier".to_owned()
        } else {
            "withheld.station".to_owned()
        }
    }

    fn step(&self, step: &ChainStep, window: Span) -> CauseStep {
        let known = self.may_know(&step.node);
        CauseStep {
            plant: if known { self.core.plant_name(&step.node.plant) } else { String::new() },
            id: if known { step.node.thing.id().to_owned() } else { String::new() },
            name: self.name(&step.node),
            word: format!("why.{}", step.why.name()),
            share_ratio: step.share_ratio,
            lost_d: step.lost_d,
            window_d: window.days(),
            over_since: step.over_since.map(stamp),
            goes_on: step.goes_on,
            has_passed: step.has_passed,
            withheld: !known,
        }
    }

    /// The card of a plant's main hold-up.
    pub(super) fn card(&self, plant: &PlantId, hold_up: &HoldUp) -> HoldUpCard {
        match hold_up {
            HoldUp::Known(verdict) => self.known(plant, verdict),
            HoldUp::Unknown { why, .. } => HoldUpCard {
                why_not: Some(format!("holdup.{}", why.name())),
                ..empty(self.core.plant_name(plant))
            },
        }
    }

    /// Where it bites in the plant that the card is about, as far as the reader may know.
    fn bites_at<'v>(
        &'v self,
        plant: &'v PlantId,
        verdict: &'v Verdict,
    ) -> impl Iterator<Item = &'v EquipmentId> {
        verdict.bites_at.iter().filter(|id| self.may_know_equipment(plant, id))
    }

    fn known(&self, plant: &PlantId, verdict: &Verdict) -> HoldUpCard {
        let known = self.may_know(&verdict.node);
        let elsewhere = verdict.node.plant != *plant
            || !matches!(
                verdict.node.thing,
                Thing::WorkCenter(_) | Thing::Storage(_) | Thing::Resource(_)
            );
        let lead = |lead: &analytics::Lead| ChangePoint {
            since: stamp(lead.since),
            id: if self.may_know(&lead.node) { lead.node.thing.id().into() } else { String::new() },
            name: self.name(&lead.node),
            kind: lead.node.thing.kind().to_owned(),
            word: format!("why.{}", lead.why.name()),
        };
        let told = |node: &Node| self.is_told(plant, node);
        let before: Vec<_> = verdict.before.iter().filter(|lead| told(&lead.node)).collect();
        let shown = before.len().saturating_sub(LEADS_SHOWN);
        let chain = verdict.chain.iter().filter(|step| told(&step.node));
        // That there are more stations than the reader may read of, an agreement may let be told.
        let counts = [verdict.stations_reporting, verdict.stations];
        let may_count = self.sees_all_units(plant) || self.board.labels.coverage_counts(plant);
        HoldUpCard {
            known: true,
            why_not: None,
            plant: if known { self.core.plant_name(&verdict.node.plant) } else { String::new() },
            id: if known { verdict.node.thing.id().to_owned() } else { String::new() },
            kind: verdict.node.thing.kind().to_owned(),
            units: self.bites_at(plant, verdict).map(ToString::to_string).collect(),
            place: self
                .bites_at(plant, verdict)
                .next()
                .filter(|_| elsewhere)
                .map(|id| self.core.name_of(plant, id.as_str())),
            item: None,
            item_plant: None,
            name: self.name(&verdict.node),
            since: verdict.since.map(stamp),
            chain: chain.map(|step| self.step(step, verdict.window)).collect(),
            earlier: verdict.earlier.as_ref().map(|step| self.step(step, verdict.window)),
            loss_per_day: verdict.loss_per_day,
            loss_unit: verdict.loss_material.as_ref().map(|m| self.core.material_name(m)),
            slip_d: (verdict.slip_d > 0.0).then_some(verdict.slip_d),
            is_over: matches!(verdict.present, Present::IsOver { .. }),
            instead: match &verdict.present {
                Present::IsOver { instead } => {
                    instead.as_ref().filter(|node| self.may_know(node)).map(|node| self.name(node))
                }
                Present::GoesOn => None,
            },
            confidence: match verdict.confidence {
                analytics::Confidence::Sure => Confidence::Sure,
                analytics::Confidence::Probably => Confidence::Probably,
                analytics::Confidence::CannotTell => Confidence::CannotTell,
            },
            second: verdict.second.as_ref().filter(|node| told(node)).map(|node| self.name(node)),
            now: self.now(verdict),
            share_ratio: verdict.recent_share_ratio,
            window_d: verdict.recent.days(),
            based_on: if may_count { counts } else { [0, 0] },
            before: before[shown..].iter().map(|before| lead(before)).collect(),
        }
    }
}

fn empty(plant: String) -> HoldUpCard {
    HoldUpCard {
        known: false,
        why_not: None,
        plant,
        id: String::new(),
        kind: String::new(),
        units: Vec::new(),
        place: None,
        item: None,
        item_plant: None,
        name: String::new(),
        since: None,
        chain: Vec::new(),
        earlier: None,
        loss_per_day: None,
        loss_unit: None,
        slip_d: None,
        is_over: false,
        instead: None,
        confidence: Confidence::CannotTell,
        second: None,
        now: None,
        share_ratio: 0.0,
        window_d: 0.0,
        based_on: [0, 0],
        before: Vec::new(),
    }
}
