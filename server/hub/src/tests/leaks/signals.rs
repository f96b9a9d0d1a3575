//! Numeric signals that the feeds of a random world send: called after a thing, or after nothing.

use twin::{FactKind, PlantTime, Span};

use super::{
    story::{BEGINS, BETWEEN, FRAMES, WORKED},
    world::{Maker, Said, Site, about, any_of},
};
use crate::core::decode;

/// Signals of a plant, at most.
const MOST: usize = 3;

/// A signal and what is said of it.
#[derive(Debug)]
pub(super) struct Signal {
    pub(super) series: String,
    /// The unit of measure that a hello declares.
    pub(super) unit: String,
    /// The thing that it is called after.
    pub(super) thing: Option<String>,
    /// One value in each frame of the feed, as text, at its time.
    pub(super) values: Vec<(PlantTime, Said)>,
}

/// The signals of a plant's feed.
pub(super) fn of(maker: &mut Maker, site: &Site) -> Vec<Signal> {
    (0..maker.dice.below(MOST + 1)).map(|_| signal(maker, site)).collect()
}

fn signal(maker: &mut Maker, site: &Site) -> Signal {
    let equipment: Vec<&String> = site.equipment().collect();
    let thing = maker.dice.chance(75).then(|| (*maker.dice.one(&equipment)).clone());
    let state = thing.iter().map(|thing| about(site.id, Some(thing), FactKind::LineState));
    let state: Vec<_> = state.collect();
    let mut word = |is_number: bool| {
        let word = match is_number {
            true => maker.number(state.clone()),
            false => maker.word(state.clone()),
        };
        // What is called after nothing may be about anything.
        if thing.is_none() {
            maker.of_whole(&word, site.id);
        }
        word
    };
    let (name, unit) = (word(false), word(false));
    let begins = decode::time(BEGINS).unwrap() + WORKED;
    let values = (0..FRAMES).map(|n| {
        let at = begins + BETWEEN.scaled(n as f64) + Span::from_secs(60);
        let about = match &thing {
            Some(thing) => any_of(site.id, Some(thing)).collect(),
            None => site.everything(),
        };
        (at, Said { text: word(true), otherwise: word(true), about })
    });
    let values = values.collect();
    let series = match &thing {
        Some(thing) => format!("{thing}:{name}"),
        None => name,
    };
    Signal { series, unit, thing, values }
}
