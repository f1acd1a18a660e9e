//! `manifest.json` of `tradepath run`: what was run, with what, and how much it took.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::manifest;
use super::run_resume::{DIGITS, EVENTS, Made, PART};
use crate::calibration::Provenance;
use crate::data::{Country, Files, SectorKind};
use crate::ensemble::{Experiment, RunCounts, RunResults};
use crate::error::{Faults, InputErrors};
use crate::output::rows;

/// The manifest of a run: the same bytes for every way to the same result; `files` holds the data of its plan.
///
/// # Errors
/// [`InputErrors`] if `provenance.csv` of the baseline is faulty.
pub fn of<B>(found: &RunResults<B>, files: &Files, made: &Made) -> Result<Value, InputErrors> {
    let (experiment, plan) = (&found.experiment, &found.frame.plan);
    let options: Vec<Value> = experiment
        .options
        .iter()
        .map(|run| json!({ "id": run.spec.id, "title": run.spec.title, "description": run.spec.description }))
        .collect();
    let sectors: Vec<Value> = experiment
        .axes
        .sectors
        .iter()
        .map(|sector| {
            let kind = if sector.kind == SectorKind::Goods { "goods" } else { "services" };
            json!({ "id": sector.id, "name": sector.name, "kind": kind })
        })
        .collect();
    Ok(json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "run",
        "plan": plan.name, "title": plan.title, "focus": plan.focus, "partners": plan.partners,
        "seed": plan.seed, "draws": plan.draws, "event_draws": plan.event_draws, "sampling": plan.sampling, "points": plan.points,
        "strata": experiment.sample.strata(), "years": plan.years, "reference_option": plan.reference_option,
        "baseline": experiment.meta.name, "source": experiment.meta.source, "licence": experiment.meta.licence,
        "options": options, "countries": countries(experiment, files)?, "sectors": sectors,
        "uncertainty": plan.uncertainty, "inputs": manifest::of_log(&experiment.inputs),
        EVENTS: made.events, DIGITS: made.digits,
        "fingerprint": found.fingerprint, PART: made.part(),
    }))
}

/// How much this command computed: it differs between two ways to the same result, and stands beside the manifest.
#[must_use]
pub fn work(counts: &RunCounts, elapsed: Duration) -> Value {
    let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "run",
        "seconds": elapsed.as_secs_f64(), "threads": rayon::current_num_threads(),
        "states": count(&counts.states), "equilibria_solved": count(&counts.solves),
        "evaluations": count(&counts.evaluations), "largest_residual": count(&counts.residual_e18) as f64 * 1e-18,
    })
}

/// Countries, and how many blocks of each one's data are observed, scaled and imputed.
fn countries(experiment: &Experiment, files: &Files) -> Result<Vec<Value>, InputErrors> {
    let mut faults = Faults::new();
    let folder = files.folder(&experiment.plan.baseline);
    let table = rows::open::<Provenance<'_>>(&folder, &mut faults);
    let blocks: Vec<Provenance<'_>> =
        table.iter().flat_map(|table| rows::read(table, &mut faults)).map(|(_, row)| row).collect();
    faults.into_result(())?;
    let count = |code: &str, status: &str| {
        blocks.iter().filter(|block| block.country == code && block.status == status).count()
    };
    let of = |country: &Country| {
        let code = country.iso3.as_str();
        json!({
            "iso3": code, "name": country.name, "region": country.region,
            "observed_blocks": count(code, "observed"), "scaled_blocks": count(code, "scaled"),
            "imputed_blocks": count(code, "imputed"),
        })
    };
    Ok(experiment.axes.countries.iter().map(of).collect())
}
