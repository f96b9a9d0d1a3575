//! Carriers that leave by schedule: load what is there, sail, unload where there is room, return.

use smol_str::{SmolStr, format_smolstr};
use twin::{Span, Statement};

use crate::{
    model::{Event, Model},
    network::At,
};

/// How often a carrier under way says where it is.
pub(crate) const STEPS: u8 = 8;
/// How far off the berth the far end of a lane is drawn \[m\]: plants share no datum.
const STRIP_M: f64 = 4_000.0;

impl Model {
    /// The scheduled moment: takes aboard what is there and leaves, or stays if nothing is.
    pub(crate) fn depart(&mut self, lane: usize) {
        let state = &self.lanes[lane];
        let (carrier, every) = (state.carrier, state.every);
        // A carrier that is late leaves when it is back, and keeps to the timetable after that.
        if state.away || self.resources[carrier].taken_by.is_some() {
            let state = &mut self.lanes[lane];
            state.late = Span::from_micros(1);
            return;
        }
        if let Some(down) = &self.resources[carrier].down {
            let until = down.until;
            self.schedule(until, Event::Depart { lane });
            return;
        }
        while self.lanes[lane].next <= self.now {
            self.lanes[lane].next = self.lanes[lane].next + every;
        }
        self.load_carrier(lane);
        let next = self.lanes[lane].next;
        self.schedule(next, Event::Depart { lane });
        if self.lanes[lane].aboard.is_empty() {
            return;
        }
        let transit = self.lanes[lane].transit.clone();
        let span = transit.sample(&mut self.resources[carrier].time);
        let state = &mut self.lanes[lane];
        state.trips += 1;
        (state.away, state.left, state.arrives) = (true, self.now, self.now + span);
        let by = format_smolstr!("trip-{}", state.trips);
        let at = self.resources[carrier].at;
        self.take_resource_quietly(carrier, by, at);
        self.sail_on(lane, 1);
    }

    /// A carrier under way is heard of again after an eighth of its way.
    fn sail_on(&mut self, lane: usize, step: u8) {
        let way = self.lanes[lane].arrives.since(self.lanes[lane].left);
        let at = self.now + Span::from_micros(way.micros() / i64::from(STEPS));
        self.schedule(at, Event::UnderWay { lane, step });
    }

    /// A trip is nobody that a report may name; the first part aboard stands for it.
    fn take_resource_quietly(&mut self, carrier: usize, trip: SmolStr, at: [f64; 3]) {
        let lane = self.lanes.iter().find(|lane| lane.carrier == carrier);
        let first = lane.and_then(|lane| lane.aboard.front());
        let by = first.map_or(trip, |&part| SmolStr::new(self.parts[part].name.as_str()));
        self.take_resource(carrier, by, at);
    }

    fn load_carrier(&mut self, lane: usize) {
        let state = &self.lanes[lane];
        let (carrier, from, material) = (state.carrier, state.from, state.material);
        let most = state.most as usize;
        let ready: Vec<usize> = self.stores[from]
            .parts
            .iter()
            .copied()
            .filter(|&part| self.parts[part].material == material && !self.parts[part].held)
            .take(most)
            .collect();
        for part in ready {
            self.move_part(part, At::Resource(carrier), Some(carrier), None);
            self.lanes[lane].aboard.push_back(part);
        }
    }

    pub(crate) fn under_way(&mut self, lane: usize, step: u8) {
        let outbound = !self.lanes[lane].aboard.is_empty() && !self.lanes[lane].at_quay;
        let carrier = self.lanes[lane].carrier;
        if let Some(down) = &self.resources[carrier].down {
            // What it did not sail since it broke down, it sails after the repair.
            let at = down.until + self.now.since(down.since);
            self.schedule(at, Event::UnderWay { lane, step });
            return;
        }
        let part = f64::from(step) / f64::from(STEPS);
        let part = if outbound { part } else { 1.0 - part };
        let berth = self.lane_berth(lane);
        self.pose(carrier, [berth[0] + STRIP_M * part, berth[1], berth[2]]);
        if step == STEPS {
            if outbound {
                self.lanes[lane].at_quay = true;
                self.unload_barge(lane);
            } else {
                self.back(lane);
            }
        } else {
            self.sail_on(lane, step + 1);
        }
    }

    fn lane_berth(&self, lane: usize) -> [f64; 3] {
        let state = &self.lanes[lane];
        let home = self.resources[state.carrier].site == self.stores[state.from].site;
        let at = self.stores[if home { state.from } else { state.to }].at;
        [at[0], at[1], 0.0]
    }

    /// Puts ashore what fits; empty, the carrier turns back.
    pub(crate) fn unload_barge(&mut self, lane: usize) {
        if !self.lanes[lane].at_quay {
            return;
        }
        let (to, carrier) = (self.lanes[lane].to, self.lanes[lane].carrier);
        let brought_by = self.name_for(self.stores[to].site, carrier);
        while self.stores[to].room() > 0 && self.areas[self.stores[to].area].room() > 0 {
            let Some(part) = self.lanes[lane].aboard.pop_front() else { break };
            self.parts[part].brought_by = brought_by.clone();
            self.move_part(part, At::Store(to), Some(carrier), None);
        }
        if self.lanes[lane].aboard.is_empty() {
            self.lanes[lane].at_quay = false;
            self.sail_on(lane, 1);
        }
    }

    /// A carrier as a plant calls it.
    fn name_for(&self, site: usize, resource: usize) -> SmolStr {
        let state = &self.resources[resource];
        if state.site == site {
            SmolStr::new(state.id.as_str())
        } else {
            format_smolstr!("{}/{}", self.sites[state.site].id, state.id)
        }
    }

    fn back(&mut self, lane: usize) {
        let carrier = self.lanes[lane].carrier;
        self.lanes[lane].away = false;
        let state = &mut self.resources[carrier];
        let by = state.taken_by.take().unwrap_or_default();
        let (site, id) = (state.site, state.id.clone());
        self.say(site, Statement::ResourceFreed { resource: id, by });
        if std::mem::take(&mut self.lanes[lane].late) > Span::ZERO {
            self.schedule(self.now, Event::Depart { lane });
        }
    }
}
