//! `tradepath solve` and `tradepath check` as a user calls them.

use std::fs;

use assert_cmd::Command;
use predicates::str::contains;

fn tradepath() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

#[test]
fn free_trade_between_two_countries_of_the_tiny_set() {
    let folder = tempfile::tempdir().unwrap();
    let cut = folder.path().join("cut.csv");
    fs::write(&cut, "exporter,importer,sector,tariff_pct\nBBB,AAA,goods,0\nAAA,BBB,goods,0\n").unwrap();
    let out = folder.path().join("out");
    tradepath()
        .args(["solve", "--baseline", "data/tiny", "--tariffs"])
        .arg(&cut)
        .arg("--out")
        .arg(&out)
        .assert()
        .success();
    let text = fs::read_to_string(out.join("countries.csv")).unwrap();
    let rows: Vec<Vec<f64>> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').skip(1).map(|cell| cell.parse().unwrap()).collect())
        .collect();
    assert_eq!(rows.len(), 3);
    // The third country loses from diversion; the first-order parts and their remainder sum to welfare.
    assert!(rows[2][0] < 0.0, "CCC {}", rows[2][0]);
    for row in &rows {
        assert!((row[4] + row[5] + row[6] - row[0]).abs() < 1e-7);
        let exact: f64 = row[7..12].iter().sum();
        assert!((exact - 100.0 * (1.0 + row[0] / 100.0).ln()).abs() < 1e-6);
    }
    let manifest: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.join("manifest.json")).unwrap()).unwrap();
    assert!(manifest["residual"].as_f64().unwrap() < 1e-10);
}

#[test]
fn an_output_folder_in_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.txt"), "keep").unwrap();
    tradepath()
        .args(["solve", "--baseline", "data/tiny", "--out"])
        .arg(folder.path())
        .assert()
        .code(2)
        .stderr(contains("pass --overwrite"));
    assert!(folder.path().join("mine.txt").exists());
}

#[test]
fn fails_with_unknown_country_in_a_tariff_file_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let cut = folder.path().join("cut.csv");
    fs::write(&cut, "exporter,importer,sector,tariff_pct\nBBB,ZZZ,goods,0\nAAA,BBB,goods,-103\n").unwrap();
    let out = folder.path().join("out");
    tradepath()
        .args(["solve", "--baseline", "data/tiny", "--tariffs"])
        .arg(&cut)
        .arg("--out")
        .arg(&out)
        .assert()
        .code(2)
        .stderr(contains("cut.csv:2 `importer` = ZZZ: expected a country of the baseline (AAA, BBB, CCC)"))
        .stderr(contains("cut.csv:3 `tariff_pct` = -103: expected percent above -100"));
    assert!(!out.exists());
}

#[test]
fn the_tiny_set_is_clean() {
    tradepath().args(["check", "data/tiny"]).assert().success().stdout("ok\n");
}

fn table(path: &std::path::Path) -> Vec<std::collections::HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        header.iter().map(String::from).zip(record.iter().map(String::from)).collect()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

#[test]
fn sensitivities_stand_beside_welfare_and_flows_split_into_expansion_and_substitution() {
    let folder = tempfile::tempdir().unwrap();
    let cut = folder.path().join("cut.csv");
    fs::write(&cut, "exporter,importer,sector,tariff_pct\nBBB,AAA,goods,0\n").unwrap();
    let solve = |file: &std::path::Path, out: &str| {
        let out = folder.path().join(out);
        let mut command = tradepath();
        command.args(["solve", "--sensitivities", "--baseline", "data/tiny", "--tariffs"]);
        command.arg(file).arg("--out").arg(&out).assert().success();
        out
    };
    let out = solve(&cut, "out");
    let number = |row: &std::collections::HashMap<String, String>, column: &str| -> f64 {
        row[column].parse().unwrap()
    };
    for row in table(&out.join("trade.csv")) {
        let parts = number(&row, "expansion_musd") + number(&row, "substitution_musd");
        let change = number(&row, "new_musd") - number(&row, "base_musd");
        assert!((parts - change).abs() < 1e-6 * number(&row, "base_musd").max(1.0));
    }
    for row in table(&out.join("countries.csv")) {
        let (low, high) = (number(&row, "welfare_low_pct"), number(&row, "welfare_high_pct"));
        let welfare = number(&row, "welfare_pct");
        assert!(low < welfare && welfare < high && number(&row, "welfare_se_pct") > 0.0);
    }
    let by_theta = table(&out.join("sensitivity_theta.csv"));
    assert_eq!(by_theta.len(), 6);
    // A hundredth of a point more on the tariff that is cut, against the derivative.
    fs::write(&cut, "# unit: percent\nexporter,importer,sector,tariff_pct\nBBB,AAA,goods,0.01\n").unwrap();
    let more = table(&solve(&cut, "more").join("countries.csv"));
    let base = table(&out.join("countries.csv"));
    for row in table(&out.join("sensitivity_tariff.csv")) {
        if (&*row["exporter"], &*row["importer"], &*row["sector"]) == ("BBB", "AAA", "goods") {
            let of = |rows: &[std::collections::HashMap<String, String>]| {
                let row = rows.iter().find(|other| other["iso3"] == row["iso3"]).unwrap();
                100.0 * (number(row, "welfare_pct") / 100.0).ln_1p()
            };
            let slope = (of(&more) - of(&base)) / 0.01;
            assert!((slope - number(&row, "welfare_per_point")).abs() < 1e-2 * slope.abs() + 2e-4, "{row:?}");
        }
    }
}

