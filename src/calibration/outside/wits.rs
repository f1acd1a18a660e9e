//! UN TRAINS tariffs as WITS gives them: by reporter, partner, product and duty type.
//!
//! Two layouts, known by their headers:
//!
//! * a query: `Reporter,Product,Partner,Tariff Year,DutyType,Simple Average`, and where there are `Imports Value in
//!   1000 USD`, `Nbr of AVE Lines`;
//! * the bulk download of most-favoured-nation rates, `..._AVEMFN_....csv`: `Reporter_ISO_N,Year,ProductCode,
//!   SimpleAverage`.
//!
//! Rates are of the year of the trade. The effectively applied rate (`AHS`) of a pair and product counts before the
//! most-favoured-nation rate (`MFN`) of the pair, and that before the rate towards the world (partner `000`). A rate
//! of a customs union holds for its members of the year, and inside the union there is none. An empty rate is
//! missing: it is left out of the mean and counted, never taken for zero. `wits_rates` makes sectors of products.

use std::path::{Path, PathBuf};

use super::codes::Meaning;
use super::gathered::Gathered;
use super::products::Products;
use super::request::{Request, noted};
use super::sheet::stem;
use super::tally;
use super::wits_rates::{Counts, Duty, Rate, Rates};
use crate::data::raw_text::tables_in;
use crate::data::{Held, RawText, ReadOptions, Row, Table};
use crate::error::Fault;

/// Column of the weight.
const IMPORTS: &str = "Imports Value in 1000 USD";
/// Column of the lines with an ad-valorem equivalent.
const EQUIVALENTS: &str = "Nbr of AVE Lines";

/// Names of the columns of a layout; empty where it has none.
struct Columns {
    reporter: &'static str,
    product: &'static str,
    partner: &'static str,
    year: &'static str,
    duty: &'static str,
    rate: &'static str,
}

/// Answer of a query.
const QUERY: Columns = Columns {
    reporter: "Reporter",
    product: "Product",
    partner: "Partner",
    year: "Tariff Year",
    duty: "DutyType",
    rate: "Simple Average",
};
/// Bulk download of rates that hold for every partner.
const BULK: Columns = Columns {
    reporter: "Reporter_ISO_N",
    product: "ProductCode",
    partner: "",
    year: "Year",
    duty: "",
    rate: "SimpleAverage",
};
/// Part of the name of a bulk download of most-favoured-nation rates.
const BULK_MFN: &str = "_avemfn";

/// True for the names of WITS downloads.
#[must_use]
pub fn is_download(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["wits", "datajobid", "jobid"].iter().any(|start| name.starts_with(start)) || name.contains(BULK_MFN)
}

/// Adds the rates of every download of the folder.
pub fn read(request: &Request, to: &mut Gathered) {
    let tables = noted(tables_in(&request.input), &mut to.faults).unwrap_or_default();
    let paths: Vec<PathBuf> = tables.into_iter().filter(|path| is_download(&stem(path))).collect();
    if paths.is_empty() {
        return;
    }
    let Some(products) = Products::new(to) else { return };
    let mut found = Found { year: request.year.or(to.year), rates: Rates::default(), is_any_read: false };
    for path in &paths {
        found.read(path, to);
    }
    if !found.is_any_read {
        return;
    }
    to.has_tariffs = true;
    found.check_years(request, to);
    // Without a year no row has been read.
    let Some(year) = found.rates.year(found.year) else { return };
    found.rates.add_to(&products, year, to);
}

/// What the downloads hold.
struct Found {
    /// Year of the trade, where it is known.
    year: Option<i16>,
    rates: Rates,
    is_any_read: bool,
}

impl Found {
    fn read(&mut self, path: &Path, to: &mut Gathered) {
        let Some(raw) = noted(RawText::read(path, ReadOptions::new(Held::Cells)), &mut to.faults) else {
            return;
        };
        let header = raw.header();
        let columns = if header.iter().any(|name| name == BULK.reporter) { &BULK } else { &QUERY };
        let is_known = match columns.duty {
            // Other bulk downloads hold preferences by code of a group: they stay among the unread files.
            "" => stem(path).to_ascii_lowercase().contains(BULK_MFN),
            duty => header.iter().any(|name| name == duty || name == columns.rate),
        };
        if !is_known {
            return;
        }
        let required: Vec<&str> = columns.required().collect();
        let all: Vec<&str> = header.iter().map(String::as_str).collect();
        let Some(table) = Table::parse_raw(&raw, &required, &all, &mut to.faults) else { return };
        self.is_any_read = true;
        let mut counts = tally::Reading::new(path);
        counts.note(&raw.notes);
        for row in table.rows() {
            self.read_row(&row, columns, &mut counts, to);
        }
        to.tally.add(counts);
    }

