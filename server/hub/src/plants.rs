//! Plant files and agreements: from directories or built in, read, hashed, loaded, watched.
//!
//! Both are one set of files: an agreement means something only with the programme that it is for,
//! and the past is told by the agreements of then.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use experiment::sim::component;
use include_dir::{Dir, DirEntry};
use journal::{DefinitionFile, hexadecimal};
use plant::{Problem, SourceFile};
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokio::sync::oneshot;
use twin::{Agreement, Plant, PlantId, Programme};

use crate::{
    clock::wall_now,
    core::Definitions,
    embedded::MODELS,
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

/// The folder of the plants among the built-in files.
const PLANTS: &str = "plants";
/// The folder of the agreements: beside the plants', and among the names of files.
const AGREEMENTS: &str = "agreements";

/// Where plant files and agreements come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    plants: Folder,
    /// None where nothing is shared.
    agreements: Option<Folder>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Folder {
    /// A directory.
    Directory(PathBuf),
    /// The copy in the binary.
    BuiltIn(&'static str),
}

/// Why plant files cannot be read.
#[derive(Debug, Error)]
pub(crate) enum PlantsError {
    /// The directory is not there, or a file in it cannot be read.
    #[error("{} cannot be read; name the directory that holds the plants", path.display())]
    NotReadable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// Nothing to read.
    #[error("{} holds no .toml files; name the directory that holds the plants", path.display())]
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
    /// What to write there instead of [`AGREEMENTS`] and `/`.
    agreements_prefix: Option<String>,
}

/// Plants as loaded.
pub(crate) struct Plants {
    pub(crate) programme: Programme,
    pub(crate) plants: BTreeMap<PlantId, Plant>,
    /// Who shares what with whom.
    pub(crate) agreements: Vec<Agreement>,
    /// What is odd and does no harm.
    pub(crate) problems: Vec<Problem>,
    /// What a simulation of each plant needs of the files.
    pub(crate) playable: BTreeMap<PlantId, Arc<Playable>>,
}

/// The files that a plant is simulated from.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Playable {
    /// The plants that they are of: itself, and those that give to it or take from it.
    pub(crate) plants: BTreeSet<PlantId>,
    /// By name.
    pub(crate) files: Vec<(String, String)>,
}

/// What a simulation of each of these plants needs of their files.
pub(crate) fn playable(
    sources: &[SourceFile<'_>],
    programme: &Programme,
    plants: &[Plant],
) -> BTreeMap<PlantId, Arc<Playable>> {
    let mut found: BTreeMap<PlantId, Arc<Playable>> = BTreeMap::new();
    for plant in plants {
        let together = component(programme, plants, &plant.id);
        let known = together.iter().find_map(|id| found.get(id)).cloned();
        let of_it = known.unwrap_or_else(|| {
            let files = plant::playable(sources, &together);
            Arc::new(Playable { plants: together, files })
        });
        found.insert(plant.id.clone(), of_it);
    }
    found
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
        let odd = self.problems.iter().map(ToString::to_string);
        // Whoever copies a folder of plants and leaves the agreements behind sees nothing at all.
        let shares_nothing = self.agreements.is_empty() && self.programme.organisations.len() > 1;
        let unshared = shares_nothing.then(|| {
            format!(
                "no agreement says who shares what, so that each plant is its owner's alone; they are \
                 read from the folder \"{AGREEMENTS}\" beside that of the plants, or --agreements DIR"
            )
        });
        odd.chain(unshared).collect()
    }

    /// Together with what the journal knows them by.
    pub(crate) fn definitions(self, kept: Kept) -> Definitions {
        let Self { programme, plants, agreements, problems: _, playable } = self;
        let Kept { revision, labels } = kept;
        Definitions { programme, plants, agreements, labels, revision, playable }
    }
}

impl Source {
    /// The directories that were asked for, else `models/plants` here, else the built-in copy; and
    /// of the agreements, the folder beside the plants'.
    pub(crate) fn choose(plants: Option<PathBuf>, agreements: Option<PathBuf>) -> Self {
        let usual = PathBuf::from("models/plants");
        let source = match plants {
            Some(directory) => Self::beside(directory),
            None if usual.is_dir() => Self::beside(usual),
            None => {
                let agreements = MODELS.get_dir(AGREEMENTS).map(|_| Folder::BuiltIn(AGREEMENTS));
                Self { plants: Folder::BuiltIn(PLANTS), agreements }
            }
        };
        match agreements {
            Some(asked) => Self { agreements: Some(Folder::Directory(asked)), ..source },
            None => source,
        }
    }

    /// A directory of plants, with the agreements beside it if there are any.
    pub(crate) fn beside(plants: PathBuf) -> Self {
        let agreements = plants.parent().map(|parent| parent.join(AGREEMENTS));
        let agreements = agreements.filter(|directory| directory.is_dir());
        let agreements = agreements.map(Folder::Directory);
        Self { plants: Folder::Directory(plants), agreements }
    }

    /// The directory of the plants, when they are not the built-in ones.
    pub(crate) fn plants_directory(&self) -> Option<&Path> {
        match &self.plants {
            Folder::Directory(plants) => Some(plants),
            Folder::BuiltIn(_) => None,
        }
    }

    /// Reads all files.
    pub(crate) fn read(&self) -> Result<Files, PlantsError> {
        let mut files = self.plants.read()?;
        let prefix = self.plants.prefix();
        if files.is_empty() {
            return Err(PlantsError::Empty { path: PathBuf::from(prefix) });
        }
        if let Some(agreements) = &self.agreements {
            let named = agreements.read()?.into_iter().map(|file| {
                let name = format!("{AGREEMENTS}/{}", file.name);
                DefinitionFile { name, ..file }
            });
            files.extend(named);
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let mut hasher = Sha256::new();
        for file in &files {
            for part in [file.name.as_bytes(), &file.bytes] {
                hasher.update((part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
        }
        let agreements_prefix = self.agreements.as_ref().map(Folder::prefix);
        let sha256 = hexadecimal(&hasher.finalize());
        Ok(Files { files, sha256, prefix, agreements_prefix })
    }

    fn is_built_in(&self) -> bool {
        let directory = |folder: &Folder| matches!(folder, Folder::Directory(_));
        !directory(&self.plants) && !self.agreements.as_ref().is_some_and(directory)
    }

    /// A mark that changes when a file does; cheap enough to look at every two seconds.
    fn mark(&self) -> Vec<(String, u64, Option<SystemTime>)> {
        let folders = std::iter::once(&self.plants).chain(&self.agreements);
        folders.flat_map(Folder::mark).collect()
    }
}

impl Folder {
    /// What to write before the name of a file of it in a message.
    fn prefix(&self) -> String {
        match self {
            Self::Directory(directory) => format!("{}/", directory.display()),
            Self::BuiltIn(PLANTS) => "built-in/".to_owned(),
            Self::BuiltIn(folder) => format!("built-in/{folder}/"),
        }
    }

    fn read(&self) -> Result<Vec<DefinitionFile>, PlantsError> {
        let mut files = Vec::new();
        match self {
            Self::Directory(directory) => {
                for (path, name) in listed(directory)? {
                    let bytes = std::fs::read(&path)
                        .map_err(|source| PlantsError::NotReadable { path, source })?;
                    files.push(DefinitionFile { name, bytes });
                }
            }
            Self::BuiltIn(folder) => {
                if let Some(root) = MODELS.get_dir(folder) {
                    built_in(root, root, &mut files);
                }
            }
        }
        Ok(files)
    }

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
        Self { files, sha256, prefix: String::new(), agreements_prefix: None }
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
        let loaded = plant::load_programme(&sources);
        let loaded = loaded.map_err(|problems| PlantsError::Wrong(self.where_read(problems)))?;
        let playable = playable(&sources, &loaded.programme, &loaded.plants);
        let plants = loaded.plants.into_iter().map(|plant| (plant.id.clone(), plant));
        Ok(Plants {
            playable,
            programme: loaded.programme,
            plants: plants.collect(),
            agreements: loaded.agreements,
            problems: self.where_read(loaded.warnings),
        })
    }

    /// The problems with the agreements' files called as they were read: for the loader they
    /// stand among the plants.
    fn where_read(&self, problems: Vec<Problem>) -> Vec<Problem> {
        let Some(read) = &self.agreements_prefix else { return problems };
        let handed_in = format!("{}{AGREEMENTS}/", self.prefix);
        let called = |text: &str| text.replace(&handed_in, read);
        let problems = problems.into_iter();
        problems.map(|p| Problem { file: called(&p.file), text: called(&p.text), ..p }).collect()
    }
}

/// Looks for changes until the hub stops. A valid set is handed to the core as a new revision;
/// an invalid one is refused whole, with its problems logged and shown in /readyz.
pub(crate) async fn watch(shared: Shared, source: Source, mut in_force: String) {
    if source.is_built_in() {
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

/// The `.toml` files of one folder, or one such file, with the names that messages call them by.
pub(crate) fn read_alone(path: &Path) -> Result<Vec<DefinitionFile>, PlantsError> {
    if !path.is_file() {
        let prefix = format!("{}/", path.display());
        let files = Folder::Directory(path.to_owned()).read()?.into_iter();
        let files: Vec<DefinitionFile> = files
            .map(|file| DefinitionFile { name: format!("{prefix}{}", file.name), ..file })
            .collect();
        return match files.is_empty() {
            true => Err(PlantsError::Empty { path: path.to_owned() }),
            false => Ok(files),
        };
    }
    let unread = |source| PlantsError::NotReadable { path: path.to_owned(), source };
    let bytes = std::fs::metadata(path).map_err(unread)?.len();
    if bytes > LARGEST_FILE_BYTES {
        return Err(PlantsError::TooLarge { path: path.to_owned(), bytes });
    }
    let bytes = std::fs::read(path).map_err(unread)?;
    Ok(vec![DefinitionFile { name: path.display().to_string(), bytes }])
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
