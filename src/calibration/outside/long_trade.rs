//! Trade of a long file: one row a flow, or the reports of both partners.
//!
//! A file with a direction (`M`, `X`) says who reports. Both partners may report one flow: it is one flow, and the
//! importer's figure is taken, as customs look closer at what they tax. Parts of a flow (re-exports, re-imports,
//! processing) are in the flow already, and rows towards the world are sums of others: both are left out.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::codes::Meaning;
use super::gathered::Gathered;
use super::long_cells::{ANY, FLOW, Years, country, sector};
use super::request::{Layout, Request};
use super::sheet::{Aliases, Sheet};
use super::tally;
use crate::data::Row;
use crate::error::{Fault, Faults};
use crate::sorted::SortedSet;

/// Least relative difference of two reports that is counted.
const SAME: f64 = 1e-9;

/// Who reports a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// The importer.
    Import,
    /// The exporter, or the file does not say.
    Export,
    /// Nobody: a part of another row.
    Part,
}

impl Direction {
    /// What a cell such as `M`, `Import` or `RX` says.
    fn of(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let starts = |words: &[&str]| words.iter().any(|word| text.starts_with(word));
        let parts = ["rx", "rm", "dx", "fm", "mip", "mop", "xip", "xop"];
        if parts.contains(&text.as_str()) || starts(&["re-", "re", "dom", "foreign"]) {
            Some(Self::Part)
        } else if matches!(text.as_str(), "m" | "i") || starts(&["im", "gross im"]) {
            Some(Self::Import)
        } else if matches!(text.as_str(), "x" | "e") || starts(&["ex", "gross ex"]) {
            Some(Self::Export)
        } else {
            None
        }
    }
}

/// Code of exporter, importer and sector as the file writes them.
type Flow<'t> = [&'t str; 3];

/// A flow as the importer and the exporter report it, million USD, with the line.
type Reports = [Option<(f64, u64)>; 2];

/// The file with what was read of it.
struct Reading<'a> {
    file: String,
    sheet: &'a Sheet,
    years: Years,
    counts: tally::Reading,
    flows: BTreeMap<Flow<'a>, Reports>,
    /// Position of each country and sector code.
    at: HashMap<&'a str, usize>,
    sectors: HashMap<&'a str, usize>,
    reporters: SortedSet<&'a str>,
}

/// Reads the flows of `path`.
pub fn read(path: &Path, aliases: &Aliases, request: &Request, to: &mut Gathered) {
    let fields = ["exporter", "importer", "trade"];
    let optional = ["sector", "year", "direction"];
    let Some(sheet) = Sheet::read(path, aliases, &fields, &optional, &mut to.faults) else { return };
    let mut counts = tally::Reading::new(path);
    counts.note(&sheet.notes);
    let mut reading = Reading {
        file: path.display().to_string(),
        sheet: &sheet,
        years: Years::new(request.year),
        counts,
        flows: BTreeMap::new(),
        at: HashMap::new(),
        sectors: HashMap::new(),
        reporters: SortedSet::new(),
    };
    for row in sheet.rows() {
        reading.add_row(row, request, to);
    }
    reading.finish(request, to);
}

impl<'a> Reading<'a> {
    fn add_row(&mut self, row: Row<'a>, request: &Request, to: &mut Gathered) {
        let sheet = self.sheet;
        if !self.years.take(sheet, &row, to) {
            return self.counts.left_out("of other years");
        }
        let Some(direction) = direction(sheet, &row, &mut to.faults) else { return };
        if direction == Direction::Part {
            return self.counts.left_out("that are part of another row (re-exports, re-imports, processing)");
        }
        let [exporter, importer] = ["exporter", "importer"].map(|field| sheet.text(&row, field));
        for code in [exporter, importer] {
            if to.names.known_country(code).is_none() && to.names.codes.is_world(code) {
                return self.counts.left_out("towards the world");
            }
        }
        let rule = if request.layout == Layout::Long { FLOW } else { ANY };
        let Some(musd) = sheet.number(&row, "trade", rule, &mut to.faults) else { return };
        to.read_musd += musd;
        for code in [exporter, importer] {
            if to.names.codes.is_nowhere(code) && to.names.country(code).is_none() {
                to.unmatched.push((format!("country {code}"), musd));
                return self.counts.left_out("of partners that are no country");
            }
        }
        let at = (country(sheet, &row, "exporter", to), country(sheet, &row, "importer", to));
        let ((Some(i), Some(n)), Some(j)) = (at, sector(sheet, &row, to)) else { return };
        for (code, at) in [(exporter, i), (importer, n)] {
            self.at.insert(code, at);
            to.place(at, &self.file, row.line);
        }
        let code = if sheet.has("sector") { sheet.text(&row, "sector") } else { "" };
        self.sectors.insert(code, j);
        self.reporters.insert(exporter);
        let (flow, by) = match direction {
            Direction::Import => ([importer, exporter, code], 0),
            _ => ([exporter, importer, code], 1),
        };
        let reports = self.flows.entry(flow).or_default();
        if let Some((_, line)) = reports[by] {
            let expected = format!("each cell once; line {line} has it too");
            let remedy = "Delete one of the two rows; where they differ by product, name that column sector.";
            to.faults.push(row.fault(sheet.column("exporter"), &expected, remedy));
        }
        reports[by] = Some((musd, row.line));
        self.counts.used();
    }

