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

use serde_json::Value;

use crate::{
    arguments::Arguments,
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
    let network = plant(folder.path(), "network", &network_text());
    if let Some(answer) = on_one_core(&network, "events", hours / LINES) {
        let stations = LINES * (IN_A_LINE + 1);
        findings.add(row(format!("{stations}-station assembly network, events"), "", &answer));
    }
    for (id, target) in [("home-yard", "1,000 in ≤ 2 s"), ("munitions", "1,000 in ≤ 30 s")] {
        reference(arguments, (id, target), findings);
    }
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
    let plants = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/plants").join(id);
    let replications = (arguments.peer_parts / 1_000).clamp(4, 40);
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

const HEAD: &str = "assumed = true\n[[material]]\nid = \"part\"\n";

fn line_text() -> String {
    let mut text = HEAD.to_owned();
    row_of(&mut text, "s", STATIONS, &[], true);
    text
}

/// Lines that are joined piece by piece, and a line behind.
fn network_text() -> String {
    let mut text = HEAD.to_owned();
    let mut ends = Vec::new();
    for line in 0..LINES {
        let name = format!("line-{line}");
        row_of(&mut text, &name, IN_A_LINE, &[], false);
        ends.push(format!("{name}-room-{}", IN_A_LINE - 1));
    }
    row_of(&mut text, "whole", LINES, &ends, true);
    text
}
