//! Tariff of Japan: the rate applied to everybody, and a programme for each preference column.

use super::japan_duty::{self, is_of_quota};
use super::layout::{Layout, is_code};
use super::other_layouts::{PCT, programmes};
use super::specific::{NoEquivalent, Prices, SpecificDuties};
use crate::calibration::Reading;
use crate::data::Row;
use crate::schedules::lines::{Line, ProgrammeRate};

/// Preference columns of Japan's tariff.
const JAPAN_COLUMNS: [&str; 24] = [
    "gsp",
    "ldc",
    "epa_sgp",
    "epa_mex",
    "epa_mys",
    "epa_chl",
    "epa_tha",
    "epa_idn",
    "epa_brn",
    "epa_asean",
    "epa_phl",
    "epa_che",
    "epa_vnm",
    "epa_ind",
    "epa_per",
    "epa_aus",
    "epa_mng",
    "cptpp",
    "epa_eu",
    "epa_gbr",
    "rcep_asean_aus_nzl",
    "rcep_chn",
    "rcep_kor",
    "usa_2020",
];

/// Lines: nine digits. Duties that are amounts a unit have the equivalent that unit values give.
pub fn read(layout: &Layout<'_>, duties: &mut SpecificDuties, reading: &mut Reading) -> Option<Vec<Line>> {
    let mut columns =
        vec!["hs", "stat_suffix", "rate_type", "mfn_applied_pct", "general", "temporary", "wto"];
    columns.extend(JAPAN_COLUMNS);
    let table = reading.table(&layout.input.join(layout.importer.text("lines")), &columns)?;
    let mut lines = Vec::new();
    for row in table.rows() {
        // A heading that is not divided stands with its four digits.
        let mut product = row.text("hs").to_owned();
        if product.len() == 4 {
            product.push_str("00");
        } else if !is_code(&row, "hs", 6, &mut reading.faults) {
            continue;
        }
        let Some(group) = layout.group(&product) else {
            reading.left(&table, "of products without a group, by product", &product);
            continue;
        };
        if is_of_quota(row.text("general")) || is_of_quota(row.text("temporary")) {
            duties.has_quota_line(&product);
        }
        let mfn_pct = match row.text("rate_type") {
            "ad_valorem" => reading.number(&row, "mfn_applied_pct", PCT),
            _ => None,
        };
        let code = format!("{product}{}", row.text("stat_suffix"));
        let programmes = programmes(&row, &JAPAN_COLUMNS);
        let line = Line { code, group, mfn_pct, is_estimate: false, programmes };
        lines.push(with_equivalents(line, &row, duties));
    }
    reading.used(&table, lines.len());
    duties.without_quota_lines(&mut lines);
    Some(lines)
}

/// A line with the equivalents of what it and its preferences charge a unit.
fn with_equivalents(line: Line, row: &Row<'_>, duties: &mut SpecificDuties) -> Line {
    if line.mfn_pct.is_some() {
        return line;
    }
    let [general, temporary, bound] = ["general", "temporary", "wto"].map(|column| row.text(column));
    let applied = |_: &str, prices: &Prices<'_>| -> Result<f64, NoEquivalent> {
        japan_duty::applied_pct([general, temporary, bound], prices)
    };
    let text = [general, temporary, bound].map(|cell| cell.replace('\n', " ")).join(" | ");
    let mut line = duties.completed(line, &text, applied);
    let prices = duties.prices(&line.code);
    for (programme, rate) in line.programmes.iter_mut().filter(|(_, rate)| *rate == ProgrammeRate::Other) {
        if let Ok(pct) = japan_duty::cell_pct(row.text(programme), &prices) {
            *rate = if pct == 0.0 { ProgrammeRate::Free } else { ProgrammeRate::Pct(pct) };
        }
    }
    line
}
