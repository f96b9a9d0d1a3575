//! The values as the hub released them, by kind. A delta is put in; nothing is worked out.

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use wire::view::{
    AreaValue, ClockValue, HoldUpCard, LayoutValue, ProductPart, ProductValue, ResourceValue,
    StorageValue, UnitValue,
};

/// The most values of one kind that are kept; a plant of this size cannot be drawn anyway.
const MOST_VALUES: usize = 20_000;

/// What is drawn, by id.
#[derive(Clone, Debug, Default)]
pub struct Mirror {
    /// The plant clock.
    pub clock: Option<ClockValue>,
    /// Where things stand.
    pub layout: BTreeMap<String, LayoutValue>,
    /// Work units.
    pub units: BTreeMap<String, UnitValue>,
    /// Storages.
    pub storages: BTreeMap<String, StorageValue>,
    /// What moves.
    pub resources: BTreeMap<String, ResourceValue>,
    /// Buildings.
    pub areas: BTreeMap<String, AreaValue>,
    /// Products followed by name.
    pub products: BTreeMap<String, ProductValue>,
    /// Their parts.
    pub parts: BTreeMap<String, ProductPart>,
    /// The main hold-up.
    pub hold_up: Option<HoldUpCard>,
}

/// A delta, or a whole view as one.
#[derive(Deserialize)]
struct Change<'a> {
    #[serde(borrow, default)]
    set: BTreeMap<String, &'a RawValue>,
    #[serde(default)]
    gone: Vec<String>,
}

/// What a change was about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changed {
    /// Whether anything that is drawn is new.
    pub picture: bool,
    /// Keys whose value could not be read.
    pub unread: Vec<String>,
}

impl Mirror {
    /// Puts a change in: `{"set": {key: value}, "gone": [key]}`.
    ///
    /// # Errors
    /// The text is no such object. A value that cannot be read is left out and named.
    pub fn apply(&mut self, text: &str) -> Result<Changed, serde_json::Error> {
        let change: Change<'_> = serde_json::from_str(text)?;
        let mut changed = Changed::default();
        for key in &change.gone {
            changed.picture |= self.forget(key);
        }
        for (key, raw) in change.set {
            match self.put(&key, raw.get()) {
                Ok(drawn) => changed.picture |= drawn,
                Err(_) => changed.unread.push(key),
            }
        }
        Ok(changed)
    }

    /// Forgets everything, for another plant or another audience.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    fn put(&mut self, key: &str, raw: &str) -> Result<bool, serde_json::Error> {
        let (kind, id) = key.split_once('/').unwrap_or((key, ""));
        match kind {
            "layout" => keep(&mut self.layout, id, raw),
            "unit" => keep(&mut self.units, id, raw),
            "storage" => keep(&mut self.storages, id, raw),
            "resource" => keep(&mut self.resources, id, raw),
            "area" => keep(&mut self.areas, id, raw),
            "product" => keep(&mut self.products, id, raw),
            "part" => keep(&mut self.parts, id, raw),
            "board" if id == "holdup" => {
                self.hold_up = Some(serde_json::from_str(raw)?);
                Ok(true)
            }
            "clock" => {
                self.clock = Some(serde_json::from_str(raw)?);
                Ok(false)
            }
            _ => Ok(false),
        }
    }

    fn forget(&mut self, key: &str) -> bool {
        let (kind, id) = key.split_once('/').unwrap_or((key, ""));
        match kind {
            "layout" => self.layout.remove(id).is_some(),
            "unit" => self.units.remove(id).is_some(),
            "storage" => self.storages.remove(id).is_some(),
            "resource" => self.resources.remove(id).is_some(),
            "area" => self.areas.remove(id).is_some(),
            "product" => self.products.remove(id).is_some(),
            "part" => self.parts.remove(id).is_some(),
            "board" if id == "holdup" => self.hold_up.take().is_some(),
            _ => false,
        }
    }

    /// Whether a unit, a storage or something that moves is flagged as the main hold-up.
    pub fn is_hold_up(&self, id: &str) -> bool {
        self.flagged().any(|flagged| flagged == id)
            || self.units.get(id).is_some_and(|value| value.hold_up)
    }

    /// What the finding points to: the places that it names, or the thing itself where it names
    /// none that has a place here.
    fn flagged(&self) -> impl Iterator<Item = &str> {
        let card = self.hold_up.as_ref().filter(|card| card.known);
        let named = card.into_iter().flat_map(|card| &card.units);
        let is_here = |id: &&String| self.layout.contains_key(*id);
        let itself = card.filter(|card| !card.units.iter().any(|id| is_here(&id)));
        named.chain(itself.map(|card| &card.id)).map(String::as_str)
    }

    /// A part of the product by its id: a lift, or a block inside one.
    pub fn part(&self, id: &str) -> Option<&ProductPart> {
        let own = self.parts.get(id);
        own.or_else(|| self.parts.values().flat_map(|lift| &lift.parts).find(|part| part.id == id))
    }

    /// The state of a unit or of something that moves.
    pub fn state_of(&self, id: &str) -> Option<&str> {
        let unit = self.units.get(id).map(|unit| unit.state.as_str());
        unit.or_else(|| self.resources.get(id).map(|resource| resource.state.as_str()))
    }
}

fn keep<T: DeserializeOwned>(
    values: &mut BTreeMap<String, T>,
    id: &str,
    raw: &str,
) -> Result<bool, serde_json::Error> {
    let value = serde_json::from_str(raw)?;
    if values.len() < MOST_VALUES || values.contains_key(id) {
        values.insert(id.to_owned(), value);
    }
    Ok(true)
}

#[cfg(test)]
mod tests;
