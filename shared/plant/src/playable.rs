//! What a simulation of some plants needs of their files, and nothing else: to be handed to
//! somebody who may know all that comes of it.
//!
//! Only tables and keys that are listed here go on; comments, sources of numbers, contacts, labels
//! and their reasons, and firms as registered do not, nor do the programme's other plants. What is
//! left is a programme of its own that plays as the whole one does.

use std::collections::BTreeSet;

use toml::{Table, Value};
use twin::PlantId;

use crate::{
    on_its_own::{LABEL, REGISTRY},
    source::SourceFile,
};

/// The tables of a plant's files that go on, with their keys. Those in a table within go on where
/// the table does.
const PLANT_TABLES: &[(&str, &[&str])] = &[
    ("plant", &["id", "name", "time_zone"]),
    ("headline", &["name", "kind", "material", "storage", "window", "target", "unit"]),
    ("calendar", &["id", "name", "always", "week", "holidays", "on_clock_change"]),
    ("crew", &["id", "name", "people", "calendar"]),
    ("area", EQUIPMENT),
    ("work_center", EQUIPMENT),
    ("storage", EQUIPMENT),
    ("resource", EQUIPMENT),
    ("in_step", LIKE),
    ("arrivals", LIKE),
    ("cards", LIKE),
    ("initial_units", LIKE),
    ("initial_parts", &["parts", "at", "progress", "material"]),
    ("material", OPERATIONS),
    ("operation", OPERATIONS),
    ("order", &["id", "material", "quantity", "due"]),
    ("supplier", &["id", "name", "tier"]),
    ("supply", SUPPLY),
    ("stock", SUPPLY),
    ("delivery", SUPPLY),
];
const EQUIPMENT: &[&str] = &[
    "id",
    "name",
    "area",
    "at_m",
    "z_m",
    "size_m",
    "heading_deg",
    "mesh",
    "pitch_m",
    "row",
    "row_pitch_m",
    "calendar",
    "capacity",
    "count",
    "kind",
    "noun",
    "may_limit",
    "stage",
    "storage",
    "unit",
    "unit_id",
    "unit_limit",
    "unit_name",
    "work_center",
    "fails",
    "repaired",
    "runs",
    "step",
    "failure",
];
const OPERATIONS: &[&str] = &[
    "id",
    "name",
    "noun",
    "tracking",
    "unit",
    "made_of",
    "reported",
    "stage",
    "at",
    "inputs",
    "output",
    "time",
    "setup",
    "batch",
    "yield",
    "rework",
    "crew",
    "held_by",
    "swap_window",
    "hold_after",
    "order",
    "blocking",
    "begins",
    "runs_on",
    "carry",
    "first_pass",
    "most_rounds",
];
const LIKE: &[&str] = &[
    "id",
    "at",
    "to",
    "from",
    "material",
    "quantity",
    "every",
    "gives",
    "cards",
    "taken_by",
    "returned_by",
    "unit",
    "units",
    "piece",
    "point",
    "worked",
    "down",
    "down_for",
    "up_to",
    "lot",
    "base_stock",
    "wanted_at",
    "count",
    "cycle",
    "full",
];
const SUPPLY: &[&str] = &[
    "id",
    "material",
    "supplier",
    "storage",
    "from",
    "lot",
    "every",
    "lead",
    "on_time",
    "mean_late",
    "quantity",
    "reorder",
    "yield",
    "due",
    "unit",
];
/// How long things last and how often they fail, in any table.
const RANDOM: &[&str] = &[
    "ages",
    "availability",
    "between",
    "branches",
    "chance",
    "failure",
    "failures",
    "high",
    "low",
    "mean",
    "mode",
    "observed",
    "parameter",
    "repair",
    "runs_on",
    "shape",
    "share",
    "smoothed",
    "stages",
    "step",
    "time",
    "variation",
];
/// The tables of the programme's file.
const PROGRAMME_TABLES: &[(&str, &[&str])] = &[
    ("programme", &["id", "name", "time_zone", "starts", "demo_from"]),
    ("serial", &["material", "parent", "count", "pattern", "built_at"]),
    ("lane", &["carrier", "material", "from", "to", "most", "every", "first", "transit"]),
    ("milestone", &["id", "name", "plant", "part", "reached_at", "due"]),
];
/// Whoever owns, supplies or buys anything, as the registry has it.
const OWNER: &str = "owner";
/// Within a table: where a number comes from is nothing that a simulation needs.
const NEVER: &[&str] = &["source", "assumed", "label", "contact", "customer", "mesh"];

