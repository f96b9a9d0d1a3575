//! Who asks: the one place that turns what a request carries into a [`Caller`].
//!
//! A request carries a key (`Authorization: Bearer KEY`), or the cookie of a browser that somebody
//! signed in with, or nothing; a feed may come with a certificate. All are resolved here, over HTTP
//! and on both websockets. Nothing is taken from an address, a body or a forwarding header.
//!
//! What was changed elsewhere (a key revoked, a role taken away) is noticed within
//! [`LOOKED_AT_EVERY`], and every open connection then looks at its own caller again.

mod password;
mod record;
mod session;
mod sign_in;
mod throttle;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::http::{HeaderMap, header};
use journal::{AccountRow, AnyKey, Holder, JournalError, Keys, Role};
use tokio::sync::watch;
use twin::{PlantId, PlantTime};

pub(crate) use password::{Unfit, fit as password_fit, hash as password_hash};
pub(crate) use record::Note;
pub(crate) use session::{
    TOKEN_HEADER, cleared as cleared_cookie, cookie, foreign_origin, is_by_itself, is_own_origin,
    is_this_machine, page_token, token as session_token,
};
pub(crate) use sign_in::{LONGEST_NAME, NotIn, SignedIn};

use crate::{
    clock::wall_now,
    core::{Grant, Planner},
    gate,
    tls::FeedCertificate,
};
use record::Refusals;
use sign_in::Desk;

/// How often changes from elsewhere are looked for.
pub(crate) const LOOKED_AT_EVERY: Duration = Duration::from_millis(250);
/// In how many of these looks what was used is written down.
const LOOKS_A_WRITING: u32 = 40;
/// Keys and cookies longer than this are none of ours.
const LONGEST_KEY: usize = 200;
/// Connections of one key at once: the one in use, one taking over, and some that linger. A
/// planner's key may have as many requests under way.
const MOST_PER_KEY: u32 = 4;

/// The address that a connection comes from, as the system says it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// What a request carries to say who asks.
#[derive(Clone)]
pub(crate) enum Presented {
    /// Nothing.
    Nothing,
    /// A key in its header.
    Key(String),
    /// A browser's cookie.
    Cookie(String),
    /// A supplier's key, in the cookie that a browser got for an invitation.
    Invited(String),
    /// A certificate, which the connection has shown to be its own.
    Certificate(FeedCertificate),
}

impl Presented {
    /// What the headers carry; a key says more than a cookie.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        match (bearer(headers), session::token(headers)) {
            (Some(key), _) => Self::Key(key),
            (None, Some(token)) => Self::Cookie(token),
            (None, None) => Self::Nothing,
        }
    }
}

/// Whose audience a caller is served as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reads {
    /// Nobody's: the key is for something else than looking.
    Nothing,
    /// What is public.
    Public,
    /// A member's, by `nation/organisation`.
    Member(String),
    /// Of the organisation that runs this plant.
    OwnerOf(PlantId),
}

/// Where a caller is known from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    /// From nowhere: anybody.
    Nobody,
    /// A key that is not on disk, by hash.
    MadeHere(String),
    /// A key, by hash.
    Key(String),
    /// A certificate, by its hash, and itself.
    Certificate(String, FeedCertificate),
    /// A session by its hash, and by the hash of the key that was typed, if it was one.
    Session(String, Option<String>),
}

/// Who asks, and what they may do.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// For the record: `feed:press`, `account:anna`, `public`.
    pub(crate) name: String,
    /// Whose audience they are served as.
    pub(crate) reads: Reads,
    /// What a person may do; keys have no roles.
    pub(crate) roles: BTreeSet<Role>,
    /// What they may report.
    pub(crate) grant: Option<Grant>,
    /// Whose plan they may change.
    pub(crate) planner: Option<Planner>,
    /// From then on they are nobody, unless they are heard of.
    pub(crate) until: PlantTime,
    source: Source,
}

impl Caller {
    /// Somebody who says nothing about themselves.
    pub(crate) fn stranger() -> Self {
        Self {
            name: "public".to_owned(),
            reads: Reads::Public,
            roles: BTreeSet::new(),
            grant: None,
            planner: None,
            until: PlantTime::from_micros(i64::MAX),
            source: Source::Nobody,
        }
    }

