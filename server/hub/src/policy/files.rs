//! Policy files: from a directory or built in, read whole, checked whole, refused whole.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::SystemTime,
};

use cedar_policy::{Policy, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use miette::Diagnostic;
use plant::{Problem, Severity};
use thiserror::Error;
use twin::NationId;

use super::Policies;
use crate::embedded::MODELS;

/// The folder of the built-in policies in `models/`.
const BUILT_IN: &str = "policies";
/// What policies are written against.
const SCHEMA_FILE: &str = "schema.cedarschema";
/// Policies are written by people, and read by them.
const MOST_FILES: usize = 64;
const LARGEST_FILE_BYTES: u64 = 256 << 10;
const MOST_POLICIES: usize = 500;
const LONGEST_ID: usize = 60;
const LONGEST_SENTENCE: usize = 300;

/// Where policies come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A directory.
    Directory(PathBuf),
    /// The copy in the binary.
    BuiltIn,
}

/// Why policies cannot be put in force.
#[derive(Debug, Error)]
pub enum PolicyError {
    /// The directory is not there, or a file in it cannot be read.
    #[error("{} cannot be read; name the directory of the policies with --policies", path.display())]
    NotReadable {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Without a policy nobody may see anything, which nobody wants.
    #[error("{} holds no .cedar files; name the directory of the policies with --policies", path.display())]
    Empty {
        /// The directory.
        path: PathBuf,
    },
    /// More than anybody writes.
    #[error("{} holds more than {MOST_FILES} .cedar files", path.display())]
    TooMany {
        /// The directory.
        path: PathBuf,
    },
    /// Larger than anybody writes.
    #[error("{} has {bytes} bytes, more than {LARGEST_FILE_BYTES}", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
    },
    /// They were read, and are wrong.
    #[error("the policy files have {} problems", .0.len())]
    Wrong(Vec<Problem>),
}

impl PolicyError {
    /// What to tell a person, a line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        match self {
            Self::Wrong(problems) => problems.iter().map(ToString::to_string).collect(),
            other => vec![crate::store::in_words(other)],
        }
    }
}

/// A file as read.
#[derive(Clone, Debug, PartialEq, Eq)]
struct File {
    /// As messages call it.
    name: String,
    bytes: Vec<u8>,
}

/// All files as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Files {
    files: Vec<File>,
    /// The schema that lies beside them, where one does.
    schema: Option<File>,
}

/// Policies, and what is odd about them and does no harm.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) policies: Policies,
    pub(crate) warnings: Vec<Problem>,
}

/// A mark that changes when a file does.
pub(super) type Mark = Vec<(PathBuf, u64, Option<SystemTime>)>;

impl Source {
    /// The directory that was asked for, else the built-in policies.
    pub(crate) fn choose(asked: Option<PathBuf>) -> Self {
        asked.map_or(Self::BuiltIn, Self::Directory)
    }

    /// Reads and checks the policies.
    pub(crate) fn load(&self, hub: &NationId) -> Result<Loaded, PolicyError> {
        self.read()?.load(hub)
    }

    /// Reads all files.
    pub(crate) fn read(&self) -> Result<Files, PolicyError> {
        let Self::Directory(directory) = self else { return Ok(built_in()) };
        let mut files = Vec::new();
        let mut schema = None;
        for path in listed(directory)? {
            let unreadable = |source| PolicyError::NotReadable { path: path.clone(), source };
            let bytes = std::fs::metadata(&path).map_err(unreadable)?.len();
            if bytes > LARGEST_FILE_BYTES {
                return Err(PolicyError::TooLarge { path, bytes });
            }
            let name = path.display().to_string();
            let file = File { name, bytes: std::fs::read(&path).map_err(unreadable)? };
            if path.ends_with(SCHEMA_FILE) { schema = Some(file) } else { files.push(file) }
        }
        if files.is_empty() {
            return Err(PolicyError::Empty { path: directory.clone() });
        }
        Ok(Files { files, schema })
    }

