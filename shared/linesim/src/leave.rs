//! How finished work leaves a unit: room first, then whatever carries it.

use smol_str::{SmolStr, format_smolstr};
use twin::{Span, Statement};

use crate::{
    lacks::Lacks,
    model::Model,
    network::{At, Carriage, ErrandKind, Leaving, Phase, Wait},
};

impl Model {
    /// Lets what is finished leave, as far as there is room and something to carry it.
    pub(crate) fn try_leaving(&mut self, unit: usize) {
        let mut job = 0;
        while job < self.units[unit].jobs.len() {
            if self.units[unit].jobs[job].phase != Phase::Done {
                job += 1;
                continue;
            }
            while let Some(&leaving) = self.units[unit].jobs[job].leaving.front() {
                match self.leave(unit, job, leaving) {
                    Ok(()) => {
                        self.units[unit].jobs[job].leaving.pop_front();
                        self.units[unit].jobs[job].wait = None;
                        self.left_with_cards(unit, job, leaving);
                    }
                    Err(wait) => {
                        self.units[unit].jobs[job].wait = Some(wait);
                        break;
                    }
                }
            }
            if self.units[unit].jobs[job].leaving.is_empty() {
                self.units[unit].jobs.remove(job);
                self.units[unit].idle_since = self.now;
            } else {
                job += 1;
            }
        }
    }

    /// What goes on gives back its cards; what is sent back keeps them.
    fn left_with_cards(&mut self, unit: usize, job: usize, leaving: Leaving) {
        let state = &self.units[unit].jobs[job];
        let op = state.op;
        let pieces = match leaving {
            Leaving::Part { to, .. } => u32::from(self.ops[op].to == Some(to)),
            Leaving::Bulk { .. } => state.times.max(1),
        };
        self.return_cards(unit, op, pieces);
    }

    fn leave(&mut self, unit: usize, job: usize, leaving: Leaving) -> Result<(), Wait> {
        let (to, carried) = match leaving {
            Leaving::Part { to, carried, .. } | Leaving::Bulk { to, carried, .. } => (to, carried),
        };
        self.check_room(unit, leaving, to)?;
        let op = self.units[unit].jobs[job].op;
        let resource = if carried { Some(self.free_carrier(op)?) } else { None };
        let waited = self.units[unit].jobs[job].wait.take();
        let hold = self.hold_of(unit, op, leaving);
        match resource {
            Some(resource) => self.carry(unit, job, resource, leaving, hold, waited),
            None => self.put_down(unit, job, leaving, hold, waited),
        }
        Ok(())
    }

    fn check_room(&self, unit: usize, leaving: Leaving, to: usize) -> Result<(), Wait> {
        let pieces = match leaving {
            Leaving::Part { .. } => 1,
            Leaving::Bulk { quantity, .. } => quantity.ceil() as u32,
        };
        if self.stores[to].room() < pieces {
            return Err(Wait::Space { store: to });
        }
        // Buildings count parts, not quantities of material.
        let Leaving::Part { part, .. } = leaving else { return Ok(()) };
        if !self.leaves_room_for_earlier(part, to) {
            return Err(Wait::Space { store: to });
        }
        let (here, there) = (self.centers[self.units[unit].center].area, self.stores[to].area);
        if here != there && self.areas[there].room() == 0 {
            return Err(Wait::Limit { area: there });
        }
        Ok(())
    }

    fn free_carrier(&self, op: usize) -> Result<usize, Wait> {
        let mut missing = Wait::Machine;
        for &resource in &self.ops[op].carried_by {
            match self.resource_free(resource) {
                Ok(()) => return Ok(resource),
                Err(wait) => missing = wait,
            }
        }
        Err(missing)
    }

    /// The hold of good parts after the operation; parts to be reworked are not held.
    pub(crate) fn hold_of(
        &mut self,
        unit: usize,
        op: usize,
        leaving: Leaving,
    ) -> Option<(Span, bool)> {
        let Leaving::Part { to, .. } = leaving else { return None };
        if self.ops[op].to != Some(to) {
            return None;
        }
        let lasts = self.ops[op].hold_after.clone()?;
        let span = lasts.sample(&mut self.units[unit].streams.quality);
        (span > Span::ZERO).then_some((span, lasts.runs_on))
    }

    fn put_down(
        &mut self,
        unit: usize,
        job: usize,
        leaving: Leaving,
        hold: Option<(Span, bool)>,
        waited: Option<Wait>,
    ) {
        match leaving {
            Leaving::Part { part, to, .. } => {
                self.move_part(part, At::Store(to), None, waited.map(|wait| (wait, unit)));
                if let Some((span, runs_on)) = hold {
                    self.hold(part, span, runs_on, unit);
                }
            }
            Leaving::Bulk { quantity, to, .. } => {
                let state = &self.units[unit].jobs[job];
                let (part, material) = (state.parts[0], self.ops[state.op].output);
                self.produce(unit, part, material, quantity, to);
            }
        }
    }

