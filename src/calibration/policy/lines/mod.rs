//! Tariff lines of an importer: most-favoured-nation rates and preferences, each line with its group and weight.
//!
//! Each layout of outside data has a reader of its own; all give the same lines.

mod hts;
mod layout;
mod other_layouts;
mod unit_values;
mod weights;

use std::path::Path;

use crate::calibration::Reading;
use crate::data::{Files, Row};
use crate::schedules::LineSchedule;
use layout::Layout;
pub use layout::{ProductGroups, is_code};
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
