//! Hindcasts: closed forms, scores worked out by hand, faults with their lines, the cases of the program.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;
use tradepath::data::{Dataset, Files};
use tradepath::projection::Adjustment;
use tradepath::validation::{HindcastRow, HindcastScore, Hindcasts, hindcasts};

const CASE_HEAD: &str = "hindcast,title,set,economy,value_added_share,importers,targets,base_year,target_year,\
                         placebo_from,placebo_to,trend_from,compared,products,least,gravity,note,mark\n";
const CASE: &str = "one,One importer,s,default,,AAA,BBB,2000,2002,1998,2000,1998,imports,,1,,,assumption\n";

/// A folder with one hindcast: an importer, two sellers, and a tariff of 10 % on the first of them.
fn folder(edit: impl Fn(&Path)) -> TempDir {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("cases.csv", &format!("{CASE_HEAD}{CASE}"));
    write("sets.csv", "set,years,unit,source,mark\ns,1998;2000;2002,musd,made up,assumption\n");
    write(
        "flows.csv",
        "set,exporter,importer,product,imports,tariff_pct,agreement\n\
         s,BBB,AAA,x,50;60;45,0;0;10,\n\
         s,CCC,AAA,x,50;40;55,,\n",
    );
    write("products.csv", "set,product,sector,share\ns,x,goods,1\n");
    write("partners.csv", "code,economy\nAAA,AAA\nBBB,BBB\nCCC,CCC\n");
    write("sizes.csv", "hindcast,product,year,size_ln\none,x,2001,0\none,x,2002,0.0571861\n");
    edit(folder.path());
    folder
}

fn edit(folder: &Path, file: &str, from: &str, to: &str) {
    let text = fs::read_to_string(folder.join(file)).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    fs::write(folder.join(file), text.replace(from, to)).unwrap();
}

fn made(folder: &TempDir) -> anyhow::Result<Hindcasts> {
    let data = Dataset::read(&Files::embedded().folder("tiny")).unwrap();
    let adjustment = Adjustment::read(&Files::embedded().folder("years")).unwrap();
    hindcasts(&Files::directory(folder.path()), &data, &adjustment)
}

/// Change of the share of the first of two sellers with shares `s` and `1 - s`, whose flow alone changes by `x`.
fn by_hand(s: f64, x: f64) -> [f64; 2] {
    let all = (s * x.exp() + 1.0 - s).ln();
    [x - all, -all]
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

fn score<'h>(found: &'h Hindcasts, keys: [&str; 5]) -> &'h HindcastScore<'static> {
    let is = |row: &&HindcastScore<'_>| {
        [&row.window, &row.method, &row.adjustment, &row.group, &row.outcome]
            .into_iter()
            .zip(keys)
            .all(|(text, key)| text == key)
    };
    found.scores.iter().find(is).unwrap_or_else(|| panic!("no row {keys:?}"))
}

#[test]
fn one_importer_two_sellers_and_a_tariff_by_hand() {
    let found = made(&folder(|_| ())).unwrap();
    // Theta 5 in the long run; in its first year the change has 0.3 of 6, less 1.
    let [bbb, ccc] = by_hand(0.6, -(0.3 * 6.0) * 1.1_f64.ln());
    let rows: Vec<&HindcastRow<'_>> = found.flows.iter().collect();
    assert_eq!(rows.iter().map(|row| row.exporter.as_ref()).collect::<Vec<&str>>(), ["BBB", "CCC"]);
    assert!(close(rows[0].demand, bbb) && close(rows[1].demand, ccc), "{rows:?}");
    assert!(close(rows[0].actual, f64::ln(0.45 / 0.6)) && close(rows[1].actual, f64::ln(0.55 / 0.4)));
    assert_eq!([&rows[0].group, &rows[1].group].map(|group| group.as_ref()), ["target", "others"]);
    assert!(close(rows[0].weight_share, 0.6) && close(rows[0].tariff_dln, 1.1_f64.ln()));
    // In equilibrium the seller that is hit becomes cheaper, so that it loses less than by the tariff alone.
    let long_run = by_hand(0.6, -6.0 * 1.1_f64.ln());
    assert!(rows[0].predicted_long_run > long_run[0] && rows[0].predicted_long_run < -0.05, "{rows:?}");
    // An elasticity with a standard error of 1 gives an interval around the prediction.
    assert!(rows[0].predicted_p05 < rows[0].predicted && rows[0].predicted < rows[0].predicted_p95);
    // 50 + 50 became 60 + 40: twice as many years on as many years, normalised within the product.
    let trend = [(1.2_f64, 0.6), (0.8, 0.4)];
    let all: f64 = trend.iter().map(|(growth, share)| growth * share).sum();
    assert!(close(rows[0].trend, (1.2 / all).ln()) && close(rows[1].trend, (0.8 / all).ln()), "{rows:?}");
}

