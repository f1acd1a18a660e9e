//! Tariff lines of an importer: most-favoured-nation rates and preferences, each line with its group and weight.
//!
//! Each layout of outside data has a reader of its own; all give the same lines.

mod hts;
mod japan;
mod japan_duty;
mod layout;
mod other_layouts;
mod specific;
mod unit_values;
mod weights;

use std::collections::HashMap;
use std::path::Path;

use super::rows::SpecificDuty;
use crate::calibration::{NumberRule, Reading};
use crate::data::{Files, Row};
use crate::error::Fault;
use crate::schedules::LineSchedule;
use crate::sorted::SortedMap;
use layout::Layout;
pub use layout::{ProductGroups, is_code};
use specific::SpecificDuties;
use unit_values::UnitValues;
pub use weights::{LineWeights, read as weights_of};

/// Columns of `tariff_lines.csv`; groups under `except` keep their rate, for the reason given.
pub const COLUMNS: [&str; 17] = [
    "importer",
    "layout",
    "lines",
    "special",
    "unit_values",
    "unit_weights",
    "exchange_rates",
    "exchange_year",
    "untraded",
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
    /// Duties charged by weight, volume or piece, with their equivalents.
    pub specific: Vec<SpecificDuty<'static>>,
}

/// Reads the lines that a row of `tariff_lines.csv` names; `None` if a file cannot be used.
pub fn read(input: &Path, own: &Files, importer: &Row<'_>, reading: &mut Reading) -> Option<WeighedLines> {
    let groups = ProductGroups::read(own, reading)?;
    let names = groups.names();
    let layout = Layout { input, importer, groups: &groups, names: &names };
    // Without unit values, whose fault is noted, the lines are still checked.
    let duties = specific_duties(&layout, reading);
    let mut duties = duties.unwrap_or_else(|| SpecificDuties::new(UnitValues::default(), 1.0, ""));
    let lines = match importer.text("layout") {
        "hts" => hts::read(&layout, &mut duties, reading),
        "japan" => japan::read(&layout, &mut duties, reading),
        "newzealand" => other_layouts::new_zealand(&layout, &mut duties, reading),
        "australia" => other_layouts::australia(&layout, &mut duties, reading),
        "hs6" => other_layouts::products(&layout, reading),
        _ => {
            let expected = "hts, japan, newzealand, australia or hs6";
            reading.faults.push(importer.fault("layout", expected, "Correct the cell."));
            None
        }
    }?;
    let weights = weights_of(input, importer, &lines, reading)?;
    let mut specific = duties.rows;
    for row in &mut specific {
        row.importer = importer.text("importer").to_owned().into();
        row.source = importer.text("source").to_owned().into();
        row.product_group = layout.groups.of(&row.line).unwrap_or_default().to_owned().into();
    }
    tell(importer, &specific, reading);
    Some(WeighedLines { schedule: LineSchedule { lines }, groups: names, weights, specific })
}

/// Unit values and the exchange rate of an importer; without a file of unit values no duty has an equivalent.
fn specific_duties(layout: &Layout<'_>, reading: &mut Reading) -> Option<SpecificDuties> {
    let path = |column: &str| layout.input.join(layout.importer.text(column));
    if layout.importer.text("unit_values").is_empty() {
        return Some(SpecificDuties::new(UnitValues::default(), 1.0, ""));
    }
    let per_usd = exchange_rate(layout, reading);
    let weights = match layout.importer.text("unit_weights") {
        "" => Some(HashMap::new()),
        _ => weights::imports_usd(&path("unit_weights"), "hts8", reading),
    };
    let table = reading.table(&path("unit_values"), &["hts8", "quantity_code", "unit_value"])?;
    let values = UnitValues::read(&table, &weights?, reading);
    Some(SpecificDuties::new(values, per_usd?, layout.importer.text("untraded")))
}

/// Units of the importer's currency to the dollar; 1 where no file is named.
fn exchange_rate(layout: &Layout<'_>, reading: &mut Reading) -> Option<f64> {
    let importer = layout.importer;
    if importer.text("exchange_rates").is_empty() {
        return Some(1.0);
    }
    let path = layout.input.join(importer.text("exchange_rates"));
    let table = reading.table(&path, &["isocode", "year", "xr"])?;
    let rows = reading.of_year(&table, importer.text("exchange_year"));
    let row = rows.iter().find(|row| row.text("isocode") == importer.text("importer"));
    let Some(row) = row else {
        let expected = format!("a row of {}", importer.text("importer"));
        let remedy = "Correct exchange_year in tariff_lines.csv.";
        reading.faults.push(Fault::of_file(table.file(), "isocode", "no such row", &expected, remedy));
        return None;
    };
    reading.number(row, "xr", NumberRule::new("currency units to the dollar, above 0", |rate| rate > 0.0))
}

/// Tells the user how many specific duties there are and what became of them.
fn tell(importer: &Row<'_>, duties: &[SpecificDuty<'_>], reading: &mut Reading) {
    let mut of_status: SortedMap<&str, usize> = SortedMap::new();
    duties.iter().for_each(|duty| *of_status.entry(&duty.status).or_default() += 1);
    if !of_status.is_empty() {
        let told: Vec<String> = of_status.iter().map(|(status, n)| format!("{n} {status}")).collect();
        reading.note(format!(
            "{}: {} lines with specific or compound duties: {} (specific_duties.csv)",
            importer.text("importer"),
            duties.len(),
            told.join(", ")
        ));
    }
}
