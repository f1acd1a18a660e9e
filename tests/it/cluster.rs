//! Runs on clusters: parts that a scheduler names and may run again, checkpoints, joining, and the files of `cluster/`.
//!
//! A real Slurm is in `tests/slurm`.

mod manifests;
mod scripts;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use assert_cmd::assert::Assert;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use tempfile::TempDir;

use crate::folders::{contents, names, tradepath};

/// The plan of the goldens: four countries, five years, a quarter of a second.
fn plan() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/example").display().to_string()
}

/// Few of both kinds of draws.
const DRAWS: [&str; 4] = ["--draws", "9", "--event-draws", "50"];
/// Draws chosen by what happens, parameters from points of a sequence.
const CHOSEN: &str = "--sampling stratified --points sobol";

fn run(at: &Path, arguments: &str) -> Assert {
    tradepath(at).args(["run", &plan()]).args(DRAWS).args(arguments.split_whitespace()).assert()
}

/// A task of an array, with the variables that its scheduler sets.
fn task(at: &Path, variables: &[(&str, &str)], arguments: &str) -> Assert {
    let mut command = tradepath(at);
    command.args(["run", &plan()]).args(DRAWS);
    command.args(["--shard", "auto", "--shards", "7", "--out", "parts"]);
    command.args(arguments.split_whitespace()).envs(variables.iter().copied()).assert()
}

fn with_whole(arguments: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &format!("--out whole {arguments}")).success();
    folder
}

fn reduce(at: &Path, arguments: &str) -> Assert {
    tradepath(at).arg("reduce").args(arguments.split_whitespace()).assert()
}

#[test]
fn one_part_and_seven_reduce_to_the_bytes_of_the_whole_run() {
    // Chosen draws have gaps in their numbers, and the strata of the whole run.
    for events in ["--events all", &format!("--events summary --digits 5 {CHOSEN}")] {
        let folder = with_whole(events);
        let at = folder.path();
        run(at, &format!("--shard auto --shards 1 --shard-index 1 --out one {events}")).success();
        for number in 1..=7 {
            let (slurm, kubernetes) = (number.to_string(), (number - 1).to_string());
            let variables = match number % 3 {
                0 => vec![("SLURM_ARRAY_TASK_ID", slurm.as_str())],
                1 => vec![("JOB_COMPLETION_INDEX", kubernetes.as_str())],
                _ => vec![("SLURM_ARRAY_TASK_ID", &*slurm), ("JOB_COMPLETION_INDEX", &*kubernetes)],
            };
            task(at, &variables, events).success();
        }
        assert_eq!(names(&at.join("parts")).len(), 7, "one folder a part, nothing beside them");
        reduce(at, "one --out from_one").success();
        reduce(at, "parts --out from_seven --max-memory 1MiB").success().stdout(contains("AAA in 2025"));
        let whole = contents(&at.join("whole"));
        let manifest = whole.iter().find(|(name, _)| name == "manifest.json").unwrap();
        let manifest: serde_json::Value = serde_json::from_slice(&manifest.1).unwrap();
        let n_strata = if events.contains(CHOSEN) { 2 } else { 0 };
        assert_eq!(manifest["strata"].as_array().unwrap().len(), n_strata);
        for joined in ["from_one", "from_seven"] {
            assert_eq!(contents(&at.join(joined)), whole, "{joined}");
            tradepath(at).args(["check", joined]).assert().success();
        }
        let work: serde_json::Value =
            serde_json::from_slice(&fs::read(at.join("from_seven/work.json")).unwrap()).unwrap();
        let parts = work["parts"].as_array().unwrap();
        let solved: u64 = parts.iter().map(|part| part["equilibria_solved"].as_u64().unwrap()).sum();
        assert_eq!((parts.len(), work["equilibria_solved"].as_u64().unwrap()), (7, solved));
        // All that is in the folder is ours: it can be replaced, and reported on.
        tradepath(at).args(["report", "from_seven"]).assert().success();
        reduce(at, "one --out from_seven --overwrite").success();
        assert_eq!(contents(&at.join("from_seven")), whole);
    }
}

