//! Policy tables from outside facts: rates, barriers, product groups and memberships, each with source and mark.
//!
//! What the project keeps by hand (agreements, schedules, duties, depth) stands in `data/policy` and
//! `data/schedules`; this makes `data/policy/tables`.

pub mod aggregate;
mod barriers;
mod claims;
mod duty_lines;
mod facts;
mod importer;
mod lines;
mod memberships;
pub mod rows;
mod staging;
mod trade;
mod trade_means;

use std::collections::HashMap;
use std::path::Path;

use crate::data::{Axes, Files, Row, Table};
use crate::error::InputErrors;
use crate::output::dir::{Existing, OutputDir};
use crate::output::rows::{Text, Verbatim};
use crate::sorted::sort_by_key;

use super::Reading;
pub use lines::WeighedLines;

use aggregate::{Aggregation, FromLines};
use facts::{PCT, SHARE, names, owned};
use rows::{Barrier, LineCoverage, MembershipRow, MfnRate, ProductGroup};
use trade::Traded;

/// Columns of `product_groups.csv` of the project: `rate_of` and `emissions_of` name the group or sector of the facts
/// that a group takes its figure from (empty = none); `kind` is agricultural or non_agricultural, as the WTO counts.
const GROUP_COLUMNS: [&str; 8] =
    ["product_group", "sector", "weight_share", "kind", "rate_of", "emissions_of", "source", "mark"];

/// Rows of all tables.
struct Tables {
    product_groups: Vec<ProductGroup<'static>>,
    mfn: Vec<MfnRate<'static>>,
    from_lines: FromLines,
    duty_coverage: Vec<LineCoverage<'static>>,
    staging: staging::Staging,
    barriers: Vec<Barrier<'static>>,
    memberships: Vec<MembershipRow<'static>>,
    trade: Traded,
}

/// Writes the tables to `out` for the countries and sectors of `axes`; what was read and left out, for the user.
///
/// # Errors
/// [`InputErrors`] with every fault of every file, or where the folder cannot be written.
pub fn write(
    input: &Path,
    axes: &Axes,
    out: &Path,
    existing: Existing,
    how: Aggregation,
) -> anyhow::Result<Vec<String>> {
    let mut reading = Reading::new();
    let tables = read(input, axes, how, &mut reading);
    let (tables, lines) = reading.finish(tables)?;
    let dir = OutputDir::create(out, existing)?;
    dir.write_rows(tables.product_groups)?;
    dir.write_rows(tables.mfn)?;
    dir.write_rows(tables.from_lines.aggregation)?;
    dir.write_rows(tables.from_lines.preferences)?;
    dir.write_rows(tables.from_lines.claims)?;
    dir.write_rows(tables.from_lines.lines.into_values().flat_map(|lines| lines.specific))?;
    dir.write_rows(tables.duty_coverage)?;
    dir.write_rows(tables.staging.parts)?;
    dir.write_rows(tables.staging.checks)?;
    dir.write_rows(tables.staging.rest)?;
    dir.write_rows(tables.barriers)?;
    dir.write_rows(tables.memberships)?;
    dir.write_rows(tables.trade.supply)?;
    dir.write_rows(tables.trade.group_lines)?;
    dir.write_rows(tables.trade.emissions)?;
    dir.finish()?;
    Ok(lines)
}

/// All tables; faults of one file do not keep the others from being read.
fn read(input: &Path, axes: &Axes, how: Aggregation, reading: &mut Reading) -> Option<Tables> {
    let facts = input.join("facts");
    let own = Files::embedded().folder("sources/policy");
    let groups = product_groups(&own, axes, reading);
    let rates = rates(&facts, axes, groups.as_ref(), reading);
    // Without rates the command ends below; the other files are still checked.
    let mut rates = rates.unwrap_or_default();
    finer_rates(&own, groups.as_ref(), axes, &mut rates, reading)?;
    let from_lines = aggregate::apply(input, &own, how, &mut rates, reading);
    let known = |rate: &MfnRate<'_>| {
        rate.exporter == aggregate::ALL || axes.country_idx.contains_key(&*rate.exporter)
    };
    rates.retain(known);
    sort_by_key(&mut rates, |rate| rate.exporter != aggregate::ALL);
    if let Some(groups) = &groups {
        let partial = from_lines.as_ref().map_or(&[][..], |found| &found.partial);
        trade_means::apply(&facts, trade::BASELINE, partial, groups, &mut rates, reading);
    }
    let staging =
        from_lines.as_ref().and_then(|found| staging::apply(input, &own, found, &mut rates, reading));
    let coverage = from_lines.as_ref().and_then(|found| duty_lines::rows(input, &own, &found.lines, reading));
    let barriers = barriers::rows(&facts, &own, axes, reading);
    let memberships = memberships::rows(&facts, &own, axes, reading);
    let traded = trade::tables(input, axes, groups.as_ref(), from_lines.as_ref(), reading);
    let groups = groups?;
    Some(Tables {
        product_groups: groups.rows().map(product_group).collect(),
        mfn: rates,
        duty_coverage: coverage?,
        from_lines: from_lines?,
        staging: staging?,
        barriers: barriers?,
        memberships: memberships?,
        trade: traded?,
    })
}

