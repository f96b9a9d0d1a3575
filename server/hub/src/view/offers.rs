//! The audiences that a hub serves, and the publisher for them.

use std::{collections::BTreeSet, sync::Arc};

use release::{AudienceId, Gate, Rule};
use twin::{
    Agreement, Audience, OrganisationId, Plant, Programme,
    definition::{Nation, Organisation},
    label::{Affiliation, Classification, Originator},
};

use super::{Offer, Publisher, Shelf};
use crate::{board::Board, core::Core, policy::Policies, run::TICK};

/// A shelf and its publisher. `view_as` also offers every nation of the programme, as the
/// demonstration does on loopback.
pub(crate) fn open(
    core: &Core,
    view_as: bool,
    (policies, decided): (Arc<Policies>, Arc<Agreement>),
) -> (Arc<Shelf>, Publisher) {
    open_under(core, view_as, (Arc::<Policies>::clone(&policies), policies, decided))
}

/// The same, where another rule than the policies decides until the first other policies come.
pub(crate) fn open_under(
    core: &Core,
    view_as: bool,
    (rule, policies, decided): (Arc<dyn Rule>, Arc<Policies>, Arc<Agreement>),
) -> (Arc<Shelf>, Publisher) {
    let mut gate = Gate::new(rule, 1);
    let mut offers = vec![Offer {
        code: "public".to_owned(),
        name: "Public".to_owned(),
        id: AudienceId::PUBLIC,
        listed: true,
    }];
    if view_as {
        let nations = core.programme.nations.iter();
        offers.extend(nations.filter_map(|nation| by_nation(&core.programme, nation, &mut gate)));
    }
    offers.extend(core.programme.organisations.iter().filter_map(|o| member(o, &mut gate)));
    let board = Board::new(hub_of(core), None);
    let tick_ms = u32::try_from(TICK.as_millis()).unwrap_or(u32::MAX);
    let owner = |plant: &Plant| format!("{}/{}", plant.nation, plant.organisation);
    let owners = core.plants.iter().map(|(id, plant)| (id.clone(), owner(plant))).collect();
    let offers = (offers, gate.clone());
    let shelf = Shelf::new(core.generation, tick_ms, offers, owners, (policies, decided));
    let shelf = Arc::new(shelf);
    (Arc::clone(&shelf), Publisher::new(shelf, gate, board))
}

/// A nation as its own authority sees: the first organisation that the programme lists for it.
fn by_nation(programme: &Programme, nation: &Nation, gate: &mut Gate) -> Option<Offer> {
    let organisation = programme.organisations.iter().find(|o| o.nation == nation.id)?;
    let id = gate.audience(&audience(organisation, Affiliation::Government)).ok()?;
    Some(Offer { code: nation.id.to_string(), name: nation.name.clone(), id, listed: true })
}

/// An organisation of the programme, for whoever holds a key of it.
fn member(organisation: &Organisation, gate: &mut Gate) -> Option<Offer> {
    let id = gate.audience(&audience(organisation, Affiliation::Contractor)).ok()?;
    let code = format!("{}/{}", organisation.nation, organisation.id);
    Some(Offer { code, name: organisation.name.clone(), id, listed: false })
}

fn audience(organisation: &Organisation, affiliation: Affiliation) -> Audience {
    Audience::Member {
        nation: organisation.nation.clone(),
        organisation: organisation.id.clone(),
        affiliation,
        holds: BTreeSet::new(),
        ceiling: Classification::Controlled,
    }
}

/// Whoever runs the programme's first plant runs the hub, and is the originator of findings.
pub(crate) fn hub_of(core: &Core) -> Originator {
    let first = core.programme.plants.iter().find_map(|id| core.plants.get(id));
    match first {
        Some(plant) => {
            Originator { nation: plant.nation.clone(), organisation: plant.organisation.clone() }
        }
        None => nobody(),
    }
}

/// A hub without plants concludes nothing; its originator is never read.
fn nobody() -> Originator {
    let (nation, organisation) = (twin::NationId::new("nobody"), OrganisationId::new("nobody"));
    match (nation, organisation) {
        (Ok(nation), Ok(organisation)) => Originator { nation, organisation },
        _ => unreachable!("the word is an id"),
    }
}
