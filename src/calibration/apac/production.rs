//! Output, inputs and home sales that meet GDP, exports and non-negative final demand.

use ndarray::{Array1, Array2, Array3, ArrayViewMut2, Axis};

use super::concordance::Concordance;
use super::raw::Raw;
use super::trade::Trade;
use crate::error::{Fault, Faults, InputErrors};

/// Least share of output sold at home.
const HOME_SHARE: f64 = 0.15;
/// Least share of absorption that is final demand.
const FINAL_SHARE: f64 = 0.02;
/// Other sectors shrink at most to this share of the donor's structure to make room for exports.
const LEAST_STRUCTURE: f64 = 0.3;
/// Least value added of an output, where a donor's table has none.
const LEAST_VALUE_ADDED: f64 = 0.05;
/// Rounds in which input rows are cut and columns restored.
const RECONCILE_ROUNDS: usize = 2000;

/// One thing that balancing moved.
pub struct Adjustment {
    /// What was moved: `output`, `value_added` or `intermediate_use`.
    pub table: &'static str,
    /// Economy.
    pub n: usize,
    /// Sector.
    pub j: usize,
    /// Before, million USD.
    pub before_musd: f64,
    /// After, million USD.
    pub after_musd: f64,
    /// Step that moved it.
    pub step: &'static str,
}

/// Production of the base year.
pub struct Production {
    /// Output, `[n,j]`, million USD.
    pub output_musd: Array2<f64>,
    /// Sales at home, `[n,j]`, million USD.
    pub home_musd: Array2<f64>,
    /// Input shares, `[n,k,j]`.
    pub gamma_io: Array3<f64>,
    /// What balancing moved.
    pub adjustments: Vec<Adjustment>,
}

impl Production {
    /// Builds production economy by economy.
    ///
    /// # Errors
    /// [`InputErrors`] with each economy whose exports need more than its GDP can produce.
    pub fn build(
        raw: &Raw,
        by: &Concordance,
        trade: &Trade,
        tariff_pct: &Array3<f64>,
    ) -> Result<Self, InputErrors> {
        let mut faults = Faults::new();
        let (n, s) = (by.axes.n_countries(), by.axes.n_sectors());
        let mut production = Self {
            output_musd: Array2::zeros((n, s)),
            home_musd: Array2::zeros((n, s)),
            gamma_io: Array3::zeros((n, s, s)),
            adjustments: Vec::new(),
        };
        let exports = trade.exports_musd();
        let spending = &trade.flows_musd * &tariff_pct.mapv(|pct| 1.0 + pct / 100.0);
        let imports = spending.sum_axis(Axis(2)).reversed_axes();
        for c in 0..n {
            let mut structure = Structure::of(raw, by.donor[c], raw.gdp_musd[c]);
            production.set_output(c, raw.gdp_musd[c], &mut structure, &exports.row(c).to_owned());
            production.home_musd.row_mut(c).assign(&(&production.output_musd.row(c) - &exports.row(c)));
            let absorption = &production.home_musd.row(c) + &imports.row(c);
            production.reconcile(c, structure.inputs, &absorption);
            production.check_home(c, by, &mut faults);
        }
        faults.into_result(production)
    }

    /// Every sector sells at home; a NaN, as where a donor has no output, is a fault too.
    fn check_home(&self, c: usize, by: &Concordance, faults: &mut Faults) {
        let is_sold = |home: &f64| home.is_finite() && *home > 0.0;
        let unsold = self.home_musd.row(c).iter().position(|home| !is_sold(home));
        let Some(j) = unsold else { return };
        let (code, sector) = (&by.axes.countries[c].iso3, &by.axes.sectors[j].id);
        let found = format!("{:.1} million USD", self.home_musd[[c, j]]);
        let expected = "home sales above 0, as output less exports";
        let remedy =
            "Compare its GDP and its exports by chapter: the exports need more output than the GDP gives.";
        faults.push(Fault::of_file(
            "production",
            &format!("home sales of {code},{sector}"),
            &found,
            expected,
            remedy,
        ));
    }

