//! Writes the balanced baseline with its provenance and adjustments.

use std::path::Path;

use super::gathered::Facts;
use crate::calibration::PROVENANCE_COLUMNS;
use crate::calibration::balance::{Adjustment, Balanced};
use crate::data::{Dataset, Files, SectorKind};
use crate::economy::Economy;
use crate::error::{Fault, InputErrors};
use crate::output::dir::{Existing, OutputDir, number};

/// Adjustments that the summary shows.
const SHOWN: usize = 10;

/// Writes the directory `out`, whole or not at all; it is read back before it takes its name.
///
/// # Errors
/// Where the folder is in use or cannot be written, or what was made is no sound baseline: the faults name the
/// user's file.
pub fn write(balanced: &Balanced, facts: &Facts, out: &Path, existing: Existing) -> anyhow::Result<()> {
    let dir = OutputDir::create(out, existing)?;
    fill(balanced, facts, &dir)?;
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

fn fill(balanced: &Balanced, facts: &Facts, dir: &OutputDir) -> anyhow::Result<()> {
    let axes = &balanced.axes;
    dir.write_text("meta.toml", &meta(facts))?;
    let countries = axes.countries.iter().map(|c| vec![c.iso3.clone(), c.name.clone(), c.region.clone()]);
    dir.write_csv("countries.csv", &["iso3", "name", "region"], &countries.collect::<Vec<_>>())?;
    let text = |value: Option<f64>| value.map_or_else(String::new, number);
    let sectors = axes.sectors.iter().map(|s| {
        let kind = if s.kind == SectorKind::Goods { "goods" } else { "services" };
        vec![s.id.clone(), s.name.clone(), kind.into(), text(s.theta), text(s.theta_se)]
    });
    let columns = ["sector", "name", "kind", "theta", "theta_se"];
    dir.write_csv("sectors.csv", &columns, &sectors.collect::<Vec<_>>())?;
    let columns = ["exporter", "importer", "sector", "value_musd"];
    dir.write_csv("trade.csv", &columns, &cells(balanced, &balanced.trade_musd))?;
    if facts.has_tariffs {
        let columns = ["exporter", "importer", "sector", "tariff_pct"];
        dir.write_csv("tariffs.csv", &columns, &cells(balanced, &balanced.tariff_pct))?;
    }
    let (inputs, value_added) = shares(balanced);
    if !inputs.is_empty() {
        dir.write_csv("io.csv", &["country", "input_sector", "output_sector", "share"], &inputs)?;
    }
    dir.write_csv("value_added.csv", &["country", "sector", "share"], &value_added)?;
    let columns = ["table", "country", "sector", "partner", "before_musd", "after_musd", "step"];
    dir.write_csv("adjustments.csv", &columns, &balanced.adjustments.iter().map(row).collect::<Vec<_>>())?;
    dir.write_csv("provenance.csv", &PROVENANCE_COLUMNS, &provenance_rows(balanced, facts))?;
    if !facts.unmatched.is_empty() {
        let rows = facts.unmatched.iter().map(|(code, musd)| vec![code.clone(), number(*musd)]);
        dir.write_csv("unmatched.csv", &["code", "value_musd"], &rows.collect::<Vec<_>>())?;
    }
    Ok(())
}

/// Every note holds for all countries; none has a donor.
fn provenance_rows(balanced: &Balanced, facts: &Facts) -> Vec<Vec<String>> {
    let of_country = |country: &crate::data::Country| {
        let row = |[block, status, source]: &[String; 3]| {
            vec![country.iso3.clone(), block.clone(), status.clone(), source.clone(), String::new()]
        };
        facts.provenance.iter().map(row).collect::<Vec<_>>()
    };
    balanced.axes.countries.iter().flat_map(of_country).collect()
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

fn row(a: &Adjustment) -> Vec<String> {
    vec![
        a.table.into(),
        a.country.clone(),
        a.sector.clone(),
        a.partner.clone(),
        number(a.before_musd),
        number(a.after_musd),
        a.step.into(),
    ]
}

fn cells(balanced: &Balanced, values: &ndarray::Array3<f64>) -> Vec<Vec<String>> {
    let axes = &balanced.axes;
    let mut rows = Vec::with_capacity(values.len());
    for (i, exporter) in axes.countries.iter().enumerate() {
        for (n, importer) in axes.countries.iter().enumerate() {
            for (j, sector) in axes.sectors.iter().enumerate() {
                let value = number(values[[j, n, i]]);
                rows.push(vec![exporter.iso3.clone(), importer.iso3.clone(), sector.id.clone(), value]);
            }
        }
    }
    rows
}

/// Input shares as they stand in the file, and value-added shares as what they leave.
fn shares(balanced: &Balanced) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
    let axes = &balanced.axes;
    let (mut inputs, mut value_added) = (Vec::new(), Vec::new());
    let has_inputs = balanced.gamma_io.iter().any(|share| *share > 0.0);
    for (n, country) in axes.countries.iter().enumerate() {
        for (j, using) in axes.sectors.iter().enumerate() {
            let mut left = 1.0;
            for (k, supplying) in axes.sectors.iter().enumerate().filter(|_| has_inputs) {
                let share = number(balanced.gamma_io[[n, k, j]]);
                left -= share.parse::<f64>().expect("a share that was just written");
                inputs.push(vec![country.iso3.clone(), supplying.id.clone(), using.id.clone(), share]);
            }
            value_added.push(vec![country.iso3.clone(), using.id.clone(), number(left.max(0.0))]);
        }
    }
    (inputs, value_added)
}
