//! The serial parts that exist at the start, with stretches of them: `H1-L01..H1-L28`.

use twin::{EquipmentId, MaterialId, PartId, definition::InitialPart};

use super::{Context, Sections};
use crate::{
    names::Kind,
    reader::{Reader, Value},
};

/// Most parts that one stretch names.
const MOST_IN_A_STRETCH: u32 = 10_000;

impl Context<'_, '_> {
    /// `[[initial_parts]]`.
    pub(super) fn initial_parts(&self, sections: &Sections<'_>) -> Vec<InitialPart> {
        let tables = sections.tables("initial_parts", "a table of initial parts").into_iter();
        tables.flat_map(|table| self.some_parts(table)).collect()
    }

    fn some_parts(&self, reader: Reader<'_>) -> Vec<InitialPart> {
        let material: Option<MaterialId> =
            reader.need("material").and_then(|v| self.known(v, &[Kind::Material]));
        let parts = reader.need("parts").map(|v| names(v, PartId::new)).unwrap_or_default();
        let places = reader.need("at").map(|v| self.places(v)).unwrap_or_default();
        let progress: Vec<f64> = reader
            .get("progress")
            .map(Value::list)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|v| v.number_in(|n| (0.0..1.0).contains(&n), "a share from 0, below 1"))
            .collect();
        reader.basis();
        if places.len() > 1 && places.len() != parts.len() {
            let (parts, places) = (parts.len(), places.len());
            let text =
                format!("{parts} parts are at {places} places; write one place, or one each");
            reader.log.error(reader.at, text);
        }
        reader.finish();
        let Some(material) = material else { return Vec::new() };
        let part = |(number, part): (usize, PartId)| {
            let at = if places.len() == 1 { places.first() } else { places.get(number) }?.clone();
            let progress = progress.get(number % progress.len().max(1)).copied().unwrap_or(0.0);
            Some(InitialPart { part, material: material.clone(), at, progress })
        };
        parts.into_iter().enumerate().filter_map(part).collect()
    }

    fn places(&self, value: Value<'_>) -> Vec<EquipmentId> {
        let places = names(value, EquipmentId::new);
        for place in &places {
            self.names.mention(self.scope, &[Kind::Storage, Kind::Unit], place.as_str(), value.at);
        }
        places
    }
}

/// The names in a list; `a07..a12` names the ones between as well.
fn names<T>(value: Value<'_>, read: impl Fn(&str) -> Result<T, twin::InvalidId>) -> Vec<T> {
    let mut found = Vec::new();
    for entry in value.list() {
        let Some(text) = entry.text() else { continue };
        match stretch(text) {
            Ok(names) => {
                for name in names {
                    match read(&name) {
                        Ok(id) => found.push(id),
                        Err(error) => entry.log.error(entry.at, error.to_string()),
                    }
                }
            }
            Err(text) => entry.log.error(entry.at, text),
        }
    }
    found
}

fn stretch(text: &str) -> Result<Vec<String>, String> {
    let Some((first, last)) = text.split_once("..") else { return Ok(vec![text.to_owned()]) };
    let refused = || format!("\"{text}\" is not a stretch of names like H1-L01..H1-L28");
    let digits =
        |name: &str| name.len() - name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let (stem, low) = first.split_at(first.len() - digits(first));
    let (last_stem, high) = last.split_at(last.len() - digits(last));
    let (low_number, high_number): (u32, u32) =
        low.parse().ok().zip(high.parse().ok()).ok_or_else(refused)?;
    if stem != last_stem || low_number > high_number || high_number - low_number > MOST_IN_A_STRETCH
    {
        return Err(refused());
    }
    let width = low.len();
    Ok((low_number..=high_number).map(|n| format!("{stem}{n:0width$}")).collect())
}
