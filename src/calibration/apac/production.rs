//! Output, inputs and home sales that meet value added by sector, GDP, trade and clearing.
//!
//! Value added is given by industry, its share in output by a table of the base year. Exports are given too: where they
//! exceed what output leaves, output is raised and inputs with it. Input and final use are then fitted between what
//! each sector spends on inputs and what is bought of each good, so that all markets clear.

use ndarray::{Array1, Array2, Array3, Axis, s};

use super::concordance::Concordance;
use super::fit::fit;
use super::input_structure::{inputs_and_demand, read_affinity};
use super::raw::Raw;
use super::tables::{Affinity, NATIONAL_CODES};
use super::trade::Trade;
use crate::calibration::Reading;
use crate::error::{Fault, Faults, InputErrors};

/// Scale, as a share of exports, on which home sales leave what output less exports says.
const SOFT_HOME_SHARE: f64 = 0.3;
/// Bounds of the share of value added in output.
const VALUE_ADDED_BOUNDS: (f64, f64) = (0.03, 0.95);
/// Bounds of how far a sector's weight in its industry moves with its net exports.
const SPECIALISATION_BOUNDS: (f64, f64) = (0.25, 8.0);
/// Least final demand in the prior, as a share of what is bought.
const LEAST_FINAL_SHARE: f64 = 0.003;
/// Share of inputs in the prior that is spread evenly over what is bought.
const EVEN_SHARE: f64 = 0.01;
/// Value added up to this multiple of its least one stands at that bound.
const AT_BOUND: f64 = 1.001;
/// Least relative move that is listed.
const LISTED_SHARE: f64 = 0.1;

/// One thing that balancing moved.
#[derive(Clone)]
pub struct Adjustment {
    /// What was moved: `exports`, `output`, `value_added` or `intermediate_use`.
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
    /// [`InputErrors`] if `uses.csv` is faulty, or for each economy that cannot sell at home.
    pub fn build(
        raw: &Raw,
        by: &Concordance,
        trade: &Trade,
        tariff_pct: &Array3<f64>,
    ) -> Result<Self, InputErrors> {
        let mut reading = Reading::new();
        let affinity = read_affinity(by, &mut reading);
        let (affinity, _) = reading.finish(affinity)?;
        let mut faults = Faults::new();
        let (n, s) = (by.axes.n_countries(), by.axes.n_sectors());
        let mut production = Self {
            output_musd: Array2::zeros((n, s)),
            home_musd: Array2::zeros((n, s)),
            gamma_io: Array3::zeros((n, s, s)),
            adjustments: Vec::new(),
        };
        let spending = &trade.flows_musd * &tariff_pct.mapv(|pct| 1.0 + pct / 100.0);
        let paid = spending.sum_axis(Axis(2)).reversed_axes();
        let (exports, imports) = (trade.exports_musd(), trade.imports_musd());
        let (value_added, bounded) = value_added(raw, by, &exports, &imports);
        for (at, moved) in bounded {
            production.push(
                "value_added",
                at,
                moved,
                "share of its industry moved by net exports up to a bound",
            );
        }
        for c in 0..n {
            let value_added = production.set_output(raw, by, (c, value_added.row(c).to_owned()), &exports);
            let bought = &production.home_musd.row(c) + &paid.row(c);
            production.set_inputs(raw, by, (c, &value_added, &bought), &affinity);
            production.check_home(c, by, &mut faults);
        }
        faults.into_result(production)
    }

