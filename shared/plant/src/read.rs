//! From tables to definitions: one submodule for each file of a plant's folder.

mod common;
mod equipment;
mod label;
mod operations;
mod parts;
mod people;
mod plant;
mod programme;
mod supply;

pub(crate) use programme::Draft;

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use toml::{Spanned, de::DeTable};
use twin::{CalendarId, EquipmentId, NationId, OrganisationId, Plant, PlantTime, Programme};

use crate::{
    check,
    names::{Kind, Names, Scope},
    problem::{Log, Problem, Severity},
    quantity::DayLength,
    reader::Reader,
    source::{self, At, SourceFile, Text},
};

/// The name of the file that ties plants together.
const PROGRAMME_FILE: &str = "programme.toml";

/// How far ahead of the programme's start calendars are looked at [days]: eight hulls, and more.
const HORIZON_DAYS: i64 = 10 * 366;

/// What the readers of one plant share.
pub(crate) struct Context<'c, 'a> {
    pub(crate) log: &'c Log<'a>,
    pub(crate) names: &'c Names<'c, 'a>,
    pub(crate) scope: Scope,
    pub(crate) zone: TimeZone,
    pub(crate) nation: NationId,
    pub(crate) organisation: OrganisationId,
    pub(crate) meshes: Option<&'c BTreeSet<String>>,
}

/// What a working day is, by calendar and by place.
#[derive(Default)]
pub(crate) struct Days {
    pub(crate) calendars: BTreeMap<CalendarId, DayLength>,
    pub(crate) places: BTreeMap<EquipmentId, CalendarId>,
}

impl Days {
    /// The length of a day where a place works; day and night where that is unknown, which has
    /// been logged elsewhere.
    pub(crate) fn at(&self, place: &EquipmentId) -> DayLength {
        let calendar = self.places.get(place).and_then(|id| self.calendars.get(id));
        calendar.copied().unwrap_or(DayLength::ALWAYS)
    }

    pub(crate) fn of(&self, calendar: &CalendarId) -> DayLength {
        self.calendars.get(calendar).copied().unwrap_or(DayLength::ALWAYS)
    }
}

/// The same sections of all files of one folder.
pub(crate) struct Sections<'r> {
    roots: Vec<Reader<'r>>,
}

impl<'r> Sections<'r> {
    /// The tables of that name in all files.
    pub(crate) fn tables(&self, key: &'static str, what: &'static str) -> Vec<Reader<'r>> {
        self.roots.iter().flat_map(|root| root.tables(key, what)).collect()
    }

    /// The start of the first file, for what is missing in all.
    pub(crate) fn at(&self) -> At {
        self.roots.first().map_or(At { file: 0, offset: 0 }, |root| root.at)
    }

    fn finish(self) {
        for root in self.roots {
            // A basis at the head of a file is asked for by the tables in it, if there are any.
            root.get("source");
            root.get("assumed");
            root.finish();
        }
    }
}

/// Everything that the files say, and everything that is wrong with them.
pub(crate) fn all(
    files: &[SourceFile<'_>],
    meshes: Option<&BTreeSet<String>>,
) -> (Option<(Programme, Vec<Plant>)>, Vec<Problem>) {
    let mut files: Vec<SourceFile<'_>> = files.to_vec();
    files.sort_by_key(|file| file.name);
    let mut problems = Vec::new();
    let texts: Vec<Text<'_>> = files
        .iter()
        .map(|&file| {
            let (text, problem) = Text::new(file);
            problems.extend(problem);
            text
        })
        .collect();
    if texts.is_empty() {
        problems.push(missing(PROGRAMME_FILE));
        return (None, problems);
    }
    let log = Log::new(&texts);
    let tables: Vec<Spanned<DeTable<'_>>> = texts
        .iter()
        .enumerate()
        .map(|(file, text)| {
            let (table, errors) = source::parse(text);
            for (offset, text) in errors {
                log.error(At { file, offset }, text);
            }
            table
        })
        .collect();
    let loaded = assemble(&log, &texts, &tables, meshes);
    if !texts.iter().any(|text| text.file_name() == PROGRAMME_FILE) {
        problems.push(missing(PROGRAMME_FILE));
    }
    problems.extend(log.into_problems());
    problems.sort();
    (loaded, problems)
}

fn missing(name: &str) -> Problem {
    let text = "the file is missing: it says which plants belong together".to_owned();
    Problem { file: name.to_owned(), line: 1, column: 1, severity: Severity::Error, text }
}

fn assemble<'a>(
    log: &'a Log<'a>,
    texts: &[Text<'a>],
    tables: &'a [Spanned<DeTable<'a>>],
    meshes: Option<&'a BTreeSet<String>>,
) -> Option<(Programme, Vec<Plant>)> {
    let names = Names::new(log);
    let mut folders: BTreeMap<&str, Vec<Reader<'a>>> = BTreeMap::new();
    let mut programme_files = Vec::new();
    for (file, (text, table)) in texts.iter().zip(tables).enumerate() {
        if text.file_name() == PROGRAMME_FILE {
            programme_files.push(Reader::new(log, file, "a programme file", table));
        } else {
            let root = Reader::new(log, file, "a plant file", table);
            folders.entry(text.folder()).or_default().push(root);
        }
    }
    let sections = Sections { roots: programme_files };
    let programme = programme::read(log, &names, &sections);
    sections.finish();
    let mut plants = Vec::new();
    for (number, (folder, roots)) in folders.into_iter().enumerate() {
        let sections = Sections { roots };
        let plant = plant::read(log, &names, number, folder, &sections, meshes);
        sections.finish();
        plants.extend(plant.map(|plant| (number, plant)));
    }
    let programme = programme?;
    programme::mention_places(log, &names, &programme, &plants);
    names.resolve();
    check::all(log, &names, &programme, &plants);
    let (programme, listed) = (programme.programme, programme.plants_at);
    let mut ordered = Vec::new();
    for (id, at) in &listed {
        match plants.iter().position(|(_, plant)| plant.id == *id) {
            Some(found) => ordered.push(plants.remove(found).1),
            None if names.defined_at(None, Kind::Plant, id.as_str()).is_none() => {
                let text = format!(
                    "the file {id}/plant.toml is missing: the programme names a plant \"{id}\""
                );
                log.error(*at, text);
            }
            None => {}
        }
    }
    for (_, plant) in &plants {
        if let Some(at) = names.defined_at(None, Kind::Plant, plant.id.as_str()) {
            let text =
                format!("the programme does not list the plant \"{}\"; it is left out", plant.id);
            log.warn(at, text);
        }
    }
    Some((programme, ordered))
}

/// The stretch of time over which calendars are looked at.
pub(crate) fn horizon(programme: &Programme) -> (PlantTime, PlantTime) {
    let from = programme.starts;
    (from, from + twin::Span::from_secs(HORIZON_DAYS * 86_400))
}
