//! The thread that owns the journal: many frames of many feeds in one durable commit.
//!
//! While one commit is on its way to the disk, the next rows gather; they go together, up to
//! [`LARGEST_COMMIT_BYTES`]. A full disk is waited out: nothing is acknowledged meanwhile, and
//! the same rows are tried again. Any other failure is final for this process.

use std::{sync::Arc, thread::JoinHandle, time::Duration};

use journal::{ClockRow, DefinitionFile, Entry, Journal, JournalError};
use tokio::sync::{mpsc, oneshot, watch};
use twin::{PlantId, PlantTime};

use crate::{clock::Stopwatch, shared::Metrics};

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
    /// Hand every row over again.
    Replay(mpsc::Sender<Entry>),
    /// Flush everything and end.
    Close,
}

/// What a kept definition is known by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The revision of the plant files.
    pub(crate) revision: u32,
    /// The number of each plant's label.
    pub(crate) labels: std::collections::BTreeMap<PlantId, u32>,
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

/// Starts the thread.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn start(journal: Journal, metrics: Arc<Metrics>) -> std::io::Result<Store> {
    let (commands, inbox) = mpsc::channel(MOST_WAITING);
    let (committed_to, committed) = watch::channel(journal.last_hub_seq());
    let (state_to, state) = watch::channel(StoreState::Healthy);
    let mut worker = Worker { journal, committed: committed_to, state: state_to, metrics };
    let thread =
        std::thread::Builder::new().name("journal".to_owned()).spawn(move || worker.run(inbox))?;
    Ok(Store { commands, committed, state, thread })
}

struct Worker {
    journal: Journal,
    committed: watch::Sender<u64>,
    state: watch::Sender<StoreState>,
    metrics: Arc<Metrics>,
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
        while !matches!(*self.state.borrow(), StoreState::Failed(_)) {
            let watch = Stopwatch::start();
            match self.journal.append(batch) {
                Ok(last) => {
                    self.metrics.committed(batch.len(), watch.elapsed());
                    if *self.state.borrow() != StoreState::Healthy {
                        tracing::info!("there is room on the disk again");
                        self.state.send_replace(StoreState::Healthy);
                    }
                    self.committed.send_replace(last);
                    return;
                }
                Err(error) if error.is_retryable() => {
                    let text = error.to_string();
                    if *self.state.borrow() == StoreState::Healthy {
                        tracing::error!("{text}");
                    }
                    self.state.send_replace(StoreState::Waiting(text));
                    std::thread::sleep(FULL_DISK_PAUSE);
                }
                Err(error) => self.fail(&error),
            }
        }
    }

    fn fail(&self, error: &JournalError) {
        let text = in_words(error);
        tracing::error!("nothing is acknowledged any more: {text}");
        self.state.send_replace(StoreState::Failed(text));
    }

    fn other(&mut self, command: StoreCommand) {
        let kept = match command {
            StoreCommand::Append(_) | StoreCommand::Close => Ok(()),
            StoreCommand::Clock(row) => self.journal.keep_clock(&row),
            StoreCommand::Alarm { at, code, about, text } => {
                self.journal.raise_alarm(at, code, &about, &text).map(|_id| ())
            }
            StoreCommand::Definition { sha256, files, labels, at, answer } => {
                let kept = keep_definition(&mut self.journal, &sha256, &files, &labels, at);
                // The asker may have given up; the files are kept all the same.
                let _gone = answer.send(kept.map_err(|error| in_words(&error)));
                Ok(())
            }
            StoreCommand::Replay(to) => {
                self.journal.replay(1, &mut |entry| {
                    // A receiver that is gone wants no more; the rest is read for nothing.
                    let _gone = to.blocking_send(entry);
                })
            }
        };
        if let Err(error) = kept {
            tracing::error!("{}", in_words(&error));
        }
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
