//! One test for each way of being wrong.

use super::*;

const PLANT: &str = "yard/plant.toml";
const EQUIPMENT: &str = "yard/equipment.toml";
const OPERATIONS: &str = "yard/operations.toml";
const SUPPLY: &str = "yard/supply.toml";

#[test]
fn good_files_have_no_problem() {
    check(&good(), "");
}

#[test]
fn a_misspelt_key_is_named_with_the_closest() {
    check_changes(
        EQUIPMENT,
        &[("availability =", "availabilty =")],
        r#"yard/equipment.toml:17:1: error: a work center has no key "availabilty"; did you mean "availability"?
yard/equipment.toml:18:10: error: availability (or between, the time between failures) and repair (the time to repair) belong together"#,
    );
}

#[test]
fn a_dangling_id_is_named_with_the_closest() {
    check_changes(
        OPERATIONS,
        &[("from = \"stock\"", "from = \"stok\"")],
        r#"yard/operations.toml:18:54: error: there is no storage "stok"; did you mean "stock"?"#,
    );
}

#[test]
fn an_id_of_the_wrong_kind_says_what_it_is() {
    check_changes(
        OPERATIONS,
        &[("from = \"stock\"", "from = \"weld\"")],
        r#"yard/operations.toml:18:54: error: "weld" is a work center (yard/equipment.toml:8); a storage is wanted here"#,
    );
}

#[test]
fn a_circular_bill_of_materials_is_spelt_out() {
    let circle = "tracking = \"bulk\"\nmade_of = { panel = 1 }";
    check_changes(
        OPERATIONS,
        &[("tracking = \"bulk\"", circle)],
        r#"yard/operations.toml:4:6: error: the bill of materials goes in a circle: plate is made of panel, panel is made of plate"#,
    );
}

#[test]
fn a_length_is_not_a_time() {
    check_changes(
        OPERATIONS,
        &[("\"2 wd\"", "\"45 m\"")],
        r#"yard/operations.toml:20:8: error: "45 m" is a length; a time is wanted here, like "45 min", "6.5 h", "5 wd" (working days) or "28 d""#,
    );
}

#[test]
fn times_are_not_negative_and_have_units() {
    check_changes(
        OPERATIONS,
        &[("\"2 wd\"", "\"-2 h\"")],
        r#"yard/operations.toml:20:8: error: "-2 h" is negative; a time is zero or more"#,
    );
    check_changes(
        OPERATIONS,
        &[("\"2 wd\"", "\"2 fortnights\"")],
        r#"yard/operations.toml:20:8: error: "fortnights" in "2 fortnights" is not a unit of time: s, min, h, d (calendar day), wd (working day), week, shift"#,
    );
    check_changes(
        OPERATIONS,
        &[("\"2 wd\"", "2")],
        r#"yard/operations.toml:20:8: error: "time" is a number; a time with its unit in quotes, like "45 min", is wanted"#,
    );
    check_changes(
        OPERATIONS,
        &[("\"2 wd\"", "\"soon\"")],
        r#"yard/operations.toml:20:8: error: "soon" is not a time; a number with its unit is wanted, like "45 min", "6.5 h", "5 wd" (working days) or "28 d""#,
    );
    check_changes(
        SUPPLY,
        &[("\"30 d\"", "\"30 wd\"")],
        r#"yard/supply.toml:16:8: error: working days and shifts need a place's calendar, and none applies here; write h or d (calendar days)"#,
    );
    check_changes(
        SUPPLY,
        &[("\"2/d\"", "\"0/d\"")],
        r#"yard/supply.toml:15:9: error: "0/d" is not a rate above zero"#,
    );
}

#[test]
fn a_station_without_work_is_unreachable() {
    let second = "\n[[work_center]]\nid = \"paint\"\nname = \"Paint\"\narea = \"hall\"\n\
                  calendar = \"day\"\nat_m = [0, 9]\nsize_m = [1, 1, 1]\nassumed = true\n";
    let old = "capacity = \"unbounded\"\nat_m = [40, 0]\nsize_m = [5, 5, 2]\n";
    check_changes(
        EQUIPMENT,
        &[(old, &format!("{old}{second}"))],
        r#"yard/equipment.toml:37:6: error: the station "paint" can never work: no operation is done at it"#,
    );
}

#[test]
fn an_operation_that_nothing_reaches_is_named() {
    check_changes(
        SUPPLY,
        &[("storage = \"stock\"", "storage = \"done\"")],
        r#"yard/operations.toml:15:6: error: "make" at "weld" can never begin: it takes plate out of "stock", and nothing ever brings plate there"#,
    );
}

#[test]
fn a_shift_over_a_clock_change_is_refused() {
    let night = "week = { mon-fri = [\"06:00-13:30\"], sun = [\"00:00-06:00\"] }";
    check_changes(
        PLANT,
        &[("week = { mon-fri = [\"06:00-13:30\"] }", night)],
        r#"yard/plant.toml:17:6: error: a shift of "day" is at work when the clocks of Europe/Oslo change on 2031-03-30, 02:00; end the shift before, or write on_clock_change = "keep wall clock" (it is an hour shorter or longer then)"#,
    );
    let kept = format!("{night}\non_clock_change = \"keep wall clock\"");
    check_changes(PLANT, &[("week = { mon-fri = [\"06:00-13:30\"] }", &kept)], "");
}

