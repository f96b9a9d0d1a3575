//! What can be asked of the program, and how it answers: 0 for yes, 1 for no, 2 for wrong usage.
//!
//! Machine output goes to stdout, everything for people to stderr.

mod account;
mod audit;
mod check;
mod data;
mod feed;
mod invite;
mod key;
mod named;
mod scenario;
mod sim;
mod stands;
mod subject;
mod test;
mod threads;

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::{serve, store::in_words};

/// The address that is listened on unless another is named.
pub(crate) const USUAL_ADDRESS: &str = "127.0.0.1:8080";
/// The data directory unless another is named.
const USUAL_DATA: &str = "data";

/// Living twins of production lines: who is late, by how much, and why.
#[derive(Debug, Parser)]
#[command(name = "slipway", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Command {
    #[command(subcommand)]
    task: Task,
}

const EXAMPLES: &str = "Examples:
  slipway serve --demo              watch the reference plants produce, at 720 times real speed
  slipway serve --plants my/plants  run a hub for plants of your own
  slipway check my/plants           find every mistake in the plant files
  slipway sim home-yard --until 720d
                                    simulate a plant, and learn what holds it up
  slipway key new --feed press --plant home-yard
                                    let a program report as the feed `press`";

#[derive(Debug, Subcommand)]
enum Task {
    /// Runs the hub: takes reports, serves the pages.
    #[command(after_help = "Examples:
  slipway serve --demo
  slipway serve --plants my/plants --data /var/lib/slipway --listen 127.0.0.1:8081
  slipway serve --plants my/plants --listen 0.0.0.0:8443 --tls-cert hub.crt --tls-key hub.key \\
                --feed-ca feeds-ca.crt")]
    Serve(ServeArgs),
    /// Reads plants, scenarios, agreements or policies, and says everything that is wrong with them.
    #[command(
        after_help = "Prints `path:line:column: error: text`; status 1 when there is an error.

Examples:
  slipway check models/plants
  slipway check my/line
  slipway check models/scenarios
  slipway check models/agreements
  slipway check models/policies"
    )]
    Check(check::CheckArgs),
    /// Plays a plant, or a recorded file, into a running hub.
    #[command(
        alias = "supplier",
        after_help = "Examples:
  slipway key new --data data/demo --feed home-yard --plant home-yard > home-yard.key
  slipway feed --plant home-yard --key home-yard.key --set home-yard.unit.P2-1.down='5 d'
  slipway feed --replay yesterday.jsonl --feed press --key press.key --speed 60
  slipway feed --replay yesterday.jsonl --feed press --url wss://hub.example.org:8443/v1/ingest \\
               --ca hub-ca.crt --certificate press.crt --certificate-key press.key"
    )]
    Feed(feed::FeedArgs),
    /// Simulates a plant: throughput, lead time, work in progress, what holds it up.
    #[command(after_help = sim::HELP)]
    Sim(sim::SimArgs),
    /// Plays scenario files, and says whether what they expect comes.
    #[command(after_help = test::HELP)]
    Test(test::TestArgs),
    /// Makes, lists and revokes the keys of feeds, viewers and planners.
    #[command(subcommand)]
    Key(key::KeyTask),
    /// Makes a link that lets a small supplier report from its telephone, once.
    #[command(after_help = "Examples:
  slipway invite --plant home-yard --supplier steel-mill
  slipway invite --plant home-yard --supplier pipe-shop --expires 2d --url https://hub.example.org

Whoever opens the link first is let in for 30 days, with a key that `slipway key list` shows and
`slipway key revoke` ends; both also know the links that nobody has opened yet.")]
    Invite(invite::InviteArgs),
    /// Makes and changes the accounts of people.
    #[command(subcommand)]
    Account(account::AccountTask),
    /// Lists who came in, who was refused, and what was changed about that; newest first.
    #[command(after_help = audit::HELP)]
    Audit(audit::AuditArgs),
}

