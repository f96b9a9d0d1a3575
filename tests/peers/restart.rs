//! From the start of the process to the first answer, on a journal of many reports.

use std::path::Path;

use crate::{
    hub::Hub,
    table::{Findings, Row, figure, per_second},
};

/// Starts a hub on what a killed one left in `folder`.
pub(crate) fn measure(folder: &Path, reports: u64, bytes: u64, findings: &mut Findings) {
    let plants = folder.join("plants");
    let hub = Hub::start(&folder.join("data"), &["--plants", plants.to_str().expect("plain")]);
    let (seconds, rate) = (hub.ready_s, reports as f64 / hub.ready_s);
    findings.add(Row {
        what: format!("restart with {:.1} M journalled reports", reports as f64 / 1e6),
        target: "10 M: ready in ≤ 2 s".to_owned(),
        measured: format!(
            "ready in {seconds:.1} s: every report is folded again, {}; {:.0} bytes a report on disk",
            per_second(rate),
            bytes as f64 / reports.max(1) as f64,
        ),
        figures: vec![
            figure("ready_s", seconds),
            figure("reports", reports as f64),
            figure("journal_bytes", bytes as f64),
            figure("rss_bytes", hub.used().rss_bytes as f64),
        ],
        ..Row::default()
    });
}
