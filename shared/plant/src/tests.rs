//! Every bad file has its message, and the plants of the repository have none.

mod agreements;
mod loads;
mod refusals;

use std::{fs, path::Path};

use super::*;

const PROGRAMME: &str = r#"[programme]
id = "small"
name = "Small"
time_zone = "UTC"
starts = 2031-01-06
demo_from = 2031-05-05T06:00
plants = ["yard"]

[[nation]]
id = "XAA"
name = "Aldermark"

[[organisation]]
id = "skarvik"
name = "Skarvik"
nation = "XAA"

[[serial]]
material = "panel"
pattern = "P{n}"
assumed = true
"#;

const PLANT: &str = r#"[plant]
id = "yard"
name = "Yard"
description = "Makes panels."
nation = "XAA"
organisation = "skarvik"
time_zone = "Europe/Oslo"

[label]
policy = "TEST"
classification = "unclassified"
releasable_to = ["XAA"]
created = 2031-01-06
review = 2032-01-06

[[calendar]]
id = "day"
name = "Day"
week = { mon-fri = ["06:00-13:30"] }
assumed = true
"#;

const EQUIPMENT: &str = r#"assumed = true

[[area]]
id = "hall"
name = "Hall"

[[work_center]]
id = "weld"
name = "Welding"
area = "hall"
calendar = "day"
count = 2
unit_id = "bay-{n:02}"
at_m = [0, 0]
pitch_m = [14, 0]
size_m = [10, 8, 6]
availability = 0.9
repair = "3 h"

[[storage]]
id = "stock"
name = "Stock"
area = "hall"
capacity = 20
at_m = [-20, 0]
size_m = [5, 5, 2]

[[storage]]
id = "done"
name = "Done"
area = "hall"
capacity = "unbounded"
at_m = [40, 0]
size_m = [5, 5, 2]
"#;

const OPERATIONS: &str = r#"assumed = true

[[material]]
id = "plate"
name = "Plate"
tracking = "bulk"

[[material]]
id = "panel"
name = "Panel"
tracking = "serial"
made_of = { plate = 4 }

[[operation]]
id = "make"
name = "Make a panel"
at = "weld"
inputs = [{ material = "plate", quantity = 4, from = "stock" }]
output = { material = "panel", to = "done" }
time = "2 wd"
"#;

const SUPPLY: &str = r#"assumed = true

[[supplier]]
id = "mill"
name = "Mill"
tier = 1
nation = "XAA"
organisation = "skarvik"

[[supply]]
material = "plate"
supplier = "mill"
storage = "stock"
lot = 8
every = "2/d"
lead = "30 d"
on_time = 0.9
mean_late = "2 d"
"#;

/// Files that are right, by name; each bad case changes one of them.
const GOOD: [(&str, &str); 5] = [
    ("programme.toml", PROGRAMME),
    ("yard/plant.toml", PLANT),
    ("yard/equipment.toml", EQUIPMENT),
    ("yard/operations.toml", OPERATIONS),
    ("yard/supply.toml", SUPPLY),
];

type Files = Vec<(String, Vec<u8>)>;

fn good() -> Files {
    GOOD.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

fn load(files: &Files) -> Result<Loaded, Vec<Problem>> {
    let files: Vec<SourceFile<'_>> =
        files.iter().map(|(name, bytes)| SourceFile { name, bytes }).collect();
    load_programme(&files)
}

fn text(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Loads files; compares what is wrong with them, as text.
#[track_caller]
fn check(files: &Files, expected: &str) {
    let problems = match load(files) {
        Ok(loaded) => loaded.warnings,
        Err(problems) => problems,
    };
    assert_eq!(text(&problems), expected);
}

/// Changes texts of one of the good files, and compares what is wrong then.
#[track_caller]
fn check_changes(name: &str, changes: &[(&str, &str)], expected: &str) {
    let mut files = good();
    let file = files.iter_mut().find(|(n, _)| n == name).expect("a good file");
    let mut text = String::from_utf8(file.1.clone()).expect("text");
    for (old, new) in changes {
        assert!(text.contains(old), "{name} has no {old:?}");
        text = text.replacen(old, new, 1);
    }
    file.1 = text.into_bytes();
    check(&files, expected);
}

/// Every TOML file below models/plants, by its name from there.
fn repository() -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/plants");
    let programme = fs::read(root.join("programme.toml")).unwrap();
    let mut files = vec![("programme.toml".to_owned(), programme)];
    for folder in fs::read_dir(&root).unwrap().map(Result::unwrap).filter(|e| e.path().is_dir()) {
        for file in fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
            let name = file.file_name().into_string().unwrap();
            if name.ends_with(".toml") {
                let folder = folder.file_name().into_string().unwrap();
                files.push((format!("{folder}/{name}"), fs::read(file.path()).unwrap()));
            }
        }
    }
    files
}