    fn produce(&mut self, unit: usize, part: usize, material: usize, quantity: f64, to: usize) {
        let statement = Statement::LotProduced {
            material: self.materials[material].id.clone(),
            quantity,
            storage: self.stores[to].id.clone(),
            lot: None,
            part: Some(self.parts[part].name.clone()),
        };
        self.say(self.stores[to].site, statement);
        self.finish_kit(unit, part);
        let by = self.units[unit].id.to_string();
        self.add_bulk(to, material, quantity, &by);
    }

    /// A kit ends as the quantity that was made of it.
    fn finish_kit(&mut self, unit: usize, part: usize) {
        let statement = Statement::PartCompleted {
            part: self.parts[part].name.clone(),
            material: self.materials[self.parts[part].material].id.clone(),
            order: None,
        };
        self.say(self.units[unit].site, statement);
        self.end_kit(part);
    }

    fn carry(
        &mut self,
        unit: usize,
        job: usize,
        resource: usize,
        what: Leaving,
        hold: Option<(Span, bool)>,
        waited: Option<Wait>,
    ) {
        let op = self.units[unit].jobs[job].op;
        let Some(lasts) = self.ops[op].carry_time.clone() else { return };
        self.keep_room(what);
        let holder = match what {
            Leaving::Part { part, .. } => {
                self.parts[part].brought_by = SmolStr::new(self.units[unit].id.as_str());
                part
            }
            Leaving::Bulk { .. } => self.units[unit].jobs[job].parts[0],
        };
        let holder = SmolStr::new(self.parts[holder].name.as_str());
        self.take_resource(resource, holder.clone(), self.units[unit].at);
        match what {
            Leaving::Part { part, .. } => {
                self.move_part(
                    part,
                    At::Resource(resource),
                    Some(resource),
                    waited.map(|wait| (wait, unit)),
                );
            }
            Leaving::Bulk { .. } => {
                let kit = self.units[unit].jobs[job].parts[0];
                self.finish_kit(unit, kit);
            }
        }
        let work = lasts.sample(&mut self.resources[resource].time);
        let material = self.ops[op].output;
        let (hold_after, hold_runs_on) = hold.unzip();
        let carriage = Carriage {
            resource,
            what,
            material,
            from_unit: unit,
            hold_after,
            hold_runs_on: hold_runs_on.unwrap_or(false),
            holder,
        };
        self.carriage_begins(carriage, work);
    }

    /// Room for what is under way is kept until it is there.
    pub(crate) fn keep_room(&mut self, what: Leaving) {
        match what {
            Leaving::Part { to, .. } => {
                self.stores[to].reserved += 1;
                self.expect_part(At::Store(to));
            }
            Leaving::Bulk { quantity, to, .. } => {
                let state = &mut self.stores[to];
                state.reserved = state.reserved.saturating_add(quantity.ceil() as u32);
            }
        }
    }

    /// Sets a resource to bring away what it has taken up.
    pub(crate) fn carriage_begins(&mut self, carriage: Carriage, work: Span) {
        let resource = carriage.resource;
        let slot = self.carriages.iter().position(Option::is_none).unwrap_or(self.carriages.len());
        match self.carriages.get_mut(slot) {
            Some(free) => *free = Some(carriage),
            None => self.carriages.push(Some(carriage)),
        }
        self.begin_errand(resource, ErrandKind::Carry { carriage: slot }, work);
    }

    pub(crate) fn carried(&mut self, carriage: usize) {
        let Some(done) = self.carriages.get_mut(carriage).and_then(Option::take) else { return };
        self.end_errand(done.resource);
        match done.what {
            Leaving::Part { part, to, .. } => {
                self.stores[to].reserved = self.stores[to].reserved.saturating_sub(1);
                self.expected_part_came(At::Store(to));
                self.move_part(part, At::Store(to), Some(done.resource), None);
                if let Some(span) = done.hold_after {
                    self.hold(part, span, done.hold_runs_on, done.from_unit);
                }
            }
            Leaving::Bulk { quantity, to, .. } => {
                let pieces = quantity.ceil() as u32;
                self.stores[to].reserved = self.stores[to].reserved.saturating_sub(pieces);
                let statement = Statement::LotProduced {
                    material: self.materials[done.material].id.clone(),
                    quantity,
                    storage: self.stores[to].id.clone(),
                    lot: None,
                    part: None,
                };
                self.say(self.stores[to].site, statement);
                let by = self.units[done.from_unit].id.to_string();
                self.add_bulk(to, done.material, quantity, &by);
            }
        }
        let to = match done.what {
            Leaving::Part { to, .. } | Leaving::Bulk { to, .. } => to,
        };
        let at = self.stores[to].at;
        self.free_resource_of(done.resource, &done.holder, at);
    }

