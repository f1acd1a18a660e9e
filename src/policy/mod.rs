//! From the regimes in force to tariffs and trade costs.

pub mod state;

pub use state::{Membership, PolicyTimeline};
