//! Reader of a baseline directory: one function a file, faults collected over all of them.

mod shares;

use ndarray::{Array1, Array3};

use super::axes::{Axes, Country, Sector, SectorKind};
use super::columns::{Holds, Names, TableRule, column};
use super::csv_table::{Row, Table};
use super::dataset::{Dataset, Meta};
use super::files::Files;
use super::ids::{PRINTABLE, is_printable};
use super::memory;
use super::toml_text::{line_of_key, toml_fault};
use super::toml_value::from_toml;
use crate::error::{Fault, Faults, InputErrors};

/// Largest sum of money that is read, million US dollars: ten million times the product of the world.
const LARGEST_MUSD: f64 = 1e15;
/// Numbers by exporter, importer and sector that a data set, its economy and a solution hold at once.
const FLOW_ARRAYS: u64 = 12;
/// Numbers by country and two sectors that they hold at once.
const INPUT_ARRAYS: u64 = 4;
/// Cells up to which the first missing one is looked for and named.
const CELLS_LOOKED_THROUGH: u64 = 1 << 24;

const COUNTRIES: TableRule = TableRule {
    file: "countries.csv",
    columns: &[
        column("iso3", Holds::Id),
        column("name", Holds::Text),
        column("region", Holds::Text).may_be_missing(),
    ],
    key: &["iso3"],
};

const ELASTICITY: Holds = Holds::Number(1e-3, 1e3, "a number above 0 (0.001 to 1000)");

const SECTORS: TableRule = TableRule {
    file: "sectors.csv",
    columns: &[
        column("sector", Holds::Id),
        column("name", Holds::Text),
        column("kind", Holds::Word).or(&["goods", "services"]),
        column("theta", ELASTICITY).or_empty(),
        column("theta_se", Holds::Number(1e-9, 1e3, "a number above 0, at most 1000")).may_be_missing(),
    ],
    key: &["sector"],
};

const DEFICITS: TableRule = TableRule {
    file: "deficits.csv",
    columns: &[
        column("country", Holds::Known(&["country of countries.csv"])),
        column("deficit_musd", Holds::Number(-LARGEST_MUSD, LARGEST_MUSD, "a finite number")),
    ],
    key: &["country"],
};

impl Dataset {
    /// Reads and checks a baseline directory.
    ///
    /// # Errors
    /// [`InputErrors`] with every fault of every file.
    pub fn read(files: &Files) -> Result<Self, InputErrors> {
        let found = read(files);
        files.misspelt().beside(found)
    }

    /// As [`Dataset::read`], for a caller that says itself which files were misspelt, and goes on.
    ///
    /// # Errors
    /// [`InputErrors`] with every other fault of every file.
    pub fn read_tables(files: &Files) -> Result<Self, InputErrors> {
        read(files)
    }
}

