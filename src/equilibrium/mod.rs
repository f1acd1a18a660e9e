//! The static equilibrium in changes (`model.md` section 2; Caliendo & Parro 2015, eq. 10-14).
//!
//! [`PreparedBaseline`] is built once from an [`Economy`](crate::economy::Economy) and solves many
//! [`Shock`]s. Unknowns are log wages `[n]`, log prices `[n,j]` and expenditure `[n,j]`, found together:
//!
//! 1. `sweep`: one evaluation gives the residuals of prices, expenditure and labour markets. It costs three
//!    passes over the N^2 S trade weights, two over the N S^2 input shares and 2 N S powers.
//! 2. `precondition`: `linear` and `adjoint` eliminate prices and expenditure from the linearised baseline
//!    by implicit differentiation; the result turns residuals into a step.
//! 3. `numerics::anderson` accelerates; 9 to 15 evaluations reach 1e-11 on real data.
//! 4. `fallback` takes over where that fails: damped steps, Newton with the analytic Jacobian and homotopy, on
//!    conditions that `rescale` has brought into the range of numbers where costs change by many powers of ten.
//!
//! Tariff-rate quotas are solved for in every evaluation ([`quota`]).
//!
//! The same linearisation at a solution gives `sensitivity` and `optimal`. `batch` runs members of a batch
//! side by side with the bytes of single solves: what the baseline fixes is read once for all of them, and
//! their own weights only where they differ from it (`changes`, `response`). Kernels are in `numerics::kernels`,
//! written in vectors of whatever width the machine has and compiled for each by `dispatch`; results do not depend
//! on which one runs.

mod adjoint;
mod batch;
mod changes;
pub mod decompose;
mod dispatch;
mod fallback;
mod frame;
mod linear;
mod norms;
pub mod optimal;
mod polish;
mod precondition;
pub mod probe;
pub mod quota;
mod rescale;
mod response;
pub mod result;
mod search;
pub mod sensitivity;
mod solution;
mod solve;
mod sweep;
mod weights;

pub use quota::{Quota, QuotaCell, QuotaError, QuotaOutcome, QuotaRegime};
pub use result::Equilibrium;
pub use solve::{Closure, Method, NoEquilibrium, PreparedBaseline, Shock, SolveStats, TOLERANCE};