#[test]
fn shifts_and_calendars_make_sense() {
    let week = "week = { mon-fri = [\"06:00-13:30\"] }";
    check_changes(
        PLANT,
        &[(week, "")],
        r#"yard/plant.toml:16:1: error: the calendar is empty: nobody ever works; give it a week = { mon-fri = ["06:00-14:00"] } or always = true"#,
    );
    check_changes(
        PLANT,
        &[(week, "week = { mon-fri = [\"22:00-06:00\"] }")],
        r#"yard/plant.toml:19:21: error: "22:00-06:00" ends before it starts; a shift over midnight is written as two: one to 24:00, one from 00:00 on the next day"#,
    );
    check_changes(
        PLANT,
        &[(week, "week = { mon-frx = [\"06:00-13:30\"] }")],
        r#"yard/plant.toml:19:20: error: "mon-frx" is not a day like mon or days like mon-fri"#,
    );
    check_changes(
        PLANT,
        &[(week, "week = { mon = [\"06:00-12:00\", \"11:00-13:00\"] }")],
        r#"yard/plant.toml:19:16: error: the shifts of a day are in order and do not overlap"#,
    );
}

#[test]
fn two_plants_with_one_id_are_refused() {
    let mut files = good();
    files.push(("copy/plant.toml".to_owned(), super::PLANT.as_bytes().to_vec()));
    check(
        &files,
        r#"copy/plant.toml:2:6: error: the plant "yard" is in the folder "copy"; both have one name
yard/plant.toml:2:6: error: two plants have the id "yard"; the first is at copy/plant.toml:2"#,
    );
}

#[test]
fn one_id_is_used_once() {
    check_changes(
        EQUIPMENT,
        &[("id = \"done\"", "id = \"stock\"")],
        r#"yard/equipment.toml:29:6: error: there is a second storage "stock"; the first is at yard/equipment.toml:21
yard/operations.toml:19:37: error: there is no storage "done""#,
    );
    check_changes(
        EQUIPMENT,
        &[("id = \"done\"", "id = \"bay-02\"")],
        r#"yard/equipment.toml:29:6: error: storage "bay-02" has the name of a unit at yard/equipment.toml:13
yard/operations.toml:19:37: error: there is no storage "done""#,
    );
}

#[test]
fn numbers_say_where_they_come_from() {
    check_changes(
        SUPPLY,
        &[("assumed = true\n", "")],
        r#"yard/supply.toml:9:1: error: a supply says numbers and not where they come from; add source = "…" or assumed = true"#,
    );
    let both = "mean_late = \"2 d\"\nsource = \"a study\"\nassumed = true";
    check_changes(
        SUPPLY,
        &[("mean_late = \"2 d\"", both)],
        r#"yard/supply.toml:19:10: error: numbers have a source or are assumed, not both"#,
    );
}

#[test]
fn missing_files_are_named() {
    let without = |name: &str| good().into_iter().filter(|(n, _)| n != name).collect::<Files>();
    check(
        &without("programme.toml"),
        r#"programme.toml:1:1: error: the file is missing: it says which plants belong together"#,
    );
    check(
        &without(PLANT),
        r#"programme.toml:7:11: error: the file yard/plant.toml is missing: the programme names a plant "yard"
yard/equipment.toml:1:1: error: the folder "yard" has no table [plant]"#,
    );
    check(
        &good().into_iter().take(1).collect(),
        r#"programme.toml:7:11: error: the file yard/plant.toml is missing: the programme names a plant "yard"
programme.toml:19:12: error: no plant has a material "panel""#,
    );
    check(
        &Files::new(),
        r#"programme.toml:1:1: error: the file is missing: it says which plants belong together"#,
    );
}

#[test]
fn a_file_that_is_not_text_is_refused() {
    let mut files = good();
    files[3].1.splice(20..20, [0xff, 0xfe]);
    check(
        &files,
        r#"yard/operations.toml:3:5: error: the file is not UTF-8 text: byte 21 is not allowed"#,
    );
}

#[test]
fn a_file_that_is_not_toml_is_refused_with_what_else_is_wrong() {
    check_changes(
        OPERATIONS,
        &[("tracking = \"bulk\"", "tracking = bulk"), ("2 wd", "2 m")],
        r#"yard/operations.toml:6:12: error: this is not TOML: string values must be quoted, expected literal string
yard/operations.toml:20:8: error: "2 m" is a length; a time is wanted here, like "45 min", "6.5 h", "5 wd" (working days) or "28 d""#,
    );
}

