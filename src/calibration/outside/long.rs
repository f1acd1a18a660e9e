//! Long CSV files: `trade.csv`, and where there are `io.csv`, `value_added.csv`, `final_demand.csv`, `tariffs.csv`.
//!
//! Columns go by the names of `data/sources/long/aliases.csv`. The WIOD 2013 tables are of this kind; they list
//! only trade above zero, and inventory changes may make an entry negative.

use std::collections::HashMap;
use std::path::Path;

use super::gathered::Gathered;
use super::long_cells::{ANY, Years, country, sector, sector_of};
use super::request::{Layout, Request};
use super::sheet::{Aliases, Sheet, find};
use super::{long_trade, tally, wits};
use crate::calibration::NumberRule;
use crate::data::Row;
use crate::error::Fault;

const TARIFF: NumberRule =
    NumberRule::new("0 or more (5 means 5 %), at most 1e5", |value| (0.0..=1e5).contains(&value));

/// Reads all files of the folder.
pub fn read(request: &Request, to: &mut Gathered) {
    let Some(aliases) = Aliases::read(&mut to.faults) else { return };
    let Some(path) = require(&request.input, "trade.csv", to) else { return };
    long_trade::read(&path, &aliases, request, to);
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
        to.faults.push(Fault::of_file(&file, "file", "missing", &format!("{name} or {name}.gz"), remedy));
    }
    found
}

/// A file of the folder that is being read: its rows of the year, each cell once.
struct Part<'a> {
    sheet: &'a Sheet,
    counts: tally::Reading,
    years: Years,
    seen: HashMap<Vec<&'a str>, u64>,
}

impl<'a> Part<'a> {
    fn new(path: &Path, sheet: &'a Sheet, year: Option<i16>) -> Self {
        let mut counts = tally::Reading::new(path);
        counts.note(&sheet.notes);
        Self { sheet, counts, years: Years::new(year), seen: HashMap::new() }
    }

    /// False if a row is of another year; a fault where `fields` are those of a row above.
    fn takes(&mut self, row: &Row<'a>, fields: &[&str], to: &mut Gathered) -> bool {
        if !self.years.take(self.sheet, row, to) {
            self.counts.left_out("of other years");
            return false;
        }
        let key: Vec<&str> = fields.iter().map(|field| self.sheet.text(row, field)).collect();
        if let Some(first) = self.seen.insert(key, row.line) {
            let expected = format!("each cell once; line {first} has it too");
            to.faults.push(row.fault(self.sheet.column(fields[0]), &expected, "Delete one of the two rows."));
        }
        true
    }
}

/// Inputs, value added, output and final demand, each where there is a file.
pub fn read_production(request: &Request, aliases: &Aliases, to: &mut Gathered) {
    let folder = &request.input;
    let year = request.year.or(to.year);
    let fields = ["country", "input_sector", "output_sector", "inputs"];
    if let Some(path) = find(folder, "io.csv")
        && let Some(sheet) = Sheet::read(&path, aliases, &fields, &["year"], &mut to.faults)
    {
        let mut part = Part::new(&path, &sheet, year);
        for row in sheet.rows() {
            if !part.takes(&row, &fields[..3], to) {
                continue;
            }
            let value = sheet.number(&row, "inputs", ANY, &mut to.faults);
            let n = country(&sheet, &row, "country", to);
            let k = sector_of(&sheet, &row, "input_sector", to);
            let j = sector_of(&sheet, &row, "output_sector", to);
            if let (Some(n), Some(k), Some(j), Some(value)) = (n, k, j, value) {
                *to.inputs.entry([n, k, j]).or_default() += value;
                part.counts.used();
            }
        }
        to.tally.add(part.counts);
        to.note("inputs", "observed", "io.csv");
    }
    for (file, fields) in
        [("value_added.csv", ["value_added", "output"].as_slice()), ("final_demand.csv", &["final_demand"])]
    {
        let Some(path) = find(folder, file) else { continue };
        let optional = ["sector", "year", fields[0], "output"];
        let Some(sheet) = Sheet::read(&path, aliases, &["country"], &optional, &mut to.faults) else {
            continue;
        };
        read_country_sectors(Part::new(&path, &sheet, year), file, fields, to);
    }
}

