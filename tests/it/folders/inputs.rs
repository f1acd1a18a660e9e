//! What a command reads is never what it replaces, and nothing is replaced that nobody asked for.

use std::fs;

use predicates::str::contains;

use super::{SMALL, call, contents, tradepath};

const PLAIN: &str = "--options cptpp_accession --years 2025..2025 --draws 4 --events none --quiet";

#[test]
fn what_a_plan_names_is_an_input_too() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    call(at, "init mine").success();
    let before = contents(&at.join("mine"));
    for command in [
        &format!("run mine/plan.toml {PLAIN} --overwrite --out"),
        &format!("run mine {PLAIN} --resume --out"),
        "timeline hybrid --draws 10 --data mine --overwrite --out",
        "tornado --data mine --overwrite --out",
        "validate --data mine --only autarky --overwrite --out",
    ] {
        call(at, &format!("{command} mine/apac"))
            .code(2)
            .stderr(contains("is or holds an input of this command"));
        assert!(contents(&at.join("mine")) == before, "{command}");
    }
    // A folder of results inside that of the data is none of them.
    call(at, &format!("run mine {PLAIN} --out mine/results")).success();
    call(at, &format!("run mine {PLAIN} --out mine/results --overwrite")).success();
}

#[test]
fn parts_are_not_replaced_by_what_is_made_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for part in 1..=2 {
        call(at, &format!("run {PLAIN} --shard {part}/2 --out parts/part-{part}-of-2")).success();
    }
    let before = contents(&at.join("parts"));
    call(at, "reduce parts --out parts/part-1-of-2 --overwrite")
        .code(2)
        .stderr(contains("an input of this command"));
    assert!(contents(&at.join("parts")) == before);
    call(at, "reduce parts --out parts/whole").success();
    // A result that had a folder of another in it could not be made again.
    call(at, "export parts/whole --format parquet --out parts/whole/pq")
        .code(2)
        .stderr(contains("lies in the finished result"));
    call(at, &format!("run {PLAIN} --out .whole.partial")).code(2).stderr(contains("unfinished work"));
}

#[test]
fn only_a_run_gives_way_to_a_run_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    call(at, "timeline hybrid --draws 10 --out outputs/default").success();
    let before = contents(&at.join("outputs/default"));
    for out in ["", "--resume --out outputs/default"] {
        call(at, &format!("run {PLAIN} {out}")).code(2).stderr(contains("a result of `timeline`"));
        assert!(contents(&at.join("outputs/default")) == before, "{out}");
    }
    call(at, &format!("run {PLAIN} --overwrite --out outputs/default")).success();
    call(at, &format!("run {PLAIN} --seed 9")).success();
}

#[test]
fn a_switch_in_a_variable_says_yes_or_no() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::create_dir(at.join("full")).unwrap();
    fs::write(at.join("full/thesis.txt"), "precious").unwrap();
    let with = |value: &str| {
        let mut command = tradepath(at);
        command.env("TRADEPATH_RUN_OVERWRITE", value).args(["run", "--out", "full"]);
        command.assert().code(2)
    };
    with("garbage")
        .stderr(contains("expected 1, true, yes or on"))
        .stderr(contains("The value comes from the environment variable TRADEPATH_RUN_OVERWRITE."));
    with("off").stderr(contains("pass --overwrite to replace it"));
    with("Yes").stderr(contains("files of somebody else"));
}

#[test]
fn a_finished_run_that_is_resumed_answers_again() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let small = SMALL.join(" ");
    let text = |line: &str| {
        let done = call(at, line).success();
        String::from_utf8(done.get_output().stdout.clone()).unwrap()
    };
    let first = text(&format!("run {small} --out run"));
    let again = text(&format!("run {small} --out run --resume"));
    let without_seconds =
        |text: &str| text.lines().map(|line| line.split(" (").next().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(without_seconds(&first), without_seconds(&again));
    assert!(again.contains("if in force") && again.contains("results: run"));
    let auto = format!("run {small} --shard auto --shards 2 --shard-index 1 --out parts");
    assert_eq!(text(&auto), text(&auto));
    assert!(text(&auto).starts_with("part 1 of 2: "));
}

#[test]
fn a_journal_is_a_folder_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("file"), "").unwrap();
    for (journal, why) in
        [("file", "which is a file"), ("out", "the output folder or in it"), ("out/inner", "or in it")]
    {
        call(at, &format!("run {PLAIN} --out out --journal {journal}")).code(2).stderr(contains(why));
        assert!(!at.join("out").exists(), "{journal}");
    }
    call(at, &format!("run {PLAIN} --out file/out")).code(2).stderr(contains("Not a directory"));
}
