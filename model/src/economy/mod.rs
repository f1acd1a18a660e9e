//! Turns checked data into an economy that the equilibrium can be computed for.

use ndarray::{ArcArray, Array1, Array2, Array3, Axis, Ix3, Zip};

use crate::data::{Axes, Dataset, Pair};
use crate::error::{Fault, InputErrors};

/// Trade elasticity given to sectors without one: they are not traded, so that its value has no effect.
const NOT_TRADED_THETA: f64 = 1.0;
/// Largest relative sum of the deficits that is read as rounding.
const DEFICIT_SUM_TOLERANCE: f64 = 1e-6;

/// 1 + tariff, `[j,n,i]`; economies, shocks and equilibria with the same tariffs share them until one is written to.
pub type Tariffs = ArcArray<f64, Ix3>;

/// Shares and levels of one static economy (`docs/model.md` section 1).
///
/// `[j,n,i]` = sector, importer, exporter; `[n,j]` = country, sector; money in million USD.
#[derive(Debug, Clone)]
pub struct Economy {
    /// Countries and sectors.
    pub axes: Axes,
    /// Tariff-inclusive expenditure shares, `[j,n,i]`; sum to 1 over i.
    pub pi: Array3<f64>,
    /// 1 + tariff, `[j,n,i]`.
    pub tau: Tariffs,
    /// Tariff-inclusive expenditure, `[n,j]`.
    pub x_musd: Array2<f64>,
    /// Trade elasticity of each sector, `[j]`.
    pub theta: Array1<f64>,
    /// Value-added share of output, `[n,j]`.
    pub gamma_va: Array2<f64>,
    /// Share of inputs from k in output of j, `[n,j,k]` (inputs contiguous).
    pub gamma_io: Array3<f64>,
    /// Shares of final expenditure, `[n,j]`; sum to 1 over j.
    pub alpha: Array2<f64>,
    /// Value added, `[n]`.
    pub va_musd: Array1<f64>,
    /// Imports minus exports at border prices, `[n]`; sums to 0.
    pub deficit_musd: Array1<f64>,
}

/// An implied final demand below zero that was set to zero.
#[derive(Debug, Clone, PartialEq)]
pub struct CuredDemand {
    /// Country.
    pub country: String,
    /// Sector.
    pub sector: String,
    /// What expenditure less intermediate use is, million USD.
    pub before_musd: f64,
}

impl Economy {
    /// The economy of a data set; final-demand shares and deficits that it does not give are implied.
    ///
    /// # Errors
    /// [`InputErrors`] if an implied final demand is negative, a non-traded sector is traded,
    /// deficits do not sum to zero, or a country produces nothing.
    pub fn from_dataset(data: &Dataset) -> Result<Self, InputErrors> {
        let (economy, cured) = Self::from_dataset_cured(data)?;
        let fault = |cure: &CuredDemand| Fault {
            file: data.files.display("io.csv"),
            line: data.line_naming("io.csv", &cure.country),
            field: format!("implied final demand of {},{}", cure.country, cure.sector),
            found: format!("{:.3} million USD", cure.before_musd),
            expected: "0 or more (expenditure less intermediate use)".into(),
            remedy: "Correct trade.csv or io.csv, give shares in final_demand.csv, or pass \
                     --cure-negative-demand to solve."
                .into(),
        };
        if cured.is_empty() { Ok(economy) } else { Err(InputErrors(cured.iter().map(fault).collect())) }
    }

