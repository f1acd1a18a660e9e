//! Lines with what is published of their path: a preference column of a tariff, or yearly columns of a decree.

use std::collections::HashMap;
use std::path::Path;

use super::category::Published;
use super::line::StagedLine;
use crate::calibration::policy::aggregate::FromLines;
use crate::calibration::policy::lines::{self, ProductGroups, is_code};
use crate::calibration::{NumberRule, Reading};
use crate::data::{Files, Row};
use crate::schedules::lines::{Line, ProgrammeRate};

const PCT: NumberRule = NumberRule::new("percent between 0 and 1000", |v| (0.0..=1000.0).contains(&v));
const CUT: NumberRule =
    NumberRule::new("a whole number, 1 to 30", |v| v.fract() == 0.0 && (1.0..=30.0).contains(&v));
/// Yearly columns of the decree, in their order.
const YEARS: [&str; 7] = ["I", "II", "III", "IV", "V", "VI", "VII"];
/// Notes of goods under a tariff-rate quota, whose rate outside it stays.
const QUOTA_NOTES: [&str; 2] = ["TRQ1", "TRQ2"];
/// Note of goods that have no preference.
const NOT_PREFERRED: &str = "*";

/// Names of the groups, and the lines of the importer of a row of `staging_lines.csv`.
pub(super) fn lines(
    input: &Path,
    own: &Files,
    source: &Row<'_>,
    from_lines: &FromLines,
    reading: &mut Reading,
) -> Option<(Vec<String>, Vec<StagedLine>)> {
    let cut = reading.number(source, "first_cut", CUT)? as u32;
    match source.text("layout") {
        "programme" | "coverage" => of_programme(input, source, from_lines, cut, reading),
        "years" => of_years(input, own, source, cut, reading),
        _ => {
            let expected = "programme, coverage or years";
            reading.faults.push(source.fault("layout", expected, "Correct the cell."));
            None
        }
    }
}

/// Paths that `categories.csv` of the schedule lists for the importer, by code.
pub(super) fn listed_categories(source: &Row<'_>, reading: &mut Reading) -> Option<Vec<(String, String)>> {
    let folder = Files::embedded().folder(&format!("schedules/{}", source.text("schedule")));
    let columns = ["category", "kind", "remaining_share_by_year", "note", "source", "mark"];
    let table = reading.own(&folder, "categories.csv", &columns)?;
    let prefix = format!("{}-", &source.text("importer").chars().take(2).collect::<String>());
    let own = table.rows().filter(|row| row.text("category").starts_with(&prefix));
    let path = |row: Row<'_>| format!("{} {}", row.text("kind"), row.text("remaining_share_by_year"));
    Some(own.map(|row| (row.text("category").to_owned(), path(row))).collect())
}

/// A preference column: one rate after cut `cut`. Lines without a rate of their own are left out; in a `coverage` file
/// a line that it lists falls under the category of lines that are staged, whatever rate it names.
fn of_programme(
    input: &Path,
    source: &Row<'_>,
    from_lines: &FromLines,
    cut: u32,
    reading: &mut Reading,
) -> Option<(Vec<String>, Vec<StagedLine>)> {
    let lines = from_lines.lines.get(source.text("importer"));
    let Some(lines) = lines else {
        let expected = "an importer of tariff_lines.csv";
        reading.faults.push(source.fault("importer", expected, "Add its lines there."));
        return None;
    };
    let ends = end_rates(input, source, reading)?;
    let is_coverage = source.text("layout") == "coverage";
    let staged = |(line, weight): (&Line, &f64)| {
        let base_pct = line.mfn_pct?;
        let programme = line.programmes.iter().find(|(code, _)| code == source.text("programme"));
        let pct = match programme {
            // No preference: the rate stays.
            None => base_pct,
            Some((_, ProgrammeRate::Free)) => 0.0,
            // What is listed is staged; its share of the base rate is that of four equal cuts after the first.
            Some(_) if is_coverage => 0.75 * base_pct,
            // A preference above what everybody pays is none.
            Some((_, ProgrammeRate::Pct(pct))) => pct.min(base_pct),
            Some((_, ProgrammeRate::Other)) => return None,
        };
        let end_pct = ends.get(&line.code[..6]).copied().filter(|end| *end <= base_pct);
        Some(StagedLine {
            code: line.code.clone(),
            group: line.group,
            weight: *weight,
            published: Published { base_pct: Some(base_pct), rates: vec![(cut, pct)], end_pct },
            is_estimate: line.is_estimate || is_coverage,
        })
    };
    let found = lines.schedule.lines.iter().zip(&lines.weights.world).filter_map(staged).collect();
    Some((lines.groups.clone(), found))
}

/// Rates by product when all cuts are made; empty where no file is named.
fn end_rates(input: &Path, source: &Row<'_>, reading: &mut Reading) -> Option<HashMap<String, f64>> {
    if source.text("end_rates").is_empty() {
        return Some(HashMap::new());
    }
    let table = reading.table(&input.join(source.text("end_rates")), &["hs6", "start_pct", "end_pct"])?;
    let mut ends = HashMap::new();
    // An empty cell: the duty stays a specific one.
    for row in table.rows().filter(|row| !row.text("end_pct").is_empty()) {
        if let Some(pct) = reading.number(&row, "end_pct", PCT) {
            ends.insert(row.text("hs6").to_owned(), pct);
        }
    }
    Some(ends)
}

/// Yearly columns, the first after cut `cut`; the base rate is not in the file.
fn of_years(
    input: &Path,
    own: &Files,
    source: &Row<'_>,
    cut: u32,
    reading: &mut Reading,
) -> Option<(Vec<String>, Vec<StagedLine>)> {
    let groups = ProductGroups::read(own, reading)?;
    let names = groups.names();
    let mut columns = vec!["hs8", "note"];
    columns.extend(YEARS);
    let table = reading.table(&input.join(source.text("file")), &columns)?;
    reading.each_once(&table, &["hs8"]);
    let (mut plain, mut published) = (Vec::new(), Vec::new());
    for row in table.rows() {
        if !is_code(&row, "hs8", 8, &mut reading.faults) {
            continue;
        }
        let (code, note) = (row.text("hs8"), row.text("note"));
        if note == NOT_PREFERRED || row.text("I").is_empty() {
            reading.left(&table, "without a preferential rate, by chapter", &code[..2]);
            continue;
        }
        let place =
            groups.of(code).and_then(|group| names.binary_search_by(|one| one.as_str().cmp(group)).ok());
        let Some(group) = place else {
            reading.left(&table, "of products without a group, by chapter", &code[..2]);
            continue;
        };
        let rate = |column: &&str| reading.number(&row, column, PCT);
        let rates: Option<Vec<f64>> = YEARS.iter().map(rate).collect();
        let Some(rates) = rates else { continue };
        let rates = if QUOTA_NOTES.contains(&note) { vec![rates[0]; YEARS.len()] } else { rates };
        let rates = rates.into_iter().enumerate().map(|(k, pct)| (cut + k as u32, pct)).collect();
        published.push(Published { base_pct: None, rates, end_pct: None });
        let (mfn_pct, programmes) = (None, Vec::new());
        plain.push(Line { code: code.to_owned(), group, mfn_pct, is_estimate: false, programmes });
    }
    reading.used(&table, plain.len());
    let weights = lines::weights_of(input, source, &plain, reading)?;
    let staged = plain.into_iter().zip(published).zip(weights.world);
    let staged = staged.map(|((line, published), weight)| StagedLine {
        code: line.code,
        group: line.group,
        weight,
        published,
        is_estimate: false,
    });
    Some((names, staged.collect()))
}