    fn read_row(&mut self, row: &Row<'_>, columns: &Columns, counts: &mut tally::Reading, to: &mut Gathered) {
        let duty = match row.text(columns.duty) {
            "AHS" => Duty::Applied,
            "MFN" => Duty::MostFavoured,
            _ if columns.duty.is_empty() => Duty::MostFavoured,
            // Bound and preferential rates say what may be levied, not what is.
            "BND" | "PRF" => return counts.left_out("of bound or preferential rates"),
            _ => {
                return to.faults.push(row.fault(columns.duty, "AHS, MFN, BND or PRF", "Correct the cell."));
            }
        };
        let Ok(year) = row.text(columns.year).parse::<i16>() else {
            return to.faults.push(row.fault(columns.year, "a year", "Correct the cell."));
        };
        let reporters = countries(row, columns.reporter, year, to);
        let partners = match columns.partner {
            "" => Some(None),
            column if to.names.codes.is_world(row.text(column)) => Some(None),
            column => countries(row, column, year, to).map(Some),
        };
        let (Some(reporters), Some(partners)) = (reporters, partners) else {
            return counts.left_out("of codes that are no country");
        };
        reporters.iter().for_each(|reporter| self.rates.note_year(&reporter.0, year));
        if self.year.is_some_and(|wanted| wanted != year) {
            return counts.left_out("of other years");
        }
        let n_equivalents = count(row, EQUIVALENTS, to);
        // Rates without imports do not weigh; if no rate has imports, the simple mean counts.
        let weight = count(row, IMPORTS, to).unwrap_or(0.0);
        if row.text(columns.rate).is_empty() {
            self.rates.counts.missing += 1;
            return counts.left_out("without a rate");
        }
        let expected = "0 or more (5 means 5 %), at most 1e5, or empty";
        let is_valid = |pct: f64| (0.0..=1e5).contains(&pct);
        let Some(pct) = row.number(columns.rate, expected, is_valid, &mut to.faults) else { return };
        let Counts { rows, equivalents, .. } = &mut self.rates.counts;
        (*rows, *equivalents) = (*rows + 1, *equivalents + usize::from(n_equivalents > Some(0.0)));
        counts.used();
        let product = row.text(columns.product);
        for (importer, by_union) in &reporters {
            let rate = |is_indirect| Rate { pct, weight, is_indirect, line: row.line };
            let mut add = |exporter: Option<&str>, is_indirect: bool| {
                let is_new = self.rates.insert(duty, importer, exporter, product, rate(is_indirect));
                if let Err(first) = is_new {
                    let expected = format!("each rate once; line {first} has another one");
                    to.faults.push(row.fault(columns.rate, &expected, "Delete one of the two rows."));
                }
            };
            match &partners {
                None => add(None, *by_union),
                Some(partners) => {
                    partners
                        .iter()
                        .for_each(|(partner, of_union)| add(Some(partner), *by_union || *of_union));
                }
            }
        }
    }

    /// Reporters without a rate of the year of the trade, and years to choose from where it is not known.
    fn check_years(&mut self, request: &Request, to: &mut Gathered) {
        let folder = request.input.display().to_string();
        let years = self.rates.years();
        if self.year.is_none() && years.len() > 1 {
            let found = years.iter().map(i16::to_string).collect::<Vec<_>>().join(", ");
            let expected = "tariffs of one year, or --year";
            to.faults.push(Fault::of_file(&folder, "Tariff Year", &found, expected, "Pass --year."));
        }
        let Some(wanted) = self.year else { return };
        for (reporter, found) in self.rates.reporters_without(wanted) {
            if to.names.known_country(&reporter).is_none() {
                continue;
            }
            let years = found.iter().map(i16::to_string).collect::<Vec<_>>().join(", ");
            let expected = format!("tariffs of {reporter} for {wanted}, the year of the trade");
            let remedy =
                "Fetch the tariffs of that year, or leave this reporter out and pass --missing-tariff.";
            to.faults.push(Fault::of_file(&folder, "Tariff Year", &years, &expected, remedy));
        }
    }
}

impl Columns {
    fn required(&self) -> impl Iterator<Item = &'static str> {
        [self.reporter, self.product, self.partner, self.year, self.duty, self.rate]
            .into_iter()
            .filter(|name| !name.is_empty())
    }
}

/// A number of 0 or more; an empty cell has none.
fn count(row: &Row<'_>, column: &str, to: &mut Gathered) -> Option<f64> {
    if row.text(column).is_empty() {
        return None;
    }
    let is_valid = |value: f64| (0.0..=1e18).contains(&value);
    row.number(column, "0 or more, at most 1e18, or empty", is_valid, &mut to.faults)
}

/// Countries of a code by their ISO codes, each with whether a customs union stands for it; `None` if the code is
/// not known, which is a fault, or is not a country.
fn countries(row: &Row<'_>, column: &str, year: i16, to: &mut Gathered) -> Option<Vec<(String, bool)>> {
    let code = row.text(column);
    let codes = &to.names.codes;
    match codes.meaning(code) {
        Some(Meaning::Country(iso3)) => Some(vec![(iso3.clone(), false)]),
        Some(Meaning::Union(_)) => {
            let members = codes.members(code, year).expect("the code of a union has members");
            Some(members.into_iter().map(|member| (member.to_owned(), true)).collect())
        }
        Some(Meaning::World | Meaning::Nowhere) => None,
        Some(Meaning::Rest) => Some(vec![(code.to_owned(), false)]),
        None if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase()) => {
            Some(vec![(code.to_owned(), false)])
        }
        None => {
            let expected = "a code of data/sources/codes.csv, or three letters";
            to.faults.push(row.fault(column, expected, "Correct the code."));
            None
        }
    }
}
