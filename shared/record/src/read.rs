//! From a record to a report: every name, time and number is checked here.

use std::str::FromStr;

use twin::{
    Cause, CauseKind, InvalidId, PlantTime, Report, Statement, UnitState,
    report::{DeliveryTerms, LONGEST_TEXT, OrderTerms, QualitySubject, QualityVerdict},
};

use crate::{CauseRecord, Kind, KindRecord, RecordError, ReportRecord, TimeRecord, Word};

/// Reads one report from JSON.
///
/// # Errors
/// [`RecordError`], which says what is wrong in which field.
pub fn read_report(json: &[u8]) -> Result<Report, RecordError> {
    let record: ReportRecord = serde_json::from_slice(json).map_err(RecordError::Json)?;
    Report::try_from(record)
}

impl TryFrom<ReportRecord> for Report {
    type Error = RecordError;

    fn try_from(record: ReportRecord) -> Result<Self, RecordError> {
        report(record, Nesting::Allowed)
    }
}

/// Whether a report may hold another one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nesting {
    Allowed,
    Refused,
}

/// The fields of a record of a known kind.
struct Fields {
    kind: Kind,
    record: ReportRecord,
}

fn report(record: ReportRecord, nesting: Nesting) -> Result<Report, RecordError> {
    let missing = |field| RecordError::Missing { context: "a report", field };
    let kind = match record.kind.as_ref().ok_or_else(|| missing("kind"))? {
        KindRecord::Known(kind) => *kind,
        KindRecord::Unknown(word) => Kind::read(word)?,
    };
    let at = record.at.as_ref().ok_or_else(|| missing("at"))?.read("at")?;
    if kind == Kind::Correction && nesting == Nesting::Refused {
        return Err(RecordError::CorrectionNested);
    }
    let statement = Fields { kind, record }.statement()?;
    Ok(Report { at, statement })
}

impl Fields {
    fn statement(self) -> Result<Statement, RecordError> {
        match self.kind {
            Kind::OpStarted
            | Kind::OpFinished
            | Kind::UnitState
            | Kind::ResourceTaken
            | Kind::ResourceFreed
            | Kind::Pose
            | Kind::Crew => self.of_equipment(),
            Kind::PartMoved
            | Kind::PartScrapped
            | Kind::PartReworked
            | Kind::PartCompleted
            | Kind::PartHeld
            | Kind::PartReleased
            | Kind::QualityResult => self.of_part(),
            Kind::LotConsumed
            | Kind::LotProduced
            | Kind::Stock
            | Kind::OrderPlaced
            | Kind::OrderChanged
            | Kind::OrderClosed
            | Kind::DeliveryPromised
            | Kind::DeliveryShipped
            | Kind::DeliveryArrived
            | Kind::DeliveryDelayed => self.of_supply(),
            Kind::Correction => self.correction(),
            Kind::Comment => self.comment(),
        }
    }

    fn of_equipment(&self) -> Result<Statement, RecordError> {
        let r = &self.record;
        Ok(match self.kind {
            Kind::OpStarted => Statement::OpStarted {
                op: self.id("op", &r.op)?,
                unit: self.id("unit", &r.unit)?,
                part: self.id("part", &r.part)?,
                operation: self.id("operation", &r.operation)?,
                order: optional_id("order", &r.order)?,
                cause: cause(r.cause.as_ref())?,
            },
            Kind::OpFinished => Statement::OpFinished {
                op: self.id("op", &r.op)?,
                unit: self.id("unit", &r.unit)?,
                part: self.id("part", &r.part)?,
                operation: self.id("operation", &r.operation)?,
                order: optional_id("order", &r.order)?,
                cause: cause(r.cause.as_ref())?,
            },
            Kind::ResourceTaken => Statement::ResourceTaken {
                resource: self.id("resource", &r.resource)?,
                by: self.need("by", &r.by)?.0.clone(),
            },
            Kind::ResourceFreed => Statement::ResourceFreed {
                resource: self.id("resource", &r.resource)?,
                by: self.need("by", &r.by)?.0.clone(),
            },
            Kind::Pose => Statement::Pose {
                resource: self.id("resource", &r.resource)?,
                x_m: self.number("x", r.x)?,
                y_m: self.number("y", r.y)?,
                z_m: self.number("z", r.z)?,
                heading_deg: self.number("heading", r.heading)?,
            },
            Kind::Crew => Statement::Crew {
                crew: self.id("crew", &r.crew)?,
                place: match (&r.place, &r.unit) {
                    (place @ Some(_), _) => optional_id("place", place)?,
                    (None, unit @ Some(_)) => optional_id("unit", unit)?,
                    (None, None) => optional_id("area", &r.area)?,
                },
                available: *self.need("available", &r.available)?,
            },
            _ => self.unit_state()?,
        })
    }

