//! Hindcasts: what the model says of changes that are known, from data before them, beside what came.
//!
//! ```text
//! d ln s_i = x_i - ln sum_k s_k exp(x_k),    x = -(1 + theta) d ln(1 + tariff) - theta d ln c
//! ```
//!
//! `s` are shares of what an importer buys of a product, at border prices, so that the elasticity to tariffs is
//! 1 + theta (`docs/model.md` section 2). Unit costs `c` come from general equilibrium or are held; elasticities are
//! those of the data set, in the long run or at the age of the change. Nothing is fitted to an outcome.
//!
//! | step | file |
//! | --- | --- |
//! | declared cases, flows, products | `case`, `set`, `tables` |
//! | markets and their shares | `market` |
//! | elasticities | `elasticities` |
//! | costs in general equilibrium | `costs` |
//! | forecasts that compete | `rivals` |
//! | all forecasts of a case | `forecast` |
//! | scores, tables | `scores`, `scored`, `rows` |
//!
//! Method, results and their reasons: `docs/hindcasts.md`.

mod case;
mod costs;
mod elasticities;
mod forecast;
mod market;
mod rivals;
mod rows;
mod scored;
mod scores;
mod set;
mod tables;

use crate::data::{Dataset, Files};
use crate::error::InputErrors;
use crate::numerics::parallel;
use crate::projection::Adjustment;
use forecast::Forecast;
pub use rows::{HindcastRow, HindcastScore};
use tables::Tables;
pub use tables::{FlowRow, PartnerRow, ProductRow, SetRow, SizeRow};

/// Every hindcast of a folder.
#[derive(Debug, Clone, Default)]
pub struct Hindcasts {
    /// Flows, in the order of the cases.
    pub flows: Vec<HindcastRow<'static>>,
    /// Scores.
    pub scores: Vec<HindcastScore<'static>>,
    /// Id and title of each case.
    pub titles: Vec<(String, String)>,
    /// What was left out, and estimates of gravity.
    pub notes: Vec<String>,
}

/// Checks the tables of the folder `files`; nothing where it declares no hindcasts.
///
/// # Errors
/// [`InputErrors`] with every fault of the tables.
pub fn check(files: &Files) -> Result<(), InputErrors> {
    Tables::read(files).map(|_| ())
}

/// Makes every hindcast that the folder `files` declares (`cases.csv`); none where it declares none.
///
/// # Errors
/// [`InputErrors`] with every fault of the tables; an equilibrium that is not found.
pub fn hindcasts(files: &Files, data: &Dataset, adjustment: &Adjustment) -> anyhow::Result<Hindcasts> {
    let mut found = Hindcasts::default();
    let Some(tables) = Tables::read(files)? else {
        found.notes.push(format!("{}: not there, so no hindcasts", files.display("cases.csv")));
        return Ok(found);
    };
    let make = |at: usize| Forecast::make(&tables.cases[at], &tables, data, adjustment);
    let forecasts = parallel::map(tables.cases.len(), make);
    for (case, forecast) in tables.cases.iter().zip(forecasts) {
        match forecast? {
            Ok(forecast) => {
                found.titles.push((case.id.clone(), case.title.clone()));
                scored::add(&forecast, &mut found.flows, &mut found.scores);
                found.notes.extend(forecast.notes);
            }
            Err(note) => found.notes.push(note),
        }
    }
    Ok(found)
}
