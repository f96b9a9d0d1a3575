//! From a report to its record.

use std::fmt::Display;

use twin::{
    Cause, PlantId, Report, Statement,
    report::{DeliveryTerms, OrderTerms, QualitySubject, QualityVerdict},
};

use crate::{CauseRecord, Kind, KindRecord, RecordError, ReportRecord, Word};

/// Writes one report of a plant as a line of JSON, appended to `out`: `{"plant":…,"report":…}`.
///
/// # Errors
/// [`RecordError::Json`] for a time outside the years 0 to 9999; `out` is then as it was.
pub fn write_line(plant: &PlantId, report: &Report, out: &mut Vec<u8>) -> Result<(), RecordError> {
    let before = out.len();
    // An id has no sign that JSON would have to escape.
    out.extend_from_slice(format!("{{\"plant\":\"{plant}\",\"report\":").as_bytes());
    let written = write_report(report, out);
    match written {
        Ok(()) => out.extend_from_slice(b"}\n"),
        Err(_) => out.truncate(before),
    }
    written
}

/// Writes one report as JSON, appended to `out`.
///
/// # Errors
/// [`RecordError::Json`] for a time outside the years 0 to 9999.
pub fn write_report(report: &Report, out: &mut Vec<u8>) -> Result<(), RecordError> {
    serde_json::to_writer(out, &ReportRecord::from(report)).map_err(RecordError::Json)
}

impl From<&Report> for ReportRecord {
    fn from(report: &Report) -> Self {
        let mut record = of_statement(&report.statement);
        record.kind = Some(KindRecord::Known(kind(&report.statement)));
        record.at = Some(report.at.into());
        record
    }
}

const fn kind(statement: &Statement) -> Kind {
    match statement {
        Statement::OpStarted { .. } => Kind::OpStarted,
        Statement::OpFinished { .. } => Kind::OpFinished,
        Statement::PartMoved { .. } => Kind::PartMoved,
        Statement::PartScrapped { .. } => Kind::PartScrapped,
        Statement::PartReworked { .. } => Kind::PartReworked,
        Statement::PartCompleted { .. } => Kind::PartCompleted,
        Statement::LotConsumed { .. } => Kind::LotConsumed,
        Statement::LotProduced { .. } => Kind::LotProduced,
        Statement::UnitState { .. } => Kind::UnitState,
        Statement::Stock { .. } => Kind::Stock,
        Statement::ResourceTaken { .. } => Kind::ResourceTaken,
        Statement::ResourceFreed { .. } => Kind::ResourceFreed,
        Statement::Pose { .. } => Kind::Pose,
        Statement::OrderPlaced(_) => Kind::OrderPlaced,
        Statement::OrderChanged(_) => Kind::OrderChanged,
        Statement::OrderClosed { .. } => Kind::OrderClosed,
        Statement::DeliveryPromised(_) => Kind::DeliveryPromised,
        Statement::DeliveryShipped(_) => Kind::DeliveryShipped,
        Statement::DeliveryArrived(_) => Kind::DeliveryArrived,
        Statement::DeliveryDelayed(_) => Kind::DeliveryDelayed,
        Statement::PartHeld { .. } => Kind::PartHeld,
        Statement::PartReleased { .. } => Kind::PartReleased,
        Statement::QualityResult { .. } => Kind::QualityResult,
        Statement::Crew { .. } => Kind::Crew,
        Statement::Correction { .. } => Kind::Correction,
        Statement::Comment { .. } => Kind::Comment,
    }
}

fn of_statement(statement: &Statement) -> ReportRecord {
    let base = ReportRecord::default();
    match statement {
        Statement::OpStarted { op, unit, part, operation, order, cause }
        | Statement::OpFinished { op, unit, part, operation, order, cause } => ReportRecord {
            op: word(op.as_str()),
            unit: word(unit.as_str()),
            part: word(part.as_str()),
            operation: word(operation.as_str()),
            order: order.as_ref().and_then(|order| word(order.as_str())),
            cause: cause_record(cause.as_ref()),
            ..base
        },
        Statement::LotConsumed { material, quantity, storage, lot, part }
        | Statement::LotProduced { material, quantity, storage, lot, part } => ReportRecord {
            material: word(material.as_str()),
            quantity: Some(*quantity),
            storage: word(storage.as_str()),
            lot: lot.as_ref().and_then(|lot| word(lot.as_str())),
            part: part.as_ref().and_then(|part| word(part.as_str())),
            ..base
        },
        Statement::Stock { storage, material, quantity } => ReportRecord {
            storage: word(storage.as_str()),
            material: word(material.as_str()),
            quantity: Some(*quantity),
            ..base
        },
        Statement::OrderPlaced(terms) | Statement::OrderChanged(terms) => of_order(terms),
        Statement::OrderClosed { order } => ReportRecord { order: word(order.as_str()), ..base },
        Statement::DeliveryPromised(terms)
        | Statement::DeliveryShipped(terms)
        | Statement::DeliveryArrived(terms)
        | Statement::DeliveryDelayed(terms) => of_delivery(terms),
        Statement::Correction { feed, epoch, seq, index, report } => ReportRecord {
            feed: word(feed.as_str()),
            epoch: Some(*epoch),
            seq: Some(*seq),
            index: Some(*index),
            report: Some(Box::new(ReportRecord::from(&**report))),
            ..base
        },
        Statement::Comment { about, text } => {
            ReportRecord { about: word(about), text: Some(text.clone()), ..base }
        }
        Statement::PartMoved { .. }
        | Statement::PartScrapped { .. }
        | Statement::PartReworked { .. }
        | Statement::PartCompleted { .. }
        | Statement::PartHeld { .. }
        | Statement::PartReleased { .. }
        | Statement::QualityResult { .. } => of_part(statement),
        Statement::UnitState { .. }
        | Statement::ResourceTaken { .. }
        | Statement::ResourceFreed { .. }
        | Statement::Pose { .. }
        | Statement::Crew { .. } => of_equipment(statement),
    }
}

