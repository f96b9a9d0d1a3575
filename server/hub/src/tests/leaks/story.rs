//! What the feeds of a random world report: some of everything, about random things.

use std::collections::BTreeSet;

use twin::{FactKind, Span};

use super::{
    oracle::About,
    worked,
    world::{Maker, Said, Site, about, any_of, of_part},
};
use crate::core::decode;

/// When the plants' clocks start.
pub(super) const BEGINS: &str = "2031-05-05T06:00:00Z";
/// How long lines may have worked before the story.
pub(super) const WORKED: Span = Span::from_secs(5 * 86_400);
/// Frames of each feed, and the plant time from one to the next.
pub(super) const FRAMES: usize = 3;
pub(super) const BETWEEN: Span = Span::from_secs(6 * 3_600);
const REPORTS: usize = 7;

/// A report's fields without its time: as it is, and as it might be; and what may follow from it.
struct Draft {
    fields: String,
    otherwise: Option<String>,
    about: BTreeSet<About>,
}

/// The frames of a plant's feed.
pub(super) fn frames(maker: &mut Maker, site: &Site) -> Vec<Vec<Said>> {
    let starts = decode::time(BEGINS).unwrap();
    let worked = maker.dice.chance(40).then(|| worked::reports(maker, site, starts));
    let begins = starts + WORKED;
    let mut teller =
        Teller { parts: Vec::new(), running: Vec::new(), delivery: None, held: BTreeSet::new() };
    let frame = |n: usize| {
        let reports = (0..REPORTS).map(|i| {
            let Draft { fields, otherwise, about } = teller.draft(maker, site);
            let at = begins + BETWEEN.scaled(n as f64) + Span::from_secs(600 * i as i64);
            let time = decode::rfc3339(at);
            let whole = |fields: &str| format!("{{\"at\":\"{time}\",{fields}}}");
            let otherwise = whole(otherwise.as_ref().unwrap_or(&fields));
            Said { text: whole(&fields), otherwise, about }
        });
        reports.collect()
    };
    let mut frames: Vec<Vec<Said>> = (0..FRAMES).map(frame).collect();
    frames[0].splice(0..0, worked.into_iter().flatten());
    frames
}

/// What was told so far that later reports speak of.
struct Teller {
    /// Parts with the place where each is.
    parts: Vec<(String, String)>,
    /// Operations that go on: run, unit, part, operation.
    running: Vec<(String, String, String, &'static str)>,
    delivery: Option<(String, String)>,
    /// Parts that are held, wherever they go.
    held: BTreeSet<String>,
}

impl Teller {
    fn draft(&mut self, maker: &mut Maker, site: &Site) -> Draft {
        match maker.dice.below(12) {
            0 => stock(maker, site),
            1 => state(maker, site),
            2 => comment(maker, site),
            3 => self.delivery(maker, site),
            4 | 5 => self.moved(maker, site),
            6 => self.held(maker, site),
            7 | 8 => self.started(maker, site),
            9 => self.finished(maker, site),
            10 => order(maker, site),
            _ => served(maker, site),
        }
    }

    fn moved(&mut self, maker: &mut Maker, site: &Site) -> Draft {
        let places: Vec<&String> = site.storages.iter().chain(site.units()).collect();
        let to = (*maker.dice.one(&places)).clone();
        let (part, from) = match maker.dice.below(self.parts.len() + 1) {
            0 => (maker.word([]), to.clone()),
            n => self.parts.swap_remove(n - 1),
        };
        maker.also(&part, of_part(site.id, Some(&to)));
        if self.held.contains(&part) {
            maker.also(&site.reason, [about(site.id, Some(&to), FactKind::Quality)]);
        }
        let mut about = work_at(site.id, &to);
        about.extend(work_at(site.id, &from));
        self.parts.push((part.clone(), to.clone()));
        let fields = format!(
            "\"kind\":\"part_moved\",\"part\":\"{part}\",\"from\":\"{from}\",\"to\":\"{to}\""
        );
        Draft { fields, otherwise: None, about }
    }

    fn held(&mut self, maker: &mut Maker, site: &Site) -> Draft {
        if self.parts.is_empty() {
            return self.moved(maker, site);
        }
        let (part, place) = maker.dice.one(&self.parts).clone();
        maker.also(&site.reason, [about(site.id, Some(&place), FactKind::Quality)]);
        self.held.insert(part.clone());
        let reason = &site.reason;
        let fields = format!("\"kind\":\"part_held\",\"part\":\"{part}\",\"reason\":\"{reason}\"");
        Draft { fields, otherwise: None, about: work_at(site.id, &place) }
    }

    fn started(&mut self, maker: &mut Maker, site: &Site) -> Draft {
        let at = maker.dice.below(2);
        let (units, operation) = (&site.centers[at].1, ["weld", "join"][at]);
        let unit = maker.dice.one(units).clone();
        if self.running.iter().any(|(_, busy, ..)| *busy == unit) {
            return state(maker, site);
        }
        let part = maker.word(of_part(site.id, Some(&unit)));
        let op = maker.word([]);
        let kind = *maker.dice.one(&["material", "machine", "space", "crane"]);
        let places: Vec<&String> =
            site.storages.iter().chain(site.units()).chain([&site.crane]).collect();
        let causes = [(*maker.dice.one(&places)).clone(), (*maker.dice.one(&places)).clone()];
        let [fields, otherwise] = causes.map(|cause| {
            format!(
                "\"kind\":\"op_started\",\"op\":\"{op}\",\"unit\":\"{unit}\",\"part\":\"{part}\",\
                 \"operation\":\"{operation}\",\"cause\":{{\"kind\":\"{kind}\",\"id\":\"{cause}\"}}"
            )
        });
        let about = work_at(site.id, &unit);
        self.running.push((op, unit, part, operation));
        Draft { fields, otherwise: Some(otherwise), about }
    }

