//! What a user sees when formula or panel are wrong.

use std::fs;

use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

use super::{Run, fixture};

fn with_panel(text: &str, formula: &str) -> (tempfile::TempDir, Run) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("panel.csv");
    fs::write(&path, text).unwrap();
    let run = Run::new(&path, formula);
    (folder, run)
}

#[test]
fn points_at_an_unknown_column_and_guesses() {
    let mut run = Run::new(&fixture("panel.csv"), "trade ~ ln(dsit) + rta | exporter^year");
    run.command.assert().code(2).stderr(contains(
        "no column `dsit`: the panel has exporter, importer, year, trade, dist, border, rta, size, shift. \
         Did you mean dist?\n  trade ~ ln(dsit) + rta | exporter^year\n             ^^^^\n",
    ));
    assert!(!run.out("").exists());
}

#[test]
fn points_at_what_does_not_fit_the_grammar() {
    Run::new(&fixture("panel.csv"), "trade ~ rta | exporter^ + importer")
        .command
        .assert()
        .code(2)
        .stderr(contains("found `+`: expected the name of a column"));
    Run::new(&fixture("panel.csv"), "trade rta")
        .command
        .assert()
        .code(2)
        .stderr(contains("`~` after the outcome"));
}

#[test]
fn lists_every_bad_outcome_with_its_line() {
    let text = "a,b,trade,x\nA,B,1,1\nA,C,-2,2\nB,C,,3\nB,A,many,4\nC,A,2,5\n";
    let (_folder, mut run) = with_panel(text, "trade ~ x | a");
    // Cells that are no numbers are found on reading, the others when the outcome is known.
    run.command.assert().code(2).stderr(contains("panel.csv:5 `trade` = many: expected a finite number"));
    let (_folder, mut run) = with_panel(&text.replace("many", "4"), "trade ~ x | a");
    run.command
        .assert()
        .code(2)
        .stderr(contains("2 faults"))
        .stderr(contains("panel.csv:3 `trade` = -2: expected 0 or more"))
        .stderr(contains("panel.csv:4 `trade` = missing: expected a number"));
}

#[test]
fn rows_with_a_missing_regressor_are_dropped_and_listed() {
    let text = "a,trade,x\nA,1,1\nA,2,NA\nA,3,3\nB,1,2\nB,4,1\nB,3,4\n";
    let (_folder, mut run) = with_panel(text, "trade ~ x | a");
    run.command.assert().success().stderr(contains("1 rows with missing values are dropped"));
    let rows = run.table("dropped.csv");
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0]["row"].as_str(), rows[0]["reason"].as_str()), ("2", "missing x"));
}

#[test]
fn an_absorbed_regressor_is_named_and_dropped() {
    let text = "a,trade,x,size\nA,1,1,5\nA,2,4,5\nA,3,3,5\nB,1,2,7\nB,4,1,7\nB,3,4,7\n";
    let (_folder, mut run) = with_panel(text, "trade ~ x + size | a");
    run.command.assert().success().stderr(contains("`size` is left out: absorbed by the effects"));
    assert_eq!(run.table("collinear.csv")[0]["term"], "size");
    assert_eq!(run.table("coefficients.csv").len(), 1);
}

#[test]
fn a_combination_of_regressors_is_named_with_its_parts() {
    let text = "trade,x,y,z\n1,1,2,3\n2,4,1,5\n3,3,0,3\n1,2,2,4\n4,1,5,6\n3,4,4,8\n";
    let (_folder, mut run) = with_panel(text, "trade ~ x + y + z");
    run.command.assert().success().stderr(contains("`z` is left out: combination of x, y"));
}

#[test]
fn a_level_without_trade_is_separated_and_said_so() {
    let text = "a,trade,x\nA,1,1\nA,2,4\nA,3,3\nB,0,2\nB,0,1\nC,3,4\nC,2,1\n";
    let (_folder, mut run) = with_panel(text, "trade ~ x | a");
    run.command
        .assert()
        .success()
        .stderr(contains("2 rows are separated and dropped"))
        .stderr(contains("all zero in a=B"));
}

#[test]
fn no_convergence_is_an_error_with_the_path_of_the_deviance() {
    let mut run = Run::new(&fixture("panel.csv"), "trade ~ rta | exporter^year + importer^year");
    run.command.args(["--max-iterations", "3"]);
    run.command
        .assert()
        .code(1)
        .stderr(contains("PPML did not converge in 3 iterations"))
        .stderr(contains("deviance"));
    assert!(!run.out("").exists());
}

#[test]
fn a_bias_correction_needs_gravity_effects() {
    let mut run = Run::new(&fixture("panel.csv"), "trade ~ rta | exporter");
    run.command.arg("--bias-correct");
    run.command.assert().code(2).stderr(contains("exporter^time + importer^time"));
}

#[test]
fn a_panel_without_trade_is_an_error_not_a_loop() {
    for formula in ["trade ~ x", "trade ~ x | a"] {
        let (_folder, mut run) = with_panel("a,trade,x\nA,0,1\nA,0,2\nB,0,4\n", formula);
        run.command.assert().code(2).stderr(contains("nothing to estimate: no row is left"));
    }
}

#[test]
fn a_truncated_row_names_its_line() {
    let (_folder, mut run) = with_panel("a,trade,x\nA,1,1\nA,2\n", "trade ~ x | a");
    run.command.assert().code(2).stderr(contains("panel.csv:3"));
}

#[test]
fn all_unknown_columns_are_named_at_once() {
    let (_folder, mut run) = with_panel("a,trade,x\nA,1,1\nA,2,3\n", "trade ~ x | bb");
    run.command.args(["--weights", "ww", "--offset", "oo", "--cluster", "cc", "--where", "dd == 1"]);
    let mut refused = run.command.assert().code(2);
    for name in ["bb", "ww", "oo", "cc", "dd"] {
        refused = refused.stderr(contains(format!("no column `{name}`")));
    }
}

#[test]
fn a_text_of_missing_cells_that_no_cell_has_is_said() {
    let text = "a,trade,x\nA,1,1\nA,2,-\nB,3,2\nB,1,5\nA,4,2\n";
    let (_folder, mut run) = with_panel(text, "trade ~ x");
    run.command.args(["--missing", "QQQ,-"]);
    let said = run.command.assert().success();
    let said = String::from_utf8(said.get_output().stderr.clone()).unwrap();
    assert!(said.contains("no cell of the columns in use is `QQQ`"), "{said}");
    assert!(!said.contains("in use is `-`"), "{said}");
}

#[test]
fn conditions_that_leave_no_row_are_wrong_usage() {
    let (_folder, mut run) = with_panel("a,trade,x\nA,1,1\nA,2,3\n", "trade ~ x");
    run.command.args(["--where", "a == ZZZ"]);
    run.command.assert().code(2).stderr(contains("panel.csv").and(contains("no row is left")));
}
