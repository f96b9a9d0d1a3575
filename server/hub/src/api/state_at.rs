//! `/api/v1/plants/{plant}/state?at=`: a plant as it was, folded anew from the journal up to then.
//!
//! The fold runs on a thread of its own and never holds the core up. One audience has one such
//! reading at a time, the hub one of all audiences; each has an end.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use journal::{JournalError, Reader};
use release::{AudienceId, Gate, Selection};
use schemars::SchemaGenerator;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use twin::{Agreement, PlantId, PlantTime};
use wire::view::{Value, WithheldValue};

use super::not_found;
use crate::{
    board::{Fact, Today},
    clock::Stopwatch,
    core::{Definitions, decode},
    plants::Files,
    refold::{self, Wish},
    refusal::Refusal,
    run::{Inbox, Present},
    shared::Shared,
    store::Kept,
    view::{As, close_as_today, past},
};

/// The route.
pub(super) const PATH: &str = "/api/v1/plants/{plant}/state";
/// What it is good for.
const SUMMARY: &str = "A plant as it was at a moment of its clock, as far as is known today.";
/// How long a reading may take.
const LONGEST: Duration = Duration::from_secs(20);
/// How long a request waits for another audience's reading.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The readings under way.
struct Readings {
    shared: Shared,
    audiences: Mutex<BTreeSet<AudienceId>>,
    one: Arc<Semaphore>,
}

/// The route with what it needs.
pub(crate) fn router(shared: Shared) -> Router {
    let one = Arc::new(Semaphore::new(1));
    let readings = Readings { shared, audiences: Mutex::default(), one };
    Router::new().route(PATH, get(answer)).with_state(Arc::new(readings))
}

/// The route in the OpenAPI document.
pub(super) fn describe(generator: &mut SchemaGenerator) -> serde_json::Value {
    let item: serde_json::Value = generator.subschema_for::<Value>().into();
    let withheld: serde_json::Value = generator.subschema_for::<WithheldValue>().into();
    let text = json!({ "type": "string" });
    let time = json!({ "type": "string", "format": "date-time" });
    let parameter = |name: &str, place: &str, schema: &serde_json::Value, what: &str| {
        let required = name != "as";
        json!({ "name": name, "in": place, "required": required, "schema": schema,
            "description": what })
    };
    json!({ "get": {
        "summary": SUMMARY,
        "parameters": [
            parameter("plant", "path", &text, "The plant's id."),
            parameter("at", "query", &time, "A moment on the plant's clock, not in its future."),
            parameter("as", "query", &text,
                "An audience of /api/v1/audiences; the public without it."),
        ],
        "responses": {
            "200": { "description": SUMMARY, "content": { "application/json": { "schema": {
                "type": "object",
                "required": ["at", "origin", "revision", "withheld", "items"],
                "properties": {
                    "at": time,
                    "origin": { "type": "string", "description": "Where the reports came from." },
                    "revision": { "type": "integer",
                        "description": "The revision of the plant files that was in force." },
                    "withheld": withheld,
                    "items": { "type": "object", "additionalProperties": item },
                },
            } } } },
            "400": { "description": "No moment of the plant's past: at_missing, not_a_time, \
                in_the_future, before_the_record." },
            "404": { "description": "There is no such thing, or it may not be seen." },
            "429": { "description": "This audience's last question is still being answered." },
            "503": { "description": "Too busy, or it took too long." },
        },
    } })
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    at: Option<String>,
    #[serde(rename = "as")]
    code: Option<String>,
}

async fn answer(
    State(readings): State<Arc<Readings>>,
    Path(plant): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    let door = &readings.shared.door;
    let Asked { at, code } = asked;
    let audience = match door.audience(&As { code }, &headers) {
        Ok(offer) => offer.id,
        Err(refusal) => return refusal.into_response(),
    };
    // Whoever may not see the plant hears nothing more than that, whatever else is wrong.
    let view = format!("plant/{plant}");
    door.shelf.fresh(audience).await;
    let seen = door.shelf.newest(audience, &view).is_some();
    let Some(plant) = PlantId::new(&plant).ok().filter(|_| seen) else {
        return not_found(&view);
    };
    match readings.answer(plant, at.as_deref(), audience).await {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

impl Readings {
    async fn answer(
        self: &Arc<Self>,
        plant: PlantId,
        at: Option<&str>,
        audience: AudienceId,
    ) -> Result<Response, Refusal> {
        let bad =
            |code, reason: &str| Refusal::new(StatusCode::BAD_REQUEST, code, reason.to_owned());
        let at = at.ok_or_else(|| bad("at_missing", "say when: ?at=2031-05-05T06:00:00Z"))?;
        let at = decode::time(at).ok_or_else(|| {
            bad("not_a_time", "at is RFC 3339 with a zone, such as 2031-05-05T06:00:00Z")
        })?;
        let seat = Seat::take(self, audience)?;
        let mut present = self.present().await?;
        let now = present.now(&plant);
        if at > now {
            let now = decode::rfc3339(now);
            let reason = format!("the plant's clock stands at {now}; ask for a moment before it");
            return Err(bad("in_the_future", &reason));
        }
        let turn = tokio::time::timeout(LONGEST_WAIT, Arc::clone(&self.one).acquire_owned());
        let Ok(Ok(turn)) = turn.await else {
            return Err(Refusal::busy("other questions about the past come first; ask again"));
        };
        let shelf = &self.shared.door.shelf;
        let gate = shelf.gate();
        let generation = gate.generation();
        // What is opened beyond a plant's file is opened from now on: the past stays closed.
        let decided = Arc::clone(&shelf.in_force().borrow().decided);
        let narrowed = Agreement { releases: Vec::new(), ..(*decided).clone() };
        present.definitions.agreements.push(narrowed);
        let question =
            Question { data: self.shared.options.data.clone(), gate, present, plant, at, audience };
        let stop = Arc::new(AtomicBool::new(false));
        let _asker = Asker(Arc::clone(&stop));
        let reading = tokio::task::spawn_blocking(move || question.read(&stop, (seat, turn)));
        match reading.await {
            Ok(_) if generation != shelf.generation_in_force() => {
                Err(Refusal::busy("the policies were changed meanwhile; ask again"))
            }
            Ok(answer) => answer,
            Err(error) => {
                tracing::error!(%error, "a reading of the past broke off");
                Err(Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "it broke off"))
            }
        }
    }

    /// What the core says of now.
    async fn present(&self) -> Result<Present, Refusal> {
        let (answer, present) = oneshot::channel();
        let gone = |_stopping| Refusal::busy("the hub is stopping");
        let sent = self.shared.to_core.send(Inbox::Present(answer)).await;
        sent.map_err(|_stopping| Refusal::busy("the hub is stopping"))?;
        present.await.map_err(gone)
    }
}

/// The one reading that an audience may have; given back when dropped.
struct Seat {
    readings: Arc<Readings>,
    audience: AudienceId,
}

impl Seat {
    fn take(readings: &Arc<Readings>, audience: AudienceId) -> Result<Self, Refusal> {
        // A panic elsewhere leaves a set of audiences behind that is still right.
        let mut audiences = readings.audiences.lock().unwrap_or_else(PoisonError::into_inner);
        if audiences.insert(audience) {
            return Ok(Self { readings: Arc::clone(readings), audience });
        }
        let reason = "the last question about the past is still being answered; ask again";
        Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "one_at_a_time", reason))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut audiences = self.readings.audiences.lock().unwrap_or_else(PoisonError::into_inner);
        audiences.remove(&self.audience);
    }
}