    fn finished(&mut self, maker: &mut Maker, site: &Site) -> Draft {
        let Some((op, unit, part, operation)) = self.running.pop() else {
            return self.started(maker, site);
        };
        let fields = format!(
            "\"kind\":\"op_finished\",\"op\":\"{op}\",\"unit\":\"{unit}\",\"part\":\"{part}\",\
             \"operation\":\"{operation}\""
        );
        Draft { fields, otherwise: None, about: work_at(site.id, &unit) }
    }

    fn delivery(&mut self, maker: &mut Maker, site: &Site) -> Draft {
        let n = maker.dice.below(2);
        let (supplier, material) = (site.suppliers[n].clone(), ["plate", "paint"][n]);
        let supply = || [about(site.id, Some(&supplier), FactKind::Supply)];
        let known = self.delivery.take().filter(|(_, of)| *of == supplier);
        let kind = if known.is_some() { "delivery_delayed" } else { "delivery_promised" };
        let said = [FactKind::Supply, FactKind::Comments];
        let id = known
            .map(|(id, _)| id)
            .unwrap_or_else(|| maker.word(said.map(|kind| about(site.id, Some(&supplier), kind))));
        let (quantity, other) = (maker.number(supply()), maker.number(supply()));
        let fields = |quantity: &str, day: usize| {
            format!(
                "\"kind\":\"{kind}\",\"delivery\":\"{id}\",\"supplier\":\"{supplier}\",\
                 \"material\":\"{material}-{}\",\"quantity\":{quantity},\
                 \"date\":\"2031-06-{day:02}T00:00:00Z\"",
                site.id
            )
        };
        let (fields, otherwise) = (fields(&quantity, 10), Some(fields(&other, 25)));
        self.delivery = Some((id, supplier.clone()));
        Draft { fields, otherwise, about: any_of(site.id, Some(&supplier)).collect() }
    }
}

/// What follows from work at a place. What counts several places is only told to whoever may read
/// all of them.
fn work_at(plant: &'static str, place: &str) -> BTreeSet<About> {
    any_of(plant, Some(place)).collect()
}

fn stock(maker: &mut Maker, site: &Site) -> Draft {
    let storage = maker.dice.one(&site.storages).clone();
    let state = || [about(site.id, Some(&storage), FactKind::LineState)];
    let (quantity, other) = (maker.number(state()), maker.number(state()));
    let material = *maker.dice.one(&["plate", "paint"]);
    let fields = |quantity: &str| {
        format!(
            "\"kind\":\"stock\",\"storage\":\"{storage}\",\"material\":\"{material}-{}\",\
             \"quantity\":{quantity}",
            site.id
        )
    };
    let about = work_at(site.id, &storage);
    Draft { fields: fields(&quantity), otherwise: Some(fields(&other)), about }
}

fn state(maker: &mut Maker, site: &Site) -> Draft {
    let units: Vec<&String> = site.units().collect();
    let unit = (*maker.dice.one(&units)).clone();
    let word = *maker.dice.one(&["down", "starved", "blocked", "setup"]);
    maker.also(&site.reason, [about(site.id, Some(&unit), FactKind::LineState)]);
    let fields = |state: &str| {
        format!(
            "\"kind\":\"unit_state\",\"unit\":\"{unit}\",\"state\":\"{state}\",\"reason\":\"{}\"",
            site.reason
        )
    };
    let other = if word == "down" { "setup" } else { "down" };
    Draft { fields: fields(word), otherwise: Some(fields(other)), about: work_at(site.id, &unit) }
}

fn comment(maker: &mut Maker, site: &Site) -> Draft {
    let things: Vec<&String> =
        site.units().chain(&site.storages).chain(&site.suppliers).chain([&site.crane]).collect();
    let thing = (*maker.dice.one(&things)).clone();
    let said = || [about(site.id, Some(&thing), FactKind::Comments)];
    let (text, other) = (maker.word(said()), maker.word(said()));
    let fields =
        |text: &str| format!("\"kind\":\"comment\",\"about\":\"{thing}\",\"text\":\"so {text}\"");
    let about = any_of(site.id, Some(&thing)).collect();
    Draft { fields: fields(&text), otherwise: Some(fields(&other)), about }
}

fn order(maker: &mut Maker, site: &Site) -> Draft {
    let schedule = || [about(site.id, None, FactKind::Schedule)];
    let id = maker.word(schedule());
    let [fields, otherwise] = [maker.number(schedule()), maker.number(schedule())].map(|wanted| {
        format!(
            "\"kind\":\"order_placed\",\"order\":\"{id}\",\"material\":\"hull-{}\",\
             \"quantity\":{wanted},\"due\":\"2031-07-10T00:00:00Z\"",
            site.id
        )
    });
    Draft { fields, otherwise: Some(otherwise), about: any_of(site.id, None).collect() }
}

fn served(maker: &mut Maker, site: &Site) -> Draft {
    let units: Vec<&String> = site.units().collect();
    let (unit, crane) = ((*maker.dice.one(&units)).clone(), &site.crane);
    let kind = *maker.dice.one(&["resource_taken", "resource_taken", "resource_freed"]);
    let fields =
        |kind: &str| format!("\"kind\":\"{kind}\",\"resource\":\"{crane}\",\"by\":\"{unit}\"");
    let other = if kind == "resource_freed" { "resource_taken" } else { "resource_freed" };
    let mut about = work_at(site.id, crane);
    about.extend(any_of(site.id, Some(&unit)));
    Draft { fields: fields(kind), otherwise: Some(fields(other)), about }
}
