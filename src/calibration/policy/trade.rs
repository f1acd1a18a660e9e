//! What policy needs to know of trade: supply of each country, lines of each group, embodied emissions.

use std::path::Path;

use super::aggregate::FromLines;
use super::facts::{INTENSITY, names, owned};
use super::rows::{Emissions, GroupLines, Supply};
use crate::calibration::Reading;
use crate::data::{Axes, Dataset, Files, SectorKind, Table};
use crate::error::Faults;
use crate::output::rows::Verbatim;
use crate::sorted::{SortedMap, SortedSet, sort_by_key};

/// Baseline whose exports say what cumulation brings in.
pub const BASELINE: &str = "apac";

/// Rows of what policy needs to know of trade.
pub struct Traded {
    /// Of `supply.csv`.
    pub supply: Vec<Supply<'static>>,
    /// Of `group_lines.csv`.
    pub group_lines: Vec<GroupLines<'static>>,
    /// Of `emissions.csv`.
    pub emissions: Vec<Emissions<'static>>,
}

/// Supply, lines and emissions; `groups` is the table of product groups.
pub fn tables(
    input: &Path,
    axes: &Axes,
    groups: Option<&Table>,
    from_lines: Option<&FromLines>,
    reading: &mut Reading,
) -> Option<Traded> {
    let supply = supply(axes, reading);
    let group_lines = from_lines.and_then(group_lines);
    let emissions = emissions(&input.join("facts"), axes, groups?, reading);
    Some(Traded { supply: supply?, group_lines: group_lines?, emissions: emissions? })
}

/// Share of each country in the exports of all, by goods sector.
fn supply(axes: &Axes, reading: &mut Reading) -> Option<Vec<Supply<'static>>> {
    let data = Dataset::read(&Files::embedded().folder(BASELINE));
    let data = data.map_err(|errors| reading.faults.extend(Faults::from(errors))).ok()?;
    let mut rows = Vec::new();
    for (j, sector) in data.axes.sectors.iter().enumerate().filter(|(_, one)| one.kind == SectorKind::Goods) {
        let exports =
            |i: usize| -> f64 { (0..data.n()).filter(|&n| n != i).map(|n| data.trade_musd[[j, n, i]]).sum() };
        let world: f64 = (0..data.n()).map(exports).sum();
        for (i, country) in data.axes.countries.iter().enumerate() {
            if axes.country_idx.contains_key(&country.iso3) {
                rows.push(Supply {
                    country: country.iso3.clone().into(),
                    sector: sector.id.clone().into(),
                    supply_share: Verbatim(format!("{:.5}", exports(i) / world).into()),
                    source: "share in the exports of all economies of the default set".into(),
                    mark: "public".into(),
                });
            }
        }
    }
    Some(rows)
}

/// HS6 products of each group, of the importer with the most lines.
fn group_lines(from_lines: &FromLines) -> Option<Vec<GroupLines<'static>>> {
    let lines = from_lines.lines.values().max_by_key(|lines| lines.schedule.lines.len())?;
    let mut counts: SortedMap<String, u64> = SortedMap::new();
    let products: SortedSet<(&str, usize)> =
        lines.schedule.lines.iter().map(|line| (&line.code[..6], line.group)).collect();
    for (_, group) in products {
        *counts.entry(lines.groups[group].clone()).or_default() += 1;
    }
    let row = |(group, lines): (String, u64)| GroupLines {
        product_group: group.into(),
        lines,
        source: "HS6 products by group (data/sources/policy/group_products.csv)".into(),
        mark: "public".into(),
    };
    Some(counts.into_iter().map(row).collect())
}

/// Emissions of product groups: of the group or sector of the facts that each is part of.
fn emissions(
    facts: &Path,
    axes: &Axes,
    groups: &Table,
    reading: &mut Reading,
) -> Option<Vec<Emissions<'static>>> {
    let columns = ["iso3", "product_group", "t_co2_per_1000_usd", "definition", "confidence"];
    let table = reading.table(&facts.join("emissions.csv"), &columns)?;
    reading.each_once(&table, &["iso3", "product_group"]);
    let known = names(Some(groups), "emissions_of");
    for row in table.rows() {
        row.index("iso3", &axes.country_idx, "country of the set", &mut reading.faults);
        row.index("product_group", &known, "name in product_groups.csv", &mut reading.faults);
        reading.number(&row, "t_co2_per_1000_usd", INTENSITY);
    }
    let mut rows = Vec::new();
    for country in &axes.countries {
        for group in groups.rows() {
            let figure = group.text("emissions_of");
            let find = || {
                table
                    .rows()
                    .find(|row| row.text("iso3") == country.iso3 && row.text("product_group") == figure)
            };
            let Some(row) = (!figure.is_empty()).then(find).flatten() else {
                reading.left(&table, "missing for groups", group.text("product_group"));
                continue;
            };
            rows.push(Emissions {
                exporter: country.iso3.clone().into(),
                product_group: owned(&group, "product_group"),
                t_co2_per_1000_usd: Verbatim(owned(&row, "t_co2_per_1000_usd")),
                source: owned(&row, "definition"),
                mark: owned(&row, "confidence"),
            });
        }
    }
    let cells = |row: &Emissions<'static>| {
        let Emissions { exporter, product_group, t_co2_per_1000_usd, source, mark } = row.clone();
        [exporter, product_group, t_co2_per_1000_usd.0, source, mark]
    };
    sort_by_key(&mut rows, cells);
    Some(rows)
}
