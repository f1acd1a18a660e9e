//! The tariff schedule of the United States: general rate, and programmes in the special column.

use std::collections::{HashMap, HashSet};

use super::layout::{Layout, is_code};
use super::specific::SpecificDuties;
use crate::calibration::{NumberRule, Reading};
use crate::data::{Row, Table};
use crate::schedules::lines::{Line, parse_special};

/// Highest rate of a line is ten times the value: a percentage in its place is more.
const RATIO: NumberRule =
    NumberRule::new("a ratio between 0 and 10 (0.025 means 2.5 %)", |v| (0.0..=10.0).contains(&v));
const FREE: NumberRule = NumberRule::new("0, as the line is free", |v| v == 0.0);

/// Lines of the schedule; specific duties have the equivalent that unit values give, marked as an estimate.
pub fn read(layout: &Layout<'_>, duties: &mut SpecificDuties, reading: &mut Reading) -> Option<Vec<Line>> {
    let path = |column: &str| layout.input.join(layout.importer.text(column));
    let special = reading.table(&path("special"), &["hs8", "general_raw", "special_raw"]);
    let table = reading.table(&path("lines"), &["hs8", "mfn_rate", "rate_type", "rate_raw"]);
    let (special, table) = (special?, table?);
    reading.each_once(&special, &["hs8"]);
    reading.each_once(&table, &["hs8"]);
    let special_of: HashMap<&str, &str> =
        special.rows().map(|row| (row.text("hs8"), row.text("special_raw"))).collect();
    let mut lines = Vec::new();
    for row in table.rows() {
        let code = row.text("hs8");
        let mfn_pct = mfn_pct(&row, reading);
        if !is_code(&row, "hs8", 8, &mut reading.faults) {
            continue;
        }
        let Some(group) = layout.group(code) else {
            reading.left(&table, "of products without a group, by chapter", &code[..2]);
            continue;
        };
        // A line without a row has no special rate.
        let programmes = special_of.get(code).into_iter().flat_map(|text| parse_special(text)).collect();
        let estimate = if mfn_pct.is_none() { of_line(code, row.text("rate_raw"), duties) } else { None };
        lines.push(Line {
            code: code.to_owned(),
            group,
            mfn_pct: mfn_pct.or(estimate),
            is_estimate: estimate.is_some(),
            programmes,
        });
    }
    reading.used(&table, lines.len());
    count_special(&special, &lines, reading);
    Some(lines)
}

/// The equivalent of a duty by the unit value of the line itself: what comes in pays it.
fn of_line(code: &str, duty: &str, duties: &mut SpecificDuties) -> Option<f64> {
    let pct = duties.values().equivalent_pct(code, duty);
    duties.note(code, duty, pct, if pct.is_some() { "used" } else { "no_equivalent" });
    pct
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
