//! Reports folded in this process: the twin alone, then the twin and the findings; and memory.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use analytics::Analytics;
use linesim::{Model, Settings};
use plant::{Loaded, SourceFile};
use twin::{
    FeedId, Origin, PlantId, Report, Span,
    state::{Said, TwinState},
};
use wire::ingest::FromFeed;

use crate::{
    line::Line,
    machine, site,
    table::{Findings, Row, figure, per_second},
};

/// Simulated days of the reference plants.
const DAYS: f64 = 120.0;
/// A measurement is repeated for so long.
const AT_LEAST: Duration = Duration::from_secs(3);
/// Units of the plant whose memory is measured.
const UNITS: usize = 10_000;
/// Reports a unit in it: ten operations.
const REPORTS_A_UNIT: usize = 20;
/// Reports read at once on the way there.
const REPORTS_IN_A_FRAME: usize = 500;

/// Measures both.
pub(crate) fn measure(findings: &mut Findings) {
    memory(findings);
    let loaded = reference_plants();
    let reports = play(&loaded);
    let (twin_rate, _) = rate(&loaded, &reports, Folds::Twin);
    let (both_rate, too_late) = rate(&loaded, &reports, Folds::TwinAndFindings);
    findings.add(Row {
        what: format!("folding, reference plants, {DAYS} days, one core"),
        target: "O(1) a report".to_owned(),
        measured: format!(
            "twin {}, twin and findings {}; {} reports, {too_late} too late for the critical path",
            per_second(twin_rate),
            per_second(both_rate),
            reports.len(),
        ),
        figures: vec![
            figure("twin_reports_per_s", twin_rate),
            figure("twin_and_findings_reports_per_s", both_rate),
            figure("reports", reports.len() as f64),
        ],
        ..Row::default()
    });
}

/// What is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Folds {
    Twin,
    TwinAndFindings,
}

fn memory(findings: &mut Findings) {
    let large = fold_site(UNITS);
    let small = fold_site(UNITS / 10);
    let a_unit = |bytes: u64| bytes as f64 / UNITS as f64 / 1e3;
    let (idle, used) = (a_unit(large.idle_bytes), a_unit(large.used_bytes));
    findings.add(Row {
        what: format!("memory a work unit, {UNITS} units, twin and findings"),
        target: "≤ 2 kB".to_owned(),
        measured: format!("{idle:.1} kB at rest, {used:.1} kB after ten operations each"),
        figures: vec![figure("at_rest_kb", idle), figure("after_ten_operations_kb", used)],
        ..Row::default()
    });
    findings.add(Row {
        what: format!("folding, a line of {} units, one core", UNITS / 10),
        target: "the same at any size".to_owned(),
        measured: format!(
            "{}, and {} for {UNITS} units",
            per_second(small.reports_per_s),
            per_second(large.reports_per_s)
        ),
        figures: vec![
            figure("reports_per_s", small.reports_per_s),
            figure("ten_times_the_units_reports_per_s", large.reports_per_s),
        ],
        ..Row::default()
    });
}

/// What folding the reports of one plant came to.
struct Site {
    idle_bytes: u64,
    used_bytes: u64,
    reports_per_s: f64,
}

fn fold_site(units: usize) -> Site {
    let files = site::files(units);
    let sources: Vec<SourceFile<'_>> =
        files.iter().map(|(name, text)| SourceFile { name, bytes: text.as_bytes() }).collect();
    let loaded = load(&sources);
    let reports = site_reports(units);
    let (plant, said) = (PlantId::new(site::PLANT).expect("an id"), said());
    let before = machine::own().rss_bytes;
    let mut twin = TwinState::new(&loaded.programme, &loaded.plants);
    let mut analytics = Analytics::new(&loaded.programme, &loaded.plants);
    let idle = machine::own().rss_bytes;
    let begun = machine::now();
    for report in &reports {
        twin.apply(&plant, report, &said).unwrap_or_else(|no| panic!("{no}: {report:?}"));
        analytics.observe(&plant, report);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let used = machine::own().rss_bytes;
    // Both live to here, so that what was read off the process is theirs.
    drop((twin, analytics));
    Site {
        idle_bytes: idle.saturating_sub(before),
        used_bytes: used.saturating_sub(before),
        reports_per_s: reports.len() as f64 / seconds,
    }
}

/// As many reports of a row of units, of any length, read as a hub reads them.
fn site_reports(units: usize) -> Vec<Report> {
    let (mut line, mut reports) = (Line::new(units), Vec::new());
    while reports.len() < UNITS * REPORTS_A_UNIT {
        let (text, _count) = line.frame(1, REPORTS_IN_A_FRAME);
        match wire::ingest::read_from_feed(&text) {
            Ok(FromFeed::Report(frame)) => reports.extend(frame.reports.iter().map(|raw| {
                record::read_report(raw.get().as_bytes()).expect("a report of ours can be read")
            })),
            other => panic!("not a frame of reports: {other:?}"),
        }
    }
    reports
}

fn said() -> Said {
    let feed = FeedId::new("bench").expect("an id");
    Said { feed, origin: Origin::Simulated, received: None }
}

fn load(sources: &[SourceFile<'_>]) -> Loaded {
    plant::load_programme(sources).unwrap_or_else(|problems| {
        let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", text.join("\n"))
    })
}

fn reference_plants() -> Loaded {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/plants");
    let mut paths = Vec::new();
    collect(&folder, &mut paths);
    let texts: Vec<(String, Vec<u8>)> = paths
        .iter()
        .map(|path| {
            let name = path.strip_prefix(&folder).expect("below it").to_string_lossy().into_owned();
            (name, fs::read(path).expect("a plant file"))
        })
        .collect();
    let sources: Vec<SourceFile<'_>> =
        texts.iter().map(|(name, bytes)| SourceFile { name, bytes }).collect();
    load(&sources)
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
}

fn play(loaded: &Loaded) -> Vec<(PlantId, Report)> {
    let start = loaded.programme.starts;
    let mut model = Model::new(&loaded.programme, &loaded.plants, Settings::new(7, start))
        .expect("the reference plants work");
    let mut reports = Vec::new();
    let until = start + Span::DAY.scaled(DAYS);
    let played = model.run_until(until, &mut |plant: &PlantId, report: Report| {
        reports.push((plant.clone(), report));
    });
    played.expect("the reference plants work");
    reports
}

/// Reports a second, and those that came too late for the critical path in one run.
fn rate(loaded: &Loaded, reports: &[(PlantId, Report)], folds: Folds) -> (f64, u64) {
    let said = said();
    let (mut rounds, mut seconds, mut too_late) = (0, 0.0, 0);
    while seconds < AT_LEAST.as_secs_f64() {
        let mut twin = TwinState::new(&loaded.programme, &loaded.plants);
        let mut analytics = Analytics::new(&loaded.programme, &loaded.plants);
        let begun = machine::now();
        for (plant, report) in reports {
            twin.apply(plant, report, &said).unwrap_or_else(|no| panic!("{no}: {report:?}"));
            if folds == Folds::TwinAndFindings {
                analytics.observe(plant, report);
            }
        }
        seconds += begun.elapsed().as_secs_f64();
        rounds += 1;
        too_late = loaded.plants.iter().map(|plant| analytics.too_late(&plant.id)).sum();
    }
    (f64::from(rounds) * reports.len() as f64 / seconds, too_late)
}
