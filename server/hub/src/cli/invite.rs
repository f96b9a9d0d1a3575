//! `slipway invite`: a link that lets one small supplier report from its telephone, once.

use std::path::PathBuf;

use clap::Args;
use journal::{InvitationRow, JournalError, Keys};
use thiserror::Error;
use twin::{PlantId, Span, SupplierId};

use super::{
    key::{expires, note},
    named::{Named, NotNamed, PlantsArgs},
};
use crate::{clock::wall_now, gate};

/// The longest that a link may wait: it lies in mailboxes and messages.
const LONGEST_WAIT: Span = Span::from_secs(30 * 24 * 3_600);

#[derive(Debug, Args)]
pub(super) struct InviteArgs {
    /// The plant that the supplier delivers to
    #[arg(long, value_name = "ID")]
    plant: PlantId,
    /// Who is invited, by the id in the plant's supply.toml
    #[arg(long, value_name = "ID")]
    supplier: SupplierId,
    /// Until when the link can be used, as 12h or 7d
    #[arg(long, value_name = "DURATION", default_value = "7d", value_parser = expires)]
    expires: Span,
    /// Where the supplier reaches the hub
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// Directory of the hub's data
    #[arg(long, value_name = "DIR", default_value = super::USUAL_DATA)]
    data: PathBuf,
    #[command(flatten)]
    plants: PlantsArgs,
    /// Say it on stdout as JSON
    #[arg(long)]
    json: bool,
}

/// Why nobody is invited.
#[derive(Debug, Error)]
pub(super) enum InviteError {
    /// The keys cannot be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// No such plant or supplier.
    #[error(transparent)]
    Named(#[from] NotNamed),
    /// No randomness.
    #[error("the system gives no random bytes")]
    Random(#[source] getrandom::Error),
    /// A life that is too long.
    #[error("a link lasts {} days at most; once used it lets its browser in for 30 days", LONGEST_WAIT.days())]
    TooLong,
    /// Not where a hub is.
    #[error("{0:?} is no address of a hub; write it as https://hub.example.org")]
    NoUrl(String),
}

pub(super) fn run(args: &InviteArgs) -> Result<(), InviteError> {
    if args.expires > LONGEST_WAIT {
        return Err(InviteError::TooLong);
    }
    let url = args.url.trim_end_matches('/');
    if !(url.starts_with("https://") || url.starts_with("http://")) || url.contains('#') {
        return Err(InviteError::NoUrl(args.url.clone()));
    }
    let (plant, supplier) = (Some(&args.plant), Some(&args.supplier));
    Named { plant, supplier, ..Named::default() }.find(&args.plants)?;
    let secret = gate::new_key().map_err(InviteError::Random)?;
    let now = wall_now();
    let invitation = InvitationRow {
        sha256: gate::hash(&secret),
        plant: args.plant.clone(),
        supplier: args.supplier.clone(),
        created: now,
        expires: now + args.expires,
        used: None,
    };
    let keys = Keys::open(&args.data)?;
    keys.add_invitation(&invitation)?;
    let InvitationRow { sha256, plant, supplier, .. } = &invitation;
    let about = format!("invitation {} of {supplier} at {plant}", &sha256[..12]);
    note(&keys, "supplier invited", &about)?;
    let link = format!("{url}/supplier/#invite={secret}");
    let until = record::format_time(invitation.expires).unwrap_or_default();
    eprintln!(
        "This link is shown once. It opens until {until}, for the first who opens it, and lets \
         {supplier} report to {plant}; send it to nobody else:"
    );
    if args.json {
        let line = serde_json::json!({
            "link": link, "plant": plant.as_str(), "supplier": supplier.as_str(), "expires": until,
        });
        println!("{line}");
    } else {
        println!("{link}");
    }
    Ok(())
}
