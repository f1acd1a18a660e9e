//! The recipes of `docs/recipes.md` run: those for which the tool is here; the others are skipped, and said so.
//!
//! `TRADEPATH_PYTHON` names a Python with pandas, polars, duckdb, pyarrow and frictionless; default `python3`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use assert_cmd::Command as Tradepath;

/// A block of code of the page.
struct Recipe {
    language: String,
    code: String,
}

fn recipes() -> Vec<Recipe> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/recipes.md");
    let page = fs::read_to_string(path).unwrap();
    let blocks = page.split("```").skip(1).step_by(2);
    let recipe = |block: &str| {
        let (language, code) = block.split_once('\n').unwrap();
        Recipe { language: language.to_owned(), code: code.to_owned() }
    };
    blocks.map(recipe).collect()
}

fn python() -> String {
    std::env::var("TRADEPATH_PYTHON").unwrap_or_else(|_| "python3".into())
}

/// Runs a program in `folder`; `None`, and said so, where it is not there.
fn output(folder: &Path, program: &str, arguments: &[&str]) -> Option<Output> {
    match Command::new(program).args(arguments).current_dir(folder).output() {
        Ok(output) => Some(output),
        Err(_) => {
            println!("skipped: {program} is not installed");
            None
        }
    }
}

fn succeeds(folder: &Path, program: &str, arguments: &[&str]) -> Option<String> {
    let output = output(folder, program, arguments)?;
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {told}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// True where Python has a module; said where it has not.
fn has_module(folder: &Path, module: &str) -> bool {
    let found = output(folder, &python(), &["-c", &format!("import {module}")]);
    let is_there = found.is_some_and(|found| found.status.success());
    if !is_there {
        println!("skipped: Python without {module}");
    }
    is_there
}

fn tradepath(folder: &Path, line: &str) -> String {
    let mut command = Tradepath::new(env!("CARGO_BIN_EXE_tradepath"));
    let done = command.current_dir(folder).args(line.split_whitespace()).assert().success();
    String::from_utf8(done.get_output().stdout.clone()).unwrap()
}

/// A short run of the embedded plan in `outputs/mine`.
fn finished_run() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let line = "run --draws 2 --event-draws 50 --years 2026..2027 --options cptpp_accession --quiet --out outputs/mine";
    tradepath(folder.path(), line);
    folder
}

#[test]
fn every_recipe_runs_where_its_tool_is_here() {
    let folder = finished_run();
    let at = folder.path();
    let mut n = 0;
    for Recipe { language, code } in recipes() {
        n += 1;
        match language.as_str() {
            "python" => {
                let module = code.split_whitespace().nth(1).unwrap();
                if has_module(at, module) {
                    let shown = succeeds(at, &python(), &["-c", &code]).unwrap();
                    assert!(shown.contains("cptpp_accession"), "{code}\n{shown}");
                }
            }
            "r" => {
                if let Some(shown) = succeeds(at, "Rscript", &["-e", &code]) {
                    assert!(shown.contains("cptpp_accession"), "{shown}");
                }
            }
            "sh" => {
                for line in code.lines() {
                    tradepath(at, line.strip_prefix("tradepath ").unwrap());
                }
                assert!(at.join("outputs/parquet/lookup/countries.parquet").exists());
                assert!(fs::read_to_string(at.join("outputs/iamc/iamc.csv")).unwrap().lines().count() > 1000);
            }
            "soffice" => {
                let words: Vec<&str> = code.split_whitespace().collect();
                if succeeds(at, words[0], &words[1..]).is_some() {
                    assert!(at.join("outputs/sheets/summary.xlsx").exists());
                }
            }
            "frictionless" => {
                if has_module(at, "frictionless") {
                    let words: Vec<&str> = code.split_whitespace().skip(1).collect();
                    succeeds(at, &python(), &[&["-m", "frictionless"], &words[..]].concat());
                }
            }
            "stata" => println!("skipped: Stata is never here"),
            other => panic!("{other}: say how this recipe is run"),
        }
    }
    assert!(n >= 7, "{n} recipes");
}

/// Reads every table of a folder with the defaults of polars, pandas and DuckDB, and as Parquet.
const READ_ALL: &str = "
import glob, importlib.util, sys
known = [name for name in ('polars', 'pandas', 'duckdb') if importlib.util.find_spec(name)]
files = sorted(glob.glob('outputs/**/*.csv', recursive=True))
for path in files:
    for name in known:
        module = __import__(name)
        try:
            read = {'polars': lambda: module.read_csv(path), 'pandas': lambda: module.read_csv(path),
                    'duckdb': lambda: module.sql(f\"FROM '{path}'\").fetchall()}[name]
            read()
        except Exception as error:
            if 'EmptyData' not in type(error).__name__: sys.exit(f'{name} {path}: {error}')
print(len(files), 'files', *known)
";

#[test]
fn every_table_is_read_at_the_defaults_of_each_tool() {
    let folder = finished_run();
    let at = folder.path();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/tiny");
    fs::write(at.join("cut.csv"), "exporter,importer,sector,tariff_pct\nBBB,AAA,goods,0\n").unwrap();
    let data = data.display();
    let solve = format!("solve --baseline {data} --tariffs cut.csv");
    let lines = [
        format!("{solve} --sensitivities --out outputs/solve"),
        format!("optimal --baseline {data} --country AAA --out outputs/optimal"),
        format!("nash --baseline {data} --players AAA,BBB --vary uniform --out outputs/nash"),
        "timeline cptpp_accession --draws 20 --out outputs/timeline".into(),
        "schedule cptpp_accession --importer JPN --exporter USA --out outputs/schedule".into(),
        "validate --only checks,hindcasts,autarky --out outputs/validate".into(),
        "export outputs/mine --format iamc --out outputs/iamc".into(),
    ];
    for line in &lines {
        tradepath(at, line);
    }
    if has_module(at, "polars") {
        succeeds(at, &python(), &["-c", READ_ALL]);
    }
    if has_module(at, "frictionless") {
        for entry in fs::read_dir(at.join("outputs")).unwrap() {
            let package = entry.unwrap().path().join("datapackage.json");
            succeeds(at, &python(), &["-m", "frictionless", "validate", package.to_str().unwrap()]);
        }
    }
}
