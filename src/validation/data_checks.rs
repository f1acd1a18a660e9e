//! Known figures beside those of a baseline.

use super::known::KnownFigures;
use super::statistic::{About, Statistic, sectors_of, value};
use crate::data::{Dataset, Files, Row};
use crate::error::InputErrors;
use crate::output::rows::{Text, table};

/// Ratios between these ends are close enough to need no reason.
const CLOSE: std::ops::RangeInclusive<f64> = 0.8..=1.25;
/// Balances this close, percent of GDP, need no reason: a ratio of numbers about zero says nothing.
const CLOSE_BALANCE_PCT: f64 = 2.0;
/// Rows left out that a note lists.
const LISTED: usize = 8;

/// How a figure compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// Close enough.
    Ok,
    /// Not close, and a table says why.
    Explained,
    /// Not close, and nobody says why.
    Outside,
}

impl Flag {
    /// As in the file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Explained => "explained",
            Self::Outside => "outside",
        }
    }
}

table! {
    /// Known figures beside those of the data set.
    pub struct DataCheck<'a> in "data_checks.csv" by (statistic, iso3, partner, sector, year, source) {
        /// Statistic
        statistic: Text<'a>,
        /// Country
        iso3: Text<'a>,
        /// Year of the known figure
        year: i16,
        /// Where it comes from
        source: Text<'a>,
        /// Known figure
        known: f64,
        /// That of the data set; empty = it divides by nothing
        ours: Option<f64>,
        /// Ours over known; empty for balances
        ratio: Option<f64>,
        /// ok, explained or outside
        flag: Text<'a>,
        /// Partner; empty = all
        partner: Text<'a>,
        /// Sectors with ; between them, goods or services; empty = all
        sector: Text<'a>,
        /// musd or pct
        unit: Text<'a>,
        /// target: the calibration aims at it; independent: it does not use it in this form
        kind: Text<'a>,
        /// How sure the known figure is
        mark: Text<'a>,
        /// Why it differs
        reason: Text<'a>,
    }
}

impl DataCheck<'_> {
    /// How far apart the two are: the logarithm of the ratio, or points of GDP over those that need no reason.
    #[must_use]
    pub fn distance(&self) -> f64 {
        match (self.ratio, self.ours) {
            (Some(ratio), _) if ratio > 0.0 => ratio.ln().abs() / CLOSE.end().ln(),
            (None, Some(ours)) => (ours - self.known).abs() / CLOSE_BALANCE_PCT,
            _ => f64::INFINITY,
        }
    }
}

/// Every known figure of the folder `checks` beside that of `data`, in the order of the file, and what was left out.
///
/// # Errors
/// [`InputErrors`] with every fault of `known.csv` and `reasons.csv`.
pub fn data_checks(
    checks: &Files,
    data: &Dataset,
) -> Result<(Vec<DataCheck<'static>>, Vec<String>), InputErrors> {
    let figures = KnownFigures::read(checks)?;
    let (mut rows, mut left_out) = (Vec::new(), Vec::new());
    for known in figures.rows() {
        let about = match about(&known, data) {
            Ok(about) => about,
            Err(unknown) => {
                left_out.push(unknown);
                continue;
            }
        };
        let statistic = Statistic::named(known.text("statistic")).expect("checked with the table");
        let ours = value(statistic, &about, data);
        let reason = figures.reason(&known);
        rows.push(compared(&known, statistic, ours, reason.as_ref().map(|row| row.text("reason"))));
    }
    Ok((rows, note(&checks.display("known.csv"), &left_out).into_iter().collect()))
}

/// What a known figure is about; else what its row names that the data set has not, all of it, with the line.
fn about(known: &Row<'_>, data: &Dataset) -> Result<About, String> {
    let country = |column: &str| data.axes.country_idx.get(known.text(column)).copied();
    let iso3 = country("iso3");
    let partner = if known.text("partner").is_empty() { Some(None) } else { country("partner").map(Some) };
    let sectors = sectors_of(known.text("sector"), data);
    let is_unknown =
        [("iso3", iso3.is_none()), ("partner", partner.is_none()), ("sector", sectors.is_none())];
    let unknown = is_unknown.into_iter().filter(|(_, is_unknown)| *is_unknown);
    let cells: Vec<String> =
        unknown.map(|(column, _)| format!("`{column}` = {}", known.text(column))).collect();
    match (iso3, partner, sectors) {
        (Some(country), Some(partner), Some(sectors)) => Ok(About { country, partner, sectors }),
        _ => Err(format!("line {} {}", known.line, cells.join(" and "))),
    }
}

/// Says which rows were left out.
fn note(file: &str, left_out: &[String]) -> Option<String> {
    let shown = left_out.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = if left_out.len() > LISTED { ", …" } else { "" };
    (!left_out.is_empty()).then(|| {
        let n = left_out.len();
        format!("{file}: {n} rows of countries or sectors that the data set has not: {shown}{more}")
    })
}

fn compared(
    known: &Row<'_>,
    statistic: Statistic,
    ours: Option<f64>,
    reason: Option<&str>,
) -> DataCheck<'static> {
    let figure = known.value("value").expect("checked with the table");
    let is_balance = statistic == Statistic::BalanceOfGdp;
    let ratio = ours.filter(|_| !is_balance && figure != 0.0).map(|ours| ours / figure);
    let is_close = match (is_balance, ours) {
        (true, Some(ours)) => (ours - figure).abs() <= CLOSE_BALANCE_PCT,
        _ => ratio.is_some_and(|ratio| CLOSE.contains(&ratio)),
    };
    let flag = match (is_close, reason) {
        (true, _) => Flag::Ok,
        (false, Some(_)) => Flag::Explained,
        (false, None) => Flag::Outside,
    };
    let text = |column: &str| Text::from(known.text(column).to_owned());
    DataCheck {
        statistic: text("statistic"),
        iso3: text("iso3"),
        year: known.value("year").expect("checked with the table") as i16,
        source: text("source"),
        known: figure,
        ours,
        ratio,
        flag: flag.name().into(),
        partner: text("partner"),
        sector: text("sector"),
        unit: text("unit"),
        kind: text("kind"),
        mark: text("mark"),
        reason: if is_close { "".into() } else { reason.unwrap_or_default().to_owned().into() },
    }
}
