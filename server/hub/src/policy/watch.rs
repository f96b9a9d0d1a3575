//! Puts changed policies in force while the hub runs, or refuses them whole.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use twin::NationId;

use super::files::{Files, Mark, PolicyError, Source};
use crate::{
    clock::wall_now,
    shared::{Metrics, Shared, stopped},
    sharing::POLICIES_REFUSED,
    store::StoreCommand,
};

/// How often files are looked at for changes.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);
/// Lines of problems that an alarm repeats; the log has all.
const LINES_KEPT: usize = 20;

/// Looks for changes until the hub stops. A valid set is in force at once, as a new generation;
/// of an invalid one nothing is taken, and what was in force stays.
pub(crate) async fn watch(shared: Shared, source: Source, hub: NationId, mut in_force: Files) {
    if source == Source::BuiltIn {
        return;
    }
    let mut stopping = shared.stopping.clone();
    // None yet: what changed since the start was read is seen at the first look.
    let mut mark = Mark::new();
    loop {
        tokio::select! {
            () = stopped(&mut stopping) => return,
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
        }
        let newest = source.mark();
        if newest == mark {
            continue;
        }
        mark = newest;
        match source.read() {
            Ok(files) if files == in_force => shared.metrics.policies_are_wrong(false),
            Ok(files) => match files.load(&hub) {
                Ok(loaded) => {
                    loaded.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
                    let policies = loaded.policies.count();
                    let generation = shared.door.shelf.enforce(Arc::new(loaded.policies));
                    shared.metrics.policy_generation.store(generation, Ordering::Relaxed);
                    tracing::info!(generation, policies, "changed policies are in force");
                    shared.metrics.policies_are_wrong(false);
                    in_force = files;
                }
                Err(error) => refuse(&shared, &error).await,
            },
            Err(error) => refuse(&shared, &error).await,
        }
    }
}

async fn refuse(shared: &Shared, error: &PolicyError) {
    let lines = error.lines();
    tracing::error!("changed policies were refused; those of before stay in force: {error}");
    lines.iter().for_each(|line| tracing::error!("{line}"));
    Metrics::add(&shared.metrics.policies_refused, 1);
    shared.metrics.policies_are_wrong(true);
    let kept: Vec<&str> = lines.iter().take(LINES_KEPT).map(String::as_str).collect();
    let text = format!("those of before stay in force: {}", kept.join("\n"));
    let (at, about) = (wall_now(), "policies".to_owned());
    let alarm = StoreCommand::Alarm { at, code: POLICIES_REFUSED, about, text };
    // A journal that has ended takes no alarm; the log has it.
    let _ended = shared.to_store.send(alarm).await;
}