    /// Whether they may do what takes this role.
    pub(crate) fn may(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether an open page keeps their session alive: nobody touches a screen on a wall. People
    /// with accounts must do something themselves.
    pub(crate) fn is_kept_by_an_open_page(&self) -> bool {
        matches!(self.source, Source::Session(_, Some(_)))
    }

    /// Whether they are signed in with a browser.
    pub(crate) fn is_in_a_browser(&self) -> bool {
        matches!(self.source, Source::Session(..))
    }

    fn has_same_rights(&self, other: &Self) -> bool {
        self.source == other.source
            && self.reads == other.reads
            && self.roles == other.roles
            && self.grant == other.grant
            && self.planner == other.planner
    }
}

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// No such key or session, or one that is over; they are not told apart.
    Unknown,
    /// A good key of somebody else than a planner.
    NotAPlanner,
    /// The key has as many connections as it may.
    TooMany,
    /// The keys cannot be read now.
    NotReadable,
}

/// A connection's place under its key; given back when dropped.
pub(crate) struct Place {
    of: String,
    places: Arc<Mutex<BTreeMap<String, u32>>>,
}

/// Knows who may come in.
pub(crate) struct Identity {
    keys: Mutex<Keys>,
    /// Keys made at the start, for the demonstration's own feeds; never on disk.
    made_here: BTreeMap<String, Grant>,
    places: Arc<Mutex<BTreeMap<String, u32>>>,
    /// When keys and sessions, by hash, served last, until it is written down. Only those that
    /// are known get here.
    used: Mutex<BTreeMap<String, PlantTime>>,
    changes: watch::Sender<u64>,
    desk: Desk,
    refusals: Mutex<Refusals>,
}

impl Identity {
    /// Of the keys on disk and those made at the start, by hash.
    pub(crate) fn of(keys: Keys, made_here: Option<BTreeMap<String, Grant>>) -> Arc<Self> {
        Arc::new(Self {
            keys: Mutex::new(keys),
            made_here: made_here.unwrap_or_default(),
            places: Arc::default(),
            used: Mutex::default(),
            changes: watch::channel(0).0,
            desk: Desk::new(),
            refusals: Mutex::default(),
        })
    }

    /// Who asks. Counts as a use of the key or the session.
    ///
    /// # Errors
    /// [`Denied`]: what was presented opens nothing.
    pub(crate) fn caller(&self, presented: &Presented) -> Result<Caller, Denied> {
        let caller = self.known(presented)?;
        self.touch(&caller);
        Ok(caller)
    }

    /// Who asks, for what a page asks by itself: does not count as a use.
    ///
    /// # Errors
    /// As [`Self::caller`].
    pub(crate) fn known(&self, presented: &Presented) -> Result<Caller, Denied> {
        let now = wall_now();
        match presented {
            Presented::Nothing => Ok(Caller::stranger()),
            Presented::Key(text) | Presented::Cookie(text) | Presented::Invited(text)
                if text.len() > LONGEST_KEY =>
            {
                Err(Denied::Unknown)
            }
            Presented::Key(key) | Presented::Invited(key) => self.of_key(gate::hash(key), now),
            Presented::Cookie(token) => self.of_session(gate::hash(token), now),
            Presented::Certificate(known) => self.of_certificate(known.clone(), now),
        }
    }

    /// The same caller as things are now; none when their rights are over or have changed. Does
    /// not count as a use.
    pub(crate) fn again(&self, caller: &Caller) -> Option<Caller> {
        let now = wall_now();
        let found = match &caller.source {
            Source::Nobody => return Some(caller.clone()),
            Source::MadeHere(sha256) | Source::Key(sha256) => self.of_key(sha256.clone(), now),
            Source::Certificate(_, certificate) => self.of_certificate(certificate.clone(), now),
            Source::Session(sha256, _) => self.of_session(sha256.clone(), now),
        };
        found.ok().filter(|found| found.has_same_rights(caller))
    }

