//! `report.html`: one file, no script, nothing from outside.

use super::answer::{Standing, answer, billions, decimals, percent, standings};
use super::axis::{decimals_for, fixed, signed};
use super::charts::{Chart, LeftOut};
use super::escape::escape;
use super::input::{Measure, Run};
use super::manifest::{CountryEntry, Manifest};

/// Everything that is not data of the run.
const STYLE: &str = include_str!("page.css");

/// The whole page.
#[must_use]
pub fn page(run: &Run, charts: &[Chart], left_out: &[LeftOut]) -> String {
    let manifest = &run.manifest;
    let title = escape(&manifest.title);
    let standings = standings(run);
    let figures: Vec<String> = charts.iter().enumerate().map(|(k, chart)| figure(k + 1, chart)).collect();
    let sections = [
        section("The answer", &format!("<p class=\"answer\">{}</p>", escape(&answer(run, &standings)))),
        section("The options", &options_table(run, &standings)),
        section("Charts", &(figures.concat() + &left_out_note(left_out))),
        section("Countries", &countries_table(run)),
        section("How the numbers are made", &method(manifest)),
        section("Data and licence", &sources(manifest)),
        section("How to make this report again", &reproduction(manifest)),
    ];
    format!(
        "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <header>\n<h1>{title}</h1>\n<p class=\"byline\">{}</p>\n</header>\n{}</main>\n</body>\n</html>\n",
        byline(manifest),
        sections.concat()
    )
}

fn section(title: &str, body: &str) -> String {
    format!("<section>\n<h2>{title}</h2>\n{body}\n</section>\n")
}

fn byline(manifest: &Manifest) -> String {
    let [first, last] = manifest.years;
    format!(
        "{} {}, plan {}, {first}\u{2013}{last}, {} draws per option",
        escape(&manifest.program),
        escape(&manifest.version),
        escape(&manifest.plan),
        manifest.draws
    )
}

fn figure(number: usize, chart: &Chart) -> String {
    format!(
        "<figure>\n{}\n<figcaption><b>Chart {number}. How to read it.</b> {} <b>What it does not say.</b> {} \
         Numbers: <code>charts/{}.csv</code>.</figcaption>\n</figure>\n",
        chart.svg.trim_end(),
        escape(&chart.reading),
        escape(&chart.limits),
        chart.stem
    )
}

fn left_out_note(left_out: &[LeftOut]) -> String {
    let note = |one: &LeftOut| {
        format!(
            "<p class=\"note\">The chart <code>{}</code> is left out: it needs {} with rows for it.</p>\n",
            one.chart, one.table
        )
    };
    left_out.iter().map(note).collect()
}

fn options_table(run: &Run, standings: &[Standing]) -> String {
    let year = run.manifest.last_year();
    let digits = decimals(standings);
    let row = |standing: &Standing| {
        let [low, high] = standing.interval_pct.map(|end| signed(end, digits));
        let option = &run.manifest.options[standing.option];
        let name = format!(
            "<b>{}</b><br><span class=\"soft\">{}</span>",
            escape(&option.title),
            escape(&option.description)
        );
        let dash = || "\u{2013}".to_owned();
        let cells = [
            standing.probability.map_or_else(dash, percent),
            standing.median_date.map_or_else(dash, |date| date.to_string()),
            signed(standing.mean_pct, digits),
            billions(standing.mean_musd),
            format!("{low} to {high}"),
            signed(standing.reference_pct, digits),
            billions(standing.reference_musd),
        ];
        table_row(&name, &cells)
    };
    let note = format!(
        "<p class=\"note\">{}, real income in {year} against \u{201c}{}\u{201d}. Expected gains and the range count \
         the draws in which the option never comes into force; \u{201c}if it happens\u{201d} is the path on which \
         every stage succeeds after its median duration.</p>",
        escape(run.manifest.focus_name()),
        escape(run.manifest.reference_title())
    );
    table(&option_heads(year), &standings.iter().map(row).collect::<String>()) + &note
}

/// Heads of the table of options.
fn option_heads(year: i16) -> [String; 8] {
    [
        "Option".to_owned(),
        format!("In force by {year}"),
        "Median date, if at all".to_owned(),
        "Expected gain, %".to_owned(),
        "Expected gain, billion US$ of 2019".to_owned(),
        "5\u{2013}95 % of draws, %".to_owned(),
        "Gain if it happens, %".to_owned(),
        "Gain if it happens, billion US$ of 2019".to_owned(),
    ]
}

