//! What all charts are made of: a run, the look of its options, and the finished chart.

use super::super::answer::standings;
use super::super::canvas::Canvas;
use super::super::frame::{self, Area, Picture, Words};
use super::super::input::Run;
use super::super::theme::OptionStyle;
use crate::output::rows::Text;
use crate::sorted::SortedMap;

/// A finished chart.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Name of its files without the ending.
    pub stem: &'static str,
    /// What is shown.
    pub title: String,
    /// The picture.
    pub picture: Picture,
    /// The numbers behind it as a table.
    pub csv: String,
    /// How to read it.
    pub reading: String,
    /// What it does not say.
    pub limits: String,
}

/// A picture that could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the chart {chart} could not be drawn: {message}. This is a fault of the program; please report it.")]
pub struct DrawError {
    /// Name of the chart.
    pub chart: &'static str,
    /// What went wrong.
    pub message: String,
}

/// A run with the look of its options.
pub struct Scene<'r> {
    /// The run.
    pub run: &'r Run,
    /// Look of each option.
    pub styles: Vec<OptionStyle>,
}

impl Scene<'_> {
    /// Id of an option.
    pub fn option_id(&self, option: usize) -> Text<'_> {
        self.run.manifest.options[option].id.as_str().into()
    }

    /// Code of a country.
    pub fn code(&self, country: usize) -> Text<'_> {
        self.run.manifest.countries[country].iso3.as_str().into()
    }

    /// Code of the focus country.
    pub fn focus(&self) -> Text<'_> {
        self.run.manifest.focus.as_str().into()
    }

    /// Title and look of options.
    pub fn headings(&self, options: &[usize]) -> Vec<(String, OptionStyle)> {
        let heading = |&at: &usize| (self.run.manifest.options[at].title.clone(), self.styles[at]);
        options.iter().map(heading).collect()
    }

    /// Title, subtitle and notes; the source is added to the notes.
    pub fn words(&self, title: String, subtitle: String, note: String) -> Words {
        let manifest = &self.run.manifest;
        let source = format!(
            "Source: {} {}, data set {}; {} draws per option, seed {}.",
            manifest.program, manifest.version, manifest.baseline, manifest.draws, manifest.seed
        );
        Words { title, subtitle, notes: vec![format!("Note: {note}"), source] }
    }

    /// Title of an option between quotation marks.
    pub fn quoted(&self, option: usize) -> String {
        format!("\u{201c}{}\u{201d}", self.run.manifest.options[option].title)
    }

    /// `against <reference option>` as a phrase.
    pub fn against(&self) -> String {
        format!("against \u{201c}{}\u{201d}", self.run.manifest.reference_title())
    }
}

/// The option that comes first in the answer.
pub fn best(run: &Run) -> Option<usize> {
    standings(run).first().map(|standing| standing.option)
}

/// The options that occur in the keys of a map, in the order of the manifest.
pub fn options_of<K: Ord, V>(map: &SortedMap<K, V>, option: impl Fn(&K) -> usize) -> Vec<usize> {
    let mut options: Vec<usize> = map.keys().map(option).collect();
    options.sort_unstable();
    options.dedup();
    options
}

/// Adds the name of the chart to a failure of the backend.
pub fn picture(
    chart: &'static str,
    words: &Words,
    height: f64,
    draw: &dyn Fn(&mut Canvas, Area),
) -> Result<Picture, DrawError> {
    frame::chart(words, height, draw).map_err(|message| DrawError { chart, message })
}
