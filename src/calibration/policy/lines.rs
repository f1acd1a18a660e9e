//! Tariff lines of an importer: most-favoured-nation rates and programmes, each line with its group and weight.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use crate::calibration::{NumberRule, Reading};
use crate::data::{Files, Row, Table};
use crate::error::Faults;
use crate::schedules::LineSchedule;
use crate::schedules::lines::{Line, parse_special};

/// Columns of `tariff_lines.csv`; groups under `except` keep their rate, for the reason given.
pub const COLUMNS: [&str; 10] = [
    "importer",
    "lines",
    "special",
    "products",
    "weights",
    "weights_year",
    "weights_exclude",
    "source",
    "except",
    "reason",
];

/// Lines of one importer with what they are weighed by.
pub struct WeighedLines {
    /// Lines.
    pub schedule: LineSchedule,
    /// Names of the product groups.
    pub groups: Vec<String>,
    /// Weight of each line: world exports of its chapter, equal over the products of the chapter and the lines of
    /// the product.
    pub weights: Vec<f64>,
}

/// Highest rate of a line is ten times the value: a percentage in its place is more.
const RATIO: NumberRule =
    NumberRule::new("a ratio between 0 and 10 (0.025 means 2.5 %)", |v| (0.0..=10.0).contains(&v));
const FREE: NumberRule = NumberRule::new("0, as the line is free", |v| v == 0.0);
const FLOW: NumberRule =
    NumberRule::new("0 or more, at most 1e12 million USD", |v| (0.0..=1e12).contains(&v));

/// Reads the lines that a row of `tariff_lines.csv` names; `None` if a file cannot be used.
pub fn read(input: &Path, own: &Files, importer: &Row<'_>, reading: &mut Reading) -> Option<WeighedLines> {
    let group_of = ProductGroups::read(own, reading);
    let special =
        reading.table(&input.join(importer.text("special")), &["hs8", "general_raw", "special_raw"]);
    let columns = ["hs8", "mfn_rate", "rate_type", "rate_raw"];
    let table = reading.table(&input.join(importer.text("lines")), &columns);
    let chapters = chapter_weights(input, importer, reading);
    let (group_of, special, table) = (group_of?, special?, table?);
    reading.each_once(&special, &["hs8"]);
    reading.each_once(&table, &["hs8"]);
    let groups = group_of.names();
    let special_of: HashMap<&str, &str> =
        special.rows().map(|row| (row.text("hs8"), row.text("special_raw"))).collect();
    let mut lines = Vec::new();
    for row in table.rows() {
        let code = row.text("hs8");
        let mfn_pct = mfn_pct(&row, reading);
        if !is_code(&row, "hs8", 8, &mut reading.faults) {
            continue;
        }
        let Some(group) = group_of.of(code) else {
            reading.left(&table, "of products without a group, by chapter", &code[..2]);
            continue;
        };
        let group = groups.binary_search_by(|one| one.as_str().cmp(group)).expect("`names` holds every group");
        // A line without a row has no special rate.
        let programmes = special_of.get(code).into_iter().flat_map(|text| parse_special(text)).collect();
        lines.push(Line { code: code.to_owned(), group, mfn_pct, programmes });
    }
    reading.used(&table, lines.len());
    count_special(&special, &lines, reading);
    let weights = weights(&lines, &chapters?);
    Some(WeighedLines { schedule: LineSchedule { lines }, groups, weights })
}

/// The rate of a line in percent; specific and compound ones have none.
fn mfn_pct(row: &Row<'_>, reading: &mut Reading) -> Option<f64> {
    let rule = match row.text("rate_type") {
        "free" => FREE,
        "ad_valorem" => RATIO,
        "specific" | "compound" | "other" => return None,
        _ => {
            let expected = "free, ad_valorem, specific, compound or other";
            reading.faults.push(row.fault("rate_type", expected, "Correct the cell."));
            return None;
        }
    };
    reading.number(row, "mfn_rate", rule).map(|ratio| 100.0 * ratio)
}

/// Rows of the special column that no line takes.
fn count_special(special: &Table, lines: &[Line], reading: &mut Reading) {
    let known: HashSet<&str> = lines.iter().map(|line| line.code.as_str()).collect();
    let n_used = special.rows().filter(|row| known.contains(row.text("hs8"))).count();
    reading.used(special, n_used);
    for row in special.rows().filter(|row| !known.contains(row.text("hs8"))) {
        reading.left(special, "of lines that are not used", row.text("hs8"));
    }
}

/// True for `digits` digits; else a fault.
pub fn is_code(row: &Row<'_>, column: &str, digits: usize, faults: &mut Faults) -> bool {
    let code = row.text(column);
    let is_code = code.len() == digits && code.bytes().all(|byte| byte.is_ascii_digit());
    if !is_code {
        let remedy = "Correct the code; a spreadsheet drops leading zeros.";
        faults.push(row.fault(column, &format!("{digits} digits"), remedy));
    }
    is_code
}

/// Product groups by the first digits of the Harmonized System; the longest beginning counts.
pub struct ProductGroups(HashMap<String, String>);

impl ProductGroups {
    /// Reads `group_products.csv`.
    pub fn read(own: &Files, reading: &mut Reading) -> Option<Self> {
        let columns = ["hs_prefix", "product_group", "source", "mark"];
        let table = reading.own(own, "group_products.csv", &columns)?;
        reading.each_once(&table, &["hs_prefix"]);
        let of_row = |row: Row<'_>| (row.text("hs_prefix").to_owned(), row.text("product_group").to_owned());
        Some(Self(table.rows().map(of_row).collect()))
    }

    /// The group of a code of digits, if a beginning of it is known.
    pub fn of(&self, code: &str) -> Option<&str> {
        (2..=code.len().min(6)).rev().find_map(|digits| self.0.get(&code[..digits]).map(String::as_str))
    }

    /// Names of the groups, sorted.
    pub fn names(&self) -> Vec<String> {
        self.0.values().cloned().collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// Exports of everybody but the importer by chapter in the year named.
fn chapter_weights(input: &Path, importer: &Row<'_>, reading: &mut Reading) -> Option<HashMap<String, f64>> {
    let columns = ["year", "exporter", "hs2", "value_musd"];
    let table = reading.table(&input.join(importer.text("weights")), &columns)?;
    reading.each_once(&table, &["year", "exporter", "hs2"]);
    let mut weights: HashMap<String, f64> = HashMap::new();
    let rows = reading.of_year(&table, importer.text("weights_year"));
    for row in rows.into_iter().filter(|row| row.text("exporter") != importer.text("weights_exclude")) {
        if let Some(musd) = reading.number(&row, "value_musd", FLOW) {
            *weights.entry(row.text("hs2").to_owned()).or_default() += musd;
        }
    }
    Some(weights)
}

fn weights(lines: &[Line], chapters: &HashMap<String, f64>) -> Vec<f64> {
    let mut n_lines: BTreeMap<&str, f64> = BTreeMap::new();
    lines.iter().for_each(|line| *n_lines.entry(&line.code[..6]).or_default() += 1.0);
    let mut n_products: HashMap<&str, f64> = HashMap::new();
    n_lines.keys().for_each(|product| *n_products.entry(&product[..2]).or_default() += 1.0);
    let weight = |line: &Line| {
        let chapter = &line.code[..2];
        // The table lists what is traded: a chapter without a row is not.
        chapters.get(chapter).copied().unwrap_or(0.0) / n_products[chapter] / n_lines[&line.code[..6]]
    };
    lines.iter().map(weight).collect()
}
