//! One play of a plant as values of its view, for the picture: what the hub tells of a plant that
//! runs, told of one that is only simulated.

use std::collections::BTreeMap;

use analytics::Analytics;
use experiment::sim::{Play, Subject};
use floor::{Causes, Floor, stamp};
use serde_json::{Value as Json, json};
use twin::{
    FeedId, Origin, PlantTime, Span,
    state::{Said, TwinState},
};
use wire::view::{LayoutValue, Value};

use crate::{
    NoAnswer,
    question::{Prepared, Question},
};

/// A play that stands at some moment.
#[derive(Debug)]
pub struct Scene {
    prepared: Prepared,
    play: Play,
    state: TwinState,
    analytics: Analytics,
    said: Said,
    now: PlantTime,
    /// What was told last, by key.
    shown: BTreeMap<String, Json>,
}

impl Scene {
    /// The play of a [`Question`], which is its first replication, at its beginning.
    ///
    /// # Errors
    /// [`NoAnswer`], which says what is wrong.
    pub fn new(question: &str) -> Result<Self, NoAnswer> {
        let prepared = Question::read(question)?.prepare()?;
        let play = Play::new(prepared.subject(), &prepared.wish)?;
        let feed = FeedId::new("play").map_err(|_never| NoAnswer::Files(String::new()))?;
        let Subject { programme, plants, .. } = prepared.subject();
        let state = TwinState::new(programme, plants);
        let analytics = Analytics::new(programme, plants).without_causes();
        let said = Said { feed, origin: Origin::Simulated, received: None };
        let now = play.begins();
        Ok(Self { prepared, play, state, analytics, said, now, shown: BTreeMap::new() })
    }

    /// Goes on until so many seconds after the beginning and tells what is different then, as JSON:
    /// `now`, `ends` (its last moment), `set` (values by key, as the view of a plant has them) and
    /// `gone`.
    ///
    /// # Errors
    /// [`NoAnswer`], what the play cannot go on with.
    pub fn advance(&mut self, to_s: f64) -> Result<String, NoAnswer> {
        let to = self.play.begins() + Span::from_micros((to_s.max(0.0) * 1e6) as i64);
        self.now = self.now.max(to.min(self.play.ends()));
        let Self { state, analytics, said, .. } = self;
        self.play.advance(self.now, &mut |plant, report| {
            // What a simulation reports of its own plants is never refused.
            let _taken = state.apply(plant, report, said);
            analytics.observe(plant, report);
        })?;
        let plants = self.prepared.subject().plants.iter();
        plants.for_each(|plant| self.analytics.advance(&plant.id, self.now));
        let values = self.values();
        let gone: Vec<&String> =
            self.shown.keys().filter(|key| !values.contains_key(*key)).collect();
        let set: BTreeMap<&String, &Json> =
            values.iter().filter(|(key, value)| self.shown.get(*key) != Some(*value)).collect();
        let (now, ends) = (stamp(self.now), stamp(self.play.ends()));
        let told = json!({ "now": now, "ends": ends, "set": set, "gone": gone }).to_string();
        self.shown = values;
        Ok(told)
    }

    fn values(&self) -> BTreeMap<String, Json> {
        let subject = self.prepared.subject();
        let plant = self.prepared.plant();
        let floor = Floor {
            programme: subject.programme,
            plant,
            twin: &self.state,
            analytics: &self.analytics,
            now: self.now,
            // It plays on, whoever has nothing to say.
            heard: Some(self.now),
            causes: Causes::Told,
        };
        let mut values = vec![("plant".to_owned(), Value::Plant(floor.about()))];
        let layouts = (0..).zip(floor.layouts()).map(|(order, (id, value))| {
            (format!("layout/{id}"), Value::Layout(LayoutValue { order, ..value }))
        });
        values.extend(layouts);
        values.extend(plant.units.iter().filter_map(|unit| {
            let now = self.state.unit(&plant.id, &unit.id)?;
            let value = floor.unit(unit, now, None);
            Some((format!("unit/{}", unit.id), Value::Unit(Box::new(value))))
        }));
        values.extend(plant.storages.iter().filter_map(|storage| {
            let now = self.state.storage(&plant.id, &storage.id)?;
            Some((format!("storage/{}", storage.id), Value::Storage(floor.storage(storage, now))))
        }));
        values.extend(plant.resources.iter().filter_map(|resource| {
            let now = self.state.resource(&plant.id, &resource.id)?;
            let value = floor.resource(resource, now);
            Some((format!("resource/{}", resource.id), Value::Resource(value)))
        }));
        values.extend(
            plant
                .areas
                .iter()
                .map(|area| (format!("area/{}", area.id), Value::Area(floor.area(area)))),
        );
        for item in floor.items() {
            values.push((format!("product/{}", item.name), Value::Product(item.value)));
            let parts = item.parts.into_iter();
            values.extend(parts.map(|part| (format!("part/{}", part.id), Value::Part(part))));
        }
        let told = values.into_iter();
        told.filter_map(|(key, value)| Some((key, serde_json::to_value(value).ok()?))).collect()
    }
}
