//! A number has a unit: in its type, in its name, or in its documentation as `[unit]`.

use super::{
    hold,
    source::{blank_comments_and_literals, closing_brace, line_of, rust_files, words},
};

/// The last word of a name that says the unit of a number.
const UNIT_WORDS: &[&str] = &[
    "m", "mm", "km", "m2", "m3", "deg", "rad", "us", "ms", "s", "secs", "min", "h", "hours", "d",
    "days", "wd", "kg", "t", "tonnes", "n", "kn", "ratio", "share", "percent", "count", "pieces",
    "px", "hz", "mps",
];

/// Words by which documentation says the unit in a sentence ("in the material's own unit").
const UNITS_IN_WORDS: &[&str] = &[
    "unit", "pieces", "seconds", "hours", "days", "metres", "degrees", "radians", "ratio", "share",
    "percent",
];

/// Says what is missing about a public field of type `f32` or `f64`.
fn fields_without_unit(text: &str) -> Vec<(usize, String)> {
    let code = blank_comments_and_literals(text);
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for at in words(&code, "pub") {
        let rest = &code[at + 3..];
        let Some((name, kind)) = field(rest).filter(|_| !is_excused(&code, at)) else {
            continue;
        };
        let float = !words(kind, "f64").is_empty() || !words(kind, "f32").is_empty();
        let line = line_of(&code, at);
        if float && !named_with_unit(name) && !documented_with_unit(&lines[..line - 1]) {
            found.push((line, name.to_owned()));
        }
    }
    found
}

/// Whether a field at an offset can be without a unit of its own: its struct is not public, so
/// neither is the field, or the struct has a field `unit` that says it.
fn is_excused(code: &str, at: usize) -> bool {
    let Some(start) = words(&code[..at], "struct").last().copied() else { return true };
    let body = code[start..]
        .find('{')
        .map_or("", |open| &code[start + open..closing_brace(code, start + open).min(code.len())]);
    let says_unit = words(body, "unit").into_iter().any(|at| body[at + 4..].starts_with(':'));
    says_unit || !code[..start].trim_end().ends_with("pub")
}

/// The name and type of the field that follows `pub`; none if it is not a public field.
fn field(rest: &str) -> Option<(&str, &str)> {
    let rest = rest.trim_start();
    let (name, kind) = rest.split_once(':')?;
    let is_field = !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && !kind.starts_with(':');
    let mut depth = 0_i32;
    let end = kind.bytes().position(|byte| {
        depth += match byte {
            b'(' | b'[' | b'<' => 1,
            b')' | b']' | b'>' => -1,
            _ => 0,
        };
        depth < 0 || (depth == 0 && byte == b',') || byte == b'}'
    })?;
    is_field.then_some((name, &kind[..end]))
}

fn named_with_unit(name: &str) -> bool {
    let mut parts = name.rsplit('_');
    let last = parts.next().unwrap_or_default();
    let per = parts.next() == Some("per");
    (per || UNIT_WORDS.contains(&last)) && name.contains('_')
}

/// Whether the doc comment right above holds a unit, in words or in brackets that are no link.
fn documented_with_unit(above: &[&str]) -> bool {
    let doc = above
        .iter()
        .rev()
        .map(|line| line.trim())
        .take_while(|line| line.starts_with("///") || line.starts_with("#["));
    let says_unit = |line: &str| {
        UNITS_IN_WORDS.iter().any(|unit| !words(&line.to_lowercase(), unit).is_empty())
    };
    let holds_unit = |line: &str| {
        says_unit(line)
            || line.match_indices('[').any(|(at, _)| {
                let inside = line[at + 1..].split(']').next().unwrap_or_default();
                !inside.is_empty() && !inside.contains('`') && line[at + 1..].contains(']')
            })
    };
    doc.filter(|line| line.starts_with("///")).any(holds_unit)
}

#[test]
fn numbers_carry_their_unit() {
    let findings = rust_files()
        .into_iter()
        .filter(|file| file.path.starts_with("shared/") && !file.is_test())
        .flat_map(|file| {
            let bare = fields_without_unit(&file.text);
            bare.into_iter()
                .map(|(line, name)| format!("{}:{line}: {name}", file.path))
                .collect::<Vec<_>>()
        });
    hold(
        "numbers without a unit",
        "end the name in the unit (`lead_time_h`) or say it in the documentation: `[1/d]`, or \"in the material's own unit\"",
        findings,
    );
}

mod tests {
    use super::fields_without_unit;

    #[test]
    fn a_unit_is_in_the_name_or_in_the_doc() {
        let bare = |text: &str| {
            fields_without_unit(text).into_iter().map(|(_, name)| name).collect::<Vec<_>>()
        };
        assert_eq!(bare("pub struct A {\n    pub x: f64,\n}\n"), ["x"]);
        assert_eq!(
            bare("pub struct A {\n    pub x_m: f64,\n    pub rate_per_day: Option<f32>,\n}\n"),
            [""; 0]
        );
        assert_eq!(
            bare(
                "struct A {\n    /// How many [1/d].\n    #[serde(default)]\n    pub x: f64,\n}\n"
            ),
            [""; 0]
        );
        assert_eq!(
            bare("pub struct A {\n    /// In the material's own unit.\n    pub x: f64,\n}\n"),
            [""; 0]
        );
        assert_eq!(
            bare("pub struct A {\n    /// How united they are.\n    pub x: f64,\n}\n"),
            ["x"]
        );
        assert_eq!(
            bare("pub struct A {\n    /// See [`B`].\n    pub x: Vec<(B, f64)>,\n}\n"),
            ["x"]
        );
        assert_eq!(bare("pub struct A {\n    pub x: [f32; 3], pub y: u8 }\n"), ["x"]);
        assert_eq!(bare("pub struct A {\n    pub(crate) x: f32,\n}\n"), [""; 0]);
        assert_eq!(bare("pub struct A {\n    pub x: f32,\n    pub unit: String,\n}\n"), [""; 0]);
        assert_eq!(bare("pub(crate) struct A {\n    pub x: f32,\n}\n"), [""; 0]);
        assert_eq!(bare("pub fn f(x: f64) -> f64 { x }\npub use a::b;\npub mod c { }\n"), [""; 0]);
    }
}
