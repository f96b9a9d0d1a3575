//! Parameters that may be changed while a model runs, by path.
//!
//! A path is `plant.kind.id.parameter`:
//!
//! | path | value |
//! |---|---|
//! | `home-yard.work_center.P4.time` | mean duration of its operations: `12 h` |
//! | `home-yard.operation.P4-weld.time` | mean duration of one operation |
//! | `home-yard.unit.P4.down` | broken from now on for `10 d` |
//! | `home-yard.unit.P4.held`, `.maintenance` | stopped by decision, or as planned, for `10 d` |
//! | `home-yard.resource.gantry.down` | not to be had for `10 d` |
//! | `munitions.supply.seeker.lot`, `.every`, `.late` | `31`, `7 d`, `15 d` later than promised |
//! | `home-yard.crew.welders.people` | `90` |

use smol_str::SmolStr;
use twin::{Span, UnitState};

use crate::{
    error::{ChangeError, ModelError},
    model::Model,
};

/// A parameter, found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Knob {
    CenterTime(usize),
    OpTime(usize),
    UnitStopped(usize, UnitState),
    ResourceDown(usize),
    LineLot(usize),
    LineEvery(usize),
    LineLate(usize),
    CrewPeople(usize),
}

/// How many near misses are named.
const SUGGESTIONS: usize = 3;

impl Model {
    /// Changes a parameter from now on; returns its value before, to go back to.
    ///
    /// # Errors
    /// [`ChangeError::UnknownPath`] with the nearest paths, [`ChangeError::BadValue`]; the model
    /// goes on as it was.
    pub fn change(&mut self, path: &str, value: &str) -> Result<String, ChangeError> {
        let knob = self.knob(path)?;
        let bad = |expected| ChangeError::BadValue {
            path: path.to_owned(),
            value: value.to_owned(),
            expected,
        };
        let span = || span_of(value).ok_or_else(|| bad("a time such as \"12 h\" or \"10 d\""));
        let positive =
            || span().and_then(|s| if s > Span::ZERO { Ok(s) } else { Err(bad("above zero")) });
        let earlier = match knob {
            Knob::CenterTime(center) => {
                let means =
                    means_of(value).ok_or_else(|| bad("a time above zero, such as \"12 h\""))?;
                self.center_time(center, &means)
            }
            Knob::OpTime(op) => {
                let mean = positive()?;
                let earlier = self.ops[op].lasts.mean;
                self.last_anew(op, mean);
                span_text(earlier)
            }
            Knob::UnitStopped(unit, state) => {
                self.stop_unit(unit, state, span()?);
                span_text(Span::ZERO)
            }
            Knob::ResourceDown(resource) => {
                self.stop_resource(resource, span()?);
                span_text(Span::ZERO)
            }
            Knob::LineEvery(line) => {
                let every = positive()?;
                span_text(std::mem::replace(&mut self.lines[line].every, every))
            }
            Knob::LineLate(line) => {
                let late = span()?;
                let earlier = self.lines[line].late;
                self.slip(line, late);
                span_text(earlier)
            }
            Knob::LineLot(line) => {
                let lot: f64 = value.trim().parse().ok().ok_or_else(|| bad("a number"))?;
                if !(lot > 0.0 && lot <= 1e9) {
                    return Err(bad("a number above zero"));
                }
                self.lots_of(line, lot)
            }
            Knob::CrewPeople(crew) => {
                let people = value.trim().parse().ok().ok_or_else(|| bad("a number of people"))?;
                let earlier = std::mem::replace(&mut self.crews[crew].people, people);
                self.crew_came(crew);
                earlier.to_string()
            }
        };
        self.settle();
        Ok(earlier)
    }

    fn lots_of(&mut self, line: usize, lot: f64) -> String {
        let earlier = std::mem::replace(&mut self.lines[line].lot, lot);
        for index in 0..self.lines[line].open.len() {
            let consignment = self.lines[line].open[index];
            let state = &mut self.consignments[consignment];
            if !state.shipped && !state.single {
                state.quantity = lot;
            }
        }
        earlier.to_string()
    }

    /// One mean for all operations of a work center, or one for each in their order.
    fn center_time(&mut self, center: usize, means: &[Span]) -> String {
        let ops = self.centers[center].ops.clone();
        let mut earlier = Vec::new();
        for (index, op) in ops.into_iter().enumerate() {
            earlier.push(span_text(self.ops[op].lasts.mean));
            if let Some(&mean) = means.get(index).or(means.first()) {
                self.last_anew(op, mean);
            }
        }
        earlier.join(" | ")
    }

    fn last_anew(&mut self, op: usize, mean: Span) {
        if let Ok(lasts) = self.ops[op].lasts.with_mean(mean) {
            self.ops[op].lasts = lasts;
        }
    }

    fn stop_unit(&mut self, unit: usize, state: UnitState, span: Span) {
        if span > Span::ZERO {
            let reason = self.reason_of_stop(state);
            self.stop(unit, (state, reason), self.now + span);
        } else if let Some(down) = self.units[unit].down.take() {
            self.cancel(Some(down.repaired));
            self.repaired(unit);
        }
    }

    fn stop_resource(&mut self, resource: usize, span: Span) {
        if span > Span::ZERO {
            let reason = self.reason_of_stop(UnitState::Down);
            self.break_resource(resource, reason, self.now + span);
        } else if let Some(down) = self.resources[resource].down.take() {
            self.cancel(Some(down.repaired));
            self.resource_repaired(resource);
        }
    }

