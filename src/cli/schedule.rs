//! `tradepath schedule`: the tariffs of an option alone, and why a rate is what it is.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::{Date, date};
use serde_json::json;

use super::manifest;
use super::run::parse_years;
use crate::data::{Axes, Dataset, Files};
use crate::ensemble::{PLAN_FILE, Plan};
use crate::error::{Fault, InputErrors};
use crate::events::{Horizon, read_option, reference};
use crate::output::dir::{Existing, OutputDir};
use crate::output::{package, schedule as table};
use crate::policy::{PolicyBook, PolicyParameters, Regimes};

/// Options of `tradepath schedule`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tradepath schedule cptpp_accession --importer JPN --exporter USA --years 2021..2040 --out outputs/schedule\n  tradepath schedule cptpp_accession --explain USA:VNM:textiles:2030-03-01\n\nThe option follows its reference path: every stage succeeds after its median duration."
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
    #[arg(long, value_name = "A..B", value_parser = parse_years)]
    years: Option<[i16; 2]>,
    /// Folder for the results.
    #[arg(long, value_name = "DIR", required_unless_present = "explain")]
    out: Option<PathBuf>,
    /// Prints how the rate of importer:exporter:product group:date comes about.
    #[arg(long, value_name = "I:E:GROUP:DATE")]
    explain: Option<String>,
    /// Folder with plan.toml and the data it names; default: the embedded ones.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Replace a folder that is not empty.
    #[arg(long)]
    overwrite: bool,
}

/// Writes `schedule.csv`, or explains one rate on standard output.
///
/// # Errors
/// [`InputErrors`] for unknown names, or where the folder cannot be written.
pub fn run(args: &ScheduleArgs) -> anyhow::Result<()> {
    let files = args.data.as_ref().map_or_else(Files::embedded, |folder| Files::directory(folder));
    let plan = Plan::read(&files, PLAN_FILE)?;
    let axes = Dataset::read(&files.folder(&plan.baseline))?.axes;
    let book = PolicyBook::read(&files, &axes)?;
    let options = files.folder("options");
    let (option, world) = (read_option(&options, &args.option)?, read_option(&options, "world")?);
    let [first, last] = args.years.unwrap_or(plan.years);
    let horizon = Horizon { start: plan.start, end: date(last.max(plan.years[1]), 12, 31) };
    let path = reference(&option, &world, &book.initial, horizon);
    let regimes = Regimes::new(&book, &path.policy);
    if let Some(query) = &args.explain {
        print!("{}", explain(&book, &regimes, query)?);
        return Ok(());
    }
    let importers = chosen(&axes, "--importer", args.importer.as_deref())?;
    let exporters = chosen(&axes, "--exporter", args.exporter.as_deref())?;
    let Some(out) = &args.out else { return Ok(()) };
    let output = OutputDir::create(out, if args.overwrite { Existing::Replace } else { Existing::Refuse })?;
    let mut rows = Vec::new();
    for &importer in &importers {
        for &exporter in exporters.iter().filter(|&&exporter| exporter != importer) {
            for year in first..=last {
                rows.extend(table::pair_rows(&book, &regimes, (importer, exporter), year));
            }
        }
    }
    output.write_csv(table::SCHEDULE.file, &table::SCHEDULE.header(), &rows)?;
    let description = package::describe(&args.option, &[&table::SCHEDULE]);
    output.write_text("datapackage.json", &manifest::text(&description))?;
    let manifest = json!({
        "program": "tradepath", "version": env!("CARGO_PKG_VERSION"), "command": "schedule",
        "option": args.option, "years": [first, last], "path": "reference",
    });
    output.write_text("manifest.json", &manifest::text(&manifest))?;
    output.finish()?;
    Ok(())
}

fn chosen(axes: &Axes, flag: &str, code: Option<&str>) -> Result<Vec<usize>, InputErrors> {
    match code {
        None => Ok((0..axes.n_countries()).collect()),
        Some(code) => Ok(vec![country(axes, flag, code)?]),
    }
}

fn country(axes: &Axes, flag: &str, code: &str) -> Result<usize, InputErrors> {
    axes.country_idx.get(code).copied().ok_or_else(|| {
        let known: Vec<&str> = axes.countries.iter().map(|country| country.iso3.as_str()).collect();
        usage(flag, code, &format!("one of {}", known.join(", ")))
    })
}

fn usage(flag: &str, found: &str, expected: &str) -> InputErrors {
    InputErrors::from(Fault {
        file: "command line".into(),
        line: None,
        field: flag.into(),
        found: found.into(),
        expected: expected.into(),
        remedy: "Correct it.".into(),
    })
}

/// The chain from the most-favoured-nation rate to what is paid, for `importer:exporter:group:date`.
fn explain(book: &PolicyBook, regimes: &Regimes, query: &str) -> anyhow::Result<String> {
    let parts: Vec<&str> = query.split(':').collect();
    let [importer, exporter, group, day] = parts[..] else {
        anyhow::bail!(usage("--explain", query, "importer:exporter:product group:date"));
    };
    let pair = (country(&book.axes, "--explain", importer)?, country(&book.axes, "--explain", exporter)?);
    let groups: Vec<&str> = book.groups.iter().map(|group| group.id.as_str()).collect();
    let g = groups.iter().position(|id| *id == group);
    let g = g.ok_or_else(|| usage("--explain", group, &format!("one of {}", groups.join(", "))))?;
    let day: Date = day.parse().map_err(|_| usage("--explain", day, "a date such as 2027-03-01"))?;
    let parameters = PolicyParameters::default();
    let bindings: Vec<_> = regimes.bindings(book, pair, day).collect();
    let mut text = format!("{group} from {exporter} into {importer} on {day}\n");
    text += &format!("  most-favoured-nation rate {:>33.2} %\n", book.mfn_pct[[pair.0, g]]);
    for binding in &bindings {
        let alone = book.group_rate(pair, g, std::slice::from_ref(binding), day, parameters);
        let agreement = &book.agreements[binding.agreement];
        let what = match alone.agreement {
            Some(_) => format!(
                "rate {:.2} %, claimed by {:.0} % of trade",
                alone.statutory_pct - book.additional_duty_pct(pair, g, day),
                100.0 * alone.utilisation_share
            ),
            None => "no rate below the most-favoured-nation rate".to_owned(),
        };
        let year = binding.schedule_year;
        text += &format!("  {} ({}), year {year}: {what}\n", agreement.id, agreement.title);
    }
    if bindings.is_empty() {
        text += "  no agreement binds the pair\n";
    }
    for (list, pct) in book.duties_of(pair, g, day) {
        text += &format!("  additional duty {list}: {pct:.2} % of the group's value\n");
    }
    let rate = book.group_rate(pair, g, &bindings, day, parameters);
    let claimed = rate.agreement.map_or("none", |at| book.agreements[at].id.as_str());
    text +=
        &format!("  preference claimed: {claimed}, by {:.0} % of trade\n", 100.0 * rate.utilisation_share);
    text += &format!("  statutory {:.2} %, paid on average {:.2} %", rate.statutory_pct, rate.effective_pct);
    text += &format!(", cost of proving origin {:.2} % (mean over all trade)\n", rate.compliance_pct);
    Ok(text)
}
