//! Layouts in which outside data are published, each turned into a balanced baseline directory.
//!
//! Every reader adds what it finds to [`Gathered`] under the codes of its layout; [`names`] says which country
//! and sector each code belongs to (tables in `data/sources/<layout>/`, or the user's own); [`Gathered::finish`]
//! makes arrays of it; [`codes`] knows the country codes of databases; [`tally`] counts what was read and left out;
//! `calibration::balance` makes them consistent; [`write`](mod@write) writes the directory.
//!
//! | layout | file | read by |
//! | --- | --- | --- |
//! | `long` | `trade.csv` under common column names, with optional tables | [`long`], `long_trade` |
//! | `wiod2013` | `trade.csv`, `io.csv`, `final_demand.csv`, `value_added.csv` of the 2013 release | [`long`] |
//! | `icio`, `adb`, `wiod2016` | wide inter-country tables | [`wide`], [`headers`], [`totals`] |
//! | `baci` | `BACI_HS*_Y*.csv` with its country codes | [`baci`], `baci_files` |
//! | `gtap` | one file for each header of a GTAP aggregation | [`gtap`], `gtap_tables` |
//! | tariffs of `long` and `baci` | `tariffs.csv`, or WITS downloads | [`wits`], `wits_rates` |

pub mod baci;
mod baci_files;
pub mod codes;
mod complete;
mod default_duties;
pub mod gathered;
pub mod gtap;
mod gtap_tables;
pub mod headers;
mod identities;
pub mod long;
mod long_cells;
mod long_trade;
pub mod names;
mod products;
mod request;
mod shared_steps;
pub mod sheet;
pub mod tally;
pub mod totals;
pub mod wide;
mod wide_plan;
pub mod wits;
mod wits_rates;
pub mod write;
mod wrong;

use crate::calibration::balance::balance;
use crate::error::InputErrors;
use crate::output::dir::Existing;
use complete::Complete;
use gathered::Gathered;
use names::Names;
pub use request::{Layout, Request};

/// What was made, for the summary.
#[derive(Debug, Clone)]
pub struct Summary {
    /// Lines for the user: what was aggregated, dropped or assumed, and the ten largest adjustments.
    pub lines: Vec<String>,
}

/// Reads, balances and writes the baseline directory `out`.
///
/// # Errors
/// [`crate::error::InputErrors`] with every fault of the files, or the market that cannot clear; or where the
/// folder cannot be written.
pub fn calibrate(request: &Request, out: &std::path::Path, existing: Existing) -> anyhow::Result<Summary> {
    crate::output::OutputDir::check(out, existing)?;
    let mut gathered = Gathered::new(Names::read(request)?);
    match request.layout {
        Layout::Long | Layout::Wiod2013 => long::read(request, &mut gathered),
        Layout::Icio | Layout::Adb | Layout::Wiod2016 => wide::read(request, &mut gathered),
        Layout::Baci => baci::read(request, &mut gathered),
        Layout::Gtap => gtap::read(request, &mut gathered),
    }
    if request.layout == Layout::Wiod2013 {
        identities::check(&request.input, &mut gathered);
    }
    let codes = request.facts.as_ref().map(|_| complete::CountryCodes::of(&gathered.names)).transpose()?;
    let names = request.facts.as_ref().map(|_| gathered.names.clone());
    let (mut raw, mut facts) = gathered.finish(request)?;
    if let (Some(folder), Some(codes), Some(names)) = (&request.facts, &codes, &names) {
        shared_steps::apply(folder, (codes, names), &mut raw, &mut facts)?;
    }
    let of_the_user = |errors: InputErrors| {
        InputErrors(errors.0.into_iter().map(|fault| write::placed(fault, &facts)).collect())
    };
    let balanced = balance(raw, &request.balance).map_err(of_the_user)?;
    let more = request.facts.as_deref().zip(codes.as_ref());
    let more =
        more.map(|(folder, codes)| Complete::read(folder, codes, &balanced.axes, facts.year)).transpose()?;
    write::write(&balanced, (&facts, more.as_ref()), out, existing)?;
    let mut lines = write::summary(&balanced, &facts);
    lines.extend(more.into_iter().flat_map(|more| more.lines));
    Ok(Summary { lines })
}