    /// Adds every flow once.
    fn finish(self, request: &Request, to: &mut Gathered) {
        self.refuse_unions(to);
        if self.flows.is_empty() && to.faults.is_empty() {
            let remedy = "Check the columns of year and direction, and --year.";
            to.faults.push(Fault::of_file(&self.file, "rows", "none used", "rows of trade", remedy));
        }
        let has_home = self.flows.keys().any(|[exporter, importer, _]| exporter == importer);
        let (mut n_both, mut n_differ, mut n_inside) = (0, 0, 0);
        for ([exporter, importer, code], reports) in &self.flows {
            let [i, n, j] = [self.at[exporter], self.at[importer], self.sectors[code]];
            if let [Some((by_importer, _)), Some((by_exporter, _))] = *reports {
                n_both += 1;
                n_differ += usize::from((by_importer - by_exporter).abs() > SAME * by_importer.abs());
            }
            let Some((musd, _)) = reports[0].or(reports[1]) else { continue };
            // Home sales that the file does not have are output less exports, in which these are.
            if i == n && exporter != importer && !has_home {
                n_inside += 1;
                continue;
            }
            *to.trade.entry([i, n, j]).or_default() += musd;
        }
        to.year = self.years.only;
        let mut source = format!("column {}", self.sheet.column("trade"));
        if n_both > 0 {
            source.push_str(&format!(
                "; {n_both} flows reported by both partners count once, as the importer has them ({n_differ} differ)"
            ));
        }
        if n_inside > 0 {
            source.push_str(&format!("; {n_inside} flows inside a group of countries are in its home sales"));
        }
        to.note("trade", "observed", source);
        self.note_silent_pairs(request, to);
        to.tally.add(self.counts);
    }

    /// Pairs of which neither reports: their trade is not zero but not known.
    fn note_silent_pairs(&self, request: &Request, to: &mut Gathered) {
        if !self.sheet.has("direction") || !request.absent_is_zero {
            return;
        }
        let is_silent = |code: &&&str| !self.reporters.contains(**code);
        let silent: SortedSet<usize> = self.at.keys().filter(is_silent).map(|code| self.at[code]).collect();
        let n = silent.len();
        if n > 1 {
            let source = format!(
                "{} pairs of {n} countries that do not report have no trade with each other: --absent-is-zero",
                n * (n - 1)
            );
            to.note("trade", "assumption", source);
        }
    }

    /// A customs union beside its members would count their trade twice; one member may have left in the data.
    fn refuse_unions(&self, to: &mut Gathered) {
        let year = self.years.only.or(self.years.wanted).unwrap_or(i16::MAX);
        for (code, &at) in &self.at {
            let is_union = matches!(to.names.codes.meaning(code), Some(Meaning::Union(_)));
            let members = to.names.codes.members(code, year).filter(|_| is_union).unwrap_or_default();
            let is_beside = |member: &&str| self.at.get(*member).is_some_and(|other| *other != at);
            let beside: Vec<&str> = members.into_iter().filter(is_beside).collect();
            if beside.len() > 1 {
                let found = format!("{code} and {}", beside.join(", "));
                let remedy = "Keep the union or its members: both would count the same trade twice.";
                let fault = Fault::of_file(&self.file, "country", &found, "a union or its members", remedy);
                to.faults.push(fault);
            }
        }
    }
}

/// Who reports a row; the exporter where the file has no such column.
fn direction(sheet: &Sheet, row: &Row<'_>, faults: &mut Faults) -> Option<Direction> {
    if !sheet.has("direction") {
        return Some(Direction::Export);
    }
    let found = Direction::of(sheet.text(row, "direction"));
    if found.is_none() {
        faults.push(row.fault(sheet.column("direction"), "M or Import, X or Export", "Correct the cell."));
    }
    found
}
