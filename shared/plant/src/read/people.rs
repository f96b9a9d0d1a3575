//! Calendars, crews, contacts, headline measures.

use std::collections::BTreeSet;

use jiff::civil::Date;
use twin::{
    CrewId,
    definition::{Calendar, ClockChange, Contact, Crew, Measure, MeasureKind, Shift},
};

use super::{Context, Days, Sections};
use crate::{
    calendar::day_length,
    names::Kind,
    quantity::DayLength,
    reader::{Reader, Value},
};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

const CLOCK_CHANGES: [(&str, ClockChange); 2] =
    [("refuse", ClockChange::Refuse), ("keep wall clock", ClockChange::KeepWallClock)];

/// Most measures that a plant is judged by.
const MOST_MEASURES: usize = 3;

impl Context<'_, '_> {
    /// `[[calendar]]`, and what a working day is in each.
    pub(super) fn calendars(&self, sections: &Sections<'_>, days: &mut Days) -> Vec<Calendar> {
        let tables = sections.tables("calendar", "a calendar");
        tables.into_iter().filter_map(|table| self.calendar(table, days)).collect()
    }

    fn calendar(&self, reader: Reader<'_>, days: &mut Days) -> Option<Calendar> {
        let id: Option<twin::CalendarId> = self.own_id(&reader, Kind::Calendar);
        let name = reader.need("name").and_then(Value::text).unwrap_or_default().to_owned();
        let always = reader.flag_or("always", false);
        let mut week: [Vec<Shift>; 7] = Default::default();
        let (mut written, mut attempted) = (0, 0);
        if let Some(value) = reader.get("week") {
            for (name, value) in value.entries_by_name() {
                attempted += value.list().len();
                let shifts: Vec<Shift> = value.list().into_iter().filter_map(shift).collect();
                written += shifts.len() * weekdays(name).len();
                if weekdays(name).is_empty() {
                    let text = format!("\"{name}\" is not a day like mon or days like mon-fri");
                    reader.log.error(value.at, text);
                }
                for day in weekdays(name) {
                    add_shifts(&mut week[day], &shifts, value);
                }
            }
        }
        match (always, week.iter().all(Vec::is_empty)) {
            (false, true) if attempted == 0 => reader.log.error(
                reader.at,
                "the calendar is empty: nobody ever works; give it a week = \
                 { mon-fri = [\"06:00-14:00\"] } or always = true",
            ),
            (true, false) => {
                reader.log.error(reader.at, "a calendar is always = true or has a week, not both");
            }
            _ => {}
        }
        let on_clock_change = reader
            .get("on_clock_change")
            .and_then(|v| v.one_of(&CLOCK_CHANGES))
            .unwrap_or(ClockChange::Refuse);
        let holidays = holidays(&reader);
        let basis = reader.basis();
        reader.finish();
        let length = if always { DayLength::ALWAYS } else { day_length(&week, written) };
        let id = id?;
        days.calendars.insert(id.clone(), length);
        Some(Calendar { id, name, week, holidays, on_clock_change, always, basis })
    }

    /// `[[crew]]`.
    pub(super) fn crews(&self, sections: &Sections<'_>) -> Vec<Crew> {
        let tables = sections.tables("crew", "a crew").into_iter();
        tables.filter_map(|table| self.crew(table)).collect()
    }

    fn crew(&self, reader: Reader<'_>) -> Option<Crew> {
        let id: Option<CrewId> = self.own_id(&reader, Kind::Crew);
        let name = reader.need("name").and_then(Value::text);
        let people = reader.need("people").and_then(|v| v.count(1, 100_000));
        let calendar = reader.need("calendar").and_then(|v| self.known(v, &[Kind::Calendar]));
        let basis = reader.basis();
        reader.finish();
        Some(Crew { id: id?, name: name?.to_owned(), people: people?, calendar: calendar?, basis })
    }

