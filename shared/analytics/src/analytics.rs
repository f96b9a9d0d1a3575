//! The folds behind one door: every report goes in once, every finding comes out for a moment.

use std::{borrow::Cow, collections::BTreeMap};

use twin::{
    EquipmentId, MaterialId, MilestoneId, OrderId, PlaceRef, Plant, PlantId, PlantTime, Programme,
    Report, Span, definition::MeasureKind, unit_state::OrderPresent,
};

use crate::{
    concerns::{self, Look, Raised},
    findings::{
        CenterHours, DayCount, DryPart, Flow, HoldUp, Inputs, Outlook, Remark, Source, Stretch,
        UnitUse, WhyNot,
    },
    fold::{PlantFold, sent_abroad},
    history::History,
    sight::{OutOfSight, PlantView, Plants, Sight},
    units::UnitTrack,
    verdict::Question,
    walk::LaneInfo,
};

/// All findings about the plants of one programme.
///
/// Reports fold in the order of event time, closed by a watermark of 30 s of plant time behind
/// the newest report of the same plant. A report that comes later still counts for quantities,
/// completions, orders and deliveries; for the critical path and the states of units it is left
/// out and counted ([`Analytics::too_late`]), so that whoever keeps the reports can fold them anew.
#[derive(Clone, Debug)]
pub struct Analytics {
    folds: Vec<PlantFold>,
    index: BTreeMap<PlantId, usize>,
    lanes: Vec<LaneInfo>,
    /// Whether leads and concerns are followed on the way.
    samples: bool,
}

/// How much is kept of a plant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Events of the cause-linked record.
    pub events: usize,
    /// Parts, completed ones included.
    pub parts: usize,
    /// Changes of state of the unit that has the most.
    pub changes: usize,
    /// Reports that wait for stragglers.
    pub waiting: usize,
}

impl Analytics {
    /// Findings about `plants`; nothing has been reported yet.
    pub fn new(programme: &Programme, plants: &[Plant]) -> Self {
        let folds: Vec<PlantFold> =
            plants.iter().map(|plant| PlantFold::new(programme, plant)).collect();
        let index = plants.iter().enumerate().map(|(n, plant)| (plant.id.clone(), n)).collect();
        let mut analytics = Self { folds, index, lanes: Vec::new(), samples: true };
        let find = |place: &PlaceRef| {
            let plant = *analytics.index.get(place.plant.as_ref()?)?;
            Some((plant, analytics.folds.get(plant)?.layout.place(&place.place)?))
        };
        let lanes = programme.lanes.iter().filter_map(|lane| {
            Some(LaneInfo { carrier: find(&lane.carrier)?, to: find(&lane.to)? })
        });
        analytics.lanes = lanes.collect();
        analytics
    }

    /// The same for who asks at the end alone, as of a simulation: who led since when, and what
    /// somebody must act on, is not followed on the way, which is most of the work.
    pub fn without_samples(self) -> Self {
        Self { samples: false, ..self }
    }

    /// The same for who asks for measures alone: nothing is kept of what led to what, which is most
    /// of what is kept.
    pub fn without_causes(mut self) -> Self {
        self.folds.iter_mut().for_each(|fold| fold.trace.forget());
        self.without_samples()
    }

    /// Takes one accepted report of `plant`, in hub order.
    pub fn observe(&mut self, plant: &PlantId, report: &Report) {
        let Some(number) = self.index.get(plant).copied() else { return };
        if let Some((part, to)) = sent_abroad(report)
            && let Some(there) = to.plant.as_ref().and_then(|id| self.index.get(id)).copied()
            && there != number
            && let Some(fold) = self.folds.get_mut(there)
        {
            fold.take_sent(part, &to.place, report.at);
        }
        if let Some(fold) = self.folds.get_mut(number) {
            fold.take(report);
        }
        self.fold_ripe(number);
    }

