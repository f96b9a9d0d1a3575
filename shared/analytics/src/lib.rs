//! What the history says: critical path, active period, outlook, supply risk, as folds.
//!
//! [`Analytics`] takes every accepted report once and answers for a moment that is handed in.
//! This crate knows no clock, no file, no encoding and no policy. Reading order: [`findings`]
//! says what comes out; `fold` says which report goes where; `trace` links events to what
//! released them; `walk` follows the links back; `verdict` draws the conclusion. What a reader
//! may not read is out of a [`Sight`], and findings for that reader do without it.

mod analytics;
mod concerns;
pub mod findings;
mod flow;
mod fold;
mod history;
mod hours;
mod layout;
mod outlook;
mod pace;
mod parts;
mod remarks;
mod shares;
mod sight;
mod supply;
mod trace;
mod units;
mod verdict;
mod walk;

#[cfg(test)]
mod tests;

pub use analytics::{Analytics, Kept};
pub use concerns::{Concern, Raised};
pub use findings::{
    CenterHours, ChainStep, Confidence, DayCount, DryPart, Flow, HoldUp, Inputs, Lead, Method,
    Node, Outlook, OutlookMethod, Present, Promise, Remark, Share, Source, Stretch, Thing, UnitUse,
    Verdict, Why, WhyNot,
};
pub use sight::{OutOfSight, Sight};