/// How to run a hub.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServeArgs {
    /// Directory of the plants [default: models/plants here, else the built-in ones]
    #[arg(long, value_name = "DIR")]
    pub(crate) plants: Option<PathBuf>,
    /// Directory of the data [default: data; with --demo data/demo]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Address to listen on; beyond this machine only when there is a key
    #[arg(long, value_name = "ADDR", default_value = USUAL_ADDRESS)]
    pub(crate) listen: SocketAddr,
    /// File of the hub's certificate, and of those between it and its authority: speak TLS
    #[arg(long, value_name = "FILE", requires = "tls_key", conflicts_with = "demo")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// File of that certificate's private key, which only its owner may read
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// File of the authority that signs certificates of feeds
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) feed_ca: Option<PathBuf>,
    /// Directory of the agreements [default: agreements beside the directory of the plants]
    #[arg(long, value_name = "DIR")]
    pub(crate) agreements: Option<PathBuf>,
    /// Directory of the policies [default: the built-in ones]
    #[arg(long, value_name = "DIR")]
    pub(crate) policies: Option<PathBuf>,
    /// Also plays the plants at 720 times real speed, and offers "view as nation ..."
    #[arg(long)]
    pub(crate) demo: bool,
    /// Serve the pages from here instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    pub(crate) www: Option<PathBuf>,
    /// Serve the built viewer from here
    #[arg(long, value_name = "DIR")]
    pub(crate) viewer: Option<PathBuf>,
    /// Serve the built simulation engine of the pages from here
    #[arg(long, value_name = "DIR")]
    pub(crate) engine: Option<PathBuf>,
    /// Serve meshes from here instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    pub(crate) meshes: Option<PathBuf>,
    /// Say on stdout, as JSON, where it listens
    #[arg(long)]
    pub(crate) json: bool,
}

impl ServeArgs {
    /// The data directory; the demonstration keeps apart from real data.
    pub(crate) fn data(&self) -> PathBuf {
        let usual = PathBuf::from(USUAL_DATA);
        let usual = if self.demo { usual.join("demo") } else { usual };
        self.data.clone().unwrap_or(usual)
    }
}

/// With the log on stderr, as long as the process runs.
fn logged<T>(run: impl FnOnce() -> T) -> T {
    serve::start_log();
    run()
}

/// Reads the arguments and does what they ask.
pub fn main() -> ExitCode {
    let command = Command::parse();
    let done = match command.task {
        Task::Serve(args) => serve::main(&args).map_err(|error| error.lines()),
        Task::Check(args) => return check::run(&args),
        Task::Sim(args) => return sim::run(&args),
        Task::Test(args) => return test::run(&args),
        Task::Feed(args) => logged(|| feed::run(&args))
            .map_err(|error| vec![format!("error: {}", in_words(&error))]),
        Task::Key(task) => {
            key::run(&task).map_err(|error| vec![format!("error: {}", in_words(&error))])
        }
        Task::Invite(args) => {
            invite::run(&args).map_err(|error| vec![format!("error: {}", in_words(&error))])
        }
        Task::Account(task) => {
            account::run(&task).map_err(|error| vec![format!("error: {}", in_words(&error))])
        }
        Task::Audit(args) => {
            audit::run(&args).map_err(|error| vec![format!("error: {}", in_words(&error))])
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(lines) => {
            lines.iter().for_each(|line| eprintln!("{line}"));
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Command::command().debug_assert();
    }

    #[test]
    fn a_misspelt_option_is_answered_with_the_right_one() {
        let error = Command::try_parse_from(["slipway", "serve", "--lisen", "x"]).unwrap_err();
        assert!(error.to_string().contains("--listen"), "{error}");
        assert_eq!(error.exit_code(), 2);
        let error = Command::try_parse_from(["slipway", "serv"]).unwrap_err();
        assert!(error.to_string().contains("serve"), "{error}");
    }

    #[test]
    fn the_demonstration_keeps_apart_from_real_data() {
        let args = |line: &[&str]| match Command::try_parse_from(line).unwrap().task {
            Task::Serve(args) => args.data(),
            other => panic!("{other:?}"),
        };
        assert_eq!(args(&["slipway", "serve"]), PathBuf::from("data"));
        assert_eq!(args(&["slipway", "serve", "--demo"]), PathBuf::from("data/demo"));
        assert_eq!(args(&["slipway", "serve", "--demo", "--data", "x"]), PathBuf::from("x"));
    }
}
