//! The charts: one file each, from a [`Run`] to a picture and the numbers behind it.

use std::collections::BTreeMap;

use super::frame::{self, Words};
use super::input::Run;
use super::theme::{OptionStyle, option_styles};

mod gains_by_country;
mod gains_by_option;
mod in_force;
mod real_income_fan;
mod sectors;
pub mod swim_lanes;
mod tariff_path;
mod trade_by_partner;

/// A finished chart.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Name of its files without the ending.
    pub stem: &'static str,
    /// What is shown.
    pub title: String,
    /// The picture.
    pub svg: String,
    /// Columns of the numbers behind it.
    pub header: Vec<&'static str>,
    /// The numbers behind it, with the text that stood in the tables of the run.
    pub rows: Vec<Vec<String>>,
    /// How to read it.
    pub reading: String,
    /// What it does not say.
    pub limits: String,
}

/// The backend failed on a chart.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the chart {chart} could not be drawn: {message}. This is a fault of the program; please report it.")]
pub struct DrawError {
    /// Name of the chart.
    pub chart: &'static str,
    /// What the backend said.
    pub message: String,
}

/// A chart that the run has no table for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// Name of the chart.
    pub chart: &'static str,
    /// Table that is not there, or that has no rows for the chart.
    pub table: &'static str,
}

/// A run with the look of its options.
pub struct Scene<'r> {
    /// The run.
    pub run: &'r Run,
    /// Look of each option.
    pub styles: Vec<OptionStyle>,
}

/// Draws every chart for which the run has a table.
///
/// # Errors
/// [`DrawError`] where the backend failed.
pub fn all(run: &Run) -> Result<(Vec<Chart>, Vec<LeftOut>), DrawError> {
    let scene = Scene { run, styles: option_styles(&run.manifest) };
    let mut left_out = Vec::new();
    let mut charts = vec![gains_by_option::draw(&scene)?, gains_by_country::draw(&scene)?];
    let [first, last] = run.manifest.years;
    if first < last {
        charts.push(real_income_fan::draw(&scene)?);
    } else {
        left_out.push(LeftOut { chart: "real_income_fan", table: "projections.csv of two years or more" });
    }
    charts.push(in_force::draw(&scene)?);
    let optional = [
        ("tariff_path", "tariff_path.csv", tariff_path::draw(&scene)?),
        ("sectors", "sectors.csv", sectors::draw(&scene)?),
        ("trade_by_partner", "bilateral.csv", trade_by_partner::draw(&scene)?),
    ];
    for (chart, table, drawn) in optional {
        match drawn {
            Some(drawn) => charts.push(drawn),
            None => left_out.push(LeftOut { chart, table }),
        }
    }
    Ok((charts, left_out))
}

impl Scene<'_> {
    /// Id of an option.
    fn option_id(&self, option: usize) -> String {
        self.run.manifest.options[option].id.clone()
    }

    /// Title and look of options.
    fn headings(&self, options: &[usize]) -> Vec<(String, OptionStyle)> {
        let heading = |&at: &usize| (self.run.manifest.options[at].title.clone(), self.styles[at]);
        options.iter().map(heading).collect()
    }

    /// Title, subtitle and notes; the source is added to the notes.
    fn words(&self, title: String, subtitle: String, note: String) -> Words {
        let manifest = &self.run.manifest;
        let source = format!(
            "Source: {} {}, data set {}; {} draws per option, seed {}.",
            manifest.program, manifest.version, manifest.baseline, manifest.draws, manifest.seed
        );
        Words { title, subtitle, notes: vec![format!("Note: {note}"), source] }
    }

    /// `of <reference option>` as a phrase.
    fn against(&self) -> String {
        format!("against the option \u{201c}{}\u{201d}", self.run.manifest.reference_title())
    }
}

/// The options that occur in the keys of a map, in the order of the manifest.
fn options_of<K: Ord, V>(map: &BTreeMap<K, V>, option: impl Fn(&K) -> usize) -> Vec<usize> {
    let mut options: Vec<usize> = map.keys().map(option).collect();
    options.sort_unstable();
    options.dedup();
    options
}

/// Adds the name of the chart to a failure of the backend.
fn picture(
    chart: &'static str,
    words: &Words,
    height: f64,
    draw: impl FnOnce(&mut super::canvas::Canvas<'_>, frame::Area),
) -> Result<String, DrawError> {
    frame::chart(words, height, draw).map_err(|message| DrawError { chart, message })
}
