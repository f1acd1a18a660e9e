//! `tradepath schedule --lines`: an importer's schedule line by line under an option.

use std::collections::HashMap;
use std::path::Path;

use jiff::civil::date;

use crate::calibration::policy::WeighedLines;
use crate::data::{Files, Pair};
use crate::error::InputErrors;
use crate::output::rows::{Text, table};
use crate::policy::{PolicyBook, Regimes};
use crate::schedules::lines::PartnerTerms;

table! {
    /// Rates line by line at the end of each year, for importers whose tariff lines are at hand; existing agreements by
    /// the programmes of the line, further ones by the staging of its product group.
    pub struct LineRate<'a> in "lines.csv" by (importer, exporter, year, line) {
        /// Country
        importer: Text<'a>,
        /// Country
        exporter: Text<'a>,
        /// Year
        year: i16,
        /// Tariff line, eight digits
        line: Text<'a>,
        /// Product group of the line
        product_group: Text<'a>,
        /// Most-favoured-nation rate; empty = specific or compound, no ad-valorem equivalent
        mfn_pct: Option<f64> ["pct"],
        /// Lowest rate that the goods qualify for, without additional duties; empty = not known, which is not zero
        statutory_pct: Option<f64> ["pct"],
    }
}

/// Rates are resolved in single precision; written to four decimals they are those of the tariff.
const DECIMALS: f64 = 1e4;

/// Programmes of each agreement of one importer.
pub type Programmes = HashMap<String, Vec<String>>;

/// Rows of one pair.
pub fn rows<'a>(
    book: &'a PolicyBook,
    regimes: &Regimes,
    pair: Pair,
    [first, last]: [i16; 2],
    (lines, programmes): (&'a WeighedLines, &Programmes),
) -> Vec<LineRate<'a>> {
    let mut rows = Vec::new();
    for year in first..=last {
        let terms = terms(book, regimes, pair, year, (lines, programmes));
        let rates = lines.schedule.resolve(&[terms], 1);
        rows.extend(lines.schedule.lines.iter().zip(&rates).map(|(line, rate)| LineRate {
            importer: book.axes.countries[pair.importer].iso3.as_str().into(),
            exporter: book.axes.countries[pair.exporter].iso3.as_str().into(),
            year,
            line: line.code.as_str().into(),
            product_group: lines.groups[line.group].as_str().into(),
            mfn_pct: line.mfn_pct,
            statutory_pct: Some((f64::from(*rate) * DECIMALS).round() / DECIMALS).filter(|pct| !pct.is_nan()),
        }));
    }
    rows
}

/// Preferences of a partner at the end of a year: programmes, and the lowest rate of agreements without lines.
fn terms(
    book: &PolicyBook,
    regimes: &Regimes,
    pair: Pair,
    year: i16,
    (lines, known): (&WeighedLines, &Programmes),
) -> PartnerTerms {
    let place = |group: &String| book.groups.iter().position(|one| one.id == *group);
    let places: Vec<Option<usize>> = lines.groups.iter().map(place).collect();
    let (mut programmes, mut left) = (Vec::new(), vec![1.0_f64; lines.groups.len()]);
    for binding in regimes.bindings(book, pair, date(year, 12, 31)) {
        match (known.get(&book.agreements[binding.agreement].id), binding.left_share) {
            (Some(codes), _) => programmes.extend(codes.iter().cloned()),
            (None, Some(shares)) => {
                for (left, place) in left.iter_mut().zip(&places) {
                    *left = place.map_or(*left, |g| left.min(shares[g]));
                }
            }
            (None, None) => {}
        }
    }
    PartnerTerms { programmes, left_share: vec![Some(left)] }
}

/// Lines and programmes of an importer, with what was read; `None` if its lines are not at hand.
pub struct Found {
    /// Lines with their weights.
    pub lines: WeighedLines,
    /// Programmes of each agreement.
    pub programmes: Programmes,
    /// Rows read and left out, for the user.
    pub notes: Vec<String>,
}

/// Reads what `input` holds of an importer; `None` if `tariff_lines.csv` does not name it.
///
/// # Errors
/// [`InputErrors`] with every fault of every table.
pub fn read(input: &Path, importer: &str) -> Result<Option<Found>, InputErrors> {
    let own = Files::embedded().folder("sources/policy");
    let Some((lines, notes)) = crate::calibration::policy::lines_of(input, &own, importer)? else {
        return Ok(None);
    };
    let mut programmes = Programmes::new();
    for (agreement, programme) in crate::calibration::policy::programmes_of(&own, importer)? {
        programmes.entry(agreement).or_default().push(programme);
    }
    Ok(Some(Found { lines, programmes, notes }))
}
