//! The past of a plant as values: plan, supply, alarms, ribbons, series, hours.

use analytics::{CenterHours, Outlook, Promise};
use release::{AudienceId, Gate, LabelId, Labelled};
use twin::{
    FactKind, MaterialId, Plant, PlantId, PlantTime, Span, UnitState,
    definition::MeasureKind,
    state::{DeliveryStatus, OrderNow},
    unit_state::TimeElement,
};
use wire::view::{
    Acknowledgement, AlarmValue, DeliveryValue, HoursValue, KpiValue, OrderValue, RecordValue,
    RibbonStretch, RibbonValue, SeriesValue, Value,
};

use super::{Board, Causes, Fact, Labels, fact, readers::sees, signals, stamp, trust};
use crate::{
    board::Scene,
    core::{Condition, RestsOn},
    supplier::Finished,
};

/// How far back a ribbon reaches.
const RIBBON: Span = Span::from_secs(7 * 86_400);
/// Stretches shorter than this part of the ribbon cannot be seen and are merged away.
const RIBBON_GRAIN: i64 = 400;
/// The window of the KPIs.
const KPI_WINDOW: Span = Span::from_secs(7 * 86_400);
/// Deliveries listed: those to come and the last that came.
const DELIVERIES_LISTED: usize = 60;
/// Orders listed.
const ORDERS_LISTED: usize = 60;

/// Everything of a plant's history view that reads the same for everybody.
pub(super) fn facts(
    core: &Scene<'_>,
    labels: &Labels,
    gate: &mut Gate,
    (id, causes, alarms): (&PlantId, Causes, &[Condition]),
) -> Vec<Labelled<Fact>> {
    let Some(plant) = core.plants.get(id) else { return Vec::new() };
    let past = Past { core, labels, plant, causes, now: core.now(id) };
    let mut facts = past.deliveries();
    facts.extend(past.units());
    facts.extend(past.series(gate));
    let hours = core.analytics.hours(id);
    // It counts what all places did.
    let counted = [FactKind::Flow, FactKind::Capacity].map(|kind| labels.whole(id, kind));
    let ids = [labels.plant(id, FactKind::Feeds)].into_iter().chain(counted);
    let label = ids.collect::<Option<Vec<LabelId>>>().and_then(|ids| labels.joint(gate, ids));
    facts.extend(label.map(|l| fact(l, "record/all", Value::Record(past.record(&hours)))));
    facts.extend(past.hours(hours));
    facts.extend(trust::assumed(core, labels, gate, plant));
    facts.extend(past.alarms(gate, alarms));
    facts.extend(signals::newest(core, labels, id));
    facts
}

/// The deliveries of a plant.
pub(super) fn deliveries(core: &Scene<'_>, labels: &Labels, id: &PlantId) -> Vec<Labelled<Fact>> {
    let of = |plant| Past { core, labels, plant, causes: Causes::Told, now: core.now(id) };
    core.plants.get(id).map_or_else(Vec::new, |plant| of(plant).deliveries())
}

/// The orders of a plant with the dates that one audience may expect them by.
pub(super) fn orders(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    id: &PlantId,
    audience: AudienceId,
) -> Vec<Labelled<Fact>> {
    let Some(plant) = core.plants.get(id) else { return Vec::new() };
    let outlook = board.findings(id, audience).map_or(&[][..], |found| &found.outlook);
    let causes = board.causes(id);
    let past = Past { core, labels: &board.labels, plant, causes, now: core.now(id) };
    past.orders(gate, outlook, audience)
}

/// The labels of a plant's alarms that nobody has acknowledged.
pub(super) fn open_alarms(
    board: &Board,
    core: &Scene<'_>,
    gate: &mut Gate,
    plant: &Plant,
) -> Vec<LabelId> {
    let causes = board.causes(&plant.id);
    let past = Past { core, labels: &board.labels, plant, causes, now: core.now(&plant.id) };
    let alarms = board.conditions.get(&plant.id).into_iter().flatten();
    let open = alarms.filter(|of| of.acknowledged.is_none());
    open.filter_map(|alarm| past.alarm_label(gate, &alarm.rests_on)).collect()
}

struct Past<'a> {
    core: &'a Scene<'a>,
    labels: &'a Labels,
    plant: &'a Plant,
    causes: Causes,
    now: PlantTime,
}

