//! `frontier.csv` and its chart: real income as the tariffs of `optimal` and `nash` rise.

use ndarray::Array1;

use crate::economy::Economy;
use crate::equilibrium::frontier::{FrontierPoint, mean_tariff};
use crate::equilibrium::optimal::TariffError;
use crate::equilibrium::{Equilibrium, result};
use crate::output::rows::{Text, table};
use crate::report::charts::frontier::{Frontier, Level};

table! {
    /// Real income and tariff revenue as the tariffs of the players rise from free trade to twice the logs of those
    /// chosen, all together.
    pub struct FrontierRow<'a> in "frontier.csv" by (point, iso3) {
        /// Number of the point, 0 = the baseline itself, then free trade and upwards
        point: usize,
        /// Log tariffs over those chosen: 0 is free trade in goods, 1 the choice; empty for the baseline
        multiple: Option<f64> ["ratio"],
        /// Mean tariff of the players' imports of goods, by imports of the baseline
        mean_tariff_pct: f64 ["pct"],
        /// Country
        iso3: Text<'a>,
        /// yes where the country chooses
        is_player: bool,
        /// Real income against the baseline
        welfare_pct: f64 ["pct"],
        /// The same as equivalent variation
        ev_musd: f64 ["musd"],
        /// Tariff revenue
        tariff_revenue_musd: f64 ["musd"],
    }
}

/// The path of tariffs with its countries.
pub struct Path<'a> {
    /// The baseline.
    pub base: &'a Economy,
    /// Who chooses.
    pub players: &'a [usize],
    /// The points from free trade upwards.
    pub points: &'a [FrontierPoint],
}

impl<'a> Path<'a> {
    /// Rows of `frontier.csv`.
    ///
    /// # Errors
    /// Where a player has no tariff to choose.
    pub fn rows(&self) -> Result<Vec<FrontierRow<'a>>, TariffError> {
        let none = Array1::zeros(self.base.n());
        let base_tariff = mean_tariff(self.base, self.players, &self.base.tau)?;
        let of_base = (None, base_tariff, none.clone(), none, result::base_revenue(self.base));
        let of_points = self.points.iter().map(|point| {
            let welfare = point.equilibrium.ln_welfare(self.base).mapv(|ln| 100.0 * ln.exp_m1());
            let ev = point.equilibrium.equivalent_variation_musd(self.base);
            (Some(point.multiple), point.mean_tariff_pct, welfare, ev, point.equilibrium.revenue.clone())
        });
        let mut rows = Vec::new();
        for (point, (multiple, mean_tariff_pct, welfare, ev, revenue)) in
            std::iter::once(of_base).chain(of_points).enumerate()
        {
            for (n, country) in self.base.axes.countries.iter().enumerate() {
                rows.push(FrontierRow {
                    point,
                    multiple,
                    mean_tariff_pct,
                    iso3: country.iso3.as_str().into(),
                    is_player: self.players.contains(&n),
                    welfare_pct: welfare[n],
                    ev_musd: ev[n],
                    tariff_revenue_musd: revenue[n],
                });
            }
        }
        Ok(rows)
    }

    /// What the chart shows; `data` is the name of the data set.
    ///
    /// # Errors
    /// Where a player has no tariff to choose.
    pub fn shown(&self, data: &str) -> Result<Frontier, TariffError> {
        let income = Equilibrium::base_income(self.base);
        let others: Vec<usize> = (0..self.base.n()).filter(|n| !self.players.contains(n)).collect();
        let level = |point: &FrontierPoint| {
            let ev = point.equilibrium.equivalent_variation_musd(self.base);
            let together = |who: &[usize]| {
                100.0 * who.iter().map(|&n| ev[n]).sum::<f64>() / who.iter().map(|&n| income[n]).sum::<f64>()
            };
            Level {
                mean_tariff_pct: point.mean_tariff_pct,
                real_income_pct: self.players.iter().map(|&n| together(&[n])).collect(),
                players_pct: together(self.players),
                others_pct: (!others.is_empty()).then(|| together(&others)),
            }
        };
        let distance = |point: &FrontierPoint| (point.multiple - 1.0).abs();
        let nearest =
            |&a: &usize, &b: &usize| distance(&self.points[a]).total_cmp(&distance(&self.points[b]));
        let name = |&player: &usize| self.base.axes.countries[player].title().to_owned();
        Ok(Frontier {
            lines: self.players.iter().map(name).collect(),
            levels: self.points.iter().map(level).collect(),
            chosen: (0..self.points.len()).min_by(nearest).unwrap_or(0),
            base_tariff_pct: mean_tariff(self.base, self.players, &self.base.tau)?,
            data: data.to_owned(),
        })
    }
}
