//! Income, and the deficit that each closure puts into it:
//!
//! ```text
//! I'[n] = w_hat[n] VA[n] + R'[n] + D'[n]
//!
//! fixed      D' = D                     zero  D' = 0          given  D' from a file
//! gdp_share  D' = w_hat VA ((1 + rho) xi - 1), rho = D / VA, xi such that sum_n D'[n] = 0
//! ```
//!
//! Where real GDP is given instead of the endowment, value added is that real GDP times the price index of
//! consumption, `prod_j P_hat^alpha`.
//!
//! Source: `docs/model.md` section 2.

use ndarray::Array1;

use super::layout::FlatEconomy;
use super::loaded::LoadedShock;
use super::point::{Evaluated, Point};
use crate::economy::Economy;
use crate::equilibrium::counterfactual::shock::Closure;
use crate::numerics::elementary::exp;

/// How deficits follow from value added, `[n]`, scaled money.
pub enum Deficits {
    /// Given.
    Given(Vec<f64>),
    /// In proportion to what a country spends; holds `rho = D / VA`.
    GdpShare(Vec<f64>),
}

impl Deficits {
    pub fn new(closure: &Closure, economy: &Economy, base: &FlatEconomy) -> Self {
        let scaled = |values: &Array1<f64>, by: &dyn Fn(usize) -> f64| -> Vec<f64> {
            let mut all = vec![0.0; base.shape.stride];
            for (n, value) in values.iter().enumerate() {
                all[n] = value * by(n);
            }
            all
        };
        match closure {
            Closure::Fixed => Self::Given(scaled(&economy.deficit_musd, &|_| base.unit)),
            Closure::Zero => Self::zero(base),
            Closure::Given(deficit) => Self::Given(scaled(deficit, &|_| base.unit)),
            Closure::GdpShare => Self::GdpShare(scaled(&economy.deficit_musd, &|n| 1.0 / economy.va_musd[n])),
        }
    }

    /// Trade in balance.
    pub fn zero(base: &FlatEconomy) -> Self {
        Self::Given(vec![0.0; base.shape.stride])
    }

    /// True if some deficit is not 0, beyond rounding of the data.
    pub fn any(&self) -> bool {
        let (Self::Given(all) | Self::GdpShare(all)) = self;
        all.iter().any(|value| value.abs() > 1e-9)
    }

    /// Writes the deficits `D'` that go with value added `va`.
    #[inline(always)]
    fn write(&self, va: &[f64], deficit: &mut [f64]) {
        match self {
            Self::Given(given) => deficit.copy_from_slice(&given[..deficit.len()]),
            Self::GdpShare(rho) => {
                let (mut unfinanced, mut world) = (0.0, 0.0);
                for (&va, &rho) in va.iter().zip(rho) {
                    unfinanced += va * rho;
                    world += va;
                }
                let one_less_xi = unfinanced / (world + unfinanced);
                for ((deficit, &va), &rho) in deficit.iter_mut().zip(va).zip(rho) {
                    *deficit = va * (rho - one_less_xi * (1.0 + rho));
                }
            }
        }
    }
}

/// Writes value added: wages times endowments, or real GDP times the price index of consumption.
#[inline(always)]
pub fn value_added(base: &FlatEconomy, shock: &LoadedShock, at: Point<'_>, out: &mut Evaluated) {
    let ln_factor = &mut out.va;
    if shock.is_real_gdp {
        ln_factor.fill(0.0);
        let stride = base.shape.stride;
        for (ln_p, alpha) in at.ln_p.chunks_exact(stride).zip(base.alpha.chunks_exact(stride)) {
            for ((ln_index, &ln_p), &alpha) in ln_factor.iter_mut().zip(ln_p).zip(alpha) {
                *ln_index = alpha.mul_add(ln_p, *ln_index);
            }
        }
    } else {
        ln_factor.copy_from_slice(at.ln_w);
    }
    for (va, &endowment) in out.va.iter_mut().zip(&shock.endowment) {
        *va = exp(*va) * endowment;
    }
}

/// Writes deficits `D'` and incomes `I'`, once value added and revenue are known.
#[inline(always)]
pub fn income(base: &FlatEconomy, shock: &LoadedShock, deficits: &Deficits, out: &mut Evaluated) {
    let n = base.shape.n;
    deficits.write(&out.va[..n], &mut out.deficit[..n]);
    for (deficit, &transfer) in out.deficit.iter_mut().zip(&shock.transfer) {
        *deficit += transfer;
    }
    let parts = out.va.iter().zip(&out.deficit).zip(&out.revenue);
    for (income, ((&va, &deficit), &revenue)) in out.income.iter_mut().zip(parts) {
        *income = va + deficit + revenue;
    }
}
