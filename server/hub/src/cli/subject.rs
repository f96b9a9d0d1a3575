//! Which plant a command is about: an id, a folder of a programme, or a folder on its own.

use std::path::{Path, PathBuf};

use experiment::sim::Now;
use plant::{Problem, SourceFile, did_you_mean, load_on_its_own};
use thiserror::Error;
use twin::{Plant, PlantTime, Programme, definition::Milestone};

use super::{check::programme_of, stands::Stands};
use crate::plants::{PlantsError, Source, read_alone};

/// What ties plants together.
const PROGRAMME_FILE: &str = "programme.toml";

/// A plant that was found.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) programme: Programme,
    pub(super) plants: Vec<Plant>,
    /// Which of them is meant.
    pub(super) number: usize,
    /// What is odd and does no harm.
    pub(super) warnings: Vec<Problem>,
    /// How the plants stand, where they go on from that.
    pub(super) stands: Option<Stands>,
}

/// Why there is no plant.
#[derive(Debug, Error)]
pub(super) enum NoSubject {
    /// Nothing of that name.
    #[error(
        "there is no plant {asked}{hint}, and no folder of that name; the plants of {place} are \
         {known}"
    )]
    Unknown {
        /// As asked.
        asked: String,
        /// What may have been meant.
        hint: String,
        /// Where plants were looked for.
        place: String,
        /// Those there are.
        known: String,
    },
    /// A whole programme.
    #[error("{} holds several plants; name one of them: {known}", path.display())]
    Several {
        /// As asked.
        path: PathBuf,
        /// Its plants.
        known: String,
    },
    /// The files.
    #[error(transparent)]
    Plants(#[from] PlantsError),
}

impl NoSubject {
    /// What is wrong, a line for each problem.
    pub(super) fn lines(&self) -> Vec<String> {
        match self {
            Self::Plants(PlantsError::Wrong(problems)) => {
                problems.iter().map(ToString::to_string).collect()
            }
            other => vec![format!("error: {}", crate::store::in_words(other))],
        }
    }
}

impl Subject {
    /// Finds a plant by a path or an id.
    pub(super) fn find(asked: &str) -> Result<Self, NoSubject> {
        let path = Path::new(asked);
        if path.exists() { of_path(path) } else { of_id(asked, &Source::choose(None, None)) }
    }

    pub(super) fn plant(&self) -> &Plant {
        &self.plants[self.number]
    }

    /// Lets the plants go on from what a hub knows of them; of the milestones, those stay that are
    /// still to be reached.
    pub(super) fn go_on_from(&mut self, stands: Stands) {
        let plant = self.plant().id.clone();
        let is_open = |of: &Milestone| of.plant != plant || stands.open.contains(&of.id);
        self.programme.milestones.retain(is_open);
        self.stands = Some(stands);
    }

    /// When a simulation of it begins.
    pub(super) fn begins(&self) -> PlantTime {
        self.stands.as_ref().map_or(self.programme.starts, |stands| stands.at)
    }

    /// As it is handed to a simulation.
    pub(super) fn as_asked(&self) -> experiment::sim::Subject<'_> {
        let Self { programme, plants, number, .. } = self;
        let now = self.stands.as_ref().map(|stands| Now { state: &stands.state, at: stands.at });
        experiment::sim::Subject { programme, plants, number: *number, now }
    }
}

fn of_path(path: &Path) -> Result<Subject, NoSubject> {
    let full = path.canonicalize();
    let full = full.map_err(|source| PlantsError::NotReadable { path: path.to_owned(), source })?;
    if full.join(PROGRAMME_FILE).is_file() {
        let found = load(&Source::beside(path.to_owned()))?;
        return match found.plants.len() {
            1 => Ok(found),
            _ => Err(NoSubject::Several { path: path.to_owned(), known: names(&found.plants) }),
        };
    }
    let root = programme_of(&full);
    let id = full.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if full.is_dir() && root.join(PROGRAMME_FILE).is_file() && full.parent() == Some(&root) {
        // As it was written, so that messages name the files so.
        let written = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let found = of_id(&id, &Source::beside(written.map_or(root, Path::to_owned)));
        match found {
            Err(NoSubject::Unknown { .. }) => {}
            other => return other,
        }
    }
    alone(path, &id)
}

/// A plant that no programme lists.
pub(super) fn alone(path: &Path, folder: &str) -> Result<Subject, NoSubject> {
    let files = read_alone(path)?;
    let sources: Vec<SourceFile<'_>> =
        files.iter().map(|file| SourceFile { name: &file.name, bytes: &file.bytes }).collect();
    let folder = folder.strip_suffix(".toml").unwrap_or(folder);
    let loaded = load_on_its_own(folder, &sources).map_err(PlantsError::Wrong)?;
    let plant::Loaded { programme, plants, warnings, .. } = loaded;
    Ok(Subject { programme, plants, number: 0, warnings, stands: None })
}

fn load(source: &Source) -> Result<Subject, NoSubject> {
    let loaded = source.read()?.load()?;
    let plants = loaded.plants.into_values().collect();
    let (programme, warnings) = (loaded.programme, loaded.problems);
    Ok(Subject { programme, plants, number: 0, warnings, stands: None })
}

fn of_id(id: &str, source: &Source) -> Result<Subject, NoSubject> {
    let mut found = load(source)?;
    match found.plants.iter().position(|plant| plant.id.as_str() == id) {
        Some(number) => {
            found.number = number;
            Ok(found)
        }
        None => Err(NoSubject::Unknown {
            asked: id.to_owned(),
            hint: did_you_mean(id, found.plants.iter().map(|plant| plant.id.as_str())),
            place: source
                .plants_directory()
                .map_or_else(|| "this program".to_owned(), |path| path.display().to_string()),
            known: names(&found.plants),
        }),
    }
}

fn names(plants: &[Plant]) -> String {
    plants.iter().map(|plant| plant.id.as_str()).collect::<Vec<_>>().join(", ")
}