    /// As [`Self::from_dataset`], but an implied final demand below zero is set to zero.
    ///
    /// The country's other shares then shrink in proportion, so that they sum to one; the data are no
    /// equilibrium under these shares, and the baseline is solved again before anything is compared.
    ///
    /// # Errors
    /// [`InputErrors`] as there, but for negative final demands, which come back as a list.
    pub fn from_dataset_cured(data: &Dataset) -> Result<(Self, Vec<CuredDemand>), InputErrors> {
        let (n, s) = (data.n(), data.s());
        let spending = &data.trade_musd * &data.tariff_factor;
        let x_musd = spending.sum_axis(Axis(2)).reversed_axes().as_standard_layout().into_owned();
        let mut pi = spending;
        for ((j, importer, exporter), share) in pi.indexed_iter_mut() {
            let total = x_musd[[importer, j]];
            *share = match total {
                0.0 => f64::from(u8::from(importer == exporter)),
                total => *share / total,
            };
        }
        let output = data.trade_musd.sum_axis(Axis(1)).reversed_axes();
        let mut gamma_va = data.gamma_va.clone();
        let gamma_io = data.gamma_io.view().permuted_axes([0, 2, 1]).as_standard_layout().into_owned();
        // What rounding took from the shares goes to value added.
        Zip::indexed(&mut gamma_va)
            .for_each(|(c, j), va| *va = 1.0 - gamma_io.slice(ndarray::s![c, j, ..]).sum());
        let va_musd = (&gamma_va * &output).sum_axis(Axis(1));
        let theta = data.axes.sectors.iter().map(|sector| sector.theta.unwrap_or(NOT_TRADED_THETA)).collect();
        let implied_deficit = Array1::from_shape_fn(n, |c| {
            data.trade_musd.index_axis(Axis(1), c).sum() - data.trade_musd.index_axis(Axis(2), c).sum()
        });
        let deficit_musd = data.deficit_musd.clone().unwrap_or(implied_deficit);
        let mut economy = Self {
            axes: data.axes.clone(),
            pi,
            tau: data.tariff_factor.clone().into(),
            x_musd,
            theta,
            gamma_va,
            gamma_io,
            alpha: Array2::zeros((n, s)),
            va_musd,
            deficit_musd,
        };
        let faults = economy.faults(data);
        let cured = match &data.alpha {
            Some(alpha) => {
                economy.alpha = alpha / &alpha.sum_axis(Axis(1)).insert_axis(Axis(1));
                Vec::new()
            }
            None => economy.imply_final_shares(&output.to_owned()),
        };
        if faults.is_empty() { Ok((economy, cured)) } else { Err(InputErrors(faults)) }
    }

    /// Number of countries.
    #[must_use]
    pub fn n(&self) -> usize {
        self.va_musd.len()
    }

    /// Number of sectors.
    #[must_use]
    pub fn s(&self) -> usize {
        self.theta.len()
    }

    /// Flow of a sector at border prices, million USD: `pi X / tau`.
    #[must_use]
    pub fn flow_musd(&self, sector: usize, Pair { importer, exporter }: Pair) -> f64 {
        let at = [sector, importer, exporter];
        self.pi[at] * self.x_musd[[importer, sector]] / self.tau[at]
    }

    /// Output, `[n,j]`, million USD: sales to all countries at border prices.
    #[must_use]
    pub fn output_musd(&self) -> Array2<f64> {
        let mut output = Array2::zeros((self.n(), self.s()));
        for ((j, n, i), _) in self.pi.indexed_iter() {
            output[[i, j]] += self.flow_musd(j, Pair { importer: n, exporter: i });
        }
        output
    }

    /// World value added, million USD.
    #[must_use]
    pub fn world_va_musd(&self) -> f64 {
        self.va_musd.sum()
    }

