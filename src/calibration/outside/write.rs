//! Writes the balanced baseline with its provenance and adjustments.

use std::path::Path;

use ndarray::Axis;

use super::complete::Complete;
use super::gathered::Facts;
use crate::calibration::balance::{Adjustment, Balanced};
use crate::calibration::tables::{
    self, AdjustmentRow, FlowRow, InputRow, Provenance, TariffRow, UnmatchedRow, ValueAddedRow,
};
use crate::data::{Axes, Dataset, Files};
use crate::economy::Economy;
use crate::error::{Fault, InputErrors};
use crate::output::dir::{Existing, OutputDir};
use crate::output::rows::{Rounded, number};

/// Adjustments that the summary shows.
const SHOWN: usize = 10;

/// Writes the directory `out`, whole or not at all; it is read back before it takes its name.
///
/// # Errors
/// If the folder is in use or cannot be written, or what was made is no sound baseline: the faults name the
/// user's file.
pub fn write(
    balanced: &Balanced,
    (facts, more): (&Facts, Option<&Complete>),
    out: &Path,
    existing: Existing,
) -> anyhow::Result<()> {
    let dir = OutputDir::create(out, existing)?;
    fill(balanced, (facts, more), &dir)?;
    let data = Dataset::read(&Files::directory(dir.path())).map_err(|errors| of_the_user(errors, facts))?;
    Economy::from_dataset(&data).map_err(|errors| of_the_user(errors, facts))?;
    dir.finish()?;
    Ok(())
}

/// Faults of the result as faults of the user's file.
fn of_the_user(errors: InputErrors, facts: &Facts) -> InputErrors {
    let of = |fault: Fault| {
        let field = format!("{} (after balancing)", fault.field);
        let remedy = format!(
            "Look at what these tables say of it: a code that no other table has, a unit, a lost row. Of the baseline \
             made of them: {}",
            fault.remedy
        );
        placed(Fault { field, remedy, ..fault }, facts)
    };
    InputErrors(errors.0.into_iter().map(of).collect())
}

/// A fault of a country with the file and line where the country first has figures, else with the main file.
pub(super) fn placed(fault: Fault, facts: &Facts) -> Fault {
    let words = fault.field.split([' ', ',']).chain(fault.found.split([' ', ',']));
    let place = words.filter_map(|word| facts.places.get(word)).next().cloned();
    let (file, line) = place.map_or((facts.main_file.clone(), None), |(file, line)| (file, Some(line)));
    Fault { file, line, ..fault }
}

fn fill(
    balanced: &Balanced,
    (facts, more): (&Facts, Option<&Complete>),
    dir: &OutputDir,
) -> anyhow::Result<()> {
    let axes = &balanced.axes;
    dir.write_text("meta.toml", &meta(facts))?;
    tables::write_axes(dir, axes)?;
    dir.write_rows(cells(axes).map(|at| FlowRow {
        exporter: axes.countries[at[2]].iso3.as_str().into(),
        importer: axes.countries[at[1]].iso3.as_str().into(),
        sector: axes.sectors[at[0]].id.as_str().into(),
        value_musd: Rounded::Significant(balanced.trade_musd[at]),
    }))?;
    if facts.has_tariffs {
        dir.write_rows(cells(axes).map(|at| TariffRow {
            exporter: axes.countries[at[2]].iso3.as_str().into(),
            importer: axes.countries[at[1]].iso3.as_str().into(),
            sector: axes.sectors[at[0]].id.as_str().into(),
            tariff_pct: Rounded::Significant(balanced.tariff_pct[at]),
        }))?;
    }
    let (inputs, value_added) = shares(balanced);
    if !inputs.is_empty() {
        dir.write_rows(inputs)?;
    }
    dir.write_rows(value_added)?;
    dir.write_rows(balanced.adjustments.iter().map(row))?;
    let added = more.into_iter().flat_map(Complete::provenance);
    dir.write_rows(provenance(balanced, facts).chain(added))?;
    if let Some(more) = more {
        more.write(dir)?;
        let output = balanced.trade_musd.sum_axis(Axis(1)).reversed_axes();
        let value_added = ((1.0 - balanced.gamma_io.sum_axis(Axis(1))) * output).sum_axis(Axis(1));
        dir.write_rows(more.targets(axes, &value_added))?;
    }
    if !facts.unmatched.is_empty() {
        let rows = facts.unmatched.iter();
        dir.write_rows(rows.map(|(code, musd)| UnmatchedRow { code: code.into(), value_musd: *musd }))?;
    }
    Ok(())
}

