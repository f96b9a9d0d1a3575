//! Where things are: storages, levels, moves, buildings.

use smol_str::SmolStr;
use twin::{EquipmentId, PlaceRef, Statement};

use crate::{
    lacks::Lacks,
    model::{Event, Model},
    network::{At, Wait},
    over_time::OverTime,
};

impl Model {
    /// Takes a part from where it is, without a word: who calls says what happened.
    pub(crate) fn leave_place(&mut self, part: usize) {
        match self.parts[part].at {
            At::Store(store) => {
                let state = &mut self.stores[store];
                state.parts.retain(|&other| other != part);
                state.named.becomes(state.parts.len() as f64, self.now);
                self.leave_area(self.stores[store].area);
                self.room_came(store);
            }
            At::Unit(unit) if !self.parts[part].kit => {
                self.leave_area(self.centers[self.units[unit].center].area);
            }
            At::Unit(_) | At::Resource(_) | At::Gone => {}
        }
    }

    fn leave_area(&mut self, area: usize) {
        self.areas[area].present = self.areas[area].present.saturating_sub(1);
        if self.areas[area].limit.is_some() {
            for index in 0..self.areas[area].users.len() {
                self.wake_if(self.areas[area].users[index], Lacks::LIMIT);
            }
            for index in 0..self.areas[area].stores.len() {
                self.let_in(self.areas[area].stores[index]);
            }
        }
    }

    fn enter_area(&mut self, at: At) {
        if let Some(area) = self.area_at(at) {
            self.areas[area].present += 1;
        }
    }

    /// The building that a place is in; what is being carried is in none.
    pub(crate) fn area_at(&self, at: At) -> Option<usize> {
        match at {
            At::Store(store) => Some(self.stores[store].area),
            At::Unit(unit) => Some(self.centers[self.units[unit].center].area),
            At::Resource(_) | At::Gone => None,
        }
    }

    /// Keeps a place in a building for a part that is about to be carried there.
    pub(crate) fn expect_part(&mut self, at: At) {
        if let Some(area) = self.area_at(at) {
            self.areas[area].expected += 1;
        }
    }

    /// A part that was carried is there: it counts by its place from now on.
    pub(crate) fn expected_part_came(&mut self, at: At) {
        if let Some(area) = self.area_at(at) {
            self.areas[area].expected = self.areas[area].expected.saturating_sub(1);
        }
    }

    /// A new item appears at a unit.
    pub(crate) fn place_new(&mut self, part: usize, unit: usize) {
        let site = self.units[unit].site;
        let place = PlaceRef::here(self.units[unit].id.clone());
        let statement = Statement::PartMoved {
            part: self.parts[part].name.clone(),
            from: place.clone(),
            to: place,
            by: None,
            cause: None,
        };
        self.say(site, statement);
        self.put(part, At::Unit(unit));
        if !self.parts[part].kit {
            self.enter_area(At::Unit(unit));
        }
    }

    /// A named item appears in a storage.
    pub(crate) fn enter_store(&mut self, part: usize, store: usize) {
        let site = self.stores[store].site;
        let place = PlaceRef::here(self.stores[store].id.clone());
        let statement = Statement::PartMoved {
            part: self.parts[part].name.clone(),
            from: place.clone(),
            to: place,
            by: None,
            cause: None,
        };
        self.say(site, statement);
        self.arrive_in_store(part, store);
    }

    fn arrive_in_store(&mut self, part: usize, store: usize) {
        self.put(part, At::Store(store));
        let material = self.parts[part].material;
        let brought_by = self.parts[part].brought_by.clone();
        self.stores[store].brought_by.insert(material, brought_by);
        let state = &mut self.stores[store];
        state.parts.push_back(part);
        state.named.becomes(state.parts.len() as f64, self.now);
        self.enter_area(At::Store(store));
        self.is_wanted(store, 1.0);
        self.came(store);
    }

    /// Moves a part, and says so: one plant states it, the one that the part reaches. The cause is
    /// what the unit waited for that sends or fetches it.
    pub(crate) fn move_part(
        &mut self,
        part: usize,
        to: At,
        by: Option<usize>,
        cause: Option<(Wait, usize)>,
    ) {
        let from = self.parts[part].at;
        let Some(to_site) = self.site_of(to) else { return };
        let by = by.map(|resource| self.resources[resource].id.clone());
        let cause = cause.map(|(wait, unit)| self.cause_of_move(&wait, unit, to_site));
        let statement = Statement::PartMoved {
            part: self.parts[part].name.clone(),
            from: self.place_ref(from, to_site),
            to: self.place_ref(to, to_site),
            by,
            cause,
        };
        self.say(to_site, statement);
        self.leave_place(part);
        if let At::Unit(unit) = from {
            self.parts[part].brought_by = SmolStr::new(self.units[unit].id.as_str());
        }
        match to {
            At::Store(store) => self.arrive_in_store(part, store),
            At::Unit(_) => {
                self.put(part, to);
                if !self.parts[part].kit {
                    self.enter_area(to);
                }
            }
            At::Resource(_) | At::Gone => self.put(part, to),
        }
    }

