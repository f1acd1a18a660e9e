//! One evaluation of all conditions at a point, in the order in which they feed each other.
//!
//! Cost: three passes over the N N S weights, two over the N S S input shares and 2 N S powers. Allocates nothing.

use pulp::{Arch, Simd, WithSimd};

use super::acceptance::Norms;
use super::balance::balance;
use super::costs::unit_costs;
use super::income::{Deficits, income, value_added};
use super::layout::FlatEconomy;
use super::loaded::LoadedShock;
use super::point::{Evaluated, Point};
use super::prices::{price_powers, price_residuals};
use super::revenue::tariff_revenue;
use super::sales::output;
use super::scale::productivity_residuals;
use super::spending::spending;
use crate::stop;

/// The conditions under one shock and one closure.
#[derive(Clone, Copy)]
pub struct Conditions<'a> {
    pub base: &'a FlatEconomy,
    pub shock: &'a LoadedShock,
    pub deficits: &'a Deficits,
}

impl Conditions<'_> {
    /// Evaluates all conditions at the unknowns `z`; sizes of the residuals.
    pub fn evaluate(self, z: &[f64], out: &mut Evaluated) -> Norms {
        stop::check();
        let at = Point::new(self.base.shape, z);
        Arch::new().dispatch(Evaluation { conditions: self, at, out })
    }
}

struct Evaluation<'a> {
    conditions: Conditions<'a>,
    at: Point<'a>,
    out: &'a mut Evaluated,
}

impl WithSimd for Evaluation<'_> {
    type Output = Norms;
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Norms {
        let Self { conditions: Conditions { base, shock, deficits }, at, out } = self;
        unit_costs(simd, base, shock, at, out);
        price_powers(simd, base, shock, out);
        price_residuals(base, shock, at, out);
        output(simd, base, shock, at, out);
        productivity_residuals(base, shock, at, out);
        tariff_revenue(simd, base, shock, out);
        value_added(base, shock, at, out);
        income(base, shock, deficits, out);
        spending(simd, base, at, out);
        balance(base, shock, out);
        Norms::measure(base, shock, out)
    }
}