    /// The donor's structure scaled to GDP, with room for the exports of each sector.
    fn set_output(&mut self, c: usize, gdp: f64, structure: &mut Structure, exports: &Array1<f64>) {
        let needed = exports / (1.0 - HOME_SHARE);
        let plain = structure.output.clone();
        let at_scale = |scale: f64| -> Array1<f64> {
            ndarray::Zip::from(&plain).and(&needed).map_collect(|y, need| (scale * y).max(*need))
        };
        if structure.gdp_of(&at_scale(LEAST_STRUCTURE)) > gdp {
            self.cut_value_added(c, gdp, &at_scale(LEAST_STRUCTURE), structure);
        }
        let (mut low, mut high) = (LEAST_STRUCTURE, 2.0);
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            if structure.gdp_of(&at_scale(middle)) > gdp { high = middle } else { low = middle }
        }
        let output = at_scale(0.5 * (low + high));
        for (j, (&before_musd, &after_musd)) in plain.iter().zip(&output).enumerate() {
            if (after_musd / before_musd.max(1e-9) - 1.0).abs() > 1e-6 {
                let step = "room for exports within GDP";
                self.adjustments.push(Adjustment { table: "output", n: c, j, before_musd, after_musd, step });
            }
        }
        self.output_musd.row_mut(c).assign(&output);
    }

    /// Processing trade: sectors whose exports exceed the structure use more inputs per output.
    fn cut_value_added(&mut self, c: usize, gdp: f64, output: &Array1<f64>, structure: &mut Structure) {
        let va = structure.value_added_shares();
        let is_bound = |j: usize| output[j] > LEAST_STRUCTURE * structure.output[j];
        let sum = |bound: bool| -> f64 {
            (0..va.len()).filter(|&j| is_bound(j) == bound).map(|j| output[j] * va[j]).sum()
        };
        let ratio = ((gdp - sum(false)) / sum(true)).clamp(0.1, 1.0);
        for j in (0..va.len()).filter(|&j| is_bound(j)).collect::<Vec<_>>() {
            let (before_musd, after_musd) = (output[j] * va[j], output[j] * va[j] * ratio);
            let step = "processing trade: inputs replace value added";
            self.adjustments.push(Adjustment {
                table: "value_added",
                n: c,
                j,
                before_musd,
                after_musd,
                step,
            });
            let scale = (1.0 - va[j] * ratio) / (1.0 - va[j]);
            structure.inputs.column_mut(j).mapv_inplace(|share| share * scale);
        }
    }

    /// Cuts input use of a sector to what absorption leaves, and restores the total inputs of each user.
    fn reconcile(&mut self, c: usize, mut inputs: Array2<f64>, absorption: &Array1<f64>) {
        let output = self.output_musd.row(c).to_owned();
        inputs *= &output;
        let before = inputs.sum_axis(Axis(1));
        let most = absorption * (1.0 - FINAL_SHARE);
        let totals = inputs.sum_axis(Axis(0));
        for _ in 0..RECONCILE_ROUNDS {
            if !cut_rows(&mut inputs.view_mut(), &most) {
                break;
            }
            for (mut column, &total) in inputs.axis_iter_mut(Axis(1)).zip(&totals) {
                let sum = column.sum();
                if sum > 0.0 {
                    column *= total / sum;
                }
            }
        }
        cut_rows(&mut inputs.view_mut(), &most);
        for (j, (&before_musd, after_musd)) in before.iter().zip(inputs.sum_axis(Axis(1))).enumerate() {
            if (after_musd - before_musd).abs() > 1e-6 * before_musd {
                let step = "final demand of at least 2 % of absorption";
                let table = "intermediate_use";
                self.adjustments.push(Adjustment { table, n: c, j, before_musd, after_musd, step });
            }
        }
        inputs /= &output;
        self.gamma_io.index_axis_mut(Axis(0), c).assign(&inputs);
    }
}

/// Scales the rows that exceed `most`; true where one did by more than rounding.
fn cut_rows(inputs: &mut ArrayViewMut2<'_, f64>, most: &Array1<f64>) -> bool {
    let mut cut = false;
    for (mut row, &most) in inputs.outer_iter_mut().zip(most) {
        let sum = row.sum();
        if sum > most {
            cut |= sum > most * (1.0 + 1e-9);
            row *= most / sum;
        }
    }
    cut
}

/// Input shares of a donor, `[k,j]`, leaving some value added everywhere.
fn donor_inputs(raw: &Raw, donor: usize) -> Array2<f64> {
    let mut inputs = raw.io_inputs_musd.index_axis(Axis(0), donor).to_owned();
    for (j, mut column) in inputs.axis_iter_mut(Axis(1)).enumerate() {
        column.mapv_inplace(|musd| musd.max(0.0));
        let output = raw.io_output_musd[[donor, j]].max(1e-9);
        let shares = column.sum() / output;
        column.mapv_inplace(|musd| musd / output * (1.0 - LEAST_VALUE_ADDED).min(shares) / shares.max(1e-12));
    }
    inputs
}

/// What an economy produces before exports are fitted in.
struct Structure {
    /// Output, `[j]`, million USD.
    output: Array1<f64>,
    /// Input shares, `[k,j]`.
    inputs: Array2<f64>,
}

impl Structure {
    /// The donor's structure at the size of `gdp`.
    fn of(raw: &Raw, donor: usize, gdp: f64) -> Self {
        let mut structure =
            Self { output: raw.io_output_musd.row(donor).to_owned(), inputs: donor_inputs(raw, donor) };
        structure.output *= gdp / structure.gdp_of(&structure.output);
        structure
    }

    fn value_added_shares(&self) -> Array1<f64> {
        1.0 - self.inputs.sum_axis(Axis(0))
    }

    fn gdp_of(&self, output: &Array1<f64>) -> f64 {
        (&self.value_added_shares() * output).sum()
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::cut_rows;

    #[test]
    fn only_rows_above_their_limit_are_cut() {
        let mut inputs = array![[3.0, 1.0], [1.0, 1.0]];
        assert!(cut_rows(&mut inputs.view_mut(), &array![2.0, 5.0]));
        assert_eq!(inputs, array![[1.5, 0.5], [1.0, 1.0]]);
        assert!(!cut_rows(&mut inputs.view_mut(), &array![2.0, 5.0]));
    }
}
