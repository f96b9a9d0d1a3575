//! What was to be expected by now: plants played as their files say, beside the hub.
//!
//! Plants that work together are played together, several times with different chances, on a
//! thread of their own that the first question starts. It plays as far as somebody wants to know,
//! and rests for several times as long as that took. Until it is as far, the last that it found is
//! told. Plants that are at quite other times are played apart, and all take turns.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use experiment::sim::{Plays, SimError, Subject};
use twin::{Plant, PlantId, PlantTime, Programme, Span};

use crate::{clock::Stopwatch, core::Core, plants::Playable, store::in_words};

/// How often each group of plants is played: enough to say between what bounds a measure lies in
/// all of so many.
const PLAYS: usize = 10;
/// Another seed than simulations usually have: nothing is to be the play of a demonstration.
const SEED: u64 = 0x0e09_ec7e;
/// Nobody wants to know what was to be expected after so long; it would take too long to say.
const LONGEST: Span = Span::from_secs(5 * 366 * 86_400);
/// Calendars are laid out so far ahead; when that has passed all is played anew.
const AHEAD: Span = Span::from_secs(366 * 86_400);
/// A plant's clock may be set back by so much, or lag behind that of others, before it is played
/// anew and apart.
const SET_BACK: Span = Span::from_secs(86_400);
/// Going on rests for so many times as long as it took: it costs a tenth of one core at most.
const REST: u32 = 9;

/// Between what a measure lies in all plays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Expected {
    /// How many plays.
    pub(crate) plays: usize,
    /// Mean, least and most, in the measure's unit; none while they are being played, or where not
    /// every play knows it.
    pub(crate) values: Option<[f64; 3]>,
}

/// Asks for what was to be expected, and holds what was found.
#[derive(Debug, Default)]
pub(crate) struct Expectations {
    common: Arc<Common>,
}

#[derive(Debug, Default)]
struct Common {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    has_thread: bool,
    stops: bool,
    groups: BTreeMap<GroupId, Group>,
    /// The number of the newest group.
    newest: u64,
    /// Whose turn it was last.
    turn: Option<GroupId>,
}

/// The first of the plants that are played together, and the number of a group: there are several
/// of the same plants where these are at quite other times.
type GroupId = (PlantId, u64);

/// Plants that are played together.
#[derive(Debug)]
struct Group {
    of: Arc<Playable>,
    defined: Arc<Defined>,
    /// The plants that go by this group's time.
    asked_by: BTreeSet<PlantId>,
    /// The latest moment that was asked for.
    now: PlantTime,
    wanted: bool,
    /// By plant, its headline measures in the order of its file.
    found: Found,
}

#[derive(Debug)]
struct Defined {
    programme: Programme,
    plants: Vec<Plant>,
}

/// What is known of a group.
#[derive(Clone, Debug)]
enum Found {
    NotYet,
    Values(BTreeMap<PlantId, Vec<Option<[f64; 3]>>>),
    /// It cannot be played.
    Never,
}

impl Expectations {
    /// What was to be expected of each headline measure of a plant at `now`, as far as it has been
    /// played; none where that cannot be played.
    pub(crate) fn of(&self, core: &Core, plant: &PlantId, now: PlantTime) -> Option<Vec<Expected>> {
        let playable = core.playable.get(plant)?;
        let starts = core.programme.starts;
        if now < starts || now.since(starts) > LONGEST {
            return None;
        }
        let measures = core.plants.get(plant)?.headline.len();
        let mut state = self.common.lock();
        let group = state.group_of(core, playable, plant, now)?;
        let values = match &group.found {
            Found::Never => return None,
            Found::NotYet => vec![None; measures],
            Found::Values(found) => found.get(plant)?.clone(),
        };
        group.wanted = true;
        if !state.has_thread {
            state.has_thread = self.begin();
        }
        drop(state);
        self.common.changed.notify_all();
        Some(values.into_iter().map(|values| Expected { plays: PLAYS, values }).collect())
    }

    fn begin(&self) -> bool {
        let common = Arc::clone(&self.common);
        let thread = std::thread::Builder::new().name("expected".to_owned());
        let begun = thread.spawn(move || common.run());
        if let Err(error) = &begun {
            tracing::error!(%error, "nothing plays what was to be expected");
        }
        begun.is_ok()
    }
}

impl Drop for Expectations {
    fn drop(&mut self) {
        self.common.lock().stops = true;
        self.common.changed.notify_all();
    }
}

