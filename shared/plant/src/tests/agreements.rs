//! Agreements: what a good one says, and one message for each way of being wrong.

use twin::{FactKind, agreement::WithheldStep, label::Members};

use super::*;

const NAME: &str = "agreements/north.toml";

const AGREEMENT: &str = r#"[agreement]
id = "north"
name = "North"
policy = "TEST"
parties = ["XAA", "XBB"]
signed = 2030-09-01
until = 2034-12-31
reviewed_by = "skarvik"
contact = "Desk, +999 555 0100"
withheld_step = "role"

[[share]]
by = ["skarvik"]
kinds = ["layout", "line_state"]
with = ["XAA", "XBB"]

[[floor]]
finding = "hold_up"
with = ["XAA"]

[[narrow]]
plant = "yard"
thing = "weld"
to = ["XAA"]
reason = "trials"
person = "releaser"
review = 2031-06-01
"#;

/// The good files with an agreement, and a second nation to agree with.
fn with(agreement: &str) -> Files {
    let ally = "\n[[nation]]\nid = \"XBB\"\nname = \"Brenmoor\"\n\n[[organisation]]\n\
                id = \"lisle\"\nname = \"Lisle\"\nnation = \"XBB\"\n";
    let mut files = good();
    for (_, text) in files.iter_mut().filter(|(name, _)| name == "programme.toml") {
        text.extend_from_slice(ally.as_bytes());
    }
    files.push((NAME.to_owned(), agreement.as_bytes().to_vec()));
    files
}

/// Checks the good agreement with one change.
fn change(old: &str, new: &str, expected: &str) {
    assert!(AGREEMENT.contains(old), "no {old:?}");
    check(&with(&AGREEMENT.replacen(old, new, 1)), expected);
}

#[test]
fn a_good_agreement_says_who_gets_what_until_when() {
    let loaded = load(&with(AGREEMENT)).expect("no problem");
    let [agreement] = loaded.agreements.as_slice() else { panic!("one agreement") };
    let owner = twin::OrganisationId::new("skarvik").unwrap();
    let terms = agreement.share(&owner, FactKind::LineState).expect("shared");
    assert_eq!(terms.releasable_to.len(), 2);
    assert_eq!(
        (&terms.organisations, terms.review),
        (&Members::All, twin::Span::DAY.scaled(365.0))
    );
    assert!(agreement.share(&owner, FactKind::Supply).is_none());
    assert!(agreement.floor(FactKind::HoldUp).is_some());
    assert!(agreement.floor(FactKind::SingleSource).is_none());
    assert_eq!(agreement.withheld_step, WithheldStep::Role);
    assert!(!agreement.coverage_counts, "what is not said is not told");
    // The last day is in.
    assert!(agreement.holds_at(agreement.until - twin::Span::from_secs(1)));
    assert!(!agreement.holds_at(agreement.until));
    assert!(!agreement.holds_at(agreement.signed - twin::Span::from_secs(1)));
}

#[test]
fn the_agreements_of_the_repository_are_right() {
    let mut files = repository();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/agreements");
    for file in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = file.file_name().into_string().unwrap();
        if name.ends_with(".toml") {
            files.push((format!("agreements/{name}"), fs::read(file.path()).unwrap()));
        }
    }
    let loaded = load(&files).map_err(|problems| text(&problems)).expect("no error");
    assert_eq!(text(&loaded.warnings), "");
    for kind in FactKind::ALL.into_iter().filter(|kind| kind.is_finding()) {
        assert!(loaded.agreements.iter().any(|a| a.floor(kind).is_some()), "{}", kind.word());
    }
    for plant in &loaded.plants {
        for kind in FactKind::ALL.into_iter().filter(|kind| !kind.is_finding()) {
            let shared =
                loaded.agreements.iter().any(|a| a.share(&plant.organisation, kind).is_some());
            assert!(shared, "{} of {}", kind.word(), plant.id);
        }
    }
}

/// The README shows every key; one that it shows and the reader does not know would mislead.
#[test]
fn the_example_of_the_readme_is_read() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/agreements/README.md");
    let readme = fs::read_to_string(readme).expect("a README beside the agreements");
    let (_, rest) = readme.split_once("```toml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("a closed block");
    let problems = load(&with(example)).expect_err("the example names things that are not here");
    let other = problems.iter().filter(|problem| {
        !["there is no ", "no common meaning"].iter().any(|w| problem.text.contains(w))
    });
    let other: Vec<Problem> = other.cloned().collect();
    assert_eq!(text(&other), "");
}

#[test]
fn a_key_or_word_that_is_misspelt_is_named_with_the_closest() {
    change(
        "until =",
        "untill =",
        r#"agreements/north.toml:1:1: error: an agreement needs the key "until"
agreements/north.toml:7:1: error: an agreement has no key "untill"; did you mean "until"?"#,
    );
    change(
        "\"line_state\"",
        "\"line_stat\"",
        r#"agreements/north.toml:14:20: error: "line_stat" is not a kind of fact that is shared (layout, line_state, flow, schedule, supply, capacity, quality, feeds, comments); did you mean "line_state"?"#,
    );
    change(
        "\"hold_up\"",
        "\"holdup\"",
        r#"agreements/north.toml:18:11: error: "holdup" is not a kind of finding (hold_up, dry_date, single_source, surge_limit, stock_cover, forecast); did you mean "hold_up"?"#,
    );
    change(
        "withheld_step = \"role\"",
        "withheld_step = \"none\"",
        r#"agreements/north.toml:10:17: error: "none" is not a withheld_step (role, omit)"#,
    );
}

