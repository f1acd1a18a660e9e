//! What is known beside what the program says: statistics of the data set against published ones.
//!
//! One kind of comparison a file: [`mod@data_checks`] computes each statistic of a table of known figures from a
//! baseline, [`mod@hindcasts`] sets predictions of known changes beside what came, [`mod@studies`] published results beside
//! ours, with the way from one to the other; [`mod@autarky`] has closed forms of the gains from trade, [`mod@delay`] the
//! cost of waiting.

pub mod autarky;
mod check;
pub mod data_checks;
pub mod delay;
pub mod hindcasts;
mod known;
mod statistic;
pub mod studies;

pub use check::{CHECKS, HINDCASTS, check};
pub use data_checks::{DataCheck, Flag, data_checks};
pub use hindcasts::{HindcastRow, HindcastScore, Hindcasts, hindcasts};
pub use known::{KINDS, KnownRow, UNITS};
pub use statistic::Statistic;

use crate::output::rows::{Schema, TableRow};

/// All tables of this module.
#[must_use]
pub fn schemas() -> Vec<Schema> {
    vec![
        autarky::AutarkyRow::schema(),
        studies::BridgeRow::schema(),
        DataCheck::schema(),
        delay::DelayRow::schema(),
        KnownRow::schema(),
        studies::SignRow::schema(),
        studies::StudyRow::schema(),
        HindcastRow::schema(),
        HindcastScore::schema(),
        hindcasts::FlowRow::schema(),
        hindcasts::PartnerRow::schema(),
        hindcasts::ProductRow::schema(),
        hindcasts::SetRow::schema(),
        hindcasts::SizeRow::schema(),
    ]
}
