//! Everything folded anew from the journal, beside the hub that goes on: one way for a start, for
//! changed plant files, for corrections and late reports, and for a question about the past.
//!
//! The fold reads the disk itself, on a thread of its own, up to what was durable when it began,
//! and then what came since; the loop that owns the core adds the last few rows and puts the new
//! state in place. One runs at a time, it rests for several times as long as it took, and many
//! late reports are gathered into one.

use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use journal::{JournalError, Reader};
use tokio::sync::{oneshot, watch};
use twin::{PlantId, PlantTime};

use crate::{
    clock::Stopwatch,
    core::{
        Anew, CORRECTION_HOLDS, Core, Corrections, Definitions, Due, Finished, note_corrections,
    },
};

/// Corrections that come within this time are folded together.
const GATHER_CORRECTIONS: Duration = Duration::from_millis(500);
/// Late reports that come within this time are folded together.
const GATHER_LATE: Duration = Duration::from_secs(5);
/// A fold rests for so many times as long as it took: it costs a tenth of one core at most.
const REST: u32 = 9;
/// How long nothing is tried after a fold that failed.
const AFTER_FAILURE: Duration = Duration::from_secs(60);
/// The loop itself folds as many rows as this; before, the fold's own thread catches up.
const LAST_ROWS: u64 = 256;

/// What is to be folded.
pub(crate) struct Wish {
    /// The plant files.
    pub(crate) definitions: Definitions,
    /// The core's generation.
    pub(crate) generation: u64,
    /// The last moment whose reports count; none is everything.
    pub(crate) until: Option<PlantTime>,
    /// The last row.
    pub(crate) up_to: u64,
}

