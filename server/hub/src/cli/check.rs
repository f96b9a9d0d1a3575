//! `slipway check`: every mistake in the plant files, as `path:line:column: error: text`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use plant::Problem;

use crate::{
    plants::{PlantsError, Source},
    store::in_words,
};

/// What ties plants together; its directory is what is read as a whole.
const PROGRAMME_FILE: &str = "programme.toml";

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Directories of plants, single plants, or files of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Say the result on stdout, as JSON
    #[arg(long)]
    json: bool,
}

/// What was found below one path.
struct Found {
    errors: usize,
    problems: Vec<Problem>,
}

pub(super) fn run(args: &CheckArgs) -> ExitCode {
    let mut errors = 0;
    let mut problems = Vec::new();
    for path in &args.paths {
        match check(path) {
            Ok(found) => {
                errors += found.errors;
                problems.extend(found.problems);
            }
            Err(error) => {
                eprintln!("{}: error: {}", path.display(), in_words(&error));
                errors += 1;
            }
        }
    }
    problems.iter().for_each(|problem| eprintln!("{problem}"));
    if args.json {
        let list: Vec<_> = problems.iter().map(as_json).collect();
        println!("{}", serde_json::json!({ "errors": errors, "problems": list }));
    }
    eprintln!("{errors} errors, {} warnings", problems.len().saturating_sub(errors));
    if errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn as_json(problem: &Problem) -> serde_json::Value {
    let Problem { file, line, column, severity, text } = problem;
    let severity = format!("{severity:?}").to_lowercase();
    serde_json::json!({
        "file": file, "line": line, "column": column, "severity": severity, "text": text
    })
}

/// Reads the programme that the path belongs to, as plants depend on each other, and keeps what
/// concerns the path.
fn check(path: &Path) -> Result<Found, PlantsError> {
    if let Err(source) = std::fs::metadata(path) {
        return Err(PlantsError::NotReadable { path: path.to_owned(), source });
    }
    let root = programme_of(path);
    let problems = match Source::Directory(root.clone()).read()?.load() {
        Ok(plants) => plants.problems,
        Err(PlantsError::Wrong(problems)) => problems,
        Err(other) => return Err(other),
    };
    let concerns = |problem: &Problem| path == root || Path::new(&problem.file).starts_with(path);
    let problems: Vec<Problem> = problems.into_iter().filter(concerns).collect();
    let is_error = |problem: &&Problem| problem.severity == plant::Severity::Error;
    Ok(Found { errors: problems.iter().filter(is_error).count(), problems })
}

/// The nearest directory around the path with a programme in it; the path itself when none has.
fn programme_of(path: &Path) -> PathBuf {
    let around = path.ancestors().take(4).filter(|around| !around.as_os_str().is_empty());
    let mut holding = around.filter(|around| around.join(PROGRAMME_FILE).is_file());
    holding.next().map_or_else(|| path.to_owned(), Path::to_owned)
}
