//! `tradepath run` and its neighbours as a user calls them, on a few draws and years of the default plan.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::PredicateBooleanExt;
use predicates::str::contains;

const SMALL: [&str; 8] = [
    "--options",
    "cptpp_accession,sectoral_digital",
    "--years",
    "2028..2029",
    "--draws",
    "5",
    "--event-draws",
    "400",
];
const TABLES: [&str; 20] = [
    "beats.csv",
    "insurance.csv",
    "decomposition.csv",
    "summary.csv",
    "reference_sectors.csv",
    "reference_bilateral.csv",
    "reference_dates.csv",
    "projections.csv",
    "baseline.csv",
    "reference.csv",
    "bilateral.csv",
    "sectors.csv",
    "tariffs.csv",
    "tariff_path.csv",
    "events.csv",
    "milestones.csv",
    "dates.csv",
    "by_year.csv",
    "draws.csv",
    "report.html",
];

fn tradepath(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.current_dir(folder);
    command
}

fn run(folder: &Path, out: &str, arguments: &[&str]) {
    // An argument given again replaces the one of `SMALL`.
    let small = SMALL.chunks(2).filter(|pair| !arguments.contains(&pair[0])).flatten();
    tradepath(folder).arg("run").args(small).args(arguments).args(["--out", out]).assert().success();
}

fn assert_same_bytes(folder: &Path, a: &str, b: &str) {
    for table in TABLES {
        let read = |run: &str| fs::read(folder.join(run).join(table)).unwrap();
        assert!(read(a) == read(b), "{table} of {a} and {b} differ");
    }
}

fn rows(folder: &Path, table: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(folder.join(table)).unwrap();
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn the_same_bytes_for_any_number_of_threads_parts_and_interruptions() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    run(at, "one", &["--threads", "1"]);
    run(at, "two", &["--threads", "2"]);
    assert_same_bytes(at, "one", "two");
    tradepath(at).args(["compare", "one", "two"]).assert().success().stdout(contains("no difference"));

    run(at, "part1", &["--shard", "1/2"]);
    run(at, "part2", &["--shard", "2/2"]);
    tradepath(at).args(["reduce", "part2", "part1", "--out", "joined"]).assert().success();
    assert_same_bytes(at, "one", "joined");
    tradepath(at)
        .args(["reduce", "part1", "part1", "--out", "wrong"])
        .assert()
        .code(2)
        .stderr(contains("each of the parts 1 to 2 once"));
    tradepath(at)
        .args(["reduce", "part1", "one", "--out", "wrong"])
        .assert()
        .code(2)
        .stderr(contains("shard.json"));
    assert!(!at.join("wrong").exists());

    run(at, "other", &["--seed", "4"]);
    assert!(fs::read(at.join("one/draws.csv")).unwrap() != fs::read(at.join("other/draws.csv")).unwrap());
    tradepath(at)
        .args(["compare", "one", "other"])
        .assert()
        .code(1)
        .stdout(contains("differences beyond 0 in").and(contains("--out DIR lists every cell")));
}

#[test]
fn every_option_year_country_and_measure_has_its_row() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), "out", &["--events", "summary"]);
    let out = folder.path().join("out");
    let projections = rows(&out, "projections.csv");
    let per_option = 2 * 25 * 19;
    assert_eq!(projections.len(), per_option * (1 + 2 + 2), "years x countries x measures x against");
    assert!(projections.iter().all(|row| row[6..13].iter().all(|cell| cell.parse::<f64>().is_ok())));
    let package = fs::read_to_string(out.join("datapackage.json")).unwrap();
    for (table, columns) in [("projections.csv", 14), ("events_summary.csv", 5), ("tariffs.csv", 8)] {
        assert!(package.contains(table), "{table}");
        assert_eq!(rows(&out, table)[0].len(), columns);
    }
    assert!(!out.join("events.csv").exists());
    let manifest: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.join("manifest.json")).unwrap()).unwrap();
    let work: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.join("work.json")).unwrap()).unwrap();
    assert!(work["largest_residual"].as_f64().unwrap() < 1e-10);
    assert!(manifest["inputs"].as_array().unwrap().len() > 30);
    // The reference option is not measured against itself.
    assert!(projections.iter().all(|row| row[0] != "status_quo" || row[4] == "baseline"));
    let svg = fs::read_to_string(out.join("charts/gains_by_option.svg")).unwrap();
    assert!(svg.contains("United States"));
}

