//! The rules of the house, read off the repository itself: what may depend on what, what a shared
//! crate may not know, how long a function may be, which words a page may use.
//!
//! A limit holds only where a test holds it. Every rule is a test of its own whose message says
//! what is wrong, where, and what to do instead.

mod dependencies;
mod features;
mod purity;
mod repository;
mod shape;
mod source;
mod test_habits;
mod units;
mod words;

use std::fmt::Display;

/// Fails with every finding of a rule at once, and with the way out.
fn hold<F: Display>(rule: &str, instead: &str, findings: impl IntoIterator<Item = F>) {
    let findings: Vec<String> = findings.into_iter().map(|found| format!("  {found}")).collect();
    let count = findings.len();
    assert!(count == 0, "{rule}: {count} found\n{}\nInstead: {instead}\n", findings.join("\n"));
}
