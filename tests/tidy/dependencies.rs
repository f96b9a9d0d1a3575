//! The direction of dependencies, read from `cargo metadata`. Development dependencies are free:
//! a test may use what it likes.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};

use super::{hold, source::root};

/// Which workspace crates each crate may use. Hub may use all but the browser's.
const ARROWS: &[(&str, &[&str])] = &[
    ("twin", &[]),
    ("record", &["twin"]),
    ("plant", &["twin"]),
    ("analytics", &["twin"]),
    ("release", &["twin", "analytics"]),
    ("wire", &["twin", "record", "release"]),
    ("des", &[]),
    ("linesim", &["twin", "record", "plant", "des"]),
    ("experiment", &["twin", "linesim", "analytics"]),
    ("floor", &["twin", "record", "analytics", "wire"]),
    ("geometry", &["twin"]),
    ("journal", &["twin", "record"]),
    ("feed", &["twin", "record", "wire", "plant", "linesim"]),
    (
        "hub",
        &[
            "twin",
            "record",
            "plant",
            "analytics",
            "release",
            "wire",
            "des",
            "linesim",
            "experiment",
            "floor",
            "geometry",
            "journal",
            "feed",
        ],
    ),
    ("viewer", &["twin", "wire", "geometry"]),
    ("bundle", &[]),
    (
        "what_if",
        &["twin", "record", "plant", "analytics", "linesim", "experiment", "floor", "wire"],
    ),
    ("scenarios", &[]),
];

/// Crates (by the beginning of their name) that a part of the repository never reaches, and why.
const NEVER_REACHED: &[(&str, &[&str], &str)] = &[
    (
        "shared/",
        &["tokio", "async-std", "async-executor", "bevy", "mio"],
        "shared crates are pure and build for the browser",
    ),
    ("server/", &["bevy", "wgpu", "winit"], "the server draws nothing"),
];

/// Crates that only the named crate may use directly, and what to use instead.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("cedar", &["hub"]),
    ("rusqlite", &["journal"]),
    ("gltf", &["geometry"]),
    ("bevy", &["viewer"]),
];

/// The serializable counterpart lives at the boundary (`record`, `wire`), plain types inside.
const WITHOUT_SERDE: &[&str] = &["twin", "analytics", "des"];

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options(["--offline".to_owned()])
        .exec()
        .or_else(|_not_fetched_yet| {
            MetadataCommand::new().manifest_path(root().join("Cargo.toml")).exec()
        })
        .expect("cargo metadata describes the workspace")
}

/// What a crate needs to build and run, by name; not what its tests need.
fn declared(package: &Package) -> impl Iterator<Item = &cargo_metadata::Dependency> {
    package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development)
}

/// A package's folder from the root of the repository, with a `/` at the end.
fn folder(package: &Package) -> String {
    let manifest = package.manifest_path.as_std_path();
    let inside = manifest.strip_prefix(root()).unwrap_or(manifest);
    inside.to_string_lossy().replace("Cargo.toml", "")
}

/// Everything a package reaches through normal and build dependencies, with the way there.
fn reached(metadata: &Metadata, from: &Package) -> BTreeMap<String, String> {
    let resolve = metadata.resolve.as_ref().expect("metadata resolves dependencies");
    let nodes: BTreeMap<&PackageId, _> =
        resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let mut seen: BTreeSet<&PackageId> = BTreeSet::new();
    let mut ways = BTreeMap::new();
    let mut waiting = vec![(&from.id, from.name.to_string())];
    while let Some((id, way)) = waiting.pop() {
        if !seen.insert(id) {
            continue;
        }
        let used = nodes[id].deps.iter().filter(|dep| {
            dep.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development)
        });
        for dep in used {
            let name = metadata[&dep.pkg].name.to_string();
            let onward = format!("{way} → {name}");
            ways.entry(name).or_insert_with(|| onward.clone());
            waiting.push((&dep.pkg, onward));
        }
    }
    ways
}