/// Every note holds for all countries; none has a donor.
fn provenance<'a>(balanced: &'a Balanced, facts: &'a Facts) -> impl Iterator<Item = Provenance<'a>> {
    balanced.axes.countries.iter().flat_map(|country| {
        facts.provenance.iter().map(|[block, status, source]| Provenance {
            country: country.iso3.as_str().into(),
            block: block.as_str().into(),
            status: status.as_str().into(),
            source: source.as_str().into(),
            donor: "".into(),
        })
    })
}

fn meta(facts: &Facts) -> String {
    let layout = facts.layout.name();
    format!(
        "name = \"{layout}\"\nyear = {}\nunit = \"musd\"\nvaluation = \"border\"\n\
         source = \"tables in the {layout} layout, aggregated and balanced by tradepath\"\n\
         licence = \"that of the source\"\n",
        facts.year
    )
}

/// What the user is told: what was read, used and left out, assumptions, the share of trade left out, and the largest moves.
#[must_use]
pub fn summary(balanced: &Balanced, facts: &Facts) -> Vec<String> {
    let axes = &balanced.axes;
    let mut lines =
        vec![format!("{} countries x {} sectors, {}", axes.n_countries(), axes.n_sectors(), facts.year)];
    lines.extend(facts.reading.iter().cloned());
    lines.extend(
        facts.provenance.iter().map(|[block, status, source]| format!("{block}: {status}, {source}")),
    );
    if facts.unmatched_share > 0.0 {
        let pct = number((facts.unmatched_share * 1e5).round() / 1e3);
        lines.push(format!("{pct} % of trade matches no sector or country: unmatched.csv"));
    }
    lines.push(format!(
        "balancing: {} cells moved in {} sweeps, largest gap {:.0e}",
        balanced.adjustments.len(),
        balanced.sweeps,
        balanced.residual
    ));
    for a in balanced.adjustments.iter().take(SHOWN) {
        let partner = if a.partner.is_empty() { String::new() } else { format!(",{}", a.partner) };
        let change = (a.before_musd, a.after_musd);
        lines.push(format!(
            "  {} {},{}{partner}: {:.1} to {:.1} million USD ({})",
            a.table, a.country, a.sector, change.0, change.1, a.step
        ));
    }
    lines
}

fn row(a: &Adjustment) -> AdjustmentRow<'_> {
    AdjustmentRow {
        table: a.table.into(),
        country: a.country.as_str().into(),
        sector: a.sector.as_str().into(),
        partner: a.partner.as_str().into(),
        before_musd: Rounded::Significant(a.before_musd),
        after_musd: Rounded::Significant(a.after_musd),
        step: a.step.into(),
    }
}

/// All cells `[j,n,i]` in the order of files: exporter, importer, sector.
fn cells(axes: &Axes) -> impl Iterator<Item = [usize; 3]> + use<> {
    let (n, s) = (axes.n_countries(), axes.n_sectors());
    (0..n * n * s).map(move |cell| [cell % s, cell / s % n, cell / (n * s)])
}

/// Input shares as they stand in the file, and value-added shares as what they leave.
fn shares(balanced: &Balanced) -> (Vec<InputRow<'_>>, Vec<ValueAddedRow<'_>>) {
    let axes = &balanced.axes;
    let (mut inputs, mut value_added) = (Vec::new(), Vec::new());
    let has_inputs = balanced.gamma_io.iter().any(|share| *share > 0.0);
    for (n, country) in axes.countries.iter().enumerate() {
        for (j, using) in axes.sectors.iter().enumerate() {
            let mut left = 1.0;
            for (k, supplying) in axes.sectors.iter().enumerate().filter(|_| has_inputs) {
                let share = Rounded::Significant(balanced.gamma_io[[n, k, j]]);
                left -= share.written();
                inputs.push(InputRow {
                    country: country.iso3.as_str().into(),
                    input_sector: supplying.id.as_str().into(),
                    output_sector: using.id.as_str().into(),
                    share,
                });
            }
            value_added.push(ValueAddedRow {
                country: country.iso3.as_str().into(),
                sector: using.id.as_str().into(),
                share: Rounded::Significant(left.max(0.0)),
            });
        }
    }
    (inputs, value_added)
}
