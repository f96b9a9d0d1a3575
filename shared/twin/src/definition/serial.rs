//! Names of serial items: which hull, which block of it, where it is built.
//!
//! Items of a material are numbered from 0 through the whole programme; parents, roots and
//! names follow by arithmetic, so that nothing is laid out in advance.

use std::collections::BTreeMap;

use crate::{
    definition::{Programme, SerialScheme},
    id::{MaterialId, PartId, PlantId},
};

/// The naming schemes of a programme.
#[derive(Clone, Debug, Default)]
pub struct Serials {
    schemes: BTreeMap<MaterialId, SerialScheme>,
}

/// Chains of parents longer than this are cyclic.
const DEEPEST: usize = 8;

impl Serials {
    /// The schemes as the programme writes them.
    pub fn new(programme: &Programme) -> Self {
        let schemes =
            programme.serials.iter().map(|scheme| (scheme.material.clone(), scheme.clone()));
        Self { schemes: schemes.collect() }
    }

    /// The material one level up.
    pub fn parent_material(&self, material: &MaterialId) -> Option<&MaterialId> {
        self.schemes.get(material)?.parent.as_ref()
    }

    /// How many items belong to one parent.
    pub fn per_parent(&self, material: &MaterialId) -> Option<u64> {
        let scheme = self.schemes.get(material)?;
        scheme.parent.as_ref()?;
        scheme.count.map(u64::from)
    }

    /// The number of the parent of an item.
    pub fn parent(&self, material: &MaterialId, number: u64) -> Option<u64> {
        self.per_parent(material).map(|count| number / count.max(1))
    }

    /// How many items exist in all; none is open-ended.
    pub fn total(&self, material: &MaterialId) -> Option<u64> {
        self.total_within(material, DEEPEST)
    }

    fn total_within(&self, material: &MaterialId, depth: usize) -> Option<u64> {
        let scheme = self.schemes.get(material)?;
        let count = u64::from(scheme.count?);
        match &scheme.parent {
            None => Some(count),
            Some(parent) => Some(count * self.total_within(parent, depth.checked_sub(1)?)?),
        }
    }

    /// How many items belong to one root item.
    fn per_root(&self, material: &MaterialId, depth: usize) -> u64 {
        let Some(scheme) = self.schemes.get(material) else { return 1 };
        match (&scheme.parent, depth.checked_sub(1)) {
            (Some(parent), Some(depth)) => {
                u64::from(scheme.count.unwrap_or(1)) * self.per_root(parent, depth)
            }
            _ => 1,
        }
    }

    /// Whether a plant makes an item: as written for the material, or else for what it is part of.
    pub fn built_at(&self, material: &MaterialId, number: u64, plant: &PlantId) -> bool {
        let (mut material, mut number) = (material, number);
        for _ in 0..DEEPEST {
            let Some(scheme) = self.schemes.get(material) else { return true };
            if !scheme.built_at.is_empty() {
                let within = number % self.per_root(material, DEEPEST).max(1) + 1;
                let listed = |numbers: &[u32]| numbers.iter().any(|&n| u64::from(n) == within);
                return match scheme.built_at.iter().find(|(at, _)| at == plant) {
                    Some((_, numbers)) => listed(numbers),
                    None => !scheme.built_at.iter().any(|(_, numbers)| listed(numbers)),
                };
            }
            let Some(parent) = &scheme.parent else { return true };
            number /= u64::from(scheme.count.unwrap_or(1).max(1));
            material = parent;
        }
        true
    }

    /// The name of an item; a remade one has its round behind a `#`.
    pub fn name(&self, material: &MaterialId, number: u64, remade: u32) -> Option<PartId> {
        let mut name = self.plain_name(material, number, DEEPEST);
        if remade > 0 {
            name.push_str(&format!("#{}", remade + 1));
        }
        PartId::new(&name).ok()
    }

    fn plain_name(&self, material: &MaterialId, number: u64, depth: usize) -> String {
        let Some(scheme) = self.schemes.get(material) else {
            return format!("{material}-{:05}", number + 1);
        };
        let within_root = match &scheme.parent {
            Some(_) => number % self.per_root(material, DEEPEST).max(1) + 1,
            None => number + 1,
        };
        let within_parent = number % u64::from(scheme.count.unwrap_or(u32::MAX).max(1)) + 1;
        let mut name = scheme.pattern.clone();
        if let (Some(parent), Some(depth)) = (&scheme.parent, depth.checked_sub(1)) {
            let above = number / u64::from(scheme.count.unwrap_or(1).max(1));
            name = name.replace("{parent}", &self.plain_name(parent, above, depth));
            if name.contains("{root}") {
                name = name.replace("{root}", &self.root_name(parent, above, depth));
            }
        }
        name = counted(&name, 'n', within_root);
        counted(&name, 'i', within_parent)
    }

    fn root_name(&self, material: &MaterialId, number: u64, depth: usize) -> String {
        let (mut material, mut number) = (material, number);
        for _ in 0..depth {
            let Some(scheme) = self.schemes.get(material) else { break };
            let Some(parent) = &scheme.parent else { break };
            number /= u64::from(scheme.count.unwrap_or(1).max(1));
            material = parent;
        }
        self.plain_name(material, number, 0)
    }
}

/// Fills `{n}`, `{n:02}`, … with a number.
fn counted(pattern: &str, letter: char, number: u64) -> String {
    // Names are made by the thousand, and most patterns hold one of the two letters.
    let is_there = pattern.split('{').skip(1).any(|key| key.starts_with(letter));
    if !is_there {
        return pattern.to_owned();
    }
    let mut name = pattern.replace(&format!("{{{letter}}}"), &number.to_string());
    for width in 2..=6_usize {
        name = name.replace(&format!("{{{letter}:0{width}}}"), &format!("{number:0width$}"));
    }
    name
}

#[cfg(test)]
mod tests;
