//! The product in the picture: hulls with their lifts and blocks, and carriers between plants.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Rfc3339;

/// One product that is followed by name: a hull.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductValue {
    /// Its name.
    pub name: String,
    /// Where it takes shape (`dock`, `quay`), when it is in this plant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The ids of its parts in the order they are put together; each has a `part/<id>` value.
    pub parts: Vec<String>,
    /// How many of them are erected.
    pub erected: u32,
    /// What comes next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<NextLift>,
}

/// A lift or block of a product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProductPart {
    /// Its id.
    pub id: String,
    /// `not_started`, `making`, `outfitting`, `painting`, `parked`, `at_sea`, `ready`, `erected`.
    pub stage: String,
    /// Whether it comes later than the sequence needs it.
    pub late: bool,
    /// The place it is at, `plant/place`, when it exists and may be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Since when it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Rfc3339>,
    /// The parts it is made of (a lift's blocks).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<ProductPart>,
}

/// The next lift into the dock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NextLift {
    /// The lift.
    pub part: String,
    /// The crane that will take it, when it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crane: Option<String>,
    /// Whether it hangs on that crane.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_carried: bool,
    /// What it still waits for, in order; empty means ready.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

/// A carrier between plants: the strip with the barge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LaneValue {
    /// The carrier's name.
    pub name: String,
    /// From which plant and to which, by name.
    pub from: String,
    /// To which plant, by name.
    pub to: String,
    /// `loading`, `at_sea`, `unloading`, `returning`, `waiting`.
    pub state: String,
    /// Way done [ratio], 0 at `from`, 1 at `to`.
    pub progress_ratio: f64,
    /// What it carries.
    pub cargo: Vec<String>,
    /// The most it carries.
    pub most: u32,
    /// When it leaves next, when that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaves: Option<Rfc3339>,
    /// When it arrives, when it is on its way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrives: Option<Rfc3339>,
}
