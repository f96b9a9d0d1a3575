//! The dashboard's cards as values: five questions, five answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::floor::CauseValue;
use crate::Rfc3339;

/// 1. Will we deliver?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeliverCard {
    /// Whether the plant has orders or milestones at all; pages say "no plan" otherwise.
    pub planned: bool,
    /// The next due, soonest first, at most three.
    pub items: Vec<DueItem>,
    /// How `expected` was computed, as a words' key.
    pub method: String,
    /// A few of the others that are a day late or more: the latest of all and the soonest, by
    /// their dates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_late: Vec<DueItem>,
    /// How many more are as late as that.
    #[serde(default)]
    pub more_late: u32,
}

/// Something promised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DueItem {
    /// The order's or milestone's id.
    pub id: String,
    /// What, in words.
    pub name: String,
    /// The plant that owes it.
    pub plant: String,
    /// Promised for.
    pub promised: Rfc3339,
    /// Expected; absent when there is nothing to compute it from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Rfc3339>,
    /// The earliest and the latest date in four cases of five, by how much the pace varies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[Rfc3339; 2]>,
    /// The pace that `expected` rests on, in days for one of what `done` counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_per_piece: Option<f64>,
    /// Days since `promised`, when that has passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue_d: Option<f64>,
    /// The name of the material that will be missing for so long that `expected` is later for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// Another whose absence alone would make it nearly as late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_also: Option<String>,
    /// By how many days it is later for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_d: Option<f64>,
    /// The delivery of that material that ends the wait, as now promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_until: Option<Rfc3339>,
    /// How many of what `done` counts go to earlier promises first, at the same pace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<f64>,
    /// Days of planned work on the whole that follow the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_d: Option<f64>,
    /// Done and needed, in the item's unit (lifts of 32, pieces of 90).
    pub done: f64,
    /// Needed in all.
    pub needed: f64,
    /// The unit of done and needed.
    pub unit: String,
    /// The lots in which it is done, where `done` grows by whole lots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lots: Option<LotsValue>,
}

/// Pieces that are accepted together: none of them counts as done before all do.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LotsValue {
    /// How many make a lot.
    pub size: u32,
    /// How many wait for their lot to be full; none where what is under way is enough.
    pub gathered: u32,
    /// How many are in lots that are full and not done, as far as they belong to this promise.
    pub under_way: u32,
    /// How many of this promise the next lot will bring, where that is its last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<u32>,
}

/// How sure a verdict is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// The window's blocks agree.
    Sure,
    /// Most of them do.
    Probably,
    /// The first cannot be told from the second.
    CannotTell,
}

/// One step of a cause chain, from what is seen towards what is behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CauseStep {
    /// The plant; another than the first step's when the chain crosses a border.
    pub plant: String,
    /// The thing's id; empty when withheld.
    pub id: String,
    /// Its name; a stand-in such as "a supplier" when withheld.
    pub name: String,
    /// The words' key that says how this step causes the one before: `why.material`, `why.down`.
    pub word: String,
    /// The share of the limiting time that this step accounts for [ratio].
    pub share_ratio: f64,
    /// Days that passed there so until now, of the last `window_d`.
    #[serde(default)]
    pub lost_d: f64,
    /// The window that was looked at, in days.
    #[serde(default)]
    pub window_d: f64,
    /// Whether it is a stop, such as a breakdown, that is in force.
    #[serde(default)]
    pub goes_on: bool,
    /// Whether it is a wait, such as one for parts, that nobody there waits in at the moment.
    #[serde(default)]
    pub has_passed: bool,
    /// Since when the stop is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_since: Option<Rfc3339>,
    /// Whether the name is withheld from this audience.
    pub withheld: bool,
}

