//! The files as handed in: text, line starts, and TOML tables that know where they stand.

use toml::Spanned;
use toml::de::DeTable;

use crate::problem::{Problem, Severity};

/// The largest plant file in bytes; a plant is written by people.
pub(crate) const LARGEST_FILE: usize = 4 << 20;

/// One file of a plant or programme.
#[derive(Clone, Copy, Debug)]
pub struct SourceFile<'a> {
    /// Its name for messages; the last folder in it is the plant: `home-yard/plant.toml`.
    pub name: &'a str,
    /// What it holds.
    pub bytes: &'a [u8],
}

/// A place in the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct At {
    pub(crate) file: usize,
    /// Bytes from the start of the file.
    pub(crate) offset: usize,
}

/// A file that is UTF-8.
#[derive(Debug)]
pub(crate) struct Text<'a> {
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
    line_starts: Vec<usize>,
}

impl<'a> Text<'a> {
    /// The text of a file, or why it has none; such a file counts as empty afterwards.
    pub(crate) fn new(file: SourceFile<'a>) -> (Self, Option<Problem>) {
        let problem = |line, column, text| Problem {
            file: file.name.to_owned(),
            line,
            column,
            severity: Severity::Error,
            text,
        };
        if file.bytes.len() > LARGEST_FILE {
            let text = format!(
                "the file has {} bytes; a plant file has {LARGEST_FILE} at most",
                file.bytes.len()
            );
            return (Self::of(file.name, ""), Some(problem(1, 1, text)));
        }
        match std::str::from_utf8(file.bytes) {
            Ok(text) => (Self::of(file.name, text), None),
            Err(error) => {
                let good = error.valid_up_to();
                let text = String::from_utf8_lossy(&file.bytes[..good]);
                let (line, column) = Self::of(file.name, &text).position(good);
                let text = format!("the file is not UTF-8 text: byte {} is not allowed", good + 1);
                (Self::of(file.name, ""), Some(problem(line, column, text)))
            }
        }
    }

    fn of<'t>(name: &'t str, text: &'t str) -> Text<'t> {
        let breaks = text.bytes().enumerate().filter(|&(_, b)| b == b'\n').map(|(i, _)| i + 1);
        Text { name, text, line_starts: std::iter::once(0).chain(breaks).collect() }
    }

    /// Line and column (in characters) of an offset, both from 1.
    pub(crate) fn position(&self, offset: usize) -> (u32, u32) {
        let line = self.line_starts.partition_point(|&start| start <= offset).max(1) - 1;
        let start = self.line_starts[line];
        let before = self.text.get(start..offset.min(self.text.len())).unwrap_or_default();
        (to_u32(line + 1), to_u32(before.chars().count() + 1))
    }

    /// The last folder in the name: the plant that the file belongs to.
    pub(crate) fn folder(&self) -> &'a str {
        let mut parts = self.name.rsplit(['/', '\\']);
        parts.next();
        parts.next().unwrap_or_default()
    }

    /// The name without folders.
    pub(crate) fn file_name(&self) -> &'a str {
        self.name.rsplit(['/', '\\']).next().unwrap_or_default()
    }
}

/// The tables of a file as far as they can be understood, and everything that is not TOML.
pub(crate) fn parse<'a>(text: &Text<'a>) -> (Spanned<DeTable<'a>>, Vec<(usize, String)>) {
    let (table, errors) = DeTable::parse_recoverable(text.text);
    let errors = errors
        .iter()
        .map(|e| {
            let offset = e.span().map_or(0, |span| span.start);
            (offset, format!("this is not TOML: {}", e.message()))
        })
        .collect();
    (table, errors)
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
