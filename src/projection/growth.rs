//! Real-GDP growth by country and year.

use ndarray::{Array1, Array2};

use crate::data::{Axes, Files, Table};
use crate::error::{Fault, Faults, InputErrors};

/// Growth of real GDP, complete for a range of years.
#[derive(Debug, Clone)]
pub struct Growth {
    first_year: i16,
    /// Ratio to the year before, `[year, n]`.
    ratios: Array2<f64>,
}

impl Growth {
    /// Reads `growth.csv` (`iso3,year_from,year_to,growth_pct,source,mark`) for the years given.
    ///
    /// # Errors
    /// [`InputErrors`]: unknown country, overlapping years, a country and year without growth.
    pub fn read(files: &Files, axes: &Axes, first_year: i16, last_year: i16) -> Result<Self, InputErrors> {
        let mut faults = Faults::new();
        let text = files.read("growth.csv").map_err(InputErrors::from)?;
        let columns = ["iso3", "year_from", "year_to", "growth_pct"];
        let name = files.display("growth.csv");
        let n_years = (last_year - first_year + 1).max(0) as usize;
        let mut ratios = Array2::from_elem((n_years, axes.n_countries()), f64::NAN);
        let table = Table::parse(&name, &text, &columns, &["source", "mark"], &mut faults);
        for row in table.iter().flat_map(Table::rows) {
            let n = row.index("iso3", &axes.country_idx, "country of countries.csv", &mut faults);
            let is_year = |value: f64| value.fract() == 0.0 && (1900.0..2200.0).contains(&value);
            let from = row.number("year_from", "a year", is_year, &mut faults);
            let to = row.number("year_to", "a year", is_year, &mut faults);
            let pct = row.number("growth_pct", "percent a year, above -50", |v| v > -50.0, &mut faults);
            let (Some(n), Some(from), Some(to), Some(pct)) = (n, from, to, pct) else { continue };
            for year in (from as i16).max(first_year)..=(to as i16).min(last_year) {
                let cell = &mut ratios[[(year - first_year) as usize, n]];
                if !cell.is_nan() {
                    faults.push(row.fault("year_from", "each country and year once", "Shorten a range."));
                }
                *cell = 1.0 + pct / 100.0;
            }
        }
        for ((at, n), _) in ratios.indexed_iter().filter(|(_, ratio)| ratio.is_nan()) {
            faults.push(Fault {
                file: name.clone(),
                line: None,
                field: axes.countries[n].iso3.clone(),
                found: format!("no growth for {}", first_year + at as i16),
                expected: "a row for every country and year of the run".into(),
                remedy: "Add the row; missing is not zero.".into(),
            });
        }
        faults.into_result(Self { first_year, ratios })
    }

    /// Ratio of real GDP to the year before, `[n]`.
    ///
    /// # Panics
    /// For a year outside those read.
    #[must_use]
    pub fn ratios(&self, year: i16) -> Array1<f64> {
        self.ratios.row((year - self.first_year) as usize).to_owned()
    }
}
