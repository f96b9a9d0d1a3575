//! Hub to page and back: a mirror of keyed values.
//!
//! A page watches views (`programme`, `plant/<id>`). For each it gets a snapshot in pieces, then
//! numbered deltas: `from` is the version that it must have, `to` the one it then has. A page
//! that misses one gets a fresh snapshot. Pages mirror values and never run a state machine.
//! Events (what happened, in words) travel on a lane of their own, ordered and without gaps; a
//! page too far behind is told with `resync`.

mod board;
mod floor;
mod history;
mod kind;
mod product;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Rfc3339;

pub use board::{
    ActCard, AnsweredDelivery, CauseStep, ChangePoint, Confidence, DeliverCard, DryPart, DueItem,
    ExpectedValue, HoldUpCard, HoldUpNow, LotsValue, MeasureValue, NextCard, PlantDigest,
    TrustCard,
};
pub use floor::{
    AreaValue, CauseValue, ClockValue, FeedValue, LayoutKind, LayoutValue, PartChip, PlantValue,
    ProgrammeValue, ResourceValue, RunningValue, StockValue, StorageValue, UnitValue,
    WithheldValue,
};
pub use history::{
    Acknowledgement, AlarmValue, AssumedNumber, AssumedValue, DeliveryValue, HoursValue, KpiValue,
    ModelFile, ModelValue, OrderValue, PointsValue, RecordValue, RibbonStretch, RibbonValue,
    SeriesValue, SignalValue,
};
pub use kind::{KINDS, kind_of_key};
pub use product::{LaneValue, NextLift, ProductPart, ProductValue};

/// The websocket subprotocol of this version.
pub const SUBPROTOCOL: &str = "slipway.view.v1";
/// The largest message the hub sends on it, in bytes, so that buffers per connection stay small.
pub const LARGEST_PIECE_BYTES: usize = 8 << 10;

/// What a page may say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromPage {
    /// Wants a view from now on.
    Watch {
        /// `programme` or `plant/<id>`.
        view: String,
        /// The last event seen under this hub generation, to get what was missed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        events_after: Option<u64>,
    },
    /// Wants it no longer.
    Unwatch {
        /// The view.
        view: String,
    },
    /// Missed a delta: wants a fresh snapshot.
    Again {
        /// The view.
        view: String,
    },
}

/// What the hub says to a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToPage<V = serde_json::Value> {
    /// The first message.
    Welcome {
        /// Changes whenever versions and event numbers start anew.
        generation: u64,
        /// Milliseconds between two deltas of a view.
        tick_ms: u32,
        /// As whom the page is served, e.g. `XAA` or `public`.
        audience: String,
    },
    /// A piece of the whole view; the last has `piece + 1 == pieces`.
    Snapshot {
        /// The view.
        view: String,
        /// The version that is reached when all pieces are there.
        version: u64,
        /// From 0.
        piece: u32,
        /// How many.
        pieces: u32,
        /// Values by key.
        set: BTreeMap<String, V>,
    },
    /// A piece of what changed; with the last, `piece + 1 == pieces`, all of them apply at once.
    Delta {
        /// The view.
        view: String,
        /// The version that it applies to.
        from: u64,
        /// The version that it leads to.
        to: u64,
        /// From 0.
        piece: u32,
        /// How many.
        pieces: u32,
        /// New values by key.
        set: BTreeMap<String, V>,
        /// Keys that are no more.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        gone: Vec<String>,
    },
    /// Something happened; numbered without gaps for each view and audience.
    Event {
        /// The view.
        view: String,
        /// From 1.
        seq: u64,
        /// When, on the plant clock.
        at: Rfc3339,
        /// What kind: `state`, `hold_up`, `delivery`, `milestone`, `comment`, `feed`, `refused`.
        kind: String,
        /// What it is about.
        about: String,
        /// The words' key and the values to fill in.
        word: String,
        /// Values for the placeholders of the words.
        #[serde(default)]
        with: BTreeMap<String, String>,
    },
    /// The thread is lost; a snapshot follows.
    Resync {
        /// The view.
        view: String,
        /// Why: `behind`, `policy`, `restart`.
        why: String,
    },
    /// A view that does not exist or may not be seen, or a message not understood.
    Refused {
        /// A stable word.
        code: String,
        /// What and what to do, in words.
        reason: String,
    },
}

