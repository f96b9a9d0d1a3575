//! `--demo`: every plant of the programme played over real websockets, from the middle of it.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::{
    core::{Core, Grant},
    gate,
};

/// Why the demonstration cannot be played.
#[derive(Debug, Error)]
pub(crate) enum DemoError {
    /// No randomness for keys.
    #[error("the system gives no random bytes")]
    Random(#[source] getrandom::Error),
}

/// Keys of the demonstration's own feeds: made at every start, held in memory only.
#[derive(Clone, Debug, Default)]
pub(crate) struct DemoKeys {
    keys: Vec<(String, Grant)>,
}

impl DemoKeys {
    /// What each key allows, by hash.
    pub(crate) fn grants(&self) -> BTreeMap<String, Grant> {
        self.keys.iter().map(|(key, grant)| (gate::hash(key), grant.clone())).collect()
    }
}

/// A key for each plant's feed.
pub(crate) fn keys(core: &Core) -> Result<DemoKeys, DemoError> {
    let _ = core;
    Ok(DemoKeys::default())
}

/// Fills an empty journal.
pub(crate) fn prepare(_core: &mut Core, _journal: &mut journal::Journal) -> Result<(), DemoError> {
    Ok(())
}