impl Past<'_> {
    fn alarms(&self, gate: &mut Gate, alarms: &[Condition]) -> Vec<Labelled<Fact>> {
        let organisations = &self.core.programme.organisations;
        let ours = organisations.iter().find(|o| o.id == self.plant.organisation);
        let ours = ours.map_or_else(|| self.plant.organisation.to_string(), |o| o.name.clone());
        let alarms = alarms.iter().filter_map(|alarm| {
            let label = self.alarm_label(gate, &alarm.rests_on)?;
            let acknowledged = alarm.acknowledged.as_ref().map(|comment| Acknowledgement {
                organisation: ours.clone(),
                role: "planner".to_owned(),
                at: stamp(comment.at),
                comment: comment.text.clone(),
            });
            let value = AlarmValue {
                code: alarm.code.to_owned(),
                about: alarm.about.clone(),
                since: stamp(alarm.since),
                text: alarm.text.clone(),
                acknowledged,
            };
            Some(fact(label, format!("alarm/{}", alarm.id), Value::Alarm(value)))
        });
        alarms.collect()
    }

    /// An alarm is told to whoever may know of the plant's alarms, and read all that it rests on.
    fn alarm_label(&self, gate: &mut Gate, rests_on: &RestsOn) -> Option<LabelId> {
        let (labels, plant) = (self.labels, &self.plant.id);
        let own = labels.plant(plant, FactKind::Feeds)?;
        let of_it = match rests_on {
            RestsOn::Feeds => own,
            RestsOn::Unit(unit) => labels.equipment(plant, unit, FactKind::LineState)?,
            RestsOn::Finding(kind, inputs) => {
                // It also tells that nothing else of the plant changes it.
                let whole = [FactKind::LineState, FactKind::Flow, FactKind::Schedule];
                let whole = whole.map(|kind| labels.whole(plant, kind));
                let suppliers = self.plant.suppliers.iter();
                let of_suppliers =
                    suppliers.map(|of| labels.supplier(plant, &of.id, FactKind::Supply));
                let all: Option<Vec<LabelId>> = whole.into_iter().chain(of_suppliers).collect();
                let finding = labels.finding(gate, *kind, inputs, plant)?;
                labels.joint(gate, all?.into_iter().chain([finding]))?
            }
        };
        labels.joint(gate, [own, of_it])
    }

    fn orders(
        &self,
        gate: &mut Gate,
        outlook: &[(Outlook, Option<LabelId>)],
        audience: AudienceId,
    ) -> Vec<Labelled<Fact>> {
        let expected = |order: &OrderNow| {
            let is_its = |o: &Outlook| matches!(&o.what, Promise::Order(id) if *id == order.order);
            let (outlook, label) = outlook.iter().find(|(outlook, _)| is_its(outlook))?;
            Some((outlook, (*label)?))
        };
        let Some(schedule) = self.labels.plant(&self.plant.id, FactKind::Schedule) else {
            return Vec::new();
        };
        let mut orders: Vec<&OrderNow> = self.core.twin.orders(&self.plant.id).collect();
        orders.sort_by_key(|order| (order.closed.is_some(), order.due));
        let listed = orders.into_iter().take(ORDERS_LISTED).filter_map(|order| {
            let of = (self.plant, FactKind::Flow);
            let done = makers(self.labels, gate, of, &order.material)?;
            let mut ids = vec![schedule, done];
            // The date by which it is expected is a finding, and goes no further than that.
            let outlook = expected(order).filter(|(_, label)| sees(gate, audience, Some(*label)));
            ids.extend(outlook.map(|(_, label)| label));
            let outlook = outlook.map(|(outlook, _)| outlook);
            let label = self.labels.joint(gate, ids)?;
            let value = Value::Order(self.order(order, outlook));
            Some(fact(label, format!("order/{}", order.order), value))
        });
        listed.collect()
    }

    fn order(&self, order: &OrderNow, outlook: Option<&Outlook>) -> OrderValue {
        let planned = self.plant.orders.iter().find(|o| o.id == order.order);
        let (done, met) = made_for(self.core, &self.plant.id, order);
        OrderValue {
            material: order.material.to_string(),
            material_name: self.core.material_name(&order.material),
            quantity: order.quantity,
            done,
            unit: self.core.unit_of_measure(&order.material),
            due: stamp(order.due),
            range: outlook.and_then(|o| o.range).map(|(early, late)| [stamp(early), stamp(late)]),
            overdue_d: outlook.and_then(|outlook| outlook.overdue_d),
            expected: met.or_else(|| outlook.and_then(|outlook| outlook.expected)).map(stamp),
            customer: planned.map(|order| order.customer.clone()).unwrap_or_default(),
            state: if order.closed.is_some() { "closed" } else { "open" }.to_owned(),
            short: short_of(self.core, &self.plant.id, order),
        }
    }

    fn deliveries(&self) -> Vec<Labelled<Fact>> {
        let mut all: Vec<_> = self.core.twin.deliveries(&self.plant.id).collect();
        let finished = Finished::of(all.iter().copied());
        let here = |status| status == DeliveryStatus::Arrived;
        all.sort_by_key(|d| {
            (
                here(d.status),
                if here(d.status) { -d.expected.micros() } else { d.expected.micros() },
            )
        });
        let listed = all.into_iter().take(DELIVERIES_LISTED).filter_map(|delivery| {
            let label =
                self.labels.supplier(&self.plant.id, &delivery.supplier, FactKind::Supply)?;
            let value = DeliveryValue {
                supplier: self.core.name_of(&self.plant.id, delivery.supplier.as_str()),
                material: delivery.material.to_string(),
                material_name: self.core.material_name(&delivery.material),
                quantity: delivery.quantity,
                unit: self.core.unit_of_measure(&delivery.material),
                promised: stamp(delivery.promised),
                expected: stamp(delivery.expected),
                state: delivery.status.name().to_owned(),
                overdue_d: Some(self.now.since(delivery.expected).days())
                    .filter(|days| *days > 0.0 && !here(delivery.status)),
                reason: delivery.reason.as_ref().map(ToString::to_string),
                made: Some(finished.for_delivery(&delivery.delivery)).filter(|made| *made > 0.0),
                scrapped: Some(delivery.scrapped).filter(|scrapped| *scrapped > 0.0),
                held: (!here(delivery.status))
                    .then(|| {
                        let (supplier, material) = (&delivery.supplier, &delivery.material);
                        self.core.twin.held_by(&self.plant.id, supplier, material)
                    })
                    .flatten()
                    .map(|held| held.quantity),
            };
            Some(fact(label, format!("delivery/{}", delivery.delivery), Value::Delivery(value)))
        });
        listed.collect()
    }

    fn units(&self) -> Vec<Labelled<Fact>> {
        let mut facts = Vec::new();
        for unit in &self.plant.units {
            let label = |kind| self.labels.equipment(&self.plant.id, &unit.id, kind);
            let from = self.now - RIBBON;
            let stretches = self.core.analytics.ribbon(&self.plant.id, &unit.id, from, self.now);
            let value = RibbonValue { stretches: visible(&stretches, self.causes) };
            let state = label(FactKind::LineState);
            let ribbon = Value::Ribbon(value);
            facts.extend(state.map(|label| fact(label, format!("ribbon/{}", unit.id), ribbon)));
            let usage =
                self.core.analytics.unit_use(&self.plant.id, &unit.id, self.now, KPI_WINDOW);
            if let (Some(usage), Some(label)) = (usage, label(FactKind::Capacity)) {
                facts.push(fact(label, format!("kpi/{}", unit.id), Value::Kpi(kpi(&usage))));
            }
        }
        facts
    }

    /// One throughput series for each material that is ordered or measured.
    fn series(&self, gate: &mut Gate) -> Vec<Labelled<Fact>> {
        let ordered = self.plant.orders.iter().map(|order| &order.material);
        let measured = self.plant.headline.iter().filter_map(|m| match &m.kind {
            MeasureKind::Throughput { material, .. } => Some(material),
            _ => None,
        });
        let mut materials: Vec<&MaterialId> = measured.chain(ordered).collect();
        let mut seen = std::collections::BTreeSet::new();
        materials.retain(|material| seen.insert((*material).clone()));
        materials.into_iter().filter_map(|m| self.throughput(gate, m)).collect()
    }

    fn throughput(&self, gate: &mut Gate, material: &MaterialId) -> Option<Labelled<Fact>> {
        let days = self.core.analytics.throughput(&self.plant.id, material, self.now);
        if days.is_empty() {
            return None;
        }
        let target = self.plant.headline.iter().find_map(|measure| match &measure.kind {
            MeasureKind::Throughput { material: m, window } if m == material => {
                Some(measure.target? / window.days().max(1.0))
            }
            _ => None,
        });
        let value = SeriesValue {
            word: "series.throughput".to_owned(),
            name: self.core.material_name(material),
            unit: format!("{}/d", self.core.unit_of_measure(material)),
            at_s: days.iter().map(|day| day.day.micros() / 1_000_000).collect(),
            value: days.iter().map(|day| Some(day.count)).collect(),
            plan: target.map(|plan| vec![Some(plan); days.len()]).unwrap_or_default(),
        };
        let label = makers(self.labels, gate, (self.plant, FactKind::Capacity), material)?;
        Some(fact(label, format!("series/throughput-{material}"), Value::Series(value)))
    }

    fn record(&self, hours: &[CenterHours]) -> RecordValue {
        let feeds = || self.core.feeds.values().filter(|feed| feed.plant == self.plant.id);
        RecordValue {
            reports: feeds().map(|feed| feed.taken).sum(),
            refused: feeds().map(|feed| feed.refused).sum(),
            operations: hours.iter().map(|center| center.operations).sum(),
            zero_length: hours.iter().map(|center| center.zero_length).sum(),
            parts: self.core.twin.parts_seen(&self.plant.id),
            workers: self.core.twin.workers(&self.plant.id) as u64,
        }
    }

    fn hours(&self, hours: Vec<CenterHours>) -> Vec<Labelled<Fact>> {
        let hours = hours.into_iter().filter_map(|hours| {
            let id = &hours.work_center;
            let label = self.labels.equipment(&self.plant.id, id, FactKind::Capacity)?;
            let value = HoursValue {
                name: self.core.name_of(&self.plant.id, hours.work_center.as_str()),
                operations: hours.operations,
                zero_length: hours.zero_length,
                operation_hours: hours.operation_hours,
                waiting_hours: hours.waiting_hours,
            };
            Some(fact(label, format!("hours/{}", hours.work_center), Value::Hours(value)))
        });
        hours.collect()
    }
}

