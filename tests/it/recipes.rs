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

/// The same in R.
const READ_ALL_IN_R: &str = "for (path in list.files('outputs', '[.]csv$', recursive = TRUE, full.names = TRUE)) \
    if (file.size(path) > 0) invisible(read.csv(path))";

/// Inputs of commands in small: three countries, the example of the goldens with a range, a panel, outside tables.
fn inputs(at: &Path) {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy(&ours.join("data/tiny"), &at.join("tiny"));
    copy(&ours.join("tests/goldens/example"), &at.join("data"));
    let mut files = vec![
        ("cut.csv", "exporter,importer,sector,tariff_pct\nBBB,AAA,goods,0\n".to_owned()),
        (
            "data/tornado.csv",
            "assumption,title,file,rows,column,operation,low,high,least,most,source,mark\n\
             elasticities,Elasticities,baseline/sectors.csv,kind=goods,theta,times,0.5,1.5,,,test,assumption\n"
                .into(),
        ),
        (
            "outside/trade.csv",
            "refYear,reporterISO,partnerISO,flowCode,cmdCode,primaryValue\n\
             2019,USA,CHN,M,TOTAL,100000000\n2019,USA,CHN,X,TOTAL,40000000\n\
             2019,USA,MEX,M,TOTAL,50000000\n2019,USA,MEX,X,TOTAL,30000000\n"
                .into(),
        ),
        (
            "outside/value_added.csv",
            "iso3,sector,gross_output_musd\nUSA,all,900\nCHN,all,800\nMEX,all,300\n".into(),
        ),
    ];
    let mut panel = "from,to,trade,x\n".to_owned();
    for (pair, (from, to)) in
        [("A", "B"), ("A", "C"), ("B", "A"), ("B", "C"), ("C", "A"), ("C", "B")].iter().enumerate()
    {
        for year in 0..4 {
            panel += &format!("{from},{to},{},{}\n", 3 + (7 * pair + 5 * year) % 11, (3 * pair + year) % 5);
        }
    }
    files.push(("panel.csv", panel));
    fs::create_dir(at.join("outside")).unwrap();
    files.iter().for_each(|(name, text)| fs::write(at.join(name), text).unwrap());
    fs::copy(ours.join("data/options/politics/votes.csv"), at.join("votes.csv")).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { fs::copy(&path, target).map(|_| ()).unwrap() }
    }
}

/// Every command that writes tables.
const LINES: [&str; 19] = [
    "solve --baseline tiny --tariffs cut.csv --sensitivities --out outputs/solve",
    "optimal --baseline tiny --country AAA --out outputs/optimal",
    "nash --baseline tiny --players AAA,BBB --vary uniform --out outputs/nash",
    "estimate --panel panel.csv --formula trade~x|from --out outputs/estimate",
    "estimate --panel panel.csv --formula trade~x|from --formula trade~x|to --out outputs/models",
    "calibrate --source long --input outside --absent-is-zero --missing-tariff 0 --out outputs/calibrate",
    "timeline cptpp_accession --draws 20 --out outputs/timeline",
    "timeline cptpp_accession --draws 20 --summary --out outputs/counts",
    "timeline --fit votes.csv --out outputs/fit",
    "schedule cptpp_accession --importer JPN --exporter USA --out outputs/schedule",
    "validate --only checks,hindcasts,autarky --out outputs/validate",
    "tornado --data data --out outputs/tornado",
    "variance --data data --points 4 --out outputs/variance",
    "run data/plan.toml --shard 1/2 --out parts/1",
    "run data/plan.toml --shard 2/2 --out parts/2",
    "reduce parts --out outputs/whole",
    "compare outputs/whole outputs/mine --out outputs/compare",
    "export outputs/mine --format iamc --out outputs/iamc",
    "report outputs/whole --with outputs/validate --out outputs/report",
];

#[test]
fn every_table_is_read_at_the_defaults_of_each_tool() {
    let folder = finished_run();
    let at = folder.path();
    inputs(at);
    for line in LINES {
        let mut command = Tradepath::new(env!("CARGO_BIN_EXE_tradepath"));
        let done = command.current_dir(at).args(line.split_whitespace()).assert();
        // Two runs that differ end with 1.
        let codes: &[i32] = if line.starts_with("compare") { &[0, 1] } else { &[0] };
        let code = done.get_output().status.code().unwrap();
        assert!(codes.contains(&code), "{line}: {}", String::from_utf8_lossy(&done.get_output().stderr));
    }
    if has_module(at, "polars") {
        succeeds(at, &python(), &["-c", READ_ALL]);
    }
    succeeds(at, "Rscript", &["-e", READ_ALL_IN_R]);
    if has_module(at, "frictionless") {
        for entry in fs::read_dir(at.join("outputs")).unwrap() {
            let package = entry.unwrap().path().join("datapackage.json");
            succeeds(at, &python(), &["-m", "frictionless", "validate", package.to_str().unwrap()]);
        }
    }
}
