//! `slipway key`: what lets a feed, a viewer or a planner in. The key itself is shown once and kept
//! as a hash only.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, Subcommand};
use feed::tls::{TlsError, certificates};
use journal::{
    AnyKey, InvitationRow, JournalError, KeyLife, KeyRow, Keys, PlannerKeyRow, ViewerKeyRow,
};
use thiserror::Error;
use twin::{EquipmentId, FeedId, NationId, OrganisationId, PlantId, PlantTime, Span, SupplierId};

use super::{
    data::keys_in,
    named::{Named, NotNamed, PlantsArgs},
};
use crate::{
    clock::wall_now,
    core::{is_planner, planner_feed},
    gate,
    identity::Note,
    tls::{NAMES_A_FEED, feed_named, fingerprint},
};

/// How long a key lasts unless it is said, and how long a feed's may last: a program that nobody
/// gives a new key to within that time is looked after by nobody.
const FEEDS_LIFE_DAYS: i64 = 90;
/// How long any other key may last.
const LONGEST_LIFE_DAYS: i64 = 366;

#[derive(Debug, Subcommand)]
pub(super) enum KeyTask {
    /// Makes a key and prints it, once.
    #[command(after_help = "Examples:
  slipway key new --feed press --plant home-yard --units press-1,press-2
  slipway key new --feed mill --plant home-yard --supplier steel-mill
  slipway key new --view-as XAA/skarvik
  slipway key new --planner home-yard --expires 30d
  slipway key new --feed press --plant home-yard --certificate press.crt

A feed may have two keys in force: make the new one, hand it over, then revoke the old one.
The program sends it with the websocket's request, or with each request of the HTTP API:
  Authorization: Bearer KEY
A feed with a certificate of its own (`slipway serve --feed-ca`) gets no key: the certificate is
registered by its hash, as `openssl x509 -fingerprint -sha256` has it, and revoked like a key.")]
    New(Box<NewArgs>),
    /// Lists the keys, without the keys themselves, and the links that suppliers have not used yet.
    List(ListArgs),
    /// Revokes keys and links: by the feed's name, or by the beginning of the hash.
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
    /// Instead of a key: the feed's own certificate, which names it as URI:slipway:feed:ID
    #[arg(long, value_name = "FILE", requires = "feed")]
    certificate: Option<PathBuf>,
    #[command(flatten)]
    plants: PlantsArgs,
    /// How long it lasts, as 12h or 30d [default: 90d, the longest for a feed; others 366d]
    #[arg(long, value_name = "DURATION", value_parser = expires)]
    expires: Option<Span>,
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
    /// No such plant, supplier, unit or organisation.
    #[error(transparent)]
    Named(#[from] NotNamed),
    /// The certificate's file.
    #[error(transparent)]
    Certificate(#[from] TlsError),
    /// A certificate of another feed, or of none.
    #[error(
        "the certificate in {} names {named}, and it must name {NAMES_A_FEED}{feed}; \
         with openssl: subjectAltName=URI:{NAMES_A_FEED}{feed}",
        path.display()
    )]
    NotTheFeeds {
        /// The certificate's file.
        path: PathBuf,
        /// What it names.
        named: String,
        /// What it should name.
        feed: FeedId,
    },
    /// A certificate comes once, and never again after it was revoked.
    #[error("the certificate in {} was registered before; make a new one", .0.display())]
    Registered(PathBuf),
    /// A life that is too long.
    #[error("a key like this lasts {0} days at most; make a new one before it ends")]
    TooLong(i64),
    /// Nothing to revoke.
    #[error("no key or link in force belongs to {which}; `slipway key list` shows them")]
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
    let named = Named {
        plant: args.plant.as_ref().or(args.planner.as_ref()),
        supplier: args.supplier.as_ref(),
        units: args.units.as_deref().unwrap_or_default(),
        member: args.view_as.as_ref(),
    };
    named.find_or_tell(&args.plants)?;
    if let (Some(path), Some(feed), Some(plant)) = (&args.certificate, &args.feed, &args.plant) {
        return register(args, path, (feed, plant));
    }
    let key = gate::new_key().map_err(KeyError::Random)?;
    let (sha256, life) = (gate::hash(&key), life(args)?);
    let keys = keys_in(&args.data)?;
    let made_for;
    let holder = match (&args.view_as, &args.planner, &args.feed, &args.plant) {
        (Some(Member { nation, organisation }), ..) => {
            let (nation, organisation) = (nation.clone(), organisation.clone());
            let holder = format!("{nation}/{organisation}");
            made_for = format!("viewer:{} of {holder}", &sha256[..12]);
            keys.add_viewer(&ViewerKeyRow { sha256, nation, organisation, life })?;
            eprintln!("This key is shown once. Whoever looks with it is served as {holder}:");
            serde_json::json!({ "key": key, "view_as": holder })
        }
        (None, Some(plant), ..) => {
            let plant = plant.clone();
            let feed = planner_feed(&sha256).ok_or(KeyError::NoHolder)?;
            let holder = serde_json::json!({
                "key": key, "planner": plant.as_str(), "feed": feed.as_str(),
            });
            made_for = feed.to_string();
            eprintln!("This key is shown once. It lets its holder change the plan of {plant}:");
            keys.add_planner(&PlannerKeyRow { sha256, feed, plant, life })?;
            holder
        }
        (None, None, Some(feed), Some(_)) if is_planner(feed) => {
            return Err(KeyError::PlannersName(feed.clone()));
        }
        (None, None, Some(feed), Some(plant)) => {
            let (feed, plant) = (feed.clone(), plant.clone());
            let (supplier, units) = (args.supplier.clone(), args.units.clone());
            let holder = serde_json::json!({ "key": key, "feed": feed.as_str() });
            made_for = format!("feed:{feed} by {}", &sha256[..12]);
            keys.add(&KeyRow { sha256, feed: feed.clone(), plant, supplier, units, life })?;
            eprintln!("This key is shown once. It lets a program report as {feed}:");
            holder
        }
        (None, None, ..) => return Err(KeyError::NoHolder),
    };
    note(&keys, "key made", &made_for)?;
    println!("{}", if args.json { holder.to_string() } else { key });
    Ok(())
}

