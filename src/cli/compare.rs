//! `tradepath compare`: two runs side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::data::Files;
use crate::error::{Fault, InputErrors, shortened};
use crate::output::TableSpec;
use crate::output::dir::{Existing, OutputDir, number};
use crate::output::events::Rows;

/// `differences.csv`.
const DIFFERENCES: TableSpec = TableSpec {
    file: "differences.csv",
    description: "Cells that differ between two runs.",
    columns: &[
        ("file", "string", "", "Table"),
        ("key", "string", "", "Text cells of the row"),
        ("column", "string", "", "Column, or `row` where the row is in one run only"),
        ("a", "string", "", "First run"),
        ("b", "string", "", "Second run"),
        ("abs_diff", "number", "", "b - a"),
        ("rel_diff", "number", "ratio", "(b - a) / |a|"),
    ],
};
/// Differences that are printed.
const SHOWN: usize = 10;
/// Characters of a cell that are printed.
const LONGEST_SHOWN: usize = 200;

/// Options of `tradepath compare`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  tradepath compare outputs/default outputs/mine --tolerance 1e-6 --out outputs/differences"
)]
pub struct CompareArgs {
    /// First run.
    dir_a: PathBuf,
    /// Second run.
    dir_b: PathBuf,
    /// Largest difference that counts as equal: relative to the first run, absolute below 1.
    #[arg(long, default_value_t = 0.0, value_parser = tolerance)]
    tolerance: f64,
    /// Folder for differences.csv.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace a folder that is not empty.
    #[arg(long)]
    overwrite: bool,
}

fn tolerance(text: &str) -> Result<f64, String> {
    let value = text.parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0);
    value.ok_or_else(|| "expected a finite number of 0 or more, such as 1e-6".into())
}

/// Compares all tables of two folders; exit code 1 where they differ beyond the tolerance.
///
/// # Errors
/// Where a folder has no table, or a file cannot be read or written.
pub fn run(args: &CompareArgs) -> anyhow::Result<ExitCode> {
    let (tables_a, tables_b) = (tables(&args.dir_a)?, tables(&args.dir_b)?);
    let mut found = Rows::new();
    for name in tables_a.union(&tables_b) {
        match (tables_a.contains(name), tables_b.contains(name)) {
            (true, true) => compare_tables(&args.dir_a, &args.dir_b, name, args.tolerance, &mut found)?,
            (in_a, _) => {
                let (a, b) = if in_a { ("there", "missing") } else { ("missing", "there") };
                found.push(difference(name, "", "file", a, b));
            }
        }
    }
    if let Some(out) = &args.out {
        let existing = if args.overwrite { Existing::Replace } else { Existing::Refuse };
        let output = OutputDir::create(out, existing)?;
        output.write_csv(DIFFERENCES.file, &DIFFERENCES.header(), &found)?;
        output.finish()?;
    }
    if found.is_empty() {
        eprintln!("{} tables, no difference beyond {}", tables_a.len(), args.tolerance);
        return Ok(ExitCode::SUCCESS);
    }
    for row in found.iter().take(SHOWN) {
        let [file, key, column, a, b] = [0, 1, 2, 3, 4].map(|k: usize| shortened(&row[k], LONGEST_SHOWN));
        eprintln!("{file} [{key}] {column}: {a} | {b}");
    }
    eprintln!(
        "{} differences{}",
        found.len(),
        if found.len() > SHOWN { "; --out DIR lists all" } else { "" }
    );
    Ok(ExitCode::from(1))
}

/// Names of the CSV files of a folder, charts included.
fn tables(folder: &Path) -> anyhow::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for inner in ["", "charts"] {
        let Ok(entries) = std::fs::read_dir(folder.join(inner)) else { continue };
        for name in entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()) {
            if name.ends_with(".csv") {
                names.insert(if inner.is_empty() { name } else { format!("{inner}/{name}") });
            }
        }
    }
    if names.is_empty() {
        anyhow::bail!(InputErrors::from(Fault {
            file: folder.display().to_string(),
            line: None,
            field: "folder".into(),
            found: "no CSV file".into(),
            expected: "the output of a tradepath command".into(),
            remedy: "Correct the path.".into(),
        }));
    }
    Ok(names)
}