/// What a simulation of these plants needs of a programme's files: files for
/// [`load_programme`](crate::load_programme), by name. `files` are good ones.
pub fn playable(files: &[SourceFile<'_>], plants: &BTreeSet<PlantId>) -> Vec<(String, String)> {
    let read = |file: &SourceFile<'_>| {
        let text = std::str::from_utf8(file.bytes).ok()?;
        Some((file.name.to_owned(), text.parse::<Table>().ok()?))
    };
    let mut of_plants = Vec::new();
    let mut programme = Table::new();
    for (name, table) in files.iter().filter_map(read) {
        let mut path = name.rsplit('/');
        let (file, folder) = (path.next().unwrap_or_default(), path.next());
        if let Some(plant) = plants.iter().find(|plant| folder == Some(plant.as_str())) {
            of_plants.push((format!("{plant}/{file}"), kept(table, PLANT_TABLES)));
        } else if file == "programme.toml" {
            programme = kept(table, PROGRAMME_TABLES);
        }
    }
    let materials: BTreeSet<String> = of_plants
        .iter()
        .flat_map(|(_, table)| tables(table.get("material")))
        .filter_map(|material| Some(material.get("id")?.as_str()?.to_owned()))
        .collect();
    let mut found = vec![("programme.toml".to_owned(), of_these(programme, plants, &materials))];
    for (name, mut table) in of_plants {
        let mut text = "assumed = true\n".to_owned();
        if let Some(Value::Table(plant)) = table.get_mut("plant") {
            plant.insert("description".into(), Value::String(String::new()));
            owned(plant);
            text.push_str(LABEL);
        }
        for_each(table.get_mut("supplier"), owned);
        for_each(table.get_mut("order"), |order| {
            order.insert("customer".into(), Value::String(OWNER.into()));
        });
        found.push((name, text + &table.to_string()));
    }
    found
}

/// Says that somebody owns it, and not who.
fn owned(table: &mut Table) {
    table.insert("nation".into(), Value::String("XAA".into()));
    table.insert("organisation".into(), Value::String(OWNER.into()));
}

/// The tables that go on, with the keys that do.
fn kept(table: Table, list: &[(&str, &[&str])]) -> Table {
    let mut found = Table::new();
    for (name, mut value) in table {
        let Some((_, keys)) = list.iter().find(|(known, _)| *known == name) else { continue };
        for_each(Some(&mut value), |table| {
            table.retain(|key, _| keys.contains(&key) || RANDOM.contains(&key));
            table.iter_mut().for_each(|(_, value)| clean(value));
        });
        found.insert(name, value);
    }
    found
}

/// Takes what never goes on out of what is within.
fn clean(value: &mut Value) {
    match value {
        Value::Table(table) => {
            table.retain(|key, _| !NEVER.contains(&key));
            table.iter_mut().for_each(|(_, value)| clean(value));
        }
        Value::Array(list) => list.iter_mut().for_each(clean),
        _ => {}
    }
}

/// The programme of these plants alone.
fn of_these(mut table: Table, plants: &BTreeSet<PlantId>, materials: &BTreeSet<String>) -> String {
    let is_one = |id: &str| plants.iter().any(|plant| plant.as_str() == id);
    let says = |of: &Value, key: &str, holds: &dyn Fn(&str) -> bool| {
        of.get(key).and_then(Value::as_str).is_some_and(holds)
    };
    let is_there = |place: &str| place.split_once('/').is_some_and(|(plant, _)| is_one(plant));
    let is_made = |material: &str| materials.contains(material);
    let mut only = |name: &str, holds: &dyn Fn(&Value) -> bool| {
        if let Some(Value::Array(list)) = table.get_mut(name) {
            list.retain(holds);
        }
    };
    only("serial", &|of| says(of, "material", &is_made));
    only("lane", &|of| says(of, "from", &is_there) && says(of, "to", &is_there));
    only("milestone", &|of| says(of, "plant", &is_one));
    for_each(table.get_mut("serial"), |serial| {
        if let Some(Value::Table(built_at)) = serial.get_mut("built_at") {
            built_at.retain(|plant, _| is_one(plant));
        }
        serial.insert("assumed".into(), Value::Boolean(true));
    });
    for name in ["lane", "milestone"] {
        for_each(table.get_mut(name), |of| {
            of.insert("assumed".into(), Value::Boolean(true));
        });
    }
    if let Some(Value::Table(programme)) = table.get_mut("programme") {
        let ids = plants.iter().map(|plant| Value::String(plant.to_string())).collect();
        programme.insert("plants".into(), Value::Array(ids));
    }
    table.to_string() + REGISTRY
}

/// The tables written as `[[key]]`, or the one written as `[key]`.
fn tables(value: Option<&Value>) -> Vec<&Table> {
    match value {
        Some(Value::Table(table)) => vec![table],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_table).collect(),
        _ => Vec::new(),
    }
}

fn for_each(value: Option<&mut Value>, mut change: impl FnMut(&mut Table)) {
    match value {
        Some(Value::Array(list)) => {
            list.iter_mut().filter_map(Value::as_table_mut).for_each(change);
        }
        other => {
            if let Some(table) = other.and_then(Value::as_table_mut) {
                change(table);
            }
        }
    }
}