/// Whoever asks; once gone, nobody waits for the answer.
struct Asker(Arc<AtomicBool>);

impl Drop for Asker {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Everything that a reading needs, on its own thread.
struct Question {
    data: std::path::PathBuf,
    gate: Gate,
    present: Present,
    plant: PlantId,
    at: PlantTime,
    audience: AudienceId,
}

/// The answer.
#[derive(Serialize)]
struct Then<'a> {
    at: String,
    origin: &'static str,
    revision: u32,
    withheld: WithheldValue,
    items: BTreeMap<&'a str, &'a Value>,
}

impl Question {
    fn read(
        self,
        gone: &AtomicBool,
        _places: (Seat, OwnedSemaphorePermit),
    ) -> Result<Response, Refusal> {
        let watch = Stopwatch::start();
        let stop = || gone.load(Ordering::Relaxed) || watch.elapsed() > LONGEST;
        let Self { data, gate, present, plant, at, audience } = self;
        let reader = Reader::open(&data).map_err(|error| unreadable(&error))?;
        let definitions = in_force(&reader, &present, &plant, at)?;
        let agreements = present.definitions.agreements.clone();
        let today = Today { agreements, now: present.now(&plant) };
        let revision = definitions.revision;
        let (generation, up_to) = (present.generation, present.durable);
        let wish = Wish { definitions, generation, until: Some(at), up_to };
        let folded = refold::fold(&reader, wish, &stop).map_err(|error| unreadable(&error))?;
        let Some(mut core) = folded else {
            return Err(Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "too_long",
                "it took too long",
            ));
        };
        let told = core.feeds.values().filter(|feed| feed.plant == plant);
        if told.filter_map(|feed| feed.last_report).next().is_none() {
            let reason = "nothing had been reported by then; ask for a later moment";
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "before_the_record", reason));
        }
        core.stand_at(at, &present.clocks);
        let Selection { released, withheld } = past(&core, at, &plant, (gate, audience), today);
        let facts: &Vec<Fact> = released.value();
        let then = Then {
            at: decode::rfc3339(at),
            origin: core.clocks.get(&plant).map_or("live", |clock| clock.origin().name()),
            revision,
            withheld: WithheldValue { any: withheld },
            items: facts.iter().map(|fact| (fact.key.as_str(), &*fact.value)).collect(),
        };
        Ok(([(header::CACHE_CONTROL, "no-store")], Json(then)).into_response())
    }
}

/// The plant files that were in force at a moment of a plant's clock.
fn in_force(
    reader: &Reader,
    present: &Present,
    plant: &PlantId,
    at: PlantTime,
) -> Result<Definitions, Refusal> {
    let today = &present.definitions;
    let rate = present.clocks.get(plant).map_or(1.0, |clock| clock.rate());
    let found = reader.definition_at(plant, at, rate).map_err(|error| unreadable(&error))?;
    let Some(found) = found.filter(|found| found.revision != today.revision) else {
        return Ok(today.clone());
    };
    let kept = reader.definition_files(found.revision).map_err(|error| unreadable(&error))?;
    let plants = Files::kept(kept, found.sha256).load().map_err(|error| {
        let text = crate::store::in_words(&error);
        tracing::error!(revision = found.revision, "plant files of the past: {text}");
        let reason = "the plant files of that time cannot be read by this version";
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "old_files", reason)
    })?;
    let kept = Kept { revision: found.revision, ..Kept::default() };
    let mut then = plants.definitions(kept);
    close_as_today(&mut then, today);
    Ok(then)
}

fn unreadable(error: &JournalError) -> Refusal {
    tracing::error!("{}", crate::store::in_words(error));
    Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "unreadable", "the journal cannot be read now")
}
