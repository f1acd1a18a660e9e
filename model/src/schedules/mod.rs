//! Tariff schedules: the rate of each product group in each year of an agreement (`docs/model.md` section 4).
//!
//! A schedule is a folder `data/schedules/<id>/` with `default.csv`, `<importer>.csv` and
//! `<importer>.<exporter>.csv`; the file of the pair counts first, then the importer's, then the default.
//!
//! | module | question |
//! | --- | --- |
//! | [`staging`] | which share of the base rate is left in year `k`? |
//! | [`calendar`] | in which year `k` is a date? |
//! | [`letters`] | which single cells did two parties change? |
//! | [`quota`] | which tariff-rate quotas and safeguards are there? |
//! | [`lines`] | what does a single tariff line pay? |

mod book;
pub mod calendar;
pub mod letters;
pub mod lines;
pub mod percent;
pub mod quota;
mod read;
mod rules;
mod schedule;
pub mod staging;

pub use book::ScheduleBook;
pub use calendar::CutDates;
pub use lines::LineSchedule;
pub use quota::{Quota, QuotaUnit};
pub use schedule::{Part, PartOrigin, Schedule};
pub use staging::Category;
