//! The static equilibrium in changes (`model.md` section 2; Caliendo & Parro 2015, eq. 10-14).
//!
//! [`PreparedBaseline`] is built once from an [`Economy`] and solves many [`Shock`]s. Unknowns are N log
//! wages; prices given wages are a contraction, expenditure given both is linear.

pub mod decompose;
mod inner;
pub mod result;
mod solve;

pub use result::Equilibrium;
pub use solve::{Closure, NoEquilibrium, PreparedBaseline, Shock, SolveStats};
