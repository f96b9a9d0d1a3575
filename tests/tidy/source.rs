//! Reads the repository's files, and Rust source just well enough to judge its shape: comments and
//! literals are blanked out, so that a brace or a word in a string counts for nothing.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

#[cfg(test)]
mod tests;

/// One tracked (or not yet tracked, but not ignored) text file.
pub struct SourceFile {
    /// Its path from the root of the repository, with `/`.
    pub path: String,
    /// What it holds.
    pub text: String,
}

impl SourceFile {
    /// Whether the path ends in one of these extensions.
    pub fn has_extension(&self, extensions: &[&str]) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
    }

    /// Whether the file holds tests only.
    pub fn is_test(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.ends_with("/tests.rs")
            || ["/tests/", "/benches/", "/examples/"].iter().any(|part| self.path.contains(part))
    }

    /// The code with comments, literals and `#[cfg(test)]` modules blanked out.
    pub fn code_without_tests(&self) -> String {
        blank_test_modules(&blank_comments_and_literals(&self.text))
    }

    /// `path:line` of a byte offset.
    pub fn place(&self, offset: usize) -> String {
        format!("{}:{}", self.path, line_of(&self.text, offset))
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    let manifest = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    Path::new(&manifest).parent().expect("tests/ has a parent").to_path_buf()
}

/// The paths of all files that are tracked, or would be by `git add .`.
pub fn paths() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the repository's files");
    assert!(listed.status.success(), "git ls-files failed: tidy reads a git checkout");
    let mut paths: Vec<String> = String::from_utf8_lossy(&listed.stdout)
        .split('\0')
        .filter(|path| !path.is_empty() && root().join(path).is_file())
        .map(str::to_owned)
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

/// All text files; what is not UTF-8 is left out.
pub fn text_files() -> Vec<SourceFile> {
    let read = |path: String| {
        let text = String::from_utf8(fs::read(root().join(&path)).ok()?).ok()?;
        Some(SourceFile { path, text })
    };
    paths().into_iter().filter_map(read).collect()
}

/// All Rust files.
pub fn rust_files() -> Vec<SourceFile> {
    text_files().into_iter().filter(|file| file.has_extension(&["rs"])).collect()
}

/// The line, from 1, of a byte offset.
pub fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// Offsets at which `word` stands alone, not as a part of a longer name.
pub fn words(code: &str, word: &str) -> Vec<usize> {
    let bytes = code.as_bytes();
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(|at| *at == 0 || !is_name(bytes[at - 1]))
        .filter(|at| bytes.get(at + word.len()).is_none_or(|next| !is_name(*next)))
        .collect()
}

/// Whether a byte may stand in a Rust name.
pub fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Replaces comments and the contents of string and character literals by spaces; every other
/// byte, and every line break, stays where it is.
pub fn blank_comments_and_literals(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = end_of_skipped(bytes, at);
        if let Some(end) = end {
            let blank = |byte: &mut u8| *byte = if *byte == b'\n' { b'\n' } else { b' ' };
            out[at..end].iter_mut().for_each(blank);
            at = end;
        } else if is_name(bytes[at]) {
            at = end_of_name(bytes, at);
        } else {
            at += 1;
        }
    }
    String::from_utf8(out).expect("blanks are ASCII and replace whole literals")
}

/// Where the comment or literal that starts at `at` ends, if one starts there.
fn end_of_skipped(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    match rest[0] {
        b'/' if rest.starts_with(b"//") => {
            Some(rest.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |n| at + n))
        }
        b'/' if rest.starts_with(b"/*") => Some(end_of_block_comment(bytes, at)),
        b'"' => Some(end_of_string(bytes, at + 1)),
        b'\'' => end_of_character(bytes, at),
        b'r' | b'b' | b'c' => end_of_prefixed(bytes, at),
        _ => None,
    }
}

/// Ends of `r"…"`, `r#"…"#`, `b"…"`, `br#"…"#`, `c"…"`, `b'…'`; a plain name is none of them.
fn end_of_prefixed(bytes: &[u8], at: usize) -> Option<usize> {
    let prefix_end = (at..bytes.len().min(at + 2))
        .take_while(|index| matches!(bytes[*index], b'r' | b'b' | b'c'))
        .last()?
        + 1;
    let raw = bytes[at..prefix_end].contains(&b'r');
    let hashes = bytes[prefix_end..].iter().take_while(|byte| **byte == b'#').count();
    match bytes.get(prefix_end + hashes)? {
        b'"' if raw => {
            let close: Vec<u8> = [b"\"".as_slice(), &vec![b'#'; hashes]].concat();
            let from = prefix_end + hashes + 1;
            let found = bytes[from..].windows(close.len()).position(|window| window == close);
            Some(found.map_or(bytes.len(), |n| from + n + close.len()))
        }
        b'"' if hashes == 0 => Some(end_of_string(bytes, prefix_end + 1)),
        b'\'' if hashes == 0 => end_of_character(bytes, prefix_end),
        _ => None,
    }
}

fn end_of_block_comment(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    bytes.len()
}

fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// `'a'` and `'\n'` are literals, `'a` is a lifetime.
fn end_of_character(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at + 1)? == &b'\\' {
        let close = bytes[at + 3..].iter().position(|byte| *byte == b'\'')?;
        return Some(at + 3 + close + 1);
    }
    let text = std::str::from_utf8(&bytes[at + 1..bytes.len().min(at + 5)]);
    let width = match text {
        Ok(text) => text.chars().next()?.len_utf8(),
        // The cut went through a later character: the first one is whole if it is valid.
        Err(cut) if cut.valid_up_to() > 0 => {
            let valid = &bytes[at + 1..at + 1 + cut.valid_up_to()];
            std::str::from_utf8(valid).ok()?.chars().next()?.len_utf8()
        }
        Err(_not_a_character) => return None,
    };
    (bytes.get(at + 1 + width)? == &b'\'').then_some(at + width + 2)
}

fn end_of_name(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|byte| !is_name(*byte)).map_or(bytes.len(), |n| at + n)
}

/// Where the brace that opens at `open` is closed; the end of the code if it never is.
pub fn closing_brace(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    code.len()
}

/// Blanks out `#[cfg(test)] mod name { … }` in code that has no comments and literals any more.
fn blank_test_modules(code: &str) -> String {
    let mut out = code.as_bytes().to_vec();
    for (at, _) in code.match_indices("#[cfg(test)]") {
        let Some(open) = code[at..].find('{').map(|n| at + n) else { continue };
        let is_module = !words(&code[at..open], "mod").is_empty() && !code[at..open].contains(';');
        if is_module {
            let close = closing_brace(code, open);
            let body = &mut out[at..close];
            body.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        }
    }
    String::from_utf8(out).expect("only whole characters between braces were blanked")
}
