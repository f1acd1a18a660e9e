//! `tradepath validate`: known figures beside those of the default set.

use std::fs;

use assert_cmd::Command;
use tradepath::data::{Dataset, Files};
use tradepath::validation::{DataCheck, Flag, data_checks};

fn default_checks() -> Vec<DataCheck<'static>> {
    let data = Dataset::read(&Files::embedded().folder("apac")).unwrap();
    let (rows, notes) = data_checks(&Files::embedded().folder("checks"), &data).unwrap();
    assert!(notes.is_empty(), "{notes:?}: the table names what the default set has not");
    rows
}

#[test]
fn the_default_set_is_compared_with_known_figures() {
    let rows = default_checks();
    assert!(rows.len() >= 150, "{} known figures", rows.len());
    let of = |statistic: &str| rows.iter().filter(|row| row.statistic == statistic).count();
    for statistic in ["gdp", "exports", "imports", "balance_of_gdp", "duties_of_imports", "value_added_share"]
    {
        assert!(of(statistic) >= 10, "{statistic}");
    }
    // Aims of the calibration are not passed off as independent checks.
    assert!(rows.iter().any(|row| row.kind == "target") && rows.iter().any(|row| row.kind == "independent"));
    let outside: Vec<String> = rows
        .iter()
        .filter(|row| row.flag == Flag::Outside.name())
        .map(|row| format!("{} {} {} {} {:?}", row.statistic, row.iso3, row.partner, row.sector, row.ratio))
        .collect();
    assert!(
        outside.is_empty(),
        "mend or explain in data/sources/checks/reasons.csv:\n{}",
        outside.join("\n")
    );
}

#[test]
fn gdp_of_every_economy_is_that_of_another_source() {
    for row in default_checks().iter().filter(|row| row.statistic == "gdp") {
        assert!(row.flag != Flag::Outside.name(), "{}: {:?}", row.iso3, row.ratio);
    }
}

/// A folder with the small example and three known figures: one met, one explained, one missed.
fn small(known: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("checks")).unwrap();
    fs::write(folder.path().join("checks/known.csv"), known).unwrap();
    let reasons = "statistic,iso3,partner,sector,reason,mark\nexports,AAA,*,,it is made up,assumption\n";
    fs::write(folder.path().join("checks/reasons.csv"), reasons).unwrap();
    folder
}

const HEAD: &str = "statistic,iso3,partner,sector,year,value,unit,kind,source,mark\n";

#[test]
fn figures_are_met_explained_or_outside() {
    let data = Dataset::read(&Files::embedded().folder("tiny")).unwrap();
    let rows = "duties_of_imports,AAA,BBB,goods,2019,10,pct,independent,tiny,public\n\
                exports,AAA,BBB,,2019,1,musd,independent,made up,public\n\
                imports,AAA,BBB,,2019,1,musd,independent,made up,public\n\
                balance_of_gdp,AAA,,,2019,90,pct,independent,made up,public\n\
                gdp,ZZZ,,,2019,1,musd,independent,made up,public\n";
    let folder = small(&format!("{HEAD}{rows}"));
    let files = Files::directory(folder.path()).folder("checks");
    let (rows, notes) = data_checks(&files, &data).unwrap();
    let flags: Vec<&str> = rows.iter().map(|row| row.flag.as_ref()).collect();
    assert_eq!(flags, ["ok", "explained", "outside", "outside"]);
    assert_eq!(rows[0].ratio.map(|ratio| (ratio * 1e9).round() / 1e9), Some(1.0));
    assert_eq!((rows[1].reason.as_ref(), rows[3].ratio), ("it is made up", None));
    assert!(notes[0].contains("1 rows") && notes[0].contains("ZZZ"), "{notes:?}");
}

#[test]
fn faults_of_known_figures_are_told_together() {
    let data = Dataset::read(&Files::embedded().folder("tiny")).unwrap();
    let folder = small(&format!(
        "{HEAD}gnp,AAA,,,2019,1,musd,independent,x,public\ngdp,AAA,,,19,many,eur,independent,x,sure\n"
    ));
    let files = Files::directory(folder.path()).folder("checks");
    let told = data_checks(&files, &data).unwrap_err().to_string();
    for text in
        ["known.csv:2 `statistic` = gnp", "known.csv:3 `value` = many", "`unit` = eur", "`mark` = sure"]
    {
        assert!(told.contains(text), "`{text}` is not in:\n{told}");
    }
}

#[test]
fn the_command_answers_without_a_folder_and_writes_one_where_asked() {
    let program = || Command::new(env!("CARGO_BIN_EXE_tradepath"));
    let answer = program().args(["validate", "--only", "checks,hindcasts"]).assert().success();
    let text = String::from_utf8(answer.get_output().stdout.clone()).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert_eq!(text.lines().count(), 14 + 1 + 2 + 9, "{text}");
    assert!(text.contains("us_china_2019") && text.contains("korea_us_2016"), "{text}");
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let answer = program()
        .args(["validate", "--only", "checks,hindcasts", "--format", "json", "--out"])
        .arg(&out)
        .assert()
        .success();
    let json: serde_json::Value = serde_json::from_slice(&answer.get_output().stdout).unwrap();
    assert_eq!(json["checks"]["worst"].as_array().unwrap().len(), 10);
    let written = fs::read_to_string(out.join("data_checks.csv")).unwrap();
    assert!(written.starts_with("statistic,iso3,year,source,known,ours,ratio,flag"));
    assert_eq!(json["hindcasts"].as_array().unwrap().len(), 9);
    for file in ["hindcasts.csv", "hindcast_scores.csv"] {
        let written = fs::read_to_string(out.join(file)).unwrap();
        assert!(written.starts_with("hindcast,"), "{file}: {written}");
    }
    let total: u64 =
        json["checks"]["counts"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(written.lines().count() as u64, total + 1);
}

#[test]
fn calibrate_writes_the_committed_figures_again() {
    let Some(data) = super::oracles::shared("data") else { return };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("checks");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.args(["calibrate", "--source", "checks", "--input"]).arg(data.parent().unwrap());
    command.arg("--out").arg(&out).assert().success();
    for file in ["known.csv", "reasons.csv"] {
        let committed = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data/checks").join(file);
        let same = fs::read(out.join(file)).unwrap() == fs::read(committed).unwrap();
        assert!(same, "{file} differs: run `tradepath calibrate --source checks`");
    }
}

#[test]
fn missing_sources_of_figures_are_named_together() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.args(["calibrate", "--source", "checks", "--input"]).arg(folder.path());
    let told = command.arg("--out").arg(folder.path().join("out")).assert().code(2);
    let told = String::from_utf8(told.get_output().stderr.clone()).unwrap();
    for file in
        ["weo_oct2020", "summary_72econ", "services_total", "japan_trade_area", "etd_1990", "imports_mtn"]
    {
        assert!(told.contains(file), "{file} is not in:\n{told}");
    }
}
