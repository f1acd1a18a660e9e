//! Output folders: nothing of the user's is deleted, a result appears whole or not at all, one run a folder.

mod ends;
mod inputs;
mod resume;
mod shards;

use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use predicates::str::contains;
use tempfile::TempDir;

/// A run of a second or two.
pub const SMALL: [&str; 8] =
    ["--options", "hybrid", "--years", "2028..2029", "--event-draws", "50", "--draws", "4"];

/// The program in `folder`.
pub fn tradepath(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.current_dir(folder);
    command
}

/// The program with arguments as one text.
pub fn call(folder: &Path, line: &str) -> assert_cmd::assert::Assert {
    tradepath(folder).args(line.split_whitespace()).assert()
}

/// All files below a folder with their bytes; those that say how long it took by name only: `work.json`, and manifests
/// with seconds.
pub fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let (mut found, mut open) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(inner) = open.pop() {
        for entry in fs::read_dir(folder.join(&inner)).unwrap() {
            let entry = entry.unwrap();
            let path = inner.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                open.push(path);
            } else {
                let mut bytes = fs::read(entry.path()).unwrap();
                let is_manifest = entry.file_name() == "manifest.json";
                let has_seconds = is_manifest && String::from_utf8_lossy(&bytes).contains("\"seconds\":");
                if has_seconds || entry.file_name() == "work.json" {
                    bytes.clear();
                }
                found.push((path.display().to_string(), bytes));
            }
        }
    }
    found.sort();
    found
}

/// Names in a folder, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let of = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(of).collect();
    names.sort();
    names
}

/// A folder with the tiny baseline as `base`.
pub fn with_base() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tiny");
    fs::create_dir(folder.path().join("base")).unwrap();
    for entry in fs::read_dir(tiny).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join("base").join(entry.file_name())).unwrap();
    }
    folder
}

#[test]
fn the_name_of_a_plan_is_no_path() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("victim")).unwrap();
    fs::write(at.join("victim/thesis.txt"), "precious").unwrap();
    call(at, "init mine").success();
    let plan = fs::read_to_string(at.join("mine/plan.toml")).unwrap();
    let line = plan.lines().position(|line| line.starts_with("name = ")).unwrap() + 1;
    let absolute = at.join("victim").display().to_string();
    for name in [absolute.as_str(), "../victim", "..", ".", "", "a b", "a/b", "-x"] {
        let changed = plan.replacen("name = \"default\"", &format!("name = \"{name}\""), 1);
        fs::write(at.join("mine/plan.toml"), changed).unwrap();
        let expected = format!("plan.toml:{line} `name` = {name}: expected letters, digits");
        call(at, "check mine/plan.toml").code(2).stderr(contains(expected.clone()));
        call(at, "run mine/plan.toml").code(2).stderr(contains(expected));
    }
    assert_eq!(fs::read_to_string(at.join("victim/thesis.txt")).unwrap(), "precious");
    assert_eq!(names(at), ["mine", "victim"]);
}

#[test]
fn the_working_folder_its_parents_and_the_home_folder_are_no_outputs() {
    let folder = with_base();
    let at = folder.path();
    fs::create_dir_all(at.join("work/x")).unwrap();
    fs::write(at.join("work/keep.txt"), "mine").unwrap();
    fs::write(at.join("keep.txt"), "mine").unwrap();
    let before = contents(at);
    for out in [".", "./", "..", "x/..", "./x/../.", "../.", "../../.."] {
        let mut command = tradepath(&at.join("work/x"));
        command.args(["solve", "--baseline", "../../base", "--overwrite", "--out", out]);
        command.assert().code(2).stderr(contains("is the folder in which the command runs, or holds it"));
    }
    let mut command = tradepath(at);
    command.env("HOME", at.join("work/x"));
    command.args(["solve", "--baseline", "base", "--overwrite", "--out", "work"]);
    command.assert().code(2).stderr(contains("is the home folder, or holds it"));
    assert_eq!(contents(at), before);
}

#[test]
fn inputs_and_folders_that_hold_them_are_no_outputs() {
    let folder = with_base();
    let at = folder.path();
    fs::create_dir(at.join("above")).unwrap();
    fs::rename(at.join("base"), at.join("above/base")).unwrap();
    fs::write(at.join("given.csv"), "country,deficit_musd\nAAA,0\nBBB,0\nCCC,0\n").unwrap();
    fs::create_dir(at.join("given")).unwrap();
    fs::rename(at.join("given.csv"), at.join("given/given.csv")).unwrap();
    let before = contents(at);
    for out in ["above", "above/base", "above/base/../base"] {
        let message = format!("{out}: the output folder is or holds an input of this command");
        call(at, &format!("solve --baseline above/base --out {out} --overwrite"))
            .code(2)
            .stderr(contains(message));
    }
    call(at, "solve --baseline above/base --deficits given:given/given.csv --out given --overwrite")
        .code(2)
        .stderr(contains("holds an input of this command"));
    assert_eq!(contents(at), before);
    // A result that is ours is still no output of a command that reads it.
    call(at, "init mine").success();
    call(at, "run mine/plan.toml --out mine --overwrite").code(2).stderr(contains("holds an input"));
    call(at, "run mine --out mine --overwrite").code(2).stderr(contains("holds an input"));
    assert!(at.join("mine/plan.toml").exists());
}

