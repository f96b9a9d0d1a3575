//! What somebody does who has a line of their own: writes it down, simulates it, tests a scenario.

use std::{path::Path, process::Command};

use serde_json::{Value, json};

use crate::support::{Feed, Hub, Key, repository, slipway};

/// Two exponential stations with room for one between: 0.75 an hour, exactly.
const LINE: &str = r#"assumed = true

[[material]]
id = "part"

[[work_center]]
id = "press"

[[work_center]]
id = "paint"

[[storage]]
id = "rack"
capacity = 1

[[operation]]
id = "form"
at = "press"
time = "1 h"
shape = "exponential"
output = { material = "part", to = "rack" }

[[operation]]
id = "coat"
at = "paint"
time = "1 h"
shape = "exponential"
inputs = [{ material = "part", from = "rack" }]
output = { material = "part" }
"#;

/// Runs `slipway`; its status, stdout and stderr.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let output =
        Command::new(slipway()).args(arguments).current_dir(repository()).output().expect("runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("a status"), text(&output.stdout), text(&output.stderr))
}

/// A folder with the line in it.
fn line(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let plant = folder.path().join("line");
    std::fs::create_dir(&plant).expect("made");
    std::fs::write(plant.join("plant.toml"), text).expect("written");
    let path = plant.to_str().expect("a path of text").to_owned();
    (folder, path)
}

fn number(answer: &Value, path: &str) -> f64 {
    answer.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{path} in {answer:#}"))
}

#[test]
fn a_line_of_ones_own_is_checked_and_simulated() {
    let (_folder, path) = line(LINE);
    let (status, _, said) = run(&["check", &path]);
    assert_eq!((status, said.trim()), (0, "0 errors, 0 warnings"));
    let (status, out, said) =
        run(&["sim", &path, "--until", "20000h", "--replications", "20", "--seed", "5", "--json"]);
    assert_eq!(status, 0, "{said}");
    let answer: Value = serde_json::from_str(&out).expect("JSON on stdout, and nothing else");
    assert_eq!(answer["model"], "like_pieces");
    assert_eq!(answer["engine"], "maxplus");
    let throughput = number(&answer, "/throughput/0/per_h/mean");
    assert!((throughput - 0.75).abs() < 0.01, "{throughput}");
    let (low, high) =
        (number(&answer, "/throughput/0/per_h/low"), number(&answer, "/throughput/0/per_h/high"));
    assert!(low < throughput && throughput < high && high - low < 0.02, "{low} {high}");
    let shares = answer.pointer("/units/0/shares_ratio").and_then(Value::as_object);
    let shares = shares.expect("shares of states");
    let sum: f64 = shares.values().map(|share| number(share, "/mean")).sum();
    assert!((sum - 1.0).abs() < 1e-6, "shares add up to {sum}");
    assert!(number(&answer, "/part_operations_per_s") > 0.0);
    assert!(number(&answer, "/storages/0/level/mean") < 1.0);
    assert_eq!(answer["bottlenecks"].as_array().map(Vec::len), Some(2));
    for (asked, engine) in [("auto", "maxplus"), ("maxplus", "maxplus"), ("events", "events")] {
        let (_, again, _) = run(&[
            "sim",
            &path,
            "--until",
            "20000h",
            "--replications",
            "20",
            "--seed",
            "5",
            "--json",
            "--engine",
            asked,
        ]);
        let again: Value = serde_json::from_str(&again).expect("JSON");
        assert_eq!(again["engine"], engine);
        assert_eq!(again["throughput"], answer["throughput"], "the same seed, the same answer");
    }
}

#[test]
fn what_cannot_be_simulated_says_what_to_do() {
    let (status, _, said) = run(&["sim", "home-yrd"]);
    assert_eq!(status, 1);
    assert!(said.contains("did you mean \"home-yard\"?"), "{said}");
    let (_folder, path) = line(LINE);
    let (status, _, said) = run(&["sim", &path, "--until", "5 parsecs"]);
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("5 parsecs"), "{said}");
    let (status, _, said) = run(&["sim", &path, "--until", "10 h", "--warmup", "10 h"]);
    assert_eq!(status, 1);
    assert!(said.contains("--warmup is 10 h"), "{said}");
    let (_folder, path) = line(&LINE.replace("capacity = 1", "capcity = 1"));
    let (status, _, said) = run(&["sim", &path]);
    assert_eq!(status, 1);
    assert!(said.contains("plant.toml:14:1: error: a storage has no key \"capcity\""), "{said}");
}

