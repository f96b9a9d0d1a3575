//! Rebuilds the hub when a file that is built into it changes.

fn main() {
    for folder in ["models", "www"] {
        println!("cargo::rerun-if-changed=../../{folder}");
    }
}
