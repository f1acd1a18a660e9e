//! `tradepath schedule`: the tariffs of an option alone, and why a rate is what it is.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::{Date, date};
use serde_json::json;

use super::arguments::{country, wrong};
use super::data_dir::DataDir;
use super::place::Place;
use super::schedule_answer::Asked;
use super::{arguments, barriers, explain, line_rates, manifest, schedule_answer};
use crate::data::{Axes, Files, Pair};
use crate::ensemble::{Inputs, PLAN_YEARS};
use crate::error::{Fault, Faults, InputErrors};
use crate::events::{Horizon, reference};
use crate::output::dir::{MANIFEST, OutputDir};
use crate::output::{assumptions, lookup, schedule, tariffs};
use crate::policy::{PolicyBook, PolicyTimeline, Regimes};

/// Options of `tradepath schedule`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tradepath schedule cptpp_accession --importer JPN --exporter USA\n  tradepath schedule cptpp_accession --importer JPN --exporter USA --years 2021..2040 --out outputs/schedule\n  tradepath schedule cptpp_accession --explain USA:VNM:textiles:2030-03-01\n  tradepath schedule tpp_return --barriers --importer JPN --exporter USA --sector finance --date 2032-01-01\n  tradepath schedule tpp_return --importer USA --exporter JPN --lines ../shared --out outputs/lines\n\nThe option follows its reference path: every stage succeeds after its median duration."
)]
pub struct ScheduleArgs {
    /// Id of an option.
    option: String,
    /// Only this importer.
    #[arg(long, value_name = "ISO3")]
    importer: Option<String>,
    /// Only this exporter.
    #[arg(long, value_name = "ISO3")]
    exporter: Option<String>,
    /// First and last year, such as 2021..2030; default: the years of the plan.
    #[arg(long, value_name = "A..B", value_parser = arguments::years)]
    years: Option<[i16; 2]>,
    /// Prints how the rate of importer:exporter:product group:date comes about, and the barriers of its sector; a services
    /// sector in place of the group: its barriers.
    #[arg(long, value_name = "I:E:GROUP:DATE")]
    explain: Option<String>,
    /// Prints every text that acts on the barriers of a pair on --date: strength, overlap, what is open to everybody.
    #[arg(long, requires_all = ["importer", "exporter"])]
    barriers: bool,
    /// Only this sector of --barriers.
    #[arg(long, value_name = "SECTOR", requires = "barriers")]
    sector: Option<String>,
    /// Day of --barriers; default: the end of the last year.
    #[arg(long, value_name = "DATE", requires = "barriers")]
    date: Option<Date>,
    #[command(flatten)]
    data: DataDir,
    /// Folder with outside data: writes lines.csv too, for importers whose tariff lines it holds.
    #[arg(long, value_name = "DIR", requires_all = ["importer", "exporter", "out"])]
    lines: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

/// Says how duties change, writes `schedule.csv`, `duties.csv`, `liberalisation.csv`, `provisions.csv` and `assumptions.csv` where a folder is named, or
/// explains one rate.
///
/// # Errors
/// [`InputErrors`] for unknown names, or where the folder cannot be written.
pub fn run(args: &ScheduleArgs) -> anyhow::Result<()> {
    let inputs = args.data.inputs()?;
    let options = inputs.options_folder();
    let [first, last] = args.years.unwrap_or(inputs.plan.years);
    let mut faults = Faults::new();
    let found = faults.keep(inputs.options(&options, [args.option.as_str()]));
    faults.keep(require_years([first, last]));
    let axes = &inputs.data.axes;
    let importers = faults.keep(chosen(axes, "--importer", args.importer.as_deref())).unwrap_or_default();
    let exporters = faults.keep(chosen(axes, "--exporter", args.exporter.as_deref())).unwrap_or_default();
    if let ([importer], [exporter]) = (&importers[..], &exporters[..]) {
        let pair = Pair { importer: *importer, exporter: *exporter };
        faults.keep(explain::require_two(axes, pair, "--exporter"));
    }
    let (specs, world) = faults.into_result(found)?.expect("an option without a fault");
    let Inputs { files, plan, data, book } = inputs;
    let option = &specs[0];
    let horizon = Horizon { start: plan.start, end: date(last.max(plan.years[1]), 12, 31) };
    let path = reference(option, &world, &book.initial, horizon);
    check_members(&book, &path.policy, &options.display(&format!("{}.toml", args.option)))?;
    let regimes = Regimes::new(&book, &path.policy);
    if let Some(query) = &args.explain {
        print!("{}", explain::text(&book, &regimes, query)?);
        return Ok(());
    }
    if args.barriers {
        let pair = Pair { importer: importers[0], exporter: exporters[0] };
        print!("{}", barriers_text(args, (&book, &regimes), pair, date(last, 12, 31))?);
        return Ok(());
    }
    let output = args.place.open()?;
    let pairs: Vec<Pair> = importers
        .iter()
        .flat_map(|&importer| exporters.iter().map(move |&exporter| Pair { importer, exporter }))
        .filter(|pair| pair.importer != pair.exporter)
        .collect();
    let asked = Asked { data: &data, book: &book, regimes: &regimes, pairs, years: [first, last] };
    let mut answer = schedule_answer::answer(&args.option, &asked);
    if let Some(output) = output {
        output.write_rows(assumptions::rows(&files))?;
        write(args, &asked, &files, &output)?;
        answer.folder = Some(output.finish()?);
    }
    answer.print(args.place.format);
    Ok(())
}

fn write(args: &ScheduleArgs, asked: &Asked<'_>, files: &Files, output: &OutputDir) -> anyhow::Result<()> {
    let Asked { data, book, regimes, pairs, years: [first, last] } = asked;
    let years = || pairs.iter().flat_map(|&pair| (*first..=*last).map(move |year| (pair, year)));
    output.write_rows(years().flat_map(|(pair, year)| schedule::rows(book, regimes, pair, year)))?;
    output.write_rows(years().filter_map(|(pair, year)| tariffs::duties(book, data, regimes, pair, year)))?;
    let end = date(*last, 12, 31);
    let freed = |&pair| tariffs::liberalisation(book, data, regimes, pair, end);
    output.write_rows(pairs.iter().flat_map(freed))?;
    output.write_rows(tariffs::provisions(book))?;
    if let Some(input) = &args.lines {
        let code = args.importer.as_deref().expect("--lines requires --importer");
        let found = line_rates::read(input, code)?;
        let found = found.ok_or_else(|| wrong("--lines", code, "an importer of tariff_lines.csv"))?;
        found.notes.iter().for_each(|note| eprintln!("{note}"));
        let known = (&found.lines, &found.programmes);
        let of_pair = |&pair| line_rates::rows(book, regimes, pair, [*first, *last], known);
        output.write_rows(pairs.iter().flat_map(of_pair))?;
    }
    lookup::write_axes(output, &data.axes)?;
    let manifest = json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "schedule",
        "name": data.meta.name, "source": data.meta.source, "licence": data.meta.licence,
        "option": args.option, "years": [first, last], "path": "reference",
        "inputs": manifest::read(files),
    });
    Ok(output.write_text(MANIFEST, &manifest::text(&manifest))?)
}

