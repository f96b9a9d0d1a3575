//! Words on pages: every one is in `www/words/en.toml`, and nothing there is left over.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    hold,
    source::{SourceFile, text_files},
};

/// Where the words are.
const WORDS: &str = "www/words/en.toml";

/// What a page asks for: whole keys, and the fixed beginnings of keys that are put together.
#[derive(Default)]
struct Used {
    keys: BTreeMap<String, String>,
    beginnings: BTreeSet<String>,
}

impl Used {
    /// Collects `data-word="key"`, `data-word-title="key"`, `word("key")` and `` word(`key.${x}`) ``.
    fn read(&mut self, file: &SourceFile) {
        for (at, _) in file.text.match_indices("data-word") {
            let rest = &file.text[at + "data-word".len()..];
            let attribute =
                rest.find(|c: char| !(c.is_ascii_lowercase() || c == '-')).unwrap_or(rest.len());
            if let Some(value) =
                rest[attribute..].strip_prefix("=\"").and_then(|value| value.split_once('"'))
            {
                self.take(value.0, file.place(at));
            }
        }
        for (at, _) in file.text.match_indices("word(") {
            let own = at == 0 || !is_identifier(file.text.as_bytes()[at - 1]);
            let argument = file.text[at + "word(".len()..].trim_start();
            let quote = argument.chars().next().filter(|c| own && matches!(c, '"' | '\'' | '`'));
            let literal = quote.and_then(|quote| argument[1..].split_once(quote));
            if let Some((key, _)) = literal {
                self.take(key, file.place(at));
            }
        }
    }

    fn take(&mut self, key: &str, place: String) {
        match key.split_once("${") {
            Some((beginning, _)) => drop(self.beginnings.insert(beginning.to_owned())),
            None => drop(self.keys.entry(key.to_owned()).or_insert(place)),
        }
    }

    fn uses(&self, key: &str) -> bool {
        self.keys.contains_key(key)
            || self.beginnings.iter().any(|b| !b.is_empty() && key.starts_with(b.as_str()))
    }
}

fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$'
}

/// Every word as `section.key`.
fn flattened(table: &toml::Table, prefix: &str) -> BTreeMap<String, String> {
    let mut words = BTreeMap::new();
    for (key, value) in table {
        let path = format!("{prefix}{key}");
        match value {
            toml::Value::Table(inner) => words.extend(flattened(inner, &format!("{path}."))),
            toml::Value::String(text) => drop(words.insert(path, text.clone())),
            other => panic!("{WORDS}: {path} is {other:?}, not a text"),
        }
    }
    words
}

fn pages() -> Vec<SourceFile> {
    let page = |file: &SourceFile| {
        file.path.starts_with("www/")
            && !file.path.contains("/vendor/")
            && file.has_extension(&["html", "js", "mjs"])
    };
    text_files().into_iter().filter(page).collect()
}

fn used() -> Used {
    let mut used = Used::default();
    pages().iter().for_each(|page| used.read(page));
    used
}

fn known() -> BTreeMap<String, String> {
    let file = text_files().into_iter().find(|file| file.path == WORDS);
    let file =
        file.unwrap_or_else(|| panic!("{WORDS} is missing: every word on a page comes from it"));
    flattened(&file.text.parse().unwrap_or_else(|error| panic!("{WORDS}: {error}")), "")
}

#[test]
fn every_word_on_a_page_is_known() {
    let (used, known) = (used(), known());
    let mut findings: Vec<String> = used
        .keys
        .iter()
        .filter(|(key, _)| !known.contains_key(*key))
        .map(|(key, place)| format!("{place}: {key}"))
        .collect();
    let dead =
        used.beginnings.iter().filter(|b| !known.keys().any(|key| key.starts_with(b.as_str())));
    findings.extend(dead.map(|beginning| format!("{beginning}…: no such word")));
    hold("words that nobody wrote", &format!("add the key to {WORDS}"), findings);
}

#[test]
fn every_known_word_is_on_a_page() {
    let used = used();
    let left_over = known().into_keys().filter(|key| !used.uses(key));
    hold("words on no page", &format!("remove the key from {WORDS}, or use it"), left_over);
}

#[test]
fn no_word_is_empty() {
    let empty = known().into_iter().filter(|(_, text)| text.trim().is_empty()).map(|(key, _)| key);
    hold("empty words", &format!("write the words in {WORDS}"), empty);
}

/// Words of the code that pages never show (vocabulary: what a plant calls them instead).
const CODE_WORDS: &[(&str, &str)] = &[
    ("starved", "waiting for parts"),
    ("work unit", "the plant's own noun, or station"),
    ("verdict", "main hold-up"),
    ("elasticity", "gain if 10 % faster"),
    ("audience", "who can see"),
    ("epoch", "nothing: never shown"),
    ("time to survive", "days until we stop"),
];

#[test]
fn pages_speak_as_a_plant_does() {
    let mut findings = Vec::new();
    for (key, text) in known() {
        let text = text.to_lowercase();
        let shown = CODE_WORDS.iter().filter(|(word, _)| text.contains(word));
        findings.extend(shown.map(|(word, instead)| format!("{key}: {word:?}: say {instead:?}")));
    }
    hold("words of the code on a page", "use the words of the plant", findings);
}

mod tests {
    use super::{SourceFile, Used, flattened};

    #[test]
    fn keys_are_found_in_pages_and_modules() {
        let mut used = Used::default();
        let text = "<b data-word=\"a.b\" data-word-title=\"a.c\"></b> word('d') word( \"e.f\", 3) password('g') word(`s.${x}.y`) word(key)";
        used.read(&SourceFile { path: "www/a.html".into(), text: text.into() });
        assert_eq!(used.keys.keys().collect::<Vec<_>>(), ["a.b", "a.c", "d", "e.f"]);
        assert!(used.uses("s.down.y") && used.uses("d") && !used.uses("g"));
    }

    #[test]
    fn tables_are_flattened() {
        let table = "a = \"1\"\n[b]\nc = \"2\"\n[b.d]\ne = \"3\"\n".parse().expect("valid");
        assert_eq!(flattened(&table, "").into_keys().collect::<Vec<_>>(), ["a", "b.c", "b.d.e"]);
    }
}
