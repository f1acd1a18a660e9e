//! The tables of `tradepath optimal` and `tradepath nash`.

use crate::data::Country;
use crate::economy::{Economy, Tariffs};
use crate::equilibrium::optimal::TariffChoice;
use crate::equilibrium::result;
use crate::output::rows::{Text, table};

table! {
    /// Tariffs of the players on goods that they import.
    pub struct ChosenTariff<'a> in "tariffs.csv" by (exporter, importer, sector) {
        /// Country
        exporter: Text<'a>,
        /// Player
        importer: Text<'a>,
        /// Sector
        sector: Text<'a>,
        /// Baseline
        base_tariff_pct: f64 ["pct"],
        /// Chosen
        tariff_pct: f64 ["pct"],
        /// d 100 ln W of the importer by ln(1 + tariff) of all cells that move with this one
        first_order: f64 ["100 ln"],
    }
}

table! {
    /// Changes by country against the baseline.
    pub struct GameOutcome<'a> in "countries.csv" by (iso3) {
        /// Country
        iso3: Text<'a>,
        /// Real income
        welfare_pct: f64 ["pct"],
        /// Wage in the numeraire
        wage_pct: f64 ["pct"],
        /// Baseline
        tariff_revenue_base_musd: f64 ["musd"],
        /// With the tariffs chosen
        tariff_revenue_musd: f64 ["musd"],
    }
}

/// Rows of `tariffs.csv`.
#[must_use]
pub fn tariff_rows<'a>(base: &'a Economy, players: &[usize], choice: &TariffChoice) -> Vec<ChosenTariff<'a>> {
    let pct = |tau: &Tariffs, at: [usize; 3]| 100.0 * (tau[at] - 1.0);
    let name = |at: usize| base.axes.countries[at].iso3.as_str().into();
    let mut rows = Vec::new();
    for &n in players {
        for (j, sector) in base.axes.sectors.iter().enumerate() {
            for i in (0..base.n()).filter(|&i| i != n && base.pi[[j, n, i]] > 0.0) {
                let at = [j, n, i];
                rows.push(ChosenTariff {
                    exporter: name(i),
                    importer: name(n),
                    sector: sector.id.as_str().into(),
                    base_tariff_pct: pct(&base.tau, at),
                    tariff_pct: pct(&choice.tau, at),
                    first_order: 100.0 * choice.first_order[at],
                });
            }
        }
    }
    rows
}

/// Rows of `countries.csv`.
#[must_use]
pub fn country_rows<'a>(base: &'a Economy, choice: &TariffChoice) -> Vec<GameOutcome<'a>> {
    let welfare = choice.equilibrium.ln_welfare(base);
    let revenue = result::base_revenue(base);
    let change = |ln: f64| 100.0 * ln.exp_m1();
    let row = |(n, country): (usize, &'a Country)| GameOutcome {
        iso3: country.iso3.as_str().into(),
        welfare_pct: change(welfare[n]),
        wage_pct: change(choice.equilibrium.ln_wage[n]),
        tariff_revenue_base_musd: revenue[n],
        tariff_revenue_musd: choice.equilibrium.revenue[n],
    };
    base.axes.countries.iter().enumerate().map(row).collect()
}
