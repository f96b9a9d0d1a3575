//! What is to be shown: the live state and the findings as labelled values by key.
//!
//! The board says what there is and under which label; it decides nothing. The gate in
//! [`crate::view`] decides who gets which of it. What is concluded, and every value that tells of
//! a conclusion, is made once for each distinct set of labels that a reader may read, from what
//! carries those labels alone.

mod answers;
mod cards;
mod chain;
mod conclusions;
mod floor;
mod history;
mod labels;
mod lots;
mod measures;
mod model;
mod names;
mod opening;
mod present;
mod product;
mod programme;
mod promises;
mod readers;
mod scene;
mod signals;
mod trust;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use ::floor::{Causes, stamp};
use release::{AudienceId, Gate, LabelId, Labelled};
use serde_json::value::RawValue;
use twin::{
    FactKind, PlantId, SeriesId,
    label::Originator,
    state::{ABOUT_ALARM, OrderNow},
};
use wire::{Rfc3339, view::Value};

use crate::core::Condition;
use conclusions::{Conclude, Conclusions, Findings};
use labels::Labels;
pub(crate) use labels::{Today, things_of};
pub(crate) use opening::Openings;
pub(crate) use readers::MOST_READABLE_SETS;
use readers::Readers;
pub(crate) use scene::Scene;

/// A keyed value of a view; its copies for several audiences share the value and its text.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) key: String,
    pub(crate) value: Arc<Value>,
    encoded: Arc<OnceLock<Option<Arc<RawValue>>>>,
}

impl Fact {
    /// The value as text, made by the first audience that it is released to.
    pub(crate) fn encoded(
        &self,
        encode: fn(&Value) -> Option<Arc<RawValue>>,
    ) -> Option<Arc<RawValue>> {
        self.encoded.get_or_init(|| encode(&self.value)).clone()
    }
}

/// Something that happened, in words' keys.
#[derive(Clone, Debug)]
pub(crate) struct Occurrence {
    pub(crate) at: Rfc3339,
    pub(crate) kind: &'static str,
    pub(crate) about: String,
    pub(crate) word: String,
    pub(crate) with: BTreeMap<String, String>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Board {
    labels: Labels,
    readers: Readers,
    conclusions: Conclusions,
    /// Whether each plant's record tells causes: as a whole, and at this moment.
    causes: BTreeMap<PlantId, (Causes, Causes)>,
    facts: BTreeMap<String, Vec<Labelled<Fact>>>,
    refreshes: u64,
    /// Whether the last refresh made the values of the history anew.
    past_renewed: bool,
    /// The changes of the plan that the findings and the values of the history hold: those asked
    /// for here, and those reported.
    plan_changes: (u64, u64),
    /// What somebody must act on in each plant, found with the findings.
    conditions: BTreeMap<PlantId, Vec<Condition>>,
}

/// Findings are computed anew once in so many refreshes: they change by the hour of plant time.
const FINDINGS_EVERY: u64 = 4;
/// Values of the history are made anew once in so many refreshes.
const HISTORY_EVERY: u64 = 8;

impl Board {
    /// A board whose findings are made known by `hub`. Of the past it shows no more than `today`
    /// allows.
    pub(crate) fn new(hub: Originator, today: Option<Today>) -> Self {
        Self {
            labels: Labels::new(hub, today),
            readers: Readers::default(),
            conclusions: Conclusions::default(),
            causes: BTreeMap::new(),
            facts: BTreeMap::new(),
            refreshes: 0,
            past_renewed: false,
            plan_changes: (0, 0),
            conditions: BTreeMap::new(),
        }
    }

