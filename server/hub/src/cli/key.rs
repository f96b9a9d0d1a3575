//! `slipway key`: what lets a feed in. The key itself is shown once and kept as a hash only.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use journal::{JournalError, KeyRow, Keys};
use thiserror::Error;
use twin::{EquipmentId, FeedId, PlantId, SupplierId};

use crate::{clock::wall_now, gate};

#[derive(Debug, Subcommand)]
pub(super) enum KeyTask {
    /// Makes a key and prints it, once.
    #[command(after_help = "Examples:
  slipway key new --feed press --plant home-yard --units P1,P2
  slipway key new --feed nordsteel --plant home-yard --supplier nordsteel

The program sends it with the websocket's request:
  Authorization: Bearer KEY")]
    New(NewArgs),
    /// Lists the keys, without the keys themselves.
    List(ListArgs),
    /// Revokes keys: by the feed's name, or by the beginning of the hash.
    #[command(after_help = "Example:
  slipway key revoke press")]
    Revoke(RevokeArgs),
}

#[derive(Debug, Args)]
pub(super) struct NewArgs {
    /// Directory of the hub's data
    #[arg(long, value_name = "DIR", default_value = super::USUAL_DATA)]
    data: PathBuf,
    /// The feed that the program will report as
    #[arg(long, value_name = "ID")]
    feed: FeedId,
    /// The plant that it reports about
    #[arg(long, value_name = "ID")]
    plant: PlantId,
    /// The supplier whose deliveries it reports, and nothing else
    #[arg(long, value_name = "ID", conflicts_with = "units")]
    supplier: Option<SupplierId>,
    /// The units that it may speak about [default: every unit of the plant]
    #[arg(long, value_name = "ID,…", value_delimiter = ',')]
    units: Option<Vec<EquipmentId>>,
    /// Say it on stdout as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Directory of the hub's data
    #[arg(long, value_name = "DIR", default_value = super::USUAL_DATA)]
    data: PathBuf,
    /// Say it on stdout as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct RevokeArgs {
    /// The feed, or at least 8 characters of the hash
    #[arg(value_name = "FEED|HASH")]
    which: String,
    /// Directory of the hub's data
    #[arg(long, value_name = "DIR", default_value = super::USUAL_DATA)]
    data: PathBuf,
}

/// Why no key was made, listed or revoked.
#[derive(Debug, Error)]
pub(super) enum KeyError {
    /// The keys cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// No randomness.
    #[error("the system gives no random bytes")]
    Random(#[source] getrandom::Error),
    /// Nothing to revoke.
    #[error("no key in force belongs to {which}; `slipway key list` shows them")]
    NoSuchKey {
        /// As asked.
        which: String,
    },
}

pub(super) fn run(task: &KeyTask) -> Result<(), KeyError> {
    match task {
        KeyTask::New(args) => new(args),
        KeyTask::List(args) => list(args),
        KeyTask::Revoke(args) => revoke(args),
    }
}

fn new(args: &NewArgs) -> Result<(), KeyError> {
    let key = gate::new_key().map_err(KeyError::Random)?;
    let row = KeyRow {
        sha256: gate::hash(&key),
        feed: args.feed.clone(),
        plant: args.plant.clone(),
        supplier: args.supplier.clone(),
        units: args.units.clone(),
        created: wall_now(),
        revoked: None,
    };
    Keys::open(&args.data)?.add(&row)?;
    eprintln!("This key is shown once. It lets a program report as {}:", args.feed);
    if args.json {
        println!("{}", serde_json::json!({ "key": key, "feed": args.feed.as_str() }));
    } else {
        println!("{key}");
    }
    Ok(())
}

fn list(args: &ListArgs) -> Result<(), KeyError> {
    let keys = Keys::open(&args.data)?.list()?;
    for key in keys {
        let created = record::format_time(key.created).unwrap_or_default();
        let revoked = key.revoked.and_then(record::format_time);
        let units =
            key.units.map(|units| units.iter().map(ToString::to_string).collect::<Vec<_>>());
        let supplier = key.supplier.map(|supplier| supplier.to_string());
        let hash = &key.sha256[..12];
        if args.json {
            let line = serde_json::json!({
                "sha256": hash, "feed": key.feed.as_str(), "plant": key.plant.as_str(),
                "supplier": supplier, "units": units, "created": created, "revoked": revoked,
            });
            println!("{line}");
        } else {
            let about = supplier.map(|supplier| format!("supplier {supplier}"));
            let about = about.or_else(|| units.map(|units| format!("units {}", units.join(","))));
            let about = about.unwrap_or_else(|| "every unit".to_owned());
            let ended = revoked.map(|at| format!(", revoked {at}")).unwrap_or_default();
            let (feed, plant) = (&key.feed, &key.plant);
            println!("{hash}  {feed}  of {plant}, {about}, made {created}{ended}");
        }
    }
    Ok(())
}

fn revoke(args: &RevokeArgs) -> Result<(), KeyError> {
    match Keys::open(&args.data)?.revoke(&args.which, wall_now())? {
        0 => Err(KeyError::NoSuchKey { which: args.which.clone() }),
        count => {
            eprintln!("{count} keys revoked; open connections end within 20 seconds");
            Ok(())
        }
    }
}
