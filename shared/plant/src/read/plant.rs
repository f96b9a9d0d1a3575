//! `plant.toml`: what the site is, and the gathering of its other files.

use std::{cell::Cell, collections::BTreeSet};

use jiff::tz::TimeZone;
use twin::{NationId, OrganisationId, Plant, PlantId, Span};

use super::{Context, Days, Sections};
use crate::{
    names::{Kind, Names},
    problem::{Log, did_you_mean},
    reader::{Reader, Value},
    when,
};

/// Values of a silent feed turn stale after this, unless the plant says otherwise.
const STALE_AFTER: Span = Span::from_secs(600);

/// What `[plant]` says.
struct Site {
    id: PlantId,
    name: String,
    description: String,
    nation: NationId,
    organisation: OrganisationId,
    time_zone: String,
    zone: TimeZone,
    pseudonyms_allowed: bool,
    stale_after: Span,
    reasons: Vec<String>,
}

/// Reads a plant's folder.
pub(super) fn read(
    log: &Log<'_>,
    names: &Names<'_, '_>,
    number: usize,
    folder: &str,
    sections: Sections<'_>,
    (meshes, alone): (Option<&BTreeSet<String>>, Option<&str>),
) -> Option<Plant> {
    let Some(site) = site(log, names, folder, &sections, alone.is_some()) else {
        names.leave_unsure(Some(number));
        return None;
    };
    let context = Context {
        log,
        names,
        scope: Some(number),
        zone: site.zone.clone(),
        nation: site.nation.clone(),
        organisation: site.organisation.clone(),
        meshes,
        alone: alone.is_some(),
        placed: Cell::new(0),
    };
    let plant = gather(&context, site, &sections);
    sections.finish();
    plant
}

fn gather(context: &Context<'_, '_>, site: Site, sections: &Sections<'_>) -> Option<Plant> {
    let mut labels = sections.tables("label", "a label");
    if labels.is_empty() {
        let text = "the plant has no [label]: nobody may know anything of it until it has one";
        context.log.error(sections.at(), text);
    }
    let label = labels.drain(..).next().and_then(|table| context.label(table));
    let mut days = Days::default();
    let calendars = context.calendars(sections, &mut days);
    let areas = context.areas(sections);
    let (work_centers, units) = context.work_centers(sections, &mut days, label.as_ref());
    let storages = context.storages(sections, label.as_ref());
    let resources = context.resources(sections, &mut days);
    let materials = context.materials(sections);
    Some(Plant {
        crews: context.crews(sections),
        operations: context.operations(sections, &days, &materials),
        suppliers: context.suppliers(sections, label.as_ref()),
        supply_lines: context.supply_lines(sections),
        initial_stock: context.initial_stock(sections),
        initial_parts: context.initial_parts(sections),
        contacts: context.contacts(sections),
        orders: context.orders(sections),
        deliveries: context.deliveries(sections),
        headline: context.headline(sections),
        id: site.id,
        name: site.name,
        description: site.description,
        nation: site.nation,
        organisation: site.organisation,
        time_zone: site.time_zone,
        label: label?,
        pseudonyms_allowed: site.pseudonyms_allowed,
        stale_after: site.stale_after,
        areas,
        work_centers,
        units,
        storages,
        resources,
        calendars,
        materials,
        reasons: site.reasons,
        arrivals: context.arrivals(sections),
        card_loops: context.card_loops(sections),
        begun_units: context.begun_units(sections),
        in_step: context.in_step(sections),
    })
}

fn site(
    log: &Log<'_>,
    names: &Names<'_, '_>,
    folder: &str,
    sections: &Sections<'_>,
    alone: bool,
) -> Option<Site> {
    let mut tables = sections.tables("plant", "a plant").into_iter();
    let Some(reader) = tables.next() else {
        let text = format!("the folder \"{folder}\" has no table [plant]");
        log.error(sections.at(), text);
        return None;
    };
    for second in tables {
        log.error(second.at, format!("the folder \"{folder}\" has a second table [plant]"));
    }
    let left_out = |key| alone && reader.get(key).is_none();
    let id = match left_out("id") {
        true => {
            names.declare(None, Kind::Plant, folder, reader.at);
            PlantId::new(folder).ok()
        }
        false => plant_id(log, names, folder, &reader),
    };
    let text = |key| match left_out(key) {
        true => Some(""),
        false => reader.need(key).and_then(Value::text),
    };
    let (name, description) = (text("name"), text("description"));
    let nation = match left_out("nation") {
        true => NationId::new("XAA").ok(),
        false => registered(names, &reader, "nation", &[Kind::Nation]),
    };
    let organisation = match left_out("organisation") {
        true => OrganisationId::new("owner").ok(),
        false => registered(names, &reader, "organisation", &[Kind::Organisation]),
    };
    let zone = match left_out("time_zone") {
        true => None,
        false => reader.need("time_zone").and_then(time_zone),
    };
    let stale_after =
        reader.get("stale_after").and_then(|value| super::common::fixed(value, value.time()?));
    let reasons = reader.get("reasons").map(Value::list).unwrap_or_default();
    let reasons = reasons.into_iter().filter_map(Value::text).map(str::to_owned).collect();
    let pseudonyms_allowed = reader.flag_or("pseudonyms_allowed", false);
    reader.finish();
    // What is wrong has been said; the rest of the folder is looked at all the same.
    let (time_zone, zone) = zone.unwrap_or_else(|| ("UTC".to_owned(), TimeZone::UTC));
    Some(Site {
        id: id?,
        name: name.unwrap_or_default().to_owned(),
        description: description.unwrap_or_default().to_owned(),
        nation: nation?,
        organisation: organisation?,
        time_zone,
        zone,
        pseudonyms_allowed,
        stale_after: stale_after.unwrap_or(STALE_AFTER),
        reasons,
    })
}

fn plant_id(
    log: &Log<'_>,
    names: &Names<'_, '_>,
    folder: &str,
    reader: &Reader<'_>,
) -> Option<PlantId> {
    let value = reader.need("id")?;
    let id: PlantId = value.id()?;
    match names.defined_at(None, Kind::Plant, id.as_str()) {
        Some(first) => {
            let text =
                format!("two plants have the id \"{id}\"; the first is at {}", log.place(first));
            log.error(value.at, text);
        }
        None => names.declare(None, Kind::Plant, id.as_str(), value.at),
    }
    if id.as_str() != folder {
        let text = format!("the plant \"{id}\" is in the folder \"{folder}\"; both have one name");
        log.error(value.at, text);
    }
    Some(id)
}

fn registered<T>(
    names: &Names<'_, '_>,
    reader: &Reader<'_>,
    key: &'static str,
    wanted: &'static [Kind],
) -> Option<T>
where
    T: std::str::FromStr<Err = twin::InvalidId> + AsRef<str>,
{
    let value = reader.need(key)?;
    let id: T = value.id()?;
    names.mention(None, wanted, id.as_ref(), value.at);
    Some(id)
}

/// A time zone by its IANA name.
pub(super) fn time_zone(value: Value<'_>) -> Option<(String, TimeZone)> {
    let name = value.text()?;
    if let Some(zone) = when::zone(name) {
        return Some((name.to_owned(), zone));
    }
    let known: Vec<String> = jiff::tz::db().available().map(|zone| zone.to_string()).collect();
    let hint = did_you_mean(name, known.iter().map(String::as_str));
    let text = format!("there is no time zone \"{name}\" in the IANA database{hint}");
    value.log.error(value.at, text);
    None
}
