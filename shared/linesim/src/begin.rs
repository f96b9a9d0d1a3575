//! How work begins: what must be there, in which order it is asked, and what is taken.

use twin::{Span, Statement};

use crate::{
    lacks::Lacks,
    model::{Event, Model},
    network::{At, Begins, Job, Op, Part, Phase, Role, Wait},
    takings::Takings,
};

impl Model {
    /// Lets finished parts leave and new work begin, as far as possible.
    pub(crate) fn try_unit(&mut self, unit: usize) {
        self.touched.insert(unit);
        let jobs = self.units[unit].jobs.len();
        self.try_leaving(unit);
        if self.units[unit].jobs.len() < jobs {
            // What left may let others go on that have waited longer: they are asked first.
            self.wake_unit(unit);
            return;
        }
        let stuck = self.units[unit].jobs.iter().filter_map(|job| job.wait.as_ref());
        let leaving = stuck.map(Lacks::of).fold(Lacks::NOTHING, |all, lacks| all | lacks);
        while !self.is_crowded() && self.try_begin(unit, leaving) {}
    }

    /// Where items are begun in turn, one that began may have let the next come to its turn, here or
    /// wherever else such items are made.
    fn next_in_turn(&mut self, op: usize) {
        for other in 0..self.ops.len() {
            let (made, of) = (&self.ops[other], &self.ops[op]);
            if made.output != of.output || made.swap_window.is_none() {
                continue;
            }
            let center = made.center;
            for index in 0..self.centers[center].units.len() {
                let unit = self.centers[center].units[index];
                self.wake_if(unit, Lacks::MATERIAL | Lacks::ORDER);
            }
        }
    }

    /// Begins what can begin; `leaving` is what the unit lacks to let go of what is finished.
    fn try_begin(&mut self, unit: usize, leaving: Lacks) -> bool {
        let (begins, lacks) = match self.ready(unit) {
            Some(Ok((op, takings))) => {
                self.begin(unit, op, &takings);
                if self.ops[op].swap_window.is_some() {
                    self.next_in_turn(op);
                }
                (true, Lacks::ANYTHING)
            }
            Some(Err((wait, lacks))) => {
                self.units[unit].wait = Some(wait);
                (false, leaving | lacks)
            }
            None => (false, leaving),
        };
        self.units[unit].lacks = lacks;
        begins
    }

    /// What can begin, or what it waits for; none while the unit has no place free.
    fn ready(&self, unit: usize) -> Option<Result<(usize, Takings), (Wait, Lacks)>> {
        let alone = |wait: Wait| {
            let lacks = Lacks::of(&wait);
            Some(Err((wait, lacks)))
        };
        let state = &self.units[unit];
        let center = &self.centers[state.center];
        let batches = center.ops.iter().any(|&op| self.ops[op].batch.is_some());
        let places = if batches { 1 } else { center.capacity.map_or(usize::MAX, |n| n as usize) };
        if state.jobs.len() >= places || (state.holding.is_some() && !state.jobs.is_empty()) {
            return None;
        }
        if state.down.is_some() {
            return alone(Wait::Repair);
        }
        if !self.calendars[center.calendar].hours.is_open(self.now) {
            return alone(Wait::Shift(center.calendar));
        }
        let mut nearest: Option<Wait> = None;
        let mut lacks = Lacks::NOTHING;
        for &op in &center.ops {
            if state.holding.is_some_and(|(_, holds)| holds != op) {
                continue;
            }
            let found = self
                .takings(unit, op)
                .and_then(|takings| self.helpers_free(unit, op, &takings).map(|()| takings));
            match found {
                Ok(takings) => return Some(Ok((op, takings))),
                Err(wait) => {
                    lacks = lacks | Lacks::of(&wait);
                    if nearest.as_ref().is_none_or(|other| nearness(&wait) > nearness(other)) {
                        nearest = Some(wait);
                    }
                }
            }
        }
        nearest.map(|wait| Err((wait, lacks)))
    }

