//! Alarms: conditions that somebody must know, each there until its cause is gone.
//!
//! An acknowledgement is a `comment` of a planner about the alarm. It belongs to one occurrence:
//! when the cause comes again, nobody has seen that yet.

use analytics::{Concern, DryPart, Inputs, Outlook, Promise, Raised};
use jiff::civil::Date;
use journal::hexadecimal;
use sha2::{Digest, Sha256};
use twin::{
    EquipmentId, FactKind, Plant, PlantId, PlantTime, Span, UnitState,
    id::LONGEST_ID,
    state::{ABOUT_ALARM, CommentNow},
};

use super::{Core, plan::is_planner};
use crate::{
    clock::{day_in, days_late},
    supplier,
};

/// A condition that somebody must know.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    /// What it is called in requests; the same for as long as it lasts, and after a restart.
    pub(crate) id: String,
    /// A stable word.
    pub(crate) code: &'static str,
    /// What it is about.
    pub(crate) about: String,
    /// The time of the last thing that is known for sure.
    pub(crate) since: PlantTime,
    /// What, where, what to do.
    pub(crate) text: String,
    /// The planner's comment that acknowledges it.
    pub(crate) acknowledged: Option<CommentNow>,
    /// What it rests on besides the feeds: who may not read that is not told of it.
    pub(crate) rests_on: RestsOn,
}

/// What a condition is computed from.
#[derive(Clone, Debug)]
pub(crate) enum RestsOn {
    /// What is known of the feeds.
    Feeds,
    /// The state of a unit.
    Unit(EquipmentId),
    /// A finding of a kind, and its inputs.
    Finding(FactKind, Inputs),
}

impl Core {
    /// What somebody should know about a plant: feeds that are silent, and what somebody must act
    /// on there. `expected` gives a promise as it is told everywhere.
    pub(crate) fn conditions(
        &self,
        plant: &PlantId,
        wall: PlantTime,
        expected: impl Fn(&Plant, Outlook) -> Outlook,
    ) -> Vec<Condition> {
        let silent = self
            .feeds
            .iter()
            .filter(|(id, feed)| feed.plant == *plant && !feed.connected && !supplier::is_page(id));
        let conditions = silent.map(|(about, feed)| {
            let id = alarm_id("feed_silent", about.as_str());
            let since = feed.last_report.unwrap_or_else(|| self.plant_now(plant, wall));
            let acknowledged = self.acknowledged(plant, &id, feed.last_heard);
            Condition {
                id,
                code: "feed_silent",
                about: about.to_string(),
                since,
                text: format!("the feed {about} is not connected; its values grow old"),
                acknowledged,
                rests_on: RestsOn::Feeds,
            }
        });
        let raised = self.analytics.concerns(plant, self.plant_now(plant, wall));
        let definition = self.plants.get(plant);
        let raised =
            raised.into_iter().filter_map(|raised| self.concern(definition?, raised, &expected));
        conditions.chain(raised).collect()
    }

    fn concern(
        &self,
        plant: &Plant,
        raised: Raised,
        expected: impl Fn(&Plant, Outlook) -> Outlook,
    ) -> Option<Condition> {
        let Raised { what, since, goes_on, inputs } = raised;
        let (code, key, about, text, rests_on) = match &what {
            Concern::PartIsOut(part) => {
                let name = material(plant, part.material.as_str());
                let text =
                    if goes_on { self.part_is_out(part, &name) } else { part_was_out(&name) };
                let rests_on = RestsOn::Finding(FactKind::DryDate, inputs);
                ("part_out", part.material.to_string(), name, text, rests_on)
            }
            Concern::PromiseIsMissed(promise) => {
                let (key, name) = self.promise(plant, promise);
                let text = if goes_on {
                    self.promise_is_missed(plant, &expected(plant, (**promise).clone()))?
                } else {
                    PROMISE_WAS_MISSED.to_owned()
                };
                let rests_on = RestsOn::Finding(FactKind::Forecast, inputs);
                ("promise_missed", key, name, text, rests_on)
            }
            Concern::UnitStands { unit, state } => {
                let named = plant.units.iter().find(|of| of.id == *unit)?;
                let held = *state == UnitState::Held;
                let code = if held { "unit_held" } else { "unit_down" };
                let text = self.unit_stands(&plant.id, unit, held);
                (code, unit.to_string(), named.name.clone(), text, RestsOn::Unit(unit.clone()))
            }
        };
        let id = alarm_id(code, &key);
        let acknowledged = self.acknowledged(&plant.id, &id, Some(since));
        Some(Condition { id, code, about, since, text, acknowledged, rests_on })
    }

    /// The id of what was promised, and its name.
    fn promise(&self, plant: &Plant, promise: &Outlook) -> (String, String) {
        match &promise.what {
            Promise::Order(id) => {
                let of = promise.material.as_ref();
                let name = of.map_or_else(String::new, |of| material(plant, of.as_str()));
                (id.to_string(), format!("{name} ({id})").trim().to_owned())
            }
            Promise::Milestone(id) => {
                let named = self.programme.milestones.iter().find(|m| m.id == *id);
                (id.to_string(), named.map_or_else(|| id.to_string(), |m| m.name.clone()))
            }
        }
    }