    pub(crate) fn site_of(&self, at: At) -> Option<usize> {
        match at {
            At::Store(store) => Some(self.stores[store].site),
            At::Unit(unit) => Some(self.units[unit].site),
            At::Resource(resource) => Some(self.resources[resource].site),
            At::Gone => None,
        }
    }

    pub(crate) fn place_id(&self, at: At) -> Option<&EquipmentId> {
        match at {
            At::Store(store) => Some(&self.stores[store].id),
            At::Unit(unit) => Some(&self.units[unit].id),
            At::Resource(resource) => Some(&self.resources[resource].id),
            At::Gone => None,
        }
    }

    /// A place as a plant calls it: another's with a slash.
    fn place_ref(&self, at: At, speaker: usize) -> PlaceRef {
        let id = match self.place_id(at) {
            Some(id) => id.clone(),
            None => return PlaceRef::here(self.units[0].id.clone()),
        };
        match self.site_of(at) {
            Some(site) if site != speaker => PlaceRef::at(self.sites[site].id.clone(), id),
            _ => PlaceRef::here(id),
        }
    }

    /// Takes a quantity that is there.
    pub(crate) fn take_bulk(&mut self, store: usize, material: usize, quantity: f64) {
        let level = (self.stores[store].stock(material) - quantity).max(0.0);
        // Sums of fractions end a hair off; a level is never below nothing.
        self.stock_becomes(store, material, if level < 1e-6 { 0.0 } else { level });
    }

    /// Adds a quantity, and lets those that wait for it go on.
    pub(crate) fn add_bulk(&mut self, store: usize, material: usize, quantity: f64, by: &str) {
        self.stock_becomes(store, material, self.stores[store].stock(material) + quantity);
        self.stores[store].brought_by.insert(material, SmolStr::new(by));
        self.is_wanted(store, quantity);
        self.came(store);
    }

    fn stock_becomes(&mut self, store: usize, material: usize, level: f64) {
        let (start, now) = (self.settings.start, self.now);
        let stock = self.stores[store].bulk.entry(material);
        stock.or_insert_with(|| OverTime::new(start)).becomes(level, now);
    }

    /// Says where a part is from now on, and counts it there.
    pub(crate) fn put(&mut self, part: usize, at: At) {
        let before = std::mem::replace(&mut self.parts[part].at, at);
        let (from, to) = (self.site_of(before), self.site_of(at));
        match (from, to) {
            (None, Some(_)) => self.present += 1,
            (Some(_), None) => self.present = self.present.saturating_sub(1),
            _ => {}
        }
        if from != to {
            let (is_kit, now) = (self.parts[part].kit, self.now);
            let changes =
                from.map(|site| (site, -1.0)).into_iter().chain(to.map(|site| (site, 1.0)));
            for (site, more) in changes {
                let site = &mut self.sites[site];
                let count = if is_kit { &mut site.runs_on } else { &mut site.named };
                count.add(more, now);
            }
        }
    }

    /// Keeps a part back in its storage until the hold ends.
    pub(crate) fn hold(&mut self, part: usize, span: twin::Span, runs_on: bool, unit: usize) {
        let calendar = self.centers[self.units[unit].center].calendar;
        let over = if runs_on {
            self.now + span
        } else {
            self.calendars[calendar].hours.done(self.now, span)
        };
        self.parts[part].held = true;
        let site = self.site_of(self.parts[part].at).unwrap_or(self.units[unit].site);
        let name = self.parts[part].name.clone();
        self.say(site, Statement::PartHeld { part: name, reason: "quality/acceptance".into() });
        self.schedule(over, Event::HoldOver { part });
    }

    pub(crate) fn hold_over(&mut self, part: usize) {
        self.parts[part].held = false;
        if let At::Store(store) = self.parts[part].at {
            let name = self.parts[part].name.clone();
            let reason = SmolStr::new("quality/accepted");
            self.say(self.stores[store].site, Statement::PartReleased { part: name, reason });
            self.came(store);
        }
    }
}
