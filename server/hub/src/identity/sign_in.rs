//! Signing in: a name with a password, or a key, becomes a session.
//!
//! An unknown name, a disabled account and a wrong password are answered the same and take as
//! long. Hashing is what a flood would use to eat the machine: two at a time, a few that wait, and
//! nobody who has to wait because of earlier failures is hashed for at all.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use journal::{Holder, SessionRow};
use tokio::sync::Semaphore;

use super::{
    Caller, Denied, Identity, Note, Peer, Presented, Reads, lock, password,
    throttle::{OF_A_NAME, OF_AN_ADDRESS, OF_THIS_MACHINE, Throttle},
};
use crate::{
    clock::{Stopwatch, wall_now},
    connections::whose,
    gate,
};

/// Hashes at a time, of 64 MiB each.
const MOST_HASHED: usize = 2;
/// Sign-ins that wait for a hash or are hashed.
const MOST_WAITING: usize = 16;
/// The longest name of an account, in bytes.
pub(crate) const LONGEST_NAME: usize = 64;

/// Where people sign in.
pub(super) struct Desk {
    hashed: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    throttle: Mutex<Throttle>,
    since: Stopwatch,
}

/// Somebody who signed in.
pub(crate) struct SignedIn {
    /// For the browser's cookie.
    pub(crate) token: String,
    /// Who it is.
    pub(crate) caller: Caller,
}

/// Why somebody did not sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotIn {
    /// Nobody has this name with this password, or this key. They are not told apart.
    Wrong,
    /// After this many failures one has to wait.
    Wait(Duration),
    /// Too many sign in at once.
    Busy,
    /// The accounts cannot be read now.
    NotReadable,
}

impl Desk {
    pub(super) fn new() -> Self {
        Self {
            hashed: Arc::new(Semaphore::new(MOST_HASHED)),
            waiting: Arc::new(Semaphore::new(MOST_WAITING)),
            throttle: Mutex::default(),
            since: Stopwatch::start(),
        }
    }

    /// Since the start of the process.
    pub(super) fn now(&self) -> Duration {
        self.since.elapsed()
    }

    fn wait(&self, who: &[String]) -> Result<(), NotIn> {
        let (throttle, now) = (lock(&self.throttle), self.now());
        let longest = who.iter().filter_map(|who| throttle.wait(who, now)).max();
        longest.map_or(Ok(()), |wait| Err(NotIn::Wait(wait)))
    }

    fn failed(&self, name: Option<&str>, from: IpAddr) {
        let (now, mut throttle) = (self.now(), lock(&self.throttle));
        let patience = if from.is_loopback() { OF_THIS_MACHINE } else { OF_AN_ADDRESS };
        throttle.failed(&of_address(from), patience, now);
        if let Some(name) = name {
            throttle.failed(&of_name(name), OF_A_NAME, now);
        }
    }

    fn succeeded(&self, name: Option<&str>, from: IpAddr) {
        let mut throttle = lock(&self.throttle);
        throttle.forgive_one(&of_address(from));
        if let Some(name) = name {
            throttle.forgive(&of_name(name));
        }
    }
}

/// What is counted under a name: names come from strangers, so that their hashes are kept.
fn of_name(name: &str) -> String {
    gate::hash(name)
}

fn of_address(from: IpAddr) -> String {
    whose(from).to_string()
}

impl Identity {
    /// Signs a person in; a session that the browser had is ended.
    ///
    /// # Errors
    /// [`NotIn`] says why not.
    pub(crate) async fn sign_in(
        self: &Arc<Self>,
        (name, typed): (String, String),
        Peer(from): Peer,
        had: Presented,
    ) -> Result<SignedIn, NotIn> {
        if name.len() > LONGEST_NAME {
            return Err(NotIn::Wrong);
        }
        let Ok(_waits) = self.desk.waiting.try_acquire() else { return Err(NotIn::Busy) };
        let counted = [of_name(&name), of_address(from)];
        self.desk.wait(&counted)?;
        let hashed = Arc::clone(&self.desk.hashed).acquire_owned().await;
        let Ok(hashed) = hashed else { return Err(NotIn::Busy) };
        let identity = Arc::clone(self);
        // Whoever goes away in between is hashed and counted all the same.
        let done = tokio::task::spawn_blocking(move || {
            // Others of the same name may have failed while this one waited.
            identity.desk.wait(&counted)?;
            let signed_in = identity.check(&name, &typed, from, &had);
            drop(hashed);
            signed_in
        });
        done.await.unwrap_or(Err(NotIn::NotReadable))
    }

