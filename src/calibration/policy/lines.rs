//! Tariff lines of an importer: most-favoured-nation rates and programmes, each line with its group and weight.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use crate::calibration::{NumberRule, Reading};
use crate::data::{Files, Row, Table};
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
    let group_of = product_groups(input, own, importer.text("products"), reading);
    let special =
        reading.table(&input.join(importer.text("special")), &["hs8", "general_raw", "special_raw"]);
    let columns = ["hs8", "mfn_rate", "rate_type", "rate_raw"];
    let table = reading.table(&input.join(importer.text("lines")), &columns);
    let chapters = chapter_weights(input, importer, reading);
    let (group_of, special, table) = (group_of?, special?, table?);
    reading.each_once(&special, &["hs8"]);
    reading.each_once(&table, &["hs8"]);
    let mut groups: Vec<String> = group_of.values().cloned().collect();
    groups.sort();
    groups.dedup();
    let special_of: HashMap<&str, &str> =
        special.rows().map(|row| (row.text("hs8"), row.text("special_raw"))).collect();
    let mut lines = Vec::new();
    for row in table.rows() {
        let code = row.text("hs8");
        let mfn_pct = mfn_pct(&row, reading);
        if !is_code(&row, "hs8", 8, reading) {
            continue;
        }
        let Some(group) = group_of.get(&code[..6]) else {
            reading.left(&table, "of products without a group, by chapter", &code[..2]);
            continue;
        };
        let group = groups.binary_search(group).expect("`groups` holds every group of `group_of`");
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
fn is_code(row: &Row<'_>, column: &str, digits: usize, reading: &mut Reading) -> bool {
    let code = row.text(column);
    let is_code = code.len() == digits && code.bytes().all(|byte| byte.is_ascii_digit());
    if !is_code {
        let remedy = "Correct the code; a spreadsheet drops leading zeros.";
        reading.faults.push(row.fault(column, &format!("{digits} digits"), remedy));
    }
    is_code
}

/// Product group of each HS6 product.
pub fn product_groups(
    input: &Path,
    own: &Files,
    products: &str,
    reading: &mut Reading,
) -> Option<HashMap<String, String>> {
    let groups = reading.own(own, "gtap_groups.csv", &["gtap_sector", "product_group"]);
    let products = reading.table(&input.join(products), &["hs6", "gtap_sector"])?;
    let groups = groups?;
    let of_sector: HashMap<&str, &str> =
        groups.rows().map(|row| (row.text("gtap_sector"), row.text("product_group"))).collect();
    reading.each_once(&products, &["hs6"]);
    let mut known = HashMap::new();
    for row in products.rows() {
        let is_product = is_code(&row, "hs6", 6, reading);
        match of_sector.get(row.text("gtap_sector")) {
            Some(group) if is_product => {
                known.insert(row.text("hs6").to_owned(), (*group).to_owned());
            }
            Some(_) => {}
            None => reading.left(&products, "of sectors without a group", row.text("gtap_sector")),
        }
    }
    reading.used(&products, known.len());
    Some(known)
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
