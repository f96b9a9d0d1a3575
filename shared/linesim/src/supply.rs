//! What comes from suppliers: promises, delays, shipments, arrivals, and who was asked.

use des::{Distribution, Stream};
use smol_str::SmolStr;
use twin::{DeliveryId, PlantTime, Span, Statement, report::DeliveryTerms};

use crate::{
    breakdown::{span_of_hours, spoken},
    model::{Event, Model},
    network::Consignment,
};

/// Promised and not yet here at most; a supplier that is stopped promises no more.
const MOST_OPEN: usize = 64;
/// A source that is short is looked at again after this.
const LOOK_AGAIN: Span = Span::DAY;
/// What a supplier that is short says: a week.
const SHORT_DELAY: Span = Span::from_secs(7 * 86_400);
/// From the news of a delay to the answer of whom one calls.
const ANSWER_AFTER: Span = Span::from_secs(4 * 3_600);

impl Model {
    /// Promises the next lot of a line, as far ahead as its lead time.
    pub(crate) fn promise(&mut self, line: usize) {
        let state = &mut self.lines[line];
        let due = state.next_due;
        state.next_due = due + state.every;
        let next = (state.next_due - state.lead).max(self.now);
        if state.open.len() < MOST_OPEN {
            state.numbered += 1;
            let late = lateness((state.on_time_ratio, state.mean_late), &mut state.lateness);
            let due = due + state.late;
            let id = delivery_id(&state.key, state.numbered);
            let consignment = self.consignments.len();
            state.open.push_back(consignment);
            self.consignments.push(Consignment {
                id,
                line,
                quantity: self.lines[line].lot,
                promised: due,
                expected: due,
                hidden: late,
                shipped: false,
                announced: false,
                ship: None,
                single: false,
            });
            self.say_delivery(consignment, Statement::DeliveryPromised, None);
            self.ship_for_its_day(consignment);
        }
        self.schedule(next, Event::Promise { line });
    }

    /// Promises a single delivery of the plan. It comes on the way of its line and shares the
    /// line's trouble, and has a chance of its own to be late.
    pub(crate) fn promise_single(&mut self, consignment: usize) {
        let line = self.consignments[consignment].line;
        self.lines[line].open.push_back(consignment);
        self.say_delivery(consignment, Statement::DeliveryPromised, None);
        let late = self.lines[line].late;
        if late > Span::ZERO {
            self.put_off(consignment, late, "supplier/late");
            return;
        }
        self.ship_for_its_day(consignment);
    }

    /// A lot leaves in time to come on the day that it is expected.
    pub(crate) fn ship_for_its_day(&mut self, consignment: usize) {
        let state = &self.consignments[consignment];
        let leaves = state.expected - self.transit(state.line);
        self.ship_at(consignment, leaves);
    }

    /// A lot leaves at a moment, and at no other.
    fn ship_at(&mut self, consignment: usize, moment: PlantTime) {
        let pending = self.consignments[consignment].ship.take();
        self.cancel(pending);
        let key = self.schedule(moment, Event::Ship { consignment });
        self.consignments[consignment].ship = key;
    }

    /// On the road: a fifth of the lead time, a week at most.
    pub(crate) fn transit(&self, line: usize) -> Span {
        let fifth = Span::from_micros(self.lines[line].lead.micros() / 5);
        fifth.min(SHORT_DELAY)
    }

    pub(crate) fn say_delivery(
        &mut self,
        consignment: usize,
        kind: impl FnOnce(DeliveryTerms) -> Statement,
        reason: Option<&str>,
    ) {
        let state = &self.consignments[consignment];
        let line = &self.lines[state.line];
        let terms = DeliveryTerms {
            delivery: state.id.clone(),
            supplier: line.supplier.clone(),
            material: self.materials[line.material].id.clone(),
            quantity: state.quantity,
            date: state.expected,
            reason: reason.map(SmolStr::new),
        };
        let site = line.site;
        self.say(site, kind(terms));
    }

