//! `tradepath calibrate`: outside data to a balanced baseline directory.

use std::fs;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ndarray::s;
use serde_json::json;

use super::answer::{Answer, Cell};
use super::format::Format;
use super::{arguments, place};
use crate::calibration::balance::{BalanceOptions, ReExports, Weights};
use crate::calibration::outside::{self, Layout, Request};
use crate::calibration::policy::aggregate::Aggregation;
use crate::calibration::{apac, checks, hindcasts, policy};
use crate::data::{Dataset, Files, memory};
use crate::error::{Fault, Faults};
use crate::output::dir;
use crate::sorted::sort_by;

/// Exporters that are named.
const LARGEST: usize = 5;

/// Outside data that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Source {
    /// The default Asia-Pacific set, from the public tables named in data/apac/meta.toml.
    Apac,
    /// Known figures that `validate` compares the default set with: data/checks.
    Checks,
    /// Flows and tariffs that the hindcasts of `validate` are made of: data/hindcasts.
    Hindcasts,
    /// Policy tables (rates, barriers, memberships) for the default set: data/policy/tables.
    Policy,
    /// Long CSV files under common column names: trade.csv, and io.csv, value_added.csv, final_demand.csv, tariffs.csv.
    Long,
    /// Long tables of the WIOD 2013 release.
    Wiod2013,
    /// OECD inter-country input-output tables, wide CSV; the parts of China and Mexico are folded.
    Icio,
    /// ADB multi-regional input-output tables, wide CSV.
    Adb,
    /// WIOD 2016 release, wide CSV.
    Wiod2016,
    /// CEPII BACI by HS product (one release and, of several years, that of --year), with gross output in
    /// value_added.csv.
    Baci,
    /// A GTAP aggregation of your own, one CSV file for each header as HAR2CSV and gdxdump write them: VFOB, VCIF, VMSB,
    /// VST, VDFB, VMFB, VDPB, VDGB, VDIB, or the names of GTAP 9. The licence is yours; --year says the year.
    Gtap,
}

impl Source {
    fn layout(self) -> Option<Layout> {
        match self {
            Self::Apac | Self::Checks | Self::Hindcasts | Self::Policy => None,
            Self::Long => Some(Layout::Long),
            Self::Wiod2013 => Some(Layout::Wiod2013),
            Self::Icio => Some(Layout::Icio),
            Self::Adb => Some(Layout::Adb),
            Self::Wiod2016 => Some(Layout::Wiod2016),
            Self::Baci => Some(Layout::Baci),
            Self::Gtap => Some(Layout::Gtap),
        }
    }
}

/// What becomes of exports above output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReExportRule {
    /// They become trade between origin and destination.
    Origin,
    /// They stay, and output is raised.
    Keep,
}

/// Options of `tradepath calibrate`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  tradepath calibrate --source apac --input ../shared --out data/apac --overwrite\n  tradepath calibrate --source icio --input icio2019 --year 2019 --out mine\n  tradepath calibrate --source long --input tables --absent-is-zero --out mine"
)]
pub struct CalibrateArgs {
    /// Kind of outside data.
    #[arg(long, value_enum)]
    source: Source,
    /// Folder that holds the outside data: .csv, .csv.gz or .zip; cells separated by comma, semicolon, tab or bar,
    /// decimal commas where they are sure, UTF-8, UTF-16 or Windows-1252. The summary says what was read, and how.
    #[arg(long, value_name = "DIR")]
    input: PathBuf,
    /// Baseline directory to write.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How tariff lines become the rate of a product group (source policy); trade without it.
    #[arg(long, value_enum)]
    aggregation: Option<Aggregation>,
    /// Replace a folder that is not empty.
    #[arg(long)]
    overwrite: bool,
    /// Year to take, and base year where the files do not say it.
    #[arg(long)]
    year: Option<i16>,
    /// Folder with countries.csv, sectors.csv (column codes), concordance.csv or labels.csv (what codes that are no
    /// industries mean) in place of those of data/sources; with source apac economies.csv and sectors.csv.
    #[arg(long, value_name = "DIR")]
    concordance: Option<PathBuf>,
    /// Tariff of goods for which the files have no rate, percent, also where there is no file of tariffs; without it a
    /// missing rate is an error. Inside a customs union of the base year a missing rate is 0.
    #[arg(long, value_name = "PCT", value_parser = rate)]
    missing_tariff: Option<f64>,
    /// Folder with data/ and facts/ as source apac reads it: adds growth.csv, population.csv and factors.csv of the
    /// set's economies, so that `run` can use it; duties of the policy tables where there is no file of tariffs, services by
    /// partner as both sides report them, entrepots by their domestic exports; targets.csv says how far GDP is from the published one.
    #[arg(long, value_name = "DIR")]
    facts: Option<PathBuf>,
    /// Take a flow that a long file does not list for none; without it a missing flow is an error.
    #[arg(long)]
    absent_is_zero: bool,
    /// What becomes of exports above output; origin without it.
    #[arg(long, value_enum)]
    re_exports: Option<ReExportRule>,
    /// How much each table is trusted in balancing: any of trade, inputs, value_added, final_demand.
    #[arg(long, value_name = "TABLE=WEIGHT,...", value_parser = weights)]
    weights: Option<Weights>,
    /// Memory that reading may take, such as 2G or 4GiB; without it three quarters of what is free. Text that needs more is refused
    /// before it is taken.
    #[arg(long, value_name = "SIZE", value_parser = arguments::bytes)]
    max_memory: Option<u64>,
    /// Form of the answer on standard output.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse::<f64>().ok().filter(|rate| rate.is_finite() && *rate >= 0.0);
    rate.ok_or_else(|| "expected 0 or more (5 means 5 %)".into())
}

