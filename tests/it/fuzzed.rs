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
