//! What a newcomer types, wrong things too: each is answered with what to do.

use std::process::{Child, Command, Stdio};

use crate::support::{Hub, repository, slipway};

/// Runs `slipway` with arguments; returns its status and everything it said.
fn run(arguments: &[&str]) -> (i32, String) {
    let output =
        Command::new(slipway()).args(arguments).current_dir(repository()).output().expect("runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().expect("a status"), String::from_utf8_lossy(&said).into_owned())
}

#[track_caller]
fn check(arguments: &[&str], status: i32, says: &[&str]) {
    let (code, said) = run(arguments);
    assert_eq!(code, status, "slipway {arguments:?} said: {said}");
    for part in says {
        assert!(said.contains(part), "slipway {arguments:?} does not say {part:?}: {said}");
    }
}

#[test]
fn wrong_usage_is_answered_with_the_right_one() {
    check(&[], 2, &["slipway serve --demo"]);
    check(&["serv"], 2, &["serve"]);
    check(&["serve", "--lisen", "x"], 2, &["--listen"]);
    check(&["key", "new"], 2, &["--feed", "--view-as"]);
    check(&["key", "new", "--view-as", "XAA"], 2, &["NATION/ORGANISATION"]);
    check(&["serve", "--listen", "8080"], 2, &["8080"]);
}

#[test]
fn missing_things_are_named() {
    check(&["check", "no/such/folder"], 1, &["no/such/folder"]);
    check(
        &["serve", "--plants", "no/such/folder", "--listen", "127.0.0.1:0"],
        1,
        &["no/such/folder"],
    );
    let feed = ["feed", "--plant", "home-yard", "--key"];
    check(&[&feed[..], &["no/such.key"]].concat(), 1, &["no/such.key cannot be read"]);
}

#[test]
fn names_that_the_plant_files_do_not_have_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = ["--data", folder.path().to_str().expect("a path of text")];
    let typed = |arguments: &[&'static str]| -> Vec<&str> { [arguments, &data].concat() };
    let misspelt = typed(&["key", "new", "--feed", "press", "--plant", "homeyard"]);
    // A hub elsewhere may have it: the key is made, and nobody looks for the fault for long.
    check(&misspelt, 0, &["no plant homeyard; there are: home-yard", "--plants"]);
    let here = ["--plants", "models/plants"];
    check(&[&misspelt[..], &here].concat(), 1, &["no plant homeyard"]);
    for (arguments, says) in [
        (
            &["key", "new", "--feed", "a", "--plant", "home-yard", "--units", "cut-1,cutt-1"][..],
            "no unit cutt-1; it has: prime-1, cut-1",
        ),
        (
            &["key", "new", "--feed", "a", "--plant", "home-yard", "--supplier", "nordsteal"],
            "no supplier nordsteal",
        ),
        (&["key", "new", "--view-as", "XAA/lisle"], "no organisation XAA/lisle; there are: "),
        (&["key", "new", "--planner", "yard"], "no plant yard"),
        (
            &["account", "new", "eva", "--of", "XAA/skarvig", "--role", "viewer"],
            "no organisation XAA/skarvig",
        ),
        (
            &["invite", "--plant", "home-yard", "--supplier", "nordsteal"],
            "no supplier nordsteal; it has: ",
        ),
    ] {
        check(&[&typed(arguments)[..], &here].concat(), 1, &[says]);
    }
    check(&typed(&["key", "list"]), 0, &["press"]);
}

#[test]
fn a_key_that_is_typed_is_not_repeated() {
    let key = format!("slipway_{}", "5e".repeat(32));
    let data = tempfile::tempdir().expect("a folder");
    let data = data.path().to_str().expect("a path of text");
    for (arguments, says) in [
        (&["feed", "--plant", "home-yard", "--key", &key][..], "the name of a file that holds"),
        (&["key", "revoke", &key, "--data", data][..], "no key or link in force"),
    ] {
        let (status, said) = run(arguments);
        assert_eq!(status, 1, "{said}");
        assert!(said.contains(says), "{said}");
        assert!(!said.contains(&key[..24]), "the key is repeated: {said}");
    }
}

/// A short simulation, whose answer and progress are read by whoever holds the child.
fn simulating(more: &[&str]) -> Child {
    Command::new(slipway())
        .args(["sim", "machine-shop", "--until", "2d", "--replications", "2"])
        .args(more)
        .current_dir(repository())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("runs")
}

/// As after `| head`: the reader goes before the answer comes.
#[test]
fn whoever_reads_no_further_ends_a_command_without_a_word() {
    let mut child = simulating(&["--json"]);
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(141), "as the signal of a closed pipe");

    let mut child = simulating(&[]);
    drop(child.stderr.take());
    let output = child.wait_with_output().expect("ends");
    assert!(output.status.success(), "what is only said to people hinders nothing: {output:?}");
}

