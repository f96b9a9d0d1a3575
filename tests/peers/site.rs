//! A made-up plant of any number of work units in a row, each handing over to the next.

use std::path::Path;

/// Its id.
pub(crate) const PLANT: &str = "site";
/// Who runs it, and sees everything of it.
pub(crate) const MEMBER: &str = "XAA/skarvik";

const PROGRAMME: &str = r#"[programme]
id = "bench"
name = "Bench"
time_zone = "UTC"
starts = 2031-01-06
demo_from = 2031-05-05T06:00
plants = ["site"]

[[nation]]
id = "XAA"
name = "Aldermark"

[[organisation]]
id = "skarvik"
name = "Skarvik"
nation = "XAA"

[[serial]]
material = "panel"
pattern = "P{n}"
assumed = true
"#;

const PLANT_FILE: &str = r#"[plant]
id = "site"
name = "Site"
description = "Makes panels."
nation = "XAA"
organisation = "skarvik"
time_zone = "UTC"

[label]
policy = "TEST"
classification = "unclassified"
releasable_to = ["XAA"]
created = 2031-01-06
review = 2042-01-06

[[calendar]]
id = "always"
name = "Always"
always = true
assumed = true
"#;

const OPERATIONS: &str = r#"assumed = true

[[material]]
id = "plate"
name = "Plate"
tracking = "bulk"

[[material]]
id = "panel"
name = "Panel"
tracking = "serial"
made_of = { plate = 4 }

[[operation]]
id = "make"
name = "Make a panel"
at = "weld"
inputs = [{ material = "plate", quantity = 4, from = "stock" }]
output = { material = "panel", to = "done" }
time = "1 min"
"#;

const SUPPLY: &str = r#"assumed = true

[[supplier]]
id = "mill"
name = "Mill"
tier = 1
nation = "XAA"
organisation = "skarvik"

[[supply]]
material = "plate"
supplier = "mill"
storage = "stock"
lot = 8
every = "2/d"
lead = "30 d"
on_time = 0.9
mean_late = "2 d"
"#;

fn equipment(units: usize) -> String {
    format!(
        r#"assumed = true

[[area]]
id = "hall"
name = "Hall"

[[work_center]]
id = "weld"
name = "Welding"
area = "hall"
calendar = "always"
count = {units}
unit_id = "u-{{n:05}}"
at_m = [0, 0]
row = 100
pitch_m = [14, 0]
row_pitch_m = [0, 12]
size_m = [10, 8, 6]

[[storage]]
id = "stock"
name = "Stock"
area = "hall"
capacity = 20
at_m = [-20, 0]
size_m = [5, 5, 2]

[[storage]]
id = "done"
name = "Done"
area = "hall"
capacity = "unbounded"
at_m = [-40, 0]
size_m = [5, 5, 2]
"#
    )
}

/// The id of a unit, from 0.
pub(crate) fn unit(number: usize) -> String {
    format!("u-{:05}", number + 1)
}

/// The plant's files by name.
pub(crate) fn files(units: usize) -> Vec<(&'static str, String)> {
    vec![
        ("programme.toml", PROGRAMME.to_owned()),
        ("site/plant.toml", PLANT_FILE.to_owned()),
        ("site/equipment.toml", equipment(units)),
        ("site/operations.toml", OPERATIONS.to_owned()),
        ("site/supply.toml", SUPPLY.to_owned()),
    ]
}

/// Writes the files below a folder.
pub(crate) fn write(folder: &Path, units: usize) {
    std::fs::create_dir_all(folder.join(PLANT)).expect("a folder can be made");
    for (name, text) in files(units) {
        std::fs::write(folder.join(name), text).expect("a file can be written");
    }
}