    fn unit_state(&self) -> Result<Statement, RecordError> {
        let r = &self.record;
        let name = self.need("state", &r.state)?;
        let state = UnitState::from_name(name).ok_or_else(|| {
            RecordError::unknown_name("state", name, UnitState::ALL.iter().map(|s| s.name()))
        })?;
        Ok(Statement::UnitState {
            unit: self.id("unit", &r.unit)?,
            state,
            reason: r.reason.clone().map(|reason| reason.0),
            cause: cause(r.cause.as_ref())?,
        })
    }

    fn of_part(&self) -> Result<Statement, RecordError> {
        let r = &self.record;
        let reason = || r.reason.clone().map(|reason| reason.0);
        Ok(match self.kind {
            Kind::PartMoved => Statement::PartMoved {
                part: self.id("part", &r.part)?,
                from: self.id("from", &r.from)?,
                to: self.id("to", &r.to)?,
                by: optional_id("by", &r.by)?,
                cause: cause(r.cause.as_ref())?,
            },
            Kind::PartScrapped => Statement::PartScrapped {
                part: self.id("part", &r.part)?,
                at: self.id("place", &r.place)?,
                reason: reason(),
            },
            Kind::PartReworked => Statement::PartReworked {
                part: self.id("part", &r.part)?,
                at: self.id("place", &r.place)?,
                reason: reason(),
            },
            Kind::PartCompleted => Statement::PartCompleted {
                part: self.id("part", &r.part)?,
                material: self.id("material", &r.material)?,
                order: optional_id("order", &r.order)?,
            },
            Kind::PartHeld => Statement::PartHeld {
                part: self.id("part", &r.part)?,
                reason: self.need("reason", &r.reason)?.0.clone(),
            },
            Kind::PartReleased => Statement::PartReleased {
                part: self.id("part", &r.part)?,
                reason: self.need("reason", &r.reason)?.0.clone(),
            },
            _ => self.quality_result()?,
        })
    }

    fn quality_result(&self) -> Result<Statement, RecordError> {
        let r = &self.record;
        let subject = match &r.lot {
            lot @ Some(_) if r.part.is_none() => QualitySubject::Lot(self.id("lot", lot)?),
            _ => QualitySubject::Part(self.id("part", &r.part)?),
        };
        let result = match &**self.need("result", &r.result)? {
            "passed" => QualityVerdict::Passed,
            "failed" => QualityVerdict::Failed,
            other => {
                let allowed = ["passed", "failed"].into_iter();
                return Err(RecordError::unknown_name("result", other, allowed));
            }
        };
        Ok(Statement::QualityResult { subject, result })
    }

    fn of_supply(&self) -> Result<Statement, RecordError> {
        let r = &self.record;
        Ok(match self.kind {
            Kind::LotConsumed => Statement::LotConsumed {
                material: self.id("material", &r.material)?,
                quantity: self.quantity()?,
                storage: self.id("storage", &r.storage)?,
                lot: optional_id("lot", &r.lot)?,
                part: optional_id("part", &r.part)?,
            },
            Kind::LotProduced => Statement::LotProduced {
                material: self.id("material", &r.material)?,
                quantity: self.quantity()?,
                storage: self.id("storage", &r.storage)?,
                lot: optional_id("lot", &r.lot)?,
                part: optional_id("part", &r.part)?,
            },
            Kind::OrderPlaced => Statement::OrderPlaced(self.order_terms()?),
            Kind::OrderChanged => Statement::OrderChanged(self.order_terms()?),
            Kind::OrderClosed => Statement::OrderClosed { order: self.id("order", &r.order)? },
            Kind::DeliveryPromised => Statement::DeliveryPromised(self.delivery_terms()?),
            Kind::DeliveryShipped => Statement::DeliveryShipped(self.delivery_terms()?),
            Kind::DeliveryArrived => Statement::DeliveryArrived(self.delivery_terms()?),
            Kind::DeliveryDelayed => Statement::DeliveryDelayed(self.delivery_terms()?),
            _ => Statement::Stock {
                storage: self.id("storage", &r.storage)?,
                material: self.id("material", &r.material)?,
                quantity: self.quantity()?,
            },
        })
    }