/// Lets a feed in by its certificate instead of a key.
fn register(
    args: &NewArgs,
    path: &Path,
    (feed, plant): (&FeedId, &PlantId),
) -> Result<(), KeyError> {
    if is_planner(feed) {
        return Err(KeyError::PlannersName(feed.clone()));
    }
    let found = certificates(path)?;
    let own = found.first().map(|own| (feed_named(own), fingerprint(own)));
    let sha256 = match own {
        Some((Ok(named), sha256)) if named == *feed => sha256,
        other => {
            let named = match other {
                Some((Ok(named), _)) => format!("{NAMES_A_FEED}{named}"),
                Some((Err(names), _)) if !names.is_empty() => names.join(", "),
                Some(_) | None => "no feed".to_owned(),
            };
            return Err(KeyError::NotTheFeeds { path: path.to_owned(), named, feed: feed.clone() });
        }
    };
    let (keys, life) = (keys_in(&args.data)?, life(args)?);
    if keys.find_any(&sha256)?.is_some() {
        return Err(KeyError::Registered(path.to_owned()));
    }
    let (supplier, units) = (args.supplier.clone(), args.units.clone());
    let (hash, feed, plant) = (sha256.clone(), feed.clone(), plant.clone());
    keys.add(&KeyRow { sha256, feed: feed.clone(), plant, supplier, units, life })?;
    note(&keys, "certificate registered", &format!("feed:{feed} by {}", &hash[..12]))?;
    eprintln!("Whoever has this certificate's private key may report as {feed}.");
    let line = serde_json::json!({ "certificate": hash, "feed": feed.as_str() });
    println!("{}", if args.json { line.to_string() } else { hash });
    Ok(())
}

fn life(args: &NewArgs) -> Result<KeyLife, KeyError> {
    let days = |days: i64| Span::from_secs(days * 24 * 3_600);
    let most = if args.feed.is_some() { FEEDS_LIFE_DAYS } else { LONGEST_LIFE_DAYS };
    let lasts = args.expires.unwrap_or(days(FEEDS_LIFE_DAYS));
    if lasts > days(most) {
        return Err(KeyError::TooLong(most));
    }
    let now = wall_now();
    Ok(KeyLife::new(now, now + lasts))
}

/// A duration of hours or days.
pub(super) fn expires(text: &str) -> Result<Span, String> {
    let wrong = || "write hours or days, for instance 12h or 30d".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let number = text[..text.len() - unit.len_utf8()].trim();
    let count: u32 = number.parse().map_err(|_not_a_number| wrong())?;
    let secs = match unit {
        'h' => 3_600,
        'd' => 24 * 3_600,
        _ => return Err(wrong()),
    };
    if count == 0 {
        return Err("a key that lasts for no time opens nothing".to_owned());
    }
    Ok(Span::from_secs(i64::from(count) * secs))
}

pub(super) fn note(keys: &Keys, what: &str, about: &str) -> Result<(), JournalError> {
    let (who, outcome) = ("command line", "done");
    keys.note(&Note { who, what, about, outcome, address: None }.row())
}

/// A member of an organisation, as `NATION/ORGANISATION`.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) nation: NationId,
    pub(super) organisation: OrganisationId,
}

pub(super) fn member(text: &str) -> Result<Member, String> {
    let (nation, organisation) =
        text.split_once('/').ok_or("write NATION/ORGANISATION, for instance XAA/skarvik")?;
    Ok(Member {
        nation: NationId::new(nation).map_err(|error| error.to_string())?,
        organisation: OrganisationId::new(organisation).map_err(|error| error.to_string())?,
    })
}

