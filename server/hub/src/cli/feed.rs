//! `slipway feed`: plays a plant, or a recorded file, into a running hub.

use std::path::{Path, PathBuf};

use clap::Args;
use feed::{
    Branch, Ending, FeedError, FeedPlan, ReplayPlan, Speaker,
    tls::{self, Tls, TlsError},
};
use thiserror::Error;
use tokio::sync::watch;
use twin::{FeedId, Plant, PlantId};

use super::named::listed;
use crate::{
    demo::{self, DemoError},
    gate,
    plants::{Plants, PlantsError, Source},
};

/// Where a hub on this machine takes reports.
const USUAL_URL: &str = "ws://127.0.0.1:8080/v1/ingest";

#[derive(Debug, Args)]
pub(super) struct FeedArgs {
    /// Where the hub takes reports
    #[arg(long, value_name = "WS", default_value = USUAL_URL)]
    url: String,
    /// The plant that is played; with --replay: only what the file says of it
    #[arg(long, value_name = "PLANT", required_unless_present = "replay")]
    plant: Option<PlantId>,
    /// The feed to report as [default: the plant's id]
    #[arg(long, value_name = "ID", required_unless_present = "plant")]
    feed: Option<FeedId>,
    /// File that holds the feed's key
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// File of the authority that signed the hub's certificate, for a `wss:` address
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// File of the feed's own certificate, instead of a key or beside one
    #[arg(long, value_name = "FILE", requires = "certificate_key", requires = "ca")]
    certificate: Option<PathBuf>,
    /// File of that certificate's private key, which only its owner may read
    #[arg(long, value_name = "FILE", requires = "certificate")]
    certificate_key: Option<PathBuf>,
    /// Plant seconds for one second [default: the scenario's, 720; for a record 1]
    #[arg(long, value_name = "X", value_parser = speed)]
    speed: Option<f64>,
    /// Seed of every random stream [default: the scenario's]
    #[arg(long, value_name = "S", conflicts_with = "replay")]
    seed: Option<u64>,
    /// Change a parameter from now on; several may be given
    #[arg(long, value_name = "PATH=VALUE", value_parser = assignment, conflicts_with = "replay")]
    set: Vec<(String, String)>,
    /// Directory of the plants [default: models/plants here, else the built-in ones]
    #[arg(long, value_name = "DIR", conflicts_with = "replay")]
    plants: Option<PathBuf>,
    /// Play this file instead of a simulation: JSON lines of `{"plant": …, "reports": […]}`
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,
}

/// Why nothing was played, or not to the end.
#[derive(Debug, Error)]
pub(super) enum FeedCommandError {
    /// The key's file.
    #[error("the key in {} cannot be read", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A key where the name of its file belongs; it is not repeated.
    #[error(
        "--key takes the name of a file that holds the key, not the key itself: write the key into \
         a file that only you can read; if others can see what was typed, revoke the key"
    )]
    KeyItself,
    /// A key's file with nothing in it.
    #[error("{} is empty; `slipway key new` makes a key and shows it once", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// Nobody says whom to take for the hub.
    #[error(
        "{url} speaks TLS: name with --ca the file of the authority that signed the hub's \
         certificate; the system's authorities are often in /etc/ssl/certs/ca-certificates.crt"
    )]
    NoAuthority {
        /// The hub's address.
        url: String,
    },
    /// The certificates.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The plants.
    #[error(transparent)]
    Plants(#[from] PlantsError),
    /// The scenario.
    #[error(transparent)]
    Scenario(#[from] DemoError),
    /// No such plant.
    #[error("there is no plant {plant}; the plants are {known}")]
    NoPlant {
        /// As asked.
        plant: PlantId,
        /// Those there are.
        known: String,
    },
    /// Playing.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// Somebody else took over.
    #[error(
        "another connection speaks for feed {feed} now, and this one has ended: a feed has one \
         speaker at a time, the newest connection of the highest epoch"
    )]
    Superseded {
        /// The feed.
        feed: String,
    },
    /// The hub did not take all of it.
    #[error(
        "everything was sent, but the hub refused some of it ({refusals} refusals; the rest is on \
         disk). The first of feed {feed}: {first}"
    )]
    Refused {
        /// The feed.
        feed: String,
        /// How many.
        refusals: u64,
        /// The first.
        first: String,
    },
    /// The system.
    #[error("the system does not let the feed run")]
    System(#[from] std::io::Error),
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_not_a_number| format!("{text} is not a number"))?;
    let good = speed > 0.0 && speed <= 1e6;
    good.then_some(speed).ok_or_else(|| "it must be above 0 and at most 1000000".to_owned())
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (path, value) = text.split_once('=').ok_or("write it as PATH=VALUE")?;
    Ok((path.trim().to_owned(), value.trim().to_owned()))
}

