//! What an option insures against: a year in which trade in some goods is restricted, but not among its members.
//!
//! ```text
//! loss = 1 - W(restricted) / W(calm)      at the end of the reference path, of an option and of the reference option
//! avoided = loss of the reference option - loss of the option;      expected in a year = chance x avoided
//! ```
//!
//! A restriction is a level of `barrier_changes.csv` that spares the trade among members of an agreement.

use jiff::civil::date;
use ndarray::Array1;

use super::carried::Carried;
use super::counts::RunError;
use super::draw_year::DrawYear;
use super::experiment::Experiment;
use super::options::OptionRun;
use super::parameters::DrawnParameters;
use crate::data::Pair;
use crate::equilibrium::{Equilibrium, NoEquilibrium};
use crate::numerics::parallel;
use crate::policy::{Insured, MeasureKind};

/// Factor of a level as its table says, in thousandths.
const AS_WRITTEN: u32 = 1000;

/// What one option is worth in a year of one restriction, by country.
#[derive(Debug, Clone)]
pub struct Insurance {
    /// Position of the option in the plan.
    pub option: usize,
    /// The restriction, as in `barrier_changes.csv`.
    pub change: String,
    /// Chance of such a year; `None` where the table has none.
    pub chance_a_year: Option<f64>,
    /// Loss of real income under the reference option, percent, `[n]`.
    pub loss_without_pct: Array1<f64>,
    /// Loss of real income under the option, percent, `[n]`.
    pub loss_with_pct: Array1<f64>,
    /// Imports of the restricted goods that are lost under the reference option, less those lost under the option, `[n]`,
    /// million USD.
    pub imports_kept_musd: Array1<f64>,
}

/// What a restriction does to the world of one option.
struct Loss {
    pct: Array1<f64>,
    imports_musd: Array1<f64>,
}

impl Experiment {
    /// What all options but the reference option insure against, in the last year of the plan, which begins with `past`.
    ///
    /// # Errors
    /// [`RunError`] if a state has no equilibrium.
    pub(super) fn insurances(&self, past: &Carried) -> Result<Vec<Insurance>, RunError> {
        let reference = self.options.iter().position(|option| option.spec.id == self.plan.reference_option);
        let reference = reference.expect("a checked plan has its reference option");
        let mut found = Vec::new();
        for insured in self.book.barrier_changes.insured() {
            let loss = |(at, option): (usize, &OptionRun)| {
                self.loss(option, past.reference().track(at, 0), &insured).map_err(|source| {
                    let (option, year) = (option.spec.id.clone(), self.plan.years[1]);
                    RunError::NoEquilibrium { option, draw: "reference path".into(), year, source }
                })
            };
            let losses = parallel::try_map(self.options.len(), |at| loss((at, &self.options[at])))?;
            found.extend((0..losses.len()).filter(|at| *at != reference).map(|option| Insurance {
                option,
                change: insured.change.to_owned(),
                chance_a_year: insured.chance_a_year,
                loss_without_pct: losses[reference].pct.clone(),
                loss_with_pct: losses[option].pct.clone(),
                imports_kept_musd: &losses[reference].imports_musd - &losses[option].imports_musd,
            }));
        }
        Ok(found)
    }

    /// The last year of an option's reference path with and without the restriction.
    fn loss(
        &self,
        option: &OptionRun,
        past: &[f64],
        insured: &Insured<'_>,
    ) -> Result<Loss, Box<NoEquilibrium>> {
        let (year, central) = (self.plan.years[1], DrawnParameters::central());
        let mut draw = DrawYear::on_path(self, year, &central);
        let mut solved = |permille: u32| {
            let mut timeline = option.reference.policy.clone();
            let name = insured.change;
            timeline.set_measure(MeasureKind::Barrier, name, permille, date(year, 1, 1));
            let shock = draw.shock_of(&timeline, past);
            draw.base.prepared.solve(&shock)
        };
        let (calm, restricted) = (solved(0)?, solved(AS_WRITTEN)?);
        let economy = self.baseline_year(year).prepared.economy();
        let ln_loss = calm.ln_welfare(economy) - restricted.ln_welfare(economy);
        let imports = |of: &Equilibrium| imports_musd(of, economy.n(), &insured.sectors);
        Ok(Loss {
            pct: ln_loss.mapv(|ln| -100.0 * (-ln).exp_m1()),
            imports_musd: imports(&calm) - imports(&restricted),
        })
    }
}

/// Imports of `sectors` at border prices, `[n]`, million USD.
fn imports_musd(solved: &Equilibrium, n: usize, sectors: &[usize]) -> Array1<f64> {
    Array1::from_shape_fn(n, |importer| {
        let exporters = (0..n).filter(|&exporter| exporter != importer);
        let of_exporter =
            |exporter| sectors.iter().map(|&j| solved.flow_musd(j, Pair { importer, exporter })).sum::<f64>();
        exporters.map(of_exporter).sum()
    })
}