#[test]
fn a_year_that_does_not_fit_into_memory_is_read_in_pieces() {
    let folder = with_whole("--events none");
    let at = folder.path();
    for number in 1..=3 {
        run(at, &format!("--events none --shard auto --shards 3 --shard-index {number} --out parts"))
            .success();
    }
    let refused = reduce(at, "parts --out pieces --max-memory 1").code(2);
    let message = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert!(message.contains("`--max-memory` = 1 bytes can be used: expected about "), "{message}");
    let words: Vec<&str> = message.split_whitespace().collect();
    let at_least = words.iter().position(|word| *word == "about").unwrap() + 1;
    let at_least: u64 = words[at_least].parse().unwrap();
    assert!(!at.join("pieces").exists());
    let mut pieces = Vec::new();
    for bytes in [at_least, at_least + at_least / 4, 2 * at_least] {
        let done = reduce(at, &format!("parts --out pieces --overwrite --max-memory {bytes}")).success();
        let said = String::from_utf8(done.get_output().stderr.clone()).unwrap();
        let times = said.split_once("read ").and_then(|(_, rest)| rest.split_once(" times"));
        pieces.push(times.map_or(1, |(times, _)| times.parse::<u64>().unwrap()));
        assert_eq!(contents(&at.join("pieces")), contents(&at.join("whole")), "{bytes} bytes");
    }
    assert!(pieces[0] > 1 && pieces.is_sorted_by(|a, b| a >= b), "{pieces:?}");
}

#[test]
fn more_parts_than_draws_leave_some_without_any() {
    let folder = with_whole("--events none");
    let at = folder.path();
    for number in 1..=11 {
        run(at, &format!("--events none --shard auto --shards 11 --shard-index {number} --out parts"))
            .success();
    }
    reduce(at, "parts --out joined").success();
    assert_eq!(contents(&at.join("joined")), contents(&at.join("whole")));
}

#[test]
fn a_part_may_be_run_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let third = [("SLURM_ARRAY_TASK_ID", "3")];
    task(at, &third, "").success();
    let first = contents(&at.join("parts"));
    task(at, &third, "").success().stderr(contains("parts/part-3-of-7: this run is finished already"));
    assert_eq!(contents(&at.join("parts")), first);
    // What is missing is made again; what was changed is somebody else's.
    fs::remove_file(at.join("parts/part-3-of-7/baseline.csv")).unwrap();
    task(at, &third, "").success();
    assert_eq!(contents(&at.join("parts")), first);
    // Trying again cannot help: another run under this name, or the same one with other tables.
    task(at, &third, "--seed 2").code(2).stderr(contains("another finished run, fingerprint"));
    task(at, &third, "--events none")
        .code(2)
        .stderr(contains("finished with events = \"all\" in place of \"none\""));
    task(at, &third, "--digits 4").code(2).stderr(contains("finished with digits = 9 in place of 4"));
    run(at, "--shard 2/7 --resume --out parts/part-3-of-7")
        .code(2)
        .stderr(contains("finished with part = [3,7]"));
    task(at, &[], "").code(2).stderr(contains("SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX"));
    task(at, &[("SLURM_ARRAY_TASK_ID", "8")], "").code(2).stderr(contains("from 1 to 7"));
    run(at, "--shards 7 --out x").code(2).stderr(contains("--shard auto"));
    assert_eq!(contents(&at.join("parts")), first);
    task(at, &third, "--seed 2 --overwrite").success();
    assert_ne!(contents(&at.join("parts")), first);
    // Trying again can help: the folder is in use.
    let lock = fs::File::create(at.join("parts/.part-4-of-7.lock")).unwrap();
    lock.lock().unwrap();
    task(at, &[("SLURM_ARRAY_TASK_ID", "4")], "").code(1).stderr(contains("another command is writing"));
    drop(lock);
    task(at, &[("SLURM_ARRAY_TASK_ID", "4")], "").success();
}

#[test]
fn reduce_names_the_parts_that_are_missing_or_there_twice() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for number in ["1", "2", "4"] {
        task(at, &[("SLURM_ARRAY_TASK_ID", number)], "--events none").success();
    }
    reduce(at, "parts --out x")
        .code(2)
        .stderr(contains("parts `part` = no part 3, 5-7 (of 7): expected each of the parts 1 to 7 once"));
    reduce(at, "parts parts/part-2-of-7 --out x")
        .code(2)
        .stderr(contains("part 2, which parts/part-2-of-7 is too").and(contains("no part 3, 5-7")));
    reduce(at, "nothing --out x").code(2).stderr(contains("`DIR` = nothing, which is not there"));
    reduce(at, ". --out x")
        .code(2)
        .stderr(contains("shard.json `file` = missing").and(contains("tradepath init").not()));
    assert_eq!(names(at), ["parts"]);
}

