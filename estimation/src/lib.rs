//! Gravity estimates with their covariance (`docs/model.md` section 8).
//!
//! ```text
//! E[y | x, d] = exp(x' beta + sum_q alpha_q[d_q] + offset)
//! ```
//!
//! | step | module |
//! | --- | --- |
//! | the formula as text | [`formula`] |
//! | a CSV panel | [`panel`], [`filter`] |
//! | arrays of a regression, with what is missing | [`design`], [`levels`] |
//! | rows for which no estimate exists | [`separation`] |
//! | projection off the effects | [`absorb`] |
//! | PPML and least squares | [`fit`], [`least_squares`], [`collinear`] |
//! | robust and clustered covariance, Wald tests | [`covariance`] |
//! | corrections for incidental parameters | [`bias`] |
//! | tests and intervals of coefficients | [`Coefficient`] |
//!
//! [`estimate`] does all of it. Nothing here knows about countries or sectors.
//!
//! References: Santos Silva & Tenreyro (2006); Correia, Guimaraes & Zylkin (2019, 2020); Cameron, Gelbach
//! & Miller (2011); Weidner & Zylkin (2021).

pub mod absorb;
pub mod bias;
pub mod collinear;
mod columns;
pub mod covariance;
pub mod design;
mod diagnosis;
mod error;
pub mod estimates;
pub mod filter;
pub mod fit;
pub mod formula;
mod inference;
pub mod least_squares;
pub mod levels;
mod method;
mod names;
pub mod panel;
pub mod separation;
mod specification;
mod symmetric;

pub use error::{EstimationError, NotGravity};
pub use estimates::{Estimates, FixedEffect, Options, estimate};
pub use inference::Coefficient;
pub use method::Method;