    /// Says that the plant's clock has reached `now`, so that what waits for stragglers may fold.
    pub fn advance(&mut self, plant: &PlantId, now: PlantTime) {
        let Some(number) = self.index.get(plant).copied() else { return };
        if let Some(fold) = self.folds.get_mut(number) {
            fold.reached(now);
        }
        self.fold_ripe(number);
    }

    fn fold_ripe(&mut self, number: usize) {
        while let Some(at) = self.folds.get(number).and_then(PlantFold::ripe) {
            if self.samples {
                let due = self.folds.get_mut(number).map(|fold| fold.history.due(at));
                for moment in due.into_iter().flatten() {
                    self.sample(number, moment);
                }
            }
            if let Some(fold) = self.folds.get_mut(number) {
                fold.fold_next();
                if let Some(look) = fold.concerns.due(at).filter(|_| self.samples) {
                    fold.look(look, at);
                }
            }
        }
    }

    fn sample(&mut self, number: usize, moment: PlantTime) {
        let sample = self.question(number, moment, None).sample();
        if let Some(fold) = self.folds.get_mut(number) {
            if let Some(sample) = sample {
                fold.history.lead(moment, sample);
            }
            fold.look(Look::All, moment);
        }
    }

    /// The question for a sight; without one, for everything and with the history of the plant.
    fn question<'a>(
        &'a self,
        plant: usize,
        now: PlantTime,
        sight: Option<(&'a Sight, &'a History)>,
    ) -> Question<'a> {
        let seen = sight.map(|(sight, _)| sight);
        let plants = Plants::new(&self.folds, &self.index, &self.lanes, seen);
        let whole = || self.folds.get(plant).map(|fold| Cow::Borrowed(&fold.history));
        let none = || Cow::Owned(History::default());
        let history = match sight {
            Some((_, history)) => Cow::Borrowed(history),
            None => whole().unwrap_or_else(none),
        };
        Question { plants, plant, now, history }
    }

    fn fold(&self, plant: &PlantId) -> Option<&PlantFold> {
        self.folds.get(*self.index.get(plant)?)
    }

    /// What holds the plant back, over the `window` before `now`; when none is given: 30 × the
    /// mean time between completions or 3 × the mean lead time, the longer, at least 5 and at
    /// most 60 days.
    pub fn hold_up(&self, plant: &PlantId, now: PlantTime, window: Option<Span>) -> HoldUp {
        match self.index.get(plant) {
            Some(number) => {
                let mut question = self.question(*number, now, None);
                if self.samples {
                    question.catch_up();
                }
                question.answer(window)
            }
            None => HoldUp::Unknown { why: WhyNot::TooEarly, inputs: Inputs::new() },
        }
    }

    /// What a reader sees of the plants who may read these sources of their facts, and how each
    /// plant's findings show what is out of sight.
    pub fn sight(
        &self,
        may_read: impl Fn(&PlantId, &Source) -> bool,
        hides: impl Fn(&PlantId) -> OutOfSight,
    ) -> Sight {
        Sight::of(&self.folds, may_read, hides)
    }

    /// [`Self::hold_up`] over the default window from what is in sight alone. Who led since when
    /// is known since the sight is first asked with.
    pub fn hold_up_in(&self, sight: &mut Sight, plant: &PlantId, now: PlantTime) -> HoldUp {
        if sight.is_whole() {
            return self.hold_up(plant, now, None);
        }
        let Some(number) = self.index.get(plant).copied() else {
            return self.hold_up(plant, now, None);
        };
        let mut history = std::mem::take(sight.history(number));
        if let Some(moment) = history.follow(now)
            && let Some(sample) = self.question(number, now, Some((&*sight, &history))).sample()
        {
            history.lead(moment, sample);
        }
        let found = self.question(number, now, Some((&*sight, &history))).answer(None);
        *sight.history(number) = history;
        found
    }

    /// Whether the plant's record tells causes; else nobody can say why a unit is free.
    pub fn tells_causes(&self, plant: &PlantId, now: PlantTime) -> bool {
        let Some(number) = self.index.get(plant) else { return true };
        self.question(*number, now, None).tells_causes()
    }

    /// What was promised and what is expected, soonest promise first. Closed orders are left
    /// out; what was reached stays for a week.
    pub fn outlook(&self, plant: &PlantId, now: PlantTime) -> Vec<Outlook> {
        self.outlook_in(&Sight::whole(), plant, now, &self.dry(plant, now))
    }

    /// The same for whoever knows of these materials alone when they run dry, and of these pieces
    /// alone that are in sight how far they are: no date waits for others.
    pub fn outlook_in(
        &self,
        sight: &Sight,
        plant: &PlantId,
        now: PlantTime,
        dry: &[DryPart],
    ) -> Vec<Outlook> {
        self.view(sight, plant).map_or_else(Vec::new, |view| view.outlook(dry, now))
    }

    /// The plant's milestones that were reached, however long ago, and when.
    pub fn milestones_reached(
        &self,
        plant: &PlantId,
    ) -> impl Iterator<Item = (&MilestoneId, PlantTime)> {
        self.fold(plant).into_iter().flat_map(|fold| fold.promises.milestones_reached())
    }

    /// What somebody must act on in a plant, what is so for the longest first: what was raised with
    /// the samples of its record, every six hours, and when its plan changed, as it is now.
    pub fn concerns(&self, plant: &PlantId, now: PlantTime) -> Vec<Raised> {
        self.fold(plant).map_or_else(Vec::new, |fold| concerns::raised(fold, now))
    }

    /// How often an order or a delivery changed, of all plants: each may change every date.
    pub fn plan_changes(&self) -> u64 {
        self.folds.iter().map(|fold| fold.plan_changes).sum()
    }

    /// Where a material belongs by the definition of a plant: what its cover is counted from.
    pub fn homes(&self, plant: &PlantId, material: &MaterialId) -> Inputs {
        self.fold(plant).map_or_else(Inputs::new, |fold| PlantView::whole(fold).homes(material))
    }

    /// What was made for an order so far [the material's own unit of measure], and when it was
    /// met; none for an order that is not followed.
    pub fn made_for(&self, plant: &PlantId, order: &OrderId) -> Option<(f64, Option<PlantTime>)> {
        self.fold(plant)?.promises.made_for(order)
    }

    /// Bulk materials in use that a supplier delivers: first dry date first, what never runs dry
    /// last, of equals the least cover first.
    pub fn dry(&self, plant: &PlantId, now: PlantTime) -> Vec<DryPart> {
        self.fold(plant).map_or_else(Vec::new, |fold| PlantView::whole(fold).dry(now))
    }

    /// The same, told by the units in sight whether anybody waits for a material.
    pub fn dry_in(&self, sight: &Sight, plant: &PlantId, now: PlantTime) -> Vec<DryPart> {
        self.view(sight, plant).map_or_else(Vec::new, |view| view.dry(now))
    }

    /// For each bulk material that a supplier delivers, what its dry date rests on by the plant's
    /// definition: where it belongs and who delivers it.
    pub fn supplied(&self, plant: &PlantId) -> Vec<Inputs> {
        self.fold(plant).map_or_else(Vec::new, |fold| fold.supply.supplied(&fold.layout))
    }

    fn view<'a>(&'a self, sight: &'a Sight, plant: &PlantId) -> Option<PlantView<'a>> {
        let plants = Plants::new(&self.folds, &self.index, &self.lanes, Some(sight));
        plants.get(*self.index.get(plant)?)
    }

    /// What a unit did in the `window` before `now`; none for an unknown unit. An order counts
    /// as present while the plant has any that is open, or has never named one.
    pub fn unit_use(
        &self,
        plant: &PlantId,
        unit: &EquipmentId,
        now: PlantTime,
        window: Span,
    ) -> Option<UnitUse> {
        let fold = self.fold(plant)?;
        let place = fold.layout.place(unit)?;
        let order = if fold.promises.has_work() { OrderPresent::Yes } else { OrderPresent::No };
        let track = fold.units.tracks.get(&place).cloned().unwrap_or_default();
        Some(track.use_between(now - window, now, order))
    }

    /// The unit's or resource's states between two moments, in order; at most the last 60 days.
    pub fn ribbon(
        &self,
        plant: &PlantId,
        unit: &EquipmentId,
        from: PlantTime,
        to: PlantTime,
    ) -> Vec<Stretch> {
        let track = self.fold(plant).and_then(|fold| {
            let place = fold.layout.place(unit)?;
            fold.units.tracks.get(&place)
        });
        track.map_or_else(Vec::new, |track| track.ribbon(from, to))
    }

    /// Completions of a material by day for the 120 days before `now`, days without any included
    /// from the first completion on.
    pub fn throughput(
        &self,
        plant: &PlantId,
        material: &MaterialId,
        now: PlantTime,
    ) -> Vec<DayCount> {
        self.fold(plant).map_or_else(Vec::new, |fold| fold.completed.days(material, now))
    }

    /// Work in progress, completions and lead time of a material over the `window` before `now`.
    pub fn flow(
        &self,
        plant: &PlantId,
        material: &MaterialId,
        now: PlantTime,
        window: Span,
    ) -> Option<Flow> {
        let fold = self.fold(plant)?;
        let (completed, lead_time) = fold.completed.between(material, now - window, now);
        Some(Flow { in_work: fold.parts.in_work(material), completed, lead_time })
    }

    /// A headline measure now, in pieces, days or the material's unit: throughput over its
    /// window, pieces in work, lead time in calendar days, cover in calendar days.
    pub fn measure(&self, plant: &PlantId, kind: &MeasureKind, now: PlantTime) -> Option<f64> {
        let fold = self.fold(plant)?;
        match kind {
            MeasureKind::Throughput { material, window } => fold
                .completed
                .knows(material)
                .then(|| fold.completed.between(material, now - *window, now).0),
            MeasureKind::WorkInProgress { material } => Some(fold.parts.in_work(material) as f64),
            MeasureKind::LeadTime { material, window } => {
                fold.completed.between(material, now - *window, now).1.map(Span::days)
            }
            MeasureKind::Cover { material, storage } => {
                let place = fold.layout.place(storage)?;
                fold.supply.cover_d(material, place, now)
            }
        }
    }

    /// Hours by work center over the whole record, in the order of the definition.
    pub fn hours(&self, plant: &PlantId) -> Vec<CenterHours> {
        self.fold(plant).map_or_else(Vec::new, |fold| fold.hours.all(&fold.layout))
    }

    /// The newest comment about any of `about`.
    pub fn last_comment(&self, plant: &PlantId, about: &[&str]) -> Option<Remark> {
        self.fold(plant)?.remarks.last(about)
    }

    /// How much is kept of a plant, so that limits can be watched.
    pub fn kept(&self, plant: &PlantId) -> Kept {
        let Some(fold) = self.fold(plant) else { return Kept::default() };
        let changes = fold.units.tracks.values().map(UnitTrack::changes_kept);
        Kept {
            events: fold.trace.kept(),
            parts: fold.parts.kept(),
            changes: changes.max().unwrap_or(0),
            waiting: fold.waiting(),
        }
    }

    /// Reports that came after their interval was closed and were left out of the critical path.
    pub fn too_late(&self, plant: &PlantId) -> u64 {
        self.fold(plant).map_or(0, |fold| fold.too_late)
    }

    /// The earliest moment among those reports.
    pub fn late_since(&self, plant: &PlantId) -> Option<PlantTime> {
        self.fold(plant)?.late_since
    }
}
