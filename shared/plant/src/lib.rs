//! A plant's definition from the bytes of its TOML files, with every error found in one pass.
//!
//! [`load_programme`] takes the files of a programme (`programme.toml` and one folder a plant)
//! and gives the definition, or every problem in it as `path:line:column: error: text`.
//! [`calendar`] says when a place works.
//!
//! This crate opens no file and knows no clock; the time zone database is built in.

pub mod calendar;
mod check;
mod names;
mod on_its_own;
mod playable;
mod problem;
mod quantity;
mod read;
mod reader;
mod source;
mod when;

use std::collections::BTreeSet;

use twin::{Agreement, Plant, Programme};

pub use on_its_own::load_on_its_own;
pub use playable::playable;
pub use problem::{Problem, Severity, did_you_mean};
pub use quantity::read_span;
pub use source::SourceFile;
pub use when::{due_day, read_due};

/// A programme and its plants, as the files define them.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// What ties the plants together.
    pub programme: Programme,
    /// The plants, in the order of the programme.
    pub plants: Vec<Plant>,
    /// Who shares what with whom by default.
    pub agreements: Vec<Agreement>,
    /// What is odd and does no harm.
    pub warnings: Vec<Problem>,
}

/// Reads the files of a programme: `programme.toml`, a folder for each plant, and the folder
/// `agreements`. The order of `files` does not matter.
///
/// # Errors
/// Every problem found, errors and warnings, sorted by file, line and column.
pub fn load_programme(files: &[SourceFile<'_>]) -> Result<Loaded, Vec<Problem>> {
    load_with_meshes(files, None)
}

/// Like [`load_programme`], and warns of meshes that are not among the known ones.
///
/// # Errors
/// Every problem found, errors and warnings, sorted by file, line and column.
pub fn load_with_meshes(
    files: &[SourceFile<'_>],
    meshes: Option<&BTreeSet<String>>,
) -> Result<Loaded, Vec<Problem>> {
    let (loaded, problems) = read::all(files, meshes, None);
    match loaded {
        Some(found) if problems.iter().all(|p| p.severity == Severity::Warning) => {
            let read::Definition { programme, plants, agreements } = found;
            Ok(Loaded { programme, plants, agreements, warnings: problems })
        }
        _ => Err(problems),
    }
}

#[cfg(test)]
mod tests;
