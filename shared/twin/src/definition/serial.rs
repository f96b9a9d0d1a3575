//! Names of serial items: which hull, which block of it, where it is built.
//!
//! Items of a material are numbered from 0 through the whole programme; parents, roots and
//! names follow by arithmetic, so that nothing is laid out in advance.

use std::collections::{BTreeMap, BTreeSet};

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

    /// The number that a name was made of, where the numbers written in it tell; none for names of
    /// other items, of remade ones, and where a pattern runs two numbers into one.
    pub fn number(&self, material: &MaterialId, name: &PartId) -> Option<u64> {
        let written = name.as_str().split(|letter: char| !letter.is_ascii_digit());
        let written: Vec<u64> = written.filter_map(|digits| digits.parse().ok()).collect();
        let total = self.total(material).unwrap_or(u64::MAX);
        let mut numbers = self.numbers_of(material, &written, DEEPEST).into_iter();
        numbers.find(|&number| {
            number < total && self.name(material, number, 0).is_some_and(|made| made == *name)
        })
    }

    /// Numbers that an item may have whose name shows what is `written`.
    fn numbers_of(&self, material: &MaterialId, written: &[u64], depth: usize) -> Vec<u64> {
        let counted: Vec<u64> = written.iter().filter_map(|count| count.checked_sub(1)).collect();
        let scheme = self.schemes.get(material);
        let parent = scheme.and_then(|scheme| Some((scheme, scheme.parent.as_ref()?)));
        let (Some((scheme, parent)), Some(depth)) = (parent, depth.checked_sub(1)) else {
            return counted;
        };
        let per_parent = u64::from(scheme.count.unwrap_or(1).max(1));
        let per_root = self.per_root(material, DEEPEST).max(1);
        let of_roots = counted.iter().map(|&root| (root, per_root));
        let parents = self.numbers_of(parent, written, depth);
        let of_parents = parents.into_iter().map(|parent| (parent, per_parent));
        let mut found = BTreeSet::new();
        for (above, count) in of_roots.chain(of_parents) {
            let within = counted.iter().filter(|&&within| within < count);
            found
                .extend(within.filter_map(|within| above.checked_mul(count)?.checked_add(*within)));
        }
        found.into_iter().collect()
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
    let mut name = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern;
    while let Some((before, key)) = rest.split_once('{') {
        name.push_str(before);
        let width = key.split_once('}').and_then(|(key, after)| {
            let width = match key.strip_prefix(letter)? {
                "" => 0,
                width => {
                    width.strip_prefix(":0")?.parse().ok().filter(|wide| (2..=6).contains(wide))?
                }
            };
            Some((width, after))
        });
        rest = match width {
            Some((width, after)) => {
                name.push_str(&format!("{number:0width$}"));
                after
            }
            None => {
                name.push('{');
                key
            }
        };
    }
    name.push_str(rest);
    name
}

#[cfg(test)]
mod tests;
