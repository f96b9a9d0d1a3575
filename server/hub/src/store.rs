//! The thread that owns the journal: many frames of many feeds in one durable commit.
//!
//! While one commit is on its way to the disk, the next rows gather; they go together, up to
//! [`LARGEST_COMMIT_BYTES`]. A full disk is waited out: nothing is acknowledged meanwhile, and
//! the same rows are tried again, until the hub is stopped. Any other failure is final for this
//! process.

use std::{collections::BTreeMap, sync::Arc, thread::JoinHandle, time::Duration};

use journal::{ClockRow, DefinitionFile, Entry, Journal, JournalError};
use tokio::sync::{mpsc, oneshot, watch};
use twin::{PlantId, PlantTime};

use crate::{
    clock::Stopwatch,
    core::{Recalled, ReportKey, recalled},
    shared::Metrics,
};

/// Rows that wait for the disk; beyond, the core waits, and so do the sockets. At most 1 MiB each.
const MOST_WAITING: usize = 64;
/// Rows of one commit: more costs the first of them time, fewer cost a flush each.
const LARGEST_COMMIT_BYTES: usize = 1 << 20;
/// How long to wait before a full disk is tried again.
const FULL_DISK_PAUSE: Duration = Duration::from_millis(500);

/// What the store is asked to do, in order.
pub(crate) enum StoreCommand {
    /// Make a row durable.
    Append(Entry),
    /// Keep a clock.
    Clock(ClockRow),
    /// Keep an alarm.
    Alarm { at: PlantTime, code: &'static str, about: String, text: String },
    /// Keep the plant files and their labels; answers the revision and the labels' numbers.
    Definition {
        sha256: String,
        files: Vec<DefinitionFile>,
        labels: Vec<(PlantId, String)>,
        at: PlantTime,
        answer: oneshot::Sender<Result<Kept, String>>,
    },
    /// Hand the rows from a number on over again.
    Replay { from: u64, to: mpsc::Sender<Entry> },
    /// Look reports up that were taken before; those that are not kept are left out.
    Recall { reports: Vec<ReportKey>, answer: oneshot::Sender<BTreeMap<ReportKey, Recalled>> },
    /// Flush everything and end.
    Close,
}

/// What a kept definition is known by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The revision of the plant files.
    pub(crate) revision: u32,
    /// The number of each plant's label.
    pub(crate) labels: BTreeMap<PlantId, u32>,
}

/// How the store does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StoreState {
    /// Rows become durable.
    Healthy,
    /// They wait for room on the disk; the text says so.
    Waiting(String),
    /// They will not any more, until the process is started again.
    Failed(String),
}

/// The running store.
pub(crate) struct Store {
    /// To ask it.
    pub(crate) commands: mpsc::Sender<StoreCommand>,
    /// The newest durable row.
    pub(crate) committed: watch::Receiver<u64>,
    /// How it does.
    pub(crate) state: watch::Receiver<StoreState>,
    /// Ends after [`StoreCommand::Close`].
    pub(crate) thread: JoinHandle<()>,
}

/// Starts the thread. Once `stopping` is true it waits for no room any more.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn start(
    journal: Journal,
    metrics: Arc<Metrics>,
    stopping: watch::Receiver<bool>,
) -> std::io::Result<Store> {
    let (commands, inbox) = mpsc::channel(MOST_WAITING);
    let (committed_to, committed) = watch::channel(journal.last_hub_seq());
    let (state_to, state) = watch::channel(StoreState::Healthy);
    let mut worker =
        Worker { journal, committed: committed_to, state: state_to, metrics, stopping };
    let thread =
        std::thread::Builder::new().name("journal".to_owned()).spawn(move || worker.run(inbox))?;
    Ok(Store { commands, committed, state, thread })
}

struct Worker {
    journal: Journal,
    committed: watch::Sender<u64>,
    state: watch::Sender<StoreState>,
    metrics: Arc<Metrics>,
    stopping: watch::Receiver<bool>,
}

impl Worker {
    fn run(&mut self, mut inbox: mpsc::Receiver<StoreCommand>) {
        let mut batch = Vec::new();
        while let Some(command) = inbox.blocking_recv() {
            let mut next = Some(command);
            let mut bytes = 0;
            while let Some(StoreCommand::Append(entry)) = next {
                bytes += entry.body.len();
                batch.push(entry);
                next = if bytes < LARGEST_COMMIT_BYTES { inbox.try_recv().ok() } else { None };
            }
            if !batch.is_empty() {
                self.commit(&batch);
                batch.clear();
            }
            match next {
                Some(StoreCommand::Close) => break,
                Some(other) => self.other(other),
                None => {}
            }
        }
        tracing::info!(rows = self.journal.last_hub_seq(), "the journal is closed");
    }

