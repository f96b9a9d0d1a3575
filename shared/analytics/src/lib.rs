//! What the history says: critical path, active period, outlook, supply risk, as folds.
//!
//! [`Analytics`] takes every accepted report once and answers for a moment that is handed in.
//! This crate knows no clock, no file, no encoding and no policy.

mod analytics;
pub mod findings;

pub use analytics::Analytics;
pub use findings::{
    CenterHours, ChainStep, Confidence, DayCount, DryPart, Flow, HoldUp, Inputs, Lead, Method,
    Node, Outlook, OutlookMethod, Promise, Remark, Share, Source, Stretch, Thing, UnitUse, Verdict,
    Why, WhyNot,
};
