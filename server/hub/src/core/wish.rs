//! The report that a planner's request stands for: what it leaves out comes from the live state.

use record::{Kind, KindRecord, ReportRecord, TimeRecord, Word};
use twin::{
    DeliveryId, OrderId, PlantId, PlantTime,
    state::{DeliveryNow, OrderNow},
};
use wire::plan::{MoveDelivery, PlaceOrder, PromiseDelivery};

use super::{
    Core,
    alarm::about_alarm,
    decode,
    frame::{FARTHEST_AHEAD, NotTaken, Speaker},
    plan::Wish,
};

/// What a report is about, for its time.
#[derive(Clone, Copy)]
struct Subject<'a> {
    /// `order`, `delivery` or `alarm`, with its id.
    name: (&'static str, &'a str),
    /// The newest report about it.
    as_of: Option<PlantTime>,
}

/// The report of a wish, as its record.
///
/// # Errors
/// What cannot be: an order that exists already, one that does not, a time of tomorrow.
pub(super) fn report_of(
    core: &Core,
    speaker: &Speaker,
    wish: &Wish,
) -> Result<ReportRecord, NotTaken> {
    let wisher = Wisher { core, speaker };
    match wish {
        Wish::PlaceOrder(order) => wisher.place(order),
        Wish::ChangeOrder { order: id, change } => {
            let order = wisher.open_order(id)?;
            if change.quantity.is_none() && change.due.is_none() {
                let reason = format!("order {id}: nothing to change; give quantity, due or both");
                return Err(NotTaken { code: "nothing_to_change", reason });
            }
            let due = change.due.as_deref().map_or(order.due.into(), time);
            let at = wisher.at(change.at.as_deref(), of_order(order))?;
            let quantity = change.quantity.unwrap_or(order.quantity);
            let base = of_kind(Kind::OrderChanged, at);
            let material = word(order.material.as_str());
            Ok(ReportRecord {
                order: word(id),
                material,
                quantity: Some(quantity),
                due: Some(due),
                ..base
            })
        }
        Wish::CloseOrder { order: id, close } => {
            let order = wisher.open_order(id)?;
            let at = wisher.at(close.at.as_deref(), of_order(order))?;
            Ok(ReportRecord { order: word(id), ..of_kind(Kind::OrderClosed, at) })
        }
        Wish::Promise(promise) => wisher.promise(promise),
        Wish::Delay { delivery, delay } => {
            let step = MoveDelivery {
                date: Some(delay.date.clone()),
                quantity: delay.quantity,
                reason: Some(delay.reason.clone()),
                at: delay.at.clone(),
            };
            wisher.delivery(Kind::DeliveryDelayed, delivery, &step)
        }
        Wish::Ship { delivery, ship } => wisher.delivery(Kind::DeliveryShipped, delivery, ship),
        Wish::Arrive { delivery, arrive } => {
            wisher.delivery(Kind::DeliveryArrived, delivery, arrive)
        }
        Wish::Acknowledge { alarm, acknowledge } => {
            let plant = &speaker.grant.plant;
            let conditions = core.conditions(plant, speaker.wall, |_, promise| promise);
            if !conditions.iter().any(|condition| condition.id == *alarm) {
                let alarm = shortened(alarm);
                let reason = format!(
                    "{plant} has no alarm {alarm:?} now; \
                     GET /api/v1/plants/{plant}/alarms lists those there are"
                );
                return Err(NotTaken { code: "unknown_alarm", reason });
            }
            let subject = Subject { name: ("alarm", alarm), as_of: None };
            let at = wisher.at(acknowledge.at.as_deref(), subject)?;
            let base = of_kind(Kind::Comment, at);
            let text = Some(acknowledge.comment.clone());
            Ok(ReportRecord { about: word(&about_alarm(alarm)), text, ..base })
        }
    }
}

struct Wisher<'a> {
    core: &'a Core,
    speaker: &'a Speaker,
}