fn list(args: &ListArgs) -> Result<(), KeyError> {
    let keys = keys_in(&args.data)?;
    for key in keys.list_all()? {
        println!("{}", if args.json { json_of(&key).to_string() } else { words_of(&key) });
    }
    for link in keys.waiting_invitations()? {
        let InvitationRow { sha256, plant, supplier, created, expires, .. } = &link;
        let time = |time| record::format_time(time).unwrap_or_default();
        if args.json {
            let line = serde_json::json!({
                "invitation": plant.as_str(), "supplier": supplier.as_str(),
                "sha256": &sha256[..12], "created": time(*created), "expires": time(*expires),
            });
            println!("{line}");
        } else {
            let is_open = *expires > wall_now();
            let end = if is_open { "opens until" } else { "opens nothing since" };
            let (created, expires) = (time(*created), time(*expires));
            println!(
                "{}  invitation of supplier {supplier} to {plant}, made {created}, not used, {end} \
                 {expires}",
                &sha256[..12]
            );
        }
    }
    Ok(())
}

/// The beginning of a key's hash, which names it.
fn short(key: &AnyKey) -> &str {
    &key.sha256()[..12]
}

/// A key as a JSON object.
fn json_of(key: &AnyKey) -> serde_json::Value {
    let time = |time: Option<PlantTime>| time.and_then(record::format_time);
    let life = key.life();
    let mut object = match key {
        AnyKey::Feed(KeyRow { feed, plant, supplier, units, .. }) => serde_json::json!({
            "feed": feed.as_str(), "plant": plant.as_str(),
            "supplier": supplier.as_ref().map(SupplierId::as_str),
            "units": units.as_ref().map(|units| texts(units)),
        }),
        AnyKey::Viewer(ViewerKeyRow { nation, organisation, .. }) => {
            serde_json::json!({ "view_as": format!("{nation}/{organisation}") })
        }
        AnyKey::Planner(PlannerKeyRow { feed, plant, .. }) => {
            serde_json::json!({ "planner": plant.as_str(), "feed": feed.as_str() })
        }
    };
    object["sha256"] = short(key).into();
    object["created"] = time(Some(life.created)).into();
    object["expires"] = time(Some(life.expires)).into();
    object["revoked"] = time(life.revoked).into();
    object["used"] = time(life.used).into();
    object
}

/// A key in one line.
fn words_of(key: &AnyKey) -> String {
    let what = match key {
        AnyKey::Feed(KeyRow { feed, plant, supplier, units, .. }) => {
            let about = match (supplier, units) {
                (Some(supplier), _) => format!("supplier {supplier}"),
                (None, Some(units)) => format!("units {}", texts(units).join(",")),
                (None, None) => "every unit".to_owned(),
            };
            format!("{feed}  of {plant}, {about}")
        }
        AnyKey::Viewer(ViewerKeyRow { nation, organisation, .. }) => {
            format!("looks as {nation}/{organisation}")
        }
        AnyKey::Planner(PlannerKeyRow { feed, plant, .. }) => {
            format!("plans for {plant}, as {feed}")
        }
    };
    format!("{}  {what}, {}", short(key), life_words(key.life()))
}

fn texts(units: &[EquipmentId]) -> Vec<String> {
    units.iter().map(EquipmentId::to_string).collect()
}

/// A life in words.
fn life_words(life: KeyLife) -> String {
    let time = |time| record::format_time(time).unwrap_or_default();
    let used = match life.used {
        Some(at) => format!("last used {}", time(at)),
        None => "never used".to_owned(),
    };
    let end = match life.revoked {
        Some(at) => format!("revoked {}", time(at)),
        None if life.is_good(wall_now()) => format!("ends {}", time(life.expires)),
        None => format!("ended {}", time(life.expires)),
    };
    format!("made {}, {used}, {end}", time(life.created))
}

fn revoke(args: &RevokeArgs) -> Result<(), KeyError> {
    let (keys, now) = (keys_in(&args.data)?, wall_now());
    // The key itself names itself, too; what is said of it afterwards is its hash.
    let typed = &args.which;
    let which = if gate::holds_key(typed) { gate::hash(typed) } else { typed.clone() };
    let feeds = keys.revoke(&which, now)? + keys.revoke_planner(&which, now)?;
    let count = feeds + keys.revoke_viewer(&which, now)?;
    let links = keys.withdraw_invitation(&which, now)?;
    if links > 0 {
        note(&keys, "invitation withdrawn", &which)?;
        eprintln!("withdrawn: the link lets nobody in any more");
    }
    match (count, links) {
        (0, 0) => return Err(KeyError::NoSuchKey { which }),
        (0, _) => return Ok(()),
        (1, _) => eprintln!("1 key revoked; open connections end within a second"),
        (count, _) => eprintln!("{count} keys revoked; open connections end within a second"),
    }
    Ok(note(&keys, "key revoked", &which)?)
}
