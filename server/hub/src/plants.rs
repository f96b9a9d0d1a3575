//! Plant files: from a directory or built in, read, hashed, loaded, watched.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use include_dir::{Dir, DirEntry};
use journal::DefinitionFile;
use plant::{Problem, SourceFile};
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokio::sync::oneshot;
use twin::{Plant, PlantId, Programme};

use crate::{
    clock::wall_now,
    core::Definitions,
    embedded::MODELS,
    gate::hexadecimal,
    run::Inbox,
    shared::{Shared, stopped},
    store::{Kept, StoreCommand},
};

/// Files of one programme: a plant is written by people.
const MOST_FILES: usize = 2_000;
/// The largest file that is read; the loader refuses smaller ones with better words.
const LARGEST_FILE_BYTES: u64 = 8 << 20;
/// How deep folders may nest.
const DEEPEST: usize = 4;
/// How often files are looked at for changes.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

/// Where plant files come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A directory.
    Directory(PathBuf),
    /// The copy in the binary.
    BuiltIn,
}

/// Why plant files cannot be read.
#[derive(Debug, Error)]
pub(crate) enum PlantsError {
    /// The directory is not there, or a file in it cannot be read.
    #[error("{} cannot be read; name the directory of the plants with --plants", path.display())]
    NotReadable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// Nothing to read.
    #[error("{} holds no .toml files; name the directory of the plants with --plants", path.display())]
    Empty { path: PathBuf },
    /// More than anybody writes.
    #[error("{} holds more than {MOST_FILES} files", path.display())]
    TooMany { path: PathBuf },
    /// Larger than anybody writes.
    #[error("{} has {bytes} bytes, more than {LARGEST_FILE_BYTES}", path.display())]
    TooLarge { path: PathBuf, bytes: u64 },
    /// They were read, and are wrong.
    #[error("the plant files have {} problems", .0.len())]
    Wrong(Vec<Problem>),
}

/// Plant files as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Files {
    /// By name, `/` between folders.
    pub(crate) files: Vec<DefinitionFile>,
    /// Over names and bytes, in hexadecimal.
    pub(crate) sha256: String,
    /// What to write before a name in a message.
    prefix: String,
}

/// Plants as loaded.
pub(crate) struct Plants {
    pub(crate) programme: Programme,
    pub(crate) plants: BTreeMap<PlantId, Plant>,
    /// What is odd and does no harm.
    pub(crate) problems: Vec<Problem>,
}

impl Plants {
    /// Every plant's label as JSON, for the journal.
    pub(crate) fn labels(&self) -> Vec<(PlantId, String)> {
        let json = |plant: &Plant| {
            serde_json::to_string(&record::LabelRecord::from(&plant.label)).unwrap_or_default()
        };
        self.plants.iter().map(|(id, plant)| (id.clone(), json(plant))).collect()
    }

    /// What is odd and does no harm, in words.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.problems.iter().map(ToString::to_string).collect()
    }

    /// Together with what the journal knows them by.
    pub(crate) fn definitions(self, kept: Kept) -> Definitions {
        let Self { programme, plants, problems: _ } = self;
        Definitions { programme, plants, labels: kept.labels, revision: kept.revision }
    }
}

impl Source {
    /// The directory that was asked for, else `models/plants` here, else the built-in copy.
    pub(crate) fn choose(asked: Option<PathBuf>) -> Self {
        let usual = PathBuf::from("models/plants");
        match asked {
            Some(directory) => Self::Directory(directory),
            None if usual.is_dir() => Self::Directory(usual),
            None => Self::BuiltIn,
        }
    }

