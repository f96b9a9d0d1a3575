//! The repository as a whole: what lies at the top, what the architecture names, and what must not
//! be in any file.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::MetadataCommand;

use super::{
    hold,
    source::{SourceFile, line_of, paths, root, rust_files, text_files, words},
};

/// The folders at the top, all of them, but for dot-folders.
const TOP_FOLDERS: &[&str] =
    &["server", "viewer", "shared", "models", "www", "tests", ".ci", ".cargo", ".config"];
/// The files at the top that must be there.
const TOP_FILES: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "justfile",
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "LICENSE",
    ".gitignore",
    "clippy.toml",
    "rustfmt.toml",
];
/// The files at the top that may be there.
const MORE_TOP_FILES: &[&str] = &["deny.toml", ".gitattributes", ".editorconfig"];

#[test]
fn the_top_level_is_fixed() {
    let mut findings = BTreeSet::new();
    let paths = paths();
    for path in &paths {
        let (top, allowed) = match path.split_once('/') {
            Some((folder, _)) => (folder, TOP_FOLDERS.contains(&folder)),
            None => (
                path.as_str(),
                TOP_FILES.contains(&path.as_str()) || MORE_TOP_FILES.contains(&path.as_str()),
            ),
        };
        if !allowed {
            findings.insert(format!("{top}: not one of the top-level names"));
        }
    }
    let missing = TOP_FILES.iter().filter(|name| !paths.iter().any(|path| path == *name));
    findings.extend(missing.map(|name| format!("{name}: missing")));
    hold(
        "top-level names",
        "put it into server/, viewer/, shared/, models/, www/ or tests/",
        findings,
    );
}

#[test]
fn the_architecture_names_every_crate() {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap_or_default();
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata");
    let missing = metadata
        .packages
        .iter()
        .map(|p| p.name.to_string())
        .filter(|name| words(&text, name).is_empty());
    hold("crates that ARCHITECTURE.md does not name", "add a line to its codemap", missing);
}

/// What belongs to one machine or one network, and so into no file. Put together here, so that
/// this file does not hold them either.
fn private_strings() -> Vec<String> {
    let homes = [["/ro", "ot/"], ["/ho", "me/"], ["/wo", "rk/"], ["/Us", "ers/"]];
    let hosts = [
        ["registry.npm", "js.org"],
        ["files.python", "hosted.org"],
        ["pypi", ".org"],
        ["index.crates", ".io"],
        ["static.crates", ".io"],
        ["static.rust", "-lang.org"],
        ["deb.debian", ".org"],
        ["security.debian", ".org"],
        ["npm", "mirror"],
        ["proxy.golang", ".org"],
    ];
    homes.iter().chain(&hosts).map(|parts| parts.concat()).collect()
}

/// Every private string in a file, with its line.
fn private_in(file: &SourceFile) -> Vec<String> {
    let mut found = Vec::new();
    for private in private_strings() {
        let is_path = private.starts_with('/');
        let hits = file.text.match_indices(&private).map(|(at, _)| at).filter(|at| {
            // `models/home/` is a folder of ours; only an absolute path names a machine.
            let before = file.text[..*at].bytes().next_back().unwrap_or(b' ');
            !is_path
                || !(before.is_ascii_alphanumeric()
                    || matches!(before, b'/' | b'.' | b'}' | b'_' | b'-' | b')'))
        });
        found
            .extend(hits.map(|at| format!("{}:{}: {private}", file.path, line_of(&file.text, at))));
    }
    found
}

#[test]
fn no_file_names_a_machine_or_a_package_host() {
    let findings = text_files().iter().flat_map(private_in).collect::<Vec<_>>();
    hold(
        "machine paths and package hosts",
        "use a path inside the repository, $HOME, or the client's own setting",
        findings,
    );
}

#[test]
fn lock_files_name_no_download_address() {
    let findings = text_files()
        .into_iter()
        .filter(|file| {
            file.path.ends_with("package-lock.json") && file.text.contains("\"resolved\": \"http")
        })
        .map(|file| file.path);
    hold(
        "addresses in a lock file",
        "run `npm install --omit-lockfile-registry-resolved`",
        findings,
    );
}

#[test]
fn integration_tests_are_one_binary() {
    let manifest =
        std::fs::read_to_string(root().join("tests/Cargo.toml")).expect("tests/Cargo.toml");
    assert_eq!(
        manifest.matches("[[test]]").count(),
        1,
        "tests/Cargo.toml: add a module to main.rs instead of a second [[test]]"
    );
    let mut binaries: BTreeMap<String, usize> = BTreeMap::new();
    for path in rust_files().into_iter().map(|file| file.path) {
        if let Some((owner, name)) = path.rsplit_once("/tests/")
            && !owner.contains("/src")
            && !name.contains('/')
        {
            *binaries.entry(format!("{owner}/tests")).or_default() += 1;
        }
    }
    let strays = binaries.into_iter().filter(|(_, count)| *count > 1).map(|(folder, _)| folder);
    hold(
        "further test binaries",
        "keep one file in a crate's tests/, modules in a folder: each file is linked anew",
        strays,
    );
}

mod tests {
    use super::{SourceFile, private_in};

    #[test]
    fn private_strings_are_found_where_they_stand_alone() {
        let home = ["/ro", "ot/x"].concat();
        let file = |text: String| SourceFile { path: "a".into(), text };
        assert_eq!(private_in(&file(format!("cd {home}"))).len(), 1);
        assert_eq!(private_in(&file(format!("see models{home}"))).len(), 0);
        assert_eq!(
            private_in(&file(format!("at https://{}/simple", ["pypi", ".org"].concat()))).len(),
            1
        );
    }
}
