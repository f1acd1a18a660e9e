//! The error of a solve: why no equilibrium was found, or why none can exist.

use super::result::Equilibrium;
use super::shock::Closure;
use crate::economy::Economy;

/// Excess demand relative to world value added at which a solution is accepted.
///
/// The contract asks for 1e-10; one more step of the iteration lets all methods agree to 1e-8 on any economy.
pub const TOLERANCE: f64 = 1e-11;

/// The equilibrium was not found. No partial result exists.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{}", self.text())]
pub struct NoEquilibrium {
    /// Evaluations of the equilibrium conditions in all.
    pub evaluations: usize,
    /// Methods tried, in order.
    pub methods: String,
    /// Country with the largest residual, or the one that the refusal is about.
    pub worst_country: String,
    /// What the residual is of, in words.
    pub measure: &'static str,
    /// The residual that is furthest from its tolerance.
    pub residual: f64,
    /// Residual that was asked for.
    pub tolerance: f64,
    /// Why no equilibrium can exist, where the input was refused before anything was tried.
    pub refusal: Option<String>,
    /// What would help, where the search found that out.
    pub advice: Option<String>,
}

impl NoEquilibrium {
    /// True if another command line or input helps: the input was refused, or deficits stand in the way.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        self.refusal.is_some() || self.advice.is_some()
    }

    fn text(&self) -> String {
        let Self { evaluations, methods, worst_country, measure, residual, tolerance, .. } = self;
        if let Some(refusal) = &self.refusal {
            return format!("no equilibrium exists: {worst_country} {refusal}.");
        }
        let advice = self.advice.clone().unwrap_or_else(|| {
            format!("Check the tariffs and barriers of {worst_country}, or try a smaller change.")
        });
        format!(
            "no equilibrium after {evaluations} evaluations ({methods}): {measure} of {worst_country} is \
             {residual:.1e}, tolerance {tolerance:.0e}. {advice}"
        )
    }

    /// Refuses an economy that cannot be in equilibrium under a closure.
    pub(in crate::equilibrium) fn check(economy: &Economy, closure: &Closure) -> Result<(), Box<Self>> {
        let refuse = |country: usize, refusal: &'static str| {
            Err(Box::new(Self {
                evaluations: 0,
                methods: String::new(),
                worst_country: economy.axes.countries[country].iso3.clone(),
                measure: "excess demand",
                residual: f64::INFINITY,
                tolerance: TOLERANCE,
                refusal: Some(refusal.to_owned()),
                advice: None,
            }))
        };
        if let Some(country) = economy.country_apart(false) {
            return refuse(country, "has no chain of trade with the others, so that its wage is undefined");
        }
        if *closure == Closure::Zero {
            return match economy.country_apart(true) {
                Some(country) => refuse(
                    country,
                    "belongs to a group that only exports or only imports: trade cannot balance",
                ),
                None => Ok(()),
            };
        }
        let income = Equilibrium::base_income(economy);
        match income.iter().position(|income| *income <= 0.0) {
            Some(country) => refuse(country, "has a surplus as large as its income: give smaller deficits"),
            None => Ok(()),
        }
    }
}
