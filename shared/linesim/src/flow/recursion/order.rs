//! In which order the moments of a piece can be worked out, and where a network has none.

use super::{
    super::network::{Ages, Blocking, Network, Station},
    MOST_PIECES, Step,
};

/// A storage, as the recursion sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Between {
    pub giver: usize,
    pub taker: usize,
    /// Which of the things that the taker takes this is.
    pub take: usize,
    pub initial: u64,
    pub from_hand: bool,
}

pub(super) fn lots_given(station: &Station) -> impl Iterator<Item = usize> {
    station.gives.iter().flat_map(|way| &way.to).map(|lot| lot.storage)
}

/// Who gives to each storage and who takes from it, where that is one station each.
pub(super) fn between(network: &Network) -> Result<Vec<Between>, String> {
    for station in &network.stations {
        let name = &station.name;
        let one_by_one = || lots(station).all(|pieces| pieces == 1);
        if station.servers != 1 {
            return Err(format!("{name} works on several pieces at once"));
        }
        if station.gives.len() > 1 {
            return Err(format!("pieces go several ways from {name}"));
        }
        if !one_by_one() {
            return Err(format!("{name} takes or gives several pieces at a time"));
        }
        if station.failures.iter().any(|failure| failure.ages == Ages::WithTime) {
            return Err(format!("{name} has failures that come with time"));
        }
    }
    let mut givers: Vec<Vec<usize>> = vec![Vec::new(); network.storages.len()];
    let mut takers = givers.clone();
    for (at, station) in network.stations.iter().enumerate() {
        lots_given(station).for_each(|storage| givers[storage].push(at));
        station.takes.iter().for_each(|lot| takers[lot.storage].push(at));
    }
    let mut found = Vec::new();
    for (number, storage) in network.storages.iter().enumerate() {
        let (givers, takers) = (&givers[number], &takers[number]);
        let ([giver], [taker]) = (givers.as_slice(), takers.as_slice()) else {
            return Err(format!(
                "{} stations give to {}, and {} take from it, where it has to be one each",
                givers.len(),
                storage.name,
                takers.len()
            ));
        };
        if storage.initial.max(storage.capacity.unwrap_or(0)) > MOST_PIECES {
            return Err(format!("{} has room for more than {MOST_PIECES}", storage.name));
        }
        if storage.capacity.is_some_and(|capacity| capacity < storage.initial) {
            return Err(format!("{} begins with more than it has room for", storage.name));
        }
        found.push(Between {
            giver: *giver,
            taker: *taker,
            take: network.stations[*taker]
                .takes
                .iter()
                .position(|lot| lot.storage == number)
                .unwrap_or(0),
            initial: u64::from(storage.initial),
            from_hand: storage.capacity == Some(0),
        });
    }
    Ok(found)
}

/// Pieces that a station takes and gives at a time.
fn lots(station: &Station) -> impl Iterator<Item = u32> {
    station.gives.iter().flat_map(|way| &way.to).chain(&station.takes).map(|lot| lot.pieces)
}

/// An order in which a piece can be worked out: each step after those of the same piece that it
/// waits for.
pub(super) fn steps(network: &Network, between: &[Between]) -> Result<Vec<Step>, String> {
    let waits_for = |step: Step| -> Vec<Step> {
        let (mut found, station) = match step {
            Step::Start(station) => (Vec::new(), station),
            Step::Leave(station) => (vec![Step::Start(station)], station),
        };
        let is_start = step == Step::Start(station);
        let of = &network.stations[station];
        for lot in of.takes.iter().filter(|_| is_start) {
            let Between { giver, initial, from_hand, .. } = between[lot.storage];
            match (from_hand, initial) {
                (true, _) => found.push(Step::Start(giver)),
                (false, 0) => found.push(Step::Leave(giver)),
                _ => {}
            }
        }
        if is_start == (of.blocking == Blocking::BeforeService) {
            for storage in lots_given(of) {
                let Between { taker, initial, .. } = between[storage];
                if network.storages[storage].capacity.map(u64::from) == Some(initial) {
                    found.push(Step::Start(taker));
                }
            }
        }
        found
    };
    let number = |step: Step| match step {
        Step::Start(station) => 2 * station,
        Step::Leave(station) => 2 * station + 1,
    };
    let all = 0..network.stations.len();
    let mut left: Vec<Step> = all.flat_map(|at| [Step::Start(at), Step::Leave(at)]).collect();
    let mut done = vec![false; left.len()];
    let mut order: Vec<Step> = Vec::new();
    while !left.is_empty() {
        let before = order.len();
        left.retain(|&step| {
            let ready = waits_for(step).into_iter().all(|other| done[number(other)]);
            if ready {
                done[number(step)] = true;
                order.push(step);
            }
            !ready
        });
        if order.len() == before {
            let (Step::Start(at) | Step::Leave(at)) = left[0];
            let name = &network.stations[at].name;
            return Err(format!("{name} waits for its own pieces, in a circle without any"));
        }
    }
    Ok(order)
}