#[test]
fn a_folder_is_replaced_only_where_all_in_it_is_ours() {
    let folder = with_base();
    let at = folder.path();
    let solve = |more: &str| call(at, &format!("solve --baseline base --out out {more}"));
    solve("").success();
    solve("").code(2).stderr(contains("out: the folder exists and is not empty"));
    solve("--overwrite").success();
    let refused_with = |message: &str| {
        let before = contents(at);
        solve("--overwrite").code(2).stderr(contains(message));
        assert_eq!(contents(at), before);
    };

    fs::create_dir(at.join("out/notes")).unwrap();
    refused_with("notes (no file of this result)");
    fs::write(at.join("out/notes/mine.txt"), "mine").unwrap();
    refused_with("notes/mine.txt (no file of this result)");
    fs::remove_dir_all(at.join("out/notes")).unwrap();

    let countries = fs::read(at.join("out/countries.csv")).unwrap();
    fs::write(at.join("out/countries.csv"), "edited").unwrap();
    refused_with("countries.csv (changed since it was written)");
    fs::write(at.join("out/countries.csv"), countries).unwrap();

    let manifest = fs::read_to_string(at.join("out/manifest.json")).unwrap();
    for spoiled in ["{}", "no json", r#"{"program":"tradepath"}"#, &manifest.replace("tradepath", "other")] {
        fs::write(at.join("out/manifest.json"), spoiled).unwrap();
        refused_with("no manifest.json of tradepath lists them");
    }
    fs::remove_file(at.join("out/manifest.json")).unwrap();
    refused_with("no manifest.json of tradepath lists them");
    fs::write(at.join("out/manifest.json"), &manifest).unwrap();
    // What is missing is nobody's loss.
    fs::remove_file(at.join("out/sectors.csv")).unwrap();
    solve("--overwrite").success();
    assert!(at.join("out/sectors.csv").exists());
    assert_eq!(names(at), ["base", "out"], "nothing stays behind");
}

#[test]
fn every_command_that_writes_refuses_a_foreign_folder() {
    let folder = with_base();
    let at = folder.path();
    fs::create_dir(at.join("out")).unwrap();
    fs::write(at.join("out/thesis.txt"), "mine").unwrap();
    let readers = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let panel = readers.join("estimation/panel.csv");
    let wiod = readers.join("readers/wiod2013");
    let commands = [
        "run --draws 1 --event-draws 1 --overwrite --out out".to_owned(),
        "init out --overwrite".into(),
        "solve --baseline base --overwrite --out out".into(),
        "optimal --baseline base --country AAA --overwrite --out out".into(),
        "nash --baseline base --players AAA,BBB --overwrite --out out".into(),
        "timeline hybrid --draws 1 --overwrite --out out".into(),
        "schedule tpp_return --importer USA --exporter JPN --years 2030 --overwrite --out out".into(),
        format!("estimate --panel {} --formula trade~rta|exporter --overwrite --out out", panel.display()),
        format!(
            "calibrate --source wiod2013 --input {} --missing-tariff 0 --overwrite --out out",
            wiod.display()
        ),
        "compare base base --overwrite --out out".into(),
    ];
    for command in commands {
        call(at, &command).code(2).stderr(contains("no manifest.json of tradepath lists them"));
        assert_eq!(names(at), ["base", "out"], "{command}");
        assert_eq!(names(&at.join("out")), ["thesis.txt"], "{command}");
    }
}

