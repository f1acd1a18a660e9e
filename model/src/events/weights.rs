//! Weights of politics: parameters from a table with central value, range and error (`data/options/README.md`).

use std::sync::Arc;

use super::limits::LARGEST;
use super::place::Place;
use super::spec::Parameter;
use crate::data::{Files, IDENTIFIER, Table, is_identifier};
use crate::error::Faults;

/// Parameters of the table `file`, in its order.
pub(super) fn read_weights(files: &Files, file: &str, faults: &mut Faults) -> Vec<Parameter> {
    const COLUMNS: [&str; 6] = ["weight", "central", "low", "high", "source", "mark"];
    let text = match files.read(file) {
        Ok(text) => text,
        Err(fault) => {
            faults.push(fault);
            return Vec::new();
        }
    };
    let display: Arc<str> = Arc::from(files.display(file));
    let Some(table) = Table::parse(&display, &text, &COLUMNS, &["se"], faults) else { return Vec::new() };
    table.each_once("weight", "weight", faults);
    let mut weights: Vec<Parameter> = Vec::new();
    for row in table.rows() {
        let expected = format!("a number from -{LARGEST} to {LARGEST}");
        let mut number = |column: &str| {
            row.number(column, &expected, |one| one.abs() <= LARGEST, faults).unwrap_or(f64::NAN)
        };
        let [value, low, high] = ["central", "low", "high"].map(&mut number);
        let se = if row.text("se").is_empty() { 0.0 } else { number("se") };
        let name = row.text("weight");
        if !is_identifier(name) {
            faults.push(row.fault("weight", IDENTIFIER, "Correct the name."));
        }
        if low > value || value > high {
            faults.push(row.fault("central", "a number from low to high", "Correct one of the three."));
        }
        if se < 0.0 {
            faults.push(row.fault("se", "a standard error, 0 or more", "Correct it."));
        }
        weights.push(Parameter {
            name: name.to_owned(),
            value,
            range: Some([low, high]),
            se,
            is_weight: true,
            source: row.text("source").to_owned(),
            mark: row.text("mark").to_owned(),
            place: Place::of_row(&display, row.line),
        });
    }
    weights
}
