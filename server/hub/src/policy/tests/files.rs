//! Wrong policies are refused whole, and where they are wrong is said.

use std::{fs, path::Path};

use cedar_policy::Schema;
use tempfile::TempDir;

use super::{super::files::Files, *};
use crate::embedded::MODELS;

const SEE: &str = "@id(\"see\")\n@says(\"All may see.\")\n\
    permit (principal, action == Action::\"see\", resource);\n";

pub(super) fn schema() -> Schema {
    let file = MODELS.get_file("policies/schema.cedarschema").expect("it is built in");
    Schema::from_cedarschema_str(file.contents_utf8().unwrap()).unwrap().0
}

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn load(folder: &Path) -> Result<Loaded, PolicyError> {
    Source::Directory(folder.to_owned()).load(&hub())
}

/// What is said about policies, without the folder's name.
fn said(files: &[(&str, &[u8])]) -> Vec<String> {
    let folder = folder(files);
    let prefix = format!("{}/", folder.path().display());
    match load(folder.path()) {
        Ok(loaded) => loaded.warnings.iter().map(|w| w.to_string().replace(&prefix, "")).collect(),
        Err(error) => error.lines().iter().map(|line| line.replace(&prefix, "")).collect(),
    }
}

#[track_caller]
fn refused(text: &str, begins: &str, says: &str) {
    let said = said(&[("a.cedar", SEE.as_bytes()), ("b.cedar", text.as_bytes())]);
    assert!(said.iter().any(|line| line.starts_with(begins) && line.contains(says)), "{said:?}");
}

#[test]
fn where_a_policy_is_wrong_is_said() {
    let named = |id: &str, rest: &str| format!("@id(\"{id}\")\n@says(\"x\")\n{rest}");
    refused("permit (principal, action,", "b.cedar:1:", "error");
    refused("// words\n\npermit principal;\n", "b.cedar:3:8: error", "");
    let unknown =
        named("x", "permit (principal is Member, action, resource)\nwhen { principal.rank > 1 };");
    refused(&unknown, "b.cedar:4:", "rank");
    let unsaid = "@id(\"x\")\npermit (principal, action, resource);";
    refused(unsaid, "b.cedar:1:1: error", "@says");
    refused("permit (principal, action, resource);", "b.cedar:1:1: error", "@id");
    let twice = format!("\n{}", named("see", "permit (principal, action, resource);"));
    refused(&twice, "b.cedar:2:1: error", "already");
    refused(
        &named("A b", "permit (principal, action, resource);"),
        "b.cedar:1:1: error",
        "hyphens",
    );
    let slot = named("x", "permit (principal == ?principal, action, resource);");
    refused(&slot, "b.cedar:1:1: error", "slot");
    let mistyped = named("x", "permit (principal, action == Action::\"look\", resource);");
    refused(&mistyped, "b.cedar:3:", "look");
    let compared = named(
        "x",
        "permit (principal is Member, action, resource)\nwhen { principal.nation == 5 };",
    );
    refused(&compared, "b.cedar:4:", "error");
    let bytes: &[u8] = &[b'/', b'/', b'\n', 0xff, 0xfe];
    let said = said(&[("a.cedar", SEE.as_bytes()), ("b.cedar", bytes)]);
    assert!(said[0].starts_with("b.cedar:2:1: error: this is not UTF-8"), "{said:?}");
}

#[test]
fn every_mistake_is_said_at_once() {
    let said = said(&[("a.cedar", b"permit (principal"), ("b.cedar", b"forbid (resource")]);
    assert!(said.iter().any(|line| line.starts_with("a.cedar:1:")), "{said:?}");
    assert!(said.iter().any(|line| line.starts_with("b.cedar:1:")), "{said:?}");
}

#[test]
fn folders_without_policies_and_huge_ones_are_refused() {
    let empty = folder(&[("readme.txt", b"none")]);
    assert!(matches!(load(empty.path()), Err(PolicyError::Empty { .. })));
    assert!(matches!(load(&empty.path().join("no")), Err(PolicyError::NotReadable { .. })));
    let huge = folder(&[("a.cedar", &vec![b' '; 300 << 10])]);
    assert!(matches!(load(huge.path()), Err(PolicyError::TooLarge { .. })));
    let many: Vec<String> = (0..80).map(|number| format!("{number}.cedar")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b""[..])).collect();
    assert!(matches!(load(folder(&many).path()), Err(PolicyError::TooMany { .. })));
}

#[test]
fn another_schema_is_not_believed() {
    let said = said(&[("a.cedar", SEE.as_bytes()), ("schema.cedarschema", b"entity Member;")]);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].starts_with("schema.cedarschema:1:1: warning:"), "{said:?}");
}

#[test]
fn the_shipped_policies_are_without_a_remark() {
    let loaded = Source::BuiltIn.load(&hub()).unwrap_or_else(|error| panic!("{:?}", error.lines()));
    assert_eq!(loaded.warnings, []);
    assert!(loaded.policies.count() >= 10);
    let files: Files = Source::BuiltIn.read().unwrap();
    assert_eq!(files, Source::BuiltIn.read().unwrap(), "in the same order");
}

/// A forbidding policy that breaks off must not be one less.
#[test]
fn a_policy_that_cannot_be_evaluated_allows_nothing() {
    let breaking = "@id(\"breaks\")\n@says(\"Breaks.\")\nforbid (principal, action, resource)\n\
        when { resource.classification * 9223372036854775807 * 9223372036854775807 < 0 };";
    let folder = folder(&[("a.cedar", SEE.as_bytes()), ("b.cedar", breaking.as_bytes())]);
    let policies = load(folder.path()).unwrap_or_else(|e| panic!("{:?}", e.lines())).policies;
    let label = |classification| Label {
        classification,
        ..any_label().new_tree(&mut TestRunner::deterministic()).unwrap().current()
    };
    let whole = label(Classification::Public);
    assert!(policies.allows(&whole, &Audience::Public, Action::See), "0 times anything is 0");
    let broken = label(Classification::Controlled);
    assert!(!policies.allows(&broken, &Audience::Public, Action::See));
    let why = policies.explain(&broken, Asker::Audience(&Audience::Public), Action::See);
    assert_eq!(why, Why { allowed: false, by: Vec::new() });
}
