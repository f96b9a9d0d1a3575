//! What a simulation costs: part-operations a second, from plant files, beside other simulators on
//! the same line in the same run.
//!
//! A part-operation is a part finished at a station; the events that this takes differ from one
//! simulator to the other, and are not compared. Everything runs on one core, except the reference
//! plants, which take what `slipway sim` takes.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
    process::Command,
};

use linesim::{Model, Settings};
use serde_json::Value;
use twin::Span;

use crate::{
    arguments::Arguments,
    machine,
    table::{Findings, Row, figure, per_second},
};

/// Stations of the line.
const STATIONS: usize = 10;
/// Lines of the network, and the stations of each; as many stations join and finish.
const LINES: usize = 5;
const IN_A_LINE: usize = 9;
/// How much longer than the peers' the own run is: it would be over in a blink.
const LONGER: usize = 50;
/// The other simulators, and how many times fewer parts each is given: they are slower still.
const OTHERS: [(&str, usize); 3] = [("simpy", 1), ("simantha", 4), ("ciw", 8)];
/// What the replications of the reference plants are scaled to.
const REPLICATIONS: f64 = 1_000.0;

/// Measures everything.
pub(crate) fn measure(arguments: &Arguments, findings: &mut Findings) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let others = others(arguments, findings);
    let hours = arguments.peer_parts * LONGER;
    let line = plant(folder.path(), "line", &line_text());
    let simpy = others.first().map(|(_, rate)| *rate);
    for (engine, target) in [("events", "≥ 15 M/s, ≥ 60 × SimPy"), ("maxplus", "≥ 80 M/s")] {
        let Some(answer) = on_one_core(&line, engine, hours) else {
            findings.remark(format!("{STATIONS}-station line, {engine}: not played"));
            continue;
        };
        let of = |(name, rate): &(&str, f64)| format!("{:.0} × {name}", rate_of(&answer) / rate);
        let ratio = others.iter().map(of).collect::<Vec<String>>().join(", ");
        let mut row = row(format!("{STATIONS}-station line, {engine}"), target, &answer);
        row.ratio = ratio;
        row.figures.extend(simpy.map(|rate| figure("times_simpy", rate_of(&answer) / rate)));
        findings.add(row);
    }
    cause_log(&line, arguments.peer_parts, findings);
    let network = plant(folder.path(), "network", &network_text());
    if let Some(answer) = on_one_core(&network, "events", hours / LINES) {
        let stations = LINES * (IN_A_LINE + 1);
        findings.add(row(format!("{stations}-station assembly network, events"), "", &answer));
    }
    for (id, target) in [("home-yard", "1,000 in ≤ 2 s"), ("munitions", "1,000 in ≤ 30 s")] {
        reference(arguments, (id, target), findings);
    }
    let line = programme(folder.path());
    for (engine, target) in [("events", "≥ 6 M/s"), ("maxplus", "")] {
        browser(&line, ("line", engine, target), hours / LONGER, arguments, findings);
    }
    for id in ["home-yard", "munitions"] {
        browser(&reference_plants(), (id, "auto", ""), 30 * 24, arguments, findings);
    }
}

fn reference_plants() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/plants")
}

