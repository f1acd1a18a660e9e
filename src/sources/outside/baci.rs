//! CEPII BACI: `t,i,j,k,v,q` = year, exporter, importer, HS product, thousand USD, tons.
//!
//! The folder holds `BACI_HS*_Y*.csv` and the `country_codes*.csv` that comes with it, and, as BACI knows only
//! goods that cross a border, `value_added.csv` with gross output by country and sector (`io.csv` and
//! `final_demand.csv` where there are some). Home sales are output less exports. Products become sectors by
//! `concordance.csv` (`hs,sector,share`; the longest prefix counts), default `data/sources/baci`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::gathered::Gathered;
use super::sheet::{Aliases, find, open};
use super::{Request, file_fault, long, noted};
use crate::data::{Files, Table};
use crate::error::{Fault, Faults};

/// Thousand USD to million USD.
const MUSD: f64 = 1e-3;
/// Digits of a product, by which prefixes are tried.
const DIGITS: [usize; 3] = [6, 4, 2];
/// Faults of one file after which reading stops.
const MOST_FAULTS: usize = 200;

/// Reads trade, production and tariffs.
pub fn read(request: &Request, to: &mut Gathered) {
    let Some(products) = Products::new(to) else { return };
    let Some(codes) = country_codes(&request.input, &mut to.faults) else { return };
    match trade_file(&request.input) {
        Some(path) => read_trade(&path, &products, &codes, request, to),
        None => to.faults.push(file_fault(
            &request.input.display().to_string(),
            "files",
            "no BACI_HS*_Y*.csv",
            "one BACI file",
            "Name the file as CEPII does.",
        )),
    }
    require_production(request, to);
    if let Some(aliases) = Aliases::read(&mut to.faults) {
        long::read_production(request, &aliases, to);
        long::read_tariffs(request, &aliases, to);
    }
}

fn trade_file(folder: &Path) -> Option<PathBuf> {
    let files = Files::directory(folder);
    let mut names = files.list(".csv");
    names.extend(files.list(".csv.gz"));
    names.into_iter().find(|name| name.starts_with("BACI_")).map(|name| folder.join(name))
}

fn require_production(request: &Request, to: &mut Gathered) {
    if find(&request.input, "value_added.csv").is_none() {
        let file = request.input.join("value_added.csv").display().to_string();
        let expected = "country, sector, gross_output_musd (and value_added_musd)";
        let remedy = "Add gross output: BACI has no home sales, and they are output less exports.";
        to.faults.push(file_fault(&file, "file", "missing", expected, remedy));
    }
}

/// Country of each numeric code, from the file that comes with BACI.
fn country_codes(folder: &Path, faults: &mut Faults) -> Option<HashMap<String, String>> {
    let files = Files::directory(folder);
    let Some(name) = files.list(".csv").into_iter().find(|name| name.starts_with("country_codes")) else {
        let remedy = "Put the country codes that come with BACI beside it.";
        let file = folder.display().to_string();
        faults.push(file_fault(&file, "files", "no country_codes*.csv", "the codes of BACI", remedy));
        return None;
    };
    let text = noted(files.read(&name), faults)?;
    let optional = ["country_name", "country_name_abbreviation", "country_name_full", "country_iso2"];
    let optional =
        [&optional[..], &["country_iso3", "iso_2digit_alpha", "iso_3digit_alpha", "iso3"]].concat();
    let table = Table::parse(&files.display(&name), &text, &["country_code"], &optional, faults)?;
    let iso3 = |row: &crate::data::Row<'_>| {
        let texts = ["country_iso3", "iso_3digit_alpha", "iso3"].map(|column| row.text(column));
        let is_code = |text: &&str| text.len() == 3 && text.chars().all(|c| c.is_ascii_uppercase());
        texts.into_iter().find(is_code).unwrap_or("").to_owned()
    };
    Some(table.rows().map(|row| (row.text("country_code").to_owned(), iso3(&row))).collect())
}

/// Sectors of each HS prefix with their shares.
pub struct Products(HashMap<String, Vec<(usize, f64)>>);

impl Products {
    /// The concordance of the request; its sectors must be known and its shares sum to one.
    pub fn new(to: &mut Gathered) -> Option<Self> {
        let Some(table) = to.names.concordance.clone() else {
            let remedy = "Put concordance.csv (hs,sector,share) into the input folder or --concordance DIR.";
            to.faults.push(file_fault("concordance.csv", "file", "missing", "a concordance", remedy));
            return None;
        };
        let mut sectors: HashMap<String, Vec<(usize, f64)>> = HashMap::new();
        let mut sums: HashMap<String, (f64, u64)> = HashMap::new();
        for row in table.rows() {
            let share =
                row.number("share", "a share above 0, at most 1", |v| v > 0.0 && v <= 1.0, &mut to.faults);
            let Some(j) = to.names.sector(row.text("sector")) else {
                let expected = to.names.expected_sector();
                to.faults.push(row.fault("sector", &expected, "Correct the name."));
                continue;
            };
            sectors.entry(row.text("hs").to_owned()).or_default().push((j, share.unwrap_or(0.0)));
            let sum = sums.entry(row.text("hs").to_owned()).or_insert((0.0, row.line));
            sum.0 += share.unwrap_or(0.0);
        }
        let mut wrong: Vec<_> = sums.iter().filter(|(_, (sum, _))| (sum - 1.0).abs() > 1e-6).collect();
        wrong.sort_by_key(|(hs, _)| *hs);
        for (hs, (sum, line)) in wrong {
            let found = format!("shares of {hs} sum to {sum}");
            let fault = file_fault(table.file(), "share", &found, "shares that sum to 1", "Correct them.");
            to.faults.push(Fault { line: Some(*line), ..fault });
        }
        Some(Self(sectors))
    }

