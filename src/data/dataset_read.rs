//! Reader of a baseline directory: one function a file, faults collected over all of them.

mod shares;

use std::collections::HashMap;

use ndarray::{Array1, Array3};

use super::axes::{Axes, Country, Sector, SectorKind};
use super::csv_table::{Row, Table};
use super::dataset::{Dataset, Meta};
use super::files::Files;
use super::toml_text::toml_fault;
use crate::error::{Fault, Faults, InputErrors};

pub(super) fn read(files: &Files) -> Result<Dataset, InputErrors> {
    let mut reader = Reader { files, faults: Faults::new(), inputs: Vec::new() };
    let meta = reader.meta();
    let countries = reader.countries();
    let sectors = reader.sectors();
    let (Some(meta), Some(countries), Some(sectors)) = (meta, countries, sectors) else {
        return Err(reader.into_errors());
    };
    let axes = Axes::new(countries, sectors);
    let trade = reader.cells("trade.csv", "value_musd", &axes, |value| value >= 0.0, "a flow of 0 or more");
    let tariff_factor = reader.tariffs(&meta, &axes);
    let gamma_io = reader.input_shares(&axes);
    let gamma_va = reader.country_sector("value_added.csv", "share", &axes, false);
    let alpha = reader.country_sector("final_demand.csv", "share", &axes, true);
    let deficits = reader.deficits(&axes);
    if let Some(trade) = &trade {
        reader.require_all_flows(trade, &axes);
    }
    if let Some(va) = &gamma_va {
        reader.require_shares_sum(va, &gamma_io, &axes);
    }
    if let Some(alpha) = &alpha {
        reader.require_final_shares_sum(alpha, &axes);
    }
    let (Some(trade), Some(gamma_va), true) = (trade, gamma_va, reader.faults.is_empty()) else {
        return Err(reader.into_errors());
    };
    let mut trade_musd = trade;
    if meta.valuation == super::dataset::Valuation::TariffInclusive {
        trade_musd /= &tariff_factor;
    }
    Ok(Dataset {
        meta,
        axes,
        trade_musd,
        tariff_factor,
        gamma_io,
        gamma_va,
        alpha,
        deficit_musd: deficits,
        inputs: reader.inputs,
    })
}

struct Reader<'f> {
    files: &'f Files,
    faults: Faults,
    inputs: Vec<(String, String)>,
}

