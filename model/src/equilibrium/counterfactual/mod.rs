//! The words of a counterfactual, without numerics: what is asked (a shock and a closure), and what comes back (an
//! equilibrium, or why there is none).

pub mod failure;
pub mod quota;
pub mod result;
pub mod scale;
pub mod shock;
pub mod stats;
