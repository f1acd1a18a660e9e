//! `report.html`: one file, nothing from outside. The words and the markup are in `page/page.html`, which escapes every
//! text of the run; here are the numbers that it shows. The pictures are drawn in the reader’s browser by
//! `page/app.js` with the libraries in `page/vendor`, from [`PageData`].

use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;
use serde_json::{Value, json};

use super::answer::{Standing, answer, billions, decimals, percent, question, standings};
use super::axis::{decimals_for, fixed, signed};
use super::charts::{Chart, LeftOut};
use super::input::{Measure, Run};
use super::manifest::CountryEntry;
use super::marks::Dash;
use super::theme::option_styles;
use crate::projection::Outcome;
use data::PageData;

pub mod data;

/// What stands in a cell without a figure.
const DASH: &str = "\u{2013}";

/// The words and the markup, with places for what is in [`Page`].
const TEMPLATE: &str = include_str!("page/page.html");

#[derive(Serialize)]
struct Page<'a> {
    style: &'static str,
    title: &'a str,
    program: &'a str,
    version: &'a str,
    plan: &'a str,
    baseline: &'a str,
    draws: u64,
    event_draws: u64,
    seed: u64,
    source: &'a str,
    licence: &'a str,
    focus: &'a str,
    reference: &'a str,
    first: i16,
    last: i16,
    question: String,
    answer: String,
    option_heads: [String; 9],
    options: Vec<OptionLine<'a>>,
    charts: Vec<ChartLine<'a>>,
    left_out: &'a [LeftOut],
    option_titles: Vec<&'a str>,
    countries: Vec<CountryLine<'a>>,
    data: String,
    d3: &'static str,
    plot: &'static str,
    script: &'static str,
}

/// One picture of the list of all.
#[derive(Serialize)]
struct ChartLine<'a> {
    title: &'a str,
    stem: &'a str,
    reading: &'a str,
    limits: &'a str,
}

/// One option of the first table.
#[derive(Serialize)]
struct OptionLine<'a> {
    title: &'a str,
    description: &'a str,
    /// In the order of [`option_heads`], after the first.
    cells: [String; 8],
}

/// One country of the second table.
#[derive(Serialize)]
struct CountryLine<'a> {
    name: &'a str,
    is_focus: bool,
    /// Gain under each option, and the share of imputed blocks.
    cells: Vec<String>,
}

/// The whole page.
#[must_use]
pub fn page(run: &Run, data: &PageData, charts: &[Chart], left_out: &[LeftOut]) -> String {
    let manifest = &run.manifest;
    let [first, last] = manifest.years;
    let standings = standings(run);
    let page = Page {
        style: include_str!("page/page.css"),
        title: &manifest.title,
        program: &manifest.program,
        version: &manifest.version,
        plan: &manifest.plan,
        baseline: &manifest.baseline,
        draws: manifest.draws,
        event_draws: manifest.event_draws,
        seed: manifest.seed,
        source: manifest.source.trim_end_matches('.'),
        licence: manifest.licence.trim_end_matches('.'),
        focus: manifest.focus_name(),
        reference: manifest.reference_title(),
        first,
        last,
        question: question(run),
        answer: answer(run, &standings),
        option_heads: option_heads(last),
        options: option_lines(run, &standings),
        charts: charts.iter().map(chart_line).collect(),
        left_out,
        option_titles: manifest.compared().iter().map(|&at| manifest.options[at].title.as_str()).collect(),
        countries: country_lines(run),
        data: data.json(begin(run, &standings)),
        d3: include_str!("page/vendor/d3.min.js"),
        plot: include_str!("page/vendor/plot.umd.min.js"),
        script: include_str!("page/app.js"),
    };
    fill(&page)
}

/// The template with its places filled; what is not there is a fault, and texts are escaped.
fn fill(page: &Page<'_>) -> String {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment
        .render_str(TEMPLATE, minijinja::value::Serde(page))
        .expect("the template names only what a page has")
}

fn chart_line(chart: &Chart) -> ChartLine<'_> {
    ChartLine { title: &chart.title, stem: chart.stem, reading: &chart.reading, limits: &chart.limits }
}

