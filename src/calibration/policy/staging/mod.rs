//! Staging of agreements from tariff lines: by importer and product group the shares of imports under each category, with
//! their base rates, and how far the published rates are met.

mod category;
mod files;
mod group;
mod line;

use std::path::Path;

use super::aggregate::{ALL, FromLines};
use super::rows::{MfnRate, StagedPart, StagingCheck, StagingRest, decimals};
use crate::calibration::Reading;
use crate::data::{Files, Row, Table};
use crate::output::rows::Verbatim;
use category::Found;
use group::Group;
use line::{EARLY, StagedLine};

/// Columns of `staging_lines.csv`: which lines show the staging of which schedule.
const COLUMNS: [&str; 16] = [
    "importer",
    "schedule",
    "layout",
    "file",
    "programme",
    "first_cut",
    "end_rates",
    "weights",
    "weights_year",
    "weights_exclude",
    "pattern",
    "pair_weights",
    "except",
    "reason",
    "source",
    "mark",
];

/// Columns of `staging_early.csv`: how lines are staged that are free when their rate is first published.
const EARLY_COLUMNS: [&str; 6] = ["importer", "product_group", "category", "share", "source", "mark"];

/// Rows of the tables about staging.
#[derive(Default)]
pub struct Staging {
    /// Of `staging.csv`.
    pub parts: Vec<StagedPart<'static>>,
    /// Of `staging_check.csv`.
    pub checks: Vec<StagingCheck<'static>>,
    /// Of `staging_rest.csv`.
    pub rest: Vec<StagingRest<'static>>,
}

/// Staging of every importer of `staging_lines.csv`; rates of importers whose lines only show staging are made to agree.
pub fn apply(
    input: &Path,
    own: &Files,
    from_lines: &FromLines,
    rates: &mut [MfnRate<'static>],
    reading: &mut Reading,
) -> Option<Staging> {
    let sources = reading.own(own, "staging_lines.csv", &COLUMNS);
    let early = reading.own(own, "staging_early.csv", &EARLY_COLUMNS);
    let (sources, early) = (sources?, early?);
    let mut staging = Staging::default();
    for source in sources.rows() {
        let (names, lines) = files::lines(input, own, &source, from_lines, reading)?;
        let listed = files::listed_categories(&source, reading)?;
        let place = Importer { source, early: &early, listed };
        for (g, name) in names.iter().enumerate().filter(|(_, name)| !place.is_except(name)) {
            let of_group: Vec<&StagedLine> = lines.iter().filter(|line| line.group == g).collect();
            place.group(name, &of_group, rates, &mut staging);
        }
    }
    Some(staging)
}

/// One importer of `staging_lines.csv`.
struct Importer<'a> {
    source: Row<'a>,
    early: &'a Table,
    listed: Vec<(String, String)>,
}

impl Importer<'_> {
    fn is_except(&self, group: &str) -> bool {
        self.source.text("except").split(';').any(|except| except == group)
    }

    /// Categories and shares of lines of a group that are free when first published.
    fn early(&self, group: &str) -> Vec<(String, f64, String)> {
        let of = |name: &str| -> Vec<(String, f64, String)> {
            let rows = self.early.rows().filter(|row| {
                row.text("importer") == self.source.text("importer") && row.text("product_group") == name
            });
            rows.filter_map(|row| {
                Some((row.text("category").to_owned(), row.value("share")?, row.text("mark").to_owned()))
            })
            .collect()
        };
        let own = of(group);
        let found = if own.is_empty() { of(ALL) } else { own };
        if found.is_empty() { vec![("EIF".to_owned(), 1.0, "assumption".to_owned())] } else { found }
    }

    fn group(&self, name: &str, lines: &[&StagedLine], rates: &mut [MfnRate<'static>], to: &mut Staging) {
        let found: Vec<Found> =
            lines.iter().map(|line| line.published.staging(EARLY, &self.listed)).collect();
        let importer = self.source.text("importer");
        let is_of_group = |rate: &&mut MfnRate<'_>| {
            rate.importer == importer && rate.exporter == ALL && rate.product_group == name
        };
        let Some(rate) = rates.iter_mut().find(is_of_group) else { return };
        let Ok(mean_pct) = rate.mfn_pct.0.parse::<f64>() else { return };
        let Some(group) = Group::new(lines, &found, mean_pct) else { return };
        if group.has_unknown {
            rate.mfn_pct = decimals(Some(group.mean_pct), 2);
            rate.source = format!(
                "{}; lines that were free when first published have the rate that keeps the mean of: {}",
                self.source.text("source"),
                rate.source
            )
            .into();
        }
        for part in group.parts(&self.early(name)) {
            to.parts.push(StagedPart {
                schedule: self.source.text("schedule").to_owned().into(),
                importer: importer.to_owned().into(),
                exporter: ALL.into(),
                product_group: name.to_owned().into(),
                part: part.name.into(),
                part_share: Verbatim(format!("{:.6}", part.share).into()),
                base_rate_pct: decimals(Some(part.base_pct), 3),
                category: part.code.into(),
                path: part.path.into(),
                lines: part.lines,
                source: self.source.text("source").to_owned().into(),
                mark: part.mark.unwrap_or_else(|| self.source.text("mark").to_owned()).into(),
            });
        }
        to.checks.extend(group.checks(importer, name, lines, &found));
        to.rest.extend(group::rest(importer, name, lines, &found));
    }
}
