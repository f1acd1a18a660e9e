//! The static equilibrium in changes (`model.md` section 2; Caliendo & Parro 2015, eq. 10-14).
//!
//! [`PreparedBaseline`] is built once from an [`Economy`] and solves many [`Shock`]s. Unknowns are N log
//! wages; prices given wages are a contraction, expenditure given both is linear.

mod adjoint;
mod batch;
pub mod decompose;
mod dispatch;
mod frame;
mod linear;
mod norms;
pub mod optimal;
mod precondition;
mod response;
pub mod result;
mod search;
pub mod sensitivity;
mod solution;
mod solve;
mod sweep;

pub use result::Equilibrium;
pub use solve::{Closure, Method, NoEquilibrium, PreparedBaseline, Shock, SolveStats, TOLERANCE};