    /// Output from value added and exports; returns value added, which gives way where exports need more inputs.
    fn set_output(
        &mut self,
        raw: &Raw,
        by: &Concordance,
        (c, mut value_added): (usize, Array1<f64>),
        exports: &Array2<f64>,
    ) -> Array1<f64> {
        let gdp = value_added.sum();
        for j in 0..value_added.len() {
            let share = value_added_share(raw, by, c, j).clamp(VALUE_ADDED_BOUNDS.0, VALUE_ADDED_BOUNDS.1);
            let (before_musd, sold) = (value_added[j] / share, exports[[c, j]]);
            let after_musd = sold + home_sales(before_musd - sold, sold);
            self.output_musd[[c, j]] = after_musd;
            let step = "exports above output at the usual share of value added: more inputs per output";
            self.note("output", (c, j), [before_musd, after_musd], step);
        }
        // Value added below the least share of output is raised at the cost of the other sectors.
        let least = self.output_musd.row(c).mapv(|output| output * VALUE_ADDED_BOUNDS.0);
        let before = value_added.clone();
        for _ in 0..50 {
            value_added.zip_mut_with(&least, |value, &least| *value = value.max(least));
            value_added *= gdp / value_added.sum();
        }
        for (j, (&before, &after)) in before.iter().zip(&value_added).enumerate() {
            let step = "at least 3 % of output, within GDP";
            match after <= least[j] * AT_BOUND {
                // What stands at a bound is listed, however little it was moved.
                true => self.push("value_added", (c, j), [before, after], step),
                false => self.note("value_added", (c, j), [before, after], step),
            }
        }
        self.home_musd.row_mut(c).assign(&(&self.output_musd.row(c) - &exports.row(c)));
        value_added
    }

    /// Inputs and final demand between what sectors spend and what is bought of each good.
    fn set_inputs(
        &mut self,
        raw: &Raw,
        by: &Concordance,
        (c, value_added, bought): (usize, &Array1<f64>, &Array1<f64>),
        affinity: &Affinity,
    ) {
        let (inputs, demand) = inputs_and_demand(raw, by, (c, bought), affinity);
        let sectors = value_added.len();
        let output = self.output_musd.row(c).to_owned();
        let spent = &output - value_added;
        let left = bought.sum() - spent.sum();
        let mut cells = Array2::zeros((sectors, sectors + 1));
        let even = bought / bought.sum();
        for k in 0..sectors {
            for j in 0..sectors {
                cells[[k, j]] = spent[j] * ((1.0 - EVEN_SHARE) * inputs[[k, j]] + EVEN_SHARE * even[k]);
            }
            cells[[k, sectors]] = left * demand[k] + LEAST_FINAL_SHARE * bought[k];
        }
        let before = cells.slice(s![.., ..sectors]).sum_axis(Axis(1));
        let mut columns = spent.to_vec();
        columns.push(left);
        fit(&mut cells, &bought.to_vec(), &columns);
        let fitted = cells.slice(s![.., ..sectors]).to_owned();
        for (j, (&before, after)) in before.iter().zip(fitted.sum_axis(Axis(1))).enumerate() {
            let step = "input use fitted to what is bought of each good";
            self.note("intermediate_use", (c, j), [before, after], step);
        }
        self.gamma_io.index_axis_mut(Axis(0), c).assign(&(fitted / &output));
    }

    /// Lists a move that is worth it.
    fn note(
        &mut self,
        table: &'static str,
        at: (usize, usize),
        [before, after]: [f64; 2],
        step: &'static str,
    ) {
        if (after - before).abs() > LISTED_SHARE * before.abs() && (after - before).abs() > 1.0 {
            self.push(table, at, [before, after], step);
        }
    }

    fn push(
        &mut self,
        table: &'static str,
        (n, j): (usize, usize),
        [before_musd, after_musd]: [f64; 2],
        step: &'static str,
    ) {
        self.adjustments.push(Adjustment { table, n, j, before_musd, after_musd, step });
    }

    /// Every sector sells at home; a NaN, as where a donor has no output, is a fault too.
    fn check_home(&self, c: usize, by: &Concordance, faults: &mut Faults) {
        let is_sold = |home: &f64| home.is_finite() && *home > 0.0;
        let unsold = self.home_musd.row(c).iter().position(|home| !is_sold(home));
        let Some(j) = unsold else { return };
        let (code, sector) = (&by.axes.countries[c].iso3, &by.axes.sectors[j].id);
        let found = format!("{:.1} million USD", self.home_musd[[c, j]]);
        let remedy = "Compare its value added and its exports in this sector.";
        let field = format!("home sales of {code},{sector}");
        faults.push(Fault::of_file(
            "production",
            &field,
            &found,
            "home sales above 0, as output less exports",
            remedy,
        ));
    }
}

/// Home sales where `left` of output is not exported: all of it where that is ample, and never nothing, as no
/// bound cuts in.
fn home_sales(left: f64, exports: f64) -> f64 {
    let scale = SOFT_HOME_SHARE * exports;
    match scale > 0.0 && left < 20.0 * scale {
        true => scale * (left / scale).exp().ln_1p(),
        false => left,
    }
}

