//! Wide inter-country tables: a row and a column for every country and industry, final demand to the right,
//! taxes, value added and output below.
//!
//! | layout | header | row label |
//! | --- | --- | --- |
//! | `icio` | one line, `COUNTRY_INDUSTRY`, `COUNTRY_HFCE`, ... | `COUNTRY_INDUSTRY`, `TLS`, `VA`, `OUT` |
//! | `adb` (and WIOD 2013 wide) | a line of countries, a line of codes (`c1`.., `F1`..) | country and code before the figures |
//! | `wiod2016` | `IndustryCode,IndustryDescription,Country,RNr,Year,AUS1,...` | the same; columns 57 to 61 are final demand |
//!
//! What a code that is no industry means (`final`, `value_added`, `skip`) stands in
//! `data/sources/<layout>/labels.csv`. Taxes and margins on inputs count as value added, so that costs are
//! output; those on final demand are left out, so that final demand is at basic prices.
//!
//! The file is read once as a stream; memory is that of the aggregated tables.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use csv::StringRecord;

use super::gathered::Gathered;
use super::headers::{self, Labels, reader, split};
use super::sheet::Aliases;
use super::{Layout, Request, file_fault, long, noted};
use crate::data::Files;
use crate::error::Fault;

/// Faults of one file after which reading stops: a table with the wrong separator has millions.
const MOST_FAULTS: usize = 200;

/// What a column holds.
#[derive(Debug, Clone, Copy)]
enum Column {
    Industry { n: usize, j: usize },
    Final { n: usize },
    Skipped,
}

/// What a row holds.
#[derive(Debug, Clone, Copy)]
enum RowKind {
    Industry { i: usize, k: usize },
    ValueAdded,
    Skipped,
}

/// Layout of one file.
struct Plan {
    /// By position in the record; label columns are skipped.
    columns: Vec<Column>,
    /// Names of the columns, for messages.
    names: Vec<String>,
    /// Records before the first row.
    header: usize,
    /// First column with figures.
    first: usize,
    /// Countries that have columns.
    countries: HashSet<String>,
}

/// Reads the only table of the folder, and tariffs where there are some.
pub fn read(request: &Request, to: &mut Gathered) {
    let Some(path) = find(&request.input, to) else { return };
    let Some(labels) = Labels::read(request.layout, &mut to.faults) else { return };
    if let Some(plan) = plan(&path, request.layout, &labels, to) {
        read_rows(&path, &plan, (request.layout, &labels), to);
        to.note("trade, inputs, value added", "observed", "taxes and margins on inputs count as value added");
    }
    if let Some(aliases) = Aliases::read(&mut to.faults) {
        long::read_tariffs(request, &aliases, to);
    }
}

fn find(folder: &Path, to: &mut Gathered) -> Option<PathBuf> {
    const OTHERS: [&str; 4] = ["countries.csv", "sectors.csv", "concordance.csv", "tariffs.csv"];
    let files = Files::directory(folder);
    let mut names = files.list(".csv");
    names.extend(files.list(".csv.gz"));
    names.retain(|name| !OTHERS.contains(&name.trim_end_matches(".gz")) && !super::wits::is_download(name));
    if let [name] = names.as_slice() {
        return Some(folder.join(name));
    }
    let found = if names.is_empty() { "no table".to_owned() } else { names.join(", ") };
    let remedy =
        "Leave one inter-country table (.csv or .csv.gz) in the folder, with its first lines as published.";
    to.faults.push(file_fault(&folder.display().to_string(), "files", &found, "one .csv file", remedy));
    None
}

fn plan(path: &Path, layout: Layout, labels: &Labels, to: &mut Gathered) -> Option<Plan> {
    let file = path.display().to_string();
    let Some((header, first, cells)) = headers::read(path, layout, to) else {
        let expected = "a header as the layout is published";
        let remedy = "Export the sheet as comma-separated values without changing its first lines.";
        to.faults.push(file_fault(&file, "header", "not recognised", expected, remedy));
        return None;
    };
    let mut plan = Plan { columns: Vec::new(), names: Vec::new(), header, first, countries: HashSet::new() };
    for (country, code) in cells {
        plan.names.push(format!("{country} {code}"));
        let column = match labels.of(&code) {
            _ if country.is_empty() || labels.of(&country) == Some("skip") => Column::Skipped,
            Some("final") => to.names.country(&country).map_or(Column::Skipped, |n| Column::Final { n }),
            Some(_) => Column::Skipped,
            None => industry(&file, &country, &code, 1, to)
                .map_or(Column::Skipped, |(n, j)| Column::Industry { n, j }),
        };
        if !matches!(column, Column::Skipped) {
            plan.countries.insert(country);
        }
        plan.columns.push(column);
    }
    Some(plan)
}

