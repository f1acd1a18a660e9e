//! What the user chose: a layout, its folder, and how gaps are filled.

use std::path::PathBuf;

use crate::calibration::balance::BalanceOptions;
use crate::error::{Fault, Faults};

/// A published layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Long CSV files under common column names.
    Long,
    /// Long tables of the WIOD 2013 release.
    Wiod2013,
    /// OECD inter-country input-output tables, wide.
    Icio,
    /// ADB multi-regional input-output tables, wide.
    Adb,
    /// WIOD 2016 release, wide.
    Wiod2016,
    /// CEPII BACI by HS product.
    Baci,
    /// A GTAP aggregation, a file for each header.
    Gtap,
}

impl Layout {
    /// Name on the command line and of its folder in `data/sources`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Long => "long",
            Self::Wiod2013 => "wiod2013",
            Self::Icio => "icio",
            Self::Adb => "adb",
            Self::Wiod2016 => "wiod2016",
            Self::Baci => "baci",
            Self::Gtap => "gtap",
        }
    }
}

/// What the user chose.
#[derive(Debug, Clone)]
pub struct Request {
    /// Layout of the data.
    pub layout: Layout,
    /// Folder that holds them.
    pub input: PathBuf,
    /// Folder with `countries.csv`, `sectors.csv`, `concordance.csv` in place of those of `data/sources`.
    pub concordance: Option<PathBuf>,
    /// Year to take from files with several, and base year where the files do not say.
    pub year: Option<i16>,
    /// Tariff where the files have none, percent; absent = such a cell is an error.
    pub missing_tariff_pct: Option<f64>,
    /// True if a flow that is not listed is none.
    pub absent_is_zero: bool,
    /// Folder with `data/` and `facts/` that growth, people and capital are taken from; absent = they are not written.
    pub facts: Option<PathBuf>,
    /// Choices of the balancing.
    pub balance: BalanceOptions,
}

/// The value, or the fault noted.
pub(super) fn noted<T>(result: Result<T, Fault>, faults: &mut Faults) -> Option<T> {
    result.map_err(|fault| faults.push(fault)).ok()
}