    /// Reads all files.
    pub(crate) fn read(&self) -> Result<Files, PlantsError> {
        let (mut files, prefix) = match self {
            Self::Directory(directory) => {
                let mut files = Vec::new();
                for (path, name) in listed(directory)? {
                    let bytes = std::fs::read(&path)
                        .map_err(|source| PlantsError::NotReadable { path, source })?;
                    files.push(DefinitionFile { name, bytes });
                }
                (files, format!("{}/", directory.display()))
            }
            Self::BuiltIn => {
                let mut files = Vec::new();
                if let Some(plants) = MODELS.get_dir("plants") {
                    built_in(plants, plants, &mut files);
                }
                (files, "built-in/".to_owned())
            }
        };
        if files.is_empty() {
            return Err(PlantsError::Empty { path: PathBuf::from(prefix) });
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let mut hasher = Sha256::new();
        for file in &files {
            for part in [file.name.as_bytes(), &file.bytes] {
                hasher.update((part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
        }
        Ok(Files { files, sha256: hexadecimal(&hasher.finalize()), prefix })
    }

    /// A mark that changes when a file does; cheap enough to look at every two seconds.
    fn mark(&self) -> Vec<(String, u64, Option<SystemTime>)> {
        let Self::Directory(directory) = self else { return Vec::new() };
        let files = listed(directory).unwrap_or_default();
        let marks = files.into_iter().map(|(path, name)| {
            let about = std::fs::metadata(path).ok();
            let length = about.as_ref().map_or(0, std::fs::Metadata::len);
            (name, length, about.and_then(|about| about.modified().ok()))
        });
        marks.collect()
    }
}

impl Files {
    /// Files as the journal keeps them.
    pub(crate) fn kept(files: Vec<DefinitionFile>, sha256: String) -> Self {
        Self { files, sha256, prefix: String::new() }
    }

    /// Understands the files.
    pub(crate) fn load(&self) -> Result<Plants, PlantsError> {
        let names: Vec<String> =
            self.files.iter().map(|file| format!("{}{}", self.prefix, file.name)).collect();
        let sources: Vec<SourceFile<'_>> = names
            .iter()
            .zip(&self.files)
            .map(|(name, file)| SourceFile { name, bytes: &file.bytes })
            .collect();
        let loaded = plant::load_programme(&sources).map_err(PlantsError::Wrong)?;
        let plants = loaded.plants.into_iter().map(|plant| (plant.id.clone(), plant));
        Ok(Plants {
            programme: loaded.programme,
            plants: plants.collect(),
            problems: loaded.warnings,
        })
    }
}

/// Looks for changes until the hub stops. A valid set is handed to the core as a new revision;
/// an invalid one is refused whole, with its problems logged and shown in /readyz.
pub(crate) async fn watch(shared: Shared, source: Source, mut in_force: String) {
    if source == Source::BuiltIn {
        return;
    }
    let mut stopping = shared.stopping.clone();
    let mut mark = source.mark();
    loop {
        tokio::select! {
            () = stopped(&mut stopping) => return,
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
        }
        let newest = source.mark();
        if newest == mark {
            continue;
        }
        mark = newest;
        if let Some(sha256) = taken_in(&shared, &source, &in_force).await {
            in_force = sha256;
        }
    }
}

async fn taken_in(shared: &Shared, source: &Source, in_force: &str) -> Option<String> {
    let read = source.read().and_then(|files| files.load().map(|plants| (files, plants)));
    let (files, plants) = match read {
        Ok(read) => read,
        Err(error) => {
            let mut remarks = vec![format!("changed plant files were refused: {error}")];
            if let PlantsError::Wrong(problems) = &error {
                remarks.extend(problems.iter().take(20).map(ToString::to_string));
            }
            remarks.iter().for_each(|remark| tracing::error!("{remark}"));
            shared.remark(remarks);
            return None;
        }
    };
    shared.remark(plants.warnings());
    if files.sha256 == in_force {
        return None;
    }
    let (answer, kept) = oneshot::channel();
    let (sha256, labels) = (files.sha256.clone(), plants.labels());
    let command = StoreCommand::Definition {
        sha256: sha256.clone(),
        files: files.files,
        labels,
        at: wall_now(),
        answer,
    };
    shared.to_store.send(command).await.ok()?;
    match kept.await.ok()? {
        Ok(kept) => {
            let definitions = Box::new(plants.definitions(kept));
            shared.to_core.send(Inbox::Reload(definitions)).await.ok()?;
            Some(sha256)
        }
        Err(why) => {
            shared.remark(vec![format!("changed plant files could not be kept: {why}")]);
            None
        }
    }
}

/// The `.toml` files below a directory, with their names within it.
fn listed(directory: &Path) -> Result<Vec<(PathBuf, String)>, PlantsError> {
    let mut found = Vec::new();
    let mut waiting = vec![(directory.to_owned(), String::new(), 0)];
    while let Some((folder, prefix, depth)) = waiting.pop() {
        let failed = |source| PlantsError::NotReadable { path: folder.clone(), source };
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let file_name = entry.file_name().to_string_lossy().into_owned();
            let (path, name) = (entry.path(), format!("{prefix}{file_name}"));
            // Editors keep their copies beside the file, under names with a dot.
            if file_name.starts_with('.') {
                continue;
            }
            let about = std::fs::metadata(&path).map_err(failed)?;
            if about.is_dir() && depth < DEEPEST {
                waiting.push((path, format!("{name}/"), depth + 1));
            } else if about.is_file() && name.ends_with(".toml") {
                if about.len() > LARGEST_FILE_BYTES {
                    return Err(PlantsError::TooLarge { path, bytes: about.len() });
                }
                found.push((path, name));
            }
            if found.len() > MOST_FILES {
                return Err(PlantsError::TooMany { path: directory.to_owned() });
            }
        }
    }
    found.sort();
    Ok(found)
}

fn built_in(root: &Dir<'static>, dir: &Dir<'static>, files: &mut Vec<DefinitionFile>) {
    for entry in dir.entries() {
        match entry {
            DirEntry::Dir(dir) => built_in(root, dir, files),
            DirEntry::File(file) => {
                let path = file.path().strip_prefix(root.path()).unwrap_or(file.path());
                let name = path.to_string_lossy().replace('\\', "/");
                if name.ends_with(".toml") {
                    files.push(DefinitionFile { name, bytes: file.contents().to_vec() });
                }
            }
        }
    }
}
