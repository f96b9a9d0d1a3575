//! A line that has worked for some days before anybody looks, so that there is something to
//! conclude: what holds it up, when its orders are met, what runs dry.
//!
//! What is twisted of it are the times and causes of single runs, within what everybody else sees
//! of them.

use std::collections::BTreeSet;

use twin::{PlantTime, Span};

use super::{
    oracle::About,
    story::WORKED,
    world::{Maker, Said, Site, any_of},
};
use crate::core::decode;

/// Hulls that were joined, of two panels each.
const HULLS: usize = 5;
/// How far a run may lie otherwise, at its beginning and at its end: so little that nothing else
/// comes too late to be folded in its order.
const ASIDE: Span = Span::from_secs(20);

/// One run at a unit.
struct Run<'a> {
    unit: &'a str,
    op: String,
    part: String,
    operation: &'static str,
    began: PlantTime,
    ended: PlantTime,
    /// The kind and id of what released it, and what might have.
    causes: [(&'static str, String); 2],
}

/// What the feed of a plant says of that.
pub(super) fn reports(maker: &mut Maker, site: &Site, begins: PlantTime) -> Vec<Said> {
    let hours = |maker: &mut Maker| Span::from_secs(3_600 * (3 + maker.dice.below(9) as i64));
    let lasts = [hours(maker), hours(maker)];
    let [stock, between, done] = [&site.storages[0], &site.storages[1], &site.storages[2]];
    let mut line = Line { site, said: Vec::new() };
    let mut free = [vec![begins; site.centers[0].1.len()], vec![begins; site.centers[1].1.len()]];
    for hull in 1..=HULLS {
        let mut came = begins;
        let panels = [2 * hull - 1, 2 * hull].map(|n| format!("{}-panel-{n}", site.id));
        for (n, panel) in panels.iter().enumerate() {
            let unit = (2 * hull + n) % free[0].len();
            let run = line.run(0, unit, panel, (free[0][unit], begins), lasts[0]);
            line.uses(&run, ("plate", "4", stock), None);
            line.tell(&run, between);
            free[0][unit] = run.ended;
            came = came.max(run.ended);
        }
        let (unit, part) = (hull % free[1].len(), format!("{}-hull-{hull}", site.id));
        let run = line.run(1, unit, &part, (free[1][unit], came), lasts[1]);
        for panel in &panels {
            line.uses(&run, ("panel", "1", between), Some(panel));
        }
        line.uses(&run, ("paint", "1", stock), None);
        line.tell(&run, done);
        line.completed(&run);
        free[1][unit] = run.ended;
    }
    line.said.retain(|(at, _)| *at < begins + WORKED);
    line.said.sort_by_key(|(at, _)| *at);
    line.said.into_iter().map(|(_, said)| said).collect()
}

struct Line<'a> {
    site: &'a Site,
    said: Vec<(PlantTime, Said)>,
}

impl<'a> Line<'a> {
    fn run(
        &self,
        center: usize,
        unit: usize,
        part: &str,
        (free, came): (PlantTime, PlantTime),
        lasts: Span,
    ) -> Run<'a> {
        let site = self.site;
        let unit = site.centers[center].1[unit].as_str();
        let began = free.max(came);
        let machine = ("machine", unit.to_owned());
        let material = ("material", site.storages[center].clone());
        let causes = if came > free { [material, machine] } else { [machine, material] };
        let operation = ["weld", "join"][center];
        let (op, part) = (format!("{part}-{operation}"), part.to_owned());
        Run { unit, op, part, operation, began, ended: began + lasts, causes }
    }

    fn say(&mut self, [at, otherwise]: [PlantTime; 2], places: &[&str], fields: &[String; 2]) {
        let whole = |at: PlantTime, fields: &str| {
            format!("{{\"at\":\"{}\",{fields}}}", decode::rfc3339(at))
        };
        let about: BTreeSet<About> =
            places.iter().flat_map(|place| any_of(self.site.id, Some(place))).collect();
        let text = whole(at, &fields[0]);
        let otherwise = whole(otherwise, &fields[1]);
        self.said.push((at, Said { text, otherwise, about }));
    }

    /// The run itself, and that the part was taken from there.
    fn tell(&mut self, run: &Run<'_>, to: &str) {
        let Run { unit, op, part, operation, began, ended, causes } = run;
        let fields = format!(
            "\"op\":\"{op}\",\"unit\":\"{unit}\",\"part\":\"{part}\",\"operation\":\"{operation}\""
        );
        let starts = causes.each_ref().map(|(kind, id)| {
            format!(
                "\"kind\":\"op_started\",{fields},\"cause\":{{\"kind\":\"{kind}\",\"id\":\"{id}\"}}"
            )
        });
        self.say([*began, *began + ASIDE], &[unit], &starts);
        let ends = format!("\"kind\":\"op_finished\",{fields}");
        self.say([*ended, *ended - ASIDE], &[unit], &[ends.clone(), ends]);
        let moved = format!(
            "\"kind\":\"part_moved\",\"part\":\"{part}\",\"from\":\"{unit}\",\"to\":\"{to}\""
        );
        self.say([*ended, *ended + ASIDE], &[unit, to], &[moved.clone(), moved]);
    }

    fn uses(
        &mut self,
        run: &Run<'_>,
        (material, quantity, from): (&str, &str, &str),
        lot: Option<&str>,
    ) {
        let lot = lot.map(|lot| format!(",\"lot\":\"{lot}\"")).unwrap_or_default();
        let fields = |quantity: &str| {
            format!(
                "\"kind\":\"lot_consumed\",\"material\":\"{material}-{}\",\"quantity\":{quantity},\
                 \"storage\":\"{from}\",\"part\":\"{}\"{lot}",
                self.site.id, run.part
            )
        };
        let said = [fields(quantity), fields("9")];
        self.say([run.began, run.began], &[from, run.unit], &said);
    }

    fn completed(&mut self, run: &Run<'_>) {
        let fields = format!(
            "\"kind\":\"part_completed\",\"part\":\"{}\",\"material\":\"hull-{}\"",
            run.part, self.site.id
        );
        let done = self.site.storages[2].as_str();
        self.say([run.ended, run.ended + ASIDE], &[run.unit, done], &[fields.clone(), fields]);
    }
}