#[test]
fn scores_are_those_worked_out_by_hand() {
    let found = made(&folder(|_| ())).unwrap();
    let [bbb, ccc] = by_hand(0.6, -6.0 * 1.1_f64.ln());
    let (a, b) = (f64::ln(0.45 / 0.6), f64::ln(0.55 / 0.4));
    let all = score(&found, ["forecast", "demand", "long_run", "all", "share"]);
    let mean = |x: f64, y: f64| 0.6 * x + 0.4 * y;
    let covariance =
        |x: [f64; 2], y: [f64; 2]| mean(x[0] * y[0], x[1] * y[1]) - mean(x[0], x[1]) * mean(y[0], y[1]);
    let (p, actual) = ([bbb, ccc], [a, b]);
    assert_eq!((all.n, all.n_gone, all.from_year, all.to_year), (2, 0, 2000, 2002));
    assert!(close(all.slope.unwrap(), covariance(p, actual) / covariance(p, p)));
    assert!(close(all.correlation.unwrap(), 1.0), "two points lie on a line");
    let rmse = mean((a - bbb).powi(2), (b - ccc).powi(2)).sqrt();
    let still = mean(a * a, b * b).sqrt();
    assert!(close(all.rmse, rmse) && close(all.rmse_no_change, still), "{all:?}");
    assert!(close(all.rmse_proportional, still), "of shares it is no change");
    assert!(close(all.gain_pct.unwrap(), 100.0 * (1.0 - rmse / still)));
    assert_eq!((all.rmse_gravity, all.correlation_p05, all.gain_p95_pct), (None, None, None));
    // Of levels: imports were 100 and 100, so that proportional growth is none.
    let level = score(&found, ["forecast", "demand", "long_run", "all", "level"]);
    let (a, b) = (f64::ln(45.0 / 60.0), f64::ln(55.0 / 40.0));
    assert!(close(level.rmse_no_change, mean(a * a, b * b).sqrt()));
    assert!(close(level.rmse_proportional, level.rmse_no_change));
    // The placebo: the same predictions beside 1998 to 2000, weights of 1998.
    let placebo = score(&found, ["placebo", "demand", "long_run", "all", "share"]);
    let (a, b) = (f64::ln(0.6 / 0.5), f64::ln(0.4 / 0.5));
    let error = (0.5 * (a - bbb).powi(2) + 0.5 * (b - ccc).powi(2)).sqrt();
    assert!(close(placebo.rmse, error) && placebo.coverage_pct.is_none(), "{placebo:?}");
    // Both actual changes are outside the interval of elasticities, and inside with the noise of the years before.
    let adjusted = score(&found, ["forecast", "demand", "adjusted", "all", "share"]);
    assert_eq!((adjusted.coverage_pct, adjusted.coverage_with_noise_pct), (Some(0.0), Some(100.0)));
    let target = score(&found, ["forecast", "demand", "adjusted", "target", "share"]);
    assert_eq!((target.n, target.slope), (1, None));
}

/// Two equal countries that sell to each other, one sector.
fn two_alike(tariff: &str) -> TempDir {
    folder(|folder| {
        let case = "one,Two alike,s,own,1,AAA,BBB,2000,2002,1998,2000,1998,spending,,1,,,assumption\n";
        fs::write(folder.join("cases.csv"), format!("{CASE_HEAD}{case}")).unwrap();
        let flows = format!(
            "set,exporter,importer,product,imports,tariff_pct,agreement\n\
             s,AAA,AAA,x,70;70;80,,\ns,BBB,BBB,x,70;70;80,,\n\
             s,BBB,AAA,x,30;30;20,{tariff},\ns,AAA,BBB,x,30;30;20,{tariff},\n"
        );
        fs::write(folder.join("flows.csv"), flows).unwrap();
    })
}

