//! `slipway audit`: the record of who came in, who was refused, and what was changed about that, for
//! whoever looks after the hub's machine. Auditors read it as `/api/v1/audit`.

use std::path::PathBuf;

use clap::Args;
use journal::{AuditRow, JournalError, Keys};
use thiserror::Error;

use super::data::keys_in;

pub(super) const HELP: &str = "Examples:
  slipway audit
  slipway audit --most 20 --data data/demo
  slipway audit --json > audit.jsonl

Auditors who sign in read the same at /api/v1/audit. Nobody can change a row or take one out.";

#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    /// How many rows at most
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    most: u32,
    /// Only rows with a smaller number, to read on from there
    #[arg(long, value_name = "ROW")]
    before: Option<u64>,
    /// Directory of the hub's data
    #[arg(long, value_name = "DIR", default_value = super::USUAL_DATA)]
    data: PathBuf,
    /// Say it on stdout as JSON, a row a line
    #[arg(long)]
    json: bool,
}

/// Why no record is listed.
#[derive(Debug, Error)]
pub(super) enum AuditError {
    /// Nothing is kept there.
    #[error("{} is no data directory of a hub; name it with --data", .0.display())]
    NoHub(PathBuf),
    /// It cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

pub(super) fn run(args: &AuditArgs) -> Result<(), AuditError> {
    if !Keys::are_kept_in(&args.data) {
        return Err(AuditError::NoHub(args.data.clone()));
    }
    let rows = keys_in(&args.data)?.noted(args.before, args.most)?;
    for row in &rows {
        println!("{}", if args.json { json_of(row).to_string() } else { words_of(row) });
    }
    match rows.last() {
        None => eprintln!("nothing is on record"),
        Some(last) if rows.len() >= args.most as usize && last.id > 1 => {
            eprintln!("older rows: slipway audit --before {}", last.id);
        }
        Some(_) => {}
    }
    Ok(())
}

fn json_of(row: &AuditRow) -> serde_json::Value {
    let AuditRow { id, at, who, what, about, outcome, address } = row;
    let at = record::format_time(*at);
    serde_json::json!({
        "id": id, "at": at, "who": who, "what": what, "about": about, "outcome": outcome,
        "address": address,
    })
}

fn words_of(row: &AuditRow) -> String {
    let AuditRow { id, at, who, what, about, outcome, address } = row;
    let at = record::format_time(*at).unwrap_or_default();
    let texts = [what, about, outcome].map(String::as_str);
    let told: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    let from = if address.is_empty() { String::new() } else { format!(", from {address}") };
    format!("{id}  {at}  {who}: {}{from}", told.join(", "))
}
