//! Changes of unit costs in general equilibrium under the tariffs of a hindcast.

use std::collections::HashMap;

use ndarray::{Array1, Array2, Array3};

use super::case::{Case, Costs};
use super::elasticities::{Elasticities, Term};
use super::market::Market;
use super::set::{Flow, Set};
use crate::data::{Axes, Country, Dataset, Sector, SectorKind};
use crate::economy::Economy;
use crate::equilibrium::{Closure, Equilibrium, PreparedBaseline, Shock};
use crate::error::{Fault, Faults, InputErrors};

/// `ln c'/c` of each country code of the flows and product.
pub(super) struct CostChanges<'t> {
    /// `[n,j]` of the economy that was solved.
    ln_cost: Array2<f64>,
    /// Position of each code.
    economies: HashMap<&'t str, usize>,
    /// Sectors of each product, with shares; `None` = the only one.
    elasticities: Option<&'t Elasticities<'t>>,
}

impl CostChanges<'_> {
    /// Change of a seller's unit cost of a product; 0 for a seller that the economy has not.
    pub fn of(&self, exporter: &str, product: &str) -> f64 {
        let Some(&i) = self.economies.get(exporter) else { return 0.0 };
        match self.elasticities {
            None => self.ln_cost[[i, 0]],
            Some(known) => {
                known.sectors(product).iter().map(|&(j, share)| share * self.ln_cost[[i, j]]).sum()
            }
        }
    }
}

/// What a hindcast changes in an economy.
pub(super) struct Setting<'t> {
    pub case: &'t Case,
    pub set: &'t Set,
    pub markets: &'t [Market<'t>],
    pub elasticities: &'t Elasticities<'t>,
    /// Economy of the data set of each code.
    pub partners: &'t HashMap<String, String>,
}

impl<'t> Setting<'t> {
    /// Solves the economy of the case for the elasticities of each term.
    ///
    /// # Errors
    /// If the economy of the base year is faulty, or an equilibrium is not found.
    pub fn solve(&self, data: &Dataset) -> anyhow::Result<Vec<CostChanges<'t>>> {
        match self.case.costs {
            Costs::Default => self.in_data_set(data),
            Costs::Own { value_added_share } => self.in_flows(value_added_share),
        }
    }

    /// The data set, with the tariffs of the base year in the cells of the importers.
    fn in_data_set(&self, data: &Dataset) -> anyhow::Result<Vec<CostChanges<'t>>> {
        let place = |code: &str| {
            self.partners.get(code).and_then(|economy| data.axes.country_idx.get(economy)).copied()
        };
        let years = [self.case.base_year, self.case.target_year];
        let [from, to] = self.tariffs(years.map(|year| self.set.year(year)), data, place);
        let mut data = data.clone();
        let is_known = |tau: &f64| *tau > 0.0;
        data.tariff_factor.zip_mut_with(&from, |tau, known| {
            if is_known(known) {
                *tau = *known;
            }
        });
        // Another tariff moves implied final demand a little; what falls below zero is set to zero.
        let (economy, _) = Economy::from_dataset_cured(&data)?;
        let mut tau = economy.tau.clone();
        tau.zip_mut_with(&to, |tau, known| {
            if is_known(known) {
                *tau = *known;
            }
        });
        let ages = self.ages_of_sectors(economy.s());
        let prepared = PreparedBaseline::new(economy, Closure::Fixed)?;
        let codes: HashMap<&str, usize> =
            self.codes().filter_map(|code| Some((code, place(code)?))).collect();
        let mut found = Vec::new();
        for term in Term::ALL {
            let theta = (term == Term::Adjusted).then(|| {
                let theta = |j: usize| match ages[j] {
                    Some(age) => self.elasticities.of_sector(j, term, age),
                    None => prepared.economy().theta[j],
                };
                Array1::from_shape_fn(ages.len(), theta)
            });
            let solved = prepared.solve(&Shock { tau: Some(tau.clone()), theta, ..Shock::default() })?;
            found.push(CostChanges {
                ln_cost: solved.ln_cost,
                economies: codes.clone(),
                elasticities: Some(self.elasticities),
            });
        }
        Ok(found)
    }

    /// 1 + tariff of the cells that the flows are about in two years, `[j,n,i]`, weighted by the flows of the first;
    /// 0 elsewhere.
    fn tariffs(
        &self,
        years: [usize; 2],
        data: &Dataset,
        place: impl Fn(&str) -> Option<usize>,
    ) -> [Array3<f64>; 2] {
        let zeros = || Array3::<f64>::zeros(data.trade_musd.dim());
        let (mut weight, mut sums) = (zeros(), [zeros(), zeros()]);
        for market in self.markets {
            let Some(n) = place(market.importer) else { continue };
            for flow in market.flows.iter().filter(|flow| flow.imports[years[0]] > 0.0) {
                let Some(i) = place(&flow.exporter).filter(|&i| i != n) else { continue };
                for &(j, share) in self.elasticities.sectors(market.product) {
                    let w = share * flow.imports[years[0]];
                    weight[[j, n, i]] += w;
                    for (sum, year) in sums.iter_mut().zip(years) {
                        sum[[j, n, i]] += w * flow.ln_tariff[year].exp();
                    }
                }
            }
        }
        sums.map(|sum| {
            let mut mean = sum;
            mean.zip_mut_with(&weight, |sum, w| *sum = if *w > 0.0 { *sum / w } else { 0.0 });
            mean
        })
    }

    /// Age of the change in each sector, `[j]`: the mean over its products, by trade and size; `None` = no change.
    fn ages_of_sectors(&self, n_sectors: usize) -> Vec<Option<f64>> {
        let base = self.set.year(self.case.base_year);
        let mut sums = vec![(0.0, 0.0); n_sectors];
        for market in self.markets {
            let trade: f64 = market.flows.iter().map(|flow| flow.imports[base]).sum();
            let age = self.elasticities.age(market.product);
            for &(j, share) in self.elasticities.sectors(market.product) {
                let w = share * trade * age.size;
                sums[j].0 += w * age.years;
                sums[j].1 += w;
            }
        }
        sums.into_iter().map(|(sum, w)| (w > 0.0).then(|| sum / w)).collect()
    }

    /// Codes of sellers and importers.
    fn codes(&self) -> impl Iterator<Item = &'t str> + use<'_, 't> {
        let flows = self.markets.iter().flat_map(|market| market.flows.iter().copied());
        flows.flat_map(|flow| [flow.exporter.as_str(), flow.importer.as_str()])
    }

    /// A fault for each country that sells or buys nothing in a year: its economy would have no shares.
    fn check_traded(&self, year: usize, codes: &[&str]) -> Result<(), InputErrors> {
        let mut faults = Faults::new();
        for code in codes {
            let sum = |is_its: &dyn Fn(&Flow) -> bool| -> f64 {
                self.set.flows.iter().filter(|flow| is_its(flow)).map(|flow| flow.imports[year]).sum()
            };
            let (bought, sold) = (sum(&|flow| flow.importer == *code), sum(&|flow| flow.exporter == *code));
            if bought <= 0.0 || sold <= 0.0 {
                let found = format!("{code} buys {bought} and sells {sold} in {}", self.set.years[year]);
                let expected = "sales and purchases above 0 of every importer of the set";
                let remedy = "Add its flows, home sales included, or leave it out.";
                faults.push(Fault::of_file("flows.csv", "imports", &found, expected, remedy));
            }
        }
        faults.into_result(())
    }

    /// An economy of one sector, made of the flows of the base year with home sales.
    fn in_flows(&self, value_added_share: f64) -> anyhow::Result<Vec<CostChanges<'t>>> {
        let years = [self.case.base_year, self.case.target_year].map(|year| self.set.year(year));
        let mut codes: Vec<&str> = self.set.flows.iter().map(|flow| flow.importer.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        let at: HashMap<&str, usize> = codes.iter().enumerate().map(|(at, code)| (*code, at)).collect();
        let product = self.markets.first().map_or("", |market| market.product);
        let theta = |term| self.elasticities.of(product, term, None);
        self.check_traded(years[0], &codes)?;
        let economy = one_sector(&at, &self.set.flows, years[0], (theta(Term::LongRun), value_added_share));
        let mut tau = economy.tau.clone();
        for flow in &self.set.flows {
            if let (Some(&i), Some(&n)) = (at.get(flow.exporter.as_str()), at.get(flow.importer.as_str())) {
                tau[[0, n, i]] = flow.ln_tariff[years[1]].exp();
            }
        }
        let prepared = PreparedBaseline::new(economy, Closure::Fixed)?;
        let mut found = Vec::new();
        for term in Term::ALL {
            let theta = Some(Array1::from_elem(1, theta(term)));
            let solved: Equilibrium =
                prepared.solve(&Shock { tau: Some(tau.clone()), theta, ..Shock::default() })?;
            found.push(CostChanges { ln_cost: solved.ln_cost, economies: at.clone(), elasticities: None });
        }
        Ok(found)
    }
}

