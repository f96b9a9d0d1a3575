//! `/api/v1/sharing/…`: who sees what of whom and why, what was decided about that, and the acts of
//! releasers: narrow, keep narrow, widen with a second person, withdraw.

use std::sync::{Arc, atomic::Ordering};

use axum::{
    Extension, Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Query, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use journal::{Reader, Role};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use twin::Span;
use wire::plan::Refused;

use super::not_found;
use crate::{
    clock::wall_now,
    identity::{Caller, Peer},
    refusal::Refusal,
    shared::Shared,
    sharing::{
        Agree, Alarms, Asked, Asker, DecisionTold, Decisions, Keep, KnownNow, MOST_ALARMS_READ,
        Matrix, Narrow, Picture, Releaser, Watcher, Widen, Withdraw, act, alarms, decisions,
        matrix,
    },
    store::in_words,
    view::{As, NotServed, Offer},
};

/// The routes, each with what it is good for.
const MATRIX: (&str, &str) =
    ("/api/v1/sharing/matrix", "Who may see which kind of fact of which owner, and why.");
const DECISIONS: (&str, &str) = (
    "/api/v1/sharing/decisions",
    "What your organisation narrowed and released, what waits, is overdue, or changed this week.",
);
const ALARMS: (&str, &str) = (
    "/api/v1/sharing/alarms",
    "What is wrong with this hub, for releasers, administrators and auditors.",
);
const NARROW: (&str, &str) = ("/api/v1/sharing/narrow", "Shows something to fewer, at once.");
const KEEP: (&str, &str) = ("/api/v1/sharing/keep", "Keeps a narrowing for longer.");
const WIDEN: (&str, &str) =
    ("/api/v1/sharing/widen", "Proposes to show something to more; another releaser agrees.");
const AGREE: (&str, &str) =
    ("/api/v1/sharing/agree", "Agrees to a widening that somebody else proposed.");
const WITHDRAW: (&str, &str) =
    ("/api/v1/sharing/withdraw", "Withdraws a proposal, or ends a release.");

/// The largest body of a request, in bytes: a reason with room to spare.
const LARGEST_BODY_BYTES: usize = 8 << 10;
/// Requests under way at once: each decides hundreds of labels.
const MOST_UNDER_WAY: usize = 4;

#[derive(Clone)]
struct Desk {
    shared: Shared,
    under_way: Arc<Semaphore>,
}

const BUSY: Refusal = Refusal::fixed(
    StatusCode::SERVICE_UNAVAILABLE,
    "busy",
    "too many ask about sharing at once; try again in a few seconds",
);
const NOT_READY: Refusal = Refusal::fixed(
    StatusCode::SERVICE_UNAVAILABLE,
    "not_ready",
    "the hub cannot answer now; try again in a few seconds",
);
const NO_MEMBER: Refusal = Refusal::fixed(
    StatusCode::FORBIDDEN,
    "no_member",
    "your account belongs to no organisation of this programme",
);

/// The routes with what they need.
pub(crate) fn router(shared: Shared) -> Router {
    let desk = Desk { shared, under_way: Arc::new(Semaphore::new(MOST_UNDER_WAY)) };
    Router::new()
        .route(MATRIX.0, get(tell_matrix))
        .route(DECISIONS.0, get(tell_decisions))
        .route(ALARMS.0, get(tell_alarms))
        .route(NARROW.0, post(take::<Narrow>))
        .route(KEEP.0, post(take::<Keep>))
        .route(WIDEN.0, post(take::<Widen>))
        .route(AGREE.0, post(take::<Agree>))
        .route(WITHDRAW.0, post(take::<Withdraw>))
        .layer(DefaultBodyLimit::max(LARGEST_BODY_BYTES))
        .with_state(desk)
}

macro_rules! asked {
    ($($body:ident)*) => { $(impl From<$body> for Asked {
        fn from(body: $body) -> Self {
            Self::$body(body)
        }
    })* };
}
asked! { Narrow Keep Widen Agree Withdraw }

impl Desk {
    /// Who looks, and as whom.
    fn asker(&self, wish: &As, headers: &HeaderMap) -> Result<(Asker, Caller), NotServed> {
        let known = self.shared.door.known_audience(wish, headers);
        let (offer, caller): (Offer, Caller) = known?;
        Ok((Asker::of(&caller, offer), caller))
    }

    async fn picture(&self) -> Result<Picture, Refusal> {
        self.shared.look(Picture::of).await.ok_or(NOT_READY)
    }

    /// Makes an answer from what is so now. Few are made at once, as each is much work.
    async fn drawn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared, &Picture) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let _place = self.under_way.try_acquire().map_err(|_full| BUSY)?;
        let picture = self.picture().await?;
        self.apart(move |shared| work(shared, &picture)).await
    }

    /// Does the work of an answer where waiting harms nobody.
    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let shared = self.shared.clone();
        tokio::task::spawn_blocking(move || work(&shared)).await.map_err(|_ended| NOT_READY)
    }
}