/// A table as columns, and rows by key: the cells that are no decimal numbers, and how often they came before.
struct Keyed {
    header: Vec<String>,
    rows: BTreeMap<(String, usize), Vec<String>>,
}

fn read(folder: &Path, name: &str) -> Result<Keyed, InputErrors> {
    let files = Files::directory(folder);
    let text = files.read(name)?;
    let fault = |error: &csv::Error| {
        InputErrors::from(Fault {
            file: files.display(name),
            line: error.position().map(csv::Position::line),
            field: "row".into(),
            found: error.to_string(),
            expected: "as many cells as the header has".into(),
            remedy: "Put the table back as the command wrote it.".into(),
        })
    };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| fault(&error))?;
    let header: Vec<String> = header.iter().map(str::to_owned).collect();
    let is_key: Vec<bool> = header.iter().map(|name| is_key_column(name)).collect();
    let (mut rows, mut seen) = (BTreeMap::new(), BTreeMap::new());
    for record in reader.records() {
        let cells = record.map_err(|error| fault(&error))?;
        let cells: Vec<String> = cells.iter().map(str::to_owned).collect();
        let key: Vec<&str> =
            cells.iter().zip(&is_key).filter(|(_, is_key)| **is_key).map(|(cell, _)| cell.as_str()).collect();
        let key = key.join(",");
        let times = seen.entry(key.clone()).or_insert(0_usize);
        rows.insert((key, *times), cells);
        *times += 1;
    }
    Ok(Keyed { header, rows })
}

/// Columns that name what a row is about.
fn is_key_column(name: &str) -> bool {
    const KEYS: [&str; 26] = [
        "option",
        "year",
        "draw",
        "iso3",
        "country",
        "exporter",
        "importer",
        "sector",
        "sector_group",
        "product_group",
        "measure",
        "unit",
        "milestone",
        "process",
        "stage",
        "event",
        "party",
        "seq",
        "regime",
        "valid_from",
        "input_sector",
        "output_sector",
        "band",
        "series",
        "term",
        "panel",
    ];
    KEYS.contains(&name)
}

fn compare_tables(a: &Path, b: &Path, name: &str, tolerance: f64, found: &mut Rows) -> anyhow::Result<()> {
    let (a, b) = (read(a, name)?, read(b, name)?);
    if a.header != b.header {
        found.push(difference(name, "", "header", &a.header.join(","), &b.header.join(",")));
        return Ok(());
    }
    for (key, row) in &a.rows {
        let Some(other) = b.rows.get(key) else {
            found.push(difference(name, &key.0, "row", "there", "missing"));
            continue;
        };
        for ((column, x), y) in a.header.iter().zip(row).zip(other) {
            if differs(x, y, tolerance) {
                found.push(difference(name, &key.0, column, x, y));
            }
        }
    }
    for (key, _) in b.rows.iter().filter(|(key, _)| !a.rows.contains_key(*key)) {
        found.push(difference(name, &key.0, "row", "missing", "there"));
    }
    Ok(())
}

fn differs(a: &str, b: &str, tolerance: f64) -> bool {
    if a == b {
        return false;
    }
    match (a.parse::<f64>(), b.parse::<f64>()) {
        // What is no finite number equals nothing but its own text.
        (Ok(x), Ok(y)) if x.is_finite() && y.is_finite() => (y - x).abs() > tolerance * x.abs().max(1.0),
        _ => true,
    }
}

fn difference(file: &str, key: &str, column: &str, a: &str, b: &str) -> Vec<String> {
    let (absolute, relative) = match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(x), Ok(y)) if x != 0.0 => (number(y - x), number((y - x) / x.abs())),
        (Ok(x), Ok(y)) => (number(y - x), String::new()),
        _ => (String::new(), String::new()),
    };
    let mut row = [file, key, column, a, b].map(str::to_owned).to_vec();
    row.extend([absolute, relative]);
    row
}
