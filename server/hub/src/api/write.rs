//! What planners change over HTTP: the plan, deliveries, and that an alarm was seen.
//!
//! A request takes the way of a feed's report ([`crate::core`]) and is answered once it is
//! durable. [`WRITES`] is the one list of these routes, for the router and the OpenAPI document.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::{MethodFilter, on},
};
use schemars::{Schema, SchemaGenerator};
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, oneshot};
use wire::plan::{
    Acknowledge, ChangeOrder, CloseOrder, DelayDelivery, MoveDelivery, PlaceOrder, PromiseDelivery,
    Recorded,
};

use crate::{
    core::{Answer, Asked, NotTaken, Planner, Wish},
    identity::{Denied, Place, bearer},
    refusal::{KEYS_UNREADABLE, Refusal},
    run::Inbox,
    shared::Shared,
    store::StoreState,
};

/// The largest body of a request, in bytes: a comment with room to spare.
const LARGEST_BODY_BYTES: usize = 16 << 10;
/// Requests under way at once, of all keys; a key has fewer of its own.
const MOST_UNDER_WAY: usize = 64;
/// How long the disk may take before the asker is told that nobody knows yet.
const DURABLE_WITHIN: Duration = Duration::from_secs(20);
/// The longest `Idempotency-Key`, in bytes.
const LONGEST_IDEMPOTENCY_KEY: usize = 200;
/// The header by which a repeat is known.
pub(super) const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// A route that changes something.
pub(super) struct Write {
    /// `post` or `patch`.
    pub(super) method: &'static str,
    /// The path with placeholders `{plant}` and `{id}`.
    pub(super) path: &'static str,
    /// What it is good for, in one sentence.
    pub(super) summary: &'static str,
    /// The answer when it was done.
    pub(super) status: StatusCode,
    /// The schema of its body.
    pub(super) schema: fn(&mut SchemaGenerator) -> Schema,
    /// What a body asks for, about the thing of this id.
    read: fn(String, &[u8]) -> Result<Wish, serde_json::Error>,
}

macro_rules! writes {
    ($($method:literal $path:literal $status:ident $body:ty: $summary:literal
       |$id:ident, $read:ident| $wish:expr;)*) => {
        &[$(Write {
            method: $method,
            path: $path,
            summary: $summary,
            status: StatusCode::$status,
            schema: SchemaGenerator::subschema_for::<$body>,
            read: |$id, body| serde_json::from_slice::<$body>(body).map(|$read| $wish),
        },)*]
    };
}

/// Every route that changes something.
pub(super) const WRITES: &[Write] = writes! {
    "post" "/api/v1/plants/{plant}/orders" CREATED PlaceOrder:
        "Places an order." |_id, order| Wish::PlaceOrder(order);
    "patch" "/api/v1/plants/{plant}/orders/{id}" OK ChangeOrder:
        "Changes an open order's quantity or due date."
        |order, change| Wish::ChangeOrder { order, change };
    "post" "/api/v1/plants/{plant}/orders/{id}/close" OK CloseOrder:
        "Closes an order: done, or given up." |order, close| Wish::CloseOrder { order, close };
    "post" "/api/v1/plants/{plant}/deliveries" CREATED PromiseDelivery:
        "Announces a delivery." |_id, delivery| Wish::Promise(delivery);
    "post" "/api/v1/plants/{plant}/deliveries/{id}/delay" OK DelayDelivery:
        "Says that a delivery comes at another date, and why."
        |delivery, delay| Wish::Delay { delivery, delay };
    "post" "/api/v1/plants/{plant}/deliveries/{id}/ship" OK MoveDelivery:
        "Says that a delivery is on its way." |delivery, ship| Wish::Ship { delivery, ship };
    "post" "/api/v1/plants/{plant}/deliveries/{id}/arrive" OK MoveDelivery:
        "Says that a delivery is here." |delivery, arrive| Wish::Arrive { delivery, arrive };
    "post" "/api/v1/plants/{plant}/alarms/{id}/acknowledge" OK Acknowledge:
        "Says that somebody has seen an alarm; it stays until its cause is gone."
        |alarm, acknowledge| Wish::Acknowledge { alarm, acknowledge };
};

/// Where requests are taken.
struct Desk {
    shared: Shared,
    places: Semaphore,
}

/// The routes of [`WRITES`].
pub(crate) fn router(shared: Shared) -> Router {
    let desk = Arc::new(Desk { shared, places: Semaphore::new(MOST_UNDER_WAY) });
    let mut router = Router::new();
    for write in WRITES {
        let answer = move |State(desk): State<Arc<Desk>>,
                           Path(path): Path<BTreeMap<String, String>>,
                           headers: HeaderMap,
                           body: Result<Bytes, BytesRejection>| async move {
            match desk.change(write, path, &headers, body).await {
                Ok(recorded) => (write.status, Json(recorded)).into_response(),
                Err(refusal) => refusal.into_response(),
            }
        };
        let method = if write.method == "patch" { MethodFilter::PATCH } else { MethodFilter::POST };
        router = router.route(write.path, on(method, answer));
    }
    router.layer(DefaultBodyLimit::max(LARGEST_BODY_BYTES)).with_state(desk)
}

