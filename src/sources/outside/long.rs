//! Long CSV files: `trade.csv`, and where there are `io.csv`, `value_added.csv`, `final_demand.csv`, `tariffs.csv`.
//!
//! Columns go by the names of `data/sources/long/aliases.csv`. The WIOD 2013 tables are of this kind; they list
//! only trade above zero, and inventory changes may make an entry negative.

use std::collections::HashSet;
use std::path::Path;

use super::gathered::Gathered;
use super::names::Names;
use super::sheet::{Aliases, Sheet, find};
use super::{Layout, Request, file_fault, wits};
use crate::data::Row;
use crate::error::Faults;

/// What a number must be, in words and as a test.
type Rule = (&'static str, fn(f64) -> bool);

const FLOW: Rule = ("a flow of 0 or more", |value| value >= 0.0);
const ANY: Rule = ("a finite number", |_| true);
const TARIFF: Rule = ("0 or more (5 means 5 %)", |value| value >= 0.0);

/// Reads all files of the folder.
pub fn read(request: &Request, to: &mut Gathered) {
    let Some(aliases) = Aliases::read(&mut to.faults) else { return };
    let Some(path) = require(&request.input, "trade.csv", to) else { return };
    read_trade(&path, &aliases, request, to);
    if request.layout == Layout::Wiod2013 {
        for file in ["io.csv", "value_added.csv"] {
            require(&request.input, file, to);
        }
    }
    read_production(request, &aliases, to);
    read_tariffs(request, &aliases, to);
}

fn require(folder: &Path, name: &str, to: &mut Gathered) -> Option<std::path::PathBuf> {
    let found = find(folder, name);
    if found.is_none() {
        let file = folder.join(name).display().to_string();
        let remedy = "Check --input and --source.";
        to.faults.push(file_fault(&file, "file", "missing", &format!("{name} or {name}.gz"), remedy));
    }
    found
}

fn read_trade(path: &Path, aliases: &Aliases, request: &Request, to: &mut Gathered) {
    let fields = ["exporter", "importer", "trade"];
    let optional = ["sector", "year", "direction"];
    let Some(sheet) = Sheet::read(path, aliases, &fields, &optional, &mut to.faults) else { return };
    let rule = if request.layout == Layout::Long { FLOW } else { ANY };
    let mut years = Years { wanted: request.year, only: None, is_reported: false };
    let mut seen = HashSet::new();
    for row in sheet.rows() {
        if sheet.has("year") && !years.take(&sheet, &row, &mut to.faults) {
            continue;
        }
        let value = sheet.number(&row, "trade", rule, &mut to.faults);
        let at = (country(&sheet, &row, "exporter", to), country(&sheet, &row, "importer", to));
        let ((Some(mut i), Some(mut n)), Some(j)) = (at, sector(&sheet, &row, to)) else { continue };
        if is_import(&sheet, &row, &mut to.faults) {
            (i, n) = (n, i);
        }
        if !seen.insert(["exporter", "importer", "sector"].map(|field| sheet.text(&row, field))) {
            to.faults.push(row.fault(
                sheet.column("exporter"),
                "each cell once",
                "Delete one of the two rows.",
            ));
        }
        *to.trade.entry([i, n, j]).or_default() += value.unwrap_or(0.0);
        to.read_musd += value.unwrap_or(0.0);
    }
    to.year = years.only;
    let column = sheet.column("trade").to_owned();
    to.note("trade", "observed", format!("column {column}"));
}

/// True where the reporter of a row is the importer (`M`, `Import`).
fn is_import(sheet: &Sheet, row: &Row<'_>, faults: &mut Faults) -> bool {
    let text = sheet.text(row, "direction").to_ascii_lowercase();
    if sheet.has("direction") && !text.starts_with(['m', 'i', 'x', 'e']) {
        faults.push(row.fault(sheet.column("direction"), "M or Import, X or Export", "Correct the cell."));
    }
    text.starts_with(['m', 'i'])
}

/// Which rows of a panel are taken.
struct Years {
    wanted: Option<i16>,
    only: Option<i16>,
    is_reported: bool,
}

impl Years {
    /// True where the row is of the wanted year, or all rows are of one.
    fn take(&mut self, sheet: &Sheet, row: &Row<'_>, faults: &mut Faults) -> bool {
        let column = sheet.column("year");
        let Ok(year) = sheet.text(row, "year").parse::<i16>() else {
            faults.push(row.fault(column, "a year", "Correct the cell."));
            return false;
        };
        if self.wanted.is_some_and(|wanted| wanted != year) {
            return false;
        }
        let first = *self.only.get_or_insert(year);
        if first != year && !std::mem::replace(&mut self.is_reported, true) {
            faults.push(row.fault(column, &format!("one year: {first} stands above"), "Pass --year."));
        }
        first == year
    }
}

fn country(sheet: &Sheet, row: &Row<'_>, field: &str, to: &mut Gathered) -> Option<usize> {
    let code = sheet.text(row, field);
    let found = if code.is_empty() { None } else { to.names.country(code) };
    known(found, Names::expected_country, (sheet.column(field), row), to)
}

/// A position; a fault where the code is not known.
fn known(
    found: Option<usize>,
    expected: fn(&Names) -> String,
    (column, row): (&str, &Row<'_>),
    to: &mut Gathered,
) -> Option<usize> {
    if found.is_none() {
        let expected = expected(&to.names);
        to.faults.push(row.fault(column, &expected, "Correct the code, or add it to a row there."));
    }
    found
}

fn sector(sheet: &Sheet, row: &Row<'_>, to: &mut Gathered) -> Option<usize> {
    sector_of(sheet, row, "sector", to)
}

fn sector_of(sheet: &Sheet, row: &Row<'_>, field: &str, to: &mut Gathered) -> Option<usize> {
    let code = if sheet.has(field) { sheet.text(row, field) } else { "all" };
    let found = if code.is_empty() { None } else { to.names.sector(code) };
    known(found, Names::expected_sector, (sheet.column(field), row), to)
}

/// Inputs, value added, output and final demand, each where there is a file.
pub fn read_production(request: &Request, aliases: &Aliases, to: &mut Gathered) {
    let folder = &request.input;
    if let Some(path) = find(folder, "io.csv")
        && let Some(sheet) = Sheet::read(
            &path,
            aliases,
            &["country", "input_sector", "output_sector", "inputs"],
            &[],
            &mut to.faults,
        )
    {
        for row in sheet.rows() {
            let value = sheet.number(&row, "inputs", ANY, &mut to.faults);
            let n = country(&sheet, &row, "country", to);
            let k = sector_of(&sheet, &row, "input_sector", to);
            let j = sector_of(&sheet, &row, "output_sector", to);
            if let (Some(n), Some(k), Some(j), Some(value)) = (n, k, j, value) {
                *to.inputs.entry([n, k, j]).or_default() += value;
            }
        }
        to.note("inputs", "observed", "io.csv");
    }
    for (file, fields) in
        [("value_added.csv", ["value_added", "output"].as_slice()), ("final_demand.csv", &["final_demand"])]
    {
        let Some(path) = find(folder, file) else { continue };
        let Some(sheet) =
            Sheet::read(&path, aliases, &["country"], &["sector", fields[0], "output"], &mut to.faults)
        else {
            continue;
        };
        read_country_sectors(&sheet, file, fields, to);
    }
}

fn read_country_sectors(sheet: &Sheet, file: &str, fields: &[&str], to: &mut Gathered) {
    let found: Vec<&str> = fields.iter().copied().filter(|field| sheet.has(field)).collect();
    if found.is_empty() {
        to.faults.push(file_fault(
            file,
            &fields.join(" or "),
            "missing column",
            "a column of this name or one of its aliases (value_added_musd, gross_output_musd, final_demand_musd)",
            "Name a column so.",
        ));
    }
    let mut seen = HashSet::new();
    for row in sheet.rows() {
        let (n, j) = (country(sheet, &row, "country", to), sector(sheet, &row, to));
        let (Some(n), Some(j)) = (n, j) else { continue };
        if !seen.insert(["country", "sector"].map(|field| sheet.text(&row, field))) {
            to.faults.push(row.fault(
                sheet.column("country"),
                "each cell once",
                "Delete one of the two rows.",
            ));
        }
        for &field in &found {
            let Some(value) = sheet.number(&row, field, ANY, &mut to.faults) else { continue };
            let sums = match field {
                "value_added" => &mut to.value_added,
                "output" => &mut to.output,
                _ => &mut to.final_demand,
            };
            *sums.entry([n, j]).or_default() += value;
        }
    }
    for field in found {
        to.note(field, "observed", file);
    }
}

/// Tariffs by pair and sector, or WITS downloads by product.
pub fn read_tariffs(request: &Request, aliases: &Aliases, to: &mut Gathered) {
    if let Some(path) = find(&request.input, "tariffs.csv") {
        let fields = ["tariff_exporter", "tariff_importer", "tariff"];
        if let Some(sheet) = Sheet::read(&path, aliases, &fields, &["sector"], &mut to.faults) {
            read_tariff_rows(&sheet, to);
        }
        to.has_tariffs = true;
    }
    wits::read(request, to);
}

/// An empty cell is a rate that is missing, not one of zero.
fn read_tariff_rows(sheet: &Sheet, to: &mut Gathered) {
    let mut missing = 0;
    for row in sheet.rows() {
        let i = country(sheet, &row, "tariff_exporter", to);
        let n = country(sheet, &row, "tariff_importer", to);
        let j = sector(sheet, &row, to);
        if sheet.text(&row, "tariff").is_empty() {
            missing += 1;
            continue;
        }
        let pct = sheet.number(&row, "tariff", TARIFF, &mut to.faults);
        if let (Some(i), Some(n), Some(j), Some(pct)) = (i, n, j, pct) {
            let [sum, weight] = to.tariffs.entry([i, n, j]).or_default();
            (*sum, *weight) = (*sum + pct, *weight + 1.0);
        }
    }
    let source = format!("tariffs.csv, simple mean over the codes of a group; {missing} rows without a rate");
    to.note("tariffs", "observed", source);
}
