//! How long things may be, and how a file begins.

use super::{
    hold,
    source::{
        blank_comments_and_literals, closing_brace, is_name, line_of, root, rust_files, text_files,
        words,
    },
};

/// The most lines a function may have.
const FUNCTION_LINES_MAX: usize = 70;
/// The most lines a source file may have.
const FILE_LINES_MAX: usize = 500;
/// The most lines a `main.rs` may have: everything else is in a library.
const MAIN_LINES_MAX: usize = 80;

/// Functions that are longer, as (`path::name`, lines). The list only ever shrinks.
const LONG_FUNCTIONS: &[(&str, usize)] = &[];
/// Files that are longer, as (path, lines). The list only ever shrinks.
const LONG_FILES: &[(&str, usize)] = &[];

/// What a person writes and reads by hand.
const SOURCE_EXTENSIONS: &[&str] = &["rs", "js", "mjs", "py", "sh", "css", "html"];

/// A function's name, first line and number of lines.
#[derive(Debug, PartialEq)]
struct Function {
    name: String,
    line: usize,
    lines: usize,
}

/// Every function with a body, in the order of the file; inner ones too.
fn functions(text: &str) -> Vec<Function> {
    let code = blank_comments_and_literals(text);
    let with_body = |start: usize| {
        let name: String = code[start + 2..]
            .trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        let open = body_start(&code, start)?;
        let (line, last) =
            (line_of(&code, start), line_of(&code, closing_brace(&code, open).min(code.len())));
        (!name.is_empty()).then_some(Function { name, line, lines: last - line + 1 })
    };
    words(&code, "fn").into_iter().filter_map(with_body).collect()
}

/// Where the body of the function at `start` opens; none for a declaration or a pointer type.
fn body_start(code: &str, start: usize) -> Option<usize> {
    let named = code[start + 2..].trim_start().bytes().next().is_some_and(is_name);
    let mut depth = 0_i32;
    for (at, byte) in code.bytes().enumerate().skip(start).filter(|_| named) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b'{' if depth == 0 => return Some(at),
            b';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// What breaks a limit, or stands on the list without need or with growth.
fn over_limit(measured: &[(String, usize)], limit: usize, listed: &[(&str, usize)]) -> Vec<String> {
    let allowance =
        |name: &str| listed.iter().find(|(known, _)| *known == name).map(|(_, lines)| *lines);
    let mut findings: Vec<String> = measured
        .iter()
        .filter(|(name, lines)| *lines > allowance(name).unwrap_or(limit))
        .map(|(name, lines)| {
            format!("{name}: {lines} lines, {} allowed", allowance(name).unwrap_or(limit))
        })
        .collect();
    for (name, allowed) in listed {
        let now = measured
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, lines)| *lines)
            .max()
            .unwrap_or(0);
        if now <= limit {
            findings.push(format!("{name}: {now} lines now: take it off the list"));
        } else if now < *allowed {
            findings.push(format!("{name}: {now} lines now: lower its entry from {allowed}"));
        }
    }
    findings
}

#[test]
fn functions_are_short() {
    let mut measured = Vec::new();
    for file in rust_files() {
        let path = &file.path;
        measured.extend(
            functions(&file.text).into_iter().map(|f| (format!("{path}::{}", f.name), f.lines)),
        );
    }
    assert!(measured.len() > 20, "the scanner found only {} functions", measured.len());
    hold(
        "functions over 70 lines",
        "move a step with a name of its own into its own function",
        over_limit(&measured, FUNCTION_LINES_MAX, LONG_FUNCTIONS),
    );
}

#[test]
fn files_are_short() {
    let measured: Vec<(String, usize)> = text_files()
        .into_iter()
        .filter(|file| file.has_extension(SOURCE_EXTENSIONS) && !file.path.contains("/vendor/"))
        .map(|file| (file.path, file.text.lines().count()))
        .collect();
    hold(
        "files over 500 lines",
        "split by what a reader looks for: x.rs beside a folder x/, tests in x/tests.rs",
        over_limit(&measured, FILE_LINES_MAX, LONG_FILES),
    );
}

