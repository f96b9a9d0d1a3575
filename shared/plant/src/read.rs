//! From tables to definitions: one submodule for each file of a plant's folder.

mod agreement;
mod common;
mod equipment;
mod label;
mod like;
mod operations;
mod parts;
mod people;
mod plant;
mod programme;
mod random;
mod supply;

pub(crate) use programme::Draft;

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

use jiff::tz::TimeZone;
use toml::{Spanned, de::DeTable};
use twin::{
    Agreement, CalendarId, EquipmentId, NationId, OrganisationId, Plant, PlantId, PlantTime,
    Programme,
};

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

/// The folder of the files that say who shares what with whom.
const AGREEMENTS_FOLDER: &str = "agreements";

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
    /// Whether the plant stands on its own, to be simulated: what only a hub needs may be left out.
    pub(crate) alone: bool,
    /// Things that were given a place because the files give them none.
    pub(crate) placed: Cell<u32>,
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

    /// Reports the sections that nothing asked for.
    pub(crate) fn finish(self) {
        for root in self.roots {
            // A basis at the head of a file is asked for by the tables in it, if there are any.
            root.get("source");
            root.get("assumed");
            root.finish();
        }
    }
}

/// What the files define.
pub(crate) struct Definition {
    pub(crate) programme: Programme,
    pub(crate) plants: Vec<Plant>,
    pub(crate) agreements: Vec<Agreement>,
}

/// Everything that the files say, and everything that is wrong with them.
pub(crate) fn all(
    files: &[SourceFile<'_>],
    meshes: Option<&BTreeSet<String>>,
    alone: Option<&str>,
) -> (Option<Definition>, Vec<Problem>) {
    let mut files: Vec<SourceFile<'_>> = files.to_vec();
    files.sort_by_key(|file| file.name);
    let mut problems = Vec::new();
    let mut broken = BTreeSet::new();
    let mut texts = Vec::new();
    for (number, file) in files.into_iter().enumerate() {
        let (text, problem) = Text::new(file);
        if problem.is_some() {
            broken.insert(number);
        }
        problems.extend(problem);
        texts.push(text);
    }
    if !texts.iter().any(|text| text.file_name() == PROGRAMME_FILE) {
        problems.push(missing(PROGRAMME_FILE));
    }
    let log = Log::new(&texts);
    let mut tables: Vec<Spanned<DeTable<'_>>> = Vec::new();
    for (file, text) in texts.iter().enumerate() {
        let (table, errors) = source::parse(text);
        if !errors.is_empty() {
            broken.insert(file);
        }
        for (offset, text) in errors {
            log.error(At { file, offset }, text);
        }
        tables.push(table);
    }
    let loaded = assemble(&log, &texts, &tables, &broken, (meshes, alone));
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
    broken: &BTreeSet<usize>,
    how: (Option<&'a BTreeSet<String>>, Option<&str>),
) -> Option<Definition> {
    let names = Names::new(log);
    let mut folders: BTreeMap<&str, Vec<Reader<'a>>> = BTreeMap::new();
    let mut programme_files = Vec::new();
    let mut agreement_files = Vec::new();
    for (file, (text, table)) in texts.iter().zip(tables).enumerate() {
        if text.file_name() == PROGRAMME_FILE {
            programme_files.push(Reader::new(log, file, "a programme file", table));
        } else if text.folder() == AGREEMENTS_FOLDER {
            agreement_files.push(Reader::new(log, file, "an agreement's file", table));
        } else {
            let root = Reader::new(log, file, "a plant file", table);
            folders.entry(how.1.unwrap_or(text.folder())).or_default().push(root);
        }
    }
    let any_broken = |roots: &[Reader<'_>]| roots.iter().any(|r| broken.contains(&r.at.file));
    let whole = !any_broken(&programme_files);
    let draft = programme::read(log, &names, Sections { roots: programme_files });
    if draft.is_none() || !whole {
        names.leave_unsure(None);
    }
    let mut plants = Vec::new();
    for (number, (folder, roots)) in folders.into_iter().enumerate() {
        if any_broken(&roots) {
            names.leave_unsure(Some(number));
        }
        let plant = plant::read(log, &names, number, folder, Sections { roots }, how);
        plants.extend(plant.map(|plant| (number, plant)));
    }
    let zone = draft.as_ref().and_then(|d| TimeZone::get(&d.programme.time_zone).ok());
    let zone = zone.unwrap_or(TimeZone::UTC);
    let agreements = agreement_files.into_iter();
    let agreements: Vec<agreement::Draft> =
        agreements.filter_map(|root| agreement::read(log, &names, &zone, root)).collect();
    if let Some(draft) = &draft {
        programme::mention_places(log, &names, draft, &plants);
        agreement::check(log, &names, &agreements, &draft.programme.organisations, &plants);
    }
    names.resolve();
    let draft = draft?;
    check::all(log, &names, &draft, &plants);
    let agreements = agreements.into_iter().map(|draft| draft.agreement).collect();
    let plants = in_order(log, &names, &draft.plants_at, plants);
    Some(Definition { programme: draft.programme, plants, agreements })
}

/// The plants that the programme lists, in its order; says which it lists in vain or not at all.
fn in_order(
    log: &Log<'_>,
    names: &Names<'_, '_>,
    listed: &[(PlantId, At)],
    mut plants: Vec<(usize, Plant)>,
) -> Vec<Plant> {
    let mut ordered = Vec::new();
    for (id, at) in listed {
        let defined = names.defined_at(None, Kind::Plant, id.as_str()).is_some();
        match plants.iter().position(|(_, plant)| plant.id == *id) {
            Some(found) => ordered.push(plants.remove(found).1),
            None if defined => {}
            None => {
                let text = format!(
                    "the file {id}/plant.toml is missing: the programme names a plant \"{id}\""
                );
                log.error(*at, text);
            }
        }
    }
    for (_, Plant { id, .. }) in &plants {
        let listed = listed.iter().any(|(listed, _)| listed == id);
        if let (false, Some(at)) = (listed, names.defined_at(None, Kind::Plant, id.as_str())) {
            let text = format!("the programme does not list the plant \"{id}\"; it is left out");
            log.warn(at, text);
        }
    }
    ordered
}

/// The stretch of time over which calendars are looked at.
pub(crate) fn horizon(programme: &Programme) -> (PlantTime, PlantTime) {
    let from = programme.starts;
    (from, from + twin::Span::from_secs(HORIZON_DAYS * 86_400))
}
