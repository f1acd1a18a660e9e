//! Everything that one search writes to.

use pulp::{Arch, Simd, WithSimd};

use crate::economy::Economy;
use crate::equilibrium::conditions::acceptance::Norms;
use crate::equilibrium::conditions::evaluate::Conditions;
use crate::equilibrium::conditions::income::Deficits;
use crate::equilibrium::conditions::layout::{FlatEconomy, Shape};
use crate::equilibrium::conditions::loaded::LoadedShock;
use crate::equilibrium::conditions::point::{Evaluated, Point};
use crate::equilibrium::counterfactual::result::StartingPoint;
use crate::equilibrium::counterfactual::shock::Shock;
use crate::equilibrium::linearised::linear::Linear;
use crate::equilibrium::linearised::preconditioner::Preconditioner;
use crate::equilibrium::quota::wedges::Wedges;
use crate::numerics::aligned::Aligned;
use crate::numerics::anderson::Anderson;

/// Longest step of a log wage; longer ones are cut in proportion.
const LONGEST_STEP: f64 = 1.0;

/// A loaded shock, the unknowns, and the values of the conditions; kept between searches.
pub struct Workspace {
    pub shock: LoadedShock,
    /// Quotas of the shock, where it has some.
    pub quotas: Option<Wedges>,
    pub at: Evaluated,
    /// Log wages, log prices, expenditure: see [`Point`].
    pub z: Aligned<f64>,
    /// The next step of the unknowns.
    pub step: Aligned<f32>,
    anderson: Anderson,
}

impl Workspace {
    pub fn new(base: &FlatEconomy) -> Self {
        let len = base.shape.unknowns();
        Self {
            shock: LoadedShock::new(base),
            quotas: None,
            at: Evaluated::new(base.shape),
            z: Aligned::filled(0.0, len),
            step: Aligned::filled(0.0, len),
            anderson: Anderson::new(len),
        }
    }

    /// Loads a shock in place of the one before; the unknowns stay.
    pub fn load(&mut self, base: &FlatEconomy, economy: &Economy, shock: &Shock) {
        self.shock.load(base, economy, shock);
        let has_quotas = !shock.quotas.is_empty();
        self.quotas = has_quotas.then(|| Wedges::new(base, economy, shock, &mut self.shock));
    }

    /// No change of wages and prices, expenditure of the data.
    pub fn start_at_baseline(&mut self, base: &FlatEconomy) {
        self.z.fill(0.0);
        self.spending_mut(base.shape).copy_from_slice(&base.x);
    }

    /// Wages, prices and expenditure of an equilibrium.
    pub fn start_at(&mut self, base: &FlatEconomy, start: &StartingPoint) {
        let Shape { stride, .. } = base.shape;
        let block = base.shape.block();
        self.z.fill(0.0);
        for (c, ln_wage) in start.ln_wage.iter().enumerate() {
            self.z[c] = *ln_wage;
            for (j, ln_price) in start.ln_price.row(c).iter().enumerate() {
                self.z[stride + j * stride + c] = *ln_price;
                self.z[stride + block + j * stride + c] = base.unit * start.x_musd[[c, j]];
            }
        }
        if let Some(ln_scale) = start.ln_scale.as_ref().filter(|_| base.scale.is_some()) {
            for ((c, j), ln_s) in ln_scale.indexed_iter() {
                self.z[stride + 2 * block + j * stride + c] = *ln_s;
            }
        }
    }

    /// Log prices of the point, to write to.
    pub fn ln_prices_mut(&mut self, shape: Shape) -> &mut [f64] {
        &mut self.z[shape.stride..shape.stride + shape.block()]
    }

    /// Expenditure of the point, to write to.
    pub fn spending_mut(&mut self, shape: Shape) -> &mut [f64] {
        &mut self.z[shape.stride + shape.block()..][..shape.block()]
    }

    /// Evaluates all conditions at the point, with the wedges of quotas that belong to it.
    pub fn evaluate(&mut self, base: &FlatEconomy, deficits: &Deficits) -> Norms {
        let Self { shock, quotas, at, z, .. } = self;
        let is_settled = quotas.as_mut().is_none_or(|quotas| quotas.settle(base, shock, z));
        let mut norms = Conditions { base, shock, deficits }.evaluate(z, at);
        if !is_settled {
            norms.price = f64::INFINITY;
        }
        norms
    }

    /// Begins a new history of accelerated steps.
    pub fn restart(&mut self) {
        self.anderson.restart();
    }

    /// One preconditioned and accelerated step from the last evaluation.
    pub fn accelerate(&mut self, shape: Shape, preconditioner: &Preconditioner) {
        Arch::new().dispatch(Acceleration { workspace: self, shape, preconditioner });
    }

    /// Cuts the step where its largest change of a log wage is above [`LONGEST_STEP`].
    #[inline(always)]
    pub fn limit_step(&mut self, shape: Shape) {
        let wages = &self.step[..shape.stride];
        let longest = wages.iter().fold(LONGEST_STEP, |longest, wage| longest.max(f64::from(*wage).abs()));
        if longest > LONGEST_STEP {
            let scale = (LONGEST_STEP / longest) as f32;
            self.step.iter_mut().for_each(|value| *value *= scale);
        }
    }

    /// The linearised system at the last evaluation.
    pub fn linear<'f>(&self, base: &'f FlatEconomy, deficits: &Deficits) -> Linear<'f> {
        Linear::new(base, &self.shock, deficits, Point::new(base.shape, &self.z).x, &self.at)
    }
}

struct Acceleration<'a> {
    workspace: &'a mut Workspace,
    shape: Shape,
    preconditioner: &'a Preconditioner,
}

impl WithSimd for Acceleration<'_> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { workspace, shape, preconditioner } = self;
        preconditioner.step_in(simd, workspace.at.residuals.all(), &mut workspace.step);
        workspace.limit_step(shape);
        workspace.anderson.advance(&mut workspace.z, &mut workspace.step);
    }
}