/// 2. What holds us back now?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HoldUpCard {
    /// Whether a verdict can be given; if not, `why_not` says why.
    pub known: bool,
    /// A words' key: `holdup.too_early`, `holdup.no_causes`, `holdup.nothing_waits`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
    /// The plant it is in.
    pub plant: String,
    /// The unit's or work center's, supplier's or resource's id.
    pub id: String,
    /// What kind: `work_center`, `supplier`, `resource`, `crew`, `storage`.
    pub kind: String,
    /// What is flagged in the picture of the plant that the card is about: the units of the
    /// hold-up, or the storage, resource or units at which it bites.
    pub units: Vec<String>,
    /// The name of the first of them, when it is another thing than the hold-up itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The promise that it holds up, in words, on a page of several plants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The plant that owes that promise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item_plant: Option<String>,
    /// Its name.
    pub name: String,
    /// Since when it leads, for the reason that the last step of the chain gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Rfc3339>,
    /// The chain of causes, most direct first.
    pub chain: Vec<CauseStep>,
    /// What it has cost by a stop that is long over, and so is not why it leads now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<CauseStep>,
    /// What is lost to it each day, in `loss_unit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_per_day: Option<f64>,
    /// The unit of measure of `loss_per_day`, or the name of what is counted in pieces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_unit: Option<String>,
    /// Days of the last seven that were lost to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slip_d: Option<f64>,
    /// Whether nothing waits for it any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_over: bool,
    /// The name of the supplier that stations wait for instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<String>,
    /// How sure.
    pub confidence: Confidence,
    /// The runner-up, for "cannot tell A from B".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second: Option<String>,
    /// What it does at this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<HoldUpNow>,
    /// Its share of the critical path in the last `window_d` [ratio].
    pub share_ratio: f64,
    /// Days since it leads, one at least, and at most the window that was looked at.
    pub window_d: f64,
    /// Stations the finding is based on, and stations there are; both 0 where that may not be told.
    pub based_on: [u32; 2],
    /// When the lead changed in the last weeks: who led since when.
    pub before: Vec<ChangePoint>,
}

/// What a main hold-up does at this moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HoldUpNow {
    /// The name of the unit or resource that is spoken of; of a supplier that of the material.
    pub name: String,
    /// A unit's or resource's state, as in their own values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Since when it is in that state; of what waits or stands, nights are passed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Rfc3339>,
    /// Whether it is outside its working hours: then the state is the one in which they ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_closed: bool,
    /// The name of what it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// Whether what it waits for is at work for it, such as a crane that fetches its next part.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_served: bool,
    /// Of a supplier's material: days that the stock lasts; absent when nothing is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover_d: Option<f64>,
    /// Of a supplier's material: whether a unit waits for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_waited_for: Option<bool>,
    /// Of a supplier's material that runs out within days: when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs_out: Option<Rfc3339>,
    /// When the delivery after that is expected; absent without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comes: Option<Rfc3339>,
}

/// A former main hold-up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChangePoint {
    /// Since when.
    pub since: Rfc3339,
    /// Who led from then on.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What kind of thing it is, as on the card.
    #[serde(default)]
    pub kind: String,
    /// The words' key that says by what: `why.down`.
    #[serde(default)]
    pub word: String,
}

/// 3. What stops us next?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NextCard {
    /// Materials by first dry date, soonest first, at most five.
    pub parts: Vec<DryPart>,
}

/// A material that will run out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DryPart {
    /// The material's id.
    pub material: String,
    /// Its name.
    pub name: String,
    /// The plant that runs dry.
    pub plant: String,
    /// How much is there.
    pub stock: f64,
    /// The unit of measure.
    pub unit: String,
    /// Used a day, over the window.
    pub use_per_day: f64,
    /// Days of stock left without further deliveries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover_d: Option<f64>,
    /// First day without stock, with the deliveries that are promised; absent: none in sight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry: Option<Rfc3339>,
    /// Since when there has been less than is taken at once, when `dry` is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_since: Option<Rfc3339>,
    /// The last use, when the next one has not come for days: the rest holds if it is used as before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unused_since: Option<Rfc3339>,
    /// The longest time without it that follows the next delivery, when it is longer than until
    /// that: from when, and the delivery that ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<[Rfc3339; 2]>,
    /// The next delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_delivery: Option<Rfc3339>,
    /// The id of that delivery, when its supplier may be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<String>,
    /// Whether a unit waits for the material, now or when its shift ended.
    #[serde(default)]
    pub waited_for: bool,
    /// Days that it is late against its first promise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_d: Option<f64>,
    /// Days since `next_delivery`, when that has passed and nothing has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue_d: Option<f64>,
    /// What is missing of the order that the plant which makes it closed last, within the last
    /// 30 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_short: Option<f64>,
    /// The supplier, or "a supplier".
    pub supplier: String,
}

