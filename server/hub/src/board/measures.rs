//! The headline measures of a plant, each with the label of what it counts.

use analytics::{Inputs, Source};
use release::{Action, AudienceId, Gate, LabelId, Labelled};
use twin::{FactKind, Plant, definition::MeasureKind};
use wire::view::{ExpectedValue, MeasureValue, Value};

use super::{Board, Fact, Findings, fact, history, lots, model};
use crate::{board::Scene, expected::Expected};

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
    let of_plays = model::label(core, &board.labels, gate, &plant.id);
    let of_plays = of_plays.filter(|label| gate.allows(*label, audience, Action::See));
    let expected = of_plays.and_then(|_| core.expected(&plant.id)).unwrap_or_default();
    let mut facts: Vec<(&str, usize, LabelId, Value)> = Vec::new();
    for (at, measure) in plant.headline.iter().enumerate() {
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
        let label = measure_label(board, core, gate, (plant, &measure.kind));
        let seen = label.filter(|label| gate.allows(*label, audience, Action::See));
        let Some(label) = seen else { continue };
        let number = facts.iter().filter(|(key, ..)| *key == "measure").count();
        facts.push(("measure", number, label, Value::Measure(value)));
        let both = of_plays.and_then(|of_plays| board.labels.joint(gate, [label, of_plays]));
        if let (Some(both), Some(expected)) = (both, expected.get(at)) {
            facts.push(("expected", number, both, Value::Expected(told(expected))));
        }
    }
    let keyed = |(key, number, label, value): (&str, usize, LabelId, Value)| {
        fact(label, format!("{key}/{number}"), value)
    };
    facts.into_iter().map(keyed).collect()
}

fn told(expected: &Expected) -> ExpectedValue {
    let Expected { plays, values } = *expected;
    ExpectedValue {
        plays: plays as u32,
        mean: values.map(|[mean, ..]| mean),
        least: values.map(|[_, least, _]| least),
        most: values.map(|[.., most]| most),
    }
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
