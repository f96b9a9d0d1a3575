//! The scanner itself: what it must not be fooled by.

use super::{SourceFile, blank_comments_and_literals, closing_brace, line_of, words};

fn blanked(text: &str) -> String {
    let out = blank_comments_and_literals(text);
    assert_eq!(out.len(), text.len(), "blanking moves nothing");
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn comments_vanish_and_lines_stay() {
    assert_eq!(blanked("a // { \"\nb /* } /* { */ } */ c"), "a b c");
    let text = "x\n/* one\ntwo */ y";
    assert_eq!(line_of(&blank_comments_and_literals(text), text.len() - 1), 3);
}

#[test]
fn literals_vanish() {
    assert_eq!(blanked(r#"a("x \" { //", 'y', '\'', '\u{7b}', 'ü')"#), "a( , , , , )");
    assert_eq!(blanked(r###"let s = r#"{ " // "#; b"###), "let s = ; b");
    assert_eq!(blanked(r##"(b"{", br#"{"#, c"{", b'{', r"\")"##), "( , , , , )");
}

#[test]
fn lifetimes_and_names_stay() {
    assert_eq!(
        blanked("fn f<'a>(bar: &'a str) {'b: loop {}}"),
        "fn f<'a>(bar: &'a str) {'b: loop {}}"
    );
    assert_eq!(blanked("r#type + brr + c"), "r#type + brr + c");
}

#[test]
fn words_stand_alone() {
    assert_eq!(words("await awaits .await _await", "await"), [0, 14]);
}

#[test]
fn braces_are_matched() {
    assert_eq!(closing_brace("a { b { } c } d", 2), 12);
    assert_eq!(closing_brace("a { b", 2), 5);
}

#[test]
fn test_modules_are_left_out() {
    let text = "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { sleep() } }\nfn c() {}\n";
    let file = SourceFile { path: "shared/x/src/lib.rs".into(), text: text.into() };
    let code = file.code_without_tests();
    assert!(code.contains("fn a") && code.contains("fn c") && !code.contains("sleep"), "{code}");
    let declared =
        SourceFile { path: "x.rs".into(), text: "#[cfg(test)]\nmod tests;\nfn d() {}".into() };
    assert!(declared.code_without_tests().contains("fn d"), "a declaration hides nothing after it");
}
