//! `slipway sim`: a plant simulated, and what comes of it.

mod answer;
mod table;

use std::{
    fs::File,
    io::{BufWriter, IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Mutex,
    time::Duration,
};

use clap::{Args, ValueEnum};
use experiment::sim::{self, Engine, Outcome, SimError, Wish};
use linesim::Scenario;
use thiserror::Error;
use twin::Span;

use super::{
    scenario::{self, NoScenario},
    stands::{From, say_left_out},
    subject::Subject,
    threads::Threads,
};
use crate::{clock::Stopwatch, store::in_words};

/// Replications unless another number is named: enough for an interval that means what it says.
const USUAL_REPLICATIONS: usize = 30;
/// Progress is told when it lasts longer than this, and so often.
const QUIET_FOR: Duration = Duration::from_secs(1);
const BETWEEN_LINES: Duration = Duration::from_secs(5);

pub(super) const HELP: &str =
    "PLANT is the id of a plant under models/plants, or a folder (or file) with a plant of yours.
Times are written `90 min`, `8h`, `30d`. Means come with their interval of 95 %.

Examples:
  slipway sim home-yard --until 720d
  slipway sim my/line --until '10000 h' --warmup 500h --replications 50
  slipway sim home-yard --scenario models/scenarios/home-yard-p4.toml
  slipway sim my/line --engine events --seed 7 --json > line.json
  slipway sim home-yard --until 30d --reports month.ndjson
  slipway sim home-yard --from data/demo --until 120d";

#[derive(Debug, Args)]
pub(super) struct SimArgs {
    /// The plant: an id, or a folder
    #[arg(value_name = "PLANT")]
    plant: String,
    /// How long one replication is, warm-up included [default: a year; for networks of like pieces
    /// 20,000 of the longest cycles]
    #[arg(long, value_name = "DUR", value_parser = duration, allow_hyphen_values = true)]
    until: Option<Span>,
    /// How much of its beginning is left out, or `auto`: as much as MSER-5 tells
    #[arg(long, value_name = "DUR|auto", value_parser = warm_up, allow_hyphen_values = true)]
    warmup: Option<WarmUp>,
    /// A scenario: what is different, and what goes wrong
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    #[command(flatten)]
    from: From,
    /// How many replications [default: 30]
    #[arg(long, value_name = "N", value_parser = whole_number, allow_hyphen_values = true)]
    replications: Option<usize>,
    /// The seed of all random numbers [default: the scenario's, else 1]
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// What plays it
    #[arg(long, value_enum, default_value_t = EngineName::Auto)]
    engine: EngineName,
    /// Say the result on stdout, as JSON
    #[arg(long)]
    json: bool,
    /// Write every report of the first replication of the whole plant into a file, a line each, and
    /// simulate nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "engine", "warmup"])]
    reports: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum EngineName {
    /// What fits and is fastest
    Auto,
    /// Event by event
    Events,
    /// The recursion of departures
    Maxplus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WarmUp {
    Auto,
    Given(Span),
}

fn duration(text: &str) -> Result<Span, String> {
    plant::read_span(text)
}

fn whole_number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_other| "a whole number such as 30 is wanted".to_owned())
}

fn warm_up(text: &str) -> Result<WarmUp, String> {
    if text == "auto" { Ok(WarmUp::Auto) } else { duration(text).map(WarmUp::Given) }
}

impl SimArgs {
    fn wish(&self, scenario: Option<&Scenario>) -> Wish {
        let of_scenario = scenario.and_then(|scenario| scenario.replications);
        Wish {
            until: self.until,
            warm_up: match self.warmup {
                None | Some(WarmUp::Auto) => None,
                Some(WarmUp::Given(span)) => Some(span),
            },
            replications: self.replications.or(of_scenario).unwrap_or(USUAL_REPLICATIONS),
            seed: self.seed.or(scenario.map(|scenario| scenario.seed)).unwrap_or(1),
            engine: match self.engine {
                EngineName::Auto => Engine::Auto,
                EngineName::Events => Engine::Events,
                EngineName::Maxplus => Engine::MaxPlus,
            },
            disruptions: Vec::new(),
            pieces: None,
        }
    }
}

/// A plant that was simulated, with how long that took.
pub(super) struct Simulated {
    pub(super) outcome: Outcome,
    pub(super) lasted: Duration,
    /// The most memory that this process ever held, where the system tells.
    pub(super) peak_memory_bytes: Option<u64>,
}

/// Simulates a plant on all cores, and tells how far it is.
pub(super) fn simulate(subject: &Subject, wish: &Wish) -> Result<Simulated, SimError> {
    let begun = Stopwatch::start();
    let told = Mutex::new(Duration::ZERO);
    let on_terminal = std::io::stderr().is_terminal();
    let progress = |share: f64| {
        let elapsed = begun.elapsed();
        let Ok(mut told) = told.try_lock() else { return };
        let wait = if on_terminal { Duration::from_millis(100) } else { BETWEEN_LINES };
        if elapsed < QUIET_FOR || elapsed < *told + wait {
            return;
        }
        *told = elapsed;
        let percent = (share * 100.0).floor();
        let line = format!("simulating {}: {percent} %", subject.plant().id);
        match on_terminal {
            true => eprint!("\r{line} "),
            false => eprintln!("{line}"),
        }
    };
    let outcome = sim::simulate(subject.as_asked(), wish, &Threads::of_this_machine(), &progress);
    if on_terminal && begun.elapsed() > QUIET_FOR {
        eprint!("\r{:60}\r", "");
    }
    let (outcome, lasted) = (outcome?, begun.elapsed());
    Ok(Simulated { outcome, lasted, peak_memory_bytes: peak_memory_bytes() })
}

/// Why reports are not written.
#[derive(Debug, Error)]
enum NotWritten {
    /// The simulation.
    #[error(transparent)]
    Sim(#[from] SimError),
    /// A report that has no text.
    #[error("a report cannot be written")]
    Report(#[from] record::RecordError),
    /// The file.
    #[error("{} cannot be written", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

/// Writes the reports of one replication; how many.
fn write_reports(subject: &Subject, wish: &Wish, path: &Path) -> Result<u64, NotWritten> {
    let failed = |source| NotWritten::File { path: path.to_owned(), source };
    let mut file = BufWriter::new(File::create(path).map_err(failed)?);
    let (mut count, mut written, mut line) = (0, Ok(()), Vec::new());
    sim::reports(subject.as_asked(), wish, &mut |plant, report| {
        if written.is_err() {
            return;
        }
        line.clear();
        written = record::write_line(plant, report, &mut line)
            .map_err(NotWritten::from)
            .and_then(|()| file.write_all(&line).map_err(failed));
        count += 1;
    })?;
    written?;
    file.flush().map_err(failed)?;
    Ok(count)
}

fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.strip_suffix("kB"))?;
    Some(kib.trim().parse::<u64>().ok()? << 10)
}

/// The plant as the scenario has it, and how it is simulated.
fn prepared(args: &SimArgs) -> Result<(Subject, Wish), NoScenario> {
    let mut subject = Subject::find(&args.plant)?;
    subject.warnings.iter().for_each(|warning| eprintln!("{warning}"));
    args.from.go_on(&mut subject)?;
    let goes_on = subject.stands.is_some();
    if goes_on && args.warmup == Some(WarmUp::Auto) {
        eprintln!("warning: --warmup auto: what goes on has no beginning to leave out");
    }
    let Some(path) = &args.scenario else { return Ok((subject, args.wish(None))) };
    let read = scenario::read(path)?;
    if !read.expects.is_empty() {
        let (file, count) = (path.display(), read.expects.len());
        eprintln!("{count} expectations of {file} are not judged here: slipway test {file} does");
    }
    let id = &subject.plant().id;
    let is_other = |of: &&String| Path::new(of).file_stem().is_none_or(|name| name != id.as_str());
    if let Some(other) = read.plant.as_ref().filter(is_other) {
        let file = path.display();
        eprintln!("warning: {file} is written for plant {other}, and {id} is simulated");
    }
    let disruptions = scenario::apply(path, &read, &mut subject)?;
    let mut wish = scenario::wish(&read, disruptions, &args.wish(Some(&read)));
    // What goes on has no beginning to leave out, whatever the scenario says of a fresh one.
    if args.warmup == Some(WarmUp::Auto) || goes_on && args.warmup.is_none() {
        wish.warm_up = None;
    }
    Ok((subject, wish))
}

pub(super) fn run(args: &SimArgs) -> ExitCode {
    let (subject, wish) = match prepared(args) {
        Ok(prepared) => prepared,
        Err(error) => {
            error.lines().iter().for_each(|line| eprintln!("{line}"));
            return ExitCode::FAILURE;
        }
    };
    if let Err(why) = say_left_out(&subject, &wish) {
        eprintln!("error: {}", in_words(&why));
        return ExitCode::FAILURE;
    }
    if let Some(path) = &args.reports {
        return match write_reports(&subject, &wish, path) {
            Ok(count) => {
                eprintln!("{count} reports in {}", path.display());
                ExitCode::SUCCESS
            }
            Err(why) => {
                eprintln!("error: {}", in_words(&why));
                ExitCode::FAILURE
            }
        };
    }
    match simulate(&subject, &wish) {
        Ok(simulated) => {
            if args.json {
                println!("{:#}", answer::of(&subject, &wish, &simulated));
            } else {
                eprint!("{}", table::of(&subject, &wish, &simulated));
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {}", in_words(&error));
            ExitCode::FAILURE
        }
    }
}