/// What it costs to say why: the line on the engine of whole plants, without its reports and with
/// all of them, each with its cause.
fn cause_log(line: &Path, hours: usize, findings: &mut Findings) {
    let text = std::fs::read_to_string(line.join("plant.toml")).expect("it was just written");
    let files = [plant::SourceFile { name: "line/plant.toml", bytes: text.as_bytes() }];
    let loaded = plant::load_on_its_own("line", &files).expect("the line is right");
    let (programme, plants) = (loaded.programme, loaded.plants);
    let until = programme.starts + Span::from_secs(hours as i64 * 3_600);
    let mut rates = Vec::new();
    for (log, report_from) in [("off", until), ("on", programme.starts)] {
        let mut settings = Settings::new(1, programme.starts);
        (settings.until, settings.report_from) = (until, report_from);
        let mut model = Model::new(&programme, &plants, settings).expect("the line can be played");
        let (mut reports, begun) = (0_u64, machine::now());
        model.run_until(until, &mut |_, _| reports += 1).expect("the line never ends");
        let rate = model.part_operations() as f64 / begun.elapsed().as_secs_f64().max(1e-9);
        findings.add(Row {
            what: format!("{STATIONS}-station line, as a whole plant, cause log {log}"),
            measured: format!("{}, {reports} reports", per_second(rate)),
            ratio: rates.first().map_or(String::new(), |off| format!("{:.2} × off", rate / off)),
            figures: vec![figure("part_operations_per_s", rate)],
            ..Row::default()
        });
        rates.push(rate);
    }
}

/// The engine as browsers run it, under Node, beside the program on one core.
fn browser(
    programme: &Path,
    (id, by, target): (&str, &str, &str),
    hours: usize,
    arguments: &Arguments,
    findings: &mut Findings,
) {
    let engine = std::env::var_os("SLIPWAY_ENGINE").map(PathBuf::from);
    let Some(engine) = engine.filter(|folder| folder.join("what_if_bg.wasm").exists()) else {
        findings.remark(format!("{id} in the browser's engine: not built here (`just wasm`)"));
        return;
    };
    let replications = (arguments.peer_parts / 2_500).clamp(2, 8).to_string();
    let until = format!("{hours} h");
    let mut node = Command::new("taskset");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/peers/simulators/engine.mjs");
    node.args(["-c", "0", "node", script]).arg(engine).arg(programme);
    let mut native = Command::new("taskset");
    native.args(["-c", "0", env!("CARGO_BIN_EXE_slipway"), "sim"]).arg(programme.join(id));
    native.args(["--engine", by, "--until", &until, "--warmup", "0 h", "--json"]);
    native.args(["--replications", &replications]);
    let answers = (answer(node.args([id, by, &until, &replications])), answer(&mut native));
    let (Some(here), Some(there)) = answers else {
        findings.remark(format!("{id} in the browser's engine: not played"));
        return;
    };
    let number = |key: &str| here.get(key).and_then(Value::as_f64).unwrap_or_default();
    let rate = number("part_operations") / number("cpu_s").max(1e-9);
    if here.get("part_operations") != there.get("part_operations") {
        findings.remark(format!("{id}: the browser's engine and the program played another thing"));
    }
    let memory = number("memory_bytes") / 1e6;
    findings.add(Row {
        what: format!("{id}, {by}, {replications} replications of {until}, the browser's engine"),
        target: target.to_owned(),
        measured: format!("{}, {memory:.0} MB", per_second(rate)),
        ratio: format!("{:.2} × the program", rate / rate_of(&there).max(1e-9)),
        figures: vec![
            figure("part_operations_per_s", rate),
            figure("memory_mb", memory),
            figure("times_native", rate / rate_of(&there).max(1e-9)),
        ],
    });
}