    /// See [`Mark`]; cheap enough to look at every two seconds.
    pub(super) fn mark(&self) -> Mark {
        let Self::Directory(directory) = self else { return Vec::new() };
        let paths = listed(directory).unwrap_or_default().into_iter();
        let marks = paths.map(|path| {
            let about = std::fs::metadata(&path).ok();
            let length = about.as_ref().map_or(0, std::fs::Metadata::len);
            (path, length, about.and_then(|about| about.modified().ok()))
        });
        marks.collect()
    }
}

/// The policies of a directory, and the schema, in the order of their names.
fn listed(directory: &Path) -> Result<Vec<PathBuf>, PolicyError> {
    let failed = |source| PolicyError::NotReadable { path: directory.to_owned(), source };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // Editors keep their copies beside the file, under names with a dot.
        if !name.starts_with('.') && (name.ends_with(".cedar") || name == SCHEMA_FILE) {
            found.push(entry.path());
        }
        if found.len() > MOST_FILES {
            return Err(PolicyError::TooMany { path: directory.to_owned() });
        }
    }
    found.sort();
    Ok(found)
}

fn built_in() -> Files {
    let folder = MODELS.get_dir(BUILT_IN);
    let all = folder.into_iter().flat_map(|folder| folder.files());
    let (mut files, mut schema) = (Vec::new(), None);
    for file in all {
        let name = format!("built-in/{}", file.path().to_string_lossy().replace('\\', "/"));
        let text = File { name, bytes: file.contents().to_vec() };
        match file.path().extension().and_then(|extension| extension.to_str()) {
            Some("cedar") => files.push(text),
            Some("cedarschema") => schema = Some(text),
            _ => {}
        }
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Files { files, schema }
}

/// What was found in the files so far.
#[derive(Default)]
struct Found<'a> {
    set: PolicySet,
    says: BTreeMap<String, String>,
    /// In which file a policy stands, by its id.
    homes: BTreeMap<String, (&'a str, &'a str)>,
    problems: Vec<Problem>,
}

impl Files {
    /// Understands and checks the files: every problem, not the first only.
    pub(crate) fn load(&self, hub: &NationId) -> Result<Loaded, PolicyError> {
        let own = built_in().schema;
        let mut found = Found::default();
        if let Some(beside) = self
            .schema
            .as_ref()
            .filter(|beside| own.as_ref().is_none_or(|own| own.bytes != beside.bytes))
        {
            let text = "is not what this hub tells policies; its own schema was used instead";
            found.say(&beside.name, (1, 1), Severity::Warning, text);
        }
        for file in &self.files {
            match std::str::from_utf8(&file.bytes) {
                Ok(text) => found.take(&file.name, text),
                Err(error) => {
                    let valid = String::from_utf8_lossy(&file.bytes[..error.valid_up_to()]);
                    let place = position(&valid, valid.len());
                    found.say(&file.name, place, Severity::Error, "this is not UTF-8 text");
                }
            }
        }
        match own.as_ref().map(schema) {
            Some(Ok(schema)) => found.validate(schema),
            Some(Err(problem)) => found.problems.push(problem),
            None => found.say(SCHEMA_FILE, (1, 1), Severity::Error, "the schema is missing"),
        }
        let Found { set, says, mut problems, homes: _ } = found;
        problems.sort();
        problems.dedup();
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(PolicyError::Wrong(problems));
        }
        match Policies::new(set, hub, says) {
            Ok(policies) => Ok(Loaded { policies, warnings: problems }),
            Err(error) => Err(PolicyError::Wrong(vec![Problem {
                file: SCHEMA_FILE.to_owned(),
                line: 1,
                column: 1,
                severity: Severity::Error,
                text: error.to_string(),
            }])),
        }
    }
}

fn schema(file: &File) -> Result<Schema, Problem> {
    let text = String::from_utf8_lossy(&file.bytes);
    let read = Schema::from_cedarschema_str(&text);
    read.map(|(schema, _warnings)| schema).map_err(|error| {
        let (line, column) = place(&error, &text);
        let (file, text) = (file.name.clone(), in_words(&error));
        Problem { file, line, column, severity: Severity::Error, text }
    })
}

