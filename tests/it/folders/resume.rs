//! A killed or stopped run loses nothing, and only its own blocks are taken up again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use predicates::str::contains;

use super::{SMALL, call, contents, names, tradepath};

fn spawn(at: &Path, draws: &str) -> Child {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.current_dir(at).arg("run").args(&SMALL[..6]).args(["--draws", draws, "--quiet", "--out", "cut"]);
    command.stderr(Stdio::piped()).spawn().unwrap()
}

/// The folder of the blocks of the only unfinished run beside `cut`.
fn blocks(at: &Path) -> Option<PathBuf> {
    fs::read_dir(at.join(".cut.parts")).ok()?.next().map(|entry| entry.unwrap().path())
}

/// Waits until the first year is done or the run has ended; true where the year is there.
fn wait_for_a_year(at: &Path, child: &mut Child) -> bool {
    let has_block = || blocks(at).is_some_and(|folder| folder.join("2028.block").exists());
    while !has_block() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(2));
    }
    has_block()
}

#[test]
fn a_killed_run_resumes_to_the_same_bytes_and_only_itself() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let small = SMALL.join(" ");
    call(at, &format!("run {small} --out whole")).success();
    let mut child = spawn(at, "4");
    let has_year = wait_for_a_year(at, &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    if !has_year {
        // Quicker than the signal: nothing to resume.
        assert_eq!(contents(&at.join("cut")), contents(&at.join("whole")));
        return;
    }
    let kept = blocks(at).unwrap();
    // Another seed is another run: refused, and told how far the first one got.
    call(at, &format!("run {small} --seed 4 --out cut --resume"))
        .code(2)
        .stderr(contains("1 of 2 years done, years 2028..2029, 4 draws, seed 1"))
        .stderr(contains("seed 4"));
    assert!(kept.join("2028.block").exists());
    // A run of its own beside it finishes, and says that the first one is kept.
    call(at, &format!("run {small} --seed 4 --out cut"))
        .success()
        .stderr(contains("another unfinished run is kept (plan default, 1 of 2 years done"));
    assert!(kept.join("2028.block").exists());
    // Blocks of another year or run under the name of the second year are not taken.
    fs::copy(kept.join("2028.block"), kept.join("2029.block")).unwrap();
    // The run that stands there goes only where that is asked for.
    let other = contents(&at.join("cut"));
    call(at, &format!("run {small} --out cut --resume")).code(2).stderr(contains("with --overwrite"));
    assert!(contents(&at.join("cut")) == other);
    call(at, &format!("run {small} --out cut --resume --overwrite")).success();
    assert_eq!(contents(&at.join("cut")), contents(&at.join("whole")));
    assert_eq!(names(at), ["cut", "whole"], "blocks of a finished run are removed");
}

#[test]
fn resume_tells_a_finished_run_from_another_and_from_none() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let small = SMALL.join(" ");
    call(at, &format!("run {small} --out done --resume")).success().stderr(contains("nothing to resume"));
    let before = contents(at);
    call(at, &format!("run {small} --out done --resume")).success().stderr(contains("finished already"));
    call(at, &format!("run {small} --seed 2 --out done --resume"))
        .code(2)
        .stderr(contains("another finished run, fingerprint"));
    assert_eq!(contents(at), before);
}

#[cfg(unix)]
#[test]
fn a_signal_keeps_finished_years_and_says_how_to_go_on() {
    use std::os::unix::process::ExitStatusExt;
    for (name, number) in [("TERM", 15), ("INT", 2)] {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        let mut child = spawn(at, "40");
        let has_year = wait_for_a_year(at, &mut child);
        let sent = Instant::now();
        let id = child.id().to_string();
        let kill = std::process::Command::new("kill").args(["-s", name, &id]).status().unwrap();
        assert!(kill.success());
        let output = child.wait_with_output().unwrap();
        assert!(has_year, "forty draws of a year take longer than this loop");
        assert!(sent.elapsed() < Duration::from_secs(20), "the end of the loop, not a measure of speed");
        assert_eq!(output.status.signal(), Some(number));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("the same command with --resume goes on"), "{said}");
        assert_eq!(names(at), [".cut.parts"]);
        assert!(blocks(at).unwrap().join("2028.block").exists());
    }
}

/// Kills a command after `delay_ms`; true where it had not ended by itself.
fn kill_after(at: &Path, line: &str, delay_ms: u64) -> bool {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tradepath"));
    let command = command.current_dir(at).args(line.split_whitespace()).arg("--quiet");
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(delay_ms));
    let was_alive = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    was_alive
}

#[test]
fn commands_killed_at_any_moment_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let wiod = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/readers/wiod2013");
    let small = SMALL.join(" ");
    for part in ["1/2", "2/2"] {
        call(at, &format!("run {small} --shard {part} --out part{}", &part[..1])).success();
    }
    call(at, &format!("run {small} --out run")).success();
    let commands = [
        format!("run {small} --overwrite --out run"),
        "reduce part1 part2 --overwrite --out joined".to_owned(),
        format!(
            "calibrate --source wiod2013 --input {} --missing-tariff 0 --overwrite --out base",
            wiod.display()
        ),
        "report run".into(),
    ];
    for (at_command, line) in commands.iter().enumerate() {
        let out = ["run", "joined", "base", "run"][at_command];
        call(at, line).success();
        let right = contents(&at.join(out));
        let parts = [contents(&at.join("part1")), contents(&at.join("part2"))];
        let mut killed = 0;
        for moment in 0..5_u64 {
            killed += u64::from(kill_after(at, line, 3 + 37 * moment * (moment + 1) / 2));
            // Under the name stands the old result or the new one, which are equal here; or, for the moment between two
            // renames, neither, and the next command puts it back.
            if at.join(out).exists() {
                assert_eq!(contents(&at.join(out)), right, "{line}");
            }
            assert_eq!([contents(&at.join("part1")), contents(&at.join("part2"))], parts);
        }
        assert!(killed > 0, "{line} was never killed");
        tradepath(at).args(line.split_whitespace()).arg("--quiet").assert().success();
        assert_eq!(contents(&at.join(out)), right, "{line}");
        let left: Vec<String> = names(at).into_iter().filter(|name| name.starts_with('.')).collect();
        assert!(left.is_empty(), "{line} leaves {left:?}");
    }
}