fn weights(text: &str) -> Result<Weights, String> {
    let mut weights = Weights::default();
    for part in text.split(',') {
        let expected =
            || format!("`{part}`: expected trade, inputs, value_added or final_demand = a number above 0");
        let (table, weight) = part.split_once('=').ok_or_else(expected)?;
        let weight = weight.trim().parse::<f64>().ok().filter(|weight| weight.is_finite() && *weight > 0.0);
        *match table.trim() {
            "trade" => &mut weights.trade,
            "inputs" => &mut weights.inputs,
            "value_added" => &mut weights.value_added,
            "final_demand" => &mut weights.final_demand,
            _ => return Err(expected()),
        } = weight.ok_or_else(expected)?;
    }
    Ok(weights)
}

/// Builds the directory, and checks what was made before it takes its name.
///
/// # Errors
/// If the outside data are missing or faulty, or the result is not a sound baseline.
pub fn run(args: &CalibrateArgs, quiet: bool) -> anyhow::Result<()> {
    check_options(args).into_result(())?;
    memory::allow(args.max_memory);
    let existing = place::existing(args.overwrite);
    let lines = match (args.source, args.source.layout()) {
        (Source::Policy, _) => {
            let axes = apac::concordance::Concordance::read(None)?.axes;
            let how = args.aggregation.unwrap_or(Aggregation::Trade);
            policy::write(&args.input, &axes, &args.out, existing, how)?
        }
        (Source::Checks, _) => {
            let by = apac::concordance::Concordance::read(args.concordance.as_deref())?;
            checks::write(&args.input, &by.places(), &args.out, existing)?
        }
        (Source::Hindcasts, _) => {
            let by = apac::concordance::Concordance::read(args.concordance.as_deref())?;
            hindcasts::write(&args.input, &by, &args.out, existing)?
        }
        (_, Some(layout)) => outside::calibrate(&request(args, layout), &args.out, existing)?.lines,
        (_, None) => {
            let built = apac::build(&args.input, args.concordance.as_deref())?;
            built.write(&args.out, existing)?;
            let axes = &built.concordance.axes;
            let mut lines = vec![format!(
                "{} economies x {} sectors; adjustments.csv and targets.csv say what balancing moved",
                axes.n_countries(),
                axes.n_sectors()
            )];
            lines.extend(built.lines);
            lines
        }
    };
    if !quiet {
        eprintln!("{}: {}", args.out.display(), lines.join("\n"));
    }
    answer(args)?.print(args.format);
    Ok(())
}

