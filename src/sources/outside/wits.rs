//! UN TRAINS tariffs as WITS downloads them: by reporter, partner, product and duty type.
//!
//! Columns `Reporter,Product,Partner,Tariff Year,DutyType,Simple Average`, and where there are `Imports Value in
//! 1000 USD`, `Nbr of AVE Lines`, `Nbr of NA Lines`. The effectively applied rate (`AHS`) of a pair and product
//! counts before the most-favoured-nation rate (`MFN`) of the pair, and that before the rate towards the world
//! (partner `000`). An empty rate is missing: it is left out of the mean and counted, never taken for zero.
//! Products become sectors by the concordance, weighted by imports where the download has them.

use std::collections::{BTreeMap, HashMap};

use super::baci::Products;
use super::gathered::Gathered;
use super::{Request, noted};
use crate::data::{Files, Row, Table};
use crate::error::Faults;

/// Column of the rate.
const RATE: &str = "Simple Average";
/// Column of the weight.
const IMPORTS: &str = "Imports Value in 1000 USD";
/// Columns that every download has.
const COLUMNS: [&str; 6] = ["Reporter", "Product", "Partner", "Tariff Year", "DutyType", RATE];
/// Weight of a product without imports, thousand USD.
const NO_IMPORTS_WEIGHT: f64 = 1e-3;
/// Partner that stands for every country.
const WORLD: [&str; 3] = ["000", "0", "WLD"];

/// True for the names of WITS downloads.
#[must_use]
pub fn is_download(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    (name.starts_with("wits") || name.starts_with("datajobid")) && name.ends_with(".csv")
}

/// Rates by importer, exporter (none = all) and product: percentage and weight.
type Rates = BTreeMap<(usize, Option<usize>, String), (f64, f64)>;

/// Adds the rates of every download of the folder.
pub fn read(request: &Request, to: &mut Gathered) {
    let files = Files::directory(&request.input);
    let names: Vec<String> = files.list(".csv").into_iter().filter(|name| is_download(name)).collect();
    if names.is_empty() {
        return;
    }
    let (Some(products), Some(codes)) = (Products::new(to), codes(&mut to.faults)) else { return };
    let mut found = Found::default();
    for name in &names {
        found.read(&files, name, request, &codes, to);
    }
    to.has_tariffs = true;
    found.add_to(&products, to);
}

/// Countries of each numeric code: one, or the members of a customs union.
fn codes(faults: &mut Faults) -> Option<HashMap<String, Vec<String>>> {
    let files = Files::embedded().folder("sources/wits");
    let text = noted(files.read("country_codes.csv"), faults)?;
    let table = Table::parse(&files.display("country_codes.csv"), &text, &["code", "iso3"], &[], faults)?;
    let members = |row: &Row<'_>| row.text("iso3").split(';').map(str::to_owned).collect();
    Some(table.rows().map(|row| (row.text("code").to_owned(), members(&row))).collect())
}

/// What the downloads hold.
#[derive(Default)]
struct Found {
    applied: Rates,
    most_favoured: Rates,
    missing: usize,
    equivalents: usize,
    rows: usize,
}

impl Found {
    fn read(
        &mut self,
        files: &Files,
        name: &str,
        request: &Request,
        codes: &HashMap<String, Vec<String>>,
        to: &mut Gathered,
    ) {
        let Some(text) = noted(files.read(name), &mut to.faults) else { return };
        let header = text.lines().next().unwrap_or("").trim_start_matches('\u{feff}');
        let header: Vec<&str> = header.split(',').map(|cell| cell.trim().trim_matches('"')).collect();
        let Some(table) = Table::parse(&files.display(name), &text, &COLUMNS, &header, &mut to.faults) else {
            return;
        };
        let wanted = request.year.map(|year| year.to_string());
        for row in
            table.rows().filter(|row| wanted.as_deref().is_none_or(|year| row.text("Tariff Year") == year))
        {
            self.read_row(&row, codes, to);
        }
    }

