//! Charts and one HTML page from the files of a finished run, and from nothing else.
//!
//! ```text
//! manifest.json, *.csv  ->  rows of `output`  ->  Run (the numbers shown)  ->  charts (SVG, PNG and CSV)
//!                       ->  PageData                                      ->  page (report.html)
//! ```
//!
//! Nothing of the economics is computed here: the module picks rows, sorts them and sets them. Every number
//! in `charts/*.csv` is a cell of the run. All names come from `manifest.json`, so that the same
//! code serves another country, other options or another data set. The same files give the same bytes.
//!
//! | module | holds |
//! | --- | --- |
//! | [`manifest`], [`input`], `draws`, `reader`, `read` | what is shown, how it is read, and the faults of what cannot be |
//! | [`axis`], [`canvas`], [`marks`], [`text`], [`colour`], [`theme`], [`frame`], [`matrix`] | scales, drawing, room for text, colours, what charts share |
//! | [`svg`], [`png`] | the two forms of a drawing |
//! | [`charts`] | one file per chart |
//! | [`answer`], [`page`] | the words and tables of the page |

use crate::data::Files;
use crate::error::InputErrors;
use crate::numerics::parallel;
use crate::output::dir::{OutputDir, OutputError};

pub mod answer;
pub mod axis;
pub mod canvas;
pub mod charts;
pub mod colour;
mod draws;
pub mod escape;
pub mod frame;
pub mod input;
pub mod manifest;
pub mod marks;
pub mod matrix;
pub mod page;
pub mod png;
mod read;
mod reader;
pub mod svg;
pub mod text;
pub mod theme;

pub use charts::{DrawError, LeftOut};
use frame::Picture;
pub use input::Run;
pub use page::data::{PageData, addable};

/// Folder of the charts inside the output folder.
pub const CHARTS: &str = "charts";
/// Name of the page.
pub const PAGE: &str = "report.html";

/// The report could not be made. Charts and page of an earlier report are still there.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file of the run is missing or faulty.
    #[error(transparent)]
    Input(#[from] InputErrors),
    /// The output folder could not be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// A chart could not be drawn.
    #[error(transparent)]
    Draw(#[from] DrawError),
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportSummary {
    /// Names of the charts, without their endings, in the order of the page.
    pub charts: Vec<&'static str>,
    /// Charts for which the run has no table.
    pub left_out: Vec<LeftOut>,
}

/// Writes `charts/` and `report.html` of a run to `output`, which is not finished here.
///
/// # Errors
/// [`ReportError`]; nothing is written unless every chart could be drawn.
pub fn write(run: &Run, data: &PageData, output: &OutputDir) -> Result<ReportSummary, ReportError> {
    let (charts, left_out) = charts::all(run)?;
    let page = page::page(run, data, &charts, &left_out);
    for chart in &charts {
        write_picture(output, &format!("{CHARTS}/{}", chart.stem), &chart.picture)?;
        output.write_text(&format!("{CHARTS}/{}.csv", chart.stem), &chart.csv)?;
    }
    charts::schemas().into_iter().for_each(|schema| output.declare(schema));
    output.write_text(PAGE, &page)?;
    let charts = charts.iter().map(|chart| chart.stem).collect();
    Ok(ReportSummary { charts, left_out })
}

/// Writes a picture in both forms.
///
/// # Errors
/// [`OutputError`] if a file cannot be written.
pub fn write_picture(output: &OutputDir, stem: &str, picture: &Picture) -> Result<(), OutputError> {
    output.write_text(&format!("{stem}.svg"), &picture.svg)?;
    output.write_bytes(&format!("{stem}.png"), &picture.png)
}

/// Reads the tables of a run, and with `beside` those of other folders that the page shows.
///
/// # Errors
/// [`InputErrors`], as [`Run::read`] and [`PageData::read`].
pub fn read(files: &Files, beside: &[Files]) -> Result<(Run, PageData), InputErrors> {
    let last_year = manifest::Manifest::read(files)?.last_year();
    let (run, data) = parallel::both(|| Run::read(files), || PageData::read(files, beside, last_year));
    Ok((run?, data?))
}

/// Reads the tables of a run from the folder `output`, and adds `charts/` and `report.html`.
///
/// # Errors
/// [`ReportError`], as [`write()`]; a fault of the tables.
pub fn of_folder(output: &OutputDir) -> Result<ReportSummary, ReportError> {
    let (run, data) = read(&Files::result(output.path()), &[])?;
    write(&run, &data, output)
}

/// True for the files that [`write()`] makes.
#[must_use]
pub fn is_report_file(path: &str) -> bool {
    path == PAGE || path.strip_prefix(CHARTS).is_some_and(|rest| rest.starts_with('/'))
}