/// The tables that were made, and of a baseline its size and its largest traders.
fn answer(args: &CalibrateArgs) -> anyhow::Result<Answer> {
    let listed = dir::manifest(&args.out).map(|manifest| dir::listed(&manifest)).unwrap_or_default();
    let tables = listed.iter().filter(|file| file.path.ends_with(".csv"));
    let rows = tables.map(|file| {
        let text = fs::read(args.out.join(&file.path));
        let lines = text.map_or(0, |text| text.iter().filter(|byte| **byte == b'\n').count());
        vec![
            Cell::text(&*file.path),
            Cell::Count(lines.saturating_sub(1) as u64),
            Cell::Count(file.bytes.div_ceil(1000)),
        ]
    });
    let mut answer = Answer {
        title: "Tables that were made".into(),
        columns: vec![("table", "table"), ("rows", "rows"), ("kilobytes", "kB")],
        rows: rows.collect(),
        facts: vec![("command", json!("calibrate"))],
        folder: Some(args.out.clone()),
        ..Answer::default()
    };
    if args.out.join("meta.toml").exists() {
        let data = Dataset::read(&Files::directory(&args.out))?;
        of_baseline(&data, &mut answer);
        answer.next.push(format!("check    tradepath check {}", args.out.display()));
        answer
            .next
            .push(format!("solve    tradepath solve --baseline {} --tariffs FILE", args.out.display()));
    }
    Ok(answer)
}

/// What an analyst looks at first in a new baseline.
fn of_baseline(data: &Dataset, answer: &mut Answer) {
    let n = data.n();
    let flow =
        |importer: usize, exporter: usize| -> f64 { data.trade_musd.slice(s![.., importer, exporter]).sum() };
    let exports: Vec<f64> =
        (0..n).map(|i| (0..n).filter(|&other| other != i).map(|other| flow(other, i)).sum()).collect();
    let mut order: Vec<usize> = (0..n).collect();
    sort_by(&mut order, |&a, &b| exports[b].total_cmp(&exports[a]));
    let largest: Vec<String> = order
        .iter()
        .take(LARGEST)
        .map(|&i| format!("{} {:.0}", data.axes.countries[i].iso3, exports[i] / 1000.0))
        .collect();
    let world: f64 = exports.iter().sum();
    answer.facts.extend([
        ("countries", json!(n)),
        ("sectors", json!(data.s())),
        ("year", json!(data.meta.year)),
        ("exports_musd", json!(world)),
    ]);
    answer.notes.push(format!(
        "{n} economies x {} sectors, {}; trade between them {:.0} billion USD.",
        data.s(),
        data.meta.year,
        world / 1000.0
    ));
    answer.notes.push(format!("Largest exporters, billion USD: {}.", largest.join(", ")));
    answer
        .notes
        .push("adjustments.csv says what balancing moved, provenance.csv where each block is from.".into());
}

/// An option that the source would not read is a fault, not a silence.
fn check_options(args: &CalibrateArgs) -> Faults {
    let is_outside = args.source.layout().is_some();
    let is_apac = matches!(args.source, Source::Apac | Source::Checks | Source::Hindcasts);
    let given = [
        ("--aggregation", args.aggregation.is_some(), args.source == Source::Policy),
        ("--year", args.year.is_some(), is_outside),
        ("--concordance", args.concordance.is_some(), is_outside || is_apac),
        ("--missing-tariff", args.missing_tariff.is_some(), is_outside),
        ("--facts", args.facts.is_some(), is_outside),
        ("--absent-is-zero", args.absent_is_zero, is_outside),
        ("--re-exports", args.re_exports.is_some(), is_outside),
        ("--weights", args.weights.is_some(), is_outside),
    ];
    let mut faults = Faults::new();
    for (option, _, _) in given.into_iter().filter(|&(_, is_given, is_read)| is_given && !is_read) {
        let source = args.source.to_possible_value();
        let source = source.as_ref().map_or("this", |source| source.get_name());
        faults.push(Fault {
            file: "calibrate".into(),
            line: None,
            field: option.into(),
            found: "given".into(),
            expected: format!("an option that source {source} reads"),
            remedy: "Leave it out, or check --source.".into(),
        });
    }
    faults
}

fn request(args: &CalibrateArgs, layout: Layout) -> Request {
    Request {
        layout,
        input: args.input.clone(),
        concordance: args.concordance.clone(),
        year: args.year,
        missing_tariff_pct: args.missing_tariff,
        facts: args.facts.clone(),
        absent_is_zero: args.absent_is_zero,
        balance: BalanceOptions {
            weights: args.weights.unwrap_or_default(),
            re_exports: match args.re_exports.unwrap_or(ReExportRule::Origin) {
                ReExportRule::Origin => ReExports::ToOrigin,
                ReExportRule::Keep => ReExports::Keep,
            },
        },
    }
}