/// 4. Who acts?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ActCard {
    /// The role that owns the hold-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// What it is about, in words.
    pub about: String,
    /// The last answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// When it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Rfc3339>,
    /// The date that it speaks of, when it names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Rfc3339>,
    /// Days since that date, when it has passed and what it is about goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue_d: Option<f64>,
    /// Since when what it is about is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_since: Option<Rfc3339>,
    /// Whether it is about what held up before: about the hold-up as it is nobody was asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_before: bool,
    /// The delivery that the answer is about, when it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<AnsweredDelivery>,
}

/// A delivery that somebody was asked about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnsweredDelivery {
    /// Its id.
    pub id: String,
    /// The material's name.
    pub name: String,
    /// How much of it.
    pub quantity: f64,
    /// In what.
    pub unit: String,
    /// The date now given; the date of arrival once it is here.
    pub expected: Rfc3339,
    /// Whether it is here.
    pub arrived: bool,
    /// When the next delivery is expected, if this is a later one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Rfc3339>,
}

/// 5. Can I trust this?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrustCard {
    /// `live`, `simulated` or `recorded`.
    pub origin: String,
    /// Feeds that report.
    pub feeds_reporting: u32,
    /// Feeds there are.
    pub feeds: u32,
    /// The plant time of the oldest value that is shown as current.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest: Option<Rfc3339>,
    /// What `oldest` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_name: Option<String>,
    /// Inputs that nobody measured, as far as the audience may see them.
    pub assumed: u32,
    /// Inputs in all, as far as the audience may see them.
    pub inputs: u32,
    /// Whether anything is withheld from this audience.
    pub withheld: bool,
    /// What kinds of thing: `plant`, `station`, `storage`, `supplier`; never how many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld_kinds: Vec<String>,
    /// Reports refused since the record began.
    pub refused: u64,
}

/// One of the plant's headline measures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MeasureValue {
    /// Its name.
    pub name: String,
    /// Now; absent when there is nothing yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// What it should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<f64>,
    /// The unit.
    pub unit: String,
    /// The window it is counted over, in days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_d: Option<f64>,
    /// How many are counted at once, where they leave by whole lots: it moves by so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<u32>,
}

/// What was to be expected of a headline measure by now: the plant simulated from its files, with
/// those that it works with, as often as it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExpectedValue {
    /// How many simulations.
    pub plays: u32,
    /// Their mean, in the measure's unit; absent while they are being played, or where not every
    /// one of them knows the measure yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// The least of them, in the measure's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<f64>,
    /// The most of them, in the measure's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<f64>,
}

/// A plant on the programme's page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlantDigest {
    /// Its name.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Its nation's code.
    pub nation: String,
    /// The nation's name.
    pub nation_name: String,
    /// Whether the plant has orders or milestones at all.
    #[serde(default)]
    pub planned: bool,
    /// Units by state.
    pub units: std::collections::BTreeMap<String, u32>,
    /// The next due item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DueItem>,
    /// Promises that are a day late or more, met ones left out.
    #[serde(default)]
    pub late: u32,
    /// Alarms that nobody has acknowledged.
    #[serde(default)]
    pub alarms: u32,
    /// The main hold-up's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_up: Option<String>,
    /// What kind of thing the main hold-up is, as on its card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_up_kind: Option<String>,
    /// The first step of its cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<CauseStep>,
    /// The first part to run dry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dry: Option<DryPart>,
    /// `live`, `simulated` or `recorded`.
    pub origin: String,
    /// Feeds that report, and feeds there are.
    pub feeds: [u32; 2],
    /// What a first cause resolves to, when the hold-up waits for something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<CauseValue>,
}