/// Spawns a run that is held before its third year, until it is killed: a pipe that nobody reads stands in the place of
/// its file. `journal` is the folder of the years of this very run.
#[cfg(unix)]
fn stopped(at: &Path, journal: &Path, arguments: &str) -> Child {
    fs::create_dir_all(journal).unwrap();
    let pipe = journal.join("2023.partial");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.current_dir(at).args(["run", &plan()]).args(DRAWS).args(arguments.split_whitespace());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let started = Instant::now();
    while !journal.join("2022.block").exists() {
        assert!(started.elapsed() < Duration::from_secs(60) && child.try_wait().unwrap().is_none());
        std::thread::sleep(Duration::from_millis(5));
    }
    // Held where it is, at the pipe or before it.
    let held = std::process::Command::new("kill").args(["-STOP", &child.id().to_string()]).status().unwrap();
    assert!(held.success());
    fs::remove_file(pipe).unwrap();
    child
}

#[cfg(unix)]
#[test]
fn a_journal_keeps_finished_years_where_it_is_told_to() {
    let folder = with_whole("");
    let at = folder.path();
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(at.join("whole/manifest.json")).unwrap()).unwrap();
    let short = &manifest["fingerprint"].as_str().unwrap()[..16];
    let journal: PathBuf = at.join("quick").join(format!("{short}-1-of-1"));
    let mut child = stopped(at, &journal, "--journal quick --out a");
    // In use: trying again can help.
    run(at, "--journal quick --out b").code(1).stderr(contains("another command is writing"));
    // Another run has the same journal, and neither is in the way of the other.
    run(at, "--journal quick --out c --seed 5 --resume").success().stderr(contains("nothing to resume"));
    child.kill().unwrap();
    child.wait().unwrap();
    run(at, "--journal quick --out b --resume").success().stderr(contains("2 of 5 years are finished"));
    assert_eq!(contents(&at.join("b")), contents(&at.join("whole")));
    assert!(names(&at.join("quick")).is_empty(), "the journal of a finished run is empty, and stays");
    assert_eq!(names(at), [".a.lock", ".a.partial", "b", "c", "quick", "whole"]);
    run(at, "--out a").success();
    assert_eq!(names(at), ["a", "b", "c", "quick", "whole"]);
}

#[test]
fn a_part_killed_twenty_times_gives_the_bytes_of_one_that_was_not() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let line = format!("--shard auto --shards 2 --shard-index 1 --journal journal {CHOSEN}");
    run(at, &format!("{line} --out right")).success();
    let mut killed = 0;
    for moment in 0..20_u64 {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tradepath"));
        command.current_dir(at).args(["run", &plan(), "--quiet", "--out", "cut"]).args(DRAWS);
        let mut child = command.args(line.split_whitespace()).stdout(Stdio::null()).spawn().unwrap();
        // Spread over the time that the command takes, in an order that is no order.
        std::thread::sleep(Duration::from_millis(2 + 37 * moment % 211));
        killed += u64::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(killed > 0, "never killed before its end");
    run(at, &format!("{line} --out cut")).success();
    assert_eq!(contents(&at.join("cut")), contents(&at.join("right")));
    assert_eq!(names(at), ["cut", "journal", "right"]);
}

#[test]
fn schedulers_read_one_object_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let events = |assert: Assert| -> Vec<serde_json::Value> {
        let text = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
    };
    let found = events(run(at, "--log json --out out").success());
    assert!(found.iter().all(|event| event["time"].is_string() && event["event"].is_string()));
    let progress: Vec<_> = found.iter().filter(|event| event["event"] == "progress").collect();
    let years = progress.iter().filter(|event| event["stage"].as_str().unwrap().starts_with("20"));
    assert_eq!(years.count(), 5);
    let last = progress.last().unwrap();
    assert_eq!((last["draws_done"].as_u64(), last["draws"].as_u64()), (Some(45), Some(45)));
    assert!(last["solves"].as_u64() > Some(0) && last["seconds_left"] == 0.0, "{last}");
    let refused = events(run(at, "--log json --out out").code(2));
    let error = refused.last().unwrap();
    assert_eq!((error["event"].as_str(), error["exit_code"].as_u64()), (Some("error"), Some(2)));
    run(at, "--quiet --log json --out silent").success().stderr("");
    let usage = events(run(at, "--log=json --nope").code(2));
    assert_eq!((usage.len(), usage[0]["exit_code"].as_u64()), (1, Some(2)), "{usage:?}");
    let timed = events(run(at, "--log json --timings --out timed").success());
    assert!(timed.iter().any(|event| event["event"] == "timings" && event["seconds"].is_object()));
}
