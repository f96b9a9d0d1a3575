//! `/api/v1/…`: the published values as JSON, and the OpenAPI document that describes them.
//!
//! Every answer is a selection of a view's released values, so what a program reads here is what
//! the same audience sees on its pages, less what may be looked at and not kept. [`ROUTES`] is the
//! one list of routes that answer from a view, `write` has that of the routes that change
//! something: the router and the OpenAPI document are both made from them.

mod asyncapi;
mod audit;
mod openapi;
mod routes;
pub(crate) mod sharing;
pub(crate) mod state_at;
mod why;
pub(crate) mod write;

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use release::AudienceId;
use serde::Serialize;
use serde_json::value::RawValue;
use twin::{PlantId, SeriesId};

use crate::{
    refusal::Refusal,
    view::{As, Door, Published, Shelf},
};
use routes::{ROUTES, Route};

/// Routes that answer from no view, each with what it is good for.
const OPENAPI: (&str, &str) = ("/api/v1/openapi.json", "This document.");
const ASYNCAPI: (&str, &str) = ("/api/v1/asyncapi.json", "What is said on the two websockets.");
const AUDIENCES: (&str, &str) = ("/api/v1/audiences", "As whom one may look, and as whom you do.");

/// The routes of the API that change nothing.
pub(crate) fn router(door: Arc<Door>) -> Router {
    let mut router = Router::new()
        .route(OPENAPI.0, get(|| async { Json(openapi::document()) }))
        .route(ASYNCAPI.0, get(|| async { Json(asyncapi::document()) }))
        .route(AUDIENCES.0, get(audiences));
    for route in ROUTES {
        let answer = move |State(door): State<Arc<Door>>,
                           Path(path): Path<BTreeMap<String, String>>,
                           Query(wish): Query<As>,
                           headers: HeaderMap| async move {
            match door.audience(&wish, &headers) {
                Ok(offer) => answer(&door.shelf, route, &path, offer.id).await,
                Err(refusal) => refusal.into_response(),
            }
        };
        router = router.route(route.path, get(answer));
    }
    router.merge(why::router()).merge(audit::router()).with_state(door)
}

#[derive(Serialize)]
struct Audiences {
    current: String,
    name: String,
    offered: Vec<Offered>,
}

#[derive(Serialize)]
struct Offered {
    code: String,
    name: String,
}

async fn audiences(
    State(door): State<Arc<Door>>,
    Query(wish): Query<As>,
    headers: HeaderMap,
) -> Response {
    let current = match door.audience(&wish, &headers) {
        Ok(current) => current,
        Err(refusal) => return refusal.into_response(),
    };
    let listed = door.shelf.all_listed();
    let offered = listed.map(|o| Offered { code: o.code.clone(), name: o.name.clone() }).collect();
    Json(Audiences { current: current.code, name: current.name, offered }).into_response()
}

/// An answer with many things, or with one.
#[derive(Serialize)]
struct Many<'a> {
    /// The version of the view that it was taken from.
    version: u64,
    clock: Option<&'a RawValue>,
    withheld: Option<&'a RawValue>,
    items: BTreeMap<&'a str, &'a RawValue>,
}

async fn answer(
    shelf: &Shelf,
    route: &Route,
    path: &BTreeMap<String, String>,
    audience: AudienceId,
) -> Response {
    let view = route.view_of(path);
    if route.is_on_demand() {
        let is_series = path.get("id").is_none_or(|id| SeriesId::new(id).is_ok());
        let is_plant = path.get("plant").is_some_and(|plant| PlantId::new(plant).is_ok());
        if !(is_series && is_plant) {
            return not_found(&view);
        }
        if shelf.ask_for(&view).is_err() {
            let reason =
                "too many signals and models are asked for at once; try again in a few seconds";
            return Refusal::busy(reason).into_response();
        }
    }
    shelf.fresh(audience).await;
    let Some(published) = shelf.newest(audience, &view) else {
        return match shelf.crowded_out(audience) {
            Some(reason) => {
                let status = StatusCode::SERVICE_UNAVAILABLE;
                Refusal::new(status, "too_many_readers", reason).into_response()
            }
            None => not_found(&view),
        };
    };
    match path.get("id") {
        Some(id) => one(route, &published, id),
        None => many(route, &published),
    }
}

fn one(route: &Route, published: &Published, id: &str) -> Response {
    let key = format!("{}{id}", route.prefix);
    match published.to_keep().value().get(&key) {
        Some(value) => json(value.get().to_owned()),
        None => not_found(&key),
    }
}

fn many(route: &Route, published: &Published) -> Response {
    let values = published.to_keep().value();
    let items = values
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix(route.prefix)?, &**value)))
        .collect();
    let answer = Many {
        version: published.version,
        clock: values.get("clock").map(|value| &**value),
        withheld: values.get("withheld").map(|value| &**value),
        items,
    };
    match serde_json::to_string(&answer) {
        Ok(text) => json(text),
        Err(error) => {
            tracing::error!(%error, "an answer could not be encoded");
            Refusal::in_other_words(StatusCode::INTERNAL_SERVER_ERROR, "").into_response()
        }
    }
}

/// The same answer for what does not exist and for what may not be seen.
fn not_found(what: &str) -> Response {
    let what: String = what.chars().take(120).collect();
    let reason = format!("there is no {what:?}; /api/v1/openapi.json lists what there is");
    Refusal::new(StatusCode::NOT_FOUND, "not_found", reason).into_response()
}

fn json(text: String) -> Response {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let fresh = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    ([kind, fresh], text).into_response()
}