fn product_group(row: Row<'_>) -> ProductGroup<'static> {
    ProductGroup {
        product_group: owned(&row, "product_group"),
        sector: owned(&row, "sector"),
        weight_share: Verbatim(owned(&row, "weight_share")),
        source: owned(&row, "source"),
        mark: owned(&row, "mark"),
    }
}

/// Product groups of the project, each of a known sector, with shares that sum to one in every sector.
fn product_groups(own: &Files, axes: &Axes, reading: &mut Reading) -> Option<Table> {
    let table = reading.own(own, "product_groups.csv", &GROUP_COLUMNS)?;
    reading.each_once(&table, &["product_group"]);
    let mut sums: HashMap<&str, f64> = HashMap::new();
    for row in table.rows() {
        row.index("sector", &axes.sector_idx, "sector of the set", &mut reading.faults);
        if let Some(share) = reading.number(&row, "weight_share", SHARE) {
            *sums.entry(row.text("sector")).or_default() += share;
        }
    }
    for row in table.rows() {
        if sums.remove(row.text("sector")).is_some_and(|sum| (sum - 1.0).abs() > 1e-6) {
            let expected = format!("shares of {} that sum to 1", row.text("sector"));
            reading.faults.push(row.fault("weight_share", &expected, "Correct the shares."));
        }
    }
    Some(table)
}

/// Rows of `mfn.csv`, `collected_pct` still empty: each group has the rate of the group of the facts that it is part of.
fn rates(
    facts: &Path,
    axes: &Axes,
    groups: Option<&Table>,
    reading: &mut Reading,
) -> Option<Vec<MfnRate<'static>>> {
    let columns = ["importer", "product_group", "mfn_pct", "definition", "confidence"];
    let table = reading.table(&facts.join("tariffs_mfn_by_group.csv"), &columns)?;
    reading.each_once(&table, &["importer", "product_group"]);
    let known = names(groups, "rate_of");
    let mut rates = Vec::new();
    for row in table.rows() {
        row.index("importer", &axes.country_idx, "country of the set", &mut reading.faults);
        if !known.is_empty() {
            row.index("product_group", &known, "group that product_groups.csv names", &mut reading.faults);
        }
        reading.number(&row, "mfn_pct", PCT);
        let parts = groups.into_iter().flat_map(Table::rows);
        for group in parts.filter(|group| group.text("rate_of") == row.text("product_group")) {
            rates.push(MfnRate {
                importer: owned(&row, "importer"),
                exporter: aggregate::ALL.into(),
                product_group: owned(&group, "product_group"),
                mfn_pct: Verbatim(owned(&row, "mfn_pct")),
                collected_pct: Verbatim::default(),
                source: rate_source(&row, &group),
                mark: owned(&row, "confidence"),
            });
        }
    }
    Some(rates)
}

/// Rates of groups that the facts do not tell apart (`rates.csv` of the project) in place of those of the wider group.
fn finer_rates(
    own: &Files,
    groups: Option<&Table>,
    axes: &Axes,
    rates: &mut [MfnRate<'static>],
    reading: &mut Reading,
) -> Option<()> {
    let table = reading.own(own, "rates.csv", &["importer", "product_group", "mfn_pct", "source", "mark"])?;
    reading.each_once(&table, &["importer", "product_group"]);
    let known = names(groups, "product_group");
    for row in table.rows() {
        row.index("importer", &axes.country_idx, "country of the set", &mut reading.faults);
        row.index("product_group", &known, "group of product_groups.csv", &mut reading.faults);
        reading.number(&row, "mfn_pct", PCT);
        let is_of_row = |rate: &&mut MfnRate<'_>| {
            rate.importer == row.text("importer") && rate.product_group == row.text("product_group")
        };
        for rate in rates.iter_mut().filter(is_of_row) {
            rate.mfn_pct = Verbatim(owned(&row, "mfn_pct"));
            rate.source = owned(&row, "source");
            rate.mark = owned(&row, "mark");
        }
    }
    Some(())
}

/// What a rate rests on, with the group of the facts where that is a wider one.
fn rate_source(row: &Row<'_>, group: &Row<'_>) -> Text<'static> {
    if group.text("product_group") == group.text("rate_of") {
        return owned(row, "definition");
    }
    format!("{}; rate of {}", row.text("definition"), group.text("rate_of")).into()
}

/// The tariff lines of an importer below `input`, with what was read; `None` if `tariff_lines.csv` does not name it.
///
/// # Errors
/// [`InputErrors`] with every fault of every file.
pub fn lines_of(
    input: &Path,
    own: &Files,
    importer: &str,
) -> Result<Option<(WeighedLines, Vec<String>)>, InputErrors> {
    let mut reading = Reading::of_option("--lines");
    let importers = reading.own(own, "tariff_lines.csv", &lines::COLUMNS);
    let row = importers.as_ref().and_then(|table| table.rows().find(|row| row.text("importer") == importer));
    let Some(row) = row else { return reading.faults.into_result(None) };
    let lines = lines::read(input, own, &row, &mut reading);
    reading.finish(lines).map(Some)
}

/// Agreement and programme code, for all that `programmes.csv` says of an importer.
///
/// # Errors
/// [`InputErrors`] if the table is missing or faulty.
pub fn programmes_of(own: &Files, importer: &str) -> Result<Vec<(String, String)>, InputErrors> {
    let mut reading = Reading::new();
    let table = reading.own(own, "programmes.csv", &aggregate::PROGRAMME_COLUMNS);
    let rows = table.as_ref().into_iter().flat_map(Table::rows);
    let of_importer = rows.filter(|row| row.text("importer") == importer);
    let found = of_importer.map(|row| (row.text("agreement").to_owned(), row.text("programme").to_owned()));
    reading.finish(Some(found.collect())).map(|(found, _)| found)
}