#[test]
fn negative_final_demand_is_refused_and_cured_only_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir("data/tiny").unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let trade = folder.path().join("trade.csv");
    let text = fs::read_to_string(&trade).unwrap();
    // Hardly any goods are left at home, so that intermediate use exceeds what is bought.
    let poor: String = text
        .lines()
        .map(|line| match line {
            "AAA,AAA,goods,700" => "AAA,AAA,goods,70\n".to_owned(),
            "AAA,AAA,services,1000" => "AAA,AAA,services,3000\n".to_owned(),
            line => format!("{line}\n"),
        })
        .collect();
    fs::write(&trade, poor).unwrap();
    let out = folder.path().join("out");
    let solve = |cure: bool| {
        let mut command = tradepath();
        command.args(["solve", "--baseline"]).arg(folder.path()).arg("--out").arg(&out);
        if cure {
            command.arg("--cure-negative-demand");
        }
        command.assert()
    };
    solve(false).code(2).stderr(contains("implied final demand of AAA,goods")).stderr(contains("--cure-neg"));
    solve(true).success();
    let cured = table(&out.join("adjustments.csv"));
    assert_eq!((cured.len(), &*cured[0]["country"], &*cured[0]["sector"]), (1, "AAA", "goods"));
    assert!(cured[0]["before_musd"].parse::<f64>().unwrap() < 0.0);
}

const QUOTA_HEADER: &str = "importer,sector,product,exporters,trade_share,base_pct,in_quota_pct,out_of_quota_pct,\
                            volume_musd,today_kept,exporter_rent_share\n";

/// Calls `solve` on the tiny set with a file of quotas.
fn solve_quotas(folder: &std::path::Path, rows: &str) -> Command {
    let file = folder.join("quotas.csv");
    fs::write(&file, format!("{QUOTA_HEADER}{rows}")).unwrap();
    let mut command = tradepath();
    command
        .args(["solve", "--baseline", "data/tiny", "--overwrite", "--sensitivities", "--quotas"])
        .arg(file);
    command.arg("--out").arg(folder.join("out"));
    command
}

#[test]
fn a_quota_on_top_of_todays_imports_is_solved_and_written() {
    let folder = tempfile::tempdir().unwrap();
    solve_quotas(folder.path(), "AAA,goods,cheese,BBB|CCC,0.3,10,0,10,2,yes,0.5\n").assert().success();
    let text = fs::read_to_string(folder.path().join("out/quotas.csv")).unwrap();
    let row: Vec<&str> = text.lines().nth(1).unwrap().split(',').collect();
    assert_eq!(row[..5], ["AAA", "goods", "cheese", "BBB|CCC", "binding"]);
    let value = |at: usize| row[at].parse::<f64>().unwrap();
    // Today's imports are 0.3 x (120 + 40); the quota lets in 2 more.
    assert!((value(7) - 48.0).abs() < 1e-6 && (value(8) - 50.0).abs() < 1e-6 && value(9) == 1.0);
    assert!(value(5) > 8.0 && value(5) < 10.0, "wedge {}", value(5));
    assert!((value(12) - 0.5 * value(11)).abs() < 1e-6 && value(11) > 0.0);
}

#[test]
fn quotas_that_contradict_themselves_or_the_baseline_name_line_and_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "AAA,goods,a,BBB|DDD,0.3,10,0,10,2,maybe,0.5\nAAA,goods,b,BBB,1.3,10,0,10,-2,yes,0.5\n";
    solve_quotas(folder.path(), rows)
        .assert()
        .code(2)
        .stderr(contains("quotas.csv:2 `exporters` = BBB|DDD: expected countries of the baseline"))
        .stderr(contains("quotas.csv:2 `today_kept` = maybe: expected yes or no"))
        .stderr(contains("quotas.csv:3 `trade_share` = 1.3"))
        .stderr(contains("quotas.csv:3 `volume_musd` = -2"));
    let rows = "AAA,goods,a,BBB,0.9,60,0,60,2,no,0\nAAA,goods,b,CCC,0.1,10,20,10,2,no,0\n";
    solve_quotas(folder.path(), rows)
        .assert()
        .code(2)
        .stderr(contains(
            "quotas.csv:2 `product` = a: expected terms that agree with each other and with the baseline",
        ))
        .stderr(contains("quota products of BBB in goods of AAA: 90.0000 % of the flow"))
        .stderr(contains("quotas.csv:3 `product` = b"))
        .stderr(contains("quota on b from CCC: 20 % inside and 10 % outside"));
    assert!(!folder.path().join("out").exists());
}
