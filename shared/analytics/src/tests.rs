//! Hand-made traces with known findings.

mod fixture;
mod paths;
mod plans;
mod shortages;
mod sights;
mod strangers;
mod verdicts;
mod worries;
