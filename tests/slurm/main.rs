//! A real Slurm runs the scripts of `cluster/slurm`: an array of 20 parts, of which one is killed in the middle and one
//! loses its node, and a reduce that waits for them. The result has the bytes of the run in one piece.
//!
//! The daemons are child processes of the test, see [`cluster`]. Where Slurm is not installed the test says what it needs
//! and passes; with `TRADEPATH_SLURM=required`, as `.ci/run` sets it, it fails.

#![cfg(target_os = "linux")]

mod cluster;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use cluster::{Cluster, Process, wait_for};

/// Parts of the run.
const PARTS: u64 = 20;
/// The part that is killed in the middle, and the one whose node is lost.
const KILLED: u64 = 5;
const LOST: u64 = 12;
/// Where both stop, to be killed there: after the first two of five years.
const LAST_YEAR: &str = "2022";
const NEXT_YEAR: &str = "2023";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The plan of the goldens with two draws a part.
fn arguments() -> Vec<String> {
    let plan = root().join("tests/goldens/example").display().to_string();
    [&plan, "--draws", "40", "--event-draws", "200"].map(str::to_owned).into()
}

fn tradepath(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_tradepath")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// All files below a folder but for what it took to make them.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut found, mut open) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(inner) = open.pop() {
        for entry in fs::read_dir(inner).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if !path.ends_with("work.json") {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

/// The folder in which a part keeps its finished years.
fn journal(parts: &Path, part: u64, fingerprint: &str) -> PathBuf {
    let folder = format!("{}-{part}-of-{PARTS}", &fingerprint[..16]);
    parts.join(format!(".part-{part}-of-{PARTS}.parts")).join(folder)
}

/// Puts a pipe that nobody reads in the place of the file of a year: the part stops there, however quick the machine.
fn stop_at_next_year(journal: &Path) -> PathBuf {
    fs::create_dir_all(journal).unwrap();
    let pipe = journal.join(format!("{NEXT_YEAR}.partial"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    pipe
}

/// The process of a part at its pipe or before it, held there; its pipe is gone then.
fn stopped(cluster: &Cluster, part: u64, (journal, pipe): &(PathBuf, PathBuf)) -> Process {
    let number = part.to_string();
    let is_it = |process: &Process| {
        process.command.starts_with(env!("CARGO_BIN_EXE_tradepath"))
            && process.variable("SLURM_ARRAY_TASK_ID") == Some(&number)
    };
    let process = wait_for(&format!("part {part} in its middle"), 60, || {
        let is_there = journal.join(format!("{LAST_YEAR}.block")).exists();
        is_there.then(|| cluster.processes().into_iter().find(is_it)).flatten()
    });
    process.signal("STOP");
    fs::remove_file(pipe).unwrap();
    process
}

/// Runs the plan in one piece and as one part; both have the same bytes. The fingerprint of the run.
fn in_one_piece(at: &Path) -> String {
    let path = |name: &str| at.join(name).display().to_string();
    let plan = arguments();
    let run: Vec<&str> = ["run"].into_iter().chain(plan.iter().map(String::as_str)).collect();
    tradepath(&[&run[..], &["--out", &path("alone")]].concat());
    let one = ["--shard", "auto", "--shards", "1", "--shard-index", "1"];
    tradepath(&[&run[..], &one, &["--out", &path("one")]].concat());
    tradepath(&["reduce", &path("one"), "--out", &path("joined")]);
    assert!(contents(&at.join("joined")) == contents(&at.join("alone")), "one part is not the whole run");
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(at.join("alone/manifest.json")).unwrap()).unwrap();
    manifest["fingerprint"].as_str().unwrap().to_owned()
}

#[test]
fn an_array_with_a_killed_worker_and_a_lost_node_gives_the_bytes_of_one_run() {
    if let Some(why) = cluster::missing() {
        assert!(std::env::var("TRADEPATH_SLURM").is_err(), "Slurm is required: {why}");
        eprintln!("skipped: {why}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    // The user of munge must find its way.
    fs::set_permissions(at, fs::Permissions::from_mode(0o755)).unwrap();
    let fingerprint = in_one_piece(at);
    let shared = at.join("shared");
    let parts = shared.join("parts");
    let stops = [KILLED, LOST].map(|part| {
        let journal = journal(&parts, part, &fingerprint);
        let pipe = stop_at_next_year(&journal);
        (journal, pipe)
    });
    let slurm = at.join("slurm");
    fs::create_dir(&slurm).unwrap();
    let mut cluster = Cluster::start(&slurm);
    let mut submit = cluster.command(root().join("cluster/slurm/submit.sh"));
    submit.env("TRADEPATH", env!("CARGO_BIN_EXE_tradepath")).arg(PARTS.to_string()).arg(&shared);
    let output = submit.args(arguments()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let ids = String::from_utf8(output.stdout).unwrap();
    let (array, reduce) = ids.trim().split_once(' ').unwrap();

    stopped(&cluster, KILLED, &stops[0]).signal("KILL");
    let of_lost = stopped(&cluster, LOST, &stops[1]);
    let node = of_lost.variable("SLURMD_NODENAME").unwrap().to_owned();
    let node = cluster::NODES.into_iter().find(|name| *name == node).unwrap();
    cluster.lose(node);

    let state = wait_for("end of the reduce", 100, || {
        let state = cluster.of_job(reduce, "JobState")?;
        (!["PENDING", "CONFIGURING", "RUNNING", "COMPLETING"].contains(&state.as_str())).then_some(state)
    });
    let lost = format!("{array}_{LOST}");
    let restarts = cluster.of_job(&lost, "Restarts");
    drop(cluster);
    let log = |part: u64| {
        let path = shared.join(format!("log/tradepath-part-{array}-{part}.txt"));
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    assert_eq!(state, "COMPLETED", "{}\n{}", log(KILLED), log(LOST));
    assert!(log(KILLED).contains("try 1 of part 5 ended with exit code 137"), "{}", log(KILLED));
    for part in [KILLED, LOST] {
        assert!(log(part).contains(" of 5 years are finished"), "{}", log(part));
    }
    assert_eq!(restarts.as_deref(), Some("1"), "{}", log(LOST));
    assert!(
        contents(&shared.join("whole")) == contents(&at.join("alone")),
        "the parts are not the whole run"
    );
    let work: serde_json::Value =
        serde_json::from_slice(&fs::read(shared.join("whole/work.json")).unwrap()).unwrap();
    assert_eq!(work["parts"].as_array().unwrap().len() as u64, PARTS);
}
