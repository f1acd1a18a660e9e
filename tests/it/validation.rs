//! The model beside published studies: the same policy, signs and order of countries, and the distance.
//!
//! `cargo test --release --test it validation -- --nocapture` prints the table of the README.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use assert_cmd::Command;

/// Real income in percent, Petri & Plummer WP 16-2 (2016), TPP with the United States, 2030. The figure of the
/// United States is published in the abstract, the others are recalled.
const PETRI_PLUMMER_2016: [(&str, f64); 19] = [
    ("USA", 0.5),
    ("CAN", 1.3),
    ("MEX", 1.0),
    ("JPN", 2.5),
    ("AUS", 0.6),
    ("NZL", 2.2),
    ("SGP", 3.9),
    ("MYS", 7.6),
    ("VNM", 8.1),
    ("BRN", 5.9),
    ("CHL", 0.9),
    ("PER", 2.6),
    ("KOR", -0.3),
    ("THA", -0.8),
    ("CHN", -0.1),
    ("IND", -0.1),
    ("IDN", -0.1),
    ("TWN", 0.2),
    ("PHL", -0.1),
];
/// Petri, Plummer, Urata & Zhai WP 17-10 (2017), CPTPP without the United States, 2030 (recalled).
const PETRI_PLUMMER_2017: [(&str, f64); 12] = [
    ("USA", 0.0),
    ("AUS", 0.5),
    ("BRN", 2.6),
    ("CAN", 0.8),
    ("CHL", 0.7),
    ("JPN", 0.9),
    ("MYS", 3.1),
    ("MEX", 0.7),
    ("NZL", 1.0),
    ("PER", 2.2),
    ("SGP", 2.7),
    ("VNM", 2.2),
];
/// USITC Publication 4607 (2016): real income of the United States in 2032, percent.
const USITC_USA: f64 = 0.23;

/// An agreement of `parties` that is in force from the first day of 2021.
fn option(id: &str, agreement: &str, parties: &str) -> String {
    format!(
        "id = \"{id}\"\ntitle = \"{id}\"\nbodies = [\"all\"]\n[[process]]\nid = \"{id}\"\nparty = \"all\"\nstart = \"2021-01-01\"\n\
         [[process.stage]]\nid = \"entry\"\nduration = {{ kind = \"fixed\", days = 0 }}\n\
         effects = [\"join:{agreement}:{parties}\"]\nmilestone = \"in_force\"\nsource = \"test\"\nmark = \"assumption\"\n"
    )
}

/// Writes the default data without the CPTPP and without anything that others do.
fn prepare(at: &Path) {
    tradepath::data::write_embedded(at).unwrap();
    let path = at.join("policy/tables/memberships.csv");
    let kept: Vec<String> = fs::read_to_string(&path)
        .unwrap()
        .lines()
        .filter(|line| !line.starts_with("cptpp,"))
        .map(str::to_owned)
        .collect();
    fs::write(path, kept.join("\n") + "\n").unwrap();
    let options = at.join("options");
    fs::write(options.join("world.toml"), "id = \"world\"\ntitle = \"nothing\"\n").unwrap();
    let eleven = "AUS;BRN;CAN;CHL;JPN;MEX;MYS;NZL;PER;SGP;VNM";
    fs::write(options.join("twelve.toml"), option("twelve", "tpp", &format!("{eleven};USA"))).unwrap();
    fs::write(options.join("eleven.toml"), option("eleven", "cptpp", eleven)).unwrap();
}

fn real_income(folder: &Path, id: &str) -> HashMap<String, f64> {
    let mut reader = csv::Reader::from_path(folder.join("reference.csv")).unwrap();
    let rows = reader.records().map(Result::unwrap);
    rows.filter(|row| &row[0] == id && &row[3] == "real_income" && &row[4] == "baseline")
        .map(|row| (row[2].to_owned(), row[6].parse().unwrap()))
        .collect()
}