/// Share of value added in output: the economy's own, else its donor's, else the mean of all.
fn value_added_share(raw: &Raw, by: &Concordance, c: usize, j: usize) -> f64 {
    let shares = &raw.value_added_share;
    let own =
        [c, by.donor[c]].into_iter().map(|n| shares[[n, j]]).find(|share| share.is_finite() && *share > 0.0);
    own.unwrap_or_else(|| {
        let known: Vec<f64> = shares.column(j).iter().copied().filter(|share| share.is_finite()).collect();
        known.iter().sum::<f64>() / known.len().max(1) as f64
    })
}

/// Economy and sector of a value that stands at a bound, with its value before and after.
type Bounded = ((usize, usize), [f64; 2]);

/// Value added by sector at GDP, `[n,j]`: each industry split over its sectors by world demand, moved by net exports; and
/// the sectors of split industries that moved up to a bound.
fn value_added(
    raw: &Raw,
    by: &Concordance,
    exports: &Array2<f64>,
    imports: &Array2<f64>,
) -> (Array2<f64>, Vec<Bounded>) {
    let plain = split(raw, by, |_, _| 1.0);
    let world = plain.sum_axis(Axis(0)) / plain.sum();
    let (low, high) = SPECIALISATION_BOUNDS;
    let weight = |n: usize, j: usize| {
        let typical = world[j] * raw.gdp_musd[n] / mean_share(raw, j);
        1.0 + (exports[[n, j]] - imports[[n, j]]) / typical.max(1e-9)
    };
    let at_gdp = |mut cells: Array2<f64>| {
        for (n, mut row) in cells.outer_iter_mut().enumerate() {
            row *= raw.gdp_musd[n] / row.sum();
        }
        cells
    };
    let value_added = at_gdp(split(raw, by, |n, j| weight(n, j).clamp(low, high)));
    let plain = at_gdp(plain);
    let is_listed = |&(n, j): &(usize, usize)| {
        let (before, after): (f64, f64) = (plain[[n, j]], value_added[[n, j]]);
        // Industries that are one sector do not move; what is small is not worth a row.
        !(low..=high).contains(&weight(n, j)) && (after - before).abs() > LISTED_SHARE * before.max(1.0)
    };
    let bounded = plain.indexed_iter().map(|(at, _)| at).filter(is_listed);
    let bounded = bounded.map(|at| (at, [plain[at], value_added[at]])).collect();
    (value_added, bounded)
}

fn mean_share(raw: &Raw, j: usize) -> f64 {
    let known: Vec<f64> = raw.value_added_share.column(j).iter().copied().filter(|v| v.is_finite()).collect();
    known.iter().sum::<f64>() / known.len().max(1) as f64
}

