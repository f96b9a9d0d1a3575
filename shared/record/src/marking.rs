//! Classification markings in free text: what is marked higher than a hub may hold is found before
//! it is kept.
//!
//! Only markings as markings are written count: in capitals, with what goes with them. "A secret
//! recipe" and "CONFIDENTIAL" on a firm's letterhead are no markings. `CUI`, `OFFICIAL-SENSITIVE`
//! and the like are controlled, which a hub may hold. After the markings of the CAPCO register,
//! the NATO and EU security rules, and those of Britain, Australia, France and Germany.

/// Words that are markings by themselves when they stand alone in capitals.
const ALONE: [&str; 6] = [
    "SECRET",
    "ATOMAL",
    "VS-VERTRAULICH",
    "VS-NfD",
    "VS-NUR FÜR DEN DIENSTGEBRAUCH",
    "STRENG GEHEIM",
];

/// Words that are markings only in company, because firms and signs write them too.
const IN_COMPANY: [&str; 5] = ["CONFIDENTIAL", "RESTRICTED", "PROTECTED", "RESTREINT", "GEHEIM"];

/// What stands before such a word in a marking.
const BEFORE: [&str; 5] = ["NATO", "EU", "UE", "UK", "COSMIC"];

/// What stands after such a word in a marking.
const AFTER: [&str; 6] = ["//", "NOFORN", "REL TO", "UE", "EU", "ATOMAL"];

/// Marks of single paragraphs.
const PORTIONS: [&str; 5] = ["(TS)", "(TS//", "(S//", "(C//", "(R//"];

/// The marking above controlled in a text of JSON, wherever in it; none for what is no JSON.
pub fn marking_in_json(json: &str) -> Option<&'static str> {
    if !is_suspect(json) {
        return None;
    }
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    marking_in_value(&value)
}

/// Whether the text has to be read: every marking begins like one of these, or is written with
/// escapes. Hardly a report does, and this is asked of every one.
fn is_suspect(json: &str) -> bool {
    json.as_bytes().windows(3).any(|three| match three {
        [b'\\', b'u', _] => true,
        [b'(', rest @ ..] => matches!(rest, b"S)" | b"TS" | b"S/" | b"C/" | b"R/"),
        _ => matches!(three, b"SEC" | b"ATO" | b"VS-" | b"STR" | b"GEH" | b"CON" | b"RES" | b"PRO"),
    })
}

fn marking_in_value(value: &serde_json::Value) -> Option<&'static str> {
    match value {
        serde_json::Value::String(text) => marking_above_controlled(text),
        serde_json::Value::Array(items) => items.iter().find_map(marking_in_value),
        serde_json::Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            marking_above_controlled(name).or_else(|| marking_in_value(value))
        }),
        _ => None,
    }
}

/// The first marking in a text that is higher than controlled.
pub fn marking_above_controlled(text: &str) -> Option<&'static str> {
    text.lines().find_map(|line| {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let alone = ALONE.iter().find(|word| found(&line, word).next().is_some());
        let company = || IN_COMPANY.iter().find(|word| is_marking(&line, word));
        let portion = || PORTIONS.iter().find(|mark| line.contains(**mark));
        let first = || line.starts_with("(S) ").then_some(&"(S)");
        alone.or_else(company).or_else(portion).or_else(first).copied()
    })
}

/// Whether the word stands in the line as a marking: as the whole of it, or in company.
fn is_marking(line: &str, word: &str) -> bool {
    found(line, word).any(|at| {
        let (before, after) = (line[..at].trim_end(), line[at + word.len()..].trim_start());
        let is_banner = before.is_empty() && after.is_empty();
        let ends = |end: &str| {
            let rest = before.strip_suffix(end);
            rest.is_some_and(|rest| !rest.ends_with(char::is_alphanumeric))
        };
        let begins = |start: &str| {
            let rest = after.strip_prefix(start);
            rest.is_some_and(|rest| start == "//" || !rest.starts_with(char::is_alphanumeric))
        };
        is_banner || BEFORE.iter().any(|end| ends(end)) || AFTER.iter().any(|s| begins(s))
    })
}