    /// What the scenario calls it, else a word for what it is.
    fn reason_of_stop(&self, state: UnitState) -> SmolStr {
        self.because.clone().unwrap_or_else(|| match state {
            UnitState::Held => SmolStr::new("held"),
            UnitState::PlannedMaintenance => SmolStr::new("planned maintenance"),
            _ => SmolStr::new("breakdown"),
        })
    }

    fn knob(&self, path: &str) -> Result<Knob, ChangeError> {
        let knobs = self.knobs();
        match knobs.iter().find(|(known, _)| known == path) {
            Some((_, knob)) => Ok(*knob),
            None => {
                let mut near: Vec<(usize, &String)> =
                    knobs.iter().map(|(known, _)| (distance(path, known), known)).collect();
                near.sort();
                let suggestions =
                    near.into_iter().take(SUGGESTIONS).map(|(_, path)| path.clone()).collect();
                Err(ChangeError::UnknownPath { path: path.to_owned(), suggestions })
            }
        }
    }

    /// Every path that [`Model::change`] knows, in order.
    pub fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = self.knobs().into_iter().map(|(path, _)| path).collect();
        paths.sort();
        paths
    }

    fn knobs(&self) -> Vec<(String, Knob)> {
        let plant = |site: usize| &self.sites[site].id;
        let mut knobs = Vec::new();
        for (index, center) in self.centers.iter().enumerate() {
            let path = format!("{}.work_center.{}.time", plant(center.site), center.id);
            knobs.push((path, Knob::CenterTime(index)));
        }
        for (index, op) in self.ops.iter().enumerate() {
            let path = format!("{}.operation.{}.time", plant(op.site), op.id);
            knobs.push((path, Knob::OpTime(index)));
        }
        for (index, unit) in self.units.iter().enumerate() {
            for (parameter, state) in [
                ("down", UnitState::Down),
                ("held", UnitState::Held),
                ("maintenance", UnitState::PlannedMaintenance),
            ] {
                let path = format!("{}.unit.{}.{parameter}", plant(unit.site), unit.id);
                knobs.push((path, Knob::UnitStopped(index, state)));
            }
        }
        for (index, resource) in self.resources.iter().enumerate() {
            let path = format!("{}.resource.{}.down", plant(resource.site), resource.id);
            knobs.push((path, Knob::ResourceDown(index)));
        }
        for (index, line) in self.lines.iter().enumerate() {
            let stem = format!("{}.supply.{}", plant(line.site), self.materials[line.material].id);
            knobs.push((format!("{stem}.lot"), Knob::LineLot(index)));
            knobs.push((format!("{stem}.every"), Knob::LineEvery(index)));
            knobs.push((format!("{stem}.late"), Knob::LineLate(index)));
        }
        for (index, crew) in self.crews.iter().enumerate() {
            let path = format!("{}.crew.{}.people", plant(crew.site), crew.id);
            knobs.push((path, Knob::CrewPeople(index)));
        }
        knobs
    }

    pub(crate) fn begin_disruption(&mut self, disruption: usize) -> Result<(), ModelError> {
        let what = self.settings.disruptions[disruption].clone();
        self.because = Some(SmolStr::new(&what.name)).filter(|name| !name.is_empty());
        let changed = self.change(&what.path, &what.value);
        self.because = None;
        let earlier = changed.map_err(|source| ModelError::Disruption { source })?;
        self.earlier.insert(disruption, earlier);
        Ok(())
    }

    pub(crate) fn end_disruption(&mut self, disruption: usize) -> Result<(), ModelError> {
        let Some(earlier) = self.earlier.remove(&disruption) else { return Ok(()) };
        let path = self.settings.disruptions[disruption].path.clone();
        self.change(&path, &earlier).map_err(|source| ModelError::Disruption { source })?;
        Ok(())
    }
}

/// A time with its unit: `45 s`, `12.5 min`, `6 h`, `10 d`, `3 weeks`.
pub(crate) fn span_of(text: &str) -> Option<Span> {
    let text = text.trim();
    let split = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let (number, unit) = text.split_at(split);
    let number: f64 = number.parse().ok().filter(|n: &f64| n.is_finite() && *n <= 1e6)?;
    let unit = match unit.trim() {
        "s" => Span::SECOND,
        "min" | "minute" | "minutes" => Span::MINUTE,
        "h" | "hour" | "hours" => Span::HOUR,
        "d" | "day" | "days" => Span::DAY,
        "week" | "weeks" => Span::from_secs(7 * 86_400),
        _ => return None,
    };
    Some(unit.scaled(number))
}

/// Times above zero, with bars between.
fn means_of(text: &str) -> Option<Vec<Span>> {
    text.split('|').map(|text| span_of(text).filter(|&span| span > Span::ZERO)).collect()
}

/// Exact, so that going back is going back to the bit.
fn span_text(span: Span) -> String {
    let secs = span.micros() / 1_000_000;
    let micros = span.micros() % 1_000_000;
    if micros == 0 { format!("{secs} s") } else { format!("{secs}.{micros:06} s") }
}

/// How many letters must be changed to make one word of another (Levenshtein 1966).
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().take(200).enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &right) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