impl<'a> Wisher<'a> {
    fn plant(&self) -> &'a PlantId {
        &self.speaker.grant.plant
    }

    fn place(&self, order: &PlaceOrder) -> Result<ReportRecord, NotTaken> {
        if self.known_order(&order.order).is_some() {
            let (plant, id) = (self.plant(), &order.order);
            let reason = format!(
                "{plant} has an order {id} already; change it with \
                 PATCH /api/v1/plants/{plant}/orders/{id}, or choose another id"
            );
            return Err(NotTaken { code: "order_exists", reason });
        }
        let subject = Subject { name: ("order", &order.order), as_of: None };
        let at = self.at(order.at.as_deref(), subject)?;
        Ok(ReportRecord {
            order: word(&order.order),
            material: word(&order.material),
            quantity: Some(order.quantity),
            due: Some(time(&order.due)),
            ..of_kind(Kind::OrderPlaced, at)
        })
    }

    fn promise(&self, promise: &PromiseDelivery) -> Result<ReportRecord, NotTaken> {
        if self.known_delivery(&promise.delivery).is_some() {
            let (plant, id) = (self.plant(), &promise.delivery);
            let reason = format!(
                "{plant} knows a delivery {id} already; \
                 POST to /api/v1/plants/{plant}/deliveries/{id}/delay, /ship or /arrive, \
                 or choose another id"
            );
            return Err(NotTaken { code: "delivery_exists", reason });
        }
        let subject = Subject { name: ("delivery", &promise.delivery), as_of: None };
        let at = self.at(promise.at.as_deref(), subject)?;
        Ok(ReportRecord {
            delivery: word(&promise.delivery),
            supplier: word(&promise.supplier),
            material: word(&promise.material),
            quantity: Some(promise.quantity),
            date: Some(time(&promise.date)),
            ..of_kind(Kind::DeliveryPromised, at)
        })
    }

    fn delivery(
        &self,
        kind: Kind,
        id: &str,
        step: &MoveDelivery,
    ) -> Result<ReportRecord, NotTaken> {
        let Some(known) = self.known_delivery(id) else {
            let (plant, id) = (self.plant(), shortened(id));
            let reason = format!(
                "{plant} expects no delivery {id:?}; \
                 announce it with POST /api/v1/plants/{plant}/deliveries"
            );
            return Err(NotTaken { code: "unknown_delivery", reason });
        };
        let subject = Subject { name: ("delivery", id), as_of: known.as_of };
        let at = self.at(step.at.as_deref(), subject)?;
        let usual = if kind == Kind::DeliveryArrived { at } else { known.expected };
        Ok(ReportRecord {
            delivery: word(id),
            supplier: word(known.supplier.as_str()),
            material: word(known.material.as_str()),
            quantity: Some(step.quantity.unwrap_or(known.quantity)),
            date: Some(step.date.as_deref().map_or(usual.into(), time)),
            reason: step.reason.as_deref().and_then(word),
            ..of_kind(kind, at)
        })
    }

    fn known_order(&self, id: &str) -> Option<&'a OrderNow> {
        self.core.twin.order(self.plant(), &OrderId::new(id).ok()?)
    }

    fn known_delivery(&self, id: &str) -> Option<&'a DeliveryNow> {
        self.core.twin.delivery(self.plant(), &DeliveryId::new(id).ok()?)
    }

    fn open_order(&self, id: &str) -> Result<&'a OrderNow, NotTaken> {
        let plant = self.plant();
        let Some(order) = self.known_order(id) else {
            let id = shortened(id);
            let reason = format!(
                "{plant} has no order {id:?}; place it with POST /api/v1/plants/{plant}/orders"
            );
            return Err(NotTaken { code: "unknown_order", reason });
        };
        match order.closed {
            None => Ok(order),
            Some(at) => {
                let at = decode::rfc3339(at);
                let reason = format!("order {id} was closed at {at}; place a new one");
                Err(NotTaken { code: "order_closed", reason })
            }
        }
    }

    /// The report's time: what was given, else the plant's now. A feed may be a little ahead of
    /// the clock, and what is asked for now is still the newest word.
    fn at(&self, given: Option<&str>, subject: Subject<'_>) -> Result<PlantTime, NotTaken> {
        let now = self.speaker.plant_now;
        let Some(text) = given else {
            return Ok(subject.as_of.map_or(now, |known| known.max(now)));
        };
        let Some(at) = decode::time(text) else {
            let text = shortened(text);
            let reason = format!("at: {text:?} is not a time; write it as 2031-05-05T04:00:00Z");
            return Err(NotTaken { code: "not_a_time", reason });
        };
        if at.since(now) > FARTHEST_AHEAD {
            let now = decode::rfc3339(now);
            let reason = format!("at: {text} is not yet; it is {now} on the plant's clock");
            return Err(NotTaken { code: "too_far_ahead", reason });
        }
        match subject.as_of {
            Some(known) if known > at => {
                let ((kind, id), known) = (subject.name, decode::rfc3339(known));
                let reason = format!(
                    "at: {text} is before the last report about {kind} {id}, of {known}; \
                     leave out \"at\" to change it now"
                );
                Err(NotTaken { code: "outdated", reason })
            }
            _ => Ok(at),
        }
    }
}

fn of_order(order: &OrderNow) -> Subject<'_> {
    Subject { name: ("order", order.order.as_str()), as_of: order.as_of }
}

fn of_kind(kind: Kind, at: PlantTime) -> ReportRecord {
    ReportRecord {
        kind: Some(KindRecord::Known(kind)),
        at: Some(at.into()),
        ..ReportRecord::default()
    }
}

fn word(text: &str) -> Option<Word> {
    Some(Word::new(text))
}

/// A time as it was written; what is none is refused by name when the report is read.
fn time(text: &str) -> TimeRecord {
    record::parse_time(text).map_or_else(|| TimeRecord::Text(Word::new(text)), TimeRecord::Time)
}

/// What a stranger wrote, short enough to be quoted.
fn shortened(text: &str) -> String {
    text.chars().take(80).collect()
}