    /// Sectors of a product by its longest listed prefix.
    #[must_use]
    pub fn of(&self, product: &str) -> Option<&[(usize, f64)]> {
        // A leading zero is lost where a spreadsheet took the code for a number.
        let padded = if product.len() % 2 == 1 { format!("0{product}") } else { product.to_owned() };
        let prefixes = DIGITS.iter().filter_map(|&digits| padded.get(..digits));
        prefixes.filter_map(|prefix| self.0.get(prefix)).map(Vec::as_slice).next()
    }
}

/// Adds up the rows of a BACI file.
fn read_trade(
    path: &Path,
    products: &Products,
    codes: &HashMap<String, String>,
    request: &Request,
    to: &mut Gathered,
) {
    let file = path.display().to_string();
    let Some(source) = noted(open(path), &mut to.faults) else { return };
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).delimiter(source.delimiter()).from_reader(source);
    let Some([t, i, j, k, v]) = columns(&mut reader, &file, &mut to.faults) else { return };
    let mut reading = Reading { file, codes, countries: HashMap::new(), unmatched: HashMap::new() };
    for record in reader.records() {
        if to.faults.as_slice().len() > MOST_FAULTS {
            break;
        }
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, csv::Position::line);
                let cells = [t, i, j, k, v].map(|at| &record[at]);
                reading.add_row(cells, line, (products, request.year), to);
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                reading.fault(line, ("row", &error.to_string()), ("t,i,j,k,v,q", "Repair the line."), to);
            }
        }
    }
    to.unmatched.extend(reading.unmatched);
    to.note(
        "trade",
        "observed",
        "BACI; re-exports included where BACI has them; pairs not listed do not trade",
    );
}

/// Positions of `t,i,j,k,v`.
fn columns<R: std::io::Read>(
    reader: &mut csv::Reader<R>,
    file: &str,
    faults: &mut Faults,
) -> Option<[usize; 5]> {
    let header: Vec<String> =
        reader.headers().map(|header| header.iter().map(str::to_owned).collect()).unwrap_or_default();
    let found = ["t", "i", "j", "k", "v"].map(|name| header.iter().position(|column| column == name));
    if let [Some(t), Some(i), Some(j), Some(k), Some(v)] = found {
        return Some([t, i, j, k, v]);
    }
    let fault = file_fault(file, "header", &header.join(","), "t,i,j,k,v,q", "Keep the header of BACI.");
    faults.push(Fault { line: Some(1), ..fault });
    None
}

/// Country of a code: known, none of its own, or a fault already told.
#[derive(Debug, Clone, Copy)]
enum Place {
    At(usize),
    Nowhere,
    Faulty,
}

struct Reading<'a> {
    file: String,
    codes: &'a HashMap<String, String>,
    countries: HashMap<String, Place>,
    unmatched: HashMap<String, f64>,
}

impl Reading<'_> {
    fn fault(&self, line: u64, (field, found): (&str, &str), text: (&str, &str), to: &mut Gathered) {
        let (expected, remedy) = text;
        to.faults.push(Fault { line: Some(line), ..file_fault(&self.file, field, found, expected, remedy) });
    }

    /// Adds a row `t,i,j,k,v` of the wanted year.
    fn add_row(
        &mut self,
        [t, i, j, k, v]: [&str; 5],
        line: u64,
        (products, wanted): (&Products, Option<i16>),
        to: &mut Gathered,
    ) {
        let year = t.parse::<i16>().ok();
        if wanted.is_some() && year != wanted {
            return;
        }
        to.year = to.year.or(year);
        if year.is_none() || year != to.year {
            let text = ("the year of the first row: a file of one year, or --year", "Pass --year.");
            return self.fault(line, ("t", t), text, to);
        }
        let value = v.parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0);
        let Some(value) = value else {
            let found = if v.is_empty() { "empty" } else { v };
            let text = ("a flow of 0 or more, thousand USD", "Correct the cell.");
            return self.fault(line, ("v", found), text, to);
        };
        let pair = (self.country(i, line, "i", to), self.country(j, line, "j", to));
        self.add(pair, k, value * MUSD, products, to);
    }

    /// An unknown code is told once.
    fn country(&mut self, code: &str, line: u64, column: &str, to: &mut Gathered) -> Place {
        if let Some(&known) = self.countries.get(code) {
            return known;
        }
        let place = match self.codes.get(code).map(String::as_str) {
            Some("") => Place::Nowhere,
            Some(iso3) => match to.names.country(iso3) {
                Some(at) => Place::At(at),
                None => Place::Nowhere,
            },
            None => {
                let remedy = "Add the code to country_codes*.csv.";
                let text = ("a country_code of country_codes*.csv", remedy);
                self.fault(line, (column, code), text, to);
                Place::Faulty
            }
        };
        self.countries.insert(code.to_owned(), place);
        place
    }

    fn add(
        &mut self,
        pair: (Place, Place),
        product: &str,
        musd: f64,
        products: &Products,
        to: &mut Gathered,
    ) {
        to.read_musd += musd;
        match (pair, products.of(product)) {
            ((Place::At(i), Place::At(n)), Some(sectors)) => {
                for &(j, share) in sectors {
                    *to.trade.entry([i, n, j]).or_default() += share * musd;
                }
            }
            ((Place::At(_), Place::At(_)), None) => {
                *self.unmatched.entry(format!("hs {product}")).or_default() += musd
            }
            ((Place::Faulty, _) | (_, Place::Faulty), _) => {}
            _ => *self.unmatched.entry("country without code".into()).or_default() += musd,
        }
    }
}
