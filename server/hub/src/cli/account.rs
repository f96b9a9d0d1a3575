//! `slipway account`: who may sign in with a name and a password, and what they may do.

use std::{
    collections::BTreeSet,
    io::{BufRead, IsTerminal},
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use journal::{AccountRow, JournalError, Keys, Reports, Role};
use thiserror::Error;
use twin::{FeedId, PlantId, SupplierId};

use super::{
    data::keys_in,
    key::{Member, member},
    named::{Named, NotNamed, PlantsArgs},
};
use crate::{
    clock::wall_now,
    identity::{self, LONGEST_NAME, Note, Unfit},
    supplier::PERSONS_FEED,
};

#[derive(Debug, Subcommand)]
pub(super) enum AccountTask {
    /// Makes an account; the password is asked for, or read from standard input.
    #[command(after_help = "Examples:
  slipway account new anna --of XAA/skarvik --role viewer
  slipway account new bo --of XAA/skarvik --role releaser,auditor
  slipway account new eva --of XBB/port-lisle --role contributor --plant home-yard \\
      --supplier pipe-shop")]
    New(NewArgs),
    /// Lists the accounts, without their passwords.
    List(ListArgs),
    /// Gives an account other roles, and signs its person out.
    Roles(RolesArgs),
    /// Gives an account another password, and signs its person out.
    Password(NamedArgs),
    /// Lets nobody in with an account any more, and signs its person out.
    Disable(NamedArgs),
}

#[derive(Debug, Args)]
pub(super) struct NewArgs {
    /// The name that is typed to sign in
    #[arg(value_name = "NAME", value_parser = account_name)]
    name: String,
    /// Whose person it is
    #[arg(long, value_name = "NATION/ORGANISATION", value_parser = member)]
    of: Member,
    /// What the person may do: viewer, contributor, releaser, administrator, auditor
    #[arg(long, value_name = "ROLE,…", value_delimiter = ',', required = true, value_parser = role)]
    role: Vec<Role>,
    /// The plant that a contributor reports about
    #[arg(long, value_name = "ID")]
    plant: Option<PlantId>,
    /// The supplier whose deliveries a contributor reports, and nothing else
    #[arg(long, value_name = "ID", requires = "plant")]
    supplier: Option<SupplierId>,
    #[command(flatten)]
    plants: PlantsArgs,
    /// Directory of the hub's data
    #[arg(long, value_name = "DIR", default_value = super::USUAL_DATA)]
    data: PathBuf,
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
pub(super) struct RolesArgs {
    /// The account
    #[arg(value_name = "NAME")]
    name: String,
    /// All that the person may do from now on
    #[arg(long, value_name = "ROLE,…", value_delimiter = ',', required = true, value_parser = role)]
    role: Vec<Role>,
    /// Directory of the hub's data
    #[arg(long, value_name = "DIR", default_value = super::USUAL_DATA)]
    data: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct NamedArgs {
    /// The account
    #[arg(value_name = "NAME")]
    name: String,
    /// Directory of the hub's data
    #[arg(long, value_name = "DIR", default_value = super::USUAL_DATA)]
    data: PathBuf,
}

/// Why no account was made, listed or changed.
#[derive(Debug, Error)]
pub(super) enum AccountError {
    /// The accounts cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A password that is easily guessed.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// Two different passwords were typed.
    #[error("the two passwords differ; nothing was changed")]
    Differ,
    /// Nothing was typed, or it could not be read.
    #[error("the password cannot be read")]
    Unread(#[source] std::io::Error),
    /// No hash.
    #[error("the password cannot be hashed")]
    Hash(#[source] argon2::password_hash::Error),
    /// No such account.
    #[error("there is no account {0} in force; `slipway account list` shows them")]
    NoSuchAccount(String),
    /// Reports about what is not said.
    #[error("--plant says what a contributor reports about; add the role contributor")]
    NoContributor,
    /// No such organisation, plant or supplier.
    #[error(transparent)]
    Named(#[from] NotNamed),
    /// The name makes no feed's name.
    #[error("this name cannot be a feed's name")]
    Name(#[from] twin::InvalidId),
}

pub(super) fn run(task: &AccountTask) -> Result<(), AccountError> {
    match task {
        AccountTask::New(args) => new(args),
        AccountTask::List(args) => list(args),
        AccountTask::Roles(args) => {
            let roles: BTreeSet<Role> = args.role.iter().copied().collect();
            let outcome = format!("now {}", names(&roles));
            change(&args.data, (&args.name, "account roles", &outcome), |keys| {
                keys.change_roles(&args.name, &roles)
            })
        }
        AccountTask::Password(args) => {
            let password = hashed(&args.name)?;
            change(&args.data, (&args.name, "account password", "done"), |keys| {
                keys.change_password(&args.name, &password)
            })
        }
        AccountTask::Disable(args) => {
            change(&args.data, (&args.name, "account disabled", "done"), |keys| {
                keys.disable_account(&args.name, wall_now())
            })
        }
    }
}

fn new(args: &NewArgs) -> Result<(), AccountError> {
    let roles: BTreeSet<Role> = args.role.iter().copied().collect();
    if args.plant.is_some() && !roles.contains(&Role::Contributor) {
        return Err(AccountError::NoContributor);
    }
    let (plant, supplier) = (args.plant.as_ref(), args.supplier.as_ref());
    let named = Named { plant, supplier, member: Some(&args.of), ..Named::default() };
    named.find_member_or_refuse(&args.plants)?;
    let feed = FeedId::new(&format!("{PERSONS_FEED}{}", args.name))?;
    let supplier = args.supplier.clone();
    let keys = keys_in(&args.data)?;
    let account = AccountRow {
        name: args.name.clone(),
        nation: args.of.nation.clone(),
        organisation: args.of.organisation.clone(),
        reports: args.plant.clone().map(|plant| Reports { feed, plant, supplier }),
        password: hashed(&args.name)?,
        created: wall_now(),
        disabled: None,
        roles,
    };
    keys.add_account(&account)?;
    let outcome = format!("{}/{}, {}", account.nation, account.organisation, names(&account.roles));
    note(&keys, &account.name, "account made", &outcome)?;
    eprintln!("{} can sign in at /signin/", account.name);
    Ok(())
}

fn change(
    data: &Path,
    (name, what, outcome): (&str, &str, &str),
    change: impl FnOnce(&Keys) -> Result<bool, JournalError>,
) -> Result<(), AccountError> {
    let keys = keys_in(data)?;
    if !change(&keys)? {
        return Err(AccountError::NoSuchAccount(name.to_owned()));
    }
    note(&keys, name, what, outcome)?;
    eprintln!("done; whoever was signed in as {name} is signed out within a second");
    Ok(())
}

fn note(keys: &Keys, name: &str, what: &str, outcome: &str) -> Result<(), JournalError> {
    let about = format!("account:{name}");
    keys.note(&Note { who: "command line", what, about: &about, outcome, address: None }.row())
}

fn list(args: &ListArgs) -> Result<(), AccountError> {
    for account in keys_in(&args.data)?.list_accounts()? {
        let AccountRow { name, nation, organisation, roles, reports, .. } = account;
        let of = format!("{nation}/{organisation}");
        let made = record::format_time(account.created).unwrap_or_default();
        let disabled = account.disabled.and_then(record::format_time);
        let plant = reports.as_ref().map(|reports| reports.plant.to_string());
        let supplier = reports.and_then(|reports| reports.supplier).map(|id| id.to_string());
        if args.json {
            let roles: Vec<_> = roles.iter().map(|role| role.name()).collect();
            let line = serde_json::json!({
                "name": name, "of": of, "roles": roles, "plant": plant, "supplier": supplier,
                "created": made, "disabled": disabled,
            });
            println!("{line}");
        } else {
            let about = plant.map(|plant| format!(", reports about {plant}")).unwrap_or_default();
            let supplier = supplier.map(|id| format!(" as {id}")).unwrap_or_default();
            let ended = disabled.map(|at| format!(", disabled {at}")).unwrap_or_default();
            println!("{name}  of {of}: {}{about}{supplier}, made {made}{ended}", names(&roles));
        }
    }
    Ok(())
}

fn names(roles: &BTreeSet<Role>) -> String {
    roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(",")
}

/// The hash of a password that is asked for: twice at a terminal, once otherwise.
fn hashed(name: &str) -> Result<String, AccountError> {
    let password = if std::io::stdin().is_terminal() {
        let ask = |text: &str| rpassword::prompt_password(text).map_err(AccountError::Unread);
        let first = ask("Password (at least 15 characters; several words make a good one): ")?;
        if ask("The same again: ")? != first {
            return Err(AccountError::Differ);
        }
        first
    } else {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map_err(AccountError::Unread)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    identity::password_fit(&password, name)?;
    identity::password_hash(&password).map_err(AccountError::Hash)
}

fn role(text: &str) -> Result<Role, String> {
    Role::named(text).ok_or_else(|| {
        let all = Role::ALL.map(Role::name).join(", ");
        format!("the roles are {all}")
    })
}

fn account_name(text: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let longest = LONGEST_NAME - PERSONS_FEED.len();
    if text.is_empty() || text.len() > longest || !text.chars().all(allowed) {
        return Err(format!("a name is made of 1 to {longest} ASCII letters, digits and . _ -"));
    }
    Ok(text.to_owned())
}