#[test]
fn a_folder_that_cannot_be_made_leaves_nothing() {
    let folder = with_base();
    let at = folder.path();
    fs::write(at.join("file"), "mine").unwrap();
    call(at, "solve --baseline base --out file").code(2).stderr(contains("is a file and no folder"));
    call(at, "solve --baseline base --out file/out").code(2).stderr(contains("file"));
    call(at, "solve --baseline base --deficits given:none.csv --out deep/er/out").code(2);
    assert_eq!(names(at), ["base", "file"]);
    let long = "x".repeat(250);
    call(at, &format!("solve --baseline base --out {long}")).success();
    call(at, &format!("solve --baseline base --out {long} --overwrite")).success();
    assert_eq!(names(at), ["base", "file", long.as_str()]);
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_stays() {
    use std::os::unix::fs::symlink;
    let folder = with_base();
    let at = folder.path();
    fs::create_dir(at.join("disk")).unwrap();
    symlink("disk", at.join("link")).unwrap();
    symlink("disk/later", at.join("dangling")).unwrap();
    symlink("nowhere/x", at.join("broken")).unwrap();
    call(at, "solve --baseline base --out link/out").success();
    call(at, "solve --baseline base --out link/out --overwrite").success();
    call(at, "solve --baseline base --out dangling").success();
    call(at, "solve --baseline base --out broken").code(1).stderr(contains("a link to"));
    assert_eq!(names(&at.join("disk")), ["later", "out"]);
    assert!(at.join("dangling").is_symlink() && at.join("dangling/countries.csv").exists());
    // A link inside a result is not ours.
    symlink("countries.csv", at.join("disk/out/extra")).unwrap();
    call(at, "solve --baseline base --out link/out --overwrite").code(2).stderr(contains("extra"));
}

#[test]
fn what_a_killed_command_left_is_cleaned_or_put_back() {
    let folder = with_base();
    let at = folder.path();
    let solve = || call(at, "solve --baseline base --out out --overwrite");
    // Killed while it wrote.
    fs::create_dir(at.join(".out.partial")).unwrap();
    fs::write(at.join(".out.partial/.tradepath-staging"), "").unwrap();
    fs::write(at.join(".out.partial/half.csv"), "half").unwrap();
    solve().success();
    assert_eq!(names(at), ["base", "out"]);
    // Killed between moving the old result aside and the new one in: the old one is back before anything else.
    let manifest = fs::read(at.join("out/manifest.json")).unwrap();
    fs::rename(at.join("out"), at.join(".out.old")).unwrap();
    call(at, "solve --baseline base --out out").code(2).stderr(contains("pass --overwrite"));
    assert_eq!(fs::read(at.join("out/manifest.json")).unwrap(), manifest);
    // Killed while the old result was being removed.
    fs::create_dir(at.join(".out.old")).unwrap();
    fs::copy(at.join("out/manifest.json"), at.join(".out.old/manifest.json")).unwrap();
    fs::copy(at.join("out/trade.csv"), at.join(".out.old/trade.csv")).unwrap();
    solve().success();
    assert_eq!(names(at), ["base", "out"]);
    // Killed just before the new result took its name, and while such a one was being removed.
    for kept in [&["manifest.json", "trade.csv", "sectors.csv"][..], &["manifest.json"]] {
        fs::create_dir(at.join(".out.partial")).unwrap();
        for file in kept {
            fs::copy(at.join("out").join(file), at.join(".out.partial").join(file)).unwrap();
        }
        solve().success();
        assert_eq!(names(at), ["base", "out"]);
    }
    // A folder of the same name that is somebody else's.
    fs::create_dir(at.join(".out.partial")).unwrap();
    fs::write(at.join(".out.partial/mine.txt"), "mine").unwrap();
    solve().code(2).stderr(contains("in the way and not ours"));
    assert!(at.join(".out.partial/mine.txt").exists());
}

#[test]
fn two_commands_on_one_folder_one_is_refused() {
    let folder = with_base();
    let at = folder.path();
    // As a command that is still at work.
    let lock = fs::File::create(at.join(".out.lock")).unwrap();
    lock.lock().unwrap();
    call(at, "solve --baseline base --out out").code(1).stderr(contains("another command is writing"));
    call(at, "solve --baseline base --out x/../out").code(1).stderr(contains("another command is writing"));
    assert!(!at.join("out").exists());
    drop(lock);
    call(at, "solve --baseline base --out out").success();
    assert_eq!(names(at), ["base", "out"]);

    let run = |seed: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tradepath"));
        command.current_dir(at).args(["run", "--quiet", "--overwrite", "--out", "two", "--seed", seed]);
        command.args(SMALL).stderr(std::process::Stdio::piped()).spawn().unwrap()
    };
    let both = [run("1"), run("9")].map(|child| child.wait_with_output().unwrap());
    let codes: Vec<_> = both.iter().map(|output| output.status.code().unwrap()).collect();
    let winner = codes.iter().position(|code| *code == 0).expect("one of the two finishes");
    if codes[1 - winner] != 0 {
        let message = String::from_utf8_lossy(&both[1 - winner].stderr).into_owned();
        assert!(codes[1 - winner] == 1 && message.contains("another command is writing"), "{message}");
    }
    // The one that finished (or finished last) is the result, whole.
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(at.join("two/manifest.json")).unwrap()).unwrap();
    let seed = manifest["seed"].to_string();
    call(at, &format!("run {} --seed {seed} --out alone", SMALL.join(" "))).success();
    assert_eq!(contents(&at.join("two")), contents(&at.join("alone")));
}