/// What makes no sense ends soon, with a status and words that name the station and the item.
#[test]
fn nonsense_ends_with_a_name_and_not_with_a_number() {
    let again =
        LINE.replacen("at = \"paint\"\ntime = \"1 h\"", "at = \"paint\"\ntime = \"0 h\"", 1)
            + "rework = { first_pass = 1e-9, to = \"rack\", most_rounds = \"unbounded\" }\n";
    let named = |text: &str| {
        text.replacen("id = \"part\"", "id = \"part\"\ntracking = \"serial\"", 1)
            .replace("capacity = 1", "capacity = \"unbounded\"")
    };
    let stock = "[[stock]]\nstorage = \"rack\"\nmaterial = \"part\"\nquantity = 1000000000\n";
    for (text, names) in [
        (LINE.replace("time = \"1 h\"", "time = \"1000000000000 h\""), &["plant.toml:19:8"][..]),
        (LINE.replace("time = \"1 h\"", "time = \"80000000 h\""), &["station press"]),
        (named(&again.replace("shape = \"exponential\"\n", "")), &["unit paint-1", "part"]),
        (named(LINE) + stock, &["part in rack"]),
        (
            LINE.replace(
                "output = { material = \"part\" }",
                "output = { material = \"part\", to = \"rack\" }",
            ),
            &["part that press begins", "by rack"],
        ),
    ] {
        let (_folder, path) = line(&text);
        let (status, out, said) = run(&["sim", &path]);
        assert_eq!((status, out.as_str()), (1, ""), "{said}");
        for name in names {
            assert!(said.contains(name), "{name} in {said}");
        }
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn expectations_pass_fail_or_cannot_be_told() {
    let (folder, _) = line(LINE);
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("a path of text").to_owned()
    };
    let junit = folder.path().join("results.xml");
    let good = write(
        "good.toml",
        "name = 'Twice the presses'\nplant = 'line'\nuntil = '5000 h'\nreplications = 12\n\
         expect = ['throughput >= \"19/d\"', 'bottleneck == \"paint\"', 'p90 lead_time <= \"9 h\"']\n\
         [[change]]\npath = 'line.work_center.press.count'\nvalue = '2'\n",
    );
    let (status, _, said) = run(&["test", &good, "--junit", junit.to_str().expect("text")]);
    assert_eq!(status, 0, "{said}");
    assert!(said.trim_end().ends_with("3 passed, 0 failed"), "{said}");
    let written = std::fs::read_to_string(Path::new(&junit)).expect("written");
    assert!(written.contains("<testsuites tests=\"3\" failures=\"0\">"), "{written}");
    let bad = write(
        "bad.toml",
        "name = 'As it is'\nplant = 'line'\nuntil = '5000 h'\nreplications = 12\n\
         expect = ['throughput >= \"19/d\"', 'throughput >= \"18/d\"', 'wip <= 9']\n",
    );
    let (status, _, said) = run(&["test", &bad]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("FAILED throughput >= \"19/d\": came 1"), "{said}");
    assert!(said.contains("too wide to tell"), "{said}");
    assert!(said.trim_end().ends_with("1 passed, 2 failed"), "{said}");
    let wrong = write(
        "wrong.toml",
        "name = 'Wrong'\nplant = 'line'\nexpect = ['wip <= 9']\n\
         [[change]]\npath = 'line.storage.rak.capacity'\nvalue = '2'\n",
    );
    let (status, _, said) = run(&["test", &wrong]);
    assert_eq!(status, 1);
    assert!(said.contains("wrong.toml:4:1: error:"), "{said}");
    assert!(said.contains("line.storage.rack.capacity"), "{said}");
}

/// A ship that has come to the quay is afloat, and not delivered.
#[test]
fn milestones_are_reached_when_their_work_has_ended() {
    let (status, out, said) = run(&[
        "sim",
        "home-yard",
        "--until",
        "60 d",
        "--replications",
        "2",
        "--seed",
        "3",
        "--json",
    ]);
    assert_eq!(status, 0, "{said}");
    let answer: Value = serde_json::from_str(&out).expect("JSON");
    let found = |id: &str| {
        let all = answer["milestones"].as_array().expect("milestones");
        all.iter().find(|m| m["milestone"] == id).unwrap_or_else(|| panic!("no {id}"))
    };
    let afloat = found("H1-float-out");
    assert!((number(afloat, "/reached_ratio") - 1.0).abs() < 1e-9, "within three weeks");
    let [early, half, late] =
        ["/reached_p10_d", "/reached_p50_d", "/reached_p90_d"].map(|path| number(afloat, path));
    assert!(0.0 < early && early <= half && half <= late && late < 60.0, "{afloat}");
    let in_time = number(afloat, "/in_time_ratio");
    assert!((0.0..=1.0).contains(&in_time), "{afloat}");
    let delivered = found("H1-delivery");
    assert!(number(delivered, "/reached_ratio").abs() < 1e-9, "after 190 working days at the quay");
    let unknown = ["reached_p10_d", "reached_p90_d", "in_time_ratio"];
    assert!(unknown.iter().all(|key| delivered[*key].is_null()), "not in this time: {delivered}");
}

/// What a run ends before has not come, and no number of runs would tell when it does.
#[test]
fn a_milestone_beyond_the_end_cannot_be_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let scenario = folder.path().join("short.toml");
    let text = |expect: &str| {
        format!(
            "name = \"Short\"\nplant = \"home-yard\"\nuntil = \"60 d\"\nreplications = 2\n{expect}\n"
        )
    };
    let tested = |expect: &str| {
        std::fs::write(&scenario, text(expect)).expect("written");
        run(&["test", scenario.to_str().expect("a path of text")])
    };
    let (status, _, said) = tested(r#"expect = ['milestone "H1-delivery" <= "2031-09-01"']"#);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("2 of 2 replications end before it: a longer run would tell"), "{said}");
    assert!(!said.contains("came 60"), "{said}");
    let (status, _, said) = tested(r#"expect = ['milestone "H1-delivery" > "2031-02-01"']"#);
    assert_eq!(status, 0, "{said}");
    let (status, _, said) = tested("");
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("no expectation in ") && said.contains("expect = ["), "{said}");
}

/// A hub that heard two days after the start that there is no bar.
async fn without_bars() -> Hub {
    let hub = Hub::start(&[]);
    let key = hub.key(&Key::Feed("log", "machine-shop"));
    let clock = json!({ "kind": "simulated", "start": "2031-01-08T06:00:00Z", "rate": 1.0 });
    let mut feed = Feed::connect_on(&hub.ingest(), &key, "log", &clock).await;
    let stock = json!({
        "kind": "stock", "at": "2031-01-08T06:00:00Z", "storage": "bar-stock", "material": "bar",
        "quantity": 0.0,
    });
    feed.say(&json!({ "type": "report", "seq": 1, "reports": [stock] })).await;
    let answer = feed.hear().await.expect("an answer");
    assert_eq!(answer["type"], "ack", "{answer}");
    hub
}

#[tokio::test]
async fn a_plant_goes_on_from_what_a_hub_knows() {
    let hub = without_bars().await;
    let data = hub.data().to_str().expect("a path of text");
    let sim = |more: &[&str]| {
        let usual = ["sim", "machine-shop", "--until", "5d", "--replications", "2", "--json"];
        let (status, out, said) = run(&[&usual, more].concat());
        assert_eq!(status, 0, "{said}");
        serde_json::from_str::<Value>(&out).expect("JSON")
    };
    let bars = |answer: &Value| {
        let storages = answer["storages"].as_array().expect("a list");
        let bars =
            storages.iter().find(|of| of["storage"] == "bar-stock" && of["material"] == "bar");
        number(bars.expect("bars"), "/level/mean")
    };
    // Beside the running hub: there is no bar, and none comes in the first hours.
    let now = sim(&["--from", data]);
    assert!(now["from"].as_str().is_some_and(|at| at.starts_with("2031-01-08T06:0")), "{now:#}");
    assert_eq!(now["warmup"], "none");
    let fresh = sim(&["--warmup", "0d"]);
    assert_eq!(fresh["from"], Value::Null);
    assert!(bars(&now) < bars(&fresh) - 50.0, "{} and {}", bars(&now), bars(&fresh));
    // A day before, the hub knew of nothing that had gone.
    let before = sim(&["--from", data, "--at", "2031-01-07T06:00:00Z"]);
    assert!(bars(&before) > bars(&now) + 50.0, "{} and {}", bars(&before), bars(&now));

    let (status, _, said) =
        run(&["sim", "machine-shop", "--from", data, "--at", "2031-02-01T06:00:00Z"]);
    assert_eq!(status, 1);
    assert!(
        said.contains("is not in the record, which goes from 2031-01-05T23:00:00Z to"),
        "{said}"
    );
    let (status, _, said) = run(&["sim", "machine-shop", "--from", data, "--replications", "0"]);
    assert_eq!(status, 1);
    assert!(said.contains("0 replications: there may be 2 to 100,000"), "{said}");

    let elsewhere = tempfile::tempdir().expect("a folder");
    let elsewhere = elsewhere.path().to_str().expect("a path of text");
    let (status, _, said) = run(&["sim", "machine-shop", "--from", elsewhere]);
    assert_eq!(status, 1);
    assert!(said.contains("is no data directory of a hub"), "{said}");
    let (status, _, said) = run(&["sim", "home-yard", "--from", data]);
    assert_eq!(status, 1);
    assert!(said.contains("holds no report of plant home-yard"), "{said}");
}

/// What began before goes on from there, what is over is left out, and both are said.
#[tokio::test]
async fn a_scenario_is_played_from_what_a_hub_knows() {
    let hub = without_bars().await;
    let data = hub.data().to_str().expect("a path of text");
    let folder = tempfile::tempdir().expect("a folder");
    let scenario = folder.path().join("slow.toml");
    let disruption = |name: &str, at: &str, until: &str| {
        format!(
            "[[disruption]]\nname = \"{name}\"\nat = {at}\n{until}\
             path = \"machine-shop.operation.turn-bearings.time\"\nvalue = \"2000 h\"\n"
        )
    };
    let text = disruption("over", "2031-01-06T06:00:00Z", "until = 2031-01-07T06:00:00Z\n")
        + &disruption("slow", "2031-01-07T05:00:00Z", "");
    std::fs::write(&scenario, format!("name = \"Slow\"\nplant = \"munitions\"\n{text}"))
        .expect("written");
    let scenario = scenario.to_str().expect("a path of text");
    let usual = [
        "sim",
        "machine-shop",
        "--from",
        data,
        "--at",
        "2031-01-07T06:00:00Z",
        "--until",
        "40d",
        "--replications",
        "2",
    ];
    let (_, now, _) = run(&[&usual[..], &["--json"]].concat());
    let now: Value = serde_json::from_str(&now).expect("JSON");
    let (status, out, said) = run(&[&usual[..], &["--json", "--scenario", scenario]].concat());
    assert_eq!(status, 0, "{said}");
    for words in [
        "is written for plant munitions, and machine-shop is simulated",
        "over is over before the simulation begins, and is left out",
        "slow begins earlier than the simulation, and counts from its beginning",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let slow: Value = serde_json::from_str(&out).expect("JSON");
    let turned = |answer: &Value| {
        let units = answer["units"].as_array().expect("a list");
        let unit = units.iter().find(|of| of["unit"] == "turning-milling-qc-1").expect("a unit");
        number(unit, "/finished_per_h/mean")
    };
    assert!(turned(&slow) < turned(&now), "{} and {}", turned(&slow), turned(&now));
}

/// What is expected of a plant is expected of it as it stands: where there is no bar, none is
/// turned in the first days.
#[tokio::test]
async fn what_is_expected_is_held_against_what_comes_from_now_on() {
    let hub = without_bars().await;
    let data = hub.data().to_str().expect("a path of text");
    let folder = tempfile::tempdir().expect("a folder");
    let scenario = folder.path().join("bars.toml");
    let text = "name = \"Bars\"\nplant = \"machine-shop\"\nuntil = \"5 d\"\n\
                replications = 4\nwarmup = \"0 d\"\nexpect = [\"level of bar-stock >= 100\"]\n";
    std::fs::write(&scenario, text).expect("written");
    let scenario = scenario.to_str().expect("a path of text");
    let (status, _, said) = run(&["test", scenario]);
    assert_eq!(status, 0, "{said}");
    let (status, _, said) = run(&["test", scenario, "--from", data]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("4 replications of 5 d from 2031-01-08T06:0"), "{said}");
    let (status, _, said) = run(&["test", scenario, "--at", "2031-01-08T06:00:00Z"]);
    assert_eq!(status, 2, "a moment of nothing: {said}");
    let elsewhere = folder.path().to_str().expect("a path of text");
    let (status, _, said) = run(&["test", scenario, "--from", elsewhere]);
    assert_eq!(status, 1);
    assert!(said.contains("is no data directory of a hub"), "{said}");
}

/// The record has told of the delivery; what a scenario changes about it is played all the same.
#[tokio::test]
async fn a_delivery_that_is_told_of_comes_as_the_scenario_has_it() {
    let hub = Hub::start(&[]);
    let key = hub.key(&Key::Feed("log", "munitions"));
    let moment = "2031-05-10T06:00:00Z";
    let clock = json!({ "kind": "simulated", "start": moment, "rate": 1.0 });
    let mut feed = Feed::connect_on(&hub.ingest(), &key, "log", &clock).await;
    let promised = json!({
        "kind": "delivery_promised", "at": moment, "delivery": "seekers-recovery-1",
        "supplier": "seekers", "material": "seeker", "quantity": 20.0,
        "date": "2031-05-16T06:00:00Z",
    });
    feed.say(&json!({ "type": "report", "seq": 1, "reports": [promised] })).await;
    let answer = feed.hear().await.expect("an answer");
    assert_eq!(answer["type"], "ack", "{answer}");

    let data = hub.data().to_str().expect("a path of text");
    let folder = tempfile::tempdir().expect("a folder");
    let scenario = folder.path().join("seekers.toml");
    let level = |changes: &[(&str, &str)]| {
        let changes = changes.iter().map(|(key, value)| {
            format!(
                "[[change]]\npath = \"munitions.delivery.seekers-recovery-1.{key}\"\nvalue = {value}\n"
            )
        });
        let text = changes.collect::<String>();
        std::fs::write(&scenario, format!("name = \"Seekers\"\nplant = \"munitions\"\n{text}"))
            .expect("written");
        let scenario = scenario.to_str().expect("a path of text");
        let (status, out, said) = run(&[
            "sim",
            "munitions",
            "--from",
            data,
            "--until",
            "20d",
            "--replications",
            "2",
            "--json",
            "--scenario",
            scenario,
        ]);
        assert_eq!(status, 0, "{said}");
        let answer: Value = serde_json::from_str(&out).expect("JSON");
        let storages = answer["storages"].as_array().expect("a list");
        let seekers = storages.iter().find(|of| of["material"] == "seeker").expect("seekers");
        number(seekers, "/level/mean")
    };
    let as_told = level(&[]);
    let many = level(&[("quantity", "\"2000\"")]);
    assert!(many > as_told + 500.0, "{many} and {as_told}");
    let later = level(&[("quantity", "\"2000\""), ("due", "\"2031-09-01\"")]);
    assert!(later < as_told, "{later} and {as_told}");
}
