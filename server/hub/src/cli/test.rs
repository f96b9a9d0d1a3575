//! `slipway test`: scenario files played, and what they expect held against what comes.

mod junit;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use experiment::{
    Verdict,
    sim::{Engine, Judged, Outcome, SimError, Wish, judge},
};
use linesim::{
    Scenario,
    scenario::{Expect, Measure},
};

use super::{
    scenario::{self, NoScenario},
    sim,
    stands::{From, say_left_out},
};
use crate::{core::decode::rfc3339, store::in_words};

/// How deep folders of scenarios may nest, and how many files there may be.
const DEEPEST: usize = 4;
const MOST_FILES: usize = 2_000;
/// Replications where neither the file nor the command says how many.
const USUAL_REPLICATIONS: usize = 30;

pub(super) const HELP: &str = "A scenario names its plant, what is different, and what it expects:

  name = \"P4 faster\"
  plant = \"home-yard\"
  until = \"720 d\"
  replications = 20
  expect = ['throughput of hull >= \"1.2/year\"', 'bottleneck == \"P4\"']
  [[change]]
  path = \"home-yard.work_center.P4.time\"
  value = \"5.6 h\"

Examples:
  slipway test models/scenarios
  slipway test my/scenarios/faster.toml --junit results.xml
  slipway test my/scenarios/on-time.toml --from data/demo";

#[derive(Debug, Args)]
pub(super) struct TestArgs {
    /// Scenario files, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    from: From,
    /// Also write the results into a file, as JUnit does
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Say the results on stdout, as JSON
    #[arg(long)]
    json: bool,
}

/// One expectation, and what came of it.
struct Case {
    expectation: String,
    told: String,
    passed: bool,
}

/// A scenario file, and what came of it.
struct Played {
    file: String,
    name: String,
    cases: Vec<Case>,
}