    pub(crate) fn take_resource(&mut self, resource: usize, by: SmolStr, at: [f64; 3]) {
        let state = &mut self.resources[resource];
        state.taken_by = Some(by.clone());
        let (site, id) = (state.site, state.id.clone());
        self.say(site, Statement::ResourceTaken { resource: id, by });
        self.pose(resource, at);
    }

    pub(crate) fn free_resource(&mut self, resource: usize, at: [f64; 3]) {
        let by = self.resources[resource].taken_by.clone().unwrap_or_default();
        self.free_resource_of(resource, &by, at);
    }

    fn free_resource_of(&mut self, resource: usize, by: &SmolStr, at: [f64; 3]) {
        self.pose(resource, at);
        let state = &mut self.resources[resource];
        state.taken_by = None;
        let (site, id) = (state.site, state.id.clone());
        self.say(site, Statement::ResourceFreed { resource: id, by: by.clone() });
        if self.resources[resource].down.is_some() {
            self.say_resource(resource);
        }
        self.resource_came(resource);
    }

    pub(crate) fn resource_came(&mut self, resource: usize) {
        for index in 0..self.resources[resource].users.len() {
            self.wake_if(self.resources[resource].users[index], Lacks::CRANE | Lacks::SHIFT);
        }
    }

    /// Says where a resource is, with the heading of the way it came.
    pub(crate) fn pose(&mut self, resource: usize, at: [f64; 3]) {
        let state = &mut self.resources[resource];
        let (east, north) = (at[0] - state.at[0], at[1] - state.at[1]);
        if east.abs() + north.abs() > 1e-9 && state.kind != twin::definition::ResourceKind::Crane {
            // Clockwise from north, in tenths of a degree.
            let degrees = libm::atan2(east, north).to_degrees();
            state.heading_deg = (degrees * 10.0).round() / 10.0;
            if state.heading_deg < 0.0 {
                state.heading_deg += 360.0;
            }
        }
        state.at = at;
        let statement = Statement::Pose {
            resource: state.id.clone(),
            x_m: at[0],
            y_m: at[1],
            z_m: at[2],
            heading_deg: state.heading_deg,
        };
        let site = state.site;
        self.say(site, statement);
    }

    /// The cause that a wait becomes once it is over, in the words of the plant that waits.
    pub(crate) fn cause_of(&self, wait: &Wait, unit: usize) -> twin::Cause {
        let site = self.units[unit].site;
        self.cause_of_move(wait, unit, site)
    }

    pub(crate) fn cause_of_move(&self, wait: &Wait, unit: usize, site: usize) -> twin::Cause {
        use twin::CauseKind as K;
        let abroad = |other: usize, id: &str| {
            if other == site {
                SmolStr::new(id)
            } else {
                format_smolstr!("{}/{id}", self.sites[other].id)
            }
        };
        let here = self.units[unit].id.as_str();
        let (kind, id) = match wait {
            Wait::Shift(calendar) => (K::Shift, self.calendars[*calendar].id.clone()),
            Wait::Repair => (K::Repair, SmolStr::new(here)),
            Wait::Setup => (K::Setup, SmolStr::new(here)),
            Wait::Machine => (K::Machine, SmolStr::new(here)),
            Wait::Material { store, material } => {
                let store = &self.stores[*store];
                let by = store.brought_by.get(material).filter(|by| !by.is_empty());
                (K::Material, by.cloned().unwrap_or_else(|| abroad(store.site, store.id.as_str())))
            }
            Wait::Order { op } => (K::Order, SmolStr::new(self.ops[*op].id.as_str())),
            Wait::Quality { store } => {
                (K::Quality, abroad(self.stores[*store].site, self.stores[*store].id.as_str()))
            }
            Wait::Space { store } => {
                (K::Space, abroad(self.stores[*store].site, self.stores[*store].id.as_str()))
            }
            Wait::Limit { area } => (K::Space, SmolStr::new(self.areas[*area].id.as_str())),
            // The card came from where a piece went on.
            Wait::Cards { cards } => {
                let by = self.cards[*cards].returned_by.unwrap_or(unit);
                (K::Space, abroad(self.units[by].site, self.units[by].id.as_str()))
            }
            Wait::Crew { crew } => (K::Operator, SmolStr::new(self.crews[*crew].id.as_str())),
            Wait::Crane { resource } => {
                let state = &self.resources[*resource];
                (K::Crane, abroad(state.site, state.id.as_str()))
            }
        };
        twin::Cause { kind, id }
    }
}
