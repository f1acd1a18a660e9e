//! Wide inter-country tables: a row and a column for every country and industry, final demand to the right,
//! taxes, value added and output below.
//!
//! | layout | header | row label |
//! | --- | --- | --- |
//! | `icio` (and FIGARO) | one line, `COUNTRY_INDUSTRY`, `COUNTRY_HFCE`, ... | `COUNTRY_INDUSTRY`, `TLS`, `VA`, `OUT` |
//! | `adb` (and WIOD 2013 wide) | a line of countries, a line of codes (`c1`.., `F1`..) | country and code before the figures |
//! | `wiod2016` | `IndustryCode,IndustryDescription,Country,RNr,Year,AUS1,...` | the same; columns 57 to 61 are final demand |
//!
//! The meaning of a code that is not an industry (`final`, `value_added`, `output`, `inputs`, `skip`) stands in
//! `data/sources/<layout>/labels.csv`, and in the user's `labels.csv`. Taxes and margins on inputs count as value
//! added, so that costs are output; those on final demand are left out, so that final demand is at basic prices.
//!
//! A table that lost, doubled or shifted something is refused: every industry has one row and one column, every row
//! as many cells as the header, and sums are compared with the table's own totals ([`super::totals`]).
//!
//! The file is read once as a stream; memory is that of the aggregated tables.

use std::path::{Path, PathBuf};

use csv::StringRecord;

use super::gathered::Gathered;
use super::headers::{LABELS, Label, Labels, Meaning, reader};
use super::long;
use super::request::{Layout, Request, noted};
use super::sheet::{Aliases, stem};
use super::tally::Reading;
use super::totals::Sums;
use super::wide_plan::{Column, Plan, plan};
use super::wrong::Wrong;
use crate::data::raw_text::{csv_fault, tables_in};
use crate::data::{line_of, number_remedy};
use crate::error::Fault;
use crate::sorted::SortedMap;

/// Faults of one file after which reading stops: a table with the wrong separator has millions.
const MOST_FAULTS: usize = 200;
/// Tables beside the one that is read here.
const OTHERS: [&str; 5] = ["countries.csv", "sectors.csv", "concordance.csv", "tariffs.csv", LABELS];

/// What a row holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RowKind {
    Industry {
        i: usize,
        k: usize,
    },
    ValueAdded,
    /// The columns' own totals: of output, or of inputs.
    Totals {
        is_output: bool,
    },
    Skipped,
}

/// Reads the only table of the folder, and tariffs where there are some.
pub fn read(request: &Request, to: &mut Gathered) {
    let Some(path) = find(&request.input, to) else { return };
    check_name(&path, request, to);
    let Some(labels) = Labels::read(request, to) else { return };
    if let Some(plan) = plan(&path, request.layout, &labels, to) {
        Rows::new(&plan, &path).read(&path, (request.layout, &labels), to);
        to.note("trade, inputs, value added", "observed", "taxes and margins on inputs count as value added");
    }
    if let Some(aliases) = Aliases::read(&mut to.faults) {
        long::read_tariffs(request, &aliases, to);
    }
}

fn find(folder: &Path, to: &mut Gathered) -> Option<PathBuf> {
    let mut tables = noted(tables_in(folder), &mut to.faults)?;
    let is_other = |path: &PathBuf| OTHERS.iter().any(|other| stem(path).eq_ignore_ascii_case(other));
    let is_text = |path: &PathBuf| stem(path).to_ascii_lowercase().ends_with(".txt");
    tables.retain(|path| !is_other(path) && !is_text(path) && !super::wits::is_download(&stem(path)));
    if let [path] = tables.as_slice() {
        return Some(path.clone());
    }
    let names: Vec<String> = tables.iter().map(|path| stem(path)).collect();
    let found = if names.is_empty() { "no table".to_owned() } else { names.join(", ") };
    let remedy = "Leave one inter-country table (.csv, .csv.gz or .zip) in the folder, with its first lines as published.";
    to.faults.push(Fault::of_file(&folder.display().to_string(), "files", &found, "one .csv file", remedy));
    None
}

/// A table whose name says other years than the one asked for is not the one meant.
fn check_name(path: &Path, request: &Request, to: &mut Gathered) {
    let name = stem(path);
    let years: Vec<i16> = name
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| digits.len() == 4)
        .filter_map(|digits| digits.parse().ok())
        .filter(|year| (1960..2060).contains(year))
        .collect();
    if let (Some(year), Some(first)) = (request.year, years.first())
        && !years.contains(&year)
    {
        let expected = format!("the year in the name of the table {name}");
        let remedy = format!("Pass --year {first}, or correct the name of the file.");
        to.faults.push(Fault::of_file(
            &path.display().to_string(),
            "--year",
            &year.to_string(),
            &expected,
            &remedy,
        ));
    }
}

