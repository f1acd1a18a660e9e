//! From the regimes in force to tariffs and trade costs (`docs/model.md` section 4).
//!
//! [`PolicyTimeline`] says who belongs to what from when to when; events edit it. [`PolicyBook`] holds the
//! tables (rates, agreements, schedules, utilisation, additional duties, barriers, depth) and turns a timeline
//! and a year into [`YearCosts`]: tariffs and icebergs, weighted by the days in force.
//!
//! [`regime`] picks the rate that a good pays, [`stacking`] adds duties, [`carbon`] makes carbon tariffs of prices
//! and emissions, [`utilisation`] and [`origin`] say who claims a preference, who may, and what that costs,
//! [`barriers`] turns agreements into icebergs, [`depth_effect`] is the estimate that they rest on in goods,
//! [`quotas`] says which tariff-rate quotas open, [`year`] averages over days, [`liberalisation`] is the test of
//! "substantially all the trade".

pub mod aggregate;
pub mod barriers;
pub mod book;
pub mod carbon;
pub mod change;
pub mod depth_effect;
pub mod liberalisation;
pub mod origin;
mod provision;
pub mod quotas;
mod read;
pub mod regime;
pub mod regimes;
pub mod resolve;
pub mod stacking;
pub mod state;
pub mod utilisation;
pub mod year;

pub use book::{Agreement, PolicyBook};
pub use change::{BaseCosts, CostChange};
pub use depth_effect::DepthEffect;
pub use provision::Provision;
pub use quotas::{QuotaInForce, QuotaPart};
pub use regime::{GroupRate, Situation};
pub use regimes::{Binding, Regimes, YearState};
pub use state::{Membership, PolicyTimeline};
pub use year::{PairTariffs, YearCosts};

/// Parameters that an ensemble draws; the default is the central case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PolicyParameters<'a> {
    /// Multiplies the share of trade that claims a preference; the product stays within 0..1.
    pub utilisation_ratio: f64,
    /// Multiplies the share of a services barrier that agreements remove; the product stays within 0..1.
    pub services_cut_ratio: f64,
    /// What the full text of an agreement takes off the price of goods, `[j]`, see [`depth_effect::price_cuts`];
    /// `None` = by the point estimates of the book and the elasticities of the data set.
    pub price_cuts: Option<&'a [f64]>,
}

impl Default for PolicyParameters<'_> {
    fn default() -> Self {
        Self { utilisation_ratio: 1.0, services_cut_ratio: 1.0, price_cuts: None }
    }
}
