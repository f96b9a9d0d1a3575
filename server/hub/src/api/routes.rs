//! The list of routes: which view, which keys, which schema.

use std::collections::BTreeMap;

use schemars::{Schema, SchemaGenerator};
use wire::view;

/// A route that answers with values of one view.
pub(super) struct Route {
    /// The path with placeholders `{plant}` and `{id}`.
    pub(super) path: &'static str,
    /// What it is good for, in one sentence.
    pub(super) summary: &'static str,
    /// The first part of the view's name; `programme` stands alone.
    pub(super) view: &'static str,
    /// The keys that it answers with start so; what follows is the item's id.
    pub(super) prefix: &'static str,
    /// The schema of one item; none where items differ.
    pub(super) schema: Option<fn(&mut SchemaGenerator) -> Schema>,
}

impl Route {
    /// The view that a request asks for.
    pub(super) fn view_of(&self, path: &BTreeMap<String, String>) -> String {
        match (path.get("plant"), path.get("id")) {
            (Some(plant), Some(id)) if self.view == "points" => {
                format!("{}/{plant}/{id}", self.view)
            }
            (Some(plant), _) => format!("{}/{plant}", self.view),
            (None, _) => self.view.to_owned(),
        }
    }

    /// Whether its view is made only while somebody asks for it.
    pub(super) fn is_on_demand(&self) -> bool {
        matches!(self.view, "points" | "model")
    }
}

macro_rules! routes {
    ($($path:literal $view:literal $prefix:literal $schema:ty : $summary:literal;)*) => {
        &[$(Route {
            path: $path,
            summary: $summary,
            view: $view,
            prefix: $prefix,
            schema: Some(SchemaGenerator::subschema_for::<$schema>),
        },)*]
    };
}

/// Every route that answers from a view.
pub(super) const ROUTES: &[Route] = routes! {
    "/api/v1/programme" "programme" "" view::Value:
        "Everything of the programme's view by key.";
    "/api/v1/plants" "programme" "digest/" view::PlantDigest:
        "The plants in a few words each.";
    "/api/v1/plants/{plant}" "plant" "" view::Value:
        "Everything of a plant's view by key.";
    "/api/v1/plants/{plant}/layout" "plant" "layout/" view::LayoutValue:
        "Where things stand and what they are called.";
    "/api/v1/plants/{plant}/units" "plant" "unit/" view::UnitValue:
        "Work units now.";
    "/api/v1/plants/{plant}/units/{id}" "plant" "unit/" view::UnitValue:
        "One work unit now.";
    "/api/v1/plants/{plant}/storages" "plant" "storage/" view::StorageValue:
        "Places where things wait, with levels.";
    "/api/v1/plants/{plant}/resources" "plant" "resource/" view::ResourceValue:
        "Cranes, transporters, barges.";
    "/api/v1/plants/{plant}/areas" "plant" "area/" view::AreaValue:
        "Buildings with units of product present and their limits.";
    "/api/v1/plants/{plant}/products" "plant" "product/" view::ProductValue:
        "Named products and their parts.";
    "/api/v1/plants/{plant}/parts" "plant" "part/" view::ProductPart:
        "The parts of named products.";
    "/api/v1/plants/{plant}/feeds" "plant" "feed/" view::FeedValue:
        "Connections that push reports.";
    "/api/v1/plants/{plant}/board" "plant" "board/" view::Value:
        "The five cards of the dashboard.";
    "/api/v1/plants/{plant}/bottlenecks" "plant" "board/holdup" view::HoldUpCard:
        "The main hold-up with its chain of causes.";
    "/api/v1/plants/{plant}/kpi" "history" "kpi/" view::KpiValue:
        "Time by ISO 22400-2 elements over seven days, by unit.";
    "/api/v1/plants/{plant}/series" "history" "series/" view::SeriesValue:
        "Series for charts.";
    "/api/v1/plants/{plant}/orders" "history" "order/" view::OrderValue:
        "The plan.";
    "/api/v1/plants/{plant}/orders/{id}" "history" "order/" view::OrderValue:
        "One order.";
    "/api/v1/plants/{plant}/deliveries" "history" "delivery/" view::DeliveryValue:
        "What suppliers promised and brought.";
    "/api/v1/plants/{plant}/deliveries/{id}" "history" "delivery/" view::DeliveryValue:
        "One delivery.";
    "/api/v1/plants/{plant}/alarms" "history" "alarm/" view::AlarmValue:
        "Conditions that somebody must know.";
    "/api/v1/plants/{plant}/alarms/{id}" "history" "alarm/" view::AlarmValue:
        "One condition that somebody must know.";
    "/api/v1/plants/{plant}/points" "history" "signal/" view::SignalValue:
        "The newest value of each numeric signal.";
    "/api/v1/plants/{plant}/points/{id}" "points" "points/" view::PointsValue:
        "The newest values of one numeric signal, at most a thousand.";
    "/api/v1/plants/{plant}/model" "model" "model/" view::ModelValue:
        "What a simulation of the plant needs of its files, for whoever may know all that comes of it.";
    "/api/v1/plants/{plant}/ribbons" "history" "ribbon/" view::RibbonValue:
        "The states of each unit over the last days.";
    "/api/v1/plants/{plant}/record" "history" "record/" view::RecordValue:
        "What the whole record of a plant holds.";
    "/api/v1/plants/{plant}/assumed" "history" "assumed/" view::AssumedValue:
        "Numbers of the plant's file that nobody measured.";
    "/api/v1/plants/{plant}/work-centers" "history" "hours/" view::HoursValue:
        "Operations, hours worked and hours waited at each work center, over the whole record.";
};
