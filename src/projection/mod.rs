//! Years: the baseline path, and one counterfactual of one year against it (`docs/model.md` section 6).
//!
//! Each year of the path is an equilibrium of its own, solved from the year before with the real-GDP
//! growth of the growth table and the trade costs that the memberships known at the start give; a counterfactual
//! of that year is measured against it. Capital does not accumulate: growth is exogenous.

mod accounts;
mod capital;
mod growth;
mod levels;
mod outcome;
pub mod scale;

use std::ops::RangeInclusive;

use ndarray::Array1;

pub use accounts::{Accounts, BaseAccounts};
pub use capital::Capital;
pub use growth::Growth;
pub use levels::Level;
pub use outcome::Outcome;

use crate::economy::Economy;
use crate::equilibrium::{Closure, NoEquilibrium, PreparedBaseline, Shock};
use crate::policy::{PolicyBook, PolicyParameters, Regimes};

/// One year of the baseline path.
pub struct BaselineYear {
    /// Calendar year.
    pub year: i16,
    /// The year's economy, ready for counterfactuals.
    pub prepared: PreparedBaseline,
    /// Log consumption price level since the base year, `[n]`.
    pub ln_price_level: Array1<f64>,
    /// What outcomes are compared with.
    pub accounts: BaseAccounts,
}

/// The baseline from the base year of the data to a last year.
pub struct BaselinePath {
    /// Years in order, the base year first.
    pub years: Vec<BaselineYear>,
}

impl BaselinePath {
    /// Solves the path of `years`, of which the first is the base year, year by year.
    ///
    /// Value added deflated by the consumption price index meets the growth table exactly; deficits
    /// keep their share of value added; tariffs and barriers are those of the policy tables' own memberships.
    ///
    /// # Errors
    /// [`NoEquilibrium`] if a year could not be solved.
    pub fn solve(
        economy: Economy,
        years: RangeInclusive<i16>,
        growth: &Growth,
        book: &PolicyBook,
    ) -> Result<Self, Box<NoEquilibrium>> {
        let (base_year, last_year) = years.into_inner();
        let regimes = Regimes::new(book, &book.initial);
        let costs_of = |year| book.year_costs(&regimes, year, PolicyParameters::default());
        let mut costs = costs_of(base_year);
        let ln_price_level = Array1::zeros(economy.n());
        let prepared = PreparedBaseline::new(economy, Closure::Fixed)?;
        let mut years = vec![BaselineYear::new(base_year, prepared, ln_price_level)];
        for year in base_year + 1..=last_year {
            let before = &years[years.len() - 1];
            let next = costs_of(year);
            let shock = Shock {
                real_gdp_hat: Some(growth.ratios(year)),
                iceberg_hat: Some(&next.iceberg_factor / &costs.iceberg_factor),
                tau: Some(next.tariff_factor.clone().into()),
                ..Shock::default()
            };
            costs = next;
            let solved = before.prepared.with_closure(Closure::GdpShare).solve(&shock)?;
            let economy = before.prepared.economy();
            let ln_price_level = &before.ln_price_level + &solved.ln_price_index(economy);
            let prepared = PreparedBaseline::new(solved.rebase(economy), Closure::Fixed)?;
            years.push(BaselineYear::new(year, prepared, ln_price_level));
        }
        Ok(Self { years })
    }

    /// The year `year` of the path.
    #[must_use]
    pub fn year(&self, year: i16) -> Option<&BaselineYear> {
        self.years.iter().find(|candidate| candidate.year == year)
    }
}

impl BaselineYear {
    fn new(year: i16, prepared: PreparedBaseline, ln_price_level: Array1<f64>) -> Self {
        let accounts = BaseAccounts::new(prepared.economy());
        Self { year, prepared, ln_price_level, accounts }
    }

    /// The outcome of this year under a shock, against this baseline.
    ///
    /// # Errors
    /// [`NoEquilibrium`] if the counterfactual could not be solved.
    pub fn outcome(&self, shock: &Shock) -> Result<Outcome, Box<NoEquilibrium>> {
        Ok(Outcome::measure(self, &self.prepared.solve(shock)?))
    }
}
