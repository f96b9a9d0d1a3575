//! Completions by day and lead times, by material.

use std::collections::{BTreeMap, VecDeque};

use twin::{MaterialId, PlantTime, Span};

use crate::findings::DayCount;

/// Days of completions that are kept.
pub const DAYS_KEPT: i64 = 120;
/// Completions of one material that are kept one by one.
const COMPLETIONS_KEPT: usize = 20_000;

/// Completions of one material.
#[derive(Clone, Debug, Default)]
struct Completions {
    /// When, how much, how long in work.
    each: VecDeque<(PlantTime, f64, Option<Span>)>,
    by_day: BTreeMap<i64, f64>,
}

/// Completions of one plant.
#[derive(Clone, Debug, Default)]
pub struct Completed {
    materials: BTreeMap<MaterialId, Completions>,
}

fn day_of(at: PlantTime) -> i64 {
    at.micros().div_euclid(Span::DAY.micros())
}

impl Completed {
    pub fn add(&mut self, material: &MaterialId, at: PlantTime, count: f64, lead: Option<Span>) {
        if !count.is_finite() {
            return;
        }
        let kept = self.materials.entry(material.clone()).or_default();
        // A straggler goes to its place, so that windows can be cut from the end.
        let place = kept.each.iter().rev().take_while(|(other, ..)| *other > at).count();
        kept.each.insert(kept.each.len() - place, (at, count, lead));
        if kept.each.len() > COMPLETIONS_KEPT {
            kept.each.pop_front();
        }
        *kept.by_day.entry(day_of(at)).or_default() += count;
        while let Some((first, last)) = kept
            .by_day
            .first_key_value()
            .map(|(d, _)| *d)
            .zip(kept.by_day.last_key_value().map(|(d, _)| *d))
            && last - first >= DAYS_KEPT
        {
            kept.by_day.pop_first();
        }
    }

    /// Completed after `from`, up to `to`, with the mean lead time of those that have one.
    pub fn between(
        &self,
        material: &MaterialId,
        from: PlantTime,
        to: PlantTime,
    ) -> (f64, Option<Span>) {
        let (mut sum, mut leads, mut lead_us) = (0.0, 0_i64, 0_i128);
        let each = self.materials.get(material).map(|kept| kept.each.iter().rev());
        for (_, count, lead) in each
            .into_iter()
            .flatten()
            .skip_while(|(at, ..)| *at > to)
            .take_while(|(at, ..)| *at > from)
        {
            sum += count;
            if let Some(lead) = lead {
                leads += 1;
                lead_us += i128::from(lead.micros());
            }
        }
        let mean =
            (leads > 0).then(|| Span::from_micros((lead_us / i128::from(leads.max(1))) as i64));
        (sum, mean)
    }

    /// Whether anything of it was ever completed.
    pub fn knows(&self, material: &MaterialId) -> bool {
        self.materials.contains_key(material)
    }

    /// Each completion that is kept, oldest first: when, and how much.
    pub fn arrivals(&self, material: &MaterialId) -> impl Iterator<Item = (PlantTime, f64)> + '_ {
        let each = self.materials.get(material).map(|kept| kept.each.iter());
        each.into_iter().flatten().map(|(at, count, _)| (*at, *count))
    }

    /// By day, from the first completion that is kept up to the day of `now`.
    pub fn days(&self, material: &MaterialId, now: PlantTime) -> Vec<DayCount> {
        let Some(kept) = self.materials.get(material) else { return Vec::new() };
        let today = day_of(now);
        let Some((first, _)) = kept.by_day.first_key_value() else { return Vec::new() };
        let first = (*first).max(today - DAYS_KEPT + 1);
        (first..=today)
            .map(|day| DayCount {
                day: PlantTime::from_micros(day.saturating_mul(Span::DAY.micros())),
                count: kept.by_day.get(&day).copied().unwrap_or(0.0),
            })
            .collect()
    }
}
