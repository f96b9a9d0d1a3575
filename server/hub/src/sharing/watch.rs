//! What time does to decisions: releases and proposals end, and overdue reviews are made known.

use std::{sync::atomic::Ordering, time::Duration};

use journal::{Act, DecisionKind, DecisionRow};
use twin::PlantTime;

use super::{
    act::{end, enforce, forget, in_short},
    alarms::{REVIEW_OVERDUE, about_review},
    ledger::is_overdue,
};
use crate::{
    clock::wall_now,
    identity::Note,
    shared::{Shared, stopped},
    store::{StoreCommand, in_words},
};

/// How often it is looked at.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);
/// Who ends what ends by itself.
pub(super) const CLOCK: &str = "the clock";

/// Looks until the hub stops.
pub(crate) async fn watch(shared: Shared) {
    let mut stopping = shared.stopping.clone();
    loop {
        let looked = shared.clone();
        let overdue = tokio::task::spawn_blocking(move || look(&looked, wall_now()));
        for row in overdue.await.unwrap_or_default() {
            alarm(&shared, &row).await;
        }
        tokio::select! {
            () = stopped(&mut stopping) => return,
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
        }
    }
}

/// Ends what is over; returns what became overdue and nobody was told of. Waits for the disk.
pub(super) fn look(shared: &Shared, now: PlantTime) -> Vec<DecisionRow> {
    let mut rows = shared.ledger.rows();
    let over = |row: &DecisionRow| {
        row.kind != DecisionKind::Narrow && row.ended.is_none() && row.review <= now
    };
    let ends: Vec<DecisionRow> = rows.iter().filter(|row| over(row)).cloned().collect();
    let by = Act { by: CLOCK.to_owned(), at: now };
    for row in &ends {
        let note = Note {
            who: CLOCK,
            what: "end",
            about: &in_short(row),
            outcome: "done: its day has come",
            address: None,
        };
        let ended = shared.identity.with_keys(|keys| keys.end_decision(row.id, &by, &note.row()));
        match ended {
            Ok(_) => end(&mut rows, Some(row.id), &by),
            // It is not in force any more whether that is written down or not.
            Err(error) => tracing::error!("{}", in_words(&error)),
        }
    }
    enforce(shared, &rows, now);
    forget(&mut rows, now);
    let overdue = rows.iter_mut().filter(|row| is_overdue(row, now));
    let (mut count, mut untold) = (0, Vec::new());
    for row in overdue {
        count += 1;
        if row.alarmed.is_none() {
            let noted = shared.identity.with_keys(|keys| keys.alarm_decision(row.id, now));
            if let Err(error) = noted {
                tracing::error!("{}", in_words(&error));
                continue;
            }
            row.alarmed = Some(now);
            untold.push(row.clone());
        }
    }
    shared.metrics.reviews_overdue.store(count, Ordering::Relaxed);
    untold
}

async fn alarm(shared: &Shared, row: &DecisionRow) {
    let about = about_review(row);
    let text = "the review of a narrowing is overdue; it stays in force, and a releaser keeps it \
                or two end it on /sharing/"
        .to_owned();
    tracing::warn!(about, "{text}");
    let alarm = StoreCommand::Alarm { at: wall_now(), code: REVIEW_OVERDUE, about, text };
    // A journal that has ended takes no alarm; the log has it.
    let _ended = shared.to_store.send(alarm).await;
}