fn of_part(statement: &Statement) -> ReportRecord {
    let base = ReportRecord::default();
    match statement {
        Statement::PartMoved { part, from, to, by, cause } => ReportRecord {
            part: word(part.as_str()),
            from: text(from),
            to: text(to),
            by: by.as_ref().and_then(|by| word(by.as_str())),
            cause: cause_record(cause.as_ref()),
            ..base
        },
        Statement::PartScrapped { part, at, reason }
        | Statement::PartReworked { part, at, reason } => ReportRecord {
            part: word(part.as_str()),
            place: word(at.as_str()),
            reason: reason.clone().map(Word),
            ..base
        },
        Statement::PartCompleted { part, material, order } => ReportRecord {
            part: word(part.as_str()),
            material: word(material.as_str()),
            order: order.as_ref().and_then(|order| word(order.as_str())),
            ..base
        },
        Statement::PartHeld { part, reason } | Statement::PartReleased { part, reason } => {
            ReportRecord { part: word(part.as_str()), reason: word(reason), ..base }
        }
        Statement::QualityResult { subject, result } => {
            let (part, lot) = match subject {
                QualitySubject::Part(part) => (word(part.as_str()), None),
                QualitySubject::Lot(lot) => (None, word(lot.as_str())),
            };
            let result = match result {
                QualityVerdict::Passed => "passed",
                QualityVerdict::Failed => "failed",
            };
            ReportRecord { part, lot, result: word(result), ..base }
        }
        _ => base,
    }
}

fn of_equipment(statement: &Statement) -> ReportRecord {
    let base = ReportRecord::default();
    match statement {
        Statement::UnitState { unit, state, reason, cause } => ReportRecord {
            unit: word(unit.as_str()),
            state: word(state.name()),
            reason: reason.clone().map(Word),
            cause: cause_record(cause.as_ref()),
            ..base
        },
        Statement::ResourceTaken { resource, by } | Statement::ResourceFreed { resource, by } => {
            ReportRecord { resource: word(resource.as_str()), by: word(by), ..base }
        }
        Statement::Pose { resource, x_m, y_m, z_m, heading_deg } => ReportRecord {
            resource: word(resource.as_str()),
            x: Some(*x_m),
            y: Some(*y_m),
            z: Some(*z_m),
            heading: Some(*heading_deg),
            ..base
        },
        Statement::Crew { crew, place, available } => ReportRecord {
            crew: word(crew.as_str()),
            place: place.as_ref().and_then(|place| word(place.as_str())),
            available: Some(*available),
            ..base
        },
        _ => base,
    }
}

fn of_order(terms: &OrderTerms) -> ReportRecord {
    ReportRecord {
        order: word(terms.order.as_str()),
        material: word(terms.material.as_str()),
        quantity: Some(terms.quantity),
        due: Some(terms.due.into()),
        ..ReportRecord::default()
    }
}

fn of_delivery(terms: &DeliveryTerms) -> ReportRecord {
    ReportRecord {
        delivery: word(terms.delivery.as_str()),
        supplier: word(terms.supplier.as_str()),
        material: word(terms.material.as_str()),
        quantity: Some(terms.quantity),
        date: Some(terms.date.into()),
        reason: terms.reason.clone().map(Word),
        ..ReportRecord::default()
    }
}

fn cause_record(cause: Option<&Cause>) -> Option<CauseRecord> {
    cause
        .map(|cause| CauseRecord { kind: Word::new(cause.kind.name()), id: Word(cause.id.clone()) })
}

fn word(text: &str) -> Option<Word> {
    Some(Word::new(text))
}

fn text(value: &impl Display) -> Option<Word> {
    Some(Word::new(&value.to_string()))
}
