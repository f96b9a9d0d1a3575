//! A scenario file with the plant that it is about.

use std::path::{Path, PathBuf};

use experiment::sim::Wish;
use linesim::{
    ChangeError, Changed, Disruption, Scenario, change_plant,
    scenario::{Change, ScenarioError},
};
use thiserror::Error;
use twin::{DeliveryId, PlantId, PlantTime};

use super::{
    stands::NotKnown,
    subject::{NoSubject, Subject},
};

/// The largest scenario file: it is written by people.
const LARGEST_FILE_BYTES: u64 = 1 << 20;

/// Why a scenario is not played.
#[derive(Debug, Error)]
pub(super) enum NoScenario {
    /// The file.
    #[error("{} cannot be read", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// More than anybody writes.
    #[error("{} has {bytes} bytes; a scenario has {LARGEST_FILE_BYTES} at most", path.display())]
    TooLarge { path: PathBuf, bytes: u64 },
    /// What it says.
    #[error(transparent)]
    Wrong(#[from] ScenarioError),
    /// A change that cannot be made.
    #[error("{}:{line}:1: error: {source}", path.display())]
    Change { path: PathBuf, line: usize, source: ChangeError },
    /// Nobody says which plant.
    #[error("{}:1:1: error: a scenario that is tested needs the key \"plant\": an id, or the path of its folder from here", path.display())]
    NoPlant { path: PathBuf },
    /// The plant.
    #[error(transparent)]
    Subject(#[from] NoSubject),
    /// How it stands.
    #[error(transparent)]
    Stands(#[from] NotKnown),
}

impl NoScenario {
    /// What is wrong, a line for each problem; where it is not said of a place in a file, as an
    /// error.
    pub(super) fn lines(&self) -> Vec<String> {
        match self {
            Self::Subject(subject) => subject.lines(),
            Self::Wrong(wrong) => vec![crate::store::in_words(wrong)],
            Self::Change { .. } | Self::NoPlant { .. } => vec![self.to_string()],
            other => vec![format!("error: {}", crate::store::in_words(other))],
        }
    }
}

/// Reads a scenario file.
pub(super) fn read(path: &Path) -> Result<Scenario, NoScenario> {
    let unread = |source| NoScenario::File { path: path.to_owned(), source };
    let bytes = std::fs::metadata(path).map_err(unread)?.len();
    if bytes > LARGEST_FILE_BYTES {
        return Err(NoScenario::TooLarge { path: path.to_owned(), bytes });
    }
    let bytes = std::fs::read(path).map_err(unread)?;
    Ok(Scenario::parse(&path.display().to_string(), &bytes)?)
}

/// The plant that a scenario names: a folder from the file's own, a plant of the programme beside
/// it, or one of those that commands find by id.
pub(super) fn subject(path: &Path, scenario: &Scenario) -> Result<Subject, NoScenario> {
    let Some(named) = &scenario.plant else {
        return Err(NoScenario::NoPlant { path: path.to_owned() });
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    let near = [
        folder.join(named),
        folder.join("plants").join(named),
        folder.join("../plants").join(named),
    ];
    let found = near.iter().find(|path| path.exists());
    let asked = found.map_or_else(|| named.clone(), |path| path.display().to_string());
    Ok(Subject::find(&asked)?)
}

/// Makes the scenario's changes to the plants; what it changes while they run.
pub(super) fn apply(
    path: &Path,
    scenario: &Scenario,
    subject: &mut Subject,
) -> Result<Vec<Disruption>, NoScenario> {
    let begins = subject.begins();
    let disruptions = scenario.disruptions.iter();
    let mut disruptions: Vec<_> = disruptions.filter_map(|of| going_on(of, begins)).collect();
    for Change { path: what, value, line } in &scenario.changes {
        let changed = change_plant(&mut subject.plants, what, value);
        let changed = changed.map_err(|source| NoScenario::Change {
            path: path.to_owned(),
            line: *line,
            source,
        })?;
        tell_again(what, subject);
        if changed == Changed::WhileRunning {
            disruptions.push(Disruption {
                name: what.clone(),
                at: begins,
                until: None,
                path: what.clone(),
                value: value.clone(),
            });
        }
    }
    Ok(disruptions)
}

/// A change of a delivery that the record has told of holds for what is told, too, unless it has
/// arrived.
fn tell_again(path: &str, subject: &mut Subject) {
    let found = path.split_once(".delivery.").and_then(|(plant, rest)| {
        let (delivery, key) = rest.rsplit_once('.')?;
        Some((PlantId::new(plant).ok()?, DeliveryId::new(delivery).ok()?, key))
    });
    let (Some((plant, delivery, key)), Some(stands)) = (found, &mut subject.stands) else { return };
    let plants = subject.plants.iter().filter(|of| of.id == plant);
    let planned = plants.flat_map(|of| &of.deliveries).find(|of| of.id == delivery);
    let is_quantity = key == "quantity";
    if let Some(planned) = planned
        && let Err(why) = stands.tell_again(&plant, planned, is_quantity)
    {
        eprintln!("warning: {path}: it stays as the record tells it: {why}");
    }
}

/// A disruption as it still is when a simulation begins: one that is over is none, and of one that
/// has begun it is said that it begins then.
fn going_on(disruption: &Disruption, begins: PlantTime) -> Option<Disruption> {
    let name = &disruption.name;
    if disruption.until.is_some_and(|until| until <= begins) {
        eprintln!("warning: {name} is over before the simulation begins, and is left out");
        return None;
    }
    if disruption.at < begins {
        eprintln!(
            "warning: {name} begins earlier than the simulation, and counts from its beginning"
        );
    }
    Some(Disruption { at: disruption.at.max(begins), ..disruption.clone() })
}

/// What the scenario says of a run, where `wish` says nothing yet.
pub(super) fn wish(scenario: &Scenario, disruptions: Vec<Disruption>, wish: &Wish) -> Wish {
    Wish {
        until: wish.until.or(scenario.until),
        warm_up: wish.warm_up.or(scenario.warm_up),
        pieces: wish.pieces.or(scenario.pieces),
        disruptions,
        ..wish.clone()
    }
}
