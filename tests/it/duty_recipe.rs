//! The recipe of docs/what_does_a_tariff_cost.md works as it stands there.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Shell blocks of the page.
fn blocks() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/what_does_a_tariff_cost.md");
    let text = fs::read_to_string(page).unwrap();
    let blocks = text.split("```sh\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap().to_owned()).collect()
}

fn rows(path: &Path) -> Vec<std::collections::HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

#[cfg(unix)]
#[test]
fn a_duty_of_ones_own_shows_its_effect_against_the_reference() {
    let folder = tempfile::tempdir().unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_tradepath"));
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let block = blocks().remove(0);
    let fewer = "--years 2025..2025 --draws 2 --event-draws 4";
    let script = block.replace("--years 2025..2030 --draws 20 --event-draws 200", fewer);
    assert_ne!(script, block);
    let mut shell = Command::new("sh");
    shell.arg("-ec").arg(&script).env("PATH", path).current_dir(folder.path());
    let done = shell.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let out = folder.path().join("my_duty");
    let of = |measure: &str, iso3: &str| -> f64 {
        let found = rows(&out.join("summary.csv"))
            .into_iter()
            .find(|row| row["measure"] == measure && row["iso3"] == iso3 && row["unit"] == "pct");
        found.unwrap()["expected_mean"].parse().unwrap()
    };
    // Who sells the cars loses, who is spared gains; the United States imports less.
    assert!(of("real_income", "JPN") < 0.0 && of("real_income", "MEX") > 0.0);
    assert!(of("imports", "USA") < 0.0);
    let parts = rows(&out.join("decomposition.csv"));
    let own = parts.iter().find(|row| row["iso3"] == "USA" && row["part"] == "tariffs_given").unwrap();
    let given: f64 = own["real_income_pct"].parse().unwrap();
    let all: Vec<f64> = parts
        .iter()
        .filter(|row| row["iso3"] == "USA" && row["told_by"] == "policy")
        .map(|row| row["real_income_pct"].parse().unwrap())
        .collect();
    assert!(given != 0.0 && all.iter().all(|part| part.abs() <= given.abs()), "{all:?}");
}