/// Cells of `summary.csv` by option, country and measure.
fn summary_cell(out: &Path, [option, iso3, measure]: [&str; 3], column: &str) -> String {
    let mut reader = csv::Reader::from_path(out.join("summary.csv")).unwrap();
    let at = reader.headers().unwrap().iter().position(|name| name == column).unwrap();
    let row = reader
        .records()
        .map(Result::unwrap)
        .find(|row| [&row[0], &row[1], &row[2]] == [option, iso3, measure]);
    row.unwrap()[at].to_owned()
}

#[test]
fn the_answer_holds_the_three_numbers_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let answer = |out: &str, more: &[&str]| {
        let mut command = tradepath(at);
        command.arg("run").args(SMALL).args(["--quiet", "--out", out]).args(more);
        String::from_utf8(command.assert().success().stderr("").get_output().stdout.clone()).unwrap()
    };
    let table = answer("a", &[]);
    assert!(table.lines().all(|line| line.chars().count() <= 80), "{table}");
    for part in
        ["if in force", "chance %", "expected", "unlocked", "path date", "AUS BRN CAN", "a/report.html"]
    {
        assert!(table.contains(part), "{part} in {table}");
    }
    let json: serde_json::Value = serde_json::from_str(&answer("b", &["--format", "json"])).unwrap();
    let digital = &json["options"][1];
    assert_eq!(digital["option"], "sectoral_digital");
    let cell = |column: &str| summary_cell(&at.join("b"), ["sectoral_digital", "USA", "real_income"], column);
    let close =
        |a: &str, b: &serde_json::Value| (a.parse::<f64>().unwrap() - b.as_f64().unwrap()).abs() < 1e-8;
    assert!(close(&cell("chance"), &digital["chance"]));
    assert!(close(&cell("expected_mean"), &digital["real_income_pct"]["expected_mean"]));
    assert!(close(&cell("own_effect"), &digital["real_income_pct"]["own_effect"]));
    let csv = answer("c", &["--format", "csv"]);
    assert!(csv.starts_with("option,iso3,measure,unit,chance,chance_se,date_in_force_p50,if_in_force_mean,"));
    assert_eq!(csv.lines().count(), 1 + 2 * 2, "options x real income in percent and money");
    assert_eq!(fs::read(at.join("a/summary.csv")).unwrap(), fs::read(at.join("c/summary.csv")).unwrap());
}

#[test]
fn chances_come_from_all_event_draws_and_effects_add_up() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    run(at, "few", &[]);
    run(at, "many", &["--event-draws", "4000"]);
    let of = |out: &str, column: &str| -> f64 {
        summary_cell(&at.join(out), ["sectoral_digital", "USA", "real_income"], column).parse().unwrap()
    };
    assert!(of("many", "chance_se") < 0.4 * of("few", "chance_se"));
    assert_eq!(
        of("few", "if_in_force_mean"),
        of("many", "if_in_force_mean"),
        "gains come from the solved draws"
    );
    for out in ["few", "many"] {
        let whole = of(out, "own_effect") + of(out, "unlocked_effect");
        assert!((whole - of(out, "if_in_force_mean")).abs() < 1e-9);
    }
    // The reference path keeps the world of the reference option: nobody accedes because the United States does.
    let world = |out: &str| {
        let dates = rows(&at.join(out), "reference_dates.csv");
        let of = |option: &str| -> Vec<Vec<String>> {
            let is_world = |row: &&Vec<String>| row[0] == option && row[1].starts_with("accession_");
            dates.iter().filter(is_world).map(|row| row[1..].to_vec()).collect()
        };
        (of("status_quo"), of("cptpp_accession"))
    };
    let (status_quo, accession) = world("few");
    assert!(!status_quo.is_empty());
    assert_eq!(status_quo, accession);
}