pub(super) fn run(args: &FeedArgs) -> Result<(), FeedCommandError> {
    let key = args.key.as_deref().map(read_key).transpose()?;
    let tls = tls(args)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let (stop, stopping) = watch::channel(false);
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                stop.send_replace(true);
            }
        });
        let endings = match &args.replay {
            Some(file) => {
                vec![feed::replay(recorded(args, file.clone(), (key, tls)), stopping).await?]
            }
            None => feed::play(simulated(args, (key, tls))?, stopping).await?,
        };
        for ending in endings {
            match ending {
                Ending::Stopped => eprintln!("stopped"),
                Ending::Finished => eprintln!("everything was sent, and all of it is on disk"),
                Ending::Superseded { feed } => return Err(FeedCommandError::Superseded { feed }),
                Ending::Refused { feed, refusals, first } => {
                    return Err(FeedCommandError::Refused { feed, refusals, first });
                }
            }
        }
        Ok(())
    })
}

fn read_key(path: &Path) -> Result<String, FeedCommandError> {
    match std::fs::read_to_string(path) {
        Ok(text) if text.trim().is_empty() => {
            Err(FeedCommandError::NoKey { path: path.to_owned() })
        }
        Ok(text) => {
            if tls::is_exposed(path).unwrap_or(false) {
                tracing::warn!(
                    "others can read the key in {0}; run `chmod 600 {0}`",
                    path.display()
                );
            }
            Ok(text.trim().to_owned())
        }
        Err(_) if gate::holds_key(&path.to_string_lossy()) => Err(FeedCommandError::KeyItself),
        Err(source) => Err(FeedCommandError::Key { path: path.to_owned(), source }),
    }
}

/// How TLS is spoken with the hub, where its address asks for it.
fn tls(args: &FeedArgs) -> Result<Option<Tls>, FeedCommandError> {
    let own = args.certificate.as_deref().zip(args.certificate_key.as_deref());
    match &args.ca {
        Some(authority) => Ok(Some(Tls::new(authority, own)?)),
        None if args.url.starts_with("wss:") => {
            Err(FeedCommandError::NoAuthority { url: args.url.clone() })
        }
        None => Ok(None),
    }
}

/// What a feed shows to be let in.
type Shown = (Option<String>, Option<Tls>);

fn recorded(args: &FeedArgs, file: PathBuf, (key, tls): Shown) -> ReplayPlan {
    let feed = args.feed.as_ref().map(FeedId::to_string);
    let plant = args.plant.as_ref().map(PlantId::to_string);
    ReplayPlan {
        url: args.url.clone(),
        tls,
        feed: feed.or_else(|| plant.clone()).unwrap_or_default(),
        key,
        plant,
        file,
        rate: args.speed.unwrap_or(1.0),
    }
}

fn simulated(args: &FeedArgs, (key, tls): Shown) -> Result<FeedPlan, FeedCommandError> {
    let source = Source::choose(args.plants.clone(), None);
    let Plants { programme, plants, .. } = source.read()?.load()?;
    let mut speakers = Vec::new();
    if let Some(plant) = &args.plant {
        if !plants.contains_key(plant) {
            let known = listed(plants.keys());
            return Err(FeedCommandError::NoPlant { plant: plant.clone(), known });
        }
        let feed = args.feed.as_ref().map_or_else(|| plant.to_string(), FeedId::to_string);
        speakers.push(Speaker { plant: plant.clone(), feed, key });
    }
    let scenario = demo::scenario(&source)?;
    let mut settings = scenario.settings(&programme);
    settings.seed = args.seed.unwrap_or(settings.seed);
    let in_order: Vec<Plant> =
        programme.plants.iter().filter_map(|id| plants.get(id)).cloned().collect();
    Ok(FeedPlan {
        url: args.url.clone(),
        tls,
        start: Some(programme.demo_from),
        programme,
        plants: in_order,
        speakers,
        settings,
        rate: args.speed.unwrap_or(scenario.rate),
        branch: if args.set.is_empty() { Branch::Resume } else { Branch::FromNow },
        sets: args.set.clone(),
        returns: None,
    })
}