    /// The day a lot should leave: it does, or its delay becomes known.
    pub(crate) fn ship(&mut self, consignment: usize) {
        self.consignments[consignment].ship = None;
        let hidden = std::mem::take(&mut self.consignments[consignment].hidden);
        if hidden > Span::ZERO {
            self.put_off(consignment, hidden, "supplier/late");
            return;
        }
        let line = self.consignments[consignment].line;
        // Lots of one line keep their order; a full gate keeps later ones at the supplier.
        let blocked = !self.stores[self.lines[line].store].gate.is_empty();
        if blocked {
            self.consignments[consignment].expected = self.now + LOOK_AGAIN + self.transit(line);
            self.ship_at(consignment, self.now + LOOK_AGAIN);
            return;
        }
        if !self.load(consignment) {
            if !self.consignments[consignment].announced {
                self.consignments[consignment].announced = true;
                let late = (self.now + SHORT_DELAY + self.transit(line))
                    .since(self.consignments[consignment].expected);
                self.put_off(consignment, late.max(Span::DAY), "supplier/short");
            }
            self.ship_at(consignment, self.now + LOOK_AGAIN);
            return;
        }
        self.consignments[consignment].shipped = true;
        let arrives = (self.now + self.transit(line)).max(self.consignments[consignment].expected);
        let arrives = if self.consignments[consignment].announced {
            self.now + self.transit(line)
        } else {
            arrives
        };
        self.consignments[consignment].expected = arrives;
        self.say_delivery(consignment, Statement::DeliveryShipped, None);
        self.schedule(arrives, Event::Arrive { consignment });
    }

    /// Takes a lot out of the plant that makes it; whatever a firm outside makes is there.
    fn load(&mut self, consignment: usize) -> bool {
        let state = &self.consignments[consignment];
        let line = &self.lines[state.line];
        let Some(source) = line.from else { return true };
        let (material, quantity) = (line.material, state.quantity);
        let there = self.stores[source].stock(material);
        if there + 1e-6 < quantity {
            return false;
        }
        let statement = Statement::LotConsumed {
            material: self.materials[material].id.clone(),
            quantity,
            storage: self.stores[source].id.clone(),
            lot: twin::LotId::new(state.id.as_str()).ok(),
            part: None,
        };
        self.take_bulk(source, material, quantity);
        self.say(self.stores[source].site, statement);
        self.room_came(source);
        true
    }

    /// Something came into a storage that a line ships from.
    pub(crate) fn try_shipping(&mut self, line: usize) {
        let waiting = self.lines[line].open.iter().copied().find(|&consignment| {
            let state = &self.consignments[consignment];
            state.announced && !state.shipped
        });
        if let Some(consignment) = waiting {
            self.ship_at(consignment, self.now);
        }
    }

    /// A lot comes later; its date changes now, and somebody asks why.
    pub(crate) fn put_off(&mut self, consignment: usize, by: Span, reason: &str) {
        let state = &mut self.consignments[consignment];
        state.expected = state.expected + by;
        self.say_delivery(consignment, Statement::DeliveryDelayed, Some(reason));
        self.ship_for_its_day(consignment);
        self.ask(consignment, reason);
    }

    fn ask(&mut self, consignment: usize, reason: &str) {
        let state = &self.consignments[consignment];
        let line = &self.lines[state.line];
        let firm = self.sites[line.site].suppliers.get(&line.supplier);
        let firm = firm.map_or(line.supplier.as_str(), SmolStr::as_str);
        let late = spoken(state.expected.since(state.promised));
        let why = if reason == "supplier/short" { "short of stock" } else { "running late" };
        let (id, material) = (state.id.clone(), &self.materials[line.material].id);
        let text = format!(
            "Asked {firm} about {material}, {} due; answer: {why}, {late} later than promised",
            state.quantity
        );
        let asked = self.asked.len();
        self.asked.push((line.site, id.to_string(), text));
        self.schedule(self.now + ANSWER_AFTER, Event::Answer { asked });
    }

