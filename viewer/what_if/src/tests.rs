//! Questions about the reference yards: two designs, what differs, and the reports of one run.

use std::path::Path;

use serde_json::{Value, json};

use crate::{ask, compare, reports};

/// The programme of the reference plants, as a page would send it.
fn files() -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/plants");
    let mut found = Vec::new();
    let mut add = |path: &Path, name: String| {
        let text = std::fs::read_to_string(path).expect("a plant file");
        found.push(json!({ "name": name, "text": text }));
    };
    add(&root.join("programme.toml"), "programme.toml".to_owned());
    for folder in std::fs::read_dir(&root).expect("the plants").map(|entry| entry.expect("one")) {
        if !folder.path().is_dir() {
            continue;
        }
        for file in std::fs::read_dir(folder.path()).expect("its files") {
            let file = file.expect("one");
            let (plant, name) = (folder.file_name(), file.file_name());
            add(&file.path(), format!("{}/{}", plant.display(), name.display()));
        }
    }
    found
}

fn question(more: &Value) -> String {
    let mut asked = json!({ "files": files(), "plant": "home-yard", "until": "30d",
        "warm_up": "2d", "replications": 3, "seed": 5 });
    for (key, value) in more.as_object().expect("keys") {
        asked[key] = value.clone();
    }
    asked.to_string()
}

fn answer(more: &Value) -> String {
    ask(&question(more), &|_| ()).expect("an answer")
}

fn refused(more: &Value) -> String {
    ask(&question(more), &|_| ()).expect_err("no answer").in_words()
}

#[test]
fn a_change_is_compared_with_what_is_by_the_same_chance() {
    let base = answer(&json!({}));
    assert_eq!(base, answer(&json!({})), "the same question has the same answer");
    let told: Value = serde_json::from_str(&base).expect("JSON");
    assert_eq!((&told["plant"], &told["model"]), (&json!("home-yard"), &json!("whole")));
    assert_eq!(told["throughput"][0]["samples_per_d"].as_array().map(Vec::len), Some(3));
    assert!(told["part_operations"].as_u64().is_some_and(|n| n > 100), "{told}");

    let same: Value = serde_json::from_str(&compare(&base, &base).expect("alike")).expect("JSON");
    assert_eq!(same["throughput"][0]["per_d"], json!({ "mean": 0.0, "low": 0.0, "high": 0.0 }));
    let slow = json!({ "changes": [{ "path": "home-yard.work_center.cutting.time",
        "value": "40 d" }] });
    let slow = answer(&slow);
    assert_ne!(base, slow);
}

#[test]
fn what_cannot_be_asked_says_what_to_do() {
    let change = |path: &str, value: &str| json!({ "changes": [{ "path": path, "value": value }] });
    let misspelt = refused(&change("home-yard.work_center.cuttin.time", "4 d"));
    assert!(misspelt.contains("cutting.time"), "{misspelt}");
    let bad = refused(&change("home-yard.work_center.cutting.time", "soon"));
    assert!(bad.contains("soon") && bad.contains("a time above 0"), "{bad}");
    assert!(refused(&json!({ "plant": "nowhere" })).contains("no plant nowhere"));
    assert!(refused(&json!({ "until": "later" })).contains("until"));
    assert!(refused(&json!({ "files": [] })).contains("programme.toml"));
    assert!(refused(&json!({ "colour": "red" })).contains("colour"));
}

#[test]
fn one_run_is_told_report_by_report() {
    let told = |seed: u64| reports(&question(&json!({ "seed": seed }))).expect("a run");
    let lines = told(5);
    assert_eq!(lines, told(5));
    assert_ne!(lines, told(6));
    let first = lines.split(|byte| *byte == b'\n').next().expect("a line");
    let first: Value = serde_json::from_slice(first).expect("JSON");
    assert!(first["plant"].is_string() && first["report"]["kind"].is_string(), "{first}");
}
