//! Tariffs of New Zealand and Australia, and rates by six-digit product.

use std::collections::HashMap;

use super::layout::{Layout, is_code};
use super::specific::{NoEquivalent, Prices, SpecificDuties};
use super::unit_values;
use crate::calibration::{NumberRule, Reading};
use crate::data::Row;
use crate::schedules::lines::{Line, ProgrammeRate};

pub(super) const PCT: NumberRule =
    NumberRule::new("percent between 0 and 3000", |v| (0.0..=3000.0).contains(&v));

/// Preference columns of New Zealand's tariff.
const NEW_ZEALAND_COLUMNS: [&str; 17] = [
    "AAN", "AU", "CA", "CN", "CPT", "GB", "HK", "KR", "LDC", "LLDC", "MY", "Pac", "PPP", "SG", "TH", "TPA",
    "TW",
];

/// Lines of New Zealand: eight digits, normal rate, a programme for each preference column.
pub fn new_zealand(
    layout: &Layout<'_>,
    duties: &mut SpecificDuties,
    reading: &mut Reading,
) -> Option<Vec<Line>> {
    let mut columns = vec!["hs8", "NML"];
    columns.extend(NEW_ZEALAND_COLUMNS);
    let table = reading.table(&layout.input.join(layout.importer.text("lines")), &columns)?;
    reading.each_once(&table, &["hs8"]);
    let mut lines = Vec::new();
    for row in table.rows() {
        if !is_code(&row, "hs8", 8, &mut reading.faults) {
            continue;
        }
        let code = row.text("hs8");
        let Some(group) = layout.group(code) else {
            reading.left(&table, "of products without a group, by chapter", &code[..2]);
            continue;
        };
        let mfn_pct = match rate(row.text("NML")) {
            ProgrammeRate::Free => Some(0.0),
            ProgrammeRate::Pct(pct) => Some(pct),
            ProgrammeRate::Other => None,
        };
        let programmes = programmes(&row, &NEW_ZEALAND_COLUMNS);
        let line = Line { code: code.to_owned(), group, mfn_pct, is_estimate: false, programmes };
        lines.push(duties.completed(line, row.text("NML"), first_amount_pct));
    }
    reading.used(&table, lines.len());
    Some(lines)
}

/// Lines of Australia: eight digits; goods that an agreement does not simply make free stand in a second file.
pub fn australia(
    layout: &Layout<'_>,
    duties: &mut SpecificDuties,
    reading: &mut Reading,
) -> Option<Vec<Line>> {
    let path = |column: &str| layout.input.join(layout.importer.text(column));
    let table = reading.table(&path("lines"), &["hs8", "rate_type", "mfn_pct", "duty_text"]);
    let listed = reading.table(&path("special"), &["agreement", "hs", "duty_text"]);
    let (table, listed) = (table?, listed?);
    reading.each_once(&table, &["hs8"]);
    let mut agreements: Vec<&str> = listed.rows().map(|row| row.text("agreement")).collect();
    agreements.sort_unstable();
    agreements.dedup();
    let mut listed_rates: HashMap<(&str, &str), ProgrammeRate> = HashMap::new();
    for row in listed.rows() {
        let last = row.text("duty_text").rsplit(':').next().unwrap_or_default();
        listed_rates.insert((row.text("agreement"), row.text("hs")), rate(last));
    }
    let mut lines = Vec::new();
    for row in table.rows() {
        if !is_code(&row, "hs8", 8, &mut reading.faults) {
            continue;
        }
        let code = row.text("hs8");
        let Some(group) = layout.group(code) else {
            reading.left(&table, "of products without a group, by chapter", &code[..2]);
            continue;
        };
        let mfn_pct = match row.text("rate_type") {
            "ad_valorem" => reading.number(&row, "mfn_pct", PCT),
            _ => None,
        };
        let of_agreement = |agreement: &&str| {
            let rate = listed_rates.get(&(*agreement, code)).copied().unwrap_or(ProgrammeRate::Free);
            ((*agreement).to_owned(), rate)
        };
        let programmes = agreements.iter().map(of_agreement).collect();
        let line = Line { code: code.to_owned(), group, mfn_pct, is_estimate: false, programmes };
        lines.push(duties.completed(line, row.text("duty_text"), first_amount_pct));
    }
    reading.used(&table, lines.len());
    Some(lines)
}