impl Desk {
    async fn change(
        &self,
        write: &Write,
        mut path: BTreeMap<String, String>,
        headers: &HeaderMap,
        body: Result<Bytes, BytesRejection>,
    ) -> Result<Recorded, Refusal> {
        let Ok(_seat) = self.places.try_acquire() else {
            let reason = format!("{MOST_UNDER_WAY} changes are under way; try again in a moment");
            return Err(Refusal::busy(reason));
        };
        let plant = path.remove("plant").unwrap_or_default();
        let (planner, _place) = self.planner(headers).await?;
        if planner.plant.as_str() != plant {
            let reason = format!("this key is for the plan of {} only", planner.plant);
            return Err(Refusal::new(StatusCode::FORBIDDEN, "not_your_plant", reason));
        }
        let repeat = repeat(headers)?;
        let body = body.map_err(|rejection| unread(&rejection))?;
        let id = path.remove("id").unwrap_or_default();
        let sha256 = fingerprint(&[write.method, write.path, &plant, &id], &body);
        let length = body.len() as u64;
        let text: &[u8] = if body.is_empty() { b"{}" } else { &body };
        let wish = (write.read)(id, text).map_err(|error| {
            let reason = format!(
                "the body is not as wanted: {error}; /api/v1/openapi.json says what it may hold"
            );
            Refusal::new(StatusCode::BAD_REQUEST, "malformed", reason)
        })?;
        self.ask(Asked { planner, wish, length, sha256, repeat }).await
    }

    /// Whose key it is.
    async fn planner(&self, headers: &HeaderMap) -> Result<(Planner, Place), Refusal> {
        let Some(key) = bearer(headers) else {
            let reason = "send a planner's key as `Authorization: Bearer KEY`; \
                          `slipway key new --planner PLANT` makes one";
            return Err(Refusal::new(StatusCode::UNAUTHORIZED, "missing_key", reason));
        };
        let shared = self.shared.clone();
        let admitted =
            tokio::task::spawn_blocking(move || shared.identity.admit_planner(key)).await;
        let denied = match admitted {
            Ok(Ok(admitted)) => return Ok(admitted),
            Ok(Err(denied)) => denied,
            Err(_ended) => Denied::NotReadable,
        };
        Err(match denied {
            Denied::Unknown => {
                let reason =
                    "this key is not known here, or was revoked; `slipway key list` shows them";
                Refusal::new(StatusCode::UNAUTHORIZED, "unknown_key", reason)
            }
            Denied::NotAPlanner => {
                let reason = "this key reports or looks, and changes no plan; \
                              `slipway key new --planner PLANT` makes one that does";
                Refusal::new(StatusCode::FORBIDDEN, "not_a_planner", reason)
            }
            Denied::TooMany => {
                let reason = "this key has too many requests under way; wait for their answers";
                Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", reason)
            }
            Denied::NotReadable => KEYS_UNREADABLE,
        })
    }

    /// Asks the core, and waits for the disk.
    async fn ask(&self, asked: Asked) -> Result<Recorded, Refusal> {
        let not_ready = match &*self.shared.store.borrow() {
            StoreState::Healthy => None,
            StoreState::Waiting(why) | StoreState::Failed(why) => Some(why.clone()),
        };
        if let Some(why) = not_ready {
            return Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", why));
        }
        let (to, answer) = oneshot::channel();
        let asked = Inbox::Asked { asked: Box::new(asked), answer: to };
        let answered = tokio::time::timeout(DURABLE_WITHIN, async {
            self.shared.to_core.send(asked).await.ok()?;
            answer.await.ok()
        });
        match answered.await {
            Ok(Some(Answer::Recorded(recorded))) => Ok(recorded),
            Ok(Some(Answer::Refused(NotTaken { code, reason }))) => {
                Err(Refusal::new(status_of(code), code, reason))
            }
            Ok(None) => {
                let reason = "the hub is stopping; send it again, with the same Idempotency-Key";
                Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", reason))
            }
            Err(_late) => {
                let reason = "the disk has not answered in time, so nobody knows yet; \
                              send it again, with the same Idempotency-Key";
                Err(Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "not_durable", reason))
            }
        }
    }
}

/// What a refusal of the core is called in HTTP.
fn status_of(code: &str) -> StatusCode {
    match code {
        "unknown_plant" | "unknown_order" | "unknown_delivery" | "unknown_alarm" => {
            StatusCode::NOT_FOUND
        }
        "order_exists"
        | "order_closed"
        | "delivery_exists"
        | "delivery_arrived"
        | "delivery_conflict"
        | "outdated"
        | "no_clock"
        | "too_many_orders"
        | "too_many_deliveries"
        | "too_many_planners" => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// SHA-256 of the request's `Idempotency-Key`, if it has one.
fn repeat(headers: &HeaderMap) -> Result<Option<[u8; 32]>, Refusal> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    match value.to_str() {
        Ok(key) if (1..=LONGEST_IDEMPOTENCY_KEY).contains(&key.len()) => {
            Ok(Some(Sha256::digest(key.as_bytes()).into()))
        }
        _ => {
            let reason = format!(
                "{IDEMPOTENCY_KEY} is 1 to {LONGEST_IDEMPOTENCY_KEY} visible ASCII characters"
            );
            Err(Refusal::new(StatusCode::BAD_REQUEST, "bad_idempotency_key", reason))
        }
    }
}

fn unread(rejection: &BytesRejection) -> Refusal {
    let status = rejection.status();
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        let reason = format!("the body has more than {LARGEST_BODY_BYTES} bytes; shorten it");
        return Refusal::new(status, "too_large", reason);
    }
    Refusal::new(
        StatusCode::BAD_REQUEST,
        "malformed",
        "the body did not arrive whole; send it again",
    )
}

/// SHA-256 over the parts of a request, each with its length.
fn fingerprint(parts: &[&str], body: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts.iter().map(|part| part.as_bytes()).chain([body]) {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}
