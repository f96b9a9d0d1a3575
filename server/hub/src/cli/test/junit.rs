//! Results as JUnit writes them: what other tools read.

use std::fmt::Write;

use super::{Case, Played};

pub(super) fn of(all: &[Played]) -> String {
    let failures = |cases: &[Case]| cases.iter().filter(|case| !case.passed).count();
    let tests: usize = all.iter().map(|played| played.cases.len()).sum();
    let failed: usize = all.iter().map(|played| failures(&played.cases)).sum();
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let _ = writeln!(text, "<testsuites tests=\"{tests}\" failures=\"{failed}\">");
    for played in all {
        let (count, failed) = (played.cases.len(), failures(&played.cases));
        let (name, file) = (escaped(&played.name), escaped(&played.file));
        let _ = writeln!(
            text,
            "  <testsuite name=\"{name}\" file=\"{file}\" tests=\"{count}\" failures=\"{failed}\">"
        );
        for case in &played.cases {
            let (what, told) = (escaped(&case.expectation), escaped(&case.told));
            let _ = write!(text, "    <testcase classname=\"{file}\" name=\"{what}\">");
            let _ = match case.passed {
                true => write!(text, "<system-out>{told}</system-out>"),
                false => write!(text, "<failure message=\"{told}\"/>"),
            };
            text.push_str("</testcase>\n");
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\n' => safe.push_str("&#10;"),
            other if other.is_control() => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_told_and_signs_are_escaped() {
        let case = |passed, told: &str| Case {
            expectation: "wip < 3".to_owned(),
            told: told.to_owned(),
            passed,
        };
        let cases = vec![case(true, "came 2"), case(false, "came \"4\" & more")];
        let played = Played { file: "a.toml".to_owned(), name: "A".to_owned(), cases };
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
            <testsuites tests=\"2\" failures=\"1\">\n\
            \x20 <testsuite name=\"A\" file=\"a.toml\" tests=\"2\" failures=\"1\">\n\
            \x20   <testcase classname=\"a.toml\" name=\"wip &lt; 3\">\
            <system-out>came 2</system-out></testcase>\n\
            \x20   <testcase classname=\"a.toml\" name=\"wip &lt; 3\">\
            <failure message=\"came &quot;4&quot; &amp; more\"/></testcase>\n\
            \x20 </testsuite>\n</testsuites>\n";
        assert_eq!(of(&[played]), expected);
    }
}
