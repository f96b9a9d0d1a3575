//! Whether work can ever reach each station: what is fed, what that makes possible, what that
//! feeds, until nothing new comes; the stations left over are unreachable.

use std::collections::BTreeSet;

use twin::{
    EquipmentId, MaterialId, PlaceRef, PlantId, Programme,
    definition::{Input, Operation},
};

use super::Site;
use crate::names::Kind;

/// A material in a storage of a plant.
type Fed<'f> = (&'f PlantId, &'f EquipmentId, &'f MaterialId);

/// Logs stations where nothing is done, and operations that can never begin.
pub(super) fn check(sites: &[Site<'_>], programme: &Programme) {
    for site in sites {
        for center in &site.plant.work_centers {
            if !site.plant.operations.iter().any(|op| op.work_center == center.id) {
                let text = format!(
                    "the {} \"{}\" can never work: no operation is done at it",
                    center.noun, center.id
                );
                site.error(Kind::WorkCenter, center.id.as_str(), text);
            }
        }
    }
    let mut fed = fed_from_outside(sites);
    let puts: BTreeSet<Fed<'_>> =
        operations(sites).flat_map(|(site, op)| outputs(site, op)).collect();
    loop {
        let before = fed.len();
        for (site, op) in operations(sites) {
            if missing(site, op, &fed).is_none() {
                fed.extend(outputs(site, op));
            }
        }
        ship(&mut fed, programme, sites);
        if fed.len() == before {
            break;
        }
    }
    let stuck: Vec<_> = operations(sites)
        .filter_map(|(site, op)| Some((site, op, missing(site, op, &fed)?)))
        .collect();
    // The first break of a chain is said; what only waits for it is not.
    let first_breaks = |&&(site, _, input): &&(&Site<'_>, &Operation, &Input)| {
        !puts.contains(&(&site.plant.id, &input.from, &input.material))
    };
    let roots: Vec<_> = stuck.iter().filter(first_breaks).collect();
    let said: Vec<_> = if roots.is_empty() { stuck.iter().collect() } else { roots };
    for (site, op, input) in said {
        let text = format!(
            "\"{}\" at \"{}\" can never begin: it takes {} out of \"{}\", and nothing ever brings \
             {} there",
            op.id, op.work_center, input.material, input.from, input.material
        );
        site.error(Kind::Operation, op.id.as_str(), text);
    }
}

fn operations<'s>(sites: &'s [Site<'s>]) -> impl Iterator<Item = (&'s Site<'s>, &'s Operation)> {
    sites.iter().flat_map(|site| site.plant.operations.iter().map(move |op| (site, op)))
}

/// The first input that nothing brings. One of several storages of the same material is enough.
fn missing<'o>(site: &Site<'_>, op: &'o Operation, fed: &BTreeSet<Fed<'_>>) -> Option<&'o Input> {
    // A storage that does not exist has been logged; what would be in it is not missing as well.
    let comes = |input: &Input| {
        fed.contains(&(&site.plant.id, &input.from, &input.material))
            || site.plant.storages.iter().all(|storage| storage.id != input.from)
    };
    op.inputs.iter().find(|input| {
        let mut alike = op.inputs.iter().filter(|other| other.material == input.material);
        !alike.any(comes)
    })
}

fn outputs<'s>(site: &'s Site<'s>, op: &'s Operation) -> Vec<Fed<'s>> {
    let material = &op.output.material;
    let to = op.output.to.iter().map(|to| place(site, to));
    let again = op.rework.iter().map(|rework| (&site.plant.id, &rework.to));
    to.chain(again).map(|(plant, storage)| (plant, storage, material)).collect()
}

fn place<'s>(site: &'s Site<'s>, place: &'s PlaceRef) -> (&'s PlantId, &'s EquipmentId) {
    (place.plant.as_ref().unwrap_or(&site.plant.id), &place.place)
}

/// What supply, the start and reports bring.
fn fed_from_outside<'s>(sites: &'s [Site<'s>]) -> BTreeSet<Fed<'s>> {
    let mut fed = BTreeSet::new();
    for site in sites {
        let (plant, id) = (site.plant, &site.plant.id);
        let bought = plant.supply_lines.iter().filter(|line| line.from.is_none());
        fed.extend(bought.map(|line| (id, &line.storage, &line.material)));
        fed.extend(plant.initial_stock.iter().map(|s| (id, &s.storage, &s.material)));
        let arrives = plant.arrivals.iter().flat_map(|arrivals| &arrivals.gives);
        fed.extend(arrives.map(|(material, to, _)| (id, to, material)));
        fed.extend(plant.initial_parts.iter().map(|p| (id, &p.at, &p.material)));
        for material in &plant.materials {
            if site.names.is_reported(Some(site.number), material.id.as_str()) {
                fed.extend(plant.storages.iter().map(|s| (id, &s.id, &material.id)));
            }
        }
    }
    fed
}

/// What is carried between plants: lanes, and supply out of another plant's storage.
fn ship<'s>(fed: &mut BTreeSet<Fed<'s>>, programme: &'s Programme, sites: &'s [Site<'s>]) {
    for lane in &programme.lanes {
        if let (Some(from), Some(to)) = (&lane.from.plant, &lane.to.plant)
            && fed.contains(&(from, &lane.from.place, &lane.material))
        {
            fed.insert((to, &lane.to.place, &lane.material));
        }
    }
    for site in sites {
        for line in &site.plant.supply_lines {
            let Some((plant, from)) = line.from.as_ref().map(|from| place(site, from)) else {
                continue;
            };
            if fed.contains(&(plant, from, &line.material)) {
                fed.insert((&site.plant.id, &line.storage, &line.material));
            }
        }
    }
}
