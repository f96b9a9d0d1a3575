//! How tests may be written: waiting for a state and never by the clock, on any free port, and
//! none of them left out.

use super::{
    hold,
    source::{SourceFile, blank_comments_and_literals, closing_brace, text_files, words},
};

/// The only places that may pause: each asks again until a state holds or a limit is passed.
const MAY_PAUSE: &[&str] =
    &["tests/support/wait.rs", "tests/browser/support/wait.mjs", "tests/clients/support/wait.py"];

/// Ways of waiting by the clock.
const PAUSES: &[&str] = &["sleep(", "sleep_ms(", "waitForTimeout(", "setTimeout("];

/// Ways of leaving a test out, or all others.
const LEFT_OUT: &[&str] = &[
    "#[ignore",
    "test.skip(",
    "it.skip(",
    "describe.skip(",
    "test.fixme(",
    "describe.fixme(",
    "test.only(",
    "it.only(",
    "describe.only(",
    "test.todo(",
    "@unittest.skip",
    "skipTest(",
    "pytest.mark.skip",
];

/// This folder names what it forbids.
fn is_rule(file: &SourceFile) -> bool {
    file.path.starts_with("tests/tidy")
}

/// A test file's code without comments, or a source file's `#[cfg(test)]` modules only.
fn test_code(file: &SourceFile) -> String {
    if !file.has_extension(&["rs"]) {
        let comment = if file.has_extension(&["py"]) { "#" } else { "//" };
        let bare = |line: &str| {
            if line.trim_start().starts_with(comment) { String::new() } else { line.to_owned() }
        };
        return file.text.lines().map(|line| bare(line) + "\n").collect();
    }
    let code = blank_comments_and_literals(&file.text);
    if file.is_test() {
        return code;
    }
    let mut kept: Vec<u8> =
        code.bytes().map(|byte| if byte == b'\n' { byte } else { b' ' }).collect();
    for (at, _) in code.match_indices("#[cfg(test)]") {
        let Some(open) = code[at..].find('{').map(|n| at + n) else { continue };
        if !code[at..open].contains(';') {
            let close = closing_brace(&code, open);
            kept[at..close].copy_from_slice(&code.as_bytes()[at..close]);
        }
    }
    String::from_utf8(kept).expect("whole modules were kept")
}

/// Whether a file in `tests/clients` is a feed, as others would write it, and not a test of one.
fn is_client(file: &SourceFile) -> bool {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    file.path.starts_with("tests/clients/")
        && !(name.starts_with("test_") || name.contains(".test."))
}

fn test_files() -> impl Iterator<Item = SourceFile> {
    text_files().into_iter().filter(|file| {
        let tests_only = file.is_test() && file.has_extension(&["js", "mjs", "py"]);
        (tests_only || file.has_extension(&["rs"])) && !is_rule(file) && !is_client(file)
    })
}

#[test]
fn tests_wait_for_a_state_and_not_by_the_clock() {
    let mut findings = Vec::new();
    for file in test_files().filter(|file| !MAY_PAUSE.contains(&file.path.as_str())) {
        let code = test_code(&file);
        for pause in PAUSES {
            let name = pause.trim_end_matches('(');
            let calls = words(&code, name).into_iter().filter(|at| code[*at..].starts_with(pause));
            findings.extend(calls.map(|at| format!("{}: {pause}", file.path_line(&code, at))));
        }
    }
    let instead =
        format!("ask again until the state is there, with the helper in one of {MAY_PAUSE:?}");
    hold("tests that wait by the clock", &instead, findings);
}

#[test]
fn tests_take_any_free_port() {
    let mut findings = Vec::new();
    for file in test_files().filter(SourceFile::is_test) {
        for host in ["127.0.0.1:", "localhost:", "[::1]:"] {
            let fixed = file.text.match_indices(host).filter(|(at, _)| {
                file.text[at + host.len()..]
                    .bytes()
                    .next()
                    .is_some_and(|next| matches!(next, b'1'..=b'9'))
            });
            findings.extend(fixed.map(|(at, _)| file.place(at)));
        }
    }
    hold(
        "fixed ports in tests",
        "listen on port 0 and read the address that the hub prints",
        findings,
    );
}

#[test]
fn no_test_is_left_out() {
    let mut findings = Vec::new();
    for file in test_files() {
        let code = test_code(&file);
        for mark in LEFT_OUT {
            findings.extend(
                code.match_indices(mark)
                    .map(|(at, _)| format!("{}: {mark}", file.path_line(&code, at))),
            );
        }
    }
    hold(
        "tests left out",
        "repair the test, or remove it and say in the commit what is no longer covered",
        findings,
    );
}

impl SourceFile {
    /// `path:line` in a blanked copy of the file, whose lines are those of the file.
    fn path_line(&self, code: &str, at: usize) -> String {
        format!("{}:{}", self.path, super::source::line_of(code, at))
    }
}

mod tests {
    use super::{SourceFile, test_code};

    fn code_of(path: &str, text: &str) -> String {
        test_code(&SourceFile { path: path.into(), text: text.into() })
    }

    #[test]
    fn only_test_code_is_looked_at() {
        let source = code_of(
            "server/x/src/lib.rs",
            "fn a() { sleep(1) }\n#[cfg(test)]\nmod t { fn b() { nap(1) } }\n",
        );
        assert!(!source.contains("sleep(") && source.contains("nap("), "{source}");
        assert!(code_of("tests/a.rs", "fn a() { sleep(1) } // nap(\n").contains("sleep("));
        assert!(!code_of("tests/a.py", "# time.sleep(1)\npass\n").contains("sleep"));
        assert!(
            code_of("tests/a.mjs", "await page.waitForTimeout(5)\n").contains("waitForTimeout(")
        );
    }
}