/// Industries split over their sectors by their shares times `weight`.
fn split(raw: &Raw, by: &Concordance, weight: impl Fn(usize, usize) -> f64) -> Array2<f64> {
    let mut cells = Array2::zeros((by.axes.n_countries(), by.axes.n_sectors()));
    for (code, of_code) in &raw.value_added_musd {
        let parts = by.parts(NATIONAL_CODES, code);
        for (n, &musd) in of_code.iter().enumerate() {
            let weights: Vec<f64> = parts.iter().map(|&(j, share)| share * weight(n, j)).collect();
            let sum: f64 = weights.iter().sum();
            for (&(j, _), weight) in parts.iter().zip(weights) {
                // A dollar where nothing is reported: every sector of the set is there.
                cells[[n, j]] += musd.max(1.0) * weight / sum;
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Array3, Axis, array};

    use super::{Production, home_sales, value_added, value_added_share};
    use crate::calibration::apac::fixtures::{AAA, CARS, CCC, FREIGHT, GRAIN, ROW, concordance, raw};

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9 * expected.abs().max(1.0), "{found} is not {expected}");
    }

    #[test]
    fn home_sales_follow_what_is_left_and_never_vanish() {
        assert_eq!(home_sales(50.0, 0.0), 50.0);
        assert!((home_sales(100.0, 10.0) - 100.0).abs() < 1e-9);
        let squeezed = [10.0, 0.0, -50.0, -100.0].map(|left| home_sales(left, 100.0));
        assert!(squeezed.windows(2).all(|pair| pair[0] > pair[1]) && squeezed[3] > 0.0, "{squeezed:?}");
    }

    #[test]
    fn a_share_of_value_added_is_ones_own_else_the_donors_else_the_mean() {
        let (raw, by) = (raw(), concordance(&[]));
        assert_eq!(value_added_share(&raw, &by, CCC, CARS), 0.2);
        assert_eq!(value_added_share(&raw, &by, CCC, GRAIN), 0.5, "of the donor");
        close(value_added_share(&raw, &by, ROW, CARS), 1.0 / 3.0);
    }

    #[test]
    fn value_added_meets_gdp_and_moves_to_what_is_exported() {
        let (raw, by) = (raw(), concordance(&[]));
        let even = Array2::from_elem((4, 3), 10.0);
        let mut exports = even.clone();
        let (balanced, bounded) = value_added(&raw, &by, &exports, &even);
        assert!(bounded.is_empty());
        assert!(balanced.sum_axis(Axis(1)).iter().all(|gdp| (gdp - 1000.0).abs() < 1e-9));
        close(balanced[[AAA, GRAIN]], 200.0);
        close(balanced[[AAA, CARS]] / balanced[[AAA, FREIGHT]], 3.0);
        exports[[AAA, FREIGHT]] = 500.0;
        let (moved, bounded) = value_added(&raw, &by, &exports, &even);
        assert!(bounded.iter().all(|(at, [before, after])| moved[*at] == *after && before != after));
        exports[[AAA, FREIGHT]] = 1e9;
        let (_, bounded) = value_added(&raw, &by, &exports, &even);
        assert!(bounded.iter().any(|(at, _)| *at == (AAA, FREIGHT)), "what stands at a bound is listed");
        assert!(moved[[AAA, FREIGHT]] > balanced[[AAA, FREIGHT]]);
        close(moved[[AAA, GRAIN]], 200.0);
    }

    #[test]
    fn output_is_raised_where_exports_leave_nothing_and_that_is_noted() {
        let (raw, by) = (raw(), concordance(&[]));
        let mut production = Production {
            output_musd: Array2::zeros((4, 3)),
            home_musd: Array2::zeros((4, 3)),
            gamma_io: Array3::zeros((4, 3, 3)),
            adjustments: Vec::new(),
        };
        let mut exports = Array2::from_elem((4, 3), 1.0);
        exports[[AAA, CARS]] = 5000.0;
        let given = array![200.0, 600.0, 200.0];
        let after = production.set_output(&raw, &by, (AAA, given), &exports);
        close(production.output_musd[[AAA, GRAIN]], 400.0);
        assert!(production.output_musd[[AAA, CARS]] > 5000.0, "more is made than is exported");
        close(after.sum(), 1000.0);
        assert!(production.adjustments.iter().any(|one| one.table == "output" && one.j == CARS));
        assert!(production.home_musd.row(AAA).iter().all(|&home| home > 0.0));
    }

    #[test]
    fn inputs_meet_what_is_bought_and_what_is_spent() {
        let (raw, by) = (raw(), concordance(&[]));
        let mut production = Production {
            output_musd: Array2::from_elem((4, 3), 100.0),
            home_musd: Array2::from_elem((4, 3), 90.0),
            gamma_io: Array3::zeros((4, 3, 3)),
            adjustments: Vec::new(),
        };
        let (value_added, bought) = (array![40.0, 50.0, 60.0], array![80.0, 120.0, 100.0]);
        production.set_inputs(&raw, &by, (AAA, &value_added, &bought), &Array2::ones((3, 4)));
        let gamma = production.gamma_io.index_axis(Axis(0), AAA);
        for (j, spent) in [60.0, 50.0, 40.0].into_iter().enumerate() {
            assert!((100.0 * gamma.column(j).sum() - spent).abs() < 1e-6, "{gamma}");
        }
        let used = gamma.sum_axis(Axis(1)) * 100.0;
        assert!(
            used.iter().zip(&bought).all(|(used, bought)| used < bought),
            "something is left to final demand"
        );
    }
}