    fn unit_stands(&self, plant: &PlantId, unit: &EquipmentId, held: bool) -> String {
        let now = self.twin.unit(plant, unit);
        let reason = now.and_then(|now| now.stands_for());
        let why = reason.map_or_else(String::new, |why| format!(": {}", why.replace('_', " ")));
        let (is, what) = if held {
            ("on hold", "settle what holds it, or move its work")
        } else {
            ("down", "see when maintenance has it back, or move its work")
        };
        format!("it has been {is} for more than a day{why}; {what}")
    }

    /// Whom to call is left out: a contact goes no further than the hold-up that they own.
    fn part_is_out(&self, part: &DryPart, name: &str) -> String {
        let next = match (part.next_delivery, part.again) {
            (None, _) => "no delivery is promised".to_owned(),
            (Some(next), None) => format!("the next delivery is expected on {}", self.day(next)),
            (Some(next), Some((from, to))) => format!(
                "the next delivery is expected on {}, and from {} on there is none until {}",
                self.day(next),
                self.day(from),
                self.day(to)
            ),
        };
        let is_out = match part.dry.filter(|_| part.out_since.is_none()) {
            _ if part.waited_for => "has run out and stations wait for it".to_owned(),
            None => "has run out; no station waits for it yet".to_owned(),
            Some(dry) => {
                format!("runs out again on {}; no station waits for it yet", self.day(dry))
            }
        };
        format!(
            "{name} {is_out}; {next}; ask the supplier for an earlier or a part delivery, or give \
             the stations other work"
        )
    }

    fn promise_is_missed(&self, plant: &Plant, promise: &Outlook) -> Option<String> {
        let (promised, expected) = (promise.promised, promise.expected?);
        let late = days_late(&self.programme.time_zone, promised, expected)?;
        let (promised, expected) = (self.day(promised - Span::from_secs(1)), self.day(expected));
        let waits = promise.waits_for.iter().chain(&promise.waits_also);
        let names: Vec<String> = waits.map(|of| material(plant, of.as_str())).collect();
        let waits = match names.is_empty() {
            true => String::new(),
            false => format!(" and waits for {}", names.join(" and ")),
        };
        Some(format!(
            "it is promised for {promised}, expected on {expected}, {late} days late,{waits} \
             unless something changes; tell who waits for it, or agree on what is done first"
        ))
    }

    /// The day at the site.
    fn day(&self, at: PlantTime) -> String {
        day_in(&self.programme.time_zone, at).map(as_shown).unwrap_or_default()
    }

    /// The newest acknowledgement that was made when the cause was there already.
    fn acknowledged(
        &self,
        plant: &PlantId,
        alarm: &str,
        began: Option<PlantTime>,
    ) -> Option<CommentNow> {
        let about = about_alarm(alarm);
        let comments = self.twin.comments(plant, &about);
        let seen = comments.filter(|comment| {
            is_planner(&comment.said.feed) && began.is_none_or(|began| comment.at >= began)
        });
        seen.last().cloned()
    }
}

fn part_was_out(name: &str) -> String {
    format!(
        "{name} had run out, and stations waited for it; none waits at the moment. This stays here \
         until none has waited for a day"
    )
}

const PROMISE_WAS_MISSED: &str = "it was expected to be late by a week or more, and is not at the \
    moment. This stays here until that has held for a day";

fn material(plant: &Plant, id: &str) -> String {
    let named = plant.materials.iter().find(|of| of.id.as_str() == id);
    named.map_or_else(|| id.to_owned(), |of| of.name.clone())
}

/// A day as pages show it.
fn as_shown(day: Date) -> String {
    day.strftime("%-d %b %Y").to_string()
}

/// What a comment about an alarm is about.
pub(super) fn about_alarm(id: &str) -> String {
    format!("{ABOUT_ALARM}{id}")
}

/// `code:about`; where that is too long for a report, a hash stands for what it is about.
fn alarm_id(code: &str, about: &str) -> String {
    let id = format!("{code}:{about}");
    if ABOUT_ALARM.len() + id.len() <= LONGEST_ID {
        return id;
    }
    let hash = Sha256::digest(about.as_bytes());
    format!("{code}:{}", hexadecimal(&hash[..16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_of_any_feed_can_be_commented_on() {
        assert_eq!(alarm_id("feed_silent", "press"), "feed_silent:press");
        let (one, other) = ("x".repeat(LONGEST_ID), "y".repeat(LONGEST_ID));
        for about in [&one, &other] {
            assert!(about_alarm(&alarm_id("feed_silent", about)).len() <= LONGEST_ID);
        }
        assert_ne!(alarm_id("feed_silent", &one), alarm_id("feed_silent", &other));
    }
}
