//! What `estimate` prints: models side by side, in text, Markdown, LaTeX, CSV and JSON.

use super::{Run, fixture, read_rows};

const ONE: &str = "trade ~ ln(dist) + rta | exporter + importer";
const TWO: &str = "trade ~ ln(dist) + rta | exporter^year + importer^year";
const THREE: &str = "trade ~ rta | exporter^year + importer^year + pair(exporter,importer)";

/// The answer for the three models.
fn answer(arguments: &[&str]) -> String {
    let mut run = Run::new(&fixture("panel.csv"), ONE)
        .args(&["--formula", TWO, "--formula", THREE, "--cluster", "pair(exporter,importer)"])
        .args(arguments);
    String::from_utf8(run.command.assert().success().get_output().stdout.clone()).unwrap()
}

/// The cells of the first line that begins with a label.
fn cells<'t>(text: &'t str, label: &str) -> Vec<&'t str> {
    let line = text.lines().find_map(|line| line.strip_prefix(label));
    line.unwrap_or_else(|| panic!("no line {label}: {text}")).split_whitespace().collect()
}

#[test]
fn models_stand_side_by_side_in_80_columns() {
    let mut run = Run::new(&fixture("panel.csv"), ONE).args(&["--formula", TWO]);
    let rows = run.table("coefficients.csv");
    let text = String::from_utf8(run.command.args(["--overwrite"]).output().unwrap().stdout).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert_eq!(cells(&text, "Dependent variable"), ["trade", "trade"]);
    assert_eq!(cells(&text, "Estimator"), ["PPML", "PPML"]);
    assert_eq!(cells(&text, "exporter^year"), ["no", "yes"]);
    // The coefficients are those of the file, to four digits, with their errors in brackets.
    let shown: Vec<f64> = cells(&text, "ln(dist)")
        .iter()
        .map(|cell| cell.trim_matches(['*', '(', ')']).parse().unwrap())
        .collect();
    let in_file = |model: &str, column: &str| -> f64 {
        let row = rows.iter().find(|row| row["model"] == model && row["term"] == "ln(dist)").unwrap();
        row[column].parse().unwrap()
    };
    let expected = [("1", "estimate"), ("1", "std_error"), ("2", "estimate"), ("2", "std_error")];
    for (shown, (model, column)) in shown.iter().zip(expected) {
        let exact = in_file(model, column);
        assert!((shown - exact).abs() <= 5e-4 * exact.abs(), "{column} of {model}: {shown}, {exact}");
    }
    assert_eq!(shown.len(), 4);
    assert!(text.contains("Standard errors in brackets, robust to heteroskedasticity."), "{text}");
    assert!(text.contains("*** p < 0.01"), "{text}");
    assert_eq!(
        text.lines().last().unwrap(),
        format!("results: {}", run.out("").display()).trim_end_matches('/')
    );
}

#[test]
fn a_third_model_goes_on_below() {
    let text = answer(&[]);
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert_eq!(text.matches("Dependent variable").count(), 2, "{text}");
    assert!(text.contains("clustered by pair(exporter,importer)."), "{text}");
}

#[test]
fn latex_and_markdown_have_outcome_effects_and_notes() {
    let text = answer(&["--format", "latex"]);
    for part in [
        "\\begin{tabular}{lccc}",
        " & (1) & (2) & (3) \\\\",
        "Dependent variable & trade & trade & trade \\\\",
        "exporter\\^{}year & no & yes & yes \\\\",
        "Pseudo R2 & ",
        "\\multicolumn{4}{l}{\\footnotesize Standard errors in brackets, clustered by ",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // Every line has as many columns as the table.
    let rows = text.lines().filter(|line| line.contains(" & "));
    assert!(rows.clone().count() > 8 && rows.clone().all(|row| row.matches(" & ").count() == 3), "{text}");
    let text = answer(&["--format", "markdown"]);
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    assert!(rows.iter().all(|row| row.matches('|').count() == 5), "{text}");
    assert!(rows.contains(&"| Effect exporter^year | no | yes | yes |"), "{text}");
}

#[test]
fn csv_and_json_say_the_same() {
    let json: serde_json::Value = serde_json::from_str(&answer(&["--format", "json"])).unwrap();
    let models = json["models"].as_array().unwrap();
    let csv = answer(&["--format", "csv"]);
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let mut n = 0;
    for row in reader.records() {
        let row = row.unwrap();
        let model: usize = row[0].parse().unwrap();
        let coefficients = models[model - 1]["coefficients"].as_array().unwrap();
        let one = coefficients.iter().find(|one| one["term"] == row[1]).unwrap();
        let estimate: f64 = row[2].parse().unwrap();
        assert!((estimate - one["estimate"].as_f64().unwrap()).abs() <= 1e-11 * estimate.abs());
        n += 1;
    }
    assert_eq!(n, 5);
    assert_eq!(models[2]["formula"], THREE);
}

#[test]
fn one_model_keeps_its_tables_and_needs_no_folder() {
    let mut run = Run::new(&fixture("panel.csv"), TWO);
    let several = Run::new(&fixture("panel.csv"), ONE).args(&["--formula", TWO]).table("coefficients.csv");
    let one = run.table("coefficients.csv");
    assert!(one.iter().all(|row| !row.contains_key("model")));
    for row in &one {
        let same =
            several.iter().find(|other| other["model"] == "2" && other["term"] == row["term"]).unwrap();
        assert!(row.iter().all(|(column, cell)| same[column] == *cell), "{row:?} {same:?}");
    }
    assert_eq!(read_rows(&run.out("collinear.csv")).len(), 0);
    let panel = fixture("panel.csv");
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_tradepath"));
    command.args(["estimate", "--formula", TWO, "--panel"]).arg(panel).current_dir(run.folder.path());
    let answer = command.assert().success();
    let text = String::from_utf8(answer.get_output().stdout.clone()).unwrap();
    assert!(text.contains("Observations") && !text.contains("results:"), "{text}");
    assert_eq!(std::fs::read_dir(run.folder.path()).unwrap().count(), 1, "only the first run's folder");
}
