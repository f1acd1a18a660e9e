//! Compares tables cell by cell.
//!
//! Two numbers are the same where `|a - b| <= 1e-10 max(|a|, |b|) + 1e-10`. The absolute part, in the units of the files
//! (percent, millions of dollars), is there because a percentage near zero is a small difference of large numbers.
//!
//! Changes that keep the order of sums pass. Another order moves the last digits of every step of the search, and with
//! them single figures by up to 2e-9 (measured: the countries of the example in another order). Where a change does only
//! that, renew the files and say so.

use std::collections::BTreeMap;

/// Largest relative difference of two numbers.
const RELATIVE: f64 = 1e-10;
/// Largest absolute difference where numbers are small.
const ABSOLUTE: f64 = 1e-10;

/// What differs between the tables of two folders, one line each.
pub fn folders(expected: &BTreeMap<String, String>, found: &BTreeMap<String, String>) -> Vec<String> {
    let absent = expected.keys().filter(|name| !found.contains_key(*name));
    let added = found.keys().filter(|name| !expected.contains_key(*name));
    let mut differences: Vec<String> = absent.map(|name| format!("{name} is missing")).collect();
    differences.extend(added.map(|name| format!("{name} is new")));
    for (name, text) in expected {
        if let Some(other) = found.get(name) {
            differences.extend(tables(text, other).into_iter().map(|line| format!("{name}:{line}")));
        }
    }
    differences
}

/// What differs between two tables, one line each, with line number and column.
fn tables(expected: &str, found: &str) -> Vec<String> {
    let (expected, found) = (records(expected), records(found));
    let mut differences = Vec::new();
    if expected.len() != found.len() {
        differences.push(format!(" {} lines instead of {}", found.len(), expected.len()));
    }
    for (line, (old, new)) in expected.iter().zip(&found).enumerate() {
        if old.len() != new.len() {
            differences.push(format!("{} {} cells instead of {}", line + 1, new.len(), old.len()));
        }
        for (at, (old, new)) in old.iter().zip(new).enumerate() {
            if !is_same(old, new) {
                let column = &expected[0][at];
                differences.push(format!("{} `{column}` = {new} instead of {old}", line + 1));
            }
        }
    }
    differences
}

fn records(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn is_same(old: &str, new: &str) -> bool {
    if old == new {
        return true;
    }
    let (Ok(old), Ok(new)) = (old.parse::<f64>(), new.parse::<f64>()) else { return false };
    (old - new).abs() <= RELATIVE * old.abs().max(new.abs()) + ABSOLUTE
}

#[test]
fn rounding_passes_and_a_billionth_does_not() {
    let table = |value: f64| format!("iso3,year,pct\nAAA,2021,{value}\n");
    for value in [0.25, -1.5, 1234.5] {
        assert!(tables(&table(value), &table(value * (1.0 + 1e-13))).is_empty());
        let moved = tables(&table(value), &table(value * (1.0 + 1e-9)));
        assert_eq!(moved.len(), 1, "{value}");
        assert!(moved[0].starts_with("2 `pct` = "), "{}", moved[0]);
    }
    assert!(tables(&table(0.0), &table(5e-11)).is_empty());
    assert_eq!(tables(&table(0.0), &table(1e-9)).len(), 1);
}

#[test]
fn text_empty_cells_rows_and_columns_count() {
    let table = "iso3,pct\nAAA,1\nBBB,\n";
    for other in [
        "iso3,pct\nAAA,1\nCCC,\n",
        "iso3,pct\nAAA,1\nBBB,0\n",
        "iso3,pct\nAAA,NaN\nBBB,\n",
        "iso3,pct\nAAA,1\n",
        "iso3,pct,more\nAAA,1,2\nBBB,,2\n",
        "iso3,musd\nAAA,1\nBBB,\n",
    ] {
        assert!(!tables(table, other).is_empty(), "{other}");
    }
    let folder = |name: &str| BTreeMap::from([(name.to_owned(), table.to_owned())]);
    assert_eq!(folders(&folder("a.csv"), &folder("b.csv")), ["a.csv is missing", "b.csv is new"]);
}
