//! Years: the baseline path, and one counterfactual of one year against it (`docs/model.md` section 6).
//!
//! Each year of the path is an equilibrium of its own, solved from the year before with the real-GDP
//! growth of the growth table and the trade costs that the memberships known at the start give; a counterfactual
//! of that year is measured against it. Growth of the baseline is exogenous; in counterfactuals [`Capital`] follows real
//! income and trade answers slowly ([`Adjustment`]), with what earlier years left ([`Heritage`]).

mod accounts;
mod adjustment;
mod capital;
mod growth;
mod labour;
mod levels;
mod outcome;
pub mod scale;

use std::ops::RangeInclusive;
use std::sync::{Arc, OnceLock};

use ndarray::{Array1, Array2};

pub use accounts::{Accounts, BaseAccounts};
pub use adjustment::{Adjustment, SectorAge, sizes as change_sizes};
pub use capital::Capital;
pub use growth::Growth;
pub use labour::{JobYear, Labour};
pub use levels::Level;
pub use outcome::{Heritage, Outcome};

use crate::economy::Economy;
use crate::equilibrium::{Closure, Equilibrium, NoEquilibrium, PreparedBaseline, ScaleError, Shock};
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
    /// `d ln W / d ln F`, `[n,m]`, once it is asked for.
    by_factor: Arc<OnceLock<Option<Array2<f64>>>>,
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

    /// The same path with external economies of scale `psi theta` `[j]` in the counterfactuals of the years from
    /// `first` on; the baseline of a year is as it was.
    ///
    /// # Errors
    /// [`ScaleError`] where the equilibrium of a year would not be the only one.
    pub fn with_scale(mut self, psi_theta: &Array1<f64>, first: i16) -> Result<Self, ScaleError> {
        for year in self.years.iter_mut().filter(|year| year.year >= first) {
            year.prepared = year.prepared.with_scale(psi_theta)?;
        }
        Ok(self)
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
        Self { year, prepared, ln_price_level, accounts, by_factor: Arc::default() }
    }

    /// The year where factor supply is `exp(ln_factor)` times as large, `[n]`, and deficits keep their share of value added.
    /// What factors add to real income stays that of this baseline, to first order.
    ///
    /// # Errors
    /// [`NoEquilibrium`] if it could not be solved.
    pub fn with_factors(&self, ln_factor: &Array1<f64>) -> Result<Self, Box<NoEquilibrium>> {
        Ok(self.moved_to(&self.solve_factors(ln_factor)?))
    }

    /// The equilibrium of [`Self::with_factors`].
    pub(crate) fn solve_factors(&self, ln_factor: &Array1<f64>) -> Result<Equilibrium, Box<NoEquilibrium>> {
        let shock = Shock { factor_hat: Some(ln_factor.mapv(f64::exp)), ..Shock::default() };
        self.prepared.with_closure(Closure::GdpShare).solve(&shock)
    }

    /// The year with an equilibrium near by as its baseline.
    pub(crate) fn moved_to(&self, solved: &Equilibrium) -> Self {
        let economy = self.prepared.economy();
        let ln_price_level = &self.ln_price_level + &solved.ln_price_index(economy);
        let prepared = self.prepared.near(solved.rebase(economy));
        let by_factor = Arc::clone(&self.by_factor);
        Self { by_factor, ..Self::new(self.year, prepared, ln_price_level) }
    }

    /// The outcome of this year under a shock, against this baseline.
    ///
    /// # Errors
    /// [`NoEquilibrium`] if the counterfactual could not be solved.
    pub fn outcome(&self, shock: &Shock) -> Result<Outcome, Box<NoEquilibrium>> {
        let solved = self.prepared.solve(shock)?;
        Ok(Outcome::measure(self, &solved, &Heritage::none(self.prepared.economy().n())))
    }

    /// What a change of factor supply `[m]`, in logs, adds to log real income, `[n]`, to first order at the baseline.
    ///
    /// `None` where real income has no derivatives.
    #[must_use]
    pub fn real_income_of_factors(&self, ln_factor: &Array1<f64>) -> Option<Array1<f64>> {
        self.by_factor().as_ref().map(|by_factor| by_factor.dot(ln_factor))
    }

    /// Computes what [`Self::real_income_of_factors`] needs. To be called before threads ask for it: a thread that
    /// waited for others in the middle of this could be given work that asks for it as well.
    pub fn prepare_factors(&self) {
        let _ = self.by_factor();
    }

    fn by_factor(&self) -> &Option<Array2<f64>> {
        self.by_factor.get_or_init(|| {
            let still = Shock::default();
            let solved = self.prepared.solve(&still).ok()?;
            let sensitivity = self.prepared.sensitivity(&still, &solved);
            let n = self.prepared.economy().n();
            Array2::from_shape_vec((n, n), sensitivity.by_ln_factor()?.concat()).ok()
        })
    }
}
