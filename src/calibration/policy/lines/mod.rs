//! Tariff lines of an importer: most-favoured-nation rates and preferences, each line with its group and weight.
//!
//! Each layout of outside data has a reader of its own; all give the same lines.

mod hts;
mod other_layouts;
mod unit_values;
mod weights;

use std::collections::{BTreeSet, HashMap};
use std::path::Path;

use crate::calibration::Reading;
use crate::data::{Files, Row};
use crate::error::Faults;
use crate::schedules::LineSchedule;

pub use weights::{LineWeights, read as weights_of};

/// Columns of `tariff_lines.csv`; groups under `except` keep their rate, for the reason given.
pub const COLUMNS: [&str; 13] = [
    "importer",
    "layout",
    "lines",
    "special",
    "unit_values",
    "weights",
    "weights_year",
    "weights_exclude",
    "pattern",
    "pair_weights",
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
    /// Weights of the lines.
    pub weights: LineWeights,
}

/// What a reader of a layout has at hand.
struct Layout<'a> {
    input: &'a Path,
    importer: &'a Row<'a>,
    groups: &'a ProductGroups,
    names: &'a [String],
}

impl Layout<'_> {
    /// Position of the group of a code of digits.
    fn group(&self, code: &str) -> Option<usize> {
        let group = self.groups.of(code)?;
        self.names.binary_search_by(|one| one.as_str().cmp(group)).ok()
    }
}

/// Reads the lines that a row of `tariff_lines.csv` names; `None` if a file cannot be used.
pub fn read(input: &Path, own: &Files, importer: &Row<'_>, reading: &mut Reading) -> Option<WeighedLines> {
    let groups = ProductGroups::read(own, reading)?;
    let names = groups.names();
    let layout = Layout { input, importer, groups: &groups, names: &names };
    let lines = match importer.text("layout") {
        "hts" => hts::read(&layout, reading),
        "japan" => other_layouts::japan(&layout, reading),
        "newzealand" => other_layouts::new_zealand(&layout, reading),
        "australia" => other_layouts::australia(&layout, reading),
        "hs6" => other_layouts::products(&layout, reading),
        _ => {
            let expected = "hts, japan, newzealand, australia or hs6";
            reading.faults.push(importer.fault("layout", expected, "Correct the cell."));
            None
        }
    }?;
    let weights = weights_of(input, importer, &lines, reading)?;
    Some(WeighedLines { schedule: LineSchedule { lines }, groups: names, weights })
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
