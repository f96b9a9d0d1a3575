//! What keeps a plant from being a network of like pieces, and numbers that such a one can have.

use des::Distribution;
use twin::{
    Plant, Span,
    definition::{self, Operation, SourceRule},
};

use super::{NotLike, not_like};
use crate::lasts::distribution;

/// The most pieces that are given or taken at once, or are in a storage at the start.
const MOST_PIECES: f64 = 1e6;

/// What no network of like pieces has.
pub(super) fn refuse_the_rest(plant: &Plant) -> Result<(), NotLike> {
    if let Some(part) = plant.initial_parts.first() {
        return not_like("part", &part.part, "is there at the start, and has a name");
    }
    if let Some(delivery) = plant.deliveries.first() {
        return not_like("delivery", &delivery.id, "comes on a date");
    }
    for center in &plant.work_centers {
        let calendar = plant.calendars.iter().find(|calendar| calendar.id == center.calendar);
        if calendar.is_some_and(|calendar| !calendar.always) {
            return not_like("work center", &center.id, "works by a calendar");
        }
        let own = |operation: &&Operation| operation.work_center == center.id;
        if let Some(second) = plant.operations.iter().filter(own).nth(1) {
            let why = format!("has several operations, such as {}", second.id);
            return not_like("work center", &center.id, why);
        }
        if center.capacity != Some(1) && !center.failures.is_empty() {
            return not_like(
                "work center",
                &center.id,
                "fails, and works on several pieces at once",
            );
        }
    }
    let line = plant.supply_lines.iter().find(|line| line.reorder.is_none());
    match line {
        Some(line) => not_like("supply of", &line.material, "comes by the clock"),
        None => Ok(()),
    }
}

/// What an operation on like pieces does not have.
pub(super) fn plain(operation: &Operation) -> Result<(), NotLike> {
    let output = &operation.output;
    let carried = output.carry.is_some() || operation.inputs.iter().any(|i| i.carry.is_some());
    let abroad = output.to.as_ref().is_some_and(|to| to.plant.is_some());
    let limited = operation.rework.as_ref().is_some_and(|rework| rework.most_rounds.is_some());
    let reasons = [
        (!operation.crew.is_empty(), "needs a crew"),
        (operation.held_by.is_some(), "is held by a crane or the like"),
        (carried, "is carried by a crane or the like"),
        (operation.setup > Span::ZERO, "is set up"),
        (operation.batch.is_some_and(|b| (b.least, b.most) != (1, 1)), "works on batches"),
        (operation.hold_after.is_some(), "has a hold after it"),
        (operation.sequence.is_some(), "takes pieces in their serial order"),
        (matches!(operation.source, SourceRule::Every(_)), "begins by the clock"),
        (abroad, "gives to another plant"),
        (limited, "sends a piece to rework a limited number of times, and so must know it"),
    ];
    match reasons.into_iter().find(|(has, _)| *has) {
        Some((_, why)) => not_like("operation", &operation.id, why),
        None => Ok(()),
    }
}

pub(super) fn whole(quantity: f64, kind: &str, user: impl ToString) -> Result<u32, NotLike> {
    if quantity.fract() == 0.0 && (0.0..=MOST_PIECES).contains(&quantity) {
        return Ok(quantity as u32);
    }
    not_like(
        kind,
        user,
        format!("has {quantity}: like pieces come in whole numbers up to a million"),
    )
}

pub(super) fn random(
    duration: &definition::Duration,
    kind: &str,
    user: impl ToString,
) -> Result<Distribution, NotLike> {
    let micros = |span: Span| span.micros() as f64;
    distribution(duration, micros)
        .or_else(|error| not_like(kind, user, format!("has a time that cannot be drawn: {error}")))
}
