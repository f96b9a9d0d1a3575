//! Typed reading of TOML tables: a wrong value is logged where it stands and reading goes on.

use std::{cell::RefCell, collections::BTreeSet, str::FromStr};

use toml::{
    Spanned,
    de::{DeArray, DeTable, DeValue},
};
use twin::{InvalidId, definition::Basis};

use crate::{
    problem::{Log, did_you_mean},
    quantity::{Time, metres},
    source::At,
};

/// A table, and the keys that were asked of it.
pub(crate) struct Reader<'r> {
    pub(crate) log: &'r Log<'r>,
    pub(crate) at: At,
    /// What the table describes, as messages call it: `a work center`.
    what: &'static str,
    table: &'r DeTable<'r>,
    /// The basis written at the head of the file, for tables without one of their own.
    default_basis: Option<Basis>,
    asked: RefCell<BTreeSet<&'static str>>,
}

/// A value, and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Value<'r> {
    pub(crate) log: &'r Log<'r>,
    pub(crate) at: At,
    key: &'r str,
    value: &'r DeValue<'r>,
}

impl<'r> Reader<'r> {
    pub(crate) fn new(
        log: &'r Log<'r>,
        file: usize,
        what: &'static str,
        table: &'r Spanned<DeTable<'r>>,
    ) -> Self {
        let at = At { file, offset: table.span().start };
        Self {
            log,
            at,
            what,
            table: table.get_ref(),
            default_basis: None,
            asked: RefCell::default(),
        }
    }

    /// The value of a key, if it is written.
    pub(crate) fn get(&self, key: &'static str) -> Option<Value<'r>> {
        self.asked.borrow_mut().insert(key);
        let (found, value) = self.table.get_key_value(key)?;
        let at = At { file: self.at.file, offset: value.span().start };
        Some(Value { log: self.log, at, key: found.get_ref(), value: value.get_ref() })
    }

    /// The value of a key that must be written.
    pub(crate) fn need(&self, key: &'static str) -> Option<Value<'r>> {
        let value = self.get(key);
        if value.is_none() {
            self.log.error(self.at, format!("{} needs the key \"{key}\"", self.what));
        }
        value
    }

    /// The tables written as `[[key]]`, or the one written as `[key]`.
    pub(crate) fn tables(&self, key: &'static str, what: &'static str) -> Vec<Self> {
        let Some(value) = self.get(key) else { return Vec::new() };
        match value.value {
            DeValue::Array(_) => {
                value.list().into_iter().filter_map(|v| self.inherit(v.table(what))).collect()
            }
            _ => self.inherit(value.table(what)).into_iter().collect(),
        }
    }

    fn inherit(&self, table: Option<Self>) -> Option<Self> {
        let own = self.own_basis();
        table.map(|t| Self { default_basis: own.or_else(|| self.default_basis.clone()), ..t })
    }

    /// A text, or a default.
    pub(crate) fn text_or(&self, key: &'static str, default: &str) -> String {
        self.get(key).and_then(Value::text).unwrap_or(default).to_owned()
    }

    /// A whole number, or a default.
    pub(crate) fn flag_or(&self, key: &'static str, default: bool) -> bool {
        self.get(key).and_then(Value::flag).unwrap_or(default)
    }

    /// An id that must be written.
    pub(crate) fn id<T: FromStr<Err = InvalidId>>(&self, key: &'static str) -> Option<T> {
        self.need(key)?.id()
    }

    /// Where the numbers come from: `source = "…"` or `assumed = true`, in the table or at the
    /// head of its file.
    pub(crate) fn basis(&self) -> Basis {
        if let Some(basis) = self.own_basis().or_else(|| self.default_basis.clone()) {
            return basis;
        }
        self.log.error(
            self.at,
            format!(
                "{} says numbers and not where they come from; add source = \"…\" or \
                 assumed = true",
                self.what
            ),
        );
        Basis::Assumed
    }

    fn own_basis(&self) -> Option<Basis> {
        let source = self.get("source");
        let assumed = self.get("assumed").and_then(Value::flag);
        if let (Some(source), Some(true)) = (source, assumed) {
            self.log.error(source.at, "numbers have a source or are assumed, not both");
        }
        match (source.map(Value::text), assumed) {
            (Some(Some(text)), _) if !text.trim().is_empty() => {
                Some(Basis::Source(text.to_owned()))
            }
            (_, Some(true)) => Some(Basis::Assumed),
            _ => None,
        }
    }

    /// Reports keys that nothing asked for, with the closest one that it would have.
    pub(crate) fn finish(self) {
        let asked = self.asked.into_inner();
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if !asked.contains(name) {
                let at = At { file: self.at.file, offset: key.span().start };
                let hint = did_you_mean(name, asked.iter().copied());
                let hint = match hint.is_empty() {
                    true => format!("; it has {}", list_words(&asked)),
                    false => hint,
                };
                self.log.error(at, format!("{} has no key \"{name}\"{hint}", self.what));
            }
        }
    }
}

fn list_words(words: &BTreeSet<&'static str>) -> String {
    words.iter().copied().collect::<Vec<_>>().join(", ")
}

impl<'r> Value<'r> {
    fn wrong<T>(self, wanted: &str) -> Option<T> {
        let kind = match self.value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.log.error(self.at, format!("\"{}\" is {kind}; {wanted} is wanted", self.key));
        None
    }