    pub(crate) fn answer(&mut self, asked: usize) {
        let (site, about, text) = &self.asked[asked];
        let (site, about, text) = (*site, SmolStr::new(about), text.clone());
        self.say(site, Statement::Comment { about, text });
    }

    /// A lot is at the gate; it comes in when there is room.
    pub(crate) fn arrive(&mut self, consignment: usize) {
        let store = self.lines[self.consignments[consignment].line].store;
        self.stores[store].gate.push_back(consignment);
        self.unload_gate(store);
    }

    pub(crate) fn unload_gate(&mut self, store: usize) {
        while let Some(&consignment) = self.stores[store].gate.front() {
            let pieces = self.consignments[consignment].quantity.ceil() as u32;
            let material = self.lines[self.consignments[consignment].line].material;
            let area = self.stores[store].area;
            let is_counted = self.materials[material].serial;
            if self.stores[store].room() < pieces
                || (is_counted && self.areas[area].room() < pieces)
            {
                return;
            }
            self.stores[store].gate.pop_front();
            self.come_in(consignment, store);
        }
    }

    fn come_in(&mut self, consignment: usize, store: usize) {
        let line = self.consignments[consignment].line;
        self.lines[line].open.retain(|&other| other != consignment);
        self.consignments[consignment].expected = self.now;
        self.say_delivery(consignment, Statement::DeliveryArrived, None);
        let state = &self.lines[line];
        let (site, material, ratio) = (state.site, state.material, state.yield_ratio);
        let quantity = self.consignments[consignment].quantity;
        let good = if ratio < 1.0 { (quantity * ratio).round().min(quantity) } else { quantity };
        let id = self.consignments[consignment].id.to_string();
        if self.materials[material].serial {
            self.born_so_many(store, material, good as u64, &id);
            return;
        }
        if good < quantity {
            let statement = Statement::LotConsumed {
                material: self.materials[material].id.clone(),
                quantity: quantity - good,
                storage: self.stores[store].id.clone(),
                lot: twin::LotId::new(&id).ok(),
                part: None,
            };
            self.say(site, statement);
        }
        self.add_bulk(store, material, good, &id);
    }

    /// Everything of a line that has not left comes so much later than was said.
    pub(crate) fn slip(&mut self, line: usize, late: Span) {
        let more = late - self.lines[line].late;
        self.lines[line].late = late;
        if more <= Span::ZERO {
            return;
        }
        let open: Vec<usize> = self.lines[line].open.iter().copied().collect();
        for consignment in open {
            if !self.consignments[consignment].shipped {
                self.put_off(consignment, more, "supplier/late");
            }
        }
    }

    /// When the next promise of a line that starts now is made.
    pub(crate) fn first_promise(&mut self, line: usize) {
        let state = &self.lines[line];
        if state.reorder.is_some() {
            return;
        }
        let at: PlantTime = (state.next_due - state.lead).max(self.now);
        self.schedule(at, Event::Promise { line });
    }
}

/// How much later than promised a lot comes: not at all, as often as the ratio says, else as
/// much as chance has it.
pub(crate) fn lateness((on_time_ratio, mean_late): (f64, Span), stream: &mut Stream) -> Span {
    if stream.unit() < on_time_ratio {
        return Span::ZERO;
    }
    let mean = mean_late.hours();
    let late = Distribution::exponential(mean).map(|late| late.sample(stream));
    span_of_hours(late.unwrap_or(mean))
}

/// An id of at most 64 bytes, whatever the names.
pub(crate) fn delivery_id(key: &str, number: u64) -> DeliveryId {
    let key: String = key.chars().take(48).collect();
    match DeliveryId::new(&format!("{key}-{number:04}")) {
        Ok(id) => id,
        Err(_) => unreachable!("made of ids, a dash and digits, and short enough"),
    }
}