#[test]
fn main_files_are_thin() {
    let long =
        rust_files().into_iter().filter(|file| file.path.ends_with("main.rs")).filter_map(|file| {
            let lines = file.text.lines().count();
            (lines > MAIN_LINES_MAX)
                .then(|| format!("{}: {lines} lines, {MAIN_LINES_MAX} allowed", file.path))
        });
    hold("long main.rs", "keep main to reading arguments and calling the library", long);
}

#[test]
fn every_rust_file_says_its_purpose_first() {
    let silent = rust_files()
        .into_iter()
        .filter(|file| !opens_with_purpose(&file.text))
        .map(|file| format!("{}:1", file.path));
    hold("files without a purpose", "begin line 1 with `//! ` and what the file is for", silent);
}

fn opens_with_purpose(text: &str) -> bool {
    text.strip_prefix("//! ")
        .is_some_and(|rest| rest.lines().next().is_some_and(|line| line.trim().len() >= 10))
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    let lax = text_files()
        .into_iter()
        .filter(|file| file.path.ends_with("/Cargo.toml"))
        .filter(|file| !file.text.contains("[lints]\nworkspace = true"))
        .map(|file| file.path);
    hold("crates with lints of their own", "add `[lints]` with `workspace = true`", lax);
    let manifest =
        std::fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml is readable");
    let denied = [
        "missing_docs",
        "unwrap_used",
        "map_err_ignore",
        "allow_attributes",
        "fn_params_excessive_bools",
    ];
    let missing =
        denied.into_iter().filter(|lint| !manifest.contains(&format!("{lint} = \"deny\"")));
    hold("lints that are no longer denied", "deny them in [workspace.lints] again", missing);
}

mod tests {
    use super::{Function, functions, opens_with_purpose, over_limit};

    #[test]
    fn functions_are_measured_from_their_name_to_their_brace() {
        let text = "trait T { fn a(&self) -> [u8; 3]; }\nfn b() -> X<{ 1 }> {\n  let f: fn(u8) = c;\n  // fn d() {}\n}\nimpl Y {\n    fn e() {}\n}\n";
        let found: Vec<String> = functions(text)
            .into_iter()
            .map(|f| format!("{} {} {}", f.name, f.line, f.lines))
            .collect();
        // A constant expression in a type ends the measuring early: rare, and never too strict.
        assert_eq!(found, ["b 2 1", "e 7 1"]);
        let plain = functions("fn f(\n  a: u8,\n) {\n  fn g() {\n  }\n}\n");
        assert_eq!(plain[0], Function { name: "f".into(), line: 1, lines: 6 });
        assert_eq!(plain[1], Function { name: "g".into(), line: 4, lines: 2 });
    }

    #[test]
    fn the_list_may_only_shrink() {
        let measured = [("a".to_owned(), 80), ("b".to_owned(), 60), ("c".to_owned(), 75)];
        let check = |listed: &[(&str, usize)]| over_limit(&measured, 70, listed).len();
        assert_eq!(check(&[("a", 80), ("c", 75)]), 0, "listed at their length");
        assert_eq!(check(&[("a", 80)]), 1, "not listed");
        assert_eq!(check(&[("a", 79), ("c", 75)]), 1, "grown");
        assert_eq!(check(&[("a", 90), ("c", 75)]), 1, "shrunk, entry not lowered");
        assert_eq!(check(&[("a", 80), ("c", 75), ("b", 71)]), 1, "short now");
        assert_eq!(check(&[("a", 80), ("c", 75), ("gone", 71)]), 1, "gone");
    }

    #[test]
    fn a_purpose_is_a_sentence_on_the_first_line() {
        assert!(opens_with_purpose("//! Reads plants from bytes.\n"));
        assert!(!opens_with_purpose("\n//! Reads plants from bytes.\n"));
        assert!(!opens_with_purpose("//! x\n"));
        assert!(!opens_with_purpose("// Reads plants from bytes.\n"));
    }
}
