//! What is to be shown: the live state and the findings as labelled values by key.
//!
//! The board says what there is and under which label; it decides nothing. The gate in
//! [`crate::view`] decides who gets which of it. Values that must read differently for different
//! readers (a cause chain with a step that one may not know) are made per audience, again from
//! labelled parts.

mod cards;
mod chain;
mod floor;
mod history;
mod labels;
mod names;
mod product;
mod programme;
mod scene;

use std::collections::{BTreeMap, BTreeSet};

use analytics::{DryPart, HoldUp, Outlook};
use release::{AudienceId, Gate, LabelId, Labelled};
use twin::{PlantId, PlantTime, label::Originator};
use wire::{Rfc3339, view::Value};

use labels::Labels;
pub(crate) use scene::Scene;

/// A keyed value of a view.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) key: String,
    pub(crate) value: Value,
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

/// What analytics conclude about one plant at one moment.
#[derive(Clone, Debug)]
struct Findings {
    now: PlantTime,
    hold_up: HoldUp,
    outlook: Vec<Outlook>,
    dry: Vec<DryPart>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Board {
    labels: Labels,
    findings: BTreeMap<PlantId, Findings>,
    facts: BTreeMap<String, Vec<Labelled<Fact>>>,
    refreshes: u64,
    /// Whether the last refresh made the values of the history anew.
    past_renewed: bool,
}

/// Findings are computed anew once in so many refreshes: they change by the hour of plant time.
const FINDINGS_EVERY: u64 = 4;
/// Values of the history are made anew once in so many refreshes.
const HISTORY_EVERY: u64 = 8;

impl Board {
    /// A board whose findings are made known by `hub`.
    pub(crate) fn new(hub: Originator) -> Self {
        Self {
            labels: Labels::new(hub),
            findings: BTreeMap::new(),
            facts: BTreeMap::new(),
            refreshes: 0,
            past_renewed: false,
        }
    }

    /// Makes the values that read the same for everybody anew.
    pub(crate) fn refresh(&mut self, core: &Scene<'_>, gate: &mut Gate) {
        self.labels.learn(core, gate);
        if self.refreshes.is_multiple_of(FINDINGS_EVERY) {
            self.findings = core.plants.keys().map(|id| (id.clone(), findings(core, id))).collect();
        }
        self.past_renewed = self.refreshes.is_multiple_of(HISTORY_EVERY);
        self.refreshes += 1;
        for view in self.views(core) {
            let facts = match View::parse(core, &view) {
                Some(View::Programme) => programme::facts(core, &self.labels),
                Some(View::Plant(plant)) => self.plant_facts(core, plant),
                Some(View::History(plant))
                    if self.past_renewed || !self.facts.contains_key(&view) =>
                {
                    history::facts(core, &self.labels, plant)
                }
                Some(View::History(_)) | None => continue,
            };
            self.facts.insert(view, facts);
        }
    }

    fn plant_facts(&self, core: &Scene<'_>, plant: &PlantId) -> Vec<Labelled<Fact>> {
        let held_up = self.held_up_units(plant);
        let mut facts = floor::facts(core, &self.labels, plant, &held_up);
        facts.extend(product::facts(core, &self.labels, plant));
        facts
    }

    /// The units of a plant that are flagged: those of its own main hold-up.
    fn held_up_units(&self, plant: &PlantId) -> BTreeSet<twin::EquipmentId> {
        match self.findings.get(plant).map(|findings| &findings.hold_up) {
            Some(HoldUp::Known(verdict)) if verdict.node.plant == *plant => {
                verdict.units.iter().cloned().collect()
            }
            _ => BTreeSet::new(),
        }
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
        &self,
        core: &Scene<'_>,
        gate: &mut Gate,
        view: &str,
        audience: AudienceId,
    ) -> Vec<Labelled<Fact>> {
        let mut facts = self.facts.get(view).cloned().unwrap_or_default();
        match View::parse(core, view) {
            Some(View::Plant(plant)) => {
                facts.extend(cards::plant(self, core, gate, plant, audience));
            }
            Some(View::Programme) => {
                facts.extend(cards::programme(self, core, gate, audience));
            }
            Some(View::History(_)) | None => {}
        }
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
            Some(View::History(_)) | None => false,
        };
        let occurrences = core
            .happenings
            .after(seen)
            .filter(|happening| wanted(&happening.plant))
            .filter_map(|happening| {
                let label = self.labels.thing(&happening.plant, &happening.about)?;
                let mut with = happening.with.clone();
                if happening.kind == "state" {
                    // The programme's view has no layout to look the names up in.
                    let name = core.name_of(&happening.plant, &happening.about);
                    with.insert("name".to_owned(), name);
                    with.insert("plant".to_owned(), core.plant_name(&happening.plant));
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
}

impl<'a> View<'a> {
    fn parse(core: &'a Scene<'a>, view: &str) -> Option<Self> {
        if view == "programme" {
            return Some(Self::Programme);
        }
        let (kind, id) = view.split_once('/')?;
        let (plant, _) = core.plants.get_key_value(id)?;
        match kind {
            "plant" => Some(Self::Plant(plant)),
            "history" => Some(Self::History(plant)),
            _ => None,
        }
    }
}

fn findings(core: &Scene<'_>, plant: &PlantId) -> Findings {
    let now = core.now(plant);
    Findings {
        now,
        hold_up: core.analytics.hold_up(plant, now, None),
        outlook: core.analytics.outlook(plant, now),
        dry: core.analytics.dry(plant, now),
    }
}

/// Plant time as pages read it.
fn stamp(at: PlantTime) -> Rfc3339 {
    record::format_time(at).unwrap_or_default()
}

fn fact(label: LabelId, key: impl Into<String>, value: Value) -> Labelled<Fact> {
    Labelled { value: Fact { key: key.into(), value }, label }
}
