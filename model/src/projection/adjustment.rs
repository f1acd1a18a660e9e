//! Trade answers a cost change slowly.
//!
//! ```text
//! theta_t = max(0.3, phi(age) (1 + theta) - 1)
//! ```
//!
//! `phi` is the ratio of the elasticity at an age to that of the long run; published ratios are of trade without the tariff,
//! whose elasticity is 1 + theta. The age of the cost changes of a sector is the mean over its trade, weighted by
//! trade and by the size of the change: what is added in a year has age 0 (its first twelve months), what was there is a
//! year older.
//!
//! Source: `docs/model.md` section 6; Boehm, Levchenko & Pandalai-Nayar (2023).

use ndarray::{Array3, ArrayView2, Zip, s};

use crate::data::{Files, Holds, MARK, NOTE, Names, SOURCE, TableRule, column};
use crate::error::{Fault, Faults, InputErrors};
use crate::policy::CostChange;

/// Elasticity below which nothing falls.
const LEAST_THETA: f64 = 0.3;

const PROFILE: TableRule = TableRule {
    file: "adjustment.csv",
    columns: &[
        column("age_years", Holds::Whole(0.0, 100.0, "years since the change, 0 to 100")),
        column("ratio_to_long_run", Holds::Number(0.0, 1.0, "a ratio, 0 to 1")),
        SOURCE,
        MARK,
        NOTE.may_be_missing(),
    ],
    key: &["age_years"],
};

/// How much of the long-run response is there at each age.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjustment {
    /// `phi` by age in years; 1 beyond.
    phi: Vec<f64>,
}

/// Size and age of the cost changes of a sector.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct SectorAge {
    /// Mean size in logs over the trade of the sector.
    pub size: f64,
    /// Mean age in years, weighted by size and trade.
    pub years: f64,
}

impl Adjustment {
    /// Reads `adjustment.csv` (`age_years,ratio_to_long_run,source,mark`) of a folder.
    ///
    /// # Errors
    /// [`InputErrors`]: no such file, an age that is missing or there twice, a ratio that falls.
    pub fn read(files: &Files) -> Result<Self, InputErrors> {
        let text = files.read(PROFILE.file).map_err(InputErrors::from)?;
        let (file, mut faults) = (files.display(PROFILE.file), Faults::new());
        let mut phi: Vec<f64> = Vec::new();
        let table = PROFILE.parse(&file, &text, &mut faults);
        let rows = table.iter().flat_map(|table| PROFILE.check(table, &Names::default(), &mut faults));
        for row in rows.collect::<Vec<_>>() {
            let (Some(age), Some(ratio)) = (row.value("age_years"), row.value("ratio_to_long_run")) else {
                continue;
            };
            if age as usize != phi.len() {
                let expected = format!("ages 0, 1, 2, ... in order, here {}", phi.len());
                faults.push(row.fault(
                    "age_years",
                    &expected,
                    "Add the row that is missing; missing is not zero.",
                ));
                break;
            }
            if phi.last().is_some_and(|last| *last > ratio) {
                faults.push(row.fault(
                    "ratio_to_long_run",
                    "at least that of the year before",
                    "Correct one of the two.",
                ));
            }
            phi.push(ratio);
        }
        if phi.is_empty() && faults.is_empty() {
            faults.push(Fault {
                file,
                line: None,
                field: "age_years".into(),
                found: "no row".into(),
                expected: "a row for each age from 0 on".into(),
                remedy: "Add the rows, or switch adjustment off in the plan.".into(),
            });
        }
        faults.into_result(Self { phi })
    }

    /// `phi` at an age, linear between whole years.
    fn ratio(&self, age_years: f64) -> f64 {
        let at = |age: usize| self.phi.get(age).copied().unwrap_or(1.0);
        let whole = age_years.max(0.0).floor();
        let (below, above) = (at(whole as usize), at(whole as usize + 1));
        (age_years - whole).mul_add(above - below, below)
    }

    /// Elasticity at an age of the cost change, from that of the long run.
    #[must_use]
    pub fn theta(&self, long_run: f64, age_years: f64) -> f64 {
        (self.ratio(age_years) * (1.0 + long_run) - 1.0).max(LEAST_THETA.min(long_run))
    }
}

impl SectorAge {
    /// Size and age a year on, where the mean change is `size` now.
    #[must_use]
    pub fn next(self, size: f64) -> Self {
        // A change taken back in part leaves the rest as old as it was; taken back whole it leaves nothing.
        let kept = self.size.min(size);
        let years = if size > 0.0 { kept * (self.years + 1.0) / size } else { 0.0 };
        Self { size, years }
    }
}

/// Mean size of a cost change by sector, `[j]`: logs of tariffs and icebergs weighted by trade, `[j,n,i]` with home
/// sales on the diagonal, which do not count.
#[must_use]
pub fn sizes(change: &CostChange, flows: &Array3<f64>) -> Vec<f64> {
    let mean =
        |((tariffs, icebergs), flows): ((ArrayView2<'_, f64>, ArrayView2<'_, f64>), ArrayView2<'_, f64>)| {
            let (mut sum, mut trade) = (0.0, 0.0);
            Zip::from(&tariffs).and(&icebergs).and(&flows).for_each(|tariff, iceberg, flow| {
                // Most cells do not change, those at home never, and a logarithm is dear.
                let hat = tariff * iceberg;
                if hat != 1.0 {
                    sum += flow * hat.ln().abs();
                }
            });
            for (n, imports) in flows.outer_iter().enumerate() {
                let (before, after) = (imports.slice(s![..n]), imports.slice(s![n + 1..]));
                before.iter().chain(after).for_each(|flow| trade += flow);
            }
            if trade > 0.0 { sum / trade } else { 0.0 }
        };
    let costs = change.tariff_ratio.outer_iter().zip(change.iceberg_ratio.outer_iter());
    costs.zip(flows.outer_iter()).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::{Adjustment, SectorAge};

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-14
    }

    #[test]
    fn the_elasticity_grows_with_age_to_that_of_the_long_run() {
        let adjustment = Adjustment { phi: vec![0.3, 0.36, 0.45] };
        // 1 + theta = 5: 1.5, 1.8 and half-way to 2.25, less 1.
        assert!(close(adjustment.theta(4.0, 0.0), 0.5) && close(adjustment.theta(4.0, 1.0), 0.8));
        assert!(close(adjustment.theta(4.0, 1.5), 1.025));
        assert!(close(adjustment.theta(4.0, 3.0), 4.0) && close(adjustment.theta(4.0, 50.0), 4.0));
        // Never below 0.3, nor above the long run where that is lower.
        assert!(close(adjustment.theta(2.0, 0.0), 0.3) && close(adjustment.theta(0.2, 0.0), 0.2));
    }

    #[test]
    fn what_is_added_is_new_and_the_rest_a_year_older() {
        let start = SectorAge::default().next(0.02);
        assert_eq!(start, SectorAge { size: 0.02, years: 0.0 });
        // Half as much again: two thirds are one year old.
        let second = start.next(0.03);
        assert!(close(second.years, 2.0 / 3.0));
        assert!(close(second.next(0.03).years, 5.0 / 3.0));
        // Taken back by half, what is left keeps its age.
        assert!(close(second.next(0.015).years, 5.0 / 3.0));
        assert_eq!(second.next(0.0), SectorAge::default());
    }
}
