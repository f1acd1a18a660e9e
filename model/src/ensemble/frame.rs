//! What the blocks of a run need to become tables.

use serde::{Deserialize, Serialize};

use super::block::SECTOR_MEASURES;
use super::experiment::Experiment;
use super::options::Outlook;
use super::plan::Plan;
use super::sample::Sample;
use crate::data::sha256;
use crate::projection::Outcome;

/// What the numbers of the blocks of a run mean.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunFrame {
    /// The plan.
    pub plan: Plan,
    /// Country codes, in the order of blocks.
    pub countries: Vec<String>,
    /// Sector ids, in the order of blocks.
    pub sectors: Vec<String>,
    /// Chances and dates of the options, in the order of the plan.
    pub outlooks: Vec<Outlook>,
    /// The solved draws of all parts, and what each counts for.
    pub sample: Sample,
}

impl RunFrame {
    /// The frame of an experiment.
    #[must_use]
    pub fn new(experiment: &Experiment) -> Self {
        Self {
            plan: experiment.plan.clone(),
            countries: experiment.axes.countries.iter().map(|country| country.iso3.clone()).collect(),
            sectors: experiment.axes.sectors.iter().map(|sector| sector.id.clone()).collect(),
            outlooks: experiment.options.iter().map(|option| option.outlook.clone()).collect(),
            sample: experiment.sample.clone(),
        }
    }

    /// Names and units of the country measures of this run.
    #[must_use]
    pub fn measures(&self) -> &'static [(&'static str, &'static str)] {
        let n = if self.plan.dynamics.labour { Outcome::MEASURES.len() } else { Outcome::WITHOUT_LABOUR };
        &Outcome::MEASURES[..n]
    }

    /// Names and units of its sector measures.
    #[must_use]
    pub fn sector_measures(&self) -> &'static [(&'static str, &'static str)] {
        &SECTOR_MEASURES[..SECTOR_MEASURES.len() - usize::from(!self.plan.dynamics.labour)]
    }

    /// True if the plan names a reference option and a focus country that are there, each option has its outlook and each
    /// draw its stratum; the frame of an experiment always is, one that was read from a file may have been edited.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.plan.options.contains(&self.plan.reference_option)
            && self.countries.contains(&self.plan.focus)
            && self.outlooks.len() == self.plan.options.len()
            && self.sample.is_sound(self.plan.draws)
    }

    /// Position of the option that gains are also measured against.
    ///
    /// # Panics
    /// Where the frame is not sound.
    #[must_use]
    pub fn reference(&self) -> usize {
        let found = self.plan.options.iter().position(|id| *id == self.plan.reference_option);
        found.expect("the frame is sound")
    }

    /// Position of the country that charts centre on.
    ///
    /// # Panics
    /// Where the frame is not sound.
    #[must_use]
    pub fn focus(&self) -> usize {
        let found = self.countries.iter().position(|code| *code == self.plan.focus);
        found.expect("the frame is sound")
    }
}

impl Experiment {
    /// Names the run: equal fingerprints give equal results. SHA-256, in hexadecimal, of version, plan and inputs.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let plan = serde_json::to_string(&self.plan).expect("a plan has no value that JSON lacks");
        let mut all = format!("{}\n{plan}\n", env!("CARGO_PKG_VERSION"));
        self.inputs.iter().for_each(|file| all += &format!("{} {}\n", file.sha256, file.path));
        sha256(all.as_bytes())
    }
}