fn countries_table(run: &Run) -> String {
    let manifest = &run.manifest;
    let options = manifest.compared();
    let gain = |country: usize, option: usize| {
        run.reference.get(&(option, manifest.last_year(), country, Measure::Pct)).copied()
    };
    let all = (0..manifest.countries.len()).flat_map(|n| options.iter().filter_map(move |&o| gain(n, o)));
    let digits = decimals_for(all);
    let mut heads = vec!["Country".to_owned()];
    heads.extend(options.iter().map(|&option| escape(&manifest.options[option].title)));
    heads.push("Imputed data blocks".to_owned());
    let row = |(n, country): (usize, &CountryEntry)| {
        let mut cells: Vec<String> = options
            .iter()
            .map(|&option| gain(n, option).map_or_else(|| "n/a".into(), |value| signed(value, digits)))
            .collect();
        cells.push(imputed(country));
        let name = escape(&country.name);
        table_row(&if country.iso3 == manifest.focus { format!("<b>{name}</b>") } else { name }, &cells)
    };
    let body: String = manifest.countries.iter().enumerate().map(row).collect();
    let note = format!(
        "<p class=\"note\">Real income in {}, percent, if the option happens on its median dates, against \
         \u{201c}{}\u{201d}. The last column is the share of a country\u{2019}s blocks of data that were taken from \
         similar countries because the sources lack them: the higher it is, the less the row says.</p>",
        manifest.last_year(),
        escape(manifest.reference_title())
    );
    table(&heads, &body) + &note
}

/// Share of imputed blocks; a dash where the manifest does not count blocks.
fn imputed(country: &CountryEntry) -> String {
    let all = country.observed_blocks + country.scaled_blocks + country.imputed_blocks;
    if all == 0 {
        return "\u{2013}".into();
    }
    format!("{} %", fixed(100.0 * country.imputed_blocks as f64 / all as f64, 0))
}

/// A table; heads are HTML.
fn table(heads: &[String], rows: &str) -> String {
    let heads: String = heads.iter().map(|head| format!("<th scope=\"col\">{head}</th>")).collect();
    format!(
        "<div class=\"scroll\"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

/// A row; name and cells are HTML.
fn table_row(name: &str, cells: &[String]) -> String {
    let cells: String = cells.iter().map(|cell| format!("<td>{cell}</td>")).collect();
    format!("<tr><th scope=\"row\">{name}</th>{cells}</tr>\n")
}

fn method(manifest: &Manifest) -> String {
    let [first, last] = manifest.years;
    format!(
        "<p>Each option is a chain of dated stages (proposal, talks, signature, ratification, entry into force, \
         and what may stop them). A run draws the duration and the success of every stage {} times per option. \
         Each draw gives the agreements in force on every date, and from them the tariffs and other barriers of \
         every pair of countries. A model of world trade with many countries and sectors then answers what those \
         barriers do to trade, prices, wages and real income in every year from {first} to {last}, compared with \
         the baseline path and with \u{201c}{}\u{201d} in the same draw.</p>\n\
         <p>Real income is what the income of a country buys. It does not count environment, security, \
         distribution inside a country or the cost of moving between jobs. The results depend on parameters \
         that are known with error, and on assumed probabilities of political steps, which are judgements.</p>",
        manifest.draws,
        escape(manifest.reference_title())
    )
}

fn sources(manifest: &Manifest) -> String {
    format!(
        "<p>Data set <code>{}</code>. Sources: {}.</p>\n<p>Licence of the data: {}.</p>",
        escape(&manifest.baseline),
        escape(manifest.source.trim_end_matches('.')),
        escape(manifest.licence.trim_end_matches('.'))
    )
}

fn reproduction(manifest: &Manifest) -> String {
    let [first, last] = manifest.years;
    let program = escape(&manifest.program);
    format!(
        "<pre>{program} run --draws {} --seed {} --years {first}..{last}   # plan {}\n{program} report DIR</pre>\n\
         <p class=\"note\">Version {}. <code>manifest.json</code> beside this page has the inputs with their \
         checksums; the same inputs, version and seed give the same numbers.</p>",
        manifest.draws,
        manifest.seed,
        escape(&manifest.plan),
        escape(&manifest.version)
    )
}