impl<'a> Found<'a> {
    fn say(&mut self, file: &str, (line, column): (u32, u32), severity: Severity, text: &str) {
        let (file, text) = (file.to_owned(), text.to_owned());
        self.problems.push(Problem { file, line, column, severity, text });
    }

    /// Takes the policies of one file.
    fn take(&mut self, name: &'a str, text: &'a str) {
        let set: PolicySet = match text.parse() {
            Ok(set) => set,
            Err(errors) => {
                for error in errors.iter() {
                    self.say(name, place(error, text), Severity::Error, &in_words(error));
                }
                return;
            }
        };
        for template in set.templates() {
            let hint = format!("{}: a policy with a slot (?principal, ?resource)", template.id());
            self.say(name, (1, 1), Severity::Error, &format!("{hint} is never filled in here"));
        }
        for policy in set.policies() {
            self.take_one(name, text, policy);
        }
    }

    fn take_one(&mut self, name: &'a str, text: &'a str, policy: &Policy) {
        let Some(id) = policy.annotation("id") else {
            // Cedar counts policies without a name from 0: policy0, policy1, …
            let which = format!("{} of this file has no name; write @id(\"…\")", policy.id());
            self.say(name, (1, 1), Severity::Error, &which);
            return;
        };
        let at = text.find(&format!("@id(\"{id}\")")).unwrap_or(0);
        let at = position(text, at);
        let plain = id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !plain || id.is_empty() || id.len() > LONGEST_ID {
            let rule = "an @id has small letters, digits and hyphens, at most 60";
            self.say(name, at, Severity::Error, rule);
            return;
        }
        let says = policy.annotation("says").unwrap_or_default().trim();
        if says.is_empty() || says.chars().count() > LONGEST_SENTENCE {
            let rule = "has no sentence for whoever asks why; write @says(\"…\"), at most 300 long";
            self.say(name, at, Severity::Error, &format!("{id} {rule}"));
        }
        if let Some((other, _)) = self.homes.get(id) {
            let twice = format!("{id} is the @id of a policy in {other} already");
            self.say(name, at, Severity::Error, &twice);
            return;
        }
        if self.homes.len() >= MOST_POLICIES {
            let many = format!("more than {MOST_POLICIES} policies");
            self.say(name, at, Severity::Error, &many);
            return;
        }
        if let Err(error) = self.set.add(policy.new_id(PolicyId::new(id))) {
            self.say(name, at, Severity::Error, &error.to_string());
        }
        self.homes.insert(id.to_owned(), (name, text));
        self.says.insert(id.to_owned(), says.to_owned());
    }

    /// Compares the policies with what the hub tells them, strictly.
    fn validate(&mut self, schema: Schema) {
        let result = Validator::new(schema).validate(&self.set, ValidationMode::Strict);
        for error in result.validation_errors() {
            self.place_of(error.policy_id(), error, Severity::Error);
        }
        for warning in result.validation_warnings() {
            self.place_of(warning.policy_id(), warning, Severity::Warning);
        }
    }

    fn place_of(&mut self, id: &PolicyId, said: &dyn Diagnostic, severity: Severity) {
        let id: &str = id.as_ref();
        let (file, text) = self.homes.get(id).copied().unwrap_or((SCHEMA_FILE, ""));
        self.say(file, place(said, text), severity, &in_words(said));
    }
}

/// Where Cedar says that something is; the beginning where it does not.
fn place(said: &dyn Diagnostic, text: &str) -> (u32, u32) {
    let offset = said.labels().and_then(|mut labels| labels.next()).map(|label| label.offset());
    position(text, offset.unwrap_or(0))
}

fn in_words(said: &dyn Diagnostic) -> String {
    let text = match said.help() {
        Some(help) => format!("{said}; {help}"),
        None => said.to_string(),
    };
    text.replace('\n', " ")
}

/// Line and column in characters, from 1.
fn position(text: &str, offset: usize) -> (u32, u32) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
}
