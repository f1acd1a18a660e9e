//! From the regimes in force to tariffs and trade costs (`docs/model.md` section 4).
//!
//! [`PolicyTimeline`] says who belongs to what from when to when; events edit it. [`PolicyBook`] holds the tables of a
//! data set, one type and file each; [`Regimes`] finds the agreements of a timeline that bind a pair. [`regime`] and
//! [`year`] turn the two into [`YearCosts`]: tariffs and icebergs, weighted by the days in force.
//!
//! | table | what it knows |
//! | --- | --- |
//! | [`groups`] | product groups: their share of a sector, their lines |
//! | [`mfn`] | rates for everybody, and what they collect; [`aggregate`] makes them of lines |
//! | [`agreements`] | whom an agreement binds, and who gets its cuts |
//! | [`concessions`] | the share of the duties that a schedule leaves in each year |
//! | [`preferences`] | who claims a preference ([`utilisation`]), who may, and what that costs ([`origin`]) |
//! | [`stacking`] | additional duties, with carbon tariffs of prices and emissions ([`carbon`]) |
//! | [`measure`] | duty lists, barriers and trends that events turn on, scale and off |
//! | [`barriers`] | icebergs: measured barriers, and what agreements take off them ([`cuts`], [`depth_effect`]) |
//! | [`barrier_texts`] | why a barrier is what it is: every text with its overlap |
//! | [`depth`] | depth classes of agreements, their provisions, and how far their texts overlap ([`Overlaps`]) |
//!
//! [`regime`] picks the rate that a good pays, [`year`] averages over days, [`change`] compares two timelines,
//! [`quotas`] says which tariff-rate quotas open, [`liberalisation`] is the test of "substantially all the trade".

pub mod aggregate;
pub mod agreements;
pub mod barrier_texts;
pub mod barriers;
mod base_texts;
mod binding;
pub mod book;
pub mod carbon;
pub mod change;
mod concerned;
pub mod concessions;
mod cost_parts;
pub mod cuts;
pub mod depth;
pub mod depth_effect;
mod duties_in_force;
mod duty;
pub mod groups;
pub mod liberalisation;
pub mod measure;
mod measures;
mod members;
pub mod mfn;
mod open_year;
pub mod origin;
mod overlap;
mod pair_work;
mod pair_year;
pub mod preferences;
mod provision;
pub mod quotas;
mod rates;
mod read;
pub mod regime;
pub mod regimes;
pub mod resolve;
mod shared_costs;
pub mod stacking;
pub mod state;
mod steps;
mod terms;
mod texts;
pub mod utilisation;
pub mod year;
mod year_rates;
mod year_state;

pub use agreements::Agreement;
pub use binding::Binding;
pub use book::PolicyBook;
pub use change::{BaseCosts, CostChange};
pub use cost_parts::CostParts;
pub use depth_effect::DepthEffect;
pub use duties_in_force::DutiesInForce;
pub use measure::{MOST_PERMILLE, MeasureChange, MeasureKind};
pub use measures::{BarrierChange, BarrierChanges, Insured, Measures};
pub use members::Members;
pub use overlap::Overlaps;
pub use pair_year::{GroupYear, PairDuties};
pub use provision::Provision;
pub use quotas::{QuotaInForce, QuotaPart, quotas_in_force};
pub use regime::{GroupRate, Situation};
pub use regimes::Regimes;
pub use shared_costs::SharedCosts;
pub use state::{Membership, PolicyTimeline, SharedAgreement};
pub use steps::{TariffStep, goods_weights};
pub use year::{PairTariffs, YearCosts};
pub use year_state::YearState;

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