/// Part-operations a second of the other simulators that are here.
fn others(arguments: &Arguments, findings: &mut Findings) -> Vec<(&'static str, f64)> {
    let Some(python) = std::env::var_os("SLIPWAY_SIMULATORS") else {
        findings.remark("other simulators: not here (`just bench sim` fetches them)");
        return Vec::new();
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers/simulators/line.py");
    let mut found = Vec::new();
    for (name, fewer) in OTHERS {
        let parts = (arguments.peer_parts / fewer).max(1);
        let output = Command::new(&python)
            .arg(&script)
            .args([name, &STATIONS.to_string(), &parts.to_string()])
            .output();
        let text = output.map(|output| output.stdout).unwrap_or_default();
        let answer: Value = serde_json::from_slice(&text).unwrap_or_default();
        let number = |key: &str| answer.get(key).and_then(Value::as_f64);
        let (Some(made), Some(cpu_s)) = (number("parts"), number("cpu_s")) else {
            findings.remark(format!("{name}: it did not play the line"));
            continue;
        };
        let rate = made * STATIONS as f64 / cpu_s.max(1e-9);
        findings.add(Row {
            what: format!("{STATIONS}-station line, {name}"),
            measured: format!(
                "{}, {:.3} parts a unit of time",
                per_second(rate),
                number("per_unit_of_time").unwrap_or_default()
            ),
            figures: vec![figure("part_operations_per_s", rate)],
            ..Row::default()
        });
        found.push((name, rate));
    }
    found
}

fn row(what: String, target: &str, answer: &Value) -> Row {
    let number = |path: &str| answer.pointer(path).and_then(Value::as_f64).unwrap_or_default();
    let memory = number("/peak_memory_bytes") / 1e6;
    Row {
        what,
        target: target.to_owned(),
        measured: format!(
            "{}, {:.4} parts a unit of time, {memory:.0} MB at most",
            per_second(rate_of(answer)),
            number("/throughput/0/per_h/mean")
        ),
        ratio: String::new(),
        figures: vec![
            figure("part_operations_per_s", rate_of(answer)),
            figure("part_operations", number("/part_operations")),
            figure("peak_memory_mb", memory),
        ],
    }
}

fn rate_of(answer: &Value) -> f64 {
    answer.pointer("/part_operations_per_s").and_then(Value::as_f64).unwrap_or_default()
}

/// A plant of the programme, whole: so many replications of 30 days on all cores.
fn reference(arguments: &Arguments, (id, target): (&str, &str), findings: &mut Findings) {
    let plants = reference_plants().join(id);
    // Of the first fifty it is told what held them up, which costs as much as playing them: of
    // fewer than a thousand that would be more of the whole.
    let replications = (arguments.peer_parts / 20).clamp(4, 1_000);
    let mut command = Command::new(env!("CARGO_BIN_EXE_slipway"));
    command.arg("sim").arg(plants).args(["--until", "30 d", "--warmup", "0 d", "--json"]);
    command.args(["--replications", &replications.to_string()]);
    let Some(answer) = answer(&mut command) else {
        findings.remark(format!("{id}: not played"));
        return;
    };
    let seconds = answer.pointer("/wall_s").and_then(Value::as_f64).unwrap_or_default();
    let scaled = seconds / replications as f64 * REPLICATIONS;
    let mut row = row(format!("{id}, {replications} replications of 30 days"), target, &answer);
    row.measured = format!("1,000 in {scaled:.1} s, {}", per_second(rate_of(&answer)));
    row.figures.push(figure("s_per_1000_replications", scaled));
    findings.add(row);
}

fn on_one_core(plant: &Path, engine: &str, hours: usize) -> Option<Value> {
    let mut command = Command::new("taskset");
    command.args(["-c", "0", env!("CARGO_BIN_EXE_slipway"), "sim"]).arg(plant);
    command.args(["--engine", engine, "--replications", "2", "--warmup", "1000 h", "--json"]);
    command.args(["--until", &format!("{} h", hours.max(2_000))]);
    answer(&mut command)
}

fn answer(command: &mut Command) -> Option<Value> {
    let output = command.output().ok()?;
    serde_json::from_slice(&output.stdout).ok().filter(|_| output.status.success())
}

fn plant(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir(&path).expect("a folder can be made");
    std::fs::write(path.join("plant.toml"), text).expect("the disk has room");
    path
}

/// A station with its work: exponential, of an hour.
fn station(text: &mut String, id: &str, from: &[String], to: Option<&str>) {
    let inputs: Vec<String> =
        from.iter().map(|from| format!("{{ material = \"part\", from = \"{from}\" }}")).collect();
    let to = to.map_or(String::new(), |to| format!(", to = \"{to}\""));
    // Writing to a String cannot fail.
    let _infallible = write!(
        text,
        "[[work_center]]\nid = \"{id}\"\n[[operation]]\nid = \"work-{id}\"\nat = \"{id}\"\n\
         time = \"1 h\"\nshape = \"exponential\"\ninputs = [{}]\n\
         output = {{ material = \"part\"{to} }}\n",
        inputs.join(", ")
    );
}

fn storage(text: &mut String, id: &str) {
    let _infallible = write!(text, "[[storage]]\nid = \"{id}\"\ncapacity = 10\n");
}

/// Stations `NAME-0` … in a row, each with room behind it; the last puts into `NAME-LAST`.
fn row_of(text: &mut String, name: &str, count: usize, first: &[String], leaves: bool) {
    for number in 0..count {
        let room = format!("{name}-room-{number}");
        let from: Vec<String> = match number {
            0 => first.to_vec(),
            _ => vec![format!("{name}-room-{}", number - 1)],
        };
        let is_last = leaves && number + 1 == count;
        if !is_last {
            storage(text, &room);
        }
        station(text, &format!("{name}-{number}"), &from, (!is_last).then_some(room.as_str()));
    }
}

const PROGRAMME: &str = r#"[programme]
id = "bench"
name = "Bench"
time_zone = "UTC"
starts = 2031-01-06
demo_from = 2031-01-06T00:00
plants = ["line"]
[[nation]]
id = "XAA"
name = "Aldermark"
[[organisation]]
id = "bench"
name = "Bench"
nation = "XAA"
"#;

const PLANT: &str = r#"[plant]
id = "line"
name = "Line"
description = "Stations in a row."
nation = "XAA"
organisation = "bench"
time_zone = "UTC"
[label]
policy = "BENCH"
classification = "unclassified"
releasable_to = ["XAA"]
created = 2031-01-06
review = 2032-01-06
[[calendar]]
id = "always"
name = "Day and night"
always = true
[[area]]
id = "hall"
name = "Hall"
at_m = [0, 0]
size_m = [10, 10, 10]
"#;

const ASSUMED: &str = "assumed = true\n";
const MATERIAL: &str = "[[material]]\nid = \"part\"\n";

fn line_text() -> String {
    let mut text = format!("{ASSUMED}{MATERIAL}");
    row_of(&mut text, "s", STATIONS, &[], true);
    text
}

/// What a plant of a programme says besides, and one on its own does not have to.
const PLACES: [(&str, &str); 4] = [
    ("[[material]]\n", "name = \"Part\"\ntracking = \"bulk\"\n"),
    ("[[storage]]\n", "name = \"Room\"\narea = \"hall\"\nat_m = [0, 0]\nsize_m = [1, 1, 1]\n"),
    (
        "[[work_center]]\n",
        "name = \"Station\"\narea = \"hall\"\nat_m = [0, 0]\nsize_m = [1, 1, 1]\n\
         calendar = \"always\"\n",
    ),
    ("[[operation]]\n", "name = \"Work\"\n"),
];

/// The line in a programme of its own, as pages send it.
fn programme(folder: &Path) -> PathBuf {
    let path = folder.join("programme");
    std::fs::create_dir(&path).expect("a folder can be made");
    std::fs::write(path.join("programme.toml"), PROGRAMME).expect("the disk has room");
    let mut text = line_text().replacen(ASSUMED, &format!("{ASSUMED}{PLANT}"), 1);
    for (table, says) in PLACES {
        text = text.replace(table, &format!("{table}{says}"));
    }
    plant(&path, "line", &text);
    path
}

/// Lines that are joined piece by piece, and a line behind.
fn network_text() -> String {
    let mut text = format!("{ASSUMED}{MATERIAL}");
    let mut ends = Vec::new();
    for line in 0..LINES {
        let name = format!("line-{line}");
        row_of(&mut text, &name, IN_A_LINE, &[], false);
        ends.push(format!("{name}-room-{}", IN_A_LINE - 1));
    }
    row_of(&mut text, "whole", LINES, &ends, true);
    text
}