#[test]
fn the_parts_of_a_gain_sum_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    run(at, "out", &["--digits", "17"]);
    let mut sums: HashMap<[String; 3], f64> = HashMap::new();
    let parts = rows(&at.join("out"), "decomposition.csv");
    for row in &parts {
        let key = [&row[0], &row[2], &row[3]].map(String::clone);
        *sums.entry(key).or_default() += row[5].parse::<f64>().unwrap();
    }
    assert_eq!(sums.len(), 2 * 25 * 2, "options x countries x ways of telling");
    let reference = rows(&at.join("out"), "reference.csv");
    let gains =
        reference.iter().filter(|row| row[1] == "2029" && row[3] == "real_income" && row[4] == "reference");
    let mut n = 0;
    for row in gains {
        for told_by in ["policy", "channel"] {
            let sum = sums[&[row[0].clone(), row[2].clone(), told_by.to_owned()]];
            let gain: f64 = row[6].parse().unwrap();
            // Percent: parts sum to ln W within 1e-8.
            assert!((sum - gain).abs() < 2e-6, "{} {} {told_by}: {sum} for {gain}", row[0], row[2]);
            n += 1;
        }
    }
    assert_eq!(n, sums.len());
    let part = |name: &str| -> f64 {
        let row = parts.iter().find(|row| row[0] == "cptpp_accession" && row[2] == "USA" && row[4] == name);
        row.unwrap()[5].parse().unwrap()
    };
    assert!(part("tariffs_received") > 0.0 && part("services_barriers") > 0.0);
    assert!(part("origin_cost") < 0.0, "proof of origin costs its users");
}

#[test]
fn a_written_plan_runs_as_the_embedded_one() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    tradepath(at).args(["init", "mine"]).assert().success();
    tradepath(at).args(["init", "mine"]).assert().code(2).stderr(contains("--overwrite"));
    tradepath(at).args(["run", "mine/plan.toml"]).args(SMALL).args(["--out", "a"]).assert().success();
    run(at, "b", &[]);
    assert_same_bytes(at, "a", "b");
}

#[test]
fn faults_of_plan_and_command_line_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let refused = |arguments: &[&str], message: &str| {
        let mut command = tradepath(at);
        command.arg("run").args(arguments).args(["--out", "out"]);
        command.assert().code(2).stderr(contains(message));
        assert!(!at.join("out").exists());
    };
    refused(&["--options", "tpp"], "`option` = tpp: expected one of cptpp_accession");
    refused(&["--years", "2035..2021"], "is no range of years");
    refused(&["--years", "1990..2021"], "first..last within 2020..2060");
    refused(&["--years", "2021..2060"], "no growth for 2051");
    refused(&["--shard", "3/2"], "is not a part such as 2/4");
    refused(&["--draws", "0"], "0 is not in 1..");
    refused(&["--max-memory", "1000"], "--shard k/K");
    refused(&["nothing.toml"], "nothing.toml `file` = missing");

    tradepath(at).args(["init", "mine"]).assert().success();
    let plan = fs::read_to_string(at.join("mine/plan.toml")).unwrap();
    let changed = |from: &str, to: &str, message: &str| {
        assert!(plan.contains(from));
        fs::write(at.join("mine/plan.toml"), plan.replace(from, to)).unwrap();
        refused(&["mine/plan.toml"], message);
    };
    changed("focus = \"USA\"", "focus = \"ZZZ\"", "`focus` = ZZZ: expected a country of apac: USA, CAN");
    changed("\nseed = 1", "\nspeed = 1", "plan.toml:33 `plan` = unknown field `speed`");
    changed("\ndraws = 200", "\ndraws = 0", "`draws` = 0: expected 1 or more");
    changed(
        "low = 0.0, mode",
        "low = 5, mode",
        "`services_cut_ratio` = 5, 1, 1.65: expected low <= mode <= high",
    );
    changed("theta_se_ratio = 1.0", "theta_se_ratio = -1.0", "a number from 0 to 10");
    changed("  \"hybrid\",", "  \"hybrid\", \"hybrid\",", "hybrid twice");
}

