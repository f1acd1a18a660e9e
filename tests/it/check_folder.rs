//! `tradepath check` of a whole data folder: nothing that a command reads of it is passed over.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;
use tempfile::TempDir;

fn data() -> TempDir {
    let folder = TempDir::new().unwrap();
    tradepath::data::write_embedded(folder.path()).unwrap();
    folder
}

fn tradepath(args: &[&str], path: &Path) -> Assert {
    Command::new(env!("CARGO_BIN_EXE_tradepath")).args(args).arg(path).assert()
}

fn check(path: &Path) -> Assert {
    tradepath(&["check"], path)
}

fn change(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file}: {from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

fn add(folder: &Path, file: &str, row: &str) {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(path, format!("{}\n{row}\n", text.trim_end())).unwrap();
}

/// What is wrong, told on standard error.
fn told(assert: &Assert) -> String {
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

#[test]
fn options_and_tables_that_the_plan_does_not_name_are_checked_too() {
    let folder = data();
    let at = folder.path();
    change(at, "options/crisis_medical.toml", "mark = \"", "mark = \"un");
    change(at, "options/politics/conclusions.csv", ",cptpp_accession,consent,", ",cptpp_acession,consent,");
    change(at, "exposure.csv", ",CHN,", ",CHM,");
    change(at, "tornado.csv", ",assumption", ",asumption");
    change(at, "validation/options/study_twelve.toml", "mark = \"", "mark = \"un");
    change(at, "validation/autarky.csv", ",scale,", ",skale,");
    change(at, "hindcasts/partners.csv", "AFG,ROW", "ABW,ROW");
    let found = told(&check(at).code(2));
    for text in [
        "crisis_medical.toml:",
        "exposure.csv:3 `exporter` = CHM: ",
        "tornado.csv:",
        "study_twelve.toml:",
        "autarky.csv:",
        "partners.csv:3 `code` = ABW: ",
        "conclusions.csv:2 `left_option` = cptpp_acession: expected an option of the folder. Did you mean cptpp_accession?",
    ] {
        assert!(found.contains(text), "`{text}` is not in:\n{found}");
    }
}

#[test]
fn names_of_conclusions_are_told_with_their_line() {
    let folder = data();
    let at = folder.path();
    let row = "x,hybrid,consnt,conclusion,demnads=1,hybrid,consent,,demands=1000000,2050,test,assumption";
    add(at, "options/politics/conclusions.csv", row);
    let expect = |found: Assert| {
        let found =
            found.code(2).stderr(contains("`left_milestone` = consnt: expected a milestone of the option"));
        let found = found.stderr(contains("Did you mean consent?"));
        let found = found.stderr(contains("`left_set` = demnads: expected a parameter or switch"));
        found.stderr(contains("`right_set` = demands=1000000: expected a number from"));
    };
    expect(check(at));
    expect(tradepath(&["timeline", "--conclusions", "--data"], at));
}

#[test]
fn tables_of_studies_are_checked_with_a_plan() {
    let folder = data();
    let at = folder.path();
    change(at, "validation/results.csv", "usitc_2016,tpp_12,", "usitc_2016,tpp_13,");
    check(at).code(2).stderr(contains("results.csv:2 `scenario` = tpp_13: "));
}

#[test]
fn growth_is_checked_with_its_baseline() {
    let folder = data();
    change(folder.path(), "apac/growth.csv", "USA,2019,2019", "USB,2019,2019");
    check(&folder.path().join("apac")).code(2).stderr(contains("growth.csv:2 `iso3` = USB"));
    fs::remove_file(folder.path().join("apac/growth.csv")).unwrap();
    fs::remove_file(folder.path().join("apac/manifest.json")).unwrap();
    check(&folder.path().join("apac")).success();
}

#[test]
fn an_option_without_the_milestone_that_chances_are_of_is_named() {
    let folder = data();
    let at = folder.path();
    change(at, "options/sectoral_digital.toml", "milestone = \"in_force\"", "milestone = \"in_forse\"");
    let meant = "`milestone` = in_forse: expected a name of its own";
    check(at).code(2).stderr(contains(meant).and(contains("Did you mean in_force?")));
    tradepath(&["run"], at).code(2).stderr(contains(meant));
    change(at, "options/sectoral_digital.toml", "milestone = \"in_forse\"", "milestone = \"ratified\"");
    check(at).code(2).stderr(contains("sectoral_digital.toml `milestone` = no in_force"));
}

#[test]
fn an_option_without_a_deal_gets_a_warning() {
    let folder = data();
    let at = folder.path();
    change(at, "plan.toml", "reference_option = \"status_quo\"", "reference_option = \"sectoral_digital\"");
    let warning = "warning: no stage of status_quo has milestone = \"in_force\"";
    check(at).success().stderr(contains(warning));
    let out = TempDir::new().unwrap();
    let args = ["--years", "2021..2021", "--draws", "2", "--options", "status_quo", "--out"];
    let mut run = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    let run = run.arg("run").arg(at).args(args).arg(out.path().join("out")).assert();
    run.success().stderr(contains(warning));
}

#[test]
fn lists_of_the_plan_hold_what_it_can_use_and_each_once() {
    let folder = data();
    let at = folder.path();
    change(
        at,
        "plan.toml",
        "bilateral_years = [2025, 2030, 2035]",
        "bilateral_years = [\n  2025,\n  2025,\n  2036,\n]",
    );
    change(at, "plan.toml", "partners = [\"JPN\",", "partners = [\"JPN\", \"JPN\",");
    let found = told(&check(at).code(2));
    for text in [
        "`bilateral_years` = 2025: expected years of 2021..2035, the years of the plan, each once",
        "plan.toml:42 `bilateral_years` = 2036: ",
        "`partners` = JPN twice: expected each partner once",
    ] {
        assert!(found.contains(text), "`{text}` is not in:\n{found}");
    }
    let folder = data();
    change(folder.path(), "plan.toml", "focus = \"USA\"", "focus = \"US\"");
    check(folder.path()).code(2).stderr(contains("`focus` = US").and(contains("Did you mean USA?")));
}

#[test]
fn reasons_that_explain_nothing_and_figures_that_are_left_out_are_named() {
    let folder = data();
    let at = folder.path();
    add(at, "checks/known.csv", "gdp,USB,JPM,rise,2019,1,musd,independent,test,assumption");
    check(at).success().stderr(contains("`iso3` = USB and `partner` = JPM and `sector` = rise"));
    add(at, "checks/reasons.csv", "gdp,VNN,,,a slip of the pen,assumption");
    add(at, "validation/reasons.csv", "usitc_2016,*,no_measure,a slip of the pen,assumption");
    let found =
        check(at).code(2).stderr(contains("`statistic,iso3,partner,sector` = gdp,VNN,,: expected a figure"));
    found.stderr(contains("`study,scenario,measure` = usitc_2016,*,no_measure: expected a result"));
}

#[test]
fn a_table_of_nearly_the_right_name_is_not_passed_over() {
    let folder = data();
    let at = folder.path();
    fs::rename(at.join("apac/tariffs.csv"), at.join("apac/tariff.csv")).unwrap();
    fs::rename(at.join("policy/processing.csv"), at.join("policy/procesing.csv")).unwrap();
    fs::rename(at.join("exposure.csv"), at.join("exposures.csv")).unwrap();
    let meant = "tariff.csv `name of the file` = tariff.csv, which nothing reads: expected tariffs.csv";
    let found = check(at).code(2).stderr(contains(meant));
    let found = found.stderr(contains("Did you mean processing.csv?"));
    let found = found.stderr(contains("Did you mean exposure.csv? Rename the file"));
    // What the manifest says of the table adds nothing.
    found.stderr(contains("tariffs.csv `file` = missing").not());
    tradepath(&["run"], at).code(2).stderr(contains(meant));
    check(&at.join("apac")).code(2).stderr(contains(meant));
    fs::rename(at.join("apac/tariff.csv"), at.join("apac/tariffs.csv")).unwrap();
    tradepath(&["run"], at).code(2).stderr(contains("Did you mean processing.csv?"));
    fs::rename(at.join("policy/procesing.csv"), at.join("policy/processing.csv")).unwrap();
    tradepath(&["run"], at).code(2).stderr(contains("Did you mean exposure.csv?"));
}

#[test]
fn a_table_that_the_manifest_lists_and_that_is_gone_is_named() {
    let folder = TempDir::new().unwrap();
    let at = folder.path().join("mine");
    tradepath(&["init"], &at).success();
    check(&at).success().stdout(contains("ok"));
    for file in [
        "policy/processing.csv",
        "policy/tables/staging.csv",
        "apac/tariffs.csv",
        "schedules/tpp/USA.JPN.csv",
    ] {
        fs::remove_file(at.join(file)).unwrap();
    }
    // Some are meant to be gone: a warning, and no fault.
    let found = told(&check(&at).success());
    for text in [
        "processing.csv `file` = missing: expected the table that manifest.json lists",
        "staging.csv `file` = missing: ",
        "tariffs.csv `file` = missing: ",
        "USA.JPN.csv `file` = missing: ",
    ] {
        assert!(found.contains(text), "`{text}` is not in:\n{found}");
    }
    let args = ["--years", "2021..2021", "--draws", "2", "--options", "tpp_return", "--out"];
    let mut run = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    let run = run.arg("run").arg(&at).args(args).arg(folder.path().join("out")).assert().success();
    run.stderr(contains("processing.csv `file` = missing"));
}

#[test]
fn one_fault_is_told_once_and_what_follows_from_it_not_at_all() {
    let folder = data();
    let at = folder.path();
    change(at, "apac/workers.csv", "USA,rice,", "USA,ryce,");
    change(at, "apac/factors.csv", "USA,", "USB,");
    let found = told(&check(at).code(2));
    for text in ["`sector` = ryce", "`country` = USB"] {
        assert_eq!(found.matches(text).count(), 1, "{found}");
    }
    let folder = data();
    change(folder.path(), "policy/agreements.csv", ",tpp,catch_up", ",tppp,catch_up");
    let found = told(&check(folder.path()).code(2));
    assert!(found.contains("`schedule` = tppp") && !found.contains("options"), "{found}");
}