    /// Makes the values that read the same for everybody anew, for these audiences. Returns those
    /// for whom nothing is made, because as many different readers as possible look already.
    pub(crate) fn refresh(
        &mut self,
        core: &Scene<'_>,
        gate: &mut Gate,
        audiences: &[AudienceId],
    ) -> BTreeSet<AudienceId> {
        let relearnt = self.labels.learn(core, gate);
        // Whoever changed the plan wants to see it changed; and when a delivery comes, what is
        // concluded of it belongs beside it.
        let plan_changes = (core.plan_changes, core.analytics.plan_changes());
        let replanned = relearnt || self.plan_changes != plan_changes;
        let crowded_out = self.seat(gate, audiences);
        let again = replanned || self.refreshes.is_multiple_of(FINDINGS_EVERY);
        let what = if again { Conclude::Again } else { Conclude::WhatIsNew };
        let plants: Vec<PlantId> = core.plants.keys().cloned().collect();
        self.conclude(core, gate, &plants, what);
        if again {
            let conditions = |plant: &PlantId| (plant.clone(), core.conditions(plant));
            self.conditions = plants.iter().map(conditions).collect();
        }
        self.past_renewed = replanned || self.refreshes.is_multiple_of(HISTORY_EVERY);
        self.plan_changes = plan_changes;
        self.refreshes += 1;
        for view in self.views(core) {
            let facts = match View::parse(core, &view) {
                Some(View::Programme) => programme::facts(core, &self.labels, gate),
                Some(View::Plant(plant)) => self.plant_facts(core, gate, plant),
                Some(View::History(plant))
                    if self.past_renewed || !self.facts.contains_key(&view) =>
                {
                    let alarms = self.conditions.get(plant).map_or(&[][..], Vec::as_slice);
                    let seen = (plant, self.causes(plant), alarms);
                    history::facts(core, &self.labels, gate, seen)
                }
                Some(View::History(_) | View::Points(..) | View::Model(_)) | None => continue,
            };
            self.facts.insert(view, facts);
        }
        crowded_out
    }

    /// The values of one plant at one moment of the past, for one audience: what was so, with the
    /// dates that were expected then.
    pub(crate) fn past(
        &mut self,
        core: &Scene<'_>,
        gate: &mut Gate,
        plant: &PlantId,
        audience: AudienceId,
    ) -> Vec<Labelled<Fact>> {
        self.labels.learn(core, gate);
        // One reader is never one too many.
        let _nobody = self.seat(gate, &[audience]);
        self.conclude(core, gate, std::slice::from_ref(plant), Conclude::Again);
        let mut facts = self.plant_facts(core, gate, plant);
        let flags = cards::flags(self, core, gate, (plant, &facts), audience);
        facts.extend(flags);
        facts.extend(floor::layouts(core, &self.labels, gate, plant, audience));
        facts.extend(history::deliveries(core, &self.labels, plant));
        facts.extend(history::orders(self, core, gate, plant, audience));
        facts
    }

    fn seat(&mut self, gate: &Gate, audiences: &[AudienceId]) -> BTreeSet<AudienceId> {
        let readable = |audience: &AudienceId| (*audience, self.labels.readable(gate, *audience));
        self.readers.seat(audiences.iter().map(readable).collect())
    }

    fn conclude(&mut self, core: &Scene<'_>, gate: &mut Gate, plants: &[PlantId], what: Conclude) {
        for plant in plants {
            let told = self.record_tells(core, plant);
            let now = if told == Causes::NotTold && self.is_idle(core, gate, plant) {
                Causes::NoOrder
            } else {
                told
            };
            self.causes.insert(plant.clone(), (told, now));
        }
        let sets = self.readers.sets();
        self.conclusions.draw((core, &self.labels), gate, (plants, &sets), what);
    }

    /// The findings about a plant for those who may read what the audience may.
    fn findings(&self, plant: &PlantId, audience: AudienceId) -> Option<&Findings> {
        self.conclusions.about(self.readers.set_of(audience)?, plant)
    }

    /// Has everything made anew at the next refresh, also what changes slowly.
    #[cfg(test)]
    pub(crate) fn renew_everything(&mut self) {
        self.refreshes = 0;
    }