    /// Counts as a use.
    pub(crate) fn touch(&self, caller: &Caller) {
        let (one, other) = match &caller.source {
            Source::Nobody | Source::MadeHere(_) => return,
            Source::Key(sha256) | Source::Certificate(sha256, _) => (sha256, None),
            Source::Session(sha256, key) => (sha256, key.as_ref()),
        };
        let (now, mut used) = (wall_now(), lock(&self.used));
        for sha256 in [Some(one), other].into_iter().flatten() {
            used.insert(sha256.clone(), now);
        }
    }

    /// Changes something about the keys as they are on disk, and has every open connection look at
    /// its own caller again. Waits for the disk.
    pub(crate) fn with_keys<T>(&self, work: impl FnOnce(&Keys) -> T) -> T {
        let done = work(&lock(&self.keys));
        self.tell_changed();
        done
    }

    /// Changes when somebody's rights may have changed.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn of_key(&self, sha256: String, now: PlantTime) -> Result<Caller, Denied> {
        if let Some(grant) = self.made_here.get(&sha256) {
            let name = format!("feed:{}", grant.feed);
            let (grant, source) = (Some(grant.clone()), Source::MadeHere(sha256));
            return Ok(Caller { name, reads: Reads::Nothing, grant, source, ..Caller::stranger() });
        }
        let found = lock(&self.keys).find_any(&sha256).map_err(|error| unreadable(&error))?;
        let key = found.filter(|key| key.life().is_good(now)).ok_or(Denied::Unknown)?;
        let until = key.life().expires;
        let known = Caller { until, source: Source::Key(sha256), ..Caller::stranger() };
        Ok(match key {
            AnyKey::Feed(key) => Caller {
                name: format!("feed:{}", key.feed),
                reads: Reads::Nothing,
                grant: Some(Grant {
                    feed: key.feed,
                    plant: key.plant,
                    supplier: key.supplier,
                    units: key.units,
                }),
                ..known
            },
            AnyKey::Viewer(key) => Caller {
                name: format!("viewer:{}", &key.sha256[..12]),
                reads: Reads::Member(format!("{}/{}", key.nation, key.organisation)),
                ..known
            },
            // Whoever changes a plant's plan is one of those who run it.
            AnyKey::Planner(key) => Caller {
                name: key.feed.to_string(),
                reads: Reads::OwnerOf(key.plant.clone()),
                planner: Some(Planner { feed: key.feed, plant: key.plant }),
                ..known
            },
        })
    }

    /// A certificate is registered like a key, by its hash, and opens what is registered only to
    /// the feed that it names.
    fn of_certificate(
        &self,
        certificate: FeedCertificate,
        now: PlantTime,
    ) -> Result<Caller, Denied> {
        if !certificate.is_good(now) {
            return Err(Denied::Unknown);
        }
        let sha256 = certificate.sha256();
        let caller = self.of_key(sha256.clone(), now)?;
        let granted = caller.grant.as_ref().map(|grant| &grant.feed);
        if granted.is_none() || granted != certificate.feed().as_ref() {
            return Err(Denied::Unknown);
        }
        Ok(Caller { source: Source::Certificate(sha256, certificate), ..caller })
    }

    fn of_session(&self, sha256: String, now: PlantTime) -> Result<Caller, Denied> {
        let row = lock(&self.keys).find_session(&sha256).map_err(|error| unreadable(&error))?;
        let row = row.ok_or(Denied::Unknown)?;
        let seen = lock(&self.used).get(&sha256).copied().unwrap_or(row.seen).max(row.seen);
        let until = session::until(row.created, seen);
        if now >= until {
            return Err(Denied::Unknown);
        }
        match row.holder {
            Holder::Account(name) => {
                let found = lock(&self.keys).find_account(&name);
                let account = found.map_err(|error| unreadable(&error))?;
                let account = account.filter(|account| account.disabled.is_none());
                let account = account.ok_or(Denied::Unknown)?;
                Ok(Caller { until, source: Source::Session(sha256, None), ..person(account) })
            }
            Holder::Key(key) => {
                let holder = self.of_key(key.clone(), now)?;
                let until = until.min(holder.until);
                // A browser looks by a key; it changes no plan by a cookie alone.
                let source = Source::Session(sha256, Some(key));
                Ok(Caller { until, source, planner: None, grant: None, ..holder })
            }
        }
    }

    /// What the key allows its feed, and a place for one connection.
    pub(crate) fn admit(&self, presented: &Presented) -> Result<(Caller, Grant, Place), Denied> {
        let caller = self.caller(presented)?;
        let grant = caller.grant.clone().ok_or(Denied::Unknown)?;
        let place = self.place(&caller)?;
        Ok((caller, grant, place))
    }

    /// Whose plan the key may change, and a place for one request.
    pub(crate) fn admit_planner(&self, key: String) -> Result<(Planner, Place), Denied> {
        let caller = self.caller(&Presented::Key(key))?;
        let planner = caller.planner.clone().ok_or(Denied::NotAPlanner)?;
        Ok((planner, self.place(&caller)?))
    }

    fn place(&self, caller: &Caller) -> Result<Place, Denied> {
        let of = match &caller.source {
            Source::Nobody => return Err(Denied::Unknown),
            Source::MadeHere(sha256) | Source::Key(sha256) | Source::Certificate(sha256, _) => {
                sha256.clone()
            }
            Source::Session(..) => caller.name.clone(),
        };
        let mut places = lock(&self.places);
        let taken = places.entry(of.clone()).or_default();
        if *taken >= MOST_PER_KEY {
            return Err(Denied::TooMany);
        }
        *taken += 1;
        Ok(Place { of, places: Arc::clone(&self.places) })
    }

    /// Whoever is connected looks at their own rights again.
    fn tell_changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    /// Writes down what was used since the last time.
    fn keep_used(&self) {
        let used: Vec<_> = lock(&self.used).iter().map(|(of, at)| (of.clone(), *at)).collect();
        if used.is_empty() {
            return;
        }
        let kept = lock(&self.keys).keep_used(&used);
        match kept {
            // Only now: until then a session is as young as what is remembered here.
            Ok(()) => lock(&self.used).retain(|of, at| !used.contains(&(of.clone(), *at))),
            Err(error) => tracing::warn!("{}", crate::store::in_words(&error)),
        }
    }
}