    fn read_row(&mut self, row: &Row<'_>, codes: &HashMap<String, Vec<String>>, to: &mut Gathered) {
        let rates = match row.text("DutyType") {
            "AHS" => &mut self.applied,
            "MFN" => &mut self.most_favoured,
            // Bound and preferential rates say what may be levied, not what is.
            "BND" | "PRF" => return,
            _ => {
                to.faults.push(row.fault("DutyType", "AHS, MFN, BND or PRF", "Correct the cell."));
                return;
            }
        };
        self.rows += 1;
        self.equivalents +=
            usize::from(row.text("Nbr of AVE Lines").parse::<f64>().is_ok_and(|lines| lines > 0.0));
        if row.text(RATE).is_empty() {
            self.missing += 1;
            return;
        }
        let pct = row.number(RATE, "0 or more (5 means 5 %), or empty", |v| v >= 0.0, &mut to.faults);
        let weight = row.text(IMPORTS).parse::<f64>().unwrap_or(0.0).max(0.0);
        let importers = places(row, "Reporter", codes, to);
        let partner = row.text("Partner");
        let exporters: Vec<Option<usize>> = match WORLD.contains(&partner) {
            true => vec![None],
            false => places(row, "Partner", codes, to).into_iter().map(Some).collect(),
        };
        let Some(pct) = pct else { return };
        for &importer in &importers {
            for &exporter in &exporters {
                rates.insert((importer, exporter, row.text("Product").to_owned()), (pct, weight));
            }
        }
    }

    /// The applied rate of each pair and product, else the most-favoured-nation rate.
    fn add_to(self, products: &Products, to: &mut Gathered) {
        let mut rates: Rates = self.applied;
        for (key, rate) in &self.most_favoured {
            if key.1.is_some() {
                rates.entry(key.clone()).or_insert(*rate);
            }
        }
        let exporters: Vec<usize> = (0..to.names.countries().len()).collect();
        let worldwide: Vec<_> = self.most_favoured.into_iter().filter(|(key, _)| key.1.is_none()).collect();
        let general: Vec<_> =
            rates.iter().filter(|(key, _)| key.1.is_none()).map(|(k, r)| (k.clone(), *r)).collect();
        for ((importer, _, product), rate) in general.into_iter().chain(worldwide) {
            for &exporter in exporters.iter().filter(|&&exporter| exporter != importer) {
                rates.entry((importer, Some(exporter), product.clone())).or_insert(rate);
            }
        }
        let mut unknown = 0;
        for ((importer, exporter, product), (pct, imports)) in rates {
            let Some(exporter) = exporter else { continue };
            let Some(sectors) = products.of(&product) else {
                unknown += 1;
                continue;
            };
            // A product that was not imported still has a rate: it counts for next to nothing.
            let weight = imports.max(NO_IMPORTS_WEIGHT);
            for &(j, share) in sectors {
                let [sum, total] = to.tariffs.entry([exporter, importer, j]).or_default();
                (*sum, *total) = (*sum + share * weight * pct, *total + share * weight);
            }
        }
        let source = format!(
            "WITS, AHS before MFN, weighted by imports: {} rows, {} without a rate (left out), {} with ad-valorem \
             equivalents, {unknown} rates of products without a sector",
            self.rows, self.missing, self.equivalents
        );
        to.note("tariffs", "observed", source);
    }
}

fn places(
    row: &Row<'_>,
    column: &str,
    codes: &HashMap<String, Vec<String>>,
    to: &mut Gathered,
) -> Vec<usize> {
    let code = row.text(column);
    let padded = format!("{code:0>3}");
    let own = [code.to_owned()];
    let members: &[String] = match codes.get(&padded) {
        Some(members) => members,
        None if code.len() == 3 && code.chars().all(|c| c.is_ascii_uppercase()) => &own,
        None => {
            let expected = "a code of data/sources/wits/country_codes.csv, or three letters";
            to.faults.push(row.fault(column, expected, "Correct the code."));
            return Vec::new();
        }
    };
    // Only countries of the trade data: a code that an open table would add has no trade.
    members.iter().filter_map(|member| to.names.known_country(member)).collect()
}
