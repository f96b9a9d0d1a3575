//! The headline measures of a plant, each with the label of what it counts.

use analytics::{Inputs, Source};
use release::{Action, AudienceId, Gate, LabelId, Labelled};
use twin::{FactKind, Plant, definition::MeasureKind};
use wire::view::{MeasureValue, Value};

use super::{Board, Fact, Findings, fact, history, lots};
use crate::board::Scene;

/// The measures that the plant's file names, numbered as far as the reader may see them.
pub(super) fn facts(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    (plant, found): (&Plant, &Findings),
    audience: AudienceId,
) -> Vec<Labelled<Fact>> {
    let window = |kind: &MeasureKind| match kind {
        MeasureKind::Throughput { window, .. } | MeasureKind::LeadTime { window, .. } => {
            Some(window.days())
        }
        MeasureKind::WorkInProgress { .. } | MeasureKind::Cover { .. } => None,
    };
    let values = plant.headline.iter().filter_map(|measure| {
        let value = MeasureValue {
            name: measure.name.clone(),
            value: core.analytics.measure(&plant.id, &measure.kind, found.now),
            target: measure.target,
            unit: measure.unit.clone(),
            window_d: window(&measure.kind),
            lot: match &measure.kind {
                MeasureKind::Throughput { material, .. } => lots::size(plant, material),
                _ => None,
            },
        };
        let label = measure_label(board, core, gate, (plant, &measure.kind))?;
        gate.allows(label, audience, Action::See).then_some((label, value))
    });
    let numbered = values
        .enumerate()
        .map(|(n, (label, value))| fact(label, format!("measure/{n}"), Value::Measure(value)));
    numbered.collect()
}

/// The label of a headline measure: that of the stations which make the material; of pieces in
/// work, that of all places where they may be; of a cover, which is a finding, within its floor.
fn measure_label(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    (plant, kind): (&Plant, &MeasureKind),
) -> Option<LabelId> {
    let labels = &board.labels;
    match kind {
        MeasureKind::Throughput { material, .. } | MeasureKind::LeadTime { material, .. } => {
            history::makers(labels, gate, (plant, FactKind::Capacity), material)
        }
        MeasureKind::WorkInProgress { .. } => {
            let own = labels.plant(&plant.id, FactKind::Capacity)?;
            let whole = labels.whole(&plant.id, FactKind::Flow)?;
            labels.joint(gate, [own, whole])
        }
        MeasureKind::Cover { storage, material } => {
            // It lasts as the material is used from everywhere where it belongs.
            let mut stock: Inputs = core.analytics.homes(&plant.id, material);
            stock.insert((plant.id.clone(), Source::Equipment(storage.clone())));
            let label = labels.finding(gate, FactKind::StockCover, &stock, &plant.id)?;
            let own = labels.plant(&plant.id, FactKind::Capacity)?;
            labels.joint(gate, [own, label])
        }
    }
}