/// The economy of one sector whose flows at border prices are those of a year.
///
/// Deficits are what imports exceed exports by; all final demand is for the one sector.
fn one_sector(
    at: &HashMap<&str, usize>,
    flows: &[Flow],
    year: usize,
    (theta, value_added_share): (f64, f64),
) -> Economy {
    let n = at.len();
    let (mut trade, mut tau) = (Array2::<f64>::zeros((n, n)), Array3::<f64>::ones((1, n, n)));
    for flow in flows {
        if let (Some(&exporter), Some(&importer)) =
            (at.get(flow.exporter.as_str()), at.get(flow.importer.as_str()))
        {
            trade[[importer, exporter]] += flow.imports[year];
            tau[[0, importer, exporter]] = flow.ln_tariff[year].exp();
        }
    }
    let spending = &trade * &tau.index_axis(ndarray::Axis(0), 0);
    let x_musd = spending.sum_axis(ndarray::Axis(1)).insert_axis(ndarray::Axis(1));
    let pi = (&spending / &x_musd).insert_axis(ndarray::Axis(0));
    let output = trade.sum_axis(ndarray::Axis(0));
    let mut countries: Vec<(usize, &str)> = at.iter().map(|(code, at)| (*at, *code)).collect();
    countries.sort_unstable();
    let country =
        |code: &str| Country { iso3: code.to_owned(), name: code.to_owned(), region: String::new() };
    let sector = Sector {
        id: "all".into(),
        name: "all".into(),
        kind: SectorKind::Goods,
        theta: Some(theta),
        theta_se: None,
    };
    Economy {
        axes: Axes::new(countries.into_iter().map(|(_, code)| country(code)).collect(), vec![sector]),
        pi,
        tau: tau.into(),
        x_musd,
        theta: Array1::from_elem(1, theta),
        gamma_va: Array2::from_elem((n, 1), value_added_share),
        gamma_io: Array3::from_elem((n, 1, 1), 1.0 - value_added_share),
        alpha: Array2::ones((n, 1)),
        va_musd: value_added_share * &output,
        deficit_musd: trade.sum_axis(ndarray::Axis(1)) - &output,
    }
}