#[test]
fn in_an_economy_of_its_own_two_alike_keep_their_wages() {
    // Both charge 10 %: wages move alike, so that shares of spending follow from the tariff alone.
    let found = made(&two_alike("0;0;10")).unwrap();
    let [foreign, home] = by_hand(0.3, -6.0 * 1.1_f64.ln());
    let of = |exporter: &str| found.flows.iter().find(|row| row.exporter == exporter).unwrap();
    assert!((of("BBB").predicted_long_run - foreign).abs() < 1e-7, "{:?}", of("BBB"));
    assert!((of("AAA").predicted_long_run - home).abs() < 1e-7, "{:?}", of("AAA"));
    assert_eq!([of("AAA"), of("BBB")].map(|row| row.group.as_ref()), ["home", "target"]);
    assert_eq!(score(&found, ["forecast", "equilibrium", "long_run", "home", "share"]).n, 1);
}

#[test]
fn without_a_change_nothing_is_predicted() {
    let found = made(&two_alike("5;5;5")).unwrap();
    for row in &found.flows {
        let all = [row.predicted, row.predicted_long_run, row.demand, row.predicted_p05, row.predicted_p95];
        assert!(all.iter().all(|change| change.abs() < 1e-9), "{row:?}");
    }
    let all = score(&found, ["forecast", "demand", "long_run", "all", "share"]);
    assert!(all.slope.is_none() && all.gain_pct.unwrap().abs() < 1e-6, "{all:?}");
}

#[test]
fn gravity_is_estimated_on_the_years_before_and_says_so() {
    // Where BBB has an agreement from 2000 on its sales double against those of CCC: a coefficient of ln 2.
    let found = made(&folder(|folder| {
        let formula = "imports ~ agreement | exporter + year";
        edit(folder, "cases.csv", "imports,,1,,,", &format!("imports,,1,{formula},,"));
        let flows = "s,BBB,AAA,x,50;100;150,,0;1;0\ns,CCC,AAA,x,50;50;50,,";
        edit(folder, "flows.csv", "s,BBB,AAA,x,50;60;45,0;0;10,\ns,CCC,AAA,x,50;40;55,,", flows);
    }))
    .unwrap();
    assert!(found.notes[0].contains("agreement 0.693"), "{:?}", found.notes);
    // It ends: two thirds of what is bought fall by half.
    let [bbb, _] = by_hand(2.0 / 3.0, -f64::ln(2.0));
    let row = found.flows.iter().find(|row| row.exporter == "BBB").unwrap();
    assert!((row.gravity.unwrap() - bbb).abs() < 1e-6, "{row:?}");
}

#[test]
fn faults_are_told_together_with_their_lines() {
    let spoiled = folder(|folder| {
        edit(folder, "cases.csv", "2000,2002,1998,2000,1998", "2001,2000,1998,2000,2000");
        edit(folder, "cases.csv", "imports,,1,,,", "imports,,1,imports | x,,");
        edit(folder, "cases.csv", "one,One importer,s,default", "one,One importer,s,own");
        edit(folder, "cases.csv", "imports,,1,", "imports,y,1,");
        edit(folder, "flows.csv", "50;60;45", "50;60");
        edit(folder, "flows.csv", "50;40;55", "50;x;-1");
        edit(folder, "products.csv", "goods,1", "goods,0.5");
        edit(folder, "partners.csv", "CCC,CCC\n", "");
        edit(folder, "sizes.csv", "one,x,2001", "two,x,2001");
    });
    let told = made(&spoiled).unwrap_err().to_string();
    for text in [
        "cases.csv:2 `base_year` = 2001",
        "cases.csv:2 `value_added_share` = empty",
        "cases.csv:2 `gravity` = imports | x",
        "cases.csv:2 `products` = y",
        "flows.csv:2 `imports` = 50;60",
        "flows.csv:3 `imports` = 50;x;-1",
        "products.csv:2 `share` = 0.5",
        "sizes.csv:2 `hindcast` = two",
    ] {
        assert!(told.contains(text), "`{text}` is not in:\n{told}");
    }
    let spoiled = folder(|folder| edit(folder, "partners.csv", "CCC,CCC\n", ""));
    let told = made(&spoiled).unwrap_err().to_string();
    assert!(told.contains("partners.csv `code` = none") && told.contains("CCC"), "{told}");
}

