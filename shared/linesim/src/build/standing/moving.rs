//! What cranes and transporters have in hand, and carriers that sail by schedule.

use twin::{PartId, Plant, PlantTime, Span, UnitState, state::ResourceNow};

use super::{Taking, Why, why};
use crate::{
    breakdown::span_of_hours,
    lane::STEPS,
    model::Event,
    network::{At, Carriage, Leaving},
};

impl Taking<'_> {
    pub(super) fn resources(&mut self, site: usize, plant: &Plant) {
        for now in self.state.resources(&plant.id) {
            let Some(resource) = self.resource_named(site, &now.resource) else { continue };
            let is_carrier = self.builder.model.lanes.iter().any(|lane| lane.carrier == resource);
            if let Some(pose) = now.pose {
                self.model().resources[resource].at = [pose.x_m, pose.y_m, pose.z_m];
            }
            let serves_a_unit = now.holder.as_deref().is_some_and(|holder| {
                let mut units = self.builder.model.sites[site].units.iter();
                units.any(|&unit| self.builder.model.units[unit].id.as_str() == holder)
            });
            if !is_carrier && !serves_a_unit {
                let to = self.carriage(site, resource, now);
                self.carried_beside(site, to, now);
            }
        }
    }

    /// An errand here is of one part. What a feed tells of as carried beside it is set down where
    /// that goes; without an errand it is made anew, too.
    fn carried_beside(&mut self, site: usize, to: Option<usize>, now: &ResourceNow) {
        for name in now.carrying.iter().skip(1) {
            match (self.named(site, name), to) {
                (Some(part), Some(to)) => self.model().enter_store(part, to),
                (Some(part), None) => self.make_anew(part),
                (None, _) => {}
            }
        }
    }

    /// Carriers that are down, once they have their errands: what is left of these waits for the
    /// repair.
    pub(super) fn broken_resources(&mut self, site: usize, plant: &Plant) {
        for now in self.state.resources(&plant.id) {
            if let Some(resource) = self.resource_named(site, &now.resource) {
                self.broken(site, resource, now);
            }
        }
    }

    /// What is being carried off a unit goes on; returns the storage that it goes to.
    fn carriage(&mut self, site: usize, resource: usize, now: &ResourceNow) -> Option<usize> {
        let holder = now.holder.as_ref()?;
        let name = now.carrying.iter().next().cloned().or_else(|| PartId::new(holder).ok());
        let Some(part_now) = name.as_ref().and_then(|name| self.state.part(name)) else {
            self.leave_out(site, now.resource.as_str(), Why::NoErrand);
            return None;
        };
        let carried = name.filter(|_| !now.carrying.is_empty());
        let part = carried.and_then(|name| self.named(site, &name));
        let model = &self.builder.model;
        let carries = |op: &usize| {
            let op = &model.ops[*op];
            op.site == site && op.carried_by.contains(&resource)
        };
        let ops: Vec<usize> = (0..model.ops.len()).filter(carries).collect();
        let is_last = |op: &usize| match part {
            Some(part) => self.is_last(&model.ops[*op], part, part_now),
            None => Some(&model.ops[*op].id) == part_now.last_operation.as_ref(),
        };
        // Of a batch one part is named with its operation; the others were with it.
        let beside = || self.op_after(&ops, part?, part_now);
        let op = ops.iter().copied().find(is_last).or_else(beside);
        let Some((op, to)) = op.and_then(|op| Some((op, model.ops[op].to?))) else {
            self.leave_out(site, now.resource.as_str(), Why::NoErrand);
            part.into_iter().for_each(|part| self.make_anew(part));
            return None;
        };
        let state = &self.builder.model.ops[op];
        let (material, quantity, lasts) = (state.output, state.quantity, state.carry_time.clone());
        let from_unit = self.builder.model.centers[state.center].units.first().copied();
        let (from_unit, lasts) = (from_unit?, lasts?);
        let times = state.batch.map_or(1, |(_, most)| most);
        let what = match (self.is_bulk(op), part) {
            (true, _) => {
                let quantity = quantity * f64::from(times);
                Leaving::Bulk { quantity, to, carried: true }
            }
            (false, Some(part)) => {
                self.model().put(part, At::Resource(resource));
                Leaving::Part { part, to, carried: true }
            }
            (false, None) => return None,
        };
        self.model().keep_room(what);
        let calendar = self.builder.model.resources[resource].calendar;
        let age = self.errand_age(calendar, now, Some(part_now.since));
        let model = self.model();
        let left = lasts.left(age, &mut model.resources[resource].time);
        let (hold_after, hold_runs_on) = model.hold_of(from_unit, op, what).unzip();
        let at = model.resources[resource].at;
        model.take_resource(resource, holder.clone(), at);
        let carriage = Carriage {
            resource,
            what,
            material,
            from_unit,
            hold_after,
            hold_runs_on: hold_runs_on.unwrap_or(false),
            holder: holder.clone(),
        };
        model.carriage_begins(carriage, left);
        Some(to)
    }

    /// How long a resource has been at its errand, in its own working time. One that is down was at
    /// it from when it took up the part until it broke down; without a part nobody knows.
    pub(super) fn errand_age(
        &self,
        calendar: usize,
        now: &ResourceNow,
        part_since: Option<PlantTime>,
    ) -> Span {
        let start = self.builder.model.now;
        match now.since.filter(|_| now.state == UnitState::Down) {
            Some(down) => {
                let begun = part_since.map_or(Span::ZERO, |since| self.age(calendar, since));
                (begun - self.age(calendar, down)).max(Span::ZERO)
            }
            None => self.age(calendar, now.since.or(part_since).unwrap_or(start)),
        }
    }

    /// One that is down is repaired in what is left of the repair.
    fn broken(&mut self, site: usize, resource: usize, now: &ResourceNow) {
        let Some(since) = now.since.filter(|_| now.state == UnitState::Down) else { return };
        let age = self.age(self.builder.model.resources[resource].calendar, since);
        let modes = &self.builder.model.resources[resource].modes;
        let Some((mode, reason)) = why(modes, now.reason.as_ref()) else {
            self.leave_out(site, now.resource.as_str(), Why::NoRepairTime);
            return;
        };
        let model = self.model();
        let of = &mut model.resources[resource];
        let left = of.modes[mode].repair.residual(age.hours(), &mut of.failure);
        let hours = &model.calendars[model.resources[resource].calendar].hours;
        let over = hours.done(model.now, span_of_hours(left));
        model.break_resource(resource, reason, over);
    }

    /// Carriers of a plant: at their berth, or as far on their way as they are.
    pub(super) fn lanes_of(&mut self, site: usize, plant: &Plant, starts: PlantTime) {
        for lane in 0..self.builder.model.lanes.len() {
            let carrier = self.builder.model.lanes[lane].carrier;
            if self.builder.model.resources[carrier].site != site {
                continue;
            }
            let id = self.builder.model.resources[carrier].id.clone();
            if let Some(now) = self.state.resource(&plant.id, &id) {
                self.lane(site, lane, now, starts);
            }
        }
    }

    fn lane(&mut self, site: usize, lane: usize, now: &ResourceNow, starts: PlantTime) {
        let model = &mut self.builder.model;
        let (start, every) = (model.now, model.lanes[lane].every);
        // The timetable counts from the programme's first day.
        let first = starts + model.lanes[lane].next.since(model.settings.start);
        let missed = start.since(first).micros().max(-1) / every.micros();
        let before = first + Span::from_micros(every.micros() * missed);
        let next = if start < first { first } else { before + every };
        model.lanes[lane].next = next;
        if now.holder.is_none() {
            return;
        }
        // A breakdown on the way is no new departure: what is aboard came aboard at the last one.
        let aboard = now.carrying.iter().filter_map(|name| Some(self.state.part(name)?.since));
        let left_at = aboard.min().or(now.since).unwrap_or(start).min(start);
        let transit = model.lanes[lane].transit.clone();
        let carrier = model.lanes[lane].carrier;
        let is_outbound = !now.carrying.is_empty();
        let parts: Vec<usize> =
            now.carrying.iter().filter_map(|name| self.named(site, name)).collect();
        let model = self.model();
        for &part in &parts {
            model.put(part, At::Resource(carrier));
            model.lanes[lane].aboard.push_back(part);
        }
        // What it has been away for is the way out first, and then the way back.
        let down = now.since.filter(|_| now.state == UnitState::Down && is_outbound);
        let stood = down.map_or(Span::ZERO, |since| start.since(since).max(Span::ZERO));
        let away = (start.since(left_at) - stood).max(Span::ZERO);
        let age = if is_outbound { away } else { (away - transit.mean).max(Span::ZERO) };
        let left = transit.left(age, &mut model.resources[carrier].time);
        let state = &mut model.lanes[lane];
        (state.away, state.at_quay) = (true, false);
        (state.left, state.arrives) = (start - age, start + left);
        if start >= first && before > left_at {
            (state.late, state.next) = (Span::from_micros(1), before);
        }
        let whole = state.arrives.since(state.left).micros().max(1);
        // It is heard of after every step of its way: the next one is ahead.
        let steps = i64::from(STEPS);
        let step = (age.micros() * steps / whole + 1).clamp(1, steps);
        let at = state.left + Span::from_micros(whole / steps * step);
        let at = if step == steps { state.arrives } else { at };
        let step = u8::try_from(step).unwrap_or(STEPS);
        let at_berth = model.resources[carrier].at;
        let holder = now.holder.clone().unwrap_or_default();
        model.take_resource(carrier, holder, at_berth);
        model.schedule(at, Event::UnderWay { lane, step });
    }
}
