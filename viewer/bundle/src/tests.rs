//! What may go wrong between compiler and browser, and that a failure leaves the folder alone.

use std::{fs, io::Read, path::Path};

use crate::{BundleError, Request, Sizes, bind, compress, keep_budget, place, run};

fn request(module: &Path, out: &Path) -> Request {
    let (module, out) = (module.to_owned(), out.to_owned());
    Request { module, out, name: "viewer".to_owned(), quality: 5, budget_mb: None }
}

/// A module with one custom section, as the compiler writes it.
fn module_with_section(name: &str, content: &[u8]) -> Vec<u8> {
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    module.extend([0, u8::try_from(1 + name.len() + content.len()).expect("short")]);
    module.push(u8::try_from(name.len()).expect("short"));
    module.extend(name.bytes().chain(content.iter().copied()));
    module
}

#[test]
fn a_missing_module_names_the_recipe() {
    let dir = tempfile::tempdir().expect("a folder");
    let error = run(&request(&dir.path().join("no.wasm"), dir.path())).expect_err("nothing there");
    assert!(error.to_string().contains("just wasm"), "{error}");
}

#[test]
fn another_file_is_refused_by_its_first_bytes() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("x.wasm");
    fs::write(&path, b"<!doctype html>").expect("written");
    let error = bind::read_module(&path).expect_err("a page is no module");
    assert!(matches!(&error, BundleError::NotWasm { begins, .. } if begins == b"<!do"), "{error}");
}

#[test]
fn a_module_that_cannot_be_read_leaves_the_folder_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let (module, out) = (dir.path().join("x.wasm"), dir.path().join("viewer"));
    place::replace_folder(&out, &[("viewer.js", b"old")]).expect("placed");
    fs::write(&module, b"\0asm\x01\0\0\0\x01\x7f").expect("written");
    let error = run(&request(&module, &out)).expect_err("cut off");
    assert!(matches!(error, BundleError::Bind { .. }), "{error}");
    assert_eq!(fs::read(out.join("viewer.js")).expect("still there"), b"old");
}

#[test]
fn names_of_functions_are_dropped() {
    // A name section with the module's name, "secret".
    let module = module_with_section("name", b"\0\x07\x06secret");
    assert!(module.windows(6).any(|w| w == b"secret"));
    let bound = bind::bind(module, "viewer").expect("an empty module is bound");
    assert!(bound.wasm.starts_with(b"\0asm") && !bound.wasm.windows(4).any(|w| w == b"name"));
    assert!(bound.js.contains("viewer_bg.wasm") || bound.js.contains("export"), "{}", bound.js);
}

#[test]
fn what_is_compressed_comes_back() {
    let bytes: Vec<u8> =
        (0..200_000_u32).map(|n| (n % 1000 * (n % 1000) / 7 % 251) as u8).collect();
    let packed = compress::brotli(&bytes, 9);
    assert!(packed.len() < bytes.len());
    let mut back = Vec::new();
    brotli::Decompressor::new(packed.as_slice(), 4096).read_to_end(&mut back).expect("valid");
    assert_eq!(back, bytes);
}

#[test]
fn the_budget_is_kept() {
    let (name, compressed) = ("viewer".to_owned(), 4_500_000);
    let sizes = Sizes { name, compiled: 9, stripped: 8, compressed, glue: 1, quality: 11 };
    assert!(keep_budget(&sizes, None).is_ok() && keep_budget(&sizes, Some(4.5)).is_ok());
    let error = keep_budget(&sizes, Some(4.4)).expect_err("too large");
    assert!(error.to_string().contains("4.50 MB, 4.40 MB allowed"), "{error}");
}

#[test]
fn a_folder_is_replaced_whole() {
    let dir = tempfile::tempdir().expect("a folder");
    let out = dir.path().join("viewer");
    place::replace_folder(&out, &[("a", b"1"), ("b", b"2")]).expect("placed");
    fs::create_dir(dir.path().join(".viewer.new")).expect("left over from a crash");
    place::replace_folder(&out, &[("a", b"3")]).expect("replaced");
    let names: Vec<_> =
        fs::read_dir(dir.path()).expect("listed").map(|e| e.expect("entry").file_name()).collect();
    assert_eq!(names, ["viewer"], "nothing is left beside it");
    assert_eq!(fs::read(out.join("a")).expect("there"), b"3");
    assert!(!out.join("b").exists());
}
