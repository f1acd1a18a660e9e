//! Shares of inputs, value added and final expenditure, and that they sum to one.

use ndarray::{Array2, Array3};

use super::Reader;
use crate::data::axes::Axes;

/// Largest distance from one that shares may sum to: what rounding to six decimals over 40 sectors leaves.
const SHARE_SUM_TOLERANCE: f64 = 1e-4;

impl Reader<'_> {
    pub(super) fn input_shares(&mut self, axes: &Axes) -> Array3<f64> {
        let mut shares = Array3::zeros((axes.n_countries(), axes.n_sectors(), axes.n_sectors()));
        let Some(text) = self.optional_text("io.csv") else { return shares };
        let columns = ["country", "input_sector", "output_sector", "share"];
        let Some(table) = self.table("io.csv", &text, &columns, &[]) else { return shares };
        let (mut seen, mut is_twice) = (std::collections::HashSet::new(), false);
        for row in table.rows() {
            let n = row.index("country", &axes.country_idx, "country of countries.csv", &mut self.faults);
            let k = row.index("input_sector", &axes.sector_idx, "sector of sectors.csv", &mut self.faults);
            let j = row.index("output_sector", &axes.sector_idx, "sector of sectors.csv", &mut self.faults);
            // Inventories make a few observed input shares slightly negative.
            let share = row.number(
                "share",
                "a share between -0.05 and 1",
                |v| (-0.05..=1.0).contains(&v),
                &mut self.faults,
            );
            let (Some(n), Some(k), Some(j), Some(share)) = (n, k, j, share) else { continue };
            is_twice |= !seen.insert((n, k, j));
            shares[[n, k, j]] = share;
        }
        if is_twice {
            table.each_once("country,input_sector,output_sector", "cell", &mut self.faults);
        }
        shares
    }

    /// A table `country,sector,<column>` that lists every cell.
    pub(super) fn country_sector(
        &mut self,
        file: &str,
        column: &str,
        axes: &Axes,
        optional: bool,
    ) -> Option<Array2<f64>> {
        let text = if optional { self.optional_text(file)? } else { self.text(file)? };
        let table = self.table(file, &text, &["country", "sector", column], &[])?;
        let mut cells = Array2::from_elem((axes.n_countries(), axes.n_sectors()), f64::NAN);
        let mut is_twice = false;
        for row in table.rows() {
            let n = row.index("country", &axes.country_idx, "country of countries.csv", &mut self.faults);
            let j = row.index("sector", &axes.sector_idx, "sector of sectors.csv", &mut self.faults);
            let share =
                row.number(column, "a share between 0 and 1", |v| (0.0..=1.0).contains(&v), &mut self.faults);
            let (Some(n), Some(j), Some(share)) = (n, j, share) else { continue };
            is_twice |= !cells[[n, j]].is_nan();
            cells[[n, j]] = share;
        }
        if is_twice {
            table.each_once("country,sector", "cell", &mut self.faults);
        }
        if let Some(((n, j), _)) = cells.indexed_iter().find(|(_, value)| value.is_nan()) {
            let missing = cells.iter().filter(|value| value.is_nan()).count();
            let first = format!(
                "{missing} cells missing, the first {},{}",
                axes.countries[n].iso3, axes.sectors[j].id
            );
            self.fault(file, "country,sector", &first, "a row for every country and sector", "Add the rows.");
            return None;
        }
        Some(cells)
    }

    pub(super) fn require_shares_sum(&mut self, va: &Array2<f64>, io: &Array3<f64>, axes: &Axes) {
        for ((n, j), va_share) in va.indexed_iter() {
            let sum = va_share + io.slice(ndarray::s![n, .., j]).sum();
            if (sum - 1.0).abs() > SHARE_SUM_TOLERANCE {
                let field = format!("{},{}", axes.countries[n].iso3, axes.sectors[j].id);
                self.fault(
                    "value_added.csv",
                    &field,
                    &format!("sum {sum:.6}"),
                    "value-added share plus the input shares of io.csv = 1",
                    "Correct the shares of this country and sector.",
                );
            }
        }
    }

    pub(super) fn require_final_shares_sum(&mut self, alpha: &Array2<f64>, axes: &Axes) {
        for (n, shares) in alpha.outer_iter().enumerate() {
            let sum = shares.sum();
            if (sum - 1.0).abs() > SHARE_SUM_TOLERANCE {
                let found = format!("sum {sum:.6}");
                self.fault(
                    "final_demand.csv",
                    &axes.countries[n].iso3,
                    &found,
                    "shares of final expenditure that sum to 1",
                    "Correct the shares of this country.",
                );
            }
        }
    }
}
