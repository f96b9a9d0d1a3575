//! What was found, as a table for people and as JSON for programs.

use std::{fmt::Write, fs, path::Path};

use serde_json::{Map, Value, json};

/// One finding.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    /// What was measured.
    pub(crate) what: String,
    /// What it is meant to be.
    pub(crate) target: String,
    /// What it is.
    pub(crate) measured: String,
    /// Against the peers; more is better for us.
    pub(crate) ratio: String,
    /// The same as numbers, each named with its unit.
    pub(crate) figures: Vec<(String, f64)>,
}

/// All findings of a run.
pub(crate) struct Findings {
    machine: String,
    program: &'static str,
    rows: Vec<Row>,
    remarks: Vec<String>,
}

impl Findings {
    /// Nothing yet.
    pub(crate) fn new(machine: String, program: &'static str) -> Self {
        eprintln!("measured on {machine}");
        Self { machine, program, rows: Vec::new(), remarks: Vec::new() }
    }

    /// One more; it is also said at once, for whoever waits.
    pub(crate) fn add(&mut self, row: Row) {
        eprintln!("· {}: {}", row.what, row.measured);
        self.rows.push(row);
    }

    /// Something that a reader must know to understand the figures.
    pub(crate) fn remark(&mut self, text: impl Into<String>) {
        let text = text.into();
        eprintln!("· {text}");
        self.remarks.push(text);
    }

    /// Prints everything to stdout.
    pub(crate) fn print(&self, as_json: bool) {
        if as_json { println!("{:#}", self.json()) } else { print!("{}", self.text()) }
    }

    fn profile(&self) -> &'static str {
        if cfg!(debug_assertions) { "dev: not what is shipped" } else { "release" }
    }

    fn text(&self) -> String {
        let heads = ["what", "target", "measured", "against the peer"];
        let columns = |row: &Row| {
            [row.what.clone(), row.target.clone(), row.measured.clone(), row.ratio.clone()]
        };
        let rows: Vec<[String; 4]> = self.rows.iter().map(columns).collect();
        let mut text = format!("\n{}; profile {}\n\n", self.machine, self.profile());
        for row in std::iter::once(&heads.map(str::to_owned)).chain(&rows) {
            let width = |at: usize| {
                let longest = rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
                longest.max(heads[at].len())
            };
            for (at, cell) in row.iter().enumerate() {
                let pad = width(at) - cell.chars().count() + 2;
                text.push_str(cell);
                text.push_str(&" ".repeat(if at + 1 < row.len() { pad } else { 0 }));
            }
            text.push('\n');
        }
        for remark in &self.remarks {
            // Writing to a String cannot fail.
            let _infallible = writeln!(text, "\n- {remark}");
        }
        text
    }

    fn json(&self) -> Value {
        let row = |row: &Row| {
            let figures: Map<String, Value> =
                row.figures.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            json!({
                "what": row.what, "target": row.target, "measured": row.measured,
                "against_the_peer": row.ratio, "figures": figures,
            })
        };
        json!({
            "machine": self.machine, "profile": self.profile(), "program": self.program,
            "rows": self.rows.iter().map(row).collect::<Vec<_>>(), "remarks": self.remarks,
        })
    }
}

/// A figure with its name and unit.
pub(crate) fn figure(name: &str, value: f64) -> (String, f64) {
    (name.to_owned(), value)
}

/// Thousands or millions a second, as people read them.
pub(crate) fn per_second(rate: f64) -> String {
    match rate {
        rate if rate >= 1e6 => format!("{:.2} M/s", rate / 1e6),
        rate if rate >= 1e4 => format!("{:.0} k/s", rate / 1e3),
        rate if rate >= 1e3 => format!("{:.1} k/s", rate / 1e3),
        rate => format!("{rate:.0} /s"),
    }
}

/// What a browser fetches for the 3D page, when it is built here.
pub(crate) fn download(findings: &mut Findings) {
    let mut row = Row {
        what: "viewer download, brotli".to_owned(),
        target: "≤ 4.5 MB".to_owned(),
        ..Row::default()
    };
    let size = |name: &str| {
        let folder = std::env::var_os("SLIPWAY_VIEWER")?;
        Some(fs::metadata(Path::new(&folder).join(name)).ok()?.len() as f64 / 1e6)
    };
    match (size("viewer_bg.wasm.br"), size("viewer.js")) {
        (Some(wasm), Some(script)) => {
            row.measured = format!("{wasm:.2} MB, and {script:.2} MB of script uncompressed");
            row.figures = vec![figure("wasm_brotli_mb", wasm), figure("script_mb", script)];
        }
        _ => "not built here: `just wasm`".clone_into(&mut row.measured),
    }
    findings.add(row);
}