    /// A country that no chain of trade joins to the first one.
    ///
    /// With `balanced` chains must lead both ways, of exports and of imports: trade can balance everywhere
    /// only where no group of countries exports without importing. Cost: O(N^2 S).
    #[must_use]
    pub fn country_apart(&self, balanced: bool) -> Option<usize> {
        let n = self.n();
        let mut sells = Array2::from_elem((n, n), false);
        for ((j, importer, exporter), share) in self.pi.indexed_iter() {
            sells[[exporter, importer]] |= *share > 0.0 && self.x_musd[[importer, j]] > 0.0;
        }
        let joined = |from: usize, to: usize, outward: bool| match (balanced, outward) {
            (false, _) => sells[[from, to]] || sells[[to, from]],
            (true, true) => sells[[from, to]],
            (true, false) => sells[[to, from]],
        };
        let mut apart = None;
        for outward in [true, false] {
            let (mut reached, mut queue) = (vec![false; n], vec![0]);
            reached[0] = true;
            while let Some(from) = queue.pop() {
                for to in (0..n).filter(|&to| joined(from, to, outward)) {
                    if !std::mem::replace(&mut reached[to], true) {
                        queue.push(to);
                    }
                }
            }
            apart = apart.or_else(|| reached.iter().position(|reached| !reached));
        }
        apart
    }

    fn faults(&self, data: &Dataset) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault =
            |(file, name): (&str, &str), field: String, found: String, expected: &str, remedy: &str| {
                faults.push(Fault {
                    file: data.files.display(file),
                    line: data.line_naming(file, name),
                    field,
                    found,
                    expected: expected.into(),
                    remedy: remedy.into(),
                });
            };
        for (c, country) in data.axes.countries.iter().enumerate() {
            if self.va_musd[c] <= 0.0 {
                fault(
                    ("trade.csv", &country.iso3),
                    format!("value added of {}", country.iso3),
                    self.va_musd[c].to_string(),
                    "more than 0",
                    "Give the country some output in trade.csv, or leave it out.",
                );
            }
        }
        for (j, sector) in data.axes.sectors.iter().enumerate().filter(|(_, sector)| sector.theta.is_none()) {
            let traded: f64 = data
                .trade_musd
                .index_axis(Axis(0), j)
                .indexed_iter()
                .filter(|((n, i), _)| n != i)
                .map(|(_, value)| value)
                .sum();
            if traded > 0.0 {
                fault(
                    ("sectors.csv", &sector.id),
                    format!("theta of {}", sector.id),
                    "empty (not traded)".into(),
                    &format!("a number above 0: trade.csv has {traded} million USD of its trade"),
                    "Give a theta in sectors.csv, or remove the trade.",
                );
            }
        }
        if let Some(c) = self.country_apart(false) {
            fault(
                ("trade.csv", &data.axes.countries[c].iso3),
                format!("trade of {}", data.axes.countries[c].iso3),
                format!("none with {}", data.axes.countries[0].iso3),
                "a chain of trade between all countries: without one relative wages are undefined",
                "Give trade in trade.csv, or leave the country out.",
            );
        }
        let sum = self.deficit_musd.sum();
        if sum.abs() > DEFICIT_SUM_TOLERANCE * self.world_va_musd() {
            fault(
                ("deficits.csv", ""),
                "sum of deficits".into(),
                sum.to_string(),
                "0",
                "Correct deficits.csv.",
            );
        }
        faults
    }

    /// Final demand is what expenditure leaves after intermediate use; lists what was below zero.
    fn imply_final_shares(&mut self, output: &Array2<f64>) -> Vec<CuredDemand> {
        let mut cured = Vec::new();
        for ((n, j), share) in self.alpha.indexed_iter_mut() {
            let used: f64 = (0..output.ncols()).map(|k| self.gamma_io[[n, k, j]] * output[[n, k]]).sum();
            let left = self.x_musd[[n, j]] - used;
            if left < 0.0 && left.abs() > 1e-9 * self.x_musd[[n, j]] {
                cured.push(CuredDemand {
                    country: self.axes.countries[n].iso3.clone(),
                    sector: self.axes.sectors[j].id.clone(),
                    before_musd: left,
                });
            }
            *share = left.max(0.0);
        }
        let totals = self.alpha.sum_axis(Axis(1)).insert_axis(Axis(1));
        self.alpha /= &totals;
        cured
    }
}