    /// `[[contact]]`.
    pub(super) fn contacts(&self, sections: &Sections<'_>) -> Vec<Contact> {
        let tables = sections.tables("contact", "a contact").into_iter();
        let read = |reader: Reader<'_>| {
            let id = self.own_id(&reader, Kind::Contact);
            let role = reader.need("role").and_then(Value::text);
            let phone = reader.need("phone").and_then(Value::text);
            let for_suppliers = reader.flag_or("for_suppliers", false);
            reader.finish();
            let (role, phone) = (role?.to_owned(), phone?.to_owned());
            Some(Contact { id: id?, role, phone, for_suppliers })
        };
        tables.filter_map(read).collect()
    }

    /// `[[headline]]`.
    pub(super) fn headline(&self, sections: &Sections<'_>) -> Vec<Measure> {
        let tables = sections.tables("headline", "a headline measure");
        if let Some(one_too_many) = tables.get(MOST_MEASURES) {
            let text = format!("a plant has {MOST_MEASURES} headline measures at most");
            one_too_many.log.error(one_too_many.at, text);
        }
        tables.into_iter().filter_map(|table| self.measure(table)).collect()
    }

    fn measure(&self, reader: Reader<'_>) -> Option<Measure> {
        let name = reader.need("name").and_then(Value::text);
        let material = reader.need("material").and_then(|v| self.known(v, &[Kind::Material]));
        let kinds = ["throughput", "wip", "lead time", "cover"].map(|word| (word, word));
        let window = |reader: &Reader<'_>| {
            let value = reader.need("window")?;
            self.fixed(value, value.time()?)
        };
        let kind = reader.need("kind").and_then(|v| v.one_of(&kinds)).and_then(|kind| {
            let material = material?;
            Some(match kind {
                "throughput" => MeasureKind::Throughput { material, window: window(&reader)? },
                "wip" => MeasureKind::WorkInProgress { material },
                "lead time" => MeasureKind::LeadTime { material, window: window(&reader)? },
                _ => {
                    let storage = reader.need("storage")?;
                    MeasureKind::Cover { material, storage: self.known(storage, &[Kind::Storage])? }
                }
            })
        });
        let target = reader.get("target").and_then(Value::quantity);
        let unit = reader.need("unit").and_then(Value::text);
        reader.finish();
        Some(Measure { name: name?.to_owned(), kind: kind?, target, unit: unit?.to_owned() })
    }
}

fn holidays(reader: &Reader<'_>) -> Vec<String> {
    let mut dates = BTreeSet::new();
    for value in reader.get("holidays").map(Value::list).unwrap_or_default() {
        let Some(text) = value.date_text() else { continue };
        let ends = text.split_once("..").unwrap_or((&text, &text));
        let (Ok(first), Ok(last)) = (ends.0.trim().parse::<Date>(), ends.1.trim().parse::<Date>())
        else {
            let wanted = "a date like 2031-12-25 or 2031-07-07..2031-07-18";
            value.log.error(value.at, format!("\"{text}\" is not {wanted}"));
            continue;
        };
        let day = jiff::Span::new().days(1);
        let stretch = first.series(day).take_while(|date| *date <= last);
        dates.extend(stretch.take(366).map(|date| date.to_string()));
    }
    dates.into_iter().collect()
}

/// The days that a key like `mon` or `mon-fri` names.
fn weekdays(name: &str) -> Vec<usize> {
    let find = |name: &str| DAYS.iter().position(|&day| day == name);
    let (first, last) = name.split_once('-').unwrap_or((name, name));
    match (find(first), find(last)) {
        (Some(first), Some(last)) => (first..=last).collect(),
        _ => Vec::new(),
    }
}

/// Adds shifts to a day in order; shifts that touch become one, shifts that overlap are wrong.
fn add_shifts(day: &mut Vec<Shift>, shifts: &[Shift], value: Value<'_>) {
    for &next in shifts {
        match day.last_mut() {
            Some(last) if last.end_min == next.start_min => last.end_min = next.end_min,
            Some(last) if last.end_min > next.start_min => {
                value.log.error(value.at, "the shifts of a day are in order and do not overlap");
            }
            _ => day.push(next),
        }
    }
}

/// Reads `06:00-13:30`.
fn shift(value: Value<'_>) -> Option<Shift> {
    let text = value.text()?;
    let minutes = |clock: &str| {
        let (hours, minutes) = clock.trim().split_once(':')?;
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours <= 24 && minutes < 60).then(|| hours * 60 + minutes).filter(|&m| m <= 1_440)
    };
    let ends = text.split_once('-');
    let found = ends.and_then(|(start, end)| minutes(start).zip(minutes(end)));
    match found {
        Some((start_min, end_min)) if start_min < end_min => Some(Shift { start_min, end_min }),
        Some(_) => {
            let text = format!(
                "\"{text}\" ends before it starts; a shift over midnight is written as two: \
                 one to 24:00, one from 00:00 on the next day"
            );
            value.log.error(value.at, text);
            None
        }
        None => {
            value.log.error(value.at, format!("\"{text}\" is not a shift like 06:00-13:30"));
            None
        }
    }
}
