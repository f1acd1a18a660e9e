//! Capital: shares and depreciation by country, and how the stock follows real income.
//!
//! ```text
//! VA' = v_hat F_hat VA,   F_hat = K_hat^a
//! k[t+1] = (1 - delta) k[t] + delta (i[t] - p_inv[t])
//! ```
//!
//! k is the log deviation of the stock from the baseline of the same year, i that of income (revenue and deficit included)
//! and p_inv that of the price of investment goods, the price index of final demand here: i - p_inv is the log change of
//! real income. Saving is a constant share of income.
//!
//! Source: `docs/model.md` section 6; Anderson, Larch & Yotov (2020), eq. 9.

use ndarray::{Array1, ArrayView1};

use crate::data::{Axes, Files, Holds, MARK, NOTE, Names, SOURCE, TableRule, column};
use crate::error::{Fault, Faults, InputErrors};

const COUNTRY: &str = "country of the baseline";
/// Largest share of capital: with a share of 1 the stock would grow without end.
const MOST_SHARE: f64 = 0.95;

/// Capital shares and depreciation.
const FACTORS: TableRule = TableRule {
    file: "factors.csv",
    columns: &[
        column("country", Holds::Known(&[COUNTRY])),
        column("capital_share", Holds::Number(0.0, MOST_SHARE, "a share of value added, 0 to 0.95")),
        column(
            "depreciation_ratio",
            Holds::Number(0.0, 1.0, "a share of the stock a year, 0 to 1 (0.05 is 5 %)"),
        ),
        column("capital_musd", Holds::Number(0.0, 1e12, "million USD, 0 or more")).may_be_missing(),
        SOURCE.may_be_missing(),
        MARK.may_be_missing(),
        NOTE.may_be_missing(),
    ],
    key: &["country"],
};

/// How capital accumulates in each country.
#[derive(Debug, Clone, PartialEq)]
pub struct Capital {
    /// Share of capital in value added, `[n]`.
    share: Array1<f64>,
    /// Depreciation a year, `[n]`.
    depreciation: Array1<f64>,
}

impl Capital {
    /// Reads `factors.csv` (`country,capital_share,depreciation_ratio`) of a baseline folder.
    ///
    /// # Errors
    /// [`InputErrors`]: no such file, a country without a row or there twice, a share or ratio out of range.
    pub fn read(files: &Files, axes: &Axes) -> Result<Self, InputErrors> {
        let text = files.read(FACTORS.file).map_err(InputErrors::from)?;
        let mut faults = Faults::new();
        let capital = Self::parse(&files.display(FACTORS.file), &text, axes, &mut faults);
        faults.into_result(capital)
    }

    /// The table in the text of `file`; what is wrong with it goes to `faults`.
    pub fn parse(file: &str, text: &str, axes: &Axes, faults: &mut Faults) -> Self {
        let empty = || Array1::from_elem(axes.n_countries(), f64::NAN);
        let mut capital = Self { share: empty(), depreciation: empty() };
        let mut names = Names::default();
        names.add(COUNTRY, axes.countries.iter().map(|country| country.iso3.as_str()));
        let Some(table) = FACTORS.parse(file, text, faults) else { return capital };
        let before = faults.as_slice().len();
        for row in FACTORS.check(&table, &names, faults) {
            let Some(n) = row.position("country", &axes.country_idx) else { continue };
            capital.share[n] = row.value("capital_share").unwrap_or(f64::NAN);
            capital.depreciation[n] = row.value("depreciation_ratio").unwrap_or(f64::NAN);
        }
        let is_sound = faults.as_slice().len() == before;
        let missing = axes.countries.iter().zip(&capital.share).filter(|(_, share)| share.is_nan());
        for (country, _) in missing.filter(|_| is_sound) {
            faults.push(Fault {
                file: file.to_owned(),
                line: None,
                field: "country".into(),
                found: format!("no row for {}", country.iso3),
                expected: "capital share and depreciation of every country".into(),
                remedy: "Add the row; missing is not zero.".into(),
            });
        }
        capital
    }

    /// The same with shares of capital multiplied by `ratio`, at most 0.95.
    #[must_use]
    pub fn with_shares_times(&self, ratio: f64) -> Self {
        let share = self.share.mapv(|share| (share * ratio).min(share.max(MOST_SHARE)));
        Self { share, depreciation: self.depreciation.clone() }
    }

    /// No deviation from the baseline, `[n]`: the stock when a policy begins.
    #[must_use]
    pub fn start(&self) -> Array1<f64> {
        Array1::zeros(self.share.len())
    }

    /// `ln F_hat = a k`, `[n]`.
    #[must_use]
    pub fn ln_factor(&self, k: ArrayView1<'_, f64>) -> Array1<f64> {
        &self.share * &k
    }

    /// `F_hat = exp(a k)`, `[n]`: factor supply at log capital `k`.
    #[must_use]
    pub fn factor_hat(&self, k: ArrayView1<'_, f64>) -> Array1<f64> {
        self.ln_factor(k).mapv(f64::exp)
    }

    /// Log capital of the next year, `[n]`, from that of this year and the log change of its real income.
    #[must_use]
    pub fn next(&self, k: ArrayView1<'_, f64>, ln_real_income: ArrayView1<'_, f64>) -> Array1<f64> {
        &k + &(&self.depreciation * &(&ln_real_income - &k))
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::Capital;

    /// Symmetric countries with a static gain of `s` in logs: `docs/model.md` section 6.
    #[test]
    fn the_stock_follows_the_closed_form() {
        let (a, delta, s) = (0.4, 0.05, 0.03);
        let capital = Capital { share: array![a], depreciation: array![delta] };
        let mut k = capital.start();
        for year in 0..200 {
            let known = s / (1.0 - a) * (1.0 - (1.0 - delta * (1.0 - a)).powi(year));
            assert!((k[0] - known).abs() < 1e-15, "{year}: {} {known}", k[0]);
            // Real income rises with factor supply one for one.
            let income = s + capital.factor_hat(k.view())[0].ln();
            k = capital.next(k.view(), array![income].view());
        }
    }
}
