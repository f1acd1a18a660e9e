//! What `solve` adds to one counterfactual: economies of scale, and the path of capital after the change.

use std::path::{Path, PathBuf};

use clap::Args;
use ndarray::Array1;

use crate::data::{Axes, Files};
use crate::equilibrium::{Equilibrium, NoEquilibrium, PreparedBaseline, ScaleError, Shock};
use crate::error::{Fault, Faults, InputErrors};
use crate::output::solve::PathYear;
use crate::projection::{Capital, scale};

/// Options of capital and scale.
#[derive(Debug, Args)]
pub struct DynamicsArgs {
    /// Economies of scale: sector,psi_theta (0 = constant returns, below 1). The productivity of a sector follows
    /// its size; every sector has a row.
    #[arg(long, value_name = "FILE")]
    pub scale: Option<PathBuf>,
    /// Let capital follow real income after the change: country,capital_share,depreciation_ratio. Writes path.csv.
    #[arg(long, value_name = "FILE", requires = "horizon")]
    pub capital: Option<PathBuf>,
    /// Years after the change in path.csv.
    #[arg(long, value_name = "YEARS", requires = "capital", value_parser = clap::value_parser!(u16).range(1..=500))]
    pub horizon: Option<u16>,
}

/// The files of these options, read and checked.
pub struct Dynamics {
    /// `psi theta`, `[j]`, with the file that it is from.
    scale: Option<(Array1<f64>, String)>,
    capital: Option<Capital>,
    horizon: u16,
}

impl Dynamics {
    /// Reads the files; `inputs` takes name and text of each.
    ///
    /// # Errors
    /// [`InputErrors`] with the faults of both files.
    pub fn read(
        args: &DynamicsArgs,
        axes: &Axes,
        inputs: &mut Vec<(String, String)>,
    ) -> Result<Self, InputErrors> {
        let mut faults = Faults::new();
        let mut text_of = |path: &Path, faults: &mut Faults| match Files::read_named(path) {
            Ok(text) => {
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
                inputs.push((name, text.clone()));
                Some((path.display().to_string(), text))
            }
            Err(fault) => {
                faults.push(fault);
                None
            }
        };
        let scale = args.scale.as_deref().and_then(|path| {
            let (file, text) = text_of(path, &mut faults)?;
            Some((scale::parse(&file, &text, axes, &mut faults), file))
        });
        let capital = args.capital.as_deref().and_then(|path| {
            let (file, text) = text_of(path, &mut faults)?;
            Some(Capital::parse(&file, &text, axes, &mut faults))
        });
        faults.into_result(Self { scale, capital, horizon: args.horizon.unwrap_or(0) })
    }

    /// The baseline with the economies of scale asked for.
    ///
    /// # Errors
    /// [`InputErrors`] where the equilibrium would not be the only one.
    pub fn prepare(&self, prepared: PreparedBaseline) -> Result<PreparedBaseline, InputErrors> {
        let Some((psi_theta, file)) = &self.scale else { return Ok(prepared) };
        prepared.with_scale(psi_theta).map_err(|error| Self::refuse(file, psi_theta, &error, "the baseline"))
    }

    /// Refuses a counterfactual that has others beside it: economies of scale feed on themselves there.
    ///
    /// # Errors
    /// [`InputErrors`] with the sector and the country.
    pub fn check(&self, prepared: &PreparedBaseline, solved: &Equilibrium) -> anyhow::Result<()> {
        let Some((psi_theta, file)) = &self.scale else { return Ok(()) };
        let there = PreparedBaseline::at(solved.rebase(prepared.economy()));
        match there.with_scale(psi_theta) {
            Ok(_) => Ok(()),
            Err(error) => Err(Self::refuse(file, psi_theta, &error, "the counterfactual").into()),
        }
    }

    fn refuse(file: &str, psi_theta: &Array1<f64>, error: &ScaleError, at: &str) -> InputErrors {
        let largest = psi_theta.iter().copied().fold(0.0, f64::max);
        InputErrors::from(Fault {
            file: file.to_owned(),
            line: None,
            field: "psi_theta".into(),
            found: format!("up to {largest}, with which at {at} {error}"),
            expected: "economies of scale with one equilibrium".into(),
            remedy: format!("Lower psi_theta of {}.", error.sector()),
        })
    }

    /// The years after the change, capital following real income; nothing without `--capital`.
    ///
    /// # Errors
    /// [`NoEquilibrium`] if a year could not be solved.
    pub fn path(
        &self,
        prepared: &PreparedBaseline,
        shock: &Shock,
        solved: &Equilibrium,
    ) -> Result<Option<Vec<PathYear>>, Box<NoEquilibrium>> {
        let Some(capital) = &self.capital else { return Ok(None) };
        let base = prepared.economy();
        let static_ln = solved.ln_welfare(base);
        let (mut k, mut last) = (capital.start(), solved.clone());
        let mut years = Vec::new();
        for year in 0..=self.horizon {
            let factor_hat = capital.factor_hat(k.view());
            if year > 0 {
                let shock = Shock { factor_hat: Some(factor_hat.clone()), ..shock.clone() };
                last = prepared.solve_from(&shock, &last.starting_point())?;
            }
            let ln_real_income = last.ln_welfare(base);
            let next = capital.next(k.view(), ln_real_income.view());
            years.push(PathYear {
                year,
                capital_dln: k,
                ln_real_income,
                static_ln: static_ln.clone(),
                factor_hat,
            });
            k = next;
        }
        Ok(Some(years))
    }
}