/// The rows of a table as they are read.
struct Rows<'p> {
    plan: &'p Plan,
    sums: Sums,
    /// Line of each label of a row.
    seen: SortedMap<(String, String), u64>,
    /// Line and name of the industries' rows.
    industries: SortedMap<(String, String), (u64, String)>,
    no_country_musd: f64,
    reading: Reading,
}

/// What an industry sells to one column of the table.
#[derive(Debug, Clone, Copy)]
struct Sale {
    /// Country and sector of the industry.
    seller: usize,
    sector: usize,
    /// Place of the column, and what it stands for.
    at: usize,
    column: Column,
    /// Million USD.
    musd: f64,
}

impl<'p> Rows<'p> {
    fn new(plan: &'p Plan, path: &Path) -> Self {
        Self {
            plan,
            sums: Sums::new(plan.columns.len()),
            seen: SortedMap::new(),
            industries: SortedMap::new(),
            no_country_musd: 0.0,
            reading: Reading::new(path),
        }
    }

    fn read(mut self, path: &Path, layout: (Layout, &Labels), to: &mut Gathered) {
        let before = to.faults.as_slice().len();
        let Some(mut reader) = noted(reader(path), &mut to.faults) else { return };
        let mut record = StringRecord::new();
        let mut at = 0;
        while to.faults.as_slice().len() < MOST_FAULTS {
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    to.faults.push(csv_fault(&self.plan.file, error));
                    break;
                }
            }
            at += 1;
            if at > self.plan.header.records {
                self.add(&record, layout, to);
            }
        }
        self.reading.note(&reader.get_ref().notes(&self.plan.file));
        self.match_labels(to);
        if to.faults.as_slice().len() == before {
            let note = self.sums.check(&self.plan.file, &self.plan.industries(), &mut to.faults);
            self.reading.note(&note.into_iter().collect::<Vec<_>>());
        }
        if self.no_country_musd != 0.0 {
            to.unmatched.push(("columns without country".into(), self.no_country_musd));
        }
        to.tally.add(self.reading);
    }

    fn add(&mut self, record: &StringRecord, (layout, labels): (Layout, &Labels), to: &mut Gathered) {
        let plan = self.plan;
        let line = line_of(record.position());
        let is_blank = record.iter().skip(plan.header.first).all(str::is_empty);
        let label = plan.row_label(record, layout);
        let meaning =
            labels.of(&label.code).or_else(|| labels.of(&label.country).filter(|_| label.code.is_empty()));
        let kind = match meaning {
            _ if is_blank => return,
            Some(Meaning::ValueAdded) => RowKind::ValueAdded,
            Some(Meaning::Output) => RowKind::Totals { is_output: true },
            Some(Meaning::Inputs) => RowKind::Totals { is_output: false },
            Some(Meaning::Final | Meaning::Skip) => RowKind::Skipped,
            None => match plan.industry(&label, line, to) {
                Some((i, k)) => RowKind::Industry { i, k },
                None => return,
            },
        };
        if kind == RowKind::Skipped {
            return self.reading.left_out("with labels that are skipped");
        }
        let key = (label.country.clone(), label.code.clone());
        if let Some(first) = self.seen.insert(key.clone(), line) {
            let expected = format!("each row once; it is also on line {first}");
            let remedy = "Delete one of the two rows.";
            let found = "a second row";
            plan.fault(line, Wrong { field: &label.name, found, expected: &expected, remedy }, to);
            return;
        }
        if let RowKind::Industry { .. } = kind {
            self.industries.insert(key, (line, label.name.clone()));
        }
        if !self.has_all_cells(record, kind, &label, line, to) {
            return;
        }
        match kind {
            RowKind::Totals { .. } => self.reading.left_out("of totals, compared"),
            _ => self.reading.used(),
        }
        self.add_cells(record, kind, label, line, to);
    }

    /// Rows of industries have as many cells as the header; other rows may end after the industries.
    fn has_all_cells(
        &self,
        record: &StringRecord,
        kind: RowKind,
        label: &Label,
        line: u64,
        to: &mut Gathered,
    ) -> bool {
        let plan = self.plan;
        let filled = (0..record.len()).rfind(|&at| !record[at].is_empty()).map_or(0, |last| last + 1);
        let is_industry = |column: &Column| matches!(column, Column::Industry { .. });
        let least = match kind {
            RowKind::Industry { .. } => plan.width,
            _ => plan.header.first + plan.columns.iter().rposition(is_industry).map_or(0, |last| last + 1),
        };
        if record.len() >= least && filled <= plan.width {
            return true;
        }
        let found = format!("{} cells", if filled > plan.width { filled } else { record.len() });
        let expected = format!("{} cells, as the header has", plan.width);
        let remedy = "A cell was lost or added: take the row as published.";
        plan.fault(line, Wrong { field: &label.name, found: &found, expected: &expected, remedy }, to);
        false
    }

    fn add_cells(
        &mut self,
        record: &StringRecord,
        kind: RowKind,
        label: Label,
        line: u64,
        to: &mut Gathered,
    ) {
        let plan = self.plan;
        let (mut sum, mut total) = (0.0, None);
        let mut stated = vec![None; plan.columns.len()];
        for (at, &column) in plan.columns.iter().enumerate() {
            if column == Column::Skipped || kind == RowKind::Skipped {
                continue;
            }
            // Cells beyond the end of a short line are empty.
            let text = record.get(plan.header.first + at).unwrap_or("");
            let is_used =
                matches!(kind, RowKind::Industry { .. }) || matches!(column, Column::Industry { .. });
            // What value added pays in columns of final demand is of no use, but must be a number where it stands.
            if text.is_empty() && !is_used {
                continue;
            }
            let Some(musd) = text.parse::<f64>().ok().filter(|value| value.is_finite()) else {
                let found = if text.is_empty() { "empty" } else { text };
                let expected = "a finite number, million USD (missing is not zero)";
                let remedy = number_remedy(text).unwrap_or("Correct the cell; write 0 for none.");
                let field = &plan.header.columns[at].name;
                plan.fault(line, Wrong { field, found, expected, remedy }, to);
                continue;
            };
            if !is_used {
                continue;
            }
            self.sums.see(text);
            match (kind, column) {
                (RowKind::Totals { .. }, _) => stated[at] = Some(musd),
                (_, Column::Total) => total = Some(musd),
                (RowKind::ValueAdded, Column::Industry { n, j }) => {
                    self.sums.add_value_added(at, musd);
                    *to.value_added.entry([n, j]).or_default() += musd;
                }
                (RowKind::Industry { i, k }, column) => {
                    sum += musd;
                    self.add_sale(Sale { seller: i, sector: k, at, column, musd }, line, to);
                }
                _ => {}
            }
        }
        match kind {
            RowKind::Industry { .. } => self.sums.add_row(label, line, sum, total),
            RowKind::Totals { is_output } => self.sums.state(is_output, line, &label.name, stated),
            _ => {}
        }
    }

    /// Adds what an industry sells to an industry or to final demand.
    fn add_sale(&mut self, sale: Sale, line: u64, to: &mut Gathered) {
        let Sale { seller: i, sector: k, at, column, musd } = sale;
        if musd == 0.0 {
            return;
        }
        to.read_musd += musd;
        to.place(i, &self.plan.file, line);
        match column {
            Column::Industry { n, j } => {
                self.sums.add_input(at, musd);
                *to.trade.entry([i, n, k]).or_default() += musd;
                *to.inputs.entry([n, k, j]).or_default() += musd;
            }
            Column::Final { n } => {
                *to.trade.entry([i, n, k]).or_default() += musd;
                *to.final_demand.entry([n, k]).or_default() += musd;
            }
            _ => self.no_country_musd += musd,
        }
    }

    /// Every industry has a row and a column.
    fn match_labels(&self, to: &mut Gathered) {
        let plan = self.plan;
        let columns = plan.industries();
        let key = |label: &Label| (label.country.clone(), label.code.clone());
        let known: SortedMap<(String, String), &Label> =
            columns.iter().map(|(_, label)| (key(label), *label)).collect();
        let remedy =
            "Take the table as published, with a row and a column for every industry of every country.";
        for (_, (line, name)) in self.industries.iter().filter(|(key, _)| !known.contains_key(*key)) {
            let (found, expected) = ("a row without a column", "a column of this label");
            plan.fault(*line, Wrong { field: name, found, expected, remedy }, to);
        }
        for (key, label) in known {
            if !self.industries.contains_key(&key) {
                let found = "a column without a row";
                let expected = "a row of this label";
                plan.fault(plan.header.line, Wrong { field: &label.name, found, expected, remedy }, to);
            }
        }
    }
}