#[test]
fn check_knows_plans_options_and_schedules() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    tradepath(at).args(["init", "mine"]).assert().success();
    let check = |path: &str| tradepath(at).args(["check", path]).assert();
    for path in ["mine", "mine/plan.toml", "mine/options/hybrid.toml", "mine/schedules/tpp", "mine/apac"] {
        check(path).success().stdout("ok\n");
    }
    check("nothing").code(2).stderr(contains("`path` = missing"));
    // Faults of plan, options and policy tables are listed together.
    let change = |file: &str, from: &str, to: &str| {
        let path = at.join("mine").join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file}");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    };
    change("plan.toml", "focus = \"USA\"", "focus = \"ZZZ\"");
    change("options/sectoral_carbon.toml", "probability = 0.3", "probability = 1.3");
    change("policy/duties.csv", "CHN,,25", "CHN,,-25");
    let found = check("mine/plan.toml").code(2);
    found
        .stderr(contains("`focus` = ZZZ"))
        .stderr(contains("a probability from 0 to 1"))
        .stderr(contains("duties.csv:2 `duty_pct` = -25"));
}

#[test]
fn the_reference_run_is_what_the_program_writes() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    tradepath(at)
        .args(["run", "--years", "2035", "--draws", "200", "--events", "summary", "--out", "now"])
        .assert()
        .success();
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("outputs/reference");
    // One year is no line: the fan is left out, and the page says so.
    assert!(!at.join("now/charts/real_income_fan.svg").exists());
    let page = fs::read_to_string(at.join("now/report.html")).unwrap();
    assert!(page.contains("<code>real_income_fan</code> is left out"));
    // Last digits may differ between kinds of processors.
    let mut compare = tradepath(at);
    compare.arg("compare").arg(reference).args(["now", "--tolerance", "1e-6"]);
    compare.assert().success().stdout(contains("no difference"));
}

#[test]
fn schedule_writes_rates_by_group_and_explains_one() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let pair = ["--importer", "CAN", "--exporter", "JPN", "--years", "2021..2023"];
    tradepath(at).args(["schedule", "status_quo"]).args(pair).args(["--out", "rates"]).assert().success();
    let rates = rows(&at.join("rates"), "schedule.csv");
    assert_eq!(rates.len(), 34 * 3, "product groups x years");
    let cars: Vec<_> = rates.iter().filter(|row| row[3] == "motor_vehicles").collect();
    // Five equal steps from 30 December 2018: 1 point left in 2021, free from 2022.
    assert_eq!(cars[0][5..8], ["cptpp", "5.0", "1.0"].map(str::to_owned));
    assert_eq!(cars[1][5..8], ["cptpp", "5.0", "0.0"].map(str::to_owned));
    tradepath(at)
        .args(["schedule", "status_quo", "--explain", "CAN:JPN:motor_vehicles:2021-06-01"])
        .assert()
        .success()
        .stdout(contains("most-favoured-nation rate").and(contains("cptpp (CPTPP), year 4: rate 1.00 %")));
    let refused = |query: &str, message: &str| {
        let mut command = tradepath(at);
        command.args(["schedule", "status_quo", "--explain", query]);
        command.assert().code(2).stderr(contains(message));
    };
    refused("CAN:JPN", "importer:exporter:product group:date");
    refused("CAN:ZZZ:fish:2021-06-01", "`--explain` = ZZZ: expected one of USA");
    refused("CAN:JPN:cheese:2021-06-01", "`--explain` = cheese: expected one of rice");
    refused("CAN:JPN:fish:soon", "a date such as 2027-03-01");
}
