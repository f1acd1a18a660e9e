//! CEPII BACI: `t,i,j,k,v,q` = year, exporter, importer, HS product, thousand USD, tons.
//!
//! The folder holds `BACI_HS*_Y*.csv` and the `country_codes*.csv` that comes with it, and, as BACI knows only
//! goods that cross a border, `value_added.csv` with gross output by country and sector (`io.csv` and
//! `final_demand.csv` where there are some). Home sales are output less exports; trade inside a group of countries
//! is among them. Products become sectors by `concordance.csv` (`hs,sector,share`; the longest prefix counts),
//! default `data/sources/baci`.

use std::collections::HashMap;
use std::path::Path;

use super::codes::Meaning;
use super::gathered::Gathered;
use super::products::{DIGITS, Products, is_number};
use super::request::{Request, noted};
use super::sheet::{Aliases, find, open};
use super::tally;
use super::wrong::Wrong;
use super::{baci_files, long};
use crate::data::line_of;
use crate::data::raw_text::csv_fault;
use crate::error::{Fault, Faults};
use crate::sorted::SortedMap;

/// Thousand USD to million USD.
const MUSD: f64 = 1e-3;
/// Faults of one file after which reading stops.
const MOST_FAULTS: usize = 200;

/// Reads trade, production and tariffs.
pub fn read(request: &Request, to: &mut Gathered) {
    let Some(products) = Products::new(to) else { return };
    if let Some(chosen) = baci_files::choose(request, to) {
        read_trade(&chosen.trade, &products, &chosen.codes, request, to);
        to.tally.add(chosen.counts);
    }
    require_production(request, to);
    if let Some(aliases) = Aliases::read(&mut to.faults) {
        long::read_production(request, &aliases, to);
        long::read_tariffs(request, &aliases, to);
    }
}

fn require_production(request: &Request, to: &mut Gathered) {
    if find(&request.input, "value_added.csv").is_none() {
        let file = request.input.join("value_added.csv").display().to_string();
        let expected = "country, sector, gross_output_musd (and value_added_musd)";
        let remedy = "Add gross output: BACI has no home sales, and they are output less exports.";
        to.faults.push(Fault::of_file(&file, "file", "missing", expected, remedy));
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
    let mut reading = Reading::new(path, codes);
    let n_faults = to.faults.as_slice().len();
    let mut record = csv::StringRecord::new();
    loop {
        if to.faults.as_slice().len() > n_faults + MOST_FAULTS {
            break;
        }
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {
                let line = line_of(record.position());
                let cells = [t, i, j, k, v].map(|at| &record[at]);
                reading.add_row(cells, line, products, request.year, to);
            }
            Err(error) => {
                let is_over = matches!(error.kind(), csv::ErrorKind::Io(_));
                to.faults.push(csv_fault(&file, error));
                if is_over {
                    break;
                }
            }
        }
    }
    reading.counts.note(&reader.get_ref().notes(&file));
    reading.finish(to);
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
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(str::to_owned).collect(),
        Err(error) => {
            faults.push(csv_fault(file, error));
            return None;
        }
    };
    let once = |name: &str| {
        let mut found = header.iter().enumerate().filter(|(_, column)| *column == name);
        found.next().filter(|_| found.next().is_none()).map(|(at, _)| at)
    };
    if let [Some(t), Some(i), Some(j), Some(k), Some(v)] = ["t", "i", "j", "k", "v"].map(once) {
        return Some([t, i, j, k, v]);
    }
    let fault = Fault::of_file(file, "header", &header.join(","), "t,i,j,k,v,q", "Keep the header of BACI.");
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

/// A flow of a row.
struct Flow<'a> {
    /// Codes and places of exporter and importer.
    codes: [&'a str; 2],
    places: [Place; 2],
    product: &'a str,
    musd: f64,
}

struct Reading<'a> {
    file: String,
    codes: &'a HashMap<String, String>,
    /// Number and place of each code met.
    countries: HashMap<String, (u64, Place)>,
    unmatched: SortedMap<String, f64>,
    counts: tally::Reading,
    rows: Rows,
}

impl<'a> Reading<'a> {
    fn new(path: &Path, codes: &'a HashMap<String, String>) -> Self {
        Self {
            file: path.display().to_string(),
            codes,
            countries: HashMap::new(),
            unmatched: SortedMap::new(),
            counts: tally::Reading::new(path),
            rows: Rows::default(),
        }
    }

    fn fault(&self, line: u64, wrong: Wrong<'_>, to: &mut Gathered) {
        to.faults.push(wrong.at(&self.file, line));
    }

    /// Adds a row `t,i,j,k,v` of the wanted year.
    fn add_row(
        &mut self,
        [t, i, j, k, v]: [&str; 5],
        line: u64,
        products: &Products,
        wanted: Option<i16>,
        to: &mut Gathered,
    ) {
        let year = t.parse::<i16>().ok();
        to.years.extend(year);
        if wanted.is_some() && year.is_some() && year != wanted {
            self.counts.left_out("of other years");
            return;
        }
        to.year = to.year.or(year);
        if year.is_none() || year != to.year {
            let expected = "the year of the first row: a file of one year, or --year";
            let wrong = Wrong { field: "t", found: t, expected, remedy: "Pass --year." };
            return self.fault(line, wrong, to);
        }
        let value = v.parse::<f64>().ok().filter(|value| (0.0..=1e18).contains(value));
        let Some(value) = value else {
            let found = if v.is_empty() { "empty" } else { v };
            let expected = "a flow of 0 or more, thousand USD, at most 1e18";
            let wrong = Wrong { field: "v", found, expected, remedy: "Correct the cell." };
            return self.fault(line, wrong, to);
        };
        if !is_number(k) || k.len() > DIGITS[0] {
            let found = if k.is_empty() { "empty" } else { k };
            let expected = "an HS product of up to 6 digits";
            let wrong = Wrong { field: "k", found, expected, remedy: "Correct the cell." };
            return self.fault(line, wrong, to);
        }
        let from = self.country(i, line, "i", to);
        let at = self.country(j, line, "j", to);
        self.rows.push([from.0, at.0], k, line);
        let flow = Flow { codes: [i, j], places: [from.1, at.1], product: k, musd: value * MUSD };
        self.add(flow, products, to);
    }

