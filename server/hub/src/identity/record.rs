//! What is noted about who came in: by whom, what, from where, and what came of it.

use std::{net::IpAddr, sync::Arc, time::Duration};

use journal::AuditRow;

use super::{Identity, lock};
use crate::{clock::wall_now, gate, store::in_words};

/// Refusals that are noted in one [`WINDOW`]; the rest are counted and told with the next one, so
/// that nobody fills the disk by being refused.
const MOST_REFUSALS: u32 = 10;
/// See [`MOST_REFUSALS`].
const WINDOW: Duration = Duration::from_secs(60);

/// Something to be noted. None of the texts may be secret.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Note<'a> {
    /// Who did it, as far as is known.
    pub(crate) who: &'a str,
    /// What was done or tried.
    pub(crate) what: &'a str,
    /// To what.
    pub(crate) about: &'a str,
    /// What came of it.
    pub(crate) outcome: &'a str,
    /// From where; none for a command on this machine.
    pub(crate) address: Option<IpAddr>,
}

impl Note<'_> {
    /// As a row. A key that somebody typed in a wrong place is not repeated.
    pub(crate) fn row(&self) -> AuditRow {
        let safe = |text: &str| {
            if gate::holds_key(text) { "(a key in a wrong place)" } else { text }.to_owned()
        };
        AuditRow {
            id: 0,
            at: wall_now(),
            who: safe(self.who),
            what: self.what.to_owned(),
            about: safe(self.about),
            outcome: self.outcome.to_owned(),
            address: self.address.map(|address| address.to_string()).unwrap_or_default(),
        }
    }
}

/// Refusals that were noted lately.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    began: Duration,
    noted: u32,
    untold: u64,
}

impl Refusals {
    /// Whether one more is to be noted, and how many were not since the last one that was.
    fn admit(&mut self, now: Duration) -> Option<u64> {
        if now.saturating_sub(self.began) >= WINDOW {
            (self.began, self.noted) = (now, 0);
        }
        if self.noted >= MOST_REFUSALS {
            self.untold += 1;
            return None;
        }
        self.noted += 1;
        Some(std::mem::take(&mut self.untold))
    }
}

impl Identity {
    /// Notes something that somebody known did. Waits for the disk.
    pub(crate) fn note(&self, note: Note<'_>) {
        if let Err(error) = lock(&self.keys).note(&note.row()) {
            tracing::error!("{}", in_words(&error));
        }
    }

    /// Notes a refusal, unless too many were noted lately. Waits for the disk.
    pub(crate) fn note_refusal(&self, note: Note<'_>) {
        if let Some(untold) = self.admit_refusal() {
            self.note_admitted(note, untold);
        }
    }

    /// The same about somebody unknown; nobody waits for the note.
    pub(crate) fn note_refusal_later(
        self: &Arc<Self>,
        about: String,
        outcome: &'static str,
        address: Option<IpAddr>,
    ) {
        let Some(untold) = self.admit_refusal() else { return };
        let identity = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let (who, what, about) = ("somebody", "request", about.as_str());
            identity.note_admitted(Note { who, what, about, outcome, address }, untold);
        });
    }

    fn admit_refusal(&self) -> Option<u64> {
        lock(&self.refusals).admit(self.desk.now())
    }

    fn note_admitted(&self, note: Note<'_>, untold: u64) {
        let counted = format!("{}; {untold} more refusals were not noted", note.outcome);
        self.note(Note { outcome: if untold > 0 { &counted } else { note.outcome }, ..note });
    }

    /// The newest rows below a number, newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn noted(
        &self,
        before: Option<u64>,
        most: u32,
    ) -> Result<Vec<AuditRow>, journal::JournalError> {
        lock(&self.keys).noted(before, most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_refusals_is_counted_and_not_written() {
        let mut refusals = Refusals::default();
        let admitted = (0..1_000).filter(|_| refusals.admit(Duration::ZERO).is_some()).count();
        assert_eq!(admitted, MOST_REFUSALS as usize);
        assert_eq!(refusals.admit(WINDOW), Some(1_000 - u64::from(MOST_REFUSALS)));
        assert_eq!(refusals.admit(WINDOW), Some(0));
    }

    #[test]
    fn a_key_in_a_wrong_place_is_not_repeated() {
        let key = gate::new_key().unwrap();
        let note = Note { who: &key, what: "sign in", about: "x", outcome: "y", address: None };
        assert!(!format!("{:?}", note.row()).contains(&key));
    }
}