#[test]
fn two_plants_of_one_id_are_both_named() {
    let folder = tempfile::tempdir().expect("a folder");
    for plant in ["one", "two"] {
        let copy = folder.path().join(plant);
        std::fs::create_dir(&copy).expect("made");
        let shop = repository().join("models/plants/machine-shop");
        for file in std::fs::read_dir(shop).expect("read") {
            let file = file.expect("a file");
            std::fs::copy(file.path(), copy.join(file.file_name())).expect("copied");
        }
    }
    let programme = repository().join("models/plants/programme.toml");
    std::fs::copy(programme, folder.path().join("programme.toml")).expect("copied");
    let path = folder.path().to_str().expect("a path of text");
    let says = ["two plants have the id \"machine-shop\"", "one/plant.toml", "two/plant.toml"];
    check(&["check", path], 1, &says);
    check(&["serve", "--plants", path, "--listen", "127.0.0.1:0"], 1, &says);
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    // Nobody may make a folder there, not even the machine's administrator.
    let nowhere = "/proc/slipway";
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", nowhere];
    check(&serve, 1, &[nowhere, "cannot be written", "--data"]);
}

#[test]
fn the_reference_plants_are_without_mistakes() {
    check(&["check", "models/plants"], 0, &[]);
}

#[test]
fn the_shipped_policies_are_without_mistakes() {
    check(&["check", "models/policies"], 0, &["0 errors, 0 warnings"]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mine.cedar");
    std::fs::write(&path, "\npermit (principle, action, resource);\n").expect("a file");
    let text = |path: &std::path::Path| path.to_str().expect("a path of text").to_owned();
    let says = format!("{}:2:", text(&path));
    check(&["check", &text(folder.path())], 1, &[&says]);
    check(&["check", &text(&path)], 1, &[&says]);
}

#[test]
fn a_second_hub_is_told_what_is_in_its_way() {
    let hub = Hub::start(&[]);
    let data = hub.data().to_str().expect("a path of text").to_owned();
    let listen = hub.address.to_string();
    check(&["serve", "--listen", "127.0.0.1:0", "--data", &data], 1, &["in use", &data]);
    let other = tempfile::tempdir().expect("a folder");
    let other = other.path().to_str().expect("a path of text");
    check(&["serve", "--listen", &listen, "--data", other], 1, &["in use", "--listen"]);
}

#[test]
fn a_link_is_listed_and_withdrawn_and_all_of_it_is_on_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("hub");
    let data = ["--data", data.to_str().expect("a path of text")];
    let typed = |arguments: &[&'static str]| -> Vec<&str> { [arguments, &data].concat() };
    let invite = typed(&["invite", "--plant", "home-yard", "--supplier", "steel-mill"]);
    check(&invite, 0, &["was no data directory of a hub", "#invite=", "this machine", "--url"]);
    let (_, listed) = run(&typed(&["key", "list"]));
    assert!(listed.contains("invitation of supplier steel-mill to home-yard"), "{listed}");
    assert!(!listed.contains("was no data directory"), "{listed}");
    let hash = listed.split_whitespace().next().expect("a hash");
    let revoke = [&["key", "revoke", hash], &data[..]].concat();
    check(&revoke, 0, &["withdrawn"]);
    check(&revoke, 1, &["no key or link in force"]);
    check(&typed(&["key", "list"]), 0, &["opens nothing since"]);
    let audit = typed(&["audit"]);
    check(&audit, 0, &["command line: supplier invited", "command line: invitation withdrawn"]);
    check(&[&audit[..], &["--most", "1"]].concat(), 0, &["withdrawn", "--before 2"]);
    check(&typed(&["audit", "--json", "--before", "2"]), 0, &["\"what\":\"supplier invited\""]);
}

#[test]
fn a_hub_without_keys_stays_on_this_machine() {
    let data = tempfile::tempdir().expect("a folder");
    let data = data.path().to_str().expect("a path of text");
    check(&["serve", "--listen", "0.0.0.0:0", "--data", data], 1, &["slipway key new"]);
}
