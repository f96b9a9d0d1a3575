//! What comes from outside by itself, and what is ordered by the level of stock.

use des::{Distribution, Stream};
use smol_str::SmolStr;
use twin::{Span, Statement};

use crate::{
    breakdown::span_of_hours,
    lasts::Lasts,
    model::{Event, Model},
    network::Consignment,
    supply::delivery_id,
};

/// Lots that come one after the other.
#[derive(Clone, Debug)]
pub(crate) struct ArrivalState {
    pub id: SmolStr,
    /// Between two \[h\].
    pub between: Distribution,
    pub stream: Stream,
    /// Material, storage and pieces, all at the same instant.
    pub gives: Vec<(usize, usize, u32)>,
}

/// When a supply line orders: continuous review.
#[derive(Clone, Debug)]
pub(crate) struct Reorder {
    /// An order goes out when so much is left, or less.
    pub point: f64,
    pub lot: f64,
    pub lead: Lasts,
    pub stream: Stream,
    /// Where what comes is wanted.
    pub wanted_at: usize,
    /// What was wanted since the stock stood at `point` and a lot.
    pub counted: f64,
}

impl Model {
    /// A lot comes, and the next one is on its way.
    pub(crate) fn arrives(&mut self, arrivals: usize) {
        let id = self.arrivals[arrivals].id.clone();
        for index in 0..self.arrivals[arrivals].gives.len() {
            let (material, store, pieces) = self.arrivals[arrivals].gives[index];
            self.bring(store, material, pieces, &id);
        }
        self.next_arrival(arrivals);
    }

    pub(crate) fn next_arrival(&mut self, arrivals: usize) {
        let state = &mut self.arrivals[arrivals];
        let after = span_of_hours(state.between.sample(&mut state.stream));
        self.schedule(self.now + after, Event::Arrives { arrivals });
    }

    fn bring(&mut self, store: usize, material: usize, pieces: u32, by: &str) {
        if self.materials[material].serial {
            self.born_so_many(store, material, u64::from(pieces), by);
            return;
        }
        let statement = Statement::LotProduced {
            material: self.materials[material].id.clone(),
            quantity: f64::from(pieces),
            storage: self.stores[store].id.clone(),
            lot: None,
            part: None,
        };
        self.say(self.stores[store].site, statement);
        self.add_bulk(store, material, f64::from(pieces), by);
    }

    /// Something came where it is wanted: lots of it are ordered.
    pub(crate) fn is_wanted(&mut self, store: usize, pieces: f64) {
        for index in 0..self.stores[store].wanted_by.len() {
            self.count_wanted(self.stores[store].wanted_by[index], pieces);
        }
    }

    /// Counts what is wanted of a line, and orders as often as that comes to a lot.
    pub(crate) fn count_wanted(&mut self, line: usize, pieces: f64) {
        let mut orders = 0;
        if let Some(reorder) = &mut self.lines[line].reorder {
            reorder.counted += pieces;
            while reorder.counted >= reorder.lot {
                reorder.counted -= reorder.lot;
                orders += 1;
            }
        }
        for _ in 0..orders {
            self.reorder(line);
        }
    }

    fn reorder(&mut self, line: usize) {
        let state = &mut self.lines[line];
        let Some(reorder) = &mut state.reorder else { return };
        let lead = reorder.lead.sample(&mut reorder.stream);
        state.numbered += 1;
        let due = self.now + lead + state.late;
        let consignment = self.consignments.len();
        state.open.push_back(consignment);
        let is_made_elsewhere = state.from.is_some();
        self.consignments.push(Consignment {
            id: delivery_id(&state.key, state.numbered),
            line,
            quantity: reorder.lot,
            promised: due,
            expected: due,
            hidden: Span::ZERO,
            shipped: !is_made_elsewhere,
            announced: false,
            ship: None,
            single: false,
        });
        self.say_delivery(consignment, Statement::DeliveryPromised, None);
        if is_made_elsewhere {
            self.ship_for_its_day(consignment);
        } else {
            self.say_delivery(consignment, Statement::DeliveryShipped, None);
            self.schedule(due, Event::Arrive { consignment });
        }
    }
}
