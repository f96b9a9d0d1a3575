//! Who may come in: keys of feeds, and how many connections each may have.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use journal::{JournalError, KeyRow, Keys, PlannerKeyRow};
use sha2::{Digest, Sha256};

use crate::core::{Grant, Planner};

/// Connections of one key at once: the one in use, one taking over, and some that linger. A
/// planner's key may have as many requests under way.
const MOST_PER_KEY: u32 = 4;

/// What every key begins with, so that a key is known for one wherever it turns up.
const KEY_PREFIX: &str = "slipway_";
/// Digits after it that make a text a key, and no file's name.
const TELLING_DIGITS: usize = 16;

/// Keeps the keys and counts the connections.
pub(crate) struct Gate {
    keys: Mutex<Keys>,
    /// Keys made at the start, for the demonstration's own feeds; never on disk.
    made_here: BTreeMap<String, Grant>,
    places: Arc<Mutex<BTreeMap<String, u32>>>,
}

/// A connection's place under its key; given back when dropped.
pub(crate) struct Place {
    /// SHA-256 of the key.
    pub(crate) sha256: String,
    places: Arc<Mutex<BTreeMap<String, u32>>>,
}

/// Why a key opens nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// No such key, or a revoked one; the two are not told apart.
    Unknown,
    /// A good key of somebody else than a planner.
    NotAPlanner,
    /// The key has as many connections as it may.
    TooMany,
    /// The keys cannot be read now.
    NotReadable,
}

impl Gate {
    /// A gate for the keys on disk and those made at the start, by hash.
    pub(crate) fn new(keys: Keys, made_here: BTreeMap<String, Grant>) -> Self {
        Self { keys: Mutex::new(keys), made_here, places: Arc::default() }
    }

    /// What the key allows, and a place for one connection.
    pub(crate) fn admit(&self, key: &str) -> Result<(Grant, Place), Denied> {
        let sha256 = hash(key);
        let grant = self.grant(&sha256)?;
        Ok((grant, self.place(sha256)?))
    }

    /// Whose plan the key may change, and a place for one request.
    pub(crate) fn admit_planner(&self, key: &str) -> Result<(Planner, Place), Denied> {
        let sha256 = hash(key);
        let planner = self.planner(&sha256)?;
        Ok((planner, self.place(sha256)?))
    }

    fn place(&self, sha256: String) -> Result<Place, Denied> {
        let mut places = lock(&self.places);
        let taken = places.entry(sha256.clone()).or_default();
        if *taken >= MOST_PER_KEY {
            return Err(Denied::TooMany);
        }
        *taken += 1;
        Ok(Place { sha256, places: Arc::clone(&self.places) })
    }

    fn planner(&self, sha256: &str) -> Result<Planner, Denied> {
        let keys = lock(&self.keys);
        let found = keys.find_planner(sha256).and_then(|planner| {
            let others = planner.is_none();
            let feed = if others { keys.find(sha256)?.map(|key| key.revoked) } else { None };
            let viewer =
                if others { keys.find_viewer(sha256)?.map(|key| key.revoked) } else { None };
            Ok((planner, feed.or(viewer)))
        });
        drop(keys);
        match found {
            Ok((Some(PlannerKeyRow { revoked: None, feed, plant, .. }), _)) => {
                Ok(Planner { feed, plant })
            }
            Ok((None, Some(None))) => Err(Denied::NotAPlanner),
            Ok(_) if self.made_here.contains_key(sha256) => Err(Denied::NotAPlanner),
            Ok(_) => Err(Denied::Unknown),
            Err(error) => {
                tracing::error!("{}", crate::store::in_words(&error));
                Err(Denied::NotReadable)
            }
        }
    }

    /// What the key of this hash allows now.
    pub(crate) fn grant(&self, sha256: &str) -> Result<Grant, Denied> {
        if let Some(grant) = self.made_here.get(sha256) {
            return Ok(grant.clone());
        }
        match lock(&self.keys).find(sha256) {
            Ok(Some(KeyRow { revoked: None, feed, plant, supplier, units, .. })) => {
                Ok(Grant { feed, plant, supplier, units })
            }
            Ok(_) => Err(Denied::Unknown),
            Err(error) => {
                tracing::error!("{}", crate::store::in_words(&error));
                Err(Denied::NotReadable)
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = lock(&self.places);
        if let Some(taken) = places.get_mut(&self.sha256) {
            *taken -= 1;
            if *taken == 0 {
                places.remove(&self.sha256);
            }
        }
    }
}

/// A new key: 256 bits, in hexadecimal.
///
/// # Errors
/// When the system gives no random bytes.
pub(crate) fn new_key() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{KEY_PREFIX}{}", hexadecimal(&bytes)))
}

/// Whether a text holds a key of ours, or most of one: such a text is not to be repeated.
pub(crate) fn holds_key(text: &str) -> bool {
    text.match_indices(KEY_PREFIX).any(|(at, prefix)| {
        let rest = text[at + prefix.len()..].bytes();
        rest.take_while(u8::is_ascii_hexdigit).count() >= TELLING_DIGITS
    })
}

/// SHA-256 of a key, in hexadecimal. A key has 256 random bits: no salt or stretching is needed.
pub(crate) fn hash(key: &str) -> String {
    hexadecimal(&Sha256::digest(key.as_bytes()))
}

/// Bytes as lower-case hexadecimal.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether any key on disk is good: without one, nobody beyond this machine may be listened to.
pub(crate) fn any_good(keys: &Keys) -> Result<bool, JournalError> {
    Ok(keys.list()?.iter().any(|key| key.revoked.is_none()))
}

/// A panic elsewhere while holding a count leaves the count usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