    /// An unknown code is told once.
    fn country(&mut self, code: &str, line: u64, column: &str, to: &mut Gathered) -> (u64, Place) {
        if let Some(&known) = self.countries.get(code) {
            return known;
        }
        let place = match self.codes.get(code).map(String::as_str) {
            // A code without letters is looked up by its number.
            Some("") if to.names.codes.meaning(code).is_none() => Place::Nowhere,
            Some("") => place(code, to),
            Some(iso3) => place(iso3, to),
            None => {
                let remedy = "Add the code to country_codes*.csv.";
                let expected = "a country_code of country_codes*.csv";
                self.fault(line, Wrong { field: column, found: code, expected, remedy }, to);
                Place::Faulty
            }
        };
        if let Place::At(at) = place {
            to.place(at, &self.file, line);
        }
        let found = (self.countries.len() as u64, place);
        self.countries.insert(code.to_owned(), found);
        found
    }

    fn add(&mut self, flow: Flow<'_>, products: &Products, to: &mut Gathered) {
        let Flow { codes, places, product, musd } = flow;
        to.read_musd += musd;
        match (places, products.of(product)) {
            ([Place::Faulty, _] | [_, Place::Faulty], _) => {}
            ([Place::At(i), Place::At(n)], Some(_)) if i == n => {
                // Home sales are output less exports, in which these are.
                self.counts.left_out("inside one country or group");
            }
            ([Place::At(i), Place::At(n)], Some(sectors)) => {
                self.counts.used();
                for &(j, share) in sectors {
                    *to.trade.entry([i, n, j]).or_default() += share * musd;
                }
            }
            ([Place::At(_), Place::At(_)], None) => {
                self.counts.left_out("of products without a sector");
                *self.unmatched.entry(format!("hs {product}")).or_default() += musd;
            }
            _ => {
                self.counts.left_out("of partners that are no country");
                for (code, place) in codes.into_iter().zip(places) {
                    if matches!(place, Place::Nowhere) {
                        let name = self.codes.get(code).filter(|iso3| !iso3.is_empty());
                        let name = name.map_or(code, String::as_str);
                        *self.unmatched.entry(format!("country {name}")).or_default() += musd;
                        break;
                    }
                }
            }
        }
    }

    fn finish(mut self, to: &mut Gathered) {
        if self.countries.is_empty() && to.years.is_empty() {
            let (expected, remedy) = ("rows of trade below the header", "Fetch the file again.");
            self.fault(1, Wrong { field: "rows", found: "none", expected, remedy }, to);
        }
        let rows = std::mem::take(&mut self.rows);
        let code = |number: u64| {
            let found = self.countries.iter().find(|(_, (known, _))| *known == number);
            found.expect("rows hold numbers of countries that were met").0.as_str()
        };
        for (pair, product, lines) in rows.doubled() {
            let [i, j] = pair.map(code);
            let expected = format!("each row once; line {} has it too", lines[0]);
            let fault = Fault::of_file(
                &self.file,
                "i,j,k",
                &format!("{i},{j},{product:06}"),
                &expected,
                "Delete one.",
            );
            to.faults.push(Fault { line: Some(lines[1]), ..fault });
        }
        to.unmatched.extend(self.unmatched);
        to.tally.add(self.counts);
    }
}

/// Place of a code of the table of codes or of the countries.
fn place(code: &str, to: &mut Gathered) -> Place {
    match to.names.codes.meaning(code) {
        Some(Meaning::World) => Place::Nowhere,
        _ => to.names.country(code).map_or(Place::Nowhere, Place::At),
    }
}

/// Every row in eight bytes, so that doubled ones are found: number of exporter and importer (10 bits each), product
/// (20 bits), line (24 bits; later lines share the last).
#[derive(Default)]
struct Rows(Vec<u64>);

impl Rows {
    fn push(&mut self, [i, j]: [u64; 2], product: &str, line: u64) {
        let product = product.parse::<u64>().expect("up to six digits");
        if i < 1 << 10 && j < 1 << 10 {
            self.0.push(i << 54 | j << 44 | product << 24 | line.min((1 << 24) - 1));
        }
    }

    /// Pair, product and both lines of doubled rows.
    fn doubled(self) -> Vec<([u64; 2], u64, [u64; 2])> {
        let mut rows = self.0;
        rows.sort_unstable();
        let bits = |row: u64, from: u32, n: u32| (row >> from) & ((1 << n) - 1);
        let pairs = rows.windows(2).filter(|pair| pair[0] >> 24 == pair[1] >> 24);
        let line = |row: u64| bits(row, 0, 24);
        pairs
            .take(MOST_FAULTS)
            .map(|pair| {
                let countries = [bits(pair[0], 54, 10), bits(pair[0], 44, 10)];
                (countries, bits(pair[0], 24, 20), [line(pair[0]), line(pair[1])])
            })
            .collect()
    }
}