    /// Crews, cranes and the building's limit, asked once the material is there.
    fn helpers_free(&self, unit: usize, op: usize, takings: &Takings) -> Result<(), Wait> {
        let state = &self.units[unit];
        let area = self.centers[state.center].area;
        let op = &self.ops[op];
        if self.areas[area].limit.is_some() {
            let is_in = |part: &&usize| self.area_at(self.parts[**part].at) == Some(area);
            let enters = takings.itself.iter().filter(|part| !is_in(part)).count();
            let leaves = takings.pieces.iter().filter(is_in).count();
            let more = (enters + takings.fresh.len()).saturating_sub(leaves);
            if more > self.areas[area].room() as usize {
                return Err(Wait::Limit { area });
            }
        }
        for &(crew, people) in &op.crew {
            let state = &self.crews[crew];
            if !self.calendars[state.calendar].hours.is_open(self.now) {
                return Err(Wait::Shift(state.calendar));
            }
            if state.people.saturating_sub(state.taken) < people {
                return Err(Wait::Crew { crew });
            }
        }
        if let Some(resource) = op.held_by {
            self.resource_free(resource)?;
        }
        self.fetcher(op, takings).map(|_| ())
    }

    /// What could bring the parts, and how often it must go; none where nothing is brought.
    fn fetcher(&self, op: &Op, takings: &Takings) -> Result<Option<usize>, Wait> {
        let mut found = None;
        let mut missing = None;
        for part in takings.itself.iter().chain(&takings.pieces) {
            let At::Store(store) = self.parts[*part].at else { continue };
            let Some(fetch) = op.fetched.get(&store) else { continue };
            for &resource in &fetch.by {
                match self.resource_free(resource) {
                    Ok(()) => {
                        found = found.or(Some(resource));
                        break;
                    }
                    Err(wait) => missing = Some(wait),
                }
            }
        }
        match (found, missing) {
            (None, Some(wait)) => Err(wait),
            (found, _) => Ok(found),
        }
    }

    pub(crate) fn resource_free(&self, resource: usize) -> Result<(), Wait> {
        let state = &self.resources[resource];
        if state.taken_by.is_some() || state.down.is_some() {
            return Err(Wait::Crane { resource });
        }
        if !self.calendars[state.calendar].hours.is_open(self.now) {
            return Err(Wait::Shift(state.calendar));
        }
        Ok(())
    }

    fn begin(&mut self, unit: usize, op: usize, takings: &Takings) {
        let cause = self.units[unit].wait.take().unwrap_or(Wait::Machine);
        let fetcher = self.fetcher(&self.ops[op], takings).ok().flatten();
        let fetch = fetcher.map(|resource| (resource, self.fetch_time(op, resource, takings)));
        let mut parts = takings.itself.clone();
        for &(number, remade) in &takings.fresh {
            parts.push(self.born(unit, op, number, remade));
        }
        if matches!(self.ops[op].begins, Begins::Bulk) {
            parts.push(self.kit(unit, op));
        }
        let Some(&lead) = parts.first() else { return };
        let stores: Vec<usize> = takings
            .itself
            .iter()
            .chain(&takings.pieces)
            .filter_map(|&part| match self.parts[part].at {
                At::Store(store) if self.ops[op].fetched.contains_key(&store) => Some(store),
                _ => None,
            })
            .collect();
        if let (Some((resource, _)), Some(&store)) = (fetch, stores.first()) {
            let holder = smol_str::SmolStr::new(self.units[unit].id.as_str());
            self.take_resource(resource, holder, self.stores[store].at);
        }
        let mut fetching = Vec::new();
        for &part in &takings.itself {
            self.note_turn(op, part);
            match (fetch, self.parts[part].at) {
                (_, At::Unit(there)) if there == unit => {}
                (Some((resource, _)), At::Store(store)) if stores.contains(&store) => {
                    self.move_part(
                        part,
                        At::Resource(resource),
                        Some(resource),
                        Some((cause.clone(), unit)),
                    );
                    self.expect_part(At::Unit(unit));
                    fetching.push(part);
                }
                _ => self.move_part(part, At::Unit(unit), None, None),
            }
        }
        self.consume(op, lead, takings);
        if let Begins::Grows { .. } = self.ops[op].begins {
            self.units[unit].holding = Some((lead, op));
        }
        self.take_helpers(unit, op);
        self.take_cards(op, takings.times);
        self.start_job(unit, op, (parts, takings.times), cause);
        if let Some((resource, span)) = fetch {
            let job = self.units[unit].jobs.len() - 1;
            let state = &mut self.units[unit].jobs[job];
            (state.phase, state.remaining) = (Phase::Fetch, span);
            state.fetched_by = Some(resource);
            state.fetching = fetching;
        }
        self.job_begins(unit);
    }

