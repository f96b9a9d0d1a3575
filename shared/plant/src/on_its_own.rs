//! A plant on its own: a folder of files with no programme around them, to be simulated. What only
//! a hub needs (nations, labels, places on a map) may be left out, and has a value that says so.

use std::fmt::Write;

use toml::de::{DeTable, DeValue};
use twin::PlantId;

use crate::{
    Loaded, Problem, Severity,
    read::{self, Definition},
    source::{SourceFile, Text, parse},
};

/// The calendar of places that name none: day and night.
pub(crate) const CALENDAR: &str = "always";
/// The area of places that name none.
pub(crate) const AREA: &str = "premises";
/// Who supplies what names no supplier.
pub(crate) const SUPPLIER: &str = "supplier";

/// Stands for what only a programme says. Nothing of such a plant is ever shown to anybody else.
pub(crate) const REGISTRY: &str = "\n[[nation]]\nid = \"XAA\"\nname = \"Home\"\n\n[[organisation]]\n\
    id = \"owner\"\nname = \"Owner\"\nnation = \"XAA\"\n";
pub(crate) const LABEL: &str = "[label]\npolicy = \"none\"\nclassification = \"controlled\"\n\
    releasable_to = []\ncreated = 2031-01-06\nreview = 2032-01-06\n";

/// Reads the files of a plant that no programme lists; `folder` is its id where the files name none.
///
/// # Errors
/// Every problem found, errors and warnings, sorted by file, line and column.
pub fn load_on_its_own(folder: &str, files: &[SourceFile<'_>]) -> Result<Loaded, Vec<Problem>> {
    let (texts, _): (Vec<Text<'_>>, Vec<_>) = files.iter().map(|&file| Text::new(file)).unzip();
    let tables: Vec<_> = texts.iter().map(|text| parse(text).0).collect();
    let written = Written { tables: tables.iter().map(|table| table.get_ref()).collect() };
    let id = written.plant_id().unwrap_or_else(|| plain(folder));
    let (programme, rest) = (written.programme(&id), written.rest(&id));
    let mut all = files.to_vec();
    all.push(SourceFile { name: "(left out)/programme.toml", bytes: programme.as_bytes() });
    all.push(SourceFile { name: "(left out)/plant.toml", bytes: rest.as_bytes() });
    let (loaded, problems) = read::all(&all, None, Some(&id));
    match loaded {
        Some(found) if problems.iter().all(|p| p.severity == Severity::Warning) => {
            let Definition { programme, plants, agreements } = found;
            Ok(Loaded { programme, plants, agreements, warnings: problems })
        }
        _ => Err(problems),
    }
}

/// A folder's name as an id.
fn plain(folder: &str) -> String {
    let letters = folder.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    let id: String = letters.collect::<String>().trim_matches('-').to_owned();
    if PlantId::new(&id).is_ok() { id } else { "plant".to_owned() }
}

/// What the files hold, as far as what they leave out depends on it.
struct Written<'w> {
    tables: Vec<&'w DeTable<'w>>,
}

impl<'w> Written<'w> {
    fn has(&self, key: &str) -> bool {
        self.tables.iter().any(|table| table.contains_key(key))
    }

    /// The tables of that name.
    fn all(&self, key: &'w str) -> impl Iterator<Item = &'w DeTable<'w>> {
        let values = self.tables.iter().filter_map(move |table| table.get(key));
        values.flat_map(|value| match value.get_ref() {
            DeValue::Table(table) => vec![table],
            DeValue::Array(list) => {
                list.iter().filter_map(|entry| entry.get_ref().as_table()).collect()
            }
            _ => Vec::new(),
        })
    }

    fn plant_id(&self) -> Option<String> {
        let id = self.all("plant").find_map(|plant| text(plant, "id"))?;
        PlantId::new(id).ok().map(|id| id.to_string())
    }

    /// The programme of this plant alone, with names for its serial materials.
    fn programme(&self, id: &str) -> String {
        let mut file = format!(
            "[programme]\nid = \"{id}\"\nname = \"{id}\"\ntime_zone = \"UTC\"\n\
             starts = 2031-01-06\ndemo_from = 2031-01-06\nplants = [\"{id}\"]\n{REGISTRY}"
        );
        let serial = self.all("material").filter(|m| text(m, "tracking") == Some("serial"));
        for material in serial.filter_map(|material| text(material, "id")) {
            if twin::MaterialId::new(material).is_ok() {
                let _ = write!(
                    file,
                    "\n[[serial]]\nmaterial = \"{material}\"\npattern = \"{material}-{{n}}\"\n\
                     assumed = true\n"
                );
            }
        }
        file
    }

    /// The tables that the files leave out.
    fn rest(&self, id: &str) -> String {
        let mut file = "assumed = true\n".to_owned();
        if !self.has("plant") {
            let _ = write!(
                file,
                "\n[plant]\nid = \"{id}\"\nname = \"{id}\"\ndescription = \"\"\nnation = \"XAA\"\n\
                 organisation = \"owner\"\ntime_zone = \"UTC\"\n"
            );
        }
        if !self.has("label") {
            file.push_str(LABEL);
        }
        if !self.all("calendar").any(|calendar| text(calendar, "id") == Some(CALENDAR)) {
            let _ = write!(
                file,
                "\n[[calendar]]\nid = \"{CALENDAR}\"\nname = \"Always\"\nalways = true\n"
            );
        }
        if !self.all("area").any(|area| text(area, "id") == Some(AREA)) {
            let _ = write!(file, "\n[[area]]\nid = \"{AREA}\"\nname = \"Premises\"\n");
        }
        if !self.all("supplier").any(|supplier| text(supplier, "id") == Some(SUPPLIER)) {
            let _ = write!(
                file,
                "\n[[supplier]]\nid = \"{SUPPLIER}\"\nname = \"Supplier\"\ntier = 1\nnation = \"XAA\"\n\
                 organisation = \"owner\"\n"
            );
        }
        file
    }
}

fn text<'t>(table: &'t DeTable<'t>, key: &str) -> Option<&'t str> {
    table.get(key)?.get_ref().as_str()
}
