//! `slipway check`: every mistake in plant files, scenarios, agreements or policies, as
//! `path:line:column: error: text`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use plant::Problem;
use twin::NationId;

use super::{
    scenario,
    subject::{self, NoSubject},
};
use crate::{
    plants::{PlantsError, Source},
    policy::{self, PolicyError},
    store::in_words,
};

/// What ties plants together; its directory is what is read as a whole.
const PROGRAMME_FILE: &str = "programme.toml";
/// The usual name of the directory of plants, beside which the agreements are.
const PLANTS_FOLDER: &str = "plants";
/// The usual name of the directory of scenarios.
const SCENARIOS_FOLDER: &str = "scenarios";

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Directories of plants, scenarios, agreements or policies, single plants, or files of them
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
        let found = match (policies_of(path), scenarios_of(path)) {
            (Some((path, folder)), _) => {
                check_policies(&path, &folder).map_err(|error| in_words(&error))
            }
            (None, Some(scenarios)) => Ok(check_scenarios(&scenarios)),
            (None, None) => check(path).map_err(|error| in_words(&error)),
        };
        match found {
            Ok(found) => {
                errors += found.errors;
                problems.extend(found.problems);
            }
            Err(error) => {
                eprintln!("{}: error: {error}", path.display());
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
    if !root.join(PROGRAMME_FILE).is_file() {
        return check_alone(path);
    }
    let problems = match Source::beside(root.clone()).read()?.load() {
        Ok(plants) => plants.problems,
        Err(PlantsError::Wrong(problems)) => problems,
        Err(other) => return Err(other),
    };
    Ok(concerning(path, &root, problems))
}

/// Reads a plant that no programme lists, as `slipway sim` does.
fn check_alone(path: &Path) -> Result<Found, PlantsError> {
    let folder = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let problems = match subject::alone(path, &folder.unwrap_or_default()) {
        Ok(subject) => subject.warnings,
        Err(NoSubject::Plants(PlantsError::Wrong(problems))) => problems,
        Err(NoSubject::Plants(other)) => return Err(other),
        Err(_other) => return Err(PlantsError::Empty { path: path.to_owned() }),
    };
    Ok(counted(problems))
}

/// The scenario files that a path is or holds; none when it is about something else.
fn scenarios_of(path: &Path) -> Option<Vec<PathBuf>> {
    let in_scenarios = |path: &Path| path.file_name().is_some_and(|name| name == SCENARIOS_FOLDER);
    let is_toml = |path: &Path| path.extension().is_some_and(|extension| extension == "toml");
    let full = path.canonicalize().ok()?;
    if full.is_file() {
        let here = is_toml(&full) && full.ancestors().skip(1).take(2).any(in_scenarios);
        return here.then(|| vec![path.to_owned()]);
    }
    if !full.ancestors().take(2).any(in_scenarios) {
        return None;
    }
    let entries = std::fs::read_dir(path).ok()?.filter_map(Result::ok);
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| is_toml(path)).collect();
    files.sort();
    Some(files)
}

/// Reads scenarios, with the plants that they name and what they change there.
fn check_scenarios(files: &[PathBuf]) -> Found {
    let mut problems = Vec::new();
    for path in files {
        let read = scenario::read(path).and_then(|read| match read.plant {
            None => Ok(()),
            Some(_) => {
                let mut subject = scenario::subject(path, &read)?;
                scenario::apply(path, &read, &mut subject).map(|_disruptions| ())
            }
        });
        if let Err(error) = read {
            problems.extend(error.lines().iter().map(|line| problem(path, line)));
        }
    }
    counted(problems)
}

/// A line that may say `path:line:column: error:` in front, taken apart again.
fn problem(path: &Path, told: &str) -> Problem {
    let (place, text) = told.split_once(": error: ").unwrap_or(("", told));
    let mut parts = place.rsplitn(3, ':');
    let column = parts.next().and_then(|column| column.parse().ok());
    let line = parts.next().and_then(|line| line.parse().ok());
    let file = parts.next().filter(|_| line.is_some());
    Problem {
        file: file.map_or_else(|| path.display().to_string(), str::to_owned),
        line: line.unwrap_or(1),
        column: column.unwrap_or(1),
        severity: plant::Severity::Error,
        text: text.trim_start_matches("error: ").to_owned(),
    }
}

/// What concerns the path, of what was found in the folder that it belongs to.
fn concerning(path: &Path, folder: &Path, problems: Vec<Problem>) -> Found {
    let concerns = |problem: &Problem| path == folder || Path::new(&problem.file).starts_with(path);
    counted(problems.into_iter().filter(concerns).collect())
}

fn counted(problems: Vec<Problem>) -> Found {
    let is_error = |problem: &&Problem| problem.severity == plant::Severity::Error;
    Found { errors: problems.iter().filter(is_error).count(), problems }
}

/// Reads the policies that the path belongs to: one means nothing without the others.
fn check_policies(path: &Path, folder: &Path) -> Result<Found, PolicyError> {
    // Which nation's hub it is changes what policies say, not whether they can be read.
    let hub = NationId::new("XAA").unwrap_or_else(|_error| unreachable!("the word is an id"));
    let problems = match policy::Source::Directory(folder.to_owned()).load(&hub) {
        Ok(loaded) => loaded.warnings,
        Err(PolicyError::Wrong(problems)) => problems,
        Err(other) => return Err(other),
    };
    Ok(concerning(path, folder, problems))
}

/// The path and its folder, when it is a folder of policies or one of them; none when it is about
/// plants.
fn policies_of(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let is_policy = |path: &Path| path.extension().is_some_and(|extension| extension == "cedar");
    if is_policy(path) {
        let here = path.parent().is_none_or(|folder| folder.as_os_str().is_empty());
        let path = if here { Path::new(".").join(path) } else { path.to_owned() };
        let folder = path.parent()?.to_owned();
        return Some((path, folder));
    }
    let mut entries = std::fs::read_dir(path).ok()?.filter_map(Result::ok);
    let holds = entries.any(|entry| is_policy(&entry.path()));
    holds.then(|| (path.to_owned(), path.to_owned()))
}

/// The nearest directory of plants with a programme that the path is in, or beside, or that is in
/// it; the path itself when there is none.
pub(super) fn programme_of(path: &Path) -> PathBuf {
    let has_programme = |folder: &Path| folder.join(PROGRAMME_FILE).is_file();
    let here = |folder: &Path| !folder.as_os_str().is_empty() && has_programme(folder);
    let of = |around: &Path| {
        let beside = around.join(PLANTS_FOLDER);
        if here(around) {
            Some(around.to_owned())
        } else {
            Some(beside).filter(|p| has_programme(p))
        }
    };
    path.ancestors().take(4).find_map(of).unwrap_or_else(|| path.to_owned())
}
