//! What commands say on standard output: never silent, never wider than a terminal, the same in every form.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;

/// Columns of a terminal.
const WIDTH: usize = 80;

fn call(folder: &Path, line: &str) -> assert_cmd::assert::Assert {
    Command::new(env!("CARGO_BIN_EXE_tradepath")).current_dir(folder).args(line.split(' ')).assert()
}

fn said(folder: &Path, line: &str) -> String {
    let done = call(folder, line);
    let code = done.get_output().status.code();
    assert!(code == Some(0) || (line.starts_with("compare") && code == Some(1)), "{line}: {code:?}");
    String::from_utf8(done.get_output().stdout.clone()).unwrap()
}

/// The example of three countries, a change of one tariff, and a panel.
fn example() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let tiny = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tiny");
    fs::create_dir(at.join("tiny")).unwrap();
    for entry in fs::read_dir(tiny).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, at.join("tiny").join(path.file_name().unwrap())).unwrap();
    }
    fs::write(at.join("cut.csv"), "exporter,importer,sector,tariff_pct\nBBB,AAA,goods,0\n").unwrap();
    let mut panel = "from,to,trade,x\n".to_owned();
    for (at, (from, to)) in
        [("A", "B"), ("A", "C"), ("B", "A"), ("B", "C"), ("C", "A"), ("C", "B")].iter().enumerate()
    {
        for year in 0..4 {
            panel += &format!("{from},{to},{},{}\n", 3 + (7 * at + 5 * year) % 11, (3 * at + year) % 5);
        }
    }
    fs::write(at.join("panel.csv"), panel).unwrap();
    folder
}

const LINES: [(&str, &str); 8] = [
    ("solve --baseline tiny --tariffs cut.csv", "welfare_pct"),
    ("optimal --baseline tiny --country AAA", "mean_tariff_pct"),
    ("nash --baseline tiny --players AAA,BBB --vary uniform", "mean_tariff_pct"),
    ("estimate --panel panel.csv --formula trade~x|from", "std_error"),
    ("schedule cptpp_accession --importer JPN --exporter USA --years 2026..2027", "product_group"),
    ("schedule cptpp_accession --importer JPN --years 2026..2027", "exporter"),
    ("compare solved other", "largest_rel_diff"),
    ("check tiny", "remedy"),
];

#[test]
fn every_command_answers_in_every_form() {
    let folder = example();
    let at = folder.path();
    said(at, "solve --baseline tiny --tariffs cut.csv --out solved");
    fs::write(at.join("cut2.csv"), "exporter,importer,sector,tariff_pct\nBBB,AAA,goods,5\n").unwrap();
    said(at, "solve --baseline tiny --tariffs cut2.csv --out other");
    for (line, column) in LINES {
        let table = said(at, line);
        assert!(!table.is_empty(), "{line} says nothing");
        let widest = table.lines().max_by_key(|line| line.chars().count()).unwrap();
        assert!(widest.chars().count() <= WIDTH, "{line}: {widest}");
        let csv = said(at, &format!("{line} --format csv"));
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        assert!(reader.headers().unwrap().iter().any(|name| name == column), "{line}: {csv}");
        assert!(reader.records().all(|record| record.is_ok()), "{line}");
        let json = said(at, &format!("{line} --format json"));
        assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{line}: {json}");
    }
}

#[test]
fn the_answer_says_where_the_files_are() {
    let folder = example();
    let at = folder.path();
    for line in ["solve --baseline tiny --tariffs cut.csv", "optimal --baseline tiny --country AAA"] {
        let text = said(at, &format!("{line} --out written"));
        assert!(text.contains("results: written\n"), "{text}");
        call(at, &format!("{line} --out written")).code(2).stdout("");
        fs::remove_dir_all(at.join("written")).unwrap();
    }
    let made = said(at, "init mine");
    assert!(made.contains("results: mine") && made.contains("tradepath run mine/plan.toml"), "{made}");
    assert!(made.lines().all(|line| line.chars().count() <= WIDTH), "{made}");
    call(at, "init mine").code(2).stderr(contains("tradepath init DIR"));
}

