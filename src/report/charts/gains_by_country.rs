//! Gain of every country on the reference path in the last year: a table of numbers on a coloured ground.

use super::super::axis::{decimals_for, signed};
use super::super::canvas::{Align, Canvas, Lettering};
use super::super::colour::Rgb;
use super::super::frame::Area;
use super::super::input::Measure;
use super::super::matrix::{Matrix, band_areas, band_height, bands};
use super::super::theme::{GAIN, INK, LOSS, TICK_SIZE, WHITE, ink_on, tint};
use super::scene::{Chart, DrawError, Scene, picture};
use crate::output::rows::{self, Text, table};
use crate::sorted::sort_by;

const STEM: &str = "gains_by_country";
/// Height of a row of the table.
const ROW: f64 = 18.0;
/// Deepest share of the colour, so that the numbers stay readable.
const DEEPEST: f64 = 0.9;

table! {
    /// Numbers behind the chart.
    pub struct CountryGain<'a> in "charts/gains_by_country.csv" by (option, year, iso3) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Country
        iso3: Text<'a>,
        /// Name of the country
        name: Text<'a>,
        /// Real income against the reference option, on the reference path
        real_income_vs_reference_pct: f64 ["pct"],
    }
}

/// Draws the chart.
pub fn draw(scene: &Scene<'_>) -> Result<Chart, DrawError> {
    let manifest = &scene.run.manifest;
    let title = title(scene);
    let subtitle =
        format!("Real income, percent, {}, reference path, {}", manifest.last_year(), scene.against());
    let note =
        "path on which every stage of the option succeeds after its median duration, in the world of the reference option; central parameters. \
                Blue = gain, orange = loss; the depth of the colour follows the square root of the number. \
                Countries are sorted by their largest number, the country in focus first."
            .to_owned();
    let order = order(scene);
    let words = scene.words(title.clone(), subtitle, note);
    let height = band_height(bands(&manifest.compared()).len(), order.len(), ROW);
    let picture = picture(STEM, &words, height, &|canvas, area| draw_cells(canvas, area, scene, &order))?;
    Ok(Chart {
        stem: STEM,
        title,
        picture,
        csv: rows::text(numbers(scene, &order)),
        reading:
            "Rows are countries, columns options; each number is the change of the country's real income \
                  on the reference path of the option. Read along a row to see which option suits a \
                  country, down a column to see who gains and who loses."
                .into(),
        limits:
            "The numbers do not say how likely an option is, and they carry no interval. Percentages hide the \
                 size of a country: a small number for a large economy can be more money than a large number \
                 for a small one."
                .into(),
    })
}

/// Who gains most, and how many gain with it.
fn title(scene: &Scene<'_>) -> String {
    let manifest = &scene.run.manifest;
    let all =
        (0..manifest.countries.len()).flat_map(|n| manifest.compared().into_iter().map(move |o| (n, o)));
    let told = all.filter_map(|(n, option)| Some((n, option, cell(scene, n, option)?)));
    let Some((country, option, gain)) = told.max_by(|a, b| a.2.total_cmp(&b.2)) else {
        return "No gain is told".into();
    };
    let gains = (0..manifest.countries.len()).filter_map(|n| cell(scene, n, option));
    let (gainers, n) = gains.fold((0, 0), |(up, n), gain| (up + usize::from(gain > 0.0), n + 1));
    format!(
        "Largest gain if it happens: {}, {} %, under {}; {gainers} of {n} countries gain under it",
        manifest.countries[country].name,
        signed(gain, decimals_for([gain])),
        scene.quoted(option),
    )
}

fn cell(scene: &Scene<'_>, country: usize, option: usize) -> Option<f64> {
    scene.run.reference.get(&(option, scene.run.manifest.last_year(), country, Measure::Pct)).copied()
}

/// The countries with their largest number first, the focus before all.
fn order(scene: &Scene<'_>) -> Vec<usize> {
    let options = scene.run.manifest.compared();
    let largest = |country: usize| {
        let values = options.iter().filter_map(|&option| cell(scene, country, option));
        values.fold(f64::NEG_INFINITY, f64::max)
    };
    let focus = scene.run.focus();
    let mut order: Vec<(usize, f64)> =
        (0..scene.run.manifest.countries.len()).map(|country| (country, largest(country))).collect();
    sort_by(&mut order, |a, b| {
        (b.0 == focus).cmp(&(a.0 == focus)).then(b.1.total_cmp(&a.1)).then(a.0.cmp(&b.0))
    });
    order.into_iter().map(|(country, _)| country).collect()
}

fn draw_cells(canvas: &mut Canvas, area: Area, scene: &Scene<'_>, order: &[usize]) {
    let bands = bands(&scene.run.manifest.compared());
    let all = order.iter().flat_map(|&country| {
        scene.run.manifest.compared().into_iter().filter_map(move |option| cell(scene, country, option))
    });
    let most = all.fold(0.0_f64, |most, figure| most.max(figure.abs()));
    for (options, area) in bands.iter().zip(band_areas(area, bands.len())) {
        draw_band(canvas, area, scene, (order, options), most);
    }
}

fn draw_band(
    canvas: &mut Canvas,
    area: Area,
    scene: &Scene<'_>,
    (order, options): (&[usize], &[usize]),
    most: f64,
) {
    let manifest = &scene.run.manifest;
    let focus = scene.run.focus();
    let labels: Vec<(String, bool)> =
        order.iter().map(|&country| (manifest.countries[country].name.clone(), country == focus)).collect();
    let matrix = Matrix::draw(canvas, area, &labels, &scene.headings(options));
    let decimals = decimals_for([most]);
    let half = matrix.row_height() / 2.0 - 0.75;
    for (row, &country) in order.iter().enumerate() {
        for (column, &option) in options.iter().enumerate() {
            let column = matrix.column(column);
            let (y, x) = (matrix.middle(row), (column.left + column.right) / 2.0);
            let (text, ground) = match cell(scene, country, option) {
                None => ("n/a".to_owned(), WHITE),
                Some(figure) => (signed(figure, decimals), ground(figure, most)),
            };
            canvas.rect((column.left, y - half), (column.right, y + half), ground, 1.0);
            let ink = if ground == WHITE { INK } else { ink_on(ground) };
            let lettering = Lettering::new(TICK_SIZE, ink).align(Align::Centre).bold(country == focus);
            canvas.text((x, y), &text, lettering);
        }
    }
}

fn ground(value: f64, most: f64) -> Rgb {
    let share = if most > 0.0 { DEEPEST * (value.abs() / most).sqrt() } else { 0.0 };
    tint(if value < 0.0 { LOSS } else { GAIN }, share)
}

fn numbers<'r>(scene: &'r Scene<'_>, order: &[usize]) -> Vec<CountryGain<'r>> {
    let manifest = &scene.run.manifest;
    let all =
        order.iter().flat_map(|&country| manifest.compared().into_iter().map(move |one| (country, one)));
    all.filter_map(|(country, option)| {
        Some(CountryGain {
            option: scene.option_id(option),
            year: manifest.last_year(),
            iso3: scene.code(country),
            name: manifest.countries[country].name.as_str().into(),
            real_income_vs_reference_pct: cell(scene, country, option)?,
        })
    })
    .collect()
}