async fn tell_matrix(
    State(desk): State<Desk>,
    Query(wish): Query<As>,
    headers: HeaderMap,
) -> Response {
    let (asker, _caller) = match desk.asker(&wish, &headers) {
        Ok(known) => known,
        Err(refused) => return refused.into_response(),
    };
    let answer = desk.drawn(move |shared, picture| {
        let now = wall_now();
        let (rows, decided) = shared.ledger.told(now);
        matrix(&shared.door.shelf, picture, (&rows, &decided), &asker, now)
    });
    answered(answer.await, MATRIX.0)
}

async fn tell_decisions(
    State(desk): State<Desk>,
    Query(wish): Query<As>,
    headers: HeaderMap,
) -> Response {
    let (asker, caller) = match desk.asker(&wish, &headers) {
        Ok(known) => known,
        Err(refused) => return refused.into_response(),
    };
    let answer = desk.drawn(move |shared, picture| {
        let now = wall_now();
        let since = now - Span::from_secs(7 * 86_400);
        let (rows, _decided) = shared.ledger.told(now);
        let asker = (&asker, caller.name.as_str());
        decisions(&shared.door.shelf, picture, &rows, asker, (since, now))
    });
    answered(answer.await, DECISIONS.0)
}

async fn tell_alarms(
    State(desk): State<Desk>,
    Query(wish): Query<As>,
    headers: HeaderMap,
) -> Response {
    let (asker, caller) = match desk.asker(&wish, &headers) {
        Ok(known) => known,
        Err(refused) => return refused.into_response(),
    };
    let Some(watcher) = Watcher::of(asker, &caller) else { return not_found(ALARMS.0) };
    let answer = desk.drawn(move |shared, picture| {
        let kept = Reader::open(&shared.options.data)
            .and_then(|reader| reader.alarms(MOST_ALARMS_READ))
            .map_err(|error| {
                tracing::error!("{}", in_words(&error));
                NOT_READY
            })?;
        let now = wall_now();
        let (rows, _decided) = shared.ledger.told(now);
        let policies_are_wrong = shared.metrics.policies_wrong.load(Ordering::Relaxed) > 0;
        let known = KnownNow { picture, rows: &rows, policies_are_wrong, now };
        Ok(Some(alarms(&shared.door.shelf, &known, &kept, &watcher)))
    });
    answered(answer.await.and_then(|told| told), ALARMS.0)
}

/// A releaser's act. It is in force, or waits for the second person, when it is answered.
async fn take<T: DeserializeOwned + Into<Asked>>(
    State(desk): State<Desk>,
    Extension(Peer(address)): Extension<Peer>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let door = &desk.shared.door;
    let caller = match door.acting(&headers, Some(Role::Releaser)) {
        Ok(caller) => caller,
        Err(refused) => return refused.into_response(),
    };
    let answer = async {
        let offer = door.known_audience(&As::default(), &headers);
        let of = offer.ok().and_then(|(offer, _)| Asker::of(&caller, offer).of).ok_or(NO_MEMBER)?;
        let asked = read::<T>(body)?;
        let who = Releaser { name: caller.name.clone(), of, address };
        desk.drawn(move |shared, picture| act(shared, picture, &who, &asked)).await?
    };
    match answer.await {
        Ok(told) => fresh(Json(told)),
        Err(refused) => refused.into_response(),
    }
}