/// The label of facts of a kind about how much of a material a plant makes: that of the stations
/// which make it.
pub(super) fn makers(
    labels: &Labels,
    gate: &mut Gate,
    (plant, kind): (&Plant, FactKind),
    material: &MaterialId,
) -> Option<LabelId> {
    let made = plant.operations.iter().filter(|op| op.output.material == *material);
    let stations = made.map(|op| labels.equipment(&plant.id, &op.work_center, kind));
    let all = stations.chain([labels.plant(&plant.id, kind)]);
    let ids: Option<Vec<LabelId>> = all.collect();
    labels.joint(gate, ids?)
}

/// What was made for an order [the material's own unit of measure], and when it was met.
fn made_for(core: &Scene<'_>, plant: &PlantId, order: &OrderNow) -> (f64, Option<PlantTime>) {
    let made = core.analytics.made_for(plant, &order.order);
    made.unwrap_or((order.completed as f64, None))
}

/// By how much a closed order is short; none of one that is open, or whole.
pub(super) fn short_of(core: &Scene<'_>, plant: &PlantId, order: &OrderNow) -> Option<f64> {
    let short = order.quantity - made_for(core, plant, order).0;
    order.closed.map(|_| short).filter(|short| *short > 1e-9)
}

/// The ribbon with stretches too short to be seen given to their left neighbour.
fn visible(stretches: &[analytics::Stretch], causes: Causes) -> Vec<RibbonStretch> {
    let grain = Span::from_micros(RIBBON.micros() / RIBBON_GRAIN);
    let mut out: Vec<(PlantTime, PlantTime, UnitState)> = Vec::new();
    for stretch in stretches {
        match out.last_mut() {
            Some(last) if last.2 == stretch.state || stretch.to.since(stretch.from) < grain => {
                last.1 = stretch.to;
            }
            _ => out.push((stretch.from, stretch.to, stretch.state)),
        }
    }
    let text = |(from, to, state): (PlantTime, PlantTime, UnitState)| RibbonStretch {
        from: stamp(from),
        to: stamp(to),
        state: causes.name(state).to_owned(),
    };
    out.into_iter().map(text).collect()
}

/// ISO 22400-2: availability APT / PBT and utilization efficiency APT / AUBT over the window.
fn kpi(usage: &analytics::UnitUse) -> KpiValue {
    let seconds = |wanted: TimeElement| -> f64 {
        usage.elements_s.iter().filter(|(e, _)| *e == wanted).map(|(_, s)| s).sum()
    };
    let production = seconds(TimeElement::Production);
    let busy = production + seconds(TimeElement::Setup) + seconds(TimeElement::Delay);
    let planned_busy = busy + seconds(TimeElement::Down);
    let window = KPI_WINDOW.micros() as f64 / 1e6;
    let ratio = |of: f64| (of > 0.0).then(|| production / of);
    KpiValue {
        state_s: usage.state_s.iter().map(|(s, secs)| (s.name().to_owned(), *secs)).collect(),
        coverage_ratio: (1.0 - seconds(TimeElement::Excluded) / window).clamp(0.0, 1.0),
        availability_ratio: ratio(planned_busy),
        utilization_ratio: ratio(busy),
        finished: usage.finished,
    }
}