/// Looks for changes from elsewhere until the hub stops.
pub(crate) async fn watch_changes(identity: Arc<Identity>, mut stopping: watch::Receiver<bool>) {
    let mut looks = tokio::time::interval(LOOKED_AT_EVERY);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut version, mut count) = (None, 0_u32);
    loop {
        let stops = tokio::select! {
            biased;
            () = crate::shared::stopped(&mut stopping) => true,
            _ = looks.tick() => false,
        };
        count = count.wrapping_add(1);
        let writes = stops || count.is_multiple_of(LOOKS_A_WRITING);
        let looked = Arc::clone(&identity);
        let found = tokio::task::spawn_blocking(move || {
            if writes {
                looked.keep_used();
            }
            lock(&looked.keys).version()
        });
        match found.await {
            Ok(Ok(found)) => {
                if version.replace(found).is_some_and(|known| known != found) {
                    identity.tell_changed();
                }
            }
            Ok(Err(error)) => tracing::warn!("{}", crate::store::in_words(&error)),
            Err(_ended) => return,
        }
        if stops {
            return;
        }
    }
}

/// A person, by their account.
fn person(account: AccountRow) -> Caller {
    let AccountRow { name, nation, organisation, roles, reports, .. } = account;
    let looks = roles.iter().any(|role| role.looks());
    let reads =
        if looks { Reads::Member(format!("{nation}/{organisation}")) } else { Reads::Public };
    let reports = reports.filter(|_| roles.contains(&Role::Contributor));
    let grant = reports.map(|reports| Grant {
        feed: reports.feed,
        plant: reports.plant,
        supplier: reports.supplier,
        units: None,
    });
    Caller { name: format!("account:{name}"), reads, roles, grant, ..Caller::stranger() }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = lock(&self.places);
        if let Some(taken) = places.get_mut(&self.of) {
            *taken -= 1;
            if *taken == 0 {
                places.remove(&self.of);
            }
        }
    }
}

/// The key of `Authorization: Bearer KEY`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then(|| key.to_owned())
}

fn unreadable(error: &JournalError) -> Denied {
    tracing::error!("{}", crate::store::in_words(error));
    Denied::NotReadable
}

/// A panic elsewhere while holding one of these leaves it usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