    fn plant_facts(
        &self,
        core: &Scene<'_>,
        gate: &mut Gate,
        plant: &PlantId,
    ) -> Vec<Labelled<Fact>> {
        let opens = core.plants.get(plant).map(|plant| core.openings(plant));
        let shown = (self.causes_now(plant), opens.unwrap_or_default());
        let mut facts = floor::facts(core, &self.labels, gate, plant, shown);
        facts.extend(product::facts(core, &self.labels, gate, plant));
        facts
    }

    /// Whether the plant's record tells causes.
    fn causes(&self, plant: &PlantId) -> Causes {
        self.causes.get(plant).map_or(Causes::Told, |(told, _)| *told)
    }

    /// The same for what is at this moment: where every order is met, a free unit has none.
    fn causes_now(&self, plant: &PlantId) -> Causes {
        self.causes.get(plant).map_or(Causes::Told, |(_, now)| *now)
    }

    fn record_tells(&self, core: &Scene<'_>, plant: &PlantId) -> Causes {
        match core.analytics.tells_causes(plant, core.now(plant)) {
            true => Causes::Told,
            false => Causes::NotTold,
        }
    }

    /// Whether every order that the plant had is met. It is told where whoever may read what any
    /// station does may also read the plan and all that is made.
    fn is_idle(&self, core: &Scene<'_>, gate: &Gate, plant: &PlantId) -> bool {
        let is_met = |order: &OrderNow| {
            let made = core.analytics.made_for(plant, &order.order);
            let made = made.map_or(order.completed as f64, |(done, _)| done);
            order.closed.is_some() || made >= order.quantity
        };
        let mut orders = core.twin.orders(plant).peekable();
        if orders.peek().is_none() || !orders.all(is_met) {
            return false;
        }
        let labels = &self.labels;
        let needs = [labels.plant(plant, FactKind::Schedule), labels.whole(plant, FactKind::Flow)];
        let units = core.plants.get(plant).into_iter().flat_map(|plant| &plant.units);
        let states: Option<BTreeSet<LabelId>> =
            units.map(|unit| labels.equipment(plant, &unit.id, FactKind::LineState)).collect();
        let told = |state: LabelId| needs.iter().all(|wide| Labels::covers(gate, *wide, state));
        states.is_some_and(|states| states.into_iter().all(told))
    }

    /// Whether a view's values may differ from those before the last refresh.
    pub(crate) fn is_renewed(&self, view: &str) -> bool {
        self.past_renewed || !view.starts_with("history/")
    }

    /// Every view there is, seen or not.
    pub(crate) fn views(&self, core: &Scene<'_>) -> Vec<String> {
        let of_plants =
            core.plants.keys().flat_map(|p| [format!("plant/{p}"), format!("history/{p}")]);
        std::iter::once("programme".to_owned()).chain(of_plants).collect()
    }

    /// The values of a view for an audience, each with its label.
    pub(crate) fn facts(
        &mut self,
        core: &Scene<'_>,
        gate: &mut Gate,
        view: &str,
        audience: AudienceId,
    ) -> Vec<Labelled<Fact>> {
        let mut facts = self.facts.get(view).cloned().unwrap_or_default();
        match View::parse(core, view) {
            Some(View::Points(plant, series)) => {
                facts.extend(signals::points(core, &self.labels, plant, &series));
            }
            Some(View::Model(plant)) => {
                facts.extend(model::playable(core, &self.labels, gate, plant));
            }
            _ => {}
        }
        if !self.readers.has_seat(audience) {
            return facts;
        }
        if let Some(made) = self.readers.made(audience, view) {
            facts.extend(made.iter().cloned());
            return facts;
        }
        let made = match View::parse(core, view) {
            Some(View::Plant(plant)) => {
                let mut made = floor::layouts(core, &self.labels, gate, plant, audience);
                made.extend(cards::plant(self, core, gate, (plant, &facts), audience));
                made
            }
            Some(View::Programme) => cards::programme(self, core, gate, audience),
            Some(View::History(plant)) => history::orders(self, core, gate, plant, audience),
            Some(View::Points(..) | View::Model(_)) | None => Vec::new(),
        };
        self.readers.keep(audience, view, &made);
        facts.extend(made);
        facts
    }