fn read<T: DeserializeOwned + Into<Asked>>(
    body: Result<Bytes, BytesRejection>,
) -> Result<Asked, Refusal> {
    let body = body.map_err(|rejection| {
        Refusal::in_other_words(rejection.status(), "the body did not arrive whole, or is too long")
    })?;
    serde_json::from_slice::<T>(&body).map(Into::into).map_err(|error| {
        let reason = format!(
            "the body is not as wanted: {error}; /api/v1/openapi.json says what it may hold"
        );
        Refusal::new(StatusCode::BAD_REQUEST, "malformed", reason)
    })
}

/// The answer; what there is nothing of to be told is not there.
fn answered<T: Serialize>(answer: Result<Option<T>, Refusal>, path: &str) -> Response {
    match answer {
        Ok(Some(told)) => fresh(Json(told)),
        Ok(None) => not_found(path),
        Err(refused) => refused.into_response(),
    }
}

fn fresh(answer: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], answer).into_response()
}

/// The routes in the OpenAPI document.
pub(super) fn describe(generator: &mut SchemaGenerator) -> Vec<(String, Value)> {
    let refused: Value = generator.subschema_for::<Refused>().into();
    let done: Value = generator.subschema_for::<DecisionTold>().into();
    let tell = |(path, summary): (&str, &str), schema: Schema| {
        let operation = json!({
            "summary": summary,
            "parameters": [{
                "name": "as", "in": "query", "required": false, "schema": { "type": "string" },
                "description": "An audience of /api/v1/audiences; whoever is signed in without it.",
            }],
            "responses": {
                "200": { "description": summary,
                    "content": { "application/json": { "schema": schema } } },
                "404": { "description": "There is nothing of it that you may know." },
                "503": { "description": "Too many ask at once." },
            },
        });
        (path.to_owned(), json!({ "get": operation }))
    };
    let mut paths = vec![
        tell(MATRIX, generator.subschema_for::<Matrix>()),
        tell(DECISIONS, generator.subschema_for::<Decisions>()),
        tell(ALARMS, generator.subschema_for::<Alarms>()),
    ];
    paths.push(change::<Narrow>(generator, NARROW, (&done, &refused)));
    paths.push(change::<Keep>(generator, KEEP, (&done, &refused)));
    paths.push(change::<Widen>(generator, WIDEN, (&done, &refused)));
    paths.push(change::<Agree>(generator, AGREE, (&done, &refused)));
    paths.push(change::<Withdraw>(generator, WITHDRAW, (&done, &refused)));
    paths
}

fn change<T: JsonSchema>(
    generator: &mut SchemaGenerator,
    (path, summary): (&str, &str),
    (done, refused): (&Value, &Value),
) -> (String, Value) {
    let json_of = |schema: &Value| json!({ "application/json": { "schema": schema } });
    let no = |why: &str| json!({ "description": why, "content": json_of(refused) });
    let body: Value = generator.subschema_for::<T>().into();
    let operation = json!({
        "summary": summary,
        "description": "For people with the role releaser, signed in with a browser: a page sends \
            its own origin, and the token that GET /v1/session tells as x-slipway-token.",
        "requestBody": { "content": json_of(&body) },
        "responses": {
            "200": { "description": "It is on the hub's disk, and in force or waiting.",
                "content": json_of(done) },
            "400": no("The request cannot be read."),
            "401": no("Nobody is signed in."),
            "403": no("Not a releaser, not a page of this hub, or the same person twice."),
            "404": no("Your organisation runs no such plant, or made no such decision."),
            "409": no("It does not fit what is: over, proposed already, or it takes two."),
            "422": no("Beyond the agreement, no reason, no date within the limit, no effect."),
            "503": no("Nothing can be kept now."),
        },
    });
    (path.to_owned(), json!({ "post": operation }))
}