#[test]
fn a_share_names_facts_and_a_floor_names_findings() {
    change(
        "\"line_state\"",
        "\"hold_up\"",
        r#"agreements/north.toml:14:20: error: "hold_up" is not a kind of fact that is shared (layout, line_state, flow, schedule, supply, capacity, quality, feeds, comments)"#,
    );
    change(
        "finding = \"hold_up\"",
        "finding = \"layout\"",
        r#"agreements/north.toml:18:11: error: "layout" is not a kind of finding (hold_up, dry_date, single_source, surge_limit, stock_cover, forecast)"#,
    );
}

#[test]
fn nobody_is_named_who_does_not_exist() {
    change(
        "by = [\"skarvik\"]",
        "by = [\"skarvig\"]",
        r#"agreements/north.toml:13:7: error: there is no organisation "skarvig"; did you mean "skarvik"?"#,
    );
    change(
        "reviewed_by = \"skarvik\"",
        "reviewed_by = \"lisel\"",
        r#"agreements/north.toml:8:15: error: there is no organisation "lisel"; did you mean "lisle"?"#,
    );
    change(
        "parties = [\"XAA\", \"XBB\"]",
        "parties = [\"XAA\", \"XBB\", \"XYY\"]",
        r#"agreements/north.toml:5:26: error: there is no nation "XYY""#,
    );
    change(
        "plant = \"yard\"",
        "plant = \"yart\"",
        r#"agreements/north.toml:22:9: error: there is no plant "yart"; did you mean "yard"?"#,
    );
    change(
        "thing = \"weld\"",
        "thing = \"wield\"",
        r#"agreements/north.toml:21:1: error: there is no area "wield"; did you mean "weld"?"#,
    );
}

#[test]
fn nothing_goes_to_a_nation_that_has_not_signed() {
    change(
        "parties = [\"XAA\", \"XBB\"]",
        "parties = [\"XAA\"]",
        r#"agreements/north.toml:12:1: error: XBB has not signed this agreement: add it to parties, or take it out here"#,
    );
}

#[test]
fn a_nation_has_one_place_and_the_owner_keeps_its_own() {
    change(
        "with = [\"XAA\", \"XBB\"]",
        "with = [\"XAA\", \"XBB\"]\ndisplay_only = [\"XBB\"]",
        r#"agreements/north.toml:16:16: error: a nation stands either in with or in display_only, not in both"#,
    );
    change(
        "with = [\"XAA\", \"XBB\"]",
        "with = [\"XBB\"]",
        r#"agreements/north.toml:12:1: error: "skarvik" shares its own facts and would not see them itself"#,
    );
    let firms = "with = [\"XAA\", \"XBB\"]\norganisations = [\"lisle\"]";
    change(
        "with = [\"XAA\", \"XBB\"]",
        firms,
        r#"agreements/north.toml:12:1: error: "skarvik" shares its own facts and would not see them itself"#,
    );
}

#[test]
fn one_share_and_one_floor_say_all() {
    let share = "\n[[share]]\nby = [\"skarvik\"]\nkinds = [\"layout\"]\nwith = [\"XAA\"]\n";
    check(
        &with(&format!("{AGREEMENT}{share}")),
        r#"agreements/north.toml:29:1: error: layout of "skarvik" is shared twice; one share must say all"#,
    );
    let floor = "\n[[floor]]\nfinding = \"hold_up\"\nwith = [\"XAA\", \"XBB\"]\n";
    check(
        &with(&format!("{AGREEMENT}{floor}")),
        "agreements/north.toml:29:1: error: there is a second floor for hold_up; one must say all",
    );
}

#[test]
fn a_narrowing_has_a_reason_a_person_and_a_date() {
    change(
        "reason = \"trials\"\nperson = \"releaser\"\nreview = 2031-06-01\n",
        "",
        r#"agreements/north.toml:21:1: error: a narrowing needs the key "person"
agreements/north.toml:21:1: error: a narrowing needs the key "reason"
agreements/north.toml:21:1: error: a narrowing needs the key "review""#,
    );
}

#[test]
fn an_agreement_begins_before_it_ends_and_speaks_the_plants_language() {
    change(
        "until = 2034-12-31",
        "until = 2030-01-31",
        r#"agreements/north.toml:7:9: error: the agreement ends before it is signed"#,
    );
    change(
        "policy = \"TEST\"",
        "policy = \"OTHER\"",
        r#"agreements/north.toml:1:1: error: the labels of the plant "yard" are of the policy TEST, those of this agreement of OTHER; they have no common meaning"#,
    );
}
