//! Questions about the reference yards: two designs, what differs, and the reports of one run.

use std::path::Path;

use experiment::sim::component;
use plant::SourceFile;
use serde_json::{Value, json};
use twin::PlantId;

use crate::{Scene, ask, compare, parameters, reports};

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
    let nothing = json!({ "mean": 0.0, "low": 0.0, "high": 0.0 });
    assert_eq!(same["throughput"][0]["per_d"], nothing);
    assert_eq!(same["others"][0], json!({ "key": "wip", "difference": nothing }));
    assert_eq!(told["throughput"][0]["name"], json!("Ship"));
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

/// What goes to a browser is a part of the files, and plays as all of them.
#[test]
fn the_playable_part_of_the_files_plays_as_all_of_them() {
    let all: Vec<(String, String)> = files()
        .iter()
        .map(|file| (file["name"].as_str().unwrap().into(), file["text"].as_str().unwrap().into()))
        .collect();
    let sources: Vec<SourceFile<'_>> =
        all.iter().map(|(name, text)| SourceFile { name, bytes: text.as_bytes() }).collect();
    let loaded = plant::load_programme(&sources).expect("good files");
    for (of, until) in [("home-yard", "40d"), ("munitions", "20d"), ("machine-shop", "40d")] {
        let id = PlantId::new(of).unwrap();
        let together = component(&loaded.programme, &loaded.plants, &id);
        let part = plant::playable(&sources, &together);
        let text: String = part.iter().map(|(_, text)| text.as_str()).collect();
        let asked = json!({ "plant": of, "until": until });
        let whole = reports(&question(&asked)).expect("a run");
        let part: Vec<Value> =
            part.iter().map(|(name, text)| json!({ "name": name, "text": text })).collect();
        let asked = json!({ "plant": of, "until": until, "files": part });
        let some = reports(&question(&asked)).unwrap_or_else(|why| panic!("{}", why.in_words()));
        assert!(whole.len() > 10_000, "{of}: {} bytes of reports", whole.len());
        assert!(whole == some, "{of}: {} bytes of all files, {} of part", whole.len(), some.len());

        let firms = loaded.programme.organisations.iter().map(|firm| firm.id.to_string());
        let contacts = loaded.plants.iter().flat_map(|plant| &plant.contacts);
        let people = contacts.flat_map(|of| [of.role.to_string(), of.phone.to_string()]);
        let others = loaded.plants.iter().filter(|plant| !together.contains(&plant.id));
        let names = firms.chain(people).chain(others.map(|plant| plant.id.to_string()));
        let never = names.map(|name| format!("\"{name}\""));
        for kept in never.chain(["http", "#", "\nsource", "\nreason"].map(Into::into)) {
            assert!(!text.contains(&kept), "{of}: {kept} goes on");
        }
    }
}

/// What is offered to be changed.
fn offered() -> Vec<Value> {
    let told = parameters(&question(&json!({}))).expect("they are told");
    let told: Value = serde_json::from_str(&told).expect("JSON");
    assert!(told["starts"].as_str().is_some_and(|at| at.starts_with("2031-01-0")), "{told}");
    told["parameters"].as_array().expect("a list").clone()
}

/// Each parameter that is offered can be changed, and its own value changes nothing.
#[test]
fn what_is_offered_to_be_changed_can_be() {
    let offered = offered();
    let told = |of: &Value| (of["path"].clone(), of["value"].clone());
    let find = |path: &str| offered.iter().find(|of| of["path"] == path).map(told);
    assert_eq!(
        find("home-yard.crew.welders.people").map(|(_, value)| value),
        Some(json!("120")),
        "{offered:?}"
    );
    assert!(offered.len() > 50 && offered.iter().any(|of| of["plant"] == "partner-yard"));
    for of in &offered {
        let (path, value) = told(of);
        let changes = json!({ "changes": [{ "path": path, "value": value }] });
        let why = parameters(&question(&changes)).err().map(|why| why.in_words());
        assert_eq!(why, None, "{path}");
    }
}