/// Where a word stands in a line that is not a part of another word.
fn found<'a>(line: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    line.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let (before, after) = (&line[..*at], &line[at + word.len()..]);
        !before.ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markings_are_found_as_they_are_written() {
        for (text, marking) in [
            ("SECRET", "SECRET"),
            ("SECRET//NOFORN: the heads are ready", "SECRET"),
            ("TOP SECRET//SI", "SECRET"),
            ("see annex (NATO SECRET)", "SECRET"),
            ("COSMIC TOP SECRET ATOMAL", "SECRET"),
            ("CONFIDENTIAL", "CONFIDENTIAL"),
            ("CONFIDENTIAL//REL TO USA, GBR", "CONFIDENTIAL"),
            ("CONFIDENTIAL REL TO USA", "CONFIDENTIAL"),
            ("NATO  CONFIDENTIAL", "CONFIDENTIAL"),
            ("NATO RESTRICTED, for the line only", "RESTRICTED"),
            ("NATO\u{a0}RESTRICTED", "RESTRICTED"),
            ("RESTREINT UE/EU RESTRICTED", "RESTRICTED"),
            ("PROTECTED//CABINET", "PROTECTED"),
            ("the first line\nPROTECTED\nthe last", "PROTECTED"),
            ("late (S//NF) by a week", "(S//"),
            ("(TS) late", "(TS)"),
            ("(S) late by a week", "(S)"),
            ("VS-NfD: liegt im Lager", "VS-NfD"),
        ] {
            assert_eq!(marking_above_controlled(text), Some(marking), "{text}");
        }
    }

    #[test]
    fn what_a_hub_may_hold_and_innocent_words_are_none() {
        for text in [
            "",
            "a secret",
            "Secret santa on Friday",
            "confidential supplier talk",
            "COMPANY CONFIDENTIAL",
            "CONFIDENTIAL TALK WITH THE MILL",
            "RESTRICTED AREA: ask the foreman",
            "PROTECTED BY A GUARD",
            "the SECRETARY called",
            "SECRETS",
            "OFFICIAL-SENSITIVE",
            "OFFICIAL: Sensitive",
            "CUI//SP-CTI//REL TO USA, AUS, GBR",
            "UNCLASSIFIED//FOUO",
            "NATO UNCLASSIFIED",
            "PART(S) MISSING",
            "weld seam (S) again",
            "VENUE CONFIDENTIAL",
        ] {
            assert_eq!(marking_above_controlled(text), None, "{text}");
        }
    }

    /// Nothing is passed over that would have been found by reading.
    #[test]
    fn every_marking_is_suspect() {
        for word in ALONE.iter().chain(&IN_COMPANY).chain(&PORTIONS).chain(&["(S)"]) {
            assert!(is_suspect(word), "{word}");
        }
        assert!(!is_suspect(r#"{"kind":"unit_state","unit":"P4","state":"down"}"#));
    }

    #[test]
    fn json_is_searched_in_names_lists_and_escapes() {
        for json in [
            r#"{"text":"SECRET"}"#,
            r#"{"text":"\u0053ECRET"}"#,
            r#"{"a":[{"b":"CONFIDENTIAL\/\/NOFORN"}]}"#,
            r#"{"NATO RESTRICTED":1}"#,
            r#"{"text":"late\nPROTECTED"}"#,
        ] {
            assert!(marking_in_json(json).is_some(), "{json}");
        }
        for json in [r#"{"text":"a secret"}"#, r#"{"unit":"P4","at":"x"}"#, "SECRET", "[1,2"] {
            assert_eq!(marking_in_json(json), None, "{json}");
        }
    }
}