    fn check(
        &self,
        name: &str,
        typed: &str,
        from: IpAddr,
        had: &Presented,
    ) -> Result<SignedIn, NotIn> {
        let found = lock(&self.keys).find_account(name);
        let account = found.map_err(|error| not_readable(&error))?;
        let matches =
            password::verify(account.as_ref().map(|account| account.password.as_str()), typed);
        let account = account.filter(|account| matches && account.disabled.is_none());
        let who = format!("account:{name}");
        match account {
            Some(account) => {
                let signed_in = self.open(Holder::Account(account.name), had)?;
                self.desk.succeeded(Some(name), from);
                self.note(entered(&who, from));
                Ok(signed_in)
            }
            None => {
                self.desk.failed(Some(name), from);
                self.note_refusal(Note { outcome: "refused", ..entered(&who, from) });
                Err(NotIn::Wrong)
            }
        }
    }

    /// Signs a browser in by a key that looks; a session that it had is ended.
    ///
    /// # Errors
    /// [`NotIn`] says why not.
    pub(crate) async fn sign_in_with_key(
        self: &Arc<Self>,
        key: String,
        Peer(from): Peer,
        had: Presented,
    ) -> Result<SignedIn, NotIn> {
        self.desk.wait(&[of_address(from)])?;
        let identity = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || {
            match identity.caller(&Presented::Key(key.clone())) {
                Ok(caller) if caller.reads != Reads::Nothing => {
                    let signed_in = identity.open(Holder::Key(gate::hash(&key)), &had)?;
                    identity.desk.succeeded(None, from);
                    identity.note(entered(&caller.name, from));
                    Ok(signed_in)
                }
                Ok(_) | Err(Denied::Unknown | Denied::NotAPlanner | Denied::TooMany) => {
                    identity.desk.failed(None, from);
                    identity.note_refusal(Note { outcome: "refused", ..entered("a key", from) });
                    Err(NotIn::Wrong)
                }
                Err(Denied::NotReadable) => Err(NotIn::NotReadable),
            }
        });
        done.await.unwrap_or(Err(NotIn::NotReadable))
    }

    /// A new session with a token of its own; what the browser had before opens nothing any more.
    fn open(&self, holder: Holder, had: &Presented) -> Result<SignedIn, NotIn> {
        let token = gate::new_key().map_err(|error| {
            tracing::error!(%error, "the system gives no random bytes");
            NotIn::NotReadable
        })?;
        let (sha256, now) = (gate::hash(&token), wall_now());
        if let Presented::Cookie(old) = had {
            let ended = lock(&self.keys).end_session(&gate::hash(old));
            ended.map_err(|error| not_readable(&error))?;
            self.tell_changed();
        }
        let row = SessionRow { sha256: sha256.clone(), holder, created: now, seen: now };
        lock(&self.keys).add_session(&row, now).map_err(|error| not_readable(&error))?;
        let caller = self.of_session(sha256, now).map_err(|_denied| NotIn::NotReadable)?;
        Ok(SignedIn { token, caller })
    }

    /// Ends the session of a cookie and closes its connections.
    ///
    /// # Errors
    /// [`NotIn::NotReadable`] when the session could not be ended.
    pub(crate) async fn sign_out(
        self: &Arc<Self>,
        cookie: String,
        caller: Caller,
        Peer(from): Peer,
    ) -> Result<(), NotIn> {
        let identity = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || {
            let ended = lock(&identity.keys).end_session(&gate::hash(&cookie));
            ended.map_err(|error| not_readable(&error))?;
            identity.tell_changed();
            identity.note(Note { what: "sign out", ..entered(&caller.name, from) });
            Ok(())
        });
        done.await.unwrap_or(Err(NotIn::NotReadable))
    }

    /// How many names and addresses are counted, and how many uses are not yet written down.
    #[cfg(test)]
    pub(crate) fn remembered(&self) -> (usize, usize) {
        (lock(&self.desk.throttle).len(), lock(&self.used).len())
    }
}

fn entered(who: &str, from: IpAddr) -> Note<'_> {
    Note { who, what: "sign in", about: "", outcome: "done", address: Some(from) }
}

fn not_readable(error: &journal::JournalError) -> NotIn {
    tracing::error!("{}", crate::store::in_words(error));
    NotIn::NotReadable
}