#[test]
fn a_single_delivery_may_come_on_another_day() {
    let offered = offered();
    let path = "home-yard.delivery.plates-extra-1.due";
    let of = offered.iter().find(|of| of["path"] == path).expect("it is offered");
    assert_eq!((&of["value"], &of["kind"]), (&json!("2031-05-14"), &json!("delivery")));

    let promised = |changes: Value| {
        let more = json!({ "until": "240d", "changes": changes, "engine": "whole" });
        let lines = reports(&question(&more)).expect("reports");
        let lines = String::from_utf8(lines).expect("text");
        let line =
            |text: &str| serde_json::from_str::<Value>(text).expect("JSON")["report"].clone();
        let mut lines = lines.lines().map(line);
        let is_it = |line: &Value| {
            line["kind"] == "delivery_promised" && line["delivery"] == "plates-extra-1"
        };
        let line = lines.find(is_it).expect("it is promised");
        (line["date"].clone(), line["quantity"].clone())
    };
    let (date, quantity) = promised(json!([]));
    assert_eq!(quantity, json!(120.0));
    let later = json!([
        { "path": path, "value": "2031-05-21" },
        { "path": "home-yard.delivery.plates-extra-1.quantity", "value": "60" },
    ]);
    let (later, fewer) = promised(later);
    assert_eq!(fewer, json!(60.0));
    let day = |date: &Value| record::parse_time(date.as_str().expect("text")).expect("a time");
    assert_eq!(day(&later).since(day(&date)).days(), 7.0);
    let wrong = json!({ "changes": [{ "path": path, "value": "soon" }] });
    assert!(refused(&wrong).contains("a date such as 2031-05-14"), "{}", refused(&wrong));
}

/// What a step tells is all that is different: told in many steps or in one, it comes to the same.
#[test]
fn a_scene_tells_in_steps_what_it_tells_at_once() {
    let asked = question(&json!({ "until": "419 h", "engine": "whole" }));
    let day = |n: f64| n * 86_400.0;
    let step = |scene: &mut Scene, values: &mut serde_json::Map<String, Value>, to: f64| {
        let told = scene.advance(to).expect("it goes on");
        let told: Value = serde_json::from_str(&told).expect("JSON");
        for key in told["gone"].as_array().expect("keys") {
            assert!(values.remove(key.as_str().expect("a key")).is_some(), "{key} was there");
        }
        for (key, value) in told["set"].as_object().expect("values") {
            assert_ne!(values.get(key), Some(value), "{key} is no news");
            values.insert(key.clone(), value.clone());
        }
        (told["now"].clone(), told["ends"].clone())
    };
    let (mut scene, mut values) = (Scene::new(&asked).expect("it plays"), serde_json::Map::new());
    for hour in 0..480 {
        step(&mut scene, &mut values, day(f64::from(hour) / 24.0));
    }
    let (now, ends) = step(&mut scene, &mut values, day(40.0));
    assert_eq!(now, ends, "it goes no further than it is played");
    let (mut again, mut at_once) = (Scene::new(&asked).expect("it plays"), serde_json::Map::new());
    step(&mut again, &mut at_once, day(30.0));
    assert_eq!(values, at_once);

    let of = |prefix: &str| values.keys().filter(|key| key.starts_with(prefix)).count();
    assert_eq!(values["plant"]["name"], json!("Skarvik yard"));
    for (prefix, least) in [("layout/", 40), ("unit/", 30), ("storage/", 5), ("resource/", 3)] {
        assert!(of(prefix) >= least, "{prefix}: {}", of(prefix));
    }
    assert!(of("area/") > 0 && of("product/") > 0 && of("part/") > 0);
    let works = values.iter().filter(|(key, value)| {
        key.starts_with("unit/") && value["state"] == "working" && !value["running"].is_null()
    });
    assert!(works.count() > 3, "it is a working day");
    let has_made = |value: &Value| value["finished_7d"].as_u64().is_some_and(|n| n > 0);
    assert!(values.values().any(has_made), "what was done is counted");
}

/// One unit more stands in the picture too.
#[test]
fn a_scene_shows_the_plant_as_it_is_changed() {
    let units = |changes: Value| {
        let asked = question(&json!({ "until": "3d", "changes": changes, "engine": "whole" }));
        let told = Scene::new(&asked).expect("it plays").advance(3_600.0).expect("it goes on");
        let told: Value = serde_json::from_str(&told).expect("JSON");
        let keys = told["set"].as_object().expect("values").keys();
        keys.filter(|key| key.starts_with("unit/") || key.starts_with("layout/")).count()
    };
    let more = json!([{ "path": "home-yard.work_center.cutting.count", "value": "4" }]);
    let offered = offered();
    let path = "home-yard.work_center.cutting.count";
    let is = offered.iter().find(|of| of["path"] == path).expect("it is offered");
    let is: usize = is["value"].as_str().and_then(|count| count.parse().ok()).expect("a count");
    assert_eq!(units(more), units(json!([])) + 2 * (4 - is));
}
