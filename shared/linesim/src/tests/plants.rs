//! The reference plants, played whole.

use super::*;
use crate::{Scenario, Summary};
use include_dir::{Dir, DirEntry, include_dir};
use plant::{Loaded, SourceFile};
use twin::UnitState;

static PLANTS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../models/plants");
static SCENARIOS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../models/scenarios");

fn collect<'a>(dir: &'a Dir<'a>, files: &mut Vec<SourceFile<'a>>) {
    for entry in dir.entries() {
        match entry {
            DirEntry::Dir(below) => collect(below, files),
            DirEntry::File(file) => {
                let name = file.path().to_str().expect("a plain name");
                if name.ends_with(".toml") {
                    files.push(SourceFile { name, bytes: file.contents() });
                }
            }
        }
    }
}

pub(super) fn load() -> Loaded {
    let mut files = Vec::new();
    collect(&PLANTS, &mut files);
    plant::load_programme(&files).unwrap_or_else(|problems| {
        let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", text.join("\n"))
    })
}

/// Plays the programme for some days; every report is folded as the hub does.
fn play_all(settings: Settings, loaded: &Loaded, days: f64) -> (Model, usize) {
    let mut twin = TwinState::new(&loaded.programme, &loaded.plants);
    let mut model =
        Model::new(&loaded.programme, &loaded.plants, settings).expect("the plants are sound");
    let reports = fold(&mut model, &mut twin, loaded.programme.starts + Span::DAY.scaled(days));
    (model, reports)
}

/// Plays up to a moment and folds what is reported; how many reports that were.
pub(super) fn fold(model: &mut Model, twin: &mut TwinState, until: PlantTime) -> usize {
    let said = Said {
        feed: twin::FeedId::new("sim").expect("valid"),
        origin: twin::Origin::Simulated,
        received: None,
    };
    let mut reports = 0;
    let ended = model.run_until(until, &mut |plant: &PlantId, report: Report| {
        reports += 1;
        if let Err(refusal) = twin.apply(plant, &report, &said) {
            panic!("{plant}: refused: {refusal}: {report:?}");
        }
    });
    ended.unwrap_or_else(|error| panic!("{error}\n{}", table(&model.summary())));
    reports
}

fn table(summary: &Summary) -> String {
    let mut text = String::new();
    for unit in &summary.units {
        let shares: Vec<String> = UnitState::ALL
            .into_iter()
            .filter(|&state| state != UnitState::OffShift && unit.share(state) > 0.004)
            .map(|state| format!("{state} {:.0} %", 100.0 * unit.share(state)))
            .collect();
        let _ = writeln!(
            text,
            "{}/{} {} done, {}",
            unit.plant,
            unit.unit,
            unit.finished,
            shares.join(", ")
        );
    }
    for storage in &summary.storages {
        let _ = writeln!(
            text,
            "{}/{}: {} parts {:?}",
            storage.plant, storage.storage, storage.parts, storage.stock
        );
    }
    let _ = writeln!(text, "{:?}", summary.completed);
    text
}

fn demo() -> Scenario {
    let file = SCENARIOS.get_file("demo.toml").expect("there");
    Scenario::parse("demo.toml", file.contents()).expect("a sound scenario")
}

/// Working, down or being made ready: what the unit itself is busy with.
fn active(summary: &Summary, unit: &str) -> f64 {
    let unit = summary.units.iter().find(|u| u.unit.as_str() == unit).expect("there");
    unit.share(UnitState::Working) + unit.share(UnitState::Down) + unit.share(UnitState::Setup)
}

#[test]
fn the_programme_runs_for_months_with_the_limits_that_were_planned() {
    let loaded = load();
    let (model, reports) = play_all(Settings::new(1, loaded.programme.starts), &loaded, 240.0);
    let summary = model.summary();
    println!("{}\n{reports} reports", table(&summary));
    let p4 = active(&summary, "P4-1");
    assert!(p4 > 0.8, "P4 {p4}");
    for other in ["P1-1", "P2-1", "P3-1", "P5-1"] {
        assert!(active(&summary, other) < p4, "{other} is busier than P4");
    }
    let xray = active(&summary, "xray-1");
    assert!(xray > 0.85, "X-ray {xray}");
    for storage in &summary.storages {
        assert!(storage.stock.iter().all(|(_, quantity)| *quantity >= 0.0), "{storage:?}");
    }
}

