//! `slipway invite`: a link that lets one small supplier report from its telephone, once.

use std::path::PathBuf;

use clap::Args;
use journal::{InvitationRow, JournalError};
use thiserror::Error;
use twin::{PlantId, Span, SupplierId};

use super::{
    data::keys_in,
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
    let host = hub_of(url).ok_or_else(|| InviteError::NoUrl(args.url.clone()))?;
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
    let keys = keys_in(&args.data)?;
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
    if is_this_machine(&host) {
        eprintln!(
            "note: {host} is this machine; for a telephone say where it reaches the hub, with --url"
        );
    }
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

/// The host of a hub's address; none when it is no such address.
fn hub_of(url: &str) -> Option<String> {
    let url: axum::http::Uri = url.parse().ok().filter(|_| !url.contains('#'))?;
    let authority = url.authority()?;
    // A port that is none reads as no port at all.
    let has_port = authority.as_str().len() > authority.host().len();
    let is_whole = !has_port || authority.port_u16().is_some();
    let is_web = matches!(url.scheme_str(), Some("http" | "https"));
    (is_web && is_whole && url.query().is_none()).then(|| authority.host().to_owned())
}

/// Whether only programs of this machine reach a host.
fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hub_is_where_a_browser_finds_it() {
        for (url, host) in [
            ("https://hub.example.org", Some("hub.example.org")),
            ("http://127.0.0.1:8080", Some("127.0.0.1")),
            ("http://[::1]:8080", Some("[::1]")),
            ("http://127.0.0.1:99999", None),
            ("hub.example.org", None),
            ("ftp://hub.example.org", None),
            ("https://hub.example.org?x=1", None),
            ("https://hub.example.org/#there", None),
        ] {
            assert_eq!(hub_of(url).as_deref(), host, "{url}");
        }
        for (host, is_here) in [("localhost", true), ("[::1]", true), ("hub.example.org", false)] {
            assert_eq!(is_this_machine(host), is_here, "{host}");
        }
    }
}