/// Spearman's rank correlation.
fn rank_correlation(found: &HashMap<String, f64>, published: &[(&str, f64)]) -> f64 {
    let rank = |value: f64, all: &[f64]| {
        let below = all.iter().filter(|other| **other < value).count() as f64;
        below + all.iter().filter(|other| **other == value).count() as f64 / 2.0
    };
    let ours: Vec<f64> = published.iter().map(|(country, _)| found[*country]).collect();
    let theirs: Vec<f64> = published.iter().map(|(_, pct)| *pct).collect();
    let (x, y): (Vec<f64>, Vec<f64>) =
        ours.iter().zip(&theirs).map(|(a, b)| (rank(*a, &ours), rank(*b, &theirs))).unzip();
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let (mx, my) = (mean(&x), mean(&y));
    let cov: f64 = x.iter().zip(&y).map(|(a, b)| (a - mx) * (b - my)).sum();
    let var = |v: &[f64], m: f64| v.iter().map(|a| (a - m).powi(2)).sum::<f64>();
    cov / (var(&x, mx) * var(&y, my)).sqrt()
}

fn print(title: &str, found: &HashMap<String, f64>, published: &[(&str, f64)]) {
    println!("{title}: country, here %, published %");
    for (country, pct) in published {
        println!("| {country} | {:.2} | {pct:.1} |", found[*country]);
    }
}

#[test]
fn gains_have_the_sign_and_the_order_of_published_studies() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    prepare(&data);
    Command::new(env!("CARGO_BIN_EXE_tradepath"))
        .current_dir(folder.path())
        .args([
            "run",
            "data/plan.toml",
            "--options",
            "twelve,eleven",
            "--years",
            "2035",
            "--draws",
            "1",
            "--event-draws",
            "1",
        ])
        .args(["--out", "out"])
        .assert()
        .success();
    let twelve = real_income(&folder.path().join("out"), "twelve");
    let eleven = real_income(&folder.path().join("out"), "eleven");
    print("TPP with the United States, year 15", &twelve, &PETRI_PLUMMER_2016);
    print("CPTPP without the United States, year 15", &eleven, &PETRI_PLUMMER_2017);
    println!("USITC (2016), USA: {USITC_USA} %");
    for (country, published) in PETRI_PLUMMER_2016.iter().filter(|(_, pct)| *pct > 0.3) {
        let found = twelve[*country];
        assert!(found > 0.0 && found < *published, "{country}: {found} against {published}");
    }
    let members = ["USA", "CAN", "MEX", "JPN", "AUS", "NZL", "SGP", "MYS", "VNM", "BRN", "CHL", "PER"];
    let least = members.map(|member| twelve[member]).into_iter().fold(f64::INFINITY, f64::min);
    for outsider in ["KOR", "THA", "CHN", "IND", "PHL", "IDN"] {
        // What the texts open to everybody (spillover_share of policy/depth.csv) outweighs the diversion of trade, but no more.
        assert!(twelve[outsider].abs() < 0.5 * least, "{outsider} {} against {least}", twelve[outsider]);
    }
    // An outsider far away that sells services wins by what is opened to it.
    assert!(twelve["EU"] >= 0.0, "{}", twelve["EU"]);
    // A static model of perfect competition gives less than dynamic ones with new varieties or capital.
    assert!((USITC_USA / 10.0..USITC_USA).contains(&twelve["USA"]), "{}", twelve["USA"]);
    assert!(eleven["USA"].abs() < 0.05 && twelve["USA"] > eleven["USA"]);
    for member in ["JPN", "VNM", "MYS", "NZL"] {
        assert!(
            twelve[member] > eleven[member] && eleven[member] > 0.0,
            "{member} gains from the United States"
        );
    }
    let (first, second) =
        (rank_correlation(&twelve, &PETRI_PLUMMER_2016), rank_correlation(&eleven, &PETRI_PLUMMER_2017));
    println!("rank correlation {first:.2} and {second:.2}");
    assert!(first > 0.8 && second > 0.7, "rank correlation {first} and {second}");
}
