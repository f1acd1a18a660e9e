//! What the readers of all layouts share: codes and product groups.

use std::collections::HashMap;
use std::path::Path;

use crate::calibration::Reading;
use crate::data::{Files, Row};
use crate::error::Faults;
use crate::sorted::SortedSet;

/// What a reader of a layout has at hand.
pub(super) struct Layout<'a> {
    pub input: &'a Path,
    pub importer: &'a Row<'a>,
    pub groups: &'a ProductGroups,
    pub names: &'a [String],
}

impl Layout<'_> {
    /// Position of the group of a code of digits.
    pub fn group(&self, code: &str) -> Option<usize> {
        let group = self.groups.of(code)?;
        self.names.binary_search_by(|one| one.as_str().cmp(group)).ok()
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
        self.0.values().cloned().collect::<SortedSet<_>>().into_iter().collect()
    }
}
