//! What code may not say: files and clocks in shared crates, setters, locks in the hub's core,
//! nations in the fan-out.

use super::{
    hold,
    source::{SourceFile, closing_brace, rust_files, words},
};

/// Parts of the standard library that touch the world, with what shared code gets instead.
const WORLDLY: &[(&str, &str)] = &[
    ("std::fs", "bytes are handed in"),
    ("std::net", "messages are handed in"),
    ("std::env", "settings are handed in"),
    ("std::process", "the shell around decides when to stop"),
    ("std::time::SystemTime", "time is handed in"),
    ("std::time::Instant", "time is handed in"),
];

/// Words that bring a clock or a scheduler in by another door.
const WORLDLY_WORDS: &[(&str, &str)] = &[
    ("Timestamp::now", "time is handed in"),
    ("Zoned::now", "time is handed in"),
    ("async", "shared code never waits"),
    ("await", "shared code never waits"),
];

/// Rust files of shared crates that become part of the product.
fn shared_sources() -> impl Iterator<Item = SourceFile> {
    rust_files().into_iter().filter(|file| file.path.starts_with("shared/") && !file.is_test())
}

/// Every path into the standard library with its offset; groups in braces are spelled out.
fn std_paths(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for root in words(code, "std") {
        if code[root + 3..].trim_start().starts_with("::") {
            spell_out(code, root, root, "", &mut found);
        }
    }
    found
}

/// Follows one path from `at`; for `{a, b::c}` follows each member. Returns where the path ends.
fn spell_out(
    code: &str,
    root: usize,
    mut at: usize,
    prefix: &str,
    found: &mut Vec<(usize, String)>,
) -> usize {
    let mut path = prefix.to_owned();
    loop {
        at += code[at..].len() - code[at..].trim_start().len();
        if code[at..].starts_with("::") {
            path.push_str("::");
            at += 2;
        } else if code[at..].starts_with('{') {
            let close = closing_brace(code, at);
            at += 1;
            while at < close {
                at = spell_out(code, root, at, &path, found);
                // Over ` as name` and the comma to the next member.
                at = code[at..close].find(',').map_or(close, |comma| at + comma + 1);
            }
            return close + 1;
        } else {
            let name: String =
                code[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let ended = name.is_empty() || !(path.is_empty() || path.ends_with("::"));
            if ended {
                let is_path = path != prefix;
                found.extend(is_path.then_some((root, path)));
                return at;
            }
            at += name.len();
            path.push_str(&name);
        }
    }
}

fn is_inside(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[test]
fn shared_crates_touch_no_file_and_no_clock() {
    let mut findings = Vec::new();
    for file in shared_sources() {
        let code = file.code_without_tests();
        for (offset, path) in std_paths(&code) {
            let ban = WORLDLY.iter().find(|(module, _)| is_inside(&path, module));
            findings.extend(
                ban.map(|(module, instead)| format!("{}: {module}: {instead}", file.place(offset))),
            );
        }
        for (word, instead) in WORLDLY_WORDS {
            findings.extend(
                words(&code, word)
                    .into_iter()
                    .map(|at| format!("{}: {word}: {instead}", file.place(at))),
            );
        }
    }
    hold(
        "the world inside shared/",
        "take it as an argument and let server/ or viewer/ fetch it",
        findings,
    );
}

#[test]
fn shared_types_have_no_setters() {
    let findings = shared_sources().flat_map(|file| {
        let code = file.code_without_tests();
        let setters: Vec<usize> = words(&code, "fn")
            .into_iter()
            .filter(|at| code[at + 2..].trim_start().starts_with("set_"))
            .collect();
        setters.into_iter().map(|at| file.place(at)).collect::<Vec<_>>()
    });
    hold("setters", "a public field, or a method named after what happens", findings);
}

#[test]
fn the_core_of_the_hub_neither_waits_nor_locks() {
    let banned = ["Mutex", "RwLock", "async", "await", "tokio"];
    let core = |file: &SourceFile| in_module(file, "server/hub/src/core");
    hold(
        "waiting or locking in hub::core",
        "do it in the shell and hand the event in",
        uses(core, &banned),
    );
}

#[test]
fn the_fan_out_knows_no_nation() {
    let fan_out = |file: &SourceFile| in_module(file, "server/hub/src/fanout");
    hold(
        "policy in the fan-out",
        "ask hub::policy for the audience's decision",
        uses(fan_out, &["nation", "NationId"]),
    );
}

/// Whether a file is `module.rs` or lies in the folder `module/`.
fn in_module(file: &SourceFile, module: &str) -> bool {
    file.path.strip_prefix(module).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

fn uses(belongs: impl Fn(&SourceFile) -> bool, banned: &[&str]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in rust_files().into_iter().filter(|file| belongs(file) && !file.is_test()) {
        let code = file.code_without_tests();
        for word in banned {
            findings.extend(
                words(&code, word).into_iter().map(|at| format!("{}: {word}", file.place(at))),
            );
        }
    }
    findings
}

mod tests {
    use super::{is_inside, std_paths};

    fn spelled(code: &str) -> Vec<String> {
        std_paths(code).into_iter().map(|(_, path)| path).collect()
    }

    #[test]
    fn paths_are_spelled_out() {
        assert_eq!(spelled("use std::fs;"), ["std::fs"]);
        assert_eq!(spelled("let t = std::time::Instant::now();"), ["std::time::Instant::now"]);
        assert_eq!(
            spelled(
                "use std::{\n  collections::{BTreeMap, BTreeSet},\n  fs::File as F, time::Duration,\n};"
            ),
            [
                "std::collections::BTreeMap",
                "std::collections::BTreeSet",
                "std::fs::File",
                "std::time::Duration"
            ],
        );
        assert_eq!(spelled("mystd::fs; standard; std"), [""; 0]);
    }

    #[test]
    fn a_module_is_not_its_neighbour() {
        assert!(is_inside("std::fs", "std::fs") && is_inside("std::fs::File", "std::fs"));
        assert!(
            !is_inside("std::fsx", "std::fs")
                && !is_inside("std::time::Duration", "std::time::Instant")
        );
    }
}