/// Folds everything that a wish names; none when it was stopped.
///
/// # Errors
/// [`JournalError`] when the journal cannot be read, or ends before `up_to`.
pub(crate) fn fold(
    reader: &Reader,
    wish: Wish,
    stop: &dyn Fn() -> bool,
) -> Result<Option<Box<Core>>, JournalError> {
    let Wish { definitions, generation, until, up_to } = wish;
    let mut corrections = Corrections::default();
    reader.rows_with(CORRECTION_HOLDS, up_to, &mut |entry| {
        note_corrections(&entry, &mut corrections);
        if stop() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    let mut anew = Anew::new(definitions, generation, corrections, until);
    loop {
        let mut last = 0;
        let flow = read(reader, 1, up_to, stop, &mut |entry| {
            last = entry.hub_seq;
            anew.row(entry);
        })?;
        if flow.is_break() {
            return Ok(None);
        }
        if last < up_to {
            return Err(JournalError::Damaged { hub_seq: last + 1, what: "it is missing" });
        }
        match anew.finish() {
            Finished::Done(core) => return Ok(Some(core)),
            Finished::Again(again) => anew = *again,
        }
    }
}

fn read(
    reader: &Reader,
    from: u64,
    to: u64,
    stop: &dyn Fn() -> bool,
    take: &mut dyn FnMut(&journal::Entry),
) -> Result<ControlFlow<()>, JournalError> {
    let mut flow = ControlFlow::Continue(());
    reader.rows(from, to, &mut |entry| {
        if stop() {
            flow = ControlFlow::Break(());
        } else {
            take(&entry);
        }
        flow
    })?;
    Ok(flow)
}

/// A fold that came to its end.
pub(crate) struct Folded {
    /// The state and the findings, up to some row; none when it was stopped or failed.
    pub(crate) core: Option<Box<Core>>,
    /// Why it was made, by plant; empty when only the plant files changed.
    pub(crate) due: BTreeMap<PlantId, Due>,
}

/// Decides when to fold anew, and keeps the one fold that is under way.
pub(crate) struct Refolder {
    data: PathBuf,
    committed: watch::Receiver<u64>,
    under_way: Option<UnderWay>,
    /// Changed plant files that are to be taken in.
    asked: Option<Definitions>,
    /// Since when there is a reason to fold anew.
    noticed: Option<Stopwatch>,
    /// When the last fold ended, and how long to rest after it.
    rests: Option<(Stopwatch, Duration)>,
}

struct UnderWay {
    done: oneshot::Receiver<Result<Option<Box<Core>>, JournalError>>,
    stop: Arc<AtomicBool>,
    due: BTreeMap<PlantId, Due>,
    took: Stopwatch,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

impl Refolder {
    /// Folds the journal of the data directory; `committed` is its newest durable row.
    pub(crate) fn new(data: PathBuf, committed: watch::Receiver<u64>) -> Self {
        Self { data, committed, under_way: None, asked: None, noticed: None, rests: None }
    }

    /// Asks for a fold under other plant files. One that is under way is stopped for it.
    pub(crate) fn ask(&mut self, definitions: Definitions) {
        if let Some(under_way) = &self.under_way {
            under_way.stop.store(true, Ordering::Relaxed);
        }
        self.asked = Some(definitions);
    }

    /// Starts a fold if one is due. Called at every tick, while everything in the core is durable.
    pub(crate) fn look(&mut self, core: &Core) {
        if self.under_way.is_some() {
            return;
        }
        let due = core.due();
        if let Some(definitions) = self.asked.take() {
            self.start(definitions, core.generation, due);
        } else if self.is_time(&due) {
            self.start(core.definitions(), core.generation, due);
        }
    }

    fn is_time(&mut self, due: &BTreeMap<PlantId, Due>) -> bool {
        if due.is_empty() {
            self.noticed = None;
            return false;
        }
        let corrected = due.values().any(|due| due.corrections > 0);
        let gather = if corrected { GATHER_CORRECTIONS } else { GATHER_LATE };
        let noticed = self.noticed.get_or_insert_with(Stopwatch::start);
        let rested = self.rests.as_ref().is_none_or(|(ended, rest)| ended.elapsed() >= *rest);
        rested && noticed.elapsed() >= gather
    }

    fn start(&mut self, definitions: Definitions, generation: u64, due: BTreeMap<PlantId, Due>) {
        self.noticed = None;
        let stop = Arc::new(AtomicBool::new(false));
        let (answer, done) = oneshot::channel();
        let up_to = *self.committed.borrow();
        let wish = Wish { definitions, generation, until: None, up_to };
        let (data, committed, stopped) =
            (self.data.clone(), self.committed.clone(), Arc::clone(&stop));
        tokio::task::spawn_blocking(move || {
            let stop = || stopped.load(Ordering::Relaxed);
            // The loop may have ended meanwhile: then nobody wants to know.
            let _gone = answer.send(caught_up(&data, wish, &committed, &stop));
        });
        self.under_way = Some(UnderWay { done, stop, due, took: Stopwatch::start() });
    }

    /// Returns when the fold under way has ended; never while there is none.
    pub(crate) async fn done(&mut self) -> Folded {
        let Some(under_way) = &mut self.under_way else { return std::future::pending().await };
        let result = (&mut under_way.done).await;
        let took = under_way.took.elapsed();
        let due = std::mem::take(&mut under_way.due);
        self.under_way = None;
        let result = result.unwrap_or_else(|_panicked| {
            Err(JournalError::Damaged { hub_seq: 0, what: "folding it broke off" })
        });
        let rest = if result.is_ok() { took * REST } else { AFTER_FAILURE };
        self.rests = Some((Stopwatch::start(), rest));
        let core = result.unwrap_or_else(|error| {
            let text = crate::store::in_words(&error);
            tracing::error!("the journal could not be folded anew; all stays as it was: {text}");
            None
        });
        if let Some(core) = &core {
            tracing::info!(rows = core.hub_seq, ?took, "everything was folded anew");
        }
        Folded { core, due }
    }
}

/// Folds up to the wish's last row, then what became durable meanwhile, as it came.
fn caught_up(
    data: &Path,
    wish: Wish,
    committed: &watch::Receiver<u64>,
    stop: &dyn Fn() -> bool,
) -> Result<Option<Box<Core>>, JournalError> {
    let reader = Reader::open(data)?;
    let Some(mut core) = fold(&reader, wish, stop)? else { return Ok(None) };
    loop {
        let newest = *committed.borrow();
        if newest.saturating_sub(core.hub_seq) <= LAST_ROWS {
            return Ok(Some(core));
        }
        let from = core.hub_seq + 1;
        if read(&reader, from, newest, stop, &mut |entry| core.replay(entry))?.is_break() {
            return Ok(None);
        }
    }
}