fn read_country_sectors(mut part: Part<'_>, file: &str, fields: &[&str], to: &mut Gathered) {
    let sheet = part.sheet;
    let found: Vec<&str> = fields.iter().copied().filter(|field| sheet.has(field)).collect();
    if found.is_empty() {
        to.faults.push(Fault::of_file(
            file,
            &fields.join(" or "),
            "missing column",
            "a column of this name or one of its aliases (value_added_musd, gross_output_musd, final_demand_musd)",
            "Name a column so.",
        ));
    }
    for row in sheet.rows() {
        if !part.takes(&row, &["country", "sector"], to) {
            continue;
        }
        let (n, j) = (country(sheet, &row, "country", to), sector(sheet, &row, to));
        let (Some(n), Some(j)) = (n, j) else { continue };
        part.counts.used();
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
    to.tally.add(part.counts);
    for field in found {
        to.note(field, "observed", file);
    }
}

/// Tariffs by pair and sector, or WITS downloads by product.
pub fn read_tariffs(request: &Request, aliases: &Aliases, to: &mut Gathered) {
    if let Some(path) = find(&request.input, "tariffs.csv") {
        let fields = ["tariff_exporter", "tariff_importer", "tariff"];
        let year = request.year.or(to.year);
        if let Some(sheet) = Sheet::read(&path, aliases, &fields, &["sector", "year"], &mut to.faults) {
            read_tariff_rows(Part::new(&path, &sheet, year), to);
        }
        to.has_tariffs = true;
    }
    wits::read(request, to);
}

/// An empty cell is a rate that is missing, not one of zero.
fn read_tariff_rows(mut part: Part<'_>, to: &mut Gathered) {
    let sheet = part.sheet;
    let mut missing = 0;
    let mut sums: HashMap<[usize; 3], [f64; 2]> = HashMap::new();
    for row in sheet.rows() {
        if !part.takes(&row, &["tariff_exporter", "tariff_importer", "sector"], to) {
            continue;
        }
        let exporters = taxed(sheet, &row, "tariff_exporter", to);
        let importers = taxed(sheet, &row, "tariff_importer", to);
        let j = sector(sheet, &row, to);
        if sheet.text(&row, "tariff").is_empty() {
            missing += 1;
            part.counts.left_out("without a rate");
            continue;
        }
        let pct = sheet.number(&row, "tariff", TARIFF, &mut to.faults);
        let (Some(exporters), Some(importers), Some(j), Some(pct)) = (exporters, importers, j, pct) else {
            continue;
        };
        if exporters.is_empty() || importers.is_empty() {
            part.counts.left_out("of countries that no table of trade has");
            continue;
        }
        part.counts.used();
        for &i in &exporters {
            for &n in importers.iter().filter(|n| **n != i) {
                let [sum, weight] = sums.entry([i, n, j]).or_default();
                (*sum, *weight) = (*sum + pct, *weight + 1.0);
            }
        }
    }
    to.tariffs.extend(sums);
    to.tally.add(part.counts);
    let source = format!("tariffs.csv, simple mean over the codes of a group; {missing} rows without a rate");
    to.note("tariffs", "observed", source);
}

/// Countries of the trade that a code of a tariff means, the members of a union among them; `None` if it is none.
fn taxed(sheet: &Sheet, row: &Row<'_>, field: &str, to: &mut Gathered) -> Option<Vec<usize>> {
    let code = sheet.text(row, field);
    if code.is_empty() {
        to.faults.push(row.fault(sheet.column(field), "a country code", "Fill the cell or delete the row."));
        return None;
    }
    if let Some(at) = to.names.known_country(code) {
        return Some(vec![at]);
    }
    let year = to.year.unwrap_or(i16::MAX);
    let members = to.names.codes.members(code, year).unwrap_or_else(|| vec![code]);
    let found: Vec<usize> = members.into_iter().filter_map(|member| to.names.known_country(member)).collect();
    if found.is_empty() {
        to.tally.rate_left_out(code);
    }
    Some(found)
}