/// What `--barriers` prints.
fn barriers_text(
    args: &ScheduleArgs,
    (book, regimes): (&PolicyBook, &Regimes),
    pair: Pair,
    last: Date,
) -> Result<String, InputErrors> {
    let axes = &book.axes;
    let mut faults = Faults::new();
    let day = faults.keep(explain::known_day(args.date.unwrap_or(last), "--date"));
    let sectors = match &args.sector {
        None => Some((0..axes.n_sectors()).collect()),
        Some(id) => {
            let known = axes.sectors.iter().map(|sector| sector.id.as_str());
            let at = axes.sector_idx.get(id.as_str()).copied();
            faults.keep(at.map(|at| vec![at]).ok_or_else(|| arguments::unknown("--sector", id, known)))
        }
    };
    let (sectors, day): (Vec<usize>, Date) = faults.into_result(sectors.zip(day))?.expect("no fault");
    Ok(sectors.into_iter().map(|j| barriers::text(book, regimes, pair, j, day)).collect())
}

/// Schedules and timelines are made for the years that a plan may name.
fn require_years(years: [i16; 2]) -> Result<(), InputErrors> {
    let [least, most] = [PLAN_YEARS.start(), PLAN_YEARS.end()];
    match years.iter().all(|year| PLAN_YEARS.contains(year)) {
        true => Ok(()),
        false => Err(wrong(
            "--years",
            &format!("{}..{}", years[0], years[1]),
            &format!("years within {least}..{most}, those that a plan may name"),
        )),
    }
}

/// Members that an option adds to an agreement without giving them a schedule.
fn check_members(book: &PolicyBook, timeline: &PolicyTimeline, file: &str) -> Result<(), InputErrors> {
    let mut faults = Faults::new();
    for missing in book.members_without_schedule(timeline) {
        let [party, partner] =
            [missing.importer, missing.exporter].map(|n| book.axes.countries[n].iso3.as_str());
        faults.push(Fault {
            file: file.to_owned(),
            line: None,
            field: format!("join:{}", book.agreements[missing.agreement].id),
            found: party.to_owned(),
            expected: format!("a member with a schedule towards {partner}"),
            remedy: format!("Add {party}.csv to the schedule of the agreement, or leave {party} out."),
        });
    }
    faults.into_result(())
}

fn chosen(axes: &Axes, flag: &str, code: Option<&str>) -> Result<Vec<usize>, InputErrors> {
    match code {
        None => Ok((0..axes.n_countries()).collect()),
        Some(code) => Ok(vec![country(axes, flag, code)?]),
    }
}
