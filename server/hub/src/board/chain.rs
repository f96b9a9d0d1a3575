//! A main hold-up in a form that one audience may read.

use analytics::{ChainStep, HoldUp, Inputs, Node, Present, Source, Thing, Verdict};
use release::{Action, AudienceId, Gate, LabelId};
use twin::{EquipmentId, FactKind, PlantId, Span, agreement::WithheldStep};
use wire::view::{CauseStep, ChangePoint, Confidence, HoldUpCard};

use super::{Board, stamp};
use crate::board::Scene;

/// Former leads that are shown.
const LEADS_SHOWN: usize = 6;

/// What the reader may know of the names in a finding.
pub(super) struct Reader<'a> {
    pub(super) board: &'a Board,
    pub(super) core: &'a Scene<'a>,
    pub(super) gate: &'a Gate,
    pub(super) audience: AudienceId,
}

impl Reader<'_> {
    /// Whether the audience may see what carries the label.
    pub(super) fn may_see(&self, label: Option<LabelId>) -> bool {
        label.is_some_and(|label| self.gate.allows(label, self.audience, Action::See))
    }

    /// Whether the node itself may be known: its own label, not that of the finding.
    pub(super) fn may_know(&self, node: &Node) -> bool {
        let labels = &self.board.labels;
        self.may_see(match &node.thing {
            Thing::Supplier(id) => labels.supplier(&node.plant, id, FactKind::Supply),
            Thing::WorkCenter(id) | Thing::Storage(id) | Thing::Resource(id) => {
                labels.equipment(&node.plant, id, FactKind::Layout)
            }
            Thing::Crew(_) | Thing::Calendar(_) => labels.plant(&node.plant, FactKind::Layout),
            Thing::Orders => labels.plant(&node.plant, FactKind::Schedule),
        })
    }

    /// Of what a hold-up rests on, that which the audience may read; whether that is all of it.
    pub(super) fn readable(&self, inputs: &Inputs) -> (Inputs, bool) {
        let is_readable = |(plant, source): &&(PlantId, Source)| {
            let labels = self.board.labels.inputs(FactKind::HoldUp, (plant, source));
            labels.is_some_and(|ids| ids.into_iter().all(|label| self.may_see(Some(label))))
        };
        let kept: Inputs = inputs.iter().filter(is_readable).cloned().collect();
        let all = kept.len() == inputs.len();
        (kept, all)
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
        verdict.bites_at.iter().filter(|id| {
            let thing = Thing::Storage((*id).clone());
            self.may_know(&Node { plant: plant.clone(), thing })
        })
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
        let (_, all_readable) = self.readable(&verdict.inputs);
        let counts = [verdict.stations_reporting, verdict.stations];
        let may_count = all_readable || self.board.labels.coverage_counts(plant);
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