pub(super) fn run(args: &TestArgs) -> ExitCode {
    let mut files = Vec::new();
    for path in &args.paths {
        if let Err(error) = collect(path, 0, &mut files) {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    }
    let mut all = Vec::new();
    for file in &files {
        all.extend(play(file, &args.from));
    }
    let cases = || all.iter().flat_map(|played| &played.cases);
    let passed = cases().filter(|case| case.passed).count();
    let failed = cases().count() - passed;
    if let Some(path) = &args.junit
        && let Err(error) = std::fs::write(path, junit::of(&all))
    {
        eprintln!("error: {} cannot be written: {error}", path.display());
        return ExitCode::FAILURE;
    }
    if args.json {
        println!("{:#}", as_json(&all, passed, failed));
    }
    if cases().count() == 0 {
        eprintln!(
            "no expectation in {}: nothing was tested; one is written as \
             expect = ['throughput >= \"42/month\"']",
            match files.as_slice() {
                [file] => file.display().to_string(),
                files => format!("{} files", files.len()),
            }
        );
    }
    eprintln!("{passed} passed, {failed} failed");
    if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The scenario files at and below a path.
fn collect(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let unread = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    if std::fs::metadata(path).map_err(unread)?.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries: Result<Vec<_>, _> = std::fs::read_dir(path).map_err(unread)?.collect();
    let mut entries: Vec<PathBuf> =
        entries.map_err(unread)?.into_iter().map(|entry| entry.path()).collect();
    entries.sort();
    for entry in entries {
        let is_scenario = entry.extension().is_some_and(|extension| extension == "toml");
        if entry.is_dir() && depth < DEEPEST {
            collect(&entry, depth + 1, files)?;
        } else if entry.is_file() && is_scenario {
            files.push(entry);
        }
        if files.len() > MOST_FILES {
            return Err(format!("{} holds more than {MOST_FILES} files", path.display()));
        }
    }
    Ok(())
}

/// Plays a scenario file; none where it expects nothing.
fn play(path: &Path, from: &From) -> Option<Played> {
    let file = path.display().to_string();
    let refused = |name: &str, lines: Vec<String>| {
        lines.iter().for_each(|line| eprintln!("{line}"));
        let told = lines.join("\n");
        let case = Case { expectation: "it can be played".to_owned(), told, passed: false };
        Some(Played { file: file.clone(), name: name.to_owned(), cases: vec![case] })
    };
    let scenario = match scenario::read(path) {
        Ok(scenario) if scenario.expects.is_empty() => return None,
        Ok(scenario) => scenario,
        Err(error) => return refused(&file, error.lines()),
    };
    match expected(path, &scenario, from) {
        Ok(cases) => Some(Played { file, name: scenario.name, cases }),
        Err(lines) => refused(&scenario.name, lines),
    }
}

fn expected(path: &Path, scenario: &Scenario, from: &From) -> Result<Vec<Case>, Vec<String>> {
    let lines = |error: NoScenario| error.lines();
    let mut subject = scenario::subject(path, scenario).map_err(lines)?;
    from.go_on(&mut subject).map_err(|error| lines(error.into()))?;
    let disruptions = scenario::apply(path, scenario, &mut subject).map_err(lines)?;
    let mut wish = scenario::wish(scenario, disruptions, &usual(scenario));
    let mut begins = String::new();
    if subject.stands.is_some() {
        // What goes on has no beginning to leave out, whatever the scenario says of a fresh one.
        wish.warm_up = None;
        begins = format!(" from {}", rfc3339(subject.begins()));
    }
    let unplayed = |error: SimError| vec![format!("error: {}", in_words(&error))];
    say_left_out(&subject, &wish).map_err(unplayed)?;
    let mut outcome = sim::simulate(&subject, &wish).map_err(unplayed)?.outcome;
    eprintln!(
        "{}: {} ({}, {} replications of {}{begins}, seed {})",
        path.display(),
        scenario.name,
        subject.plant().id,
        wish.replications,
        outcome.until,
        wish.seed
    );
    let starts = subject.programme.starts;
    let stands = subject.stands.iter();
    outcome.milestones.extend(stands.flat_map(|stands| stands.reached(starts, wish.replications)));
    let cases = scenario.expects.iter().map(|written| match written.read(starts) {
        Ok(expect) => case(&outcome, &expect),
        Err(wrong) => Case { expectation: written.text.clone(), told: wrong, passed: false },
    });
    let cases: Vec<Case> = cases.collect();
    for Case { expectation, told, passed } in &cases {
        eprintln!("  {} {expectation}: {told}", if *passed { "passed" } else { "FAILED" });
    }
    Ok(cases)
}

/// How a scenario is played that says nothing of it.
fn usual(scenario: &Scenario) -> Wish {
    Wish {
        until: None,
        warm_up: None,
        replications: scenario.replications.unwrap_or(USUAL_REPLICATIONS),
        seed: scenario.seed,
        engine: Engine::Auto,
        disruptions: Vec::new(),
        pieces: None,
    }
}

fn case(outcome: &Outcome, expect: &Expect) -> Case {
    let expectation = expect.text.clone();
    match judge(outcome, expect) {
        Err(error) => Case { expectation, told: error.to_string(), passed: false },
        Ok(Judged { came, verdict, remark }) => {
            let (unit, factor) = &expect.unit;
            let number = |value: f64| {
                let value = value * factor;
                let digits = if value.abs() >= 100.0 { 1 } else { 3 };
                format!("{value:.digits$}")
            };
            let (mean, low, high) = (number(came.estimate), number(came.low), number(came.high));
            let interval = format!("{mean}{unit} (95 %: {low} to {high})");
            let told = match (&expect.measure, remark, verdict) {
                // What a run ends before comes later still.
                (Measure::Milestone(_), Some(remark), Verdict::CannotTell) => {
                    format!("{remark}: a longer run would tell; on average not before {interval}")
                }
                (Measure::Milestone(_), Some(remark), _) => {
                    format!("{remark}: on average not before {interval}")
                }
                (_, remark, verdict) => {
                    let mut told = format!("came {interval}");
                    if verdict == Verdict::CannotTell {
                        told += ", too wide to tell: more replications, or a longer run, would";
                    }
                    told + &remark.map_or(String::new(), |remark| format!("; {remark}"))
                }
            };
            Case { expectation, told, passed: verdict == Verdict::Met }
        }
    }
}

fn as_json(all: &[Played], passed: usize, failed: usize) -> serde_json::Value {
    let case = |case: &Case| {
        serde_json::json!({
            "expected": case.expectation, "came": case.told, "passed": case.passed
        })
    };
    let scenarios: Vec<_> = all
        .iter()
        .map(|played| {
            let cases: Vec<_> = played.cases.iter().map(case).collect();
            serde_json::json!({ "file": played.file, "name": played.name, "cases": cases })
        })
        .collect();
    serde_json::json!({ "passed": passed, "failed": failed, "scenarios": scenarios })
}
