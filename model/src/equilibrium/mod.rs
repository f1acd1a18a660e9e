//! The static equilibrium in changes (`docs/model.md` sections 2 and 3; Caliendo & Parro 2015, eq. 10-14).
//!
//! [`PreparedBaseline`] is built once from an [`Economy`](crate::economy::Economy) and solves many [`Shock`]s. The
//! unknowns are log wages `[n]`, log prices `[n,j]` and expenditure `[n,j]`, found together.
//!
//! | equation of `docs/model.md` section 2 | file | function |
//! | --- | --- | --- |
//! | `kappa_hat` and the weights `pi A_hat kappa_hat^-theta` | `conditions/changed_cells.rs`, `conditions/weights.rs` | `weigh`, `TradeWeights::load` |
//! | unit costs `c_hat` | `conditions/costs.rs` | `unit_costs` |
//! | price indices `P_hat` | `conditions/prices.rs` | `price_powers`, `price_residuals` |
//! | shares `pi'` | `conditions/sales.rs` | `shares` |
//! | economies of scale (section 6) | `conditions/scale.rs` | `productivity_residuals` |
//! | output `Y'` | `conditions/sales.rs` | `output` |
//! | tariff revenue `R'` | `conditions/revenue.rs` | `tariff_revenue` |
//! | income `I'`, deficits `D'` of each closure | `conditions/income.rs` | `income`, `Deficits` |
//! | expenditure `X'` | `conditions/spending.rs` | `spending` |
//! | balance of trade, numeraire, Walras' law | `conditions/balance.rs` | `balance` |
//! | all of them in order, and when they hold | `conditions/evaluate.rs`, `conditions/acceptance.rs` | `Conditions::evaluate`, `Norms::score` |
//! | welfare `W_hat`, equivalent variation, creation and diversion of trade | `counterfactual/result.rs` | [`Equilibrium`] |
//! | decompositions, first order and exact | `studies/decompose.rs` | [`decompose::first_order`], [`decompose::exact`] |
//! | a welfare change by source | `studies/attribution.rs` | [`attribution::attribute`] |
//! | tariff-rate quotas (section 4) | `quota/demand.rs`, `quota/wedges.rs` | `Demand::clear`, `Wedges::settle` |
//!
//! Rooms, each of which uses only those above it:
//!
//! * `counterfactual`: the words, without numerics: shock, closure, quota, result, failure.
//! * `conditions`: one file an equation, and the arrays that they read and write.
//! * `linearised`: derivatives of the conditions; the preconditioner of the search.
//! * `quota`: wedges of tariff-rate quotas, solved in every evaluation.
//! * `search`: the methods, one file each, and the order in which they are tried.
//! * `prepared`: [`PreparedBaseline`], the face of the rooms above.
//! * `studies`: what is asked of many equilibria: decomposition, sensitivity, optimal tariffs.
//!
//! Speed: an evaluation makes three passes over the N N S weights, two over the N S S input shares and takes 2 N S
//! powers. Products run in vectors of the machine ([`numerics::products`](crate::numerics::products)); results do not
//! depend on their width.

mod conditions;
mod counterfactual;
mod linearised;
mod prepared;
mod quota;
mod search;
mod studies;

pub use counterfactual::failure::{NoEquilibrium, TOLERANCE};
pub use counterfactual::quota::{Quota, QuotaCell, QuotaOutcome, QuotaRegime};
pub use counterfactual::result::{self, Equilibrium, StartingPoint};
pub use counterfactual::scale::ScaleError;
pub use counterfactual::shock::{Closure, Shock};
pub use counterfactual::stats::{Method, SolveStats};
pub use prepared::PreparedBaseline;
pub use quota::check::QuotaError;
pub use studies::{attribution, decompose, frontier, optimal, sensitivity};
