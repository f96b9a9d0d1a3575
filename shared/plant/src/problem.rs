//! What is wrong with a file, where, in words a plant engineer understands.

use std::{cell::RefCell, collections::BTreeSet, fmt};

use crate::source::{At, Text};

/// Most problems that are kept; a file of noise must not fill the memory.
const MOST_PROBLEMS: usize = 1_000;

/// Something that is wrong, or odd, at one place of one file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file's name as it was handed in.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Whether the files can be used all the same.
    pub severity: Severity,
    /// What is wrong and what would be right.
    pub text: String,
}

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The files are refused.
    Error,
    /// The files are used.
    Warning,
}

impl fmt::Display for Problem {
    /// `path:line:column: error: text`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, severity, text } = self;
        let severity = match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{file}:{line}:{column}: {severity}: {text}")
    }
}

/// Collects problems while the files are read; nobody stops at the first.
pub(crate) struct Log<'a> {
    texts: &'a [Text<'a>],
    found: RefCell<BTreeSet<Problem>>,
}

impl<'a> Log<'a> {
    pub(crate) fn new(texts: &'a [Text<'a>]) -> Self {
        Self { texts, found: RefCell::default() }
    }

    pub(crate) fn error(&self, at: At, text: impl Into<String>) {
        self.add(at, Severity::Error, text.into());
    }

    pub(crate) fn warn(&self, at: At, text: impl Into<String>) {
        self.add(at, Severity::Warning, text.into());
    }

    /// `name:line` of a place, for a message that points at another one.
    pub(crate) fn place(&self, at: At) -> String {
        let text = &self.texts[at.file];
        format!("{}:{}", text.name, text.position(at.offset).0)
    }

    /// Sorted by file, line and column; each said once.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.found.into_inner().into_iter().collect()
    }

    fn add(&self, at: At, severity: Severity, text: String) {
        let source = &self.texts[at.file];
        let (line, column) = source.position(at.offset);
        let mut found = self.found.borrow_mut();
        if found.len() < MOST_PROBLEMS {
            found.insert(Problem { file: source.name.to_owned(), line, column, severity, text });
        }
    }
}

/// `; did you mean "x"?` when one of the known words is close, and nothing otherwise.
pub fn did_you_mean<'w>(word: &str, known: impl Iterator<Item = &'w str>) -> String {
    let near = known
        .map(|k| (strsim::damerau_levenshtein(word, k), k))
        .filter(|&(distance, k)| distance <= (k.len().max(word.len()) / 3).clamp(1, 3))
        .min();
    near.map_or_else(String::new, |(_, k)| format!("; did you mean \"{k}\"?"))
}
