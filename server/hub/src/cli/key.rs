//! `slipway key`: what lets a feed, a viewer or a planner in. The key itself is shown once and kept
//! as a hash only.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use journal::{JournalError, KeyRow, Keys, PlannerKeyRow, ViewerKeyRow};
use thiserror::Error;
use twin::{EquipmentId, FeedId, NationId, OrganisationId, PlantId, SupplierId};

use crate::{
    clock::wall_now,
    core::{is_planner, planner_feed},
    gate,
};

#[derive(Debug, Subcommand)]
pub(super) enum KeyTask {
    /// Makes a key and prints it, once.
    #[command(after_help = "Examples:
  slipway key new --feed press --plant home-yard --units P1,P2
  slipway key new --feed nordsteel --plant home-yard --supplier nordsteel
  slipway key new --view-as XAA/skarvik
  slipway key new --planner home-yard

The program sends it with the websocket's request, or with each request of the HTTP API:
  Authorization: Bearer KEY")]
    New(NewArgs),
    /// Lists the keys, without the keys themselves.
    List(ListArgs),
    /// Revokes keys: by the feed's name, or by the beginning of the hash.
    #[command(after_help = "Examples:
  slipway key revoke press
  slipway key revoke planner:0123456789ab")]
    Revoke(RevokeArgs),
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("holder").required(true).args(["feed", "view_as", "planner"]))]
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
    /// Instead of a feed: whoever holds this key may change this plant's plan over HTTP (orders,
    /// deliveries), acknowledge its alarms, and look as a member of its organisation
    #[arg(long, value_name = "PLANT")]
    planner: Option<PlantId>,
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
    #[error("say whose key it is: --feed with --plant, --planner, or --view-as")]
    NoHolder,
    /// A name that only planners report under.
    #[error("a feed cannot be named {0}: changes by HTTP are reported so; choose another name")]
    PlannersName(FeedId),
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
    let holder = match (&args.view_as, &args.planner, &args.feed, &args.plant) {
        (Some(Member { nation, organisation }), ..) => {
            let (nation, organisation) = (nation.clone(), organisation.clone());
            let holder = format!("{nation}/{organisation}");
            keys.add_viewer(&ViewerKeyRow { sha256, nation, organisation, created, revoked })?;
            eprintln!("This key is shown once. Whoever looks with it is served as {holder}:");
            serde_json::json!({ "key": key, "view_as": holder })
        }
        (None, Some(plant), ..) => {
            let plant = plant.clone();
            let feed = planner_feed(&sha256).ok_or(KeyError::NoHolder)?;
            eprintln!("This key is shown once. It lets its holder change the plan of {plant}:");
            let holder = serde_json::json!({
                "key": key, "planner": plant.as_str(), "feed": feed.as_str(),
            });
            keys.add_planner(&PlannerKeyRow { sha256, feed, plant, created, revoked })?;
            holder
        }
        (None, None, Some(feed), Some(_)) if is_planner(feed) => {
            return Err(KeyError::PlannersName(feed.clone()));
        }
        (None, None, Some(feed), Some(plant)) => {
            let (feed, plant) = (feed.clone(), plant.clone());
            let (supplier, units) = (args.supplier.clone(), args.units.clone());
            eprintln!("This key is shown once. It lets a program report as {feed}:");
            let holder = serde_json::json!({ "key": key, "feed": feed.as_str() });
            keys.add(&KeyRow { sha256, feed, plant, supplier, units, created, revoked })?;
            holder
        }
        (None, None, ..) => return Err(KeyError::NoHolder),
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
    for key in keys.list_planners()? {
        list_planner(&key, args.json);
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

fn list_planner(key: &PlannerKeyRow, json: bool) {
    let created = record::format_time(key.created).unwrap_or_default();
    let revoked = key.revoked.and_then(record::format_time);
    let (hash, feed, plant) = (&key.sha256[..12], &key.feed, &key.plant);
    if json {
        let line = serde_json::json!({
            "sha256": hash, "planner": plant.as_str(), "feed": feed.as_str(),
            "created": created, "revoked": revoked,
        });
        println!("{line}");
    } else {
        let ended = revoked.map(|at| format!(", revoked {at}")).unwrap_or_default();
        println!("{hash}  plans for {plant}, as {feed}, made {created}{ended}");
    }
}

fn revoke(args: &RevokeArgs) -> Result<(), KeyError> {
    let (keys, now) = (Keys::open(&args.data)?, wall_now());
    // The key itself names itself, too; what is said of it afterwards is its hash.
    let typed = &args.which;
    let which = if gate::holds_key(typed) { gate::hash(typed) } else { typed.clone() };
    let feeds = keys.revoke(&which, now)? + keys.revoke_planner(&which, now)?;
    match feeds + keys.revoke_viewer(&which, now)? {
        0 => Err(KeyError::NoSuchKey { which }),
        count => {
            eprintln!("{count} keys revoked; open connections end within 20 seconds");
            Ok(())
        }
    }
}
