//! Keys of plant files: none that a simulation reads without a test in which it moves a number.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    hold,
    source::{SourceFile, rust_files},
};

/// The table of keys.
const TABLE: &str = "tests/features.toml";
/// The readers of what a simulation plays.
const READERS: &[&str] = &["random", "like", "operations", "supply", "equipment"];
/// How a reader asks for a key.
const ASKS: &[&str] = &[
    "get(",
    "need(",
    "text_or(",
    "flag_or(",
    "tables(",
    "id(",
    "count(",
    "lasted(",
    "operations(",
    "chance(",
];

/// The keys that a reader's text asks for.
fn keys(text: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    for ask in ASKS {
        for (at, _) in text.match_indices(ask) {
            let before = text[..at].bytes().next_back().unwrap_or(b' ');
            let rest = text[at + ask.len()..].trim_start();
            let Some(rest) = rest.strip_prefix('"') else { continue };
            let Some((key, _)) = rest.split_once('"') else { continue };
            let is_word = !before.is_ascii_alphanumeric() && before != b'_';
            let is_key = key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            if is_word && is_key && !key.is_empty() {
                keys.insert(key.to_owned());
            }
        }
    }
    keys
}

fn rows() -> BTreeMap<String, BTreeMap<String, String>> {
    let text = std::fs::read_to_string(super::source::root().join(TABLE)).expect("the table");
    toml::from_str(&text).expect("the table is TOML: [moves] and [only] of texts")
}

#[test]
fn every_key_of_a_plant_file_has_a_row() {
    let rows = rows();
    let known: BTreeSet<&String> = rows.values().flat_map(BTreeMap::keys).collect();
    let is_reader = |file: &SourceFile| {
        READERS.iter().any(|name| file.path == format!("shared/plant/src/read/{name}.rs"))
    };
    let readers: Vec<SourceFile> = rust_files().into_iter().filter(is_reader).collect();
    assert_eq!(readers.len(), READERS.len(), "a reader has moved: say in READERS where to");
    let asked: BTreeSet<String> = readers.iter().flat_map(|file| keys(&file.text)).collect();
    assert!(asked.len() > 50, "only {} keys were found", asked.len());
    let without = asked.iter().filter(|key| !known.contains(key));
    let without = without.map(|key| format!("{key}: no row in {TABLE}"));
    let gone = known.iter().filter(|key| !asked.contains(**key));
    let gone = gone.map(|key| format!("{key}: a row in {TABLE}, and nobody reads it"));
    hold(
        "keys without a row",
        "write the test in which changing the key moves a number, and its row",
        without.chain(gone).collect::<Vec<_>>(),
    );
}

/// What a page simulates a plant from leaves out no number that moves anything.
#[test]
fn every_key_that_moves_a_number_goes_on_to_whoever_may_simulate() {
    const LISTS: &str = "shared/plant/src/playable.rs";
    let file = rust_files().into_iter().find(|file| file.path == LISTS).expect("the lists");
    let (lists, _) = file.text.split_once("const NEVER").expect("keys that do not go on");
    let rows = rows();
    let is_left_out = |key: &&String| !lists.contains(&format!("\"{key}\""));
    let left_out = rows.get("moves").expect("[moves]").keys().filter(is_left_out);
    hold(
        "keys that are left out",
        "add the key to the table it stands in, in the lists of playable.rs",
        left_out.map(|key| format!("{key}: not in {LISTS}")).collect::<Vec<_>>(),
    );
}

#[test]
fn every_row_names_a_test_that_is_there() {
    let rows = rows();
    let sources: Vec<String> = rust_files()
        .into_iter()
        .filter(|file| file.is_test() && file.path.starts_with("shared/"))
        .map(|file| file.text)
        .collect();
    let is_there = |test: &str| {
        let (as_function, in_table) = (format!("fn {test}("), format!("    {test}: "));
        sources.iter().any(|text| text.contains(&as_function) || text.contains(&in_table))
    };
    let moves = rows.get("moves").expect("[moves]");
    let missing = moves.iter().filter(|(_, test)| !is_there(test));
    hold(
        "rows that name no test",
        "name the test in which changing the key moves a number",
        missing.map(|(key, test)| format!("{key} = \"{test}\"")),
    );
}

#[test]
fn keys_are_found_where_they_are_asked_for() {
    let text = "reader.get(\"a\"); x.need(\n \"b_c\"); forget(\"d\"); words(\"e\"); get(\"F g\")";
    assert_eq!(keys(text).into_iter().collect::<Vec<_>>(), ["a", "b_c"]);
}
