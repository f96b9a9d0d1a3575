//! Hand-made traces with known findings.

mod fixture;
mod paths;
mod plans;
mod shortages;
mod strangers;
mod verdicts;