#[test]
fn ranges_are_checked() {
    check_changes(
        EQUIPMENT,
        &[("0.9", "1.2")],
        r#"yard/equipment.toml:17:16: error: "availability" is 1.2; a share above 0 and at most 1 is wanted"#,
    );
    check_changes(
        EQUIPMENT,
        &[("capacity = 20", "capacity = -1")],
        r#"yard/equipment.toml:24:12: error: "capacity" is -1; a whole number from 0 to 1000000000 is wanted"#,
    );
    check_changes(
        EQUIPMENT,
        &[("[10, 8, 6]", "[10, 8]")],
        r#"yard/equipment.toml:16:10: error: "size_m" has 2 numbers; 3 are wanted"#,
    );
    check_changes(
        EQUIPMENT,
        &[("repair = \"3 h\"", "")],
        r#"yard/equipment.toml:17:16: error: availability (or between, the time between failures) and repair (the time to repair) belong together"#,
    );
    check_changes(
        SUPPLY,
        &[("lot = 8", "lot = nan")],
        r#"yard/supply.toml:14:7: error: "lot" is a number; a finite number is wanted"#,
    );
}

#[test]
fn a_time_zone_exists() {
    check_changes(
        PLANT,
        &[("Europe/Oslo", "Europe/Olso")],
        r#"yard/plant.toml:7:13: error: there is no time zone "Europe/Olso" in the IANA database; did you mean "Europe/Oslo"?"#,
    );
}

#[test]
fn nations_are_registered() {
    check_changes(
        PLANT,
        &[("releasable_to = [\"XAA\"]", "releasable_to = [\"XAB\"]")],
        r#"yard/plant.toml:12:18: error: there is no nation "XAB"; did you mean "XAA"?"#,
    );
    check_changes(
        PLANT,
        &[("releasable_to = [\"XAA\"]", "display_only = [\"XAA\"]")],
        r#"yard/plant.toml:9:1: error: a label needs the key "releasable_to""#,
    );
}

#[test]
fn what_is_there_at_the_start_fits_and_is_made_there() {
    let stock = "\n[[stock]]\nstorage = \"stock\"\nmaterial = \"plate\"\nquantity = 30\n";
    let late = "mean_late = \"2 d\"\n";
    check_changes(
        SUPPLY,
        &[(late, &format!("{late}{stock}"))],
        r#"yard/equipment.toml:21:6: error: "stock" has room for 20, and 30 are there at the start"#,
    );
    let parts =
        "\n[[initial_parts]]\nmaterial = \"plate\"\nparts = [\"P1..P3\"]\nat = \"bay-01\"\n";
    check_changes(
        SUPPLY,
        &[(late, &format!("{late}{parts}"))],
        r#"yard/equipment.toml:13:11: error: P1 is at "bay-01" at the start, and no operation there makes plate"#,
    );
}

#[test]
fn a_single_delivery_goes_where_its_supply_goes() {
    let late = "mean_late = \"2 d\"\n";
    let delivery = |supplier: &str| {
        format!(
            "{late}\n[[supplier]]\nid = \"forge\"\nname = \"Forge\"\ntier = 1\nnation = \"XAA\"\n\
             organisation = \"skarvik\"\n\n[[delivery]]\nid = \"extra-1\"\nsupplier = \"{supplier}\"\n\
             material = \"plate\"\nquantity = 4\ndue = 2031-02-12\n"
        )
    };
    check_changes(SUPPLY, &[(late, &delivery("mill"))], "");
    check_changes(
        SUPPLY,
        &[(late, &delivery("forge"))],
        r#"yard/supply.toml:28:6: error: nothing says into which storage "extra-1" comes; write a [[supply]] of plate by "forge""#,
    );
}

#[test]
fn new_serial_parts_need_a_scheme() {
    let scheme = "[[serial]]\nmaterial = \"panel\"\npattern = \"P{n}\"\nassumed = true\n";
    check_changes(
        "programme.toml",
        &[(scheme, "")],
        r#"yard/operations.toml:15:6: error: "make" makes new pieces of panel, each with a name of its own; the programme's file needs a [[serial]] with material = "panel" and a pattern"#,
    );
}

#[test]
fn every_error_is_said_in_one_pass() {
    check_changes(
        OPERATIONS,
        &[
            ("tracking = \"bulk\"", "tracking = \"bulky\""),
            ("to = \"done\"", "to = \"dome\""),
            ("2 wd", "-1 wd"),
        ],
        r#"yard/operations.toml:6:12: error: "bulky" is not a tracking (serial, bulk); did you mean "bulk"?
yard/operations.toml:19:37: error: there is no storage "dome"; did you mean "done"?
yard/operations.toml:20:8: error: "-1 wd" is negative; a time is zero or more"#,
    );
}

#[test]
fn a_mesh_that_is_not_there_is_a_warning() {
    let changed =
        super::EQUIPMENT.replace("size_m = [10, 8, 6]", "size_m = [10, 8, 6]\nmesh = \"bey\"");
    let mut files = good();
    files[2].1 = changed.into_bytes();
    let files: Vec<SourceFile<'_>> =
        files.iter().map(|(name, bytes)| SourceFile { name, bytes }).collect();
    let known = BTreeSet::from(["bay".to_owned()]);
    let loaded = load_with_meshes(&files, Some(&known)).expect("a warning only");
    assert_eq!(
        text(&loaded.warnings),
        "yard/equipment.toml:17:8: warning: there is no mesh \"bey\"; a box is drawn instead"
    );
}
