//! `--until-se`: a pilot tells how many draws a run needs, and what the run reached stands beside what was asked.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::progress::Progress;
use super::run_resume::UNTIL_SE;
use crate::data::{Axes, Files};
use crate::ensemble::{Pilot, Plan, Unreachable};
use crate::error::{Fault, InputErrors};
use crate::output::dir::OutputDir;
use crate::output::summary::SummaryRow;

/// Ending of the file beside the output folder that keeps the pilot of an unfinished run.
const PILOT: &str = "pilot";

/// What is asked, and the pilot that answers it.
pub struct UntilSe {
    wanted_pp: f64,
    pilot: Pilot,
}

impl UntilSe {
    /// Runs the pilot, or takes that of the same run where one was stopped or is finished and `resumes`.
    ///
    /// # Errors
    /// [`InputErrors`] of plan and data, and where `allow` refuses its size; a state without equilibrium.
    pub fn ask(
        wanted_pp: f64,
        (files, plan): (&Files, &Plan),
        (output, resumes): (&OutputDir, bool),
        allow: &dyn Fn(&Axes, &Plan) -> Result<(), InputErrors>,
        progress: &Progress,
    ) -> anyhow::Result<Self> {
        let kept = kept(output);
        let known = |fingerprint: &str| {
            let of_unfinished =
                fs::read_to_string(&kept).ok().and_then(|text| serde_json::from_str(&text).ok());
            let of_finished = output.standing_work().map(|mut work| work[UNTIL_SE][PILOT].take());
            let values = [of_unfinished, of_finished].into_iter().flatten().filter(|_| resumes);
            let mut pilots = values.filter_map(|value| serde_json::from_value::<Pilot>(value).ok());
            pilots.find(|pilot| pilot.fingerprint == fingerprint)
        };
        let pilot = Pilot::run(files, plan, allow, &known, progress)?;
        // One that cannot be kept is run again.
        let _ = fs::write(&kept, json!(pilot).to_string());
        Ok(Self { wanted_pp, pilot })
    }

    /// Says of which options the pilot cannot tell the error, where it can of others.
    #[must_use]
    pub fn unseen(&self) -> Option<String> {
        let unseen = self.pilot.unseen();
        (!unseen.is_empty()).then(|| {
            format!(
                "warning: --until-se {}: the pilot of {} draws shows too few in force, or too few that are not, of {}; \
                 the others decide",
                self.wanted_pp,
                self.pilot.draws,
                unseen.join(", ")
            )
        })
    }

    /// Solved draws that the run needs.
    ///
    /// # Errors
    /// [`InputErrors`] if no number of them leads there, or the pilot cannot tell.
    pub fn draws(&self) -> Result<u64, InputErrors> {
        self.pilot.draws_for(self.wanted_pp).map_err(|why| {
            let found = format!("{}, but {why}", self.wanted_pp);
            let (expected, remedy) = match &why {
                Unreachable::TooFewEventDraws { needed, .. } => (
                    "an error that solved draws can reach",
                    format!("Give --event-draws {needed} or more, or allow a larger error."),
                ),
                Unreachable::Unseen { .. } => (
                    "a pilot (--draws) that shows an option in force and not",
                    "Give more --draws, or --sampling stratified, which solves draws of both.".to_owned(),
                ),
            };
            Fault::of_file("command line", "--until-se", &found, expected, &remedy).into()
        })
    }

    /// For `work.json`.
    pub fn json(&self) -> Value {
        json!({ "wanted_pp": self.wanted_pp, PILOT: self.pilot })
    }

    /// For `work.json` of a finished run, with what it reached.
    pub fn json_with(&self, rows: &[SummaryRow<'_>]) -> Value {
        let mut json = self.json();
        json["reached_pp"] = largest(rows).map(|(se, _)| se).into();
        json["not_told"] = untold(rows).into();
        json
    }
}

/// The file that keeps the pilot of an unfinished run.
pub fn kept(output: &OutputDir) -> PathBuf {
    output.neighbour(PILOT)
}

/// The run keeps its pilot itself, or never comes to be.
pub fn forget(kept: &Path) {
    let _ = fs::remove_file(kept);
}

/// The rows of the measure in percent.
fn of_income<'r, 'a>(rows: &'r [SummaryRow<'a>]) -> impl Iterator<Item = &'r SummaryRow<'a>> {
    rows.iter().filter(|row| row.measure == rows[0].measure)
}

/// The largest error, and its option.
fn largest<'r>(rows: &'r [SummaryRow<'_>]) -> Option<(f64, &'r str)> {
    let known = of_income(rows).filter_map(|row| Some((row.expected_se?, &*row.option)));
    known.max_by(|(a, _), (b, _)| a.total_cmp(b))
}

/// Options of which no error can be told, or none that holds: no draw of the events has them in force.
fn untold<'r>(rows: &'r [SummaryRow<'_>]) -> Vec<&'r str> {
    let is_untold = |row: &&SummaryRow<'_>| row.expected_se.is_none() || row.chance == Some(0.0);
    of_income(rows).filter(is_untold).map(|row| &*row.option).collect()
}

/// What was asked beside what came out, from the `work.json` of a run and the rows of its answer.
pub fn reached(work: &Value, rows: &[SummaryRow<'_>], draws: u64) -> Option<String> {
    let wanted_pp = work[UNTIL_SE]["wanted_pp"].as_f64()?;
    let unseen = untold(rows);
    let beside = match unseen[..] {
        [] => String::new(),
        _ => format!(
            "; that of {} cannot be told: too few draws in force, or too few that are not",
            unseen.join(", ")
        ),
    };
    let (se, option) = largest(rows).unwrap_or((f64::INFINITY, "every option"));
    let told = format!("the standard error of {option} is {se:.3e} with {draws} draws{beside}");
    Some(match (se <= wanted_pp, unseen.is_empty()) {
        (true, true) => {
            format!(
                "--until-se {wanted_pp}: the largest standard error is {se:.3e} ({option}), with {draws} draws"
            )
        }
        (true, false) => format!("warning: --until-se {wanted_pp} is reached by the others alone: {told}"),
        (false, _) => format!(
            "warning: --until-se {wanted_pp} is not reached: {told}. With these as its pilot (--draws {draws}) a run \
             comes nearer"
        ),
    })
}
