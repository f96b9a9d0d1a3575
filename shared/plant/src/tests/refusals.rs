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
    check_changes(EQUIPMENT, &[("availability =", "availabilty =")], "");
}

#[test]
fn a_dangling_id_is_named_with_the_closest() {
    check_changes(OPERATIONS, &[("from = \"stock\"", "from = \"stok\"")], "");
}

#[test]
fn an_id_of_the_wrong_kind_says_what_it_is() {
    check_changes(OPERATIONS, &[("from = \"stock\"", "from = \"weld\"")], "");
}

#[test]
fn a_circular_bill_of_materials_is_spelt_out() {
    let circle = "tracking = \"bulk\"\nmade_of = { panel = 1 }";
    check_changes(OPERATIONS, &[("tracking = \"bulk\"", circle)], "");
}

#[test]
fn a_length_is_not_a_time() {
    check_changes(OPERATIONS, &[("\"2 wd\"", "\"45 m\"")], "");
}

#[test]
fn times_are_not_negative_and_have_units() {
    check_changes(OPERATIONS, &[("\"2 wd\"", "\"-2 h\"")], "");
    check_changes(OPERATIONS, &[("\"2 wd\"", "\"2 fortnights\"")], "");
    check_changes(OPERATIONS, &[("\"2 wd\"", "2")], "");
    check_changes(OPERATIONS, &[("\"2 wd\"", "\"soon\"")], "");
    check_changes(SUPPLY, &[("\"30 d\"", "\"30 wd\"")], "");
    check_changes(SUPPLY, &[("\"2/d\"", "\"0/d\"")], "");
}

#[test]
fn a_station_without_work_is_unreachable() {
    let second = "\n[[work_center]]\nid = \"paint\"\nname = \"Paint\"\narea = \"hall\"\n\
                  calendar = \"day\"\nat_m = [0, 9]\nsize_m = [1, 1, 1]\nassumed = true\n";
    let old = "capacity = \"unbounded\"\nat_m = [40, 0]\nsize_m = [5, 5, 2]\n";
    check_changes(EQUIPMENT, &[(old, &format!("{old}{second}"))], "");
}

#[test]
fn an_operation_that_nothing_reaches_is_named() {
    check_changes(SUPPLY, &[("storage = \"stock\"", "storage = \"done\"")], "");
}

#[test]
fn a_shift_over_a_clock_change_is_refused() {
    let night = "week = { mon-fri = [\"06:00-13:30\"], sun = [\"00:00-06:00\"] }";
    check_changes(PLANT, &[("week = { mon-fri = [\"06:00-13:30\"] }", night)], "");
    let kept = format!("{night}\non_clock_change = \"keep wall clock\"");
    check_changes(PLANT, &[("week = { mon-fri = [\"06:00-13:30\"] }", &kept)], "");
}

#[test]
fn shifts_and_calendars_make_sense() {
    let week = "week = { mon-fri = [\"06:00-13:30\"] }";
    check_changes(PLANT, &[(week, "")], "");
    check_changes(PLANT, &[(week, "week = { mon-fri = [\"22:00-06:00\"] }")], "");
    check_changes(PLANT, &[(week, "week = { mon-frx = [\"06:00-13:30\"] }")], "");
    check_changes(PLANT, &[(week, "week = { mon = [\"06:00-12:00\", \"11:00-13:00\"] }")], "");
}

#[test]
fn two_plants_with_one_id_are_refused() {
    let mut files = good();
    files.push(("copy/plant.toml".to_owned(), super::PLANT.as_bytes().to_vec()));
    check(&files, "");
}

#[test]
fn one_id_is_used_once() {
    check_changes(EQUIPMENT, &[("id = \"done\"", "id = \"stock\"")], "");
    check_changes(EQUIPMENT, &[("id = \"done\"", "id = \"bay-02\"")], "");
}

#[test]
fn numbers_say_where_they_come_from() {
    check_changes(SUPPLY, &[("assumed = true\n", "")], "");
    let both = "mean_late = \"2 d\"\nsource = \"a study\"\nassumed = true";
    check_changes(SUPPLY, &[("mean_late = \"2 d\"", both)], "");
}

#[test]
fn missing_files_are_named() {
    let without = |name: &str| good().into_iter().filter(|(n, _)| n != name).collect::<Files>();
    check(&without("programme.toml"), "");
    check(&without(PLANT), "");
    check(&good().into_iter().take(1).collect(), "");
    check(&Files::new(), "");
}

#[test]
fn a_file_that_is_not_text_is_refused() {
    let mut files = good();
    files[3].1.splice(20..20, [0xff, 0xfe]);
    check(&files, "");
}

#[test]
fn a_file_that_is_not_toml_is_refused_with_what_else_is_wrong() {
    check_changes(
        OPERATIONS,
        &[("tracking = \"bulk\"", "tracking = bulk\nnam"), ("2 wd", "2 m")],
        "",
    );
}

#[test]
fn ranges_are_checked() {
    check_changes(EQUIPMENT, &[("0.9", "1.2")], "");
    check_changes(EQUIPMENT, &[("capacity = 20", "capacity = -1")], "");
    check_changes(EQUIPMENT, &[("[10, 8, 6]", "[10, 8]")], "");
    check_changes(EQUIPMENT, &[("repair = \"3 h\"", "")], "");
    check_changes(SUPPLY, &[("lot = 8", "lot = nan")], "");
}

#[test]
fn a_time_zone_exists() {
    check_changes(PLANT, &[("Europe/Oslo", "Europe/Olso")], "");
}

#[test]
fn nations_are_registered() {
    check_changes(PLANT, &[("releasable_to = [\"XAA\"]", "releasable_to = [\"XAB\"]")], "");
    check_changes(PLANT, &[("releasable_to = [\"XAA\"]", "display_only = [\"XAA\"]")], "");
}

#[test]
fn what_is_there_at_the_start_fits_and_is_made_there() {
    let stock = "\n[[stock]]\nstorage = \"stock\"\nmaterial = \"plate\"\nquantity = 30\n";
    let late = "mean_late = \"2 d\"\n";
    check_changes(SUPPLY, &[(late, &format!("{late}{stock}"))], "");
    let parts =
        "\n[[initial_parts]]\nmaterial = \"plate\"\nparts = [\"P1..P3\"]\nat = \"bay-01\"\n";
    check_changes(SUPPLY, &[(late, &format!("{late}{parts}"))], "");
}

#[test]
fn new_serial_parts_need_a_scheme() {
    let scheme = "[[serial]]\nmaterial = \"panel\"\npattern = \"P{n}\"\nassumed = true\n";
    check_changes("programme.toml", &[(scheme, "")], "");
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
        "",
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
    assert_eq!(text(&loaded.warnings), "");
}