/// A year and a half, with and without a long stop: nothing waits for itself.
#[test]
fn three_ships_float_out_near_their_dates_and_later_after_a_long_stop() {
    let loaded = load();
    let float_outs = |stop: Option<&str>| {
        let mut settings = Settings::new(7, loaded.programme.starts);
        settings.disruptions.extend(stop.map(|value| crate::Disruption {
            name: String::new(),
            at: loaded.programme.demo_from,
            until: None,
            path: "home-yard.unit.P4-1.down".to_owned(),
            value: value.to_owned(),
        }));
        let mut model =
            Model::new(&loaded.programme, &loaded.plants, settings).expect("sound plants");
        let mut days = Vec::new();
        let starts = loaded.programme.starts;
        let until = starts + Span::DAY.scaled(560.0);
        let played = model.run_until(until, &mut |_: &PlantId, report: Report| {
            if let Statement::OpFinished { operation, .. } = &report.statement
                && operation.as_str() == "complete-hull"
            {
                days.push(report.at.since(starts).days());
            }
        });
        played.unwrap_or_else(|error| panic!("{error}"));
        days
    };
    let (planned, stopped) = (float_outs(None), float_outs(Some("45 d")));
    assert!(planned.len() >= 3 && stopped.len() >= 3, "{planned:?} {stopped:?}");
    // Promised for days 46, 234 and 414.
    for (day, promised) in planned.iter().zip([46.0, 234.0, 414.0]) {
        assert!((day - promised).abs() < 25.0, "{planned:?}");
    }
    assert!(stopped[2] > planned[2] + 7.0, "{planned:?} {stopped:?}");
}

#[test]
fn the_demonstration_starts_in_the_middle_of_its_story() {
    let loaded = load();
    let (demo_from, starts) = (loaded.programme.demo_from, loaded.programme.starts);
    let (model, _) =
        play_all(demo().settings(&loaded.programme), &loaded, demo_from.since(starts).days());
    let storage = |name: &str| {
        let summary = model.summary();
        let found = summary.storages.iter().find(|s| s.storage.as_str() == name).cloned();
        found.expect("there")
    };
    let erected = storage("hull-in-dock").parts;
    assert!((8..=22).contains(&erected), "{erected} of 32 lifts are in the dock");
    let stock = storage("component-store").stock;
    let processors = stock.iter().find(|(id, _)| id.as_str() == "processor").map(|(_, n)| *n);
    assert!(processors.is_some_and(|left| left < 10.0), "{processors:?} processors are left");
    let aboard = model.lanes.iter().map(|lane| lane.aboard.len()).sum::<usize>();
    assert!(aboard > 0, "no barge is at sea");
}

/// Twenty minutes at 720 × show each state that a unit can be in, except that nothing is known.
#[test]
fn the_first_twenty_minutes_of_the_demonstration_show_every_state() {
    let loaded = load();
    let mut settings = demo().settings(&loaded.programme);
    settings.report_from = loaded.programme.demo_from;
    let mut model = Model::new(&loaded.programme, &loaded.plants, settings).expect("sound plants");
    let until = loaded.programme.demo_from + Span::DAY.scaled(10.0);
    let mut seen = std::collections::BTreeSet::new();
    let mut told = std::collections::BTreeSet::new();
    let played =
        model.run_until(until, &mut |_: &PlantId, report: Report| match &report.statement {
            Statement::UnitState { state, .. } => _ = seen.insert(*state),
            Statement::OpStarted { .. } => _ = seen.insert(UnitState::Working),
            Statement::PartScrapped { .. } => _ = told.insert("scrapped"),
            Statement::PartReworked { .. } => _ = told.insert("reworked"),
            Statement::PartHeld { .. } => _ = told.insert("held"),
            Statement::DeliveryDelayed(_) => _ = told.insert("late"),
            Statement::DeliveryArrived(terms) if terms.delivery.as_str() == "kits-extra-1" => {
                told.insert("a single delivery");
            }
            _ => {}
        });
    played.unwrap_or_else(|error| panic!("{error}"));
    let missing: Vec<_> = UnitState::ALL.iter().filter(|state| !seen.contains(state)).collect();
    assert_eq!(missing, [&UnitState::Unknown]);
    let expected = ["a single delivery", "held", "late", "reworked", "scrapped"];
    assert_eq!(told.into_iter().collect::<Vec<_>>(), expected);
}