#[test]
fn crates_depend_in_one_direction() {
    let metadata = metadata();
    let members: BTreeSet<String> =
        metadata.workspace_packages().iter().map(|p| p.name.to_string()).collect();
    let mut findings = Vec::new();
    for package in metadata.workspace_packages() {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == package.name.as_str())
        else {
            findings.push(format!("{} has no row: say in ARROWS what it may use", package.name));
            continue;
        };
        let wrong = declared(package)
            .filter(|dependency| members.contains(&dependency.name))
            .filter(|dependency| !allowed.contains(&dependency.name.as_str()));
        findings.extend(wrong.map(|dependency| format!("{} → {}", package.name, dependency.name)));
    }
    hold(
        "arrows that the layout does not have",
        "move the code to the crate that may know both, or hand it in",
        findings,
    );
}

#[test]
fn what_a_part_never_reaches() {
    let metadata = metadata();
    let mut findings = Vec::new();
    for package in metadata.workspace_packages() {
        let place = folder(package);
        let ways = reached(&metadata, package);
        for (part, banned, why) in NEVER_REACHED.iter().filter(|(part, ..)| place.starts_with(part))
        {
            let hit = ways.iter().filter(|(name, _)| banned.iter().any(|ban| is_family(name, ban)));
            findings.extend(hit.map(|(_, way)| format!("{way}: {part} never does: {why}")));
        }
    }
    hold(
        "forbidden dependencies",
        "hand the result in from outside, or choose a crate without it",
        findings,
    );
}

#[test]
fn crates_with_one_home() {
    let metadata = metadata();
    let mut findings = Vec::new();
    for package in metadata.workspace_packages() {
        for dependency in declared(package) {
            for (name, homes) in ONLY_IN {
                if is_family(&dependency.name, name) && !homes.contains(&package.name.as_str()) {
                    findings.push(format!(
                        "{} → {}: only {} may",
                        package.name,
                        dependency.name,
                        homes.join(", ")
                    ));
                }
            }
        }
    }
    hold("a dependency outside its one home", "ask that crate for what you need", findings);
}

#[test]
fn plain_types_know_no_serde() {
    let metadata = metadata();
    let mut findings = Vec::new();
    for package in metadata.workspace_packages() {
        if WITHOUT_SERDE.contains(&package.name.as_str()) {
            let named = declared(package).filter(|d| {
                is_family(&d.name, "serde")
                    || d.features.iter().any(|feature| feature.contains("serde"))
            });
            findings
                .extend(named.map(|d| format!("{} → {} {:?}", package.name, d.name, d.features)));
        }
    }
    hold("serde inside", "give the type a counterpart in record or wire", findings);
}

/// `tokio` and `tokio-util` are one family, `tokiox` is not.
fn is_family(name: &str, family: &str) -> bool {
    name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

mod tests {
    use super::{ARROWS, is_family, metadata, reached};

    #[test]
    fn families_are_told_apart() {
        assert!(
            is_family("bevy", "bevy")
                && is_family("bevy_ecs", "bevy")
                && is_family("tokio-util", "tokio")
        );
        assert!(!is_family("gltf2", "gltf") && !is_family("tokiox", "tokio"));
    }

    #[test]
    fn the_layout_has_no_circle() {
        for (name, allowed) in ARROWS {
            for used in *allowed {
                let back = ARROWS
                    .iter()
                    .find(|(other, _)| other == used)
                    .is_some_and(|(_, uses)| uses.contains(name));
                assert!(!back, "{name} ⇄ {used}");
            }
        }
    }

    #[test]
    fn reaching_goes_the_whole_way() {
        let metadata = metadata();
        let hub = metadata
            .workspace_packages()
            .into_iter()
            .find(|p| p.name.as_str() == "hub")
            .expect("hub is a crate");
        let ways = reached(&metadata, hub);
        assert!(ways.contains_key("mio"), "hub reaches mio through tokio");
        assert!(!ways.contains_key("scenarios"));
    }
}