/// The keys of a view, in one place.
///
/// | key | value | in |
/// |---|---|---|
/// | `clock` | [`ClockValue`] | both |
/// | `withheld` | [`WithheldValue`] | both |
/// | `programme` | [`ProgrammeValue`] | programme |
/// | `plant` | [`PlantValue`] | plant |
/// | `layout/<equipment>` | [`LayoutValue`] | plant |
/// | `unit/<unit>` | [`UnitValue`] | plant |
/// | `storage/<storage>` | [`StorageValue`] | plant |
/// | `resource/<resource>` | [`ResourceValue`] | plant |
/// | `area/<area>` | [`AreaValue`] | plant |
/// | `product/<part>` | [`ProductValue`] | plant, programme |
/// | `part/<part>` | [`ProductPart`] | plant |
/// | `lane/<carrier>` | [`LaneValue`] | plant, programme |
/// | `feed/<feed>` | [`FeedValue`] | plant |
/// | `board/deliver` | [`DeliverCard`] | both |
/// | `board/holdup` | [`HoldUpCard`] | both |
/// | `board/next` | [`NextCard`] | both |
/// | `board/act` | [`ActCard`] | both |
/// | `board/trust` | [`TrustCard`] | both |
/// | `measure/<n>` | [`MeasureValue`] | plant |
/// | `expected/<n>` | [`ExpectedValue`] | plant, beside the measure of this number |
/// | `digest/<plant>` | [`PlantDigest`] | programme |
/// | `order/<order>` | [`OrderValue`] | history |
/// | `delivery/<delivery>` | [`DeliveryValue`] | history |
/// | `alarm/<code>:<about>` | [`AlarmValue`] | history |
/// | `ribbon/<unit>` | [`RibbonValue`] | history |
/// | `series/<name>` | [`SeriesValue`] | history |
/// | `signal/<series>` | [`SignalValue`] | history |
/// | `points/<series>` | [`PointsValue`] | points |
/// | `hours/<work center>` | [`HoursValue`] | history |
/// | `kpi/<unit>` | [`KpiValue`] | history |
/// | `record/all` | [`RecordValue`] | history |
/// | `assumed/<table>.<id>` | [`AssumedValue`] | history |
/// | `model/all` | [`ModelValue`] | model |
///
/// The views are `programme`, `plant/<id>` (what is, at most four times a second),
/// `history/<id>` (what was, every few seconds), and two that are made only while somebody asks for
/// them over HTTP: `points/<id>/<series>` and `model/<id>`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Value {
    /// `clock`
    Clock(ClockValue),
    /// `withheld`
    Withheld(WithheldValue),
    /// `plant`
    Plant(PlantValue),
    /// `programme`
    Programme(ProgrammeValue),
    /// `layout/…`
    Layout(LayoutValue),
    /// `unit/…`
    Unit(Box<UnitValue>),
    /// `storage/…`
    Storage(StorageValue),
    /// `resource/…`
    Resource(ResourceValue),
    /// `area/…`
    Area(AreaValue),
    /// `product/…`
    Product(ProductValue),
    /// `part/…`
    Part(ProductPart),
    /// `lane/…`
    Lane(LaneValue),
    /// `feed/…`
    Feed(FeedValue),
    /// `board/deliver`
    Deliver(DeliverCard),
    /// `board/holdup`
    HoldUp(Box<HoldUpCard>),
    /// `board/next`
    Next(NextCard),
    /// `board/act`
    Act(ActCard),
    /// `board/trust`
    Trust(TrustCard),
    /// `measure/…`
    Measure(MeasureValue),
    /// `expected/…`
    Expected(ExpectedValue),
    /// `digest/…`
    Digest(Box<PlantDigest>),
    /// `order/…`
    Order(OrderValue),
    /// `delivery/…`
    Delivery(DeliveryValue),
    /// `alarm/…`
    Alarm(AlarmValue),
    /// `ribbon/…`
    Ribbon(RibbonValue),
    /// `series/…`
    Series(SeriesValue),
    /// `hours/…`
    Hours(HoursValue),
    /// `kpi/…`
    Kpi(KpiValue),
    /// `record/all`
    Record(RecordValue),
    /// `assumed/…`
    Assumed(AssumedValue),
    /// `model/all`
    Model(ModelValue),
    /// `signal/…`
    Signal(SignalValue),
    /// `points/…`
    Points(PointsValue),
}
