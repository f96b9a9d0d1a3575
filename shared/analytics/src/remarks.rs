//! What people say: the newest comment about each thing, and the date that an answer names.

use std::collections::{BTreeMap, VecDeque};

use twin::{PlantTime, Span};

use crate::findings::Remark;

/// Things that a newest comment is kept about.
const REMARKS_KEPT: usize = 2_000;
/// Longer than this nobody promises [d].
const LONGEST_PROMISE_D: f64 = 3_650.0;

/// The newest comments of one plant.
#[derive(Clone, Debug, Default)]
pub struct Remarks {
    newest: BTreeMap<String, Remark>,
    order: VecDeque<String>,
}

impl Remarks {
    pub fn add(&mut self, about: &str, text: &str, at: PlantTime) {
        let newer = self.newest.get(about).is_none_or(|old| old.at <= at);
        if !self.newest.contains_key(about) {
            self.order.push_back(about.to_owned());
            if self.order.len() > REMARKS_KEPT
                && let Some(oldest) = self.order.pop_front()
            {
                self.newest.remove(&oldest);
            }
        }
        if newer {
            let (about, text) = (about.to_owned(), text.to_owned());
            let until = promised(&text, at);
            self.newest.insert(about.clone(), Remark { about, text, at, until });
        }
    }

    pub fn last(&self, about: &[&str]) -> Option<Remark> {
        let of = about.iter().filter_map(|id| self.newest.get(*id));
        of.max_by_key(|remark| (remark.at, remark.about.clone())).cloned()
    }
}

/// The moment that a text speaks of: `in 14 d`, `in 3 d 12 h`, `in about 3 hours`, counted from
/// when it was said. The last such length counts; other ways to name a date are not understood.
fn promised(text: &str, said: PlantTime) -> Option<PlantTime> {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || ",;()".contains(c))
        .filter(|w| !w.is_empty())
        .collect();
    let mut lengths = words.iter().enumerate().filter_map(|(n, word)| {
        let rest = words.get(n + 1..)?;
        let rest = match rest.first() {
            Some(&"about") => rest.get(1..)?,
            _ => rest,
        };
        let first = length(rest)?;
        let length = first + rest.get(2..).and_then(length).unwrap_or(Span::ZERO);
        let sane = *word == "in" && length.days() <= LONGEST_PROMISE_D;
        sane.then_some(length)
    });
    lengths.next_back().map(|length| said + length)
}

/// The length that a text begins with: a number above zero and a unit.
fn length(words: &[&str]) -> Option<Span> {
    let (number, unit) = (words.first()?, words.get(1)?.trim_end_matches('.'));
    let count: f64 = number.parse().ok()?;
    let unit = match unit {
        "min" | "minute" | "minutes" => Span::from_secs(60),
        "h" | "hour" | "hours" => Span::HOUR,
        "d" | "day" | "days" => Span::DAY,
        "week" | "weeks" => Span::from_secs(7 * 86_400),
        _ => return None,
    };
    (count > 0.0).then(|| unit.scaled(count))
}