impl State {
    /// The group whose time a plant goes by; a new one where no other is at that time.
    fn group_of(
        &mut self,
        core: &Core,
        of: &Arc<Playable>,
        plant: &PlantId,
        now: PlantTime,
    ) -> Option<&mut Group> {
        let first = of.plants.first()?;
        self.groups.retain(|(other, _), group| other != first || Arc::ptr_eq(&group.of, of));
        for group in self.groups.values_mut().filter(|group| now + SET_BACK < group.now) {
            group.asked_by.remove(plant);
        }
        self.groups.retain(|_, group| !group.asked_by.is_empty());
        let alike = || self.groups.iter().filter(|((other, _), _)| other == first);
        let own = alike().find(|(_, group)| group.asked_by.contains(plant));
        let near = |group: &Group| now <= group.now + SET_BACK && group.now <= now + SET_BACK;
        let found = own.or_else(|| alike().find(|(_, group)| near(group)));
        let id = if let Some((id, _)) = found {
            id.clone()
        } else {
            self.newest += 1;
            let defined = Defined {
                programme: core.programme.clone(),
                plants: core.plants.values().cloned().collect(),
            };
            let group = Group {
                of: Arc::clone(of),
                defined: Arc::new(defined),
                asked_by: BTreeSet::new(),
                now,
                wanted: false,
                found: Found::NotYet,
            };
            let id = (first.clone(), self.newest);
            self.groups.insert(id.clone(), group);
            id
        };
        let group = self.groups.get_mut(&id)?;
        group.asked_by.insert(plant.clone());
        group.now = group.now.max(now);
        Some(group)
    }

    /// What somebody wants to know, the next in turn.
    fn next(&mut self) -> Option<Task> {
        let after = self.turn.clone().map_or(Bound::Unbounded, Bound::Excluded);
        let later = self.groups.range((after, Bound::Unbounded));
        let mut in_turn = later.chain(&self.groups);
        let (id, group) = in_turn.find(|(_, group)| group.wanted)?;
        let task = Task {
            id: id.clone(),
            of: Arc::clone(&group.of),
            defined: Arc::clone(&group.defined),
            now: group.now,
        };
        self.turn = Some(task.id.clone());
        self.groups.get_mut(&task.id)?.wanted = false;
        Some(task)
    }
}

/// What the thread is to do next.
struct Task {
    id: GroupId,
    of: Arc<Playable>,
    defined: Arc<Defined>,
    now: PlantTime,
}

impl Common {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing is left half changed in it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stops(&self) -> bool {
        self.lock().stops
    }

    fn run(&self) {
        let mut played: BTreeMap<GroupId, Plays> = BTreeMap::new();
        while let Some(task) = self.next(&mut played) {
            let begun = Stopwatch::start();
            // Calendars end where they were laid out to.
            let plays = played.remove(&task.id).filter(|plays| task.now <= plays.until());
            let goes_on = plays.is_some();
            let found = match play_safely(&task, plays, &|| self.stops()) {
                Ok(None) => return,
                Ok(Some(plays)) => {
                    let found = Found::Values(measures(&task, &plays));
                    played.insert(task.id.clone(), plays);
                    found
                }
                Err(why) => {
                    let plant = &task.id.0;
                    tracing::info!("what was to be expected of {plant} cannot be played: {why}");
                    Found::Never
                }
            };
            if let Some(group) = self.lock().groups.get_mut(&task.id) {
                group.found = found;
            }
            self.changed.notify_all();
            if goes_on {
                self.rest(begun.elapsed() * REST);
            }
        }
    }

    /// Waits for something to do, and forgets plays that nobody goes by any more; none when the hub
    /// stops.
    fn next(&self, played: &mut BTreeMap<GroupId, Plays>) -> Option<Task> {
        let mut state = self.lock();
        loop {
            if state.stops {
                return None;
            }
            played.retain(|id, _| state.groups.contains_key(id));
            if let Some(task) = state.next() {
                return Some(task);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn rest(&self, time: Duration) {
        let state = self.lock();
        // Whether it was woken or has rested, it looks again.
        let _rested = self.changed.wait_timeout_while(state, time, |state| !state.stops);
    }
}

/// [`play`], with what went wrong in words. A play that breaks is the end of that play alone: the
/// others go on.
fn play_safely(
    task: &Task,
    plays: Option<Plays>,
    stop: &dyn Fn() -> bool,
) -> Result<Option<Plays>, String> {
    match catch_unwind(AssertUnwindSafe(|| play(task, plays, stop))) {
        Ok(played) => played.map_err(|error| in_words(&error)),
        Err(_) => Err("it broke; the line before says where".to_owned()),
    }
}

/// Plays as far as is wanted; none when it was stopped.
fn play(
    task: &Task,
    plays: Option<Plays>,
    stop: &dyn Fn() -> bool,
) -> Result<Option<Plays>, SimError> {
    let Defined { programme, plants } = &*task.defined;
    let mut plays = match plays {
        Some(plays) => plays,
        None => {
            let number = plants.iter().position(|plant| plant.id == task.id.0).unwrap_or(0);
            let subject = Subject { programme, plants, number, now: None };
            Plays::new(subject, (SEED, PLAYS), task.now + AHEAD)?
        }
    };
    Ok(plays.advance(task.now, stop)?.then_some(plays))
}

fn measures(task: &Task, plays: &Plays) -> BTreeMap<PlantId, Vec<Option<[f64; 3]>>> {
    let together = task.defined.plants.iter().filter(|plant| task.of.plants.contains(&plant.id));
    let of_plant = |plant: &Plant| {
        let bounds = |values: Vec<f64>| {
            let mean = values.iter().sum::<f64>() / values.len() as f64;
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            [mean, least, most]
        };
        let measured = plant.headline.iter();
        let measured = measured.map(|of| plays.measure(&plant.id, &of.kind).map(bounds));
        (plant.id.clone(), measured.collect())
    };
    together.map(of_plant).collect()
}

#[cfg(test)]
mod tests;