#[test]
fn what_the_data_set_has_not_is_left_out_and_said() {
    let found = made(&folder(|folder| edit(folder, "products.csv", "goods", "wheat"))).unwrap();
    assert!(found.flows.is_empty() && found.notes[0].contains("no traded sector wheat"), "{:?}", found.notes);
    let empty = TempDir::new().unwrap();
    let found = made(&empty).unwrap();
    assert!(found.scores.is_empty() && found.notes[0].contains("no hindcasts"), "{:?}", found.notes);
}

/// Weighted correlation and root mean square error of written rows.
fn again(rows: &[HindcastRow<'_>]) -> (f64, f64) {
    let sum = |value: &dyn Fn(&HindcastRow<'_>) -> f64| -> f64 {
        rows.iter().map(|row| row.weight_share * value(row)).sum()
    };
    let (p, a) = (sum(&|row| row.predicted), sum(&|row| row.actual));
    let cross = sum(&|row| (row.predicted - p) * (row.actual - a));
    let (pp, aa) = (sum(&|row| (row.predicted - p).powi(2)), sum(&|row| (row.actual - a).powi(2)));
    (cross / (pp * aa).sqrt(), sum(&|row| (row.predicted - row.actual).powi(2)).sqrt())
}

#[test]
fn the_cases_of_the_program_are_made_and_their_scores_follow_from_their_flows() {
    let files = Files::embedded();
    let data = Dataset::read(&files.folder("apac")).unwrap();
    let adjustment = Adjustment::read(&files.folder("years")).unwrap();
    let found = hindcasts(&files.folder("hindcasts"), &data, &adjustment).unwrap();
    assert_eq!(found.titles.len(), 9, "{:?}", found.notes);
    for (id, _) in &found.titles {
        let rows: Vec<HindcastRow<'_>> =
            found.flows.iter().filter(|row| row.hindcast == *id).cloned().collect();
        let (correlation, rmse) = again(&rows);
        let is_it = |row: &&HindcastScore<'_>| {
            let keys = [&row.window, &row.method, &row.adjustment, &row.group, &row.outcome];
            row.hindcast == *id
                && keys.map(|key| key.as_ref()) == ["forecast", "equilibrium", "adjusted", "all", "share"]
        };
        let all = found.scores.iter().find(is_it).unwrap();
        assert_eq!(all.n, rows.len() as u64, "{id}");
        assert!((all.correlation.unwrap() - correlation).abs() < 1e-9, "{id}");
        assert!((all.rmse - rmse).abs() < 1e-9, "{id}");
        assert!((rows.iter().map(|row| row.weight_share).sum::<f64>() - 1.0).abs() < 1e-9, "{id}");
        assert!(rows.iter().any(|row| row.tariff_dln != 0.0), "{id}: no tariff moves");
    }
    // 12 rows a case at least: two windows, four variants, all and target and others.
    assert!(found.scores.len() >= 9 * 3 * 4 * 3, "{}", found.scores.len());
    let coverage = found.scores.iter().flat_map(|row| [row.coverage_pct, row.coverage_with_noise_pct]);
    assert!(coverage.flatten().all(|pct| (0.0..=100.0).contains(&pct)));
}

#[test]
fn calibrate_writes_the_committed_tables_again() {
    let Some(data) = super::oracles::shared("data") else { return };
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("hindcasts");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.args(["calibrate", "--source", "hindcasts", "--input"]).arg(data.parent().unwrap());
    command.arg("--out").arg(&out).assert().success();
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/hindcasts");
    for file in ["cases.csv", "flows.csv", "partners.csv", "products.csv", "sets.csv", "sizes.csv"] {
        let same = fs::read(out.join(file)).unwrap() == fs::read(committed.join(file)).unwrap();
        assert!(same, "{file} differs: run `tradepath calibrate --source hindcasts`");
    }
}

#[test]
fn missing_sources_of_flows_are_named_together() {
    let folder = TempDir::new().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.args(["calibrate", "--source", "hindcasts", "--input"]).arg(folder.path());
    let told = command.arg("--out").arg(folder.path().join("out")).assert().code(2);
    let told = String::from_utf8(told.get_output().stderr.clone()).unwrap();
    for file in ["naics3_quarterly", "japan_trade_area", "agtpa_panel", "trade_panel"] {
        assert!(told.contains(file), "{file} is not in:\n{told}");
    }
}