fn industry(file: &str, country: &str, code: &str, line: u64, to: &mut Gathered) -> Option<(usize, usize)> {
    let at = (to.names.country(country), to.names.sector(code));
    let mut fault = |field: &str, found: &str, expected: String| {
        let fault = file_fault(file, field, found, &expected, "Add the code to a row of that table.");
        to.faults.push(Fault { line: Some(line), ..fault });
    };
    match at {
        (Some(n), Some(j)) => Some((n, j)),
        (None, _) => {
            fault("country", country, to.names.expected_country());
            None
        }
        (_, None) => {
            fault("sector", code, to.names.expected_sector());
            None
        }
    }
}

/// Country and code of a row.
fn row_label(record: &StringRecord, plan: &Plan, layout: Layout) -> (String, String) {
    let cell = |at: usize| record.get(at).unwrap_or("").to_owned();
    match layout {
        Layout::Adb => (cell(plan.first - 2), cell(plan.first - 1)),
        Layout::Wiod2016 => (cell(2), cell(0)),
        _ => split(record.get(0).unwrap_or("")),
    }
}

fn read_rows(path: &Path, plan: &Plan, (layout, labels): (Layout, &Labels), to: &mut Gathered) {
    let file = path.display().to_string();
    let Some(mut reader) = noted(reader(path), &mut to.faults) else { return };
    let mut record = StringRecord::new();
    let mut at = 0;
    while to.faults.as_slice().len() < MOST_FAULTS {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let remedy = "Save the table as comma-separated UTF-8.";
                to.faults.push(file_fault(&file, "row", &error.to_string(), "a CSV record", remedy));
                break;
            }
        }
        at += 1;
        if at <= plan.header {
            continue;
        }
        let line = record.position().map_or(0, csv::Position::line);
        let (country, code) = row_label(&record, plan, layout);
        let kind = match labels.of(&code) {
            Some("value_added") => RowKind::ValueAdded,
            Some(_) => RowKind::Skipped,
            None if code.is_empty() => RowKind::Skipped,
            None if !plan.countries.contains(&country) => {
                let expected = "a country that has columns";
                let remedy = "Correct the label, or add the country's columns.";
                let fault = file_fault(&file, "country", &country, expected, remedy);
                to.faults.push(Fault { line: Some(line), ..fault });
                RowKind::Skipped
            }
            None => industry(&file, &country, &code, line, to)
                .map_or(RowKind::Skipped, |(i, k)| RowKind::Industry { i, k }),
        };
        add_row(&record, kind, plan, (&file, line), to);
    }
}

fn add_row(record: &StringRecord, kind: RowKind, plan: &Plan, (file, line): (&str, u64), to: &mut Gathered) {
    if matches!(kind, RowKind::Skipped) {
        return;
    }
    for (at, &column) in plan.columns.iter().enumerate() {
        let is_read = match (kind, column) {
            (_, Column::Skipped) => false,
            (RowKind::ValueAdded, column) => matches!(column, Column::Industry { .. }),
            _ => true,
        };
        if !is_read {
            continue;
        }
        let text = record.get(plan.first + at).unwrap_or("");
        let Some(musd) = text.parse::<f64>().ok().filter(|value| value.is_finite()) else {
            let found = if text.is_empty() { "empty" } else { text };
            let expected = "a finite number, million USD (missing is not zero)";
            let fault =
                file_fault(file, &plan.names[at], found, expected, "Correct the cell; write 0 for none.");
            to.faults.push(Fault { line: Some(line), ..fault });
            continue;
        };
        if musd != 0.0 {
            add(kind, column, musd, to);
        }
    }
}

fn add(kind: RowKind, column: Column, musd: f64, to: &mut Gathered) {
    match (kind, column) {
        (RowKind::Industry { i, k }, Column::Industry { n, j }) => {
            *to.trade.entry([i, n, k]).or_default() += musd;
            *to.inputs.entry([n, k, j]).or_default() += musd;
            to.read_musd += musd;
        }
        (RowKind::Industry { i, k }, Column::Final { n }) => {
            *to.trade.entry([i, n, k]).or_default() += musd;
            *to.final_demand.entry([n, k]).or_default() += musd;
            to.read_musd += musd;
        }
        (RowKind::ValueAdded, Column::Industry { n, j }) => {
            *to.value_added.entry([n, j]).or_default() += musd;
        }
        _ => {}
    }
}
