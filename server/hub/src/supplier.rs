//! What the page of a small supplier asks for: to be let in by an invitation, its own order lines,
//! and who sees what it says. Whoever is signed in and contributes as a supplier is let in as well.
//!
//! The page reports like any feed, over `/v1/ingest`; here it only reads. What it reads is labelled
//! as the supplier's own and passes the gate like everything else.

mod door;
mod lines;
mod loads;
mod readers;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use release::{Labelled, Released};
use serde::Serialize;
use tokio::sync::Semaphore;
use twin::{Label, PlantTime, SupplierId};

pub(crate) use door::{PERSONS_FEED, is_page, presented};
pub(crate) use loads::Finished;

use crate::{
    core::{Core, Grant},
    identity::{Denied, Presented},
    refusal::Refusal,
    shared::Shared,
    view::Offer,
};

/// The largest body of a request, in bytes: an invitation with room to spare.
const LARGEST_BODY_BYTES: usize = 4 << 10;
/// Requests under way at once, of all suppliers and of those who would be one.
const MOST_UNDER_WAY: usize = 16;

/// The routes of the supplier's page, beside its files.
pub(crate) fn router(shared: Shared) -> Router {
    let desk = Desk { shared, under_way: Arc::new(Semaphore::new(MOST_UNDER_WAY)) };
    Router::new()
        .route("/v1/supplier/session", post(door::enter).delete(door::leave))
        .route("/v1/supplier/lines", get(own_lines))
        .route("/v1/supplier/readers", get(own_readers))
        .layer(DefaultBodyLimit::max(LARGEST_BODY_BYTES))
        .with_state(desk)
}

#[derive(Clone)]
struct Desk {
    shared: Shared,
    under_way: Arc<Semaphore>,
}

/// A supplier that was let in.
struct Supplier {
    grant: Grant,
    id: SupplierId,
    /// By an account of a person, and by no invitation.
    signed_in: bool,
}

const NOT_IN: Refusal = Refusal::fixed(
    StatusCode::UNAUTHORIZED,
    "not_in",
    "open the link of your invitation; if it was used already, ask for a new one",
);
const BUSY: Refusal = Refusal::fixed(
    StatusCode::SERVICE_UNAVAILABLE,
    "busy",
    "too many suppliers ask at once; try again in a few seconds",
);
const NOT_READY: Refusal = Refusal::fixed(
    StatusCode::SERVICE_UNAVAILABLE,
    "not_ready",
    "the hub cannot answer now; try again in a few seconds",
);
const NO_PLANT: Refusal = Refusal::fixed(
    StatusCode::NOT_FOUND,
    "not_found",
    "the plant does not list you as a supplier any more; ask whoever invited you",
);

impl Desk {
    /// Who asks, by the cookie that an invitation was exchanged for, or that of somebody who is
    /// signed in.
    async fn supplier(&self, headers: &HeaderMap) -> Result<Supplier, Refusal> {
        let presented = presented(headers);
        if !matches!(presented, Presented::Invited(_) | Presented::Cookie(_)) {
            return Err(NOT_IN);
        }
        let signed_in = matches!(presented, Presented::Cookie(_));
        let shared = self.shared.clone();
        let found = tokio::task::spawn_blocking(move || shared.identity.caller(&presented)).await;
        let caller = match found {
            Ok(Ok(caller)) => caller,
            Ok(Err(Denied::NotReadable)) | Err(_) => return Err(NOT_READY),
            Ok(Err(_)) => return Err(NOT_IN),
        };
        let grant = caller.grant.ok_or(NOT_IN)?;
        let id = grant.supplier.clone().ok_or(NOT_IN)?;
        Ok(Supplier { grant, id, signed_in })
    }

    /// What the core knows, at a moment when all of it is on disk.
    async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Core, PlantTime) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        self.shared.look(look).await.ok_or(NOT_READY)
    }

    /// Lets through what is the supplier's own, if the policies in force do.
    fn release<T>(&self, of: &Offer, own: &Label, value: T) -> Option<Released<T>> {
        let mut gate = self.shared.door.shelf.gate();
        let label = gate.label(own).ok()?;
        gate.release(Labelled { value, label }, of.id)
    }

    /// The audience of the supplier's organisation.
    fn audience(&self, own: &Label) -> Option<Offer> {
        let of = &own.originator;
        self.shared.door.shelf.member(&format!("{}/{}", of.nation, of.organisation)).cloned()
    }
}

async fn own_lines(State(desk): State<Desk>, headers: HeaderMap) -> Response {
    let answer = async {
        let _place = desk.under_way.try_acquire().map_err(|_full| BUSY)?;
        let supplier = desk.supplier(&headers).await?;
        let seen = desk.look(move |core, wall| lines::own(core, wall, &supplier)).await?;
        let (own, lines) = seen.ok_or(NO_PLANT)?;
        let of = desk.audience(&own).ok_or(NO_PLANT)?;
        desk.release(&of, &own, lines).ok_or(NO_PLANT)
    };
    answered(answer.await)
}

async fn own_readers(State(desk): State<Desk>, headers: HeaderMap) -> Response {
    let answer = async {
        let _place = desk.under_way.try_acquire().map_err(|_full| BUSY)?;
        let Supplier { grant, id, .. } = desk.supplier(&headers).await?;
        let decided = Arc::clone(&desk.shared.door.shelf.in_force().borrow().decided);
        let look = move |core: &Core, wall| readers::labels(core, wall, (&grant, &id), &decided);
        let seen = desk.look(look).await?;
        let labels = seen.ok_or(NO_PLANT)?;
        let of = desk.audience(&labels.own).ok_or(NO_PLANT)?;
        let told = readers::of(&desk.shared.door.shelf, &labels, &of);
        desk.release(&of, &labels.own, told).ok_or(NO_PLANT)
    };
    answered(answer.await)
}

fn answered<T: Serialize>(answer: Result<Released<T>, Refusal>) -> Response {
    match answer {
        Ok(released) => {
            let fresh = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            ([fresh], Json(released.value())).into_response()
        }
        Err(refusal) => refusal.into_response(),
    }
}
