//! Parts of a run: every file is checked before it is joined.

use std::fs;
use std::path::Path;

use predicates::prelude::*;
use predicates::str::contains;

use super::{SMALL, call, contents, names};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

fn edit(path: &Path, change: impl Fn(&str) -> String) {
    let text = fs::read_to_string(path).unwrap();
    let changed = change(&text);
    assert_ne!(text, changed, "{}", path.display());
    fs::write(path, changed).unwrap();
}

#[test]
fn parts_without_out_have_folders_of_their_own_and_join_to_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let small = SMALL.join(" ");
    for part in ["1/2", "2/2"] {
        call(at, &format!("run {small} --shard {part}")).success();
    }
    assert_eq!(names(&at.join("outputs")), ["default-part-1-of-2", "default-part-2-of-2"]);
    call(at, "reduce outputs/default-part-2-of-2 outputs/default-part-1-of-2 --out joined").success();
    call(at, &format!("run {small} --out whole")).success();
    assert_eq!(contents(&at.join("joined")), contents(&at.join("whole")));
    call(at, "check joined").success().stdout("ok\n");
}

#[test]
fn a_part_that_is_not_as_it_was_written_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let small = SMALL.join(" ");
    for k in [1, 2] {
        call(at, &format!("run {small} --shard {k}/2 --out p{k}")).success();
    }
    call(at, &format!("run {small} --seed 7 --shard 2/2 --out other")).success();
    call(at, &format!("run {small} --events none --shard 1/2 --out quiet")).success();

    let refused = |spoil: &dyn Fn(&Path), of: &str, message: &str| {
        let _ = fs::remove_dir_all(at.join("q"));
        copy(&at.join(of), &at.join("q"));
        spoil(&at.join("q"));
        let parts = if of == "p1" { "q p2" } else { "p1 q" };
        call(at, &format!("reduce {parts} --out o")).code(2).stderr(contains(message));
        assert!(!at.join("o").exists());
    };
    let without_line = |line: usize| {
        move |text: &str| {
            let kept = text.lines().enumerate().filter(|(at, _)| *at != line).map(|(_, row)| row);
            kept.map(|row| format!("{row}\n")).collect()
        }
    };
    for table in
        ["events.csv", "milestones.csv", "baseline.csv", "reference.csv", "tariffs.csv", "shard.json"]
    {
        for part in ["p1", "p2"] {
            let message = format!("q/{table} `file` = changed since it was written");
            let message = if table == "shard.json" { "shard.json".to_owned() } else { message };
            refused(&|q| edit(&q.join(table), without_line(1)), part, &message);
        }
    }
    refused(&|q| edit(&q.join("milestones.csv"), |text| format!("{text}{text}")), "p2", "milestones.csv");
    refused(&|q| fs::remove_file(q.join("tariffs.csv")).unwrap(), "p2", "q/tariffs.csv `file` = missing");
    refused(&|q| fs::remove_file(q.join("manifest.json")).unwrap(), "p2", "no list of files");
    let other_focus = |text: &str| text.replacen("\"focus\": \"USA\"", "\"focus\": \"JPN\"", 1);
    refused(
        &|q| edit(&q.join("manifest.json"), other_focus),
        "p2",
        "q/manifest.json:7 `focus` = another focus",
    );
    let foreign = |q: &Path| {
        fs::copy(at.join("other/parts/2028.block"), q.join("parts/2028.block")).unwrap();
    };
    refused(&foreign, "p2", "q/parts/2028.block `file` = changed");
    // Hashes made anew do not help: the block itself knows its run.
    let forged = |q: &Path| {
        foreign(q);
        let hash = tradepath::data::sha256_file(&q.join("parts/2028.block")).unwrap();
        let bytes = fs::metadata(q.join("parts/2028.block")).unwrap().len();
        let mut manifest: serde_json::Value =
            serde_json::from_slice(&fs::read(q.join("manifest.json")).unwrap()).unwrap();
        for entry in manifest["files"].as_array_mut().unwrap() {
            if entry["path"] == "parts/2028.block" {
                entry["sha256"] = hash.clone().into();
                entry["bytes"] = bytes.into();
            }
        }
        fs::write(q.join("manifest.json"), manifest.to_string()).unwrap();
    };
    refused(&forged, "p2", "the block of another run");

    call(at, "reduce p1 other --out o").code(2).stderr(contains("a part of another run: seed 7, not 1"));
    call(at, "reduce quiet p2 --out o").code(2).stderr(contains("events.csv, which quiet lacks"));
    call(at, "reduce p1 --out o").code(2).stderr(contains("each of the parts 1 to 2 once"));
    call(at, "reduce p1 p2 --out p2 --overwrite").code(2).stderr(contains("is or holds an input"));
    assert!(at.join("p2/shard.json").exists() && !at.join("o").exists());
    call(at, "reduce p1 p2 --out o").success();
}

#[test]
fn the_way_out_of_a_damaged_part_is_the_same_from_both_commands() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let line = |k: u8| format!("run {} --shard {k}/2 --out p/{k}", SMALL.join(" "));
    for k in [1, 2] {
        call(at, &line(k)).success();
    }
    let block = at.join("p/1/parts/2028.block");
    let mut bytes = fs::read(&block).unwrap();
    bytes[100] ^= 1;
    fs::write(&block, bytes).unwrap();
    let told = call(at, "reduce p --out o").code(2);
    // It is there: nobody is told that it is missing.
    told.stderr(contains("or remove p/1 and run its command again").and(contains("no part").not()));
    let told = call(at, &format!("{} --resume", line(1))).code(2);
    told.stderr(
        contains("parts/2028.block (changed").and(contains("or remove the folder and run the command again")),
    );
    fs::remove_dir_all(at.join("p/1")).unwrap();
    call(at, &line(1)).success();
    call(at, "reduce p --out o").success();
}
