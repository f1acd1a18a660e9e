//! The rate of each product group on each date, from staging category and base rate (`docs/model.md` section 4).
//!
//! A schedule is a folder `data/schedules/<id>/` with `default.csv`, `<importer>.csv` and
//! `<importer>.<exporter>.csv`, the most special file first; [`staging`] says what a category leaves of the
//! base rate in year `k` of an agreement, [`calendar`] which year `k` a date is in. [`letters`] change single cells
//! between two parties, [`quota`] holds tariff-rate quotas, [`lines`] resolves a schedule line by line.

mod book;
pub mod calendar;
pub mod letters;
pub mod lines;
pub mod percent;
pub mod quota;
mod read;
mod rules;
pub mod staging;

pub use book::{Part, Schedule, ScheduleBook};
pub use calendar::CutDates;
pub use lines::LineSchedule;
pub use quota::{Quota, QuotaUnit};
pub use staging::Category;
