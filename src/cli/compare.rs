//! `tradepath compare`: two runs side by side.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::compare_answer::{Compared, DifferenceRow};
use super::place::Place;
use super::{line_rates, optimal_frontier, optimal_tables};
use crate::calibration;
use crate::data::Files;
use crate::error::{Fault, InputErrors};
use crate::output;
use crate::output::rows::{Schema, TableRow, Text};
use crate::report;
use crate::sorted::{SortedSet, sort_by};
use crate::validation;

/// Options of `tradepath compare`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tradepath compare outputs/default outputs/mine\n  tradepath compare outputs/default outputs/mine --tolerance 1e-6 --format json --out outputs/differences"
)]
pub struct CompareArgs {
    /// First run.
    dir_a: PathBuf,
    /// Second run.
    dir_b: PathBuf,
    /// Largest difference that counts as equal: relative to the first run, absolute below 1.
    #[arg(long, default_value_t = 0.0, value_parser = tolerance)]
    tolerance: f64,
    #[command(flatten)]
    place: Place,
}

fn tolerance(text: &str) -> Result<f64, String> {
    let value = text.parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0);
    value.ok_or_else(|| "expected a finite number of 0 or more, such as 1e-6".into())
}

/// Compares all tables of two folders; exit code 1 where they differ beyond the tolerance.
///
/// # Errors
/// If a folder has no table, or a file cannot be read or written.
pub fn run(args: &CompareArgs) -> anyhow::Result<ExitCode> {
    let (tables_a, tables_b) = (csv_files(&args.dir_a)?, csv_files(&args.dir_b)?);
    let mut found = Vec::new();
    for name in tables_a.iter().chain(&tables_b).collect::<SortedSet<_>>() {
        match (tables_a.contains(name), tables_b.contains(name)) {
            (true, true) => compare_tables(&args.dir_a, &args.dir_b, name, args.tolerance, &mut found)?,
            (in_a, _) => {
                let (a, b) = if in_a { ("there", "missing") } else { ("missing", "there") };
                found.push(difference(name, "", "file", a, b));
            }
        }
    }
    sort_by(&mut found, largest_first);
    let folder = match args.place.open()? {
        Some(output) => {
            output.write_rows(found.iter().cloned())?;
            Some(output.finish()?)
        }
        None => None,
    };
    let compared = Compared {
        folders: [&args.dir_a, &args.dir_b],
        tolerance: args.tolerance,
        n_tables: tables_a.len(),
        found: &found,
    };
    print!("{}", compared.text(folder, args.place.format)?);
    Ok(if found.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// What is no number comes first, then the largest relative difference.
fn largest_first(a: &DifferenceRow<'_>, b: &DifferenceRow<'_>) -> Ordering {
    let size = |row: &DifferenceRow<'_>| {
        row.abs_diff.map_or(f64::INFINITY, |abs| row.rel_diff.map_or(abs.abs(), f64::abs))
    };
    let place =
        |row: &'_ DifferenceRow<'_>| (row.file.to_string(), row.key.to_string(), row.column.to_string());
    size(b).total_cmp(&size(a)).then_with(|| place(a).cmp(&place(b)))
}

/// Names of the CSV files of a folder, charts included.
fn csv_files(folder: &Path) -> anyhow::Result<SortedSet<String>> {
    let mut names = SortedSet::new();
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

/// A table as columns, and rows by key: the cells that are not decimal numbers, and how often they occurred before.
struct Keyed {
    header: Vec<String>,
    rows: BTreeMap<(String, usize), Vec<String>>,
}

fn read(folder: &Path, name: &str) -> Result<Keyed, InputErrors> {
    let files = Files::result(folder);
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
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| fault(&error))?;
    let header: Vec<String> = header.iter().map(str::to_owned).collect();
    let keys = key(name, &header);
    let is_key: Vec<bool> = header.iter().map(|name| keys.contains(name.as_str())).collect();
    let (mut rows, mut seen) = (BTreeMap::new(), HashMap::new());
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

/// Columns that tell the rows of a file apart: those of the table that a command writes under this name with these
/// columns; of an unknown table all columns that tell rows of some table apart.
fn key(file: &str, header: &[String]) -> SortedSet<&'static str> {
    let all = schemas();
    let same = all.iter().find(|schema| schema.file == file && schema.header().eq(header.iter()));
    match same {
        Some(schema) => schema.key.iter().copied().collect(),
        None => all.iter().flat_map(|schema| schema.key).copied().collect(),
    }
}

/// The tables of all commands.
fn schemas() -> Vec<Schema> {
    let mut all = output::schemas();
    all.extend(report::charts::schemas());
    all.extend(calibration::schemas());
    all.extend(validation::schemas());
    all.extend([line_rates::LineRate::schema(), DifferenceRow::schema()]);
    all.extend([optimal_tables::ChosenTariff::schema(), optimal_tables::GameOutcome::schema()]);
    all.push(optimal_frontier::FrontierRow::schema());
    all
}

fn compare_tables(
    a: &Path,
    b: &Path,
    name: &str,
    tolerance: f64,
    found: &mut Vec<DifferenceRow<'static>>,
) -> anyhow::Result<()> {
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

fn difference(file: &str, key: &str, column: &str, a: &str, b: &str) -> DifferenceRow<'static> {
    let number = |text: &str| text.parse::<f64>().ok().filter(|value| value.is_finite());
    let numbers = number(a).zip(number(b));
    let text = |text: &str| Text::Owned(text.to_owned());
    // Whole numbers get a point, so that a reader takes the column for one of numbers where it is one.
    let cell = |text: &str| match number(text) {
        Some(value) if numbers.is_some() => Text::Owned(format!("{value:?}")),
        _ => Text::Owned(text.to_owned()),
    };
    DifferenceRow {
        file: text(file),
        key: text(key),
        column: text(column),
        a: cell(a),
        b: cell(b),
        abs_diff: numbers.map(|(x, y)| y - x),
        rel_diff: numbers.filter(|(x, _)| *x != 0.0).map(|(x, y)| (y - x) / x.abs()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{key, schemas};

    fn sources(folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
    }

    #[test]
    fn every_table_that_the_source_declares_is_known() {
        let known: Vec<&str> = schemas().iter().map(|schema| schema.file).collect();
        let mut n = 0;
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let all = ["base/src", "estimation/src", "model/src", "src"]
            .map(|crate_of| sources(&root.join(crate_of)))
            .concat();
        for path in all.iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")) {
            let text = std::fs::read_to_string(path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            let declared = code.split(" in \"").skip(1).filter_map(|rest| rest.split('"').next());
            for file in declared.filter(|file| file.ends_with(".csv")) {
                assert!(known.contains(&file), "{}: {file}", path.display());
                n += 1;
            }
        }
        assert!(n >= known.len(), "{n} declarations");
    }

    #[test]
    fn rows_are_told_apart_as_their_table_declares() {
        let header = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        let states = header("option,draw,valid_from,valid_until,exporter,importer,regime");
        assert!(key("states.csv", &states).contains("regime"));
        let rates = "importer,exporter,sector,product_group,year,regime,mfn_pct,statutory_pct,effective_pct,utilisation_share";
        let rates = key("schedule.csv", &header(rates));
        assert!(rates.contains("year") && !rates.contains("regime"));
        assert!(key("mine.csv", &header("option,price")).contains("option"));
    }
}