/// What the script needs beside the tables: the look of the options, the units, and what is shown first.
fn begin(run: &Run, standings: &[Standing]) -> Value {
    let manifest = &run.manifest;
    let styles: serde_json::Map<String, Value> = manifest
        .options
        .iter()
        .zip(option_styles(manifest))
        .map(|(option, style)| {
            let dash = match style.dash {
                Dash::Solid => Value::Null,
                other => other.pattern(2.0).map_or(Value::Null, |(on, off)| json!(format!("{on},{off}"))),
            };
            (option.id.clone(), json!({ "colour": style.colour.hex(), "dash": dash }))
        })
        .collect();
    let units: serde_json::Map<String, Value> =
        Outcome::MEASURES.iter().map(|(name, unit)| ((*name).to_owned(), json!(unit))).collect();
    let first = standings.first().map(|best| manifest.options[best.option].id.as_str());
    json!({ "styles": styles, "units": units, "start": { "option": first } })
}

fn option_lines<'a>(run: &'a Run, standings: &[Standing]) -> Vec<OptionLine<'a>> {
    let digits = decimals(standings);
    let with_error = |text: String, error: Option<String>| match error {
        Some(error) => format!("{text} \u{b1} {error}"),
        None => text,
    };
    let line = |standing: &Standing| {
        let option = &run.manifest.options[standing.option];
        let (pct, musd) = (&standing.pct, &standing.musd);
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| DASH.into());
        let inside = pct.if_in_force.map(|[mean, low, high]| {
            format!("{} ({} to {})", signed(mean, digits), signed(low, digits), signed(high, digits))
        });
        let chance =
            pct.chance.map(|(chance, se)| format!("{} \u{b1} {}", percent(chance), fixed(100.0 * se, 2)));
        let error = pct.expected_se.map(|se| fixed(se, digits + 1));
        let dates = [pct.p50_date, standing.path_date].map(|date| or_dash(date.map(|day| day.to_string())));
        let effects = pct.effects.map(|both| both.map(|effect| signed(effect, digits)).join(" and "));
        let cells = [
            or_dash(inside),
            or_dash(musd.if_in_force.map(|[mean, ..]| billions(mean))),
            or_dash(chance),
            with_error(signed(pct.expected, digits), error),
            billions(musd.expected),
            or_dash(effects),
            dates.join(" / "),
            if pct.members.is_empty() { DASH.into() } else { pct.members.join(" ") },
        ];
        OptionLine { title: &option.title, description: &option.description, cells }
    };
    standings.iter().map(line).collect()
}

/// Heads of the table of options.
fn option_heads(year: i16) -> [String; 9] {
    [
        "Option".to_owned(),
        "Gain if in force, % (5 to 95 %)".to_owned(),
        "Gain if in force, billion US$ of 2019".to_owned(),
        format!("Chance: in force at the end of {year}"),
        "Expected gain, %".to_owned(),
        "Expected gain, billion US$ of 2019".to_owned(),
        "Own effect, and through others, %".to_owned(),
        "First day: median / reference path".to_owned(),
        format!("Members at the end of {year} on the reference path"),
    ]
}

fn country_lines(run: &Run) -> Vec<CountryLine<'_>> {
    let manifest = &run.manifest;
    let options = manifest.compared();
    let gain = |country: usize, option: usize| {
        run.reference.get(&(option, manifest.last_year(), country, Measure::Pct)).copied()
    };
    let all = (0..manifest.countries.len()).flat_map(|n| options.iter().filter_map(move |&o| gain(n, o)));
    let digits = decimals_for(all);
    let line = |(n, country): (usize, &'_ CountryEntry)| {
        let cell =
            |&option: &usize| gain(n, option).map_or_else(|| "n/a".into(), |value| signed(value, digits));
        let mut cells: Vec<String> = options.iter().map(cell).collect();
        cells.push(imputed(country));
        (n, cells)
    };
    let lines = manifest.countries.iter().enumerate().map(line);
    let named = lines.map(|(n, cells)| {
        let country = &manifest.countries[n];
        CountryLine { name: &country.name, is_focus: country.iso3 == manifest.focus, cells }
    });
    named.collect()
}

/// Share of imputed blocks; a dash where the manifest does not count blocks.
fn imputed(country: &CountryEntry) -> String {
    let all = country.observed_blocks + country.scaled_blocks + country.imputed_blocks;
    if all == 0 {
        return DASH.into();
    }
    format!("{} %", fixed(100.0 * country.imputed_blocks as f64 / all as f64, 0))
}
