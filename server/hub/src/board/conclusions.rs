//! What is concluded, and for whom: findings are drawn once for each distinct set of labels that
//! somebody who looks may read, from the facts that carry those labels and from nothing else.

use std::collections::{BTreeMap, BTreeSet};

use analytics::{DryPart, HoldUp, Inputs, OutOfSight, Outlook, Sight};
use release::{AudienceId, Gate, LabelId};
use twin::{FactKind, PlantId, PlantTime, agreement::WithheldStep};

use super::{Labels, Scene, readers::sees};

/// What is concluded about one plant at one moment, for those who may read the same; each
/// conclusion with its label.
#[derive(Clone, Debug)]
pub(super) struct Findings {
    pub(super) now: PlantTime,
    pub(super) hold_up: HoldUp,
    /// The reader is told of those alone whose label they may read; of these the dates count
    /// what runs dry as far as the reader is told of that.
    pub(super) outlook: Vec<(Outlook, Option<LabelId>)>,
    pub(super) dry: Dry,
    /// Whether the reader may know of any material that it runs dry, or there is none that could:
    /// else that none is told of says nothing.
    pub(super) dry_is_told: bool,
}

/// What runs dry, each material with its label.
type Dry = Vec<(DryPart, Option<LabelId>)>;

/// Whether all is to be concluded again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conclude {
    /// All.
    Again,
    /// For new readers only.
    WhatIsNew,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Conclusions {
    of_sets: BTreeMap<BTreeSet<LabelId>, Concluded>,
}

/// The conclusions for one set, and what of the plants is in sight with it.
#[derive(Debug)]
struct Concluded {
    sight: Sight,
    of_plants: BTreeMap<PlantId, Findings>,
}

/// What is the same for all who have the same in sight.
struct Drawn {
    sight: Sight,
    of_plants: BTreeMap<PlantId, (HoldUp, Dry)>,
}

impl Conclusions {
    /// Concludes about these plants for these sets, each with somebody who may read it; what was
    /// concluded for others goes.
    pub(super) fn draw(
        &mut self,
        (core, labels): (&Scene<'_>, &Labels),
        gate: &mut Gate,
        (plants, sets): (&[PlantId], &[(AudienceId, BTreeSet<LabelId>)]),
        what: Conclude,
    ) {
        let mut before = std::mem::take(&mut self.of_sets);
        let mut all_drawn: Vec<Drawn> = Vec::new();
        let mut supplied: BTreeMap<PlantId, Vec<Option<LabelId>>> = BTreeMap::new();
        for (audience, set) in sets {
            if what == Conclude::WhatIsNew
                && let Some(concluded) = before.remove(set)
            {
                self.of_sets.insert(set.clone(), concluded);
                continue;
            }
            let sight = sight(core, labels, gate, *audience);
            let known = all_drawn.iter().position(|drawn| drawn.sight.is_as(&sight));
            let at = known.unwrap_or_else(|| {
                // Who led when is known from before, if anybody saw the same.
                let same = before.values().find(|concluded| concluded.sight.is_as(&sight));
                let sight = same.map_or(sight, |concluded| concluded.sight.clone());
                all_drawn.push(draw((core, labels), gate, plants, sight));
                all_drawn.len() - 1
            });
            let Some(drawn) = all_drawn.get(at) else { continue };
            let findings = drawn.of_plants.iter().map(|(plant, (hold_up, dry))| {
                let told = |label: &Option<LabelId>| sees(gate, *audience, *label);
                let known = dry.iter().filter(|(_, label)| told(label)).map(|(dry, _)| dry.clone());
                let (now, known) = (core.now(plant), known.collect::<Vec<_>>());
                let outlook =
                    core.analytics.outlook_in(&drawn.sight, plant, now, &known).into_iter();
                let outlook = outlook.map(|outlook| {
                    let outlook = match core.plants.get(plant) {
                        Some(plant) => core.at_work(plant, outlook),
                        None => outlook,
                    };
                    let inputs = &outlook.inputs;
                    let label = labels.finding(gate, FactKind::Forecast, inputs, plant);
                    (outlook, label)
                });
                let outlook = outlook.collect();
                // Which labels these are is the plant's, whoever reads.
                let supplied = supplied.entry(plant.clone()).or_insert_with(|| {
                    let all = core.analytics.supplied(plant).into_iter();
                    let dry = FactKind::DryDate;
                    all.map(|inputs| labels.finding(gate, dry, &inputs, plant)).collect()
                });
                let dry_is_told = supplied.is_empty()
                    || supplied.iter().any(|label| sees(gate, *audience, *label));
                let (hold_up, dry) = (hold_up.clone(), dry.clone());
                (plant.clone(), Findings { now, hold_up, outlook, dry, dry_is_told })
            });
            let of_plants = findings.collect();
            let sight = drawn.sight.clone();
            self.of_sets.insert(set.clone(), Concluded { sight, of_plants });
        }
    }

    /// The findings about a plant for those who may read a set.
    pub(super) fn about(&self, set: &BTreeSet<LabelId>, plant: &PlantId) -> Option<&Findings> {
        self.of_sets.get(set)?.of_plants.get(plant)
    }
}

/// What of the plants the audience may read, as far as findings rest on it.
fn sight(core: &Scene<'_>, labels: &Labels, gate: &Gate, audience: AudienceId) -> Sight {
    core.analytics.sight(
        |plant, source| {
            let ids = labels.inputs(FactKind::HoldUp, (plant, source));
            ids.is_some_and(|ids| ids.into_iter().all(|id| sees(gate, audience, Some(id))))
        },
        |plant| match labels.withheld_step(plant) {
            WithheldStep::Role => OutOfSight::StandsIn,
            WithheldStep::Omit => OutOfSight::IsLeftOut,
        },
    )
}

fn draw(
    (core, labels): (&Scene<'_>, &Labels),
    gate: &mut Gate,
    plants: &[PlantId],
    mut sight: Sight,
) -> Drawn {
    let mut of_plants = BTreeMap::new();
    for plant in plants {
        let now = core.now(plant);
        let mut label = |inputs: &Inputs| labels.finding(gate, FactKind::DryDate, inputs, plant);
        let dry = core.analytics.dry_in(&sight, plant, now).into_iter();
        let dry = dry.map(|part| {
            let label = label(&part.inputs);
            (part, label)
        });
        let dry = dry.collect();
        let hold_up = core.analytics.hold_up_in(&mut sight, plant, now);
        of_plants.insert(plant.clone(), (hold_up, dry));
    }
    Drawn { sight, of_plants }
}