impl Reader<'_> {
    fn into_errors(self) -> InputErrors {
        InputErrors(self.faults.as_slice().to_vec())
    }

    fn fault(&mut self, file: &str, field: &str, found: &str, expected: &str, remedy: &str) {
        self.faults.push(Fault {
            file: self.files.display(file),
            line: None,
            field: field.into(),
            found: found.into(),
            expected: expected.into(),
            remedy: remedy.into(),
        });
    }

    fn text(&mut self, file: &str) -> Option<String> {
        match self.files.read(file) {
            Ok(text) => {
                self.inputs.push((file.to_owned(), text.clone()));
                Some(text)
            }
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    fn optional_text(&mut self, file: &str) -> Option<String> {
        match self.files.read_optional(file) {
            Ok(None) => None,
            _ => self.text(file),
        }
    }

    fn table(&mut self, file: &str, text: &str, required: &[&str], optional: &[&str]) -> Option<Table> {
        Table::parse(&self.files.display(file), text, required, optional, &mut self.faults)
    }

    fn meta(&mut self) -> Option<Meta> {
        let text = self.text("meta.toml")?;
        let meta: Meta = match toml::from_str(&text) {
            Ok(meta) => meta,
            Err(error) => {
                let expected =
                    "name, year, unit, valuation and, if wanted, source, licence, default_tariff_pct";
                let words = [expected, "Correct the key."];
                self.faults.push(toml_fault(&self.files.display("meta.toml"), &text, &error, "meta", words));
                return None;
            }
        };
        if meta.unit != "musd" {
            self.fault("meta.toml", "unit", &meta.unit, "musd (million US dollars)", "Convert the values.");
        }
        Some(meta)
    }

    fn countries(&mut self) -> Option<Vec<Country>> {
        let text = self.text("countries.csv")?;
        let table = self.table("countries.csv", &text, &["iso3", "name"], &["region"])?;
        let mut seen = HashMap::new();
        let mut countries = Vec::new();
        for row in table.rows() {
            require_new(&row, "iso3", &mut seen, &mut self.faults);
            countries.push(Country {
                iso3: row.text("iso3").into(),
                name: row.text("name").into(),
                region: row.text("region").into(),
            });
        }
        Some(countries)
    }

    fn sectors(&mut self) -> Option<Vec<Sector>> {
        let text = self.text("sectors.csv")?;
        let table = self.table("sectors.csv", &text, &["sector", "name", "kind", "theta"], &["theta_se"])?;
        let mut seen = HashMap::new();
        let mut sectors = Vec::new();
        for row in table.rows() {
            require_new(&row, "sector", &mut seen, &mut self.faults);
            let kind = match row.text("kind") {
                "goods" => SectorKind::Goods,
                "services" => SectorKind::Services,
                _ => {
                    self.faults.push(row.fault("kind", "goods or services", "Correct the cell."));
                    SectorKind::Goods
                }
            };
            let mut optional = |column: &str| match row.text(column) {
                "" => None,
                _ => row.number(column, "a number above 0, or empty", |v| v > 0.0, &mut self.faults),
            };
            let (theta, theta_se) = (optional("theta"), optional("theta_se"));
            sectors.push(Sector {
                id: row.text("sector").into(),
                name: row.text("name").into(),
                kind,
                theta,
                theta_se,
            });
        }
        Some(sectors)
    }

    /// Cells `exporter,importer,sector,<column>`; a cell not listed is NaN.
    fn cells(
        &mut self,
        file: &str,
        column: &str,
        axes: &Axes,
        is_valid: impl Fn(f64) -> bool + Copy,
        expected: &str,
    ) -> Option<Array3<f64>> {
        let text = self.text(file)?;
        let table = self.table(file, &text, &["exporter", "importer", "sector", column], &[])?;
        let mut cells =
            Array3::from_elem((axes.n_sectors(), axes.n_countries(), axes.n_countries()), f64::NAN);
        for row in table.rows() {
            let at = cell_index(&row, axes, &mut self.faults);
            let value = row.number(column, expected, is_valid, &mut self.faults);
            let (Some(at), Some(value)) = (at, value) else { continue };
            if cells[at].is_nan() {
                cells[at] = value;
            } else {
                self.faults.push(row.fault(
                    "exporter,importer,sector",
                    "each cell once",
                    "Delete one of the two rows.",
                ));
            }
        }
        Some(cells)
    }

    fn tariffs(&mut self, meta: &Meta, axes: &Axes) -> Array3<f64> {
        let shape = (axes.n_sectors(), axes.n_countries(), axes.n_countries());
        if matches!(self.files.read_optional("tariffs.csv"), Ok(None)) {
            return Array3::ones(shape);
        }
        let cells = self.cells("tariffs.csv", "tariff_pct", axes, |v| v >= 0.0, "0 or more (5 means 5 %)");
        let Some(mut factor) = cells else { return Array3::ones(shape) };
        let mut missing = Vec::new();
        for ((j, n, i), cell) in factor.indexed_iter_mut() {
            if cell.is_nan() {
                match meta.default_tariff_pct {
                    _ if n == i => *cell = 0.0,
                    Some(default) => *cell = default,
                    None => missing.push((j, n, i)),
                }
            } else if n == i && *cell != 0.0 {
                self.faults.push(Fault {
                    file: self.files.display("tariffs.csv"),
                    line: None,
                    field: format!("{0},{0},{1}", axes.countries[n].iso3, axes.sectors[j].id),
                    found: cell.to_string(),
                    expected: "0: no tariff is paid at home".into(),
                    remedy: "Delete the row.".into(),
                });
            }
            *cell = 1.0 + *cell / 100.0;
        }
        self.report_missing(
            "tariffs.csv",
            &missing,
            axes,
            "Add the rows, or set `default_tariff_pct` in meta.toml.",
        );
        factor
    }

    fn report_missing(&mut self, file: &str, missing: &[(usize, usize, usize)], axes: &Axes, remedy: &str) {
        let Some(&(j, n, i)) = missing.first() else { return };
        let first = format!("{},{},{}", axes.countries[i].iso3, axes.countries[n].iso3, axes.sectors[j].id);
        self.fault(
            file,
            "exporter,importer,sector",
            &format!("{} cells missing, the first {first}", missing.len()),
            "a row for every exporter, importer and sector (missing is not zero)",
            remedy,
        );
    }

    fn require_all_flows(&mut self, trade: &Array3<f64>, axes: &Axes) {
        let missing: Vec<_> =
            trade.indexed_iter().filter(|(_, value)| value.is_nan()).map(|(at, _)| at).collect();
        self.report_missing("trade.csv", &missing, axes, "Add the rows; write 0 where there is no trade.");
    }

    fn deficits(&mut self, axes: &Axes) -> Option<Array1<f64>> {
        let text = self.optional_text("deficits.csv")?;
        let table = self.table("deficits.csv", &text, &["country", "deficit_musd"], &[])?;
        let mut deficits = Array1::from_elem(axes.n_countries(), f64::NAN);
        for row in table.rows() {
            let n = row.index("country", &axes.country_idx, "country of countries.csv", &mut self.faults);
            let value = row.number("deficit_musd", "a finite number", |_| true, &mut self.faults);
            let (Some(n), Some(value)) = (n, value) else { continue };
            if !deficits[n].is_nan() {
                self.faults.push(row.fault("country", "each country once", "Delete one of the two rows."));
            }
            deficits[n] = value;
        }
        if let Some(n) = deficits.iter().position(|value| value.is_nan()) {
            let name = axes.countries[n].iso3.clone();
            self.fault(
                "deficits.csv",
                "country",
                &format!("{name} missing"),
                "a row for every country",
                "Add the row.",
            );
            return None;
        }
        Some(deficits)
    }
}

fn require_new(row: &Row<'_>, column: &str, seen: &mut HashMap<String, u64>, faults: &mut Faults) {
    let id = row.text(column);
    if id.is_empty() {
        faults.push(row.fault(column, "an identifier", "Fill the cell."));
    } else if let Some(first) = seen.insert(id.to_owned(), row.line) {
        faults.push(row.fault(
            column,
            &format!("each once (first on line {first})"),
            "Delete one of the two rows.",
        ));
    }
}

fn cell_index(row: &Row<'_>, axes: &Axes, faults: &mut Faults) -> Option<(usize, usize, usize)> {
    let i = row.index("exporter", &axes.country_idx, "country of countries.csv", faults);
    let n = row.index("importer", &axes.country_idx, "country of countries.csv", faults);
    let j = row.index("sector", &axes.sector_idx, "sector of sectors.csv", faults);
    Some((j?, n?, i?))
}