    /// Returns when the rows are durable, or the store has failed for good.
    fn commit(&mut self, batch: &[Entry]) {
        if matches!(*self.state.borrow(), StoreState::Failed(_)) {
            return;
        }
        let appended = self.once_there_is_room(|journal| {
            let watch = Stopwatch::start();
            journal.append(batch).map(|last| (last, watch.elapsed()))
        });
        match appended {
            Ok((last, took)) => {
                self.metrics.committed(batch.len(), took);
                self.committed.send_replace(last);
            }
            Err(error) => self.fail(&error),
        }
    }

    /// Tries until the disk has room; a hub that is stopped meanwhile gives up.
    fn once_there_is_room<T>(
        &mut self,
        mut write: impl FnMut(&mut Journal) -> Result<T, JournalError>,
    ) -> Result<T, JournalError> {
        loop {
            match write(&mut self.journal) {
                Err(error) if error.is_retryable() && !*self.stopping.borrow() => {
                    self.wait_for_room(&in_words(&error));
                }
                Err(error) => return Err(error),
                Ok(written) => {
                    if matches!(*self.state.borrow(), StoreState::Waiting(_)) {
                        tracing::info!("there is room on the disk again");
                        self.state.send_replace(StoreState::Healthy);
                    }
                    return Ok(written);
                }
            }
        }
    }

    fn wait_for_room(&self, text: &str) {
        // Said once: everybody who watches would pass it on at every try.
        let is_news = self.state.send_if_modified(|state| {
            let is_news = !matches!(state, StoreState::Waiting(_));
            if is_news {
                *state = StoreState::Waiting(text.to_owned());
            }
            is_news
        });
        if is_news {
            tracing::error!("{text}");
        }
        std::thread::sleep(FULL_DISK_PAUSE);
    }

    fn fail(&self, error: &JournalError) {
        let text = in_words(error);
        tracing::error!("nothing is acknowledged any more: {text}");
        self.state.send_replace(StoreState::Failed(text));
    }

    fn other(&mut self, command: StoreCommand) {
        let kept = match command {
            StoreCommand::Append(_) | StoreCommand::Close => Ok(()),
            StoreCommand::Clock(row) => self.once_there_is_room(|journal| journal.keep_clock(&row)),
            StoreCommand::Alarm { at, code, about, text } => self.once_there_is_room(|journal| {
                journal.raise_alarm(at, code, &about, &text).map(|_id| ())
            }),
            StoreCommand::Definition { sha256, files, labels, at, answer } => {
                let kept = self.once_there_is_room(|journal| {
                    keep_definition(journal, &sha256, &files, &labels, at)
                });
                // The asker may have given up; the files are kept all the same.
                let _gone = answer.send(kept.map_err(|error| in_words(&error)));
                Ok(())
            }
            StoreCommand::Replay { from, to } => {
                self.journal.replay(from, &mut |entry| {
                    // A receiver that is gone wants no more; the rest is read for nothing.
                    let _gone = to.blocking_send(entry);
                })
            }
            StoreCommand::Recall { reports, answer } => {
                let found = self.recall(reports);
                found.map(|found| {
                    // The asker may have given up.
                    let _gone = answer.send(found);
                })
            }
        };
        if let Err(error) = kept {
            tracing::error!("{}", in_words(&error));
        }
    }
}

impl Worker {
    fn recall(
        &self,
        reports: Vec<ReportKey>,
    ) -> Result<BTreeMap<ReportKey, Recalled>, JournalError> {
        let mut found = BTreeMap::new();
        for key in reports {
            let row = self.journal.row_of(&key.feed, key.epoch, key.seq)?;
            found.extend(row.and_then(|row| Some((key.clone(), recalled(&row, key.index)?))));
        }
        Ok(found)
    }
}

/// Keeps the plant files and interns the labels.
pub(crate) fn keep_definition(
    journal: &mut Journal,
    sha256: &str,
    files: &[DefinitionFile],
    labels: &[(PlantId, String)],
    at: PlantTime,
) -> Result<Kept, JournalError> {
    let revision = journal.keep_definition(sha256, files, at)?;
    let mut kept = Kept { revision, ..Kept::default() };
    for (plant, json) in labels {
        kept.labels.insert(plant.clone(), journal.intern_label(json)?);
    }
    Ok(kept)
}

/// An error with everything that caused it, in one line.
pub(crate) fn in_words(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