fn read(files: &Files) -> Result<Dataset, InputErrors> {
    let mut reader = Reader { files, faults: Faults::new(), inputs: Vec::new() };
    let meta = reader.meta();
    let countries = reader.countries();
    let sectors = reader.sectors();
    let (Some(meta), Some(countries), Some(sectors)) = (meta, countries, sectors) else {
        return Err(reader.into_errors());
    };
    let axes = Axes::new(countries, sectors);
    let trade_table = reader.trade_table(&axes);
    let (Some(trade_table), true) = (trade_table, reader.fits_memory(&axes)) else {
        return Err(reader.into_errors());
    };
    let trade = reader.cells(
        &trade_table,
        "value_musd",
        &axes,
        Holds::Number(0.0, LARGEST_MUSD, "a flow of 0 or more, at most 1e15"),
    );
    let tariff_factor = reader.tariffs(&meta, &axes);
    let gamma_io = reader.input_shares(&axes);
    let gamma_va = reader.country_sector("value_added.csv", "share", &axes, false);
    let alpha = reader.country_sector("final_demand.csv", "share", &axes, true);
    let deficits = reader.deficits(&axes);
    reader.require_all_flows(&trade, &axes);
    if let Some(va) = &gamma_va {
        reader.require_shares_sum(va, &gamma_io, &axes);
    }
    if let Some(alpha) = &alpha {
        reader.require_final_shares_sum(alpha, &axes);
    }
    let (Some(gamma_va), true) = (gamma_va, reader.faults.is_empty()) else {
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
        files: files.clone(),
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
        let meta: Meta = match from_toml(&text) {
            Ok(meta) => meta,
            Err(error) => {
                let expected =
                    "name, year, unit, valuation and, if wanted, source, licence, default_tariff_pct";
                let words = [expected, "Correct the key."];
                self.faults.push(toml_fault(&self.files.display("meta.toml"), &text, &error, "meta", words));
                return None;
            }
        };
        let fault = |key: &str, found: &str, expected: &str, remedy: &str| Fault {
            file: self.files.display("meta.toml"),
            line: line_of_key(&text, key),
            field: key.into(),
            found: found.into(),
            expected: expected.into(),
            remedy: remedy.into(),
        };
        if meta.unit != "musd" {
            let expected = "musd (million US dollars)";
            self.faults.push(fault("unit", &meta.unit, expected, "Convert the values."));
        }
        if !(1900..2200).contains(&meta.year) {
            let found = meta.year.to_string();
            self.faults.push(fault("year", &found, "a year, 1900 to 2199", "Correct the year."));
        }
        if let Some(pct) = meta.default_tariff_pct.filter(|pct| !(0.0..=1e5).contains(pct)) {
            let expected = "percent, 0 or more (5 means 5 %), at most 100000";
            self.faults.push(fault("default_tariff_pct", &pct.to_string(), expected, "Correct the rate."));
        }
        for (key, value) in [("name", &meta.name), ("source", &meta.source), ("licence", &meta.licence)] {
            if !is_printable(value) {
                self.faults.push(fault(key, value, PRINTABLE, "Delete them."));
            }
        }
        Some(meta)
    }

    fn countries(&mut self) -> Option<Vec<Country>> {
        let table = self.checked(&COUNTRIES, &Names::default())?;
        let country = |row: Row<'_>| Country {
            iso3: row.text("iso3").into(),
            name: row.text("name").into(),
            region: row.text("region").into(),
        };
        Some(table.rows().map(country).collect())
    }

    fn sectors(&mut self) -> Option<Vec<Sector>> {
        let table = self.checked(&SECTORS, &Names::default())?;
        let sector = |row: Row<'_>| Sector {
            id: row.text("sector").into(),
            name: row.text("name").into(),
            kind: if row.text("kind") == "services" { SectorKind::Services } else { SectorKind::Goods },
            theta: row.value("theta"),
            theta_se: row.value("theta_se"),
        };
        Some(table.rows().map(sector).collect())
    }

    /// A table with its cells checked.
    fn checked(&mut self, rule: &TableRule, names: &Names) -> Option<Table> {
        let text = self.text(rule.file)?;
        let table = rule.parse(&self.files.display(rule.file), &text, &mut self.faults)?;
        rule.check(&table, names, &mut self.faults);
        Some(table)
    }

    /// `trade.csv`; `None` with a fault where it has far fewer rows than countries and sectors make cells: then no
    /// array is asked for.
    fn trade_table(&mut self, axes: &Axes) -> Option<Table> {
        let text = self.text("trade.csv")?;
        let table = self.table("trade.csv", &text, &["exporter", "importer", "sector", "value_musd"], &[])?;
        let (n, s) = (axes.n_countries() as u64, axes.n_sectors() as u64);
        let cells = n.saturating_mul(n).saturating_mul(s);
        if cells > CELLS_LOOKED_THROUGH && (table.n_rows() as u64) < cells {
            let found = format!("{} rows", table.n_rows());
            let expected =
                format!("a row for every exporter, importer and sector: {n} x {n} x {s} = {cells}");
            let remedy = "Add the rows, or take the countries and sectors without trade out of countries.csv and \
                          sectors.csv.";
            self.fault("trade.csv", "rows", &found, &expected, remedy);
            return None;
        }
        Some(table)
    }

    /// False with a fault where arrays of these countries and sectors would need more memory than there is.
    fn fits_memory(&mut self, axes: &Axes) -> bool {
        let (n, s) = (axes.n_countries() as u64, axes.n_sectors() as u64);
        let flows = n.saturating_mul(n).saturating_mul(s).saturating_mul(FLOW_ARRAYS);
        let inputs = n.saturating_mul(s).saturating_mul(s).saturating_mul(INPUT_ARRAYS);
        let needed = flows.saturating_add(inputs).saturating_mul(8);
        let usable = memory::usable_bytes();
        if needed > usable {
            let found = format!("{n} countries and {s} sectors, which need about {needed} bytes of memory");
            let expected = format!("at most {usable} bytes, what may be taken here");
            let remedy = "Merge countries or sectors, or give the program more memory.";
            self.fault("sectors.csv", "rows", &found, &expected, remedy);
        }
        needed <= usable
    }

    /// Cells `exporter,importer,sector,<column>`; a cell not listed is NaN.
    fn cells(&mut self, table: &Table, column: &str, axes: &Axes, holds: Holds) -> Array3<f64> {
        let Holds::Number(low, high, expected) = holds else { unreachable!("cells hold numbers") };
        let mut cells =
            Array3::from_elem((axes.n_sectors(), axes.n_countries(), axes.n_countries()), f64::NAN);
        let mut is_twice = false;
        for row in table.rows() {
            let at = cell_index(&row, axes, &mut self.faults);
            let value = row.number(column, expected, |v| (low..=high).contains(&v), &mut self.faults);
            let (Some(at), Some(value)) = (at, value) else { continue };
            is_twice |= !cells[at].is_nan();
            cells[at] = value;
        }
        if is_twice {
            table.each_once("exporter,importer,sector", "cell", &mut self.faults);
        }
        cells
    }

    fn tariffs(&mut self, meta: &Meta, axes: &Axes) -> Array3<f64> {
        let shape = (axes.n_sectors(), axes.n_countries(), axes.n_countries());
        if matches!(self.files.read_optional("tariffs.csv"), Ok(None)) {
            return Array3::ones(shape);
        }
        let Some(text) = self.text("tariffs.csv") else { return Array3::ones(shape) };
        let columns = ["exporter", "importer", "sector", "tariff_pct"];
        let table = self.table("tariffs.csv", &text, &columns, &[]);
        let Some(table) = table else { return Array3::ones(shape) };
        let holds = Holds::Number(0.0, 1e5, "0 or more (5 means 5 %), at most 100000");
        let mut factor = self.cells(&table, "tariff_pct", axes, holds);
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
        if matches!(self.files.read_optional("deficits.csv"), Ok(None)) {
            return None;
        }
        let mut names = Names::default();
        names.add("country of countries.csv", axes.countries.iter().map(|country| country.iso3.as_str()));
        let table = self.checked(&DEFICITS, &names)?;
        let mut deficits = Array1::from_elem(axes.n_countries(), f64::NAN);
        for row in table.rows() {
            let cell = (row.position("country", &axes.country_idx), row.value("deficit_musd"));
            if let (Some(n), Some(value)) = cell {
                deficits[n] = value;
            }
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

fn cell_index(row: &Row<'_>, axes: &Axes, faults: &mut Faults) -> Option<(usize, usize, usize)> {
    let i = row.index("exporter", &axes.country_idx, "country of countries.csv", faults);
    let n = row.index("importer", &axes.country_idx, "country of countries.csv", faults);
    let j = row.index("sector", &axes.sector_idx, "sector of sectors.csv", faults);
    Some((j?, n?, i?))
}
