//! `tradepath tornado`, and the parts of gains, on the example of the goldens.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::str::contains;
use tempfile::TempDir;

const HEADER: &str = "assumption,title,file,rows,column,operation,low,high,least,most,source,mark\n";

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { fs::copy(&path, target).map(|_| ()).unwrap() }
    }
}

/// The example with these ranges.
fn example(ranges: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens/example"), &folder.path().join("data"));
    fs::write(folder.path().join("data/tornado.csv"), format!("{HEADER}{ranges}")).unwrap();
    folder
}

fn tradepath(at: &Path, arguments: &[&str]) -> assert_cmd::assert::Assert {
    Command::new(env!("CARGO_BIN_EXE_tradepath")).current_dir(at).args(arguments).assert()
}

fn rows(path: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn each_assumption_goes_to_its_ends_alone() {
    let folder = example(
        "still,Nothing,policy/tables/barriers.csv,,ave_pct,times,1,1,,,test,assumption\n\
         elasticities,Elasticities,baseline/sectors.csv,kind=goods,theta,times,0.5,1.5,,,test,assumption\n\
         duties,Duties,policy/tables/mfn.csv,importer=BBB|CCC,mfn_pct,times,0.5,1,,,test,assumption\n",
    );
    let at = folder.path();
    let answer = tradepath(at, &["tornado", "--data", "data", "--out", "out", "--quiet"]).success();
    let answer = String::from_utf8(answer.get_output().stdout.clone()).unwrap();
    assert!(
        answer.contains("Elasticities") && answer.lines().all(|line| line.chars().count() <= 80),
        "{answer}"
    );
    let found = rows(&at.join("out/tornado.csv"));
    assert_eq!(found.len(), (3 + 3) * 2, "assumptions and every two of them x options");
    let of = |id: &str, option: &str| -> [f64; 4] {
        let row = found.iter().find(|row| row[0] == id && row[2] == option).unwrap();
        [6, 7, 8, 9].map(|column| row[column].parse().unwrap())
    };
    let [central, low, high, swing] = of("still", "join");
    assert_eq!((low, high, swing), (central, central, 0.0));
    assert_eq!(found[4][0], "still", "the least comes last");
    let [now, low, high, swing] = of("elasticities", "join");
    assert!(now == central && low != high && swing > 0.0);
    let [_, low, high, _] = of("duties", "join");
    assert!(low != central && (high - central).abs() < 1e-9, "one end is as it is");
    // With one that moves nothing the corners are the ends.
    let ends = of("elasticities", "join");
    let together =
        found.iter().find(|row| row[0].contains('+') && row[0].contains("still") && row[2] == "join");
    let other = together.unwrap()[0].replace("still", "").replace('+', "");
    let ends = if other == "elasticities" { ends } else { of(&other, "join") };
    let [least, most] = [7, 8].map(|column| together.unwrap()[column].parse::<f64>().unwrap());
    assert_eq!((least, most), (ends[1].min(ends[2]), ends[1].max(ends[2])));
    let alone = ["tornado", "--data", "data", "--together", "0", "--format", "csv", "--quiet"];
    let answer = tradepath(at, &alone).success();
    assert_eq!(String::from_utf8(answer.get_output().stdout.clone()).unwrap().lines().count(), 1 + 3 * 2);
    assert!(fs::read_to_string(at.join("out/tornado.svg")).unwrap().contains("Elasticities"));
}

#[test]
fn a_variance_is_taken_apart_by_group() {
    let folder = example("");
    let at = folder.path();
    let arguments = ["variance", "--data", "data", "--points", "6", "--out", "out", "--quiet"];
    let answer = tradepath(at, &arguments).success();
    let answer = String::from_utf8(answer.get_output().stdout.clone()).unwrap();
    assert!(answer.lines().all(|line| line.chars().count() <= 80), "{answer}");
    let found = rows(&at.join("out/variance.csv"));
    let groups = [
        "events",
        "politics",
        "elasticities",
        "depth",
        "services_cuts",
        "utilisation",
        "capital_shares",
        "growth",
    ];
    assert_eq!(found.len() % groups.len(), 0);
    let mut varies = 0;
    for of_country in found.chunks(groups.len()) {
        assert!(of_country.iter().map(|row| &row[3]).eq(groups), "{of_country:?}");
        let totals = || of_country.iter().filter_map(|row| row[6].parse::<f64>().ok());
        assert!(totals().all(|total| total >= 0.0), "{of_country:?}");
        varies += usize::from(totals().sum::<f64>() > 0.5);
    }
    assert!(varies > 0, "{found:?}");
    assert_eq!(fs::read_to_string(at.join("out/variance.csv")).unwrap().lines().count(), found.len() + 1);
    tradepath(at, &["variance", "--data", "data", "--points", "2"]).code(2).stderr(contains("--points"));
}

#[test]
fn a_range_of_what_is_not_there_is_refused_with_its_line() {
    for (row, expected) in [
        ("a,A,policy/nothing.csv,,x,times,1,2,,,test,assumption", "nothing.csv `file` = missing"),
        (
            "a,A,policy/tables/mfn.csv,,rate,times,1,2,,,test,assumption",
            "tornado.csv:2 `column` = rate: expected a column of policy/tables/mfn.csv",
        ),
        (
            "a,A,policy/tables/mfn.csv,importer=ZZZ,mfn_pct,times,1,2,,,test,assumption",
            "tornado.csv:2 `rows` = importer=ZZZ: expected rows of policy/tables/mfn.csv",
        ),
        (
            "a,A,policy/tables/mfn.csv,,mfn_pct,double,1,2,,,test,assumption",
            "tornado.csv:2 `operation` = double",
        ),
        ("a,A,policy/tables/mfn.csv,,mfn_pct,plus,0,-500,,,test,assumption", "assumption a, high end"),
    ] {
        let folder = example(&format!("{row}\n"));
        tradepath(folder.path(), &["tornado", "--data", "data"]).code(2).stderr(contains(expected));
    }
}

#[test]
fn parts_of_gains_sum_to_them_on_an_example() {
    let folder = example("");
    let at = folder.path();
    tradepath(at, &["run", "data/plan.toml", "--digits", "17", "--quiet", "--out", "out"]).success();
    let mut sums: HashMap<[String; 3], f64> = HashMap::new();
    for row in rows(&at.join("out/decomposition.csv")) {
        let value: f64 = row[5].parse().unwrap();
        *sums.entry([row[0].clone(), row[2].clone(), row[3].clone()]).or_default() += value;
    }
    assert_eq!(sums.len(), 2 * 4 * 2, "options x countries x ways of telling");
    for row in rows(&at.join("out/reference.csv")) {
        if row[1] == "2025" && row[3] == "real_income" && row[4] == "reference" {
            let gain: f64 = row[6].parse().unwrap();
            for told_by in ["policy", "channel"] {
                let sum = sums[&[row[0].clone(), row[2].clone(), told_by.to_owned()]];
                // 1e-8 of ln W, in percent.
                assert!((sum - gain).abs() < 2e-6, "{row:?} {told_by}: {sum}");
            }
        }
    }
}
