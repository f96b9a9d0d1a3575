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
                    files.push(SourceFile { name: name.into(), bytes: file.contents().into() });
                }
            }
        }
    }
}

fn load() -> Loaded {
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
    let said = Said {
        feed: twin::FeedId::new("sim").expect("valid"),
        origin: twin::Origin::Simulated,
        received: None,
    };
    let until = loaded.programme.starts + Span::DAY.scaled(days);
    let mut reports = 0;
    let ended = model.run_until(until, &mut |plant: &PlantId, report: Report| {
        reports += 1;
        if let Err(refusal) = twin.apply(plant, &report, &said) {
            panic!("{plant}: refused: {refusal}: {report:?}");
        }
    });
    ended.unwrap_or_else(|error| panic!("{error}\n{}", table(&model.summary())));
    (model, reports)
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

#[test]
fn the_programme_runs_without_a_refusal() {
    let loaded = load();
    let (model, reports) = play_all(Settings::new(1, loaded.programme.starts), &loaded, 240.0);
    println!("{}\n{reports} reports", table(&model.summary()));
}
