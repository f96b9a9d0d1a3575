//! What would come of a change to a plant: the simulation engine where people are, in the browser.
//!
//! A page asks in JSON and is answered in JSON ([`ask`]). It asks once for each design, in a worker
//! of its own if it likes: designs with the same seed use the same random numbers, so that
//! [`compare`] may take their replications in pairs. [`reports`] plays one replication and gives
//! every report of it; a [`Scene`] plays one step by step as values of the plant's view, to be shown
//! as simulated.
//!
//! Every plant begins as its files say, on the programme's first day, and not as it is now.

mod answer;
mod question;
mod scene;
#[cfg(target_arch = "wasm32")]
mod web;

use experiment::{
    Confidence, InOrder, StatisticsError, compare_paired,
    json::interval,
    sim::{self, SimError},
};
use linesim::ChangeError;
use serde_json::json;
use thiserror::Error;

pub use question::{Change, File, Question};
pub use scene::Scene;

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum NoAnswer {
    /// The question or an answer is no JSON of the expected shape.
    #[error("this is not understood")]
    Json(#[from] serde_json::Error),
    /// The plant files, a line for each problem.
    #[error("the plant files are wrong: {0}")]
    Files(String),
    /// No such plant in them.
    #[error("the plant files have no plant {0}")]
    NoPlant(String),
    /// A time that cannot be read.
    #[error("{what} is {text:?}: {why}")]
    Time {
        /// Of which.
        what: &'static str,
        /// As it was written.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// Something that cannot be changed so.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// The simulation.
    #[error(transparent)]
    Sim(#[from] SimError),
    /// A report that cannot be written.
    #[error("a report cannot be written")]
    Report(#[from] record::RecordError),
    /// Two answers that cannot be compared.
    #[error("the two answers cannot be compared")]
    Statistics(#[from] StatisticsError),
    /// Two answers about different things.
    #[error("one answer has {one} products and the other {other}: they are about different plants")]
    Products {
        /// Of the first.
        one: usize,
        /// Of the second.
        other: usize,
    },
}

impl NoAnswer {
    /// With everything that led to it, in one line.
    pub fn in_words(&self) -> String {
        let mut words = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(source) = cause {
            words = format!("{words}: {source}");
            cause = source.source();
        }
        words
    }
}

/// What may be changed of the plants of a [`Question`], as JSON: `{"starts", "parameters"}`, when
/// the programme starts (RFC 3339) and a list of `{"plant", "path", "kind", "name", "parameter",
/// "value", "about"}`, each value as a [`Change`] has it.
///
/// # Errors
/// [`NoAnswer`], which says what is wrong.
pub fn parameters(question: &str) -> Result<String, NoAnswer> {
    let prepared = Question::read(question)?.prepare()?;
    let of_plant = |plant: &twin::Plant| {
        let rows = linesim::parameters(plant).into_iter().map(|of| {
            let about: Vec<&str> = of.about.iter().map(|id| id.as_str()).collect();
            json!({ "plant": plant.id.as_str(), "path": of.path, "kind": of.kind, "name": of.name,
                "parameter": of.parameter, "value": of.value, "about": about })
        });
        rows.collect::<Vec<_>>()
    };
    let rows: Vec<_> = prepared.subject().plants.iter().flat_map(of_plant).collect();
    let starts = record::format_time(prepared.subject().programme.starts);
    Ok(json!({ "starts": starts, "parameters": rows }).to_string())
}

/// Answers a [`Question`], both as JSON; `progress` is told how much of it is done \[ratio\].
///
/// # Errors
/// [`NoAnswer`], which says what is wrong.
pub fn ask(question: &str, progress: &(dyn Fn(f64) + Sync)) -> Result<String, NoAnswer> {
    let prepared = Question::read(question)?.prepare()?;
    let outcome = sim::simulate(prepared.subject(), &prepared.wish, &InOrder, progress)?;
    Ok(answer::of(&prepared, &outcome).to_string())
}

/// How a changed design differs from its base, pair by pair: two answers of [`ask`] with the same
/// seed and number of replications.
///
/// # Errors
/// [`NoAnswer::Json`], [`NoAnswer::Products`], [`NoAnswer::Statistics`].
pub fn compare(base: &str, changed: &str) -> Result<String, NoAnswer> {
    let (base, changed): (answer::Samples, answer::Samples) =
        (serde_json::from_str(base)?, serde_json::from_str(changed)?);
    let (one, other) = (base.throughput.len(), changed.throughput.len());
    if one != other {
        return Err(NoAnswer::Products { one, other });
    }
    let mut differences = Vec::new();
    for (old, new) in base.throughput.iter().zip(&changed.throughput) {
        let found = compare_paired(&old.samples_per_d, &new.samples_per_d, Confidence::P95)?;
        differences.push(json!({
            "material": old.material,
            "per_d": interval(&found.difference),
        }));
    }
    let mut others = Vec::new();
    for old in &base.others {
        // A milestone that not every replication reached has no date to compare.
        let Some(new) = changed.others.iter().find(|new| new.key == old.key) else { continue };
        let found = compare_paired(&old.samples, &new.samples, Confidence::P95)?;
        others.push(json!({ "key": old.key, "difference": interval(&found.difference) }));
    }
    Ok(json!({ "confidence": 0.95, "throughput": differences, "others": others }).to_string())
}

/// Every report of the first replication of a [`Question`], a line each, as
/// [`record::write_line`] writes them.
///
/// # Errors
/// [`NoAnswer`], which says what is wrong.
pub fn reports(question: &str) -> Result<Vec<u8>, NoAnswer> {
    let prepared = Question::read(question)?.prepare()?;
    let (mut lines, mut written) = (Vec::new(), Ok(()));
    sim::reports(prepared.subject(), &prepared.wish, &mut |plant, report| {
        if written.is_ok() {
            written = record::write_line(plant, report, &mut lines);
        }
    })?;
    written?;
    Ok(lines)
}

#[cfg(test)]
mod tests;
