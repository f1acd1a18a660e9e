//! The scripts of `cluster/`: GNU parallel and Dask run them where they are installed; elsewhere the test says so.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{DRAWS, plan, run};
use crate::folders::contents;

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cluster").join(name)
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

/// Runs a script over three parts, and compares with the run in one piece.
fn check(command: &mut Command, at: &Path) {
    command.current_dir(at).env("TRADEPATH", env!("CARGO_BIN_EXE_tradepath"));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    run(at, "--out alone").success();
    assert_eq!(contents(&at.join("all/whole")), contents(&at.join("alone")));
}

#[cfg(unix)]
#[test]
fn gnu_parallel_gives_the_bytes_of_the_whole_run() {
    if !succeeds("parallel", &["--version"]) {
        eprintln!("skipped: GNU parallel is not installed (apt-get install parallel)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(script("parallel.sh"));
    check(command.args(["3", "all", &plan()]).args(DRAWS), folder.path());
    // Without arguments it says how it is called.
    let usage = Command::new(script("parallel.sh")).output().unwrap();
    assert!(
        usage.status.code() == Some(2)
            && String::from_utf8_lossy(&usage.stderr).contains("parallel.sh K DIR")
    );
}

#[test]
fn dask_gives_the_bytes_of_the_whole_run() {
    if !succeeds("python3", &["-c", "import distributed"]) {
        let missing = "the package distributed of Dask is not installed (pip install distributed)";
        assert!(std::env::var_os("TRADEPATH_DASK").is_none_or(|value| value != "required"), "{missing}");
        eprintln!("skipped: {missing}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("python3");
    command.arg(script("dask_run.py")).args(["--shards", "3", "--out", "all", "--", &plan()]).args(DRAWS);
    check(&mut command, folder.path());
}

#[cfg(unix)]
#[test]
fn the_script_of_a_part_tries_again_where_that_can_help() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    // A program that ends with the codes of a list, one a call.
    let program = at.join("program");
    let text = "#!/bin/sh\necho \"$@\" >> calls\nset -- $(cat codes)\necho \"$@\" | cut -s -d' ' -f2- > codes\nexit $1\n";
    std::fs::write(&program, text).unwrap();
    assert!(succeeds("chmod", &["+x", program.to_str().unwrap()]));
    for (codes, calls, code) in [("0", 1, 0), ("137 1 0", 3, 0), ("1 2 0", 2, 2), ("1 1 1 0", 3, 1)] {
        std::fs::write(at.join("codes"), codes).unwrap();
        let _ = std::fs::remove_file(at.join("calls"));
        let mut command = Command::new(script("slurm/shard.sh"));
        command.current_dir(at).args(["7", "dir", "my plan", "--draws", "9"]);
        let output = command.env("TRADEPATH", &program).env("SLURM_ARRAY_TASK_ID", "3").output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{codes}");
        let called = std::fs::read_to_string(at.join("calls")).unwrap();
        assert_eq!(called.lines().count(), calls, "{codes}");
        assert!(
            called.starts_with("run my plan --draws 9 --shard auto --shards 7 --out dir/parts --threads 1\n")
        );
    }
}