    pub(crate) fn text(self) -> Option<&'r str> {
        match self.value {
            DeValue::String(text) => match twin::text::invisible(text) {
                None => Some(text),
                Some(character) => {
                    let code = u32::from(character);
                    let text = format!(
                        "\"{}\" holds the invisible character U+{code:04X}; write it without",
                        self.key
                    );
                    self.log.error(self.at, text);
                    None
                }
            },
            _ => self.wrong("a text in quotes"),
        }
    }

    /// A text, when it is one; says nothing otherwise.
    pub(crate) fn if_text(self) -> Option<&'r str> {
        self.value.as_str()
    }

    /// A date, written as a text or as a TOML date.
    pub(crate) fn date_text(self) -> Option<String> {
        match self.value {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Datetime(date) => Some(date.to_string()),
            _ => self.wrong("a date like 2031-05-05"),
        }
    }

    pub(crate) fn flag(self) -> Option<bool> {
        match self.value {
            DeValue::Boolean(flag) => Some(*flag),
            _ => self.wrong("true or false"),
        }
    }

    pub(crate) fn number(self) -> Option<f64> {
        let number: Option<f64> = match self.value {
            DeValue::Integer(i) if i.radix() == 10 => i.as_str().replace('_', "").parse().ok(),
            DeValue::Float(f) => f.as_str().replace('_', "").parse().ok(),
            _ => return self.wrong("a number"),
        };
        match number.filter(|n| n.is_finite()) {
            Some(number) => Some(number),
            None => self.wrong("a finite number"),
        }
    }

    /// A number in a range that messages spell out.
    pub(crate) fn number_in(self, range: impl Fn(f64) -> bool, words: &str) -> Option<f64> {
        let number = self.number()?;
        if range(number) {
            return Some(number);
        }
        self.log.error(self.at, format!("\"{}\" is {number}; {words} is wanted", self.key));
        None
    }

    /// 0 < share ≤ 1.
    pub(crate) fn share(self) -> Option<f64> {
        self.number_in(|n| n > 0.0 && n <= 1.0, "a share above 0 and at most 1")
    }

    /// A number above zero.
    pub(crate) fn quantity(self) -> Option<f64> {
        self.number_in(|n| n > 0.0, "a number above 0")
    }

    /// A whole number up to a limit.
    pub(crate) fn count(self, least: u32, most: u32) -> Option<u32> {
        let whole = |n: f64| n.fract() == 0.0 && n >= f64::from(least) && n <= f64::from(most);
        self.number_in(whole, &format!("a whole number from {least} to {most}")).map(|n| n as u32)
    }

    /// Metres: a number, or a text with its unit.
    pub(crate) fn metres(self) -> Option<f64> {
        match self.if_text() {
            Some(text) => self.parsed(metres(text)),
            None => self.number(),
        }
    }

    pub(crate) fn time(self) -> Option<Time> {
        match self.value {
            DeValue::String(text) => self.parsed(Time::parse(text)),
            _ => self.wrong("a time with its unit in quotes, like \"45 min\","),
        }
    }

    pub(crate) fn interval(self) -> Option<Time> {
        match self.value {
            DeValue::String(text) => self.parsed(Time::parse_interval(text)),
            _ => self.wrong("a time like \"7 d\" or a rate like \"3/d\""),
        }
    }

    pub(crate) fn id<T: FromStr<Err = InvalidId>>(self) -> Option<T> {
        let text = self.text()?;
        self.parsed(text.parse().map_err(|e: InvalidId| e.to_string()))
    }

    /// One of some words.
    pub(crate) fn one_of<T: Copy>(self, words: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        if let Some(&(_, found)) = words.iter().find(|(word, _)| *word == text) {
            return Some(found);
        }
        let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let hint = did_you_mean(text, all.iter().copied());
        let (key, all) = (self.key, all.join(", "));
        self.log.error(self.at, format!("\"{text}\" is not a {key} ({all}){hint}"));
        None
    }

    /// The values of a list; a value that is no list counts as a list of one.
    pub(crate) fn list(self) -> Vec<Self> {
        let file = self.at.file;
        match self.value {
            DeValue::Array(array) => self.entries(array, file),
            _ => vec![self],
        }
    }

    fn entries(self, array: &'r DeArray<'r>, file: usize) -> Vec<Self> {
        let entry = |v: &'r Spanned<DeValue<'r>>| Self {
            at: At { file, offset: v.span().start },
            value: v.get_ref(),
            ..self
        };
        array.iter().map(entry).collect()
    }

    /// A list of exactly so many numbers.
    pub(crate) fn numbers<const N: usize>(self) -> Option<[f64; N]> {
        let found: Vec<f64> = match self.value {
            DeValue::Array(_) => self.list().into_iter().filter_map(Self::metres).collect(),
            _ => return self.wrong(&format!("a list of {N} numbers")),
        };
        let written = self.list().len();
        let Ok(numbers) = <[f64; N]>::try_from(found) else {
            if written != N {
                let key = self.key;
                self.log.error(self.at, format!("\"{key}\" has {written} numbers; {N} are wanted"));
            }
            return None;
        };
        Some(numbers)
    }

    pub(crate) fn is_table(self) -> bool {
        self.value.is_table()
    }

    pub(crate) fn table(self, what: &'static str) -> Option<Reader<'r>> {
        match self.value {
            DeValue::Table(table) => Some(Reader {
                log: self.log,
                at: self.at,
                what,
                table,
                default_basis: None,
                asked: RefCell::default(),
            }),
            _ => self.wrong("a table"),
        }
    }

    /// The keys and values of a table that maps names to values.
    pub(crate) fn entries_by_name(self) -> Vec<(&'r str, Self)> {
        let DeValue::Table(table) = self.value else {
            self.wrong::<()>("a table of names and values");
            return Vec::new();
        };
        table
            .iter()
            .map(|(key, value)| {
                let at = At { file: self.at.file, offset: value.span().start };
                let name: &str = key.get_ref();
                (name, Self { at, key: name, value: value.get_ref(), ..self })
            })
            .collect()
    }

    fn parsed<T>(self, result: Result<T, String>) -> Option<T> {
        result.map_err(|text| self.log.error(self.at, text)).ok()
    }
}
