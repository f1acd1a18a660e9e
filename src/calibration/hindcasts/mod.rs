//! Flows and tariffs that hindcasts are made of (`tradepath validate`), from outside tables.
//!
//! `data/sources/hindcasts/sets.csv` says which sets there are and in which layout their tables are: `customs` by
//! partner and industry with duties, `headings` by area and heading with the rates of our own schedules,
//! `matrix` all pairs with stated rates. `cases.csv` there declares the hindcasts and is taken over as it is.

mod customs;
mod gathered;
mod headings;
mod matrix;
mod request;
mod sources;

use std::path::Path;

use gathered::Gathered;
use request::{Layout, SetRequest, Window};
use sources::Sources;

use crate::calibration::Reading;
use crate::calibration::apac::concordance::Concordance;
use crate::data::Files;
use crate::error::InputErrors;
use crate::output::dir::{Existing, OutputDir};
use crate::sorted::SortedSet;
use crate::validation::hindcasts::{FlowRow, PartnerRow, ProductRow, SetRow, SizeRow};

/// Writes the tables of hindcasts to `out` from the folder `input` that holds `data/`; answers lines for the user.
///
/// # Errors
/// [`InputErrors`] with every fault of every file; a folder that cannot be written.
pub fn write(input: &Path, by: &Concordance, out: &Path, existing: Existing) -> anyhow::Result<Vec<String>> {
    let own = Files::embedded().folder("sources/hindcasts");
    let cases = own.read("cases.csv").map_err(InputErrors::from)?;
    let data = input.join("data");
    let mut sources = Sources { data: &data, own: &own, by, reading: Reading::new() };
    let found = gather(&mut sources);
    let ((sets, windows), mut lines) = sources.reading.finish(found)?;
    let dir = OutputDir::create(out, existing)?;
    dir.write_text("cases.csv", &cases)?;
    dir.write_rows(sets.iter().map(|(set, _)| SetRow {
        set: set.id.as_str().into(),
        years: set.years.iter().map(ToString::to_string).collect::<Vec<_>>().join(";").into(),
        unit: set.unit.as_str().into(),
        source: set.source.as_str().into(),
        mark: set.mark.as_str().into(),
    }))?;
    let flows: Vec<FlowRow<'_>> = sets.iter().flat_map(|(set, found)| found.flow_rows(set)).collect();
    let codes: SortedSet<String> =
        flows.iter().flat_map(|row| [row.exporter.to_string(), row.importer.to_string()]).collect();
    let n = flows.len();
    dir.write_rows(flows)?;
    dir.write_rows(sets.iter().flat_map(|(set, found)| product_rows(set, found, by)))?;
    dir.write_rows(codes.iter().map(|code| PartnerRow {
        code: code.as_str().into(),
        economy: by.axes.countries[by.economy(code)].iso3.as_str().into(),
    }))?;
    let sizes = windows.iter().flat_map(|window| {
        let found = sets.iter().find(|(set, _)| set.id == window.set);
        found.into_iter().flat_map(|(_, found)| size_rows(window, found))
    });
    dir.write_rows(sizes)?;
    dir.finish()?;
    lines.insert(0, format!("{n} flows for {} hindcasts; `tradepath validate` makes them", windows.len()));
    Ok(lines)
}

type Sets = Vec<(SetRequest, Gathered)>;

fn gather(sources: &mut Sources<'_>) -> Option<(Sets, Vec<Window>)> {
    let requests = request::sets(sources.own, &mut sources.reading);
    let windows = request::windows(sources.own, &mut sources.reading);
    // Every set is read, so that all faults are told at once.
    let found: Vec<_> = requests?
        .into_iter()
        .map(|set| {
            let found = match set.layout {
                Layout::Customs => customs::read(&set, sources),
                Layout::Headings => headings::read(&set, sources),
                Layout::Matrix => matrix::read(&set, sources),
            };
            found.map(|found| (set, found))
        })
        .collect();
    Some((found.into_iter().collect::<Option<Vec<_>>>()?, windows?))
}

fn product_rows<'a>(
    set: &'a SetRequest,
    found: &'a Gathered,
    by: &'a Concordance,
) -> impl Iterator<Item = ProductRow<'a>> {
    found.products.iter().flat_map(move |(product, parts)| {
        parts.iter().map(move |&(j, share)| ProductRow {
            set: set.id.as_str().into(),
            product: product.as_str().into(),
            sector: by.axes.sectors[j].id.as_str().into(),
            share: gathered::rounded(share),
        })
    })
}

/// Mean size of the change since the base year by product and year.
fn size_rows<'a>(window: &'a Window, found: &'a Gathered) -> impl Iterator<Item = SizeRow<'a>> {
    let years = window.base_year + 1..=window.target_year;
    found.products.keys().flat_map(move |product| {
        years.clone().map(move |year| SizeRow {
            hindcast: window.hindcast.as_str().into(),
            product: product.as_str().into(),
            year,
            size_ln: gathered::rounded(found.size(product, &window.importers, [window.base_year, year])),
        })
    })
}
