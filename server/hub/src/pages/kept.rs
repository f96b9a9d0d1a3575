//! The service worker of the supplier's page, by which a telephone keeps the page's own files: it
//! opens without a connection then.
//!
//! The hub writes above the worker's text which files there are, and a hash of what is in them. A
//! browser that finds another text fetches all of them again and drops those of before.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::Source;

/// The worker, without what the hub writes above it.
const WORKER: &str = "supplier/worker.js";
/// Everything that the page loads, as it lies in `www/`.
const FILES: [&str; 20] = [
    "favicon.svg",
    "lib/dom.js",
    "lib/format.js",
    "lib/say.js",
    "lib/session.js",
    "lib/states.js",
    "lib/words.js",
    "style/base.css",
    "style/board.css",
    "supplier/check.js",
    "supplier/csv.js",
    "supplier/entries.js",
    "supplier/index.html",
    "supplier/kept.js",
    "supplier/lines.js",
    "supplier/outbox.js",
    "supplier/receipts.js",
    "supplier/sheet.js",
    "supplier/supplier.css",
    "supplier/supplier.js",
];
/// Its words.
const WORDS: &str = "words/en.toml";

/// The worker's text; none when one of the files is missing.
pub(super) fn worker(www: &Source) -> Option<Vec<u8>> {
    let mut hash = Sha256::new();
    for path in FILES.iter().chain([&WORDS]) {
        let bytes = www.read(path)?;
        hash.update(path.as_bytes());
        hash.update(bytes.len().to_le_bytes());
        hash.update(&bytes);
    }
    let version = journal::hexadecimal(&hash.finalize());
    let files: Vec<String> =
        FILES.iter().map(|path| address(path)).chain(["/words/en.json".to_owned()]).collect();
    let pages = json!({ "version": version, "files": files });
    let mut text = format!("const PAGES = {pages};\n").into_bytes();
    text.extend_from_slice(&www.read(WORKER)?);
    Some(text)
}

/// Where a browser asks for a file.
fn address(path: &str) -> String {
    format!("/{}", path.strip_suffix("index.html").unwrap_or(path))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn read(path: &str) -> String {
        let www = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../www"));
        std::fs::read_to_string(www.join(path)).expect(path)
    }

    /// What stands between a mark and the next quote.
    fn quoted<'a>(text: &'a str, mark: &str) -> Vec<&'a str> {
        let parts = text.split(mark).skip(1);
        parts.filter_map(|rest| rest.split_once(['"', '\'']).map(|(name, _)| name)).collect()
    }

    #[test]
    fn all_that_the_page_loads_is_kept() {
        let page = read("supplier/index.html");
        let links = quoted(&page, "href=\"/").into_iter().filter(|link| link.contains('.'));
        let mut wanted: Vec<String> = links.map(ToOwned::to_owned).collect();
        wanted.extend(quoted(&page, "src=\"/").into_iter().map(ToOwned::to_owned));
        for path in FILES.iter().filter(|path| path.ends_with(".js")) {
            let folder = path.rsplit_once('/').expect("a folder").0;
            for import in quoted(&read(path), "from '") {
                wanted.push(match import.strip_prefix("../") {
                    Some(other) => other.to_owned(),
                    None => format!("{folder}/{}", import.trim_start_matches("./")),
                });
            }
        }
        assert!(wanted.len() > FILES.len(), "{wanted:?}");
        let missing: Vec<_> = wanted.iter().filter(|w| !FILES.contains(&w.as_str())).collect();
        assert!(missing.is_empty(), "not kept: {missing:?}");
        let unused: Vec<_> = FILES
            .iter()
            .filter(|file| {
                **file != "supplier/index.html" && !wanted.contains(&(**file).to_owned())
            })
            .collect();
        assert!(unused.is_empty(), "kept, and loaded by nothing: {unused:?}");
    }

    #[test]
    fn another_file_makes_another_worker() {
        let folder = tempfile::tempdir().expect("a folder");
        let put = |path: &str, text: &str| {
            let file = folder.path().join(path);
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            std::fs::write(file, text).expect("written");
        };
        let www = Source::Folder(folder.path().to_owned());
        assert_eq!(worker(&www), None, "nothing is there");
        for path in FILES.iter().chain([&WORDS, &WORKER]) {
            put(path, path);
        }
        let first = worker(&www).expect("all are there");
        assert_eq!(worker(&www), Some(first.clone()), "the same files make the same worker");
        let text = String::from_utf8(first.clone()).expect("text");
        for address in ["\"/supplier/\"", "\"/words/en.json\"", "\"/lib/dom.js\""] {
            assert!(text.contains(address), "{text}");
        }
        assert!(text.ends_with(WORKER) && !text.contains("/v1/"), "{text}");
        put(WORDS, "other = \"words\"");
        assert_ne!(worker(&www), Some(first));
    }
}