    /// How long bringing the parts takes, breakdowns left out: one way for each.
    fn fetch_time(&mut self, op: usize, resource: usize, takings: &Takings) -> Span {
        let mut span = Span::ZERO;
        for part in takings.itself.iter().chain(&takings.pieces) {
            let At::Store(store) = self.parts[*part].at else { continue };
            let Some(fetch) = self.ops[op].fetched.get(&store).cloned() else { continue };
            span += fetch.lasts.sample(&mut self.resources[resource].time);
        }
        span
    }

    /// Where parts come in turn, this one has come.
    fn note_turn(&mut self, op: usize, part: usize) {
        if let (Some(_), Some(number)) = (self.ops[op].swap_window, self.parts[part].number) {
            let op = &mut self.ops[op];
            op.turn.insert(number);
            while op.turn.remove(&op.turn_from) {
                op.turn_from += 1;
            }
        }
    }

    /// A new item appears where its work begins.
    pub(crate) fn born(&mut self, unit: usize, op: usize, number: u64, remade: u32) -> usize {
        let Op { site, output, every, .. } = self.ops[op];
        let state = &mut self.materials[output];
        if remade > 0 {
            state.again.retain(|&(other, _)| other != number);
        } else if self.serials.total(&state.id).is_none() {
            state.next_open = state.next_open.max(number + 1);
        } else {
            state.begun.insert(number);
            let next = state.next.entry(site).or_insert(0);
            let plant = &self.sites[site].id;
            while state.begun.contains(next) || {
                let total = self.serials.total(&state.id).unwrap_or(0);
                *next < total && !self.serials.built_at(&state.id, *next, plant)
            } {
                *next += 1;
            }
        }
        if let Some(every) = every
            && every > Span::ZERO
        {
            let next = self.units[unit].not_before.max(self.now - every) + every;
            self.units[unit].not_before = next;
            self.schedule(next, Event::Wake { unit });
        }
        let name = self.serials.name(&self.materials[output].id, number, remade);
        let name = name.unwrap_or_else(|| self.fallback_name(number));
        let part = self.new_part(name, output, Some(number), remade);
        self.place_new(part, unit);
        part
    }

    /// A quantity gets a name for the run, as reports speak of parts.
    pub(crate) fn kit(&mut self, unit: usize, op: usize) -> usize {
        let site = self.ops[op].site;
        self.sites[site].kits += 1;
        let number = self.sites[site].kits;
        let text = format!("{}-kit-{number}", self.materials[self.ops[op].output].id);
        let name = twin::PartId::new(&text).unwrap_or_else(|_| self.fallback_name(number));
        let output = self.ops[op].output;
        let part = self.new_part(name, output, None, 0);
        self.parts[part].kit = true;
        self.place_new(part, unit);
        part
    }

    pub(crate) fn new_part(
        &mut self,
        name: twin::PartId,
        material: usize,
        number: Option<u64>,
        remade: u32,
    ) -> usize {
        self.parts.push(Part {
            name,
            material,
            number,
            remade,
            at: At::Gone,
            brought_by: smol_str::SmolStr::default(),
            rounds: 0,
            held: false,
            pieces: Vec::new(),
            kit: false,
        });
        self.parts.len() - 1
    }

