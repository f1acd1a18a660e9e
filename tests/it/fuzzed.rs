//! Faults that the fuzz harness found, each with the answer that is right.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::str::contains;

fn tradepath(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.current_dir(folder);
    command
}

/// Two folders with a table each.
fn two_tables(a: &[u8], b: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [("a", a), ("b", b)] {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("t.csv"), bytes).unwrap();
    }
    folder
}

#[test]
fn compare_names_the_line_of_a_table_that_cannot_be_read() {
    let sound = b"option,value\nx,1.0\ny,2.0\n";
    let ragged = two_tables(sound, b"option,value\nx,1.0\ny,2.0,3.0\n");
    let answer = tradepath(ragged.path()).args(["compare", "a", "b"]).assert().code(2);
    answer.stderr(contains("b/t.csv:3 `row`"));
    let latin = two_tables(sound, b"option,value\nx,1.0\n\xe9,2.0\n");
    tradepath(latin.path()).args(["compare", "a", "b"]).assert().code(2).stderr(contains("b/t.csv"));
    let same = two_tables(sound, sound);
    tradepath(same.path()).args(["compare", "a", "b"]).assert().code(0);
}

/// Line on which a text stands.
fn line_of(text: &str, part: &str) -> usize {
    1 + text.lines().position(|line| line.contains(part)).unwrap()
}

#[test]
fn faults_of_a_plan_have_the_line_of_the_key_or_of_the_item() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    tradepath(at).args(["init", "mine"]).assert().success();
    let path = at.join("mine/plan.toml");
    let sound = fs::read_to_string(&path).unwrap();
    for (was, now, field) in [
        ("\"tpp_return\",", "\"tpp_retrun\",", "options"),
        ("focus = \"USA\"", "focus = \"USB\"", "focus"),
        ("\"MYS\"", "\"MYX\"", "partners"),
        ("theta_se_ratio = 1.0", "theta_se_ratio = -1.0", "theta_se_ratio"),
        ("draws = 200", "draws = 0", "draws"),
    ] {
        let text = sound.replace(was, now);
        assert_ne!(text, sound);
        fs::write(&path, &text).unwrap();
        let place = format!("mine/plan.toml:{} `{field}`", line_of(&text, now));
        tradepath(at).args(["check", "mine"]).assert().code(2).stderr(contains(place.clone()));
        let run = tradepath(at).args(["run", "mine/plan.toml", "--out", "out"]).assert().code(2);
        run.stderr(contains(place));
        assert!(!at.join("out").exists());
    }
}

/// A copy of the small teaching set.
fn tiny(at: &Path) {
    fs::create_dir(at.join("tiny")).unwrap();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tiny");
    for entry in fs::read_dir(own).unwrap() {
        let entry = entry.unwrap();
        fs::write(at.join("tiny").join(entry.file_name()), fs::read(entry.path()).unwrap()).unwrap();
    }
}

#[test]
fn faults_of_the_whole_baseline_name_the_file_that_says_it() {
    let folder = tempfile::tempdir().unwrap();
    tiny(folder.path());
    let path = folder.path().join("tiny/sectors.csv");
    let text = fs::read_to_string(&path).unwrap().replace("services,4,1", "services,,");
    fs::write(&path, &text).unwrap();
    let place = format!("tiny/sectors.csv:{} `theta of services`", line_of(&text, "services,"));
    tradepath(folder.path()).args(["check", "tiny"]).assert().code(2).stderr(contains(place));
}

#[test]
fn a_folder_in_the_place_of_a_file_of_a_result_is_a_change() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    tiny(at);
    tradepath(at).args(["solve", "--baseline", "tiny", "--out", "out"]).assert().success();
    tradepath(at).args(["check", "out"]).assert().success();
    fs::remove_file(at.join("out/sectors.csv")).unwrap();
    fs::create_dir(at.join("out/sectors.csv")).unwrap();
    let answer = tradepath(at).args(["check", "out"]).assert().code(2);
    answer.stderr(contains("out/sectors.csv `file` = changed since it was written"));
}

/// A copy of a folder of fixtures.
fn fixture(name: &str, to: &Path) {
    fs::create_dir(to).unwrap();
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/readers").join(name);
    for entry in fs::read_dir(own).unwrap() {
        let entry = entry.unwrap();
        fs::write(to.join(entry.file_name()), fs::read(entry.path()).unwrap()).unwrap();
    }
}

#[test]
fn faults_of_outside_tables_name_the_folder_and_the_row_of_the_user() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fixture("long", &at.join("long"));
    let calibrate = || {
        let mut command = tradepath(at);
        command.args(["calibrate", "--source", "long", "--input", "long", "--out", "out"]);
        command.assert().code(2)
    };
    let path = at.join("long/sectors.csv");
    let sound = fs::read_to_string(&path).unwrap();
    fs::write(&path, sound.replace("goods,Goods,goods,5,1", "goods,Goods,goods,5,1e19")).unwrap();
    calibrate().stderr(contains("long/sectors.csv:2 `theta_se` = 1e19"));
    fs::write(&path, sound).unwrap();
    let path = at.join("long/tariffs.csv");
    let without = fs::read_to_string(&path).unwrap().replace("CCC,AAA,goods,10\n", "");
    fs::write(&path, without).unwrap();
    calibrate().stderr(contains(
        "long (tariffs) `exporter,importer,sector` = 1 cells missing, the first CCC,AAA,goods",
    ));
    assert!(!at.join("out").exists());
}

#[test]
fn a_column_that_the_panel_lacks_names_the_panel() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("p.csv"), "a;b\n1;2\n").unwrap();
    let mut estimate = tradepath(folder.path());
    estimate.args(["estimate", "--panel", "p.csv", "--formula", "y ~ x", "--delimiter", ";", "--out", "out"]);
    estimate.assert().code(2).stderr(contains("p.csv: no column `y`"));
    assert!(!folder.path().join("out").exists());
}
