//! Numerical methods that know no economics.

pub mod aligned;
pub mod anderson;
pub mod bounded;
pub mod cholesky;
pub mod dense;
pub mod distributions;
pub mod elementary;
pub mod many_products;
pub mod mixer;
pub mod parallel;
pub mod products;
pub mod quantiles;
pub mod sorted_lanes;
pub mod special;
pub mod spectral;
pub mod vectors;

pub use anderson::Anderson;