#[test]
fn manifests_name_the_files_that_were_read() {
    let folder = example();
    let at = folder.path();
    for line in [
        "schedule hybrid --importer JPN --exporter USA",
        "timeline hybrid --draws 5",
        "solve --baseline tiny",
    ] {
        said(at, &format!("{line} --out written"));
        let text = fs::read_to_string(at.join("written/manifest.json")).unwrap();
        let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
        let inputs = manifest["inputs"].as_array().unwrap();
        assert!(
            !inputs.is_empty() && inputs.iter().all(|input| input["sha256"].is_string()),
            "{line}: {text}"
        );
        fs::remove_dir_all(at.join("written")).unwrap();
    }
}

#[test]
fn the_difference_of_two_results_is_named_largest_first() {
    let folder = example();
    let at = folder.path();
    said(at, "solve --baseline tiny --tariffs cut.csv --out a");
    said(at, "solve --baseline tiny --out b");
    let text = said(at, "compare a b --out c");
    let json: serde_json::Value = serde_json::from_str(&said(at, "compare a b --format json")).unwrap();
    let sizes: Vec<f64> =
        json["rows"].as_array().unwrap().iter().filter_map(|row| row["largest_rel_diff"].as_f64()).collect();
    assert!(sizes.len() > 5, "{text}");
    let rows = fs::read_to_string(at.join("c/differences.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(rows.as_bytes());
    let all: Vec<f64> = reader
        .records()
        .map(|row| row.unwrap())
        .filter_map(|row| row[6].parse().ok())
        .map(f64::abs)
        .collect();
    assert!(all.windows(2).all(|pair| pair[0] >= pair[1]), "largest first");
    call(at, "compare a a").success().stdout(contains("no difference beyond 0"));
}

#[test]
fn names_that_were_probably_meant_are_told() {
    let folder = example();
    for (line, meant) in [
        ("optimal --baseline tiny --country AAB", "AAA"),
        ("optimal --baseline tiny --country bbb", "BBB"),
        ("schedule cptp_accession", "cptpp_accession"),
        ("run --options hybird --out x", "hybrid"),
        ("schedule hybrid --importer usa", "USA"),
        ("schedule hybrid --importer JPN --exporter USA --barriers --sector finanse", "finance"),
    ] {
        call(folder.path(), line).code(2).stderr(contains(format!("Did you mean {meant}?")));
    }
}

#[test]
fn a_folder_that_is_none_is_named_by_the_option_that_was_typed() {
    let folder = example();
    for (line, found) in [
        (
            "reduce nodir cut.csv --out x",
            "`DIR` = nodir, which is not there|`DIR` = cut.csv, which is a file",
        ),
        ("export nodir --format iamc --out x", "`DIR` = nodir, which is not there"),
        (
            "report nodir --with cut.csv",
            "`DIR` = nodir, which is not there|`--with` = cut.csv, which is a file",
        ),
        ("timeline --gains nodir", "`--gains` = nodir"),
        (
            "timeline --gains tiny",
            "tiny/reference.csv `file` = missing|with --gains the folder of a finished",
        ),
        ("calibrate --source icio --input cut.csv --out x", "`--input` = cut.csv, which is a file"),
        ("solve --baseline cut.csv", "`--baseline` = cut.csv, which is a file|Baseline directory (meta.toml"),
        ("compare tiny nodir", "`DIR_B` = nodir"),
        ("schedule hybrid --importer USA --exporter JPN --lines tiny --out x", "Check --lines"),
        ("init cut.csv --overwrite", "cut.csv `DIR` = one that is a file"),
    ] {
        for found in found.split('|') {
            call(folder.path(), line).code(2).stderr(contains(found));
        }
    }
    call(folder.path(), "init cut.csv --overwrite").stderr(contains("--out").not());
    call(folder.path(), "compare tiny tiny").success();
}

#[test]
fn all_faults_of_a_command_line_are_told_at_once() {
    let folder = example();
    for (line, found) in [
        ("run --options nope --years 2019 --out x", "`years` = 2019..2019|`option` = nope"),
        ("tornado --options nope --year 1900", "`years` = 1900|`option` = nope"),
        (
            "schedule nope --importer JAP --exporter USX --years 1900",
            "`--importer` = JAP|`--exporter` = USX|`option` = nope|`--years` = 1900",
        ),
        ("schedule hybrid --explain USX:JAP:foo:2030-13-01", "= USX|= JAP|= foo|= 2030-13-01|4 faults"),
        ("schedule hybrid --importer USA --exporter USA", "another exporter than the importer"),
        ("nash --players AAA,AAA --baseline tiny", "1 fault "),
        ("run --draws -1", "invalid value '-1' for '--draws"),
    ] {
        for found in found.split('|') {
            call(folder.path(), line).code(2).stderr(contains(found));
        }
    }
}

#[test]
fn an_option_that_has_no_effect_beside_another_is_refused() {
    let folder = example();
    let at = folder.path();
    let explain = "schedule hybrid --explain USA:VNM:textiles:2030-03-01";
    let pair = "--importer JPN --exporter USA";
    for (line, options) in [
        ("timeline --conclusions --set no_such=1", "--set"),
        ("timeline --conclusions --summary", "--summary"),
        ("timeline hybrid --graph --summary", "--graph --summary"),
        ("timeline hybrid --draws 20 --sets 3 --set-draws 3", "--sets --set-draws"),
        ("timeline hybrid --explain in_force --draws 20", "--draws"),
        ("timeline hybrid --sensitivity in_force --draws 20 --out s1", "--out"),
        ("timeline --fit panel.csv --seed 2 --data mine", "--seed --data"),
        ("timeline --gains solved --draws 2", "--draws"),
        (&*format!("{explain} --out s2"), "--out"),
        (&*format!("{explain} --barriers {pair} --format json"), "--importer --exporter --barriers --format"),
        (&*format!("schedule hybrid --barriers {pair} --out s3"), "--out"),
        ("solve --baseline tiny --overwrite", "--overwrite"),
        ("optimal --baseline tiny --country AAA --overwrite", "--overwrite"),
        ("compare tiny tiny --overwrite", "--overwrite"),
        ("variance --quadrature --seed 2", "--seed"),
        ("validate --only checks --baseline tiny", "--baseline"),
    ] {
        let mut refused = call(at, line).code(2).stdout("");
        for option in options.split(' ') {
            refused = refused.stderr(contains(format!("command line `{option}` = given with")));
        }
    }
    for name in ["s1", "s2", "s3"] {
        assert!(!at.join(name).exists(), "{name}");
    }
    // A variable stands for all calls, and need not fit each.
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    let line = ["timeline", "hybrid", "--draws", "5"];
    command.env("TRADEPATH_TIMELINE_SUMMARY", "1").args(line).assert().success();
}

#[test]
fn conclusions_take_the_draws_that_are_asked_for() {
    let folder = example();
    let told = said(folder.path(), "timeline --conclusions --draws 30 --sets 0 --format json");
    let json: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(json["draws"], 30);
}

#[test]
fn options_have_variables_and_the_command_line_wins() {
    let folder = example();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command
        .current_dir(folder.path())
        .env("TRADEPATH_SOLVE_BASELINE", "tiny")
        .env("TRADEPATH_SOLVE_FORMAT", "json");
    let json = command.args(["solve", "--tariffs", "cut.csv"]).assert().success();
    assert!(serde_json::from_slice::<serde_json::Value>(&json.get_output().stdout).is_ok());
    command.args(["--format", "csv"]).assert().success().stdout(contains("iso3,welfare_pct"));
    let help = said(folder.path(), "run --help");
    assert!(
        help.contains("[env: TRADEPATH_RUN_DRAWS]") && help.contains("[env: TRADEPATH_THREADS]"),
        "{help}"
    );
}

#[test]
fn every_command_has_an_example_and_shells_complete_it() {
    let folder = example();
    let help = said(folder.path(), "--help");
    let commands = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    let names = commands.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<&str> = names.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 15, "{names:?}");
    for name in names.iter().filter(|name| **name != "help") {
        let help = said(folder.path(), &format!("{name} --help"));
        assert!(help.contains(&format!("tradepath {name}")) && help.contains("Example"), "{name}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = said(folder.path(), &format!("completions {shell}"));
        assert!(script.contains("completions") && script.contains("tradepath"), "{shell}");
    }
}
