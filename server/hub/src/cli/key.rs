//! `slipway key`: what lets a feed in. The key itself is shown once and kept as a hash only.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use journal::{JournalError, KeyRow, Keys, ViewerKeyRow};
use thiserror::Error;
use twin::{EquipmentId, FeedId, NationId, OrganisationId, PlantId, SupplierId};

use crate::{clock::wall_now, gate};

#[derive(Debug, Subcommand)]
pub(super) enum KeyTask {
    /// Makes a key and prints it, once.
    #[command(after_help = "Examples:
  slipway key new --feed press --plant home-yard --units P1,P2
  slipway key new --feed nordsteel --plant home-yard --supplier nordsteel
  slipway key new --view-as XAA/skarvik

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
#[command(group = ArgGroup::new("holder").required(true).args(["feed", "view_as"]))]
pub(super) struct NewArgs {
    /// Directory of the hub's data
    #[arg(long, value_name = "DIR", default_value = super::USUAL_DATA)]
    data: PathBuf,
    /// The feed that the program will report as
    #[arg(long, value_name = "ID", requires = "plant")]
    feed: Option<FeedId>,
    /// The plant that it reports about
    #[arg(long, value_name = "ID", requires = "feed")]
    plant: Option<PlantId>,
    /// Instead of a feed: whoever looks with this key is served as a member of this organisation
    #[arg(long, value_name = "NATION/ORGANISATION", value_parser = member)]
    view_as: Option<Member>,
    /// The supplier whose deliveries it reports, and nothing else
    #[arg(long, value_name = "ID", conflicts_with = "units", requires = "feed")]
    supplier: Option<SupplierId>,
    /// The units that it may speak about [default: every unit of the plant]
    #[arg(long, value_name = "ID,…", value_delimiter = ',', requires = "feed")]
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
    /// Neither a feed nor an organisation.
    #[error("say whose key it is: --feed with --plant, or --view-as")]
    NoHolder,
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
    let (sha256, created, revoked) = (gate::hash(&key), wall_now(), None);
    let keys = Keys::open(&args.data)?;
    let holder = match (&args.view_as, &args.feed, &args.plant) {
        (Some(Member { nation, organisation }), ..) => {
            let (nation, organisation) = (nation.clone(), organisation.clone());
            let holder = format!("{nation}/{organisation}");
            keys.add_viewer(&ViewerKeyRow { sha256, nation, organisation, created, revoked })?;
            eprintln!("This key is shown once. Whoever looks with it is served as {holder}:");
            serde_json::json!({ "key": key, "view_as": holder })
        }
        (None, Some(feed), Some(plant)) => {
            let (feed, plant) = (feed.clone(), plant.clone());
            let (supplier, units) = (args.supplier.clone(), args.units.clone());
            eprintln!("This key is shown once. It lets a program report as {feed}:");
            let holder = serde_json::json!({ "key": key, "feed": feed.as_str() });
            keys.add(&KeyRow { sha256, feed, plant, supplier, units, created, revoked })?;
            holder
        }
        (None, ..) => return Err(KeyError::NoHolder),
    };
    println!("{}", if args.json { holder.to_string() } else { key });
    Ok(())
}

/// A member of an organisation, as `NATION/ORGANISATION`.
#[derive(Clone, Debug)]
pub(super) struct Member {
    nation: NationId,
    organisation: OrganisationId,
}

fn member(text: &str) -> Result<Member, String> {
    let (nation, organisation) =
        text.split_once('/').ok_or("write NATION/ORGANISATION, for instance XAA/skarvik")?;
    Ok(Member {
        nation: NationId::new(nation).map_err(|error| error.to_string())?,
        organisation: OrganisationId::new(organisation).map_err(|error| error.to_string())?,
    })
}

fn list(args: &ListArgs) -> Result<(), KeyError> {
    let keys = Keys::open(&args.data)?;
    for key in keys.list_viewers()? {
        list_viewer(&key, args.json);
    }
    for key in keys.list()? {
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

fn list_viewer(key: &ViewerKeyRow, json: bool) {
    let created = record::format_time(key.created).unwrap_or_default();
    let revoked = key.revoked.and_then(record::format_time);
    let (hash, nation, organisation) = (&key.sha256[..12], &key.nation, &key.organisation);
    if json {
        let line = serde_json::json!({
            "sha256": hash, "view_as": format!("{nation}/{organisation}"),
            "created": created, "revoked": revoked,
        });
        println!("{line}");
    } else {
        let ended = revoked.map(|at| format!(", revoked {at}")).unwrap_or_default();
        println!("{hash}  looks as {nation}/{organisation}, made {created}{ended}");
    }
}

fn revoke(args: &RevokeArgs) -> Result<(), KeyError> {
    let (keys, now) = (Keys::open(&args.data)?, wall_now());
    match keys.revoke(&args.which, now)? + keys.revoke_viewer(&args.which, now)? {
        0 => Err(KeyError::NoSuchKey { which: args.which.clone() }),
        count => {
            eprintln!("{count} keys revoked; open connections end within 20 seconds");
            Ok(())
        }
    }
}