    /// What happened in a view after the `seen`-th happening of the core, and the newest number.
    pub(crate) fn happened(
        &self,
        core: &Scene<'_>,
        view: &str,
        seen: u64,
    ) -> (Vec<Labelled<Occurrence>>, u64) {
        let wanted = |plant: &PlantId| match View::parse(core, view) {
            Some(View::Plant(p)) => p == plant,
            Some(View::Programme) => true,
            Some(View::History(_) | View::Points(..) | View::Model(_)) | None => false,
        };
        let occurrences = core
            .happenings
            .after(seen)
            .filter(|happening| wanted(&happening.plant))
            .filter_map(|happening| {
                let (plant, about) = (&happening.plant, &happening.about);
                let kind = kind_of_happening(happening.kind)?;
                let label = self.labels.about(core, plant, about, kind)?;
                let mut with = happening.with.clone();
                if happening.kind == "comment" {
                    let said = |text: &mut String| *text = core.in_words(&happening.plant, text);
                    with.entry("text".to_owned()).and_modify(said);
                }
                if matches!(happening.kind, "comment" | "delivery") {
                    let name = core.called(&happening.plant, &happening.about);
                    with.extend(name.map(|name| ("name".to_owned(), name)));
                }
                if happening.kind == "state" {
                    // The programme's view has no layout to look the names up in.
                    let name = core.name_of(&happening.plant, &happening.about);
                    with.insert("name".to_owned(), name);
                    with.insert("plant".to_owned(), core.plant_name(&happening.plant));
                    let causes = self.causes(&happening.plant);
                    for state in ["state", "left"] {
                        with.entry(state.to_owned()).and_modify(|name| *name = causes.rename(name));
                    }
                }
                if happening.about.starts_with(ABOUT_ALARM) {
                    let name = core.name_of(&happening.plant, &happening.about);
                    with.insert("name".to_owned(), name);
                }
                let value = Occurrence {
                    at: stamp(happening.at),
                    kind: happening.kind,
                    about: happening.about.clone(),
                    word: happening.word.to_owned(),
                    with,
                };
                Some(Labelled { value, label })
            })
            .collect();
        (occurrences, core.happenings.last())
    }
}

/// The views by name.
enum View<'a> {
    Programme,
    Plant(&'a PlantId),
    History(&'a PlantId),
    /// One signal of a plant; made only while somebody asks for it.
    Points(&'a PlantId, SeriesId),
    /// What a simulation of a plant needs of its files; likewise.
    Model(&'a PlantId),
}

impl<'a> View<'a> {
    fn parse(core: &'a Scene<'a>, view: &str) -> Option<Self> {
        if view == "programme" {
            return Some(Self::Programme);
        }
        let (kind, id) = view.split_once('/')?;
        let (id, series) = match kind {
            "points" => id.split_once('/')?,
            _ => (id, ""),
        };
        let (plant, _) = core.plants.get_key_value(id)?;
        match kind {
            "plant" => Some(Self::Plant(plant)),
            "history" => Some(Self::History(plant)),
            "model" => Some(Self::Model(plant)),
            "points" => Some(Self::Points(plant, SeriesId::new(series).ok()?)),
            _ => None,
        }
    }
}

/// The kind of fact that a happening tells. What has none is told to nobody.
fn kind_of_happening(kind: &str) -> Option<FactKind> {
    match kind {
        "state" => Some(FactKind::LineState),
        "delivery" => Some(FactKind::Supply),
        "comment" => Some(FactKind::Comments),
        "part" => Some(FactKind::Quality),
        "plant" => Some(FactKind::Layout),
        "feed" | "refused" | "corrected" => Some(FactKind::Feeds),
        _ => None,
    }
}

/// A value under the label of its kind, or under one within that.
fn fact(label: LabelId, key: impl Into<String>, value: Value) -> Labelled<Fact> {
    let value = Fact { key: key.into(), value: Arc::new(value), encoded: Arc::default() };
    Labelled { value, label }
}

#[cfg(test)]
mod tests;