/// Rates of the importer by six-digit product, out of a file of several.
pub fn products(layout: &Layout<'_>, reading: &mut Reading) -> Option<Vec<Line>> {
    let table =
        reading.table(&layout.input.join(layout.importer.text("lines")), &["importer", "hs6", "mfn_pct"])?;
    let mut lines = Vec::new();
    for row in table.rows().filter(|row| row.text("importer") == layout.importer.text("importer")) {
        if !is_code(&row, "hs6", 6, &mut reading.faults) {
            continue;
        }
        let code = row.text("hs6");
        let (Some(group), Some(pct)) = (layout.group(code), reading.number(&row, "mfn_pct", PCT)) else {
            continue;
        };
        let (mfn_pct, programmes) = (Some(pct), Vec::new());
        lines.push(Line { code: code.to_owned(), group, mfn_pct, is_estimate: false, programmes });
    }
    reading.used(&table, lines.len());
    Some(lines)
}

/// Equivalent of the general rate where it is one amount, `$1.220/kg DC$1.220/kg, less 5%`: what follows are the rates of
/// preferences. Duties on a part of the goods (the alcohol or tobacco in them) are not understood.
fn first_amount_pct(text: &str, prices: &Prices<'_>) -> Result<f64, NoEquivalent> {
    if text.contains(" of ") || text.contains(", or") {
        return Err(NoEquivalent::NotUnderstood);
    }
    let first = text.split_whitespace().next().unwrap_or_default();
    let (amount, unit) = unit_values::amount(first).ok_or(NoEquivalent::NotUnderstood)?;
    prices.amount_pct(amount, unit)
}

/// Programmes named by their columns; an empty cell is no preference.
pub(super) fn programmes(row: &Row<'_>, columns: &[&str]) -> Vec<(String, ProgrammeRate)> {
    let cells = columns.iter().map(|column| (*column, row.text(column)));
    cells.filter(|(_, cell)| !cell.is_empty()).map(|(column, cell)| (column.to_owned(), rate(cell))).collect()
}

/// The rate in a cell: `Free`, `2.1%`, or a text with several rates, of which the last is that of all other cases
/// (other parties, outside a quota). Amounts a unit are no rate.
pub(super) fn rate(cell: &str) -> ProgrammeRate {
    let last = cell.split_whitespace().next_back().unwrap_or_default();
    if last.contains("/kg") || last.contains("JPY") || last.contains('$') {
        return ProgrammeRate::Other;
    }
    if last == "Free" {
        return ProgrammeRate::Free;
    }
    let digits: String = last
        .chars()
        .rev()
        .skip_while(|c| *c != '%')
        .skip(1)
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .collect();
    let pct = digits.chars().rev().collect::<String>().parse::<f64>();
    match pct {
        Ok(0.0) => ProgrammeRate::Free,
        Ok(pct) if last.ends_with('%') => ProgrammeRate::Pct(pct),
        _ => ProgrammeRate::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::{ProgrammeRate, rate};

    #[test]
    fn cells_with_several_rates_give_that_of_all_other_cases() {
        assert_eq!(rate("Free"), ProgrammeRate::Free);
        assert_eq!(rate("2.100000%"), ProgrammeRate::Pct(2.1));
        assert_eq!(rate(" 5%"), ProgrammeRate::Pct(5.0));
        assert_eq!(rate("(x) 3% (y) 2.6% (z) 1%"), ProgrammeRate::Pct(1.0));
        assert_eq!(rate("in quota Free outside ※1%"), ProgrammeRate::Pct(1.0));
        assert_eq!(rate("29.8%+679JPY/kg"), ProgrammeRate::Other);
        assert_eq!(rate("$0.998/kg"), ProgrammeRate::Other);
        assert_eq!(rate("Parts"), ProgrammeRate::Other);
    }
}
