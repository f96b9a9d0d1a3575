//! Which model of a plant is played.

use std::collections::BTreeSet;

use linesim::like::{By, InStep, Like, LikeFlow, NotLike, like, needs_like};
use twin::{Plant, PlantId, Programme};

use super::{Engine, SimError, Subject, Wish};

/// What was chosen.
pub(super) enum Chosen {
    Flow(Box<LikeFlow>),
    InStep(InStep),
    /// And why it is no network of like pieces, if it is none.
    Whole(Option<NotLike>),
}

pub(super) fn choose(subject: Subject<'_>, wish: &Wish) -> Result<Chosen, SimError> {
    let plant = &subject.plants[subject.number];
    let found =
        needs_whole(subject.programme, subject.plants, plant).map_or_else(|| like(plant), Err);
    // A network of like pieces begins empty: it cannot go on from anything.
    let asked_whole = wish.engine == Engine::WholeEvents || subject.now.is_some();
    if subject.now.is_some() && wish.engine == Engine::MaxPlus {
        return Err(SimError::NoMaxPlus("it goes on from a live state".to_owned()));
    }
    match found {
        Ok(Like::InStep(_)) if wish.engine == Engine::MaxPlus => {
            Err(SimError::NoMaxPlus("its stations move in step".to_owned()))
        }
        Err(why) if wish.engine == Engine::MaxPlus => Err(SimError::NoMaxPlus(why.to_string())),
        Ok(_) if asked_whole && needs_like(plant).is_none() => Ok(Chosen::Whole(None)),
        Ok(_) if subject.now.is_some() => Err(SimError::NotFromNow),
        Ok(_) if !wish.disruptions.is_empty() => match needs_like(plant) {
            None => Ok(Chosen::Whole(None)),
            Some(_) => Err(SimError::Disruptions),
        },
        Ok(Like::Flow(flow)) => by(flow, wish.engine).map(Chosen::Flow),
        Ok(Like::InStep(line)) => Ok(Chosen::InStep(line)),
        Err(why) => match needs_like(plant) {
            Some(has) => Err(SimError::Neither { has, why }),
            None => Ok(Chosen::Whole(Some(why))),
        },
    }
}

/// With what plays it: the recursion of departures, where it fits and events are not asked for.
fn by(mut flow: Box<LikeFlow>, engine: Engine) -> Result<Box<LikeFlow>, SimError> {
    flow.by = match (engine, flow.why_no_recursion()) {
        (Engine::MaxPlus, Some(why)) => return Err(SimError::NoMaxPlus(why)),
        (Engine::MaxPlus | Engine::Auto, None) => By::Recursion,
        _ => By::Events,
    };
    Ok(flow)
}

/// What ties a plant to others, so that it cannot be played alone.
pub fn needs_whole(programme: &Programme, plants: &[Plant], plant: &Plant) -> Option<NotLike> {
    let together = component(programme, plants, &plant.id);
    let other = together.into_iter().find(|id| *id != plant.id)?;
    let what = format!("plant {}", plant.id);
    Some(NotLike { what, why: format!("gives to or takes from plant {other}") })
}

/// The plants that something goes between, directly or by others, this one included.
pub fn component(programme: &Programme, plants: &[Plant], plant: &PlantId) -> BTreeSet<PlantId> {
    let mut ties: Vec<(PlantId, PlantId)> = Vec::new();
    for lane in &programme.lanes {
        let ends = [&lane.from, &lane.to, &lane.carrier].map(|place| place.plant.clone());
        if let [Some(from), Some(to), Some(carrier)] = ends {
            ties.extend([(from.clone(), to), (from, carrier)]);
        }
    }
    for owner in plants {
        let lines = owner.supply_lines.iter().filter_map(|line| line.from.as_ref());
        let outputs = owner.operations.iter().filter_map(|op| op.output.to.as_ref());
        let others = lines.chain(outputs).filter_map(|place| place.plant.clone());
        ties.extend(others.map(|other| (owner.id.clone(), other)));
    }
    let mut found = BTreeSet::from([plant.clone()]);
    loop {
        let before = found.len();
        for (one, other) in &ties {
            if found.contains(one) || found.contains(other) {
                found.extend([one.clone(), other.clone()]);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}