    /// Puts together what a start takes besides its parts.
    fn consume(&mut self, op: usize, lead: usize, takings: &Takings) {
        let site = self.ops[op].site;
        let into = self.parts[lead].name.clone();
        for &piece in &takings.pieces {
            let At::Store(store) = self.parts[piece].at else { continue };
            let state = &self.parts[piece];
            let statement = Statement::LotConsumed {
                material: self.materials[state.material].id.clone(),
                quantity: 1.0,
                storage: self.stores[store].id.clone(),
                lot: twin::LotId::new(state.name.as_str()).ok(),
                part: Some(into.clone()),
            };
            let number = state.number;
            self.say(site, statement);
            self.leave_place(piece);
            self.put(piece, At::Gone);
            if let Some(number) = number {
                self.parts[lead].pieces.push(number);
            }
        }
        for index in 0..self.ops[op].takes.len() {
            let take = self.ops[op].takes[index];
            if take.role != Role::Bulk {
                continue;
            }
            let quantity = take.quantity * f64::from(takings.times);
            self.take_bulk(take.store, take.material, quantity);
            let statement = Statement::LotConsumed {
                material: self.materials[take.material].id.clone(),
                quantity,
                storage: self.stores[take.store].id.clone(),
                lot: None,
                part: Some(into.clone()),
            };
            self.say(site, statement);
            self.room_came(take.store);
        }
    }

    pub(crate) fn take_helpers(&mut self, unit: usize, op: usize) {
        for index in 0..self.ops[op].crew.len() {
            let (crew, people) = self.ops[op].crew[index];
            self.crews[crew].taken += people;
        }
        if let Some(resource) = self.ops[op].held_by {
            let holder = smol_str::SmolStr::new(self.units[unit].id.as_str());
            self.take_resource(resource, holder, self.units[unit].at);
        }
    }

    pub(crate) fn start_job(
        &mut self,
        unit: usize,
        op: usize,
        (parts, times): (Vec<usize>, u32),
        cause: Wait,
    ) {
        let site = self.ops[op].site;
        self.sites[site].runs += 1;
        self.sites[site].moved = self.now;
        let id = twin::OpId::new(&format!("r{}", self.sites[site].runs));
        let Ok(id) = id else { return };
        let lasts = self.ops[op].lasts.clone();
        let work = lasts.sample(&mut self.units[unit].streams.time);
        let setup = match self.units[unit].last_op {
            Some(last) if last != op => self.ops[op].setup,
            _ => Span::ZERO,
        };
        let order = self.order_for(op);
        let phase = if setup > Span::ZERO { Phase::Setup } else { Phase::Working };
        let remaining = if phase == Phase::Setup { setup } else { work };
        self.units[unit].last_op = Some(op);
        self.units[unit].jobs.push(Job {
            id,
            op,
            parts,
            phase,
            remaining,
            resumed: self.now,
            ending: None,
            work,
            leaving: std::collections::VecDeque::new(),
            wait: None,
            order,
            cause: Some(cause),
            times,
            fetched_by: None,
            fetching: Vec::new(),
            setup,
        });
    }

    /// Sets the newest job of a unit going.
    pub(crate) fn job_begins(&mut self, unit: usize) {
        let Some(job) = self.units[unit].jobs.len().checked_sub(1) else { return };
        if self.units[unit].jobs[job].phase == Phase::Working {
            self.say_started(unit, job);
        }
        self.resume(unit, job);
        self.age(unit);
    }

    pub(crate) fn fallback_name(&self, number: u64) -> twin::PartId {
        // A scheme that makes names longer than an id may be; the number alone is always valid.
        match twin::PartId::new(&format!("item-{number}")) {
            Ok(name) => name,
            Err(_) => unreachable!("letters, a dash and digits are an id"),
        }
    }
}

/// Among the operations that cannot begin, the one that lacks least says what the unit waits for.
fn nearness(wait: &Wait) -> u8 {
    match wait {
        Wait::Order { .. } => 0,
        Wait::Material { .. } => 1,
        Wait::Quality { .. } => 2,
        Wait::Limit { .. } | Wait::Space { .. } | Wait::Cards { .. } => 3,
        Wait::Crew { .. } => 4,
        Wait::Crane { .. } => 5,
        Wait::Shift(_) | Wait::Repair | Wait::Setup | Wait::Machine => 6,
    }
}
