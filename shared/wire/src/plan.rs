//! What is changed over HTTP: orders, deliveries, acknowledgements, and how the hub answers.
//!
//! A request becomes exactly the report of its kind (`order_placed`, `delivery_delayed`,
//! `comment`, …) and is folded and kept as one. Ids, quantities and times are checked where a
//! feed's are, so that both are answered with the same codes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Rfc3339;

/// Places an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceOrder {
    /// Its id; the plant has no order of this id yet.
    pub order: String,
    /// Of what.
    pub material: String,
    /// How much, in the material's own unit of measure; zero or more.
    pub quantity: f64,
    /// By when.
    pub due: Rfc3339,
    /// When that was decided, on the plant's clock; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Rfc3339>,
}

/// Changes an order; what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeOrder {
    /// How much, in the material's own unit of measure; zero or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<f64>,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Rfc3339>,
    /// When that was decided, on the plant's clock; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Rfc3339>,
}

/// Closes an order: done, or given up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseOrder {
    /// When that was decided, on the plant's clock; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Rfc3339>,
}

/// Announces a delivery.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromiseDelivery {
    /// Its id; the plant expects no delivery of this id yet.
    pub delivery: String,
    /// By whom.
    pub supplier: String,
    /// Of what.
    pub material: String,
    /// How much, in the material's own unit of measure; zero or more.
    pub quantity: f64,
    /// When it is expected.
    pub date: Rfc3339,
    /// When that was said, on the plant's clock; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Rfc3339>,
}

/// Says that a delivery comes at another date, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DelayDelivery {
    /// When it is expected now.
    pub date: Rfc3339,
    /// Why.
    pub reason: String,
    /// How much, in the material's own unit of measure; as before when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<f64>,
    /// When that was said, on the plant's clock; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Rfc3339>,
}

/// Says that a delivery is on its way, or is here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveDelivery {
    /// When it is expected, or when it came. When absent, the date stays for what is on its way,
    /// and is `at` for what is here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Rfc3339>,
    /// How much, in the material's own unit of measure; as before when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<f64>,
    /// Why something changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When that happened, on the plant's clock; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Rfc3339>,
}

/// Says that somebody has seen an alarm, and what is done about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Acknowledge {
    /// What is done about it.
    pub comment: String,
    /// When it was seen, on the plant's clock; now when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Rfc3339>,
}

/// The change is a report on the hub's disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Recorded {
    /// The record's number in the hub's journal.
    pub sequence: u64,
    /// The feed that the key reports as; with `epoch` and `seq` what a correction names.
    pub feed: String,
    /// Its epoch.
    pub epoch: u64,
    /// The report's number in that epoch.
    pub seq: u64,
    /// The report's time, on the plant's clock.
    pub at: Rfc3339,
    /// Whether an earlier request with the same `Idempotency-Key` had made the change already.
    pub repeated: bool,
}

/// The request was not taken and changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refused {
    /// A stable word to program against.
    pub code: String,
    /// What, where and what to do, in words.
    pub reason: String,
}
