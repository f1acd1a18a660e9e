//! How commands end: closed pipes, full disks, limits, exit codes; and what they take from the user.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use predicates::str::contains;

use super::{SMALL, call, contents, names, tradepath, with_base};

#[cfg(unix)]
fn shell(at: &Path, script: &str) -> std::process::Output {
    let mut command = std::process::Command::new("sh");
    command.current_dir(at).env("T", env!("CARGO_BIN_EXE_tradepath")).args(["-c", script]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_closed_pipe_ends_quietly_and_a_full_disk_is_a_failed_run() {
    let folder = with_base();
    let at = folder.path();
    for command in [
        "check base",
        "check base --format json",
        "timeline hybrid --explain in_force",
        "schedule tpp_return --explain USA:VNM:textiles:2030-03-01",
        "--help",
        "run --help",
    ] {
        // The reader is gone before the program starts to write.
        let piped = shell(at, &format!("(sleep 0.3; $T {command}; echo $? >&2) | true"));
        assert_eq!(String::from_utf8_lossy(&piped.stderr), "0\n", "{command}");
    }
    let full = shell(at, "$T check base > /dev/full; echo $?");
    assert_eq!(String::from_utf8_lossy(&full.stdout), "1\n");
    assert!(String::from_utf8_lossy(&full.stderr).contains("standard output: No space left"));
    // Nobody can be told where standard error is full; the code says it.
    assert_eq!(shell(at, "$T check nothing 2> /dev/full; echo $?").stdout, b"2\n");
    assert!(shell(at, "$T init new 2> /dev/full; echo $?").stdout.ends_with(b"\n0\n"));
    assert!(at.join("new/plan.toml").exists());
}

/// A limit on the size of files stands in for a full disk.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_fills_leaves_the_old_result_and_nothing_half() {
    let folder = with_base();
    let at = folder.path();
    call(at, &format!("run {} --out run", SMALL.join(" "))).success();
    call(at, "solve --baseline base --out out").success();
    let before = contents(at);
    for command in
        ["report run", "solve --baseline base --out out --overwrite", "init new", "report run --out page"]
    {
        let full = shell(at, &format!("trap '' XFSZ; ulimit -f 1; $T {command}; echo $?"));
        assert_eq!(String::from_utf8_lossy(&full.stdout), "1\n", "{command}");
        let message = String::from_utf8_lossy(&full.stderr).into_owned();
        assert!(message.contains("File too large"), "{command}: {message}");
        assert_eq!(contents(at), before, "{command}");
    }
    assert_eq!(names(at), ["base", "out", "run"]);
}

#[test]
fn limits_are_refused_before_memory_or_threads_are_taken() {
    let folder = with_base();
    let at = folder.path();
    call(at, "check base --threads 100000").code(2).stderr(contains("100000 is not in 0..=1024"));
    call(at, "check base --threads 99999999999").code(2);
    for more in ["--max-memory 1000000000", "", "--shard 3/4"] {
        call(at, &format!("run --draws 1000000000000 --out x {more}"))
            .code(2)
            .stderr(contains("--max-memory"))
            .stderr(contains("--shard k/K"));
    }
    call(at, "run --draws 18446744073709551615 --out x").code(2).stderr(contains("--max-memory"));
    call(at, "run --years=-32768..32767 --out x").code(2).stderr(contains("2020..2060"));
    assert_eq!(names(at), ["base"]);
}

#[test]
fn compare_takes_what_is_no_finite_number_for_a_difference() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (name, value) in [("a", "1.0"), ("nan", "NaN"), ("inf", "inf"), ("near", "1.0000001")] {
        fs::create_dir(at.join(name)).unwrap();
        fs::write(at.join(name).join("t.csv"), format!("option,value\nx,{value}\n")).unwrap();
    }
    for pair in ["a nan", "nan a", "a inf", "inf a", "nan inf"] {
        call(at, &format!("compare {pair} --tolerance 1e-3")).code(1);
    }
    call(at, "compare a near --tolerance 1e-3").success();
    call(at, "compare nan nan").success();
    for tolerance in ["nan", "inf", "-1", "x"] {
        call(at, &format!("compare a near --tolerance={tolerance}"))
            .code(2)
            .stderr(contains("finite number"));
    }
}

#[test]
fn a_folder_with_a_plan_runs_and_a_finished_run_can_be_verified() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    call(at, "init mine").success();
    call(at, &format!("run mine {} --out a", SMALL.join(" "))).success();
    call(at, &format!("run {} --out b", SMALL.join(" "))).success();
    assert_eq!(contents(&at.join("a")), contents(&at.join("b")));
    call(at, "check a").success().stdout("ok\n");
    let draws = fs::read_to_string(at.join("a/draws.csv")).unwrap();
    fs::write(at.join("a/draws.csv"), draws.replacen('1', "2", 1)).unwrap();
    fs::remove_file(at.join("a/charts/sectors.svg")).unwrap();
    call(at, "check a")
        .code(2)
        .stderr(contains("a/draws.csv `file` = changed since it was written"))
        .stderr(contains("a/charts/sectors.svg `file` = missing"));
    // The report of tables that were changed is none of the run.
    call(at, "report a --out page").code(2).stderr(contains("draws.csv"));
}

#[test]
fn any_option_can_be_the_reference() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    call(at, "init mine").success();
    let plan = fs::read_to_string(at.join("mine/plan.toml")).unwrap();
    let changed = plan.replace("reference_option = \"status_quo\"", "reference_option = \"cptpp_accession\"");
    assert_ne!(plan, changed);
    fs::write(at.join("mine/plan.toml"), changed).unwrap();
    call(at, "check mine/plan.toml").success();
    tradepath(at)
        .args(["run", "mine", "--out", "r"])
        .args(SMALL)
        .assert()
        .success()
        .stdout(contains("against cptpp_accession"));
    let projections = fs::read_to_string(at.join("r/projections.csv")).unwrap();
    let own = projections.lines().filter(|line| line.starts_with("cptpp_accession,"));
    assert!(own.clone().count() > 0);
    assert!(own.clone().all(|line| line.split(',').nth(4) == Some("baseline")), "never against itself");
    let page = fs::read_to_string(at.join("r/report.html")).unwrap();
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(at.join("r/manifest.json")).unwrap()).unwrap();
    let titles =
        manifest["options"].as_array().unwrap().iter().map(|option| option["title"].as_str().unwrap());
    titles.for_each(|title| assert!(page.contains(title), "{title}"));
}