    fn order_terms(&self) -> Result<OrderTerms, RecordError> {
        let r = &self.record;
        Ok(OrderTerms {
            order: self.id("order", &r.order)?,
            material: self.id("material", &r.material)?,
            quantity: self.quantity()?,
            due: self.time("due", r.due.as_ref())?,
        })
    }

    fn delivery_terms(&self) -> Result<DeliveryTerms, RecordError> {
        let r = &self.record;
        Ok(DeliveryTerms {
            delivery: self.id("delivery", &r.delivery)?,
            supplier: self.id("supplier", &r.supplier)?,
            material: self.id("material", &r.material)?,
            quantity: self.quantity()?,
            date: self.time("date", r.date.as_ref())?,
            reason: r.reason.clone().map(|reason| reason.0),
        })
    }

    fn correction(mut self) -> Result<Statement, RecordError> {
        let meant = self.record.report.take();
        let r = &self.record;
        let meant = meant.ok_or_else(|| self.missing("report"))?;
        Ok(Statement::Correction {
            feed: self.id("feed", &r.feed)?,
            epoch: *self.need("epoch", &r.epoch)?,
            seq: *self.need("seq", &r.seq)?,
            index: *self.need("index", &r.index)?,
            report: Box::new(report(*meant, Nesting::Refused)?),
        })
    }

    fn comment(mut self) -> Result<Statement, RecordError> {
        let about = self.need("about", &self.record.about)?.0.clone();
        let text = self.record.text.take().ok_or_else(|| self.missing("text"))?;
        let (field, bytes) = ("text", text.len());
        if bytes > LONGEST_TEXT {
            return Err(RecordError::TextTooLong { field, bytes, limit: LONGEST_TEXT });
        }
        Ok(Statement::Comment { about, text })
    }

    fn missing(&self, field: &'static str) -> RecordError {
        RecordError::Missing { context: self.kind.name(), field }
    }

    fn need<'a, T>(&self, field: &'static str, value: &'a Option<T>) -> Result<&'a T, RecordError> {
        value.as_ref().ok_or_else(|| self.missing(field))
    }

    fn id<T>(&self, field: &'static str, word: &Option<Word>) -> Result<T, RecordError>
    where
        T: FromStr<Err = InvalidId>,
    {
        id(field, self.need(field, word)?)
    }

    fn time(
        &self,
        field: &'static str,
        time: Option<&TimeRecord>,
    ) -> Result<PlantTime, RecordError> {
        time.ok_or_else(|| self.missing(field))?.read(field)
    }

    fn number(&self, field: &'static str, value: Option<f64>) -> Result<f64, RecordError> {
        let value = *self.need(field, &value)?;
        if value.is_finite() { Ok(value) } else { Err(RecordError::NotFinite { field, value }) }
    }

    fn quantity(&self) -> Result<f64, RecordError> {
        let field = "quantity";
        let value = self.number(field, self.record.quantity)?;
        if value >= 0.0 { Ok(value) } else { Err(RecordError::QuantityNegative { field, value }) }
    }
}

pub(crate) fn id<T>(field: &'static str, word: &str) -> Result<T, RecordError>
where
    T: FromStr<Err = InvalidId>,
{
    word.parse().map_err(|source| RecordError::Id { field, source })
}

fn optional_id<T>(field: &'static str, word: &Option<Word>) -> Result<Option<T>, RecordError>
where
    T: FromStr<Err = InvalidId>,
{
    word.as_ref().map(|word| id(field, word)).transpose()
}

fn cause(record: Option<&CauseRecord>) -> Result<Option<Cause>, RecordError> {
    let Some(record) = record else { return Ok(None) };
    let kind = CauseKind::ALL.into_iter().find(|kind| *record.kind == *kind.name());
    let kind = kind.ok_or_else(|| {
        let allowed = CauseKind::ALL.iter().map(|kind| kind.name());
        RecordError::unknown_name("cause.kind", &record.kind, allowed)
    })?;
    Ok(Some(Cause { kind, id: record.id.0.clone() }))
}
