//! What exists, what may happen and what it means.
//!
//! Reading order: [`id`] and [`time`] name things and moments; [`definition`] says what a plant
//! is; [`report`] says what may be stated about it; [`unit_state`] and [`state`] say what a
//! statement means; [`label`] says who may know, and
//! [`agreement`] who shares what with whom by default.
//!
//! This crate knows no clock, no file, no encoding (serde lives in `record` and `wire`), and no
//! policy: it holds labels and never decides on them.

pub mod agreement;
pub mod definition;
pub mod id;
pub mod label;
pub mod report;
pub mod state;
pub mod text;
pub mod time;
pub mod unit_state;

pub use agreement::{Agreement, FactKind};
pub use definition::{Plant, Programme};
pub use id::{
    AgreementId, CalendarId, ContactId, CrewId, DeliveryId, EquipmentId, FeedId, InvalidId, LotId,
    MaterialId, MilestoneId, NationId, OpId, OperationId, OrderId, OrganisationId, PartId,
    PlaceRef, PlantId, ProgrammeId, SeriesId, SupplierId,
};
pub use label::{Audience, Label};
pub use report::{Cause, CauseKind, Origin, Report, Statement};
pub use time::{PlantTime, Span};
pub use unit_state::UnitState;
